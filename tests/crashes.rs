//! A server that crashes under a run, and a client that dies while the server is still at its merge.

use super::support::cluster::Cluster;
use super::support::random::Random;
use super::support::shop::{Shop, WAYS, Way};
use super::support::steps::Place;
use super::support::{Pair, Signal, kill, until};

/// Never 13, never 7: PostgreSQL goes down in no order and comes back, at every step of a run. Its staging table is
/// empty then, for it is unlogged.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_server_that_crashes_loses_nothing() {
    let cluster = Cluster::start();
    for way in WAYS {
        let mut shop = Shop::new(Pair::of(None, Some(cluster.database())), way);
        let mut random = Random(11);
        let places = Place::all(&shop.pair.world.steps("orders"));
        // Every place with one way, and with the others those where rows are under way.
        let risky = |place: &Place| matches!(place, Place::Begin(kind, _) | Place::Within(kind, _) | Place::End(kind, _) if kind == "merge" || kind == "transfer");
        for place in places.iter().filter(|place| way == Way::Append || risky(place)) {
            let what = format!("{way:?}, {place:?}, crash");
            let crash = |shop: &mut Shop, _: &_| {
                cluster.crash();
                shop.pair.pg().reconnect();
                true
            };
            let Some((_, verdict)) = shop.suffer(&what, place, &mut random, crash) else { continue };
            assert_ne!(verdict.status, "unknown", "{what}: {}", verdict.said);
            if matches!(place, Place::Begin(kind, _) | Place::Within(kind, _) if kind == "merge") {
                assert_eq!(verdict.status, "error", "{what}: {}", verdict.said);
            }
            shop.goes_on(&what);
        }
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
    let merging =
        "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'DO %'";
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

/// Never 13: a merge whose client is dead may be committed or rolled back, and the log says which.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn the_log_knows_what_became_of_a_dead_client_s_merge() {
    for way in WAYS {
        for killed in [Killed::Runner, Killed::Both] {
            for commits in [true, false] {
                client_dies(way, killed, commits);
            }
        }
    }
}
