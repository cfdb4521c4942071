//! Holding a run at an exact place of its ledger, so that a fault can hit it there.
//!
//! pipekit's own file holds it: a trigger on the ledger that counts to a few million keeps pipekit busy in the middle of
//! writing down that a step begins, or that it has ended. The real program needs no hook for that, and no moment is
//! met by sleeping. Once it is there, it is stopped (SIGSTOP), and time stands still until the test goes on.

use super::{Running, Signal, World, kill, until};
use std::time::{Duration, Instant};

/// A place in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// It claims its module and begins its row in the log.
    Claim,
    /// It writes that a step begins: nothing of the step has been done.
    Begin(String, String),
    /// The step was begun, and asked of a runner that is stopped.
    Within(String, String),
    /// The step is done, and that is being written.
    End(String, String),
    /// All is done, and the end of the run is being written.
    Close,
}

impl Place {
    /// Every place of a run with these steps (`kind name`), in order.
    pub fn all(steps: &[String]) -> Vec<Place> {
        let mut places = vec![Place::Claim];
        // What a direct load found in its transaction is written down behind it: nothing is asked of a runner within.
        let written =
            |name: &str| matches!(name, "counts" | "loaded") && steps.iter().any(|step| step == "gate loaded");
        for step in steps {
            let (kind, name) = step.split_once(' ').unwrap();
            let within = if written(name) { None } else { Some(Place::Within as fn(String, String) -> Place) };
            for place in
                [Some(Place::Begin as fn(String, String) -> Place), within, Some(Place::End)].into_iter().flatten()
            {
                places.push(place(kind.to_owned(), name.to_owned()));
            }
        }
        places.push(Place::Close);
        places
    }

    /// The kind and the name of its step, where it has one.
    pub fn step(&self) -> (&str, &str) {
        match self {
            Place::Begin(kind, name) | Place::Within(kind, name) | Place::End(kind, name) => (kind, name),
            Place::Claim | Place::Close => ("", ""),
        }
    }

    /// What is being written there: the event on the table, and its condition.
    fn event(&self) -> (&'static str, String) {
        let is = |kind: &str, name: &str| format!("NEW.kind = '{kind}' AND NEW.name = '{name}'");
        match self {
            Place::Claim => ("INSERT ON run_log", "1".to_owned()),
            Place::Begin(kind, name) | Place::Within(kind, name) => ("INSERT ON run_step", is(kind, name)),
            Place::End(kind, name) => ("UPDATE ON run_step", is(kind, name)),
            Place::Close => ("UPDATE OF status ON run_log", "1".to_owned()),
        }
    }
}

/// A run that is stopped at a place.
pub struct Held {
    /// The run, stopped.
    pub run: Running,
    /// The process of its runner, if it has one yet: stopped within a step, going on anywhere else.
    pub runner: Option<u32>,
}

impl Held {
    /// Lets it go on.
    pub fn go_on(&self) {
        self.run.signal(Signal::CONT);
        if let Some(runner) = self.runner.filter(|runner| is_there(*runner)) {
            kill(runner, Signal::CONT);
        }
    }
}

/// Whether there is such a process.
pub fn is_there(pid: u32) -> bool {
    std::path::Path::new(&format!("/proc/{pid}")).exists()
}

/// The nanoseconds on the processor by which a run in the trigger is told from one that writes something else.
const BUSY: u64 = 20_000_000;

const TRIGGER: &str = "held_by_a_test";

impl World {
    /// Starts a command and stops it at that place. `None` where it went through instead: the place is within a step
    /// that is the first to ask a runner, or this process was not given the time to stop it. `patience` is how long the
    /// run is kept busy there, in units of some tenth of a second.
    #[track_caller]
    pub fn held_at(&self, line: &str, place: &Place, patience: u32) -> Option<Held> {
        let (event, when) = place.event();
        let own = self.sqlite("pipekit.db");
        own.busy_timeout(Duration::ZERO).unwrap();
        let trigger = format!(
            "CREATE TRIGGER {TRIGGER} BEFORE {event} WHEN {when} BEGIN SELECT count(*) FROM (
               WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {}) SELECT i FROM n); END",
            patience * 600_000
        );
        until("the trigger is there", || own.execute_batch(&trigger).is_ok());
        let mut run = self.start(line);
        let end = Instant::now() + Duration::from_secs(60);
        let mut first = None;
        loop {
            assert!(Instant::now() < end, "the run did not come to {place:?}");
            if run.has_ended() {
                self.let_go();
                return None;
            }
            if !is_writing(&own) {
                first = None;
                std::thread::sleep(Duration::from_millis(1));
                continue;
            }
            run.signal(Signal::STOP);
            until("it has stopped", || stat(run.pid()).is_none_or(|s| s[0] == "T" || s[0] == "Z"));
            // One that has been on the processor for long while it writes is in the trigger: whatever else it writes is
            // written in a moment, though it may wait for the disk.
            if is_writing(&own) {
                let busy = busy_for(run.pid());
                if busy.saturating_sub(*first.get_or_insert(busy)) > BUSY {
                    break;
                }
            } else {
                first = None;
            }
            run.signal(Signal::CONT);
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut held = Held { runner: self.session_of(run.pid()), run };
        if let Place::Within(kind, name) = place {
            let Some(runner) = held.runner else {
                held.go_on();
                held.run.wait();
                self.let_go();
                return None;
            };
            kill(runner, Signal::STOP);
            held.run.signal(Signal::CONT);
            let begun = format!(
                "SELECT count(*) FROM run_step WHERE kind = '{kind}' AND name = '{name}' AND duration_ms IS NULL"
            );
            until("the step has begun", || self.own(&begun) != "0");
            // It is asked of the runner right after it was written down.
            until("it waits for its runner", || waits(held.run.pid()));
            held.run.signal(Signal::STOP);
            held.runner = Some(runner);
        }
        Some(held)
    }

    /// Takes the trigger away, once the run that it held is gone or goes on.
    pub fn let_go(&self) {
        self.sqlite("pipekit.db").execute_batch(&format!("DROP TRIGGER IF EXISTS {TRIGGER}")).unwrap();
    }

    /// The runner that is a child of that process.
    fn session_of(&self, pid: u32) -> Option<u32> {
        let found = self.processes().into_iter().filter(|(_, line)| line.contains("--session"));
        found.map(|(runner, _)| runner).find(|runner| stat(*runner).is_some_and(|s| s[1] == pid.to_string()))
    }
}

/// Whether somebody writes pipekit's file now.
fn is_writing(own: &rusqlite::Connection) -> bool {
    match own.execute_batch("BEGIN IMMEDIATE; ROLLBACK") {
        Ok(()) => false,
        Err(error) => {
            let _ = own.execute_batch("ROLLBACK");
            error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
        }
    }
}

/// The fields of a process's `stat` after its name: state, parent, … (proc_pid_stat(5), from field 3 on).
fn stat(pid: u32) -> Option<Vec<String>> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(stat.rsplit_once(") ")?.1.split(' ').map(str::to_owned).collect())
}

/// The nanoseconds that a process's threads have been on a processor.
fn busy_for(pid: u32) -> u64 {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return 0 };
    let read = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
    tasks.flatten().filter_map(|task| read(task).split(' ').next().and_then(|n| n.parse::<u64>().ok())).sum()
}

/// Whether each thread of a process sleeps.
fn waits(pid: u32) -> bool {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return true };
    tasks.flatten().all(|task| {
        let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('S'))
    })
}
