//! Reads a PostgreSQL source: what its statement gives, and the transaction it may need.

use super::Load;
use crate::runner::Failure;
use crate::runner::builtin::postgresql::types::Column;
use crate::runner::builtin::postgresql::{Connection, describe};
use crate::runner::builtin::script;

/// A statement on a PostgreSQL source that is ready to be copied from.
pub struct Source {
    /// What it gives.
    pub columns: Vec<Column>,
    /// Whether it may change rows, so that its own commit can fail.
    writes: bool,
}

impl Source {
    /// Runs what comes before the statement, and asks for the statement's columns.
    pub fn prepare(source: &mut Connection, load: &Load<'_>) -> Result<Source, Failure> {
        source.begin()?;
        if !load.before.is_empty() {
            source.script(load.before)?;
        }
        let columns = describe(source, load.last)?;
        Ok(Source { columns, writes: !script::is_plain_query(load.last) })
    }

    /// Begins the source's transaction. A query that only reads needs none.
    pub fn begin(&self, source: &mut Connection) -> Result<(), Failure> {
        self.control(source, "BEGIN")
    }

    /// Ends it. Done after the load is committed: rows can then be read twice, but never be lost.
    pub fn commit(&self, source: &mut Connection) -> Result<(), Failure> {
        self.control(source, "COMMIT")
    }

    /// Takes it back.
    pub fn roll_back(&self, source: &mut Connection) {
        if source.is_usable() {
            // The failure that led here is the one to tell.
            let _ = self.control(source, "ROLLBACK");
        }
    }

    fn control(&self, source: &mut Connection, sql: &str) -> Result<(), Failure> {
        if !self.writes {
            return Ok(());
        }
        let done = source.client().batch_execute(sql);
        done.map_err(|error| source.failure(&error))
    }
}
