//! Schedules and `tick`: each due time has one row, and fires at most once, whoever looks, whenever, and whatever is
//! killed.

use super::support::{ENDLESS, Signal, World, until};
use jiff::Timestamp;

/// A group `g` of one module, scheduled as it says in UTC, made at 08:00:30 by a clock of its own.
struct Clocked {
    world: World,
    now: Timestamp,
}

impl Clocked {
    fn new(cron: &str) -> Clocked {
        let mut world = World::new();
        world.with_sqlite("src", "CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1)");
        world.with_sqlite("dst", "CREATE TABLE a (id INTEGER)");
        world.module("one", "src", "dst", "a", "full", "SELECT id FROM t");
        world.call("group add g --members one").ok();
        let now: Timestamp = "2026-03-10T08:00:30Z".parse().unwrap();
        world.set("PIPEKIT_CLOCK", &now.to_string());
        world.args(&["schedule", "add", "g", cron, "--timezone", "UTC"]).ok();
        Clocked { world, now }
    }

    fn at(&mut self, time: &str) -> &mut Clocked {
        self.set(format!("2026-03-{time}Z").parse().unwrap())
    }

    fn set(&mut self, now: Timestamp) -> &mut Clocked {
        self.now = now;
        self.world.set("PIPEKIT_CLOCK", &now.to_string());
        self
    }

    fn tick(&mut self) -> &mut Clocked {
        self.world.call("tick").ok();
        self
    }

    /// The rows of due times: when, until when, how many, status.
    fn rows(&self) -> Vec<String> {
        let sql = "SELECT substr(due_at, 9, 8) || coalesce(' to ' || substr(due_until, 9, 8) || ' ' || due_count, '') || ' ' || status
                   FROM group_run WHERE schedule_id IS NOT NULL ORDER BY due_at";
        self.world.rows("pipekit", sql).into_iter().map(|row| row.replace('\'', "")).collect()
    }
}

/// Never 9: what is due fires once, and what is not does not.
#[test]
fn a_time_fires_once() {
    let mut shop = Clocked::new("0 * * * *");
    shop.tick().at("10T08:59:59").tick();
    assert_eq!(shop.rows(), [""; 0]);
    shop.at("10T09:00:00").tick().tick().at("10T09:00:59").tick().at("10T09:59:00").tick();
    assert_eq!(shop.rows(), ["10T09:00 success"]);
    assert_eq!(shop.world.own("SELECT DISTINCT triggered_by FROM run_log"), "'schedule:1'");
    shop.at("10T10:00:05").world.call("tick").ok().prints("g  success");
    assert_eq!(shop.rows(), ["10T09:00 success", "10T10:00 success"]);
    assert_eq!(shop.world.own("SELECT last_fired_at FROM schedule"), "'2026-03-10T10:00:00.000Z'");
}

/// Never 9: times at which nothing ran leave one row, and are made up once, if they are not too old.
#[test]
fn a_gap_is_one_row_and_one_run() {
    let mut shop = Clocked::new("0 * * * *");
    let quiet = shop.at("10T09:00:00").world.call("tick --quiet").ok();
    assert_eq!((quiet.stdout(), quiet.stderr()), (String::new(), String::new()));
    shop = Clocked::new("0 * * * *");
    shop.at("10T11:30:00").world.call("tick").ok().says("group g missed 2 times");
    assert_eq!(shop.rows(), ["10T09:00 to 10T10:00 2 missed", "10T11:00 success"]);
    let reason = shop.world.own("SELECT reason FROM group_run WHERE status = 'success'");
    assert_eq!(reason, "'made up, 1800 s late'");
    shop.world.call("schedule edit 1 --catch-up-s 600").ok();
    let quiet = shop.at("20T11:30:00").world.call("tick -q").ok();
    assert_eq!((quiet.stdout(), quiet.stderr()), (String::new(), String::new()));
    assert_eq!(shop.rows()[2..], ["10T12:00 to 20T11:00 240 missed"]);
    shop.at("20T12:00:00").tick();
    assert_eq!(shop.rows()[3..], ["20T12:00 success"]);
    shop.world.call("group runs g").ok().prints("240 times up to");
}

/// Never 9: a group that still runs is not started again: the time is skipped, with the reason.
#[test]
fn one_that_still_runs_is_skipped_and_delays_no_other() {
    let mut shop = Clocked::new("* * * * *");
    shop.world.args(&["module", "edit", "one", "--query", &format!("SELECT i FROM ({ENDLESS})")]).ok();
    shop.world.with_sqlite("elsewhere", "CREATE TABLE a (id INTEGER)");
    shop.world.module("other", "src", "elsewhere", "a", "full", "SELECT id FROM t");
    shop.world.call("group add h --members other").ok();
    shop.world.args(&["schedule", "add", "h", "* * * * *"]).ok();
    shop.at("10T08:01:00");
    let slow = shop.world.start("tick");
    until("h is done, and g is not", || {
        shop.world.own("SELECT group_name, status FROM group_run ORDER BY 1") == "'g'|'running'\n'h'|'success'"
    });
    shop.at("10T08:02:00").world.call("tick").ok().says("is skipped: group run 1 was still running");
    let rows = shop.world.own("SELECT group_name, status FROM group_run ORDER BY 1, due_at");
    assert_eq!(rows, "'g'|'running'\n'g'|'skipped'\n'h'|'success'\n'h'|'success'");
    slow.signal(Signal::KILL);
    slow.wait();
    shop.world.until_quiet();
    // One whose process died does not block its schedule.
    shop.world.call("module edit one --query 'SELECT id FROM t'").ok();
    shop.at("10T08:03:00").tick();
    let rows = shop.world.own("SELECT status FROM group_run WHERE group_name = 'g' ORDER BY due_at");
    assert_eq!(rows, "'error'\n'skipped'\n'success'");
}

