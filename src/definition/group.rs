//! A group: modules that run together, in order, and when.

use super::place;
pub use super::place::{Place, split as split_places};
use super::schedule::{self, Times};
use super::{check_at_once, check_name, taken};
use crate::error::{Code, Error, Result};
use crate::store::{group as table, group_run, module, schedule as schedules};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

/// A group as it is defined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Whether a failure stops the rest.
    #[serde(default)]
    pub stop_on_failure: bool,
    /// How many modules of one place run at once.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub max_parallel: i64,
    /// Its modules, in the order in which they run.
    #[serde(default, deserialize_with = "place::places")]
    pub members: Vec<Place>,
    /// When it runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Times>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde gives a reference.
fn is_one(n: &i64) -> bool {
    *n == 1
}

fn one() -> i64 {
    1
}

impl Group {
    /// A group of nothing.
    pub fn new(name: String) -> Group {
        Group { name, stop_on_failure: false, max_parallel: 1, members: Vec::new(), schedules: Vec::new() }
    }

    /// Whether it may run several modules at once, and has no two that may: each has a place of its own.
    pub fn is_in_vain(&self) -> bool {
        self.max_parallel > 1 && self.members.len() > 1 && self.members.iter().all(|place| place.0.len() == 1)
    }

    /// The same, with its schedules in the order that they always have.
    #[must_use]
    pub fn in_order(mut self) -> Group {
        schedule::put_in_order(&mut self.schedules);
        self
    }
}

/// The group of that name or id, as it is defined.
///
/// # Errors
/// `NotFound` where there is none.
pub fn load(conn: &Connection, name_or_id: &str) -> Result<Group> {
    let row = table::find(conn, name_or_id)?;
    let members = place::of(&table::members(conn, Some(row.id))?, |m| m.module.clone());
    let members = members.into_iter().map(Place).collect();
    let schedules = schedules::of_group(conn, row.id)?.into_iter().map(Times::from).collect();
    let (name, stop_on_failure, max_parallel) = (row.name, row.stop_on_failure, row.max_parallel);
    Ok(Group { name, stop_on_failure, max_parallel, members, schedules }.in_order())
}

/// Adds a group (`id` is `None`) or rewrites one, and gives its id. Members that stay in the same order keep their
/// places' numbers.
///
/// # Errors
/// `Invalid` for a broken rule, `Exists` for a name that is taken, `NotFound` for a member, what a schedule's are.
pub fn save(conn: &Connection, id: Option<i64>, group: &Group) -> Result<i64> {
    check_name("group", &group.name)?;
    if table::find(conn, &group.name).is_ok_and(|other| Some(other.id) != id) {
        return Err(taken("group", &group.name));
    }
    check_at_once("max_parallel", group.max_parallel)?;
    let mut wanted: Vec<Vec<i64>> = Vec::new();
    for place in &group.members {
        if place.0.is_empty() {
            return Err(Error::invalid(format!("a place among the members of group {} is empty", group.name)));
        }
        wanted.push(Vec::new());
        for member in &place.0 {
            let found = module::find(conn, member)?;
            if wanted.iter().flatten().any(|other| *other == found.id) {
                return Err(Error::invalid(format!("module {} is in group {} twice", found.name, group.name)));
            }
            wanted.iter_mut().last().into_iter().for_each(|place| place.push(found.id));
        }
    }
    let id = table::save(conn, id, &group.name, group.stop_on_failure, group.max_parallel)?;
    let present = place::of(&table::members(conn, Some(id))?, |m| m.module_id);
    if present != wanted {
        // Those of one place come in the order in which they were put there: they are put there anew.
        let stays = |module: &i64| wanted.iter().any(|place| place[..] == [*module]);
        for module in present.iter().flatten().filter(|module| !stays(module)) {
            table::remove_member(conn, id, *module)?;
        }
        for (order, place) in (1..).zip(&wanted) {
            for module in place {
                table::put_member(conn, id, *module, order)?;
            }
        }
    }
    schedule::save_all(conn, id, &group.name, &group.schedules)?;
    Ok(id)
}

/// Puts a module into a group, or to another place in it: behind the others, where no place is said.
///
/// # Errors
/// Only where pipekit's own file can't be used.
pub fn put_member(conn: &Connection, group_id: i64, module_id: i64, run_order: Option<i64>) -> Result<table::Member> {
    let others = table::members(conn, Some(group_id))?;
    let last = others.iter().filter(|m| m.module_id != module_id).map(|m| m.run_order).max().unwrap_or(0);
    table::put_member(conn, group_id, module_id, run_order.unwrap_or(last.saturating_add(1)))?;
    let member = table::members(conn, Some(group_id))?.into_iter().find(|m| m.module_id == module_id);
    member.ok_or_else(|| Error::not_found("module", module_id))
}

/// Removes a group; with its schedules, where that is `force`d.
///
/// # Errors
/// `InUse` when it is running, or has schedules.
pub fn remove(conn: &Connection, name_or_id: &str, force: bool) -> Result<table::Group> {
    let group = table::find(conn, name_or_id)?;
    if let Some(run) = group_run::running(conn, Some(group.id))?.first() {
        return Err(Error::new(Code::InUse, format!("group {} is running (group run {})", group.name, run.id))
            .hint(format!("`pipekit group cancel {}` stops it", group.name)));
    }
    let schedules = schedules::of_group(conn, group.id)?.len();
    if schedules > 0 && !force {
        return Err(Error::new(Code::InUse, format!("group {} has {schedules} schedule(s)", group.name))
            .hint(format!("`pipekit group remove {} --force` removes them too", group.name)));
    }
    table::delete(conn, group.id)?;
    Ok(group)
}
