//! What the engine and a session process say to each other: one JSON document a line, over the process's pipes.

use super::builtin::ScriptOutcome;
use super::jrunner::Manners;
use super::{Direct, Failure, Loaded, Rows, Streamed, Target};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What the engine asks for. Requests run side by side; `id` says which one an [`Event`] answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Request {
    /// Run SQL and give its rows.
    Query { id: u64, target: Target, sql: String, limit: Option<usize> },
    /// Run SQL to its end, exactly as it is, and keep its first rows only.
    Resolve { id: u64, target: Target, sql: String, keep: usize },
    /// Name the columns that SQL would give, without running it.
    Describe { id: u64, target: Target, sql: String },
    /// Name the types of those columns.
    Types { id: u64, target: Target, sql: String },
    /// Run SQL for what it does.
    Script { id: u64, target: Target, sql: String },
    /// Stream a query's rows into a table; with `direct`, into one that others see.
    Transfer { id: u64, source: Target, sql: String, dest: Target, table: String, direct: Option<Box<Direct>> },
    /// Stream the rows of several queries into a table, so many at once, each of the same moment of the source.
    Streams { id: u64, source: Target, queries: Vec<String>, dest: Target, table: String, streams: usize },
    /// Stream the rows that jrunner prints into a pipe into a table.
    Take { id: u64, pipe: PathBuf, printed: Box<Printed>, dest: Target, table: String },
    /// Connect to a server now, as a request is going to need it. It is not answered.
    Open { target: Target },
    /// Stop all that runs now. The session stays.
    Cancel,
}

/// Rows as jrunner prints them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Printed {
    /// How it prints them.
    pub manners: Manners,
    /// How many columns there are to fill.
    pub columns: usize,
}

impl Request {
    /// Its number, which its answer carries; 0 where there is none.
    pub fn id(&self) -> u64 {
        match self {
            Request::Query { id, .. }
            | Request::Resolve { id, .. }
            | Request::Describe { id, .. }
            | Request::Types { id, .. }
            | Request::Script { id, .. }
            | Request::Transfer { id, .. }
            | Request::Streams { id, .. }
            | Request::Take { id, .. } => *id,
            Request::Open { .. } | Request::Cancel => 0,
        }
    }
}

/// What a session process answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A transfer has moved so many rows so far.
    Progress { id: u64, rows: u64 },
    /// A request is done.
    Done { id: u64, answer: Answer },
    /// A request failed.
    Failed { id: u64, failure: Failure },
}

/// What came of a request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Of a query.
    Rows(Rows),
    /// Of a description, of names or of types.
    Columns(Vec<String>),
    /// Of a script.
    Script(ScriptOutcome),
    /// Of a transfer, or of rows that were taken: how many rows it moved.
    Moved(u64),
    /// Of a transfer with `direct`.
    Loaded(Loaded),
    /// Of several queries.
    Streamed(Streamed),
}

impl Event {
    /// The request that it answers.
    pub fn id(&self) -> u64 {
        match self {
            Event::Progress { id, .. } | Event::Done { id, .. } | Event::Failed { id, .. } => *id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::Runner;
    use crate::runner::builtin::url;

    /// A panic prints what it is about, and so may whoever looks for a fault.
    #[test]
    fn no_debug_print_has_a_password() {
        let password = Some("hush".to_owned());
        let target = Target {
            url: "jdbc:postgresql://h/d".to_owned(),
            user: Some("me".to_owned()),
            password,
            runner: Runner::default(),
        };
        let request = Request::Transfer {
            id: 1,
            source: target.clone(),
            sql: "SELECT 1".to_owned(),
            dest: target,
            table: "t".to_owned(),
            direct: None,
        };
        let url = url::parse("jdbc:postgresql://h/d?user=me&password=hush").unwrap();
        for shown in [format!("{request:?}"), format!("{url:?}"), format!("{request:#?}")] {
            assert!(!shown.contains("hush"), "{shown}");
        }
    }
}
