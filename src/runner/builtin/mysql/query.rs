//! Queries and scripts. What a query gives comes from a prepared statement, as text would cut a `float` to six digits;
//! several statements, and what can't be prepared, go as text.

use super::cell;
use super::failure::Trouble;
use super::protocol::{Column, Done};
use super::rows::Next;
use super::{Answer, Connection};
use crate::runner::builtin::{ScriptOutcome, script};
use crate::runner::{Failure, FailureKind, Rows};
use std::io;

type OnColumns<'a> = &'a mut dyn FnMut(&[String]) -> io::Result<()>;
type OnRow<'a> = &'a mut dyn FnMut(&[Option<&str>]) -> io::Result<()>;

/// Runs SQL and gives the rows of the last statement that returns columns, up to `limit`.
pub fn query(connection: &mut Connection, sql: &str, limit: Option<usize>) -> Result<Rows, Failure> {
    let Some((before, last)) = script::split_last_of_mysql(sql).filter(|(_, last)| script::is_plain_query(last)) else {
        let mut rows = script(connection, sql)?.rows;
        if let Some(limit) = limit.filter(|limit| rows.rows.len() > *limit) {
            rows.rows.truncate(limit);
            rows.truncated = true;
        }
        return Ok(rows);
    };
    run_before(connection, before)?;
    let (mut columns, mut rows, mut truncated) = (Vec::new(), Vec::new(), false);
    let most = limit.unwrap_or(usize::MAX);
    let mut on_row = |row: &[Option<&str>]| {
        if rows.len() == most {
            truncated = true;
            return Ok(false);
        }
        rows.push(row.iter().map(|value| value.map(str::to_owned)).collect());
        Ok(true)
    };
    prepared_rows(
        connection,
        last,
        &mut |names| {
            columns = names.to_vec();
            Ok(())
        },
        &mut on_row,
    )?;
    if connection.is_usable() {
        connection.refuse_open_transaction()?;
    }
    Ok(Rows { columns, rows, truncated })
}

/// Streams the rows of the last statement, after the others ran.
pub fn stream(
    connection: &mut Connection,
    sql: &str,
    on_columns: OnColumns<'_>,
    on_row: OnRow<'_>,
) -> Result<u64, Failure> {
    let Some((before, last)) = script::split_last_of_mysql(sql).filter(|(_, last)| script::is_plain_query(last)) else {
        // What can't be streamed (SHOW, CALL, EXPLAIN) gives few rows.
        let rows = script(connection, sql)?.rows;
        if !rows.columns.is_empty() {
            on_columns(&rows.columns).map_err(|error| output(&error))?;
        }
        for row in &rows.rows {
            let values: Vec<Option<&str>> = row.iter().map(Option::as_deref).collect();
            on_row(&values).map_err(|error| output(&error))?;
        }
        return Ok(rows.rows.len() as u64);
    };
    run_before(connection, before)?;
    let count = prepared_rows(connection, last, on_columns, &mut |row| on_row(row).map(|()| true))?;
    connection.refuse_open_transaction()?;
    Ok(count)
}

fn run_before(connection: &mut Connection, before: &str) -> Result<(), Failure> {
    if before.is_empty() { Ok(()) } else { all(connection, before).map(drop) }
}

/// The rows of one statement, each to `on_row`, until it wants no more.
fn prepared_rows(
    connection: &mut Connection,
    statement: &str,
    on_columns: OnColumns<'_>,
    on_row: &mut dyn FnMut(&[Option<&str>]) -> io::Result<bool>,
) -> Result<u64, Failure> {
    let prepared = connection.prepare(statement)?;
    let mut count = 0;
    match connection.run(&prepared).map_err(|trouble| connection.failure(&trouble))? {
        Answer::Done(_) => {}
        Answer::Feed => return Err(connection.failure(&Trouble::Garbled)),
        Answer::Columns(columns) => {
            let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
            let mut give = || -> Result<Option<Done>, Stopped> {
                on_columns(&names).map_err(|error| Stopped::Caller(output(&error)))?;
                give_rows(connection, &columns, true, &mut |row| {
                    count += 1;
                    on_row(row)
                })
            };
            match give() {
                Ok(Some(done)) => connection.ended(done),
                Ok(None) => {
                    connection.abandon();
                    return Ok(count);
                }
                Err(Stopped::Caller(failure)) => {
                    connection.abandon();
                    return Err(failure);
                }
                Err(Stopped::Server(trouble)) => return Err(connection.broke_off(&trouble)),
            }
        }
    }
    connection.close(&prepared)?;
    Ok(count)
}

/// Why the rows ended early.
enum Stopped {
    Server(Trouble),
    Caller(Failure),
}

