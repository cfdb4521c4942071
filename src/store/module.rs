//! The table `module`: one sync each, with its lock and what would run next.

use crate::clock;
use crate::error::{Code, Error, Result};
use crate::store::missing;
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::Serialize;

/// A row of `module`, with the names of its connections.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Module {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Where the query runs.
    pub source_connection_id: i64,
    /// The name of that connection.
    pub source_connection: String,
    /// Where the rows go.
    pub dest_connection_id: i64,
    /// The name of that connection.
    pub dest_connection: String,
    /// The destination, as the operator wrote it.
    pub dest_table: String,
    /// The table that a run fills before the merge.
    pub staging_table: String,
    /// The query, with its placeholders.
    pub source_query: String,
    /// `full`, `incremental` or `append`.
    pub merge_strategy: String,
    /// The columns that an incremental merge deletes by.
    pub merge_key: Vec<String>,
    /// The columns that are filled; `None` is every insertable column, in order.
    pub dest_columns: Option<Vec<String>>,
    /// Columns that must not repeat among the staged rows.
    pub unique_key: Vec<String>,
    /// How a full merge empties the destination: `truncate` or `delete`.
    pub full_by: String,
    /// How the rows get there: `staged` or `direct`.
    pub load: String,
    /// The column of the query by whose values its rows are cut into ranges.
    pub split_by: Option<String>,
    /// In how many streams they come at once.
    pub streams: i64,
    /// Whether a delete may cascade into other tables.
    pub allow_cascade: bool,
    /// Whether its merge may run where it is not known to be one transaction.
    pub allow_non_atomic: bool,
    /// The longest a run may take, in seconds.
    pub timeout_s: i64,
    /// How often a failed run is tried again.
    pub retries: i64,
    /// Seconds between tries.
    pub retry_delay_s: i64,
    /// The fewest rows that a run may stage.
    pub min_rows: Option<i64>,
    /// By how many per cent a full load may shrink the destination.
    pub max_shrink_pct: Option<f64>,
    /// For people.
    pub notes: Option<String>,
    /// Whether groups run it.
    pub enabled: bool,
    /// Whether a run has claimed it.
    pub running: bool,
    /// The process that claimed it.
    pub lock_pid: Option<i64>,
    /// The machine of that process.
    pub lock_host: Option<String>,
    /// The user of that process.
    pub lock_user: Option<String>,
    /// When it was claimed.
    pub lock_at: Option<String>,
    /// Whether the run has been asked to stop.
    pub cancel_requested: bool,
    /// The source SQL as last resolved.
    pub next_resolved_query: Option<String>,
    /// The merge SQL as last made.
    pub next_merge_sql: Option<String>,
    /// When that was.
    pub next_resolved_at: Option<String>,
    /// The newest run.
    pub last_run_id: Option<i64>,
    /// When it was made.
    pub created_at: String,
    /// When it was last changed.
    pub updated_at: String,
}

const SELECT: &str = "
    SELECT m.id, m.name, m.source_connection_id, s.name AS source_connection, m.dest_connection_id,
           d.name AS dest_connection, m.dest_table, m.staging_table, m.source_query, m.merge_strategy, m.merge_key,
           m.dest_columns, m.unique_key, m.full_by, m.load, m.split_by, m.streams, m.allow_cascade, m.allow_non_atomic, m.timeout_s, m.retries, m.retry_delay_s,
           m.min_rows, m.max_shrink_pct, m.notes, m.enabled, m.running, m.lock_pid, m.lock_host, m.lock_user,
           m.lock_at, m.cancel_requested, m.next_resolved_query, m.next_merge_sql, m.next_resolved_at,
           m.last_run_id, m.created_at, m.updated_at
    FROM module m JOIN connection s ON s.id = m.source_connection_id JOIN connection d ON d.id = m.dest_connection_id";

