//! How a given jrunner prints what a query gives: found out by three queries, as versions in the field differ.
//!
//! The first gives known values, one a row between a mark and an end; the second no row; the third fails.

use super::csv::{self, Field, Form};
use super::said::Printed;
use serde::{Deserialize, Serialize};
use std::io::BufRead;

/// What was found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manners {
    /// Whether the first line names the columns.
    pub header: bool,
    /// What stands between two fields.
    pub delimiter: char,
    /// Whether fields come in quotes where they need to.
    pub quotes: bool,
    /// The text of a NULL.
    pub null: String,
    /// Whether that has quotes.
    pub null_quoted: bool,
    /// Lines of its own before header and rows.
    pub lines_before: usize,
    /// Lines of its own after the rows.
    pub lines_after: usize,
    /// Whether nothing printed means no rows: an error can be told by its end or its words.
    pub silence_is_empty: bool,
    /// Whether an error stands among what would be rows, and nowhere else.
    pub errors_on_stdout: bool,
    /// Whether the last line has an end, as the others do: then output without it was cut off.
    #[serde(default)]
    pub ends: bool,
    /// What does not come through as it is, in words.
    pub lossy: Vec<String>,
}

/// The names of the probe's columns.
pub const COLUMNS: [&str; 3] = ["pk_mark", "pk_value", "pk_end"];
/// What ends each row of the probe.
pub const END: &str = "end";

/// The values of the probe, in order; `None` is NULL.
pub fn values() -> Vec<Option<String>> {
    let long = "y".repeat(32_000);
    let texts = ["", "null", "a,b;c\td|e", "say \"x\"", "one\ntwo", "  outer  ", "Grüße, €uro, 日本"];
    std::iter::once(None).chain(texts.into_iter().map(|t| Some(t.to_owned()))).chain([Some(long)]).collect()
}

/// The mark of the row with that value, from 0.
pub fn mark(i: usize) -> String {
    format!("pk{i}")
}

/// The words for what a value is there to show, where it can be lost and the rest be read.
const SHOWS: [&str; 9] = [
    "NULL",
    "an empty string",
    "the word null",
    "delimiters in a value",
    "quotes in a value",
    "a line end in a value",
    "blanks around a value",
    "letters beyond ASCII",
    "a value of 32,000 letters",
];
/// The places among the values of an empty string, the word `null`, and blanks.
const LIKE_NULL: [usize; 2] = [1, 2];
const BLANKS: usize = 6;
/// Its place among the values: without these, a value that has any is an error.
const NOT_ASCII: usize = 7;

impl Manners {
    /// How its records are told apart.
    pub fn form(&self) -> Form {
        Form { delimiter: self.delimiter, quotes: self.quotes, ends: self.ends }
    }

    /// A field's value. Where NULL looks like some text, that text is taken for NULL.
    pub fn value(&self, field: Field) -> Option<String> {
        (!self.is_null(&field)).then_some(field.text)
    }

