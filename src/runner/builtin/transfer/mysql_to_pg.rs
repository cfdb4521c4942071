//! MySQL to PostgreSQL: the rows of a prepared statement, encoded to binary COPY.

use super::mysql_source::{Source, Stopped};
use super::sink::{self, Broken, Form, RowSource, names, table_columns};
use super::textual::Textual;
use super::{Load, Progress};
use crate::runner::Failure;
use crate::runner::builtin::mysql;
use crate::runner::builtin::mysql::cell::{self, Cell};
use crate::runner::builtin::mysql::protocol::{self, Kind};
use crate::runner::builtin::mysql::rows::{Next, Rows};
use crate::runner::builtin::postgresql::Connection;
use crate::runner::builtin::postgresql::types::Column;
use crate::runner::builtin::value::encode::Encoder;
use crate::runner::builtin::value::{Misfit, Value};
use postgres::types::Type;

pub fn run(
    source: &mut mysql::Connection,
    load: &Load<'_>,
    dest: &mut Connection,
    progress: &mut Progress<'_>,
) -> Result<u64, Failure> {
    let prepared = Source::prepare(source, load)?;
    dest.begin()?;
    let to = table_columns(dest, load, prepared.names().len())?;
    load.check_shape(&prepared.names(), &names(&to))?;
    let from = prepared.run(source)?;
    // With one of these, all others are given to the server as text too.
    let (form, writer) = if to.iter().any(Column::is_read_from_text) {
        (Form::Text, Writer::Text(Box::default()))
    } else {
        (Form::Binary, Writer::Binary(Encoder::default()))
    };
    let bits = from
        .iter()
        .zip(&to)
        .map(|(from, to)| {
            let is_string = [Type::BIT.oid(), Type::VARBIT.oid()].contains(&to.oid);
            (from.kind == Kind::Bit && is_string).then_some(from.length as usize)
        })
        .collect();
    let rows = source.rows(&from, true);
    let mut rows = MysqlRows { rows, to: &to, bits, writer, scratch: Vec::new(), end: None, progress: &mut *progress };
    let moved = sink::load(dest, load, (form, &to), &mut rows);
    let end = rows.end.take();
    match moved {
        Ok(rows) => {
            source.ended(end.unwrap_or_default());
            prepared.end(source, Ok(rows))
        }
        Err(Broken::Source(stopped)) => Err(prepared.stopped(source, stopped, progress.rows)),
        Err(Broken::Dest(error, rows)) => {
            let failure = sink::dest_failure(dest, &error, rows);
            prepared.leave(source);
            Err(failure)
        }
    }
}

struct MysqlRows<'a, 'p> {
    rows: Rows<'a>,
    to: &'a [Column],
    /// Of columns that are bits here and a string of bits there, how many.
    bits: Vec<Option<usize>>,
    writer: Writer,
    scratch: Vec<u8>,
    end: Option<protocol::Done>,
    progress: &'a mut Progress<'p>,
}

enum Writer {
    Binary(Encoder),
    Text(Box<Textual>),
}

impl Writer {
    #[inline]
    fn field(&mut self, index: usize, value: &Value<'_>, to: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
        match self {
            Writer::Binary(encoder) => encoder.field(value, to, out),
            Writer::Text(textual) => {
                if index > 0 {
                    out.push(b'\t');
                }
                textual.field(value, to, out)
            }
        }
    }
}

impl RowSource for MysqlRows<'_, '_> {
    type Error = Stopped;

    fn next_row(&mut self, out: &mut Vec<u8>) -> Result<bool, Stopped> {
        let mut row = match self.rows.next()? {
            Next::Row(row) => row,
            Next::End(done) => {
                self.end = Some(done);
                return Ok(false);
            }
        };
        if let Writer::Binary(_) = self.writer {
            out.extend_from_slice(&(self.to.len() as i16).to_be_bytes());
        }
        for (index, to) in self.to.iter().enumerate() {
            let (cell, from) = row.next()?;
            if let (Some(length), Cell::Bytes(bytes)) = (self.bits[index], cell) {
                let digits = format!("{:0length$b}", cell::bits(bytes));
                self.writer
                    .field(index, &Value::Text(&digits), to, out)
                    .map_err(|misfit| self.progress.misfit(&to.name, &digits, &to.type_text(), &misfit.why))?;
                continue;
            }
            let value = cell::value(cell, from, &mut self.scratch)
                .map_err(|odd| self.progress.misfit(&to.name, &odd.shown, &to.type_text(), odd.why))?;
            self.writer
                .field(index, &value, to, out)
                .map_err(|misfit| self.progress.misfit(&to.name, &value.shown(), &to.type_text(), &misfit.why))?;
        }
        if let Writer::Text(_) = self.writer {
            out.push(b'\n');
        }
        self.progress.row()?;
        Ok(true)
    }
}
