//! Clients that are slow, silent, malformed, huge, or many.

use super::super::support::World;
use super::{Server, USER, answer};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

const HEAD: &str = "POST /api/modules/orders/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

/// A server's threads, and the most memory that it has had, in KB.
fn size(server: &Server<'_>) -> (usize, usize) {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let field = |name: &str| {
        let line = status.lines().find_map(|l| l.strip_prefix(name)).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    };
    (field("Threads:"), field("VmHWM:"))
}

/// Those who do it wrong by the hundreds, all at once, while the others are served.
#[test]
fn hundreds_of_bad_connections_keep_nobody_from_being_served() {
    let world = World::orders();
    let server = Server::start(&world);
    server.get("/api/modules").is(200);
    let mut open: Vec<TcpStream> = Vec::new();
    let mut one = |bytes: &[u8]| {
        let mut stream = server.connect();
        let _ = stream.write_all(bytes);
        open.push(stream);
    };
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}", "a".repeat(100_000));
    for i in 0..700 {
        match i % 7 {
            0 => one(b""),
            1 => one(b"GET /health HTTP/1.1\r\nHost: x"),
            2 => one(b"\xff\xfe\x00\x80 nonsense \xc3\x28\r\n\r\n"),
            3 => one(long.as_bytes()),
            4 => one(format!("{HEAD}Content-Length: 1000000\r\n\r\n").as_bytes()),
            5 => one(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n"),
            _ => one(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
        }
        if i % 100 == 99 {
            assert!(server.health() < Duration::from_secs(1), "health, among {i}");
        }
    }
    // The user is served too, and a run begins.
    assert!(server.health() < Duration::from_secs(1));
    let run = server.post("/api/modules/orders/run", "{}").is(202).json()["run_id"].as_i64().unwrap();
    assert_eq!(server.ended(run)["status"], "success");
    let (threads, memory) = size(&server);
    assert!(threads < 40 && memory < 100_000, "{threads} threads, {memory} KB");
    // Nobody waits for ever.
    let until = Instant::now() + Duration::from_secs(20);
    for mut stream in open {
        stream
            .set_read_timeout(Some(until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))))
            .unwrap();
        let mut rest = Vec::new();
        if let Err(e) = stream.read_to_end(&mut rest) {
            assert_eq!(e.kind(), std::io::ErrorKind::ConnectionReset, "a connection is still open");
        }
    }
}

#[test]
fn each_that_does_it_wrong_is_told_so_or_cut_off() {
    let world = World::orders();
    let server = Server::start(&world);
    let status = |bytes: &[u8]| answer(&server.raw(bytes)).status;
    for (expected, request) in [
        (505, "GET /health HTTP/2.0\r\nHost: x\r\n\r\n".to_owned()),
        (400, "GET /health HTTP/1.1\r\n\r\n".to_owned()),
        (400, "\u{16}\u{3}\u{1}".to_owned()),
        (400, format!("{HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{{}}")),
        (413, format!("{HEAD}Content-Length: 1000000000\r\n\r\n")),
        (411, format!("{HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{{}}")),
        (431, format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(17_000))),
        (431, format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X: a\r\n".repeat(200))),
        // A body is not waited for from somebody who may not send one.
        (401, format!("{HEAD}Content-Length: 1000000\r\n\r\n")),
        (200, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /api/modules HTTP/1.1\r\n\r\n".to_owned()),
    ] {
        let since = Instant::now();
        assert_eq!(status(request.as_bytes()), expected, "{}", &request[..request.len().min(200)]);
        assert!(since.elapsed() < Duration::from_secs(3), "{expected} took {:?}", since.elapsed());
    }
    // One who sends its head a byte at a time, and one who sends half of a body.
    let with_body = |body: &[u8]| {
        let head = format!("POST /api/modules/orders/run HTTP/1.1\r\n{USER}Content-Length: 10\r\n\r\n");
        [head.as_bytes(), body].concat()
    };
    assert_eq!(status(&with_body(b"{\"\xff\": 123}")), 400);
    let half = with_body(b"{");
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!(status(&half), 408));
        let since = Instant::now();
        let mut drip = server.connect();
        for byte in b"GET /health HTTP/1.1\r\nX: ".iter().chain(std::iter::repeat(&b'a')) {
            if drip.write_all(&[*byte]).is_err() || since.elapsed() > Duration::from_secs(10) {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        assert!(since.elapsed() < Duration::from_secs(8), "a drip was not cut off");
    });
    assert_eq!(world.own("SELECT count(*) FROM run_log"), "0");
}

/// A gigabyte is refused before it has come, whether the client waits to be told so or not.
#[test]
fn a_body_of_a_gigabyte_is_refused() {
    let world = World::orders();
    let server = Server::start(&world);
    let file = world.path("huge");
    std::fs::File::create(&file).unwrap().set_len(1 << 30).unwrap();
    let upload =
        ["-u", "ops:geheim", "-X", "POST", "-H", "Content-Type: application/json", "-T", file.to_str().unwrap()];
    server.curl(&upload, "/api/modules").fails(413, "at most 1 MB");
    let (mut stream, since) = (server.connect(), Instant::now());
    stream
        .write_all(format!("POST /api/modules HTTP/1.1\r\n{USER}Content-Length: 1073741824\r\n\r\n").as_bytes())
        .unwrap();
    let sent = std::io::copy(&mut std::io::repeat(b' ').take(1 << 30), &mut stream);
    assert!(sent.is_err() && since.elapsed() < Duration::from_secs(5), "all of it was taken: {sent:?}");
    server.health();
    assert!(size(&server).1 < 100_000);
}

/// Out of file descriptors it gives those up that wait, and serves on.
#[test]
fn a_server_that_has_few_file_descriptors_lives_on() {
    let world = World::orders();
    let mut limited = Command::new("prlimit");
    let program = world.command();
    limited.env_clear().envs(program.get_envs().filter_map(|(k, v)| Some((k, v?)))).arg("--nofile=60:60");
    limited.arg(program.get_program()).current_dir(world.path(""));
    let server = Server::start_with(&world, &mut limited, &["--listen", "127.0.0.1:0"]);
    let open: Vec<TcpStream> = (0..150).map(|_| server.connect()).collect();
    assert!(server.health() < Duration::from_secs(1));
    let run = server.post("/api/modules/orders/run", "{}").is(202).json()["run_id"].as_i64().unwrap();
    assert_eq!(server.ended(run)["status"], "success");
    drop(open);
    assert!(server.health() < Duration::from_secs(1));
}
