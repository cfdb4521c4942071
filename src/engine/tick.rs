//! Schedules: claims what is due now. Each due time gets exactly one row of `group_run`, whoever looks and however many.
//!
//! The row and the schedule's `last_fired_at` are written in one transaction that looks again at what is due; so of any
//! number of processes one fires, and one that is killed at any point has fired or has not. Running what was claimed is
//! for the caller, each in a thread of its own, so that no group waits for another.

use super::group::{self, Claimed};
use super::schedule::{Span, Timetable, Todo, anchor};
use crate::clock;
use crate::error::{Result, or_none};
use crate::store::group_run::{self as table, Due, NewGroupRun};
use crate::store::schedule::Schedule;
use crate::store::{Store, group as groups, lock, schedule};
use jiff::{Timestamp, tz::TimeZone};
use rusqlite::Connection;
use std::collections::BTreeSet;

/// What a look at the schedules came to.
#[derive(Default)]
pub struct Ticked {
    /// What is to be run now.
    pub claimed: Vec<Claimed>,
    /// What there is to tell: times that were missed or skipped.
    pub notes: Vec<String>,
    /// What is wrong: a clock that went back, a schedule that is none.
    pub warnings: Vec<String>,
}

/// Claims every group that is due now.
///
/// # Errors
/// Only where pipekit's own file or its locks can't be used. A schedule that can't be understood is in the warnings.
pub fn claim_due(store: &mut Store) -> Result<Ticked> {
    lock::note_look(store.path(), &clock::now_text());
    let mut ticked = Ticked::default();
    let mut due: Vec<(Schedule, Timetable)> = Vec::new();
    for schedule in schedule::all(store.read())?.into_iter().filter(|s| s.enabled) {
        match Timetable::of(store.read(), &schedule) {
            Ok(times) => {
                let now = clock::now();
                let (from, ahead) = anchor(&schedule, now);
                if ahead || times.after(from).next().is_some_and(|due| due.at <= now) {
                    due.push((schedule, times));
                }
            }
            Err(error) => ticked.warnings.push(error.message),
        }
    }
    if due.is_empty() {
        return Ok(ticked);
    }
    let _turn = group::turn(store)?;
    for (schedule, times) in due {
        claim_one(store, &schedule, &times, &mut ticked)?;
    }
    Ok(ticked)
}

/// The next time at which any schedule is due.
///
/// # Errors
/// Only where pipekit's own file can't be used.
pub fn next_due(conn: &Connection, now: Timestamp) -> Result<Option<Timestamp>> {
    let enabled = schedule::all(conn)?.into_iter().filter(|s| s.enabled);
    let next = enabled.filter_map(|s| Timetable::of(conn, &s).ok()?.after(now).next().map(|due| due.at));
    Ok(next.min())
}

/// Claims a schedule's due time, where it still is one: another process may have been first.
fn claim_one(store: &mut Store, seen: &Schedule, times: &Timetable, ticked: &mut Ticked) -> Result<()> {
    let (id, name, by) = (seen.id, &seen.group, format!("schedule:{}", seen.id));
    let taken = group::take(store, seen.group_id)?;
    let claimed = store.write_durably(|tx| {
        let now = clock::now();
        // It may have been removed or disabled since; what else was changed counts from then, so that nothing is due.
        let Some(schedule) = or_none(schedule::get(tx, id))?.filter(|s| s.enabled) else { return Ok(None) };
        if anchor(&schedule, now).1 {
            reset(tx, &schedule, times, now)?;
            ticked.warnings.push(format!(
                "the clock went back: schedule {id} of group {name} had been looked at in what is now the future, and \
                 goes on from now"
            ));
        }
        let todo = untold(tx, &schedule, times, now)?;
        for span in &todo.missed {
            miss(tx, &schedule, span, NOBODY)?;
            let told = told(span, times.zone());
            ticked.notes.push(format!("group {name} missed {told}: nothing ran pipekit then"));
        }
        if let Some(newest) = todo.newest {
            schedule::set_last_fired(tx, id, &clock::text(newest))?;
        }
        let Some(fire) = todo.fire else { return Ok(None) };
        let at = clock::text(fire);
        let due = Due { schedule_id: id, at: &at, until: None };
        match &taken {
            Ok(lock) => {
                let group = groups::find(tx, &schedule.group_id.to_string())?;
                let late = clock::millis_between(&at, &clock::text(now)).unwrap_or(0) / 1000;
                let reason = (late > 60).then(|| format!("made up, {late} s late"));
                let id = group::begin(tx, &group, Some(due), reason.as_deref(), &by, lock)?;
                Ok(Some((id, group)))
            }
            Err(running) => {
                let why = match running {
                    Some(run) => format!("group run {} was still running", run.id),
                    None => "the group was still running".to_owned(),
                };
                let new = NewGroupRun {
                    group_id: schedule.group_id,
                    group_name: &schedule.group,
                    due: Some(due),
                    status: "skipped",
                    reason: Some(&why),
                    triggered_by: &by,
                };
                table::insert(tx, &new)?;
                let local = clock::in_zone(fire, times.zone());
                ticked.notes.push(format!("group {name} was due at {local} and is skipped: {why}"));
                Ok(None)
            }
        }
    })?;
    if let (Some((id, group)), Ok(lock)) = (claimed, taken) {
        ticked.claimed.push(Claimed { id, group, triggered_by: by, lock });
    }
    Ok(())
}

