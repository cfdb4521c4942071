//! The clock is set by an hour or a day, between runs and in the middle of one; and time zones that are none.

use super::support::aftermath::{BEFORE, LOADS};
use super::support::clock::Clock;
use super::support::{ENDLESS, Pair, Signal};
use serde_json::Value;

const DAY: i64 = 86_400_000;

/// A pair with a clock of its own, and `orders` in it.
fn clocked(flags: &str) -> (Pair, Clock) {
    let mut pair = Pair::sqlite().loading(LOADS[1], flags);
    let clock = Clock::of(&mut pair.world);
    (pair, clock)
}

/// How many days the newest run began after now, by the real clock.
fn days_ahead(pair: &Pair) -> i64 {
    let days =
        pair.world.own("SELECT round(julianday(started_at) - julianday('now')) FROM run_log ORDER BY id DESC LIMIT 1");
    days.trim_end_matches(".0").parse().unwrap()
}

/// Nothing that the log says of a run is negative, and its steps took no day.
#[track_caller]
fn takes_no_negative_time(pair: &Pair) -> Value {
    assert_eq!(pair.world.own("SELECT count(*) FROM run_log WHERE finished_at < started_at"), "0");
    let run = pair.world.log("orders");
    assert!(run["duration_ms"].as_i64().unwrap() >= 0);
    for step in run["steps"].as_array().unwrap() {
        assert!((0..DAY / 2).contains(&step["duration_ms"].as_i64().unwrap()), "{step}");
    }
    run
}

/// The clock jumps in mid-transfer: no limit of time takes it for time that has passed, or for time that has not.
#[test]
#[ignore = "needs faketime: tests/run.sh"]
fn the_clock_jumps_in_a_run() {
    for jump in ["+1d", "-1d", "+1h", "-1h"] {
        let (mut pair, clock) = clocked("--timeout-s 600");
        let held = pair.world.sqlite("src.db");
        held.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let run = pair.world.start("run orders");
        pair.world.until_in("transfer");
        clock.set(jump);
        drop(held);
        run.wait().ok();
        pair.is_left(LOADS[1].new, "success", "[]");
        let run = takes_no_negative_time(&pair);
        let jumped = run["duration_ms"].as_i64().unwrap();
        assert!(if jump == "+1d" { jumped >= DAY } else { jumped < DAY }, "the clock did not jump: {jumped}");
        pair.comes_to(LOADS[1].new);
        takes_no_negative_time(&pair);
    }
}

/// A run that takes too long is stopped, though by the clock it has not begun yet.
#[test]
#[ignore = "needs faketime: tests/run.sh"]
fn a_clock_that_goes_back_keeps_no_run_from_its_timeout() {
    let (mut pair, clock) = clocked("--timeout-s 3");
    pair.world.args(&["module", "edit", "orders", "--query", ENDLESS]).ok();
    let run = pair.world.start("run orders");
    pair.world.until_in("transfer");
    clock.set("-1d");
    run.ends().fails(1, "timed out after 3 s");
    pair.is_left(BEFORE, "error", "timed out after 3 s");
    takes_no_negative_time(&pair);
}

/// Never 3: a run that died is settled by a look before it began, as the clock says, and the log stays in order.
#[test]
#[ignore = "needs faketime: tests/run.sh"]
fn a_dead_run_is_settled_before_it_began() {
    let (mut pair, clock) = clocked("");
    clock.set("+1d");
    pair.world.args(&["module", "edit", "orders", "--query", ENDLESS]).ok();
    let run = pair.world.start("run orders");
    pair.world.until_in("transfer");
    run.signal(Signal::KILL);
    run.wait();
    clock.set("+0");
    pair.is_left(BEFORE, "error", "its process ended in the step transfer");
    takes_no_negative_time(&pair);
    assert_eq!(days_ahead(&pair), 1);
    pair.world.args(&["module", "edit", "orders", "--query", LOADS[1].query]).ok();
    pair.comes_to(LOADS[1].new);
    assert_eq!(days_ahead(&pair), 0);
    let log = pair.world.json("log");
    let ids: Vec<i64> = log.as_array().unwrap().iter().map(|run| run["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [3, 2, 1], "the newest is first, whatever its clock said");
}

/// Runs of a clock that was ahead are shown with their date, are in every `--since`, and outlive a prune of old ones.
#[test]
#[ignore = "needs faketime: tests/run.sh"]
fn runs_of_the_future_are_looked_at() {
    let (mut pair, clock) = clocked("");
    clock.set("-3d");
    pair.world.run("orders");
    clock.set("+2d");
    pair.world.run("orders");
    assert_eq!(days_ahead(&pair), 2);
    clock.set("+0");
    let date = pair.world.own("SELECT substr(started_at, 1, 16) FROM run_log WHERE id = 2").replace('T', " ");
    pair.call("status").ok().prints(date.trim_matches('\''));
    for sort in ["started", "duration", "rows", "module", "status"] {
        assert_eq!(pair.world.json(&format!("log --sort {sort}")).as_array().unwrap().len(), 2);
    }
    let since = |time: &str| pair.world.json(&format!("log --since {time}")).as_array().unwrap().len();
    assert_eq!([since("4d"), since("1h"), since("0s")], [2, 1, 1]);
    pair.world.run("orders");
    assert_eq!(pair.world.json("log prune --older-than 1d --yes")["removed"], 1);
    assert_eq!(pair.world.own("SELECT group_concat(id) FROM run_log"), "'2,3'");
    pair.comes_to(LOADS[1].new);
}

/// A value that is right looks like one of the future to a clock that is behind, which is a warning and no error.
#[test]
#[ignore = "needs faketime: tests/run.sh"]
fn a_watermark_is_ahead_of_a_clock_that_is_behind() {
    let (mut pair, clock) = clocked("");
    let at = "SELECT strftime('%Y-%m-%d %H:%M:%S', 'now')";
    pair.world.args(&["watermark", "add", "orders", "at", "--connection", "src", "--sql", at]).ok();
    let query = format!("{} WHERE '{{at}}' > ''", LOADS[1].query);
    pair.world.args(&["module", "edit", "orders", "--query", &query]).ok();
    pair.world.run("orders");
    pair.is_left(LOADS[1].new, "success", "[]");
    clock.set("-1d");
    pair.world.run("orders");
    pair.is_left(LOADS[1].new, "success", "the value of watermark at lies in the future");
    clock.set("+0");
    pair.comes_to(LOADS[1].new);
    pair.is_left(LOADS[1].new, "success", "[]");
}

/// A zone that the server does not know is an error that says where it came from; any other is one.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn zones_that_are_none() {
    let mut pair = Pair::postgres().loading(LOADS[1], "");
    for zone in ["Nowhere/City", "no zone!", "../../etc/passwd"] {
        pair.world.set("TZ", zone);
        pair.call("run orders").fails(1, "(from $TZ, which `pipekit settings set timezone Europe/Berlin` overrides)");
        pair.is_left(BEFORE, "error", &format!("invalid value for parameter \"TimeZone\": \"{zone}\""));
    }
    pair.call("settings set timezone Asia/Kathmandu").ok();
    pair.comes_to(LOADS[1].new);
    for zone in ["", ":Europe/Berlin", ":/etc/localtime", "CET-1CEST,M3.5.0,M10.5.0/3", "<+0545>-5:45"] {
        pair.world.set("TZ", zone);
        pair.world.sqlite("pipekit.db").execute("DELETE FROM settings WHERE key = 'timezone'", []).unwrap();
        pair.comes_to(LOADS[1].new);
    }
}
