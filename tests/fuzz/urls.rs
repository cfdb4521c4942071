//! A JDBC URL: what is accepted says what another reader finds in it, is read again when it is written anew, and shows no
//! password; nor does the error about what is not.

use pipekit::runner::builtin::url::{Host, Url, parse, password_in, speaks};

const SECRET: &str = "hush5ecret";

pub fn hold(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let url = parse(text);
    assert!(url.is_err() || speaks(text), "{text:?}");
    match &url {
        Err(failure) => assert!(!failure.message.is_empty()),
        Ok(url) => accepted(text, url),
    }
    let between = if text.contains('?') { '&' } else { '?' };
    let hidden: String = SECRET.bytes().map(|b| format!("%{b:02x}")).collect();
    let mut with_password = vec![
        format!("{text}{between}password={SECRET}"),
        format!("{text};Pwd={SECRET}"),
        format!("{text}{between}user=me&pass%77ord={SECRET}&x=1"),
        format!("{text}{between}password={hidden}"),
    ];
    if let Some((before, after)) = text.split_once("://")
        && before.chars().all(|c| c.is_alphanumeric() || c == ':')
    {
        with_password.push(format!("{before}://me:{SECRET}@{after}"));
    }
    for url in with_password {
        assert!(password_in(&url), "{url:?}");
        let shown = match parse(&url) {
            // The path of a file is no secret to SQLite, whatever stands in it.
            Ok(Url::Sqlite(_)) => continue,
            Ok(url) => format!("{url:?}"),
            Err(failure) => format!("{failure} {failure:?}"),
        };
        assert!(!shown.contains(SECRET), "{url:?} is shown: {shown}");
    }
}

fn accepted(text: &str, url: &Url) {
    let rest = text.trim().splitn(3, ':').nth(2).unwrap();
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (hosts, database, password) = match url {
        Url::Sqlite(url) => {
            let path = if place.is_empty() { ":memory:" } else { place };
            assert!(url.path.starts_with(path) && (url.is_uri() || url.path == path), "{text:?}: {url:?}");
            assert!(url.pragmas.iter().all(|(_, value)| !value.contains([';', '\'', '"', ' '])), "{text:?}: {url:?}");
            return;
        }
        Url::Postgres(url) => {
            let hosts = url.hosts.iter().map(|host| match host {
                Host::Tcp(name, port) => (name.clone(), *port),
                Host::Unix(path, port) => (path.to_str().unwrap().to_owned(), *port),
            });
            (hosts.collect::<Vec<_>>(), &url.database, &url.password)
        }
        Url::Mysql(url) => (url.hosts.clone(), &url.database, &url.password),
    };
    assert!(!hosts.is_empty() && hosts.iter().all(|(name, port)| !name.is_empty() && *port > 0), "{text:?}: {hosts:?}");
    let named = match place.strip_prefix("//") {
        Some(rest) => rest.split_once('/').map_or("", |(_, name)| name),
        None => place.trim_start_matches('/'),
    };
    assert_eq!(decoded(named).as_deref(), Some(database.as_deref().unwrap_or_default()), "{text:?}");
    // What finds passwords in URLs finds each that is used.
    if let Some(password) = password
        && !password.trim().is_empty()
        && !password.trim().starts_with('$')
    {
        assert!(password_in(text), "{text:?} has a password");
    }
    // Written anew, with what stands behind the `?` but for the host that it may name.
    let scheme = if matches!(url, Url::Postgres(_)) { "postgresql" } else { "mysql" };
    let authority: Vec<String> = hosts.iter().map(|(name, port)| format!("{}:{port}", escaped(name))).collect();
    let rest: Vec<&str> = query.split('&').filter(|pair| !moves(pair)).collect();
    let written = format!(
        "jdbc:{scheme}://{}/{}?{}",
        authority.join(","),
        escaped(database.as_deref().unwrap_or_default()),
        rest.join("&")
    );
    assert_eq!(parse(&written).as_ref(), Ok(url), "{text:?} as {written:?}");
}

/// Whether a parameter changes the hosts.
fn moves(pair: &str) -> bool {
    let name = pair.split_once('=').map_or(pair, |(name, _)| name);
    decoded(name).is_some_and(|name| ["host", "port"].contains(&name.to_ascii_lowercase().as_str()))
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn decoded(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let digit = |at: usize| char::from(*piece.as_bytes().get(at)?).to_digit(16);
        bytes.push(u8::try_from(digit(0)? * 16 + digit(1)?).ok()?);
        bytes.extend(&piece.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}
