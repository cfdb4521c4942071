//! A module's run, in all its endings.

use super::support::World;

/// Two SQLite files: `src` with orders 1 to 3, `dst` with an empty table for them.
fn orders() -> World {
    let world = World::new();
    world
        .with_sqlite(
            "src",
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT, changed TEXT);
             INSERT INTO orders VALUES (1, 'a', '2026-01-01'), (2, NULL, '2026-01-02'), (3, '', '2026-01-03')",
        )
        .with_sqlite("dst", "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT, changed TEXT)");
    world
}

#[test]
fn a_full_load_replaces_everything() {
    let world = orders();
    world.sqlite("dst.db").execute_batch("INSERT INTO orders VALUES (9, 'old', 'x')").unwrap();
    world
        .call("module add orders --source src --dest dst --table orders --strategy full --query 'SELECT * FROM orders'")
        .ok();
    let run = world.call("run orders --json").ok().json();
    assert_eq!(run["status"], "success");
    assert_eq!(run["row_count"], 3);
    assert_eq!(run["rows_deleted"], 1);
    assert_eq!(
        world.rows("dst", "SELECT * FROM orders ORDER BY id"),
        ["1|'a'|'2026-01-01'", "2|NULL|'2026-01-02'", "3|''|'2026-01-03'"]
    );
}
