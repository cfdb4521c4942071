//! Groups whose members run side by side: places as barriers, how many at once, limits of connections, and how such a
//! group run is stopped, cancelled and settled.

use super::support::{Running, Signal, World, kill, until};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

/// Modules `one` to `four`, each with a source's table of two rows and a destination of its own: `a` to `d`.
fn world() -> World {
    let world = World::new();
    world.with_sqlite("src", "CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1), (2)");
    for (name, dest) in [("one", "a"), ("two", "b"), ("three", "c"), ("four", "d")] {
        world.with_sqlite(dest, "CREATE TABLE t (id INTEGER)");
        world.module(name, "src", dest, "t", "full", "SELECT id FROM t");
    }
    world
}

/// Keeps the module that loads into this file waiting for its lock, for as long as this lives.
fn hold(world: &World, dest: &str) -> rusqlite::Connection {
    let conn = world.sqlite(&format!("{dest}.db"));
    conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    conn
}

/// Which modules run, by the log.
fn running(world: &World) -> String {
    world.own("SELECT coalesce(group_concat(module_name, ' ' ORDER BY module_name), '') FROM run_log WHERE status = 'running'")
}

#[track_caller]
fn until_running(world: &World, modules: &str) {
    until(&format!("these run: {modules}"), || running(world) == format!("'{modules}'"));
}

/// Looks for a while that these run, and no others.
#[track_caller]
fn stay_running(world: &World, modules: &str) {
    until_running(world, modules);
    for _ in 0..8 {
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(running(world), format!("'{modules}'"));
    }
}

/// How the members of a group run stand.
fn members(world: &World, id: i64) -> String {
    let run = world.json(&format!("group runs --id {id}"));
    let text = |m: &Value| format!("{} {}", m["module_name"].as_str().unwrap(), m["status"].as_str().unwrap());
    run["members"].as_array().unwrap().iter().map(text).collect::<Vec<_>>().join(", ")
}

fn reason(world: &World, id: i64) -> String {
    world.json(&format!("group runs --id {id}"))["reason"].as_str().unwrap_or_default().to_owned()
}

/// The most runs that the log says went on at one moment, of those modules.
fn at_once(world: &World, modules: &str) -> String {
    world.own(&format!(
        "SELECT max(n) FROM (SELECT (SELECT count(*) FROM run_log b WHERE b.module_name IN ({modules})
           AND b.started_at <= a.started_at AND b.finished_at > a.started_at) AS n
         FROM run_log a WHERE a.module_name IN ({modules}))"
    ))
}

#[test]
fn those_of_one_place_run_side_by_side_and_the_next_wait_for_the_last_of_them() {
    let world = world();
    world.call("group add nightly --members one+two,three+four --max-parallel 3").ok();
    let (a, b) = (hold(&world, "a"), hold(&world, "b"));
    let run = world.start("group run nightly");
    stay_running(&world, "one two");
    drop(a);
    stay_running(&world, "two");
    drop(b);
    run.wait().ok().prints("nightly  success  4 modules  8 rows");
    assert_eq!(members(&world, 1), "one success, two success, three success, four success");
    let late = "SELECT count(*) FROM run_log x JOIN run_log y ON x.finished_at > y.started_at
                WHERE x.module_name IN ('one', 'two') AND y.module_name IN ('three', 'four')";
    assert_eq!(world.own(late), "0");
    let orders = world.json("group runs --id 1")["members"].as_array().unwrap().clone();
    let orders: Vec<&Value> = orders.iter().map(|m| &m["run_order"]).collect();
    assert_eq!(orders, [1, 1, 2, 2]);
}

#[test]
fn no_more_run_at_once_than_the_group_says() {
    let world = world();
    world.call("group add nightly --members one+two+three+four --max-parallel 2").ok();
    let held = ["a", "b", "c", "d"].map(|dest| hold(&world, dest));
    let run = world.start("group run nightly");
    stay_running(&world, "one two");
    drop(held);
    run.wait().ok();
    assert_eq!(at_once(&world, "'one', 'two', 'three', 'four'"), "2");
    // Without the option they come one after the other, whatever their places.
    world.call("group edit nightly --max-parallel 1").ok();
    let held = hold(&world, "a");
    let run = world.start("group run nightly");
    stay_running(&world, "one");
    drop(held);
    run.wait().ok();
}

