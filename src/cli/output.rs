//! The one place that prints: results to standard output, everything else to standard error. It knows the terminal's
//! width, colour, and JSON.

use crate::clock;
use crate::error::Error;
use crate::words::count;
use comfy_table::{Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, presets};
use serde::Serialize;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How a command talks to whoever called it.
pub struct Ui {
    /// One JSON document on standard output and nothing else there.
    pub json: bool,
    /// No notes and no progress.
    pub quiet: bool,
    /// Says what was done where all went well.
    tells: bool,
    /// More than the usual.
    pub verbose: bool,
    color: bool,
    width: Option<u16>,
    muted: bool,
    /// Standard output takes no more.
    gone: AtomicBool,
    /// It took no more for a reason that is a failure: a full disk, not a reader that has seen enough.
    failed: AtomicBool,
}

/// What a cell of a table means, which is what its colour comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Plain,
    /// All is well.
    Good,
    /// Look at it.
    Odd,
    /// It failed.
    Bad,
    /// Less important.
    Faint,
    /// More important.
    Strong,
    /// A number, set to the right.
    Number,
}

/// Up to so many characters, a table's column is never broken to make the table narrower.
const UNBROKEN: u16 = 24;

/// A cell: its text and what it means.
pub struct Field(pub String, pub Tone);

/// A row of a table, and what there is to remark of it.
pub struct Remarked {
    /// The row.
    pub cells: Vec<Field>,
    /// The cells that say what the remark is about, where it does not stand behind the row.
    pub about: &'static [usize],
    /// The remark; may be empty.
    pub remark: Field,
}

impl<T: Into<String>> From<T> for Field {
    fn from(text: T) -> Self {
        Field(text.into(), Tone::Plain)
    }
}

