//! Looking: `status`, `log`, and what removes from it.

use super::support::World;
use serde_json::json;

/// At noon of 2026-03-10: the modules `orders` and `other`, and six runs that ended in all ways.
fn history() -> World {
    let mut world = World::orders();
    world.call("module add other --source dw --dest dw --table orders --strategy append --query 'SELECT 1'").ok();
    world.set("PIPEKIT_CLOCK", "2026-03-10T12:00:00Z");
    world
        .sqlite("pipekit.db")
        .execute_batch(
            "INSERT INTO sql_text (hash, text) VALUES (x'01', 'SELECT 1\n FROM a \r\n'), (x'02', 'MERGE'), (x'03', 'SELECT 2\n FROM a \r\n');
             INSERT INTO run_log (id, module_id, module_name, triggered_by, started_at, finished_at, status, row_count, error,
                                  warnings, hooks_failed, merge_strategy, resolved_source_sql_id, merge_sql_id, watermark_values_json)
             VALUES (1, 1, 'orders', 'manual', '2026-03-01T08:00:00.000Z', '2026-03-01T08:00:01.000Z', 'success', 10, NULL, '[]', 0, 'full', 1, 2, '{\"n\":\"1\"}'),
                    (2, 2, 'other', 'manual', '2026-03-08T08:00:00.000Z', '2026-03-08T08:00:05.000Z', 'error', NULL, 'it broke
because', '[]', 0, 'append', NULL, NULL, '{}'),
                    (3, 1, 'orders', 'manual', '2026-03-09T23:00:00.000Z', '2026-03-09T23:00:00.250Z', 'success', 12345, NULL, '[\"odd\"]', 0, 'full', 3, 2, '{\"n\":\"2\"}'),
                    (4, 1, 'orders', 'manual', '2026-03-10T11:00:00.000Z', '2026-03-10T11:01:30.000Z', 'cancelled', NULL, NULL, '[]', 0, 'full', 1, 2, '{}'),
                    (5, 2, 'other', 'manual', '2026-03-10T11:30:00.000Z', '2026-03-10T11:30:00.010Z', 'dry_run', NULL, NULL, '[]', 0, 'append', 1, 2, '{}'),
                    (6, 2, 'other', 'manual', '2026-03-10T11:59:00.000Z', '2026-03-10T11:59:30.000Z', 'success', 3, NULL, '[]', 2, 'append', 1, 2, '{}');
             INSERT INTO run_step (run_id, kind, name, connection_name, sql_id, started_at, duration_ms, row_count, value, error)
             VALUES (3, 'watermark', 'n', 'dw', 2, '2026-03-09T23:00:00.000Z', 50, 1, '2', NULL),
                    (3, 'transfer', 'erp to dw', 'erp', 1, '2026-03-09T23:00:00.050Z', 150, 12345, NULL, NULL),
                    (1, 'transfer', 'erp to dw', 'erp', 1, '2026-03-01T08:00:00.000Z', 900, 10, NULL, NULL);
             INSERT INTO run_output (run_id, stream, at, text)
             VALUES (3, 'live_log', 't', 'one'), (3, 'jrunner_stdout', 't', 'out \n'), (3, 'live_log', 't', ' two\n'),
                    (3, 'jrunner_stderr', 't', 'complaint\n'), (3, 'hook_log', 't', 'hooked\n');
             UPDATE module SET last_run_id = 4 WHERE name = 'orders';
             UPDATE module SET last_run_id = 6 WHERE name = 'other'",
        )
        .unwrap();
    world
}

/// The ids that a list has, in its order.
fn ids(world: &World, line: &str) -> Vec<i64> {
    world.json(line).as_array().unwrap().iter().map(|run| run["id"].as_i64().unwrap()).collect()
}

#[test]
fn an_empty_log_says_so() {
    let world = World::new();
    world.call("log").ok().says("no such runs");
    assert_eq!(world.json("log"), json!([]));
    world.call("status").ok().says("there are no modules yet");
    assert_eq!(world.json("status"), json!({"modules": [], "groups": [], "notification_error": null}));
}

#[test]
fn the_log_is_filtered_limited_and_sorted() {
    let world = history();
    for (flags, expected) in [
        ("", vec![6, 5, 4, 3, 2, 1]),
        ("--reverse", vec![1, 2, 3, 4, 5, 6]),
        ("--limit 2", vec![6, 5]),
        ("--module orders", vec![4, 3, 1]),
        ("--module 2", vec![6, 5, 2]),
        ("--status success", vec![6, 3, 1]),
        ("--status error,cancelled --status dry_run", vec![5, 4, 2]),
        ("--errors", vec![6, 2]),
        ("--errors --status cancelled", vec![6, 4, 2]),
        ("--since 24h", vec![6, 5, 4, 3]),
        ("--since 7d", vec![6, 5, 4, 3, 2]),
        ("--since 90m", vec![6, 5, 4]),
        ("--since 2w", vec![6, 5, 4, 3, 2, 1]),
        ("--since today", vec![6, 5, 4]),
        ("--since yesterday --until today", vec![3]),
        ("--since 2026-03-08 --until 2026-03-10", vec![3, 2]),
        ("--since 2026-03-10T11:30", vec![6, 5]),
        ("--since 2026-03-10T12:30+01:00", vec![6, 5]),
        ("--until 2026-03-08", vec![1]),
        ("--sort duration", vec![4, 6, 2, 1, 3, 5]),
        ("--sort duration --reverse --limit 1", vec![5]),
        ("--sort rows --limit 3", vec![3, 1, 6]),
        ("--sort module", vec![4, 3, 1, 6, 5, 2]),
        ("--sort status --limit 3", vec![4, 5, 2]),
    ] {
        assert_eq!(ids(&world, &format!("log {flags}")), expected, "{flags}");
        assert_eq!(ids(&world, &format!("log list {flags}")), expected, "{flags}");
    }
    assert_eq!(ids(&world, "log ls --module orders --limit 1"), [4]);
    assert_eq!(ids(&world, "module runs orders --limit 2"), [4, 3]);
}

#[test]
fn a_filter_that_is_wrong_is_refused() {
    let world = history();
    for (line, code, says) in [
        ("log --since noon", 2, "`noon` is not a time"),
        ("log --until 24x", 2, "write it as 30m, 24h, 7d, 2w"),
        ("log --since 2026-02-30", 2, "is not a time"),
        ("log --status done", 2, "running, success, error, cancelled"),
        ("log --sort size", 2, "started, duration, rows, module, status"),
        ("log --module nope", 4, "there is no module nope"),
        ("log --group nope", 4, "there is no group nope"),
        ("log --limit many", 2, "'many'"),
        ("log --limit 0", 2, "0 is not in 1.."),
        ("log show 99", 4, "there is no run 99"),
        ("log show nope", 4, "there is no module nope"),
        ("log show 1 --sql --merge", 2, "cannot be used with"),
        ("log diff 1 99", 4, "there is no run 99"),
        ("log diff 1", 2, "<B>"),
        ("log follow 99", 4, "there is no run 99"),
        ("log prune", 2, "--older-than <AGE>"),
        ("log prune --older-than long", 2, "`long` is not a time"),
    ] {
        world.refuses(line, code, says);
    }
    world.call("module add idle --source dw --dest dw --table orders --strategy full --query 'SELECT 1'").ok();
    world.refuses("log show idle", 4, "module idle has not run yet");
}

#[test]
fn the_log_is_a_table_for_people() {
    let world = history();
    assert_eq!(
        world.call("log").ok().stdout(),
        "\
RUN  MODULE  STATUS       STARTED               TOOK    ROWS  DELETED  INSERTED
  6  other   ✔ success    2026-03-10 11:59:00  30.0s       3        -         -  2 hook(s) failed
  5  other   · dry_run    2026-03-10 11:30:00   10ms       -        -         -
  4  orders  ■ cancelled  2026-03-10 11:00:00  1m30s       -        -         -
  3  orders  ✔ success    2026-03-09 23:00:00  250ms  12,345        -         -  odd
  2  other   ✗ error      2026-03-08 08:00:00   5.0s       -        -         -  it broke
  1  orders  ✔ success    2026-03-01 08:00:00   1.0s      10        -         -
"
    );
}

#[test]
fn status_shows_every_module_under_its_source() {
    let mut world = history();
    world
        .call("module add idle --source erp --dest dw --table orders --strategy full --query 'SELECT 1' --disabled")
        .ok();
    assert_eq!(
        world.call("status").ok().stdout(),
        "\
dw (sqlite)
   MODULE  STRATEGY  LAST RUN  ROWS   TOOK
!  other   append    1m ago       3  30.0s  2 hook(s) failed

erp (sqlite)
   MODULE  STRATEGY  LAST RUN  ROWS   TOOK
○  idle    full      never        -      -  disabled
■  orders  full      1h ago       -  1m30s
"
    );
    let failed = world.json("status --failed");
    let names: Vec<_> = failed["modules"].as_array().unwrap().iter().map(|m| m["name"].clone()).collect();
    assert_eq!(names, ["other", "orders"]);
    world.set("PIPEKIT_CLOCK", "2026-04-01T12:00:00Z");
    world.call("status").ok().prints("2026-03-10");
}

#[test]
fn a_run_is_shown_whole() {
    let world = history();
    assert_eq!(
        world.call("log show 3").ok().stdout(),
        "\
run           3 of module orders
status        ✔ success
started       2026-03-09 23:00:00
took          250ms
by            manual
rows          12,345
! odd

Watermarks
NAME  VALUE
n     2

Steps
KIND       NAME       ON    TOOK  SHARE    ROWS  CAME TO
watermark  n          dw    50ms   20 %       1  2
transfer   erp to dw  erp  150ms   60 %  12,345

Source SQL
SELECT 2
 FROM a

Merge SQL
MERGE

Hooks
hooked

Runner's complaints
complaint
"
    );
    let run = world.json("log show 3");
    assert_eq!((&run["duration_ms"], &run["steps"][1]["sql"]), (&json!(250), &json!("SELECT 1\n FROM a \r\n")));
    assert_eq!(
        (&run["live_log"], &run["resolved_source_sql"]),
        (&json!("one two\n"), &json!("SELECT 2\n FROM a \r\n"))
    );
    world.call("log show 3 -v").ok().prints("Step transfer erp to dw on erp\nSELECT 1");
    assert_eq!(world.json("log show orders")["id"], 4);
}

#[test]
fn each_part_of_a_run_is_there_to_the_byte() {
    let world = history();
    for (part, text) in [
        ("--sql", "SELECT 2\n FROM a \r\n"),
        ("--merge", "MERGE"),
        ("--stdout", "out \n"),
        ("--stderr", "complaint\n"),
        ("--hooks", "hooked\n"),
        ("--live", "one two\n"),
    ] {
        assert_eq!(world.call(&format!("log show 3 {part}")).ok().stdout(), text, "{part}");
        assert_eq!(world.json(&format!("log show 3 {part}")), json!({"run_id": 3, "text": text}), "{part}");
    }
    assert_eq!(world.call("log show 2 --sql").ok().stdout(), "");
}

#[test]
fn two_runs_are_compared() {
    let world = history();
    assert_eq!(
        world.call("log diff 1 3").ok().stdout(),
        "                         RUN 1  RUN 3
rows                     10     12,345
took                     1.0s   250ms
watermark n              1      2
step transfer erp to dw  900ms  150ms
step watermark n         -      50ms

Source SQL
- SELECT 1
+ SELECT 2
  … 1 line the same
"
    );
    world.call("log diff 1 1").ok().prints("nothing differs");
    assert_eq!(
        world.json("log diff 1 3"),
        json!({"a": 1, "b": 3,
            "differs": {"rows": ["10", "12,345"], "took": ["1.0s", "250ms"], "watermark n": ["1", "2"],
                "step transfer erp to dw": ["900ms", "150ms"], "step watermark n": ["-", "50ms"]},
            "resolved_source_sql": ["SELECT 1\n FROM a \r\n", "SELECT 2\n FROM a \r\n"]})
    );
    world.call("log diff orders other").ok().prints("RUN 4").prints("RUN 6");
}

#[test]
fn a_run_that_ended_is_followed_to_its_end() {
    let world = history();
    assert_eq!(world.call("log follow 3").ok().stdout(), "one two\nsuccess\n");
    world.call("log follow 2").code(1).prints("error: it broke");
    world.call("log follow 4").code(130);
    let lines = world.call("log follow 3 --json").ok().stdout();
    let last: serde_json::Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(last, json!({"run_id": 3, "status": "success", "row_count": 12345, "error": null}));
}

#[test]
fn pruning_asks_first_and_keeps_what_the_next_run_is_compared_with() {
    let world = history();
    world.refuses(
        "log prune --older-than 1d",
        1,
        "2 runs from before 2026-03-09 12:00:00 would go; nothing was removed",
    );
    world.refuses("log prune --older-than 1d", 1, "--yes removes them");
    assert_eq!(ids(&world, "log"), [6, 5, 4, 3, 2, 1]);
    world.call("log prune --older-than 2026-03-02 --yes").ok().prints("removed 1 run\n");
    assert_eq!(world.json("log prune --older-than 0s --yes")["removed"], 2);
    // 4 is the newest of orders, 3 its newest success, 6 both of other.
    assert_eq!(ids(&world, "log"), [6, 4, 3]);
    assert_eq!(world.own("SELECT count(*) FROM run_step WHERE run_id NOT IN (SELECT id FROM run_log)"), "0");
    world.call("log prune --older-than 0s --yes").ok().says("there were none that old");
    assert_eq!(world.call("log show 3 --sql").ok().stdout(), "SELECT 2\n FROM a \r\n");
}

#[test]
fn sql_that_no_run_refers_to_any_more_goes_with_the_runs() {
    let world = history();
    world.call("module remove orders").ok();
    world.call("module remove other").ok();
    assert_eq!(world.own("SELECT count(*) FROM sql_text"), "3");
    world.call("log prune --older-than 0s --yes").ok().prints("removed 6 runs");
    assert_eq!(world.own("SELECT (SELECT count(*) FROM sql_text) + (SELECT count(*) FROM run_step) + (SELECT count(*) FROM run_output)"), "0");
}

#[test]
fn a_dry_run_does_not_hide_how_the_last_run_ended() {
    let world = World::orders();
    world.call("module edit orders --query 'SELECT nope FROM orders'").ok();
    world.call("run orders").code(1);
    world.call("module edit orders --query 'SELECT * FROM orders'").ok();
    world.call("run orders --dry-run").ok();
    let orders = &world.json("status --failed")["modules"][0];
    assert_eq!((&orders["status"], &orders["last_run_id"]), (&json!("error"), &json!(1)));
}

/// What the program prints on a terminal of 80 columns, without its colours.
fn on_a_terminal(world: &World, line: &str) -> Option<String> {
    let command = world.command();
    let program = command.get_program().to_owned().into_string().unwrap();
    let mut terminal = std::process::Command::new("script");
    terminal.args(["-qec", &format!("stty cols 80; {program} --color never {line}"), "/dev/null"]).env_clear();
    terminal.envs(command.get_envs().filter_map(|(k, v)| Some((k, v?)))).env("TERM", "xterm");
    terminal.stdin(std::process::Stdio::null());
    let output = terminal.output().ok()?;
    Some(String::from_utf8(output.stdout).unwrap().replace('\r', ""))
}

#[test]
fn tables_fit_a_terminal_of_80_columns_and_break_no_number() {
    let world = history();
    for line in ["log", "status", "log show 3", "module list", "connection list"] {
        // Where there is no `script` there is no terminal to look at.
        let Some(said) = on_a_terminal(&world, line) else { return };
        for row in said.lines().take_while(|row| !row.is_empty()) {
            assert!(row.trim_end().chars().count() <= 80 || line == "connection list", "{line}:\n{said}");
        }
    }
    let said = on_a_terminal(&world, "log").unwrap();
    assert!(said.contains("  3  orders  ✔ success    13h ago") && said.contains("12,345"), "{said}");
}

#[test]
fn pruning_on_a_terminal_asks_and_does_as_it_is_told() {
    use std::io::Write;
    // Where there is no `script` there is no terminal to be asked on.
    if std::process::Command::new("script").arg("--version").output().is_err() {
        return;
    }
    let world = history();
    for (answer, left) in [("n", 6), ("y", 3)] {
        let command = world.command();
        let program = command.get_program().to_owned().into_string().unwrap();
        let mut terminal = std::process::Command::new("timeout");
        terminal
            .args(["20", "script", "-qec", &format!("{program} log prune --older-than 0s"), "/dev/null"])
            .env_clear();
        terminal.envs(command.get_envs().filter_map(|(k, v)| Some((k, v?)))).env("TERM", "xterm");
        terminal.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = terminal.spawn().unwrap();
        child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
        let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        assert!(said.contains("remove 3 runs from before 2026-03-10 12:00:00?"), "{said}");
        assert_eq!(ids(&world, "log").len(), left, "{said}");
    }
}

#[test]
fn the_newest_are_shown_and_that_there_are_more() {
    let world = World::orders();
    for _ in 0..27 {
        world.call("run orders --dry-run").ok();
    }
    world.call("log").ok().says("only 25 runs are shown");
    assert_eq!(world.call("log --json").ok().json().as_array().unwrap().len(), 25);
    assert_eq!(world.json("log --since 1h").as_array().unwrap().len(), 27);
    assert_eq!(world.call("log --limit 3").ok().stderr(), "");
}

#[test]
fn what_did_not_end_well_is_one_command() {
    let world = World::orders();
    world.call("hook add orders --connection dw --sql 'DELETE FROM nowhere'").ok();
    world.call("run orders").ok();
    world.call("module edit orders --min-rows 1000").ok();
    world.call("run orders").code(1);
    let errors: Vec<_> =
        world.json("log --errors --since 24h").as_array().unwrap().iter().map(|r| r["id"].clone()).collect();
    assert_eq!(errors, [2, 1]);
    // The reason stands behind the run, whole, so that a pipe can look for it.
    let log = world.call("log --errors").ok().stdout();
    let line = |with: &str| {
        log.lines().find(|l| l.contains(with)).unwrap_or_else(|| panic!("{with} is not in {log}")).to_owned()
    };
    assert!(
        line("fewer than the 1000 that the module asks for (min_rows)").starts_with("  2  orders  ✗ error"),
        "{log}"
    );
    assert!(line("hook 1 on dw failed: no such table: nowhere").starts_with("  1  orders  ✔ success"), "{log}");
}
