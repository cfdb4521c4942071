//! What a module does is the same by every road to a database: the built-in runner, and jrunner over real JDBC drivers,
//! as source and as destination. One test a road, the same cases in each.

use super::support::World;
use super::support::jdbc::{Jdbc, JdbcDatabase};
use super::support::mariadb;
use super::support::postgres::Database;
use serde_json::Value;

/// A database at one end.
enum Side {
    Lite(&'static str),
    Postgres(Database),
    Jdbc(JdbcDatabase),
}

/// A world with a connection `src` and a connection `dst`.
struct Road {
    world: World,
    jdbc: Jdbc,
    src: Side,
    dst: Side,
    case: String,
}

impl Road {
    fn new(src: Side, dst: Side) -> Road {
        let world = World::new();
        let jdbc = Jdbc::install(&world, &[]);
        for (name, side) in [("src", &src), ("dst", &dst)] {
            match side {
                Side::Lite(name) => {
                    world.with_sqlite(name, "");
                }
                Side::Postgres(database) => database.connect(&world, name),
                Side::Jdbc(database) => database.connect(&world, name),
            }
        }
        Road { world, jdbc, src, dst, case: String::new() }
    }

    /// Whether merges go through jrunner.
    fn merges_by_jrunner(&self) -> bool {
        matches!(self.dst, Side::Jdbc(_))
    }

    #[track_caller]
    fn sql(world: &World, side: &mut Side, sql: &str) -> Vec<String> {
        match side {
            Side::Lite(name) => {
                world.sqlite(&format!("{name}.db")).execute_batch(sql).unwrap();
                Vec::new()
            }
            Side::Postgres(database) if sql.starts_with("SELECT") => database.rows(sql),
            Side::Postgres(database) => {
                database.sql(sql);
                Vec::new()
            }
            Side::Jdbc(database) => database.rows(sql),
        }
    }

    #[track_caller]
    fn src(&mut self, sql: &str) {
        Road::sql(&self.world, &mut self.src, sql);
    }

    #[track_caller]
    fn dst(&mut self, sql: &str) -> Vec<String> {
        Road::sql(&self.world, &mut self.dst, sql)
    }

    /// Begins a case: `orders` at both ends, two rows at the source and another at the destination, and no module.
    fn case(&mut self, name: &str) -> &mut Road {
        name.clone_into(&mut self.case);
        println!("case: {name}");
        if self.world.json("module list").as_array().is_some_and(|modules| !modules.is_empty()) {
            self.world.call("module remove orders").ok();
        }
        self.src("DELETE FROM orders");
        self.src("INSERT INTO orders VALUES (1, 'nut', 10), (2, NULL, 20)");
        self.dst("DELETE FROM orders");
        self.dst("INSERT INTO orders VALUES (9, 'old', 90)");
        self
    }

    #[track_caller]
    fn module(&mut self, flags: &str) -> &mut Road {
        self.world.call(&format!("module add orders --source src --dest dst --table orders {flags}")).ok();
        self
    }

    #[track_caller]
    fn loaded(&mut self) -> Vec<String> {
        self.dst("SELECT id, item, qty FROM orders ORDER BY id, qty")
    }

    /// Runs the module, which succeeds, and gives what the log says of it.
    #[track_caller]
    fn run(&mut self) -> Value {
        self.world.run("orders");
        self.world.log("orders")
    }

