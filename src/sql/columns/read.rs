//! A query as tokens that say something, with what can't be read for certain refused.

use super::{Declined, declined, words};
use crate::sql::lexer::{self, Kind, Token};
use std::ops::Range;

/// A token that is neither white space nor a comment.
pub(super) struct Tok {
    pub kind: Kind,
    pub span: Range<usize>,
    /// A word in capitals, a symbol as it is; nothing for what is quoted.
    pub word: String,
    /// Where its bracket is closed, or was opened.
    partner: Option<usize>,
}

/// A query, read.
pub(super) struct Read<'a> {
    pub sql: &'a str,
    pub kind: &'a str,
    /// Every token: they cover the text.
    pub all: Vec<Token>,
    /// Those that say something.
    pub toks: Vec<Tok>,
}

impl<'a> Read<'a> {
    pub fn new(kind: &'a str, sql: &'a str) -> Result<Read<'a>, Declined> {
        let all = lexer::tokens_of(kind, sql);
        refuse_doubtful(kind, sql, &all)?;
        let mut toks: Vec<Tok> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        for token in all.iter().filter(|t| !matches!(t.kind, Kind::Space | Kind::Comment)) {
            let text = &sql[token.span.clone()];
            let word = match token.kind {
                Kind::Word => text.to_uppercase(),
                Kind::Symbol => text.to_owned(),
                _ => String::new(),
            };
            let at = toks.len();
            let mut partner = None;
            match word.as_str() {
                "(" | "[" | "{" => open.push(at),
                ")" | "]" | "}" => {
                    let opener = open.pop().filter(|o| ["()", "[]", "{}"].contains(&&*(toks[*o].word.clone() + &word)));
                    let Some(opener) = opener else {
                        return Err(declined(format!("a `{word}` in it closes nothing that was opened")));
                    };
                    toks[opener].partner = Some(at);
                    partner = Some(opener);
                }
                _ => {}
            }
            toks.push(Tok { kind: token.kind, span: token.span.clone(), word, partner });
        }
        if let Some(open) = open.last() {
            return Err(declined(format!("a `{}` in it is not closed", toks[*open].word)));
        }
        Ok(Read { sql, kind, all, toks })
    }

    /// A word in capitals, or a symbol; nothing beyond the end.
    pub fn word(&self, at: usize) -> &str {
        self.toks.get(at).map_or("", |t| &t.word)
    }

    /// Whether it is one of these words and can be meant as such: behind a dot, a colon or AS it would be a name.
    pub fn keyword(&self, at: usize, words: &[&str]) -> bool {
        let is = self.toks.get(at).is_some_and(|t| t.kind == Kind::Word && words.contains(&&*t.word));
        is && !(at > 0 && matches!(self.word(at - 1), "." | ":" | "AS"))
    }

    /// The next token beside it: behind the group, where one begins here.
    pub fn next(&self, at: usize) -> usize {
        match self.toks.get(at).and_then(|t| t.partner) {
            Some(end) if end > at => end + 1,
            _ => at + 1,
        }
    }

    /// The tokens of a range that are in no bracket, but for the opening ones.
    pub fn beside(&self, range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(range.start), |at| Some(self.next(*at))).take_while(move |at| *at < range.end)
    }

    /// Where the group that begins here ends.
    pub fn close(&self, at: usize) -> usize {
        self.next(at) - 1
    }

    /// Whether a word is a number, or begins like one.
    pub fn is_number(&self, at: usize) -> bool {
        self.word(at).starts_with(|c: char| c.is_ascii_digit())
    }

    /// A token's text.
    pub fn text(&self, at: usize) -> &'a str {
        self.toks.get(at).map_or("", |t| &self.sql[t.span.clone()])
    }

    /// Where a token begins; the end of the text beyond the last one.
    pub fn start(&self, at: usize) -> usize {
        self.toks.get(at).map_or(self.sql.len(), |t| t.span.start)
    }
}

