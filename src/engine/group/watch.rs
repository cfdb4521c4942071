//! The watch over a group's run: keeps its lock, and hands a cancellation on to the members that run.

use crate::store::lock::Lock;
use crate::store::{Store, group_run, module};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

pub(super) struct Watch {
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    cancelled: AtomicBool,
    over: AtomicBool,
}

impl Watch {
    pub(super) fn begin(mut store: Store, group_run_id: i64, lock: Arc<Lock>) -> Watch {
        let state = Arc::new(State::default());
        let watched = state.clone();
        let thread = std::thread::spawn(move || {
            while !watched.over.load(Ordering::SeqCst) {
                lock.keep();
                // A busy file says nothing of a cancellation: look again next time.
                if group_run::cancel_requested(store.read(), group_run_id).unwrap_or(false) {
                    watched.cancelled.store(true, Ordering::SeqCst);
                    // Again and again, for one that was about to begin.
                    let _ = store.write(|tx| module::request_cancel_of_group_run(tx, group_run_id));
                }
                std::thread::park_timeout(Duration::from_millis(250));
            }
        });
        Watch { state, thread: Some(thread) }
    }

    pub(super) fn is_cancelled(&self) -> bool {
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
