//! The lines of a crontab (crontab(5)): when which command runs, in which zone, with which variables.

use crate::clock;
use crate::crontab::Crontab;
use std::collections::BTreeMap;

/// A line that runs a command.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The line, from 1.
    pub line: usize,
    /// When.
    pub times: String,
    /// In which zone, where it is said.
    pub timezone: Option<String>,
    /// What runs.
    pub command: String,
    /// The variables that are set by then.
    pub environment: BTreeMap<String, String>,
}

/// Reads a crontab; with `of_system`, a user stands before the command. Then what could not be read: the line, and why.
pub fn read(text: &str, of_system: bool) -> (Vec<Line>, Vec<(usize, String)>) {
    let (mut lines, mut odd) = (Vec::new(), Vec::new());
    let mut environment = BTreeMap::new();
    let mut timezone = None;
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if let Some((name, value)) = variable(text) {
            match &*name {
                "CRON_TZ" => match clock::zone(&value) {
                    Ok(_) => timezone = Some(value),
                    Err(why) => odd.push((line, format!("CRON_TZ: {why}"))),
                },
                _ => drop(environment.insert(name, value)),
            }
            continue;
        }
        let fields = if text.starts_with('@') { 1 } else { 5 };
        let (times, mut command) = split(text, fields);
        if of_system {
            command = split(command, 1).1;
        }
        let times = times.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Err(why) = Crontab::parse(&times) {
            odd.push((line, format!("`{times}` is no time that a schedule of pipekit has: {why}")));
        } else if !command.is_empty() {
            let command = without_input(command);
            lines.push(Line { line, times, timezone: timezone.clone(), command, environment: environment.clone() });
        }
    }
    (lines, odd)
}

/// `NAME = value`, the value in quotes or not.
fn variable(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let name = name.trim();
    let value = value.trim();
    let quoted = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    crate::secrets::is_key(name).then(|| (name.to_owned(), quoted.unwrap_or(value).to_owned()))
}

/// The first fields, and what comes behind them.
fn split(text: &str, fields: usize) -> (&str, &str) {
    let mut at = 0;
    for _ in 0..fields {
        at += text[at..].len() - text[at..].trim_start().len();
        at += text[at..].find(char::is_whitespace).unwrap_or(text[at..].len());
    }
    (&text[..at], text[at..].trim_start())
}

/// A command up to the `%` behind which its input stands; `\%` is a per cent sign.
fn without_input(command: &str) -> String {
    let mut out = String::new();
    let mut chars = command.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&'%') => out.extend(chars.next()),
            '%' => break,
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_times_zones_and_commands() {
        let text = "# c\nMAILTO=\"x\"\n\n0 2 * * *\t/a/b.sh >> c 2>&1\nCRON_TZ=Europe/Berlin\n@daily d `date +\\%F`%in\n@reboot e\n99 * * * * f\n";
        let (lines, odd) = read(text, false);
        let told: Vec<_> = lines.iter().map(|l| (l.line, &*l.times, l.timezone.as_deref(), &*l.command)).collect();
        assert_eq!(
            told,
            [(4, "0 2 * * *", None, "/a/b.sh >> c 2>&1"), (6, "@daily", Some("Europe/Berlin"), "d `date +%F`"),]
        );
        assert_eq!(lines[0].environment["MAILTO"], "x");
        assert_eq!(odd.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [7, 8]);
        let (lines, _) = read("0 2 * * * sync /a/b.sh c\n", true);
        assert_eq!(lines[0].command, "/a/b.sh c");
    }
}
