//! Groups: members in order, what a failure does, who may run one, and what is left of a dead one.

use super::support::{ENDLESS, Signal, World, until};
use serde_json::Value;

/// A group `nightly` of modules `one`, `two` and `three`, of which `two` can be made to fail, or to go on for ever.
fn world() -> World {
    let world = World::new();
    world.with_sqlite("src", "CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1), (2)");
    // Each a destination of its own, as SQLite has one writer a file.
    for (name, dest) in [("one", "a"), ("two", "b"), ("three", "c")] {
        world.with_sqlite(dest, "CREATE TABLE t (id INTEGER)");
        world.module(name, "src", dest, "t", "full", "SELECT id FROM t");
    }
    world.call("group add nightly --members one,two,three").ok();
    world
}

fn break_two(world: &World) {
    world.call("module edit two --query 'SELECT nix FROM t'").ok();
}

fn hold_two(world: &World) {
    world.args(&["module", "edit", "two", "--query", &format!("SELECT i FROM ({ENDLESS})")]).ok();
}

fn until_two_runs(world: &World) {
    until("two is in its transfer", || {
        world.own("SELECT count(*) FROM run_log WHERE module_name = 'two' AND status = 'running'") == "1"
    });
}

/// The members of a group run: name, status, and whether there is a run of it.
fn members(world: &World, id: i64) -> Vec<(String, String, bool)> {
    let run = world.json(&format!("group runs --id {id}"));
    let text = |m: &Value, key: &str| m[key].as_str().unwrap().to_owned();
    let members = run["members"].as_array().unwrap();
    members.iter().map(|m| (text(m, "module_name"), text(m, "status"), m["run_id"].is_i64())).collect()
}

fn is(name: &str, status: &str, ran: bool) -> (String, String, bool) {
    (name.to_owned(), status.to_owned(), ran)
}

