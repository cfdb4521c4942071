//! SQLite to PostgreSQL: each value is encoded for the destination's column, into a binary COPY.

use super::sink::{self, Broken, Form, RowSource, names, table_columns};
use super::textual::Textual;
use super::{Load, Progress, storage};
use crate::runner::Failure;
use crate::runner::builtin::postgresql::Connection;
use crate::runner::builtin::postgresql::types::Column;
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
        let columns = table_columns(dest, load, query.len())?;
        load.check_shape(&query, &names(&columns))?;
        // With one of these, all others are given to the server as text too.
        let by_text = columns.iter().any(Column::is_read_from_text);
        let (form, writer) = if by_text {
            (Form::Text, Writer::Text(Box::default()))
        } else {
            (Form::Binary, Writer::Binary(Encoder::default()))
        };
        let mut rows = SqliteRows { source, rows: statement.raw_query(), columns: &columns, writer, progress };
        sink::load(dest, load, (form, &columns), &mut rows).map_err(|broken| match broken {
            Broken::Source(failure) => failure,
            Broken::Dest(error, rows) => sink::dest_failure(dest, &error, rows),
        })
    })
}

struct SqliteRows<'a, 'p> {
    source: &'a sqlite::Connection,
    rows: Rows<'a>,
    columns: &'a [Column],
    writer: Writer,
    progress: &'a mut Progress<'p>,
}

enum Writer {
    Binary(Encoder),
    Text(Box<Textual>),
}

impl RowSource for SqliteRows<'_, '_> {
    type Error = Failure;

    fn next_row(&mut self, out: &mut Vec<u8>) -> Result<bool, Failure> {
        let Some(row) = self.rows.next().map_err(|error| self.source.failure(&error))? else { return Ok(false) };
        if let Writer::Binary(_) = self.writer {
            out.extend_from_slice(&(self.columns.len() as i16).to_be_bytes());
        }
        for (index, column) in self.columns.iter().enumerate() {
            let stored = row.get_ref(index).map_err(|error| self.source.failure(&error))?;
            let value = storage::value(stored)
                .map_err(|bytes| self.progress.malformed(&column.name, bytes, &column.type_text()))?;
            let fits = match &mut self.writer {
                Writer::Binary(encoder) => encoder.field(&value, column, out),
                Writer::Text(textual) => {
                    if index > 0 {
                        out.push(b'\t');
                    }
                    textual.field(&value, column, out)
                }
            };
            fits.map_err(|misfit| does_not_fit(self.progress, column, &value, &misfit))?;
        }
        if let Writer::Text(_) = self.writer {
            out.push(b'\n');
        }
        self.progress.row()?;
        Ok(true)
    }
}

fn does_not_fit(progress: &Progress<'_>, column: &Column, value: &Value<'_>, misfit: &Misfit) -> Failure {
    progress.misfit(&column.name, &value.shown(), &column.type_text(), &misfit.why)
}
