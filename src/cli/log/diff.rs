//! `pipekit log diff`.

use super::find;
use crate::cli::Context;
use crate::cli::output::{Field, Tone};
use crate::error::Result;
use crate::store::{Store, run, step};
use crate::words::{count, duration};
use clap::Args;
use std::collections::BTreeMap;

/// Say what differed between two runs: SQL, watermarks, rows, time a step
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit log diff 4892 4991")]
pub struct Diff {
    /// A run's id
    a: String,
    /// Another run's id
    b: String,
}

impl Diff {
    pub fn run(self, context: &Context, store: &Store) -> Result<u8> {
        let ui = &context.ui;
        let (a, b) = (find(store, &self.a)?, find(store, &self.b)?);
        let (sql_a, sql_b) = (run::texts(store.read(), a.id)?, run::texts(store.read(), b.id)?);
        let number = |n: Option<i64>| n.map_or_else(|| "-".to_owned(), count);
        let took = |r: &run::Run| r.duration_ms().map(duration).unwrap_or_default();
        let mut rows: Vec<(String, String, String)> = vec![
            ("status".into(), a.status.clone(), b.status.clone()),
            ("rows".into(), number(a.row_count), number(b.row_count)),
            ("deleted".into(), number(a.rows_deleted), number(b.rows_deleted)),
            ("inserted".into(), number(a.rows_inserted), number(b.rows_inserted)),
            ("error".into(), a.error.clone().unwrap_or_default(), b.error.clone().unwrap_or_default()),
            ("took".into(), took(&a), took(&b)),
        ];
        let text = |v: Option<&serde_json::Value>| v.and_then(|v| v.as_str()).unwrap_or("-").to_owned();
        let names: std::collections::BTreeSet<&String> =
            a.watermark_values.keys().chain(b.watermark_values.keys()).collect();
        for name in names {
            let (of_a, of_b) = (text(a.watermark_values.get(name)), text(b.watermark_values.get(name)));
            rows.push((format!("watermark {name}"), of_a, of_b));
        }
        let (time_a, time_b) = (times(store, a.id)?, times(store, b.id)?);
        let steps: std::collections::BTreeSet<&String> = time_a.keys().chain(time_b.keys()).collect();
        // A few milliseconds, or a fifth, are the machine's mood.
        let alike = |a: i64, b: i64| (a - b).abs() < 10 || (a - b).abs() * 5 < a.max(b);
        for step in steps {
            if let (Some(a), Some(b)) = (time_a.get(step), time_b.get(step))
                && alike(*a, *b)
            {
                continue;
            }
            let show = |ms: Option<&i64>| ms.map_or_else(|| "-".to_owned(), |ms| duration(*ms));
            rows.push((format!("step {step}"), show(time_a.get(step)), show(time_b.get(step))));
        }
        let same_source = sql_a.resolved_source_sql == sql_b.resolved_source_sql;
        let same_merge = sql_a.merge_sql == sql_b.merge_sql;
        let differing: Vec<_> = rows.into_iter().filter(|(_, a, b)| a != b).collect();
        if ui.json {
            let fields: serde_json::Map<_, _> =
                differing.into_iter().map(|(what, a, b)| (what, serde_json::json!([a, b]))).collect();
            let mut document = serde_json::json!({"a": a.id, "b": b.id, "differs": fields});
            if !same_source {
                document["resolved_source_sql"] =
                    serde_json::json!([sql_a.resolved_source_sql, sql_b.resolved_source_sql]);
            }
            if !same_merge {
                document["merge_sql"] = serde_json::json!([sql_a.merge_sql, sql_b.merge_sql]);
            }
            ui.document(&document);
            return Ok(0);
        }
        if differing.is_empty() && same_source && same_merge {
            ui.line("nothing differs");
            return Ok(0);
        }
        let header = ["".to_owned(), format!("run {}", a.id), format!("run {}", b.id)];
        ui.table(
            &header.each_ref().map(String::as_str),
            differing.into_iter().map(|(what, a, b)| vec![Field(what, Tone::Faint), a.into(), b.into()]),
        );
        for (title, same, a, b) in [
            ("Source SQL", same_source, sql_a.resolved_source_sql, sql_b.resolved_source_sql),
            ("Merge SQL", same_merge, sql_a.merge_sql, sql_b.merge_sql),
        ] {
            if !same {
                ui.heading(title);
                lines(context, &a.unwrap_or_default(), &b.unwrap_or_default());
            }
        }
        Ok(0)
    }
}

/// How long each step of a run took, by kind and name.
fn times(store: &Store, run_id: i64) -> Result<BTreeMap<String, i64>> {
    let steps = step::of_run(store.read(), run_id)?;
    Ok(steps.into_iter().filter_map(|s| Some((format!("{} {}", s.kind, s.name), s.duration_ms?))).collect())
}

/// The lines of two texts that are not in both, between those at the beginning and the end that are.
fn lines(context: &Context, a: &str, b: &str) {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.lines().collect(), b.lines().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    if head > 0 {
        context.ui.line(same(head));
    }
    for line in &a[head..a.len() - tail] {
        context.ui.line(context.ui.paint(&format!("- {line}"), Tone::Bad));
    }
    for line in &b[head..b.len() - tail] {
        context.ui.line(context.ui.paint(&format!("+ {line}"), Tone::Good));
    }
    if tail > 0 {
        context.ui.line(same(tail));
    }
}

fn same(lines: usize) -> String {
    format!("  … {lines} line{} the same", if lines == 1 { "" } else { "s" })
}
