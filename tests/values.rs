//! Every hard value, in each direction: the list of them, and what is not of one direction only.

use super::support::postgres::Database;
use super::support::values::encodings::{self, ASCII, LATIN1, LITE, LITE_16, PG};
use super::support::values::{
    Arrivals, Big, Refusals, TYPES, assert_arrived, columns, database, lite_row, mysql, mysql_to_pg, mysql_to_sqlite,
    pg_row, pg_to_pg, pg_to_sqlite, select, sqlite_to_pg, sqlite_to_sqlite, to_mysql, world,
};
use super::support::{World, project};
use std::fmt::Write;

/// `docs/values.md`: what the other tests of values run, line for line. `tests/renew.sh` renews it.
#[test]
fn the_list_of_hard_values_is_that_of_the_tests() {
    let path = project().join("docs/values.md");
    let list = list();
    if std::env::var_os("PIPEKIT_RENEW").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        return std::fs::write(path, list).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == list,
        "stale: docs/values.md; tests/renew.sh renews it"
    );
}

const HEAD: &str = "\
# Hard values

What becomes of values on their way from a query into a table, by the built-in runner: each arrives as it left, or the
load ends with an error that names row, column and value, and has changed nothing. This list is made of the tables that
the tests run (`tests/support/values`), and `tests/renew.sh` makes it.

A value is shown as the SQL that gives it at the source. What arrives is shown as the destination prints it, SQLite's
texts in quotes. What the destination refuses by itself (a CHECK, an array that is none) is told in its own words, with
row and column. Times that name no zone are meant in the runner's, which is Europe/Berlin here; PostgreSQL prints in UTC.

One thing is not kept: the sign of a zero. `-0.0` arrives as `0` in a `REAL`, `INTEGER` or `NUMERIC` column of SQLite
and in a `numeric` of PostgreSQL, which have no other; it equals `0.0` in both.
";

fn list() -> String {
    let mut out = HEAD.to_owned();
    out.push_str("\nTypes that are no server's own:\n\n```sql\n");
    TYPES.lines().filter(|line| !line.is_empty()).for_each(|line| out.extend([line.trim_start(), "\n"]));
    out.push_str("```\n");
    let forms = "In the binary form of COPY, or in its text form where one column needs it. What is binary was also run as text.\n";
    section(&mut out, "SQLite to PostgreSQL", forms);
    arrivals(&mut out, &[("binary", sqlite_to_pg::BINARY), ("text", sqlite_to_pg::TEXT)], from_lite);
    big(&mut out, sqlite_to_pg::BIG);
    refusals(&mut out, &[("", sqlite_to_pg::REFUSED)], from_lite);
    section(&mut out, "PostgreSQL to SQLite", "");
    arrivals(&mut out, &[("", pg_to_sqlite::ARRIVES), ("STRICT", pg_to_sqlite::STRICT)], from_pg);
    big(&mut out, pg_to_sqlite::BIG);
    refusals(&mut out, &[("", pg_to_sqlite::REFUSED), ("STRICT", pg_to_sqlite::STRICT_REFUSED)], from_pg);
    let routes = "Bytes of one type are passed on; those of two types are taken apart; what is not known goes as text, and all \
                  of its row with it. What is passed on was also run taken apart, and both as text.\n";
    section(&mut out, "PostgreSQL to PostgreSQL", routes);
    let tables =
        [("passed on", pg_to_pg::PASSED_ON), ("taken apart", pg_to_pg::TAKEN_APART), ("text", pg_to_pg::AS_TEXT)];
    arrivals(&mut out, &tables, from_pg);
    big(&mut out, pg_to_pg::BIG);
    refusals(&mut out, &[("", pg_to_pg::REFUSED)], from_pg);
    section(&mut out, "SQLite to SQLite", "");
    arrivals(&mut out, &[("", sqlite_to_sqlite::ARRIVES), ("STRICT", sqlite_to_sqlite::STRICT)], from_lite);
    big(&mut out, sqlite_to_sqlite::BIG);
    refusals(&mut out, &[("", sqlite_to_sqlite::REFUSED), ("STRICT", sqlite_to_sqlite::STRICT_REFUSED)], from_lite);
    let source = "A value of a MySQL source is shown with the type of its column behind it.\n";
    section(&mut out, "MySQL to PostgreSQL", source);
    arrivals(&mut out, &[("binary", mysql_to_pg::BINARY), ("text", mysql_to_pg::TEXT)], from_mysql);
    refusals(&mut out, &[("", mysql_to_pg::REFUSED)], from_mysql);
    section(&mut out, "MySQL to SQLite", "");
    arrivals(&mut out, &[("", mysql_to_sqlite::ARRIVES)], from_mysql);
    refusals(&mut out, &[("", mysql_to_sqlite::REFUSED)], from_mysql);
    let ways =
        "By LOAD DATA LOCAL, and by INSERT: all was run both ways. MariaDB 10.11 prints, bytes and bits in hex.\n";
    section(&mut out, "SQLite to MySQL", ways);
    arrivals(&mut out, &[("", to_mysql::FROM_SQLITE)], from_lite);
    refusals(&mut out, &[("", to_mysql::REFUSED)], from_lite);
    section(&mut out, "PostgreSQL to MySQL", "");
    arrivals(&mut out, &[("", to_mysql::FROM_PG)], from_pg);
    section(&mut out, "MySQL to MySQL", "");
    arrivals(&mut out, &[("", to_mysql::FROM_MYSQL)], from_mysql);
    section(&mut out, "Databases of other encodings", "");
    head(&mut out, ["source", "value", "destination", "arrives, or the error"]);
    for (from, value, to, comes) in encodings::CASES {
        let comes = comes.map_or_else(|error| format!("error: {}", code(error)), code);
        row(&mut out, [*from, &code(value), *to, &comes]);
    }
    out
}

