//! Old runs go once a day by the setting `log_retention`, nobody waits for it, and the file stays compact.

use super::serve::Server;
use super::support::{Signal, World, until};
use serde_json::json;
use std::process::Command;
use std::time::{Duration, Instant};

/// A module `orders` with `runs` runs an hour apart, each with a step of its own SQL and output of `bytes`, of which the
/// newest began at the beginning of 2026-03-10; and groups' runs with them.
fn filled(runs: u32, bytes: u32) -> World {
    let mut world = World::orders();
    world.set("PIPEKIT_CLOCK", "2026-03-10T00:00:00Z");
    world.call("group add g --members orders").ok();
    world
        .sqlite("pipekit.db")
        .execute_batch(&format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {runs})
             INSERT INTO group_run (id, group_id, group_name, started_at, finished_at, status)
             SELECT i, 1, 'g', strftime('%FT%H:%M:%fZ', '2026-03-10', '-' || ({runs} - i) || ' hours'), 'x', 'success' FROM n;
             INSERT INTO sql_text (id, hash, text) SELECT id, CAST(id AS BLOB), 'SELECT ' || id FROM group_run;
             INSERT INTO run_log (id, module_id, module_name, group_run_id, triggered_by, started_at, finished_at, status, merge_strategy)
             SELECT id, 1, 'orders', id, 'manual', started_at, started_at, 'success', 'full' FROM group_run;
             INSERT INTO run_step (run_id, kind, name, connection_name, sql_id, started_at)
             SELECT id, 'merge', 'merge', 'dw', id, started_at FROM run_log;
             INSERT INTO run_output (run_id, stream, at, text) SELECT id, 'live_log', 'x', hex(zeroblob({bytes} / 2)) FROM run_log;
             UPDATE module SET last_run_id = {runs}"
        ))
        .unwrap();
    world
}

/// How many there are of each: runs, steps, pieces of output, texts, group runs.
fn left(world: &World) -> String {
    world.own(
        "SELECT (SELECT count(*) FROM run_log), (SELECT count(*) FROM run_step), (SELECT count(*) FROM run_output),
                (SELECT count(*) FROM sql_text), (SELECT count(*) FROM group_run)",
    )
}

fn stamp(world: &World) -> String {
    world.own("SELECT value FROM settings WHERE key = 'log_pruned_at'")
}

#[test]
fn by_tick_old_runs_go_once_a_day() {
    let mut world = filled(100, 10);
    world.call("tick").ok();
    assert_eq!((&*left(&world), &*stamp(&world)), ("100|100|100|100|100", ""), "it is off by itself");
    world.call("settings set log_retention 2d").ok();
    let told = world.call("tick").ok().says("removed 51 old runs and 51 of groups, by the setting log_retention");
    assert_eq!(told.stdout(), "");
    assert_eq!((&*left(&world), &*stamp(&world)), ("49|49|49|49|49", "'2026-03-10T00:00:00.000Z'"));
    world.set("PIPEKIT_CLOCK", "2026-03-10T23:59:59Z");
    assert_eq!(world.call("tick").ok().stderr(), "");
    world.set("PIPEKIT_CLOCK", "2026-03-11T00:00:00Z");
    assert_eq!(world.call("--quiet tick").ok().stderr(), "");
    assert_eq!((&*left(&world), &*stamp(&world)), ("25|25|25|25|25", "'2026-03-11T00:00:00.000Z'"));
    // The newest stays, however old. The clock goes forward, and back.
    for (time, runs) in [("2026-05-01T00:00:00Z", "1|1|1|1|1"), ("2026-03-12T00:00:00Z", "1|1|1|1|1")] {
        world.set("PIPEKIT_CLOCK", time).call("tick").ok();
        assert_eq!(left(&world), runs);
        assert_eq!(stamp(&world), format!("'{}'", time.replace('Z', ".000Z")));
    }
    world.call("settings set log_retention none").ok();
    world.set("PIPEKIT_CLOCK", "2026-06-01T00:00:00Z").call("tick").ok();
    assert_eq!(stamp(&world), "'2026-03-12T00:00:00.000Z'");
}

