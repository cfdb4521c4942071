//! What was moved is what is staged, and what was staged is what is merged, whoever writes to the staging table
//! meanwhile. A run is stopped between two steps by holding pipekit's own file, where it has to write down the first.

use super::support::{OLD, Pair, Running, Signal, mariadb, until};
use rusqlite::Connection;

/// Takes the write lock of an SQLite file of the world, until the connection is dropped.
fn hold(pair: &Pair, name: &str) -> Connection {
    let held = pair.world.sqlite(name);
    held.execute_batch("BEGIN IMMEDIATE").unwrap();
    held
}

/// A run of `orders` whose rows are staged, and nothing more is done until what this gives is dropped.
fn staged(pair: &mut Pair) -> (Running, Connection) {
    let source = pair.world.sqlite("src.db");
    source.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let run = pair.world.start("run orders");
    pair.world.until_in("transfer");
    let held = hold(pair, "pipekit.db");
    source.execute_batch("COMMIT").unwrap();
    let count = format!("SELECT count(*) FROM {}", pair.staging("orders"));
    until("the rows are staged", || pair.rows(&count) == ["3"]);
    (run, held)
}

/// The same, when the gate has let them pass.
fn passed(pair: &mut Pair) -> (Running, Connection) {
    let (run, held) = staged(pair);
    let receipt = pair.staging("pipekit_receipt");
    // The gate has to wait for this with its receipt.
    let (mut postgres, mut maria, mut file) = (None, None, None);
    if pair.is_postgres() {
        let mut other = pair.pg().session();
        other.batch_execute(&format!("BEGIN; SELECT FROM {receipt} FOR UPDATE")).unwrap();
        postgres = Some(other);
    } else if pair.is_mariadb() {
        let mut other = pair.my().session();
        mariadb::run(&mut other, &format!("START TRANSACTION; SELECT * FROM {receipt} FOR UPDATE")).unwrap();
        maria = Some(other);
    } else {
        file = Some(hold(pair, "dst.db"));
    }
    drop(held);
    let sql = "SELECT count(*) FROM run_step WHERE kind = 'gate' AND name = 'receipt' AND duration_ms IS NULL";
    until("the gate writes its receipt", || pair.world.own(sql) == "1");
    let held = hold(pair, "pipekit.db");
    drop((postgres, maria, file));
    until("the receipt is written", || pair.rows(&format!("SELECT state FROM {receipt}")) == ["staged"]);
    (run, held)
}

on_each! {
    /// Never 7: a row that is gone from staging before the gate looks is missed.
    fn a_row_that_is_gone_before_the_gate_is_missed(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete");
        let (run, held) = staged(&mut pair);
        let staging = pair.staging("orders");
        pair.dst(&format!("DELETE FROM {staging} WHERE id = 2"));
        drop(held);
        run.wait().fails(1, "the runner says it moved 3 rows, and staging holds 2");
        assert_eq!(pair.loaded(), OLD);
    }

    /// Never 7, never 13: what the gate counted is counted again by the merge itself.
    fn a_row_that_is_gone_after_the_gate_is_missed(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete");
        let (run, held) = passed(&mut pair);
        let staging = pair.staging("orders");
        pair.dst(&format!("DELETE FROM {staging} WHERE id = 2"));
        drop(held);
        let says = pair.by_kind(
            "rows_are_not_staged_for_this_merge",
            "staging holds 2 rows, 3 were staged",
            "staging does not hold the rows that were staged",
        );
        run.wait().fails(1, says);
        assert_eq!(pair.loaded(), OLD);
        assert_eq!(pair.world.log("orders")["status"], "error");
    }

    /// Never 13: a receipt that was taken away after the gate is not there for the merge to take.
    fn a_receipt_that_is_gone_after_the_gate_stops_the_merge(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy append");
        let (run, held) = passed(&mut pair);
        let receipt = pair.staging("pipekit_receipt");
        pair.dst(&format!("DELETE FROM {receipt}"));
        drop(held);
        run.wait().code(1);
        assert_eq!(pair.loaded(), OLD);
        assert_eq!(pair.world.log("orders")["status"], "error");
    }
}

on_each! {
    /// Never 11: what the gate refused can't be merged by anybody, not by the receipt of an earlier run either, which
    /// passed and died before its merge.
    fn what_the_gate_refused_nobody_can_merge(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy append");
        let merge = pair.world.json("module preview orders")["merge_sql"].as_str().unwrap().to_owned();
        let (run, held) = passed(&mut pair);
        run.signal(Signal::KILL);
        drop(held);
        run.wait();
        pair.world.until_quiet();
        let receipt = format!("SELECT run_id, state FROM {}", pair.staging("pipekit_receipt"));
        assert_eq!(pair.rows(&receipt), ["1|staged"]);
        pair.src("UPDATE orders SET item = 'bad'");
        pair.call("module edit orders --unique-key item").ok();
        pair.call("run orders").fails(1, "1 values of the unique key (item)");
        assert_eq!(pair.rows(&receipt), ["2|abandoned"]);
        assert!(pair.tries(&merge).is_err(), "it could be merged by hand");
        assert_eq!(pair.loaded(), OLD);
    }
}

/// Never 7: the merge may wait long for its lock, and counts what is staged after that.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_row_that_is_gone_while_the_merge_waits_is_missed() {
    let mut pair = Pair::postgres().with_orders();
    pair.orders("--strategy full --full-by delete");
    let held = pair.hold_merge();
    let run = pair.start_merging();
    pair.dst("DELETE FROM pipekit_staging.orders WHERE id = 2");
    pair.let_merge(held);
    run.wait().fails(1, "staging holds 2 rows, 3 were staged");
    assert_eq!(pair.loaded(), OLD);
}

/// Never 7: values that fitted the staging table are not rounded into a column that was made narrower since.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_column_that_is_made_narrower_after_the_gate_stops_the_merge() {
    for flags in
        ["--strategy full", "--strategy full --full-by delete", "--strategy incremental --key id", "--strategy append"]
    {
        let mut pair = Pair::postgres();
        pair.src("CREATE TABLE orders (id INTEGER, price NUMERIC); INSERT INTO orders VALUES (1, 1.25), (2, 2.25)");
        pair.dst("CREATE TABLE orders (id integer, price numeric(10,2))");
        pair.module("orders", &format!("--table orders --query 'SELECT id, price FROM orders' {flags}"));
        pair.world.run("orders");
        pair.dst("DELETE FROM orders; INSERT INTO orders VALUES (9, 9.75)");
        let mut session = pair.pg().session();
        session.batch_execute("BEGIN; LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE").unwrap();
        let run = pair.start_merging();
        session.batch_execute("ALTER TABLE orders ALTER price TYPE numeric(10,0) USING trunc(price); COMMIT").unwrap();
        run.wait().fails(1, "a column was given another type since the rows were staged");
        assert_eq!(pair.rows("SELECT id, price FROM orders"), ["9|9"], "{flags}");
    }
}
