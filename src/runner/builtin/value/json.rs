//! What `jsonb` loses of a JSON text: an object's keys that come twice, of which it keeps the last.

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

#[cfg(test)]
mod tests {
    use super::repeated_key;

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
