//! The table `notification`: what is to be told by the setting `notify_command`, and whether it was.

use crate::clock;
use crate::error::Result;
use rusqlite::{Connection, OptionalExtension, Row};

/// A row of `notification`.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// Its id.
    pub id: i64,
    /// `run_failed run_recovered group_failed group_recovered`.
    pub event: String,
    /// What it is about.
    pub about: About,
    /// When it was queued.
    pub queued_at: String,
    /// When its command ended, or began.
    pub sent_at: Option<String>,
    /// Why it could not be told.
    pub error: Option<String>,
}

/// What a notification is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// The run with that id.
    Run(i64),
    /// The group run with that id.
    GroupRun(i64),
}

const COLUMNS: &str = "id, event, run_id, group_run_id, queued_at, sent_at, error";

fn read(row: &Row<'_>) -> rusqlite::Result<Notification> {
    let about = match row.get::<_, Option<i64>>(2)? {
        Some(run) => About::Run(run),
        None => About::GroupRun(row.get(3)?),
    };
    let (queued_at, sent_at) = (row.get(4)?, row.get(5)?);
    Ok(Notification { id: row.get(0)?, event: row.get(1)?, about, queued_at, sent_at, error: row.get(6)? })
}

/// Queues a notification.
pub fn queue(conn: &Connection, event: &str, about: About) -> Result<()> {
    let (run, group_run) = match about {
        About::Run(id) => (Some(id), None),
        About::GroupRun(id) => (None, Some(id)),
    };
    conn.execute(
        "INSERT INTO notification (event, run_id, group_run_id, queued_at) VALUES (?, ?, ?, ?)",
        (event, run, group_run, clock::now_text()),
    )?;
    Ok(())
}

/// Whether something waits to be told.
pub fn is_waiting(conn: &Connection) -> Result<bool> {
    let waiting = "SELECT EXISTS (SELECT 1 FROM notification WHERE status = 'waiting')";
    Ok(conn.prepare_cached(waiting)?.query_row([], |r| r.get(0))?)
}

/// Takes the oldest that waits: no other process tells it from now on.
pub fn take(conn: &Connection) -> Result<Option<Notification>> {
    let taken = conn.query_row(
        &format!(
            "UPDATE notification SET status = 'sending', sent_at = ?
             WHERE id = (SELECT min(id) FROM notification WHERE status = 'waiting') RETURNING {COLUMNS}"
        ),
        [clock::now_text()],
        read,
    );
    Ok(taken.optional()?)
}

/// Notes that one was told, or why it was not.
pub fn finish(conn: &Connection, id: i64, error: Option<&str>) -> Result<()> {
    let status = if error.is_some() { "failed" } else { "sent" };
    conn.execute(
        "UPDATE notification SET status = ?, sent_at = ?, error = ? WHERE id = ?",
        (status, clock::now_text(), error, id),
    )?;
    Ok(())
}

/// Gives up those that were taken before a stored time and neither told nor not: whoever took them is gone. They may
/// have been told, so that nobody tells them again.
pub fn give_up(conn: &Connection, before: &str) -> Result<()> {
    conn.execute(
        "UPDATE notification SET status = 'failed', error = 'the process that sent it ended'
         WHERE status = 'sending' AND sent_at < ?",
        [before],
    )?;
    Ok(())
}

/// The newest that was told or could not be.
pub fn newest(conn: &Connection) -> Result<Option<Notification>> {
    let newest =
        format!("SELECT {COLUMNS} FROM notification WHERE status IN ('sent', 'failed') ORDER BY id DESC LIMIT 1");
    Ok(conn.query_row(&newest, [], read).optional()?)
}