/// All rows that follow, and how they ended; `None` where `on_row` wanted no more of them.
fn give_rows(
    connection: &mut Connection,
    columns: &[Column],
    binary: bool,
    on_row: &mut dyn FnMut(&[Option<&str>]) -> io::Result<bool>,
) -> Result<Option<Done>, Stopped> {
    let mut texts = vec![String::new(); columns.len()];
    let mut filled = vec![false; columns.len()];
    let mut rows = connection.rows(columns, binary);
    let mut count = 0u64;
    loop {
        let mut row = match rows.next().map_err(Stopped::Server)? {
            Next::End(done) => return Ok(Some(done)),
            Next::Row(row) => row,
        };
        count += 1;
        for (text, filled) in texts.iter_mut().zip(&mut filled) {
            text.clear();
            let (cell, column) = row.next().map_err(Stopped::Server)?;
            *filled = cell::print(cell, column, text).map_err(|odd| {
                let message = format!("row {count}, column {}: {}: {}", column.name, odd.shown, odd.why);
                Stopped::Caller(Failure::new(FailureKind::Value, message))
            })?;
        }
        let values: Vec<Option<&str>> =
            texts.iter().zip(&filled).map(|(text, filled)| filled.then_some(text.as_str())).collect();
        if !on_row(&values).map_err(|error| Stopped::Caller(output(&error)))? {
            return Ok(None);
        }
    }
}

/// Our own reader went away, or its disk is full: nothing of the database's.
fn output(error: &io::Error) -> Failure {
    Failure::new(FailureKind::Lost, format!("the rows can't be written: {error}"))
}

/// Runs SQL for its effects: the rows it gives all the same, and how many rows its last writing statement touched.
pub fn script(connection: &mut Connection, sql: &str) -> Result<ScriptOutcome, Failure> {
    let Answers { rows, counts, warnings } = all(connection, sql)?;
    connection.refuse_open_transaction()?;
    let statements = script::statements_of_mysql(sql);
    // A procedure gives answers of its own; then nobody knows whose count is whose.
    let known = counts.len() == statements.len();
    let last_write = statements.iter().rposition(|statement| script::writes_rows(statement));
    let rows_affected = last_write.filter(|_| known).and_then(|index| counts.get(index).copied());
    let notices = notices(connection, &warnings)?;
    Ok(ScriptOutcome { rows, rows_affected, notices })
}

/// The rows of one statement, which may stand in a transaction.
pub fn look(connection: &mut Connection, sql: &str) -> Result<Rows, Failure> {
    all(connection, sql).map(|answers| answers.rows)
}

/// What came back for one or several statements.
#[derive(Default)]
struct Answers {
    /// The rows of the last one that gave columns.
    rows: Rows,
    /// The row count of each.
    counts: Vec<u64>,
    /// How often each had something to remark.
    warnings: Vec<u16>,
}

/// Runs all statements, up to the first error; what they left open is rolled back then.
fn all(connection: &mut Connection, sql: &str) -> Result<Answers, Failure> {
    let mut answers = Answers::default();
    match answered(connection, sql, &mut answers) {
        Ok(()) => Ok(answers),
        Err(Stopped::Caller(failure)) => {
            connection.abandon();
            Err(failure)
        }
        Err(Stopped::Server(trouble)) => {
            let failure = connection.broke_off(&trouble);
            if connection.is_usable() {
                connection.roll_back();
            }
            Err(failure)
        }
    }
}

fn answered(connection: &mut Connection, sql: &str, answers: &mut Answers) -> Result<(), Stopped> {
    let mut answer = connection.ask(sql).map_err(Stopped::Server)?;
    loop {
        let done = match answer {
            Answer::Done(done) => done,
            Answer::Feed => {
                // A file of nothing, so that the server goes on.
                connection.feed(&[]).map_err(Stopped::Server)?;
                let why = "LOAD DATA LOCAL has no file here: a module's source query moves rows";
                return Err(Stopped::Caller(Failure::new(FailureKind::Sql, why)));
            }
            Answer::Columns(columns) => {
                answers.rows = Rows::default();
                answers.rows.columns = columns.iter().map(|column| column.name.clone()).collect();
                let rows = &mut answers.rows.rows;
                let done = give_rows(connection, &columns, false, &mut |row| {
                    rows.push(row.iter().map(|value| value.map(str::to_owned)).collect());
                    Ok(true)
                })?;
                done.unwrap_or_default()
            }
        };
        answers.counts.push(done.rows);
        answers.warnings.push(done.warnings);
        let more = done.has_more();
        connection.ended(done);
        if !more {
            return Ok(());
        }
        answer = connection.answer().map_err(Stopped::Server)?;
    }
}

/// What the server remarked. Of several statements it remembers the words of the last only.
fn notices(connection: &mut Connection, warnings: &[u16]) -> Result<Vec<String>, Failure> {
    let Some((last, before)) = warnings.split_last() else { return Ok(Vec::new()) };
    let mut notices: Vec<String> = before
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .map(|(at, count)| format!("Warning: statement {} has {count} warnings, whose words are gone", at + 1))
        .collect();
    if *last > 0 {
        let rows = look(connection, "SHOW WARNINGS")?;
        notices.extend(rows.rows.iter().filter_map(|row| match &row[..] {
            [Some(level), Some(code), Some(message)] => Some(format!("{level} {code}: {message}")),
            _ => None,
        }));
    }
    Ok(notices)
}
