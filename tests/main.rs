//! Every test drives the real program over real files and servers. One file a capability; `support` holds the
//! fixtures. What needs a server is ignored by a plain `cargo test`, and run by `tests/run.sh`.

#[macro_use]
mod support;

mod cancel;
mod definitions;
mod gate;
mod hooks;
mod house;
mod locks;
mod look;
mod merge;
mod recovery;
mod runs;
mod watermarks;
