//! The operator's jrunner: an external program, started once a call, under the guard, and known by its command line only.
//!
//! | module | what is there |
//! |---|---|
//! | `launch` | by its start script, or by the JVM that this would start |
//! | `folder` | the private folder of a start, with the SQL |
//! | `said` | rows moved and errors, read from what it prints |
//! | `csv`, `manners` | rows in query mode, and how this program prints them |
//! | `pour` | those rows on their way to another process |

mod csv;
mod folder;
mod launch;
mod manners;
mod pour;
mod said;

pub use csv::{Field, MADE_UP, Records, rows as csv_rows};
pub use launch::Launch;
pub use manners::{COLUMNS, END, Manners, mark, values};
pub use said::{Patterns, Printed};

use super::builtin::ScriptOutcome;
use super::guarded::{Guarded, Output};
use super::{Failure, FailureKind, Held, Moved, Rows, Said, Target, process};
use crate::sql::lexer::statements;
use folder::Folder;
use said::{Keeping, Kept, kind_of, words};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// The most that is kept of what a script or a probe prints, in bytes.
const MOST: u64 = 1 << 20;
/// The longest line that a transfer's output is shown in, in bytes.
const LINE: usize = 4096;
/// How often a number of rows is looked for in what a transfer prints.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A jrunner that can be called. Calls may come from several threads; each starts a process of its own.
pub struct Jrunner {
    program: PathBuf,
    launch: Launch,
    patterns: Patterns,
    timezone: Option<String>,
    /// How this program prints rows, once that is known.
    pub manners: OnceLock<Manners>,
    /// The words of the line by which it says how many rows it moved, once they are known.
    pub summary: OnceLock<String>,
    running: Mutex<HashMap<u64, Arc<Guarded>>>,
    next: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How a start ended.
struct Ended {
    /// Why it failed, in words; not, where it did not.
    failure: Option<String>,
    /// Whether only its standard output says so.
    on_stdout: bool,
    /// Whether we ended it.
    stopped: bool,
    stderr: String,
}

/// A start that is under way.
struct Start<'a> {
    /// Its private folder, which goes with it.
    folder: &'a Path,
    guarded: &'a Guarded,
}

/// What a call is about.
struct Call<'a> {
    source: &'a Target,
    sql: &'a str,
    into: Option<(&'a Target, &'a str)>,
}

impl Jrunner {
    /// A jrunner at `program`, started in this way.
    pub fn new(program: PathBuf, launch: Launch, patterns: Patterns, timezone: Option<String>) -> Jrunner {
        Jrunner {
            program,
            launch,
            patterns,
            timezone,
            manners: OnceLock::new(),
            summary: OnceLock::new(),
            running: Mutex::default(),
            next: AtomicU64::new(0),
        }
    }

    /// Where it is.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// How it is started.
    pub fn launch(&self) -> &Launch {
        &self.launch
    }

    /// Whether passwords stand in its arguments, where every user of the machine can see them.
    pub fn shows_passwords(&self) -> bool {
        matches!(self.launch, Launch::Program(_))
    }

    /// Runs SQL and gives its first `keep` rows.
    ///
    /// # Errors
    /// What the program says, and where its output can't be read.
    pub fn query(&self, held: Held<'_>, target: &Target, sql: &str, keep: Option<usize>) -> Result<Rows, Failure> {
        let manners = self.manners.get();
        let manners = manners.ok_or_else(|| Failure::new(FailureKind::Lost, "how jrunner prints rows is not known"))?;
        let call = Call { source: target, sql, into: None };
        let mut kept = Kept::default();
        let (read, mut ended) = self.call(held, &call, |output, _| {
            let output = Keeping { from: output, kept: &mut kept };
            csv::rows(&mut BufReader::with_capacity(1 << 16, output), manners, keep)
        })?;
        if manners.errors_on_stdout {
            ended.failure = ended.failure.or_else(|| self.patterns.error_in(&kept.text()));
        }
        if ended.stopped {
            return Err(stopped());
        }
        if let Some(why) = ended.failure {
            return Err(Failure::new(kind_of(&why), why));
        }
        let rows = read.map_err(|why| {
            let said = words(&ended.stderr);
            Failure::new(
                FailureKind::Sql,
                if said.is_empty() { format!("jrunner: {why}") } else { format!("jrunner: {why}: {said}") },
            )
        })?;
        self.see_letters(manners, &rows)?;
        Ok(rows)
    }

