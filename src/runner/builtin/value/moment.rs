//! Reads dates and times from ISO text.

use super::Misfit;
use super::calendar::{DAY, SECOND, days_from_civil, days_in_month};

/// A date and a time as text has them: the zone may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// `infinity`, `-infinity`.
    Infinite {
        /// Whether it is the one in the past.
        past: bool,
    },
    /// A point in a calendar.
    Point {
        /// Days since 2000-01-01.
        days: i64,
        /// Microseconds since midnight.
        micros: i64,
        /// Seconds west of Greenwich.
        west: Option<i32>,
    },
}

/// Reads `2026-01-02`, `2026-01-02 03:04:05.678+02`, `2026-01-02T03:04Z`, `0044-03-15 BC`, `infinity`.
pub fn moment(text: &str) -> Result<Moment, Misfit> {
    let text = text.trim_ascii();
    match text {
        _ if text.eq_ignore_ascii_case("infinity") => return Ok(Moment::Infinite { past: false }),
        _ if text.eq_ignore_ascii_case("-infinity") => return Ok(Moment::Infinite { past: true }),
        _ => {}
    }
    let (text, before_christ) = match text.strip_suffix(" BC") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let mut reader = Reader { rest: text.as_bytes() };
    let days = reader.date(before_christ).ok_or_else(|| Misfit::new("it is not a date as YYYY-MM-DD"))?;
    if reader.rest.is_empty() {
        return Ok(Moment::Point { days, micros: 0, west: None });
    }
    let no_time = || Misfit::new("what follows the date is not a time as HH:MM:SS");
    if !(reader.eat(b' ') || reader.eat(b'T') || reader.eat(b't')) {
        return Err(no_time());
    }
    let micros = reader.time()?.ok_or_else(no_time)?;
    let west = reader.zone().ok_or_else(no_time)?;
    // 24:00 is the midnight at the end of the day.
    Ok(Moment::Point { days: days + micros / DAY, micros: micros % DAY, west })
}

