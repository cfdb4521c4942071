//! `pipekit group run`, and what is shown of a group that runs.

use crate::cli::Context;
use crate::cli::output::{self, Tone};
use crate::cli::progress;
use crate::engine::group::{self, Claimed, GroupOptions, GroupOutcome, Told};
use crate::engine::sync::Progress;
use crate::error::{Code, Error, Result};
use crate::store::Store;
use crate::store::group_run::MemberRun;
use crate::words::{counted, duration};
use indicatif::{MultiProgress, ProgressBar};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

pub fn run(context: &Context, store: &mut Store, name: &str, dry_run: bool) -> Result<u8> {
    let signal = crate::cli::run::signals()?;
    let claimed = group::claim(store, name, "manual")?;
    work(context, store, &claimed, dry_run, &signal)
}

/// Runs a group that was claimed, shows what goes on and what came of it, and gives the exit code.
///
/// # Errors
/// Only where pipekit's own file can't be used.
pub fn work(
    context: &Context,
    store: &mut Store,
    claimed: &Claimed,
    dry_run: bool,
    signal: &Arc<AtomicBool>,
) -> Result<u8> {
    let mut shown = Shown::new(context, &claimed.group.name);
    let mut options = GroupOptions { dry_run, signal: signal.clone(), progress: &mut |told| shown.told(told) };
    let done = group::run(store, claimed, &mut options);
    shown.clear();
    let GroupOutcome { run, members } = done?;
    let failed = match run.status.as_str() {
        "error" => Some(Code::Failed),
        "cancelled" => Some(Code::Cancelled),
        _ => None,
    };
    let ui = &context.ui;
    if ui.json {
        ui.document(&run.with_members(&members));
    } else {
        let (mark, tone) = output::status(&run.status);
        let of = |status: &str| members.iter().filter(|m| m.status == status).count();
        let mut facts = vec![run.status.clone()];
        for status in ["success", "dry_run", "error", "unknown", "cancelled", "skipped"] {
            if of(status) > 0 && of(status) < members.len() {
                facts.push(format!("{} {status}", of(status)));
            }
        }
        let rows: i64 = members.iter().filter_map(|m| m.row_count).sum();
        facts.push(counted(members.len(), "module"));
        if !dry_run {
            facts.push(counted(rows, "row"));
        }
        facts.extend(run.duration_ms().map(duration));
        let id = ui.paint(&format!("(group run {})", run.id), Tone::Faint);
        let line = format!("{} {}  {}  {id}", ui.paint(mark, tone), run.group_name, facts.join("  "));
        if failed.is_none() {
            ui.done(line)
        } else {
            ui.line(line)
        }
        match (&run.reason, failed) {
            (Some(reason), Some(code)) => {
                ui.error(&Error::new(code, reason).hint(format!("`pipekit group runs --id {}` shows each", run.id)));
            }
            (Some(reason), None) => ui.note(reason),
            (None, _) => {}
        }
    }
    Ok(failed.map_or(0, Code::exit))
}

/// The live table: what is done stands above it as lines, then a line each for the members that run and those that
/// wait, as far as the terminal has room.
struct Shown<'a> {
    context: &'a Context,
    group: &'a str,
    lines: MultiProgress,
    members: Vec<Line>,
}

/// A member in the live table.
struct Line {
    member: MemberRun,
    bar: Option<ProgressBar>,
    /// Since when it is at what it does.
    since: Instant,
}

impl<'a> Shown<'a> {
    fn new(context: &'a Context, group: &'a str) -> Shown<'a> {
        Shown { context, group, lines: context.ui.lines(), members: Vec::new() }
    }

    fn told(&mut self, told: Told<'_>) {
        match told {
            Told::Begins(members) => {
                let mut room = progress::height().saturating_sub(4).max(1);
                let line = |member: &MemberRun| Line { member: member.clone(), bar: None, since: Instant::now() };
                self.members = members.iter().map(line).collect();
                for line in self.members.iter_mut().filter(|line| line.member.status == "waiting") {
                    if room == 0 {
                        break;
                    }
                    room -= 1;
                    line.bar = Some(self.context.ui.waiting(&self.lines, &line.member.module_name));
                }
            }
            Told::Crowded(place, why) => {
                if let Some(bar) = &self.members[place].bar {
                    bar.set_message(format!("waiting: {why}"));
                }
            }
            Told::Member(place, progress) => {
                if let Progress::Began(..) | Progress::Doing(_) = progress {
                    self.members[place].since = Instant::now();
                }
                if let Progress::Again(error, seconds) = progress {
                    let name = &self.members[place].member.module_name;
                    let text = format!("{name}: {}; trying again in {seconds} s", error.message);
                    self.lines.suspend(|| self.context.ui.warn(text));
                }
                let Line { member, bar, since } = &mut self.members[place];
                let text = crate::cli::run::doing(progress, *since);
                let bar = bar.get_or_insert_with(|| self.context.ui.waiting(&self.lines, &member.module_name));
                if matches!(progress, Progress::Began(_, 1)) {
                    self.context.ui.begins(bar);
                }
                bar.set_message(text);
            }
            Told::Ended(place, done) => {
                if let Some(bar) = self.members[place].bar.take() {
                    bar.finish_and_clear();
                    self.lines.remove(&bar);
                }
                if self.context.ui.json {
                    return;
                }
                let name = &self.members[place].member.module_name;
                self.lines.suspend(|| match done {
                    Ok(outcome) => crate::cli::run::print(self.context, outcome),
                    Err(error) => {
                        let told = Error { message: format!("{name}: {}", error.message), ..error.clone() };
                        self.context.ui.error(&told);
                    }
                });
            }
        }
    }

    fn clear(&mut self) {
        let skipped = self.members.iter().filter(|line| line.member.status == "skipped");
        let names: Vec<&str> = skipped.map(|line| line.member.module_name.as_str()).collect();
        let _ = self.lines.clear();
        if !names.is_empty() {
            self.context.ui.note(format!("group {}: disabled and not run: {}", self.group, names.join(", ")));
        }
    }
}
