//! A group's run: its members, place by place. The command line, schedules and the API all call [`run`].

mod claim;
mod queue;
mod watch;

pub use claim::{Claimed, claim, give_up, request_cancel};
pub(crate) use claim::{begin, settle_dead, take, turn};

use self::queue::{CANCELLED, Queue};
use self::watch::Watch;
use super::notify;
use super::sync::{self, Mode, Options, Outcome, Progress};
use crate::clock;
use crate::error::{Code, Error, Result};
use crate::store::Store;
use crate::store::group_run::{self as table, GroupRun, MemberRun};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

/// How a group is to be run, and who is told of it.
pub struct GroupOptions<'a> {
    /// Resolve and show, and move nothing.
    pub dry_run: bool,
    /// Set when the process is told to end.
    pub signal: Arc<AtomicBool>,
    /// Told what goes on.
    pub progress: &'a mut (dyn FnMut(Told<'_>) + Send),
}

/// What goes on in a group's run.
pub enum Told<'a> {
    /// It begins, with these members in this order.
    Begins(&'a [MemberRun]),
    /// The member at this place could begin, but a connection has no room for it yet, for this reason.
    Crowded(usize, &'a str),
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

/// Runs the members of a group that was claimed: place by place, those of one place side by side as far as the group
/// allows it, past failures unless the group stops on them.
///
/// # Errors
/// Only where pipekit's own file can't be used. What failed is in the [`GroupOutcome`].
pub fn run(store: &mut Store, claimed: &Claimed, options: &mut GroupOptions<'_>) -> Result<GroupOutcome> {
    let members = table::members(store.read(), claimed.id)?;
    (options.progress)(Told::Begins(&members));
    let watch = Watch::begin(store.reopen()?, claimed.id, claimed.lock.clone());
    let queue = Queue::new(&members, claimed.group.stop_on_failure, &options.signal, &watch);
    let (dry_run, signal) = (options.dry_run, &options.signal);
    let progress: &mut (dyn FnMut(Told<'_>) + Send) = &mut *options.progress;
    let crew = Crew { claimed, members: &members, queue: &queue, dry_run, signal, progress: Mutex::new(progress) };
    let waiting = members.iter().filter(|member| member.status == "waiting").count();
    let at_once = usize::try_from(claimed.group.max_parallel).unwrap_or(1).min(waiting);
    let others = (1..at_once).map(|_| store.reopen()).collect::<Result<Vec<_>>>()?;
    std::thread::scope(|scope| {
        let crew = &crew;
        let others = others.into_iter().map(|mut store| scope.spawn(move || crew.work(&mut store)));
        let others: Vec<_> = others.collect();
        let ended = || Err(Error::new(Code::System, "the thread of a member's run ended"));
        let mine = crew.work(store);
        others.into_iter().map(|thread| thread.join().unwrap_or_else(|_| ended())).fold(mine, Result::and)
    })?;
    let (stopped, cancelled) = (queue.stopped(), queue.is_cancelled());
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

/// What those share who run the members: as many threads as may run at once, each with its own way to the database.
struct Crew<'a> {
    claimed: &'a Claimed,
    members: &'a [MemberRun],
    queue: &'a Queue<'a>,
    dry_run: bool,
    signal: &'a Arc<AtomicBool>,
    progress: Mutex<&'a mut (dyn FnMut(Told<'_>) + Send)>,
}

impl Crew<'_> {
    /// Runs one member after the other, until there is none to run.
    fn work(&self, store: &mut Store) -> Result<()> {
        let done = self.run_members(store);
        if done.is_err() {
            self.queue.stop("pipekit's own file could not be used");
        }
        done
    }

    fn run_members(&self, store: &mut Store) -> Result<()> {
        let crowded = |store: &mut Store, place: usize, why: &str| {
            self.tell(Told::Crowded(place, why));
            store.write(|tx| table::set_member(tx, self.members[place].id, "waiting", Some(why)))
        };
        while let Some(mut job) = self.queue.next(store, crowded)? {
            job.failed = self.run_member(store, job.place)?;
        }
        Ok(())
    }

    /// Runs a member. Says whether it failed.
    fn run_member(&self, store: &mut Store, place: usize) -> Result<bool> {
        let member = &self.members[place];
        store.write(|tx| table::set_member(tx, member.id, "running", None))?;
        let named = member.module_id.map(|id| id.to_string()).unwrap_or_else(|| member.module_name.clone());
        let mut module_options = Options {
            mode: Mode::dry(self.dry_run),
            triggered_by: &self.claimed.triggered_by,
            group_run_id: Some(self.claimed.id),
            signal: self.signal.clone(),
            progress: &mut |progress| self.tell(Told::Member(place, progress)),
        };
        let done = sync::run_module(store, &named, &mut module_options);
        let (status, reason) = match &done {
            Ok(outcome) => (outcome.run.status.clone(), outcome.error.as_ref().map(|e| e.message.clone())),
            // pipekit's own file failing is not the member's failure: the group can't be written down either.
            Err(error) if error.code == Code::Store => return Err(error.clone()),
            Err(error) => ("error".to_owned(), Some(error.message.clone())),
        };
        store.write(|tx| table::set_member(tx, member.id, &status, reason.as_deref()))?;
        self.tell(Told::Ended(place, done.as_ref()));
        Ok(matches!(status.as_str(), "error" | "unknown"))
    }

    fn tell(&self, told: Told<'_>) {
        (self.progress.lock().unwrap_or_else(PoisonError::into_inner))(told);
    }
}

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
