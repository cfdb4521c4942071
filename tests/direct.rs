//! Loads into the destination itself (`--load direct`): one transaction of rows, gate and receipt, and no staging table.

use super::support::{NEW, OLD, Pair};

/// Runs `orders`, which the gate must refuse with these words: the destination is as it was, and so it is for whoever asks
/// the receipt.
#[track_caller]
fn refused(pair: &mut Pair, says: &str) {
    let before = pair.loaded();
    pair.call("run orders").fails(1, says);
    assert_eq!(pair.loaded(), before, "the destination changed");
    let run = pair.world.log("orders");
    assert_eq!(run["status"], "error");
    assert!(run["error"].as_str().unwrap().contains(says), "{}", run["error"]);
    assert_eq!(state(pair), "abandoned");
}

/// The state of the receipt of `orders`.
fn state(pair: &mut Pair) -> String {
    let receipt = pair.staging("pipekit_receipt");
    pair.rows(&format!("SELECT state FROM {receipt} WHERE module = 'orders'")).join(",")
}

/// Whether the module has a staging table.
fn is_staged(pair: &mut Pair) -> bool {
    let staging = pair.staging("orders");
    pair.tries(&format!("SELECT 1 FROM {staging}")).is_ok()
}

on_each! {
    /// Rows come in as through staging, with the same counts, in fewer steps.
    fn rows_come_into_the_table_itself(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete --load direct");
        let run = pair.world.run("orders");
        assert_eq!((&run["row_count"], &run["rows_deleted"], &run["rows_inserted"]), (&3.into(), &1.into(), &3.into()));
        assert_eq!(pair.loaded(), NEW);
        assert_eq!(state(&mut pair), "merged");
        assert!(!is_staged(&mut pair));
        let steps = pair.world.steps("orders");
        let behind = ["gate receipt", "transfer src to dst, direct", "merge merge", "gate counts", "gate loaded", "merge receipt"];
        assert!(steps.ends_with(&behind.map(str::to_owned)), "{steps:?}");
        assert!(!steps.contains(&"staging create".to_owned()), "{steps:?}");
        assert_eq!(pair.call("run orders --json").ok().json()["rows_deleted"], 3);
    }

    /// An append takes what is new, and leaves what is there.
    fn an_append_adds(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy append --load direct");
        let run = pair.world.run("orders");
        assert_eq!((&run["rows_deleted"], &run["rows_inserted"]), (&0.into(), &3.into()));
        assert_eq!(pair.loaded(), [&NEW[..], &["9|old|90"]].concat());
        // The primary key has them already: nothing of the second load is kept.
        pair.call("run orders").fails(1, "1");
        assert_eq!(pair.loaded(), [&NEW[..], &["9|old|90"]].concat());
        assert_eq!(state(&mut pair), "abandoned");
    }

    /// Never 5: what is previewed is what runs and what is logged, and it says that nothing is staged.
    fn the_preview_is_what_runs(pair) {
        let pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete --load direct --unique-key id");
        let preview = pair.world.json("module preview orders");
        assert_eq!((&preview["load"], &preview["staging_sql"]), (&"direct".into(), &serde_json::Value::Null));
        let text = pair.call("module preview orders").ok().stdout();
        assert!(text.contains("direct: into the table itself") && text.contains("-- here the rows of the query come into"), "{text}");
        pair.world.run("orders");
        let run = pair.world.log("orders");
        assert_eq!(run["merge_sql"], preview["merge_sql"]);
        let steps = run["steps"].as_array().unwrap();
        let sql = |kind: &str, name: &str| {
            let step = steps.iter().find(|s| s["kind"] == kind && (s["name"] == name || name.is_empty()));
            step.unwrap_or_else(|| panic!("no {kind} {name}"))["sql"].as_str().unwrap().to_owned()
        };
        assert_eq!(sql("merge", "merge"), preview["merge_sql"].as_str().unwrap());
        assert_eq!(sql("transfer", ""), preview["resolved_source_sql"].as_str().unwrap());
        assert!(preview["merge_sql"].as_str().unwrap().contains(&sql("gate", "counts")));
        assert_eq!(sql("gate", "loaded"), sql("gate", "loaded").replace(":rows", "3"));
        assert!(sql("gate", "loaded").contains("staged_rows = 3"));
    }

    /// Never 11: each reason of the gate takes back what was loaded.
    fn the_gate_takes_back_what_it_refuses(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete --load direct --min-rows 4");
        refused(&mut pair, "3 rows came, fewer than the 4");
        pair.dst("INSERT INTO orders SELECT id + 100, item, qty FROM orders; INSERT INTO orders SELECT id + 200, item, qty FROM orders");
        pair.call("module edit orders --min-rows none --max-shrink-pct 24.9").ok();
        refused(&mut pair, "has 4 rows and would have 3: 25.0 % fewer");
        pair.call("module edit orders --max-shrink-pct 25").ok();
        pair.world.run("orders");
        pair.call("module edit orders --max-shrink-pct none --unique-key qty").ok();
        pair.src("UPDATE orders SET qty = 10");
        refused(&mut pair, "1 values of the unique key (qty) came more than once");
        pair.call("module edit orders --unique-key none").ok();
        pair.src("DELETE FROM orders");
        refused(&mut pair, "no rows came, and a full load would empty orders");
        pair.call("module edit orders --min-rows 0").ok();
        pair.world.run("orders");
        assert_eq!(pair.loaded(), [""; 0]);
    }

    /// Never 1: nobody sees the table without its rows.
    fn nobody_sees_the_table_empty(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete --load direct");
        pair.src("CREATE TABLE more AS WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n LIMIT 60000) SELECT i FROM n");
        pair.call("module edit orders --query 'SELECT i, NULL, i FROM more'").ok();
        let mut run = pair.world.start("run orders");
        let mut looks = 0;
        while !run.has_ended() {
            let rows = pair.rows("SELECT count(*) FROM orders");
            assert!(rows == ["1"] || rows == ["60000"], "{rows:?}");
            looks += 1;
        }
        assert!(looks > 0);
        assert_eq!(pair.rows("SELECT count(*) FROM orders"), ["60000"]);
    }

    /// A value that does not fit, and a source that breaks off, leave the table as it was.
    fn a_load_that_fails_leaves_the_table(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete --load direct");
        pair.call("module edit orders --query \"SELECT id, item, CASE id WHEN 3 THEN 'many' ELSE 1 END FROM orders\"").ok();
        let before = pair.loaded();
        let run = pair.call("run orders");
        // SQLite's columns take any value.
        if pair.is_on_server() {
            run.fails(1, "row 3, column qty");
            assert_eq!(pair.loaded(), before);
            assert_eq!(state(&mut pair), "abandoned");
        }
        pair.call("module edit orders --query 'SELECT id FROM orders'").ok();
        pair.call("run orders").fails(1, "the query gives 1 columns");
    }

    /// Where it can't be, the rows are staged, and the preview and the run say why.
    fn where_it_can_not_be_rows_are_staged(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy append --load direct --unique-key id");
        let says = "its rows are staged, and not loaded directly as it asks: its unique key";
        pair.call("module preview orders").ok().prints(says);
        let preview = pair.world.json("module preview orders");
        assert_eq!(preview["load"], "staged");
        let run = pair.world.run("orders");
        assert!(run["warnings"].to_string().contains(says), "{run}");
        assert!(is_staged(&mut pair));
        let steps = pair.world.steps("orders");
        assert!(steps.contains(&"staging create".to_owned()), "{steps:?}");
        pair.call("module edit orders --strategy incremental --key id").fails(2, "an incremental module can't load directly");
    }

    /// Only the columns that the module names are filled; the others get what an insert gives them.
    fn the_named_columns_are_filled(pair) {
        let mut pair = pair;
        pair.src("CREATE TABLE orders (a INTEGER, b TEXT); INSERT INTO orders VALUES (1, 'x'), (2, 'y')");
        pair.dst("CREATE TABLE orders (id INTEGER NOT NULL, item VARCHAR(20), qty INTEGER DEFAULT 7)");
        pair.module("orders", "--table orders --strategy full --full-by delete --load direct --columns item,id --query 'SELECT b, a FROM orders'");
        pair.world.run("orders");
        assert_eq!(pair.loaded(), ["1|x|7", "2|y|7"]);
    }
}

