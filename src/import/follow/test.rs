//! `[ … ]` and `[[ … ]]`: what is known of the answer.

use super::{Asked, Came, Follower, Status, expand};
use crate::import::value::Value;

impl Follower<'_> {
    /// What a test says of its words.
    pub(super) fn test(&mut self, words: &[Value]) -> Came {
        let status = self.answer(words);
        Came { status, out: Value::default() }
    }

    fn answer(&mut self, words: &[Value]) -> Status {
        let texts: Vec<Option<String>> = words.iter().map(Value::known).collect();
        let operator = |i: usize| texts.get(i).and_then(Option::as_deref).unwrap_or_default();
        if let Some(at) = (0..words.len()).find(|i| matches!(operator(*i), "&&" | "||" | "-a" | "-o")) {
            let and = matches!(operator(at), "&&" | "-a");
            let first = self.answer(&words[..at]);
            let second = self.answer(&words[at + 1..]);
            self.asked = None;
            return match (first, second) {
                (Status::Known(a), Status::Known(b)) => Status::Known(if and { a && b } else { a || b }),
                (Status::Known(a), _) | (_, Status::Known(a)) if a != and => Status::Known(a),
                _ => Status::Unknown,
            };
        }
        if operator(0) == "!" {
            let status = self.answer(&words[1..]);
            if let Some(asked) = &mut self.asked {
                asked.empty = !asked.empty;
            }
            return match status {
                Status::Known(so) => Status::Known(!so),
                other => other,
            };
        }
        match words {
            [_] => self.emptiness(&words[0], false),
            [_, value] => match operator(0) {
                "-z" => self.emptiness(value, true),
                "-n" => self.emptiness(value, false),
                // Of what is outside the folder that is read nothing is known.
                "-f" | "-e" | "-r" | "-s" | "-d" => Status::of(value.known().and_then(|path| {
                    let path = self.find(&path);
                    let there = self.tree.is_file(&path) || self.tree.is_folder(&path);
                    self.written.contains_key(&path).then_some(true).or(self.tree.below(&path).map(|_| there))
                })),
                _ => Status::Unknown,
            },
            [left, _, right] => match operator(1) {
                sign @ ("=" | "==" | "!=") => {
                    let equal = match (left.known(), right.known()) {
                        (Some(left), Some(right)) => Some(expand::matches(&right, &left)),
                        _ => None,
                    };
                    if equal.is_none() && right.is_empty() {
                        return self.emptiness(left, sign != "!=");
                    }
                    Status::of(equal.map(|equal| equal == (sign != "!=")))
                }
                sign @ ("-eq" | "-ne" | "-gt" | "-ge" | "-lt" | "-le") => {
                    let number = |value: &Value| value.known().and_then(|text| text.trim().parse::<i64>().ok());
                    Status::of(number(left).zip(number(right)).map(|(a, b)| match sign {
                        "-eq" => a == b,
                        "-ne" => a != b,
                        "-gt" => a > b,
                        "-ge" => a >= b,
                        "-lt" => a < b,
                        _ => a <= b,
                    }))
                }
                _ => Status::Unknown,
            },
            _ => Status::Unknown,
        }
    }

    /// Whether a value is empty, or is not.
    fn emptiness(&mut self, value: &Value, empty: bool) -> Status {
        if let Some(lookup) = value.lookup() {
            self.asked = lookup.name.as_ref().map(|name| Asked { name: name.to_string(), empty });
            return Status::Unknown;
        }
        let has_text =
            value.pieces.iter().any(|p| matches!(p, crate::import::value::Piece::Text(t, _) if !t.is_empty()));
        match (value.known(), has_text) {
            (Some(text), _) => Status::Known(text.is_empty() == empty),
            (None, true) => Status::Known(!empty),
            (None, false) => Status::Unknown,
        }
    }
}
