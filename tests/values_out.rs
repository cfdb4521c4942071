//! Values on their way from PostgreSQL to SQLite: they arrive as they left, or the error names them.

use super::support::World;
use super::support::jrunner::{Cases, assert_arrived, columns, select};
use super::support::postgres::Database;

const CASES: Cases<'_> = &[
    ("TEXT", "1234567890123456789012345678.0123456789::numeric(38,10)", "'1234567890123456789012345678.0123456789'"),
    ("", "1234567890123456789012345678.0123456789::numeric(38,10)", "'1234567890123456789012345678.0123456789'"),
    ("TEXT", "(10^199::numeric + 0.5)::numeric(201,1)", LONG),
    ("TEXT", "'NaN'::numeric", "'NaN'"),
    ("TEXT", "'-Infinity'::numeric", "'-Infinity'"),
    ("TEXT", "1.50::numeric(10,2)", "'1.50'"),
    ("NUMERIC", "1.50::numeric(10,2)", "1.5"),
    ("NUMERIC", "12.00::numeric(10,2)", "12"),
    ("REAL", "0.123456789012345::numeric", "0.123456789012345"),
    ("INTEGER", "9223372036854775807::numeric", "9223372036854775807"),
    ("INTEGER", "9223372036854775807::int8", "9223372036854775807"),
    ("INTEGER", "(-9223372036854775808)::int8", "-9223372036854775808"),
    ("TEXT", "9223372036854775807::int8", "'9223372036854775807'"),
    ("REAL", "9007199254740992::int8", "9007199254740992.0"),
    ("INTEGER", "4294967295::oid", "4294967295"),
    ("REAL", "0.1::float8", "0.1"),
    ("REAL", "0.1::float4", "0.1"),
    ("REAL", "50331648::float4", "50331648.0"),
    ("REAL", "'5e-324'::float8", "5e-324"),
    ("REAL", "'Infinity'::float8", "inf"),
    ("", "1e300::float8", "1e300"),
    ("TEXT", "'NaN'::float8", "'NaN'"),
    ("TEXT", "'-0'::float8", "'-0'"),
    ("INTEGER", "true", "1"),
    ("BOOLEAN", "false", "0"),
    ("TEXT", "true", "'true'"),
    ("DATE", "'0044-03-15 BC'::date", "'0044-03-15 BC'"),
    ("DATE", "'0001-01-01'::date", "'0001-01-01'"),
    ("TEXT", "'9999-12-31'::date", "'9999-12-31'"),
    ("TEXT", "'infinity'::date", "'infinity'"),
    ("DATETIME", "'2026-01-02 03:04:05.123456'::timestamp", "'2026-01-02 03:04:05.123456'"),
    ("TEXT", "'2026-01-02 03:04:05.123456+05:30'::timestamptz", "'2026-01-01 21:34:05.123456+00'"),
    ("TEXT", "'-infinity'::timestamptz", "'-infinity'"),
    ("TEXT", "'24:00'::time", "'24:00:00'"),
    ("TEXT", "'03:04:05.000001-02:30'::timetz", "'03:04:05.000001-02:30'"),
    ("TEXT", "'1 year -2 days 00:00:00.5'::interval", "'1 year -2 days +00:00:00.5'"),
    ("BLOB", r"'\x00ff00'::bytea", "x'00ff00'"),
    ("TEXT", r"'\x00ff00'::bytea", "x'00ff00'"),
    ("BLOB", "''::bytea", "x''"),
    ("TEXT", "''", "''"),
    ("TEXT", "NULL::text", "NULL"),
    ("INTEGER", "NULL::int", "NULL"),
    ("TEXT", "'😀 漢字'", "'😀 漢字'"),
    ("TEXT", r"E'\\.\n\t\\N'", "'\\.\n\t\\N'"),
    ("TEXT", "'007'::text", "'007'"),
    ("", "'007'::text", "'007'"),
    ("INTEGER", "'abc'::text", "'abc'"),
    ("TEXT", "'ab'::char(4)", "'ab  '"),
    ("TEXT", r#"'{"b" : 1}'::json"#, r#"'{"b" : 1}'"#),
    ("TEXT", r#"'{"b" : 1}'::jsonb"#, r#"'{"b": 1}'"#),
    ("TEXT", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
    ("TEXT", "'{1,NULL,2}'::int[]", "'{1,NULL,2}'"),
    ("TEXT", "'[1,10)'::int4range", "'[1,10)'"),
    ("TEXT", "'glad'::mood", "'glad'"),
    ("TEXT", "7::positive", "'7'"),
    ("INTEGER", "7::positive", "7"),
    ("TEXT", "'10.0.0.1/8'::inet", "'10.0.0.1/8'"),
    ("TEXT", "'2001:db8::/32'::cidr", "'2001:db8::/32'"),
    ("TEXT", "'0101'::bit(4)", "'0101'"),
    ("TEXT", "'(1,x)'::pair", "'(1,x)'"),
    ("TEXT", "'<a/>'::xml", "'<a/>'"),
    ("TEXT", "current_database()", "'DATABASE'"),
];

const LONG: &str = concat!(
    "'1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000.5'"
);

fn world() -> (World, Database) {
    let (world, mut pg) = (World::bare(), Database::new());
    pg.sql(
        "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN positive AS int CHECK (value > 0);
        CREATE TYPE pair AS (a int, b text)",
    );
    (world, pg)
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn values_arrive() {
    let (world, pg) = world();
    world.lite_sql("dst", &format!("CREATE TABLE t ({})", columns(CASES)));
    world.copy(&pg.url(), &select(CASES), &world.lite("dst"), "t").ok().prints("1 rows\n");
    let mut arrived = Vec::new();
    for n in 0..CASES.len() {
        arrived.extend(world.rows("dst", &format!("SELECT c{n} FROM t")));
    }
    let arrived: Vec<String> = arrived.iter().map(|v| v.replace(&pg.name, "DATABASE")).collect();
    assert_arrived(CASES, &arrived);
}

/// The column's type, the value, how the error shows it, and why it does not fit.
const MISFITS: &[(&str, &str, &str, &str)] = &[
    ("NUMERIC", "1234567890.1234567::numeric", "1234567890.1234567 does not fit NUMERIC", "17 significant digits"),
    ("REAL", "9007199254740993::int8", "9007199254740993 does not fit REAL", "not so many digits"),
    ("INTEGER", "9223372036854775808::numeric", "9223372036854775808", "19 significant digits"),
    ("REAL", "'NaN'::float8", "NaN does not fit REAL", "NULL of NaN"),
    ("", "'NaN'::float4", "NaN does not fit the column", "NULL of NaN"),
    ("NUMERIC", "'NaN'::numeric", "NaN does not fit NUMERIC", "no such decimal"),
    ("INTEGER", "'007'::text", "'007' does not fit INTEGER", "it the number 7"),
    ("NUMERIC", "'1e5'::text", "'1e5' does not fit NUMERIC", "the number"),
    ("NUMERIC", "' 7'::text", "' 7' does not fit NUMERIC", "the number 7"),
    ("DECIMAL(5)", "'1.50'::varchar", "'1.50' does not fit DECIMAL(5)", "the number 1.5"),
    ("TEXT NOT NULL", "NULL::text", "NOT NULL constraint failed: t", ".v"),
    ("TEXT CHECK (length(v) < 4)", "'abcd'", "CHECK constraint failed", "length(v) < 4"),
    ("TEXT UNIQUE", "'1'", "UNIQUE constraint failed: t", ".v"),
];

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_misfit_names_row_column_and_value_and_changes_nothing() {
    let (world, pg) = world();
    let mut wrong = Vec::new();
    for (n, (kind, value, shown, why)) in MISFITS.iter().enumerate() {
        let table = format!("t{n}");
        world.lite_sql("dst", &format!("CREATE TABLE {table} (id INTEGER, v {kind})"));
        let good = if kind.starts_with("TEXT") { "i::text" } else { "NULL" };
        let sql = format!("SELECT i, {good} FROM generate_series(1, 700) i UNION ALL SELECT 701, {value}");
        let call = world.copy(&pg.url(), &sql, &world.lite("dst"), &table);
        let (said, code) = (call.stderr(), call.output.status.code());
        let kept = world.rows("dst", &format!("SELECT count(*) FROM {table}"));
        if code != Some(1) || kept != ["0"] || !["row 701", "v", shown, why].iter().all(|part| said.contains(part)) {
            wrong.push(format!("{kind}, {value}: exit {code:?}, {kept:?} rows, {said} {}", call.stdout()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn strict_tables_take_what_is_of_their_type_only() {
    let (world, pg) = world();
    world.lite_sql("dst", "CREATE TABLE s (id INTEGER, b BLOB, a ANY, t TEXT) STRICT");
    world.copy(&pg.url(), r"SELECT 1, '\x00'::bytea, '007', '007'", &world.lite("dst"), "s").ok();
    assert_eq!(world.rows("dst", "SELECT * FROM s"), ["1|x'00'|'007'|'007'"]);
    let failed = world.copy(&pg.url(), "SELECT 2, 'text', 1, 'x'", &world.lite("dst"), "s");
    failed.fails(1, "row 1: ").says("cannot store TEXT value in BLOB column s.b");
    assert_eq!(world.rows("dst", "SELECT count(*) FROM s"), ["1"]);
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
