//! The process behind a session: reads requests, runs each on a thread, keeps connections between them.

use super::builtin::{self, Canceller, Client, Within};
use super::wire::{Answer, Event, Request};
use super::{Failure, FailureKind, Rows, Target};
use crate::clock;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a connection may have waited that is used without being asked whether it still stands.
const FRESH: Duration = Duration::from_secs(1);
/// How long a process whose engine is gone stays to have its databases told.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// A connection that is being made, or was: it waits there for whoever asks first.
type Opening = JoinHandle<(Result<Client, Failure>, Instant)>;

/// What the threads of a session share.
#[derive(Default)]
struct Shared {
    /// Connections that were asked for ahead of their use.
    opening: Mutex<HashMap<Target, Vec<Opening>>>,
    /// Connections that wait for use, and since when.
    idle: Mutex<HashMap<Target, Vec<(Client, Instant)>>>,
    /// How to stop what runs, by request.
    running: Mutex<HashMap<u64, Vec<Canceller>>>,
    /// How often all was stopped: a request that began before the last time must not go on.
    stops: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves requests until `input` ends: then whoever asked is gone, so all that runs is stopped and the process may end.
pub fn serve(input: impl BufRead, output: impl Write + Send + 'static) {
    let shared = Arc::new(Shared::default());
    let output = Arc::new(Mutex::new(output));
    for line in input.split(b'\n') {
        let Ok(line) = line else { break };
        let Ok(request) = serde_json::from_slice::<Request>(&line) else { break };
        match request {
            Request::Cancel => drop(shared.stop_all()),
            Request::Open { target } => shared.open(target),
            request => answer(&shared, &output, request),
        }
    }
    let sent = shared.stop_all();
    clock::wait_until(LAST_WORDS, || sent.iter().all(JoinHandle::is_finished));
}

/// Has a thread do what is asked for, and say what came of it.
fn answer(shared: &Arc<Shared>, output: &Arc<Mutex<impl Write + Send + 'static>>, request: Request) {
    let (shared, output, stops) = (shared.clone(), output.clone(), shared.stops.load(Ordering::SeqCst));
    std::thread::spawn(move || {
        let say = |event: &Event| {
            if let Ok(mut line) = serde_json::to_vec(event) {
                line.push(b'\n');
                let mut output = lock(&output);
                // Nobody listens any more: the end of the input says so too.
                let _ = output.write_all(&line).and_then(|()| output.flush());
            }
        };
        let id = request.id();
        // Without an answer the engine would wait for ever.
        let answer = catch_unwind(AssertUnwindSafe(|| shared.run(request, stops, &say))).unwrap_or_else(|panic| {
            let words = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref().copied());
            Err(Failure::new(FailureKind::Lost, format!("a fault of the runner: {}", words.unwrap_or("it panicked"))))
        });
        lock(&shared.running).remove(&id);
        say(&match answer {
            Ok(answer) => Event::Done { id, answer },
            Err(failure) => Event::Failed { id, failure },
        });
    });
}

impl Shared {
    /// Stops all that runs. Gives what waits for the cancellations to have been sent: a server that has fallen silent may
    /// never take one.
    fn stop_all(&self) -> Vec<JoinHandle<()>> {
        self.stops.fetch_add(1, Ordering::SeqCst);
        let running: Vec<Canceller> = lock(&self.running).values().flatten().cloned().collect();
        // A database may act on a cancellation after the statement that it was for: no connection outlives one.
        let idle = std::mem::take(&mut *lock(&self.idle));
        let closing = std::thread::spawn(|| drop(idle));
        running.into_iter().map(|c| std::thread::spawn(move || c.cancel())).chain([closing]).collect()
    }

    /// A connection for a request: one that waits, or a new one. From now on the request can be stopped.
    fn client(&self, id: u64, target: &Target, stops: u64) -> Result<Client, Failure> {
        let client = match self.idle(target) {
            Some(client) => client,
            None => self.opened(target).unwrap_or_else(|| Client::connect(target))?,
        };
        lock(&self.running).entry(id).or_default().push(client.canceller());
        if self.stops.load(Ordering::SeqCst) != stops {
            return Err(Failure::new(FailureKind::Cancelled, "cancelled before it began"));
        }
        Ok(client)
    }

    /// Begins to connect, so that nothing waits for it when it is needed.
    fn open(&self, target: Target) {
        let to = target.clone();
        let opening = std::thread::spawn(move || (Client::connect(&to), Instant::now()));
        lock(&self.opening).entry(target).or_default().push(opening);
    }

    /// A connection that was asked for ahead, or why there is none. What is old news is not told.
    fn opened(&self, target: &Target) -> Option<Result<Client, Failure>> {
        loop {
            let opening = lock(&self.opening).get_mut(target)?.pop()?;
            let (result, since) = opening.join().ok()?;
            if since.elapsed() < FRESH {
                return Some(result);
            }
            let Ok(client) = result else { continue };
            if let Some(client) = still_stands(client) {
                return Some(Ok(client));
            }
        }
    }

    /// A connection that waits and still stands: servers and firewalls end those that wait for long.
    fn idle(&self, target: &Target) -> Option<Client> {
        loop {
            let (client, since) = lock(&self.idle).get_mut(target)?.pop()?;
            if since.elapsed() < FRESH {
                return Some(client);
            }
            if let Some(client) = still_stands(client) {
                return Some(client);
            }
        }
    }

    fn put_back(&self, target: Target, client: Client, stops: u64) {
        // Under the lock, so that a stop of all comes either before this, and is seen, or after, and clears it away.
        let mut idle = lock(&self.idle);
        if client.is_usable() && self.stops.load(Ordering::SeqCst) == stops {
            idle.entry(target).or_default().push((client, Instant::now()));
        }
    }

