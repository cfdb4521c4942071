//! The merge, and the answer to the question whether it happened.

use super::advice;
use super::ledger::{Came, Ledger, Open};
use super::plan::Plan;
use super::receipt::{self, Fate};
use super::stop::error_for;
use super::sync::{Attempt, Ended, nothing_merged};
use crate::error::{Code, Error, Result};
use crate::runner::{Failure, FailureKind};

/// What to do about a run whose end is not known.
pub(super) fn unknown_hint(run: i64, dest: &str) -> String {
    format!(
        "`pipekit log show {run}` finds out, once {dest} can be reached; where it never will be again, \
         `pipekit log settle {run} --merged` or `--not-merged` says what happened"
    )
}

impl Attempt<'_> {
    /// The merge, and what its receipt says of it.
    pub(super) fn merge(&mut self, ledger: &mut Ledger<'_>, plan: &Plan, staged: i64) -> Result<Ended> {
        let (module, dest) = (&self.definition.module, &self.definition.dest);
        let open = ledger.begin("merge", "merge", &dest.name, &plan.merge_sql)?;
        let merged = self.databases.runners().script(&plan.dest, &plan.merge_sql);
        // From here on the question is what happened, and asking it must not be cut short.
        self.watch.hold();
        let merged = merged.map(|_| ()).map_err(|failure| {
            let error = self.databases.explain(&failure, dest, &format!("merging into {}", module.dest_table));
            (failure, error)
        });
        self.came_of(ledger, plan, open, merged, Some(staged))
    }

    /// What came of the transaction that changes the destination, by its receipt, whatever the runner says: `merged` is
    /// that, with what it means to people. So many rows were to come in.
    pub(super) fn came_of(
        &mut self,
        ledger: &mut Ledger<'_>,
        plan: &Plan,
        open: Open,
        merged: Result<(), (Failure, Error)>,
        staged: Option<i64>,
    ) -> Result<Ended> {
        let (module, dest) = (&self.definition.module, &self.definition.dest);
        let install = receipt::install_id(ledger.store().read())?;
        let done = merged.is_ok();
        let (databases, run) = (self.databases, self.run_id);
        let fate = receipt::within(databases, dest, receipt::LONG, || {
            let read =
                done.then(|| receipt::read(ledger, databases, dest, &module.name, ("merge", "receipt"))).transpose()?;
            match read {
                Some(Ok(Some(r))) if r.run_id == run && r.state == "merged" => {
                    Ok(Fate::Merged { deleted: r.deleted, inserted: r.inserted })
                }
                _ => receipt::settle(ledger, databases, dest, &module.name, &install, run),
            }
        })?;
        let fate = match (fate, &merged) {
            // The database itself said no, and a merge is one transaction: that is known without a receipt.
            (Fate::Unknown(_), Err((f, _))) if matches!(f.kind, FailureKind::Sql | FailureKind::Cancelled) => {
                Fate::NotMerged
            }
            (fate, _) => fate,
        };
        let inserted = match &fate {
            Fate::Merged { inserted, .. } => inserted.and_then(|n| u64::try_from(n).ok()),
            _ => None,
        };
        let came = match (&merged, &fate) {
            (Err((failure, _)), Fate::NotMerged | Fate::Unknown(_)) => Err(failure),
            _ => Ok(Came::moved(inserted)),
        };
        ledger.end(open, came)?;
        let reason = self.watch.reason();
        Ok(match (fate, merged) {
            (Fate::Merged { deleted, inserted }, merged) => {
                let counted = |n: Option<i64>| n.map_or("an unknown number of".to_owned(), |n| n.to_string());
                ledger.live(&format!("merged: {} rows deleted, {} inserted", counted(deleted), counted(inserted)))?;
                self.facts.warnings.extend(receipt::difference(staged, inserted, &module.dest_table));
                if let Err((failure, _)) = merged {
                    self.facts.warnings.push(format!(
                        "the merge was committed, though the runner said: {}",
                        self.databases.clean(&failure.message)
                    ));
                } else if let Some(reason) = reason {
                    self.facts.warnings.push(format!("{}, after the merge was committed", error_for(reason).message));
                }
                Ended::Merged { deleted, inserted }
            }
            (Fate::NotMerged, Ok(_)) => Ended::Failed(Error::new(
                Code::Failed,
                format!("the runner says the merge into {} is done, and its receipt says it is not", module.dest_table),
            )),
            (Fate::NotMerged, Err((failure, error))) => {
                let error = advice::on_destination(error, &failure, self.definition, plan);
                Ended::Failed(nothing_merged(reason.map_or(error, error_for)))
            }
            (Fate::Unknown(why), merged) => {
                let said =
                    merged.err().map(|(f, _)| format!("{}; ", self.databases.clean(&f.message))).unwrap_or_default();
                Ended::Unknown(
                    Error::new(
                        Code::Failed,
                        format!(
                            "it is not known yet whether the merge into {} on {} happened: {said}{why}",
                            module.dest_table, dest.name
                        ),
                    )
                    .hint(unknown_hint(self.run_id, &dest.name)),
                )
            }
        })
    }
}
