//! Simulated hours: ten `tick`s at a time and a `serve` on one file, a clock that jumps, and processes that are killed.
//! `PIPEKIT_TEST_HOURS=8` has it go on for so long; `PIPEKIT_TEST_SEED` brings a run back.

use super::serve::Server;
use super::support::random::Random;
use super::support::{Running, Signal, World, until};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// 01:40:30 in New York, where at 2:00 it is 3:00.
const START: &str = "2026-03-08T06:40:30Z";

/// The schedules: the group, the crontab line, its zone.
const SCHEDULES: [(&str, &str, &str); 3] =
    [("quick", "*/2 * * * *", "UTC"), ("slow", "*/7 * * * *", "UTC"), ("gap", "30 2 * * *", "America/New_York")];

fn minutes(n: usize) -> SignedDuration {
    SignedDuration::from_mins(n.try_into().unwrap())
}

/// The times that are due after `start` and no later than `end`, by counting minutes.
fn due(schedule: usize, start: Timestamp, end: Timestamp) -> BTreeSet<Timestamp> {
    let whole = start.round(jiff::Unit::Minute).unwrap();
    let times = (0..).map(|n| whole + minutes(n)).take_while(|at| *at <= end).filter(|at| *at > start);
    let minute = |at: &Timestamp| at.as_second() / 60 % 60;
    match schedule {
        0 => times.filter(|at| minute(at) % 2 == 0).collect(),
        1 => times.filter(|at| minute(at) % 7 == 0).collect(),
        // 2:30 is skipped on the 8th, and done at 3:00, right after the gap; later it is 6:30 in UTC.
        _ => times
            .filter(|at| at.to_string() == "2026-03-08T07:00:00Z" || at.to_string().ends_with("T06:30:00Z"))
            .collect(),
    }
}

fn world() -> World {
    let world = World::new();
    world.with_sqlite("src", "CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1)");
    for (group, _, _) in SCHEDULES {
        world.with_sqlite(group, "CREATE TABLE a (id INTEGER)");
        world.module(&format!("of_{group}"), "src", group, "a", "full", "SELECT id FROM t");
        world.call(&format!("group add {group} --members of_{group}")).ok();
    }
    let slow =
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT max(i) FROM n";
    world.args(&["module", "edit", "of_slow", "--query", slow]).ok();
    world
}

/// The shop, its clock, and what there is at work in it.
struct Hours<'a> {
    world: &'a World,
    now: Timestamp,
    /// The latest that the clock has ever said.
    latest: Timestamp,
    ticks: Vec<Running>,
    random: Random,
    killed: usize,
}

