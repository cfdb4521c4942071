//! PostgreSQL to PostgreSQL: COPY out, COPY in, and as little as possible between them.

use super::pg_source::Source;
use super::sink::{self, Broken, Form, RowSource, names, table_columns};
use super::textual::Textual;
use super::{Load, Progress};
use crate::runner::Failure;
use crate::runner::builtin::postgresql::Connection;
use crate::runner::builtin::postgresql::copy::{self, BinaryRow, BinaryRows, Stopped, TRAILER, TextRows};
use crate::runner::builtin::postgresql::types::{Base, Column};
use crate::runner::builtin::value::encode::Encoder;
use crate::runner::builtin::value::{Value, decode};
use postgres::CopyOutReader;
use std::io::BufRead;

/// How a column travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Its bytes are passed on.
    AsIs,
    /// Each value is taken apart, checked, and put together for the destination.
    Converted,
    /// Its type is not known here: the two servers understand each other's text.
    Text,
}

impl Route {
    fn of(source: &Column, dest: &Column) -> Route {
        let unknown = |column: &Column| matches!(column.base, Base::Other | Base::Inet);
        if dest.same_bytes(source) {
            match dest.base {
                _ if dest.holds_all_of(source) => Route::AsIs,
                // An array, for one: its elements are looked at as text.
                Base::Other => Route::Text,
                _ => Route::Converted,
            }
        } else if unknown(source) && dest.base == Base::Text && source.base == Base::Inet {
            Route::Converted
        } else if unknown(source) || dest.is_read_from_text() {
            Route::Text
        } else {
            Route::Converted
        }
    }
}

pub fn run(
    source: &mut Connection,
    load: &Load<'_>,
    dest: &mut Connection,
    progress: &mut Progress<'_>,
) -> Result<u64, Failure> {
    let prepared = Source::prepare(source, load)?;
    dest.begin()?;
    let dest_columns = table_columns(dest, load, prepared.columns.len())?;
    load.check_shape(&names(&prepared.columns), &names(&dest_columns))?;
    let routes: Vec<Route> = prepared.columns.iter().zip(&dest_columns).map(|(from, to)| Route::of(from, to)).collect();
    let plan = Plan { from: &prepared.columns, to: &dest_columns, routes };

    prepared.begin(source)?;
    match plan.copy(source, load, dest, progress) {
        Ok(rows) => {
            prepared.commit(source)?;
            Ok(rows)
        }
        Err(Broken::Source(stopped)) => {
            let failure = stopped.into_failure_after(progress.rows, source);
            prepared.roll_back(source);
            Err(failure)
        }
        Err(Broken::Dest(error, rows)) => {
            let failure = sink::dest_failure(dest, &error, rows);
            source.abandon_copy_out();
            prepared.roll_back(source);
            Err(failure)
        }
    }
}

struct Plan<'a> {
    from: &'a [Column],
    to: &'a [Column],
    routes: Vec<Route>,
}

impl Plan<'_> {
    fn copy(
        &self,
        source: &mut Connection,
        load: &Load<'_>,
        dest: &mut Connection,
        progress: &mut Progress<'_>,
    ) -> Result<u64, Broken<Stopped>> {
        let form = if self.routes.contains(&Route::Text) { Form::Text } else { Form::Binary };
        // The statement is on lines of its own, so that a comment at its end hides nothing.
        let copy_out = format!("COPY (\n{}\n) TO STDOUT (FORMAT {})", load.last, form.name());
        let reader = source.client().copy_out(&copy_out).map_err(|error| Broken::Source(Stopped::Server(error)))?;
        let (into, columns) = ((form, self.to), self.from.len());
        if form == Form::Text {
            let rows = TextRows::new(reader, names(self.from));
            sink::load(dest, load, into, &mut ByText { plan: self, rows, textual: Textual::default(), progress })
        } else if self.routes.iter().all(|route| *route == Route::AsIs) {
            sink::load(dest, load, into, &mut PassOn { reader, columns, at_start: true, ended: false, progress })
        } else {
            let rows = BinaryRows::new(reader, columns).map_err(Broken::Source)?;
            sink::load(dest, load, into, &mut ByRow { plan: self, rows, encoder: Encoder::default(), progress })
        }
    }
}

/// All columns as they are: the server's messages are passed on unopened.
struct PassOn<'a, 'p> {
    reader: CopyOutReader<'a>,
    columns: usize,
    at_start: bool,
    ended: bool,
    progress: &'a mut Progress<'p>,
}

