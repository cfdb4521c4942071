//! The command line itself: help, errors, JSON, colour, pipes.

use super::support::{World, project};
use std::process::Command;

/// A world with so many runs in its log.
fn with_runs(runs: u32) -> World {
    let world = World::orders();
    world
        .sqlite("pipekit.db")
        .execute_batch(&format!(
            "INSERT INTO run_log (module_id, module_name, triggered_by, started_at, finished_at, status, merge_strategy)
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {runs})
             SELECT 1, 'orders', 'manual', '2026-03-01T08:00:00.000Z', '2026-03-01T08:00:01.000Z', 'success', 'full' FROM n"
        ))
        .unwrap();
    world
}

/// Every command's words, found by reading the help as a user does.
fn commands(world: &World) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut next = 0;
    while next < all.len() {
        let command = all[next].clone();
        next += 1;
        let help = world.call(&format!("{command} -h")).ok().stdout();
        let listed = help.lines().skip_while(|l| *l != "Commands:").skip(1).take_while(|l| !l.is_empty());
        let names = listed.filter(|l| !l.starts_with("   ")).filter_map(|l| l.split_whitespace().next());
        all.extend(names.map(|name| format!("{command} {name}").trim().to_owned()));
    }
    all
}

#[test]
fn every_commands_help_fits_80_columns_and_has_an_example() {
    let world = World::bare();
    let commands = commands(&world);
    assert!(commands.len() > 60 && commands.iter().any(|c| c == "log prune"), "{commands:?}");
    for command in commands {
        for flag in ["-h", "--help"] {
            let help = world.call(&format!("{command} {flag}")).ok();
            assert_eq!(help.stderr(), "", "{command}");
            let help = help.stdout();
            assert!(help.contains("Usage: pipekit"), "{command}:\n{help}");
            assert!(command.is_empty() || help.contains("\nExample:\n  "), "{command} has no example:\n{help}");
            assert!(!help.contains("Some(") && !help.contains('\u{1b}'), "{command}:\n{help}");
            for line in help.lines() {
                assert!(line.chars().count() <= 80, "{command}: longer than 80 columns:\n{line}");
            }
        }
    }
}

/// Renewed by tests/renew.sh.
#[test]
fn the_whole_command_reference_is_as_it_is_written_down() {
    let world = World::bare();
    let mut reference = String::new();
    for command in commands(&world) {
        let help = world.call(&format!("{command} --help")).ok().stdout();
        // Flags that every command has are in the first entry only.
        let own = if command.is_empty() { help.clone() } else { without_globals(&help) };
        reference += &format!("$ pipekit {command}\n{}\n\n", own.trim_end()).replace("pipekit \n", "pipekit\n");
    }
    let path = project().join("tests/snapshots/commands.txt");
    if std::env::var_os("PIPEKIT_RENEW").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &reference).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = written.lines().zip(reference.lines()).find(|(a, b)| a != b);
    assert!(written == reference, "tests/snapshots/commands.txt is stale ({differing:?}): tests/renew.sh renews it");
}

fn without_globals(help: &str) -> String {
    let Some(from) = help.find("Global options:") else { return help.to_owned() };
    let rest = &help[from..];
    let end = rest.find("\nExample").map_or(rest.len(), |at| at + 1);
    format!("{}{}", &help[..from], &rest[end..])
}

#[test]
fn a_command_line_that_is_not_understood_is_exit_code_2_and_names_what_is_wrong() {
    let world = World::new();
    for (line, says) in [
        ("nope", "unrecognized subcommand 'nope'"),
        ("modul list", "'module'"),
        ("module lst", "'list'"),
        ("module list --limit 3", "--limit"),
        ("run", "<NAME>"),
        ("log -q -v", "cannot be used with"),
        ("--color sometimes log", "[possible values: auto, always, never]"),
        ("completions csh", "bash"),
        ("log list --limit", "--limit <N>"),
    ] {
        world.refuses(line, 2, says);
        assert_eq!(world.call(&format!("{line} --json")).error()["code"], "usage", "{line}");
    }
}

#[test]
fn without_a_command_or_subcommand_the_help_is_shown_as_an_error() {
    let world = World::new();
    world.call("").code(2).says("Begin with:");
    world.call("module").code(2).says("pipekit module preview orders");
    for (line, says) in
        [("module --json", "'pipekit module' requires a subcommand"), ("--json", "requires a subcommand")]
    {
        let error = world.call(line).code(2).error();
        assert!(error["message"].as_str().unwrap().contains(says), "{line}: {error}");
    }
}

