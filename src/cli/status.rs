//! `pipekit status`: the main screen.

use super::Context;
use super::output::{self, Field, Remarked, Tone, count_or_dash};
use crate::clock;
use crate::engine::schedule::{WithNext, with_next};
use crate::error::Result;
use crate::store::glance::{self, Glance};
use crate::store::group_run::{self, GroupRun};
use crate::store::{Store, group, notification, schedule};
use crate::words::duration;
use clap::Args;
use serde::Serialize;

/// How every module stands, under its source, and the groups
///
/// A line a module: how its last run ended, when, how many rows, how long. Warnings and failed hooks are marked.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit status\n  pipekit status --failed")]
pub struct Status {
    /// Only modules whose last run did not succeed
    #[arg(long)]
    failed: bool,
}

/// The screen as JSON has it.
#[derive(Serialize)]
struct Document {
    modules: Vec<Glance>,
    groups: Vec<Group>,
    /// Why the newest notification could not be told; null where it was.
    notification_error: Option<String>,
}

/// A group as the screen shows it.
#[derive(Serialize)]
struct Group {
    #[serde(flatten)]
    group: group::Group,
    /// Its newest run.
    last_run: Option<GroupRun>,
    /// When it is due next.
    next_at: Option<String>,
    /// The same in the zone of the schedule, for people.
    #[serde(skip)]
    next_local: Option<String>,
}

/// The groups, with how they last ran and when they are due.
fn groups(store: &Store) -> Result<Vec<Group>> {
    let conn = store.read();
    let next = |id| -> Result<Option<WithNext>> {
        let schedules = schedule::of_group(conn, id)?.into_iter().map(|schedule| with_next(conn, schedule));
        Ok(schedules.filter(|s| s.next_at.is_some()).min_by(|a, b| a.next_at.cmp(&b.next_at)))
    };
    let shown = |group: group::Group| {
        let filter = group_run::Filter { group_id: Some(group.id), limit: Some(1), ..Default::default() };
        let last_run = group_run::list(conn, &filter)?.pop();
        let next = next(group.id)?;
        let next_local = next.as_ref().and_then(WithNext::next_local);
        Ok(Group { next_at: next.and_then(|next| next.next_at), next_local, last_run, group })
    };
    group::all(conn)?.into_iter().map(shown).collect()
}

impl Status {
    pub fn run(self, context: &Context) -> Result<u8> {
        let ui = &context.ui;
        let store = context.store()?;
        let mut modules = glance::all(store.read())?;
        if self.failed {
            modules.retain(|m| {
                matches!(m.last.status.as_deref(), Some("error" | "unknown" | "cancelled")) || m.last.hooks_failed > 0
            });
        }
        let groups = groups(&store)?;
        let untold = notification::newest(store.read())?.filter(|told| told.error.is_some());
        if ui.json {
            ui.document(&Document { modules, groups, notification_error: untold.and_then(|told| told.error) });
            return Ok(0);
        }
        if modules.is_empty() {
            ui.note(if self.failed {
                "nothing has failed"
            } else {
                "there are no modules yet: `pipekit module add --help`"
            });
        }
        let mut modules = modules.into_iter().peekable();
        let mut is_first = true;
        while let Some(first) = modules.peek() {
            let source = first.source_connection.clone();
            if !std::mem::take(&mut is_first) {
                ui.line("");
            }
            ui.line(format!(
                "{} {}",
                ui.paint(&source, Tone::Strong),
                ui.paint(&format!("({})", first.source_kind), Tone::Faint)
            ));
            let of_it = std::iter::from_fn(|| modules.next_if(|module| module.source_connection == source));
            ui.remarked(&["", "module", "strategy", "last run", "rows", "took"], of_it.map(line).collect());
        }
        if !groups.is_empty() && !self.failed {
            ui.heading("Groups");
            ui.table(
                &["", "group", "modules", "last run", "next", "schedules"],
                groups.into_iter().map(|Group { group, last_run, next_local, .. }| {
                    let (mark, tone) = last_run.as_ref().map_or(("·", Tone::Faint), |run| output::status(&run.status));
                    let last = last_run.map_or_else(|| "never".to_owned(), |run| ui.when(&run.started_at));
                    vec![
                        Field(mark.to_owned(), tone),
                        group.name.into(),
                        Field(group.members.to_string(), Tone::Number),
                        last.into(),
                        next_local.unwrap_or_else(|| "-".to_owned()).into(),
                        group.schedules.join("; ").into(),
                    ]
                }),
            );
        }
        if let Some((at, error)) = untold.and_then(|told| told.sent_at.zip(told.error)) {
            let error = error.lines().next().unwrap_or_default();
            ui.warn(format!(
                "a notification failed {}: {error} (`pipekit settings test` tries again)",
                clock::ago(&at)
            ));
        }
        Ok(0)
    }
}

fn line(m: Glance) -> Remarked {
    let (mark, tone) = match (m.running, m.enabled, m.last.status.as_deref()) {
        (true, _, _) => output::status("running"),
        (_, false, None | Some("success")) => ("○", Tone::Faint),
        (_, _, Some("success")) if m.last.hooks_failed > 0 || m.last.warnings > 0 => ("!", Tone::Odd),
        (_, _, Some(word)) => output::status(word),
        (_, _, None) => ("·", Tone::Faint),
    };
    let when = match (&m.last.started_at, m.running) {
        (Some(at), true) => format!("running, {}", clock::ago(at)),
        (Some(at), false) => clock::ago(at),
        (None, _) => "never".to_owned(),
    };
    let took = match (&m.last.started_at, &m.last.finished_at) {
        (Some(from), Some(to)) => clock::millis_between(from, to).map(duration),
        _ => None,
    };
    let remark = match (&m.last.error, m.last.hooks_failed, m.last.warnings) {
        (Some(error), _, _) => Field(error.lines().next().unwrap_or_default().to_owned(), Tone::Bad),
        (None, n, _) if n > 0 => Field(format!("{n} hook(s) failed"), Tone::Odd),
        (None, _, n) if n > 0 => Field(format!("{n} warning(s)"), Tone::Odd),
        _ if !m.enabled => Field("disabled".to_owned(), Tone::Faint),
        _ => Field::from(""),
    };
    // With room for the remark.
    let mut cells = Vec::with_capacity(7);
    cells.extend([
        Field(mark.to_owned(), tone),
        m.name.into(),
        (&*m.merge_strategy).into(),
        when.into(),
        count_or_dash(m.last.row_count),
        Field(took.unwrap_or_else(|| "-".to_owned()), Tone::Number),
    ]);
    Remarked { cells, about: &[1], remark }
}
