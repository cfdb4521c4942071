//! Words to values: variables, what commands print, and the splitting at blanks (POSIX.1, 2.6).

use super::{Came, Follower, Status};
use crate::import::shell::{Change, List, Part, Word};
use crate::import::value::{Piece, Times, Value};

/// Of a longer text no part is found by a pattern: names of files are short.
const LONGEST_CUT: usize = 4096;

impl Follower<'_> {
    /// A word as one value.
    pub(super) fn word(&mut self, word: &Word) -> Value {
        let mut value = Value::default();
        for part in &word.parts {
            let (more, _) = self.part(part);
            value.extend(&more);
        }
        value
    }

    /// Words as a command gets them: what is not quoted is split at its blanks.
    pub(super) fn fields(&mut self, words: &[Word]) -> Vec<Value> {
        let mut fields = Vec::new();
        // What these assign is expanded as an assignment is (bash's manual, 3.7.1: declaration commands).
        let declares = ["export", "readonly", "local", "declare", "typeset"];
        let declares = words.first().and_then(Word::literal).is_some_and(|first| declares.contains(&&*first));
        for word in words {
            if declares && matches!(word.parts.first(), Some(Part::Text(text, _)) if text.contains('=')) {
                let value = self.word(word);
                fields.push(value);
                continue;
            }
            if let [Part::Variable(name, None, _)] | [Part::Text(_, true), Part::Variable(name, None, _)] =
                &word.parts[..]
                && (name == "@" || name == "*")
            {
                fields.extend(self.args.clone());
                continue;
            }
            let (mut current, mut begun) = (Value::default(), false);
            for part in &word.parts {
                let (value, splits) = self.part(part);
                let has_blank =
                    |piece: &Piece| matches!(piece, Piece::Text(text, _) if text.contains(char::is_whitespace));
                if !splits || !value.pieces.is_empty() && !value.pieces.iter().any(has_blank) {
                    begun = true;
                    current.extend(&value);
                    continue;
                }
                for piece in &value.pieces {
                    let Piece::Text(text, var) = piece else {
                        begun = true;
                        current.push(piece.clone());
                        continue;
                    };
                    let mut rest = text.as_str();
                    while let Some(at) = rest.find(char::is_whitespace) {
                        if at > 0 || begun {
                            current.push(Piece::Text(rest[..at].to_owned(), var.clone()));
                            fields.push(std::mem::take(&mut current));
                            begun = false;
                        }
                        rest = rest[at..].trim_start();
                    }
                    if !rest.is_empty() {
                        begun = true;
                        current.push(Piece::Text(rest.to_owned(), var.clone()));
                    }
                }
            }
            if begun {
                fields.push(current);
            }
        }
        fields
    }

    /// A piece of a word, and whether it is split.
    fn part(&mut self, part: &Part) -> (Value, bool) {
        match part {
            Part::Text(text, _) => (Value::text(text.clone()), false),
            Part::Variable(name, change, quoted) => (self.variable(name, change.as_deref()), !quoted),
            Part::Command(list, quoted) => (self.printed(list), !quoted),
            Part::Process(list) => {
                let value = self.output(list);
                (self.own_file(value), false)
            }
            Part::Unknown(what) => (Value::unknown(format!("it comes from {what}")), false),
        }
    }

    /// What commands print, as `$(…)` gives it.
    fn printed(&mut self, list: &List) -> Value {
        self.output(list).without_line_ends()
    }

    fn output(&mut self, list: &List) -> Value {
        let captured = std::mem::replace(&mut self.captured, true);
        let line = self.site.line;
        self.depth += 1;
        let Came { out, .. } = self.apart(|this| this.list(list, Value::default()));
        self.depth -= 1;
        self.captured = captured;
        self.site.line = line;
        out
    }

    /// What a variable holds; `None` where nothing here sets it.
    pub(super) fn held(&self, name: &str) -> Option<Value> {
        let arg = |n: usize| self.args.get(n).cloned();
        Some(match name {
            // A function's arguments are its own, `$0` is the script's.
            "0" => Value::text(self.script.to_string_lossy()),
            "BASH_SOURCE" => Value::text(self.tree.absolute(self.site.file.as_ref()).to_string_lossy()),
            "PWD" => Value::text(self.cwd.as_ref().map_or(self.script.parent(), |cwd| Some(cwd))?.to_string_lossy()),
            // Commands are followed as they go where nothing goes wrong.
            "?" => Value::text("0"),
            "$" | "!" | "RANDOM" | "BASHPID" => Value::text("0"),
            "#" => Value::text(self.args.len().to_string()),
            "@" | "*" => {
                let mut all = Value::default();
                for (i, value) in self.args.iter().enumerate() {
                    all.push_str(if i > 0 { " " } else { "" });
                    all.extend(value);
                }
                all
            }
            name if name.bytes().all(|b| b.is_ascii_digit()) => arg(name.parse::<usize>().ok()?.checked_sub(1)?)?,
            name => self.variables.get(name)?.clone(),
        })
    }

    fn variable(&mut self, name: &str, change: Option<&Change>) -> Value {
        let held = self.held(name);
        let missing = |this: &Self| {
            let why = match name.bytes().all(|b| b.is_ascii_digit()) {
                true => format!("{} is given no argument {name}", this.site.file),
                false => format!("nothing that can be read sets ${name}"),
            };
            Value::of(Piece::Unknown(why.into(), Some(name.into())))
        };
        let Some(change) = change else { return held.unwrap_or_else(|| missing(self)) };
        match change {
            Change::Default { word, assign, colon } => {
                let default = self.word(word);
                let value = match held {
                    Some(value) if value.lookup().is_some() => match default.known() {
                        Some(default) => value.or(&default),
                        None => Value::unknown(format!("what stands for an empty ${name} is not known")),
                    },
                    Some(value) if *colon && value.is_empty() => default,
                    Some(value) => value,
                    None => default,
                };
                if *assign {
                    self.set(name, value.clone());
                }
                value
            }
            Change::Alternative(word) => match held.as_ref().map(|value| (value.is_empty(), value.known().is_some())) {
                Some((false, true)) => self.word(word),
                Some((true, _)) | None => Value::default(),
                Some((false, false)) => Value::unknown(format!("whether ${name} is empty is not known")),
            },
            Change::Must => held.unwrap_or_else(|| missing(self)),
            Change::WithoutStart(pattern, longest) => {
                self.cut(held.unwrap_or_else(|| missing(self)), pattern, |text, pattern| {
                    let mut ends: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
                    if *longest {
                        ends.reverse();
                    }
                    ends.into_iter().find(|end| matches(pattern, &text[..*end])).map(|end| text[end..].to_owned())
                })
            }
            Change::WithoutEnd(pattern, longest) => {
                self.cut(held.unwrap_or_else(|| missing(self)), pattern, |text, pattern| {
                    let mut starts: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
                    if !*longest {
                        starts.reverse();
                    }
                    starts
                        .into_iter()
                        .find(|start| matches(pattern, &text[*start..]))
                        .map(|start| text[..start].to_owned())
                })
            }
            Change::Replace { what, with, all } => {
                let value = held.unwrap_or_else(|| missing(self));
                let (what, with) = (self.word(what), self.word(with));
                match what.known() {
                    Some(what) if !what.contains(['*', '?', '[']) && !what.starts_with(['#', '%']) => {
                        value.replaced(&what, &with, if *all { Times::Always } else { Times::Once })
                    }
                    _ => Value::unknown(format!("what is replaced in ${name} is a pattern")),
                }
            }
            Change::Other => Value::unknown(format!("it is a part or a form of ${name}")),
        }
    }

    /// A value without what a pattern fits at an end of it.
    fn cut(&mut self, value: Value, pattern: &Word, cut: impl Fn(&str, &str) -> Option<String>) -> Value {
        let pattern = self.word(pattern);
        match (value.known(), pattern.known()) {
            (Some(text), Some(_)) if text.len() > LONGEST_CUT => Value::unknown("it is a part of a long text"),
            (Some(text), Some(pattern)) => Value::text(cut(&text, &pattern).unwrap_or(text)),
            _ if value.why_unknown().is_some() => value,
            _ => Value::unknown("a part of a query's result is used"),
        }
    }
}

