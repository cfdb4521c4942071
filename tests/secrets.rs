//! Secrets: stored in a file of their own, never in the database.

use super::support::terminal::{CTRL_C, ENTER, Terminal};
use super::support::{Call, World};
use serde_json::json;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;

fn mode(world: &World) -> u32 {
    std::fs::metadata(world.path("secrets.env")).unwrap().mode() & 0o7777
}

#[test]
fn a_secret_is_set_listed_and_unset_and_never_shown() {
    let world = World::new();
    world.call("secrets list").ok().says("there are no secrets yet");
    assert_eq!(world.json("secrets list"), json!([]));
    let set = world.call_with("secrets set DW_PW", "hunter2\n").ok().prints("stored DW_PW in ");
    assert!(!set.stdout().contains("hunter2"));
    world.call_with("secrets set '$OTHER' --json", "hunter2").ok();
    world.call("connection add dw --driver postgresql --url jdbc:postgresql://h/d --password '$DW_PW'").ok();
    world.call("connection add b --driver postgresql --url jdbc:postgresql://h/d --password '${NOWHERE}'").ok();
    world.call("connection add c --driver postgresql --url jdbc:postgresql://h/d --password '$HOME'").ok();
    assert_eq!(
        world.call("secrets ls").ok().stdout(),
        "KEY      WHERE        USED BY\nDW_PW    file         dw\nHOME     environment  c\nNOWHERE  missing      b\nOTHER    file\n"
    );
    assert_eq!(world.json("secrets list")[0], json!({"key": "DW_PW", "where": "file", "used_by": ["dw"]}));
    let set = world.call_with("secrets set DW_PW", "hunter22\n").ok().prints("replaced DW_PW in ");
    assert!(!set.stdout().contains("hunter22"));
    world.refuses("secrets unset DW_PW", 1, "the secret DW_PW is used by connection dw");
    assert_eq!(world.json("secrets list")[0]["where"], "file");
    world.call("secrets unset DW_PW --force").ok().prints("removed DW_PW");
    assert_eq!(world.json("secrets unset '$OTHER'"), json!({"key": "OTHER"}));
    assert_eq!(world.holds("hunter2", &[]), Vec::<PathBuf>::new());
}

#[test]
fn secrets_need_no_database() {
    let world = World::bare();
    world.call_with("secrets set A", "1").ok();
    world.call("secrets list").ok().prints("A    file");
}

#[test]
fn a_bad_secret_is_refused() {
    let world = World::new();
    world.call_with("secrets set A", "1").ok();
    for (line, input, code, says) in [
        ("secrets set 1A", "x", 2, "that can't be the name of a secret"),
        ("secrets set A-B", "", 2, "that can't be the name of a secret"),
        ("secrets set A", "", 2, "printf %s VALUE | pipekit secrets set A"),
        ("secrets set A", "\n", 2, "standard input is empty"),
        ("secrets set A", "a\0b", 2, "zero byte"),
        ("secrets set A", "a\u{fffe}b", 2, "it holds U+FFFE, which is no character, so that systemd would refuse"),
        ("secrets set A", &"x".repeat(100_001), 2, "it has 100001 bytes, and an environment variable takes 100000"),
        ("secrets unset B", "", 4, "`pipekit secrets list` shows"),
    ] {
        world.refuses_given(line, input, code, says);
    }
    assert_eq!(std::fs::read_to_string(world.path("secrets.env")).unwrap(), "A=\"1\"\n");
}

#[test]
fn a_new_file_is_for_its_owner_alone_and_an_old_one_keeps_its_mode() {
    let world = World::new();
    world.call_with("secrets set A", "1").ok();
    assert_eq!(mode(&world), 0o600);
    for kept in [0o640, 0o644, 0o600] {
        std::fs::set_permissions(world.path("secrets.env"), std::fs::Permissions::from_mode(kept)).unwrap();
        world.call_with("secrets set A", "2").ok();
        assert_eq!(mode(&world), kept);
        world.call_with("secrets set B", "2").ok();
        world.call("secrets unset B").ok();
        assert_eq!(mode(&world), kept);
    }
}

/// Typed by somebody, twice, and seen by nobody.
#[test]
fn a_value_is_typed_without_echo() {
    let world = World::new();
    let mut terminal = Terminal::start(&world, "secrets set DW_PW");
    terminal.until("value of DW_PW").types("hunter2 ").press(ENTER).until("again").types("hunter3").press(ENTER);
    terminal.until("the two are not the same");
    terminal.until("value of DW_PW").types("s3cr€t $x ").press(ENTER).until("again").types("s3cr€t $x ").press(ENTER);
    assert_eq!(terminal.ends(), Some(0));
    let written = terminal.written();
    assert!(
        written.contains("stored DW_PW in") && !written.contains("hunter") && !written.contains("s3cr"),
        "{written}"
    );
    assert!(terminal.is_in_order());
    assert_eq!(std::fs::read_to_string(world.path("secrets.env")).unwrap(), "DW_PW=\"s3cr€t \\$x \"\n");
    let mut terminal = Terminal::start(&world, "secrets set OTHER");
    terminal.until("value of OTHER").types("hunter2").press(CTRL_C);
    assert_eq!(terminal.ends(), Some(130));
    assert!(!terminal.written().contains("hunter"));
    assert!(terminal.is_in_order(), "the terminal echoes again");
    assert_eq!(world.json("secrets list").as_array().unwrap().len(), 1);
}

