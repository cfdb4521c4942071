//! `/api/runs`.

use super::super::response::{Failure, Response};
use super::super::router::{Answer, Call, Route};
use super::super::schema::Shape;
use super::super::sse;
use super::{limit, linked, ok};
use crate::clock;
use crate::engine::report;
use crate::error::Error;
use crate::store::module;
use crate::store::run::{self, Filter, Run};

/// How many runs a list has where nobody says.
const PAGE: i64 = 100;
/// The statuses that a run can have.
const STATUSES: [&str; 6] = ["running", "success", "error", "cancelled", "dry_run", "unknown"];

/// The query of a module's list of runs.
pub const FILTER_OF_MODULE: &str = "since:text status:text limit:pos cursor:int";
const FILTER: &str = "module_id:text since:text status:text limit:pos cursor:int";

/// The columns of a run, and how long it took.
macro_rules! row {
    () => {
        "id:int module_id:int? module_name:str group_run_id:int? triggered_by:str attempt:int started_at:time \
         finished_at:time? status:running|success|error|cancelled|dry_run|unknown row_count:int? rows_deleted:int? \
         rows_inserted:int? error:str? warnings:[str] hooks_failed:int merge_strategy:str watermark_values_json:obj \
         duration_ms:int?"
    };
}

/// The shapes here.
pub const SHAPES: &[Shape] = &[
    ("Run", row!()),
    (
        "WholeRun",
        concat!(
            row!(),
            " resolved_source_sql:str? merge_sql:str? jrunner_stdout:str jrunner_stderr:str hook_log:str \
         live_log:str steps:[Step]"
        ),
    ),
    (
        "Step",
        "id:int run_id:int kind:watermark|staging|transfer|gate|merge|hook name:str connection_name:str sql:str \
         started_at:time duration_ms:int? row_count:int? value:str? error:str?",
    ),
];

/// The routes here.
pub const ROUTES: &[Route] = &[
    Route::get("/api/runs", "The runs, newest first", "[Run]", list).query(FILTER),
    Route::get("/api/runs/{id}", "A run, with its SQL, its output and its steps", "WholeRun", show),
    Route::get("/api/runs/{id}/stream", "A run's log as it comes, as server-sent events", "stream", sse::stream),
];

fn list(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let id = match call.query("module_id") {
        Some(name) => Some(module::find(call.store.read(), name)?.id),
        None => None,
    };
    list_of(call, id)
}

/// The runs that a query asks for, of one module or of all.
pub fn list_of(call: &Call<'_>, module_id: Option<i64>) -> Result<Answer, Failure> {
    let statuses: Vec<String> =
        call.query("status").unwrap_or_default().split(',').filter(|s| !s.is_empty()).map(str::to_owned).collect();
    if let Some(other) = statuses.iter().find(|s| !STATUSES.contains(&s.as_str())) {
        return Err(Error::invalid(format!("there is no status `{other}`")).hint(STATUSES.join(", ")).into());
    }
    let before_id = match call.query("cursor") {
        Some(text) => Some(text.parse().map_err(|_| Error::invalid("cursor is what a Link header gave"))?),
        None => None,
    };
    let most = limit(call, 1000)?.unwrap_or(PAGE);
    let filter = Filter {
        module_id,
        statuses,
        since: call.query("since").map(|since| clock::since(since).map(clock::text)).transpose()?,
        before_id,
        // One more than is asked for tells whether there are more.
        limit: Some(most + 1),
        ..Filter::default()
    };
    let mut runs = run::list(call.store.read(), &filter)?;
    let more = i64::try_from(runs.len()).is_ok_and(|n| n > most);
    runs.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    let next = runs.last().filter(|_| more).map(|last| last.id.to_string());
    let documents: Vec<_> = runs.iter().map(Run::document).collect();
    Ok(linked(call, Response::json(200, &documents), next).into())
}

fn show(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let run = report::settled(call.store, call.number("run")?)?;
    ok(&report::whole(call.store, &run)?)
}
