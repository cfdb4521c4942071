//! The room that pipekit's file takes. What is removed leaves free pages in it, which the next runs fill; what is free
//! beyond that is given back to the disk.

use super::{Store, module};
use crate::error::{Code, Error, Result};
use rusqlite::Connection;
use std::time::{Duration, Instant};

/// How long a piece of work on many rows or pages may keep other writers waiting, and is itself kept waiting by them.
pub const PIECE: Duration = Duration::from_millis(50);

/// A file's pages.
#[derive(Clone, Copy, Debug)]
pub struct Space {
    /// How many bytes are free in it.
    pub free: i64,
    /// Its size in bytes.
    pub bytes: i64,
    /// Whether what is free can be given back piece by piece: those of an early pipekit can't.
    pub shrinks: bool,
}

impl Space {
    /// Reads how a file stands.
    ///
    /// # Errors
    /// `Store` when it can't be read.
    pub fn of(conn: &Connection) -> Result<Space> {
        let one = |name: &str| conn.query_row(&format!("PRAGMA {name}"), [], |r| r.get::<_, i64>(0));
        let page = one("page_size")?;
        let free = one("freelist_count")? * page;
        Ok(Space { free, bytes: one("page_count")? * page, shrinks: one("auto_vacuum")? == 2 })
    }

    /// Whether more is free than the next runs will fill: a tenth of the file, and some.
    pub fn is_loose(self) -> bool {
        self.free > self.bytes / 10 + (1 << 18)
    }
}

/// Gives free pages beyond what the next runs fill back to the disk, a piece at a time, where the file can do that.
///
/// # Errors
/// `Store` when it can't be written.
pub fn give_back(store: &mut Store, goes_on: &dyn Fn() -> bool) -> Result<()> {
    loop {
        let space = Space::of(store.read())?;
        if !(space.shrinks && space.is_loose() && goes_on()) {
            return Ok(());
        }
        let until = Instant::now() + PIECE;
        store.write(|tx| {
            // A step of it moves one page.
            let mut pages = tx.prepare_cached("PRAGMA incremental_vacuum(4096)")?;
            let mut pages = pages.query([])?;
            while pages.next()?.is_some() && Instant::now() < until {}
            Ok(())
        })?;
        std::thread::sleep(PIECE);
    }
}

/// Writes the file anew without what is free in it. Whoever wants to write waits meanwhile, so that nothing may run.
///
/// # Errors
/// `Locked` where something runs, `Store` where there is no room for a second copy.
pub fn compact(store: &mut Store) -> Result<()> {
    if !module::claimed(store.read())?.is_empty() {
        return Err(Error::new(
            Code::Locked,
            "the file is written anew, for which runs would have to wait, and some go on",
        )
        .hint("`pipekit status` shows which; try again when they have ended"));
    }
    // From now on it gives back by pieces: https://sqlite.org/pragma.html#pragma_auto_vacuum.
    store.read().execute_batch("PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}
