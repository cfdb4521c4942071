//! Whether what jrunner prints for a query is exact: every value as it is, and an end that is an error where not all of it
//! came. Only then may rows be taken from there.
//!
//! Versions in the field differ, and so do drivers, so that it is found out by two queries, once for each driver and the
//! options of its connections, and remembered until the program changes. The first gives hard values, as texts and in the
//! types that they have in tables, and many times more rows than are read of it: then its JVM is killed, and that must
//! show. The second fails among its rows, and that must show too.

use super::databases::{Databases, dialect_of};
use super::external::{remember, remembered};
use super::ledger::{Came, Ledger};
use crate::dialect::types::Type;
use crate::dialect::{Destination, literal};
use crate::error::{Code, Error, Result};
use crate::runner::jrunner::{Field, Jrunner, Manners, Records};
use crate::runner::{Failure, FailureKind, Target};
use crate::store::connection::Connection;
use crate::store::setting;
use serde::{Deserialize, Serialize};
use std::io::BufRead;

/// What was found out.
#[derive(Debug, Serialize, Deserialize)]
struct Exact {
    /// What its rows were read by.
    manners: Manners,
    /// Why they can't be relied on, if they can't.
    refusal: Option<String>,
}

/// The most letters of one of the hard texts.
const LONGEST: u32 = 200;

/// Why rows can't be taken from what jrunner prints on a connection of its own, if they can't.
///
/// # Errors
/// `Runner` where it can't be found out now, `Cancelled`.
pub fn refusal(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    connection: &Connection,
    target: &Target,
    jrunner: &Jrunner,
    manners: &Manners,
) -> Result<Option<String>> {
    let program = databases.program()?;
    let about = about(ledger, connection, jrunner)?;
    if let Some(known) = remembered::<Exact>(ledger.store(), program, &about)?
        && known.manners == *manners
    {
        return Ok(known.refusal);
    }
    let mut try_out = Trial { ledger, databases, connection, target, jrunner, manners };
    let refusal = try_out.run()?;
    remember(ledger, program, &about, &Exact { manners: manners.clone(), refusal: refusal.clone() })?;
    Ok(refusal)
}

/// By what it is remembered: the driver, its options, how the program is started, and what is taken for an error.
fn about(ledger: &mut Ledger<'_>, connection: &Connection, jrunner: &Jrunner) -> Result<String> {
    let jar = connection.jar_file.as_deref().unwrap_or_default();
    let options = connection.jdbc_url.find(['?', ';']).map_or("", |at| &connection.jdbc_url[at..]);
    let start = if jrunner.shows_passwords() { "script" } else { "java" };
    let pattern = setting::get(ledger.store().read(), "jrunner_error_pattern")?.unwrap_or_default();
    Ok(format!("exact {} {jar} {options} {start} {pattern}", connection.kind))
}

/// The hard texts, in order, each with what it shows; `None` is NULL.
fn texts(manners: &Manners) -> Vec<(&'static str, Option<String>)> {
    let delimiter = manners.delimiter;
    let mut texts = vec![
        ("NULL", None),
        ("the text that stands for NULL", Some(manners.null.clone())),
        ("its own delimiter", Some(format!("a{delimiter}b{delimiter}"))),
    ];
    for (what, text) in [
        ("an empty text", ""),
        ("a text that stands for NULL elsewhere", "null"),
        ("a text that stands for NULL elsewhere", "NULL"),
        ("a text that stands for NULL elsewhere", "\\N"),
        ("a delimiter", "a,b;c|d\te"),
        ("quotes", "say \"x\""),
        ("quotes around all", "\"x\""),
        ("one quote", "5\" pipe"),
        ("apostrophes", "it's ''"),
        ("a line end", "one\ntwo"),
        ("a line end of two characters", "one\r\ntwo"),
        ("a carriage return", "one\rtwo"),
        ("a carriage return at the end", "one\r"),
        ("line ends at both ends", "\none\n"),
        ("blanks around it", "  one  "),
        ("one blank", " "),
        ("tabs around it", "\tone\t"),
        ("a backslash", "a\\b\\"),
        ("an escape that is none", "a\\nb\\t\\\"c"),
        ("what a spreadsheet takes for a formula", "=1+1"),
        ("what a spreadsheet takes for a formula", "@x"),
        ("a remark", "#x"),
        ("letters beyond ASCII", "Grüße, €uro, 日本"),
        ("a character of four bytes", "😀 𝄞"),
        ("separators of Unicode", "a\u{2028}b\u{85}c\u{a0}"),
    ] {
        texts.push((what, Some(text.to_owned())));
    }
    texts
}

