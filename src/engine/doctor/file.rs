//! pipekit's own file: whether it is there and whole, who may write, and whether there is room.

use super::{Checks, bytes};
use crate::store::{Store, VERSION, health, lock};
use rustix::fs::{Access, access};
use rustix::io::Errno;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Below this a run can't be written down.
const NEARLY_NONE: u64 = 16_000_000;
/// Below this it is time to do something.
const LOW: u64 = 256_000_000;
/// A larger file is not read through to its end for a look.
const PATIENCE: Duration = Duration::from_secs(2);

/// Looks at the file, its folder and its disk, and gives it where it can be used.
pub fn check(db: &Path, full: bool, out: &mut Checks) -> Option<Store> {
    // By the name that SQLite goes by: what is beside a link is not beside the file.
    let path = db.canonicalize().unwrap_or_else(|_| db.to_owned());
    let had = health::version_at(&path);
    let store = match Store::open(db) {
        Ok(store) => {
            let size = path.metadata().map(|file| file.len()).unwrap_or_default();
            out.ok("file", format!("{}, {}", path.display(), bytes(size)));
            let before = had.filter(|had| *had < VERSION).map(|had| format!(", brought up from {had} just now"));
            out.ok("schema", format!("version {VERSION}{}", before.unwrap_or_default()));
            journal(&store, out);
            Some(store)
        }
        Err(error) => {
            let newer = had.is_some_and(|had| had > VERSION);
            out.failed(if newer { "schema" } else { "file" }, error);
            None
        }
    };
    if store.is_some() {
        whole(&path, full, out);
    }
    rights(&path, out);
    if let Some(folder) = path.parent().filter(|folder| folder.is_dir()) {
        room(folder, out);
    }
    if store.is_none() {
        out.note("the rest", "modules, schedules, drivers and connections are looked at once the file can be used");
    }
    store
}

fn journal(store: &Store, out: &mut Checks) {
    match health::journal_mode(store.read()) {
        Ok(mode) if mode == "wal" => out.ok("journal", "WAL: who reads and who writes do not wait for each other"),
        Ok(mode) => out.warning(
            "journal",
            format!("its journal mode is {mode}, and pipekit's is WAL: who reads and who writes wait for each other"),
            format!("when nothing runs: `sqlite3 {} 'PRAGMA journal_mode = wal'`", store.path().display()),
        ),
        Err(error) => out.failed("journal", error),
    }
}

fn whole(path: &Path, full: bool, out: &mut Checks) {
    match health::damage(path, (!full).then_some(PATIENCE)) {
        Ok(Some(damage)) if damage.is_empty() => out.ok("contents", "nothing in it is damaged"),
        Ok(Some(damage)) => out.error(
            "contents",
            format!("the file is damaged: {}", damage.join("; ").replace('\n', " ")),
            "restore a backup, and see whether its disk is failing",
        ),
        Ok(None) => out.note(
            "contents",
            format!("more than can be read in {} s: `pipekit doctor --full` reads all of it", PATIENCE.as_secs()),
        ),
        Err(error) => out.failed("contents", error),
    }
}

/// Whether this user may write the file, its folder, and what SQLite and the locks have beside it.
fn rights(path: &Path, out: &mut Checks) {
    let Some(folder) = path.parent().filter(|folder| folder.is_dir()) else { return };
    if let Err(e) = access(folder, Access::WRITE_OK | Access::EXEC_OK) {
        let shown = folder.display();
        let hint = match e {
            Errno::ROFS => {
                format!("its disk is mounted for reading alone, as after a fault: `findmnt -T {shown}`, `dmesg`")
            }
            _ => format!(
                "call pipekit as the user who owns it (`ls -ld {shown}`), or be in its group, which may write: \
                 `chmod g+rwxs {shown}; chmod -R g+rw {}*`",
                path.display()
            ),
        };
        let why = format!("this user may not write in {shown}, where SQLite and the locks have their files: {e}");
        return out.error("rights", why, hint);
    }
    let closed: Vec<PathBuf> =
        beside(path).into_iter().filter(|file| access(file, Access::READ_OK | Access::WRITE_OK).is_err()).collect();
    if closed.is_empty() {
        if path.exists() {
            out.ok("rights", "this user may write the file, its folder, and what is beside it");
        }
        return;
    }
    let owner = closed[0].metadata().map(|file| file.uid()).unwrap_or_default();
    let names: Vec<String> = closed.iter().map(|file| file.display().to_string()).collect();
    out.error(
        "rights",
        format!("this user may not write {} (of the user with the id {owner})", names.join(", ")),
        format!("`chmod g+rw` them and be in their group, or call pipekit as that user: `ls -l {}*`", path.display()),
    );
}

/// The file, and what is beside it.
fn beside(path: &Path) -> Vec<PathBuf> {
    let with = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let locks = lock::folder(path);
    let inside = std::fs::read_dir(&locks).into_iter().flatten().flatten().map(|entry| entry.path());
    [path.to_owned(), with("-wal"), with("-shm"), locks]
        .into_iter()
        .chain(inside)
        .filter(|file| file.exists())
        .collect()
}

fn room(folder: &Path, out: &mut Checks) {
    let Ok(disk) = rustix::fs::statvfs(folder) else { return };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let told = format!("{} free on the disk of {}", bytes(free), folder.display());
    let no_files = disk.f_files > 0 && disk.f_favail == 0;
    let hint = "free some space there: `pipekit log prune --older-than 90d` removes old runs, `df -h` shows all disks";
    match free {
        _ if no_files => out.error(
            "disk",
            format!("the disk of {} takes no more files", folder.display()),
            "remove some there: `df -i` shows how many each disk takes",
        ),
        ..NEARLY_NONE => out.error("disk", format!("only {told}"), hint),
        NEARLY_NONE..LOW => out.warning("disk", format!("only {told}"), hint),
        _ => out.ok("disk", told),
    }
}
