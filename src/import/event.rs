//! What a script does that matters here: transfers, statements, calls of other scripts.

use super::address::Place;
use super::value::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A line of a file, the file as it is called below the folder that is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl std::fmt::Display for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A query whose result a script uses.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Where it runs.
    pub place: Place,
    /// The query.
    pub sql: String,
    /// Where it stands.
    pub site: Site,
    /// What is lost when its result is taken as it is, if anything.
    pub remark: Option<&'static str>,
}

/// Something that a script does.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Where.
    pub site: Site,
    /// What.
    pub what: What,
    /// Why it may happen not at all or several times, if so.
    pub condition: Option<String>,
}

/// What a script does.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A query's rows go into a table.
    Transfer(Box<Transfer>),
    /// Statements run.
    Execute {
        /// Where.
        place: Box<Place>,
        /// Which.
        sql: Value,
        /// Their file, where they are in one.
        file: Option<String>,
    },
    /// Another script runs.
    Call(Call),
    /// Something that is not understood.
    Unread(String),
}

/// A query's rows go into a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// From where.
    pub source: Place,
    /// To where.
    pub dest: Place,
    /// The query.
    pub sql: Value,
    /// Its file, where it is in one.
    pub file: Option<String>,
    /// The table.
    pub table: Value,
    /// jrunner's other flags.
    pub flags: Vec<String>,
}

/// Another script runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its path below the root.
    pub script: PathBuf,
    /// What it is given.
    pub args: Vec<Value>,
    /// The variables that it inherits.
    pub environment: BTreeMap<String, Value>,
    /// The folder in which it runs.
    pub cwd: Option<PathBuf>,
    /// Whether a failure of it ends the caller.
    pub must_succeed: bool,
}
