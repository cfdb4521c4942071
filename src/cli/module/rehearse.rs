//! `pipekit module rehearse`.

use crate::cli::Context;
use crate::cli::output::{Field, Tone};
use crate::cli::run::{behind_a_line, signals};
use crate::engine::rehearse::{Line, Rehearsal};
use crate::engine::sync::Mode;
use crate::error::Result;
use crate::store::Store;
use crate::words::count;
use clap::Args;
use serde_json::{Value, json};

/// The arguments of `module rehearse`.
#[derive(Args)]
pub struct Rehearse {
    /// Its name or id
    name: String,
    /// With all rows: each watermark stands at its default, and what is appended is compared with all that is there
    #[arg(long)]
    from_start: bool,
    /// Exit with 1 where anything would be added, changed or removed
    #[arg(long)]
    expect_same: bool,
}

impl Rehearse {
    pub fn run(self, context: &Context, store: &mut Store) -> Result<u8> {
        let ui = &context.ui;
        let mode = Mode::Rehearsal { from_start: self.from_start, every: false };
        let outcome = behind_a_line(context, store, &self.name, mode, &signals()?)?;
        let same = outcome.rehearsal.as_ref().is_some_and(Rehearsal::is_same);
        if ui.json {
            let mut document = outcome.run.document();
            document["rehearsal"] = json!(outcome.rehearsal);
            ui.document(&document);
        } else {
            if let Some(found) = &outcome.rehearsal {
                print(context, &outcome.run.module_name, found);
            }
            outcome.run.warnings.iter().for_each(|warning| ui.warn(warning));
        }
        if let Some(error) = outcome.error {
            return Err(error);
        }
        Ok(u8::from(self.expect_same && !same))
    }
}

/// What a rehearsal found, with examples.
pub fn print(context: &Context, module: &str, found: &Rehearsal) {
    let ui = &context.ui;
    let verdict = if found.is_same() { ("=", Tone::Good) } else { ("≠", Tone::Odd) };
    let counts = format!("{} rows to delete, {} to insert", count(found.deletes), count(found.inserts));
    ui.line(format!("{} {module}: a run now {}", ui.paint(verdict.0, verdict.1), found.summary()));
    ui.line(format!("  {}", ui.paint(&counts, Tone::Faint)));
    let mut changed = found.examples_changed.iter().flat_map(|changed| {
        let before = changed.before.iter().map(|line| ("-", line));
        before.chain(changed.after.iter().map(|line| ("+", line)))
    });
    let table = |title, all, lines: &mut dyn Iterator<Item = (&'static str, &Line)>| {
        table(context, &format!("{title} ({}), such as", count(all)), &found.columns, lines.collect());
    };
    table("Added", found.added, &mut found.examples_added.iter().map(|line| ("+", line)));
    table("Changed", found.changed, &mut changed);
    table("Removed", found.removed, &mut found.examples_removed.iter().map(|line| ("-", line)));
    found.remarks.iter().for_each(|remark| ui.note(remark));
}

/// Examples of a kind of difference, one row a line.
fn table(context: &Context, title: &str, columns: &[String], lines: Vec<(&'static str, &Line)>) {
    if lines.is_empty() {
        return;
    }
    context.ui.heading(title);
    let header: Vec<String> = std::iter::once(String::new()).chain(columns.iter().cloned()).collect();
    context.ui.table_as_named(
        &header,
        lines.into_iter().map(|(mark, line)| {
            let tone = if mark == "+" { Tone::Good } else { Tone::Bad };
            let cells = columns.iter().map(|column| match line.get(column).and_then(Value::as_str) {
                Some(text) => Field::from(visible(text)),
                None => Field("NULL".to_owned(), Tone::Faint),
            });
            std::iter::once(Field(mark.to_owned(), tone)).chain(cells).collect()
        }),
    );
}

/// A value as it is, in quotes where it would look like another: blanks at its ends, letters that can't be seen, a text
/// that says NULL.
pub(super) fn visible(text: &str) -> String {
    let quoted = format!("{text:?}");
    let plain = text.trim() == text && !text.is_empty() && text != "NULL" && quoted[1..quoted.len() - 1] == *text;
    if plain { text.to_owned() } else { quoted }
}
