//! One column of a list: where its expression ends and its name begins.

use super::read::Read;
use super::words::{ENDINGS, OPERATORS, STRING_PREFIXES, TYPED_STRINGS, UNITS, VALUES};
use super::{Declined, declined};
use crate::sql::lexer::Kind;
use std::ops::Range;

/// How a column is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Alias {
    /// As its expression is called.
    None,
    /// By a name of its own, which is at these bytes.
    At(Range<usize>),
    /// A word at its end may be a name, or part of the expression.
    Unclear,
}

/// A column's parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub expression: Range<usize>,
    pub alias: Alias,
    /// What it is called, without quotes, where the text tells.
    pub name: Option<String>,
    /// Whether it stands for all columns of something.
    pub star: bool,
}

/// Reads the tokens of a column, of which there is at least one.
pub(super) fn parts(read: &Read<'_>, range: Range<usize>) -> Parts {
    let (first, last) = (range.start, range.end - 1);
    let bytes = |tokens: Range<usize>| read.start(tokens.start)..read.toks[tokens.end - 1].span.end;
    let named = |expression: Range<usize>, at: usize| Parts {
        expression: bytes(expression),
        alias: Alias::At(read.toks[at].span.clone()),
        name: Some(plain(read.text(at))),
        star: false,
    };
    if is_star(read, range.clone()) {
        return Parts { expression: bytes(range), alias: Alias::None, name: None, star: true };
    }
    // SQL Server's `name = expression`; with a variable it is an assignment.
    if read.kind == "sqlserver" && range.len() > 2 && read.word(first + 1) == "=" && is_name(read, first) {
        return match read.text(first).starts_with('@') {
            true => Parts { expression: bytes(range), alias: Alias::Unclear, name: None, star: false },
            false => named(first + 2..range.end, first),
        };
    }
    let as_at = read.beside(range.clone()).find(|i| *i > first && read.word(*i) == "AS");
    let alias = match as_at {
        Some(at) if at + 1 == last && is_name(read, last) => return named(first..at, last),
        Some(_) => Alias::Unclear,
        None if range.len() > 1 && is_name(read, last) => match implicit(read, range.clone()) {
            Some(true) => return named(first..last, last),
            Some(false) => Alias::None,
            None => Alias::Unclear,
        },
        None => Alias::None,
    };
    let name = if alias == Alias::None { own_name(read, range.clone()) } else { None };
    Parts { expression: bytes(range), alias, name, star: false }
}

/// Whether a token can be the name of a column: a word, something quoted, or a string where strings can.
fn is_name(read: &Read<'_>, at: usize) -> bool {
    match read.toks[at].kind {
        Kind::Quoted => true,
        Kind::Word => !read.is_number(at),
        Kind::String => matches!(read.kind, "mysql" | "sqlserver" | "sqlite") && read.text(at).starts_with('\''),
        _ => false,
    }
}

/// Whether the last token, which can be a name, is one without AS before it. `None` where that can't be told.
fn implicit(read: &Read<'_>, range: Range<usize>) -> Option<bool> {
    let last = range.end - 1;
    let (name, before) = (read.word(last), read.word(last - 1));
    let earlier = if last - 1 > range.start { read.word(last - 2) } else { "" };
    let touches = read.toks[last - 1].span.end == read.start(last);
    match read.toks[last - 1].kind {
        Kind::Symbol if !matches!(before, ")" | "]" | "}") => return Some(false),
        Kind::Word if OPERATORS.contains(&before) => {
            // `t.current x`, and `x::binary y`.
            return if matches!(earlier, "." | ":") { None } else { Some(false) };
        }
        // Db2's `a CONCAT b`.
        Kind::Word if before == "CONCAT" => return None,
        // `x AT TIME ZONE y`, which is no `x::timestamp with time zone y`.
        Kind::Word if before == "ZONE" && last >= range.start + 3 && read.word(last - 3) == "AT" => return Some(false),
        _ => {}
    }
    if read.toks[last].kind != Kind::Word {
        let prefix = touches && (STRING_PREFIXES.contains(&before) || before.starts_with('_'));
        let typed = read.kind == "mysql" && TYPED_STRINGS.contains(&before);
        // MySQL joins strings that stand side by side.
        let joined = read.kind == "mysql" && is_string(read, last - 1);
        return if prefix || typed || joined { Some(false) } else { Some(true) };
    }
    if ENDINGS.contains(&name) || OPERATORS.contains(&name) {
        return Some(false);
    }
    match name {
        "ZONE" if before == "TIME" => return Some(false),
        "PRECISION" if before == "DOUBLE" => return Some(false),
        "VARYING" if matches!(before, "CHARACTER" | "CHAR" | "BIT") => return Some(false),
        _ => {}
    }
    if !UNITS.contains(&name) {
        return Some(true);
    }
    if let Some(interval) = read.beside(range.clone()).filter(|i| read.word(*i) == "INTERVAL").last() {
        let units = read.beside(interval + 1..last).filter(|i| UNITS.contains(&read.word(*i))).count();
        return Some(units > 0);
    }
    // Db2's `CURRENT DATE - 1 DAY`.
    let sum = read.kind == "db2" && read.beside(range.clone()).any(|i| matches!(read.word(i), "+" | "-"));
    match sum {
        true if read.is_number(last - 1) => Some(false),
        true if UNITS.contains(&before) => Some(true),
        true => None,
        false => Some(true),
    }
}

