//! The rows that a program prints in query mode: records in CSV (RFC 4180) or a form near to it, read as they come.

use super::manners::Manners;
use crate::runner::Rows;
use std::collections::VecDeque;
use std::io::{self, BufRead};

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
}

/// Splits the text of one record. Gives `None` where a quote is open at its end: then the record goes on in the next line.
pub fn split(record: &str, form: Form) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    let mut rest = record;
    loop {
        let mut field = Field { text: String::new(), quoted: false };
        if form.quotes && rest.starts_with('"') {
            field.quoted = true;
            rest = &rest[1..];
            loop {
                let end = rest.find('"')?;
                field.text.push_str(&rest[..end]);
                rest = &rest[end + 1..];
                if !rest.starts_with('"') {
                    break;
                }
                field.text.push('"');
                rest = &rest[1..];
            }
        }
        // What follows a closing quote is not of RFC 4180, and is not lost either.
        let end = rest.find(form.delimiter).unwrap_or(rest.len());
        field.text.push_str(&rest[..end]);
        fields.push(field);
        match rest[end..].chars().next() {
            Some(delimiter) => rest = &rest[end + delimiter.len_utf8()..],
            None => return Some(fields),
        }
    }
}

/// A line without its end. `None` at the end of the input.
fn line(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    if io::Read::take(&mut *input, LONGEST as u64).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.len() >= LONGEST {
        return Err(io::Error::other("a line is longer than 64 MiB"));
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
    }
    Ok(Some(line))
}

/// The next record. `None` at the end of the input.
fn record(input: &mut impl BufRead, form: Form) -> io::Result<Option<Vec<Field>>> {
    let mut whole = String::new();
    let mut lines = 0;
    while let Some(line) = line(input)? {
        let line = String::from_utf8(line).map_err(|_| io::Error::other("a value is not UTF-8"))?;
        if lines > 0 {
            whole.push('\n');
        }
        whole.push_str(&line);
        lines += 1;
        if let Some(fields) = split(&whole, form) {
            return Ok(Some(fields));
        }
        if whole.len() > LONGEST {
            return Err(io::Error::other("a record is longer than 64 MiB"));
        }
    }
    if lines == 0 { Ok(None) } else { Err(io::Error::other("a quote is open at the end")) }
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
        line(input).map_err(unreadable)?;
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
        columns.push("column 1".to_owned());
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
        let form = Form { delimiter: ',', quotes: true };
        assert_eq!(split("a,,\"\"", form), Some(vec![field("a", false), field("", false), field("", true)]));
        assert_eq!(split("\"say \"\"x\"\", y\",b", form), Some(vec![field("say \"x\", y", true), field("b", false)]));
        assert_eq!(split("\"open", form), None);
        assert_eq!(split("", form), Some(vec![field("", false)]));
        assert_eq!(split("\"a\"b,c", form), Some(vec![field("ab", true), field("c", false)]));
        let plain = Form { delimiter: '\t', quotes: false };
        assert_eq!(split("\"a\tb", plain), Some(vec![field("\"a", false), field("b", false)]));
    }

    #[test]
    fn records_go_over_lines_and_ends_of_lines() {
        let mut input = "a,\"one\r\ntwo\"\r\nb,c".as_bytes();
        let form = Form { delimiter: ',', quotes: true };
        assert_eq!(record(&mut input, form).unwrap(), Some(vec![field("a", false), field("one\ntwo", true)]));
        assert_eq!(record(&mut input, form).unwrap(), Some(vec![field("b", false), field("c", false)]));
        assert_eq!(record(&mut input, form).unwrap(), None);
        assert!(record(&mut "\"never closed\n".as_bytes(), form).is_err());
        assert!(record(&mut &b"\xff\n"[..], form).is_err());
    }
}
