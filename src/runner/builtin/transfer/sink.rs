//! The destination's end of a COPY: rows go in by large pieces, in one transaction.

use super::{Load, TELLING, Within, told_by};
use crate::runner::builtin::postgresql::copy::{self, HEADER, TRAILER};
use crate::runner::builtin::postgresql::types::Column;
use crate::runner::builtin::postgresql::{Connection, describe_in_full};
use crate::runner::builtin::sqlite::table::quoted;
use crate::runner::builtin::value::{Value, decode};
use crate::runner::{Failure, FailureKind};
use postgres::types::Type;
use postgres::{Client, SimpleQueryMessage};
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// How much is collected before it is sent. More gains nothing.
const PIECE: usize = 256 * 1024;

/// After so much, or so long, a COPY is ended and the next one begun. The library hears of an error at the end only, and
/// a row that the server refuses at once should not be told of when all the others were sent too, hours later.
const STRETCH: (usize, Duration) = (64 * 1024 * 1024, Duration::from_secs(5));

/// The form of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Binary, with a header before the rows and a mark behind them.
    Binary,
    /// Lines of text.
    Text,
}

impl Form {
    /// Its name in COPY's options.
    pub fn name(self) -> &'static str {
        match self {
            Form::Binary => "binary",
            Form::Text => "text",
        }
    }
}

/// Where rows come from.
pub trait RowSource {
    /// Why there are no more rows before the end.
    type Error: Early;

    /// Appends the next row; `false` at the end. It is not asked again after that. Where a value does not fit, the fields
    /// before it are appended.
    fn next_row(&mut self, out: &mut Vec<u8>) -> Result<bool, Self::Error>;

    /// Whether a COPY can end here, and another one begin.
    fn can_stop(&mut self) -> Result<bool, Self::Error> {
        Ok(true)
    }
}

/// Why there are no more rows before the end.
pub trait Early {
    /// The failure, where it is known already: of a value, say.
    fn failure(&mut self) -> Option<&mut Failure>;
}

impl Early for Failure {
    fn failure(&mut self) -> Option<&mut Failure> {
        Some(self)
    }
}

impl Early for copy::Stopped {
    fn failure(&mut self) -> Option<&mut Failure> {
        match self {
            copy::Stopped::Caller(failure) => Some(failure),
            _ => None,
        }
    }
}

/// Why a load ended early.
pub enum Broken<E> {
    /// The source has no more, or a value does not fit.
    Source(E),
    /// The destination refused, or its connection broke; so many rows were in before its COPY.
    Dest(io::Error, u64),
}

/// The library's error as that of its reader and writer.
fn refused<E>(rows: u64) -> impl Fn(postgres::Error) -> Broken<E> {
    move |error| Broken::Dest(io::Error::other(error), rows)
}

/// Loads all rows of `source` into the table of `load`, in one transaction, and gives the server's count of them. After an error
/// the table is as it was.
pub fn load<S: RowSource>(
    dest: &mut Connection,
    load: &Load<'_>,
    into: (Form, &[Column]),
    source: &mut S,
) -> Result<u64, Broken<S::Error>> {
    let mut in_transaction = false;
    let loaded = load_by_copy(dest.client(), load, into, source, &mut in_transaction);
    if loaded.is_err() && dest.is_usable() {
        // A COPY that was dropped tells the server so with the next thing that is sent.
        if in_transaction { dest.roll_back() } else { dest.settle() }
    }
    loaded
}

