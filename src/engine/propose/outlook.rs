//! What a module that is not there yet would do, and the making of its table: for the last step of the wizard.

use super::Proposal;
use crate::definition::{lint, module as define, module::Module};
use crate::dialect::{Described, Fill};
use crate::engine::databases::{Databases, dialect_of};
use crate::engine::filled;
use crate::engine::ledger::Ledger;
use crate::engine::plan::{self, Definition};
use crate::engine::{external, introspect};
use crate::error::{Error, Result};
use crate::runner::Runner;
use crate::sql::{lexer, placeholders};
use crate::store::{Store, connection, module as table};

/// What a module would do.
#[derive(Debug)]
pub struct Outlook {
    /// What makes its table, where there is none: one statement each.
    pub missing: Option<Vec<String>>,
    /// The staging table's DDL.
    pub staging_sql: String,
    /// The merge.
    pub merge_sql: String,
    /// What is odd.
    pub warnings: Vec<String>,
}

/// Foretells what a module would do, by the destination's catalog, or by the proposal where the table is missing. No
/// watermark is asked; the query is prepared with the values that they begin with. Nothing is stored.
///
/// # Errors
/// What is wrong with the module, and what the databases say.
pub fn outlook(
    store: &mut Store,
    module: &Module,
    proposal: &Proposal,
    described: Option<Described>,
) -> Result<Outlook> {
    let row = store.rehearse(|tx| define::save(tx, None, module).and_then(|id| table::get(tx, id)))?;
    let find = |name: &str| connection::find(store.read(), name);
    let (source, dest) = (find(&module.source_connection)?, find(&module.dest_connection)?);
    let definition =
        Definition { module: row, source, dest, watermarks: Vec::new(), hooks: Vec::new(), from_start: false };
    let (described, missing) = match described {
        Some(described) => (described, None),
        None => (proposal.described(), Some(proposal.ddl())),
    };
    let dialect = dialect_of(&definition.dest)?;
    let mut to = dialect.parse_table(&module.dest_table).map_err(Error::invalid)?;
    to.schema = to.schema.or_else(|| described.schema.clone());
    let statements = plan::statements(&definition, dialect, &to, &described, (&module.source_query, Runner::Builtin))?;

    let mut warnings: Vec<String> =
        lint::check(module).into_iter().map(|f| format!("{} ({})", f.message, f.rule)).collect();
    warnings.extend(statements.remarks);
    let values = module.watermarks.iter().filter_map(|w| Some((w.name.clone(), w.default_value.clone()?))).collect();
    let query = placeholders::materialise(&module.source_query, &values);
    let databases = Databases::open(store, None)?;
    let target = databases.target(&definition.source)?;
    match databases.runners().describe(&target, lexer::without_tail(&query)) {
        Ok(Some(output)) => warnings.extend(filled::misplaced(&output, &statements.columns)),
        Ok(None) => {}
        Err(f) => warnings.push(databases.explain(&f, &definition.source, "preparing the query").message),
    }
    Ok(Outlook { missing, staging_sql: statements.staging_sql, merge_sql: statements.merge_sql, warnings })
}

/// Has a module name the columns that it fills, where the destination has others beside them or another order.
pub fn fit(module: &mut Module, proposal: &Proposal, described: Option<&Described>) {
    let Some(described) = described else { return };
    let filled: Vec<&str> = described.columns.iter().filter(|c| c.fill == Fill::Plain).map(|c| &*c.name).collect();
    let there = |alias: &str| described.columns.iter().find(|c| c.name.eq_ignore_ascii_case(alias));
    let wanted: Option<Vec<&str>> =
        proposal.columns.iter().map(|p| there(&p.alias).map(|column| &*column.name)).collect();
    if let Some(wanted) = wanted.filter(|wanted| *wanted != filled) {
        module.dest_columns = Some(wanted.into_iter().map(str::to_owned).collect());
    }
}

/// What the catalog says of a module's destination. `None`: there is no such table.
///
/// # Errors
/// What the connection or the database says.
pub fn described(store: &Store, module: &Module) -> Result<Option<Described>> {
    let dialect = dialect_of(&connection::find(store.read(), &module.dest_connection)?)?;
    let to = dialect.parse_table(&module.dest_table).map_err(Error::invalid)?;
    let rows = introspect::query(store, &module.dest_connection, &dialect.describe(&to), None)?;
    Ok(dialect.read(&rows.rows))
}

/// Makes a table by these statements: all of them or none where the built-in runner speaks to the database, else one by
/// one, as a jrunner may not do a script whole.
///
/// # Errors
/// What the connection or the database says.
pub fn create_table(store: &mut Store, name: &str, statements: &[String]) -> Result<()> {
    let connection = connection::find(store.read(), name)?;
    let dialect = dialect_of(&connection)?;
    let databases = Databases::open(store, None)?;
    let target = databases.target(&connection)?;
    external::learn_rows(&mut Ledger::new(store, None, &databases), &databases, &connection, &target, dialect)?;
    let scripts = match statements {
        [_, _, ..] if target.runner == Runner::Builtin => {
            vec![dialect.atomic(&statements.iter().map(|s| &**s).collect::<Vec<_>>())]
        }
        _ => statements.to_vec(),
    };
    for script in scripts {
        databases
            .runners()
            .script(&target, &script)
            .map_err(|f| databases.explain(&f, &connection, "making the table"))?;
    }
    Ok(())
}
