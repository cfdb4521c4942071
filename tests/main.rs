//! Every test drives the real program over real files and servers. One file a capability; `support` holds the
//! fixtures. What needs a server is ignored by a plain `cargo test`, and run by `tests/run.sh`.

#[macro_use]
mod support;

mod atomic;
mod both_ways;
mod busy;
mod cancel;
mod cli;
mod connections;
mod counted;
mod demo;
mod doubt;
mod drivers;
mod editor;
mod flights;
mod gate;
mod generated;
mod hooks;
mod house;
mod jrunner;
mod keys;
mod ledger;
mod locks;
mod look;
mod memory;
mod merge;
mod module_json;
mod modules;
mod never;
mod reach;
mod readme;
mod recovery;
mod redacted;
mod resolvers;
mod runs;
mod secrecy;
mod secrets;
mod settings;
mod storefile;
mod tls;
mod values_across;
mod values_in;
mod values_lite;
mod values_out;
mod watermarks;
mod watermarks_hooks;
mod whole;
