//! Stopping a run: by a signal, by a flag in the module's row, by its time being over.
//!
//! A thread watches for these and tells the runner's session to stop what it does. Cancelling is never a signal to a
//! process id: in a server the owner has other runs.

use super::databases::Databases;
use crate::error::{Code, Error, Result};
use crate::store::{Store, module};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Why a run is to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The process was told to end, by Ctrl-C or SIGTERM.
    Signal,
    /// Somebody cancelled the module.
    Requested,
    /// It took longer than so many seconds.
    TimedOut(i64),
}

/// How often the flag in the row is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long the databases have to stop, or to say whether a merge happened, before the runner is killed.
const GRACE: Duration = Duration::from_secs(10);
/// How long the hooks of a run that was stopped have: they are there to tell of it, or to clean up after it.
const HOOKS: Duration = Duration::from_secs(60);

#[derive(Default)]
struct State {
    /// Why the run is to stop, and since when.
    reason: Option<(Reason, Instant)>,
    /// Since when it is being found out whether the merge happened, which is not stopped like other work.
    asking: Option<Instant>,
    /// Until when nothing is stopped, whatever the reason.
    spared_until: Option<Instant>,
    over: bool,
}

/// The watch over one run.
pub struct Watch {
    state: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watch {
    /// Begins to watch: `signal` is set by the process's signal handlers.
    pub fn begin(
        store: Store,
        module_id: i64,
        databases: Arc<Databases>,
        signal: Arc<AtomicBool>,
        timeout_s: i64,
    ) -> Watch {
        let state = Arc::new(Mutex::new(State::default()));
        let watched = state.clone();
        let deadline = Instant::now().checked_add(Duration::from_secs(timeout_s.unsigned_abs()));
        let thread = std::thread::spawn(move || {
            let mut looked = Instant::now();
            let mut told: Option<(Instant, Instant)> = None;
            loop {
                std::thread::park_timeout(Duration::from_millis(50));
                let mut requested = false;
                if looked.elapsed() >= LOOK_EVERY {
                    looked = Instant::now();
                    databases.keep_lock();
                    // A busy file says nothing of a cancellation: look again next time.
                    requested = module::cancel_requested(store.read(), module_id).unwrap_or(false);
                }
                let mut state = lock(&watched);
                if state.over {
                    return;
                }
                let now = Instant::now();
                if state.reason.is_none() {
                    let reason = if signal.load(Ordering::SeqCst) {
                        Some(Reason::Signal)
                    } else if requested {
                        Some(Reason::Requested)
                    } else if deadline.is_some_and(|at| now >= at) {
                        Some(Reason::TimedOut(timeout_s))
                    } else {
                        None
                    };
                    state.reason = reason.map(|reason| (reason, now));
                }
                let spared = state.spared_until.is_some_and(|until| now < until);
                let Some((_, since)) = state.reason.filter(|_| !spared) else {
                    told = None;
                    continue;
                };
                // The lock is held while the session is told: what is asked of it after `hold` comes after this.
                let runners = databases.runners();
                if !runners.is_started() {
                    continue;
                }
                if let Some(asking) = state.asking {
                    // What is not known then is found out later.
                    if now - asking.max(since) > GRACE {
                        runners.kill();
                    }
                    told = None;
                    continue;
                }
                match told {
                    Some((first, _)) if now - first > GRACE => runners.kill(),
                    Some((_, last)) if now - last < Duration::from_secs(1) => {}
                    Some((first, _)) => {
                        runners.cancel();
                        told = Some((first, now));
                    }
                    None => {
                        runners.cancel();
                        told = Some((now, now));
                    }
                }
            }
        });
        Watch { state, thread: Some(thread) }
    }

    /// Why the run is to stop, if it is.
    pub fn reason(&self) -> Option<Reason> {
        lock(&self.state).reason.map(|(reason, _)| reason)
    }

    /// From now on what runs is the question whether the merge happened: it is given its time to be answered.
    pub fn hold(&self) {
        lock(&self.state).asking = Some(Instant::now());
    }

    /// From now on hooks run. They can be stopped too, but those of a run that was stopped already have a minute.
    pub fn hooks(&self) {
        let mut state = lock(&self.state);
        state.asking = None;
        state.spared_until = state.reason.map(|_| Instant::now() + HOOKS);
    }

    /// An error if the run is to stop: called between its steps.
    ///
    /// # Errors
    /// `Cancelled` or `Failed`, with the reason.
    pub fn check(&self) -> Result<()> {
        match self.reason() {
            Some(reason) => Err(error_for(reason)),
            None => Ok(()),
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        lock(&self.state).over = true;
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

/// Asks the run of the module of that name or id to stop, in whatever process it is, and gives the module as it was then.
///
/// # Errors
/// `NotFound`, and `Failed` where it is not running.
pub fn request(store: &mut Store, name_or_id: &str) -> Result<module::Module> {
    let module = module::find(store.read(), name_or_id)?;
    if !store.write(|tx| module::request_cancel(tx, module.id))? {
        return Err(Error::new(Code::Failed, format!("module {} is not running", module.name))
            .hint(format!("`pipekit module runs {}` shows how it last ended", module.name)));
    }
    // The run that is asked to stop may have begun after the module was looked up.
    module::get(store.read(), module.id)
}

/// What a stopped run says.
pub fn error_for(reason: Reason) -> Error {
    match reason {
        Reason::Signal => Error::new(Code::Cancelled, "cancelled by a signal"),
        Reason::Requested => Error::new(Code::Cancelled, "cancelled by `pipekit cancel`"),
        Reason::TimedOut(seconds) => Error::new(Code::Failed, format!("timed out after {seconds} s (timeout_s)")).hint(
            "`pipekit log show MODULE` shows which step took the time; `module edit --timeout-s N` gives it more",
        ),
    }
}
