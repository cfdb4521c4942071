//! The recording in the README shows what the program still prints. Where it does not: `tests/recording.sh`.

use super::readme::masked;
use super::support::{World, project};
use std::process::{Command, Stdio};

/// How wide the terminal is, as `tests/support/recording.py` has it.
const COLUMNS: u16 = 92;

/// A command behind a prompt, as a word of a shell.
fn quoted(command: &str) -> String {
    format!("'$ {}'", command.replace('\'', r"'\''"))
}

/// The lines of text of an SVG.
fn lines(svg: &str) -> Vec<String> {
    let texts = svg.lines().filter(|line| line.starts_with("<text "));
    let plain = |line: &str| {
        let mut out = String::new();
        for part in line.split('<') {
            out.push_str(part.split_once('>').map_or("", |(_, text)| text));
        }
        out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    };
    texts.map(plain).collect()
}

#[test]
fn the_recording_shows_what_the_program_prints() {
    let svg = std::fs::read_to_string(project().join("docs/demo.svg")).unwrap();
    assert!(svg.len() < 60_000, "{} bytes are too many for a README", svg.len());
    let world = World::bare();
    world.call("--quiet demo").ok();
    let shown = lines(&svg);
    let remarks = |line: &&String| !line.starts_with("# ");
    let commands: Vec<&str> = shown.iter().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert!(commands.len() > 3, "{shown:?}");
    // In a terminal as wide, but what is said on standard error comes through a file: a progress line is no part of it.
    let typed = commands.iter().map(|command| format!("echo {}\n{command} 2>said; cat said\n", quoted(command)));
    world.file("typed", &format!("stty cols {COLUMNS} rows 60\n{}", typed.collect::<String>()));
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_pipekit")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut script = Command::new("script");
    script.args(["--quiet", "--command", "bash ../typed", "/dev/null"]).stdin(Stdio::null()).env_clear();
    script.envs([("PATH", &*path), ("TZ", "UTC"), ("TERM", "xterm"), ("NO_COLOR", "1")]);
    script.env("HOME", world.path("")).env("PIPEKIT_DB", world.path("pipekit-demo/pipekit.db"));
    let output = script.current_dir(world.path("pipekit-demo")).output().unwrap();
    let printed: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    let whole = |lines: Vec<&String>| {
        lines.into_iter().map(|line| masked(line.trim_end())).filter(|l| !l.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(
        whole(shown.iter().filter(remarks).collect()),
        whole(printed.iter().collect()),
        "docs/demo.svg is stale: tests/recording.sh makes it anew"
    );
}
