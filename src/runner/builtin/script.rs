//! What can be seen of SQL without running it: does it leave a transaction open, is a statement a plain query.

pub use crate::sql::lexer::statements_of_mysql;
use crate::sql::lexer::{Kind, statements, tokens};

/// The words of a statement, in capitals, as they come.
fn words(statement: &str) -> impl Iterator<Item = String> + '_ {
    tokens(statement)
        .into_iter()
        .filter(|token| token.kind == Kind::Word)
        .map(|token| statement[token.span].to_ascii_uppercase())
}

/// Whether a transaction is open at the end of these statements, if all of them succeed.
pub fn leaves_open(sql: &str) -> bool {
    statements(sql).into_iter().fold(false, |open, statement| {
        let words: Vec<String> = words(statement).take(5).collect();
        let word = |i: usize| words.get(i).map_or("", String::as_str);
        match word(0) {
            "BEGIN" => true,
            "START" if word(1) == "TRANSACTION" => true,
            "COMMIT" | "END" | "ROLLBACK" | "ABORT" => {
                let chained = words.windows(2).any(|pair| pair[0] == "AND" && pair[1] == "CHAIN");
                let prepared = word(1) == "PREPARED";
                let to_savepoint = words.iter().any(|w| w == "TO");
                if prepared || to_savepoint { open } else { chained }
            }
            "PREPARE" if word(1) == "TRANSACTION" => false,
            _ => open,
        }
    })
}

/// Whether any statement begins, ends or prepares a transaction.
pub fn controls_transactions(sql: &str) -> bool {
    statements(sql).into_iter().any(|statement| {
        matches!(
            words(statement).next().as_deref(),
            Some("BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" | "PREPARE" | "SAVEPOINT" | "RELEASE")
        )
    })
}

/// Whether the statement is a query that a cursor can be declared for: it gives rows and changes none.
pub fn is_plain_query(statement: &str) -> bool {
    let mut words = words(statement);
    match words.next().as_deref() {
        Some("SELECT" | "VALUES" | "TABLE") => !words.any(|word| word == "INTO"),
        Some("WITH") => !words.any(|word| matches!(word.as_str(), "INTO" | "INSERT" | "UPDATE" | "DELETE" | "MERGE")),
        _ => false,
    }
}

/// Whether the statement writes rows, and so has a count of them.
pub fn writes_rows(statement: &str) -> bool {
    let mut words = words(statement);
    let is_write = |word: &str| matches!(word, "INSERT" | "UPDATE" | "DELETE" | "MERGE");
    match words.next() {
        Some(first) if first == "WITH" => words.any(|word| is_write(&word)),
        Some(first) => is_write(&first) || matches!(first.as_str(), "COPY" | "REPLACE"),
        None => false,
    }
}

/// Whether the SQL leaves something on its connection that whoever uses it next would meet: temporary tables, settings,
/// locks.
pub fn leaves_state(sql: &str) -> bool {
    statements(sql).into_iter().any(|statement| {
        let mut words = words(statement).peekable();
        let first = words.peek().map_or("", String::as_str);
        matches!(
            first,
            "SET" | "RESET" | "DISCARD" | "LISTEN" | "LOAD" | "PREPARE" | "DECLARE" | "PRAGMA" | "ATTACH" | "DETACH"
        ) || words.any(|word| {
            matches!(word.as_str(), "TEMP" | "TEMPORARY" | "SET_CONFIG")
                || word.contains("ADVISORY_LOCK") && !word.contains("XACT")
        })
    })
}

/// The same of what MySQL alone has: another database in use, locked tables, named locks.
pub fn leaves_state_in_mysql(sql: &str) -> bool {
    leaves_state(sql)
        || statements_of_mysql(sql).into_iter().any(|statement| {
            let mut words = words(statement);
            matches!(words.next().as_deref(), Some("USE" | "LOCK" | "UNLOCK" | "HANDLER" | "XA"))
                || words.any(|word| matches!(word.as_str(), "GET_LOCK" | "RELEASE_LOCK"))
        })
}

/// Whether the statement can stand in `COPY (…) TO STDOUT`.
pub fn is_copyable(statement: &str) -> bool {
    matches!(
        words(statement).next().as_deref(),
        Some("SELECT" | "VALUES" | "TABLE" | "WITH" | "INSERT" | "UPDATE" | "DELETE" | "MERGE")
    )
}

/// Splits a script into what comes before its last statement, and that statement. `None` where there is no statement.
pub fn split_last(sql: &str) -> Option<(&str, &str)> {
    split(sql, statements)
}

/// The same, of MySQL's SQL.
pub fn split_last_of_mysql(sql: &str) -> Option<(&str, &str)> {
    split(sql, statements_of_mysql)
}

fn split(sql: &str, statements: fn(&str) -> Vec<&str>) -> Option<(&str, &str)> {
    let last = statements(sql).pop()?;
    // The statement is a slice of the script, so its place is known.
    let start = last.as_ptr() as usize - sql.as_ptr() as usize;
    let before = &sql[..start];
    Some((if statements(before).is_empty() { "" } else { before }, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_transactions_are_seen() {
        for (sql, expected) in [
            ("select 1", false),
            ("begin; insert into a values (1)", true),
            ("BEGIN; a; COMMIT", false),
            ("start transaction; a; rollback to savepoint x", true),
            ("begin; a; commit and chain", true),
            ("begin; a; commit and no chain", false),
            ("begin; prepare transaction 'x'", false),
            ("do $$ begin x; end $$", false),
            ("-- begin\nselect 1", false),
            ("begin; rollback; begin", true),
        ] {
            assert_eq!(leaves_open(sql), expected, "{sql}");
        }
    }

    #[test]
    fn what_stays_on_a_connection_is_seen() {
        for (sql, expected) in [
            ("select 1; update t set a = 1", false),
            ("create temp table t (a int)", true),
            ("select 1 into temporary t", true),
            ("insert into t values ('temp'); -- temp", false),
            ("select 1; set search_path to x", true),
            ("select set_config('a.b', 'c', false)", true),
            ("select pg_advisory_lock(1)", true),
            ("select pg_try_advisory_xact_lock(1)", false),
            ("pragma foreign_keys = on", true),
        ] {
            assert_eq!(leaves_state(sql), expected, "{sql}");
        }
    }

    #[test]
    fn statements_are_told_apart() {
        for (sql, plain, copyable) in [
            ("select 1", true, true),
            ("select 1 into t", false, true),
            ("with a as (select 1) select * from a", true, true),
            ("with a as (delete from t returning *) select * from a", false, true),
            ("values (1)", true, true),
            ("(select 1) union (select 2)", true, true),
            ("delete from t returning 1", false, true),
            ("show server_version", false, false),
            ("/* select */ explain select 1", false, false),
        ] {
            assert_eq!((is_plain_query(sql), is_copyable(sql)), (plain, copyable), "{sql}");
        }
    }

    #[test]
    fn the_last_statement_is_found_to_the_byte() {
        for (sql, expected) in [
            ("a; b ;", Some(("a; ", "b"))),
            ("-- x\nb; -- y", Some(("", "b"))),
            ("select ';'", Some(("", "select ';'"))),
            (" -- nothing", None),
        ] {
            assert_eq!(split_last(sql), expected, "{sql}");
        }
    }
}
