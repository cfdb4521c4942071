//! Notifications: what went wrong, and by choice what went well again, told to the program that the setting
//! `notify_command` names.
//!
//! What is to be told is queued in the transaction that ends the run, so that it can't be lost with the process; it is
//! told by threads of whoever runs something then ([`begin`]), once at most. No run waits for it.

mod send;

pub use send::{begin, mentioned, sample, wait};

use crate::error::Result;
use crate::settings;
use crate::store::group_run::{self, GroupRun, MemberRun};
use crate::store::notification::{self, About, Notification};
use crate::store::run::{self, Run};
use crate::store::{Store, setting};
use rusqlite::Connection;
use serde_json::{Value, json};

/// What is wanted, by the settings.
struct Wanted {
    failure: bool,
    members: bool,
    recovery: bool,
}

/// What is wanted; `None` where nobody is to be told.
fn wanted(conn: &Connection) -> Result<Option<Wanted>> {
    if setting::get(conn, "notify_command")?.is_none() {
        return Ok(None);
    }
    let chosen = setting::get(conn, "notify_on")?;
    let chosen = settings::notify_on(chosen.as_deref().unwrap_or(settings::NOTIFY_ON));
    let has = |what| chosen.contains(&what);
    Ok(Some(Wanted { failure: has("failure"), members: has("members"), recovery: has("recovery") }))
}

/// Queues what there is to tell of a run that has just ended; `was_unknown` where its end had been told as unknown.
pub(super) fn after_run(conn: &Connection, run_id: i64, was_unknown: bool) -> Result<()> {
    let Some(wanted) = wanted(conn)? else { return Ok(()) };
    let run = run::get(conn, run_id)?;
    // A member is told of with its group, where it isn't told of at once.
    if run.group_run_id.is_some() && !wanted.members {
        return Ok(());
    }
    let failed_before = || -> Result<bool> {
        let ended = ["success", "error", "unknown"];
        let Some(module) = run.module_id else { return Ok(false) };
        let before = run::newest(conn, module, &ended, Some(run_id))?;
        Ok(was_unknown || before.is_some_and(|before| run_failed(&before)))
    };
    let event = match run_failed(&run) {
        true if wanted.failure => "run_failed",
        false if wanted.recovery && run.status == "success" && failed_before()? => "run_recovered",
        _ => return Ok(()),
    };
    notification::queue(conn, event, About::Run(run_id))
}

/// Queues what there is to tell of a group run that has just ended.
pub(super) fn after_group(conn: &Connection, id: i64) -> Result<()> {
    let Some(wanted) = wanted(conn)? else { return Ok(()) };
    let run = group_run::get(conn, id)?;
    let failed_before = || -> Result<bool> {
        let statuses = ["success", "error"].map(str::to_owned).to_vec();
        let limit = Some(1);
        let filter =
            group_run::Filter { group_id: run.group_id, statuses, before_id: Some(id), limit, ..Default::default() };
        match group_run::list(conn, &filter)?.pop() {
            Some(before) => group_failed(&before, &group_run::members(conn, before.id)?),
            None => Ok(false),
        }
    };
    let event = match group_failed(&run, &group_run::members(conn, id)?)? {
        true if wanted.failure => "group_failed",
        false if wanted.recovery && run.status == "success" && failed_before()? => "group_recovered",
        _ => return Ok(()),
    };
    notification::queue(conn, event, About::GroupRun(id))
}

fn run_failed(run: &Run) -> bool {
    matches!(run.status.as_str(), "error" | "unknown") || (run.status == "success" && run.hooks_failed > 0)
}

/// A group run fails by its members, one that was cancelled too. A dry run changes nothing, and harms nobody.
fn group_failed(run: &GroupRun, members: &[MemberRun]) -> Result<bool> {
    let bad = |m: &MemberRun| matches!(m.status.as_str(), "error" | "unknown") || m.hooks_failed > 0;
    Ok(run.status == "error" || (run.status != "dry_run" && members.iter().any(bad)))
}

/// The facts that the command is given: the event, a line about it for people, and the run as `log show` has it without
/// its SQL, or the group run with its members.
fn facts(store: &Store, notification: &Notification) -> Result<Value> {
    let conn = store.read();
    let recovered = notification.event.ends_with("_recovered");
    let first_line = |text: &Option<String>| text.as_deref().and_then(|t| t.lines().next()).map(str::to_owned);
    let (what, document, summary) = match notification.about {
        About::Run(id) => {
            let run = run::get(conn, id)?;
            let name = &run.module_name;
            let summary = match first_line(&run.error) {
                _ if recovered => format!("module {name} succeeded again"),
                Some(error) => format!("module {name} failed: {error}"),
                None => format!("module {name} succeeded, but {} of its hooks failed", run.hooks_failed),
            };
            ("run", run.document(), summary)
        }
        About::GroupRun(id) => {
            let (run, members) = (group_run::get(conn, id)?, group_run::members(conn, id)?);
            let name = &run.group_name;
            let hooks: Vec<&str> =
                members.iter().filter(|m| m.hooks_failed > 0).map(|m| m.module_name.as_str()).collect();
            let summary = match first_line(&run.reason) {
                _ if recovered => format!("group {name} succeeded again"),
                Some(reason) if run.status == "error" => format!("group {name} failed: {reason}"),
                _ if run.status == "cancelled" => format!("group {name} was cancelled after failures"),
                _ => format!("group {name} succeeded, but hooks failed of {}", hooks.join(", ")),
            };
            ("group_run", run.with_members(&members), summary)
        }
    };
    let mut facts = envelope(store, &notification.event, &notification.queued_at, &summary);
    facts[what] = document;
    Ok(facts)
}

/// What all facts have: the event, when it was, where, and a line for people.
fn envelope(store: &Store, event: &str, at: &str, summary: &str) -> Value {
    let host = crate::settings::host();
    json!({ "event": event, "at": at, "host": host, "database": store.path().display().to_string(), "summary": summary })
}
