//! The network between pipekit and PostgreSQL fails, in the ways that networks do and at the moments that matter.

use super::support::aftermath::{BEFORE, LOADS, Load, for_each};
use super::support::postgres::user;
use super::support::proxy::{Fault, Proxy, Way, When};
use super::support::{Pair, Running, Signal, until};
use std::time::{Duration, Instant};

/// What only the merge's text has.
const MERGE: &str = "pipekit_expected bigint";
/// What asks for a receipt, and what takes one back.
const READ: &str = "SELECT install, run_id, state";
const FENCE: &str = "SET state = 'abandoned'";
/// More rows than any buffer on the way holds.
const MANY: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) \
                    SELECT i, 'x', i FROM n";

/// A pair whose destination is reached through a proxy.
fn behind(load: Load, flags: &str) -> (Pair, Proxy) {
    let (mut pair, net) = (Pair::postgres().loading(load, flags), Proxy::new());
    let url = net.url(pair.pg());
    pair.world.args(&["connection", "edit", "dst", "--url", &url]).ok();
    (pair, net)
}

/// A pair whose source is PostgreSQL, reached through a proxy.
fn from_behind(flags: &str) -> (Pair, Proxy) {
    let (mut pair, net) = behind(LOADS[0], flags);
    let (near, far) = (pair.pg().url(), net.url(pair.pg()));
    pair.world.args(&["connection", "edit", "dst", "--url", &near]).ok();
    pair.world.postgresql("far", &far, &user(), "$PG_PASSWORD");
    pair.world.args(&["module", "edit", "orders", "--source", "far", "--query", MANY]).ok();
    (pair, net)
}

/// The fault is over: what there is to load is small again, and the next runs bring the destination to the model.
fn comes_to(pair: &mut Pair, net: &Proxy, load: Load) {
    net.heal();
    if load.new == LOADS[0].new {
        pair.call("module edit orders --source src --query 'SELECT id, item, qty FROM orders' --timeout-s 600").ok();
    }
    pair.comes_to(load.new);
}

/// Another session that keeps every writer of the destination waiting.
fn hold(pair: &mut Pair) -> postgres::Client {
    let mut session = pair.pg().session();
    session.batch_execute("BEGIN; LOCK TABLE orders IN EXCLUSIVE MODE").unwrap();
    session
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_source_is_cut_in_mid_transfer() {
    for_each(&[Fault::Reset, Fault::Close, Fault::HalfOpen], |fault| {
        let (mut pair, net) = from_behind("");
        net.fail(When::Passed(Way::Down, 100_000), fault);
        pair.call("run orders").fails(1, "the connection to PostgreSQL broke");
        assert_eq!(net.fired(), 1);
        pair.is_left(BEFORE, "error", "reading the rows on far: the connection to PostgreSQL broke");
        comes_to(&mut pair, &net, LOADS[0]);
    });
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_destination_is_cut_in_mid_transfer() {
    for_each(&[Fault::Reset, Fault::Close, Fault::HalfOpen], |fault| {
        let (mut pair, net) = behind(LOADS[0], "");
        pair.world.args(&["module", "edit", "orders", "--query", MANY]).ok();
        net.fail(When::Passed(Way::Up, 400_000), fault);
        pair.call("run orders").fails(1, "the connection to PostgreSQL broke");
        assert_eq!(net.fired(), 1);
        pair.is_left(BEFORE, "error", "moving rows from src into staging on dst");
        comes_to(&mut pair, &net, LOADS[0]);
    });
}

/// The time that a run may take ends it, though its source is silent and hears of no cancellation.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_source_that_falls_silent_is_left_after_the_timeout() {
    let (mut pair, net) = from_behind("--timeout-s 5");
    net.fail(When::Passed(Way::Down, 100_000), Fault::Silence);
    pair.world.start("run orders").ends().fails(1, "timed out after 5 s (timeout_s); nothing was merged");
    assert!(net.fired() > 0);
    pair.is_left(BEFORE, "error", "timed out after 5 s");
    comes_to(&mut pair, &net, LOADS[0]);
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_run_whose_destination_has_fallen_silent_can_be_cancelled() {
    let (mut pair, net) = behind(LOADS[0], "");
    pair.world.args(&["module", "edit", "orders", "--query", MANY]).ok();
    net.fail(When::Passed(Way::Up, 400_000), Fault::Silence);
    let run = pair.world.start("run orders");
    until("the network is silent", || net.has_failed());
    pair.call("cancel orders").ok().prints("cancelled module orders");
    run.ends().fails(130, "cancelled by `pipekit cancel`; nothing was merged");
    pair.is_left(BEFORE, "cancelled", "nothing was merged");
    comes_to(&mut pair, &net, LOADS[0]);
}

/// Never 11, never 13: the connection breaks right before the merge is sent. Nothing was merged, and it is known.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn cut_right_before_the_merge() {
    for fault in [Fault::Reset, Fault::Close, Fault::HalfOpen] {
        for_each(&LOADS, |load| {
            let (mut pair, net) = behind(load, "");
            net.fail(When::Before(Way::Up, MERGE), fault);
            pair.call("run orders").fails(1, "; nothing was merged");
            assert_eq!(net.fired(), 1);
            pair.is_left(BEFORE, "error", "the connection to PostgreSQL broke");
            comes_to(&mut pair, &net, load);
        });
    }
}

/// What is known not to have merged is tried again.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn cut_right_before_the_merge_and_tried_again() {
    for_each(&LOADS, |load| {
        let (mut pair, net) = behind(load, "--retries 1 --retry-delay-s 0");
        net.fail(When::Before(Way::Up, MERGE), Fault::Reset);
        pair.call("run orders").ok().says("trying again in 0 s");
        assert_eq!(net.fired(), 1);
        pair.is_left(load.new, "success", "");
        comes_to(&mut pair, &net, load);
    });
}

