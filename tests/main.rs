//! Every test drives the real program over real files and servers. One file a capability; `support` holds the
//! fixtures. What needs a server is ignored by a plain `cargo test`, and run by `tests/run.sh`.

#[macro_use]
mod support;

mod both_ways;
mod busy;
mod cancel;
mod cli;
mod connections;
mod demo;
mod drivers;
mod editor;
mod flights;
mod gate;
mod generated;
mod guard;
mod holders;
mod hooks;
mod house;
mod jrunner;
mod locks;
mod look;
mod memory;
mod merge;
mod module_json;
mod modules;
mod places;
mod readme;
mod recovery;
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
