//! Writes values in the binary form of a PostgreSQL column, and refuses what the column would change.

use super::numeric::{self, Digits, Numeric};
use super::temporal::{date, decimals, instant, time, time_with_zone, timestamp};
use super::{Interval, Misfit, Value, float, json, text};
use crate::runner::builtin::postgresql::types::{Base, Column};
use crate::words::counted;
use jiff::tz::TimeZone;
use std::fmt::{LowerExp, Write};

/// Writes values, with the buffers it needs kept from one to the next.
pub struct Encoder {
    text: String,
    digits: Vec<u8>,
    /// The zone of times that name none: the process's own.
    zone: TimeZone,
}

impl Default for Encoder {
    fn default() -> Self {
        Encoder { text: String::new(), digits: Vec::new(), zone: crate::clock::here() }
    }
}

fn no(why: impl Into<String>) -> Result<(), Misfit> {
    Err(Misfit::new(why))
}

impl Encoder {
    /// Appends `value` as a field of a binary COPY for `column`: its length, then its bytes; nothing where it does not fit.
    pub fn field(&mut self, value: &Value<'_>, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
        if matches!(value, Value::Null) {
            out.extend_from_slice(&(-1i32).to_be_bytes());
            return Ok(());
        }
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        let fits = self.bytes(value, column, out).and_then(|()| {
            let length = i32::try_from(out.len() - start - 4).map_err(|_| Misfit::new("it is longer than 1 GB"))?;
            out[start..start + 4].copy_from_slice(&length.to_be_bytes());
            Ok(())
        });
        if fits.is_err() {
            out.truncate(start);
        }
        fits
    }

    /// Appends the bytes of `value`, which is not NULL.
    pub fn bytes(&mut self, value: &Value<'_>, column: &Column, out: &mut Vec<u8>) -> Result<(), Misfit> {
        match column.base {
            Base::Int2 => out.extend_from_slice(&whole::<i16>(value, "-32768 to 32767")?.to_be_bytes()),
            Base::Int4 => out.extend_from_slice(&whole::<i32>(value, "-2147483648 to 2147483647")?.to_be_bytes()),
            Base::Int8 => out
                .extend_from_slice(&whole::<i64>(value, "-9223372036854775808 to 9223372036854775807")?.to_be_bytes()),
            Base::Oid => out.extend_from_slice(&whole::<u32>(value, "0 to 4294967295")?.to_be_bytes()),
            Base::Numeric => self.numeric(value, column.digits(), out)?,
            Base::Float8 => out.extend_from_slice(&self.double(value)?.to_be_bytes()),
            Base::Float4 => out.extend_from_slice(&self.single(value)?.to_be_bytes()),
            Base::Bool => out.push(u8::from(truth(value)?)),
            Base::Text => {
                let start = out.len();
                self.characters(value, column.max_characters(), out)?;
                if column.is_name() && out.len() - start > 63 {
                    return no("it is longer than 63 bytes");
                }
            }
            Base::Label => match value {
                Value::Text(_) => self.characters(value, None, out)?,
                _ => return no("it is no text"),
            },
            Base::Xml => match value {
                Value::Text(_) | Value::Json(_) => self.characters(value, None, out)?,
                _ => return no("it is no text"),
            },
            Base::Json => self.json(value, out)?,
            Base::Jsonb => {
                if let Value::Text(text) | Value::Json(text) = value
                    && let Some(key) = json::repeated_key(text)
                {
                    return no(format!(
                        "one object has the key {} twice, and jsonb keeps one",
                        Value::Text(&key).shown()
                    ));
                }
                out.push(1);
                self.json(value, out)?;
            }
            Base::Bytea => match value {
                Value::Bytes(bytes) => out.extend_from_slice(bytes),
                Value::Text(text) => out.extend_from_slice(text.as_bytes()),
                _ => return no("it is neither bytes nor text"),
            },
            Base::Uuid => match value {
                Value::Uuid(bytes) => out.extend_from_slice(bytes),
                Value::Bytes(bytes) if bytes.len() == 16 => out.extend_from_slice(bytes),
                Value::Text(text) => {
                    let uuid = text::parse_uuid(text).ok_or_else(|| Misfit::new("it is not a UUID"))?;
                    out.extend_from_slice(&uuid);
                }
                _ => return no("it is not a UUID"),
            },
            Base::Date => out.extend_from_slice(&date(value)?.to_be_bytes()),
            Base::Time => out.extend_from_slice(&time(value, column.max_decimals())?.to_be_bytes()),
            Base::TimeTz => {
                let (micros, west) = time_with_zone(value, column.max_decimals())?;
                out.extend_from_slice(&micros.to_be_bytes());
                out.extend_from_slice(&west.to_be_bytes());
            }
            Base::Timestamp => out.extend_from_slice(&timestamp(value, column.max_decimals())?.to_be_bytes()),
            Base::TimestampTz => {
                let micros = instant(value, column.max_decimals(), &self.zone)?;
                out.extend_from_slice(&micros.to_be_bytes());
            }
            Base::Interval => match value {
                Value::Interval(Interval { micros, days, months }) => {
                    if column.keeps_some_fields() {
                        return no("the column keeps some fields of an interval only");
                    }
                    decimals(*micros, column.max_decimals())?;
                    out.extend_from_slice(&micros.to_be_bytes());
                    out.extend_from_slice(&days.to_be_bytes());
                    out.extend_from_slice(&months.to_be_bytes());
                }
                _ => return no("it is not an interval"),
            },
            Base::Inet => match value {
                Value::Inet(bytes) => out.extend_from_slice(bytes),
                _ => return no("it is not an address"),
            },
            Base::Other => match value {
                Value::Bytes(bytes) => out.extend_from_slice(bytes),
                _ => return no("it is of another type"),
            },
        }
        Ok(())
    }

