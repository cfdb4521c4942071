//! Disks that are full: pipekit's own, the destination's, the staging tables', the temporary files'. What was there
//! stays whole, the log says what happened, and with space again all goes on.

use super::support::aftermath::{BEFORE, LOADS, Load};
use super::support::disk::SmallDisk;
use super::support::postgres::{Database, server};
use super::support::{Call, Pair, World};

/// From no space to plenty, so that each write of a run, from its claim to its end, is the first to fail in one of them.
fn sweep(pair: &mut Pair, load: Load, run: impl Fn(&World, u64) -> Call) {
    let ends = pair.sweep(load, (0..40).map(|n| n * 12 * 1024), run);
    assert!(ends.iter().all(|end| matches!(end, Some(0 | 1))), "{ends:?}");
    let done = ends.iter().filter(|end| **end == Some(0)).count();
    assert!(done >= 2 && ends.len() - done >= 10, "{ends:?}");
}

on_each! {
    /// Never 3, never 13: no file may grow beyond a limit, from the claim to the end of the run.
    fn files_that_may_not_grow(pair) {
        let mut pair = pair.loading(LOADS[2], "");
        sweep(&mut pair, LOADS[2], |world, space| world.call_within(&format!("--fsize={space}"), "run orders"));
    }
}

/// Never 3, never 13: pipekit's own file is on a disk that is full, from the claim to the end of the run.
#[test]
#[ignore = "needs a mount: tests/run.sh"]
fn pipekits_own_disk_is_full() {
    let Some(disk) = SmallDisk::new(4 << 20) else { return };
    let mut pair = Pair::sqlite().loading(LOADS[2], "");
    disk.take(&pair.world, "pipekit.db");
    sweep(&mut pair, LOADS[2], |world, space| {
        disk.leave(space);
        let call = world.call("run orders");
        disk.empty();
        call
    });
    assert_eq!(disk.others(&["pipekit.db", "pipekit.db.locks"]), [""; 0]);
}

/// Never 13: the disk fills up while the merge goes on, which is committed and can't be written down.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_merge_that_can_not_be_written_down_is_found_to_have_happened() {
    for load in LOADS {
        let mut pair = Pair::postgres().loading(load, "");
        let mut held = pair.pg().session();
        held.batch_execute("BEGIN; LOCK TABLE orders IN EXCLUSIVE MODE").unwrap();
        let run = pair.start_merging();
        run.limit_files(Some(0));
        drop(held);
        run.wait().fails(1, "run 1 can't be written down, and the next command finds out what it did");
        pair.is_left(load.new, "success", "its process ended in the step merge merge");
        pair.comes_to(load.new);
    }
}

on_each! {
    /// Never 3: the disk fills up while hooks run, so that the end of the run can't be written down.
    fn an_end_that_can_not_be_written_down_is_settled(pair) {
        let mut pair = pair.loading(LOADS[1], "");
        pair.src("CREATE TABLE told (n INTEGER)");
        pair.call("hook add orders --connection src --sql 'INSERT INTO told VALUES (1)'").ok();
        let held = pair.world.sqlite("src.db");
        held.execute_batch("BEGIN IMMEDIATE").unwrap();
        let run = pair.world.start("run orders");
        pair.world.until_in("hook");
        run.limit_files(Some(0));
        drop(held);
        run.wait().fails(1, "run 1 can't be written down");
        assert_eq!(pair.world.rows("src", "SELECT n FROM told"), ["1"]);
        pair.is_left(LOADS[1].new, "success", "the merge was committed; 1 hooks failed or did not run");
        pair.comes_to(LOADS[1].new);
    }
}

/// A query that gives what `load` is to bring, and so many rows of 100 bytes besides.
fn many(load: Load, rows: usize) -> String {
    format!(
        "{} UNION ALL SELECT i + 1000, '{}', i FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n \
         WHERE i < {rows}) SELECT i FROM n)",
        load.query,
        "x".repeat(80)
    )
}

/// The kind of the step in which the newest run failed.
fn failed_in(world: &World) -> String {
    world.own("SELECT kind FROM run_step WHERE run_id = (SELECT max(id) FROM run_log) AND error IS NOT NULL")
}

/// The disk of an SQLite destination is full in the transfer, and in the merge, by a limit or in truth.
fn sqlite_destination_is_full(disk: Option<&SmallDisk>) {
    for load in LOADS {
        let mut pair = Pair::sqlite().loading(load, "");
        if let Some(disk) = disk {
            disk.empty();
            disk.take(&pair.world, "dst.db");
        }
        // Of 80,000 rows staging takes 8 MB; of 20,000 it takes 2 MB, and the merge as much again.
        for (rows, space, step) in [(80_000, 5 << 20, "transfer"), (20_000, 3 << 20, "merge")] {
            pair.world.args(&["module", "edit", "orders", "--query", &many(load, rows)]).ok();
            let call = match disk {
                Some(disk) => {
                    let taken = std::fs::metadata(disk.path().join("dst.db")).unwrap().len();
                    disk.leave(space - taken);
                    pair.call("run orders")
                }
                None => pair.world.call_within(&format!("--fsize={space}"), "run orders"),
            };
            call.fails(1, "dst: ");
            assert_eq!(failed_in(&pair.world), format!("'{step}'"), "{load:?}");
            pair.is_left(BEFORE, "error", "");
            if let Some(disk) = disk {
                assert_eq!(disk.others(&["dst.db"]), [""; 0]);
                disk.empty();
            }
        }
        pair.world.args(&["module", "edit", "orders", "--query", load.query]).ok();
        pair.comes_to(load.new);
        assert_eq!(pair.rows("PRAGMA integrity_check"), ["ok"]);
    }
}

