//! `pipekit log show`.

use super::find;
use crate::cli::Context;
use crate::cli::output::{self, Field, Tone, count_or_dash};
use crate::clock;
use crate::engine::report;
use crate::error::Result;
use crate::store::run::{self, Run};
use crate::store::{Store, output as printed, step};
use crate::words::{brief, count, duration};
use clap::Args;

/// Show everything about one run, or one part of it raw
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit log show 4892\n  pipekit log show orders          its newest run\n  \
    pipekit log show 4892 --sql | psql dw")]
pub struct Show {
    /// The run's id, or a module's name for its newest run
    id: String,
    #[command(flatten)]
    part: Part,
}

/// One part of a run.
#[derive(Args)]
#[group(multiple = false)]
struct Part {
    /// The SQL that ran on the source, to the byte
    #[arg(long)]
    sql: bool,
    /// The merge that ran on the destination, to the byte
    #[arg(long)]
    merge: bool,
    /// What the runner printed
    #[arg(long)]
    stdout: bool,
    /// What the runner complained of
    #[arg(long)]
    stderr: bool,
    /// What the hooks printed
    #[arg(long)]
    hooks: bool,
    /// What happened, line by line
    #[arg(long)]
    live: bool,
}

impl Show {
    pub fn run(self, context: &Context, store: &mut Store) -> Result<u8> {
        let id = find(store, &self.id)?.id;
        let run = report::settled(store, id)?;
        let texts = run::texts(store.read(), run.id)?;
        let stream = |name: &str| printed::text(store.read(), run.id, name);
        let part = match () {
            () if self.part.sql => Some(texts.resolved_source_sql.clone().unwrap_or_default()),
            () if self.part.merge => Some(texts.merge_sql.clone().unwrap_or_default()),
            () if self.part.stdout => Some(stream("jrunner_stdout")?),
            () if self.part.stderr => Some(stream("jrunner_stderr")?),
            () if self.part.hooks => Some(stream("hook_log")?),
            () if self.part.live => Some(stream("live_log")?),
            () => None,
        };
        match (part, context.ui.json) {
            (Some(text), true) => context.ui.document(&serde_json::json!({"run_id": run.id, "text": text})),
            // Raw means raw: what is shown is what ran, with nothing added at its end.
            (Some(text), false) => context.ui.raw(&text),
            (None, true) => context.ui.document(&report::whole(store, &run)?),
            (None, false) => whole(context, store, &run, &texts)?,
        }
        Ok(0)
    }
}

fn whole(context: &Context, store: &Store, run: &Run, texts: &run::Texts) -> Result<()> {
    let ui = &context.ui;
    let (mark, tone) = output::status(&run.status);
    let number = |n: Option<i64>| n.map(count).unwrap_or_default();
    ui.fields(&[
        ("run", format!("{} of module {}", run.id, run.module_name)),
        ("status", ui.paint(&format!("{mark} {}", run.status), tone)),
        ("started", clock::local(&run.started_at)),
        ("took", run.duration_ms().map(duration).unwrap_or_default()),
        ("by", run.triggered_by.clone()),
        ("try", if run.attempt > 1 { run.attempt.to_string() } else { String::new() }),
        (if run.triggered_by == "verify" { "rows read" } else { "rows" }, number(run.row_count)),
        ("deleted", number(run.rows_deleted)),
        ("inserted", number(run.rows_inserted)),
        ("hooks failed", if run.hooks_failed > 0 { run.hooks_failed.to_string() } else { String::new() }),
        ("error", run.error.as_deref().map(|e| ui.paint(e, Tone::Bad)).unwrap_or_default()),
    ]);
    for warning in &run.warnings {
        ui.line(format!("{} {warning}", ui.paint("!", Tone::Odd)));
    }
    if !run.watermark_values.is_empty() {
        ui.heading("Watermarks");
        ui.table(
            &["name", "value"],
            run.watermark_values.iter().map(|(n, v)| vec![n.as_str().into(), v.as_str().unwrap_or_default().into()]),
        );
    }
    let steps = step::of_run(store.read(), run.id)?;
    if !steps.is_empty() {
        ui.heading("Steps");
        // Of the whole run: watermarks resolve side by side, so steps may add up to more than it.
        let total = run.duration_ms().unwrap_or_default().max(1);
        ui.table(
            &["kind", "name", "on", "took", "share", "rows", "came to"],
            steps.iter().map(|s| {
                let share = s.duration_ms.map(|ms| format!("{} %", (ms * 100 / total).min(100))).unwrap_or_default();
                let came = match (&s.error, &s.value) {
                    (Some(error), _) => Field(brief(error, 80), Tone::Bad),
                    (None, Some(value)) => Field::from(brief(value, 60)),
                    (None, None) => Field::from(""),
                };
                vec![
                    s.kind.as_str().into(),
                    s.name.as_str().into(),
                    s.connection_name.as_str().into(),
                    Field(s.duration_ms.map_or_else(|| "-".to_owned(), duration), Tone::Number),
                    Field(share, Tone::Number),
                    count_or_dash(s.row_count),
                    came,
                ]
            }),
        );
    }
    for (title, text) in [("Source SQL", &texts.resolved_source_sql), ("Merge SQL", &texts.merge_sql)] {
        if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
            ui.heading(title);
            ui.line(text.trim_end());
        }
    }
    for (title, stream) in [("Hooks", "hook_log"), ("Runner's complaints", "jrunner_stderr")] {
        let text = printed::text(store.read(), run.id, stream)?;
        if !text.is_empty() {
            ui.heading(title);
            ui.line(text.trim_end());
        }
    }
    if ui.verbose {
        for s in &steps {
            ui.heading(&format!("Step {} {} on {}", s.kind, s.name, s.connection_name));
            ui.line(s.sql.trim_end());
        }
    }
    Ok(())
}
