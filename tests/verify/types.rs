//! Types that databases have in several ways: values that a load makes the same are the same, and those that read alike
//! and are not are found, by checksums or by reading.

use crate::support::{Pair, Side, mariadb, postgres};
use serde_json::json;

/// The source's type and value, the destination's type, and another value there that is not what a load would store.
type Column = (&'static str, &'static str, &'static str, &'static str);

/// One table of all these columns; of its rows, each differs in one.
#[track_caller]
fn case(mut pair: Pair, by_checksums: bool, columns: &[Column]) {
    let table = |of: &dyn Fn(&Column) -> &'static str| {
        let columns: Vec<String> = columns.iter().enumerate().map(|(i, c)| format!("v{i} {}", of(c))).collect();
        format!("CREATE TABLE t (id INTEGER, {})", columns.join(", "))
    };
    let values: Vec<&str> = columns.iter().map(|c| c.1).collect();
    let rows: Vec<String> = (0..columns.len()).map(|id| format!("({id}, {})", values.join(", "))).collect();
    let nulls = vec!["NULL"; columns.len()].join(", ");
    pair.src(&format!("{}; INSERT INTO t VALUES {}, (1000, {nulls})", table(&|c| c.0), rows.join(", ")));
    pair.dst(&table(&|c| c.2));
    pair.module("t", "--table t --strategy full --unique-key id --query 'SELECT * FROM t'");
    pair.world.run("t");
    let same = pair.call("module verify t --json").ok().json();
    assert_eq!(same["remarks"] == json!([]), by_checksums, "{same}");
    // No row was read, as each is written alike at both ends.
    assert!(same["source_rows_read"].as_u64().unwrap() < 7 || !by_checksums, "{same}");
    for (id, column) in columns.iter().enumerate() {
        pair.dst(&format!("UPDATE t SET v{id} = {} WHERE id = {id}", column.3));
    }
    let told = pair.call("module verify t --json --limit 0").code(1).json();
    let found: Vec<(String, String)> = told["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["key"]["id"].as_str().unwrap().to_owned(), d["columns"][0].as_str().unwrap_or_default().to_owned()))
        .collect();
    for (id, column) in columns.iter().enumerate() {
        let others = ["", &format!("v{id}")];
        assert!(found.iter().any(|(key, c)| *key == id.to_string() && others.contains(&&**c)), "{column:?}: {told:#}");
    }
    assert_eq!(found.len(), columns.len());
}

