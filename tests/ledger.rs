//! What ran is in the log, to the byte, and was there before it ran; what is previewed is what runs.

use super::support::{ENDLESS, Held, Pair, Signal, kill, postgres, until};
use serde_json::Value;

/// The SQL of a run's steps.
fn ledger(pair: &Pair, run: &str) -> Vec<String> {
    let steps = pair.world.log(run)["steps"].as_array().unwrap().clone();
    steps.iter().map(|s| s["sql"].as_str().unwrap().to_owned()).collect()
}

/// Queries that a careless hand would mend, with what becomes of each: only what stands behind the end is cut off.
const ODD: [(&str, &str); 9] = [
    ("SELECT id, item, qty FROM orders WHERE id > {since};", "SELECT id, item, qty FROM orders WHERE id > 0"),
    ("\n\n  SELECT id, item, qty FROM orders ;; \t;\n", "\n\n  SELECT id, item, qty FROM orders"),
    ("SELECT id,\r\n\titem, qty\r\nFROM orders\r\n", "SELECT id,\r\n\titem, qty\r\nFROM orders"),
    ("SELECT id, item, qty FROM orders -- ; {since}", "SELECT id, item, qty FROM orders"),
    (
        "/* a /* b */ c */ SELECT id, item, qty FROM orders /* ; */",
        "/* a /* b */ c */ SELECT id, item, qty FROM orders",
    ),
    ("SELECT id, 'it''s ; -- {since}', qty FROM orders", "SELECT id, 'it''s ; -- 0', qty FROM orders"),
    ("SELECT id, 'ü\u{301}😀\u{a0}\\n', qty FROM orders", "SELECT id, 'ü\u{301}😀\u{a0}\\n', qty FROM orders"),
    (
        "SELECT id, item AS \"a;b\", qty FROM orders WHERE '{since}' = '0'",
        "SELECT id, item AS \"a;b\", qty FROM orders WHERE '0' = '0'",
    ),
    ("SELECT {since}+id, item, qty{since}FROM orders", "SELECT 0+id, item, qty0FROM orders"),
];

on_each! {
    /// Never 5: whatever a query looks like, what is previewed, logged, and handed to the runner is one text.
    fn odd_queries_are_previewed_logged_and_run_alike(pair) {
        let pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete");
        pair.call("watermark add orders since --connection src --sql \"SELECT '0'; -- it\"").ok();
        for (query, resolved) in ODD {
            pair.world.args(&["module", "edit", "orders", "--query", query]).ok();
            // The last one is no SQL: what failed is logged like anything else.
            let runs = resolved != ODD[8].1;
            if runs {
                assert_eq!(pair.world.json("module preview orders")["resolved_source_sql"], resolved);
            }
            pair.call("run orders").code(if runs { 0 } else { 1 });
            let run = pair.world.log("orders");
            assert_eq!(run["resolved_source_sql"], resolved);
            let steps = run["steps"].as_array().unwrap().clone();
            let of = |kind: &str| steps.iter().find(|s| s["kind"] == kind).unwrap()["sql"].clone();
            assert_eq!([of("watermark"), of("transfer")], ["SELECT '0'", resolved]);
            assert_eq!(pair.call("log show orders --sql").ok().stdout(), resolved);
        }
    }

    /// Never 5: what a preview showed holds until the module is changed, and then it is shown no more.
    fn a_preview_of_what_was_since_changed_is_not_shown(pair) {
        let pair = pair.with_orders();
        pair.orders("--strategy append");
        let before = pair.world.json("module preview orders")["resolved_source_sql"].clone();
        pair.call("module edit orders --query 'SELECT id, item, qty FROM orders WHERE id = 1'").ok();
        pair.call("module sql orders --resolved").fails(1, "nothing has been resolved");
        let run = pair.world.run("orders");
        assert_ne!(run["resolved_source_sql"], before);
        assert_eq!(pair.call("module sql orders --merge").ok().stdout().trim_end(), run["merge_sql"].as_str().unwrap());
    }

    /// Never 5: nor is what a run resolved by a definition that was changed while it ran.
    fn what_is_changed_while_it_is_resolved_is_not_shown_either(pair) {
        let pair = pair.with_orders();
        pair.module("orders", "--table orders --strategy append --query 'SELECT id, item, qty FROM orders WHERE id > {since}'");
        pair.call("watermark add orders since --connection src --sql 'SELECT max(id) FROM orders'").ok();
        let source = pair.world.sqlite("src.db");
        source.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let run = pair.world.start("run orders");
        pair.world.until_in("watermark");
        pair.call("module edit orders --query 'SELECT 1, NULL, 2 WHERE {since} = 0'").ok();
        drop(source);
        run.wait().ok();
        assert_eq!(pair.world.log("orders")["resolved_source_sql"], "SELECT id, item, qty FROM orders WHERE id > 3");
        pair.call("module sql orders --resolved").fails(1, "nothing has been resolved");
        pair.call("module preview orders").ok();
        pair.call("module sql orders --resolved").ok().prints("SELECT 1, NULL, 2 WHERE 3 = 0\n");
    }

    /// Never 5, never 3: what a run was at when it died is in its log, and all of it is closed.
    fn what_a_run_was_at_when_it_was_killed_is_in_the_log(pair) {
        let pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete");
        let hook = format!("SELECT 'hook'; {ENDLESS}");
        pair.world.args(&["hook", "add", "orders", "--connection", "src", "--sql", &hook]).ok();
        let run = pair.world.start("run orders");
        pair.world.until_in("hook");
        run.signal(Signal::KILL);
        run.wait();
        pair.world.until_quiet();
        assert_eq!(ledger(&pair, "orders").iter().filter(|sql| **sql == hook).count(), 1);
        assert_eq!(pair.world.log("orders")["status"], "success", "the merge was committed");

        // Two at once.
        pair.call("hook remove 1").ok();
        for name in ["a", "b"] {
            pair.call(&format!("watermark add orders {name} --connection src --sql \"SELECT '{name}' FROM ({ENDLESS})\"")).ok();
        }
        let run = pair.world.start("run orders");
        let open = "SELECT count(*) FROM run_step WHERE duration_ms IS NULL";
        until("both watermarks resolve", || pair.world.own(open) == "2");
        run.signal(Signal::KILL);
        run.wait();
        pair.world.until_quiet();
        pair.call("status").ok().says("1 run(s) whose process was gone have been settled");
        assert_eq!(ledger(&pair, "orders"), ["a", "b"].map(|name| format!("SELECT '{name}' FROM ({ENDLESS})")));
        assert_eq!(pair.world.own(open), "0", "a step of a dead run goes on");
    }
}

