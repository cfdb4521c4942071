//! The table that a query reads, where it reads one alone.

use super::find::{self, CLAUSE_PAIRS, CLAUSES};
use super::read::Read;
use crate::sql::lexer::Kind;

/// The one table behind the FROM of a plain query, as it is written there. `None` for a join, a subquery, a CTE, and
/// for what can't be read for certain.
pub fn only_table<'a>(kind: &'a str, sql: &'a str) -> Option<&'a str> {
    let read = Read::new(kind, sql).ok()?;
    if read.word(0) != "SELECT" {
        return None;
    }
    let from = find::find(&read).ok()?.list.end;
    if read.word(from) != "FROM" {
        return None;
    }
    let is_name = |at: usize| read.toks.get(at).is_some_and(|t| matches!(t.kind, Kind::Word | Kind::Quoted));
    let mut last = from + 1;
    if !is_name(last) {
        return None;
    }
    // Db2's system naming has a slash between a library and its table.
    while matches!(read.word(last + 1), "." | "/") && is_name(last + 2) {
        last += 2;
    }
    let begins_clause = |at: usize| {
        read.keyword(at, CLAUSES)
            || CLAUSE_PAIRS.iter().any(|(first, then)| read.keyword(at, &[first]) && read.keyword(at + 1, then))
    };
    let mut at = last + 1;
    if read.word(at) == "AS" {
        at += 1;
    }
    if is_name(at) && !begins_clause(at) && !read.keyword(at, JOINS) {
        at += 1;
    }
    let ends = at >= read.toks.len() || begins_clause(at) || read.word(at) == ";";
    ends.then(|| &sql[read.start(from + 1)..read.toks[last].span.end])
}

/// What goes on behind a table's name, and is no name for it.
const JOINS: &[&str] = &["JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "NATURAL", "STRAIGHT_JOIN", "EXCEPTION"];

#[cfg(test)]
mod tests {
    use super::only_table;

    #[test]
    fn one_table_is_found() {
        for (kind, sql, table) in [
            ("postgresql", "SELECT a FROM t", "t"),
            ("postgresql", "SELECT a FROM s.\"T t\" AS x WHERE a > 1", "s.\"T t\""),
            ("postgresql", "SELECT extract(year FROM d) FROM only_t ORDER BY 1;", "only_t"),
            ("db2", "SELECT A FROM LGDAT/OCRH WITH UR", "LGDAT/OCRH"),
            ("db2", "SELECT A FROM LGDAT.OCRH X FETCH FIRST 5 ROWS ONLY", "LGDAT.OCRH"),
            ("sqlserver", "SELECT TOP 5 a FROM [srv].[db].[dbo].[t] WHERE 1 = 1", "[srv].[db].[dbo].[t]"),
            ("mysql", "SELECT a FROM `d`.`t` -- of it\nLIMIT 3", "`d`.`t`"),
        ] {
            assert_eq!(only_table(kind, sql), Some(table), "{sql}");
        }
    }

    #[test]
    fn anything_else_is_not() {
        for sql in [
            "SELECT 1",
            "SELECT a FROM t, u",
            "SELECT a FROM t JOIN u ON t.i = u.i",
            "SELECT a FROM t x LEFT JOIN u ON x.i = u.i",
            "SELECT a FROM t LEFT JOIN u USING (i)",
            "SELECT a FROM (SELECT 1 AS a) x",
            "SELECT a FROM f(1)",
            "SELECT a FROM t TABLESAMPLE SYSTEM (1)",
            "WITH t AS (SELECT 1 AS a) SELECT a FROM t",
            "SELECT a FROM t UNION SELECT a FROM u",
            "(SELECT a FROM t)",
        ] {
            assert_eq!(only_table("postgresql", sql), None, "{sql}");
        }
    }
}