fn pg() -> Side {
    Side::Postgres(Box::new(postgres::Database::new()))
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn sqlite_to_postgresql() {
    let columns = [
        ("TEXT", "'1.500'", "numeric(10,3)", "1.501"),
        ("TEXT", "'1.500'", "numeric", "1.5"),
        ("REAL", "1e22", "numeric", "10000000000000000000001"),
        ("REAL", "0.1", "double precision", "0.10000000000000002"),
        ("REAL", "0.1", "real", "0.10000001"),
        ("INTEGER", "7", "text", "'7 '"),
        ("REAL", "1.0", "text", "'1'"),
        ("TEXT", "'yes'", "boolean", "false"),
        ("TEXT", "'2026-01-02T03:04:05.120'", "timestamp", "'2026-01-02 03:04:05.12001'"),
        ("TEXT", "'2026-01-02 03:04:05+02:00'", "timestamptz", "'2026-01-02 03:04:05+00'"),
        ("TEXT", "'2024-02-29 00:00:00'", "date", "'2024-02-28'"),
        ("TEXT", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'"),
        ("TEXT", "'{\"a\": 1}'", "json", "'{\"a\":1}'"),
        ("BLOB", "x'00ff'", "bytea", "'\\x00ff00'"),
        ("TEXT", "'03:04'", "time", "'03:04:00.5'"),
    ];
    case(Pair::between(Side::Sqlite, pg()), true, &columns);
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn postgresql_to_sqlite() {
    let columns = [
        ("numeric(10,2)", "1.50", "NUMERIC", "1.51"),
        ("numeric(20,2)", "123456789012345678.50", "TEXT", "'123456789012345678.5'"),
        ("double precision", "0.1", "REAL", "0.10000000000000002"),
        ("real", "0.1", "REAL", "0.10000000149011612"),
        ("boolean", "true", "BOOLEAN", "'true'"),
        ("char(5)", "'ab'", "TEXT", "'ab'"),
        ("timestamp", "'2026-01-02 03:04:05.120'", "TIMESTAMP", "'2026-01-02 03:04:05.120'"),
        ("timestamptz", "'2026-01-02 03:04:05+02'", "TEXT", "'2026-01-02 01:04:05'"),
        ("date", "'2026-01-02'", "DATE", "'~'"),
        ("bytea", "'\\x00ff'", "BLOB", "x'00'"),
        ("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "TEXT", "'A0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
        ("bigint", "9223372036854775807", "INTEGER", "9223372036854775806"),
        ("bigint", "5", "TEXT", "'05'"),
        ("text", "'a'", "TEXT", "x'61'"),
    ];
    case(Pair::between(pg(), Side::Sqlite), true, &columns);
}

#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn mariadb_to_postgresql() {
    let columns = [
        ("decimal(10,2)", "1.50", "numeric(12,4)", "1.5001"),
        ("decimal(10,2)", "1.50", "numeric", "1.5"),
        ("bigint unsigned", "18446744073709551615", "numeric(20)", "18446744073709551614"),
        ("float", "0.1", "real", "0.10000001"),
        ("double", "0.1", "double precision", "0.10000000000000002"),
        ("tinyint(1)", "1", "boolean", "false"),
        ("char(5)", "'ab'", "char(5)", "'abc'"),
        ("varchar(9) CHARACTER SET latin1", "'\u{fc}'", "text", "'u'"),
        ("datetime(6)", "'2026-01-02 03:04:05.120000'", "timestamp", "'2026-01-02 03:04:05.12001'"),
        ("timestamp NULL", "'2026-01-02 03:04:05'", "timestamptz", "'2026-01-02 03:04:06+00'"),
        ("time(6)", "'03:04:05.5'", "time", "'03:04:05'"),
        ("varbinary(9)", "x'00ff'", "bytea", "'\\x00'"),
        ("enum('a','b')", "'b'", "text", "'a'"),
        ("int", "7", "text", "'07'"),
        ("year", "2026", "integer", "2025"),
    ];
    case(Pair::between(Side::Mariadb(mariadb::Database::new()), pg()), true, &columns);
}

#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn postgresql_to_mariadb() {
    let columns = [
        ("numeric(12,4)", "1.5", "decimal(12,4)", "1.5001"),
        ("real", "0.1", "float", "0.10000001"),
        ("double precision", "0.1", "double", "0.10000000000000002"),
        ("boolean", "true", "tinyint(1)", "2"),
        ("char(5)", "'ab'", "char(5)", "'abc'"),
        ("char(5)", "'ab'", "varchar(9)", "'ab'"),
        ("timestamp", "'2026-01-02 03:04:05.12'", "datetime(6)", "'2026-01-02 03:04:05.12001'"),
        ("timestamptz", "'2026-01-02 03:04:05+00'", "timestamp NULL", "'2026-01-02 04:04:05'"),
        ("text", "'e'", "longtext", "'E'"),
        ("bytea", "'\\x00ff'", "blob", "x'00'"),
        ("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "varchar(36)", "'A0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
    ];
    case(Pair::between(pg(), Side::Mariadb(mariadb::Database::new())), true, &columns);
}

/// What is not known to be written alike is read.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn postgresql_to_postgresql() {
    let columns = [
        ("text[]", "'{a,NULL}'", "text[]", "'{a,\"NULL\"}'"),
        ("interval", "'1 day'", "interval", "'24 hours'"),
        ("jsonb", "'{\"a\": 1}'", "jsonb", "'{\"a\": 1.0}'"),
        ("char(5)", "'ab'", "text", "'ab'"),
        ("numeric", "1.50", "numeric", "1.5"),
        ("inet", "'10.0.0.1'", "inet", "'10.0.0.1/8'"),
        ("bit(3)", "B'101'", "bit(3)", "B'100'"),
        ("real", "0.1", "real", "0.10000001"),
    ];
    case(Pair::between(pg(), pg()), true, &columns);
    let columns =
        [("real", "0.1", "double precision", "0.5"), ("timestamptz", "'2026-01-02 03:04:05+00'", "text", "'x'")];
    case(Pair::between(pg(), pg()), false, &columns);
}