/// Why times are missed as a rule.
const NOBODY: &str = "nothing ran pipekit then: neither `pipekit tick` nor `pipekit serve`";

/// Writes down the times of a schedule that are due and that nobody has looked at, as it is about to be changed: they
/// are none of the changed one.
///
/// # Errors
/// Only where pipekit's own file can't be used.
pub fn leave(conn: &Connection, id: i64) -> Result<()> {
    let Some(schedule) = or_none(schedule::get(conn, id))?.filter(|s| s.enabled) else { return Ok(()) };
    // One that can't be understood has no times.
    let Ok(times) = Timetable::of(conn, &schedule) else { return Ok(()) };
    let now = clock::now();
    let todo = untold(conn, &schedule, &times, now)?;
    let due = todo.fire.map(|at| Span { first: at, last: at, times: 1 });
    for span in todo.missed.iter().chain(&due) {
        miss(conn, &schedule, span, "the schedule was changed before anybody looked at it")?;
    }
    Ok(())
}

/// What there is to do about a schedule's times up to now that have no row.
fn untold(conn: &Connection, schedule: &Schedule, times: &Timetable, now: Timestamp) -> Result<Todo> {
    let (from, _) = anchor(schedule, now);
    let covered = table::covered(conn, schedule.id, &clock::text(from), &clock::text(now))?;
    let covered: BTreeSet<Timestamp> = covered.iter().filter_map(|at| clock::parse(at)).collect();
    Ok(times.todo(from, now, schedule.catch_up_s, &covered))
}

/// Writes down times that were missed, and why.
fn miss(conn: &Connection, schedule: &Schedule, span: &Span, why: &str) -> Result<()> {
    let (first, last) = (clock::text(span.first), clock::text(span.last));
    let due = Due { schedule_id: schedule.id, at: &first, until: (span.times > 1).then_some((&*last, span.times)) };
    let new = NewGroupRun {
        group_id: schedule.group_id,
        group_name: &schedule.group,
        due: Some(due),
        status: "missed",
        reason: Some(why),
        triggered_by: &format!("schedule:{}", schedule.id),
    };
    table::insert(conn, &new).map(|_| ())
}

/// The clock was ahead, and what was said of times that have not come is taken back: they come yet.
fn reset(conn: &Connection, schedule: &Schedule, times: &Timetable, now: Timestamp) -> Result<()> {
    let now_text = clock::text(now);
    for cut in table::forget_future(conn, schedule.id, &now_text)? {
        let Some(first) = cut.due_at.as_deref().and_then(clock::parse) else { continue };
        let passed = || times.after(first).take_while(|due| due.at <= now);
        let span = Span {
            first,
            last: passed().last().map_or(first, |due| due.at),
            times: i64::try_from(passed().count()).unwrap_or(i64::MAX - 1) + 1,
        };
        miss(conn, schedule, &span, NOBODY)?;
    }
    schedule::reset(conn, schedule.id, &now_text)
}

/// Times that were missed, for people.
fn told(span: &Span, zone: &TimeZone) -> String {
    let local = |at| clock::in_zone(at, zone);
    match span.times {
        1 => format!("its time at {}", local(span.first)),
        n => format!("{n} times from {} to {}", local(span.first), local(span.last)),
    }
}
