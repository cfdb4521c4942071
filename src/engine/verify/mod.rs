//! Comparing what a module's query gives with what is at its destination: any two databases, through the runner alone.
//!
//! Where both are the built-in runner's, each comes to checksums by itself ([`crate::dialect::checksum`]), of ranges of
//! the key, and only ranges that differ are cut finer ([`drill`]). Rows of what then still differs are loaded into a
//! staging table of its own at the destination, as a run would load them, and compared there to the byte ([`read`]): what
//! is equal is what a load would have stored. Elsewhere all rows are loaded so. What differs is read again before it is
//! told: rows that were on their way are no differences ([`settle`]).

mod drill;
mod read;
mod repair;
mod settle;

use super::databases::Databases;
use super::filled;
use super::ledger::Ledger;
use super::plan::{self, Definition, Plan};
use super::rehearse::{self, Line};
use super::stop::{Watch, error_for};
use super::sync::Progress;
use crate::error::{Code, Error, Result};
use crate::store::run::{End, NewRun};
use crate::store::{Store, lock, module, rehearsal, run};
use drill::Area;
pub use repair::{Repair, repair};
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What is to be compared.
pub struct Asked<'a> {
    /// The module's name or id.
    pub module: &'a str,
    /// The columns that rows are paired by, where they are not to be the module's.
    pub key: &'a [String],
    /// Values for placeholders, in place of their defaults.
    pub set: &'a [(String, String)],
    /// Set when the process is told to end.
    pub signal: Arc<AtomicBool>,
    /// Told what goes on.
    pub progress: &'a mut dyn FnMut(Progress<'_>),
}

/// How a row differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The source has it, and the destination has not.
    Missing,
    /// Both have it, and it is not the same.
    Different,
    /// The destination has it, and the source has not.
    Extra,
}

/// A key whose rows differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// How.
    pub kind: Kind,
    /// The key.
    pub key: Line,
    /// The columns that differ, where there is one row on each side.
    pub columns: Vec<String>,
    /// What the source has, as a load would store it.
    pub source: Vec<Line>,
    /// What the destination has.
    pub destination: Vec<Line>,
}

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Verification {
    /// Its entry in the log.
    pub run_id: i64,
    /// The module.
    pub module: String,
    /// The columns that rows were paired by.
    pub key: Vec<String>,
    /// Whether there is no difference.
    pub same: bool,
    /// How many rows the source gave.
    pub source_rows: i64,
    /// How many rows are at the destination.
    pub destination_rows: i64,
    /// How many keys are missing.
    pub missing: usize,
    /// How many keys have other rows.
    pub different: usize,
    /// How many keys are extra.
    pub extra: usize,
    /// How many keys were not the same twice: their rows were being written, and nothing is said of them.
    pub unsettled: usize,
    /// Rows that were read from the source, checksums among them.
    pub source_rows_read: u64,
    /// Rows that were read from the destination, checksums among them.
    pub destination_rows_read: u64,
    /// The differences, by their keys.
    pub differences: Vec<Difference>,
    /// What there is to know of how it was compared.
    pub remarks: Vec<String>,
    /// Where rows may differ.
    #[serde(skip)]
    area: Area,
    /// The columns that are filled.
    #[serde(skip)]
    filled: Vec<String>,
}

/// How many keys of each kind are told apart, at most.
pub(super) const MOST: usize = 100_000;

/// What the steps of a comparison work with.
struct Verifier<'a> {
    definition: &'a Definition,
    databases: &'a Databases,
    watch: &'a Watch,
    plan: Plan,
    key: Vec<String>,
    run_id: i64,
    found: Verification,
}

/// Compares a module's source with its destination. Nothing is changed at either but a staging table of its own, which
/// is gone in the end.
///
/// # Errors
/// `NotFound`, `Locked` where it is being done already, and whatever keeps them from being compared.
pub fn verify(store: &mut Store, asked: &mut Asked<'_>) -> Result<Verification> {
    let mut definition = Definition::read(store, asked.module)?;
    begin_at(&mut definition, asked.set)?;
    let id = definition.module.id;
    let Some(held) = lock::Lock::take(store.path(), lock::Holder::Verification(id), None)? else {
        return Err(Error::new(Code::Locked, format!("module {} is being verified already", definition.module.name)));
    };
    let held = Arc::new(held);
    let left = rehearsal::left(store.read(), id)?;
    // A living rehearsal holds the module's lock, and its table is its own.
    if !left.is_empty() && module::claim_of(store.read(), id)?.is_none() {
        rehearse::clear_all(store, &left, super::recover::A_MOMENT)?;
    }
    let databases = Arc::new(Databases::open(store, Some(held))?);
    let module = &definition.module;
    let run_id = store.write(|tx| {
        run::insert_aside(
            tx,
            &NewRun {
                module_id: id,
                module_name: &module.name,
                merge_strategy: &module.merge_strategy,
                group_run_id: None,
                triggered_by: "verify",
                attempt: 1,
            },
        )
    })?;
    (asked.progress)(Progress::Began(run_id, 1));
    let watch = Watch::begin(store.reopen()?, id, databases.clone(), asked.signal.clone(), module.timeout_s);
    let mut ledger = Ledger::new(store, Some(run_id), &databases);
    let compared = compare(&mut ledger, &definition, &databases, &watch, run_id, asked);
    let mut compared = compared.map_err(|error| watch.reason().map_or(error, error_for));
    watch.hold();
    let struck = rehearse::strike(&mut ledger, &databases, &definition.dest, run_id)?;
    drop(watch);
    if let (Err(failure), Ok(found)) = (struck, &mut compared) {
        let why = databases.clean(&failure.message);
        found
            .remarks
            .push(format!("its staging table is still on {}: {why}; the next run drops it", definition.dest.name));
    }
    let mut end = End::default();
    match &compared {
        Ok(found) => {
            end.row_count = i64::try_from(found.source_rows_read).ok();
            end.warnings.clone_from(&found.remarks);
        }
        Err(error) => end.error = Some(error.message.clone()),
    }
    store.write(|tx| run::finish_aside(tx, run_id, &end))?;
    compared
}

