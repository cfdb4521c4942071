//! The table `run_step`: the ledger of a run, one row for each thing that a runner was told to do.

use crate::clock;
use crate::error::Result;
use rusqlite::{Connection, Row};
use serde::Serialize;

/// A row of `run_step`, with its SQL.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Its id.
    pub id: i64,
    /// The run.
    pub run_id: i64,
    /// `watermark staging transfer gate merge hook`.
    pub kind: String,
    /// Which of its kind.
    pub name: String,
    /// Where it ran.
    pub connection_name: String,
    /// What ran, to the byte.
    pub sql: String,
    /// When it began.
    pub started_at: String,
    /// How long it took; `None` when it has not ended, or its process died in it.
    pub duration_ms: Option<i64>,
    /// Rows that it moved, changed or gave.
    pub row_count: Option<i64>,
    /// The value that came back.
    pub value: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Step> {
    Ok(Step {
        id: row.get(0)?,
        run_id: row.get(1)?,
        kind: row.get(2)?,
        name: row.get(3)?,
        connection_name: row.get(4)?,
        sql: row.get(5)?,
        started_at: row.get(6)?,
        duration_ms: row.get(7)?,
        row_count: row.get(8)?,
        value: row.get(9)?,
        error: row.get(10)?,
    })
}

const SELECT: &str = "
    SELECT p.id, p.run_id, p.kind, p.name, p.connection_name, t.text, p.started_at, p.duration_ms, p.row_count,
           p.value, p.error
    FROM run_step p JOIN sql_text t ON t.id = p.sql_id";

/// The steps of a run, in order.
pub fn of_run(conn: &Connection, run_id: i64) -> Result<Vec<Step>> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} WHERE p.run_id = ? ORDER BY p.id"))?;
    Ok(statement.query_map([run_id], read)?.collect::<rusqlite::Result<_>>()?)
}

/// The values that a module's watermarks have had, newest first: the steps of kind `watermark`.
pub fn watermark_history(conn: &Connection, module_id: i64, name: Option<&str>, limit: i64) -> Result<Vec<Step>> {
    let mut statement = conn.prepare_cached(&format!(
        "{SELECT} JOIN run_log r ON r.id = p.run_id
         WHERE r.module_id = ?1 AND p.kind = 'watermark' AND (?2 IS NULL OR p.name = ?2) ORDER BY p.id DESC LIMIT ?3"
    ))?;
    Ok(statement.query_map((module_id, name, limit), read)?.collect::<rusqlite::Result<_>>()?)
}

/// What a step begins with.
pub struct NewStep<'a> {
    /// The run.
    pub run_id: i64,
    /// Its kind.
    pub kind: &'a str,
    /// Which of its kind.
    pub name: &'a str,
    /// Where it runs.
    pub connection_name: &'a str,
    /// What runs.
    pub sql: &'a str,
}

/// Begins a step, before anything runs. Gives its id.
pub fn insert(conn: &Connection, new: &NewStep<'_>) -> Result<i64> {
    let sql_id = super::sql_text::intern(conn, new.sql)?;
    conn.prepare_cached(
        "INSERT INTO run_step (run_id, kind, name, connection_name, sql_id, started_at) VALUES (?, ?, ?, ?, ?, ?)",
    )?
    .execute((new.run_id, new.kind, new.name, new.connection_name, sql_id, clock::now_text()))?;
    Ok(conn.last_insert_rowid())
}

/// What a step ended with.
#[derive(Clone, Debug, Default)]
pub struct StepEnd {
    /// How long it took.
    pub duration_ms: i64,
    /// Rows.
    pub row_count: Option<i64>,
    /// The value that came back.
    pub value: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
}

/// Ends a step.
pub fn finish(conn: &Connection, id: i64, end: &StepEnd) -> Result<()> {
    conn.prepare_cached("UPDATE run_step SET duration_ms = ?2, row_count = ?3, value = ?4, error = ?5 WHERE id = ?1")?
        .execute((id, end.duration_ms, end.row_count, &end.value, &end.error))?;
    Ok(())
}
