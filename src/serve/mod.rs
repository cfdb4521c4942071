//! `pipekit serve`: the API over HTTP, and the loop that does what is due.
//!
//! One thread takes connections in (`accept`), a few workers answer requests (`worker`, `router`, `api`), a run has a
//! thread of its own (`background`), and so has each client that watches one (`sse`).

mod accept;
mod api;
mod auth;
mod background;
mod log;
mod metrics;
mod openapi;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod router;
mod schema;
mod sse;
mod systemd;
mod ticker;
mod worker;

use crate::clock;
use crate::engine::recover;
use crate::error::{Code, Error, Result};
use crate::store::Store;
use auth::Auth;
use background::Background;
use log::Log;
pub use log::Sink;
use metrics::Metrics;
use serde_json::json;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::fs::File;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

/// The program's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// So many requests are answered at once.
const WORKERS: usize = 8;
/// So many wait for it.
const QUEUE: usize = 64;

/// How to serve.
pub struct Config {
    /// The database.
    pub db: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whether that may be reached from elsewhere.
    pub allow_remote: bool,
    /// How long runs may go on when the server is told to end.
    pub grace: Duration,
    /// Where the log goes.
    pub log: Arc<Sink>,
}

/// What all threads of a server share.
pub(crate) struct Server {
    db: PathBuf,
    auth: Auth,
    runs: Arc<Background>,
    log: Log,
    metrics: Metrics,
    /// Whether it listens where only this machine can reach it.
    loopback: bool,
    streams: AtomicUsize,
    /// When dead runs were last looked for.
    settled: Mutex<Option<Instant>>,
    ticker: ticker::Ticker,
}

impl Server {
    /// Settles what dead runs left behind, so that whoever looks sees the truth. Not more than once a second: it looks
    /// at the lock of every run that goes on.
    fn settle_now_and_then(&self, store: &Store) -> Result<()> {
        {
            let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
            if settled.is_some_and(|at| at.elapsed() < Duration::from_secs(1)) {
                return Ok(());
            }
            *settled = Some(Instant::now());
        }
        let dead = recover::settle_dead(store)?;
        if dead > 0 {
            self.log.say(&json!({"event": "settled", "dead_runs": dead}));
        }
        Ok(())
    }

    /// Counts a request, and writes the line about it. The query is left out, as it could hold anything.
    fn access(&self, line: &Line<'_>) {
        self.metrics.count(line.status);
        let path: String = line.path.chars().take(300).collect();
        let mut document = json!({
            "event": "request", "remote": line.peer.ip().to_string(), "method": line.method, "path": path,
            "status": line.status, "ms": u64::try_from(line.since.elapsed().as_millis()).unwrap_or(u64::MAX),
            "user": line.user,
        });
        if let Some(error) = line.error {
            document["error"] = json!(error);
        }
        if !line.sent {
            document["sent"] = json!(false);
        }
        self.log.say(&document);
    }
}

/// What there is to log of a request.
struct Line<'a> {
    peer: SocketAddr,
    since: Instant,
    method: &'a str,
    path: &'a str,
    status: u16,
    /// The user, where one was let in.
    user: Option<&'a str>,
    /// The code of the error that it was answered with.
    error: Option<&'a str>,
    /// Whether the client took the answer.
    sent: bool,
}

/// Serves until the process is told to end, and tells `ready` where. Runs that go on then have the grace period, and
/// are cancelled after it, or at a second signal.
///
/// # Errors
/// `Usage` where nobody could be let in, or others could reach it and nobody said they may; `System` where it can't
/// listen there.
pub fn serve(config: Config, ready: impl FnOnce(SocketAddr)) -> Result<()> {
    let loopback = config.listen.ip().is_loopback();
    if !loopback && !config.allow_remote {
        return Err(Error::new(
            Code::Usage,
            format!("{} can be reached from other machines, and passwords go over it in the clear", config.listen),
        )
        .hint("--allow-remote says that this is wanted; better a reverse proxy with TLS before 127.0.0.1"));
    }
    let store = Store::open(&config.db)?;
    let auth = Auth::new(&store)?;
    let fail = |e| Error::system(format_args!("can't listen on {}", config.listen), e);
    let listener = TcpListener::bind(config.listen).map_err(fail)?;
    listener.set_nonblocking(true).map_err(fail)?;
    let at = listener.local_addr().map_err(fail)?;
    let log = Log::new(config.log);
    let server = Arc::new(Server {
        db: store.path().to_owned(),
        auth,
        runs: Background::new(store.path().to_owned(), log.clone()),
        log,
        metrics: Metrics::default(),
        loopback: loopback && !config.allow_remote,
        streams: AtomicUsize::new(0),
        settled: Mutex::default(),
        ticker: ticker::Ticker::default(),
    });
    drop(store);
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGINT, SIGHUP])
        .map_err(|e| Error::system("can't watch for signals", e))?;

    let (queue, requests) = mpsc::sync_channel(QUEUE);
    let requests = Arc::new(Mutex::new(requests));
    for _ in 0..WORKERS {
        let (server, requests) = (server.clone(), requests.clone());
        spawn("worker", move || worker::run(&server, &requests))?;
    }
    let (wake, mut waker) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)
        .map(|(read, write)| (File::from(read), File::from(write)))
        .map_err(|e| Error::system("can't make a pipe", e))?;
    let door = {
        let server = server.clone();
        spawn("accept", move || accept::run(&server, &listener, &wake, &queue))?
    };
    let ticking = {
        let server = server.clone();
        spawn("tick", move || ticker::run(&server))?
    };
    ready(at);
    systemd::tell(&format!("READY=1\nSTATUS=serving http://{at}"));
    server.log.say(&json!({"event": "start", "listen": at.to_string(), "version": VERSION}));

    // A hang-up is a reason to look at once; nothing of the definitions is kept, so that there is nothing to read anew.
    while signals.forever().next() == Some(SIGHUP) {
        server.ticker.wake();
    }
    let going = server.runs.going();
    server.log.say(&json!({"event": "stop", "running": going, "grace_s": config.grace.as_secs()}));
    systemd::tell(&format!("STOPPING=1\nSTATUS=ending; {going} runs go on, for {} s at most", config.grace.as_secs()));
    server.ticker.stop();
    // The API goes on meanwhile, so that one can see what is waited for.
    let again = std::cell::RefCell::new(signals);
    let patient = || !again.borrow_mut().pending().any(|signal| signal != SIGHUP);
    server.runs.finish(config.grace, patient);
    // Who watches one of them sees its end. Those that watch another process's run are not waited for.
    let until = Instant::now() + Duration::from_secs(1);
    while server.streams.load(Ordering::SeqCst) > 0 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    // Where that fails the thread ends with the process.
    let _ = waker.write_all(&[0]);
    for thread in [door, ticking] {
        let _ = thread.join();
    }
    server.log.say(&json!({"event": "end", "started": clock::text(server.metrics.started)}));
    Ok(())
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<std::thread::JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map_err(|e| Error::system("can't start a thread", e))
}
