//! Who may run: one at a time, from whatever process, and nobody is kept out by someone who only looks.

use super::support::{ENDLESS, NEW, OLD, Pair, Running, Signal, World, kill, until};

/// Never 2: of fifty processes one runs, the others exit 3. The source is locked until all others have ended, so that
/// the one can't be done before they have tried.
#[test]
fn of_fifty_runs_at_once_one_runs() {
    let mut pair = Pair::sqlite().with_orders();
    pair.orders("--strategy append");
    let source = pair.world.sqlite("src.db");
    source.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let mut runs: Vec<Running> = (0..50).map(|_| pair.world.start("run orders")).collect();
    until("all but one have ended", || runs.iter_mut().map(|run| usize::from(run.has_ended())).sum::<usize>() == 49);
    let at = runs.iter_mut().position(|run| !run.has_ended()).unwrap();
    let the_one = runs.remove(at);
    for run in runs {
        run.wait().fails(3, "module orders is already running").says("pipekit cancel orders");
    }
    source.execute_batch("COMMIT").unwrap();
    the_one.wait().code(0);
    assert_eq!(pair.world.own("SELECT status, count(*) FROM run_log GROUP BY 1"), "'success'|1");
    assert_eq!(pair.loaded(), [&NEW[..], &OLD[..]].concat());
}

#[test]
fn fifty_first_inits_of_one_file_all_succeed() {
    let world = World::bare();
    let inits: Vec<Running> = (0..50).map(|_| world.start("init")).collect();
    for init in inits {
        init.wait().code(0);
    }
    assert_eq!(world.own("PRAGMA integrity_check"), "'ok'");
    assert_eq!(world.own("SELECT count(*) FROM settings WHERE key = 'install_id'"), "1");
}

/// A look takes a run's lock for a moment, where a claim is to be settled: it never makes a run believe that another
/// one lives.
#[test]
fn looking_never_keeps_a_run_out() {
    let pair = Pair::sqlite().with_orders();
    pair.orders("--strategy full");
    let world = &pair.world;
    let over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !over.load(std::sync::atomic::Ordering::SeqCst) {
                    world.call("status").ok();
                }
            });
        }
        let runs = scope.spawn(|| {
            for _ in 0..8 {
                // A dead run, so that there is something to settle for whoever looks.
                let at = "2026-01-01T00:00:00.000Z";
                std::fs::write(world.path("pipekit.db.locks/module-1"), at).unwrap();
                world.sqlite("pipekit.db").execute("UPDATE module SET running = 1, lock_at = ?", [at]).unwrap();
                world.run("orders");
            }
        });
        let done = runs.join();
        over.store(true, std::sync::atomic::Ordering::SeqCst);
        done.unwrap();
    });
}

/// Never 3: no lock is free while a process of the run might still write, and none is held once all are gone.
#[test]
fn a_lock_is_held_as_long_as_any_process_of_the_run_lives() {
    // Else the system ends a stopped process whose parent dies: it belongs to nobody's session then.
    rustix::process::set_child_subreaper(Some(rustix::process::getpid())).unwrap();
    let mut pair = Pair::sqlite().with_orders();
    pair.module("orders", &format!("--table orders --strategy full --query \"{ENDLESS}\""));
    let run = pair.world.start("run orders");
    pair.world.until_in("transfer");
    let runner = pair.world.runner();
    // The runner can't notice that pipekit is gone: it might go on at any time.
    kill(runner, Signal::STOP);
    run.signal(Signal::KILL);
    run.wait();
    pair.call("run orders").fails(3, "already running");
    assert_eq!(pair.call("status --json").ok().json()["modules"][0]["running"], true);
    kill(runner, Signal::CONT);
    pair.world.until_quiet();
    assert_eq!(pair.call("status --json").ok().json()["modules"][0]["running"], false);
    assert_eq!(pair.world.log("orders")["status"], "error");
    pair.call("module edit orders --query 'SELECT * FROM orders'").ok();
    pair.world.run("orders");
    assert_eq!(pair.loaded(), NEW);
}