#[test]
fn the_version_is_said() {
    let world = World::bare();
    for flag in ["-V", "--version"] {
        assert_eq!(world.call(flag).ok().stdout(), format!("pipekit {}\n", env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn colour_is_only_where_it_is_wanted() {
    let mut world = with_runs(2);
    let coloured = |world: &World, line: &str| {
        let call = world.call(line);
        (call.stdout() + &call.stderr()).contains('\u{1b}')
    };
    for line in ["status", "log", "log show 1", "module show orders", "module show nope"] {
        assert!(!coloured(&world, line), "{line}, into a pipe");
        assert!(coloured(&world, &format!("--color always {line}")), "{line}, always");
        assert!(!coloured(&world, &format!("{line} --color never")), "{line}, never");
        assert!(!coloured(&world, &format!("--color always --json {line}")), "{line}, JSON");
    }
    world.set("NO_COLOR", "1");
    assert!(!coloured(&world, "status") && coloured(&world, "--color always status"));
    if Command::new("script").arg("--version").output().is_ok() {
        let on_a_terminal = |world: &World| {
            let mut command = world.command();
            let program = command.get_program().to_owned().into_string().unwrap();
            let environment: Vec<_> = command.get_envs().map(|(k, v)| (k.to_owned(), v.unwrap().to_owned())).collect();
            command = Command::new("script");
            command
                .args(["-qec", &format!("{program} status"), "/dev/null"])
                .env_clear()
                .envs(environment)
                .env("TERM", "xterm");
            String::from_utf8(command.output().unwrap().stdout).unwrap().contains('\u{1b}')
        };
        assert!(!on_a_terminal(&world));
        world.set("NO_COLOR", "");
        assert!(on_a_terminal(&world));
    }
}

#[test]
fn quiet_says_nothing_of_what_went_well() {
    let world = World::erp();
    let add = "module add orders --source erp --dest dw --table orders --strategy full --query 'SELECT * FROM orders'";
    let call = world.call(&format!("{add} -q")).ok();
    assert_eq!((call.stdout(), call.stderr()), (String::new(), String::new()));
    world.call("group add nightly --members orders").ok();
    for line in ["run orders", "group run nightly", "module edit orders --notes x", "module remove orders --force"] {
        let call = world.call(&format!("-q {line}")).ok();
        assert_eq!((call.stdout(), call.stderr()), (String::new(), String::new()), "{line}");
    }
    world.call("-q log").ok().prints("success");
    let call = world.call("-q hook list").ok();
    assert_eq!((call.stdout(), call.stderr()), (String::new(), String::new()));
    world.call("-q module show nope").fails(4, "there is no module nope");
}

/// Whatever has a name: an error about one that is not there names the one that was probably meant.
#[test]
fn a_typo_is_told_what_was_meant() {
    let world = World::orders();
    world.call("group add nightly --members orders").ok();
    world.call("watermark add orders since --connection dw --sql 'SELECT 1'").ok();
    for (line, meant) in [
        ("run ordres", "did you mean orders? "),
        ("connection test epr", "did you mean erp? "),
        ("connection add x --driver postgres --url jdbc:postgresql://h/d", "did you mean postgresql? "),
        ("connection add x --driver mariadb --url jdbc:mariadb://h/d", "the driver `mysql` speaks to MariaDB too"),
        ("group run nightli", "did you mean nightly? "),
        ("watermark resolve orders sicne", "did you mean since? "),
        ("settings get time_zone", "did you mean timezone? "),
        ("why nigtly", "did you mean nightly? "),
    ] {
        world.refuses(line, 4, meant);
    }
    for line in ["run sales", "run 2", "connection test dwarf"] {
        let said = world.call(line).code(4).stderr();
        assert!(!said.contains("did you mean"), "{line}: {said}");
    }
    world.refuses("schedule remove nightly", 2, "a schedule's id: see `pipekit schedule list`");
    world.refuses("hook show orders", 2, "a hook's id: see `pipekit hook list`");
}

/// The program's output piped into another that reads little of it: its exit code, and what it complained of.
fn piped(world: &World, line: &str, into: &str) -> (i32, String) {
    let mut command = world.command();
    let program = command.get_program().to_owned();
    let environment: Vec<_> = command.get_envs().map(|(k, v)| (k.to_owned(), v.unwrap().to_owned())).collect();
    command = Command::new("bash");
    command.args(["-c", &format!("\"$0\" {line} {into}; exit ${{PIPESTATUS[0]}}")]).arg(program);
    let output = command.env_clear().envs(environment).current_dir(world.path("")).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let world = with_runs(20_000);
    for line in [
        "log --limit 20000",
        "log --limit 20000 --json",
        "completions bash",
        "module add --help",
        "log --color always --limit 9999",
    ] {
        assert_eq!(piped(&world, line, "| head -n 1 >/dev/null"), (0, String::new()), "{line}");
        assert_eq!(piped(&world, line, "| true"), (0, String::new()), "{line}");
    }
    assert_eq!(
        piped(
            &world,
            "connection query erp 'SELECT * FROM orders, orders AS b, orders AS c, orders AS d'",
            "| head -n 1 >/dev/null"
        )
        .0,
        0
    );
}

#[test]
fn a_run_goes_on_when_its_reader_has_gone_and_its_exit_code_is_the_truth() {
    let world = World::orders();
    world.call("module copy orders second").ok();
    world.call("module add broken --source erp --dest dw --table nope --strategy full --query 'SELECT 1'").ok();
    assert_eq!(piped(&world, "run orders second broken 2>/dev/null", "| true").0, 1);
    assert_eq!(
        world.own("SELECT group_concat(module_name || ' ' || status, ', ') FROM run_log"),
        "'orders success, second success, broken error'"
    );
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    let world = with_runs(2);
    let (code, said) = piped(&world, "log", ">/dev/full");
    assert!(code == 1 && said.contains("can't write to standard output"), "{code} {said}");
    let (code, said) = piped(&world, "log --json", ">/dev/full");
    assert!(code == 1 && said.contains("\"code\":\"system\""), "{code} {said}");
}
