//! Catalogs through a JDBC program: H2's, Derby's, the standard's, and those of DB2 for i and SQL Server on stand-ins: H2 in
//! its mode for each, with catalog views of the same names and columns ("SQL reference", "Db2 for i catalog views";
//! "Transact-SQL reference", "System catalog views").

use super::support::World;
use super::support::jdbc::{Jdbc, JdbcDatabase};
use super::support::postgres::{self, Database};
use pipekit::dialect::{self, Fill, Relation};
use serde_json::{Value, json};

/// Rows of a JSON list, as the values of these keys.
fn pick(list: &Value, keys: &[&str]) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let row = |row: &Value| keys.iter().map(|key| text(&row[key])).collect::<Vec<_>>().join("|");
    list.as_array().unwrap().iter().map(row).collect()
}

/// The views of QSYS2 as the manual lists them, as far as they are asked for, and a file of a shop's: DDS made `OCRH`, SQL
/// made `ORDER_LINES`, whose system name is another.
pub const DB2: &str = r#"
    CREATE SCHEMA QSYS2; CREATE SCHEMA LGDAT;
    CREATE TABLE QSYS2.SYSTABLES (TABLE_NAME VARCHAR(128), TABLE_OWNER VARCHAR(128), TABLE_TYPE CHAR(1), COLUMN_COUNT INTEGER,
      ROW_LENGTH INTEGER, TABLE_TEXT VARCHAR(50), LONG_COMMENT VARCHAR(2000), TABLE_SCHEMA VARCHAR(128),
      SYSTEM_TABLE_NAME CHAR(10), SYSTEM_TABLE_SCHEMA CHAR(10), FILE_TYPE CHAR(1));
    CREATE TABLE QSYS2.SYSCOLUMNS2 (COLUMN_NAME VARCHAR(128), TABLE_NAME VARCHAR(128), ORDINAL_POSITION INTEGER,
      DATA_TYPE VARCHAR(8), LENGTH INTEGER, NUMERIC_SCALE INTEGER, IS_NULLABLE CHAR(1), LONG_COMMENT VARCHAR(2000),
      HAS_DEFAULT CHAR(1), COLUMN_HEADING VARCHAR(60), CCSID INTEGER, TABLE_SCHEMA VARCHAR(128), COLUMN_DEFAULT VARCHAR(2000),
      DATETIME_PRECISION INTEGER, COLUMN_TEXT VARCHAR(50), SYSTEM_COLUMN_NAME CHAR(10), SYSTEM_TABLE_NAME CHAR(10),
      SYSTEM_TABLE_SCHEMA CHAR(10), USER_DEFINED_TYPE_SCHEMA VARCHAR(128), USER_DEFINED_TYPE_NAME VARCHAR(128));
    CREATE TABLE QSYS2.SYSCST (CONSTRAINT_SCHEMA VARCHAR(128), CONSTRAINT_NAME VARCHAR(128), CONSTRAINT_TYPE VARCHAR(11),
      TABLE_SCHEMA VARCHAR(128), TABLE_NAME VARCHAR(128), SYSTEM_TABLE_SCHEMA CHAR(10), SYSTEM_TABLE_NAME CHAR(10));
    CREATE TABLE QSYS2.SYSKEYCST (CONSTRAINT_SCHEMA VARCHAR(128), CONSTRAINT_NAME VARCHAR(128), TABLE_SCHEMA VARCHAR(128),
      TABLE_NAME VARCHAR(128), COLUMN_NAME VARCHAR(128), ORDINAL_POSITION INTEGER);
    CREATE TABLE QSYS2.SYSREFCST (CONSTRAINT_SCHEMA VARCHAR(128), CONSTRAINT_NAME VARCHAR(128),
      UNIQUE_CONSTRAINT_SCHEMA VARCHAR(128), UNIQUE_CONSTRAINT_NAME VARCHAR(128), DELETE_RULE VARCHAR(11));
    CREATE TABLE QSYS2.JOURNALED_OBJECTS (OBJECT_TYPE VARCHAR(7), OBJECT_LIBRARY VARCHAR(10), OBJECT_NAME VARCHAR(10));
    INSERT INTO QSYS2.SYSTABLES VALUES
      ('OCRH', 'QSECOFR', 'P', 9, 99, 'Order header', NULL, 'LGDAT', 'OCRH', 'LGDAT', 'D'),
      ('ORDER_LINES', 'QSECOFR', 'T', 2, 99, '', 'The lines; it''s long', 'LGDAT', 'ORDER00001', 'LGDAT', 'D'),
      ('QCLSRC', 'QSECOFR', 'P', 3, 99, 'Source', NULL, 'LGDAT', 'QCLSRC', 'LGDAT', 'S'),
      ('OTHER', 'QSECOFR', 'V', 1, 99, NULL, NULL, 'OTHERLIB', 'OTHER', 'OTHERLIB', 'D'),
      ('SYSTABLES', 'QSYS', 'V', 1, 99, NULL, NULL, 'QSYS2', 'SYSTABLES', 'QSYS2', 'D');
    INSERT INTO QSYS2.SYSCOLUMNS2 VALUES
      ('DCORD#', 'OCRH', 1, 'NUMERIC', 9, 0, 'N', NULL, 'N', 'Order               Number', NULL, 'LGDAT', NULL, NULL, NULL, 'DCORD#', 'OCRH', 'LGDAT', NULL, NULL),
      ('OCRI#', 'OCRH', 2, 'CHAR', 8, NULL, 'N', NULL, 'Y', NULL, 37, 'LGDAT', ''' ''', NULL, 'Credit reason', 'OCRI#', 'OCRH', 'LGDAT', NULL, NULL),
      ('OCDAT', 'OCRH', 3, 'DECIMAL', 7, 0, 'N', NULL, 'Y', NULL, NULL, 'LGDAT', '0', NULL, 'Order date CYYMMDD', 'OCDAT', 'OCRH', 'LGDAT', NULL, NULL),
      ('OCSHIP', 'OCRH', 4, 'DATE', 4, NULL, 'N', NULL, 'Y', NULL, NULL, 'LGDAT', NULL, NULL, NULL, 'OCSHIP', 'OCRH', 'LGDAT', NULL, NULL),
      ('OCAMT', 'OCRH', 5, 'DECIMAL', 15, 4, 'N', NULL, 'Y', NULL, NULL, 'LGDAT', '0', NULL, NULL, 'OCAMT', 'OCRH', 'LGDAT', NULL, NULL),
      ('OCRAW', 'OCRH', 6, 'CHAR', 4, NULL, 'N', NULL, 'Y', NULL, 65535, 'LGDAT', NULL, NULL, NULL, 'OCRAW', 'OCRH', 'LGDAT', NULL, NULL),
      ('OCNAME', 'OCRH', 7, 'GRAPHIC', 5, NULL, 'Y', NULL, 'Y', NULL, 1200, 'LGDAT', NULL, NULL, NULL, 'OCNAME', 'OCRH', 'LGDAT', NULL, NULL),
      ('OCTS', 'OCRH', 8, 'TIMESTMP', 10, NULL, 'Y', NULL, 'Y', NULL, NULL, 'LGDAT', NULL, 6, NULL, 'OCTS', 'OCRH', 'LGDAT', NULL, NULL),
      ('OCFLT', 'OCRH', 9, 'FLOAT', 4, NULL, 'Y', NULL, 'Y', NULL, NULL, 'LGDAT', NULL, NULL, NULL, 'OCFLT', 'OCRH', 'LGDAT', NULL, NULL),
      ('ORDER_NUMBER', 'ORDER_LINES', 1, 'BIGINT', 8, 0, 'N', 'The order', 'I', NULL, NULL, 'LGDAT', NULL, NULL, NULL, 'ORDER00001', 'ORDER00001', 'LGDAT', NULL, NULL),
      ('CHANGED', 'ORDER_LINES', 2, 'TIMESTMP', 10, NULL, 'N', NULL, 'E', NULL, NULL, 'LGDAT', NULL, 12, NULL, 'CHANGED', 'ORDER00001', 'LGDAT', NULL, NULL);
    INSERT INTO QSYS2.SYSCST VALUES ('LGDAT', 'OCRH_PK', 'PRIMARY KEY', 'LGDAT', 'OCRH', 'LGDAT', 'OCRH'),
      ('LGDAT', 'LINES_FK', 'FOREIGN KEY', 'LGDAT', 'ORDER_LINES', 'LGDAT', 'ORDER00001');
    INSERT INTO QSYS2.SYSKEYCST VALUES ('LGDAT', 'OCRH_PK', 'LGDAT', 'OCRH', 'OCRI#', 2), ('LGDAT', 'OCRH_PK', 'LGDAT', 'OCRH', 'DCORD#', 1);
    INSERT INTO QSYS2.SYSREFCST VALUES ('LGDAT', 'LINES_FK', 'LGDAT', 'OCRH_PK', 'CASCADE');
    INSERT INTO QSYS2.JOURNALED_OBJECTS VALUES ('*FILE', 'LGDAT', 'ORDER00001');
    CREATE TABLE LGDAT.OCRH ("DCORD#" NUMERIC(9) NOT NULL, "OCRI#" CHAR(8) NOT NULL, OCDAT DECIMAL(7) NOT NULL, OCSHIP DATE NOT NULL,
      OCAMT DECIMAL(15,4) NOT NULL, OCRAW BINARY(4) NOT NULL, OCNAME CHAR(5), OCTS TIMESTAMP, OCFLT REAL);
    INSERT INTO LGDAT.OCRH VALUES (1, 'A', 1240229, DATE '2024-02-29', 12345678901.2345, X'c1c2c3c4', 'x', TIMESTAMP '2024-02-29 23:59:59.123456', 1.5),
      (2, '', 0, DATE '0001-01-01', -0.0001, X'00000000', NULL, NULL, NULL)"#;

