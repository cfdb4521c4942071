//! Is all well? What a shop stands on, looked at piece by piece: `pipekit doctor`, `GET /api/doctor`.
//!
//! Nothing is changed by it but what every command does (an older file is brought to this version, jrunner is asked how
//! it prints rows). A check that fails is a line like any other, and the rest goes on.

mod connections;
mod drivers;
mod file;
mod jrunner;
mod modules;
mod runs;
mod schedules;
mod secrets;
mod service;

use crate::clock;
use crate::error::{Error, Result};
use crate::store::Store;
use serde::Serialize;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// All is well.
    Ok,
    /// Neither well nor ill: something that is not needed is not there.
    Note,
    /// It works, and should be looked at.
    Warning,
    /// It does not work.
    Error,
}

/// A check: what was looked at, and what was seen.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// The subject: `database secrets modules schedules runs service jrunner drivers connections`.
    pub subject: &'static str,
    /// What of it.
    pub name: String,
    /// How it came out.
    pub status: Status,
    /// What was seen.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The code of the error that it is, where it is one of pipekit's own.
    pub code: Option<&'static str>,
}

/// Everything that was looked at.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Whether nothing is an error.
    pub ok: bool,
    /// How many errors there are.
    pub errors: usize,
    /// How many warnings.
    pub warnings: usize,
    /// The version of this pipekit.
    pub version: &'static str,
    /// The database.
    pub database: String,
    /// When it was looked at.
    pub checked_at: String,
    /// The checks, by subject.
    pub checks: Vec<Check>,
}

/// How to look.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long a database may take to answer.
    pub patience: Duration,
    /// Whether all of pipekit's own file is read, however large it is.
    pub full: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { patience: Duration::from_secs(10), full: false }
    }
}

/// The checks of one subject, as they come.
struct Checks {
    subject: &'static str,
    list: Vec<Check>,
}

impl Checks {
    fn of(subject: &'static str) -> Checks {
        Checks { subject, list: Vec::new() }
    }

    fn add(&mut self, status: Status, name: &str, message: impl Into<String>, hint: Option<String>) {
        let (subject, name, message) = (self.subject, name.to_owned(), message.into());
        self.list.push(Check { subject, name, status, message, hint, code: None });
    }

    fn ok(&mut self, name: &str, message: impl Into<String>) {
        self.add(Status::Ok, name, message, None);
    }

    fn note(&mut self, name: &str, message: impl Into<String>) {
        self.add(Status::Note, name, message, None);
    }

    fn warning(&mut self, name: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.add(Status::Warning, name, message, Some(hint.into()));
    }

    fn error(&mut self, name: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.add(Status::Error, name, message, Some(hint.into()));
    }

    /// What could not be done, as an error among the others.
    fn failed(&mut self, name: &str, error: Error) {
        let (subject, name, code) = (self.subject, name.to_owned(), Some(error.code.as_str()));
        let hint = error.hint.or_else(|| Some("docs/troubleshooting.md says what it can be, by its code".to_owned()));
        self.list.push(Check { subject, name, status: Status::Error, message: error.message, hint, code });
    }

    /// What a look at a whole subject came to.
    fn unless(&mut self, looked: Result<()>) {
        if let Err(error) = looked {
            self.failed("all", error);
        }
    }
}

/// Looks at everything, and tells each subject's checks as soon as they are there.
pub fn examine(db: &Path, options: &Options, told: &mut dyn FnMut(&[Check])) -> Report {
    let mut checks = Vec::new();
    let mut tell = |section: Checks| {
        told(&section.list);
        checks.extend(section.list);
    };
    let mut section = Checks::of("database");
    let store = file::check(db, options.full, &mut section);
    tell(section);
    let mut section = Checks::of("secrets");
    let looked = secrets::check(store.as_ref(), &mut section);
    section.unless(looked);
    tell(section);
    if let Some(store) = &store {
        for (subject, look) in LOCAL {
            let mut section = Checks::of(subject);
            let looked = look(store, &mut section);
            section.unless(looked);
            tell(section);
        }
    }
    let mut section = Checks::of("service");
    service::check(&mut section);
    tell(section);
    if let Some(store) = &store {
        for section in remote(store, options) {
            tell(section);
        }
    }
    let count = |status| checks.iter().filter(|check| check.status == status).count();
    let (errors, warnings) = (count(Status::Error), count(Status::Warning));
    Report {
        ok: errors == 0,
        errors,
        warnings,
        version: env!("CARGO_PKG_VERSION"),
        database: db.display().to_string(),
        checked_at: clock::now_text(),
        checks,
    }
}

/// A look at one subject in pipekit's own file.
type Look = fn(&Store, &mut Checks) -> Result<()>;

/// What is looked at in pipekit's own file alone.
const LOCAL: [(&str, Look); 3] = [("modules", modules::check), ("schedules", schedules::check), ("runs", runs::check)];

/// What other programs and machines are asked for, all at once.
fn remote(store: &Store, options: &Options) -> Vec<Checks> {
    let [mut program, mut drivers, mut connections] = ["jrunner", "drivers", "connections"].map(Checks::of);
    let mut all = || {
        let machine = jrunner::Machine::find(store, &mut program)?;
        std::thread::scope(|scope| {
            // Those of the built-in runner wait for the network alone; JVMs want the processor, a few at a time.
            let path = store.path();
            let built_in = scope.spawn(|| connections::test(path, &machine.built_in, options.patience));
            drivers::check(&machine, &mut drivers);
            let by_jrunner = connections::test(path, &machine.by_jrunner, machine.patience(options.patience));
            connections.list.extend(built_in.join().unwrap_or_else(|fault| resume_unwind(fault)));
            connections.list.extend(by_jrunner);
        });
        connections.list.sort_by(|a, b| a.name.cmp(&b.name));
        machine.tell_probe(store, &mut program)
    };
    let looked = all();
    program.unless(looked);
    vec![program, drivers, connections]
}

/// Does `work` on each, at most so many at once, and gives what came of it, in order.
fn side_by_side<T: Sync, R: Send>(items: &[T], at_most: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let some = || {
            let mut done = Vec::new();
            while let Some((at, item)) =
                Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
            {
                done.push((at, work(item)));
            }
            done
        };
        let threads: Vec<_> = (0..at_most.min(items.len())).map(|_| scope.spawn(some)).collect();
        // A check that is lost to a fault of ours must not look as if all were well.
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_else(|fault| resume_unwind(fault))).collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, came)| came).collect()
}

/// A size for people.
fn bytes(n: u64) -> String {
    match n {
        ..1_000 => format!("{n} bytes"),
        1_000..1_000_000 => format!("{} KB", n / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", n / 1_000_000),
        _ => format!("{:.1} GB", n as f64 / 1e9),
    }
}

/// The first line of what a program or a database said.
fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
