//! Everything about one run, as `log show` and the API give it.

use super::recover;
use crate::error::Result;
use crate::store::run::{self, Run};
use crate::store::{Store, output, step};
use serde_json::{Value, json};

/// The run with that id; where its end is unknown, its destination is asked again first.
///
/// # Errors
/// `NotFound` where there is none.
pub fn settled(store: &mut Store, id: i64) -> Result<Run> {
    let run = run::get(store.read(), id)?;
    if run.status != "unknown" {
        return Ok(run);
    }
    recover::settle_unknown(store, &run, recover::A_MOMENT)?;
    run::get(store.read(), id)
}

/// A run with its SQL, its output and its steps.
///
/// # Errors
/// Only where pipekit's own file can't be read.
pub fn whole(store: &Store, run: &Run) -> Result<Value> {
    let mut all = run.document();
    let texts = run::texts(store.read(), run.id)?;
    all["resolved_source_sql"] = json!(texts.resolved_source_sql);
    all["merge_sql"] = json!(texts.merge_sql);
    for name in ["jrunner_stdout", "jrunner_stderr", "hook_log", "live_log"] {
        all[name] = json!(output::text(store.read(), run.id, name)?);
    }
    all["steps"] = json!(step::of_run(store.read(), run.id)?);
    Ok(all)
}
