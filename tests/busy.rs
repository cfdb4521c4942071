//! What can't be changed while a module runs, or while it is not known what a run of it did.

use super::support::World;

/// `orders` as a living process holds it: the claim in its row, and the lock that proves it.
fn running() -> (World, std::fs::File) {
    let world = World::orders();
    std::fs::create_dir_all(world.path("pipekit.db.locks")).unwrap();
    let lock = std::fs::File::create(world.path("pipekit.db.locks/module-1")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
    world
        .sqlite("pipekit.db")
        .execute_batch(
            "UPDATE module SET running = 1, lock_pid = 7, lock_host = 'other', lock_user = 'etl', lock_at = '2026-03-10T08:00:00.000Z';
             INSERT INTO run_log (module_id, module_name, triggered_by, started_at, status, merge_strategy)
             VALUES (1, 'orders', 'manual', '2026-03-10T08:00:00.000Z', 'running', 'full');
             UPDATE module SET last_run_id = 1",
        )
        .unwrap();
    (world, lock)
}

/// `orders` with a run whose end is not known: its destination can't be asked.
fn unknown() -> World {
    let world = World::orders();
    world
        .sqlite("pipekit.db")
        .execute_batch(
            "INSERT INTO run_log (module_id, module_name, triggered_by, started_at, finished_at, status, merge_strategy)
             VALUES (1, 'orders', 'manual', '2026-03-10T08:00:00.000Z', '2026-03-10T08:00:01.000Z', 'unknown', 'full')",
        )
        .unwrap();
    world
}

/// What would take the destination, and the receipt in it, out of sight.
const MOVES: &[&str] = &[
    "module rename orders sales",
    "module edit orders --dest erp",
    "connection edit dw --url jdbc:sqlite:/elsewhere.db",
];

#[test]
fn a_module_that_runs_stays_where_it_is() {
    let (world, _lock) = running();
    for line in MOVES.iter().chain(&[
        "module remove orders",
        "module remove orders --force",
        "connection remove dw --force",
        "connection remove erp --force",
        "run orders",
    ]) {
        world.refuses(line, 3, "module orders is already running since 2026-03-10 08:00:00 (process 7 on other)");
    }
    assert_eq!(world.call("connection remove erp --force --json").error()["code"], "locked");
}

#[test]
fn a_module_that_runs_may_be_changed_for_the_next_run() {
    let (world, _lock) = running();
    for line in [
        "module edit orders --notes x --query 'SELECT 1'",
        "connection edit dw --notes x",
        "module disable orders",
        "connection edit erp --url jdbc:sqlite:/elsewhere.db",
        "watermark add orders n --connection dw --sql 'SELECT 1'",
    ] {
        world.call(line).ok();
    }
    world.call("module show orders").ok().prints("running since 2026-03-10 08:00:00 (process 7 of etl on other)");
    world.call("status").ok().prints("▶").prints("running, ");
    assert_eq!(world.json("log --status running").as_array().unwrap().len(), 1);
}

#[test]
fn a_run_that_goes_on_is_not_pruned() {
    let (world, _lock) = running();
    assert_eq!(world.json("log prune --older-than 0s --yes")["removed"], 0);
    assert_eq!(world.own("SELECT count(*) FROM run_log"), "1");
}

/// Never 13: what would take the receipt of a run in doubt out of sight is refused.
#[test]
fn a_module_in_doubt_stays_where_its_receipt_is() {
    let world = unknown();
    for line in MOVES.iter().filter(|line| line.starts_with("module")) {
        world.refuses(line, 1, "it is not known yet whether run 1 of module orders has merged");
        world.refuses(line, 1, "`pipekit log show 1` finds out");
    }
    // Its server may have moved, and be asked only where it is now.
    world.call("connection edit dw --url jdbc:sqlite:/elsewhere.db").ok();
    world.call("module edit orders --notes x").ok();
    assert_eq!(world.json("log prune --older-than 0s --yes")["removed"], 0);
}