/// Whether a comment ends with its line.
pub(super) fn is_line_comment(text: &str) -> bool {
    !text.starts_with("/*")
}

/// Refuses text that databases, or settings of one, read in several ways.
fn refuse_doubtful(kind: &str, sql: &str, all: &[Token]) -> Result<(), Declined> {
    let generic = !["db2", "sqlserver", "postgresql", "mysql", "sqlite", "h2", "derby"].contains(&kind);
    for (i, token) in all.iter().enumerate() {
        let text = &sql[token.span.clone()];
        let follows = |what: Kind| i > 0 && all[i - 1].kind == what;
        match token.kind {
            Kind::Space if text.contains(|c| !matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c')) => {
                return Err(declined("it has white space that some databases take for letters (U+00A0 or the like)"));
            }
            Kind::Symbol if text.contains(|c: char| c.is_control()) => {
                return Err(declined("it has a control character"));
            }
            Kind::Comment if is_line_comment(text) && text.trim_end_matches('\r').contains('\r') => {
                return Err(declined("a comment in it has a line end that some databases don't see (CR alone)"));
            }
            Kind::Comment if kind == "mysql" && (text.starts_with("/*!") || text.starts_with("/*M!")) => {
                let inner = text.trim_start_matches(['/', '*', '!', 'M']).trim_end_matches(['/', '*']).to_uppercase();
                let harmless = |word: &str| words::MYSQL_MODIFIERS.contains(&word) || word.parse::<u32>().is_ok();
                if !inner.split_whitespace().all(harmless) {
                    return Err(declined("a comment in it holds SQL that the server runs (/*! … */)"));
                }
            }
            Kind::Comment
                if !["mysql", "postgresql", "sqlite", "sqlserver"].contains(&kind)
                    && !is_line_comment(text)
                    && text[2..].contains("/*") =>
            {
                return Err(declined("a comment in it has another one in it, and not every database nests them"));
            }
            Kind::String if generic && text.contains("\\'") => {
                return Err(declined(
                    "a string in it has a backslash before a quote, which not every database escapes",
                ));
            }
            Kind::String
                if generic && follows(Kind::Word) && sql[all[i - 1].span.clone()].to_uppercase().ends_with('Q') =>
            {
                return Err(declined("it has a string with quotes of its own (q'…')"));
            }
            // SQL Server and older PostgreSQL read `1FROM t` as two words.
            Kind::Word if kind != "mysql" && text.starts_with(|c: char| c.is_ascii_digit()) && !is_number(text) => {
                return Err(declined(format!("`{text}` in it is a number that runs into a word")));
            }
            Kind::Word if i > 1 && follows(Kind::Symbol) && &sql[all[i - 1].span.clone()] == "." => {
                let before = &sql[all[i - 2].span.clone()];
                let number = before.starts_with(|c: char| c.is_ascii_digit()) && all[i - 2].kind == Kind::Word;
                if number && (i < 3 || &sql[all[i - 3].span.clone()] != ".") && !is_number(text) {
                    return Err(declined(format!("`{before}.{text}` in it is a number that runs into a word")));
                }
            }
            _ => {}
        }
    }
    // Something that is open swallows what is put behind it.
    let closed = lexer::tokens_of(kind, &format!("{sql}\n;"));
    if closed.last().is_none_or(|t| t.kind != Kind::Symbol || t.span.start != sql.len() + 1) {
        return Err(declined("a quote or a comment in it is not closed"));
    }
    Ok(())
}

/// Whether all of a word is a number, or its part before the sign of an exponent.
fn is_number(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    if let Some(digits) = ["0x", "0o", "0b"].iter().find_map(|prefix| text.strip_prefix(prefix)) {
        return digits.chars().all(|c| c.is_ascii_hexdigit() || c == '_');
    }
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
    rest.is_empty() || rest.strip_prefix('e').is_some_and(|power| power.chars().all(|c| c.is_ascii_digit()))
}
