//! A schedule: when a group runs.

use super::name_or_id;
use crate::clock;
use crate::crontab::Crontab;
use crate::engine::tick;
use crate::error::{Error, Result};
use crate::store::{group, schedule as table};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

/// How late a time that was missed is made up at most, in seconds, where nothing else is said.
pub const CATCH_UP_S: i64 = 3600;

/// A schedule as it is defined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The group that it runs.
    #[serde(deserialize_with = "name_or_id", alias = "group_id")]
    pub group: String,
    /// When, as crontab(5) says it.
    pub cron_expr: String,
    /// The time zone of that; the setting `timezone`, or the machine's, where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// How many seconds late a time that was missed is made up, at most.
    #[serde(default = "catch_up")]
    pub catch_up_s: i64,
    /// Whether it fires.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn catch_up() -> i64 {
    CATCH_UP_S
}

fn yes() -> bool {
    true
}

impl From<table::Schedule> for Schedule {
    fn from(row: table::Schedule) -> Self {
        Schedule {
            group: row.group,
            cron_expr: row.cron_expr,
            timezone: row.timezone,
            catch_up_s: row.catch_up_s,
            enabled: row.enabled,
        }
    }
}

/// A schedule of a group, within the group's definition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// When, as crontab(5) says it.
    pub cron_expr: String,
    /// The time zone of that; the setting `timezone`, or the machine's, where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// How many seconds late a time that was missed is made up, at most.
    #[serde(default = "catch_up")]
    pub catch_up_s: i64,
    /// Whether it fires.
    #[serde(default = "yes")]
    pub enabled: bool,
}

impl From<table::Schedule> for Times {
    fn from(row: table::Schedule) -> Self {
        Times { cron_expr: row.cron_expr, timezone: row.timezone, catch_up_s: row.catch_up_s, enabled: row.enabled }
    }
}

impl Times {
    /// As a definition of its own.
    fn of(self, group: &str) -> Schedule {
        Schedule {
            group: group.to_owned(),
            cron_expr: self.cron_expr,
            timezone: self.timezone,
            catch_up_s: self.catch_up_s,
            enabled: self.enabled,
        }
    }
}

/// Sorts schedules by their expressions, with one space between the fields: their order means nothing.
pub fn put_in_order(schedules: &mut [Times]) {
    for times in schedules.iter_mut() {
        times.cron_expr = spaced(&times.cron_expr);
    }
    schedules.sort();
}

/// Makes the group's schedules be `wanted`. One that is there already stays as it is, and so remembers what it fired;
/// one for the same times is changed, and counts from now on.
///
/// # Errors
/// As [`save`].
pub fn save_all(conn: &Connection, group_id: i64, group: &str, wanted: &[Times]) -> Result<()> {
    let mut present = table::of_group(conn, group_id)?;
    let mut wanted = wanted.to_vec();
    put_in_order(&mut wanted);
    wanted.retain(|times| match present.iter().position(|row| Times::from(row.clone()) == *times) {
        Some(same) => {
            present.remove(same);
            false
        }
        None => true,
    });
    for times in wanted {
        let alike = present.iter().position(|p| p.cron_expr == times.cron_expr && p.timezone == times.timezone);
        let changed = alike.or(if present.is_empty() { None } else { Some(0) });
        let id = changed.map(|i| present.remove(i).id);
        save(conn, id, &times.of(group))?;
    }
    for gone in present {
        table::delete(conn, gone.id)?;
    }
    Ok(())
}

/// An expression with one space between its fields.
fn spaced(expression: &str) -> String {
    expression.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Adds a schedule, for times that the group has none for yet: of two for the same the second would find the first's run.
///
/// # Errors
/// As [`save`].
pub fn add(conn: &Connection, schedule: &Schedule) -> Result<i64> {
    let (group, expression) = (group::find(conn, &schedule.group)?, spaced(&schedule.cron_expr));
    let same = |row: &table::Schedule| row.cron_expr == expression && row.timezone == schedule.timezone;
    match table::of_group(conn, group.id)?.into_iter().find(same) {
        Some(row) => {
            Err(Error::invalid(format!("group {} has schedule {} for `{expression}` already", group.name, row.id))
                .hint(format!("`pipekit schedule edit {}` changes it", row.id)))
        }
        None => save(conn, None, schedule),
    }
}

/// Adds a schedule (`id` is `None`) or rewrites one, and gives its id.
///
/// # Errors
/// `Invalid` for an expression, a zone or a number that is none, `NotFound` for its group.
pub fn save(conn: &Connection, id: Option<i64>, schedule: &Schedule) -> Result<i64> {
    let expression = spaced(&schedule.cron_expr);
    Crontab::parse(&expression).map_err(|why| {
        Error::invalid(format!("`{expression}` is not a time as crontab(5) has it: {why}"))
            .hint("minute hour day-of-month month day-of-week, such as '30 2 * * mon-fri', or @daily")
    })?;
    if let Some(zone) = &schedule.timezone {
        clock::zone(zone).map_err(Error::invalid)?;
    }
    if schedule.catch_up_s < 0 {
        return Err(Error::invalid("catch_up_s is less than 0"));
    }
    let new = table::NewSchedule {
        group_id: group::find(conn, &schedule.group)?.id,
        cron_expr: &expression,
        timezone: schedule.timezone.as_deref(),
        catch_up_s: schedule.catch_up_s,
        enabled: schedule.enabled,
    };
    if let Some(id) = id {
        tick::leave(conn, id)?;
    }
    table::save(conn, id, &new)
}
