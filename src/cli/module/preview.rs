//! `pipekit module preview`: what would run, to the byte.

use crate::cli::Context;
use crate::cli::output::{Field, Tone};
use crate::definition::lint;
use crate::definition::module as define;
use crate::dialect::Relation;
use crate::engine::databases::Databases;
use crate::engine::external;
use crate::engine::ledger::Ledger;
use crate::engine::plan::{self, Definition};
use crate::error::Result;
use crate::runner::Runner;
use crate::sql::lexer;
use crate::store::Store;

pub fn preview(context: &Context, store: &mut Store, name: &str) -> Result<()> {
    let ui = &context.ui;
    let definition = Definition::read(store, name)?;
    let databases = Databases::open(store, None)?;
    let plan = plan::make(&mut Ledger::new(store, None, &databases), &databases, &definition)?;
    let mut warnings = plan.resolved.warnings.clone();
    let output = match databases.runners().describe(&plan.source, &plan.source_sql) {
        Ok(Some(output)) => {
            warnings.extend(plan::misplaced(&output, &plan.columns));
            output
        }
        Ok(None) => Vec::new(),
        // The last of several statements may need what those before it make, and a preview makes nothing.
        Err(f) if lexer::statements(&plan.source_sql).len() > 1 => {
            warnings.push(format!(
                "which columns the query gives is only known when it runs: {}",
                databases.clean(&f.message)
            ));
            Vec::new()
        }
        Err(f) => return Err(databases.explain(&f, &definition.source, "preparing the query")),
    };
    // What a foreign table's server makes of a transaction is up to it, and so it is with a runner from outside.
    let told = external::foretell(store, &databases, &definition.dest, &plan.dest, &definition.module)?;
    let atomic = plan.described.relation != Relation::Foreign && told.is_none();
    let (_, defined) = define::load(store.read(), name)?;
    warnings.extend(lint::check(&defined).into_iter().map(|f| format!("{} ({})", f.message, f.rule)));
    warnings.extend(plan.remarks.iter().cloned());
    warnings.extend(told);

    if ui.json {
        let columns: Vec<_> = plan
            .columns
            .iter()
            .enumerate()
            .map(|(i, c)| serde_json::json!({"output": output.get(i), "column": c.name, "type": c.type_sql}))
            .collect();
        ui.document(&serde_json::json!({
            "module": definition.module.name,
            "runner": Runner::of_transfer(&plan.source, &plan.dest).name(),
            "atomic": atomic,
            "watermark_values_json": plan.resolved.values,
            "resolved_source_sql": plan.source_sql,
            "staging_sql": plan.staging_sql,
            "merge_sql": plan.merge_sql,
            "columns": columns,
            "warnings": warnings,
        }));
        return Ok(());
    }
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