/// The statements that the server says it ran for a database whose name stands in some of them, those of `own` left
/// out: that is the test itself.
fn served(path: &str, name: &str, own: &[String]) -> Vec<String> {
    let log = std::fs::read_to_string(path).unwrap();
    // A tab stands before each line of a statement but the first.
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        match (line.strip_prefix('\t'), entries.last_mut()) {
            (Some(more), Some(last)) => *last += &format!("\n{more}"),
            _ => entries.push(line.to_owned()),
        }
    }
    let statements: Vec<(String, String)> = entries
        .iter()
        .filter_map(|entry| {
            let (head, rest) = entry.split_once("] LOG:  ")?;
            let text = rest
                .strip_prefix("statement: ")
                .or_else(|| rest.strip_prefix("execute ")?.split_once(": ").map(|p| p.1))?;
            Some((head.rsplit_once('[')?.1.to_owned(), text.to_owned()))
        })
        .collect();
    let ours: Vec<&String> =
        statements.iter().filter(|(pid, text)| text.contains(name) && !own.contains(pid)).map(|(pid, _)| pid).collect();
    statements.iter().filter(|(pid, _)| ours.contains(&pid)).map(|(_, text)| text.clone()).collect()
}

/// A statement without what the runner puts around it: a cursor, or a COPY of its rows.
fn bare(statement: &str) -> &str {
    let cursor = statement.strip_prefix("DECLARE pipekit_rows NO SCROLL CURSOR FOR\n");
    let copy = statement.strip_prefix("COPY (\n");
    cursor
        .and_then(|s| s.split_once("\n;FETCH FORWARD "))
        .or_else(|| copy.and_then(|s| s.rsplit_once("\n) TO STDOUT")))
        .map_or(statement, |(sql, _)| sql)
}

