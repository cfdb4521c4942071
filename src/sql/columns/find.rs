//! Where the list of the outermost SELECT stands.

use super::read::Read;
use super::words::{MYSQL_MODIFIERS, SET_OPERATORS};
use super::{Declined, declined};
use crate::sql::lexer::Kind;
use std::ops::Range;

/// What ends a list behind which no FROM comes. Of those in the second list, the word behind must be the right one.
pub(super) const CLAUSES: &[&str] = &["WHERE", "HAVING", "LIMIT", "OFFSET", "WINDOW", "QUALIFY", "OPTION"];
pub(super) const CLAUSE_PAIRS: &[(&str, &[&str])] = &[
    ("GROUP", &["BY"]),
    ("ORDER", &["BY"]),
    ("FETCH", &["FIRST", "NEXT"]),
    ("FOR", &["UPDATE", "SHARE", "NO", "KEY", "READ", "FETCH", "XML", "JSON", "BROWSE"]),
    ("WITH", &["UR", "CS", "RS", "RR", "NC"]),
    ("OPTIMIZE", &["FOR"]),
];

/// The list, and what around it depends on it.
pub(super) struct Found {
    /// The byte behind SELECT and its modifiers.
    pub head_end: usize,
    /// The tokens of the list.
    pub list: Range<usize>,
    /// The tokens behind the list, and behind the parentheses around the query.
    pub tails: Vec<Range<usize>>,
    /// The tokens of DISTINCT ON's expressions.
    pub on: Option<Range<usize>>,
    /// Whether equal rows become one.
    pub distinct: bool,
}

pub(super) fn find(read: &Read<'_>) -> Result<Found, Declined> {
    let (mut at, mut end) = (0, read.toks.len());
    while read.word(at) == ";" {
        at += 1;
    }
    while end > at && read.word(end - 1) == ";" {
        end -= 1;
    }
    if at < end && !matches!(read.word(at), "SELECT" | "WITH" | "(") {
        return Err(declined(format!("it begins with {}, not with SELECT", read.text(at))));
    }
    if (at..end).any(|i| read.word(i) == ";") {
        return Err(declined("it is more than one statement"));
    }
    let mut tails = Vec::new();
    loop {
        match read.word(at) {
            _ if at >= end => return Err(declined("there is no SELECT in it")),
            "(" => {
                let close = read.close(at);
                refuse_others(read, close + 1..end)?;
                tails.push(close + 1..end);
                (at, end) = (at + 1, close);
            }
            "WITH" => at = behind_ctes(read, at + 1, end)?,
            "SELECT" => break,
            _ => return Err(declined("what is in its parentheses is no SELECT")),
        }
    }
    let head = head(read, at, end)?;
    let (first, head_end) = (head.first, head.end);
    let list_end = list_end(read, first..end)?;
    if read.beside(first..list_end).any(|i| read.keyword(i, &["SELECT"])) {
        return Err(declined("there is a second SELECT beside the first"));
    }
    refuse_others(read, list_end..end)?;
    tails.push(list_end..end);
    Ok(Found { head_end, list: first..list_end, tails, on: head.on, distinct: head.distinct })
}

/// Refuses what makes a SELECT one of several.
fn refuse_others(read: &Read<'_>, range: Range<usize>) -> Result<(), Declined> {
    for i in read.beside(range) {
        if is_set_operator(read, i) {
            let word = &read.toks[i].word;
            return Err(declined(format!("its rows are those of several SELECTs, by {word}")));
        }
        if read.keyword(i, &["SELECT"]) {
            return Err(declined("there is a second SELECT beside the first"));
        }
    }
    Ok(())
}

fn is_set_operator(read: &Read<'_>, at: usize) -> bool {
    read.keyword(at, SET_OPERATORS)
        && (read.word(at) != "MINUS" || matches!(read.word(at + 1), "SELECT" | "ALL" | "DISTINCT" | "(" | "VALUES" | "WITH"))
        // `* EXCEPT (a, b)` is a star without some.
        && !(read.word(at) == "EXCEPT"
            && at > 0
            && read.word(at - 1) == "*"
            && read.word(at + 1) == "("
            && !matches!(read.word(at + 2), "SELECT" | "VALUES" | "WITH" | "("))
}

/// Where the main query begins, behind `WITH`.
fn behind_ctes(read: &Read<'_>, mut at: usize, end: usize) -> Result<usize, Declined> {
    let odd = || declined("what WITH begins could not be followed to the main SELECT");
    if read.word(at) == "RECURSIVE" && read.word(at + 1) != "AS" {
        at += 1;
    }
    loop {
        // Its name, its columns, AS, how it is computed, its query.
        at += 1;
        if read.word(at) == "(" {
            at = read.next(at);
        }
        if read.word(at) != "AS" {
            return Err(odd());
        }
        at += 1;
        if read.word(at) == "NOT" {
            at += 1;
        }
        if read.word(at) == "MATERIALIZED" {
            at += 1;
        }
        if at >= end || read.word(at) != "(" {
            return Err(odd());
        }
        at = read.next(at);
        if matches!(read.word(at), "SEARCH" | "CYCLE") {
            at = read.beside(at..end).find(|i| matches!(read.word(*i), "SELECT" | "(")).ok_or_else(odd)?;
            return if read.word(at) == "SELECT" { Ok(at) } else { Err(odd()) };
        }
        match read.word(at) {
            "," => at += 1,
            "SELECT" | "(" if at < end => return Ok(at),
            other => return Err(declined(format!("its main statement is no SELECT, but begins with `{other}`"))),
        }
    }
}

