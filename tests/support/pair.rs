//! A source and a destination: what the engine does is the same for each kind of destination, and tested on each.

use super::postgres::Database;
use super::{Call, Running, World, until};
use std::time::Duration;

/// A world with a source `src` and a destination `dst`, each on SQLite or on PostgreSQL.
pub struct Pair {
    pub world: World,
    source: Option<Database>,
    postgres: Option<Database>,
}

impl Pair {
    /// With an SQLite destination.
    pub fn sqlite() -> Pair {
        let world = World::new();
        world.with_sqlite("src", "").with_sqlite("dst", "");
        Pair { world, source: None, postgres: None }
    }

    /// With a PostgreSQL destination.
    pub fn postgres() -> Pair {
        Pair::of(None, Some(Database::new()))
    }

    /// Between these databases, with SQLite files where there is none.
    pub fn of(source: Option<Database>, destination: Option<Database>) -> Pair {
        let world = World::new();
        for (name, database) in [("src", &source), ("dst", &destination)] {
            match database {
                Some(database) => database.connect(&world, name),
                None => {
                    world.with_sqlite(name, "");
                }
            }
        }
        Pair { world, source, postgres: destination }
    }

    /// Another installation of pipekit, with a source of its own and the same destination.
    pub fn neighbour(&self) -> Pair {
        let world = World::new();
        world.with_sqlite("src", "");
        let postgres = self.postgres.as_ref().map(Database::again);
        match &postgres {
            Some(database) => database.connect(&world, "dst"),
            None => {
                let url = format!("jdbc:sqlite:{}", self.world.path("dst.db").display());
                world.args(&["connection", "add", "dst", "--driver", "sqlite", "--url", &url]).ok();
                std::os::unix::fs::symlink(self.world.path("dst.db"), world.path("dst.db")).unwrap();
            }
        }
        Pair { world, source: None, postgres }
    }

    /// Whether the destination is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    /// The destination's database on PostgreSQL.
    pub fn pg(&mut self) -> &mut Database {
        self.postgres.as_mut().expect("the destination is not PostgreSQL")
    }

    /// Runs SQL on the source.
    #[track_caller]
    pub fn src(&self, sql: &str) -> &Pair {
        match &self.source {
            Some(database) => database.session().batch_execute(sql).unwrap_or_else(|e| panic!("{sql}: {e:?}")),
            None => self.world.sqlite("src.db").execute_batch(sql).unwrap_or_else(|e| panic!("{sql}: {e}")),
        }
        self
    }

    /// Runs SQL on the destination.
    #[track_caller]
    pub fn dst(&mut self, sql: &str) -> &mut Pair {
        match &mut self.postgres {
            Some(database) => {
                database.sql(sql);
            }
            None => self.world.sqlite("dst.db").execute_batch(sql).unwrap_or_else(|e| panic!("{sql}: {e}")),
        }
        self
    }

    /// Runs SQL on the destination that may fail.
    pub fn tries(&mut self, sql: &str) -> Result<(), String> {
        match &mut self.postgres {
            Some(database) => database.client.batch_execute(sql).map_err(|e| format!("{e:?}")),
            None => self.world.sqlite("dst.db").execute_batch(sql).map_err(|e| e.to_string()),
        }
    }

    /// `orders (id, item, qty)` on both sides: three rows at the source, and one at the destination that the source
    /// does not have.
    pub fn with_orders(mut self) -> Pair {
        let table = "CREATE TABLE orders (id INTEGER NOT NULL PRIMARY KEY, item VARCHAR(20), qty INTEGER)";
        self.src(&format!("{table}; INSERT INTO orders VALUES (1, 'nut', 10), (2, NULL, 20), (3, '', 30)"));
        self.dst(&format!("{table}; INSERT INTO orders VALUES (9, 'old', 90)"));
        self
    }

    /// `orders` at the source alone, with these rows.
    pub fn with_orders_at_source(self, rows: &str) -> Pair {
        self.src(&format!("CREATE TABLE orders (id INTEGER NOT NULL PRIMARY KEY, item TEXT, qty INTEGER); {rows}"));
        self
    }

    /// Adds the module `name` from `src` to `dst`.
    #[track_caller]
    pub fn module(&self, name: &str, flags: &str) -> &Pair {
        let dest = if flags.contains("--dest ") { "" } else { "--dest dst" };
        self.world.call(&format!("module add {name} --source src {dest} {flags}")).ok();
        self
    }

