//! In what two definitions of one thing differ, field by field.

use super::set::Definition;
use serde::Serialize;
use toml::{Table, Value};

/// One field that differs. A part (a watermark, say) that comes or goes is a field too, with all that it has.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Which: `retries`, `watermarks.since.resolver_sql`, `hooks[0].sql`.
    pub field: String,
    /// What it was; `None` where it was not said.
    pub old: Option<Value>,
    /// What it becomes; `None` where it is not said any more.
    pub new: Option<Value>,
}

/// The fields in which two definitions differ, in the order in which they are written.
pub fn between(old: &Definition, new: &Definition) -> Vec<Difference> {
    let mut found = Vec::new();
    fields("", &table(old), &table(new), &mut found);
    found
}

fn table(definition: &Definition) -> Table {
    // A definition has nothing that TOML can't say.
    Table::try_from(definition).unwrap_or_default()
}

fn fields(path: &str, old: &Table, new: &Table, found: &mut Vec<Difference>) {
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    for key in new.keys().chain(gone) {
        let (before, after) = (old.get(key), new.get(key));
        if before == after {
            continue;
        }
        let field = format!("{path}{key}");
        let (some, others) = (tables(before), tables(after));
        if some.is_empty() && others.is_empty() {
            found.push(Difference { field, old: before.cloned(), new: after.cloned() });
        } else {
            parts(&field, some, others, found);
        }
    }
}

fn tables(value: Option<&Value>) -> Vec<&Table> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table).collect()
}

/// Compares parts: each with that of its name, those without one with what they are most like.
fn parts(field: &str, old: Vec<&Table>, new: Vec<&Table>, found: &mut Vec<Difference>) {
    let path = |part: &Table, place: usize| match part.get("name").and_then(Value::as_str) {
        Some(name) => format!("{field}.{name}"),
        None => format!("{field}[{place}]"),
    };
    let mut others: Vec<(usize, &Table)> = old.into_iter().enumerate().collect();
    let mut changed: Vec<(usize, &Table)> = Vec::new();
    for (place, part) in new.into_iter().enumerate() {
        match others.iter().position(|(_, other)| *other == part) {
            Some(same) => drop(others.remove(same)),
            None => changed.push((place, part)),
        }
    }
    for (place, part) in changed {
        let likeness = |other: &Table| match (part.get("name"), other.get("name")) {
            (Some(one), Some(two)) => usize::from(one == two),
            _ => part.iter().filter(|(key, value)| other.get(*key) == Some(*value)).count(),
        };
        let most =
            (0..others.len()).rev().max_by_key(|i| likeness(others[*i].1)).filter(|i| likeness(others[*i].1) > 0);
        match most {
            Some(i) => fields(&format!("{}.", path(part, place)), others.remove(i).1, part, found),
            None => found.push(Difference { field: path(part, place), old: None, new: Some(part.clone().into()) }),
        }
    }
    for (place, part) in others {
        found.push(Difference { field: path(part, place), old: Some(part.clone().into()), new: None });
    }
}
