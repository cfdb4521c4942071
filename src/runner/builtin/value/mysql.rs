//! Writes values as the text that a MySQL column reads back as the same, and refuses what the column would change.

use super::calendar::{self, DAY, EPOCH_DAYS, SECOND, days_from_civil};
use super::encode::Encoder;
use super::numeric::{self, Digits, Numeric};
use super::temporal::{date, decimals, instant, time, timestamp};
use super::{Interval, Misfit, Value, json, text};
use crate::runner::builtin::mysql::table::{Column, Kind};
use crate::words::counted;
use jiff::tz::TimeZone;
use std::fmt::Write;

/// How a value goes into SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// NULL.
    Null,
    /// A whole number, which stands without quotes: in them it would be bytes to a `bit`.
    Whole,
    /// Another number, or another text in which nothing needs an escape.
    Plain,
    /// Text.
    Text,
    /// Bytes, in hex.
    Hex,
}

/// Writes values, with the buffers it needs kept from one to the next.
pub struct Texts {
    encoder: Encoder,
    digits: Vec<u8>,
    /// The zone of times that name none: the process's own.
    zone: TimeZone,
}

impl Default for Texts {
    fn default() -> Self {
        Texts { encoder: Encoder::default(), digits: Vec::new(), zone: crate::clock::here() }
    }
}

/// 1970-01-01 00:00:01 UTC.
const FIRST_TIMESTAMP: i64 = SECOND - EPOCH_DAYS * DAY;

fn no<T>(why: impl Into<String>) -> Result<T, Misfit> {
    Err(Misfit::new(why))
}

impl Texts {
    /// Appends the text of `value` for `column`.
    #[inline]
    pub fn field(&mut self, value: &Value<'_>, column: &Column, out: &mut String) -> Result<Form, Misfit> {
        if matches!(value, Value::Null) {
            // LOAD DATA would make a zero of it, or the time that it is, or the next number.
            return if column.nullable { Ok(Form::Null) } else { no("the column takes none") };
        }
        match &column.kind {
            Kind::Int(low, high) => {
                let number = self.whole(value)?;
                if number < *low || number > *high {
                    return no(format!("the range is {low} to {high}"));
                }
                push(out, number);
                return Ok(Form::Whole);
            }
            Kind::Decimal(digits, unsigned) => self.decimal(value, *digits, *unsigned, out)?,
            Kind::Float { single, digits, unsigned } => self.float(value, *single, *digits, *unsigned, out)?,
            Kind::Char(most) => {
                characters(value, out)?;
                // No text has more characters than bytes, so counting is for the long ones only.
                let count = if out.len() > *most { out.chars().count() } else { 0 };
                if count > *most {
                    return no(format!("it has {}", counted(count, "character")));
                }
                return Ok(Form::Text);
            }
            Kind::Text(most) => {
                characters(value, out)?;
                if most.is_some_and(|most| out.len() > most) {
                    return no(format!("it has {}", counted(out.len(), "byte")));
                }
                return Ok(Form::Text);
            }
            Kind::Binary(length) => {
                let bytes = bytes(value)?;
                if bytes.len() != *length {
                    return no(format!("it has {}, and the column has no other length", counted(bytes.len(), "byte")));
                }
                text::push_hex(out, bytes);
                return Ok(Form::Hex);
            }
            Kind::Bytes(most) => {
                let bytes = bytes(value)?;
                if bytes.len() > *most {
                    return no(format!("it has {}", counted(bytes.len(), "byte")));
                }
                text::push_hex(out, bytes);
                return Ok(Form::Hex);
            }
            Kind::Date => calendar::push_date(out, in_range(date(value)?)?),
            Kind::DateTime(most) => {
                calendar::push_timestamp(out, in_years(timestamp(value, limit(*most))?)?, "");
            }
            Kind::Timestamp(most) => {
                let micros = instant(value, limit(*most), &self.zone)?;
                // Where it ends depends on the server.
                if micros < FIRST_TIMESTAMP {
                    return no("a timestamp begins at 1970-01-01 00:00:01+00: datetime goes further back");
                }
                calendar::push_timestamp(out, in_years(micros)?, "");
            }
            Kind::Time(most) => push_time(span(value, limit(*most))?, out),
            Kind::Year => match self.whole(value)? {
                number @ (0 | 1901..=2155) => {
                    // Writing to a String can't fail.
                    let _ = write!(out, "{number:04}");
                }
                _ => return no("the range is 1901 to 2155"),
            },
            Kind::Bit(length) => {
                push(out, self.bits(value, *length)?);
                return Ok(Form::Whole);
            }
            Kind::Enum(labels) => {
                let label = label(value)?;
                // The server takes one that differs in case only, or the number of one.
                if !labels.iter().any(|known| known == label) {
                    return no("it is none of its labels");
                }
                out.push_str(label);
                return Ok(Form::Text);
            }
            Kind::Set(labels) => {
                let label = label(value)?;
                let mut rest = labels.iter();
                // The server puts them in its order, and drops what comes twice.
                if !label.is_empty() && !label.split(',').all(|one| rest.any(|known| known == one)) {
                    return no("they are not of its labels, each once and in their order");
                }
                out.push_str(label);
                return Ok(Form::Text);
            }
            Kind::Json => {
                self.json(value, out)?;
                return Ok(Form::Text);
            }
            Kind::Uuid => match value {
                Value::Uuid(_) => text::write(value, out),
                Value::Text(text) => {
                    let uuid = text::parse_uuid(text).ok_or_else(|| Misfit::new("it is not a UUID"))?;
                    text::write(&Value::Uuid(&uuid), out);
                }
                _ => return no("it is not a UUID"),
            },
            Kind::Inet => match value {
                Value::Inet(_) | Value::Text(_) => {
                    text::write(value, out);
                    return Ok(Form::Text);
                }
                _ => return no("it is not an address"),
            },
        }
        Ok(Form::Plain)
    }

