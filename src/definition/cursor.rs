//! By which column a query is limited to what is new, and how the resolver of that limit can be made to look back.

use crate::sql::lexer::{self, Kind, Token};

/// The column that a query compares with a watermark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Its name as the query has it, without what stands in front of it and without quotes.
    pub column: String,
    /// Whether the value itself is left out (`>`, and not `>=`).
    pub strict: bool,
}

/// The column that stands in front of `>` or `>=` and the placeholder `{name}`.
pub fn of(sql: &str, name: &str) -> Option<Cursor> {
    let tokens = words(sql);
    let text = |i: usize| tokens.get(i).map_or("", |t| &sql[t.span.clone()]);
    for i in 1..tokens.len() {
        if text(i) != ">" || text(i - 1) == "<" {
            continue;
        }
        let (strict, mut at) = if text(i + 1) == "=" { (false, i + 2) } else { (true, i + 1) };
        // Casts and functions around the value, as in DATE '{d}' and to_date('{d}', …).
        while tokens.get(at).is_some_and(|t| t.kind == Kind::Word) || text(at) == "(" {
            at += 1;
        }
        let operand = if text(at) == "{" { format!("{{{}}}", text(at + 1)) } else { text(at).to_owned() };
        // A function of the column, as in julianday(at): what stands first in it.
        let before = if text(i - 1) == ")" { opening(&tokens, i - 1, text).map(|at| at + 1) } else { Some(i - 1) };
        let named = |at: &usize| {
            matches!(tokens[*at].kind, Kind::Word | Kind::Quoted)
                && !text(*at).starts_with(|c: char| c.is_ascii_digit())
        };
        let column = before.filter(named);
        if let Some(at) = column
            && operand.contains(&format!("{{{name}}}"))
        {
            let column = text(at).trim_matches(['"', '`', '[', ']']).to_owned();
            return Some(Cursor { column, strict });
        }
    }
    None
}

/// The place of the parenthesis that the one at `closing` closes.
fn opening<'a>(tokens: &[Token], closing: usize, text: impl Fn(usize) -> &'a str) -> Option<usize> {
    let mut depth = 0;
    (0..=closing).rev().find(|i| {
        match text(*i) {
            ")" => depth += 1,
            "(" => depth -= 1,
            _ => {}
        }
        depth == 0 && *i + 1 < tokens.len()
    })
}

/// A resolver with its first `max(…)` in another form.
pub fn with_max(sql: &str, form: impl FnOnce(&str) -> String) -> Option<String> {
    let tokens = words(sql);
    let text = |i: usize| tokens.get(i).map_or("", |t| &sql[t.span.clone()]);
    let first = (0..tokens.len()).find(|i| text(*i).eq_ignore_ascii_case("max") && text(i + 1) == "(")?;
    let mut depth = 0;
    for (i, token) in tokens.iter().enumerate().skip(first + 1) {
        match text(i) {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let (from, to) = (tokens[first].span.start, token.span.end);
            return Some(format!("{}{}{}", &sql[..from], form(&sql[from..to]), &sql[to..]));
        }
    }
    None
}

fn words(sql: &str) -> Vec<Token> {
    lexer::tokens(sql).into_iter().filter(|t| !matches!(t.kind, Kind::Space | Kind::Comment)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_in_front_of_the_placeholder() {
        for (sql, expected) in [
            ("SELECT * FROM t WHERE changed >= '{d}'", Some(("changed", false))),
            ("SELECT * FROM t o WHERE o.\"Changed\" > {d} AND x >= '{e}'", Some(("Changed", true))),
            ("SELECT * FROM t WHERE x >= '{e}' AND at >= DATE '{d}'", Some(("at", false))),
            ("SELECT * FROM t WHERE at <> '{d}'", None),
            ("SELECT * FROM t WHERE julianday(\"at\", 'utc') >= julianday('{d}')", Some(("at", false))),
            ("SELECT * FROM t WHERE at >= rtrim('{d}', ' .:0')", Some(("at", false))),
            ("SELECT * FROM t WHERE (1 + 2) > '{d}'", None),
            ("SELECT * FROM t /* at >= {d} */", None),
        ] {
            let expected = expected.map(|(column, strict)| Cursor { column: column.to_owned(), strict });
            assert_eq!(of(sql, "d"), expected, "{sql}");
        }
    }

    #[test]
    fn a_resolver_that_looks_back() {
        for (sql, expected) in [
            ("SELECT max(at) FROM t", Some("SELECT (max(at) - 1) FROM t")),
            ("select coalesce(MAX(f(a, b))::text, 'x')", Some("select coalesce((MAX(f(a, b)) - 1)::text, 'x')")),
            ("SELECT top FROM t", None),
        ] {
            assert_eq!(with_max(sql, |max| format!("({max} - 1)")).as_deref(), expected, "{sql}");
        }
    }
}
