//! `pipekit module preview`: what would run, to the byte.

use crate::cli::Context;
use crate::cli::output::{Field, Tone};
use crate::engine::direct::Way;
use crate::engine::mover::Mover;
use crate::engine::plan::{Definition, Plan};
use crate::engine::preview::{self, Preview};
use crate::error::Result;
use crate::runner::Runner;
use crate::store::Store;

pub fn preview(context: &Context, store: &mut Store, name: &str) -> Result<()> {
    let ui = &context.ui;
    let made = preview::make(store, name)?;
    if ui.json {
        ui.document(&made.document());
        return Ok(());
    }
    let Preview { definition, plan, output, atomic, warnings } = made;
    let mut fields = vec![
        ("module", format!("{} ({})", definition.module.name, definition.module.merge_strategy)),
        ("from", format!("{} ({})", definition.source.name, definition.source.kind)),
        ("into", format!("{} {} ({})", definition.dest.name, plan.table, definition.dest.kind)),
        ("runner", runners(&definition, &plan)),
        ("load", load(&plan)),
        ("streams", plan.streams.text().unwrap_or_default()),
        (
            "merge",
            if atomic { "atomic: one transaction" } else { "one transaction, atomic if its server makes it so" }
                .to_owned(),
        ),
    ];
    if !matches!(plan.mover, Mover::Builtin) {
        fields.insert(4, ("rows", plan.mover.words(&definition.dest.kind)));
    }
    ui.fields(&fields);
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
            let from = match output.as_ref().map(|output| output.get(i)) {
                Some(Some(name)) => Field::from(name.as_str()),
                Some(None) => Field("nothing".to_owned(), Tone::Bad),
                None => Field("?".to_owned(), Tone::Faint),
            };
            vec![from, c.name.as_str().into(), c.type_sql.as_str().into()]
        }),
    );
    if output.is_none() {
        ui.line("Which columns the query gives is known only when it runs.");
    }
    let dest = &definition.dest.name;
    let mut parts = vec![(format!("Source SQL, on {}", definition.source.name), &plan.source_sql)];
    match plan.way {
        Way::Direct(_) => parts.push((format!("Load, on {dest}"), &plan.merge_sql)),
        _ => parts.extend([
            (format!("Staging, on {dest}"), &plan.staging_sql),
            (format!("Merge, on {dest}"), &plan.merge_sql),
        ]),
    }
    for (title, sql) in parts {
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

/// How the rows get there.
fn load(plan: &Plan) -> String {
    match plan.way {
        Way::Direct(_) => "direct: into the table itself".to_owned(),
        _ => format!("staged: by way of {}", plan.staging),
    }
}

/// Which runner does what: every statement goes by its connection's.
fn runners(definition: &Definition, plan: &Plan) -> String {
    let by = |name: &str| format!("jrunner for {name}, built in for ");
    match (plan.source.runner, plan.dest.runner) {
        (Runner::Builtin, Runner::Builtin) => "built in".to_owned(),
        (Runner::Jrunner, Runner::Jrunner) => "jrunner".to_owned(),
        (Runner::Jrunner, Runner::Builtin) => by(&definition.source.name) + &definition.dest.name,
        (Runner::Builtin, Runner::Jrunner) => by(&definition.dest.name) + &definition.source.name,
    }
}
