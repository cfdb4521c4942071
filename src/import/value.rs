//! What a script's text comes to, as far as that can be known without running it: text, results of lookups, and what is
//! unknown, with the reason.

use super::event::Query;
use std::rc::Rc;

/// No script of a shop makes a text as long as that; one that goes in circles would.
const LONGEST: usize = 4 << 20;

/// A piece of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Text, and the variable that it was first put into.
    Text(String, Option<Rc<str>>),
    /// What a query gives when the script runs.
    Lookup(Lookup),
    /// Why it can't be known, and the variable that would hold it.
    Unknown(Rc<str>, Option<Rc<str>>),
}

/// The result of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Lookup {
    /// The query.
    pub query: Rc<Query>,
    /// What stands in its place where it gives nothing.
    pub default: Option<String>,
    /// The variable that it was first put into.
    pub name: Option<Rc<str>>,
}

/// A value: its pieces, one behind the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Value {
    /// The pieces.
    pub pieces: Vec<Piece>,
    /// The variable that held it as it is.
    pub whole: Option<Rc<str>>,
}

impl Value {
    /// Known text.
    pub fn text(text: impl Into<String>) -> Value {
        let text = text.into();
        let pieces = if text.is_empty() { Vec::new() } else { vec![Piece::Text(text, None)] };
        Value { pieces, whole: None }
    }

    /// One piece.
    pub fn of(piece: Piece) -> Value {
        Value { pieces: vec![piece], whole: None }
    }

    /// What can't be known.
    pub fn unknown(why: impl AsRef<str>) -> Value {
        Value::of(Piece::Unknown(why.as_ref().into(), None))
    }

    /// The text, where all of it is known.
    pub fn known(&self) -> Option<String> {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text, _) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Why some of it is unknown.
    pub fn why_unknown(&self) -> Option<&str> {
        self.pieces.iter().find_map(|piece| match piece {
            Piece::Unknown(why, _) => Some(&**why),
            _ => None,
        })
    }

    /// Whether a lookup's result is in it.
    pub fn has_lookup(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Lookup(_)))
    }

    /// The lookup, where it is one and nothing else.
    pub fn lookup(&self) -> Option<&Lookup> {
        match &self.pieces[..] {
            [Piece::Lookup(lookup)] => Some(lookup),
            _ => None,
        }
    }

    /// The variable that all of it was first put into.
    pub fn variable(&self) -> Option<&str> {
        let mut pieces = self.pieces.iter().filter(|piece| !matches!(piece, Piece::Text(text, _) if text.is_empty()));
        match (pieces.next(), pieces.next()) {
            (Some(Piece::Text(_, var) | Piece::Unknown(_, var)), None) => var.as_deref(),
            _ => None,
        }
    }

    /// Whether it is nothing.
    pub fn is_empty(&self) -> bool {
        self.known().is_some_and(|text| text.is_empty())
    }

    /// Puts a piece behind it.
    pub fn push(&mut self, piece: Piece) {
        self.whole = None;
        match (self.pieces.last_mut(), &piece) {
            (Some(Piece::Text(text, var)), Piece::Text(more, other)) if var == other => text.push_str(more),
            (_, Piece::Text(text, None)) if text.is_empty() => {}
            _ => self.pieces.push(piece),
        }
    }

    /// Puts a value behind it.
    pub fn extend(&mut self, other: &Value) {
        if self.pieces.is_empty() {
            return self.clone_from(other);
        }
        let length = |value: &Value| -> usize {
            value.pieces.iter().map(|piece| if let Piece::Text(text, _) = piece { text.len() } else { 1 }).sum()
        };
        if length(self) + length(other) > LONGEST {
            return *self = Value::unknown("it is too long");
        }
        for piece in &other.pieces {
            self.push(piece.clone());
        }
    }

    /// Puts text behind it.
    pub fn push_str(&mut self, text: &str) {
        self.push(Piece::Text(text.to_owned(), None));
    }

    /// The value as a variable holds it that is given it: what has no name yet has this one.
    #[must_use]
    pub fn named(mut self, name: &str) -> Value {
        self.whole = Some(name.into());
        for piece in &mut self.pieces {
            match piece {
                Piece::Text(_, var @ None) | Piece::Unknown(_, var @ None) => *var = Some(name.into()),
                Piece::Lookup(lookup) if lookup.name.is_none() => lookup.name = Some(name.into()),
                _ => {}
            }
        }
        self
    }

    /// The same with this in place of the lookup's result where that is nothing.
    #[must_use]
    pub fn or(mut self, default: &str) -> Value {
        if let [Piece::Lookup(lookup)] = &mut self.pieces[..] {
            lookup.default.get_or_insert_with(|| default.to_owned());
        }
        self
    }

    /// The same without line ends at its end, as `$(…)` gives it.
    #[must_use]
    pub fn without_line_ends(mut self) -> Value {
        while let Some(Piece::Text(text, _)) = self.pieces.last_mut() {
            text.truncate(text.trim_end_matches('\n').len());
            if !text.is_empty() {
                break;
            }
            self.pieces.pop();
        }
        self
    }

    /// The same with each text changed.
    #[must_use]
    pub fn map(&self, mut change: impl FnMut(&str) -> String) -> Value {
        let mut out = Value::default();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text, var) => out.push(Piece::Text(change(text), var.clone())),
                other => out.push(other.clone()),
            }
        }
        out
    }

    /// The same with `with` for each `what` in its texts, or for the first: in each line, or in all.
    #[must_use]
    pub fn replaced(&self, what: &str, with: &Value, times: Times) -> Value {
        let mut out = Value::default();
        let mut done = false;
        for piece in &self.pieces {
            let Piece::Text(text, var) = piece else {
                out.push(piece.clone());
                continue;
            };
            let mut rest = text.as_str();
            while let Some(at) = rest.find(what).filter(|_| !what.is_empty()) {
                if times == Times::OnceALine && rest[..at].contains('\n') {
                    done = false;
                }
                let keep = &rest[..at];
                out.push(Piece::Text(keep.to_owned(), var.clone()));
                match done && times != Times::Always {
                    true => out.push(Piece::Text(what.to_owned(), var.clone())),
                    false => out.extend(with),
                }
                done = true;
                rest = &rest[at + what.len()..];
            }
            done &= !(times == Times::OnceALine && rest.contains('\n'));
            out.push(Piece::Text(rest.to_owned(), var.clone()));
        }
        out
    }
}

/// How often something is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// The first only.
    Once,
    /// The first of each line.
    OnceALine,
    /// Each.
    Always,
}
