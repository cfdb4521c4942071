//! `module verify --repair`: in the end the tables are equal, or nothing was done.

use crate::support::{Pair, Side, mariadb};
use serde_json::json;

/// `t` on both sides with some hundred rows, and differences of each kind.
fn differing(pair: &mut Pair) {
    let table = "CREATE TABLE t (id INTEGER PRIMARY KEY, code VARCHAR(9), qty INTEGER)";
    let rows: Vec<String> = (1..=600).map(|id| format!("({id}, 'k{id}', {id})")).collect();
    pair.src(&format!("{table}; INSERT INTO t VALUES {}", rows.join(", ")));
    pair.dst(table);
    pair.module("t", "--table t --strategy full --query 'SELECT * FROM t' --unique-key id");
    pair.world.run("t");
    pair.dst(
        "DELETE FROM t WHERE id IN (5, 599); UPDATE t SET qty = -1 WHERE id IN (7, 300); UPDATE t SET code = NULL WHERE id = 8;
         INSERT INTO t VALUES (1001, 'x', 1), (1002, 'y', 2)",
    );
}

on_each! {
    /// Done when 4: it ends with equal tables, by runs that stand in the log.
    fn it_ends_with_equal_tables(pair) {
        differing(&mut pair);
        let before = pair.rows("SELECT * FROM t ORDER BY id");
        pair.call("module verify t --repair").code(2).says("load the rows of 5 keys again").says("--yes");
        assert_eq!(pair.rows("SELECT * FROM t ORDER BY id"), before);
        let hook = "DELETE FROM t WHERE id = 1002";
        pair.world.args(&["hook", "add", "t", "--connection", "dst", "--sql", hook]).ok();
        let told = pair.call("module verify t --repair --yes --json").code(1).json();
        assert_eq!((&told["missing"], &told["different"], &told["extra"]), (&json!(2), &json!(3), &json!(2)));
        let run = &told["repairs"][0];
        assert_eq!((&run["rows_deleted"], &run["rows_inserted"], &run["triggered_by"]), (&json!(3), &json!(5), &json!("repair")));
        // The rows that the source has no more stay, but for the one that the hook takes away.
        assert_eq!((&told["after"]["missing"], &told["after"]["extra"]), (&json!(0), &json!(1)));
        let told = pair.call("module verify t --repair --delete --yes --json").ok().json();
        let run = &told["repairs"][0];
        assert_eq!((&run["status"], &run["rows_deleted"], &run["rows_inserted"]), (&json!("success"), &json!(1), &json!(0)));
        assert_eq!((&told["repairs"].as_array().unwrap().len(), &told["after"]["same"]), (&1, &json!(true)));
        assert_eq!(pair.rows("SELECT count(*), sum(qty) FROM t"), ["600|180300"]);
        assert_eq!(pair.staged_apart(), [""; 0]);
        assert_eq!(pair.world.own("SELECT count(*) FROM module WHERE running"), "0");
        // What the next run compares its watermarks with, and how the strategy is, are as they were.
        assert_eq!(pair.world.json("module show t")["merge_strategy"], "full");
        pair.world.run("t");
        pair.call("module verify t --repair --yes").ok();
    }

    /// Never on the word of a source that is empty or fails.
    fn nothing_is_deleted_on_the_word_of_an_empty_source(pair) {
        differing(&mut pair);
        let before = pair.rows("SELECT * FROM t ORDER BY id");
        pair.src("ALTER TABLE t RENAME TO away; CREATE TABLE t (id INTEGER, code VARCHAR(9), qty INTEGER)");
        pair.call("module verify t --repair --delete --yes").code(2).says("empty source");
        pair.src("DROP TABLE t");
        pair.call("module verify t --repair --delete --yes").code(2);
        assert_eq!(pair.rows("SELECT * FROM t ORDER BY id"), before);
        pair.src("ALTER TABLE away RENAME TO t; DELETE FROM t WHERE id > 100");
        pair.call("module edit t --max-shrink-pct 20").ok();
        pair.call("module verify t --repair --delete --yes").code(2).says("max_shrink_pct");
        assert_eq!(pair.rows("SELECT count(*) FROM t WHERE id > 100"), ["501"]);
    }

    /// What `--set` leaves out is not gone.
    fn nothing_is_deleted_that_the_query_was_told_to_leave_out(pair) {
        let mut pair = pair.with_orders();
        pair.module("orders", "--table orders --strategy incremental --key id --query 'SELECT id, item, qty FROM orders WHERE id > {last}'");
        pair.world.args(&["watermark", "add", "orders", "last", "--connection", "dst", "--sql", "SELECT max(id) FROM orders", "--default", "0"]).ok();
        pair.call("module verify orders --repair --delete --yes").ok();
        let before = pair.loaded();
        pair.call("module verify orders --set last=2").code(1).says("what `--set` leaves out");
        let runs = pair.world.own("SELECT count(*) FROM run_log");
        pair.call("module verify orders --set last=2 --repair --delete --yes").code(2).says("with `--set` the query leaves rows out");
        assert_eq!((pair.loaded(), pair.world.own("SELECT count(*) FROM run_log")), (before, runs));
    }

    /// The lines of an order go and come together.
    fn rows_of_one_key_are_repaired_together(pair) {
        pair.src("CREATE TABLE l (no INTEGER, item VARCHAR(9)); INSERT INTO l VALUES (1, 'a'), (1, 'b'), (2, 'c'), (2, 'd'), (3, 'e')");
        pair.dst("CREATE TABLE l (no INTEGER, item VARCHAR(9)); INSERT INTO l VALUES (1, 'a'), (1, 'x'), (2, 'c'), (3, 'e'), (3, 'e'), (4, 'g')");
        pair.module("l", "--table l --strategy incremental --key no --query 'SELECT no, item FROM l'");
        pair.call("module verify l --repair --delete --yes").ok();
        assert_eq!(pair.rows("SELECT no, item FROM l ORDER BY no, item"), ["1|a", "1|b", "2|c", "2|d", "3|e"]);
    }
}

/// Keys are what the destination takes for one: none is there twice afterwards.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn keys_are_repaired_as_the_destination_compares_them() {
    let mut pairs = [
        (Pair::sqlite(), "VARCHAR(9) COLLATE NOCASE"),
        (Pair::between(Side::Sqlite, Side::Mariadb(mariadb::Database::new())), "VARCHAR(9)"),
    ];
    for (pair, kind) in &mut pairs {
        pair.src("CREATE TABLE c (code VARCHAR(9), n INTEGER); INSERT INTO c VALUES ('ab', 1), ('x', 1), ('y', 2)");
        pair.dst(&format!(
            "CREATE TABLE c (code {kind}, n INTEGER); INSERT INTO c VALUES ('AB', 1), ('X', 7), ('y', 2)"
        ));
        pair.module("c", "--table c --strategy incremental --key code --query 'SELECT code, n FROM c'");
        pair.call("module verify c --repair --delete --yes").ok();
        assert_eq!(pair.rows("SELECT code, n FROM c ORDER BY n, code"), ["ab|1", "x|1", "y|2"]);
    }
}
