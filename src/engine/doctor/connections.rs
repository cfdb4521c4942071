//! The connections, each asked as `pipekit connection test` does, side by side.

use super::{Check, Checks, side_by_side};
use crate::engine::introspect;
use crate::store::{Store, connection::Connection};
use std::path::Path;
use std::time::Duration;

/// So many are asked at once: each is a process, and most of the time it waits.
const AT_ONCE: usize = 32;

/// Asks each, and gives what came of it.
pub fn test(path: &Path, connections: &[Connection], patience: Duration) -> Vec<Check> {
    let checks = side_by_side(connections, AT_ONCE, |connection| {
        let mut one = Checks::of("connections");
        let tested = Store::open(path).and_then(|store| introspect::test(&store, &connection.name, Some(patience)));
        match tested {
            Ok(tested) => one.ok(&connection.name, format!("answers ({} ms)", tested.elapsed_ms)),
            Err(error) => one.failed(&connection.name, error),
        }
        one.list
    });
    checks.into_iter().flatten().collect()
}
