//! Why a module or a group ran, or didn't: every reason that is known, the most pressing first.

use super::schedule::{local, with_next};
use crate::clock;
use crate::error::Result;
use crate::store::group::{self, Group};
use crate::store::group_run::{self, GroupRun};
use crate::store::module::Module;
use crate::store::run::{self, Filter};
use crate::store::schedule;
use rusqlite::Connection;
use serde::Serialize;

/// A reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What sort it is: `running disabled no_group no_schedule not_due skipped missed failed unknown never_ran ran`.
    pub code: &'static str,
    /// The reason, as a sentence.
    pub reason: String,
    /// What to type next.
    pub next: Option<String>,
}

fn reason(code: &'static str, reason: impl Into<String>, next: impl Into<Option<String>>) -> Reason {
    Reason { code, reason: reason.into(), next: next.into() }
}

fn first_line(text: Option<&str>) -> &str {
    text.and_then(|text| text.lines().next()).unwrap_or_default()
}

/// Why a module ran, or didn't.
///
/// # Errors
/// Only where pipekit's own file can't be used.
pub fn module(conn: &Connection, module: &Module) -> Result<Vec<Reason>> {
    let name = &module.name;
    let mut all = Vec::new();
    if module.running {
        let since = module.lock_at.as_deref().map(clock::local).unwrap_or_default();
        let (pid, host) = (module.lock_pid.unwrap_or_default(), module.lock_host.clone().unwrap_or_default());
        all.push(reason(
            "running",
            format!("it is running: held by process {pid} on {host} since {since}"),
            format!("pipekit log follow {name}"),
        ));
    }
    if !module.enabled {
        all.push(reason("disabled", "it is disabled: groups skip it", format!("pipekit module enable {name}")));
    }
    let groups = group::names_of_module(conn, module.id)?;
    if groups.is_empty() {
        all.push(reason(
            "no_group",
            "it is in no group, so that no schedule runs it",
            format!("pipekit group member add GROUP {name}"),
        ));
    }
    let filter = Filter { module_id: Some(module.id), no_comparisons: true, limit: Some(1), ..Filter::default() };
    let newest = run::list(conn, &filter)?.pop();
    match newest {
        None => all.push(reason("never_ran", "it has never run", format!("pipekit run {name}"))),
        Some(run) => {
            let when = clock::local(&run.started_at);
            let by = &run.triggered_by;
            let code = match run.status.as_str() {
                "success" | "dry_run" | "running" => "ran",
                "unknown" => "unknown",
                _ => "failed",
            };
            let error = match first_line(run.error.as_deref()) {
                "" => String::new(),
                error => format!(": {error}"),
            };
            let text = format!("its last run, {} at {when} ({by}), is {}{error}", run.id, run.status);
            all.push(reason(code, text, format!("pipekit log show {}", run.id)));
        }
    }
    for name_of_group in groups {
        let group = group::find(conn, &name_of_group)?;
        if let Some(left_out) = left_out(conn, module.id, &group)? {
            all.push(left_out);
        }
        all.extend(times(conn, &group)?);
    }
    Ok(all)
}

/// What the newest run of a group says of a member that it did not run.
fn left_out(conn: &Connection, module_id: i64, group: &Group) -> Result<Option<Reason>> {
    let ran: Vec<String> = ["running", "success", "error", "cancelled"].map(str::to_owned).into();
    let Some(newest) = newest(conn, group, ran)? else { return Ok(None) };
    let member = group_run::members(conn, newest.id)?.into_iter().find(|m| m.module_id == Some(module_id));
    let show = format!("pipekit group runs --id {}", newest.id);
    Ok(match member {
        Some(member) if member.run_id.is_none() && member.status != "waiting" => {
            let why = first_line(member.reason.as_deref()).to_owned();
            Some(reason("skipped", format!("group run {} of {} left it out: {why}", newest.id, group.name), show))
        }
        Some(member) if member.status == "waiting" => {
            Some(reason("running", format!("it waits for its turn in group run {} of {}", newest.id, group.name), show))
        }
        _ => None,
    })
}

