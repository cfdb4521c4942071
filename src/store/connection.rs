//! The table `connection`: where the databases are, and who we are there.

use crate::clock;
use crate::error::Result;
use crate::store::missing;
use rusqlite::{Connection as Sqlite, OptionalExtension, Row};
use serde::Serialize;

/// A row of `connection`, with its driver's name and kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Connection {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its driver.
    pub driver_id: i64,
    /// Its driver's name.
    pub driver: String,
    /// Its driver's dialect.
    pub kind: String,
    /// Its driver's JDBC jar; `None` where the runner built in speaks to it.
    pub jar_file: Option<String>,
    /// The JDBC URL.
    pub jdbc_url: String,
    /// The login.
    pub username: Option<String>,
    /// A reference to a secret, `$KEY`; never a password.
    pub password: Option<String>,
    /// Where the wizard proposes to load into, when this is the source.
    pub default_dest_connection_id: Option<i64>,
    /// The name of that connection.
    pub default_dest_connection: Option<String>,
    /// The schema there.
    pub default_dest_schema: Option<String>,
    /// How many runs that groups begin may use it at once; `None`: any number.
    pub max_runs: Option<i64>,
    /// For people.
    pub notes: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// When it was last changed.
    pub updated_at: String,
}

const SELECT: &str = "
    SELECT c.id, c.name, c.driver_id, d.name, d.kind, d.jar_file, c.jdbc_url, c.username, c.password,
           c.default_dest_connection_id, x.name, c.default_dest_schema, c.max_runs, c.notes, c.created_at,
           c.updated_at
    FROM connection c JOIN driver d ON d.id = c.driver_id
    LEFT JOIN connection x ON x.id = c.default_dest_connection_id";

fn read(row: &Row<'_>) -> rusqlite::Result<Connection> {
    Ok(Connection {
        id: row.get(0)?,
        name: row.get(1)?,
        driver_id: row.get(2)?,
        driver: row.get(3)?,
        kind: row.get(4)?,
        jar_file: row.get(5)?,
        jdbc_url: row.get(6)?,
        username: row.get(7)?,
        password: row.get(8)?,
        default_dest_connection_id: row.get(9)?,
        default_dest_connection: row.get(10)?,
        default_dest_schema: row.get(11)?,
        max_runs: row.get(12)?,
        notes: row.get(13)?,
        created_at: row.get(14)?,
        updated_at: row.get(15)?,
    })
}

/// Every connection, by name.
pub fn all(conn: &Sqlite) -> Result<Vec<Connection>> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} ORDER BY c.name"))?;
    Ok(statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
}

/// The connection of that name or id.
///
/// # Errors
/// `NotFound` where there is none.
pub fn find(conn: &Sqlite, name_or_id: &str) -> Result<Connection> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} WHERE c.name = ?1 OR c.id = ?1"))?;
    statement
        .query_row([name_or_id], read)
        .optional()?
        .ok_or_else(|| missing(conn, "connection", "connection", name_or_id))
}

/// The connection with that id.
///
/// # Errors
/// `NotFound` where there is none.
pub fn get(conn: &Sqlite, id: i64) -> Result<Connection> {
    find(conn, &id.to_string())
}

/// What a connection is written from.
pub struct NewConnection<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its driver.
    pub driver_id: i64,
    /// The JDBC URL.
    pub jdbc_url: &'a str,
    /// The login.
    pub username: Option<&'a str>,
    /// A reference to a secret.
    pub password: Option<&'a str>,
    /// Where the wizard proposes to load into.
    pub default_dest_connection_id: Option<i64>,
    /// The schema there.
    pub default_dest_schema: Option<&'a str>,
    /// How many runs that groups begin may use it at once.
    pub max_runs: Option<i64>,
    /// For people.
    pub notes: Option<&'a str>,
}

/// Adds a connection and gives its id.
pub fn insert(conn: &Sqlite, new: &NewConnection<'_>) -> Result<i64> {
    conn.execute(
        "INSERT INTO connection (name, driver_id, jdbc_url, username, password, default_dest_connection_id,
                                 default_dest_schema, max_runs, notes, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)",
        (
            new.name,
            new.driver_id,
            new.jdbc_url,
            new.username,
            new.password,
            new.default_dest_connection_id,
            new.default_dest_schema,
            new.max_runs,
            new.notes,
            clock::now_text(),
        ),
    )?;
    Ok(conn.last_insert_rowid())
}

/// Rewrites the connection with that id.
pub fn update(conn: &Sqlite, id: i64, new: &NewConnection<'_>) -> Result<()> {
    conn.execute(
        "UPDATE connection SET name = ?2, driver_id = ?3, jdbc_url = ?4, username = ?5, password = ?6,
                default_dest_connection_id = ?7, default_dest_schema = ?8, max_runs = ?9, notes = ?10,
                updated_at = ?11
         WHERE id = ?1",
        (
            id,
            new.name,
            new.driver_id,
            new.jdbc_url,
            new.username,
            new.password,
            new.default_dest_connection_id,
            new.default_dest_schema,
            new.max_runs,
            new.notes,
            clock::now_text(),
        ),
    )?;
    Ok(())
}

/// Removes the connection with that id.
pub fn delete(conn: &Sqlite, id: i64) -> Result<()> {
    conn.execute("DELETE FROM connection WHERE id = ?", [id])?;
    Ok(())
}

/// A connection whose runs are limited.
pub struct Limit {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// How many there may be at once. Where it does not say, one that loads into its SQLite file: a file has one writer at
    /// a time, and a second gives up waiting.
    pub most: Option<i64>,
}

/// The connections of a module whose runs are limited.
pub fn limits_of_module(conn: &Sqlite, module_id: i64) -> Result<Vec<Limit>> {
    let mut statement = conn.prepare_cached(
        "SELECT c.id, c.name, c.max_runs
         FROM module m JOIN connection c ON c.id IN (m.source_connection_id, m.dest_connection_id)
         JOIN driver d ON d.id = c.driver_id
         WHERE m.id = ?1 AND (c.max_runs IS NOT NULL OR c.id = m.dest_connection_id AND d.kind = 'sqlite')
         ORDER BY c.id",
    )?;
    Ok(statement
        .query_map([module_id], |row| Ok(Limit { id: row.get(0)?, name: row.get(1)?, most: row.get(2)? }))?
        .collect::<rusqlite::Result<_>>()?)
}

/// What a driver of that id is used by: the names of connections.
pub fn names_of_driver(conn: &Sqlite, driver_id: i64) -> Result<Vec<String>> {
    let mut statement = conn.prepare_cached("SELECT name FROM connection WHERE driver_id = ? ORDER BY name")?;
    Ok(statement.query_map([driver_id], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}
