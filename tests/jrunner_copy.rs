//! Rows that jrunner's query prints, loaded by the built-in runner: the same rows as by jrunner's own INSERTs, or an error.

use super::support::jdbc::{Jdbc, JdbcDatabase};
use super::support::mariadb;
use super::support::postgres::{self, Database};
use super::support::{Running, Signal, World, kill, until};
use std::time::{Duration, Instant};

/// A world with a jrunner of these manners, and in H2 a table `orders`.
fn world(manners: &[&str]) -> (World, Jdbc, JdbcDatabase) {
    let world = World::new();
    let jdbc = Jdbc::install(&world, manners);
    let source = JdbcDatabase::h2("");
    source.connect(&world, "src");
    source.rows(
        "CREATE TABLE orders (id INT PRIMARY KEY, item VARCHAR(200));
         INSERT INTO orders VALUES (1, 'nut'), (2, NULL), (3, '')",
    );
    (world, jdbc, source)
}

/// In [`world`], the module `orders` into a file of SQLite, which holds something else before.
fn orders(manners: &[&str]) -> (World, Jdbc, JdbcDatabase) {
    let (world, jdbc, source) = world(manners);
    world.with_sqlite(
        "dst",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT); INSERT INTO orders VALUES (0, 'old')",
    );
    world.module("orders", "src", "dst", "orders", "full", "SELECT id, item FROM orders ORDER BY id");
    (world, jdbc, source)
}

/// How the rows of a module come, as a preview says it, and why not otherwise.
#[track_caller]
fn comes(world: &World, module: &str) -> (String, String) {
    let preview = world.json(&format!("module preview {module}"));
    let text = |key: &str| preview[key].as_str().unwrap_or_default().to_owned();
    (text("rows_by"), text("rows_by_because"))
}

#[track_caller]
fn comes_by_query(world: &World, module: &str) {
    assert_eq!(comes(world, module), ("jrunner_query".to_owned(), String::new()));
}

/// jrunner's INSERTs are taken, for this reason.
#[track_caller]
fn comes_by_inserts(world: &World, says: &str) {
    let (by, why) = comes(world, "orders");
    assert!(by == "jrunner_inserts" && why.contains(says), "{by}: {why}");
}

/// One start, whose rows are nowhere in the log, and whose other words are there without the password.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn rows_come_by_one_start_and_are_in_no_log() {
    let (world, jdbc, source) = orders(&["echo-stderr"]);
    comes_by_query(&world, "orders");
    world.call("module preview orders").ok().prints("jrunner's query, into one transaction of the built-in runner");
    jdbc.starts();
    let run = world.run("orders");
    assert_eq!(jdbc.starts(), ["query"]);
    assert_eq!([&run["row_count"], &run["rows_inserted"]], [3, 3]);
    assert_eq!(world.rows("dst", "SELECT * FROM orders"), ["1|'nut'", "2|NULL", "3|''"]);
    assert_eq!(world.call("log show orders --stdout").ok().stdout(), "3 rows\n");
    let log = world.log("orders");
    assert!(log["jrunner_stderr"].to_string().contains("called with -scu"), "{log}");
    assert!(!log.to_string().contains(source.password()), "{log}");
    assert!(log["live_log"].to_string().contains("3 rows moved by jrunner's query, into one transaction"), "{log}");
    // Of no rows there is a header only.
    world.call("module edit orders --query 'SELECT id, item FROM orders WHERE id > 9' --min-rows 0").ok();
    assert_eq!(world.run("orders")["row_count"], 0);
}

/// The SQL of texts that are hard to print, in H2.
const TEXTS: [&str; 16] = [
    "NULL",
    "''",
    "'null'",
    "'NULL'",
    "'\\N'",
    "'a,b|c' || CHAR(59) || CHAR(9) || 'd'",
    "'\"'",
    "'\"x\"'",
    "'one' || CHAR(13) || CHAR(10) || 'two' || CHAR(10)",
    "CHAR(13)",
    "'  edge '",
    "'a\\b\\'",
    "'Grüße, 日本 😀'",
    "'=1+1'",
    "'007'",
    "'1.50'",
];

