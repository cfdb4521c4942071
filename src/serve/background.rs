//! Runs that go on whether or not anybody waits for them, and how they come to an end with the server.

use super::log::Log;
use super::response::Failure;
use crate::engine::group::{self, Claimed, GroupOptions};
use crate::engine::sync::{self, Mode, Options, Progress};
use crate::error::{Error, Result};
use crate::store::Store;
use serde_json::json;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

/// So many runs that were asked for go on at once; each has a thread and a process of its own.
const MOST: usize = 64;

#[derive(Default)]
struct State {
    going: usize,
    closed: bool,
}

/// The runs of this server.
pub struct Background {
    path: PathBuf,
    log: Log,
    signal: Arc<AtomicBool>,
    state: Mutex<State>,
    changed: Condvar,
}

/// Counts a run for as long as it goes on, however it ends.
struct Going(Arc<Background>);

impl Drop for Going {
    fn drop(&mut self) {
        self.0.lock().going -= 1;
        self.0.changed.notify_all();
    }
}

impl Background {
    /// Runs over the database at `path`.
    pub fn new(path: PathBuf, log: Log) -> Arc<Background> {
        let (state, changed) = (Mutex::default(), Condvar::new());
        Arc::new(Background { path, log, signal: Arc::default(), state, changed })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does work in a thread of its own, with its own way to the database and the flag that tells it to stop.
    ///
    /// # Errors
    /// 503 where the server is about to end, or does as much as it can.
    pub fn start(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Store, &Arc<AtomicBool>) + Send + 'static,
    ) -> Result<(), Failure> {
        let going = {
            let mut state = self.lock();
            if state.closed {
                return Err(busy("the server is about to end, and begins nothing"));
            }
            if state.going >= MOST {
                return Err(busy("as many runs go on as this server does at once"));
            }
            state.going += 1;
            Going(self.clone())
        };
        let mut store = Store::open(&self.path)?;
        let thread = std::thread::Builder::new().name("run".to_owned());
        let started = thread.spawn(move || {
            let signal = going.0.signal.clone();
            work(&mut store, &signal);
            // Whoever waits for the last run may end the process: by then the database is closed.
            drop(store);
            drop(going);
        });
        started.map(|_| ()).map_err(|e| Error::system("can't start a thread", e).into())
    }

    /// Begins a run of a module, and gives its id once the module is claimed. It goes on by itself.
    ///
    /// # Errors
    /// What keeps it from beginning: `NotFound`, `Locked`; and as [`Background::start`].
    pub fn run_module(self: &Arc<Self>, name: &str, triggered_by: &'static str) -> Result<i64, Failure> {
        let (tell, told) = mpsc::channel();
        let (name, log) = (name.to_owned(), self.log.clone());
        self.start(move |store, signal| {
            let mut began = false;
            let mut options = Options {
                mode: Mode::Run,
                triggered_by,
                group_run_id: None,
                signal: signal.clone(),
                // Who asked may have gone, and the later tries of a run interest nobody here.
                progress: &mut |progress| {
                    if let Progress::Began(id, 1) = progress {
                        began = true;
                        let _ = tell.send(Ok(id));
                    }
                },
            };
            match sync::run_module(store, &name, &mut options) {
                Ok(outcome) => log.say(&json!({
                    "event": "run", "run_id": outcome.run.id, "module": outcome.run.module_name,
                    "status": outcome.run.status, "ms": outcome.run.duration_ms(),
                })),
                Err(error) if began => log.say(&json!({"event": "run", "module": name, "error": error.message})),
                Err(error) => drop(tell.send(Err(error))),
            }
        })?;
        match told.recv() {
            Ok(began) => Ok(began?),
            Err(_) => Err(Error::system("the run did not begin", "its thread ended").into()),
        }
    }

    /// Runs a group that was claimed. It goes on by itself.
    ///
    /// # Errors
    /// As [`Background::start`]: the run is then over.
    pub fn run_group(self: &Arc<Self>, store: &mut Store, claimed: Claimed) -> Result<(), Failure> {
        let claimed = Arc::new(claimed);
        let (log, ours) = (self.log.clone(), claimed.clone());
        let started = self.start(move |store, signal| {
            let mut options = GroupOptions { dry_run: false, signal: signal.clone(), progress: &mut |_| () };
            match group::run(store, &ours, &mut options) {
                Ok(outcome) => log.say(&json!({
                    "event": "group_run", "group_run_id": outcome.run.id, "group": outcome.run.group_name,
                    "status": outcome.run.status, "reason": outcome.run.reason, "ms": outcome.run.duration_ms(),
                })),
                Err(error) => {
                    log.say(&json!({"event": "group_run", "group_run_id": ours.id, "error": error.message}));
                }
            }
        });
        if let Err(failure) = &started {
            group::give_up(store, &claimed, &format!("it could not begin: {}", failure.message))?;
        }
        started
    }

    /// How many go on.
    pub fn going(&self) -> usize {
        self.lock().going
    }

    /// Begins nothing any more, and waits until all has ended: of itself for as long as `patient` says so, then
    /// cancelled.
    pub fn finish(&self, grace: Duration, patient: impl Fn() -> bool) {
        let mut state = self.lock();
        state.closed = true;
        let until = Instant::now() + grace;
        while state.going > 0 {
            if Instant::now() >= until || !patient() {
                self.signal.store(true, Ordering::SeqCst);
            }
            state = self
                .changed
                .wait_timeout(state, Duration::from_millis(100))
                .map_or_else(|e| e.into_inner().0, |(state, _)| state);
        }
    }
}

fn busy(message: &str) -> Failure {
    Failure::new(503, "busy", message).header("Retry-After", "10")
}
