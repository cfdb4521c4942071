//! Notifications: what `notify_command` is told, and that it harms no run.

use super::support::{ENDLESS, Signal, World, until};
use serde_json::Value;

/// Modules `one` and `two` in a group `nightly`, and a command that writes what it is told to a file, a line each.
fn world() -> World {
    let world = World::new();
    world.with_sqlite("src", "CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1)");
    for (name, dest) in [("one", "a"), ("two", "b")] {
        world.with_sqlite(dest, "CREATE TABLE t (id INTEGER)");
        world.module(name, "src", dest, "t", "full", "SELECT id FROM t");
    }
    world.call("group add nightly --members one,two").ok();
    tells(&world, &format!("cat >> {}", world.path("told").display()));
    world
}

fn tells(world: &World, command: &str) {
    world.args(&["settings", "set", "notify_command", command]).ok();
}

/// What was told so far.
fn told(world: &World) -> Vec<Value> {
    let text = std::fs::read_to_string(world.path("told")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What was told so far: the event and the line for people.
fn lines(world: &World) -> Vec<String> {
    told(world)
        .iter()
        .map(|t| format!("{}: {}", t["event"].as_str().unwrap(), t["summary"].as_str().unwrap()))
        .collect()
}

fn query(world: &World, module: &str, sql: &str) {
    world.args(&["module", "edit", module, "--query", sql]).ok();
}

#[test]
fn a_run_that_fails_is_told_and_by_choice_its_recovery() {
    let world = world();
    world.call("run one").ok();
    query(&world, "one", "SELECT nix FROM t");
    world.call("run one").code(1);
    let facts = &told(&world)[0];
    assert_eq!((&facts["event"], &facts["run"]["module_name"]), (&"run_failed".into(), &"one".into()));
    assert_eq!((&facts["run"]["id"], &facts["run"]["status"]), (&2.into(), &"error".into()));
    assert!(facts["run"]["error"].as_str().unwrap().contains("nix"), "{facts}");
    assert!(facts["database"].as_str().unwrap().ends_with("pipekit.db") && facts["host"].is_string(), "{facts}");
    query(&world, "one", "SELECT id FROM t");
    world.call("run one").ok();
    assert_eq!(told(&world).len(), 1);
    world.call("settings set notify_on failure,recovery").ok();
    query(&world, "one", "SELECT nix FROM t");
    world.call("run one").code(1);
    query(&world, "one", "SELECT id FROM t");
    world.call("run one --dry-run").ok();
    assert_eq!(told(&world).len(), 2);
    world.call("run one").ok();
    world.call("run one").ok();
    assert_eq!(lines(&world)[2..], ["run_recovered: module one succeeded again"]);
    world.call("settings set notify_on recovery,nix").code(2).says("`nix` is not one of failure, members, recovery");
}

#[test]
fn a_group_is_told_once_with_its_members() {
    let world = world();
    for module in ["one", "two"] {
        query(&world, module, "SELECT nix FROM t");
    }
    world.call("group run nightly").code(1);
    assert_eq!(lines(&world), ["group_failed: group nightly failed: 2 of 2 failed: one, two"]);
    let members = &told(&world)[0]["group_run"]["members"];
    assert!(members[1]["reason"].as_str().unwrap().contains("nix"), "{members}");
    world.call("settings set notify_on failure,members,recovery").ok();
    query(&world, "one", "SELECT id FROM t");
    world.call("group run nightly").code(1);
    let mut now = lines(&world)[1..].to_vec();
    now.sort();
    assert_eq!(now[0], "group_failed: group nightly failed: 1 of 2 failed: two");
    assert!(now[1].starts_with("run_failed: module two failed: "), "{now:?}");
    assert_eq!(now[2..], ["run_recovered: module one succeeded again"]);
    query(&world, "two", "SELECT id FROM t");
    world.call("group run nightly").ok();
    let mut now = lines(&world)[4..].to_vec();
    now.sort();
    assert_eq!(now, ["group_recovered: group nightly succeeded again", "run_recovered: module two succeeded again"]);
}

#[test]
fn a_hook_that_fails_is_told() {
    let world = world();
    world.args(&["hook", "add", "two", "--connection", "b", "--sql", "INSERT INTO nix VALUES (1)"]).ok();
    world.call("run two").ok();
    world.call("group run nightly").ok();
    assert_eq!(
        lines(&world),
        [
            "run_failed: module two succeeded, but 1 of its hooks failed",
            "group_failed: group nightly succeeded, but hooks failed of two"
        ]
    );
}

/// What died is told by whoever runs something after it was found.
#[test]
fn a_run_that_was_killed_is_told() {
    let world = world();
    query(&world, "one", &format!("SELECT i FROM ({ENDLESS})"));
    let run = world.start("run one");
    world.until_in("transfer");
    run.signal(Signal::KILL);
    run.wait();
    world.until_quiet();
    world.call("status").ok();
    assert_eq!(told(&world).len(), 0);
    world.call("tick").ok();
    assert!(lines(&world)[0].starts_with("run_failed: module one failed: its process ended in the step transfer"));
    world.call("tick").ok();
    assert_eq!(told(&world).len(), 1);
}

/// A command that fails changes no exit code, and `status` says so, without the secrets that it was given.
#[test]
fn a_command_that_fails_harms_no_run() {
    let mut world = world();
    let secrets = world.file("secrets.env", "HOOK=hooks.example/Zu9xsecret\n");
    world.set("PIPEKIT_SECRETS", &secrets);
    tells(&world, "cat > /dev/null; echo no way to $HOOK >&2; exit 7");
    query(&world, "one", "SELECT nix FROM t");
    world.call("run one two").code(1).prints("two  success");
    let said = world.call("status").ok();
    let text = said.stderr();
    assert!(text.contains("a notification failed") && text.contains("exit status: 7: no way to ********"), "{text}");
    assert!(world.json("status")["notification_error"].as_str().unwrap().contains("exit status: 7"));
    world.call("settings test").code(1).says("no way to ********");
    assert_eq!(world.holds("Zu9xsecret", &["secrets.env"]), Vec::<std::path::PathBuf>::new());
    // Not what it was told, but that it ended well, is what counts.
    tells(&world, "echo arrived");
    world.call("settings test").ok().prints("the notify_command succeeded: arrived");
    world.call("run one").code(1);
    assert!(!world.call("status").ok().stderr().contains("notification"));
    world.call("settings set notify_command none").ok();
    world.call("settings test").code(2).says("pipekit settings set notify_command");
    world.call("settings set notify_command ''").code(2).says("a command is not empty");
}

/// A command that does not end keeps no module from running, and is told of by nobody twice.
#[test]
fn a_command_that_is_slow_harms_no_run() {
    let world = world();
    tells(&world, "sleep 1000");
    query(&world, "one", "SELECT nix FROM t");
    let waiting = world.start("run one two");
    until("the command is at work, and the next module has run", || {
        world.own("SELECT status FROM notification") == "'sending'"
            && world.own("SELECT status FROM run_log WHERE module_name = 'two'") == "'success'"
    });
    assert_eq!(world.own("SELECT count(*) FROM module WHERE running"), "0");
    world.call("run two").ok();
    // Its process dies: nobody knows whether it was told.
    waiting.signal(Signal::KILL);
    waiting.wait();
    tells(&world, &format!("cat >> {}", world.path("told").display()));
    world.own("UPDATE notification SET sent_at = '2026-01-01T00:00:00.000Z'");
    world.call("run one").code(1);
    assert_eq!(
        world.own("SELECT status, error FROM notification ORDER BY id LIMIT 1"),
        "'failed'|'the process that sent it ended'"
    );
    assert_eq!(told(&world).len(), 1);
    for (pid, _) in world.processes() {
        super::support::kill(pid, Signal::KILL);
    }
}
