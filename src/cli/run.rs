//! `pipekit run`.

use super::Context;
use super::output::{self, Tone};
use crate::engine::sync::{self, Mode, Options, Outcome, Progress};
use crate::error::{Code, Error, Result};
use crate::store::{Store, module};
use crate::words::{count, counted, duration};
use clap::Args;
use indicatif::ProgressBar;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Run modules now, one after the other, and wait
///
/// Ctrl-C cancels the run, and what it then says of the destination is true. Of several names the exit code is the
/// worst; it is 3 only if all of them were running already.
#[derive(Args)]
#[command(
    after_help = "Example:\n  pipekit run orders\n  pipekit run orders customers --json\n  pipekit run orders --dry-run"
)]
pub struct Run {
    /// Names or ids of modules
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// Resolve the watermarks and show the SQL; move nothing
    #[arg(long)]
    dry_run: bool,
}

/// A flag that Ctrl-C, SIGTERM and the closing of the terminal set. A second one ends the process at once.
pub(super) fn signals() -> Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    // Under nohup a hang-up is ignored, and stays so.
    let hang_up = (!ignores(SIGHUP)).then_some(SIGHUP);
    for signal in [SIGINT, SIGTERM].into_iter().chain(hang_up) {
        signal_hook::flag::register_conditional_shutdown(signal, 130, flag.clone())
            .and_then(|_| signal_hook::flag::register(signal, flag.clone()))
            .map_err(|e| Error::system("can't watch for signals", e))?;
    }
    Ok(flag)
}

/// Whether the process was started with a signal ignored: the bit in `SigIgn` of proc_pid_status(5).
fn ignores(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|l| l.strip_prefix("SigIgn:")).map(str::trim);
    mask.and_then(|m| u64::from_str_radix(m, 16).ok()).is_some_and(|m| m >> (signal - 1) & 1 == 1)
}

impl Run {
    /// A run of one module.
    pub fn of(name: &str, dry_run: bool) -> Run {
        Run { names: vec![name.to_owned()], dry_run }
    }

    pub fn run(self, context: &Context) -> Result<u8> {
        let mut store = context.store()?;
        for name in &self.names {
            let module = module::find(store.read(), name)?;
            if !module.enabled {
                context.ui.note(format!("module {} is disabled; it runs because it was named", module.name));
            }
        }
        let signal = signals()?;
        let mut codes = Vec::new();
        for name in &self.names {
            let done = behind_a_line(context, &mut store, name, Mode::dry(self.dry_run), &signal);
            codes.push(match done {
                Ok(outcome) => {
                    print(context, &outcome);
                    outcome.error.map_or(0, |e| e.code.exit())
                }
                // One that is running already does not keep the others from running.
                Err(error) if error.code == Code::Locked && self.names.len() > 1 => {
                    context.ui.error(&error);
                    error.code.exit()
                }
                Err(error) => return Err(error),
            });
            if signal.load(Ordering::SeqCst) {
                break;
            }
        }
        Ok(worst(&codes))
    }
}

/// Runs a module as far as `mode` says, behind a line that shows what goes on.
///
/// # Errors
/// As [`sync::run_module`].
pub(super) fn behind_a_line(
    context: &Context,
    store: &mut Store,
    name: &str,
    mode: Mode,
    signal: &Arc<AtomicBool>,
) -> Result<Outcome> {
    behind(context, name, |progress| {
        let signal = signal.clone();
        let mut options = Options { mode, triggered_by: "manual", group_run_id: None, signal, progress };
        sync::run_module(store, name, &mut options)
    })
}