/// Puts the watermarks where they are for an empty destination, or where it is said.
fn begin_at(definition: &mut Definition, set: &[(String, String)]) -> Result<()> {
    definition.from_start = true;
    for (name, value) in set {
        let Some((watermark, _)) = definition.watermarks.iter_mut().find(|(w, _)| w.name == *name) else {
            return Err(Error::new(Code::Usage, format!("module {} has no watermark {name}", definition.module.name))
                .hint(format!("`pipekit watermark list {}` shows them", definition.module.name)));
        };
        watermark.default_value = Some(value.clone());
    }
    let without = definition.watermarks.iter().find(|(w, _)| super::watermark::start_of(w).is_none());
    match without {
        None => Ok(()),
        Some((watermark, _)) => Err(Error::invalid(format!(
            "watermark {} has no default, and what its resolver gives leaves out what was loaded before",
            watermark.name
        ))
        .hint(format!(
            "`--set {0}=VALUE` says what the query is to begin at; `pipekit watermark edit {1} {0} --default VALUE` keeps it",
            watermark.name, definition.module.name
        ))),
    }
}

fn compare(
    ledger: &mut Ledger<'_>,
    definition: &Definition,
    databases: &Databases,
    watch: &Watch,
    run_id: i64,
    asked: &mut Asked<'_>,
) -> Result<Verification> {
    (asked.progress)(Progress::Doing("catalog"));
    let mut plan = plan::make(ledger, databases, definition)?;
    // Nothing is merged.
    ledger.store().write(|tx| run::set_sql(tx, run_id, &plan.source_sql, ""))?;
    let key = key_of(definition, &plan, asked.key)?;
    let install = super::receipt::install_id(ledger.store().read())?;
    plan.staging = rehearse::table(plan.dialect, &install, run_id);
    plan.staging_sql = plan.dialect.create_staging(&plan.staging, plan.described.relation, &plan.columns);
    let found = Verification {
        run_id,
        module: definition.module.name.clone(),
        key: key.clone(),
        filled: plan.columns.iter().map(|c| c.name.clone()).collect(),
        remarks: plan.resolved.warnings.clone(),
        ..Verification::default()
    };
    let mut this = Verifier { definition, databases, watch, plan, key, run_id, found };
    (asked.progress)(Progress::Doing("checksums"));
    let area = this.drill(ledger)?;
    if !matches!(area, Area::Nothing) {
        let found = this.settle(ledger, &area, asked.progress)?;
        this.tell(found);
    }
    let found = &mut this.found;
    let count = |kind| found.differences.iter().filter(|d| d.kind == kind).count();
    (found.missing, found.different, found.extra) = (count(Kind::Missing), count(Kind::Different), count(Kind::Extra));
    found.same = found.differences.is_empty();
    found.remarks.extend(remarks(found, !asked.set.is_empty()));
    found.area = area;
    ledger.live(&this.found.summary())?;
    Ok(this.found)
}

/// What there is to know of what was found.
fn remarks(found: &Verification, begins_later: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    if found.same && found.source_rows != found.destination_rows {
        remarks.push(
            "the counts are those of the beginning: what differed then has come meanwhile, or is on its way".to_owned(),
        );
    }
    if begins_later && found.extra > 0 {
        remarks.push("what `--set` leaves out at the source is extra at the destination".to_owned());
    }
    let without = found.missing + found.different - found.to_load();
    if without > 0 {
        remarks.push(format!(
            "{without} of them have NULL in their key: no merge can pair them, and a repair leaves them as they are"
        ));
    }
    remarks
}

impl Difference {
    /// Whether there is no NULL in its key, by which a merge could pair it with none.
    pub fn has_whole_key(&self) -> bool {
        !self.key.values().any(serde_json::Value::is_null)
    }
}

impl Verification {
    /// How many keys a repair loads again.
    pub fn to_load(&self) -> usize {
        self.differences.iter().filter(|d| d.kind != Kind::Extra && d.has_whole_key()).count()
    }

    /// The columns that the module fills, in order.
    pub fn columns(&self) -> Vec<String> {
        self.filled.clone()
    }

    /// It in a line.
    pub fn summary(&self) -> String {
        if self.same {
            return "the destination has what the source gives".to_owned();
        }
        format!("{} missing, {} different, {} extra", self.missing, self.different, self.extra)
    }
}

/// The columns that rows are paired by, as the catalog spells them.
fn key_of(definition: &Definition, plan: &Plan, asked: &[String]) -> Result<Vec<String>> {
    let module = &definition.module;
    if !asked.is_empty() {
        return filled::spelled("key", asked, &plan.columns);
    }
    // What must not repeat pairs rows one by one; what is deleted by may be of many.
    let key = if plan.unique_key.is_empty() { &plan.merge_key } else { &plan.unique_key };
    if key.is_empty() {
        return Err(Error::invalid(format!("module {} has no key by which its rows could be paired", module.name))
            .hint(format!(
                "`--key COLUMNS` names one (as in A,B); `pipekit module edit {} --unique-key COLUMNS` keeps it",
                module.name
            )));
    }
    Ok(key.clone())
}
