//! MySQL's errors as failures.

use super::wire::Parser;
use crate::runner::{Failure, FailureKind};
use std::io;

/// Why something did not come about.
#[derive(Debug)]
pub enum Trouble {
    /// The connection broke.
    Io(io::Error),
    /// The server refused.
    Server(ServerError),
    /// What came is not what the protocol says.
    Garbled,
    /// It is not done here.
    Refused(&'static str),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Trouble::Io(error)
    }
}

/// What the server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerError {
    /// Its number.
    pub code: u16,
    /// The class that SQL puts it in.
    pub sqlstate: Option<String>,
    /// Its words.
    pub message: String,
}

/// <https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html>, <https://mariadb.com/kb/en/mariadb-error-codes/>
mod code {
    /// The server is on its way down.
    pub const SERVER_SHUTDOWN: u16 = 1053;
    /// A statement was ended by KILL QUERY.
    pub const QUERY_INTERRUPTED: u16 = 1317;
    /// A lock was waited for too long.
    pub const LOCK_WAIT_TIMEOUT: u16 = 1205;
    /// MariaDB: the connection was ended by KILL.
    pub const CONNECTION_KILLED: u16 = 1927;
    /// MySQL: the connection was idle for too long.
    pub const CLIENT_INTERACTION_TIMEOUT: u16 = 4031;
}

/// An error whose packet the server sends: <https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_err_packet.html>
pub fn parse(packet: &[u8]) -> Option<ServerError> {
    let mut parser = Parser(packet.strip_prefix(&[0xff])?);
    let code = parser.two()?;
    let sqlstate = parser.0.strip_prefix(b"#").and_then(|rest| rest.split_at_checked(5)).map(|(state, rest)| {
        parser.0 = rest;
        String::from_utf8_lossy(state).into_owned()
    });
    Some(ServerError { code, sqlstate, message: String::from_utf8_lossy(parser.0).into_owned() })
}

/// The failure that `trouble` means, `cancelled` if we asked for a cancel.
pub fn of(trouble: &Trouble, cancelled: bool) -> Failure {
    match trouble {
        Trouble::Io(error) => Failure::new(FailureKind::Lost, format!("the connection to MySQL broke: {}", io(error))),
        Trouble::Garbled => {
            Failure::new(FailureKind::Lost, "the server answered in a form that is not of MySQL's protocol")
        }
        Trouble::Refused(why) => Failure::new(FailureKind::Sql, *why),
        Trouble::Server(error) => {
            let lost = matches!(
                error.code,
                code::SERVER_SHUTDOWN | code::CONNECTION_KILLED | code::CLIENT_INTERACTION_TIMEOUT
            ) || error.sqlstate.as_deref().is_some_and(|state| state.starts_with("08"));
            let kind = match error.code {
                code::QUERY_INTERRUPTED if cancelled => FailureKind::Cancelled,
                _ if lost => FailureKind::Lost,
                _ => FailureKind::Sql,
            };
            Failure { kind, message: message(error), sqlstate: error.sqlstate.clone() }
        }
    }
}

/// An error of reading or writing, in words.
pub fn io(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the server hung up".to_owned(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => "the server does not answer".to_owned(),
        _ => error.to_string(),
    }
}

/// The line that the `mysql` program shows.
pub fn message(error: &ServerError) -> String {
    let mut words = error.message.as_str();
    if words.len() > 4_000 {
        // It can repeat a statement from end to end.
        words = &words[..words.floor_char_boundary(4_000)];
    }
    let state = error.sqlstate.as_ref().map(|state| format!(" ({state})")).unwrap_or_default();
    let hint = match error.code {
        code::LOCK_WAIT_TIMEOUT => {
            " (another session holds its lock; `sessionVariables=innodb_lock_wait_timeout=…` in the URL says how long to wait)"
        }
        _ => "",
    };
    format!("ERROR {}{state}: {words}{hint}", error.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        for (code, state, cancelled, kind) in [
            (1317, "70100", true, FailureKind::Cancelled),
            (1317, "70100", false, FailureKind::Sql),
            (1064, "42000", true, FailureKind::Sql),
            (1927, "70100", true, FailureKind::Lost),
            (1153, "08S01", false, FailureKind::Lost),
        ] {
            let packet = [&[0xff][..], &(code as u16).to_le_bytes(), b"#", state.as_bytes(), b"words"].concat();
            let error = parse(&packet).unwrap();
            let failure = of(&Trouble::Server(error), cancelled);
            assert_eq!((failure.kind, failure.sqlstate.as_deref()), (kind, Some(state)));
            assert_eq!(failure.message, format!("ERROR {code} ({state}): words"));
        }
        assert_eq!(parse(&[0xff, 0x10, 0x04, b'x']).unwrap().sqlstate, None);
    }
}
