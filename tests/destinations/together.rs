//! Two at once on one destination, and how long one waits for the other.

use crate::support::{Pair, Running, mariadb, until};

/// A table that two modules load into: `whole`, full, with the numbers 1 to 60, and `part`, with 40 to 100.
fn with_two(pair: &mut Pair, part: &str) {
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT i";
    pair.src(&format!("CREATE TABLE s AS {numbers} AS id FROM n"));
    pair.dst("CREATE TABLE t (id INTEGER, who VARCHAR(9)); INSERT INTO t VALUES (50, 'old'), (200, 'old')");
    pair.module("whole", "--table t --strategy full --query \"SELECT id, 'whole' FROM s WHERE id <= 60\"");
    pair.module("part", &format!("--table t {part} --query \"SELECT id, 'part' FROM s WHERE id >= 40\""));
}

/// Starts both while somebody keeps writers out, and lets them go when both wait.
fn both_at_once(pair: &mut Pair, names: [&str; 2]) {
    let runs: [Running; 2];
    if pair.is_postgres() {
        let mut held = pair.pg().session();
        held.batch_execute("BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE").unwrap();
        runs = names.map(|name| pair.world.start(&format!("run {name}")));
        let waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 't'::regclass";
        until("both merges wait", || pair.rows(waiting).len() == 2);
    } else if pair.is_mariadb() {
        let mut held = pair.my().session();
        mariadb::run(&mut held, "START TRANSACTION; SELECT * FROM t FOR UPDATE").unwrap();
        runs = names.map(|name| pair.world.start(&format!("run {name}")));
        // One for the rows, and the other for its turn.
        let waiting = "SELECT 1 FROM information_schema.processlist
            WHERE db = DATABASE() AND (state = 'User lock' OR info LIKE 'DELETE%')";
        until("both merges wait", || pair.rows(waiting).len() == 2);
    } else {
        let held = pair.world.sqlite("dst.db");
        held.execute_batch("BEGIN IMMEDIATE").unwrap();
        runs = names.map(|name| pair.world.start(&format!("run {name}")));
        let staging = "SELECT count(*) FROM run_step WHERE name = 'prepare' AND duration_ms IS NULL";
        until("both stage", || pair.world.own(staging) == "2");
    }
    for run in runs {
        run.wait().code(0);
    }
}

on_each! {
    /// Never 14: a full and an incremental load at once leave what the one after the other leaves, whichever came first.
    fn a_full_and_an_incremental_load_at_once_lose_and_double_nothing(pair) {
        with_two(&mut pair, "--strategy incremental --key id");
        let rows = |from: u32, to: u32, who: &str| (from..=to).map(|id| format!("{id}|{who}")).collect::<Vec<_>>();
        let whole_last = rows(1, 60, "whole");
        let part_last = [rows(1, 39, "whole"), rows(40, 100, "part")].concat();
        for round in 0..4 {
            both_at_once(&mut pair, if round % 2 == 0 { ["whole", "part"] } else { ["part", "whole"] });
            let is = pair.rows("SELECT id, who FROM t ORDER BY id");
            assert!(is == whole_last || is == part_last, "round {round}: {is:?}");
        }
    }

    /// Never 14: of two appends at once every row comes, once.
    fn two_appends_at_once_lose_and_double_nothing(pair) {
        with_two(&mut pair, "--strategy append");
        pair.call("module edit whole --strategy append").ok();
        // An append takes no lock that keeps another's writes out, so there is nothing to hold both with.
        let runs = ["whole", "part"].map(|name| pair.world.start(&format!("run {name}")));
        for run in runs {
            run.wait().code(0);
        }
        assert_eq!(pair.rows("SELECT count(*), count(DISTINCT id), sum(id) FROM t"), ["123|101|6350"]);
    }
}

/// A REPEATABLE READ reader sees the destination as it was, for as long as it likes.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_reader_keeps_what_it_saw_while_a_full_load_deletes() {
    let mut pair = Pair::postgres();
    with_two(&mut pair, "--strategy append");
    pair.call("module edit whole --full-by delete").ok();
    let mut reader = pair.pg().session();
    let ids = |reader: &mut postgres::Client| -> Vec<i32> {
        reader.query("SELECT id FROM t ORDER BY id", &[]).unwrap().iter().map(|row| row.get(0)).collect()
    };
    reader.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ").unwrap();
    assert_eq!(ids(&mut reader), [50, 200]);
    pair.world.run("whole");
    assert_eq!(ids(&mut reader), [50, 200]);
    reader.batch_execute("COMMIT").unwrap();
    assert_eq!(ids(&mut reader), (1..=60).collect::<Vec<_>>());
}

/// What may have to wait for others says for how long: 30 seconds, unless the login or the URL says otherwise.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_load_waits_for_a_lock_as_long_as_it_is_told() {
    let mut pair = Pair::postgres();
    with_two(&mut pair, "--strategy append");
    pair.call("module edit whole --full-by delete --max-shrink-pct 100").ok();
    pair.dst(
        "CREATE TABLE told (timeout text);
         CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN INSERT INTO told VALUES (current_setting('lock_timeout')); RETURN NULL; END $$;
         CREATE TRIGGER tell AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION tell()",
    );
    pair.world.run("whole");
    assert_eq!(pair.rows("SELECT * FROM told"), ["30s"]);
    let url = format!("{}?options=-c%20lock_timeout=700ms", pair.pg().url());
    pair.world.args(&["connection", "edit", "dst", "--url", &url]).ok();
    pair.world.run("whole");
    assert_eq!(pair.rows("SELECT * FROM told"), ["30s", "700ms"]);
    let steps = pair.world.log("whole")["steps"].as_array().unwrap().clone();
    for name in ["prepare", "create", "counts", "merge"] {
        let step = steps.iter().find(|s| s["name"] == name).unwrap_or_else(|| panic!("{name}: {steps:?}"));
        assert!(step["sql"].as_str().unwrap().contains("set_config('lock_timeout', '30s', true)"), "{step}");
    }
}

/// As many columns as PostgreSQL has.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn sixteen_hundred_columns_are_loaded() {
    let mut pair = Pair::postgres();
    let columns = |of: &str| (0..1600).map(|n| format!("c{n}{of}")).collect::<Vec<_>>().join(", ");
    let values = (0..1600).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    pair.src(&format!("CREATE TABLE s ({}); INSERT INTO s VALUES ({values})", columns("")));
    pair.dst(&format!("CREATE TABLE t ({}); INSERT INTO t (c1599) VALUES (1599), (0)", columns(" smallint")));
    pair.module("wide", "--table t --strategy incremental --key c1599 --query 'SELECT * FROM s'");
    pair.world.run("wide");
    let row = pair.rows("SELECT * FROM t WHERE c1599 = 1599");
    assert_eq!(row, [values.replace(", ", "|")]);
    assert_eq!(pair.rows("SELECT count(*) FROM t"), ["2"]);
}

/// Never 14: a module called like the table of receipts would have dropped every module's.
#[test]
fn no_module_is_called_like_the_receipt() {
    let pair = Pair::sqlite().with_orders();
    let add = "module add pipekit_receipt --source src --dest dst --table orders --strategy full --query 'SELECT 1'";
    pair.call(add).fails(2, "`pipekit_receipt` is what pipekit calls a table of its own");
    pair.orders("--strategy full");
    pair.call("module rename orders pipekit_receipt").fails(2, "a table of its own");
}