/// Never 9: a clock that goes back fires nothing twice, and silences nothing.
#[test]
fn the_clock_goes_forward_and_back() {
    let mut shop = Clocked::new("0 * * * *");
    shop.at("10T09:00:00").tick();
    shop.at("20T09:00:00").tick();
    assert_eq!(shop.rows(), ["10T09:00 success", "10T10:00 to 20T08:00 239 missed", "20T09:00 success"]);
    shop.at("10T11:30:00").world.call("tick").ok().says("the clock went back");
    assert_eq!(shop.rows(), ["10T09:00 success", "10T10:00 to 10T11:00 2 missed", "20T09:00 success"]);
    shop.at("10T12:00:00").tick().at("10T08:59:00").tick().at("10T09:00:00").tick().at("10T12:00:10").tick();
    assert_eq!(shop.rows()[2..], ["10T12:00 success", "20T09:00 success"]);
    shop.at("10T13:00:10").tick();
    assert_eq!(shop.rows()[3..], ["10T13:00 success", "20T09:00 success"]);
}

#[test]
fn disabled_and_changed_ones_count_from_now() {
    let mut shop = Clocked::new("0 * * * *");
    shop.world.call("schedule disable 1").ok();
    shop.at("10T09:00:00").tick().at("10T10:30:00");
    shop.world.call("schedule enable 1").ok();
    shop.tick();
    assert_eq!(shop.rows(), [""; 0]);
    shop.at("10T11:00:00").tick();
    assert_eq!(shop.rows(), ["10T11:00 success"]);
    shop.at("10T11:10:00").world.call("schedule edit 1 --cron '5 * * * *'").ok();
    shop.tick().at("10T12:05:00").tick();
    assert_eq!(shop.rows(), ["10T11:00 success", "10T12:05 success"]);
    // What was due before the change, and what nobody has looked at, is not done by the changed one; it leaves its row.
    shop.at("10T14:06:00").world.call("schedule edit 1 --cron '10 * * * *'").ok();
    shop.tick().at("10T14:10:00").tick();
    assert_eq!(shop.rows()[2..], ["10T13:05 missed", "10T14:05 missed", "10T14:10 success"]);
}

#[test]
fn next_times_are_shown_in_both_zones() {
    let mut shop = Clocked::new("30 2 * * *");
    shop.world.call("schedule edit 1 --timezone Europe/Berlin").ok();
    let call = shop.world.call("schedule next g --count 2 --from 2026-03-28T12:00:00Z").ok();
    call.prints("Sun 2026-03-29 03:00 CEST  Sun 2026-03-29 01:00  02:30 is skipped by daylight saving: right after");
    let next = shop.world.json("schedule next --count 1 --from 2026-10-24T12:00:00Z");
    assert_eq!(next[0]["at"], "2026-10-25T00:30:00.000Z");
    assert_eq!(next[0]["moved"], "comes twice by daylight saving: the first");
    // Whatever is shown of a schedule is in its zone; JSON is in UTC.
    let due = "Wed 2026-03-11 02:30 CET";
    for line in ["schedule list", "schedule show 1", "group show g", "status", "why g", "why one"] {
        shop.world.call(line).ok().prints(due);
    }
    shop.world.call("schedule add g '30 2 * * 1-6' --timezone Europe/Berlin").ok().prints(&format!("next at {due}"));
    assert_eq!(shop.world.json("status")["groups"][0]["next_at"], "2026-03-11T01:30:00.000Z");
    shop.at("11T04:00:00").world.call("schedule edit 1 --catch-up-s 0").ok();
    shop.world.call("why g").ok().prints(&format!("was due at {due} and missed"));
    let missed = shop.world.own("SELECT min(id) FROM group_run WHERE status = 'missed'");
    shop.world.call(&format!("group runs --id {missed}")).ok().prints(due);
    shop.world.call("group runs").ok().prints(due);
    shop.world.call("tick").ok().says(&format!("missed its time at {due}"));
    shop.world.refuses("schedule add g '61 * * * *'", 2, "61");
    shop.world.refuses("schedule add g '30  2 * * *' --timezone Europe/Berlin", 2, "for `30 2 * * *` already");
    shop.world.refuses("schedule add g '0 0 0 * * *'", 2, "five fields");
    shop.world.refuses("schedule add g '@daily' --timezone Mars/Phobos", 2, "Europe/Berlin");
    shop.world.refuses("schedule add nix '@daily'", 4, "there is no group nix");
}
