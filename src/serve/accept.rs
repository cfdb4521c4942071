//! The door: one thread takes the connections in and reads their heads, and only what is a request comes further.
//!
//! A client that is slow, silent or malformed costs a file descriptor and at most 16 KB, for five seconds; when there
//! are too many the one that has waited longest goes. `/health` and what is refused are answered here, so that they
//! are answered whatever the workers do. That is all of HTTP that is needed with `Connection: close`, which is why
//! there is no library behind it: `httparse` reads the head, and the rest of this list would have to stand before any
//! library's own acceptor.

use super::request::{self, HEAD, HEAD_WITHIN, Incoming, too_late};
use super::response::{Failure, Response};
use super::{Line, Server, VERSION};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::json;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::{Duration, Instant};

/// So many connections at most have sent no whole head yet.
const MOST: usize = 512;
/// How long no connection is taken in when there is no file descriptor for it.
const PAUSE: Duration = Duration::from_millis(50);

/// A connection whose head has not come yet.
struct Waiting {
    stream: TcpStream,
    peer: SocketAddr,
    since: Instant,
    bytes: Vec<u8>,
}

/// What came of reading a connection.
enum Came {
    /// There may be more.
    More,
    /// A whole head of so many bytes.
    Head(usize),
    /// It has gone.
    Gone,
    /// It sent what is no request.
    Bad(Failure),
}

/// Takes connections in until `wake` has something to read.
pub fn run(server: &Arc<Server>, listener: &TcpListener, wake: &File, queue: &SyncSender<Incoming>) {
    let most = most();
    let mut waiting: Vec<Waiting> = Vec::new();
    let mut paused: Option<Instant> = None;
    loop {
        let now = Instant::now();
        paused = paused.filter(|until| now < *until);
        let deadlines = waiting.iter().map(|w| w.since + HEAD_WITHIN).chain(paused);
        let timeout = deadlines.min().map(|at| at.saturating_duration_since(now));
        // Rounded up: one too short would find nothing to do, and be tried again and again.
        let timeout = timeout.and_then(|t| Timespec::try_from(t + Duration::from_millis(1)).ok());
        let mut fds = vec![PollFd::new(wake, PollFlags::IN)];
        let accepting = if paused.is_none() { PollFlags::IN } else { PollFlags::empty() };
        fds.push(PollFd::new(listener, accepting));
        fds.extend(waiting.iter().map(|w| PollFd::new(&w.stream, PollFlags::IN)));
        if poll(&mut fds, timeout.as_ref()).is_err_and(|e| e != rustix::io::Errno::INTR) {
            std::thread::sleep(PAUSE);
        }
        let ready: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        drop(fds);
        if ready[0] {
            return;
        }
        let mut still = Vec::with_capacity(waiting.len());
        for (mut one, ready) in waiting.into_iter().zip(&ready[2..]) {
            let came = if *ready { read(&mut one) } else { Came::More };
            match came {
                Came::More if one.since.elapsed() < HEAD_WITHIN => still.push(one),
                Came::More if one.bytes.is_empty() => {}
                Came::More => refuse(server, one, too_late()),
                Came::Head(length) => pass(server, one, length, queue),
                Came::Bad(failure) => refuse(server, one, failure),
                Came::Gone => {}
            }
        }
        waiting = still;
        if ready[1] {
            paused = accept(server, listener, &mut waiting, most);
        }
        server.metrics.waiting.store(waiting.len(), Ordering::Relaxed);
    }
}

/// As many as there are descriptors for, of which runs and the database need some too.
fn most() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(1024);
    usize::try_from(limit / 4).unwrap_or(MOST).clamp(8, MOST)
}

