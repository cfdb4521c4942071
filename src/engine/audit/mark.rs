//! The values of a watermark as what can be taken from one another.

use crate::dialect::overlap::Overlap;
use jiff::tz::TimeZone;

/// A value of a watermark, or of the column that it is of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mark {
    Number(i128),
    Day(i128),
    /// Nanoseconds, as clocks show it, and in UTC where its zone is told.
    Time(i128, Option<i128>),
}

impl Mark {
    pub(super) fn read(text: &str) -> Option<Mark> {
        let text = text.trim();
        let text = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')).unwrap_or(text).trim();
        if let Ok(number) = text.parse() {
            return Some(Mark::Number(number));
        }
        if text.len() == 10
            && let Ok(day) = text.parse::<jiff::civil::Date>()
        {
            return Some(Mark::Day(nanos(day.to_datetime(jiff::civil::Time::midnight()))? / 86_400_000_000_000));
        }
        let text = text.replacen(' ', "T", 1);
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return Some(Mark::Time(at.as_nanosecond(), Some(at.as_nanosecond())));
        }
        text.parse::<jiff::civil::DateTime>().ok().and_then(|at| Some(Mark::Time(nanos(at)?, None)))
    }

    /// Whether it says its zone.
    pub(super) fn has_zone(self) -> bool {
        matches!(self, Mark::Time(_, Some(_)))
    }

    /// How far it lies behind another; `None` where they can't be compared.
    pub(super) fn behind(self, other: Mark, zone: &TimeZone) -> Option<Overlap> {
        let instant = |clock: i128| {
            let at = jiff::Timestamp::from_nanosecond(clock).ok()?.to_zoned_datetime(TimeZone::UTC).datetime();
            Some(zone.to_timestamp(at).ok()?.as_nanosecond())
        };
        Some(match (self, other) {
            (Mark::Number(a), Mark::Number(b)) => Overlap::Units(b - a),
            (Mark::Day(a), Mark::Day(b)) => Overlap::Days(b - a),
            (Mark::Day(a), b @ Mark::Time(..)) => Mark::Time(a * 86_400_000_000_000, None).behind(b, zone)?,
            (a @ Mark::Time(..), Mark::Day(b)) => a.behind(Mark::Time(b * 86_400_000_000_000, None), zone)?,
            (Mark::Time(_, Some(a)), Mark::Time(_, Some(b))) | (Mark::Time(a, None), Mark::Time(b, None)) => {
                Overlap::Nanos(b - a)
            }
            (Mark::Time(_, Some(a)), Mark::Time(b, None)) => Overlap::Nanos(instant(b)? - a),
            (Mark::Time(a, None), Mark::Time(_, Some(b))) => Overlap::Nanos(b - instant(a)?),
            _ => return None,
        })
    }
}

fn nanos(at: jiff::civil::DateTime) -> Option<i128> {
    Some(TimeZone::UTC.to_timestamp(at).ok()?.as_nanosecond())
}

impl Overlap {
    /// Whether a value that lies so far back reads what this needs, and no more than an expression that looks back may
    /// give: a day may have 25 hours, and a resolver rounds to whole days, or hundreds.
    pub(super) fn is_met_by(self, back: Overlap) -> bool {
        const DAY: i128 = 86_400_000_000_000;
        let nanos = |overlap| match overlap {
            Overlap::Units(_) => None,
            Overlap::Days(n) => Some(n * DAY),
            Overlap::Nanos(n) => Some(n),
        };
        match (self, back) {
            (Overlap::Units(need), Overlap::Units(back)) => (need..=10 * need + 1_000).contains(&back),
            _ => nanos(self).zip(nanos(back)).is_some_and(|(need, back)| (need..=need + 3 * DAY).contains(&back)),
        }
    }

    pub(super) fn is_positive(self, or_none: bool) -> bool {
        let (Overlap::Units(n) | Overlap::Days(n) | Overlap::Nanos(n)) = self;
        n > 0 || (or_none && n == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_expression_may_give() {
        let hour = 3_600_000_000_000;
        for (need, back, met) in [
            (Overlap::Units(7), Overlap::Units(8), true),
            (Overlap::Units(7), Overlap::Units(6), false),
            (Overlap::Units(7), Overlap::Units(1_000_000), false),
            (Overlap::Nanos(2 * hour), Overlap::Nanos(3 * hour), true),
            (Overlap::Nanos(2 * hour), Overlap::Nanos(hour), false),
            (Overlap::Nanos(25 * hour), Overlap::Days(2), true),
            (Overlap::Nanos(25 * hour), Overlap::Days(1), false),
            (Overlap::Days(1), Overlap::Days(700_000), false),
        ] {
            assert_eq!(need.is_met_by(back), met, "{need} {back}");
        }
    }

    #[test]
    fn how_far_behind() {
        let behind = |a: &str, b: &str| {
            let zone = TimeZone::get("Europe/Berlin").unwrap();
            Mark::read(a).zip(Mark::read(b)).and_then(|(a, b)| a.behind(b, &zone)).map(|o| o.to_string())
        };
        for (a, b, expected) in [
            ("5", "'12'", Some("7")),
            ("2026-01-01", "2026-01-03", Some("2 days")),
            ("2026-01-01 10:00:00", "2026-01-01T10:00:01.5", Some("1.500 seconds")),
            ("2026-01-01 10:00:00+00", "2026-01-01 12:00:00+01", Some("1 hour")),
            ("2026-07-01 10:00:00+00", "2026-07-01 13:00:00", Some("1 hour")),
            ("2026-01-01", "2026-01-02 01:00:00", Some("25 hours")),
            ("x", "2026-01-02", None),
            ("5", "2026-01-02", None),
        ] {
            assert_eq!(behind(a, b).as_deref(), expected, "{a} {b}");
        }
    }
}
