//! The table `rehearsal`: whose staging table may still be at its destination.

use crate::error::Result;
use rusqlite::Connection;

/// Notes that a rehearsal is about to make its table.
pub fn begin(conn: &Connection, run_id: i64, module_id: i64) -> Result<()> {
    conn.execute("INSERT OR IGNORE INTO rehearsal (run_id, module_id) VALUES (?, ?)", (run_id, module_id))?;
    Ok(())
}

/// Notes that its table is gone.
pub fn end(conn: &Connection, run_id: i64) -> Result<()> {
    conn.execute("DELETE FROM rehearsal WHERE run_id = ?", [run_id])?;
    Ok(())
}

/// The rehearsals of a module whose table may be there.
pub fn left(conn: &Connection, module_id: i64) -> Result<Vec<i64>> {
    let mut statement = conn.prepare_cached("SELECT run_id FROM rehearsal WHERE module_id = ? ORDER BY run_id")?;
    Ok(statement.query_map([module_id], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// Whether the table of a rehearsal may be there.
pub fn is_left(conn: &Connection, run_id: i64) -> Result<bool> {
    Ok(conn.query_row("SELECT EXISTS (SELECT 1 FROM rehearsal WHERE run_id = ?)", [run_id], |r| r.get(0))?)
}
