//! `pipekit doctor`.

use super::Context;
use super::output::Tone;
use crate::engine::doctor::{self, Check, Options, Status};
use crate::error::Result;
use clap::Args;
use std::time::Duration;

/// Names longer than that push what comes behind them to the right.
const NAME: usize = 20;

/// Say whether all is well, and what to do where it is not
///
/// The database and its disk, secrets, modules, schedules and who looks at them, runs, the service, jrunner and its JVM,
/// each driver (its class is loaded) and each connection (it is asked), side by side. A line a check: ✓ is well, · is not
/// needed, ! should be looked at, ✗ does not work. The exit code is 1 where anything does not work. Nothing is settled: a
/// stale lock is shown as it is.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit doctor\n  pipekit doctor --quiet || echo look\n  \
    pipekit doctor --json | jq '.checks[] | select(.status == \"error\")'")]
pub struct Doctor {
    /// How many seconds a database may take to answer
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    /// Read all of pipekit's own file, however large it is
    #[arg(long)]
    full: bool,
}

impl Doctor {
    pub fn run(self, context: &Context) -> Result<u8> {
        let ui = &context.ui;
        let options = Options { patience: Duration::from_secs(self.timeout), full: self.full };
        let mut above = false;
        let report = doctor::examine(&context.db, &options, &mut |section| {
            if !ui.json {
                above |= print(context, section, above);
            }
        });
        let code = u8::from(!report.ok);
        if ui.json {
            ui.document(&report);
            return Ok(code);
        }
        let (errors, warnings) = (report.errors, report.warnings);
        if !ui.quiet {
            ui.line("");
        }
        match (errors, warnings) {
            (0, 0) => ui.done("all is well"),
            (0, _) => ui.done(format!("all works; {warnings} thing(s) to look at")),
            (_, 0) => ui.done(format!("{errors} thing(s) do not work")),
            _ => ui.done(format!("{errors} thing(s) do not work, {warnings} to look at")),
        }
        Ok(code)
    }
}

/// The checks of a subject, under its name; quietly, only what is wrong. Says whether there was anything.
fn print(context: &Context, section: &[Check], above: bool) -> bool {
    let ui = &context.ui;
    let shown: Vec<&Check> =
        section.iter().filter(|check| !ui.quiet || matches!(check.status, Status::Warning | Status::Error)).collect();
    let Some(first) = shown.first() else { return false };
    if above {
        ui.line("");
    }
    ui.line(ui.paint(first.subject, Tone::Strong));
    let width = shown.iter().map(|check| check.name.chars().count()).max().unwrap_or_default().min(NAME);
    for check in shown {
        let (mark, tone) = match check.status {
            Status::Ok => ("✓", Tone::Good),
            Status::Note => ("·", Tone::Faint),
            Status::Warning => ("!", Tone::Odd),
            Status::Error => ("✗", Tone::Bad),
        };
        let message = check.message.trim_end().replace('\n', "\n    ");
        ui.line(format!("{} {:width$}  {message}", ui.paint(mark, tone), check.name));
        if let Some(hint) = &check.hint {
            ui.line(format!("    {} {hint}", ui.paint("next:", Tone::Faint)));
        }
    }
    true
}
