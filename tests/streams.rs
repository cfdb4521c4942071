//! Rows that come in several streams (`--split-by COLUMN --streams N`): by ranges, of one snapshot of the source.

use super::support::postgres::{self, Database};
use super::support::proxy::{Fault, Proxy, Way, When};
use super::support::{NEW, Pair, Side, Signal, kill, mariadb, until};
use std::sync::atomic::{AtomicBool, Ordering};

/// From PostgreSQL to PostgreSQL, with the source by itself.
fn between_servers() -> (Pair, Database) {
    let source = Database::new();
    let same = source.again();
    (Pair::of(Some(source), Some(Database::new())), same)
}

/// A function `slow(value, seconds)`. It is called stable, so that it is not asked for the ends of the ranges.
const SLOW: &str = "CREATE FUNCTION slow(value integer, seconds float) RETURNS integer STABLE LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_sleep(seconds); RETURN value; END'";

/// Keys by type, with what a cut could stumble over: ends, signs, no values, values without distances.
const KEYS: [(&str, &str); 9] = [
    ("bigint", "-9223372036854775808 9223372036854775807 -1 0 1 NULL NULL 4611686018427387904"),
    ("smallint", "-32768 32767 0 0 NULL"),
    ("integer", "7 7 7 7"),
    ("numeric", "NaN Infinity -Infinity -0.0001 0.0001 123456789012345678901234567890.5 NULL 0"),
    ("numeric(6,2)", "-9999.99 9999.99 0.01 -0.01 0"),
    ("double precision", "NaN Infinity -Infinity -1e308 1e308 0.1 5e-324 NULL"),
    ("date", "infinity -infinity 0044-03-15_BC 2026-11-28 2026-11-29 NULL"),
    ("timestamp", "-infinity 2026-11-28T00:00:00.000001 2026-11-28T00:00:00.000002 1999-12-31T23:59:59.999999 NULL"),
    ("timestamptz", "infinity 2026-03-29T01:00:00.5Z 2026-10-25T01:00:00.25Z 2026-10-25T00:30:00Z"),
];

/// Fills `t (k, n)` of the source, with 300 rows between two values besides, and gives how many there are.
fn fill(pair: &Pair, kind: &str, values: &str) -> usize {
    let more = match kind {
        "integer" => "SELECT 7, 100 + i FROM generate_series(1, 300) AS i",
        "date" => "SELECT DATE '2020-01-01' + i, 100 + i FROM generate_series(1, 300) AS i",
        "timestamp" | "timestamptz" => {
            "SELECT TIMESTAMP '2020-01-01' + i * interval '7.000001 s', 100 + i FROM generate_series(1, 300) AS i"
        }
        "numeric(6,2)" => "SELECT i / 3.0, 100 + i FROM generate_series(1, 170) AS i",
        _ => "SELECT i * i, 100 + i FROM generate_series(1, 170) AS i",
    };
    let values: Vec<String> = values
        .split(' ')
        .enumerate()
        .map(|(n, v)| match v {
            "NULL" => format!("(NULL, {n})"),
            v => format!("('{}'::{kind}, {n})", v.replace('_', " ")),
        })
        .collect();
    pair.src(&format!(
        "DROP TABLE IF EXISTS t; CREATE TABLE t (k {kind}, n integer);
         INSERT INTO t VALUES {}; INSERT INTO t {more}",
        values.join(",")
    ));
    values.len() + if more.contains("170") { 170 } else { 300 }
}

const QUERY: &str = "WITH x AS (SELECT * FROM t) SELECT k, n FROM x ORDER BY n DESC -- all; of them";

/// Never 7: whatever the key is, the rows are those of the source, each once.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn every_row_comes_once() {
    let (mut pair, mut source) = between_servers();
    pair.dst("CREATE TABLE d (k text, n integer)");
    std::fs::write(pair.world.path("query.sql"), format!("{QUERY}\n;\n")).unwrap();
    let query = format!("@{}", pair.world.path("query.sql").display());
    pair.module("orders", &format!("--table d --strategy full --query {query} --split-by K --streams 4"));
    for (kind, values) in KEYS {
        let count = fill(&pair, kind, values);
        pair.dst(&format!("DROP TABLE d; CREATE TABLE d (k {kind}, n integer)"));
        let run = pair.world.run("orders");
        assert_eq!(run["row_count"], count, "{kind}");
        let sql = |table: &str| format!("SELECT k::text, n FROM {table} ORDER BY n");
        let wanted = source.rows(&sql("t"));
        assert_eq!(pair.rows(&sql("d")), wanted, "{kind}");
        let ranges = pair.world.steps("orders").iter().filter(|s| s.starts_with("transfer")).count();
        let wanted = if kind == "integer" { 1..=1 } else { 3..=17 };
        assert!(wanted.contains(&ranges), "{kind}: {ranges} ranges");
    }
    // Nothing at all, and nothing but NULLs.
    for (rows, count) in [("", 0), ("INSERT INTO t VALUES (NULL, 1), (NULL, 2)", 2)] {
        pair.src(&format!("TRUNCATE t; {rows}"));
        pair.call("module edit orders --min-rows 0").ok();
        assert_eq!(pair.world.run("orders")["row_count"], count);
        assert_eq!(pair.rows("SELECT count(*) FROM d"), [count.to_string()]);
    }
}