/// The limit of a connection holds for the members of all groups, in whatever process they run. Those that don't use
/// the connection pass by.
#[test]
fn no_more_use_a_connection_at_once_than_it_allows() {
    let world = world();
    world.with_sqlite("far", "CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1)");
    for name in ["one", "two", "three"] {
        world.args(&["module", "edit", name, "--source", "far"]).ok();
    }
    world.call("connection edit far --max-runs 1").ok();
    world.call("connection show far").ok().prints("at most 1 of groups");
    world.call("group add nightly --members one+two+four --max-parallel 3").ok();
    world.call("group add weekly --members three").ok();
    let held = ["a", "b", "c", "d"].map(|dest| hold(&world, dest));
    let nightly = world.start("group run nightly");
    stay_running(&world, "four one");
    let weekly = world.start("group run weekly");
    let waits = "SELECT group_concat(module_name, ' ' ORDER BY module_name) FROM group_run_member
                 WHERE status = 'waiting' AND reason LIKE 'connection far has no room%'";
    until("two and three wait for the connection", || world.own(waits) == "'three two'");
    stay_running(&world, "four one");
    drop(held);
    nightly.wait().ok();
    weekly.wait().ok();
    assert_eq!(at_once(&world, "'one', 'two', 'three'"), "1");
    // A run by hand does not wait.
    let held = hold(&world, "c");
    let weekly = world.start("group run weekly");
    until_running(&world, "three");
    world.call("run one").ok();
    drop(held);
    weekly.wait().ok();
    // A destination is limited too.
    world.call("connection edit far --max-runs none").ok();
    world.call("connection edit a --max-runs 1").ok();
    world.call("module edit two --dest a").ok();
    let held = hold(&world, "a");
    let nightly = world.start("group run nightly");
    let done = "SELECT count(*) FROM run_log WHERE module_name = 'four' AND status = 'success'";
    until("four is done, the second time", || world.own(done) == "2");
    stay_running(&world, "one");
    drop(held);
    nightly.wait().ok();
}

/// A file has one writer: those of all groups that load into it take turns, where it does not say otherwise, and those
/// that only read it don't.
#[test]
fn those_that_load_into_one_sqlite_file_take_turns() {
    let world = world();
    world.call("connection show a").ok().prints("one of groups loads into it");
    world.sqlite("a.db").execute_batch("CREATE TABLE u (id INTEGER)").unwrap();
    world.call("module edit two --dest a --table u").ok();
    world.call("module edit three --source a --query 'SELECT 1'").ok();
    world.call("group add nightly --members one+two+three --max-parallel 3").ok();
    world.call("group add weekly --members two+four --max-parallel 2").ok();
    let held = ["a", "c", "d"].map(|dest| hold(&world, dest));
    let nightly = world.start("group run nightly");
    stay_running(&world, "one three");
    let weekly = world.start("group run weekly");
    stay_running(&world, "four one three");
    let waits = "SELECT count(*) FROM group_run_member
                 WHERE module_name = 'two' AND status = 'waiting' AND reason LIKE 'another run loads into a, and an SQLite file%'";
    assert_eq!(world.own(waits), "2");
    drop(held);
    nightly.wait().ok();
    weekly.wait().ok();
    assert_eq!(at_once(&world, "'one', 'two'"), "1");
    world.call("connection edit a --max-runs 2").ok();
    let held = hold(&world, "a");
    let nightly = world.start("group run nightly");
    until_running(&world, "one two");
    drop(held);
    nightly.wait().ok();
}

/// Those that run come to their end; nobody else begins.
#[test]
fn a_failure_stops_what_has_not_begun() {
    let world = world();
    world.call("group add nightly --members one+two+three,four --max-parallel 2 --stop-on-failure").ok();
    world.call("module edit two --query 'SELECT nix FROM t'").ok();
    let held = hold(&world, "a");
    let run = world.start("group run nightly");
    until("two has failed", || world.own("SELECT status FROM run_log WHERE module_name = 'two'") == "'error'");
    stay_running(&world, "one");
    drop(held);
    run.wait().code(1).says("two failed, and the group stops on a failure");
    assert_eq!(members(&world, 1), "one success, two error, three skipped, four skipped");
    // Else they go on past it, over the end of the place.
    world.call("group edit nightly --stop-on-failure false").ok();
    world.call("group run nightly").code(1).says("1 of 4 failed: two");
    assert_eq!(members(&world, 2), "one success, two error, three success, four success");
}

/// All that run are cancelled, by the command or by Ctrl-C.
#[test]
fn a_cancelled_group_ends_all_that_run() {
    for by_command in [true, false] {
        let world = world();
        world.call("group add nightly --members one+two+three,four --max-parallel 2").ok();
        let _held = ["a", "b", "c"].map(|dest| hold(&world, dest));
        let run = world.start("group run nightly");
        until_running(&world, "one two");
        world.call("group show nightly").ok().prints("up to 2").prints("Group run 1");
        if by_command {
            world.call("group cancel nightly").ok().prints("cancelled group nightly");
        } else {
            run.signal(Signal::INT);
        }
        run.wait_no_longer_than(Duration::from_secs(25)).code(130);
        assert_eq!(members(&world, 1), "one cancelled, two cancelled, three skipped, four skipped");
        assert_eq!(reason(&world, 1), "the group run was cancelled");
        world.until_quiet();
    }
}

