//! Values in SQLite's storage classes, chosen so that the column's affinity leaves them what they are.

use crate::runner::builtin::sqlite::affinity::{Affinity, looks_numeric};
use crate::runner::builtin::value::numeric::Numeric;
use crate::runner::builtin::value::{Misfit, Value, float, text};
use rusqlite::types::ValueRef;

/// A stored value; its bytes where it is text and not UTF-8.
#[inline]
pub fn value(stored: ValueRef<'_>) -> Result<Value<'_>, &[u8]> {
    Ok(match stored {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(bytes) => Value::Text(std::str::from_utf8(bytes).map_err(|_| bytes)?),
        ValueRef::Blob(bytes) => Value::Bytes(bytes),
    })
}

/// The last whole number up to which a double has them all.
const EXACT: u64 = 1 << 53;

/// How `value` is stored in a column of this affinity. `scratch` holds text that has to be made for it.
#[inline]
pub fn stored<'a>(value: &Value<'a>, affinity: Affinity, scratch: &'a mut String) -> Result<ValueRef<'a>, Misfit> {
    scratch.clear();
    match *value {
        Value::Null => Ok(ValueRef::Null),
        Value::Bytes(bytes) => Ok(ValueRef::Blob(bytes)),
        Value::Int(number) if affinity == Affinity::Real && number.unsigned_abs() > EXACT => {
            Err(Misfit::new("the column makes it a double, which has not so many digits"))
        }
        Value::Int(number) => Ok(ValueRef::Integer(number)),
        Value::Bool(truth) if affinity != Affinity::Text => Ok(ValueRef::Integer(truth.into())),
        Value::Float4(number) if number.is_nan() => Err(not_a_number(affinity)),
        Value::Float8(number) | Value::Real(number) if number.is_nan() && affinity != Affinity::Text => {
            Err(not_a_number(affinity))
        }
        Value::Float8(number) | Value::Real(number) if affinity != Affinity::Text => Ok(ValueRef::Real(number)),
        Value::Float4(number) if affinity != Affinity::Text => Ok(ValueRef::Real(float::widened(number))),
        Value::Numeric(number) if affinity.makes_numbers() => decimal(number, affinity, scratch),
        Value::Text(text) | Value::Json(text) => {
            if affinity.makes_numbers() {
                survives(text, affinity)?;
            }
            Ok(ValueRef::Text(text.as_bytes()))
        }
        _ => {
            // Dates, times, UUIDs and the like: their text looks like no number, so any affinity leaves it alone.
            text::write(value, scratch);
            Ok(ValueRef::Text(scratch.as_bytes()))
        }
    }
}

fn not_a_number(affinity: Affinity) -> Misfit {
    Misfit::new(match affinity {
        Affinity::Text => "SQLite makes NULL of NaN",
        _ => "SQLite makes NULL of NaN: declare the column TEXT",
    })
}

fn decimal<'a>(number: Numeric<'_>, affinity: Affinity, scratch: &mut String) -> Result<ValueRef<'a>, Misfit> {
    if number.is_special() {
        return Err(Misfit::new("SQLite has no such decimal: declare the column TEXT"));
    }
    match number.to_i64() {
        Some(whole) if affinity != Affinity::Real || whole.unsigned_abs() <= EXACT => {
            return Ok(ValueRef::Integer(whole));
        }
        _ => {}
    }
    let digits = number.significant_digits();
    if digits > 15 {
        return Err(Misfit::new(format!(
            "it has {digits} significant digits, of which SQLite's numbers keep 15: declare the column TEXT"
        )));
    }
    let double = number.to_f64(scratch);
    if !double.is_normal() {
        return Err(Misfit::new("it is beyond SQLite's numbers: declare the column TEXT"));
    }
    Ok(ValueRef::Real(double))
}

