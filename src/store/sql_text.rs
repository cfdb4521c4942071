//! The table `sql_text`: SQL that ran, to the byte, stored once for each different text.

use crate::error::Result;
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

/// The id of `text`, stored now if it is new. Call it in a write transaction.
pub fn intern(conn: &Connection, text: &str) -> Result<i64> {
    let hash = Sha256::digest(text.as_bytes()).to_vec();
    let known: Option<i64> =
        conn.prepare_cached("SELECT id FROM sql_text WHERE hash = ?")?.query_row([&hash], |r| r.get(0)).optional()?;
    match known {
        Some(id) => Ok(id),
        None => {
            conn.prepare_cached("INSERT INTO sql_text (hash, text) VALUES (?, ?)")?.execute((&hash, text))?;
            Ok(conn.last_insert_rowid())
        }
    }
}
