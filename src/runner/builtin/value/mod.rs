//! One value on its way from a database to another, and the forms it takes: PostgreSQL's binary form, text, SQLite's
//! storage classes, MySQL's literals. Converting never changes a value in silence: what does not fit is a [`Misfit`].

pub mod calendar;
pub mod decode;
pub mod encode;
pub mod float;
pub mod form;
mod json;
pub mod moment;
pub mod mysql;
pub mod numeric;
mod temporal;
pub mod text;
pub mod unknown;

use numeric::Numeric;

/// A value, borrowed from the row that is being read.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// NULL.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A single-precision number.
    Float4(f32),
    /// A double-precision number of PostgreSQL, which prints 1 as `1`.
    Float8(f64),
    /// A double-precision number of SQLite, which prints 1 as `1.0`.
    Real(f64),
    /// A decimal.
    Numeric(Numeric<'a>),
    /// Text, labels of enums, XML.
    Text(&'a str),
    /// JSON text.
    Json(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Days since 2000-01-01.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since midnight, and seconds west of Greenwich.
    TimeTz(i64, i32),
    /// Microseconds since 2000-01-01 00:00, in no zone.
    Timestamp(i64),
    /// Microseconds since 2000-01-01 00:00 UTC.
    TimestampTz(i64),
    /// A span of time.
    Interval(Interval),
    /// The sixteen bytes of a UUID.
    Uuid(&'a [u8]),
    /// An IP address or network in PostgreSQL's binary form.
    Inet(&'a [u8]),
}

/// A span of time, in PostgreSQL's three parts, which are not convertible into each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Microseconds.
    pub micros: i64,
    /// Days.
    pub days: i32,
    /// Months.
    pub months: i32,
}

/// Why a value does not fit: a clause that follows "12.3456 does not fit numeric(10,2): ".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The clause.
    pub why: String,
}

impl Misfit {
    /// A misfit for this reason.
    pub fn new(why: impl Into<String>) -> Self {
        Misfit { why: why.into() }
    }
}

/// How many characters of a value an error shows.
pub const SHOWN: usize = 80;

/// So many characters of a text, fit for a terminal.
pub fn cut(text: &str, most: usize) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        match c {
            _ if count == most => {
                out.push('…');
                break;
            }
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

impl Value<'_> {
    /// The value as an error shows it: text in quotes, and no more than 80 characters of it.
    pub fn shown(&self) -> String {
        match self {
            Value::Null => "NULL".to_owned(),
            Value::Text(text) | Value::Json(text) => format!("'{}'", cut(text, SHOWN)),
            Value::Bytes(bytes) => {
                let mut hex = String::from("\\x");
                text::push_hex(&mut hex, &bytes[..bytes.len().min(SHOWN / 2)]);
                if bytes.len() > SHOWN / 2 {
                    hex.push('…');
                }
                hex
            }
            other => {
                let mut out = String::new();
                text::write(other, &mut out);
                cut(&out, SHOWN)
            }
        }
    }
}