/// A value in the type that it has in a table.
struct Sample {
    what: &'static str,
    sql: String,
    is_right: fn(Option<&str>) -> bool,
}

/// A large text.
fn large() -> String {
    format!("\"one\",\nand{}", " more".repeat(1000))
}

fn samples(dialect: &dyn Destination) -> Vec<Sample> {
    // A number stands as one: Derby makes no double of a text.
    let of = |what, mapped: Type, value: &str, is_right: fn(Option<&str>) -> bool| Sample {
        what,
        sql: format!("CAST({value} AS {})", dialect.type_sql(&mapped)),
        is_right,
    };
    let decimal = || Type::Decimal(Some((31, 9)));
    let mut samples = vec![
        of("the digits of a decimal", decimal(), "1234567890123456789012.123456789", |text| {
            text == Some("1234567890123456789012.123456789")
        }),
        of("a small decimal", decimal(), "-0.000000001", |text| number(text) == Some(-1e-9)),
        of("a large whole number", Type::BigInt, "9223372036854775807", |text| text == Some("9223372036854775807")),
        of("the digits of a double", Type::Double, "0.30000000000000004E0", |text| {
            number(text) == Some(0.300_000_000_000_000_04)
        }),
        of("a date", Type::Date, "'2026-01-02'", |text| moment(text) == "2026-01-02 00:00:00"),
        of("the fraction of a timestamp", Type::Timestamp(6), "'2026-01-02 03:04:05.123456'", |text| {
            moment(text) == "2026-01-02 03:04:05.123456"
        }),
        of("midnight", Type::Timestamp(6), "'2026-01-02 00:00:00'", |text| moment(text) == "2026-01-02 00:00:00"),
    ];
    // What has a type of its own here is not written as what no type has the digits for.
    let has = |some: &Type, none: &Type| dialect.type_sql(some) != dialect.type_sql(none);
    samples.push(if has(&Type::Time(6), &Type::Time(99)) {
        of("the fraction of a time of day", Type::Time(6), "'03:04:05.123456'", |text| {
            text.is_some_and(|text| text.trim_end_matches('0') == "03:04:05.123456")
        })
    } else {
        of("a time of day", Type::Time(0), "'03:04:05'", |text| text == Some("03:04:05"))
    });
    if has(&Type::TimestampTz(6), &Type::TimestampTz(99)) {
        let moment = "'2026-01-02 03:04:05.123456+07:00'";
        samples.push(of("a moment with its zone", Type::TimestampTz(6), moment, |text| {
            // SQL Server's driver puts a blank before the offset.
            let at = text.and_then(|text| text.replace(" +", "+").parse().ok());
            at == jiff::Timestamp::from_microsecond(1_767_297_845_123_456).ok()
        }));
    }
    // A driver gives zero for one that is read as a number.
    for mapped in [
        Type::Boolean,
        Type::SmallInt,
        Type::Integer,
        Type::BigInt,
        decimal(),
        Type::Real,
        Type::Double,
        Type::Date,
        Type::Time(0),
        Type::Timestamp(6),
    ] {
        samples.push(of("NULL of every type", mapped, "NULL", |text| text.is_none()));
    }
    if let Some(kind) = dialect.large_text() {
        let cast = |value: &str| format!("CAST({value} AS {kind})");
        samples.push(Sample {
            what: "a large text",
            sql: cast(&literal(&large())),
            is_right: |text| text == Some(&*large()),
        });
        samples.push(Sample { what: "NULL of every type", sql: cast("NULL"), is_right: |text| text.is_none() });
    }
    samples
}

