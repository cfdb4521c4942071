//! A session process of the built-in runner, as the engine has one: requests in, answers out.

use super::World;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

/// A session process. It ends with this.
pub struct Session {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Session {
    /// Starts one.
    pub fn new(world: &World) -> Session {
        let mut command = world.command();
        command.args(["jrunner", "--session"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Session { child, input, output }
    }

    /// Sends a request.
    pub fn send(&mut self, request: &Value) {
        writeln!(self.input.as_ref().unwrap(), "{request}").unwrap();
    }

    /// Has all that runs cancelled.
    pub fn cancel(&mut self) {
        self.send(&json!({"op": "cancel"}));
    }

    /// Waits for the next answer: what was asked for, or the failure.
    pub fn answer(&mut self) -> Result<Value, Value> {
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).unwrap();
            let mut event: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{line:?}: {e}"));
            match event["event"].as_str().unwrap() {
                "progress" => {}
                "done" => return Ok(event["answer"].as_object().unwrap().values().next().unwrap().clone()),
                _ => return Err(event["failure"].take()),
            }
        }
    }

    /// Asks, and waits for the answer.
    pub fn ask(&mut self, op: &str, target: &Value, sql: &str) -> Result<Value, Value> {
        self.send(&json!({"op": op, "id": 1, "target": target, "sql": sql, "limit": null, "keep": 2}));
        self.answer()
    }

    /// Ends the process, however it feels about that.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Without input it has no more to do.
        self.input.take();
        let _ = self.child.wait();
    }
}
