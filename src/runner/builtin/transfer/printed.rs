//! Rows as another program prints them, into each of the databases. Every value is text here: it is what the column makes
//! of that, or an error.

use super::mysql_sink::{self, MysqlSink};
use super::sink::{self, Broken, Form, RowSource, names, table_columns};
use super::sqlite_sink::SqliteSink;
use super::{Load, Progress};
use crate::runner::builtin::mysql::table::Kind;
use crate::runner::builtin::postgresql::types::{Base, Column};
use crate::runner::builtin::value::encode::Encoder;
use crate::runner::builtin::value::numeric::{Numeric, write_parsed};
use crate::runner::builtin::value::{SHOWN, Value, cut};
use crate::runner::builtin::{Client, mysql, postgresql, sqlite};
use crate::runner::jrunner::Records;
use crate::runner::wire::Printed;
use crate::runner::{Failure, FailureKind};
use std::io::BufRead;
use std::time::Instant;

/// Loads rows that are printed in this way into `table` of `dest`, in one transaction, and gives their number.
///
/// # Errors
/// A value that does not fit, with its row and column; rows that can't be read, or break off; what the database says.
pub fn take(
    rows: impl BufRead,
    printed: &Printed,
    dest: &mut Client,
    table: &str,
    tell: &mut dyn FnMut(u64),
) -> Result<u64, Failure> {
    let cancelled = || dest.cancel_flag().watch();
    let mut progress = Progress { tell, rows: 0, told: Instant::now(), cancelled: [cancelled(), cancelled()] };
    progress.check()?;
    let load = Load { before: "", last: "", table, within: None };
    let mut rows = Rows { records: Records::new(rows, printed.manners.form()), printed, first: None };
    let taken = match dest {
        Client::Postgres(dest) => to_pg(&mut rows, &load, &mut dest.0, &mut progress),
        Client::Mysql(dest) => to_mysql(&mut rows, &load, &mut dest.0, &mut progress),
        Client::Sqlite(dest) => to_sqlite(&mut rows, &load, &dest.0, &mut progress),
    };
    taken.map_err(|failure| match progress.check() {
        // With a run that is cancelled the rows end, too.
        Err(cancelled) if failure.kind != FailureKind::Lost => cancelled,
        _ => failure,
    })
}

/// The rows that are printed.
struct Rows<'a, R> {
    records: Records<R>,
    printed: &'a Printed,
    /// Whether there is a first one, which was read and not given yet.
    first: Option<bool>,
}

impl<R: BufRead> Rows<'_, R> {
    /// Reads up to the first row, so that nothing is locked while the query still runs. Refuses a query that has not as
    /// many columns as are filled.
    fn begin(&mut self, load: &Load<'_>, columns: &[String]) -> Result<(), Failure> {
        if columns.len() != self.printed.columns {
            let (planned, now) = (self.printed.columns, columns.len());
            let message = format!("{planned} columns were to be filled, and the table {} has {now}", load.table);
            return Err(Failure::new(FailureKind::Shape, message));
        }
        if self.printed.manners.header {
            let header = self.records.next_record().map_err(|e| unreadable(0, &e.to_string()))?;
            let header =
                header.ok_or_else(|| unreadable(0, "it printed no header and no rows, as if it had failed"))?;
            let query: Vec<String> = header.iter().map(|field| field.text.clone()).collect();
            load.check_shape(&query, columns)?;
        }
        self.first = Some(self.read(0)?);
        Ok(())
    }

    /// Goes to the next row; `false` at the end.
    #[inline]
    fn go_on(&mut self, rows: u64) -> Result<bool, Failure> {
        match self.first.take() {
            Some(there) => Ok(there),
            None => self.read(rows),
        }
    }

    fn read(&mut self, rows: u64) -> Result<bool, Failure> {
        let wanted = self.printed.columns;
        let Some(fields) = self.records.next_record().map_err(|e| unreadable(rows, &e.to_string()))? else {
            return Ok(false);
        };
        let count = fields.len();
        if self.records.is_astray() {
            return Err(unreadable(rows, "something stands behind a closing quote"));
        }
        if count != wanted {
            return Err(unreadable(rows, &format!("it has {count} fields, and {wanted} columns are filled")));
        }
        Ok(true)
    }

    /// A field of the row; `None` is NULL.
    #[inline]
    fn text(&self, index: usize) -> Option<&str> {
        self.records.fields().get(index).and_then(|field| self.printed.manners.text(field))
    }

    /// What the column of that name, for numbers or not, is to make of a field of the row. `digits` holds what has to be made
    /// for it.
    #[inline]
    fn value<'v>(
        &'v self,
        index: usize,
        (name, is_number): (&str, bool),
        digits: &'v mut Vec<u8>,
        progress: &Progress<'_>,
    ) -> Result<Value<'v>, Failure> {
        Ok(match self.text(index) {
            None => Value::Null,
            Some(text) if is_number => number(text, digits),
            Some(text) => {
                check_object(text, name, progress)?;
                Value::Text(text)
            }
        })
    }
}

