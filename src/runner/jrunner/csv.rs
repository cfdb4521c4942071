//! The rows that a program prints in query mode: records in CSV (RFC 4180) or a form near to it, read as they come.

use super::manners::Manners;
use crate::runner::Rows;
use std::collections::VecDeque;
use std::io::{self, BufRead};

/// The name of the first column where the program prints none.
pub const MADE_UP: &str = "column 1";
/// The longest record that is read, in bytes: a program that never ends a line must not fill the memory.
const LONGEST: usize = 64 << 20;

/// One value as it was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its text, without quotes around it.
    pub text: String,
    /// Whether it had quotes around it.
    pub quoted: bool,
}

/// How records are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// What stands between two fields.
    pub delimiter: char,
    /// Whether a field can stand in double quotes, those in it doubled.
    pub quotes: bool,
    /// Whether the last line has an end too, so that one without was cut off.
    pub ends: bool,
}

/// Reads records one after the other, each into the memory of the one before.
pub struct Records<R> {
    input: R,
    form: Form,
    line: Vec<u8>,
    /// The record's fields, and behind them those of longer ones before it.
    fields: Vec<Field>,
    count: usize,
    astray: bool,
}

impl<R: BufRead> Records<R> {
    /// Reads `input`, whose records are of this form.
    pub fn new(input: R, form: Form) -> Records<R> {
        Records { input, form, line: Vec::new(), fields: Vec::new(), count: 0, astray: false }
    }

    /// The next record. `None` at the end of the input.
    ///
    /// # Errors
    /// Where it is not read, is no text, too long, or ends in its middle.
    pub fn next_record(&mut self) -> io::Result<Option<&[Field]>> {
        (self.count, self.astray) = (0, false);
        let (mut open, mut length) = (false, 0);
        while self.read_line()? {
            let line = std::mem::take(&mut self.line);
            let text = std::str::from_utf8(&line).map_err(|_| io::Error::other("a value is not UTF-8"))?;
            let inner = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
            if self.form.ends && inner.len() == text.len() {
                return Err(io::Error::other("it breaks off in the middle of a line"));
            }
            open = self.split(open, inner);
            if open {
                // Within quotes, the end of a line is part of the value.
                if let Some(field) = self.fields[..self.count].last_mut() {
                    field.text.push_str(&text[inner.len()..]);
                }
                length += text.len();
                if length > LONGEST {
                    return Err(io::Error::other("a record is longer than 64 MiB"));
                }
            }
            self.line = line;
            if !open {
                return Ok(Some(&self.fields[..self.count]));
            }
        }
        if open { Err(io::Error::other("a quote is open at the end")) } else { Ok(None) }
    }

    /// The fields of the last record.
    pub fn fields(&self) -> &[Field] {
        &self.fields[..self.count]
    }

    /// Whether the last record had something behind a closing quote, which is in no form of CSV.
    pub fn is_astray(&self) -> bool {
        self.astray
    }

    /// Reads a line with its end; `false` at the end of the input.
    fn read_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        if self.line.capacity() > 1 << 20 {
            // After one huge value, memory is given back.
            self.line.shrink_to(1 << 16);
        }
        let read = io::Read::take(&mut self.input, LONGEST as u64).read_until(b'\n', &mut self.line)?;
        if read >= LONGEST {
            return Err(io::Error::other("a line is longer than 64 MiB"));
        }
        Ok(read > 0)
    }

    /// Splits a line of a record, behind the fields of its lines before: the last of them is `open` where a quote is. Gives
    /// whether one is open in the end: then the record goes on in the next line.
    fn split(&mut self, mut open: bool, line: &str) -> bool {
        let form = self.form;
        let mut rest = line;
        let mut goes_on = open;
        loop {
            if !goes_on {
                open = form.quotes && rest.starts_with('"');
                rest = &rest[usize::from(open)..];
                self.begin_field(open);
            }
            goes_on = false;
            let Some(field) = self.fields[..self.count].last_mut() else { return false };
            let quoted = open;
            while open {
                let end = rest.find('"').unwrap_or(rest.len());
                field.text.push_str(&rest[..end]);
                if end == rest.len() {
                    return true;
                }
                rest = &rest[end + 1..];
                open = rest.starts_with('"');
                if open {
                    field.text.push('"');
                    rest = &rest[1..];
                }
            }
            // What follows a closing quote is not of RFC 4180, and is not lost either.
            let end = rest.find(form.delimiter).unwrap_or(rest.len());
            field.text.push_str(&rest[..end]);
            self.astray |= quoted && end > 0;
            match rest[end..].chars().next() {
                Some(delimiter) => rest = &rest[end + delimiter.len_utf8()..],
                None => return false,
            }
        }
    }

    fn begin_field(&mut self, quoted: bool) {
        match self.fields.get_mut(self.count) {
            Some(field) => {
                field.text.clear();
                if field.text.capacity() > 1 << 20 {
                    field.text.shrink_to(0);
                }
                field.quoted = quoted;
            }
            None => self.fields.push(Field { text: String::new(), quoted }),
        }
        self.count += 1;
    }
}

/// The next record. `None` at the end of the input.
///
/// # Errors
/// Where it is not read, is no text, too long, or ends in its middle.
pub fn record(input: &mut impl BufRead, form: Form) -> io::Result<Option<Vec<Field>>> {
    Ok(Records::new(input, form).next_record()?.map(<[Field]>::to_vec))
}

