//! What a program makes of scripts: a merge runs whole, or not at all, or is refused before anything is touched.

use super::{folders, world};
use crate::support::World;
use crate::support::jdbc::{Jdbc, JdbcDatabase};
use crate::support::postgres::{Database, password, user};

/// A database that the program merges into.
struct Dest {
    world: World,
    jdbc: Jdbc,
    database: JdbcDatabase,
    /// Keeps it.
    _pg: Option<Database>,
}

impl Dest {
    fn h2(manners: &[&str]) -> Dest {
        Dest::of(manners, |_| (JdbcDatabase::h2(""), None))
    }

    fn postgresql(manners: &[&str]) -> Dest {
        Dest::of(manners, |_| {
            let pg = Database::new();
            (JdbcDatabase::of("postgresql_jdbc", &pg.url(), &user(), &password()), Some(pg))
        })
    }

    fn sqlite(manners: &[&str]) -> Dest {
        Dest::of(manners, |world| (JdbcDatabase::of("sqlite_jdbc", &world.lite("dst"), "me", "Lite-s3cret"), None))
    }

    /// The module `orders` from a file of SQLite into it.
    fn of(manners: &[&str], dest: impl FnOnce(&World) -> (JdbcDatabase, Option<Database>)) -> Dest {
        let (world, jdbc) = world(manners);
        let (database, pg) = dest(&world);
        database.connect(&world, "dst");
        world.with_sqlite(
            "src",
            "CREATE TABLE orders (id INTEGER, item TEXT); INSERT INTO orders VALUES (1, 'nut'), (2, NULL), (3, '')",
        );
        database
            .rows("CREATE TABLE orders (id INTEGER NOT NULL, item VARCHAR(20)); INSERT INTO orders VALUES (0, 'old')");
        world.module("orders", "src", "dst", "orders", "full", "SELECT id, item FROM orders");
        Dest { world, jdbc, database, _pg: pg }
    }

    fn rows(&self) -> Vec<String> {
        self.database.rows("SELECT id, item FROM orders ORDER BY id")
    }

    #[track_caller]
    fn is_refused(&self, says: &str) {
        self.world.call("run orders").fails(1, says);
        assert_eq!(self.rows(), ["0|old"]);
        assert_eq!(self.world.log("orders")["status"], "error");
        assert!(folders(&self.world).is_empty());
    }
}

/// Never 1, never 13: a merge whose end the program tells wrongly: that it failed, or that it did not.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn the_receipt_tells_of_a_merge_whatever_the_program_says() {
    // It dies once it is done.
    let dest = Dest::h2(&["autocommit-off-commit", "null=null", "die-at-end", "only=THEN 'merged'"]);
    let run = dest.world.run("orders");
    assert!(run["warnings"].to_string().contains("the merge was committed, though the runner said"), "{run}");
    assert_eq!(dest.rows(), ["1|nut", "2|NULL", "3|"]);
    dest.database
        .rows("DELETE FROM orders; INSERT INTO orders VALUES (0, 'old'); ALTER TABLE orders ADD CHECK (id <> 2)");
    dest.jdbc.has(&["silent-errors", "null=null"]);
    dest.is_refused("the runner says the merge into orders is done, and its receipt says it is not");
}

/// Never 1: what would empty the destination, or lose the merge, is refused by the probe.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn a_program_that_does_not_run_scripts_whole_is_refused() {
    let dest = Dest::h2(&["first-statement"]);
    dest.is_refused("it runs only the first statement of a script");
    dest.jdbc.becomes(&["autocommit-off"]);
    dest.is_refused("what a script does is not there afterwards: it may be rolled back at its end");
}

/// Never 1: SQLite's driver itself runs the first statement only, and says that all is well.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn sqlites_driver_is_refused() {
    let dest = Dest::sqlite(&[]);
    dest.is_refused("it runs only the first statement of a script");
    // It is not tried again to be told.
    let told = "✗ merge of orders  jrunner can't merge into dst safely: it runs only the first statement of a script";
    dest.world.call("doctor --timeout 30").code(1).prints(told);
}

/// Never 1, never 13: PostgreSQL's driver throws after it has committed where a script is run as a query.
#[test]
#[ignore = "needs Java and PostgreSQL: tests/run.sh"]
fn postgresqls_driver_is_refused_where_scripts_are_queries() {
    let dest = Dest::postgresql(&["execute-query"]);
    dest.is_refused("trying out scripts in the staging area on dst: org.postgresql.util.PSQLException: No results");
}
