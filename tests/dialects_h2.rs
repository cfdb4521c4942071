//! H2's SQL, run by its own driver in one call each, as a JDBC runner does.

use super::support::World;
use super::support::jdbc::{Jdbc, JdbcDatabase};
use pipekit::dialect::{self, Column, Described, Destination, Emptying, Fill, Merge, Relation, TableName};

/// A name that would break out of anything that does not quote it.
const HOSTILE: &str = "Or\"d'ers]; DROP TABLE keep; --\n/* x";

fn h2() -> &'static dyn Destination {
    dialect::of("h2").unwrap()
}

fn table(name: &str) -> TableName {
    TableName { schema: Some("PUBLIC".to_owned()), name: name.to_owned(), ..TableName::default() }
}

fn texts(rows: &[Vec<Option<String>>]) -> Vec<String> {
    rows.iter().map(|row| row.iter().map(|v| v.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join("|")).collect()
}

/// A new database.
struct H2(JdbcDatabase);

impl H2 {
    fn with(setup: &[&str]) -> H2 {
        let db = H2(JdbcDatabase::h2(""));
        setup.iter().for_each(|sql| {
            db.run(sql);
        });
        db
    }

    /// One call that must not fail, and its rows.
    #[track_caller]
    fn run(&self, sql: &str) -> Vec<String> {
        texts(&self.0.call(sql).unwrap_or_else(|e| panic!("{e}\n{sql}")))
    }

    /// One call that must fail, saying this.
    #[track_caller]
    fn refuses(&self, sql: &str, says: &str) {
        let said = self.0.call(sql).expect_err(sql);
        assert!(said.contains(says), "{said}");
    }

    #[track_caller]
    fn described(&self, table: &TableName) -> Described {
        h2().read(&self.0.call(&h2().describe(table)).unwrap()).expect("the table is there")
    }

    /// What the engine does for a run, up to the merge.
    #[track_caller]
    fn stages(&self, columns: &[Column], rows: &str, counted: i64) {
        let staging = h2().staging("orders");
        self.run(&format!("{};\n{}", h2().prepare(), h2().claim("orders", "me", 7)));
        self.run(&h2().create_staging(&staging, Relation::Table, columns));
        self.run(&format!("INSERT INTO {} {rows}", h2().table(&staging)));
        self.run(&h2().stage("orders", "me", 7, counted));
    }
}

fn merge<'a>(
    dest: &'a TableName,
    described: &'a Described,
    staging: &'a TableName,
    columns: &'a [Column],
) -> Merge<'a> {
    Merge { module: "orders", dest, described, staging, columns, emptying: Emptying::Delete }
}

