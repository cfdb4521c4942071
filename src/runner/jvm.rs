//! The Java virtual machine: where it is, which version, and whether it loads a class.

use super::process;
use std::io::{Read, Seek};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long a JVM may take to start and to load one class.
const PATIENCE: Duration = Duration::from_secs(20);

/// The JVM that a start script of Gradle's would take: `$JAVA_HOME`'s, or the one in `$PATH`.
///
/// # Errors
/// Why there is none, in words.
pub fn find() -> Result<PathBuf, String> {
    let java = match std::env::var_os("JAVA_HOME").filter(|home| !home.is_empty()) {
        Some(home) => PathBuf::from(home).join("bin/java"),
        None => which::which("java").map_err(|_| "there is no java in $PATH".to_owned())?,
    };
    if !java.is_file() {
        return Err(format!("there is no {}", java.display()));
    }
    Ok(java)
}

/// The version that a JVM says it is, such as `17.0.13` or `1.8.0_292`.
///
/// # Errors
/// What is wrong with it, in words.
pub fn version(java: &Path) -> Result<String, String> {
    let said = run(java, &["-version"])?.1;
    // JDK tool specifications, `java -version`: `openjdk version "17.0.13" 2024-10-15`.
    let quoted = said.split('"').nth(1).filter(|version| version.starts_with(|c: char| c.is_ascii_digit()));
    quoted.map(str::to_owned).ok_or_else(|| format!("{} says no version: {}", java.display(), first(&said)))
}

/// Why a class could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is in none of the jars.
    Missing,
    /// It is of a newer Java, needs a class that is missing, or the like: what the JVM says.
    Broken(String),
}

/// Loads a class in a JVM of that version. Its `main`, should it have one, is not run where the JVM can do without.
///
/// # Errors
/// Why it can't be loaded.
pub fn load(java: &Path, version: &str, class_path: &str, class: &str) -> Result<(), Refused> {
    let small = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Duser.language=en"];
    let mut arguments = small.to_vec();
    // JDK tool specifications, `java --dry-run`: loads the main class and ends. Java 8 has no such option.
    if !version.starts_with("1.") {
        arguments.push("--dry-run");
    }
    arguments.extend(["-classpath", class_path, class]);
    let (ended_well, said) = run(java, &arguments).map_err(Refused::Broken)?;
    // A driver has no `main` as a rule, which is seen when it has been loaded.
    if ended_well || said.contains("ain method") || said.contains("Exception in thread \"main\"") {
        return Ok(());
    }
    let cause = said
        .lines()
        .map(str::trim)
        .find(|line| line.contains("Exception:") || line.contains("Error:") && !line.starts_with("Error:"));
    match cause {
        Some(cause) if cause.contains("ClassNotFoundException") && cause.ends_with(class) => Err(Refused::Missing),
        Some(cause) => Err(Refused::Broken(cause.trim_start_matches("Caused by: ").to_owned())),
        None => Err(Refused::Broken(first(&said))),
    }
}

/// Runs a JVM, and gives whether it ended well, and what it printed.
fn run(java: &Path, arguments: &[&str]) -> Result<(bool, String), String> {
    let fail = |e: std::io::Error| format!("can't run {}: {e}", java.display());
    let mut output = tempfile::tempfile().map_err(fail)?;
    let mut command = Command::new(java);
    command.args(arguments).env_clear().env("LANG", "C.UTF-8").process_group(0);
    command.stdin(Stdio::null()).stdout(output.try_clone().map_err(fail)?);
    command.stderr(output.try_clone().map_err(fail)?);
    let mut child = command.spawn().map_err(fail)?;
    let Some(status) = process::wait_within(&mut child, PATIENCE).map_err(fail)? else {
        return Err(format!("{} did not end within {} s", java.display(), PATIENCE.as_secs()));
    };
    let mut said = Vec::new();
    output.rewind().and_then(|()| output.take(1 << 16).read_to_end(&mut said)).map_err(fail)?;
    Ok((status.success(), String::from_utf8_lossy(&said).into_owned()))
}

fn first(said: &str) -> String {
    said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("nothing").to_owned()
}
