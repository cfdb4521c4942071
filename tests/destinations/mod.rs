//! Destinations as they are: a table of cases, each loaded into in every way there is, on each database where it exists.
//!
//! Each load ends equal to a model that is computed here, or in an error before the destination changed, and none hangs.
//! What they come to is written down in `docs/destinations.md`, made from the same cases: `tests/renew.sh` renews it.

mod busy;
mod case;
mod constraints;
mod document;
mod driver;
mod filling;
mod keys;
mod kinds;
mod loads;
mod mariadb;
mod names;
mod places;
mod references;
mod rights;
mod together;
mod triggers;
mod types;
mod views;
