//! A group's run: its members, one after the other. The command line, schedules and the API all call [`run`].

mod claim;

pub use claim::{Claimed, claim, give_up, request_cancel};
pub(crate) use claim::{begin, settle_dead, take, turn};

use super::notify;
use super::sync::{self, Mode, Options, Outcome, Progress};
use crate::clock;
use crate::error::{Code, Error, Result};
use crate::store::group_run::{self as table, GroupRun, MemberRun};
use crate::store::lock::Lock;
use crate::store::{Store, module};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How a group is to be run, and who is told of it.
pub struct GroupOptions<'a> {
    /// Resolve and show, and move nothing.
    pub dry_run: bool,
    /// Set when the process is told to end.
    pub signal: Arc<AtomicBool>,
    /// Told what goes on.
    pub progress: &'a mut dyn FnMut(Told<'_>),
}

/// What goes on in a group's run.
pub enum Told<'a> {
    /// It begins, with these members in this order.
    Begins(&'a [MemberRun]),
    /// The member at this place is at this.
    Member(usize, Progress<'a>),
    /// The member at this place is over: with its run, or for this reason without one.
    Ended(usize, Result<&'a Outcome, &'a Error>),
}

/// What came of a group's run.
#[derive(Debug)]
pub struct GroupOutcome {
    /// Its row.
    pub run: GroupRun,
    /// What became of its members.
    pub members: Vec<MemberRun>,
}

/// Runs the members of a group that was claimed, in order, past failures unless the group stops on them.
///
/// # Errors
/// Only where pipekit's own file can't be used. What failed is in the [`GroupOutcome`].
pub fn run(store: &mut Store, claimed: &Claimed, options: &mut GroupOptions<'_>) -> Result<GroupOutcome> {
    let members = table::members(store.read(), claimed.id)?;
    (options.progress)(Told::Begins(&members));
    let watch = Watch::begin(store.reopen()?, claimed.id, claimed.lock.clone());
    let mut stopped = None;
    for (place, member) in members.iter().enumerate() {
        if member.status != "waiting" {
            continue;
        }
        if options.signal.load(Ordering::SeqCst) || watch.is_cancelled() {
            stopped = Some(CANCELLED.to_owned());
            break;
        }
        let failed = run_member(store, claimed, place, member, &watch, options)?;
        if failed && claimed.group.stop_on_failure {
            stopped = Some(format!("{} failed, and the group stops on a failure", member.module_name));
            break;
        }
    }
    let cancelled = options.signal.load(Ordering::SeqCst) || watch.is_cancelled();
    drop(watch);
    let outcome = store.write_durably(|tx| {
        if let Some(why) = &stopped {
            table::skip_rest(tx, claimed.id, why)?;
        }
        let members = table::members(tx, claimed.id)?;
        let (status, reason) = verdict(&members, cancelled, options.dry_run, stopped.as_deref());
        table::finish(tx, claimed.id, status, reason.as_deref(), &clock::now_text())?;
        notify::after_group(tx, claimed.id)?;
        Ok(GroupOutcome { run: table::get(tx, claimed.id)?, members })
    })?;
    notify::begin(store);
    Ok(outcome)
}

/// Runs a member. Says whether it failed.
fn run_member(
    store: &mut Store,
    claimed: &Claimed,
    place: usize,
    member: &MemberRun,
    watch: &Watch,
    options: &mut GroupOptions<'_>,
) -> Result<bool> {
    store.write(|tx| table::set_member(tx, member.id, "running", None))?;
    let named = member.module_id.map(|id| id.to_string()).unwrap_or_else(|| member.module_name.clone());
    watch.at(member.module_id);
    let mut module_options = Options {
        mode: Mode::dry(options.dry_run),
        triggered_by: &claimed.triggered_by,
        group_run_id: Some(claimed.id),
        signal: options.signal.clone(),
        progress: &mut |progress| (options.progress)(Told::Member(place, progress)),
    };
    let done = sync::run_module(store, &named, &mut module_options);
    watch.at(None);
    let (status, reason) = match &done {
        Ok(outcome) => (outcome.run.status.clone(), outcome.error.as_ref().map(|e| e.message.clone())),
        // pipekit's own file failing is not the member's failure: the group can't be written down either.
        Err(error) if error.code == Code::Store => return Err(error.clone()),
        Err(error) => ("error".to_owned(), Some(error.message.clone())),
    };
    store.write(|tx| table::set_member(tx, member.id, &status, reason.as_deref()))?;
    (options.progress)(Told::Ended(place, done.as_ref()));
    Ok(matches!(status.as_str(), "error" | "unknown"))
}

/// Why a group's run that somebody stopped ended.
const CANCELLED: &str = "the group run was cancelled";

/// How a group's run ended: as the worst of its members.
fn verdict(
    members: &[MemberRun],
    cancelled: bool,
    dry_run: bool,
    stopped: Option<&str>,
) -> (&'static str, Option<String>) {
    let with = |statuses: &[&str]| -> Vec<&str> {
        members.iter().filter(|m| statuses.contains(&m.status.as_str())).map(|m| m.module_name.as_str()).collect()
    };
    let failed = with(&["error", "unknown"]);
    let told =
        |names: &[&str], what: &str| format!("{} of {} {what}: {}", names.len(), members.len(), names.join(", "));
    if cancelled {
        return ("cancelled", Some(CANCELLED.to_owned()));
    }
    if !failed.is_empty() {
        let stopped = stopped.map(|why| format!("; {why}")).unwrap_or_default();
        return ("error", Some(told(&failed, "failed") + &stopped));
    }
    let ended = with(&["cancelled"]);
    if !ended.is_empty() {
        return ("cancelled", Some(told(&ended, "were cancelled")));
    }
    let ran = members.iter().any(|m| m.status != "skipped");
    let reason =
        (!ran).then_some(if members.is_empty() { "it has no members" } else { "all its members are disabled" });
    (if dry_run { "dry_run" } else { "success" }, reason.map(str::to_owned))
}

/// The watch over a group's run: keeps its lock, and hands a cancellation on to the member that runs.
struct Watch {
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    /// The module that runs; 0 for none.
    module: AtomicI64,
    cancelled: AtomicBool,
    over: AtomicBool,
}

impl Watch {
    fn begin(mut store: Store, group_run_id: i64, lock: Arc<Lock>) -> Watch {
        let state = Arc::new(State::default());
        let watched = state.clone();
        let thread = std::thread::spawn(move || {
            while !watched.over.load(Ordering::SeqCst) {
                lock.keep();
                // A busy file says nothing of a cancellation: look again next time.
                if table::cancel_requested(store.read(), group_run_id).unwrap_or(false) {
                    watched.cancelled.store(true, Ordering::SeqCst);
                    let module = watched.module.load(Ordering::SeqCst);
                    if module != 0 && !module::cancel_requested(store.read(), module).unwrap_or(true) {
                        let _ = store.write(|tx| module::request_cancel(tx, module));
                    }
                }
                std::thread::park_timeout(Duration::from_millis(250));
            }
        });
        Watch { state, thread: Some(thread) }
    }

    fn at(&self, module: Option<i64>) {
        self.state.module.store(module.unwrap_or(0), Ordering::SeqCst);
    }

    fn is_cancelled(&self) -> bool {
        self.state.cancelled.load(Ordering::SeqCst)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.state.over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}
