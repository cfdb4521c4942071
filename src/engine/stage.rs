//! The rows on their way into staging: the place for them, a table of their own, the transfer.

use super::databases::Databases;
use super::ledger::{Came, Ledger};
use super::mover::Mover;
use super::plan::{Definition, Plan};
use super::streams::Streams;
use super::sync::{Attempt, Options, Progress};
use super::telling::Telling;
use super::{advice, external, filled, receipt};
use crate::error::{Code, Error, Result};
use crate::runner::{Failure, FailureKind, Moved, Runner, Said};

impl Attempt<'_> {
    /// Whether the runner of the destination does several statements in one call. Refuses one that can't merge safely.
    pub(super) fn scripts(&mut self, ledger: &mut Ledger<'_>, plan: &Plan) -> Result<bool> {
        let (module, dest) = (&self.definition.module, &self.definition.dest);
        let scripts = external::learn_scripts(ledger, self.databases, dest, &plan.dest, plan.dialect)?;
        let Some(scripts) = scripts else { return Ok(true) };
        let warning = external::refuse_merge(&scripts, &dest.name, &module.name, module.allow_non_atomic)?;
        self.facts.warnings.extend(warning);
        Ok(scripts.plain)
    }

    /// The place for staging tables and receipts, and a receipt of our own.
    pub(super) fn take_place(&self, ledger: &mut Ledger<'_>, plan: &Plan, together: bool) -> Result<()> {
        let (module, dest) = (&self.definition.module, &self.definition.dest);
        let explain = |f: &Failure| self.databases.explain(f, dest, "making the staging table");
        let refused = |f| advice::on_staging(explain(&f), &f, self.definition, plan);
        let install = receipt::install_id(ledger.store().read())?;
        let claim = plan.dialect.claim(&module.name, &install, self.run_id);
        let mut prepare = format!("{};\n{claim}", plan.dialect.prepare());
        // One call does for both, but of a runner that gives rows for queries only.
        let reads = plan.dest.runner == Runner::Builtin;
        if reads {
            prepare.push_str(&format!(";\n{}", plan.dialect.read_receipt(&module.name)));
        }
        let work = || self.databases.runners().statements(&plan.dest, &prepare, together);
        let done =
            ledger.step("staging", "prepare", &dest.name, &prepare, work, |_| Came::default())?.map_err(refused)?;
        let owner = match reads {
            true => receipt::of(&done.rows),
            false => {
                receipt::read(ledger, self.databases, dest, &module.name, ("staging", "owner"))?.map_err(refused)?
            }
        };
        if let Some(other) = owner.filter(|r| r.install != install) {
            return Err(Error::new(
                Code::Failed,
                format!(
                    "{} on {} belongs to another pipekit installation ({})",
                    plan.staging, dest.name, other.install
                ),
            )
            .hint(format!("rename the module here (`pipekit module rename {} NEW`), or there", module.name)));
        }
        Ok(())
    }

    /// An empty staging table of our own.
    pub(super) fn stage(&self, ledger: &mut Ledger<'_>, plan: &Plan, together: bool) -> Result<()> {
        let dest = &self.definition.dest;
        let explain = |f: &Failure| self.databases.explain(f, dest, "making the staging table");
        let work = || self.databases.runners().statements(&plan.dest, &plan.staging_sql, together);
        ledger
            .step("staging", "create", &dest.name, &plan.staging_sql, work, |_| Came::default())?
            .map_err(|f| advice::on_staging_table(explain(&f), &f, self.definition, plan))?;
        Ok(())
    }

    /// What the query is going to give, as far as it can be told, and what is odd about it. The failure is one that tells of a
    /// runner that is gone.
    pub(super) fn foresee(&mut self, plan: &Plan) -> Result<(), Failure> {
        match self.databases.runners().describe(&plan.source, &plan.source_sql) {
            // Where the query can't be prepared, running it says why.
            Err(failure) if failure.kind != FailureKind::Lost => {}
            described => self
                .facts
                .warnings
                .extend(described?.map(|output| filled::misplaced(&output, &plan.columns)).into_iter().flatten()),
        }
        Ok(())
    }

    /// The rows, from the source into staging.
    pub(super) fn transfer(
        &mut self,
        ledger: &mut Ledger<'_>,
        plan: &Plan,
        options: &mut Options<'_>,
    ) -> Result<Moved> {
        match &plan.streams {
            Streams::Several(count, by) => self.transfer_in_streams(ledger, plan, (*count, by), options),
            Streams::One | Streams::OneBecause(..) => self.transfer_in_one(ledger, plan, options),
        }
    }

    /// The same, in one stream.
    pub(super) fn transfer_in_one(
        &mut self,
        ledger: &mut Ledger<'_>,
        plan: &Plan,
        options: &mut Options<'_>,
    ) -> Result<Moved> {
        let name = format!("{} to {}", self.definition.source.name, self.definition.dest.name);
        let open = ledger.begin("transfer", &name, &self.definition.source.name, &plan.source_sql)?;
        let staging = plan.dialect.table(&plan.staging);
        let runners = self.databases.runners();
        let described = self.foresee(plan);
        let is_inserts = plan.mover.is_inserts();
        if let Some(why) = plan.mover.why() {
            ledger.live(&format!("jrunner writes the rows by itself, and its query is not taken: {why}"))?;
        }
        let mut telling = Telling::new(ledger, options.progress);
        let mut say = |said: Said<'_>| match said {
            // jrunner's own words say it too.
            Said::Rows(rows) if is_inserts => telling.watched(rows),
            Said::Rows(rows) => telling.rows(rows),
            Said::Line(line) => telling.write(|ledger| ledger.said("jrunner_stdout", line)),
            Said::Error(line) => telling.write(|ledger| ledger.said("jrunner_stderr", line)),
        };
        let (from, to) = ((&plan.source, &*plan.source_sql), (&plan.dest, &*staging));
        let transfer = |()| plan.mover.transfer(runners, from, to, &mut say);
        let moved = described.and_then(transfer);
        telling.written()?;
        ledger.all_said()?;
        ledger.end(open, moved.as_ref().map(|moved| Came::moved(moved.rows)))?;
        match moved {
            Ok(moved) => {
                let rows = moved.rows.map_or("an unknown number of".to_owned(), |rows| rows.to_string());
                let by = match &plan.mover {
                    Mover::Builtin => String::new(),
                    Mover::Inserts(_) => " by jrunner".to_owned(),
                    mover => format!(" by {}", mover.words(&self.definition.dest.kind)),
                };
                ledger.live(&format!("{rows} rows moved{by}"))?;
                if let (false, Some(rows)) = (is_inserts, moved.rows) {
                    ledger.print("jrunner_stdout", &format!("{rows} rows"))?;
                }
                moved.rows.into_iter().for_each(|rows| (options.progress)(Progress::Rows(rows)));
                Ok(moved)
            }
            Err(failure) => {
                if !is_inserts {
                    ledger.print("jrunner_stderr", &failure.message)?;
                }
                Err(unmoved(self.databases, self.definition, &failure))
            }
        }
    }
}

/// A transfer that failed, as people read it.
pub(super) fn unmoved(databases: &Databases, definition: &Definition, failure: &Failure) -> Error {
    if failure.kind == FailureKind::ConnectSource {
        return databases.explain(failure, &definition.source, "reading the rows");
    }
    let doing = format!("moving rows from {} into staging", definition.source.name);
    databases.explain(failure, &definition.dest, &doing)
}
