//! The table `probe`: what was found out about a program.

use crate::clock;
use crate::error::Result;
use rusqlite::{Connection, OptionalExtension};

/// What was found out, as JSON.
pub fn get(conn: &Connection, program: &str, about: &str) -> Result<Option<String>> {
    let mut statement = conn.prepare_cached("SELECT found FROM probe WHERE program = ? AND about = ?")?;
    Ok(statement.query_row([program, about], |r| r.get(0)).optional()?)
}

/// Remembers what was found out, in place of what was known before.
pub fn set(conn: &Connection, program: &str, about: &str, found: &str) -> Result<()> {
    conn.execute(
        "INSERT INTO probe (program, about, found, probed_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (program, about) DO UPDATE SET found = ?3, probed_at = ?4",
        (program, about, found, clock::now_text()),
    )?;
    Ok(())
}
