//! A change of the definitions lands whole or not at all: killed in the middle, without room, refused at its end, or
//! at the same time as another.

use super::support::{ENDLESS, Signal, World, until};
use serde_json::{Value, json};

/// `orders` with two watermarks and two hooks, and the module `other` beside it on the same connections.
fn defined() -> World {
    let world = World::orders();
    for name in ["low", "high"] {
        world.call(&format!("watermark add orders {name} --connection dw --sql 'SELECT 1'")).ok();
        world.call(&format!("hook add orders --connection dw --sql 'SELECT 2 -- {name}'")).ok();
    }
    world.call("module copy orders other").ok();
    world
}

fn definition(world: &World, name: &str) -> Value {
    world.call(&format!("module show {name} --definition")).ok().json()
}

/// Stops every writer at `event` (`INSERT ON hook WHEN …`) in the middle of its transaction, until it is taken back.
pub(super) fn stop_at(world: &World, event: &str) {
    let sql = format!("CREATE TRIGGER stop AFTER {event} BEGIN SELECT count(*) FROM ({ENDLESS}); END");
    world.sqlite("pipekit.db").execute_batch(&sql).unwrap();
}

pub(super) fn let_go(world: &World) {
    world.sqlite("pipekit.db").execute_batch("DROP TRIGGER stop").unwrap();
}

/// Runs a command that is killed in the middle of its change: nothing of it is there, and done again it all is.
#[track_caller]
fn killed_at(world: &World, event: &str, line: &str) {
    let before = world.defined();
    stop_at(world, event);
    let call = world.start(line);
    let own = world.sqlite("pipekit.db");
    own.busy_timeout(std::time::Duration::ZERO).unwrap();
    until(&format!("{line} is in the middle of its change"), || {
        let begun = own.execute_batch("BEGIN IMMEDIATE");
        begun.is_err() || own.execute_batch("COMMIT").is_err()
    });
    assert!(world.processes().iter().any(|(pid, _)| *pid == call.pid()), "{line}: it ended");
    call.signal(Signal::KILL);
    call.wait();
    world.until_quiet();
    let_go(world);
    assert_eq!(world.defined(), before, "{line}: half a change");
    assert_eq!(world.own("PRAGMA integrity_check"), "'ok'");
    world.call(line).ok();
    assert_ne!(world.defined(), before, "{line}: it does nothing");
}

/// Never 10: whatever is killed in the middle of a change leaves nothing of it.
#[test]
fn a_change_that_is_killed_in_the_middle_did_not_happen() {
    let mut world = defined();
    let mut added = definition(&world, "orders");
    added["name"] = json!("added");
    world.file("added.json", &added.to_string());
    killed_at(&world, "INSERT ON hook WHEN NEW.sql LIKE '%high'", "module add --json-file added.json");
    killed_at(&world, "INSERT ON hook WHEN NEW.sql LIKE '%high'", "module copy orders copied");
    killed_at(&world, "UPDATE ON watermark WHEN NEW.name = 'high'", "module rename orders renamed");
    killed_at(&world, "UPDATE ON module", "module edit renamed --notes x --retries 3");
    world.editor("sed -i -e 's/SELECT 1/SELECT 3/' -e 's/-- high/-- higher/' $1");
    killed_at(&world, "UPDATE ON hook WHEN NEW.sql LIKE '%higher'", "module edit renamed");
    killed_at(&world, "DELETE ON hook WHEN OLD.sql LIKE '%higher'", "module remove renamed --force");
    world.call("driver add any --kind generic --jar /any.jar").ok();
    world.call("connection add far --driver any --url jdbc:any:x").ok();
    for name in ["one", "two"] {
        world
            .call(&format!("module add {name} --source erp --dest far --table t --strategy full --query 'SELECT 1'"))
            .ok();
    }
    killed_at(&world, "UPDATE ON module WHEN NEW.name = 'two'", "driver edit any --kind sqlite");
    killed_at(&world, "DELETE ON connection", "connection remove far --force");
    assert_eq!(world.own("SELECT name FROM module ORDER BY name"), "'added'\n'copied'\n'other'");
}

/// Never 10: what is wrong at the end of a change takes back its beginning.
#[test]
fn a_change_that_is_refused_at_its_end_leaves_nothing_of_its_beginning() {
    let mut world = defined();
    let before = world.defined();
    let mut bad = definition(&world, "orders");
    bad["name"] = json!("added");
    bad["hooks"][1]["connection"] = json!("nowhere");
    world.refuses_given("module add --json-file -", &bad.to_string(), 4, "there is no connection nowhere");
    // In the editor: two watermarks and the first hook are right, the last hook is not.
    let change = "-e 's/SELECT 1/SELECT 3/' -e '/name = \"low\"/s/low/lower/' -e 's/-- low/-- lower/'";
    let worse = "-e 's/sql = .*-- high\"/sql = \" \"/'";
    world.editor(&format!("head -n 1 $1 | grep -q '^#! ' || sed -i {change} {worse} $1"));
    let folder = world.path("").to_str().unwrap().to_owned();
    world.set("TMPDIR", &folder);
    world.call("module edit orders").fails(2, "the hook's SQL is empty").says("nothing was changed");
    assert_eq!(world.defined(), before);
    world.editor(&format!("sed -i {change} $1"));
    world.call("module edit orders").ok();
    let after = definition(&world, "orders");
    assert_eq!([&after["watermarks"][1]["name"], &after["hooks"][0]["sql"]], ["lower", "SELECT 2 -- lower"]);
}

/// Never 10: of the modules that go with a connection all go, or none, where one of them is running.
#[test]
fn a_connection_whose_last_module_runs_keeps_all_its_modules() {
    let world = defined();
    let lock = std::fs::File::create(world.path("pipekit.db.locks/module-2")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
    let claim = "UPDATE module SET running = 1, lock_at = '2026-03-10T08:00:00.000Z' WHERE name = 'other'";
    world.sqlite("pipekit.db").execute_batch(claim).unwrap();
    world.refuses("connection remove dw --force", 3, "module other is already running");
    drop(lock);
    world.call("connection remove dw --force").ok();
    assert_eq!(world.own("SELECT count(*) FROM module"), "0");
}

/// Never 10: a disk that is full in the middle of a change. A process that may write only so much is refused, or
/// killed, by the system.
#[test]
fn a_change_that_finds_no_room_did_not_happen() {
    let world = defined();
    let mut big = definition(&world, "orders");
    big["name"] = json!("big");
    for hook in [0, 1] {
        big["hooks"][hook]["sql"] = json!(format!("SELECT {hook} -- {}", "x".repeat(700_000)));
    }
    world.file("big.json", &big.to_string());
    let before = world.defined();
    let program = env!("CARGO_BIN_EXE_pipekit");
    for ignoring in ["trap '' XFSZ;", ""] {
        let plain = world.command();
        let limited = format!("{ignoring} ulimit -f 1000; exec {program} module add --json-file big.json");
        let mut shell = std::process::Command::new("sh");
        shell.arg("-c").arg(&limited).env_clear().current_dir(world.path(""));
        shell.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = shell.output().unwrap();
        assert!(!output.status.success(), "it had room: {ignoring}");
        assert_eq!(world.defined(), before, "{ignoring}");
        assert_eq!(world.own("PRAGMA integrity_check"), "'ok'");
    }
    world.call("module add --json-file big.json").ok();
    assert_eq!(definition(&world, "big"), big);
}
