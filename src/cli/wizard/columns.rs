//! Step 2: which columns come, what they are called, how they are selected and what they become.

use super::ask::{Asker, Press};
use super::draft::{Change, Draft};
use crate::engine::propose::{Offered, Proposal, Proposed, plain};
use crate::error::{Error, Result};
use crate::store::Store;
use dialoguer::console::{Key, pad_str, style};

/// What can be done, above the list.
const KEYS: &str = "enter takes them · space in/out · a all · o other form · h heading as name · e edit · esc back";

/// The most characters that a heading has as a name: what PostgreSQL takes, in letters of two bytes too.
const LONGEST: usize = 31;

struct Choosing<'a> {
    proposal: &'a Proposal,
    /// The other forms of each column.
    forms: Vec<Vec<Offered>>,
    changes: Vec<Change>,
    at: usize,
    wrong: Option<String>,
}

/// What was chosen to do with the list.
enum Chosen {
    All,
    Edit,
}

/// Asks which columns come. Says whether that was answered.
pub fn ask(asker: &Asker, store: &Store, draft: &mut Draft) -> Result<bool> {
    let proposal = draft.proposed(store)?;
    let forms = proposal.columns.iter().map(|column| proposal.forms(column)).collect();
    let changes = draft.changes.clone();
    let mut state = Choosing { proposal: &proposal, forms, changes, at: 0, wrong: None };
    loop {
        let chosen = asker.drawn(&mut state, Choosing::lines, |choosing, key| Ok(choosing.press(&key)))?;
        match chosen {
            None => {
                // Who comes back to the same table finds what was made of its columns.
                draft.changes = state.changes;
                return Ok(false);
            }
            Some(Chosen::Edit) => state.edit(asker)?,
            Some(Chosen::All) => {
                let taken = state.changes.iter().filter(|change| !change.out).count();
                asker.answered("Columns", &format!("{taken} of {}", state.changes.len()));
                draft.changes = state.changes;
                return Ok(true);
            }
        }
    }
}