fn unreadable(rows: u64, why: &str) -> Failure {
    Failure::new(FailureKind::Shape, format!("what jrunner prints can't be read as rows, behind row {rows}: {why}"))
}

/// Refuses what Java prints of an object that has no text of its own, and what H2 prints of a large one: the value itself is
/// not there.
fn check_object(text: &str, column: &str, progress: &Progress<'_>) -> Result<(), Failure> {
    if !is_object(text) {
        return Ok(());
    }
    Err(Failure::new(
        FailureKind::Value,
        format!(
            "row {}, column {column}: '{}' is what Java calls an object, and not its value, which this jrunner does not \
             print: `pipekit settings set jrunner_copy off` has it write the rows by itself",
            progress.rows + 1,
            cut(text, SHOWN)
        ),
    ))
}

/// `[B@1f2e3d`, `oracle.sql.CLOB@1f2e3d` (`java.lang.Object.toString`), `clob1: …` (H2's `JdbcLob.toString`).
fn is_object(text: &str) -> bool {
    let is_hex = |hex: &str| (1..=8).contains(&hex.len()) && hex.bytes().all(|b| b.is_ascii_hexdigit());
    let is_class = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or_default();
        let words = |c: char| c.is_ascii_alphanumeric() || "._$".contains(c);
        name.contains('.') && last.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(words)
    };
    match text.as_bytes().first() {
        None => false,
        Some(b'c' | b'b') if text.starts_with("clob") || text.starts_with("blob") => {
            let rest = text[4..].trim_start_matches(|c: char| c.is_ascii_digit());
            rest.len() < text.len() - 4 && rest.starts_with(": ")
        }
        Some(_) if text.len() > 250 => false,
        Some(first) => text.rsplit_once('@').is_some_and(|(name, hex)| {
            is_hex(hex) && (is_class(name) || *first == b'[' && !name.contains(char::is_whitespace))
        }),
    }
}

/// What a column for numbers takes of a text: a number where it is written as numbers are printed, so that none is changed
/// by being read, and 1 and 0 for true and false, as a driver sets them. Anything else stays text.
fn number<'a>(text: &'a str, digits: &'a mut Vec<u8>) -> Value<'a> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let whole = unsigned.split(['.', 'e', 'E']).next().unwrap_or_default();
    let is_padded = whole.len() > 1 && whole.starts_with('0');
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') || is_padded {
        return match text {
            "NaN" => Value::Float8(f64::NAN),
            "Infinity" => Value::Float8(f64::INFINITY),
            "-Infinity" => Value::Float8(f64::NEG_INFINITY),
            _ if text.eq_ignore_ascii_case("true") => Value::Int(1),
            _ if text.eq_ignore_ascii_case("false") => Value::Int(0),
            _ => Value::Text(text),
        };
    }
    if let Ok(number) = text.parse::<i64>()
        && text != "-0"
    {
        return Value::Int(number);
    }
    // A decimal has no sign of zero, and a double has.
    if unsigned.len() < text.len() && text.parse() == Ok(0.0) && unsigned.bytes().all(|b| b"0.".contains(&b)) {
        return Value::Float8(-0.0);
    }
    digits.clear();
    match write_parsed(digits, text) {
        Ok(()) if !text.ends_with(char::is_whitespace) => {
            Numeric::read(digits).map_or(Value::Text(text), Value::Numeric)
        }
        _ => Value::Text(text),
    }
}

fn to_pg(
    rows: &mut Rows<'_, impl BufRead>,
    load: &Load<'_>,
    dest: &mut postgresql::Connection,
    progress: &mut Progress<'_>,
) -> Result<u64, Failure> {
    dest.begin()?;
    let columns = table_columns(dest, load, rows.printed.columns)?;
    rows.begin(load, &names(&columns))?;
    let numbers = |column: &Column| {
        matches!(
            column.base,
            Base::Int2 | Base::Int4 | Base::Int8 | Base::Oid | Base::Numeric | Base::Float4 | Base::Float8
        )
    };
    let numbers: Vec<bool> = columns.iter().map(numbers).collect();
    let (encoder, digits) = (Encoder::default(), Vec::new());
    let mut source = PgRows { rows, columns: &columns, numbers, encoder, digits, progress };
    sink::load(dest, load, (Form::Binary, &columns), &mut source).map_err(|broken| match broken {
        Broken::Source(failure) => failure,
        Broken::Dest(error, rows) => sink::dest_failure(dest, &error, rows),
    })
}

struct PgRows<'a, 'b, 'p, R> {
    rows: &'a mut Rows<'b, R>,
    columns: &'a [Column],
    /// Which of them are for numbers.
    numbers: Vec<bool>,
    encoder: Encoder,
    digits: Vec<u8>,
    progress: &'a mut Progress<'p>,
}

