//! The rows that the server sends, one after the other.

use super::cell::{Cell, Moment, micros_of};
use super::failure::{self, Trouble};
use super::protocol::{Column, Done, Kind, answer_of, end_of};
use super::wire::{Parser, Wire};

/// Rows that are on their way. Whoever leaves before the end must hang up: nothing else can be read before them.
pub struct Rows<'a> {
    wire: &'a mut Wire,
    columns: &'a [Column],
    binary: bool,
}

/// A row, to be read field by field.
pub struct Row<'a> {
    parser: Parser<'a>,
    columns: std::slice::Iter<'a, Column>,
    /// Of a binary row, which fields are NULL.
    nulls: Option<&'a [u8]>,
    index: usize,
}

/// What comes next.
pub enum Next<'a> {
    /// A row.
    Row(Row<'a>),
    /// No more.
    End(Done),
}

impl<'a> Rows<'a> {
    /// Rows of these columns, of a prepared statement (`binary`) or of text.
    pub fn new(wire: &'a mut Wire, columns: &'a [Column], binary: bool) -> Self {
        Rows { wire, columns, binary }
    }

    /// The next row.
    #[inline]
    pub fn next(&mut self) -> Result<Next<'_>, Trouble> {
        if let Some(end) = end_of(self.wire.read()?) {
            return self.end(end).map(Next::End);
        }
        let packet = self.wire.last();
        if let Some(error) = failure::parse(packet) {
            return Err(Trouble::Server(error));
        }
        let mut parser = Parser(packet);
        let nulls = if self.binary {
            if parser.byte() != Some(0) {
                return Err(Trouble::Garbled);
            }
            Some(parser.bytes((self.columns.len() + 9) / 8).ok_or(Trouble::Garbled)?)
        } else {
            None
        };
        Ok(Next::Row(Row { parser, columns: self.columns.iter(), nulls, index: 0 }))
    }
}

impl Rows<'_> {
    /// The end. What follows it of several statements is for whoever sent them; a prepared one is a procedure then,
    /// which says behind its rows that it is done, or failed.
    fn end(&mut self, mut end: Done) -> Result<Done, Trouble> {
        while self.binary && end.has_more() {
            let packet = self.wire.read()?;
            if !matches!(packet.first(), Some(0x00 | 0xff)) {
                return Err(Trouble::Refused(
                    "the procedure gives rows more than once, and one table of them can be moved",
                ));
            }
            end = answer_of(packet)?;
        }
        Ok(end)
    }
}

impl<'a> Row<'a> {
    /// The next field, and its column. Must not be asked for more fields than there are columns.
    // Where it is called, and not returned through memory: a field that is written in halves and read whole at once has the
    // processor wait, which was a fifth of a transfer.
    #[inline(always)]
    pub fn next(&mut self) -> Result<(Cell<'a>, &'a Column), Trouble> {
        let column = self.columns.next().ok_or(Trouble::Garbled)?;
        let index = self.index;
        self.index += 1;
        let cell = match self.nulls {
            // The first two bits are nobody's.
            Some(nulls) if nulls.get((index + 2) / 8).is_some_and(|byte| byte >> ((index + 2) % 8) & 1 == 1) => {
                Some(Cell::Null)
            }
            Some(_) => binary(&mut self.parser, column),
            None if self.parser.0.first() == Some(&0xfb) => {
                self.parser.byte();
                Some(Cell::Null)
            }
            None => self.parser.counted().map(Cell::Bytes),
        };
        cell.map(|cell| (cell, column)).ok_or(Trouble::Garbled)
    }
}

/// A field of a binary row that is not NULL.
/// <https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html>
#[inline(always)]
fn binary<'a>(parser: &mut Parser<'a>, column: &Column) -> Option<Cell<'a>> {
    Some(match (column.kind, column.unsigned) {
        (Kind::Null, _) => Cell::Null,
        (Kind::Tiny, false) => Cell::Int(i8::from_le_bytes(parser.array()?).into()),
        (Kind::Tiny, true) => Cell::Int(parser.byte()?.into()),
        (Kind::Short, false) => Cell::Int(i16::from_le_bytes(parser.array()?).into()),
        (Kind::Short, true) => Cell::Int(parser.two()?.into()),
        (Kind::Long, false) => Cell::Int(i32::from_le_bytes(parser.array()?).into()),
        (Kind::Long, true) => Cell::Int(parser.four()?.into()),
        (Kind::LongLong, false) => Cell::Int(i64::from_le_bytes(parser.array()?)),
        (Kind::LongLong, true) => Cell::UInt(u64::from_le_bytes(parser.array()?)),
        (Kind::Float, _) => Cell::Float(f32::from_le_bytes(parser.array()?)),
        (Kind::Double, _) => Cell::Double(f64::from_le_bytes(parser.array()?)),
        (Kind::Date | Kind::DateTime | Kind::Timestamp, _) => Cell::Moment(moment(Parser(parser.counted()?))?),
        (Kind::Time, _) => Cell::Time(time(Parser(parser.counted()?))?),
        _ => Cell::Bytes(parser.counted()?),
    })
}

/// What is zero at the end is not sent.
fn moment(mut parser: Parser<'_>) -> Option<Moment> {
    let mut out = Moment { year: 0, month: 0, day: 0, micros: 0 };
    if !parser.0.is_empty() {
        (out.year, out.month, out.day) = (parser.two()?, parser.byte()?, parser.byte()?);
    }
    if !parser.0.is_empty() {
        let (hours, minutes, seconds) = (parser.byte()?, parser.byte()?, parser.byte()?);
        let micros = if parser.0.is_empty() { 0 } else { parser.four()? };
        out.micros = micros_of(hours.into(), minutes, seconds, micros);
    }
    Some(out)
}

fn time(mut parser: Parser<'_>) -> Option<i64> {
    if parser.0.is_empty() {
        return Some(0);
    }
    let negative = parser.byte()? != 0;
    let days = i64::from(parser.four()?);
    let (hours, minutes, seconds) = (i64::from(parser.byte()?), parser.byte()?, parser.byte()?);
    let micros = if parser.0.is_empty() { 0 } else { parser.four()? };
    let total = micros_of(days * 24 + hours, minutes, seconds, micros);
    Some(if negative { -total } else { total })
}
