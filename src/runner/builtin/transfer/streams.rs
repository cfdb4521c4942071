//! Several queries into one table at once, each of the same moment of the source: as many as there are pairs of
//! connections, the next one as soon as a pair is free.

use super::transfer;
use crate::runner::builtin::Client;
use crate::runner::builtin::postgresql::Connection;
use crate::runner::{Failure, FailureKind, Part, Streamed};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Reads nothing else than its snapshot, and changes nothing.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Streams the rows of all `queries` into `table`, by pairs of a source's and a destination's connection. Each query is a
/// transaction of its own at the destination, so that rows of some are in the table where another failed. `stop` asks all
/// that runs on the pairs to stop; `tell` gets the count of all, a few times a second.
///
/// # Errors
/// Where the source's connections can't be given one moment of it: then nothing has moved.
pub fn streams(
    pairs: &mut [(Client, Client)],
    queries: &[String],
    table: &str,
    stop: &(dyn Fn() + Sync),
    tell: &(dyn Fn(u64) + Sync),
) -> Result<Streamed, Failure> {
    let mut sources: Vec<&mut Connection> = Vec::new();
    for (source, _) in &mut *pairs {
        match source {
            Client::Postgres(source) => sources.push(&mut source.0),
            _ => return Err(Failure::new(FailureKind::Shape, "only PostgreSQL shows several connections one moment")),
        }
    }
    share_a_moment(&mut sources)?;
    let (next, moved) = (AtomicUsize::new(0), AtomicU64::new(0));
    let came = Mutex::new(Streamed { done: vec![None; queries.len()], failed: None });
    std::thread::scope(|scope| {
        for (source, dest) in pairs {
            let (next, moved, came) = (&next, &moved, &came);
            scope.spawn(move || {
                while lock(came).failed.is_none() {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(query) = queries.get(at) else { break };
                    let (mut counted, began) = (0, Instant::now());
                    let mut count = |rows: u64| {
                        let more = rows.saturating_sub(counted);
                        counted = rows;
                        moved.fetch_add(more, Ordering::Relaxed) + more
                    };
                    let done = transfer(source, query, dest, table, None, &mut |rows| tell(count(rows)));
                    match done {
                        Ok(rows) => {
                            count(rows);
                            let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                            lock(came).done[at] = Some(Part { rows, millis });
                        }
                        Err(failure) => return fail(came, at, failure, stop),
                    }
                }
                leave(source);
            });
        }
    });
    Ok(came.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn lock(came: &Mutex<Streamed>) -> MutexGuard<'_, Streamed> {
    came.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the first failure, which is the one that matters, and stops the others: what they then say is its consequence.
fn fail(came: &Mutex<Streamed>, at: usize, failure: Failure, stop: &(dyn Fn() + Sync)) {
    let mut came = lock(came);
    if came.failed.is_none() {
        came.failed = Some((at, failure));
        drop(came);
        stop();
    }
}

/// Begins a transaction on each connection that sees what the first one sees. That one has to stay in its own until the
/// others are in theirs (PostgreSQL's manual, 9.28.5).
fn share_a_moment(sources: &mut [&mut Connection]) -> Result<(), Failure> {
    let Some((first, others)) = sources.split_first_mut() else { return Ok(()) };
    let export = format!("{BEGIN}; SELECT pg_catalog.pg_export_snapshot()");
    let snapshot = run(first, &export)?.ok_or_else(|| unshared("it names no snapshot"))?;
    for other in others {
        run(other, &format!("{BEGIN}; SET TRANSACTION SNAPSHOT '{}'", snapshot.replace('\'', "''")))?;
    }
    Ok(())
}

/// Runs SQL that leaves a transaction open, and gives the value that comes back.
fn run(source: &mut Connection, sql: &str) -> Result<Option<String>, Failure> {
    source.cancelled().check()?;
    let answer = source.client().simple_query(sql).map_err(|error| {
        let failure = source.failure(&error);
        match failure.kind {
            FailureKind::Sql => Failure { message: unshared(&failure.message).message, ..failure },
            FailureKind::Lost => Failure { kind: FailureKind::ConnectSource, ..failure },
            _ => failure,
        }
    })?;
    Ok(answer.into_iter().find_map(|message| match message {
        postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }))
}

fn unshared(why: &str) -> Failure {
    Failure::new(FailureKind::Sql, format!("the source does not show its connections one moment of it: {why}"))
}

/// Ends the transaction, in which nothing was changed.
fn leave(source: &mut Client) {
    if let Client::Postgres(source) = source
        && source.0.is_usable()
    {
        source.0.roll_back();
    }
}
