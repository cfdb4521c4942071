//! Runs whose process died, and merges whose end is in doubt: the log says what happened, whoever asks next.

use super::support::{ENDLESS, NEW, OLD, Pair, Running, Signal, kill, until};
use serde_json::Value;

/// Kills pipekit outright, as the machine's memory killer would.
fn die(run: Running) {
    run.signal(Signal::KILL);
    run.wait();
}

/// The newest run of `orders`: its status, and its error and warnings as one text.
#[track_caller]
fn verdict(pair: &Pair) -> (String, String) {
    let run = pair.world.log("orders");
    assert_eq!(pair.world.own("SELECT running FROM module"), "0", "the module is not free");
    (
        run["status"].as_str().unwrap().to_owned(),
        format!("{} {}", run["error"].as_str().unwrap_or_default(), run["warnings"]),
    )
}

#[track_caller]
fn is(pair: &Pair, status: &str, says: &str) {
    let (found, text) = verdict(pair);
    assert!(found == status && text.contains(says), "{found}: {text}");
}

on_each! {
    /// Never 3: a run that died says so as soon as anybody looks, and leaves no process behind.
    fn a_run_that_dies_in_its_transfer_is_settled_by_the_next_look(pair) {
        let mut pair = pair.with_orders();
        pair.module("orders", &format!("--table orders --strategy full --query \"{ENDLESS}\""));
        let run = pair.world.start("run orders");
        pair.world.until_in("transfer");
        die(run);
        pair.world.until_quiet();
        pair.call("status").ok().says("1 run(s) whose process was gone have been settled");
        is(&pair, "error", "its process ended in the step transfer src to dst");
        is(&pair, "error", "nothing was merged");
        let steps = pair.world.log("orders")["steps"].as_array().unwrap().clone();
        assert_eq!(steps.last().unwrap()["error"], "its process ended in this step");
        assert_eq!(pair.loaded(), OLD);
        pair.call("module edit orders --query 'SELECT * FROM orders'").ok();
        pair.world.run("orders");
        assert_eq!(pair.loaded(), NEW);
    }

    /// Never 3, never 13: nothing of a dead run's merge happens later.
    fn a_run_that_dies_in_its_merge_did_not_merge(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete");
        let held = pair.hold_merge();
        let run = pair.start_merging();
        die(run);
        pair.world.until_quiet();
        is(&pair, "error", "in the step merge merge");
        is(&pair, "error", "nothing was merged");
        pair.let_merge(held);
        assert_eq!(pair.loaded(), OLD);
        pair.world.run("orders");
        assert_eq!(pair.loaded(), NEW);
    }

    fn a_runner_that_dies_in_the_transfer_fails_the_run(pair) {
        let mut pair = pair.with_orders();
        pair.module("orders", &format!("--table orders --strategy full --query \"{ENDLESS}\""));
        let run = pair.world.start("run orders");
        pair.world.until_in("transfer");
        kill(pair.world.runner(), Signal::KILL);
        run.wait().fails(1, "the runner process ended before it answered (signal: 9 (SIGKILL))");
        pair.world.until_quiet();
        is(&pair, "error", "moving rows from src into staging");
        assert_eq!(pair.loaded(), OLD);
    }

    /// Never 13: the runner is gone, and the receipt tells that the merge did not happen.
    fn a_runner_that_dies_in_the_merge_leaves_no_doubt(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete");
        let held = pair.hold_merge();
        let run = pair.start_merging();
        kill(pair.world.runner(), Signal::KILL);
        run.wait().fails(1, "merging into orders on dst: the runner process ended");
        pair.let_merge(held);
        is(&pair, "error", "the runner process ended");
        assert_eq!(pair.loaded(), OLD);
        pair.world.run("orders");
        assert_eq!(pair.loaded(), NEW);
    }

    /// Never 13: while the destination can't be asked, the run is `unknown`, and none begins; then it is settled.
    fn a_doubt_stays_one_until_the_destination_can_be_asked(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete");
        let url = pair.call("connection show dst --json").ok().json()["jdbc_url"].as_str().unwrap().to_owned();
        let held = pair.hold_merge();
        let run = pair.start_merging();
        die(run);
        pair.world.until_quiet();
        let nowhere = if pair.is_postgres() { "jdbc:postgresql://127.0.0.1:1/none" } else { "jdbc:sqlite:/nowhere.db" };
        // Not by `connection edit`, which looks first, as every command does, and would settle it.
        pair.world.sqlite("pipekit.db").execute("UPDATE connection SET jdbc_url = ? WHERE name = 'dst'", [nowhere]).unwrap();
        is(&pair, "unknown", "whether it merged can't be read yet");
        pair.call("run orders").fails(1, "it is not known yet whether run 1 of module orders merged");
        assert_eq!(pair.world.own("SELECT count(*) FROM run_log"), "1");
        let at = pair.world.log("1")["finished_at"].clone();
        pair.call("module rename orders renamed").fails(1, "it is not known yet whether run 1");
        pair.world.args(&["connection", "edit", "dst", "--url", &url]).ok();
        let run = pair.world.log("1");
        assert_eq!([&run["status"], &run["finished_at"]], [&Value::from("error"), &at]);
        assert!(run["error"].as_str().unwrap().contains("nothing was merged"), "{}", run["error"]);
        pair.let_merge(held);
        pair.world.run("orders");
        assert_eq!(pair.loaded(), NEW);
    }
}

