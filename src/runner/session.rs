//! The engine's end of a session: one child process of the built-in runner for a whole run.
//!
//! The child keeps its connections for as long as the session lasts. Its standard input is the leash: when the
//! engine's process ends, however it ends, the pipe closes, and the child stops what it is doing and ends too.

use super::builtin::ScriptOutcome;
use super::wire::{Answer, Event, Printed, Request};
use super::{Direct, Failure, FailureKind, Loaded, Rows, Streamed, Target, process};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Who waits for an answer; `None` once no more answers come.
type Pending = Arc<Mutex<Option<HashMap<u64, Sender<Event>>>>>;

/// A running session. Calls may come from several threads; each blocks until its answer.
pub struct Session {
    child: Mutex<Child>,
    input: Mutex<Option<ChildStdin>>,
    pending: Pending,
    stderr: Arc<Mutex<String>>,
    next: AtomicU64,
}

/// What a mutex guards stays usable after a panic elsewhere: no invariant spans a panic here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Session {
    /// Starts the process. It inherits `held`, the lock of the run, so that the lock lives as long as the process.
    ///
    /// # Errors
    /// `Lost` when it can't be started.
    pub fn start(held: Option<&File>, timezone: Option<&str>) -> Result<Session, Failure> {
        let fail = |e: std::io::Error| Failure::new(FailureKind::Lost, format!("can't start the runner: {e}"));
        let mut command = process::own(timezone);
        command.args(["jrunner", "--session"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(file) = held {
            process::inherit(&mut command, file);
        }
        let mut child = command.spawn().map_err(fail)?;
        let (Some(input), Some(output), Some(errors)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Failure::new(FailureKind::Lost, "the runner was started without pipes"));
        };
        let session = Session {
            child: Mutex::new(child),
            input: Mutex::new(Some(input)),
            pending: Arc::new(Mutex::new(Some(HashMap::new()))),
            stderr: Arc::default(),
            next: AtomicU64::new(1),
        };
        let pending = session.pending.clone();
        std::thread::spawn(move || read_events(output, &pending));
        let stderr = session.stderr.clone();
        std::thread::spawn(move || read_errors(errors, &stderr));
        Ok(session)
    }

    fn ask(&self, request: impl FnOnce(u64) -> Request) -> Result<(u64, Receiver<Event>), Failure> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = channel();
        match &mut *lock(&self.pending) {
            Some(pending) => pending.insert(id, sender),
            None => return Err(self.lost()),
        };
        self.send(&request(id))?;
        Ok((id, receiver))
    }

    fn send(&self, request: &Request) -> Result<(), Failure> {
        write(&mut lock(&self.input), request).ok_or_else(|| self.lost())
    }

    /// Waits for the answer, passing progress on.
    fn answer(&self, request: impl FnOnce(u64) -> Request, mut progress: impl FnMut(u64)) -> Result<Answer, Failure> {
        let (id, events) = self.ask(request)?;
        let answer = loop {
            match events.recv() {
                Ok(Event::Progress { rows, .. }) => progress(rows),
                Ok(Event::Done { answer, .. }) => break Ok(answer),
                Ok(Event::Failed { failure, .. }) => break Err(failure),
                Err(_) => break Err(self.lost()),
            }
        };
        if let Some(pending) = &mut *lock(&self.pending) {
            pending.remove(&id);
        }
        answer
    }

    fn lost(&self) -> Failure {
        // The process is ending: give its last words the moment that they need to arrive.
        std::thread::sleep(Duration::from_millis(50));
        let words = lock(&self.stderr).trim().to_owned();
        let end = match lock(&self.child).try_wait() {
            Ok(Some(status)) => format!(" ({status})"),
            _ => String::new(),
        };
        let message = format!("the runner process ended before it answered{end}");
        Failure::new(FailureKind::Lost, if words.is_empty() { message } else { format!("{message}: {words}") })
    }

    /// Has it connect to a server that a call is going to need. Does not wait; the call says what came of it.
    pub fn open(&self, target: &Target) {
        // A session that is gone is noticed by the call.
        let _ = self.send(&Request::Open { target: target.clone() });
    }

    /// Runs SQL and gives its rows, at most `limit` of them.
    ///
    /// # Errors
    /// What the database or the connection says.
    pub fn query(&self, target: &Target, sql: &str, limit: Option<usize>) -> Result<Rows, Failure> {
        let request = |id| Request::Query { id, target: target.clone(), sql: sql.to_owned(), limit };
        match self.answer(request, |_| ())? {
            Answer::Rows(rows) => Ok(rows),
            other => Err(unexpected(&other)),
        }
    }

    /// Runs SQL to its end, exactly as it is, and gives the first `keep` rows.
    ///
    /// # Errors
    /// What the database or the connection says.
    pub fn resolve(&self, target: &Target, sql: &str, keep: usize) -> Result<Rows, Failure> {
        let request = |id| Request::Resolve { id, target: target.clone(), sql: sql.to_owned(), keep };
        match self.answer(request, |_| ())? {
            Answer::Rows(rows) => Ok(rows),
            other => Err(unexpected(&other)),
        }
    }

    /// Names the columns that SQL would give, without running it.
    ///
    /// # Errors
    /// What the database or the connection says.
    pub fn describe(&self, target: &Target, sql: &str) -> Result<Vec<String>, Failure> {
        let request = |id| Request::Describe { id, target: target.clone(), sql: sql.to_owned() };
        match self.answer(request, |_| ())? {
            Answer::Columns(columns) => Ok(columns),
            other => Err(unexpected(&other)),
        }
    }

    /// The types of those columns, as the database spells them.
    ///
    /// # Errors
    /// What the database or the connection says.
    pub fn types(&self, target: &Target, sql: &str) -> Result<Vec<String>, Failure> {
        let request = |id| Request::Types { id, target: target.clone(), sql: sql.to_owned() };
        match self.answer(request, |_| ())? {
            Answer::Columns(types) => Ok(types),
            other => Err(unexpected(&other)),
        }
    }

    /// Runs SQL for what it does.
    ///
    /// # Errors
    /// What the database or the connection says.
    pub fn script(&self, target: &Target, sql: &str) -> Result<ScriptOutcome, Failure> {
        let request = |id| Request::Script { id, target: target.clone(), sql: sql.to_owned() };
        match self.answer(request, |_| ())? {
            Answer::Script(outcome) => Ok(outcome),
            other => Err(unexpected(&other)),
        }
    }

    /// Streams a query's rows into a table (its name as SQL spells it), and gives how many it moved.
    ///
    /// # Errors
    /// What the databases or connections say; the load is undone.
    pub fn transfer(
        &self,
        source: (&Target, &str),
        dest: (&Target, &str),
        progress: impl FnMut(u64),
    ) -> Result<u64, Failure> {
        match self.answer(|id| transfer(id, source, dest, None), progress)? {
            Answer::Moved(rows) => Ok(rows),
            other => Err(unexpected(&other)),
        }
    }

    /// Streams the rows that jrunner prints into a pipe into a table, and gives how many there were.
    ///
    /// # Errors
    /// What the database says of them; the load is undone.
    pub fn take(
        &self,
        pipe: &Path,
        printed: &Printed,
        (dest, table): (&Target, &str),
        progress: impl FnMut(u64),
    ) -> Result<u64, Failure> {
        let request = |id| Request::Take {
            id,
            pipe: pipe.to_owned(),
            printed: Box::new(printed.clone()),
            dest: dest.clone(),
            table: table.to_owned(),
        };
        match self.answer(request, progress)? {
            Answer::Moved(rows) => Ok(rows),
            other => Err(unexpected(&other)),
        }
    }

    /// Streams a query's rows into a table that others see, with all that belongs to that, as one transaction.
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
        match self.answer(|id| transfer(id, source, dest, Some(direct)), progress)? {
            Answer::Loaded(loaded) => Ok(loaded),
            other => Err(unexpected(&other)),
        }
    }

    /// Streams the rows of several queries into a table, so many at once, each of the same moment of the source.
    ///
    /// # Errors
    /// What keeps them from beginning.
    pub fn streams(
        &self,
        (source, queries): (&Target, Vec<String>),
        (dest, table): (&Target, &str),
        streams: usize,
        progress: impl FnMut(u64),
    ) -> Result<Streamed, Failure> {
        let (source, dest, table) = (source.clone(), dest.clone(), table.to_owned());
        let request = |id| Request::Streams { id, source, queries, dest, table, streams };
        match self.answer(request, progress)? {
            Answer::Streamed(streamed) => Ok(streamed),
            other => Err(unexpected(&other)),
        }
    }

    /// Asks the databases to stop all that runs now; the calls then fail as `Cancelled`. The session stays.
    ///
    /// Does not wait: where a call can't get its request through to a process that hangs, this one would not either.
    pub fn cancel(&self) {
        if let Ok(mut input) = self.input.try_lock() {
            // A session that is gone has nothing left to stop.
            let _ = write(&mut input, &Request::Cancel);
        }
    }

    /// Ends the process now. Every call that waits fails as `Lost`.
    pub fn kill(&self) {
        let mut child = lock(&self.child);
        let _ = child.kill();
        let _ = child.wait();
        drop(child);
        self.hang_up();
    }

    /// Has the process end, as nothing more will be asked of it. Does not wait: that is done when this is dropped.
    pub fn hang_up(&self) {
        lock(&self.input).take();
    }

    /// Whether the process lives.
    pub fn is_alive(&self) -> bool {
        matches!(lock(&self.child).try_wait(), Ok(None))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Killing it is for one that does not notice.
        self.hang_up();
        let mut child = lock(&self.child);
        if crate::clock::wait_until(Duration::from_secs(1), || !matches!(child.try_wait(), Ok(None))) {
            return;
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// The request to stream the rows of a query into a table.
fn transfer(
    id: u64,
    (source, sql): (&Target, &str),
    (dest, table): (&Target, &str),
    direct: Option<&Direct>,
) -> Request {
    Request::Transfer {
        id,
        source: source.clone(),
        sql: sql.to_owned(),
        dest: dest.clone(),
        table: table.to_owned(),
        direct: direct.cloned().map(Box::new),
    }
}

/// Writes a request. `None` where the process takes none any more.
fn write(input: &mut Option<ChildStdin>, request: &Request) -> Option<()> {
    let mut line = serde_json::to_vec(request).ok()?;
    line.push(b'\n');
    let input = input.as_mut()?;
    input.write_all(&line).and_then(|()| input.flush()).ok()
}

fn unexpected(answer: &Answer) -> Failure {
    Failure::new(FailureKind::Lost, format!("the runner answered something else than it was asked: {answer:?}"))
}

fn read_events(output: impl Read, pending: &Pending) {
    for line in BufReader::new(output).split(b'\n') {
        let Some(event) = line.ok().and_then(|line| serde_json::from_slice::<Event>(&line).ok()) else { break };
        let sender = lock(pending).as_ref().and_then(|pending| pending.get(&event.id()).cloned());
        if let Some(sender) = sender {
            let _ = sender.send(event);
        }
    }
    // Whoever still waits is told so by the end of its channel.
    lock(pending).take();
}

/// Keeps the last words of the process. Reads on whatever comes, so that it never blocks on a full pipe.
fn read_errors(errors: impl Read, kept: &Mutex<String>) {
    const KEEP: usize = 4096;
    for line in BufReader::new(errors).split(b'\n') {
        let Ok(line) = line else { break };
        let mut kept = lock(kept);
        kept.push_str(&String::from_utf8_lossy(&line));
        kept.push('\n');
        if kept.len() > KEEP {
            let cut = kept.ceil_char_boundary(kept.len() - KEEP);
            kept.drain(..cut);
        }
    }
}
