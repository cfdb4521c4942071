//! H2's SQL, run by its own driver in one call each, as a JDBC runner does.

use super::support::java::{Java, Row};
use pipekit::dialect::{self, Column, Described, Destination, Emptying, Fill, Merge, Relation, TableName};

/// A name that would break out of anything that does not quote it.
const HOSTILE: &str = "Or\"d'ers]; DROP TABLE keep; --\n/* x";

fn h2() -> &'static dyn Destination {
    dialect::of("h2").unwrap()
}

fn table(name: &str) -> TableName {
    TableName { schema: Some("PUBLIC".to_owned()), name: name.to_owned(), ..TableName::default() }
}

fn texts(rows: &[Row]) -> Vec<String> {
    rows.iter().map(|row| row.iter().map(|v| v.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join("|")).collect()
}

/// A database in a file, for several programs one after the other.
struct H2 {
    java: Java,
    _dir: tempfile::TempDir,
}

impl H2 {
    fn with(setup: &[&str]) -> H2 {
        let dir = tempfile::tempdir().unwrap();
        let java = Java::at(format!("jdbc:h2:{}/x", dir.path().display()));
        java.run(&setup.iter().map(|sql| (*sql).to_owned()).collect::<Vec<_>>());
        H2 { java, _dir: dir }
    }

    #[track_caller]
    fn described(&self, table: &TableName) -> Described {
        let rows = self.java.run(&[h2().describe(table)]);
        h2().read(&rows[0]).expect("the table is there")
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

/// What the engine does for a run, up to the merge.
fn until_merge(columns: &[Column], rows: &str, counted: i64) -> Vec<String> {
    let staging = h2().staging("orders");
    vec![
        format!("{};\n{}", h2().prepare(), h2().claim("orders", "me", 7)),
        h2().create_staging(&staging, Relation::Table, columns),
        format!("INSERT INTO {} {rows}", h2().table(&staging)),
        h2().stage("orders", "me", 7, counted),
    ]
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

    // By key, then the same again: its receipt is taken.
    let mut calls = until_merge(&columns, "VALUES ('b', 20.5), ('c', NULL)", 2);
    calls.extend([by_key.clone(), rows.clone(), receipt.clone(), by_key.clone(), rows.clone()]);
    let said = db.java.tries(&calls);
    assert_eq!(said[..5].iter().filter_map(|s| s.as_ref().err()).next(), None);
    assert_eq!(texts(said[5].as_ref().unwrap()), ["a|1.00", "b|20.50", "c|NULL"]);
    assert_eq!(texts(said[6].as_ref().unwrap()), ["me|7|merged|2|2"]);
    assert!(said[7].as_ref().unwrap_err().contains("pipekit_rows_are_not_staged_for_this_merge"), "{:?}", said[7]);
    assert_eq!(said[8], said[5]);

    // A full load whose second statement fails: nothing has happened, in this process and for the next.
    let mut calls = until_merge(&columns, "VALUES ('x', 1), ('y', 999)", 2);
    calls.push(full.clone());
    let said = db.java.tries(&calls);
    assert!(said[4].as_ref().unwrap_err().contains("Check constraint"), "{:?}", said[4]);
    let said = db.java.run(&[rows.clone(), receipt.clone()]);
    assert_eq!(texts(&said[0]), ["a|1.00", "b|20.50", "c|NULL"]);
    assert_eq!(texts(&said[1]), ["me|7|staged|NULL|NULL"]);

    // A row is gone from staging since the receipt was written; then a full load that is right; then one that the
    // fence has shut out; another installation's claim changes nothing.
    let staged = h2().table(&staging);
    let mut calls = until_merge(&columns, "VALUES ('x', 1), ('y', 2)", 2);
    calls.extend([format!("DELETE FROM {staged} WHERE n = 2"), full.clone()]);
    let said = db.java.tries(&calls);
    assert!(said[5].as_ref().unwrap_err().contains("pipekit_rows_are_not_staged_for_this_merge"), "{:?}", said[5]);
    let mut calls = until_merge(&columns, "VALUES ('x', 1), ('y', 2)", 2);
    calls.extend([full.clone(), rows.clone(), receipt.clone(), h2().has_rows(&dest)]);
    let said = db.java.run(&calls);
    assert_eq!(texts(&said[5]), ["x|1.00", "y|2.00"]);
    assert_eq!(texts(&said[6]), ["me|7|merged|3|2"]);
    assert_eq!(texts(&said[7]), ["1"]);
    let mut calls = until_merge(&columns, "VALUES ('z', 1)", 1);
    calls.extend([
        h2().fence("orders", "me", 7),
        full,
        rows,
        receipt,
        h2().claim("orders", "other", 9),
        "SELECT * FROM keep".to_owned(),
    ]);
    calls.push(h2().read_receipt("orders"));
    let said = db.java.tries(&calls);
    assert!(said[5].as_ref().unwrap_err().contains("pipekit_rows_are_not_staged_for_this_merge"), "{:?}", said[5]);
    assert_eq!(texts(said[6].as_ref().unwrap()), ["x|1.00", "y|2.00"]);
    assert_eq!(texts(said[7].as_ref().unwrap()), ["me|7|abandoned|NULL|NULL"]);
    assert_eq!((&said[8], &said[9]), (&Ok(vec![]), &Ok(vec![])));
    assert_eq!(said[10], said[7]);
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
    let mut calls = until_merge(&columns, &format!("SELECT {list} FROM t"), 1);
    calls.push(h2().merge(&merge(&dest, &described, &staging, &columns)));
    calls.push("SELECT * FROM t EXCEPT SELECT * FROM copy".to_owned());
    calls.push("SELECT count(*) FROM t".to_owned());
    calls.push(h2().list_columns(&dest));
    let said = db.java.run(&calls);
    assert_eq!(texts(&said[5]), Vec::<String>::new());
    assert_eq!(texts(&said[6]), ["1"]);
    assert_eq!(
        texts(&said[7])[..3],
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
    let said = db.java.run(&[
        h2().cascades(&table("T")),
        h2().cascades(&table("LINES")),
        h2().list_tables(&dialect::Qualifiers::default()),
        h2().list_columns(&h2().parse_table("t").unwrap()),
        h2().prepare(),
        h2().describe(&h2().receipt()),
    ]);
    assert_eq!(texts(&said[0]), ["LINES|GOES|CASCADE"]);
    assert_eq!(texts(&said[1]), Vec::<String>::new());
    assert_eq!(
        texts(&said[2]),
        ["PUBLIC|LINES|table|NULL", "PUBLIC|NOTES|table|NULL", "PUBLIC|T|table|it's a table", "PUBLIC|V|view|NULL"]
    );
    assert_eq!(texts(&said[3]), ["A|INTEGER|0|NULL|1|the key"]);
    assert_eq!(h2().read(&said[5]).unwrap().relation, Relation::Unfit("pipekit's own"));
    assert_eq!(db.described(&table("V")).relation, Relation::View);
}