#[test]
#[ignore = "needs Java: tests/run.sh"]
fn db2_for_i_is_browsed_and_its_table_loaded() {
    let world = World::new();
    let jdbc = Jdbc::install(&world, &[]);
    jdbc.driver(&world, "db2", "db2", "h2");
    let as400 = JdbcDatabase::h2(";MODE=DB2").taken_for("db2");
    as400.call(DB2).unwrap();
    as400.connect(&world, "as400");
    world.with_sqlite("dw", "SELECT 1");
    world.call("connection test as400").ok();
    let tables = ["schema", "name", "short_name", "kind", "comment"];
    assert_eq!(
        pick(&world.json("connection tables as400"), &tables),
        [
            "LGDAT|OCRH|null|physical file|Order header",
            "LGDAT|ORDER_LINES|ORDER00001|table|The lines; it's long",
            "OTHERLIB|OTHER|null|view|null"
        ]
    );
    assert_eq!(pick(&world.json("connection tables as400 --schema LGDAT --like header"), &tables).len(), 1);
    world.refuses("connection tables as400 --database X", 2, "it has --schema");

    let columns = ["name", "type", "nullable", "default", "key", "comment"];
    let expected = [
        "DCORD#|NUMERIC(9,0)|false|null|1|Order Number",
        "OCRI#|CHAR(8)|false|' '|2|Credit reason",
        "OCDAT|DECIMAL(7,0)|false|0|null|Order date CYYMMDD",
        "OCSHIP|DATE|false|null|null|null",
        "OCAMT|DECIMAL(15,4)|false|0|null|null",
        "OCRAW|CHAR(4) CCSID 65535|false|null|null|null",
        "OCNAME|GRAPHIC(5)|true|null|null|null",
        "OCTS|TIMESTAMP(6)|true|null|null|null",
        "OCFLT|REAL|true|null|null|null",
    ];
    for table in ["LGDAT.OCRH", "lgdat/ocrh", "OCRH --schema LGDAT"] {
        assert_eq!(pick(&world.json(&format!("connection columns as400 {table}")), &columns), expected, "{table}");
    }
    // By its short name too, with the short names of columns.
    let lines = world.json("connection columns as400 LGDAT.ORDER00001");
    assert_eq!(
        pick(&lines, &["name", "short_name", "type", "comment"]),
        ["ORDER_NUMBER|ORDER00001|BIGINT|The order", "CHANGED|null|TIMESTAMP(12)|null"]
    );
    world.refuses("connection columns as400 LGDAT.NOPE", 4, "there is no table LGDAT.NOPE");

    let proposed = world.json("connection columns as400 LGDAT.OCRH --for dw");
    assert_eq!(
        pick(&proposed, &["alias", "expression", "dest_type"]),
        [
            "dcord|\"DCORD#\"|DECIMAL(9,0)",
            "ocri|RTRIM(\"OCRI#\")|TEXT",
            "ocdat|\"OCDAT\"|DECIMAL(7,0)",
            "ocship|CASE WHEN \"OCSHIP\" IN ('0001-01-01', '9999-12-31') THEN NULL ELSE \"OCSHIP\" END|DATE",
            "ocamt|\"OCAMT\"|DECIMAL(15,4)",
            "ocraw|\"OCRAW\"|BLOB",
            "ocname|RTRIM(\"OCNAME\")|TEXT",
            "octs|\"OCTS\"|TIMESTAMP",
            "ocflt|\"OCFLT\"|REAL",
        ]
    );
    assert_eq!(proposed[2]["offers"][0]["what"], "a date kept as CYYMMDD");
    assert_eq!(proposed[2]["offers"][0]["dest_type"], "DATE");
    assert_eq!(proposed[5]["offers"][0]["dest_type"], "TEXT");
    assert_eq!(proposed[7]["resolver"], "SELECT MAX(\"octs\") FROM \"ocrh\"");
    world
        .call("connection columns as400 LGDAT.OCRH --for dw")
        .ok()
        .prints("ocri")
        .says("OCDAT may be a date kept as CYYMMDD: CASE");

    // As a destination: what the catalog says of it, and what goes with its rows.
    let db2 = dialect::of("db2").unwrap();
    let described = |table: &str| db2.read(&as400.call(&db2.describe(&db2.parse_table(table).unwrap())).unwrap());
    let lines = described("LGDAT.ORDER_LINES").unwrap();
    assert_eq!((lines.schema.as_deref(), lines.relation, lines.unjournaled), (Some("LGDAT"), Relation::Table, false));
    let fills: Vec<_> = lines.columns.iter().map(|c| (&*c.name, &*c.type_sql, c.fill)).collect();
    assert_eq!(fills, [("ORDER_NUMBER", "BIGINT", Fill::Identity), ("CHANGED", "TIMESTAMP(12)", Fill::Computed)]);
    let header = described("LGDAT/OCRH").unwrap();
    assert!(header.unjournaled, "nobody journals it");
    assert_eq!(header.columns[1].type_sql, "CHAR(8) CCSID 37");
    assert_eq!(header.columns[6].type_sql, "GRAPHIC(5) CCSID 1200");
    assert_eq!(described("QSYS2.SYSTABLES"), None, "it has no columns here");
    let cascades = as400.call(&db2.cascades(&db2.parse_table("LGDAT.OCRH").unwrap())).unwrap();
    assert_eq!(cascades, [["ORDER_LINES", "LINES_FK", "CASCADE"].map(|text| Some(text.to_owned()))]);

    // The receipt, whose table is made by SQL within SQL.
    let prepare = db2.prepare();
    let table = prepare.split("EXECUTE IMMEDIATE '").nth(2).unwrap().split("';").next().unwrap().replace("''", "'");
    let run = |sql: &str| as400.call(sql).unwrap_or_else(|e| panic!("{e}\n{sql}"));
    run("CREATE SCHEMA PIPEKIT_STAGING");
    run(&table);
    let receipt = || {
        run(&db2.read_receipt("ocrh")).concat().into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>().join("|")
    };
    run(&db2.claim("ocrh", "me", 7));
    assert_eq!(receipt(), "me|7|abandoned||");
    run(&db2.stage("ocrh", "me", 8, 2));
    assert_eq!(receipt(), "me|8|staged||");
    run(&db2.fence("ocrh", "me", 7));
    assert_eq!(receipt(), "me|8|staged||");
    run(&db2.fence("ocrh", "me", 8));
    assert_eq!(receipt(), "me|8|abandoned||");
    run(&db2.claim("ocrh", "other", 9));
    assert_eq!(receipt(), "me|8|abandoned||");
    run(&db2.claim("ocrh", "me", 10));
    assert_eq!(receipt(), "me|10|abandoned||");
    assert_eq!(run(&db2.has_rows(&db2.parse_table("LGDAT.OCRH").unwrap())), [[Some("1".to_owned())]]);

    // What is proposed is run as it is.
    let made = world.json("connection columns as400 LGDAT.OCRH --for dw --ddl");
    let ddl = made["ddl"][0].as_str().unwrap();
    assert!(ddl.contains("\"ocri\" TEXT, -- Credit reason"), "{ddl}");
    world.sqlite("dw.db").execute_batch(ddl).unwrap();
    world.module("ocrh", "as400", "dw", "ocrh", "full", made["query"].as_str().unwrap());
    world.run("ocrh");
    assert_eq!(
        world.rows("dw", "SELECT dcord, ocri, ocdat, ocship IS NULL, ocamt, ocname FROM ocrh ORDER BY 1"),
        ["1|'A'|1240229|0|12345678901.2345|'x'", "2|''|0|1|-0.0001|NULL"]
    );
}

