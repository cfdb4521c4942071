//! Completions: what shells make of them at a real terminal, and what an answer must never do.

use super::support::terminal::{CTRL_C, ENTER, Terminal};
use super::support::{World, project, until};
use std::process::Command;
use std::time::{Duration, Instant};

/// Modules `customers`, `orders` and `order_lines`, and in `other.db` one that is called `elsewhere`.
fn shop() -> World {
    let world = World::erp();
    for (db, names) in [("pipekit.db", &["customers", "orders", "order_lines"][..]), ("other.db", &["elsewhere"])] {
        if db == "other.db" {
            world.call("--db other.db init").ok();
            world.call("--db other.db connection add erp --driver sqlite --url jdbc:sqlite:/x.db").ok();
        }
        for name in names {
            let add =
                format!("--db {db} module add {name} --source erp --dest erp --table t --strategy full --query q");
            world.call(&add).ok();
        }
    }
    world
}

/// What is proposed for a word of a line, as fish asks: the last one is at the cursor.
fn proposed(world: &World, line: &[&str]) -> Vec<String> {
    told(world, line).into_iter().map(|one| one.split('\t').next().unwrap().to_owned()).collect()
}

/// The same with what is said of each.
fn told(world: &World, line: &[&str]) -> Vec<String> {
    let output = ask(world, line).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn ask(world: &World, line: &[&str]) -> Command {
    let mut command = world.command();
    command.arg("--").arg("pipekit").args(line).env("PIPEKIT_COMPLETE", "fish");
    command
}

/// A shell at a terminal that has the checked-in script where its package looks for it, or where it is read at its start.
fn shell(world: &World, name: &str) -> Terminal {
    let folder = |path: &str| {
        std::fs::create_dir_all(world.path(path)).unwrap();
        path.to_owned()
    };
    let script = |file: &str, to: String| {
        std::fs::copy(project().join("completions").join(file), world.path(&to)).unwrap();
    };
    match name {
        "bash" => {
            script("pipekit.bash", "pipekit.bash".to_owned());
            world.file("rc", "PS1='ready> '; source pipekit.bash\n");
            Terminal::start_other(world, &["bash", "--rcfile", "rc", "-i"])
        }
        "bash-completion" => {
            script("pipekit.bash", folder("packages/completions") + "/pipekit");
            world.file(
                "rc",
                "PS1='ready> '; BASH_COMPLETION_USER_DIR=$PWD/packages; . /usr/share/bash-completion/bash_completion\n",
            );
            Terminal::start_other(world, &["bash", "--rcfile", "rc", "-i"])
        }
        "zsh" => {
            script("_pipekit", folder("functions") + "/_pipekit");
            world.file(
                ".zshrc",
                "PS1='ready> '; fpath=($PWD/functions $fpath); autoload -Uz compinit; compinit -u -d $PWD/dump\n",
            );
            Terminal::start_other(world, &["zsh", "-d", "-i"])
        }
        "fish" => {
            script("pipekit.fish", folder(".config/fish/completions") + "/pipekit.fish");
            world.file(
                ".config/fish/config.fish",
                "function fish_prompt; echo 'ready> '; end; function fish_greeting; end\n",
            );
            Terminal::start_other(world, &["fish", "-i"])
        }
        _ => unreachable!("{name}"),
    }
}

/// Begins with the cursor at the end of a line; what stands there then is printed, each word for itself.
#[track_caller]
fn comes_to(terminal: &mut Terminal, keys: &[&str], words: &str) {
    for key in keys {
        terminal.types(key);
        // Somebody who types looks at what came of it. A key that comes while a shell completes is not lost.
        std::thread::sleep(Duration::from_millis(300));
    }
    terminal.types("\u{1}printf '<%s>' ").types("\u{5} end").press(ENTER).until(&format!("{words}<end>"));
}

/// The same line in each shell, with the same end.
fn completes(name: &str) {
    let world = shop();
    world.file("copy.db", "");
    let mut terminal = shell(&world, name);
    terminal.until("ready> ");
    comes_to(&mut terminal, &["pipekit run cus", "\t"], "<pipekit><run><customers>");
    comes_to(&mut terminal, &["pipekit conn", "\t", "sho", "\t", "er", "\t"], "<pipekit><connection><show><erp>");
    // A longer beginning is common to two.
    comes_to(&mut terminal, &["pipekit run o", "\t", "s", "\t"], "<pipekit><run><orders>");
    comes_to(&mut terminal, &["pipekit run orders --dr", "\t"], "<pipekit><run><orders><--dry-run>");
    comes_to(&mut terminal, &["pipekit --db other.db run ", "\t"], "<pipekit><--db><other.db><run><elsewhere>");
    comes_to(&mut terminal, &["pipekit --db=other.db run el", "\t"], "<pipekit><--db=other.db><run><elsewhere>");
    comes_to(&mut terminal, &["pipekit backup cop", "\t"], "<pipekit><backup><copy.db>");
    comes_to(&mut terminal, &["pipekit --db nowhere.db run x", "\t"], "<pipekit><--db><nowhere.db><run><x>");
    let before = terminal.written().len();
    terminal.types("pipekit module show ");
    for _ in 0..2 {
        std::thread::sleep(Duration::from_millis(300));
        terminal.types("\t");
    }
    let all = |text: &str| ["customers", "order_lines", "orders"].iter().all(|module| text.contains(module));
    until("all are listed", || all(&terminal.written()[before..]));
    terminal.press(CTRL_C);
    let written = terminal.written();
    assert!(!written.contains("error") && !written.contains("not found"), "{written}");
}

#[test]
fn bash_completes() {
    completes("bash");
}

#[test]
#[ignore = "needs bash-completion: tests/run.sh"]
fn bash_completes_with_its_package() {
    completes("bash-completion");
}

#[test]
#[ignore = "needs zsh: tests/run.sh"]
fn zsh_completes_from_the_first_time_on() {
    completes("zsh");
}

#[test]
#[ignore = "needs fish: tests/run.sh"]
fn fish_completes() {
    completes("fish");
}

#[test]
fn what_is_there_is_proposed_where_it_is_named() {
    let world = shop();
    world.call("group add nightly --members orders").ok();
    world.call("schedule add nightly '0 3 * * *'").ok();
    world.call("watermark add orders since --connection erp --sql 'SELECT 1'").ok();
    world.call("watermark add customers known --connection erp --sql 'SELECT 1'").ok();
    world.call("hook add orders --connection erp --sql 'SELECT 1'").ok();
    world.call_with("secrets set DW_PW", "s3cret").ok();
    world.file("query.sql", "SELECT 1");
    world.call("run customers --dry-run").code(1);
    for (line, names) in [
        (&["run", ""][..], &["customers", "order_lines", "orders"][..]),
        (&["module", "rehearse", "order"], &["order_lines", "orders"]),
        (&["module", "add", ""], &[]),
        (&["group", "run", ""], &["nightly"]),
        (&["why", ""], &["customers", "nightly", "order_lines", "orders"]),
        (&["group", "add", "g", "--members", "orders,cu"], &["orders,customers"]),
        (&["connection", "test", ""], &["dw", "erp"]),
        (&["module", "edit", "orders", "--dest", "d"], &["dw"]),
        (&["connection", "add", "x", "--driver", "sqli"], &["sqlite"]),
        (&["driver", "edit", "sqlite", "--kind", "sql"], &["sqlserver", "sqlite"]),
        (&["watermark", "show", "orders", ""], &["since"]),
        (&["watermark", "show", "customers", ""], &["known"]),
        (&["watermark", "show", "nothing", ""], &[]),
        (&["hook", "show", ""], &["1"]),
        (&["schedule", "disable", ""], &["1"]),
        (&["schedule", "add", "nightly", "@daily", "--timezone", "Europe/Berl"], &["Europe/Berlin"]),
        (&["log", "show", ""], &["1"]),
        (&["settings", "set", "log_r"], &["log_retention"]),
        (&["secrets", "unset", ""], &["DW_PW"]),
        (&["connection", "edit", "erp", "--password", "$"], &["$DW_PW"]),
        (&["module", "add", "x", "--strategy", ""], &["full", "incremental", "append"]),
        (&["--json", "-q", "run", "cus"], &["customers"]),
        (&["--db", "other.db", "run", ""], &["elsewhere"]),
        (&["--db=other.db", "run", ""], &["elsewhere"]),
        (&["--db", "~/other.db", "run", ""], &["elsewhere"]),
        (&["run", "--db", "other.db", ""], &["elsewhere"]),
        (&["hook", "add", "orders", "--sql", "@que"], &["@query.sql"]),
        (&["status", ""], &[]),
        (&["wat"], &["watermark"]),
        (&["run", "-"], &["--dry-run", "--db", "--json", "--quiet", "--verbose", "--color", "--help"]),
    ] {
        let mut found = proposed(&world, line);
        let mut names = names.to_vec();
        names.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, names, "{line:?}");
    }
    assert_eq!(told(&world, &["run", "cus"]), ["customers\tfull, erp to erp.t"]);
    assert_eq!(told(&world, &["hook", "show", ""]), ["1\torders on success: SELECT 1"]);
    assert!(told(&world, &["modu"])[0].starts_with("module\t"));
    assert_eq!(world.holds("s3cret", &["secrets.env"]).len(), 0);
}

