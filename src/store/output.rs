//! The table `run_output`: what was printed while a run went on.

use crate::clock;
use crate::error::Result;
use rusqlite::Connection;

/// The most that is kept of one stream of one run once it is closed, in bytes.
pub const CAP: usize = 1 << 20;

/// Appends a piece.
pub fn append(conn: &Connection, run_id: i64, stream: &str, text: &str) -> Result<()> {
    conn.prepare_cached("INSERT INTO run_output (run_id, stream, at, text) VALUES (?, ?, ?, ?)")?.execute((
        run_id,
        stream,
        clock::now_text(),
        text,
    ))?;
    Ok(())
}

/// When a run last printed anything.
pub fn last_at(conn: &Connection, run_id: i64) -> Result<Option<String>> {
    Ok(conn.query_row("SELECT max(at) FROM run_output WHERE run_id = ?", [run_id], |r| r.get(0))?)
}

/// The whole text of a stream.
pub fn text(conn: &Connection, run_id: i64, stream: &str) -> Result<String> {
    Ok(after(conn, run_id, stream, 0)?.into_iter().map(|(_, text)| text).collect())
}

/// The pieces of a stream after the piece with that id, in order, with their ids.
pub fn after(conn: &Connection, run_id: i64, stream: &str, id: i64) -> Result<Vec<(i64, String)>> {
    let mut statement =
        conn.prepare_cached("SELECT id, text FROM run_output WHERE run_id = ? AND stream = ? AND id > ? ORDER BY id")?;
    Ok(statement.query_map((run_id, stream, id), |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
}

/// Folds the pieces of each stream of a run into one, cut in the middle where it is beyond the cap. The piece keeps
/// the id of the last, so that whoever follows sees nothing twice.
pub fn fold(conn: &Connection, run_id: i64) -> Result<()> {
    for stream in ["live_log", "jrunner_stdout", "jrunner_stderr", "hook_log"] {
        let pieces = after(conn, run_id, stream, 0)?;
        let Some(last) = pieces.last().map(|(id, _)| *id) else { continue };
        let whole: String = pieces.into_iter().map(|(_, text)| text).collect();
        conn.execute("DELETE FROM run_output WHERE run_id = ? AND stream = ? AND id <> ?", (run_id, stream, last))?;
        conn.execute("UPDATE run_output SET text = ? WHERE id = ?", (capped(&whole, CAP), last))?;
    }
    Ok(())
}

/// `text`, or its beginning and end with a mark of how much was cut between them.
fn capped(text: &str, cap: usize) -> String {
    if text.len() <= cap {
        return text.to_owned();
    }
    let head = text.floor_char_boundary(cap / 2);
    let tail = text.ceil_char_boundary(text.len() - cap / 2);
    format!("{}\n… {} bytes cut here …\n{}", &text[..head], tail - head, &text[tail..])
}

#[cfg(test)]
mod tests {
    use super::capped;

    #[test]
    fn long_output_is_cut_in_the_middle() {
        assert_eq!(capped("short", 10), "short");
        let long = "ä".repeat(100);
        let cut = capped(&long, 20);
        assert!(cut.starts_with("äää") && cut.ends_with("äää"), "{cut}");
        assert!(cut.contains("bytes cut here"), "{cut}");
    }
}
