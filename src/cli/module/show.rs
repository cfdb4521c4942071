//! `pipekit module show`.

use crate::cli::Context;
use crate::cli::output::Tone;
use crate::definition::module as define;
use crate::error::Result;
use crate::store::{Store, group, hook, run, watermark};

pub fn show(context: &Context, store: &Store, name: &str, definition: bool) -> Result<()> {
    let ui = &context.ui;
    let (row, defined) = define::load(store.read(), name)?;
    if definition {
        // Laid out always: it goes into a file that somebody edits.
        ui.line(serde_json::to_string_pretty(&defined).unwrap_or_default());
        return Ok(());
    }
    if ui.json {
        ui.document(&define::document(store.read(), &row)?);
        return Ok(());
    }
    let watermarks = watermark::of_module(store.read(), row.id)?;
    let hooks = hook::of_module(store.read(), row.id)?;
    let groups = group::names_of_module(store.read(), row.id)?;
    let last = row.last_run_id.and_then(|id| run::get(store.read(), id).ok());
    let some = |n: Option<String>| n.unwrap_or_default();
    let full = row.merge_strategy == "full";
    let state = match (row.running, row.enabled) {
        (true, _) => format!(
            "running since {} (process {} of {} on {})",
            crate::clock::local(&some(row.lock_at.clone())),
            row.lock_pid.unwrap_or_default(),
            some(row.lock_user.clone()),
            some(row.lock_host.clone())
        ),
        (_, false) => "disabled".to_owned(),
        _ => "enabled".to_owned(),
    };
    ui.fields(&[
        ("name", row.name.clone()),
        ("id", row.id.to_string()),
        ("state", state),
        ("source", row.source_connection.clone()),
        ("destination", format!("{} {}", row.dest_connection, row.dest_table)),
        ("staging", row.staging_table.clone()),
        ("strategy", row.merge_strategy.clone()),
        ("merge key", row.merge_key.join(", ")),
        ("columns", row.dest_columns.clone().map(|c| c.join(", ")).unwrap_or_default()),
        ("unique key", row.unique_key.join(", ")),
        ("full by", if full { row.full_by.clone() } else { String::new() }),
        ("load", if row.load == "direct" { row.load.clone() } else { String::new() }),
        ("streams", row.split_by.as_ref().map(|by| format!("{}, by ranges of {by}", row.streams)).unwrap_or_default()),
        ("may cascade", if row.allow_cascade { "yes".into() } else { String::new() }),
        ("non-atomic", if row.allow_non_atomic { "yes".into() } else { String::new() }),
        ("min rows", some(row.min_rows.map(|n| n.to_string()))),
        ("max shrink", some(row.max_shrink_pct.map(|n| format!("{n} %")))),
        ("timeout", crate::words::duration(row.timeout_s.saturating_mul(1000))),
        (
            "retries",
            if row.retries > 0 {
                format!("{}, after {} s each", row.retries, row.retry_delay_s)
            } else {
                String::new()
            },
        ),
        ("groups", groups.join(", ")),
        ("notes", some(row.notes.clone())),
    ]);
    ui.heading("Query");
    ui.line(row.source_query.trim_end());
    for w in &watermarks {
        ui.heading(&format!("Watermark {{{}}} on {}", w.name, w.connection));
        ui.line(w.resolver_sql.trim_end());
        if let Some(default) = &w.default_value {
            ui.line(format!("{} {default}", ui.paint("default:", Tone::Faint)));
        }
    }
    for h in &hooks {
        ui.heading(&format!("Hook {} on {}, after {} (id {})", h.run_order, h.connection, h.run_on, h.id));
        ui.line(h.sql.trim_end());
    }
    if let Some(last) = last {
        ui.heading("Last run");
        crate::cli::log::print(context, &[last]);
    }
    Ok(())
}
