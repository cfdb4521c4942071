//! `pipekit module preview`: what would run, to the byte.

use crate::cli::Context;
use crate::cli::output::{Field, Tone};
use crate::engine::preview::{self, Preview};
use crate::error::Result;
use crate::store::Store;

pub fn preview(context: &Context, store: &mut Store, name: &str) -> Result<()> {
    let ui = &context.ui;
    let made = preview::make(store, name)?;
    if ui.json {
        ui.document(&made.document());
        return Ok(());
    }
    let Preview { definition, plan, output, atomic, warnings } = made;
    ui.fields(&[
        ("module", format!("{} ({})", definition.module.name, definition.module.merge_strategy)),
        ("from", format!("{} ({})", definition.source.name, definition.source.kind)),
        ("into", format!("{} {} ({})", definition.dest.name, plan.table, definition.dest.kind)),
        ("runner", "built in".to_owned()),
        (
            "merge",
            if atomic { "atomic: one transaction" } else { "one transaction, atomic if its server makes it so" }
                .to_owned(),
        ),
    ]);
    if !plan.resolved.values.is_empty() {
        ui.heading("Watermarks, resolved now");
        ui.table(
            &["name", "value"],
            plan.resolved.values.iter().map(|(n, v)| vec![n.as_str().into(), v.as_str().into()]),
        );
    }
    ui.heading(&format!("Columns, by position ({})", plan.columns.len()));
    ui.table(
        &["query gives", "column", "type"],
        plan.columns.iter().enumerate().map(|(i, c)| {
            let from =
                output.get(i).map_or_else(|| Field("nothing".to_owned(), Tone::Bad), |o| Field::from(o.as_str()));
            vec![from, c.name.as_str().into(), c.type_sql.as_str().into()]
        }),
    );
    for (title, sql) in [
        (format!("Source SQL, on {}", definition.source.name), &plan.source_sql),
        (format!("Staging, on {}", definition.dest.name), &plan.staging_sql),
        (format!("Merge, on {}", definition.dest.name), &plan.merge_sql),
    ] {
        ui.heading(&title);
        ui.line(sql.trim_end());
    }
    if !warnings.is_empty() {
        ui.heading("Warnings");
        for warning in &warnings {
            ui.line(format!("{} {warning}", ui.paint("!", Tone::Odd)));
        }
    }
    Ok(())
}
