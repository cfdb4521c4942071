//! Values on their way from SQLite to SQLite.

use super::support::World;
use super::support::values::sqlite_to_sqlite::{ARRIVES, REFUSED, STRICT, STRICT_REFUSED};
use super::support::values::{assert_arrived, assert_refused, columns, lite_row, select, world};

#[test]
fn values_arrive() {
    let world = world();
    world.lite_sql("src", "");
    for (table, cases, strict) in [("t", ARRIVES, ""), ("s", STRICT, "STRICT")] {
        world.lite_sql("dst", &format!("CREATE TABLE {table} ({}) {strict}", columns(cases)));
        world.copy(&world.lite("src"), &select(cases), &world.lite("dst"), table).ok().prints("1 rows\n");
        assert_arrived(cases, &lite_row(&world, "dst", table, cases.len()));
    }
}

#[test]
fn a_column_of_mixed_types_stays_one() {
    let world = World::bare();
    world.lite_sql("src", "CREATE TABLE t (v); INSERT INTO t VALUES (1), (1.5), ('1'), (x'31'), (NULL), ('')");
    world.lite_sql("dst", "CREATE TABLE t (v); CREATE TABLE s (v ANY) STRICT");
    for table in ["t", "s"] {
        world.copy(&world.lite("src"), "SELECT v FROM t", &world.lite("dst"), table).ok();
        assert_eq!(world.rows("dst", &format!("SELECT v FROM {table}")), ["1", "1.5", "'1'", "x'31'", "NULL", "''"]);
    }
}

#[test]
fn a_misfit_names_row_column_and_value_and_changes_nothing() {
    let world = world();
    world.lite_sql("src", "");
    for (cases, strict) in [(REFUSED, ""), (STRICT_REFUSED, "STRICT")] {
        assert_refused(cases, |kind, value| {
            world.lite_sql("dst", &format!("DROP TABLE IF EXISTS t; CREATE TABLE t (id INTEGER, v {kind}) {strict}"));
            let good = if kind.contains("NOT NULL") { "'1'" } else { "NULL" };
            let sql = format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700) \
                 SELECT i, {good} FROM n UNION ALL SELECT 701, {value}"
            );
            let call = world.copy(&world.lite("src"), &sql, &world.lite("dst"), "t");
            (call.stderr(), call.output.status.code(), world.rows("dst", "SELECT count(*) FROM t").join(""))
        });
    }
}

/// The number of a row says nothing of a query without an order: its first columns do.
#[test]
fn a_misfit_tells_its_row_by_the_first_columns() {
    let world = World::bare();
    world.lite_sql(
        "src",
        "CREATE TABLE t (firm, no, line, text, qty); INSERT INTO t VALUES ('it''s, 1', 7, NULL, 'x', '007')",
    );
    world.lite_sql("dst", "CREATE TABLE t (firm TEXT, no INTEGER, line INTEGER, text TEXT, qty INTEGER)");
    let copy = |sql: &str| world.copy(&world.lite("src"), sql, &world.lite("dst"), "t");
    let why = "'007' does not fit INTEGER: the column makes it the number 7: declare the column TEXT";
    copy("SELECT * FROM t")
        .fails(1, &format!("row 1, column qty: {why}; the row has firm = 'it''s, 1', no = 7, line = NULL\n"));
    copy("SELECT firm, qty, 1, 'x', 1 FROM t")
        .fails(1, &format!("row 1, column no: {why}; the row has firm = 'it''s, 1'\n"));
    world.lite_sql("dst", "ALTER TABLE t RENAME TO u; CREATE TABLE t (qty INTEGER, firm TEXT)");
    copy("SELECT qty, firm FROM t").fails(1, &format!("row 1, column qty: {why}\n"));
}

/// Reader and writer would wait for each other.
#[test]
fn a_table_into_its_own_file() {
    let world = World::bare();
    for journal in ["delete", "wal"] {
        world.lite_sql(journal, &format!("PRAGMA journal_mode = {journal}; CREATE TABLE a (v); CREATE TABLE b (v)"));
        world.lite_sql(
            journal,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO a SELECT i FROM n",
        );
        let url = world.lite(journal);
        world.copy(&url, "SELECT v FROM a", &url, "b").ok().prints("20000 rows");
        world.copy(&url, "SELECT v FROM a", &url, "a").ok().prints("20000 rows");
        assert_eq!(world.rows(journal, "SELECT count(*), sum(v), max(v) FROM a"), ["40000|400020000|20000"]);
        assert_eq!(world.rows(journal, "SELECT count(*), sum(v) FROM b"), ["20000|200010000"]);
        world.copy(&url, "DELETE FROM a RETURNING v", &url, "b").fails(1, "its own SQLite file");
        assert_eq!(world.rows(journal, "SELECT count(*) FROM a"), ["40000"]);
    }
}

#[test]
fn a_lock_that_is_not_given_up_is_told() {
    let world = World::bare();
    world.lite_sql("src", "CREATE TABLE t (v); INSERT INTO t VALUES (1)");
    world.lite_sql("dst", "CREATE TABLE t (v)");
    let (from, to) = (world.lite("src"), format!("{}?busy_timeout=200", world.lite("dst")));
    let held = world.sqlite("dst.db");
    held.execute_batch("BEGIN IMMEDIATE").unwrap();
    world.copy(&from, "SELECT v FROM t", &to, "t").fails(1, "database is locked").says("busy_timeout");
    held.execute_batch("COMMIT").unwrap();
    world.copy(&from, "SELECT v FROM t", &to, "t").ok();
    assert_eq!(world.rows("dst", "SELECT * FROM t"), ["1"]);
}

#[test]
fn names_in_brackets_and_comments_within_comments_are_sqlite_s() {
    let world = World::bare();
    world.lite_sql("src", "CREATE TABLE [a;bob's] ([it's --x] , [c;d]); INSERT INTO [a;bob's] VALUES (1, 2)");
    world.lite_sql("dst", "CREATE TABLE [my table] (a, b)");
    for sql in [
        "SELECT [it's --x], [c;d] FROM [a;bob's]; -- end",
        "/* a /* b */ SELECT [it's --x], [c;d] FROM [a;bob's] /* c */",
        "SELECT 1; SELECT [it's --x], [c;d] FROM main.[a;bob's]",
    ] {
        world.copy(&world.lite("src"), sql, &world.lite("dst"), "[my table]").ok().prints("1 rows");
    }
    assert_eq!(world.rows("dst", "SELECT * FROM [my table]"), ["1|2"; 3]);
    world.copy(&world.lite("src"), "SELECT 3, 4", &world.lite("dst"), "main.[my table]").ok();
    assert_eq!(world.rows("dst", "SELECT * FROM [my table] WHERE a = 3"), ["3|4"]);
}
