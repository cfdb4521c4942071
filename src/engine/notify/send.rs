//! The command that tells somebody: `sh -c`, with the facts on its standard input, and an end after a while.

use super::{envelope, facts};
use crate::clock;
use crate::error::{Code, Error, Result};
use crate::redact::Redactor;
use crate::runner::process;
use crate::secrets::{self, Secrets};
use crate::store::{Store, notification, setting};
use jiff::SignedDuration;
use serde_json::Value;
use std::io::{Read, Seek, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A command that takes longer is ended.
const PATIENCE: Duration = Duration::from_secs(30);
/// So long a process that is done goes on to begin commands for what waits; the rest is told by the next.
const LAST_CALL: Duration = Duration::from_secs(10);
/// One that was taken so long ago and has not ended was taken by a process that is gone.
const GONE: SignedDuration = SignedDuration::from_mins(5);
/// So much of what a command prints is kept, from its end.
const KEPT: u64 = 2_000;

/// The threads that tell, of this process.
static THREADS: Mutex<Vec<JoinHandle<()>>> = Mutex::new(Vec::new());
/// Set when the process is done and begins no further command.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Begins to tell what waits, in a thread of its own: nobody waits for it before [`wait`]. What can't be told says so in
/// its row.
pub fn begin(store: &Store) {
    // A file that is busy or failing: what waits there goes on waiting, and the next to run something tells it.
    let Ok(true) = notification::is_waiting(store.read()) else { return };
    let Ok(store) = store.reopen() else { return };
    let started = std::thread::Builder::new().name("notify".to_owned()).spawn(move || drop(tell_all(store)));
    if let Ok(thread) = started {
        let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
        threads.retain(|thread| !thread.is_finished());
        threads.push(thread);
    }
}

/// Waits until what this process tells has been told, or has been given up.
pub fn wait() {
    let threads = std::mem::take(&mut *THREADS.lock().unwrap_or_else(PoisonError::into_inner));
    let until = Instant::now() + LAST_CALL;
    for thread in threads {
        while !thread.is_finished() {
            if Instant::now() >= until {
                CLOSED.store(true, Ordering::SeqCst);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Tells what waits, one after the other.
fn tell_all(mut store: Store) -> Result<()> {
    let before = clock::text(clock::now() - GONE);
    store.write(|tx| notification::give_up(tx, &before))?;
    while !CLOSED.load(Ordering::SeqCst) {
        let Some(one) = store.write(|tx| notification::take(tx))? else { break };
        let told = facts(&store, &one).and_then(|facts| tell(&store, &facts));
        let error = told.err().map(|error| error.message);
        store.write(|tx| notification::finish(tx, one.id, error.as_deref()))?;
    }
    Ok(())
}

/// Runs the command once with facts that are made up, and gives what it printed.
///
/// # Errors
/// `Invalid` where none is set, and why it failed.
pub fn sample(store: &Store) -> Result<String> {
    let summary = "this is a test: it shows that notifications arrive";
    tell(store, &envelope(store, "test", &clock::now_text(), summary))
}

/// Runs the command with these facts. Gives the end of what it printed.
fn tell(store: &Store, facts: &Value) -> Result<String> {
    let command = setting::get(store.read(), "notify_command")?.ok_or_else(|| {
        Error::invalid("there is no notify_command")
            .hint("pipekit settings set notify_command 'jq -r .summary | mail -s pipekit ops@example.com'")
    })?;
    let fail = |e: std::io::Error| Error::system("can't run the notify_command", e);
    let (mut input, mut output) = (tempfile::tempfile().map_err(fail)?, tempfile::tempfile().map_err(fail)?);
    writeln!(input, "{facts}").and_then(|()| input.rewind()).map_err(fail)?;
    let mut shell = Command::new("sh");
    // What the service manager wants to hear is pipekit's own to say.
    shell.arg("-c").arg(&command).env_remove("NOTIFY_SOCKET").process_group(0).stdin(input);
    shell.stdout(output.try_clone().map_err(fail)?).stderr(Stdio::from(output.try_clone().map_err(fail)?));
    let secrets = Secrets::load()?;
    let mut redactor = Redactor::default();
    for key in mentioned(&command) {
        if let Ok(value) = secrets.resolve(&format!("${key}")) {
            redactor.add(&value);
            shell.env(key, value);
        }
    }
    let mut child = shell.spawn().map_err(fail)?;
    let ended = process::wait_within(&mut child, PATIENCE).map_err(fail)?;
    let printed = redactor.clean(&end_of(&mut output).map_err(fail)?);
    let why = match ended {
        Some(status) if status.success() => return Ok(printed),
        Some(status) => format!("the notify_command failed: {status}"),
        None => format!("the notify_command was ended after {} s", PATIENCE.as_secs()),
    };
    let said = if printed.is_empty() { String::new() } else { format!(": {printed}") };
    Err(Error::new(Code::Failed, format!("{why}{said}")))
}

/// The end of what was written to a file.
fn end_of(file: &mut std::fs::File) -> std::io::Result<String> {
    let length = file.metadata()?.len();
    file.seek(std::io::SeekFrom::Start(length.saturating_sub(KEPT)))?;
    let mut bytes = Vec::new();
    file.take(KEPT).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// The names that a command mentions as `$NAME` or `${NAME…`: those of the secrets that it is given.
pub fn mentioned(command: &str) -> Vec<&str> {
    let names = command.split('$').skip(1).map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    });
    names.filter(|name| secrets::is_key(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::mentioned;

    #[test]
    fn what_a_command_mentions() {
        let cases: [(&str, &[&str]); 4] = [
            ("curl -d @- $HOOK", &["HOOK"]),
            ("curl \"${A}/x\" ${B:-none} $1 $$ $(date) $", &["A", "B"]),
            ("mail ops", &[]),
            ("echo $A$B", &["A", "B"]),
        ];
        for (command, names) in cases {
            assert_eq!(mentioned(command), names, "{command}");
        }
    }
}
