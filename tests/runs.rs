//! A run as a whole: what it shows, what it writes down, and what others see of the destination meanwhile.

use super::support::{NEW, Pair, Signal, World, postgres, until};
use mysql::prelude::Queryable;
use serde_json::{Value, json};
use std::time::Duration;

on_each! {
    fn a_dry_run_resolves_and_logs_and_moves_nothing(pair) {
        let mut pair = pair.with_orders();
        pair.module("orders", "--table orders --strategy full --full-by delete --query 'SELECT * FROM orders WHERE id > {since}'");
        pair.call("watermark add orders since --connection dst --sql 'SELECT max(id) - 8 FROM orders'").ok();
        pair.call("hook add orders --connection dst --on always --sql 'DELETE FROM orders'").ok();
        let before = pair.rows("SELECT * FROM orders");
        pair.call("run orders --dry-run").ok().prints("SELECT * FROM orders WHERE id > 1").prints("DELETE FROM");
        let run = pair.world.log("orders");
        assert_eq!(
            [&run["status"], &run["row_count"], &run["watermark_values_json"], &run["resolved_source_sql"]],
            [&json!("dry_run"), &Value::Null, &json!({"since": "1"}), &json!("SELECT * FROM orders WHERE id > 1")]
        );
        assert_eq!(pair.world.steps("orders"), ["watermark since", "staging catalog"]);
        assert_eq!(pair.rows("SELECT * FROM orders"), before);
        // Nothing of ours is in the destination: no staging, no receipts.
        let ours = pair.by_kind(
            "SELECT name FROM sqlite_schema WHERE name LIKE 'pipekit%'",
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pipekit%'",
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE 'pipekit%'",
        );
        assert_eq!(pair.rows(ours), [""; 0]);
        assert_eq!(pair.world.own("SELECT running FROM module"), "0");
        // What would run next is on the module for everyone to see.
        assert_eq!(pair.world.own("SELECT next_resolved_query FROM module"), "'SELECT * FROM orders WHERE id > 1'");
    }

    fn the_ledger_has_every_step_in_order_with_its_time(pair) {
        let pair = pair.with_orders();
        pair.module("orders", "--table orders --strategy full --full-by delete --query 'SELECT * FROM orders WHERE id > {b} + {a}'");
        for name in ["b", "a"] {
            pair.call(&format!("watermark add orders {name} --connection src --sql 'SELECT 0'")).ok();
        }
        pair.call("hook add orders --connection src --sql 'SELECT 1'").ok();
        let run = pair.world.run("orders");
        let steps = pair.world.log("orders")["steps"].as_array().unwrap().clone();
        let shown: Vec<String> = steps
            .iter()
            .map(|s| {
                let text = |key: &str| s[key].as_str().unwrap().to_owned();
                format!("{} {} on {}: {}", text("kind"), text("name"), text("connection_name"), s["row_count"])
            })
            .collect();
        assert_eq!(
            shown,
            [
                "watermark b on src: 1",
                "watermark a on src: 1",
                "staging catalog on dst: 3",
                "staging prepare on dst: null",
                "staging create on dst: null",
                "transfer src to dst on src: 3",
                "gate references on dst: 0",
                "gate counts on dst: null",
                "gate receipt on dst: null",
                "merge merge on dst: 3",
                "merge receipt on dst: null",
                "hook 1 on src: null",
            ]
        );
        let mut last = run["started_at"].as_str().unwrap().to_owned();
        for step in &steps {
            let at = step["started_at"].as_str().unwrap();
            assert!(at >= last.as_str(), "{at} is before {last}");
            assert!(step["duration_ms"].as_i64().unwrap() >= 0 && step["error"].is_null(), "{step}");
            last = at.to_owned();
        }
        assert!(run["finished_at"].as_str().unwrap() >= last.as_str());
        assert_eq!(steps[7]["value"], "3", "what the gate counted");
    }

    /// Never 5: what is previewed is what runs, and what ran is in the log, to the byte.
    fn preview_log_and_run_agree_to_the_byte(pair) {
        let pair = pair.with_orders();
        let query = "SELECT id,\n\titem, qty -- 'ü' {since}\r\nFROM orders WHERE id > {since} ; -- done\n\n";
        let resolved = "SELECT id,\n\titem, qty -- 'ü' 0\r\nFROM orders WHERE id > 0";
        pair.world
            .args(&["module", "add", "orders", "--source", "src", "--dest", "dst", "--table", "orders", "--strategy", "incremental",
                "--key", "id", "--query", query])
            .ok();
        pair.call("watermark add orders since --connection src --sql 'SELECT 0'").ok();
        let preview = pair.call("module preview orders --json").ok().json();
        let run = pair.world.run("orders");
        let log = pair.world.log("orders");
        let merge = log["merge_sql"].as_str().unwrap();
        assert_eq!(pair.call("log show orders --sql").ok().stdout(), resolved);
        assert_eq!(pair.call("log show orders --merge").ok().stdout(), merge);
        let step = |kind: &str, name: &str| {
            let steps = log["steps"].as_array().unwrap();
            steps.iter().find(|s| s["kind"] == kind && s["name"] == name).unwrap()["sql"].clone()
        };
        for (text, key) in [(json!(resolved), "resolved_source_sql"), (json!(merge), "merge_sql")] {
            assert_eq!([&preview[key], &run[key], &log[key]], [&text, &text, &text], "{key}");
        }
        assert_eq!(step("transfer", "src to dst"), resolved);
        assert_eq!(step("merge", "merge"), merge);
        assert_eq!(step("staging", "create"), preview["staging_sql"]);
        // The merge's text depends on the module alone: the next one is the same.
        assert_eq!(pair.world.run("orders")["merge_sql"], merge);
    }

    fn a_diff_of_two_runs_says_what_differed(pair) {
        let pair = pair.with_orders();
        pair.module("orders", "--table orders --strategy full --full-by delete --query 'SELECT * FROM orders WHERE id > {since}'");
        pair.call("watermark add orders since --connection src --sql 'SELECT count(*) - 3 FROM orders'").ok();
        pair.world.run("orders");
        pair.src("INSERT INTO orders VALUES (4, 'more', 0)");
        pair.world.run("orders");
        let diff = pair.call("log diff 1 2 --json").ok().json();
        let differs = &diff["differs"];
        assert_eq!([&differs["watermark since"], &differs["deleted"]], [&json!(["0", "1"]), &json!(["1", "3"])]);
        assert!(differs.get("rows").is_none() && diff.get("merge_sql").is_none(), "{diff}");
        assert_eq!(
            diff["resolved_source_sql"],
            json!(["SELECT * FROM orders WHERE id > 0", "SELECT * FROM orders WHERE id > 1"])
        );
        let history = pair.call("watermark history orders --json").ok().json();
        let values: Vec<&Value> = history.as_array().unwrap().iter().map(|h| &h["value"]).collect();
        assert_eq!(values, ["1", "0"]);
    }

    /// Never 5: a module that was changed while it runs goes on as it began.
    fn a_definition_is_read_once(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete");
        let source = pair.world.sqlite("src.db");
        source.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let run = pair.world.start("run orders");
        pair.world.until_in("transfer");
        pair.world.sqlite("pipekit.db")
            .execute_batch("UPDATE module SET merge_strategy = 'append', source_query = 'SELECT 1', dest_table = 'nowhere'").unwrap();
        source.execute_batch("COMMIT").unwrap();
        run.wait().code(0);
        assert_eq!(pair.loaded(), NEW);
    }
}

