//! Destinations as they are: a table of cases, each loaded into in every way there is, on each database where it exists.
//!
//! Each load ends equal to a model that is computed here, or in an error before the destination changed, and none hangs.
//! What they come to is written down in `docs/destinations.md`, made from the same cases: `tests/renew.sh` renews it.

mod case;
mod document;
mod driver;
mod together;

/// Groups of cases: for each a file with its `CASES`, a test on each database, and a table in the document.
macro_rules! groups {
    ($($(#[doc = $doc:literal])* $name:ident: $title:literal,)*) => {
        $(mod $name;)*

        /// Every group: its title and its cases.
        const GROUPS: &[(&str, &[case::Case])] = &[$(($title, $name::CASES)),*];

        mod loads {
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
            })*
        }
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
