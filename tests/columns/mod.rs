//! `module columns`: the SELECT list of a query is read, changed, and put back.

mod corpus;
mod databases;
mod lists;