/// Runs `orders` over and over and reads the destination meanwhile: the numbers of rows that were seen.
fn watched(pair: &Pair, mut count: impl FnMut() -> i64) -> Vec<i64> {
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let mut run = pair.world.start("run orders");
        while !run.has_ended() {
            seen.insert(count());
        }
        run.wait().code(0);
    }
    seen.into_iter().collect()
}

/// Many rows, so that there is time between a deletion and the end of an insertion.
fn many(pair: Pair, flags: &str) -> Pair {
    let mut pair = pair.with_orders();
    pair.dst("DELETE FROM orders");
    pair.src(
        "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 8000)
         INSERT INTO orders SELECT i, 'x', i FROM n",
    );
    pair.orders(flags);
    pair.world.run("orders");
    let rows = pair.rows("SELECT count(*) FROM orders");
    assert_eq!(rows, ["7994"]);
    pair
}

/// Never 1: nobody sees the destination without its rows.
#[test]
fn sqlite_a_reader_never_sees_half_a_merge() {
    for flags in ["--strategy full", "--strategy incremental --key id"] {
        let mut pair = Pair::sqlite();
        if flags.contains("incremental") {
            pair.dst("PRAGMA journal_mode = WAL");
        }
        let pair = many(pair, &format!("{flags} --min-rows 1"));
        let path = pair.world.path("dst.db");
        let conn = rusqlite::Connection::open(path).unwrap();
        conn.busy_timeout(std::time::Duration::from_secs(30)).unwrap();
        let seen = watched(&pair, || conn.query_row("SELECT count(*) FROM orders", [], |r| r.get(0)).unwrap());
        assert_eq!(seen, [7994], "{flags}");
    }
}