fn load_by_copy<S: RowSource>(
    client: &mut Client,
    load: &Load<'_>,
    into: (Form, &[Column]),
    source: &mut S,
    in_transaction: &mut bool,
) -> Result<u64, Broken<S::Error>> {
    let (form, _) = into;
    let mut piece = Vec::with_capacity(PIECE + 16 * 1024);
    begin_rows(form, &mut piece);
    let mut more = fill(&mut piece, source, into)?;
    // What fits into one piece is one COPY, and a transaction by itself.
    if more || load.within.is_some() {
        *in_transaction = true;
        client.batch_execute(load.within.map_or("BEGIN", Within::opening)).map_err(refused(0))?;
    }
    let statement = format!("COPY {}{} FROM STDIN (FORMAT {})", load.table, list(load), form.name());
    let copy = client.prepare(&statement).map_err(refused(0))?;
    let mut rows = 0;
    loop {
        let (mut sent, began) = (0, Instant::now());
        let mut writer = client.copy_in(&copy).map_err(refused(rows))?;
        while more {
            writer.write_all(&piece).map_err(|error| Broken::Dest(error, rows))?;
            sent += piece.len();
            piece.clear();
            if piece.capacity() > 8 * PIECE {
                // After one huge value, memory is given back.
                piece.shrink_to(PIECE);
            }
            if (sent > STRETCH.0 || began.elapsed() > STRETCH.1) && source.can_stop().map_err(Broken::Source)? {
                break;
            }
            more = fill(&mut piece, source, into)?;
        }
        if form == Form::Binary {
            piece.extend_from_slice(&TRAILER);
        }
        writer.write_all(&piece).map_err(|error| Broken::Dest(error, rows))?;
        rows += writer.finish().map_err(refused(rows))?;
        if !more {
            break;
        }
        piece.clear();
        begin_rows(form, &mut piece);
        more = fill(&mut piece, source, into)?;
    }
    let committed = match load.within {
        Some(within) => within.commit(rows, |sql| first_row(client, sql)).map_err(refused(rows))?,
        None if *in_transaction => client.batch_execute("COMMIT").map(|()| true).map_err(refused(rows))?,
        None => true,
    };
    if !committed {
        client.batch_execute("ROLLBACK").map_err(refused(rows))?;
    }
    Ok(rows)
}

/// The columns that the load names, in parentheses.
fn list(load: &Load<'_>) -> String {
    load.within.map_or_else(String::new, |within| format!(" ({})", quoted_list(within.columns())))
}

fn quoted_list(columns: &[String]) -> String {
    columns.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// Runs SQL, and gives the first row that comes back.
fn first_row(client: &mut Client, sql: &str) -> Result<Vec<Option<String>>, postgres::Error> {
    let messages = client.simple_query(sql)?;
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect()),
        _ => None,
    });
    Ok(row.unwrap_or_default())
}

fn begin_rows(form: Form, piece: &mut Vec<u8>) {
    if form == Form::Binary {
        piece.extend_from_slice(HEADER);
    }
}

/// Appends rows until the piece is full; `false` if there are no more.
fn fill<S: RowSource>(
    piece: &mut Vec<u8>,
    source: &mut S,
    (form, columns): (Form, &[Column]),
) -> Result<bool, Broken<S::Error>> {
    while piece.len() < PIECE {
        let start = piece.len();
        match source.next_row(piece) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(mut early) => {
                if let Some(failure) = early.failure() {
                    told_by(failure, fields(&piece[start..], form, columns));
                }
                return Err(Broken::Source(early));
            }
        }
    }
    Ok(true)
}

/// The first fields of a row that was begun, each with its column's name.
fn fields<'a>(row: &[u8], form: Form, columns: &'a [Column]) -> Vec<(&'a str, String)> {
    if form == Form::Text {
        let (mut text, mut ends) = (String::new(), Vec::new());
        // Behind the last tab is the field that does not fit.
        let Some((whole, _)) = std::str::from_utf8(row).unwrap_or_default().rsplit_once('\t') else {
            return Vec::new();
        };
        let row = copy::split_line(whole, &mut text, &mut ends);
        let shown = row.fields().map(|text| text.map_or(Value::Null, Value::Text).shown());
        return columns.iter().map(|column| &*column.name).zip(shown).take(TELLING).collect();
    }
    let mut rest = row.get(2..).unwrap_or_default();
    let next = |column: &'a Column| {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(i32::from_be_bytes(*length)).ok();
        let (bytes, after) = after.split_at_checked(length.unwrap_or_default())?;
        rest = after;
        let value = length.map_or(Value::Null, |_| decode::value(column.base, bytes).unwrap_or(Value::Bytes(bytes)));
        Some((&*column.name, value.shown()))
    };
    columns.iter().take(TELLING).map_while(next).collect()
}

