//! A worker: takes a request, sees who it is from, reads its body, has it answered, and writes the line about it.

use super::request::Incoming;
use super::response::{Failure, Response};
use super::router::{self, Answer, Call};
use super::{Line, Server, auth, sse};
use crate::error::Error;
use crate::store::Store;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a worker that has nothing to do keeps its way to the database, which takes memory.
const IDLE: Duration = Duration::from_secs(5);

/// Answers requests for as long as there may be some.
pub fn run(server: &Arc<Server>, requests: &Mutex<Receiver<Incoming>>) {
    let mut store = None;
    loop {
        let next = requests.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(IDLE);
        match next {
            Ok(incoming) => answer(server, &mut store, incoming),
            Err(RecvTimeoutError::Timeout) => store = None,
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn answer(server: &Arc<Server>, store: &mut Option<Store>, mut incoming: Incoming) {
    let _ = incoming.stream.set_nonblocking(false);
    let mut user = None;
    let mut unread = incoming.head.length > 0;
    // A fault of ours in one request is an answer to it, and no end of the worker.
    let done = catch_unwind(AssertUnwindSafe(|| handle(server, store, &mut incoming, &mut user, &mut unread)));
    let answer = done.unwrap_or_else(|_| {
        *store = None;
        Err(Error::system("this request", "a fault of pipekit's own, which is on its standard error").into())
    });
    let response = match answer {
        Ok(Answer::Whole(response)) => response,
        Ok(Answer::Stream(watch)) => return sse::start(server, incoming, user, watch),
        Err(failure) => failure.response(),
    };
    let with_body = incoming.head.method != "HEAD";
    let sent = response.send(&mut incoming.stream, with_body, unread).is_ok();
    server.access(&Line {
        peer: incoming.peer,
        since: incoming.since,
        method: &incoming.head.method,
        path: &incoming.head.raw_path,
        status: response.status,
        user: user.as_deref(),
        error: response.error,
        sent,
    });
}

fn handle(
    server: &Arc<Server>,
    store: &mut Option<Store>,
    incoming: &mut Incoming,
    user: &mut Option<String>,
    unread: &mut bool,
) -> Result<Answer, Failure> {
    let store = match store {
        Some(store) => store,
        None => store.insert(Store::open(&server.db)?),
    };
    auth::same_site(&incoming.head, server.loopback)?;
    *user = Some(server.auth.user(store.read(), &incoming.head)?);
    let (route, id) = router::find(&incoming.head)?;
    let mut body = String::new();
    if incoming.head.method == "POST" {
        auth::is_json(&incoming.head)?;
        let bytes = incoming.body()?;
        *unread = false;
        body = String::from_utf8(bytes).map_err(|_| Failure::new(400, "bad_request", "the body is not UTF-8"))?;
    }
    router::check_query(route, &incoming.head)?;
    server.settle_now_and_then(store)?;
    (route.handle)(&mut Call { server, store, head: &incoming.head, id, body: &body })
}

/// An answer that is a document.
impl From<Response> for Answer {
    fn from(response: Response) -> Answer {
        Answer::Whole(response)
    }
}
