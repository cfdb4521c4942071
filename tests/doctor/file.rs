//! Faults of pipekit's own file, of its disk, and of who may write there.

use super::super::support::disk::SmallDisk;
use super::super::support::{World, as_root, project};
use super::{look, look_as, shop};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::{PermissionsExt, chown};

/// A user, whatever the machine's own users are.
const OTHER: &[&str] = &["setpriv", "--reuid=64102", "--regid=64100", "--clear-groups"];

fn mode(world: &World, name: &str, mode: u32) {
    std::fs::set_permissions(world.path(name), PermissionsExt::from_mode(mode)).unwrap();
}

#[test]
fn there_is_no_file() {
    let world = World::bare();
    look(&world, "")
        .finds("error", "database file", "there is no pipekit database at", "`pipekit init` makes one")
        .finds("note", "database the rest", "are looked at once the file can be used", "");
    assert!(!world.path("pipekit.db").exists() && !world.path("pipekit.db.locks").exists());
    look(&world, "--db nowhere/x.db").finds("error", "database file", "there is no pipekit database", "pipekit init");
    look(&world, "--db .").finds("error", "database file", "is a directory", "--db or $PIPEKIT_DB names a file in it");
}

#[test]
fn another_version() {
    let world = shop();
    world.sqlite("pipekit.db").execute_batch("PRAGMA user_version = 99").unwrap();
    let says = "the database has version 99, this pipekit knows up to";
    look(&world, "").finds("error", "database schema", says, "it was used with a newer pipekit: install that one");
    let old = world.sqlite("old.db");
    let first = std::fs::read_to_string(project().join("migrations/0001_init.sql")).unwrap();
    old.execute_batch(&format!("{first}; PRAGMA user_version = 1; PRAGMA application_id = 0x706b6974")).unwrap();
    drop(old);
    // The text comes first.
    let call = world.call("--db old.db doctor").ok();
    call.prints(", brought up from 1 just now");
}

/// Whatever is destroyed in it, and where, it is told, with what to do.
#[test]
fn a_damaged_file() {
    let world = shop();
    world.file("text.db", "this is no database, however long it may be: it is text");
    look(&world, "--db text.db").finds("error", "database file", "file is not a database", "restore a backup");

    world.sqlite("pipekit.db").query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let whole = std::fs::read(world.path("pipekit.db")).unwrap();
    let pages = whole.len() / 4096;
    for page in [1, 2, pages / 2, pages - 1] {
        let mut file = std::fs::OpenOptions::new().write(true).open(world.path("pipekit.db")).unwrap();
        file.seek(SeekFrom::Start(page as u64 * 4096)).unwrap();
        file.write_all(&[0x5a; 4096]).unwrap();
        drop(file);
        for flags in ["doctor --json", "doctor --full --json"] {
            let report = world.call(flags).code(1).json();
            let faults = report["checks"].as_array().unwrap().iter().filter(|c| c["status"] == "error");
            let told = faults.filter(|c| c["hint"].as_str().unwrap().contains("restore a backup")).count();
            assert!(told > 0, "page {page}: {report}");
        }
        std::fs::write(world.path("pipekit.db"), &whole).unwrap();
    }
    look(&world, "--full").all_works().finds("ok", "database contents", "nothing in it is damaged", "");
}

#[test]
fn another_journal() {
    let world = shop();
    world.sqlite("pipekit.db").query_row("PRAGMA journal_mode = delete", [], |_| Ok(())).unwrap();
    look(&world, "").all_works().finds(
        "warning",
        "database journal",
        "its journal mode is delete",
        "PRAGMA journal_mode",
    );
}

#[test]
#[ignore = "needs a mount: tests/run.sh"]
fn a_disk_that_is_full_or_nearly() {
    let Some(disk) = SmallDisk::new(64 << 20) else { return };
    let world = shop();
    disk.take(&world, "pipekit.db");
    world.call("tick").ok();
    look(&world, "").all_works().finds("warning", "database disk", "only 6", "pipekit log prune --older-than 90d");
    for free in [1 << 20, 0] {
        disk.leave(free);
        look(&world, "").finds("error", "database disk", "only ", "free some space there");
    }
    disk.empty();
    look(&world, "").all_works();
    let remount = std::process::Command::new("mount").args(["-o", "remount,ro"]).arg(disk.path()).status().unwrap();
    assert!(remount.success());
    look(&world, "").finds("error", "database file", "Read-only file system", "writable for this user").finds(
        "error",
        "database rights",
        "Read-only file system",
        "mounted for reading alone",
    );
}

#[test]
#[ignore = "needs root: tests/run.sh"]
fn what_this_user_may_not_write() {
    as_root();
    let mut world = shop();
    world.with_own_program();
    let all = ["", "pipekit.db", "pipekit.db.locks", "erp.db", "dw.db", "secrets.env"];
    let inside = std::fs::read_dir(world.path("pipekit.db.locks")).unwrap();
    let locks: Vec<String> =
        inside.map(|e| format!("pipekit.db.locks/{}", e.unwrap().file_name().to_str().unwrap())).collect();
    for name in all.iter().map(|name| (*name).to_owned()).chain(locks.clone()) {
        chown(world.path(&name), Some(64101), Some(64100)).unwrap();
        mode(&world, &name, if world.path(&name).is_dir() { 0o2770 } else { 0o660 });
    }
    // It makes its own files beside the database.
    look_as(&world, OTHER, "").all_works();

    mode(&world, "pipekit.db", 0o640);
    look_as(&world, OTHER, "")
        .finds("error", "database file", "this user may not write", "make the file and its folder writable")
        .finds("error", "database rights", "pipekit.db (of the user with the id 64101)", "`chmod g+rw` them");
    mode(&world, "pipekit.db", 0o600);
    look_as(&world, OTHER, "").finds("error", "database file", "Permission denied", "writable for this user");
    mode(&world, "pipekit.db", 0o660);

    mode(&world, &locks[0], 0o600);
    look_as(&world, OTHER, "").finds("error", "database rights", &locks[0], "`chmod g+rw` them");
    mode(&world, &locks[0], 0o660);

    mode(&world, "", 0o750);
    look_as(&world, OTHER, "").finds("error", "database rights", "this user may not write in /", "chmod g+rwxs");
    mode(&world, "", 0o2770);

    mode(&world, "secrets.env", 0o600);
    look_as(&world, OTHER, "").finds("error", "secrets file", "Permission denied", "may this user read it?");
    mode(&world, "secrets.env", 0o660);
    look_as(&world, OTHER, "").all_works();

    if std::env::var_os("PIPEKIT_TEST_NO_MOUNT").is_some() {
        return;
    }
    // The service's own secrets, which are not for this user.
    std::fs::create_dir_all(world.path("etc/pipekit")).unwrap();
    world.file("etc/pipekit/secrets.env", "A=b");
    mode(&world, "etc/pipekit/secrets.env", 0o600);
    let mount = format!("mount --bind {} /etc && exec \"$@\"", world.path("etc").display());
    let there = [&["unshare", "--mount", "sh", "-c", &mount, "sh", "env", "-u", "PIPEKIT_SECRETS"], OTHER].concat();
    let says = "this user may not read /etc/pipekit/secrets.env, so that /";
    look_as(&world, &there, "").finds("warning", "secrets file", says, "be in its group");
}