/// Reads the rows of a query, to the end of the input, and keeps the first `keep` of them. Names of columns are made up
/// where the program prints none.
///
/// # Errors
/// What keeps the output from being read as rows, in words.
pub fn rows(input: &mut impl BufRead, manners: &Manners, keep: Option<usize>) -> Result<Rows, String> {
    let unreadable = |e: io::Error| format!("its output can't be read: {e}");
    let form = manners.form();
    for _ in 0..manners.lines_before {
        io::BufRead::skip_until(input, b'\n').map_err(unreadable)?;
    }
    let mut columns: Vec<String> = Vec::new();
    if manners.header {
        let header = record(input, form).map_err(unreadable)?;
        let header = header.ok_or("it printed no header and no rows, as if it had failed")?;
        columns = header.into_iter().map(|field| field.text).collect();
    }
    let mut out = Rows::default();
    // The last lines are no rows.
    let mut held: VecDeque<Vec<Field>> = VecDeque::new();
    while let Some(fields) = record(input, form).map_err(unreadable)? {
        held.push_back(fields);
        if held.len() <= manners.lines_after {
            continue;
        }
        let Some(mut fields) = held.pop_front() else { continue };
        if columns.is_empty() {
            columns = numbered(fields.len());
        }
        if !form.quotes && columns.len() == 1 && fields.len() > 1 && manners.header {
            let texts: Vec<String> = fields.into_iter().map(|field| field.text).collect();
            fields = vec![Field { text: texts.join(&form.delimiter.to_string()), quoted: false }];
        }
        // Without quotes a name that is an expression, such as `COALESCE(x, 0)`, looks like several.
        let first = out.rows.is_empty() && !out.truncated;
        if !form.quotes && first && fields.len() < columns.len() {
            columns = numbered(fields.len());
        }
        if fields.len() != columns.len() {
            return Err(format!(
                "it printed a row of {} fields where there are {} columns: {}",
                fields.len(),
                columns.len(),
                shortened(&fields)
            ));
        }
        if keep.is_some_and(|keep| out.rows.len() >= keep) {
            out.truncated = true;
        } else {
            out.rows.push(fields.into_iter().map(|field| manners.value(field)).collect());
        }
    }
    if columns.is_empty() {
        if !manners.silence_is_empty {
            return Err("it printed nothing, which is also what it does on an error".to_owned());
        }
        columns.push(MADE_UP.to_owned());
    }
    out.columns = columns;
    Ok(out)
}

/// Names for columns that have none.
fn numbered(many: usize) -> Vec<String> {
    (1..=many).map(|n| format!("column {n}")).collect()
}

fn shortened(fields: &[Field]) -> String {
    let texts: Vec<&str> = fields.iter().map(|field| &*field.text).collect();
    let whole = texts.join(" | ");
    let end = whole.floor_char_boundary(200);
    if end < whole.len() { format!("{}…", &whole[..end]) } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(text: &str, quoted: bool) -> Field {
        Field { text: text.to_owned(), quoted }
    }

    #[test]
    fn records_are_split() {
        let form = Form { delimiter: ',', quotes: true, ends: false };
        let split = |text: &str, form| record(&mut text.as_bytes(), form).ok().flatten();
        assert_eq!(split("a,,\"\"", form), Some(vec![field("a", false), field("", false), field("", true)]));
        assert_eq!(split("\"say \"\"x\"\", y\",b", form), Some(vec![field("say \"x\", y", true), field("b", false)]));
        assert_eq!(split("\"open", form), None);
        assert_eq!(split("\n", form), Some(vec![field("", false)]));
        assert_eq!(split("\"a\"b,c", form), Some(vec![field("ab", true), field("c", false)]));
        let plain = Form { delimiter: '\t', quotes: false, ends: false };
        assert_eq!(split("\"a\tb", plain), Some(vec![field("\"a", false), field("b", false)]));
    }

    #[test]
    fn records_go_over_lines_and_keep_their_ends() {
        let mut input = "a,\"one\r\ntwo\n\n\"\r\nb,c".as_bytes();
        let form = Form { delimiter: ',', quotes: true, ends: false };
        assert_eq!(record(&mut input, form).unwrap(), Some(vec![field("a", false), field("one\r\ntwo\n\n", true)]));
        assert_eq!(record(&mut input, form).unwrap(), Some(vec![field("b", false), field("c", false)]));
        assert_eq!(record(&mut input, form).unwrap(), None);
        assert!(record(&mut "\"never closed\n".as_bytes(), form).is_err());
        assert!(record(&mut &b"\xff\n"[..], form).is_err());
    }

    #[test]
    fn what_breaks_off_is_no_row() {
        let form = Form { delimiter: ',', quotes: true, ends: true };
        for cut in ["a,b", "a,\"b", "a,\"b\"", "a,b\r", "\""] {
            assert!(record(&mut cut.as_bytes(), form).is_err(), "{cut:?}");
        }
        assert_eq!(record(&mut "a,b\n".as_bytes(), form).unwrap(), Some(vec![field("a", false), field("b", false)]));
    }

    /// Split anew from its beginning with each of its lines, this would take hours.
    #[test]
    fn a_value_of_very_many_lines_is_read_at_once() {
        let value = "\"\"x\"\": 1\n".repeat(500_000);
        let input = format!("a,\"{value}\"\n");
        let form = Form { delimiter: ',', quotes: true, ends: true };
        let fields = record(&mut input.as_bytes(), form).unwrap().unwrap();
        assert_eq!(fields[1].text.len(), value.len() - 2 * 500_000);
    }
}
