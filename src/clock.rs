//! The time: one function that everything asks, so that a test can set it.
//!
//! A stored time is ISO 8601 text in UTC with milliseconds, `2026-11-24T14:56:29.123Z`: it sorts as it reads.

use crate::error::{Error, Result};
use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

/// Now. `PIPEKIT_CLOCK`, an ISO 8601 time or `@` and a file that holds one, stands in for it in tests.
pub fn now() -> Timestamp {
    static CLOCK: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("PIPEKIT_CLOCK").ok());
    let set = CLOCK.as_ref().and_then(|text| match text.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file).ok(),
        None => Some(text.clone()),
    });
    set.and_then(|text| text.trim().parse().ok()).unwrap_or_else(Timestamp::now)
}

/// Now, as it is stored.
pub fn now_text() -> String {
    text(now())
}

/// A time as it is stored: UTC, milliseconds, `Z`.
pub fn text(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// A stored time read back. `None` where the text is not one.
pub fn parse(stored: &str) -> Option<Timestamp> {
    stored.parse().ok()
}

/// A point in time as people give it: `24h`, `7d`, `30m`, `2w` ago, a date (its beginning here), or a time.
///
/// # Errors
/// `Usage` when it is none of these.
pub fn since(input: &str) -> Result<Timestamp> {
    let input = input.trim();
    if let Some(span) = duration(input) {
        return Ok(now() - span);
    }
    let here = here();
    let zoned = |at: civil::DateTime| at.to_zoned_datetime(here.clone()).map(|z| z.timestamp());
    if let Ok(at) = input.parse::<Timestamp>() {
        return Ok(at);
    }
    if input.len() > 10
        && let Ok(at) = input.parse::<civil::DateTime>()
        && let Ok(at) = zoned(at)
    {
        return Ok(at);
    }
    if let Ok(day) = input.parse::<civil::Date>()
        && let Ok(at) = zoned(day.at(0, 0, 0, 0))
    {
        return Ok(at);
    }
    match input {
        "today" => zoned(now().to_zoned_datetime(here.clone()).date().at(0, 0, 0, 0)).ok(),
        "yesterday" => {
            now().to_zoned_datetime(here.clone()).date().yesterday().ok().and_then(|d| zoned(d.at(0, 0, 0, 0)).ok())
        }
        _ => None,
    }
    .ok_or_else(|| {
        Error::new(crate::error::Code::Usage, format!("`{input}` is not a time"))
            .hint("write it as 30m, 24h, 7d, 2w, today, 2026-11-24, or 2026-11-24T08:00")
    })
}

/// A day, as a length of time.
pub const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A length of time as people give it: a number with `s`, `m`, `h`, `d` or `w`.
pub fn duration(input: &str) -> Option<SignedDuration> {
    let unit = input.chars().last()?;
    let number: i64 = input[..input.len() - unit.len_utf8()].trim().parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    // Beyond a few thousand years there is nothing to look for, and the arithmetic on times would overflow.
    number.checked_mul(seconds).filter(|s| (0..=100_000_000_000).contains(s)).map(SignedDuration::from_secs)
}

/// How long ago a stored time was, for people: `12s ago`, `3m ago`, `2h ago`, `5d ago`, then the date.
pub fn ago(stored: &str) -> String {
    let Some(at) = parse(stored) else { return stored.to_owned() };
    let seconds = now().duration_since(at).as_secs();
    match seconds {
        ..0 => local(stored),
        0..60 => format!("{seconds}s ago"),
        60..3_600 => format!("{}m ago", seconds / 60),
        3_600..86_400 => format!("{}h ago", seconds / 3_600),
        86_400..1_209_600 => format!("{}d ago", seconds / 86_400),
        _ => local(stored).chars().take(10).collect(),
    }
}

/// A stored time in the machine's zone, to the second.
pub fn local(stored: &str) -> String {
    parse(stored)
        .map_or_else(|| stored.to_owned(), |at| at.to_zoned_datetime(here()).strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// A time in a zone, with the zone's abbreviation, for people: `Sun 2026-11-29 02:30 CET`.
pub fn in_zone(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%a %Y-%m-%d %H:%M:%S %Z").to_string().replace(":00 ", " ")
}

/// Milliseconds between two stored times, never negative.
pub fn millis_between(from: &str, to: &str) -> Option<i64> {
    let ms = parse(to)?.duration_since(parse(from)?).as_millis();
    i64::try_from(ms).ok().map(|ms| ms.max(0))
}

/// How long something took, in milliseconds; for what goes on (`to` is `None`), so far.
pub fn lasted(from: &str, to: Option<&str>) -> Option<i64> {
    match to {
        Some(to) => millis_between(from, to),
        None => millis_between(from, &now_text()),
    }
}

/// Where the system keeps its time zones.
const ZONES: &str = "/usr/share/zoneinfo";

/// The machine's time zone.
pub fn here() -> TimeZone {
    static HERE: LazyLock<TimeZone> = LazyLock::new(|| {
        let name = match std::env::var("TZ") {
            Ok(name) => Some(name),
            Err(_) => std::fs::read_link("/etc/localtime").ok().and_then(|link| {
                let (_, name) = link.to_str()?.split_once("zoneinfo/")?;
                Some(name.to_owned())
            }),
        };
        name.as_deref().and_then(zone_file).unwrap_or_else(TimeZone::system)
    });
    HERE.clone()
}

/// The time zone of that name.
///
/// # Errors
/// What is wrong with the name.
pub fn zone(name: &str) -> Result<TimeZone, String> {
    zone_file(name)
        .map_or_else(|| TimeZone::get(name), Ok)
        .map_err(|_| format!("`{name}` is not a time zone of the IANA database, such as Europe/Berlin or UTC"))
}

/// The time zone of the file of exactly that name. The library would list all of them first, which takes longer than
/// most commands do.
fn zone_file(name: &str) -> Option<TimeZone> {
    let plain = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "_-+".contains(c))
    };
    if std::env::var_os("TZDIR").is_some() || !name.split('/').all(plain) {
        return None;
    }
    TimeZone::tzif(name, &std::fs::read(Path::new(ZONES).join(name)).ok()?).ok()
}

/// Waits until something is so, for so long at most, and says whether it is. It looks often at first, so that no more is
/// waited than a fifth longer than it takes.
pub fn wait_until(patience: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let end = std::time::Instant::now() + patience;
    let mut pause = Duration::from_micros(50);
    while !is_so() {
        if std::time::Instant::now() >= end {
            return false;
        }
        std::thread::sleep(pause);
        pause = (pause + pause / 4).min(Duration::from_millis(5));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_times_have_milliseconds() {
        let at: Timestamp = "2026-11-24T14:56:29Z".parse().unwrap();
        assert_eq!(text(at), "2026-11-24T14:56:29.000Z");
        assert_eq!(parse(&text(at)), Some(at));
    }

    #[test]
    fn lengths_of_time() {
        let cases = [
            ("24h", Some(86_400)),
            ("7d", Some(604_800)),
            ("30m", Some(1_800)),
            ("5", None),
            ("x", None),
            ("-1h", None),
            ("99999999999999w", None),
            ("", None),
        ];
        for (input, seconds) in cases {
            assert_eq!(duration(input).map(|d| d.as_secs()), seconds, "{input}");
        }
    }

    #[test]
    fn points_in_time() {
        for input in ["24h", "2026-11-24", "2026-11-24T08:00", "2026-11-24T08:00:00Z", "today", "yesterday"] {
            assert!(since(input).is_ok(), "{input}");
        }
        for input in ["", "noon", "24x", "2026-13-01"] {
            assert!(since(input).is_err(), "{input}");
        }
    }
}