impl Choosing<'_> {
    /// A column as it is now.
    fn now(&self, at: usize) -> Proposed {
        let mut now = self.proposal.columns[at].clone();
        self.changes[at].apply(&mut now, &self.forms[at]);
        now
    }

    /// What is shown of it.
    fn seen(&self, at: usize) -> [String; 5] {
        let Proposed { column, alias, expression, dest_type, .. } = self.now(at);
        let bare = expression.trim_matches(|c| matches!(c, '"' | '`' | '[' | ']')) == column.name;
        // What is selected as it is needs no column of the screen.
        let how = if bare { column.comment.unwrap_or_default() } else { expression };
        [column.name, column.type_name, alias, dest_type, how]
    }

    fn lines(&self, (rows, _): (usize, usize)) -> Vec<String> {
        let shown = rows.saturating_sub(5).max(3);
        let from = (self.at + 1).saturating_sub(shown);
        let taken = self.changes.iter().filter(|change| !change.out).count();
        let all = self.changes.len();
        let mut lines = vec![
            format!("{} {taken} of {all}", style("Columns").for_stderr().bold()),
            style(KEYS).for_stderr().dim().to_string(),
        ];
        let cells: Vec<[String; 5]> = (0..all).map(|at| self.seen(at)).collect();
        let width = |i: usize| cells.iter().map(|row| row[i].chars().count()).max().unwrap_or(0).min(30);
        let widths = [width(0), width(1), width(2), width(3)];
        for (at, row) in cells.iter().enumerate().skip(from).take(shown) {
            let change = &self.changes[at];
            let mark = if change.out { "[ ]" } else { "[x]" };
            let more = if self.forms[at].is_empty() { ' ' } else { 'o' };
            let cells: Vec<String> = row
                .iter()
                .zip(widths)
                .map(|(text, width)| pad_str(text, width, dialoguer::console::Alignment::Left, Some("…")).into_owned())
                .collect();
            let line = format!("{mark} {more} {}  {}", cells.join("  "), row[4]);
            lines.push(match (at == self.at, change.out) {
                (true, _) => format!("> {}", style(line).for_stderr().cyan()),
                (false, true) => format!("  {}", style(line).for_stderr().dim()),
                (false, false) => format!("  {line}"),
            });
        }
        if all > shown {
            lines.push(style(format!("  … {} in all", all)).for_stderr().dim().to_string());
        }
        lines.extend(self.wrong.iter().map(|wrong| format!("  {}", style(wrong).for_stderr().red())));
        lines
    }

    fn press(&mut self, key: &Key) -> Press<Chosen> {
        self.wrong = None;
        let last = self.changes.len().saturating_sub(1);
        let all_in = self.changes.iter().all(|change| !change.out);
        let all_out = self.changes.iter().all(|change| change.out);
        let twice = self.twice();
        let now = &mut self.changes[self.at];
        match key {
            Key::Escape => return Press::Back,
            Key::Enter if all_out => {
                self.wrong = Some("take one column at least".to_owned());
            }
            Key::Enter => match twice {
                Some(alias) => self.wrong = Some(format!("two columns are called {alias}: e gives one another alias")),
                None => return Press::Answer(Chosen::All),
            },
            Key::Char('e') => return Press::Answer(Chosen::Edit),
            Key::Char(' ') => now.out = !now.out,
            Key::Char('a') => self.changes.iter_mut().for_each(|change| change.out = all_in),
            Key::Char('o') => {
                let forms = &self.forms[self.at];
                *now = Change {
                    out: now.out,
                    alias: now.alias.take(),
                    ..Change { form: now.form + 1, ..Change::default() }
                };
                if now.form > forms.len() {
                    now.form = 0;
                }
                self.wrong = match now.form.checked_sub(1) {
                    Some(i) => Some(forms[i].what.to_owned()),
                    None if forms.is_empty() => Some("there is no other form: e edits its expression".to_owned()),
                    None => None,
                };
            }
            Key::Char('h') => match (&now.alias, &self.proposal.columns[self.at].column.comment) {
                (Some(_), _) => now.alias = None,
                (None, Some(heading)) => now.alias = Some(plain(heading, self.at + 1).chars().take(LONGEST).collect()),
                (None, None) => self.wrong = Some("nothing is said of it in the catalog".to_owned()),
            },
            Key::ArrowUp | Key::Char('k') => self.at = self.at.saturating_sub(1),
            Key::ArrowDown | Key::Char('j') => self.at = (self.at + 1).min(last),
            Key::PageUp => self.at = self.at.saturating_sub(10),
            Key::PageDown => self.at = (self.at + 10).min(last),
            Key::Home => self.at = 0,
            Key::End => self.at = last,
            _ => {}
        }
        Press::Again
    }

    /// An alias that two of the columns have.
    fn twice(&self) -> Option<String> {
        let taken = (0..self.changes.len()).filter(|at| !self.changes[*at].out);
        let mut aliases: Vec<String> = taken.map(|at| self.seen(at)[2].to_lowercase()).collect();
        aliases.sort_unstable();
        aliases.windows(2).find(|two| two[0] == two[1]).map(|two| two[0].clone())
    }

    /// Edits the column under the cursor: alias, expression, type. Esc leaves the rest as it is.
    fn edit(&mut self, asker: &Asker) -> Result<()> {
        let now = self.now(self.at);
        let change = &mut self.changes[self.at];
        let named = |what: &str| format!("{} {what}", now.column.name);
        let filled = |text: &str| if text.is_empty() { Err(Error::invalid("it is empty")) } else { Ok(()) };
        for (what, is, place) in [
            ("is called", now.alias, &mut change.alias),
            ("is selected as", now.expression, &mut change.expression),
            ("becomes", now.dest_type, &mut change.dest_type),
        ] {
            let Some(text) = asker.text(&named(what), &is, filled)? else { return Ok(()) };
            if text != is {
                *place = Some(text);
            }
        }
        Ok(())
    }
}
