//! A clock that can be set while the program runs, by libfaketime(1).

use super::World;
use std::path::PathBuf;

/// The clock of a world. Only the time of day is set: what measures how long something takes is left alone.
pub struct Clock {
    file: PathBuf,
}

impl Clock {
    /// Gives a world a clock of its own, which is right at first.
    pub fn of(world: &mut World) -> Clock {
        let places = std::fs::read_dir("/usr/lib").unwrap().flatten();
        let mut found =
            places.map(|place| place.path().join("faketime/libfaketimeMT.so.1")).filter(|path| path.exists());
        let library = found.next().expect("libfaketime is not here: tests/run.sh installs it");
        let dir = tempfile::tempdir().unwrap().keep();
        let clock = Clock { file: dir.join("clock") };
        clock.set("+0");
        world
            .set("LD_PRELOAD", library.to_str().unwrap())
            .set("FAKETIME_TIMESTAMP_FILE", clock.file.to_str().unwrap())
            .set("FAKETIME_NO_CACHE", "1")
            .set("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .set("DONT_FAKE_MONOTONIC", "1");
        clock
    }

    /// It is this much ahead of the time from now on: `+1d`, `-3h`.
    pub fn set(&self, ahead: &str) {
        // In one step, as the program may be reading it.
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{ahead}\n")).unwrap();
        std::fs::rename(new, &self.file).unwrap();
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.file.parent().unwrap());
    }
}
