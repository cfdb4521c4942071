//! From each of the databases to MySQL.

use super::mysql_sink::{MysqlSink, load};
use super::mysql_source::{self, each};
use super::pg_source;
use super::pg_to_sqlite::statement;
use super::{Load, Progress, sink, storage};
use crate::runner::Failure;
use crate::runner::builtin::mysql::table::{Column, columns};
use crate::runner::builtin::mysql::{Connection, cell};
use crate::runner::builtin::postgresql::copy::{BinaryRows, Stopped};
use crate::runner::builtin::postgresql::types::Base;
use crate::runner::builtin::value::{Value, decode};
use crate::runner::builtin::{postgresql, sqlite};
use rusqlite::Statement;

/// The columns of the table, of which there must be as many as the query has.
fn table(dest: &mut Connection, load: &Load<'_>, query: &[String]) -> Result<Vec<Column>, Failure> {
    dest.cancelled().check()?;
    let columns = load.filled(columns(dest, load.table)?, |column| &column.name)?;
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    load.check_shape(query, &names)?;
    Ok(columns)
}

/// MySQL to MySQL.
pub fn from_mysql(
    source: &mut Connection,
    what: &Load<'_>,
    dest: &mut Connection,
    progress: &mut Progress<'_>,
) -> Result<u64, Failure> {
    let prepared = mysql_source::Source::prepare(source, what)?;
    let to = table(dest, what, &prepared.names())?;
    let from = prepared.run(source)?;
    let mut started = false;
    let moved = load(dest, what, &to, |sink| {
        started = true;
        let mut scratch = Vec::new();
        let read = each(source, &from, &mut |mut row| {
            for index in 0..from.len() {
                let (cell, column) = row.next()?;
                match cell::value(cell, column, &mut scratch) {
                    Ok(value) => sink.put(index, &value, progress)?,
                    Err(odd) => return Err(sink.odd(index, &odd.shown, odd.why, progress).into()),
                }
            }
            sink.end_row()?;
            Ok(progress.row()?)
        });
        read.map_err(|stopped| prepared.stopped(source, stopped, progress.rows))
    });
    if !started {
        prepared.leave(source);
    }
    prepared.end(source, moved)
}

/// SQLite to MySQL.
pub fn from_sqlite(
    source: &sqlite::Connection,
    what: &Load<'_>,
    dest: &mut Connection,
    progress: &mut Progress<'_>,
) -> Result<u64, Failure> {
    source.reading(what.before, what.last, |statement| {
        let to = table(dest, what, &sqlite::names(statement))?;
        load(dest, what, &to, |sink| sqlite_rows(source, statement, sink, progress))
    })
}

fn sqlite_rows(
    source: &sqlite::Connection,
    statement: &mut Statement<'_>,
    sink: &mut MysqlSink<'_>,
    progress: &mut Progress<'_>,
) -> Result<(), Failure> {
    let count = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(|error| source.failure(&error))? {
        for index in 0..count {
            let stored = row.get_ref(index).map_err(|error| source.failure(&error))?;
            let value = storage::value(stored).map_err(|bytes| sink.malformed(index, bytes, progress))?;
            sink.put(index, &value, progress)?;
        }
        sink.end_row()?;
        progress.row()?;
    }
    Ok(())
}

/// PostgreSQL to MySQL.
pub fn from_pg(
    source: &mut postgresql::Connection,
    what: &Load<'_>,
    dest: &mut Connection,
    progress: &mut Progress<'_>,
) -> Result<u64, Failure> {
    let prepared = pg_source::Source::prepare(source, what)?;
    let to = table(dest, what, &sink::names(&prepared.columns))?;
    let bases: Vec<Base> = prepared.columns.iter().map(|column| column.base).collect();
    prepared.begin(source)?;
    let moved = load(dest, what, &to, |sink| {
        let copy = format!("COPY (\n{}\n) TO STDOUT (FORMAT binary)", statement(what.last, &prepared.columns));
        let mut read = || -> Result<(), Stopped> {
            let reader = source.client().copy_out(&copy).map_err(Stopped::Server)?;
            let mut rows = BinaryRows::new(reader, bases.len())?;
            while let Some(row) = rows.next()? {
                for (index, base) in bases.iter().enumerate() {
                    let value = match row.field(index) {
                        None => Value::Null,
                        Some(bytes) => {
                            // What is of another type was cast to text by the statement.
                            let base = if *base == Base::Other { Base::Text } else { *base };
                            decode::value(base, bytes).ok_or_else(|| sink.malformed(index, bytes, progress))?
                        }
                    };
                    sink.put(index, &value, progress)?;
                }
                sink.end_row()?;
                progress.row()?;
            }
            Ok(())
        };
        let read = read();
        read.map_err(|stopped| stopped.into_failure_after(progress.rows, source))
    });
    match &moved {
        Ok(_) => prepared.commit(source)?,
        Err(_) => prepared.roll_back(source),
    }
    moved
}
