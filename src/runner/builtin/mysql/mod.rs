//! MySQL and MariaDB: a connection, and the SQL that runs on it.
//!
//! The protocol is spoken here and not by a library's connection: only so can a query that is no longer wanted be left
//! without reading it to its end, a row be read without a copy of each field, a load be fed from whatever has the rows,
//! and a certificate be looked at as it is for PostgreSQL.

mod auth;
pub mod cell;
pub mod connect;
pub mod failure;
mod handshake;
pub mod protocol;
mod query;
pub mod rows;
pub mod table;
mod wire;

use super::cancel::{CancelFlag, Canceller};
use super::{ScriptOutcome, script};
use crate::runner::builtin::url::MysqlUrl;
use crate::runner::{Failure, FailureKind, Rows, Target};
use connect::Opened;
use failure::Trouble;
use protocol::{Column, Done, answer_of, column, end_of};
use std::cell::Cell;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use wire::{Parser, Wire};

/// The commands of the protocol.
mod command {
    pub const QUIT: u8 = 0x01;
    pub const QUERY: u8 = 0x03;
    pub const PING: u8 = 0x0e;
    pub const PREPARE: u8 = 0x16;
    pub const EXECUTE: u8 = 0x17;
    pub const CLOSE: u8 = 0x19;
}

/// An open connection to a MySQL or MariaDB server.
pub struct Connection {
    wire: Wire,
    id: u32,
    status: Done,
    way: Arc<(MysqlUrl, Target)>,
    cancelled: CancelFlag,
    /// Whether it broke.
    lost: Cell<bool>,
    /// Whether rows are on their way, or were left unread.
    reading: Cell<bool>,
}

/// What a cancel request needs.
pub struct CancelRequest {
    way: Arc<(MysqlUrl, Target)>,
    id: u32,
    tcp: Option<TcpStream>,
}

impl CancelRequest {
    /// Sends the request, on a connection of its own.
    pub fn send(&self) {
        const MOST: Duration = Duration::from_secs(5);
        let (mut url, target) = (self.way.0.clone(), &self.way.1);
        url.connect_timeout = Some(url.connect_timeout.map_or(MOST, |limit| limit.min(MOST)));
        url.session.clear();
        let sent = connect::open(&url, target).map_err(drop).and_then(|opened| {
            let mut connection = Connection::of(opened, self.way.clone());
            // Without an answer there is nothing to do: the server may be gone, and then so is the query.
            let _ = connection.wire.stream().tcp().set_read_timeout(Some(MOST));
            connection.execute(&format!("KILL QUERY {}", self.id)).map_err(drop)
        });
        if let (Err(()), Some(tcp)) = (sent, &self.tcp) {
            // A server that has no connection left for the request sees that nobody waits for the rows.
            let _ = tcp.shutdown(Shutdown::Both);
        }
    }
}

/// What came back for a statement.
pub enum Answer {
    /// It is done, and gives no rows.
    Done(Done),
    /// Rows of these columns follow.
    Columns(Vec<Column>),
    /// The server wants the rows of a LOAD DATA LOCAL.
    Feed,
}

/// A statement that the server has taken apart.
pub struct Prepared {
    /// Its number at the server.
    id: u32,
    /// What it gives.
    pub columns: Vec<Column>,
    parameters: u16,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.is_usable() {
            // The server sees the end in any case.
            let _ = self.wire.command(command::QUIT, &[]);
        }
    }
}

impl Connection {
    /// Opens a connection.
    pub fn open(url: &MysqlUrl, target: &Target) -> Result<Connection, Failure> {
        let opened = connect::open(url, target)?;
        Ok(Connection::of(opened, Arc::new((url.clone(), target.clone()))))
    }

    fn of(opened: Opened, way: Arc<(MysqlUrl, Target)>) -> Connection {
        let Opened { wire, id, status } = opened;
        Connection {
            wire,
            id,
            status,
            way,
            cancelled: CancelFlag::default(),
            lost: Cell::new(false),
            reading: Cell::new(false),
        }
    }

    /// Whether the connection still stands.
    pub fn is_usable(&self) -> bool {
        !self.lost.get() && !self.reading.get()
    }

    /// Whether it broke, other than by our will.
    pub fn is_lost(&self) -> bool {
        self.lost.get()
    }