/// The failure of the destination, with the row counted from the beginning of the load.
pub fn dest_failure(dest: &Connection, error: &io::Error, rows_before: u64) -> Failure {
    let mut failure = dest.io_failure(error);
    if rows_before > 0 {
        failure.message = renumbered(&failure.message, rows_before);
    }
    failure
}

/// `CONTEXT: COPY orders, line 3` with the 3 counted on from `rows_before`.
fn renumbered(message: &str, rows_before: u64) -> String {
    let found = message.find("\nCONTEXT: ").and_then(|context| {
        let copy = context + message[context..].find("COPY ")?;
        let start = copy + message[copy..].find(", line ")? + ", line ".len();
        let digits = message[start..].bytes().take_while(u8::is_ascii_digit).count();
        Some((start, start + digits, message[start..start + digits].parse::<u64>().ok()?))
    });
    match found {
        Some((start, end, line)) => format!("{}{}{}", &message[..start], line + rows_before, &message[end..]),
        None => message.to_owned(),
    }
}

/// The columns of a table that COPY fills, which are all but the generated ones.
pub fn table_columns(dest: &mut Connection, load: &Load<'_>, wanted: usize) -> Result<Vec<Column>, Failure> {
    let table = load.table;
    let list = load.within.map_or_else(|| "*".to_owned(), |within| quoted_list(within.columns()));
    let mut columns = describe_in_full(dest, &format!("SELECT {list} FROM {table}")).map_err(|mut failure| {
        // The line is of the SQL above, which nobody wrote.
        failure.message.truncate(failure.message.find("\nLINE ").unwrap_or(failure.message.len()));
        failure
    })?;
    if columns.len() > wanted && load.within.is_none() {
        // Whether a column is generated is asked only where the numbers differ, as it costs a round trip. The JSON is
        // for servers before 12, which have no such column.
        let sql = format!(
            "SELECT a.attname FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = '{}'::pg_catalog.regclass \
             AND a.attnum > 0 AND NOT a.attisdropped AND pg_catalog.to_jsonb(a) ->> 'attgenerated' <> ''",
            table.replace('\'', "''")
        );
        let generated = dest.query(&sql, None)?;
        columns.retain(|column| !generated.rows.iter().any(|row| row.first() == Some(&Some(column.name.clone()))));
    }
    if columns.is_empty() {
        return Err(Failure::new(FailureKind::Shape, format!("the table {table} has no columns to fill")));
    }
    if let Some(column) = columns.iter().find(|column| column.has(&Type::MONEY)) {
        check_money(dest, column)?;
    }
    Ok(columns)
}

/// Refuses a server that reads amounts otherwise than they are checked here: with a comma before the cents, 12.34 is
/// 1234.00.
fn check_money(dest: &mut Connection, column: &Column) -> Result<(), Failure> {
    let read = dest.query("SELECT '12.34'::money::numeric, pg_catalog.current_setting('lc_monetary')", None)?;
    let row = read.rows.first().map(Vec::as_slice).unwrap_or_default();
    if let [Some(amount), locale] = row
        && amount != "12.34"
    {
        let locale = locale.as_deref().unwrap_or_default();
        let message = format!(
            "column {} is money, and with lc_monetary {locale} the server takes 12.34 for {amount}: make the column \
             numeric",
            column.name
        );
        return Err(Failure::new(FailureKind::Shape, message));
    }
    Ok(())
}

/// The names of columns.
pub fn names(columns: &[Column]) -> Vec<String> {
    columns.iter().map(|column| column.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_from_the_beginning_of_the_load() {
        for (message, expected) in [
            ("ERROR: x\nCONTEXT: COPY a, line 3, column b", "ERROR: x\nCONTEXT: COPY a, line 103, column b"),
            (
                "ERROR: x\nCONTEXT: JSON data, line 1: {\nCOPY a, line 3",
                "ERROR: x\nCONTEXT: JSON data, line 1: {\nCOPY a, line 103",
            ),
            ("ERROR: x, line 3", "ERROR: x, line 3"),
        ] {
            assert_eq!(renumbered(message, 100), expected);
        }
    }
}