/// Takes in who knocks. Gives until when to take in nobody, where there are no descriptors.
fn accept(server: &Server, listener: &TcpListener, waiting: &mut Vec<Waiting>, most: usize) -> Option<Instant> {
    // Some at a time, so that those within are read too.
    for _ in 0..64 {
        match listener.accept() {
            Ok((stream, peer)) => {
                server.metrics.connections.fetch_add(1, Ordering::Relaxed);
                if stream.set_nonblocking(true).is_err() {
                    continue;
                }
                if waiting.len() >= most {
                    server.metrics.evicted.fetch_add(1, Ordering::Relaxed);
                    waiting.remove(0);
                }
                waiting.push(Waiting { stream, peer, since: Instant::now(), bytes: Vec::new() });
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => return None,
            // It went while it knocked.
            Err(e) if matches!(e.kind(), ErrorKind::ConnectionAborted | ErrorKind::Interrupted) => {}
            Err(_) => {
                // Out of descriptors or memory: whoever has waited longest makes room.
                if !waiting.is_empty() {
                    server.metrics.evicted.fetch_add(1, Ordering::Relaxed);
                    waiting.remove(0);
                }
                return Some(Instant::now() + PAUSE);
            }
        }
    }
    None
}

fn read(one: &mut Waiting) -> Came {
    let mut piece = [0; HEAD + 1];
    loop {
        match one.stream.read(&mut piece) {
            Ok(0) => return Came::Gone,
            Ok(n) => {
                let looked = one.bytes.len();
                one.bytes.extend_from_slice(&piece[..n]);
                match request::end_of(&one.bytes, looked) {
                    Ok(Some(length)) => return Came::Head(length),
                    Err(failure) => return Came::Bad(failure),
                    Ok(None) => {}
                }
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => return Came::More,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Came::Gone,
        }
    }
}

/// Hands a request on to the workers, or answers it here.
fn pass(server: &Server, mut one: Waiting, length: usize, queue: &SyncSender<Incoming>) {
    let head = match request::parse(&one.bytes[..length]) {
        Ok(head) => head,
        Err(failure) => return refuse(server, one, failure),
    };
    let rest = one.bytes.split_off(length);
    let Waiting { stream, peer, since, .. } = one;
    if head.path == ["health"] && ["GET", "HEAD"].contains(&&*head.method) {
        let response = Response::json(200, &json!({"status": "ok", "version": VERSION}));
        return answer(server, stream, (peer, since), (&head.method, &head.raw_path), &response);
    }
    let incoming = Incoming { stream, peer, since, head, rest };
    if let Err(TrySendError::Full(one) | TrySendError::Disconnected(one)) = queue.try_send(incoming) {
        let busy = Failure::new(503, "busy", "there is too much to do").header("Retry-After", "5").response();
        answer(server, one.stream, (peer, since), (&one.head.method, &one.head.raw_path), &busy);
    }
}

/// Refuses what is no request. Of its first line the log has what can be read.
fn refuse(server: &Server, one: Waiting, failure: Failure) {
    let line = one.bytes.split(|b| b"\r\n".contains(b)).next().unwrap_or_default();
    let line = String::from_utf8_lossy(&line[..line.len().min(1000)]);
    let mut words = line.split(' ');
    let (method, path) = match (words.next(), words.next()) {
        (Some(method), Some(target)) => (method, target.split('?').next().unwrap_or_default()),
        _ => ("", ""),
    };
    answer(server, one.stream, (one.peer, one.since), (method, path), &failure.response());
}

/// Answers here. A short answer fits into a connection's buffer, so that this waits for nobody.
fn answer(
    server: &Server,
    mut stream: TcpStream,
    (peer, since): (SocketAddr, Instant),
    (method, path): (&str, &str),
    response: &Response,
) {
    let bytes = response.bytes(method != "HEAD");
    let sent = stream.write(&bytes).is_ok_and(|n| n == bytes.len());
    let _ = stream.shutdown(std::net::Shutdown::Write);
    // What has come already is taken, as closing over it would be a reset, which takes the answer back.
    let mut piece = [0; 64 * 1024];
    for _ in 0..4 {
        if !matches!(stream.read(&mut piece), Ok(n) if n > 0) {
            break;
        }
    }
    server.access(&Line {
        peer,
        since,
        method,
        path,
        status: response.status,
        user: None,
        error: response.error,
        sent,
    });
}