fn section(out: &mut String, title: &str, text: &str) {
    let _ = write!(out, "\n## {title}\n");
    if !text.is_empty() {
        let _ = write!(out, "\n{text}");
    }
}

fn head(out: &mut String, titles: [&str; 4]) {
    out.push('\n');
    row(out, titles);
    out.push_str("|---|---|---|---|\n");
}

fn row(out: &mut String, cells: [&str; 4]) {
    let _ = writeln!(out, "| {} |", cells.join(" | "));
}

fn arrivals(out: &mut String, tables: &[(&str, Arrivals)], type_of: fn(&str) -> String) {
    head(out, ["type", "value", "column", "arrives"]);
    for (how, cases) in tables {
        for (kind, value, arrives) in *cases {
            row(out, [&type_of(value), &code(value), &column(kind, how), &code(arrives)]);
        }
    }
}

fn big(out: &mut String, cases: Big) {
    head(out, ["", "value", "column", "arrives as `v`, of which is true"]);
    for (kind, value, check) in cases {
        row(out, ["", &code(value), &column(kind, ""), &code(check)]);
    }
}

fn refusals(out: &mut String, tables: &[(&str, Refusals)], type_of: fn(&str) -> String) {
    head(out, ["type", "value", "column", "error"]);
    for (how, cases) in tables {
        for (kind, value, error) in *cases {
            row(out, [&type_of(value), &code(value), &column(kind, how), &code(error)]);
        }
    }
}

fn column(kind: &str, how: &str) -> String {
    let kind = if kind.is_empty() { "none".to_owned() } else { code(kind) };
    if how.is_empty() { kind } else { format!("{kind}, {how}") }
}

/// The type that a PostgreSQL expression names at its end.
fn from_pg(value: &str) -> String {
    match value.rsplit_once("::") {
        Some((_, kind)) if !kind.contains(['\'', ')']) || kind.ends_with(')') && kind.contains('(') => code(kind),
        _ if value.starts_with('\'') => code("text"),
        _ if value.parse::<i32>().is_ok() => code("int4"),
        _ if value == "true" || value == "false" => code("boolean"),
        _ => String::new(),
    }
}

/// The type that stands behind a value of MySQL.
fn from_mysql(value: &str) -> String {
    code(mysql::parts(value).1)
}

/// The storage class that an SQLite expression is written as.
fn from_lite(value: &str) -> String {
    let class = match value.as_bytes() {
        [b'x', b'\'', ..] | [b'z', ..] => "blob",
        [b'\'', ..] | [b'C' | b'c' | b'd' | b'h' | b'r', ..] => "text",
        [b'N', ..] => "null",
        _ if value.contains(['.', 'e']) => "real",
        _ => "integer",
    };
    code(class)
}

/// A value as Markdown's code: one line, without what would end a cell, and not too long.
fn code(text: &str) -> String {
    let mut shown = String::new();
    for (n, c) in text.chars().enumerate() {
        match c {
            _ if n == 110 => {
                shown.push('…');
                break;
            }
            '|' => shown.push_str("\\|"),
            c if c.is_control() || matches!(c, '\u{feff}' | '\u{200d}' | '\u{ffff}') => {
                shown.extend(c.escape_default())
            }
            c => shown.push(c),
        }
    }
    let fence = if text.contains('`') { "``" } else { "`" };
    if text.is_empty() { "empty".to_owned() } else { format!("{fence}{shown}{fence}") }
}

