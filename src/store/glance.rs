//! The main screen: every module with its newest run, in one query.

use crate::error::Result;
use rusqlite::Connection;
use serde::Serialize;

/// A module as the main screen shows it: a line of `status`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Glance {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The connection it reads.
    pub source_connection: String,
    /// That connection's dialect.
    pub source_kind: String,
    /// The connection it writes.
    pub dest_connection: String,
    /// The table it writes.
    pub dest_table: String,
    /// Its strategy.
    pub merge_strategy: String,
    /// Whether groups run it.
    pub enabled: bool,
    /// Whether a run has claimed it.
    pub running: bool,
    /// The newest run that was no dry one: that says how the table is.
    pub last_run_id: Option<i64>,
    /// How that one ended.
    pub status: Option<String>,
    /// When it began.
    pub started_at: Option<String>,
    /// When it ended.
    pub finished_at: Option<String>,
    /// How many rows it moved.
    pub row_count: Option<i64>,
    /// Its error.
    pub error: Option<String>,
    /// How many of its hooks failed.
    pub hooks_failed: i64,
    /// How many warnings it has.
    pub warnings: i64,
}

/// Every module at a glance, under its source connection, by name. The CROSS JOIN has SQLite read the modules as they lie in
/// the file, which is faster than by their names even with the sort that is left to do.
pub fn all(conn: &Connection) -> Result<Vec<Glance>> {
    let mut statement = conn.prepare_cached(
        "SELECT m.id, m.name, s.name, k.kind, d.name, m.dest_table, m.merge_strategy, m.enabled, m.running,
                r.id, r.status, r.started_at, r.finished_at, r.row_count, r.error,
                coalesce(r.hooks_failed, 0), CASE WHEN coalesce(r.warnings, '[]') = '[]' THEN 0
                                                  ELSE json_array_length(r.warnings) END
         FROM module m CROSS JOIN connection s ON s.id = m.source_connection_id
         JOIN driver k ON k.id = s.driver_id JOIN connection d ON d.id = m.dest_connection_id
         LEFT JOIN run_log n ON n.id = m.last_run_id
         LEFT JOIN run_log r ON r.id = CASE WHEN n.status <> 'dry_run' THEN n.id
           ELSE (SELECT id FROM run_log WHERE module_id = m.id AND status <> 'dry_run' ORDER BY id DESC LIMIT 1) END",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Glance {
            id: row.get(0)?,
            name: row.get(1)?,
            source_connection: row.get(2)?,
            source_kind: row.get(3)?,
            dest_connection: row.get(4)?,
            dest_table: row.get(5)?,
            merge_strategy: row.get(6)?,
            enabled: row.get(7)?,
            running: row.get(8)?,
            last_run_id: row.get(9)?,
            status: row.get(10)?,
            started_at: row.get(11)?,
            finished_at: row.get(12)?,
            row_count: row.get(13)?,
            error: row.get(14)?,
            hooks_failed: row.get(15)?,
            warnings: row.get(16)?,
        })
    })?;
    let found = rows.collect::<rusqlite::Result<Vec<Glance>>>()?;
    // Their places are sorted, and each is moved once: they are large.
    let mut places: Vec<usize> = (0..found.len()).collect();
    places.sort_unstable_by_key(|at| (&found[*at].source_connection, &found[*at].name));
    let mut found: Vec<Option<Glance>> = found.into_iter().map(Some).collect();
    Ok(places.into_iter().filter_map(|at| found[at].take()).collect())
}
