//! What pipekit is watched by: how many runs of each kind there are, and when each module last did well.

use crate::error::Result;
use rusqlite::Connection;

/// A module and its newest success.
pub struct Vitals {
    /// Its name.
    pub name: String,
    /// Whether a run has claimed it.
    pub running: bool,
    /// When its newest success began and ended.
    pub last: Option<(String, String)>,
}

/// How many runs there are of each status. Read from the index of statuses alone.
pub fn statuses(conn: &Connection) -> Result<Vec<(String, i64)>> {
    let mut statement = conn.prepare_cached("SELECT status, count(*) FROM run_log GROUP BY status")?;
    Ok(statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
}

/// Every module with its newest success, by name. Each is found by walking back the module's own runs, of which the
/// newest is the one as a rule.
pub fn last_successes(conn: &Connection) -> Result<Vec<Vitals>> {
    let mut statement = conn.prepare_cached(
        "SELECT m.name, m.running, r.started_at, r.finished_at
         FROM module m LEFT JOIN run_log r ON r.id =
           (SELECT id FROM run_log WHERE module_id = m.id AND +status = 'success' ORDER BY id DESC LIMIT 1)
         ORDER BY m.name",
    )?;
    let rows = statement.query_map([], |r| {
        let (began, ended): (Option<String>, Option<String>) = (r.get(2)?, r.get(3)?);
        Ok(Vitals { name: r.get(0)?, running: r.get(1)?, last: began.zip(ended) })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
