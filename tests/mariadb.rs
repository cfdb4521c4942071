//! What a merge holds on MariaDB, where it is a script of plain statements: one whole, at one time, by its receipt.

use super::support::{NEW, OLD, Pair, mariadb, until};
use mysql::Conn;
use mysql::prelude::Queryable;

const WAYS: [&str; 2] = ["--strategy incremental --key id", "--strategy full"];

/// Takes a named lock of the server, as a merge does for its turn.
fn take(pair: &mut Pair, name: &str) -> Conn {
    let mut session = pair.my().session();
    let taken: Option<Option<u8>> = session.query_first(format!("SELECT GET_LOCK('{name}', 0)")).unwrap();
    assert_eq!(taken, Some(Some(1)));
    session
}

/// The lock by which merges into `orders` take turns.
fn turn(pair: &mut Pair) -> String {
    format!("pipekit {}.orders", pair.my().name)
}

/// How many sessions wait for a named lock.
fn waiting(pair: &mut Pair) -> usize {
    pair.rows("SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND state = 'User lock'").len()
}

/// `orders` without a key, with a trigger that has an insertion wait as long as somebody has the lock `NAME insert`.
fn with_a_pause(pair: &mut Pair) -> String {
    let pause = format!("{} insert", pair.my().name);
    pair.dst(&format!(
        "ALTER TABLE orders DROP PRIMARY KEY, ADD KEY (id);
         CREATE TRIGGER pause BEFORE INSERT ON orders FOR EACH ROW
           IF NOT NEW.item <=> 'between' THEN DO GET_LOCK('{pause}', 60); DO RELEASE_LOCK('{pause}'); END IF"
    ));
    pause
}

/// Never 1, never 14: while a merge stands between its deletion and its insertion, readers see what was there, and no
/// writer puts a row of a key that it replaces in between.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn between_the_deletion_and_the_insertion_others_see_what_was_there() {
    for way in WAYS {
        let mut pair = Pair::mariadb().with_orders();
        pair.dst("INSERT INTO orders VALUES (1, 'old', 1)");
        let pause = with_a_pause(&mut pair);
        pair.orders(way);
        let held = take(&mut pair, &pause);
        let run = pair.world.start("run orders");
        until("the merge has deleted, and is to insert", || waiting(&mut pair) == 1);
        assert_eq!(pair.loaded(), ["1|old|1", "9|old|90"], "{way}");
        for id in [1, 2] {
            let writes = format!("SET innodb_lock_wait_timeout = 1; INSERT INTO orders VALUES ({id}, 'between', 0)");
            let refused = mariadb::run(&mut pair.my().session(), &writes).unwrap_err();
            assert!(refused.to_string().contains("Lock wait timeout exceeded"), "{way}: {refused}");
        }
        drop(held);
        run.wait().ok();
        let left: &[&str] = if way.contains("full") { &[] } else { &OLD };
        assert_eq!(pair.loaded(), [&NEW[..], left].concat(), "{way}");
    }
}

/// Never 14: two modules on one table don't undo each other: the second waits before it deletes, as what it would find
/// then is not what will be there, and then sees what the first one committed.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn the_second_of_two_merges_waits_before_it_deletes() {
    let mut pair = Pair::mariadb().with_orders();
    let pause = with_a_pause(&mut pair);
    for (name, id) in [("low", "id"), ("high", "id + 1")] {
        let query = format!("SELECT {id}, item, qty FROM orders");
        pair.module(name, &format!("--table orders --strategy incremental --key id --query '{query}'"));
    }
    let held = take(&mut pair, &pause);
    let first = pair.world.start("run low");
    until("the first merge has deleted", || waiting(&mut pair) == 1);
    let second = pair.world.start("run high");
    until("the second merge waits for its turn", || waiting(&mut pair) == 2);
    drop(held);
    first.wait().ok();
    second.wait().ok();
    assert_eq!(pair.rows("SELECT id FROM orders ORDER BY id"), ["1", "2", "3", "4", "9"]);
}

/// A destination without an index on its key is read once, and not once for each staged row.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn a_merge_by_key_needs_no_index() {
    let mut pair = Pair::mariadb().with_orders();
    pair.dst("ALTER TABLE orders DROP PRIMARY KEY; INSERT INTO orders SELECT seq, 'x', 1 FROM seq_100_to_1000");
    pair.src("WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 999) INSERT INTO orders SELECT i, 'y', 2 FROM n");
    pair.orders("--strategy incremental --key id");
    let merge = pair.world.run("orders")["merge_sql"].as_str().unwrap().to_owned();
    let delete = merge.split(";\n").find(|one| one.starts_with("DELETE")).unwrap();
    let plan = pair.rows(&format!("EXPLAIN {delete}"));
    let by_index = plan.iter().filter(|step| step.contains("|ref|")).count();
    assert_eq!((plan.len(), by_index), (3, 1), "{plan:#?}");
}

