//! `pipekit log prune`.

use crate::cli::Context;
use crate::clock;
use crate::engine::retention;
use crate::error::{Code, Error, Result};
use crate::store::space::{self, Space};
use crate::store::{Store, group_run, run};
use crate::words::{counted, size};
use clap::Args;
use std::io::IsTerminal;
use std::sync::atomic::Ordering;

/// Remove old runs from the log, after saying how many
///
/// Runs that go on, or whose end is unknown, stay, and so do the newest run of each module and the newest that
/// succeeded: what the next one is compared with. Runs of groups go with the runs of their members. They go one by one,
/// so that nothing waits for it. The setting log_retention does the same once a day, where `serve` or `tick` run.
///
/// The room that they took is used again, and given back to the disk where it is more than a tenth of the file. A file that
/// was made by an early pipekit can't do that by itself: --compact writes it anew.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit log prune --older-than 90d\n  pipekit log prune --older-than 1w --yes\n  \
    pipekit settings set log_retention 90d")]
pub struct Prune {
    /// How old: 90d, 12w, or a date
    #[arg(long, value_name = "AGE")]
    older_than: String,
    /// Don't ask
    #[arg(long)]
    yes: bool,
    /// Write the file anew without what is free in it, while nothing runs
    #[arg(long)]
    compact: bool,
}

impl Prune {
    pub fn run(self, context: &Context, store: &mut Store) -> Result<u8> {
        let ui = &context.ui;
        let before = clock::text(clock::since(&self.older_than)?);
        let known = run::prunable(store.read(), &before)?.len() + group_run::prunable(store.read(), &before)?.len();
        if known > 0
            && !self.yes
            && !agreed(&format!("remove {} from before {}?", counted(known, "run"), clock::local(&before)))?
        {
            return Err(Error::new(
                Code::Failed,
                format!(
                    "{} from before {} would go; nothing was removed",
                    counted(known, "run"),
                    clock::local(&before)
                ),
            )
            .hint("--yes removes them"));
        }
        let signal = crate::cli::run::signals()?;
        let removed = retention::prune(store, &before, &|| !signal.load(Ordering::SeqCst))?;
        let all = removed.runs + removed.group_runs;
        if self.compact {
            space::compact(store)?;
        }
        let space = Space::of(store.read())?;
        let document = serde_json::json!({
            "removed": removed.runs, "group_runs_removed": removed.group_runs, "before": before,
            "bytes": space.bytes, "free_bytes": space.free,
        });
        crate::cli::said(context, &document, &format!("removed {}", counted(all, "run")));
        if signal.load(Ordering::SeqCst) {
            return Err(Error::new(Code::Cancelled, "cancelled; the others are still there"));
        }
        if all == 0 {
            ui.note("there were none that old");
        }
        if space.is_loose() && !space.shrinks {
            ui.note(format!(
                "{} of the file's {} are free, and used again; --compact gives them back to the disk",
                size(space.free.unsigned_abs()),
                size(space.bytes.unsigned_abs())
            ));
        }
        Ok(0)
    }
}

/// Asks on a terminal; elsewhere nobody agrees.
fn agreed(question: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(false);
    }
    dialoguer::Confirm::new()
        .with_prompt(question)
        .default(false)
        .interact()
        .map_err(|_| Error::new(Code::Cancelled, "nothing was removed"))
}
