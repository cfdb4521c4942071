//! Runs whose process is gone: found by whoever looks, and told the truth about.
//!
//! A claim whose lock is free is a dead run. What it did is in its ledger; whether its merge happened is in the
//! receipt, and where the destination can't be reached the run says `unknown` until somebody can ask.

use super::databases::Databases;
use super::receipt::{self, Fate};
use crate::error::{Code, Error, Result};
use crate::store::run::{End, Run};
use crate::store::step::Step;
use crate::store::{Store, connection, hook, lock, module, output, run, step};
use std::time::Duration;

/// How long a look (`status`, `log`) waits for a destination to answer.
pub const A_MOMENT: Duration = Duration::from_secs(5);
/// How long a run waits: as long as an old session may go on merging, and a bit.
const LONG: Duration = Duration::from_secs(90);

/// Settles every claim that nobody living holds. Gives how many there were.
///
/// # Errors
/// Only where pipekit's own file or its locks can't be used.
pub fn settle_dead(store: &mut Store) -> Result<usize> {
    let mut settled = 0;
    for id in module::claimed(store.read())? {
        // Held shared, so that no run can begin in the middle of this; free again at the end of the turn.
        let Some(_look) = lock::Lock::look(store.path(), lock::Holder::Module(id))? else { continue };
        close_dead(store, id, A_MOMENT)?;
        settled += 1;
    }
    Ok(settled)
}

/// Settles what a module's earlier runs left open. The caller holds the module's lock.
///
/// # Errors
/// `Failed` where it can't be known whether an earlier run merged: until then no other may begin.
pub fn settle_module(store: &mut Store, id: i64) -> Result<()> {
    if module::get(store.read(), id)?.running {
        close_dead(store, id, LONG)?;
    }
    if let Some(open) = run::newest(store.read(), id, &["unknown"], None)? {
        settle_unknown(store, &open, LONG)?;
        let still = run::get(store.read(), open.id)?;
        if still.status == "unknown" {
            return Err(Error::new(
                Code::Failed,
                format!(
                    "it is not known yet whether run {} of module {} merged, and it must be before another begins: {}",
                    open.id,
                    open.module_name,
                    still.error.unwrap_or_default()
                ),
            ));
        }
    }
    Ok(())
}

/// Asks again what became of a run that says `unknown`.
///
/// # Errors
/// Only where pipekit's own file can't be used.
pub fn settle_unknown(store: &mut Store, open: &Run, patience: Duration) -> Result<()> {
    let Some(id) = open.module_id else { return Ok(()) };
    let steps = step::of_run(store.read(), open.id)?;
    let (mut end, _) = verdict(store, id, open, &steps, patience)?;
    if end.status == "unknown" {
        return Ok(());
    }
    end.warnings = [open.warnings.clone(), end.warnings].concat();
    store.write_durably(|tx| run::finish(tx, open.id, &["unknown"], &end).map(|_| ()))
}

/// Ends the dead run of a module and frees the module.
fn close_dead(store: &mut Store, id: i64, patience: Duration) -> Result<()> {
    let dead = run::newest(store.read(), id, &["running"], None)?;
    let end = match &dead {
        None => None,
        Some(dead) => {
            let steps = step::of_run(store.read(), dead.id)?;
            Some(verdict(store, id, dead, &steps, patience)?)
        }
    };
    store.write_durably(|tx| {
        if let (Some(dead), Some((end, unfinished))) = (&dead, &end) {
            run::finish(tx, dead.id, &["running"], end)?;
            if let Some(step_id) = unfinished {
                let ended = step::StepEnd { error: Some("its process ended in this step".to_owned()), ..Default::default() };
                step::finish(tx, *step_id, &ended)?;
            }
            output::fold(tx, dead.id)?;
        }
        module::release(tx, id)
    })
}

/// What a dead run came to, by its ledger and its receipt, and the step it died in.
fn verdict(store: &Store, id: i64, dead: &Run, steps: &[Step], patience: Duration) -> Result<(End, Option<i64>)> {
    let unfinished = steps.iter().find(|s| s.duration_ms.is_none());
    let place = match (unfinished, steps.last()) {
        (Some(step), _) => format!("in the step {} {}", step.kind, step.name),
        (None, Some(step)) => format!("after the step {} {}", step.kind, step.name),
        (None, None) => "before its first step".to_owned(),
    };
    let moved = steps.iter().find(|s| s.kind == "transfer").and_then(|s| s.row_count);
    let mut end = End { row_count: moved, ..End::default() };
    let died = format!("its process ended {place} (killed, or the machine went down)");
    let fate = if steps.iter().any(|s| s.kind == "merge") { ask(store, id, dead.id, patience)? } else { Fate::NotMerged };
    match fate {
        Fate::Merged { deleted, inserted } => {
            "success".clone_into(&mut end.status);
            (end.rows_deleted, end.rows_inserted) = (deleted, inserted);
            let done = steps.iter().filter(|s| s.kind == "hook" && s.duration_ms.is_some()).count();
            let wanted = hook::of_module(store.read(), id)?.iter().filter(|h| h.run_on != "failure").count();
            let missed = wanted.saturating_sub(done);
            end.hooks_failed = i64::try_from(missed).unwrap_or(i64::MAX);
            let hooks = if missed > 0 { format!("; {missed} hooks did not run") } else { String::new() };
            end.warnings.push(format!("{died}, after the merge was committed{hooks}"));
        }
        Fate::NotMerged => {
            "error".clone_into(&mut end.status);
            end.error = Some(format!("{died}; nothing was merged"));
        }
        Fate::Unknown(why) => {
            "unknown".clone_into(&mut end.status);
            end.error = Some(format!("{died}; whether it merged can't be read yet: {why}"));
        }
    }
    Ok((end, unfinished.map(|s| s.id)))
}

/// Asks the destination, for no longer than `patience`.
fn ask(store: &Store, module_id: i64, run_id: i64, patience: Duration) -> Result<Fate> {
    let module = module::get(store.read(), module_id)?;
    let dest = connection::get(store.read(), module.dest_connection_id)?;
    let install = receipt::install_id(store.read())?;
    let databases = match Databases::open(store, None) {
        Ok(databases) => databases,
        Err(error) => return Ok(Fate::Unknown(error.message)),
    };
    let Ok(session) = databases.session() else { return Ok(Fate::Unknown("the runner can't be started".to_owned())) };
    Ok(std::thread::scope(|scope| {
        let (sender, receiver) = std::sync::mpsc::channel();
        let (databases, dest, name) = (&databases, &dest, &module.name);
        scope.spawn(move || {
            let _ = sender.send(receipt::settle(databases, dest, name, &install, run_id));
        });
        receiver.recv_timeout(patience).unwrap_or_else(|_| {
            session.kill();
            Fate::Unknown(format!("{} did not answer within {} s", dest.name, patience.as_secs()))
        })
    }))
}
