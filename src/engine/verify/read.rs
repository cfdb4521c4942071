//! The rows that may differ, loaded beside the destination's as a run would load them, and compared there.

use super::drill::Area;
use super::{Kind, MOST, Verifier};
use crate::dialect::{Emptying, compare};
use crate::engine::databases::Databases;
use crate::engine::external;
use crate::engine::ledger::{Came, Ledger, number};
use crate::engine::plan::{Definition, Plan};
use crate::engine::rehearse::Line;
use crate::engine::stage;
use crate::engine::sync::Progress;
use crate::error::Result;
use crate::runner::{FailureKind, Moved, Said};
use crate::store::rehearsal;
use serde_json::Value;
use std::collections::BTreeMap;

/// A row on one side: whether it is the source's, and its values as they are shown.
pub(super) type Shown = (bool, Vec<Option<String>>);

/// The rows of each key that differs, by how they do and by the key as it is shown.
pub(super) type Found = BTreeMap<(Vec<Option<String>>, Kind), Vec<Shown>>;

/// The source's query for the rows of an area.
pub(super) fn query(plan: &Plan, area: &Area) -> String {
    match area {
        Area::Parts { source, .. } => {
            let names: Vec<String> = (1..=plan.columns.len()).map(|n| format!("c{n}")).collect();
            format!("WITH q ({}) AS (\n{}\n)\nSELECT * FROM q\nWHERE {source}", names.join(", "), plan.source_sql)
        }
        _ => plan.source_sql.clone(),
    }
}

/// The destination's rows of an area: what stands behind FROM.
pub(super) fn rows_there(plan: &Plan, area: &Area) -> String {
    let table = plan.dialect.table(&plan.table);
    match area {
        Area::Parts { dest, .. } => format!("{table}\n  WHERE {dest}"),
        _ => table,
    }
}

/// Moves the source's rows of an area into the staging table.
pub(super) fn load(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    definition: &Definition,
    plan: &Plan,
    area: &Area,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Moved> {
    let (source, dest) = (&definition.source, &definition.dest);
    let sql = query(plan, area);
    let staging = plan.dialect.table(&plan.staging);
    let open = ledger.begin("transfer", &format!("{} to {}", source.name, dest.name), &source.name, &sql)?;
    let mut say = |said: Said<'_>| {
        if let Said::Rows(rows) = said {
            progress(Progress::Rows(rows));
        }
    };
    let (from, to) = ((&plan.source, &*sql), (&plan.dest, &*staging));
    let moved = plan.mover.transfer(databases.runners(), from, to, &mut say);
    ledger.end(open, moved.as_ref().map(|moved| Came::moved(moved.rows)))?;
    moved.map_err(|f| stage::unmoved(databases, definition, &f))
}

impl Verifier<'_> {
    /// Reads the rows of an area, and gives those that differ.
    pub(super) fn read(
        &mut self,
        ledger: &mut Ledger<'_>,
        area: &Area,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Found> {
        self.watch.check()?;
        progress(Progress::Doing("rows that may differ"));
        self.stage(ledger)?;
        self.load(ledger, area, progress)?;
        self.watch.check()?;
        let rows = self.differences(ledger, area)?;
        Ok(rows)
    }

    /// An empty staging table of its own.
    fn stage(&mut self, ledger: &mut Ledger<'_>) -> Result<()> {
        let (module, dest, plan) = (&self.definition.module, &self.definition.dest, &self.plan);
        let scripts = external::learn_scripts(ledger, self.databases, dest, &plan.dest, plan.dialect)?;
        let together = scripts.is_none_or(|scripts| scripts.plain);
        let run_id = self.run_id;
        ledger.store().write_durably(|tx| rehearsal::begin(tx, run_id, module.id))?;
        for (name, sql) in [("prepare", plan.dialect.prepare()), ("rehearsal", plan.staging_sql.clone())] {
            let work = || self.databases.runners().statements(&plan.dest, &sql, together);
            let made = ledger.step("staging", name, &dest.name, &sql, work, |_| Came::default())?;
            if made.as_ref().is_err_and(|f| f.kind == FailureKind::Sql) {
                ledger.store().write(|tx| rehearsal::end(tx, run_id))?;
            }
            made.map_err(|f| self.databases.explain(&f, dest, "making the staging table"))?;
        }
        Ok(())
    }

    /// The source's rows, into it.
    fn load(&mut self, ledger: &mut Ledger<'_>, area: &Area, progress: &mut dyn FnMut(Progress<'_>)) -> Result<()> {
        let moved = load(ledger, self.databases, self.definition, &self.plan, area, progress)?;
        self.found.source_rows_read += moved.rows.unwrap_or_default();
        Ok(())
    }

    /// What differs between the staged rows and the destination's.
    fn differences(&mut self, ledger: &mut Ledger<'_>, area: &Area) -> Result<Found> {
        let plan = &self.plan;
        let there = rows_there(plan, area);
        let merge = plan.merge(self.definition, Emptying::Delete);
        let mut ask = |name: &str, sql: String, limit: Option<usize>| {
            let dest = &self.definition.dest;
            let work = || self.databases.runners().query(&plan.dest, &sql, limit);
            let rows = ledger.step("gate", name, &dest.name, &sql, work, Came::of)?;
            rows.map_err(|f| self.databases.explain(&f, dest, "comparing the rows"))
        };
        let limit = Some(4 * MOST);
        let rows = ask("compare", compare::differences(plan.dialect, &merge, &self.key, Some(there), MOST), limit)?;
        if matches!(area, Area::Whole) {
            let count = |table| format!("(SELECT COUNT(*) FROM {})", plan.dialect.table(table));
            let sql =
                format!("SELECT {}, {}{}", count(&plan.table), count(&plan.staging), plan.dialect.without_table());
            let counted = ask("count", sql, None)?;
            let number = |at| number(&counted, at, "counting the rows");
            (self.found.destination_rows, self.found.source_rows) = (number(0)?, number(1)?);
        }
        self.found.destination_rows_read += rows.rows.len() as u64;
        let mut by_place: BTreeMap<(Kind, String), Vec<Shown>> = BTreeMap::new();
        for row in rows.rows {
            let text = |at: usize| row.get(at).cloned().flatten().unwrap_or_default();
            let kind = match &*text(0) {
                "added" => Kind::Missing,
                "removed" => Kind::Extra,
                _ => Kind::Different,
            };
            let (new, place) = (text(1) == "1", text(2));
            by_place.entry((kind, place)).or_default().push((new, row.into_iter().skip(3).collect()));
        }
        let mut found = Found::new();
        for ((kind, _), mut lines) in by_place {
            lines.sort();
            // The destination may take two texts for one key: the source's is the key then.
            let first = lines.iter().find(|(new, _)| *new).or(lines.first());
            let key = first.map(|(_, values)| self.key_of(values)).unwrap_or_default();
            found.entry((key, kind)).or_default().extend(lines);
        }
        Ok(found)
    }

    /// The key of a row.
    pub(super) fn key_of(&self, values: &[Option<String>]) -> Vec<Option<String>> {
        let place = |key: &String| self.plan.columns.iter().position(|c| c.name == *key);
        self.key.iter().map(|key| place(key).and_then(|at| values.get(at).cloned().flatten())).collect()
    }

    /// A row by the names of its columns.
    pub(super) fn line(&self, values: &[Option<String>]) -> Line {
        let value = |at: usize| values.get(at).cloned().flatten().map_or(Value::Null, Value::String);
        self.plan.columns.iter().enumerate().map(|(at, c)| (c.name.clone(), value(at))).collect()
    }
}
