//! SQL as the scripts have it: psql's own commands taken out, tokens, names of tables and columns.

use crate::sql::columns::{Item, SelectList};
use crate::sql::lexer::{self, Kind};

/// A text without CR at the ends of its lines, but for those within quotes, which are of a value.
pub fn clean(sql: &str) -> String {
    lexer::tokens(sql)
        .iter()
        .map(|token| match token.kind {
            Kind::Space | Kind::Comment => sql[token.span.clone()].replace('\r', ""),
            _ => sql[token.span.clone()].to_owned(),
        })
        .collect()
}

/// A text without the commands of psql that do nothing to data, and the first of those that may.
pub fn without_psql(sql: &str) -> (String, Option<String>) {
    const HARMLESS: [&str; 12] =
        ["timing", "echo", "qecho", "pset", "q", "set", "x", "a", "t", "conninfo", "errverbose", "r"];
    let (mut text, mut odd) = (String::new(), None);
    for line in sql.split_inclusive('\n') {
        let Some(command) = line.trim_start().strip_prefix('\\') else {
            text.push_str(line);
            continue;
        };
        let mut words = command.split_whitespace();
        let name = words.next().unwrap_or_default();
        let sets = name == "set"
            && !words.next().is_some_and(|v| v.starts_with("ON_ERROR") || v == "QUIET" || v == "VERBOSITY");
        if sets || !HARMLESS.contains(&name) {
            odd.get_or_insert(format!("`\\{name}` of psql"));
        }
        // The line stays, so that lines keep their numbers.
        text.push('\n');
    }
    (text, odd)
}

/// A token that is neither white space nor a comment.
#[derive(Clone, Debug, PartialEq)]
pub struct Token<'s> {
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub text: &'s str,
}

impl Token<'_> {
    /// Whether it is this word or sign.
    pub fn is(&self, word: &str) -> bool {
        self.kind != Kind::Quoted && self.kind != Kind::String && self.text.eq_ignore_ascii_case(word)
    }

    /// A name as the catalog has it: what is not quoted in small letters, as PostgreSQL folds it.
    pub fn folded(&self) -> String {
        match self.kind {
            Kind::Quoted => {
                let mut chars = self.text.chars();
                let _ = chars.next();
                // One that does not end has no quote there.
                let quote = chars.next_back().unwrap_or_default();
                chars.as_str().replace(&[quote, quote].iter().collect::<String>(), &quote.to_string())
            }
            _ => self.text.to_lowercase(),
        }
    }

    /// Whether it can be a name.
    pub fn is_name(&self) -> bool {
        self.kind == Kind::Quoted || self.kind == Kind::Word && !self.text.starts_with(|c: char| c.is_ascii_digit())
    }
}

/// The tokens of a statement.
pub fn tokens(sql: &str, brackets: bool) -> Vec<Token<'_>> {
    let all = if brackets { lexer::tokens_with_brackets(sql) } else { lexer::tokens(sql) };
    all.into_iter()
        .filter(|t| !matches!(t.kind, Kind::Space | Kind::Comment))
        .map(|t| Token { kind: t.kind, text: &sql[t.span] })
        .collect()
}

/// A table or a column with what stands before it: `rlarp.code`, `s.code`.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// Its parts as the catalog has them.
    pub parts: Vec<String>,
    /// As it is written.
    pub text: String,
}

impl Name {
    /// Its last part.
    pub fn last(&self) -> &str {
        self.parts.last().map_or("", String::as_str)
    }

    /// Whether both can be one table: what both say is the same.
    pub fn can_be(&self, other: &Name) -> bool {
        let both = self.parts.iter().rev().zip(other.parts.iter().rev());
        !self.parts.is_empty() && !other.parts.is_empty() && both.into_iter().all(|(a, b)| a.eq_ignore_ascii_case(b))
    }

    /// A name of its text.
    pub fn of(text: &str) -> Name {
        let all = tokens(text, true);
        let mut reader = Reader::new(&all);
        reader.name().unwrap_or(Name { parts: vec![text.to_lowercase()], text: text.to_owned() })
    }
}

/// Goes through tokens.
#[derive(Clone)]
pub struct Reader<'t, 's> {
    tokens: &'t [Token<'s>],
}