    /// Appends the decimal that `value` is, in PostgreSQL's binary form; with `digits`, if it fits them.
    pub fn numeric(&mut self, value: &Value<'_>, digits: Option<Digits>, out: &mut Vec<u8>) -> Result<(), Misfit> {
        let start = out.len();
        match *value {
            Value::Int(number) => numeric::write_scaled(out, number.into(), 0),
            Value::Float8(number) | Value::Real(number) => {
                if let Some(digits) = digits
                    && let Some(scaled) = scaled(number, digits)
                {
                    numeric::write_scaled(out, scaled.into(), digits.scale as u32);
                    return Ok(());
                }
                self.text.clear();
                float::push_postgres(&mut self.text, number);
                numeric::write_parsed(out, &self.text)?;
            }
            Value::Float4(number) => {
                self.text.clear();
                float::push_postgres(&mut self.text, float::widened(number));
                numeric::write_parsed(out, &self.text)?;
            }
            Value::Text(text) => numeric::write_parsed(out, text)?,
            Value::Numeric(number) => {
                if let Some(digits) = digits {
                    number.fits(digits)?;
                }
                number.write(out);
                return Ok(());
            }
            _ => return no("it is not a number"),
        }
        match (digits, Numeric::read(&out[start..])) {
            (Some(digits), Some(number)) => number.fits(digits),
            _ => Ok(()),
        }
    }

    /// The double that `value` is.
    pub fn double(&mut self, value: &Value<'_>) -> Result<f64, Misfit> {
        match *value {
            Value::Float8(number) | Value::Real(number) => Ok(number),
            Value::Float4(number) => Ok(float::widened(number)),
            Value::Int(number) if number.unsigned_abs() <= 1 << 53 => Ok(number as f64),
            _ => {
                self.decimal(value)?;
                let double = Numeric::read(&self.digits).map_or(f64::NAN, |n| n.to_f64(&mut self.text));
                let why = if reaches(double) { "it has more digits than a double keeps" } else { BEYOND };
                self.same_decimal(double, 17, why)?;
                Ok(double)
            }
        }
    }

    /// The single-precision number that `value` is.
    pub fn single(&mut self, value: &Value<'_>) -> Result<f32, Misfit> {
        match *value {
            Value::Float4(number) => return Ok(number),
            Value::Float8(number) | Value::Real(number)
                if f64::from(number as f32) == number || float::widened(number as f32) == number || number.is_nan() =>
            {
                return Ok(number as f32);
            }
            _ => {}
        }
        self.decimal(value)?;
        // From the text, and not by way of a double, which could round the last digit twice.
        self.text.clear();
        if let Some(number) = Numeric::read(&self.digits) {
            number.write_text(&mut self.text);
        }
        let single: f32 = self.text.parse().map_err(|_| Misfit::new("it is not a number"))?;
        // Whole numbers, for one, can have more digits than the shortest text and be exact.
        let why = if reaches(single) { "it has more digits than a single-precision number keeps" } else { BEYOND };
        self.same_decimal(single, 9, why).or_else(|misfit| self.same_decimal(f64::from(single), 0, &misfit.why))?;
        Ok(single)
    }

    /// Puts a number into `self.digits` as a decimal.
    fn decimal(&mut self, value: &Value<'_>) -> Result<(), Misfit> {
        let mut digits = std::mem::take(&mut self.digits);
        digits.clear();
        let done = self.numeric(value, None, &mut digits);
        self.digits = digits;
        done
    }

    /// Whether `kept` is the decimal in `self.digits`: it reads like it, at its shortest or with as many digits, up to
    /// `most`, which is how many any number of its kind needs at most.
    fn same_decimal<F: LowerExp + Into<f64> + Copy>(&mut self, kept: F, most: u32, why: &str) -> Result<(), Misfit> {
        self.text.clear();
        float::push_postgres(&mut self.text, kept);
        if self.is_text_of_digits() {
            return Ok(());
        }
        let digits = Numeric::read(&self.digits).map_or(0, Numeric::significant_digits);
        if (1..=most).contains(&digits) {
            self.text.clear();
            // Writing to a String can't fail.
            let _ = write!(self.text, "{kept:.*e}", digits as usize - 1);
            if self.is_text_of_digits() {
                return Ok(());
            }
        }
        no(why)
    }

