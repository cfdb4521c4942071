//! The columns of a module's query, as `module columns` shows and changes them.
//!
//! Columns map to the destination by position. Where the module names the destination's columns, each of the query's
//! keeps its own through every change: what is moved still goes where it went, what is dropped is no longer filled.

mod change;

use super::module::Module;
use crate::dialect;
use crate::engine::propose::RESERVED;
use crate::error::{Code, Error, Result};
use crate::sql::columns::{Item, SelectList, plain};
use crate::store::connection;
use rusqlite::Connection;
use serde::Serialize;

pub use change::{Change, Changed, Place};

/// A column of the query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its place, from 1.
    pub position: usize,
    /// What it is called, where the text tells.
    pub name: Option<String>,
    /// Its expression, to the byte.
    pub expression: String,
    /// The destination's column that it fills, where the module says so.
    pub dest_column: Option<String>,
    /// The comments that belong to it.
    pub comment: Option<String>,
    /// Whether it stands for any number of columns, as `*` does.
    pub is_star: bool,
}

/// The columns of a module's query.
pub struct Columns {
    module: Module,
    source: &'static dyn dialect::Destination,
    list: SelectList,
}

impl Columns {
    /// Reads them out of the query.
    ///
    /// # Errors
    /// `Failed` where the query can't be read column by column, saying why; `NotFound` for its connection.
    pub fn of(conn: &Connection, module: &Module) -> Result<Columns> {
        let kind = connection::find(conn, &module.source_connection)?.kind;
        let list = SelectList::parse(&kind, &module.source_query).map_err(|declined| {
            Error::new(
                Code::Failed,
                format!("the query of module {} can't be taken apart into columns: {declined}", module.name),
            )
            .hint(format!("`pipekit module edit {0} --query SQL` changes it as text, --raw in $EDITOR", module.name))
        })?;
        let source = dialect::of(&kind).ok_or_else(|| Error::new(Code::Failed, format!("kind {kind} is not known")))?;
        Ok(Columns { module: module.clone(), source, list })
    }

    /// All of them, in order.
    pub fn all(&self) -> Vec<Column> {
        let named = self.dest_columns();
        let columns = self.list.items().iter().enumerate().map(|(i, item)| Column {
            position: i + 1,
            name: item.name().map(str::to_owned),
            expression: self.list.expression(item).to_owned(),
            dest_column: named.map(|names| names[i].clone()),
            comment: self.list.comments(item),
            is_star: item.is_star(),
        });
        columns.collect()
    }

    /// The list as it stands in the query, for an editor.
    pub fn text(&self) -> &str {
        self.list.list_text()
    }

    /// The destination's columns, where the module names as many as the query gives.
    fn dest_columns(&self) -> Option<&[String]> {
        let names = self.module.dest_columns.as_deref()?;
        (names.len() == self.list.items().len() && !self.has_star()).then_some(names)
    }

    fn has_star(&self) -> bool {
        self.list.items().iter().any(Item::is_star)
    }

    /// The column that is meant.
    fn find(&self, column: &str) -> Result<usize> {
        let items = self.list.items();
        if let Ok(position) = column.parse::<usize>() {
            return match position.checked_sub(1) {
                Some(i) if i < items.len() => Ok(i),
                _ => Err(self.no_column(column)),
            };
        }
        let wanted = plain(column);
        let called = |same: &dyn Fn(&str) -> bool| -> Vec<usize> {
            (0..items.len()).filter(|i| items[*i].name().is_some_and(same)).collect()
        };
        let mut found = called(&|name| name == wanted);
        if found.is_empty() {
            found = called(&|name| name.to_lowercase() == wanted.to_lowercase());
        }
        if found.is_empty() {
            found = (0..items.len()).filter(|i| self.list.expression(&items[*i]) == column).collect();
        }
        match found[..] {
            [one] => Ok(one),
            [] => Err(self.no_column(column)),
            [..] => {
                let places: Vec<String> = found.iter().map(|i| (i + 1).to_string()).collect();
                Err(Error::invalid(format!("columns {} are called `{column}`", places.join(" and ")))
                    .hint("give its position"))
            }
        }
    }

    fn no_column(&self, column: &str) -> Error {
        let names: Vec<String> = (0..self.list.items().len()).map(|i| self.called(i)).collect();
        Error::new(Code::NotFound, format!("the query of module {} has no column `{column}`", self.module.name))
            .hint(format!("by name or position: {}", names.join(", ")))
    }

    /// A column as people know it.
    fn called(&self, i: usize) -> String {
        let item = &self.list.items()[i];
        item.name().map_or_else(|| (i + 1).to_string(), str::to_owned)
    }

    /// A name as SQL spells it: quoted where it must be.
    fn spelled(&self, name: &str) -> String {
        let name = plain(name);
        let bare = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !RESERVED.contains(&format!(" {} ", name.to_lowercase()));
        if bare { name } else { self.source.quote(&name) }
    }

    /// A column as it was given: an expression, and a name beside it or within it, as SQL spells it.
    fn given(&self, expression: &str, name: Option<&str>) -> Result<(SelectList, Option<String>)> {
        let read = self.list.column(expression).map_err(|declined| {
            Error::invalid(format!("`{}` is no expression for a column: {declined}", expression.trim()))
        })?;
        match (read.alias(&read.items()[0]), name) {
            (_, Some("")) => Err(Error::invalid("the name is empty")),
            (Some(within), Some(name)) if plain(within) != plain(name) => Err(Error::invalid(format!(
                "the expression says that the column is called `{}`, and --name says `{name}`",
                plain(within)
            ))),
            (Some(within), _) => {
                let within = within.to_owned();
                Ok((read, Some(within)))
            }
            (None, name) => Ok((read, name.map(|name| self.spelled(name)))),
        }
    }
}
