//! `why`: each reason for which a thing did not run is planted, and named.

use super::support::{ENDLESS, Signal, World};

/// A module `one`, and how `why` names its reasons: their codes, and what it says.
fn world() -> World {
    let world = World::new();
    world.with_sqlite("src", "CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1)");
    world.with_sqlite("dst", "CREATE TABLE a (id INTEGER)");
    world.module("one", "src", "dst", "a", "full", "SELECT id FROM t");
    world
}

#[track_caller]
fn says(world: &World, name: &str, code: &str, text: &str) {
    let document = world.json(&format!("why {name}"));
    let reasons = document[0]["reasons"].as_array().unwrap();
    let found = reasons.iter().any(|r| r["code"] == code && r["reason"].as_str().unwrap().contains(text));
    assert!(found, "no reason {code:?} with {text:?} in {document:#}");
    world.call(&format!("why {name}")).ok().prints(text).prints("next: pipekit ");
}

#[test]
fn each_reason_that_a_module_did_not_run_is_named() {
    let mut world = world();
    says(&world, "one", "never_ran", "it has never run");
    says(&world, "one", "no_group", "it is in no group");
    world.call("module disable one").ok();
    says(&world, "one", "disabled", "it is disabled");
    world.call("group add g --members one").ok();
    says(&world, "one", "no_schedule", "group g has no schedule");
    world.call("group run g").ok();
    says(&world, "one", "skipped", "group run 1 of g left it out: it is disabled");
    world.call("module enable one").ok();
    world.set("PIPEKIT_CLOCK", "2026-03-10T08:00:30Z");
    world.call("schedule add g '0 * * * *' --timezone UTC").ok();
    says(&world, "one", "not_due", "group g is due next at Tue 2026-03-10 09:00 UTC, by schedule 1 (0 * * * *)");
    world.set("PIPEKIT_CLOCK", "2026-03-10T12:30:00Z");
    world.call("tick").ok();
    says(
        &world,
        "one",
        "missed",
        "group g was due at Tue 2026-03-10 09:00 UTC to Tue 2026-03-10 11:00 UTC (3 times) and missed: nothing ran",
    );
    says(&world, "one", "ran", "(schedule:1), is success");
    world.call("schedule disable 1").ok();
    says(&world, "one", "disabled", "schedule 1 of group g (0 * * * *) is disabled");
    world.call("module edit one --query 'SELECT nix FROM t'").ok();
    world.call("run one").code(1);
    says(&world, "one", "failed", "is error: ");
    world.refuses("why nix", 4, "there is no module or group nix");
}

#[test]
fn each_reason_that_a_group_did_not_run_is_named() {
    let mut world = world();
    world.call("group add g").ok();
    says(&world, "g", "no_members", "it has no members");
    says(&world, "g", "never_ran", "it has never run");
    says(&world, "g", "no_schedule", "group g has no schedule");
    world.call("group member add g one").ok();
    world.call("module disable one").ok();
    says(&world, "g", "disabled", "all its members are disabled");
    world.call("module enable one").ok();
    world.args(&["module", "edit", "one", "--query", &format!("SELECT i FROM ({ENDLESS})")]).ok();
    world.set("PIPEKIT_CLOCK", "2026-03-10T08:00:30Z");
    world.call("schedule add g '0 * * * *' --timezone UTC").ok();
    world.set("PIPEKIT_CLOCK", "2026-03-10T09:00:00Z");
    let run = world.start("tick");
    world.until_in("transfer");
    says(&world, "g", "running", &format!("group run 1, held by process {} on ", run.pid()));
    says(&world, "one", "running", &format!("held by process {} on ", run.pid()));
    world.set("PIPEKIT_CLOCK", "2026-03-10T10:00:00Z");
    world.call("tick").ok();
    says(&world, "g", "skipped", "and skipped: group run 1 was still running");
    run.signal(Signal::INT);
    run.wait().code(130);
    says(&world, "g", "failed", "(schedule:1), is cancelled");
}