impl<R: BufRead> RowSource for PgRows<'_, '_, '_, R> {
    type Error = Failure;

    fn next_row(&mut self, out: &mut Vec<u8>) -> Result<bool, Failure> {
        if !self.rows.go_on(self.progress.rows)? {
            return Ok(false);
        }
        out.extend_from_slice(&(self.columns.len() as i16).to_be_bytes());
        for (index, (column, is_number)) in self.columns.iter().zip(&self.numbers).enumerate() {
            let value = self.rows.value(index, (&column.name, *is_number), &mut self.digits, self.progress)?;
            self.encoder.field(&value, column, out).map_err(|misfit| {
                self.progress.misfit(&column.name, &value.shown(), &column.type_text(), &misfit.why)
            })?;
        }
        self.progress.row()?;
        Ok(true)
    }
}

fn to_mysql(
    rows: &mut Rows<'_, impl BufRead>,
    load: &Load<'_>,
    dest: &mut mysql::Connection,
    progress: &mut Progress<'_>,
) -> Result<u64, Failure> {
    dest.cancelled().check()?;
    let columns = mysql::table::columns(dest, load.table)?;
    rows.begin(load, &columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>())?;
    let numbers = |kind: &Kind| {
        matches!(kind, Kind::Int(..) | Kind::Decimal(..) | Kind::Float { .. } | Kind::Year | Kind::Bit(_))
    };
    let numbers: Vec<bool> = columns.iter().map(|column| numbers(&column.kind)).collect();
    let mut digits = Vec::new();
    mysql_sink::load(dest, load, &columns, |sink: &mut MysqlSink<'_>| {
        while rows.go_on(progress.rows)? {
            for (index, column) in columns.iter().enumerate() {
                let value = rows.value(index, (&column.name, numbers[index]), &mut digits, progress)?;
                sink.put(index, &value, progress)?;
            }
            sink.end_row()?;
            progress.row()?;
        }
        Ok(())
    })
}

fn to_sqlite(
    rows: &mut Rows<'_, impl BufRead>,
    load: &Load<'_>,
    dest: &sqlite::Connection,
    progress: &mut Progress<'_>,
) -> Result<u64, Failure> {
    let columns = sqlite::table::columns(dest, load.table)?;
    rows.begin(load, &columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>())?;
    let (mut encoder, mut digits) = (Encoder::default(), Vec::new());
    dest.guarded(|dest| {
        let mut sink = SqliteSink::open(dest, load, &columns)?;
        while rows.go_on(progress.rows)? {
            for (index, column) in columns.iter().enumerate() {
                let is_number = column.affinity.makes_numbers();
                let value = match rows.value(index, (&column.name, is_number), &mut digits, progress)? {
                    // A double is printed with more digits than a decimal may have there.
                    value @ Value::Numeric(decimal) if decimal.to_i64().is_none() => {
                        encoder.double(&value).map_or(value, Value::Float8)
                    }
                    value => value,
                };
                sink.bind(index, &value, progress)?;
            }
            sink.insert(progress)?;
            progress.row()?;
        }
        sink.commit()?;
        Ok(progress.rows)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_told_from_texts() {
        for text in [
            "[B@1f2e3d",
            "[Ljava.lang.String;@7852e922",
            "oracle.sql.CLOB@1a2b3c",
            "org.h2.jdbc.JdbcClob@deadbeef",
            "clob12: 'abc'",
            "blob3: X'00'",
        ] {
            assert!(is_object(text), "{text}");
        }
        for text in [
            "",
            "@",
            "a@b",
            "john.smith@cafe",
            "j.Smith@example.com",
            "[B@",
            "[see note] @12",
            "clob",
            "clob: x",
            "blobs1: x",
            "room B.Main@12 or so",
        ] {
            assert!(!is_object(text), "{text}");
        }
    }

    #[test]
    fn numbers_are_those_that_are_written_as_they_are_printed() {
        let shown = |text: &str| match number(text, &mut Vec::new()) {
            Value::Int(number) => format!("i{number}"),
            Value::Float8(number) => format!("d{number:?}"),
            Value::Numeric(number) => {
                let mut out = "n".to_owned();
                number.write_text(&mut out);
                out
            }
            Value::Text(text) => format!("t{text}"),
            other => format!("{other:?}"),
        };
        for (text, expected) in [
            ("7", "i7"),
            ("-7", "i-7"),
            ("0", "i0"),
            ("-0", "d-0.0"),
            ("-0.0", "d-0.0"),
            ("007", "t007"),
            ("+7", "t+7"),
            (" 7", "t 7"),
            ("7 ", "t7 "),
            ("1.50", "n1.50"),
            (".5", "n0.5"),
            ("0.5", "n0.5"),
            ("1.0E10", "n10000000000"),
            ("9223372036854775808", "n9223372036854775808"),
            ("-1e-400", "n-0.0000000000000000000000000000000000000000"),
            ("TRUE", "i1"),
            ("false", "i0"),
            ("NaN", "dNaN"),
            ("-Infinity", "d-inf"),
            ("1,5", "t1,5"),
            ("2026-01-02", "t2026-01-02"),
            ("", "t"),
        ] {
            let shown = shown(text);
            assert_eq!(&shown[..shown.len().min(expected.len())], expected, "{text}");
        }
    }
}
