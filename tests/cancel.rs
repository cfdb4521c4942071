//! Stopping a run: Ctrl-C, SIGTERM, `pipekit cancel`, its time being over; and trying again.

use super::support::{Call, ENDLESS, NEW, OLD, Pair, Running, Signal, until};

/// Every way to cancel a run that goes on.
const WAYS: [&str; 3] = ["SIGINT", "SIGTERM", "pipekit cancel"];

/// Cancels a run and waits for its end.
fn cancel(pair: &Pair, run: Running, way: &str) -> Call {
    match way {
        "SIGINT" => run.signal(Signal::INT),
        "SIGTERM" => run.signal(Signal::TERM),
        _ => {
            let said = pair.call("cancel orders --json").ok().json();
            assert_eq!(said["status"], "cancelled");
        }
    }
    run.wait()
}

/// The newest run was cancelled, and nothing of it is left.
#[track_caller]
fn is_cancelled(pair: &mut Pair, call: Call, way: &str) {
    call.code(130).says("cancelled");
    pair.world.until_quiet();
    let run = pair.world.log("orders");
    assert_eq!(run["status"], "cancelled", "{way}");
    assert!(run["error"].as_str().unwrap().contains(if way.starts_with("SIG") { "by a signal" } else { way }));
    assert_eq!(pair.world.own("SELECT running, cancel_requested, lock_pid FROM module"), "0|0|NULL");
    assert_eq!(pair.loaded(), OLD);
}

on_each! {
    fn a_transfer_is_cancelled(pair) {
        let mut pair = pair.with_orders();
        pair.module("orders", &format!("--table orders --strategy full --query \"{ENDLESS}\""));
        for way in WAYS {
            let run = pair.world.start("run orders");
            pair.world.until_in("transfer");
            let ended = cancel(&pair, run, way);
            is_cancelled(&mut pair, ended, way);
        }
        pair.call("module edit orders --query 'SELECT * FROM orders'").ok();
        pair.world.run("orders");
        assert_eq!(pair.loaded(), NEW);
    }

    /// Never 11, never 13: a merge that was cancelled did not happen, and the log says so.
    fn a_merge_is_cancelled(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete");
        for way in WAYS {
            let held = pair.hold_merge();
            let run = pair.start_merging();
            let ended = cancel(&pair, run, way);
            is_cancelled(&mut pair, ended, way);
            pair.let_merge(held);
            assert_eq!(pair.loaded(), OLD, "it went on after it was cancelled");
        }
        pair.world.run("orders");
        assert_eq!(pair.loaded(), NEW);
    }

    fn a_run_that_takes_too_long_is_stopped_and_its_hooks_tell_of_it(pair) {
        let mut pair = pair.with_orders();
        pair.src("CREATE TABLE told (n INTEGER)");
        pair.module("orders", &format!("--table orders --strategy full --timeout-s 1 --query \"{ENDLESS}\""));
        // A hook that takes longer than a stopped run is given to notice.
        let slow = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000000) \
                    INSERT INTO told SELECT max(i) FROM n";
        pair.call(&format!("hook add orders --connection src --on failure --sql '{slow}'")).ok();
        pair.call("hook add orders --connection src --on success --sql 'DELETE FROM told'").ok();
        pair.call("run orders").fails(1, "timed out after 1 s (timeout_s)");
        pair.world.until_quiet();
        let run = pair.world.log("orders");
        assert_eq!([&run["status"], &run["hooks_failed"]], [&serde_json::json!("error"), &serde_json::json!(0)]);
        assert_eq!(pair.world.rows("src", "SELECT n FROM told"), ["9000000"]);
        assert_eq!(pair.loaded(), OLD);
    }

    /// Tries are runs of their own, numbered, and what is tried again is everything.
    fn a_run_that_fails_is_tried_again(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy append --min-rows 5 --retries 3 --retry-delay-s 0");
        // Each failure brings one row more: three, four, five.
        let more = "INSERT INTO orders SELECT max(id) + 1, 'more', 0 FROM orders";
        pair.call(&format!("hook add orders --connection src --on failure --sql \"{more}\"")).ok();
        pair.call("run orders").ok().says("trying again in 0 s");
        let tries = pair.world.own("SELECT attempt, status, row_count FROM run_log ORDER BY id");
        assert_eq!(tries, "1|'error'|3\n2|'error'|4\n3|'success'|5");
        assert_eq!(pair.loaded().len(), 6);
        assert_eq!(pair.world.own("SELECT running FROM module"), "0");
    }

    /// Never 11: what the gate refuses is not let through by being tried again.
    fn tries_come_to_an_end(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy append --min-rows 5 --retries 2 --retry-delay-s 0");
        pair.call("run orders").fails(1, "fewer than the 5");
        assert_eq!(pair.world.own("SELECT attempt, status FROM run_log ORDER BY id"), "1|'error'\n2|'error'\n3|'error'");
        assert_eq!(pair.loaded(), OLD);
    }
}