    /// Whether the number in `self.text` is that in `self.digits`.
    fn is_text_of_digits(&self) -> bool {
        let mut back = Vec::new();
        let read = numeric::write_parsed(&mut back, &self.text).is_ok();
        match (Numeric::read(&self.digits), Numeric::read(&back)) {
            (Some(given), Some(kept)) => read && given.same_number(kept),
            _ => false,
        }
    }

    fn characters(&mut self, value: &Value<'_>, most: Option<usize>, out: &mut Vec<u8>) -> Result<(), Misfit> {
        let text = match *value {
            Value::Text(text) | Value::Json(text) => text,
            Value::Bytes(_) => return no("it is bytes, not text"),
            Value::Int(number) if most.is_none() => {
                // Writing to a String can't fail.
                self.text.clear();
                let _ = write!(self.text, "{number}");
                &self.text
            }
            _ => {
                self.text.clear();
                text::write(value, &mut self.text);
                &self.text
            }
        };
        if text.as_bytes().contains(&0) {
            return no("it holds a NUL character, which PostgreSQL's text can't");
        }
        // No text has more characters than bytes, so counting is for the long ones only.
        if let Some(most) = most
            && text.len() > most
        {
            let count = text.chars().count();
            if count > most {
                return no(format!("it has {}", counted(count, "character")));
            }
        }
        out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    /// Appends JSON text.
    pub fn json(&mut self, value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), Misfit> {
        match value {
            Value::Text(_) | Value::Json(_) | Value::Int(_) | Value::Bool(_) => self.characters(value, None, out),
            Value::Float4(_) | Value::Float8(_) | Value::Real(_) | Value::Numeric(_) => {
                let start = out.len();
                self.characters(value, None, out)?;
                let finite = out[start..].iter().all(|b| b.is_ascii_digit() || b"+-.e".contains(b));
                if finite { Ok(()) } else { no("JSON has no such number") }
            }
            _ => no("it is not JSON text"),
        }
    }
}

/// Why a number that is made zero or infinity does not fit.
const BEYOND: &str = "it is beyond the numbers of that type";

/// Whether a decimal came near as this number.
fn reaches(number: impl Into<f64>) -> bool {
    let number = number.into();
    number != 0.0 && number.is_finite()
}

/// The double as a whole number of units of the last decimal, if that is exactly what it stands for.
fn scaled(number: f64, digits: Digits) -> Option<i64> {
    const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let factor = *POWERS.get(usize::try_from(digits.scale).ok()?)?;
    let limit = POWERS.get(usize::try_from(digits.precision).ok()?).copied().unwrap_or(1e15);
    let units = (number * factor).round();
    // Up to 15 digits, one decimal stands for one double: if dividing gives the double back, this is the decimal.
    (units.abs() < limit && units / factor == number).then_some(units as i64)
}

fn whole<T: TryFrom<i64>>(value: &Value<'_>, range: &str) -> Result<T, Misfit> {
    let number = match *value {
        Value::Int(number) => Some(number),
        Value::Float4(number) => exact(number.into()),
        Value::Float8(number) | Value::Real(number) => exact(number),
        Value::Numeric(number) => number.to_i64(),
        Value::Text(text) => return whole_text(text, range),
        _ => return Err(Misfit::new("it is not a number")),
    };
    match number {
        Some(number) => T::try_from(number).map_err(|_| Misfit::new(format!("the range is {range}"))),
        None => Err(Misfit::new(format!("it is not a whole number from {range}"))),
    }
}

fn whole_text<T: TryFrom<i64>>(text: &str, range: &str) -> Result<T, Misfit> {
    let digits = text.trim_start_matches(['+', '-']);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Misfit::new("it is not a whole number"));
    }
    let number = text.parse::<i64>().ok().and_then(|number| T::try_from(number).ok());
    number.ok_or_else(|| Misfit::new(format!("the range is {range}")))
}

fn exact(number: f64) -> Option<i64> {
    // 2 to the 63 itself is a double, and too large.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    (number.trunc() == number && (-LIMIT..LIMIT).contains(&number)).then_some(number as i64)
}

fn truth(value: &Value<'_>) -> Result<bool, Misfit> {
    match *value {
        Value::Bool(truth) => Ok(truth),
        Value::Int(0) => Ok(false),
        Value::Int(1) => Ok(true),
        Value::Text(text) => match text.to_ascii_lowercase().as_str() {
            "t" | "true" | "y" | "yes" | "on" | "1" => Ok(true),
            "f" | "false" | "n" | "no" | "off" | "0" => Ok(false),
            _ => Err(Misfit::new("it is neither true nor false")),
        },
        _ => Err(Misfit::new("it is neither true nor false")),
    }
}
