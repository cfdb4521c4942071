//! A copy of pipekit's own file while others go on using it.
//!
//! It is made beside its place by SQLite's online backup (<https://sqlite.org/backup.html>) of one snapshot, is checked,
//! and takes its place in one step: whatever happens, there is a whole copy under that name, or what was there before.

use super::{Store, migrate, place};
use crate::clock;
use crate::error::{Code, Error, Result};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::fs::{File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// So many pages are copied between two looks at whether to go on.
const PAGES: i32 = 4096;

/// What a backup holds.
#[derive(Debug, serde::Serialize)]
pub struct Made {
    /// Where it is.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// How many modules it holds.
    pub modules: i64,
    /// How many runs are in its log.
    pub runs: i64,
    /// How many runs of modules and groups went on when it was made.
    pub running: usize,
}

/// Copies the database of `store` to `file`; into a folder under a name with the time. `goes_on` says whether to.
///
/// A backup that is there already is replaced, and with `force` whatever else is no database in use. What was running
/// does not run in the copy, where nobody could end it: it ended there by the making of the backup.
///
/// # Errors
/// `Exists` for a file that may not be replaced, `Cancelled`, `Store` where the database is damaged, `System` where the
/// copy can't be written.
pub fn make(store: &Store, file: &Path, force: bool, goes_on: impl Fn() -> bool) -> Result<Made> {
    let file = place_of(store, file, force)?;
    let fail = |e: std::io::Error| Error::system(format_args!("can't write the backup {}", file.display()), e);
    let folder = file.parent().unwrap_or(Path::new("/"));
    // A folder of its own, as SQLite makes files beside the one that it writes. All goes with it where this ends early.
    let aside = tempfile::Builder::new().prefix(".pipekit-backup-").tempdir_in(folder).map_err(fail)?;
    let copy = aside.path().join("pipekit.db");
    let told = |e: Error| match e.code {
        Code::Store => {
            let why = e.message.trim_start_matches("the pipekit database: ").to_owned();
            Error { code: Code::System, message: format!("can't make the backup {}: {why}", file.display()), ..e }
        }
        _ => e,
    };
    let mode = file.metadata().map_or(0o600, |old| old.permissions().mode() & 0o777);
    copy_pages(store, &copy, goes_on).map_err(told)?;
    let made = settle_and_check(&copy, &file).map_err(told)?;
    let done = File::open(&copy).map_err(fail)?;
    done.set_permissions(Permissions::from_mode(mode)).map_err(fail)?;
    done.sync_all().map_err(fail)?;
    std::fs::rename(&copy, &file).map_err(fail)?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(fail)?;
    Ok(made)
}

/// The file that is to be written, where that may be done.
fn place_of(store: &Store, named: &Path, force: bool) -> Result<PathBuf> {
    let named = match named.is_dir() {
        true => named.join(format!("pipekit-{}.db", clock::text(clock::now()).replace([':', '.'], "-"))),
        false => named.to_owned(),
    };
    // Behind a link is what would be replaced.
    let file = place::real(&named)?;
    let own = store.path();
    let is_own = |a: &Path| {
        let id = |path: &Path| path.metadata().map(|file| (file.dev(), file.ino())).ok();
        a == own || (id(a).is_some() && id(a) == id(own))
    };
    // Its -wal, -shm and .locks are as good as itself.
    if is_own(&file) || file.as_os_str().as_encoded_bytes().starts_with(own.as_os_str().as_encoded_bytes()) {
        return Err(Error::new(Code::Usage, format!("{} is the database itself", named.display()))
            .hint("name another file, best on another disk"));
    }
    let beside = |suffix: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    if let Some(other) = ["-wal", "-shm", "-journal"].map(beside).into_iter().find(|other| other.exists()) {
        return Err(Error::new(
            Code::Exists,
            format!("{} is beside it, so that {} is a database in use", other.display(), file.display()),
        )
        .hint("name another file"));
    }
    let refused = match file.exists() {
        true if beside(".locks").exists() => Some("is a pipekit database that runs have used, and no backup"),
        true if !file.is_file() => {
            return Err(Error::new(Code::Exists, format!("{} is no file", file.display())).hint("name another"));
        }
        true if !is_ours(&file) => Some("is there already, and no backup of pipekit's"),
        _ => None,
    };
    match refused {
        Some(what) if !force => Err(Error::new(Code::Exists, format!("{} {what}", file.display()))
            .hint("name another file; --force overwrites it")),
        _ => Ok(file),
    }
}

/// Whether a file is one of pipekit's, by the number that SQLite's file format has for that, at its offset 68
/// (<https://sqlite.org/fileformat2.html#application_id>). SQLite itself is not asked, as it might make files beside it.
fn is_ours(file: &Path) -> bool {
    use std::os::unix::fs::FileExt;
    let mut id = [0; 4];
    let read = File::open(file).and_then(|file| file.read_exact_at(&mut id, 68));
    read.is_ok() && i32::from_be_bytes(id) == migrate::APPLICATION_ID
}

fn copy_pages(store: &Store, copy: &Path, goes_on: impl Fn() -> bool) -> Result<()> {
    // One read transaction over all of it, so that what others write meanwhile does not make it begin again.
    let from = store.reopen()?;
    from.read().execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")?;
    let mut to = Connection::open(copy)?;
    // Who is killed leaves nothing that is used, and what is done is put on the disk at the end.
    to.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF")?;
    let backup = Backup::new(from.read(), &mut to)?;
    while goes_on() {
        if let StepResult::Done = backup.step(PAGES)? {
            return Ok(());
        }
    }
    Err(Error::new(Code::Cancelled, "cancelled; no backup was made"))
}

/// Ends in the copy what went on when it was made, and sees that it is sound.
fn settle_and_check(copy: &Path, file: &Path) -> Result<Made> {
    let mut conn = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.execute_batch("PRAGMA synchronous = OFF")?;
    let found: String = conn.query_row("PRAGMA quick_check(1)", [], |r| r.get(0))?;
    if found != "ok" {
        return Err(Error::new(Code::Failed, format!("the copy is not sound, so that no backup was made: {found}")).hint(
            "the database itself is damaged, or one of the disks: `sqlite3 FILE 'PRAGMA integrity_check'` says more",
        ));
    }
    let tx = conn.transaction()?;
    let running = interrupt(&tx)?;
    tx.commit()?;
    // Its version is this pipekit's, which opened it.
    migrate::migrate(&mut conn, copy, false)?;
    let count = |table: &str| conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0));
    let (modules, runs) = (count("module")?, count("run_log")?);
    // Who closes last puts all into the one file and removes what is beside it.
    conn.close().map_err(|(_, e)| e)?;
    let bytes = copy.metadata().map_err(|e| Error::system("can't read the copy", e))?.len();
    Ok(Made { file: file.to_owned(), bytes, modules, runs, running })
}

