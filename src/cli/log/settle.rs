//! `pipekit log settle`.

use crate::cli::Context;
use crate::engine::recover;
use crate::error::{Code, Error, Result};
use crate::store::Store;
use crate::store::run::{self, End};
use clap::Args;

/// Say what became of a run whose end is unknown, where its destination can't be asked any more
///
/// The destination is asked first, and its word counts. Until the end is known, no other run of the module begins.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit log settle 4892 --not-merged")]
pub struct Settle {
    /// The run's id
    id: i64,
    #[command(flatten)]
    fate: Fate,
}

/// What became of it.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Fate {
    /// Its rows are in the destination
    #[arg(long)]
    merged: bool,
    /// Its rows are not in the destination
    #[arg(long)]
    not_merged: bool,
}

impl Settle {
    pub fn run(self, context: &Context, store: &mut Store) -> Result<u8> {
        let mut open = run::get(store.read(), self.id)?;
        if open.status == "unknown" {
            recover::settle_unknown(store, &open, recover::A_MOMENT)?;
            open = run::get(store.read(), self.id)?;
        }
        if open.status != "unknown" {
            return Err(Error::new(
                Code::Failed,
                format!("the end of run {} is not unknown: {}", open.id, open.status),
            )
            .hint(format!("`pipekit log show {}` shows it", open.id)));
        }
        let mut end = End { warnings: open.warnings.clone(), ..End::default() };
        let said = format!("settled by hand; before: {}", open.error.unwrap_or_default());
        if self.fate.merged {
            "success".clone_into(&mut end.status);
            end.warnings.push(said);
        } else {
            "error".clone_into(&mut end.status);
            end.error = Some(format!("nothing was merged, {said}"));
        }
        store.write_durably(|tx| run::finish(tx, open.id, &["unknown"], &end).map(|_| ()))?;
        let settled = run::get(store.read(), open.id)?;
        crate::cli::said(context, &settled, &format!("run {} is settled as {}", settled.id, settled.status));
        Ok(0)
    }
}