/// The same into MariaDB, compared with what one stream brings.
#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn every_row_comes_once_into_mariadb() {
    let mut pair = Pair::between(Some(Database::new()).into(), Side::Mariadb(mariadb::Database::new()));
    for (kind, column, values) in [
        ("bigint", "BIGINT", KEYS[0].1),
        ("numeric(6,2)", "DECIMAL(6,2)", KEYS[4].1),
        (
            "timestamp",
            "DATETIME(6)",
            "2026-11-28T00:00:00.000001 2026-11-28T00:00:00.000002 1999-12-31T23:59:59.999999 NULL",
        ),
    ] {
        let count = fill(&pair, kind, values);
        let module = format!("m_{}", column.split('(').next().unwrap().to_lowercase());
        pair.dst(&format!("CREATE TABLE {module} (k {column}, n INTEGER)"));
        pair.module(&module, &format!("--table {module} --strategy full --query 'SELECT k, n FROM t'"));
        let mut came = Vec::new();
        for flags in ["--notes one", "--split-by k --streams 4"] {
            pair.call(&format!("module edit {module} {flags}")).ok();
            assert_eq!(pair.world.run(&module)["row_count"], count, "{kind}");
            came.push(pair.rows(&format!("SELECT k, n FROM {module} ORDER BY n")));
        }
        assert_eq!(came[0].len(), count);
        assert_eq!(came[0], came[1], "{kind}");
        assert!(pair.world.steps(&module).len() > 10);
    }
}

/// Never 7: rows that move between ranges all the time come once, and all as they were at one moment.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn rows_that_move_between_ranges_come_once() {
    let (mut pair, source) = between_servers();
    pair.src("CREATE TABLE t (id integer, k integer, moved integer); INSERT INTO t SELECT i, i, 0 FROM generate_series(1, 200) AS i");
    pair.dst("CREATE TABLE d (id integer, k integer, moved integer)");
    pair.module("orders", "--table d --strategy full --query 'SELECT id, k, moved FROM t' --split-by k --streams 4");
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (mut session, over) = (source.session(), &over);
        scope.spawn(move || {
            session.batch_execute("SET synchronous_commit = off").unwrap();
            while !over.load(Ordering::SeqCst) {
                session.batch_execute("UPDATE t SET k = -k, moved = moved + 1").unwrap();
            }
        });
        let runs: Vec<_> = (0..5)
            .map(|_| {
                let run = pair.call("run orders --json");
                let held = pair
                    .rows("SELECT count(*), count(DISTINCT id), count(DISTINCT moved), count(DISTINCT sign(k)) FROM d");
                (run, held)
            })
            .collect();
        over.store(true, Ordering::SeqCst);
        for (run, held) in runs {
            run.ok();
            assert_eq!(held, ["200|200|1|1"]);
        }
    });
}

