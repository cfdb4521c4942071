//! A load into the destination itself: rows, gate and receipt in one transaction, and nothing written twice.

use super::gate;
use super::ledger::{Came, Ledger};
use super::plan::{Definition, Plan};
use super::sync::{Attempt, Ended, Options, Progress};
use super::telling::Telling;
use crate::definition::module::{Load, Strategy};
use crate::dialect::{Around, Destination, Merge, Relation};
use crate::error::{Error, Result};
use crate::runner::builtin::only_reads;
use crate::runner::{Direct, Failure, FailureKind, Loaded, ROWS, Runner};

/// How a module's rows get into its destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Through the staging table.
    Staged,
    /// The same, though the module asks for the other; this is why.
    StagedBecause(String),
    /// Into the destination itself, with this around the rows.
    Direct(Box<Direct>),
}

impl Way {
    /// Its word, as the preview has it.
    pub fn name(&self) -> &'static str {
        match self {
            Way::Staged | Way::StagedBecause(_) => "staged",
            Way::Direct(_) => "direct",
        }
    }

    /// What there is to say of it.
    pub fn remark(&self) -> Option<String> {
        match self {
            Way::StagedBecause(why) => Some(format!("its rows are staged, and not loaded directly as it asks: {why}")),
            _ => None,
        }
    }
}

/// All that happens at the destination, in its order, as the preview and the log show it.
pub fn script(direct: &Direct, table: &str) -> String {
    let counts = if direct.counts.is_empty() { String::new() } else { format!("{};\n", direct.counts) };
    format!(
        "{};\n-- here the rows of the query come into {table}\n{counts}{};\n{}",
        direct.opening, direct.note, direct.closing
    )
}

/// By which way a module's rows go: what it asks for, where that can be.
pub fn way(
    definition: &Definition,
    dialect: &dyn Destination,
    merge: &Merge<'_>,
    unique_key: &[String],
    (source_sql, moved_by): (&str, Runner),
) -> Way {
    if definition.module.load != Load::Direct.as_str() {
        return Way::Staged;
    }
    let around = match moved_by {
        Runner::Jrunner => Err("jrunner moves them"),
        // What such a query does at the source could be done, and the rows refused.
        Runner::Builtin if !only_reads(source_sql) => Err("its query is not one SELECT that changes nothing"),
        Runner::Builtin => around(definition, dialect, merge, unique_key),
    };
    match around {
        Ok(around) => Way::Direct(Box::new(with_gate(definition, dialect, merge, unique_key, around))),
        Err(why) => Way::StagedBecause(why.to_owned()),
    }
}

fn around(
    definition: &Definition,
    dialect: &dyn Destination,
    merge: &Merge<'_>,
    unique_key: &[String],
) -> Result<Around, &'static str> {
    let described = merge.described;
    if !matches!(described.relation, Relation::Table | Relation::Strict) {
        return Err("the destination is no plain table");
    }
    if described.decides || described.displaces {
        return Err("triggers, rules or constraints of the destination decide which rows come in");
    }
    if described.hides {
        return Err("row-level security of the destination takes no bulk load");
    }
    if definition.strategy() == Strategy::Append && !unique_key.is_empty() {
        return Err("its unique key is looked for among the rows that come, which have to be somewhere by themselves");
    }
    dialect.direct(merge)
}

fn with_gate(
    definition: &Definition,
    dialect: &dyn Destination,
    merge: &Merge<'_>,
    unique_key: &[String],
    around: Around,
) -> Direct {
    let table = dialect.table(merge.dest);
    let mut counts = Vec::new();
    if definition.strategy() == Strategy::Full {
        counts.push(format!("(SELECT count(*) FROM {table})"));
        if !unique_key.is_empty() {
            counts.push(gate::repeated(dialect, &table, unique_key));
        }
    }
    let receipt = dialect.table(&dialect.receipt());
    let module = crate::dialect::literal(merge.module);
    Direct {
        columns: merge.columns.iter().map(|c| c.name.clone()).collect(),
        opening: around.opening,
        counts: if counts.is_empty() { String::new() } else { format!("SELECT\n  {}", counts.join(",\n  ")) },
        note: format!("UPDATE {receipt} SET staged_rows = {ROWS} WHERE module = {module}"),
        closing: around.closing,
        least: 0,
    }
}

