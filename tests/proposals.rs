//! What `connection columns --for` proposes, and `connection tables` and `columns` with their qualifiers.

use super::support::World;
use super::support::mariadb;
use super::support::postgres::Database;
use serde_json::{Value, json};

fn pick(list: &Value, keys: &[&str]) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let row = |row: &Value| keys.iter().map(|key| text(&row[key])).collect::<Vec<_>>().join("|");
    list.as_array().unwrap().iter().map(row).collect()
}

#[test]
fn an_odd_table_becomes_a_plain_one() {
    let world = World::new();
    world.with_sqlite(
        "erp",
        "CREATE TABLE \"Or;der's\" (\"ID#\" INTEGER PRIMARY KEY, \"order\" TEXT, \"order-\" TEXT, \"###\" REAL, \"1st date\" DATE,
           amt DECIMAL(15,4), x);
         INSERT INTO \"Or;der's\" VALUES (1, 'a', 'b', 1.5, '2024-02-29', 2.5, 'x')",
    );
    world.with_sqlite("dw", "SELECT 1");
    let table = "'\"Or;der'\"'\"'s\"'";
    let proposed = world.json(&format!("connection columns erp {table} --for dw"));
    assert_eq!(
        pick(&proposed, &["alias", "expression", "dest_type", "resolver"]),
        [
            "id|\"ID#\"|INTEGER|SELECT MAX(\"id\") FROM \"orders\"",
            "order|\"order\"|TEXT|null",
            "order_2|\"order-\"|TEXT|null",
            "c4|\"###\"|REAL|null",
            "c1st_date|\"1st date\"|DATE|SELECT MAX(\"c1st_date\") FROM \"orders\"",
            "amt|\"amt\"|DECIMAL(15,4)|SELECT MAX(\"amt\") FROM \"orders\"",
            "x|\"x\"|TEXT|null",
        ]
    );
    assert_eq!(
        world.call(&format!("connection columns erp {table} --for dw")).ok().stdout().lines().nth(5).unwrap(),
        "1st date  DATE           c1st_date  \"1st date\"  DATE"
    );
    let made = world.json(&format!("connection columns erp {table} --for dw --ddl"));
    assert_eq!(
        world.call(&format!("connection columns erp {table} --for dw --ddl")).ok().stdout(),
        format!("{};\n", made["ddl"][0].as_str().unwrap())
    );
    let line = format!("connection columns erp {table} --for dw --query");
    assert_eq!(world.call(&line).ok().stdout(), format!("{}\n", made["query"].as_str().unwrap()));
    assert_eq!(world.json(&line), made);
    world.sqlite("dw.db").execute_batch(made["ddl"][0].as_str().unwrap()).unwrap();
    world.module("orders", "erp", "dw", "orders", "full", made["query"].as_str().unwrap());
    world.run("orders");
    assert_eq!(world.rows("dw", "SELECT * FROM orders"), ["1|'a'|'b'|1.5|'2024-02-29'|2.5|'x'"]);
}

