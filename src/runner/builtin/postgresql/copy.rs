//! Reads what COPY sends: rows in the binary form, and rows in the text form.

use super::Connection;
use crate::runner::builtin::value::Value;
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

    /// The same, of a transfer that got so many rows before: an error of the source names none.
    pub fn into_failure_after(self, rows: u64, connection: &mut Connection) -> Failure {
        let of_source = matches!(self, Stopped::Reading(_));
        let mut failure = self.into_failure(connection);
        if of_source && failure.kind != FailureKind::Cancelled {
            failure.message.push_str(&format!("\nthe source gave {rows} rows before that"));
        }
        failure
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
    #[inline]
    pub fn field(&self, index: usize) -> Option<&'a [u8]> {
        let (start, length) = *self.spans.get(index)?;
        let length = usize::try_from(length).ok()?;
        self.bytes.get(start..start + length)
    }
}

/// The rows of a binary COPY, one after the other.
pub struct BinaryRows<R> {
    reader: R,
    columns: usize,
    spans: Vec<(usize, i32)>,
    in_header: bool,
    ended: bool,
    /// How much of the message, or of what is left over, is read.
    at: usize,
    /// The server sends a row a message, but the protocol does not promise it: where a row goes on in what is read next,
    /// both are put together here.
    left_over: Vec<u8>,
    is_left_over: bool,
}

impl<R: BufRead> BinaryRows<R> {
    /// Rows of that many columns. What `reader` gives at once is a message of the server's, or several.
    pub fn new(reader: R, columns: usize) -> Result<Self, Stopped> {
        let mut rows = BinaryRows {
            reader,
            columns,
            spans: Vec::with_capacity(columns),
            in_header: true,
            ended: false,
            at: 0,
            left_over: Vec::new(),
            is_left_over: false,
        };
        rows.look_at_message()?;
        Ok(rows)
    }

    /// The next row.
    pub fn next(&mut self) -> Result<Option<BinaryRow<'_>>, Stopped> {
        while !self.find_row()? {
            if self.ended {
                return Ok(None);
            }
            self.next_message()?;
        }
        let bytes =
            if self.is_left_over { &self.left_over } else { self.reader.fill_buf().map_err(Stopped::Reading)? };
        Ok(Some(BinaryRow { bytes, spans: &self.spans }))
    }

    fn find_row(&mut self) -> Result<bool, Stopped> {
        if self.ended {
            return Ok(false);
        }
        let bytes =
            if self.is_left_over { &self.left_over } else { self.reader.fill_buf().map_err(Stopped::Reading)? };
        if self.in_header {
            let Some(end) = header(bytes)? else { return Ok(false) };
            (self.in_header, self.at) = (false, end);
        }
        while let Some(end) = row(bytes, self.at, self.columns, &mut self.spans)? {
            self.at = end;
            // The end of the rows has no fields.
            if !self.spans.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn next_message(&mut self) -> Result<(), Stopped> {
        let message = self.reader.fill_buf().map_err(Stopped::Reading)?;
        let length = message.len();
        if self.is_left_over {
            self.left_over.drain(..self.at);
        } else {
            self.left_over.extend_from_slice(&message[self.at..]);
        }
        self.at = 0;
        self.reader.consume(length);
        self.look_at_message()
    }

    fn look_at_message(&mut self) -> Result<(), Stopped> {
        let message = self.reader.fill_buf().map_err(Stopped::Reading)?;
        self.is_left_over = !self.left_over.is_empty();
        // The reader must not be asked again after its end.
        self.ended = message.is_empty();
        if self.ended && (self.is_left_over || self.in_header) {
            return Err(Stopped::Garbled);
        }
        if self.is_left_over {
            self.left_over.extend_from_slice(message);
        }
        Ok(())
    }
}

/// Whether the message is exactly one row of a binary COPY.
pub fn is_one_row(message: &[u8], columns: usize) -> bool {
    let mut spans = Vec::with_capacity(columns);
    matches!(row(message, 0, columns, &mut spans), Ok(Some(end)) if end == message.len() && !spans.is_empty())
}

/// The end of the header, if it is there in full.
pub fn header(bytes: &[u8]) -> Result<Option<usize>, Stopped> {
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

/// The rows of a text COPY, one after the other.
pub struct TextRows<'a> {
    reader: CopyOutReader<'a>,
    columns: Vec<String>,
    rows: u64,
    line: Vec<u8>,
    text: String,
    ends: Vec<Option<usize>>,
}

/// One row of a text COPY.
pub struct TextRow<'a> {
    text: &'a str,
    ends: &'a [Option<usize>],
}

impl<'a> TextRow<'a> {
    /// The fields, in order; `None` for NULL.
    pub fn fields(&self) -> impl Iterator<Item = Option<&'a str>> {
        let (text, mut start) = (self.text, 0);
        self.ends.iter().map(move |end| end.map(|end| &text[std::mem::replace(&mut start, end)..end]))
    }
}

impl<'a> TextRows<'a> {
    /// Rows of columns with these names.
    pub fn new(reader: CopyOutReader<'a>, columns: Vec<String>) -> Self {
        TextRows { reader, columns, rows: 0, line: Vec::new(), text: String::new(), ends: Vec::new() }
    }

    /// The next row. Must not be asked for again after the last one.
    pub fn next(&mut self) -> Result<Option<TextRow<'_>>, Stopped> {
        self.line.clear();
        // At the end this reads nothing once; a line never ends without its newline.
        self.reader.read_until(b'\n', &mut self.line).map_err(Stopped::Reading)?;
        if self.line.is_empty() {
            return Ok(None);
        }
        self.rows += 1;
        let line = self.line.strip_suffix(b"\n").ok_or(Stopped::Garbled)?;
        let line = std::str::from_utf8(line).map_err(|error| self.not_utf8(error.valid_up_to()))?;
        let row = split_line(line, &mut self.text, &mut self.ends);
        if row.ends.len() != self.columns.len() {
            return Err(Stopped::Garbled);
        }
        Ok(Some(row))
    }

    /// The failure of a text that is not UTF-8 from there on: a server with SQL_ASCII sends any bytes.
    fn not_utf8(&self, at: usize) -> Stopped {
        let before = &self.line[..at];
        let column = before.iter().filter(|byte| **byte == b'\t').count();
        let start = before.iter().rposition(|byte| *byte == b'\t').map_or(0, |tab| tab + 1);
        let field = self.line[start..].split(|byte| matches!(byte, b'\t' | b'\n')).next().unwrap_or_default();
        let message = format!(
            "row {}, column {}: {} is not UTF-8",
            self.rows,
            self.columns.get(column).map_or("", String::as_str),
            Value::Bytes(field).shown()
        );
        Stopped::Caller(Failure::new(FailureKind::Value, message))
    }
}

/// Takes a line of COPY's text form apart: the fields one after the other in `text`, where each ends in `ends`.
pub fn split_line<'a>(line: &str, text: &'a mut String, ends: &'a mut Vec<Option<usize>>) -> TextRow<'a> {
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
    TextRow { text, ends }
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
        let row = split_line(std::str::from_utf8(&line).unwrap(), &mut text, &mut ends);
        let back: Vec<Option<&str>> = row.fields().collect();
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
