//! Dates and times as numbers, and as the ISO text that PostgreSQL prints.

use super::Interval;
use std::fmt::Write;

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a day.
pub const DAY: i64 = 86_400 * SECOND;
/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL begins to count.
pub const EPOCH_DAYS: i64 = 10_957;

/// Days since 2000-01-01 of a date of the proleptic Gregorian calendar; the year before 1 is 0.
pub fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    // Years that begin in March put the leap day last. Eras of 400 years all have 146097 days.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468 - EPOCH_DAYS
}

/// The year, month and day that are `days` after 2000-01-01.
pub fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let days = days + EPOCH_DAYS + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u32;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// How many days the month has.
pub fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

fn push_two(out: &mut String, number: u32) {
    out.push(char::from(b'0' + (number / 10 % 10) as u8));
    out.push(char::from(b'0' + (number % 10) as u8));
}

/// Appends the date without its era, and says whether that is before Christ.
fn push_day(out: &mut String, days: i64) -> bool {
    let (year, month, day) = civil_from_days(days);
    let shown = if year > 0 { year } else { 1 - year };
    if (0..10_000).contains(&shown) {
        push_two(out, (shown / 100) as u32);
        push_two(out, (shown % 100) as u32);
    } else {
        // Writing to a String can't fail.
        let _ = write!(out, "{shown}");
    }
    out.push('-');
    push_two(out, month);
    out.push('-');
    push_two(out, day);
    year <= 0
}

/// `2026-01-02`, `0044-03-15 BC`, `infinity`.
pub fn push_date(out: &mut String, days: i32) {
    match days {
        i32::MAX => out.push_str("infinity"),
        i32::MIN => out.push_str("-infinity"),
        days => {
            if push_day(out, i64::from(days)) {
                out.push_str(" BC");
            }
        }
    }
}

/// `03:04:05.678`, with the decimals that there are.
pub fn push_time(out: &mut String, micros: i64) {
    let seconds = micros / SECOND;
    push_two(out, (seconds / 3_600) as u32);
    out.push(':');
    push_two(out, (seconds / 60 % 60) as u32);
    out.push(':');
    push_two(out, (seconds % 60) as u32);
    push_fraction(out, micros % SECOND);
}

fn push_fraction(out: &mut String, micros: i64) {
    if micros == 0 {
        return;
    }
    out.push('.');
    let (mut left, mut divisor) = (micros, SECOND / 10);
    while left > 0 {
        out.push(char::from(b'0' + (left / divisor) as u8));
        left %= divisor;
        divisor /= 10;
    }
}

/// `2026-01-02 03:04:05.678`, followed by `zone`, then by ` BC` where it is.
pub fn push_timestamp(out: &mut String, micros: i64, zone: &str) {
    match micros {
        i64::MAX => out.push_str("infinity"),
        i64::MIN => out.push_str("-infinity"),
        micros => {
            let before_christ = push_day(out, micros.div_euclid(DAY));
            out.push(' ');
            push_time(out, micros.rem_euclid(DAY));
            out.push_str(zone);
            if before_christ {
                out.push_str(" BC");
            }
        }
    }
}

/// `+02`, `-03:30`, from seconds west of Greenwich.
pub fn push_offset(out: &mut String, seconds_west: i32) {
    out.push(if seconds_west > 0 { '-' } else { '+' });
    let seconds = seconds_west.unsigned_abs();
    push_two(out, seconds / 3_600);
    if !seconds.is_multiple_of(3_600) {
        out.push(':');
        push_two(out, seconds / 60 % 60);
    }
    if !seconds.is_multiple_of(60) {
        out.push(':');
        push_two(out, seconds % 60);
    }
}

/// `1 year 2 mons 3 days 04:05:06.7`, PostgreSQL's own style.
pub fn push_interval(out: &mut String, interval: Interval) {
    let Interval { micros, days, months } = interval;
    // PostgreSQL 17 has infinite ones: all parts at their ends.
    match (micros, days, months) {
        (i64::MAX, i32::MAX, i32::MAX) => return out.push_str("infinity"),
        (i64::MIN, i32::MIN, i32::MIN) => return out.push_str("-infinity"),
        _ => {}
    }
    let start = out.len();
    let mut negative_before = false;
    for (count, unit) in [(months / 12, "year"), (months % 12, "mon"), (days, "day")] {
        if count != 0 {
            let space = if out.len() > start { " " } else { "" };
            // After a negative part, a positive one needs its sign to be read right.
            let plus = if negative_before && count > 0 { "+" } else { "" };
            let plural = if count == 1 { "" } else { "s" };
            let _ = write!(out, "{space}{plus}{count} {unit}{plural}");
            negative_before = count < 0;
        }
    }
    if micros != 0 || out.len() == start {
        if out.len() > start {
            out.push(' ');
        }
        if micros < 0 {
            out.push('-');
        } else if negative_before {
            out.push('+');
        }
        let micros = micros.unsigned_abs();
        let seconds = micros / SECOND.unsigned_abs();
        let _ = write!(out, "{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
        push_fraction(out, (micros % SECOND.unsigned_abs()).cast_signed());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse() {
        assert_eq!(days_from_civil(2000, 1, 1), 0);
        assert_eq!(days_from_civil(1970, 1, 1), -EPOCH_DAYS);
        let mut days = -3_000_000;
        while days < 3_000_000 {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
            assert!(day <= days_in_month(year, month), "{year}-{month}-{day}");
            days += 97;
        }
    }

    #[test]
    fn text_is_what_postgresql_prints() {
        let date = |days| {
            let mut out = String::new();
            push_date(&mut out, days);
            out
        };
        assert_eq!(date(0), "2000-01-01");
        assert_eq!(date(days_from_civil(-43, 3, 15) as i32), "0044-03-15 BC");
        assert_eq!(date(days_from_civil(12_345, 12, 31) as i32), "12345-12-31");
        assert_eq!(date(i32::MAX), "infinity");
        let stamp = |micros, zone| {
            let mut out = String::new();
            push_timestamp(&mut out, micros, zone);
            out
        };
        assert_eq!(stamp(0, ""), "2000-01-01 00:00:00");
        assert_eq!(stamp(-1, "+00"), "1999-12-31 23:59:59.999999+00");
        assert_eq!(stamp(500_000, ""), "2000-01-01 00:00:00.5");
        assert_eq!(stamp(days_from_civil(0, 1, 1) * DAY, "+00"), "0001-01-01 00:00:00+00 BC");
        for (west, text) in [(0, "+00"), (-7_200, "+02"), (12_600, "-03:30"), (-1, "+00:00:01")] {
            let mut out = String::new();
            push_offset(&mut out, west);
            assert_eq!(out, text);
        }
        for (months, days, micros, text) in [
            (0, 0, 0, "00:00:00"),
            (14, 3, 14_706_700_000, "1 year 2 mons 3 days 04:05:06.7"),
            (-1, 1, 0, "-1 mons +1 day"),
            (0, -1, 1, "-1 days +00:00:00.000001"),
            (0, 0, -90_000_000_000, "-25:00:00"),
        ] {
            let mut out = String::new();
            push_interval(&mut out, Interval { micros, days, months });
            assert_eq!(out, text);
        }
    }
}
