//! How a value stands in what MySQL is sent: in a line of LOAD DATA, and in a list of literals.

use crate::runner::builtin::value::mysql::Form;

/// Appends a field of a line, with the escapes that LOAD DATA takes back.
pub fn push_field(out: &mut Vec<u8>, text: &[u8]) {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'\t' | b'\n' | b'\\' | 0)) {
        out.extend_from_slice(&rest[..at]);
        out.push(b'\\');
        out.push(if rest[at] == 0 { b'0' } else { rest[at] });
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

/// Appends a literal. `no_escapes` is the session's mode in which a backslash is one.
pub fn push_literal(out: &mut Vec<u8>, text: &str, form: Form, no_escapes: bool) {
    match form {
        Form::Null => return out.extend_from_slice(b"NULL"),
        Form::Whole => return out.extend_from_slice(text.as_bytes()),
        Form::Hex => out.push(b'x'),
        Form::Plain | Form::Text => {}
    }
    out.push(b'\'');
    if form == Form::Text {
        for byte in text.bytes() {
            if byte == b'\'' || byte == b'\\' && !no_escapes {
                out.push(byte);
            }
            out.push(byte);
        }
    } else {
        out.extend_from_slice(text.as_bytes());
    }
    out.push(b'\'');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_fields_are_escaped() {
        for (text, form, no_escapes, expected) in [
            ("it's \\ so", Form::Text, false, r"'it''s \\ so'"),
            ("it's \\ so", Form::Text, true, r"'it''s \ so'"),
            ("00ff", Form::Hex, false, "x'00ff'"),
            ("1.5", Form::Plain, false, "'1.5'"),
            ("15", Form::Whole, false, "15"),
            ("", Form::Null, false, "NULL"),
        ] {
            let mut out = Vec::new();
            push_literal(&mut out, text, form, no_escapes);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
        let mut out = Vec::new();
        push_field(&mut out, b"a\tb\nc\\d\0e");
        assert_eq!(out, b"a\\\tb\\\nc\\\\d\\0e");
    }
}
