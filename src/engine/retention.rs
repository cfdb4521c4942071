//! Old runs: which go, and when. They are removed one by one, in transactions that are over in a moment, so that no run
//! waits for them, however many there are.

use crate::clock;
use crate::error::Result;
use crate::store::space::{self, PIECE};
use crate::store::{Store, group_run, run, setting};
use jiff::Timestamp;
use rusqlite::Connection;
use std::time::Instant;

/// The row of the table `settings` that says when old runs were last removed by the setting `log_retention`.
const STAMP: &str = "log_pruned_at";

/// How many were removed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Removed {
    /// Runs of modules.
    pub runs: usize,
    /// Runs of groups.
    pub group_runs: usize,
}

/// Removes the runs that began before a stored time, but for those that [`run::prunable`] keeps, while `goes_on` says
/// so. What the file then has too much room for is given back.
///
/// # Errors
/// Only where pipekit's own file can't be used.
pub fn prune(store: &mut Store, before: &str, goes_on: &dyn Fn() -> bool) -> Result<Removed> {
    // What may go now may go later: nothing that happens meanwhile makes a run the newest again.
    let runs = each(store, &run::prunable(store.read(), before)?, run::remove, goes_on)?;
    let group_runs = each(store, &group_run::prunable(store.read(), before)?, group_run::remove, goes_on)?;
    space::give_back(store, goes_on)?;
    Ok(Removed { runs, group_runs })
}

/// Removes one after the other, in transactions of a moment, with pauses in which others come to write.
fn each(
    store: &mut Store,
    ids: &[i64],
    remove: fn(&Connection, i64) -> Result<bool>,
    goes_on: &dyn Fn() -> bool,
) -> Result<usize> {
    let mut left = ids.iter();
    let mut removed = 0;
    while !left.as_slice().is_empty() && goes_on() {
        store.write(|tx| {
            let until = Instant::now() + PIECE;
            for id in left.by_ref() {
                removed += usize::from(remove(tx, *id)?);
                if Instant::now() > until {
                    break;
                }
            }
            Ok(())
        })?;
        if !left.as_slice().is_empty() {
            std::thread::sleep(PIECE);
        }
    }
    Ok(removed)
}

/// Whether the setting `log_retention` wants old runs removed now: those of before what this gives.
///
/// # Errors
/// Only where pipekit's own file can't be read.
pub fn due(conn: &Connection) -> Result<Option<Timestamp>> {
    let age = setting::get(conn, "log_retention")?.and_then(|age| clock::duration(&age));
    let (Some(age), now) = (age, clock::now()) else { return Ok(None) };
    let last = setting::get(conn, STAMP)?.and_then(|at| clock::parse(&at));
    // One in the future is of a clock that went back.
    let is_due = last.is_none_or(|last| last > now || now.duration_since(last) >= clock::DAY);
    Ok(is_due.then(|| now - age))
}

/// Removes old runs by the setting `log_retention`, where that is due, and no other process is at it: once a day. Who is
/// killed in the middle leaves the rest to the next day.
///
/// # Errors
/// Only where pipekit's own file can't be used.
pub fn prune_when_due(store: &mut Store, goes_on: &dyn Fn() -> bool) -> Result<Option<Removed>> {
    if due(store.read())?.is_none() {
        return Ok(None);
    }
    let claimed = store.write(|tx| {
        let before = due(tx)?;
        if before.is_some() {
            setting::set(tx, STAMP, &clock::now_text())?;
        }
        Ok(before)
    })?;
    claimed.map(|before| prune(store, &clock::text(before), goes_on)).transpose()
}
