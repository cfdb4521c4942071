//! `pipekit wizard`, in a terminal of its own.

use super::support::jdbc::{Jdbc, JdbcDatabase};
use super::support::terminal::{CTRL_C, CTRL_U, DOWN, ENTER, ESC, Terminal};
use super::support::{Signal, World, kill, mariadb, postgres};
use serde_json::json;
use std::time::{Duration, Instant};

/// A table of orders at the source, and no table at the destination.
fn shop() -> World {
    let world = World::new();
    world.with_sqlite(
        "erp",
        "CREATE TABLE \"ORDERS\" (\"ORD#\" INTEGER PRIMARY KEY, item TEXT, changed TIMESTAMP, day DATE);
         CREATE TABLE customers (id INTEGER);
         INSERT INTO \"ORDERS\" VALUES (1, 'a', '2026-01-01 08:00:00', '2026-01-01'), (2, NULL, '2026-01-02 09:30:00', NULL)",
    );
    world.with_sqlite("dw", "SELECT 1");
    world.call("connection edit erp --default-dest dw").ok();
    world
}

/// Goes with defaults only from the first question to the last, and makes the module, its table and a run there.
fn with_defaults(world: &World, qualifier: &str, table: &str) {
    let before = world.defined();
    let mut terminal = Terminal::start(world, "wizard");
    terminal.at("Source connection", ENTER).at(qualifier, ENTER);
    terminal.until("Table").types(table).at("> ", ENTER);
    terminal.at("enter takes them", ENTER).at("Destination connection", ENTER).at("Destination table", ENTER);
    terminal.at("Strategy", ENTER).at("The module's name", ENTER);
    terminal.until("Source query").until("The table, which is not there yet").until("Staging").until("Merge");
    terminal.until("Create it, and run it now");
    assert_eq!(world.defined(), before);
    terminal.press(DOWN).press(DOWN).press(ENTER).at("Make it?", ENTER);
    terminal.until("added module").until("success");
    assert_eq!(terminal.ends(), Some(0));
    assert!(terminal.pressed <= 12 && terminal.is_in_order(), "{} keys", terminal.pressed);
}

#[test]
fn from_sqlite_with_defaults() {
    let world = shop();
    with_defaults(&world, "Attached database", "ord");
    assert_eq!(
        world.rows("dw", "SELECT * FROM orders"),
        ["1|'a'|'2026-01-01 08:00:00'|'2026-01-01'", "2|NULL|'2026-01-02 09:30:00'|NULL"]
    );
    let module = world.json("module show orders --definition");
    assert_eq!((&module["merge_strategy"], &module["dest_table"]), (&json!("full"), &json!("orders")));
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn from_postgresql_with_defaults() {
    let world = World::new();
    let mut erp = postgres::Database::new();
    erp.connect(&world, "erp");
    erp.sql("CREATE TABLE \"Odd Ones\" (id integer PRIMARY KEY, code char(5), at timestamptz);
             COMMENT ON COLUMN \"Odd Ones\".code IS 'it''s a code'; INSERT INTO \"Odd Ones\" VALUES (7, 'ab', '2026-01-01 00:00:00Z')");
    let mut dw = postgres::Database::new();
    dw.connect(&world, "dw");
    dw.sql("CREATE SCHEMA rlarp");
    world.call("connection edit erp --default-dest dw --default-schema rlarp").ok();
    with_defaults(&world, "Schema", "odd");
    assert_eq!(dw.rows("SELECT id, code, at = '2026-01-01 00:00:00Z' FROM rlarp.odd_ones"), ["7|ab|t"]);
    assert_eq!(dw.rows("SELECT col_description('rlarp.odd_ones'::regclass, 2)"), ["it's a code"]);
}

#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn from_mariadb_with_defaults() {
    let world = World::new();
    let mut erp = mariadb::Database::new();
    erp.connect(&world, "erp");
    erp.sql("CREATE TABLE orders (id INT PRIMARY KEY, price DECIMAL(9,2), day DATE)");
    erp.sql("INSERT INTO orders VALUES (7, 1.25, '2026-01-01')");
    let mut dw = mariadb::Database::new();
    dw.connect(&world, "dw");
    world.call("connection edit erp --default-dest dw").ok();
    with_defaults(&world, "Database", &format!("{} orders", erp.name));
    assert_eq!(dw.rows("SELECT * FROM orders"), ["7|1.25|2026-01-01"]);
}

