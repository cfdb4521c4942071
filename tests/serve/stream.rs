//! A run watched as it goes.

use super::super::support::{ENDLESS, Pair, Signal, World, until};
use super::{Server, USER};
use std::io::{BufRead, BufReader, Write};
use std::time::Duration;

/// A query that gives a row now and then, and does not end: what a run says is how many have come.
const SLOW: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, 'x', \
                    (WITH RECURSIVE m (j) AS (SELECT i UNION ALL SELECT j + 1 FROM m WHERE j < i + 5000) \
                     SELECT count(*) FROM m) FROM n";

/// Reads lines up to one that has this in it, and gives them.
fn read_to(reader: &mut impl BufRead, what: &str) -> String {
    let mut text = String::new();
    while !text.lines().last().unwrap_or_default().contains(what) {
        assert_ne!(reader.read_line(&mut text).unwrap(), 0, "{what:?} did not come: {text}");
    }
    text
}

#[test]
fn a_stream_shows_a_run_from_its_beginning_to_its_end() {
    let pair = Pair::sqlite().with_orders();
    pair.module("orders", &format!("--table orders --strategy full --query \"{SLOW}\""));
    let server = Server::start(&pair.world);
    let run = server.post("/api/modules/orders/run", "{}").is(202).json()["run_id"].as_i64().unwrap();
    let watch = |from: &str| {
        let mut stream = server.connect();
        let request = format!("GET /api/runs/{run}/stream HTTP/1.1\r\n{USER}{from}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        BufReader::new(stream)
    };
    pair.world.until_in("transfer");
    let mut early = watch("");
    let head = read_to(&mut early, "event: status");
    assert!(head.contains("Content-Type: text/event-stream"), "{head}");
    assert!(server.get("/metrics").body.contains("pipekit_http_streams 1\n"));
    // It comes at once, and not when a buffer is full; it goes on where it was cut.
    let logged = || pair.world.log(&run.to_string())["live_log"].as_str().unwrap().to_owned();
    until("something is logged", || !logged().is_empty());
    let whole = logged();
    let seen = format!("Last-Event-ID: {}\r\n", whole.len());
    let mut late = watch(&seen);
    let again = read_to(&mut late, "event: status");
    assert!(!again.contains(whole.lines().next().unwrap()), "{again}");
    // The server is told to end, and the run, which does not end of itself, is cancelled: that is seen too.
    server.signal(Signal::TERM);
    let rest = read_to(&mut early, "\"status\":\"cancelled\"")
        + &read_to(&mut early, "event: end")
        + &read_to(&mut early, "data: ");
    assert!(rest.contains("\"error\":\"cancelled"), "{rest}");
    // All of the log came, once.
    let log = logged();
    let came = format!("{head}{rest}");
    for line in log.lines() {
        assert_eq!(came.matches(&format!("data: {line}\n")).count(), 1, "{line:?} in\n{came}");
    }
    assert!(server.wait_no_longer_than(Duration::from_secs(20)).success());
}

#[test]
fn a_run_goes_on_when_its_client_has_gone() {
    let world = World::orders();
    let server = Server::start(&world);
    let request = format!("POST /api/modules/orders/run HTTP/1.1\r\n{USER}Content-Length: 2\r\n\r\n{{}}");
    server.connect().write_all(request.as_bytes()).unwrap();
    until("it ran", || world.own("SELECT status FROM run_log") == "'success'");
    assert_eq!(world.rows("dw", "SELECT count(*) FROM orders"), ["3"]);
    server.health();
}

/// A client that goes is noticed, so that its place is free; there are no more than so many.
#[test]
fn who_watches_and_goes_takes_no_place() {
    let pair = Pair::sqlite().with_orders();
    pair.module("orders", &format!("--table orders --strategy full --query \"{ENDLESS}\""));
    let server = Server::start(&pair.world);
    let run = server.post("/api/modules/orders/run", "{}").is(202).json()["run_id"].as_i64().unwrap();
    let request = format!("GET /api/runs/{run}/stream HTTP/1.1\r\n{USER}\r\n");
    let mut open = Vec::new();
    for _ in 0..32 {
        let mut stream = server.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut reader = BufReader::new(stream);
        read_to(&mut reader, "200 OK");
        open.push(reader);
    }
    server.get(&format!("/api/runs/{run}/stream")).fails(503, "32 clients watch a run already");
    drop(open);
    until("they are noticed to have gone", || server.get("/metrics").body.contains("pipekit_http_streams 0\n"));
    // Nor does a stream hold what others want.
    assert!(server.health() < Duration::from_secs(1));
    server.post("/api/modules/orders/cancel", "{}").is(202);
    assert_eq!(server.ended(run)["status"], "cancelled");
}
