//! The destination's end in MySQL: one transaction, in it LOAD DATA that is fed from here, or INSERTs of many rows where
//! the server has that switched off.

use super::mysql_text::{push_field, push_literal};
use super::{Load, Progress, TELLING, Within, told_by};
use crate::runner::builtin::mysql::failure::Trouble;
use crate::runner::builtin::mysql::protocol::Done;
use crate::runner::builtin::mysql::table::{Column, Kind, quoted};
use crate::runner::builtin::mysql::{Answer, Connection};
use crate::runner::builtin::value::mysql::{Form, Texts};
use crate::runner::builtin::value::{SHOWN, Value};
use crate::runner::{Failure, FailureKind};
use std::time::{Duration, Instant};

/// How much is collected before it is sent. More gains nothing.
const PIECE: usize = 256 * 1024;

/// After so much, or so long, a LOAD DATA is ended and the next one begun. The server says nothing of its rows before,
/// and one that it refuses at once should not be told of when all the others were sent too, hours later.
const STRETCH: (usize, Duration) = (64 * 1024 * 1024, Duration::from_secs(5));

/// How rows go in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// Lines of text, for LOAD DATA LOCAL.
    Lines,
    /// Lists of literals, for INSERT; the longest that the server takes.
    Literals(usize),
}

/// A load into a table that is under way.
pub struct MysqlSink<'a> {
    dest: &'a mut Connection,
    columns: &'a [Column],
    how: How,
    /// The statement, or its beginning.
    statement: String,
    no_escapes: bool,
    texts: Texts,
    text: String,
    /// The first values of the row, which tell it: as much of them as is shown.
    first: [(Form, String); TELLING],
    piece: Vec<u8>,
    /// Rows in the table, and those that are on their way in the statement that runs, or in the piece.
    rows: u64,
    pending: u64,
    /// What else belongs to the transaction.
    within: Option<&'a Within<'a>>,
    in_transaction: bool,
    feeding: bool,
    sent: usize,
    began: Instant,
}