/// sys as the manual lists it, as far as it is asked for, and a table with every kind of time.
const SQLSERVER: &str = r#"
    CREATE SCHEMA "sys"; CREATE SCHEMA "dbo"; CREATE SCHEMA "odd]s";
    CREATE TABLE "sys"."schemas" (name VARCHAR(128), schema_id INT);
    CREATE TABLE "sys"."objects" (name VARCHAR(128), object_id INT, schema_id INT, type VARCHAR(2), is_ms_shipped INT);
    CREATE TABLE "sys"."types" (name VARCHAR(128), system_type_id INT, user_type_id INT);
    CREATE TABLE "sys"."columns" (object_id INT, name VARCHAR(128), column_id INT, system_type_id INT, user_type_id INT,
      max_length INT, precision INT, scale INT, is_nullable INT, default_object_id INT, is_identity INT, is_computed INT,
      generated_always_type INT, collation_name VARCHAR(128));
    CREATE TABLE "sys"."default_constraints" (object_id INT, definition VARCHAR(400));
    CREATE TABLE "sys"."extended_properties" (class INT, major_id INT, minor_id INT, name VARCHAR(128), "value" VARCHAR(400));
    CREATE TABLE "sys"."indexes" (object_id INT, index_id INT, is_primary_key INT, ignore_dup_key INT);
    CREATE TABLE "sys"."index_columns" (object_id INT, index_id INT, column_id INT, key_ordinal INT);
    CREATE TABLE "sys"."triggers" (parent_id INT, is_instead_of_trigger INT, is_disabled INT);
    CREATE TABLE "sys"."security_predicates" (object_id INT, target_object_id INT, predicate_type INT);
    CREATE TABLE "sys"."security_policies" (object_id INT, is_enabled INT);
    CREATE TABLE "sys"."foreign_keys" (name VARCHAR(128), parent_object_id INT, referenced_object_id INT,
      delete_referential_action INT, delete_referential_action_desc VARCHAR(60));
    INSERT INTO "sys"."schemas" VALUES ('dbo', 1), ('odd]s', 5), ('sys', 4);
    INSERT INTO "sys"."objects" VALUES ('Quotes', 10, 1, 'U', 0), ('v', 11, 5, 'V', 0), ('objects', 12, 4, 'S', 1), ('it''s', 13, 1, 'U', 0);
    INSERT INTO "sys"."types" VALUES ('int', 56, 56), ('nvarchar', 231, 231), ('sysname', 231, 256), ('char', 175, 175), ('datetime', 61, 61),
      ('datetime2', 42, 42), ('datetimeoffset', 43, 43), ('decimal', 106, 106), ('geometry', 240, 129), ('varbinary', 165, 165), ('date', 40, 40);
    INSERT INTO "sys"."columns" VALUES
      (10, 'id', 1, 56, 56, 4, 10, 0, 0, 0, 1, 0, 0, NULL), (10, 'Name]', 2, 231, 231, 80, 0, 0, 1, 0, 0, 0, 0, 'Latin1_General_CI_AS'),
      (10, 'Owner', 3, 231, 256, 256, 0, 0, 0, 0, 0, 0, 0, 'Latin1_General_CI_AS'), (10, 'Code', 4, 175, 175, 3, 0, 0, 1, 99, 0, 0, 0, 'Latin1_General_CI_AS'),
      (10, 'dt', 5, 61, 61, 8, 23, 3, 1, 0, 0, 0, 0, NULL), (10, 'dt2', 6, 42, 42, 8, 27, 7, 1, 0, 0, 0, 0, NULL),
      (10, 'dto', 7, 43, 43, 10, 34, 7, 1, 0, 0, 0, 0, NULL), (10, 'amt', 8, 106, 106, 9, 15, 4, 1, 0, 0, 0, 0, NULL),
      (10, 'geo', 9, 240, 129, -1, 0, 0, 1, 0, 0, 0, 0, NULL), (10, 'blob', 10, 165, 165, -1, 0, 0, 1, 0, 0, 0, 0, NULL),
      (10, 'd', 11, 40, 40, 3, 10, 0, 1, 0, 0, 0, 0, NULL), (13, 'id', 1, 56, 56, 4, 10, 0, 0, 0, 0, 0, 0, NULL);
    INSERT INTO "sys"."default_constraints" VALUES (99, '(''x'')');
    INSERT INTO "sys"."extended_properties" VALUES (1, 10, 0, 'MS_Description', 'Live quotes'), (1, 10, 4, 'MS_Description', 'The code');
    INSERT INTO "sys"."indexes" VALUES (10, 1, 1, 0), (10, 2, 0, 0);
    INSERT INTO "sys"."triggers" VALUES (10, 1, 0), (13, 1, 1);
    INSERT INTO "sys"."foreign_keys" VALUES ('goes', 13, 10, 1, 'CASCADE'), ('stays', 13, 10, 0, 'NO_ACTION'), ('own', 10, 10, 0, 'NO_ACTION'), ('other', 10, 13, 1, 'CASCADE');
    INSERT INTO "sys"."index_columns" VALUES (10, 1, 1, 1), (10, 2, 2, 1)"#;

