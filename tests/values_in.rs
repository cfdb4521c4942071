//! Values on their way from SQLite to PostgreSQL: they arrive as they left, or the error names them.

use super::support::World;
use super::support::postgres::Database;
use super::support::values::sqlite_to_pg::{BINARY, REFUSED, TEXT};
use super::support::values::{assert_arrived, assert_refused, columns, database, pg_row, select, world};

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn values_arrive_by_binary_and_by_text() {
    let (world, mut pg) = (world(), database(true));
    world.lite_sql("src", "CREATE TABLE t (v)");
    let all = [BINARY, TEXT].concat();
    for (table, cases) in [("bin", BINARY), ("txt", &all)] {
        pg.sql(&format!("CREATE TABLE {table} ({})", columns(cases)));
        let said = world.copy(&world.lite("src"), &select(cases), &pg.url(), table).ok().stdout();
        assert_eq!(said, "1 rows\n");
        assert_arrived(cases, &pg_row(&mut pg, table, cases));
    }
    // By itself, a type must be known to need the text form.
    for case in TEXT {
        let one = &[*case];
        pg.sql(&format!("DROP TABLE IF EXISTS one; CREATE TABLE one ({})", columns(one)));
        world.copy(&world.lite("src"), &select(one), &pg.url(), "one").ok();
        assert_arrived(one, &pg_row(&mut pg, "one", one));
    }
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_misfit_names_row_column_and_value_and_changes_nothing() {
    let (world, mut pg) = (world(), database(true));
    world.lite_sql("src", "CREATE TABLE t (v)");
    assert_refused(REFUSED, |kind, value| {
        pg.sql(&format!("DROP TABLE IF EXISTS t; CREATE TABLE t (id int, v {kind})"));
        let good = if value == "NULL" { "'1'" } else { "NULL" };
        let good = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700) SELECT i, {good} FROM n"
        );
        let call = world.copy(&world.lite("src"), &format!("{good} UNION ALL SELECT 701, {value}"), &pg.url(), "t");
        (call.stderr(), call.output.status.code(), pg.rows("SELECT count(*) FROM t").join(""))
    });
}

/// SQLite has a type a value, not a type a column.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_column_of_mixed_types() {
    let (world, mut pg) = (World::bare(), Database::new());
    world.lite_sql(
        "src",
        "CREATE TABLE t (v); INSERT INTO t VALUES (1), (2.5), ('3.25'), (NULL), ('-1e2'), (9223372036854775807)",
    );
    pg.sql("CREATE TABLE n (v numeric); CREATE TABLE s (v text)");
    world.copy(&world.lite("src"), "SELECT v FROM t", &pg.url(), "n").ok().prints("6 rows");
    assert_eq!(pg.rows("SELECT v FROM n"), ["1", "2.5", "3.25", "NULL", "-100", "9223372036854775807"]);
    world.copy(&world.lite("src"), "SELECT v FROM t", &pg.url(), "s").ok();
    assert_eq!(pg.rows("SELECT v FROM s"), ["1", "2.5", "3.25", "NULL", "-1e2", "9223372036854775807"]);
    world.lite_sql("src", "INSERT INTO t VALUES (x'00')");
    let failed = world.copy(&world.lite("src"), "SELECT v FROM t", &pg.url(), "n");
    failed.fails(1, r"row 7, column v: \x00 does not fit numeric: it is not a number");
    assert_eq!(pg.rows("SELECT count(*) FROM n"), ["6"]);
}

/// The same by a module's run: staging and destination are as they were.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_misfit_in_a_run_leaves_the_destination() {
    let (world, mut pg) = (World::new(), Database::new());
    world.with_sqlite("src", "CREATE TABLE t (id INTEGER, price TEXT); INSERT INTO t VALUES (1, '1.00'), (2, '2.005')");
    pg.connect(&world, "dst");
    pg.sql("CREATE TABLE t (id int, price numeric(10,2)); INSERT INTO t VALUES (9, 9)");
    world.call("module add t --source src --dest dst --table t --strategy full --query 'SELECT id, price FROM t'").ok();
    world.call("run t").fails(1, "row 2, column price: '2.005' does not fit numeric(10,2): it has 3 decimals");
    assert_eq!(pg.rows("SELECT * FROM t"), ["9|9.00"]);
    world.lite_sql("src", "UPDATE t SET price = '2.00' WHERE id = 2");
    world.run("t");
    assert_eq!(pg.rows("SELECT * FROM t ORDER BY id"), ["1|1.00", "2|2.00"]);
}
