//! What is not known of a jrunner: each way in which versions in the field differ, and what becomes of a run then. It is
//! right, or it is a clear error, and the destination is as it was.

mod ends;
mod private;
mod rows;
mod scripts;
mod transfers;

use super::support::World;
use super::support::jdbc::{Jdbc, JdbcDatabase};
use serde_json::Value;

/// A world whose temporary files are its own, with a jrunner of these manners.
fn world(manners: &[&str]) -> (World, Jdbc) {
    let mut world = World::new();
    std::fs::create_dir(world.path("tmp")).unwrap();
    let folder = world.path("tmp").to_str().unwrap().to_owned();
    world.set("TMPDIR", &folder);
    let jdbc = Jdbc::install(&world, manners);
    (world, jdbc)
}

/// The orders of [`orders`], as its module leaves them in `dst`.
const ORDERS: [&str; 3] = ["1|'nut'", "2|NULL", "3|''"];
/// What `dst` holds before.
const BEFORE: [&str; 1] = ["0|'old'"];

/// In [`world`], the module `orders` from H2 (`src`) into a file of SQLite (`dst`), with a watermark of H2's. jrunner moves
/// its rows by INSERTs; `jrunner_copy` has the other way.
fn orders(manners: &[&str]) -> (World, Jdbc, JdbcDatabase) {
    let (world, jdbc) = world(manners);
    world.call("settings set jrunner_copy off").ok();
    let source = JdbcDatabase::h2("");
    source.connect(&world, "src");
    source.rows(
        "CREATE TABLE orders (id INT PRIMARY KEY, item VARCHAR(20));
         INSERT INTO orders VALUES (-1, 'x'), (1, 'nut'), (2, NULL), (3, '')",
    );
    world.with_sqlite(
        "dst",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT); INSERT INTO orders VALUES (0, 'old')",
    );
    world.module("orders", "src", "dst", "orders", "full", "SELECT id, item FROM orders WHERE id > {from}");
    world.call("watermark add orders from --connection src --sql 'SELECT min(id) + 1 FROM orders'").ok();
    (world, jdbc, source)
}

/// What `dst` holds.
fn held(world: &World) -> Vec<String> {
    world.rows("dst", "SELECT * FROM orders ORDER BY id")
}

/// Runs `orders`, which fails and says this; nothing at the destination has changed, and no file is left.
#[track_caller]
fn is_refused(world: &World, says: &str) {
    world.call("run orders").fails(1, says);
    assert_eq!(held(world), BEFORE);
    assert_eq!(world.log("orders")["status"], "error");
    no_folder_is_left(world);
}

/// Runs `orders`, which is right, and puts the destination back as it was.
#[track_caller]
fn is_right(world: &World) -> Value {
    let run = world.run("orders");
    assert_eq!(held(world), ORDERS);
    no_folder_is_left(world);
    world.sqlite("dst.db").execute_batch("DELETE FROM orders; INSERT INTO orders VALUES (0, 'old')").unwrap();
    run
}

/// The folders of starts of jrunner: SQL, arguments.
fn folders(world: &World) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(world.path("tmp")).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("pipekit-jrunner-")).collect()
}

#[track_caller]
fn no_folder_is_left(world: &World) {
    assert_eq!(folders(world), Vec::<std::path::PathBuf>::new());
}
