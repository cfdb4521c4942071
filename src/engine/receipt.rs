//! Whether a merge happened. No exit code says so, only the receipt in the destination, which the merge takes in its
//! own transaction (`staged` to `merged`), and which pipekit takes itself (`staged` to `abandoned`) after any end that
//! leaves a doubt: that waits for a session still at work, and shuts out one that has not begun.

use super::databases::{Databases, dialect_of};
use super::external;
use super::ledger::{Came, Ledger};
use crate::dialect::Destination;
use crate::error::Result;
use crate::runner::builtin::ScriptOutcome;
use crate::runner::{Failure, FailureKind, Rows, Target};
use crate::store::connection::Connection;
use crate::store::setting;
use rusqlite::Connection as Sqlite;
use std::time::Duration;

/// How long the question may take: as long as an old session may go on merging, and a bit.
pub const LONG: Duration = Duration::from_secs(90);

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

/// Reads the receipt of a module, as a step of this kind and name.
///
/// # Errors
/// Where pipekit's own file can't be written; within, what the database says.
pub fn read(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    dest: &Connection,
    module: &str,
    (kind, name): (&str, &str),
) -> Result<Result<Option<Receipt>, Failure>> {
    let (target, dialect) = match place(databases, dest) {
        Ok(place) => place,
        Err(failure) => return Ok(Err(failure)),
    };
    if let Err(error) = external::learn_rows(ledger, databases, dest, &target, dialect) {
        return Ok(Err(Failure::new(FailureKind::Connect, error.message)));
    }
    let sql = dialect.read_receipt(module);
    let work = || Ok(of(&databases.runners().query(&target, &sql, Some(1))?));
    let came = |r: &Option<Receipt>| Came { rows: None, value: r.as_ref().map(|r| r.state.clone()) };
    ledger.step(kind, name, &dest.name, &sql, work, came)
}

/// What `ask` finds out within `patience`, after which the session is killed.
///
/// # Errors
/// What `ask` says.
pub fn within(
    databases: &Databases,
    dest: &Connection,
    patience: Duration,
    ask: impl FnOnce() -> Result<Fate> + Send,
) -> Result<Fate> {
    match databases.within(patience, ask) {
        (Some(Ok(Fate::Unknown(_))) | None, true) => {
            Ok(Fate::Unknown(format!("{} did not answer within {} s", dest.name, patience.as_secs())))
        }
        (Some(fate), _) => fate,
        (None, false) => Ok(Fate::Unknown(format!("the question to {} came to no end", dest.name))),
    }
}

/// Finds out what became of the merge of `run`, and sees to it that it can't happen any more if it has not.
///
/// # Errors
/// Only where pipekit's own file can't be written.
pub fn settle(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    dest: &Connection,
    module: &str,
    install: &str,
    run: i64,
) -> Result<Fate> {
    Ok(match fence(ledger, databases, dest, module, install, run)? {
        Ok(fate) => fate,
        Err(failure) => Fate::Unknown(databases.clean(&failure.message)),
    })
}

fn fence(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    dest: &Connection,
    module: &str,
    install: &str,
    run: i64,
) -> Result<Result<Fate, Failure>> {
    let (target, dialect) = match place(databases, dest) {
        Ok(place) => place,
        Err(failure) => return Ok(Err(failure)),
    };
    let sql = dialect.fence(module, install, run);
    let work = || databases.runners().statements(&target, &sql, false);
    let came = |o: &ScriptOutcome| Came::moved(o.rows_affected);
    if let Err(failure) = ledger.step("merge", "fence", &dest.name, &sql, work, came)? {
        return Ok(Err(failure));
    }
    let read = read(ledger, databases, dest, module, ("merge", "receipt"))?;
    Ok(read.map(|receipt| match receipt {
        Some(r) if r.run_id == run && r.install == install && r.state == "merged" => {
            Fate::Merged { deleted: r.deleted, inserted: r.inserted }
        }
        // One that nobody can take any more.
        Some(r) if r.run_id == run && r.install == install && r.state == "abandoned" => Fate::NotMerged,
        // The gate wrote one, so this is another place than it was, or somebody took it away: that proves nothing.
        _ => Fate::Unknown(format!("its receipt is gone from {}", dest.name)),
    }))
}

fn place(databases: &Databases, dest: &Connection) -> Result<(Target, &'static dyn Destination), Failure> {
    let failed = |e: crate::error::Error| Failure::new(FailureKind::Connect, e.message);
    Ok((databases.target(dest).map_err(failed)?, dialect_of(dest).map_err(failed)?))
}

/// The receipt that [`Destination::read_receipt`] gave.
pub fn of(rows: &Rows) -> Option<Receipt> {
    let row = rows.rows.first()?;
    let text = |i: usize| row.get(i).cloned().flatten();
    let number = |i: usize| text(i).and_then(|t| t.parse().ok());
    Some(Receipt {
        install: text(0).unwrap_or_default(),
        run_id: number(1).unwrap_or_default(),
        state: text(2).unwrap_or_default(),
        deleted: number(3),
        inserted: number(4),
    })
}
