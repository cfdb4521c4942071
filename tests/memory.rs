//! Memory stays flat: what a process took at most, while it moved few rows and many.

use super::support::mariadb;
use super::support::postgres::Database;
use super::support::{Pair, World};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// What a process of the program has taken at most so far, in KiB; `None` when it is gone, or not yet the program.
fn peak(pid: u32) -> Option<u64> {
    let process = Path::new("/proc").join(pid.to_string());
    // Before it becomes the program, it is a copy of this one.
    if std::fs::read_link(process.join("exe")).ok()? != Path::new(env!("CARGO_BIN_EXE_pipekit")) {
        return None;
    }
    let status = std::fs::read_to_string(process.join("status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// What a load of so many rows takes at most.
#[track_caller]
fn moved(world: &World, rows: u64, source: &str, sql: &str, dest: Option<(&str, &str)>) -> u64 {
    let mut command = world.jrunner(source, &sql.replace("{rows}", &rows.to_string()));
    if let Some((url, table)) = dest {
        command.args(["-dcu", url, "-dt", table]);
        if url.starts_with("jdbc:postgresql:") {
            command.args(["-dcn", &super::support::postgres::user()]);
            command.env("JRUNNER_DCP", super::support::postgres::password());
        } else if url.starts_with("jdbc:mariadb:") {
            command.args(["-dcn", &mariadb::user()]).env("JRUNNER_DCP", mariadb::password());
        }
    }
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = most.max(peak(child.id()).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(3));
    }
    assert!(child.wait().unwrap().success());
    assert!(most > 0);
    most
}

const LIMIT: u64 = 32 * 1024;

/// Asserts that many rows take little, and no more than few.
#[track_caller]
fn assert_flat(what: &str, most: impl Fn(u64) -> u64) {
    assert_flat_within(LIMIT, what, most);
}

#[track_caller]
fn assert_flat_within(limit: u64, what: &str, most: impl Fn(u64) -> u64) {
    let (few, many) = (most(50_000), most(400_000));
    assert!(many < limit && few < limit, "{what}: {few} and {many} KiB");
    assert!(many < few + 4 * 1024, "{what}: {few} and {many} KiB");
}

const LITE: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
    SELECT i, 'row ' || i, i * 0.5 FROM n";
const PG: &str = "SELECT i, 'row ' || i, i * 0.5::float8 FROM (SELECT generate_series(1, {rows})) n(i)";
const MY: &str = "SELECT seq, concat('row ', seq), seq * 0.5e0 FROM seq_1_to_{rows}";
const TABLE: &str = "(id INTEGER, v TEXT, x DOUBLE PRECISION)";

#[test]
fn flat_from_sqlite_to_sqlite() {
    let world = World::bare();
    world.lite_sql("src", "");
    world.lite_sql("dst", &format!("CREATE TABLE t {TABLE}"));
    let (from, to) = (world.lite("src"), world.lite("dst"));
    assert_flat("to a table", |rows| moved(&world, rows, &from, LITE, Some((&to, "t"))));
    assert_flat("to CSV", |rows| moved(&world, rows, &from, LITE, None));
    // Into its own file, by way of a temporary table.
    assert_flat("to itself", |rows| moved(&world, rows, &to, LITE, Some((&to, "t"))));
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn flat_with_postgresql() {
    let (world, mut pg, mut pg2) = (World::bare(), Database::new(), Database::new());
    for table in ["a", "b", "c", "d"] {
        pg.sql(&format!("CREATE TABLE {table} {TABLE}"));
        pg2.sql(&format!("CREATE TABLE {table} {TABLE}"));
    }
    pg2.sql("ALTER TABLE c ALTER x TYPE numeric(12,2); ALTER TABLE d ADD a int[]");
    world.lite_sql("src", "");
    world.lite_sql("dst", &format!("CREATE TABLE t {TABLE}"));
    let (lite, out) = (world.lite("src"), world.lite("dst"));
    assert_flat("in", |rows| moved(&world, rows, &lite, LITE, Some((&pg.url(), "a"))));
    assert_flat("out", |rows| moved(&world, rows, &pg.url(), PG, Some((&out, "t"))));
    assert_flat("passed on", |rows| moved(&world, rows, &pg.url(), PG, Some((&pg2.url(), "b"))));
    assert_flat("taken apart", |rows| moved(&world, rows, &pg.url(), PG, Some((&pg2.url(), "c"))));
    let text = PG.replace(" FROM (", ", '{1,2}'::text FROM (");
    assert_flat("as text", |rows| moved(&world, rows, &pg.url(), &text, Some((&pg2.url(), "d"))));
    assert_flat("to CSV", |rows| moved(&world, rows, &pg.url(), PG, None));
}

#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn flat_with_mysql() {
    let (world, mut pg, mut my) = (World::bare(), Database::new(), mariadb::Database::new());
    pg.sql(&format!("CREATE TABLE t {TABLE}"));
    my.sql(&format!("CREATE TABLE a {TABLE}; CREATE TABLE b {TABLE}"));
    let inserts = format!("{}?allowLocalInfile=false", my.url());
    assert_flat("in", |rows| moved(&world, rows, &pg.url(), PG, Some((&my.url(), "a"))));
    assert_flat("by INSERT", |rows| moved(&world, rows, &pg.url(), PG, Some((&inserts, "b"))));
    assert_flat("out", |rows| moved(&world, rows, &my.url(), MY, Some((&pg.url(), "t"))));
    assert_flat("to CSV", |rows| moved(&world, rows, &my.url(), MY, None));
}

/// A run is two processes, and neither grows.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_run_is_flat_in_both_its_processes() {
    let (world, mut pg) = (World::new(), Database::new());
    pg.sql(&format!("CREATE TABLE t {TABLE}"));
    pg.connect(&world, "dst");
    world.with_sqlite("src", "");
    assert_flat("a run", |rows| {
        let (name, sql) = (format!("m{rows}"), LITE.replace("{rows}", &rows.to_string()));
        world.module(&name, "src", "dst", "t", "full", &sql);
        let mut run = world.start(&format!("run {name}"));
        let (mut most, mut processes) = (0, 0);
        while !run.has_ended() {
            let peaks: Vec<u64> = world.processes().iter().filter_map(|(pid, _)| peak(*pid)).collect();
            processes = processes.max(peaks.len());
            most = most.max(peaks.into_iter().max().unwrap_or(0));
            std::thread::sleep(Duration::from_millis(10));
        }
        run.wait().ok();
        assert_eq!(processes, 2);
        most
    });
}

/// Four streams take no more with many rows than with few.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn flat_in_four_streams() {
    let mut pair = Pair::of(Some(Database::new()), Some(Database::new()));
    pair.dst(&format!("CREATE TABLE t {TABLE}"));
    pair.src(&format!("CREATE TABLE t {TABLE}"));
    pair.module("orders", "--table t --strategy full --query 'SELECT id, v, x FROM t' --split-by id --streams 4");
    let runs = |rows: u64| {
        let rows = PG.replace("{rows}", &rows.to_string());
        pair.src(&format!("TRUNCATE t; INSERT INTO t {rows}; CREATE INDEX IF NOT EXISTS by_id ON t (id); ANALYZE t"));
        let (mut run, mut most) = (pair.world.start("run orders"), 0);
        while !run.has_ended() {
            most = pair.world.running_runner().and_then(peak).unwrap_or(0).max(most);
            std::thread::sleep(Duration::from_millis(3));
        }
        run.wait().ok();
        most
    };
    // Each stream has two connections, with their buffers.
    assert_flat_within(LIMIT + 3 * 4 * 1024, "four streams", runs);
}
