//! `pipekit tick`.

use super::{Context, group, run};
use crate::engine::{notify, retention, tick};
use crate::error::{Code, Error, Result};
use clap::Args;
use std::sync::atomic::Ordering;

/// Run every group that is due now, and wait for them
///
/// For a line in crontab or a systemd timer, every minute: the next minute's tick runs beside this one, and each due
/// time is taken by one of them. Groups run side by side. With --quiet nothing is said where all goes well, so that cron
/// sends no mail. `pipekit serve` does the same by itself.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit tick\n  (crontab) * * * * * pipekit --quiet tick")]
pub struct Tick {}

impl Tick {
    pub fn run(self, context: &Context) -> Result<u8> {
        let mut store = context.store()?;
        let signal = run::signals()?;
        notify::begin(&store);
        let ticked = tick::claim_due(&mut store)?;
        // Times that were missed and skipped are in `group runs`, and need no mail from cron each minute.
        let notes = if context.ui.quiet { &[] } else { &*ticked.notes };
        for warning in ticked.warnings.iter().chain(notes) {
            context.ui.warn(warning);
        }
        let codes: Vec<Result<u8>> = std::thread::scope(|scope| {
            let run = |claimed| {
                let (signal, store) = (&signal, store.reopen());
                scope.spawn(move || group::work(context, &mut store?, &claimed, false, signal))
            };
            let pruning = {
                let (signal, store) = (&signal, store.reopen());
                scope.spawn(move || retention::prune_when_due(&mut store?, &|| !signal.load(Ordering::SeqCst)))
            };
            let threads: Vec<_> = ticked.claimed.into_iter().map(run).collect();
            let ended = || Err(Error::new(Code::System, "the thread of a group's run ended"));
            let codes = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| ended())).collect();
            match pruning.join() {
                Ok(Ok(Some(removed))) if removed.runs + removed.group_runs > 0 => context.ui.note(format!(
                    "removed {} old runs and {} of groups, by the setting log_retention",
                    removed.runs, removed.group_runs
                )),
                // They are removed tomorrow, or by another process.
                Ok(Err(error)) => context.ui.warn(format!("old runs were not all removed: {}", error.message)),
                _ => {}
            }
            codes
        });
        let mut worst = 0;
        for code in codes {
            // A group whose end can't be written down does not keep the others' from being told.
            worst = worst.max(code.unwrap_or_else(|error| {
                context.ui.error(&error);
                error.code.exit()
            }));
        }
        Ok(worst)
    }
}
