//! Writing down what a run does, before and after it does it: steps, live log, output.

use super::databases::Databases;
use crate::clock;
use crate::error::{Code, Error, Result};
use crate::runner::{Failure, Rows};
use crate::store::step::{NewStep, StepEnd};
use crate::store::{Store, output, step};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The most that is kept of what a program says on a stream, in bytes: less than the log keeps of one.
const SAID: usize = 512 << 10;
/// How often a piece of live log is written at most.
const PIECE_EVERY: Duration = Duration::from_millis(500);

/// The ledger of a run, or of a look at what would run, which is not written down (`run` is `None`).
pub struct Ledger<'a> {
    store: &'a mut Store,
    run: Option<i64>,
    databases: &'a Databases,
    last_piece: Instant,
    tapes: BTreeMap<&'static str, Tape>,
}

/// What a program has said on one stream, on its way into the log: in pieces at first, and once that is much, the last
/// of it at the end.
#[derive(Default)]
struct Tape {
    written: usize,
    piece: String,
    tail: String,
    left_out: usize,
}

/// A step that goes on.
pub struct Open {
    id: Option<i64>,
    since: Instant,
}

/// What a step came to, for the ledger.
#[derive(Default)]
pub struct Came {
    /// Rows it moved, changed or gave.
    pub rows: Option<u64>,
    /// The value that came back.
    pub value: Option<String>,
}

impl Came {
    /// What a query came to: so many rows.
    pub fn of(rows: &Rows) -> Came {
        Came::moved(Some(rows.rows.len() as u64))
    }

    /// So many rows, where that is known.
    pub fn moved(rows: Option<u64>) -> Came {
        Came { rows, value: None }
    }
}

/// A number that a query is to give in its first row, by its column's place from 0.
///
/// # Errors
/// `Runner`, where it gave none; `what` did not.
pub fn number(rows: &Rows, at: usize, what: &str) -> Result<i64> {
    // An external runner may print a sum of whole numbers as a decimal.
    let number = rows.value(at).and_then(|text| text.trim_end_matches(".0").parse().ok());
    number.ok_or_else(|| Error::new(Code::Runner, format!("{what} did not give a number")))
}

impl<'a> Ledger<'a> {
    /// The ledger of `run`.
    pub fn new(store: &'a mut Store, run: Option<i64>, databases: &'a Databases) -> Self {
        Ledger { store, run, databases, last_piece: Instant::now(), tapes: BTreeMap::new() }
    }

    /// The file that it is written to.
    pub fn store(&mut self) -> &mut Store {
        self.store
    }

    /// The run, where there is one.
    pub fn run(&self) -> Option<i64> {
        self.run
    }

    /// Writes down that something is about to be done. The beginning of a merge is on the disk before it begins, so
    /// that after a power cut nobody takes a run for one that never merged.
    pub fn begin(&mut self, kind: &str, name: &str, connection: &str, sql: &str) -> Result<Open> {
        let id = match self.run {
            None => None,
            Some(run_id) => {
                let new = NewStep { run_id, kind, name, connection_name: connection, sql };
                let insert = |tx: &rusqlite::Transaction<'_>| step::insert(tx, &new);
                Some(if (kind, name) == ("merge", "merge") {
                    self.store.write_durably(insert)?
                } else {
                    self.store.write(insert)?
                })
            }
        };
        Ok(Open { id, since: Instant::now() })
    }

    /// Writes down what came of it.
    pub fn end(&mut self, open: Open, came: Result<Came, &Failure>) -> Result<()> {
        let took = open.since.elapsed();
        self.end_after(open, took, came)
    }

