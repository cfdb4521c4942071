//! `pipekit log`.

mod diff;
mod follow;
mod prune;
mod settle;
mod show;

use super::Context;
use super::output::{self, Field, Remarked, Tone, count_or_dash};
use crate::clock;
use crate::error::{Code, Error, Result};
use crate::store::run::{self, Filter, Run, Sort};
use crate::store::{Store, group, module};
use crate::words::duration;
use clap::{Args, Subcommand, ValueEnum};

/// What ran, when, how long, how many rows, and why it failed
///
/// Without a subcommand it lists the newest runs. `log show ID` has everything about one.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Example:\n  pipekit log --errors --since 24h       what failed last night, and why\n  \
    pipekit log --module orders --limit 5\n  pipekit log show 4892")]
pub struct Log {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    list: List,
}

#[derive(Subcommand)]
enum Command {
    #[command(visible_alias = "ls")]
    #[command(after_help = "Example:\n  pipekit log list --status error,unknown --since 7d --sort duration")]
    List(List),
    Show(show::Show),
    Follow(follow::Follow),
    Diff(diff::Diff),
    Settle(settle::Settle),
    Prune(prune::Prune),
}

/// List runs, newest first
#[derive(Args)]
pub struct List {
    /// Only runs of this module
    #[arg(long, value_name = "NAME")]
    module: Option<String>,
    /// Only runs as part of this group
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// Only runs that ended like this, with commas: running success error cancelled dry_run unknown
    #[arg(long, value_name = "S", value_delimiter = ',')]
    status: Vec<Word>,
    /// Only runs that did not end well: error, unknown, or a hook that failed
    #[arg(short, long)]
    errors: bool,
    /// Only runs that began since: 24h, 7d, today, 2026-11-24, 2026-11-24T08:00
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only runs that began before
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// At most so many [default: 25; all, with --since or --until]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    limit: Option<i64>,
    /// By what to sort
    #[arg(long, value_enum, default_value_t = By::Started, value_name = "KEY")]
    sort: By,
    /// The other way round
    #[arg(long)]
    reverse: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum By {
    Started,
    Duration,
    Rows,
    Module,
    Status,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Word {
    Running,
    Success,
    Error,
    Cancelled,
    DryRun,
    Unknown,
}

impl Word {
    fn as_str(self) -> &'static str {
        match self {
            Word::Running => "running",
            Word::Success => "success",
            Word::Error => "error",
            Word::Cancelled => "cancelled",
            Word::DryRun => "dry_run",
            Word::Unknown => "unknown",
        }
    }
}

impl Log {
    pub fn run(self, context: &Context) -> Result<u8> {
        let mut store = context.store()?;
        match self.command {
            None => self.list.run(context, &store),
            Some(Command::List(list)) => list.run(context, &store),
            Some(Command::Show(c)) => c.run(context, &mut store),
            Some(Command::Follow(c)) => c.run(context, &mut store),
            Some(Command::Diff(c)) => c.run(context, &store),
            Some(Command::Settle(c)) => c.run(context, &mut store),
            Some(Command::Prune(c)) => c.run(context, &mut store),
        }
    }
}

impl List {
    fn run(self, context: &Context, store: &Store) -> Result<u8> {
        let conn = store.read();
        let statuses: Vec<String> = self.status.iter().map(|s| s.as_str().to_owned()).collect();
        let limit = self.limit.or((self.since.is_none() && self.until.is_none()).then_some(25));
        let time = |text: &Option<String>| -> Result<Option<String>> {
            text.as_deref().map(|t| clock::since(t).map(clock::text)).transpose()
        };
        let filter = Filter {
            module_id: self.module.as_deref().map(|m| module::find(conn, m).map(|m| m.id)).transpose()?,
            group_id: self.group.as_deref().map(|g| group::find(conn, g).map(|g| g.id)).transpose()?,
            statuses,
            since: time(&self.since)?,
            until: time(&self.until)?,
            failed: self.errors,
            // One more than is shown tells whether there are more.
            limit: limit.map(|n| n.saturating_add(1)),
            sort: match self.sort {
                By::Started => Sort::Started,
                By::Duration => Sort::Duration,
                By::Rows => Sort::Rows,
                By::Module => Sort::Module,
                By::Status => Sort::Status,
            },
            reverse: self.reverse,
            ..Filter::default()
        };
        let mut runs = run::list(conn, &filter)?;
        let shown = limit.map_or(runs.len(), |n| usize::try_from(n).unwrap_or(usize::MAX).min(runs.len()));
        let more = runs.len() > shown;
        runs.truncate(shown);
        if runs.is_empty() {
            context.ui.note("no such runs");
        }
        if !runs.is_empty() || context.ui.json {
            print(context, &runs);
        }
        if more && self.limit.is_none() {
            context.ui.warn(format!("only {shown} runs are shown; --limit N shows more, --since TIME all since then"));
        }
        Ok(0)
    }
}

/// A table of runs, or the runs as JSON.
pub fn print(context: &Context, runs: &[Run]) {
    let ui = &context.ui;
    if ui.json {
        let list: Vec<_> = runs.iter().map(Run::document).collect();
        ui.document(&list);
        return;
    }
    let rows = runs.iter().map(|r| {
        let (mark, tone) = output::status(&r.status);
        let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
        let remark = match (&r.error, r.hooks_failed, r.warnings.first()) {
            (Some(error), _, _) => Field(first(error), Tone::Bad),
            (None, n, _) if n > 0 => {
                let failed = r.warnings.iter().find(|w| w.starts_with("hook ")).map(|w| first(w));
                Field(failed.unwrap_or_else(|| format!("{n} hook(s) failed")), Tone::Odd)
            }
            (None, _, Some(warning)) => Field(first(warning), Tone::Odd),
            _ => Field::from(""),
        };
        Remarked {
            cells: vec![
                Field(r.id.to_string(), Tone::Number),
                r.module_name.as_str().into(),
                Field(format!("{mark} {}", if r.triggered_by == "verify" { "verify" } else { &*r.status }), tone),
                ui.when(&r.started_at).into(),
                Field(r.duration_ms().map(duration).unwrap_or_default(), Tone::Number),
                count_or_dash(r.row_count),
                count_or_dash(r.rows_deleted),
                count_or_dash(r.rows_inserted),
            ],
            about: &[0, 1],
            remark,
        }
    });
    let header = ["run", "module", "status", "started", "took", "rows", "deleted", "inserted"];
    ui.remarked(&header, rows.collect());
}

/// The run of that id, or the newest of the module of that name: a comparison only where there is nothing else.
fn find(store: &Store, id_or_module: &str) -> Result<Run> {
    if let Ok(id) = id_or_module.parse::<i64>() {
        return run::get(store.read(), id);
    }
    let module = module::find(store.read(), id_or_module)?;
    let filter = Filter { module_id: Some(module.id), no_comparisons: true, limit: Some(1), ..Filter::default() };
    if let Some(run) = run::list(store.read(), &filter)?.pop() {
        return Ok(run);
    }
    run::newest(store.read(), module.id, &[], None)?.ok_or_else(|| {
        Error::new(Code::NotFound, format!("module {} has not run yet", module.name))
            .hint(format!("pipekit run {}", module.name))
    })
}