/// Never 5: there is no statement that the server ran for a run, or for finding out what became of it, and that is not
/// in the log. The source and the destination are one server here.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn every_statement_that_the_server_ran_is_in_the_log() {
    let Some(path) = postgres::log() else { return };
    let mut pair = Pair::postgres().with_orders();
    // The server's log does not say which database a statement is of: the module's name does.
    let name = pair.pg().name.clone();
    let mut own = pair.rows("SELECT pg_backend_pid()");
    pair.dst("CREATE TABLE base AS SELECT * FROM orders");
    let url = pair.pg().url();
    pair.world.args(&["connection", "edit", "dst", "--url", &format!("{url}?options=-c%20log_statement=all")]).ok();
    let query = format!("SELECT id + {{since}}, '{name}', qty FROM base");
    let add =
        ["module", "add", &name, "--source", "dst", "--dest", "dst", "--table", "orders", "--strategy", "incremental"];
    pair.world
        .args(
            &[&add[..], &["--key", "id", "--unique-key", "id", "--max-shrink-pct", "100", "--query", &query]].concat(),
        )
        .ok();
    for (watermark, sql) in [("since", "SELECT 7"), ("other", "SELECT 8, 'second'")] {
        pair.world.args(&["watermark", "add", &name, watermark, "--connection", "dst", "--sql", sql]).ok();
    }
    let hook = format!("SELECT '{name}'; SELECT 2 -- hook");
    pair.world.args(&["hook", "add", &name, "--connection", "dst", "--on", "always", "--sql", &hook]).ok();

    pair.world.run(&name);
    pair.call(&format!("module edit {name} --strategy full --full-by delete")).ok();
    pair.world.run(&name);
    // A query that gives nothing, and a gate that says no.
    pair.world
        .args(&["module", "edit", &name, "--query", &format!("SELECT id, '{name}', qty FROM base WHERE id > 99")])
        .ok();
    pair.call(&format!("run {name}")).fails(1, "no rows came");
    pair.world.args(&["module", "edit", &name, "--query", &query]).ok();
    // A runner that dies in its merge, which is asked after by the run itself, and one that dies with its run.
    for alone in [true, false] {
        let Some(Held::Postgres(mut held)) = pair.hold_merge() else { panic!("nothing is held") };
        own.push(held.query_one("SELECT pg_backend_pid()::text", &[]).unwrap().get(0));
        let run = pair.world.start(&format!("run {name}"));
        pair.world.until_in("merge");
        let waits = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass";
        until("the merge waits", || !pair.rows(waits).is_empty());
        let runner = pair.world.runner();
        if !alone {
            run.signal(Signal::KILL);
        }
        kill(runner, Signal::KILL);
        run.wait();
        pair.world.until_quiet();
        pair.call("status").ok();
        drop(held);
    }
    let statuses = pair.world.own("SELECT status FROM run_log ORDER BY id");
    assert_eq!(statuses.replace('\'', "").replace('\n', " "), "success success error error error");

    let logged: Vec<String> = (1..=5).flat_map(|run| ledger(&pair, &run.to_string())).collect();
    let fences = logged.iter().filter(|sql| sql.contains("'abandoned'\nWHERE")).count();
    assert_eq!(fences, 2, "each doubt was settled by the receipt");
    let is_in = |sql: &str| logged.iter().any(|l| l == sql);
    let load = format!("COPY \"pipekit_staging\".\"{name}\" FROM STDIN (FORMAT binary)");
    let all = || served(&path, &name, &own);
    until("the server has written its log", || all().iter().filter(|s| s.contains("'abandoned'\nWHERE")).count() == 2);
    let all = all();
    let hidden: Vec<&String> = all.iter().filter(|s| !is_in(bare(s)) && **s != load).collect();
    assert!(hidden.is_empty(), "{hidden:#?}");
    // And there is none in the log that did not run. Two watermarks' text, say, is there twice.
    let ran: Vec<&str> = all.iter().map(|s| bare(s)).collect();
    let count = |list: &[&str], sql: &str| list.iter().filter(|s| **s == sql).count();
    let logged: Vec<&str> = logged.iter().map(String::as_str).collect();
    for sql in &logged {
        assert_eq!(count(&ran, sql), count(&logged, sql), "{sql}");
    }
}

/// Never 5: a step whose SQL can't be written down is not done.
#[test]
fn what_can_not_be_logged_is_not_run() {
    let pair = Pair::sqlite().with_orders();
    pair.src("CREATE TABLE told (n INTEGER)");
    pair.orders("--strategy full");
    pair.call("hook add orders --connection src --sql 'INSERT INTO told VALUES (1)'").ok();
    pair.world
        .sqlite("pipekit.db")
        .execute_batch("CREATE TRIGGER full BEFORE INSERT ON run_step WHEN NEW.kind = 'hook' BEGIN SELECT RAISE(ABORT, 'no room'); END")
        .unwrap();
    pair.call("run orders").fails(1, "no room");
    assert_eq!(pair.world.rows("src", "SELECT * FROM told"), [""; 0]);
    pair.world.sqlite("pipekit.db").execute_batch("DROP TRIGGER full").unwrap();
    let run: Value = pair.world.log("orders");
    assert_eq!([&run["status"], &run["hooks_failed"]], [&Value::from("success"), &Value::from(1)], "{run}");
}
