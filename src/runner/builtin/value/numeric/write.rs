//! Writes the binary form of `numeric`, from scaled integers and from text.

use super::{INFINITY, MINUS_INFINITY, NAN, NEGATIVE, POSITIVE};
use crate::runner::builtin::value::Misfit;

/// Appends the whole number `value` · 10^-`scale` in the binary form.
pub fn write_scaled(out: &mut Vec<u8>, value: i128, scale: u32) {
    let mut rest = value.unsigned_abs();
    // Groups line up with the point, so the decimals are padded to whole groups first.
    let padding = (4 - scale % 4) % 4;
    let fraction_groups = scale.div_ceil(4) as i16;
    let mut groups = [0u16; 12];
    let mut count = 0;
    if padding > 0 {
        let cut = 10u64.pow(4 - padding);
        let (left, last) = match u64::try_from(rest) {
            Ok(small) => ((small / cut).into(), small % cut),
            Err(_) => (rest / u128::from(cut), (rest % u128::from(cut)) as u64),
        };
        groups[0] = last as u16 * 10u16.pow(padding);
        rest = left;
        count = 1;
    }
    while rest > 0 && count < groups.len() {
        // A u64 divides much faster, and nearly every number is one.
        if let Ok(mut small) = u64::try_from(rest) {
            while small > 0 && count < groups.len() {
                groups[count] = (small % 10_000) as u16;
                small /= 10_000;
                count += 1;
            }
            break;
        }
        groups[count] = (rest % 10_000) as u16;
        rest /= 10_000;
        count += 1;
    }
    while count > 0 && groups[count - 1] == 0 {
        count -= 1;
    }
    let skipped = groups[..count].iter().take_while(|g| **g == 0).count();
    let weight = count as i16 - fraction_groups - 1;
    let sign = if value < 0 { NEGATIVE } else { POSITIVE };
    let kept = &groups[skipped..count];
    write_head(out, kept.len() as u16, if kept.is_empty() { 0 } else { weight }, sign, scale as u16);
    for group in kept.iter().rev() {
        out.extend_from_slice(&group.to_be_bytes());
    }
}

pub(super) fn write_head(out: &mut Vec<u8>, count: u16, weight: i16, sign: u16, scale: u16) {
    let [[a, b], [c, d], [e, f], [g, h]] =
        [count.to_be_bytes(), weight.to_be_bytes(), sign.to_be_bytes(), scale.to_be_bytes()];
    out.extend_from_slice(&[a, b, c, d, e, f, g, h]);
}

/// A decimal as databases print nearly all: a sign, up to 18 digits, a point among them. Its digits as a whole number, and
/// how many stand behind the point.
fn plain(text: &str) -> Option<(i64, u32)> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.len() > 19 {
        return None;
    }
    let (mut value, mut point) = (0u64, None);
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => value = value * 10 + u64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(at),
            _ => return None,
        }
    }
    let count = digits.len() - usize::from(point.is_some());
    let scale = point.map_or(0, |at| digits.len() - at - 1);
    let value = if (1..=18).contains(&count) { value.cast_signed() } else { return None };
    Some((if negative { -value } else { value }, scale as u32))
}