#[test]
#[ignore = "needs Java: tests/run.sh"]
fn a_merge_is_one_call_and_one_transaction() {
    let name = h2().quote(HOSTILE);
    let db = H2::with(&[
        "CREATE TABLE keep (a INT)",
        &format!(
            "CREATE TABLE {name} (\"i\" INT GENERATED ALWAYS AS IDENTITY, \"ke\"\"y'\" VARCHAR(9) NOT NULL, n NUMERIC(5, 2) CHECK (n < 100))"
        ),
        &format!("INSERT INTO {name} (\"ke\"\"y'\", n) VALUES ('a', 1), ('b', 2), ('b', 3)"),
    ]);
    let (dest, staging) = (table(HOSTILE), h2().staging("orders"));
    let described = db.described(&dest);
    let columns: Vec<Column> = described.columns.iter().filter(|c| c.fill == Fill::Plain).cloned().collect();
    assert_eq!(described.schema.as_deref(), Some("PUBLIC"));
    assert_eq!(
        described
            .columns
            .iter()
            .map(|c| (c.name.as_str(), c.type_sql.as_str(), c.nullable, c.fill))
            .collect::<Vec<_>>(),
        [
            ("i", "INTEGER", false, Fill::Identity),
            ("ke\"y'", "CHARACTER VARYING(9)", false, Fill::Plain),
            ("N", "NUMERIC(5, 2)", true, Fill::Plain)
        ]
    );
    let key = ["ke\"y'".to_owned()];
    let full = h2().merge(&merge(&dest, &described, &staging, &columns));
    let by_key = h2().merge(&Merge { emptying: Emptying::ByKey(&key), ..merge(&dest, &described, &staging, &columns) });
    let rows = format!("SELECT \"ke\"\"y'\", n FROM {name} ORDER BY 1, 2");
    let receipt = h2().read_receipt("orders");

    const TAKEN: &str = "pipekit_rows_are_not_staged_for_this_merge";

    // By key, then the same again: its receipt is taken.
    db.stages(&columns, "VALUES ('b', 20.5), ('c', NULL)", 2);
    db.run(&by_key);
    assert_eq!(db.run(&rows), ["a|1.00", "b|20.50", "c|NULL"]);
    assert_eq!(db.run(&receipt), ["me|7|merged|2|2"]);
    db.refuses(&by_key, TAKEN);
    assert_eq!(db.run(&rows), ["a|1.00", "b|20.50", "c|NULL"]);

    // A full load whose insertion fails: nothing has happened for the next to see.
    db.stages(&columns, "VALUES ('x', 1), ('y', 999)", 2);
    db.refuses(&full, "Check constraint");
    assert_eq!(db.run(&rows), ["a|1.00", "b|20.50", "c|NULL"]);
    assert_eq!(db.run(&receipt), ["me|7|staged|NULL|NULL"]);

    // A row is gone from staging since the receipt was written.
    db.stages(&columns, "VALUES ('x', 1), ('y', 2)", 2);
    db.run(&format!("DELETE FROM {} WHERE n = 2", h2().table(&staging)));
    db.refuses(&full, TAKEN);

    db.stages(&columns, "VALUES ('x', 1), ('y', 2)", 2);
    db.run(&full);
    assert_eq!(db.run(&rows), ["x|1.00", "y|2.00"]);
    assert_eq!(db.run(&receipt), ["me|7|merged|3|2"]);
    assert_eq!(db.run(&h2().has_rows(&dest)), ["1"]);

    // The fence has shut it out; another installation's claim changes nothing.
    db.stages(&columns, "VALUES ('z', 1)", 1);
    db.run(&h2().fence("orders", "me", 7));
    db.refuses(&full, TAKEN);
    assert_eq!(db.run(&rows), ["x|1.00", "y|2.00"]);
    db.run(&h2().claim("orders", "other", 9));
    assert_eq!(db.run(&receipt), ["me|7|abandoned|NULL|NULL"]);
    assert_eq!(db.run("SELECT * FROM keep"), Vec::<String>::new());
}

#[test]
#[ignore = "needs Java: tests/run.sh"]
fn every_type_is_staged_as_it_is() {
    let db = H2::with(&[
        "CREATE DOMAIN dom AS VARCHAR(7) CHECK (VALUE <> 'x')",
        "CREATE TABLE t (a INT NOT NULL, b VARCHAR(20) DEFAULT 'x', c CHAR(3), d DECIMAL(15,4), e DECIMAL, f TIMESTAMP(9), \
         g TIMESTAMP(3) WITH TIME ZONE, h ENUM('a','b'), i INT ARRAY, j VARCHAR(3) ARRAY, k UUID, l JSON, m BLOB, n CLOB, \
         o INTERVAL DAY TO SECOND, p DECFLOAT, q BINARY(4), r VARBINARY(9), s TIME(2), t TIME WITH TIME ZONE, u REAL, \
         v FLOAT(40), w BIGINT GENERATED BY DEFAULT AS IDENTITY, x INT GENERATED ALWAYS AS (a + 1), y DOM, \
         z VARCHAR_IGNORECASE(5), aa TINYINT, bb GEOMETRY, cc BOOLEAN, dd DATE)",
        "INSERT INTO t VALUES (1, DEFAULT, 'c', 12345678901.1234, 5, '2024-02-29 23:59:59.123456789', \
         '2024-02-29 23:59:59.123+05:30', 'b', ARRAY[1, 2], ARRAY['p', NULL], RANDOM_UUID(), JSON '{\"b\": 1, \"a\": 2}', \
         X'00ff', 'long', INTERVAL '3 04:05:06.7' DAY TO SECOND, 1.5E30, X'01020304', X'05', '10:11:12.13', \
         '10:11:12+02:00', 1.5, 2.5, 77, DEFAULT, 'dom', 'IgN', 5, 'POINT (1 2)', TRUE, '0001-01-01')",
        "CREATE TABLE copy AS TABLE t",
    ]);
    let (dest, staging) = (table("T"), h2().staging("orders"));
    let described = db.described(&dest);
    let columns: Vec<Column> = described.columns.iter().filter(|c| c.fill != Fill::Computed).cloned().collect();
    let list = columns.iter().map(|c| h2().quote(&c.name)).collect::<Vec<_>>().join(", ");
    db.stages(&columns, &format!("SELECT {list} FROM t"), 1);
    db.run(&h2().merge(&merge(&dest, &described, &staging, &columns)));
    assert_eq!(db.run("SELECT * FROM t EXCEPT SELECT * FROM copy"), Vec::<String>::new());
    assert_eq!(db.run("SELECT count(*) FROM t"), ["1"]);
    assert_eq!(
        db.run(&h2().list_columns(&dest))[..3],
        ["A|INTEGER|0|NULL|NULL|NULL", "B|CHARACTER VARYING(20)|1|'x'|NULL|NULL", "C|CHARACTER(3)|1|NULL|NULL|NULL"]
    );
}