#[test]
#[ignore = "needs Java: tests/run.sh"]
fn sql_server_is_browsed() {
    let world = World::new();
    let jdbc = Jdbc::install(&world, &[]);
    jdbc.driver(&world, "mssql", "sqlserver", "h2");
    let db = JdbcDatabase::h2(";MODE=MSSQLServer").taken_for("mssql");
    db.call(SQLSERVER).unwrap();
    db.connect(&world, "erp");
    world.with_sqlite("dw", "SELECT 1");
    world.call("connection test erp").ok();
    let tables = ["schema", "name", "kind", "comment"];
    let all = ["dbo|Quotes|table|Live quotes", "dbo|it's|table|null", "odd]s|v|view|null"];
    assert_eq!(pick(&world.json("connection tables erp"), &tables), all);
    // The stand-in has one database, which can be named.
    let here = db.rows("SELECT DATABASE()")[0].clone();
    assert_eq!(pick(&world.json(&format!("connection tables erp --database {here}")), &tables), all);
    assert_eq!(pick(&world.json("connection tables erp --schema 'odd]s'"), &tables), all[2..]);
    let columns = ["name", "type", "nullable", "default", "key", "comment"];
    let expected = [
        "id|int|false|null|1|null",
        "Name]|nvarchar(40)|true|null|null|null",
        "Owner|nvarchar(128)|false|null|null|null",
        "Code|char(3)|true|('x')|null|The code",
        "dt|datetime|true|null|null|null",
        "dt2|datetime2(7)|true|null|null|null",
        "dto|datetimeoffset(7)|true|null|null|null",
        "amt|decimal(15,4)|true|null|null|null",
        "geo|geometry|true|null|null|null",
        "blob|varbinary(max)|true|null|null|null",
        "d|date|true|null|null|null",
    ];
    for table in
        ["Quotes".to_owned(), "dbo.Quotes".to_owned(), format!("[{here}].dbo.Quotes"), format!("{here}..[Quotes]")]
    {
        assert_eq!(pick(&world.json(&format!("connection columns erp {table}")), &columns), expected, "{table}");
    }
    assert_eq!(pick(&world.json("connection columns erp \"[it's]\""), &["name"]), ["id"]);
    // As a destination: what the catalog says of it, and what goes with its rows.
    let server = dialect::of("sqlserver").unwrap();
    let described = |table: &str| server.read(&db.call(&server.describe(&server.parse_table(table).unwrap())).unwrap());
    let quotes = described("Quotes").unwrap();
    assert_eq!(
        (quotes.schema.as_deref(), quotes.relation, quotes.decides, quotes.hides),
        (Some("dbo"), Relation::Table, true, false)
    );
    assert_eq!(quotes.columns[0].fill, Fill::Identity);
    assert_eq!(quotes.columns[1].collation.as_deref(), Some("Latin1_General_CI_AS"));
    assert_eq!((&*quotes.columns[5].type_sql, quotes.columns[5].collation.as_deref()), ("datetime2(7)", None));
    assert_eq!(described("[odd]]s].v"), None, "it has no columns here");
    let table = server.parse_table("Quotes").unwrap();
    let references = |sql: &str| db.call(sql).unwrap();
    assert_eq!(references(&server.cascades(&table)), [["it's", "goes", "CASCADE"].map(|text| Some(text.to_owned()))]);
    assert_eq!(references(&server.forbids_truncate(&table).unwrap()).len(), 2);
    // A linked server can't be stood in for; its query is told where it fails.
    world.refuses("connection tables erp --server 'ER]P'", 1, "ER");
    world
        .args(&[
            "connection",
            "add",
            "pg",
            "--driver",
            "postgresql",
            "--url",
            "jdbc:postgresql://nowhere/dw",
            "--user",
            "etl",
        ])
        .ok();
    let proposed = world.json("connection columns erp Quotes --for pg");
    assert_eq!(
        pick(&proposed, &["alias", "expression", "dest_type", "resolver"])[3..7],
        [
            "code|RTRIM([Code])|text|null",
            "dt|[dt]|timestamp|SELECT MAX(\"dt\") FROM \"quotes\"",
            "dt2|CONVERT(varchar(27), [dt2], 121)|text|SELECT MAX(\"dt2\") FROM \"quotes\"",
            "dto|CONVERT(varchar(34), SWITCHOFFSET([dto], '+00:00'), 121)|text|SELECT MAX(\"dto\") FROM \"quotes\"",
        ]
    );
    let made = world.json("connection columns erp Quotes --for erp --ddl");
    assert_eq!(
        made["ddl"][1].as_str().unwrap().lines().next().unwrap(),
        "EXEC [sys].[sp_addextendedproperty] @name = N'MS_Description', @value = N'The code',"
    );
}

