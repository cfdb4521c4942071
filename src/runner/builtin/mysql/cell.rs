//! One field of a row, as the server sends it, and what becomes of it: text for people, or a [`Value`] on its way.

use super::protocol::{Column, Kind};
use crate::runner::builtin::value::calendar::{DAY, SECOND, days_from_civil, days_in_month};
use crate::runner::builtin::value::numeric::{self, Numeric};
use crate::runner::builtin::value::{Interval, Value, float, text};
use std::fmt::Write;

/// A field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// NULL.
    Null,
    /// A whole number.
    Int(i64),
    /// A whole number without a sign.
    UInt(u64),
    /// A single-precision number.
    Float(f32),
    /// A double-precision number.
    Double(f64),
    /// A date, or a date and a time.
    Moment(Moment),
    /// Microseconds, up to 838 hours before or after none.
    Time(i64),
    /// Whatever comes as bytes; in a text row all does.
    Bytes(&'a [u8]),
}

/// A date and a time of day, which need not exist: `0000-00-00`, `2026-00-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The year.
    pub year: u16,
    /// The month, or 0.
    pub month: u8,
    /// The day, or 0.
    pub day: u8,
    /// Microseconds since midnight.
    pub micros: i64,
}

impl Moment {
    fn days(self) -> Option<i64> {
        let (year, month, day) = (i64::from(self.year), u32::from(self.month), u32::from(self.day));
        let exists = year > 0 && (1..=12).contains(&month) && day > 0 && day <= days_in_month(year, month);
        exists.then(|| days_from_civil(year, month, day))
    }

    fn print(self, with_time: bool, decimals: u8, out: &mut String) {
        // Writing to a String can't fail.
        let _ = write!(out, "{:04}-{:02}-{:02}", self.year, self.month, self.day);
        if with_time {
            out.push(' ');
            print_time(self.micros, decimals, out);
        }
    }
}

/// `-838:59:59.000000`, with as many decimals as the column has.
fn print_time(micros: i64, decimals: u8, out: &mut String) {
    if micros < 0 {
        out.push('-');
    }
    let (seconds, fraction) = (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
    // Writing to a String can't fail.
    let _ = write!(out, "{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if (1..=6).contains(&decimals) {
        let digits = format!("{fraction:06}");
        out.push('.');
        out.push_str(&digits[..usize::from(decimals)]);
    }
}

/// A value that can't be what its type says: what it looks like, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odd {
    /// What it looks like.
    pub shown: String,
    /// A clause: "it is no date".
    pub why: &'static str,
}

const NOT_UTF8: &str = "it is not UTF-8";

/// Appends the text of a field as the server prints it, bytes in hex behind `\x`; `false` for NULL.
pub fn print(cell: Cell<'_>, column: &Column, out: &mut String) -> Result<bool, Odd> {
    // Writing to a String can't fail.
    match cell {
        Cell::Null => return Ok(false),
        Cell::Int(number) => drop(write!(out, "{number}")),
        Cell::UInt(number) => drop(write!(out, "{number}")),
        Cell::Float(number) => float::push_postgres(out, number),
        Cell::Double(number) => float::push_postgres(out, number),
        Cell::Moment(moment) => moment.print(column.kind != Kind::Date, column.decimals, out),
        Cell::Time(micros) => print_time(micros, column.decimals, out),
        Cell::Bytes(bytes) => match column.kind {
            Kind::Bit => drop(write!(out, "{}", bits(bytes))),
            Kind::Bytes | Kind::Geometry => {
                out.push_str("\\x");
                text::push_hex(out, bytes);
            }
            _ => out.push_str(utf8(bytes)?),
        },
    }
    Ok(true)
}

fn utf8(bytes: &[u8]) -> Result<&str, Odd> {
    std::str::from_utf8(bytes).map_err(|_| Odd { shown: Value::Bytes(bytes).shown(), why: NOT_UTF8 })
}