/// Never 11: a row that does not fit, in one of the ranges, is named, and nothing is merged; the others don't go on.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn one_bad_row_stops_all() {
    let (mut pair, _) = between_servers();
    pair.src("CREATE TABLE t (id integer, v text); INSERT INTO t SELECT i, CASE i WHEN 777 THEN 'many' ELSE i::text END FROM generate_series(1, 1000) AS i");
    pair.dst("CREATE TABLE d (id integer, v integer); INSERT INTO d VALUES (0, 0)");
    pair.module("orders", "--table d --strategy full --query 'SELECT id, v FROM t' --split-by id --streams 3");
    let call = pair.call("run orders").fails(1, "column v: 'many' does not fit integer");
    assert!(call.stderr().contains("in the range where id is from 7"), "{}", call.stderr());
    assert_eq!(pair.rows("SELECT * FROM d"), ["0|0"]);
    let run = pair.world.log("orders");
    assert_eq!(run["status"], "error");
    let errors: Vec<&str> = run["steps"].as_array().unwrap().iter().filter_map(|step| step["error"].as_str()).collect();
    assert_eq!(errors.iter().filter(|error| error.contains("does not fit")).count(), 1, "{errors:?}");
    // What the source says, in the middle of one range.
    pair.call("module edit orders --query 'SELECT id, 1 / (id - 500) AS v FROM t'").ok();
    pair.call("run orders").fails(1, "division by zero");
    // One that would go on for an hour is stopped with the others.
    pair.src(SLOW);
    pair.call("module edit orders --query 'SELECT id, CASE id WHEN 900 THEN 1 / (id - 900) WHEN 1 THEN slow(id, 3600) ELSE id END AS v FROM t'").ok();
    pair.call("run orders").fails(1, "division by zero");
    assert_eq!(pair.rows("SELECT * FROM d"), ["0|0"]);
    pair.call("module edit orders --query \"SELECT id, id AS v FROM t\"").ok();
    assert_eq!(pair.world.run("orders")["row_count"], 1000);
    assert_eq!(pair.rows("SELECT count(*), sum(v) FROM d"), ["1000|500500"]);
}

/// Never 11: the same on MariaDB, which takes what comes in several streams back with the staging table.
#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn one_bad_row_stops_all_into_mariadb() {
    let mut pair = Pair::between(Some(Database::new()).into(), Side::Mariadb(mariadb::Database::new()));
    pair.src("CREATE TABLE t (id integer, v text); INSERT INTO t SELECT i, CASE i WHEN 777 THEN 'many' ELSE i::text END FROM generate_series(1, 1000) AS i");
    pair.dst("CREATE TABLE d (id INTEGER, v INTEGER); INSERT INTO d VALUES (0, 0)");
    pair.module("orders", "--table d --strategy full --query 'SELECT id, v FROM t' --split-by id --streams 3");
    let call = pair.call("run orders").fails(1, "column v: 'many' does not fit");
    assert!(call.stderr().contains("in the range where id is from 7"), "{}", call.stderr());
    assert_eq!(pair.rows("SELECT * FROM d"), ["0|0"]);
    pair.src("UPDATE t SET v = 0 WHERE id = 777");
    assert_eq!(pair.world.run("orders")["row_count"], 1000);
    assert_eq!(pair.rows("SELECT count(*), sum(v) FROM d"), ["1000|499723"]);
}

/// Never 3, never 13: a run that is killed, or cancelled, in the middle of its streams leaves no session and no rows.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn what_is_killed_leaves_nothing() {
    let (mut pair, mut source) = between_servers();
    pair.src("CREATE TABLE t (id integer, v text); INSERT INTO t SELECT i, i FROM generate_series(1, 4000) AS i");
    pair.dst("CREATE TABLE d (id integer, v integer); INSERT INTO d VALUES (0, 0)");
    pair.src(SLOW);
    pair.module(
        "orders",
        "--table d --strategy full --query 'SELECT id, slow(id, 0.01) AS v FROM t' --split-by id --streams 4",
    );
    let at_source =
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pipekit'";
    for end in ["kill", "kill the runner", "cancel", "time"] {
        if end == "time" {
            pair.call("module edit orders --timeout-s 1").ok();
        }
        let run = pair.world.start("run orders");
        pair.world.until_in("transfer");
        until("four streams are on", || {
            source.rows("SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%slow(%' AND state = 'active'").len() >= 4
                || end == "time"
        });
        match end {
            "kill" => run.signal(Signal::KILL),
            "kill the runner" => kill(pair.world.runner(), Signal::KILL),
            "cancel" => drop(pair.call("cancel orders").ok()),
            _ => {}
        }
        let said = run.wait();
        match end {
            "cancel" => drop(said.fails(130, "nothing was merged")),
            "time" => drop(said.fails(1, "nothing was merged")),
            "kill the runner" => drop(said.fails(1, "ended before it answered")),
            _ => {}
        }
        pair.world.until_quiet();
        until("no session is left at the source", || source.rows(at_source).is_empty());
        until("no session is left at the destination", || pair.sessions().is_empty());
        assert_eq!(pair.rows("SELECT * FROM d"), ["0|0"], "{end}");
    }
    pair.call("module edit orders --timeout-s 60 --query 'SELECT id, id AS v FROM t'").ok();
    assert_eq!(pair.world.run("orders")["row_count"], 4000);
    assert_eq!(pair.rows("SELECT count(*), sum(v) FROM d"), ["4000|8002000"]);
}

