//! When a schedule is due: crontab(5), in a time zone.

mod random;
mod refused;
mod table;

use jiff::{Timestamp, tz::TimeZone};
use pipekit::crontab::{Crontab, Due};

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// The next `count` times.
fn next(crontab: &Crontab, after: Timestamp, zone: &TimeZone, count: usize) -> Vec<Due> {
    crontab.after(after, zone).take(count).collect()
}