#[test]
fn of_several_names_those_that_run_already_are_passed_over() {
    let mut pair = Pair::sqlite().with_orders();
    pair.orders("--strategy full");
    // Into a file of its own: SQLite has one writer at a time.
    pair.world.with_sqlite("spare", "CREATE TABLE t (a, b, c)");
    pair.module("slow", &format!("--dest spare --table t --strategy full --query \"{ENDLESS}\""));
    let run = pair.world.start("run slow");
    pair.world.until_in("transfer");
    pair.call("run slow orders").fails(1, "module slow is already running");
    assert_eq!(pair.loaded(), NEW);
    pair.call("run slow slow").fails(3, "already running");
    pair.call("cancel slow").ok();
    run.wait().code(130);
}

on_each! {
    /// Another installation with a module of the same name would share the staging table: it is refused, and what the
    /// first one staged is left alone.
    fn another_installation_with_the_same_module_is_refused(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy append --min-rows 4");
        pair.call("run orders").fails(1, "3 rows came");
        let mut other = pair.neighbour().with_orders_at_source("INSERT INTO orders VALUES (7, 'theirs', 0)");
        other.orders("--strategy append");
        other.call("run orders").fails(1, "belongs to another pipekit installation").says("module rename orders");
        let staging = pair.staging("orders");
        assert_eq!(pair.rows(&format!("SELECT * FROM {staging} ORDER BY 1")), NEW);
        assert_eq!(pair.loaded(), OLD);
        other.call("module rename orders theirs").ok();
        other.world.run("theirs");
        assert_eq!(other.loaded(), ["7|theirs|0", "9|old|90"]);
    }

    /// The name is taken before anything is staged, so that two first runs at once don't share a staging table.
    fn of_two_installations_the_first_has_the_name_while_it_runs_for_the_first_time(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy append");
        let other = pair.neighbour().with_orders_at_source("INSERT INTO orders VALUES (7, 'theirs', 0)");
        other.orders("--strategy append");
        let source = pair.world.sqlite("src.db");
        source.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let run = pair.world.start("run orders");
        pair.world.until_in("transfer");
        // On SQLite the other one waits for the writer; where it comes first it is refused all the same.
        if pair.is_postgres() {
            other.call("run orders").fails(1, "belongs to another pipekit installation");
        }
        source.execute_batch("COMMIT").unwrap();
        run.wait().code(0);
        other.call("run orders").fails(1, "belongs to another pipekit installation");
        assert_eq!(pair.loaded(), [&NEW[..], &OLD[..]].concat());
    }
}

/// Never 14: two modules on one table don't undo each other. Both wait in their merges until both are there; the
/// second one must see what the first one committed meanwhile, whatever the database's isolation is.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn two_modules_on_one_table_take_turns() {
    for isolation in ["read committed", "repeatable read", "serializable"] {
        let mut pair = Pair::postgres().with_orders();
        let name = pair.pg().name.clone();
        pair.dst(&format!("ALTER DATABASE {name} SET default_transaction_isolation = '{isolation}'"));
        pair.dst("ALTER TABLE orders DROP CONSTRAINT orders_pkey");
        for (name, id) in [("low", "id"), ("high", "id + 1")] {
            let query = format!("SELECT {id}, item, qty FROM orders");
            pair.module(name, &format!("--table orders --strategy incremental --key id --query '{query}'"));
        }
        let held = pair.hold_merge();
        let runs = [pair.world.start("run low"), pair.world.start("run high")];
        let waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass";
        until("both merges wait", || pair.rows(waiting).len() == 2);
        pair.let_merge(held);
        for run in runs {
            run.wait().code(0);
        }
        // Whoever came first, every id is there once.
        let ids = pair.rows("SELECT id FROM orders ORDER BY id");
        assert_eq!(ids, ["1", "2", "3", "4", "9"], "{isolation}");
    }
}

/// Never 14: by a road whose isolation is another, such as another runner's, a merge refuses to begin.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_merge_refuses_a_snapshot_that_is_older_than_its_lock() {
    let mut pair = Pair::postgres().with_orders();
    let url = format!("{}?options=-c%20default_transaction_isolation=serializable", pair.pg().url());
    pair.world.args(&["connection", "edit", "dst", "--url", &url]).ok();
    pair.orders("--strategy full");
    pair.call("run orders").fails(1, "it needs READ COMMITTED");
    assert_eq!(pair.loaded(), OLD);
}
