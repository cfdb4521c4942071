//! Values on their way from SQLite to PostgreSQL: they arrive as they left, or the error names them.

use super::support::World;
use super::support::jrunner::{Cases, assert_arrived, columns, select};
use super::support::postgres::Database;

/// What needs the text form of COPY: a single such column, and all of the row goes that way.
const AS_TEXT: Cases<'_> = &[
    ("int[]", "'{1,NULL,-3}'", "{1,NULL,-3}"),
    ("text[]", r#"'{"a,b","c\"d","","NULL",NULL}'"#, r#"{"a,b","c\"d","","NULL",NULL}"#),
    ("numeric(5,2)[]", "'{{1.20,NULL},{-3,4.5}}'", "{{1.20,NULL},{-3.00,4.50}}"),
    ("varchar(2)[]", r#"'[0:1]={ab,"c,"}'"#, r#"[0:1]={ab,"c,"}"#),
    ("interval", "'1 year 2 mons -3 days +04:05:06.789'", "1 year 2 mons -3 days +04:05:06.789"),
    ("interval(2)", "'00:00:01.25'", "00:00:01.25"),
    ("int4range", "'[1,10)'", "[1,10)"),
    ("inet", "'10.0.0.1/8'", "10.0.0.1/8"),
    ("cidr", "'2001:db8::/32'", "2001:db8::/32"),
    ("bit(4)", "'0101'", "0101"),
    ("point", "'(1,2)'", "(1,2)"),
    ("int[]", "NULL", "NULL"),
    ("text", r"'\.'", r"\."),
    ("text", r"'\N'", r"\N"),
    ("text", "'a' || char(9) || 'b' || char(10) || 'c' || char(13, 10) || '\\d\\n'", "a\tb\nc\r\n\\d\\n"),
];

const CASES: Cases<'_> = &[
    ("numeric(38,10)", "'1234567890123456789012345678.0123456789'", "1234567890123456789012345678.0123456789"),
    ("numeric(38,10)", "1.5", "1.5000000000"),
    ("numeric(38,10)", "-9223372036854775808", "-9223372036854775808.0000000000"),
    ("numeric(3,-2)", "12300", "12300"),
    ("numeric(2,4)", "0.0099", "0.0099"),
    ("numeric", "'1' || substr(hex(zeroblob(100)), 2) || '.5'", LONG),
    ("numeric", "'NaN'", "NaN"),
    ("numeric(10,2)", "'NaN'", "NaN"),
    ("numeric", "'-Infinity'", "-Infinity"),
    ("numeric", "'1e-20'", "0.00000000000000000001"),
    ("numeric", "0.1", "0.1"),
    ("numeric(10,2)", "0.29", "0.29"),
    ("int8", "9223372036854775807", "9223372036854775807"),
    ("int8", "-9223372036854775808", "-9223372036854775808"),
    ("int8", "'-9223372036854775808'", "-9223372036854775808"),
    ("int4", "-2147483648", "-2147483648"),
    ("int2", "32767.0", "32767"),
    ("oid", "4294967295", "4294967295"),
    ("float8", "-0.0", "-0"),
    ("float8", "0.1", "0.1"),
    ("float8", "1.7976931348623157e308", "1.7976931348623157e+308"),
    ("float8", "4.9e-324", "5e-324"),
    ("float8", "9e999", "Infinity"),
    ("float8", "'NaN'", "NaN"),
    ("float8", "9007199254740992", "9.007199254740992e+15"),
    ("float4", "0.1", "0.1"),
    ("float4", "16777216", "1.6777216e+07"),
    ("float4", "'5'", "5"),
    ("float4", "'-0.001'", "-0.001"),
    ("float4", "'1870949.2'", "1.8709492e+06"),
    ("float4", "'1e-45'", "1e-45"),
    ("float8", "'800000000000000.2'", "800000000000000.2"),
    ("float8", "'800000000000000.25'", "800000000000000.2"),
    ("boolean", "1", "true"),
    ("boolean", "0", "false"),
    ("boolean", "'f'", "false"),
    ("boolean", "'TRUE'", "true"),
    ("date", "'0044-03-15 BC'", "0044-03-15 BC"),
    ("date", "'0001-01-01'", "0001-01-01"),
    ("date", "'9999-12-31'", "9999-12-31"),
    ("date", "'5874897-12-31'", "5874897-12-31"),
    ("date", "'infinity'", "infinity"),
    ("date", "'2024-02-29 00:00:00'", "2024-02-29"),
    ("timestamp", "'2026-01-02 03:04:05.123456'", "2026-01-02 03:04:05.123456"),
    ("timestamp", "'2026-01-02T03:04:05Z'", "2026-01-02 03:04:05"),
    ("timestamp", "'0001-01-01 00:00:00.000001 BC'", "0001-01-01 00:00:00.000001 BC"),
    ("timestamp", "'-infinity'", "-infinity"),
    ("timestamp", "'2026-01-02 24:00:00'", "2026-01-03 00:00:00"),
    ("timestamp(3)", "'1999-12-31 23:59:59.999000'", "1999-12-31 23:59:59.999"),
    ("timestamptz", "'2026-01-02T03:04:05.123456+05:30'", "2026-01-01 21:34:05.123456+00"),
    ("timestamptz", "'2026-01-02 03:04:05'", "2026-01-02 03:04:05+00"),
    ("timestamptz", "'0044-03-15 00:00:00-01 BC'", "0044-03-15 01:00:00+00 BC"),
    ("time", "'24:00'", "24:00:00"),
    ("time", "'23:59:59.999999'", "23:59:59.999999"),
    ("timetz", "'00:00:00+15:59'", "00:00:00+15:59"),
    ("bytea", "x'00ff005c4100'", "\\x00ff005c4100"),
    ("bytea", "x''", "\\x"),
    ("text", "''", ""),
    ("text", "NULL", "NULL"),
    ("text", "'😀 𝒳 grüße 漢字'", "😀 𝒳 grüße 漢字"),
    ("text", "7", "7"),
    ("text", "1.0", "1.0"),
    ("text", r"'\.' || char(10) || '\.'", "\\.\n\\."),
    ("varchar(3)", "'äöü'", "äöü"),
    ("varchar(3)", "'漢字😀'", "漢字😀"),
    ("char(4)", "'ab'", "ab"),
    ("json", r#"'{"b" : 1,  "a": [1.50]}'"#, r#"{"b" : 1,  "a": [1.50]}"#),
    ("jsonb", r#"'{"b" : 1,  "a": [1.50]}'"#, r#"{"a": [1.50], "b": 1}"#),
    ("json", "12", "12"),
    ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("uuid", "x'a0eebc999c0b4ef8bb6d6bb9bd380a11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("mood", "'glad'", "glad"),
    ("positive", "7", "7"),
    ("short", "'abc'", "abc"),
    ("xml", "'<a>1</a>'", "<a>1</a>"),
];

const LONG: &str = concat!(
    "10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000.5"
);

const TYPES: &str = "CREATE TYPE mood AS ENUM ('sad', 'glad');
    CREATE DOMAIN positive AS int CHECK (value > 0);
    CREATE DOMAIN short AS varchar(3);
    CREATE DOMAIN filled AS text NOT NULL;
    CREATE DOMAIN price AS numeric(5,2);
    SET TimeZone TO 'UTC'; SET extra_float_digits TO 3";

fn world() -> (World, Database) {
    let (world, mut pg) = (World::bare(), Database::new());
    world.lite_sql("src", "CREATE TABLE t (v)");
    pg.sql(TYPES);
    (world, pg)
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn values_arrive_by_binary_and_by_text() {
    let (world, mut pg) = world();
    let all = [CASES, AS_TEXT].concat();
    for (table, cases) in [("bin", CASES), ("txt", &all)] {
        pg.sql(&format!("CREATE TABLE {table} ({})", columns(cases)));
        let said = world.copy(&world.lite("src"), &select(cases), &pg.url(), table).ok().stdout();
        assert_eq!(said, "1 rows\n");
        let texts: Vec<String> = (0..cases.len()).map(|n| format!("c{n}::text")).collect();
        assert_arrived(cases, &pg.row(&format!("SELECT {} FROM {table}", texts.join(", "))));
    }
}

/// A value that the column can't hold: its type, the value, how the error shows it, and why it does not fit.
const MISFITS: &[(&str, &str, &str, &str)] = &[
    ("numeric(10,2)", "'1.234'", "'1.234' does not fit numeric(10,2)", "it has 3 decimals"),
    ("numeric(10,2)", "1.234", "1.234 does not fit numeric(10,2)", "it has 3 decimals"),
    ("numeric(10,2)", "0.1 + 0.2", "0.30000000000000004 does", "it has 17 decimals"),
    ("numeric(4,2)", "123.4", "123.4 does not fit numeric(4,2)", "3 digits before the point"),
    ("numeric(4,2)", "'Infinity'", "'Infinity' does", "it is infinite"),
    ("numeric", "'12,5'", "'12,5' does not fit numeric", "not a number"),
    ("numeric", "''", "'' does not fit numeric", "not a number"),
    ("price", "1.005", "1.005 does not fit numeric(5,2)", "3 decimals"),
    ("varchar(3)", "'abcd'", "'abcd' does not fit varchar(3)", "it has 4 characters"),
    ("char(2)", "'abc'", "'abc' does not fit char(2)", "it has 3 characters"),
    ("char(2)", "'ab '", "'ab ' does not fit char(2)", "it has 3 characters"),
    ("varchar(3)", "12345", "12345 does not fit varchar(3)", "it has 5 characters"),
    ("short", "'abcd'", "'abcd' does", "it has 4 characters"),
    ("timestamp(0)", "'2026-01-02 03:04:05.5'", "'2026-01-02 03:04:05.5' does not fit timestamp(0)", "1 decimal"),
    ("timestamptz", "'2026-01-02 03:04:05.1234567Z'", "'2026-", "7 decimals"),
    ("timestamptz(3)", "'2026-01-02 03:04:05.1234Z'", "'2026-", "4 decimals"),
    ("time(0)", "'03:04:05.5'", "'03:04:05.5'", "1 decimal"),
    ("timestamp", "'2026-01-02 03:04:05+02'", "'2026-", "a zone other than UTC"),
    ("timestamp", "1700000000", "1700000000 does not fit timestamp", "it is not a timestamp"),
    ("date", "'2026-01-02 03:04:05'", "'2026-01-02 03:04:05'", "a time of day"),
    ("date", "'2026-02-30'", "'2026-02-30' does not fit date", "not a date"),
    ("date", "'01/02/2026'", "'01/02/2026'", "not a date"),
    ("int4", "2147483648", "2147483648 does not fit integer", "-2147483648 to 2147483647"),
    ("int2", "40000", "40000 does not fit smallint", "-32768 to 32767"),
    ("int8", "9.3e18", "9.3e+18 does not fit bigint", "not a whole number"),
    ("int8", "'9223372036854775808'", "'9223372036854775808'", "the range is"),
    ("int4", "1.5", "1.5 does not fit integer", "not a whole number"),
    ("int4", "'1e3'", "'1e3' does", "not a whole number"),
    ("int4", "''", "'' does", "not a whole number"),
    ("boolean", "2", "2 does not fit boolean", "neither true nor false"),
    ("float8", "9007199254740993", "9007199254740993", "more digits than a double keeps"),
    ("float4", "16777217", "16777217 does not fit real", "more digits"),
    ("float4", "1e300", "1.0e+300 does not fit real", "more digits"),
    ("float4", "'1.23456e-45'", "'1.23456e-45' does not fit real", "more digits"),
    ("float8", "'1.23456e-323'", "'1.23456e-323' does not fit double precision", "more digits"),
    ("float8", "'0.1234567890123456789'", "'0.1234567890123456789'", "more digits"),
    ("uuid", "'x'", "'x' does not fit uuid", "not a UUID"),
    ("uuid", "'a0eebc999c0b4ef8bb6d6bb9bd380a1'", "'a0ee", "not a UUID"),
    ("text", "x'41'", r"\x41 does not fit text", "bytes, not text"),
    ("text", "'a' || char(0) || 'b'", r"'a\u{0}b' does not fit text", "NUL"),
    ("text", "CAST(x'41ff' AS TEXT)", "a text does not fit text", "not UTF-8"),
    ("name", "replace(hex(zeroblob(16)), '0', 'ä')", "'ääää", "longer than 63 bytes"),
    ("json", "x'7b7d'", r"\x7b7d", "not JSON text"),
    ("interval(0)", "'00:00:01.5'", "'00:00:01.5' does not fit interval(0)", "1 decimal"),
    ("interval year to month", "'1 year 3 days'", "'1 year 3 days'", "some fields"),
    (
        "numeric(5,2)[]",
        "'{1.5,1.234}'",
        "'{1.5,1.234}' does not fit",
        "'1.234' does not fit numeric(5,2): it has 3 decimals",
    ),
    ("varchar(2)[]", "'{a,\"abc\"}'", "'{a,\"abc\"}' does not fit varchar(2)[]", "3 characters"),
    ("timestamp(0)[]", "'{2026-01-02 03:04:05.5}'", "does not fit timestamp(0)[]", "1 decimal"),
];

/// What the server itself refuses: it names the row as a line.
const REFUSED: &[(&str, &str, &str)] = &[
    ("json", "'{bad'", "invalid input syntax for type json"),
    ("jsonb", "'{bad'", "invalid input syntax for type json"),
    ("mood", "'nope'", "invalid input value for enum mood: \"nope\""),
    ("positive", "-1", "violates check constraint"),
    ("filled", "NULL", "does not allow null values"),
    ("text NOT NULL", "NULL", "null value in column \"v\""),
    ("int[]", "'{1,x}'", "invalid input syntax for type integer: \"x\""),
    ("int4range", "'[10,1)'", "range lower bound"),
    ("inet", "'1.2.3.4/99'", "invalid input syntax for type inet"),
    ("bit(3)", "'0101'", "does not match type bit(3)"),
    ("interval", "'soon'", "invalid input syntax for type interval"),
    ("date", "'5874898-01-01'", "date out of range"),
    ("numeric(3,1)[]", "'{10'", "malformed array literal"),
];

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_misfit_names_row_column_and_value_and_changes_nothing() {
    let (world, mut pg) = world();
    let mut wrong = Vec::new();
    let mut table = 0;
    let mut check = |pg: &mut Database, kind: &str, value: &str, says: &[&str]| {
        table += 1;
        let table = format!("t{table}");
        pg.sql(&format!("CREATE TABLE {table} (id int, v {kind})"));
        // 700 rows that fit come first, and are not to be seen.
        let good = if value == "NULL" { "'1'" } else { "NULL" };
        let good = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700) SELECT i, {good} FROM n"
        );
        let call = world.copy(&world.lite("src"), &format!("{good} UNION ALL SELECT 701, {value}"), &pg.url(), &table);
        let (said, code) = (call.stderr(), call.output.status.code());
        let names = says.iter().all(|says| said.contains(says));
        let kept = pg.rows(&format!("SELECT count(*) FROM {table}"));
        if code != Some(1) || !names || kept != ["0"] {
            wrong.push(format!("{kind}, {value}: exit {code:?}, {kept:?} rows, {said} {}", call.stdout()));
        }
    };
    for (kind, value, shown, why) in MISFITS {
        check(&mut pg, kind, value, &["row 701, column v: ", shown, why]);
    }
    for (kind, value, says) in REFUSED {
        check(&mut pg, kind, value, &[says, ", line 701", "v"]);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// SQLite has a type a value, not a type a column.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_column_of_mixed_types() {
    let (world, mut pg) = world();
    world.lite_sql("src", "INSERT INTO t VALUES (1), (2.5), ('3.25'), (NULL), ('-1e2'), (9223372036854775807)");
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

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn what_a_latin1_database_cannot_hold_is_refused() {
    let world = World::bare();
    let mut pg = Database::made_with("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    pg.sql("CREATE TABLE t (id int, v varchar(5))");
    world.lite_sql("src", "CREATE TABLE t (id, v); INSERT INTO t VALUES (1, 'grüße'), (2, '€')");
    world.copy(&world.lite("src"), "SELECT id, v FROM t WHERE id = 1", &pg.url(), "t").ok();
    assert_eq!(pg.rows("SELECT v, octet_length(v) FROM t"), ["grüße|5"]);
    let failed = world.copy(&world.lite("src"), "SELECT id, v FROM t", &pg.url(), "t");
    failed.fails(1, "no equivalent in encoding \"LATIN1\"").says(", line 2, column v");
    assert_eq!(pg.rows("SELECT count(*) FROM t"), ["1"]);
    let other = Database::new();
    let mut other = other;
    other.sql("CREATE TABLE t (id int, v text)");
    world.copy(&pg.url(), "SELECT id, v FROM t", &other.url(), "t").ok();
    assert_eq!(other.rows("SELECT v FROM t"), ["grüße"]);
    world.lite_sql("back", "CREATE TABLE t (id, v TEXT)");
    world.copy(&pg.url(), "SELECT id, v FROM t", &world.lite("back"), "t").ok();
    assert_eq!(world.rows("back", "SELECT v FROM t"), ["'grüße'"]);
}