/// Never 13: pipekit's end of the connection breaks in the middle of a merge, of which the server hears nothing: it
/// commits, or it rolls back. The log says the right one.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_connection_is_lost_in_a_merge_that_goes_on() {
    for_each(&LOADS, |load| {
        for commits in [true, false] {
            let (mut pair, net) = behind(load, "--retries 2 --retry-delay-s 0");
            let held = hold(&mut pair);
            let run = pair.start_merging();
            net.strike(Fault::HalfOpen);
            let asks = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' \
                        AND query LIKE '%abandoned%'";
            until("the receipt is asked for", || pair.rows(asks).len() == 1);
            if commits {
                drop(held);
                run.ends()
                    .ok()
                    .says("the merge was committed, though the runner said: the connection to PostgreSQL broke");
                pair.is_left(load.new, "success", "the merge was committed");
            } else {
                pair.rows(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
                     AND wait_event_type = 'Lock' AND query LIKE '%pipekit_expected bigint%'",
                );
                // It is tried again, and waits for the lock anew.
                pair.world.until_in("merge");
                until("the second try", || pair.world.own("SELECT count(*) FROM run_log") == "2");
                assert_eq!(pair.world.own("SELECT status FROM run_log WHERE attempt = 1"), "'error'");
                drop(held);
                run.ends().ok();
                pair.is_left(load.new, "success", "");
            }
            comes_to(&mut pair, &net, load);
        }
    });
}

/// Never 13: the server's answer to the merge is swallowed. The run can be cancelled, and finds out that it merged.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_answer_to_the_merge_is_swallowed() {
    for_each(&LOADS, |load| {
        let (mut pair, net) = behind(load, "");
        let held = hold(&mut pair);
        let run = pair.start_merging();
        net.strike(Fault::Swallow);
        drop(held);
        until("it is committed", || pair.loaded() == load.new);
        run.signal(Signal::INT);
        run.ends().ok().says("the merge was committed, though the runner said");
        pair.is_left(load.new, "success", "the merge was committed");
        comes_to(&mut pair, &net, load);
    });
}

/// Never 13: the network is gone for good in the middle of the merge, which is committed. The run is `unknown` within a
/// bounded time, looks are too, and it is a success once the server can be asked.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_network_is_gone_in_the_merge() {
    for_each(&LOADS, |load| {
        let (mut pair, net) = behind(load, "");
        let held = hold(&mut pair);
        let run = pair.start_merging();
        net.strike(Fault::Silence);
        drop(held);
        until("it is committed", || pair.loaded() == load.new);
        run.signal(Signal::INT);
        run.ends().fails(1, "it is not known yet whether the merge into orders on dst happened");
        pair.is_left(load.new, "unknown", "it is not known yet");
        pair.call("run orders").fails(1, "it is not known yet whether run 1 of module orders merged");
        net.heal();
        pair.is_left(load.new, "success", "it could not be told at first");
        comes_to(&mut pair, &net, load);
    });
}

