//! Watermarks of times that the source and the destination show otherwise: by a zone's offset, or by another form. What is
//! new is read, whatever zone a run is in.

use crate::support::jdbc::{Jdbc, JdbcDatabase};
use crate::support::{Pair, Side, World, mariadb, postgres};
use serde_json::{Value, json};

fn my() -> Side {
    Side::Mariadb(mariadb::Database::new())
}

fn pg() -> Side {
    Side::Postgres(Box::new(postgres::Database::new()))
}

/// The module that `propose` makes for a table of such a column loads each of these rows in the run after it came.
#[track_caller]
fn proposed(mut pair: Pair, zone: &str, kind: &str, values: &[&str]) {
    pair.call(&format!("settings set timezone {zone}")).ok();
    pair.src(&format!("CREATE TABLE t (id INTEGER PRIMARY KEY, changed {kind} NULL)"));
    let line = "module propose --source src --dest dst --table t --watermark changed";
    let module = pair.call(line).ok().stdout();
    pair.world.call_with("module add --json-file - --create-dest", &module).ok();
    for (id, value) in values.iter().enumerate() {
        pair.src(&format!("INSERT INTO t VALUES ({id}, '{value}')"));
        assert_eq!(pair.world.run("t")["warnings"], json!([]), "{module}");
        assert_eq!(pair.rows("SELECT count(*) FROM t"), [(id + 1).to_string()], "{zone} {kind} {value}: {module}");
    }
    if kind != "TIME" {
        pair.call("watermark audit t").ok();
    }
}

const ZONES: [&str; 2] = ["Europe/Berlin", "America/New_York"];

#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn moments_of_mariadb_are_read_on_by_its_own_clock() {
    let values = ["2026-01-02 10:00:00", "2026-01-02 10:28:00", "2026-01-02 10:28:00", "2026-01-02 10:28:01"];
    for zone in ZONES {
        proposed(Pair::between(my(), pg()), zone, "TIMESTAMP", &values);
        proposed(Pair::between(my(), Side::Sqlite), zone, "TIMESTAMP(6)", &values);
    }
    proposed(Pair::between(my(), my()), "Europe/Berlin", "TIMESTAMP", &values);
}

/// By JDBC the source's session is in no zone that pipekit says: what it shows of a time is what it reads.
#[test]
#[ignore = "needs PostgreSQL, MariaDB and Java: tests/run.sh"]
fn moments_of_mariadb_by_jdbc_are_read_on_as_they_came() {
    for zone in ZONES {
        let (mut database, mut dw, world) = (mariadb::Database::new(), postgres::Database::new(), World::new());
        let _jdbc = Jdbc::install(&world, &[]);
        JdbcDatabase::of("mariadb_jdbc", &database.url(), &mariadb::user(), &mariadb::password())
            .connect(&world, "src");
        dw.connect(&world, "dst");
        world.call(&format!("settings set timezone {zone}")).ok();
        database.sql("CREATE TABLE t (id INTEGER PRIMARY KEY, changed TIMESTAMP NULL)");
        let module = world.call("module propose --source src --dest dst --table t --watermark changed").ok().stdout();
        world.call_with("module add --json-file - --create-dest", &module).ok();
        for (id, minute) in [0, 28, 28, 29].into_iter().enumerate() {
            database.sql(&format!("INSERT INTO t VALUES ({id}, '2026-01-02 10:{minute:02}:00')"));
            world.run("t");
            assert_eq!(dw.rows("SELECT count(*)::text FROM t"), [(id + 1).to_string()], "{zone}: {module}");
        }
    }
}

/// One time in all its forms, each of which the next may share.
const FORMS: [&str; 9] = [
    "2026-01-02",
    "2026-01-02 00:00",
    "2026-01-10 20:00",
    "2026-01-10 20:00:00",
    "2026-01-10 20:00",
    "2026-01-10 20:00:01",
    "2026-01-10 20:00:01.5",
    "2026-01-10 20:00:01.500",
    "2026-01-10T20:00:02",
];

#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn rows_of_sqlite_that_share_a_time_are_read_in_any_form() {
    proposed(Pair::mariadb(), "Europe/Berlin", "TIMESTAMP", &FORMS);
    proposed(Pair::postgres(), "America/New_York", "DATETIME", &FORMS);
    proposed(Pair::mariadb(), "UTC", "TIME", &["10:00:01", "10:00:01", "10:00:01.5"]);
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn moments_of_sqlite_are_compared_as_times() {
    let offsets = ["2026-01-02 12:00:01+02:00", "2026-01-02 10:00:02+00:00", "2026-01-02 05:00:02.25-05:00"];
    proposed(Pair::postgres(), "Europe/Berlin", "timestamptz", &offsets);
    // 05:00:01 there is 10:00:01 in UTC.
    let mixed = ["2026-01-02 10:00:00Z", "2026-01-02 05:00:01", "2026-01-02 05:00:01"];
    proposed(Pair::postgres(), "America/New_York", "timestamptz", &mixed);
}

/// A module whose resolver asks for the newest as it is.
fn own(pair: &mut Pair, there: &str, query: &str) {
    pair.dst(&format!("CREATE TABLE t (id INTEGER PRIMARY KEY, changed {there})"));
    pair.module("t", &format!("--table t --strategy incremental --key id --query \"{query}\""));
    let resolver = "watermark add t since --connection dst --default 2000-01-01 --sql 'SELECT max(changed) FROM t'";
    pair.call(resolver).ok();
}

/// What the last run of `t` warned of.
fn warnings(pair: &Pair) -> String {
    pair.world.run("t")["warnings"].to_string()
}

