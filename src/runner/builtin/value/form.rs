//! Values of SQLite as texts to be compared with another database's, each in one form only. A text is the same as the
//! other's only where a load would make the one of the other; where that is not certain, it is like no text of theirs.

use super::numeric::{Numeric, write_parsed};
use super::temporal::{date, instant, time, timestamp};
use super::{Value, float, text};
use jiff::tz::TimeZone;
use rusqlite::types::ValueRef;

/// The text of a value in the form of that name; `None` for NULL. What has no such form begins with a `?`, as no form
/// does.
///
/// What a query gives is put into the form of the column that it is for; the forms that begin with `stored` are of what
/// stands in a column of SQLite.
pub fn of(form: &str, value: ValueRef<'_>, zone: &TimeZone) -> Option<String> {
    let formed = match (form, value) {
        (_, ValueRef::Null) => return None,
        ("number", ValueRef::Text(bytes)) => decimal(bytes).map(trimmed),
        ("decimal", ValueRef::Text(bytes)) => decimal(bytes),
        ("number" | "decimal" | "stored_number", ValueRef::Integer(number)) => Some(number.to_string()),
        ("number" | "decimal" | "stored_number", ValueRef::Real(number)) => plain(number),
        ("double" | "stored_double", ValueRef::Real(number)) => Some(double(number)),
        ("double" | "stored_double", ValueRef::Integer(number)) if number.unsigned_abs() <= 1 << 53 => {
            Some(double(number as f64))
        }
        ("boolean", ValueRef::Integer(number @ (0 | 1))) => Some(number.to_string()),
        ("boolean", ValueRef::Text(bytes)) => truth(bytes).map(str::to_owned),
        ("text" | "stored_text", ValueRef::Text(bytes)) => counted(bytes),
        ("text", ValueRef::Integer(number)) => counted(number.to_string().as_bytes()),
        ("text", ValueRef::Real(number)) => {
            let mut out = String::new();
            float::push_sqlite(&mut out, number);
            counted(out.as_bytes())
        }
        ("bytes" | "stored_bytes", ValueRef::Blob(bytes)) => {
            let mut out = String::new();
            text::push_hex(&mut out, bytes);
            Some(out)
        }
        // What stands for NULL, and between values, is no date and no number.
        ("stored_plain", ValueRef::Text(bytes)) => {
            std::str::from_utf8(bytes).ok().filter(|text| *text != "~" && !text.contains(',')).map(str::to_owned)
        }
        (_, ValueRef::Text(bytes)) => std::str::from_utf8(bytes).ok().and_then(|text| calendar(form, text, zone)),
        _ => None,
    };
    Some(formed.unwrap_or_else(|| unlike(value)))
}

/// A text that is no form's.
fn unlike(value: ValueRef<'_>) -> String {
    let mut out = format!("?{}", value.data_type());
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => text::push_hex(&mut out, bytes),
        ValueRef::Integer(number) => out.push_str(&number.to_string()),
        ValueRef::Real(number) => out.push_str(&number.to_bits().to_string()),
        ValueRef::Null => {}
    }
    out
}

/// A text behind the number of its characters, so that it can't run into what follows.
fn counted(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(format!("{}:{text}", text.chars().count()))
}

fn decimal(bytes: &[u8]) -> Option<String> {
    let (mut binary, mut out) = (Vec::new(), String::new());
    write_parsed(&mut binary, std::str::from_utf8(bytes).ok()?).ok()?;
    Numeric::read(&binary)?.write_text(&mut out);
    Some(out)
}

/// Without zeros at its end that say nothing.
fn trimmed(number: String) -> String {
    match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => number,
    }
}

/// All its digits, and no exponent.
fn plain(number: f64) -> Option<String> {
    // There is no zero with a sign among decimals.
    number.is_finite().then(|| (number + 0.0).to_string())
}

fn double(number: f64) -> String {
    let mut out = String::new();
    float::push_postgres(&mut out, number);
    out
}

fn truth(bytes: &[u8]) -> Option<&'static str> {
    match &*std::str::from_utf8(bytes).ok()?.to_ascii_lowercase() {
        "1" | "t" | "true" | "y" | "yes" | "on" => Some("1"),
        "0" | "f" | "false" | "n" | "no" | "off" => Some("0"),
        _ => None,
    }
}

/// There and back again: what a column of that kind would hold is what the text says.
fn calendar(form: &str, given: &str, zone: &TimeZone) -> Option<String> {
    let value = Value::Text(given);
    let held = match form {
        "date" => Value::Date(date(&value).ok()?),
        "time" => Value::Time(time(&value, None).ok()?),
        "timestamp" => Value::Timestamp(timestamp(&value, None).ok()?),
        "instant" => Value::TimestampTz(instant(&value, None, zone).ok()?),
        "uuid" => {
            let bytes = text::parse_uuid(given)?;
            let mut out = String::new();
            text::write(&Value::Uuid(&bytes), &mut out);
            return Some(out);
        }
        _ => return None,
    };
    let mut out = String::new();
    text::write(&held, &mut out);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_for_what_is_stored_alike() {
        let text = |text: &'static str| ValueRef::Text(text.as_bytes());
        for (form, value, expected) in [
            ("number", ValueRef::Integer(-7), "-7"),
            ("number", ValueRef::Real(1.5), "1.5"),
            ("number", ValueRef::Real(1e22), "10000000000000000000000"),
            ("number", ValueRef::Real(-0.0), "0"),
            ("number", ValueRef::Real(2.0), "2"),
            ("number", text(" +12.300 "), "12.3"),
            ("number", text("1200"), "1200"),
            ("decimal", text("12.300"), "12.300"),
            ("stored_number", text("12"), "?Text3132"),
            ("double", ValueRef::Integer(2), "2"),
            ("double", ValueRef::Real(0.1), "0.1"),
            ("boolean", text("Yes"), "1"),
            ("text", text("ä,~"), "3:ä,~"),
            ("text", ValueRef::Real(1.0), "3:1.0"),
            ("stored_text", ValueRef::Integer(1), "?Integer1"),
            ("bytes", ValueRef::Blob(&[0, 255]), "00ff"),
            ("bytes", text("a"), "?Text61"),
            ("date", text("2024-02-29 00:00:00"), "2024-02-29"),
            ("date", text("2024-02-30"), "?Text323032342d30322d3330"),
            ("timestamp", text("2026-01-02T03:04:05.120"), "2026-01-02 03:04:05.12"),
            ("timestamp", text("2026-01-02"), "2026-01-02 00:00:00"),
            ("instant", text("2026-01-02 03:04:05+02"), "2026-01-02 01:04:05+00"),
            ("time", text("03:04"), "03:04:00"),
            ("uuid", text("A0EEBC999C0B4EF8BB6D6BB9BD380A11"), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
            ("stored_plain", text("2026-1-2"), "2026-1-2"),
            ("stored_plain", text("~"), "?Text7e"),
            ("stored_any", text("a"), "?Text61"),
            ("stored_any", ValueRef::Integer(1), "?Integer1"),
        ] {
            assert_eq!(of(form, value, &TimeZone::UTC).as_deref(), Some(expected), "{form} {value:?}");
        }
        assert_eq!(of("text", ValueRef::Null, &TimeZone::UTC), None);
    }
}
