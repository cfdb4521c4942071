//! A request as it comes in: its head, read strictly, and its body, which is bounded.

use super::response::Failure;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// The most bytes that a request line and headers may have.
pub const HEAD: usize = 16 * 1024;
/// The most bytes that a body may have.
pub const BODY: usize = 1024 * 1024;
/// How long a client has to send its head, and then its body, from when it connected.
pub const HEAD_WITHIN: Duration = Duration::from_secs(5);
/// As [`HEAD_WITHIN`], for the whole request.
pub const WHOLE_WITHIN: Duration = Duration::from_secs(10);

/// The head of a request that can be answered.
#[derive(Debug)]
pub struct Head {
    /// `GET`, `POST` …
    pub method: String,
    /// The path as it came, without the query: for the log.
    pub raw_path: String,
    /// The segments of the path, decoded.
    pub path: Vec<String>,
    /// The fields of the query, decoded.
    pub query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    /// How long its body is.
    pub length: usize,
    /// Whether it waits to be told to send its body.
    pub expects_continue: bool,
    http11: bool,
}

impl Head {
    /// The value of a header, its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Where a head ends in what has come so far, having looked at the first `looked` bytes before.
fn end_of_head(bytes: &[u8], looked: usize) -> Option<usize> {
    let from = looked.saturating_sub(3);
    bytes[from..].windows(4).position(|four| four == b"\r\n\r\n").map(|at| from + at + 4)
}

/// Where the head ends in what has come so far, having looked at the first `looked` bytes before. `None` where it is not
/// whole yet.
///
/// # Errors
/// The answer to what is no request, or one whose head is too long.
pub fn end_of(bytes: &[u8], looked: usize) -> Result<Option<usize>, Failure> {
    // A method is capital letters; a TLS client, for one, begins with something else.
    let first = bytes.iter().find(|b| !b"\r\n".contains(b));
    if first.is_some_and(|b| !b.is_ascii_uppercase()) {
        return Err(bad("this is not HTTP; is it TLS? Here is none"));
    }
    match end_of_head(bytes, looked) {
        Some(length) if length > HEAD => Err(too_long()),
        None if bytes.len() > HEAD => Err(too_long()),
        end => Ok(end),
    }
}

/// Reads a whole head.
///
/// # Errors
/// The answer to one that is malformed, too long, of another version, or would have a body that is not bounded.
pub fn parse(bytes: &[u8]) -> Result<Head, Failure> {
    let mut space = [httparse::EMPTY_HEADER; 100];
    let mut request = httparse::Request::new(&mut space);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        Err(httparse::Error::Version) => return Err(Failure::new(505, "http_version", "only HTTP/1.1 is spoken here")),
        Err(httparse::Error::TooManyHeaders) => return Err(too_long()),
        Ok(httparse::Status::Partial) => return Err(bad("the request ends in its middle")),
        Err(e) => return Err(bad(&format!("the request is not HTTP: {e}"))),
    }
    let mut headers = Vec::new();
    for header in request.headers.iter() {
        let value =
            std::str::from_utf8(header.value).map_err(|_| bad(&format!("the header {} is not UTF-8", header.name)))?;
        headers.push((header.name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let target = request.path.unwrap_or_default();
    let (raw_path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut head = Head {
        method: request.method.unwrap_or_default().to_owned(),
        raw_path: raw_path.to_owned(),
        path: Vec::new(),
        query: Vec::new(),
        length: 0,
        expects_continue: false,
        http11: request.version == Some(1),
        headers,
    };
    head.path = segments(raw_path)?;
    head.query = fields(query)?;
    head.length = head.body_length()?;
    head.expects_continue = head.header("expect").is_some_and(|e| e.eq_ignore_ascii_case("100-continue"));
    match head.headers.iter().filter(|(name, _)| name == "host").count() {
        1 => Ok(head),
        0 if !head.http11 => Ok(head),
        _ => Err(bad("a request has one Host header (RFC 9112, section 3.2)")),
    }
}

/// The answer to a head that is longer than [`HEAD`].
fn too_long() -> Failure {
    Failure::new(431, "headers_too_long", format!("the headers are more than {} KB", HEAD / 1024))
}

fn bad(message: &str) -> Failure {
    Failure::new(400, "bad_request", message)
}

impl Head {
    fn body_length(&self) -> Result<usize, Failure> {
        // Two lengths, or a length and chunks, are how requests are smuggled (RFC 9112, section 11.2).
        if self.header("transfer-encoding").is_some() {
            return Err(Failure::new(411, "length_required", "a body comes with a Content-Length here, not in chunks"));
        }
        let mut lengths = self.headers.iter().filter(|(name, _)| name == "content-length");
        let Some((_, length)) = lengths.next() else { return Ok(0) };
        if lengths.next().is_some() || length.is_empty() || !length.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad("a request has one Content-Length, which is a number"));
        }
        match length.parse::<usize>() {
            Ok(length) if length <= BODY => Ok(length),
            _ => Err(Failure::new(413, "body_too_long", format!("a body has at most {} MB", BODY >> 20))),
        }
    }
}

/// The segments of a path. One that leads upwards, or hides a slash, leads nowhere.
fn segments(path: &str) -> Result<Vec<String>, Failure> {
    let Some(path) = path.strip_prefix('/') else { return Err(bad("the path does not begin with /")) };
    let segments: Vec<String> = path.split('/').map(|part| decode(part, false)).collect::<Result<_, _>>()?;
    if segments.iter().any(|s| s == "." || s == ".." || s.contains(['/', '\\', '\0'])) {
        return Err(bad("the path has `..`, or a slash in disguise"));
    }
    Ok(segments)
}

fn fields(query: &str) -> Result<Vec<(String, String)>, Failure> {
    query
        .split('&')
        .filter(|field| !field.is_empty())
        .map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            Ok((decode(name, true)?, decode(value, true)?))
        })
        .collect()
}