/// Never 1: nobody sees the destination without its rows.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn postgresql_a_reader_never_sees_half_a_merge() {
    for flags in ["--strategy full", "--strategy full --full-by delete", "--strategy incremental --key id"] {
        let mut pair = many(Pair::postgres(), flags);
        let mut session = pair.pg().session();
        let seen = watched(&pair, || session.query_one("SELECT count(*) FROM orders", &[]).unwrap().get(0));
        assert_eq!(seen, [7994], "{flags}");
    }
}

/// Never 1: nobody sees the destination without its rows.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn mariadb_a_reader_never_sees_half_a_merge() {
    for flags in ["--strategy full", "--strategy incremental --key id"] {
        let mut pair = many(Pair::mariadb(), flags);
        let mut session = pair.my().session();
        let seen = watched(&pair, || session.query_first("SELECT count(*) FROM orders").unwrap().unwrap());
        assert_eq!(seen, [7994], "{flags}");
    }
}

/// Never 5: what the server says it ran is what the log says, to the byte.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_servers_log_agrees_to_the_byte() {
    let Some(path) = postgres::log() else { return };
    let mut pair = Pair::postgres().with_orders();
    let name = pair.pg().name.clone();
    let query = format!("SELECT id + {{since}},\n\titem, '{name}', qty\n-- 'ü'\nFROM orders");
    pair.dst(
        "ALTER TABLE orders ADD mark text; CREATE TABLE copied AS SELECT id, item, mark, qty FROM orders WHERE false",
    );
    pair.dst(&format!("ALTER DATABASE {name} SET log_statement = 'all'"));
    pair.world
        .args(&[
            "module",
            "add",
            "orders",
            "--source",
            "dst",
            "--dest",
            "dst",
            "--table",
            "copied",
            "--strategy",
            "full",
            "--query",
            &query,
        ])
        .ok();
    pair.world
        .args(&["watermark", "add", "orders", "since", "--connection", "dst", "--sql", &format!("SELECT 7, '{name}'")])
        .ok();
    pair.world
        .args(&["hook", "add", "orders", "--connection", "dst", "--sql", &format!("SELECT '{name}' -- hook")])
        .ok();
    pair.world.run("orders");
    let end = format!("SELECT '{name}' -- hook");
    // A tab stands before each line of a statement but the first.
    let logged = || std::fs::read_to_string(&path).unwrap().replace("\n\t", "\n");
    until("the server has written its log", || logged().contains(&end));
    let logged = logged();
    let log = pair.world.log("orders");
    let source = log["resolved_source_sql"].as_str().unwrap();
    assert!(logged.contains(&format!("COPY (\n{source}\n) TO STDOUT")), "{source}");
    for step in log["steps"].as_array().unwrap() {
        let sql = step["sql"].as_str().unwrap();
        assert!(logged.contains(sql), "{} {}: {sql}", step["kind"], step["name"]);
    }
    assert_eq!(log["steps"].as_array().unwrap().iter().filter(|s| s["name"] == "merge").count(), 1);
    assert_eq!(pair.rows("SELECT id, qty FROM copied"), ["16|90"]);
}

/// A forgotten watermark in quotes is nothing that a database objects to: the run says so.
#[test]
fn a_string_that_looks_like_a_placeholder_is_warned_of() {
    let world = World::orders();
    world.args(&["module", "edit", "orders", "--query", "SELECT * FROM orders WHERE id <= '{since}'"]).ok();
    world.call("module check orders").ok().prints("quoted_placeholder");
    world.call("module preview orders").ok().prints("compares with the text '{since}' itself");
    world.call("run orders").ok().says("no watermark is called since");
}

