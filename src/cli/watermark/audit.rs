//! `pipekit watermark audit`.

use crate::cli::Context;
use crate::cli::module::verify::{exit, named};
use crate::cli::output::{Field, Tone};
use crate::cli::run::{behind, signals};
use crate::engine::audit::{self, Audit as Found};
use crate::engine::verify::Asked;
use crate::error::Result;
use crate::store::Store;
use crate::words::{count, counted};
use clap::Args;
use serde_json::json;

/// The arguments of `watermark audit`.
#[derive(Args)]
pub struct Audit {
    /// The module's name or id
    module: String,
    /// The watermark's name or id, where there are several
    name: Option<String>,
    /// The destination's column that the query compares with it [default: what the query says]
    #[arg(long, value_name = "COLUMN")]
    column: Option<String>,
    /// The columns that rows are paired by [default: the unique key, or the merge key]
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    key: Vec<String>,
    /// Where the query begins, in place of a watermark's default; may be given again
    #[arg(long, value_name = "NAME=VALUE", value_parser = named)]
    set: Vec<(String, String)>,
    /// Show so many rows; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

impl Audit {
    pub fn run(self, context: &Context, store: &mut Store) -> Result<u8> {
        let signal = signals()?;
        let found = behind(context, &self.module, |progress| {
            let mut asked = Asked { module: &self.module, key: &self.key, set: &self.set, signal, progress };
            audit::audit(store, &mut asked, self.name.as_deref(), self.column.as_deref())
        });
        let none_passed_by = found.map(|found| {
            print(context, &found, if self.limit == 0 { usize::MAX } else { self.limit });
            found.passed_by == 0
        });
        exit(context, none_passed_by)
    }
}

fn print(context: &Context, found: &Found, limit: usize) {
    let ui = &context.ui;
    if ui.json {
        let mut document = json!(found);
        document["late"] = json!(found.late.iter().take(limit).collect::<Vec<_>>());
        ui.document(&document);
        return;
    }
    let (mark, tone) = if found.passed_by == 0 { ("=", Tone::Good) } else { ("≠", Tone::Odd) };
    ui.line(format!(
        "{} {}: {} has passed {} by in {}",
        ui.paint(mark, tone),
        found.module,
        found.watermark,
        counted(found.passed_by, "row"),
        counted(found.runs, "run")
    ));
    if !found.late.is_empty() {
        let key = found.key.join(", ");
        ui.table(
            &[&key, &found.column, "passed by run", "at", "came after", "overlap, at least", "at most"],
            found.late.iter().take(limit).map(|late| {
                let value = |name| late.key.get(name).and_then(|value| value.as_str()).unwrap_or("NULL");
                let key: Vec<&str> = found.key.iter().map(value).collect();
                let after = late.came_after.as_deref().map_or("-".to_owned(), crate::clock::local);
                vec![
                    Field::from(key.join(", ")),
                    late.value.as_str().into(),
                    Field(late.passed_by_run_id.map_or("the next".to_owned(), |id| id.to_string()), Tone::Number),
                    late.passed_by_value.as_str().into(),
                    after.into(),
                    late.at_least.as_deref().unwrap_or("-").into(),
                    late.at_most.as_deref().unwrap_or("-").into(),
                ]
            }),
        );
    }
    if let Some(overlap) = &found.overlap {
        let all = if found.late.iter().all(|late| late.at_most.is_some()) { "them all" } else { "the others" };
        ui.line(format!("An overlap of {overlap} would have caught {all}."));
    }
    if let (Some(expression), Some(sql)) = (&found.expression, &found.resolver_sql) {
        ui.line(format!("In the resolver: {expression}"));
        let quoted = sql.trim().replace('\'', "'\\''");
        ui.line(format!("  pipekit watermark edit {} {} --sql '{quoted}'", found.module, found.watermark));
    }
    found.refused.iter().for_each(|why| ui.warn(why));
    if let Some(gives) = &found.gives {
        ui.note(format!("it gives {gives} now"));
    }
    if found.to_come > 0 {
        ui.note(format!("differing rows that the next run reads: {}", count(found.to_come)));
    }
    if found.unknown > 0 {
        ui.note(format!("differing rows that have no such value in {}: {}", found.column, count(found.unknown)));
    }
    found.remarks.iter().for_each(|remark| ui.note(remark));
}
