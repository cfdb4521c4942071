//! By an external runner: all rows are read, and what is found and repaired is the same.

use crate::support::World;
use crate::support::jdbc::{Jdbc, JdbcDatabase};
use serde_json::json;

#[test]
#[ignore = "needs a JVM: tests/run.sh"]
fn h2_is_compared_by_reading_all_rows() {
    let world = World::new();
    let _jdbc = Jdbc::install(&world, &[]);
    let h2 = JdbcDatabase::h2("");
    h2.connect(&world, "h2");
    for sql in [
        "CREATE TABLE s (id INT, v VARCHAR(9), b VARBINARY(9), n NUMERIC(9,2))",
        "INSERT INTO s VALUES (1, 'a', X'00', 1.50), (2, 'b', X'01', 2.5), (3, NULL, NULL, NULL), (4, 'd ', X'', 0)",
    ] {
        h2.call(sql).unwrap();
    }
    world.with_sqlite("lite", "CREATE TABLE t (id INTEGER, v TEXT, n NUMERIC)");
    h2.call("CREATE TABLE t AS SELECT * FROM s").unwrap();
    world
        .call("module add t --source h2 --dest h2 --table T --strategy full --unique-key ID --query 'SELECT * FROM s'")
        .ok();
    for sql in [
        "UPDATE t SET v = '' WHERE id = 3",
        "UPDATE t SET v = 'd' WHERE id = 4",
        "DELETE FROM t WHERE id = 1",
        "INSERT INTO t VALUES (9, 'x', NULL, 9)",
    ] {
        h2.call(sql).unwrap();
    }
    // A JVM takes its time: one call does it all.
    let told = world.call("module verify t --repair --delete --yes --json").ok().json();
    assert_eq!([&told["missing"], &told["different"], &told["extra"]], [1, 2, 1], "{told}");
    assert!(told["remarks"][0].as_str().unwrap().contains("every row was read"), "{told}");
    let after = &told["after"];
    assert_eq!((&after["source_rows"], &after["destination_rows"]), (&json!(4), &json!(4)), "{told}");
    assert_eq!(h2.rows("SELECT count(*) FROM information_schema.tables WHERE table_name LIKE '%rehearsal%'"), ["0"]);

    world.call("module add l --source h2 --dest lite --table t --strategy full --unique-key id --query 'SELECT id, v, n FROM s'").ok();
    world.run("l");
    world.sqlite("lite.db").execute_batch("UPDATE t SET n = 2.51 WHERE id = 2; DELETE FROM t WHERE id = 4").unwrap();
    let told = world.call("module verify l --json").code(1).json();
    assert_eq!([&told["missing"], &told["different"], &told["extra"]], [1, 1, 0], "{told}");
}
