//! The tables `group_run` and `group_run_member`: every run of a group, every due time of a schedule, and what became of
//! the members.

use crate::clock;
use crate::error::{Code, Error, Result};
use crate::store::group::Member;
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::Serialize;

/// A row of `group_run`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupRun {
    /// Its id.
    pub id: i64,
    /// The group, while it exists.
    pub group_id: Option<i64>,
    /// The group's name at the time.
    pub group_name: String,
    /// The schedule whose time it covers.
    pub schedule_id: Option<i64>,
    /// That time.
    pub due_at: Option<String>,
    /// The last one, where it covers several.
    pub due_until: Option<String>,
    /// How many it covers.
    pub due_count: Option<i64>,
    /// When it began, or when it was seen that it would not.
    pub started_at: String,
    /// When it ended.
    pub finished_at: Option<String>,
    /// `running success error cancelled dry_run skipped missed`.
    pub status: String,
    /// What there is to say of that.
    pub reason: Option<String>,
    /// `manual`, `schedule:ID` or `api`.
    pub triggered_by: Option<String>,
    /// The process that runs it, for people to read.
    pub pid: Option<i64>,
    /// The machine of that.
    pub host: Option<String>,
}

impl GroupRun {
    /// How long it took, in milliseconds; for one that goes on, so far.
    pub fn duration_ms(&self) -> Option<i64> {
        clock::lasted(&self.started_at, self.finished_at.as_deref())
    }

    /// As JSON has it: with how long it took.
    pub fn document(&self) -> serde_json::Value {
        let mut document = serde_json::json!(self);
        document["duration_ms"] = serde_json::json!(self.duration_ms());
        document
    }

    /// As JSON has it, with what became of its members.
    pub fn with_members(&self, members: &[MemberRun]) -> serde_json::Value {
        let mut document = self.document();
        document["members"] = serde_json::json!(members);
        document
    }

    /// What the lock of a run says that it proves.
    pub fn claim(&self) -> String {
        claim(self.id)
    }
}

/// What the lock of the group run `id` says that it proves.
pub fn claim(id: i64) -> String {
    format!("group run {id}")
}

const SELECT: &str = "
    SELECT id, group_id, group_name, schedule_id, due_at, due_until, due_count, started_at, finished_at, status, reason,
           triggered_by, pid, host
    FROM group_run";

fn read(row: &Row<'_>) -> rusqlite::Result<GroupRun> {
    Ok(GroupRun {
        id: row.get(0)?,
        group_id: row.get(1)?,
        group_name: row.get(2)?,
        schedule_id: row.get(3)?,
        due_at: row.get(4)?,
        due_until: row.get(5)?,
        due_count: row.get(6)?,
        started_at: row.get(7)?,
        finished_at: row.get(8)?,
        status: row.get(9)?,
        reason: row.get(10)?,
        triggered_by: row.get(11)?,
        pid: row.get(12)?,
        host: row.get(13)?,
    })
}

/// What a row is written from.
pub struct NewGroupRun<'a> {
    /// The group.
    pub group_id: i64,
    /// Its name.
    pub group_name: &'a str,
    /// The schedule, and which of its times are covered.
    pub due: Option<Due<'a>>,
    /// How it stands.
    pub status: &'a str,
    /// What there is to say of that.
    pub reason: Option<&'a str>,
    /// What set it off.
    pub triggered_by: &'a str,
}

/// Which times of a schedule a row covers.
pub struct Due<'a> {
    /// The schedule.
    pub schedule_id: i64,
    /// The time, or the first of several.
    pub at: &'a str,
    /// The last of several, and how many there are.
    pub until: Option<(&'a str, i64)>,
}

/// Adds a row and gives its id. One that runs is this process's; any other is over.
pub fn insert(conn: &Connection, new: &NewGroupRun<'_>) -> Result<i64> {
    let (runs, now) = (new.status == "running", clock::now_text());
    let host = crate::settings::host();
    let until = new.due.as_ref().and_then(|due| due.until);
    conn.prepare_cached(
        "INSERT INTO group_run (group_id, group_name, schedule_id, due_at, due_until, due_count, started_at,
                finished_at, status, reason, triggered_by, pid, host)
         VALUES (:group, :name, :schedule, :at, :until, :count, :now, :end, :status, :reason, :by, :pid, :host)",
    )?
    .execute(named_params! {
        ":group": new.group_id, ":name": new.group_name, ":schedule": new.due.as_ref().map(|due| due.schedule_id),
        ":at": new.due.as_ref().map(|due| due.at), ":until": until.map(|(at, _)| at), ":count": until.map(|(_, n)| n),
        ":now": now, ":end": (!runs).then_some(&now), ":status": new.status, ":reason": new.reason,
        ":by": new.triggered_by, ":pid": runs.then(std::process::id), ":host": runs.then_some(host),
    })?;
    Ok(conn.last_insert_rowid())
}

