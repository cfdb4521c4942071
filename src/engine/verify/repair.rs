//! Bringing the rows that differ to what the source gives: through staging, gate and receipt, as a run of its own that
//! stands in the log. Rows that are gone at the source are another run, as that one merge deletes and nothing else.
//!
//! What a comparison found says where to look. Under the module's lock the rows there are read once more, and what
//! differs then is what is repaired: nothing is written on the word of a reading that is over.

use super::drill::Area;
use super::read;
use super::{Asked, Kind, Verification, begin_at};
use crate::dialect::{Emptying, Merge, TableName, compare, literal};
use crate::engine::databases::Databases;
use crate::engine::hook::{self, After};
use crate::engine::ledger::{Came, Ledger, number};
use crate::engine::plan::{self, Definition, Plan};
use crate::engine::stop::{Watch, error_for};
use crate::engine::sync::{self, Attempt, Ended, Facts, Mode, Options, Outcome, Progress};
use crate::engine::{gate, notify, receipt, rehearse};
use crate::error::{Code, Error, Result};
use crate::runner::Moved;
use crate::store::{Store, module, run};
use crate::words::counted;
use std::sync::Arc;

/// What is to be repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// Rows that are missing or different are loaded again.
    Load,
    /// Rows that the source has no more are deleted.
    Delete,
}

/// Repairs what a comparison found, in a run of its own.
///
/// # Errors
/// `Locked` where the module runs; `Gate` where rows would be deleted on the word of a source that gives none. A run that
/// failed is an [`Outcome`].
pub fn repair(store: &mut Store, asked: &mut Asked<'_>, found: &Verification, what: Repair) -> Result<Outcome> {
    if what == Repair::Delete && found.source_rows == 0 {
        return Err(no_source_rows(&found.module));
    }
    let id = module::find(store.read(), asked.module)?.id;
    let held = sync::hold(store, id)?;
    let mut definition = Definition::read(store, &id.to_string())?;
    begin_at(&mut definition, asked.set)?;
    let shrink = definition.module.max_shrink_pct.take();
    "incremental".clone_into(&mut definition.module.merge_strategy);
    "staged".clone_into(&mut definition.module.load);
    definition.module.merge_key.clone_from(&found.key);
    definition.module.min_rows = None;
    if what == Repair::Delete {
        definition.module.unique_key.clear();
    }
    let databases = Arc::new(Databases::open(store, Some(held.clone()))?);
    let signal = asked.signal.clone();
    let options = Options {
        mode: Mode::Run,
        triggered_by: "repair",
        group_run_id: None,
        signal: signal.clone(),
        progress: asked.progress,
    };
    let run_id = store.write_durably(|tx| sync::begin(tx, &definition, &options, 1, &held))?;
    (options.progress)(Progress::Began(run_id, 1));
    let second = store.reopen().map_err(|e| sync::unwritten(run_id, e))?;
    let watch = Watch::begin(second, id, databases.clone(), signal, definition.module.timeout_s);
    let attempt = Attempt {
        definition: &definition,
        databases: &databases,
        watch: &watch,
        run_id,
        facts: Facts::default(),
        rehearsal: None,
    };
    let mut this = Repairing { attempt, found, what, shrink };
    let ended = this.run(store, options.progress).map_err(|e| sync::unwritten(run_id, e))?;
    let facts = this.attempt.facts;
    drop(watch);
    sync::close(store, &definition, (run_id, Mode::Run), &ended, &facts, true)
        .map_err(|e| sync::unwritten(run_id, e))?;
    notify::begin(store);
    let error = ended.error();
    let (run, texts) = (run::get(store.read(), run_id)?, run::texts(store.read(), run_id)?);
    Ok(Outcome { run, texts, error, rehearsal: None })
}

fn no_source_rows(name: &str) -> Error {
    Error::new(Code::Gate, "the source gives no rows, and nothing is deleted on the word of an empty source")
        .hint(format!("if all of it is to go: `pipekit module edit {name} --min-rows 0`, and a full load"))
}

struct Repairing<'a> {
    attempt: Attempt<'a>,
    found: &'a Verification,
    what: Repair,
    shrink: Option<f64>,
}

