//! Doubles as the shortest text that reads back as the same number.

use std::fmt::{LowerExp, Write};

/// As PostgreSQL prints them: `1`, `0.1`, `1e+15`, `Infinity`.
pub fn push_postgres<F: LowerExp + Into<f64> + Copy>(out: &mut String, value: F) {
    let double: f64 = value.into();
    if double.is_nan() {
        out.push_str("NaN");
    } else if double.is_infinite() {
        out.push_str(if double > 0.0 { "Infinity" } else { "-Infinity" });
    } else {
        // PostgreSQL writes an exponent from 10 to the 15 on for doubles, to the 6 for singles, like `%.{digits}g`.
        let largest = if size_of::<F>() == 4 { 6 } else { 15 };
        push_shortest(out, value, -4, largest, "");
    }
}

/// As SQLite prints them: `1.0`, `0.1`, `1.0e+15`, `Inf`.
pub fn push_sqlite(out: &mut String, value: f64) {
    if value.is_infinite() {
        out.push_str(if value > 0.0 { "Inf" } else { "-Inf" });
    } else {
        push_shortest(out, value, -4, 15, ".0");
    }
}

/// Digits and exponent of the shortest form, put together plainly where the exponent is in `least..largest`.
/// `whole` follows a mantissa that has no point.
fn push_shortest(out: &mut String, value: impl LowerExp, least: i32, largest: i32, whole: &str) {
    let mut form = Buffer { bytes: [0; 40], length: 0 };
    // The shortest form of a double takes 24 characters at most.
    let _ = write!(form, "{value:e}");
    let text = std::str::from_utf8(&form.bytes[..form.length]).unwrap_or("");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mantissa = match mantissa.strip_prefix('-') {
        Some(rest) => {
            out.push('-');
            rest
        }
        None => mantissa,
    };
    let (first, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if exponent < least || exponent >= largest {
        out.push_str(first);
        if rest.is_empty() {
            out.push_str(whole);
        } else {
            out.push('.');
            out.push_str(rest);
        }
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "e{sign}{:02}", exponent.unsigned_abs());
    } else if exponent < 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', exponent.unsigned_abs() as usize - 1));
        out.push_str(first);
        out.push_str(rest);
    } else {
        let before = exponent as usize;
        out.push_str(first);
        if rest.len() <= before {
            out.push_str(rest);
            out.extend(std::iter::repeat_n('0', before - rest.len()));
            out.push_str(whole);
        } else {
            out.push_str(&rest[..before]);
            out.push('.');
            out.push_str(&rest[before..]);
        }
    }
}

struct Buffer {
    bytes: [u8; 40],
    length: usize,
}

impl Write for Buffer {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.length + text.len();
        self.bytes.get_mut(self.length..end).ok_or(std::fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortest_forms() {
        let cases = [
            (0.0, "0", "0.0"),
            (-0.0, "-0", "-0.0"),
            (1.0, "1", "1.0"),
            (0.1, "0.1", "0.1"),
            (-12.5, "-12.5", "-12.5"),
            (1e100, "1e+100", "1.0e+100"),
            (1.5e300, "1.5e+300", "1.5e+300"),
            (1e15, "1e+15", "1.0e+15"),
            (123_456_789_012_345.0, "123456789012345", "123456789012345.0"),
            (0.0001, "0.0001", "0.0001"),
            (0.00001, "1e-05", "1.0e-05"),
            (0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"),
            (f64::INFINITY, "Infinity", "Inf"),
        ];
        for (value, postgres, sqlite) in cases {
            let (mut ours, mut theirs) = (String::new(), String::new());
            push_postgres(&mut ours, value);
            push_sqlite(&mut theirs, value);
            assert_eq!((ours.as_str(), theirs.as_str()), (postgres, sqlite));
        }
        let mut single = String::new();
        push_postgres(&mut single, 0.1f32);
        push_postgres(&mut single, 16_777_216f32);
        assert_eq!(single, "0.11.6777216e+07");
    }
}
