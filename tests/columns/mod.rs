//! `module columns`: the SELECT list of a query is read, changed, and put back.

mod command;
mod corpus;
mod databases;
mod lists;
pub mod properties;
mod random;

use pipekit::sql;