impl RowSource for PassOn<'_, '_> {
    type Error = Stopped;

    fn next_row(&mut self, out: &mut Vec<u8>) -> Result<bool, Stopped> {
        if self.ended {
            return Ok(false);
        }
        let message = self.reader.fill_buf().map_err(Stopped::Reading)?;
        let length = message.len();
        if length == 0 {
            return Ok(false);
        }
        let mut rows = message;
        if self.at_start {
            // The header comes with the first row, and the sink has its own.
            let end = copy::header(message)?.ok_or(Stopped::Garbled)?;
            (self.at_start, rows) = (false, &message[end..]);
        }
        // So has it for the mark at the end, which is a message of its own.
        if rows != TRAILER {
            out.extend_from_slice(rows);
            self.progress.row()?;
        }
        self.reader.consume(length);
        Ok(true)
    }

    fn can_stop(&mut self) -> Result<bool, Stopped> {
        // PostgreSQL sends a row a message. Whatever else speaks its protocol might not.
        let message = self.reader.fill_buf().map_err(Stopped::Reading)?;
        // The reader must not be asked again after its end.
        self.ended = message.is_empty();
        Ok(copy::is_one_row(message, self.columns))
    }
}

/// Some columns are converted.
struct ByRow<'a, 'p> {
    plan: &'a Plan<'a>,
    rows: BinaryRows<CopyOutReader<'a>>,
    encoder: Encoder,
    progress: &'a mut Progress<'p>,
}

impl RowSource for ByRow<'_, '_> {
    type Error = Stopped;

    fn next_row(&mut self, out: &mut Vec<u8>) -> Result<bool, Stopped> {
        let Some(row) = self.rows.next()? else { return Ok(false) };
        out.extend_from_slice(&(self.plan.to.len() as i16).to_be_bytes());
        convert(self.plan, &row, &mut self.encoder, out, self.progress)?;
        self.progress.row()?;
        Ok(true)
    }
}

fn convert(
    plan: &Plan<'_>,
    row: &BinaryRow<'_>,
    encoder: &mut Encoder,
    out: &mut Vec<u8>,
    progress: &Progress<'_>,
) -> Result<(), Failure> {
    for (index, route) in plan.routes.iter().enumerate() {
        let Some(bytes) = row.field(index) else {
            out.extend_from_slice(&(-1i32).to_be_bytes());
            continue;
        };
        if *route == Route::AsIs {
            out.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
            out.extend_from_slice(bytes);
            continue;
        }
        let (from, to) = (&plan.from[index], &plan.to[index]);
        let value =
            decode::value(from.base, bytes).ok_or_else(|| progress.malformed(&to.name, bytes, &to.type_text()))?;
        encoder
            .field(&value, to, out)
            .map_err(|misfit| progress.misfit(&to.name, &value.shown(), &to.type_text(), &misfit.why))?;
    }
    Ok(())
}

/// Whether `DateStyle` says how values are printed.
fn has_style(base: Base) -> bool {
    matches!(base, Base::Date | Base::Timestamp | Base::TimestampTz)
}

/// Some columns go as text, and all others with them.
struct ByText<'a, 'p> {
    plan: &'a Plan<'a>,
    rows: TextRows<'a>,
    textual: Textual,
    progress: &'a mut Progress<'p>,
}

impl RowSource for ByText<'_, '_> {
    type Error = Stopped;

    fn next_row(&mut self, out: &mut Vec<u8>) -> Result<bool, Stopped> {
        let Some(row) = self.rows.next()? else { return Ok(false) };
        for (index, text) in row.fields().enumerate() {
            if index > 0 {
                out.push(b'\t');
            }
            let (from, to) = (&self.plan.from[index], &self.plan.to[index]);
            match text {
                None => out.extend_from_slice(b"\\N"),
                // A date is read even so: the source's SQL can set a style in which the destination reads another day.
                Some(text) if self.plan.routes[index] == Route::AsIs && !has_style(from.base) => {
                    copy::push_text_field(out, text);
                }
                Some(text) => self.textual.printed_field(text, from, to, out).map_err(|misfit| {
                    self.progress.misfit(&to.name, &Value::Text(text).shown(), &to.type_text(), &misfit.why)
                })?,
            }
        }
        out.push(b'\n');
        self.progress.row()?;
        Ok(true)
    }
}