impl Status {
    pub(super) fn of(so: Option<bool>) -> Status {
        so.map_or(Status::Unknown, Status::Known)
    }
}

/// A piece of a pattern of the shell.
enum Fits {
    Any,
    One(char),
    Set(bool, Vec<char>),
    All,
}

impl Fits {
    fn fits(&self, c: char) -> bool {
        match self {
            Fits::Any | Fits::All => true,
            Fits::One(one) => *one == c,
            Fits::Set(not, set) => {
                let ranges = set.windows(3).any(|w| w[1] == '-' && (w[0]..=w[2]).contains(&c));
                (ranges || set.contains(&c)) != *not
            }
        }
    }
}

/// Whether a pattern of the shell fits all of a text: `*`, `?`, `[…]`.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = Vec::new();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        pieces.push(match c {
            '*' => Fits::All,
            '?' => Fits::Any,
            '\\' => Fits::One(rest.next().unwrap_or('\\')),
            '[' if rest.as_str().contains(']') => {
                let (set, after) = rest.as_str().split_once(']').unwrap_or_default();
                let (not, set) = set.strip_prefix(['!', '^']).map_or((false, set), |set| (true, set));
                rest = after.chars();
                Fits::Set(not, set.chars().collect())
            }
            c => Fits::One(c),
        });
    }
    // Which beginnings of the text the pieces so far fit.
    let mut fit: Vec<bool> = vec![true];
    fit.resize(text.chars().count() + 1, false);
    for piece in &pieces {
        let before = fit.clone();
        match piece {
            Fits::All => {
                let first = before.iter().position(|so| *so).unwrap_or(before.len());
                fit.iter_mut().enumerate().for_each(|(i, so)| *so = i >= first);
            }
            piece => {
                fit[0] = false;
                for (i, c) in text.chars().enumerate() {
                    fit[i + 1] = before[i] && piece.fits(c);
                }
            }
        }
    }
    fit.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_fit_as_in_the_shell() {
        for (pattern, text, fits) in [
            ("", "", true),
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("*/*", "a/b/c", true),
            ("?[a-c]", "xb", true),
            ("?[!a-c]", "xb", false),
            ("\\*", "*", true),
            ("\\*", "x", false),
            ("[x", "[x", true),
            ("*ü", "aü", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