struct Head {
    first: usize,
    end: usize,
    on: Option<Range<usize>>,
    distinct: bool,
}

/// The modifiers between SELECT (at `at`) and the list.
fn head(read: &Read<'_>, at: usize, end: usize) -> Result<Head, Declined> {
    let (mut first, mut on, mut distinct) = (at + 1, None, false);
    loop {
        match read.word(first) {
            "ALL" | "DISTINCT" | "DISTINCTROW" => {
                distinct |= read.word(first) != "ALL";
                first += 1;
                if read.word(first) == "ON" && read.word(first + 1) == "(" {
                    on = Some(first + 2..read.close(first + 1));
                    first = read.next(first + 1);
                }
            }
            "TOP" if read.kind == "sqlserver" || is_top(read, first) => {
                first = count_end(read, first + 1);
                if read.word(first) == "PERCENT" {
                    first += 1;
                }
                if read.word(first) == "WITH" && read.word(first + 1) == "TIES" {
                    first += 2;
                }
            }
            "FIRST" | "SKIP" | "LIMIT" if read.kind == "generic" && read.is_number(first + 1) => first += 2,
            word if read.kind == "mysql" && MYSQL_MODIFIERS.contains(&word) => first += 1,
            _ => break,
        }
        if first >= end {
            return Err(declined("it selects no columns"));
        }
    }
    // Hints to the server are comments, and belong to the SELECT.
    let mut head_end = read.toks[first - 1].span.end;
    let behind = read.all.partition_point(|t| t.span.start < head_end);
    for token in &read.all[behind..] {
        let text = &read.sql[token.span.clone()];
        match token.kind {
            Kind::Space => {}
            Kind::Comment if ["/*+", "/*!", "/*M!", "--+"].iter().any(|hint| text.starts_with(hint)) => {
                head_end = token.span.end;
            }
            _ => break,
        }
    }
    Ok(Head { first, end: head_end, on, distinct })
}

/// Whether TOP is a limit, in databases that have columns of that name.
fn is_top(read: &Read<'_>, at: usize) -> bool {
    if !matches!(read.kind, "h2" | "generic") {
        return false;
    }
    match read.word(at + 1) {
        "(" => {
            let behind = read.next(at + 1);
            matches!(read.toks.get(behind), Some(t) if t.kind != Kind::Symbol && !matches!(&*t.word, "FROM" | "AS"))
        }
        _ => read.is_number(at + 1),
    }
}

/// Where the count of TOP ends: a number, a variable, a placeholder or something in parentheses.
fn count_end(read: &Read<'_>, at: usize) -> usize {
    let behind = read.next(at);
    if read.word(behind) == "." && read.is_number(behind + 1) { behind + 2 } else { behind }
}

/// Where the list ends that begins at the range's start.
fn list_end(read: &Read<'_>, range: Range<usize>) -> Result<usize, Declined> {
    let ends = |i: usize| read.keyword(i, &["FROM"]) && !is_within_expression(read, i);
    let stop =
        read.beside(range.clone()).find(|i| ends(*i) || read.keyword(*i, &["INTO"]) || is_set_operator(read, *i));
    let mut clauses = read.beside(range.clone()).filter(|i| {
        let begins = read.keyword(*i, CLAUSES)
            || CLAUSE_PAIRS.iter().any(|(word, next)| read.keyword(*i, &[word]) && next.contains(&read.word(i + 1)));
        begins && *i > range.start && read.word(i - 1) != ","
    });
    match stop {
        Some(stop) if read.keyword(stop, &["FROM"]) => {
            // Some may be what a column is called.
            let is_column = |i: usize| matches!(read.word(i), "OFFSET" | "WINDOW" | "LIMIT" | "OPTION");
            match clauses.find(|i| *i < stop && !is_column(*i)) {
                Some(clause) => Err(declined(format!("there is a {} before its FROM", read.word(clause)))),
                None => Ok(stop),
            }
        }
        stop => Ok(clauses.next().into_iter().chain(stop).min().unwrap_or(range.end)),
    }
}

/// `IS DISTINCT FROM`, and `NTH_VALUE(…) FROM LAST OVER …`.
fn is_within_expression(read: &Read<'_>, at: usize) -> bool {
    let before = |n: usize| at.checked_sub(n).map_or("", |i| read.word(i));
    let distinct = before(1) == "DISTINCT" && matches!(before(2), "IS" | "NOT");
    let nth = before(1) == ")"
        && matches!(read.word(at + 1), "FIRST" | "LAST")
        && matches!(read.word(at + 2), "OVER" | "RESPECT" | "IGNORE");
    distinct || nth
}
