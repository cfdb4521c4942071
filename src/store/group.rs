//! The tables `grp` and `group_member`: modules that run together, in order.

use crate::clock;
use crate::error::{Code, Error, Result};
use crate::store::missing;
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
    /// How many of its members with the same place run at once.
    pub max_parallel: i64,
    /// How many modules are in it.
    pub members: i64,
    /// The cron expressions of its enabled schedules.
    pub schedules: Vec<String>,
}

const SELECT: &str = "
    SELECT g.id, g.name, g.stop_on_failure, g.max_parallel, (SELECT count(*) FROM group_member m WHERE m.group_id = g.id),
           (SELECT json_group_array(cron_expr) FROM schedule s WHERE s.group_id = g.id AND s.enabled = 1)
    FROM grp g";

fn read(row: &Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group {
        id: row.get(0)?,
        name: row.get(1)?,
        stop_on_failure: row.get(2)?,
        max_parallel: row.get(3)?,
        members: row.get(4)?,
        schedules: serde_json::from_str(&row.get::<_, String>(5)?).unwrap_or_default(),
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
    statement.query_row([name_or_id], read).optional()?.ok_or_else(|| missing(conn, "group", "grp", name_or_id))
}

/// The names of the groups that a module is in.
pub fn names_of_module(conn: &Connection, module_id: i64) -> Result<Vec<String>> {
    let mut statement = conn.prepare_cached(
        "SELECT g.name FROM group_member m JOIN grp g ON g.id = m.group_id WHERE m.module_id = ? ORDER BY g.name",
    )?;
    Ok(statement.query_map([module_id], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// Adds a group (`id` is `None`) or rewrites one, and gives its id.
pub fn save(conn: &Connection, id: Option<i64>, name: &str, stop_on_failure: bool, max_parallel: i64) -> Result<i64> {
    let now = clock::now_text();
    match id {
        None => {
            conn.execute(
                "INSERT INTO grp (name, stop_on_failure, max_parallel, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)",
                (name, stop_on_failure, max_parallel, now),
            )?;
            Ok(conn.last_insert_rowid())
        }
        Some(id) => {
            conn.execute(
                "UPDATE grp SET name = ?2, stop_on_failure = ?3, max_parallel = ?4, updated_at = ?5 WHERE id = ?1",
                (id, name, stop_on_failure, max_parallel, now),
            )?;
            Ok(id)
        }
    }
}

/// Removes a group with its members' places and its schedules. Its runs stay in the log.
pub fn delete(conn: &Connection, id: i64) -> Result<()> {
    conn.execute("DELETE FROM grp WHERE id = ?", [id])?;
    Ok(())
}

/// A row of `group_member`, with the names and whether groups run the module.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Member {
    /// Its id.
    pub id: i64,
    /// The group.
    pub group_id: i64,
    /// The name of that group.
    #[serde(rename = "group")]
    pub group_name: String,
    /// The module.
    pub module_id: i64,
    /// The name of that module.
    pub module: String,
    /// Its place: smaller ones run first, equal ones side by side where the group allows that.
    pub run_order: i64,
    /// Whether groups run it.
    pub enabled: bool,
}

const SELECT_MEMBER: &str = "
    SELECT p.id, g.id, g.name, m.id, m.name, p.run_order, m.enabled
    FROM group_member p JOIN grp g ON g.id = p.group_id JOIN module m ON m.id = p.module_id";

fn read_member(row: &Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member {
        id: row.get(0)?,
        group_id: row.get(1)?,
        group_name: row.get(2)?,
        module_id: row.get(3)?,
        module: row.get(4)?,
        run_order: row.get(5)?,
        enabled: row.get(6)?,
    })
}

/// The members of a group (of every group, where `None`), in the order in which they run.
pub fn members(conn: &Connection, group_id: Option<i64>) -> Result<Vec<Member>> {
    let mut statement = conn.prepare_cached(&format!(
        "{SELECT_MEMBER} WHERE ?1 IS NULL OR p.group_id = ?1 ORDER BY g.name, p.run_order, p.id"
    ))?;
    Ok(statement.query_map([group_id], read_member)?.collect::<rusqlite::Result<_>>()?)
}

/// The member with that id.
///
/// # Errors
/// `NotFound` where there is none.
pub fn member(conn: &Connection, id: i64) -> Result<Member> {
    let mut statement = conn.prepare_cached(&format!("{SELECT_MEMBER} WHERE p.id = ?"))?;
    let found = statement.query_row([id], read_member).optional()?;
    found.ok_or_else(|| Error::new(Code::NotFound, format!("there is no group member {id}")))
}

/// Puts a module into a group at a place, or moves it there.
pub fn put_member(conn: &Connection, group_id: i64, module_id: i64, run_order: i64) -> Result<()> {
    conn.execute(
        "INSERT INTO group_member (group_id, module_id, run_order) VALUES (?1, ?2, ?3)
         ON CONFLICT (group_id, module_id) DO UPDATE SET run_order = ?3",
        (group_id, module_id, run_order),
    )?;
    Ok(())
}

/// Takes a module out of a group. Says whether it was in it.
pub fn remove_member(conn: &Connection, group_id: i64, module_id: i64) -> Result<bool> {
    let sql = "DELETE FROM group_member WHERE group_id = ? AND module_id = ?";
    Ok(conn.execute(sql, (group_id, module_id))? == 1)
}
