//! A source and a destination: what the engine does is the same for each kind of destination, and tested on each.

use super::postgres::Database;
use super::{Call, Running, World, mariadb, until};
use std::time::Duration;

/// One side of a pair.
pub enum Side {
    /// A file of the world.
    Sqlite,
    Postgres(Box<Database>),
    Mariadb(mariadb::Database),
}

impl From<Option<Database>> for Side {
    fn from(database: Option<Database>) -> Side {
        database.map_or(Side::Sqlite, |database| Side::Postgres(Box::new(database)))
    }
}

impl Side {
    /// Makes it the connection `name` of a world.
    fn connect(&self, world: &World, name: &str) {
        match self {
            Side::Sqlite => {
                world.with_sqlite(name, "");
            }
            Side::Postgres(database) => database.connect(world, name),
            Side::Mariadb(database) => database.connect(world, name),
        }
    }

    /// Runs SQL in a session of its own, of one or several statements, up to the first error.
    fn tries(&self, world: &World, name: &str, sql: &str) -> Result<(), String> {
        match self {
            Side::Sqlite => world.sqlite(&format!("{name}.db")).execute_batch(sql).map_err(|e| e.to_string()),
            Side::Postgres(database) => database.session().batch_execute(sql).map_err(|e| format!("{e:?}")),
            Side::Mariadb(database) => mariadb::run(&mut database.session(), sql).map_err(|e| e.to_string()),
        }
    }
}

/// What keeps merges from ending, until it is dropped.
pub enum Held {
    Postgres(Box<postgres::Client>),
    Mariadb(mysql::Conn),
}

/// A world with a source `src` and a destination `dst`, each on SQLite, PostgreSQL or MariaDB.
pub struct Pair {
    pub world: World,
    source: Side,
    destination: Side,
}

impl Pair {
    /// With an SQLite destination.
    pub fn sqlite() -> Pair {
        Pair::of(None, None)
    }

    /// With a PostgreSQL destination.
    pub fn postgres() -> Pair {
        Pair::of(None, Some(Database::new()))
    }

    /// With a MariaDB destination.
    pub fn mariadb() -> Pair {
        Pair::between(Side::Sqlite, Side::Mariadb(mariadb::Database::new()))
    }

    /// Between these PostgreSQL databases, with SQLite files where there is none.
    pub fn of(source: Option<Database>, destination: Option<Database>) -> Pair {
        Pair::between(source.into(), destination.into())
    }

    /// Between these.
    pub fn between(source: Side, destination: Side) -> Pair {
        let world = World::new();
        source.connect(&world, "src");
        destination.connect(&world, "dst");
        Pair { world, source, destination }
    }

    /// A pair whose destination is of that kind, and as new as this one was.
    pub fn like(&self) -> Pair {
        self.by_kind::<fn() -> Pair>(Pair::sqlite, Pair::postgres, Pair::mariadb)()
    }

    /// Whether the destination is on a server.
    pub fn is_on_server(&self) -> bool {
        !matches!(self.destination, Side::Sqlite)
    }

    /// Another installation of pipekit, with a source of its own and the same destination.
    pub fn neighbour(&self) -> Pair {
        let world = World::new();
        world.with_sqlite("src", "");
        let destination = match &self.destination {
            Side::Postgres(database) => Side::Postgres(Box::new(database.again())),
            Side::Mariadb(database) => Side::Mariadb(database.again()),
            Side::Sqlite => {
                let url = format!("jdbc:sqlite:{}", self.world.path("dst.db").display());
                world.args(&["connection", "add", "dst", "--driver", "sqlite", "--url", &url]).ok();
                std::os::unix::fs::symlink(self.world.path("dst.db"), world.path("dst.db")).unwrap();
                return Pair { world, source: Side::Sqlite, destination: Side::Sqlite };
            }
        };
        destination.connect(&world, "dst");
        Pair { world, source: Side::Sqlite, destination }
    }

