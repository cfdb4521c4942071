//! The table `hook`: SQL that runs after a module's merge.

use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

/// A row of `hook`, with the names of its module and connection.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hook {
    /// Its id.
    pub id: i64,
    /// The module it belongs to.
    pub module_id: i64,
    /// The name of that module.
    pub module: String,
    /// Its place among the module's hooks.
    pub run_order: i64,
    /// Where it runs.
    pub connection_id: i64,
    /// The name of that connection.
    pub connection: String,
    /// What it runs.
    pub sql: String,
    /// After which ends of a run: `success`, `failure`, `always`.
    pub run_on: String,
}

const SELECT: &str = "
    SELECT h.id, h.module_id, m.name, h.run_order, h.connection_id, c.name, h.sql, h.run_on
    FROM hook h JOIN module m ON m.id = h.module_id JOIN connection c ON c.id = h.connection_id";

fn read(row: &Row<'_>) -> rusqlite::Result<Hook> {
    Ok(Hook {
        id: row.get(0)?,
        module_id: row.get(1)?,
        module: row.get(2)?,
        run_order: row.get(3)?,
        connection_id: row.get(4)?,
        connection: row.get(5)?,
        sql: row.get(6)?,
        run_on: row.get(7)?,
    })
}

/// The hooks of a module, in the order in which they run.
pub fn of_module(conn: &Connection, module_id: i64) -> Result<Vec<Hook>> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} WHERE h.module_id = ? ORDER BY h.run_order, h.id"))?;
    Ok(statement.query_map([module_id], read)?.collect::<rusqlite::Result<_>>()?)
}

/// Every hook, by module.
pub fn all(conn: &Connection) -> Result<Vec<Hook>> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} ORDER BY m.name, h.run_order, h.id"))?;
    Ok(statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
}

/// The hook with that id.
///
/// # Errors
/// `NotFound` where there is none.
pub fn get(conn: &Connection, id: i64) -> Result<Hook> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} WHERE h.id = ?"))?;
    statement.query_row([id], read).optional()?.ok_or_else(|| Error::not_found("hook", id))
}

/// What a hook is written from.
pub struct NewHook<'a> {
    /// Its place.
    pub run_order: i64,
    /// Where it runs.
    pub connection_id: i64,
    /// What it runs.
    pub sql: &'a str,
    /// After which ends of a run.
    pub run_on: &'a str,
}

/// Adds a hook to a module and gives its id.
pub fn insert(conn: &Connection, module_id: i64, new: &NewHook<'_>) -> Result<i64> {
    conn.execute(
        "INSERT INTO hook (module_id, run_order, connection_id, sql, run_on) VALUES (?, ?, ?, ?, ?)",
        (module_id, new.run_order, new.connection_id, new.sql, new.run_on),
    )?;
    Ok(conn.last_insert_rowid())
}

/// Rewrites the hook with that id.
pub fn update(conn: &Connection, id: i64, new: &NewHook<'_>) -> Result<()> {
    conn.execute(
        "UPDATE hook SET run_order = ?2, connection_id = ?3, sql = ?4, run_on = ?5 WHERE id = ?1",
        (id, new.run_order, new.connection_id, new.sql, new.run_on),
    )?;
    Ok(())
}

/// Removes the hook with that id.
pub fn delete(conn: &Connection, id: i64) -> Result<()> {
    conn.execute("DELETE FROM hook WHERE id = ?", [id])?;
    Ok(())
}

/// Removes every hook of a module.
pub fn delete_of_module(conn: &Connection, module_id: i64) -> Result<()> {
    conn.execute("DELETE FROM hook WHERE module_id = ?", [module_id])?;
    Ok(())
}
