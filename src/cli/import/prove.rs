//! `pipekit import --prove`: each module that was found is rehearsed against the table that its script keeps.

use crate::cli::Context;
use crate::cli::module::rehearse::print;
use crate::cli::output::Tone;
use crate::cli::run::{behind_a_line, signals};
use crate::engine::rehearse::Rehearsal;
use crate::engine::sync::Mode;
use crate::error::{Code, Result};
use crate::store::{Store, module};
use crate::words::count;
use serde::Serialize;
use std::sync::atomic::Ordering;

/// What was found out about a module.
#[derive(Serialize)]
pub struct Proved {
    /// Its name.
    pub module: String,
    /// Whether all its rows are there as the script left them, and there were some.
    pub same: bool,
    /// What a run now would do, where that could be found out.
    pub rehearsal: Option<Rehearsal>,
    /// Why it could not.
    pub error: Option<String>,
}

/// Rehearses the modules of those names that are there, one after the other, and tells of each as it is done. Gives
/// them, up to a Ctrl-C.
///
/// # Errors
/// Only where pipekit's own file can't be used.
pub fn prove<'a>(context: &Context, store: &mut Store, names: impl Iterator<Item = &'a str>) -> Result<Vec<Proved>> {
    let signal = signals()?;
    let mut proved = Vec::new();
    for name in names {
        if module::find(store.read(), name).is_err() {
            continue;
        }
        let mode = Mode::Rehearsal { from_start: true, every: false };
        let done = behind_a_line(context, store, name, mode, &signal);
        let (rehearsal, error) = match done {
            Ok(outcome) => (outcome.rehearsal, outcome.error),
            Err(error) if error.code == Code::Store => return Err(error),
            Err(error) => (None, Some(error)),
        };
        let one = Proved {
            module: name.to_owned(),
            same: rehearsal.as_ref().is_some_and(|found| found.is_same() && !found.is_empty()),
            rehearsal,
            error: error.map(|error| error.message),
        };
        if !context.ui.json {
            tell(context, &one);
        }
        proved.push(one);
        if signal.load(Ordering::SeqCst) {
            break;
        }
    }
    Ok(proved)
}

/// Whether there are some, and every one of them gives the same rows.
pub fn holds(proved: &[Proved]) -> bool {
    !proved.is_empty() && proved.iter().all(|one| one.same)
}

fn tell(context: &Context, one: &Proved) {
    let ui = &context.ui;
    match (&one.rehearsal, &one.error) {
        (Some(found), None) if one.same => {
            let rows = count(found.inserts);
            ui.line(format!("{} {}: the same {rows} rows as the script's", ui.paint("=", Tone::Good), one.module));
        }
        (Some(found), None) if found.is_empty() => {
            let (mark, name) = (ui.paint("?", Tone::Odd), &one.module);
            ui.line(format!("{mark} {name}: no rows came and none are there, so that there was nothing to compare"));
        }
        (Some(found), None) => {
            print(context, &one.module, found);
            ui.line("");
        }
        (_, error) => {
            let error = error.as_deref().unwrap_or("it did not come so far");
            ui.line(format!("{} {}: {error}", ui.paint("✗", Tone::Bad), one.module));
        }
    }
}

/// How it went, in a line.
pub fn sum_up(context: &Context, proved: &[Proved]) {
    let of = |what: fn(&&Proved) -> bool| proved.iter().filter(what).count();
    let (same, failed) = (of(|one| one.same), of(|one| one.error.is_some()));
    let empty = of(|one| one.error.is_none() && one.rehearsal.as_ref().is_some_and(Rehearsal::is_empty));
    let differ = proved.len() - same - failed - empty;
    context.ui.line(format!(
        "{same} give the same rows, {differ} differ, {empty} have nothing to compare, {failed} could not be rehearsed"
    ));
    if proved.is_empty() {
        context.ui.note("none of the modules is there yet: --apply adds them");
    }
}
