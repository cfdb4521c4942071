//! SQLite: a connection, and the SQL that runs on it.

pub mod affinity;
mod checksum;
pub mod failure;
pub mod open;
pub mod table;

use super::cancel::{CancelFlag, Canceller};
use super::value::{float, text};
use super::{ScriptOutcome, script};
use crate::runner::builtin::url::SqliteUrl;
use crate::runner::{Failure, FailureKind, Rows};
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::ValueRef;
use rusqlite::{Batch, Statement};
use std::io;

/// An open SQLite database.
pub struct Connection {
    inner: rusqlite::Connection,
    cancelled: CancelFlag,
}

impl Connection {
    /// Opens a database.
    pub fn open(url: &SqliteUrl) -> Result<Connection, Failure> {
        Ok(Connection { inner: open::open(url)?, cancelled: CancelFlag::default() })
    }

    /// A handle that cancels what runs here.
    pub fn canceller(&self) -> Canceller {
        Canceller::of_sqlite(&self.cancelled, self.inner.get_interrupt_handle())
    }

    /// The library's connection.
    pub fn inner(&self) -> &rusqlite::Connection {
        &self.inner
    }

    /// Whether it was cancelled.
    pub fn cancelled(&self) -> &CancelFlag {
        &self.cancelled
    }

    /// The failure that `error` means here.
    pub fn failure(&self, error: &rusqlite::Error) -> Failure {
        failure::of(error, self.cancelled.is_up())
    }

    /// Runs SQL and gives the rows of the last statement that returns columns.
    pub fn query(&mut self, sql: &str, limit: Option<usize>) -> Result<Rows, Failure> {
        self.cancelled.check()?;
        Ok(self.guarded(|connection| connection.run(sql, limit))?.rows)
    }

    /// The columns that the last statement would give.
    pub fn describe(&mut self, sql: &str) -> Result<Vec<String>, Failure> {
        let Some((_, last)) = script::split_last(sql) else { return Ok(Vec::new()) };
        let statement = self.inner.prepare(last).map_err(|error| self.failure(&error))?;
        Ok(names(&statement))
    }

    /// The types of the columns that the last statement would give: none, as each value has its own.
    pub fn types(&mut self, sql: &str) -> Result<Vec<String>, Failure> {
        let Some((_, last)) = script::split_last(sql) else { return Ok(Vec::new()) };
        let statement = self.inner.prepare(last).map_err(|error| self.failure(&error))?;
        Ok(vec![String::new(); statement.column_count()])
    }

    /// Runs SQL for its effects, statement by statement.
    pub fn script(&mut self, sql: &str) -> Result<ScriptOutcome, Failure> {
        self.cancelled.check()?;
        self.guarded(|connection| connection.run(sql, None))
    }

    /// Streams the rows of the last statement, after the others ran.
    pub fn stream(
        &mut self,
        sql: &str,
        on_columns: &mut dyn FnMut(&[String]) -> io::Result<()>,
        on_row: &mut dyn FnMut(&[Option<&str>]) -> io::Result<()>,
    ) -> Result<u64, Failure> {
        self.cancelled.check()?;
        let Some((before, last)) = script::split_last(sql) else { return Ok(0) };
        self.guarded(|connection| {
            connection.run(before, None)?;
            let mut statement = connection.inner.prepare(last).map_err(|error| connection.failure(&error))?;
            connection.stream_rows(&mut statement, on_columns, on_row)
        })
    }

    /// Runs `before`, then gives `last` to `read`, in a transaction that is committed after it if `last` writes.
    pub fn reading<T>(
        &self,
        before: &str,
        last: &str,
        read: impl FnOnce(&mut Statement<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.guarded(|connection| connection.run(before, None))?;
        let mut statement = self.inner.prepare(last).map_err(|error| self.failure(&error))?;
        if statement.readonly() {
            return read(&mut statement);
        }
        // Else what it took away would be gone before its rows have arrived.
        self.guarded(|connection| {
            connection.inner.execute_batch("BEGIN IMMEDIATE").map_err(|error| connection.failure(&error))?;
            let done = read(&mut statement)?;
            drop(statement);
            connection.inner.execute_batch("COMMIT").map_err(|error| connection.failure(&error))?;
            Ok(done)
        })
    }

    /// Does `work`, and leaves no transaction open behind it.
    pub fn guarded<T>(&self, work: impl FnOnce(&Self) -> Result<T, Failure>) -> Result<T, Failure> {
        let outcome = work(self);
        if self.inner.is_autocommit() {
            return outcome;
        }
        let rolled_back = self.inner.execute_batch("ROLLBACK");
        let outcome = outcome?;
        rolled_back.map_err(|error| self.failure(&error))?;
        drop(outcome);
        Err(Failure::new(
            FailureKind::Sql,
            "the SQL begins a transaction and does not end it: it was rolled back (end it with COMMIT)",
        ))
    }

    /// Runs SQL, which may stand in a transaction.
    pub fn run(&self, sql: &str, limit: Option<usize>) -> Result<ScriptOutcome, Failure> {
        let mut outcome = ScriptOutcome::default();
        let mut batch = Batch::new(&self.inner, sql);
        while let Some(mut statement) = batch.next().map_err(|error| self.failure(&error))? {
            if statement.column_count() > 0 {
                outcome.rows = self.collect(&mut statement, limit)?;
            } else {
                statement.raw_execute().map_err(|error| self.failure(&error))?;
            }
            if !statement.readonly() && statement.expanded_sql().is_some_and(|sql| script::writes_rows(&sql)) {
                outcome.rows_affected = Some(self.inner.changes());
            }
        }
        Ok(outcome)
    }

    fn collect(&self, statement: &mut Statement<'_>, limit: Option<usize>) -> Result<Rows, Failure> {
        let mut collected = Rows { columns: names(statement), ..Rows::default() };
        // What writes is run to its end, or its commit is never seen to.
        let may_stop = statement.readonly();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|error| self.failure(&error))? {
            if limit.is_some_and(|limit| collected.rows.len() >= limit) {
                collected.truncated = true;
                if may_stop {
                    break;
                }
                continue;
            }
            let values = (0..collected.columns.len()).map(|index| row.get_ref(index).map(value_text));
            collected.rows.push(values.collect::<Result<_, _>>().map_err(|error| self.failure(&error))?);
        }
        Ok(collected)
    }

