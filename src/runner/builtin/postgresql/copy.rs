//! Reads what COPY sends: rows in the binary form, and rows in the text form.

use super::Connection;
use crate::runner::{Failure, FailureKind};
use postgres::CopyOutReader;
use std::io::{self, BufRead};

/// Why the reading of a COPY ended early.
pub enum Stopped {
    /// The server refused the statement.
    Server(postgres::Error),
    /// The server said no more, or the connection broke.
    Reading(io::Error),
    /// Whoever got the rows wants no more.
    Caller(Failure),
    /// What came is not what COPY sends.
    Garbled,
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Stopped::Caller(failure)
    }
}

impl Stopped {
    /// The failure it means, with the connection made usable again.
    pub fn into_failure(self, connection: &mut Connection) -> Failure {
        match self {
            Stopped::Server(error) => connection.failure(&error),
            Stopped::Reading(error) => connection.io_failure(&error),
            Stopped::Caller(failure) => {
                connection.abandon_copy_out();
                failure
            }
            Stopped::Garbled => {
                connection.abandon_copy_out();
                Failure::new(FailureKind::Lost, "the server sent rows in a form that is not COPY's")
            }
        }
    }
}

/// The eleven bytes a binary COPY begins with.
pub const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";
/// The signature, no flags, no extension.
pub const HEADER: &[u8; 19] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What a binary COPY ends with.
pub const TRAILER: [u8; 2] = (-1i16).to_be_bytes();

/// One row of a binary COPY.
pub struct BinaryRow<'a> {
    bytes: &'a [u8],
    spans: &'a [(usize, i32)],
}

impl<'a> BinaryRow<'a> {
    /// The bytes of a field; `None` for NULL.
    pub fn field(&self, index: usize) -> Option<&'a [u8]> {
        let (start, length) = *self.spans.get(index)?;
        let length = usize::try_from(length).ok()?;
        self.bytes.get(start..start + length)
    }
}

/// Calls `each` for every row of a binary COPY of `columns` columns.
pub fn for_each_binary_row(
    reader: &mut CopyOutReader<'_>,
    columns: usize,
    mut each: impl FnMut(&BinaryRow<'_>) -> Result<(), Failure>,
) -> Result<(), Stopped> {
    // The server sends a row a message, but the protocol does not promise it: what is left of a message waits here.
    let mut left_over: Vec<u8> = Vec::new();
    let mut spans = Vec::with_capacity(columns);
    let mut in_header = true;
    loop {
        let message = reader.fill_buf().map_err(Stopped::Reading)?;
        let length = message.len();
        if length == 0 {
            // The reader must not be asked again after its end.
            return if left_over.is_empty() && !in_header { Ok(()) } else { Err(Stopped::Garbled) };
        }
        let was_empty = left_over.is_empty();
        if !was_empty {
            left_over.extend_from_slice(message);
        }
        let bytes = if was_empty { message } else { &left_over };
        let mut at = 0;
        if in_header && let Some(end) = header(bytes)? {
            (in_header, at) = (false, end);
        }
        while !in_header && at < bytes.len() {
            match row(bytes, at, columns, &mut spans)? {
                Some(end) if spans.is_empty() && columns > 0 => at = end,
                Some(end) => {
                    each(&BinaryRow { bytes, spans: &spans })?;
                    at = end;
                }
                None => break,
            }
        }
        if was_empty {
            left_over.extend_from_slice(&message[at..]);
        } else {
            left_over.drain(..at);
        }
        reader.consume(length);
    }
}

/// The end of the header, if it is there in full.
fn header(bytes: &[u8]) -> Result<Option<usize>, Stopped> {
    if bytes.len() < HEADER.len() {
        return Ok(None);
    }
    if !bytes.starts_with(SIGNATURE) {
        return Err(Stopped::Garbled);
    }
    let extension = i32_at(bytes, 15).and_then(|n| usize::try_from(n).ok()).ok_or(Stopped::Garbled)?;
    let end = HEADER.len() + extension;
    Ok((bytes.len() >= end).then_some(end))
}

/// The end of the row at `at`, if it is there in full, and its fields in `spans`; no fields for the trailer.
fn row(bytes: &[u8], at: usize, columns: usize, spans: &mut Vec<(usize, i32)>) -> Result<Option<usize>, Stopped> {
    spans.clear();
    let Some(count) = bytes.get(at..at + 2) else { return Ok(None) };
    let count = i16::from_be_bytes([count[0], count[1]]);
    let mut end = at + 2;
    if count == -1 {
        return Ok(Some(end));
    }
    if usize::try_from(count) != Ok(columns) {
        return Err(Stopped::Garbled);
    }
    for _ in 0..columns {
        let Some(length) = i32_at(bytes, end) else { return Ok(None) };
        end += 4;
        spans.push((end, length));
        if length > 0 {
            end += length as usize;
            if end > bytes.len() {
                return Ok(None);
            }
        }
    }
    Ok(Some(end))
}

fn i32_at(bytes: &[u8], at: usize) -> Option<i32> {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(i32::from_be_bytes)
}

/// The rows of a text COPY.
pub struct TextRows<'a> {
    reader: CopyOutReader<'a>,
    columns: usize,
}

