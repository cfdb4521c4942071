//! How a server ends while runs go on.

use super::super::support::{NEW, OLD, Signal, until};
use super::Server;
use std::time::{Duration, Instant};

on_each! {
    /// Never 13: a merge goes on through the grace period, is then cancelled, and leaves the destination whole.
    fn a_merge_that_does_not_end_is_cancelled_after_the_grace_period(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete");
        let held = pair.hold_merge();
        let world = std::mem::replace(&mut pair.world, super::super::super::support::World::bare());
        let server = Server::start(&world);
        let run = server.post("/api/modules/orders/run", "{}").is(202).json()["run_id"].as_i64().unwrap();
        world.until_in("merge");
        server.signal(Signal::TERM);
        until("it begins nothing", || server.post("/api/modules/orders/run", "{}").status == 503);
        // It is seen until it ends, and given its time.
        assert_eq!(server.get(&format!("/api/runs/{run}")).is(200).json()["status"], "running");
        let since = Instant::now();
        assert!(server.wait_no_longer_than(Duration::from_secs(20)).success());
        assert!(since.elapsed() > Duration::from_secs(1), "{:?}", since.elapsed());
        world.until_quiet();
        assert_eq!(world.log(&run.to_string())["status"], "cancelled");
        assert_eq!(world.own("SELECT running, cancel_requested, lock_pid FROM module"), "0|0|NULL");
        pair.world = world;
        assert_eq!(pair.loaded(), OLD);
        pair.let_merge(held);
        pair.world.run("orders");
        assert_eq!(pair.loaded(), NEW);
    }

    /// A run that ends within the grace period ends well, and the server with it.
    fn a_merge_that_ends_in_time_is_a_success(pair) {
        let mut pair = pair.with_orders();
        // So many rows that it takes a moment, which is within the grace period.
        pair.src("WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) \
                  INSERT INTO orders SELECT i, 'x', i FROM n");
        pair.orders("--strategy full --full-by delete");
        let server = Server::start(&pair.world);
        server.post("/api/modules/orders/run", "{}").is(202);
        server.signal(Signal::TERM);
        assert!(server.wait_no_longer_than(Duration::from_secs(20)).success());
        pair.world.until_quiet();
        assert_eq!(pair.world.own("SELECT r.status, m.running FROM run_log r, module m"), "'success'|0");
        assert_eq!(pair.rows("SELECT count(*) FROM orders"), ["19994"]);
    }
}

/// A second signal is a request to end now; what is not running is not waited for.
#[test]
fn a_second_signal_cancels_at_once() {
    let mut pair = super::super::support::Pair::sqlite().with_orders();
    pair.orders("--strategy full --full-by delete");
    pair.hold_merge();
    let server = Server::start(&pair.world);
    server.post("/api/modules/orders/run", "{}").is(202);
    pair.world.until_in("merge");
    server.signal(Signal::INT);
    std::thread::sleep(Duration::from_millis(300));
    server.signal(Signal::HUP);
    server.signal(Signal::INT);
    assert!(server.wait_no_longer_than(Duration::from_millis(2500)).success());
    assert_eq!(pair.world.own("SELECT status FROM run_log"), "'cancelled'");
    assert_eq!(pair.loaded(), OLD);

    let server = Server::start(&pair.world);
    let since = Instant::now();
    // A hang-up ends nothing.
    server.signal(Signal::HUP);
    std::thread::sleep(Duration::from_millis(100));
    server.health();
    server.signal(Signal::TERM);
    assert!(server.wait_no_longer_than(Duration::from_secs(3)).success());
    assert!(since.elapsed() < Duration::from_secs(3));
}
