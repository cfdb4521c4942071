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

/// The double that a single-precision number stands for: 0.1 stays 0.1, and is not the 0.10000000149 that its bits are as
/// a double. A whole number is itself, though: the shortest text of 424722816 says 424722820.
pub fn widened(value: f32) -> f64 {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let double = f64::from(value);
    if double.trunc() == double && double.abs() <= EXACT {
        return double;
    }
    let mut text = String::new();
    push_postgres(&mut text, value);
    text.parse().unwrap_or(double)
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
fn push_shortest<F: LowerExp + Into<f64> + Copy>(out: &mut String, value: F, least: i32, largest: i32, whole: &str) {
    let mut form = Buffer { bytes: [0; 40], length: 0 };
    // The shortest form of a double takes 24 characters at most.
    let _ = write!(form, "{value:e}");
    while is_half_way(value.into(), size_of::<F>() == 4, form.text()) {
        let digits = form.text().bytes().take_while(|b| *b != b'e').filter(u8::is_ascii_digit).count();
        form.length = 0;
        let _ = write!(form, "{value:.digits$e}");
    }
    let (mantissa, exponent) = form.text().split_once('e').unwrap_or((form.text(), "0"));
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

/// Whether the text lies half way between the number and its neighbour. It reads back as the number, as the even one of
/// both, but PostgreSQL gives one digit more. This happens to whole numbers only that are larger than the mantissa.
fn is_half_way(value: f64, single: bool, text: &str) -> bool {
    let mantissa = if single { 24 } else { 53 };
    let absolute = value.abs();
    if absolute < 2f64.powi(mantissa) || absolute >= 2f64.powi(127) {
        return false;
    }
    let number = absolute as u128;
    let step = 1u128 << (number.ilog2() + 1 - mantissa.unsigned_abs());
    let Some((digits, exponent)) = text.split_once('e') else { return false };
    let (mut shown, mut count) = (0u128, -1);
    for digit in digits.bytes().filter(u8::is_ascii_digit) {
        (shown, count) = (shown * 10 + u128::from(digit - b'0'), count + 1);
    }
    let Ok(zeros) = u32::try_from(exponent.parse().unwrap_or(0) - count) else { return false };
    let distance = (shown * 10u128.pow(zeros)).abs_diff(number);
    // Below a power of two the steps are half as long.
    distance * 2 == step || number.is_power_of_two() && distance * 4 == step
}

struct Buffer {
    bytes: [u8; 40],
    length: usize,
}

impl Buffer {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or("")
    }
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
