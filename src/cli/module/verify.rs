//! `pipekit module verify`.

use super::rehearse::visible;
use crate::cli::Context;
use crate::cli::output::{Field, Tone, count};
use crate::cli::run::{behind, signals};
use crate::engine::rehearse::Line;
use crate::engine::verify::{self, Asked, Difference, Kind, Verification};
use crate::error::{Code, Result};
use crate::store::Store;
use clap::Args;
use serde_json::{Value, json};

/// The arguments of `module verify`.
#[derive(Args)]
pub struct Verify {
    /// Its name or id
    name: String,
    /// The columns that rows are paired by [default: the unique key, or the merge key]
    #[arg(long, value_name = "COLUMN,COLUMN", value_delimiter = ',')]
    key: Vec<String>,
    /// Where the query begins, in place of a watermark's default; may be given again
    #[arg(long, value_name = "NAME=VALUE", value_parser = named)]
    set: Vec<(String, String)>,
    /// Show so many differences of each kind; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

/// `NAME=VALUE`.
fn named(text: &str) -> std::result::Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it must be NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Verify {
    pub fn run(self, context: &Context, store: &mut Store) -> Result<u8> {
        match self.compare(context, store) {
            Ok(found) => {
                print(context, &found, self.limit);
                Ok(u8::from(!found.same))
            }
            // As diff(1) has it: 1 is for what differs, and 2 for what could not be compared.
            Err(error) if error.code.exit() == 1 => {
                context.ui.error(&error);
                Ok(Code::Usage.exit())
            }
            Err(error) => Err(error),
        }
    }

    fn compare(&self, context: &Context, store: &mut Store) -> Result<Verification> {
        let signal = signals()?;
        behind(context, &self.name, |progress| {
            let mut asked = Asked { module: &self.name, key: &self.key, set: &self.set, signal, progress };
            verify::verify(store, &mut asked)
        })
    }
}

/// What a comparison found.
fn print(context: &Context, found: &Verification, limit: usize) {
    let ui = &context.ui;
    let limit = if limit == 0 { usize::MAX } else { limit };
    let shown = |kind| found.differences.iter().filter(move |d| d.kind == kind).take(limit);
    let all: Vec<&Difference> = [Kind::Missing, Kind::Different, Kind::Extra].into_iter().flat_map(shown).collect();
    if ui.json {
        let mut document = json!(found);
        document["differences"] = json!(all);
        ui.document(&document);
        return;
    }
    let (mark, tone) = if found.same { ("=", Tone::Good) } else { ("≠", Tone::Odd) };
    ui.line(format!("{} {}: {}", ui.paint(mark, tone), found.module, found.summary()));
    let counts = format!(
        "{} rows at the source, {} at the destination; {} and {} rows were read, checksums among them",
        count(found.source_rows),
        count(found.destination_rows),
        counted(found.source_rows_read),
        counted(found.destination_rows_read)
    );
    ui.line(format!("  {}", ui.paint(&counts, Tone::Faint)));
    if !all.is_empty() {
        let header: Vec<String> = [""].into_iter().map(str::to_owned).chain(found.key.iter().cloned()).collect();
        let header: Vec<String> = header.into_iter().chain(["difference".to_owned()]).collect();
        ui.table_as_named(
            &header,
            all.iter().map(|difference| {
                let (word, tone) = match difference.kind {
                    Kind::Missing => ("missing", Tone::Bad),
                    Kind::Different => ("different", Tone::Odd),
                    Kind::Extra => ("extra", Tone::Bad),
                };
                let key = found.key.iter().map(|column| Field::from(value(&difference.key, column)));
                std::iter::once(Field(word.to_owned(), tone))
                    .chain(key)
                    .chain([Field::from(words(difference))])
                    .collect()
            }),
        );
        let left = found.differences.len() - all.len();
        if left > 0 {
            ui.note(format!("{} more: `--limit 0` shows all", counted(left as u64)));
        }
    }
    found.remarks.iter().for_each(|remark| ui.note(remark));
}

fn counted(number: u64) -> String {
    count(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A value as it is read.
fn value(line: &Line, column: &str) -> String {
    match line.get(column).and_then(Value::as_str) {
        Some(text) => visible(text),
        None => "NULL".to_owned(),
    }
}

/// What a difference is, in words.
fn words(difference: &Difference) -> String {
    match (&difference.source[..], &difference.destination[..]) {
        ([source], [dest]) if difference.columns.is_empty() => {
            let first = source.keys().next().map_or("", String::as_str);
            format!("of another type ({} and {})", value(source, first), value(dest, first))
        }
        ([source], [dest]) => {
            let one = |column: &String| format!("{column}: {}, not {}", value(source, column), value(dest, column));
            difference.columns.iter().map(one).collect::<Vec<_>>().join("; ")
        }
        ([_], []) => "not at the destination".to_owned(),
        ([], [_]) => "not at the source".to_owned(),
        (source, dest) => format!("{} rows at the source, {} at the destination", source.len(), dest.len()),
    }
}
