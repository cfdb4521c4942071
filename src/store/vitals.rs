//! What pipekit is watched by: how many runs of each kind there are, and when each module last did well.

use crate::error::Result;
use rusqlite::Connection;

/// A module or a group, and its newest success.
pub struct Vitals {
    /// Its name.
    pub name: String,
    /// Whether it runs.
    pub running: bool,
    /// When its newest success began and ended.
    pub last: Option<(String, String)>,
}

/// How many runs there are of each status. Read from the index of statuses alone.
pub fn statuses(conn: &Connection) -> Result<Vec<(String, i64)>> {
    counts(conn, "SELECT status, count(*) FROM run_log GROUP BY status")
}

/// How many rows of `group_run` there are of each status: runs, and due times that were not run.
pub fn group_statuses(conn: &Connection) -> Result<Vec<(String, i64)>> {
    counts(conn, "SELECT status, count(*) FROM group_run GROUP BY status")
}

fn counts(conn: &Connection, sql: &str) -> Result<Vec<(String, i64)>> {
    let mut statement = conn.prepare_cached(sql)?;
    Ok(statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
}

/// Every module with its newest success, by name. Each is found by walking back the module's own runs, of which the
/// newest is the one as a rule.
pub fn last_successes(conn: &Connection) -> Result<Vec<Vitals>> {
    vitals(
        conn,
        "SELECT m.name, m.running, r.started_at, r.finished_at
         FROM module m LEFT JOIN run_log r ON r.id =
           (SELECT id FROM run_log WHERE module_id = m.id AND +status = 'success' ORDER BY id DESC LIMIT 1)
         ORDER BY m.name",
    )
}

/// Every group with its newest success, by name.
pub fn last_group_successes(conn: &Connection) -> Result<Vec<Vitals>> {
    vitals(
        conn,
        "SELECT g.name, EXISTS (SELECT 1 FROM group_run WHERE group_id = g.id AND status = 'running'),
                r.started_at, r.finished_at
         FROM grp g LEFT JOIN group_run r ON r.id =
           (SELECT id FROM group_run WHERE group_id = g.id AND +status = 'success' ORDER BY id DESC LIMIT 1)
         ORDER BY g.name",
    )
}

fn vitals(conn: &Connection, sql: &str) -> Result<Vec<Vitals>> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([], |r| {
        let (began, ended): (Option<String>, Option<String>) = (r.get(2)?, r.get(3)?);
        Ok(Vitals { name: r.get(0)?, running: r.get(1)?, last: began.zip(ended) })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
