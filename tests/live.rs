//! What a terminal shows of what goes on.

use super::support::{ENDLESS, World};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::process::Stdio;

const COLUMNS: usize = 60;

/// Runs a command on a terminal until its line has moved a few times, types Ctrl-C, and gives all that was written.
fn watched(world: &World, line: &str) -> String {
    let start = format!("exec script -qec \"stty cols {COLUMNS} rows 20; exec $0 {line}\" /dev/null");
    let mut command = world.command_under(&["sh", "-c", &start]);
    command.env("TERM", "xterm").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut written = Vec::new();
    let mut piece = [0; 4096];
    let mut typed = false;
    loop {
        let n = child.stdout.as_mut().unwrap().read(&mut piece).unwrap();
        if n == 0 {
            break;
        }
        written.extend_from_slice(&piece[..n]);
        if !typed && times(&String::from_utf8_lossy(&written)).len() >= 4 {
            child.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
            typed = true;
        }
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
    String::from_utf8(written).unwrap()
}

/// How long the line said that the transfer goes on.
fn times(written: &str) -> BTreeSet<&str> {
    written
        .split("\u{1b}[2K")
        .filter_map(|line| line.split_once("orders")?.1.trim().split_once("  transfer"))
        .map(|(time, _)| time)
        .collect()
}

/// A terminal writes `^C` where the cursor stands: at the end of a full line it would go on to the next, and leave a
/// line that nobody clears.
#[test]
fn a_line_moves_without_news_and_leaves_room_for_ctrl_c() {
    let world = World::erp();
    let strategy = "full --timeout-s 30";
    world.module("orders", "erp", "dw", "orders", strategy, &ENDLESS.replace(", 'x', i FROM", ", 'x' FROM"));
    world.module("more", "erp", "dw", "orders", strategy, "SELECT * FROM orders");
    world.call("group add nightly --members orders,more").ok();
    for (line, last) in [("run orders", "nothing was merged"), ("group run nightly", "shows each")] {
        let written = watched(&world, line);
        assert!(written.contains("^C") && written.trim_end().ends_with(last), "{line}: {written:?}");
        let (shown, _) = written.split_once("^C").unwrap();
        let long = shown.split(['\r', '\n', '\u{1b}']).find(|text| text.chars().count() > COLUMNS - 4);
        assert_eq!(long, None, "{line}: {written:?}");
    }
}
