//! Runs whose process is gone: found by whoever looks, and told the truth about.
//!
//! A claim whose lock is free is a dead run. What it did is in its ledger; whether its merge happened is in the
//! receipt, and where the destination can't be reached the run says `unknown` until somebody can ask.

use super::databases::Databases;
use super::group;
use super::ledger::Ledger;
use super::merge::unknown_hint;
use super::notify;
use super::receipt::{self, Fate};
use super::rehearse;
use crate::clock;
use crate::error::{Code, Error, Result};
use crate::store::run::{End, Run};
use crate::store::step::Step;
use crate::store::{Store, connection, hook, lock, module, output, rehearsal, run, step};
use std::time::Duration;

/// How long a look (`status`, `log`) waits for a destination to answer.
pub const A_MOMENT: Duration = Duration::from_secs(5);

/// Settles every claim that nobody living holds, of modules and then of groups. Gives how many there were.
///
/// # Errors
/// Only where pipekit's own file or its locks can't be used.
pub fn settle_dead(store: &Store) -> Result<usize> {
    let (path, claimed) = (store.path(), module::claimed(store.read())?);
    // Side by side: after the fall of a machine there may be many, and their destination may not answer.
    let runs: Result<usize> = std::thread::scope(|scope| {
        let settle = |(id, claim): (i64, String)| {
            // Held shared, so that no run can begin in the middle of this.
            let Some(_look) = lock::Lock::look(path, lock::Holder::Module(id), &claim)? else { return Ok(0) };
            close_dead(&mut Store::open(path)?, id, &claim, A_MOMENT).map(usize::from)
        };
        let threads: Vec<_> = claimed.into_iter().map(|one| scope.spawn(move || settle(one))).collect();
        threads.into_iter().try_fold(0, |settled, thread| {
            let ended = || Err(Error::new(Code::System, "a thread that settles a dead run ended"));
            Ok(settled + thread.join().unwrap_or_else(|_| ended())?)
        })
    });
    Ok(runs? + group::settle_dead(store)?)
}

/// Settles what a module's earlier runs left open. The caller holds the module's lock, which proves that the run of
/// `claim`, where one stands, is dead.
///
/// # Errors
/// `Failed` where it can't be known whether an earlier run merged: until then no other may begin.
pub fn settle_module(store: &mut Store, id: i64, claim: Option<&str>) -> Result<()> {
    if let Some(claim) = claim {
        close_dead(store, id, claim, receipt::LONG)?;
    }
    rehearse::clear(store, id, A_MOMENT)?;
    if let Some(open) = run::newest(store.read(), id, &["unknown"], None)? {
        settle_unknown(store, &open, receipt::LONG)?;
        let still = run::get(store.read(), open.id)?;
        if still.status == "unknown" {
            return Err(Error::new(
                Code::Failed,
                format!(
                    "it is not known yet whether run {} of module {} merged, and it must be before another begins: {}",
                    open.id,
                    open.module_name,
                    still.error.as_deref().and_then(|e| e.lines().next()).unwrap_or_default()
                ),
            )
            .hint(unknown_hint(open.id, "the destination")));
        }
    }
    Ok(())
}

/// Asks again what became of a run that says `unknown`.
///
/// # Errors
/// Only where pipekit's own file can't be used.
pub fn settle_unknown(store: &mut Store, open: &Run, patience: Duration) -> Result<()> {
    let steps = step::of_run(store.read(), open.id)?;
    let first = open.error.as_deref().and_then(|e| e.lines().next()).unwrap_or_default();
    let mut end = verdict(store, open, &steps, patience, &format!("it could not be told at first ({first})"))?;
    if end.status == "unknown" {
        return Ok(());
    }
    end.warnings = [open.warnings.clone(), end.warnings].concat();
    store.write_durably(|tx| {
        if run::finish(tx, open.id, &["unknown"], &end)? {
            notify::after_run(tx, open.id, true)?;
        }
        Ok(())
    })
}