/// Outside quotes a date is a sum, and the comparison with it is true of all rows, or of none.
#[test]
fn a_date_without_quotes_is_refused() {
    let world = World::orders();
    world.call("module edit orders --query 'SELECT * FROM orders WHERE id > {since}'").ok();
    world
        .args(&[
            "watermark",
            "add",
            "orders",
            "since",
            "--connection",
            "dw",
            "--sql",
            "SELECT max(day) FROM (SELECT '2026-01-02' AS day)",
        ])
        .ok();
    let what = "{since} stands in the query without quotes, and its value is 2026-01-02";
    world.call("run orders").fails(1, what).says("'{since}', in quotes");
    world.call("module preview orders").fails(2, what);
    assert_eq!(world.json("log show orders")["status"], "error");
    // What is known before a value is: its default.
    world.call("module check orders").ok();
    world.call("watermark edit orders since --default 2026-01-01").ok();
    world.call("module check orders").code(1).prints("unquoted_moment");
    // In quotes it is text, and a resolver may give its own.
    world
        .args(&["watermark", "edit", "orders", "since", "--default", "none", "--sql", "SELECT quote('2026-01-02')"])
        .ok();
    world.call("module preview orders").ok().prints("id > '2026-01-02'");
    world.args(&["watermark", "edit", "orders", "since", "--sql", "SELECT '2026-01-02'"]).ok();
    world
        .args(&["module", "edit", "orders", "--query", "SELECT * FROM orders WHERE id > '{since}' /* {since} */ AND 1"])
        .ok();
    world.call("module preview orders").ok().prints("id > '2026-01-02' /* 2026-01-02 */ AND 1");
}

/// Columns map by position: a name that stands elsewhere is a likely slip, and the run says so.
#[test]
fn a_column_in_another_place_is_warned_of() {
    let world = World::new();
    world
        .with_sqlite("src", "CREATE TABLE t (a TEXT, b TEXT); INSERT INTO t VALUES ('a', 'b')")
        .with_sqlite("dst", "CREATE TABLE t (a TEXT, b TEXT)");
    world.call("module add t --source src --dest dst --table t --strategy full --query 'SELECT b, a FROM t'").ok();
    world.call("run t").ok().says("output column 1 is called b and goes into a");
    assert_eq!(world.rows("dst", "SELECT * FROM t"), ["'b'|'a'"]);
}

/// A terminal that is closed ends a run as Ctrl-C does; under nohup it goes on.
#[test]
fn a_hang_up_cancels_and_is_ignored_where_it_was_ignored() {
    let world = World::orders();
    let slow =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT max(i) FROM n";
    world.args(&["watermark", "add", "orders", "n", "--connection", "erp", "--sql", slow]).ok();
    world.call("module edit orders --query 'SELECT * FROM orders WHERE {n} > 0'").ok();
    let goes_on = || world.own("SELECT count(*) FROM run_step WHERE duration_ms IS NULL") == "1";
    // Whatever the tests themselves were started under.
    let run = world.start_under(&["env", "--default-signal=HUP"], "run orders");
    until("the run goes on", goes_on);
    run.signal(Signal::HUP);
    run.wait().fails(130, "cancelled by a signal; nothing was merged");
    assert_eq!(world.json("log show orders")["status"], "cancelled");
    let mut run = world.start_under(&["env", "--ignore-signal=HUP"], "run orders");
    until("the run goes on", goes_on);
    run.signal(Signal::HUP);
    std::thread::sleep(Duration::from_millis(700));
    assert!(!run.has_ended() && goes_on());
    run.signal(Signal::TERM);
    run.wait().code(130);
}

/// A query may be a script whose last statement reads what the others made.
#[test]
fn a_script_that_makes_a_temporary_table_is_previewed_and_run() {
    let world = World::new();
    world
        .with_sqlite("src", "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2)")
        .with_sqlite("dst", "CREATE TABLE t (a INTEGER)");
    let query = "CREATE TEMP TABLE big AS SELECT a FROM t WHERE a > 1; SELECT a FROM big";
    world.module("t", "src", "dst", "t", "full", query);
    world.call("module preview t").ok().prints("is only known when it runs");
    world.call("run t").ok();
    world.call("run t").ok();
    assert_eq!(world.rows("dst", "SELECT a FROM t"), ["2"]);
}
