//! `pipekit backup`: a whole copy of pipekit's own file while others use it, and putting it back.

use super::support::aftermath::LOADS;
use super::support::disk::SmallDisk;
use super::support::{Pair, World};
use serde_json::json;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// A copy that is whole: one file, sound, in which nothing runs.
#[track_caller]
fn is_whole(world: &World, name: &str) {
    assert!(world.path(&format!("{name}.db")).is_file());
    let one = |sql: &str| world.rows(name, sql).join("\n");
    assert_eq!(one("PRAGMA integrity_check"), "'ok'");
    assert_eq!(one("PRAGMA foreign_key_check"), "");
    assert_eq!(one("PRAGMA journal_mode"), "'wal'", "it is put back as it is");
    let running = "SELECT (SELECT count(*) FROM run_log WHERE status = 'running')
                        + (SELECT count(*) FROM group_run WHERE status = 'running')
                        + (SELECT count(*) FROM group_run_member WHERE status IN ('running', 'waiting'))
                        + (SELECT count(*) FROM module WHERE running OR lock_at IS NOT NULL)";
    assert_eq!(one(running), "0");
    assert!(world.files().iter().all(|file| !file.contains(".pipekit-backup")), "{:?}", world.files());
}

fn mode(file: &Path) -> u32 {
    file.metadata().unwrap().permissions().mode() & 0o7777
}

/// Puts a backup back as docs/backup.md says.
fn put_back(world: &World, name: &str) {
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(world.path(&format!("pipekit.db{suffix}")));
    }
    std::fs::rename(world.path(&format!("{name}.db")), world.path("pipekit.db")).unwrap();
}

#[test]
fn a_backup_is_told_of_and_is_one_file() {
    let world = World::orders();
    world.run("orders");
    let told = world.call("backup copy.db").ok();
    assert_eq!(told.stderr(), "");
    let bytes = world.path("copy.db").metadata().unwrap().len();
    let line = format!(
        "backed up 1 modules and 1 runs to {} ({} kB)\n",
        world.path("copy.db").display(),
        bytes.div_ceil(1000)
    );
    assert_eq!(told.stdout(), line);
    is_whole(&world, "copy");
    assert_eq!(mode(&world.path("copy.db")), 0o600);
    // One that is there is replaced, and keeps its mode.
    world.run("orders");
    std::fs::set_permissions(world.path("copy.db"), std::fs::Permissions::from_mode(0o640)).unwrap();
    let told = world.json("backup copy.db");
    let bytes = world.path("copy.db").metadata().unwrap().len();
    assert_eq!(told, json!({"file": world.path("copy.db"), "bytes": bytes, "modules": 1, "runs": 2, "running": 0}));
    assert_eq!(
        (mode(&world.path("copy.db")), world.rows("copy", "SELECT count(*) FROM run_log")),
        (0o640, vec!["2".to_owned()])
    );
    // It is a database that can be looked at.
    assert_eq!(world.call("--db copy.db log --json").ok().json().as_array().unwrap().len(), 2);
}

#[test]
fn in_a_folder_a_backup_is_named_by_the_time() {
    let mut world = World::orders();
    std::fs::create_dir(world.path("old")).unwrap();
    world.set("PIPEKIT_CLOCK", "2026-03-10T08:00:00.5Z").call("backup old/").ok();
    world.set("PIPEKIT_CLOCK", "2026-03-11T08:00:00Z").call("backup old").ok();
    let mut names = world.files();
    names.retain(|name| name.starts_with("old/"));
    names.sort();
    assert_eq!(names, ["old/pipekit-2026-03-10T08-00-00-500Z.db", "old/pipekit-2026-03-11T08-00-00-000Z.db"]);
}

