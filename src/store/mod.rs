//! pipekit's own file: one SQLite database, reached by many processes at once.
//!
//! A table is a file here: its row struct and its queries. Every function takes the connection; who calls decides
//! where a transaction begins and ends. Whatever must be atomic runs in [`Store::write`].

pub mod backup;
pub mod connection;
pub mod driver;
pub mod glance;
pub mod group;
pub mod group_run;
pub mod health;
pub mod hook;
pub mod lock;
mod migrate;
pub mod module;
pub mod notification;
pub mod output;
mod place;
pub mod probe;
pub mod rehearsal;
pub mod run;
pub mod schedule;
pub mod setting;
pub mod space;
pub mod sql_text;
pub mod step;
pub mod vitals;
pub mod watermark;

pub use migrate::VERSION;

use crate::error::{Code, Error, Result};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, config::DbConfig};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a process waits for another's write before it gives up. Writes are short; a backup tool may hold the file.
const BUSY: Duration = Duration::from_secs(30);

/// An open database. One connection, for one thread: a thread that needs its own opens its own.
pub struct Store {
    conn: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens the database at `path`, migrating an older one.
    ///
    /// # Errors
    /// `Store` when there is none, nothing is in it, it is of a newer version, not to be read or written, or in a place where locks don't
    /// hold, such as a network file system.
    pub fn open(path: &Path) -> Result<Store> {
        // One that can't be looked at is not missing: opening it says why.
        if matches!(path.try_exists(), Ok(false)) {
            return Err(Error::new(Code::Store, format!("there is no pipekit database at {}", path.display()))
                .hint("`pipekit init` makes one; --db or $PIPEKIT_DB names another place"));
        }
        Self::prepared(path, false)
    }

    /// Opens the database at `path`, making it, its folder, and its tables where they are missing.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_or_create(path: &Path) -> Result<Store> {
        Self::prepared(path, true)
    }

    fn prepared(path: &Path, create: bool) -> Result<Store> {
        let path = place::real(path)?;
        place::check(&path)?;
        place::make(&path);
        let conn = Connection::open_with_flags(
            &path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .map_err(|e| explain(e, &path))?;
        let mut store = Store { conn, path: path.clone() };
        store.prepare(create).map_err(|mut e| {
            if e.code == Code::Store && !e.message.contains(&*path.to_string_lossy()) {
                e.message = format!("{}: {}", path.display(), e.message);
            }
            e
        })?;
        Ok(store)
    }

    fn prepare(&mut self, create: bool) -> Result<()> {
        self.conn.busy_timeout(BUSY)?;
        // Without these, SQLite takes a misspelt "column" for a string.
        self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        self.conn.set_prepared_statement_cache_capacity(64);
        migrate::migrate(&mut self.conn, &self.path, create)?;
        self.conn.pragma_update(None, "foreign_keys", true)?;
        self.conn.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(())
    }

    /// A second connection to the same file, for another thread.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn reopen(&self) -> Result<Store> {
        Store::open(&self.path)
    }

    /// Where the database is: its real path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The connection, to read with.
    pub fn read(&self) -> &Connection {
        &self.conn
    }

    /// Runs `work` in one transaction that holds the write lock from its start: all of it lands, or nothing.
    ///
    /// # Errors
    /// What `work` returns, and `Store` when it can't be committed.
    pub fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        tx.commit()?;
        Ok(done)
    }

    /// Runs `work` as [`Store::write`] does, and takes all of it back: to see what would come of it.
    ///
    /// # Errors
    /// What `work` returns.
    pub fn rehearse<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        tx.rollback()?;
        Ok(done)
    }

    /// As [`Store::write`], and on the disk when it returns: a power cut can't take it back. For what the outside
    /// world must not get ahead of: a claim, the beginning of a merge, the end of a run.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_durably<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        self.conn.pragma_update(None, "synchronous", "FULL")?;
        let done = self.write(work);
        self.conn.pragma_update(None, "synchronous", "NORMAL")?;
        done
    }
}

impl From<rusqlite::Error> for Error {
    fn from(e: rusqlite::Error) -> Self {
        let error = Error::new(Code::Store, format!("the pipekit database: {e}"));
        match e.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
                error.hint("another process has held the file for long: see who with `fuser`, then try again")
            }
            Some(rusqlite::ErrorCode::DiskFull) => error.hint("free some space on its disk, then try again"),
            Some(rusqlite::ErrorCode::SystemIoFailure) => {
                error.hint("is its disk full or failing, or a limit on the size of files reached (`ulimit -f`)?")
            }
            Some(rusqlite::ErrorCode::CannotOpen) => {
                error.hint("may this user write to its folder, and open one more file (`ulimit -n`)?")
            }
            Some(rusqlite::ErrorCode::NotADatabase) => {
                error.hint("--db or $PIPEKIT_DB names another file; where it was one of pipekit's, restore a backup")
            }
            Some(rusqlite::ErrorCode::DatabaseCorrupt) => error
                .hint("restore a backup, and see whether its disk is failing: `pipekit doctor --full` reads all of it"),
            Some(rusqlite::ErrorCode::ReadOnly) => error.hint("make the file and its folder writable for this user"),
            _ => error,
        }
    }
}

/// The error for a name that a table has not, with the one that was probably meant.
fn missing(conn: &Connection, kind: &str, table: &str, name: &str) -> Error {
    let names = || -> rusqlite::Result<Vec<String>> {
        conn.prepare(&format!("SELECT name FROM {table}"))?.query_map([], |row| row.get(0))?.collect()
    };
    // An error here would hide the one that there is.
    Error::not_found(kind, name).meant(name, names().unwrap_or_default())
}

fn explain(e: rusqlite::Error, path: &Path) -> Error {
    Error::new(Code::Store, format!("can't open {}: {e}", path.display()))
        .hint("does its folder exist, and may this user write there?")
}
