//! The walk along time: from one change of a zone's clocks to the next, as between them they run evenly.

use super::{Crontab, Due, Moved};
use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::DateTime,
    tz::{AmbiguousOffset, Offset, TimeZone},
};

/// The smallest step of time.
const TICK: SignedDuration = SignedDuration::from_nanos(1);

/// The times after an instant: what [`Crontab::after`] gives.
pub(super) struct Times<'a> {
    crontab: &'a Crontab,
    zone: &'a TimeZone,
    /// Where the walk is. `None` when it is over.
    stretch: Option<Stretch>,
    /// What the stretch begins with, if the clocks were set forward over it.
    skipped: Option<Due>,
    /// The minute to look at next.
    from: DateTime,
}

/// A span of time in which the clocks run evenly.
struct Stretch {
    offset: Offset,
    /// When the clocks are set next. `None` for never.
    end: Option<Timestamp>,
    /// What they show at the end, if they are not set before.
    wall_end: DateTime,
}

impl Stretch {
    /// The one that an instant is in.
    fn at(zone: &TimeZone, at: Timestamp) -> Stretch {
        let end = zone.following(at).next().map(|change| change.timestamp());
        let offset = zone.to_offset(at);
        Stretch { offset, end, wall_end: offset.to_datetime(end.unwrap_or(Timestamp::MAX)) }
    }
}

impl<'a> Times<'a> {
    pub(super) fn new(crontab: &'a Crontab, after: Timestamp, zone: &'a TimeZone) -> Times<'a> {
        let mut times = Times { crontab, zone, stretch: None, skipped: None, from: DateTime::MIN };
        // At the last instant there is nothing after it.
        let Ok(start) = after.checked_add(TICK) else { return times };
        // What precedes an instant is before it, and a change at `start` itself counts. jiff 1.0 overlooks the last
        // entry of a zone's file (2038-01-19, in files that go on to there), so that more may follow up to `start`.
        let preceding = zone.preceding(start.checked_add(TICK).unwrap_or(start)).next();
        let begin = preceding.map_or(Timestamp::MIN, |change| change.timestamp());
        let follow = zone.following(begin).map(|change| change.timestamp()).take_while(|at| *at <= start);
        let begin = follow.last().unwrap_or(begin);
        times.enter(begin);
        if begin < start {
            times.skipped = None;
            times.look_from(times.from.max(zone.to_offset(start).to_datetime(start)));
        }
        times
    }

    /// Begins the stretch that begins at `begin`, with what the change of the clocks leaves to do.
    fn enter(&mut self, begin: Timestamp) {
        let stretch = Stretch::at(self.zone, begin);
        let wall = stretch.offset.to_datetime(begin);
        if self.crontab.wildcard {
            self.stretch = Some(stretch);
            return self.look_from(wall);
        }
        // What the clocks have shown until now. That the last change alone tells: in no zone of the tz database are two
        // of them as near to each other as they set the clocks, a day at most.
        let before = begin.checked_sub(TICK).map_or(stretch.offset, |before| self.zone.to_offset(before));
        let shown = before.to_datetime(begin);
        if !self.crontab.matches(wall)
            && let Some(from) = whole_minute(shown)
            && let Some(swallowed) = self.crontab.first(from, wall)
        {
            self.skipped = Some(Due { at: begin, moved: Some(Moved::Skipped(swallowed)) });
        }
        self.stretch = Some(stretch);
        // Set back, the clocks show again what was due the first time.
        self.look_from(wall.max(shown));
    }

    /// Goes on at that time of the clocks, or at the minute that begins next.
    fn look_from(&mut self, wall: DateTime) {
        match whole_minute(wall) {
            Some(wall) => self.from = wall,
            None => self.stretch = None,
        }
    }
}

impl Iterator for Times<'_> {
    type Item = Due;

    fn next(&mut self) -> Option<Due> {
        loop {
            if let Some(skipped) = self.skipped.take() {
                return Some(skipped);
            }
            let stretch = self.stretch.as_ref()?;
            if let Some(wall) = self.crontab.first(self.from, stretch.wall_end) {
                let Ok(at) = stretch.offset.to_timestamp(wall) else {
                    self.stretch = None;
                    return None;
                };
                let twice = !self.crontab.wildcard
                    && matches!(self.zone.to_ambiguous_timestamp(wall).offset(), AmbiguousOffset::Fold { .. });
                match wall.checked_add(1.minute()) {
                    Ok(next) => self.from = next,
                    Err(_) => self.stretch = None,
                }
                return Some(Due { at, moved: twice.then_some(Moved::Repeated) });
            }
            match stretch.end {
                Some(end) => self.enter(end),
                None => self.stretch = None,
            }
        }
    }
}

/// That time, or the minute that begins next. `None` at the end of time.
fn whole_minute(wall: DateTime) -> Option<DateTime> {
    let begun = wall.date().at(wall.hour(), wall.minute(), 0, 0);
    if begun == wall { Some(wall) } else { begun.checked_add(1.minute()).ok() }
}
