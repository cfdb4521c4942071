//! The form of each value: by what the destination's column is, and only for pairs of types that are known to be written
//! alike. What is not listed here is read instead.

use super::{Engine, Value};
use crate::dialect::types::{self, Type};

/// How a value is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A number without zeros at its end.
    Number,
    /// A number with the decimals that it shows.
    Decimal,
    /// A double.
    Double,
    /// A single-precision number as the double that its bits are.
    Single,
    /// True or false, as 1 and 0.
    Boolean,
    /// Text, with its length in front.
    Text,
    /// Text that was padded with blanks, with its length in front.
    Padded,
    /// Bytes in hex.
    Bytes,
    Date,
    Time,
    Timestamp,
    Instant,
    Uuid,
    /// As the database prints it: a text that is to become something else.
    Plain,
}

/// Both columns as texts that are the same only where a load would make the one of the other; `None` where no such are
/// known.
pub(super) fn pair(from: (Engine, &Value), to: (Engine, &Value)) -> Option<(String, String)> {
    if to.0 == Engine::Sqlite {
        return into_sqlite(from, to.1);
    }
    let target = to.0.dialect().map_type(&to.1.type_text);
    let form = match target {
        Type::Boolean => Form::Boolean,
        Type::SmallInt | Type::Integer | Type::BigInt | Type::Decimal(Some(_)) => Form::Number,
        Type::Decimal(None) => Form::Decimal,
        // What SQLite has is a double, and the column's nearest number is printed like it.
        Type::Real if from.0 == Engine::Sqlite && to.0 == Engine::Postgresql => Form::Double,
        Type::Real => Form::Single,
        Type::Double => Form::Double,
        Type::Char(_) | Type::Text(_) | Type::Json => Form::Text,
        Type::Bytes(_) => Form::Bytes,
        Type::Date => Form::Date,
        Type::Time(_) => Form::Time,
        Type::Timestamp(_) => Form::Timestamp,
        Type::TimestampTz(_) => Form::Instant,
        Type::Uuid => Form::Uuid,
        Type::Other(_) if from.0 == to.0 && types::split(&from.1.type_text).0 == types::split(&to.1.type_text).0 => {
            Form::Text
        }
        Type::Other(_) => return None,
    };
    let there = write(to.0, form, &to.1.type_text, &to.1.sql)?;
    if from.0 == Engine::Sqlite {
        return Some((sqlite(name(form)?, &from.1.sql), there));
    }
    let given = from.0.dialect().map_type(&from.1.type_text);
    let form = match (&given, form) {
        (Type::SmallInt | Type::Integer | Type::BigInt, Form::Number | Form::Decimal)
        | (Type::Decimal(_), Form::Number | Form::Decimal)
        | (Type::Double, Form::Double)
        | (Type::Real, Form::Single)
        | (Type::Boolean, Form::Boolean)
        | (Type::Bytes(_), Form::Bytes)
        | (Type::Date, Form::Date)
        | (Type::Time(_), Form::Time)
        | (Type::Timestamp(_), Form::Timestamp)
        | (Type::TimestampTz(_), Form::Instant)
        | (Type::Uuid, Form::Uuid) => form,
        (Type::Boolean, Form::Number) => Form::Boolean,
        (Type::SmallInt | Type::Integer | Type::BigInt, Form::Boolean) => Form::Number,
        // Blanks at the end of a text are the column's own where it pads, and a text's where it does not.
        (Type::Char(_), Form::Text) if !matches!(target, Type::Char(_)) => Form::Padded,
        (Type::Char(_) | Type::Text(_) | Type::Json, Form::Text) => Form::Text,
        (Type::SmallInt | Type::Integer | Type::BigInt | Type::Decimal(_), Form::Text) => Form::Decimal,
        (Type::Uuid, Form::Text) => Form::Uuid,
        (Type::Date, Form::Text) => Form::Date,
        // A text that reads as the destination's value does becomes that value.
        (Type::Text(_), Form::Number | Form::Decimal | Form::Date | Form::Timestamp | Form::Instant | Form::Uuid) => {
            Form::Plain
        }
        (Type::Other(_), Form::Text) if matches!(target, Type::Other(_)) => Form::Text,
        _ => return None,
    };
    let is_text = |form| matches!(form, Form::Text | Form::Padded);
    let written = write(from.0, form, &from.1.type_text, &from.1.sql)?;
    // Behind its length, as the destination's text is.
    let as_text = matches!(target, Type::Char(_) | Type::Text(_) | Type::Json) && !is_text(form);
    Some((if as_text { count(from.0, &written) } else { written }, there))
}