#[test]
#[ignore = "needs Java: tests/run.sh"]
fn h2_derby_and_the_standards_catalog_are_browsed() {
    let world = World::new();
    let jdbc = Jdbc::install(&world, &[]);
    jdbc.driver(&world, "any", "generic", "h2");
    let (h2, derby) = (JdbcDatabase::h2(""), JdbcDatabase::derby());
    h2.rows("CREATE SCHEMA s; CREATE TABLE s.t (b VARCHAR(20) DEFAULT 'x', a INT NOT NULL, n DECIMAL(15, 4), PRIMARY KEY (a, b)); COMMENT ON COLUMN s.t.a IS 'the key'");
    h2.connect(&world, "h2");
    h2.taken_for("any").connect(&world, "any");
    derby.rows("CREATE SCHEMA S; CREATE TABLE S.T (B VARCHAR(20) NOT NULL DEFAULT 'x', A INT NOT NULL, N DECIMAL(15, 4), PRIMARY KEY (A, B))");
    derby.connect(&world, "derby");
    world.with_sqlite("dw", "SELECT 1");
    for (name, comment, text) in
        [("h2", "the key", "CHARACTER VARYING"), ("any", "null", "CHARACTER VARYING"), ("derby", "null", "VARCHAR")]
    {
        world.call(&format!("connection test {name}")).ok();
        let tables = world.json(&format!("connection tables {name} --schema S"));
        assert_eq!(tables, json!([{"schema": "S", "name": "T", "kind": "table", "comment": null}]), "{name}");
        let decimal = match name {
            "h2" => "NUMERIC(15, 4)",
            "any" => "NUMERIC(15,4)",
            _ => "DECIMAL(15,4)",
        };
        assert_eq!(
            pick(
                &world.json(&format!("connection columns {name} s.t")),
                &["name", "type", "nullable", "default", "key", "comment"]
            ),
            [
                format!("B|{text}(20)|false|'x'|2|null"),
                format!("A|INTEGER|false|null|1|{comment}"),
                format!("N|{decimal}|true|null|null|null")
            ],
            "{name}"
        );
        let proposed = world.json(&format!("connection columns {name} s.t --for dw"));
        assert_eq!(pick(&proposed, &["alias", "dest_type"]), ["b|TEXT", "a|INTEGER", "n|DECIMAL(15,4)"], "{name}");
    }
    // Nothing is merged where one call can't be a merge, and it is said before anything is touched.
    for (name, says) in [("derby", "one statement in a call"), ("any", "does not know how a merge is one transaction")]
    {
        world.module("load", "dw", name, "S.T", "full", "SELECT 'x', 1, 1");
        world.call("run load").fails(1, says);
        world.call("module remove load").ok();
    }
}

