//! The engine's end of a [`super::guard`]: an external program that can be ended with all that it started.

use super::guard::{self, Report};
use super::{Failure, FailureKind, process};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A program under its guard. Dropping it ends it.
pub struct Guarded {
    guard: Mutex<Child>,
    pid: Pid,
    leash: Arc<UnixStream>,
    came: OnceLock<Result<ExitStatus, Failure>>,
}

impl Guarded {
    /// Starts `program` (its name and its arguments) with no standard input, and gives what it prints. `pipekit` is the
    /// command that starts pipekit itself, such as [`process::own`]; its environment and folder become the program's.
    /// The guard and the program inherit `held`, the lock of the run, and whatever the program starts in turn does. The
    /// guard removes `folder` at the end, even where nobody is there any more who waits for it.
    ///
    /// # Errors
    /// `Lost` when the guard can't be started. That the program can't is told by [`Guarded::wait`].
    pub fn start(
        mut pipekit: Command,
        held: Option<&File>,
        folder: Option<&Path>,
        program: &[OsString],
    ) -> Result<(Guarded, Output, Output), Failure> {
        let fail = |e: io::Error| Failure::new(FailureKind::Lost, format!("can't start a guard: {e}"));
        let (leash, its) = UnixStream::pair().map_err(fail)?;
        pipekit.args(["jrunner", "--guard"]).process_group(0);
        if let Some(folder) = folder {
            pipekit.arg("--folder").arg(folder);
        }
        pipekit.arg("--").args(program);
        pipekit.stdin(Stdio::from(OwnedFd::from(its))).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(file) = held {
            process::inherit(&mut pipekit, file);
        }
        let mut guard = pipekit.spawn().map_err(fail)?;
        let pid = i32::try_from(guard.id()).ok().and_then(Pid::from_raw);
        let (Some(pid), Some(output), Some(errors)) = (pid, guard.stdout.take(), guard.stderr.take()) else {
            return Err(Failure::new(FailureKind::Lost, "the guard was started without pipes"));
        };
        let leash = Arc::new(leash);
        let output = Output { pipe: File::from(OwnedFd::from(output)), leash: leash.clone() };
        let errors = Output { pipe: File::from(OwnedFd::from(errors)), leash: leash.clone() };
        Ok((Guarded { guard: Mutex::new(guard), pid, leash, came: OnceLock::new() }, output, errors))
    }

    /// Tells the guard to end the program and all that it started. [`Guarded::wait`] tells when that is done.
    pub fn end(&self) {
        // A guard that is gone has nothing left to end.
        let _ = self.leash.shutdown(Shutdown::Write);
        if self.came.get().is_none() {
            // One that stands still would not notice. Its id is its own: it has not been waited for.
            let _ = kill_process(self.pid, Signal::CONT);
        }
    }

    /// Kills those of that name among the program and what it has started, and nothing else. Says whether there was one.
    pub fn kill_named(&self, name: &str) -> bool {
        let is_named = |pid: &Pid| {
            let comm = std::fs::read_to_string(format!("/proc/{}/comm", pid.as_raw_nonzero()));
            comm.is_ok_and(|comm| comm.trim_end() == name)
        };
        let named = guard::descendants_of(self.pid).into_iter().filter(is_named);
        named.filter(|pid| kill_process(*pid, Signal::KILL).is_ok()).count() > 0
    }

    /// Waits until nothing is left of the program and of what it started, and gives how the program itself ended.
    ///
    /// # Errors
    /// `Lost` when the program could not be started, and when the guard was killed: then what made itself a session of
    /// its own may still be at work, and holds the lock of the run.
    pub fn wait(&self) -> Result<ExitStatus, Failure> {
        self.came.get_or_init(|| self.see_out()).clone()
    }

    fn see_out(&self) -> Result<ExitStatus, Failure> {
        let mut report = Vec::new();
        // What can't be read is no report.
        let _ = (&*self.leash).read_to_end(&mut report);
        // If the guard was killed this ends what stayed in its group. The group's id is nobody else's as long as the
        // guard has not been waited for.
        let _ = kill_process_group(self.pid, Signal::KILL);
        let end = self.guard.lock().unwrap_or_else(PoisonError::into_inner).wait();
        match serde_json::from_slice::<Report>(&report) {
            Ok(Ok(status)) => Ok(ExitStatus::from_raw(status)),
            Ok(Err(why)) => Err(Failure::new(FailureKind::Lost, why)),
            Err(_) => {
                let how = end.map_or_else(|e| e.to_string(), |status| status.to_string());
                let why = format!("its guard was killed ({how}): what the program started may still be at work");
                Err(Failure::new(FailureKind::Lost, why))
            }
        }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.end();
        let _ = self.wait();
    }
}

/// What a program prints on one of its streams, to the byte. It ends when nothing is left of the program; should the
/// guard have been killed it ends with the guard, whoever may still hold the pipe.
pub struct Output {
    pipe: File,
    leash: Arc<UnixStream>,
}

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut over = false;
        loop {
            let mut both = [PollFd::new(&self.pipe, PollFlags::IN), PollFd::new(&*self.leash, PollFlags::IN)];
            // Once the guard is gone, all that there will be is in the pipe.
            let at_most = over.then_some(Timespec { tv_sec: 0, tv_nsec: 0 });
            match poll(if over { &mut both[..1] } else { &mut both[..] }, at_most.as_ref()) {
                Ok(_) => {}
                Err(Errno::INTR) => continue,
                Err(e) => return Err(e.into()),
            }
            if !both[0].revents().is_empty() {
                return self.pipe.read(buffer);
            }
            if over {
                return Ok(0);
            }
            over = !both[1].revents().is_empty();
        }
    }
}
