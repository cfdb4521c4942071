//! Whether a merge happened. No exit code says so, only the receipt in the destination, which the merge takes in its
//! own transaction (`staged` to `merged`), and which pipekit takes itself (`staged` to `abandoned`) after any end that
//! leaves a doubt: that waits for a session still at work, and shuts out one that has not begun.

use super::databases::{Databases, dialect_of};
use crate::error::Result;
use crate::runner::Failure;
use crate::store::connection::Connection;
use crate::store::setting;
use rusqlite::Connection as Sqlite;

/// What became of a run's merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was committed.
    Merged {
        /// Rows deleted, where the database told.
        deleted: Option<i64>,
        /// Rows inserted.
        inserted: Option<i64>,
    },
    /// It was not, and never will be.
    NotMerged,
    /// The destination can't say now; this is why.
    Unknown(String),
}

/// What there is to say where not as many rows came in as were staged: no load may claim more than happened.
pub fn difference(staged: Option<i64>, inserted: Option<i64>, table: &str) -> Option<String> {
    let (staged, inserted) = (staged?, inserted?);
    (staged != inserted).then(|| {
        format!(
            "{staged} rows were staged and {inserted} came into {table}: its triggers, rules or constraints decided otherwise"
        )
    })
}

/// The id of this installation, by which it knows its receipts.
pub fn install_id(conn: &Sqlite) -> Result<String> {
    Ok(setting::get(conn, "install_id")?.unwrap_or_default())
}

/// A receipt as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// The installation.
    pub install: String,
    /// The run.
    pub run_id: i64,
    /// `staged merged abandoned`.
    pub state: String,
    /// Rows deleted, where known.
    pub deleted: Option<i64>,
    /// Rows inserted.
    pub inserted: Option<i64>,
}

/// Reads the receipt of a module.
///
/// # Errors
/// What the database says.
pub fn read(databases: &Databases, dest: &Connection, module: &str) -> Result<Option<Receipt>, Failure> {
    let (target, dialect) = place(databases, dest)?;
    let rows = databases.session()?.query(&target, &dialect.read_receipt(module), Some(1))?;
    Ok(rows.rows.first().map(|row| {
        let text = |i: usize| row.get(i).cloned().flatten();
        let number = |i: usize| text(i).and_then(|t| t.parse().ok());
        Receipt {
            install: text(0).unwrap_or_default(),
            run_id: number(1).unwrap_or_default(),
            state: text(2).unwrap_or_default(),
            deleted: number(3),
            inserted: number(4),
        }
    }))
}

/// Finds out what became of the merge of `run`, and sees to it that it can't happen any more if it has not.
pub fn settle(databases: &Databases, dest: &Connection, module: &str, install: &str, run: i64) -> Fate {
    match fence(databases, dest, module, install, run) {
        Ok(fate) => fate,
        Err(failure) => Fate::Unknown(databases.clean(&failure.message)),
    }
}

fn fence(databases: &Databases, dest: &Connection, module: &str, install: &str, run: i64) -> Result<Fate, Failure> {
    let (target, dialect) = place(databases, dest)?;
    databases.session()?.script(&target, &dialect.fence(module, run))?;
    Ok(match read(databases, dest, module)? {
        Some(r) if r.run_id == run && r.install == install && r.state == "merged" => {
            Fate::Merged { deleted: r.deleted, inserted: r.inserted }
        }
        // One that nobody can take any more.
        Some(r) if r.run_id == run && r.install == install && r.state == "abandoned" => Fate::NotMerged,
        // The gate wrote one, so this is another place than it was, or somebody took it away: that proves nothing.
        _ => Fate::Unknown(format!("its receipt is gone from {}", dest.name)),
    })
}

fn place(
    databases: &Databases,
    dest: &Connection,
) -> Result<(crate::runner::Target, &'static dyn crate::dialect::Destination), Failure> {
    let failed = |e: crate::error::Error| Failure::new(crate::runner::FailureKind::Connect, e.message);
    Ok((databases.target(dest).map_err(failed)?, dialect_of(dest).map_err(failed)?))
}
