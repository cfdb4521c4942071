//! Where pipekit's file may be, and by what names: one file has one set of locks, and what would break them is refused.

use super::support::{ENDLESS, Pair, Running, World, as_root};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

/// The module `orders` in the middle of a run.
fn running() -> (Pair, Running) {
    let pair = Pair::sqlite().with_orders();
    pair.module("orders", &format!("--table orders --strategy full --query \"{ENDLESS}\""));
    let run = pair.world.start("run orders");
    pair.world.until_in("transfer");
    (pair, run)
}

/// Never 2: by whatever name the file is reached, the locks are the same.
#[test]
fn a_file_has_the_same_locks_by_every_name() {
    let (pair, run) = running();
    let world = &pair.world;
    symlink(world.path("pipekit.db"), world.path("link.db")).unwrap();
    symlink("link.db", world.path("again.db")).unwrap();
    symlink(world.path(""), world.path("folder")).unwrap();
    std::fs::create_dir(world.path("other")).unwrap();
    symlink("../pipekit.db", world.path("other/elsewhere.db")).unwrap();
    for name in ["pipekit.db", "./other/../pipekit.db", "link.db", "again.db", "folder/link.db", "other/elsewhere.db"] {
        world.call(&format!("run orders --db {name}")).fails(3, "already running");
        let status = world.call(&format!("status --json --db {name}")).ok().json();
        assert_eq!(status["modules"][0]["running"], true, "{name}");
    }
    world.call("cancel orders --db other/elsewhere.db").ok();
    run.wait().code(130);
    for none in ["link.db.locks", "again.db.locks", "other/elsewhere.db.locks", "other/elsewhere.db-wal"] {
        assert!(!world.path(none).exists(), "{none}");
    }
}

#[test]
fn a_folder_is_no_database() {
    let world = World::bare();
    std::fs::create_dir(world.path("folder")).unwrap();
    symlink("folder", world.path("link")).unwrap();
    for name in ["folder", "link"] {
        for command in ["status", "init", "secrets unset A"] {
            let call = world.call(&format!("{command} --db {name}")).fails(1, "/folder is a directory");
            call.says("/folder/pipekit.db init`");
        }
    }
}

#[test]
fn a_file_that_is_yet_to_be_made_is_made_where_a_link_points() {
    let world = World::bare();
    std::fs::create_dir(world.path("real")).unwrap();
    symlink("real/own.db", world.path("pipekit.db")).unwrap();
    world.call("init").ok();
    assert!(world.path("real/own.db").is_file() && world.path("real/own.db.locks").is_dir());
    assert!(!world.path("pipekit.db.locks").exists());
}

/// In a container the folder may be mounted at another place.
#[test]
#[ignore = "needs root: tests/run.sh"]
fn a_file_in_a_folder_that_is_mounted_elsewhere_has_the_same_locks() {
    as_root();
    let (pair, run) = running();
    let world = &pair.world;
    std::fs::create_dir(world.path("mounted")).unwrap();
    let elsewhere = ["unshare", "--mount", "sh", "-c", "mount --bind . mounted && exec \"$@\"", "sh"];
    world.call_under(&elsewhere, "run orders --db mounted/pipekit.db").fails(3, "already running");
    world.call_under(&elsewhere, "cancel orders --db mounted/pipekit.db").ok();
    run.wait().code(130);
}

/// SQLite's own files would be beside the other name, and hold what this one does not see.
#[test]
#[ignore = "needs root: tests/run.sh"]
fn a_file_that_is_mounted_alone_is_refused() {
    as_root();
    let world = World::orders();
    std::fs::create_dir(world.path("data")).unwrap();
    world.file("data/pipekit.db", "");
    let mount = "mount --bind pipekit.db data/pipekit.db && exec \"$@\"";
    let alone = ["unshare", "--mount", "sh", "-c", mount, "sh"];
    for line in ["status", "run orders", "init"] {
        let call = world.call_under(&alone, &format!("{line} --db data/pipekit.db"));
        call.fails(1, "data/pipekit.db is mounted as a single file").says("mount its folder instead");
    }
    // By its own name it is as good as ever.
    world.call_under(&alone, "run orders").ok();
    assert!(!world.path("data/pipekit.db-wal").exists() && !world.path("data/pipekit.db.locks").exists());
}

#[test]
fn a_file_of_two_names_is_refused_as_long_as_it_has_them() {
    let world = World::orders();
    std::fs::hard_link(world.path("pipekit.db"), world.path("other.db")).unwrap();
    for line in ["status", "run orders", "status --db other.db"] {
        world.refuses(line, 1, "has a second name (a hard link)");
    }
    std::fs::remove_file(world.path("other.db")).unwrap();
    world.call("run orders").ok();
}

/// What is no network file system is not refused: here one in memory, and one of layers, as containers have.
#[test]
#[ignore = "needs root: tests/run.sh"]
fn a_file_in_memory_or_on_layers_is_as_good_as_on_a_disk() {
    as_root();
    let world = World::bare();
    for folder in ["memory", "layers"] {
        std::fs::create_dir(world.path(folder)).unwrap();
    }
    let mount = "mount -t tmpfs none memory && mkdir memory/upper memory/work memory/lower && \
                 mount -t overlay none -o lowerdir=memory/lower,upperdir=memory/upper,workdir=memory/work layers && \
                 \"$0\" init --db memory/pipekit.db && \"$0\" init --db layers/pipekit.db && \
                 \"$0\" status --db memory/pipekit.db && \"$0\" status --db layers/pipekit.db";
    world.call_under(&["unshare", "--mount", "sh", "-c", mount], "").ok().prints("made layers/pipekit.db");
}

fn set_mode(world: &World, name: &str, mode: u32) {
    std::fs::set_permissions(world.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Another user than the world's own.
const ANOTHER: &[&str] = &["setpriv", "--reuid=64101", "--regid=64100", "--clear-groups"];

/// Every command may have a dead run to settle, so that who may not write is told so at once; nothing is shown that
/// may not be true, and nothing is left beside the file that its owner could not write.
#[test]
#[ignore = "needs root: tests/run.sh"]
fn one_who_may_not_write_is_told_so_and_leaves_nothing_behind() {
    as_root();
    let mut world = World::orders();
    world.with_own_program();
    let before = || {
        let mut names: Vec<_> = std::fs::read_dir(world.path("")).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let names = before();
    let lines = ["status", "log", "log show orders", "module list", "run orders", "cancel orders", "init"];
    for (file, folder, says) in [
        (0o444, 0o555, "this user may not write "),
        (0o644, 0o777, "this user may not write "),
        (0o600, 0o755, "this user may not write "),
        (0o666, 0o755, "attempt to write a readonly database"),
        (0o666, 0o700, "Permission denied"),
    ] {
        set_mode(&world, "pipekit.db", file);
        set_mode(&world, "", folder);
        for line in lines {
            let call = world.call_under(ANOTHER, line).fails(1, says);
            assert!(call.stderr().contains("pipekit.db") && call.stderr().contains("next: "), "{}", call.stderr());
            assert_eq!(call.stdout(), "");
        }
        assert_eq!(before(), names);
    }
    world.run("orders");
    // While somebody else has it open, it is there to be read; who may not write is still told so.
    set_mode(&world, "pipekit.db", 0o644);
    set_mode(&world, "", 0o777);
    let open = world.sqlite("pipekit.db");
    open.execute_batch("BEGIN; SELECT * FROM module").unwrap();
    world.call_under(ANOTHER, "status").fails(1, "this user may not write ");
    assert_eq!(std::fs::metadata(world.path("pipekit.db-wal")).unwrap().uid(), 0);
}