/// Never 13, never 14: a merge that has no receipt to take, whose rows are not those that were staged, or whose turn it
/// is not, does nothing, whoever runs it, and leaves nothing open.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn a_merge_without_its_receipt_does_nothing() {
    let mut pair = Pair::mariadb().with_orders();
    pair.orders("--strategy append");
    let run = pair.world.run("orders");
    let merge = run["merge_sql"].as_str().unwrap().to_owned();
    let before = pair.loaded();
    let turn = turn(&mut pair);
    let again = "UPDATE pipekit_staging_pipekit_receipt SET state = 'staged'";
    for (spoilt, held, says) in [
        ("DO 0", None, "no rows are staged for this merge (its receipt is taken)"),
        (again, Some(&turn), "another merge into the table holds it"),
        ("DELETE FROM pipekit_staging_orders WHERE id = 1", None, "staging does not hold the rows that were staged"),
        (
            "DELETE FROM pipekit_staging_pipekit_receipt",
            None,
            "no rows are staged for this merge (its receipt is taken)",
        ),
    ] {
        pair.dst(spoilt);
        let held = held.map(|name| take(&mut pair, name));
        let receipt = pair.rows("SELECT * FROM pipekit_staging_pipekit_receipt");
        let mut session = pair.my().session();
        mariadb::run(&mut session, "SET innodb_lock_wait_timeout = 1").unwrap();
        let error = mariadb::run(&mut session, &merge).unwrap_err().to_string();
        assert!(error.contains(says), "{spoilt}: {error}");
        // Whoever goes on in that session begins anew, and does not commit half of it.
        mariadb::run(&mut session, &merge).unwrap_err();
        mariadb::run(&mut session, "ROLLBACK").unwrap();
        drop((held, session));
        assert_eq!(pair.rows("SELECT * FROM pipekit_staging_pipekit_receipt"), receipt, "{spoilt}");
        assert_eq!(pair.loaded(), before, "{spoilt}");
    }
}

/// Never 7: values that fitted the staging table are not rounded into a column that was made narrower since, which this
/// server does in silence.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn a_column_that_is_made_narrower_after_the_gate_stops_the_merge() {
    for flags in ["--strategy full", "--strategy incremental --key id", "--strategy append"] {
        for (wide, narrow) in [("DECIMAL(10,2)", "DECIMAL(10,0)"), ("VARCHAR(9) COLLATE utf8mb4_bin", "VARCHAR(9)")] {
            let mut pair = Pair::mariadb();
            pair.src("CREATE TABLE orders (id INTEGER, price NUMERIC); INSERT INTO orders VALUES (1, 1.25), (2, 2.25)");
            pair.dst(&format!("CREATE TABLE orders (id INT, price {wide}); INSERT INTO orders VALUES (9, 9)"));
            pair.module("orders", &format!("--table orders --query 'SELECT id, price FROM orders' {flags}"));
            let turn = turn(&mut pair);
            let held = take(&mut pair, &turn);
            let run = pair.world.start("run orders");
            until("the merge waits for its turn", || waiting(&mut pair) == 1);
            pair.dst(&format!("ALTER TABLE orders MODIFY price {narrow}"));
            drop(held);
            run.wait().fails(1, "a column was given another type since the rows were staged");
            assert_eq!(pair.rows("SELECT id, price + 0 FROM orders"), ["9|9"], "{flags}, {wide}");
        }
    }
}

/// Never 13, never 14: merges into a table and into a view of it don't know of each other's turns. Rows keep them apart,
/// and where both are in each other's way, one fails whole and is done again.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn a_merge_into_a_table_and_one_through_a_view_of_it_lose_and_double_nothing() {
    let mut pair = Pair::mariadb();
    pair.src("CREATE TABLE s AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) SELECT i AS id FROM n");
    pair.dst("CREATE TABLE t (id INT, who VARCHAR(9), KEY (id)); CREATE VIEW v AS SELECT id, who FROM t");
    for (name, table, rows) in [("table", "t", "id <= 40"), ("view", "v", "id > 20")] {
        pair.module(
            &format!("by_{name}"),
            &format!(
                "--table {table} --strategy incremental --key id --query \"SELECT id, '{name}' FROM s WHERE {rows}\""
            ),
        );
        pair.call(&format!("module edit by_{name} --retries 9 --retry-delay-s 0")).ok();
    }
    for _ in 0..5 {
        let runs = ["by_table", "by_view"].map(|name| pair.world.start(&format!("run {name}")));
        for run in runs {
            run.wait().ok();
        }
        assert_eq!(
            pair.rows("SELECT count(*), count(DISTINCT id), count(DISTINCT IF(id > 20 AND id < 41, who, NULL)) FROM t"),
            ["60|60|1"]
        );
    }
}