fn newest(conn: &Connection, group: &Group, statuses: Vec<String>) -> Result<Option<GroupRun>> {
    let filter = group_run::Filter { group_id: Some(group.id), statuses, limit: Some(1), ..Default::default() };
    Ok(group_run::list(conn, &filter)?.pop())
}

/// Why a group ran, or didn't.
///
/// # Errors
/// Only where pipekit's own file can't be used.
pub fn group(conn: &Connection, group: &Group) -> Result<Vec<Reason>> {
    let name = &group.name;
    let mut all = Vec::new();
    let running = group_run::running(conn, Some(group.id))?;
    let runs_first = !running.is_empty();
    for run in running {
        let since = clock::local(&run.started_at);
        let (pid, host) = (run.pid.unwrap_or_default(), run.host.unwrap_or_default());
        all.push(reason(
            "running",
            format!("it is running: group run {}, held by process {pid} on {host} since {since}", run.id),
            format!("pipekit group show {name}"),
        ));
    }
    let members = group::members(conn, Some(group.id))?;
    if members.is_empty() {
        all.push(reason("no_members", "it has no members", format!("pipekit group member add {name} MODULE")));
    } else if members.iter().all(|m| !m.enabled) {
        all.push(reason(
            "disabled",
            "all its members are disabled",
            format!("pipekit module enable {}", members[0].module),
        ));
    }
    let ended: Vec<String> = ["success", "error", "cancelled", "dry_run"].map(str::to_owned).into();
    match newest(conn, group, ended)? {
        None if runs_first => {}
        None => all.push(reason("never_ran", "it has never run", format!("pipekit group run {name}"))),
        Some(run) => {
            let code = if run.status == "success" { "ran" } else { "failed" };
            let by = run.triggered_by.as_deref().unwrap_or("manual");
            let why = run.reason.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
            let when = clock::local(&run.started_at);
            let text = format!("its last run, {} at {when} ({by}), is {}{why}", run.id, run.status);
            all.push(reason(code, text, format!("pipekit group runs --id {}", run.id)));
        }
    }
    all.extend(times(conn, group)?);
    Ok(all)
}

/// What a group's schedules say: the newest time that was not run, and the next.
fn times(conn: &Connection, group: &Group) -> Result<Vec<Reason>> {
    let name = &group.name;
    let mut all = Vec::new();
    for status in ["skipped", "missed"] {
        if let Some(run) = newest(conn, group, vec![status.to_owned()])? {
            let local = |at: &str| local(conn, run.schedule_id, at);
            let at = run.due_at.as_deref().map(local).transpose()?.unwrap_or_default();
            let until = match (&run.due_until, run.due_count) {
                (Some(until), Some(times)) => format!(" to {} ({times} times)", local(until)?),
                _ => String::new(),
            };
            let why = run.reason.unwrap_or_default();
            let text = format!("group {name} was due at {at}{until} and {status}: {why}");
            all.push(reason(
                if status == "skipped" { "skipped" } else { "missed" },
                text,
                format!("pipekit group runs {name}"),
            ));
        }
    }
    let schedules = schedule::of_group(conn, group.id)?;
    if schedules.is_empty() {
        let add = format!("pipekit schedule add {name} '30 2 * * *'");
        all.push(reason("no_schedule", format!("group {name} has no schedule"), add));
    }
    for schedule in schedules {
        let (id, cron) = (schedule.id, schedule.cron_expr.clone());
        if !schedule.enabled {
            let enable = format!("pipekit schedule enable {id}");
            all.push(reason("disabled", format!("schedule {id} of group {name} ({cron}) is disabled"), enable));
            continue;
        }
        let when = with_next(conn, schedule).next_local().unwrap_or_else(|| "never".to_owned());
        let show = format!("pipekit schedule next {name}");
        all.push(reason("not_due", format!("group {name} is due next at {when}, by schedule {id} ({cron})"), show));
    }
    Ok(all)
}