    /// The first `keep` rows of SQL that is run exactly as it is.
    ///
    /// # Errors
    /// As [`Jrunner::query`]; where the first column can't be told from the second.
    pub fn resolve(&self, held: Held<'_>, target: &Target, sql: &str, keep: usize) -> Result<Rows, Failure> {
        let rows = self.query(held, target, sql, Some(keep))?;
        // A name that is an expression may have delimiters in it, as the value may.
        let is_plain = |name: &String| name.chars().all(|c| c.is_alphanumeric() || "_#$@".contains(c));
        let blind = self.manners.get().is_some_and(|m| !(m.quotes || m.header && rows.columns.iter().all(is_plain)));
        if blind && rows.columns.len() > 1 {
            return Err(Failure::new(
                FailureKind::Sql,
                "this jrunner puts nothing in quotes, so that it can't be told whether that is one value or several: \
                 give the resolver one column, and a name that is one word (AS VALUE)",
            ));
        }
        Ok(rows)
    }

    /// What may have been lost of the first value, in words.
    pub fn doubt(&self, rows: &Rows) -> Option<String> {
        let value = rows.rows.first()?.first()?;
        self.manners.get()?.doubt(value.as_deref())
    }

    fn see_letters(&self, manners: &Manners, rows: &Rows) -> Result<(), Failure> {
        let odd = |value: &str| !value.is_ascii() || value.contains('?');
        let value = rows.rows.iter().flatten().flatten().find(|value| odd(value));
        match value {
            Some(value) if !manners.keeps_letters() => Err(Failure::new(
                FailureKind::Sql,
                format!("this jrunner does not print letters beyond ASCII as they are, and this may be one: {value}"),
            )),
            _ => Ok(()),
        }
    }

    /// Runs SQL for what it does. An error leaves open whether that was done: it may be about what came after.
    ///
    /// # Errors
    /// `Lost`, with what the program says.
    pub fn script(&self, held: Held<'_>, target: &Target, sql: &str) -> Result<ScriptOutcome, Failure> {
        let (printed, ended) = self.said(held, target, sql)?;
        if let Some(why) = ended.failure.or(ended.stopped.then(|| "it was ended".to_owned())) {
            return Err(Failure::new(FailureKind::Lost, why));
        }
        let notices = String::from_utf8_lossy(&printed).lines().map(str::to_owned).collect();
        Ok(ScriptOutcome { rows: Rows::default(), rows_affected: None, notices })
    }

    /// Runs SQL of several statements one by one, where a program may run the first of a script only.
    ///
    /// # Errors
    /// `Lost`, with what the program says of the first that fails.
    pub fn one_by_one(&self, held: Held<'_>, target: &Target, sql: &str) -> Result<ScriptOutcome, Failure> {
        let mut all = ScriptOutcome::default();
        for statement in statements(sql) {
            all.notices.extend(self.script(held, target, statement)?.notices);
        }
        Ok(all)
    }

    /// What the program prints for a query, and whether it failed, before its manners are known.
    ///
    /// # Errors
    /// `Lost` where it can't be started.
    pub fn probe(&self, held: Held<'_>, target: &Target, sql: &str) -> Result<Printed, Failure> {
        let (stdout, ended) = self.said(held, target, sql)?;
        if ended.stopped {
            return Err(stopped());
        }
        Ok(Printed { stdout, failure: ended.failure, on_stdout: ended.on_stdout })
    }

    /// The first of what it prints on its standard output, and its end. An error may stand there, too.
    fn said(&self, held: Held<'_>, target: &Target, sql: &str) -> Result<(Vec<u8>, Ended), Failure> {
        let call = Call { source: target, sql, into: None };
        let (printed, mut ended) = self.call(held, &call, |output, _| {
            let mut printed = Vec::new();
            // What can't be read is as if it had not been said; the end tells.
            let _ = output.take(MOST).read_to_end(&mut printed);
            printed
        })?;
        if ended.failure.is_none() {
            ended.failure = self.patterns.error_in(&String::from_utf8_lossy(&printed));
            ended.on_stdout = ended.failure.is_some();
        }
        Ok((printed, ended))
    }