/// Ends a group run that is running, at a stored time. Says whether it was.
pub fn finish(conn: &Connection, id: i64, status: &str, reason: Option<&str>, at: &str) -> Result<bool> {
    let changed = conn.execute(
        "UPDATE group_run SET status = ?2, reason = coalesce(?3, reason), finished_at = ?4, cancel_requested = 0
         WHERE id = ?1 AND status = 'running'",
        (id, status, reason, at),
    )?;
    Ok(changed == 1)
}

/// The group run with that id.
///
/// # Errors
/// `NotFound` where there is none.
pub fn get(conn: &Connection, id: i64) -> Result<GroupRun> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} WHERE id = ?"))?;
    statement.query_row([id], read).optional()?.ok_or_else(|| {
        Error::new(Code::NotFound, format!("there is no group run {id}")).hint("`pipekit group runs` shows the newest")
    })
}

/// The group runs that say they are running, of one group or of all.
pub fn running(conn: &Connection, group_id: Option<i64>) -> Result<Vec<GroupRun>> {
    let mut statement = conn
        .prepare_cached(&format!("{SELECT} WHERE status = 'running' AND (?1 IS NULL OR group_id = ?1) ORDER BY id"))?;
    Ok(statement.query_map([group_id], read)?.collect::<rusqlite::Result<_>>()?)
}

/// Which group runs to list: the newest first.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this group.
    pub group_id: Option<i64>,
    /// In one of these states; any, where empty.
    pub statuses: Vec<String>,
    /// Began at or after this stored time.
    pub since: Option<String>,
    /// With a smaller id.
    pub before_id: Option<i64>,
    /// At most so many.
    pub limit: Option<i64>,
}

