//! `pipekit group list` and `show`.

use super::number;
use crate::cli::Context;
use crate::cli::output::{Field, Tone};
use crate::cli::schedule as schedules;
use crate::engine::schedule::{WithNext, with_next};
use crate::error::Result;
use crate::store::{Store, group as table, group_run, schedule};
use serde::Serialize;

pub fn list(context: &Context, store: &Store) -> Result<()> {
    let ui = &context.ui;
    let all = table::all(store.read())?;
    if ui.json {
        ui.document(&all);
    } else if all.is_empty() {
        ui.note("there are no groups yet: `pipekit group add NAME`");
    } else {
        ui.table(
            &["group", "modules", "at once", "on failure", "schedules"],
            all.into_iter().map(|g| {
                let word = if g.stop_on_failure { "stops" } else { "goes on" };
                vec![
                    g.name.into(),
                    number(g.members),
                    number(g.max_parallel),
                    word.into(),
                    g.schedules.join("; ").into(),
                ]
            }),
        );
    }
    Ok(())
}

/// A member as a line, with its group where several are shown.
pub fn member(member: table::Member, with_group: bool) -> Vec<Field> {
    let off = if member.enabled { Field::from("") } else { Field("disabled".to_owned(), Tone::Faint) };
    let mut cells = vec![number(member.run_order), member.module.into(), off];
    if with_group {
        cells.insert(0, member.group_name.into());
    }
    cells
}

/// A group as `show` has it in JSON.
#[derive(Serialize)]
struct Document {
    #[serde(flatten)]
    group: table::Group,
    group_members: Vec<table::Member>,
    group_schedules: Vec<WithNext>,
    runs: Vec<group_run::GroupRun>,
}

pub fn show(context: &Context, store: &Store, name: &str) -> Result<()> {
    let ui = &context.ui;
    let group = table::find(store.read(), name)?;
    let members = table::members(store.read(), Some(group.id))?;
    let shown = schedule::of_group(store.read(), group.id)?;
    let shown: Vec<_> = shown.into_iter().map(|s| with_next(store.read(), s)).collect();
    let filter = group_run::Filter { group_id: Some(group.id), limit: Some(10), ..Default::default() };
    let runs = group_run::list(store.read(), &filter)?;
    if ui.json {
        ui.document(&Document { group, group_members: members, group_schedules: shown, runs });
        return Ok(());
    }
    ui.fields(&[
        ("group", group.name.clone()),
        ("at once", if group.max_parallel > 1 { format!("up to {}", group.max_parallel) } else { String::new() }),
        ("on failure", if group.stop_on_failure { "stops" } else { "goes on" }.to_owned()),
    ]);
    ui.heading("Members");
    if members.is_empty() {
        ui.line(format!("none: `pipekit group member add {} MODULE`", group.name));
    } else {
        ui.table(&["order", "module", ""], members.into_iter().map(|m| member(m, false)));
    }
    ui.heading("Schedules");
    if shown.is_empty() {
        ui.line(format!("none: `pipekit schedule add {} '30 2 * * *'`", group.name));
    } else {
        schedules::table(context, &shown);
    }
    let running = runs.iter().find(|run| run.status == "running").map(|run| run.id);
    ui.heading("Runs");
    if runs.is_empty() {
        ui.line(format!("none yet: `pipekit group run {}`", group.name));
    } else {
        super::runs::table(context, store, &runs)?;
    }
    if let Some(id) = running {
        ui.heading(&format!("Group run {id}"));
        super::runs::members(context, &group_run::members(store.read(), id)?);
    }
    Ok(())
}
