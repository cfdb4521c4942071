//! A module: one sync, with its watermarks and hooks.

use super::{counted, hook, hook::Hook, name_or_id, names, taken, watermark, watermark::Watermark};
use crate::dialect;
use crate::error::{Code, Error, Result};
use crate::store::{connection, group, hook as hooks, module as table, run, watermark as watermarks};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

/// How staged rows come into the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The destination is emptied, then filled.
    Full,
    /// Rows with a staged row's key go, then the staged rows come.
    Incremental,
    /// The staged rows come.
    Append,
}

impl Strategy {
    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Strategy::Full => "full",
            Strategy::Incremental => "incremental",
            Strategy::Append => "append",
        }
    }

    /// The strategy that is stored as `word`.
    pub fn of(word: &str) -> Strategy {
        match word {
            "incremental" => Strategy::Incremental,
            "append" => Strategy::Append,
            _ => Strategy::Full,
        }
    }
}

/// How a full merge empties the destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum FullBy {
    /// TRUNCATE, where the database can roll it back; else DELETE.
    #[default]
    Truncate,
    /// DELETE.
    Delete,
}

/// How rows get into the destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Load {
    /// Through a staging table, from which they are merged.
    #[default]
    Staged,
    /// Into the table itself, in one transaction with all that belongs to it, where that can be.
    Direct,
}

impl Load {
    // serde asks by reference.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    fn is_staged(&self) -> bool {
        *self == Load::Staged
    }

    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Load::Staged => "staged",
            Load::Direct => "direct",
        }
    }
}

impl FullBy {
    fn as_str(self) -> &'static str {
        match self {
            FullBy::Truncate => "truncate",
            FullBy::Delete => "delete",
        }
    }
}

/// A module as it is defined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// Where the query runs.
    #[serde(deserialize_with = "name_or_id", alias = "source_connection_id")]
    pub source_connection: String,
    /// Where the rows go.
    #[serde(deserialize_with = "name_or_id", alias = "dest_connection_id")]
    pub dest_connection: String,
    /// The destination, `TABLE` or `SCHEMA.TABLE`.
    pub dest_table: String,
    /// The query, with a `{name}` for each watermark.
    pub source_query: String,
    /// How the rows come in.
    pub merge_strategy: Strategy,
    /// What an incremental merge deletes by.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "names")]
    pub merge_key: Vec<String>,
    /// The columns that are filled, by position; every insertable one, in order, where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dest_columns: Option<Vec<String>>,
    /// Columns that must not repeat among the staged rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "names")]
    pub unique_key: Vec<String>,
    /// How a full merge empties the destination.
    #[serde(default)]
    pub full_by: FullBy,
    /// How the rows get there.
    #[serde(default, skip_serializing_if = "Load::is_staged")]
    pub load: Load,
    /// The column of the query's result by whose values its rows are cut into ranges, for several streams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_by: Option<String>,
    /// In how many streams the rows come at once, where that can be.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub streams: i64,
    /// Whether a delete may cascade into other tables.
    #[serde(default)]
    pub allow_cascade: bool,
    /// Whether its merge may run by a runner that is not known to run it as one transaction.
    #[serde(default)]
    pub allow_non_atomic: bool,
    /// The longest a run may take, in seconds.
    #[serde(default = "six_hours")]
    pub timeout_s: i64,
    /// How often a failed run is tried again.
    #[serde(default)]
    pub retries: i64,
    /// Seconds between tries.
    #[serde(default = "half_a_minute")]
    pub retry_delay_s: i64,
    /// The fewest rows that a run may stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_rows: Option<i64>,
    /// By how many per cent a full load may shrink the destination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_shrink_pct: Option<f64>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Whether groups run it.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Its watermarks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watermarks: Vec<Watermark>,
    /// Its hooks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<Hook>,
}

/// The default of `timeout_s`.
fn six_hours() -> i64 {
    21_600
}

/// The default of `retry_delay_s`.
fn half_a_minute() -> i64 {
    30
}

fn yes() -> bool {
    true
}

/// The default of `streams`.
fn one() -> i64 {
    1
}