impl Repairing<'_> {
    fn run(&mut self, store: &mut Store, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Ended> {
        let (definition, databases) = (self.attempt.definition, self.attempt.databases);
        let mut ledger = Ledger::new(store, Some(self.attempt.run_id), databases);
        let ended = match self.steps(&mut ledger, progress) {
            Ok(ended) => ended,
            Err(error) if error.code == Code::Store => return Err(error),
            Err(error) => {
                let error = self.attempt.watch.reason().map_or(error, error_for);
                Ended::Failed(sync::nothing_merged(error))
            }
        };
        // It is gone before a merge; where something failed before, it may still be there.
        if let Err(failure) = self.strike(&mut ledger)? {
            let (why, dest) = (databases.clean(&failure.message), &definition.dest.name);
            let warning = format!("its table beside staging is still on {dest}: {why}; the next run drops it");
            self.attempt.facts.warnings.push(warning);
        }
        let after = match &ended {
            Ended::Short => return Ok(ended),
            Ended::Merged { .. } => After::Success,
            Ended::Failed(error) if error.code != Code::Cancelled => After::Failure,
            Ended::Failed(_) | Ended::Unknown(_) => After::Other,
        };
        self.attempt.watch.hooks();
        let failed = hook::run(&mut ledger, databases, &definition.hooks, after)?;
        self.attempt.facts.hooks_failed = i64::try_from(failed.len()).unwrap_or(i64::MAX);
        self.attempt.facts.warnings.extend(failed);
        Ok(ended)
    }

    /// Drops the table beside staging.
    fn strike(&mut self, ledger: &mut Ledger<'_>) -> Result<std::result::Result<(), crate::runner::Failure>> {
        rehearse::strike(ledger, self.attempt.databases, &self.attempt.definition.dest, self.attempt.run_id)
    }

    fn steps(&mut self, ledger: &mut Ledger<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Ended> {
        let (definition, databases, run_id) = (self.attempt.definition, self.attempt.databases, self.attempt.run_id);
        let area = &self.found.area;
        let mut plan = plan::make(ledger, databases, definition)?;
        // Those of the defaults are no values that the next run's could be compared with.
        ledger.store().write(|tx| run::set_watermarks(tx, run_id, "{}"))?;
        if self.what == Repair::Delete {
            plan.merge_sql = self.deletion(ledger, &plan)?;
        }
        let (source_sql, merge_sql) = (read::query(&plan, area), plan.merge_sql.clone());
        ledger.store().write(|tx| run::set_sql(tx, run_id, &source_sql, &merge_sql))?;
        progress(Progress::Doing("staging"));
        let together = self.attempt.scripts(ledger, &plan)?;
        self.attempt.take_place(ledger, &plan, together)?;
        self.attempt.stage(ledger, &plan, together)?;
        let staging = (plan.staging.clone(), plan.staging_sql.clone());
        self.attempt.stage_apart(ledger, &mut plan, together)?;
        progress(Progress::Doing("transfer"));
        let read = read::load(ledger, databases, definition, &plan, area, progress)?;
        if self.what == Repair::Delete {
            self.refuse_an_empty_source(ledger, &plan, &read)?;
        }
        let apart = std::mem::replace(&mut plan.staging, staging.0);
        plan.staging_sql = staging.1;
        let staged = self.fill(ledger, &plan, &apart)?;
        self.attempt.facts.moved = u64::try_from(staged).ok();
        let dest = &definition.dest;
        self.strike(ledger)?.map_err(|f| databases.explain(&f, dest, "dropping the table beside staging"))?;
        if staged == 0 {
            return Ok(Ended::Short);
        }
        progress(Progress::Doing("gate"));
        self.attempt.watch.check()?;
        if self.what == Repair::Delete {
            self.refuse_too_many(staged)?;
        }
        self.refuse_untold(ledger, &plan, staged)?;
        let moved = Moved { rows: u64::try_from(staged).ok(), words: None };
        let passed = gate::check(ledger, databases, definition, &plan, &moved)?;
        self.attempt.facts.warnings.extend(passed.warnings.iter().cloned());
        gate::write_receipt(ledger, databases, definition, &plan, passed.staged)?;
        self.attempt.watch.check()?;
        progress(Progress::Doing("merge"));
        let comes = if self.what == Repair::Load { passed.staged } else { 0 };
        self.attempt.merge(ledger, &plan, comes)
    }

    /// The rows that are to be loaded, or deleted, into the module's staging table. Gives how many there are.
    fn fill(&self, ledger: &mut Ledger<'_>, plan: &Plan, apart: &TableName) -> Result<i64> {
        let dialect = plan.dialect;
        let beside = Merge { staging: apart, ..plan.merge(self.attempt.definition, Emptying::Delete) };
        let there = read::rows_there(plan, &self.found.area);
        let key = &plan.merge_key;
        let names: Vec<String> = plan.columns.iter().map(|c| c.name.clone()).collect();
        let columns = names.iter().map(|name| dialect.quote(name)).collect::<Vec<_>>().join(", ");
        let by_list = self.attempt.definition.dest.kind == "sqlite";
        let keys = compare::keys(dialect, &beside, key, there, self.what == Repair::Delete);
        let has_key = |rows: &str| compare::has_key(dialect, &beside, rows, key, &keys, by_list);
        let rows = match (self.what, &self.found.area) {
            // By the destination's collations, which its staging tables have not.
            (Repair::Load, _) if by_list => {
                format!("{} WHERE {}", dialect.staged_keys(apart, &plan.table, &names), has_key("staged"))
            }
            (Repair::Load, _) => format!("{} AS staged WHERE {}", dialect.table(apart), has_key("staged")),
            (Repair::Delete, Area::Parts { dest, .. }) => {
                format!("{} AS target WHERE ({dest}) AND {}", dialect.table(&plan.table), has_key("target"))
            }
            (Repair::Delete, _) => format!("{} AS target WHERE {}", dialect.table(&plan.table), has_key("target")),
        };
        let staging = dialect.table(&plan.staging);
        let sql = format!("INSERT INTO {staging} ({columns})\nSELECT {columns} FROM {rows}");
        let (runners, dest) = (self.attempt.databases.runners(), &self.attempt.definition.dest);
        let explain = |f| self.attempt.databases.explain(&f, dest, "staging the rows that differ");
        let work = || runners.script(&plan.dest, &sql);
        ledger.step("staging", "fill", &dest.name, &sql, work, |_| Came::default())?.map_err(explain)?;
        self.number(ledger, plan, &format!("SELECT COUNT(*) FROM {staging}"))
    }

    fn number(&self, ledger: &mut Ledger<'_>, plan: &Plan, sql: &str) -> Result<i64> {
        let dest = &self.attempt.definition.dest;
        let work = || self.attempt.databases.runners().query(&plan.dest, sql, Some(1));
        let rows = ledger.step("gate", "count", &dest.name, sql, work, Came::of)?;
        let rows = rows.map_err(|f| self.attempt.databases.explain(&f, dest, "counting rows"))?;
        number(&rows, 0, "counting rows")
    }

    /// A source that gives no rows at all now says nothing of those that are gone.
    fn refuse_an_empty_source(&self, ledger: &mut Ledger<'_>, plan: &Plan, read: &Moved) -> Result<()> {
        if read.rows.is_some_and(|rows| rows > 0) {
            return Ok(());
        }
        // Of all rows none came, or none where there are none to come: then it is asked for the others.
        let Area::Parts { .. } = self.found.area else { return Err(no_source_rows(&self.found.module)) };
        let source = &self.attempt.definition.source;
        let sql = format!("SELECT COUNT(*) FROM (\n{}\n) AS q", plan.source_sql);
        let work = || self.attempt.databases.runners().query(&plan.source, &sql, Some(1));
        let rows = ledger.step("gate", "source", &source.name, &sql, work, Came::of)?;
        let rows = rows.map_err(|f| self.attempt.databases.explain(&f, source, "counting the source's rows"))?;
        match rows.value(0) {
            None | Some("0") => Err(no_source_rows(&self.found.module)),
            Some(_) => Ok(()),
        }
    }

    /// No more is deleted than was told.
    fn refuse_too_many(&self, staged: i64) -> Result<()> {
        let gone = self.found.differences.iter().filter(|d| d.kind == Kind::Extra);
        let told = i64::try_from(gone.map(|d| d.destination.len()).sum::<usize>()).unwrap_or(i64::MAX);
        if staged > told {
            return Err(Error::new(
                Code::Gate,
                format!("{} would be deleted by now, and {told} were found to be gone", counted(staged, "row")),
            )
            .hint("the source has lost rows meanwhile: verify again, and see what is to go"));
        }
        let present = self.found.destination_rows.max(1);
        let shrink = staged as f64 * 100.0 / present as f64;
        match self.shrink {
            Some(most) if shrink > most => Err(Error::new(
                Code::Gate,
                format!(
                    "{staged} of {} would be deleted: {shrink:.1} %, more than the {most} % allowed (max_shrink_pct)",
                    counted(present, "row")
                ),
            )
            .hint(format!(
                "if that is right this time: `pipekit module edit {} --max-shrink-pct N`",
                self.attempt.definition.module.name
            ))),
            _ => Ok(()),
        }
    }

    /// Nothing is deleted that was not compared: the destination may take keys for one that the source has apart, and the
    /// rows of the other lie elsewhere. It is counted by the merge's own condition.
    fn refuse_untold(&self, ledger: &mut Ledger<'_>, plan: &Plan, staged: i64) -> Result<()> {
        let matching = plan.dialect.matching(&self.by_key(plan), &plan.merge_key);
        let untold = match (self.what, &self.found.area) {
            (Repair::Delete, _) => self.number(ledger, plan, &format!("SELECT COUNT(*) FROM {matching}"))? - staged,
            (Repair::Load, Area::Parts { dest, .. }) => {
                self.number(ledger, plan, &format!("SELECT COUNT(*) FROM {matching}\n  AND NOT ({dest})"))?
            }
            (Repair::Load, _) => 0,
        };
        if untold <= 0 {
            return Ok(());
        }
        let (table, key) = (&self.attempt.definition.module.dest_table, plan.merge_key.join(", "));
        Err(Error::new(
            Code::Gate,
            format!(
                "{} of {table} would be deleted besides those that differ, as it takes their keys for the same",
                counted(untold, "row")
            ),
        )
        .hint(format!(
            "where the collation of {key} ignores case or blanks at the end, another one tells the keys apart; where rows \
             came meanwhile: verify again"
        )))
    }

    /// The merge by the key that rows were paired by.
    fn by_key<'p>(&self, plan: &'p Plan) -> Merge<'p>
    where
        Self: 'p,
    {
        plan.merge(self.attempt.definition, Emptying::ByKey(&plan.merge_key))
    }

    /// A merge that takes the receipt and deletes the rows of the staged keys, and nothing else: as many as are staged, or
    /// none.
    fn deletion(&self, ledger: &mut Ledger<'_>, plan: &Plan) -> Result<String> {
        let definition = self.attempt.definition;
        let install = receipt::install_id(ledger.store().read())?;
        let dialect = plan.dialect;
        let matching = dialect.matching(&self.by_key(plan), &plan.merge_key);
        let taken = dialect.table(&dialect.receipt());
        let ours = format!(
            "module = {} AND install = {} AND run_id = {}",
            literal(&definition.module.name),
            literal(&install),
            self.attempt.run_id
        );
        let staged = format!("(SELECT count(*) FROM {})", dialect.table(&plan.staging));
        let going = format!("(SELECT count(*) FROM {matching})");
        let take = format!(
            "UPDATE {taken} SET state = 'merged', rows_deleted = {going}, rows_inserted = 0\n  \
             WHERE {ours} AND state = 'staged' AND staged_rows = {staged} AND {going} <= {staged}"
        );
        let delete = format!(
            "{} {matching}\n  AND EXISTS (SELECT 1 FROM {taken} WHERE {ours} AND state = 'merged')",
            dialect.delete_matching(),
        );
        Ok(dialect.patiently(&dialect.atomic(&[&take, &delete])))
    }
}
