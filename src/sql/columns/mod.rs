//! The SELECT list of a query: read out as columns, and put back, with every other byte as it was.
//!
//! It is tokens that are read here, by the project's own lexer, and no grammar. sqlparser was weighed: it parses about
//! half of what is written for Db2, the spans that it gives can't be sliced by, and its tokenizer counts in letters, not
//! bytes; while our lexer knows each kind's quotes and comments already and is what placeholders and scripts are read by,
//! so that a query is cut as it is sent. sqlparser is the tests' second opinion.
//!
//! What can't be read for certain is [`Declined`] with the reason; what is put together is read again, and must give
//! the list that was asked for. So a query is changed as meant or not at all.

mod find;
mod from;
mod item;
mod read;
mod splice;
mod words;

use super::lexer::Kind;
use item::{Alias, Parts};
use read::{Read, is_line_comment};
use std::fmt;
use std::ops::Range;

pub use from::only_table;
pub use item::plain;
pub use splice::Piece;

/// Why a list is not read, or not changed. The text stays the operator's to edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declined {
    /// The reason, as the end of a sentence that begins with "the query can't be edited by column: ".
    pub why: String,
}

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

fn declined(why: impl Into<String>) -> Declined {
    Declined { why: why.into() }
}

/// A column of the list. All ranges are bytes of the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// From the first comment before it that is its own, to where it begins.
    before: Range<usize>,
    /// The expression and the name.
    core: Range<usize>,
    /// Comments behind it, before the comma.
    after: Range<usize>,
    /// Comments behind its comma, at the end of the line.
    post: Range<usize>,
    parts: Parts,
}

impl Item {
    /// What it is called, without quotes and as it is spelled, where the text tells: by its alias, or as the column
    /// that it is. What else it is called only the database knows.
    pub fn name(&self) -> Option<&str> {
        self.parts.name.as_deref()
    }

    /// Whether it has a name of its own.
    pub fn is_named(&self) -> bool {
        matches!(self.parts.alias, Alias::At(_))
    }

    /// Whether it stands for any number of columns, as `*` and `t.*` do.
    pub fn is_star(&self) -> bool {
        self.parts.star
    }
}

/// The list of a query's outermost SELECT.
#[derive(Clone, Debug)]
pub struct SelectList {
    kind: String,
    sql: String,
    /// The byte behind SELECT, its modifiers and hints.
    head_end: usize,
    /// The byte of what comes behind the list, FROM in most.
    list_end: usize,
    items: Vec<Item>,
    /// What stands between two of them: before the comma, and behind it.
    gaps: Vec<(Range<usize>, Range<usize>)>,
    /// The places that ORDER BY and GROUP BY count to, and which of the two.
    ordinals: Vec<(usize, &'static str)>,
    distinct: bool,
    /// The names and words behind the list.
    tail: Vec<String>,
}

impl SelectList {
    /// Reads the list of a query for a database of a kind (`db2 sqlserver postgresql mysql sqlite h2 derby generic`).
    ///
    /// # Errors
    /// Where it is no single SELECT (a UNION, several statements, anything else), or can't be read for certain.
    pub fn parse(kind: &str, sql: &str) -> Result<SelectList, Declined> {
        let read = Read::new(kind, sql)?;
        let found = find::find(&read)?;
        let list_end = read.start(found.list.end);
        let commas: Vec<usize> = read.beside(found.list.clone()).filter(|i| read.word(*i) == ",").collect();
        let begins = std::iter::once(found.list.start).chain(commas.iter().map(|c| c + 1));
        let ends = commas.iter().copied().chain([found.list.end]);
        let (mut items, mut gaps): (Vec<Item>, Vec<_>) = (Vec::new(), Vec::new());
        let mut from = found.head_end;
        for (begin, end) in begins.zip(ends) {
            if begin >= end {
                return Err(match (commas.is_empty(), end == found.list.end) {
                    (true, _) => declined("it selects no columns"),
                    (_, true) => declined("there is a comma behind its last column"),
                    _ => declined("there is nothing between two commas of its list"),
                });
            }
            // What comes behind it would become part of it, or begin a comment with it.
            if ["-", "+", "/", "=", "<", ">", "|", "&", "^", "~", ":", "."].contains(&read.word(end - 1)) {
                return Err(declined(format!("an expression in its list ends with `{}`", read.word(end - 1))));
            }
            let core = read.start(begin)..read.toks[end - 1].span.end;
            let post = from..behind_comma(&read, from);
            let before = own_comments(&read, post.end, core.start);
            let after = core.end..on_the_line(&read, core.end);
            if let (Some(last), Some(comma)) = (items.last_mut(), begin.checked_sub(1)) {
                gaps.push((last.after.end..read.start(comma), post.end..before));
                last.post = post;
            }
            items.push(Item {
                before: before..core.start,
                core,
                post: after.end..after.end,
                after,
                parts: item::parts(&read, begin..end),
            });
            from = read.toks.get(end).map_or(sql.len(), |comma| comma.span.end);
        }
        let tail = found.tails.iter().flat_map(|t| read.toks[t.clone()].iter());
        let tail = tail.filter(|t| matches!(t.kind, Kind::Word | Kind::Quoted)).map(|t| plain(&sql[t.span.clone()]));
        Ok(SelectList {
            kind: kind.to_owned(),
            sql: sql.to_owned(),
            head_end: found.head_end,
            list_end,
            ordinals: found
                .tails
                .iter()
                .flat_map(|t| ordinals(&read, t.clone()))
                .chain(found.on.iter().flat_map(|on| elements(&read, on.clone(), "DISTINCT ON")))
                .collect(),
            distinct: found.distinct,
            tail: tail.collect(),
            items,
            gaps,
        })
    }

