//! What there is to do about a schedule at a time: decided here, from facts alone, and done in [`super::tick`].

use crate::clock;
use crate::crontab::{Crontab, Due};
use crate::error::{Error, Result, or_none};
use crate::store::schedule::{self, Schedule};
use crate::store::setting;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rusqlite::Connection;
use serde::Serialize;
use std::collections::BTreeSet;

/// A time is looked for once a minute: one that is no older was not missed.
const A_MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// Times in a row that were missed, or the one that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
    /// How many.
    pub times: i64,
}

/// What there is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Todo {
    /// Times that passed while nothing ran, and are too old to be made up or followed by another: in order.
    pub missed: Vec<Span>,
    /// The newest time, where it is not too old.
    pub fire: Option<Timestamp>,
    /// The newest time of all, though it was seen to before.
    pub newest: Option<Timestamp>,
}

/// A schedule that was understood.
pub struct Timetable {
    crontab: Crontab,
    zone: TimeZone,
}

impl Timetable {
    /// Understands a schedule.
    ///
    /// # Errors
    /// `Invalid` where an expression or a zone in the database is none.
    pub fn of(conn: &Connection, schedule: &Schedule) -> Result<Timetable> {
        let wrong = |what: &str| {
            Error::invalid(format!("schedule {} of group {}: {what}", schedule.id, schedule.group))
                .hint(format!("`pipekit schedule edit {}` mends it", schedule.id))
        };
        let crontab = Crontab::parse(&schedule.cron_expr).map_err(|why| wrong(&why))?;
        Ok(Timetable { crontab, zone: zone(conn, schedule)?.map_err(|why| wrong(&why))? })
    }

    /// Its time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The times after one.
    pub fn after(&self, at: Timestamp) -> impl Iterator<Item = Due> + '_ {
        self.crontab.after(at, &self.zone)
    }

    /// What there is to do about the times after `anchor` up to `now`, but for those that are `covered` already.
    pub fn todo(&self, anchor: Timestamp, now: Timestamp, catch_up_s: i64, covered: &BTreeSet<Timestamp>) -> Todo {
        let mut todo = Todo::default();
        let (mut newest, mut last) = (None, None);
        let mut apart = true;
        let mut miss = |at: Timestamp, apart: &mut bool| match todo.missed.last_mut().filter(|_| !*apart) {
            Some(span) => (span.last, span.times) = (at, span.times + 1),
            None => {
                *apart = false;
                todo.missed.push(Span { first: at, last: at, times: 1 });
            }
        };
        for due in self.after(anchor).take_while(|due| due.at <= now) {
            last = Some(due.at);
            if covered.contains(&due.at) {
                newest.take().into_iter().for_each(|at| miss(at, &mut apart));
                apart = true;
            } else if let Some(at) = newest.replace(due.at) {
                miss(at, &mut apart);
            }
        }
        if let Some(at) = newest {
            let late = now.duration_since(at);
            if late <= A_MINUTE || late <= SignedDuration::from_secs(catch_up_s) {
                todo.fire = Some(at);
            } else {
                miss(at, &mut apart);
            }
        }
        todo.newest = last;
        todo
    }
}

/// From when on a schedule's times are looked for, and whether what is noted of it lies in the future: the clock went
/// back.
pub fn anchor(schedule: &Schedule, now: Timestamp) -> (Timestamp, bool) {
    let noted = [schedule.last_fired_at.as_deref(), Some(&*schedule.updated_at)].into_iter().flatten();
    let noted: Vec<Timestamp> = noted.filter_map(clock::parse).collect();
    let newest = noted.iter().copied().max().unwrap_or(now);
    (newest.min(now), newest > now)
}

/// The zone that a schedule's times are in, or what is wrong with its name.
fn zone(conn: &Connection, schedule: &Schedule) -> Result<Result<TimeZone, String>> {
    let name = schedule.timezone.clone().map_or_else(|| setting::get(conn, "timezone"), |zone| Ok(Some(zone)))?;
    Ok(name.map_or_else(|| Ok(crate::clock::here()), |name| clock::zone(&name)))
}

