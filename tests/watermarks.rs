//! Watermarks: resolved once, from anywhere, and never by accident.

use super::support::{NEW, OLD, Pair};
use serde_json::json;

/// The module `orders`, whose query is this, with the watermark `since` resolved by this on the destination.
fn with_since(pair: Pair, query: &str, resolver: &str, flags: &str) -> Pair {
    let pair = pair.with_orders();
    pair.world
        .args(&[
            "module",
            "add",
            "orders",
            "--source",
            "src",
            "--dest",
            "dst",
            "--table",
            "orders",
            "--strategy",
            "append",
            "--query",
            query,
        ])
        .ok();
    let mut args = vec!["watermark", "add", "orders", "since", "--connection", "dst", "--sql", resolver];
    args.extend(flags.split_whitespace());
    pair.world.args(&args).ok();
    pair
}

const BY_ID: &str = "SELECT id, item, qty FROM orders WHERE id > {since}";

on_each! {
    fn the_value_goes_into_the_query_and_the_log(pair) {
        let mut pair = with_since(pair, BY_ID, "SELECT min(id) - 7 FROM orders", "");
        let run = pair.world.run("orders");
        assert_eq!(run["watermark_values_json"], json!({"since": "2"}));
        assert_eq!(run["resolved_source_sql"], "SELECT id, item, qty FROM orders WHERE id > 2");
        assert_eq!(pair.loaded(), [NEW[2], OLD[0]]);
        let history = pair.call("watermark history orders since --json").ok().json();
        assert_eq!([&history[0]["value"], &history[0]["run_id"]], [&json!("2"), &json!(1)]);
    }

    /// Never 6: a resolver that fails is not an empty one, and its default is not for errors.
    fn a_resolver_that_fails_is_no_empty_one(pair) {
        let mut pair = with_since(pair, BY_ID, "SELECT max(nope) FROM orders", "--default 0");
        pair.call("run orders").fails(1, "the resolver of watermark since on dst").says("nope");
        assert_eq!(pair.loaded(), OLD);
        assert_eq!(pair.world.steps("orders"), ["watermark since"], "nothing else was done");
        pair.call("watermark edit orders since --sql 'SELECT max(id) FROM orders; SELECT nope'").ok();
        pair.call("run orders").fails(1, "nope");
        pair.call("watermark edit orders since --sql 'DELETE FROM orders WHERE id = 1234'").ok();
        pair.call("run orders").fails(1, "is no query");
        assert_eq!(pair.loaded(), OLD);
    }

    fn null_and_no_row_take_the_default_and_fail_without_one(pair) {
        let mut pair = with_since(pair, BY_ID, "SELECT max(id) FROM orders WHERE id > 99", "");
        pair.call("run orders").fails(1, "gives NULL, and the watermark has no default");
        pair.call("watermark edit orders since --sql 'SELECT id FROM orders WHERE id > 99'").ok();
        pair.call("run orders").fails(1, "gives no row, and the watermark has no default");
        assert_eq!(pair.loaded(), OLD);
        pair.call("watermark edit orders since --default 1").ok();
        assert_eq!(pair.world.run("orders")["watermark_values_json"], json!({"since": "1"}));
        pair.dst("DELETE FROM orders");
        pair.call("watermark edit orders since --sql 'SELECT max(id) FROM orders' --default 2").ok();
        assert_eq!(pair.world.run("orders")["watermark_values_json"], json!({"since": "2"}));
        assert_eq!(pair.loaded(), [NEW[2]]);
    }

    fn of_several_rows_the_first_is_taken_and_it_is_said(pair) {
        let pair = with_since(pair, BY_ID, "SELECT 3 - id, 'more' FROM (SELECT 1 AS id UNION ALL SELECT 2) AS s ORDER BY id", "");
        let run = pair.call("run orders").ok().says("gives more than one row; the first is taken");
        drop(run);
        let run = pair.world.log("orders");
        assert_eq!(run["watermark_values_json"], json!({"since": "2"}));
        assert_eq!(run["warnings"].as_array().unwrap().len(), 1);
    }

    /// An empty string is a value: it is not NULL, and takes no default. Quotes and lines go in as they are.
    fn values_are_verbatim(pair) {
        let mut pair = with_since(pair, "SELECT id, {since}, qty FROM orders WHERE id = 1", "SELECT ''", "--default 9");
        for (resolver, value) in [
            ("SELECT '''it''''s'''", "'it''s'"),
            ("SELECT '''a\n{since} -- b'''", "'a\n{since} -- b'"),
            ("SELECT 'NULL'", "NULL"),
            ("SELECT ''' x '''", "' x '"),
        ] {
            pair.dst("DELETE FROM orders");
            pair.world.args(&["watermark", "edit", "orders", "since", "--sql", resolver]).ok();
            let run = pair.world.run("orders");
            assert_eq!(run["watermark_values_json"], json!({"since": value}));
            assert_eq!(run["resolved_source_sql"], format!("SELECT id, {value}, qty FROM orders WHERE id = 1"));
        }
        assert_eq!(pair.loaded(), ["1| x |10"]);
        pair.call("watermark edit orders since --sql \"SELECT ''\"").ok();
        pair.call("module edit orders --query \"SELECT id, '<{since}>', qty FROM orders WHERE id = 2\"").ok();
        assert_eq!(pair.world.run("orders")["watermark_values_json"], json!({"since": ""}));
        assert_eq!(pair.loaded(), ["1| x |10", "2|<>|20"]);
    }

    /// Everywhere in the text, strings and comments too; other words in braces stay.
    fn placeholders_are_replaced_everywhere_and_others_only_refused_outside_strings(pair) {
        let query = "SELECT id, '{since} {other}' AS item, {since} AS qty -- {since} {other}\nFROM orders WHERE id = 1";
        let mut pair = with_since(pair, query, "SELECT 5", "");
        pair.world.run("orders");
        assert_eq!(pair.loaded(), ["1|5 {other}|5", "9|old|90"]);
        assert_eq!(
            pair.call("log show orders --sql").ok().stdout(),
            "SELECT id, '5 {other}' AS item, 5 AS qty -- 5 {other}\nFROM orders WHERE id = 1"
        );
    }

    /// A placeholder that no watermark declares fails the run before anything is touched: no resolver runs, and what
    /// an earlier run staged is still there.
    fn an_undeclared_placeholder_fails_before_anything_is_touched(pair) {
        let mut pair = with_since(pair, BY_ID, "SELECT 1", "");
        pair.world.run("orders");
        pair.world.args(&["module", "edit", "orders", "--query", "SELECT id, item, qty FROM orders WHERE id > {since} AND id < {upto}"]).ok();
        pair.call("run orders").fails(1, "{upto}").says("pipekit watermark add orders upto");
        assert_eq!(pair.world.steps("orders"), [""; 0]);
        let staging = pair.staging("orders");
        assert_eq!(pair.rows(&format!("SELECT * FROM {staging} ORDER BY 1")), NEW[1..]);
        pair.call("run orders --dry-run").fails(1, "{upto}");
    }

    fn a_declared_watermark_need_not_be_used(pair) {
        let pair = with_since(pair, "SELECT id, item, qty FROM orders", "SELECT 1", "");
        assert_eq!(pair.world.run("orders")["watermark_values_json"], json!({"since": "1"}));
    }

    /// A value that lies in the future, or that went back, loads nothing, or everything, with a green light: it is a
    /// warning in the run and in `status`.
    fn odd_values_are_warned_of(pair) {
        let pair = with_since(pair, "SELECT id, item, qty FROM orders WHERE '{since}' > ''", "SELECT '2026-06-01'", "");
        pair.call("module edit orders --strategy full --full-by delete").ok();
        let warned = |says: &str| {
            pair.call("run orders").ok().says(says);
            assert!(pair.world.log("orders")["warnings"][0].as_str().unwrap().contains(says));
            pair.call("status").ok().prints("1 warning(s)");
        };
        assert_eq!(pair.world.run("orders")["warnings"], json!([]));
        pair.call("watermark edit orders since --sql \"SELECT '2026-05-31'\"").ok();
        warned("went back: it is 2026-05-31, and was 2026-06-01 at the last success");
        pair.call("watermark edit orders since --sql \"SELECT '9999-12-31'\"").ok();
        warned("lies in the future: 9999-12-31");
    }

    /// Rows that come late and share the highest value of the watermark: `>` loses them, and the check says so;
    /// `>=` with an incremental merge does not.
    fn late_rows_with_the_highest_value_are_lost_by_greater_than(pair) {
        let mut pair = pair.with_orders();
        pair.dst("DELETE FROM orders");
        pair.world
            .args(&["module", "add", "orders", "--source", "src", "--dest", "dst", "--table", "orders", "--strategy",
                "incremental", "--key", "id", "--query", "SELECT id, item, qty FROM orders WHERE qty > {since}"])
            .ok();
        pair.call("watermark add orders since --connection dst --sql 'SELECT max(qty) FROM orders' --default 0").ok();
        pair.world.run("orders");
        pair.src("INSERT INTO orders VALUES (4, 'late', 30)");
        pair.world.run("orders");
        assert_eq!(pair.loaded(), NEW, "lost: this is what the check is for");
        let found = pair.call("module check orders --json").output.stdout;
        let found = String::from_utf8(found).unwrap();
        assert!(found.contains("since") && found.contains(">="), "{found}");
        pair.world.args(&["module", "edit", "orders", "--query", "SELECT id, item, qty FROM orders WHERE qty >= {since}"]).ok();
        pair.world.run("orders");
        assert_eq!(pair.loaded(), [&NEW[..], &["4|late|30"]].concat());
    }
}

#[test]
fn a_resolver_may_run_on_a_third_connection() {
    let mut pair = with_since(Pair::sqlite(), BY_ID, "SELECT v FROM control", "");
    pair.world.with_sqlite("third", "CREATE TABLE control (v); INSERT INTO control VALUES (2)");
    pair.call("watermark edit orders since --connection third").ok();
    pair.world.run("orders");
    assert_eq!(pair.loaded(), [NEW[2], OLD[0]]);
    let steps = pair.world.log("orders")["steps"].clone();
    assert_eq!([&steps[0]["connection_name"], &steps[0]["sql"]], ["third", "SELECT v FROM control"]);
}

/// Never 12: a resolver is evaluated once a run, and once a preview.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_resolver_is_evaluated_once_a_run() {
    let mut pair = with_since(Pair::postgres(), BY_ID, "SELECT nextval('ticket')", "");
    pair.dst("CREATE SEQUENCE ticket");
    for (n, line) in
        (1..).zip(["run orders", "run orders --dry-run", "module preview orders", "watermark resolve orders"])
    {
        pair.call(line).ok();
        assert_eq!(pair.rows("SELECT last_value FROM ticket"), [n.to_string()], "{line}");
    }
}
