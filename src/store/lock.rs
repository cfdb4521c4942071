//! Who is running: the claim in the module's row, and the `flock` that proves it.
//!
//! The row is for people and for queries. The proof is a lock on a file beside the database, held by an open file
//! description that every process of the run inherits: it lives exactly as long as any of them does, whatever killed
//! the others, in any container, and no process id has to be guessed at. A claim whose lock is free is a dead run.
//!
//! Taking a lock is exclusive; looking whether it is held takes it shared, for a moment. A claimer that finds only
//! such onlookers tries again, so that a look never makes a run believe that another one lives.
//!
//! The file can be removed while a run lives, which goes on holding what nobody can find. So the file says which claim
//! it proves: where it says nothing of the claim that stands, its being free proves nothing yet. A living run sees
//! within a moment that its file is gone, and locks another ([`Lock::keep`]); who finds the lock free waits for that.

use super::place::as_around;
use crate::error::{Error, Result};
use rustix::fs::{FlockOperation, flock};
use std::fs::{File, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a run whose lock file was removed has to lock another, before it is taken for dead. It looks four times a
/// second.
const RETURN: Duration = Duration::from_secs(3);
/// What who waits for that leaves free, each time, for the lock to be taken.
const ROOM: Duration = Duration::from_millis(50);

/// The file that says when the schedules were last looked at.
const LOOKED: &str = "looked";

/// The folder of lock files that belongs to the database at `path`.
pub fn folder(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".locks");
    PathBuf::from(name)
}

/// Opens a lock file, making it where it is missing. `to_look` at it, who may read it need not be able to write.
fn open(file: &Path, to_look: bool) -> Result<File> {
    let fail = |e: std::io::Error| {
        let may_not = matches!(e.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem);
        let error = Error::system(format_args!("can't lock {}", file.display()), e);
        match may_not {
            true => error.hint(
                "whoever runs pipekit must be able to write in the database's folder, and in the .locks folder in it",
            ),
            false => error,
        }
    };
    let folder = file.parent().unwrap_or(Path::new("."));
    if !folder.is_dir() {
        std::fs::create_dir_all(folder).map_err(fail)?;
        // Whoever may write beside the database may lock beside it, an operator in the service's group too.
        if let (Some(Ok(parent)), Ok(made)) = (folder.parent().map(Path::metadata), File::open(folder)) {
            as_around(&made, folder.parent());
            let _ = made.set_permissions(Permissions::from_mode(parent.permissions().mode() | 0o700));
        }
    }
    loop {
        // Not `create` at once: in a folder like /tmp that is refused for another user's file (fs.protected_regular).
        match OpenOptions::new().read(true).write(true).open(file) {
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) if e.kind() == ErrorKind::PermissionDenied && to_look => return File::open(file).map_err(fail),
            done => return done.map_err(fail),
        }
        match OpenOptions::new().read(true).write(true).create_new(true).mode(0o660).open(file) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            Ok(made) => {
                as_around(&made, Some(folder));
                // The group may lock, whatever the umask.
                let _ = made.set_permissions(Permissions::from_mode(0o660));
                return Ok(made);
            }
            Err(e) => return Err(fail(e)),
        }
    }
}

/// Whether this is still the file at `path`.
fn is_at(file: &File, path: &Path) -> bool {
    let id = |file: std::fs::Metadata| (file.dev(), file.ino());
    matches!((file.metadata().map(id), path.metadata().map(id)), (Ok(held), Ok(found)) if held == found)
}

/// Whether a lock file says that it proves this claim.
fn proves(file: &File, claim: &str) -> bool {
    let mut said = [0; 64];
    file.read_at(&mut said, 0).is_ok_and(|n| said[..n] == *claim.as_bytes())
}

/// A turn at something that processes must do one after the other. Ends when dropped.
#[derive(Debug)]
pub struct Turn {
    _file: File,
}

impl Turn {
    /// Waits for a turn at `what` is done with the database at `path`.
    ///
    /// # Errors
    /// `System` when the lock file can't be made.
    pub fn wait(path: &Path, what: &str) -> Result<Turn> {
        let file = open(&folder(path).join(what), false)?;
        flock(&file, FlockOperation::LockExclusive).map_err(|e| Error::system("can't wait for the database", e))?;
        Ok(Turn { _file: file })
    }

    /// Takes one of the `most` turns that there are at once at `what` is done with the database at `path`, by whatever
    /// process. `None` where none is free.
    ///
    /// # Errors
    /// `System` when a lock file can't be made.
    pub fn one_of(path: &Path, what: &str, most: i64) -> Result<Option<Turn>> {
        for n in 1..=most {
            let file = open(&folder(path).join(format!("{what}-{n}")), false)?;
            if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
                return Ok(Some(Turn { _file: file }));
            }
        }
        Ok(None)
    }
}

