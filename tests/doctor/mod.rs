//! `pipekit doctor`: a shop that is well is told so, and each fault is named with its cure.

mod faults;
mod file;
mod jvm;
mod service;

use super::support::{Call, World};
use serde_json::Value;

/// A look at a world, in text and in JSON, by the same user.
struct Seen {
    text: Call,
    report: Value,
}

/// Looks at a world: `flags` are doctor's.
#[track_caller]
fn look(world: &World, flags: &str) -> Seen {
    look_as(world, &[], flags)
}

/// As [`look`], by another user or in other circumstances.
#[track_caller]
fn look_as(world: &World, starter: &[&str], flags: &str) -> Seen {
    let text = world.call_under(starter, &format!("doctor {flags}"));
    let json = world.call_under(starter, &format!("doctor {flags} --json"));
    assert_eq!(json.stderr(), "", "doctor {flags}: standard error");
    let report = json.json();
    let code = i32::from(report["ok"] != true);
    json.code(code);
    Seen { text: text.code(code), report }
}

impl Seen {
    fn checks(&self) -> &Vec<Value> {
        self.report["checks"].as_array().unwrap()
    }

    /// The checks with this status, as `subject name`.
    fn with(&self, status: &str) -> Vec<String> {
        let those = self.checks().iter().filter(|check| check["status"] == status);
        those.map(|c| format!("{} {}", c["subject"].as_str().unwrap(), c["name"].as_str().unwrap())).collect()
    }

    /// Asserts that nothing does not work.
    #[track_caller]
    fn all_works(self) -> Seen {
        assert_eq!(self.report["ok"], true, "{}", self.text.stdout());
        self
    }

    /// Asserts that a check has this status, says this, and says that as a cure, in JSON and in the text.
    #[track_caller]
    fn finds(self, status: &str, check: &str, says: &str, cure: &str) -> Seen {
        let text = self.text.stdout();
        let (subject, name) = check.split_once(' ').unwrap();
        let found = self.checks().iter().find(|c| c["subject"] == subject && c["name"] == name);
        let found = found.unwrap_or_else(|| panic!("there is no check {check} in\n{text}"));
        assert_eq!(found["status"], status, "{check} in\n{text}");
        let message = found["message"].as_str().unwrap();
        assert!(message.contains(says), "{check}: {says:?} is not in {message:?}");
        let hint = found["hint"].as_str().unwrap_or_default();
        assert!(hint.contains(cure) && (hint.is_empty() == cure.is_empty()), "{check}: {cure:?} is not in {hint:?}");
        let mark = match status {
            "ok" => "✓",
            "note" => "·",
            "warning" => "!",
            _ => "✗",
        };
        let line = text.lines().position(|line| line.starts_with(&format!("{mark} {name} ")) && line.contains(says));
        let line = line.unwrap_or_else(|| panic!("no line says {mark} {name}: {says} in\n{text}"));
        if !cure.is_empty() {
            let next = text.lines().skip(line + 1).find(|line| line.starts_with("    next: ")).unwrap_or_default();
            assert!(next.contains(cure), "{check}: {cure:?} is not in {next:?}");
        }
        self
    }
}

/// A shop in which all is well: a module that has run, in a group with a schedule that is looked at, a secret that its
/// notify_command uses.
fn shop() -> World {
    let world = World::orders();
    world.call("group add nightly --members orders").ok();
    world.call("schedule add nightly '30 2 * * *' --timezone Europe/Berlin").ok();
    world.call_with("secrets set HOOK", "s3cr3t-h00k").ok();
    world.call("settings set notify_command 'echo $HOOK'").ok();
    world.call("tick").ok();
    world.run("orders");
    world
}

#[test]
fn a_shop_that_is_well_needs_no_jvm() {
    let mut world = shop();
    // Neither jrunner nor java is there, and nothing needs them.
    std::fs::create_dir(world.path("empty")).unwrap();
    let empty = world.path("empty").to_str().unwrap().to_owned();
    world.set("PATH", &empty);
    let seen = look(&world, "")
        .all_works()
        .finds("ok", "database schema", "version ", "")
        .finds("ok", "schedules nightly (1)", "`30 2 * * *`, next ", "")
        .finds("ok", "schedules scheduler", "was looked at", "")
        .finds("ok", "modules module check", "1 module has no finding", "")
        .finds("note", "jrunner program", "nothing needs it", "")
        .finds("ok", "connections erp", "answers (", "");
    assert_eq!(seen.with("note"), ["jrunner program"]);
    assert_eq!([seen.with("warning"), seen.with("error")], [vec![], Vec::<String>::new()]);
    assert!(seen.text.stdout().ends_with("\nall is well\n"), "{}", seen.text.stdout());
    let quiet = world.call("doctor --quiet").ok();
    assert_eq!([quiet.stdout(), quiet.stderr()], ["", ""]);
    for said in [seen.text.stdout(), seen.report.to_string()] {
        assert!(!said.contains("s3cr3t"), "{said}");
    }
}

#[test]
fn quietly_it_tells_what_is_wrong_alone() {
    let world = shop();
    world.sqlite("pipekit.db").execute("UPDATE schedule SET cron_expr = '61 * * * *'", []).unwrap();
    let said = world.call("doctor -q").code(1).stdout();
    assert!(
        said.starts_with("schedules\n✗ nightly (1)  schedule 1 of group nightly: ") && !said.contains('✓'),
        "{said}"
    );
}

#[test]
fn the_time_for_an_answer_is_a_number_of_seconds() {
    let world = World::new();
    world.refuses("doctor --timeout 0", 2, "0 is not in 1..=600");
    world.refuses("doctor --timeout soon", 2, "invalid value");
}
