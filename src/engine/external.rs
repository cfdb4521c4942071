//! The operator's jrunner as the engine has it: where it is, and what was found out about it before it is relied on.
//!
//! Versions in the field differ, so that nothing about one is assumed. How it prints rows is learned by three queries,
//! once for each program; what it and a JDBC driver make of a script, by scripts in the staging area, once for each
//! driver and options of a connection. Both are remembered until the program or one of its jars changes.

use super::databases::{Databases, dialect_of};
use super::ledger::{Came, Ledger, number};
use super::summary;
use crate::dialect::{Column, Destination, Fill, Relation, TableName};
use crate::error::{Code, Error, Result};
use crate::runner::jrunner::{COLUMNS, END, Jrunner, Launch, Manners, Patterns, mark, values};
use crate::runner::{Failure, FailureKind, Rows, Runner, Target};
use crate::settings::delimiter_of;
use crate::sql::lexer::statements;
use crate::store::connection::Connection;
use crate::store::module::Module;
use crate::store::{Store, probe, setting};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The most letters of a text in the probe of how rows are printed.
const LONGEST: u32 = 32_000;

/// A jrunner that was found, and what is remembered of it.
pub struct Found {
    /// How to call it.
    pub jrunner: Jrunner,
    /// By what its probes are remembered.
    pub program: String,
}

/// What a jrunner makes of scripts, with a driver and the options of its connections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scripts {
    /// Whether a script as dialects write merges is done whole, and is there for a new process to see.
    pub whole: bool,
    /// Whether only its first statement was.
    pub first_only: bool,
    /// Whether several plain statements are all done.
    pub plain: bool,
    /// Whether what a statement does that commits nothing itself is gone afterwards.
    pub lost: bool,
    /// Whether an error in a later statement undoes the earlier.
    pub undone: bool,
    /// What it said of the script that is right; nothing where it ended well.
    pub said: Option<String>,
}

impl Scripts {
    /// Whether merges are refused whatever the module allows.
    fn never(&self) -> bool {
        self.first_only || !self.whole || self.lost || self.said.is_some()
    }

    /// Why no merge may run so, if none may.
    fn refusal(&self) -> Option<String> {
        if self.first_only {
            return Some(
                "it runs only the first statement of a script: what a merge deletes would not come back".to_owned(),
            );
        }
        if !self.whole || self.lost {
            return Some("what a script does is not there afterwards: it may be rolled back at its end".to_owned());
        }
        if let Some(said) = &self.said {
            return Some(format!("it says that a script failed which was done: {said}"));
        }
        (!self.undone).then(|| "an error in a script does not undo what came before it".to_owned())
    }
}

/// Finds the operator's jrunner, by the setting `jrunner_path` or in `$PATH`.
///
/// # Errors
/// `Runner` where there is none, with what to do about it; `Invalid` for a setting that it can't be called by.
pub fn find(store: &Store, timezone: Option<String>) -> Result<Found> {
    let set = |key: &str| setting::get(store.read(), key);
    let path = match set("jrunner_path")? {
        Some(path) => PathBuf::from(path),
        None => which::which("jrunner").map_err(|_| missing("there is no jrunner in $PATH"))?,
    };
    if !path.is_file() {
        return Err(missing(&format!("there is no file {}", path.display())));
    }
    let patterns = Patterns::new(set("jrunner_rows_pattern")?.as_deref(), set("jrunner_error_pattern")?.as_deref())
        .map_err(Error::invalid)?;
    let script = || Launch::Program(path.clone());
    let launch = match set("jrunner_launch")?.as_deref() {
        Some("script") => script(),
        Some("java") => Launch::java(&path).map_err(|why| {
            Error::invalid(format!("{} can't be started by java: {why}", path.display()))
                .hint("`pipekit settings set jrunner_launch script` has it started as it is")
        })?,
        _ => Launch::java(&path).unwrap_or_else(|_| script()),
    };
    let program = identity(&path)?;
    let jrunner = Jrunner::new(path, launch, patterns, timezone);
    if let Some(manners) = remembered::<Manners>(store, &program, "rows")? {
        let _ = jrunner.manners.set(by_settings(store, manners)?);
    }
    if set("jrunner_rows_pattern")?.is_none() {
        summary::recall(store, &program, &jrunner)?;
    }
    Ok(Found { jrunner, program })
}

