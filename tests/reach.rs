//! What a merge's deletion reaches besides the table that it is of: other tables' rows are not lost by it.

use super::support::{NEW, Pair};

const REACHES: &str = "deleting from orders would reach";

/// Runs `orders` in each way that deletes, which must be refused and say this, and leave these rows.
#[track_caller]
fn refused(pair: &mut Pair, says: &str, rows: &str, left: &[&str]) {
    for flags in ["--strategy incremental --key id", "--strategy full --full-by delete"] {
        pair.call(&format!("module edit orders {flags}")).ok();
        pair.call("run orders").fails(1, says).says("module edit orders --allow-cascade true");
        assert_eq!(pair.rows(rows), left, "{flags}");
    }
}

/// Never 14: deleting through a view cascades from the table behind it.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_cascade_behind_a_view_is_refused() {
    let mut pair = Pair::postgres();
    pair.src(
        "CREATE TABLE orders (id, item, qty); INSERT INTO orders VALUES (1, 'nut', 10), (2, NULL, 20), (3, '', 30)",
    );
    pair.dst(
        "CREATE TABLE base (id int PRIMARY KEY, item text, qty int);
         CREATE VIEW between AS SELECT * FROM base; CREATE VIEW orders AS SELECT id, item, qty FROM between;
         CREATE TABLE lines (id int REFERENCES base ON DELETE CASCADE);
         INSERT INTO base VALUES (1, 'old', 0); INSERT INTO lines VALUES (1)",
    );
    pair.orders("--strategy append");
    refused(&mut pair, &format!("{REACHES} lines (lines_id_fkey: ON DELETE CASCADE)"), "SELECT * FROM lines", &["1"]);
    pair.call("module edit orders --allow-cascade true").ok();
    pair.world.run("orders");
    assert_eq!(pair.loaded(), NEW);
    assert_eq!(pair.rows("SELECT * FROM lines"), [""; 0]);
}

/// Never 14: a table may refer to one partition alone.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_cascade_from_a_partition_is_refused() {
    let mut pair = Pair::postgres();
    pair.src(
        "CREATE TABLE orders (id, item, qty); INSERT INTO orders VALUES (1, 'nut', 10), (2, NULL, 20), (3, '', 30)",
    );
    pair.dst(
        "CREATE TABLE orders (id int PRIMARY KEY, item text, qty int) PARTITION BY RANGE (id);
         CREATE TABLE low PARTITION OF orders FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
         CREATE TABLE lowest PARTITION OF low FOR VALUES FROM (0) TO (5);
         CREATE TABLE lines (id int REFERENCES lowest ON DELETE CASCADE);
         INSERT INTO orders VALUES (1, 'old', 0); INSERT INTO lines VALUES (1)",
    );
    pair.orders("--strategy full");
    pair.call("run orders").fails(1, "orders can't be truncated: lines refers to it (lines_id_fkey)");
    refused(&mut pair, &format!("{REACHES} lines (lines_id_fkey: ON DELETE CASCADE)"), "SELECT * FROM lines", &["1"]);
    // The partitions themselves are the table.
    pair.dst("DROP TABLE lines");
    pair.call("module edit orders --full-by truncate").ok();
    pair.world.run("orders");
    assert_eq!(pair.loaded(), NEW);
}

/// Never 14: a table that inherits from the destination has rows of its own, which a DELETE and a TRUNCATE of the
/// destination take along.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_rows_of_a_table_that_inherits_are_not_taken_along() {
    let mut pair = Pair::postgres().with_orders();
    pair.dst("CREATE TABLE archive (closed date) INHERITS (orders); INSERT INTO archive VALUES (1, 'kept', 7)");
    pair.orders("--strategy full --allow-cascade true");
    pair.call("run orders")
        .fails(1, "orders can't be truncated: archive refers to it (it inherits from orders)")
        .says("--full-by delete");
    pair.call("module edit orders --allow-cascade false").ok();
    let kept = ["1|kept|7"];
    refused(
        &mut pair,
        &format!("{REACHES} archive (it inherits from orders)"),
        "SELECT id, item, qty FROM archive",
        &kept,
    );
    pair.call("module edit orders --allow-cascade true").ok();
    pair.world.run("orders");
    assert_eq!(pair.loaded(), NEW);
    // An append deletes nothing.
    pair.dst("INSERT INTO archive VALUES (8, 'kept', 7)");
    pair.src("UPDATE orders SET id = id + 10");
    pair.call("module edit orders --allow-cascade false --strategy append").ok();
    pair.world.run("orders");
    assert_eq!(pair.rows("SELECT id FROM ONLY orders ORDER BY 1"), ["1", "2", "3", "11", "12", "13"]);
}

/// Never 14: a row that refers to another of its own table goes with it.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_cascade_within_the_table_is_refused() {
    let mut pair = Pair::postgres().with_orders();
    pair.dst(
        "ALTER TABLE orders ADD part_of int REFERENCES orders ON DELETE CASCADE;
         INSERT INTO orders VALUES (1, 'whole', 0, NULL), (10, 'part', 0, 1)",
    );
    pair.orders("--strategy incremental --key id --columns id,item,qty");
    let says = format!("{REACHES} orders (orders_part_of_fkey: ON DELETE CASCADE)");
    refused(&mut pair, &says, "SELECT id FROM orders ORDER BY 1", &["1", "9", "10"]);
}
