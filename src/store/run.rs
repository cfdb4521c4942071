//! The table `run_log`: every run there has been.

use crate::clock;
use crate::error::{Code, Error, Result};
use rusqlite::{Connection, OptionalExtension, Row, named_params, types::Value};
use serde::Serialize;

/// A row of `run_log` without its SQL and output.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Run {
    /// Its id.
    pub id: i64,
    /// The module, while it exists.
    pub module_id: Option<i64>,
    /// The module's name at the time.
    pub module_name: String,
    /// The group run it was part of.
    pub group_run_id: Option<i64>,
    /// `manual`, `schedule:ID` or `api`.
    pub triggered_by: String,
    /// Which try it was, from 1.
    pub attempt: i64,
    /// When it began.
    pub started_at: String,
    /// When it ended.
    pub finished_at: Option<String>,
    /// `running success error cancelled dry_run unknown`.
    pub status: String,
    /// How many rows the runner says it moved.
    pub row_count: Option<i64>,
    /// How many rows the merge deleted, where known.
    pub rows_deleted: Option<i64>,
    /// How many rows the merge inserted, where known.
    pub rows_inserted: Option<i64>,
    /// What went wrong.
    pub error: Option<String>,
    /// What was odd.
    pub warnings: Vec<String>,
    /// How many hooks failed.
    pub hooks_failed: i64,
    /// The strategy at the time.
    pub merge_strategy: String,
    /// The watermarks' values, by name.
    #[serde(rename = "watermark_values_json")]
    pub watermark_values: serde_json::Map<String, serde_json::Value>,
}

impl Run {
    /// How long it took, in milliseconds; for one that goes on, so far.
    pub fn duration_ms(&self) -> Option<i64> {
        clock::lasted(&self.started_at, self.finished_at.as_deref())
    }

    /// The run as JSON has it: its row, and how long it took.
    pub fn document(&self) -> serde_json::Value {
        let mut document = serde_json::json!(self);
        document["duration_ms"] = serde_json::json!(self.duration_ms());
        document
    }
}

const SELECT: &str = "
    SELECT r.id, r.module_id, r.module_name, r.group_run_id, r.triggered_by, r.attempt, r.started_at, r.finished_at,
           r.status, r.row_count, r.rows_deleted, r.rows_inserted, r.error, r.warnings, r.hooks_failed,
           r.merge_strategy, r.watermark_values_json
    FROM run_log r";

fn read(row: &Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run {
        id: row.get(0)?,
        module_id: row.get(1)?,
        module_name: row.get(2)?,
        group_run_id: row.get(3)?,
        triggered_by: row.get(4)?,
        attempt: row.get(5)?,
        started_at: row.get(6)?,
        finished_at: row.get(7)?,
        status: row.get(8)?,
        row_count: row.get(9)?,
        rows_deleted: row.get(10)?,
        rows_inserted: row.get(11)?,
        error: row.get(12)?,
        warnings: serde_json::from_str(&row.get::<_, String>(13)?).unwrap_or_default(),
        hooks_failed: row.get(14)?,
        merge_strategy: row.get(15)?,
        watermark_values: serde_json::from_str(&row.get::<_, String>(16)?).unwrap_or_default(),
    })
}

/// The run with that id.
///
/// # Errors
/// `NotFound` where there is none.
pub fn get(conn: &Connection, id: i64) -> Result<Run> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} WHERE r.id = ?"))?;
    statement.query_row([id], read).optional()?.ok_or_else(|| {
        Error::new(Code::NotFound, format!("there is no run {id}")).hint("`pipekit log` shows the newest")
    })
}

/// The newest run of a module that ended in one of `statuses` (any, where that is empty), before run `before`.
pub fn newest(conn: &Connection, module_id: i64, statuses: &[&str], before: Option<i64>) -> Result<Option<Run>> {
    let filter = Filter {
        module_id: Some(module_id),
        statuses: statuses.iter().map(|s| (*s).to_owned()).collect(),
        before_id: before,
        limit: Some(1),
        ..Filter::default()
    };
    Ok(list(conn, &filter)?.pop())
}