    /// The same of something that took another time than since it was written down.
    pub fn end_after(&mut self, open: Open, took: Duration, came: Result<Came, &Failure>) -> Result<()> {
        let Some(id) = open.id else { return Ok(()) };
        let mut end =
            StepEnd { duration_ms: i64::try_from(took.as_millis()).unwrap_or(i64::MAX), ..StepEnd::default() };
        match came {
            Ok(came) => {
                end.row_count = came.rows.and_then(|n| i64::try_from(n).ok());
                end.value = came.value;
            }
            Err(failure) => end.error = Some(self.databases.clean(&failure.message)),
        }
        self.store.write(|tx| step::finish(tx, id, &end))
    }

    /// Does something between its two entries.
    pub fn step<T>(
        &mut self,
        kind: &str,
        name: &str,
        connection: &str,
        sql: &str,
        work: impl FnOnce() -> Result<T, Failure>,
        came: impl FnOnce(&T) -> Came,
    ) -> Result<Result<T, Failure>> {
        let open = self.begin(kind, name, connection, sql)?;
        let done = work();
        self.end(open, done.as_ref().map(came))?;
        Ok(done)
    }

    /// Adds a line to what `log follow` shows.
    pub fn live(&mut self, line: &str) -> Result<()> {
        self.print("live_log", line)
    }

    /// Adds a line to what `log follow` shows, if the last one is a while ago.
    pub fn live_now_and_then(&mut self, line: &str) -> Result<()> {
        if self.last_piece.elapsed() < PIECE_EVERY {
            return Ok(());
        }
        self.last_piece = Instant::now();
        self.live(line)
    }

    /// Adds a line that a program says on a stream, and to what `log follow` shows.
    pub fn said(&mut self, stream: &'static str, line: &str) -> Result<()> {
        for stream in [stream, "live_log"] {
            let line = self.entry(stream, line);
            let tape = self.tapes.entry(stream).or_default();
            if tape.written + tape.piece.len() < SAID / 2 {
                tape.piece.push_str(&line);
                continue;
            }
            tape.tail.push_str(&line);
            if tape.tail.len() > SAID {
                let cut = tape.tail.ceil_char_boundary(tape.tail.len() - SAID / 2);
                tape.tail.drain(..cut);
                tape.left_out += cut;
            }
        }
        if self.last_piece.elapsed() < PIECE_EVERY {
            return Ok(());
        }
        self.last_piece = Instant::now();
        self.write_pieces()
    }

    /// Writes what programs have said and is not in the log yet.
    pub fn all_said(&mut self) -> Result<()> {
        self.write_pieces()?;
        for (stream, mut tape) in std::mem::take(&mut self.tapes) {
            if tape.left_out > 0 {
                tape.tail.insert_str(0, &format!("… {} bytes cut here …\n", tape.left_out));
            }
            self.append(stream, &tape.tail)?;
        }
        Ok(())
    }

    fn write_pieces(&mut self) -> Result<()> {
        let pieces = self.tapes.iter_mut().map(|(stream, tape)| {
            tape.written += tape.piece.len();
            (*stream, std::mem::take(&mut tape.piece))
        });
        let pieces: Vec<_> = pieces.collect();
        pieces.into_iter().try_for_each(|(stream, piece)| self.append(stream, &piece))
    }

    fn append(&mut self, stream: &str, text: &str) -> Result<()> {
        match self.run {
            Some(run) if !text.is_empty() => self.store.write(|tx| output::append(tx, run, stream, text)),
            _ => Ok(()),
        }
    }

    /// Adds a line to a stream of the run's output.
    pub fn print(&mut self, stream: &str, line: &str) -> Result<()> {
        let text = self.entry(stream, line);
        self.append(stream, &text)
    }

    /// A line as a stream has it: without secrets, with the time but on the runner's own output.
    fn entry(&self, stream: &str, line: &str) -> String {
        let mut text = self.databases.clean(line);
        if stream != "jrunner_stdout" {
            let now = clock::local(&clock::now_text());
            text.insert_str(0, &format!("{} ", now.get(11..).unwrap_or_default()));
        }
        text.push('\n');
        text
    }
}