/// Notes that the schedules were looked at, by whoever it was: `tick` or a server. A file beside the locks has the time,
/// so that no look waits for the database. What can't be noted is not: only `doctor` asks.
pub fn note_look(path: &Path, now: &str) {
    let _ = open(&folder(path).join(LOOKED), false).map(|file| write(&file, now));
}

/// When the schedules were last looked at, where that is known.
pub fn last_look(path: &Path) -> Option<String> {
    std::fs::read_to_string(folder(path).join(LOOKED)).ok().filter(|text| !text.is_empty())
}

/// What a lock stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A run of the module with this id.
    Module(i64),
    /// A run of the group with this id.
    Group(i64),
    /// A comparison of the module with this id with its source, beside which it may run.
    Verification(i64),
}

impl Holder {
    fn file(self, path: &Path) -> PathBuf {
        folder(path).join(match self {
            Holder::Module(id) => format!("module-{id}"),
            Holder::Group(id) => format!("group-{id}"),
            Holder::Verification(id) => format!("verify-{id}"),
        })
    }
}

/// A held lock. It is released when this and every inherited copy of its descriptor is closed.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: Arc<File>,
    /// Those that were locked until they were removed.
    removed: Vec<Arc<File>>,
    claim: Option<String>,
}

impl Lock {
    fn new(path: PathBuf, file: File) -> Lock {
        Lock { path, state: Mutex::new(State { file: Arc::new(file), removed: Vec::new(), claim: None }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the lock, or says that somebody living has it (`None`). `claim` is the time of the claim that stands, if
    /// one does: that of a dead run, or of one whose lock file was removed.
    ///
    /// # Errors
    /// `System` when the lock file can't be made.
    pub fn take(path: &Path, holder: Holder, claim: Option<&str>) -> Result<Option<Lock>> {
        let path = holder.file(path);
        // An onlooker that settles a dead run waits for its destination, a few seconds at most.
        let patience = Instant::now() + Duration::from_secs(20);
        let back = Instant::now() + RETURN;
        loop {
            let file = open(&path, false)?;
            let taken = flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok();
            if taken && is_at(&file, &path) {
                if claim.is_none_or(|claim| proves(&file, claim)) || Instant::now() > back {
                    return Ok(Some(Lock::new(path, file)));
                }
                drop(file);
                std::thread::sleep(ROOM);
                continue;
            }
            // Shared works where only onlookers are in the way: they are gone in a moment.
            if flock(&file, FlockOperation::NonBlockingLockShared).is_err() || Instant::now() > patience {
                return Ok(None);
            }
            drop(file);
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Takes the lock shared, for looking at what the run of a `claim` left: no run can begin meanwhile, other
    /// onlookers can look too. `None` when a run lives.
    ///
    /// # Errors
    /// `System` when the lock file can't be made.
    pub fn look(path: &Path, holder: Holder, claim: &str) -> Result<Option<Lock>> {
        let path = holder.file(path);
        let back = Instant::now() + RETURN;
        loop {
            let file = open(&path, true)?;
            if flock(&file, FlockOperation::NonBlockingLockShared).is_err() {
                return Ok(None);
            }
            if is_at(&file, &path) && (proves(&file, claim) || Instant::now() > back) {
                return Ok(Some(Lock::new(path, file)));
            }
            drop(file);
            std::thread::sleep(ROOM);
        }
    }

    /// From now on the lock proves the claim of this time. To be called before the claim can be seen.
    ///
    /// # Errors
    /// `System` when the lock file can't be written.
    pub fn prove(&self, claim: &str) -> Result<()> {
        let mut state = self.state();
        state.claim = Some(claim.to_owned());
        write(&state.file, claim).map_err(|e| Error::system(format_args!("can't write {}", self.path.display()), e))
    }

    /// Sees whether the lock file is still there, and locks another where it was removed: to be called a few times a
    /// second while the run lives.
    pub fn keep(&self) {
        let mut state = self.state();
        if is_at(&state.file, &self.path) {
            return;
        }
        // What fails now, such as for an onlooker in the way, is tried again the next time.
        let Ok(file) = open(&self.path, false) else { return };
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() && is_at(&file, &self.path) {
            if let Some(claim) = &state.claim {
                let _ = write(&file, claim);
            }
            let removed = std::mem::replace(&mut state.file, Arc::new(file));
            state.removed.push(removed);
        }
    }

    /// The file whose descriptor the run's child processes inherit.
    pub fn file(&self) -> Arc<File> {
        self.state().file.clone()
    }
}

fn write(file: &File, claim: &str) -> std::io::Result<()> {
    file.set_len(0)?;
    file.write_all_at(claim.as_bytes(), 0)
}
