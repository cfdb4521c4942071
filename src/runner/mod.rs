//! The way to a database: a *runner session* that lives in a process of its own.
//!
//! The engine speaks to every user database through [`session::Session`] (`query`, `script`, `transfer`), never by a
//! connection of its own, so that whatever happens to a driver can't take the engine's state with it. [`builtin`] is
//! the runner itself: SQLite, PostgreSQL, MySQL and MariaDB without a JVM. `pipekit jrunner` is the same runner behind
//! jrunner's flags. The operator's own program is [`jrunner`]'s to call: it runs under the [`guard`], by way of
//! [`guarded::Guarded`], so that nothing of it outlives its run. [`runners::Runners`] is the door to both.

pub mod builtin;
pub mod guard;
pub mod guarded;
pub mod jrunner;
pub mod jvm;
pub mod process;
pub mod runners;
pub mod server;
pub mod session;
mod wire;

use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::File;
use std::sync::Arc;
pub use wire::Printed;

/// Gives the lock of a run, for its processes to inherit.
pub type Held<'a> = &'a (dyn Fn() -> Option<Arc<File>> + Send + Sync);

/// Who speaks to a database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Runner {
    /// The runner that is built in.
    #[default]
    Builtin,
    /// The operator's jrunner.
    Jrunner,
}

impl Runner {
    /// Who moves rows between these two.
    pub fn of_transfer(source: &Target, dest: &Target) -> Runner {
        match (source.runner, dest.runner) {
            (Runner::Builtin, Runner::Builtin) => Runner::Builtin,
            _ => Runner::Jrunner,
        }
    }

    /// Its name, as `module preview` and the setting `runner` have it.
    pub fn name(self) -> &'static str {
        match self {
            Runner::Builtin => "builtin",
            Runner::Jrunner => "jrunner",
        }
    }
}

/// What a transfer says while it goes on.
#[derive(Clone, Copy, Debug)]
pub enum Said<'a> {
    /// So many rows so far.
    Rows(u64),
    /// A line that the program printed.
    Line(&'a str),
    /// A line that it printed on its standard error.
    Error(&'a str),
}

/// What a transfer came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Rows moved, where the runner says so.
    pub rows: Option<u64>,
    /// The words by which an external program says it, without the number.
    pub words: Option<String>,
}

/// What stands in [`Direct::note`] for the number of rows that were loaded.
pub const ROWS: &str = ":rows";

/// How rows go into the destination itself: the SQL around them, which is one transaction with them. It is text of the
/// engine's; the runner only knows in what order it runs, and when the rows are not to stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Direct {
    /// The columns that are filled, in order, as the catalog spells them.
    pub columns: Vec<String>,
    /// Begins the transaction, takes the receipt, empties the table.
    pub opening: String,
    /// A query that counts the rows of the table, and then things that there must be none of; empty where nothing is asked.
    pub counts: String,
    /// Notes the number of rows, which stands for [`ROWS`] in it.
    pub note: String,
    /// Ends the receipt and commits.
    pub closing: String,
    /// The fewest rows that may be committed.
    pub least: u64,
}

impl Direct {
    /// Whether the table holds what was loaded, and nothing that it must not.
    pub fn accepts(&self, rows: u64, counts: &[Option<String>]) -> bool {
        let numbers: Vec<Option<u64>> = counts.iter().map(|n| n.as_deref().and_then(|n| n.parse().ok())).collect();
        match numbers.split_first() {
            None => self.counts.is_empty(),
            Some((held, faults)) => *held == Some(rows) && faults.iter().all(|n| *n == Some(0)),
        }
    }
}

/// What a load into the destination itself came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// Rows that the destination took.
    pub rows: u64,
    /// What [`Direct::counts`] gave.
    pub counts: Vec<Option<String>>,
    /// Whether they stayed. They did not where the gate refused them.
    pub committed: bool,
}

/// What one of several queries came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its rows.
    pub rows: u64,
    /// How long it took, in milliseconds.
    pub millis: u64,
}

/// What several queries into one table came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Streamed {
    /// What each query came to that was done to its end.
    pub done: Vec<Option<Part>>,
    /// Which of them failed first, and how. The others were stopped then.
    pub failed: Option<(usize, Failure)>,
}

/// Where to connect: a JDBC URL and the login, with the password as it is, after secrets were looked up.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Target {
    /// A JDBC URL, `jdbc:sqlite:/path` or `jdbc:postgresql://host:port/database?name=value`.
    pub url: String,
    /// The login name, where the database has logins.
    pub user: Option<String>,
    /// The password itself. Never printed: [`fmt::Debug`] leaves it out.
    pub password: Option<String>,
    /// Who is to connect.
    #[serde(skip)]
    pub runner: Runner,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("url", &self.url).field("user", &self.user).finish_non_exhaustive()
    }
}

/// What kind of thing went wrong in a runner, as far as what to do next depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The URL or a parameter of it is not understood.
    Url,
    /// The database could not be reached, or refused the login.
    Connect,
    /// As `Connect`, at the source of a transfer; or it was lost there.
    ConnectSource,
    /// The database refused the SQL.
    Sql,
    /// A value does not fit the destination column.
    Value,
    /// Source and destination have different numbers of columns, or types that can't be copied.
    Shape,
    /// The statement was cancelled at our request.
    Cancelled,
    /// The connection, or the runner process itself, ended in the middle: what it did is not known.
    Lost,
}

/// A runner's error: what happened, in one or a few lines, and where the database told it, its SQLSTATE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// The message for people. Never holds a password.
    pub message: String,
    /// The five-character SQLSTATE, where the database has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sqlstate: Option<String>,
}

impl Failure {
    /// A failure of `kind` that says `message`.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Failure { kind, message: message.into(), sqlstate: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The rows that a query gave, every value as the text the runner prints for it. `None` is NULL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// The column names, in order; empty when the SQL returns no rows of its own.
    pub columns: Vec<String>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Option<String>>>,
    /// Rows there were beyond the limit that the caller set.
    #[serde(default)]
    pub truncated: bool,
}

impl Rows {
    /// A value of the first row, by its column's place from 0; `None` where it is NULL or there is no row.
    pub fn value(&self, at: usize) -> Option<&str> {
        self.rows.first()?.get(at)?.as_deref()
    }
}
