//! `module rehearse`: what a run would do, counted and with examples, and nothing of it done.

use super::support::jdbc::{Jdbc, JdbcDatabase};
use super::support::{ENDLESS, OLD, Pair, Signal, World};
use serde_json::{Value, json};

/// What a rehearsal of `orders` says, of which the destination must be as it was.
#[track_caller]
fn rehearse(pair: &mut Pair, module: &str, table: &str) -> Value {
    // A database without changes gives rows in one order.
    let look = format!("SELECT * FROM {table}");
    let before = pair.rows(&look);
    let told = pair.call(&format!("module rehearse {module} --json")).ok().json();
    assert_eq!(pair.rows(&look), before);
    assert_eq!(tables(pair), [""; 0]);
    told["rehearsal"].clone()
}

/// The staging tables of rehearsals that are there.
fn tables(pair: &mut Pair) -> Vec<String> {
    pair.staged_apart()
}

/// Deletes, inserts, same, added, changed, removed.
fn counts(told: &Value) -> [i64; 6] {
    ["deletes", "inserts", "same", "added", "changed", "removed"].map(|key| told[key].as_i64().unwrap())
}

on_each! {
    fn each_strategy_is_foretold(pair) {
        let table = "CREATE TABLE parts (doc INTEGER, line INTEGER, item VARCHAR(9))";
        pair.src(&format!(
            "{table}; INSERT INTO parts VALUES (1, 1, 'a'), (1, 2, 'new'), (2, 1, 'c'), (2, 1, 'c'), (5, 1, NULL)"
        ));
        pair.dst(&format!(
            "{table}; INSERT INTO parts VALUES (1, 1, 'a'), (1, 2, 'old'), (1, 2, 'too'), (2, 1, 'c'), (5, 1, NULL), (9, 9, 'gone')"
        ));
        let query = "--query 'SELECT * FROM parts'";
        pair.module("whole", &format!("--table parts --strategy full --full-by delete {query}"));
        pair.module("keyed", &format!("--table parts --strategy incremental --key doc,line {query}"));
        pair.module("added", &format!("--table parts --strategy append {query}"));
        // Without a key nothing is paired: what differs goes, and what differs comes.
        let whole = rehearse(&mut pair, "whole", "parts");
        assert_eq!(counts(&whole), [6, 5, 3, 2, 0, 3]);
        assert_eq!(whole["examples_removed"].as_array().unwrap().len(), 3);
        let keyed = rehearse(&mut pair, "keyed", "parts");
        assert_eq!(counts(&keyed), [5, 5, 3, 1, 1, 1]);
        let line = |item: &str| json!({"doc": "1", "line": "2", "item": item});
        assert_eq!(
            keyed["examples_changed"],
            json!([{"before": [line("old"), line("too")], "after": [line("new")]}]),
            "{keyed}"
        );
        assert_eq!(keyed["examples_added"], json!([{"doc": "2", "line": "1", "item": "c"}]));
        assert_eq!(counts(&rehearse(&mut pair, "added", "parts")), [0, 5, 0, 5, 0, 0]);
        // What was foretold is what then happens, and again there is nothing to do.
        let run = pair.world.run("keyed");
        assert_eq!([&run["rows_deleted"], &run["rows_inserted"]], [&5, &5]);
        pair.call("module rehearse keyed --expect-same").ok().prints("would add 0, change 0 and remove 0 rows, and leave 5");
        pair.call("module rehearse whole --expect-same").code(1).prints("remove 1").prints("gone");
        assert_eq!(pair.world.own("SELECT group_concat(DISTINCT status) FROM run_log WHERE id <> 4"), "'dry_run'");
    }

    /// By its watermark alone it sees nothing of an old row; from the start it does, and an append is compared with all.
    fn from_the_start_all_rows_are_compared(pair) {
        let table = "CREATE TABLE e (id INTEGER, v INTEGER)";
        pair.src(&format!("{table}; INSERT INTO e VALUES (1, 1), (2, 2), (3, 3)"));
        pair.dst(&format!("{table}; INSERT INTO e VALUES (1, 1), (2, 0), (3, 3)"));
        let query = "--query 'SELECT id, v FROM e WHERE id > {last}'";
        pair.module("keyed", &format!("--table e --strategy incremental --key id {query}"));
        pair.module("added", &format!("--table e --strategy append {query}"));
        for module in ["keyed", "added"] {
            let sql = "SELECT max(id) FROM e";
            pair.world.args(&["watermark", "add", module, "last", "--connection", "dst", "--sql", sql, "--default", "0"]).ok();
            assert_eq!(counts(&rehearse(&mut pair, module, "e")), [0; 6]);
        }
        let told = pair.call("module rehearse keyed --from-start --json").ok().json()["rehearsal"].clone();
        assert_eq!(counts(&told), [3, 3, 2, 0, 1, 0]);
        let told = pair.call("module rehearse added --from-start --json").ok().json()["rehearsal"].clone();
        assert_eq!(counts(&told), [3, 3, 2, 1, 0, 1]);
    }

    /// Values are the same that read the same to the byte, whatever the database takes for equal.
    fn what_differs_by_a_byte_differs(pair) {
        let long = "x".repeat(3000);
        let kind = pair.by_kind("TEXT COLLATE NOCASE", "text", "LONGTEXT COLLATE utf8mb4_general_ci");
        let source = format!("CREATE TABLE v (id INTEGER, v TEXT); INSERT INTO v VALUES (1, 'a'), (2, '{long}b'), (3, ''), (4, 'e ')");
        pair.src(&source);
        pair.dst(&format!(
            "CREATE TABLE v (id INTEGER, v {kind}); INSERT INTO v VALUES (1, 'A'), (2, '{long}a'), (3, NULL), (4, 'e')"
        ));
        pair.module("v", "--table v --strategy incremental --key id --query 'SELECT id, v FROM v'");
        assert_eq!(counts(&rehearse(&mut pair, "v", "v")), [4, 4, 0, 0, 4, 0]);
        pair.world.run("v");
        assert_eq!(counts(&rehearse(&mut pair, "v", "v")), [4, 4, 4, 0, 0, 0]);
    }

    /// A key is what the destination takes for one.
    fn keys_are_paired_as_the_destination_compares_them(pair) {
        let kind = pair.by_kind("VARCHAR(9) COLLATE NOCASE", "varchar(9)", "VARCHAR(9) COLLATE utf8mb4_general_ci");
        pair.src("CREATE TABLE c (code VARCHAR(9), n INTEGER); INSERT INTO c VALUES ('ab', 1), ('x', 1)");
        pair.dst(&format!("CREATE TABLE c (code {kind}, n INTEGER); INSERT INTO c VALUES ('AB', 1), ('x', 1)"));
        pair.module("c", "--table c --strategy incremental --key code --query 'SELECT code, n FROM c'");
        if pair.by_kind(false, false, true) {
            // The source may have both, and a rehearsal ends at the gate as a run does.
            for command in ["module rehearse c", "run c"] {
                pair.call(command).code(1).says("'ab' where it has 'AB'").says("verify c --repair");
            }
            return assert_eq!(pair.rows("SELECT code FROM c ORDER BY code"), ["AB", "x"]);
        }
        let expected = pair.by_kind([2, 2, 1, 0, 1, 0], [1, 2, 1, 1, 0, 0], [0; 6]);
        assert_eq!(counts(&rehearse(&mut pair, "c", "c")), expected);
        let run = pair.world.run("c");
        assert_eq!([&run["rows_deleted"], &run["rows_inserted"]], [&json!(expected[0]), &json!(expected[1])]);
    }

    /// Never 11: it ends at the gate as a run does, touches no receipt, and runs no hook.
    fn it_ends_at_the_gate_and_touches_nothing_else(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy incremental --key id");
        pair.world.run("orders");
        let receipt = format!("SELECT * FROM {}", pair.staging("pipekit_receipt"));
        let (receipts, staged) = (pair.rows(&receipt), pair.rows(&format!("SELECT * FROM {}", pair.staging("orders"))));
        pair.world.args(&["hook", "add", "orders", "--connection", "dst", "--sql", "DELETE FROM orders", "--on", "always"]).ok();
        rehearse(&mut pair, "orders", "orders");
        pair.call("module edit orders --query 'SELECT nullif(id, 2), item, qty FROM orders'").ok();
        pair.call("module rehearse orders").code(1).says("NULL in the merge key id").says("`pipekit run orders` ends at the same gate");
        assert_eq!(tables(&mut pair), [""; 0]);
        assert_eq!(pair.loaded().len(), 4);
        assert_eq!((pair.rows(&receipt), pair.rows(&format!("SELECT * FROM {}", pair.staging("orders")))), (receipts, staged));
        // How the module stands is what its last run says.
        assert_eq!(pair.world.json("status")["modules"][0]["status"], "success");
    }

    /// Never 3: its table is gone, whatever ends it; a dead one's is dropped by who looks next.
    fn its_table_goes_with_it(pair) {
        let mut pair = pair.with_orders();
        pair.module("orders", &format!("--table orders --strategy full --query \"{ENDLESS}\""));
        let run = pair.world.start("module rehearse orders");
        pair.world.until_in("transfer");
        pair.call("run orders").code(3).says("is already running");
        run.signal(Signal::INT);
        run.wait().code(130);
        assert_eq!((tables(&mut pair), pair.loaded()), (vec![], OLD.map(str::to_owned).to_vec()));
        let run = pair.world.start("module rehearse orders");
        pair.world.until_in("transfer");
        run.signal(Signal::KILL);
        run.wait();
        pair.world.until_quiet();
        assert_eq!(tables(&mut pair).len(), 1);
        pair.call("status").ok();
        assert_eq!((tables(&mut pair), pair.loaded()), (vec![], OLD.map(str::to_owned).to_vec()));
        assert_eq!(pair.world.own("SELECT count(*) FROM module WHERE running"), "0");
        assert_eq!(pair.world.own("SELECT count(*) FROM rehearsal"), "0");
        assert_eq!(pair.world.own("SELECT DISTINCT status FROM run_log"), "'dry_run'");
    }
}

