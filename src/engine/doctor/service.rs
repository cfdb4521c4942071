//! The service, where systemd runs and has one.

use super::Checks;
use crate::runner::process;
use std::io::{Read, Seek};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long systemd may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Looks at the state of `pipekit.service`. On a machine without systemd, or without that unit, there is nothing to say.
pub fn check(out: &mut Checks) {
    // sd_booted(3).
    if !Path::new("/run/systemd/system").is_dir() {
        return;
    }
    let said = match ask() {
        Ok(said) => said,
        Err(e) => return out.note("pipekit.service", format!("systemd does not say how it is: {e}")),
    };
    let value = |key: &str| said.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).unwrap_or_default();
    let enabled = value("UnitFileState") == "enabled";
    match (value("LoadState"), value("ActiveState")) {
        ("loaded", "active" | "reloading") if enabled => {
            out.ok("pipekit.service", "it runs, and begins with the machine")
        }
        ("loaded", "active" | "reloading") => out.warning(
            "pipekit.service",
            "it runs, and does not begin with the machine",
            "`systemctl enable pipekit` as root",
        ),
        ("loaded", "failed") => out.error(
            "pipekit.service",
            format!("it failed ({})", value("Result")),
            "`journalctl -u pipekit -n 50` says why; `systemctl restart pipekit` as root",
        ),
        ("loaded", state) => out.warning(
            "pipekit.service",
            format!("it does not run ({state})"),
            "`systemctl enable --now pipekit` as root, unless `pipekit tick` is called by cron or a timer",
        ),
        _ => {}
    }
}

/// The properties of the unit, `KEY=VALUE` a line (systemctl(1), `show`).
fn ask() -> std::io::Result<String> {
    let mut output = tempfile::tempfile()?;
    let mut command = Command::new("systemctl");
    command.args(["show", "pipekit.service", "--property=LoadState,ActiveState,UnitFileState,Result"]);
    command.process_group(0).stdin(Stdio::null()).stdout(output.try_clone()?).stderr(Stdio::null());
    process::wait_within(&mut command.spawn()?, PATIENCE)?;
    let mut said = String::new();
    output.rewind()?;
    output.read_to_string(&mut said)?;
    Ok(said)
}