    fn stream_rows(
        &self,
        statement: &mut Statement<'_>,
        on_columns: &mut dyn FnMut(&[String]) -> io::Result<()>,
        on_row: &mut dyn FnMut(&[Option<&str>]) -> io::Result<()>,
    ) -> Result<u64, Failure> {
        let output = |error: io::Error| Failure::new(FailureKind::Lost, format!("the rows can't be written: {error}"));
        let columns = names(statement);
        if columns.is_empty() {
            statement.raw_execute().map_err(|error| self.failure(&error))?;
            return Ok(0);
        }
        on_columns(&columns).map_err(output)?;
        let mut count = 0;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|error| self.failure(&error))? {
            let mut values: Vec<Option<String>> = Vec::with_capacity(columns.len());
            for (index, column) in columns.iter().enumerate() {
                let value = row.get_ref(index).map_err(|error| self.failure(&error))?;
                // These rows are data, and a character put in place of another would be a change of it.
                if let ValueRef::Text(bytes) = value
                    && std::str::from_utf8(bytes).is_err()
                {
                    let message = format!("row {}, column {column}: the text is not UTF-8", count + 1);
                    return Err(Failure::new(FailureKind::Value, message));
                }
                values.push(value_text(value));
            }
            let values: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
            on_row(&values).map_err(output)?;
            count += 1;
        }
        Ok(count)
    }
}

/// The names of a statement's columns.
pub fn names(statement: &Statement<'_>) -> Vec<String> {
    statement.column_names().map(str::to_owned).collect()
}

/// A value as text: numbers as SQLite prints them, bytes in hex behind `\x` as PostgreSQL prints them.
fn value_text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => {
            let mut out = String::new();
            float::push_sqlite(&mut out, number);
            Some(out)
        }
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => {
            let mut out = String::from("\\x");
            text::push_hex(&mut out, bytes);
            Some(out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::builtin::url::{Url, parse};

    fn memory() -> Connection {
        match parse("jdbc:sqlite::memory:").unwrap() {
            Url::Sqlite(url) => Connection::open(&url).unwrap(),
            _ => unreachable!("not asked for"),
        }
    }

    #[test]
    fn the_last_statement_with_columns_gives_the_rows() {
        let mut connection = memory();
        let rows = connection
            .query("create table t (a, b); insert into t values (1, 'x'), (0.1, null), (x'00ff', ''); select * from t; -- end", None)
            .unwrap();
        assert_eq!(rows.columns, ["a", "b"]);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(rows.rows, [[some("1"), some("x")], [some("0.1"), None], [some("\\x00ff"), some("")]]);
        let rows = connection.query("select 1 union all select 2", Some(1)).unwrap();
        assert!(rows.truncated && rows.rows.len() == 1);
        assert!(!connection.query("select 1", Some(1)).unwrap().truncated);
        let rows = connection.query("insert into t values (5, 5), (6, 6) returning a", Some(1)).unwrap();
        assert!(rows.truncated);
        assert_eq!(connection.query("select count(*) from t", None).unwrap().rows, [[some("5")]]);
    }

    #[test]
    fn scripts_count_and_leave_nothing_open() {
        let mut connection = memory();
        let outcome = connection
            .script("begin; create table t (a unique); insert into t values (1), (2); commit; create index i on t (a)")
            .unwrap();
        assert_eq!(outcome.rows_affected, Some(2));
        assert_eq!(connection.script("create view v as select 1").unwrap().rows_affected, None);
        let failure =
            connection.script("begin; insert into t values (3); insert into t values (1); commit").unwrap_err();
        assert!(failure.message.contains("UNIQUE"), "{}", failure.message);
        let failure = connection.script("begin; insert into t values (4)").unwrap_err();
        assert!(failure.message.contains("COMMIT"), "{}", failure.message);
        assert_eq!(connection.query("select count(*) from t", None).unwrap().rows, [[Some("2".to_owned())]]);
        let failure = connection.script("select \"nosuch\" from t").unwrap_err();
        assert!(failure.message.contains("nosuch"), "{}", failure.message);
    }

    #[test]
    fn rows_are_streamed() {
        let mut connection = memory();
        let mut lines = Vec::new();
        let mut header = Vec::new();
        let count = connection
            .stream(
                "create table t (a); insert into t values (1), (null); select a as x from t;",
                &mut |columns| {
                    header.extend_from_slice(columns);
                    Ok(())
                },
                &mut |row| {
                    lines.push(row[0].map(str::to_owned));
                    Ok(())
                },
            )
            .unwrap();
        assert_eq!((count, header, lines), (2, vec!["x".to_owned()], vec![Some("1".to_owned()), None]));
    }
}
