//! Disks that are full: pipekit's own, the destination's, the staging tables', the temporary files'. What was there
//! stays whole, the log says what happened, and with space again all goes on.

use super::support::aftermath::{BEFORE, LOADS, Load};
use super::support::disk::SmallDisk;
use super::support::{Call, Pair, World, until};

/// Runs `orders` with more and more space, from none to plenty: each write of a run, from its claim to its end, is the
/// first to fail in one of them.
fn sweep(pair: &mut Pair, load: Load, run: impl Fn(&World, u64) -> Call) {
    let (mut failed, mut done) = (0, 0);
    for space in (0..40).map(|n| n * 12 * 1024) {
        pair.dst("DELETE FROM orders; INSERT INTO orders VALUES (0, 'old', 0)");
        let before = pair.world.own("SELECT count(*) FROM run_log");
        let call = run(&pair.world, space);
        let code = call.output.status.code();
        let rows = pair.loaded();
        assert!(matches!(code, Some(0 | 1)), "with {space}: {code:?} {}", call.stderr());
        pair.world.is_free();
        assert_eq!(pair.loaded(), rows, "with {space}: a look changed the destination");
        let is_new = rows == load.new;
        assert!(is_new || rows == BEFORE, "with {space}: {rows:?}");
        if pair.world.own("SELECT count(*) FROM run_log") == before {
            assert!(code == Some(1) && !is_new, "with {space}: it is not in the log");
        } else {
            let status = pair.world.log("orders")["status"].clone();
            assert_eq!(status, if is_new { "success" } else { "error" }, "with {space}: {}", call.stderr());
            assert!(code == Some(1) || is_new, "with {space}");
        }
        if code == Some(0) { done += 1 } else { failed += 1 }
    }
    assert!(failed >= 10 && done >= 2, "{failed} failed, {done} did not");
    pair.comes_to(load.new);
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
    assert_eq!(disk.others(&["pipekit.db"]), [""; 0]);
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
        pair.is_left(LOADS[1].new, "success", "the merge was committed; 1 hooks did not run");
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
        // Staging takes 2 MB of 5 MB, and the merge as much again; or it takes 8 MB.
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