/// Never 13: the network is gone when the receipt is read, or taken back, after a merge. That question can't be stopped
/// like other work, and ends all the same.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_network_is_gone_when_the_receipt_is_asked_for() {
    for_each(&[(READ, true), (FENCE, false)], |(question, committed)| {
        let load = LOADS[2];
        let (mut pair, net) = behind(load, "");
        let held = hold(&mut pair);
        let run = pair.start_merging();
        net.fail(When::Before(Way::Up, question), Fault::Silence);
        if !committed {
            net.strike(Fault::Reset);
            let waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass";
            until("the server notices", || pair.rows(waiting).is_empty());
        }
        drop(held);
        until("the network is silent", || net.has_failed());
        run.signal(Signal::INT);
        run.ends().fails(1, "it is not known yet whether the merge into orders on dst happened");
        let rows = if committed { load.new } else { BEFORE };
        pair.is_left(rows, "unknown", "it is not known yet");
        net.heal();
        pair.is_left(rows, if committed { "success" } else { "error" }, "it could not be told at first");
        comes_to(&mut pair, &net, load);
    });
}

/// Never 3: pipekit is killed while its server is silent, and an encrypted one would have to answer before it hears of a
/// cancellation. The runner ends all the same, and lets go of the lock.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn no_runner_waits_for_a_silent_server_when_pipekit_is_gone() {
    for_each(&[false, true], |encrypted| {
        let (mut pair, net) = behind(LOADS[1], "");
        if encrypted {
            let url = net.url(pair.pg()).replace("sslmode=disable", "sslmode=require");
            pair.world.args(&["connection", "edit", "dst", "--url", &url]).ok();
        }
        let held = hold(&mut pair);
        let run = pair.start_merging();
        net.strike(Fault::Silence);
        run.signal(Signal::KILL);
        run.wait();
        pair.world.until_quiet();
        drop(held);
        pair.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pipekit' AND datname = current_database()");
        let rows = pair.loaded();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        pair.is_left(&rows, "unknown", "whether it merged can't be read yet");
        net.heal();
        pair.is_left(&rows, if rows == BEFORE { "error" } else { "success" }, "its process ended in the step merge");
        comes_to(&mut pair, &net, LOADS[1]);
    });
}

/// A look waits for a server that does not answer for a moment, and not for a moment a run.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_look_at_many_dead_runs_on_a_silent_server_takes_no_longer_than_one() {
    let (mut pair, net) = behind(LOADS[1], "");
    let url = net.url(pair.pg()).replace("connectTimeout=2", "connectTimeout=600");
    pair.world.args(&["connection", "edit", "dst", "--url", &url]).ok();
    for n in 1..10 {
        pair.call(&format!("module copy orders orders{n}")).ok();
    }
    let held = hold(&mut pair);
    let runs: Vec<Running> = (0..10)
        .map(|n| pair.world.start(&format!("run {}", if n == 0 { "orders".to_owned() } else { format!("orders{n}") })))
        .collect();
    let waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass";
    until("all are in their merge", || pair.rows(waiting).len() == 10);
    net.strike(Fault::Silence);
    for run in runs {
        run.signal(Signal::KILL);
        run.wait();
    }
    pair.world.until_quiet();
    for line in ["status", "log", "status"] {
        let since = Instant::now();
        pair.call(line).ok();
        assert!(since.elapsed() < Duration::from_secs(25), "{line} took {:?}", since.elapsed());
    }
    assert_eq!(pair.world.own("SELECT count(*) FROM run_log WHERE status = 'unknown'"), "10");
    net.heal();
    drop(held);
    let busy = "SELECT FROM pg_stat_activity WHERE application_name = 'pipekit' AND datname = current_database()";
    until("the old sessions are over", || pair.rows(busy).is_empty());
    for id in 1..=10 {
        assert_ne!(pair.world.log(&id.to_string())["status"], "unknown");
    }
    comes_to(&mut pair, &net, LOADS[1]);
}

/// A slow network is no fault.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_slow_network_only_takes_its_time() {
    let (mut pair, net) = behind(LOADS[1], "");
    net.delay(Duration::from_millis(15));
    pair.world.run("orders");
    pair.is_left(LOADS[1].new, "success", "");
    comes_to(&mut pair, &net, LOADS[1]);
}