impl<'t, 's> Reader<'t, 's> {
    /// At the first of them.
    pub fn new(tokens: &'t [Token<'s>]) -> Self {
        Reader { tokens }
    }

    /// What is left.
    pub fn rest(&self) -> &'t [Token<'s>] {
        self.tokens
    }

    /// Whether nothing is left.
    pub fn is_done(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Whether this word comes next.
    pub fn sees(&self, word: &str) -> bool {
        self.tokens.first().is_some_and(|t| t.is(word))
    }

    /// Past this word, if it comes next.
    pub fn eat(&mut self, word: &str) -> bool {
        let sees = self.sees(word);
        if sees {
            self.tokens = &self.tokens[1..];
        }
        sees
    }

    /// Past all of these words, if they come next.
    pub fn eat_all(&mut self, words: &[&str]) -> bool {
        let fits = words.iter().enumerate().all(|(i, word)| self.tokens.get(i).is_some_and(|t| t.is(word)));
        if fits {
            self.tokens = &self.tokens[words.len()..];
        }
        fits
    }

    /// A name with dots.
    pub fn name(&mut self) -> Option<Name> {
        let (mut parts, mut text) = (Vec::new(), String::new());
        loop {
            let token = self.tokens.first().filter(|t| t.is_name())?;
            parts.push(token.folded());
            text.push_str(token.text);
            self.tokens = &self.tokens[1..];
            if !self.sees(".") {
                return Some(Name { parts, text });
            }
            text.push('.');
            self.tokens = &self.tokens[1..];
        }
    }

    /// What stands in the parentheses that begin here.
    pub fn within(&mut self) -> Option<&'t [Token<'s>]> {
        if !self.sees("(") {
            return None;
        }
        let mut depth = 0;
        for (i, token) in self.tokens.iter().enumerate() {
            depth += i32::from(token.is("(")) - i32::from(token.is(")"));
            if depth == 0 {
                let inner = &self.tokens[1..i];
                self.tokens = &self.tokens[i + 1..];
                return Some(inner);
            }
        }
        None
    }

    /// The alias of a table that was just read: `AS s`, `s`.
    pub fn alias(&mut self, but: &[&str]) -> Option<String> {
        if self.eat("AS") {
            return self.name().map(|name| name.last().to_owned());
        }
        let token = self.tokens.first().filter(|t| t.is_name() && !but.iter().any(|word| t.is(word)))?;
        self.tokens = &self.tokens[1..];
        Some(token.folded())
    }
}

/// The pieces between a sign that stands outside parentheses.
pub fn split<'t, 's>(tokens: &'t [Token<'s>], sign: &str) -> Vec<&'t [Token<'s>]> {
    let (mut out, mut depth, mut start, mut between) = (Vec::new(), 0, 0, false);
    for (i, token) in tokens.iter().enumerate() {
        depth += i32::from(token.is("(")) - i32::from(token.is(")"));
        // The AND of `BETWEEN a AND b` joins no conditions.
        if depth == 0 && token.is("BETWEEN") {
            between = true;
        } else if depth == 0 && token.is(sign) {
            if between && token.is("AND") {
                between = false;
            } else {
                out.push(&tokens[start..i]);
                start = i + 1;
            }
        }
    }
    out.push(&tokens[start..]);
    out
}

/// The names of what a query gives, each that can be told from the text: the alias, or the column itself. `None` where
/// not even their number can be told, as with `SELECT *`.
pub fn output_names(query: &str, vendor: &str) -> Option<Vec<Option<String>>> {
    let kind = if vendor == "as400" { "db2" } else { vendor };
    let list = SelectList::parse(kind, query).ok()?;
    let items = list.items();
    (!items.iter().any(Item::is_star)).then(|| items.iter().map(|item| item.name().map(str::to_owned)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_psql_are_taken_out() {
        let sql = "\\set ON_ERROR_STOP on\nSELECT 1;\n  \\timing\n";
        assert_eq!(without_psql(sql), ("\nSELECT 1;\n\n".to_owned(), None));
        assert_eq!(without_psql("\\i other.sql\n").1.as_deref(), Some("`\\i` of psql"));
        assert_eq!(clean("a\r\n'b\r\nc' -- d\r\n"), "a\n'b\r\nc' -- d\n");
    }
}