    /// The same, for the source of a transfer.
    fn source(&self, id: u64, target: &Target, stops: u64) -> Result<Client, Failure> {
        self.client(id, target, stops).map_err(|mut failure| {
            if matches!(failure.kind, FailureKind::Connect | FailureKind::Url) {
                failure.kind = FailureKind::ConnectSource;
            }
            failure
        })
    }

    /// So many pairs of a source's and a destination's connection, which are opened side by side.
    fn pairs(
        &self,
        id: u64,
        (source, dest): (&Target, &Target),
        stops: u64,
        count: usize,
    ) -> Result<Vec<(Client, Client)>, Failure> {
        std::thread::scope(|scope| {
            let open = || {
                let to = self.client(id, dest, stops)?;
                Ok((self.source(id, source, stops)?, to))
            };
            let opening: Vec<_> = (0..count).map(|_| scope.spawn(open)).collect();
            let ended = || Err(Failure::new(FailureKind::Lost, "a thread of the runner ended"));
            opening.into_iter().map(|pair| pair.join().unwrap_or_else(|_| ended())).collect()
        })
    }

    fn run(&self, request: Request, stops: u64, say: &(dyn Fn(&Event) + Sync)) -> Result<Answer, Failure> {
        match request {
            Request::Query { id, target, sql, limit } => {
                self.with(id, target, stops, |client| client.query(&sql, limit).map(Answer::Rows))
            }
            Request::Resolve { id, target, sql, keep } => {
                self.with(id, target, stops, |client| first_rows(client, &sql, keep).map(Answer::Rows))
            }
            Request::Describe { id, target, sql } => {
                self.with(id, target, stops, |client| client.describe(&sql).map(Answer::Columns))
            }
            Request::Types { id, target, sql } => {
                self.with(id, target, stops, |client| client.types(&sql).map(Answer::Columns))
            }
            Request::Script { id, target, sql } => {
                self.with(id, target, stops, |client| client.script(&sql).map(Answer::Script))
            }
            Request::Transfer { id, source, sql, dest, table, direct } => {
                // First the end that has been spoken to already: where both are one server, it knows its tables.
                let mut to = self.client(id, &dest, stops)?;
                let mut from = match self.source(id, &source, stops) {
                    Ok(from) => from,
                    Err(failure) => {
                        self.put_back(dest, to, stops);
                        return Err(failure);
                    }
                };
                let progress = &mut |rows| say(&Event::Progress { id, rows });
                let within = direct.as_deref().map(Within::new);
                let moved = builtin::transfer(&mut from, &sql, &mut to, &table, within.as_ref(), progress);
                self.put_back(source, from, stops);
                // A load into the destination itself has settings and locks of its own on its connection.
                if direct.is_none() {
                    self.put_back(dest, to, stops);
                }
                Ok(match (moved?, within.and_then(Within::loaded)) {
                    (_, Some(loaded)) => Answer::Loaded(loaded),
                    (rows, None) => Answer::Moved(rows),
                })
            }
            Request::Streams { id, source, queries, dest, table, streams } => {
                let mut pairs = self.pairs(id, (&source, &dest), stops, streams.min(queries.len()))?;
                let stop = || {
                    let running: Vec<Canceller> = lock(&self.running).get(&id).cloned().unwrap_or_default();
                    // None waits for another: a server that has fallen silent may never take one.
                    running.into_iter().for_each(|canceller| drop(std::thread::spawn(move || canceller.cancel())));
                };
                let tell = |rows| say(&Event::Progress { id, rows });
                let came = builtin::streams(&mut pairs, &queries, &table, &stop, &tell)?;
                // A server may act on a cancellation after the statement that it was for.
                if came.failed.is_none() {
                    for (from, to) in pairs {
                        self.put_back(source.clone(), from, stops);
                        self.put_back(dest.clone(), to, stops);
                    }
                }
                Ok(Answer::Streamed(came))
            }
            Request::Take { id, pipe, printed, dest, table } => {
                // Whoever writes waits for this, whatever comes of the connection.
                let rows = File::open(&pipe).map_err(|e| {
                    Failure::new(FailureKind::Lost, format!("the pipe of the rows can't be opened: {e}"))
                })?;
                let rows = BufReader::with_capacity(1 << 16, rows);
                let progress = &mut |rows| say(&Event::Progress { id, rows });
                self.with(id, dest, stops, |to| builtin::take(rows, &printed, to, &table, progress).map(Answer::Moved))
            }
            Request::Open { .. } | Request::Cancel => Err(Failure::new(FailureKind::Cancelled, "nothing to answer")),
        }
    }

    fn with<T>(
        &self,
        id: u64,
        target: Target,
        stops: u64,
        work: impl FnOnce(&mut Client) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut client = self.client(id, &target, stops)?;
        let done = work(&mut client);
        self.put_back(target, client, stops);
        done
    }
}

/// The connection, if it answers.
fn still_stands(mut client: Client) -> Option<Client> {
    if client.answers() {
        return Some(client);
    }
    // To close one that does not answer can take as long as TCP hopes for it.
    std::thread::spawn(move || drop(client));
    None
}

/// The first rows of a query that runs to its end: memory stays flat when it gives a million where one was meant.
fn first_rows(client: &mut Client, sql: &str, keep: usize) -> Result<Rows, Failure> {
    let mut columns = Vec::new();
    let (mut rows, mut truncated) = (Vec::new(), false);
    client.stream(
        sql,
        &mut |names| {
            columns = names.to_vec();
            Ok(())
        },
        &mut |row| {
            if rows.len() < keep {
                rows.push(row.iter().map(|v| v.map(str::to_owned)).collect());
            } else {
                truncated = true;
            }
            Ok(())
        },
    )?;
    Ok(Rows { columns, rows, truncated })
}
