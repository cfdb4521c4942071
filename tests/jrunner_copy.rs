//! Rows that jrunner's query prints, loaded by the built-in runner: the same rows as by jrunner's own INSERTs, or an error.

use super::support::World;
use super::support::jdbc::{Jdbc, JdbcDatabase};
use super::support::postgres::Database;

/// A world with a jrunner of these manners, and in H2 a table `orders`.
fn world(manners: &[&str]) -> (World, Jdbc, JdbcDatabase) {
    let world = World::new();
    let jdbc = Jdbc::install(&world, manners);
    let source = JdbcDatabase::h2("");
    source.connect(&world, "src");
    source.rows(
        "CREATE TABLE orders (id INT PRIMARY KEY, item VARCHAR(200));
         INSERT INTO orders VALUES (1, 'nut'), (2, NULL), (3, '')",
    );
    (world, jdbc, source)
}

/// How the rows come, as a preview says it, and why not otherwise.
#[track_caller]
fn comes(world: &World) -> (String, String) {
    let preview = world.json("module preview orders");
    let text = |key: &str| preview[key].as_str().unwrap_or_default().to_owned();
    (text("rows_by"), text("rows_by_because"))
}

#[test]
#[ignore = "needs PostgreSQL and Java: tests/run.sh"]
fn rows_come_by_a_query_into_copy() {
    let (world, jdbc, _) = world(&[]);
    let mut pg = Database::new();
    pg.connect(&world, "dst");
    pg.sql("CREATE TABLE orders (id int PRIMARY KEY, item text)");
    world.module("orders", "src", "dst", "orders", "full", "SELECT id, item FROM orders");
    world.call("module preview orders").ok().prints("jrunner's query, into COPY");
    assert_eq!(comes(&world), ("jrunner_query".to_owned(), String::new()));
    jdbc.starts();
    let run = world.run("orders");
    assert_eq!(run["row_count"], 3);
    assert_eq!(jdbc.starts(), ["query"]);
    assert_eq!(pg.rows("SELECT id, item FROM orders ORDER BY id"), ["1|nut", "2|NULL", "3|"]);
    world.call("settings set jrunner_copy off").ok();
    assert_eq!(comes(&world), ("jrunner_inserts".to_owned(), "the setting jrunner_copy is off".to_owned()));
    world.run("orders");
    assert_eq!(jdbc.starts(), ["transfer"]);
}
