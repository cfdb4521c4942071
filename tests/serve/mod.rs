//! `pipekit serve`: the API as its users call it, and as those do who wish it ill.

mod api;
mod ending;
mod hostile;
mod manager;
mod refusals;
mod stream;

use super::support::{Signal, World, kill, until};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A server over the database of a world. It is killed at the latest when it is dropped.
pub struct Server<'a> {
    world: &'a World,
    child: Child,
    pub port: u16,
}

/// A request as curl has it, and its answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e} in\n{}{}", self.head, self.body))
    }

    /// Asserts its status.
    #[track_caller]
    pub fn is(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}{}", self.head, self.body);
        self
    }

    /// Asserts that it is an error that says this.
    #[track_caller]
    pub fn fails(self, status: u16, says: &str) -> Answer {
        let answer = self.is(status);
        let error = answer.json()["error"].clone();
        let keys: Vec<&String> = error.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["code", "hint", "message"]);
        let said = format!("{} {}", error["message"].as_str().unwrap(), error["hint"].as_str().unwrap_or_default());
        assert!(said.contains(says), "{says:?} is not in {said:?}");
        answer
    }
}

/// The headers of a raw request of the user `ops:geheim`.
const USER: &str = "Host: localhost\r\nAuthorization: Basic b3BzOmdlaGVpbQ==\r\nContent-Type: application/json\r\n";

impl Server<'_> {
    /// Sets a user `ops` with the password `geheim`, and starts a server.
    pub fn start(world: &World) -> Server<'_> {
        Server::start_with(world, &mut world.command(), &["--listen", "127.0.0.1:0"])
    }

    /// As [`Server::start`], by another command that ends in the program, and with these arguments.
    pub fn start_with<'a>(world: &'a World, command: &mut Command, args: &[&str]) -> Server<'a> {
        world.call("settings set api_user ops").ok();
        world.call_with("settings set api_password -", "geheim\n").ok();
        let log = std::fs::File::create(world.path("serve.log")).unwrap();
        command.args(["serve", "--grace", "3"]).args(args);
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().rsplit(':').next().and_then(|p| p.parse().ok());
        let port =
            port.unwrap_or_else(|| panic!("{line:?}: {}", std::fs::read_to_string(world.path("serve.log")).unwrap()));
        Server { world, child, port }
    }

    /// Its log, a line a document.
    pub fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.world.path("serve.log")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
    }

    /// Calls curl with these arguments and a path.
    pub fn curl(&self, args: &[&str], path: &str) -> Answer {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let output = Command::new("curl").args(["-sS", "-i", "-m", "30"]).args(args).arg(url).output().unwrap();
        assert!(output.status.success(), "curl {args:?} {path}: {}", String::from_utf8_lossy(&output.stderr));
        answer(&String::from_utf8_lossy(&output.stdout))
    }

    /// Reads as the user.
    pub fn get(&self, path: &str) -> Answer {
        self.curl(&["-u", "ops:geheim"], path)
    }

    /// Writes as the user.
    pub fn post(&self, path: &str, body: &str) -> Answer {
        self.curl(&["-u", "ops:geheim", "-H", "Content-Type: application/json", "-d", body], path)
    }

    /// A connection that has nothing sent yet.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// Sends bytes, and gives what comes until the server hangs up.
    pub fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // It may have answered and hung up before all is sent.
        let _ = stream.write_all(bytes);
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    }

    /// How long `/health` takes to answer that all is well.
    #[track_caller]
    pub fn health(&self) -> Duration {
        let since = Instant::now();
        let said = self.raw(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        assert!(said.starts_with("HTTP/1.1 200 OK\r\n") && said.contains(r#""status":"ok""#), "{said:?}");
        since.elapsed()
    }

    /// Waits until a run has ended, and gives it.
    pub fn ended(&self, run: i64) -> Value {
        let mut document = Value::Null;
        until("the run has ended", || {
            document = self.get(&format!("/api/runs/{run}")).is(200).json();
            document["status"] != "running"
        });
        document
    }

    pub fn signal(&self, signal: Signal) {
        kill(self.child.id(), signal);
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait_no_longer_than(mut self, limit: Duration) -> ExitStatus {
        let end = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < end, "the server does not end: {:?}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer as it came; of several, as after `100 Continue`, the last.
fn answer(text: &str) -> Answer {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
    let status: u16 = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
    if status == 100 {
        return answer(body);
    }
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

#[test]
fn nobody_is_served_before_there_is_a_password() {
    let world = World::new();
    world.refuses("serve", 2, "`pipekit settings set api_user NAME`, then `pipekit settings set api_password -`");
    world.call("settings set api_user ops").ok();
    world.refuses("serve", 2, "there is no api_password");
    world.call_with("settings set api_password -", "geheim").ok();
    world.refuses("serve --listen 0.0.0.0:0", 2, "--allow-remote");
    world.refuses("serve --listen nowhere", 2, "`nowhere` is no address to listen on");
    world.refuses("settings set api_user a:b", 2, "without a colon");
    world.refuses("settings set api_password geheim", 2, "`pipekit settings set api_password -` asks for it");
    world.refuses("settings set api_password -", 2, "standard input is empty");
    for line in
        ["settings list", "settings list --json", "settings get api_password", "settings get api_password --json"]
    {
        let said = world.call(line).ok().stdout();
        assert!(said.contains("********") && !said.contains("geheim") && !said.contains("pbkdf2"), "{said}");
    }
    assert_eq!(world.holds("geheim", &[]), Vec::<std::path::PathBuf>::new());
}