#[test]
#[ignore = "needs PostgreSQL, a JVM and JDBC drivers: tests/run.sh"]
fn from_h2_by_jrunner_with_defaults() {
    let world = World::new();
    Jdbc::install(&world, &[]);
    let erp = JdbcDatabase::h2("");
    erp.connect(&world, "erp");
    erp.rows("CREATE TABLE ORDERS (ID INT PRIMARY KEY, CODE CHAR(4), PRICE DECIMAL(9,2)); INSERT INTO ORDERS VALUES (7, 'ab', 1.25)");
    let mut dw = postgres::Database::new();
    dw.connect(&world, "dw");
    world.call("connection edit erp --default-dest dw").ok();
    with_defaults(&world, "Schema", "orders");
    assert_eq!(dw.rows("SELECT * FROM orders"), ["7|ab|1.25"]);
}

/// Into H2 by jrunner, which makes the table too.
#[test]
#[ignore = "needs a JVM and JDBC drivers: tests/run.sh"]
fn into_h2_by_jrunner_with_defaults() {
    let world = shop();
    Jdbc::install(&world, &[]);
    let dw = JdbcDatabase::h2("");
    dw.connect(&world, "h2dw");
    world.call("connection edit erp --default-dest h2dw").ok();
    with_defaults(&world, "Attached database", "ord");
    assert_eq!(dw.rows("SELECT ORD, ITEM FROM ORDERS ORDER BY 1"), ["1|a", "2|NULL"]);
}

/// On an IBM i a numeric date is a date, a padded text is as it is, and a heading is the name, by one key each.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn other_forms_are_one_key_away() {
    let world = World::new();
    let jdbc = Jdbc::install(&world, &[]);
    jdbc.driver(&world, "db2", "db2", "h2");
    let as400 = JdbcDatabase::h2(";MODE=DB2").taken_for("db2");
    as400.call(super::dialects_stand_ins::DB2).unwrap();
    as400.connect(&world, "as400");
    world.with_sqlite("dw", "SELECT 1");
    let before = world.defined();
    let mut terminal = Terminal::start(&world, "wizard --source as400 --dest dw --strategy incremental");
    terminal.at("Schema", ENTER).until("Table").types("header").until("> LGDAT.OCRH (physical file)  Order header");
    terminal.press(ENTER).until("enter takes them").until("Order Number").press("h").until("order_number");
    terminal.press(DOWN).press("o").until("as it is");
    terminal.press(DOWN).press("o").until("a date kept as CYYMMDD").press("h").until("order_date_cyymmdd");
    terminal.press(ENTER).at("Destination table", ENTER).at("Merge key", ENTER).until("Watermarks");
    terminal.press(DOWN).press(" ").press(ENTER).at("The module's name", ENTER);
    let date = "CASE WHEN \"OCDAT\" IN (0, 9999999) THEN NULL ELSE \
                DATE(TIMESTAMP_FORMAT(DIGITS(DECIMAL(\"OCDAT\" + 19000000, 8, 0)), 'YYYYMMDD')) END";
    terminal.until("\"DCORD#\" AS order_number,").until("\"OCRI#\" AS ocri,").until(date);
    terminal.until(" AS order_date_cyymmdd").until(&format!("WHERE {date} >= '{{order_date_cyymmdd}}'"));
    terminal.until("SELECT MAX(\"order_date_cyymmdd\") FROM \"ocrh\"").until("\"order_date_cyymmdd\" DATE");
    terminal.at("Create it, and run it now", CTRL_C);
    assert_eq!(terminal.ends(), Some(130));
    assert_eq!(world.defined(), before);
}

/// The questions of an incremental load, with what each of them shows, and a key that answers it.
const INCREMENTAL: [(&str, &[&str]); 10] = [
    ("Source connection", &[ENTER]),
    ("Attached database", &[ENTER]),
    ("Table", &["ord", ENTER]),
    ("enter takes them", &[ENTER]),
    ("Destination connection", &[ENTER]),
    ("Destination table", &[ENTER]),
    ("Strategy", &[DOWN, ENTER]),
    ("Merge key", &[ENTER]),
    ("Watermarks", &[" ", ENTER]),
    ("The module's name", &[ENTER]),
];

