//! A server that crashes under a run, and a client that dies while the server is still at its merge.

use super::support::cluster::{Cluster, MariaCluster};
use super::support::fault::Victim;
use super::support::random::Random;
use super::support::shop::{STAGED, Shop, Way};
use super::support::steps::{Held, Place};
use super::support::{Pair, Side, Signal, kill, until};

/// Never 13, never 7: PostgreSQL goes down in no order and comes back, at every step of a run. Its staging table is
/// empty then, for it is unlogged.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_server_that_crashes_loses_nothing() {
    let cluster = Cluster::start();
    for way in STAGED.into_iter().chain([Way::DirectTruncate]) {
        let mut shop = Shop::new(Pair::of(None, Some(cluster.database())), way);
        let mut random = Random(11);
        let places = Place::all(&shop.pair.world.steps("orders"));
        // Every place with one way, and with the others those where rows are under way.
        let risky = |place: &Place| matches!(place.step().0, "merge" | "transfer");
        for place in places.iter().filter(|place| way == Way::Append || risky(place)) {
            let what = format!("{way:?}, {place:?}, crash");
            let crash = |shop: &mut Shop, _: &_| {
                cluster.crash();
                shop.pair.pg().reconnect();
                true
            };
            let Some((_, verdict)) = shop.suffer(&what, place, &mut random, crash) else { continue };
            // A direct load that had not begun finds all that it needs.
            if place.step() == ("merge", "merge") && !matches!(place, Place::End(..)) && !way.is_direct() {
                assert_eq!(verdict.status, "error", "{what}: {}", verdict.said);
            }
            shop.goes_on(&what);
        }
    }
}

/// Never 13, never 7: the same of MariaDB.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn a_server_of_mariadb_that_crashes_loses_nothing() {
    let cluster = MariaCluster::start();
    let mut shop = Shop::new(Pair::between(Side::Sqlite, Side::Mariadb(cluster.database())), Way::Incremental);
    let mut random = Random(11);
    let places = Place::all(&shop.pair.world.steps("orders"));
    let mut struck = 0;
    // What it had staged is there again, so that a run whose merge had not begun may go on and succeed.
    for place in places.iter().filter(|place| matches!(place.step().0, "merge" | "transfer")) {
        let what = format!("{place:?}, crash");
        let crash = |shop: &mut Shop, _: &_| {
            cluster.crash();
            shop.pair.my().reconnect();
            true
        };
        struck += usize::from(shop.suffer(&what, place, &mut random, crash).is_some());
        shop.goes_on(&what);
    }
    assert!(struck > 5, "few places were struck: {struck}");
}

/// Never 13: a merge that was told as done is done, though the server is set to tell so before it is on the disk.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_server_that_commits_later_than_it_says_loses_no_merge() {
    let cluster = Cluster::start();
    let database = cluster.database();
    let mut admin = database.session();
    let off = format!(
        "ALTER DATABASE {} SET synchronous_commit = off; ALTER SYSTEM SET wal_writer_delay = '10s'",
        database.name
    );
    off.split(';').for_each(|sql| admin.batch_execute(sql).unwrap());
    admin.batch_execute("SELECT pg_reload_conf()").unwrap();
    let mut shop = Shop::new(Pair::of(None, Some(database)), Way::Append);
    // By itself the server loses what it said it had committed.
    shop.pair.pg().session().batch_execute("INSERT INTO told VALUES (7)").unwrap();
    cluster.crash();
    shop.pair.pg().reconnect();
    assert_eq!(shop.pair.rows("SELECT n FROM told WHERE n = 7"), [""; 0]);
    shop.change(&mut Random(3));
    // The hook comes after the merge, and would have it written.
    shop.pair.call("hook remove 1").ok();
    shop.pair.world.run("orders");
    cluster.crash();
    shop.pair.pg().reconnect();
    shop.holds_what_is_due();
}

/// Kills a run in the middle of its transfer or its merge, which would not end by themselves.
fn killed_in_the_middle(pair: Pair, kind: &str) {
    // A direct load is a transfer and a merge in one, and is as long as the transfer.
    let direct = [Way::DirectDelete].into_iter().filter(|_| kind == "transfer");
    for way in STAGED.into_iter().chain(direct) {
        for victim in [Victim::Pipekit, Victim::Runner, Victim::Both, Victim::Backends] {
            // Elsewhere a full load always deletes.
            if way == Way::Truncate && !pair.is_postgres() || victim == Victim::Backends && !pair.is_on_server() {
                continue;
            }
            // That a destination is gone is noticed with the next row, and none comes from this source any more.
            if kind == "transfer" && victim == Victim::Backends {
                continue;
            }
            let what = format!("{way:?}, in the middle of the {kind}, {victim:?}");
            let mut shop = Shop::new(pair.like(), way);
            if pair.is_mariadb() {
                // This server looks for its client when it has an answer, and not while it waits for a lock.
                let url = format!("{}?sessionVariables=innodb_lock_wait_timeout=2", shop.pair.my().url());
                shop.pair.world.args(&["connection", "edit", "dst", "--url", &url]).ok();
            }
            let held = if kind == "merge" { shop.pair.hold_merge() } else { None };
            shop.source_ends(kind == "merge");
            let run = if kind == "merge" { shop.pair.start_merging() } else { shop.pair.world.start("run orders") };
            shop.pair.world.until_in(kind);
            let runner = Some(shop.pair.world.runner());
            let mut held_run = Held { run, runner };
            assert!(victim.strike(&mut shop, &held_run), "{what}: nothing was struck");
            until("the run is over", || {
                // One that was struck before it was asked for rows is started anew.
                if victim == Victim::Runner && kind == "transfer" {
                    held_run.runner = shop.pair.world.running_runner();
                    victim.strike(&mut shop, &held_run);
                }
                held_run.run.has_ended()
            });
            held_run.run.wait();
            if kind == "merge" {
                // Whoever is left has to stop what it does, and a server to notice that its client is gone.
                shop.pair.world.until_quiet();
                until("no merge is on", || !pair.is_on_server() || !shop.pair.is_merging());
                shop.pair.let_merge(held);
            }
            shop.source_ends(true);
            let verdict = shop.settled(&what);
            assert_eq!(verdict.status, "error", "{what}: {}", verdict.said);
            shop.goes_on(&what);
        }
    }
}

