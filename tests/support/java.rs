//! SQL by a real JDBC driver, as a runner that knows nothing but `Statement.execute` runs it.

use std::io::Write;
use std::process::{Command, Stdio};

/// A row of a result.
pub type Row = Vec<Option<String>>;

/// A database that Java programs keep in this process or in files.
pub struct Java {
    url: String,
}

impl Java {
    /// By its JDBC URL.
    pub fn at(url: impl Into<String>) -> Java {
        Java { url: url.into() }
    }

    /// Runs each text by one call of a new program, and gives what each said: its rows, or the error.
    #[track_caller]
    pub fn tries(&self, calls: &[String]) -> Vec<Result<Vec<Row>, String>> {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/java/Sql.java");
        let mut child = Command::new("java")
            .args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dderby.stream.error.file=/dev/null"])
            .args(["-cp", "/usr/share/java/h2.jar:/usr/share/java/derby.jar", program, &self.url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("java is there");
        child.stdin.take().unwrap().write_all(calls.join("\0").as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "java: {}", output.status);
        let mut said = vec![Ok(Vec::new())];
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            let mut fields = line.split('\t');
            match (fields.next(), said.last_mut().unwrap()) {
                (Some("row"), Ok(rows)) => rows.push(fields.map(field).collect()),
                (Some("error"), last) => *last = Err(fields.next().unwrap_or_default().to_owned()),
                _ => said.push(Ok(Vec::new())),
            }
        }
        said.pop();
        assert_eq!(said.len(), calls.len(), "every call has an answer");
        said
    }

    /// As [`Java::tries`], where none may fail.
    #[track_caller]
    pub fn run(&self, calls: &[String]) -> Vec<Vec<Row>> {
        let said = self.tries(calls);
        calls.iter().zip(said).map(|(sql, said)| said.unwrap_or_else(|e| panic!("{e}\n{sql}"))).collect()
    }
}

fn field(text: &str) -> Option<String> {
    if text == "\\N" {
        return None;
    }
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match (c, if c == '\\' { chars.next() } else { None }) {
            (_, Some('t')) => '\t',
            (_, Some('n')) => '\n',
            (_, Some('r')) => '\r',
            (_, Some(escaped)) => escaped,
            (c, None) => c,
        });
    }
    Some(out)
}
