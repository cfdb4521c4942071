//! The table `driver`: which program speaks to which kind of database.

use crate::clock;
use crate::error::{Error, Result};
use crate::store::missing;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

/// A row of `driver`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Driver {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The dialect: `db2 sqlserver postgresql mysql sqlite h2 derby generic`.
    pub kind: String,
    /// The JDBC jar; `None` where the runner built in speaks to it.
    pub jar_file: Option<String>,
    /// The JDBC driver's class.
    pub class_name: Option<String>,
    /// What its URLs look like, for people.
    pub url_template: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// When it was last changed.
    pub updated_at: String,
}

const SELECT: &str = "SELECT id, name, kind, jar_file, class_name, url_template, created_at, updated_at FROM driver";

fn read(row: &Row<'_>) -> rusqlite::Result<Driver> {
    Ok(Driver {
        id: row.get(0)?,
        name: row.get(1)?,
        kind: row.get(2)?,
        jar_file: row.get(3)?,
        class_name: row.get(4)?,
        url_template: row.get(5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}

/// Every driver, by name.
pub fn all(conn: &Connection) -> Result<Vec<Driver>> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} ORDER BY name"))?;
    Ok(statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
}

/// The driver of that name or id.
///
/// # Errors
/// `NotFound` where there is none.
pub fn find(conn: &Connection, name_or_id: &str) -> Result<Driver> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} WHERE name = ?1 OR id = ?1"))?;
    statement.query_row([name_or_id], read).optional()?.ok_or_else(|| match name_or_id {
        "mariadb" => Error::not_found("driver", name_or_id).hint("the driver `mysql` speaks to MariaDB too"),
        _ => missing(conn, "driver", "driver", name_or_id),
    })
}

/// The driver with that id.
///
/// # Errors
/// `NotFound` where there is none.
pub fn get(conn: &Connection, id: i64) -> Result<Driver> {
    find(conn, &id.to_string())
}

/// What a driver is written from.
pub struct NewDriver<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its dialect.
    pub kind: &'a str,
    /// The JDBC jar, if any.
    pub jar_file: Option<&'a str>,
    /// The JDBC class, if any.
    pub class_name: Option<&'a str>,
    /// What its URLs look like.
    pub url_template: Option<&'a str>,
}

/// Adds a driver and gives its id.
pub fn insert(conn: &Connection, new: &NewDriver<'_>) -> Result<i64> {
    conn.execute(
        "INSERT INTO driver (name, kind, jar_file, class_name, url_template, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        (new.name, new.kind, new.jar_file, new.class_name, new.url_template, clock::now_text()),
    )?;
    Ok(conn.last_insert_rowid())
}

/// Rewrites the driver with that id.
pub fn update(conn: &Connection, id: i64, new: &NewDriver<'_>) -> Result<()> {
    conn.execute(
        "UPDATE driver SET name = ?2, kind = ?3, jar_file = ?4, class_name = ?5, url_template = ?6, updated_at = ?7
         WHERE id = ?1",
        (id, new.name, new.kind, new.jar_file, new.class_name, new.url_template, clock::now_text()),
    )?;
    Ok(())
}

/// Removes the driver with that id.
pub fn delete(conn: &Connection, id: i64) -> Result<()> {
    conn.execute("DELETE FROM driver WHERE id = ?", [id])?;
    Ok(())
}

/// Adds what is built in and not there yet: to a new file, and to one of a pipekit that had less built in. What has that
/// name already stays as it is.
pub(super) fn fill(conn: &Connection) -> Result<()> {
    for (name, url_template) in [
        ("sqlite", "jdbc:sqlite:/path/to/file.db"),
        ("postgresql", "jdbc:postgresql://host:5432/database"),
        ("mysql", "jdbc:mariadb://host:3306/database"),
    ] {
        conn.execute(
            "INSERT INTO driver (name, kind, url_template, created_at, updated_at) VALUES (?1, ?1, ?2, ?3, ?3)
             ON CONFLICT (name) DO NOTHING",
            (name, url_template, clock::now_text()),
        )?;
    }
    Ok(())
}
