//! PostgreSQL to PostgreSQL: COPY out, COPY in, and as little as possible between them.

use super::pg_source::Source;
use super::sink::{Broken, Sink, names, table_columns};
use super::textual::Textual;
use super::{Load, Progress};
use crate::runner::Failure;
use crate::runner::builtin::postgresql::Connection;
use crate::runner::builtin::postgresql::copy::{self, BinaryRow, HEADER, Stopped, TRAILER, TextRows};
use crate::runner::builtin::postgresql::types::{Base, Column};
use crate::runner::builtin::value::decode;
use crate::runner::builtin::value::encode::Encoder;
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
            if dest.holds_all_of(source) { Route::AsIs } else { Route::Converted }
        } else if unknown(source) && dest.base == Base::Text && source.base == Base::Inet {
            Route::Converted
        } else if unknown(source) || unknown(dest) || (dest.base == Base::Interval && source.base != Base::Interval) {
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
    let dest_columns = table_columns(dest, load.table, prepared.columns.len())?;
    load.check_shape(&names(&prepared.columns), &names(&dest_columns))?;
    let routes: Vec<Route> = prepared.columns.iter().zip(&dest_columns).map(|(from, to)| Route::of(from, to)).collect();
    let plan = Plan { from: &prepared.columns, to: &dest_columns, routes };

    prepared.begin(source)?;
    match plan.copy(source, load, dest, progress) {
        Ok(rows) => {
            prepared.commit(source)?;
            Ok(rows)
        }
        Err(End::Source(stopped)) => {
            dest.settle();
            let failure = stopped.into_failure(source);
            prepared.roll_back(source);
            Err(failure)
        }
        Err(End::Dest(broken)) => {
            let failure = broken.into_failure(dest);
            source.abandon_copy_out();
            prepared.roll_back(source);
            Err(failure)
        }
    }
}

/// Which end a load broke at.
enum End {
    Source(Stopped),
    Dest(Broken),
}

impl From<Broken> for End {
    fn from(broken: Broken) -> Self {
        End::Dest(broken)
    }
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        End::Dest(Broken::Other(failure))
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
    ) -> Result<u64, End> {
        let form = if self.routes.contains(&Route::Text) { "text" } else { "binary" };
        // The statement is on lines of its own, so that a comment at its end hides nothing.
        let copy_out = format!("COPY (\n{}\n) TO STDOUT (FORMAT {form})", load.last);
        let reader = source.client().copy_out(&copy_out).map_err(|error| End::Source(Stopped::Server(error)))?;
        let sink = Sink::open(dest, &format!("COPY {} FROM STDIN (FORMAT {form})", load.table))?;
        if form == "text" {
            self.by_text(reader, sink, progress)
        } else if self.routes.iter().all(|route| *route == Route::AsIs) {
            pass_on(reader, sink, progress)
        } else {
            self.by_row(reader, sink, progress)
        }
    }

    fn by_row(
        &self,
        mut reader: CopyOutReader<'_>,
        mut sink: Sink<'_>,
        progress: &mut Progress<'_>,
    ) -> Result<u64, End> {
        let mut encoder = Encoder::default();
        // What broke at the destination waits here until the reader has let go.
        let mut broken = None;
        sink.buffer.extend_from_slice(HEADER);
        let count = (self.to.len() as i16).to_be_bytes();
        let read = copy::for_each_binary_row(&mut reader, self.from.len(), |row| {
            sink.buffer.extend_from_slice(&count);
            self.row(row, &mut encoder, &mut sink.buffer, progress)?;
            progress.row()?;
            sink.row_done().map_err(|error| {
                broken = Some(error);
                stop()
            })
        });
        match (broken, read) {
            (Some(broken), _) => return Err(End::Dest(broken)),
            (None, Err(Stopped::Caller(failure))) => return Err(failure.into()),
            (None, read) => read.map_err(End::Source)?,
        }
        sink.buffer.extend_from_slice(&TRAILER);
        Ok(sink.finish()?)
    }

    fn row(
        &self,
        row: &BinaryRow<'_>,
        encoder: &mut Encoder,
        out: &mut Vec<u8>,
        progress: &Progress<'_>,
    ) -> Result<(), Failure> {
        for (index, route) in self.routes.iter().enumerate() {
            let Some(bytes) = row.field(index) else {
                out.extend_from_slice(&(-1i32).to_be_bytes());
                continue;
            };
            if *route == Route::AsIs {
                out.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
                out.extend_from_slice(bytes);
                continue;
            }
            let (from, to) = (&self.from[index], &self.to[index]);
            let value = decode::value(from.base, bytes).ok_or_else(|| {
                progress.misfit(&to.name, "a value", &to.type_text(), "it is not in the form of its type")
            })?;
            encoder
                .field(&value, to, out)
                .map_err(|misfit| progress.misfit(&to.name, &value.shown(), &to.type_text(), &misfit.why))?;
        }
        Ok(())
    }

    fn by_text(&self, reader: CopyOutReader<'_>, mut sink: Sink<'_>, progress: &mut Progress<'_>) -> Result<u64, End> {
        let mut textual = Textual::default();
        let mut broken = None;
        let read = TextRows::new(reader, self.from.len()).for_each(|row| {
            for (index, text) in row.iter().enumerate() {
                if index > 0 {
                    sink.buffer.push(b'\t');
                }
                let (from, to) = (&self.from[index], &self.to[index]);
                match text {
                    None => sink.buffer.extend_from_slice(b"\\N"),
                    Some(text) if self.routes[index] == Route::AsIs => copy::push_text_field(&mut sink.buffer, text),
                    Some(text) => textual.printed_field(text, from, to, &mut sink.buffer).map_err(|misfit| {
                        progress.misfit(&to.name, &format!("'{text:.80}'"), &to.type_text(), &misfit.why)
                    })?,
                }
            }
            sink.buffer.push(b'\n');
            progress.row()?;
            sink.row_done().map_err(|error| {
                broken = Some(error);
                stop()
            })
        });
        match (broken, read) {
            (Some(broken), _) => Err(End::Dest(broken)),
            (None, Err(Stopped::Caller(failure))) => Err(failure.into()),
            (None, Err(stopped)) => Err(End::Source(stopped)),
            (None, Ok(_)) => Ok(sink.finish()?),
        }
    }
}

/// Ends the reading; the reason is kept elsewhere.
fn stop() -> Failure {
    Failure::new(crate::runner::FailureKind::Lost, "the destination is gone")
}

/// All columns as they are: the server's messages, header and end among them, are passed on unopened.
fn pass_on(mut reader: CopyOutReader<'_>, mut sink: Sink<'_>, progress: &mut Progress<'_>) -> Result<u64, End> {
    loop {
        let message = reader.fill_buf().map_err(|error| End::Source(Stopped::Reading(error)))?;
        let length = message.len();
        if length == 0 {
            // The reader must not be asked again after its end.
            break;
        }
        sink.buffer.extend_from_slice(message);
        reader.consume(length);
        // PostgreSQL sends a row a message; the end is one more, and the count that is told is the destination's.
        progress.row()?;
        sink.row_done()?;
    }
    Ok(sink.finish()?)
}