#[test]
fn of_many_ticks_at_once_one_does_it() {
    let world = filled(300, 10);
    world.call("settings set log_retention 1d").ok();
    let ticks: Vec<_> = (0..8).map(|_| world.start("tick")).collect();
    let told: Vec<_> =
        ticks.into_iter().map(|tick| tick.wait().ok().stderr()).filter(|said| !said.is_empty()).collect();
    assert_eq!(told, ["removed 275 old runs and 275 of groups, by the setting log_retention\n"]);
}

/// It keeps exactly what `log prune` keeps: runs that go on, those in doubt, each module's newest, its newest success, and
/// what `status` shows.
#[test]
fn what_is_needed_stays() {
    let world = filled(60, 10);
    world
        .sqlite("pipekit.db")
        .execute_batch(
            "UPDATE run_log SET status = 'unknown' WHERE id = 3;
             UPDATE run_log SET status = 'error' WHERE id >= 20;
             UPDATE run_log SET status = 'dry_run' WHERE id > 30;
             UPDATE module SET last_run_id = 30",
        )
        .unwrap();
    world.call("backup copy.db").ok();
    world.call("settings set log_retention 1d").ok();
    world.call("tick").ok();
    let kept = world.own("SELECT group_concat(id) FROM run_log");
    let newest: Vec<String> = (36..=60).map(|id| id.to_string()).collect();
    assert_eq!(kept, format!("'3,19,30,{}'", newest.join(",")));
    assert_eq!(world.json("status")["modules"][0]["status"], "error");
    let pruned = world.call("--db copy.db log prune --older-than 1d --yes --json").ok().json();
    assert_eq!((&pruned["removed"], &pruned["group_runs_removed"]), (&json!(32), &json!(32)));
    assert_eq!(world.rows("copy", "SELECT group_concat(id) FROM run_log"), [kept]);
}

