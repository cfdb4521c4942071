//! Disks that are full: a small file system of its own, and limits that a process is given.

use super::postgres::Database;
use super::{Call, Running, World};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A small file system in memory. Needs the right to mount.
pub struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// With so many bytes. `None` where mounting is not allowed, which `tests/run.sh` has found out and says.
    pub fn new(bytes: u64) -> Option<SmallDisk> {
        if std::env::var_os("PIPEKIT_TEST_NO_MOUNT").is_some() {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={bytes},mode=0777");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path()).output();
        let said = mounted.unwrap();
        assert!(said.status.success(), "can't mount: {}", String::from_utf8_lossy(&said.stderr));
        Some(SmallDisk { folder })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Moves a file of a world to it. It keeps its name there, which is a link from now on.
    pub fn take(&self, world: &World, name: &str) {
        let (old, new) = (world.path(name), self.path().join(name));
        std::fs::copy(&old, &new).unwrap();
        std::fs::remove_file(&old).unwrap();
        std::os::unix::fs::symlink(new, old).unwrap();
    }

    /// Makes it a tablespace of a PostgreSQL server, and gives its name.
    pub fn tablespace(&self, database: &mut Database) -> String {
        use std::os::unix::fs::MetadataExt;
        let data = database.rows("SHOW data_directory").remove(0);
        let place = self.path().join("space");
        std::fs::create_dir(&place).unwrap();
        std::os::unix::fs::chown(&place, Some(std::fs::metadata(data).unwrap().uid()), None).unwrap();
        let name = format!("{}_space", database.name);
        database.sql(&format!("CREATE TABLESPACE {name} LOCATION '{}'", place.display()));
        name
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Removes what a server that was killed has left of tables there that it was making, which is nobody's any more.
    pub fn sweep(&self) {
        fn files(folder: &Path) {
            for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() { files(&path) } else { std::fs::remove_file(path).unwrap() }
            }
        }
        files(self.path());
    }

    /// Fills it, so that so many bytes are free.
    pub fn leave(&self, free: u64) {
        self.empty();
        let mut filler = std::fs::File::create(self.filler()).unwrap();
        while filler.write_all(&[0; 4096]).is_ok() {}
        let full = filler.metadata().unwrap().len();
        filler.set_len(full.saturating_sub(free)).unwrap();
    }

    /// Gives the space back.
    pub fn empty(&self) {
        let _ = std::fs::remove_file(self.filler());
    }

    /// Files on it, but those named.
    pub fn others(&self, but: &[&str]) -> Vec<String> {
        let names =
            std::fs::read_dir(self.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != "filler" && !but.contains(&&**name)).collect()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.folder.path()).output();
    }
}

impl World {
    /// The program, and with it all that it starts, under limits of prlimit(1): `--fsize=4096`.
    pub fn within(&self, limits: &str, line: &str) -> Command {
        let inner = self.command();
        let mut command = Command::new("prlimit");
        command.args(limits.split(' ')).arg("--").arg(inner.get_program());
        command.args(shell_words::split(line).unwrap()).env_clear();
        command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(inner.get_current_dir().unwrap()).stdin(Stdio::null());
        command
    }

    /// Calls the program under limits.
    pub fn call_within(&self, limits: &str, line: &str) -> Call {
        Call::of(&format!("{line} ({limits})"), &mut self.within(limits, line))
    }
}

impl Running {
    /// From now on no file that the process writes to may be larger than this: for it, every disk is full.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let pid = Pid::from_raw(i32::try_from(self.pid()).unwrap());
        prlimit(pid, Resource::Fsize, Rlimit { current: bytes, maximum: None }).unwrap();
    }
}
