//! Values on their way from SQLite to SQLite.

use super::support::World;
use super::support::jrunner::{Cases, assert_arrived, columns, select};

const CASES: Cases<'_> = &[
    ("INTEGER", "9223372036854775807", "9223372036854775807"),
    ("INTEGER", "-9223372036854775808", "-9223372036854775808"),
    ("TEXT", "9223372036854775807", "'9223372036854775807'"),
    ("REAL", "9007199254740992", "9007199254740992.0"),
    ("REAL", "0.1", "0.1"),
    ("REAL", "9e999", "inf"),
    ("", "1.0", "1.0"),
    ("TEXT", "1.0", "'1.0'"),
    ("TEXT", "0.30000000000000004", "'0.30000000000000004'"),
    ("INTEGER", "2.5", "2.5"),
    ("INTEGER", "2.0", "2"),
    ("INTEGER", "'abc'", "'abc'"),
    ("INTEGER", "'7'", "7"),
    ("TEXT", "'007'", "'007'"),
    ("", "'007'", "'007'"),
    ("DATE", "'2026-01-02'", "'2026-01-02'"),
    ("TEXT", "''", "''"),
    ("INTEGER", "''", "''"),
    ("TEXT", "NULL", "NULL"),
    ("TEXT", "x'00ff'", "x'00ff'"),
    ("INTEGER", "x''", "x''"),
    ("TEXT", "'a' || char(0) || 'b'", "'a\0b'"),
    ("TEXT", "'😀' || char(10, 9, 13) || '\\.'", "'😀\n\t\r\\.'"),
    ("", "hex(CAST(x'41ff' AS TEXT))", "'41FF'"),
];

#[test]
fn values_arrive() {
    let world = World::bare();
    world.lite_sql("src", "");
    world.lite_sql("dst", &format!("CREATE TABLE t ({})", columns(CASES)));
    world.copy(&world.lite("src"), &select(CASES), &world.lite("dst"), "t").ok().prints("1 rows\n");
    let mut arrived = Vec::new();
    for n in 0..CASES.len() {
        arrived.extend(world.rows("dst", &format!("SELECT c{n} FROM t")));
    }
    assert_arrived(CASES, &arrived);
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

/// The column's type, the value, and what the error says.
const MISFITS: &[(&str, &str, &str)] = &[
    ("INTEGER", "'007'", "row 2, column v: '007' does not fit INTEGER: the column makes it the number 7"),
    ("NUMERIC", "'1.50'", "row 2, column v: '1.50' does not fit NUMERIC: the column makes it the number 1.5"),
    ("REAL", "9007199254740993", "row 2, column v: 9007199254740993 does not fit REAL: the column makes it a double"),
    ("REAL", "'1e400'", "row 2, column v: '1e400' does not fit REAL"),
    ("TEXT NOT NULL DEFAULT 'x'", "NULL", "row 2: NOT NULL constraint failed: t"),
];

#[test]
fn a_misfit_names_row_column_and_value_and_changes_nothing() {
    let world = World::bare();
    world.lite_sql("src", "");
    for (n, (kind, value, says)) in MISFITS.iter().enumerate() {
        let table = format!("t{n}");
        world.lite_sql("dst", &format!("CREATE TABLE {table} (v {kind})"));
        let sql = format!("SELECT 'a' UNION ALL SELECT {value}");
        world.copy(&world.lite("src"), &sql, &world.lite("dst"), &table).fails(1, says);
        assert_eq!(world.rows("dst", &format!("SELECT count(*) FROM {table}")), ["0"], "{kind}, {value}");
    }
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