/// Root stores a secret in the file of a service, which goes on being able to read it, and its group too.
#[test]
#[ignore = "needs root: tests/run.sh"]
fn an_old_file_keeps_its_owner() {
    super::support::as_root();
    let world = World::new();
    let file = world.file("secrets.env", "A=1\n");
    std::os::unix::fs::chown(&file, Some(4321), Some(4322)).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    for change in [|world: &World| world.call_with("secrets set A", "2"), |world: &World| world.call("secrets unset A")]
    {
        change(&world).ok();
        let now = std::fs::metadata(&file).unwrap();
        assert_eq!((now.uid(), now.gid(), mode(&world)), (4321, 4322, 0o640));
    }
}

/// A change that finds no room leaves the file as it was, and nothing beside it.
#[test]
fn a_full_disk_leaves_the_file_as_it_was() {
    let world = World::new();
    world.call_with("secrets set A", "1").ok();
    let long = world.file("long", &"x".repeat(50_000));
    let mut set = world.within("--fsize=20000", "secrets set A");
    let call = Call::of("secrets set A", set.stdin(std::fs::File::open(long).unwrap()));
    call.fails(1, "can't write the secrets file");
    assert_eq!(std::fs::read_to_string(world.path("secrets.env")).unwrap(), "A=\"1\"\n");
    let mut files = world.files();
    files.retain(|name| !name.starts_with("pipekit.db"));
    files.sort();
    assert_eq!(files, ["long", "secrets.env"]);
}

/// A shell reads double quotes by the same rules as systemd and pipekit.
#[test]
fn any_value_reads_back() {
    let world = World::new();
    for value in
        ["a b", " edges ", "it's", "say \"hi\"", "$HOME `id` \\n \\", "a#b;c=d", "two\nlines", "grüße", "\t", "%!*?~"]
    {
        world.call_with("secrets set K", &format!("{value}\n")).ok();
        let shell = std::process::Command::new("bash")
            .args(["-c", ". \"$0\"; printf %s \"$K\""])
            .arg(world.path("secrets.env"))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(shell.stdout).unwrap(), value);
    }
    world.call_with("secrets set K", "windows\r\n").ok();
    assert_eq!(std::fs::read_to_string(world.path("secrets.env")).unwrap(), "K=\"windows\"\n");
}

#[test]
fn what_an_operator_wrote_into_the_file_stays() {
    let world = World::new();
    world.file("secrets.env", "# for the night\nA=1\n\nB='x'\n");
    world.call_with("secrets set A", "2").ok();
    world.call_with("secrets set C", "3").ok();
    world.call("secrets unset B").ok();
    assert_eq!(std::fs::read_to_string(world.path("secrets.env")).unwrap(), "# for the night\nA=\"2\"\n\nC=\"3\"\n");
}

#[test]
fn a_link_to_the_file_stays_a_link() {
    let world = World::new();
    world.file("real.env", "A=1\n");
    std::os::unix::fs::symlink(world.path("real.env"), world.path("secrets.env")).unwrap();
    world.call_with("secrets set A", "2").ok();
    assert!(world.path("secrets.env").is_symlink());
    assert_eq!(std::fs::read_to_string(world.path("real.env")).unwrap(), "A=\"2\"\n");
}

#[test]
fn many_who_set_at_once_all_land() {
    let mut world = World::new();
    let dir = world.path("many");
    std::fs::create_dir(&dir).unwrap();
    world.set("PIPEKIT_SECRETS", dir.join("s.env").to_str().unwrap());
    std::thread::scope(|scope| {
        for n in 0..20 {
            let world = &world;
            scope.spawn(move || world.call_with(&format!("secrets set K{n}"), "v").ok());
        }
    });
    assert_eq!(world.json("secrets list").as_array().unwrap().len(), 20);
    let left: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["s.env"]);
}

#[test]
fn the_file_is_where_it_is_said_to_be() {
    let mut world = World::new();
    world.set("PIPEKIT_SECRETS", world.path("deep/er/s.env").to_str().unwrap());
    world.call_with("secrets set A", "1").ok();
    assert_eq!(std::fs::read_to_string(world.path("deep/er/s.env")).unwrap(), "A=\"1\"\n");
    if !std::path::Path::new("/etc/pipekit/secrets.env").exists() {
        world.set("PIPEKIT_SECRETS", "");
        world.call_with("secrets set B", "1").ok();
        assert!(world.path(".config/pipekit/secrets.env").is_file());
        world.set("XDG_CONFIG_HOME", world.path("xdg").to_str().unwrap());
        world.call_with("secrets set C", "1").ok();
        assert!(world.path("xdg/pipekit/secrets.env").is_file());
    }
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let world = World::new();
    std::fs::create_dir(world.path("secrets.env")).unwrap();
    world.refuses("secrets list", 1, "can't read the secrets file");
    world.refuses_given("secrets set A", "1", 1, "secrets file");
}

#[test]
fn a_run_leaves_no_secret_in_any_file_or_output() {
    let world = World::orders();
    world.call_with("secrets set PW", "s3cr3t-hunter2").ok();
    for connection in ["erp", "dw"] {
        world.call(&format!("connection edit {connection} --user etl --password '$PW'")).ok();
    }
    world.call("run orders").ok();
    let mut said = String::new();
    for line in [
        "-v log show 1",
        "log show 1 --json",
        "module show orders",
        "connection show erp",
        "connection show dw --json",
        "secrets list",
        "status --json",
        "module preview orders",
    ] {
        let call = world.call(line).ok();
        said += &(call.stdout() + &call.stderr());
    }
    assert!(!said.contains("hunter2"), "{said}");
    assert_eq!(world.holds("hunter2", &["secrets.env"]), Vec::<PathBuf>::new());
}

#[test]
fn a_secret_that_is_nowhere_is_named_with_the_command_that_stores_it() {
    let world = World::orders();
    world.call("connection edit dw --password '$NOWHERE'").ok();
    world.call("run orders").fails(1, "the secret NOWHERE is neither in").says("pipekit secrets set NOWHERE");
}
