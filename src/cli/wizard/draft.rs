//! What was answered so far, and the module that it comes to.

use super::catalog::Catalog;
use crate::definition::module::Module;
use crate::dialect::{Qualifiers, TableName};
use crate::engine::databases::dialect_of;
use crate::engine::introspect::Column;
use crate::engine::propose::{self, Offered, Proposal, Proposed, Wanted};
use crate::error::{Error, Result};
use crate::store::{Store, connection};

/// What somebody made of a proposed column.
#[derive(Clone, Default)]
pub struct Change {
    /// It is left out.
    pub out: bool,
    /// Which of the other forms is taken, from 1; 0 is the proposal itself.
    pub form: usize,
    /// Another alias.
    pub alias: Option<String>,
    /// Another expression.
    pub expression: Option<String>,
    /// Another type at the destination.
    pub dest_type: Option<String>,
}

impl Change {
    /// Puts it into the column, which has these other forms.
    pub fn apply(&self, column: &mut Proposed, forms: &[Offered]) {
        if let Some(form) = self.form.checked_sub(1).and_then(|i| forms.get(i)) {
            column.expression.clone_from(&form.expression);
            column.dest_type.clone_from(&form.dest_type);
        }
        for (changed, place) in [
            (&self.alias, &mut column.alias),
            (&self.expression, &mut column.expression),
            (&self.dest_type, &mut column.dest_type),
        ] {
            if let Some(changed) = changed {
                place.clone_from(changed);
            }
        }
    }
}

/// What the command line says, and is not asked.
pub struct Given {
    pub source: bool,
    pub table: bool,
    pub within: bool,
    pub dest: bool,
    pub dest_table: bool,
    pub name: bool,
    pub strategy: bool,
    pub key: bool,
    pub watermarks: bool,
}

/// The answers.
pub struct Draft {
    /// Those that `module propose` takes too. `dest` is there once the table is.
    pub wanted: Wanted,
    /// Which of them the command line gave.
    pub given: Given,
    /// The table's columns, as the catalog has them.
    pub columns: (TableName, Vec<Column>),
    /// What was made of each.
    pub changes: Vec<Change>,
    /// The module before and after it was edited as a text.
    pub edited: Option<(Module, Module)>,
}

impl Draft {
    /// Nothing but what the command line says.
    pub fn new(wanted: Wanted, given: Given) -> Draft {
        Draft { wanted, given, columns: (TableName::default(), Vec::new()), changes: Vec::new(), edited: None }
    }

    /// Takes the table. What was answered about another one is of no use any more.
    pub fn take_table(&mut self, store: &Store, catalog: &mut Catalog, table: &str) -> Result<()> {
        let found = catalog.columns(store, &self.wanted.source, table, &self.wanted.within)?;
        if found.0 != self.columns.0 || self.changes.len() != found.1.len() {
            self.columns = (*found).clone();
            self.changes = vec![Change::default(); found.1.len()];
            self.edited = None;
            let (wanted, given) = (&mut self.wanted, &self.given);
            for (answer, given) in [(&mut wanted.dest_table, given.dest_table), (&mut wanted.name, given.name)] {
                answer.take_if(|_| !given);
            }
            for (answer, given) in [(&mut wanted.key, given.key), (&mut wanted.watermarks, given.watermarks)] {
                answer.retain(|_| given);
            }
        }
        table.clone_into(&mut self.wanted.table);
        if self.wanted.dest.is_none() {
            self.wanted.dest = Some(likely_dest(store, &self.wanted.source)?);
        }
        Ok(())
    }

    /// Takes the destination's connection. A type that somebody wrote means nothing to another kind of database.
    pub fn take_dest(&mut self, store: &Store, dest: &str) -> Result<()> {
        let kind = |name: &str| connection::find(store.read(), name).map(|c| c.kind);
        if kind(self.dest())? != kind(dest)? {
            self.changes.iter_mut().for_each(|change| change.dest_type = None);
        }
        self.wanted.dest = Some(dest.to_owned());
        Ok(())
    }

    /// The destination's connection.
    pub fn dest(&self) -> &str {
        self.wanted.dest.as_deref().unwrap_or_default()
    }

    /// What is proposed for all columns, unchanged.
    pub fn proposed(&self, store: &Store) -> Result<Proposal> {
        let to = (self.dest(), self.wanted.dest_table.as_deref());
        propose::of(store, &self.wanted.source, self.columns.clone(), to)
    }

    /// What is left of the proposal, with what was changed in it.
    pub fn proposal(&self, store: &Store) -> Result<Proposal> {
        let mut proposal = self.proposed(store)?;
        let forms: Vec<Vec<Offered>> = proposal.columns.iter().map(|column| proposal.forms(column)).collect();
        for ((column, change), forms) in proposal.columns.iter_mut().zip(&self.changes).zip(&forms) {
            change.apply(column, forms);
        }
        let mut changes = self.changes.iter();
        proposal.columns.retain(|_| changes.next().is_none_or(|change| !change.out));
        let target = proposal.target.clone();
        proposal.aim(target);
        Ok(proposal)
    }

    /// The module by the answers, and what it was made from.
    pub fn module(&self, store: &Store) -> Result<(Module, Proposal)> {
        let mut proposal = self.proposal(store)?;
        let module = propose::compose(store, &self.wanted, self.dest(), &proposal)?;
        // Somebody may have named another table in the text.
        if let Some((_, edited)) = &self.edited {
            let dialect = dialect_of(&connection::find(store.read(), &edited.dest_connection)?)?;
            proposal.target = dialect.parse_table(&edited.dest_table).map_err(Error::invalid)?;
        }
        Ok((module, proposal))
    }

    /// Forgets where it was, as another source was chosen.
    pub fn take_source(&mut self, source: &str) {
        if self.wanted.source != source {
            source.clone_into(&mut self.wanted.source);
            self.columns = (TableName::default(), Vec::new());
            if !self.given.within {
                self.wanted.within = Qualifiers::default();
            }
            self.wanted.dest.take_if(|_| !self.given.dest);
        }
    }
}

/// The destination that the source's modules go to, else the first connection that is another one.
fn likely_dest(store: &Store, source: &str) -> Result<String> {
    if let Ok(usual) = propose::usual_dest(store, source) {
        return Ok(usual);
    }
    let names = connection::all(store.read())?.into_iter().map(|c| c.name);
    let other = names.into_iter().find(|name| name != source);
    Ok(other.unwrap_or_else(|| source.to_owned()))
}
