//! A rehearsal: a run up to the gate, into a staging table of its own, and what its merge would then do.
//!
//! The table is dropped at the end of the run, whatever that is; if its process dies, by whoever looks next. The receipt
//! of the module is not touched, and nothing is merged.

use super::databases::{Databases, dialect_of};
use super::gate::Passed;
use super::ledger::{Came, Ledger, number};
use super::plan::Plan;
use super::receipt::{self, Fate};
use super::sync::{Attempt, Ended};
use crate::definition::module::Strategy;
use crate::dialect::{Emptying, TableName, compare};
use crate::error::{Code, Result};
use crate::runner::{Failure, FailureKind, Rows};
use crate::store::connection::{self, Connection};
use crate::store::{Store, lock, rehearsal, step};
use serde::Serialize;
use serde_json::{Map, Value};
use std::time::Duration;

/// Of so many keys, or rows where there is no key, each kind of difference is shown.
const EXAMPLES: usize = 5;
/// No more rows are shown of a kind of difference, however many have one key.
const ROWS: usize = 200;
/// The same where each row is to be told.
const EACH: usize = 100_000;

/// A row, by the names of the columns that are filled.
pub type Line = Map<String, Value>;

/// What a run would do now.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Rehearsal {
    /// Rows that it would stage.
    pub staged: i64,
    /// Rows that its merge would delete.
    pub deletes: i64,
    /// Rows that its merge would insert.
    pub inserts: i64,
    /// Of these, how many are the same as one that is deleted.
    pub same: i64,
    /// How many take the place of one with the same key, and differ.
    pub changed: i64,
    /// How many are new.
    pub added: i64,
    /// How many rows go, and none of their key comes in their place.
    pub removed: i64,
    /// The columns that are filled, in order.
    pub columns: Vec<String>,
    /// Rows that are new.
    pub examples_added: Vec<Line>,
    /// Rows that go and rows that come, of the same key each.
    pub examples_changed: Vec<Changed>,
    /// Rows that go.
    pub examples_removed: Vec<Line>,
    /// What an operator should know of the merge.
    pub remarks: Vec<String>,
}

/// Rows of one key before and after.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Changed {
    /// Those that go.
    pub before: Vec<Line>,
    /// Those that come.
    pub after: Vec<Line>,
}

impl Rehearsal {
    /// Whether the destination would be as it is.
    pub fn is_same(&self) -> bool {
        self.added == 0 && self.changed == 0 && self.removed == 0
    }

    /// Whether each row that is new or changed is among its examples.
    pub fn tells_all(&self) -> bool {
        let changed = self.examples_changed.iter().map(|changed| changed.after.len()).sum::<usize>();
        i64::try_from(self.examples_added.len() + changed).is_ok_and(|told| told >= self.added + self.changed)
    }

    /// Whether there was anything to compare.
    pub fn is_empty(&self) -> bool {
        self.deletes == 0 && self.inserts == 0
    }

    /// It in a line.
    pub fn summary(&self) -> String {
        format!(
            "would add {}, change {} and remove {} rows, and leave {} as they are",
            self.added, self.changed, self.removed, self.same
        )
    }
}

/// The staging table of a rehearsal. No module and no other installation has one of that name.
pub(super) fn table(dialect: &dyn crate::dialect::Destination, install: &str, run_id: i64) -> TableName {
    dialect.staging(&format!("rehearsal${install}${run_id}"))
}

impl Attempt<'_> {
    /// An empty staging table for this rehearsal alone. What the plan stages goes there.
    pub(super) fn stage_apart(&self, ledger: &mut Ledger<'_>, plan: &mut Plan, together: bool) -> Result<()> {
        let (module, dest) = (&self.definition.module, &self.definition.dest);
        let install = receipt::install_id(ledger.store().read())?;
        plan.staging = table(plan.dialect, &install, self.run_id);
        plan.staging_sql = plan.dialect.create_staging(&plan.staging, plan.described.relation, &plan.columns);
        let plan = &*plan;
        let explain = |f: &Failure| self.databases.explain(f, dest, "making the staging table");
        let mut make = |name: &str, sql: &str| {
            if name == "rehearsal" {
                ledger.store().write_durably(|tx| rehearsal::begin(tx, self.run_id, module.id))?;
            }
            let work = || self.databases.runners().statements(&plan.dest, sql, together);
            let made = ledger.step("staging", name, &dest.name, sql, work, |_| Came::default())?;
            // The database has said no: there is nothing to be taken away.
            if made.as_ref().is_err_and(|f| f.kind == FailureKind::Sql) {
                ledger.store().write(|tx| rehearsal::end(tx, self.run_id))?;
            }
            made.map_err(|f| explain(&f))
        };
        make("prepare", &plan.dialect.prepare())?;
        make("rehearsal", &plan.staging_sql).map(|_| ())
    }

    /// What the merge would do with what is staged.
    pub(super) fn compare(
        &self,
        ledger: &mut Ledger<'_>,
        plan: &Plan,
        passed: &Passed,
        every: bool,
    ) -> Result<Rehearsal> {
        let definition = self.definition;
        let strategy = definition.strategy();
        let emptying = match strategy {
            Strategy::Full => Emptying::Delete,
            Strategy::Incremental => Emptying::ByKey(&plan.merge_key),
            // Of all rows there are to be those that are there.
            Strategy::Append if definition.comes_whole() => Emptying::Delete,
            Strategy::Append => Emptying::Nothing,
        };
        let merge = plan.merge(definition, emptying);
        let key = match strategy {
            Strategy::Incremental => &plan.merge_key,
            _ => &plan.unique_key,
        };
        let mut ask = |name: &str, sql: String, limit: Option<usize>| -> Result<Rows> {
            let dest = &definition.dest;
            let work = || self.databases.runners().query(&plan.dest, &sql, limit);
            let rows = ledger.step("gate", name, &dest.name, &sql, work, Came::of)?;
            rows.map_err(|f| self.databases.explain(&f, dest, "comparing the staged rows with the destination's"))
        };
        let rows = ask("compare", compare::counts(plan.dialect, &merge, key), None)?;
        let number = |at| number(&rows, at, "the comparison");
        let (deletes, inserts, same, changed) = (number(0)?, number(1)?, number(2)?, number(3)?);
        let mut found = Rehearsal {
            staged: passed.staged,
            deletes,
            inserts,
            same,
            changed,
            added: inserts - same - changed,
            removed: deletes - same - changed,
            columns: plan.columns.iter().map(|c| c.name.clone()).collect(),
            remarks: plan.remarks.clone(),
            ..Rehearsal::default()
        };
        if !found.is_same() {
            let (most, limit) = if every { (EACH, 4 * EACH) } else { (EXAMPLES, 3 * ROWS) };
            let rows = ask("examples", compare::examples(plan.dialect, &merge, key, most), Some(limit))?;
            found.exemplify(&rows);
        }
        ledger.live(&format!("rehearsal: {}", found.summary()))?;
        Ok(found)
    }
}

