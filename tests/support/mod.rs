//! What tests are made of: a world of files and servers, and calls of the real program in it.

#![allow(dead_code)]

pub mod aftermath;
mod call;
pub mod clock;
pub mod disk;
pub mod jrunner;
#[macro_use]
mod pair;
pub mod postgres;
pub mod proxy;
mod world;

pub use call::{Call, Running, kill, until};
pub use pair::{ENDLESS, NEW, OLD, Pair};
pub use rustix::process::Signal;
pub use world::World;

use std::path::Path;

/// The project's folder.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