    /// Whether the server still answers, within a few seconds.
    pub fn answers(&mut self) -> bool {
        let _ = self.wire.stream().tcp().set_read_timeout(Some(Duration::from_secs(5)));
        let answer = self.wire.command(command::PING, &[]).and_then(|()| self.wire.read().map(|_| ()));
        let _ = self.wire.stream().tcp().set_read_timeout(None);
        self.lost.set(self.lost.get() || answer.is_err());
        answer.is_ok()
    }

    /// A handle that cancels what runs here.
    pub fn canceller(&self) -> Canceller {
        let tcp = self.wire.stream().tcp().try_clone().ok();
        Canceller::of_mysql(&self.cancelled, CancelRequest { way: self.way.clone(), id: self.id, tcp })
    }

    /// Whether it was cancelled.
    pub fn cancelled(&self) -> &CancelFlag {
        &self.cancelled
    }

    /// Whether a backslash in a literal is a backslash.
    pub fn no_backslash_escapes(&self) -> bool {
        self.status.no_backslash_escapes()
    }

    /// Whether the URL lets LOAD DATA LOCAL be used.
    pub fn local_infile(&self) -> bool {
        self.way.0.local_infile
    }

    /// The failure that `trouble` means here.
    pub fn failure(&self, trouble: &Trouble) -> Failure {
        let failure = failure::of(trouble, self.cancelled.is_up());
        if failure.kind == FailureKind::Lost {
            self.lost.set(true);
        }
        failure
    }

    /// Hangs up: what the server would still send is not wanted.
    pub fn abandon(&self) {
        self.reading.set(true);
        self.wire.shut();
    }

    /// Runs SQL and gives the rows of the last statement that returns columns.
    pub fn query(&mut self, sql: &str, limit: Option<usize>) -> Result<Rows, Failure> {
        self.cancelled.check()?;
        query::query(self, sql, limit)
    }

    /// The rows of one statement, which may stand in a transaction.
    pub fn look(&mut self, sql: &str) -> Result<Rows, Failure> {
        query::look(self, sql)
    }

    /// The columns that the last statement would give.
    pub fn describe(&mut self, sql: &str) -> Result<Vec<String>, Failure> {
        self.cancelled.check()?;
        let Some((_, last)) = script::split_last_of_mysql(sql) else { return Ok(Vec::new()) };
        let prepared = self.prepare(last)?;
        self.close(&prepared)?;
        Ok(prepared.columns.into_iter().map(|column| column.name).collect())
    }

    /// The types of the columns that the last statement would give, as far as the protocol tells them apart.
    pub fn types(&mut self, sql: &str) -> Result<Vec<String>, Failure> {
        self.cancelled.check()?;
        let Some((_, last)) = script::split_last_of_mysql(sql) else { return Ok(Vec::new()) };
        let prepared = self.prepare(last)?;
        self.close(&prepared)?;
        Ok(prepared.columns.iter().map(Column::type_text).collect())
    }

    /// Runs SQL for its effects.
    pub fn script(&mut self, sql: &str) -> Result<ScriptOutcome, Failure> {
        self.cancelled.check()?;
        query::script(self, sql)
    }

    /// Streams the rows of a query.
    pub fn stream(
        &mut self,
        sql: &str,
        on_columns: &mut dyn FnMut(&[String]) -> io::Result<()>,
        on_row: &mut dyn FnMut(&[Option<&str>]) -> io::Result<()>,
    ) -> Result<u64, Failure> {
        self.cancelled.check()?;
        query::stream(self, sql, on_columns, on_row)
    }

    /// Runs one statement that gives no rows.
    pub fn execute(&mut self, sql: &str) -> Result<Done, Trouble> {
        match self.ask(sql)? {
            Answer::Done(done) => Ok(done),
            _ => Err(Trouble::Garbled),
        }
    }

    /// Rolls back what a failed script or load has left open, and gives what the server remarked on it.
    pub fn roll_back(&mut self) -> u16 {
        match self.execute("ROLLBACK") {
            Ok(done) => done.warnings,
            Err(trouble) => {
                let _ = self.failure(&trouble);
                0
            }
        }
    }

    /// Sends SQL, and gives the first answer to it.
    pub fn ask(&mut self, sql: &str) -> Result<Answer, Trouble> {
        self.wire.command(command::QUERY, sql.as_bytes())?;
        self.answer()
    }

    /// The next answer.
    pub fn answer(&mut self) -> Result<Answer, Trouble> {
        let packet = self.wire.read()?;
        match packet.first() {
            Some(0xfb) => Ok(Answer::Feed),
            Some(0x00 | 0xff) => {
                self.status = answer_of(packet)?;
                Ok(Answer::Done(self.status.clone()))
            }
            _ => {
                let count = Parser(packet).number().ok_or(Trouble::Garbled)?;
                let columns = self.columns(count)?;
                self.reading.set(true);
                Ok(Answer::Columns(columns))
            }
        }
    }