fn missing(why: &str) -> Error {
    Error::new(Code::Runner, format!("{why}, and what has a JDBC driver needs it")).hint(
        "install jrunner, or say where it is: `pipekit settings set jrunner_path /opt/jrunner/bin/jrunner`; SQLite, \
         PostgreSQL and MySQL need none: `pipekit driver list`",
    )
}

/// What a program is known by: its path, its size, when it was changed, and the same of the jars beside it, which an
/// upgrade may change alone.
fn identity(path: &Path) -> Result<String> {
    let unreadable = |e: std::io::Error| Error::new(Code::Runner, format!("{} can't be read: {e}", path.display()));
    let real = path.canonicalize().map_err(unreadable)?;
    let facts = real.metadata().map_err(unreadable)?;
    let mut jars = Vec::new();
    let lib = real.parent().and_then(Path::parent).map(|home| home.join("lib"));
    for entry in lib.and_then(|lib| std::fs::read_dir(lib).ok()).into_iter().flatten().flatten() {
        if let Ok(facts) = std::fs::metadata(entry.path())
            && entry.path().extension().is_some_and(|end| end == "jar")
        {
            jars.push(format!("{:?} {} {}.{}", entry.file_name(), facts.len(), facts.mtime(), facts.mtime_nsec()));
        }
    }
    jars.sort();
    let jars: String = Sha256::digest(jars.join("\n")).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{} {} {}.{} {jars}", real.display(), facts.len(), facts.mtime(), facts.mtime_nsec()))
}

pub(super) fn remembered<T: for<'a> Deserialize<'a>>(store: &Store, program: &str, about: &str) -> Result<Option<T>> {
    // What another version wrote, and this one can't read, is found out anew.
    Ok(probe::get(store.read(), program, about)?.and_then(|json| serde_json::from_str(&json).ok()))
}

pub(super) fn remember(ledger: &mut Ledger<'_>, program: &str, about: &str, found: &impl Serialize) -> Result<()> {
    let json = serde_json::to_string(found).map_err(|e| Error::new(Code::System, e.to_string()))?;
    ledger.store().write(|tx| probe::set(tx, program, about, &json))
}

/// What was found out, where the operator does not say otherwise.
fn by_settings(store: &Store, mut manners: Manners) -> Result<Manners> {
    let set = |key: &str| setting::get(store.read(), key);
    if let Some(header) = set("jrunner_header")? {
        manners.header = header == "yes";
    }
    if let Some(delimiter) = set("jrunner_delimiter")? {
        manners.delimiter = delimiter_of(&delimiter).unwrap_or(manners.delimiter);
    }
    if let Some(null) = set("jrunner_null")? {
        (manners.null, manners.null_quoted) = (null, false);
    }
    Ok(manners)
}

/// Sees to it that it is known how jrunner prints rows, where this connection is jrunner's.
///
/// # Errors
/// `Runner` where its output can't be read as rows, or the connection does not work.
pub fn learn_rows(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    connection: &Connection,
    target: &Target,
    dialect: &dyn Destination,
) -> Result<()> {
    if target.runner != Runner::Jrunner {
        return Ok(());
    }
    let jrunner = databases.runners().jrunner().map_err(|f| Error::new(Code::Runner, f.message))?;
    if jrunner.manners.get().is_some() {
        return Ok(());
    }
    let row = |i: usize, value: &Option<String>| {
        let texts =
            [Some(mark(i)), value.clone(), Some(END.to_owned())].map(|text| dialect.text(text.as_deref(), LONGEST));
        let list: Vec<String> = texts.iter().zip(COLUMNS).map(|(text, name)| format!("{text} AS {name}")).collect();
        format!("SELECT {}{}", list.join(", "), dialect.without_table())
    };
    let values: Vec<String> = values().iter().enumerate().map(|(i, value)| row(i, value)).collect();
    let rows = values.join("\nUNION ALL\n");
    let none = format!("SELECT * FROM ({}) AS pk WHERE 1 = 0", row(0, &None));
    let failing = "SELECT pk_value FROM pipekit_there_is_no_such_table".to_owned();
    let mut printed = Vec::new();
    for (name, sql, fails) in [("rows", rows, false), ("no rows", none, false), ("an error", failing, true)] {
        let work = || {
            let printed = jrunner.probe(databases.runners().held(), target, &sql)?;
            match &printed.failure {
                Some(why) if !fails => Err(Failure::new(FailureKind::Sql, why.clone())),
                _ => Ok(printed),
            }
        };
        let step =
            ledger.step("staging", &format!("probe: {name}"), &connection.name, &sql, work, |_| Came::default())?;
        printed.push(step.map_err(|f| databases.explain(&f, connection, "finding out how jrunner prints rows"))?);
    }
    let learned = Manners::learn(&printed[0], &printed[1], &printed[2]).map_err(|why| {
        Error::new(Code::Runner, databases.clean(&format!("this jrunner can't be asked for rows: {why}")))
            .hint("`pipekit settings list` shows what can be said of it (jrunner_…)")
    })?;
    remember(ledger, databases.program()?, "rows", &learned)?;
    let learned = by_settings(ledger.store(), learned)?;
    // Another thread can't have been here: the steps before a run's first query are one after the other.
    let _ = jrunner.manners.set(learned);
    Ok(())
}

