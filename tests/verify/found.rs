//! How it is asked, what it reads, and what it says.

use crate::support::{ENDLESS, Pair, Side, Signal, mariadb, postgres, until};
use serde_json::json;

/// As many rows as a server makes of these by itself.
fn many(rows: u32) -> String {
    format!(
        "CREATE TABLE t (id BIGINT PRIMARY KEY, code VARCHAR(20), at TIMESTAMP NULL, qty INTEGER);
         INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
         SELECT i, concat('k', i), NULL, i % 100 FROM n;"
    )
}

/// Done when 4: it reads under 1 % where one row differs; by numbers, by dates, by text.
#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn it_reads_little() {
    let from = Side::Mariadb(mariadb::Database::new());
    let mut pair = Pair::between(from, Side::Postgres(Box::new(postgres::Database::new())));
    pair.src(&format!(
        "SET max_recursive_iterations = 1000000; {}
         UPDATE t SET at = '2020-01-01 00:00:00' + INTERVAL id * 600 SECOND",
        many(100_000)
    ));
    pair.dst("CREATE TABLE t (id BIGINT, code VARCHAR(20), at TIMESTAMPTZ, qty INTEGER)");
    pair.module("t", "--table t --strategy full --query 'SELECT * FROM t'");
    pair.world.run("t");
    for key in ["id", "at", "code", "code,at"] {
        let same = pair.call(&format!("module verify t --json --key {key}")).ok().json();
        assert_eq!(same["source_rows"], 100_000, "{same}");
        assert!(same["source_rows_read"].as_i64().unwrap() < 500, "{same}");
    }
    pair.dst("UPDATE t SET qty = qty + 1 WHERE id = 77123");
    for key in ["id", "at", "code", "code,at"] {
        let told = pair.call(&format!("module verify t --json --key {key}")).code(1).json();
        assert_eq!(told["differences"][0]["columns"], json!(["qty"]), "{told}");
        let read = |side: &str| told[side].as_i64().unwrap();
        // It is read twice.
        assert!(read("source_rows_read") + read("destination_rows_read") < 2_000, "{told}");
        // What it says that it read is what the ledger says.
        let log = pair.world.log(&told["run_id"].to_string());
        let steps = log["steps"].as_array().unwrap();
        let rows: i64 = steps
            .iter()
            .filter(|step| step["name"] != "catalog")
            .map(|step| step["row_count"].as_i64().unwrap_or_default())
            .sum();
        assert_eq!(rows, read("source_rows_read") + read("destination_rows_read"), "{log:#}");
    }
}

