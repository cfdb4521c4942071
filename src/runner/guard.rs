//! The guard: the process that an external program runs under, so that nothing which the program starts outlives it.
//!
//! A runner from outside may be a shell script that starts a JVM, and what it starts may make a session of its own,
//! ignore SIGTERM, stand still, or outlive its parent. The guard is the subreaper of them all (prctl(2)): whoever loses
//! its parent becomes the guard's child, so that as long as the guard has no child left, nothing is left at all. Its
//! standard input is the leash, as a session's is: it ends with whoever started the guard, however that ends. When it
//! ends, when the guard is told to end by a signal, or when the program has ended by itself, what is left gets SIGTERM,
//! a moment to put things in order, then SIGKILL until nothing is left. Only then does the guard end.
//!
//! What a program has others start for it (a systemd unit, an `at` job) is nobody's descendant here, and goes on.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long the descendants of a program that has ended by itself have to end as well: a `tee` still has words to pass.
const LINGER: Duration = Duration::from_secs(2);
/// How long descendants have between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_millis(1500);
/// How often SIGKILL is repeated. The end of a child wakes the guard besides.
const AGAIN: Duration = Duration::from_millis(20);

/// What a guard says over its leash (where that is a socket) once nothing is left: the program's status as wait(2) gives
/// it, or why it was not started. A guard that ends without a word was killed.
pub type Report = Result<i32, String>;

/// Runs a program, with no standard input and with our standard output and error, to its end and that of all its
/// descendants, and gives the exit code as a shell does: the program's own, or 128 and the signal that ended it. At the
/// end `folder` is removed. The process that calls this is a guard from then on, and does nothing else.
///
/// # Errors
/// When the program can't be started, and nobody has heard the report of it.
pub fn serve(program: &[OsString], folder: Option<&Path>) -> Result<u8, String> {
    let kept = keep(program);
    if let Some(folder) = folder {
        // Whoever started us removes it too.
        let _ = std::fs::remove_dir_all(folder);
    }
    let report: Report = kept.map_err(|e| {
        let name = program.first().map(|name| name.to_string_lossy());
        format!("can't start {}: {e}", name.unwrap_or_default())
    });
    // Whoever would read it may be gone, or have given us a pipe, which goes one way.
    let heard = serde_json::to_vec(&report).is_ok_and(|report| rustix::io::write(io::stdin(), &report).is_ok());
    let status = match report {
        Ok(status) => ExitStatus::from_raw(status),
        Err(_) if heard => return Ok(1),
        Err(why) => return Err(why),
    };
    let code = status.code().or(status.signal().map(|signal| 128 + signal));
    Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
}

/// Runs the program, and gives its status when nothing is left of it.
fn keep(program: &[OsString]) -> io::Result<i32> {
    rustix::process::set_child_subreaper(Some(getpid()))?;
    let mut signals = Signals::watch()?;
    let [name, args @ ..] = program else { return Err(io::ErrorKind::InvalidInput.into()) };
    let mut command = Command::new(name);
    command.args(args).stdin(Stdio::null());
    // Should this process be killed, at least the program itself goes with it.
    super::process::die_with_us(&mut command);
    let started = i32::try_from(command.spawn()?.id()).ok().and_then(Pid::from_raw);

    let mut status = None;
    let mut told = false;
    let (mut term_at, mut kill_at): (Option<Instant>, Option<Instant>) = (None, None);
    loop {
        match rustix::process::wait(WaitOptions::NOHANG) {
            Ok(Some((pid, ended))) => {
                if Some(pid) == started {
                    status = Some(ended.as_raw());
                    term_at.get_or_insert_with(|| Instant::now() + LINGER);
                }
                continue;
            }
            Ok(None) => {}
            // Nobody is left.
            Err(Errno::CHILD) => return status.ok_or_else(|| Errno::CHILD.into()),
            Err(Errno::INTR) => continue,
            Err(e) => return Err(e.into()),
        }
        let now = Instant::now();
        if told {
            term_at = Some(term_at.map_or(now, |at| at.min(now)));
        }
        if kill_at.is_none() && term_at.is_some_and(|at| at <= now) {
            kill_at = Some(now + GRACE);
            for pid in descendants_of(getpid()) {
                send(pid, Signal::TERM);
                // One that stands still would never get it.
                send(pid, Signal::CONT);
            }
        }
        let next = match (term_at, kill_at) {
            (_, Some(at)) if at <= now => {
                // Their own children become ours, and have their turn.
                children().into_iter().for_each(|pid| send(pid, Signal::KILL));
                Some(AGAIN)
            }
            (_, Some(at)) | (Some(at), None) => Some(at - now),
            (None, None) => None,
        };
        told |= signals.wait(next, !told);
    }
}

