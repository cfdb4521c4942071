//! The service and an operator of its group on one database, each under a user and umask of its own, as `deploy.sh` sets
//! the folder up: whoever makes a file first, the other can go on with it.

use super::support::{ENDLESS, Signal, World, as_root, until};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

const GROUP: u32 = 64100;
const AS: &[&str] = &["sh", "-c", "umask $0; exec \"$@\""];
const SERVICE: &[&str] = &["0007", "setpriv", "--reuid=64101", "--regid=64100", "--clear-groups"];
/// Whose own group is another.
const OPERATOR: &[&str] = &["0022", "setpriv", "--reuid=64102", "--regid=64102", "--groups=64100"];
/// Whose files are nobody else's if he doesn't say otherwise.
const SECRETIVE: &[&str] = &["0077", "setpriv", "--reuid=64104", "--regid=64104", "--groups=64100"];

fn by(user: &[&'static str]) -> Vec<&'static str> {
    [AS, user].concat()
}

fn give(path: &Path, owner: u32, mode: u32) {
    chown(path, Some(owner), Some(GROUP)).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// An empty folder of the service's, group-writable and setgid.
fn state() -> World {
    let mut world = World::bare();
    world.with_own_program();
    give(&world.path(""), 64101, 0o2770);
    world
}

/// The group may read and write whatever there is of the database, and nobody else.
#[track_caller]
fn all_shared(world: &World) {
    let locks = std::fs::read_dir(world.path("pipekit.db.locks")).unwrap();
    let files = std::fs::read_dir(world.path("")).unwrap().chain(locks).map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.filter(|path| path.to_str().unwrap().contains(".db")).collect();
    assert!(files.len() > 2, "{files:?}");
    for path in files {
        // SQLite removes its files when the last has closed them.
        let Ok(file) = path.metadata() else { continue };
        let wanted = if file.is_dir() { 0o2770 } else { 0o660 };
        assert_eq!((file.gid(), file.mode() & 0o7777), (GROUP, wanted), "{}: {:o}", path.display(), file.mode());
    }
}

/// Never 2, never 3: in both orders, at once, and when one is killed.
#[test]
#[ignore = "needs root: tests/run.sh"]
fn an_operator_works_beside_the_service_whoever_is_first() {
    as_root();
    for (first, second) in [(SERVICE, OPERATOR), (OPERATOR, SERVICE), (SECRETIVE, OPERATOR)] {
        let (first, second) = (by(first), by(second));
        let world = state();
        let call = |who: &[&str], line: &str| world.call_under(who, line);
        call(&first, "init").ok();
        all_shared(&world);
        for name in ["src", "a", "b"] {
            world.sqlite(&format!("{name}.db")).execute_batch("CREATE TABLE t (id, item, qty)").unwrap();
            give(&world.path(&format!("{name}.db")), 64101, 0o660);
            let url = format!("jdbc:sqlite:{}", world.path(&format!("{name}.db")).display());
            call(&second, &format!("connection add {name} --driver sqlite --url {url}")).ok();
        }
        let add = "--source src --table t --strategy full --min-rows 0 --query";
        call(&second, &format!("module add a --dest a {add} \"{ENDLESS}\"")).ok();
        call(&first, &format!("module add b --dest b {add} 'SELECT 1, 2, 3'")).ok();

        // Both at once: one in the middle of a run, the other all through another.
        let run = world.start_under(&first, "run a");
        world.until_in("transfer");
        call(&second, "run b").ok();
        call(&second, "run a").fails(3, "already running");
        all_shared(&world);
        run.signal(Signal::KILL);
        run.wait();
        world.until_quiet();
        // The other settles it, and goes on with what the first has left.
        assert_eq!(call(&second, "status --json").ok().json()["modules"][0]["status"], "error");
        call(&second, "module edit a --query 'SELECT 1, 2, 3'").ok();
        call(&second, "run a").ok();
        call(&first, "run a b").ok();
        all_shared(&world);
        assert_eq!(world.own("SELECT count(*) FROM run_log WHERE status = 'success'"), "4");
    }
}

/// A folder that no group shares keeps its files as the umask has them.
#[test]
fn a_folder_of_ones_own_stays_ones_own() {
    let world = World::bare();
    std::fs::set_permissions(world.path(""), std::fs::Permissions::from_mode(0o755)).unwrap();
    world.call_under(&[AS, &["0022"]].concat(), "init").ok();
    assert_eq!(world.path("pipekit.db").metadata().unwrap().mode() & 0o7777, 0o644);
    // Nor does one like /tmp.
    std::fs::create_dir(world.path("tmp")).unwrap();
    std::fs::set_permissions(world.path("tmp"), std::fs::Permissions::from_mode(0o1777)).unwrap();
    world.call_under(&[AS, &["0022"]].concat(), "init --db tmp/p.db").ok();
    assert_eq!(world.path("tmp/p.db").metadata().unwrap().mode() & 0o7777, 0o644);
}

/// Never 4: the operator reads what root has stored for the service, can't change it, and is told so; root's change
/// leaves it readable for both, and for nobody else.
#[test]
#[ignore = "needs root: tests/run.sh"]
fn secrets_are_roots_to_change_and_the_groups_to_read() {
    as_root();
    let mut world = state();
    std::fs::create_dir(world.path("etc")).unwrap();
    give(&world.path("etc"), 0, 0o750);
    let file = std::path::PathBuf::from(world.file("etc/secrets.env", "OLD=\"1\"\n"));
    give(&file, 0, 0o640);
    world.set("PIPEKIT_SECRETS", file.to_str().unwrap());
    let is_as_it_was = || {
        let found = file.metadata().unwrap();
        assert_eq!((found.uid(), found.gid(), found.mode() & 0o7777), (0, GROUP, 0o640));
    };
    world.call_with("secrets set NEW", "2").ok();
    is_as_it_was();
    let set = |who: &[&'static str]| {
        let with = [&["sh", "-c", "printf 3 | exec \"$@\"", "sh"], &*by(who)].concat();
        world.call_under(&with, "secrets set NEW").fails(1, "can't write the secrets file")
    };
    for user in [SERVICE, OPERATOR] {
        world.call_under(&by(user), "secrets list").ok().prints("NEW  file").prints("OLD  file");
        set(user).says("try it with sudo");
    }
    // Where the group may write the folder: a file that took another owner would be lost to somebody.
    give(&world.path("etc"), 0, 0o2770);
    set(OPERATOR).says("try it with sudo");
    is_as_it_was();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "OLD=\"1\"\nNEW=\"2\"\n");
    until("nothing is left", || std::fs::read_dir(world.path("etc")).unwrap().count() == 1);
}
