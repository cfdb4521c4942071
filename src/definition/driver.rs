//! A driver: which program speaks to which kind of database.

use super::{check_name, check_text, counted, taken};
use crate::error::{Code, Error, Result};
use crate::runner::builtin::url::password_in;
use crate::store::{connection, driver as table};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

/// The dialects that a driver can have.
pub const KINDS: &[&str] = &["db2", "sqlserver", "postgresql", "mysql", "sqlite", "h2", "derby", "generic"];

/// A driver as it is defined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Driver {
    /// Its name.
    pub name: String,
    /// Its dialect, one of [`KINDS`].
    pub kind: String,
    /// The JDBC jar; without one the runner built in speaks to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jar_file: Option<String>,
    /// The JDBC driver's class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_name: Option<String>,
    /// What its URLs look like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_template: Option<String>,
}

impl From<table::Driver> for Driver {
    fn from(row: table::Driver) -> Self {
        Driver {
            name: row.name,
            kind: row.kind,
            jar_file: row.jar_file,
            class_name: row.class_name,
            url_template: row.url_template,
        }
    }
}

impl Driver {
    fn check(&self) -> Result<()> {
        check_name("driver", &self.name)?;
        if !KINDS.contains(&&*self.kind) {
            return Err(Error::invalid(format!("there is no kind of database `{}`", self.kind))
                .hint(format!("one of {}", KINDS.join(", "))));
        }
        if self.url_template.as_deref().is_some_and(password_in) {
            return Err(Error::invalid("the URL's template has a password in it, and pipekit's file must hold none")
                .hint("take it out: each connection refers to a secret"));
        }
        if let Some(jar) = &self.jar_file {
            check_text("the jar file", jar)?;
        } else if !["sqlite", "postgresql", "mysql"].contains(&&*self.kind) {
            return Err(Error::invalid(format!("the built-in runner does not speak {}", self.kind))
                .hint("name the JDBC driver's jar with --jar"));
        }
        Ok(())
    }
}

/// Adds a driver (`id` is `None`) or rewrites one, and gives its id.
///
/// # Errors
/// `Invalid` for a broken rule, `Exists` for a taken name, `InUse` for a change to a row that is built in.
pub fn save(conn: &Connection, id: Option<i64>, driver: &Driver) -> Result<i64> {
    driver.check()?;
    if let Ok(other) = table::find(conn, &driver.name)
        && Some(other.id) != id
    {
        return Err(taken("driver", &driver.name));
    }
    let new = table::NewDriver {
        name: &driver.name,
        kind: &driver.kind,
        jar_file: driver.jar_file.as_deref(),
        class_name: driver.class_name.as_deref(),
        url_template: driver.url_template.as_deref(),
    };
    match id {
        None => table::insert(conn, &new),
        Some(id) => {
            let now = table::get(conn, id)?;
            refuse_built_in(&now)?;
            if now.kind != driver.kind || now.jar_file.is_some() != driver.jar_file.is_some() {
                for name in connection::names_of_driver(conn, id)? {
                    super::module::refuse_moving_destination(conn, connection::find(conn, &name)?.id)?;
                }
            }
            table::update(conn, id, &new)?;
            // Another dialect or runner may not take the URLs of its connections, and stages elsewhere.
            for name in connection::names_of_driver(conn, id)? {
                let user = connection::find(conn, &name)?;
                super::connection::save(conn, Some(user.id), &user.into()).map_err(|mut e| {
                    e.message = format!("connection {name} uses it, and {}", e.message);
                    e
                })?;
            }
            Ok(id)
        }
    }
}

/// Adds a driver, or makes the one of that name be like it: whoever installs may do so twice. Gives its id, and
/// whether it was there.
///
/// # Errors
/// As [`save`].
pub fn register(conn: &Connection, driver: &Driver) -> Result<(i64, bool)> {
    check_name("driver", &driver.name)?;
    let present = table::find(conn, &driver.name).ok().map(|row| row.id);
    Ok((save(conn, present, driver)?, present.is_some()))
}

/// Removes a driver that nothing uses.
///
/// # Errors
/// `InUse` when it is built in or a connection uses it.
pub fn remove(conn: &Connection, name_or_id: &str) -> Result<table::Driver> {
    let driver = table::find(conn, name_or_id)?;
    refuse_built_in(&driver)?;
    let users = connection::names_of_driver(conn, driver.id)?;
    if !users.is_empty() {
        return Err(Error::new(
            Code::InUse,
            format!("driver {} is used by {}", driver.name, counted("connection", &users)),
        )
        .hint("give those connections another driver first"));
    }
    table::delete(conn, driver.id)?;
    Ok(driver)
}

/// Whether a driver is one of those that every database of pipekit has, and that stay as they are.
pub fn is_built_in(driver: &table::Driver) -> bool {
    driver.jar_file.is_none() && driver.name == driver.kind
}

fn refuse_built_in(driver: &table::Driver) -> Result<()> {
    if is_built_in(driver) {
        return Err(Error::new(Code::InUse, format!("driver {} is built in and stays as it is", driver.name))
            .hint("add a driver under another name"));
    }
    Ok(())
}
