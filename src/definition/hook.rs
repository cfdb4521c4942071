//! A hook: SQL that runs after a module's merge.

use super::{check_text, name_or_id};
use crate::error::Result;
use crate::store::{connection, hook as table};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

/// After which ends of a run a hook runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum RunOn {
    /// After a merge that was committed.
    #[default]
    Success,
    /// After a run that failed.
    Failure,
    /// After either.
    Always,
}

impl RunOn {
    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            RunOn::Success => "success",
            RunOn::Failure => "failure",
            RunOn::Always => "always",
        }
    }

    fn of(stored: &str) -> RunOn {
        match stored {
            "failure" => RunOn::Failure,
            "always" => RunOn::Always,
            _ => RunOn::Success,
        }
    }
}

/// A hook as it is defined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// Its place among the module's hooks; after the last, where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_order: Option<i64>,
    /// Where it runs: any connection.
    #[serde(deserialize_with = "name_or_id", alias = "connection_id")]
    pub connection: String,
    /// What it runs, one statement or several.
    pub sql: String,
    /// After which ends of a run.
    #[serde(default)]
    pub run_on: RunOn,
}

impl From<table::Hook> for Hook {
    fn from(row: table::Hook) -> Self {
        Hook {
            run_order: Some(row.run_order),
            connection: row.connection,
            run_on: RunOn::of(&row.run_on),
            sql: row.sql,
        }
    }
}

/// Adds a hook to a module (`id` is `None`) or rewrites one, and gives its id.
///
/// # Errors
/// `Invalid` for a broken rule, `NotFound` for its connection.
pub fn save(conn: &Connection, module_id: i64, id: Option<i64>, hook: &Hook) -> Result<i64> {
    check_text("the hook's SQL", &hook.sql)?;
    let run_order = match hook.run_order {
        Some(order) => order,
        None => table::of_module(conn, module_id)?.last().map_or(1, |last| last.run_order.saturating_add(1)),
    };
    let new = table::NewHook {
        run_order,
        connection_id: connection::find(conn, &hook.connection)?.id,
        sql: &hook.sql,
        run_on: hook.run_on.as_str(),
    };
    match id {
        None => table::insert(conn, module_id, &new),
        Some(id) => {
            table::update(conn, id, &new)?;
            Ok(id)
        }
    }
}

/// Gives each hook its place, as [`save`] would one after the other, and sorts them by it.
pub fn put_in_order(hooks: &mut [Hook]) {
    let mut last: Option<i64> = None;
    for hook in hooks.iter_mut() {
        let order = *hook.run_order.get_or_insert(last.map_or(1, |last| last.saturating_add(1)));
        last = last.max(Some(order));
    }
    hooks.sort_by_key(|hook| hook.run_order);
}

/// Makes the module's hooks be `wanted`. One that is there already, or another one at its place, keeps its id.
///
/// # Errors
/// As [`save`].
pub fn save_all(conn: &Connection, module_id: i64, wanted: &[Hook]) -> Result<()> {
    let mut wanted = wanted.to_vec();
    put_in_order(&mut wanted);
    let mut present = table::of_module(conn, module_id)?;
    let mut ids: Vec<Option<i64>> = vec![None; wanted.len()];
    let mut same = Vec::new();
    let likenesses: [fn(&Hook, &Hook) -> bool; 2] = [|a, b| a == b, |a, b| a.run_order == b.run_order];
    for (exactly, alike) in [true, false].into_iter().zip(likenesses) {
        for (place, hook) in wanted.iter().enumerate() {
            let found = present.iter().position(|row| alike(&Hook::from(row.clone()), hook));
            if let (None, Some(found)) = (ids[place], found) {
                ids[place] = Some(present.remove(found).id);
                same.extend(exactly.then_some(place));
            }
        }
    }
    // Those of one place run by their ids, and what is added comes last: where that is another order, all are new.
    let by_id = |place: usize| (wanted[place].run_order, ids[place].unwrap_or(i64::MAX));
    if (1..wanted.len()).any(|place| by_id(place - 1) > by_id(place)) {
        table::delete_of_module(conn, module_id)?;
        ids.fill(None);
        same.clear();
    } else {
        for gone in present {
            table::delete(conn, gone.id)?;
        }
    }
    for (place, hook) in wanted.iter().enumerate().filter(|(place, _)| !same.contains(place)) {
        save(conn, module_id, ids[place], hook)?;
    }
    Ok(())
}
