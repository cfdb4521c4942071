//! What the databases' own JSON types lose of a JSON text: of an object's keys that come twice `jsonb` keeps the last,
//! and of a number MySQL keeps what a double holds.

use super::numeric::{Numeric, write_parsed};
use std::borrow::Cow;
use std::collections::HashSet;

/// A key that one object has twice. Text that is no JSON may have none, or any: the server refuses it.
pub fn repeated_key(text: &str) -> Option<Cow<'_, str>> {
    // One set of keys for each object that is open, and none for each array.
    let mut open: Vec<Option<HashSet<Cow<'_, str>>>> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' => open.push(Some(HashSet::new())),
            b'[' => open.push(None),
            b'}' | b']' => drop(open.pop()),
            b'"' => {
                let start = at;
                while bytes.get(at).is_some_and(|b| *b != b'"') {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                let inner = text.get(start..at)?;
                at += 1;
                let is_key = bytes[at.min(bytes.len())..].iter().find(|b| !b.is_ascii_whitespace()) == Some(&b':');
                if is_key && let Some(Some(keys)) = open.last_mut() {
                    let key = unescaped(inner)?;
                    if keys.contains(&key) {
                        return Some(key);
                    }
                    keys.insert(key);
                }
            }
            _ => {}
        }
    }
    None
}

/// The key itself: `\u0061` is `a`. `None` where it is none.
fn unescaped(inner: &str) -> Option<Cow<'_, str>> {
    if inner.contains('\\') {
        serde_json::from_str(&format!("\"{inner}\"")).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// A number that a double does not hold, unless it is a whole one of 64 bits.
pub fn long_number(text: &str) -> Option<&str> {
    let mut in_quotes = false;
    let mut escaped = false;
    let plain = |c: char| {
        let quote = c == '"' && !escaped;
        in_quotes ^= quote;
        escaped = in_quotes && c == '\\' && !escaped;
        in_quotes || quote || !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'))
    };
    text.split(plain).filter(|word| word.starts_with(|c: char| c == '-' || c.is_ascii_digit())).find(|number| {
        let digits = number.split(['e', 'E']).next().unwrap_or("").trim_start_matches(['-', '0', '.']);
        let count = digits.bytes().filter(u8::is_ascii_digit).count();
        let whole = number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok();
        count > 15 && !whole && number.parse::<f64>().map_or(true, |double| !reads_like(double, number))
    })
}

/// Whether the double, at its shortest, is the very number.
fn reads_like(double: f64, number: &str) -> bool {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let parsed = write_parsed(&mut ours, &format!("{double:e}")).and_then(|()| write_parsed(&mut theirs, number));
    let both = Numeric::read(&ours).zip(Numeric::read(&theirs));
    parsed.is_ok() && both.is_some_and(|(ours, theirs)| ours.same_number(theirs))
}

#[cfg(test)]
mod tests {
    use super::{long_number, repeated_key};

    #[test]
    fn numbers_that_a_double_does_not_hold_are_found() {
        for text in [
            "1.5",
            "[18446744073709551615, -9223372036854775808]",
            "\"0.12345678901234567890\"",
            "{\"a\\\"\": 0.1}",
            "0.12345678901234568",
        ] {
            assert_eq!(long_number(text), None, "{text}");
        }
        for (text, number) in [
            ("[1, 0.12345678901234567890]", "0.12345678901234567890"),
            ("{\"a\":18446744073709551617}", "18446744073709551617"),
        ] {
            assert_eq!(long_number(text), Some(number), "{text}");
        }
    }

    #[test]
    fn keys_that_come_twice_are_found() {
        for (text, expected) in [
            (r#"{"a": 1, "a" : 2}"#, Some("a")),
            (r#"{"a": 1, "\u0061": 2}"#, Some("a")),
            (r#"[{"x": {"b": [{"c": 1}, {"c": 2}], "b": 3}}]"#, Some("b")),
            (r#"{"a": {"a": {"a": 1}}, "b": "a", "c": ["a", "a"]}"#, None),
            (r#"{"a": "\"a\":", "\"a": 1, "a\\": 2}"#, None),
            (r#"{"ä": 1, "Ä": 2, "": 3}"#, None),
            (r#"{"": 3, "" :4}"#, Some("")),
            (r#"{"a": 1"#, None),
            (r#"{"a": "open"#, None),
            (r#"{"\"#, None),
            ("}{", None),
            ("12", None),
            ("", None),
        ] {
            assert_eq!(repeated_key(text).as_deref(), expected, "{text}");
        }
    }
}
