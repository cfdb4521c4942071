//! The tables `grp` and `group_member`: modules that run together, in order.

use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

/// A row of `grp`, with how many members it has and its schedules.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Whether a failure stops the rest.
    pub stop_on_failure: bool,
    /// How many modules are in it.
    pub members: i64,
    /// The cron expressions of its enabled schedules.
    pub schedules: Vec<String>,
}

const SELECT: &str = "
    SELECT g.id, g.name, g.stop_on_failure, (SELECT count(*) FROM group_member m WHERE m.group_id = g.id),
           (SELECT json_group_array(cron_expr) FROM schedule s WHERE s.group_id = g.id AND s.enabled = 1)
    FROM grp g";

fn read(row: &Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group {
        id: row.get(0)?,
        name: row.get(1)?,
        stop_on_failure: row.get(2)?,
        members: row.get(3)?,
        schedules: serde_json::from_str(&row.get::<_, String>(4)?).unwrap_or_default(),
    })
}

/// Every group, by name.
pub fn all(conn: &Connection) -> Result<Vec<Group>> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} ORDER BY g.name"))?;
    Ok(statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
}

/// The group of that name or id.
///
/// # Errors
/// `NotFound` where there is none.
pub fn find(conn: &Connection, name_or_id: &str) -> Result<Group> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} WHERE g.name = ?1 OR g.id = ?1"))?;
    statement.query_row([name_or_id], read).optional()?.ok_or_else(|| Error::not_found("group", name_or_id))
}

/// The names of the groups that a module is in.
pub fn names_of_module(conn: &Connection, module_id: i64) -> Result<Vec<String>> {
    let mut statement = conn.prepare_cached(
        "SELECT g.name FROM group_member m JOIN grp g ON g.id = m.group_id WHERE m.module_id = ? ORDER BY g.name",
    )?;
    Ok(statement.query_map([module_id], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}