/// The number that a text is.
fn number(text: Option<&str>) -> Option<f64> {
    text?.parse().ok()
}

/// A date or a moment in one form: with a time, and without zeros behind its fraction.
fn moment(text: Option<&str>) -> String {
    let text = text.unwrap_or_default().replacen('T', " ", 1);
    let text = if text.len() == 10 { format!("{text} 00:00:00") } else { text };
    match text.split_once('.') {
        Some((whole, fraction)) => {
            format!("{whole}.{}", fraction.trim_end_matches('0')).trim_end_matches('.').to_owned()
        }
        None => text,
    }
}

/// A query of numbers from 0, as rows.
fn count(dialect: &dyn Destination, to: usize) -> String {
    let rows: Vec<String> = (0..to).map(|n| format!("SELECT {n} AS pk_n{}", dialect.without_table())).collect();
    rows.join(" UNION ALL ")
}

/// The first query: each text beside all samples, and all of that fifty times, in an order by which each text comes once at
/// the beginning. The last column's name has a delimiter in it, as an expression has that is a name.
fn hard(dialect: &dyn Destination, delimiter: char, texts: &[(&str, Option<String>)], samples: &[Sample]) -> String {
    let row = |(i, (_, text)): (usize, &(&str, Option<String>))| {
        let text = match text {
            Some(text) if !text.is_ascii() => dialect.wide_text(text, LONGEST),
            text => dialect.text(text.as_deref(), LONGEST),
        };
        format!("SELECT {i} AS pk_mark, {text} AS pk_value{}", dialect.without_table())
    };
    let rows: Vec<String> = texts.iter().enumerate().map(row).collect();
    let (typed, names): (Vec<String>, Vec<String>) = samples
        .iter()
        .enumerate()
        .map(|(i, sample)| (format!("{} AS pk_{i}", sample.sql), format!("t.pk_{i} AS pk_{i}")))
        .unzip();
    format!(
        "SELECT a.pk_n * 5 + b.pk_n AS pk_n, v.pk_mark AS pk_mark, v.pk_value AS pk_value,\n  {names}, v.pk_value AS {last}\n\
         FROM ({ten}) a CROSS JOIN ({five}) b\nCROSS JOIN (\n  {rows}) v\nCROSS JOIN (SELECT\n  {typed}{dummy}) t\nORDER BY 1",
        names = names.join(", "),
        last = dialect.quote(&format!("pk{delimiter} last")),
        ten = count(dialect, 10),
        five = count(dialect, 5),
        rows = rows.join("\n  UNION ALL "),
        typed = typed.join(",\n  "),
        dummy = dialect.without_table(),
    )
}

/// The second query: numbers from texts, one of which is none.
fn failing(dialect: &dyn Destination) -> String {
    let texts = ["1", "2", "3", "x"]
        .map(|text| format!("SELECT {} AS pk_value{}", dialect.text(Some(text), LONGEST), dialect.without_table()));
    format!(
        "SELECT a.pk_n AS pk_n, CAST(b.pk_value AS {}) AS pk_value\nFROM ({}) a CROSS JOIN ({}) b",
        dialect.type_sql(&Type::Integer),
        count(dialect, 10),
        texts.join(" UNION ALL ")
    )
}

