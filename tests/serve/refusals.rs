//! Who is not let in, and what is not done.

use super::super::support::World;
use super::{Server, answer};
use std::time::{Duration, Instant};

const JSON: &str = "Content-Type: application/json";

#[test]
fn what_is_refused_is_logged_and_changes_nothing() {
    let world = World::orders();
    let server = Server::start(&world);
    let before = world.defined();
    let user = ["-u", "ops:geheim"];
    let run = "/api/modules/orders/run";
    let with = |more: &[&'static str]| [&user[..], more].concat();
    for (args, path, status, says) in [
        // Before the right password was seen, and after it.
        (vec![], "/api/modules", 401, "a user and a password are needed"),
        (vec!["-u", "ops:wrong"], "/api/modules", 401, "a user and a password are needed"),
        (vec!["-u", "root:geheim"], "/api/modules", 401, "a user and a password are needed"),
        (vec!["-H", "Authorization: Bearer geheim"], "/api/modules", 401, ""),
        (vec!["-H", "Authorization: Basic %%%"], "/api/modules", 401, ""),
        (with(&[]), "/api/modules/nope", 404, "there is no module nope"),
        (vec!["-u", "ops:wrong"], "/api/modules", 401, "a user and a password are needed"),
        (vec!["-u", "ops:geheim2"], "/metrics", 401, ""),
        (vec![], "/", 401, ""),
        (with(&["-d", "x=1"]), run, 415, "Content-Type: application/json"),
        (with(&["-F", "x=1"]), run, 415, ""),
        (with(&["-H", "Content-Type: text/plain", "-d", "{}"]), run, 415, ""),
        (with(&["-H", JSON, "-d", "{}", "-H", "Origin: https://evil.example"]), run, 403, "another site"),
        (with(&["-H", JSON, "-d", "{}", "-H", "Origin: null"]), run, 403, "another site"),
        (with(&["-H", JSON, "-d", "{}", "-H", "Sec-Fetch-Site: cross-site"]), run, 403, "another site"),
        (with(&["-H", JSON, "-d", "{}", "-H", "Host: evil.example"]), run, 403, "--allow-remote"),
        (with(&["-H", JSON, "-d", "{"]), run, 400, "the body is not understood"),
        (with(&["-H", JSON, "-d", r#"{"dry": true}"#]), run, 400, "unknown field `dry`"),
        (with(&["-H", JSON, "-d", "[]"]), run, 400, "the body is not understood"),
        (with(&["-X", "PUT", "-H", JSON, "-d", "{}"]), "/api/modules/orders", 405, "GET, POST, HEAD"),
        (with(&["-X", "DELETE"]), "/api/modules/orders", 405, ""),
        (with(&[]), run, 405, "POST"),
        (with(&[]), "/api/nope", 404, "openapi.json"),
        (with(&[]), "/api/modules/", 404, ""),
        (with(&["--path-as-is"]), "/api/../../etc/passwd", 400, "`..`"),
        (with(&["--path-as-is"]), "/api/modules/..%2f..%2fetc", 400, "`..`"),
        (with(&["-H", "Transfer-Encoding: chunked", "-H", JSON, "-d", "{}"]), run, 411, "Content-Length"),
        (with(&["-X", "POST", "-H", "Content-Length: 1000000000000000000"]), run, 413, "at most 1 MB"),
    ] {
        let answer = server.curl(&args, path).fails(status, says);
        assert!(status != 401 || answer.head.contains("WWW-Authenticate: Basic"), "{}", answer.head);
        assert!(status != 405 || answer.head.contains("\r\nAllow: "), "{}", answer.head);
    }
    let head = server.curl(&["-I", "-u", "ops:geheim"], "/api/modules").is(200);
    assert_eq!(head.body, "");
    assert_eq!(world.defined(), before);
    assert_eq!(world.own("SELECT count(*) FROM run_log"), "0");
    let log = server.log();
    for status in [400, 401, 403, 404, 405, 411, 413, 415] {
        assert!(log.iter().any(|line| line["status"] == status), "no line has {status}");
    }
    assert!(log.iter().any(|line| line["path"] == "/api/../../etc/passwd" && line["error"] == "bad_request"));
    assert!(!log.iter().any(|line| line.to_string().contains("geheim")));
    // A page of this server's own may call it.
    let own = format!("Origin: http://127.0.0.1:{}", server.port);
    server.curl(&with(&["-H", "Sec-Fetch-Site: same-origin"])[..], "/api/modules").is(200);
    server.curl(&["-u", "ops:geheim", "-H", JSON, "-H", &own, "-d", "{}"], run).is(202);
}

/// A new password counts at once, and the old one no more.
#[test]
fn a_password_is_changed_while_it_serves() {
    let world = World::new();
    let server = Server::start(&world);
    server.get("/api/modules").is(200);
    world.call_with("settings set api_password -", "neu").ok();
    server.get("/api/modules").is(401);
    server.curl(&["-u", "ops:neu"], "/api/modules").is(200);
    world.call("settings set api_password none").ok();
    server.curl(&["-u", "ops:neu"], "/api/modules").is(401);
}

/// Behind a proxy, or for other machines, it is called by whatever name.
#[test]
fn other_machines_are_served_where_somebody_says_so() {
    let world = World::new();
    let server = Server::start_with(&world, &mut world.command(), &["--listen", "0.0.0.0:0", "--allow-remote"]);
    let called = ["-u", "ops:geheim", "-H", "Host: pipekit.example.com"];
    server.curl(&called, "/api/modules").is(200);
    server.curl(&[&called[..], &["-H", "Origin: https://pipekit.example.com"]].concat(), "/api/modules").is(200);
    server.curl(&[&called[..], &["-H", "Origin: https://evil.example"]].concat(), "/api/modules").is(403);
    server.curl(&[], "/api/modules").is(401);
}

/// Median times of a wrong user, a wrong password and both differ by no more than they do from themselves.
#[test]
fn the_time_of_a_refusal_tells_nothing() {
    let world = World::new();
    let server = Server::start(&world);
    let median = |credential: &str, of: usize| {
        let request =
            format!("GET /api/modules HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {credential}\r\n\r\n");
        let mut times: Vec<_> = (0..of)
            .map(|_| {
                let since = Instant::now();
                assert_eq!(answer(&server.raw(request.as_bytes())).status, 401);
                since.elapsed()
            })
            .collect();
        times.sort();
        times[times.len() / 2]
    };
    // root:geheim, ops:geheiX, ops:x, x:x
    let wrong = ["cm9vdDpnZWhlaW0=", "b3BzOmdlaGVpWA==", "b3BzOng=", "eDp4"];
    // Before anybody was let in the stored hash is compared with, whatever is wrong; then it is not.
    let before = wrong.map(|credential| median(credential, 3));
    server.get("/api/modules").is(200);
    let after = wrong.map(|credential| median(credential, 60));
    for times in [before, after] {
        let (least, most) = (times.iter().min().unwrap(), times.iter().max().unwrap());
        // The hash takes a hundred times as long as all the rest; that is the machine's noise.
        assert!(*most < *least * 4 + Duration::from_millis(5), "{times:?}");
    }
    assert!(after[0] < before[0], "{after:?} {before:?}");
}
