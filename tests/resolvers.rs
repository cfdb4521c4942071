//! Resolvers: one that fails is a failure, whatever its default is, and each is run once.

use super::support::{ENDLESS, OLD, Pair, Signal, kill, until};
use serde_json::{Value, json};

/// `orders` with the watermark `since`, which has a default and is resolved by this.
fn with_since(pair: Pair, resolver: &str, flags: &str) -> Pair {
    let pair = pair.with_orders();
    let query = "SELECT id, item, qty FROM orders WHERE id > {since}";
    pair.module("orders", &format!("--table orders --strategy append --query '{query}' {flags}"));
    let add = ["watermark", "add", "orders", "since", "--connection", "dst", "--default", "0", "--sql", resolver];
    pair.world.args(&add).ok();
    pair
}

/// The newest run failed in its watermarks, and touched nothing.
#[track_caller]
fn failed(pair: &mut Pair, says: &str) {
    let run = pair.world.log("orders");
    assert!(run["error"].as_str().unwrap_or_default().contains(says), "{says:?} is not in {run}");
    assert_eq!([&run["watermark_values_json"], &run["resolved_source_sql"]], [&json!({}), &Value::Null]);
    assert!(pair.world.steps("orders").iter().all(|step| step.starts_with("watermark ")));
    assert_eq!(pair.loaded(), OLD);
}

