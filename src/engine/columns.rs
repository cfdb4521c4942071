//! Whether a query gave as many columns as are filled, where jrunner moved the rows. What it inserts may name no columns,
//! and a database may take fewer values than a table has columns for it: the last ones are NULL then.

use super::databases::{Databases, dialect_of};
use super::external;
use super::ledger::{Came, Ledger};
use super::plan::{Definition, Plan};
use crate::error::{Code, Error, Result};
use crate::runner::Rows;
use crate::runner::jrunner::MADE_UP;

/// Asks the source, because the last column is NULL in every staged row. Gives a warning where it can't be told.
///
/// # Errors
/// `Gate` where the query gives another number of columns.
pub(super) fn count(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    definition: &Definition,
    plan: &Plan,
) -> Result<Option<String>> {
    let source = &definition.source;
    let sql = format!("SELECT * FROM (\n{}\n) pk WHERE 1 = 0", plan.source_sql);
    external::learn_rows(ledger, databases, source, &plan.source, dialect_of(source)?)?;
    let work = || databases.runners().query(&plan.source, &sql, Some(0));
    let came = |rows: &Rows| Came { rows: None, value: Some(rows.columns.join(", ")) };
    let known = match ledger.step("gate", "columns", &source.name, &sql, work, came)? {
        Ok(rows) if rows.columns.first().is_some_and(|name| name == MADE_UP) => None,
        Ok(rows) => Some(rows.columns.len()),
        // A query that can't stand in another one.
        Err(_) => None,
    };
    let filled = plan.columns.len();
    match known {
        Some(given) if given != filled => {
            Err(Error::new(Code::Gate, format!("the query gives {given} columns and {filled} are filled"))
                .hint(format!("`pipekit module edit {} --columns …` says which are", definition.module.name)))
        }
        Some(_) => Ok(None),
        None => {
            let last = plan.columns.last().map_or("the last column", |c| &*c.name);
            Ok(Some(format!("{last} is NULL in every row: does the query give {filled} columns?")))
        }
    }
}
