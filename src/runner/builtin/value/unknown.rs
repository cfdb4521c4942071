//! Types that are given to the server as text: what it would change in silence as it reads them.

use super::encode::Encoder;
use super::numeric::{self, Digits, Numeric};
use super::{Misfit, Value};
use crate::runner::builtin::postgresql::types::Column;
use postgres::types::Type;
use std::collections::HashSet;
use std::iter::Peekable;
use std::str::Chars;

/// Refuses `text` where a column of one of these types would make something else of it.
pub fn check(text: &str, column: &Column, encoder: &mut Encoder) -> Result<(), Misfit> {
    match Type::from_oid(column.oid) {
        // It takes the first byte of any text.
        Some(Type::CHAR) if text.len() > 1 => Err(Misfit::new("it is longer than a byte")),
        Some(Type::MONEY) => amount(text),
        Some(Type::POINT | Type::LINE | Type::LSEG | Type::BOX | Type::PATH | Type::POLYGON | Type::CIRCLE) => {
            let numbers = text.split(|c: char| c.is_whitespace() || "()[]{}<>,;".contains(c));
            numbers.filter(|number| !number.is_empty()).try_for_each(|number| {
                encoder
                    .double(&Value::Text(number))
                    .map(drop)
                    .map_err(|misfit| Misfit::new(format!("{number} does not fit double precision: {}", misfit.why)))
            })
        }
        Some(Type::TS_VECTOR) => positions(text),
        None if column.type_name == "hstore" => keys(text),
        _ => Ok(()),
    }
}

/// A `tsvector` makes 16383 of any position beyond.
fn positions(text: &str) -> Result<(), Misfit> {
    const LAST: u32 = 16_383;
    let mut in_quotes = false;
    for (at, c) in text.char_indices() {
        in_quotes ^= c == '\'';
        if in_quotes || !matches!(c, ':' | ',') {
            continue;
        }
        let after = &text[at + 1..];
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        if digits > 0 && after[..digits].parse::<u32>().map_or(true, |position| position > LAST) {
            return Err(Misfit::new(format!(
                "it has the position {}, and a tsvector's end at {LAST}",
                &after[..digits]
            )));
        }
    }
    Ok(())
}

/// An `hstore` keeps one of several pairs with the same key.
fn keys(text: &str) -> Result<(), Misfit> {
    let mut chars = text.chars().peekable();
    let mut seen = HashSet::new();
    loop {
        while chars.next_if(|c| c.is_whitespace() || *c == ',').is_some() {}
        if chars.peek().is_none() {
            return Ok(());
        }
        let key = word(&mut chars);
        // What is no pair is left to the server, which refuses it.
        while chars.next_if(|c| c.is_whitespace() || matches!(c, '=' | '>')).is_some() {}
        word(&mut chars);
        if !seen.insert(key.clone()) {
            return Err(Misfit::new(format!(
                "it has the key {} twice, and hstore keeps one",
                Value::Text(&key).shown()
            )));
        }
    }
}

/// A key or a value of an `hstore`, with quotes around it or without.
fn word(chars: &mut Peekable<Chars<'_>>) -> String {
    let (mut out, mut in_quotes) = (String::new(), false);
    while let Some(c) = chars.next_if(|c| in_quotes || !(c.is_whitespace() || matches!(c, ',' | '='))) {
        match c {
            '"' => in_quotes = !in_quotes,
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}

/// `money` rounds to cents, and passes over any comma. What stands here is read so wherever a point stands before the
/// cents.
fn amount(text: &str) -> Result<(), Misfit> {
    let not_one = || Misfit::new("it is not an amount as 1234.50");
    let text = text.trim_ascii();
    let text = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(text);
    let text = text.strip_prefix('-').unwrap_or(text);
    let text = text.strip_prefix('$').unwrap_or(text);
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    if whole.contains(',') && (first.len() > 3 || groups.any(|group| group.len() != 3)) {
        return Err(not_one());
    }
    let mut digits = Vec::new();
    numeric::write_parsed(&mut digits, &text.replace(',', "")).map_err(|_| not_one())?;
    Numeric::read(&digits)
        .filter(|number| !number.is_special())
        .ok_or_else(not_one)?
        .fits(Digits { precision: 19, scale: 2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_keys() {
        for text in ["", "a b", "a:1 b:2A,3B", "'a:99999' b:16383", "a, b:1", "'it''s:99999':4"] {
            assert_eq!(positions(text), Ok(()), "{text}");
        }
        for text in ["a:16384", "'x' b:1,99999999999C"] {
            assert!(positions(text).is_err(), "{text}");
        }
        for text in
            ["", "a=>1", r#""a"=>"a", "b" => NULL,c=>"a=>1, a=>2""#, r#""a\"=>1, "a\\\""=>2"#, "a=>1,A=>2", "=>", "a"]
        {
            assert_eq!(keys(text), Ok(()), "{text}");
        }
        for text in ["a=>1, a=>2", r#""a"=>1,a=>1"#, r#"x=>1, "a b" => 2, "a b"=>NULL"#] {
            assert!(keys(text).is_err(), "{text}");
        }
    }

    #[test]
    fn amounts() {
        for text in ["0", "12", "12.5", "-12.50", "$1,234.50", "-$1,234,567.00", "($12.00)", " 7 ", "12.500"] {
            assert_eq!(amount(text), Ok(()), "{text}");
        }
        for text in ["", "12.345", "12,50", "1,23,456", "1234,567", "12,50 €", "€12", "1e400", "NaN", "Infinity"] {
            assert!(amount(text).is_err(), "{text}");
        }
    }
}
