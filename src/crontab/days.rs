//! Which minutes of the calendar an expression matches, whatever the clocks of a zone do.

use super::Crontab;
use cron::TimeUnitSpec;
use jiff::civil::{Date, DateTime};

/// A field's number, as the sets have it.
fn ordinal(value: i8) -> u32 {
    u32::from(value.unsigned_abs())
}

impl Crontab {
    /// Whether it matches the minute that begins then.
    pub(super) fn matches(&self, wall: DateTime) -> bool {
        wall.second() == 0
            && wall.subsec_nanosecond() == 0
            && self.fields.minutes().includes(ordinal(wall.minute()))
            && self.fields.hours().includes(ordinal(wall.hour()))
            && self.on(wall.date())
    }

    /// The first match at or after `from`, which is a whole minute, and before `end`.
    pub(super) fn first(&self, from: DateTime, end: DateTime) -> Option<DateTime> {
        let wall = match self.on(from.date()).then(|| self.in_day(from)).flatten() {
            Some(wall) => wall,
            None => self.in_day(self.next_day(from.date(), end.date())?.at(0, 0, 0, 0))?,
        };
        (wall < end).then_some(wall)
    }

    /// Whether it matches on that day, at some time.
    fn on(&self, day: Date) -> bool {
        let of_month = self.fields.days_of_month().includes(ordinal(day.day()));
        // Both count from Sunday, which is 1.
        let of_week = self.fields.days_of_week().includes(ordinal(day.weekday().to_sunday_one_offset()));
        self.fields.months().includes(ordinal(day.month()))
            && if self.either_day { of_month || of_week } else { of_month && of_week }
    }

    /// The first match of the hour and minute at or after `from`, on its day.
    fn in_day(&self, from: DateTime) -> Option<DateTime> {
        let hours = (from.hour()..24).filter(|hour| self.fields.hours().includes(ordinal(*hour)));
        let at = |hour| {
            let earliest = if hour == from.hour() { from.minute() } else { 0 };
            let minute = (earliest..60).find(|minute| self.fields.minutes().includes(ordinal(*minute)))?;
            Some(from.date().at(hour, minute, 0, 0))
        };
        hours.take(2).find_map(at)
    }

    /// The first day after `day`, and not after `last`, on which it matches.
    fn next_day(&self, day: Date, last: Date) -> Option<Date> {
        let mut day = day.tomorrow().ok()?;
        while day <= last {
            if !self.fields.months().includes(ordinal(day.month())) {
                day = day.last_of_month().tomorrow().ok()?;
            } else if self.on(day) {
                return Some(day);
            } else {
                day = day.tomorrow().ok()?;
            }
        }
        None
    }
}
