//! The destination's end of a COPY: rows go in by large pieces.

use crate::runner::builtin::postgresql::types::Column;
use crate::runner::builtin::postgresql::{Connection, describe};
use crate::runner::{Failure, FailureKind};
use postgres::CopyInWriter;
use std::io::Write;

/// How much is collected before it is sent. More gains nothing.
const PIECE: usize = 256 * 1024;

/// A COPY into a table that is under way.
pub struct Sink<'a> {
    writer: CopyInWriter<'a>,
    /// What is not yet sent.
    pub buffer: Vec<u8>,
}

/// Why a load ended early: which end has to be cleaned up, and how, depends on it.
pub enum Broken {
    /// The destination refused, or its connection broke.
    Dest(std::io::Error),
    /// Anything else.
    Other(Failure),
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Broken::Other(failure)
    }
}

impl Broken {
    /// From the library's error.
    pub fn of(error: postgres::Error) -> Self {
        Broken::Dest(std::io::Error::other(error))
    }

    /// The failure it means, with the destination made usable again.
    pub fn into_failure(self, dest: &mut Connection) -> Failure {
        let failure = match self {
            Broken::Dest(error) => dest.io_failure(&error),
            Broken::Other(failure) => failure,
        };
        // A COPY that is dropped tells the server so with the next thing that is sent.
        if dest.is_usable() {
            dest.settle();
        }
        failure
    }
}

impl<'a> Sink<'a> {
    /// Begins the COPY that `sql` says.
    pub fn open(dest: &'a mut Connection, sql: &str) -> Result<Self, Broken> {
        let writer = dest.client().copy_in(sql).map_err(Broken::of)?;
        Ok(Sink { writer, buffer: Vec::with_capacity(PIECE + 16 * 1024) })
    }

    /// Sends what is collected, if it is enough.
    #[inline]
    pub fn row_done(&mut self) -> Result<(), Broken> {
        if self.buffer.len() < PIECE { Ok(()) } else { self.send() }
    }

    fn send(&mut self) -> Result<(), Broken> {
        self.writer.write_all(&self.buffer).map_err(Broken::Dest)?;
        self.buffer.clear();
        // After one huge value, memory is given back.
        if self.buffer.capacity() > 8 * PIECE {
            self.buffer.shrink_to(PIECE);
        }
        Ok(())
    }

    /// Ends the COPY: only now are the rows in the table. Gives the server's count.
    pub fn finish(mut self) -> Result<u64, Broken> {
        self.send()?;
        self.writer.finish().map_err(Broken::of)
    }
}

/// The columns of a table that COPY fills, which are all but the generated ones.
pub fn table_columns(dest: &mut Connection, table: &str, wanted: usize) -> Result<Vec<Column>, Failure> {
    let mut columns = describe(dest, &format!("SELECT * FROM {table}")).map_err(|mut failure| {
        // The line is of the SQL above, which nobody wrote.
        failure.message.truncate(failure.message.find("\nLINE ").unwrap_or(failure.message.len()));
        failure
    })?;
    if columns.len() > wanted {
        // Whether a column is generated is asked only where the numbers differ, as it costs a round trip. The JSON is
        // for servers before 12, which have no such column.
        let sql = format!(
            "SELECT a.attname FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = '{}'::pg_catalog.regclass \
             AND a.attnum > 0 AND NOT a.attisdropped AND pg_catalog.to_jsonb(a) ->> 'attgenerated' <> ''",
            table.replace('\'', "''")
        );
        let generated = dest.query(&sql, None)?;
        columns.retain(|column| !generated.rows.iter().any(|row| row.first() == Some(&Some(column.name.clone()))));
    }
    if columns.is_empty() {
        return Err(Failure::new(FailureKind::Shape, format!("the table {table} has no columns to fill")));
    }
    Ok(columns)
}

/// The names of columns.
pub fn names(columns: &[Column]) -> Vec<String> {
    columns.iter().map(|column| column.name.clone()).collect()
}
