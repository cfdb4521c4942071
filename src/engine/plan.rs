//! What a run would do, to the byte: the same function makes it for `preview`, for a dry run, and for the run itself.

use super::databases::{Databases, dialect_of};
use super::ledger::{Came, Ledger};
use super::watermark::{self, Resolved};
use crate::definition::lint;
use crate::definition::module::Strategy;
use crate::dialect::{Column, Destination, Emptying, Fill, Merge, Relation, TableName};
use crate::error::{Code, Error, Result};
use crate::runner::Target;
use crate::sql::{lexer, placeholders};
use crate::store::connection::{self, Connection};
use crate::store::module::{self, Module};
use crate::store::{Store, hook, run, watermark as watermarks};

/// A module with all that it refers to, read once at the start of a run.
pub struct Definition {
    /// The module.
    pub module: Module,
    /// Where the query runs.
    pub source: Connection,
    /// Where the rows go.
    pub dest: Connection,
    /// Its watermarks and where they resolve.
    pub watermarks: Vec<(watermarks::Watermark, Connection)>,
    /// Its hooks and where they run.
    pub hooks: Vec<(hook::Hook, Connection)>,
}

impl Definition {
    /// Reads the module of that name or id.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    pub fn read(store: &Store, name_or_id: &str) -> Result<Definition> {
        let conn = store.read();
        let module = module::find(conn, name_or_id)?;
        let watermarks = watermarks::of_module(conn, module.id)?
            .into_iter()
            .map(|w| Ok((connection::get(conn, w.connection_id)?, w)).map(|(c, w)| (w, c)))
            .collect::<Result<_>>()?;
        let hooks = hook::of_module(conn, module.id)?
            .into_iter()
            .map(|h| Ok((connection::get(conn, h.connection_id)?, h)).map(|(c, h)| (h, c)))
            .collect::<Result<_>>()?;
        Ok(Definition {
            source: connection::get(conn, module.source_connection_id)?,
            dest: connection::get(conn, module.dest_connection_id)?,
            module,
            watermarks,
            hooks,
        })
    }

    /// The merge strategy.
    pub fn strategy(&self) -> Strategy {
        Strategy::of(&self.module.merge_strategy)
    }

    /// The placeholders that its watermarks declare.
    fn declared(&self) -> Vec<&str> {
        self.watermarks.iter().map(|(w, _)| &*w.name).collect()
    }

    /// Refuses a query with a placeholder that no watermark declares.
    ///
    /// # Errors
    /// `Invalid`, with the names.
    pub fn check_placeholders(&self) -> Result<()> {
        let missing = placeholders::undeclared(&self.module.source_query, &self.declared());
        let Some(first) = missing.first() else { return Ok(()) };
        let names: Vec<String> = missing.iter().map(|m| format!("{{{m}}}")).collect();
        Err(Error::invalid(format!(
            "the query of module {} has {}, and no watermark of that name",
            self.module.name,
            names.join(", ")
        ))
        .hint(format!("`pipekit watermark add {} {first} --connection C --sql SQL`", self.module.name)))
    }
}

/// What a run would do.
pub struct Plan {
    /// What the watermarks resolved to, and what was odd about them.
    pub resolved: Resolved,
    /// The query as it runs on the source.
    pub source_sql: String,
    /// Where to connect for it.
    pub source: Target,
    /// Where to connect for the destination.
    pub dest: Target,
    /// The destination's dialect.
    pub dialect: &'static dyn Destination,
    /// The destination.
    pub table: TableName,
    /// What it is.
    pub relation: Relation,
    /// The staging table.
    pub staging: TableName,
    /// The columns that are filled, in order, as the catalog spells them.
    pub columns: Vec<Column>,
    /// The merge key, as the catalog spells it.
    pub merge_key: Vec<String>,
    /// The columns that must not repeat, as the catalog spells them.
    pub unique_key: Vec<String>,
    /// Whether a full merge empties by TRUNCATE.
    pub truncates: bool,
    /// The staging table's DDL.
    pub staging_sql: String,
    /// The merge.
    pub merge_sql: String,
    /// What an operator should know of the merge.
    pub remarks: Vec<String>,
}