/// What the guard waits for besides time.
struct Signals {
    /// A byte for each signal.
    woken: UnixStream,
    /// Set by signals that tell the guard to end.
    end: Arc<AtomicBool>,
}

impl Signals {
    fn watch() -> io::Result<Signals> {
        let (woken, wake) = UnixStream::pair()?;
        woken.set_nonblocking(true)?;
        let end = Arc::new(AtomicBool::new(false));
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGQUIT] {
            // Before the byte that says there is something to see.
            signal_hook::flag::register(signal, end.clone())?;
        }
        for signal in [SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT] {
            signal_hook::low_level::pipe::register(signal, wake.try_clone()?)?;
        }
        Ok(Signals { woken, end })
    }

    /// Waits for a signal, for the end of the leash where that is asked for, or for so long; says whether the guard is
    /// to end.
    fn wait(&mut self, at_most: Option<Duration>, leash: bool) -> bool {
        let stdin = io::stdin();
        let mut both = [PollFd::new(&self.woken, PollFlags::IN), PollFd::new(&stdin, PollFlags::IN)];
        let fds = if leash { &mut both[..] } else { &mut both[..1] };
        let at_most = at_most.and_then(|time| Timespec::try_from(time).ok());
        // A signal interrupts it; whatever else may, what there is to do is looked for again.
        let _ = poll(fds, at_most.as_ref());
        let leash_moved = leash && !both[1].revents().is_empty();
        let mut some = [0; 64];
        while matches!(self.woken.read(&mut some), Ok(n) if n > 0) {}
        // Nobody says anything on the leash: what there is to see of it is its end.
        let ended = leash_moved && !matches!(rustix::io::read(&stdin, &mut some), Ok(n) if n > 0);
        ended || self.end.load(Ordering::SeqCst)
    }
}

/// Sends a signal. One that has gone needs none, and another user's can't be told: it is waited for.
fn send(pid: Pid, signal: Signal) {
    let _ = kill_process(pid, signal);
}

/// Our children: the kernel's own list where it keeps one (CONFIG_PROC_CHILDREN), as that is quicker than what forks
/// and ends, and forks and ends. A child's id is nobody else's until we have waited for it.
fn children() -> Vec<Pid> {
    match std::fs::read_to_string("/proc/thread-self/children") {
        Ok(list) => list.split_whitespace().filter_map(|pid| pid.parse().ok()).filter_map(Pid::from_raw).collect(),
        Err(_) => parents().into_iter().filter(|(_, parent)| *parent == getpid()).map(|(pid, _)| pid).collect(),
    }
}

/// The children of a process, their children, and so on.
pub(super) fn descendants_of(root: Pid) -> Vec<Pid> {
    let parents = parents();
    let is_ours = |pid: &Pid| {
        // A process may have become another's parent while they were read: no line is longer than there are processes.
        let mut line = std::iter::successors(Some(*pid), |pid| parents.get(pid).copied()).take(parents.len());
        line.any(|pid| pid == root)
    };
    parents.keys().filter(|pid| **pid != root && is_ours(pid)).copied().collect()
}

/// Every process that can be seen, and its parent.
fn parents() -> HashMap<Pid, Pid> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return HashMap::new() };
    let found = entries.flatten().filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw)?;
        // The name in parentheses may hold anything (proc_pid_stat(5)); the state and the parent follow it.
        let stat = std::fs::read(entry.path().join("stat")).ok()?;
        let stat = String::from_utf8_lossy(&stat);
        let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok().and_then(Pid::from_raw)?;
        Some((pid, parent))
    });
    found.collect()
}