/// What jrunner makes of scripts on a connection of its own; `None` where the connection is not jrunner's.
///
/// # Errors
/// `Runner` where it can't be found out.
pub fn learn_scripts(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    connection: &Connection,
    target: &Target,
    dialect: &dyn Destination,
) -> Result<Option<Scripts>> {
    if target.runner != Runner::Jrunner {
        return Ok(None);
    }
    let (program, about) = (databases.program()?, about_scripts(connection));
    if let Some(scripts) = remembered::<Scripts>(ledger.store(), program, &about)? {
        return Ok(Some(scripts));
    }
    let try_out = Trial { databases, connection, target, dialect, table: dialect.staging(&tried()) };
    let scripts = try_out.run(ledger)?;
    remember(ledger, program, &about, &scripts)?;
    Ok(Some(scripts))
}

/// By what it is remembered what jrunner makes of scripts on such a connection.
fn about_scripts(connection: &Connection) -> String {
    let jar = connection.jar_file.as_deref().unwrap_or_default();
    let options = connection.jdbc_url.find(['?', ';']).map_or("", |at| &connection.jdbc_url[at..]);
    format!("scripts {} {jar} {options}", connection.kind)
}

/// What is to be said of merges into a connection that is jrunner's, before a run has tried, or without trying again.
///
/// # Errors
/// Only where pipekit's own file can't be read.
pub fn foretell(
    store: &Store,
    databases: &Databases,
    connection: &Connection,
    target: &Target,
    module: &Module,
) -> Result<Option<String>> {
    if target.runner != Runner::Jrunner {
        return Ok(None);
    }
    let name = &connection.name;
    let Some(scripts) = remembered::<Scripts>(store, databases.program()?, &about_scripts(connection))? else {
        return Ok(Some(format!(
            "it is not known yet whether jrunner merges into {name} in one transaction: the first run tries it in the \
             staging area, and is refused where it does not"
        )));
    };
    Ok(match refuse_merge(&scripts, name, &module.name, module.allow_non_atomic) {
        Ok(warning) => warning,
        Err(error) => Some(error.message),
    })
}

/// Refuses SQL of a hook of which only a part would run, without an error.
///
/// # Errors
/// `Runner`, with the reason.
pub fn refuse_hook(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    connection: &Connection,
    target: &Target,
    sql: &str,
) -> Result<()> {
    // What is between BEGIN and END is one statement, whatever semicolons it has.
    let first = sql.split_whitespace().next().unwrap_or_default().to_uppercase();
    let is_one = statements(sql).len() < 2 || ["BEGIN", "CREATE", "DECLARE", "DO"].contains(&&*first);
    if target.runner != Runner::Jrunner || is_one {
        return Ok(());
    }
    match learn_scripts(ledger, databases, connection, target, dialect_of(connection)?)? {
        Some(scripts) if !scripts.plain => Err(Error::new(
            Code::Runner,
            "jrunner does not run a script of several statements here: make each a hook of its own",
        )),
        _ => Ok(()),
    }
}

/// What is known already of merges into a connection that is jrunner's: a warning, or that they are refused; nothing, where
/// all is well or nobody has tried.
///
/// # Errors
/// Where they are refused, and where pipekit's own file can't be read.
pub fn known_of_merges(
    store: &Store,
    program: &str,
    connection: &Connection,
    module: &Module,
) -> Result<Option<String>> {
    match remembered::<Scripts>(store, program, &about_scripts(connection))? {
        Some(scripts) => refuse_merge(&scripts, &connection.name, &module.name, module.allow_non_atomic),
        None => Ok(None),
    }
}

/// The staging table that scripts are tried on, one for each who tries: no module's name begins so.
fn tried() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("_probe_{}_{}", std::process::id(), now.subsec_micros())
}