    fn whole(&mut self, value: &Value<'_>) -> Result<i128, Misfit> {
        if let Value::Int(number) = value {
            return Ok((*number).into());
        }
        if let Value::Bool(truth) = value {
            return Ok((*truth).into());
        }
        self.digits.clear();
        self.encoder.numeric(value, None, &mut self.digits)?;
        let not_whole = || Misfit::new("it is not a whole number");
        let number = Numeric::read(&self.digits).filter(|number| !number.is_special()).ok_or_else(not_whole)?;
        if let Some(number) = number.to_i64() {
            return Ok(number.into());
        }
        number.fits(Digits { precision: 38, scale: 0 })?;
        let mut text = String::new();
        number.write_text(&mut text);
        text.split('.').next().and_then(|whole| whole.parse().ok()).ok_or_else(not_whole)
    }

    fn decimal(&mut self, value: &Value<'_>, digits: Digits, unsigned: bool, out: &mut String) -> Result<(), Misfit> {
        self.digits.clear();
        match value {
            Value::Bool(truth) => numeric::write_scaled(&mut self.digits, (*truth).into(), 0),
            value => self.encoder.numeric(value, Some(digits), &mut self.digits)?,
        }
        let number = Numeric::read(&self.digits).ok_or_else(|| Misfit::new("it is not a number"))?;
        if number.is_special() {
            return no("MySQL has no such number");
        }
        number.write_text(out);
        negative(out, unsigned)
    }

    fn float(
        &mut self,
        value: &Value<'_>,
        single: bool,
        digits: Option<Digits>,
        unsigned: bool,
        out: &mut String,
    ) -> Result<(), Misfit> {
        let number = match (value, single) {
            (Value::Bool(truth), _) => f64::from(u8::from(*truth)),
            // As a double it has all its digits, so that none is rounded on the way.
            (value, true) => self.encoder.single(value)?.into(),
            (value, false) => self.encoder.double(value)?,
        };
        if !number.is_finite() {
            return no("MySQL has no such number");
        }
        if let Some(digits) = digits {
            let shown = if single { Value::Float4(number as f32) } else { Value::Float8(number) };
            self.digits.clear();
            self.encoder.numeric(&shown, Some(digits), &mut self.digits)?;
        }
        // Writing to a String can't fail.
        let _ = write!(out, "{number:e}");
        negative(out, unsigned && number < 0.0)
    }