on_each! {
    /// Never 6: a resolver that can't be asked is not one that gives nothing.
    fn a_resolver_that_can_not_be_asked_is_no_empty_one(pair) {
        let mut pair = with_since(pair, "SELECT 1", "");
        pair.call("connection add gone --driver sqlite --url jdbc:sqlite:/nowhere/x.db").ok();
        pair.call("connection add closed --driver postgresql --url jdbc:postgresql://127.0.0.1:1/x").ok();
        pair.call("connection add locked --driver postgresql --url jdbc:postgresql://127.0.0.1:1/x --password '$NOT_THERE'").ok();
        for (connection, says) in [("gone", "/nowhere/x.db"), ("closed", "127.0.0.1:1"), ("locked", "the secret NOT_THERE")] {
            pair.call(&format!("watermark edit orders since --connection {connection}")).ok();
            for line in ["run orders", "run orders --dry-run", "module preview orders", "watermark resolve orders"] {
                pair.call(line).fails(1, says);
            }
            if connection != "locked" {
                failed(&mut pair, "the resolver of watermark since");
            }
        }
    }

    /// Never 6: the first row is there, and more than are looked at, and the query fails after them.
    fn a_resolver_that_fails_after_its_first_row_fails(pair) {
        let (late, says) = pair.by_kind(
            ("SELECT abs(column1 - 9223372036854775807) FROM (VALUES (1), (2), (3), (4), (5), (-1))", "overflow"),
            ("SELECT 12 / (9 - i) FROM generate_series(1, 9) AS i", "division by zero"),
            (
                "SELECT 9223372036854775802 + i FROM (SELECT 1 AS i UNION ALL SELECT 2 UNION ALL SELECT 6) AS n",
                "out of range",
            ),
        );
        let mut pair = with_since(pair, late, "");
        pair.call("run orders").fails(1, "the resolver of watermark since");
        failed(&mut pair, says);
    }

    /// Never 6: of several, one that fails fails the run, though the others have values.
    fn one_resolver_that_fails_fails_the_run(pair) {
        let mut pair = with_since(pair, "SELECT 1", "");
        for (name, sql) in [("bad", "SELECT nope FROM orders"), ("last", "SELECT 3")] {
            pair.call(&format!("watermark add orders {name} --connection dst --sql '{sql}' --default 0")).ok();
        }
        pair.call("run orders").fails(1, "the resolver of watermark bad").says("nope");
        failed(&mut pair, "nope");
        let values = pair.world.own("SELECT value, error IS NULL FROM run_step ORDER BY id");
        assert_eq!(values, "'1'|1\nNULL|0\n'3'|1", "each is logged as it was");
    }

    /// Never 6: nor is one whose runner is killed, that takes too long, or that is cancelled.
    fn a_resolver_that_is_stopped_is_no_empty_one(pair) {
        let endless = pair.by_kind(ENDLESS, "SELECT 1 FROM pg_sleep(1000)", "SELECT sleep(1000)");
        let mut pair = with_since(pair, endless, "");
        let run = pair.world.start("run orders");
        pair.world.until_in("watermark");
        kill(pair.world.runner(), Signal::KILL);
        run.wait().fails(1, "the runner process ended before it answered");
        failed(&mut pair, "the resolver of watermark since");

        let run = pair.world.start("run orders");
        pair.world.until_in("watermark");
        run.signal(Signal::INT);
        run.wait().fails(130, "cancelled by a signal; nothing was merged");
        failed(&mut pair, "cancelled");

        pair.call("module edit orders --timeout-s 1").ok();
        pair.call("run orders").fails(1, "timed out after 1 s");
        failed(&mut pair, "timed out");
        pair.world.until_quiet();
    }

    /// Never 12: once a run, once a try of it, and once wherever it is only looked at.
    fn a_resolver_is_run_once_each_time(pair) {
        let draw = "INSERT INTO ticket SELECT count(*) + 1 FROM ticket RETURNING n";
        let mut pair = with_since(pair, draw, "--min-rows 9 --retries 2 --retry-delay-s 0");
        pair.dst("CREATE TABLE ticket (n INTEGER)");
        pair.call("watermark add orders upto --connection src --sql 'SELECT 7'").ok();
        // Twice in the text, in quotes and out of them: it is one value.
        let query = "SELECT id, '{since}-{since}', {since} * 10 FROM orders WHERE id < {upto}";
        pair.world.args(&["module", "edit", "orders", "--query", query]).ok();
        let mut drawn = 0;
        for (line, code, times) in [
            ("run orders", 1, 3),
            ("run orders --dry-run", 0, 1),
            ("module preview orders", 0, 1),
            ("watermark resolve orders", 0, 1),
            ("module check orders", 0, 0),
        ] {
            pair.call(line).code(code);
            drawn += times;
            assert_eq!(pair.rows("SELECT count(*), max(n) FROM ticket"), [format!("{drawn}|{drawn}")], "{line}");
        }
        // What each try drew is what its log says, and what it used.
        for (run, n) in [(1, 1), (2, 2), (3, 3), (4, 4)] {
            let log = pair.world.log(&run.to_string());
            assert_eq!(log["watermark_values_json"], json!({"since": n.to_string(), "upto": "7"}));
            assert_eq!(log["steps"][0]["value"], n.to_string());
            assert_eq!(log["resolved_source_sql"], format!("SELECT id, '{n}-{n}', {n} * 10 FROM orders WHERE id < 7"));
        }
        pair.call("module edit orders --min-rows none").ok();
        pair.world.run("orders");
        let n = drawn + 1;
        assert_eq!(pair.rows("SELECT item, qty FROM orders WHERE id = 1"), [format!("{n}-{n}|{}", n * 10)]);
        assert_eq!(pair.rows("SELECT count(*) FROM ticket"), [n.to_string()]);
    }

    /// Never 12: a resolver sees the destination as it was before the run, and not as the merge has emptied it.
    fn a_resolver_is_read_before_anything_is_deleted(pair) {
        let mut pair = with_since(pair, "SELECT count(*) FROM orders", "");
        pair.call("module edit orders --strategy full --full-by delete").ok();
        pair.world.run("orders");
        assert_eq!(pair.world.log("orders")["watermark_values_json"], json!({"since": "1"}));
        assert_eq!(pair.loaded(), ["2|NULL|20", "3||30"]);
        let steps = pair.world.steps("orders");
        let at = |name: &str| steps.iter().position(|s| s == name).unwrap();
        assert!(at("watermark since") == 0 && at("merge merge") > at("staging create"), "{steps:?}");
    }
}

/// Never 12: the query itself is run once by a run, and not at all where it is only looked at.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_query_is_run_once_and_by_a_run_alone() {
    let mut pair = Pair::postgres().with_orders();
    pair.dst("CREATE SEQUENCE drawn");
    pair.call(
        "module add orders --source dst --dest dst --table orders --strategy full --full-by delete \
               --query \"SELECT nextval('drawn'), 'x', 1\"",
    )
    .ok();
    for line in ["module preview orders", "run orders --dry-run", "module check orders"] {
        pair.call(line).ok();
        assert_eq!(pair.rows("SELECT last_value, is_called FROM drawn"), ["1|f"], "{line}");
    }
    pair.world.run("orders");
    assert_eq!(pair.rows("SELECT last_value, is_called FROM drawn"), ["1|t"]);
    assert_eq!(pair.loaded(), ["1|x|1"]);
    until("nothing is left", || pair.world.processes().is_empty());
}
