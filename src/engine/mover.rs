//! Who moves the rows of a module, and why no faster way is taken.

use super::databases::{Databases, dialect_of};
use super::ledger::Ledger;
use super::{exact, external};
use crate::dialect::types::Type;
use crate::dialect::{Column, Destination};
use crate::error::{Code, Error, Result};
use crate::runner::builtin::only_reads;
use crate::runner::jrunner::Manners;
use crate::runner::runners::Runners;
use crate::runner::{Failure, Moved, Printed, Runner, Said, Target};
use crate::store::connection::Connection;
use crate::store::setting;

/// Who moves the rows of a module.
#[derive(Clone, Debug)]
pub enum Mover {
    /// The runner that is built in.
    Builtin,
    /// jrunner, by INSERTs of its own; and why its query is not taken, where it could be.
    Inserts(Option<String>),
    /// jrunner's query prints them, and the built-in runner loads them.
    Query(Box<Printed>),
}

impl Mover {
    /// Its word, as JSON has it.
    pub fn name(&self) -> &'static str {
        match self {
            Mover::Builtin => "builtin",
            Mover::Inserts(_) => "jrunner_inserts",
            Mover::Query(_) => "jrunner_query",
        }
    }

    /// Who it is, for people; `kind` is the destination's.
    pub fn words(&self, kind: &str) -> String {
        match self {
            Mover::Builtin => "the built-in runner".to_owned(),
            Mover::Inserts(None) => "jrunner's INSERTs".to_owned(),
            Mover::Inserts(Some(why)) => format!("jrunner's INSERTs, and not its query: {why}"),
            Mover::Query(_) => {
                let load = match kind {
                    "postgresql" => "COPY",
                    "mysql" => "LOAD DATA",
                    _ => "one transaction of the built-in runner",
                };
                format!("jrunner's query, into {load}")
            }
        }
    }

    /// Why jrunner's query is not taken, where it could be.
    pub fn why(&self) -> Option<&str> {
        match self {
            Mover::Inserts(why) => why.as_deref(),
            _ => None,
        }
    }

    /// Whether jrunner writes the rows by itself, so that its words are all that is known of them.
    pub fn is_inserts(&self) -> bool {
        matches!(self, Mover::Inserts(_))
    }

    /// Moves a query's rows into a table (its name as SQL spells it).
    ///
    /// # Errors
    /// What the databases or connections say.
    pub fn transfer(
        &self,
        runners: &Runners,
        (source, sql): (&Target, &str),
        (dest, table): (&Target, &str),
        say: impl FnMut(Said<'_>),
    ) -> Result<Moved, Failure> {
        match self {
            Mover::Query(printed) => runners.pour((source, sql), (dest, table), printed, say),
            Mover::Builtin | Mover::Inserts(_) => runners.transfer(source, sql, dest, table, say),
        }
    }
}

/// Who moves the rows of a query from `source` into these columns. What is not known of jrunner yet is found out.
///
/// # Errors
/// Where pipekit's own file can't be used, or it was cancelled.
pub fn of(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    (source, from, sql): (&Connection, &Target, &str),
    to: &Target,
    (dialect, columns): (&dyn Destination, &[Column]),
) -> Result<Mover> {
    match (from.runner, to.runner) {
        (Runner::Builtin, Runner::Builtin) => return Ok(Mover::Builtin),
        (Runner::Jrunner, Runner::Builtin) => {}
        _ => return Ok(Mover::Inserts(None)),
    }
    if setting::get(ledger.store().read(), "jrunner_copy")?.as_deref() == Some("off") {
        return Ok(Mover::Inserts(Some("the setting jrunner_copy is off".to_owned())));
    }
    if let Some(why) = unfit(dialect, columns, sql) {
        return Ok(Mover::Inserts(Some(why)));
    }
    match printed(ledger, databases, source, from) {
        Ok(Ok(manners)) => Ok(Mover::Query(Box::new(Printed { manners, columns: columns.len() }))),
        Ok(Err(why)) => Ok(Mover::Inserts(Some(why))),
        // Where it can't be asked for rows, it may still move them, or say itself why it can't.
        Err(error) if error.code == Code::Runner => Ok(Mover::Inserts(Some(error.message))),
        Err(error) => Err(error),
    }
}

/// Why what is moved can't go as text, if it can't.
fn unfit(dialect: &dyn Destination, columns: &[Column], sql: &str) -> Option<String> {
    if !only_reads(sql) {
        return Some("the module's is not one SELECT that changes nothing".to_owned());
    }
    // Of one that is NULL or empty an empty line is all there is, which some programs leave out.
    if columns.len() < 2 {
        return Some("one column is too few to tell rows apart".to_owned());
    }
    let other = columns.iter().find(|c| matches!(dialect.map_type(&c.type_sql), Type::Bytes(_) | Type::Other(_)))?;
    Some(match other.type_sql.as_str() {
        "" => format!("the column {} has no type", other.name),
        kind => format!("the column {} is {kind}, whose values may be no text", other.name),
    })
}

/// How jrunner prints rows on a connection of its own, or why they can't be relied on.
fn printed(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    source: &Connection,
    target: &Target,
) -> Result<Result<Manners, String>> {
    external::learn_rows(ledger, databases, source, target, dialect_of(source)?)?;
    let jrunner = databases.runners().jrunner().map_err(|f| Error::new(Code::Runner, f.message))?;
    let Some(manners) = jrunner.manners.get() else { return Ok(Err("how it prints rows is not known".to_owned())) };
    if let Some(why) = manners.not_for_rows() {
        return Ok(Err(why));
    }
    Ok(match exact::refusal(ledger, databases, source, target, jrunner, manners)? {
        None => Ok(manners.clone()),
        Some(why) => Err(why),
    })
}
