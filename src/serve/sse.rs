//! A run watched as it goes: server-sent events (HTML standard, section 9.2).
//!
//! Events are `log` (lines of its log), `status` (it changed) and `end` (the run). The id of an event is how many bytes
//! of the log have been sent, so that a client that lost its connection goes on where it was.

use super::request::Incoming;
use super::response::{Failure, beginning};
use super::router::{Answer, Call};
use super::{Line, Server};
use crate::error::{Error, Result};
use crate::store::{Store, output, run};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// So many clients watch at once.
const MOST: usize = 32;
/// How often the log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// After how long without an event something is sent, so that nobody between takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a client may take to take what is sent.
const WRITE_WITHIN: Duration = Duration::from_secs(10);

/// A place among the clients that watch.
struct Place(Arc<Server>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.streams.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What is to be watched, from where.
pub struct Watch {
    run_id: i64,
    sent: usize,
    _place: Place,
}

/// `GET /api/runs/{id}/stream`.
///
/// # Errors
/// 404 where there is no such run, 503 where too many watch.
pub fn stream(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let run_id = run::get(call.store.read(), call.number("run")?)?.id;
    let sent = call.head.header("last-event-id").and_then(|id| id.parse().ok()).unwrap_or(0);
    let watching = call.server.streams.fetch_add(1, Ordering::SeqCst);
    let place = Place(call.server.clone());
    if watching >= MOST {
        return Err(
            Failure::new(503, "busy", format!("{MOST} clients watch a run already")).header("Retry-After", "10")
        );
    }
    Ok(Answer::Stream(Watch { run_id, sent, _place: place }))
}

/// Sends the events of a run to a client, in a thread of its own, until the run ends or the client goes.
pub fn start(server: &Arc<Server>, mut incoming: Incoming, user: Option<String>, watch: Watch) {
    let server = server.clone();
    // Where there is no thread for it, the connection ends, and the client tries again.
    let _ = std::thread::Builder::new().name("stream".to_owned()).spawn(move || {
        let with_body = incoming.head.method != "HEAD";
        let sent = send(&server, &mut incoming.stream, watch, with_body).is_ok();
        server.access(&Line {
            peer: incoming.peer,
            since: incoming.since,
            method: &incoming.head.method,
            path: &incoming.head.raw_path,
            status: 200,
            user: user.as_deref(),
            error: None,
            sent,
        });
    });
}

fn send(server: &Server, client: &mut TcpStream, mut watch: Watch, with_body: bool) -> Result<()> {
    let gone = |e| Error::system("the client has gone", e);
    client.set_write_timeout(Some(WRITE_WITHIN)).map_err(gone)?;
    let _ = client.set_nodelay(true);
    client.write_all(format!("{}\r\n", beginning(200, "text/event-stream")).as_bytes()).map_err(gone)?;
    if !with_body {
        return Ok(());
    }
    let mut store = Store::open(&server.db)?;
    let (mut last, mut status, mut looks) = (None, String::new(), 0_u32);
    let mut said = Instant::now();
    loop {
        let (run, text) = look(&mut store, watch.run_id, &mut last, &mut watch.sent)?;
        let mut events = String::new();
        if !text.is_empty() {
            events += &event("log", Some(watch.sent), &text);
        }
        if run.status != status {
            status.clone_from(&run.status);
            let now = json!({"run_id": run.id, "status": status, "started_at": run.started_at});
            events += &event("status", None, &now.to_string());
        }
        let over = run.status != "running";
        if over {
            events += &event("end", None, &run.document().to_string());
        } else if events.is_empty() && said.elapsed() >= HEARTBEAT {
            events = ": the run goes on\n\n".to_owned();
        }
        if !events.is_empty() {
            client.write_all(events.as_bytes()).map_err(gone)?;
            said = Instant::now();
        }
        if over {
            return Ok(());
        }
        wait(client)?;
        looks += 1;
        if looks.is_multiple_of(20) {
            // Its process may have been killed while somebody watches.
            server.settle_now_and_then(&store)?;
        }
    }
}

/// What has been logged since the last look, and the run. One short transaction: when a run ends its log is folded into
/// one piece, and between two reads that would be seen in part.
fn look(store: &mut Store, id: i64, last: &mut Option<i64>, sent: &mut usize) -> Result<(run::Run, String)> {
    let tx = store.read().unchecked_transaction()?;
    let run = run::get(&tx, id)?;
    let over = run.status != "running";
    // From the beginning on the first look, and on the last, when the pieces are one.
    let after = if over { 0 } else { last.unwrap_or(0) };
    let pieces = output::after(&tx, id, "live_log", after)?;
    drop(tx);
    let whole = last.is_none() || over;
    if let Some((piece, _)) = pieces.last() {
        *last = Some(*piece);
    }
    last.get_or_insert(0);
    let mut text: String = pieces.into_iter().map(|(_, text)| text).collect();
    if whole {
        // What is cut from a log that is too long is not sent twice, and not at all to who came later.
        let from = text.ceil_char_boundary((*sent).min(text.len()));
        *sent = (*sent).max(text.len());
        text.drain(..from);
    } else {
        *sent += text.len();
    }
    Ok((run, text))
}

/// An event, its data line by line.
fn event(name: &str, id: Option<usize>, data: &str) -> String {
    let mut text = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    text += &format!("event: {name}\n");
    for line in data.trim_end_matches('\n').split(['\n', '\r']) {
        text += &format!("data: {line}\n");
    }
    text + "\n"
}

/// Sleeps until the next look, or until the client goes.
fn wait(client: &mut TcpStream) -> Result<()> {
    let until = Instant::now() + LOOK_EVERY;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        let mut fds = [PollFd::new(client, PollFlags::IN | PollFlags::RDHUP)];
        let timeout = Timespec::try_from(left).ok();
        if !poll(&mut fds, timeout.as_ref()).is_ok_and(|ready| ready > 0) {
            continue;
        }
        // Nothing is said to a stream: what comes is its end, or of no interest.
        match client.read(&mut [0; 1024]) {
            Ok(n) if n > 0 => std::thread::sleep(Duration::from_millis(10)),
            _ => return Err(Error::system("the client has gone", "it hung up")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::event;

    #[test]
    fn an_event_has_its_data_line_by_line() {
        assert_eq!(event("log", Some(5), "a\nb\n"), "id: 5\nevent: log\ndata: a\ndata: b\n\n");
        assert_eq!(event("end", None, "{}"), "event: end\ndata: {}\n\n");
        assert_eq!(event("log", None, "a\r\nevent: x"), "event: log\ndata: a\ndata: \ndata: event: x\n\n");
    }
}
