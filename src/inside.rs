//! What the fuzz targets reach for and nobody else does: parts that are private otherwise. No part of the library's promise.

pub use crate::runner::jrunner::csv_rows;
pub use crate::secrets::{changed as secret_changed, env_file::parse as secrets_in, env_file::quote as secret_quoted};
pub use crate::serve::request::{BODY, HEAD, Head, end_of, parse as head};
pub use crate::serve::response::{Failure, Response};

use crate::serve::router;

/// What the server would answer a request by: the method and the path of a route, and what stands for `{id}`.
///
/// # Errors
/// The answer to one that it does not take.
pub fn route(head: &Head) -> Result<(&'static str, &'static str, String), Failure> {
    let (route, id) = router::find(head)?;
    router::check_query(route, head)?;
    Ok((route.method, route.path, id))
}
