//! Values on their way from PostgreSQL to SQLite: they arrive as they left, or the error names them.

use super::support::World;
use super::support::postgres::Database;
use super::support::values::pg_to_sqlite::{ARRIVES, REFUSED, STRICT, STRICT_REFUSED};
use super::support::values::{assert_arrived, assert_refused, columns, database, lite_row, select, world};
use std::time::{Duration, Instant};

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn values_arrive() {
    let (world, pg) = (world(), database(false));
    for (table, cases, strict) in [("t", ARRIVES, ""), ("s", STRICT, "STRICT")] {
        world.lite_sql("dst", &format!("CREATE TABLE {table} ({}) {strict}", columns(cases)));
        world.copy(&pg.url(), &select(cases), &world.lite("dst"), table).ok().prints("1 rows\n");
        assert_arrived(cases, &lite_row(&world, "dst", table, cases.len()));
    }
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_misfit_names_row_column_and_value_and_changes_nothing() {
    let (world, pg) = (world(), database(false));
    for (cases, strict) in [(REFUSED, ""), (STRICT_REFUSED, "STRICT")] {
        assert_refused(cases, |kind, value| {
            world.lite_sql("dst", &format!("DROP TABLE IF EXISTS t; CREATE TABLE t (id INTEGER, v {kind}) {strict}"));
            let good = if kind.starts_with("TEXT") && strict.is_empty() { "i::text" } else { "NULL" };
            let sql = format!("SELECT i, {good} FROM generate_series(1, 700) i UNION ALL SELECT 701, {value}");
            let call = world.copy(&pg.url(), &sql, &world.lite("dst"), "t");
            (call.stderr(), call.output.status.code(), world.rows("dst", "SELECT count(*) FROM t").join(""))
        });
    }
}

/// Rows are read ahead, and nothing of that is waited for where a row is refused; what the server says comes behind all the
/// rows before it.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn what_is_read_ahead_is_given_up_or_read_to_its_end() {
    let (world, pg, began) = (World::bare(), Database::new(), Instant::now());
    world.lite_sql("dst", "CREATE TABLE t (id INTEGER CHECK (id <> 700), v)");
    let rows = |last: &str| {
        format!(
            "SELECT i, CASE i WHEN 710 THEN {last} ELSE repeat('x', 9000) END FROM (SELECT generate_series(1, 710) AS i) AS n"
        )
    };
    // It sleeps behind the row, and goes on for ever.
    for sql in [rows("pg_sleep(1000)::text"), rows("'x'").replace("1, 710", "1, 1000000000")] {
        world.copy(&pg.url(), &sql, &world.lite("dst"), "t").fails(1, "row 700: CHECK constraint failed");
    }
    assert!(began.elapsed() < Duration::from_secs(20));
    world.lite_sql("dst", "DROP TABLE t; CREATE TABLE t (id INTEGER, v)");
    let broken = rows("(1 / (710 - i))::text");
    world
        .copy(&pg.url(), &broken, &world.lite("dst"), "t")
        .fails(1, "division by zero")
        .says("gave 709 rows before that");
    assert_eq!(world.rows("dst", "SELECT count(*) FROM t"), ["0"]);
    // One value is more than is read ahead, and then there are small ones again.
    let large =
        "SELECT i, repeat('x', CASE WHEN i % 100 = 0 THEN 3000000 ELSE i END) FROM generate_series(1, 300) AS i";
    world.copy(&pg.url(), large, &world.lite("dst"), "t").ok().prints("300 rows");
    assert_eq!(world.rows("dst", "SELECT count(*), sum(id), sum(length(v)) FROM t"), ["300|45150|9044550"]);
}

/// Its staging table is one too: the error names the row, and comes before the merge.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_run_into_a_strict_table_stages_in_one() {
    let (world, mut pg) = (World::new(), Database::new());
    pg.sql("CREATE TABLE t (id int, v text); INSERT INTO t VALUES (1, '007'), (2, 'x')");
    pg.connect(&world, "src");
    world.with_sqlite("dst", "CREATE TABLE t (id INT, v ANY) STRICT; CREATE TABLE n (id INT, v INT) STRICT");
    for table in ["t", "n"] {
        world.module(table, "src", "dst", table, "full", "SELECT id, v FROM t WHERE id = 1");
    }
    world.run("t");
    assert_eq!(world.rows("dst", "SELECT * FROM t"), ["1|'007'"]);
    world.call("module edit n --query 'SELECT id, v FROM t WHERE id = 2'").ok();
    world.call("run n").fails(1, "row 1: cannot store TEXT value in INT column").says("the row has v = 'x'");
    assert_eq!(world.steps("n").last().unwrap(), "transfer src to dst");
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_misfit_in_a_run_leaves_the_destination() {
    let (world, mut pg) = (World::new(), Database::new());
    pg.sql("CREATE TABLE t (id int, price numeric); INSERT INTO t VALUES (1, 1), (2, 0.1234567890123456789)");
    pg.connect(&world, "src");
    world.with_sqlite("dst", "CREATE TABLE t (id INTEGER, price REAL); INSERT INTO t VALUES (9, 9.5)");
    world.call("module add t --source src --dest dst --table t --strategy full --query 'SELECT id, price FROM t'").ok();
    world.call("run t").fails(1, "row 2, column price: 0.1234567890123456789 does not fit REAL");
    assert_eq!(world.rows("dst", "SELECT * FROM t"), ["9|9.5"]);
    pg.sql("UPDATE t SET price = 2 WHERE id = 2");
    world.run("t");
    assert_eq!(world.rows("dst", "SELECT * FROM t ORDER BY id"), ["1|1.0", "2|2.0"]);
}
