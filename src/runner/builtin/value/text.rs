//! Values as PostgreSQL's text, which is also what SQLite gets for what it has no type for.

use super::{Value, calendar, float};
use std::fmt::Write;

/// Appends the text of `value`; nothing for NULL. Instants are shown in UTC.
pub fn write(value: &Value<'_>, out: &mut String) {
    match *value {
        Value::Null => {}
        Value::Bool(truth) => out.push_str(if truth { "true" } else { "false" }),
        // Writing to a String can't fail.
        Value::Int(number) => {
            let _ = write!(out, "{number}");
        }
        Value::Float4(number) => float::push_postgres(out, number),
        Value::Float8(number) => float::push_postgres(out, number),
        Value::Real(number) => float::push_sqlite(out, number),
        Value::Numeric(number) => number.write_text(out),
        Value::Text(text) | Value::Json(text) => out.push_str(text),
        Value::Bytes(bytes) => {
            out.push_str("\\x");
            push_hex(out, bytes);
        }
        Value::Date(days) => calendar::push_date(out, days),
        Value::Time(micros) => calendar::push_time(out, micros),
        Value::TimeTz(micros, west) => {
            calendar::push_time(out, micros);
            calendar::push_offset(out, west);
        }
        Value::Timestamp(micros) => calendar::push_timestamp(out, micros, ""),
        Value::TimestampTz(micros) => calendar::push_timestamp(out, micros, "+00"),
        Value::Interval(interval) => calendar::push_interval(out, interval),
        Value::Uuid(bytes) => push_uuid(out, bytes),
        Value::Inet(bytes) => push_inet(out, bytes),
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends two lower-case hex digits a byte.
pub fn push_hex(out: &mut String, bytes: &[u8]) {
    out.reserve(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from(HEX[usize::from(byte >> 4)]));
        out.push(char::from(HEX[usize::from(byte & 15)]));
    }
}

fn push_uuid(out: &mut String, bytes: &[u8]) {
    for (i, part) in bytes.chunks(2).enumerate() {
        if (2..=5).contains(&i) {
            out.push('-');
        }
        push_hex(out, part);
    }
}

/// The sixteen bytes of a UUID's text: 32 hex digits, with or without hyphens and braces.
pub fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let text = text.trim_ascii();
    let text = text.strip_prefix('{').map_or(Some(text), |inner| inner.strip_suffix('}'))?;
    let mut out = [0u8; 16];
    let mut count = 0;
    for byte in text.bytes() {
        if byte == b'-' && count > 0 && count % 4 == 0 {
            continue;
        }
        let digit = char::from(byte).to_digit(16)? as u8;
        let place = out.get_mut(count / 2)?;
        *place = *place << 4 | digit;
        count += 1;
    }
    (count == 32 && !text.ends_with('-')).then_some(out)
}

/// PostgreSQL's binary form: the family, the bits of the mask, whether it is a network, the length, the address.
fn push_inet(out: &mut String, bytes: &[u8]) {
    let [_, bits, is_network, _, address @ ..] = bytes else { return };
    let full = match address.len() {
        4 => {
            let _ = write!(out, "{}.{}.{}.{}", address[0], address[1], address[2], address[3]);
            32
        }
        _ => {
            let octets: [u8; 16] = address.try_into().unwrap_or_default();
            let _ = write!(out, "{}", std::net::Ipv6Addr::from(octets));
            128
        }
    };
    if *is_network != 0 || *bits != full {
        let _ = write!(out, "/{bits}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids() {
        let plain = "a0eebc999c0b4ef8bb6d6bb9bd380a11";
        let hyphens = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
        for text in
            [plain, hyphens, "{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}", "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11"]
        {
            let bytes = parse_uuid(text).expect(text);
            let mut out = String::new();
            write(&Value::Uuid(&bytes), &mut out);
            assert_eq!(out, hyphens);
        }
        for text in [
            "",
            "a0ee",
            "a0eebc999c0b4ef8bb6d6bb9bd380a1g",
            "{a0eebc999c0b4ef8bb6d6bb9bd380a11",
            "a0eebc999c0b4ef8bb6d6bb9bd380a11-",
            "a-0eebc999c0b4ef8bb6d6bb9bd380a11",
        ] {
            assert!(parse_uuid(text).is_none(), "{text}");
        }
    }

    #[test]
    fn addresses() {
        for (bytes, text) in [
            (&[2u8, 32, 0, 4, 10, 0, 0, 1][..], "10.0.0.1"),
            (&[2, 8, 1, 4, 10, 0, 0, 0], "10.0.0.0/8"),
            (&[2, 32, 1, 4, 10, 0, 0, 1], "10.0.0.1/32"),
            (&[3, 128, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], "::1"),
        ] {
            let mut out = String::new();
            write(&Value::Inet(bytes), &mut out);
            assert_eq!(out, text);
        }
    }
}
