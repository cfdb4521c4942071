//! Moves rows from a query of one database into a table of another, one file a route.
//!
//! Every route streams, checks each value that the destination could change, and loads in one transaction. An error
//! leaves the table as it was, and both connections fit for use where they still stand.

mod mysql_sink;
mod mysql_source;
mod mysql_text;
mod mysql_to_pg;
mod mysql_to_sqlite;
mod parts;
mod pg_source;
mod pg_to_pg;
mod pg_to_sqlite;
mod printed;
mod sink;
mod sqlite_sink;
mod sqlite_to_pg;
mod sqlite_to_sqlite;
mod storage;
mod streams;
mod textual;
mod to_mysql;
mod within;

pub use printed::take;
pub use streams::streams;
pub use within::Within;

use super::value::Value;
use super::{Client, script};
use crate::runner::{Failure, FailureKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Streams `sql` on `source` into `table` of `dest`, column by column in their order, in one transaction, and gives
/// the number of rows.
///
/// `table` is SQL text, quoted where it must be. Of several statements in `sql` the last gives the rows; the others run
/// before it. `within` says what else belongs to the transaction; rows that its gate refuses are taken back, and told of by
/// it. `progress` gets the count so far, a few times a second at most.
pub fn transfer(
    source: &mut Client,
    sql: &str,
    dest: &mut Client,
    table: &str,
    within: Option<&Within<'_>>,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, Failure> {
    let mut progress = Progress {
        tell: progress,
        rows: 0,
        told: Instant::now(),
        cancelled: [source.cancel_flag().watch(), dest.cancel_flag().watch()],
    };
    progress.check()?;
    source.note(sql);
    let split = match source {
        Client::Mysql(_) => script::split_last_of_mysql(sql),
        _ => script::split_last(sql),
    };
    let (before, last) =
        split.ok_or_else(|| Failure::new(FailureKind::Shape, "there is no SQL statement to take the rows from"))?;
    let load = Load { before, last, table, within };
    let moved = match (&mut *source, dest) {
        (Client::Postgres(source), Client::Postgres(dest)) => {
            pg_to_pg::run(&mut source.0, &load, &mut dest.0, &mut progress)
        }
        (Client::Postgres(source), Client::Sqlite(dest)) => {
            pg_to_sqlite::run(&mut source.0, &load, &dest.0, &mut progress)
        }
        (Client::Sqlite(source), Client::Postgres(dest)) => {
            sqlite_to_pg::run(&source.0, &load, &mut dest.0, &mut progress)
        }
        (Client::Sqlite(source), Client::Sqlite(dest)) => {
            sqlite_to_sqlite::run(&source.0, &load, &dest.0, &mut progress)
        }
        (Client::Mysql(source), Client::Postgres(dest)) => {
            mysql_to_pg::run(&mut source.0, &load, &mut dest.0, &mut progress)
        }
        (Client::Mysql(source), Client::Sqlite(dest)) => {
            mysql_to_sqlite::run(&mut source.0, &load, &dest.0, &mut progress)
        }
        (Client::Mysql(source), Client::Mysql(dest)) => {
            to_mysql::from_mysql(&mut source.0, &load, &mut dest.0, &mut progress)
        }
        (Client::Postgres(source), Client::Mysql(dest)) => {
            to_mysql::from_pg(&mut source.0, &load, &mut dest.0, &mut progress)
        }
        (Client::Sqlite(source), Client::Mysql(dest)) => {
            to_mysql::from_sqlite(&source.0, &load, &mut dest.0, &mut progress)
        }
    };
    // Whichever end noticed the cancel first, it is one and the same.
    moved.map_err(|mut failure| match progress.check() {
        Err(cancelled) if failure.kind != FailureKind::Lost => cancelled,
        _ => {
            let source_broke = match source {
                Client::Postgres(from) => !from.0.is_usable(),
                Client::Mysql(from) => from.0.is_lost(),
                Client::Sqlite(_) => false,
            };
            if failure.kind == FailureKind::Lost && source_broke {
                failure.kind = FailureKind::ConnectSource;
            }
            failure
        }
    })
}

/// What to move where.
struct Load<'a> {
    /// Statements to run first; empty if there are none.
    before: &'a str,
    /// The statement that gives the rows.
    last: &'a str,
    /// The destination table, as SQL text.
    table: &'a str,
    /// What stands around the rows, where they go into a table that others see.
    within: Option<&'a Within<'a>>,
}