on_each! {
    /// Never 13: a receipt that is gone proves nothing, wherever the destination went.
    fn a_doubt_without_a_receipt_stays_one(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete");
        let held = pair.hold_merge();
        let run = pair.start_merging();
        die(run);
        pair.world.until_quiet();
        pair.let_merge(held);
        let receipts = if pair.is_postgres() { "pipekit_staging.pipekit_receipt" } else { "pipekit_staging_pipekit_receipt" };
        pair.dst(&format!("DELETE FROM {receipts}"));
        is(&pair, "unknown", "its receipt is gone from dst");
        pair.call("run orders").fails(1, "it is not known yet whether run 1");
        pair.call("log settle 1 --not-merged").ok();
        pair.world.run("orders");
        assert_eq!(pair.loaded(), NEW);
    }

    /// Where the destination is gone for good, the operator's word ends the doubt, and says that it did.
    fn an_operator_ends_a_doubt_by_word(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete");
        let held = pair.hold_merge();
        let run = pair.start_merging();
        die(run);
        pair.world.until_quiet();
        let nowhere = if pair.is_postgres() { "jdbc:postgresql://127.0.0.1:1/none" } else { "jdbc:sqlite:/nowhere.db" };
        pair.world.sqlite("pipekit.db").execute("UPDATE connection SET jdbc_url = ? WHERE name = 'dst'", [nowhere]).unwrap();
        pair.call("log settle 1").code(2);
        pair.call("log settle 1 --not-merged").ok();
        is(&pair, "error", "settled by hand");
        pair.call("log settle 1 --merged").fails(1, "is not unknown");
        pair.let_merge(held);
    }
}

/// A destination whose server does not notice that a client is gone, so that its merge goes on.
fn unnoticing() -> Pair {
    let mut pair = Pair::postgres().with_orders();
    let url = format!("{}?options=-c%20client_connection_check_interval=0", pair.pg().url());
    pair.world.args(&["connection", "edit", "dst", "--url", &url]).ok();
    pair.orders("--strategy incremental --key id --retries 3 --retry-delay-s 0");
    pair.call("hook add orders --connection src --sql \"INSERT INTO orders VALUES (100, 'hook', 0)\"").ok();
    pair
}

/// Waits until the merge of the killed client is over.
fn until_merged(pair: &mut Pair) {
    let busy = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                AND state = 'active'";
    until("the merge is over", || pair.rows(busy).is_empty());
}

