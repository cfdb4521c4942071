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

/// Never 2: whoever comes by a link comes to the same file, and to the same locks.
#[test]
fn a_link_to_the_file_leads_to_the_same_locks() {
    let mut pair = Pair::sqlite().with_orders();
    pair.orders("--strategy append");
    std::fs::create_dir(pair.world.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(pair.world.path("pipekit.db"), pair.world.path("elsewhere/linked.db")).unwrap();
    let source = pair.world.sqlite("src.db");
    source.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let run = pair.world.start("run orders");
    pair.world.until_in("transfer");
    pair.call("--db elsewhere/linked.db run orders").fails(3, "module orders is already running");
    pair.call("--db elsewhere/linked.db status").ok();
    assert_eq!(pair.world.own("SELECT status FROM run_log"), "'running'", "a living run was settled");
    drop(source);
    run.wait().ok();
    pair.call("--db elsewhere/linked.db run orders").fails(1, "UNIQUE constraint failed");
    assert_eq!(pair.loaded(), [&NEW[..], &OLD[..]].concat());
}

/// Never 2: the claim is one statement that finds the module free. Here it is claimed by somebody else at the last
/// moment, when the run has its lock already, and waits to write its claim.
#[test]
fn a_claim_that_comes_second_is_none() {
    let mut pair = Pair::sqlite().with_orders();
    pair.orders("--strategy append");
    pair.call("run orders --dry-run").ok();
    let own = pair.world.sqlite("pipekit.db");
    own.execute_batch("BEGIN IMMEDIATE").unwrap();
    let run = pair.world.start("run orders");
    let lock = std::fs::File::open(pair.world.path("pipekit.db.locks/module-1")).unwrap();
    until("the run has its lock", || {
        let free = rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockShared).is_ok();
        rustix::fs::flock(&lock, rustix::fs::FlockOperation::Unlock).unwrap();
        !free
    });
    // It sleeps between its attempts to write, and nowhere else.
    let slept = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", run.pid())).unwrap();
        let line = status.lines().find_map(|l| l.strip_prefix("voluntary_ctxt_switches:")).unwrap();
        line.trim().parse::<u64>().unwrap()
    };
    let before = slept();
    until("the run waits to write its claim", || slept() > before + 5);
    own.execute_batch(
        "UPDATE module SET running = 1, lock_at = '2026-01-01T00:00:00.000Z', lock_pid = 7, lock_host = 'x'; COMMIT",
    )
    .unwrap();
    run.wait().fails(3, "module orders is already running since 2026-01-01 00:00:00 (process 7 on x)");
    assert_eq!(pair.loaded(), OLD);
    // Nobody has its lock, so that the next one finds a dead run.
    pair.world.run("orders");
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

/// Never 3: a look takes a run's lock for a moment, where a claim is to be settled: it never makes a run believe that another
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

/// Never 3: a run that is over has let go, however it ended: the row is free without anybody looking, and so is the
/// lock.
#[test]
fn a_run_that_is_over_holds_nothing() {
    let pair = Pair::sqlite().with_orders();
    pair.orders("--strategy full");
    let is_free = |line: &str, code: i32| {
        pair.call(line).code(code);
        assert_eq!(pair.world.own("SELECT running, lock_pid, lock_at FROM module"), "0|NULL|NULL", "{line}");
        let lock = std::fs::File::open(pair.world.path("pipekit.db.locks/module-1")).unwrap();
        rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).expect(line);
    };
    is_free("run orders", 0);
    is_free("run orders --dry-run", 0);
    pair.call("module edit orders --min-rows 4 --retries 1 --retry-delay-s 0").ok();
    is_free("run orders", 1);
    pair.call("module edit orders --min-rows none --query 'SELECT nope'").ok();
    is_free("run orders", 1);
    pair.call(&format!("module edit orders --query \"{ENDLESS}\" --timeout-s 1")).ok();
    is_free("run orders", 1);
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
    /// Never 14: another installation with a module of the same name would share the staging table: it is refused, and what the
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

    /// Never 14: the name is taken before anything is staged, so that two first runs at once don't share a staging table.
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

/// Never 14: while one merge stands between its deletion and its insertion, another waits with its deletion: what it
/// would find now is not what will be there.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_second_of_two_merges_waits_before_it_deletes() {
    let mut pair = Pair::postgres().with_orders();
    pair.dst(
        "ALTER TABLE orders DROP CONSTRAINT orders_pkey;
         CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END $$;
         CREATE TRIGGER wait BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION wait();
         SELECT pg_advisory_lock(7)",
    );
    for (name, id) in [("low", "id"), ("high", "id + 1")] {
        let query = format!("SELECT {id}, item, qty FROM orders");
        pair.module(name, &format!("--table orders --strategy incremental --key id --query '{query}'"));
    }
    let waiting = "SELECT locktype, relation::regclass FROM pg_locks WHERE NOT granted \
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1";
    let first = pair.world.start("run low");
    until("the first merge has deleted", || pair.rows(waiting) == ["advisory|NULL"]);
    let second = pair.world.start("run high");
    until("the second merge waits", || pair.rows(waiting).len() == 2);
    assert_eq!(pair.rows(waiting), ["advisory|NULL", "relation|orders"]);
    pair.dst("SELECT pg_advisory_unlock(7)");
    first.wait().ok();
    second.wait().ok();
    assert_eq!(pair.rows("SELECT id FROM orders ORDER BY id"), ["1", "2", "3", "4", "9"]);
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
