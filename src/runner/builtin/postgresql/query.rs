//! Queries and scripts, by the protocol that takes several statements at once and answers in text.

use super::copy::{Stopped, TextRows};
use super::modifiers::Modifiers;
use super::types::Column;
use super::{Connection, failure};
use crate::runner::builtin::script;
use crate::runner::{Failure, FailureKind, Rows};
use crate::sql::lexer::statements;
use postgres::{SimpleQueryMessage, SimpleQueryRow};
use std::io;

/// The cursor that reads no more rows than are wanted.
const CURSOR: &str = "pipekit_rows";

/// Runs SQL and gives the rows of the last statement that returns columns, up to `limit`.
pub fn query(connection: &mut Connection, sql: &str, limit: Option<usize>) -> Result<Rows, Failure> {
    if let Some(limit) = limit
        && let Some((before, last)) = script::split_last(sql)
        && script::is_plain_query(last)
        && !script::controls_transactions(before)
    {
        // One round trip still, and the server makes no row more than one too many.
        let declare = format!("DECLARE {CURSOR} NO SCROLL CURSOR FOR\n");
        let fetch = format!("\n;FETCH FORWARD {} FROM {CURSOR};CLOSE {CURSOR}", limit.saturating_add(1));
        let sent = format!("{before}{declare}{last}{fetch}");
        let added = failure::Added { at: before.chars().count(), length: declare.len() };
        return match connection.client.simple_query(&sent) {
            Ok(messages) => Ok(Answer::of(messages, Some(limit))?.rows),
            Err(error) => Err(failure::with_line(connection.failure(&error), &error, sql, added)),
        };
    }
    Ok(run(connection, sql, limit)?.rows)
}

/// Runs SQL for its effects: the rows it gives all the same, and how many rows its last writing statement touched.
pub fn script(connection: &mut Connection, sql: &str) -> Result<(Rows, Option<u64>), Failure> {
    let answer = run(connection, sql, None)?;
    let statements = statements(sql);
    // A rule can add statements; then nobody knows whose count is whose.
    let known = answer.counts.len() == statements.len();
    let last_write = statements.iter().rposition(|statement| script::writes_rows(statement));
    let rows_affected = last_write.filter(|_| known).and_then(|index| answer.counts.get(index).copied());
    Ok((answer.rows, rows_affected))
}

fn run(connection: &mut Connection, sql: &str, limit: Option<usize>) -> Result<Answer, Failure> {
    match connection.client.simple_query(sql) {
        Ok(messages) => {
            connection.refuse_open_transaction(sql)?;
            Answer::of(messages, limit)
        }
        Err(error) => {
            let failure = connection.failure(&error);
            if connection.is_usable() && script::controls_transactions(sql) {
                connection.roll_back();
            }
            Err(failure::with_line(failure, &error, sql, failure::Added::default()))
        }
    }
}

/// What came back for one or several statements.
struct Answer {
    rows: Rows,
    /// The row count of each statement.
    counts: Vec<u64>,
}

impl Answer {
    fn of(messages: Vec<SimpleQueryMessage>, limit: Option<usize>) -> Result<Answer, Failure> {
        let mut answer = Answer { rows: Rows::default(), counts: Vec::new() };
        for message in messages {
            match message {
                SimpleQueryMessage::RowDescription(columns) => {
                    answer.rows = Rows::default();
                    answer.rows.columns = columns.iter().map(|column| column.name().to_owned()).collect();
                }
                SimpleQueryMessage::Row(row) => {
                    if limit.is_some_and(|limit| answer.rows.rows.len() >= limit) {
                        answer.rows.truncated = true;
                    } else {
                        let mut values = Vec::with_capacity(row.len());
                        for index in 0..row.len() {
                            values.push(text(&row, index)?.map(str::to_owned));
                        }
                        answer.rows.rows.push(values);
                    }
                }
                SimpleQueryMessage::CommandComplete(count) => answer.counts.push(count),
                _ => {}
            }
        }
        Ok(answer)
    }
}

fn text(row: &SimpleQueryRow, index: usize) -> Result<Option<&str>, Failure> {
    row.try_get(index)
        .map_err(|error| Failure::new(FailureKind::Value, format!("column {}: {}", index + 1, failure::chain(&error))))
}