/// Does something behind a line that shows what goes on.
pub(super) fn behind<T>(context: &Context, name: &str, work: impl FnOnce(&mut dyn FnMut(Progress<'_>)) -> T) -> T {
    let bar = context.ui.progress();
    bar.set_prefix(name.to_owned());
    let mut show = Shown { bar: &bar, since: Instant::now(), context };
    let done = work(&mut |progress| show.progress(progress));
    bar.finish_and_clear();
    done
}

/// The exit code of several runs.
fn worst(codes: &[u8]) -> u8 {
    let all_locked = codes.iter().all(|c| *c == Code::Locked.exit());
    match codes.iter().max() {
        Some(130) => 130,
        Some(0) | None => 0,
        Some(_) if all_locked => Code::Locked.exit(),
        Some(_) => 1,
    }
}

/// The progress line.
struct Shown<'a> {
    bar: &'a ProgressBar,
    since: Instant,
    context: &'a Context,
}

impl Shown<'_> {
    fn progress(&mut self, progress: Progress<'_>) {
        match progress {
            Progress::Doing(_) => self.since = Instant::now(),
            Progress::Again(error, seconds) => {
                let ui = &self.context.ui;
                self.bar.suspend(|| ui.warn(format!("{}; trying again in {seconds} s", error.message)));
            }
            Progress::Began(..) | Progress::Rows(_) => {}
        }
        self.bar.set_message(doing(progress, self.since));
    }
}

/// What goes on in a run, in a few words. The rate is since `since`.
pub(super) fn doing(progress: Progress<'_>, since: Instant) -> String {
    match progress {
        Progress::Began(id, 1) => format!("run {id}"),
        Progress::Began(id, attempt) => format!("run {id}, try {attempt}"),
        Progress::Doing(what) => what.to_owned(),
        Progress::Rows(rows) => {
            let rate = rows as f64 / since.elapsed().as_secs_f64().max(0.001);
            format!("transfer  {}  {} rows/s", counted(rows, "row"), count(rate as i64))
        }
        Progress::Again(..) => "waiting for its next try".to_owned(),
    }
}

/// What came of a run, as a line (and its SQL, for a dry run), or as a document of its own line.
pub(super) fn print(context: &Context, outcome: &Outcome) {
    let ui = &context.ui;
    let run = &outcome.run;
    if ui.json {
        let mut document = run.document();
        document["resolved_source_sql"] = serde_json::json!(outcome.texts.resolved_source_sql);
        document["merge_sql"] = serde_json::json!(outcome.texts.merge_sql);
        ui.raw(&format!("{document}\n"));
        return;
    }
    let (mark, tone) = output::status(&run.status);
    let mut facts = vec![run.status.clone()];
    if let Some(rows) = run.row_count {
        facts.push(counted(rows, "row"));
    }
    if run.status == "success" {
        if let Some(deleted) = run.rows_deleted.filter(|n| *n > 0) {
            facts.push(format!("{} deleted", count(deleted)));
        }
        if let Some(inserted) = run.rows_inserted {
            facts.push(format!("{} inserted", count(inserted)));
        }
    }
    if let Some(ms) = run.duration_ms() {
        facts.push(duration(ms));
    }
    let run_id = ui.paint(&format!("(run {})", run.id), Tone::Faint);
    let line = format!("{} {}  {}  {run_id}", ui.paint(mark, tone), run.module_name, facts.join("  "));
    if run.status == "success" {
        ui.done(line)
    } else {
        ui.line(line)
    }
    for warning in &run.warnings {
        ui.warn(warning);
    }
    if let Some(error) = &outcome.error {
        // Where nothing better is known, there is what was done, statement by statement. Who cancels knows why.
        let shown = || format!("`pipekit log show {}` has each statement of the run, and what came of it", run.id);
        let hint = error.hint.clone().or_else(|| (error.code != Code::Cancelled).then(shown));
        ui.error(&Error { hint, ..error.clone() });
    }
    if run.status == "dry_run" {
        for (title, sql) in
            [("Source SQL", &outcome.texts.resolved_source_sql), ("Merge SQL", &outcome.texts.merge_sql)]
        {
            ui.heading(title);
            ui.line(sql.as_deref().unwrap_or_default().trim_end());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::worst;

    #[test]
    fn the_worst_exit_code() {
        let cases: &[(&[u8], u8)] =
            &[(&[0], 0), (&[0, 1], 1), (&[3], 3), (&[3, 3], 3), (&[0, 3], 1), (&[1, 3], 1), (&[0, 130], 130), (&[], 0)];
        for (codes, expected) in cases {
            assert_eq!(worst(codes), *expected, "{codes:?}");
        }
    }
}