/// Ends the dead run of a module's `claim` and frees the module. Says whether that claim still stood: the run may have
/// ended by itself since it was read, or have been settled by somebody else, and another may have claimed the module.
fn close_dead(store: &mut Store, id: i64, claim: &str, patience: Duration) -> Result<bool> {
    let dead = run::newest(store.read(), id, &["running"], None)?;
    // Looked at after the run, so that it is this claim's.
    if module::claim_of(store.read(), id)?.as_deref() != Some(claim) {
        return Ok(false);
    }
    let end = match &dead {
        None => None,
        Some(dead) => {
            let steps = step::of_run(store.read(), dead.id)?;
            let unfinished: Vec<&Step> = steps.iter().filter(|s| s.duration_ms.is_none()).collect();
            let place = match (unfinished.first(), steps.last()) {
                (Some(step), _) => format!("in the step {} {}", step.kind, step.name),
                (None, Some(step)) => format!("after the step {} {}", step.kind, step.name),
                (None, None) => "before its first step".to_owned(),
            };
            let died =
                format!("its process ended {place} (killed, its log could not be written, or the machine went down)");
            let mut end = verdict(store, dead, &steps, patience, &died)?;
            let lived_until = last_sign(store, dead, &steps)?;
            let lasted = |s: &&Step| (s.id, clock::millis_between(&s.started_at, &lived_until).unwrap_or_default());
            let unfinished: Vec<(i64, i64)> = unfinished.iter().map(lasted).collect();
            end.finished_at = Some(lived_until);
            Some((end, unfinished))
        }
    };
    let ours = store.write_durably(|tx| {
        if module::claim_of(tx, id)?.as_deref() != Some(claim) {
            return Ok(false);
        }
        if let (Some(dead), Some((end, unfinished))) = (&dead, &end) {
            let rehearsal = rehearsal::is_left(tx, dead.id)?;
            // A rehearsal says nothing of how the destination is.
            let status = if rehearsal { "dry_run".to_owned() } else { end.status.clone() };
            run::finish(tx, dead.id, &["running"], &End { status, ..end.clone() })?;
            for (step_id, duration_ms) in unfinished {
                let error = Some("its process ended in this step".to_owned());
                step::finish(tx, *step_id, &step::StepEnd { duration_ms: *duration_ms, error, ..Default::default() })?;
            }
            output::fold(tx, dead.id)?;
            if !rehearsal {
                notify::after_run(tx, dead.id, false)?;
            }
        }
        module::release(tx, id)?;
        Ok(true)
    })?;
    rehearse::clear(store, id, patience)?;
    Ok(ours)
}

/// When a dead run was last known to live: it may be settled days later, and did not take days.
fn last_sign(store: &Store, dead: &Run, steps: &[Step]) -> Result<String> {
    let printed = output::last_at(store.read(), dead.id)?;
    let ended = steps.iter().filter_map(|s| {
        let lasted = jiff::SignedDuration::from_millis(s.duration_ms.unwrap_or_default());
        clock::parse(&s.started_at).and_then(|at| at.checked_add(lasted).ok()).map(clock::text)
    });
    Ok(ended.chain(printed).chain([dead.started_at.clone()]).max().unwrap_or_default())
}