impl Hours<'_> {
    fn set(&mut self, now: Timestamp) {
        self.now = now;
        self.latest = self.latest.max(now);
        self.world.replace_file("clock", &now.to_string());
    }

    /// The clock goes on by a minute, mostly.
    fn pass(&mut self) {
        let now = match self.random.below(24) {
            0 => self.now + minutes(20 + self.random.below(70)),
            // Not to before the schedules were made: what was due then would be due again.
            1 => (self.now - minutes(5 + self.random.below(60))).max(START.parse().unwrap()),
            _ => self.now + minutes(1),
        };
        self.set(now);
    }

    /// Ten look at what is due; now and then one of them is killed. The slow ones go on beside the next.
    fn tick(&mut self) {
        self.ticks.extend((0..10).map(|_| self.world.start("tick")));
        if self.random.once_in(3) {
            std::thread::sleep(Duration::from_millis(self.random.below(120) as u64));
            let which = self.random.below(self.ticks.len());
            let tick = &mut self.ticks[which];
            if !tick.has_ended() {
                tick.signal(Signal::KILL);
                self.killed += 1;
            }
        }
        let until = Instant::now() + Duration::from_millis(400);
        while !self.ticks.is_empty() && Instant::now() < until {
            self.ticks.retain_mut(|tick| !tick.has_ended());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// How many rows cover each due time of a schedule.
    fn covered(&self, schedule: usize) -> BTreeMap<Timestamp, u32> {
        let end = self.world.own(&format!(
            "SELECT max(coalesce(due_until, due_at)) FROM group_run WHERE schedule_id = {}",
            schedule + 1
        ));
        let all = match end.trim_matches('\'') {
            "NULL" => BTreeSet::new(),
            end => due(schedule, START.parse().unwrap(), end.parse().unwrap()),
        };
        let mut covered = BTreeMap::new();
        let sql = format!(
            "SELECT due_at, coalesce(due_until, due_at), coalesce(due_count, 1) FROM group_run WHERE schedule_id = {}",
            schedule + 1
        );
        for row in self.world.rows("pipekit", &sql) {
            let row = row.replace('\'', "");
            let cells: Vec<&str> = row.split('|').collect();
            let (first, last): (Timestamp, Timestamp) = (cells[0].parse().unwrap(), cells[1].parse().unwrap());
            assert!(all.contains(&first) && all.contains(&last), "{row} is not due");
            let within: Vec<Timestamp> = all.range(first..=last).copied().collect();
            assert_eq!(within.len().to_string(), cells[2], "{row}");
            for at in within {
                *covered.entry(at).or_default() += 1;
            }
        }
        covered
    }
}

/// Never 9: whoever looks, however many, whatever the clock does and whatever is killed: each due time has exactly one
/// row, fires once at most, and nothing is stuck.
#[test]
fn many_processes_on_one_file_fire_each_time_once() {
    let hours: usize = std::env::var("PIPEKIT_TEST_HOURS").map_or(0, |hours| hours.parse().unwrap());
    let seed = std::env::var("PIPEKIT_TEST_SEED").map_or_else(|_| Random::seed(), |seed| seed.parse().unwrap());
    println!("PIPEKIT_TEST_SEED={seed}");
    let mut world = world();
    let (clock, start) = (world.file("clock", START), START.parse().unwrap());
    world.set("PIPEKIT_CLOCK", &format!("@{clock}"));
    for (group, cron, zone) in SCHEDULES {
        world.args(&["schedule", "add", group, cron, "--timezone", zone]).ok();
    }
    let mut shop =
        Hours { world: &world, now: start, latest: start, ticks: Vec::new(), random: Random(seed), killed: 0 };
    let mut served = 0;
    // Half an hour, where nobody asks for more.
    for _ in 0..(hours * 4).max(2) {
        let server = Server::start(&world);
        for _ in 0..15 {
            shop.pass();
            server.signal(Signal::HUP);
            shop.tick();
        }
        served += 1;
        // A server that is dropped is killed.
        if shop.random.once_in(2) {
            server.signal(Signal::TERM);
            server.wait_no_longer_than(Duration::from_secs(20));
        }
    }
    assert!(hours == 0 || shop.killed > 0, "none was killed in time");
    shop.ticks.drain(..).for_each(|tick| drop(tick.wait()));
    shop.world.until_quiet();
    // The clock is past all that it ever said, so that nothing of what was due lies ahead.
    shop.set(shop.latest + minutes(15));
    shop.world.call("tick").ok();
    for (schedule, (group, ..)) in SCHEDULES.iter().enumerate() {
        let covered = shop.covered(schedule);
        let due = due(schedule, start, shop.now);
        let missing: Vec<&Timestamp> = due.iter().filter(|at| !covered.contains_key(at)).collect();
        assert!(missing.is_empty(), "{group}: no row for {missing:?}");
        let several: Vec<_> = covered.iter().filter(|(_, rows)| **rows != 1).collect();
        assert!(several.is_empty(), "{group}: {several:?}");
    }
    let twice = "SELECT count(*) FROM (SELECT 1 FROM run_log GROUP BY group_run_id HAVING count(*) > 1)";
    assert_eq!(shop.world.own(twice), "0");
    until("nothing runs", || shop.world.own("SELECT count(*) FROM group_run WHERE status = 'running'") == "0");
    let statuses = shop.world.own("SELECT status, count(*) FROM group_run GROUP BY 1");
    println!("{} killed, {served} servers, to {}: {statuses}", shop.killed, shop.now);
    // A short run may see no group that is still at work, or none killed.
    for status in ["success", "missed", "skipped", "error"].iter().take(if hours < 4 { 1 } else { 4 }) {
        assert!(statuses.contains(status), "{statuses}");
    }
}
