//! What the server can be watched by: Prometheus's text format, version 0.0.4.

use super::VERSION;
use super::response::{Failure, Response};
use super::router::{Answer, Call, Route};
use crate::clock;
use crate::store::vitals::{self, Vitals};
use jiff::Timestamp;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// The routes here.
pub const ROUTES: &[Route] = &[Route::get("/metrics", "What Prometheus reads", "text", read)];

/// What is counted.
pub struct Metrics {
    /// When the process began.
    pub started: Timestamp,
    /// Connections that were taken in.
    pub connections: AtomicU64,
    /// Those that made room for others before they had asked anything.
    pub evicted: AtomicU64,
    /// Those that have not asked anything yet.
    pub waiting: AtomicUsize,
    /// Requests answered, by the first digit of their status.
    answered: [AtomicU64; 6],
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics {
            started: Timestamp::now(),
            connections: AtomicU64::default(),
            evicted: AtomicU64::default(),
            waiting: AtomicUsize::default(),
            answered: Default::default(),
        }
    }
}

impl Metrics {
    /// Counts an answer.
    pub fn count(&self, status: u16) {
        if let Some(class) = self.answered.get(usize::from(status / 100)) {
            class.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A metric's help and type, then its samples.
fn metric<V: std::fmt::Display>(
    out: &mut String,
    name: &str,
    kind: &str,
    help: &str,
    samples: impl IntoIterator<Item = (String, V)>,
) {
    // Writing to a String can't fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (labels, value) in samples {
        let _ = writeln!(out, "{name}{labels} {value}");
    }
}

fn one<V>(value: V) -> [(String, V); 1] {
    [(String::new(), value)]
}

fn read(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let (server, conn) = (call.server, call.store.read());
    let m = &server.metrics;
    let mut out = String::new();
    metric(&mut out, "pipekit_build_info", "gauge", "The version.", [(format!("{{version=\"{VERSION}\"}}"), 1)]);
    metric(
        &mut out,
        "process_start_time_seconds",
        "gauge",
        "When the server began, in seconds since 1970.",
        one(seconds(m.started)),
    );
    let classes = (1..=5).map(|class| (format!("{{class=\"{class}xx\"}}"), m.answered[class].load(Ordering::Relaxed)));
    metric(&mut out, "pipekit_http_requests_total", "counter", "Requests answered, by class of status.", classes);
    let load = |n: &AtomicU64| one(n.load(Ordering::Relaxed));
    metric(&mut out, "pipekit_http_connections_total", "counter", "Connections taken in.", load(&m.connections));
    metric(
        &mut out,
        "pipekit_http_connections_evicted_total",
        "counter",
        "Silent connections that made room for others.",
        load(&m.evicted),
    );
    let load = |n: &AtomicUsize| one(n.load(Ordering::Relaxed));
    metric(&mut out, "pipekit_http_connections_waiting", "gauge", "Connections without a request.", load(&m.waiting));
    metric(&mut out, "pipekit_http_streams", "gauge", "Clients that watch a run.", load(&server.streams));
    metric(&mut out, "pipekit_server_runs", "gauge", "Runs that this server does now.", one(server.runs.going()));
    let statuses = vitals::statuses(conn)?;
    metric(
        &mut out,
        "pipekit_runs",
        "gauge",
        "Runs in the log, by status.",
        statuses.into_iter().map(|(status, n)| (format!("{{status=\"{status}\"}}"), n)),
    );
    let statuses = vitals::group_statuses(conn)?;
    metric(
        &mut out,
        "pipekit_group_runs",
        "gauge",
        "Group runs, and due times that were not run, by status.",
        statuses.into_iter().map(|(status, n)| (format!("{{status=\"{status}\"}}"), n)),
    );
    successes(&mut out, "module", &vitals::last_successes(conn)?);
    successes(&mut out, "group", &vitals::last_group_successes(conn)?);
    Ok(Response::text("text/plain; version=0.0.4; charset=utf-8", out).into())
}

/// What there is to say of modules, or of groups: whether they run, and their newest success.
fn successes(out: &mut String, what: &str, all: &[Vitals]) {
    let labels = |one: &Vitals| format!("{{{what}=\"{}\"}}", one.name);
    let help = format!("Whether the {what} is running.");
    let running = all.iter().map(|one| (labels(one), u8::from(one.running)));
    metric(out, &format!("pipekit_{what}_running"), "gauge", &help, running);
    let done = || all.iter().filter_map(|one| Some((labels(one), one.last.as_ref()?)));
    metric(
        out,
        &format!("pipekit_{what}_last_success_timestamp_seconds"),
        "gauge",
        &format!("When the {what}'s newest success ended."),
        done().filter_map(|(labels, (_, ended))| Some((labels, seconds(clock::parse(ended)?)))),
    );
    metric(
        out,
        &format!("pipekit_{what}_last_success_duration_seconds"),
        "gauge",
        "How long that took.",
        done().filter_map(|(labels, (began, ended))| {
            Some((labels, clock::millis_between(began, ended)? as f64 / 1000.0))
        }),
    );
}

fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}