/// Never 3: of a group whose process was killed all members that ran are settled, and the group, by whoever looks.
#[test]
fn a_dead_group_run_is_settled_with_all_that_ran() {
    let world = world();
    world.call("group add nightly --members one+two,three --max-parallel 2").ok();
    let held = ["a", "b"].map(|dest| hold(&world, dest));
    let run = world.start("group run nightly");
    until_running(&world, "one two");
    run.signal(Signal::KILL);
    run.wait();
    drop(held);
    world.until_quiet();
    world.call("status").ok();
    assert_eq!(members(&world, 1), "one error, two error, three skipped");
    assert!(reason(&world, 1).contains("2 of 3 members had begun"), "{}", reason(&world, 1));
    world.call("group run nightly").ok();
    assert_eq!(members(&world, 2), "one success, two success, three success");
}

/// Never 3: a member whose run was not written down yet when the group's process died does not run for ever.
#[test]
fn a_member_that_had_not_begun_is_settled_too() {
    let world = world();
    world.call("group add nightly --members one+two --max-parallel 2").ok();
    let dead = "INSERT INTO group_run (group_id, group_name, started_at, status)
                VALUES (1, 'nightly', '2026-01-02T03:04:05.000Z', 'running');
                INSERT INTO group_run_member (group_run_id, module_id, module_name, run_order, status)
                VALUES (1, 1, 'one', 1, 'running'), (1, 2, 'two', 1, 'waiting')";
    world.sqlite("pipekit.db").execute_batch(dead).unwrap();
    world.call("status").ok();
    assert_eq!(members(&world, 1), "one skipped, two skipped");
    assert!(reason(&world, 1).contains("0 of 2 members had begun"), "{}", reason(&world, 1));
}

/// Never 3: what a killed group run leaves behind is part of it for as long as it lives: no other begins beside it.
#[test]
fn a_dead_group_run_lives_as_long_as_what_runs_its_members() {
    // Else the system ends a stopped process whose parent dies: it belongs to nobody's session then.
    rustix::process::set_child_subreaper(Some(rustix::process::getpid())).unwrap();
    let world = world();
    world.call("group add nightly --members one+two --max-parallel 2").ok();
    let held = ["a", "b"].map(|dest| hold(&world, dest));
    let run = world.start("group run nightly");
    until_running(&world, "one two");
    let sessions = || world.processes().into_iter().filter(|(_, line)| line.contains("--session"));
    until("each has its session", || sessions().count() == 2);
    let left: Vec<u32> = sessions().map(|(pid, _)| pid).collect();
    left.iter().for_each(|pid| kill(*pid, Signal::STOP));
    run.signal(Signal::KILL);
    run.wait();
    world.call("group run nightly").fails(3, "group nightly is already running: group run 1");
    assert_eq!(world.json("group runs nightly")[0]["status"], "running");
    left.iter().for_each(|pid| kill(*pid, Signal::CONT));
    drop(held);
    world.call("group run nightly").ok();
    assert_eq!(members(&world, 2), "one success, two success");
}

/// A member that a colleague runs is an error, and is none of the group's: it is not cancelled with it.
#[test]
fn a_member_that_runs_elsewhere_fails_and_lives_on() {
    let world = world();
    world.call("group add nightly --members one+two --max-parallel 2").ok();
    world.call("group add weekly --members two+three --max-parallel 2").ok();
    world.call("connection edit b --max-runs 2").ok();
    let (_b, c) = (hold(&world, "b"), hold(&world, "c"));
    let nightly = world.start("group run nightly");
    until("one is done", || world.own("SELECT status FROM run_log WHERE module_name = 'one'") == "'success'");
    until_running(&world, "two");
    let weekly = world.start("group run weekly");
    until_running(&world, "three two");
    until("two is refused", || members(&world, 2) == "two error, three running");
    world.call("group cancel weekly").ok();
    weekly.wait().code(130);
    assert_eq!(members(&world, 2), "two error, three cancelled");
    stay_running(&world, "two");
    // By a run of the module alone.
    drop(c);
    let more: Running = world.start("group run weekly");
    more.wait().code(1).says("module two is already running").says("1 of 2 failed: two");
    assert_eq!(members(&world, 3), "two error, three success");
    drop(_b);
    nightly.wait().ok();
}