on_each! {
    /// Its placeholders stand where they do from the start, or where it is said.
    fn watermarks_stand_at_their_defaults(pair) {
        let mut pair = pair.with_orders();
        pair.module("orders", "--table orders --strategy incremental --key id --query 'SELECT id, item, qty FROM orders WHERE id > {last}'");
        pair.world.args(&["watermark", "add", "orders", "last", "--connection", "dst", "--sql", "SELECT max(id) FROM orders"]).ok();
        pair.call("module verify orders").code(2).says("has no default").says("--set last=VALUE");
        let found = pair.call("module verify orders --set last=0 --json").code(1).json();
        assert_eq!([&found["missing"], &found["different"], &found["extra"]], [3, 0, 1]);
        let shown = pair.call("module verify orders --set last=0").code(1);
        assert!(shown.stdout().contains("3 missing, 0 different, 1 extra"), "{}", shown.stdout());
        assert!(shown.stdout().contains("not at the source"), "{}", shown.stdout());
        pair.call("module verify orders --set first=0").code(2).says("has no watermark first");
        pair.call("watermark edit orders last --default 1").ok();
        assert_eq!(pair.call("module verify orders --json").code(1).json()["missing"], 2);
        // Nothing of it is what runs next.
        assert_eq!(pair.world.json("module show orders")["next_resolved_query"], json!(null));
        pair.call("module verify orders --key item,nosuch").code(2).says("nosuch");
        pair.call("module verify nosuch").code(4);
        assert_eq!(pair.staged_apart(), [""; 0]);
    }

    /// What can't be compared is not the same, and not different.
    fn what_can_not_be_compared_says_so(pair) {
        let pair = pair.with_orders();
        pair.orders("--strategy full");
        pair.call("module verify orders").code(2).says("has no key").says("--unique-key");
        pair.call("module edit orders --unique-key id --query 'SELECT id, item, nosuch FROM orders'").ok();
        pair.call("module verify orders").code(2).says("nosuch");
        pair.call("module edit orders --query 'SELECT id, item FROM orders'").ok();
        pair.call("module verify orders").code(2).says("2 columns");
        // It is no run: nothing of it is in doubt, and the module is free.
        pair.call("module edit orders --query 'SELECT id, item, qty FROM orders'").ok();
        let run = pair.world.run("orders");
        let found = pair.call("module verify orders --json").ok().json();
        assert_eq!(found["same"], true);
        // The newest run is what is asked for, and why it stands as it does.
        assert_eq!(pair.world.json("log show orders")["id"], run["id"]);
        pair.call("why orders").ok().prints("is success");
        let comparison = pair.call(&format!("log show {}", found["run_id"])).ok().prints("rows read").stdout();
        assert!(!comparison.contains("Merge SQL"), "{comparison}");
        let listed = pair.call("log").ok().stdout();
        assert!(listed.lines().any(|line| line.contains("· verify")) && !listed.contains("dry_run"), "{listed}");
    }

    /// A table that keeps its key twice is told by its rows.
    fn rows_of_one_key_are_counted(pair) {
        pair.src("CREATE TABLE l (no INTEGER, item VARCHAR(9)); INSERT INTO l VALUES (1, 'a'), (1, 'b'), (2, 'c'), (2, 'c'), (NULL, 'n')");
        pair.dst("CREATE TABLE l (no INTEGER, item VARCHAR(9)); INSERT INTO l VALUES (1, 'a'), (1, 'b'), (2, 'c')");
        pair.module("l", "--table l --strategy incremental --key no --query 'SELECT no, item FROM l'");
        let found = pair.call("module verify l --json").code(1).json();
        assert_eq!([&found["missing"], &found["different"], &found["extra"]], [&json!(2), &json!(0), &json!(0)], "{found}");
        assert_eq!(found["differences"][0]["key"], json!({"no": null}));
        let repaired = pair.call("module verify l --repair --yes").code(1).says("load the rows of 1 key again");
        assert!(repaired.stderr().contains("1 of them have NULL in their key"), "{}", repaired.stderr());
        pair.dst("DELETE FROM l WHERE no = 2; INSERT INTO l VALUES (2, 'c')");
        pair.dst("INSERT INTO l VALUES (2, 'c'), (NULL, 'n')");
        pair.call("module verify l").ok();
    }
}

/// It is stopped like a run, and goes on alone; what a dead one left is taken away by the next.
#[test]
fn it_is_stopped_and_leaves_nothing() {
    let mut pair = Pair::sqlite().with_orders();
    pair.module("orders", &format!("--table orders --strategy full --unique-key id --query \"{ENDLESS}\""));
    for (signal, code) in [(Signal::INT, Some(130)), (Signal::KILL, None)] {
        let verifying = pair.world.start("module verify orders");
        until("it reads", || {
            pair.world.own("SELECT count(*) FROM run_step WHERE duration_ms IS NULL AND kind = 'gate'") != "0"
        });
        pair.call("module verify orders").code(3).says("is being verified already");
        verifying.signal(signal);
        let ended = verifying.wait();
        if let Some(code) = code {
            ended.code(code);
        }
        pair.world.until_quiet();
        pair.world.own("SELECT count(*) FROM run_log");
    }
    assert_eq!(pair.world.own("SELECT count(*) FROM run_log WHERE status <> 'dry_run'"), "0");
    // As if it had died while its table was there.
    pair.world
        .sqlite("pipekit.db")
        .execute_batch(
            "INSERT INTO rehearsal SELECT max(id), module_id FROM run_log;
         INSERT INTO run_step (run_id, kind, name, connection_name, sql_id, started_at)
           SELECT max(run_id), 'staging', 'rehearsal', 'dst', sql_id, started_at FROM run_step",
        )
        .unwrap();
    let run = pair.world.own("SELECT max(id) FROM run_log");
    let install = pair.world.own("SELECT value FROM settings WHERE key = 'install_id'");
    let table = format!("pipekit_staging_rehearsal${}${run}", install.trim_matches('\''));
    pair.dst(&format!("CREATE TABLE \"{table}\" (id)"));
    assert_eq!(pair.staged_apart().len(), 1);
    pair.call("module edit orders --query 'SELECT id, item, qty FROM orders'").ok();
    pair.call("module verify orders").code(1);
    assert_eq!(pair.staged_apart(), [""; 0]);
}