fn read(row: &Row<'_>) -> rusqlite::Result<Module> {
    Ok(Module {
        id: row.get("id")?,
        name: row.get("name")?,
        source_connection_id: row.get("source_connection_id")?,
        source_connection: row.get("source_connection")?,
        dest_connection_id: row.get("dest_connection_id")?,
        dest_connection: row.get("dest_connection")?,
        dest_table: row.get("dest_table")?,
        staging_table: row.get("staging_table")?,
        source_query: row.get("source_query")?,
        merge_strategy: row.get("merge_strategy")?,
        merge_key: list(&row.get::<_, String>("merge_key")?),
        dest_columns: row.get::<_, Option<String>>("dest_columns")?.map(|l| list(&l)),
        unique_key: list(&row.get::<_, String>("unique_key")?),
        full_by: row.get("full_by")?,
        load: row.get("load")?,
        split_by: row.get("split_by")?,
        streams: row.get("streams")?,
        allow_cascade: row.get("allow_cascade")?,
        allow_non_atomic: row.get("allow_non_atomic")?,
        timeout_s: row.get("timeout_s")?,
        retries: row.get("retries")?,
        retry_delay_s: row.get("retry_delay_s")?,
        min_rows: row.get("min_rows")?,
        max_shrink_pct: row.get("max_shrink_pct")?,
        notes: row.get("notes")?,
        enabled: row.get("enabled")?,
        running: row.get("running")?,
        lock_pid: row.get("lock_pid")?,
        lock_host: row.get("lock_host")?,
        lock_user: row.get("lock_user")?,
        lock_at: row.get("lock_at")?,
        cancel_requested: row.get("cancel_requested")?,
        next_resolved_query: row.get("next_resolved_query")?,
        next_merge_sql: row.get("next_merge_sql")?,
        next_resolved_at: row.get("next_resolved_at")?,
        last_run_id: row.get("last_run_id")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// A list of names as the file holds it. The CHECKs of the table see to it that it is a JSON array.
fn list(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}

fn json(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}

/// Every module, by name.
pub fn all(conn: &Connection) -> Result<Vec<Module>> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} ORDER BY m.name"))?;
    Ok(statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
}

/// The module of that name or id.
///
/// # Errors
/// `NotFound` where there is none.
pub fn find(conn: &Connection, name_or_id: &str) -> Result<Module> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} WHERE m.name = ?1 OR m.id = ?1"))?;
    statement.query_row([name_or_id], read).optional()?.ok_or_else(|| missing(conn, "module", "module", name_or_id))
}

/// The module with that id.
///
/// # Errors
/// `NotFound` where there is none.
pub fn get(conn: &Connection, id: i64) -> Result<Module> {
    find(conn, &id.to_string())
}