#[test]
fn waiting_for_the_next_try_can_be_cancelled() {
    let mut pair = Pair::sqlite().with_orders();
    pair.orders("--strategy append --min-rows 5 --retries 2 --retry-delay-s 9223372036854775807");
    for way in WAYS {
        let run = pair.world.start("run orders");
        // In one query: between two of them a run could begin.
        let waiting = "SELECT running AND NOT EXISTS (SELECT 1 FROM run_log WHERE status = 'running') FROM module";
        until("the first try has failed", || pair.world.own(waiting) == "1");
        match way {
            "SIGINT" => run.signal(Signal::INT),
            "SIGTERM" => run.signal(Signal::TERM),
            _ => drop(pair.call("cancel orders").ok()),
        }
        run.wait().fails(130, "cancelled while it waited for its next try");
        pair.world.until_quiet();
        assert_eq!(pair.world.own("SELECT running, cancel_requested FROM module"), "0|0");
    }
    assert_eq!(pair.loaded(), OLD);
}

/// A hook that always runs does so for a cancelled run too, and is not cancelled with it.
#[test]
fn a_cancelled_run_still_runs_the_hooks_that_always_run() {
    let pair = Pair::sqlite().with_orders();
    pair.src("CREATE TABLE told (n INTEGER)");
    pair.module("orders", &format!("--table orders --strategy full --query \"{ENDLESS}\""));
    for on in ["success", "failure", "always"] {
        pair.call(&format!("hook add orders --connection src --on {on} --sql \"INSERT INTO told SELECT '{on}'\"")).ok();
    }
    let run = pair.world.start("run orders");
    pair.world.until_in("transfer");
    cancel(&pair, run, "SIGINT").code(130);
    assert_eq!(pair.world.rows("src", "SELECT n FROM told"), ["'always'"]);
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_query_and_a_resolver_on_postgresql_are_cancelled_on_the_server() {
    let mut pair = Pair::postgres().with_orders();
    pair.call(
        "module add orders --source dst --dest dst --table orders --strategy full \
        --query 'SELECT 1, NULL, 2 FROM (SELECT pg_sleep(1000)) AS s'",
    )
    .ok();
    let idle = |pair: &mut Pair| {
        let busy = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(1000)%' \
                    AND state = 'active' AND pid <> pg_backend_pid()";
        until("the server has stopped too", || pair.rows(busy).is_empty());
    };
    let run = pair.world.start("run orders");
    pair.world.until_in("transfer");
    let ended = cancel(&pair, run, "SIGINT");
    is_cancelled(&mut pair, ended, "SIGINT");
    idle(&mut pair);
    pair.call("watermark add orders since --connection dst --sql 'SELECT 1 FROM (SELECT pg_sleep(1000)) AS s'").ok();
    let run = pair.world.start("run orders");
    pair.world.until_in("watermark");
    let ended = cancel(&pair, run, "pipekit cancel");
    is_cancelled(&mut pair, ended, "pipekit cancel");
    idle(&mut pair);
}

#[test]
fn what_does_not_run_can_not_be_cancelled() {
    let pair = Pair::sqlite().with_orders();
    pair.orders("--strategy full");
    pair.call("cancel orders").fails(1, "module orders is not running");
}
