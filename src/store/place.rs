//! Where the database is: its one real path, and whether processes can share a file there.

use crate::error::{Code, Error, Result};
use rustix::fs::{Access, AtFlags, CWD, StatxAttributes, StatxFlags};
use std::fs::{File, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

/// The path of the database without links and dots, as SQLite goes by it too: whoever comes by another name takes the
/// same lock files. The file need not be there yet.
///
/// # Errors
/// `Store` when its folder can't be reached.
pub fn real(path: &Path) -> Result<PathBuf> {
    let fail = |e| {
        Error::new(Code::Store, format!("can't open {}: {e}", path.display()))
            .hint("does its folder exist, and may this user go there?")
    };
    match path.canonicalize() {
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        done => return done.map_err(fail),
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A link to a file that is yet to be made.
    if let Ok(target) = path.read_link() {
        return real(&folder.join(target));
    }
    Ok(folder.canonicalize().map_err(fail)?.join(path.file_name().unwrap_or_default()))
}

/// Gives a file that was made here to the group of the folder `around` it, and what root makes to that folder's owner:
/// root may be the first to look, in a service's own folder.
pub fn as_around(file: &File, around: Option<&Path>) {
    if let Some(Ok(around)) = around.map(Path::metadata) {
        let owner = rustix::process::geteuid().is_root().then(|| around.uid());
        // Where it is refused, it stays as it was made.
        let _ = fchown(file, owner, Some(around.gid()));
    }
}

/// Makes the file of a database that is not there yet, empty. In a folder where a group may write, the group may write
/// it too, whatever the umask: an operator works beside the service. SQLite gives `-wal` and `-shm` the same mode.
/// (A folder like /tmp, where anybody may write and nobody remove another's file, says nothing of a group.)
pub fn make(path: &Path) {
    const STICKY: u32 = 0o1000;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let Ok(around) = folder.metadata() else { return };
    if around.mode() & (0o020 | STICKY) != 0o020 {
        return;
    }
    // One that is there keeps what it has; one that can't be made is SQLite's to complain of.
    let Ok(made) = File::create_new(path) else { return };
    as_around(&made, Some(folder));
    if let Ok(made_as) = made.metadata() {
        let _ =
            made.set_permissions(Permissions::from_mode((made_as.mode() | 0o060) & (around.mode() | 0o660) & 0o777));
    }
}

/// Refuses a place where SQLite's locks, or ours, would not hold, and a file that this user may not write: even a look
/// may have to settle a dead run, and SQLite would leave files beside it that its owner can't write. `path` is a real
/// one.
///
/// # Errors
/// `Store`, with the reason.
pub fn check(path: &Path) -> Result<()> {
    if path.is_dir() {
        let file = path.join("pipekit.db");
        let file = file.display();
        return Err(Error::new(Code::Store, format!("{} is a directory, and no pipekit database", path.display()))
            .hint(format!(
                "--db or $PIPEKIT_DB names a file in it, which `pipekit --db {file} init` makes if it is not there"
            )));
    }
    let folder = path.parent().unwrap_or(Path::new("/"));
    let magic = rustix::fs::statfs(folder).map(|s| s.f_type as u32).unwrap_or_default();
    if let Some(name) = network(magic, || mounted_as(folder)) {
        return Err(Error::new(
            Code::Store,
            format!("{} is on a network file system ({name}), where SQLite's locks don't hold", path.display()),
        )
        .hint("put the database on a local disk: --db FILE or $PIPEKIT_DB"));
    }
    let Ok(file) = path.metadata() else { return Ok(()) };
    if let Err(e) = rustix::fs::access(path, Access::READ_OK | Access::WRITE_OK) {
        return Err(Error::new(Code::Store, format!("this user may not write {}: {e}", path.display()))
            .hint("make the file and its folder writable for this user"));
    }
    let found = rustix::fs::statx(CWD, path, AtFlags::empty(), StatxFlags::empty());
    let (what, hint) = if file.nlink() > 1 {
        ("has a second name (a hard link)", "remove that one, or make it a symbolic link")
    } else if found.is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT)) {
        ("is mounted as a single file", "mount its folder instead")
    } else {
        return Ok(());
    };
    // SQLite's own files (-wal, -shm) and our locks go by the name.
    let why = "who comes by the other name would not see what is done by this one, and ruin the file";
    Err(Error::new(Code::Store, format!("{} {what}: {why}", path.display())).hint(hint))
}

