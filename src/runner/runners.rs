//! The runners of one run, behind one door: the session of the one that is built in, and the operator's jrunner.
//!
//! A connection's [`Runner`] says who speaks to it. A transfer is built in where both ends are, else jrunner's.

use super::builtin::{Client, ScriptOutcome};
use super::jrunner::Jrunner;
use super::session::Session;
use super::wire::Printed;
use super::{Direct, Failure, FailureKind, Loaded, Moved, Rows, Runner, Said, Streamed, Target};
use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};

/// Gives the lock of the run, which the processes of a run inherit.
type Lock = Box<dyn Fn() -> Option<Arc<File>> + Send + Sync>;

/// What one run or one command reaches databases by. Processes are started at the first use.
pub struct Runners {
    timezone: Option<String>,
    held: Lock,
    session: Mutex<Option<Arc<Session>>>,
    jrunner: Option<Jrunner>,
}

impl Runners {
    /// Runners whose processes work in that time zone and inherit what `held` gives.
    pub fn new(timezone: Option<String>, held: Lock, jrunner: Option<Jrunner>) -> Runners {
        Runners { timezone, held, session: Mutex::default(), jrunner }
    }

    /// The operator's jrunner.
    ///
    /// # Errors
    /// `Lost` where none was found.
    pub fn jrunner(&self) -> Result<&Jrunner, Failure> {
        self.jrunner.as_ref().ok_or_else(|| Failure::new(FailureKind::Lost, "there is no jrunner"))
    }

