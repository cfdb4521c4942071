//! PostgreSQL to SQLite: binary COPY, decoded, and bound to one prepared INSERT.

use super::pg_source::Source;
use super::sqlite_sink::SqliteSink;
use super::{Load, Progress, sink};
use crate::runner::Failure;
use crate::runner::builtin::postgresql::Connection;
use crate::runner::builtin::postgresql::ahead::{self, Ahead};
use crate::runner::builtin::postgresql::copy::{BinaryRow, BinaryRows, Stopped};
use crate::runner::builtin::postgresql::types::{Base, Column};
use crate::runner::builtin::value::{Value, decode};
use crate::runner::builtin::{script, sqlite};
use rusqlite::types::ValueRef;

pub fn run(
    source: &mut Connection,
    load: &Load<'_>,
    dest: &sqlite::Connection,
    progress: &mut Progress<'_>,
) -> Result<u64, Failure> {
    let prepared = Source::prepare(source, load)?;
    let table = load.filled(sqlite::table::columns(dest, load.table)?, |column| &column.name)?;
    let names: Vec<String> = table.iter().map(|column| column.name.clone()).collect();
    load.check_shape(&sink::names(&prepared.columns), &names)?;

    prepared.begin(source)?;
    let moved = dest.guarded(|dest| {
        let mut sink = SqliteSink::open(dest, load, &table)?;
        let bases: Vec<Base> = prepared.columns.iter().map(|column| column.base).collect();
        let statement = statement(load.last, &prepared.columns);
        let stop = source.cancel_request();
        let read = match source.client().copy_out(&format!("COPY (\n{statement}\n) TO STDOUT (FORMAT binary)")) {
            Err(error) => Err(Stopped::Server(error)),
            Ok(reader) => ahead::read(reader, || stop.send(), |reader| read(reader, &bases, &mut sink, progress)),
        };
        read.map_err(|stopped| stopped.into_failure_after(progress.rows, source))?;
        sink.commit()?;
        Ok(progress.rows)
    });
    match &moved {
        Ok(_) => prepared.commit(source)?,
        Err(_) => prepared.roll_back(source),
    }
    moved
}

fn read(
    reader: Ahead<'_>,
    bases: &[Base],
    sink: &mut SqliteSink<'_>,
    progress: &mut Progress<'_>,
) -> Result<(), Stopped> {
    let mut rows = BinaryRows::new(reader, bases.len())?;
    while let Some(row) = rows.next()? {
        write_row(&row, bases, sink, progress)?;
        progress.row()?;
    }
    Ok(())
}

fn write_row(
    row: &BinaryRow<'_>,
    bases: &[Base],
    sink: &mut SqliteSink<'_>,
    progress: &Progress<'_>,
) -> Result<(), Failure> {
    for (index, base) in bases.iter().enumerate() {
        let value = match row.field(index) {
            None => Value::Null,
            // Where no number can come of it there is nothing to look at but its encoding: a server with SQL_ASCII sends
            // any bytes.
            Some(bytes) if *base == Base::Text && sink.leaves_text(index) && std::str::from_utf8(bytes).is_ok() => {
                sink.bind_as_is(index, ValueRef::Text(bytes), progress)?;
                continue;
            }
            Some(bytes) => {
                // What is of another type was cast to text by the statement.
                let base = if *base == Base::Other { Base::Text } else { *base };
                decode::value(base, bytes).ok_or_else(|| sink.malformed(index, bytes, progress))?
            }
        };
        sink.bind(index, &value, progress)?;
    }
    sink.insert(progress)
}

/// The statement with what is not known here cast to text by the server; the statement itself where all is known.
pub fn statement(last: &str, columns: &[Column]) -> String {
    if columns.iter().all(|column| column.base != Base::Other) {
        return last.to_owned();
    }
    let names: Vec<String> = (1..=columns.len()).map(|n| format!("c{n}")).collect();
    let list: Vec<String> = columns
        .iter()
        .zip(&names)
        .map(|(column, name)| match column.base {
            Base::Other => format!("q.{name}::pg_catalog.text"),
            _ => format!("q.{name}"),
        })
        .collect();
    let (list, names) = (list.join(", "), names.join(", "));
    if script::is_plain_query(last) {
        format!("SELECT {list} FROM (\n{last}\n) AS q({names})")
    } else {
        // What writes can't stand in a FROM.
        format!("WITH q({names}) AS (\n{last}\n) SELECT {list} FROM q")
    }
}
