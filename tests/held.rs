//! Locks that others hold for long: on pipekit's own file, on the destination, on the source.

use super::support::aftermath::{BEFORE, LOADS, Load, for_each};
use super::support::{Pair, World, until};
use std::time::{Duration, Instant};

/// A process of somebody else's that holds a lock on an SQLite file of a world, until it is dropped.
fn hold(world: &World, file: &str, begin: &str) -> rusqlite::Connection {
    let session = world.sqlite(file);
    session.execute_batch(begin).unwrap();
    session
}

/// `orders` with a hook that waits for as long as what this gives is there: the merge is committed by then.
fn in_its_hook(pair: &Pair) -> rusqlite::Connection {
    pair.src("CREATE TABLE told (n INTEGER)");
    pair.call("hook add orders --connection src --sql 'INSERT INTO told VALUES (1)'").ok();
    hold(&pair.world, "src.db", "BEGIN IMMEDIATE")
}

/// Never 3: others write to pipekit's own file for 20 seconds (a backup, say) while a run is to begin, another is to
/// write down what it did, and definitions change. All wait, and looks don't.
#[test]
fn pipekits_own_file_is_locked_for_20_seconds() {
    let mut pair = Pair::sqlite().loading(LOADS[1], "");
    pair.call("module copy orders later").ok();
    let hook = in_its_hook(&pair);
    let between = pair.world.start("run orders");
    pair.world.until_in("hook");
    let own = hold(&pair.world, "pipekit.db", "BEGIN IMMEDIATE");
    let since = Instant::now();
    drop(hook);
    let others: Vec<_> =
        ["run later", "module add new --source src --dest dst --table orders --strategy append --query x"]
            .map(|line| pair.world.start(line))
            .into();
    while since.elapsed() < Duration::from_secs(20) {
        for line in ["status", "log", "module list", "log show orders"] {
            let looked = Instant::now();
            pair.call(line).ok();
            assert!(looked.elapsed() < Duration::from_secs(15), "{line} waited for a writer");
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    drop(own);
    for call in [between].into_iter().chain(others) {
        call.ends().ok();
    }
    assert_eq!(pair.world.rows("src", "SELECT n FROM told"), ["1"]);
    pair.is_left(LOADS[1].new, "success", "[]");
    pair.comes_to(LOADS[1].new);
}

/// Never 3: the file is locked for longer than a run waits to write down its end, which is found out later.
#[test]
fn an_end_that_can_not_be_written_down_for_a_lock_is_settled() {
    let mut pair = Pair::sqlite().loading(LOADS[1], "");
    let hook = in_its_hook(&pair);
    let run = pair.world.start("run orders");
    pair.world.until_in("hook");
    let own = hold(&pair.world, "pipekit.db", "BEGIN IMMEDIATE");
    drop(hook);
    run.ends().fails(1, "run 1 can't be written down, and the next command finds out what it did").says("is locked");
    drop(own);
    pair.is_left(LOADS[1].new, "success", "the merge was committed; 1 hooks failed or did not run");
    pair.comes_to(LOADS[1].new);
}

/// Never 11: another session has the destination, or its staging table, to itself for longer than a run waits: 30
/// seconds, or what the URL says. By itself PostgreSQL waits for ever.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_postgresql_destination_is_locked() {
    // A load of no rows makes the gate ask what the destination holds.
    let cases = [
        (LOADS[0], None, "pipekit_staging.orders", "", "making the staging table"),
        (LOADS[0], None, "orders", " WHERE id < 0", "checking the staged rows"),
        (LOADS[0], Some("700"), "orders", "", "merging into orders"),
        (LOADS[1], Some("700"), "orders", "", "merging into orders"),
        (LOADS[2], Some("700"), "orders", "", "merging into orders"),
    ];
    for_each(&cases, |(load, patience, table, only, doing)| {
        let mut pair = Pair::postgres().loading(load, "");
        if let Some(milliseconds) = patience {
            let url = format!("{}?options=-c%20lock_timeout={milliseconds}", pair.pg().url());
            pair.world.args(&["connection", "edit", "dst", "--url", &url]).ok();
        }
        pair.call("run orders").ok();
        pair.dst("DELETE FROM orders; INSERT INTO orders VALUES (0, 'old', 0)");
        if !only.is_empty() {
            pair.call(&format!("module edit orders --query 'SELECT * FROM orders{only}'")).ok();
        }
        // A resolver may still read, as by design it has no limit but the run's.
        let mode = if load.query.contains("since") { "EXCLUSIVE" } else { "ACCESS EXCLUSIVE" };
        let mut held = pair.pg().session();
        held.batch_execute(&format!("BEGIN; LOCK TABLE {table} IN {mode} MODE")).unwrap();
        let since = Instant::now();
        pair.world.start("run orders").ends().fails(1, doing).says("another session holds its lock");
        assert!(patience.is_none() || since.elapsed() < Duration::from_secs(20), "the URL's time limit is not kept");
        drop(held);
        pair.is_left(BEFORE, "error", doing);
        pair.call(&format!("module edit orders --query '{}'", load.query)).ok();
        pair.comes_to(load.new);
    });
}

/// A pair on SQLite whose connections wait for so many milliseconds for others' locks, and no longer.
fn patient(load: Load, milliseconds: u64) -> Pair {
    let pair = Pair::sqlite().loading(load, "");
    for name in ["src", "dst"] {
        let url = format!("{}?busy_timeout={milliseconds}", pair.world.lite(name));
        pair.world.args(&["connection", "edit", name, "--url", &url]).ok();
    }
    pair
}

/// Never 11: an SQLite file is locked by another process, the destination's or the source's.
#[test]
fn an_sqlite_file_is_locked() {
    for_each(&LOADS, |load| {
        for (file, begin) in
            [("dst.db", "BEGIN EXCLUSIVE"), ("dst.db", "BEGIN IMMEDIATE"), ("src.db", "BEGIN EXCLUSIVE")]
        {
            let mut pair = patient(load, 300);
            let held = hold(&pair.world, file, begin);
            pair.world.start("run orders").ends().fails(1, "database is locked (another process holds its lock");
            drop(held);
            pair.is_left(BEFORE, "error", "database is locked");
            pair.comes_to(load.new);
        }
    });
}

/// `orders` in the middle of a merge that takes a second or two, and a reader of the destination that came in then.
fn read_in_mid_merge(pair: &mut Pair) -> (super::support::Running, rusqlite::Connection) {
    pair.dst(
        "CREATE TRIGGER slow BEFORE INSERT ON orders BEGIN SELECT max(i) FROM \
         (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT i FROM n); END",
    );
    let run = pair.world.start("run orders");
    pair.world.until_in("merge");
    let reader = pair.world.sqlite("dst.db");
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(read(&reader), 1, "the reader came too late, or saw half a merge");
    (run, reader)
}

/// How many rows the reader sees.
fn read(reader: &rusqlite::Connection) -> i64 {
    reader.query_row("SELECT count(*) FROM orders", [], |row| row.get(0)).unwrap()
}

/// Never 1, never 11: with a rollback journal a merge can't be committed while somebody reads. It waits for a reader, and
/// gives up with one that stays for longer: nothing was merged.
#[test]
fn a_reader_is_open_during_a_merge_into_sqlite() {
    for_each(&LOADS, |load| {
        let mut pair = patient(load, 500);
        let (run, reader) = read_in_mid_merge(&mut pair);
        run.ends().fails(1, "merging into orders on dst: database is locked").says("nothing was merged");
        assert_eq!(read(&reader), 1);
        drop(reader);
        pair.dst("DROP TRIGGER slow");
        pair.is_left(BEFORE, "error", "merging into orders");
        pair.comes_to(load.new);
    });
    let load = LOADS[1];
    let mut pair = patient(load, 60_000);
    let (run, reader) = read_in_mid_merge(&mut pair);
    // A writer that waits for readers to go lets no new one in. (Of another process: SQLite's own are one to it.)
    let file = pair.world.path("dst.db");
    let look = || std::process::Command::new("sqlite3").arg(&file).arg("SELECT id FROM orders").output().unwrap();
    until("the merge waits for the reader", || !look().status.success());
    assert_eq!(read(&reader), 1);
    drop(reader);
    run.ends().ok();
    pair.dst("DROP TRIGGER slow");
    pair.is_left(load.new, "success", "[]");
    pair.comes_to(load.new);
}

/// Never 1: with a write-ahead log a merge is committed beside a reader, who sees what was there before.
#[test]
fn a_reader_is_open_during_a_merge_into_sqlite_with_a_log() {
    for_each(&LOADS, |load| {
        let mut pair = patient(load, 500);
        pair.dst("PRAGMA journal_mode = WAL");
        let (run, reader) = read_in_mid_merge(&mut pair);
        run.ends().ok();
        assert_eq!(read(&reader), 1);
        drop(reader);
        pair.dst("DROP TRIGGER slow");
        pair.is_left(load.new, "success", "[]");
        pair.comes_to(load.new);
    });
}
