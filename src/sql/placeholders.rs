//! `{name}` in a source query: found, checked, and replaced by a watermark's value.
//!
//! A declared name is replaced wherever it stands, in quotes and comments too, because `'{since}'` is how people
//! quote a value. Values go in verbatim, in one pass: what a value contains is never looked at again. A `{word}`
//! that nobody declared is left alone inside quotes and comments (JSON, regular expressions), and is an error outside.

use super::lexer::{self, Kind};
use std::collections::BTreeMap;
use std::ops::Range;

/// Every `{word}` in `sql`, in order: the word, and the bytes that it covers with its braces.
fn braced(sql: &str) -> Vec<(&str, Range<usize>)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(open) = sql[at..].find('{').map(|n| at + n) {
        let word_end = sql[open + 1..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).map(|n| open + 1 + n);
        match word_end {
            Some(end)
                if end > open + 1 && sql.as_bytes()[end] == b'}' && !sql.as_bytes()[open + 1].is_ascii_digit() =>
            {
                out.push((&sql[open + 1..end], open..end + 1));
                at = end + 1;
            }
            _ => at = open + 1,
        }
    }
    out
}

/// Whether `sql` has the placeholder `name` anywhere.
pub fn uses(sql: &str, name: &str) -> bool {
    braced(sql).iter().any(|(word, _)| *word == name)
}

/// The words in braces that stand outside quotes and comments.
pub fn bare(sql: &str) -> Vec<&str> {
    let tokens = lexer::tokens(sql);
    let covered = |at: usize| {
        let token = &tokens[tokens.partition_point(|t| t.span.end <= at)];
        matches!(token.kind, Kind::String | Kind::Quoted | Kind::Comment)
    };
    let mut out: Vec<&str> = Vec::new();
    for (word, span) in braced(sql) {
        if !covered(span.start) && !out.contains(&word) {
            out.push(word);
        }
    }
    out
}

/// Those that `declared` does not have: each would be sent to the database as it is.
pub fn undeclared<'a>(sql: &'a str, declared: &[&str]) -> Vec<&'a str> {
    bare(sql).into_iter().filter(|word| !declared.contains(word)).collect()
}

/// Whether a value is a date, alone or with a time. Outside quotes databases compute with it: `2026-01-02` is 2023.
pub fn is_moment(value: &str) -> bool {
    let is = |text: &str, form: &str| {
        text.len() == form.len()
            && text.bytes().zip(form.bytes()).all(|(b, f)| if f == b'0' { b.is_ascii_digit() } else { b == f })
    };
    let (date, time) = value.trim().split_at_checked("0000-00-00".len()).unwrap_or_default();
    is(date, "0000-00-00")
        && (time.is_empty() || time.starts_with(['T', ' ']) && time[1..].starts_with(|c: char| c.is_ascii_digit()))
}

/// The words in braces that are all there is of a string, as in `'{since}'`, and that `declared` does not have. It may be
/// meant (an array literal of PostgreSQL); more likely a watermark is missing, and the comparison finds nothing.
pub fn lookalikes<'a>(sql: &'a str, declared: &[&str]) -> Vec<&'a str> {
    let strings = lexer::tokens(sql).into_iter().filter(|t| t.kind == Kind::String).map(|t| &sql[t.span]);
    let words = strings.filter_map(|text| match braced(text).first() {
        Some((word, span)) if span.start == 1 && span.end + 1 == text.len() => Some(*word),
        _ => None,
    });
    words.filter(|word| !declared.contains(word)).collect()
}

/// `sql` with each declared placeholder replaced by its value, every other byte as it was.
pub fn materialise(sql: &str, values: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut at = 0;
    for (word, span) in braced(sql) {
        if let Some(value) = values.get(word) {
            out.push_str(&sql[at..span.start]);
            out.push_str(value);
            at = span.end;
        }
    }
    out.push_str(&sql[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn replaces_in_one_pass_everywhere() {
        let cases = [
            ("a > {x}", "a > 1"),
            ("a > '{x}' -- {x}\n/* {x} */", "a > '1' -- 1\n/* 1 */"),
            ("{x}{y}{x}", "1{x}1"),
            ("{X} {unknown} { x } {x", "{X} {unknown} { x } {x"),
            ("{{x}}", "{1}"),
            ("{d '2020-01-01'} {x}", "{d '2020-01-01'} 1"),
            ("ü{x}ü", "ü1ü"),
            ("{}{1x}", "{}{1x}"),
        ];
        let values = values(&[("x", "1"), ("y", "{x}")]);
        for (sql, expected) in cases {
            assert_eq!(materialise(sql, &values), expected, "{sql}");
        }
    }

    #[test]
    fn undeclared_words_count_outside_quotes_and_comments_only() {
        let cases: &[(&str, &[&str])] = &[
            ("select {a}, {b}, {a}", &["a", "b"]),
            ("select '{a}' -- {b}\n, \"{c}\", $${d}$$ /* {e} */", &[]),
            ("select {x}", &[]),
            ("{fn now()} {ts '2020'}", &[]),
            ("{Upper}", &["Upper"]),
        ];
        for (sql, expected) in cases {
            assert_eq!(undeclared(sql, &["x"]), *expected, "{sql}");
        }
    }

    #[test]
    fn dates_are_known_and_sums_are_not() {
        for value in ["2026-01-02", " 2026-01-02 ", "2026-01-02 10:00:00.5+02", "2026-01-02T10:00"] {
            assert!(is_moment(value), "{value}");
        }
        for value in
            ["2026", "2026-1-2", "'2026-01-02'", "DATE '2026-01-02'", "2026-01-02 - 3", "20260102", "äöü-01-02", ""]
        {
            assert!(!is_moment(value), "{value}");
        }
    }

    #[test]
    fn a_string_that_is_a_placeholder_and_nothing_else_looks_like_one() {
        let cases: &[(&str, &[&str])] =
            &[("a >= '{b}' and c = '{x}'", &["b"]), ("'{b} ' '{}' '{1}' '{a,b}' '{\"a\": 1}' {b} -- '{b}'", &[])];
        for (sql, expected) in cases {
            assert_eq!(lookalikes(sql, &["x"]), *expected, "{sql}");
        }
    }

    #[test]
    fn knows_what_is_used() {
        assert!(uses("a '{x}'", "x"));
        assert!(!uses("a {xy}", "x"));
    }
}
