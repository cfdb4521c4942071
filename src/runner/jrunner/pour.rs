//! Rows that the program prints, on their way to another process: passed on as they come, and never kept.

use super::said::kind_of;
use super::{Call, Jrunner, stopped};
use crate::runner::guarded::Output;
use crate::runner::{Failure, FailureKind, Held, Target};
use rustix::fs::{CWD, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How much is passed on at once, in bytes: what a pipe holds.
const PIECE: usize = 64 << 10;
/// How often it is looked whether somebody reads.
const AGAIN: Duration = Duration::from_millis(2);

/// What came of a start whose JVM was killed.
pub struct Killed<T> {
    /// What was read of its output before.
    pub read: T,
    /// Whether there was a JVM to kill.
    pub killed: bool,
    /// Why the start was a failure, by all that can be seen of it.
    pub failure: Option<Failure>,
}

impl Jrunner {
    /// Runs a query, and has `take` see to what it prints: it is given the path of a pipe, opens that for reading, or has
    /// it opened, whatever happens, and gives the number of rows once the pipe has ended. `say` is told what the program
    /// prints on its standard error.
    ///
    /// The rows may be all there by then, and the program fail: only where this gives a number are they good.
    ///
    /// # Errors
    /// What the program says, and what `take` does: then the program is ended at once.
    pub fn pour(
        &self,
        held: Held<'_>,
        source: &Target,
        sql: &str,
        mut say: impl FnMut(String),
        take: impl FnOnce(&Path) -> Result<u64, Failure>,
    ) -> Result<u64, Failure> {
        let call = Call { source, sql, into: None };
        let ((taken, early), ended) = self.call(held, &call, |output, start| {
            let pipe = start.folder.join("rows");
            if let Err(e) = rustix::fs::mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0) {
                start.guarded.end();
                return (Err(Failure::new(FailureKind::Lost, format!("can't make a pipe for the rows: {e}"))), true);
            }
            let (over, all_passed) = (AtomicBool::new(false), AtomicBool::new(false));
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let Some(mut rows) = open(&pipe, &over) else { return };
                    match pass_on(output, &mut rows) {
                        // Whoever reads sees the end only after this.
                        Ok(()) => all_passed.store(true, Ordering::SeqCst),
                        Err(_) => start.guarded.end(),
                    }
                });
                let taken = take(&pipe);
                over.store(true, Ordering::SeqCst);
                let early = !all_passed.load(Ordering::SeqCst);
                if early {
                    start.guarded.end();
                }
                (taken, early)
            })
        })?;
        ended.stderr.lines().filter(|line| !line.trim().is_empty()).for_each(|line| say(line.to_owned()));
        if ended.stopped {
            return Err(stopped());
        }
        match (taken, ended.failure) {
            // The program was ended because of it.
            (Err(failure), _) if early => Err(failure),
            (_, Some(why)) => {
                let kind = match kind_of(&why) {
                    FailureKind::Connect => FailureKind::ConnectSource,
                    other => other,
                };
                Err(Failure::new(kind, why))
            }
            (taken, None) => taken,
        }
    }

    /// Runs a query, has the first of what it prints read, and then kills the JVM alone, as the kernel does where memory is
    /// short: what shows of that is what would show of it in a run.
    ///
    /// # Errors
    /// `Lost` where it can't be started, `Cancelled`.
    pub fn probe_killed<T>(
        &self,
        held: Held<'_>,
        target: &Target,
        sql: &str,
        read: impl FnOnce(&mut dyn BufRead) -> T,
    ) -> Result<Killed<T>, Failure> {
        let call = Call { source: target, sql, into: None };
        let ((read, killed), ended) = self.call(held, &call, |output, start| {
            let read = read(&mut BufReader::new(output));
            (read, start.guarded.kill_named("java"))
        })?;
        if ended.stopped {
            return Err(stopped());
        }
        let failure = ended.failure.map(|why| Failure::new(kind_of(&why), why));
        Ok(Killed { read, killed, failure })
    }
}

/// Opens the pipe for writing once somebody reads from it; `None` where it is `over` before.
fn open(pipe: &Path, over: &AtomicBool) -> Option<File> {
    loop {
        // Without NONBLOCK it would wait for a reader that may be gone (fifo(7)).
        match rustix::fs::open(pipe, OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty()) {
            Ok(file) => return rustix::fs::fcntl_setfl(&file, OFlags::empty()).is_ok().then(|| file.into()),
            Err(Errno::NXIO) if !over.load(Ordering::SeqCst) => std::thread::sleep(AGAIN),
            Err(_) => return None,
        }
    }
}

fn pass_on(output: &mut Output, rows: &mut File) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        match output.read(&mut piece)? {
            0 => return Ok(()),
            n => rows.write_all(&piece[..n])?,
        }
    }
}
