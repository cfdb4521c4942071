//! The groups of cases, and the tests that load into each.

use super::case::Case;

/// Groups of cases: for each a file with its `CASES`, a test on each database, and a table in the document.
macro_rules! groups {
    ($($(#[doc = $doc:literal])* $name:ident: $title:literal,)*) => {
        /// Every group: its title and its cases.
        pub const GROUPS: &[(&str, &[Case])] =
            &[$(($title, super::$name::CASES),)* ("What MySQL and MariaDB alone have", super::mariadb::CASES)];

        $($(#[doc = $doc])* mod $name {
            use crate::destinations::{case::On, driver, $name::CASES};

            #[test]
            fn on_sqlite() {
                driver::run(CASES, On::Sqlite);
            }

            #[test]
            #[ignore = "needs PostgreSQL: tests/run.sh"]
            fn on_postgresql() {
                driver::run(CASES, On::Postgres);
            }

            #[test]
            #[ignore = "needs MariaDB: tests/run.sh"]
            fn on_mariadb() {
                driver::run(CASES, On::Mariadb);
            }
        })*
    };
}

groups! {
    filling: "Columns that fill themselves, or that the query doesn't give",
    /// Never 13: what a trigger made of the rows is not reported as something else.
    triggers: "Triggers",
    /// Never 13: what came out of a view again is what came in.
    views: "Views and rules",
    /// Never 14: what is no table of the shop's is left alone.
    kinds: "Kinds of tables",
    /// Never 14: rows of another table, lost by a cascade.
    references: "Foreign keys",
    /// Never 13: a row that a constraint put in the place of another is not counted as one more.
    constraints: "Constraints",
    /// Never 8: keys are compared as the destination compares them, and none is NULL.
    keys: "Merge keys",
    types: "Types",
    /// Never 14: a name is that table's, whatever it is called.
    names: "Names",
    /// Never 11: a load that may not do all of it does nothing.
    rights: "Rights, policies and settings",
    /// Never 11: a load that does not get at the destination in time leaves it alone.
    busy: "Others at work",
    places: "Source and destination in one place",
}

/// Never 8, never 11, never 13, never 14: what is odd about tables of MySQL and MariaDB alone.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn what_mariadb_alone_has() {
    super::driver::run(super::mariadb::CASES, super::case::On::Mariadb);
}
