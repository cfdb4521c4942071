//! `s/what/with/g` of sed(1), where `what` is plain text.

use crate::import::value::{Piece, Times, Value};

/// A character of a script, or a piece whose text is not known.
#[derive(Clone, PartialEq)]
enum Unit {
    Char(char, Option<std::rc::Rc<str>>),
    Piece(Piece),
}

/// A text after all commands of a script.
///
/// # Errors
/// What in the script can't be followed.
pub(super) fn applied(script: &Value, text: &Value, extended: bool) -> Result<Value, String> {
    let mut units: Vec<Unit> = Vec::new();
    for piece in &script.pieces {
        match piece {
            Piece::Text(text, var) => units.extend(text.chars().map(|c| Unit::Char(c, var.clone()))),
            Piece::Unknown(why, _) => return Err(why.to_string()),
            piece => units.push(Unit::Piece(piece.clone())),
        }
    }
    let (mut value, mut rest) = (text.clone(), &units[..]);
    loop {
        while let Some(Unit::Char(c, _)) = rest.first()
            && (c.is_whitespace() || *c == ';')
        {
            rest = &rest[1..];
        }
        if rest.is_empty() {
            return Ok(value);
        }
        let (Some(Unit::Char('s', _)), Some(Unit::Char(sign, _))) = (rest.first(), rest.get(1)) else {
            return Err("it is more than `s/…/…/`".to_owned());
        };
        let (what, after) = section(&rest[2..], *sign)?;
        let (with, after) = section(after, *sign)?;
        let flags: String = after
            .iter()
            .map_while(|unit| match unit {
                Unit::Char(c, _) if c.is_ascii_alphanumeric() => Some(*c),
                _ => None,
            })
            .collect();
        rest = &after[flags.chars().count()..];
        let times = match &*flags {
            "" => Times::OnceALine,
            "g" => Times::Always,
            _ => return Err(format!("`s/…/…/{flags}`")),
        };
        value = value.replaced(&plain(&what, extended)?, &replacement(&with)?, times);
    }
}

/// What stands before the next sign that is not escaped, and what comes behind it.
fn section(units: &[Unit], sign: char) -> Result<(Vec<Unit>, &[Unit]), String> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(unit) = units.get(at) {
        match (unit, units.get(at + 1)) {
            (Unit::Char('\\', _), Some(Unit::Char(next, var))) if *next == sign => {
                out.push(Unit::Char(sign, var.clone()));
                at += 2;
            }
            (Unit::Char('\\', _), Some(next)) => {
                out.extend([unit.clone(), next.clone()]);
                at += 2;
            }
            (Unit::Char(c, _), _) if *c == sign => return Ok((out, &units[at + 1..])),
            _ => {
                out.push(unit.clone());
                at += 1;
            }
        }
    }
    Err("`s/…/…/` does not end".to_owned())
}

/// The text that a pattern fits, where it is one only.
fn plain(units: &[Unit], extended: bool) -> Result<String, String> {
    let mut out = String::new();
    let mut at = 0;
    while let Some(unit) = units.get(at) {
        let Unit::Char(c, _) = unit else { return Err("what is replaced is the result of a query".to_owned()) };
        match c {
            '\\' => {
                let Some(Unit::Char(next, _)) = units.get(at + 1) else { return Err("an odd pattern".to_owned()) };
                let is_sign = ".*[]^$\\/|&@#{}()+?\"'".contains(*next) && (extended || !"{}()+?|".contains(*next));
                if !is_sign {
                    return Err(format!("the pattern has `\\{next}`"));
                }
                out.push(*next);
                at += 1;
            }
            '*' | '[' => return Err("what is replaced is a pattern".to_owned()),
            '^' if at == 0 => return Err("what is replaced is a pattern".to_owned()),
            '$' if at + 1 == units.len() => return Err("what is replaced is a pattern".to_owned()),
            '{' | '}' | '(' | ')' | '+' | '?' | '|' if extended => {
                return Err("what is replaced is a pattern".to_owned());
            }
            '.' => return Err("what is replaced is a pattern: its `.` is any character".to_owned()),
            c => out.push(*c),
        }
        at += 1;
    }
    if out.is_empty() { Err("an empty pattern".to_owned()) } else { Ok(out) }
}

/// What comes in its place.
fn replacement(units: &[Unit]) -> Result<Value, String> {
    let mut out = Value::default();
    let mut at = 0;
    while let Some(unit) = units.get(at) {
        match unit {
            Unit::Char('\\', var) => {
                let Some(Unit::Char(next, _)) = units.get(at + 1) else { return Err("an odd replacement".to_owned()) };
                if next.is_ascii_alphanumeric() {
                    return Err(format!("the replacement has `\\{next}`"));
                }
                out.push(Piece::Text(next.to_string(), var.clone()));
                at += 1;
            }
            Unit::Char('&', _) => return Err("the replacement has `&`".to_owned()),
            Unit::Char(c, var) => out.push(Piece::Text(c.to_string(), var.clone())),
            Unit::Piece(piece) => out.push(piece.clone()),
        }
        at += 1;
    }
    Ok(out)
}
