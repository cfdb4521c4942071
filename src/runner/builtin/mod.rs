//! The built-in runner: SQLite, PostgreSQL, MySQL and MariaDB without a JVM.
//!
//! [`Client`] is one open connection; [`transfer`] streams a query of one client into a table of another. Nothing here
//! prints, and nothing here knows the engine: the session process and `pipekit jrunner` both call it.
//!
//! | module | what is there |
//! |---|---|
//! | `url` | JDBC URLs taken apart, and the search for passwords in them |
//! | `mysql`, `postgresql`, `sqlite` | a connection, and the SQL that runs on it as text |
//! | `value` | a value on its way: binary form, text, and whether it fits |
//! | `transfer` | one file a route |
//! | `script` | what can be seen of SQL without running it |

mod cancel;
mod mysql;
mod postgresql;
mod script;
mod sqlite;
mod tls;
mod transfer;
pub mod url;
mod value;

pub use cancel::Canceller;
pub use transfer::{Within, streams, take, transfer};

use super::{Failure, Rows, Target};
use crate::sql::lexer::statements;
use serde::{Deserialize, Serialize};
use std::io;
use std::time::Duration;

/// Whether the SQL is one query that changes nothing, so that it can be left in the middle.
pub fn only_reads(sql: &str) -> bool {
    matches!(statements(sql)[..], [one] if script::is_plain_query(one))
}

/// An open connection to one database.
pub enum Client {
    /// A SQLite file, or a database in memory.
    Sqlite(SqliteClient),
    /// A PostgreSQL server.
    Postgres(PostgresClient),
    /// A MySQL or MariaDB server.
    Mysql(MysqlClient),
}

/// An open SQLite database, and whether SQL has left something on it.
pub struct SqliteClient(sqlite::Connection, bool);

/// An open connection to a PostgreSQL server, and whether SQL has left something on it.
pub struct PostgresClient(postgresql::Connection, bool);

/// An open connection to a MySQL or MariaDB server, and whether SQL has left something on it.
pub struct MysqlClient(mysql::Connection, bool);

/// What a script did, as far as the database says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptOutcome {
    /// Rows of the last statement that returns columns.
    pub rows: Rows,
    /// Rows that the last INSERT, UPDATE, DELETE or MERGE touched, where the database tells it.
    pub rows_affected: Option<u64>,
    /// What the database remarked on the way: notices and warnings, in order.
    pub notices: Vec<String>,
}

impl Client {
    /// Is this URL one that the built-in runner speaks?
    pub fn speaks(url: &str) -> bool {
        url::speaks(url)
    }

    /// Is this the URL of a server, so that to connect takes round trips?
    pub fn is_at_server(url: &str) -> bool {
        matches!(url::parse(url), Ok(url::Url::Postgres(_) | url::Url::Mysql(_)))
    }

    /// Opens the database of `target`, within 30 seconds if its URL does not say otherwise.
    pub fn connect(target: &Target) -> Result<Client, Failure> {
        Ok(match url::parse(&target.url)? {
            url::Url::Sqlite(url) => Client::Sqlite(SqliteClient(sqlite::Connection::open(&url)?, false)),
            url::Url::Postgres(url) => {
                Client::Postgres(PostgresClient(postgresql::Connection::open(&url, target)?, false))
            }
            url::Url::Mysql(url) => Client::Mysql(MysqlClient(mysql::Connection::open(&url, target)?, false)),
        })
    }

    /// Runs SQL of one or several statements, and gives the rows of the last one that returns columns, as text.
    ///
    /// Of more than `limit` rows the first are kept, and [`Rows::truncated`] is set.
    pub fn query(&mut self, sql: &str, limit: Option<usize>) -> Result<Rows, Failure> {
        self.note(sql);
        match self {
            Client::Sqlite(client) => client.0.query(sql, limit),
            Client::Postgres(client) => client.0.query(sql, limit),
            Client::Mysql(client) => client.0.query(sql, limit),
        }
    }

    /// The names of the columns that SQL would give, without running it: those of its last statement.
    pub fn describe(&mut self, sql: &str) -> Result<Vec<String>, Failure> {
        match self {
            Client::Sqlite(client) => client.0.describe(sql),
            Client::Postgres(client) => client.0.describe(sql),
            Client::Mysql(client) => client.0.describe(sql),
        }
    }

    /// The types of those columns, as the database spells them.
    pub fn types(&mut self, sql: &str) -> Result<Vec<String>, Failure> {
        match self {
            Client::Sqlite(client) => client.0.types(sql),
            Client::Postgres(client) => client.0.types(sql),
            Client::Mysql(client) => client.0.types(sql),
        }
    }

    /// Runs SQL of one or several statements for its effects, up to the first error.
    ///
    /// On PostgreSQL the statements are one transaction, unless they begin their own; elsewhere each is its own.
    pub fn script(&mut self, sql: &str) -> Result<ScriptOutcome, Failure> {
        self.note(sql);
        match self {
            Client::Sqlite(client) => client.0.script(sql),
            Client::Postgres(client) => client.0.script(sql),
            Client::Mysql(client) => client.0.script(sql),
        }
    }

    /// Streams the rows of a query without collecting them: the columns once, then each row. Gives their number.
    pub fn stream(
        &mut self,
        sql: &str,
        on_columns: &mut dyn FnMut(&[String]) -> io::Result<()>,
        on_row: &mut dyn FnMut(&[Option<&str>]) -> io::Result<()>,
    ) -> Result<u64, Failure> {
        self.note(sql);
        match self {
            Client::Sqlite(client) => client.0.stream(sql, on_columns, on_row),
            Client::Postgres(client) => client.0.stream(sql, on_columns, on_row),
            Client::Mysql(client) => client.0.stream(sql, on_columns, on_row),
        }
    }

    /// A handle by which another thread can cancel what runs on this connection.
    pub fn canceller(&self) -> Canceller {
        match self {
            Client::Sqlite(client) => client.0.canceller(),
            Client::Postgres(client) => client.0.canceller(),
            Client::Mysql(client) => client.0.canceller(),
        }
    }

    fn cancel_flag(&self) -> &cancel::CancelFlag {
        match self {
            Client::Sqlite(client) => client.0.cancelled(),
            Client::Postgres(client) => client.0.cancelled(),
            Client::Mysql(client) => client.0.cancelled(),
        }
    }

    /// Whether the connection can be used again, by whomever: it still stands, and is as it was when it was new.
    pub fn is_usable(&self) -> bool {
        match self {
            Client::Sqlite(client) => !client.1,
            Client::Postgres(client) => !client.1 && client.0.is_usable(),
            Client::Mysql(client) => !client.1 && client.0.is_usable(),
        }
    }

    /// Whether the other end still answers, within a few seconds.
    pub fn answers(&mut self) -> bool {
        match self {
            Client::Sqlite(_) => true,
            Client::Postgres(client) => client.0.client().is_valid(Duration::from_secs(5)).is_ok(),
            Client::Mysql(client) => client.0.answers(),
        }
    }

    /// Notes what the SQL, which is about to run, leaves behind.
    fn note(&mut self, sql: &str) {
        match self {
            Client::Sqlite(SqliteClient(_, changed)) | Client::Postgres(PostgresClient(_, changed)) => {
                *changed = *changed || script::leaves_state(sql);
            }
            Client::Mysql(MysqlClient(_, changed)) => *changed = *changed || script::leaves_state_in_mysql(sql),
        }
    }
}