/// What a load stores in SQLite is the text that the source prints, or a number where the column makes numbers.
fn into_sqlite(from: (Engine, &Value), to: &Value) -> Option<(String, String)> {
    let declared = to.type_text.to_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
    // The rules of affinity, in their order (https://www.sqlite.org/datatype3.html, 3.1).
    let numbers = has(&["INT"])
        || !has(&["CHAR", "CLOB", "TEXT", "BLOB"])
            && !declared.trim_matches(['"', ' ']).is_empty()
            && declared != "ANY";
    let texts = !has(&["INT"]) && has(&["CHAR", "CLOB", "TEXT"]);
    let stored = |form: &str| sqlite(form, &to.sql);
    if from.0 == Engine::Sqlite {
        let form = match (numbers, texts) {
            (true, _) if has(&["DATE", "TIME"]) => "stored_text",
            (true, _) => "stored_number",
            (_, true) => "stored_text",
            _ => "stored_any",
        };
        return Some((sqlite(form, &from.1.sql), stored(form)));
    }
    let given = from.0.dialect().map_type(&from.1.type_text);
    let (form, name) = match given {
        Type::Boolean if numbers => (Form::Boolean, "stored_number"),
        Type::SmallInt | Type::Integer | Type::BigInt | Type::Decimal(_) if numbers => (Form::Number, "stored_number"),
        Type::SmallInt | Type::Integer | Type::BigInt | Type::Decimal(_) if texts => (Form::Decimal, "stored_plain"),
        Type::Double if numbers => (Form::Double, "stored_double"),
        // SQLite gets 0.1 for 0.1, and not the double that a single-precision 0.1 is.
        Type::Real if numbers && from.0 == Engine::Postgresql => (Form::Double, "stored_double"),
        Type::Real if numbers => (Form::Single, "stored_double"),
        Type::Char(_) => (Form::Padded, "stored_text"),
        Type::Text(_) | Type::Json => (Form::Text, "stored_text"),
        Type::Bytes(_) => (Form::Bytes, "stored_bytes"),
        Type::Date => (Form::Date, "stored_plain"),
        Type::Time(_) => (Form::Time, "stored_plain"),
        Type::Timestamp(_) => (Form::Timestamp, "stored_plain"),
        Type::TimestampTz(_) => (Form::Instant, "stored_plain"),
        Type::Uuid => (Form::Uuid, "stored_plain"),
        _ => return None,
    };
    Some((write(from.0, form, &from.1.type_text, &from.1.sql)?, stored(name)))
}

fn sqlite(form: &str, value: &str) -> String {
    format!("pipekit_form('{form}', {value})")
}

/// The name of a form of what SQLite selects.
fn name(form: Form) -> Option<&'static str> {
    Some(match form {
        Form::Number => "number",
        Form::Decimal => "decimal",
        Form::Double => "double",
        Form::Boolean => "boolean",
        Form::Text => "text",
        Form::Bytes => "bytes",
        Form::Date => "date",
        Form::Time => "time",
        Form::Timestamp => "timestamp",
        Form::Instant => "instant",
        Form::Uuid => "uuid",
        Form::Single | Form::Padded | Form::Plain => return None,
    })
}

/// A text behind the number of its characters, so that it can't run into what follows.
fn count(engine: Engine, text: &str) -> String {
    match engine {
        Engine::Mysql => format!("CONCAT(CHAR_LENGTH({text}), ':', {text})"),
        _ => format!("char_length({text}) || ':' || {text}"),
    }
}

fn write(engine: Engine, form: Form, type_text: &str, c: &str) -> Option<String> {
    Some(match engine {
        Engine::Postgresql => match form {
            Form::Number => {
                let text = format!("{c}::text");
                match types::split(type_text).0.as_str() {
                    "numeric" => {
                        trimmed(&format!("strpos({text}, '.')"), &format!("rtrim(rtrim({text}, '0'), '.')"), &text)
                    }
                    _ => text,
                }
            }
            Form::Boolean => format!("{c}::int::text"),
            Form::Single => format!("{c}::float8::text"),
            Form::Text => count(engine, &format!("{c}::text")),
            // The output of a char(n) has its blanks, and a cast to text has not (manual, 8.3). Of NULL it makes an empty
            // text.
            Form::Padded => format!("CASE WHEN {c} IS NOT NULL THEN {} END", count(engine, &format!("concat({c})"))),
            Form::Bytes => format!("encode({c}, 'hex')"),
            Form::Instant => format!("({c} AT TIME ZONE 'UTC')::text || '+00'"),
            Form::Plain => no_null(&format!("{c}::text")),
            Form::Decimal | Form::Double | Form::Date | Form::Time | Form::Timestamp | Form::Uuid => {
                format!("{c}::text")
            }
        },
        Engine::Mysql => {
            let text = format!("CAST({c} AS CHAR)");
            let without_zeros = trimmed(
                &format!("LOCATE('.', {text})"),
                &format!("TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM {text}))"),
                &text,
            );
            // A text of other bytes than UTF-8's is the same text.
            let letters = format!("CONVERT({c} USING utf8mb4) COLLATE utf8mb4_bin");
            match form {
                Form::Number | Form::Time | Form::Timestamp => without_zeros,
                Form::Instant => format!("CONCAT({without_zeros}, '+00')"),
                // A FLOAT prints six digits, and its double all that there are.
                Form::Single => format!("CAST({c} + 0e0 AS CHAR)"),
                Form::Text | Form::Padded => count(engine, &letters),
                Form::Plain => no_null(&letters),
                Form::Bytes => format!("LOWER(HEX({c}))"),
                Form::Uuid => format!("LOWER({text})"),
                Form::Decimal | Form::Double | Form::Boolean | Form::Date => text,
            }
        }
        Engine::Sqlite => return None,
    })
}

/// A text that is not what stands for NULL.
fn no_null(text: &str) -> String {
    format!("CASE WHEN {text} = '~' THEN '?' ELSE {text} END")
}

fn trimmed(has_point: &str, without: &str, text: &str) -> String {
    format!("CASE WHEN {has_point} > 0 THEN {without} ELSE {text} END")
}
