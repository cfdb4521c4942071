//! Bringing a database file to this version: the numbered files of `migrations/`, in order, in one transaction.

use crate::error::{Code, Error, Result};
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// Every migration there has been, in order; the file's version is how many of them it has had. Append only.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/0001_init.sql")];

/// Marks a file as ours (`PRAGMA application_id`): "pkit".
const APPLICATION_ID: i32 = 0x706b_6974;

/// Brings `conn` to the newest version, and fills in what a new database holds from the start.
pub fn migrate(conn: &mut Connection, path: &Path) -> Result<()> {
    if version(conn)? == MIGRATIONS.len() {
        return Ok(());
    }
    // Switching a fresh file to WAL is not covered by the busy timeout: several processes at once would get
    // "database is locked". So whoever has work to do here takes turns on a lock file.
    let _turn = super::lock::Turn::wait(path)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    // A migration may rebuild a table, and dropping the old one would take along what refers to it. This can't be
    // switched within a transaction; that nothing is left dangling is checked at its end.
    conn.pragma_update(None, "foreign_keys", false)?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = version(&tx)?;
    for sql in &MIGRATIONS[from..] {
        tx.execute_batch(sql)?;
    }
    tx.pragma_update(None, "user_version", i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX))?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    if from == 0 {
        super::setting::fill(&tx)?;
        super::driver::fill(&tx)?;
    }
    let dangling: i64 = tx.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |r| r.get(0))?;
    if dangling > 0 {
        return Err(Error::new(
            Code::Store,
            format!("{dangling} rows refer to rows that are not there; nothing was changed"),
        )
        .hint("restore a backup, or see them with `PRAGMA foreign_key_check` in sqlite3"));
    }
    tx.commit()?;
    Ok(())
}

/// How many migrations the file has had. Refuses a file of a newer pipekit, or of another program.
fn version(conn: &Connection) -> Result<usize> {
    let version: i64 = conn.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    let application: i32 = conn.query_row("PRAGMA application_id", [], |r| r.get(0))?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
    if application != APPLICATION_ID && (tables > 0 || version != 0) {
        return Err(Error::new(Code::Store, "this is an SQLite file of another program, not a pipekit database")
            .hint("--db or $PIPEKIT_DB names another file; `pipekit init` makes a new one"));
    }
    usize::try_from(version).ok().filter(|v| *v <= MIGRATIONS.len()).ok_or_else(|| {
        Error::new(
            Code::Store,
            format!("the database has version {version}, this pipekit knows up to {}", MIGRATIONS.len()),
        )
        .hint("it was used with a newer pipekit: install that one")
    })
}
