//! Merge keys: never NULL, and equal when the destination says so.

use super::support::{OLD, Pair};

on_each! {
    /// Never 8: each column of a key is looked at, and the one that has NULL is named, as the catalog spells it.
    fn null_in_any_column_of_a_key_is_refused(pair) {
        let mut pair = pair.with_orders();
        pair.dst("DROP TABLE orders; CREATE TABLE orders (id INTEGER, item VARCHAR(20), qty INTEGER); INSERT INTO orders VALUES (9, 'old', 90)");
        pair.src("DROP TABLE orders; CREATE TABLE orders (id, item, qty)");
        pair.orders("--strategy incremental --key QTY,Item,id");
        for (row, column) in [("NULL, 'x', 1", "id"), ("1, NULL, 1", "item"), ("1, 'x', NULL", "qty"), ("1, NULL, NULL", "qty")] {
            pair.src(&format!("DELETE FROM orders; INSERT INTO orders VALUES ({row}), (2, '', 0)"));
            let says = format!("1 of 2 staged rows have NULL in the merge key {column}:");
            pair.call("run orders").fails(1, &says);
            assert_eq!(pair.loaded(), OLD, "{row}");
        }
        // Nothing of it is NULL: the empty string and zero are values.
        pair.src("DELETE FROM orders WHERE id = 1");
        for deleted in [0, 1, 1] {
            assert_eq!(pair.world.run("orders")["rows_deleted"], deleted);
        }
        assert_eq!(pair.loaded(), ["2||0", OLD[0]]);
    }

    /// Never 8: a key is compared in the type that it has at the destination, whatever it is at the source.
    fn keys_of_another_type_at_the_source_are_compared_at_the_destination(pair) {
        let mut pair = pair.with_orders();
        pair.src("DROP TABLE orders; CREATE TABLE orders (id TEXT, code TEXT); INSERT INTO orders VALUES ('7', 'a'), ('8', 'a'), ('8', 'b ')");
        pair.dst(
            "DROP TABLE orders; CREATE TABLE orders (id INTEGER, code CHAR(3), n INTEGER DEFAULT 1);
             INSERT INTO orders VALUES (7, 'a', 0), (8, 'a', 0), (8, 'c', 0)",
        );
        pair.module("orders", "--table orders --strategy incremental --key id,code --columns id,code --query 'SELECT id, code FROM orders'");
        assert_eq!(pair.world.run("orders")["rows_deleted"], 2);
        assert_eq!(pair.world.run("orders")["rows_deleted"], 3);
        let rows = pair.rows("SELECT id, trim(code), n FROM orders ORDER BY id, 2");
        assert_eq!(rows, ["7|a|1", "8|a|1", "8|b|1", "8|c|0"]);
    }
}

/// The destination's column takes capitals and small letters for the same: so does the merge, so does the gate.
fn keys_without_regard_to_case(mut pair: Pair) {
    pair.src("CREATE TABLE orders (code, n); INSERT INTO orders VALUES ('abc', 1), ('New', 1)");
    pair.dst("INSERT INTO orders VALUES ('ABC', 0), ('Abc', 0), ('other', 0)");
    pair.module(
        "orders",
        "--table orders --strategy incremental --key code --unique-key code --query 'SELECT code, n FROM orders'",
    );
    assert_eq!(pair.world.run("orders")["rows_deleted"], 2);
    assert_eq!(pair.world.run("orders")["rows_deleted"], 2);
    let rows = "SELECT code, n FROM orders ORDER BY n, code";
    assert_eq!(pair.rows(rows).len(), 3);
    pair.src("INSERT INTO orders VALUES ('ABC', 2)");
    pair.call("run orders").fails(1, "1 values of the unique key (code) are staged more than once");
    let mut now = pair.rows(rows);
    now.sort();
    assert_eq!(now, ["New|1", "abc|1", "other|0"]);
    // With another column beside it.
    pair.call("module edit orders --key code,n --unique-key none").ok();
    assert_eq!(pair.world.run("orders")["rows_deleted"], 2);
}

/// Never 8: keys are compared as the destination compares them.
#[test]
fn sqlite_keys_are_compared_by_the_destinations_collation() {
    let mut pair = Pair::sqlite();
    pair.dst("CREATE TABLE orders (code TEXT COLLATE NOCASE, n INTEGER)");
    keys_without_regard_to_case(pair);
}

/// Never 8: keys are compared as the destination compares them.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn postgresql_keys_are_compared_by_the_destinations_collation() {
    let mut pair = Pair::postgres();
    pair.dst(
        "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
         CREATE TABLE orders (code text COLLATE nocase, n int)",
    );
    keys_without_regard_to_case(pair);
}
