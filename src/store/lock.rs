//! Who is running: the claim in the module's row, and the `flock` that proves it.
//!
//! The row is for people and for queries. The proof is a lock on a file beside the database, held by an open file
//! description that every process of the run inherits: it lives exactly as long as any of them does, whatever killed
//! the others, in any container, and no process id has to be guessed at. A claim whose lock is free is a dead run.
//!
//! Taking a lock is exclusive; looking whether it is held takes it shared, for a moment. A claimer that finds only
//! such onlookers tries again, so that a look never makes a run believe that another one lives.

use crate::error::{Error, Result};
use rustix::fs::{FlockOperation, flock};
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The folder of lock files that belongs to the database at `path`.
fn folder(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".locks");
    PathBuf::from(name)
}

fn open(path: &Path, name: &str) -> Result<File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let folder = folder(path);
    let file = folder.join(name);
    let fail = |e: std::io::Error| {
        let may_not = matches!(e.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem);
        let error = Error::system(format_args!("can't lock {}", file.display()), e);
        match may_not {
            true => error.hint("the folder of the database must be writable for whoever runs pipekit"),
            false => error,
        }
    };
    if !folder.is_dir() {
        std::fs::create_dir_all(&folder).map_err(fail)?;
        // Whoever may write beside the database may lock beside it, an operator in the service's group too.
        if let Some(parent) = folder.parent().and_then(|p| p.metadata().ok()) {
            let _ =
                std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(parent.permissions().mode() | 0o700));
        }
    }
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o660).open(&file).map_err(fail)
}

/// A turn at something that processes must do one after the other. Ends when dropped.
#[derive(Debug)]
pub struct Turn {
    _file: File,
}

impl Turn {
    /// Waits for the turn to prepare the database at `path`.
    ///
    /// # Errors
    /// `System` when the lock file can't be made.
    pub fn wait(path: &Path) -> Result<Turn> {
        let file = open(path, "open")?;
        flock(&file, FlockOperation::LockExclusive).map_err(|e| Error::system("can't wait for the database", e))?;
        Ok(Turn { _file: file })
    }
}

/// What a lock stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A run of the module with this id.
    Module(i64),
    /// A run of the group with this id.
    Group(i64),
}

impl Holder {
    fn file(self) -> String {
        match self {
            Holder::Module(id) => format!("module-{id}"),
            Holder::Group(id) => format!("group-{id}"),
        }
    }
}

/// A held lock. It is released when this and every inherited copy of its descriptor is closed.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock, or says that somebody living has it (`None`).
    ///
    /// # Errors
    /// `System` when the lock file can't be made.
    pub fn take(path: &Path, holder: Holder) -> Result<Option<Lock>> {
        let file = open(path, &holder.file())?;
        // An onlooker that settles a dead run waits for its destination, a few seconds at most.
        let patience = Instant::now() + Duration::from_secs(20);
        loop {
            if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
                return Ok(Some(Lock { file }));
            }
            // Shared works where only onlookers are in the way: they are gone in a moment.
            if flock(&file, FlockOperation::NonBlockingLockShared).is_err() || Instant::now() > patience {
                return Ok(None);
            }
            let _ = flock(&file, FlockOperation::Unlock);
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Takes the lock shared, for looking at what a dead run left: no run can begin meanwhile, other onlookers can
    /// look too. `None` when a run lives.
    ///
    /// # Errors
    /// `System` when the lock file can't be made.
    pub fn look(path: &Path, holder: Holder) -> Result<Option<Lock>> {
        let file = open(path, &holder.file())?;
        Ok(flock(&file, FlockOperation::NonBlockingLockShared).is_ok().then_some(Lock { file }))
    }

    /// The file whose descriptor the run's child processes inherit.
    pub fn file(&self) -> &File {
        &self.file
    }
}