    /// The same, where it stands.
    pub fn text<'a>(&self, field: &'a Field) -> Option<&'a str> {
        (!self.is_null(field)).then_some(&field.text)
    }

    fn is_null(&self, field: &Field) -> bool {
        field.text == self.null && (field.quoted == self.null_quoted || !self.quotes)
    }

    /// Why rows can't be taken from what it prints, as far as that shows already; only values can, one by one. Letters may
    /// have been lost on their way to the server, as a literal.
    pub fn not_for_rows(&self) -> Option<String> {
        if self.lossy.iter().any(|lost| lost != SHOWS[NOT_ASCII]) {
            return Some(format!("it does not print as they are: {}", self.lossy.join(", ")));
        }
        let why = match self {
            Manners { quotes: false, .. } => "it puts nothing in quotes",
            Manners { errors_on_stdout: true, .. } => "it prints errors among the rows",
            Manners { ends: false, .. } => "its last line has no end",
            Manners { lines_before: 0, lines_after: 0, .. } => return None,
            _ => "it prints lines of its own among the rows",
        };
        Some(why.to_owned())
    }

    fn loses(&self, i: usize) -> bool {
        self.lossy.iter().any(|lost| lost == SHOWS[i])
    }

    /// Whether letters beyond ASCII come through.
    pub fn keeps_letters(&self) -> bool {
        !self.loses(NOT_ASCII)
    }

    /// What a value may have been besides, in words. Numbers and times have no blanks around them.
    pub fn doubt(&self, value: Option<&str>) -> Option<String> {
        let is_number = |value: &str| value.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
        match value {
            None => {
                let alike = LIKE_NULL.into_iter().find(|i| self.loses(*i))?;
                Some(format!("jrunner shows NULL and {} alike: it is taken for NULL", SHOWS[alike]))
            }
            Some(value) if self.loses(BLANKS) && !is_number(value) => {
                Some(format!("jrunner does not show {}: there may have been some", SHOWS[BLANKS]))
            }
            Some(_) => None,
        }
    }

    /// Learns from what the three queries printed.
    ///
    /// # Errors
    /// Why queries can't be read from it, in words.
    pub fn learn(values: &Printed, empty: &Printed, failing: &Printed) -> Result<Manners, String> {
        let text = String::from_utf8_lossy(&values.stdout);
        let lines: Vec<&str> = text.lines().collect();
        let first = mark(0);
        let at = lines.iter().position(|line| line.trim_start_matches('"').starts_with(&first));
        let at = at.ok_or_else(|| format!("it did not print the rows of a query: {}", excerpt(&text)))?;
        let after_mark = lines[at].trim_start_matches('"')[first.len()..].trim_start_matches('"');
        let delimiter = after_mark.chars().next().filter(|c| !c.is_alphanumeric());
        let delimiter = delimiter.ok_or_else(|| format!("its columns can't be told apart: {}", excerpt(lines[at])))?;
        let header = at > 0 && COLUMNS.iter().all(|name| lines[at - 1].to_lowercase().contains(name));
        let lines_before = at - usize::from(header);
        let from: String = text.split_inclusive('\n').skip(at).collect();
        let (quotes, records, lines_after) = [true, false]
            .into_iter()
            .filter_map(|quotes| {
                read(&from, Form { delimiter, quotes, ends: false }).map(|(records, after)| (quotes, records, after))
            })
            .max_by_key(|(_, records, _)| matching(records))
            .ok_or_else(|| format!("its rows can't be told apart: {}", excerpt(&text)))?;
        let null = records.first().and_then(|r| r.get(1)).cloned().ok_or("it did not print a NULL")?;
        let mut manners = Manners {
            header,
            delimiter,
            quotes,
            null: null.text,
            null_quoted: null.quoted,
            lines_before,
            lines_after,
            silence_is_empty: true,
            errors_on_stdout: failing.on_stdout,
            ends: values.stdout.ends_with(b"\n"),
            lossy: Vec::new(),
        };
        let expected = self::values();
        for (i, value) in expected.iter().enumerate() {
            let came = records.iter().find(|r| r[0].text == mark(i)).and_then(|r| r.get(1).cloned());
            if came.and_then(|field| manners.value(field)) != *value && i > 0 {
                manners.lossy.push(SHOWS[i].to_owned());
            }
        }
        let own = lines_before + lines_after + usize::from(header);
        let silent = String::from_utf8_lossy(&empty.stdout);
        if silent.lines().count() != own || (header && !has_header(&silent, lines_before)) {
            return Err(format!(
                "it prints lines of its own among the rows, and not always as many: with rows {}, without {}",
                excerpt(&text),
                excerpt(&silent)
            ));
        }
        let failed = String::from_utf8_lossy(&failing.stdout);
        if failing.failure.is_none() {
            if header && has_header(&failed, lines_before) {
                return Err("a query that fails looks like one that gives no rows".to_owned());
            }
            manners.silence_is_empty = header;
        }
        Ok(manners)
    }
}

fn has_header(text: &str, lines_before: usize) -> bool {
    text.lines().nth(lines_before).is_some_and(|line| COLUMNS.iter().all(|name| line.to_lowercase().contains(name)))
}