/// A wizard that waits at its question number `n`.
fn at(world: &World, n: usize) -> Terminal {
    let mut terminal = Terminal::start(world, "wizard");
    for (question, keys) in &INCREMENTAL[..n] {
        terminal.until(question);
        keys.iter().for_each(|key| {
            terminal.press(key);
        });
    }
    terminal.until(INCREMENTAL.get(n).map_or("Create it, and run it now", |(question, _)| *question));
    terminal
}

#[test]
fn ctrl_c_leaves_every_question_with_nothing_written() {
    let world = shop();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("jdbc:postgresql://127.0.0.1:{}/x", silent.local_addr().unwrap().port());
    world.args(&["connection", "add", "silent", "--driver", "postgresql", "--url", &url, "--user", "u"]).ok();
    let before = world.defined();
    for n in 0..=INCREMENTAL.len() {
        let mut terminal = at(&world, n);
        terminal.press(CTRL_C).until("nothing was created");
        assert_eq!(terminal.ends(), Some(130), "question {n}");
        assert!(terminal.is_in_order(), "question {n}");
    }
    // What is asked before the table is made.
    let mut terminal = at(&world, INCREMENTAL.len());
    terminal.press(ENTER).at("Make it?", CTRL_C);
    assert_eq!(terminal.ends(), Some(130));
    // While a database is waited for, it is the terminal that makes a signal of the key.
    let mut terminal = Terminal::start(&world, "wizard --source silent");
    terminal.at("Schema", ENTER).at("reading the catalog of silent", CTRL_C).until("nothing was created");
    assert_eq!(terminal.ends(), Some(130));
    assert!(terminal.is_in_order());
    // What ends it from outside.
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut terminal = at(&world, 2);
        kill(terminal.pid(), signal);
        assert_eq!(terminal.ends(), Some(130), "{signal:?}");
        assert!(terminal.is_in_order(), "{signal:?}");
    }
    assert_eq!(world.defined(), before);
    assert_eq!(world.rows("dw", "SELECT count(*) FROM sqlite_schema"), ["0"]);
}

#[test]
fn esc_goes_back_from_every_question_to_the_one_before() {
    let world = shop();
    let before = world.defined();
    let mut terminal = at(&world, INCREMENTAL.len());
    for (question, _) in INCREMENTAL.iter().rev() {
        terminal.press(ESC).until(question);
    }
    terminal.press(ESC).until("nothing was created");
    assert_eq!(terminal.ends(), Some(130));
    assert!(terminal.is_in_order());
    assert_eq!(world.defined(), before);
}

/// What was answered about a table is no answer about another one.
#[test]
fn another_table_is_asked_about_anew() {
    let world = shop();
    let mut terminal = at(&world, 9);
    terminal.press(CTRL_U).types("other").press(ENTER).until("Create it, and run it now");
    for (question, _) in INCREMENTAL[2..].iter().rev() {
        terminal.press(ESC).until(question);
    }
    terminal.types("cust").until("> main.customers").press(ENTER).until("1 of 1").press(ENTER);
    terminal.at("Destination connection", ENTER).at("Destination table › customers", ENTER).at("Strategy", ENTER);
    terminal.until("Merge key").press(ENTER).until("needs a key").press(" ").press(ENTER).at("Watermarks", ENTER);
    terminal.at("The module's name › customers", ENTER).at("Create it, and run it now", ENTER).at("Make it?", ENTER);
    terminal.until("added module customers");
    assert_eq!(terminal.ends(), Some(0));
    let module = world.json("module show customers --definition");
    assert_eq!((&module["dest_table"], &module["merge_key"]), (&json!("customers"), &json!(["id"])));
    assert_eq!(module["watermarks"], json!(null));
    assert_eq!(world.rows("dw", "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'pipekit%'"), ["'customers'"]);
}

