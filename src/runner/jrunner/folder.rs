//! The private folder of one start: the SQL, and the arguments where there are passwords among them.

use rustix::fs::{FlockOperation, flock};
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the folders' names begin with.
const PREFIX: &str = "pipekit-jrunner-";
/// The file in each that its owner holds locked for as long as it lives.
const HELD: &str = "held";

/// A folder that only its owner may look into. It is removed when this is dropped; when its owner was killed, by the
/// guard; when that was killed too, by the next [`Folder::new`].
pub struct Folder {
    dir: tempfile::TempDir,
    _held: File,
}

impl Folder {
    /// Makes one among the machine's temporary files.
    ///
    /// # Errors
    /// Where that can't be done.
    pub fn new() -> io::Result<Folder> {
        let place = std::env::temp_dir();
        sweep(&place);
        let dir =
            tempfile::Builder::new().prefix(PREFIX).permissions(Permissions::from_mode(0o700)).tempdir_in(place)?;
        // It gets its name when it is locked, so that nobody who sweeps ever finds it free.
        let unnamed = dir.path().join("unnamed");
        let held = create(&unnamed)?;
        flock(&held, FlockOperation::NonBlockingLockExclusive)?;
        std::fs::rename(unnamed, dir.path().join(HELD))?;
        Ok(Folder { dir, _held: held })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file that only its owner may read, and gives its path.
    ///
    /// # Errors
    /// Where that can't be done.
    pub fn write(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = self.dir.path().join(name);
        create(&path)?.write_all(text.as_bytes())?;
        Ok(path)
    }
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Removes the folders of ours whose owner is gone.
fn sweep(place: &Path) {
    let Ok(entries) = std::fs::read_dir(place) else { return };
    let us = rustix::process::getuid().as_raw();
    for entry in entries.flatten().filter(|e| e.file_name().to_string_lossy().starts_with(PREFIX)) {
        let path = entry.path();
        let Ok(facts) = entry.metadata() else { continue };
        if !facts.is_dir() || facts.uid() != us {
            continue;
        }
        let free = match File::open(path.join(HELD)) {
            Ok(held) => flock(&held, FlockOperation::NonBlockingLockExclusive).is_ok(),
            // One that is just being made has none yet.
            Err(_) => {
                facts.modified().ok().and_then(|at| at.elapsed().ok()).is_some_and(|age| age > Duration::from_secs(60))
            }
        };
        if free {
            // Another may be at it too.
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_private_and_goes_with_its_owner() {
        let folder = Folder::new().unwrap();
        let file = folder.write("sql", "SELECT 1").unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o700);
        let path = folder.path().to_owned();
        sweep(&std::env::temp_dir());
        assert!(file.exists(), "the owner lives");
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn what_a_dead_owner_left_is_swept() {
        let place = tempfile::tempdir().unwrap();
        let left = place.path().join("pipekit-jrunner-left");
        std::fs::create_dir(&left).unwrap();
        create(&left.join(HELD)).unwrap();
        std::fs::write(left.join("sql"), "x").unwrap();
        let young = place.path().join("pipekit-jrunner-young");
        std::fs::create_dir(&young).unwrap();
        sweep(place.path());
        assert!(!left.exists() && young.exists());
    }
}
