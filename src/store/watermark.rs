//! The table `watermark`: the named values that a module's query waits for.

use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

/// A row of `watermark`, with its connection's name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Watermark {
    /// Its id.
    pub id: i64,
    /// The module it belongs to.
    pub module_id: i64,
    /// The placeholder's name.
    pub name: String,
    /// Where its resolver runs.
    pub connection_id: i64,
    /// The name of that connection.
    pub connection: String,
    /// The SQL whose first row's first column is the value.
    pub resolver_sql: String,
    /// The value for a resolver that gives NULL or no row.
    pub default_value: Option<String>,
}

const SELECT: &str = "
    SELECT w.id, w.module_id, w.name, w.connection_id, c.name, w.resolver_sql, w.default_value
    FROM watermark w JOIN connection c ON c.id = w.connection_id";

fn read(row: &Row<'_>) -> rusqlite::Result<Watermark> {
    Ok(Watermark {
        id: row.get(0)?,
        module_id: row.get(1)?,
        name: row.get(2)?,
        connection_id: row.get(3)?,
        connection: row.get(4)?,
        resolver_sql: row.get(5)?,
        default_value: row.get(6)?,
    })
}

/// The watermarks of a module, in the order in which they were added.
pub fn of_module(conn: &Connection, module_id: i64) -> Result<Vec<Watermark>> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} WHERE w.module_id = ? ORDER BY w.id"))?;
    Ok(statement.query_map([module_id], read)?.collect::<rusqlite::Result<_>>()?)
}

/// Every watermark, by module.
pub fn all(conn: &Connection) -> Result<Vec<Watermark>> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} ORDER BY w.module_id, w.id"))?;
    Ok(statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
}

/// The module's watermark of that name or id.
///
/// # Errors
/// `NotFound` where there is none.
pub fn find(conn: &Connection, module_id: i64, module: &str, name_or_id: &str) -> Result<Watermark> {
    let all = of_module(conn, module_id)?;
    all.iter().find(|w| w.name == name_or_id || w.id.to_string() == name_or_id).cloned().ok_or_else(|| {
        Error::not_found("watermark", format_args!("{name_or_id} on module {module}"))
            .hint(format!("`pipekit watermark list {module}` shows what there is"))
            .meant(name_or_id, all.into_iter().map(|w| w.name))
    })
}

/// The watermark with that id.
///
/// # Errors
/// `NotFound` where there is none.
pub fn get(conn: &Connection, id: i64) -> Result<Watermark> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} WHERE w.id = ?"))?;
    statement.query_row([id], read).optional()?.ok_or_else(|| Error::not_found("watermark", id))
}

/// What a watermark is written from.
pub struct NewWatermark<'a> {
    /// The placeholder's name.
    pub name: &'a str,
    /// Where its resolver runs.
    pub connection_id: i64,
    /// The resolver.
    pub resolver_sql: &'a str,
    /// The default.
    pub default_value: Option<&'a str>,
}

/// Adds a watermark to a module and gives its id.
pub fn insert(conn: &Connection, module_id: i64, new: &NewWatermark<'_>) -> Result<i64> {
    conn.execute(
        "INSERT INTO watermark (module_id, name, connection_id, resolver_sql, default_value) VALUES (?, ?, ?, ?, ?)",
        (module_id, new.name, new.connection_id, new.resolver_sql, new.default_value),
    )?;
    Ok(conn.last_insert_rowid())
}

/// Rewrites the watermark with that id.
pub fn update(conn: &Connection, id: i64, new: &NewWatermark<'_>) -> Result<()> {
    conn.execute(
        "UPDATE watermark SET name = ?2, connection_id = ?3, resolver_sql = ?4, default_value = ?5 WHERE id = ?1",
        (id, new.name, new.connection_id, new.resolver_sql, new.default_value),
    )?;
    Ok(())
}

/// Removes the watermark with that id.
pub fn delete(conn: &Connection, id: i64) -> Result<()> {
    conn.execute("DELETE FROM watermark WHERE id = ?", [id])?;
    Ok(())
}