/// A TRUNCATE is part of the transaction, and a rehearsal still stages.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn postgresql_by_truncate() {
    let mut pair = Pair::postgres().with_orders();
    pair.orders("--strategy full --load direct");
    pair.call("module rehearse orders").ok();
    assert_eq!(pair.loaded(), OLD);
    let run = pair.world.run("orders");
    assert_eq!((&run["rows_deleted"], &run["rows_inserted"]), (&serde_json::Value::Null, &3.into()));
    assert_eq!(pair.loaded(), NEW);
}

/// Never 7: a column that is made narrower while the load waits would round in silence.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn postgresql_a_column_that_is_made_narrower_stops_the_load() {
    for strategy in ["full", "append"] {
        let mut pair = Pair::postgres();
        pair.src("CREATE TABLE orders (id INTEGER, qty TEXT); INSERT INTO orders VALUES (1, '1.25')");
        pair.dst("CREATE TABLE orders (id integer, qty numeric(5,2))");
        pair.module(
            "orders",
            &format!("--table orders --strategy {strategy} --load direct --query 'SELECT id, qty FROM orders'"),
        );
        let mut other = pair.pg().session();
        other.batch_execute("BEGIN; LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE").unwrap();
        let run = pair.start_merging();
        other.batch_execute("ALTER TABLE orders ALTER qty TYPE numeric(5,1); COMMIT").unwrap();
        run.wait().fails(1, "a column was given another type since the load began");
        assert_eq!(pair.rows("SELECT * FROM orders"), [""; 0], "{strategy}");
        // The second time the value itself is refused, as it is by staging.
        pair.call("run orders").fails(1, "row 1, column qty");
    }
}

/// What a trigger decides is seen by a merge alone.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn postgresql_rows_are_staged_where_a_trigger_decides() {
    let mut pair = Pair::postgres().with_orders();
    pair.dst(
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER keep BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION keep()",
    );
    pair.orders("--strategy full --load direct --full-by delete");
    pair.call("module preview orders").ok().prints("triggers, rules or constraints of the destination decide");
    pair.world.run("orders");
    assert_eq!(pair.loaded(), NEW);
}
