//! Bringing a database file to this version: the numbered files of `migrations/`, in order, in one transaction.

use crate::error::{Code, Error, Result};
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use std::path::Path;
use std::time::{Duration, Instant};

/// Every migration there has been, in order; the file's version is how many of them it has had. Append only.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_init.sql"),
    include_str!("../../migrations/0002_jrunner.sql"),
    include_str!("../../migrations/0003_groups.sql"),
    include_str!("../../migrations/0004_notifications.sql"),
    include_str!("../../migrations/0005_rehearsals.sql"),
    include_str!("../../migrations/0006_load.sql"),
    include_str!("../../migrations/0007_parallel.sql"),
    include_str!("../../migrations/0008_streams.sql"),
];

/// The version of the files of this pipekit.
pub const VERSION: usize = MIGRATIONS.len();

/// Marks a file as ours (`PRAGMA application_id`): "pkit".
pub const APPLICATION_ID: i32 = 0x706b_6974;

/// Brings `conn` to the newest version. One that has none is filled with what a new database holds from the start, where
/// it is to be made; else it is refused, as a file that was emptied would be taken for a shop in which nothing is to do.
pub fn migrate(conn: &mut Connection, path: &Path, create: bool) -> Result<()> {
    // One snapshot: another process may be at its migrations.
    let snapshot = conn.transaction()?;
    let from = version(&snapshot)?;
    drop(snapshot);
    if from == MIGRATIONS.len() {
        return Ok(());
    }
    // Switching a fresh file to WAL is not covered by the busy timeout: several processes at once would get
    // "database is locked". So whoever has work to do here takes turns on a lock file.
    let _turn = super::lock::Turn::wait(path, "open")?;
    // Whoever makes it may have done so meanwhile.
    if !create && version(conn)? == 0 {
        return Err(Error::new(
            Code::Store,
            format!("{} is empty: there is no pipekit database in it", path.display()),
        )
        .hint("where there was one, restore a backup (docs/backup.md); `pipekit init` makes a new one"));
    }
    if from == 0 {
        // So that what is removed can be given back to the disk piece by piece; once there is a page it is too late.
        conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    switch_to_wal(conn)?;
    // A migration may rebuild a table, and dropping the old one would take along what refers to it. This can't be
    // switched within a transaction; that nothing is left dangling is checked at its end.
    conn.pragma_update(None, "foreign_keys", false)?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = version(&tx)?;
    for sql in &MIGRATIONS[from..] {
        tx.execute_batch(sql)?;
    }
    tx.pragma_update(None, "user_version", i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX))?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    if from == 0 {
        super::setting::fill(&tx)?;
    }
    super::driver::fill(&tx)?;
    let dangling: i64 = tx.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |r| r.get(0))?;
    if dangling > 0 {
        return Err(Error::new(
            Code::Store,
            format!("{dangling} rows refer to rows that are not there; nothing was changed"),
        )
        .hint("restore a backup, or see them with `PRAGMA foreign_key_check` in sqlite3"));
    }
    tx.commit()?;
    Ok(())
}

/// Those who only look may be in the way for a moment.
fn switch_to_wal(conn: &Connection) -> Result<()> {
    let patience = Instant::now() + super::BUSY;
    loop {
        match conn.pragma_update(None, "journal_mode", "WAL") {
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < patience => {
                std::thread::sleep(Duration::from_millis(5));
            }
            done => return Ok(done?),
        }
    }
}

