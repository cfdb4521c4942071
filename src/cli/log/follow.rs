//! `pipekit log follow`.

use super::find;
use crate::cli::Context;
use crate::engine::recover;
use crate::error::Result;
use crate::store::{Store, output as printed, run};
use clap::Args;
use std::time::Duration;

/// Show a run's log as it comes, until the run ends
///
/// The exit code is the run's: 0 where it succeeded, 130 where it was cancelled, else 1.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit log follow 4892\n  pipekit log follow orders        its newest run")]
pub struct Follow {
    /// The run's id, or a module's name for its newest run
    id: String,
}

impl Follow {
    pub fn run(self, context: &Context, store: &mut Store) -> Result<u8> {
        let id = find(store, &self.id)?.id;
        let mut last = 0;
        let mut looks = 0_u32;
        loop {
            // The status is read first: what is printed before a run ends is then always seen.
            let run = run::get(store.read(), id)?;
            for (piece, text) in printed::after(store.read(), id, "live_log", last)? {
                last = piece;
                if context.ui.json {
                    context.ui.raw(&format!("{}\n", serde_json::json!({"run_id": id, "text": text})));
                } else {
                    context.ui.raw(&text);
                }
            }
            if context.ui.is_gone() {
                return Ok(0);
            }
            if run.status != "running" {
                let end = serde_json::json!({"run_id": id, "status": run.status, "row_count": run.row_count, "error": run.error});
                if context.ui.json {
                    context.ui.raw(&format!("{end}\n"));
                } else {
                    let why = run.error.map(|e| format!(": {e}")).unwrap_or_default();
                    context.ui.line(format!("{}{why}", run.status));
                }
                return Ok(match run.status.as_str() {
                    "success" | "dry_run" => 0,
                    "cancelled" => 130,
                    _ => 1,
                });
            }
            std::thread::sleep(Duration::from_millis(200));
            looks += 1;
            if looks.is_multiple_of(10) {
                // Its process may have been killed while we watch.
                recover::settle_dead(store)?;
            }
        }
    }
}
