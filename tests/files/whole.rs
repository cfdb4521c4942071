//! A folder of definitions lands whole, or not at all.

use super::super::support::{Running, Signal, World, until};
use super::super::whole::{let_go, stop_at};
use super::{change, dump, exported, text};
use std::io::{PipeReader, Read, Write};
use std::process::Stdio;

/// Starts a command whose standard output is full, and waits until it would write there: what it shows of its plan is
/// held back, and with it what comes after.
fn held(world: &World, line: &str) -> (Running, PipeReader, usize) {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let size = rustix::pipe::fcntl_getpipe_size(&writer).unwrap();
    writer.write_all(&vec![b' '; size]).unwrap();
    let call = world.start_into(line, Stdio::from(writer));
    let mut asleep = 0;
    until("it waits with its plan", || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", call.pid())).unwrap();
        asleep = if stat.contains(") S ") { asleep + 1 } else { 0 };
        asleep == 15
    });
    (call, reader, size)
}

/// Reads what was held back, up to what is there of it.
fn read_on(mut reader: PipeReader, size: usize) -> String {
    let mut text = vec![0; size];
    reader.read_exact(&mut text).unwrap();
    let mut shown = [0; 4096];
    let mut text = Vec::new();
    // The first line may come alone.
    while !text.ends_with(b"+ module zlast\n") {
        let n = reader.read(&mut shown).unwrap();
        assert!(n > 0, "it ended: {}", String::from_utf8_lossy(&text));
        text.extend_from_slice(&shown[..n]);
    }
    // The reader goes on reading until the command ends.
    std::thread::spawn(move || while reader.read(&mut shown).is_ok_and(|n| n > 0) {});
    String::from_utf8(text).unwrap()
}

/// Two modules that are new, `zlast` the last of them.
fn with_two_more(world: &World) {
    for name in ["first", "zlast"] {
        let module =
            text(world, "defs/modules/orders.toml").replace("name = \"orders\"", &format!("name = \"{name}\""));
        world.file(&format!("defs/modules/{name}.toml"), &module);
    }
}

/// Never 10: an apply that is killed in the middle of its transaction changed nothing; done again, it changes all.
#[test]
fn an_apply_that_is_killed_in_the_middle_changed_nothing() {
    let world = exported();
    with_two_more(&world);
    change(&world, "defs/connections/dw.toml", "driver", "notes = \"new\"\ndriver");
    let before = dump(&world);
    let (call, reader, size) = held(&world, "apply defs");
    stop_at(&world, "INSERT ON hook WHEN (SELECT name FROM module WHERE id = NEW.module_id) = 'zlast'");
    assert_eq!(read_on(reader, size), "~ connection dw\n    notes  (none) → \"new\"\n+ module first\n+ module zlast\n");
    let own = world.sqlite("pipekit.db");
    own.busy_timeout(std::time::Duration::ZERO).unwrap();
    until("it is in the middle of its change", || {
        let begun = own.execute_batch("BEGIN IMMEDIATE");
        begun.is_err() || own.execute_batch("COMMIT").is_err()
    });
    call.signal(Signal::KILL);
    call.wait();
    world.until_quiet();
    let_go(&world);
    assert_eq!(dump(&world), before, "half a change");
    assert_eq!(world.own("PRAGMA integrity_check"), "'ok'");
    world.call("apply defs").ok().prints("2 added, 1 changed, 0 removed\n");
}

/// Never 10: what is wrong in the last file takes back what the first ones changed.
#[test]
fn what_is_wrong_in_the_last_file_takes_back_the_others() {
    let world = exported();
    with_two_more(&world);
    change(&world, "defs/modules/zlast.toml", "\"SELECT 2\"", "\" \"");
    world.refuses("apply defs", 2, "defs/modules/zlast.toml:33: the hook's SQL is empty");
    // By a rule of the database itself, which only the last statement meets.
    change(&world, "defs/modules/zlast.toml", "\" \"", "\"SELECT 2\"");
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON hook WHEN NEW.module_id = 3 AND NEW.run_order = 2
                  BEGIN SELECT raise(ABORT, 'no more'); END";
    world.sqlite("pipekit.db").execute_batch(refuse).unwrap();
    let before = dump(&world);
    world.call("apply defs").fails(1, "defs/modules/zlast.toml:").says("no more");
    assert_eq!(dump(&world), before);
}

/// Never 10: what was shown is what is done. Whoever changes a definition in between is not overwritten.
#[test]
fn what_is_changed_meanwhile_is_not_overwritten() {
    let world = exported();
    with_two_more(&world);
    let (call, reader, size) = held(&world, "apply defs");
    world.call("module edit orders --retries 9").ok();
    let before = dump(&world);
    read_on(reader, size);
    call.wait().fails(1, "the definitions were changed by somebody else meanwhile, and nothing was done");
    assert_eq!(dump(&world), before);
}

/// Never 10: a disk that is full in the middle of it. SQLite ends the transaction then, and nothing lands by itself.
#[test]
fn an_apply_that_finds_no_room_changed_nothing() {
    let world = exported();
    with_two_more(&world);
    for name in ["aaa", "bbb"] {
        let module = text(&world, "defs/modules/first.toml").replace("name = \"first\"", &format!("name = \"{name}\""));
        let big = format!("SELECT 1 -- {}", "x".repeat(3_000_000));
        world.file(&format!("defs/modules/{name}.toml"), &module.replace("SELECT 1", &big));
    }
    let before = dump(&world);
    let program = env!("CARGO_BIN_EXE_pipekit");
    let plain = world.command();
    let mut shell = std::process::Command::new("sh");
    shell.arg("-c").arg(format!("trap '' XFSZ; ulimit -f 5000; exec {program} apply defs")).env_clear();
    shell.current_dir(world.path("")).envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = shell.output().unwrap();
    assert!(!output.status.success(), "it had room");
    assert_eq!(dump(&world), before, "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("its disk full or failing"), "{output:?}");
    assert_eq!(world.own("PRAGMA integrity_check"), "'ok'");
    world.call("apply defs").ok().prints("4 added, 0 changed, 0 removed\n");
}