    fn columns(&mut self, count: u64) -> Result<Vec<Column>, Trouble> {
        let mut columns = Vec::new();
        for _ in 0..count {
            columns.push(column(self.wire.read()?).ok_or(Trouble::Garbled)?);
        }
        if count > 0 && end_of(self.wire.read()?).is_none() {
            return Err(Trouble::Garbled);
        }
        Ok(columns)
    }

    /// Takes note of an error among rows: none follow it.
    pub fn broke_off(&mut self, trouble: &Trouble) -> Failure {
        if let Trouble::Server(_) = trouble {
            self.reading.set(false);
        }
        self.failure(trouble)
    }

    /// Rows of these columns, which an answer announced.
    pub fn rows<'a>(&'a mut self, columns: &'a [Column], binary: bool) -> rows::Rows<'a> {
        rows::Rows::new(&mut self.wire, columns, binary)
    }

    /// Runs an INSERT of this beginning and these rows.
    pub fn insert(&mut self, beginning: &str, rows: &[u8]) -> Result<Done, Trouble> {
        self.wire.send_command(command::QUERY, &[beginning.as_bytes(), rows])?;
        match self.answer()? {
            Answer::Done(done) => Ok(done),
            _ => Err(Trouble::Garbled),
        }
    }

    /// Takes note of the end of rows.
    pub fn ended(&mut self, done: Done) {
        self.reading.set(false);
        self.status = done;
    }

    /// Feeds a LOAD DATA LOCAL that the server asked for; nothing ends it.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        // No server takes packets of any length.
        let pieces = bytes.chunks(512 * 1024).chain(bytes.is_empty().then_some(bytes));
        for piece in pieces {
            if let Err(error) = self.wire.send(&[piece]) {
                self.lost.set(true);
                // It may have said why it hung up.
                let _ = self.wire.stream().tcp().set_read_timeout(Some(Duration::from_secs(1)));
                let said = self.wire.read().ok().and_then(failure::parse);
                return Err(said.map_or(Trouble::Io(error), Trouble::Server));
            }
        }
        Ok(())
    }

    /// Has the server take a statement apart, without running it.
    pub fn prepare(&mut self, statement: &str) -> Result<Prepared, Failure> {
        self.try_prepare(statement).map_err(|trouble| self.failure(&trouble))
    }

    fn try_prepare(&mut self, statement: &str) -> Result<Prepared, Trouble> {
        self.wire.command(command::PREPARE, statement.as_bytes())?;
        let packet = self.wire.read()?;
        if let Some(error) = failure::parse(packet) {
            return Err(Trouble::Server(error));
        }
        let mut parser = Parser(packet.strip_prefix(&[0]).ok_or(Trouble::Garbled)?);
        let mut read = || Some((parser.four()?, parser.two()?, parser.two()?));
        let (id, columns, parameters) = read().ok_or(Trouble::Garbled)?;
        self.columns(parameters.into())?;
        let columns = self.columns(columns.into())?;
        Ok(Prepared { id, columns, parameters })
    }

    /// Runs a prepared statement. Its rows come in the binary form.
    pub fn run(&mut self, prepared: &Prepared) -> Result<Answer, Trouble> {
        if prepared.parameters > 0 {
            return Err(Trouble::Refused("the SQL has a `?`, which stands for a value that nobody gives"));
        }
        let mut arguments = prepared.id.to_le_bytes().to_vec();
        // No cursor; once.
        arguments.extend_from_slice(&[0, 1, 0, 0, 0]);
        self.wire.command(command::EXECUTE, &arguments)?;
        self.answer()
    }

    /// Has the server forget a prepared statement. It does not answer.
    pub fn close(&mut self, prepared: &Prepared) -> Result<(), Failure> {
        let sent = self.wire.command(command::CLOSE, &prepared.id.to_le_bytes());
        sent.map_err(|error| self.failure(&error.into()))
    }

    /// After SQL that went well: an open transaction would be lost with the connection, in silence.
    fn refuse_open_transaction(&mut self) -> Result<(), Failure> {
        if !self.status.in_transaction() {
            return Ok(());
        }
        self.roll_back();
        Err(Failure::new(
            FailureKind::Sql,
            "the SQL begins a transaction and does not end it: it was rolled back (end it with COMMIT)",
        ))
    }
}