impl Attempt<'_> {
    /// The load, and what its receipt says of it.
    pub(super) fn load(
        &mut self,
        ledger: &mut Ledger<'_>,
        plan: &Plan,
        direct: &Direct,
        options: &mut Options<'_>,
    ) -> Result<Ended> {
        (options.progress)(Progress::Doing("gate"));
        let before = gate::before(ledger, self.databases, self.definition, plan)?;
        let direct = Direct { least: before.least(self.definition), ..direct.clone() };
        gate::write_receipt(ledger, self.databases, self.definition, plan, 0)?;
        self.watch.check()?;
        (options.progress)(Progress::Doing("load"));
        let (source, dest) = (&self.definition.source, &self.definition.dest);
        let foreseen = self.foresee(plan);
        let rows = ledger.begin(
            "transfer",
            &format!("{} to {}, direct", source.name, dest.name),
            &source.name,
            &plan.source_sql,
        )?;
        let merge = ledger.begin("merge", "merge", &dest.name, &plan.merge_sql)?;
        let mut telling = Telling::new(ledger, options.progress);
        let table = plan.dialect.table(&plan.table);
        let (from, to) = ((&plan.source, &*plan.source_sql), (&plan.dest, &*table));
        let loaded =
            foreseen.and_then(|()| self.databases.runners().load(from, to, &direct, |rows| telling.rows(rows)));
        // From here on the question is what happened, and asking it must not be cut short.
        self.watch.hold();
        telling.written()?;
        ledger.end(rows, loaded.as_ref().map(|loaded| Came::moved(Some(loaded.rows))))?;
        let done = match &loaded {
            Ok(loaded) => {
                self.facts.moved = Some(loaded.rows);
                ledger.live(&format!("{} rows loaded", loaded.rows))?;
                ledger.print("jrunner_stdout", &format!("{} rows", loaded.rows))?;
                (options.progress)(Progress::Rows(loaded.rows));
                self.look_at(ledger, &direct, loaded)?;
                match loaded.committed {
                    true => Ok(()),
                    false => {
                        let error = gate::refusal(self.definition, loaded, &before);
                        Err((Failure::new(FailureKind::Sql, error.message.clone()), error))
                    }
                }
            }
            Err(failure) => {
                ledger.print("jrunner_stderr", &failure.message)?;
                Err((failure.clone(), self.refused(failure)))
            }
        };
        self.came_of(ledger, plan, merge, done, loaded.ok().and_then(|l| i64::try_from(l.rows).ok()))
    }

    /// Writes down what ran in the transaction behind the rows.
    fn look_at(&self, ledger: &mut Ledger<'_>, direct: &Direct, loaded: &Loaded) -> Result<()> {
        let dest = &self.definition.dest.name;
        let mut note = |name: &str, sql: &str, value: Option<String>| -> Result<()> {
            let open = ledger.begin("gate", name, dest, sql)?;
            ledger.end(open, Ok(Came { rows: None, value }))
        };
        if !direct.counts.is_empty() {
            let values: Vec<&str> = loaded.counts.iter().map(|v| v.as_deref().unwrap_or("NULL")).collect();
            note("counts", &direct.counts, Some(values.join(" ")))?;
        }
        if loaded.committed {
            note("loaded", &direct.note.replace(ROWS, &loaded.rows.to_string()), None)?;
        }
        Ok(())
    }

    /// A load that failed, as people read it.
    fn refused(&self, failure: &Failure) -> Error {
        let (source, dest) = (&self.definition.source, &self.definition.dest);
        if failure.kind == FailureKind::ConnectSource {
            return self.databases.explain(failure, source, "reading the rows");
        }
        let doing = format!("loading rows from {} into {}", source.name, self.definition.module.dest_table);
        self.databases.explain(failure, dest, &doing)
    }
}