    /// Runs the module, which fails, says this, and changes nothing.
    #[track_caller]
    fn fails(&mut self, says: &str) {
        let before = self.loaded();
        let call = self.world.call("run orders").code(1);
        let said = call.stderr().to_lowercase() + &call.stdout().to_lowercase();
        assert!(said.contains(&says.to_lowercase()), "{}: {says:?} is not in {said}", self.case);
        assert_eq!(self.loaded(), before, "{}", self.case);
    }
}

const ALL: &str = "--query 'SELECT id, item, qty FROM orders'";

fn cases(mut road: Road) {
    let table = "CREATE TABLE orders (id INTEGER NOT NULL, item VARCHAR(200), qty INTEGER)";
    road.src(table);
    road.dst(table);

    let road = road.case("both ends answer and can be looked at");
    for end in ["src", "dst"] {
        road.world.call(&format!("connection test {end}")).ok().prints("answers");
        let tables = road.world.json(&format!("connection tables {end} --like order"));
        let name = tables[0]["name"].as_str().unwrap().to_owned();
        assert_eq!(name.to_lowercase(), "orders");
        let columns = road.world.json(&format!("connection columns {end} orders"));
        let names: Vec<String> =
            columns.as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap().to_lowercase()).collect();
        assert_eq!(names, ["id", "item", "qty"]);
        assert_eq!([&columns[0]["nullable"], &columns[1]["nullable"]], [false, true]);
    }

    let road = road
        .case("a full load, and what was previewed is what ran")
        .module(&format!("--strategy full --full-by delete {ALL}"));
    let preview = road.world.json("module preview orders");
    let log = road.run();
    assert_eq!(road.loaded(), ["1|nut|10", "2|NULL|20"]);
    assert_eq!([&log["row_count"], &log["rows_deleted"], &log["rows_inserted"]], [2, 1, 2]);
    assert_eq!(
        [&preview["resolved_source_sql"], &preview["merge_sql"]],
        [&log["resolved_source_sql"], &log["merge_sql"]]
    );

    let road = road.case("an incremental load with watermarks of both ends");
    road.module(
        "--strategy incremental --key id --query 'SELECT id, item, qty FROM orders WHERE id >= {from} AND id <= {to}'",
    );
    road.world
        .call("watermark add orders from --connection dst --sql 'SELECT max(id) FROM orders WHERE id < 9' --default 2")
        .ok();
    road.world.call("watermark add orders to --connection src --sql 'SELECT max(id) FROM orders'").ok();
    road.run();
    assert_eq!(road.loaded(), ["2|NULL|20", "9|old|90"]);
    road.src("UPDATE orders SET item = 'it''s \"new\", ü' WHERE id = 2");
    road.src("INSERT INTO orders VALUES (3, '', 30)");
    let log = road.run();
    assert_eq!(road.loaded(), ["2|it's \"new\", ü|20", "3||30", "9|old|90"]);
    assert_eq!(log["watermark_values_json"], serde_json::json!({"from": "2", "to": "3"}));
    assert_eq!([&log["rows_deleted"], &log["rows_inserted"]], [1, 2]);

    let road = road.case("a resolver that fails is no empty one, and NULL without a default is an error");
    road.module("--strategy append --query 'SELECT id, item, qty FROM orders WHERE id > {from}'");
    road.world
        .call("watermark add orders from --connection src --sql 'SELECT max(id) FROM no_such_table' --default 0")
        .ok();
    road.fails("no_such_table");
    road.world.call("watermark edit orders from --sql 'SELECT max(id) FROM orders WHERE id > 99' --default none").ok();
    road.fails("gives NULL");

    let road = road.case("an append, and a hook at each end");
    road.module("--strategy append --query 'SELECT id, item, qty FROM orders'");
    road.world.call("hook add orders --connection dst --sql 'UPDATE orders SET qty = qty + 1 WHERE id = 9'").ok();
    road.world.call("hook add orders --connection src --sql 'DELETE FROM orders WHERE id = 1'").ok();
    road.world.call("hook add orders --connection src --sql 'DELETE FROM no_such_table'").ok();
    let log = road.run();
    assert_eq!(road.loaded(), ["1|nut|10", "2|NULL|20", "9|old|91"]);
    assert_eq!(log["hooks_failed"], 1);
    road.run();
    assert_eq!(road.loaded(), ["1|nut|10", "2|NULL|20", "2|NULL|20", "9|old|92"]);

    let road = road
        .case("what a check refuses changes nothing")
        .module(&format!("--strategy full --full-by delete --min-rows 5 {ALL}"));
    road.fails("min_rows");
    road.world.call("module edit orders --min-rows none").ok();
    road.src("DELETE FROM orders");
    road.fails("no rows came");

