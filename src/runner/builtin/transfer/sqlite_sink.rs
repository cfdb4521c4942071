//! The destination's end in SQLite: one transaction, one prepared INSERT of a single row.

use super::{Load, Progress, TELLING, Within, storage, told_by};
use crate::runner::builtin::sqlite::table::{Column, quoted};
use crate::runner::builtin::sqlite::{Connection, failure};
use crate::runner::builtin::value::{SHOWN, Value, cut};
use crate::runner::{Failure, FailureKind};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ErrorCode, Statement};

/// A load into a table that is under way. Whoever opened it rolls back where it is not committed.
pub struct SqliteSink<'a> {
    dest: &'a Connection,
    columns: &'a [Column],
    insert: Statement<'a>,
    /// Where the values stand in the text of the INSERT.
    values_at: usize,
    /// Whether text is stored as UTF-16, which not any bytes can be made.
    utf16: bool,
    scratch: String,
    /// What else belongs to the transaction.
    within: Option<&'a Within<'a>>,
    rows: u64,
}

impl<'a> SqliteSink<'a> {
    /// Begins the transaction, and with it the lock on the file.
    pub fn open(dest: &'a Connection, load: &Load<'a>, columns: &'a [Column]) -> Result<Self, Failure> {
        let opening = load.within.map_or("BEGIN IMMEDIATE", Within::opening);
        Ok(SqliteSink { within: load.within, ..SqliteSink::begin(opening, dest, load.table, columns)? })
    }

    /// Begins a transaction that locks no more than it writes to.
    pub fn deferred(dest: &'a Connection, table: &str, columns: &'a [Column]) -> Result<Self, Failure> {
        SqliteSink::begin("BEGIN", dest, table, columns)
    }

    fn begin(begin: &str, dest: &'a Connection, table: &str, columns: &'a [Column]) -> Result<Self, Failure> {
        let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
        let into = format!("INSERT INTO {table} ({}) VALUES (", names.join(","));
        let marks = vec!["?"; columns.len()].join(",");
        let prepare = || {
            dest.inner().execute_batch(begin)?;
            dest.inner().prepare(&format!("{into}{marks})"))
        };
        let insert = prepare().map_err(|error| dest.failure(&error))?;
        let encoding = dest.inner().pragma_query_value(None, "encoding", |row| row.get::<_, String>(0));
        let utf16 = encoding.map_err(|error| dest.failure(&error))? != "UTF-8";
        let (values_at, scratch) = (into.len(), String::new());
        Ok(SqliteSink { dest, columns, insert, values_at, utf16, scratch, within: None, rows: 0 })
    }

    /// Puts a value into the row that comes next.
    #[inline]
    pub fn bind(&mut self, index: usize, value: &Value<'_>, progress: &Progress<'_>) -> Result<(), Failure> {
        let column = &self.columns[index];
        match storage::stored(value, column.affinity, &mut self.scratch) {
            Ok(stored) => bind(&mut self.insert, index, stored).map_err(|error| self.dest.failure(&error)),
            Err(misfit) => Err(self.odd(index, &value.shown(), &misfit.why, progress)),
        }
    }

    /// Whether the column leaves any text what it is.
    #[inline]
    pub fn leaves_text(&self, index: usize) -> bool {
        !self.columns[index].affinity.makes_numbers()
    }

    /// Puts a value into the row that comes next, as it is.
    #[inline]
    pub fn bind_as_is(&mut self, index: usize, stored: ValueRef<'_>, progress: &Progress<'_>) -> Result<(), Failure> {
        if let ValueRef::Text(bytes) = stored
            && self.utf16
            && std::str::from_utf8(bytes).is_err()
        {
            return Err(self.malformed(index, bytes, progress));
        }
        bind(&mut self.insert, index, stored).map_err(|error| self.dest.failure(&error))
    }

    /// The failure of a value that does not fit.
    pub fn odd(&self, index: usize, shown: &str, why: &str, progress: &Progress<'_>) -> Failure {
        let column = &self.columns[index];
        self.in_row(progress.misfit(&column.name, shown, &column.declared, why), index)
    }

    /// The failure of a value that is not what its type says.
    pub fn malformed(&self, index: usize, bytes: &[u8], progress: &Progress<'_>) -> Failure {
        let column = &self.columns[index];
        self.in_row(progress.malformed(&column.name, bytes, &column.declared), index)
    }

    /// The failure of the value at this place, with what tells its row.
    fn in_row(&self, mut failure: Failure, index: usize) -> Failure {
        let sql = self.insert.expanded_sql().unwrap_or_default();
        let fields = self.columns.iter().zip(self.values(&sql)).take(index.min(TELLING));
        told_by(&mut failure, fields.map(|(column, value)| (&*column.name, cut(value, SHOWN))));
        failure
    }

    /// Inserts the row.
    #[inline]
    pub fn insert(&mut self, progress: &Progress<'_>) -> Result<(), Failure> {
        self.rows += 1;
        self.insert.raw_execute().map(drop).map_err(|error| {
            let mut refused = self.dest.failure(&error);
            if failure::code(&error) == Some(ErrorCode::ConstraintViolation) {
                let row = self.shown(&refused.message);
                refused.message = format!("row {}: {}; the row has {row}", progress.rows + 1, refused.message);
            }
            if failure::is_datatype(&error) {
                refused.kind = FailureKind::Value;
            }
            refused
        })
    }

    /// The values of the row that SQLite refused with this message: those of the columns that it names, or all.
    fn shown(&self, message: &str) -> String {
        let sql = self.insert.expanded_sql().unwrap_or_default();
        let values = self.values(&sql);
        let named = |column: &Column| {
            message.split([' ', ',']).any(|word| word.rsplit_once('.').is_some_and(|(_, name)| name == column.name))
        };
        let any = self.columns.iter().any(named);
        let pairs = self.columns.iter().zip(values).filter(|(column, _)| !any || named(column));
        let shown: Vec<String> =
            pairs.map(|(column, value)| format!("{} = {}", column.name, cut(value, SHOWN))).collect();
        cut(&shown.join(", "), 12 * SHOWN)
    }

    /// The values in the INSERT's text, as SQLite writes them.
    fn values<'s>(&self, sql: &'s str) -> impl Iterator<Item = &'s str> + use<'s> {
        literals(sql.get(self.values_at..).and_then(|rest| rest.strip_suffix(')')).unwrap_or_default())
    }

    /// Ends the transaction: only now are the rows in the table.
    pub fn commit(self) -> Result<(), Failure> {
        let run = |sql: &str| Ok(self.dest.run(sql, None)?.rows.rows.into_iter().next().unwrap_or_default());
        let committed = match self.within {
            Some(within) => within.commit(self.rows, run)?,
            None => run("COMMIT").map(|_| true)?,
        };
        if committed { Ok(()) } else { run("ROLLBACK").map(drop) }
    }
}

#[inline]
fn bind(insert: &mut Statement<'_>, index: usize, stored: ValueRef<'_>) -> rusqlite::Result<()> {
    insert.raw_bind_parameter(index + 1, ToSqlOutput::Borrowed(stored))
}

/// The literals of a list of values, as SQLite writes them.
fn literals(list: &str) -> impl Iterator<Item = &str> {
    let mut in_quotes = false;
    list.split(move |c| {
        in_quotes ^= c == '\'';
        c == ',' && !in_quotes
    })
}