    /// A number, or the digits of a bit string of the very length.
    fn bits(&mut self, value: &Value<'_>, length: u32) -> Result<i128, Misfit> {
        if let Value::Text(text) = value
            && text.len() == length as usize
            && text.bytes().all(|byte| matches!(byte, b'0' | b'1'))
        {
            return i128::from_str_radix(text, 2).map_err(|_| Misfit::new("it is not a bit string"));
        }
        if let Value::Text(_) = value {
            return no(format!("it is not {length} digits of 0 and 1"));
        }
        let number = self.whole(value)?;
        if (0..1i128 << length).contains(&number) {
            Ok(number)
        } else {
            no(format!("it has more than {}", counted(length, "bit")))
        }
    }

    fn json(&mut self, value: &Value<'_>, out: &mut String) -> Result<(), Misfit> {
        let mut bytes = Vec::new();
        self.encoder.json(value, &mut bytes)?;
        let json = String::from_utf8(bytes).map_err(|_| Misfit::new("it is not JSON text"))?;
        if let Some(key) = json::repeated_key(&json) {
            return no(format!("one object has the key {} twice, and JSON keeps one", Value::Text(&key).shown()));
        }
        if let Some(number) = json::long_number(&json) {
            return no(format!("the number {number} has more digits than JSON keeps, which are those of a double"));
        }
        out.push_str(&json);
        Ok(())
    }
}

fn push(out: &mut String, number: i128) {
    // Writing to a String can't fail.
    let _ = write!(out, "{number}");
}

fn negative(out: &str, unsigned: bool) -> Result<(), Misfit> {
    if unsigned && out.starts_with('-') && out.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        return no("the column takes no negative numbers");
    }
    Ok(())
}

fn characters(value: &Value<'_>, out: &mut String) -> Result<(), Misfit> {
    match value {
        Value::Bytes(_) => no("it is bytes, not text"),
        value => {
            text::write(value, out);
            Ok(())
        }
    }
}

fn bytes<'a>(value: &Value<'a>) -> Result<&'a [u8], Misfit> {
    match *value {
        Value::Bytes(bytes) | Value::Uuid(bytes) => Ok(bytes),
        Value::Text(text) | Value::Json(text) => Ok(text.as_bytes()),
        _ => no("it is neither bytes nor text"),
    }
}

fn label<'a>(value: &Value<'a>) -> Result<&'a str, Misfit> {
    match *value {
        Value::Text(text) => Ok(text),
        _ => no("it is no text"),
    }
}

/// How many decimals of a second are kept, where that is limited.
fn limit(decimals: u32) -> Option<u32> {
    (decimals < 6).then_some(decimals)
}

fn beyond<T>() -> Result<T, Misfit> {
    no("it is beyond the years that MySQL has, which are 1 to 9999")
}

fn in_range(days: i32) -> Result<i32, Misfit> {
    let all = days_from_civil(1, 1, 1)..=days_from_civil(9_999, 12, 31);
    if all.contains(&days.into()) { Ok(days) } else { beyond() }
}

fn in_years(micros: i64) -> Result<i64, Misfit> {
    let all = days_from_civil(1, 1, 1) * DAY..days_from_civil(10_000, 1, 1) * DAY;
    if all.contains(&micros) { Ok(micros) } else { beyond() }
}

/// Microseconds of a `time`, which is a span of up to 838 hours as well.
fn span(value: &Value<'_>, most: Option<u32>) -> Result<i64, Misfit> {
    const LONGEST: i64 = 839 * 3_600 * SECOND - 1;
    let micros = match *value {
        Value::Interval(Interval { micros, days: 0, months: 0 }) => decimals(micros, most)?,
        Value::Interval(_) => return no("it has days or months, which a time has not"),
        Value::Text(text) => match hours(text) {
            Some(micros) => decimals(micros, most)?,
            None => time(value, most)?,
        },
        _ => time(value, most)?,
    };
    if micros.abs() > LONGEST { no("the range is -838:59:59 to 838:59:59") } else { Ok(micros) }
}

