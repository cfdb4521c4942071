//! Making the store have a set of definitions: what would change, and then all of that in one transaction.
//!
//! What would change is found by doing it, and taking it back: so every rule has been asked, and what is shown is what
//! then happens.

use super::difference::{self, Difference};
use super::set::{Definition, Definitions, Key, Kind};
use super::{connection, driver, group, module};
use crate::error::{Code, Error, Result};
use crate::store::Store;
use rusqlite::Connection;
use serde::Serialize;
use std::collections::BTreeSet;

/// What becomes of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is new.
    Add,
    /// It is another one than before.
    Change,
    /// It goes.
    Remove,
}

/// What becomes of one definition.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// What happens.
    pub action: Action,
    /// To what.
    #[serde(flatten)]
    pub key: Key,
    /// In which fields, where it changes; what goes with it, where it goes.
    pub fields: Vec<Difference>,
    /// The name of one that the set has not, where what is added is as that is in all else: its runs stay with that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub like: Option<String>,
}

/// What a set of definitions would change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// What changes: what others need comes first, what goes comes last.
    pub changes: Vec<Change>,
    /// What the store has and the set has not, and stays.
    pub kept: Vec<Key>,
    /// Whether what the set has not is removed.
    pub prune: bool,
}

/// Finds out what making the store have these definitions would change; with `prune`, it is to have no others.
///
/// # Errors
/// Every definition that breaks a rule, refers to what is not there, or may not be changed now, with its place.
pub fn plan(store: &mut Store, wanted: &Definitions, prune: bool) -> Result<Plan> {
    store.rehearse(|tx| carry_out(tx, wanted, prune))
}

/// Makes the store have these definitions, all or none, as `plan` foretold it.
///
/// # Errors
/// As [`plan`]; `Failed` when something else would change by now.
pub fn apply(store: &mut Store, wanted: &Definitions, plan: &Plan) -> Result<()> {
    store.write(|tx| {
        if carry_out(tx, wanted, plan.prune)? == *plan {
            return Ok(());
        }
        Err(Error::new(Code::Failed, "the definitions were changed by somebody else meanwhile, and nothing was done")
            .hint("look at the plan again: the same command with --dry-run"))
    })
}

fn carry_out(conn: &Connection, wanted: &Definitions, prune: bool) -> Result<Plan> {
    let before = Definitions::of_store(conn)?;
    let mut mistakes = Mistakes::of(wanted);
    let (first, then): (Vec<_>, Vec<_>) = wanted.all.iter().partition(|(key, _)| key.kind == Kind::Driver);
    for (key, definition) in first {
        mistakes.note(key, put(conn, key, definition))?;
    }
    // Connections may name each other, so all are there before one does.
    for (key, definition) in &then {
        if let Definition::Connection(full) = definition
            && !before.all.contains_key(key)
        {
            let alone = connection::Connection { default_dest_connection: None, ..full.clone() };
            mistakes.note(key, put(conn, key, &Definition::Connection(alone)))?;
        }
    }
    for (key, definition) in then {
        if !mistakes.failed.contains(key) {
            mistakes.note(key, put(conn, key, definition))?;
        }
    }
    let others: Vec<Key> = before
        .all
        .keys()
        .filter(|key| !wanted.all.contains_key(key) && !wanted.broken.contains_key(key))
        .cloned()
        .collect();
    // What is wrong may be what needs them.
    if prune && mistakes.errors.is_empty() {
        if wanted.all.is_empty() && !others.is_empty() {
            return Err(Error::invalid("there is no definition there at all, and everything would be removed"));
        }
        for key in others.iter().rev() {
            mistakes.note(key, remove(conn, wanted, key))?;
        }
    }
    mistakes.none()?;
    let after = Definitions::of_store(conn)?;
    Ok(Plan { changes: changes(&before, &after, &others), kept: if prune { Vec::new() } else { others }, prune })
}

/// Makes the store have one definition. What says the same in other words changes nothing.
fn put(conn: &Connection, key: &Key, definition: &Definition) -> Result<()> {
    let now = Definition::find(conn, key)?;
    if now.as_ref().is_some_and(|(_, now)| now == definition) {
        return Ok(());
    }
    conn.execute_batch("SAVEPOINT definition")?;
    let saved = definition.save(conn, now.as_ref().map(|(id, _)| *id));
    if saved.as_ref().is_err_and(|error| error.code == Code::Store) {
        return saved.map(|_| ());
    }
    let same = saved.is_ok() && now.is_some() && Definition::find(conn, key)? == now;
    if same || saved.is_err() {
        conn.execute_batch("ROLLBACK TO definition")?;
    }
    conn.execute_batch("RELEASE definition")?;
    saved.map(|_| ())
}

