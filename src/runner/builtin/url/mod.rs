//! JDBC URLs as the built-in runner reads them, and the search for passwords in those of any vendor.
//!
//! The parameters are those of the JDBC drivers (pgjdbc, xerial's sqlite-jdbc, Connector/J, MariaDB's), so that a URL works the same whichever
//! runner gets it. What means nothing here is accepted and left alone; what no driver knows is an error.

mod mysql;
mod password;
mod postgres;
mod sqlite;

pub use mysql::{MysqlTls, MysqlUrl};
pub use password::password_in;
pub use postgres::{Host, PostgresUrl, ServerType, SslMode};
pub use sqlite::SqliteUrl;

use crate::runner::{Failure, FailureKind};

/// A URL that the built-in runner speaks, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Url {
    /// `jdbc:sqlite:…`
    Sqlite(SqliteUrl),
    /// `jdbc:postgresql:…`
    Postgres(Box<PostgresUrl>),
    /// `jdbc:mysql:…`, `jdbc:mariadb:…`
    Mysql(Box<MysqlUrl>),
}

/// Is this URL one that the built-in runner speaks?
pub fn speaks(url: &str) -> bool {
    ["sqlite", "postgresql", "mysql", "mariadb"].iter().any(|name| scheme(url, name).is_some())
}

/// Takes a JDBC URL apart.
///
/// # Errors
/// What is not understood. Of a URL that has a password in it nothing is shown.
pub fn parse(url: &str) -> Result<Url, Failure> {
    let parsed = apart(url);
    // Behind the `?` a password is told from the rest; elsewhere it would be part of a name that is shown.
    let shown = format!("{parsed:?}").replace('"', " ");
    let misplaced = !matches!(parsed, Ok(Url::Sqlite(_)))
        && (password_in(url.split('?').next().unwrap_or_default()) || password_in(&shown));
    // What an error shows of the URL stands between backticks.
    let shows =
        |failure: &Failure| failure.message.split('`').skip(1).step_by(2).any(|piece| !["%", "%25"].contains(&piece));
    if misplaced || parsed.as_ref().is_err_and(shows) && password_in(url) {
        return Err(bad("there is a password in the URL, which is therefore not shown, and it is not understood: \
             the login does not go before the host, nor behind a `;`, but into the connection's user and password"));
    }
    parsed
}

fn apart(url: &str) -> Result<Url, Failure> {
    if let Some(rest) = scheme(url, "sqlite") {
        return sqlite::parse(rest).map(Url::Sqlite);
    }
    if let Some(rest) = scheme(url, "postgresql") {
        return postgres::parse(rest).map(|url| Url::Postgres(Box::new(url)));
    }
    if let Some(rest) = scheme(url, "mysql").or(scheme(url, "mariadb")) {
        return mysql::parse(rest).map(|url| Url::Mysql(Box::new(url)));
    }
    Err(bad("the built-in runner speaks `jdbc:sqlite:PATH`, `jdbc:postgresql://HOST:PORT/DATABASE` and \
         `jdbc:mysql://HOST:PORT/DATABASE` (or `jdbc:mariadb:`); for another database, give its driver a jar"))
}

/// What follows `jdbc:NAME:`, whatever the case of the letters before it.
fn scheme<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let rest = url.trim().split_once(':').filter(|(jdbc, _)| jdbc.eq_ignore_ascii_case("jdbc"))?.1;
    rest.split_once(':').filter(|(vendor, _)| vendor.eq_ignore_ascii_case(name)).map(|(_, rest)| rest)
}

fn bad(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Url, message)
}

/// `text` with `%41` turned into `A`. Bytes that are no UTF-8 in the end are an error, and so is a broken escape.
fn percent_decode(text: &str) -> Result<String, Failure> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            // Digits alone: `from_str_radix` takes a sign too.
            let hex = text.get(at + 1..at + 3).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
            let code = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
            // Which piece it is, is not shown: it may be a password.
            out.push(code.ok_or_else(|| bad("a `%` in the URL is written `%25`"))?);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out).map_err(|_| bad("the URL is not UTF-8 behind its `%` escapes"))
}

/// The `name=value` pairs after the `?`, decoded.
fn parameters(query: &str) -> Result<Vec<(String, String)>, Failure> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((percent_decode(name)?, percent_decode(value)?))
        })
        .collect()
}

/// A parameter that nobody knows.
fn unknown(name: &str, known: &[&str]) -> Failure {
    bad(format!("unknown parameter `{name}` in the URL; known are: {}", known.join(", ")))
}

fn boolean(name: &str, value: &str) -> Result<bool, Failure> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" | "1" | "" => Ok(true),
        "false" | "off" | "no" | "0" => Ok(false),
        _ => Err(bad(format!("`{name}={value}` in the URL: it takes true or false"))),
    }
}

fn number(name: &str, value: &str) -> Result<u64, Failure> {
    value.parse().map_err(|_| bad(format!("`{name}={value}` in the URL: it takes a whole number")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_two_digits() {
        assert_eq!(percent_decode("%41%c3%BC").as_deref(), Ok("Aü"));
        for broken in ["%", "%4", "%+A", "%4ü", "%ff"] {
            assert!(percent_decode(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        for url in [
            "jdbc:postgresql://h/d?connectTimeout=5;password=hush",
            "jdbc:postgresql://h/d;password=hush",
            "jdbc:postgresql://h/d?password=hush&colour=red",
            "jdbc:mysql://h:1:pwd=hush/d",
            "jdbc:mysql://me:hush@h/d",
            "jdbc:mysql://h:%`;pwd=hush/d",
            "jdbc:postgresql:///d?host=h;Pwd=hush",
            "jdbc:sqlite:x.db?synchronous=1;pwd=hush",
        ] {
            let failure = parse(url).unwrap_err();
            assert!(!failure.message.contains("hush") && failure.message.contains("password"), "{}", failure.message);
        }
        let failure = parse("jdbc:postgresql://h/d?password=%hush").unwrap_err();
        assert_eq!(failure.message, "a `%` in the URL is written `%25`");
    }
}