/// Refuses text that a numeric column would make a number of that reads otherwise: `007` would be 7.
fn survives(text: &str, affinity: Affinity) -> Result<(), Misfit> {
    if !looks_numeric(text) {
        return Ok(());
    }
    let mut number = String::new();
    let trimmed = text.trim_ascii();
    if let Ok(whole) = trimmed.parse::<i64>() {
        number = whole.to_string();
        if number == text && (affinity != Affinity::Real || whole.unsigned_abs() <= EXACT) {
            return Ok(());
        }
    } else if let Ok(double) = trimmed.parse::<f64>() {
        // Whole doubles become integers, but in a REAL column.
        let becomes_whole = double.trunc() == double && double.abs() < 9.3e18 && affinity != Affinity::Real;
        float::push_sqlite(&mut number, double);
        if number == text && !becomes_whole {
            return Ok(());
        }
    }
    Err(Misfit::new(format!("the column makes it the number {number}: declare the column TEXT")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::builtin::value::numeric::{Numeric as Decimal, write_parsed};

    fn show(value: &Value<'_>, affinity: Affinity) -> String {
        let mut scratch = String::new();
        match stored(value, affinity, &mut scratch) {
            Ok(ValueRef::Null) => "null".to_owned(),
            Ok(ValueRef::Integer(number)) => format!("i{number}"),
            Ok(ValueRef::Real(number)) => format!("r{number:?}"),
            Ok(ValueRef::Text(bytes)) => format!("t{}", String::from_utf8_lossy(bytes)),
            Ok(ValueRef::Blob(bytes)) => format!("b{}", bytes.len()),
            Err(_) => "error".to_owned(),
        }
    }

    #[test]
    fn affinities_change_nothing() {
        use Affinity::{Blob, Integer, Numeric, Real, Text};
        let cases = [
            (Value::Text("007"), Text, "t007"),
            (Value::Text("007"), Integer, "error"),
            (Value::Text("7"), Integer, "t7"),
            (Value::Text("7"), Real, "t7"),
            (Value::Text("9007199254740993"), Real, "error"),
            (Value::Text("7.0"), Numeric, "error"),
            (Value::Text("7.0"), Real, "t7.0"),
            (Value::Text("1.5"), Numeric, "t1.5"),
            (Value::Text("1.50"), Numeric, "error"),
            (Value::Text("1e5"), Numeric, "error"),
            (Value::Text(" 7"), Numeric, "error"),
            (Value::Text("2026-01-02"), Numeric, "t2026-01-02"),
            (Value::Json("007"), Numeric, "error"),
            (Value::Text("007"), Blob, "t007"),
            (Value::Int(7), Text, "i7"),
            (Value::Int(i64::MAX), Real, "error"),
            (Value::Int(1 << 53), Real, "i9007199254740992"),
            (Value::Bool(true), Numeric, "i1"),
            (Value::Bool(true), Text, "ttrue"),
            (Value::Float8(0.1), Real, "r0.1"),
            (Value::Float8(1.0), Text, "t1"),
            (Value::Real(1.0), Text, "t1.0"),
            (Value::Float8(f64::NAN), Real, "error"),
            (Value::Float8(f64::NAN), Text, "tNaN"),
            (Value::Float4(0.1), Real, "r0.1"),
            (Value::Date(0), Numeric, "t2000-01-01"),
            (Value::TimestampTz(1), Numeric, "t2000-01-01 00:00:00.000001+00"),
            (Value::Bytes(b"ab"), Text, "b2"),
        ];
        for (value, affinity, expected) in cases {
            assert_eq!(show(&value, affinity), expected, "{value:?} {affinity:?}");
        }
        for (text, affinity, expected) in [
            ("12.50", Text, "t12.50"),
            ("12.50", Blob, "t12.50"),
            ("12.50", Numeric, "r12.5"),
            ("12.00", Numeric, "i12"),
            ("9223372036854775807", Integer, "i9223372036854775807"),
            ("9223372036854775807", Real, "error"),
            ("9223372036854775808", Integer, "error"),
            ("100000000000000000000", Numeric, "r1e20"),
            ("0.123456789012345", Real, "r0.123456789012345"),
            ("0.1234567890123456", Real, "error"),
            ("-0.07", Real, "r-0.07"),
            ("NaN", Real, "error"),
            ("NaN", Text, "tNaN"),
            ("1e-400", Real, "error"),
        ] {
            let mut bytes = Vec::new();
            write_parsed(&mut bytes, text).unwrap();
            let number = Decimal::read(&bytes).unwrap();
            assert_eq!(show(&Value::Numeric(number), affinity), expected, "{text} {affinity:?}");
        }
    }
}