/// The catalog of a database that the built-in runner speaks to is the same by JDBC, whose CSV may know no NULL.
#[test]
#[ignore = "needs Java and PostgreSQL: tests/run.sh"]
fn a_catalog_is_the_same_by_both_runners() {
    let world = World::new();
    Jdbc::install(&world, &[]);
    let mut pg = Database::new();
    pg.connect(&world, "pg");
    pg.sql(
        "CREATE TABLE t (b text DEFAULT 'x;y', a int GENERATED ALWAYS AS IDENTITY, n numeric(15,4), PRIMARY KEY (a, b));
         COMMENT ON COLUMN t.a IS 'it''s, \"the\" key'; CREATE VIEW v AS SELECT * FROM t",
    );
    JdbcDatabase::of("postgresql_jdbc", &pg.url(), &postgres::user(), &postgres::password()).connect(&world, "pg_jdbc");
    world.with_sqlite(
        "lite",
        "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT DEFAULT 'x', c NOT NULL); CREATE VIEW v AS SELECT 1 AS one",
    );
    let url = format!("jdbc:sqlite:{}", world.path("lite.db").display());
    world.args(&["connection", "add", "lite_jdbc", "--driver", "sqlite_jdbc", "--url", &url]).ok();
    for name in ["pg", "lite"] {
        for command in ["tables", "columns"] {
            let table = if command == "columns" { "t" } else { "" };
            let [by_us, by_jdbc] =
                ["", "_jdbc"].map(|end| world.json(&format!("connection {command} {name}{end} {table}")));
            assert_eq!(by_us, by_jdbc, "{name} {command}");
            assert!(by_us.as_array().unwrap().len() > 1, "{name} {command}");
        }
    }
}