// serde asks by reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_one(n: &i64) -> bool {
    *n == one()
}

impl Module {
    /// A full load of nothing from nowhere, with what every module has that says nothing else.
    pub fn new(name: String) -> Module {
        Module {
            name,
            source_connection: String::new(),
            dest_connection: String::new(),
            dest_table: String::new(),
            source_query: String::new(),
            merge_strategy: Strategy::Full,
            merge_key: Vec::new(),
            dest_columns: None,
            unique_key: Vec::new(),
            full_by: FullBy::default(),
            load: Load::default(),
            split_by: None,
            streams: one(),
            allow_cascade: false,
            allow_non_atomic: false,
            timeout_s: six_hours(),
            retries: 0,
            retry_delay_s: half_a_minute(),
            min_rows: None,
            max_shrink_pct: None,
            notes: None,
            enabled: true,
            watermarks: Vec::new(),
            hooks: Vec::new(),
        }
    }

    /// The same, with its watermarks by name, as their order means nothing, and its hooks in the order in which they run.
    #[must_use]
    pub fn in_order(mut self) -> Module {
        self.watermarks.sort_by(|a, b| a.name.cmp(&b.name));
        hook::put_in_order(&mut self.hooks);
        self
    }
}

/// The definition of the module of that name or id.
///
/// # Errors
/// `NotFound` where there is none.
pub fn load(conn: &Connection, name_or_id: &str) -> Result<(table::Module, Module)> {
    let row = table::find(conn, name_or_id)?;
    let definition = Module {
        name: row.name.clone(),
        source_connection: row.source_connection.clone(),
        dest_connection: row.dest_connection.clone(),
        dest_table: row.dest_table.clone(),
        source_query: row.source_query.clone(),
        merge_strategy: Strategy::of(&row.merge_strategy),
        merge_key: row.merge_key.clone(),
        dest_columns: row.dest_columns.clone(),
        unique_key: row.unique_key.clone(),
        full_by: if row.full_by == "delete" { FullBy::Delete } else { FullBy::Truncate },
        load: if row.load == "direct" { Load::Direct } else { Load::Staged },
        split_by: row.split_by.clone(),
        streams: row.streams,
        allow_cascade: row.allow_cascade,
        allow_non_atomic: row.allow_non_atomic,
        timeout_s: row.timeout_s,
        retries: row.retries,
        retry_delay_s: row.retry_delay_s,
        min_rows: row.min_rows,
        max_shrink_pct: row.max_shrink_pct,
        notes: row.notes.clone(),
        enabled: row.enabled,
        watermarks: watermarks::of_module(conn, row.id)?.into_iter().map(Watermark::from).collect(),
        hooks: hooks::of_module(conn, row.id)?.into_iter().map(Hook::from).collect(),
    };
    Ok((row, definition.in_order()))
}

/// A module as JSON shows it: its row, with its watermarks, its hooks, its groups and its last run.
///
/// # Errors
/// Only where pipekit's own file can't be read.
pub fn document(conn: &Connection, row: &table::Module) -> Result<serde_json::Value> {
    let mut document = serde_json::json!(row);
    document["watermarks"] = serde_json::json!(watermarks::of_module(conn, row.id)?);
    document["hooks"] = serde_json::json!(hooks::of_module(conn, row.id)?);
    document["groups"] = serde_json::json!(group::names_of_module(conn, row.id)?);
    document["last_run"] = serde_json::json!(row.last_run_id.and_then(|id| run::get(conn, id).ok()));
    Ok(document)
}

