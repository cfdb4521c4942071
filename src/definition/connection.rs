//! A connection: where a database is, and who we are there.

use super::{check_at_once, check_name, check_text, counted, name_or_id, taken};
use crate::error::{Code, Error, Result};
use crate::runner::builtin;
use crate::secrets;
use crate::store::{connection as table, driver, module};
use rusqlite::Connection as Sqlite;
use serde::{Deserialize, Serialize};

/// A connection as it is defined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// Its name.
    pub name: String,
    /// Its driver.
    #[serde(deserialize_with = "name_or_id", alias = "driver_id")]
    pub driver: String,
    /// The JDBC URL, without a password.
    pub jdbc_url: String,
    /// The login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// A reference to a secret, `$KEY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Where the wizard proposes to load into, when this is the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_dest_connection: Option<String>,
    /// The schema there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_dest_schema: Option<String>,
    /// How many runs that groups begin may use it at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_runs: Option<i64>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

impl From<table::Connection> for Connection {
    fn from(row: table::Connection) -> Self {
        Connection {
            name: row.name,
            driver: row.driver,
            jdbc_url: row.jdbc_url,
            username: row.username,
            password: row.password,
            default_dest_connection: row.default_dest_connection,
            default_dest_schema: row.default_dest_schema,
            max_runs: row.max_runs,
            notes: row.notes,
        }
    }
}

impl Connection {
    /// The same, with its secret in the one spelling that is stored: `${KEY}` is `$KEY`.
    #[must_use]
    pub fn in_order(mut self) -> Connection {
        if let Some(key) = self.password.as_deref().and_then(secrets::key_of) {
            self.password = Some(format!("${key}"));
        }
        self
    }

    fn check(&self, driver: &driver::Driver) -> Result<()> {
        check_name("connection", &self.name)?;
        check_text("the URL", &self.jdbc_url)?;
        check_at_once("max_runs", self.max_runs.unwrap_or(1))?;
        if !self.jdbc_url.starts_with("jdbc:") {
            let like = driver.url_template.as_deref().unwrap_or("jdbc:…");
            return Err(Error::invalid(format!("`{}` is not a JDBC URL", redacted(&self.jdbc_url)))
                .hint(format!("for driver {} it looks like {like}", driver.name)));
        }
        if builtin::url::password_in(&self.jdbc_url) {
            return Err(Error::invalid("the URL has a password in it, and pipekit's file must hold none")
                .hint(format!("take it out, `pipekit secrets set {0}`, and give --password '${0}'", self.key())));
        }
        if let Some(password) = &self.password
            && secrets::key_of(password).is_none()
        {
            return Err(Error::invalid("the password must be a reference such as $DB2PW, not the password itself")
                .hint(match password.is_empty() {
                    // In double quotes the shell has put in a variable of its own, which is not there.
                    true => format!(
                        "in single quotes, as the shell would else put in a variable: --password '${0}', which `pipekit \
                         secrets set {0}` stores",
                        self.key()
                    ),
                    false => format!("`pipekit secrets set {0}` stores it; then give --password '${0}'", self.key()),
                }));
        }
        if driver.jar_file.is_none() {
            builtin::url::parse(&self.jdbc_url).map_err(|e| Error::invalid(e.message))?;
            let mariadb = driver.kind == "mysql" && self.jdbc_url.starts_with("jdbc:mariadb:");
            if !mariadb && !self.jdbc_url.starts_with(&format!("jdbc:{}:", driver.kind)) {
                return Err(Error::invalid(format!(
                    "driver {} speaks jdbc:{}: URLs, this one is another database's",
                    driver.name, driver.kind
                ))
                .hint("`pipekit driver list` shows the drivers"));
            }
        }
        Ok(())
    }

    /// A name for the secret of this connection.
    fn key(&self) -> String {
        format!("{}_PASSWORD", self.name.to_uppercase())
    }
}

/// A URL that can be shown though it may hold a password: up to where one could be.
fn redacted(url: &str) -> &str {
    if builtin::url::password_in(url) { "…" } else { url }
}

/// Adds a connection (`id` is `None`) or rewrites one, and gives its id.
///
/// # Errors
/// `Invalid` for a broken rule, `NotFound` for what it refers to, `Exists` for a taken name, `Locked` for
/// another place while a run loads into this one.
pub fn save(conn: &Sqlite, id: Option<i64>, connection: &Connection) -> Result<i64> {
    let driver = driver::find(conn, &connection.driver)?;
    connection.check(&driver)?;
    if let Ok(other) = table::find(conn, &connection.name)
        && Some(other.id) != id
    {
        return Err(taken("connection", &connection.name));
    }
    let default_dest = match &connection.default_dest_connection {
        Some(name) => Some(table::find(conn, name)?.id),
        None => None,
    };
    let password = connection.clone().in_order().password;
    let new = table::NewConnection {
        name: &connection.name,
        driver_id: driver.id,
        jdbc_url: &connection.jdbc_url,
        username: connection.username.as_deref(),
        password: password.as_deref(),
        default_dest_connection_id: default_dest,
        default_dest_schema: connection.default_dest_schema.as_deref(),
        max_runs: connection.max_runs,
        notes: connection.notes.as_deref(),
    };
    match id {
        None => table::insert(conn, &new),
        Some(id) => {
            let now = table::get(conn, id)?;
            if now.jdbc_url != connection.jdbc_url || now.driver_id != driver.id {
                super::module::refuse_moving_destination(conn, id)?;
            }
            table::update(conn, id, &new)?;
            super::module::restage(conn, id)?;
            Ok(id)
        }
    }
}

/// Removes a connection. With `force` the modules that use it go too; their names are returned.
///
/// # Errors
/// `InUse` when modules use it and there is no `force`, `Locked` when one of them is running.
pub fn remove(conn: &Sqlite, name_or_id: &str, force: bool) -> Result<(table::Connection, Vec<String>)> {
    let connection = table::find(conn, name_or_id)?;
    let users = module::names_using_connection(conn, connection.id)?;
    if !users.is_empty() && !force {
        return Err(Error::new(
            Code::InUse,
            format!("connection {} is used by {}", connection.name, counted("module", &users)),
        )
        .hint("--force removes those modules too; their runs stay in the log"));
    }
    for name in &users {
        super::module::remove(conn, name, true)?;
    }
    table::delete(conn, connection.id)?;
    Ok((connection, users))
}
