//! Looking at pipekit's file itself, whatever is in it, without changing it.

use crate::error::Result;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;
use std::time::{Duration, Instant};

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(Duration::from_secs(2))?;
    Ok(conn)
}

/// The version that a file has now, where it can be read.
pub fn version_at(path: &Path) -> Option<usize> {
    let version: i64 = open(path).ok()?.query_row("PRAGMA user_version", [], |row| row.get(0)).ok()?;
    usize::try_from(version).ok()
}

/// Who may read while another writes: `wal` as a rule.
///
/// # Errors
/// `Store` when the file can't be read.
pub fn journal_mode(conn: &Connection) -> Result<String> {
    Ok(conn.query_row("PRAGMA journal_mode", [], |row| row.get(0))?)
}

/// What is damaged in a file: nothing, where all is well; `None` where that can't be told within `patience`. Without a
/// `patience` its indexes are compared with its tables too.
///
/// # Errors
/// `Store` when the file can't be read, damaged as it is.
pub fn damage(path: &Path, patience: Option<Duration>) -> Result<Option<Vec<String>>> {
    let mut conn = open(path)?;
    let pragma = match patience {
        Some(patience) => {
            let until = Instant::now() + patience;
            conn.progress_handler(10_000, Some(move || Instant::now() > until))?;
            "PRAGMA quick_check(3)"
        }
        None => "PRAGMA integrity_check(3)",
    };
    let said = || conn.prepare(pragma)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>();
    match said() {
        Ok(said) => Ok(Some(said.into_iter().filter(|line| line != "ok").collect())),
        Err(e) if e.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(None),
        Err(e) => Err(e.into()),
    }
}