/// Never 13: a merge that is committed after its client was killed is a success, and is not done again.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_merge_that_outlives_its_runner_is_a_success_and_is_not_tried_again() {
    let mut pair = unnoticing();
    let held = pair.hold_merge();
    let run = pair.start_merging();
    kill(pair.world.runner(), Signal::KILL);
    // The question waits for the old session, which holds the receipt.
    let asks = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' \
                AND query LIKE '%abandoned%'";
    until("the receipt is asked for", || pair.rows(asks).len() == 1);
    drop(held);
    run.wait().code(0).says("the merge was committed, though the runner said: the runner process ended");
    assert_eq!(pair.loaded(), [&NEW[..], &OLD[..]].concat());
    let run = pair.world.log("orders");
    assert_eq!(
        [&run["status"], &run["rows_deleted"], &run["rows_inserted"]],
        [&Value::from("success"), &0.into(), &3.into()]
    );
    assert_eq!(pair.world.own("SELECT count(*) FROM run_log"), "1");
    assert_eq!(pair.world.rows("src", "SELECT count(*) FROM orders"), ["4"], "the hook runs");
}

/// Never 13: both processes of a run are killed, and its merge is committed all the same.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_merge_that_outlives_everybody_is_found_to_be_a_success() {
    let mut pair = unnoticing();
    let held = pair.hold_merge();
    let run = pair.start_merging();
    kill(pair.world.runner(), Signal::STOP);
    let runner = pair.world.runner();
    run.signal(Signal::KILL);
    kill(runner, Signal::KILL);
    run.wait();
    pair.world.until_quiet();
    // As long as it may still be committed nobody can tell.
    is(&pair, "unknown", "dst did not answer within 5 s");
    drop(held);
    until_merged(&mut pair);
    is(&pair, "success", "the merge was committed; 1 hooks failed or did not run");
    let run = pair.world.log("orders");
    assert_eq!([&run["rows_inserted"], &run["hooks_failed"], &run["error"]], [&3.into(), &1.into(), &Value::Null]);
    assert_eq!(pair.loaded(), [&NEW[..], &OLD[..]].concat());
    // The module goes on from there.
    pair.src("DELETE FROM orders; INSERT INTO orders VALUES (50, 'next', 0)");
    pair.world.run("orders");
    assert_eq!(pair.loaded(), ["1|nut|10", "2|NULL|20", "3||30", "9|old|90", "50|next|0"]);
}

/// Never 13: once the receipt is taken back, a merge that comes late finds nothing to do.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_merge_without_its_receipt_does_nothing() {
    let mut pair = Pair::postgres().with_orders();
    pair.orders("--strategy append");
    let run = pair.world.run("orders");
    let merge = run["merge_sql"].as_str().unwrap();
    let before = pair.loaded();
    let error = pair.pg().client.batch_execute(merge).unwrap_err();
    assert!(error.as_db_error().unwrap().message().contains("its receipt is taken"));
    pair.dst(
        "UPDATE pipekit_staging.pipekit_receipt SET state = 'staged'; DELETE FROM pipekit_staging.orders WHERE id = 1",
    );
    let error = pair.pg().client.batch_execute(merge).unwrap_err();
    assert!(error.as_db_error().unwrap().message().contains("staging holds 2 rows, 3 were staged"));
    assert_eq!(pair.loaded(), before);
}

/// Never 13, on SQLite: the same by the CHECK on the receipt's state.
#[test]
fn sqlite_a_merge_without_its_receipt_does_nothing() {
    let mut pair = Pair::sqlite().with_orders();
    pair.orders("--strategy append");
    let run = pair.world.run("orders");
    let merge = run["merge_sql"].as_str().unwrap().to_owned();
    let before = pair.loaded();
    for spoilt in [
        "SELECT 1",
        "UPDATE pipekit_staging_pipekit_receipt SET state = 'staged'; DELETE FROM pipekit_staging_orders WHERE id = 1",
        "DELETE FROM pipekit_staging_pipekit_receipt",
    ] {
        pair.dst(spoilt);
        let error = pair.world.sqlite("dst.db").execute_batch(&merge).unwrap_err().to_string();
        assert!(error.contains("pipekit_rows_are_not_staged_for_this_merge"), "{spoilt}: {error}");
        assert_eq!(pair.loaded(), before);
    }
}