    /// Has the program move a query's rows into a table, passing on what it prints.
    ///
    /// # Errors
    /// What the program says. What it had moved by then may stay in the table.
    pub fn transfer(
        &self,
        held: Held<'_>,
        source: &Target,
        sql: &str,
        dest: &Target,
        table: &str,
        mut progress: impl FnMut(Said<'_>),
    ) -> Result<Moved, Failure> {
        let call = Call { source, sql, into: Some((dest, table)) };
        let (kept, ended) = self.call(held, &call, |output, _| {
            let mut kept = Kept::default();
            let mut line = Vec::new();
            let mut looked: Option<Instant> = None;
            let mut say = |line: &mut Vec<u8>| {
                let text = String::from_utf8_lossy(line);
                if !text.trim().is_empty() {
                    // Nobody reads faster.
                    if looked.is_none_or(|at| at.elapsed() > LOOK_EVERY) {
                        looked = Some(Instant::now());
                        self.patterns.rows_in(&text).into_iter().for_each(|rows| progress(Said::Rows(rows)));
                    }
                    progress(Said::Line(text.trim_end()));
                }
                line.clear();
            };
            let mut reader = BufReader::new(output);
            // A program that draws its progress ends its lines by a carriage return.
            while let Ok(some) = reader.fill_buf() {
                if some.is_empty() {
                    break;
                }
                kept.add(some);
                for byte in some {
                    match byte {
                        b'\n' | b'\r' => say(&mut line),
                        byte => line.push(*byte),
                    }
                    // A line that does not end is shown in pieces, of whole words: half a password is not known for one.
                    if line.len() >= LINE {
                        let word = line.iter().rposition(u8::is_ascii_whitespace).map_or(line.len(), |at| at + 1);
                        let rest = line.split_off(word);
                        say(&mut line);
                        line = rest;
                    }
                }
                let read = some.len();
                reader.consume(read);
            }
            say(&mut line);
            kept
        })?;
        let printed = kept.text();
        for line in ended.stderr.lines().filter(|line| !line.trim().is_empty()) {
            progress(Said::Error(line));
        }
        if ended.stopped {
            return Err(stopped());
        }
        if let Some(why) = ended.failure.or_else(|| self.patterns.error_in(&printed)) {
            return Err(Failure::new(kind_of(&why), why));
        }
        Ok(self.patterns.moved(&printed, self.summary.get().map(String::as_str)))
    }

    /// Starts the program and has its standard output read to the end, or to where `read` stops.
    fn call<T>(
        &self,
        held: Held<'_>,
        call: &Call<'_>,
        read: impl FnOnce(&mut Output, &Start<'_>) -> T,
    ) -> Result<(T, Ended), Failure> {
        let fail = |e: std::io::Error| Failure::new(FailureKind::Lost, format!("can't write a file for jrunner: {e}"));
        let folder = Folder::new().map_err(fail)?;
        let sql = folder.write("query.sql", call.sql).map_err(fail)?;
        let mut arguments = login(call.source, ["-scu", "-scn", "-scp"]);
        arguments.extend(["-sq".to_owned(), sql.to_string_lossy().into_owned()]);
        if let Some((dest, table)) = call.into {
            arguments.extend(login(dest, ["-dcu", "-dcn", "-dcp"]));
            arguments.extend(["-dt".to_owned(), table.to_owned()]);
        }
        let (program, file) = self.launch.command(&arguments, &folder.path().join("arguments"));
        if let Some(text) = file {
            folder.write("arguments", &text).map_err(fail)?;
        }
        let mut pipekit = process::own(self.timezone.as_deref());
        for name in ["JAVA_HOME", "JAVA_OPTS", &launch::own_options(&self.program)] {
            if let Some(value) = std::env::var_os(name) {
                pipekit.env(name, value);
            }
        }
        let file = held();
        let (guarded, mut output, mut errors) =
            Guarded::start(pipekit, file.as_deref(), Some(folder.path()), &program)?;
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let guarded = Arc::new(guarded);
        lock(&self.running).insert(id, guarded.clone());
        let (out, stderr) = std::thread::scope(|scope| {
            let stderr = scope.spawn(move || {
                let mut kept = Kept::default();
                let mut some = [0; 8192];
                while let Ok(n @ 1..) = errors.read(&mut some) {
                    kept.add(&some[..n]);
                }
                kept.text()
            });
            let out = read(&mut output, &Start { folder: folder.path(), guarded: &guarded });
            // It must not wait for whoever reads no more.
            let _ = std::io::copy(&mut output, &mut std::io::sink());
            (out, stderr.join().unwrap_or_default())
        });
        let status = guarded.wait();
        // Who was told to end is no longer in the list.
        let stopped = lock(&self.running).remove(&id).is_none();
        let failure = match status? {
            _ if stopped => None,
            status if status.success() => self.patterns.error_in(&stderr),
            status => Some(match self.patterns.error_in(&stderr).unwrap_or_else(|| words(&stderr)) {
                said if said.is_empty() => format!("jrunner failed ({status}) and said nothing"),
                said => said,
            }),
        };
        Ok((out, Ended { failure, on_stdout: false, stopped, stderr }))
    }

    /// Ends all that runs now, and what it has started. The calls then fail as `Cancelled`, a script's as `Lost`.
    pub fn cancel(&self) {
        for (_, guarded) in lock(&self.running).drain() {
            guarded.end();
        }
    }

    /// Whether anything runs.
    pub fn is_running(&self) -> bool {
        !lock(&self.running).is_empty()
    }
}

fn stopped() -> Failure {
    Failure::new(FailureKind::Cancelled, "cancelled")
}

/// A login in the program's arguments.
fn login(target: &Target, flags: [&str; 3]) -> Vec<String> {
    let values = [Some(&target.url), target.user.as_ref(), target.password.as_ref()];
    let given = flags.into_iter().zip(values).filter_map(|(flag, value)| Some([flag.to_owned(), value?.clone()]));
    given.flatten().collect()
}
