//! What a program says in words: how many rows it moved, whether it failed, and why.

use crate::runner::{FailureKind, Moved};
use regex_lite::Regex;
use std::io::{self, Read};

/// The most that is kept of a stream in memory: its beginning and its end.
const KEPT: usize = 128 << 10;

/// What is taken for the number of rows: `12,345 rows`, `rows: 12345`. A rate (`rows/s`) is none.
const ROWS: &str = r"(?i)(\d[\d,._' ]*)\s*(?:rows?|records?)\b(?<rate>\s*(?:/|per\b))?|(?:rows?|records?)\b[^\d\n]{0,40}?(\d[\d,._' ]*)";
/// What is taken for a failure, whatever the exit code: the words of a Java stack trace.
const ERROR: &str = r"(?m)\b\w*SQL\w*Exception\b|^Exception in thread |^\s+at [\w.$/<>]+\([^()\n]*\)\s*$|^Error: Could not find or load main class";

/// The patterns that a program's words are read by.
pub struct Patterns {
    rows: Regex,
    /// Whether the operator has said what the number of rows looks like.
    certain: bool,
    error: Regex,
}

impl Patterns {
    /// The operator's own, where there are.
    ///
    /// # Errors
    /// What is wrong with one.
    pub fn new(rows: Option<&str>, error: Option<&str>) -> Result<Patterns, String> {
        Ok(Patterns {
            rows: compile(rows.unwrap_or(ROWS))?,
            certain: rows.is_some(),
            error: compile(error.unwrap_or(ERROR))?,
        })
    }

    /// The last number of rows in a line.
    pub fn rows_in(&self, line: &str) -> Option<u64> {
        let found = self.rows.captures_iter(line).filter(|found| found.name("rate").is_none());
        let numbers = found.filter_map(|found| {
            let number = found.iter().skip(1).flatten().next().or(found.get(0))?.as_str();
            number.chars().filter(char::is_ascii_digit).collect::<String>().parse().ok()
        });
        numbers.last()
    }

    /// How many rows were moved, by all that the program printed: none where it does not say so at its end, unless the
    /// pattern is the operator's, or the line is in the `known` words. Otherwise a last line in the words of those before
    /// it tells of progress, which may not be all.
    pub fn moved(&self, printed: &str, known: Option<&str>) -> Moved {
        let mut lines = printed.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).rev();
        if self.certain {
            return Moved { rows: lines.find_map(|line| self.rows_in(line)), words: None };
        }
        let is_known = |line: &&str| known.is_some_and(|known| plain(line) == known);
        let line = lines.clone().find(is_known).or_else(|| {
            let last = lines.next()?;
            let is_progress = last.contains("so far") || lines.any(|line| plain(line) == plain(last));
            (!is_progress).then_some(last)
        });
        let rows = line.and_then(|line| self.rows_in(line));
        Moved { words: line.filter(|_| rows.is_some()).map(plain), rows }
    }

    /// The error that a text tells of: from the line that says so, without the stack under it.
    pub fn error_in(&self, text: &str) -> Option<String> {
        let at = self.error.find(text)?.start();
        // A trace may be all that is found of it: then what stands above it says what it is about.
        let line = text[..at].rfind('\n').map_or(0, |n| n + 1);
        let from = if text[line..].trim_start().starts_with("at ") {
            text[..line.saturating_sub(1)].rfind('\n').map_or(0, |n| n + 1)
        } else {
            line
        };
        Some(words(&text[from..]))
    }
}

/// A line without its numbers.
fn plain(line: &str) -> String {
    line.replace(|c: char| c.is_ascii_digit() || ",._' \t".contains(c), "")
}

fn compile(pattern: &str) -> Result<Regex, String> {
    Regex::new(pattern).map_err(|e| format!("`{pattern}` is not a pattern: {e}"))
}

/// The first lines of an error for people: no stack frames, no name of the thread.
pub fn words(text: &str) -> String {
    let is_frame = |line: &str| {
        let line = line.trim_start();
        line.starts_with("at ") && line.contains('(') || line.starts_with("... ") && line.ends_with(" more")
    };
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !is_frame(line)).take(6);
    let lines: Vec<&str> =
        lines.map(|line| line.strip_prefix("Exception in thread \"main\" ").unwrap_or(line)).collect();
    let mut said = lines.join("\n");
    if said.len() > 2000 {
        let some = said.floor_char_boundary(2000);
        // Half a password is not known for one.
        said.truncate(said[..some].rfind(char::is_whitespace).unwrap_or(some));
    }
    said
}

/// Whether an error is about the connection, by the words of the JDBC drivers in the field and by SQLSTATE class 08 (SQL
/// standard, connection exception) and 28 (invalid authorization).
pub fn kind_of(why: &str) -> FailureKind {
    let lower = why.to_lowercase();
    let words = [
        "no suitable driver",
        "connection refused",
        "connection attempt failed",
        "communications link failure",
        "unknownhostexception",
        "authentication failed",
        "access denied for user",
        "sqlstate: 08",
        "sqlstate: 28",
        "connectionexception",
        "nontransientconnection",
    ];
    if words.iter().any(|word| lower.contains(word)) { FailureKind::Connect } else { FailureKind::Sql }
}