/// Removes what the set has not, unless what it has needs it.
fn remove(conn: &Connection, wanted: &Definitions, key: &Key) -> Result<()> {
    let name = &key.name;
    let removed = match key.kind {
        Kind::Driver => driver::remove(conn, name).map(|_| ()),
        Kind::Module => module::remove(conn, name, false).map(|_| ()),
        // Its schedules go with it: that they do is why --force is asked for, and a plan shows it.
        Kind::Group => return group::remove(conn, name, true).map(|_| ()),
        Kind::Connection => {
            let user = wanted.all.iter().find(|(_, definition)| {
                matches!(definition, Definition::Connection(c) if c.default_dest_connection.as_ref() == Some(name))
            });
            match user {
                Some((user, _)) => Err(Error::new(Code::InUse, format!("{key} is the default destination of {user}"))),
                None => connection::remove(conn, name, false).map(|_| ()),
            }
        }
    };
    removed.map_err(|error| match error.code {
        Code::InUse => error.hint("define it too, or take it out of what uses it"),
        _ => error,
    })
}

/// What changed, in the order of [`Plan::changes`].
fn changes(before: &Definitions, after: &Definitions, others: &[Key]) -> Vec<Change> {
    let like = |key: &Key, new: &Definition| {
        let has_runs = matches!(key.kind, Kind::Module | Kind::Group);
        let same =
            |other: &&Key| has_runs && other.kind == key.kind && before.all[*other].clone().named(&key.name) == *new;
        others.iter().find(same).map(|other| other.name.clone())
    };
    let put = after.all.iter().filter_map(|(key, new)| {
        let (action, fields, like) = match before.all.get(key) {
            None => (Action::Add, Vec::new(), like(key, new)),
            Some(old) if old == new => return None,
            Some(old) => (Action::Change, difference::between(old, new), None),
        };
        Some(Change { action, key: key.clone(), fields, like })
    });
    let gone = before.all.iter().rev().filter(|(key, _)| !after.all.contains_key(key)).map(|(key, old)| {
        // A group's schedules are what is missed most when it has gone.
        let fields = match old {
            Definition::Group(group) => {
                let bare = group::Group { schedules: Vec::new(), ..group.clone() };
                difference::between(old, &Definition::Group(bare))
            }
            _ => Vec::new(),
        };
        Change { action: Action::Remove, key: key.clone(), fields, like: None }
    });
    put.chain(gone).collect()
}

/// What is wrong, all of it together.
struct Mistakes<'a> {
    wanted: &'a Definitions,
    errors: Vec<Error>,
    failed: BTreeSet<Key>,
}

impl<'a> Mistakes<'a> {
    /// Those that were found when the definitions were read.
    fn of(wanted: &'a Definitions) -> Mistakes<'a> {
        let mut mistakes = Mistakes { wanted, errors: Vec::new(), failed: wanted.broken.keys().cloned().collect() };
        for (key, mistake) in &wanted.broken {
            mistakes.errors.push(wanted.place(key, Error::invalid(&mistake.message)));
        }
        mistakes
    }

    /// Takes up what became of a definition. That one is missing which is wrong itself is no mistake more.
    ///
    /// # Errors
    /// `Store`, at once: SQLite may have ended the transaction, and what came after would land by itself.
    fn note(&mut self, key: &Key, done: Result<()>) -> Result<()> {
        let Err(error) = done else { return Ok(()) };
        if error.code == Code::Store {
            return Err(self.wanted.place(key, error));
        }
        let missing = |failed: &Key| error.code == Code::NotFound && error.message == format!("there is no {failed}");
        if !self.failed.iter().any(missing) {
            self.errors.push(self.wanted.place(key, error));
        }
        self.failed.insert(key.clone());
        Ok(())
    }

    /// # Errors
    /// All mistakes as one error, where there is any.
    fn none(mut self) -> Result<()> {
        if self.errors.len() < 2 {
            return self.errors.pop().map_or(Ok(()), Err);
        }
        let shown = |e: &Error| match &e.hint {
            Some(hint) => format!("\n  {} ({hint})", e.message),
            None => format!("\n  {}", e.message),
        };
        let list: String = self.errors.iter().map(shown).collect();
        let code = self.errors.iter().map(|e| e.code).find(|code| *code != self.errors[0].code);
        let code = code.map_or(self.errors[0].code, |_| Code::Invalid);
        Err(Error::new(code, format!("{} mistakes:{list}", self.errors.len())).hint("nothing was changed"))
    }
}
