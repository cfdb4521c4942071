//! pipekit's own file: made, opened by many, refused where it is not ours.

use super::support::World;
use serde_json::json;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

#[test]
fn init_makes_the_file_and_its_folder_and_does_no_harm_twice() {
    let world = World::bare();
    let db = world.path("a/b/pipekit.db");
    let line = format!("--db {} init", db.display());
    world.call(&line).ok().prints("made ").says("next: pipekit connection add");
    let id = |w: &World| w.rows("a/b/pipekit", "SELECT value FROM settings WHERE key = 'install_id'");
    let first = id(&world);
    world.call(&line).ok().prints("there already: ");
    assert_eq!(id(&world), first);
    assert_eq!(world.call(&format!("{line} --json")).ok().json(), json!({"db": db, "created": false}));
}

#[test]
fn without_a_file_the_next_command_is_said() {
    let world = World::bare();
    for line in ["status", "log", "module list", "run orders", "--db missing/x.db status"] {
        world.refuses(line, 1, "`pipekit init` makes one");
    }
    assert!(!world.path("pipekit.db").exists() && !world.path("missing").exists());
}

/// Taken for a shop in which nothing is to do, a file that was cut to nothing would keep cron silent for ever.
#[test]
fn a_file_that_was_emptied_is_no_new_one() {
    let world = World::new();
    for text in ["", "sqlite"] {
        std::fs::remove_file(world.path("pipekit.db")).unwrap();
        match text {
            "" => drop(world.file("pipekit.db", "")),
            _ => drop(world.sqlite("pipekit.db").execute_batch("PRAGMA journal_mode = wal; VACUUM")),
        }
        for line in ["tick", "status", "module list", "run orders"] {
            world.call(line).fails(1, "is empty: there is no pipekit database in it");
        }
        world.call("doctor").fails(1, "").prints("is empty: there is no pipekit database in it");
    }
    world.call("init").ok();
    world.call("status").ok();
}

#[test]
fn fifty_processes_open_a_fresh_file_at_once() {
    let world = World::bare();
    let all: Vec<_> = (0..50).map(|_| world.start("init --json")).collect();
    for one in all {
        one.wait().ok();
    }
    assert_eq!(world.own("SELECT count(*) FROM settings WHERE key = 'install_id'"), "1");
    assert_eq!(world.own("SELECT count(*) FROM driver"), "3");
    assert_eq!(world.own("PRAGMA integrity_check"), "'ok'");
}

#[test]
fn many_who_write_at_once_all_land() {
    let world = World::erp();
    let all: Vec<_> = (0..30)
        .map(|n| {
            world.start(&format!(
                "module add m{n} --source erp --dest dw --table t --strategy append --query 'SELECT 1'"
            ))
        })
        .collect();
    for one in all {
        one.wait().ok();
    }
    assert_eq!(world.own("SELECT count(*) FROM module"), "30");
}

#[test]
fn the_flag_wins_over_the_variable_which_wins_over_the_users_folder() {
    let mut world = World::bare();
    world.call("--db flag.db init").ok();
    assert!(world.path("flag.db").is_file() && !world.path("pipekit.db").exists());
    world.call("init --db after.db").ok();
    assert!(world.path("after.db").is_file());
    if !std::path::Path::new("/var/lib/pipekit").exists() {
        world.set("PIPEKIT_DB", "");
        world.call("init").ok();
        assert!(world.path(".local/share/pipekit/pipekit.db").is_file());
        world.set("XDG_DATA_HOME", world.path("xdg").to_str().unwrap());
        world.call("init").ok();
        assert!(world.path("xdg/pipekit/pipekit.db").is_file());
    }
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let world = World::new();
    world.sqlite("pipekit.db").execute_batch("PRAGMA user_version = 99").unwrap();
    let before = std::fs::read(world.path("pipekit.db")).unwrap();
    for line in ["status", "init", "module list"] {
        world.refuses(line, 1, "the database has version 99, this pipekit knows up to ");
    }
    assert_eq!(std::fs::read(world.path("pipekit.db")).unwrap(), before);
}

#[test]
fn a_file_of_another_program_is_refused_and_left_alone() {
    let world = World::bare();
    world.sqlite("other.db").execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1)").unwrap();
    world.sqlite("versioned.db").execute_batch("PRAGMA user_version = 1").unwrap();
    world.file("text.db", &"this is no database at all\n".repeat(100));
    for (file, says) in [
        ("other.db", "SQLite file of another program"),
        ("versioned.db", "SQLite file of another program"),
        ("text.db", "file is not a database"),
    ] {
        let before = std::fs::read(world.path(file)).unwrap();
        for command in ["init", "status"] {
            world.refuses(&format!("--db {file} {command}"), 1, says);
            world.refuses(&format!("--db {file} {command}"), 1, file);
        }
        assert_eq!(std::fs::read(world.path(file)).unwrap(), before, "{file}");
    }
    std::fs::create_dir(world.path("folder")).unwrap();
    world.refuses("--db folder status", 1, "folder");
}

/// Root may write anything, so that the program is run as nobody where this is root.
#[test]
fn a_file_that_may_only_be_read_is_an_error_that_says_so() {
    use std::os::unix::process::CommandExt;
    let mut world = World::orders();
    world.with_own_program();
    let set = |name: &str, mode: u32| {
        std::fs::set_permissions(world.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set("pipekit.db", 0o444);
    set("pipekit.db.locks", 0o555);
    set("", 0o555);
    let mut command = world.command();
    if std::fs::metadata(world.path("")).unwrap().uid() == 0 {
        command.uid(65534).gid(65534);
    }
    let output = command.args(["module", "disable", "orders"]).output().unwrap();
    set("", 0o755);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("pipekit.db") && said.contains("make the file and its folder writable for this user"),
        "{said}"
    );
    assert_eq!(world.json("module show orders")["enabled"], true);
}

#[test]
fn a_copy_of_the_file_is_whole_when_nothing_runs() {
    let world = World::orders();
    world.call("run orders").ok();
    assert!(!world.path("pipekit.db-wal").exists());
    std::fs::copy(world.path("pipekit.db"), world.path("copy.db")).unwrap();
    assert_eq!(world.json("--db copy.db log")[0]["status"], "success");
}