#[test]
fn an_incremental_load_with_columns_left_out_and_written_otherwise() {
    let world = shop();
    let mut terminal = at(&world, 3);
    // The last column is left out, the one before is selected otherwise, and back at the list the alias is another.
    terminal.press(DOWN).press("e").until("item is called").press(CTRL_U).types("what").press(ENTER);
    terminal.until("item is selected as").press(CTRL_U).types("upper(item)").press(ENTER).at("item becomes", ENTER);
    terminal.at("upper(item)", DOWN).press(DOWN).press(" ").until("3 of 4").press(ENTER);
    terminal.at("Destination connection", ENTER).until("Destination table").press(CTRL_U).types("what's").press(ENTER);
    terminal.until("put a part with other characters in double quotes").press(CTRL_U).types("loaded").press(ENTER);
    terminal.at("Strategy", DOWN).press(ENTER).at("Merge key", ENTER).at("Watermarks", " ").press(ENTER);
    terminal.at("The module's name", ENTER).at("Create it, and run it now", DOWN).press(ENTER).at("Make it?", ENTER);
    terminal.until("dry_run");
    assert_eq!(terminal.ends(), Some(0));
    assert_eq!(
        world.json("module show orders --definition"),
        json!({
            "name": "orders", "source_connection": "erp", "dest_connection": "dw", "dest_table": "loaded",
            "source_query": "SELECT\n  \"ORD#\" AS ord,\n  upper(item) AS what,\n  \"changed\" AS changed\nFROM \"main\".\"ORDERS\"\nWHERE \"ORD#\" >= {ord}",
            "merge_strategy": "incremental", "merge_key": ["ord"], "full_by": "truncate", "allow_cascade": false,
            "allow_non_atomic": false, "timeout_s": 21600, "retries": 0, "retry_delay_s": 30, "enabled": true,
            "watermarks": [{"name": "ord", "connection": "dw", "resolver_sql": "SELECT MAX(\"ord\") FROM \"loaded\"",
                            "default_value": i64::MIN.to_string()}],
        })
    );
    world.run("orders");
    assert_eq!(world.rows("dw", "SELECT ord, what FROM loaded"), ["1|'A'", "2|NULL"]);
}

#[test]
fn the_query_and_all_of_it_can_be_edited_before_it_is_made() {
    let mut world = shop();
    world.editor(
        "case $1 in *.sql) printf '\\nWHERE 1 = 1\\n' >>$1 ;; *) sed -i -e 's/^retries = 0/retries = 3/' -e 's/\"orders\"$/\"edited\"/' $1 ;; esac",
    );
    let mut terminal = at(&world, 6);
    terminal.press(ENTER).at("The module's name", ENTER);
    terminal.until("Create it, and run it now").press(DOWN).press(DOWN).press(DOWN).press(ENTER);
    terminal.until("WHERE 1 = 1").until("Create it, and run it now");
    (0..4).for_each(|_| {
        terminal.press(DOWN);
    });
    terminal.press(ENTER).until("Module edited").until("Create it, and run it now");
    // Another answer, and what was edited is kept all the same.
    terminal
        .press(ESC)
        .at("The module's name", ESC)
        .at("Strategy", DOWN)
        .press(DOWN)
        .press(ENTER)
        .at("Watermarks", ENTER);
    terminal.at("The module's name", ENTER).at("What holds?", DOWN).press(ENTER).at("Create it, and run it now", ENTER);
    terminal.at("Make it?", ENTER).until("added module edited");
    assert_eq!(terminal.ends(), Some(0));
    let module = world.json("module show edited --definition");
    assert_eq!((&module["retries"], &module["merge_strategy"]), (&json!(3), &json!("full")));
    assert!(module["source_query"].as_str().unwrap().ends_with("\nWHERE 1 = 1"), "{module}");
}

#[test]
fn a_table_that_is_there_is_filled_by_the_names_of_its_columns() {
    let world = shop();
    world.sqlite("dw.db").execute_batch("CREATE TABLE orders (item, loaded DEFAULT 7, day, \"ORD\", changed)").unwrap();
    let line = "wizard --source erp --table ORDERS --dest dw --dest-table orders --strategy full --name orders";
    let mut terminal = Terminal::start(&world, line);
    terminal.at("enter takes them", ENTER).at("Create it, and run it now", DOWN).press(DOWN).press(ENTER);
    terminal.until("success");
    assert_eq!((terminal.ends(), terminal.pressed), (Some(0), 4));
    assert_eq!(world.rows("dw", "SELECT ord, loaded, item FROM orders"), ["1|7|'a'", "2|7|NULL"]);
}

