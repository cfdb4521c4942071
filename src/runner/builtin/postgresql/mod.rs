//! PostgreSQL: a connection, and the SQL that runs on it as text.

pub mod ahead;
pub mod connect;
pub mod copy;
pub mod failure;
mod modifiers;
mod query;
pub mod tls;
pub mod types;

use super::cancel::{CancelFlag, Canceller};
use super::{ScriptOutcome, script};
use crate::runner::builtin::url::PostgresUrl;
use crate::runner::{Failure, FailureKind, Rows, Target};
use connect::{Notices, Opened};
use postgres::{CancelToken, Client, NoTls};
pub use query::{describe, describe_in_full};
use std::cell::Cell;
use std::io;
use tokio_postgres_rustls::MakeRustlsConnect;

/// An open connection to a PostgreSQL server.
pub struct Connection {
    client: Client,
    tls: Option<MakeRustlsConnect>,
    notices: Notices,
    cancelled: CancelFlag,
    /// Whether the server was seen to hang up, which the library notices with the next message only.
    lost: Cell<bool>,
}

/// What a cancel request needs.
#[derive(Clone)]
pub struct CancelRequest {
    token: CancelToken,
    tls: Option<MakeRustlsConnect>,
}

impl CancelRequest {
    /// Sends the request, on a connection of its own, encrypted as the first one is.
    pub fn send(&self) {
        // Without an answer there is nothing to do: the server may be gone, and then so is the query.
        let _ = match &self.tls {
            Some(tls) => self.token.cancel_query(tls.clone()),
            None => self.token.cancel_query(NoTls),
        };
    }
}

impl Connection {
    /// Opens a connection.
    pub fn open(url: &PostgresUrl, target: &Target) -> Result<Connection, Failure> {
        let Opened { client, tls, notices } = connect::open(url, target)?;
        Ok(Connection { client, tls, notices, cancelled: CancelFlag::default(), lost: Cell::new(false) })
    }

    /// Whether the connection still stands.
    pub fn is_usable(&self) -> bool {
        !self.lost.get() && !self.client.is_closed()
    }

    /// A handle that cancels what runs here.
    pub fn canceller(&self) -> Canceller {
        Canceller::of_postgres(&self.cancelled, self.cancel_request())
    }

    /// A handle that has the server stop what runs here, without anybody having cancelled it.
    pub fn cancel_request(&self) -> CancelRequest {
        CancelRequest { token: self.client.cancel_token(), tls: self.tls.clone() }
    }

    /// The library's connection, for COPY.
    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Whether it was cancelled.
    pub fn cancelled(&self) -> &CancelFlag {
        &self.cancelled
    }

    /// Begins a piece of work: what was remarked before does not belong to it.
    pub fn begin(&mut self) -> Result<(), Failure> {
        if let Ok(mut notices) = self.notices.lock() {
            notices.clear();
        }
        self.cancelled.check()
    }

    /// The failure that `error` means here.
    pub fn failure(&self, error: &postgres::Error) -> Failure {
        self.noted(failure::of(error, self.cancelled.is_up()))
    }

    /// The failure that `error` of a COPY's reader or writer means here.
    pub fn io_failure(&self, error: &io::Error) -> Failure {
        self.noted(failure::of_io(error, self.cancelled.is_up()))
    }

    fn noted(&self, failure: Failure) -> Failure {
        if failure.kind == FailureKind::Lost {
            self.lost.set(true);
        }
        failure
    }

    /// Runs SQL and gives the rows of the last statement that returns columns.
    pub fn query(&mut self, sql: &str, limit: Option<usize>) -> Result<Rows, Failure> {
        self.begin()?;
        query::query(self, sql, limit)
    }

    /// The columns that the last statement would give.
    pub fn describe(&mut self, sql: &str) -> Result<Vec<String>, Failure> {
        self.begin()?;
        let Some((_, last)) = script::split_last(sql) else { return Ok(Vec::new()) };
        Ok(query::describe(self, last)?.into_iter().map(|column| column.name).collect())
    }

    /// The types of the columns that the last statement would give.
    pub fn types(&mut self, sql: &str) -> Result<Vec<String>, Failure> {
        self.begin()?;
        let Some((_, last)) = script::split_last(sql) else { return Ok(Vec::new()) };
        Ok(query::describe(self, last)?.iter().map(types::Column::type_text).collect())
    }

    /// Runs SQL for its effects.
    pub fn script(&mut self, sql: &str) -> Result<ScriptOutcome, Failure> {
        self.begin()?;
        let (rows, rows_affected) = query::script(self, sql)?;
        let notices = self.notices.lock().map(|mut notices| std::mem::take(&mut *notices)).unwrap_or_default();
        Ok(ScriptOutcome { rows, rows_affected, notices: notices.iter().map(failure::notice).collect() })
    }

    /// Streams the rows of a query.
    pub fn stream(
        &mut self,
        sql: &str,
        on_columns: &mut dyn FnMut(&[String]) -> io::Result<()>,
        on_row: &mut dyn FnMut(&[Option<&str>]) -> io::Result<()>,
    ) -> Result<u64, Failure> {
        self.begin()?;
        query::stream(self, sql, on_columns, on_row)
    }

    /// Ends a COPY that was left in the middle, so that the connection can be used again: what the server would still
    /// send is not wanted.
    pub fn abandon_copy_out(&mut self) {
        self.cancel_request().send();
        self.settle();
        // The request may come when the COPY is over already, and would then hit the next statement: let it hit this.
        let _ = self.client.batch_execute("SELECT 1");
    }

    /// Has the server told that a COPY was given up, and its answer read.
    pub fn settle(&mut self) {
        let _ = self.client.batch_execute("");
    }

    /// Rolls back what a failed script or load has left open.
    pub fn roll_back(&mut self) {
        let _ = self.client.batch_execute("ROLLBACK");
    }

    /// After a script that went well: an open transaction would be lost with the connection, in silence.
    fn refuse_open_transaction(&mut self, sql: &str) -> Result<(), Failure> {
        if !script::leaves_open(sql) {
            return Ok(());
        }
        self.roll_back();
        Err(Failure::new(
            FailureKind::Sql,
            "the SQL begins a transaction and does not end it: it was rolled back (end it with COMMIT)",
        ))
    }
}