impl<'a> TextRows<'a> {
    /// Rows of that many columns.
    pub fn new(reader: CopyOutReader<'a>, columns: usize) -> Self {
        TextRows { reader, columns }
    }

    /// Calls `each` for every row, and counts them.
    pub fn for_each(&mut self, mut each: impl FnMut(&[Option<&str>]) -> Result<(), Failure>) -> Result<u64, Stopped> {
        let mut line = Vec::new();
        let mut text = String::new();
        let mut ends: Vec<Option<usize>> = Vec::with_capacity(self.columns);
        let mut rows = 0;
        loop {
            line.clear();
            // At the end this reads nothing once, and is not asked again.
            self.reader.read_until(b'\n', &mut line).map_err(Stopped::Reading)?;
            if line.is_empty() {
                return Ok(rows);
            }
            let whole = line.strip_suffix(b"\n").ok_or(Stopped::Garbled)?;
            let whole = std::str::from_utf8(whole).map_err(|_| Stopped::Garbled)?;
            split_line(whole, &mut text, &mut ends);
            if ends.len() != self.columns {
                return Err(Stopped::Garbled);
            }
            let mut start = 0;
            let fields: Vec<Option<&str>> = ends
                .iter()
                .map(|end| {
                    end.map(|end| {
                        let field = &text[start..end];
                        start = end;
                        field
                    })
                })
                .collect();
            each(&fields)?;
            rows += 1;
        }
    }
}

/// Takes a line of COPY's text form apart: the fields one after the other in `text`, where each ends in `ends`.
fn split_line(line: &str, text: &mut String, ends: &mut Vec<Option<usize>>) {
    text.clear();
    ends.clear();
    for field in line.split('\t') {
        if field == "\\N" {
            ends.push(None);
            continue;
        }
        let mut rest = field;
        while let Some((plain, escaped)) = rest.split_once('\\') {
            text.push_str(plain);
            let mut chars = escaped.chars();
            text.push(match chars.next() {
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('v') => '\u{b}',
                Some(other) => other,
                None => '\\',
            });
            rest = chars.as_str();
        }
        text.push_str(rest);
        ends.push(Some(text.len()));
    }
}

/// Appends a field of COPY's text form, without what separates it from the next.
pub fn push_text_field(out: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        let escape = match byte {
            b'\\' => b'\\',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            byte => {
                out.push(byte);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', escape]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_fields_survive() {
        let fields = ["", "plain", "a\tb\nc\rd\\e", "\\N", "é\u{8}\u{b}\u{c}"];
        let mut line = Vec::new();
        for field in fields {
            push_text_field(&mut line, field);
            line.push(b'\t');
        }
        line.extend_from_slice(b"\\N\t\\b\\v\\f");
        let (mut text, mut ends) = (String::new(), Vec::new());
        split_line(std::str::from_utf8(&line).unwrap(), &mut text, &mut ends);
        let mut start = 0;
        let back: Vec<Option<&str>> =
            ends.iter().map(|end| end.map(|end| &text[std::mem::replace(&mut start, end)..end])).collect();
        let mut expected: Vec<Option<&str>> = fields.iter().copied().map(Some).collect();
        expected.extend([None, Some("\u{8}\u{b}\u{c}")]);
        assert_eq!(back, expected);
    }

    #[test]
    fn binary_rows_are_found_in_any_cut() {
        let mut spans = Vec::new();
        let mut bytes = vec![0, 2, 0, 0, 0, 1, 7, 255, 255, 255, 255];
        assert_eq!(row(&bytes, 0, 2, &mut spans).ok(), Some(Some(11)));
        assert_eq!(spans, [(6, 1), (11, -1)]);
        for cut in 0..bytes.len() {
            assert_eq!(row(&bytes[..cut], 0, 2, &mut spans).ok(), Some(None), "{cut}");
        }
        assert!(row(&bytes, 0, 3, &mut spans).is_err());
        bytes.splice(.., TRAILER);
        assert_eq!(row(&bytes, 0, 2, &mut spans).ok(), Some(Some(2)));
        assert!(spans.is_empty());
        assert_eq!(header(HEADER).ok(), Some(Some(19)));
        assert_eq!(header(&HEADER[..18]).ok(), Some(None));
        assert!(header(&[0; 19]).is_err());
    }
}
