//! The operator's jrunner, as a real program over real JDBC drivers.

use super::support::World;
use super::support::jdbc::{Jdbc, JdbcDatabase};

#[test]
#[ignore = "needs Java: tests/run.sh"]
fn a_module_goes_through_jrunner() {
    let world = World::new();
    let jdbc = Jdbc::install(&world, &[]);
    world.call("settings set jrunner_copy off").ok();
    let source = JdbcDatabase::h2("");
    source.connect(&world, "src");
    source.rows("CREATE TABLE orders (id INT PRIMARY KEY, item VARCHAR(20)); INSERT INTO orders VALUES (1, 'nut'), (2, NULL), (3, '')");
    world.with_sqlite("dst", "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT)");
    world.module("orders", "src", "dst", "orders", "full", "SELECT id, item FROM orders WHERE id > {from}");
    world.call("watermark add orders from --connection src --sql 'SELECT 0'").ok();
    let preview = world.call("module preview orders").ok().prints("jrunner for src, built in for dst");
    preview.prints("is known only when it runs");
    let run = world.run("orders");
    assert_eq!(run["row_count"], 3);
    assert_eq!(world.rows("dst", "SELECT * FROM orders"), ["1|'nut'", "2|NULL", "3|''"]);
    println!("{:?}", jdbc.starts());
    world.run("orders");
    assert_eq!(jdbc.starts(), ["query", "transfer"]);
}