/// Loads what `fill` puts into the sink into `table`, in one transaction, and gives the server's count of the rows.
/// After an error the table is as it was.
pub fn load(
    dest: &mut Connection,
    what: &Load<'_>,
    columns: &[Column],
    fill: impl FnOnce(&mut MysqlSink<'_>) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let mut sink = MysqlSink::open(dest, what, columns)?;
    match sink.begin_at_once().and_then(|()| fill(&mut sink)).and_then(|()| sink.finish()) {
        Ok(()) => Ok(sink.rows),
        Err(failure) => Err(sink.undo(failure)),
    }
}

impl<'a> MysqlSink<'a> {
    fn open(dest: &'a mut Connection, load: &Load<'a>, columns: &'a [Column]) -> Result<Self, Failure> {
        let asked = dest.query("SELECT @@local_infile, @@max_allowed_packet", None)?;
        let setting = |index: usize| asked.value(index).and_then(|value| value.parse().ok());
        let how = match setting(0) {
            Some(1usize) if dest.local_infile() => How::Lines,
            // The rest is the statement's own.
            _ => How::Literals(setting(1).unwrap_or(1024 * 1024).saturating_sub(16 * 1024)),
        };
        let statement = match how {
            How::Lines => load_data(load.table, columns),
            How::Literals(_) => {
                let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
                format!("INSERT INTO {} ({}) VALUES", load.table, names.join(","))
            }
        };
        Ok(MysqlSink {
            no_escapes: dest.no_backslash_escapes(),
            dest,
            columns,
            how,
            statement,
            texts: Texts::default(),
            text: String::new(),
            first: std::array::from_fn(|_| (Form::Null, String::new())),
            piece: Vec::with_capacity(PIECE + 16 * 1024),
            rows: 0,
            pending: 0,
            within: load.within,
            in_transaction: false,
            feeding: false,
            sent: 0,
            began: Instant::now(),
        })
    }

    /// Begins a transaction that more belongs to than the rows.
    fn begin_at_once(&mut self) -> Result<(), Failure> {
        let Some(within) = self.within else { return Ok(()) };
        self.in_transaction = true;
        self.dest.look(within.opening()).map(drop)
    }

    /// Puts a value into the row that comes next.
    #[inline]
    pub fn put(&mut self, index: usize, value: &Value<'_>, progress: &Progress<'_>) -> Result<(), Failure> {
        let column = &self.columns[index];
        self.text.clear();
        let form = match self.texts.field(value, column, &mut self.text) {
            Ok(form) => form,
            Err(misfit) => return Err(self.odd(index, &value.shown(), &misfit.why, progress)),
        };
        if let Some((of, text)) = self.first.get_mut(index) {
            *of = form;
            text.clear();
            text.push_str(&self.text[..self.text.floor_char_boundary(4 * SHOWN + 4)]);
        }
        if let How::Literals(_) = self.how {
            let before: &[u8] = match (index, self.pending) {
                (0, 0) => b"(",
                (0, _) => b",(",
                _ => b",",
            };
            self.piece.extend_from_slice(before);
            push_literal(&mut self.piece, &self.text, form, self.no_escapes);
        } else {
            if index > 0 {
                self.piece.push(b'\t');
            }
            match form {
                Form::Null => self.piece.extend_from_slice(b"\\N"),
                Form::Whole | Form::Plain | Form::Hex => self.piece.extend_from_slice(self.text.as_bytes()),
                Form::Text => push_field(&mut self.piece, self.text.as_bytes()),
            }
        }
        Ok(())
    }

    /// The failure of a value that is not what its type says.
    pub fn odd(&self, index: usize, shown: &str, why: &str, progress: &Progress<'_>) -> Failure {
        let column = &self.columns[index];
        self.in_row(progress.misfit(&column.name, shown, &column.type_text, why), index)
    }

    /// The failure of bytes that are not what their type says.
    pub fn malformed(&self, index: usize, bytes: &[u8], progress: &Progress<'_>) -> Failure {
        let column = &self.columns[index];
        self.in_row(progress.malformed(&column.name, bytes, &column.type_text), index)
    }

    /// The failure of the value at this place, with what tells its row.
    fn in_row(&self, mut failure: Failure, index: usize) -> Failure {
        let shown = |(form, text): &(Form, String)| match form {
            Form::Null => Value::Null.shown(),
            Form::Whole => text.clone(),
            Form::Hex | Form::Plain | Form::Text => Value::Text(text).shown(),
        };
        let fields = self.columns.iter().zip(&self.first).take(index);
        told_by(&mut failure, fields.map(|(column, first)| (&*column.name, shown(first))));
        failure
    }

    /// Ends the row.
    #[inline]
    pub fn end_row(&mut self) -> Result<(), Failure> {
        self.piece.push(if self.how == How::Lines { b'\n' } else { b')' });
        self.pending += 1;
        // Rows that come one by one are not kept for long either: the server ends a load that it gets nothing for.
        let late = self.feeding && self.pending.is_multiple_of(16) && self.began.elapsed() > STRETCH.1;
        if self.piece.len() < self.most() && !late {
            return Ok(());
        }
        self.send()?;
        if self.feeding && (self.sent > STRETCH.0 || self.began.elapsed() > STRETCH.1) {
            self.end_load()?;
        }
        Ok(())
    }

    fn most(&self) -> usize {
        match self.how {
            How::Lines => PIECE,
            How::Literals(most) => PIECE.min(most / 2),
        }
    }

    /// Sends what was collected.
    fn send(&mut self) -> Result<(), Failure> {
        if !self.in_transaction {
            self.ask("START TRANSACTION")?;
            self.in_transaction = true;
        }
        match self.how {
            How::Lines => {
                if !self.feeding {
                    match self.dest.ask(&self.statement) {
                        Ok(Answer::Feed) => (self.feeding, self.sent, self.began) = (true, 0, Instant::now()),
                        Ok(_) => return Err(self.dest.failure(&Trouble::Garbled)),
                        Err(trouble) => return Err(self.dest.failure(&trouble)),
                    }
                }
                self.dest.feed(&self.piece).map_err(|error| self.dest.failure(&error))?;
                self.sent += self.piece.len();
            }
            How::Literals(most) => {
                if self.statement.len() + self.piece.len() > most {
                    let row = self.rows + self.pending;
                    let message = format!("row {row} is longer than the server takes, which is max_allowed_packet");
                    return Err(Failure::new(FailureKind::Value, message));
                }
                let sent = self.dest.insert(&self.statement, &self.piece);
                let done = sent.map_err(|trouble| self.placed(self.dest.failure(&trouble)))?;
                self.count(&done)?;
            }
        }
        self.piece.clear();
        if self.piece.capacity() > 8 * PIECE {
            // After one huge value, memory is given back.
            self.piece.shrink_to(PIECE);
        }
        Ok(())
    }

    fn ask(&mut self, sql: &str) -> Result<(), Failure> {
        self.dest.execute(sql).map(drop).map_err(|trouble| self.dest.failure(&trouble))
    }

    /// Ends the LOAD DATA that runs, and looks at what came of it.
    fn end_load(&mut self) -> Result<(), Failure> {
        self.feeding = false;
        let ended = self.dest.feed(&[]).and_then(|()| self.dest.answer());
        match ended {
            Ok(Answer::Done(done)) => self.count(&done),
            Ok(_) => Err(self.dest.failure(&Trouble::Garbled)),
            Err(trouble) => Err(self.placed(self.dest.failure(&trouble))),
        }
    }

    /// Counts the rows of a statement. Of a file of the client's the server makes warnings of all errors: it cuts,
    /// rounds, and leaves rows out, whatever its mode is. So any is taken for what it was.
    /// <https://dev.mysql.com/doc/refman/8.4/en/load-data.html#load-data-error-handling>
    fn count(&mut self, done: &Done) -> Result<(), Failure> {
        if done.warnings > 0 {
            let shown = self.dest.look("SHOW WARNINGS LIMIT 1")?;
            let words = match shown.rows.first().map(Vec::as_slice) {
                Some([_, Some(code), Some(message)]) => format!("ERROR {code}: {message}"),
                _ => "the server changed a value, and does not say which".to_owned(),
            };
            return Err(self.placed(Failure::new(FailureKind::Value, words)));
        }
        if done.rows != self.pending {
            let (sent, taken) = (self.pending, done.rows);
            let message = format!("of {sent} rows the server took {taken}");
            return Err(Failure::new(FailureKind::Value, message));
        }
        self.rows += self.pending;
        self.pending = 0;
        Ok(())
    }

    /// The failure with its row counted from the beginning of the load, or, where the server names none, with those that
    /// it can be.
    fn placed(&self, mut failure: Failure) -> Failure {
        if matches!(failure.kind, FailureKind::Value | FailureKind::Sql) && !renumber(&mut failure.message, self.rows) {
            let (first, last) = (self.rows + 1, self.rows + self.pending);
            failure.message.push_str(&format!("\nit is one of the rows {first} to {last}"));
        }
        failure
    }

    /// Ends the transaction: only now are the rows in the table.
    fn finish(&mut self) -> Result<(), Failure> {
        if !self.piece.is_empty() {
            self.send()?;
        }
        if self.feeding {
            self.end_load()?;
        }
        match self.within {
            Some(within) => {
                let run = |sql: &str| Ok(self.dest.look(sql)?.rows.into_iter().next().unwrap_or_default());
                if within.commit(self.rows, run)? { Ok(()) } else { self.ask("ROLLBACK") }
            }
            None if self.in_transaction => self.ask("COMMIT"),
            None => Ok(()),
        }
    }

    /// Takes all back.
    fn undo(&mut self, mut failure: Failure) -> Failure {
        if self.feeding && self.dest.is_usable() {
            let ended = self.dest.feed(&[]).and_then(|()| self.dest.answer());
            if let Err(trouble) = ended {
                let _ = self.dest.failure(&trouble);
            }
        }
        if self.in_transaction && self.dest.is_usable() && self.dest.roll_back() > 0 {
            failure.message.push_str("\nthe table's engine takes nothing back: rows before that one are still in it");
        }
        failure
    }
}

fn load_data(table: &str, columns: &[Column]) -> String {
    let from_text = |index: usize, column: &Column| match column.kind {
        Kind::Binary(_) | Kind::Bytes(_) => Some(format!("UNHEX(@v{index})")),
        Kind::Bit(_) => Some(format!("CAST(@v{index} AS UNSIGNED)")),
        _ => None,
    };
    let any = columns.iter().enumerate().any(|(index, column)| from_text(index, column).is_some());
    let (mut list, mut set) = (Vec::new(), Vec::new());
    for (index, column) in columns.iter().enumerate() {
        let name = quoted(&column.name);
        // Beside a SET, MariaDB takes the zero of a column that numbers rows for none, whatever the mode is.
        let value = from_text(index, column).or_else(|| (any && column.numbers).then(|| format!("@v{index}")));
        match value {
            None => list.push(name),
            Some(value) => {
                list.push(format!("@v{index}"));
                set.push(format!("{name}={value}"));
            }
        }
    }
    let set = if set.is_empty() { String::new() } else { format!(" SET {}", set.join(",")) };
    // The signs in hex, as whether a backslash escapes in literals is the session's mode.
    format!(
        "LOAD DATA LOCAL INFILE 'pipekit' INTO TABLE {table} CHARACTER SET utf8mb4 \
         FIELDS TERMINATED BY x'09' ESCAPED BY x'5C' LINES TERMINATED BY x'0A' ({}){set}",
        list.join(",")
    )
}

/// Has the row counted from the beginning of the load: the server counts from that of the statement. `false` where it
/// names none.
fn renumber(message: &mut String, before: u64) -> bool {
    const AT_ROW: &str = " at row ";
    if let Some(at) = message.rfind(AT_ROW).map(|at| at + AT_ROW.len())
        && let Ok(row) = message[at..].trim_end().parse::<u64>()
    {
        message.replace_range(at.., &(row + before).to_string());
        return true;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_from_the_beginning_of_the_load() {
        let mut message = "Data too long for column 'a' at row 3".to_owned();
        assert!(renumber(&mut message, 100));
        assert_eq!(message, "Data too long for column 'a' at row 103");
        assert!(!renumber(&mut "Duplicate entry 'x at row y' for key 'k'".to_owned(), 100));
    }
}
