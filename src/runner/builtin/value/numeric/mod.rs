//! PostgreSQL's `numeric`: its binary form, its text, and whether it fits a precision and a scale.
//!
//! The binary form is base 10000: a count of groups, the weight of the first (its power of 10000), the sign, the number
//! of decimals to show, then the groups.

mod write;

pub use write::{write_parsed, write_scaled};

use super::Misfit;
use crate::words::counted;
use std::fmt::Write;

/// The sign field of a positive number.
const POSITIVE: u16 = 0x0000;
/// The sign field of a negative number.
const NEGATIVE: u16 = 0x4000;
/// The sign field that means "not a number".
const NAN: u16 = 0xC000;
/// The sign field that means infinity.
const INFINITY: u16 = 0xD000;
/// The sign field that means negative infinity.
const MINUS_INFINITY: u16 = 0xF000;

/// A numeric in the binary form, in the bytes it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numeric<'a> {
    weight: i16,
    sign: u16,
    scale: u16,
    groups: &'a [u8],
}

/// How many digits a column takes: all of them, and those behind the point. The second may be negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digits {
    /// Digits in all.
    pub precision: i32,
    /// Digits behind the point.
    pub scale: i32,
}

impl Digits {
    /// From a type modifier; `None` if there is none.
    pub fn of(typmod: i32) -> Option<Digits> {
        (typmod >= 4).then(|| {
            let packed = typmod - 4;
            Digits { precision: (packed >> 16) & 0xffff, scale: ((packed & 0x7ff) ^ 1024) - 1024 }
        })
    }

    /// Whether every number of `other` is one of these.
    pub fn hold(self, other: Digits) -> bool {
        self.scale >= other.scale && self.precision - self.scale >= other.precision - other.scale
    }
}

impl<'a> Numeric<'a> {
    /// Reads the binary form.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (head, groups) = bytes.split_at_checked(8)?;
        let field = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
        (groups.len() == usize::from(field(0)) * 2).then(|| Numeric {
            weight: field(2).cast_signed(),
            sign: field(4),
            scale: field(6),
            groups,
        })
    }

    /// Whether it is NaN or one of the infinities, which have no digits.
    pub fn is_special(self) -> bool {
        self.sign != POSITIVE && self.sign != NEGATIVE
    }

    fn group(self, index: usize) -> u16 {
        self.groups.get(index * 2..index * 2 + 2).map_or(0, |g| u16::from_be_bytes([g[0], g[1]]))
    }

    fn group_count(self) -> usize {
        self.groups.len() / 2
    }

    /// The group that counts 10000 to the `power`.
    fn at_power(self, power: i32) -> u16 {
        usize::try_from(i32::from(self.weight) - power).map_or(0, |index| self.group(index))
    }

    /// The powers of ten of the first and the last digit that are not zero; `None` for zero itself.
    fn extent(self) -> Option<(i32, i32)> {
        let first = (0..self.group_count()).find(|i| self.group(*i) != 0)?;
        let last = (0..self.group_count()).rfind(|i| self.group(*i) != 0)?;
        let power = |index: usize| (i32::from(self.weight) - index as i32) * 4;
        let highest = power(first) + i32::from(self.group(first)).ilog10() as i32;
        let mut low = self.group(last);
        let mut lowest = power(last);
        while low.is_multiple_of(10) {
            low /= 10;
            lowest += 1;
        }
        Some((highest, lowest))
    }

    /// How many digits matter, from the first to the last that is not zero.
    pub fn significant_digits(self) -> u32 {
        self.extent().map_or(0, |(highest, lowest)| (highest - lowest + 1).unsigned_abs())
    }

    /// Whether it fits, and if not, why.
    pub fn fits(self, digits: Digits) -> Result<(), Misfit> {
        if self.is_special() {
            // NaN fits any numeric; infinity none that has a precision.
            return if self.sign == NAN { Ok(()) } else { Err(Misfit::new("it is infinite")) };
        }
        let Some((highest, lowest)) = self.extent() else { return Ok(()) };
        if lowest < -digits.scale {
            return Err(match digits.scale {
                0.. => Misfit::new(format!("it has {}", counted(lowest.unsigned_abs(), "decimal"))),
                _ => Misfit::new(format!("it is no multiple of 1{:0>1$}", "", (-digits.scale) as usize)),
            });
        }
        if highest >= digits.precision - digits.scale {
            return Err(Misfit::new(match highest {
                0.. => format!("it has {} before the point", counted(highest.unsigned_abs() + 1, "digit")),
                _ => "it is too large".to_owned(),
            }));
        }
        Ok(())
    }

    /// As a whole number; `None` if it is not one, or does not fit.
    pub fn to_i64(self) -> Option<i64> {
        if self.is_special() {
            return None;
        }
        let Some((highest, lowest)) = self.extent() else { return Some(0) };
        if lowest < 0 || highest > 18 {
            return None;
        }
        let mut value: i128 = 0;
        for power in (0..=i32::from(self.weight)).rev() {
            value = value * 10_000 + i128::from(self.at_power(power));
        }
        i64::try_from(if self.sign == NEGATIVE { -value } else { value }).ok()
    }

    /// The text PostgreSQL prints.
    pub fn write_text(self, out: &mut String) {
        match self.sign {
            NAN => return out.push_str("NaN"),
            INFINITY => return out.push_str("Infinity"),
            MINUS_INFINITY => return out.push_str("-Infinity"),
            NEGATIVE => out.push('-'),
            _ => {}
        }
        let weight = i32::from(self.weight);
        if weight < 0 {
            out.push('0');
        } else {
            let mut power = weight;
            // Groups of zeros in front are not sent, but would be legal.
            while power > 0 && self.at_power(power) == 0 {
                power -= 1;
            }
            push_plain(out, self.at_power(power));
            for power in (0..power).rev() {
                push_padded(out, self.at_power(power), 4);
            }
        }
        let mut left = u32::from(self.scale);
        if left > 0 {
            out.push('.');
            let mut power = -1;
            while left > 0 {
                let digits = left.min(4);
                push_padded(out, self.at_power(power) / 10u16.pow(4 - digits), digits);
                left -= digits;
                power -= 1;
            }
        }
    }

    /// Appends the binary form.
    pub fn write(self, out: &mut Vec<u8>) {
        write::write_head(out, self.group_count() as u16, self.weight, self.sign, self.scale);
        out.extend_from_slice(self.groups);
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        !self.is_special() && self.extent().is_none()
    }

    /// Whether both are the same number, however many decimals they show.
    pub fn same_number(self, other: Numeric<'_>) -> bool {
        if self.is_zero() || other.is_zero() {
            return self.is_zero() && other.is_zero();
        }
        if self.sign != other.sign || self.extent() != other.extent() {
            return false;
        }
        let highest = i32::from(self.weight.max(other.weight));
        let groups = self.group_count().max(other.group_count()) as i32
            + (i32::from(self.weight) - i32::from(other.weight)).abs();
        (0..groups).all(|i| self.at_power(highest - i) == other.at_power(highest - i))
    }

    /// The nearest double of a number with few digits: a division of two doubles that are exact is rounded right.
    fn to_small_f64(self) -> Option<f64> {
        let decimals = (self.group_count() as i32 - 1 - i32::from(self.weight)) * 4;
        if self.group_count() > 4 || !(0..=20).contains(&decimals) {
            return None;
        }
        let units = (0..self.group_count()).fold(0i64, |sum, i| sum * 10_000 + i64::from(self.group(i)));
        let double = (units < 1 << 53).then(|| units as f64 / 10f64.powi(decimals))?;
        Some(if self.sign == NEGATIVE { -double } else { double })
    }

    /// The nearest double.
    pub fn to_f64(self, scratch: &mut String) -> f64 {
        match self.sign {
            NAN => f64::NAN,
            INFINITY => f64::INFINITY,
            MINUS_INFINITY => f64::NEG_INFINITY,
            _ => self.to_small_f64().unwrap_or_else(|| {
                scratch.clear();
                self.write_text(scratch);
                scratch.parse().unwrap_or(f64::NAN)
            }),
        }
    }
}