/// How a group run stands, and why.
fn verdict(world: &World, id: i64) -> (String, String) {
    let run = world.json(&format!("group runs --id {id}"));
    (run["status"].as_str().unwrap().to_owned(), run["reason"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_group_runs_in_order_and_goes_on_past_failures() {
    let world = world();
    world.call("group run nightly").ok().prints("nightly  success  3 modules  6 rows");
    assert_eq!(
        members(&world, 1),
        [is("one", "success", true), is("two", "success", true), is("three", "success", true)]
    );
    assert_eq!(
        world.own("SELECT group_concat(module_name) FROM (SELECT module_name FROM run_log ORDER BY id)"),
        "'one,two,three'"
    );
    assert_eq!(world.own("SELECT DISTINCT group_run_id, triggered_by FROM run_log"), "1|'manual'");
    break_two(&world);
    world.call("module disable one").ok();
    world.call("group run nightly").code(1).says("1 of 3 failed: two").says("group runs --id 2");
    assert_eq!(
        members(&world, 2),
        [is("one", "skipped", false), is("two", "error", true), is("three", "success", true)]
    );
    world.call("log --group nightly --json").ok();
    let all = world.json("group runs nightly");
    assert_eq!((&all[0]["id"], &all[0]["status"], &all[1]["status"]), (&2.into(), &"error".into(), &"success".into()));
}

#[test]
fn one_that_stops_on_a_failure_skips_the_rest() {
    let world = world();
    break_two(&world);
    world.call("group edit nightly --stop-on-failure").ok();
    world.call("group run nightly").code(1).says("two failed, and the group stops on a failure");
    assert_eq!(
        members(&world, 1),
        [is("one", "success", true), is("two", "error", true), is("three", "skipped", false)]
    );
}

/// A member that runs elsewhere counts as a failure, with the reason.
#[test]
fn a_locked_member_is_an_error() {
    let world = world();
    hold_two(&world);
    let run = world.start("run two");
    world.until_in("transfer");
    world.call("group run nightly").code(1).says("module two is already running").says("1 of 3 failed: two");
    assert_eq!(
        members(&world, 1),
        [is("one", "success", true), is("two", "error", false), is("three", "success", true)]
    );
    run.signal(Signal::INT);
    run.wait().code(130);
}

#[test]
fn a_dry_run_moves_nothing() {
    let world = world();
    world.call("group run nightly --dry-run").ok().prints("Merge SQL");
    assert_eq!(verdict(&world, 1).0, "dry_run");
    assert_eq!(world.rows("a", "SELECT * FROM t"), [""; 0]);
}

/// Never 2: one process runs a group, others exit 3. It is stopped by its own command, or by Ctrl-C.
#[test]
fn one_runs_it_and_it_can_be_stopped() {
    for by_command in [true, false] {
        let world = world();
        hold_two(&world);
        if !by_command {
            world.call("group member remove nightly three").ok();
        }
        let run = world.start("group run nightly");
        until_two_runs(&world);
        world
            .call("group run nightly")
            .fails(3, "group nightly is already running: group run 1 since")
            .says("group cancel nightly");
        world.call("group remove nightly").fails(1, "is running");
        world.call("group show nightly").ok().prints("Group run 1");
        if by_command {
            world.call("group cancel nightly").ok().prints("cancelled group nightly");
        } else {
            run.signal(Signal::INT);
        }
        run.wait().code(130);
        let mut expected = vec![is("one", "success", true), is("two", "cancelled", true)];
        expected.extend(by_command.then(|| is("three", "skipped", false)));
        assert_eq!(members(&world, 1), expected);
        assert_eq!(verdict(&world, 1), ("cancelled".to_owned(), "the group run was cancelled".to_owned()));
        world.until_quiet();
        world.call("module edit two --query 'SELECT id FROM t'").ok();
        world.call("group run nightly").ok();
        world.call("group cancel nightly").fails(1, "is not running");
    }
}

/// Never 3: a group whose process was killed is settled by whoever looks, and runs again.
#[test]
fn a_dead_group_run_is_settled() {
    let world = world();
    hold_two(&world);
    let run = world.start("group run nightly");
    until_two_runs(&world);
    run.signal(Signal::KILL);
    run.wait();
    world.until_quiet();
    world.call("status").ok();
    let (status, reason) = verdict(&world, 1);
    assert_eq!(status, "error");
    assert!(reason.contains("its process ended") && reason.contains("2 of 3 members had begun"), "{reason}");
    assert_eq!(
        members(&world, 1),
        [is("one", "success", true), is("two", "error", true), is("three", "skipped", false)]
    );
    world.call("module edit two --query 'SELECT id FROM t'").ok();
    world.call("group run nightly").ok();
    assert_eq!(verdict(&world, 2).0, "success");
}

#[test]
fn members_have_places() {
    let world = world();
    let order = || {
        let group = world.json("group show nightly");
        let members = group["group_members"].as_array().unwrap().clone();
        members.iter().map(|m| m["module"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(order(), "one two three");
    world.call("group member add nightly three --order 0").ok().prints("number 1 of 3");
    world
        .call("group member add nightly three --order 0")
        .ok()
        .prints("number 1 of 3 in group nightly, where it was already");
    assert_eq!(order(), "three one two");
    world.call("group member add nightly three").ok().prints("number 3 of 3 in group nightly: from place 0 to place");
    world.call("group member remove nightly two").ok();
    assert_eq!(order(), "one three");
    world.call("group member remove nightly two").fails(4, "module two is not in group nightly");
    world.call("group edit nightly --members three,one --rename weekly").ok();
    world.call("group member list weekly").ok().prints("three");
    world.call("group show nightly").fails(4, "there is no group nightly");
    world.refuses("group edit weekly --members one,one", 2, "module one is in group weekly twice");
    world.refuses("group add other --rename another", 2, "--rename");
    world.refuses("group add weekly", 1, "there is a group weekly already");
    world.refuses("group add Weekly", 2, "`weekly` would do");
    world.refuses("group member add weekly nix", 4, "there is no module nix");
    world.call("schedule add weekly @daily").ok();
    world.call("group remove weekly").fails(1, "group weekly has 1 schedule(s)").says("--force");
    world.call("group remove weekly --force").ok();
    assert_eq!(world.own("SELECT count(*) FROM schedule"), "0");
    assert_eq!(world.own("SELECT count(*) FROM module"), "3");
}

#[test]
fn a_group_of_nothing_says_so() {
    let world = world();
    world.call("group add empty").ok();
    world.call("group run empty").ok().says("it has no members");
    for name in ["one", "two", "three"] {
        world.args(&["module", "disable", name]).ok();
    }
    world.call("group run nightly").ok().says("all its members are disabled");
}
