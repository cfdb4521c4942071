//! Whether a query gives the same rows each time that it is asked of the same tables.

use super::lexer::{self, Kind};

/// Words by which rows, or values, may be others each time: a choice of rows that no order decides, the present moment,
/// chance, the session.
const UNSTEADY: &[&str] = &[
    "LIMIT",
    "OFFSET",
    "FETCH",
    "TABLESAMPLE",
    "OVER",
    "NOW",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "TRANSACTION_TIMESTAMP",
    "STATEMENT_TIMESTAMP",
    "CLOCK_TIMESTAMP",
    "TIMEOFDAY",
    "RANDOM",
    "GEN_RANDOM_UUID",
    "UUID_GENERATE_V1",
    "UUID_GENERATE_V4",
    "PG_BACKEND_PID",
    "TXID_CURRENT",
    "PG_CURRENT_XACT_ID",
];

/// The first word for which a query may give other rows each time, as it stands there. What a view or a function of the
/// database does is not seen.
pub fn unsteady(sql: &str) -> Option<&str> {
    let words: Vec<&str> =
        lexer::tokens(sql).into_iter().filter(|t| t.kind == Kind::Word).map(|t| &sql[t.span]).collect();
    let is = |word: &str, name: &str| word.eq_ignore_ascii_case(name);
    let found = words.iter().position(|word| UNSTEADY.iter().any(|name| is(word, name)));
    // DISTINCT ON keeps any one of several rows.
    let distinct = words.windows(2).position(|two| is(two[0], "DISTINCT") && is(two[1], "ON"));
    found.into_iter().chain(distinct).min().map(|at| words[at])
}

#[cfg(test)]
mod tests {
    use super::unsteady;

    #[test]
    fn what_may_differ_is_seen() {
        for (sql, word) in [
            ("select * from t where id > 5 order by id", None),
            ("select \"limit\", 'now()' from t -- random", None),
            ("select * from t limit 5", Some("limit")),
            ("select *, now() from t", Some("now")),
            ("select row_number() over (order by a) from t", Some("over")),
            ("select distinct on (a) a, b from t", Some("distinct")),
            ("select distinct a from t join u on t.a = u.a", None),
        ] {
            assert_eq!(unsteady(sql), word, "{sql}");
        }
    }
}