    /// Adds the module `orders`, which loads the table of that name, with these flags besides.
    #[track_caller]
    pub fn orders(&self, flags: &str) -> &Pair {
        self.module("orders", &format!("--table orders --query 'SELECT id, item, qty FROM orders' {flags}"))
    }

    /// Calls the program.
    pub fn call(&self, line: &str) -> Call {
        self.world.call(line)
    }

    /// Every row of a query on the destination, one line a row, values as the destination prints them.
    #[track_caller]
    pub fn rows(&mut self, sql: &str) -> Vec<String> {
        match &mut self.postgres {
            Some(database) => database.rows(sql),
            None => {
                let rows = self.world.rows("dst", sql);
                rows.iter()
                    .map(|row| row.split('|').map(|v| v.trim_matches('\'')).collect::<Vec<_>>().join("|"))
                    .collect()
            }
        }
    }

    /// The destination's `orders`, by id.
    #[track_caller]
    pub fn loaded(&mut self) -> Vec<String> {
        self.rows("SELECT id, item, qty FROM orders ORDER BY id")
    }

    /// From now on merges into `orders` don't end, until what this gives is dropped (PostgreSQL: another session's
    /// lock), or [`Pair::let_merge`] is called.
    pub fn hold_merge(&mut self) -> Option<postgres::Client> {
        match &mut self.postgres {
            Some(database) => {
                let mut session = database.session();
                session.batch_execute("BEGIN; LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE").unwrap();
                Some(session)
            }
            None => {
                self.dst(&format!(
                    "CREATE TRIGGER hold BEFORE INSERT ON orders BEGIN SELECT count(*) FROM ({ENDLESS}); END"
                ));
                None
            }
        }
    }

    /// Takes back [`Pair::hold_merge`].
    pub fn let_merge(&mut self, held: Option<postgres::Client>) {
        if held.is_none() {
            self.dst("DROP TRIGGER hold");
        }
    }

    /// Ends the server's sessions of the runs that go on. Says whether there were any.
    pub fn end_sessions(&mut self) -> bool {
        self.is_postgres()
            && !self
                .rows(
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database()
                     AND pid <> pg_backend_pid() AND application_name = 'pipekit'",
                )
                .is_empty()
    }

    /// Locks the destination against everybody else for a while.
    pub fn lock_destination(&mut self, time: Duration) {
        match &mut self.postgres {
            Some(database) => {
                let mut session = database.session();
                session.batch_execute("BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE").unwrap();
                std::thread::sleep(time);
            }
            None => {
                let session = self.world.sqlite("dst.db");
                session.execute_batch("BEGIN EXCLUSIVE").unwrap();
                std::thread::sleep(time);
            }
        }
    }

    /// Starts a run of `orders` and waits until it is in the middle of its merge.
    #[track_caller]
    pub fn start_merging(&mut self) -> Running {
        let run = self.world.start("run orders");
        self.world.until_in("merge");
        until("the merge is on", || self.is_merging());
        run
    }

    /// Whether the merge that is held has come to its lock, or (SQLite) to its rows.
    pub fn is_merging(&mut self) -> bool {
        match &mut self.postgres {
            Some(database) => {
                !database.rows("SELECT FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass").is_empty()
            }
            None => self.world.path("dst.db-journal").exists(),
        }
    }

    /// The staging table of a module, as SQL spells it.
    pub fn staging(&self, module: &str) -> String {
        let place = if self.is_postgres() { "pipekit_staging." } else { "pipekit_staging_" };
        format!("{place}{module}")
    }
}

/// A query on SQLite that gives no row and does not end.
pub const ENDLESS: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, 'x', i FROM n WHERE i < 0";

/// What `orders` holds at first, and after a load of what the source has.
pub const OLD: [&str; 1] = ["9|old|90"];
pub const NEW: [&str; 3] = ["1|nut|10", "2|NULL|20", "3||30"];

/// Makes two tests of each case: one with an SQLite destination, one with PostgreSQL.
macro_rules! on_each {
    ($($(#[doc = $doc:literal])* fn $name:ident($pair:ident) $body:block)*) => {$(
        $(#[doc = $doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn case(#[allow(unused_mut)] mut $pair: crate::support::Pair) $body

            #[test]
            fn on_sqlite() {
                case(crate::support::Pair::sqlite());
            }

            #[test]
            #[ignore = "needs PostgreSQL: tests/run.sh"]
            fn on_postgresql() {
                case(crate::support::Pair::postgres());
            }
        }
    )*};
}
