//! SQLite to SQLite: values are bound as they are, where the column leaves them so.

use super::sqlite_sink::SqliteSink;
use super::{Load, Progress, storage};
use crate::runner::builtin::sqlite::affinity::Affinity;
use crate::runner::builtin::sqlite::table::{self, Column};
use crate::runner::builtin::sqlite::{self, Connection};
use crate::runner::{Failure, FailureKind};
use rusqlite::types::ValueRef;
use rusqlite::{Rows, Statement};
use std::os::unix::fs::MetadataExt;

/// Holds the rows while they change from reading to writing one and the same file. No column has a type, so that all
/// values stay as they are.
const SPOOL: &str = "temp.pipekit_spool";

pub fn run(
    source: &Connection,
    load: &Load<'_>,
    dest: &Connection,
    progress: &mut Progress<'_>,
) -> Result<u64, Failure> {
    let columns = load.filled(table::columns(dest, load.table)?, |column| &column.name)?;
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let one_file = share_a_file(source, dest).map_err(|error| dest.failure(&error))?;
    let log = one_file && has_write_ahead_log(dest).map_err(|error| dest.failure(&error))?;
    let check = |statement: &Statement<'_>| {
        load.check_shape(&sqlite::names(statement), &names)?;
        if one_file && !statement.readonly() {
            // It would hold the file's only writing lock until the load, which needs it too, has ended.
            let message = "a statement that changes rows can't be the source of a load into its own SQLite file";
            return Err(Failure::new(FailureKind::Shape, message));
        }
        Ok(())
    };
    if !one_file || log {
        return source.reading(load.before, load.last, |statement| {
            check(statement)?;
            dest.guarded(|dest| fill(source, statement.raw_query(), dest, load, &columns, progress))
        });
    }
    // The reader's lock would keep the writer from its commit, and the writer would wait for it until the time limit:
    // so all is read before anything is written.
    let spooled = source.reading(load.before, load.last, |statement| {
        check(statement)?;
        dest.guarded(|dest| spool(source, statement, dest, columns.len(), progress))
    });
    let moved = spooled.and_then(|()| {
        progress.rows = 0;
        let mut select =
            dest.inner().prepare(&format!("SELECT * FROM {SPOOL}")).map_err(|error| dest.failure(&error))?;
        dest.guarded(|dest| fill(dest, select.raw_query(), dest, load, &columns, progress))
    });
    // It is gone with the connection at the latest.
    let _ = dest.inner().execute_batch(&format!("DROP TABLE IF EXISTS {SPOOL}"));
    moved
}

/// Whether a file is open on both connections.
fn share_a_file(source: &Connection, dest: &Connection) -> rusqlite::Result<bool> {
    let files = |connection: &Connection| -> rusqlite::Result<Vec<(u64, u64)>> {
        let mut list = connection.inner().prepare("SELECT file FROM pragma_database_list WHERE file <> ''")?;
        let paths = list.query_map([], |row| row.get::<_, String>(0))?;
        let mut files = Vec::new();
        for path in paths {
            // By its number, as a file can have several names.
            if let Ok(found) = std::fs::metadata(path?) {
                files.push((found.dev(), found.ino()));
            }
        }
        Ok(files)
    };
    let (ours, theirs) = (files(source)?, files(dest)?);
    Ok(ours.iter().any(|file| theirs.contains(file)))
}

/// Whether readers and a writer of the file leave each other alone.
fn has_write_ahead_log(dest: &Connection) -> rusqlite::Result<bool> {
    let mode: String = dest.inner().pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    Ok(mode.eq_ignore_ascii_case("wal"))
}

fn spool(
    source: &Connection,
    statement: &mut Statement<'_>,
    dest: &Connection,
    columns: usize,
    progress: &mut Progress<'_>,
) -> Result<(), Failure> {
    let names: Vec<String> = (0..columns).map(|n| format!("c{n}")).collect();
    let untyped: Vec<Column> = names
        .iter()
        .map(|name| Column { name: name.clone(), declared: String::new(), affinity: Affinity::Blob })
        .collect();
    let create = format!("DROP TABLE IF EXISTS {SPOOL}; CREATE TABLE {SPOOL} ({})", names.join(", "));
    dest.inner().execute_batch(&create).map_err(|error| dest.failure(&error))?;
    // IMMEDIATE would lock the file itself; a deferred transaction locks what it writes to, the temporary one.
    let mut sink = SqliteSink::deferred(dest, SPOOL, &untyped)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(|error| source.failure(&error))? {
        for index in 0..columns {
            let stored = row.get_ref(index).map_err(|error| source.failure(&error))?;
            sink.bind_as_is(index, stored, progress)?;
        }
        sink.insert(progress)?;
        progress.row()?;
    }
    sink.commit()
}

fn fill(
    source: &Connection,
    mut rows: Rows<'_>,
    dest: &Connection,
    load: &Load<'_>,
    columns: &[Column],
    progress: &mut Progress<'_>,
) -> Result<u64, Failure> {
    let mut sink = SqliteSink::open(dest, load, columns)?;
    while let Some(row) = rows.next().map_err(|error| source.failure(&error))? {
        for (index, column) in columns.iter().enumerate() {
            let stored = row.get_ref(index).map_err(|error| source.failure(&error))?;
            if stays(stored, column.affinity) {
                sink.bind_as_is(index, stored, progress)?;
                continue;
            }
            let value = storage::value(stored).map_err(|bytes| sink.malformed(index, bytes, progress))?;
            sink.bind(index, &value, progress)?;
        }
        sink.insert(progress)?;
        progress.row()?;
    }
    sink.commit()?;
    Ok(progress.rows)
}

/// Whether a column of this affinity leaves the value what it is.
fn stays(stored: ValueRef<'_>, affinity: Affinity) -> bool {
    match stored {
        ValueRef::Null | ValueRef::Blob(_) => true,
        ValueRef::Integer(_) => affinity != Affinity::Real,
        ValueRef::Real(_) => affinity != Affinity::Text,
        ValueRef::Text(_) => !affinity.makes_numbers(),
    }
}
