//! PostgreSQL's errors as failures.

use crate::runner::{Failure, FailureKind};
use postgres::error::{DbError, ErrorPosition};
use std::error::Error;
use std::fmt::Write;
use std::io;

/// The SQLSTATE of a statement that was cancelled, by whomever.
const QUERY_CANCELED: &str = "57014";
/// The SQLSTATE of a statement that has waited for a lock for too long.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// The failure that `error` means, `cancelled` if we asked for a cancel.
pub fn of(error: &postgres::Error, cancelled: bool) -> Failure {
    match error.as_db_error() {
        Some(db) => of_server(db, cancelled),
        None => Failure::new(FailureKind::Lost, format!("the connection to PostgreSQL broke: {}", chain(error))),
    }
}

/// The same, for an error that came through a reader or a writer.
pub fn of_io(error: &io::Error, cancelled: bool) -> Failure {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<postgres::Error>()) {
        Some(inner) => of(inner, cancelled),
        None => Failure::new(FailureKind::Lost, format!("the connection to PostgreSQL broke: {error}")),
    }
}

fn of_server(db: &DbError, cancelled: bool) -> Failure {
    let code = db.code().code();
    let kind = match code {
        QUERY_CANCELED if cancelled => FailureKind::Cancelled,
        // Class 08 is the connection itself; 57P0x an administrator, a crash, a start in progress.
        _ if code.starts_with("08") || code.starts_with("57P") || matches!(db.severity(), "FATAL" | "PANIC") => {
            FailureKind::Lost
        }
        _ => FailureKind::Sql,
    };
    let mut text = message(db);
    if code == LOCK_NOT_AVAILABLE {
        let end = text.find('\n').unwrap_or(text.len());
        text.insert_str(
            end,
            " (another session holds its lock; `options=-c%20lock_timeout=…` in the URL says how long to wait)",
        );
    }
    Failure { kind, message: text, sqlstate: Some(code.to_owned()) }
}

/// What the server remarked, in the lines that psql shows: where in a function it did so is not among them.
pub fn notice(db: &DbError) -> String {
    lines(db, &[("DETAIL", db.detail()), ("HINT", db.hint())])
}

/// What the server said of an error, in the lines that psql shows.
pub fn message(db: &DbError) -> String {
    let mut out = lines(db, &[("DETAIL", db.detail()), ("HINT", db.hint()), ("CONTEXT", db.where_())]);
    if let Some(ErrorPosition::Internal { query, .. }) = db.position() {
        // Writing to a String can't fail.
        let _ = write!(out, "\nQUERY: {query}");
    }
    out
}

fn lines(db: &DbError, more: &[(&str, Option<&str>)]) -> String {
    let mut out = format!("{}: {}", db.severity(), part(db.message()));
    for (name, text) in more {
        if let Some(text) = text {
            let _ = write!(out, "\n{name}: {}", part(text));
        }
    }
    out
}

/// A part of what the server said: it repeats a malformed array of a million elements from end to end.
fn part(text: &str) -> String {
    const MOST: usize = 4_000;
    if text.len() <= MOST { text.to_owned() } else { format!("{}…", &text[..text.floor_char_boundary(MOST)]) }
}

/// Text of ours that was put into the SQL before it was sent, in characters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Added {
    /// Where it begins.
    pub at: usize,
    /// How long it is.
    pub length: usize,
}

/// Adds the line of `sql` at which the server stumbled, as psql does.
pub fn with_line(mut failure: Failure, error: &postgres::Error, sql: &str, added: Added) -> Failure {
    let Some(ErrorPosition::Original(position)) = error.as_db_error().and_then(DbError::position) else {
        return failure;
    };
    let sent = (*position as usize).saturating_sub(1);
    let at = if sent < added.at { sent } else { sent.saturating_sub(added.length) };
    let Some((byte, _)) = sql.char_indices().nth(at) else { return failure };
    let start = sql[..byte].rfind('\n').map_or(0, |n| n + 1);
    let line: String = sql[start..].lines().next().unwrap_or("").chars().take(120).collect();
    let number = sql[..byte].matches('\n').count() + 1;
    let _ = write!(failure.message, "\nLINE {number}: {line}");
    failure
}

/// An error and what caused it, each said once.
pub fn chain(error: &dyn Error) -> String {
    let mut out = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !out.contains(&text) {
            let _ = write!(out, ": {text}");
        }
        cause = inner.source();
    }
    out
}
