//! Every test drives the real program over real files and servers. One file a capability; `support` holds the
//! fixtures. What needs a server is ignored by a plain `cargo test`, and run by `tests/run.sh`.

mod support;

mod definitions;
mod flights;
mod house;
mod look;
mod runs;
