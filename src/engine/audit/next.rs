//! What the next run would bring, as its own query says: a value can be new, and the source read it as another.

use super::Audit;
use crate::engine::rehearse::Line;
use crate::engine::sync::{self, Mode, Options};
use crate::engine::verify::Asked;
use crate::error::{Code, Result};
use crate::store::Store;
use crate::store::run::{self, Filter};
use serde_json::Value;
use std::collections::HashSet;

/// A key, to be compared.
pub(super) fn text(row: &Line, key: &[String]) -> String {
    let values: Vec<Option<&str>> = key.iter().map(|name| row.get(name).and_then(Value::as_str)).collect();
    format!("{values:?}")
}

/// The keys of the rows that a run now would add or change; `None`, with a remark, where that can't be found out.
///
/// # Errors
/// Where pipekit's own file can't be used, or it was cancelled.
pub(super) fn brings(
    audit: &mut Audit,
    store: &mut Store,
    asked: &mut Asked<'_>,
    module_id: i64,
    key: &[String],
) -> Result<Option<HashSet<String>>> {
    let mut options = Options {
        mode: Mode::Rehearsal { from_start: false, every: true },
        triggered_by: "verify",
        group_run_id: None,
        signal: asked.signal.clone(),
        progress: &mut *asked.progress,
    };
    let outcome = match sync::run_module(store, asked.module, &mut options) {
        Ok(outcome) => outcome.error.map_or(Ok(outcome.rehearsal), Err),
        Err(error) => Err(error),
    };
    // What a run has loaded since the comparison comes no more, and was not passed by.
    let filter = Filter { statuses: vec!["success".to_owned()], limit: Some(1), ..Filter::default() };
    let last = run::list(store.read(), &Filter { module_id: Some(module_id), ..filter })?;
    let between = last.first().is_some_and(|run| run.id > audit.run_id);
    let why = match outcome {
        Ok(_) if between => "the module has run meanwhile: ask again".to_owned(),
        Ok(Some(found)) if found.tells_all() => {
            let changed = found.examples_changed.iter().flat_map(|changed| &changed.after);
            return Ok(Some(found.examples_added.iter().chain(changed).map(|row| text(row, key)).collect()));
        }
        Ok(_) => "it brings too many rows to look at each".to_owned(),
        Err(error) if matches!(error.code, Code::Store | Code::Cancelled) => return Err(error),
        Err(error) => error.message,
    };
    audit
        .remarks
        .push(format!("what the next run reads is told by the values alone, as it could not be rehearsed: {why}"));
    Ok(None)
}
