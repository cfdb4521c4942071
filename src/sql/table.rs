//! Which table a query is of, for hints: read off the text, and only where there is no doubt.

use super::lexer::{Kind, tokens};

/// The table that a query selects from, where it is one and its name needs no quotes in SQL or a shell: `sales.orders`.
pub fn only(sql: &str) -> Option<&str> {
    let tokens = tokens(sql);
    let text = |at: usize| tokens.get(at).map_or("", |t| &sql[t.span.clone()]);
    let is = |at: usize, word: &str| tokens[at].kind == Kind::Word && text(at).eq_ignore_ascii_case(word);
    if (0..tokens.len()).any(|at| is(at, "JOIN")) {
        return None;
    }
    let mut all = (0..tokens.len()).filter(|at| is(*at, "FROM"));
    let (Some(from), None) = (all.next(), all.next()) else { return None };
    let blank = |at: &usize| tokens.get(*at).is_some_and(|t| matches!(t.kind, Kind::Space | Kind::Comment));
    let first = (from + 1..).find(|at| !blank(at))?;
    let end = (first..).find(|at| !matches!(tokens.get(*at).map(|t| t.kind), Some(Kind::Word)) && text(*at) != ".")?;
    let next = (end..).find(|at| !blank(at))?;
    let name = &sql[tokens.get(first)?.span.start..tokens[end - 1].span.end];
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    let joined = (next..tokens.len()).any(|at| text(at) == ",") || ["(", "/"].contains(&text(next));
    (end > first && plain && !joined).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::only;

    #[test]
    fn a_table_is_named_where_there_is_no_doubt() {
        for (sql, table) in [
            ("SELECT * FROM orders", Some("orders")),
            ("select a, b\nfrom /* all */ sales.orders o\nwhere a > {since};", Some("sales.orders")),
            ("SELECT 1", None),
            ("SELECT * FROM a, b", None),
            ("SELECT * FROM a JOIN b USING (id)", None),
            ("SELECT * FROM (SELECT * FROM a)", None),
            ("SELECT * FROM (VALUES (1))", None),
            ("SELECT * FROM generate_series(1, 2)", None),
            ("SELECT * FROM \"a\"", None),
            ("SELECT * FROM LGDAT/OCRH", None),
            ("SELECT ' from x ' FROM", None),
            ("SELECT a FROM $(reboot)", None),
        ] {
            assert_eq!(only(sql), table, "{sql}");
        }
    }
}