/// What a network file system is called, by the number in `linux/magic.h` or the file system's own source. Those in
/// user space have one number for all, local ones among them: `mounted` tells as what it is mounted.
fn network(magic: u32, mounted: impl FnOnce() -> Option<String>) -> Option<String> {
    let name = match magic {
        0x6969 => "NFS",
        0x517B | 0xFE53_4D42 | 0xFF53_4D42 => "SMB",
        0x0102_1997 => "9P",
        0x00C3_6400 => "Ceph",
        0x5346_414F | 0x6B41_4653 => "AFS",
        0x7375_7245 => "Coda",
        0x564C => "NCP",
        0x0BD0_0BD0 => "Lustre",
        0x1983_0326 => "BeeGFS",
        0x6573_5546 => {
            const REMOTE: &[&str] =
                &["sshfs", "s3fs", "rclone", "glusterfs", "ceph-fuse", "davfs", "gcsfuse", "juicefs", "smbnetfs"];
            return mounted().filter(|kind| REMOTE.iter().any(|name| kind.strip_prefix("fuse.") == Some(name)));
        }
        _ => return None,
    };
    Some(name.to_owned())
}

/// As what the file system of a folder is mounted: the type in its line of proc_pid_mountinfo(5).
fn mounted_as(folder: &Path) -> Option<String> {
    let device = folder.metadata().ok()?.dev();
    let device = format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device));
    let lines = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let line = lines.lines().find(|line| line.split(' ').nth(2) == Some(&device))?;
    line.split_once(" - ")?.1.split(' ').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_told_from_local_ones() {
        let as_what = |magic, kind: &str| network(magic, || Some(kind.to_owned()));
        for (magic, name) in [(0x6969, "NFS"), (0xFF53_4D42, "SMB"), (0xFE53_4D42, "SMB"), (0x0102_1997, "9P")] {
            assert_eq!(as_what(magic, ""), Some(name.to_owned()));
        }
        for remote in ["fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.glusterfs"] {
            assert_eq!(as_what(0x6573_5546, remote), Some(remote.to_owned()));
        }
        // ext, XFS, btrfs, ZFS, tmpfs, overlay, F2FS, bcachefs.
        for magic in [0xEF53, 0x5846_5342, 0x9123_683E, 0x2FC1_2FC1, 0x0102_1994, 0x794C_7630, 0xF2F5_2010, 0xCA45_1A4E]
        {
            assert_eq!(as_what(magic, "x"), None);
        }
        for local in ["fuseblk", "fuse.mergerfs", "fuse.fuse-overlayfs", "fuse.gocryptfs", "virtiofs"] {
            assert_eq!(as_what(0x6573_5546, local), None);
        }
    }

    #[test]
    fn what_a_folder_is_mounted_as_can_be_read() {
        assert_eq!(mounted_as(Path::new("/proc")).as_deref(), Some("proc"));
    }

    #[test]
    fn a_path_has_one_real_name_before_and_after_the_file_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        std::fs::create_dir(folder.join("a")).unwrap();
        std::os::unix::fs::symlink("a", folder.join("b")).unwrap();
        std::os::unix::fs::symlink("../a/p.db", folder.join("a/link.db")).unwrap();
        for _ in 0..2 {
            for name in ["a/p.db", "b/p.db", "a/../b/./p.db", "a/link.db", "b/link.db"] {
                assert_eq!(real(&folder.join(name)).unwrap(), folder.join("a/p.db"), "{name}");
            }
            std::fs::write(folder.join("a/p.db"), "").unwrap();
        }
        assert!(real(&folder.join("none/p.db")).unwrap_err().message.contains("No such file"));
    }
}
