//! A living run never looks dead, and a dead one never lives on: in containers, for other users, whatever process ids
//! say, and with the lock file gone.

use super::support::{Call, ENDLESS, NEW, OLD, Pair, Running, Signal, World, as_root, kill, until};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

/// Starts a program in a container: process ids of its own, among them the same ones again.
const CONTAINER: &[&str] = &["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];

/// Two users and their group; whatever the machine's own users are.
const GROUP: &str = "--regid=64100";
const ONE: &[&str] = &["setpriv", "--reuid=64101", GROUP, "--clear-groups"];
const TWO: &[&str] = &["setpriv", "--reuid=64102", GROUP, "--clear-groups"];
/// One who is in another group.
const STRANGER: &[&str] = &["setpriv", "--reuid=64103", "--regid=64103", "--clear-groups"];

/// A user who sees no process of others.
fn hidden(user: &[&'static str]) -> Vec<&'static str> {
    let mount = "mount -t proc -o hidepid=2 proc /proc && exec \"$@\"";
    [&["unshare", "--mount", "sh", "-c", mount, "sh"], user].concat()
}

/// A user whose files are nobody else's if he doesn't say otherwise.
fn secretive(user: &[&'static str]) -> Vec<&'static str> {
    [&["sh", "-c", "umask 077; exec \"$@\"", "sh"], user].concat()
}

fn set_mode(world: &World, name: &str, mode: u32) {
    std::fs::set_permissions(world.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Gives a file of the world to the user and group.
fn give(world: &World, name: &str, uid: u32, gid: u32) {
    std::os::unix::fs::chown(world.path(name), Some(uid), Some(gid)).unwrap();
}

/// `orders`, whose transfer does not end, in a folder that ONE and TWO share, as an administrator would make it.
fn shared() -> Pair {
    let mut pair = endless();
    pair.world.with_own_program();
    for file in ["pipekit.db", "pipekit.db.locks", "src.db", "dst.db"] {
        give(&pair.world, file, 64101, 64100);
        set_mode(&pair.world, file, 0o660);
    }
    set_mode(&pair.world, "pipekit.db.locks", 0o2770);
    give(&pair.world, "", 64101, 64100);
    set_mode(&pair.world, "", 0o2775);
    pair
}

/// The module `orders`, whose transfer does not end.
fn endless() -> Pair {
    let pair = Pair::sqlite().with_orders();
    pair.module("orders", &format!("--table orders --strategy full --query \"{ENDLESS}\""));
    pair
}

/// The process of a run, whoever started it.
#[track_caller]
fn process_of_the_run(world: &World) -> u32 {
    let found = world.processes();
    let is_it =
        |line: &str| line.split(' ').next().is_some_and(|p| p.ends_with("/pipekit")) && line.contains("run orders");
    found.iter().find(|(_, line)| is_it(line)).unwrap_or_else(|| panic!("no run: {found:?}")).0
}

/// Starts a run of [`endless`] and waits until it is in its transfer.
fn start(pair: &Pair, by: &[&str]) -> Running {
    let run = pair.world.start_under(by, "run orders");
    pair.world.until_in("transfer");
    run
}

/// Whoever looks sees that the run lives, and can't start another.
#[track_caller]
fn lives(pair: &Pair, looking: &[&str]) {
    let see = |line: &str| pair.world.call_under(looking, line);
    assert_eq!(see("status --json").ok().json()["modules"][0]["running"], true);
    assert_eq!(see("log show orders --json").ok().json()["status"], "running");
    see("run orders").fails(3, "module orders is already running");
    assert_eq!(pair.world.own("SELECT count(*) FROM run_log WHERE status = 'running'"), "1");
}

/// Kills the run outright. Whoever looks sees that it is dead, and settles it.
#[track_caller]
fn dies(pair: &Pair, run: Running, looking: &[&str]) {
    kill(process_of_the_run(&pair.world), Signal::KILL);
    run.wait();
    pair.world.until_quiet();
    is_settled(pair, pair.world.call_under(looking, "status --json").ok());
}

#[track_caller]
fn is_settled(pair: &Pair, look: Call) {
    let module = &look.json()["modules"][0];
    assert_eq!([&module["running"], &module["status"]], [&false.into(), &serde_json::Value::from("error")]);
    assert_eq!(pair.world.own("SELECT running, lock_pid FROM module"), "0|NULL");
}

/// The run is cancelled by whoever looks.
#[track_caller]
fn is_cancelled(pair: &Pair, run: Running, looking: &[&str]) {
    let said = pair.world.call_under(looking, "cancel orders --json").ok().json();
    assert_eq!(said["status"], "cancelled");
    run.wait().code(130);
}

/// The next run does what it should.
#[track_caller]
fn goes_on(pair: &mut Pair, by: &[&str]) {
    pair.world.call_under(by, "module edit orders --query 'SELECT id, item, qty FROM orders'").ok();
    pair.world.call_under(by, "run orders").ok();
    assert_eq!(pair.loaded(), NEW);
}

/// Never 2, never 3: process ids mean nothing from one container to another, and are not gone by. In each the run is
/// process 1, as is whoever looks.
#[test]
#[ignore = "needs root: tests/run.sh"]
fn a_run_in_a_container_is_known_outside_and_in_another_and_one_outside_within() {
    as_root();
    let mut pair = endless();
    for (running, looking) in [(CONTAINER, &[][..]), (&[][..], CONTAINER), (CONTAINER, CONTAINER)] {
        let run = start(&pair, running);
        if running == CONTAINER {
            assert_eq!(pair.world.own("SELECT lock_pid FROM module"), "1");
        }
        lives(&pair, looking);
        is_cancelled(&pair, run, looking);
        let run = start(&pair, running);
        lives(&pair, looking);
        dies(&pair, run, looking);
        assert_eq!(pair.loaded(), OLD);
    }
    goes_on(&mut pair, CONTAINER);
}

/// Never 2, never 3: what another user's processes are can't be seen, and need not be.
#[test]
#[ignore = "needs root: tests/run.sh"]
fn a_run_of_another_user_is_known_to_one_who_sees_no_process_of_others() {
    as_root();
    let mut pair = shared();
    for (running, looking) in [(secretive(ONE), hidden(TWO)), (hidden(TWO), ONE.to_vec()), (vec![], hidden(ONE))] {
        let run = start(&pair, &running);
        lives(&pair, &looking);
        is_cancelled(&pair, run, &looking);
        let run = start(&pair, &running);
        lives(&pair, &looking);
        dies(&pair, run, &looking);
    }
    goes_on(&mut pair, &secretive(TWO));
}

/// Never 3: who may not see whether a run lives is told so, and settles nothing.
#[test]
#[ignore = "needs root: tests/run.sh"]
fn one_who_may_not_lock_settles_nothing() {
    as_root();
    let pair = shared();
    set_mode(&pair.world, "pipekit.db", 0o666);
    let run = start(&pair, ONE);
    for file in ["pipekit.db-wal", "pipekit.db-shm"] {
        set_mode(&pair.world, file, 0o666);
    }
    let refused = |line: &str| {
        let call = pair.world.call_under(STRANGER, line);
        call.fails(1, "pipekit.db.locks/module-1: Permission denied").says("must be able to write");
    };
    for line in ["status", "log", "run orders", "cancel orders"] {
        refused(line);
    }
    lives(&pair, TWO);
    // One who may read the lock may look at it. To run takes more.
    set_mode(&pair.world, "pipekit.db.locks", 0o755);
    set_mode(&pair.world, "pipekit.db.locks/module-1", 0o664);
    assert_eq!(pair.world.call_under(STRANGER, "status --json").ok().json()["modules"][0]["running"], true);
    refused("run orders");
    is_cancelled(&pair, run, STRANGER);
}

/// The service's own folder, and root, who was there first: at a look, or at a run.
#[test]
#[ignore = "needs root: tests/run.sh"]
fn what_root_makes_in_a_services_folder_is_the_services() {
    as_root();
    let mut pair = shared();
    set_mode(&pair.world, "", 0o755);
    let run = start(&pair, ONE);
    run.signal(Signal::KILL);
    run.wait();
    pair.world.until_quiet();
    std::fs::remove_dir_all(pair.world.path("pipekit.db.locks")).unwrap();
    is_settled(&pair, pair.call("status --json").ok());
    goes_on(&mut pair, ONE);
    std::fs::remove_dir_all(pair.world.path("pipekit.db.locks")).unwrap();
    pair.call("run orders").ok();
    pair.world.call_under(ONE, "run orders").ok();
}

/// Never 3: the process id in the claim is for people. A dead run stays dead, whoever has its id by now, even the one
/// who looks; a living one lives, wherever its id may be from.
#[test]
fn the_process_id_of_a_claim_decides_nothing() {
    let mut pair = endless();
    let own_id = "import os, sqlite3, sys; db = sqlite3.connect(os.environ['PIPEKIT_DB']); \
                  db.execute('UPDATE module SET lock_pid = ?', [os.getpid()]); db.commit(); db.close(); \
                  os.execv(sys.argv[1], sys.argv[1:])";
    let looks_with_its_id = ["python3", "-c", own_id];
    let mine = std::process::id().to_string();
    for (id, looking) in [("1", &[][..]), (mine.as_str(), &[]), ("NULL", &[]), ("1", &looks_with_its_id)] {
        let run = start(&pair, &[]);
        let set = format!("UPDATE module SET lock_pid = {id}");
        pair.world.sqlite("pipekit.db").execute_batch(&set).unwrap();
        dies(&pair, run, looking);
    }
    let run = start(&pair, &[]);
    // Of no process, as far as anybody can see.
    pair.world
        .sqlite("pipekit.db")
        .execute_batch("UPDATE module SET lock_pid = 2147483647, lock_host = 'gone'")
        .unwrap();
    lives(&pair, &[]);
    lives(&pair, &looks_with_its_id);
    is_cancelled(&pair, run, &[]);
    goes_on(&mut pair, &[]);
}

/// Never 3: between the claim and the first step.
#[test]
fn a_run_that_dies_before_its_first_step_is_settled() {
    let mut pair = endless();
    let stuck = format!("CREATE TRIGGER stuck BEFORE INSERT ON run_step BEGIN SELECT count(*) FROM ({ENDLESS}); END");
    pair.world.sqlite("pipekit.db").execute_batch(&stuck).unwrap();
    let run = pair.world.start("run orders");
    until("the module is claimed", || pair.world.own("SELECT running FROM module") == "1");
    run.signal(Signal::KILL);
    run.wait();
    pair.world.until_quiet();
    pair.world.sqlite("pipekit.db").execute_batch("DROP TRIGGER stuck").unwrap();
    is_settled(&pair, pair.call("status --json").ok());
    let error = pair.world.log("orders")["error"].as_str().unwrap().to_owned();
    assert!(
        error.contains("its process ended before its first step") && error.contains("nothing was merged"),
        "{error}"
    );
    goes_on(&mut pair, &[]);
}

/// What becomes of the lock file of a run that lives, by somebody's hand.
fn take_away(world: &World, how: &str) {
    let (folder, file) = (world.path("pipekit.db.locks"), world.path("pipekit.db.locks/module-1"));
    match how {
        "removed" => std::fs::remove_file(file).unwrap(),
        "removed with its folder" => std::fs::remove_dir_all(folder).unwrap(),
        "replaced by an empty file" => {
            std::fs::write(world.path("empty"), "").unwrap();
            std::fs::rename(world.path("empty"), file).unwrap();
        }
        other => unreachable!("{other}"),
    }
}

const TAKEN_AWAY: [&str; 3] = ["removed", "removed with its folder", "replaced by an empty file"];

/// Never 2, never 3: a lock file is not what holds the lock, and whoever tidies up starts no second run.
#[test]
fn a_run_whose_lock_file_is_taken_away_lives_on_until_it_dies() {
    let mut pair = endless();
    for how in TAKEN_AWAY {
        let run = start(&pair, &[]);
        take_away(&pair.world, how);
        lives(&pair, &[]);
        take_away(&pair.world, how);
        pair.call("run orders").fails(3, "already running");
        lives(&pair, &[]);
        dies(&pair, run, &[]);
    }
    goes_on(&mut pair, &[]);
}

/// Between two tries a run lives too.
#[test]
fn a_run_that_waits_for_its_next_try_keeps_its_lock() {
    let pair = Pair::sqlite().with_orders();
    pair.orders("--strategy append --min-rows 5 --retries 2 --retry-delay-s 600");
    let run = pair.world.start("run orders");
    until("the first try has failed", || pair.world.own("SELECT status FROM run_log") == "'error'");
    for how in TAKEN_AWAY {
        take_away(&pair.world, how);
        pair.call("run orders").fails(3, "already running");
        assert_eq!(pair.call("status --json").ok().json()["modules"][0]["running"], true);
        until("the lock file is there", || pair.world.path("pipekit.db.locks/module-1").exists());
    }
    pair.call("cancel orders").ok();
    run.wait().code(130);
    assert_eq!(pair.world.own("SELECT running FROM module"), "0");
}

/// Never 3: a dead run whose lock file is gone too, as in a copy of the database that was made while it ran.
#[test]
fn a_dead_run_without_a_lock_file_is_settled() {
    let mut pair = endless();
    for how in TAKEN_AWAY {
        for line in ["status", "run orders"] {
            let run = start(&pair, &[]);
            run.signal(Signal::KILL);
            run.wait();
            pair.world.until_quiet();
            take_away(&pair.world, how);
            if line == "run orders" {
                goes_on(&mut pair, &[]);
                pair.dst("DELETE FROM orders");
                pair.world.args(&["module", "edit", "orders", "--query", ENDLESS]).ok();
            } else {
                is_settled(&pair, pair.call("status --json").ok());
            }
        }
    }
}

/// Never 2: somebody removes the lock file again and again, while many want to run. Each that does loads its rows once.
/// Who does it leaves a living run a moment to lock another, now and then.
#[test]
fn runs_take_turns_though_their_lock_file_is_removed_again_and_again() {
    let mut pair = Pair::sqlite().with_orders();
    pair.dst("DROP TABLE orders; CREATE TABLE orders (id INTEGER, item TEXT, qty INTEGER)");
    pair.orders("--strategy append");
    let over = std::sync::atomic::AtomicBool::new(false);
    let mut loaded = 0;
    std::thread::scope(|scope| {
        let file = pair.world.path("pipekit.db.locks/module-1");
        scope.spawn(|| {
            let file = file;
            while !over.load(std::sync::atomic::Ordering::SeqCst) {
                for _ in 0..50 {
                    let _ = std::fs::remove_file(&file);
                    std::thread::sleep(Duration::from_millis(10));
                }
                std::thread::sleep(Duration::from_millis(1500));
            }
        });
        for _ in 0..6 {
            let runs: Vec<Running> = (0..8).map(|_| pair.world.start("run orders")).collect();
            for run in runs {
                let call = run.wait();
                match call.output.status.code() {
                    Some(0) => loaded += 3,
                    _ => drop(call.fails(3, "already running")),
                }
            }
        }
        over.store(true, std::sync::atomic::Ordering::SeqCst);
    });
    assert!(loaded > 0);
    assert_eq!(pair.rows("SELECT count(*) FROM orders"), [loaded.to_string()]);
    assert_eq!(pair.world.own("SELECT 3 * count(*) FROM run_log WHERE status = 'success'"), loaded.to_string());
    assert_eq!(pair.world.own("SELECT count(*) FROM run_log WHERE status <> 'success'"), "0");
}
