//! What is answered: a document, a text, or an error in the form that `--json` gives it too.

use crate::clock;
use crate::error::{Code, Error};
use serde::Serialize;
use serde_json::json;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// How long a client may take to read an answer.
const WRITE_WITHIN: Duration = Duration::from_secs(60);
/// How long a connection is read on after an answer that came before its request was over, so that the client sees the
/// answer and not a reset (RFC 9112, section 9.6).
const LINGER: Duration = Duration::from_millis(500);
/// So much is taken of a body that nobody wants, at most.
const MOST_UNREAD: usize = 4 << 20;

/// An answer.
#[derive(Debug)]
pub struct Response {
    /// Its status.
    pub status: u16,
    content_type: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// The code of the error that it is.
    pub error: Option<&'static str>,
}

/// The type of what JSON is answered with.
pub const JSON: &str = "application/json";

impl Response {
    /// A JSON document.
    pub fn json(status: u16, document: &impl Serialize) -> Response {
        let mut body = serde_json::to_vec(document).unwrap_or_default();
        body.push(b'\n');
        Response { status, content_type: JSON, headers: Vec::new(), body, error: None }
    }

    /// A text of that type.
    pub fn text(content_type: &'static str, text: String) -> Response {
        Response { status: 200, content_type, headers: Vec::new(), body: text.into_bytes(), error: None }
    }

    /// The same with a header. Its value is ours, or cleaned of what would end it.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Response {
        let value: String = value.into();
        self.headers.push((name, value.chars().filter(|c| !c.is_control()).collect()));
        self
    }

    /// The bytes that go out before the body.
    fn head(&self) -> Vec<u8> {
        let mut text = beginning(self.status, self.content_type);
        text += &format!("Content-Length: {}\r\n", self.body.len());
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += "\r\n";
        text.into_bytes()
    }

    /// The bytes that go out; without the body for `HEAD`.
    pub fn bytes(&self, with_body: bool) -> Vec<u8> {
        let mut bytes = self.head();
        if with_body {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }

    /// Sends the answer and ends the connection. What of the request has not been read is not waited for.
    ///
    /// # Errors
    /// When the client has gone, or reads too slowly.
    pub fn send(&self, stream: &mut TcpStream, with_body: bool, unread: bool) -> io::Result<()> {
        let until = Instant::now() + WRITE_WITHIN;
        stream.set_write_timeout(Some(Duration::from_secs(10)))?;
        // One after the other: a list of ten thousand modules is not copied once more to be sent.
        for mut left in [self.head().as_slice(), if with_body { &self.body } else { &[] }] {
            while !left.is_empty() {
                if Instant::now() > until {
                    return Err(ErrorKind::TimedOut.into());
                }
                match stream.write(left) {
                    Ok(0) => return Err(ErrorKind::WriteZero.into()),
                    Ok(n) => left = &left[n..],
                    Err(e) if e.kind() == ErrorKind::Interrupted => {}
                    Err(e) => return Err(e),
                }
            }
        }
        stream.shutdown(Shutdown::Write)?;
        if unread {
            // Somebody who may not call is given no time: there may be many of them.
            let linger = if [401, 403].contains(&self.status) { Duration::ZERO } else { LINGER };
            drain(stream, linger)?;
        }
        Ok(())
    }
}

/// Takes what has come, and what comes in that time: closing over it would be a reset, which takes the answer back.
fn drain(stream: &mut TcpStream, linger: Duration) -> io::Result<()> {
    let (until, mut piece) = (Instant::now() + linger, [0; 16 * 1024]);
    stream.set_nonblocking(linger.is_zero())?;
    stream.set_read_timeout(Some(Duration::from_millis(100)))?;
    for _ in 0..MOST_UNREAD / piece.len() {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(_) => {}
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if Instant::now() >= until {
                    break;
                }
            }
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// The status line and the headers that every answer has.
pub fn beginning(status: u16, content_type: &str) -> String {
    let date = clock::now().strftime("%a, %d %b %Y %H:%M:%S GMT");
    format!(
        "HTTP/1.1 {status} {}\r\nDate: {date}\r\nConnection: close\r\nCache-Control: no-store\r\n\
         X-Content-Type-Options: nosniff\r\nContent-Type: {content_type}\r\n",
        reason(status)
    )
}

/// The words of a status (RFC 9110, section 15).
pub fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Internal Server Error",
    }
}

/// A request that is refused, or that failed.
#[derive(Debug)]
pub struct Failure {
    /// The answer's status.
    pub status: u16,
    code: &'static str,
    /// What happened and why.
    pub message: String,
    hint: Option<String>,
    headers: Vec<(&'static str, String)>,
}

impl Failure {
    /// A failure that only HTTP knows.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Failure {
        Failure { status, code, message: message.into(), hint: None, headers: Vec::new() }
    }

    /// The same with what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint = Some(hint.into());
        self
    }

    /// The same with a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Failure {
        self.headers.push((name, value.into()));
        self
    }

    /// The answer: `{"error": {"code", "message", "hint"}}`.
    pub fn response(self) -> Response {
        let body = json!({"error": {"code": self.code, "message": self.message, "hint": self.hint}});
        let response = Response { error: Some(self.code), ..Response::json(self.status, &body) };
        self.headers.into_iter().fold(response, |all, (name, value)| all.header(name, value))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let status = match error.code {
            Code::Usage | Code::Invalid => 400,
            Code::NotFound => 404,
            Code::Exists | Code::InUse | Code::Locked | Code::Failed | Code::Cancelled => 409,
            // It is a fault of what was asked for, or of another machine, and none of this server's.
            Code::Runner | Code::Gate | Code::Secret => 422,
            Code::Store => 503,
            Code::System => 500,
        };
        Failure { hint: error.hint, ..Failure::new(status, error.code.as_str(), error.message) }
    }
}