/// By what a list of runs is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Newest first.
    #[default]
    Started,
    /// Longest first.
    Duration,
    /// Most rows first.
    Rows,
    /// By module.
    Module,
    /// By status.
    Status,
}

/// Which runs to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this module.
    pub module_id: Option<i64>,
    /// As part of a run of this group.
    pub group_id: Option<i64>,
    /// As part of this group run.
    pub group_run_id: Option<i64>,
    /// Ended (or going on) like one of these; any, where empty.
    pub statuses: Vec<String>,
    /// Did not end well (an error, an unknown end, a hook that failed), or ended like one of `statuses`.
    pub failed: bool,
    /// Began at or after this stored time.
    pub since: Option<String>,
    /// Began before this stored time.
    pub until: Option<String>,
    /// None that only compared (`module verify`).
    pub no_comparisons: bool,
    /// With a smaller id.
    pub before_id: Option<i64>,
    /// At most so many.
    pub limit: Option<i64>,
    /// The order.
    pub sort: Sort,
    /// The other way round.
    pub reverse: bool,
}

/// The runs that `filter` lets through.
pub fn list(conn: &Connection, filter: &Filter) -> Result<Vec<Run>> {
    let mut sql = String::from(SELECT);
    let mut values: Vec<Value> = Vec::new();
    let mut wheres: Vec<String> = Vec::new();
    let mut add = |text: &str, value: Value| {
        values.push(value);
        wheres.push(text.replace('?', &format!("?{}", values.len())));
    };
    if let Some(id) = filter.module_id {
        add("r.module_id = ?", id.into());
    }
    if let Some(id) = filter.group_run_id {
        add("r.group_run_id = ?", id.into());
    }
    if let Some(id) = filter.group_id {
        add("r.group_run_id IN (SELECT id FROM group_run WHERE group_id = ?)", id.into());
    }
    if filter.failed {
        let also = serde_json::json!(filter.statuses).to_string().into();
        let any =
            "(r.status IN ('error', 'unknown') OR r.hooks_failed > 0 OR r.status IN (SELECT value FROM json_each(?)))";
        // With a time the index of times is the narrow one; the sign keeps SQLite from reading every error there was.
        let timed = filter.since.is_some() || filter.until.is_some();
        let any = if timed { any.replace("r.", "+r.") } else { any.to_owned() };
        add(&any, also);
    } else if !filter.statuses.is_empty() {
        add("r.status IN (SELECT value FROM json_each(?))", serde_json::json!(filter.statuses).to_string().into());
    }
    if let Some(at) = &filter.since {
        add("r.started_at >= ?", at.clone().into());
    }
    if let Some(at) = &filter.until {
        add("r.started_at < ?", at.clone().into());
    }
    if let Some(id) = filter.before_id {
        add("r.id < ?", id.into());
    }
    if filter.no_comparisons {
        add("r.triggered_by <> ?", "verify".to_owned().into());
    }
    if !wheres.is_empty() {
        sql.push_str(" WHERE ");
        sql.push_str(&wheres.join(" AND "));
    }
    let (key, falling) = match filter.sort {
        // Ids rise with the time of the beginning, and need no sorting; but without a limit that would walk through
        // every run there was, where the index of times has the few that are wanted.
        Sort::Started if filter.limit.is_none() && filter.since.is_some() => ("+r.id", true),
        Sort::Started => ("r.id", true),
        Sort::Duration => ("julianday(coalesce(r.finished_at, 'now')) - julianday(r.started_at)", true),
        Sort::Rows => ("coalesce(r.row_count, -1)", true),
        Sort::Module => ("r.module_name", false),
        Sort::Status => ("r.status", false),
    };
    let direction = if falling == filter.reverse { "ASC" } else { "DESC" };
    sql.push_str(&format!(" ORDER BY {key} {direction}"));
    if filter.sort != Sort::Started {
        sql.push_str(", r.id DESC");
    }
    if let Some(limit) = filter.limit {
        sql.push_str(&format!(" LIMIT {limit}"));
    }
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(rusqlite::params_from_iter(values), read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What a run begins with.
pub struct NewRun<'a> {
    /// The module.
    pub module_id: i64,
    /// Its name.
    pub module_name: &'a str,
    /// Its strategy.
    pub merge_strategy: &'a str,
    /// The group run it is part of.
    pub group_run_id: Option<i64>,
    /// What set it off.
    pub triggered_by: &'a str,
    /// Which try it is.
    pub attempt: i64,
}

/// Begins a run: it says `running` from now on. Gives its id.
pub fn insert(conn: &Connection, new: &NewRun<'_>) -> Result<i64> {
    conn.execute(
        "INSERT INTO run_log (module_id, module_name, merge_strategy, group_run_id, triggered_by, attempt, started_at, status)
         VALUES (?, ?, ?, ?, ?, ?, ?, 'running')",
        (
            new.module_id,
            new.module_name,
            new.merge_strategy,
            new.group_run_id,
            new.triggered_by,
            new.attempt,
            clock::now_text(),
        ),
    )?;
    Ok(conn.last_insert_rowid())
}

/// Begins what is written down like a run and is none: it claims no module, and whoever settles the runs that died has
/// nothing to do with it. Until [`finish_aside`] it has the time at which it began for its end. Gives its id.
pub fn insert_aside(conn: &Connection, new: &NewRun<'_>) -> Result<i64> {
    let id = insert(conn, new)?;
    conn.execute("UPDATE run_log SET status = 'dry_run', finished_at = started_at WHERE id = ?", [id])?;
    Ok(id)
}

/// Ends it.
pub fn finish_aside(conn: &Connection, id: i64, end: &End) -> Result<()> {
    conn.execute(
        "UPDATE run_log SET finished_at = max(started_at, ?2), row_count = ?3, error = ?4, warnings = ?5 WHERE id = ?1",
        (id, clock::now_text(), end.row_count, &end.error, serde_json::json!(end.warnings).to_string()),
    )?;
    Ok(())
}

/// The id of the newest entry, whatever it is of.
pub fn last_id(conn: &Connection) -> Result<i64> {
    Ok(conn.query_row("SELECT coalesce(max(id), 0) FROM run_log", [], |r| r.get(0))?)
}

/// Notes the source SQL as resolved, and the merge SQL.
pub fn set_sql(conn: &Connection, id: i64, source_sql: &str, merge_sql: &str) -> Result<()> {
    let source = super::sql_text::intern(conn, source_sql)?;
    let merge = super::sql_text::intern(conn, merge_sql)?;
    conn.execute(
        "UPDATE run_log SET resolved_source_sql_id = ?2, merge_sql_id = ?3 WHERE id = ?1",
        (id, source, merge),
    )?;
    Ok(())
}

/// Notes the values of the watermarks, before it is known whether the SQL can be made.
pub fn set_watermarks(conn: &Connection, id: i64, watermarks: &str) -> Result<()> {
    conn.execute("UPDATE run_log SET watermark_values_json = ?2 WHERE id = ?1", (id, watermarks))?;
    Ok(())
}

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct End {
    /// When, if not now.
    pub finished_at: Option<String>,
    /// `success error cancelled dry_run unknown`.
    pub status: String,
    /// Rows moved.
    pub row_count: Option<i64>,
    /// Rows deleted.
    pub rows_deleted: Option<i64>,
    /// Rows inserted.
    pub rows_inserted: Option<i64>,
    /// What went wrong.
    pub error: Option<String>,
    /// What was odd.
    pub warnings: Vec<String>,
    /// Hooks that failed.
    pub hooks_failed: i64,
}

/// Ends a run, if it is in one of the states `from`; says whether it was. No run ends before it began, whatever the
/// clock does.
pub fn finish(conn: &Connection, id: i64, from: &[&str], end: &End) -> Result<bool> {
    let changed = conn
        .prepare_cached(
            "UPDATE run_log SET status = :status,
                finished_at = max(started_at, coalesce(finished_at, :finished, :now)), row_count = coalesce(:rows, row_count),
                rows_deleted = :deleted, rows_inserted = :inserted, error = :error, warnings = :warnings,
                hooks_failed = max(hooks_failed, :hooks)
         WHERE id = :id AND status IN (SELECT value FROM json_each(:from))",
        )?
        .execute(named_params! {
            ":id": id, ":status": end.status, ":finished": end.finished_at, ":now": clock::now_text(), ":rows": end.row_count,
            ":deleted": end.rows_deleted, ":inserted": end.rows_inserted, ":error": end.error,
            ":warnings": serde_json::json!(end.warnings).to_string(), ":hooks": end.hooks_failed,
            ":from": serde_json::json!(from).to_string(),
        })?;
    Ok(changed == 1)
}

/// The SQL of a run, to the byte.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Texts {
    /// What ran on the source.
    pub resolved_source_sql: Option<String>,
    /// What ran on the destination.
    pub merge_sql: Option<String>,
}