/// What is asked for, and what comes of it, is said by preview, log and show.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn preview_and_log_say_it() {
    let pair = Pair::of(Some(Database::new()), Some(Database::new())).with_orders();
    pair.orders("--strategy full --full-by delete --split-by id --streams 4");
    pair.call("module show orders").ok().prints("4, by ranges of id");
    pair.call("module preview orders").ok().prints("4 streams over ranges of id, one snapshot");
    let preview = pair.world.json("module preview orders");
    assert_eq!(preview["streams"], 4);
    pair.world.run("orders");
    let run = pair.world.log("orders");
    let steps = run["steps"].as_array().unwrap();
    let ranges: Vec<_> = steps.iter().filter(|s| s["kind"] == "transfer").collect();
    assert_eq!(ranges.iter().map(|s| s["row_count"].as_i64().unwrap()).sum::<i64>(), 3);
    let query = preview["resolved_source_sql"].as_str().unwrap();
    for range in &ranges {
        assert!(range["sql"].as_str().unwrap().contains(&format!("(\n{query}\n) AS q\nWHERE q.\"id\" ")), "{range}");
    }
    assert_eq!(pair.call("log show orders --stdout").ok().stdout().trim(), "3 rows");
    pair.call("log show orders --live").ok().prints("4 streams over");
    // A rehearsal stages as the run does.
    pair.call("module rehearse orders").ok();
    pair.call("module preview orders").ok().prints("4 streams");
    for (query, why) in [
        ("SELECT id, item, qty FROM orders LIMIT 2", "its query has LIMIT"),
        ("SELECT id, item, count(*) OVER () FROM orders", "its query has OVER"),
    ] {
        pair.world.args(&["module", "edit", "orders", "--query", query]).ok();
        pair.call("module preview orders").ok().prints(&format!("one stream, and not in 4 as it asks: {why}"));
        pair.world.run("orders");
        pair.call("module check orders").ok().prints("the rows come in one stream");
        pair.call("log show orders").ok().prints(why);
        assert!(pair.world.steps("orders").contains(&"transfer src to dst".to_owned()));
    }
    for (by, says) in
        [("nothing", "which the query does not give"), ("item", "can't be cut by item, which is varchar(20)")]
    {
        pair.call(&format!("module edit orders --split-by {by} --query 'SELECT id, item, qty FROM orders'")).ok();
        pair.call("module preview orders").fails(2, says);
        pair.call("run orders").fails(1, says);
    }
    pair.call("module edit orders --split-by id --query 'SELECT id, id, qty AS \"ID\" FROM orders'").ok();
    pair.call("module preview orders").fails(2, "several columns called id");
}

/// Never 7: tables of another server are read in one stream, as each connection would have a snapshot of its own there.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn what_is_on_another_server_comes_in_one_stream() {
    let (mut pair, source) = between_servers();
    pair.src(&format!(
        "CREATE TABLE there (id integer); INSERT INTO there SELECT generate_series(1, 100);
         CREATE EXTENSION postgres_fdw;
         CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '{}', dbname '{}');
         CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user '{}', password '{}');
         CREATE FOREIGN TABLE t (id integer) SERVER far OPTIONS (table_name 'there')",
        Database::port(),
        source.name,
        postgres::user(),
        postgres::password()
    ));
    pair.dst("CREATE TABLE d (id integer)");
    pair.module("orders", "--table d --strategy full --query 'SELECT id FROM t' --split-by id --streams 4");
    pair.call("module preview orders")
        .ok()
        .prints("one stream, and not in 4 as it asks: its query reads tables of another");
    assert_eq!(pair.world.run("orders")["row_count"], 100);
    assert!(pair.world.steps("orders").contains(&"transfer src to dst".to_owned()));
    pair.call("log show orders").ok().prints("tables of another server");
    assert_eq!(pair.rows("SELECT count(*), sum(id) FROM d"), ["100|5050"]);
}

/// Where the database at either end can't, the rows come in one stream.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn where_it_can_not_be_one_stream_is_enough() {
    for (mut pair, why) in [
        (Pair::sqlite(), "two readers of SQLite can't be given the same moment"),
        (
            Pair::between(Side::Mariadb(mariadb::Database::new()), Side::Sqlite),
            "MySQL gives its connections no snapshot",
        ),
    ] {
        pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete --split-by id --streams 4");
        pair.call("module preview orders").ok().prints(why);
        assert_eq!(pair.world.json("module preview orders")["streams"], 1);
        pair.world.run("orders");
        assert_eq!(pair.loaded(), NEW);
    }
}