/// Reads `03:04:05.678`, up to `24:00:00`, perhaps with an offset: microseconds, and seconds west of Greenwich.
pub fn time(text: &str) -> Result<(i64, Option<i32>), Misfit> {
    let no_time = || Misfit::new("it is not a time as HH:MM:SS");
    let mut reader = Reader { rest: text.trim_ascii().as_bytes() };
    let micros = reader.time()?.ok_or_else(no_time)?;
    let west = reader.zone().ok_or_else(no_time)?;
    Ok((micros, west))
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// A number of between `least` and `most` digits.
    fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let count = self.rest.iter().take(most + 1).take_while(|b| b.is_ascii_digit()).count();
        if count < least || count > most {
            return None;
        }
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        Some(digits.iter().fold(0, |n, digit| n * 10 + i64::from(digit - b'0')))
    }

    fn date(&mut self, before_christ: bool) -> Option<i64> {
        let year = self.number(4, 7)?;
        let month = self.eat(b'-').then(|| self.number(2, 2)).flatten()? as u32;
        let day = self.eat(b'-').then(|| self.number(2, 2)).flatten()? as u32;
        if year == 0 {
            return None;
        }
        let year = if before_christ { 1 - year } else { year };
        let exists = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        exists.then(|| days_from_civil(year, month, day))
    }

    fn time(&mut self) -> Result<Option<i64>, Misfit> {
        let Some((hours, minutes)) = self.hours_and_minutes() else { return Ok(None) };
        let seconds = if self.eat(b':') { self.number(2, 2) } else { Some(0) };
        let Some(seconds) = seconds else { return Ok(None) };
        let micros = if self.eat(b'.') {
            match self.fraction()? {
                Some(micros) => micros,
                None => return Ok(None),
            }
        } else {
            0
        };
        let total = ((hours * 60 + minutes) * 60 + seconds) * SECOND + micros;
        Ok((minutes < 60 && seconds < 60 && total <= DAY).then_some(total))
    }

    fn hours_and_minutes(&mut self) -> Option<(i64, i64)> {
        let hours = self.number(2, 2)?;
        let minutes = self.eat(b':').then(|| self.number(2, 2)).flatten()?;
        Some((hours, minutes))
    }

    /// The digits behind the seconds, in microseconds.
    fn fraction(&mut self) -> Result<Option<i64>, Misfit> {
        let count = self.rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        let (kept, beyond) = digits.split_at(count.min(6));
        if let Some(last) = beyond.iter().rposition(|b| *b != b'0') {
            return Err(Misfit::new(format!("its seconds have {} decimals, and 6 are kept", 6 + last + 1)));
        }
        let micros = kept.iter().fold(0, |n, digit| n * 10 + i64::from(digit - b'0'));
        Ok((count > 0).then(|| micros * 10i64.pow(6 - kept.len() as u32)))
    }

    /// `Z`, `+02`, `+0230`, `+02:30`, `+02:30:15`, ` UTC`, or nothing; then the end.
    fn zone(&mut self) -> Option<Option<i32>> {
        if self.rest.is_empty() {
            return Some(None);
        }
        self.eat(b' ');
        if [&b"Z"[..], b"UTC", b"GMT"].iter().any(|name| self.rest.eq_ignore_ascii_case(name)) {
            return Some(Some(0));
        }
        let east = if self.eat(b'+') { 1 } else { self.eat(b'-').then_some(-1)? };
        let hours = self.number(2, 2);
        let (hours, minutes) = match hours {
            Some(hours) if self.rest.is_empty() => (hours, 0),
            Some(hours) if self.eat(b':') => (hours, self.number(2, 2)?),
            None => {
                let packed = self.number(4, 4)?;
                (packed / 100, packed % 100)
            }
            Some(_) => return None,
        };
        let seconds = if self.eat(b':') { self.number(2, 2)? } else { 0 };
        let fine = self.rest.is_empty() && hours < 16 && minutes < 60 && seconds < 60;
        fine.then(|| Some(-east * ((hours * 60 + minutes) * 60 + seconds) as i32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        let point = |days, micros, west| Some(Moment::Point { days, micros, west });
        let noon = 12 * 3_600 * SECOND;
        let cases = [
            ("2000-01-01", point(0, 0, None)),
            ("2000-01-02 12:00", point(1, noon, None)),
            ("2000-01-02T12:00:00Z", point(1, noon, Some(0))),
            ("2000-01-02 12:00:00.5", point(1, noon + 500_000, None)),
            ("2000-01-02 12:00:00.000001000", point(1, noon + 1, None)),
            ("2000-01-02 12:00:00.0000001", None),
            ("2000-01-02 12:00:00+02", point(1, noon, Some(-7_200))),
            ("2000-01-02 12:00:00-0330", point(1, noon, Some(12_600))),
            ("2000-01-02 12:00:00 +05:45", point(1, noon, Some(-20_700))),
            ("2000-01-02 12:00:00 UTC", point(1, noon, Some(0))),
            ("2000-01-01 24:00:00", point(1, 0, None)),
            ("0001-01-01 BC", point(days_from_civil(0, 1, 1), 0, None)),
            ("12345-06-07", point(days_from_civil(12_345, 6, 7), 0, None)),
            ("infinity", Some(Moment::Infinite { past: false })),
            ("-Infinity", Some(Moment::Infinite { past: true })),
            ("0000-01-01", None),
            ("2001-02-29", None),
            ("2000-02-29", point(59, 0, None)),
            ("2000-13-01", None),
            ("2000-1-1", None),
            ("99-01-01", None),
            ("2000-01-01 24:00:01", None),
            ("2000-01-01 12:60", None),
            ("2000-01-01 12", None),
            ("2000-01-01 12:00:00.", None),
            ("2000-01-01 12:00 CET", None),
            ("2000-01-01x", None),
            ("20000101", None),
            ("36526", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(moment(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn times() {
        for (text, expected) in [
            ("00:00", Some((0, None))),
            ("24:00:00", Some((DAY, None))),
            ("01:02:03.4", Some((3_723_400_000, None))),
            ("01:02:03+01", Some((3_723_000_000, Some(-3_600)))),
            ("25:00", None),
            ("1:00", None),
            ("noon", None),
        ] {
            assert_eq!(time(text).ok(), expected, "{text}");
        }
    }
}