    /// The lock of the run.
    pub fn held(&self) -> super::Held<'_> {
        &*self.held
    }

    /// The session of the runner that is built in, started now where there is none that lives.
    fn session(&self) -> Result<Arc<Session>, Failure> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        match &*session {
            Some(alive) if alive.is_alive() => Ok(alive.clone()),
            _ => {
                let held = (self.held)();
                let started = Arc::new(Session::start(held.as_deref(), self.timezone.as_deref())?);
                *session = Some(started.clone());
                Ok(started)
            }
        }
    }

    /// Has connections made to the two ends of a transfer, side by side, for the calls that follow. Does not wait.
    pub fn open(&self, source: &Target, dest: &Target) {
        if Runner::of_transfer(source, dest) == Runner::Jrunner {
            return;
        }
        // Where the session can't be started, the first call says so.
        if let Ok(session) = self.session() {
            [source, dest].into_iter().filter(|target| Client::is_at_server(&target.url)).for_each(|t| session.open(t));
        }
    }

    /// Has the session end, as nothing more will be asked of it. Does not wait.
    pub fn hang_up(&self) {
        if let Some(session) = &*self.session.lock().unwrap_or_else(PoisonError::into_inner) {
            session.hang_up();
        }
    }

    /// Runs SQL and gives its rows, at most `limit` of them.
    ///
    /// # Errors
    /// What the database or the connection says.
    pub fn query(&self, target: &Target, sql: &str, limit: Option<usize>) -> Result<Rows, Failure> {
        match target.runner {
            Runner::Builtin => self.session()?.query(target, sql, limit),
            Runner::Jrunner => self.jrunner()?.query(self.held(), target, sql, limit),
        }
    }

    /// Runs SQL to its end, exactly as it is, and gives the first `keep` rows.
    ///
    /// # Errors
    /// What the database or the connection says.
    pub fn resolve(&self, target: &Target, sql: &str, keep: usize) -> Result<Rows, Failure> {
        match target.runner {
            Runner::Builtin => self.session()?.resolve(target, sql, keep),
            Runner::Jrunner => self.jrunner()?.resolve(self.held(), target, sql, keep),
        }
    }

    /// Names the columns that SQL would give, without running it; `None` where the runner can't tell.
    ///
    /// # Errors
    /// What the database or the connection says.
    pub fn describe(&self, target: &Target, sql: &str) -> Result<Option<Vec<String>>, Failure> {
        match target.runner {
            Runner::Builtin => self.session()?.describe(target, sql).map(Some),
            Runner::Jrunner => Ok(None),
        }
    }

    /// The types of those columns, as the database spells them; `None` where the runner can't tell.
    ///
    /// # Errors
    /// What the database or the connection says.
    pub fn types(&self, target: &Target, sql: &str) -> Result<Option<Vec<String>>, Failure> {
        match target.runner {
            Runner::Builtin => self.session()?.types(target, sql).map(Some),
            Runner::Jrunner => Ok(None),
        }
    }

    /// Runs SQL for what it does, in one piece.
    ///
    /// # Errors
    /// What the database or the connection says.
    pub fn script(&self, target: &Target, sql: &str) -> Result<ScriptOutcome, Failure> {
        match target.runner {
            Runner::Builtin => self.session()?.script(target, sql),
            Runner::Jrunner => self.jrunner()?.script(self.held(), target, sql),
        }
    }

    /// Runs SQL whose statements need not be done all or none; `together` where they are known to be, as a script.
    ///
    /// # Errors
    /// What the database or the connection says.
    pub fn statements(&self, target: &Target, sql: &str, together: bool) -> Result<ScriptOutcome, Failure> {
        match target.runner {
            Runner::Jrunner if !together => self.jrunner()?.one_by_one(self.held(), target, sql),
            _ => self.script(target, sql),
        }
    }

    /// Streams a query's rows into a table (its name as SQL spells it), and gives how many it moved.
    ///
    /// # Errors
    /// What the databases or connections say.
    pub fn transfer(
        &self,
        source: &Target,
        sql: &str,
        dest: &Target,
        table: &str,
        mut progress: impl FnMut(Said<'_>),
    ) -> Result<Moved, Failure> {
        if Runner::of_transfer(source, dest) == Runner::Jrunner {
            return self.jrunner()?.transfer(self.held(), source, sql, dest, table, progress);
        }
        let rows = self.session()?.transfer((source, sql), (dest, table), |rows| progress(Said::Rows(rows)))?;
        Ok(Moved { rows: Some(rows), words: None })
    }

    /// Streams what jrunner prints for a query into a table of a database that the built-in runner reaches, and gives how
    /// many rows there were.
    ///
    /// # Errors
    /// What the program, the database or a connection says: what has come into the table by then may stay there.
    pub fn pour(
        &self,
        (source, sql): (&Target, &str),
        (dest, table): (&Target, &str),
        printed: &Printed,
        mut progress: impl FnMut(Said<'_>),
    ) -> Result<Moved, Failure> {
        let session = self.session()?;
        let mut said = Vec::new();
        let rows = self.jrunner()?.pour(
            self.held(),
            source,
            sql,
            |line| said.push(line),
            |pipe| session.take(pipe, printed, (dest, table), |rows| progress(Said::Rows(rows))),
        );
        said.iter().for_each(|line| progress(Said::Error(line)));
        Ok(Moved { rows: Some(rows?), words: None })
    }

    /// Streams a query's rows into a table that others see, with all that belongs to that, as one transaction. Both ends
    /// are the built-in runner's.
    ///
    /// # Errors
    /// What the databases or connections say; whether it was committed is then not known.
    pub fn load(
        &self,
        source: (&Target, &str),
        dest: (&Target, &str),
        direct: &Direct,
        progress: impl FnMut(u64),
    ) -> Result<Loaded, Failure> {
        self.session()?.load(source, dest, direct, progress)
    }

    /// Streams the rows of several queries into a table, so many at once, each of the same moment of the source. Both ends
    /// are the built-in runner's.
    ///
    /// # Errors
    /// What keeps them from beginning.
    pub fn streams(
        &self,
        source: (&Target, Vec<String>),
        dest: (&Target, &str),
        streams: usize,
        progress: impl FnMut(u64),
    ) -> Result<Streamed, Failure> {
        self.session()?.streams(source, dest, streams, progress)
    }

    /// Asks for all that runs now to be stopped; the calls then fail. Does not wait.
    pub fn cancel(&self) {
        if let Some(session) = self.started() {
            session.cancel();
        }
        self.jrunner.iter().for_each(Jrunner::cancel);
    }

    /// Ends all that runs, now. Every call that waits fails.
    pub fn kill(&self) {
        if let Some(session) = self.started() {
            session.kill();
        }
        self.jrunner.iter().for_each(Jrunner::cancel);
    }

    /// Whether there is anything to stop.
    pub fn is_started(&self) -> bool {
        self.started().is_some() || self.jrunner.as_ref().is_some_and(Jrunner::is_running)
    }

    /// The session, if one was started.
    fn started(&self) -> Option<Arc<Session>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
