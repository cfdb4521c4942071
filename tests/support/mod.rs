//! What tests are made of: a world of files and servers, and calls of the real program in it.

#![allow(dead_code)]

pub mod aftermath;
mod call;
pub mod clock;
pub mod cluster;
pub mod disk;
pub mod fault;
pub mod jdbc;
pub mod jrunner;
pub mod mariadb;
pub mod markdown;
#[macro_use]
mod pair;
mod plant;
pub mod postgres;
pub mod proxy;
pub mod random;
pub mod session;
pub mod shop;
pub mod steps;
pub mod terminal;
pub mod values;
mod world;

pub use call::{Call, Running, kill, until};
pub use pair::{ENDLESS, Held, NEW, OLD, Pair, Side};
pub use plant::Plant;
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