impl Ui {
    /// Looks at the terminal.
    pub fn new(json: bool, quiet: bool, verbose: bool, color: ColorWhen) -> Ui {
        let terminal = std::io::stdout().is_terminal();
        let color = match color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
        };
        let width = terminal.then(|| comfy_table::Table::new().width().unwrap_or(80));
        let (gone, failed) = (AtomicBool::new(false), AtomicBool::new(false));
        Ui { json, quiet, tells: !quiet, verbose, color, width, muted: false, gone, failed }
    }

    /// One that says what was done, and nothing beside it.
    pub fn terse(color: ColorWhen) -> Ui {
        Ui { tells: true, ..Ui::new(false, true, false, color) }
    }

    /// One that says nothing but warnings and errors.
    pub fn muted() -> Ui {
        Ui { muted: true, ..Ui::new(false, true, false, ColorWhen::Never) }
    }

    /// A stored time in a list: how long ago on a terminal, the time itself in a pipe.
    pub fn when(&self, stored: &str) -> String {
        self.when_told(stored, clock::local)
    }

    /// The same, with the words for a pipe.
    pub fn when_told(&self, stored: &str, told: impl FnOnce(&str) -> String) -> String {
        if self.width.is_some() { clock::ago(stored) } else { told(stored) }
    }

    /// Whether it colours.
    pub fn is_coloured(&self) -> bool {
        self.color
    }

    /// Writes to standard output. A reader that has gone is no error: the rest is not wanted. What the command does
    /// goes on, and its exit code stays the truth.
    pub fn raw(&self, text: &str) {
        if self.muted || self.is_gone() {
            return;
        }
        let mut out = std::io::stdout().lock();
        if let Err(e) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            self.gone.store(true, Ordering::Relaxed);
            if e.kind() != std::io::ErrorKind::BrokenPipe {
                self.failed.store(true, Ordering::Relaxed);
                self.error(&Error::system("can't write to standard output", e));
            }
        }
    }

    /// Whether nobody reads standard output any more.
    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    /// The exit code, where all went well but for writing down what came of it.
    pub fn exit(&self, code: u8) -> u8 {
        if self.failed.load(Ordering::Relaxed) { code.max(1) } else { code }
    }

    /// A line on standard output.
    pub fn line(&self, text: impl AsRef<str>) {
        self.raw(&format!("{}\n", text.as_ref()));
    }

    /// A line on standard output about what was done, and well, unless it is to be quiet.
    pub fn done(&self, text: impl AsRef<str>) {
        if self.tells {
            self.line(text);
        }
    }

    /// A JSON document on standard output, a line of its own; laid out for people on a terminal.
    pub fn document(&self, value: &impl Serialize) {
        let text = match self.width {
            Some(_) => serde_json::to_string_pretty(value),
            None => serde_json::to_string(value),
        };
        // Only maps with keys that are no text can't be written, and there are none.
        self.line(text.unwrap_or_default());
    }

    /// Chatter on standard error, unless it is to be quiet or JSON.
    pub fn note(&self, text: impl AsRef<str>) {
        if !self.quiet && !self.json {
            self.complain(text.as_ref());
        }
    }

    /// A warning on standard error, JSON where that is wanted.
    pub fn warn(&self, text: impl AsRef<str>) {
        if self.json {
            self.complain(&serde_json::json!({"warning": {"message": text.as_ref()}}).to_string());
        } else {
            self.complain(&format!("{} {}", self.paint("warning:", Tone::Odd), text.as_ref()));
        }
    }

    fn complain(&self, text: &str) {
        // Nowhere is left to say that standard error is gone.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// An error on standard error: what, why, and what to type next.
    pub fn error(&self, error: &Error) {
        if self.json {
            let body = serde_json::json!({"error": {
                "code": error.code.as_str(), "message": error.message, "hint": error.hint,
            }});
            self.complain(&body.to_string());
            return;
        }
        self.complain(&format!("{} {}", self.paint("error:", Tone::Bad), error.message));
        if let Some(hint) = &error.hint {
            self.complain(&format!("{} {hint}", self.paint("  next:", Tone::Faint)));
        }
    }

    /// Text in the colour of its meaning.
    pub fn paint(&self, text: &str, tone: Tone) -> String {
        if !self.color {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Good => "32",
            Tone::Odd => "33",
            Tone::Bad => "31",
            Tone::Faint => "2",
            Tone::Strong => "1",
            Tone::Plain | Tone::Number => return text.to_owned(),
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// A table under capital headings: fitted to the terminal, or as wide as it comes for a pipe.
    pub fn table(&self, header: &[&str], rows: impl IntoIterator<Item = Vec<Field>>) {
        let header: Vec<String> = header.iter().map(|h| h.to_uppercase()).collect();
        self.table_as_named(&header, rows);
    }

    /// A table whose rows may have a remark: behind the row for a pipe, so that `grep` finds both; on a terminal below
    /// the table, where it has the whole width.
    pub fn remarked(&self, header: &[&str], mut rows: Vec<Remarked>) {
        if self.width.is_none() {
            let header = [header, &[""]].concat();
            return self.table(
                &header,
                rows.into_iter().map(|mut row| {
                    row.cells.push(row.remark);
                    row.cells
                }),
            );
        }
        let about = |row: &Remarked| row.about.iter().map(|cell| &*row.cells[*cell].0).collect::<Vec<_>>().join(" ");
        let remarks: Vec<(String, Field)> = rows
            .iter_mut()
            .filter(|row| !row.remark.0.is_empty())
            .map(|row| (about(row), std::mem::replace(&mut row.remark, Field::from(""))))
            .collect();
        self.table(header, rows.into_iter().map(|row| row.cells));
        for (about, remark) in remarks {
            self.line(format!("{} {}", self.paint(&format!("{about}:"), Tone::Faint), self.paint(&remark.0, remark.1)));
        }
    }

    /// As [`Ui::table`], with the headings to the letter.
    pub fn table_as_named(&self, header: &[String], rows: impl IntoIterator<Item = Vec<Field>>) {
        self.raw(&match (self.width, self.color) {
            (None, false) => super::plain::table(header, &rows.into_iter().collect::<Vec<_>>()),
            _ => self.fitted(header, rows),
        });
    }

    /// A table fitted to the terminal, in its colours.
    pub(super) fn fitted(&self, header: &[String], rows: impl IntoIterator<Item = Vec<Field>>) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        match self.width {
            Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
            None => table.set_content_arrangement(ContentArrangement::Disabled),
        };
        if self.color {
            table.enforce_styling();
        }
        table.set_header(header.iter().map(|h| self.cell(Field(h.clone(), Tone::Faint))));
        let mut numbers = vec![false; header.len()];
        for row in rows {
            for (i, field) in row.iter().enumerate() {
                numbers[i] |= field.1 == Tone::Number;
            }
            table.add_row(row.into_iter().map(|field| self.cell(field)));
        }
        let widths = if self.width.is_some() { table.column_max_content_widths() } else { Vec::new() };
        for (i, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 2));
            // What is short is never broken, as a number in two lines is another number; remarks, which have no
            // heading, are.
            let short = widths.get(i).is_some_and(|width| *width <= if header[i].is_empty() { 1 } else { UNBROKEN });
            if short {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
            if numbers.get(i).copied().unwrap_or_default() {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        // In one piece: a write a line is most of the time of a long table.
        let mut text = String::new();
        for line in table.lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    fn cell(&self, field: Field) -> Cell {
        let cell = Cell::new_owned(field.0);
        if !self.color {
            return cell;
        }
        match field.1 {
            Tone::Good => cell.fg(Color::Green),
            Tone::Odd => cell.fg(Color::Yellow),
            Tone::Bad => cell.fg(Color::Red),
            Tone::Faint => cell.add_attribute(Attribute::Dim),
            Tone::Strong => cell.add_attribute(Attribute::Bold),
            Tone::Plain | Tone::Number => cell,
        }
    }

    /// A thing's fields, one a line.
    pub fn fields(&self, fields: &[(&str, String)]) {
        let width = fields.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
        for (label, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            let label = format!("{label:width$}");
            let value = value.replace('\n', &format!("\n{:width$}  ", ""));
            self.line(format!("{}  {value}", self.paint(&label, Tone::Faint)));
        }
    }

    /// A heading within a command's output.
    pub fn heading(&self, text: &str) {
        self.line(format!("\n{}", self.paint(text, Tone::Strong)));
    }

    /// Whether progress is shown: on a terminal, where nobody asked for silence.
    pub(super) fn shows_progress(&self) -> bool {
        !self.quiet && !self.json && std::io::stderr().is_terminal()
    }
}

/// A count that may not be known.
pub fn count_or_dash(n: Option<i64>) -> Field {
    Field(n.map_or_else(|| "-".to_owned(), count), Tone::Number)
}

/// The mark and meaning of a run's status.
pub fn status(word: &str) -> (&'static str, Tone) {
    match word {
        "success" => ("✔", Tone::Good),
        "error" => ("✗", Tone::Bad),
        "running" => ("▶", Tone::Strong),
        "unknown" => ("?", Tone::Bad),
        "cancelled" => ("■", Tone::Odd),
        _ => ("·", Tone::Faint),
    }
}