/// Whatever runs in the copy ends there. Left to the next look, it would be taken for dead and settled by the ledger that
/// the copy has of it, though it went on after that; and a look at a copy would fence off the run that goes on.
fn interrupt(conn: &Connection) -> Result<usize> {
    const WHY: &str = "it was running when this backup was made, and how it ended is not in this file: what the \
                       destination holds says so";
    let now = clock::now_text();
    let runs = conn.execute(
        "UPDATE run_log SET status = 'error', finished_at = ?1, error = ?2 WHERE status = 'running'",
        (&now, WHY),
    )?;
    let groups = conn.execute(
        "UPDATE group_run SET status = 'error', finished_at = ?1, reason = ?2 WHERE status = 'running'",
        (&now, WHY),
    )?;
    conn.execute_batch(
        "UPDATE module SET running = 0, cancel_requested = 0, lock_pid = NULL, lock_host = NULL, lock_user = NULL,
                           lock_at = NULL WHERE running = 1;
         UPDATE group_run_member SET status = 'unknown' WHERE status = 'running';
         UPDATE group_run_member SET status = 'skipped', reason = 'a backup was made before its turn'
          WHERE status = 'waiting';
         UPDATE notification SET status = 'waiting' WHERE status = 'sending'",
    )?;
    Ok(runs + groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_stopped_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(&folder.path().join("p.db")).unwrap();
        let to = tempfile::tempdir().unwrap();
        let file = to.path().join("copy.db");
        let names = || std::fs::read_dir(to.path()).unwrap().map(|e| e.unwrap().file_name()).collect::<Vec<_>>();
        assert_eq!(make(&store, &file, false, || false).unwrap_err().code, Code::Cancelled);
        assert!(names().is_empty());
        make(&store, &file, false, || true).unwrap();
        let before = std::fs::read(&file).unwrap();
        assert_eq!(make(&store, &file, false, || false).unwrap_err().code, Code::Cancelled);
        assert_eq!((names(), std::fs::read(&file).unwrap()), (vec!["copy.db".into()], before));
    }
}
