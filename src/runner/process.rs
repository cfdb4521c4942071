//! What processes that are started have in common: how they are started, and waited for.

use rustix::process::{Pid, Signal, kill_process_group};
use std::fs::File;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

/// This very program, to be started as a process of a run: in a process group of its own, with a cleared environment
/// in which `timezone`, where there is one, wins over the machine's.
pub fn own(timezone: Option<&str>) -> Command {
    // The link stays right when the file has been replaced by an upgrade since we started.
    let mut command = Command::new("/proc/self/exe");
    command.arg0("pipekit").env_clear().env("LANG", "C.UTF-8").process_group(0);
    // Large sorts of SQLite's go where the last two say.
    for name in ["PATH", "HOME", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "RUST_BACKTRACE", "SQLITE_TMPDIR", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    if let Some(zone) = timezone {
        command.env("TZ", zone);
    }
    command
}

/// Waits for a child that leads a process group of its own. One that takes longer than `patience` is killed with its
/// group, and gives `None`.
///
/// # Errors
/// What the system says.
pub fn wait_within(child: &mut Child, patience: Duration) -> std::io::Result<Option<ExitStatus>> {
    let until = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= until {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    if let Some(group) = Pid::from_raw(child.id().try_into().unwrap_or_default()) {
        // It may have ended in this moment.
        let _ = kill_process_group(group, Signal::KILL);
    }
    child.wait()?;
    Ok(None)
}

/// What a child does on its way to become another program.
#[derive(Clone, Copy)]
enum OnTheWay {
    /// Keep this descriptor.
    Keep(RawFd),
    /// Be killed when the process with this id, its parent, is gone.
    DieWith(Pid),
}

/// Lets the child inherit the descriptor of `file`. In our own process it stays close-on-exec, so that no other
/// run's child gets it. The caller holds `file` until the child has been spawned.
pub fn inherit(command: &mut Command, file: &File) {
    on_the_way(command, OnTheWay::Keep(file.as_raw_fd()));
}

/// Has the kernel kill the child when the thread that spawns it ends (prctl(2), PR_SET_PDEATHSIG): to be called in a
/// process whose main thread does. Of what the child starts in turn nothing is killed.
pub fn die_with_us(command: &mut Command) {
    on_the_way(command, OnTheWay::DieWith(rustix::process::getpid()));
}

#[allow(unsafe_code)]
fn on_the_way(command: &mut Command, what: OnTheWay) {
    // SAFETY: between fork and exec only fcntl, prctl and getppid are called, which are async-signal-safe, and nothing
    // is allocated; the descriptor is open, as the caller of `inherit` holds its file until the child is spawned.
    unsafe {
        command.pre_exec(move || match what {
            OnTheWay::Keep(fd) => {
                let fd = BorrowedFd::borrow_raw(fd);
                rustix::io::fcntl_setfd(fd, rustix::io::FdFlags::empty()).map_err(Into::into)
            }
            OnTheWay::DieWith(parent) => {
                rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
                // It may have gone before the kernel was told.
                if rustix::process::getppid() == Some(parent) { Ok(()) } else { Err(rustix::io::Errno::SRCH.into()) }
            }
        });
    }
}