    let road = road.case("NULL in a key is refused");
    road.module("--strategy incremental --key item --query 'SELECT id, item, qty FROM orders'");
    road.fails("NULL in the merge key");

    let road = road
        .case("an error at the source, a query of another shape")
        .module("--strategy append --query 'SELECT id, item, nix FROM orders'");
    road.fails("nix");
    road.world.call("module edit orders --query 'SELECT id, item FROM orders'").ok();
    road.fails("column");

    let road = road.case("a merge that the destination refuses did not happen");
    road.module(
        "--strategy full --full-by delete --query 'SELECT CASE WHEN id = 1 THEN id END, item, qty FROM orders'",
    );
    road.fails("null");
    let status = road.world.log("orders");
    assert_eq!(status["status"], "error", "{status}");

    let road = road.case("a dry run moves nothing").module(&format!("--strategy append {ALL}"));
    road.world.call("run orders --dry-run").ok();
    assert_eq!(road.loaded(), ["9|old|90"]);

    // The least there can be: one start a piece of work, and nothing asked twice.
    let road = road.case("JVM starts of an incremental run of 1,000 rows with two watermarks and a hook");
    let rows: Vec<String> = (1..=1000).map(|i| format!("({i}, 'item {i}', {i})")).collect();
    road.src("DELETE FROM orders");
    road.src(&format!("INSERT INTO orders VALUES {}", rows.join(", ")));
    road.module(
        "--strategy incremental --key id --query 'SELECT id, item, qty FROM orders WHERE id >= {from} AND id <= {to}'",
    );
    road.world.call("watermark add orders from --connection dst --sql 'SELECT min(id) - 8 FROM orders'").ok();
    road.world.call("watermark add orders to --connection src --sql 'SELECT max(id) FROM orders'").ok();
    road.world.call("hook add orders --connection dst --sql 'DELETE FROM orders WHERE id > 1000'").ok();
    road.jdbc.starts();
    let log = road.run();
    assert_eq!(log["row_count"], 1000);
    assert_eq!(road.dst("SELECT count(*) FROM orders"), ["1000"]);
    let starts = road.jdbc.starts();
    let expected = match (&road.src, road.merges_by_jrunner()) {
        (Side::Jdbc(_), false) => 2,
        (_, true) => 12,
        _ => 0,
    };
    assert_eq!(starts.len(), expected, "{starts:?}");
}

#[test]
#[ignore = "needs PostgreSQL and Java: tests/run.sh"]
fn built_in_from_sqlite_into_postgresql() {
    cases(Road::new(Side::Lite("src"), Side::Postgres(Database::new())));
}

#[test]
#[ignore = "needs PostgreSQL and Java: tests/run.sh"]
fn by_jdbc_from_h2_into_postgresql() {
    cases(Road::new(Side::Jdbc(JdbcDatabase::h2("")), Side::Postgres(Database::new())));
}

#[test]
#[ignore = "needs PostgreSQL and Java: tests/run.sh"]
fn by_jdbc_from_postgresql_into_h2() {
    cases(Road::new(Side::Postgres(Database::new()), Side::Jdbc(JdbcDatabase::h2(""))));
}

#[test]
#[ignore = "needs PostgreSQL and Java: tests/run.sh"]
fn by_jdbc_from_derby_into_postgresql() {
    cases(Road::new(Side::Jdbc(JdbcDatabase::derby()), Side::Postgres(Database::new())));
}

#[test]
#[ignore = "needs PostgreSQL, MariaDB and Java: tests/run.sh"]
fn by_jdbc_from_mariadb_into_postgresql() {
    let database = mariadb::Database::new();
    let source = JdbcDatabase::of("mariadb_jdbc", &database.url(), &mariadb::user(), &mariadb::password());
    cases(Road::new(Side::Jdbc(source), Side::Postgres(Database::new())));
}
