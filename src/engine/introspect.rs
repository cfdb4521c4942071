//! Looking at a database through its connection: does it answer, which tables are there, what does a query give.

use super::databases::{Databases, dialect_of};
use super::external;
use super::ledger::Ledger;
use crate::dialect::Qualifiers;
use crate::error::{Code, Error, Result};
use crate::runner::{FailureKind, Rows, Runner};
use crate::store::{Store, connection};
use serde::Serialize;
use std::time::Instant;

/// What a test of a connection found.
#[derive(Debug, Serialize)]
pub struct Tested {
    /// Its name.
    pub connection: String,
    /// Whether it answered.
    pub ok: bool,
    /// How long that took.
    pub elapsed_ms: u64,
}

/// A table as a catalog lists it.
#[derive(Debug, Serialize)]
pub struct Table {
    /// Its schema.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// `table`, `view` and the like.
    pub kind: String,
    /// What the catalog says of it.
    pub comment: Option<String>,
}

/// A column as a catalog lists it.
#[derive(Debug, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// Its default.
    pub default: Option<String>,
    /// Its place in the primary key, from 1.
    pub key: Option<i64>,
    /// What the catalog says of it.
    pub comment: Option<String>,
}

/// Runs SQL on a connection and gives its rows.
///
/// # Errors
/// What the connection or the database says.
pub fn query(store: &Store, name: &str, sql: &str, limit: Option<usize>) -> Result<Rows> {
    let connection = connection::find(store.read(), name)?;
    let databases = Databases::open(store, None)?;
    let target = databases.target(&connection)?;
    if target.runner == Runner::Jrunner {
        let (mut store, dialect) = (store.reopen()?, dialect_of(&connection)?);
        external::learn_rows(
            &mut Ledger::new(&mut store, None, &databases),
            &databases,
            &connection,
            &target,
            dialect,
        )?;
    }
    databases.runners().query(&target, sql, limit).map_err(|f| {
        let connecting = matches!(f.kind, FailureKind::Connect | FailureKind::Url);
        databases.explain(&f, &connection, if connecting { "connecting" } else { "the query" })
    })
}

/// Connects and runs a trivial query.
///
/// # Errors
/// What the connection or the database says.
pub fn test(store: &Store, name: &str) -> Result<Tested> {
    let connection = connection::find(store.read(), name)?;
    let since = Instant::now();
    query(store, name, dialect_of(&connection)?.ping(), None)?;
    let elapsed_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Tested { connection: connection.name, ok: true, elapsed_ms })
}

fn text(row: &[Option<String>], i: usize) -> Option<String> {
    row.get(i).cloned().flatten()
}

/// The tables of a connection whose name contains `like`.
///
/// # Errors
/// What the connection or the database says.
pub fn tables(store: &Store, name: &str, schema: Option<&str>, like: Option<&str>) -> Result<Vec<Table>> {
    let dialect = dialect_of(&connection::find(store.read(), name)?)?;
    let rows = query(
        store,
        name,
        &dialect.list_tables(&Qualifiers { schema: schema.map(str::to_owned), ..Qualifiers::default() }),
        None,
    )?;
    let wanted = like.map(str::to_lowercase);
    Ok(rows
        .rows
        .iter()
        .map(|row| Table {
            schema: text(row, 0),
            name: text(row, 1).unwrap_or_default(),
            kind: text(row, 2).unwrap_or_default(),
            comment: text(row, 3),
        })
        .filter(|table| wanted.as_ref().is_none_or(|like| table.name.to_lowercase().contains(like)))
        .collect())
}

/// The columns of a table.
///
/// # Errors
/// `NotFound` where there is no such table; what the connection or the database says.
pub fn columns(store: &Store, name: &str, table: &str) -> Result<Vec<Column>> {
    let dialect = dialect_of(&connection::find(store.read(), name)?)?;
    let parsed = dialect.parse_table(table).map_err(Error::invalid)?;
    let rows = query(store, name, &dialect.list_columns(&parsed), None)?;
    if rows.rows.is_empty() {
        return Err(Error::new(Code::NotFound, format!("there is no table {table} on {name}"))
            .hint(format!("`pipekit connection tables {name}` shows what there is")));
    }
    Ok(rows
        .rows
        .iter()
        .map(|row| Column {
            name: text(row, 0).unwrap_or_default(),
            type_name: text(row, 1).unwrap_or_default(),
            nullable: text(row, 2).as_deref() == Some("1"),
            default: text(row, 3),
            key: text(row, 4).and_then(|n| n.parse().ok()),
            comment: text(row, 5),
        })
        .collect())
}