/// The names of the modules that use a connection: as source or destination, for a watermark or a hook.
pub fn names_using_connection(conn: &Connection, connection_id: i64) -> Result<Vec<String>> {
    let mut statement = conn.prepare_cached(
        "SELECT name FROM module WHERE source_connection_id = ?1 OR dest_connection_id = ?1
         UNION SELECT m.name FROM watermark w JOIN module m ON m.id = w.module_id WHERE w.connection_id = ?1
         UNION SELECT m.name FROM hook h JOIN module m ON m.id = h.module_id WHERE h.connection_id = ?1
         ORDER BY 1",
    )?;
    Ok(statement.query_map([connection_id], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// Names of modules that load into the same table of the same connection, other than the one with `id`.
pub fn names_with_destination(conn: &Connection, connection_id: i64, table: &str, id: i64) -> Result<Vec<String>> {
    let mut statement = conn.prepare_cached(
        "SELECT name FROM module WHERE dest_connection_id = ? AND dest_table = ? AND id <> ? ORDER BY name",
    )?;
    Ok(statement.query_map((connection_id, table, id), |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// What a module is written from.
pub struct NewModule<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where the query runs.
    pub source_connection_id: i64,
    /// Where the rows go.
    pub dest_connection_id: i64,
    /// The destination.
    pub dest_table: &'a str,
    /// The staging table.
    pub staging_table: &'a str,
    /// The query.
    pub source_query: &'a str,
    /// The strategy.
    pub merge_strategy: &'a str,
    /// The merge key.
    pub merge_key: &'a [String],
    /// The columns that are filled.
    pub dest_columns: Option<&'a [String]>,
    /// Columns that must not repeat.
    pub unique_key: &'a [String],
    /// How a full merge empties.
    pub full_by: &'a str,
    /// How the rows get there.
    pub load: &'a str,
    /// What cuts them into ranges.
    pub split_by: Option<&'a str>,
    /// How many streams they come in.
    pub streams: i64,
    /// Whether deletes may cascade.
    pub allow_cascade: bool,
    /// Whether the merge may run where it is not known to be one transaction.
    pub allow_non_atomic: bool,
    /// Seconds a run may take.
    pub timeout_s: i64,
    /// Further tries.
    pub retries: i64,
    /// Seconds between them.
    pub retry_delay_s: i64,
    /// The fewest rows.
    pub min_rows: Option<i64>,
    /// The most shrinking.
    pub max_shrink_pct: Option<f64>,
    /// For people.
    pub notes: Option<&'a str>,
    /// Whether groups run it.
    pub enabled: bool,
}

/// Adds a module (`id` is `None`) or rewrites one, and gives its id.
pub fn save(conn: &Connection, id: Option<i64>, new: &NewModule<'_>) -> Result<i64> {
    // A new definition makes what was resolved from the old one untrue.
    let sql = match id {
        None => {
            "INSERT INTO module (name, source_connection_id, dest_connection_id, dest_table, staging_table, source_query,
                merge_strategy, merge_key, dest_columns, unique_key, full_by, load, split_by, streams, allow_cascade, allow_non_atomic, timeout_s, retries,
                retry_delay_s, min_rows, max_shrink_pct, notes, enabled, created_at, updated_at)
             VALUES (:name, :source, :dest, :table, :staging, :query, :strategy, :key, :columns, :unique, :full_by,
                :load, :split_by, :streams, :cascade, :non_atomic, :timeout, :retries, :delay, :min_rows, :shrink, :notes, :enabled, :now, :now)
             RETURNING id"
        }
        Some(_) => {
            "UPDATE module SET name = :name, source_connection_id = :source, dest_connection_id = :dest,
                dest_table = :table, staging_table = :staging, source_query = :query, merge_strategy = :strategy,
                merge_key = :key, dest_columns = :columns, unique_key = :unique, full_by = :full_by, load = :load, split_by = :split_by, streams = :streams,
                allow_cascade = :cascade, allow_non_atomic = :non_atomic, timeout_s = :timeout, retries = :retries, retry_delay_s = :delay,
                min_rows = :min_rows, max_shrink_pct = :shrink, notes = :notes, enabled = :enabled, updated_at = :now,
                next_resolved_query = NULL, next_merge_sql = NULL, next_resolved_at = NULL
             WHERE id = :id RETURNING id"
        }
    };
    let mut statement = conn.prepare_cached(sql)?;
    let columns = new.dest_columns.map(json);
    let (key, unique, now) = (json(new.merge_key), json(new.unique_key), clock::now_text());
    let values = named_params! {
        ":name": new.name, ":source": new.source_connection_id, ":dest": new.dest_connection_id,
        ":table": new.dest_table, ":staging": new.staging_table, ":query": new.source_query,
        ":strategy": new.merge_strategy, ":key": key, ":columns": columns, ":unique": unique,
        ":full_by": new.full_by, ":load": new.load, ":split_by": new.split_by, ":streams": new.streams, ":cascade": new.allow_cascade, ":non_atomic": new.allow_non_atomic, ":timeout": new.timeout_s, ":retries": new.retries,
        ":delay": new.retry_delay_s, ":min_rows": new.min_rows, ":shrink": new.max_shrink_pct, ":notes": new.notes,
        ":enabled": new.enabled, ":now": now,
    };
    for (name, value) in values {
        let index =
            statement.parameter_index(name)?.ok_or_else(|| rusqlite::Error::InvalidParameterName((*name).into()))?;
        statement.raw_bind_parameter(index, value)?;
    }
    if let (Some(id), Some(index)) = (id, statement.parameter_index(":id")?) {
        statement.raw_bind_parameter(index, id)?;
    }
    let mut rows = statement.raw_query();
    match rows.next()? {
        Some(row) => Ok(row.get(0)?),
        None => Err(Error::not_found("module", id.unwrap_or_default())),
    }
}

/// Removes the module with that id, with its watermarks and hooks. Its runs stay in the log.
pub fn delete(conn: &Connection, id: i64) -> Result<()> {
    conn.execute("DELETE FROM module WHERE id = ?", [id])?;
    Ok(())
}

/// Sets whether groups run the module.
pub fn set_enabled(conn: &Connection, id: i64, enabled: bool) -> Result<()> {
    conn.execute("UPDATE module SET enabled = ?2, updated_at = ?3 WHERE id = ?1", (id, enabled, clock::now_text()))?;
    Ok(())
}

/// Stores what would run next, for people to look at; unless the module was changed since it was read, for then this
/// is not what would run.
pub fn set_resolved(conn: &Connection, module: &Module, query: &str, merge_sql: &str) -> Result<()> {
    conn.execute(
        "UPDATE module SET next_resolved_query = ?3, next_merge_sql = ?4, next_resolved_at = ?5
         WHERE id = ?1 AND updated_at = ?2",
        (module.id, &module.updated_at, query, merge_sql, clock::now_text()),
    )?;
    Ok(())
}

/// Who claims a module.
pub struct Claimer<'a> {
    /// When: the claim is known by it.
    pub at: &'a str,
    /// The process.
    pub pid: u32,
    /// The machine.
    pub host: &'a str,
    /// The user.
    pub user: &'a str,
}

/// Claims a module for a run: one statement, so that of any number of claimers one succeeds.
pub fn claim(conn: &Connection, id: i64, claimer: &Claimer<'_>) -> Result<bool> {
    let changed = conn.execute(
        "UPDATE module SET running = 1, cancel_requested = 0, lock_pid = ?2, lock_host = ?3, lock_user = ?4, lock_at = ?5
         WHERE id = ?1 AND running = 0",
        (id, claimer.pid, claimer.host, claimer.user, claimer.at),
    )?;
    Ok(changed == 1)
}

/// Frees a module after its run.
pub fn release(conn: &Connection, id: i64) -> Result<()> {
    conn.execute(
        "UPDATE module SET running = 0, cancel_requested = 0, lock_pid = NULL, lock_host = NULL, lock_user = NULL,
                lock_at = NULL
         WHERE id = ?",
        [id],
    )?;
    Ok(())
}

/// The modules that say they are running: their ids, and when they were claimed.
pub fn claimed(conn: &Connection) -> Result<Vec<(i64, String)>> {
    let mut statement = conn.prepare_cached("SELECT id, lock_at FROM module WHERE running = 1 ORDER BY id")?;
    Ok(statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
}

/// When a module was claimed, if it says that it is running.
pub fn claim_of(conn: &Connection, id: i64) -> Result<Option<String>> {
    Ok(claimed(conn)?.into_iter().find(|(claimed, _)| *claimed == id).map(|(_, at)| at))
}

/// Asks the run of a module to stop. Says whether there is one.
pub fn request_cancel(conn: &Connection, id: i64) -> Result<bool> {
    Ok(conn.execute("UPDATE module SET cancel_requested = 1 WHERE id = ? AND running = 1", [id])? == 1)
}

/// Asks those runs of modules to stop that are part of a group's run.
pub fn request_cancel_of_group_run(conn: &Connection, group_run_id: i64) -> Result<()> {
    conn.execute(
        "UPDATE module SET cancel_requested = 1 WHERE running = 1 AND cancel_requested = 0
         AND last_run_id IN (SELECT id FROM run_log WHERE group_run_id = ?)",
        [group_run_id],
    )?;
    Ok(())
}

/// Whether the run of a module has been asked to stop.
pub fn cancel_requested(conn: &Connection, id: i64) -> Result<bool> {
    let mut statement = conn.prepare_cached("SELECT cancel_requested FROM module WHERE id = ?")?;
    Ok(statement.query_row([id], |r| r.get(0)).optional()?.unwrap_or(false))
}

/// Notes the newest run of a module.
pub fn set_last_run(conn: &Connection, id: i64, run_id: i64) -> Result<()> {
    conn.execute("UPDATE module SET last_run_id = ?2 WHERE id = ?1", (id, run_id))?;
    Ok(())
}

/// The error for a module that somebody else is running, saying who.
pub fn locked(module: &Module) -> Error {
    let who = match (&module.lock_at, module.lock_pid, &module.lock_host) {
        (Some(at), Some(pid), Some(host)) => {
            format!(" since {} (process {pid} on {host})", clock::local(at))
        }
        _ => String::new(),
    };
    Error::new(Code::Locked, format!("module {} is already running{who}", module.name)).hint(format!(
        "`pipekit status` shows it, `pipekit log follow {}` watches it, `pipekit cancel {0}` stops it",
        module.name
    ))
}