/// The number that the bits of a `bit` column are.
pub fn bits(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The value of a field of a binary row. `scratch` holds what has to be made for it.
#[inline(always)]
pub fn value<'a>(cell: Cell<'a>, column: &Column, scratch: &'a mut Vec<u8>) -> Result<Value<'a>, Odd> {
    Ok(match cell {
        Cell::Null => Value::Null,
        Cell::Int(number) => Value::Int(number),
        Cell::UInt(number) => unsigned(number, scratch),
        Cell::Float(number) => Value::Float4(number),
        Cell::Double(number) => Value::Float8(number),
        Cell::Moment(moment) => {
            let with_time = column.kind != Kind::Date;
            let Some(days) = moment.days() else {
                let mut shown = String::new();
                moment.print(with_time, column.decimals, &mut shown);
                return Err(Odd {
                    shown,
                    why: "there is no such day (NULLIF(column, 0) in the query makes NULL of a zero date)",
                });
            };
            let micros = days * DAY + moment.micros;
            match column.kind {
                // Within the years that MySQL has, a day's number is small.
                Kind::Date => Value::Date(days as i32),
                Kind::Timestamp => Value::TimestampTz(micros),
                _ => Value::Timestamp(micros),
            }
        }
        Cell::Time(micros @ 0..=DAY) => Value::Time(micros),
        Cell::Time(micros) => Value::Interval(Interval { micros, days: 0, months: 0 }),
        Cell::Bytes(bytes) => match column.kind {
            Kind::Bit => unsigned(bits(bytes), scratch),
            Kind::Bytes | Kind::Geometry => Value::Bytes(bytes),
            Kind::Json => Value::Json(utf8(bytes)?),
            Kind::Decimal => {
                let text = utf8(bytes)?;
                scratch.clear();
                let parsed = numeric::write_parsed(scratch, text).ok().and_then(|()| Numeric::read(scratch));
                Value::Numeric(parsed.ok_or_else(|| Odd { shown: text.to_owned(), why: "it is not a number" })?)
            }
            _ => Value::Text(utf8(bytes)?),
        },
    })
}

/// What is beyond a signed number is a decimal.
fn unsigned(number: u64, scratch: &mut Vec<u8>) -> Value<'_> {
    match i64::try_from(number) {
        Ok(number) => Value::Int(number),
        Err(_) => {
            scratch.clear();
            numeric::write_scaled(scratch, number.into(), 0);
            Numeric::read(scratch).map_or(Value::Null, Value::Numeric)
        }
    }
}

/// Microseconds of a time of day.
pub fn micros_of(hours: i64, minutes: u8, seconds: u8, micros: u32) -> i64 {
    ((hours * 60 + i64::from(minutes)) * 60 + i64::from(seconds)) * SECOND + i64::from(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: Kind, decimals: u8) -> Column {
        Column { name: "c".to_owned(), kind, unsigned: false, length: 0, decimals }
    }

    #[test]
    fn fields_are_printed_as_the_server_prints_them() {
        let moment = Moment { year: 2026, month: 1, day: 2, micros: micros_of(3, 4, 5, 60_000) };
        for (cell, kind, decimals, text) in [
            (Cell::Moment(moment), Kind::DateTime, 0, "2026-01-02 03:04:05"),
            (Cell::Moment(moment), Kind::Timestamp, 3, "2026-01-02 03:04:05.060"),
            (Cell::Moment(moment), Kind::Date, 0, "2026-01-02"),
            (Cell::Time(-micros_of(838, 59, 59, 0)), Kind::Time, 6, "-838:59:59.000000"),
            (Cell::Float(0.1), Kind::Float, 31, "0.1"),
            (Cell::Bytes(&[1, 2]), Kind::Bit, 0, "258"),
            (Cell::Bytes(&[0, 255]), Kind::Bytes, 0, "\\x00ff"),
            (Cell::UInt(u64::MAX), Kind::LongLong, 0, "18446744073709551615"),
        ] {
            let mut out = String::new();
            assert_eq!(print(cell, &column(kind, decimals), &mut out), Ok(true));
            assert_eq!(out, text);
        }
    }

    #[test]
    fn days_that_do_not_exist_are_no_values() {
        for (year, month, day, shown) in
            [(0, 0, 0, "0000-00-00"), (2026, 0, 1, "2026-00-01"), (2026, 2, 30, "2026-02-30")]
        {
            let cell = Cell::Moment(Moment { year, month, day, micros: 0 });
            assert_eq!(
                value(cell, &column(Kind::Date, 0), &mut Vec::new()).err().map(|odd| odd.shown).as_deref(),
                Some(shown)
            );
        }
    }
}
