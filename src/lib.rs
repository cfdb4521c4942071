//! pipekit runs a shop's table syncs and knows exactly what ran.
//!
//! | module | what is there |
//! |---|---|
//! | `cli` | one file a command: its arguments, and what it prints. Only here is anything printed |
//! | `serve` | the API over HTTP, and whatever runs while nobody is there. It parses, calls, and answers |
//! | `import` | reading a folder of sync scripts as definitions, without running any of it |
//! | `definition` | one file a noun: what a module, a connection … is, its rules, loading and saving it |
//! | `engine` | running a module: claim, watermarks, staging, gate, merge, hooks, recovery |
//! | `runner` | the session with the processes that reach databases; the runner that is built in |
//! | `dialect` | one file a database: its catalog, staging and merge SQL |
//! | `sql` | reading SQL as text: quotes, comments, placeholders, the columns of a SELECT |
//! | `crontab` | when a schedule is due: the five fields of crontab(5), in a time zone |
//! | `store` | pipekit's own SQLite file, one file a table |
//! | `inside` | what fuzz targets reach for, and nobody else |
//! | `secrets`, `password`, `redact`, `settings`, `clock`, `words`, `error` | what everything uses |
//!
//! Dependencies point down this list only; `store`, `dialect` and `runner` do not know each other.

pub mod cli;
pub mod clock;
pub mod crontab;
pub mod definition;
pub mod dialect;
pub mod engine;
pub mod error;
pub mod import;
#[doc(hidden)]
pub mod inside;
pub mod password;
pub mod redact;
pub mod runner;
pub mod secrets;
pub mod serve;
pub mod settings;
pub mod sql;
pub mod store;
pub mod words;
