//! The loop that does what is due, whether or not anybody calls.

use super::Server;
use crate::clock;
use crate::engine::{notify, retention, tick};
use crate::error::Result;
use crate::store::Store;
use serde_json::json;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How long it sleeps at most, as what is due may be changed by any process.
const AT_MOST: Duration = Duration::from_secs(60);

#[derive(Default)]
struct State {
    woken: bool,
    stopped: bool,
}

/// Wakes the loop, or ends it.
#[derive(Default)]
pub struct Ticker {
    state: Mutex<State>,
    changed: Condvar,
}

impl Ticker {
    /// Has it look at once.
    pub fn wake(&self) {
        self.set(false);
    }

    /// Ends it.
    pub fn stop(&self) {
        self.set(true);
    }

    fn is_stopped(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).stopped
    }

    fn set(&self, stopped: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.woken = true;
        state.stopped |= stopped;
        self.changed.notify_all();
    }

    /// Sleeps until it is woken, but no longer than that. Says whether to go on.
    fn sleep(&self, time: Duration) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(state, time, |state| !state.woken && !state.stopped);
        let mut state = waited.map_or_else(|e| e.into_inner().0, |(state, _)| state);
        state.woken = false;
        !state.stopped
    }
}

/// Removes old runs where that is due, in a thread of its own: nothing that is due waits for it.
fn prune(server: &Arc<Server>, store: &Store) -> Result<()> {
    if retention::due(store.read())?.is_none() {
        return Ok(());
    }
    let (server, store) = (server.clone(), store.reopen()?);
    super::spawn("prune", move || {
        let mut store = store;
        match retention::prune_when_due(&mut store, &|| !server.ticker.is_stopped()) {
            Ok(Some(removed)) => server.log.say(&json!({
                "event": "prune", "runs_removed": removed.runs, "group_runs_removed": removed.group_runs
            })),
            Ok(None) => {}
            Err(error) => server.log.say(&json!({"event": "prune", "error": error.message})),
        }
    })?;
    Ok(())
}

/// Looks at what is due, again and again, until it is stopped.
pub fn run(server: &Arc<Server>) {
    let mut store = None;
    loop {
        let next = match tick(server, &mut store) {
            Ok(next) => next,
            Err(error) => {
                server.log.say(&json!({"event": "tick", "error": error.message}));
                store = None;
                AT_MOST
            }
        };
        if !server.ticker.sleep(next.min(AT_MOST)) {
            return;
        }
    }
}

/// Starts what is due now, and says how long nothing will be.
fn tick(server: &Arc<Server>, store: &mut Option<Store>) -> Result<Duration> {
    let store = match store {
        Some(store) => store,
        None => store.insert(Store::open(&server.db)?),
    };
    server.settle_now_and_then(store)?;
    notify::begin(store);
    let ticked = tick::claim_due(store)?;
    for note in ticked.warnings.into_iter().chain(ticked.notes) {
        server.log.say(&json!({"event": "schedule", "message": note}));
    }
    for claimed in ticked.claimed {
        let (id, name) = (claimed.id, claimed.group.name.clone());
        if let Err(failure) = server.runs.run_group(store, claimed) {
            server.log.say(&json!({"event": "group_run", "group_run_id": id, "group": name, "error": failure.message}));
        }
    }
    prune(server, store)?;
    let now = clock::now();
    let next = tick::next_due(store.read(), now)?;
    Ok(next.and_then(|at| Duration::try_from(at.duration_since(now)).ok()).unwrap_or(AT_MOST))
}