#[test]
fn what_a_database_does_not_have_narrows_nothing() {
    let world = World::erp();
    for (line, says) in [
        ("connection tables erp --server x", "it has --schema"),
        ("connection tables erp --database x", "--database means nothing"),
        ("connection columns erp orders --database x", "--database means nothing"),
        ("connection columns erp main.orders --schema temp", "leave one of the two out"),
        ("connection columns erp orders --ddl", "--for <CONNECTION>"),
    ] {
        world.refuses(line, 2, says);
    }
    world.refuses("connection columns erp orders --for nope", 4, "there is no connection nope");
    world.refuses("connection columns erp orders --schema temp", 4, "there is no table temp.orders");
    assert_eq!(
        world.json("connection columns erp orders --schema main"),
        world.json("connection columns erp main.orders")
    );
    assert_eq!(world.json("connection tables erp --schema temp"), json!([]));
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_table_goes_from_postgresql_to_postgresql_with_what_is_said_of_it() {
    let world = World::new();
    let mut db = Database::new();
    db.connect(&world, "pg");
    db.sql(
        "CREATE SCHEMA src; CREATE SCHEMA dst;
         CREATE TABLE src.\"T#\" (id bigint PRIMARY KEY, \"Code#\" char(5), d date, ts timestamp(3) with time zone, n numeric,
           u uuid, j jsonb, a int[], b bytea, t time(3), s smallint, f real);
         COMMENT ON TABLE src.\"T#\" IS 'a table'; COMMENT ON COLUMN src.\"T#\".\"Code#\" IS 'it''s a code';
         INSERT INTO src.\"T#\" VALUES (1, 'ab', '0001-01-01', '2024-02-29 23:59:59.123+02', 123456789012345678901234567890.0123,
           'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{\"b\":1}', '{1,2}', '\\x00ff', '10:11:12.123', 7, 1.5)",
    );
    world.call("connection edit pg --default-schema dst").ok();
    assert_eq!(pick(&world.json("connection tables pg --like 'a table'"), &["schema", "name"]), ["src|T#"]);
    let proposed = world.json("connection columns pg 'src.\"T#\"' --for pg");
    assert_eq!(
        pick(&proposed, &["alias", "expression", "dest_type"]),
        [
            "id|\"id\"|bigint",
            "code|RTRIM(\"Code#\")|text",
            "d|CASE WHEN \"d\" IN ('0001-01-01', '9999-12-31') THEN NULL ELSE \"d\" END|date",
            "ts|\"ts\"|timestamp(3) with time zone",
            "n|\"n\"|numeric",
            "u|\"u\"|uuid",
            "j|\"j\"|json",
            "a|\"a\"|text",
            "b|\"b\"|bytea",
            "t|\"t\"|time",
            "s|\"s\"|smallint",
            "f|\"f\"|real",
        ]
    );
    let made = world.json("connection columns pg 'src.\"T#\"' --for pg --ddl");
    for statement in made["ddl"].as_array().unwrap() {
        db.sql(statement.as_str().unwrap());
    }
    assert_eq!(db.rows("SELECT col_description('dst.t'::regclass, 2)"), ["it's a code"]);
    world.module("t", "pg", "pg", "dst.t", "full", made["query"].as_str().unwrap());
    world.run("t");
    assert_eq!(
        db.rows("SET TIME ZONE 'UTC'; SELECT * FROM dst.t"),
        [concat!(
            "1|ab|NULL|2024-02-29 21:59:59.123+00|123456789012345678901234567890.0123|",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|{\"b\": 1}|{1,2}|\\x00ff|10:11:12.123|7|1.5"
        )]
    );
}

/// MySQL's TIMESTAMP is a moment and its DATETIME none: each arrives as what it was, in the table that is proposed for it,
/// and is found again by the watermark on it.
#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn a_moment_of_mariadb_stays_one() {
    let world = World::new();
    let (mut my, mut other, mut pg) = (mariadb::Database::new(), mariadb::Database::new(), Database::new());
    my.connect(&world, "my");
    other.connect(&world, "other");
    pg.connect(&world, "pg");
    my.sql("CREATE TABLE t (id int PRIMARY KEY, ts timestamp(6) NULL, d datetime(3))");
    my.sql("INSERT INTO t VALUES (1, '2026-01-01 10:00:00.123456', '2026-01-01 10:00:00.123'), (2, NULL, NULL)");
    for (dest, types) in
        [("pg", ["integer", "timestamptz", "timestamp"]), ("other", ["int", "timestamp(6)", "datetime(3)"])]
    {
        let proposed = world.json(&format!("connection columns my t --for {dest}"));
        assert_eq!(pick(&proposed, &["dest_type"]), types, "{dest}");
        let ddl = world.call(&format!("connection columns my t --for {dest} --ddl")).ok().stdout();
        world.call_with(&format!("connection query {dest} -"), &ddl).ok();
        let line = format!("module propose --source my --table t --dest {dest} --watermark ts --name to_{dest}");
        world.call_with("module add --json-file -", &world.call(&line).ok().stdout()).ok();
        // What has no moment comes each time, as nobody could know that it is new.
        assert_eq!(world.run(&format!("to_{dest}"))["row_count"], 2);
    }
    my.sql("INSERT INTO t VALUES (3, '2026-01-01 10:00:00.123457', '2026-01-02')");
    for dest in ["to_pg", "to_other"] {
        assert_eq!(world.run(dest)["row_count"], 3, "{dest}");
    }
    assert_eq!(
        pg.rows("SET TIME ZONE 'UTC'; SELECT * FROM t ORDER BY id"),
        [
            "1|2026-01-01 10:00:00.123456+00|2026-01-01 10:00:00.123",
            "2|NULL|NULL",
            "3|2026-01-01 10:00:00.123457+00|2026-01-02 00:00:00"
        ]
    );
    assert_eq!(other.rows("SELECT * FROM t ORDER BY id"), my.rows("SELECT * FROM t ORDER BY id"));
}
