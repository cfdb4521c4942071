//! Values on their way from and to MySQL: they arrive as they left, or the error names them.

use super::support::World;
use super::support::mariadb::Database;
use super::support::values::mysql::{row, source, source_behind};
use super::support::values::to_mysql::{FROM_MYSQL, FROM_PG, FROM_SQLITE, REFUSED};
use super::support::values::{
    ZONE, assert_arrived, assert_refused, columns, database, lite_row, mysql_to_pg, mysql_to_sqlite, pg_row, select,
    world,
};

/// The two ways into MySQL: what is told of one is true of the other.
fn ways(my: &Database) -> [String; 2] {
    [my.url(), format!("{}?allowLocalInfile=false", my.url())]
}

#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn values_arrive_in_postgresql() {
    let (world, mut my, mut pg) = (world(), Database::new(), database(false));
    let by_text = [mysql_to_pg::BINARY, mysql_to_pg::TEXT].concat();
    for (table, cases) in [("bin", mysql_to_pg::BINARY), ("txt", &by_text)] {
        source(&mut my, cases);
        pg.sql(&format!("CREATE TABLE {table} ({})", columns(cases)));
        world.copy(&my.url(), "SELECT * FROM s", &pg.url(), table).ok().prints("1 rows\n");
        assert_arrived(cases, &pg_row(&mut pg, table, cases));
    }
}

#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn a_misfit_in_postgresql_is_named() {
    let (world, mut my, mut pg) = (world(), Database::new(), database(false));
    assert_refused(mysql_to_pg::REFUSED, |kind, value| {
        source_behind(&mut my, value);
        pg.sql(&format!("DROP TABLE IF EXISTS t; CREATE TABLE t (id int, v {kind})"));
        let call = world.copy(&my.url(), "SELECT id, v FROM s ORDER BY id", &pg.url(), "t");
        (call.stderr(), call.output.status.code(), pg.rows("SELECT count(*) FROM t").join(""))
    });
}

#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn values_arrive_in_sqlite() {
    let (world, mut my, cases) = (world(), Database::new(), mysql_to_sqlite::ARRIVES);
    source(&mut my, cases);
    world.lite_sql("dst", &format!("CREATE TABLE t ({})", columns(cases)));
    world.copy(&my.url(), "SELECT * FROM s", &world.lite("dst"), "t").ok().prints("1 rows\n");
    assert_arrived(cases, &lite_row(&world, "dst", "t", cases.len()));
    assert_refused(mysql_to_sqlite::REFUSED, |kind, value| {
        source_behind(&mut my, value);
        world.lite_sql("dst", &format!("DROP TABLE IF EXISTS t; CREATE TABLE t (id INTEGER, v {kind})"));
        let call = world.copy(&my.url(), "SELECT id, v FROM s ORDER BY id", &world.lite("dst"), "t");
        (call.stderr(), call.output.status.code(), world.rows("dst", "SELECT count(*) FROM t").join(""))
    });
}

#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn values_arrive_in_mysql_by_either_way() {
    let (world, mut from, mut my, pg) = (world(), Database::new(), Database::new(), database(false));
    world.lite_sql("src", "");
    source(&mut from, FROM_MYSQL);
    for (cases, url, sql) in [
        (FROM_SQLITE, world.lite("src"), select(FROM_SQLITE)),
        (FROM_PG, pg.url(), select(FROM_PG)),
        (FROM_MYSQL, from.url(), "SELECT * FROM s".to_owned()),
    ] {
        for way in ways(&my) {
            my.sql(&format!("DROP TABLE IF EXISTS t; CREATE TABLE t ({})", columns(cases)));
            world.copy(&url, &sql, &way, "t").ok().prints("1 rows\n");
            assert_arrived(cases, &row(&mut my, "t", cases));
        }
    }
}

#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn a_misfit_in_mysql_is_named_by_either_way() {
    let (world, mut my) = (world(), Database::new());
    world.lite_sql("src", "");
    for way in ways(&my) {
        assert_refused(REFUSED, |kind, value| {
            my.sql(&format!("DROP TABLE IF EXISTS t; CREATE TABLE t (id int, v {kind})"));
            let good = match kind {
                _ if value != "NULL" && !kind.contains("NOT NULL") => "NULL",
                _ if kind.starts_with("timestamp") => "'2026-01-02 03:04:05'",
                _ => "i",
            };
            let rows = format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700) SELECT i, {good} FROM n"
            );
            let call = world.copy(&world.lite("src"), &format!("{rows} UNION ALL SELECT 701, {value}"), &way, "t");
            (call.stderr(), call.output.status.code(), my.rows("SELECT count(*) FROM t").join(""))
        });
    }
}

