//! What to do where a destination refuses: the next thing to type, by what the database says that it is about.

use super::plan::{Definition, Plan};
use crate::definition::module::Strategy;
use crate::dialect::TableName;
use crate::error::Error;
use crate::runner::Failure;

/// PostgreSQL's `insufficient_privilege` (manual, appendix A).
const DENIED: &str = "42501";
/// PostgreSQL's `lock_not_available`.
const LOCKED: &str = "55P03";

/// An error of a step that works on the staging area, for a login that may not.
pub(super) fn on_staging(error: Error, failure: &Failure, definition: &Definition, plan: &Plan) -> Error {
    if failure.sqlstate.as_deref() != Some(DENIED) {
        return on_lock(error, failure, definition, plan, &plan.staging);
    }
    let login = definition.dest.username.as_deref().unwrap_or("the login");
    error.hint(format!(
        "let someone who may run there: CREATE SCHEMA pipekit_staging AUTHORIZATION {login}; where others use it \
         already: GRANT USAGE, CREATE ON SCHEMA pipekit_staging TO {login}, and GRANT SELECT, INSERT, UPDATE ON {} TO {login}",
        plan.dialect.receipt()
    ))
}

/// An error of making the staging table, which may be another login's of an earlier run.
pub(super) fn on_staging_table(error: Error, failure: &Failure, definition: &Definition, plan: &Plan) -> Error {
    if failure.sqlstate.as_deref() != Some(DENIED) {
        return on_lock(error, failure, definition, plan, &plan.staging);
    }
    error.hint(format!("let its owner run: DROP TABLE IF EXISTS {}", plan.dialect.table(&plan.staging)))
}

/// An error of a step that works on the destination itself.
pub(super) fn on_destination(error: Error, failure: &Failure, definition: &Definition, plan: &Plan) -> Error {
    match (failure.sqlstate.as_deref(), &plan.grant) {
        (Some(DENIED), Some(grant)) => error.hint(format!("what the merge needs: {grant}")),
        _ => on_lock(error, failure, definition, plan, &plan.table),
    }
}

/// An error because others would not let go of `table`.
fn on_lock(error: Error, failure: &Failure, definition: &Definition, plan: &Plan, table: &TableName) -> Error {
    let holders = plan.dialect.holders(table);
    let (Some(LOCKED), Some(holders)) = (failure.sqlstate.as_deref(), holders) else { return error };
    let readers = if definition.strategy() == Strategy::Full && plan.truncates && *table == plan.table {
        format!("`pipekit module edit {} --full-by delete` waits for no readers; ", definition.module.name)
    } else {
        String::new()
    };
    error.hint(format!(
        "{readers}who holds it: pipekit connection query {} \"{}\"; to wait longer: `options=-c%20lock_timeout=5min` in \
         the connection's URL",
        definition.dest.name,
        holders.replace('"', "\\\"")
    ))
}
