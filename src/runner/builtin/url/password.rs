//! Is there a password in a JDBC URL, whoever's it is?

/// Names under which drivers take a secret, in lower case and without `_` and `-`.
const SECRET_NAMES: [&str; 3] = ["pwd", "pass", "hexkey"];

/// What such names end with otherwise.
const SECRET_ENDS: [&str; 6] = ["password", "passwd", "passphrase", "secret", "secretkey", "token"];

/// Does this JDBC URL carry a literal password: a parameter (`?password=`, `;pwd=`, `sslpassword=` …), or
/// `user:password@` before the host? An environment reference such as `$DB2PW` is none.
pub fn password_in(url: &str) -> bool {
    in_parameters(url) || in_userinfo(url)
}

fn in_parameters(url: &str) -> bool {
    // Vendors separate parameters by `?`, `&`, `;`, `:` (DB2: `…/db:user=a;password=b;`), `,` or brackets, so every
    // `name=` counts, wherever it stands.
    url.split(['?', '&', ';', ':', ',', '(', ')', ' ', '/', '#']).any(|piece| {
        let Some((name, value)) = piece.split_once('=') else { return false };
        let name: String =
            decode_lossy(name).to_ascii_lowercase().chars().filter(|c| !matches!(c, '_' | '-' | '.' | ' ')).collect();
        let secret = SECRET_NAMES.contains(&name.as_str()) || SECRET_ENDS.iter().any(|end| name.ends_with(end));
        secret && !value.trim().is_empty() && !is_reference(value)
    })
}

fn in_userinfo(url: &str) -> bool {
    // Oracle's thin driver: `jdbc:oracle:thin:scott/tiger@host`.
    if let Some(rest) = lower_strip(url, "jdbc:oracle:") {
        let before = rest.split_once('@').map_or("", |(before, _)| before);
        return before.split_once('/').is_some_and(|(_, password)| !password.is_empty() && !is_reference(password));
    }
    // Some forget the slashes: `jdbc:postgresql:user:password@host/db`. A file's name may have an `@`, though.
    let is_file = lower_strip(url, "jdbc:sqlite:").or(lower_strip(url, "jdbc:h2:")).or(lower_strip(url, "jdbc:derby:"));
    let rest = match url.split_once("//") {
        Some((_, rest)) => rest,
        None if is_file.is_some() => return false,
        None => url.splitn(3, ':').nth(2).unwrap_or(""),
    };
    // A `/` in a password should be escaped, but people write it: so all before the last `@` is looked at, up to the
    // parameters.
    let place = rest.split(['?', ';']).next().unwrap_or("");
    let Some((userinfos, _)) = place.rsplit_once('@') else { return false };
    // Several hosts can have a login each, `u:p@h1,u:p@h2`, and a password an `@`, `u:p@ss@h`.
    userinfos.split(',').flat_map(|one| one.split('@').enumerate()).any(|(i, piece)| {
        let Some((_, password)) = piece.split_once(':') else { return false };
        // A number is a port behind an `@`, and before a `/`.
        let port = password.split_once('/').map(|(port, _)| port).or((i > 0).then_some(password));
        let is_port = port.is_some_and(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
        !password.is_empty() && !is_port && !is_reference(password)
    })
}

fn lower_strip<'a>(url: &'a str, prefix: &str) -> Option<&'a str> {
    let head = url.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &url[prefix.len()..])
}

/// `$NAME` or `${NAME}`: a name for a password that is kept elsewhere.
fn is_reference(value: &str) -> bool {
    let value = value.trim();
    let Some(name) = value.strip_prefix('$') else { return false };
    let name = name.strip_prefix('{').map_or(name, |inner| inner.strip_suffix('}').unwrap_or(inner));
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
}

fn decode_lossy(text: &str) -> String {
    super::percent_decode(text).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::password_in;

    #[test]
    fn finds_passwords_of_any_vendor() {
        let cases = [
            ("jdbc:postgresql://h:5432/db", false),
            ("jdbc:postgresql://h/db?user=a&password=secret", true),
            ("jdbc:postgresql://h/db?user=a&PassWord=secret", true),
            ("jdbc:postgresql://h/db?pass%77ord=secret", true),
            ("jdbc:postgresql://h/db?sslpassword=x", true),
            ("jdbc:postgresql://u:p@h/db", true),
            ("jdbc:postgresql://u@h/db", false),
            ("jdbc:postgresql://u:p/w@h/db", true),
            ("jdbc:postgresql://h:5432/db@x", false),
            ("jdbc:postgresql://u:p@ss@h/db", true),
            ("jdbc:postgresql://u:1234@h/db", true),
            ("jdbc:postgresql://u@h1:5432,u@h2:5432/db", false),
            ("jdbc:postgresql://u:p@h1:1,u2@h2:2/db", true),
            ("jdbc:postgresql://[::1]:5432/db", false),
            ("jdbc:postgresql://h1:5432,h2:5433/db", false),
            ("jdbc:postgresql://h/db?password=$PGPW", false),
            ("jdbc:postgresql://h/db?password=${PGPW}", false),
            ("jdbc:postgresql://h/db?password=$5cret", true),
            ("jdbc:postgresql://h/db?password=", false),
            ("jdbc:postgresql://h/password=1", true),
            ("jdbc:as400://sys;user=a;password=b", true),
            ("jdbc:as400://sys;naming=system;libraries=A,B", false),
            ("jdbc:sqlserver://h:1433;databaseName=d;password={a;b}", true),
            ("jdbc:sqlserver://h:1433;databaseName=d;Pwd=x", true),
            ("jdbc:sqlserver://h;trustStorePassword=x", true),
            ("jdbc:sqlserver://h;integratedSecurity=true", false),
            ("jdbc:mysql://h/d?user=a&password=b", true),
            ("jdbc:mysql://a:b@h:3306/d", true),
            ("jdbc:mysql://address=(host=h)(port=1)(user=a)(password=b)/d", true),
            ("jdbc:db2://h:50000/db:user=a;password=b;", true),
            ("jdbc:oracle:thin:scott/tiger@h:1521:x", true),
            ("jdbc:oracle:thin:@h:1521:x", false),
            ("jdbc:h2:~/test;PASSWORD=x", true),
            ("jdbc:postgresql:u:p@h/db", true),
            ("jdbc:postgresql:db", false),
            ("jdbc:mysql://h/d?clientSecret=x", true),
            ("jdbc:snowflake://h/?oauth_token=x&private_key_passphrase=y", true),
            ("jdbc:sqlite:/data/user:pass@file.db", false),
            ("jdbc:sqlite:/data/x.db?hexkey=00", true),
        ];
        for (url, expected) in cases {
            assert_eq!(password_in(url), expected, "{url}");
        }
    }
}