/// Of a client's file MySQL makes warnings of all errors, and leaves the rows out.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn what_the_server_refuses_is_refused_whole() {
    let (world, mut my) = (world(), Database::new());
    world.lite_sql("src", "CREATE TABLE s (id, v); INSERT INTO s VALUES (1, 5), (2, 6), (3, 5), (4, -1), (5, 77)");
    my.sql("CREATE TABLE parent (id int PRIMARY KEY); INSERT INTO parent VALUES (5), (6)");
    for (column, ids, error) in [
        ("int UNIQUE", "1, 2, 3", "Duplicate entry '5' for key 'v'"),
        ("int CHECK (v > 0)", "1, 2, 4", "CONSTRAINT `t.v` failed"),
        ("int, FOREIGN KEY (v) REFERENCES parent (id)", "1, 2, 5", "a foreign key constraint fails"),
        ("json", "1, 2, 3", ""),
    ] {
        for way in ways(&my) {
            my.sql(&format!("DROP TABLE IF EXISTS t; CREATE TABLE t (id int, v {column})"));
            let sql = format!("SELECT id, v FROM s WHERE id IN ({ids}) ORDER BY id");
            let call = world.copy(&world.lite("src"), &sql, &way, "t");
            if error.is_empty() {
                call.ok();
                continue;
            }
            call.fails(1, error).says("one of the rows 1 to 3");
            assert_eq!(my.rows("SELECT count(*) FROM t"), ["0"], "{column}");
        }
    }
}

/// An engine without transactions keeps what came before the error, and the error says so.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn an_engine_that_takes_nothing_back_is_told_of() {
    let (world, mut my) = (world(), Database::new());
    my.sql("CREATE TABLE t (id int, v varchar(5) CHARACTER SET latin1) ENGINE=MyISAM");
    world.lite_sql("src", "CREATE TABLE s (id, v); INSERT INTO s VALUES (1, 'a'), (2, '漢')");
    let failed = world.copy(&world.lite("src"), "SELECT id, v FROM s", &my.url(), "t");
    failed.fails(1, "for column").says("at row 2").says("the table's engine takes nothing back");
}

/// What the source's session is set to, and what the destination's literals mean, changes nothing.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn modes_of_a_session_change_no_value() {
    let (world, mut from, mut to) = (world(), Database::new(), Database::new());
    let text = r"a\nb\\c''d";
    from.sql(&format!("CREATE TABLE s (v varchar(20), w varbinary(9)); INSERT INTO s VALUES ('{text}', x'5c27')"));
    for modes in ["NO_BACKSLASH_ESCAPES", "ANSI", "ANSI,NO_BACKSLASH_ESCAPES", "PAD_CHAR_TO_FULL_LENGTH", ""] {
        for way in ways(&to) {
            let sign = if way.contains('?') { '&' } else { '?' };
            to.sql("DROP TABLE IF EXISTS t; CREATE TABLE t (v varchar(20), w varbinary(9))");
            let url = format!("{way}{sign}sessionVariables=sql_mode='{modes}'");
            world.copy(&from.url(), "SELECT * FROM s", &url, "t").ok();
            assert_eq!(to.rows("SELECT v, hex(w) FROM t"), ["a\nb\\c'd|5C27"], "{modes}");
        }
    }
}

/// 100 MB in one value, for one; and rows beyond what one packet takes.
#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn values_of_any_size_arrive() {
    let (world, mut my, mut pg) = (world(), Database::new(), database(false));
    for (kind, value, check) in mysql_to_pg::BIG {
        pg.sql(&format!("DROP TABLE IF EXISTS big; CREATE UNLOGGED TABLE big (v {kind})"));
        world
            .copy(&format!("{}?sessionVariables=sql_mode=''", my.url()), &format!("SELECT {value}"), &pg.url(), "big")
            .ok();
        assert_eq!(pg.rows(&format!("SELECT {check} FROM big")), ["t"], "{kind}, {value}");
    }
    my.sql("CREATE TABLE t (v longtext, w longblob)");
    let sql = "SELECT repeat('ä', 3000000), decode(repeat('00ff', 3000000), 'hex')";
    for way in ways(&my) {
        my.sql("DELETE FROM t");
        let copied = world.copy(&pg.url(), sql, &way, "t");
        if way.contains("Infile") {
            // In hex, with the rest of the row, it is more than the server takes at once.
            copied.fails(1, "row 1 is longer than the server takes, which is max_allowed_packet");
            continue;
        }
        copied.ok();
        let check = "SELECT v = repeat('ä', 3000000), w = unhex(repeat('00ff', 3000000)) FROM t";
        assert_eq!(my.rows(check), ["1|1"]);
    }
}