#[test]
fn what_is_no_backup_is_not_overwritten() {
    let world = World::orders();
    let before = std::fs::read(world.path("pipekit.db")).unwrap();
    world.file("notes.txt", "mine");
    symlink("pipekit.db", world.path("link.db")).unwrap();
    symlink("notes.txt", world.path("link.txt")).unwrap();
    std::fs::create_dir(world.path("other")).unwrap();
    world.call("--db other/p.db init").ok();
    for (line, code, says) in [
        ("backup pipekit.db", 2, "pipekit.db is the database itself"),
        ("backup --force pipekit.db", 2, "is the database itself"),
        ("backup ./other/../pipekit.db --force", 2, "is the database itself"),
        ("backup --force link.db", 2, "link.db is the database itself"),
        ("backup --force pipekit.db-wal", 2, "is the database itself"),
        ("backup notes.txt", 1, "notes.txt is there already, and no backup of pipekit's"),
        ("backup link.txt", 1, "--force overwrites it"),
        ("backup erp.db", 1, "no backup of pipekit's"),
        ("backup other/p.db", 1, "is a pipekit database that runs have used"),
        ("backup /dev/null", 1, "/dev/null is no file"),
        ("backup nowhere/copy.db", 1, "nowhere"),
        ("backup", 2, "<FILE>"),
    ] {
        world.refuses(line, code, says);
    }
    // SQLite would play what stands in it into the copy.
    world.file("copy.db-wal", "");
    world.refuses("backup --force copy.db", 1, "copy.db-wal is beside it, so that");
    assert_eq!(std::fs::read(world.path("pipekit.db")).unwrap(), before);
    // What a link leads to is what is replaced.
    world.call("backup --force link.txt").ok();
    assert!(world.path("link.txt").is_symlink());
    std::fs::rename(world.path("notes.txt"), world.path("forced.db")).unwrap();
    is_whole(&world, "forced");
    std::fs::hard_link(world.path("pipekit.db"), world.path("hard.db")).unwrap();
    world.call("backup --force hard.db").fails(1, "has a second name (a hard link)");
}

/// Copies that are made while processes begin, end and write are all whole, and each is of one moment.
#[test]
fn backups_while_runs_write_are_consistent() {
    let world = World::orders();
    for n in 0..3 {
        world.call(&format!("module copy orders m{n}")).ok();
    }
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for n in 0..3 {
            let (world, done) = (&world, &done);
            scope.spawn(move || {
                while !done.load(Ordering::SeqCst) {
                    world.call(&format!("run m{n}")).ok();
                }
            });
        }
        for n in 0..8 {
            world.call(&format!("backup c{n}.db")).ok();
        }
        done.store(true, Ordering::SeqCst);
    });
    for n in 0..8 {
        is_whole(&world, &format!("c{n}"));
        let torn = "SELECT count(*) FROM run_log r WHERE status = 'success'
                      AND (SELECT count(*) FROM run_step WHERE run_id = r.id AND kind = 'merge' AND duration_ms IS NOT NULL) = 0";
        assert_eq!(world.rows(&format!("c{n}"), torn), ["0"]);
    }
}

/// `orders` with a hook that waits for as long as what this gives is there.
fn in_its_hook(pair: &Pair) -> rusqlite::Connection {
    pair.src("CREATE TABLE told (n INTEGER)");
    pair.call("hook add orders --connection src --sql 'INSERT INTO told VALUES (1)'").ok();
    let session = pair.world.sqlite("src.db");
    session.execute_batch("BEGIN IMMEDIATE").unwrap();
    session
}

on_each! {
    /// Never 3, never 13: a run goes on while a backup is made. In the copy nothing says that it runs, to look at the copy
    /// does the run no harm, and with the copy put back the next run does the right thing.
    fn a_run_that_goes_on_is_not_touched_and_does_not_run_in_the_copy(pair) {
        for load in LOADS {
            let mut pair = pair.like().loading(load, "");
            // In its merge where another session can hold it there, and in its hook on SQLite.
            let (held, own) = if pair.is_on_server() { (pair.hold_merge(), None) } else { (None, Some(in_its_hook(&pair))) };
            let run = pair.world.start("run orders");
            pair.world.until_in(if own.is_some() { "hook" } else { "merge" });
            pair.call("backup copy.db").ok().says("1 run was going on; in the backup they ended with an error");
            is_whole(&pair.world, "copy");
            for look in ["status", "log", "log show orders", "why orders"] {
                pair.call(&format!("--db copy.db {look}")).ok();
            }
            let seen = pair.call("--db copy.db log show orders --json").ok().json();
            assert_eq!(seen["status"], "error");
            assert!(seen["error"].as_str().unwrap().contains("how it ended is not in this file"), "{seen}");
            drop((held, own));
            run.wait().ok();
            assert_eq!(pair.loaded(), load.new);
            put_back(&pair.world, "copy");
            pair.comes_to(load.new);
            assert_eq!(pair.world.own("SELECT group_concat(status) FROM run_log"), "'error,success,success'");
        }
    }

    /// Never 13: an older file is put back, after the destination was loaded by runs that are not in it. Their ids are
    /// given again, their receipts are of this installation, and the watermarks are where the rows are.
    fn an_older_file_that_is_put_back_loads_what_is_due(pair) {
        for load in LOADS {
            let mut pair = pair.like().loading(load, "");
            pair.call("backup copy.db").ok();
            pair.world.run("orders");
            pair.world.run("orders");
            put_back(&pair.world, "copy");
            assert_eq!(pair.world.json("log"), json!([]));
            pair.call("status").ok().prints("orders");
            pair.src("INSERT INTO orders VALUES (4, 'late', 40)");
            let run = pair.world.run("orders");
            assert_eq!(run["id"], 1, "as a run that is forgotten was called");
            let rows: Vec<&str> = load.new.iter().copied().chain(["4|late|40"]).collect();
            assert_eq!(pair.loaded(), rows);
            pair.comes_to(&rows);
        }
    }

    /// Never 13: as before, and the first run after it dies in its merge: the receipt of the forgotten run of the same id
    /// says `merged`, and is not taken for its own.
    fn a_forgotten_runs_receipt_proves_nothing_for_one_of_its_id(pair) {
        let mut pair = pair.loading(LOADS[0], "--full-by delete");
        pair.call("backup copy.db").ok();
        pair.world.run("orders");
        put_back(&pair.world, "copy");
        pair.src("INSERT INTO orders VALUES (4, 'late', 40)");
        let held = pair.hold_merge();
        let run = pair.start_merging();
        run.signal(rustix::process::Signal::KILL);
        run.wait();
        pair.world.until_quiet();
        pair.let_merge(held);
        pair.is_left(LOADS[0].new, "error", "nothing was merged");
        let rows: Vec<&str> = LOADS[0].new.iter().copied().chain(["4|late|40"]).collect();
        pair.comes_to(&rows);
    }
}