/// A terminal shows a line for each that runs, which all move.
#[test]
fn each_that_runs_has_its_line() {
    let world = world();
    world.call("group add nightly --members one+two,three --max-parallel 2").ok();
    let held = ["a", "b"].map(|dest| hold(&world, dest));
    let mut command = world.command_under(&[
        "sh",
        "-c",
        "exec script -qec \"stty cols 60 rows 20; exec $0 group run nightly\" /dev/null",
    ]);
    let out = std::fs::File::create(world.path("out")).unwrap();
    let mut child = command.env("TERM", "xterm").stdin(Stdio::piped()).stdout(out).spawn().unwrap();
    let shown = || std::fs::read_to_string(world.path("out")).unwrap();
    // A picture is three lines: what one and two do and how long, and that three waits.
    let pictures = || {
        let text = shown();
        let lines: Vec<&str> = text.lines().collect();
        let staging = |line: &str, name: &str| line.contains(name) && line.ends_with("s  staging");
        let all = lines
            .windows(3)
            .filter(|l| staging(l[0], " one ") && staging(l[1], " two ") && l[2].contains(" three  waiting"));
        all.map(|l| l[1].to_owned()).collect::<BTreeSet<_>>().len()
    };
    until("both lines move", || pictures() >= 3);
    drop(held);
    assert!(child.wait().unwrap().success());
    assert!(shown().contains("3 modules"), "{}", shown());
}

#[test]
fn a_dry_run_shows_all_of_them() {
    let world = world();
    world.call("group add nightly --members one+two+three --max-parallel 3").ok();
    let shown = world.call("group run nightly --dry-run").ok().stdout();
    assert_eq!(shown.matches("Merge SQL").count(), 3, "{shown}");
    assert_eq!(members(&world, 1), "one dry_run, two dry_run, three dry_run");
    assert_eq!(world.rows("a", "SELECT * FROM t"), [""; 0]);
}

#[test]
fn places_are_part_of_the_definition() {
    let world = world();
    world.call("group add nightly --members one,two").ok();
    world.call("export defs").ok();
    let text = || std::fs::read_to_string(world.path("defs/groups/nightly.toml")).unwrap();
    let plain = "name = \"nightly\"\nstop_on_failure = false\nmembers = [\n    \"one\",\n    \"two\",\n]\n";
    assert_eq!(text(), plain);
    world.call("group edit nightly --max-parallel 4").ok().says("each member has a place of its own");
    let edited = world.call("group edit nightly --members one+two,three,four --max-parallel 2").ok();
    assert!(!edited.stderr().contains("place of its own"));
    world.call("connection edit src --max-runs 2").ok();
    world.call("export defs").ok();
    assert_eq!(
        text(),
        "name = \"nightly\"\nstop_on_failure = false\nmax_parallel = 2\nmembers = [\n    [\"one\", \"two\"],\n    \"three\",\n    \"four\",\n]\n"
    );
    let src = std::fs::read_to_string(world.path("defs/connections/src.toml")).unwrap();
    assert!(src.ends_with("max_runs = 2\n"), "{src}");
    // They come back, and the same again is no change.
    world.call("group remove nightly").ok();
    world.call("connection edit src --max-runs none").ok();
    world.call("apply defs").ok().prints("+ group nightly").prints("~ connection src");
    assert_eq!(world.call("apply defs").ok().stdout(), "nothing to change\n");
    let orders = "SELECT group_concat(run_order, ' ' ORDER BY id) FROM group_member";
    assert_eq!(world.own(orders), "'1 1 2 3'");
    assert_eq!(world.json("group show nightly")["max_parallel"], 2);
    assert_eq!(world.json("connection show src")["max_runs"], 2);
    // A place can be shared by its number too.
    world.call("group member add nightly three --order 1").ok();
    world.call("export defs").ok();
    assert!(text().contains("    [\"one\", \"two\", \"three\"],\n    \"four\",\n"), "{}", text());
    std::fs::write(world.path("defs/groups/nightly.toml"), plain.replace("\"two\",", "[\"two\", \"one\"],")).unwrap();
    world.refuses("apply defs", 2, "module one is in group nightly twice");
    std::fs::write(world.path("defs/groups/nightly.toml"), plain.replace("\"two\",", "[],")).unwrap();
    world.refuses("apply defs", 2, "a place among the members of group nightly is empty");
    for n in ["0", "-1", "101"] {
        world.refuses(&format!("group edit nightly --max-parallel {n}"), 2, "must be from 1 to 100");
        world.refuses(&format!("connection edit src --max-runs={n}"), 2, "must be from 1 to 100");
    }
    assert_eq!(world.json("group list")[0]["members"], json!(4));
}