/// The text of a stream, its middle left out where there is too much of it.
#[derive(Default)]
pub struct Kept {
    head: Vec<u8>,
    tail: Vec<u8>,
    left_out: usize,
}

impl Kept {
    /// Adds what was printed next.
    pub fn add(&mut self, bytes: &[u8]) {
        let room = (KEPT / 2).saturating_sub(self.head.len());
        let (first, rest) = bytes.split_at(bytes.len().min(room));
        self.head.extend_from_slice(first);
        self.tail.extend_from_slice(rest);
        if self.tail.len() > KEPT {
            let much = self.tail.len() - KEPT / 2;
            self.tail.drain(..much);
            self.left_out += much;
        }
    }

    /// What is kept. Bytes that are no UTF-8 are replaced.
    pub fn text(&self) -> String {
        let (head, tail) = (String::from_utf8_lossy(&self.head), String::from_utf8_lossy(&self.tail));
        match self.left_out {
            0 => String::from_utf8_lossy(&[&self.head[..], &self.tail[..]].concat()).into_owned(),
            much => {
                let head = head.rfind('\n').map_or(&*head, |end| &head[..end]);
                let tail = tail.find('\n').map_or(&*tail, |end| &tail[end + 1..]);
                format!("{head}\n… some {much} bytes cut here …\n{tail}")
            }
        }
    }
}

/// Passes on what is read, and keeps it.
pub struct Keeping<'a, R> {
    /// Where it is read from.
    pub from: R,
    /// What was read.
    pub kept: &'a mut Kept,
}

impl<R: Read> Read for Keeping<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buffer)?;
        self.kept.add(&buffer[..n]);
        Ok(n)
    }
}

/// What a start of the program printed, and why it is taken for a failure, if it is.
#[derive(Default)]
pub struct Printed {
    /// Its standard output, to the byte.
    pub stdout: Vec<u8>,
    /// Why it failed.
    pub failure: Option<String>,
    /// Whether only its standard output says so.
    pub on_stdout: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_rows_is_found() {
        let patterns = Patterns::new(None, None).unwrap();
        for (printed, rows) in [
            ("12 rows\n", Some(12)),
            ("1,000,000 rows", Some(1_000_000)),
            ("1000 rows so far\n2345 rows\n", Some(2345)),
            ("100 rows\rrows: 2 345\r\n", Some(2345)),
            ("Transferred 1'234 records in 5 s (250 rows/s)\n", Some(1234)),
            ("row count = 7\n\n", Some(7)),
            ("1 row", Some(1)),
            ("1000 rows\ndone\n", None),
            ("1000 rows\n2,000 rows\n", None),
            ("1000 rows so far\n", None),
            ("1000 rows so far\n1000 rows\n", Some(1000)),
            ("finished in 5 s", None),
            ("", None),
        ] {
            assert_eq!(patterns.moved(printed, None).rows, rows, "{printed:?}");
        }
        let own = Patterns::new(Some(r"moved (\d+)"), None).unwrap();
        assert_eq!(own.moved("moved 5\nmoved 12\nbye", None), Moved { rows: Some(12), words: None });
        let known = patterns.moved("1000 rows so far\n1,234 rows\n", None).words;
        assert_eq!(known.as_deref(), Some("rows"));
        for (printed, rows) in
            [("1000 rows\n2000 rows", Some(2000)), ("1 rows\ndone", Some(1)), ("1000 rows so far\n", None)]
        {
            assert_eq!(patterns.moved(printed, known.as_deref()).rows, rows, "{printed:?}");
        }
        assert!(Patterns::new(Some("("), None).is_err());
    }

    #[test]
    fn errors_are_found_and_told_without_their_stack() {
        let patterns = Patterns::new(None, None).unwrap();
        let trace = "loading\nException in thread \"main\" org.postgresql.util.PSQLException: ERROR: no\n  Position: 3\n\
                     \tat a.b.C.d(C.java:3)\n\t... 3 more\n";
        assert_eq!(
            patterns.error_in(trace).as_deref(),
            Some("org.postgresql.util.PSQLException: ERROR: no\n  Position: 3")
        );
        assert_eq!(patterns.error_in("it broke\n\tat a.b.C.d(C.java:3)\n").as_deref(), Some("it broke"));
        assert_eq!(patterns.error_in("SLF4J: no providers\nWARNING: late"), None);
        assert_eq!(patterns.error_in("java.sql.SQLException: x").as_deref(), Some("java.sql.SQLException: x"));
    }

    #[test]
    fn the_middle_of_much_is_left_out() {
        let mut kept = Kept::default();
        for i in 0..100_000 {
            kept.add(format!("line {i}\n").as_bytes());
        }
        let text = kept.text();
        assert!(text.starts_with("line 0\n") && text.ends_with("line 99999\n") && text.contains("bytes cut here"));
        assert!(text.len() < 2 * KEPT);
    }
}