/// The same where the destination has one writer.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn an_sqlite_destination_has_one_writer() {
    let mut pair = Pair::of(Some(Database::new()), None).with_orders();
    pair.orders("--strategy full --split-by id --streams 4");
    pair.call("module preview orders").ok().prints("SQLite has one writer at a time");
    pair.world.run("orders");
    assert_eq!(pair.loaded(), NEW);
}

/// What can't be is refused where it is said.
#[test]
fn a_definition_that_can_not_be_is_refused() {
    let pair = Pair::sqlite().with_orders();
    pair.orders("--strategy full");
    for (flags, says) in [
        ("--streams 4", "--split-by COLUMN"),
        ("--split-by id", "`--streams 4`"),
        ("--split-by id --streams 17", "must be between 1 and 16"),
        ("--split-by id --streams 0", "must be between 1 and 16"),
        ("--split-by id --streams 4 --load direct", "can't come in several streams"),
        ("--split-by id --streams 4 --query 'SELECT 1; SELECT 2, 3, 4'", "only the rows of one SELECT"),
    ] {
        pair.call(&format!("module edit orders {flags}")).fails(2, says);
    }
    pair.call("module edit orders --split-by id --streams 4").ok();
    let shown = pair.world.json("module show orders --definition");
    assert_eq!((&shown["split_by"], &shown["streams"]), (&"id".into(), &4.into()));
    pair.call("module check orders").ok();
    pair.call("module edit orders --split-by none").ok();
    let shown = pair.world.json("module show orders --definition");
    assert_eq!((&shown["split_by"], &shown["streams"]), (&serde_json::Value::Null, &serde_json::Value::Null));
}

/// A server that has no more connections says so, and what is refused in a snapshot can be read in one stream.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn what_a_server_refuses_is_told_with_what_to_type() {
    let (mut pair, mut source) = between_servers();
    pair.src("CREATE TABLE t (id integer); INSERT INTO t SELECT generate_series(1, 100); CREATE SEQUENCE s");
    pair.dst("CREATE TABLE d (id integer, v bigint)");
    pair.module(
        "orders",
        "--table d --strategy full --query \"SELECT id, nextval('s') FROM t\" --split-by id --streams 4",
    );
    let call = pair.call("run orders").fails(1, "read-only transaction");
    assert!(call.stderr().contains("--split-by none"), "{}", call.stderr());
    // Limits of a database are none to a superuser.
    let login = format!("plain_{}", source.name);
    pair.src(&format!("CREATE ROLE {login} LOGIN PASSWORD 'plain' CONNECTION LIMIT 3; GRANT SELECT ON t TO {login}"));
    pair.world.call_with("secrets set PLAIN", "plain").ok();
    pair.world.postgresql("plain", &source.url(), &login, "$PLAIN");
    pair.call("module edit orders --source plain --query 'SELECT id, id AS v FROM t'").ok();
    let call = pair.call("run orders").fails(1, "too many connections for role");
    assert!(call.stderr().contains("--streams 2"), "{}", call.stderr());
    pair.call("module edit orders --streams 2").ok();
    assert_eq!(pair.world.run("orders")["row_count"], 100);
    source.sql(&format!("DROP OWNED BY {login}; DROP ROLE {login}"));
}

/// A network that is cut in the middle of one stream fails the run, and the next one is whole.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_cut_connection_fails_the_run() {
    let source = Database::new();
    let proxy = Proxy::new();
    let url = proxy.url(&source);
    let mut pair = Pair::of(Some(source), Some(Database::new()));
    pair.src("CREATE TABLE t (id integer, v text); INSERT INTO t SELECT i, repeat('x', 1000) FROM generate_series(1, 4000) AS i");
    pair.dst("CREATE TABLE d (id integer, v text)");
    pair.module("orders", "--table d --strategy full --query 'SELECT id, v FROM t' --split-by id --streams 4");
    pair.world.args(&["connection", "edit", "src", "--url", &url]).ok();
    proxy.fail(When::Passed(Way::Down, 300_000), Fault::Reset);
    pair.call("run orders").fails(1, "src");
    assert!(proxy.has_failed());
    assert_eq!(pair.rows("SELECT * FROM d"), [""; 0]);
    proxy.heal();
    assert_eq!(pair.world.run("orders")["row_count"], 4000);
}
