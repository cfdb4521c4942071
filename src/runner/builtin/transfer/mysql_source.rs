//! Reads a MySQL source: what its statement gives, and the transaction it may need.

use super::Load;
use super::sink::Early;
use crate::runner::builtin::mysql::failure::Trouble;
use crate::runner::builtin::mysql::protocol::{Column, Kind};
use crate::runner::builtin::mysql::rows::{Next, Row};
use crate::runner::builtin::mysql::{Answer, Connection, Prepared};
use crate::runner::builtin::script;
use crate::runner::{Failure, FailureKind};

/// A statement on a MySQL source that is ready to be run.
pub struct Source {
    prepared: Prepared,
    /// What it gives.
    columns: Vec<Column>,
    /// Whether it runs already: of an `INSERT … RETURNING` MariaDB does not say before what it gives.
    runs: bool,
    /// Whether it may change rows, so that its own commit can fail.
    writes: bool,
}

/// Why the reading ended early.
pub enum Stopped {
    /// The server said no more, or the connection broke.
    Server(Trouble),
    /// Whoever got the rows wants no more.
    Caller(Failure),
}

impl From<Trouble> for Stopped {
    fn from(trouble: Trouble) -> Self {
        Stopped::Server(trouble)
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Stopped::Caller(failure)
    }
}

impl Early for Stopped {
    fn failure(&mut self) -> Option<&mut Failure> {
        match self {
            Stopped::Caller(failure) => Some(failure),
            Stopped::Server(_) => None,
        }
    }
}

impl Source {
    /// Runs what comes before the statement, and asks for the statement's columns.
    pub fn prepare(source: &mut Connection, load: &Load<'_>) -> Result<Source, Failure> {
        source.cancelled().check()?;
        if !load.before.is_empty() {
            source.script(load.before)?;
        }
        let mut prepared = source.prepare(load.last)?;
        let columns = std::mem::take(&mut prepared.columns);
        let writes = !script::is_plain_query(load.last);
        let mut ours = Source { prepared, columns, runs: false, writes };
        if ours.columns.is_empty() && writes {
            ours.columns = ours.start(source)?;
            ours.runs = true;
        }
        if let Some(column) = ours.columns.iter().find(|column| column.kind == Kind::Geometry) {
            let name = &column.name;
            let message = format!("column {name} is a geometry: say in the query how it goes, as ST_AsText({name})");
            return Err(Failure::new(FailureKind::Shape, message));
        }
        Ok(ours)
    }

    /// The names of its columns.
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// Begins the source's transaction, runs the statement, and gives the columns of the rows that follow.
    pub fn run(&self, source: &mut Connection) -> Result<Vec<Column>, Failure> {
        if self.runs { Ok(self.columns.clone()) } else { self.start(source) }
    }

    fn start(&self, source: &mut Connection) -> Result<Vec<Column>, Failure> {
        let begun = if self.writes { source.execute("START TRANSACTION").map(drop) } else { Ok(()) };
        match begun.and_then(|()| source.run(&self.prepared)) {
            Ok(Answer::Columns(columns)) => Ok(columns),
            Ok(Answer::Done(_)) => {
                self.roll_back(source);
                Ok(Vec::new())
            }
            Ok(_) => Err(source.failure(&Trouble::Garbled)),
            Err(trouble) => {
                let failure = source.failure(&trouble);
                self.roll_back(source);
                Err(failure)
            }
        }
    }

    /// Ends its transaction as the load ended. It is done after the load is committed: rows can then be read twice, but
    /// never be lost.
    pub fn end<T>(&self, source: &mut Connection, moved: Result<T, Failure>) -> Result<T, Failure> {
        match &moved {
            Ok(_) if self.writes => {
                source.execute("COMMIT").map_err(|trouble| source.failure(&trouble))?;
            }
            Ok(_) => {}
            Err(_) => self.roll_back(source),
        }
        if source.is_usable() {
            source.close(&self.prepared)?;
        }
        moved
    }

    /// The failure of a reading that ended early, after so many rows.
    pub fn stopped(&self, source: &mut Connection, stopped: Stopped, rows: u64) -> Failure {
        match stopped {
            Stopped::Caller(failure) => {
                self.leave(source);
                failure
            }
            Stopped::Server(trouble) => {
                let mut failure = source.broke_off(&trouble);
                if failure.kind != FailureKind::Cancelled {
                    failure.message.push_str(&format!("\nthe source gave {rows} rows before that"));
                }
                self.roll_back(source);
                failure
            }
        }
    }

    /// Leaves the rows that are still to come: the server takes back what the statement did.
    pub fn leave(&self, source: &Connection) {
        source.abandon();
    }

    fn roll_back(&self, source: &mut Connection) {
        if self.writes && source.is_usable() {
            source.roll_back();
        }
    }
}

/// All rows, each to `on_row`.
pub fn each(
    source: &mut Connection,
    columns: &[Column],
    on_row: &mut dyn FnMut(Row<'_>) -> Result<(), Stopped>,
) -> Result<(), Stopped> {
    let mut rows = source.rows(columns, true);
    let done = loop {
        match rows.next()? {
            Next::Row(row) => on_row(row)?,
            Next::End(done) => break done,
        }
    };
    source.ended(done);
    Ok(())
}
