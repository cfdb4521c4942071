//! While the source is being written to, and synced, what is on its way is no difference.

use crate::support::{Pair, Side, mariadb, postgres};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Writers change, add and take away rows all the time, and the module runs all the time.
fn case(mut pair: Pair, strategy: &str, between: Duration, changes: &[&str]) {
    let table = "CREATE TABLE t (id INTEGER PRIMARY KEY, qty INTEGER, changed INTEGER)";
    let rows: Vec<String> = (1..=400).map(|id| format!("({id}, {id}, 0)")).collect();
    pair.src(&format!("{table}; INSERT INTO t VALUES {}; CREATE INDEX t_changed ON t (changed)", rows.join(", ")));
    pair.dst(table);
    pair.module("t", &format!("--table t {strategy} --unique-key id"));
    if strategy.contains("{seen}") {
        pair.world
            .args(&[
                "watermark",
                "add",
                "t",
                "seen",
                "--connection",
                "dst",
                "--sql",
                "SELECT max(changed) FROM t",
                "--default",
                "0",
            ])
            .ok();
    }
    for _ in 0..4 {
        pair.world.run("t");
        std::thread::sleep(between);
    }
    let over = AtomicBool::new(false);
    let world = &pair.world;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                world.call("run t").ok();
                std::thread::sleep(between);
            }
        });
        let verifying = scope.spawn(|| {
            let (until, patience) = (Duration::from_secs(6), Duration::from_secs(40));
            let (began, mut met) = (Instant::now(), 0);
            while began.elapsed() < until || met == 0 && began.elapsed() < patience {
                let told = world.call("module verify t --json").json();
                if told["differences"] != serde_json::json!([]) {
                    return Err(told);
                }
                let steps = world.log(&told["run_id"].to_string())["steps"].clone();
                met += usize::from(steps.as_array().unwrap().iter().any(|step| step["kind"] == "transfer"));
            }
            Ok(met)
        });
        let mut n = 1;
        while !verifying.is_finished() {
            for change in changes {
                n += 1;
                pair.src(&change.replace('@', &n.to_string()).replace('#', &(n * 7919 % 400 + 1).to_string()));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        over.store(true, Ordering::SeqCst);
        let met = verifying.join().unwrap().unwrap_or_else(|told| panic!("{told:#}"));
        assert!(met > 0, "no rows were on their way");
    });
    // What no run brings is told all the same.
    pair.call("run t").ok();
    pair.call("module verify t").ok();
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn full_loads() {
    let pair = Pair::of(Some(postgres::Database::new()), Some(postgres::Database::new()));
    let changes = [
        "UPDATE t SET qty = @ WHERE id = #",
        "INSERT INTO t VALUES (1000 + @, 1, 0)",
        "DELETE FROM t WHERE id = 990 + @",
    ];
    case(pair, "--strategy full --query 'SELECT * FROM t'", Duration::from_secs(2), &changes);
}

#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn incremental_loads() {
    let from = Side::Mariadb(mariadb::Database::new());
    let pair = Pair::between(from, Side::Postgres(Box::new(postgres::Database::new())));
    let changes = ["UPDATE t SET qty = @, changed = @ WHERE id = #", "INSERT INTO t VALUES (1000 + @, 1, @)"];
    case(
        pair,
        "--strategy incremental --key id --query 'SELECT * FROM t WHERE changed >= {seen}'",
        Duration::ZERO,
        &changes,
    );
}