/// Whether the rows are what they must be, up to the one in which the last of the texts came.
fn judge(
    rows: &mut dyn BufRead,
    manners: &Manners,
    texts: &[(&str, Option<String>)],
    samples: &[Sample],
) -> Result<(), String> {
    let mut records = Records::new(rows, manners.form());
    let width = 4 + samples.len();
    let mut seen = vec![false; texts.len()];
    let mut header = manners.header;
    while !seen.iter().all(|seen| *seen) {
        let fields = records.next_record().map_err(|e| e.to_string())?.ok_or("not all rows came")?;
        let is_header = std::mem::take(&mut header);
        if fields.len() != width && is_header {
            return Err("it does not put names of columns in quotes".to_owned());
        }
        if fields.len() != width {
            return Err(format!("it printed {} fields of {width}", fields.len()));
        }
        if is_header {
            continue;
        }
        let fields: Vec<Option<&str>> = fields.iter().map(|field: &Field| manners.text(field)).collect();
        let mark: Option<usize> = fields[1].and_then(|text| text.parse().ok());
        let mark = mark.filter(|mark| *mark < texts.len()).ok_or("it printed another number than there was")?;
        let (what, text) = &texts[mark];
        if fields[2] != text.as_deref() || fields[width - 1] != text.as_deref() {
            return Err(format!("it does not print {what} as it is"));
        }
        let wrong = samples.iter().zip(&fields[3..]).find(|(sample, text)| !(sample.is_right)(**text));
        if let Some((Sample { what, .. }, _)) = wrong {
            return Err(format!("it does not print {what} as it is"));
        }
        seen[mark] = true;
        if records.is_astray() {
            return Err("it puts something behind a closing quote".to_owned());
        }
    }
    Ok(())
}

/// The two queries on a connection.
struct Trial<'a, 'l> {
    ledger: &'a mut Ledger<'l>,
    databases: &'a Databases,
    connection: &'a Connection,
    target: &'a Target,
    jrunner: &'a Jrunner,
    manners: &'a Manners,
}

impl Trial<'_, '_> {
    /// Why rows can't be taken from it, if they can't.
    fn run(&mut self) -> Result<Option<String>> {
        let dialect = dialect_of(self.connection)?;
        let (texts, samples) = (texts(self.manners), samples(dialect));
        let sql = hard(dialect, self.manners.delimiter, &texts, &samples);
        let (jrunner, held, manners) = (self.jrunner, self.databases.runners().held(), self.manners);
        let killed = self.step("probe: exact rows, until it is killed", &sql, |target| {
            jrunner.probe_killed(held, target, &sql, |rows| judge(rows, manners, &texts, &samples))
        })?;
        match (killed.read, killed.failure) {
            (Err(_), Some(failure)) if failure.kind == FailureKind::Connect && !killed.killed => {
                return Err(self.explain(&failure));
            }
            (Err(_), Some(failure)) if !killed.killed => {
                let said = self.databases.clean(failure.message.lines().next().unwrap_or_default());
                let said = &said[..said.floor_char_boundary(200)];
                return Ok(Some(format!("the query by which that is found out fails there: {said}")));
            }
            (Err(why), _) => return Ok(Some(why)),
            (Ok(()), _) if !killed.killed => {
                return Ok(Some("what shows of a JVM that is killed could not be tried: there was none".to_owned()));
            }
            (Ok(()), None) => return Ok(Some("it ends as if all were well when its JVM is killed".to_owned())),
            (Ok(()), Some(_)) => {}
        }
        let sql = failing(dialect);
        let printed = self.step("probe: an error among rows", &sql, |target| jrunner.probe(held, target, &sql))?;
        let is_told = printed.failure.is_some() && !printed.on_stdout;
        Ok((!is_told)
            .then(|| "an error among the rows shows neither in its exit code nor on its standard error".to_owned()))
    }

    fn step<T>(&mut self, name: &str, sql: &str, ask: impl FnOnce(&Target) -> Result<T, Failure>) -> Result<T> {
        let work = || ask(self.target);
        let done = self.ledger.step("staging", name, &self.connection.name, sql, work, |_| Came::default())?;
        done.map_err(|failure| self.explain(&failure))
    }

    fn explain(&self, failure: &Failure) -> Error {
        let error = self.databases.explain(failure, self.connection, "finding out whether jrunner prints rows exactly");
        match error.code {
            Code::Cancelled => error,
            _ => Error::new(Code::Runner, error.message),
        }
    }
}
