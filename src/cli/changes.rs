//! What `apply` shows of a plan: what comes, goes, and changes, field by field, SQL line by line.

use super::output::{Tone, Ui};
use crate::definition::difference::Difference;
use crate::definition::plan::{Action, Change};
use crate::words::brief;
use toml::Value;

/// How many lines of a text are shown at most, on either side.
const LINES: usize = 20;

/// Shows one change.
pub fn show(ui: &Ui, change: &Change) {
    let (mark, tone) = match change.action {
        Action::Add => ("+", Tone::Good),
        Action::Change => ("~", Tone::Odd),
        Action::Remove => ("-", Tone::Bad),
    };
    ui.line(ui.paint(&format!("{mark} {}", change.key), tone));
    let width = change.fields.iter().map(|d| d.field.chars().count()).max().unwrap_or(0);
    for difference in &change.fields {
        field(ui, difference, width);
    }
}

fn field(ui: &Ui, difference: &Difference, width: usize) {
    let (name, old, new) = (&difference.field, &difference.old, &difference.new);
    if let (Some(Value::String(old)), Some(Value::String(new))) = (old, new)
        && (old.contains('\n') || new.contains('\n'))
    {
        ui.line(format!("    {name}"));
        for (mark, tone, lines) in hunks(old, new) {
            for line in lines.iter().take(LINES) {
                ui.line(ui.paint(&format!("      {mark} {}", visible(line)), tone));
            }
            if lines.len() > LINES {
                ui.line(format!("      {mark} … {} lines more", lines.len() - LINES));
            }
        }
        return;
    }
    let word = |value: &Option<Value>| value.as_ref().map_or_else(|| "(none)".to_owned(), short);
    ui.line(format!("    {name:width$}  {} → {}", word(old), word(new)));
}

/// A value in a line.
fn short(value: &Value) -> String {
    match value {
        Value::Table(part) => {
            let fields: Vec<String> = part.iter().map(|(key, value)| format!("{key} {}", short(value))).collect();
            format!("({})", fields.join(", "))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(short).collect::<Vec<_>>().join(", ")),
        Value::String(text) if text.contains('\n') => format!("{:?}…", brief(text, 60)),
        Value::String(text) => format!("{:?}", brief(text, 200)),
        other => other.to_string(),
    }
}

/// A line with what can't be seen in it: control characters, and blanks at its end.
fn visible(line: &str) -> String {
    let end = line.trim_end_matches(' ').len();
    let shown = line[..end]
        .chars()
        .map(|c| if c.is_control() && c != '\t' { c.escape_default().to_string() } else { c.to_string() });
    shown.chain(std::iter::repeat_n("·".to_owned(), line.len() - end)).collect()
}

/// Lines that go or come together.
type Hunk<'a> = (char, Tone, Vec<&'a str>);

/// The lines in which two texts differ: those that go before those that come.
fn hunks<'a>(old: &'a str, new: &'a str) -> Vec<Hunk<'a>> {
    // Split, not `lines`: whether the last line ends is a difference too.
    let (mut old, mut new): (Vec<&str>, Vec<&str>) = (old.split('\n').collect(), new.split('\n').collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    old.drain(..same);
    new.drain(..same);
    let same = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    old.truncate(old.len() - same);
    new.truncate(new.len() - same);
    let mut found: Vec<Hunk<'a>> = Vec::new();
    for (mark, line) in script(&old, &new) {
        match found.last_mut() {
            Some((last, _, lines)) if *last == mark => lines.push(line),
            _ => found.push((mark, if mark == '-' { Tone::Bad } else { Tone::Good }, vec![line])),
        }
    }
    found
}

/// Which lines go and come, by their longest common subsequence; where that would be long to find, all of them.
fn script<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    let gone = |lines: &[&'a str]| lines.iter().map(|line| ('-', *line)).collect::<Vec<_>>();
    let come = |lines: &[&'a str]| lines.iter().map(|line| ('+', *line)).collect::<Vec<_>>();
    if old.len().saturating_mul(new.len()) > 1_000_000 {
        return [gone(old), come(new)].concat();
    }
    let mut common = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] =
                if old[i] == new[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut found) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if common[i + 1][j] >= common[i][j + 1] {
            found.push(('-', old[i]));
            i += 1;
        } else {
            found.push(('+', new[j]));
            j += 1;
        }
    }
    found.extend(gone(&old[i..]));
    found.extend(come(&new[j..]));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lines_that_differ_are_shown() {
        let shown = |old, new| {
            hunks(old, new)
                .iter()
                .flat_map(|(mark, _, lines)| lines.iter().map(move |l| format!("{mark}{l}")))
                .collect::<Vec<_>>()
        };
        assert_eq!(shown("a\nb\nc\nd\ne", "a\nB\nc\ne\nf"), ["-b", "+B", "-d", "+f"]);
        assert_eq!(shown("a\nb", "a\nb\n"), ["+"]);
        assert_eq!(shown("a\nb", "a\nb"), Vec::<String>::new());
        assert_eq!(visible("a\r  "), "a\\r··");
    }
}
