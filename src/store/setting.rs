//! The table `settings`: names and values. What each means, and whether a value is good, is `crate::settings`'s to say.

use crate::clock;
use crate::error::Result;
use rusqlite::{Connection, OptionalExtension};

/// The value of a setting, where it has been set.
pub fn get(conn: &Connection, key: &str) -> Result<Option<String>> {
    Ok(conn.prepare_cached("SELECT value FROM settings WHERE key = ?")?.query_row([key], |r| r.get(0)).optional()?)
}

/// Sets a setting.
pub fn set(conn: &Connection, key: &str, value: &str) -> Result<()> {
    conn.execute(
        "INSERT INTO settings (key, value, updated_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (key) DO UPDATE SET value = ?2, updated_at = ?3",
        (key, value, clock::now_text()),
    )?;
    Ok(())
}

/// Takes a setting back to what it is by default.
pub fn unset(conn: &Connection, key: &str) -> Result<()> {
    conn.execute("DELETE FROM settings WHERE key = ?", [key])?;
    Ok(())
}

/// What a new database holds: the installation's own id, by which it knows its staging tables again.
pub(super) fn fill(conn: &Connection) -> Result<()> {
    let id: String = conn.query_row("SELECT lower(hex(randomblob(8)))", [], |r| r.get(0))?;
    set(conn, "install_id", &id)
}
