//! What to do where a destination refuses: the next thing to type, by what the database says that it is about.

use super::plan::{Definition, Plan};
use crate::definition::module::Strategy;
use crate::dialect::TableName;
use crate::error::Error;
use crate::runner::Failure;

/// Whether the login may not. PostgreSQL has `insufficient_privilege` for that (manual, appendix A), MySQL a class that
/// syntax errors are in too (error 1044 and those from 1142).
fn is_denied(failure: &Failure) -> bool {
    let state = failure.sqlstate.as_deref();
    state == Some("42501")
        || state == Some("42000") && ["denied to user", "denied for user"].iter().any(|w| failure.message.contains(w))
}

/// Whether others did not let go of something: PostgreSQL's `lock_not_available`, MySQL's error 1205.
fn is_locked(failure: &Failure) -> bool {
    failure.sqlstate.as_deref() == Some("55P03") || failure.message.contains("Lock wait timeout exceeded")
}

/// Whether a unique key has the value already: MySQL's error 1062.
fn is_taken(failure: &Failure) -> bool {
    failure.message.contains("Duplicate entry")
}

/// Whether the database takes different texts for one in a column of the merge key.
fn has_loose_key(plan: &Plan) -> bool {
    let mut key = plan.columns.iter().filter(|c| plan.merge_key.contains(&c.name));
    key.any(|c| plan.dialect.letters(c, &plan.dialect.quote(&c.name)).is_some())
}

/// An error of a step that works on the staging area, for a login that may not.
pub(super) fn on_staging(error: Error, failure: &Failure, definition: &Definition, plan: &Plan) -> Error {
    if !is_denied(failure) {
        return on_lock(error, failure, definition, plan, &plan.staging);
    }
    let login = definition.dest.username.as_deref().unwrap_or("the login");
    if definition.dest.kind == "mysql" {
        return error.hint(format!(
            "let someone who may run there: GRANT CREATE, DROP, SELECT, INSERT, UPDATE, DELETE ON DATABASE.* TO '{login}'@'%'; \
             where that is too much, make a database for staging, name it in the connection's URL, and write the modules' \
             tables as DATABASE.TABLE"
        ));
    }
    error.hint(format!(
        "let someone who may run there: CREATE SCHEMA pipekit_staging AUTHORIZATION {login}; where others use it \
         already: GRANT USAGE, CREATE ON SCHEMA pipekit_staging TO {login}, and GRANT SELECT, INSERT, UPDATE ON {} TO {login}",
        plan.dialect.receipt()
    ))
}

/// An error of making the staging table, which may be another login's of an earlier run.
pub(super) fn on_staging_table(error: Error, failure: &Failure, definition: &Definition, plan: &Plan) -> Error {
    if !is_denied(failure) {
        return on_lock(error, failure, definition, plan, &plan.staging);
    }
    error.hint(format!("let its owner run: DROP TABLE IF EXISTS {}", plan.dialect.table(&plan.staging)))
}

/// An error of a step that works on the destination itself.
pub(super) fn on_destination(error: Error, failure: &Failure, definition: &Definition, plan: &Plan) -> Error {
    match &plan.grant {
        Some(grant) if is_denied(failure) => error.hint(format!("what the merge needs: {grant}")),
        _ if is_taken(failure) && has_loose_key(plan) => error.hint(format!(
            "if the source has both keys, {} must tell them apart: ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4 COLLATE \
             utf8mb4_nopad_bin (on MySQL utf8mb4_0900_bin)",
            definition.module.dest_table
        )),
        _ => on_lock(error, failure, definition, plan, &plan.table),
    }
}

/// An error because others would not let go of `table`.
fn on_lock(error: Error, failure: &Failure, definition: &Definition, plan: &Plan, table: &TableName) -> Error {
    let holders = plan.dialect.holders(table);
    let (true, Some(holders)) = (is_locked(failure), holders) else { return error };
    let readers = if definition.strategy() == Strategy::Full && plan.truncates && *table == plan.table {
        format!("`pipekit module edit {} --full-by delete` waits for no readers; ", definition.module.name)
    } else {
        String::new()
    };
    let longer = match &*definition.dest.kind {
        "mysql" => "sessionVariables=innodb_lock_wait_timeout=300,lock_wait_timeout=300",
        _ => "options=-c%20lock_timeout=5min",
    };
    error.hint(format!(
        "{readers}who holds it: pipekit connection query {} \"{}\"; to wait longer: `{longer}` in the connection's URL",
        definition.dest.name,
        holders.replace('"', "\\\"")
    ))
}