/// Never 11, never 13.
#[test]
fn an_sqlite_destination_that_may_not_grow() {
    sqlite_destination_is_full(None);
}

/// Never 11, never 13.
#[test]
#[ignore = "needs a mount: tests/run.sh"]
fn the_disk_of_an_sqlite_destination_is_full() {
    let Some(disk) = SmallDisk::new(24 << 20) else { return };
    sqlite_destination_is_full(Some(&disk));
}

/// A tablespace on a small disk. Its tables must be gone before it is.
struct Tablespace {
    name: String,
    disk: SmallDisk,
}

impl Tablespace {
    fn new(bytes: u64) -> Option<Tablespace> {
        let disk = SmallDisk::new(bytes)?;
        let name = disk.tablespace(&mut Database::new());
        Some(Tablespace { name, disk })
    }
}

impl Drop for Tablespace {
    fn drop(&mut self) {
        if let Ok(mut admin) = postgres::Client::connect(&format!("{} dbname=postgres", server()), postgres::NoTls) {
            let _ = admin.batch_execute(&format!("DROP TABLESPACE {}", self.name));
        }
    }
}

/// Never 11, never 13: the server's disk is full under the staging table, and under the destination.
#[test]
#[ignore = "needs a mount and PostgreSQL: tests/run.sh"]
fn a_tablespace_of_a_postgresql_destination_is_full() {
    let Some(space) = Tablespace::new(16 << 20) else { return };
    for load in LOADS {
        for step in ["transfer", "merge"] {
            space.disk.empty();
            let mut pair = Pair::postgres().loading(load, "");
            let (database, name) = (pair.pg().name.clone(), &space.name);
            pair.dst("ALTER TABLE orders ALTER item TYPE text");
            pair.dst(&match step {
                "transfer" => format!("ALTER DATABASE {database} SET default_tablespace = {name}"),
                _ => format!("ALTER TABLE orders SET TABLESPACE {name}"),
            });
            pair.world.args(&["module", "edit", "orders", "--query", &many(load, 20_000)]).ok();
            space.disk.leave(1 << 20);
            pair.call("run orders").fails(1, "No space left on device");
            assert_eq!(failed_in(&pair.world), format!("'{step}'"), "{load:?}");
            pair.is_left(BEFORE, "error", "No space left on device");
            space.disk.empty();
            pair.world.args(&["module", "edit", "orders", "--query", load.query]).ok();
            pair.comes_to(load.new);
        }
    }
}

/// A source that needs more temporary files than it may have is an error of the transfer.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_postgresql_source_may_have_no_more_temporary_files() {
    let mut pair = Pair::postgres().loading(LOADS[0], "");
    let url = pair.pg().url();
    let far = format!("{url}?options=-c%20temp_file_limit=1MB%20-c%20work_mem=64kB");
    pair.world.postgresql("far", &far, &super::support::postgres::user(), "$PG_PASSWORD");
    let sorted = "SELECT i, 'x', i FROM generate_series(1, 100000) AS i ORDER BY -i";
    pair.world.args(&["module", "edit", "orders", "--source", "far", "--query", sorted]).ok();
    pair.call("run orders").fails(1, "temporary file size exceeds temp_file_limit");
    assert_eq!(failed_in(&pair.world), "'transfer'");
    pair.is_left(BEFORE, "error", "moving rows from far into staging");
    pair.world.args(&["module", "edit", "orders", "--source", "src", "--query", LOADS[0].query]).ok();
    pair.comes_to(LOADS[0].new);
}

/// As for an SQLite source, whose temporary files are where `SQLITE_TMPDIR` says.
#[test]
#[ignore = "needs a mount: tests/run.sh"]
fn the_disk_of_sqlites_temporary_files_is_full() {
    let Some(disk) = SmallDisk::new(1 << 20) else { return };
    let mut pair = Pair::sqlite().loading(LOADS[0], "");
    pair.world.set("SQLITE_TMPDIR", disk.path().to_str().unwrap());
    let sorted = format!("SELECT * FROM ({}) ORDER BY -id", many(LOADS[0], 60_000));
    pair.world.args(&["module", "edit", "orders", "--query", &sorted]).ok();
    pair.call("run orders").fails(1, "database or disk is full");
    assert_eq!(failed_in(&pair.world), "'transfer'");
    pair.is_left(BEFORE, "error", "moving rows from src into staging");
    assert_eq!(disk.others(&[]), [""; 0]);
    pair.world.args(&["module", "edit", "orders", "--query", LOADS[0].query]).ok();
    pair.comes_to(LOADS[0].new);
}

/// The secrets that were there are there, to the byte, and nothing half is left beside them.
#[test]
fn secrets_are_whole_when_the_disk_is_full() {
    let world = World::new();
    for key in ["DB2PW", "PGPW"] {
        world.call_with(&format!("secrets set {key}"), &"s3cret".repeat(20)).ok();
    }
    let value = world.file("value", "another");
    let before = std::fs::read(world.path("secrets.env")).unwrap();
    for line in ["secrets set OTHER", "secrets set DB2PW", "secrets unset DB2PW --force"] {
        let mut command = world.within("--fsize=100", line);
        command.stdin(std::fs::File::open(&value).unwrap());
        Call::of(line, &mut command).fails(1, "can't write the secrets file");
        assert_eq!(std::fs::read(world.path("secrets.env")).unwrap(), before, "{line}");
    }
    let names: Vec<_> = std::fs::read_dir(world.path("")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
}
