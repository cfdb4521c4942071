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

/// Adds a schedule (`id` is `None`) or rewrites one, and gives its id.
///
/// # Errors
/// `Invalid` for an expression, a zone or a number that is none, `NotFound` for its group.
pub fn save(conn: &Connection, id: Option<i64>, schedule: &Schedule) -> Result<i64> {
    let expression = schedule.cron_expr.split_whitespace().collect::<Vec<_>>().join(" ");
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