/// The group runs that `filter` lets through.
pub fn list(conn: &Connection, filter: &Filter) -> Result<Vec<GroupRun>> {
    let statuses = serde_json::json!(filter.statuses).to_string();
    let of_group = if filter.group_id.is_some() { "group_id = :group" } else { ":group IS NULL" };
    let mut statement = conn.prepare_cached(&format!(
        "{SELECT} WHERE {of_group} AND (:before IS NULL OR id < :before) AND (:since IS NULL OR started_at >= :since)
           AND (:any OR status IN (SELECT value FROM json_each(:statuses)))
         ORDER BY id DESC LIMIT :limit"
    ))?;
    let rows = statement.query_map(
        named_params! {
            ":group": filter.group_id, ":before": filter.before_id, ":since": filter.since,
            ":any": filter.statuses.is_empty(), ":statuses": statuses, ":limit": filter.limit.unwrap_or(-1),
        },
        read,
    )?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Asks the run of a group to stop. Says which one that is.
pub fn request_cancel(conn: &Connection, group_id: i64) -> Result<Option<i64>> {
    let mut statement = conn.prepare_cached(
        "UPDATE group_run SET cancel_requested = 1 WHERE group_id = ? AND status = 'running' RETURNING id",
    )?;
    let mut ids = statement.query_map([group_id], |r| r.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    Ok(ids.pop())
}

/// Whether a group run has been asked to stop.
pub fn cancel_requested(conn: &Connection, id: i64) -> Result<bool> {
    let mut statement = conn.prepare_cached("SELECT cancel_requested FROM group_run WHERE id = ?")?;
    Ok(statement.query_row([id], |r| r.get(0)).optional()?.unwrap_or(false))
}

/// Which of a schedule's times after `after`, up to `until`, have a row of their own: those that were missed together
/// are not among them.
pub fn covered(conn: &Connection, schedule_id: i64, after: &str, until: &str) -> Result<Vec<String>> {
    let mut statement = conn.prepare_cached(
        "SELECT due_at FROM group_run WHERE schedule_id = ? AND due_at > ? AND due_at <= ? AND status <> 'missed'",
    )?;
    Ok(statement.query_map((schedule_id, after, until), |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// Forgets what was said of a schedule's times after `after`, which have not come yet: the clock was ahead. What fired
/// stays. Gives the rows that cover times before that too, which are the caller's to write anew, and are gone.
pub fn forget_future(conn: &Connection, schedule_id: i64, after: &str) -> Result<Vec<GroupRun>> {
    let of = "schedule_id = ?1 AND status IN ('missed', 'skipped') AND coalesce(due_until, due_at) > ?2";
    let mut statement = conn.prepare_cached(&format!("{SELECT} WHERE {of} AND due_at <= ?2"))?;
    let cut = statement.query_map((schedule_id, after), read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    conn.execute(&format!("DELETE FROM group_run WHERE {of}"), (schedule_id, after))?;
    Ok(cut)
}

/// A row of `group_run_member`, with the run that it came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MemberRun {
    /// Its id.
    pub id: i64,
    /// The module, while it exists.
    pub module_id: Option<i64>,
    /// The module's name at the time.
    pub module_name: String,
    /// Its place at the time: smaller ones run first, equal ones side by side where the group allows that.
    pub run_order: i64,
    /// `waiting running success error cancelled dry_run unknown skipped`.
    pub status: String,
    /// What there is to say of that.
    pub reason: Option<String>,
    /// Its run in the log: the last of its tries.
    pub run_id: Option<i64>,
    /// When that began.
    pub started_at: Option<String>,
    /// When that ended.
    pub finished_at: Option<String>,
    /// How many rows it moved.
    pub row_count: Option<i64>,
    /// How many of its hooks failed.
    pub hooks_failed: i64,
}

/// The members of a group run, in the order in which they run. One whose run is in the log stands as that says.
pub fn members(conn: &Connection, group_run_id: i64) -> Result<Vec<MemberRun>> {
    let mut statement = conn.prepare_cached(
        "SELECT m.id, m.module_id, m.module_name, coalesce(r.status, m.status), coalesce(r.error, m.reason), r.id,
                r.started_at, r.finished_at, r.row_count, coalesce(r.hooks_failed, 0), m.run_order
         FROM group_run_member m LEFT JOIN run_log r ON r.id = (
           SELECT max(id) FROM run_log WHERE group_run_id = m.group_run_id AND module_name = m.module_name)
         WHERE m.group_run_id = ? ORDER BY m.id",
    )?;
    let read = |row: &Row<'_>| {
        Ok(MemberRun {
            id: row.get(0)?,
            module_id: row.get(1)?,
            module_name: row.get(2)?,
            status: row.get(3)?,
            reason: row.get(4)?,
            run_id: row.get(5)?,
            started_at: row.get(6)?,
            finished_at: row.get(7)?,
            row_count: row.get(8)?,
            hooks_failed: row.get(9)?,
            run_order: row.get(10)?,
        })
    };
    Ok(statement.query_map([group_run_id], read)?.collect::<rusqlite::Result<_>>()?)
}

/// Adds a member to a group run, and gives the id of the row.
pub fn add_member(
    conn: &Connection,
    group_run_id: i64,
    member: &Member,
    status: &str,
    reason: Option<&str>,
) -> Result<i64> {
    conn.prepare_cached(
        "INSERT INTO group_run_member (group_run_id, module_id, module_name, run_order, status, reason)
         VALUES (?, ?, ?, ?, ?, ?)",
    )?
    .execute((group_run_id, member.module_id, &member.module, member.run_order, status, reason))?;
    Ok(conn.last_insert_rowid())
}

/// Says how a member stands.
pub fn set_member(conn: &Connection, id: i64, status: &str, reason: Option<&str>) -> Result<()> {
    conn.execute("UPDATE group_run_member SET status = ?2, reason = ?3 WHERE id = ?1", (id, status, reason))?;
    Ok(())
}

/// Says of the members of a group run that have not ended that they were not run.
pub fn skip_rest(conn: &Connection, group_run_id: i64, reason: &str) -> Result<()> {
    conn.execute(
        "UPDATE group_run_member SET status = 'skipped', reason = ?2 WHERE group_run_id = ?1 AND status = 'waiting'",
        (group_run_id, reason),
    )?;
    Ok(())
}

/// Says of the members of a dead group run that did not come to a run of theirs that they were not run.
pub fn skip_unbegun(conn: &Connection, group_run_id: i64, reason: &str) -> Result<()> {
    conn.execute(
        "UPDATE group_run_member AS m SET status = 'skipped', reason = ?2
         WHERE group_run_id = ?1 AND status IN ('waiting', 'running') AND NOT EXISTS (
           SELECT 1 FROM run_log r WHERE r.group_run_id = m.group_run_id AND r.module_name = m.module_name)",
        (group_run_id, reason),
    )?;
    Ok(())
}

/// The group runs that ended and began before a stored time, and of whose members no run is in the log any more.
/// The newest of each schedule stays, as what was fired last.
pub fn prunable(conn: &Connection, before: &str) -> Result<Vec<i64>> {
    let mut statement = conn.prepare_cached(
        "SELECT id FROM group_run WHERE status <> 'running' AND started_at < ?
            AND id NOT IN (SELECT group_run_id FROM run_log WHERE group_run_id IS NOT NULL)
            AND id NOT IN (SELECT max(id) FROM group_run GROUP BY schedule_id)
          ORDER BY id",
    )?;
    Ok(statement.query_map([before], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// Removes a group run that ended. Says whether it was there.
pub fn remove(conn: &Connection, id: i64) -> Result<bool> {
    Ok(conn.prepare_cached("DELETE FROM group_run WHERE id = ? AND status <> 'running'")?.execute([id])? > 0)
}