/// A due time in the zone of its schedule, for people; in the machine's, where that is gone.
///
/// # Errors
/// Only where pipekit's own file can't be used.
pub fn local(conn: &Connection, schedule_id: Option<i64>, due_at: &str) -> Result<String> {
    let schedule = schedule_id.map(|id| or_none(schedule::get(conn, id))).transpose()?.flatten();
    Ok(schedule.map_or_else(|| clock::local(due_at), |schedule| with_next(conn, schedule).local(due_at)))
}

/// A schedule with its next time, as lists show it.
#[derive(Debug, Serialize)]
pub struct WithNext {
    /// Its row.
    #[serde(flatten)]
    pub schedule: Schedule,
    /// Its next time. `None` where it is disabled, can't be understood, or has none.
    pub next_at: Option<String>,
    #[serde(skip)]
    zone: TimeZone,
}

impl WithNext {
    /// A stored time in the schedule's zone, for people.
    pub fn local(&self, stored: &str) -> String {
        clock::parse(stored).map_or_else(|| stored.to_owned(), |at| clock::in_zone(at, &self.zone))
    }

    /// Its next time in its zone, for people.
    pub fn next_local(&self) -> Option<String> {
        self.next_at.as_deref().map(|at| self.local(at))
    }
}

/// A schedule with its next time.
pub fn with_next(conn: &Connection, schedule: Schedule) -> WithNext {
    let times = Timetable::of(conn, &schedule).ok().filter(|_| schedule.enabled);
    let next_at = times.and_then(|times| times.after(clock::now()).next().map(|due| clock::text(due.at)));
    let zone = zone(conn, &schedule).ok().and_then(|zone| zone.ok()).unwrap_or_else(crate::clock::here);
    WithNext { schedule, next_at, zone }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-03-10T{text}Z").parse().unwrap()
    }

    fn todo(expression: &str, anchor: &str, now: &str, catch_up_s: i64, covered: &[&str]) -> Todo {
        let table = Timetable { crontab: Crontab::parse(expression).unwrap(), zone: TimeZone::UTC };
        table.todo(at(anchor), at(now), catch_up_s, &covered.iter().map(|t| at(t)).collect())
    }

    fn span(first: &str, last: &str, times: i64) -> Span {
        Span { first: at(first), last: at(last), times }
    }

    #[test]
    fn the_newest_time_fires_and_what_was_before_it_was_missed() {
        let hourly = |anchor, now, catch_up_s, missed: &[Span], fire: Option<&str>| {
            let todo = todo("0 * * * *", anchor, now, catch_up_s, &[]);
            assert_eq!((&*todo.missed, todo.fire), (missed, fire.map(at)), "{anchor} {now} {catch_up_s}");
        };
        hourly("08:00:00", "08:59:59.999", 3600, &[], None);
        hourly("08:00:00", "09:00:00", 0, &[], Some("09:00:00"));
        // A minute late is on time, more is not made up where nothing is to be.
        hourly("08:00:00", "09:01:00", 0, &[], Some("09:00:00"));
        hourly("08:00:00", "09:01:01", 0, &[span("09:00:00", "09:00:00", 1)], None);
        // Several are made up once.
        hourly("08:00:00", "12:30:00", 3600, &[span("09:00:00", "11:00:00", 3)], Some("12:00:00"));
        hourly("08:00:00", "12:30:00", 600, &[span("09:00:00", "12:00:00", 4)], None);
    }

    #[test]
    fn what_has_a_row_gets_no_other() {
        let hourly = |covered: &[&str], missed: &[Span], fire: Option<&str>| {
            let todo = todo("0 * * * *", "08:00:00", "12:30:00", 3600, covered);
            assert_eq!((&*todo.missed, todo.fire), (missed, fire.map(at)), "{covered:?}");
            assert_eq!(todo.newest, Some(at("12:00:00")));
        };
        hourly(&["09:00:00", "10:00:00", "11:00:00", "12:00:00"], &[], None);
        let missed = [span("09:00:00", "09:00:00", 1), span("11:00:00", "11:00:00", 1)];
        hourly(&["10:00:00"], &missed, Some("12:00:00"));
        hourly(&["10:00:00", "12:00:00"], &missed, None);
    }
}
