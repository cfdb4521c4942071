//! `/api/doctor`.

use super::super::response::{Failure, Response};
use super::super::router::{Answer, Call, Route};
use super::super::schema::Shape;
use crate::engine::doctor::{self, Options};
use std::sync::Mutex;
use std::time::Duration;

/// The shapes here.
pub const SHAPES: &[Shape] = &[
    ("Check", "subject:str name:str status:ok|note|warning|error message:str hint:str? code:str?"),
    ("Report", "ok:bool errors:nat warnings:nat version:str database:str checked_at:time checks:[Check]"),
];

/// The routes here.
pub const ROUTES: &[Route] = &[Route::get(
    "/api/doctor",
    "Whether all is well: every check, databases asked for `timeout` seconds at most (1 to 60, or else 10)",
    "Report",
    examine,
)
.query("timeout:pos")];

/// The longest that a database may be given, in seconds.
const MOST: u64 = 60;

/// One look at a time: each starts a process for every database.
static LOOKING: Mutex<()> = Mutex::new(());

/// That something is wrong is what was asked, and no error.
fn examine(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let mut options = Options::default();
    if let Some(text) = call.query("timeout") {
        let seconds = text.parse().ok().filter(|seconds| (1..=MOST).contains(seconds));
        let wrong =
            || Failure::new(400, "invalid", format!("timeout is `{text}`, and must be a number from 1 to {MOST}"));
        options.patience = Duration::from_secs(seconds.ok_or_else(wrong)?);
    }
    let Ok(_turn) = LOOKING.try_lock() else {
        return Err(Failure::new(409, "locked", "somebody looks already: it takes a few seconds"));
    };
    Ok(Response::json(200, &doctor::examine(&call.server.db, &options, &mut |_| {})).into())
}