/// What a run came to, by its ledger and its receipt; `story` says why that is a question.
fn verdict(store: &mut Store, run: &Run, steps: &[Step], patience: Duration, story: &str) -> Result<End> {
    // Several where the rows came in several streams.
    let transfers: Vec<_> = steps.iter().filter(|s| s.kind == "transfer").map(|s| s.row_count).collect();
    let moved = if transfers.is_empty() { None } else { transfers.into_iter().sum() };
    let mut end = End { row_count: moved, ..End::default() };
    let fate = match steps.iter().find(|s| (&*s.kind, &*s.name) == ("merge", "merge")) {
        Some(merge) => ask(store, run, merge, patience)?,
        None => Fate::NotMerged,
    };
    match fate {
        Fate::Merged { deleted, inserted } => {
            "success".clone_into(&mut end.status);
            (end.rows_deleted, end.rows_inserted) = (deleted, inserted);
            end.warnings.extend(receipt::difference(moved, inserted, "the destination"));
            let done = steps.iter().filter(|s| s.kind == "hook" && s.duration_ms.is_some() && s.error.is_none());
            let done = done.count();
            let hooks = run.module_id.map(|id| hook::of_module(store.read(), id)).transpose()?.unwrap_or_default();
            let wanted = hooks.iter().filter(|h| h.run_on != "failure").count();
            let missed = wanted.saturating_sub(done);
            end.hooks_failed = i64::try_from(missed).unwrap_or(i64::MAX);
            let hooks =
                if missed > 0 { format!("; {missed} hooks failed or did not run to their end") } else { String::new() };
            end.warnings.push(format!("{story}; the merge was committed{hooks}"));
        }
        Fate::NotMerged => {
            "error".clone_into(&mut end.status);
            end.error = Some(format!("{story}; nothing was merged"));
        }
        Fate::Unknown(why) => {
            "unknown".clone_into(&mut end.status);
            end.error = Some(format!("{story}; whether it merged can't be read yet: {why}"));
        }
    }
    Ok(end)
}

/// Asks the destination, for no longer than `patience`. It is the one that the merge ran on, under the name that the
/// module had: both may have been changed since.
fn ask(store: &mut Store, run: &Run, merge: &Step, patience: Duration) -> Result<Fate> {
    let dest = match connection::find(store.read(), &merge.connection_name) {
        Ok(dest) => dest,
        Err(error) if error.code == Code::NotFound => return Ok(Fate::Unknown(error.message)),
        Err(error) => return Err(error),
    };
    let install = receipt::install_id(store.read())?;
    let databases = match Databases::open(store, None) {
        Ok(databases) => databases,
        Err(error) => return Ok(Fate::Unknown(error.message)),
    };
    // What is asked stands in the ledger of the run that it is asked about.
    let mut ledger = Ledger::new(store, Some(run.id), &databases);
    let ask = || receipt::settle(&mut ledger, &databases, &dest, &run.module_name, &install, run.id);
    receipt::within(&databases, &dest, patience, ask)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A look reads a claim, then takes the lock: meanwhile the run may have ended and another have begun, which an
    /// unlucky look would take for the dead one.
    #[test]
    fn only_the_claim_that_was_looked_at_is_settled() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open_or_create(&folder.path().join("p.db")).unwrap();
        let at = "2026-03-10T08:00:00.000Z";
        store
            .write(|tx| {
                tx.execute_batch(&format!(
                    "INSERT INTO connection (name, driver_id, jdbc_url, created_at, updated_at)
                     SELECT 'c', min(id), 'jdbc:', 't', 't' FROM driver;
                     INSERT INTO module (name, source_connection_id, dest_connection_id, dest_table, staging_table,
                                         source_query, merge_strategy, running, lock_at, created_at, updated_at)
                     VALUES ('m', 1, 1, 't', 's', 'q', 'full', 1, '{at}', 't', 't');
                     INSERT INTO run_log (module_id, module_name, triggered_by, started_at, status, merge_strategy)
                     VALUES (1, 'm', 'manual', '{at}', 'running', 'full')"
                ))?;
                Ok(())
            })
            .unwrap();
        let status = |store: &Store| run::get(store.read(), 1).unwrap().status;
        for looked_at in [None, Some("2026-03-10T07:59:59.999Z")] {
            settle_module(&mut store, 1, looked_at).unwrap();
            assert_eq!(module::claim_of(store.read(), 1).unwrap().as_deref(), Some(at));
            assert_eq!(status(&store), "running");
        }
        settle_module(&mut store, 1, Some(at)).unwrap();
        assert_eq!(module::claim_of(store.read(), 1).unwrap(), None);
        assert_eq!(status(&store), "error");
    }
}
