//! All that is defined, by kind and name: what a folder of files holds, what an import makes, what a store has.

use super::connection::{self, Connection};
use super::driver::{self, Driver};
use super::group::{self, Group};
use super::module::{self, Module};
use super::text::{self, Mistake};
use crate::error::{Error, Result, or_none};
use crate::store::{Store, connection as connections, driver as drivers, group as groups, module as modules};
use rusqlite::Connection as Sqlite;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a definition is of, in the order in which they need each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A driver that is not built in.
    Driver,
    /// A connection.
    Connection,
    /// A module with its watermarks and hooks.
    Module,
    /// A group with its members' places and its schedules.
    Group,
}

impl Kind {
    /// Each of them.
    pub const ALL: [Kind; 4] = [Kind::Driver, Kind::Connection, Kind::Module, Kind::Group];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Driver => "driver",
            Kind::Connection => "connection",
            Kind::Module => "module",
            Kind::Group => "group",
        }
    }
}

/// The kind and the name of what is defined. As text, `module orders`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Key {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind.as_str(), self.name)
    }
}

/// One definition.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum Definition {
    Driver(Driver),
    Connection(Connection),
    Module(Module),
    Group(Group),
}

impl Definition {
    /// What it is the definition of.
    pub fn key(&self) -> Key {
        let (kind, name) = match self {
            Definition::Driver(d) => (Kind::Driver, &d.name),
            Definition::Connection(c) => (Kind::Connection, &c.name),
            Definition::Module(m) => (Kind::Module, &m.name),
            Definition::Group(g) => (Kind::Group, &g.name),
        };
        Key { kind, name: name.clone() }
    }

    /// The same under another name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Definition {
        match &mut self {
            Definition::Driver(d) => name.clone_into(&mut d.name),
            Definition::Connection(c) => name.clone_into(&mut c.name),
            Definition::Module(m) => name.clone_into(&mut m.name),
            Definition::Group(g) => name.clone_into(&mut g.name),
        }
        self
    }

    /// The definition as TOML.
    ///
    /// # Errors
    /// As [`text::write`].
    pub fn write(&self) -> Result<String> {
        text::write(self)
    }

    /// The definition that a TOML text is.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn read(kind: Kind, text: &str) -> Result<Definition, Mistake> {
        Ok(match kind {
            Kind::Driver => Definition::Driver(text::read(text)?),
            Kind::Connection => Definition::Connection(text::read::<Connection>(text)?.in_order()),
            Kind::Module => Definition::Module(text::read::<Module>(text)?.in_order()),
            Kind::Group => Definition::Group(text::read::<Group>(text)?.in_order()),
        })
    }

    /// The names that it refers to.
    pub fn references(&self) -> Vec<&str> {
        match self {
            Definition::Driver(_) => Vec::new(),
            Definition::Connection(c) => {
                [Some(&c.driver), c.default_dest_connection.as_ref()].into_iter().flatten().map(|s| &**s).collect()
            }
            Definition::Module(m) => [&*m.source_connection, &*m.dest_connection]
                .into_iter()
                .chain(m.watermarks.iter().map(|w| &*w.connection))
                .chain(m.hooks.iter().map(|h| &*h.connection))
                .collect(),
            Definition::Group(g) => g.members.iter().flat_map(|place| &place.0).map(|m| &**m).collect(),
        }
    }

    /// What the store has under that name, with its id.
    pub(super) fn find(conn: &Sqlite, key: &Key) -> Result<Option<(i64, Definition)>> {
        or_none(match key.kind {
            Kind::Driver => drivers::find(conn, &key.name).map(|row| (row.id, Definition::Driver(row.into()))),
            Kind::Connection => {
                connections::find(conn, &key.name).map(|row| (row.id, Definition::Connection(row.into())))
            }
            Kind::Module => module::load(conn, &key.name).map(|(row, module)| (row.id, Definition::Module(module))),
            Kind::Group => groups::find(conn, &key.name)
                .and_then(|row| group::load(conn, &key.name).map(|group| (row.id, Definition::Group(group)))),
        })
    }

    /// Adds it (`id` is `None`) or rewrites it.
    pub(super) fn save(&self, conn: &Sqlite, id: Option<i64>) -> Result<i64> {
        match self {
            Definition::Driver(driver) => driver::save(conn, id, driver),
            Definition::Connection(connection) => connection::save(conn, id, connection),
            Definition::Module(module) => module::save(conn, id, module),
            Definition::Group(group) => group::save(conn, id, group),
        }
    }
}

/// Where a definition was read, so that a mistake in it can be found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// The file, as people know it.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// Any number of definitions, each name of a kind once, in the order in which they need each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definitions {
    /// The definitions.
    pub all: BTreeMap<Key, Definition>,
    /// Where those are from that were read in a file.
    pub origins: BTreeMap<Key, Origin>,
    /// Those whose text is wrong.
    pub broken: BTreeMap<Key, Mistake>,
}

impl Definitions {
    /// All that a store has, but for what is built in.
    ///
    /// # Errors
    /// Only where pipekit's own file can't be read.
    pub fn of_store(conn: &Sqlite) -> Result<Definitions> {
        let mut set = Definitions::default();
        for row in drivers::all(conn)?.into_iter().filter(|row| !driver::is_built_in(row)) {
            set.put(Definition::Driver(row.into()));
        }
        for row in connections::all(conn)? {
            set.put(Definition::Connection(row.into()));
        }
        for row in modules::all(conn)? {
            set.put(Definition::Module(module::load(conn, &row.name)?.1));
        }
        for row in groups::all(conn)? {
            set.put(Definition::Group(group::load(conn, &row.name)?));
        }
        Ok(set)
    }

    /// As [`Definitions::of_store`], all at one moment.
    ///
    /// # Errors
    /// As there.
    pub fn snapshot(store: &Store) -> Result<Definitions> {
        let moment = store.read().unchecked_transaction()?;
        Definitions::of_store(&moment)
    }

    /// Puts a definition in, in place of the one of that kind and name.
    pub fn put(&mut self, definition: Definition) {
        self.all.insert(definition.key(), definition);
    }

    /// An error with the place of what it is about: `modules/orders.toml:7: …`.
    pub(super) fn place(&self, key: &Key, error: Error) -> Error {
        let place = match self.origins.get(key) {
            Some(origin) => {
                let line = self.broken.get(key).map(|m| m.line);
                format!("{}:{}", origin.file, line.unwrap_or_else(|| text::line_about(&origin.text, &error.message)))
            }
            // It speaks for itself.
            None if error.message.contains(&key.to_string()) => return error,
            None => key.to_string(),
        };
        Error { message: format!("{place}: {}", error.message), ..error }
    }
}
