//! Every test drives the real program over real files and servers. One file a capability; `support` holds the
//! fixtures. What needs a server is ignored by a plain `cargo test`, and run by `tests/run.sh`.

// A test prints its seed, and where its files are kept.
#![allow(clippy::print_stdout, clippy::print_stderr)]
// There are a few of each.
#![allow(clippy::large_enum_variant)]

#[macro_use]
mod support;

mod atomic;
mod both_ways;
mod busy;
mod cancel;
mod cli;
mod clock;
mod columns;
mod connections;
mod counted;
mod crashes;
mod crontab;
mod demo;
mod destinations;
mod dialects;
mod dialects_h2;
mod dialects_stand_ins;
mod disks;
mod doctor;
mod doubt;
mod drivers;
mod editor;
mod external;
mod faults;
mod files;
mod flights;
mod gate;
mod generated;
mod groups;
mod groups_parallel;
mod guard;
mod held;
mod holders;
mod hooks;
mod hours;
mod house;
mod import;
mod jrunner;
mod jrunner_manners;
mod keys;
mod ledger;
mod live;
mod locks;
mod look;
mod mariadb;
mod memory;
mod merge;
mod module_json;
mod modules;
mod mysql;
mod network;
mod never;
mod notify;
mod places;
mod proposals;
mod propose;
mod reach;
mod readme;
mod recording;
mod recovery;
mod redacted;
mod rehearse;
mod resolvers;
mod routes;
mod runs;
mod scarcity;
mod secrecy;
mod secrecy_places;
mod secrets;
mod serve;
mod servers;
mod settings;
mod soak;
mod storefile;
mod ticks;
mod tls;
mod troubleshooting;
mod values;
mod values_across;
mod values_in;
mod values_lite;
mod values_mysql;
mod values_out;
mod watermarks;
mod watermarks_hooks;
mod whole;
mod why;
mod wizard;