/// Takes the `%41` out of a text; in a query a `+` is a blank.
fn decode(text: &str, plus: bool) -> Result<String, Failure> {
    let fail = || bad("the path or the query is not UTF-8 in percent-encoding");
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            b'%' => {
                let digits = after.get(..2).filter(|d| d.iter().all(u8::is_ascii_hexdigit)).ok_or_else(fail)?;
                let digits = std::str::from_utf8(digits).map_err(|_| fail())?;
                bytes.push(u8::from_str_radix(digits, 16).map_err(|_| fail())?);
                rest = &after[2..];
            }
            b'+' if plus => bytes.push(b' '),
            byte => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| fail())
}

/// A connection whose head has come.
pub struct Incoming {
    /// The client.
    pub stream: TcpStream,
    /// Where it calls from.
    pub peer: SocketAddr,
    /// When it connected.
    pub since: Instant,
    /// What it wants.
    pub head: Head,
    /// What came behind the head.
    pub rest: Vec<u8>,
}

impl Incoming {
    /// Reads the body.
    ///
    /// # Errors
    /// The answer to one that does not come.
    pub fn body(&mut self) -> Result<Vec<u8>, Failure> {
        let mut body = std::mem::take(&mut self.rest);
        // What is behind the body is a second request on a connection that will be closed.
        body.truncate(self.head.length);
        if body.len() < self.head.length && self.head.expects_continue {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").map_err(|_| too_late())?;
        }
        let mut piece = [0; 16 * 1024];
        while body.len() < self.head.length {
            let left = WHOLE_WITHIN.saturating_sub(self.since.elapsed());
            if left.is_zero() || self.stream.set_read_timeout(Some(left)).is_err() {
                return Err(too_late());
            }
            let most = piece.len().min(self.head.length - body.len());
            match self.stream.read(&mut piece[..most]) {
                Ok(0) => return Err(bad("the body is shorter than its Content-Length")),
                Ok(n) => body.extend_from_slice(&piece[..n]),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(too_late()),
            }
        }
        Ok(body)
    }
}

/// The answer to a request that did not come in its time.
pub fn too_late() -> Failure {
    Failure::new(408, "too_late", "the request did not come in time")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(request: &str) -> u16 {
        parse(request.as_bytes()).err().map_or(200, |failure| failure.status)
    }

    #[test]
    fn what_is_refused() {
        for (expected, request) in [
            (200, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
            (200, "GET / HTTP/1.0\r\n\r\n"),
            (200, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n"),
            (505, "GET / HTTP/2.0\r\nHost: x\r\n\r\n"),
            (505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
            (400, "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"),
            (400, "GET /../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n"),
            (400, "GET /%2e%2e/x HTTP/1.1\r\nHost: x\r\n\r\n"),
            (400, "GET /a%2fb HTTP/1.1\r\nHost: x\r\n\r\n"),
            (400, "GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n"),
            (400, "GET /%4 HTTP/1.1\r\nHost: x\r\n\r\n"),
            (400, "GET /a?b=%zz HTTP/1.1\r\nHost: x\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost : x\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: x\r\n X: folded\r\n\r\n"),
            (400, "rubbish\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n"),
            (413, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n"),
            (413, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n"),
            (411, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"),
            (411, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ] {
            assert_eq!(status(request), expected, "{request:?}");
        }
        let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(101));
        assert_eq!(status(&many), 431);
    }

    #[test]
    fn paths_and_queries_are_decoded() {
        let head = parse(b"GET /api/a%20b?x=1%2B1&y=a+b&z HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        assert_eq!(head.path, ["api", "a b"]);
        let query: Vec<_> = head.query.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(query, [("x", "1+1"), ("y", "a b"), ("z", "")]);
    }

    #[test]
    fn the_end_of_a_head_is_found_in_whatever_pieces_it_comes() {
        let bytes = b"GET / HTTP/1.1\r\n\r\nrest";
        for looked in 0..18 {
            assert_eq!(end_of_head(bytes, looked), Some(18), "{looked}");
        }
        assert_eq!(end_of_head(b"GET / HTTP/1.1\r\n\r", 0), None);
    }
}
