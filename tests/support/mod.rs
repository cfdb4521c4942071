//! What tests are made of: a world of files and servers, and calls of the real program in it.

#![allow(dead_code)]

mod call;
pub mod jrunner;
#[macro_use]
mod pair;
pub mod postgres;
mod world;

pub use call::{Call, Running, kill, until};
pub use pair::{ENDLESS, NEW, OLD, Pair};
pub use rustix::process::Signal;
pub use world::World;

use std::path::Path;

/// Fails at once where this is not root, who alone can take the part of several users and make containers.
#[track_caller]
pub fn as_root() {
    assert!(
        rustix::process::geteuid().is_root(),
        "this test takes the part of other users or makes mounts: run it as root"
    );
}

/// The project's folder.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
