//! What a fault must leave behind, whatever it was: a destination as a model has it, a log that is true, and nothing
//! else.

use super::{Call, Pair, Running, World, until};
use rustix::fs::{FlockOperation, flock};

/// A way to load, and what it makes of the destination.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    flags: &'static str,
    /// The query of the module `orders`.
    pub query: &'static str,
    /// What the destination holds after it; a second run adds nothing to it.
    pub new: &'static [&'static str],
}

/// What the destination holds before.
pub const BEFORE: &[&str] = &["0|old|0"];
const ADDED: &[&str] = &["0|old|0", "1|nut|10", "2|NULL|20", "3||30"];

/// Every way to load. An append asks the destination how far it is: rows that came twice would show.
pub const LOADS: [Load; 3] = [
    Load {
        flags: "--strategy full",
        query: "SELECT id, item, qty FROM orders",
        new: &["1|nut|10", "2|NULL|20", "3||30"],
    },
    Load { flags: "--strategy incremental --key id", query: "SELECT id, item, qty FROM orders", new: ADDED },
    Load { flags: "--strategy append", query: "SELECT id, item, qty FROM orders WHERE id > {since}", new: ADDED },
];

/// Does this for each of them, side by side: most faults are waited for.
pub fn for_each<T: Copy + Send>(of: &[T], case: impl Fn(T) + Sync) {
    std::thread::scope(|scope| {
        for one in of {
            let (one, case) = (*one, &case);
            scope.spawn(move || case(one));
        }
    });
}

impl Pair {
    /// The module `orders` that loads in this way, with these flags besides. No key at the destination keeps a row from
    /// coming twice.
    pub fn loading(mut self, load: Load, flags: &str) -> Pair {
        let table = "CREATE TABLE orders (id INTEGER, item VARCHAR(20), qty INTEGER)";
        self.src(&format!("{table}; INSERT INTO orders VALUES (1, 'nut', 10), (2, NULL, 20), (3, '', 30)"));
        self.dst(&format!("{table}; INSERT INTO orders VALUES (0, 'old', 0)"));
        self.module("orders", &format!("--table orders {} {flags} --query '{}'", load.flags, load.query));
        if load.query.contains("{since}") {
            self.call("watermark add orders since --connection dst --sql 'SELECT max(id) FROM orders'").ok();
        }
        self
    }

    /// At once after a run of `orders`: the destination holds these rows, the log says this of the run, and there is
    /// nothing else.
    #[track_caller]
    pub fn is_left(&mut self, rows: &[&str], status: &str, says: &str) {
        assert_eq!(self.loaded(), rows);
        self.world.is_free();
        let run = self.world.log("orders");
        let said = format!("{} {}", run["error"].as_str().unwrap_or_default(), run["warnings"]);
        assert!(run["status"] == status && said.contains(says), "{}, not {status} and {says:?}: {said}", run["status"]);
        assert_eq!(self.loaded(), rows, "a look changed the destination");
    }

    /// After the fault: the next run brings the destination to the model, and one more changes nothing.
    #[track_caller]
    pub fn comes_to(&mut self, rows: &[&str]) {
        for _ in 0..2 {
            self.world.run("orders");
            assert_eq!(self.loaded(), rows);
        }
        self.world.is_free();
        until("pipekit has no session left on the server", || self.sessions().is_empty());
    }
}

impl Pair {
    /// Runs `orders` with less and less of a scarcity, and gives the exit codes (`None`: killed). Whatever came of a run,
    /// the destination is as before or as after, the log says which, and the program's word is true.
    #[track_caller]
    pub fn sweep(
        &mut self,
        load: Load,
        much: impl Iterator<Item = u64>,
        run: impl Fn(&World, u64) -> Call,
    ) -> Vec<Option<i32>> {
        let mut ends = Vec::new();
        for n in much {
            self.dst("DELETE FROM orders; INSERT INTO orders VALUES (0, 'old', 0)");
            let before = self.world.own("SELECT count(*) FROM run_log");
            let call = run(&self.world, n);
            let (code, said) = (call.output.status.code(), call.stderr());
            let rows = self.loaded();
            let merged = rows == load.new;
            assert!(merged || rows == BEFORE, "with {n}: {rows:?}");
            self.world.is_free();
            assert_eq!(self.loaded(), rows, "with {n}: a look changed the destination");
            if self.world.own("SELECT count(*) FROM run_log") == before {
                assert!(code != Some(0) && !merged, "with {n}: it is not in the log; {said}");
            } else {
                let status = self.world.log("orders")["status"].clone();
                assert_eq!(status, if merged { "success" } else { "error" }, "with {n}: {said}");
                assert!(code != Some(0) || merged, "with {n}: {said}");
            }
            ends.push(code);
        }
        self.comes_to(load.new);
        ends
    }
}

impl World {
    /// Nothing of a run is there any more: no process, no claim, no lock, no temporary file. A look settles first.
    #[track_caller]
    pub fn is_free(&self) {
        self.until_quiet();
        self.call("status").ok();
        assert_eq!(self.own("SELECT count(*) FROM module WHERE running"), "0", "a module is claimed");
        assert_eq!(self.own("SELECT count(*) FROM run_log WHERE status = 'running'"), "0", "a run goes on");
        assert_eq!(self.own("PRAGMA integrity_check"), "'ok'");
        for lock in std::fs::read_dir(self.path("pipekit.db.locks")).unwrap() {
            let file = std::fs::File::open(lock.unwrap().path()).unwrap();
            flock(&file, FlockOperation::NonBlockingLockExclusive).expect("a lock is held");
        }
        let known = ["pipekit.db", "pipekit.db.locks", "secrets.env", "src.db", "dst.db"];
        for entry in std::fs::read_dir(self.path("")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let of_log = name.strip_suffix("-wal").or(name.strip_suffix("-shm")).is_some_and(|n| known.contains(&n));
            assert!(of_log || known.contains(&&*name), "{name} is left");
        }
    }
}

impl Running {
    /// Waits for its end, which nothing should keep it from: it fails if it does not come within a minute.
    #[track_caller]
    pub fn ends(mut self) -> Call {
        until("it ends", || self.has_ended());
        self.wait()
    }
}
