//! `pipekit log prune`.

use crate::cli::Context;
use crate::cli::output::count;
use crate::clock;
use crate::error::{Code, Error, Result};
use crate::store::{Store, group_run, run};
use clap::Args;
use std::io::IsTerminal;

/// Remove old runs from the log, after saying how many
///
/// Runs that go on, or whose end is unknown, stay, and so do the newest run of each module and the newest that
/// succeeded: what the next one is compared with. Runs of groups go with the runs of their members.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit log prune --older-than 90d\n  pipekit log prune --older-than 1w --yes")]
pub struct Prune {
    /// How old: 90d, 12w, or a date
    #[arg(long, value_name = "AGE")]
    older_than: String,
    /// Don't ask
    #[arg(long)]
    yes: bool,
}

impl Prune {
    pub fn run(self, context: &Context, store: &mut Store) -> Result<u8> {
        let ui = &context.ui;
        let before = clock::text(clock::since(&self.older_than)?);
        let found = run::count_prunable(store.read(), &before)? + group_run::count_prunable(store.read(), &before)?;
        if found > 0 && !self.yes && !agreed(&format!("remove {} from before {}?", runs(found), clock::local(&before)))?
        {
            return Err(Error::new(
                Code::Failed,
                format!("{} from before {} would go; nothing was removed", runs(found), clock::local(&before)),
            )
            .hint("--yes removes them"));
        }
        let (removed, groups) = store.write(|tx| Ok((run::prune(tx, &before)?, group_run::prune(tx, &before)?)))?;
        let document = serde_json::json!({"removed": removed, "group_runs_removed": groups, "before": before});
        super::super::said(
            context,
            &document,
            &format!("removed {}", runs(i64::try_from(removed + groups).unwrap_or(0))),
        );
        if removed + groups == 0 {
            ui.note("there were none that old");
        }
        Ok(0)
    }
}

fn runs(n: i64) -> String {
    format!("{} run{}", count(n), if n == 1 { "" } else { "s" })
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