/// Makes a database of some encoding with a table `t (id, v)`, and gives its URL.
fn place(world: &World, encoding: &str, end: &str) -> (String, Option<Database>) {
    let options = |name: &str| format!("ENCODING '{name}' LOCALE 'C' TEMPLATE template0");
    let (name, pragma) = match encoding {
        LITE => (format!("{end}_8"), ""),
        LITE_16 => (format!("{end}_16"), "PRAGMA encoding = 'UTF-16';"),
        other => {
            let mut pg = match other {
                PG => Database::new(),
                LATIN1 => Database::made_with(&options("LATIN1")),
                ASCII => Database::made_with(&options("SQL_ASCII")),
                unknown => panic!("{unknown}"),
            };
            pg.sql("CREATE TABLE t (id int, v text)");
            return (pg.url(), Some(pg));
        }
    };
    world.lite_sql(&name, &format!("{pragma} CREATE TABLE t (id INTEGER, v TEXT)"));
    (world.lite(&name), None)
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn text_between_databases_of_different_encodings() {
    let world = world();
    let places =
        |end: &str| [LITE, LITE_16, PG, LATIN1, ASCII].map(|encoding| (encoding, place(&world, encoding, end)));
    let (sources, mut dests) = (places("src"), places("dst"));
    for (from, value, to, comes) in encodings::CASES {
        let (source, _) = &sources.iter().find(|(encoding, _)| encoding == from).unwrap().1;
        let (dest, pg) = &mut dests.iter_mut().find(|(encoding, _)| encoding == to).unwrap().1;
        let mut sql = |sql: &str| match pg {
            Some(pg) => pg.rows(sql),
            None => {
                let file = if *to == LITE { "dst_8" } else { "dst_16" };
                world.rows(file, sql).iter().map(|v| v.trim_matches('\'').to_owned()).collect()
            }
        };
        sql("DELETE FROM t");
        let call = world.copy(source, &format!("SELECT 1, {value}"), dest, "t");
        match comes {
            Ok(text) => {
                call.ok();
                assert_eq!(sql("SELECT v FROM t"), [*text], "{value} from {from} to {to}");
            }
            Err(error) => {
                call.fails(1, error);
                assert!(sql("SELECT v FROM t").is_empty(), "{value} from {from} to {to}");
            }
        }
    }
}

/// The source's own SQL can have its server send something else than UTF-8.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn text_that_is_not_utf_8_on_its_way_is_refused() {
    let (world, from, mut to) = (world(), Database::new(), Database::new());
    to.sql("CREATE TABLE t (v text); CREATE TABLE a (v text, n int8[])");
    world.lite_sql("dst", "CREATE TABLE t (v TEXT)");
    let set = "SET client_encoding TO 'LATIN1'; SELECT chr(252) AS v";
    world
        .copy(&from.url(), set, &world.lite("dst"), "t")
        .fails(1, r"row 1, column v: \xfc does not fit TEXT: it is not UTF-8");
    world.copy(&from.url(), set, &to.url(), "t").fails(1, "COPY t, line 1");
    world
        .copy(&from.url(), &format!("{set}, NULL::int[]"), &to.url(), "a")
        .fails(1, r"row 1, column v: \xfc is not UTF-8");
    world.print(&from.url(), set).fails(1, r"row 1, column v: \xfc is not UTF-8");
}

/// 100 MB in one value, for one.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn values_of_any_size_arrive_in_each_direction() {
    let (world, from, mut to) = (world(), database(false), database(true));
    world.lite_sql("src", "");
    let lite = world.lite("dst");
    for (cases, source) in [(sqlite_to_pg::BIG, world.lite("src")), (pg_to_pg::BIG, from.url())] {
        for (kind, value, check) in cases {
            to.sql(&format!("DROP TABLE IF EXISTS big; CREATE UNLOGGED TABLE big (v {kind})"));
            world.copy(&source, &format!("SELECT {value}"), &to.url(), "big").ok();
            assert_eq!(to.rows(&format!("SELECT {check} FROM big")), ["t"], "{kind}, {value}");
        }
    }
    for (cases, source) in [(pg_to_sqlite::BIG, from.url()), (sqlite_to_sqlite::BIG, world.lite("src"))] {
        for (kind, value, check) in cases {
            world.lite_sql("dst", &format!("DROP TABLE IF EXISTS big; CREATE TABLE big (v {kind})"));
            world.copy(&source, &format!("SELECT {value}"), &lite, "big").ok();
            assert_eq!(world.rows("dst", &format!("SELECT {check} FROM big")), ["1"], "{kind}, {value}");
        }
    }
}

