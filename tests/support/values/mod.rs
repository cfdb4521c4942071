//! The hard values: what arrives of each, in each direction. `docs/values.md` is made of these tables, and every line
//! of them is run by `values_*.rs`.

pub mod encodings;
pub mod mysql;
pub mod mysql_to_pg;
pub mod mysql_to_sqlite;
pub mod pg_to_pg;
pub mod pg_to_sqlite;
pub mod sqlite_to_pg;
pub mod sqlite_to_sqlite;
pub mod to_mysql;

use super::World;
use super::postgres::Database;

/// The column's type, the value as the source's SQL writes it, what arrives.
pub type Arrivals = &'static [(&'static str, &'static str, &'static str)];

/// The column's type, the value, what the error says.
pub type Refusals = &'static [(&'static str, &'static str, &'static str)];

/// The column's type, the value, and what is true of it, `v`, when it has arrived.
pub type Big = &'static [(&'static str, &'static str, &'static str)];

/// The zone that values without one are meant in: one in which clocks are changed.
pub const ZONE: &str = "Europe/Berlin";

/// The types that the cases use besides the servers' own.
pub const TYPES: &str = "
    CREATE TYPE mood AS ENUM ('sad', 'glad');
    CREATE DOMAIN positive AS int CHECK (value > 0);
    CREATE DOMAIN short AS varchar(3);
    CREATE DOMAIN shorter AS short;
    CREATE DOMAIN filled AS text NOT NULL;
    CREATE DOMAIN price AS numeric(5,2);
    CREATE DOMAIN pricier AS price;
    CREATE TYPE pair AS (a numeric(5,2), b varchar(3));
    CREATE TYPE wide AS (a numeric, b text);
    CREATE TYPE nested AS (p pair, l price[]);
    CREATE TYPE prices AS RANGE (subtype = price);";

/// Extensions with types that the cases use, and how the tests' own sessions print.
const REST: &str = "
    CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE EXTENSION ltree;
    SET TimeZone TO 'UTC'; SET extra_float_digits TO 3; SET lc_monetary TO 'C'";

/// A world in that zone.
pub fn world() -> World {
    let mut world = World::bare();
    world.set("TZ", ZONE);
    world
}

/// A database with those types. What belongs to one database only (ids of types) is not the same in the `other`.
pub fn database(other: bool) -> Database {
    let mut database = Database::new();
    if other {
        database.sql("CREATE TYPE first AS ENUM ('a'); CREATE DOMAIN second AS int; CREATE TYPE third AS (a int)");
    }
    database.sql(TYPES).sql(REST);
    database
}

/// `c0 int, c1 text …`: the columns that the cases' values go to.
pub fn columns(cases: &[(&str, &str, &str)]) -> String {
    let columns: Vec<String> = cases.iter().enumerate().map(|(n, (kind, ..))| format!("c{n} {kind}")).collect();
    columns.join(", ")
}

/// `SELECT …` of the cases' values, as one row.
pub fn select(cases: &[(&str, &str, &str)]) -> String {
    let values: Vec<&str> = cases.iter().map(|(_, value, _)| *value).collect();
    format!("SELECT {}", values.join(", "))
}

/// Asserts that what arrived is what the cases expect, and tells of all that is not.
#[track_caller]
pub fn assert_arrived(cases: &[(&str, &str, &str)], arrived: &[String]) {
    assert_eq!(cases.len(), arrived.len());
    let wrong: Vec<String> = cases
        .iter()
        .zip(arrived)
        .filter(|((.., expected), arrived)| expected != arrived)
        .map(|((kind, value, expected), arrived)| format!("{kind}, {value}: {arrived:?}, and not {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The only row of a table, as PostgreSQL shows it.
#[track_caller]
pub fn pg_row(pg: &mut Database, table: &str, cases: &[(&str, &str, &str)]) -> Vec<String> {
    let texts: Vec<String> = (0..cases.len())
        // Its text is the session's, which the tests' client does not set in time.
        .map(|n| if cases[n].0 == "money" { format!("c{n}::numeric::money::text") } else { format!("c{n}::text") })
        .collect();
    pg.row(&format!("SELECT {} FROM {table}", texts.join(", ")))
}

/// The only row of a table, as SQLite shows it.
#[track_caller]
pub fn lite_row(world: &World, db: &str, table: &str, count: usize) -> Vec<String> {
    // A value may hold what the rows' text separates them with.
    (0..count).flat_map(|n| world.rows(db, &format!("SELECT c{n} FROM {table}"))).collect()
}

/// Tries to load each case's value into a new table `t (id, v)`, behind 700 rows that fit, and asserts that the error
/// names row, column and value, that pipekit's own tells the row by its id, and that nothing arrived. `load` makes the table, and gives what the load said, its
/// exit code, and how many rows there are then.
#[track_caller]
pub fn assert_refused(cases: Refusals, mut load: impl FnMut(&str, &str) -> (String, Option<i32>, String)) {
    let mut wrong = Vec::new();
    for (kind, value, error) in cases {
        let (said, code, rows) = load(kind, value);
        let named = said.contains(error) && said.contains('v');
        let at = said.contains("row 701") || said.contains(", line 701");
        let told = ["701", "'701'"].iter().any(|id| said.contains(&format!("; the row has id = {id}")));
        if code != Some(1) || rows != "0" || !named || !at || said.contains("row 701, column v: ") && !told {
            wrong.push(format!("{kind}, {value}: exit {code:?}, {rows} rows, and not {error:?}:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