/// How many migrations the file has had. Refuses a file of a newer pipekit, or of another program.
fn version(conn: &Connection) -> Result<usize> {
    let version: i64 = conn.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    let application: i32 = conn.query_row("PRAGMA application_id", [], |r| r.get(0))?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
    if application != APPLICATION_ID && (tables > 0 || version != 0) {
        return Err(Error::new(Code::Store, "this is an SQLite file of another program, not a pipekit database")
            .hint("--db or $PIPEKIT_DB names another file; `pipekit init` makes a new one"));
    }
    usize::try_from(version).ok().filter(|v| *v <= MIGRATIONS.len()).ok_or_else(|| {
        Error::new(
            Code::Store,
            format!("the database has version {version}, this pipekit knows up to {}", MIGRATIONS.len()),
        )
        .hint("it was used with a newer pipekit: install that one")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    /// What SQLite says that the file holds.
    fn schema(conn: &Connection) -> Vec<String> {
        let mut statement =
            conn.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name").unwrap();
        statement.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// A file as the pipekit of that version left it, with a row in each table that has to survive.
    fn earlier(path: &Path, version: usize) {
        let conn = Connection::open(path).unwrap();
        for sql in &MIGRATIONS[..version] {
            conn.execute_batch(sql).unwrap();
        }
        conn.pragma_update(None, "user_version", i64::try_from(version).unwrap()).unwrap();
        conn.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        conn.execute_batch(
            "INSERT INTO settings VALUES ('install_id', 'x', 't');
             INSERT INTO driver (name, kind, created_at, updated_at) VALUES ('sqlite', 'sqlite', 't', 't');
             INSERT INTO connection (name, driver_id, jdbc_url, created_at, updated_at) VALUES ('c', 1, 'jdbc:', 't', 't');
             INSERT INTO module (name, source_connection_id, dest_connection_id, dest_table, staging_table, source_query,
                                 merge_strategy, created_at, updated_at) VALUES ('m', 1, 1, 't', 's', 'q', 'full', 't', 't');
             INSERT INTO watermark (module_id, name, connection_id, resolver_sql) VALUES (1, 'w', 1, 'q');
             INSERT INTO hook (module_id, run_order, connection_id, sql) VALUES (1, 1, 1, 'q');
             INSERT INTO grp (name, created_at, updated_at) VALUES ('g', 't', 't');
             INSERT INTO group_member (group_id, module_id, run_order) VALUES (1, 1, 1);
             INSERT INTO schedule (group_id, cron_expr, created_at, updated_at) VALUES (1, '@daily', 't', 't');
             INSERT INTO group_run (group_id, group_name, started_at, status) VALUES (1, 'g', 't', 'success');
             INSERT INTO sql_text (hash, text) VALUES (x'00', 'q');
             INSERT INTO run_log (module_id, module_name, triggered_by, started_at, finished_at, status, merge_strategy)
                         VALUES (1, 'm', 'manual', 't', 't', 'success', 'full');
             INSERT INTO run_step (run_id, kind, name, connection_name, sql_id, started_at)
                         VALUES (1, 'merge', 'merge', 'c', 1, 't');
             INSERT INTO run_output (run_id, stream, at, text) VALUES (1, 'live_log', 't', 'x')",
        )
        .unwrap();
    }

    #[test]
    fn a_filled_file_of_each_earlier_version_comes_to_this_one_with_all_its_rows() {
        let folder = tempfile::tempdir().unwrap();
        let fresh = Store::open_or_create(&folder.path().join("fresh.db")).unwrap();
        for version in 1..=MIGRATIONS.len() {
            let path = folder.path().join(format!("{version}.db"));
            earlier(&path, version);
            let store = Store::open(&path).unwrap();
            assert_eq!(schema(store.read()), schema(fresh.read()), "from version {version}");
            for table in [
                "settings",
                "driver",
                "connection",
                "module",
                "watermark",
                "hook",
                "grp",
                "group_member",
                "schedule",
                "group_run",
                "sql_text",
                "run_log",
                "run_step",
                "run_output",
            ] {
                let rows: i64 =
                    store.read().query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0)).unwrap();
                // What was built in since is there too.
                let added = if table == "driver" && version < MIGRATIONS.len() { 2 } else { 0 };
                assert_eq!(rows, 1 + added, "{table}, from version {version}");
            }
        }
    }

    #[test]
    fn foreign_keys_are_kept_once_it_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(&folder.path().join("p.db")).unwrap();
        let on: bool = store.read().query_row("PRAGMA foreign_keys", [], |r| r.get(0)).unwrap();
        assert!(on);
    }
}