on_each! {
    /// Never 3, never 13: a transfer that is killed leaves the destination as it was.
    fn a_run_that_is_killed_in_the_middle_of_its_transfer(pair) {
        killed_in_the_middle(pair, "transfer");
    }

    /// Never 1, never 3, never 13: a merge that is killed leaves the destination as it was.
    fn a_run_that_is_killed_in_the_middle_of_its_merge(pair) {
        killed_in_the_middle(pair, "merge");
    }
}

/// The processes of a run that are killed while the server is at its merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Killed {
    Runner,
    Both,
}

/// Kills the client of a merge that waits for a lock, on a server that does not notice; then `end` decides what becomes
/// of it.
fn client_dies(way: Way, killed: Killed, commits: bool) {
    let what = format!("{way:?}, {killed:?}, {}", if commits { "committed" } else { "rolled back" });
    let mut shop = Shop::new(Pair::postgres(), way);
    let url = format!("{}?options=-c%20client_connection_check_interval=0", shop.pair.pg().url());
    shop.pair.world.args(&["connection", "edit", "dst", "--url", &url]).ok();
    let held = shop.pair.hold_merge();
    let run = shop.pair.start_merging();
    let runner = shop.pair.world.runner();
    if killed == Killed::Both {
        // Stopped, so that it can't ask the server to stop when its pipe ends.
        kill(runner, Signal::STOP);
        run.signal(Signal::KILL);
    }
    kill(runner, Signal::KILL);
    if killed == Killed::Runner {
        let asks = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%abandoned%'
                    AND datname = current_database()";
        until("the receipt is asked for", || shop.pair.rows(asks).len() == 1);
    }
    // Not by what it waits for: a server says so a moment after it waits.
    let merging =
        "FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()
                   AND query LIKE '%pipekit_inserted%'";
    if !commits {
        assert_eq!(shop.pair.rows(&format!("SELECT pg_terminate_backend(pid, 10000) {merging}")), ["t"], "{what}");
    }
    drop(held);
    run.wait();
    until("the merge is over", || shop.pair.rows(&format!("SELECT {merging}")).is_empty());
    let verdict = shop.settled(&what);
    assert_eq!(verdict.status, if commits { "success" } else { "error" }, "{what}: {}", verdict.said);
    shop.goes_on(&what);
}

/// The same on MariaDB, which does not notice either while it waits for a row.
fn client_of_mariadb_dies(way: Way, killed: Killed, commits: bool) {
    let what = format!("MariaDB, {way:?}, {killed:?}, {}", if commits { "goes on" } else { "ended" });
    let mut shop = Shop::new(Pair::mariadb(), way);
    let held = shop.pair.hold_merge();
    let run = shop.pair.start_merging();
    let runner = shop.pair.world.runner();
    if killed == Killed::Both {
        kill(runner, Signal::STOP);
        run.signal(Signal::KILL);
    }
    kill(runner, Signal::KILL);
    let waiting = "SELECT id FROM information_schema.processlist
        WHERE db = DATABASE() AND command = 'Query' AND id <> connection_id()";
    if killed == Killed::Runner {
        until("the receipt is asked for", || {
            shop.pair.rows(&format!("{waiting} AND info LIKE '%abandoned%'")).len() == 1
        });
    }
    if !commits {
        let merging = shop.pair.rows(&format!("{waiting} AND info NOT LIKE '%abandoned%'"));
        assert_eq!(merging.len(), 1, "{what}: {merging:?}");
        shop.pair.dst(&format!("KILL {}", merging[0]));
    }
    drop(held);
    run.wait();
    until("the merge is over", || shop.pair.rows(waiting).is_empty());
    let verdict = shop.settled(&what);
    // The server does all of a script that it was sent, whether or not somebody still listens.
    assert_eq!(verdict.status, if commits { "success" } else { "error" }, "{what}: {}", verdict.said);
    shop.goes_on(&what);
}

/// Never 13: a merge whose client is dead may be committed or rolled back, and the log says which.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn the_log_knows_what_became_of_a_dead_client_s_merge_on_mariadb() {
    for way in [Way::Delete, Way::Incremental, Way::Append] {
        for killed in [Killed::Runner, Killed::Both] {
            for commits in [true, false] {
                client_of_mariadb_dies(way, killed, commits);
            }
        }
    }
}

/// Never 13: a merge whose client is dead may be committed or rolled back, and the log says which.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_log_knows_what_became_of_a_dead_client_s_merge() {
    for way in STAGED {
        for killed in [Killed::Runner, Killed::Both] {
            for commits in [true, false] {
                client_dies(way, killed, commits);
            }
        }
    }
}
