//! Calls of the program, those that have ended and those that go on.

use rustix::process::Signal;
use serde_json::Value;
use std::process::{Child, Command, Output};
use std::time::{Duration, Instant};

/// What a call came to.
pub struct Call {
    pub(super) said: String,
    pub output: Output,
}

impl Call {
    /// Runs a command to its end.
    pub fn of(said: &str, command: &mut Command) -> Call {
        Call { said: said.to_owned(), output: command.output().unwrap() }
    }

    /// Asserts that it succeeded.
    #[track_caller]
    pub fn ok(self) -> Call {
        self.code(0)
    }

    /// Asserts its exit code.
    #[track_caller]
    pub fn code(self, expected: i32) -> Call {
        let code = self.output.status.code();
        assert_eq!(code, Some(expected), "pipekit {}\n{}{}", self.said, self.stdout(), self.stderr());
        self
    }

    /// Asserts that it failed with an error that says this.
    #[track_caller]
    pub fn fails(self, code: i32, says: &str) -> Call {
        let call = self.code(code);
        let said = call.stderr();
        assert!(said.contains(says), "pipekit {}: {says:?} is not in\n{said}", call.said);
        call
    }

    /// Asserts that its standard output has this in it.
    #[track_caller]
    pub fn prints(self, text: &str) -> Call {
        assert!(self.stdout().contains(text), "pipekit {}: {text:?} is not in\n{}", self.said, self.stdout());
        self
    }

    /// Asserts that its standard error has this in it.
    #[track_caller]
    pub fn says(self, text: &str) -> Call {
        assert!(self.stderr().contains(text), "pipekit {}: {text:?} is not in\n{}", self.said, self.stderr());
        self
    }

    /// Its standard output.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    /// Its standard error.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// The error that a call with `--json` ended with: its `code`, `message` and `hint`, and nothing else.
    #[track_caller]
    pub fn error(&self) -> Value {
        let document: Value = serde_json::from_slice(&self.output.stderr)
            .unwrap_or_else(|e| panic!("pipekit {}: {e} in\n{}", self.said, self.stderr()));
        let keys: Vec<&String> = document["error"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["code", "hint", "message"], "pipekit {}", self.said);
        document["error"].clone()
    }

    /// Its standard output as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.output.stdout)
            .unwrap_or_else(|e| panic!("pipekit {}: {e} in\n{}{}", self.said, self.stdout(), self.stderr()))
    }
}

/// A call that goes on. It is killed at the latest when it is dropped.
pub struct Running {
    pub(super) said: String,
    pub(super) child: Option<Child>,
}

impl Running {
    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal);
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.as_mut().unwrap().try_wait().unwrap().is_some()
    }

    /// Waits for its end; fails when it does not come within `limit`.
    #[track_caller]
    pub fn wait_no_longer_than(mut self, limit: Duration) -> Call {
        let end = Instant::now() + limit;
        while !self.has_ended() {
            assert!(Instant::now() < end, "pipekit {} does not end", self.said);
            std::thread::sleep(Duration::from_millis(2));
        }
        self.wait()
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Call {
        let output = self.child.take().unwrap().wait_with_output().unwrap();
        Call { said: self.said.clone(), output }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Sends a process a signal.
pub fn kill(pid: u32, signal: Signal) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

/// Whether a process of the program is on its way out: it has no environment any more that would say whose it is, and
/// may have its locks still. One whose first thread is dead already has them until the last one is.
pub(super) fn is_one_dying() -> bool {
    std::fs::read_dir("/proc").unwrap().flatten().any(|entry| {
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let Some((_, fields)) = stat.split_once("(pipekit) ") else { return false };
        let dead = fields.starts_with(['Z', 'X']);
        let threads = fields.split(' ').nth(17).and_then(|n| n.parse().ok()).unwrap_or(0);
        if dead { threads > 1 } else { std::fs::read(entry.path().join("environ")).is_ok_and(|e| e.is_empty()) }
    })
}

/// Waits until something is so; fails when it is not within a minute.
#[track_caller]
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !so() {
        assert!(Instant::now() < end, "it did not come to this: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
