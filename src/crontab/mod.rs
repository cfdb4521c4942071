//! When a schedule is due: crontab(5)'s five fields, in a time zone, daylight saving included.
//!
//! The rules are those of crontab(5) and cron(8) as cronie has them:
//! - The two day fields: a day matches both if either of them begins with `*` (`*/2` too), else at least one.
//! - **Wildcards**, whose minute or hour field begins with `*`, match every minute that the zone's clocks show. What
//!   daylight saving skips does not happen, and what it repeats happens twice.
//! - **Fixed times** are all others. What is skipped happens right after the gap, and what is repeated happens at the
//!   first of the two.
//!
//! In two things this is more careful than cron(8): a gap that swallows several fixed times of one schedule makes it due
//! once, not once each; and it does so however long the gap is (cron takes more than three hours, as when Samoa left out
//! a day, for a correction of the clock). What crontab(5) does not have (seconds, years, `L`, `W`, `#`, `?`) is refused,
//! as is what it has and nobody could mean: a step that is wider than its range, a date that never comes, and `~`, which
//! each process would draw differently.
//!
//! The `cron` crate holds the sets of the fields. It counts weekdays otherwise, and has other rules for days and for
//! daylight saving, so that all it is given is checked and translated before (`parse.rs`), and no time is asked of it.

mod days;
mod parse;
mod times;

use cron::Schedule;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// An expression of crontab(5), understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crontab {
    /// What each field includes.
    fields: Schedule,
    /// The minute or the hour begins with `*`: every real minute counts.
    wildcard: bool,
    /// Neither of the day fields begins with `*`: either is enough.
    either_day: bool,
}

/// A time at which a schedule is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// When.
    pub at: Timestamp,
    /// What daylight saving did to it.
    pub moved: Option<Moved>,
}

/// How a change of the zone's clocks bears on a time. Only fixed times are moved, never wildcards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// The clocks never showed this time: they are set forward over it, and the schedule is due right after. If several
    /// of its times are skipped at once, this is the first.
    Skipped(DateTime),
    /// The clocks show this time again, later: they are set back. The schedule is due now, and not then.
    Repeated,
}

/// The times that fall into a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The first of them.
    pub first: Due,
    /// The last of them: the first too, if it is the only one.
    pub last: Due,
    /// How many they are.
    pub times: u64,
}

impl Crontab {
    /// Reads an expression: five fields with blanks between them, or a name such as `@daily`.
    ///
    /// # Errors
    /// What is wrong, in which field and piece of it, and why.
    pub fn parse(text: &str) -> Result<Crontab, String> {
        parse::crontab(text)
    }

    /// The times that come after `after`, in order, to the end of the time that can be told (the year 9999).
    pub fn after<'a>(&'a self, after: Timestamp, zone: &'a TimeZone) -> impl Iterator<Item = Due> + 'a {
        times::Times::new(self, after, zone)
    }

    /// The times after `after` up to and including `until`, without keeping them. `None` if there are none.
    pub fn tally(&self, after: Timestamp, until: Timestamp, zone: &TimeZone) -> Option<Tally> {
        let mut times = self.after(after, zone).take_while(|due| due.at <= until);
        let first = times.next()?;
        let only = Tally { first, last: first, times: 1 };
        Some(times.fold(only, |tally, due| Tally { last: due, times: tally.times + 1, ..tally }))
    }
}
