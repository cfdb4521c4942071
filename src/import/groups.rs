//! Scripts that start others as groups, and the lines of crontabs as schedules of them.

use super::connections::{legal, numbered};
use super::event::{Event, Site, What};
use super::report::{Declined, Told};
use super::value::Value;
use super::{Reading, Start, base_name, merge};
use crate::definition::group::{Group, Place};
use crate::definition::hook::{Hook, RunOn};
use crate::definition::schedule::{CATCH_UP_S, Times};
use std::collections::BTreeMap;

/// A group that comes over.
pub(super) struct Found {
    pub group: Group,
    pub told: Vec<Told>,
    pub site: Site,
}

/// The groups, with their schedules.
pub(super) fn of(reading: &mut Reading<'_>) -> Vec<Found> {
    let mut groups: BTreeMap<Start, Found> = BTreeMap::new();
    let starts: Vec<Start> = reading.traces.keys().cloned().collect();
    for start in &starts {
        let events = &reading.traces[start].events;
        if !events.iter().any(|event| matches!(event.what, What::Call(_))) {
            continue;
        }
        let mut told = Vec::new();
        let members = members(reading, start, &mut told, 0);
        if members.is_empty() {
            continue;
        }
        let site = Site { file: start.script.display().to_string(), line: 1 };
        let stops = events.iter().any(|event| matches!(&event.what, What::Call(call) if call.must_succeed));
        told.insert(
            0,
            Told::sure(&format!("its members are {}", members.join(", ")), "the script starts theirs in this order"),
        );
        if stops {
            told.push(Told::sure("a failure stops the rest", "`set -e` in the script"));
        }
        let name = free_name(&base_name(start, reading), &groups);
        let members = members.into_iter().map(Place::one).collect();
        let group = Group { stop_on_failure: stops, members, ..Group::new(name) };
        trailing(reading, start, &mut told, &group);
        groups.insert(start.clone(), Found { group, told, site });
    }
    schedules(reading, &mut groups);
    groups.into_values().collect()
}

/// The modules of a script and of those that it starts, in their order.
fn members(reading: &Reading<'_>, start: &Start, told: &mut Vec<Told>, depth: usize) -> Vec<String> {
    let Some(trace) = reading.traces.get(start).filter(|_| depth < 20) else { return Vec::new() };
    let mut all: Vec<String> = Vec::new();
    for (at, event) in trace.events.iter().enumerate() {
        let more = match &event.what {
            What::Transfer(_) => {
                let own = reading.modules.iter().filter(|found| found.start == *start && found.at == at);
                own.map(|found| found.module.name.clone()).collect()
            }
            What::Call(_) => called(reading, event, told, depth),
            _ => Vec::new(),
        };
        for name in more {
            match all.contains(&name) {
                true => told.push(Told::likely(&format!("{name} runs once"), "it is started twice").at(&event.site)),
                false => all.push(name),
            }
        }
    }
    all
}

/// The modules of a script that is started here.
fn called(reading: &Reading<'_>, event: &Event, told: &mut Vec<Told>, depth: usize) -> Vec<String> {
    let What::Call(call) = &event.what else { return Vec::new() };
    let script = call.script.display();
    let args: Option<Vec<String>> = call.args.iter().map(Value::known).collect();
    let Some(args) = args.filter(|_| event.condition.is_none()) else {
        let why = event.condition.clone().unwrap_or_else(|| "what it is given is not known".to_owned());
        told.push(Told::guess(&format!("what {script} does is not in the group"), &why).at(&event.site));
        return Vec::new();
    };
    // A script that needs nothing may be given something.
    let start = Start { script: call.script.clone(), args };
    let plain = Start { script: call.script.clone(), args: Vec::new() };
    let start = if reading.traces.contains_key(&start) { start } else { plain };
    let more = members(reading, &start, told, depth + 1);
    if more.is_empty() {
        told.push(
            Told::guess(&format!("{script} is not in the group"), "no module comes over from it").at(&event.site),
        );
    }
    more
}

