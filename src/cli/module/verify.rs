//! `pipekit module verify`.

use super::rehearse::visible;
use crate::cli::Context;
use crate::cli::output::{Field, Tone};
use crate::cli::run::{behind, print as print_run, signals};
use crate::engine::rehearse::Line;
use crate::engine::verify::{self, Asked, Difference, Kind, Repair, Verification};
use crate::error::{Code, Error, Result};
use crate::store::Store;
use crate::words::{count, counted};
use clap::Args;
use serde_json::{Value, json};
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The arguments of `module verify`.
#[derive(Args)]
pub struct Verify {
    /// Its name or id
    name: String,
    /// The columns that rows are paired by [default: the unique key, or the merge key]
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    key: Vec<String>,
    /// Where the query begins, in place of a watermark's default; may be given again
    #[arg(long, value_name = "NAME=VALUE", value_parser = named)]
    set: Vec<(String, String)>,
    /// Show so many differences of each kind; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Load rows that are missing or different again, in a run of its own
    #[arg(long)]
    repair: bool,
    /// Delete rows that the source has no more, too
    #[arg(long, requires = "repair")]
    delete: bool,
    /// Don't ask whether that is meant
    #[arg(long, requires = "repair")]
    yes: bool,
}

/// The exit code of a comparison, as diff(1) has it: 1 is for what differs, and 2 for what could not be compared.
pub fn exit(context: &Context, same: Result<bool>) -> Result<u8> {
    match same {
        Ok(same) => Ok(u8::from(!same)),
        Err(error) if error.code.exit() == 1 => {
            context.ui.error(&error);
            Ok(Code::Usage.exit())
        }
        Err(error) => Err(error),
    }
}

/// `NAME=VALUE`.
pub fn named(text: &str) -> std::result::Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it must be NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Verify {
    pub fn run(self, context: &Context, store: &mut Store) -> Result<u8> {
        let same = self.compare_and_repair(context, store);
        exit(context, same)
    }

    /// Says whether they are the same in the end.
    fn compare_and_repair(&self, context: &Context, store: &mut Store) -> Result<bool> {
        if self.delete && !self.set.is_empty() {
            let message =
                "with `--set` the query leaves rows out, and `--delete` would delete them all at the destination";
            return Err(Error::new(Code::Usage, message).hint(format!(
                "`pipekit module verify {} --repair --delete` begins at the defaults, and takes all rows",
                self.name
            )));
        }
        let signal = signals()?;
        let found = self.behind(context, &signal, |asked| verify::verify(store, asked))?;
        let mut document = document(&found, self.limit);
        if !context.ui.json {
            print(context, &found, self.limit);
        }
        let what = self.repairs(&found);
        if what.is_empty() {
            if context.ui.json {
                context.ui.document(&document);
            }
            return Ok(found.same);
        }
        self.confirm(context, &found, &what)?;
        let mut runs = Vec::new();
        for repair in what {
            let outcome = self.behind(context, &signal, |asked| verify::repair(store, asked, &found, repair))?;
            if !context.ui.json {
                print_run(context, &outcome);
            }
            runs.push(outcome.run.document());
            if let Some(error) = outcome.error {
                return Err(error);
            }
        }
        let after = self.behind(context, &signal, |asked| verify::verify(store, asked))?;
        if context.ui.json {
            document["repairs"] = json!(runs);
            document["after"] = json!(self::document(&after, self.limit));
            context.ui.document(&document);
        } else {
            print(context, &after, self.limit);
        }
        Ok(after.same)
    }

    fn behind<T>(
        &self,
        context: &Context,
        signal: &Arc<AtomicBool>,
        work: impl FnOnce(&mut Asked<'_>) -> Result<T>,
    ) -> Result<T> {
        behind(context, &self.name, |progress| {
            let signal = signal.clone();
            work(&mut Asked { module: &self.name, key: &self.key, set: &self.set, signal, progress })
        })
    }

    /// What is to be done.
    fn repairs(&self, found: &Verification) -> Vec<Repair> {
        let load = self.repair && found.to_load() > 0;
        let delete = self.delete && found.extra > 0;
        // What is gone first: a unique key may not let what comes stand beside it.
        delete.then_some(Repair::Delete).into_iter().chain(load.then_some(Repair::Load)).collect()
    }

    fn confirm(&self, context: &Context, found: &Verification, what: &[Repair]) -> Result<()> {
        let mut plan = Vec::new();
        if what.contains(&Repair::Delete) {
            plan.push(format!("delete the rows of {} keys that the source has no more", count(found.extra)));
        }
        if what.contains(&Repair::Load) {
            plan.push(format!("load the rows of {} again", counted(found.to_load(), "key")));
        }
        let plan = plan.join(", and ");
        if found.extra > 0 && !self.delete {
            context.ui.note(format!(
                "gone at the source, and left where they are: {} (`--delete` takes them away)",
                counted(found.extra, "key")
            ));
        }
        if self.yes {
            context.ui.note(format!("repair: {plan}"));
            return Ok(());
        }
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Err(Error::new(Code::Usage, format!("to {plan}, it must be sure that this is meant"))
                .hint(format!("`pipekit module verify {} --repair … --yes`", self.name)));
        }
        let sure = dialoguer::Confirm::new()
            .with_prompt(format!("{}{}?", plan[..1].to_uppercase(), &plan[1..]))
            .default(false)
            .interact()
            .map_err(|e| Error::system("can't ask", e))?;
        if sure { Ok(()) } else { Err(Error::new(Code::Cancelled, "nothing was repaired")) }
    }
}

/// A comparison as JSON has it.
fn document(found: &Verification, limit: usize) -> Value {
    let mut document = json!(found);
    document["differences"] = json!(shown(found, limit));
    document
}

/// The differences that are shown: so many of each kind.
fn shown(found: &Verification, limit: usize) -> Vec<&Difference> {
    let limit = if limit == 0 { usize::MAX } else { limit };
    let of = |kind| found.differences.iter().filter(move |d| d.kind == kind).take(limit);
    [Kind::Missing, Kind::Different, Kind::Extra].into_iter().flat_map(of).collect()
}

/// What a comparison found.
fn print(context: &Context, found: &Verification, limit: usize) {
    let ui = &context.ui;
    let all = shown(found, limit);
    let (mark, tone) = if found.same { ("=", Tone::Good) } else { ("≠", Tone::Odd) };
    ui.line(format!("{} {}: {}", ui.paint(mark, tone), found.module, found.summary()));
    let counts = format!(
        "{} rows at the source, {} at the destination; {} and {} rows were read, checksums among them",
        count(found.source_rows),
        count(found.destination_rows),
        count(found.source_rows_read),
        count(found.destination_rows_read)
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
            ui.note(format!("{} more: `--limit 0` shows all", count(left)));
        }
    }
    found.remarks.iter().for_each(|remark| ui.note(remark));
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
            let one = |column: &String| {
                format!("{column}: {} at the source, {} at the destination", value(source, column), value(dest, column))
            };
            difference.columns.iter().map(one).collect::<Vec<_>>().join("; ")
        }
        ([_], []) => "not at the destination".to_owned(),
        ([], [_]) => "not at the source".to_owned(),
        (source, dest) => format!("{} rows at the source, {} at the destination", source.len(), dest.len()),
    }
}