type OnColumns<'a> = &'a mut dyn FnMut(&[String]) -> io::Result<()>;
type OnRow<'a> = &'a mut dyn FnMut(&[Option<&str>]) -> io::Result<()>;

/// Streams the rows of the last statement, which the others come before in one transaction.
pub fn stream(
    connection: &mut Connection,
    sql: &str,
    on_columns: OnColumns<'_>,
    on_row: OnRow<'_>,
) -> Result<u64, Failure> {
    let Some((before, last)) = script::split_last(sql).filter(|(_, last)| script::is_copyable(last)) else {
        return collect(connection, sql, on_columns, on_row);
    };
    let own_transaction = !before.is_empty() && !script::controls_transactions(sql);
    if !before.is_empty() {
        let begin = if own_transaction { "BEGIN;" } else { "" };
        let sent = format!("{begin}{before}");
        if let Err(error) = connection.client.batch_execute(&sent) {
            let failure = connection.failure(&error);
            connection.roll_back();
            return Err(failure);
        }
    }
    let outcome = copy_rows(connection, last, on_columns, on_row);
    match outcome {
        Ok(rows) if own_transaction => match connection.client.batch_execute("COMMIT") {
            Ok(()) => Ok(rows),
            Err(error) => Err(connection.failure(&error)),
        },
        Ok(rows) => connection.refuse_open_transaction(sql).map(|()| rows),
        Err(failure) => {
            if !before.is_empty() && connection.is_usable() {
                connection.roll_back();
            }
            Err(failure)
        }
    }
}

/// What can't be streamed (`SHOW`, `CALL`, `EXPLAIN`) gives few rows.
fn collect(
    connection: &mut Connection,
    sql: &str,
    on_columns: OnColumns<'_>,
    on_row: OnRow<'_>,
) -> Result<u64, Failure> {
    let rows = run(connection, sql, None)?.rows;
    if !rows.columns.is_empty() {
        on_columns(&rows.columns).map_err(|error| output(&error))?;
    }
    for row in &rows.rows {
        let values: Vec<Option<&str>> = row.iter().map(Option::as_deref).collect();
        on_row(&values).map_err(|error| output(&error))?;
    }
    Ok(rows.rows.len() as u64)
}

/// The columns of a statement, as the server describes them without running it.
pub fn describe(connection: &mut Connection, statement: &str) -> Result<Vec<Column>, Failure> {
    let prepared = connection.client.prepare(statement).map_err(|error| {
        let failure = connection.failure(&error);
        failure::with_line(failure, &error, statement, failure::Added::default())
    })?;
    let modifiers = match Modifiers::query(prepared.columns().iter().map(postgres::Column::type_)) {
        Some(sql) => Modifiers::read(&run(connection, &sql, None)?.rows.rows),
        None => Modifiers::default(),
    };
    Ok(prepared.columns().iter().map(|column| Column::of(column, &modifiers)).collect())
}

fn copy_rows(
    connection: &mut Connection,
    statement: &str,
    on_columns: OnColumns<'_>,
    on_row: OnRow<'_>,
) -> Result<u64, Failure> {
    let columns: Vec<String> = describe(connection, statement)?.into_iter().map(|column| column.name).collect();
    if columns.is_empty() {
        return match connection.client.batch_execute(statement) {
            Ok(()) => Ok(0),
            Err(error) => Err(connection.failure(&error)),
        };
    }
    on_columns(&columns).map_err(|error| output(&error))?;
    let outcome = match connection.client.copy_out(&format!("COPY (\n{statement}\n) TO STDOUT")) {
        Ok(reader) => give_rows(TextRows::new(reader, columns.len()), on_row),
        Err(error) => Err(Stopped::Server(error)),
    };
    outcome.map_err(|stopped| stopped.into_failure(connection))
}

fn give_rows(mut rows: TextRows<'_>, on_row: OnRow<'_>) -> Result<u64, Stopped> {
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let fields: Vec<Option<&str>> = row.fields().collect();
        on_row(&fields).map_err(|error| output(&error))?;
        count += 1;
    }
    Ok(count)
}

/// Our own reader went away, or its disk is full: nothing of the database's.
fn output(error: &io::Error) -> Failure {
    Failure::new(FailureKind::Lost, format!("the rows can't be written: {error}"))
}