    /// The columns, in order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Whether equal rows become one, so that each column more or less may change how many there are.
    pub fn is_distinct(&self) -> bool {
        self.distinct
    }

    /// The expression of a column, without its name.
    pub fn expression(&self, item: &Item) -> &str {
        &self.sql[item.parts.expression.clone()]
    }

    /// The name of its own that a column has, as it is spelled there.
    pub fn alias(&self, item: &Item) -> Option<&str> {
        match &item.parts.alias {
            Alias::At(range) => Some(&self.sql[range.clone()]),
            _ => None,
        }
    }

    /// The expression and the name of a column, as they stand there.
    pub fn text(&self, item: &Item) -> &str {
        &self.sql[item.core.clone()]
    }

    /// The comments that belong to a column: those on its line, and those right above it.
    pub fn comments(&self, item: &Item) -> Option<String> {
        let parts = [&item.before, &item.after, &item.post].map(|range| self.sql[range.clone()].trim());
        let all: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        (!all.is_empty()).then(|| all.join("\n"))
    }

    /// Whether what stands behind the list has this name, as an ORDER BY may.
    pub fn mentions(&self, name: &str) -> bool {
        self.tail.iter().any(|word| word.eq_ignore_ascii_case(name))
    }

    /// A column's text with another expression, another name (as SQL spells it), or both.
    ///
    /// # Errors
    /// Where a name is given, and it can't be told whether there is one already.
    pub fn with(&self, item: &Item, expression: Option<&str>, alias: Option<&str>) -> Result<String, Declined> {
        item::with(self.text(item), item.core.start, &item.parts, expression, alias)
    }
}

/// Where the comments end that follow on the same line and are the last thing on it; `at` where there are none.
fn behind_comma(read: &Read<'_>, at: usize) -> usize {
    let end = on_the_line(read, at);
    let rest = &read.sql[end..];
    if rest.starts_with('\n')
        || rest.starts_with("\r\n")
        || rest.trim_start_matches([' ', '\t']).starts_with(['\n', '\r'])
    {
        end
    } else {
        at
    }
}

/// Where the comments end that follow on the same line; `at` where there are none.
fn on_the_line(read: &Read<'_>, at: usize) -> usize {
    let mut end = at;
    let first = read.all.partition_point(|t| t.span.start < at);
    for token in &read.all[first..] {
        let text = &read.sql[token.span.clone()];
        match token.kind {
            Kind::Space if !text.contains('\n') && !text.contains('\r') => {}
            Kind::Comment if is_line_comment(text) => {
                return token.span.start + text.trim_end_matches('\r').len();
            }
            Kind::Comment if !text.contains('\n') => end = token.span.end,
            _ => break,
        }
    }
    end
}

/// Where the comments begin that stand right before a column, or right above it, and are its own: not those beyond an
/// empty line, and not a column that was commented out.
fn own_comments(read: &Read<'_>, from: usize, to: usize) -> usize {
    let mut begin = to;
    let behind = read.all.partition_point(|t| t.span.start < to);
    for token in read.all[..behind].iter().rev().take_while(|t| t.span.start >= from) {
        let text = &read.sql[token.span.clone()];
        if token.kind == Kind::Space {
            if text.matches('\n').count() > 1 {
                break;
            }
            continue;
        }
        let inner = text.trim_start_matches(['-', '/', '*', '#']).trim_end_matches(['/', '*']).trim();
        if inner.starts_with(',') || inner.ends_with(',') {
            break;
        }
        begin = token.span.start;
    }
    begin
}

/// What ORDER BY and GROUP BY count to in a range of tokens.
fn ordinals(read: &Read<'_>, range: Range<usize>) -> Vec<(usize, &'static str)> {
    const ENDS: &[&str] = &[
        "HAVING", "LIMIT", "OFFSET", "FETCH", "FOR", "WINDOW", "QUALIFY", "OPTION", "OPTIMIZE", "ORDER", "GROUP",
        "INTO",
    ];
    let mut out = Vec::new();
    for by in read.beside(range.clone()).filter(|i| read.keyword(*i, &["BY"])) {
        let what = match by.checked_sub(1).map_or("", |i| read.word(i)) {
            "GROUP" => "GROUP BY",
            _ => "ORDER BY",
        };
        let end = read.beside(by + 1..range.end).find(|i| read.keyword(*i, ENDS)).unwrap_or(range.end);
        out.extend(elements(read, by + 1..end, what));
        for group in read.beside(by + 1..end).filter(|i| matches!(read.word(*i), "ROLLUP" | "CUBE")) {
            if read.word(group + 1) == "(" {
                out.extend(elements(read, group + 2..read.close(group + 1), what));
            }
        }
    }
    out
}

/// The elements of a list with commas that are a number and nothing else.
fn elements(read: &Read<'_>, range: Range<usize>, what: &'static str) -> Vec<(usize, &'static str)> {
    let starts = |i: usize| i == range.start || read.word(i - 1) == ",";
    let ends = |i: usize| i + 1 >= range.end || read.word(i + 1) == "," || read.toks[i + 1].kind == Kind::Word;
    let numbers = read.beside(range.clone()).filter(|i| starts(*i) && ends(*i));
    numbers.filter_map(|i| Some((read.word(i).parse().ok().filter(|n| *n > 0)?, what))).collect()
}