#[test]
#[ignore = "needs Java: tests/run.sh"]
fn references_views_and_what_is_not_to_be_filled_are_seen() {
    let db = H2::with(&[
        "CREATE TABLE t (a INT PRIMARY KEY COMMENT 'the key')",
        "COMMENT ON TABLE t IS 'it''s a table'",
        "CREATE TABLE lines (a INT CONSTRAINT goes REFERENCES t ON DELETE CASCADE)",
        "CREATE TABLE notes (a INT REFERENCES t)",
        "CREATE VIEW v AS SELECT * FROM t",
    ]);
    assert_eq!(db.run(&h2().cascades(&table("T"))), ["LINES|GOES|CASCADE"]);
    assert_eq!(db.run(&h2().cascades(&table("LINES"))), Vec::<String>::new());
    assert_eq!(
        db.run(&h2().list_tables(&dialect::Qualifiers::default())),
        ["PUBLIC|LINES|table|NULL", "PUBLIC|NOTES|table|NULL", "PUBLIC|T|table|it's a table", "PUBLIC|V|view|NULL"]
    );
    assert_eq!(db.run(&h2().list_columns(&h2().parse_table("t").unwrap())), ["A|INTEGER|0|NULL|1|the key"]);
    db.run(&h2().prepare());
    assert_eq!(db.described(&h2().receipt()).relation, Relation::Unfit("pipekit's own"));
    assert_eq!(db.described(&table("V")).relation, Relation::View);
}

/// Through jrunner: rows by all and by key, and what is refused before it.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn modules_load_into_h2() {
    let world = World::erp();
    Jdbc::install(&world, &[]);
    let db = JdbcDatabase::h2("");
    db.connect(&world, "wh");
    db.rows(
        "CREATE TABLE orders (id INT PRIMARY KEY, item VARCHAR(20)); INSERT INTO orders VALUES (1, 'old'), (9, 'gone')",
    );
    let all = "SELECT * FROM orders ORDER BY id";
    world.module("full", "erp", "wh", "orders", "full", "SELECT * FROM orders");
    let run = world.run("full");
    assert_eq!((&run["row_count"], &run["rows_deleted"], &run["rows_inserted"]), (&3.into(), &2.into(), &3.into()));
    assert_eq!(db.rows(all), ["1|a", "2|NULL", "3|"]);

    world.module(
        "some",
        "erp",
        "wh",
        "orders",
        "incremental --key id",
        "SELECT id, 'new' FROM orders WHERE id > {from}",
    );
    world.call("watermark add some from --connection wh --sql 'SELECT max(id) - 1 FROM orders'").ok();
    let run = world.run("some");
    assert_eq!((&run["rows_deleted"], &run["rows_inserted"]), (&1.into(), &1.into()));
    assert_eq!(db.rows(all), ["1|a", "2|NULL", "3|new"]);

    db.rows("CREATE TABLE lines (id INT REFERENCES orders ON DELETE CASCADE); INSERT INTO lines VALUES (1)");
    world.call("run full").fails(1, "deleting from orders would reach LINES");
    assert_eq!(db.rows("SELECT * FROM lines"), ["1"]);
}
