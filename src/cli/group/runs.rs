//! `pipekit group runs` and `cancel`.

use super::number;
use crate::cli::Context;
use crate::cli::output::{self, Field, Tone, count_or_dash};
use crate::clock;
use crate::engine::group as engine;
use crate::engine::schedule::local;
use crate::error::Result;
use crate::store::group_run::{self, GroupRun, MemberRun};
use crate::store::{Store, group};
use crate::words::{brief, duration};
use std::time::{Duration, Instant};

pub fn list(context: &Context, store: &Store, name: Option<&str>, limit: i64) -> Result<()> {
    let group_id = name.map(|name| group::find(store.read(), name)).transpose()?.map(|g| g.id);
    let filter = group_run::Filter { group_id, limit: Some(limit), ..Default::default() };
    let runs = group_run::list(store.read(), &filter)?;
    if context.ui.json {
        context.ui.document(&runs);
    } else if runs.is_empty() {
        context.ui.note("no group has run yet: `pipekit group run NAME`");
    } else {
        table(context, store, &runs)?;
    }
    Ok(())
}

/// Group runs, one a line.
pub fn table(context: &Context, store: &Store, runs: &[GroupRun]) -> Result<()> {
    let line = |run: &GroupRun| -> Result<Vec<Field>> {
        let local = |at: &String| local(store.read(), run.schedule_id, at);
        let took = run.finished_at.is_some().then(|| run.duration_ms().map(duration)).flatten();
        let due = run.due_at.as_ref().filter(|_| matches!(run.status.as_str(), "skipped" | "missed"));
        let when = match due {
            Some(at) => {
                let told = local(at)?;
                context.ui.when_told(at, |_| told)
            }
            None => context.ui.when(&run.started_at),
        };
        let reason = run.reason.clone().unwrap_or_default();
        let why = match (&run.due_until, run.due_count) {
            (Some(until), Some(times)) => format!("{times} times up to {}: {reason}", local(until)?),
            _ => reason,
        };
        Ok(vec![
            number(run.id),
            run.group_name.as_str().into(),
            Field(run.status.clone(), output::status(&run.status).1),
            when.into(),
            Field(took.filter(|_| due.is_none()).unwrap_or_else(|| "-".to_owned()), Tone::Number),
            run.triggered_by.clone().unwrap_or_default().into(),
            brief(&why, 80).into(),
        ])
    };
    let lines: Vec<_> = runs.iter().map(line).collect::<Result<_>>()?;
    context.ui.table(&["id", "group", "status", "started", "took", "by", ""], lines);
    Ok(())
}

pub fn show(context: &Context, store: &Store, id: i64) -> Result<()> {
    let run = group_run::get(store.read(), id)?;
    let list = group_run::members(store.read(), id)?;
    if context.ui.json {
        context.ui.document(&run.with_members(&list));
        return Ok(());
    }
    let due = |at: &Option<String>| -> Result<String> {
        let local = at.as_deref().map(|at| local(store.read(), run.schedule_id, at)).transpose()?;
        Ok(local.unwrap_or_default())
    };
    context.ui.fields(&[
        ("group run", run.id.to_string()),
        ("group", run.group_name.clone()),
        ("status", run.status.clone()),
        ("reason", run.reason.clone().unwrap_or_default()),
        ("triggered by", run.triggered_by.clone().unwrap_or_default()),
        ("due", due(&run.due_at)?),
        ("due until", due(&run.due_until)?),
        ("started", clock::local(&run.started_at)),
        ("finished", run.finished_at.as_deref().map(clock::local).unwrap_or_default()),
        ("took", run.duration_ms().map(duration).unwrap_or_default()),
    ]);
    if !list.is_empty() {
        context.ui.heading("Members");
        members(context, &list);
    }
    Ok(())
}

/// What became of the members, one a line.
pub fn members(context: &Context, members: &[MemberRun]) {
    context.ui.table(
        &["", "module", "status", "run", "rows", "took", ""],
        members.iter().map(|m| {
            let (mark, tone) = output::status(&m.status);
            let took = match (&m.started_at, &m.finished_at) {
                (Some(from), Some(to)) => clock::millis_between(from, to).map(duration),
                _ => None,
            };
            vec![
                Field(mark.to_owned(), tone),
                m.module_name.as_str().into(),
                Field(m.status.clone(), tone),
                Field(m.run_id.map_or_else(|| "-".to_owned(), |id| id.to_string()), Tone::Number),
                count_or_dash(m.row_count),
                Field(took.unwrap_or_else(|| "-".to_owned()), Tone::Number),
                brief(m.reason.as_deref().unwrap_or_default(), 80).into(),
            ]
        }),
    );
}

pub fn cancel(context: &Context, store: &mut Store, name: &str, no_wait: bool) -> Result<()> {
    let mut run = engine::request_cancel(store, name)?;
    let (id, name) = (run.id, run.group_name.clone());
    let until = Instant::now() + Duration::from_secs(30);
    while !no_wait && run.status == "running" && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
        run = group_run::get(store.read(), id)?;
    }
    let line = match run.status.as_str() {
        "cancelled" => format!("cancelled group {name}"),
        "running" => format!("asked group {name} to stop; `pipekit group show {name}` shows when it has"),
        other => format!("group {name} had ended already: {other}"),
    };
    crate::cli::said(context, &run, &line);
    Ok(())
}
