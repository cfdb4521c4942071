//! Running a module, and everything that needs a database for it: previews, tests, browsing.
//!
//! `pipekit run`, groups, schedules and the API all call [`sync::run_module`]; nothing of it lives above this line.

mod advice;
pub mod audit;
mod columns;
pub mod databases;
pub mod direct;
pub mod doctor;
mod exact;
pub mod external;
mod filled;
pub mod gate;
pub mod group;
pub mod hook;
pub mod introspect;
pub mod ledger;
mod merge;
pub mod mover;
pub mod notify;
pub mod plan;
pub mod preview;
pub mod propose;
pub mod receipt;
pub mod recover;
pub mod rehearse;
pub mod report;
mod respelled;
pub mod retention;
pub mod schedule;
mod stage;
pub mod stop;
pub mod streams;
mod summary;
pub mod sync;
mod telling;
pub mod tick;
pub mod verify;
pub mod watermark;
pub mod why;
