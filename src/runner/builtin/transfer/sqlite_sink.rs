//! The destination's end in SQLite: one transaction, one prepared INSERT of a single row.

use super::{Progress, storage};
use crate::runner::builtin::sqlite::table::{Column, quoted};
use crate::runner::builtin::sqlite::{Connection, failure};
use crate::runner::builtin::value::{Misfit, Value};
use crate::runner::{Failure, FailureKind};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ErrorCode, Statement};

/// A load into a table that is under way. Whoever opened it rolls back where it is not committed.
pub struct SqliteSink<'a> {
    dest: &'a Connection,
    columns: &'a [Column],
    insert: Statement<'a>,
    scratch: String,
}

impl<'a> SqliteSink<'a> {
    /// Begins the transaction, and with it the lock on the file.
    pub fn open(dest: &'a Connection, table: &str, columns: &'a [Column]) -> Result<Self, Failure> {
        SqliteSink::begin("BEGIN IMMEDIATE", dest, table, columns)
    }

    /// Begins a transaction that locks no more than it writes to.
    pub fn deferred(dest: &'a Connection, table: &str, columns: &'a [Column]) -> Result<Self, Failure> {
        SqliteSink::begin("BEGIN", dest, table, columns)
    }

    fn begin(begin: &str, dest: &'a Connection, table: &str, columns: &'a [Column]) -> Result<Self, Failure> {
        let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
        let marks = vec!["?"; columns.len()].join(",");
        let prepare = || {
            dest.inner().execute_batch(begin)?;
            dest.inner().prepare(&format!("INSERT INTO {table} ({}) VALUES ({marks})", names.join(",")))
        };
        let insert = prepare().map_err(|error| dest.failure(&error))?;
        Ok(SqliteSink { dest, columns, insert, scratch: String::new() })
    }

    /// Puts a value into the row that comes next.
    #[inline]
    pub fn bind(&mut self, index: usize, value: &Value<'_>, progress: &Progress<'_>) -> Result<(), Failure> {
        let column = &self.columns[index];
        match storage::stored(value, column.affinity, &mut self.scratch) {
            Ok(stored) => bind(&mut self.insert, index, stored).map_err(|error| self.dest.failure(&error)),
            Err(misfit) => Err(misplaced(column, value, &misfit, progress)),
        }
    }

    /// Whether the column leaves any text what it is.
    #[inline]
    pub fn leaves_text(&self, index: usize) -> bool {
        !self.columns[index].affinity.makes_numbers()
    }

    /// Puts a value into the row that comes next, as it is.
    #[inline]
    pub fn bind_as_is(&mut self, index: usize, stored: ValueRef<'_>) -> Result<(), Failure> {
        bind(&mut self.insert, index, stored).map_err(|error| self.dest.failure(&error))
    }

    /// The failure of a value that is not what its type says.
    pub fn malformed(&self, index: usize, progress: &Progress<'_>) -> Failure {
        let column = &self.columns[index];
        progress.misfit(&column.name, "a value", &column.declared, "it is not in the form of its type")
    }

    /// Inserts the row.
    #[inline]
    pub fn insert(&mut self, progress: &Progress<'_>) -> Result<(), Failure> {
        self.insert.raw_execute().map(drop).map_err(|error| {
            let mut refused = self.dest.failure(&error);
            if failure::code(&error) == Some(ErrorCode::ConstraintViolation) {
                refused.message = format!("row {}: {}", progress.rows + 1, refused.message);
            }
            if failure::is_datatype(&error) {
                refused.kind = FailureKind::Value;
            }
            refused
        })
    }

    /// Ends the transaction: only now are the rows in the table.
    pub fn commit(self) -> Result<(), Failure> {
        let done = self.dest.inner().execute_batch("COMMIT");
        done.map_err(|error| self.dest.failure(&error))
    }
}

#[inline]
fn bind(insert: &mut Statement<'_>, index: usize, stored: ValueRef<'_>) -> rusqlite::Result<()> {
    insert.raw_bind_parameter(index + 1, ToSqlOutput::Borrowed(stored))
}

fn misplaced(column: &Column, value: &Value<'_>, misfit: &Misfit, progress: &Progress<'_>) -> Failure {
    progress.misfit(&column.name, &value.shown(), &column.declared, &misfit.why)
}