    /// Whether the destination is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self.destination, Side::Postgres(_))
    }

    /// Whether the destination is MariaDB.
    pub fn is_mariadb(&self) -> bool {
        matches!(self.destination, Side::Mariadb(_))
    }

    /// Whether the source is MariaDB.
    pub fn is_from_mariadb(&self) -> bool {
        matches!(self.source, Side::Mariadb(_))
    }

    /// The one for the destination's kind of database: SQLite, PostgreSQL, MariaDB.
    pub fn by_kind<T>(&self, sqlite: T, postgres: T, mariadb: T) -> T {
        match self.destination {
            Side::Sqlite => sqlite,
            Side::Postgres(_) => postgres,
            Side::Mariadb(_) => mariadb,
        }
    }

    /// The destination's database on PostgreSQL.
    pub fn pg(&mut self) -> &mut Database {
        let Side::Postgres(database) = &mut self.destination else { panic!("the destination is not PostgreSQL") };
        database
    }

    /// The destination's database on MariaDB.
    pub fn my(&mut self) -> &mut mariadb::Database {
        let Side::Mariadb(database) = &mut self.destination else { panic!("the destination is not MariaDB") };
        database
    }

    /// Runs SQL on the source.
    #[track_caller]
    pub fn src(&self, sql: &str) -> &Pair {
        self.source.tries(&self.world, "src", sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
        self
    }

    /// Runs SQL on the destination.
    #[track_caller]
    pub fn dst(&mut self, sql: &str) -> &mut Pair {
        self.tries(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
        self
    }

    /// Runs SQL on the destination that may fail.
    pub fn tries(&mut self, sql: &str) -> Result<(), String> {
        match &mut self.destination {
            Side::Postgres(database) => database.client.batch_execute(sql).map_err(|e| format!("{e:?}")),
            Side::Mariadb(database) => database.tries(sql),
            Side::Sqlite => self.destination.tries(&self.world, "dst", sql),
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
        match &mut self.destination {
            Side::Postgres(database) => database.rows(sql),
            Side::Mariadb(database) => database.rows(sql),
            Side::Sqlite => {
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

    /// From now on merges into `orders` don't end, until what this gives is dropped (a server: another session's
    /// lock), or [`Pair::let_merge`] is called.
    pub fn hold_merge(&mut self) -> Option<Held> {
        match &mut self.destination {
            Side::Postgres(database) => {
                let mut session = database.session();
                session.batch_execute("BEGIN; LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE").unwrap();
                Some(Held::Postgres(Box::new(session)))
            }
            Side::Mariadb(database) => {
                let mut session = database.session();
                mariadb::run(&mut session, "START TRANSACTION; SELECT * FROM orders FOR UPDATE").unwrap();
                Some(Held::Mariadb(session))
            }
            Side::Sqlite => {
                self.dst(&format!(
                    "CREATE TRIGGER hold BEFORE INSERT ON orders BEGIN SELECT count(*) FROM ({ENDLESS}); END"
                ));
                None
            }
        }
    }

    /// Takes back [`Pair::hold_merge`].
    pub fn let_merge(&mut self, held: Option<Held>) {
        if held.is_none() {
            self.dst("DROP TRIGGER hold");
        }
    }

    /// The sessions of pipekit on the destination's server.
    pub fn sessions(&mut self) -> Vec<String> {
        match &mut self.destination {
            Side::Sqlite => Vec::new(),
            Side::Postgres(database) => database.rows(
                "SELECT pid, state, query FROM pg_stat_activity WHERE datname = current_database()
                 AND pid <> pg_backend_pid() AND application_name LIKE 'pipekit%'",
            ),
            Side::Mariadb(database) => database.others(),
        }
    }

    /// Ends the server's sessions of the runs that go on. Says whether there were any.
    pub fn end_sessions(&mut self) -> bool {
        match &mut self.destination {
            Side::Sqlite => false,
            Side::Postgres(database) => !database
                .rows(
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database()
                     AND pid <> pg_backend_pid() AND application_name = 'pipekit'",
                )
                .is_empty(),
            Side::Mariadb(database) => database.end_sessions(),
        }
    }

    /// Locks the destination against everybody else for a while.
    pub fn lock_destination(&mut self, time: Duration) {
        match &mut self.destination {
            Side::Postgres(database) => {
                let mut session = database.session();
                session.batch_execute("BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE").unwrap();
                std::thread::sleep(time);
            }
            Side::Mariadb(database) => {
                let mut session = database.session();
                mariadb::run(&mut session, "LOCK TABLES orders WRITE").unwrap();
                std::thread::sleep(time);
            }
            Side::Sqlite => {
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
        match &mut self.destination {
            Side::Postgres(database) => {
                !database.rows("SELECT FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass").is_empty()
            }
            // Not by innodb_trx, which shows nothing new to those who look often.
            Side::Mariadb(database) => !database
                .rows(
                    "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()
                     AND (info LIKE 'DELETE%' OR info LIKE concat('INSERT INTO `', DATABASE(), '`%'))",
                )
                .is_empty(),
            Side::Sqlite => self.world.path("dst.db-journal").exists(),
        }
    }

    /// The staging tables of rehearsals and the like, which go with them.
    pub fn staged_apart(&mut self) -> Vec<String> {
        self.rows(self.by_kind(
            "SELECT name FROM sqlite_schema WHERE name LIKE '%rehearsal%'",
            "SELECT relname FROM pg_class WHERE relname LIKE '%rehearsal%'",
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE '%rehearsal%'",
        ))
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

/// Makes three tests of each case: with an SQLite destination, with PostgreSQL, and with MariaDB.
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

            #[test]
            #[ignore = "needs MariaDB: tests/run.sh"]
            fn on_mariadb() {
                case(crate::support::Pair::mariadb());
            }
        }
    )*};
}
