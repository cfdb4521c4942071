//! SQLite's errors as failures.

use crate::runner::{Failure, FailureKind};
use rusqlite::{Error, ErrorCode};

/// The failure that `error` means, `cancelled` if we asked for a cancel.
pub fn of(error: &Error, cancelled: bool) -> Failure {
    let kind = match code(error) {
        Some(ErrorCode::OperationInterrupted) if cancelled => FailureKind::Cancelled,
        _ => FailureKind::Sql,
    };
    Failure::new(kind, message(error))
}

/// SQLite's code for it.
pub fn code(error: &Error) -> Option<ErrorCode> {
    match error {
        Error::SqliteFailure(inner, _) | Error::SqlInputError { error: inner, .. } => Some(inner.code),
        _ => None,
    }
}

/// Whether a STRICT table refused a value of another type.
pub fn is_datatype(error: &Error) -> bool {
    matches!(error, Error::SqliteFailure(inner, _) if inner.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_DATATYPE)
}

/// What SQLite said, without the SQL that it said it of: that is logged elsewhere.
pub fn message(error: &Error) -> String {
    let text = match error {
        Error::SqliteFailure(_, Some(message)) => message.clone(),
        Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    };
    match code(error) {
        Some(ErrorCode::DatabaseBusy) => format!(
            "{text} (another process holds its lock; `busy_timeout=` in the URL says how many milliseconds to wait)"
        ),
        _ => text,
    }
}
