//! SQLite to PostgreSQL: each value is encoded for the destination's column, into a binary COPY.

use super::sink::{Broken, Sink, names, table_columns};
use super::textual::Textual;
use super::{Load, Progress, storage};
use crate::runner::Failure;
use crate::runner::builtin::postgresql::Connection;
use crate::runner::builtin::postgresql::copy::{HEADER, TRAILER};
use crate::runner::builtin::postgresql::types::{Base, Column};
use crate::runner::builtin::sqlite;
use crate::runner::builtin::value::encode::Encoder;
use crate::runner::builtin::value::{Misfit, Value};
use rusqlite::Rows;

pub fn run(
    source: &sqlite::Connection,
    load: &Load<'_>,
    dest: &mut Connection,
    progress: &mut Progress<'_>,
) -> Result<u64, Failure> {
    source.reading(load.before, load.last, |statement| {
        dest.begin()?;
        let query = sqlite::names(statement);
        let columns = table_columns(dest, load.table, query.len())?;
        load.check_shape(&query, &names(&columns))?;
        // These are given to the server as text, and all others with them.
        let by_text = columns.iter().any(|column| matches!(column.base, Base::Other | Base::Inet | Base::Interval));
        let form = if by_text { "text" } else { "binary" };
        let moved = {
            let rows = statement.raw_query();
            let copy_in = format!("COPY {} FROM STDIN (FORMAT {form})", load.table);
            Sink::open(dest, &copy_in).and_then(|sink| {
                let mut copy = Copy { source, columns: &columns, progress };
                if by_text { copy.by_text(rows, sink) } else { copy.by_row(rows, sink) }
            })
        };
        moved.map_err(|broken| broken.into_failure(dest))
    })
}

struct Copy<'a, 'p> {
    source: &'a sqlite::Connection,
    columns: &'a [Column],
    progress: &'a mut Progress<'p>,
}

impl Copy<'_, '_> {
    fn by_row(&mut self, mut rows: Rows<'_>, mut sink: Sink<'_>) -> Result<u64, Broken> {
        let mut encoder = Encoder::default();
        let count = (self.columns.len() as i16).to_be_bytes();
        sink.buffer.extend_from_slice(HEADER);
        while let Some(row) = rows.next().map_err(|error| self.source.failure(&error))? {
            sink.buffer.extend_from_slice(&count);
            for (index, column) in self.columns.iter().enumerate() {
                let stored = row.get_ref(index).map_err(|error| self.source.failure(&error))?;
                let value = storage::value(stored).ok_or_else(|| self.not_utf8(column))?;
                if let Err(misfit) = encoder.field(&value, column, &mut sink.buffer) {
                    return Err(self.misfit(column, &value, &misfit).into());
                }
            }
            self.progress.row()?;
            sink.row_done()?;
        }
        sink.buffer.extend_from_slice(&TRAILER);
        sink.finish()
    }

    fn by_text(&mut self, mut rows: Rows<'_>, mut sink: Sink<'_>) -> Result<u64, Broken> {
        let mut textual = Textual::default();
        while let Some(row) = rows.next().map_err(|error| self.source.failure(&error))? {
            for (index, column) in self.columns.iter().enumerate() {
                if index > 0 {
                    sink.buffer.push(b'\t');
                }
                let stored = row.get_ref(index).map_err(|error| self.source.failure(&error))?;
                let value = storage::value(stored).ok_or_else(|| self.not_utf8(column))?;
                if let Err(misfit) = textual.field(&value, column, &mut sink.buffer) {
                    return Err(self.misfit(column, &value, &misfit).into());
                }
            }
            sink.buffer.push(b'\n');
            self.progress.row()?;
            sink.row_done()?;
        }
        sink.finish()
    }

    fn misfit(&self, column: &Column, value: &Value<'_>, misfit: &Misfit) -> Failure {
        self.progress.misfit(&column.name, &value.shown(), &column.type_text(), &misfit.why)
    }

    fn not_utf8(&self, column: &Column) -> Failure {
        self.progress.misfit(&column.name, "a text", &column.type_text(), "it is not UTF-8")
    }
}
