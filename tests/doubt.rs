//! Merges whose end is in doubt: what proves something, what proves nothing, and what must wait for the answer.

use super::support::{NEW, OLD, Pair, Running, Signal, kill, until};

/// A run of `orders` that died in its merge, which did not happen.
fn died_in_its_merge(pair: &mut Pair) {
    let held = pair.hold_merge();
    let run = pair.start_merging();
    run.signal(Signal::KILL);
    run.wait();
    pair.world.until_quiet();
    pair.let_merge(held);
}

on_each! {
    /// Never 13: only the receipt of this run of this installation tells what became of it; another one is let alone.
    fn the_receipt_of_another_proves_nothing_and_stays_as_it_is(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete");
        let receipt = pair.staging("pipekit_receipt");
        for (change, state) in [("run_id = 77", "merged"), ("run_id = 77", "abandoned"), ("install = 'other'", "staged"), ("install = 'other'", "merged")] {
            died_in_its_merge(&mut pair);
            pair.dst(&format!("UPDATE {receipt} SET state = '{state}', {change}"));
            let run = pair.world.log("orders");
            assert_eq!(run["status"], "unknown", "{change} {state}: {run}");
            assert!(run["error"].as_str().unwrap().contains("its receipt is gone from dst"), "{run}");
            assert_eq!(pair.rows(&format!("SELECT state FROM {receipt}")), [state], "{change}");
            pair.call(&format!("log settle {} --not-merged", run["id"])).ok();
            // So that the module has its name again.
            pair.dst(&format!("DELETE FROM {receipt}"));
        }
        assert_eq!(pair.loaded(), OLD);
    }

    /// Never 13: a run of which it is not known whether it merged is not tried again.
    fn a_doubt_is_not_tried_again(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy append --retries 3 --retry-delay-s 0");
        let held = pair.hold_merge();
        let run = pair.start_merging();
        let runner = pair.world.runner();
        run.signal(Signal::STOP);
        kill(runner, Signal::KILL);
        // This waits for the old session, which holds it as long as it merges.
        let receipt = pair.staging("pipekit_receipt");
        pair.dst(&format!("DELETE FROM {receipt}"));
        pair.let_merge(held);
        run.signal(Signal::CONT);
        run.wait().fails(1, "it is not known yet whether the merge into orders on dst happened");
        assert_eq!(pair.world.own("SELECT status, attempt FROM run_log"), "'unknown'|1");
        assert_eq!(pair.loaded(), OLD);
        pair.call("run orders").fails(1, "it is not known yet whether run 1");
        assert_eq!(pair.loaded(), OLD);
    }
}

/// Never 13: Ctrl-C stops a merge, but not the question whether it happened.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_question_what_happened_is_not_cancelled() {
    let mut pair = Pair::postgres().with_orders();
    // A server that does not notice that its client is gone, so that the merge goes on.
    let url = format!("{}?options=-c%20client_connection_check_interval=0", pair.pg().url());
    pair.world.args(&["connection", "edit", "dst", "--url", &url]).ok();
    pair.orders("--strategy append");
    let held = pair.hold_merge();
    let run = pair.start_merging();
    kill(pair.world.runner(), Signal::KILL);
    let asks = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' \
                AND query LIKE '%abandoned%' AND pid <> pg_backend_pid()";
    until("the receipt is asked for", || pair.rows(asks).len() == 1);
    run.signal(Signal::INT);
    // Within a twentieth of a second it would be stopped, if it could be.
    for _ in 0..20 {
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert_eq!(pair.rows(asks).len(), 1, "the question was stopped");
    }
    drop(held);
    run.wait().code(0).says("the merge was committed, though the runner said");
    assert_eq!(pair.world.log("orders")["status"], "success");
    assert_eq!(pair.loaded(), [&NEW[..], &OLD[..]].concat());
}

/// Whether nobody holds the lock of a module.
fn is_free(pair: &Pair, id: i64) -> bool {
    let lock = std::fs::File::open(pair.world.path(&format!("pipekit.db.locks/module-{id}"))).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_ok()
}

/// Never 3: a run may die after a command has looked, and before that command comes to its module.
#[test]
fn a_run_that_dies_while_another_command_is_at_work_does_not_keep_it_out() {
    let mut pair = Pair::sqlite().with_orders();
    pair.orders("--strategy full");
    pair.world.with_sqlite("spare", "CREATE TABLE t (n)").with_sqlite("other", "CREATE TABLE t (n)");
    pair.world.module("slow", "other", "spare", "t", "append", "SELECT n FROM t");
    let lock = |name: &str| {
        let held = pair.world.sqlite(name);
        held.execute_batch("BEGIN EXCLUSIVE").unwrap();
        held
    };
    let (src, other) = (lock("src.db"), lock("other.db"));
    let first = pair.world.start("run orders");
    pair.world.until_in("transfer");
    let second: Running = pair.world.start("run slow orders");
    let moving = "SELECT count(*) FROM run_step WHERE kind = 'transfer' AND duration_ms IS NULL";
    until("the second one is at its first module", || pair.world.own(moving) == "2");
    first.signal(Signal::KILL);
    first.wait();
    drop(src);
    until("nobody has the lock of the dead run", || is_free(&pair, 1));
    drop(other);
    second.wait().ok();
    let runs = pair.world.own("SELECT module_name, status FROM run_log ORDER BY id");
    assert_eq!(runs, "'orders'|'error'\n'slow'|'success'\n'orders'|'success'");
    assert_eq!(pair.loaded(), NEW);
}

/// Never 3: the server goes on with the query of a client that is gone, unless it is told to stop.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_query_of_a_dead_run_is_stopped_on_its_server() {
    let mut pair = Pair::postgres().with_orders();
    let url = format!("{}?options=-c%20client_connection_check_interval=0", pair.pg().url());
    pair.world.args(&["connection", "edit", "dst", "--url", &url]).ok();
    pair.orders("--strategy append");
    let sleeps = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
    pair.call("hook add orders --connection dst --sql 'SELECT pg_sleep(1000)'").ok();
    // In the transfer, and in the hook.
    for query in ["SELECT 1, NULL, 1 FROM pg_sleep(1000)", "SELECT 1, NULL, 1"] {
        pair.world.args(&["module", "edit", "orders", "--source", "dst", "--query", query]).ok();
        let run = pair.world.start("run orders");
        until("the server sleeps", || pair.rows(sleeps).len() == 1);
        run.signal(Signal::KILL);
        run.wait();
        until("the server has stopped", || pair.rows(sleeps).is_empty());
        pair.world.until_quiet();
    }
    assert_eq!(pair.loaded(), ["1|NULL|1", OLD[0]]);
}