/// Reads `-838:59:59` where the hours are more than a clock shows, or the sign is one that it does not show.
fn hours(text: &str) -> Option<i64> {
    let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (hours, rest) = unsigned.split_once(':')?;
    let plain = (2..=3).contains(&hours.len()) && hours.bytes().all(|byte| byte.is_ascii_digit());
    let (within, zone) = super::moment::time(&format!("00:{rest}")).ok().filter(|_| plain)?;
    let micros = hours.parse::<i64>().ok()? * 3_600 * SECOND + within;
    (zone.is_none() && (negative || micros > DAY)).then_some(if negative { -micros } else { micros })
}

fn push_time(micros: i64, out: &mut String) {
    calendar::push_interval(out, Interval { micros, days: 0, months: 0 });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(value: &Value<'_>, kind: Kind) -> String {
        let column = Column { name: "c".to_owned(), type_text: String::new(), kind, nullable: true, numbers: false };
        let mut out = String::new();
        match Texts::default().field(value, &column, &mut out) {
            Ok(form) => format!("{form:?} {out}"),
            Err(misfit) => format!("error: {}", misfit.why),
        }
    }

    #[test]
    fn columns_change_nothing() {
        let big = |text: &str| {
            let mut bytes = Vec::new();
            numeric::write_parsed(&mut bytes, text).unwrap();
            bytes
        };
        let (u64_max, third) = (big("18446744073709551615"), big("1.333"));
        let number = |bytes| Value::Numeric(Numeric::read(bytes).unwrap());
        let labels = || vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let digits = Digits { precision: 5, scale: 2 };
        let single = |digits| Kind::Float { single: true, digits, unsigned: false };
        for (value, kind, expected) in [
            (number(&u64_max), Kind::Int(0, u64::MAX.into()), "Whole 18446744073709551615"),
            (Value::Int(-1), Kind::Int(0, 255), "error: the range is 0 to 255"),
            (Value::Text("007"), Kind::Int(0, 255), "Whole 7"),
            (Value::Text("7.5"), Kind::Int(0, 255), "error: it has 1 decimal"),
            (number(&third), Kind::Decimal(digits, false), "error: it has 3 decimals"),
            (Value::Text("1.330"), Kind::Decimal(digits, true), "Plain 1.330"),
            (Value::Real(-1.5), Kind::Decimal(digits, true), "error: the column takes no negative numbers"),
            (Value::Float4(0.1), single(None), "Plain 1.0000000149011612e-1"),
            (Value::Float4(0.125), single(Some(digits)), "error: it has 3 decimals"),
            (Value::Float8(f64::NAN), single(None), "error: MySQL has no such number"),
            (Value::Text("äöü"), Kind::Char(3), "Text äöü"),
            (Value::Text("äöü"), Kind::Char(2), "error: it has 3 characters"),
            (Value::Bytes(&[1]), Kind::Binary(2), "error: it has 1 byte, and the column has no other length"),
            (Value::Bytes(&[1]), Kind::Bytes(2), "Hex 01"),
            (Value::Text("A"), Kind::Enum(labels()), "error: it is none of its labels"),
            (Value::Text("1"), Kind::Enum(labels()), "error: it is none of its labels"),
            (Value::Text("a,c"), Kind::Set(labels()), "Text a,c"),
            (Value::Text(""), Kind::Set(labels()), "Text "),
            (
                Value::Text("c,a"),
                Kind::Set(labels()),
                "error: they are not of its labels, each once and in their order",
            ),
            (Value::Text("-838:59:59.5"), Kind::Time(1), "Plain -838:59:59.5"),
            (Value::Text("839:00:00"), Kind::Time(0), "error: the range is -838:59:59 to 838:59:59"),
            (Value::Text("12:00:00.5"), Kind::Time(0), "error: its seconds have 1 decimal"),
            (Value::Text("0101"), Kind::Bit(4), "Whole 5"),
            (Value::Int(16), Kind::Bit(4), "error: it has more than 4 bits"),
            (Value::Text("0000-00-00"), Kind::Date, "error: it is not a date as YYYY-MM-DD"),
            (Value::Timestamp(0), Kind::DateTime(0), "Plain 2000-01-01 00:00:00"),
            (Value::Date(i32::MAX), Kind::Date, "error: it is beyond the years that MySQL has, which are 1 to 9999"),
        ] {
            assert_eq!(show(&value, kind.clone()), expected, "{value:?} {kind:?}");
        }
    }
}
