//! Dates and times as PostgreSQL's binary form counts them, and what a column of one kind takes of another.

use super::calendar::{DAY, EPOCH_DAYS, SECOND, civil_from_days};
use super::moment::{self, Moment};
use super::{Misfit, Value};
use crate::words::counted;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// Refuses a time whose microseconds go beyond what the column keeps.
pub fn decimals(micros: i64, most: Option<u32>) -> Result<i64, Misfit> {
    let Some(most) = most else { return Ok(micros) };
    // The ends of the range stand for infinity.
    if matches!(micros, i64::MAX | i64::MIN) || micros % 10i64.pow(6u32.saturating_sub(most)) == 0 {
        return Ok(micros);
    }
    let mut fraction = (micros % SECOND).unsigned_abs();
    let mut count = 6u32;
    while fraction.is_multiple_of(10) {
        fraction /= 10;
        count -= 1;
    }
    Err(Misfit::new(format!("its seconds have {}", counted(count, "decimal"))))
}

fn beyond() -> Misfit {
    Misfit::new("it is beyond the dates that PostgreSQL has")
}

fn micros_of(days: i64, micros: i64) -> Result<i64, Misfit> {
    days.checked_mul(DAY).and_then(|d| d.checked_add(micros)).ok_or_else(beyond)
}

fn infinite(past: bool) -> i64 {
    if past { i64::MIN } else { i64::MAX }
}

/// Days since 2000-01-01, of a value without a time of day.
pub fn date(value: &Value<'_>) -> Result<i32, Misfit> {
    let only_midnight = "it has a time of day, which a date loses";
    match *value {
        Value::Date(days) => Ok(days),
        Value::Timestamp(i64::MAX) => Ok(i32::MAX),
        Value::Timestamp(i64::MIN) => Ok(i32::MIN),
        Value::Timestamp(micros) if micros.rem_euclid(DAY) == 0 => {
            i32::try_from(micros.div_euclid(DAY)).map_err(|_| beyond())
        }
        Value::Timestamp(_) => Err(Misfit::new(only_midnight)),
        Value::Text(text) => match moment::moment(text)? {
            Moment::Infinite { past } => Ok(if past { i32::MIN } else { i32::MAX }),
            Moment::Point { days, micros: 0, west: None } => i32::try_from(days).map_err(|_| beyond()),
            Moment::Point { west: Some(_), .. } => Err(Misfit::new("it has a zone, which a date loses")),
            Moment::Point { .. } => Err(Misfit::new(only_midnight)),
        },
        _ => Err(Misfit::new("it is not a date as YYYY-MM-DD")),
    }
}

/// Microseconds since 2000-01-01, of a value without a zone, or in UTC.
pub fn timestamp(value: &Value<'_>, most: Option<u32>) -> Result<i64, Misfit> {
    let micros = match *value {
        Value::Timestamp(micros) => micros,
        Value::Date(days) => from_date(days)?,
        Value::TimestampTz(_) => {
            return Err(Misfit::new(
                "it has a zone, which the column loses: say which in the query, with AT TIME ZONE",
            ));
        }
        Value::Text(text) => match moment::moment(text)? {
            Moment::Infinite { past } => infinite(past),
            Moment::Point { days, micros, west: None | Some(0) } => micros_of(days, micros)?,
            Moment::Point { .. } => return Err(Misfit::new("it has a zone other than UTC, which the column loses")),
        },
        _ => return Err(Misfit::new("it is not a timestamp as YYYY-MM-DD HH:MM:SS")),
    };
    decimals(micros, most)
}

fn from_date(days: i32) -> Result<i64, Misfit> {
    match days {
        i32::MAX => Ok(i64::MAX),
        i32::MIN => Ok(i64::MIN),
        days => micros_of(days.into(), 0),
    }
}

/// Microseconds since 2000-01-01 UTC. A value without a zone is meant in `zone`.
pub fn instant(value: &Value<'_>, most: Option<u32>, zone: &TimeZone) -> Result<i64, Misfit> {
    let micros = match *value {
        Value::TimestampTz(micros) => micros,
        Value::Timestamp(i64::MAX) | Value::Date(i32::MAX) => i64::MAX,
        Value::Timestamp(i64::MIN) | Value::Date(i32::MIN) => i64::MIN,
        Value::Timestamp(micros) => in_zone(micros, zone)?,
        Value::Date(days) => in_zone(micros_of(days.into(), 0)?, zone)?,
        Value::Text(text) => match moment::moment(text)? {
            Moment::Infinite { past } => infinite(past),
            Moment::Point { days, micros, west: Some(west) } => {
                micros_of(days, micros)?.checked_add(i64::from(west) * SECOND).ok_or_else(beyond)?
            }
            Moment::Point { days, micros, west: None } => in_zone(micros_of(days, micros)?, zone)?,
        },
        _ => return Err(Misfit::new("it is not a timestamp as YYYY-MM-DD HH:MM:SS+00")),
    };
    decimals(micros, most)
}

/// The instant at which clocks in `zone` show this time.
fn in_zone(micros: i64, zone: &TimeZone) -> Result<i64, Misfit> {
    if *zone == TimeZone::UTC {
        return Ok(micros);
    }
    let (year, month, day) = civil_from_days(micros.div_euclid(DAY));
    let in_day = micros.rem_euclid(DAY);
    let (seconds, fraction) = (in_day / SECOND, in_day % SECOND);
    let civil = i16::try_from(year).ok().and_then(|year| {
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        jiff::civil::DateTime::new(year, month as i8, day as i8, hour as i8, minute as i8, second as i8, 0).ok()
    });
    let unknown = || Misfit::new("it is beyond the dates that time zones are known for");
    let read = zone.to_ambiguous_timestamp(civil.ok_or_else(unknown)?);
    // One reading would do as well as another, so that none is right.
    let no = |why: &str| {
        let zone = zone.iana_name().unwrap_or("the time zone");
        Err(Misfit::new(format!(
            "{why} in {zone}, where clocks are changed: say which is meant, with an offset behind it"
        )))
    };
    match read.offset() {
        AmbiguousOffset::Gap { .. } => return no("there is no such time"),
        AmbiguousOffset::Fold { .. } => return no("this time comes twice"),
        AmbiguousOffset::Unambiguous { .. } => {}
    }
    let instant = read.unambiguous().map_err(|_| unknown())?;
    Ok((instant.as_second() - EPOCH_DAYS * 86_400) * SECOND + fraction)
}

/// Microseconds since midnight.
pub fn time(value: &Value<'_>, most: Option<u32>) -> Result<i64, Misfit> {
    let micros = match *value {
        Value::Time(micros) => micros,
        Value::Text(text) => match moment::time(text)? {
            (micros, None) => micros,
            _ => return Err(Misfit::new("it has a zone, which the column loses")),
        },
        _ => return Err(Misfit::new("it is not a time as HH:MM:SS")),
    };
    decimals(micros, most)
}

/// Microseconds since midnight, and seconds west of Greenwich.
pub fn time_with_zone(value: &Value<'_>, most: Option<u32>) -> Result<(i64, i32), Misfit> {
    let (micros, west) = match *value {
        Value::TimeTz(micros, west) => (micros, west),
        Value::Text(text) => match moment::time(text)? {
            (micros, Some(west)) => (micros, west),
            _ => return Err(Misfit::new("it has no zone as +02 behind it")),
        },
        _ => return Err(Misfit::new("it is not a time as HH:MM:SS+00")),
    };
    Ok((decimals(micros, most)?, west))
}