/// The SQL of the run with that id.
pub fn texts(conn: &Connection, id: i64) -> Result<Texts> {
    Ok(conn.query_row(
        "SELECT s.text, m.text FROM run_log r LEFT JOIN sql_text s ON s.id = r.resolved_source_sql_id
         LEFT JOIN sql_text m ON m.id = r.merge_sql_id WHERE r.id = ?",
        [id],
        |row| Ok(Texts { resolved_source_sql: row.get(0)?, merge_sql: row.get(1)? }),
    )?)
}

/// The ended runs that began before a stored time, oldest first, but for the newest of each module, the one that
/// `status` shows of it, and its newest success, with which the watermarks of the next are compared.
pub fn prunable(conn: &Connection, before: &str) -> Result<Vec<i64>> {
    let mut statement = conn.prepare_cached(
        "WITH kept (id) AS (
           SELECT (SELECT max(id) FROM run_log WHERE module_id = m.id) FROM module m
           UNION SELECT (SELECT id FROM run_log WHERE module_id = m.id AND +status = 'success' ORDER BY id DESC LIMIT 1)
                   FROM module m
           UNION SELECT last_run_id FROM module)
         SELECT id FROM run_log
          WHERE started_at < ? AND status NOT IN ('running', 'unknown')
            AND id NOT IN (SELECT id FROM kept WHERE id IS NOT NULL)
          ORDER BY id",
    )?;
    Ok(statement.query_map([before], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// Removes an ended run with its steps and output, and the SQL that nobody refers to any more. Says whether it was there.
pub fn remove(conn: &Connection, id: i64) -> Result<bool> {
    let texts: Vec<i64> = conn
        .prepare_cached(
            "SELECT sql_id FROM run_step WHERE run_id = ?1
             UNION SELECT resolved_source_sql_id FROM run_log WHERE id = ?1 AND resolved_source_sql_id IS NOT NULL
             UNION SELECT merge_sql_id FROM run_log WHERE id = ?1 AND merge_sql_id IS NOT NULL",
        )?
        .query_map([id], |r| r.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let removed = conn
        .prepare_cached("DELETE FROM run_log WHERE id = ? AND status NOT IN ('running', 'unknown')")?
        .execute([id])?;
    for text in texts {
        conn.prepare_cached(
            "DELETE FROM sql_text WHERE id = ?1
               AND NOT EXISTS (SELECT 1 FROM run_step WHERE sql_id = ?1)
               AND NOT EXISTS (SELECT 1 FROM run_log WHERE resolved_source_sql_id = ?1)
               AND NOT EXISTS (SELECT 1 FROM run_log WHERE merge_sql_id = ?1)",
        )?
        .execute([text])?;
    }
    Ok(removed > 0)
}