/// The value is newer than the watermark, and is never read: that is no row which the next run brings.
#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn an_offset_that_the_source_does_not_read_is_told_and_its_rows_are_passed_by() {
    let mut pair = Pair::between(my(), pg());
    pair.call("settings set timezone Europe/Berlin").ok();
    pair.src("CREATE TABLE t (id INTEGER PRIMARY KEY, changed TIMESTAMP NULL)");
    pair.src("INSERT INTO t VALUES (1, '2026-01-02 10:00:00')");
    own(&mut pair, "timestamptz", "SELECT id, changed FROM t WHERE changed >= '{since}'");
    assert_eq!(warnings(&pair), "[]");
    pair.src("INSERT INTO t VALUES (2, '2026-01-02 10:28:00'), (3, '2026-01-02 10:29:00'), (4, '2026-01-02 12:00:00')");
    let why = "ends in an offset, +01, which src does not read";
    let instead = "to_char(MAX(\\\"COLUMN\\\") AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')";
    let told = pair.call("watermark audit t --json").code(1).json();
    let of = |told: &Value| (told["passed_by"].clone(), told["to_come"].clone());
    assert_eq!(of(&told), (json!(2), json!(1)), "{told}");
    assert_eq!((&told["late"][0]["at_least"], &told["overlap"]), (&json!(null), &json!(null)), "{told}");
    pair.call("watermark audit t").code(1).prints("has passed 2 rows by").says("no overlap mends that");
    for told in [warnings(&pair), pair.call("module preview t --json").ok().json()["warnings"].to_string()] {
        assert!(told.contains(why) && told.contains(instead), "{told}");
    }
    pair.call("watermark resolve t").ok().says(why);
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn an_offset_that_sqlite_compares_as_text_is_told() {
    let mut pair = Pair::postgres();
    pair.src("CREATE TABLE t (id INTEGER PRIMARY KEY, changed TEXT)");
    pair.src("INSERT INTO t VALUES (1, '2026-01-02 10:00:00+00:00')");
    own(&mut pair, "timestamptz", "SELECT id, changed FROM t WHERE changed >= '{since}'");
    warnings(&pair);
    let told = warnings(&pair);
    assert!(told.contains("which src compares as text"), "{told}");
    // Where it is kept as it came, it is what the source has.
    let mut pair = Pair::sqlite();
    pair.src("CREATE TABLE t (id INTEGER PRIMARY KEY, changed TEXT)");
    pair.src("INSERT INTO t VALUES (1, '2026-01-02 10:00:00+00:00')");
    own(&mut pair, "TEXT", "SELECT id, changed FROM t WHERE changed >= '{since}'");
    warnings(&pair);
    assert_eq!(warnings(&pair), "[]");
}

/// Moments that are kept as text: the overlap keeps their form, and loses nothing more.
fn overlap(to: Side, there: &str, begins: &str) {
    let mut pair = Pair::between(pg(), to);
    pair.call("settings set timezone America/New_York").ok();
    pair.src("CREATE TABLE t (id INTEGER PRIMARY KEY, changed timestamptz)");
    own(&mut pair, there, "SELECT id, changed FROM t WHERE changed >= '{since}'");
    pair.src("INSERT INTO t VALUES (1, '2026-01-02 12:00:00.25+00')");
    pair.world.run("t");
    pair.src("INSERT INTO t VALUES (2, '2026-01-02 09:30:00+00'), (3, '2026-01-02 12:00:01+00')");
    pair.world.run("t");
    let told = pair.call("watermark audit t --json").code(1).json();
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    assert!(text("expression").starts_with(begins), "{told}");
    assert!(text("gives").starts_with("2026-01-02 09:00:01") && text("gives").ends_with("+00"), "{told}");
    pair.world.args(&["watermark", "edit", "t", "since", "--sql", &text("resolver_sql")]).ok();
    pair.world.run("t");
    assert_eq!(pair.rows("SELECT count(*) FROM t"), ["3"]);
    pair.call("watermark audit t").ok();
}

#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn an_overlap_of_moments_that_are_text_keeps_their_form() {
    overlap(Side::Sqlite, "TEXT", "(datetime(replace(max(changed), '+00', ''), '-3 hours') || '+00')");
    overlap(my(), "varchar(40)", "CONCAT((replace(max(changed), '+00', '') - INTERVAL 3 HOUR), '+00')");
}

/// Another zone's offset stays no constant, so that no expression is told for it.
#[test]
fn where_no_expression_can_be_proposed_it_says_so() {
    let mut pair = Pair::sqlite();
    pair.src("CREATE TABLE t (id INTEGER PRIMARY KEY, changed TEXT)");
    own(&mut pair, "TEXT", "SELECT id, changed FROM t WHERE changed >= '{since}'");
    pair.src("INSERT INTO t VALUES (1, '2026-01-02 12:00:00+05')");
    pair.world.run("t");
    pair.src("INSERT INTO t VALUES (2, '2026-01-02 10:30:00+05')");
    let told = pair.call("watermark audit t --json").code(1).json();
    assert_eq!((&told["passed_by"], &told["overlap"]), (&json!(1), &json!("1 hour 31 minutes")), "{told}");
    assert_eq!(
        (&told["expression"], &told["resolver_sql"], &told["gives"]),
        (&json!(null), &json!(null), &json!(null))
    );
    assert!(told["refused"].as_str().unwrap().contains("gives NULL"), "{told}");
    pair.call("watermark audit t").code(1).says("no expression can be proposed");
}