/// Statements that a script runs after all those that it starts: a hook of the last of their modules.
fn trailing(reading: &mut Reading<'_>, start: &Start, told: &mut Vec<Told>, group: &Group) {
    let alone = merge::read(&reading.traces[start].events).alone;
    let Some(last) = group.members.last().and_then(|place| place.0.last()) else { return };
    for after in alone {
        let connection = match reading.connections.of(&after.place) {
            Ok(connection) => connection,
            Err(why) => {
                let why = format!("where a statement runs after the group is not known: {why}");
                reading.declined.push(Declined {
                    site: after.site,
                    module: false,
                    what: Some(group.name.clone()),
                    why,
                });
                continue;
            }
        };
        let first: Vec<&str> = after.sql.split_whitespace().take(4).collect();
        let what = format!("a hook on {connection}: {} …", first.join(" "));
        let why = format!(
            "{} runs it after all its members, of which this is the last: see which module it belongs to",
            start.script.display()
        );
        told.push(Told::guess(&format!("{what} is one of module {last}"), "a group has no hooks").at(&after.site));
        if let Some(found) = reading.modules.iter_mut().find(|found| found.module.name == *last) {
            found.told.push(Told::guess(&what, &why).at(&after.site));
            found.module.hooks.push(Hook { run_order: None, connection, sql: after.sql, run_on: RunOn::Success });
            found.module = found.module.clone().in_order();
        }
    }
}

/// Puts the lines of crontabs to the groups that they start; a line that starts a module has a group of its own.
fn schedules(reading: &mut Reading<'_>, groups: &mut BTreeMap<Start, Found>) {
    let lines = std::mem::take(&mut reading.lines);
    for (site, line, trace) in &lines {
        let calls: Vec<&Event> = trace.events.iter().filter(|event| matches!(event.what, What::Call(_))).collect();
        let mut told = Vec::new();
        let mut all: Vec<String> = Vec::new();
        for event in &calls {
            for name in called(reading, event, &mut told, 0) {
                if !all.contains(&name) {
                    all.push(name);
                }
            }
        }
        let first = calls.iter().find_map(|event| match &event.what {
            What::Call(call) => {
                let args = call.args.iter().map(Value::known).collect::<Option<Vec<_>>>()?;
                Some(Start { script: call.script.clone(), args })
            }
            _ => None,
        });
        let (Some(first), false) = (first, all.is_empty()) else {
            let why = match calls.is_empty() {
                true => "it starts no script of the folder",
                false => "no module comes over from the script that it starts",
            };
            reading.declined.push(Declined { site: site.clone(), module: false, what: None, why: why.to_owned() });
            continue;
        };
        let times = Times {
            cron_expr: line.times.clone(),
            timezone: line.timezone.clone(),
            catch_up_s: CATCH_UP_S,
            enabled: false,
        };
        let zone = line.timezone.as_ref().map(|zone| format!(" in {zone}")).unwrap_or_default();
        let schedule = Told::sure(
            &format!("it runs at `{}`{zone}, once its schedule is enabled", line.times),
            "a line of the crontab",
        )
        .at(site);
        let name = free_name(&base_name(&first, reading), groups);
        let group = groups.entry(first).or_insert_with(|| {
            let member =
                Told::sure(&format!("its members are {}", all.join(", ")), "the crontab starts their script").at(site);
            let group = Group { members: all.into_iter().map(Place::one).collect(), ..Group::new(name) };
            Found { group, told: vec![member], site: site.clone() }
        });
        if !group.group.schedules.contains(&times) {
            group.group.schedules.push(times);
        }
        group.told.push(schedule);
        group.told.extend(told);
    }
    reading.lines = lines;
}

fn free_name(name: &str, groups: &BTreeMap<Start, Found>) -> String {
    let is_free = |name: &str| !groups.values().any(|found| found.group.name == name);
    let name = legal("group", name);
    if is_free(&name) {
        return name;
    }
    (2..).map(|n| numbered(&name, n)).find(|name| is_free(name)).unwrap_or_default()
}