/// Staging and merge change nothing either: all the values at once, by a module's run.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_whole_run_changes_no_value() {
    let (mut world, from, mut to) = (World::new(), database(false), database(true));
    world.set("TZ", super::support::values::ZONE);
    from.connect(&world, "pg_from");
    to.connect(&world, "pg_to");
    world.with_sqlite("lite_from", "").with_sqlite("lite_to", "");
    let into_pg = [sqlite_to_pg::BINARY, sqlite_to_pg::TEXT].concat();
    let across = [pg_to_pg::PASSED_ON, pg_to_pg::TAKEN_APART, pg_to_pg::AS_TEXT].concat();
    for (name, source, cases) in [("a", "lite_from", into_pg), ("b", "pg_from", across)] {
        to.sql(&format!("CREATE TABLE {name} ({})", columns(&cases)));
        world.module(name, source, "pg_to", name, "full", &select(&cases));
        world.run(name);
        assert_arrived(&cases, &pg_row(&mut to, name, &cases));
    }
    for (name, source, cases, strict) in [
        ("c", "pg_from", pg_to_sqlite::ARRIVES, ""),
        ("d", "pg_from", pg_to_sqlite::STRICT, "STRICT"),
        ("e", "lite_from", sqlite_to_sqlite::ARRIVES, ""),
        ("f", "lite_from", sqlite_to_sqlite::STRICT, "STRICT"),
    ] {
        world.lite_sql("lite_to", &format!("CREATE TABLE {name} ({}) {strict}", columns(cases)));
        world.module(name, source, "lite_to", name, "full", &select(cases));
        world.run(name);
        assert_arrived(cases, &lite_row(&world, "lite_to", name, cases.len()));
    }
}

/// 1600 in PostgreSQL, 2000 in SQLite.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn as_many_columns_as_a_table_can_have() {
    let (world, mut from, mut to) = (world(), Database::new(), Database::new());
    let list = |count: u32, each: fn(u32) -> String| (0..count).map(each).collect::<Vec<_>>().join(", ");
    let table = |count| list(count, |n| format!("c{n} int"));
    to.sql(&format!("CREATE TABLE t ({})", table(1600)));
    from.sql("CREATE TABLE one (i int)");
    world.lite_sql("src", &format!("CREATE TABLE t ({})", table(2000)));
    world.lite_sql("dst", &format!("CREATE TABLE t ({})", table(2000)));
    world.lite_sql("few", &format!("CREATE TABLE t ({})", table(1600)));
    let select = |count| format!("SELECT {}", list(count, |n| n.to_string()));
    world.copy(&world.lite("src"), &select(2000), &world.lite("dst"), "t").ok();
    world.copy(&world.lite("src"), &select(1600), &to.url(), "t").ok();
    world.copy(&from.url(), &select(1600), &to.url(), "t").ok();
    world.copy(&from.url(), &select(1600), &world.lite("few"), "t").ok();
    assert_eq!(to.rows("SELECT c0, c799, c1599 FROM t"), ["0|799|1599"; 2]);
    assert_eq!(world.rows("few", "SELECT c0, c799, c1599 FROM t"), ["0|799|1599"]);
    assert_eq!(world.rows("dst", "SELECT c0, c999, c1999 FROM t"), ["0|999|1999"]);
    world.copy(&world.lite("src"), &select(1601), &to.url(), "t").fails(1, "gives 1601 columns, the table t has 1600");
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn no_rows_no_columns_and_rows_of_nothing() {
    let (world, mut from, mut to) = (world(), Database::new(), Database::new());
    from.sql("CREATE TABLE s (a int, b text, c int[])");
    to.sql("CREATE TABLE t (a int, b text, c int[])");
    world.lite_sql("src", "CREATE TABLE s (a, b, c)");
    world.lite_sql("dst", "CREATE TABLE t (a INTEGER, b TEXT, c)");
    for source in [from.url(), world.lite("src")] {
        for dest in [to.url(), world.lite("dst")] {
            world.copy(&source, "SELECT * FROM s", &dest, "t").ok().prints("0 rows\n");
            world.copy(&source, "SELECT NULL, NULL, NULL", &dest, "t").ok().prints("1 rows\n");
        }
    }
    world.copy(&from.url(), "SELECT FROM generate_series(1, 3)", &to.url(), "t").fails(1, "the query gives no columns");
    world.copy(&from.url(), "SELECT FROM s", &world.lite("dst"), "t").fails(1, "the query gives no columns");
    assert_eq!(to.rows("SELECT * FROM t"), ["NULL|NULL|NULL"; 2]);
    assert_eq!(world.rows("dst", "SELECT * FROM t"), ["NULL|NULL|NULL"; 2]);
}