/// Appends the decimal `text` (digits, a point, an exponent; or NaN, Infinity) in the binary form. Nothing is appended
/// where it is no number, or one beyond what PostgreSQL can hold.
pub fn write_parsed(out: &mut Vec<u8>, text: &str) -> Result<(), Misfit> {
    if let Some((value, scale)) = plain(text) {
        write_scaled(out, value.into(), scale);
        return Ok(());
    }
    let no_number = || Misfit::new("it is not a number");
    let trimmed = text.trim_matches(|c: char| c.is_ascii_whitespace());
    let (negative, unsigned) = match trimmed.as_bytes() {
        [b'-', ..] => (true, &trimmed[1..]),
        [b'+', ..] => (false, &trimmed[1..]),
        _ => (false, trimmed),
    };
    if unsigned.starts_with(|c: char| c.is_ascii_alphabetic()) {
        let sign = match unsigned.to_ascii_lowercase().as_str() {
            "nan" if trimmed.len() == 3 => NAN,
            "infinity" | "inf" if negative => MINUS_INFINITY,
            "infinity" | "inf" => INFINITY,
            _ => return Err(no_number()),
        };
        write_head(out, 0, 0, sign, 0);
        return Ok(());
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| no_number())?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    if digits().count() == 0 || !digits().all(|b| b.is_ascii_digit()) {
        return Err(no_number());
    }
    let too_large = || Misfit::new("it has more digits than numeric can hold");
    if exponent.unsigned_abs() > 200_000 || mantissa.len() > 200_000 {
        return Err(too_large());
    }
    // The power of ten of the first digit, and how many decimals there are to show.
    let first_power = whole.len() as i32 - 1 + exponent;
    let scale = (fraction.len() as i32 - exponent).max(0);
    if scale > 16_383 {
        return Err(too_large());
    }
    let head = out.len();
    write_head(out, 0, 0, if negative { NEGATIVE } else { POSITIVE }, scale as u16);
    let first_group = first_power.div_euclid(4);
    let (mut group, mut place) = (0u16, first_power.rem_euclid(4));
    let (mut weight, mut count, mut zeros, mut power) = (0i32, 0usize, 0usize, first_group);
    let mut flush = |group: u16, power: i32, out: &mut Vec<u8>| {
        if group == 0 {
            zeros += 1;
            return;
        }
        if count == 0 {
            weight = power;
        } else {
            out.resize(out.len() + zeros * 2, 0);
            count += zeros;
        }
        zeros = 0;
        count += 1;
        out.extend_from_slice(&group.to_be_bytes());
    };
    for digit in digits() {
        group = group * 10 + u16::from(digit - b'0');
        if place == 0 {
            flush(group, power, out);
            (group, place, power) = (0, 3, power - 1);
        } else {
            place -= 1;
        }
    }
    if place != 3 {
        flush(group * 10u16.pow(place as u32 + 1), power, out);
    }
    // 131072 digits before the point are the most that PostgreSQL takes.
    if weight >= 131_072 / 4 || count > 40_000 {
        out.truncate(head);
        return Err(too_large());
    }
    let sign = if count == 0 || !negative { POSITIVE } else { NEGATIVE };
    out[head..head + 2].copy_from_slice(&(count as u16).to_be_bytes());
    out[head + 2..head + 4].copy_from_slice(&(weight as i16).to_be_bytes());
    out[head + 4..head + 6].copy_from_slice(&sign.to_be_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Numeric;
    use super::*;

    fn text_of(bytes: &[u8]) -> String {
        let mut out = String::new();
        Numeric::read(bytes).expect("well formed").write_text(&mut out);
        out
    }

    #[test]
    fn decimals_survive_the_binary_form() {
        let cases = [
            ("0", "0"),
            ("0.00", "0.00"),
            ("-0", "0"),
            ("7", "7"),
            ("-7", "-7"),
            ("10000", "10000"),
            ("100000000", "100000000"),
            ("99999.99999", "99999.99999"),
            ("0.0001", "0.0001"),
            ("0.00001", "0.00001"),
            ("-0.000000012", "-0.000000012"),
            ("1.500", "1.500"),
            ("  12.30 ", "12.30"),
            ("1e3", "1000"),
            ("1.25E+1", "12.5"),
            ("125e-4", "0.0125"),
            ("5.", "5"),
            (".5", "0.5"),
            ("123456789012345678901234567890.123456789", "123456789012345678901234567890.123456789"),
            ("00012.5", "12.5"),
            ("1000000000000000000000000", "1000000000000000000000000"),
            ("NaN", "NaN"),
            ("-Infinity", "-Infinity"),
            ("inf", "Infinity"),
        ];
        for (given, expected) in cases {
            let mut bytes = Vec::new();
            write_parsed(&mut bytes, given).unwrap();
            assert_eq!(text_of(&bytes), expected, "{given}");
        }
        for junk in ["", "-", ".", "1.2.3", "1e", "0x10", "1 2", "abc", "--1", "1,5", "e5", "1e999999"] {
            let mut bytes = Vec::new();
            assert!(write_parsed(&mut bytes, junk).is_err(), "{junk}");
            assert!(bytes.is_empty(), "{junk}");
        }
    }

    #[test]
    fn scaled_integers_and_parsed_text_are_the_same_bytes() {
        for (value, scale, text) in [
            (0i128, 0u32, "0"),
            (0, 2, "0.00"),
            (1, 0, "1"),
            (-12345, 2, "-123.45"),
            (10_000, 0, "10000"),
            (100, 2, "1.00"),
            (1, 5, "0.00001"),
            (-120, 3, "-0.120"),
            (999_999_999_999_999_999, 17, "9.99999999999999999"),
            (9_999_999_999_999_999_999, 1, "999999999999999999.9"),
            (9_999_999_999_999_999_999, 0, "9999999999999999999"),
            (123_456_789, 7, "12.3456789"),
            (i128::from(i64::MIN), 0, "-9223372036854775808"),
            (170_141_183_460_469_231_731_687_303_715, 10, "17014118346046923173.1687303715"),
        ] {
            let (mut scaled, mut parsed) = (Vec::new(), Vec::new());
            write_scaled(&mut scaled, value, scale);
            write_parsed(&mut parsed, text).unwrap();
            assert_eq!(scaled, parsed, "{text}");
            // With an exponent it is parsed the long way.
            parsed.clear();
            write_parsed(&mut parsed, &format!("{text}e0")).unwrap();
            assert_eq!(scaled, parsed, "{text}");
        }
    }
}