/// Resolves the watermarks, reads the destination's catalog, and makes the SQL of a run.
///
/// # Errors
/// What a resolver or the catalog says; `Invalid` where the module's columns are not the destination's.
pub fn make(ledger: &mut Ledger<'_>, databases: &Databases, definition: &Definition) -> Result<Plan> {
    definition.check_placeholders()?;
    let module = &definition.module;
    let dialect = dialect_of(&definition.dest)?;
    dialect_of(&definition.source)?;
    let (source, dest) = (databases.target(&definition.source)?, databases.target(&definition.dest)?);
    let mut resolved = watermark::resolve(ledger, databases, &definition.watermarks)?;
    let last = watermark::at_last_success(ledger.store().read(), module.id)?;
    resolved.warnings.extend(watermark::compare(&resolved.values, &last, &databases.timezone()));
    for word in placeholders::lookalikes(&module.source_query, &definition.declared()) {
        resolved.warnings.push(lint::lookalike(&module.name, word).message);
    }
    // A closing semicolon or remark can't go where the query goes, into a COPY (…): what is logged is what runs.
    let source_sql = lexer::without_tail(&placeholders::materialise(&module.source_query, &resolved.values)).to_owned();
    if let Some(run) = ledger.run() {
        let values = resolved.to_json();
        ledger.store().write(|tx| run::set_watermarks(tx, run, &values))?;
    }

    let table = dialect.parse_table(&module.dest_table).map_err(Error::invalid)?;
    let sql = dialect.describe(&table);
    let session = databases.session().map_err(|f| Error::new(Code::Runner, f.message))?;
    let rows = ledger
        .step(
            "staging",
            "catalog",
            &definition.dest.name,
            &sql,
            || session.query(&dest, &sql, None),
            |rows| Came { rows: Some(rows.rows.len() as u64), value: None },
        )?
        .map_err(|f| databases.explain(&f, &definition.dest, "reading the catalog"))?;
    let (relation, all) = dialect.read_columns(&rows.rows);
    if all.is_empty() {
        return Err(Error::new(
            Code::Failed,
            format!("there is no table {} on {}", module.dest_table, definition.dest.name),
        )
        .hint(format!(
            "create it there first; `pipekit connection tables {}` shows what there is",
            definition.dest.name
        )));
    }
    let columns = filled(module, &all)?;
    let merge_key = spelled("merge key", &module.merge_key, &columns)?;
    let unique_key = spelled("unique key", &module.unique_key, &columns)?;
    let truncates = module.full_by == "truncate" && dialect.truncates();
    if definition.strategy() == Strategy::Full && truncates && relation == Relation::View {
        return Err(Error::invalid(format!("{} is a view, and a view can't be truncated", module.dest_table))
            .hint(format!("`pipekit module edit {} --full-by delete`", module.name)));
    }
    let staging = dialect.staging(&module.name);
    let merge = Merge {
        module: &module.name,
        dest: &table,
        relation,
        staging: &staging,
        columns: &columns,
        emptying: match definition.strategy() {
            Strategy::Full if truncates => Emptying::Truncate,
            Strategy::Full => Emptying::Delete,
            Strategy::Incremental => Emptying::ByKey(&merge_key),
            Strategy::Append => Emptying::Nothing,
        },
    };
    let (merge_sql, remarks) = (dialect.merge(&merge), dialect.remarks(&merge));
    let staging_sql = dialect.create_staging(&staging, relation, &columns);
    // No hidden generation: what would run is on the module for everyone to see, before it runs.
    let run = ledger.run();
    ledger.store().write(|tx| {
        module::set_resolved(tx, module, &source_sql, &merge_sql)?;
        run.map_or(Ok(()), |run| run::set_sql(tx, run, &source_sql, &merge_sql))
    })?;
    Ok(Plan {
        resolved,
        source_sql,
        source,
        dest,
        dialect,
        table,
        relation,
        staging,
        merge_key,
        unique_key,
        truncates,
        staging_sql,
        merge_sql,
        remarks,
        columns,
    })
}

/// The columns that the module fills, in its order: those it names, or all that an insert fills by itself.
fn filled(module: &Module, all: &[Column]) -> Result<Vec<Column>> {
    let Some(names) = &module.dest_columns else {
        return Ok(all.iter().filter(|c| c.fill == Fill::Plain).cloned().collect());
    };
    let mut out = Vec::new();
    for name in names {
        let column = find(all, name)
            .ok_or_else(|| unknown_column("destination columns name", name, all, "the columns of the table"))?;
        if column.fill == Fill::Computed {
            return Err(Error::invalid(format!(
                "the column {name} of {} is computed and can't be filled",
                module.dest_table
            ))
            .hint("leave it out of the module's destination columns"));
        }
        out.push(column.clone());
    }
    Ok(out)
}

/// The column of that name: to the letter, or the only one without regard to case.
fn find<'a>(columns: &'a [Column], name: &str) -> Option<&'a Column> {
    columns.iter().find(|c| c.name == name).or_else(|| {
        let mut alike = columns.iter().filter(|c| c.name.to_lowercase() == name.to_lowercase());
        alike.next().filter(|_| alike.next().is_none())
    })
}

/// Names as the catalog spells them.
fn spelled(what: &str, names: &[String], columns: &[Column]) -> Result<Vec<String>> {
    names
        .iter()
        .map(|name| {
            find(columns, name)
                .map(|c| c.name.clone())
                .ok_or_else(|| unknown_column(&format!("{what} names"), name, columns, "the columns that are filled"))
        })
        .collect()
}

fn unknown_column(what: &str, name: &str, columns: &[Column], place: &str) -> Error {
    let names: Vec<&str> = columns.iter().map(|c| &*c.name).collect();
    Error::invalid(format!("the module's {what} `{name}`, which is not among {place}"))
        .hint(format!("there are: {}", names.join(", ")))
}

/// Where the query's output does not fit the columns: columns map by position, so a name elsewhere is a likely slip.
pub fn misplaced(output: &[String], columns: &[Column]) -> Vec<String> {
    let mut out = Vec::new();
    if output.len() != columns.len() {
        out.push(format!(
            "the query gives {} columns and {} are filled: the run fails before a row moves",
            output.len(),
            columns.len()
        ));
    }
    for (i, (name, column)) in output.iter().zip(columns).enumerate() {
        let elsewhere = columns.iter().position(|c| c.name.eq_ignore_ascii_case(name));
        if let Some(at) = elsewhere.filter(|at| *at != i) {
            out.push(format!(
                "output column {} is called {name} and goes into {}; the column {name} is number {}: columns map by position",
                i + 1,
                column.name,
                at + 1
            ));
        }
    }
    out
}