#[test]
fn the_server_does_it_and_says_so() {
    let mut world = filled(100, 10);
    let clock = world.file("clock", "2026-03-10T00:00:00Z");
    world.set("PIPEKIT_CLOCK", &format!("@{clock}"));
    world.call("settings set log_retention 2d").ok();
    let server = Server::start(&world);
    until("it has removed them", || left(&world) == "49|49|49|49|49");
    let said = |n: usize| {
        let log = std::fs::read_to_string(world.path("serve.log")).unwrap();
        let lines: Vec<_> = log.lines().filter(|line| line.contains(r#""event":"prune""#)).collect();
        lines.len() == n
            && lines.iter().all(|line| line.contains(r#""group_runs_removed":"#) && !line.contains("error"))
    };
    until("it says so", || said(1));
    world.replace_file("clock", "2026-03-10T20:00:00Z");
    server.signal(Signal::HUP);
    world.replace_file("clock", "2026-03-11T00:00:01Z");
    server.signal(Signal::HUP);
    until("it has removed the next day's", || left(&world) == "24|24|24|24|24" || left(&world) == "25|25|25|25|25");
    until("it says so", || said(2));
}

/// Others write while many runs are removed, and none waits for long.
#[test]
fn nobody_waits_for_it() {
    let world = filled(10_000, 2_000);
    world.call("settings set log_retention 1d").ok();
    let tick = world.start("tick");
    until("it has begun", || !stamp(&world).is_empty());
    let other = world.sqlite("pipekit.db");
    let (mut longest, mut writes) = (Duration::ZERO, 0);
    let one = |sql: &str| other.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    while one("SELECT count(*) FROM run_log") > 1_000 {
        let since = Instant::now();
        other.execute_batch("BEGIN IMMEDIATE; UPDATE settings SET updated_at = updated_at; COMMIT").unwrap();
        longest = longest.max(since.elapsed());
        writes += 1;
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(writes > 3, "it was over before anybody came");
    assert!(longest < Duration::from_secs(3), "somebody waited for {longest:?}");
    tick.wait().ok();
    assert_eq!(left(&world), "25|25|25|25|25");
}

/// A file gives back what the next runs will not fill.
#[test]
fn the_file_stays_compact() {
    let world = filled(3_000, 4_000);
    let size = || world.path("pipekit.db").metadata().unwrap().len();
    let free = || world.own("PRAGMA freelist_count").parse::<u64>().unwrap() * 4096;
    let full = size();
    assert!(full > 12_000_000, "{full}");
    let pruned = world.json("log prune --older-than 1d --yes");
    assert_eq!((&pruned["removed"], pruned["bytes"].as_u64()), (&json!(2975), Some(size())));
    assert!(size() < 1_000_000, "{}", size());
    assert!(free() < 600_000, "{}", free());
    assert_eq!(world.own("PRAGMA integrity_check"), "'ok'");
    // Without anything to remove nothing is moved.
    let before = size();
    world.call("log prune --older-than 1d --yes").ok();
    assert_eq!(size(), before);
}

/// A file of an early pipekit can't, and is written anew where it is asked for and nothing runs.
#[test]
fn an_early_file_is_made_compact_on_demand() {
    let world = filled(1_000, 4_000);
    world
        .sqlite("pipekit.db")
        .execute_batch("PRAGMA auto_vacuum = NONE; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let size = || world.path("pipekit.db").metadata().unwrap().len();
    let full = size();
    let told =
        world.call("log prune --older-than 20d --yes").ok().says(" are free, and used again; --compact gives them");
    assert!(told.stderr().contains(" MB of the file's "), "{}", told.stderr());
    assert!(size() >= full);
    world
        .sqlite("pipekit.db")
        .execute_batch("UPDATE module SET running = 1, lock_at = '2026-03-10T00:00:00.000Z'")
        .unwrap();
    std::fs::create_dir_all(world.path("pipekit.db.locks")).unwrap();
    let lock = std::fs::File::create(world.path("pipekit.db.locks/module-1")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
    world.call("log prune --older-than 20d --yes --compact").fails(3, "some go on");
    drop(lock);
    world.sqlite("pipekit.db").execute_batch("UPDATE module SET running = 0").unwrap();
    world.call("log prune --older-than 20d --yes --compact").ok();
    assert!(size() < full * 6 / 10, "{full} {}", size());
    // From then on it stays so by itself.
    assert_eq!(world.own("PRAGMA auto_vacuum"), "2");
    world.call("log prune --older-than 1d --yes").ok();
    assert!(size() < 1_000_000, "{}", size());
}

#[test]
fn a_bad_age_is_refused() {
    let world = World::new();
    for value in ["90", "forever", "0d", "12h", "-1d", "''"] {
        world.refuses(&format!("settings set log_retention {value}"), 2, "is not a length of time of a day or more");
    }
    for value in ["1d", "24h", "12w"] {
        world.call(&format!("settings set log_retention {value}")).ok().prints(&format!("log_retention is {value}"));
    }
}

/// Who is killed in the middle of it has removed whole runs.
#[test]
fn a_kill_in_the_middle_leaves_whole_runs() {
    let world = filled(5_000, 2_000);
    let prune = world.start("log prune --older-than 1d --yes");
    until("some are gone", || left(&world).split('|').next() != Some("5000"));
    prune.signal(Signal::KILL);
    prune.wait();
    let counts = left(&world);
    let counts: Vec<&str> = counts.split('|').take(4).collect();
    assert!(counts.iter().all(|count| *count == counts[0]) && counts[0] != "25", "{counts:?}");
    let check = Command::new("sqlite3").arg(world.path("pipekit.db")).arg("PRAGMA integrity_check").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&check.stdout), "ok\n");
    world.call("log prune --older-than 1d --yes").ok();
    assert_eq!(left(&world), "25|25|25|25|25");
}
