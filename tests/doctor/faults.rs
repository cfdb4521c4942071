//! Faults of what is defined, and of what it needs.

use super::super::support::{ENDLESS, World};
use super::{look, shop};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

fn sql(world: &World, text: &str) {
    world.sqlite("pipekit.db").execute_batch(text).unwrap();
}

#[test]
fn a_secret_that_is_not_there() {
    let world = shop();
    world.postgresql("pg", "jdbc:postgresql://127.0.0.1:1/x", "etl", "$PG_PASSWORD");
    look(&world, "").finds("error", "secrets PG_PASSWORD", "is neither in", "`pipekit secrets set PG_PASSWORD`").finds(
        "error",
        "connections pg",
        "the secret PG_PASSWORD is neither in",
        "`pipekit secrets set PG_PASSWORD`",
    );
    let others = std::fs::read_to_string(world.path("secrets.env")).unwrap();
    std::fs::write(world.path("secrets.env"), format!("{others}PG_PASSWORD=\n")).unwrap();
    look(&world, "").finds("warning", "secrets PG_PASSWORD", "it is empty (pg)", "`pipekit secrets set PG_PASSWORD`");
    world.call("secrets unset PG_PASSWORD --force").ok();
    let mut world = world;
    world.set("PG_PASSWORD", "x-s3cr3t");
    let seen = look(&world, "").finds("ok", "secrets PG_PASSWORD", "in the environment, and not in the file", "");
    assert!(!seen.text.stdout().contains("x-s3cr3t") && !seen.report.to_string().contains("x-s3cr3t"));
    world.call("secrets unset HOOK").ok();
    look(&world, "").finds(
        "warning",
        "secrets HOOK",
        "the notify_command mentions $HOOK",
        "`pipekit secrets set HOOK`",
    );
}

#[test]
fn secrets_that_everybody_may_read_and_a_file_that_can_not_be_read() {
    let world = shop();
    let mode = |mode| std::fs::set_permissions(world.path("secrets.env"), PermissionsExt::from_mode(mode)).unwrap();
    mode(0o644);
    look(&world, "").finds("error", "secrets file", "everybody on this machine may read ", "`chmod o= /");
    mode(0o662);
    look(&world, "").finds("error", "secrets file", "everybody on this machine may change ", "`chmod o= /");
    mode(0o640);
    look(&world, "").all_works().finds("ok", "secrets file", "mode 0640", "");
    std::fs::remove_file(world.path("secrets.env")).unwrap();
    look(&world, "").finds("note", "secrets file", "there is none at", "");
    std::fs::create_dir(world.path("secrets.env")).unwrap();
    look(&world, "").finds("error", "secrets file", "can't read the secrets file", "may this user read it?");
}

/// Those that can't be reached are asked at once, and take no longer than they may.
#[test]
fn servers_that_are_down_or_silent() {
    let world = shop();
    world.call_with("secrets set PG_PASSWORD", "x-s3cr3t").ok();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    world.postgresql("down", "jdbc:postgresql://127.0.0.1:1/x", "etl", "$PG_PASSWORD");
    for name in ["silent1", "silent2", "silent3", "silent4", "silent5"] {
        world.postgresql(name, &format!("jdbc:postgresql://127.0.0.1:{port}/x"), "etl", "$PG_PASSWORD");
    }
    let since = Instant::now();
    let seen = look(&world, "--timeout 2")
        .finds("error", "connections down", "Connection refused", "`pipekit connection show down` shows it")
        .finds("error", "connections silent5", "silent5 did not answer within 2 s", "is its server up")
        .finds("ok", "connections erp", "answers", "");
    // Two looks.
    assert!(since.elapsed() < Duration::from_secs(4 + 6), "{:?}", since.elapsed());
    assert_eq!(seen.report["errors"], 6);
    assert!(!seen.text.stdout().contains("x-s3cr3t") && !seen.report.to_string().contains("x-s3cr3t"));
    world.until_quiet();
}

#[test]
fn schedules_that_are_none_never_fire_or_are_not_looked_at() {
    let mut world = shop();
    sql(&world, "UPDATE schedule SET cron_expr = '61 2 * * *'");
    look(&world, "").finds("error", "schedules nightly (1)", "61", "`pipekit schedule edit 1` mends it");
    sql(&world, "UPDATE schedule SET cron_expr = '0 2 30 2 *'");
    look(&world, "").finds("error", "schedules nightly (1)", "it never comes", "`pipekit schedule edit 1` mends it");
    sql(&world, "UPDATE schedule SET cron_expr = '0 2 * * *', timezone = 'Mars/Olympus'");
    look(&world, "").finds("error", "schedules nightly (1)", "Mars/Olympus", "`pipekit schedule edit 1` mends it");
    sql(&world, "UPDATE schedule SET timezone = NULL, enabled = 0");
    look(&world, "")
        .all_works()
        .finds("note", "schedules nightly (1)", "`0 2 * * *` is disabled: `pipekit schedule enable 1`", "")
        .finds("note", "schedules nightly", "no schedule fires it", "");
    sql(&world, "UPDATE schedule SET enabled = 1");
    world.call("module disable orders").ok();
    look(&world, "").finds("warning", "schedules nightly", "all its members are disabled", "pipekit module enable");
    world.call("group member remove nightly orders").ok();
    look(&world, "").finds("warning", "schedules nightly", "it has no members", "`pipekit group member add nightly");

    let later = |minutes: i64| (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes)).to_string();
    world.set("PIPEKIT_CLOCK", &later(10));
    look(&world, "").all_works().finds("warning", "schedules scheduler", "last looked at 10m ago", "--quiet tick");
    world.set("PIPEKIT_CLOCK", &later(130));
    look(&world, "").finds("error", "schedules scheduler", "nothing has looked at what is due since 2h ago", "crontab");
    world.call("tick").ok();
    look(&world, "").all_works().finds("ok", "schedules scheduler", "looked at 0s ago", "");
}