#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn shapes() {
    let (world, mut my, mut pg) = (world(), Database::new(), database(false));
    my.sql("CREATE TABLE t (a int, b varchar(9), c int AS (a + 1) STORED, d int INVISIBLE, g int AS (a) VIRTUAL)");
    my.sql(
        "CREATE TABLE s (a int, p point, b varchar(9)); CREATE TABLE one (v varchar(5)); CREATE TABLE geo (p point)",
    );
    pg.sql("CREATE TABLE t (a int, b text)");
    world.lite_sql("src", "CREATE TABLE s (a, b)");
    for source in [world.lite("src"), pg.url(), my.url()] {
        for way in ways(&my) {
            my.sql("DELETE FROM t; DELETE FROM one");
            world.copy(&source, "SELECT 1, 'x' WHERE 1 = 0", &way, "t").ok().prints("0 rows\n");
            world.copy(&source, "SELECT 1, 'x'", &way, "t").ok().prints("1 rows\n");
            world.copy(&source, "SELECT 1, NULL -- the end", &way, "t").ok().prints("1 rows\n");
            world.copy(&source, "SELECT ''", &way, "one").ok().prints("1 rows\n");
            assert_eq!(my.rows("SELECT * FROM t"), ["1|x|2|1", "1|NULL|2|1"]);
            assert_eq!(my.rows("SELECT length(v) FROM one"), ["0"]);
            let wrong = world.copy(&source, "SELECT 1, 2, 3", &way, "t");
            wrong.fails(1, "the query gives 3 columns, the table t has 2");
            world
                .copy(&source, "SELECT 1", &way, "geo")
                .fails(1, "column p of geo is of type point, which can't be loaded");
            world.copy(&source, "SELECT 1", &way, "nosuch").fails(1, "ERROR 1146 (42S02)");
        }
    }
    world.copy(&my.url(), "SELECT a, p FROM s", &pg.url(), "t").fails(1, "column p is a geometry").says("ST_AsText(p)");
    world.copy(&my.url(), "SELECT 1, ?", &pg.url(), "t").fails(1, "the SQL has a `?`");
    world.copy(&my.url(), "SET @a = 7; SELECT @a, 'it\\'s; so' # the end", &pg.url(), "t").ok().prints("1 rows\n");
    world.copy(&my.url(), "INSERT INTO s VALUES (8, NULL, 'y') RETURNING a, b", &pg.url(), "t").ok().prints("1 rows\n");
    let failed = world.copy(&my.url(), "INSERT INTO s VALUES (9, NULL, 'z') RETURNING b, a", &pg.url(), "t");
    failed.fails(1, "'z' does not fit integer");
    assert_eq!(pg.rows("SELECT * FROM t ORDER BY a"), ["7|it's; so", "8|y"]);
    assert_eq!(my.rows("SELECT a FROM s"), ["8"], "what did not arrive is not gone");
}

/// Staging and merge change nothing either: all the values at once, by a module's run.
#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn a_whole_run_changes_no_value() {
    let (mut world, mut from, mut my, mut pg) = (World::new(), Database::new(), Database::new(), database(false));
    world.set("TZ", ZONE);
    from.connect(&world, "my_from");
    my.connect(&world, "my_to");
    pg.connect(&world, "pg");
    world.with_sqlite("lite", "");
    for (name, source_name, cases) in [("a", "lite", FROM_SQLITE), ("b", "pg", FROM_PG), ("c", "my_from", FROM_MYSQL)] {
        my.sql(&format!("CREATE TABLE {name} ({})", columns(cases)));
        let sql = if name == "c" { "SELECT * FROM s".to_owned() } else { select(cases) };
        if name == "c" {
            source(&mut from, cases);
        }
        world.module(name, source_name, "my_to", name, "full", &sql);
        world.run(name);
        assert_arrived(cases, &row(&mut my, name, cases));
    }
    let cases = [mysql_to_pg::BINARY, mysql_to_pg::TEXT].concat();
    source(&mut from, &cases);
    pg.sql(&format!("CREATE TABLE d ({})", columns(&cases)));
    world.module("d", "my_from", "pg", "d", "full", "SELECT * FROM s");
    world.run("d");
    assert_arrived(&cases, &pg_row(&mut pg, "d", &cases));
}
