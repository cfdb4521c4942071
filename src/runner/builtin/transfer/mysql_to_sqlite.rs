//! MySQL to SQLite: the rows of a prepared statement, bound to one prepared INSERT.

use super::mysql_source::{Source, each};
use super::sqlite_sink::SqliteSink;
use super::{Load, Progress};
use crate::runner::Failure;
use crate::runner::builtin::mysql::{Connection, cell};
use crate::runner::builtin::sqlite;

pub fn run(
    source: &mut Connection,
    load: &Load<'_>,
    dest: &sqlite::Connection,
    progress: &mut Progress<'_>,
) -> Result<u64, Failure> {
    let prepared = Source::prepare(source, load)?;
    let table = load.filled(sqlite::table::columns(dest, load.table)?, |column| &column.name)?;
    let names: Vec<String> = table.iter().map(|column| column.name.clone()).collect();
    load.check_shape(&prepared.names(), &names)?;
    let columns = prepared.run(source)?;
    let moved = dest.guarded(|dest| {
        let mut sink = match SqliteSink::open(dest, load, &table) {
            Ok(sink) => sink,
            Err(failure) => {
                prepared.leave(source);
                return Err(failure);
            }
        };
        let mut scratch = Vec::new();
        let read = each(source, &columns, &mut |mut row| {
            for index in 0..columns.len() {
                let (cell, column) = row.next()?;
                match cell::value(cell, column, &mut scratch) {
                    Ok(value) => sink.bind(index, &value, progress)?,
                    Err(odd) => return Err(sink.odd(index, &odd.shown, odd.why, progress).into()),
                }
            }
            sink.insert(progress)?;
            Ok(progress.row()?)
        });
        read.map_err(|stopped| prepared.stopped(source, stopped, progress.rows))?;
        sink.commit()?;
        Ok(progress.rows)
    });
    prepared.end(source, moved)
}
