//! The table of times.txt, which `check.py` compares with other implementations.

use super::{at, next, zone};
use jiff::civil::DateTime;
use pipekit::crontab::{Crontab, Due, Moved};

/// A block of the table.
struct Case<'a> {
    expression: &'a str,
    zone: &'a str,
    after: &'a str,
    times: Vec<&'a str>,
}

fn cases(table: &str) -> Vec<Case<'_>> {
    let mut cases: Vec<Case> = Vec::new();
    for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some(line) = line.strip_prefix("  ") else {
            cases.push(Case { expression: line, zone: "", after: "", times: Vec::new() });
            continue;
        };
        let case = cases.last_mut().expect("a block begins with an expression");
        if line.starts_with("croniter: ") || line.starts_with("systemd: ") {
            // Why others differ is check.py's.
        } else if let Some((zone, after)) = line.split_once(" after ") {
            (case.zone, case.after) = (zone, after);
        } else {
            case.times.push(line);
        }
    }
    cases
}

/// A time as the table has it, of which the offset is that of the zone.
fn due(line: &str, zone_name: &str) -> Due {
    let (time, moved) = line.split_once(' ').unwrap_or((line, ""));
    let due = at(time);
    let offset = time.get(16..).map(|offset| offset.replace('Z', "+00:00")).unwrap();
    assert_eq!(due.to_zoned_datetime(zone(zone_name)).strftime("%:z").to_string(), offset, "{line}: not {zone_name}'s");
    let moved = match moved.split_once(' ') {
        Some(("for", wall)) => Some(Moved::Skipped(wall.parse::<DateTime>().unwrap())),
        _ if moved == "twice" => Some(Moved::Repeated),
        _ => {
            assert_eq!(moved, "", "{line}");
            None
        }
    };
    Due { at: due, moved }
}

#[test]
fn the_next_times_are_those_of_the_table() {
    let cases = cases(include_str!("times.txt"));
    assert!(cases.len() >= 60, "the table is short of cases: {}", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        assert!(!case.times.is_empty(), "`{}` has no times", case.expression);
        let expected: Vec<Due> = case.times.iter().map(|line| due(line, case.zone)).collect();
        let crontab = Crontab::parse(case.expression).unwrap();
        let found = next(&crontab, at(case.after), &zone(case.zone), expected.len());
        if found != expected {
            wrong.push(format!("`{}` in {} after {}: {found:?}", case.expression, case.zone, case.after));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