/// A column's name, its type in H2, in PostgreSQL and in MariaDB, and a value for each row.
type Typed = (&'static str, &'static str, &'static str, &'static str, [&'static str; 3]);

/// The types of H2 with hard values (INSERTs by JDBC shift dates of before 1582 by days), and those of the destinations that hold them. A value stands for each row.
const TYPED: [Typed; 11] = [
    ("s", "SMALLINT", "smallint", "smallint", ["-32768", "0", "NULL"]),
    ("l", "BIGINT", "bigint", "bigint", ["-9223372036854775808", "9223372036854775807", "0"]),
    (
        "n",
        "NUMERIC(31, 9)",
        "numeric(31,9)",
        "decimal(31,9)",
        ["1234567890123456789012.123456789", "-0.000000001", "1.5"],
    ),
    ("w", "NUMERIC(9, 2)", "integer", "int", ["5.00", "-7", "NULL"]),
    ("d", "DOUBLE PRECISION", "double precision", "double", ["0.1", "-1.7976931348623157E308", "1E-7"]),
    ("r", "REAL", "real", "float", ["0.1", "1E10", "16777216"]),
    ("b", "BOOLEAN", "boolean", "tinyint(1)", ["TRUE", "FALSE", "NULL"]),
    ("c", "CHAR(5)", "char(5)", "char(5)", ["'ab'", "'abcde'", "NULL"]),
    ("t", "CLOB", "text", "longtext", ["'x' || REPEAT('Grüße, ', 9000)", "''", "NULL"]),
    ("da", "DATE", "date", "date", ["'2026-01-02'", "'1601-01-01'", "'9999-12-31'"]),
    (
        "ts",
        "TIMESTAMP(6)",
        "timestamp",
        "datetime(6)",
        ["'2026-01-02 03:04:05.123456'", "'2026-01-02 00:00:00'", "'1999-12-31 23:59:59.9'"],
    ),
];

/// Loads both tables in one way after the other, and gives what arrived.
fn both_ways(world: &World, dest: &str, held: &mut dyn FnMut(&str) -> Vec<String>) -> [Vec<String>; 2] {
    ["auto", "off"].map(|copy| {
        world.call(&format!("settings set jrunner_copy {copy}")).ok();
        let mut all = Vec::new();
        for table in ["texts", "typed"] {
            let module = format!("{table}_{dest}");
            let run = world.run(&module);
            let by = if copy == "auto" { "jrunner_query" } else { "jrunner_inserts" };
            assert_eq!(comes(world, &module).0, by, "{module}");
            all.extend(held(table));
            assert_eq!(run["row_count"], run["rows_inserted"]);
        }
        all
    })
}

#[track_caller]
fn assert_same(query: &[String], inserts: &[String]) {
    let short = |row: &String| row.replace("Grüße, ", "");
    let wrong: Vec<_> = query.iter().zip(inserts).filter(|(a, b)| a != b).map(|(a, b)| (short(a), short(b))).collect();
    assert!(wrong.is_empty() && query.len() == inserts.len(), "{wrong:#?}");
}

/// Whatever H2 holds comes as it does by INSERTs, into each database.
#[test]
#[ignore = "needs PostgreSQL, MariaDB and Java: tests/run.sh"]
fn values_are_the_same_by_both_ways() {
    let (world, _, source) = world(&[]);
    let (mut pg, mut maria) = (Database::new(), mariadb::Database::new());
    pg.connect(&world, "pg");
    maria.connect(&world, "maria");
    world.with_sqlite("lite", "CREATE TABLE texts (id INTEGER, v TEXT, w TEXT); CREATE TABLE typed (id INTEGER, n NUMERIC(31,9), d DOUBLE, b BOOLEAN, l BIGINT, ts TIMESTAMP)");
    let rows: Vec<String> = TEXTS.iter().enumerate().map(|(i, text)| format!("({i}, {text}, {text})")).collect();
    source.rows(&format!(
        "CREATE TABLE texts (id INT, v VARCHAR(60), w VARCHAR(60)); INSERT INTO texts VALUES {}",
        rows.join(", ")
    ));
    let columns = |kind: fn(&Typed) -> String| {
        TYPED.iter().map(|typed| format!("{} {}", typed.0, kind(typed))).collect::<Vec<_>>().join(", ")
    };
    source.rows(&format!("CREATE TABLE typed (id INT, {})", columns(|typed| typed.1.to_owned())));
    for row in 0..3 {
        let values: Vec<&str> = TYPED.iter().map(|typed| typed.4[row]).collect();
        source.rows(&format!("INSERT INTO typed VALUES ({row}, {})", values.join(", ")));
    }
    let texts = "CREATE TABLE texts (id int, v varchar(60), w varchar(60))";
    pg.sql(texts).sql(&format!("CREATE TABLE typed (id int, {})", columns(|typed| typed.2.to_owned())));
    maria.sql(texts).sql(&format!("CREATE TABLE typed (id int, {})", columns(|typed| typed.3.to_owned())));
    let names = TYPED.map(|typed| typed.0).join(", ");
    for (dest, typed) in [("pg", &*names), ("maria", &*names), ("lite", "n, d, b, l, ts")] {
        world.module(&format!("texts_{dest}"), "src", dest, "texts", "full", "SELECT id, v, w FROM texts");
        // SQLite keeps 15 digits of a decimal.
        let some = if dest == "lite" { " WHERE id > 0" } else { "" };
        let query = format!("SELECT id, {typed} FROM typed{some}");
        world.module(&format!("typed_{dest}"), "src", dest, "typed", "full", &query);
    }

    let list = |table: &str| format!("SELECT * FROM {table} ORDER BY id");
    let [query, inserts] = both_ways(&world, "pg", &mut |table| pg.rows(&list(table)));
    assert_same(&query, &inserts);
    assert_eq!(query[..4], ["0|NULL|NULL", "1||", "2|null|null", "3|NULL|NULL"]);
    assert!(query[12].starts_with("12|Grüße, 日本 😀|"), "{query:?}");
    assert!(query[16].contains("|1234567890123456789012.123456789|5|0.1|0.1|t|ab   |xGrüße, Grüße, "), "{}", query[16]);
    assert!(query[16].ends_with("|2026-01-02|2026-01-02 03:04:05.123456"), "{}", query[16]);
    let [query, inserts] = both_ways(&world, "maria", &mut |table| maria.rows(&list(table)));
    assert_same(&query, &inserts);
    let [query, inserts] = both_ways(&world, "lite", &mut |table| world.rows("lite", &list(table)));
    let texts = TEXTS.len();
    assert_same(&query[..texts], &inserts[..texts]);
    // A moment arrives as a text, and not as SQLite's driver writes it.
    assert_eq!(query[texts], "1|-1e-9|-1.7976931348623157e308|0|9223372036854775807|'2026-01-02 00:00:00'");
    assert_eq!(query[texts + 1], "2|1.5|1e-7|NULL|0|'1999-12-31 23:59:59.9'");
}

/// Never 7: what a program loses, or does not tell, keeps its INSERTs, and the preview and the log say why.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn a_program_that_loses_something_keeps_its_inserts() {
    let (world, jdbc, _) = orders(&["null-like-empty"]);
    comes_by_inserts(&world, "it does not print as they are: an empty string");
    world.call("module preview orders").ok().prints("jrunner's INSERTs, and not its query: it does not print");
    jdbc.starts();
    world.run("orders");
    assert_eq!(jdbc.starts(), ["transfer"]);
    assert_eq!(world.rows("dst", "SELECT * FROM orders"), ["1|'nut'", "2|NULL", "3|''"]);
    let log = world.log("orders")["live_log"].to_string();
    assert!(log.contains("its query is not taken: it does not print as they are: an empty string"), "{log}");
    for (manners, why) in [
        (&["silent-errors"][..], "an error among the rows shows neither in its exit code nor on its standard error"),
        (&["exit-0", "errors-on-stdout"], "it prints errors among the rows"),
        (&["query-summary"], "it prints lines of its own among the rows"),
        (&["plain-header"], "it does not put names of columns in quotes"),
        (&["scientific"], "it does not print the digits of a decimal as it is"),
        (&["cut-fraction"], "it does not print the fraction of a timestamp as it is"),
        (&["ascii"], "it does not print letters beyond ASCII as it is"),
        (&["no-wide"], "it does not print a character of four bytes as it is"),
    ] {
        jdbc.becomes(manners);
        comes_by_inserts(&world, why);
    }
    // One that nobody has seen die.
    jdbc.becomes(&[]);
    let own = world.path("jrunner/bin/own").to_str().unwrap().to_owned();
    let script = format!("#!/bin/sh\n{} \"$@\" || exit 0\n", jdbc.program().display());
    std::fs::write(format!("{own}.txt"), script).unwrap();
    std::process::Command::new("install").args(["-m", "755", &format!("{own}.txt"), &own]).status().unwrap();
    world.args(&["settings", "set", "jrunner_path", &own]).ok();
    comes_by_inserts(&world, "it ends as if all were well when its JVM is killed");
}

/// What has no text keeps INSERTs too.
#[test]
#[ignore = "needs PostgreSQL and Java: tests/run.sh"]
fn what_may_have_no_text_keeps_the_inserts() {
    let (world, jdbc, _) = world(&[]);
    let mut pg = Database::new();
    pg.connect(&world, "dst");
    jdbc.starts();
    world.module("orders", "src", "dst", "orders", "full", "SELECT id, item FROM orders");
    for (kind, why) in [("bytea", "the column item is bytea"), ("text[]", "the column item is text[]")] {
        pg.sql(&format!("DROP TABLE IF EXISTS orders; CREATE TABLE orders (id int, item {kind})"));
        comes_by_inserts(&world, why);
    }
    pg.sql("DROP TABLE orders; CREATE TABLE orders (item text)");
    comes_by_inserts(&world, "one column is too few");
    pg.sql("DROP TABLE orders; CREATE TABLE orders (id int, item text)");
    world.call("module edit orders --query 'SELECT id, item INTO x FROM orders'").ok();
    comes_by_inserts(&world, "is not one SELECT that changes nothing");
    assert!(jdbc.starts().is_empty(), "nothing had to be found out");
}

/// The run fails and says this; the destination is as it was, and nothing of the program is left within two seconds.
#[track_caller]
fn fails(world: &World, run: Running, says: &str) {
    run.wait_no_longer_than(Duration::from_secs(60)).fails(1, says);
    is_as_before(world, Instant::now());
}

#[track_caller]
fn is_as_before(world: &World, since: Instant) {
    until("nothing is left", || world.processes().is_empty());
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    assert_eq!(world.rows("dst", "SELECT * FROM orders"), ["0|'old'"]);
}

/// A run whose program has printed two rows, and waits.
fn pausing(world: &World, jdbc: &Jdbc) -> (Running, u32) {
    jdbc.has(&["pause=1"]);
    jdbc.starts();
    let run = world.start("run orders");
    until("it prints", || jdbc.has_started("query"));
    std::thread::sleep(Duration::from_millis(700));
    let jvm =
        world.processes().into_iter().find(|(_, line)| line.contains("java @") && !line.contains("--guard")).unwrap().0;
    (run, jvm)
}

/// Never 7: rows that break off, in whatever way, are no rows.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn a_stream_that_breaks_off_is_an_error() {
    let (world, jdbc, source) = orders(&[]);
    comes_by_query(&world, "orders");
    for (manners, says) in [
        // All rows came before it.
        (&["die-at-end"][..], "jrunner failed (exit status: 137)"),
        (&["cut=2", "die-with=137"], "jrunner failed (exit status: 137)"),
        // What is there of the row could be one.
        (&["cut=0"], "behind row 0: it breaks off in the middle of a line"),
        // Whatever the exit code is.
        (&["invalid-utf8"], "a value is not UTF-8"),
        (&["no-quotes", "delimiter=|"], "the query gives 1 columns"),
    ] {
        jdbc.has(manners);
        fails(&world, world.start("run orders"), says);
    }

    let (run, jvm) = pausing(&world, &jdbc);
    kill(jvm, Signal::KILL);
    fails(&world, run, "jrunner failed (signal: 9 (SIGKILL))");
    let (run, _) = pausing(&world, &jdbc);
    kill(world.runner(), Signal::KILL);
    fails(&world, run, "the runner process ended before it answered");
    let (run, _) = pausing(&world, &jdbc);
    run.signal(Signal::KILL);
    is_as_before(&world, Instant::now());
    drop(run);
    let (run, _) = pausing(&world, &jdbc);
    let since = Instant::now();
    world.call("cancel orders").ok();
    run.wait().code(130);
    is_as_before(&world, since);

    // What the destination refuses ends the program at once, however long it would go on.
    jdbc.has(&["pause=3"]);
    source.rows("INSERT INTO orders VALUES (4, '[B@1f2e3d'), (5, 'x')");
    let since = Instant::now();
    fails(&world, world.start("run orders"), "row 4, column item: '[B@1f2e3d' is what Java calls an object");
    assert!(since.elapsed() < Duration::from_secs(20));
}

/// The query that finds out whether rows are printed exactly is understood by each kind of database. H2 stands in for one with
/// an INFORMATION_SCHEMA.
#[test]
#[ignore = "needs PostgreSQL and Java: tests/run.sh"]
fn each_kind_of_source_is_asked_in_its_own_sql() {
    let (world, jdbc, _) = orders(&[]);
    jdbc.driver(&world, "any", "generic", "h2");
    let pg = Database::new();
    for (name, database) in [
        ("derby", JdbcDatabase::derby()),
        ("postgresql", JdbcDatabase::of("postgresql_jdbc", &pg.url(), &postgres::user(), &postgres::password())),
        ("generic", JdbcDatabase::h2("").taken_for("any")),
    ] {
        database.connect(&world, name);
        world.call(&format!("module edit orders --source {name}")).ok();
        comes_by_query(&world, "orders");
    }
}