/// A TAB settles no dead run, migrates no older file, and makes no file, whatever there is or is not.
#[test]
fn an_answer_changes_nothing() {
    let world = shop();
    world
        .sqlite("pipekit.db")
        .execute_batch(
            "UPDATE module SET running = 1, lock_at = '2026-03-10T08:00:00.000Z';
             INSERT INTO run_log (module_id, module_name, triggered_by, started_at, status, merge_strategy)
             VALUES (1, 'customers', 'manual', '2026-03-10T08:00:00.000Z', 'running', 'full')",
        )
        .unwrap();
    world.sqlite("other.db").execute_batch("PRAGMA user_version = 4").unwrap();
    world.file("text.db", "not a database, but a text of some length, so that it can be read as one");
    world.file("empty.db", "");
    let state = || {
        let mut files = world.files();
        files.sort();
        files.into_iter().map(|name| (std::fs::read(world.path(&name)).unwrap(), name)).collect::<Vec<_>>()
    };
    let before = state();
    assert_eq!(proposed(&world, &["run", ""]), ["customers", "order_lines", "orders"]);
    assert_eq!(proposed(&world, &["--db", "other.db", "run", ""]), ["elsewhere"]);
    for db in ["text.db", "empty.db", "nowhere.db", "nowhere/at.db", ".", "/dev/null", ""] {
        assert_eq!(proposed(&world, &["--db", db, "run", ""]), [""; 0], "{db}");
    }
    assert!(state() == before, "a file was changed");
    // Where others have it open, they are not kept waiting.
    let other = world.sqlite("pipekit.db");
    other.execute_batch("BEGIN EXCLUSIVE; UPDATE module SET notes = 'x'").unwrap();
    assert_eq!(proposed(&world, &["run", ""]), ["customers", "order_lines", "orders"]);
    other.execute_batch("ROLLBACK").unwrap();
}