/// Refuses a merge by scripts that are not known to be done whole or not at all.
///
/// # Errors
/// `Runner`, with the reason.
pub fn refuse_merge(scripts: &Scripts, connection: &str, module: &str, allowed: bool) -> Result<Option<String>> {
    let Some(why) = scripts.refusal() else { return Ok(None) };
    if allowed && !scripts.never() {
        return Ok(Some(format!("a merge into {connection} is not one transaction: {why}")));
    }
    let error = Error::new(Code::Runner, format!("jrunner can't merge into {connection} safely: {why}"));
    Err(if scripts.never() {
        error.hint("another version of jrunner or of the driver may, or options in the connection's URL (MySQL: allowMultiQueries=true)")
    } else {
        error.hint(format!(
            "if half a merge is a lesser evil than none: `pipekit module edit {module} --allow-non-atomic true`"
        ))
    })
}

/// Scripts on a table in the staging area, and a look at what is there after each.
struct Trial<'a> {
    databases: &'a Databases,
    connection: &'a Connection,
    target: &'a Target,
    dialect: &'a dyn Destination,
    table: TableName,
}

impl Trial<'_> {
    fn run(&self, ledger: &mut Ledger<'_>) -> Result<Scripts> {
        let column = Column {
            name: "n".to_owned(),
            type_sql: "INTEGER".to_owned(),
            collation: None,
            equals: None,
            nullable: true,
            fill: Fill::Plain,
        };
        let table = self.dialect.table(&self.table);
        let insert = |n: i64| format!("INSERT INTO {table} VALUES ({n})");
        self.must(ledger, "place", &self.dialect.prepare())?;
        self.must(ledger, "table", &self.dialect.create_staging(&self.table, Relation::Table, &[column]))?;
        let said = self.may(ledger, "merge", &self.dialect.atomic(&[&insert(1), &insert(2)]))?;
        let refused = self.may(ledger, "script", &format!("{};\n{}", insert(4), insert(8)))?;
        let first = self.there(ledger)?;
        let absent = TableName { name: format!("{}_that_is_not_there", self.table.name), ..self.table.clone() };
        let fails = format!("INSERT INTO {} VALUES (32)", self.dialect.table(&absent));
        self.may(ledger, "merge that fails", &self.dialect.atomic(&[&insert(16), &fails]))?;
        let second = self.there(ledger)?;
        self.must(ledger, "drop", &format!("DROP TABLE {table}"))?;
        let has = |sum: i64, bits: i64| sum & bits == bits;
        Ok(Scripts {
            whole: has(first, 3),
            first_only: has(first, 1) && !has(first, 2) || has(first, 4) && !has(first, 8) && !has(first, 3),
            plain: has(first, 12),
            // Where several statements are an error, each may still be done.
            lost: refused.is_none() && first & 12 == 0,
            undone: has(first, 3) && !has(second, 16),
            said,
        })
    }

    /// A script that must be done, one statement after the other.
    fn must(&self, ledger: &mut Ledger<'_>, name: &str, sql: &str) -> Result<()> {
        for statement in statements(sql) {
            let work = || self.databases.runners().script(self.target, statement);
            ledger
                .step("staging", &format!("probe: {name}"), &self.connection.name, statement, work, |_| {
                    Came::default()
                })?
                .map_err(|f| self.databases.explain(&f, self.connection, "trying out scripts in the staging area"))?;
        }
        Ok(())
    }

    /// A script that may be done or not: gives what was said where it failed.
    fn may(&self, ledger: &mut Ledger<'_>, name: &str, sql: &str) -> Result<Option<String>> {
        let work = || self.databases.runners().script(self.target, sql);
        let name = format!("probe: {name}");
        let done = ledger.step("staging", &name, &self.connection.name, sql, work, |_| Came::default())?;
        Ok(done.err().map(|failure| self.databases.clean(&failure.message)))
    }

    /// The sum of what is in the table.
    fn there(&self, ledger: &mut Ledger<'_>) -> Result<i64> {
        let sql =
            format!("SELECT COALESCE(SUM({}), 0) FROM {}", self.dialect.quote("n"), self.dialect.table(&self.table));
        let work = || self.databases.runners().query(self.target, &sql, Some(1));
        let came = |rows: &Rows| Came { rows: None, value: rows.value(0).map(str::to_owned) };
        let rows = ledger
            .step("staging", "probe: what is there", &self.connection.name, &sql, work, came)?
            .map_err(|f| self.databases.explain(&f, self.connection, "trying out scripts in the staging area"))?;
        number(&rows, 0, "summing up what is there by jrunner")
    }
}
