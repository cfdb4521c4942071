//! What is odd in a module beside the others, which its text alone does not tell: `pipekit module check` again.

use super::lint::{self, Finding, Severity};
use super::module::{Module, Strategy};
use crate::error::Result;
use crate::store::module as table;
use rusqlite::Connection;

/// Everything that can be said of a module, from its text and from what else there is: `row` is the module's.
///
/// # Errors
/// Only where pipekit's own file can't be read.
pub fn check(conn: &Connection, row: &table::Module, module: &Module) -> Result<Vec<Finding>> {
    let mut out = lint::check(module);
    let others = table::names_with_destination(conn, row.dest_connection_id, &row.dest_table, row.id)?;
    if module.merge_strategy == Strategy::Full && !others.is_empty() {
        out.push(lint::finding(
            Severity::Warning,
            "shared_destination",
            format!(
                "a full load empties {}, into which {} too",
                module.dest_table,
                match &others[..] {
                    [one] => format!("module {one} loads"),
                    several => format!("modules {} load", several.join(", ")),
                }
            ),
            format!(
                "`pipekit module edit {} --table TABLE`, or one of them is one too many: `pipekit module remove NAME`",
                module.name
            ),
        ));
    }
    Ok(out)
}