/// Adds a module (`id` is `None`) or rewrites one, with its watermarks and hooks, and gives its id.
///
/// # Errors
/// `Invalid` for a broken rule, `NotFound` for what it refers to, `Exists` for a taken name, `Locked` for another
/// name while it runs.
pub fn save(conn: &Connection, id: Option<i64>, module: &Module) -> Result<i64> {
    module.check()?;
    if let Ok(other) = table::find(conn, &module.name)
        && Some(other.id) != id
    {
        return Err(taken("module", &module.name));
    }
    let source = connection::find(conn, &module.source_connection)?;
    let dest = connection::find(conn, &module.dest_connection)?;
    if let Some(dialect) = dialect::of(&dest.kind) {
        dialect.parse_table(&module.dest_table).map_err(Error::invalid)?;
    }
    if let Some(id) = id {
        refuse_moving_while_in_doubt(conn, &table::get(conn, id)?, module, dest.id)?;
    }
    let id = table::save(
        conn,
        id,
        &table::NewModule {
            name: &module.name,
            source_connection_id: source.id,
            dest_connection_id: dest.id,
            dest_table: &module.dest_table,
            staging_table: &dialect::staging_name(&dest.kind, &module.name),
            source_query: &module.source_query,
            merge_strategy: module.merge_strategy.as_str(),
            merge_key: &module.merge_key,
            dest_columns: module.dest_columns.as_deref(),
            unique_key: &module.unique_key,
            full_by: module.full_by.as_str(),
            load: module.load.as_str(),
            split_by: module.split_by.as_deref(),
            streams: module.streams,
            allow_cascade: module.allow_cascade,
            allow_non_atomic: module.allow_non_atomic,
            timeout_s: module.timeout_s,
            retries: module.retries,
            retry_delay_s: module.retry_delay_s,
            min_rows: module.min_rows,
            max_shrink_pct: module.max_shrink_pct,
            notes: module.notes.as_deref(),
            enabled: module.enabled,
        },
    )?;
    watermark::save_all(conn, id, &module.watermarks)?;
    hook::save_all(conn, id, &module.hooks)?;
    Ok(id)
}

/// A run's receipt lies in the destination under the module's name: neither may change before the run is known.
fn refuse_moving_while_in_doubt(conn: &Connection, now: &table::Module, to: &Module, dest_id: i64) -> Result<()> {
    if now.name == to.name && now.dest_connection_id == dest_id {
        return Ok(());
    }
    refuse_in_doubt(conn, now)
}

/// A connection that a run is loading into stays where it is: what becomes of the run is asked there. One that is only
/// in doubt may be mended, as a server that can't be reached may be reached elsewhere.
pub(super) fn refuse_moving_destination(conn: &Connection, connection_id: i64) -> Result<()> {
    let modules = table::all(conn)?;
    match modules.iter().find(|module| module.dest_connection_id == connection_id && module.running) {
        Some(module) => Err(table::locked(module)),
        None => Ok(()),
    }
}

fn refuse_in_doubt(conn: &Connection, module: &table::Module) -> Result<()> {
    if module.running {
        return Err(table::locked(module));
    }
    match run::newest(conn, module.id, &["unknown"], None)? {
        Some(run) => Err(Error::new(
            Code::InUse,
            format!("it is not known yet whether run {} of module {} has merged", run.id, module.name),
        )
        .hint(format!("`pipekit log show {}` finds out, once the destination can be reached", run.id))),
        None => Ok(()),
    }
}

/// Renews the staging names of the modules that load into a connection, after its kind may have changed.
pub(super) fn restage(conn: &Connection, connection_id: i64) -> Result<()> {
    for row in table::all(conn)?.into_iter().filter(|m| m.dest_connection_id == connection_id) {
        let (_, definition) = load(conn, &row.name)?;
        save(conn, Some(row.id), &definition)?;
    }
    Ok(())
}

/// Removes a module with its watermarks and hooks; its runs stay in the log.
///
/// # Errors
/// `Locked` while it runs, `InUse` while it is in a group and there is no `force`.
pub fn remove(conn: &Connection, name_or_id: &str, force: bool) -> Result<table::Module> {
    let module = table::find(conn, name_or_id)?;
    if module.running {
        return Err(table::locked(&module));
    }
    let groups = group::names_of_module(conn, module.id)?;
    if !groups.is_empty() && !force {
        return Err(Error::new(Code::InUse, format!("module {} is in {}", module.name, counted("group", &groups)))
            .hint("--force takes it out of there too; its runs stay in the log"));
    }
    table::delete(conn, module.id)?;
    Ok(module)
}