/// Types that have no equality, or whose text is not what they are, are compared too.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn postgresql_every_type_is_compared() {
    let mut pair = Pair::postgres();
    let columns = "id int, j json, b bytea, f real, d double precision, n numeric, p point, x xml, t timestamptz, a text[], bits bit(3)";
    let row = "1, '{\"a\": 1}', '\\x00ff', 0.1, 0.1, 1.10, '(1,2)', '<a/>', '2026-01-01 00:00+02', '{a,NULL}', '101'";
    pair.dst(&format!("CREATE TABLE v ({columns}); INSERT INTO v VALUES ({row}); CREATE TABLE s AS SELECT * FROM v"));
    pair.call(
        "module add v --source dst --dest dst --table v --strategy incremental --key id --query 'SELECT * FROM s'",
    )
    .ok();
    assert_eq!(counts(&rehearse(&mut pair, "v", "v")), [1, 1, 1, 0, 0, 0]);
    for change in
        ["j = '{\"a\":1}'", "b = '\\x00fe'", "f = 0.10000001", "n = 1.1", "bits = '100'", "a = '{a,\"NULL\"}'"]
    {
        pair.dst(&format!("UPDATE s SET {change}"));
        assert_eq!(counts(&rehearse(&mut pair, "v", "v")), [1, 1, 0, 0, 1, 0], "{change}");
        pair.dst("DELETE FROM s; INSERT INTO s SELECT * FROM v");
    }
}

