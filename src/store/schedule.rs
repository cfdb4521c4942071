//! The table `schedule`: when groups run.

use crate::clock;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

/// A row of `schedule`, with the name of its group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Schedule {
    /// Its id.
    pub id: i64,
    /// The group that it runs.
    pub group_id: i64,
    /// The name of that group.
    pub group: String,
    /// When, as crontab(5) says it.
    pub cron_expr: String,
    /// The time zone of that; the setting `timezone`, or the machine's, where it is `None`.
    pub timezone: Option<String>,
    /// How many seconds late a time that was missed is made up, at most.
    pub catch_up_s: i64,
    /// Whether it fires.
    pub enabled: bool,
    /// The newest of its times that has a row in `group_run`.
    pub last_fired_at: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// When it was last changed: times before that are none of this schedule.
    pub updated_at: String,
}

const SELECT: &str = "
    SELECT s.id, s.group_id, g.name, s.cron_expr, s.timezone, s.catch_up_s, s.enabled, s.last_fired_at, s.created_at,
           s.updated_at
    FROM schedule s JOIN grp g ON g.id = s.group_id";

fn read(row: &Row<'_>) -> rusqlite::Result<Schedule> {
    Ok(Schedule {
        id: row.get(0)?,
        group_id: row.get(1)?,
        group: row.get(2)?,
        cron_expr: row.get(3)?,
        timezone: row.get(4)?,
        catch_up_s: row.get(5)?,
        enabled: row.get(6)?,
        last_fired_at: row.get(7)?,
        created_at: row.get(8)?,
        updated_at: row.get(9)?,
    })
}

/// Every schedule, by group.
pub fn all(conn: &Connection) -> Result<Vec<Schedule>> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} ORDER BY g.name, s.id"))?;
    Ok(statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
}

/// The schedules of a group.
pub fn of_group(conn: &Connection, group_id: i64) -> Result<Vec<Schedule>> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} WHERE s.group_id = ? ORDER BY s.id"))?;
    Ok(statement.query_map([group_id], read)?.collect::<rusqlite::Result<_>>()?)
}

/// The schedule with that id.
///
/// # Errors
/// `NotFound` where there is none.
pub fn get(conn: &Connection, id: i64) -> Result<Schedule> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} WHERE s.id = ?"))?;
    statement.query_row([id], read).optional()?.ok_or_else(|| Error::not_found("schedule", id))
}

/// What a schedule is written from.
pub struct NewSchedule<'a> {
    /// The group.
    pub group_id: i64,
    /// When.
    pub cron_expr: &'a str,
    /// In which zone.
    pub timezone: Option<&'a str>,
    /// How late at most.
    pub catch_up_s: i64,
    /// Whether it fires.
    pub enabled: bool,
}

/// Adds a schedule (`id` is `None`) or rewrites one, and gives its id.
pub fn save(conn: &Connection, id: Option<i64>, new: &NewSchedule<'_>) -> Result<i64> {
    let now = clock::now_text();
    match id {
        None => {
            conn.execute(
                "INSERT INTO schedule (group_id, cron_expr, timezone, catch_up_s, enabled, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
                (new.group_id, new.cron_expr, new.timezone, new.catch_up_s, new.enabled, now),
            )?;
            Ok(conn.last_insert_rowid())
        }
        Some(id) => {
            conn.execute(
                "UPDATE schedule SET group_id = ?1, cron_expr = ?2, timezone = ?3, catch_up_s = ?4, enabled = ?5,
                        updated_at = ?6
                 WHERE id = ?7",
                (new.group_id, new.cron_expr, new.timezone, new.catch_up_s, new.enabled, now, id),
            )?;
            Ok(id)
        }
    }
}

/// Notes the newest of a schedule's times that has its row.
pub fn set_last_fired(conn: &Connection, id: i64, at: &str) -> Result<()> {
    conn.execute("UPDATE schedule SET last_fired_at = ?2 WHERE id = ?1", (id, at))?;
    Ok(())
}

/// Takes what is noted of a schedule back to `now`, where it lies after that: the clock was ahead.
pub fn reset(conn: &Connection, id: i64, now: &str) -> Result<()> {
    conn.execute(
        "UPDATE schedule SET last_fired_at = min(last_fired_at, ?2), updated_at = min(updated_at, ?2) WHERE id = ?1",
        (id, now),
    )?;
    Ok(())
}

/// Removes a schedule. What it fired stays in the log.
pub fn delete(conn: &Connection, id: i64) -> Result<()> {
    conn.execute("DELETE FROM schedule WHERE id = ?", [id])?;
    Ok(())
}