/// A bare cp of the file alone, in the middle of a run, with the copy put back: the claim in it is a dead run's, which the
/// next look settles.
#[test]
fn a_claim_in_a_file_that_was_copied_is_settled_by_the_next_look() {
    let mut pair = Pair::sqlite().loading(LOADS[0], "");
    let held = pair.hold_merge();
    let run = pair.start_merging();
    pair.world.sqlite("pipekit.db").execute("VACUUM INTO ?", [pair.world.path("copied.db").to_str().unwrap()]).unwrap();
    run.signal(rustix::process::Signal::KILL);
    run.wait();
    pair.world.until_quiet();
    pair.let_merge(held);
    put_back(&pair.world, "copied");
    assert_eq!(pair.world.own("SELECT status FROM run_log"), "'running'");
    pair.is_left(super::support::aftermath::BEFORE, "error", "nothing was merged");
    pair.comes_to(LOADS[0].new);
}

#[test]
fn a_full_disk_leaves_no_half_file() {
    let world = World::orders();
    world.run("orders");
    world.call("backup copy.db").ok();
    let before = std::fs::read(world.path("copy.db")).unwrap();
    for limit in [100_000, 200_000] {
        for name in ["copy.db", "new.db"] {
            world.call_within(&format!("--fsize={limit}"), &format!("backup {name}")).fails(1, "can't make the backup");
        }
        assert_eq!(std::fs::read(world.path("copy.db")).unwrap(), before);
        assert!(world.files().iter().all(|file| !file.contains("backup") && file != "new.db"), "{:?}", world.files());
    }
}

#[test]
#[ignore = "needs a mount: tests/run.sh"]
fn the_backups_own_disk_is_full() {
    let Some(disk) = SmallDisk::new(4 << 20) else { return };
    let world = World::orders();
    let file = disk.path().join("copy.db");
    disk.leave(50_000);
    let call = world.args(&["backup", file.to_str().unwrap()]);
    call.fails(1, "can't make the backup").says("free some space on its disk");
    assert_eq!(disk.others(&[]), [""; 0]);
    disk.empty();
    world.args(&["backup", file.to_str().unwrap()]).ok();
    assert_eq!(disk.others(&[]), ["copy.db"]);
}

/// A copy of a file that is damaged would be found out when it is needed.
#[test]
fn a_damaged_database_makes_no_backup() {
    use std::os::unix::fs::FileExt;
    let world = World::orders();
    world.run("orders");
    world.call("backup copy.db").ok();
    let before = std::fs::read(world.path("copy.db")).unwrap();
    world.own("PRAGMA wal_checkpoint(TRUNCATE)");
    let page: u64 = world.own("SELECT rootpage FROM sqlite_schema WHERE name = 'run_step_sql'").parse().unwrap();
    let file = std::fs::File::options().write(true).open(world.path("pipekit.db")).unwrap();
    file.write_all_at(&[0xff; 4096], (page - 1) * 4096).unwrap();
    world.call("backup copy.db").fails(1, "no backup was made");
    assert_eq!(std::fs::read(world.path("copy.db")).unwrap(), before);
}
