//! What the databases have, asked once a wizard.

use crate::dialect::{Qualifiers, TableName};
use crate::engine::introspect::{self, Column, Table};
use crate::error::Result;
use crate::store::Store;
use std::rc::Rc;

/// What was asked, and where.
type Asked<T> = Vec<((String, String, Qualifiers), Rc<T>)>;

/// What was answered so far.
#[derive(Default)]
pub struct Catalog {
    tables: Asked<Vec<Table>>,
    columns: Asked<(TableName, Vec<Column>)>,
}

impl Catalog {
    /// The tables of a connection.
    pub fn tables(&mut self, store: &Store, name: &str, within: &Qualifiers) -> Result<Rc<Vec<Table>>> {
        once(&mut self.tables, (name, "", within), || introspect::tables(store, name, within, None))
    }

    /// The columns of a table.
    pub fn columns(
        &mut self,
        store: &Store,
        name: &str,
        table: &str,
        within: &Qualifiers,
    ) -> Result<Rc<(TableName, Vec<Column>)>> {
        once(&mut self.columns, (name, table, within), || introspect::columns(store, name, table, within))
    }
}

fn once<T>(
    asked: &mut Asked<T>,
    (name, table, within): (&str, &str, &Qualifiers),
    ask: impl FnOnce() -> Result<T>,
) -> Result<Rc<T>> {
    let known = asked.iter().find(|((n, t, w), _)| n == name && t == table && w == within);
    if let Some((_, known)) = known {
        return Ok(known.clone());
    }
    let answer = Rc::new(ask()?);
    asked.push(((name.to_owned(), table.to_owned(), within.clone()), answer.clone()));
    Ok(answer)
}