/// By an external runner, on H2.
#[test]
#[ignore = "needs a JVM: tests/run.sh"]
fn h2_a_load_is_foretold() {
    let world = World::new();
    let _jdbc = Jdbc::install(&world, &[]);
    let h2 = JdbcDatabase::h2("");
    h2.connect(&world, "h2");
    for sql in [
        "CREATE TABLE t (id INT, v VARCHAR(9), b VARBINARY(9))",
        "INSERT INTO t VALUES (1, 'a', X'00'), (2, 'b', X'01')",
    ] {
        h2.call(sql).unwrap();
    }
    h2.call("CREATE TABLE s AS SELECT * FROM t").unwrap();
    h2.call("UPDATE s SET b = X'02' WHERE id = 2").unwrap();
    h2.call("INSERT INTO s VALUES (3, NULL, NULL)").unwrap();
    world
        .call("module add t --source h2 --dest h2 --table T --strategy incremental --key ID --query 'SELECT * FROM s'")
        .ok();
    let told = world.json("module rehearse t")["rehearsal"].clone();
    assert_eq!(counts(&told), [2, 3, 1, 1, 1, 0], "{told}");
    assert_eq!(told["examples_added"][0]["ID"], "3");
    assert_eq!(h2.rows("SELECT count(*) FROM information_schema.tables WHERE table_name LIKE '%rehearsal%'"), ["0"]);
    let run = world.run("t");
    assert_eq!([&run["rows_deleted"], &run["rows_inserted"]], [&2, &3]);
}