#[test]
fn a_table_that_can_not_be_made_is_told_and_nothing_is_written() {
    let world = shop();
    let before = world.defined();
    let line = "wizard --source erp --table ORDERS --dest dw --dest-table sqlite_orders --strategy full --name orders";
    let mut terminal = Terminal::start(&world, line);
    terminal.at("enter takes them", ENTER).at("Create it, and run it now", ENTER).at("Make it?", ENTER);
    terminal.until("making the table on dw").until("reserved for internal use").at("Create it, and run it now", CTRL_C);
    assert_eq!(terminal.ends(), Some(130));
    assert_eq!(world.defined(), before);
}

/// A database that can't be reached is told, and leads back to where another one is chosen.
#[test]
fn what_fails_leads_back() {
    let world = shop();
    world.args(&["connection", "add", "broken", "--driver", "sqlite", "--url", "jdbc:sqlite:/nix/nix.db"]).ok();
    let mut terminal = Terminal::start(&world, "wizard");
    terminal
        .at("Source connection", "k")
        .press("k")
        .press(ENTER)
        .at("Attached database", ENTER)
        .until("error:")
        .until("/nix/nix.db");
    terminal
        .at("Attached database", ESC)
        .at("Source connection", DOWN)
        .press(DOWN)
        .press(ENTER)
        .at("Attached database", ENTER);
    terminal.until("ORDERS").types("nix").until("enter takes `nix` as its name").press(ENTER);
    terminal.until("there is no table main.nix on erp").at("Attached database", CTRL_C);
    assert_eq!(terminal.ends(), Some(130));
}

#[test]
fn thirty_thousand_tables_are_searched_as_they_are_typed() {
    let world = shop();
    // By a CREATE each it would take minutes: they share the pages of another table.
    let tables = "PRAGMA writable_schema = ON;
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29999),
          named(name) AS (SELECT 't' || i || '_part_' || (i % 97) FROM n)
        INSERT INTO sqlite_schema
        SELECT 'table', named.name, named.name, rootpage, 'CREATE TABLE ' || named.name || '(id)'
        FROM named, sqlite_schema other WHERE other.name = 'customers'";
    world.sqlite("erp.db").execute_batch(tables).unwrap();
    let mut terminal = at(&world, 2);
    terminal.until("… and 29,990 more: type more");
    let since = Instant::now();
    terminal.types("t299").until("… and 99 more").types(" part_24").until("> main.t29900_part_24");
    let took = since.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    println!("typed in {took:?}");
    terminal.press(CTRL_C);
    assert_eq!(terminal.ends(), Some(130));
}

#[test]
fn nobody_to_ask() {
    let world = shop();
    world.call("wizard").fails(2, "pipekit module propose");
    world.refuses("wizard --source erp", 2, "pipekit module propose");
    for (line, says, code) in [
        ("wizard --source nix", "there is no connection nix", 4),
        ("wizard --dest nix", "there is no connection nix", 4),
        ("wizard --name Nix", "`nix` would do", 2),
        ("wizard --source erp --table nix", "there is no table nix", 4),
    ] {
        let mut terminal = Terminal::start(&world, line);
        terminal.until(says);
        assert_eq!(terminal.ends(), Some(code), "{line}");
    }
    let world = World::new();
    let mut terminal = Terminal::start(&world, "wizard");
    terminal.until("there is no connection yet");
    assert_eq!(terminal.ends(), Some(4));
}

/// What was made of the columns is there again for who goes back to the table and takes it anew; and a watermark of the
/// command line that can be none is asked about.
#[test]
fn what_was_changed_is_kept_on_the_way_back() {
    let world = shop();
    let mut terminal = Terminal::start(&world, "wizard --source erp --dest dw --watermark item --strategy append");
    terminal.at("Attached database", ENTER).until("Table").types("ord").at("> ", ENTER);
    terminal.until("4 of 4").press(DOWN).types(" ").until("3 of 4").press(ESC);
    terminal.until("Table").types("ord").at("> ", ENTER);
    terminal.until("3 of 4").press(ENTER).at("Destination table", ENTER);
    terminal.until("there is no column item").at("Watermarks", ENTER).at("The module's name", ENTER);
    terminal.until("Create it").press(ENTER).at("Make it?", ENTER).until("added module");
    assert_eq!(terminal.ends(), Some(0));
    let module = world.json("module show orders --definition");
    assert!(!module["source_query"].as_str().unwrap().contains("item"), "{module}");
}