/// With 10,000 modules an answer takes less than 30 ms by the program that is installed; this is a debug build on a
/// machine that does other things.
#[test]
fn an_answer_comes_at_once() {
    let world = shop();
    world
        .sqlite("pipekit.db")
        .execute_batch(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
             INSERT INTO module (name, source_connection_id, dest_connection_id, dest_table, staging_table, source_query,
                                 merge_strategy, created_at, updated_at)
             SELECT 'm' || i, 1, 1, 't', 's', 'q', 'full', 't', 't' FROM n",
        )
        .unwrap();
    let quickest = |line: &[&str], names: usize| {
        let times = (0..5).map(|_| {
            let since = Instant::now();
            assert_eq!(proposed(&world, line).len(), names);
            since.elapsed()
        });
        times.min().unwrap()
    };
    let few = quickest(&["run", "m123"], 11);
    let all = quickest(&["run", ""], 10_003);
    println!("an answer of 11 in {few:?}, of 10,003 in {all:?}");
    assert!(few < Duration::from_millis(150) && all < Duration::from_millis(400), "{few:?} {all:?}");
}

/// A variable that is empty is none, and a shell that is unknown gets nothing.
#[test]
fn only_a_shell_is_answered() {
    let world = shop();
    let call = |value: &str| world.command().args(["module", "list"]).env("PIPEKIT_COMPLETE", value).output().unwrap();
    assert!(String::from_utf8_lossy(&call("").stdout).contains("customers"));
    let unknown = call("tcsh");
    assert_eq!((unknown.stdout, unknown.stderr), (Vec::new(), Vec::new()));
}