fn push_plain(out: &mut String, group: u16) {
    // Writing to a String can't fail.
    let _ = write!(out, "{group}");
}

fn push_padded(out: &mut String, group: u16, width: u32) {
    let mut divisor = 10u16.pow(width - 1);
    while divisor > 0 {
        out.push(char::from(b'0' + (group / divisor % 10) as u8));
        divisor /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fitting() {
        let cases = [
            ("12.34", (4, 2), None),
            ("12.3400", (4, 2), None),
            ("12.3456", (10, 2), Some("it has 4 decimals")),
            ("123.4", (4, 2), Some("it has 3 digits before the point")),
            ("0.01", (2, 4), Some("it is too large")),
            ("0.0099", (2, 4), None),
            ("1200", (2, -2), None),
            ("1250", (3, -2), Some("it is no multiple of 100")),
            ("NaN", (4, 2), None),
            ("Infinity", (4, 2), Some("it is infinite")),
            ("0", (1, 1), None),
        ];
        for (text, (precision, scale), expected) in cases {
            let mut bytes = Vec::new();
            write_parsed(&mut bytes, text).unwrap();
            let fit = Numeric::read(&bytes).unwrap().fits(Digits { precision, scale });
            assert_eq!(fit.err().map(|m| m.why), expected.map(str::to_owned), "{text}");
        }
        assert_eq!(Digits::of(-1), None);
        assert_eq!(Digits::of(((10 << 16) | 2) + 4), Some(Digits { precision: 10, scale: 2 }));
        assert_eq!(Digits::of(((3 << 16) | (-2i32 & 0x7ff)) + 4), Some(Digits { precision: 3, scale: -2 }));
    }

    #[test]
    fn whole_numbers() {
        for (text, expected) in [
            ("0", Some(0)),
            ("5.00", Some(5)),
            ("5.01", None),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("10000", Some(10_000)),
            ("NaN", None),
        ] {
            let mut bytes = Vec::new();
            write_parsed(&mut bytes, text).unwrap();
            assert_eq!(Numeric::read(&bytes).unwrap().to_i64(), expected, "{text}");
        }
    }
}