/// What MySQL takes for a string.
fn is_string(read: &Read<'_>, at: usize) -> bool {
    matches!(read.toks[at].kind, Kind::String) || read.text(at).starts_with('"')
}

/// `*`, `t.*`, and those with exceptions, as in `* EXCEPT (a)`.
fn is_star(read: &Read<'_>, range: Range<usize>) -> bool {
    let is = |at: usize| read.word(at) == "*" && (at == range.start || read.word(at - 1) == ".");
    let star = read.beside(range.clone()).find(|i| is(*i));
    star.is_some_and(|at| {
        at + 1 == range.end || matches!(read.word(at + 1), "EXCEPT" | "EXCLUDE" | "REPLACE" | "RENAME" | "ILIKE")
    })
}

/// What an expression without a name of its own is called: a column by its name. In PostgreSQL a cast is called as
/// what is cast.
fn own_name(read: &Read<'_>, range: Range<usize>) -> Option<String> {
    let is_part = |at: usize| match read.toks[at].kind {
        Kind::Quoted => true,
        Kind::Word => !read.is_number(at) && !read.text(at).starts_with(['@', '$']),
        _ => false,
    };
    let mut at = range.start;
    if !is_part(at) {
        return None;
    }
    while at + 1 < range.end && read.word(at + 1) == "." {
        at += 2;
        // SQL Server's `db..table`.
        while at < range.end && read.word(at) == "." {
            at += 1;
        }
        if at >= range.end || !is_part(at) {
            return None;
        }
    }
    let alone = at == range.start;
    if alone && (VALUES.contains(&read.word(at)) || read.kind == "mysql" && is_string(read, at)) {
        return None;
    }
    let cast = read.kind == "postgresql"
        && at + 3 < range.end
        && read.beside(at + 1..range.end).all(|i| match read.word(i) {
            ":" | "(" | "[" | "." => true,
            _ => {
                matches!(read.toks[i].kind, Kind::Word | Kind::Quoted) && !OPERATORS[..].contains(&read.word(i))
                    || matches!(read.word(i), "WITH" | "WITHOUT" | "TO")
            }
        });
    (at + 1 == range.end || cast && read.word(at + 1) == ":" && read.word(at + 2) == ":").then(|| plain(read.text(at)))
}

/// A name without its quotes.
pub fn plain(name: &str) -> String {
    for (open, close) in [('"', '"'), ('`', '`'), ('[', ']'), ('\'', '\'')] {
        if let Some(inner) = name.strip_prefix(open).and_then(|n| n.strip_suffix(close)) {
            return inner.replace(&format!("{close}{close}"), &close.to_string());
        }
    }
    name.to_owned()
}

/// A column's text with another expression, another name, or both. `parts` are those of the text `core`, which begins
/// at byte `from` of its query.
pub(super) fn with(
    core: &str,
    from: usize,
    parts: &Parts,
    expression: Option<&str>,
    alias: Option<&str>,
) -> Result<String, Declined> {
    let local = |range: &Range<usize>| range.start - from..range.end - from;
    let at = local(&parts.expression);
    let expression = expression.unwrap_or(&core[at.clone()]);
    match (&parts.alias, alias) {
        (Alias::Unclear, Some(_)) => {
            Err(declined(format!("it can't be told where the expression ends and the name begins in `{core}`")))
        }
        (Alias::At(name), alias) => {
            let name = local(name);
            let alias = alias.unwrap_or(&core[name.clone()]);
            Ok(match name.start < at.start {
                true => joined(&joined(alias, &core[name.end..at.start]), expression),
                false => joined(&joined(expression, &core[at.end..name.start]), alias),
            })
        }
        (_, Some(alias)) => Ok(format!("{expression} AS {alias}")),
        (_, None) => Ok(expression.to_owned()),
    }
}

/// Two pieces one behind the other, with a blank where they would become one word: what stood there may have had a quote
/// for an end, as in `a[b]` and `"a"AS b`.
fn joined(left: &str, right: &str) -> String {
    let sticks = |c: char| c.is_alphanumeric() || !c.is_ascii() || "_#$@.\"'`[]".contains(c);
    let touch = left.ends_with(sticks) && right.starts_with(sticks);
    if touch { format!("{left} {right}") } else { format!("{left}{right}") }
}
