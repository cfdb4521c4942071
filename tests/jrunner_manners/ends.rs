//! However a run ends, nothing of the program is left within two seconds.

use super::{BEFORE, Jdbc, folders, held, is_right, no_folder_is_left, orders};
use crate::support::{Running, Signal, World, kill, until};
use std::time::{Duration, Instant};

/// The JVMs of a world, and what they have started.
fn programs(world: &World) -> Vec<(u32, String)> {
    world
        .processes()
        .into_iter()
        .filter(|(_, line)| !line.starts_with("pipekit ") && !line.contains("/pipekit "))
        .collect()
}

/// A run that hangs: as it starts, or once its rows are moved.
fn hanging(world: &World, jdbc: &Jdbc, manners: &[&str]) -> Running {
    jdbc.has(manners);
    jdbc.starts();
    let run = world.start("run orders");
    let mode = if manners.contains(&"hang=end") { "transfer" } else { "query" };
    until("it hangs", || jdbc.has_started(mode));
    if manners.contains(&"hang=end") {
        until("the rows are there", || {
            world.sqlite("dst.db").query_row("SELECT count(*) FROM pipekit_staging_orders", [], |row| row.get(0))
                == Ok(3)
        });
    }
    if manners.contains(&"child") {
        until("its child is there", || programs(world).iter().any(|(_, line)| line.starts_with("sleep 600")));
    }
    run
}

/// Nothing of the program is left two seconds after `since`, nor its folder; the destination is as it was.
#[track_caller]
fn nothing_is_left(world: &World, since: Instant) {
    let mut left = programs(world);
    while !left.is_empty() && since.elapsed() < Duration::from_secs(2) {
        std::thread::sleep(Duration::from_millis(10));
        left = programs(world);
    }
    assert!(left.is_empty(), "{left:?}");
    world.until_quiet();
    no_folder_is_left(world);
    assert_eq!(held(world), BEFORE);
}

/// Never 3: cancelled, timed out, told to end, and killed: whether the program listens or not.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn nothing_of_the_program_is_left() {
    let (world, jdbc, _) = orders(&[]);
    is_right(&world);
    for manners in [&["hang=start"][..], &["hang=end", "ignore-term", "child", "only=FROM orders WHERE id >"]] {
        let run = hanging(&world, &jdbc, manners);
        let since = Instant::now();
        world.call("cancel orders").ok();
        nothing_is_left(&world, since);
        run.wait().code(130);

        let run = hanging(&world, &jdbc, manners);
        let since = Instant::now();
        run.signal(Signal::TERM);
        nothing_is_left(&world, since);
        run.wait().code(130);

        let run = hanging(&world, &jdbc, manners);
        let since = Instant::now();
        run.signal(Signal::KILL);
        nothing_is_left(&world, since);
        drop(run);
        assert_eq!(world.log("orders")["status"], "error");
    }
    world.call("module edit orders --timeout-s 2").ok();
    let run = hanging(&world, &jdbc, &["hang=start", "ignore-term", "child"]);
    run.wait_no_longer_than(Duration::from_secs(6)).fails(1, "timed out after 2 s");
    nothing_is_left(&world, Instant::now());
    world.call("module edit orders --timeout-s 60").ok();
    jdbc.has(&["slow-start=1000"]);
    is_right(&world);
}

/// Never 3: pipekit and the guard are killed. The program goes with its guard, and the next run removes its folder.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn the_next_run_removes_what_a_killed_guard_left() {
    let (world, jdbc, _) = orders(&[]);
    is_right(&world);
    let run = hanging(&world, &jdbc, &["hang=start", "ignore-term"]);
    let guard = world.processes().into_iter().find(|(_, line)| line.contains("--guard")).unwrap().0;
    run.signal(Signal::STOP);
    kill(guard, Signal::KILL);
    run.signal(Signal::KILL);
    let since = Instant::now();
    until("nothing is left", || world.processes().is_empty());
    assert!(since.elapsed() < Duration::from_secs(2));
    assert_eq!(folders(&world).len(), 1);
    drop(run);
    jdbc.has(&[]);
    is_right(&world);
}

/// A child that goes on is ended with the program, and its run is a success.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn a_child_that_outlives_the_program_is_ended() {
    let (world, jdbc, _) = orders(&["no-header"]);
    world.call("connection test src").ok();
    jdbc.has(&["no-header", "child"]);
    is_right(&world);
    world.until_quiet();
}
