//! Which member of a group's run begins next, and when: the places one after the other, the members of one place side by
//! side, as far as the connections allow it.

use super::watch::Watch;
use crate::error::Result;
use crate::store::group_run::MemberRun;
use crate::store::lock::Turn;
use crate::store::{Store, connection};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Why a group's run that somebody stopped ended.
pub(super) const CANCELLED: &str = "the group run was cancelled";

/// How often those who wait look whether the group run was cancelled, or a connection has room again.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// The members that wait and those that run. Each of those who run them asks for the [`Queue::next`].
pub(super) struct Queue<'a> {
    members: &'a [MemberRun],
    stop_on_failure: bool,
    signal: &'a AtomicBool,
    watch: &'a Watch,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Places in `members`, in order.
    waiting: Vec<usize>,
    running: Vec<usize>,
    /// Those of which it was said that a connection has no room for them.
    told: Vec<usize>,
    /// Why no other begins.
    stopped: Option<String>,
}

/// A member that is ours to run. When this is dropped it has ended.
pub(super) struct Job<'a> {
    queue: &'a Queue<'a>,
    pub(super) place: usize,
    pub(super) failed: bool,
    /// What it takes of the connections that have a limit.
    _turns: Vec<Turn>,
}

impl<'a> Queue<'a> {
    pub(super) fn new(
        members: &'a [MemberRun],
        stop_on_failure: bool,
        signal: &'a AtomicBool,
        watch: &'a Watch,
    ) -> Queue<'a> {
        let waiting = (0..members.len()).filter(|place| members[*place].status == "waiting").collect();
        let state = Mutex::new(State { waiting, running: Vec::new(), told: Vec::new(), stopped: None });
        Queue { members, stop_on_failure, signal, watch, state, changed: Condvar::new() }
    }

    /// Waits until a member may begin. `None` when no other will. `crowded` is told of each member that waits for a
    /// connection, and why.
    ///
    /// # Errors
    /// Where pipekit's own file or its locks can't be used.
    pub(super) fn next(
        &'a self,
        store: &mut Store,
        crowded: impl Fn(&mut Store, usize, &str) -> Result<()>,
    ) -> Result<Option<Job<'a>>> {
        let mut state = self.lock();
        loop {
            if state.stopped.is_none() && self.is_cancelled() {
                state.stopped = Some(CANCELLED.to_owned());
            }
            let Some(order) = state.waiting.first().map(|first| self.members[*first].run_order) else {
                return Ok(None);
            };
            if state.stopped.is_some() {
                return Ok(None);
            }
            // The first of the next place waits for the last of this one.
            if state.running.iter().all(|place| self.members[*place].run_order == order) {
                let of_place = |place: &usize| self.members[*place].run_order == order;
                for place in state.waiting.clone().into_iter().take_while(of_place) {
                    match turns(store, self.members[place].module_id)? {
                        Ok(turns) => {
                            state.waiting.retain(|other| *other != place);
                            state.running.push(place);
                            return Ok(Some(Job { queue: self, place, failed: false, _turns: turns }));
                        }
                        Err(why) if !state.told.contains(&place) => {
                            state.told.push(place);
                            crowded(store, place, &why)?;
                        }
                        Err(_) => {}
                    }
                }
            }
            state = self.changed.wait_timeout(state, LOOK_EVERY).map_or_else(|e| e.into_inner().0, |(state, _)| state);
        }
    }

    /// Has no other member begin.
    pub(super) fn stop(&self, why: &str) {
        self.lock().stopped.get_or_insert_with(|| why.to_owned());
        self.changed.notify_all();
    }

    /// Why members were not begun.
    pub(super) fn stopped(&self) -> Option<String> {
        self.lock().stopped.clone()
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.signal.load(Ordering::SeqCst) || self.watch.is_cancelled()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Job<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        state.running.retain(|place| *place != self.place);
        if self.failed && self.queue.stop_on_failure {
            let name = &self.queue.members[self.place].module_name;
            state.stopped.get_or_insert_with(|| format!("{name} failed, and the group stops on a failure"));
        }
        drop(state);
        self.queue.changed.notify_all();
    }
}

/// What a module's run takes of its connections, or why it can't have all of it yet. All or nothing, and nobody waits
/// with something in hand: so no two wait for each other.
fn turns(store: &Store, module_id: Option<i64>) -> Result<Result<Vec<Turn>, String>> {
    let mut taken = Vec::new();
    for limit in connection::limits_of_module(store.read(), module_id.unwrap_or_default())? {
        let connection::Limit { id, name, most } = limit;
        match (Turn::one_of(store.path(), &format!("connection-{id}"), most.unwrap_or(1))?, most) {
            (Some(turn), _) => taken.push(turn),
            (None, Some(_)) => return Ok(Err(format!("connection {name} has no room for another run (max_runs)"))),
            (None, None) => {
                return Ok(Err(format!("another run loads into {name}, and an SQLite file has one writer at a time")));
            }
        }
    }
    Ok(Ok(taken))
}