impl Load<'_> {
    /// The columns of the table that are filled, each found by its name in what the catalog gives; all of them, where the
    /// load names none.
    fn filled<C>(&self, all: Vec<C>, name: impl Fn(&C) -> &str) -> Result<Vec<C>, Failure> {
        let Some(within) = self.within else { return Ok(all) };
        let mut all: Vec<Option<C>> = all.into_iter().map(Some).collect();
        let take = |wanted: &String| {
            let found = all.iter_mut().find(|c| c.as_ref().is_some_and(|c| name(c) == wanted));
            found.and_then(Option::take).ok_or_else(|| {
                Failure::new(FailureKind::Shape, format!("the table {} has no column {wanted} to fill", self.table))
            })
        };
        within.columns().iter().map(take).collect()
    }

    /// Refuses a query that has not as many columns as the table, or none at all.
    fn check_shape(&self, query: &[String], table: &[String]) -> Result<(), Failure> {
        let message = match query.len() {
            0 => "the query gives no columns".to_owned(),
            count if count == table.len() => return Ok(()),
            count => format!(
                "the query gives {count} columns, the table {} has {}\nquery: {}\ntable: {}",
                self.table,
                table.len(),
                query.join(", "),
                table.join(", ")
            ),
        };
        Err(Failure::new(FailureKind::Shape, message))
    }
}

/// How many columns tell a row to people: the first ones, which are the key more often than not.
const TELLING: usize = 3;

/// Adds to the failure of a value what tells its row: the values of other columns, by their names.
fn told_by<'a>(failure: &mut Failure, fields: impl IntoIterator<Item = (&'a str, String)>) {
    let fields: Vec<String> = fields.into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
    if failure.kind == FailureKind::Value && !fields.is_empty() {
        failure.message.push_str(&format!("; the row has {}", fields.join(", ")));
    }
}

/// How far a transfer is.
struct Progress<'a> {
    tell: &'a mut dyn FnMut(u64),
    rows: u64,
    told: Instant,
    cancelled: [Arc<AtomicBool>; 2],
}

impl Progress<'_> {
    /// Counts a row that is through.
    fn row(&mut self) -> Result<(), Failure> {
        self.rows += 1;
        // Looking at the clock at every row would cost a hundredth of the time.
        if self.rows.is_multiple_of(64) { self.look() } else { Ok(()) }
    }

    fn look(&mut self) -> Result<(), Failure> {
        self.check()?;
        if self.told.elapsed() >= Duration::from_millis(300) {
            self.told = Instant::now();
            (self.tell)(self.rows);
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Failure> {
        if self.cancelled.iter().any(|flag| flag.load(Ordering::SeqCst)) {
            return Err(Failure::new(FailureKind::Cancelled, "cancelled"));
        }
        Ok(())
    }

    /// The failure of a value of the row that is on its way.
    fn misfit(&self, column: &str, shown: &str, kind: &str, why: &str) -> Failure {
        let row = self.rows + 1;
        let kind = if kind.is_empty() { "the column" } else { kind };
        Failure::new(FailureKind::Value, format!("row {row}, column {column}: {shown} does not fit {kind}: {why}"))
    }

    /// The failure of a text that is not UTF-8, or of another value that is not of its type's form.
    fn malformed(&self, column: &str, bytes: &[u8], kind: &str) -> Failure {
        let why = match std::str::from_utf8(bytes) {
            Err(_) => "it is not UTF-8",
            Ok(_) => "it is not in the form of its type",
        };
        self.misfit(column, &Value::Bytes(bytes).shown(), kind, why)
    }
}
