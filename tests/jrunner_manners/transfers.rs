//! What a program says of a transfer, and how it ends.

use super::{BEFORE, ORDERS, held, is_refused, is_right, orders};
use crate::support::World;

/// The number of rows is what the program says of it at its end, in whatever words; where it does not say, it stays
/// unknown, and what staging holds is counted.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn the_number_of_rows_is_read_from_its_words_or_is_not_known() {
    let (world, jdbc, _) = orders(&[]);
    const UNKNOWN: &str = "jrunner did not say at its end how many rows it moved: whether the 3 in staging are all";
    for (manners, rows) in [
        (&["summary=done"][..], None),
        (&["no-summary"], None),
        (&["batch=2", "no-summary"], None),
        (&["one-line", "no-line-end"], Some(3)),
        (&["batch=1", "summary=Transfer complete: {n} records in 0.5 s (6 rows/s)"], Some(3)),
        (&["summary=rows copied = {n}"], Some(3)),
        (&["invalid-line"], Some(3)),
    ] {
        jdbc.has(manners);
        let run = is_right(&world);
        assert_eq!(run["row_count"].as_i64(), rows, "{manners:?}");
        assert_eq!(run["warnings"].to_string().contains(UNKNOWN), rows.is_none(), "{run}");
    }
    world.args(&["settings", "set", "jrunner_rows_pattern", r"moved (\d+)"]).ok();
    jdbc.has(&["summary=moved {n} of 100 rows"]);
    assert_eq!(is_right(&world)["row_count"], 3);
}

/// Never 7: where the program says another number than staging holds, nothing is merged.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn a_wrong_number_of_rows_stops_the_run() {
    let (world, _, _) = orders(&["wrong-count"]);
    is_refused(&world, "the runner says it moved 4 rows, and staging holds 3");
}

/// Has the source fail.
fn failing(world: &World) {
    world
        .call("module edit orders --query 'SELECT id, 1 / (3 - id) AS item FROM orders WHERE id > {from} ORDER BY id'")
        .ok();
}

/// Never 7: a transfer that breaks off in the middle is an error, by whatever it shows; what it had committed by then
/// stays in staging.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn a_transfer_that_breaks_off_is_an_error() {
    let (world, jdbc, _) = orders(&[]);
    is_right(&world);
    for (manners, says) in [
        (&["die-after=2", "batch=1", "die-with=137"][..], "137"),
        (
            &["die-after=2", "batch=1", "die-with=0"],
            "jrunner did not say at its end how many rows it moved, as it did before",
        ),
        (
            &["die-after=2", "batch=1", "die-with=0", "one-line"],
            "jrunner did not say at its end how many rows it moved",
        ),
    ] {
        jdbc.has(manners);
        is_refused(&world, says);
    }
    failing(&world);
    for (manners, says) in [
        (&["exit-0"][..], "Division by zero"),
        (&["exit-0", "errors-on-stdout"], "Division by zero"),
        (&["silent-errors"], "no rows came, and a full load would empty orders"),
    ] {
        jdbc.has(manners);
        is_refused(&world, says);
    }
    // Where no rows are none to worry about there is a warning.
    world.call("module edit orders --strategy incremental --key id").ok();
    let run = world.run("orders");
    assert_eq!(held(&world), BEFORE);
    assert!(run["warnings"].to_string().contains("whether the 0 in staging are all there were is not known"), "{run}");
}

/// A million lines take little memory and little room, and leave the beginning and the end.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn a_million_lines_are_cut() {
    let (world, jdbc, _) = orders(&[]);
    is_right(&world);
    jdbc.has(&["lines=1000000", "no-flush", "slow-start=300"]);
    let run = world.start("run orders");
    let mut peak = 0;
    while std::path::Path::new(&format!("/proc/{}", run.pid())).exists() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", run.pid())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let Some(line) = line else { break };
        peak = line.trim().trim_end_matches(" kB").parse::<u64>().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    run.wait().ok();
    assert_eq!(held(&world), ORDERS);
    assert!(peak < 64 << 10, "{peak} kB");
    let out = world.call("log show orders --stdout").ok().stdout();
    assert!(out.contains("a line of no interest, number 0\n") && out.contains("bytes cut here"), "{}", &out[..500]);
    assert!(out.ends_with("a line of no interest, number 999999\n3 rows\n"), "{}", &out[out.len() - 500..]);
    assert!(out.len() < 2 << 20);
    let file = std::fs::metadata(world.path("pipekit.db")).unwrap().len();
    assert!(file < 8 << 20, "{file}");
}