impl Rehearsal {
    /// Sorts the rows of the query for examples: kind, whether it is new, its place, and the columns.
    fn exemplify(&mut self, rows: &Rows) {
        let mut place = None;
        for row in &rows.rows {
            let text = |i: usize| row.get(i).cloned().flatten().unwrap_or_default();
            let value = |i: usize| row.get(i + 3).cloned().flatten().map_or(Value::Null, Value::String);
            let line: Line = self.columns.iter().enumerate().map(|(i, name)| (name.clone(), value(i))).collect();
            match text(0).as_str() {
                "added" => self.examples_added.push(line),
                "removed" => self.examples_removed.push(line),
                _ => {
                    if place.replace(text(2)).as_ref() != place.as_ref() {
                        self.examples_changed.push(Changed::default());
                    }
                    let Some(changed) = self.examples_changed.last_mut() else { continue };
                    if text(1) == "1" { changed.after.push(line) } else { changed.before.push(line) }
                }
            }
        }
    }
}

/// The gate says how to see the rows that it refuses, and those of a rehearsal are gone by then.
pub(super) fn without_rows(ended: &mut Ended, module: &str) {
    if let Ended::Failed(error) = ended
        && error.code == Code::Gate
        && error.hint.as_ref().is_some_and(|hint| hint.starts_with("the rows are kept"))
    {
        error.hint = Some(format!("`pipekit run {module}` ends at the same gate, and keeps the rows to be looked at"));
    }
}

/// Drops the table of a rehearsal, and forgets it.
///
/// # Errors
/// Where pipekit's own file can't be written; within, what the database says.
pub(super) fn strike(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    dest: &Connection,
    run_id: i64,
) -> Result<Result<(), Failure>> {
    if !rehearsal::is_left(ledger.store().read(), run_id)? {
        return Ok(Ok(()));
    }
    let place = databases.target(dest).and_then(|target| Ok((target, dialect_of(dest)?)));
    let (target, dialect) = match place {
        Ok(place) => place,
        Err(error) => return Ok(Err(Failure::new(FailureKind::Connect, error.message))),
    };
    let install = receipt::install_id(ledger.store().read())?;
    let sql = dialect.patiently(&dialect.drop_table(&table(dialect, &install, run_id)));
    let work = || databases.runners().statements(&target, &sql, false);
    let dropped = ledger.step("staging", "drop", &dest.name, &sql, work, |_| Came::default())?;
    if dropped.is_ok() {
        ledger.store().write(|tx| rehearsal::end(tx, run_id))?;
    }
    Ok(dropped.map(|_| ()))
}

/// Drops what rehearsals of a module left behind that died, as far as their destinations answer within `patience`.
///
/// # Errors
/// Only where pipekit's own file can't be used.
pub(super) fn clear(store: &mut Store, module_id: i64, patience: Duration) -> Result<()> {
    let left = rehearsal::left(store.read(), module_id)?;
    if left.is_empty() {
        return Ok(());
    }
    // One that compares goes on beside a run, and its table is its own.
    let Some(_alone) = lock::Lock::take(store.path(), lock::Holder::Verification(module_id), None)? else {
        return Ok(());
    };
    clear_all(store, &left, patience)
}

/// Drops the tables of these.
pub(super) fn clear_all(store: &mut Store, left: &[i64], patience: Duration) -> Result<()> {
    for &run_id in left {
        let steps = step::of_run(store.read(), run_id)?;
        let Some(made) = steps.iter().find(|s| (&*s.kind, &*s.name) == ("staging", "rehearsal")) else {
            store.write(|tx| rehearsal::end(tx, run_id))?;
            continue;
        };
        // Where the connection or a secret is gone, whoever gives it back has it cleared.
        let Ok(dest) = connection::find(store.read(), &made.connection_name) else { continue };
        let Ok(databases) = Databases::open(store, None) else { continue };
        let mut ledger = Ledger::new(store, Some(run_id), &databases);
        receipt::within(&databases, &dest, patience, || {
            let gone = strike(&mut ledger, &databases, &dest, run_id)?;
            Ok(gone.map_or_else(|failure| Fate::Unknown(failure.message), |()| Fate::NotMerged))
        })?;
    }
    Ok(())
}