#[test]
fn a_schedule_that_nobody_has_ever_looked_at() {
    let world = World::orders();
    world.call("group add nightly --members orders").ok();
    world.call("schedule add nightly '30 2 * * *'").ok();
    look(&world, "").finds("error", "schedules scheduler", "nothing looks at what is due", "--quiet tick`");
}

#[test]
fn a_group_run_that_is_dead() {
    let world = shop();
    let claim = "'nightly', '2026-03-10T08:00:00.000Z', 'running', 4711, 'h'";
    sql(
        &world,
        &format!("INSERT INTO group_run (group_id, group_name, started_at, status, pid, host) VALUES (1, {claim})"),
    );
    world.file("pipekit.db.locks/group-1", "group run 1");
    look(&world, "").finds(
        "error",
        "runs group nightly",
        "a stale lock: it says that process 4711",
        "`pipekit status`",
    );
    world.call("status").ok();
    look(&world, "").all_works();
}

/// A look at a stale lock leaves it as it is: `status` settles it.
#[test]
fn a_stale_lock() {
    let world = shop();
    sql(
        &world,
        "UPDATE module SET running = 1, lock_at = '2026-03-10T08:00:00.000Z', lock_pid = 4711, lock_host = 'h'",
    );
    world.file("pipekit.db.locks/module-1", "2026-03-10T08:00:00.000Z");
    look(&world, "").finds(
        "error",
        "runs orders",
        "a stale lock: it says that process 4711 on h has run it since 2026-03-10 08:00:00, and that is gone",
        "`pipekit status` settles it",
    );
    assert_eq!(world.own("SELECT running FROM module"), "1");
    world.call("status").ok();
    look(&world, "").all_works().finds("ok", "runs locks", "nothing runs", "");
}

#[test]
fn a_run_that_takes_longer_than_it_may() {
    let mut world = shop();
    world
        .args(&["module", "edit", "orders", "--timeout-s", "3600", "--query", &format!("SELECT i, i FROM ({ENDLESS})")])
        .ok();
    // Whatever the hour is, nothing comes due within the next two.
    sql(&world, "UPDATE schedule SET cron_expr = '0 0 29 2 *'");
    let run = world.start("run orders");
    world.until_in("transfer");
    look(&world, "").all_works().finds("ok", "runs orders", "began ", "");
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(70);
    world.set("PIPEKIT_CLOCK", &later.to_string());
    world.call("tick").ok();
    look(&world, "").all_works().finds(
        "warning",
        "runs orders",
        "its timeout is 3600 s",
        "`pipekit cancel orders` stops it",
    );
    world.call("cancel orders").ok();
    run.wait().code(130);
}

#[test]
fn an_end_that_is_not_known_and_a_notification_that_did_not_arrive() {
    let world = shop();
    sql(&world, "UPDATE run_log SET status = 'unknown', error = 'the destination was gone'");
    let id = world.own("SELECT id FROM run_log");
    look(&world, "").finds(
        "error",
        "runs orders",
        &format!("it is not known whether run {id} merged, and no other begins before it is: the destination was gone"),
        &format!("`pipekit log show {id}` finds out"),
    );
    sql(&world, "UPDATE run_log SET status = 'success', error = NULL");
    world.call("settings set notify_command 'echo no such host >&2; exit 3'").ok();
    world.call("module edit orders --query 'SELECT nix FROM orders'").ok();
    world.call("run orders").code(1);
    look(&world, "").all_works().finds("warning", "runs notifications", "exit status: 3", "`pipekit settings test`");
}

#[test]
fn modules_with_findings() {
    let world = shop();
    world.call("module edit orders --query 'SELECT id, item FROM orders WHERE id > {nix}'").ok();
    look(&world, "").finds("error", "modules orders", "{nix}", "`pipekit watermark add orders nix");
    world.call("module disable orders").ok();
    look(&world, "").finds("note", "modules orders", "it is disabled", "");
    world.call("module enable orders").ok();
    world.call("module edit orders --query 'SELECT id, item FROM orders'").ok();
    world.call("watermark add orders since --connection dw --sql 'SELECT max(id) FROM orders'").ok();
    look(&world, "").all_works().finds("warning", "modules orders", "since", "put the placeholder into the query");
}

/// What is wrong is what is asked for, and no error of the request.
#[test]
fn over_http_too() {
    let world = shop();
    let server = super::super::serve::Server::start(&world);
    let report = server.get("/api/doctor").is(200).json();
    assert_eq!(report["ok"], true, "{report}");
    world.postgresql("pg", "jdbc:postgresql://127.0.0.1:1/x", "etl", "$PG_PASSWORD");
    let report = server.get("/api/doctor?timeout=5").is(200).json();
    assert_eq!(report["ok"], false);
    let own = world.call("doctor --json").code(1).json();
    let faults = |report: &serde_json::Value| -> Vec<serde_json::Value> {
        report["checks"].as_array().unwrap().iter().filter(|c| c["status"] == "error").cloned().collect()
    };
    assert_eq!(faults(&report), faults(&own));
    server.get("/api/doctor?timeout=61").fails(400, "from 1 to 60");
    server.get("/api/doctor?timeout=x").fails(400, "from 1 to 60");
}