/// The records of the probe from its first row on, and how many lines follow the last.
fn read(text: &str, form: Form) -> Option<(Vec<Vec<Field>>, usize)> {
    let last = mark(values().len() - 1);
    let mut records = Vec::new();
    let mut left = text.as_bytes();
    while let Some(fields) = csv::record(&mut left, form).ok()? {
        let is_last = fields[0].text == last;
        records.push(fields);
        if is_last {
            return Some((records, left.lines().count()));
        }
    }
    None
}

/// How many of the records are as the probe's values are, in mark, value and end.
fn matching(records: &[Vec<Field>]) -> usize {
    let is_right = |(i, value): (usize, &Option<String>)| {
        let is_end = |field: &Field| field.text.starts_with(END);
        let is_value = |field: &Field| value.as_ref().is_none_or(|value| field.text == *value);
        records.iter().any(|r| r.len() == 3 && r[0].text == mark(i) && is_value(&r[1]) && is_end(&r[2]))
    };
    values().iter().enumerate().filter(|pair| is_right(*pair)).count()
}

fn excerpt(text: &str) -> String {
    let shown: Vec<&str> = text.lines().take(3).map(|line| &line[..line.floor_char_boundary(120)]).collect();
    if shown.is_empty() { "nothing".to_owned() } else { format!("`{}`", shown.join("` `")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a program with these manners would print, row by row.
    fn program(header: &str, delimiter: char, null: &str, quote: impl Fn(&str) -> String) -> (String, String) {
        let d = delimiter;
        let mut out = String::new();
        for (i, value) in values().iter().enumerate() {
            let value = value.as_ref().map_or(null.to_owned(), |v| quote(v));
            out.push_str(&format!("{}{d}{value}{d}{END}\n", mark(i)));
        }
        (format!("{header}{out}"), header.to_owned())
    }

    fn printed(text: &str, failure: Option<&str>) -> Printed {
        Printed { stdout: text.as_bytes().to_vec(), failure: failure.map(str::to_owned), on_stdout: false }
    }

    fn quoted(value: &str) -> String {
        let needs = value.is_empty() || value.contains([',', '"', '\n', '\t']) || value.trim() != value;
        if needs { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() }
    }

    #[test]
    fn manners_are_learned() {
        let failing = printed("", Some("no such table"));
        let header = "PK_MARK,PK_VALUE,PK_END\n";
        let (rows, none) = program(header, ',', "", quoted);
        let clean = Manners::learn(&printed(&rows, None), &printed(&none, None), &failing).unwrap();
        assert!(clean.header && clean.quotes && clean.lossy.is_empty(), "{clean:?}");
        assert_eq!(clean.value(Field { text: String::new(), quoted: false }), None);
        assert_eq!(clean.value(Field { text: String::new(), quoted: true }), Some(String::new()));

        let (rows, none) = program("", '\t', "null", str::to_owned);
        let plain = Manners::learn(&printed(&rows, None), &printed(&none, None), &failing).unwrap();
        assert!(!plain.header && !plain.quotes && plain.silence_is_empty, "{plain:?}");
        assert_eq!((plain.delimiter, &*plain.null), ('\t', "null"));
        assert_eq!(plain.lossy, ["the word null", "delimiters in a value", "a line end in a value"]);

        let silent = printed("", None);
        let told = Manners::learn(&printed(&rows, None), &printed(&none, None), &silent).unwrap();
        assert!(!told.silence_is_empty);

        let noise = |text: &str| format!("starting\n-scp x\n{text}3 rows\n");
        let (rows, none) = program(header, ',', "NULL", quoted);
        let noisy = Manners::learn(&printed(&noise(&rows), None), &printed(&noise(&none), None), &failing).unwrap();
        assert_eq!((noisy.lines_before, noisy.lines_after, &*noisy.null), (2, 1, "NULL"));
        assert!(Manners::learn(&printed(&noise(&rows), None), &printed(&none, None), &failing).is_err());
        assert!(Manners::learn(&printed(&rows, None), &printed(&none, None), &printed(&none, None)).is_err());
        assert!(Manners::learn(&printed("hello\n", None), &printed("", None), &failing).is_err());
    }
}
