//! `/api/runs`.

use super::super::response::Failure;
use super::super::router::{Answer, Call, Route};
use super::super::schema::Shape;
use super::super::sse;
use super::{Part, ok};
use crate::engine::report;
use crate::store::module;
use crate::store::run::{self, Filter, Run};

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
    let part = Part::of(call, &STATUSES)?;
    let filter = Filter {
        module_id,
        statuses: part.statuses.clone(),
        since: part.since.clone(),
        before_id: part.before_id,
        limit: Some(part.most + 1),
        ..Filter::default()
    };
    let runs = run::list(call.store.read(), &filter)?;
    part.answer(call, runs, |run| run.id, Run::document)
}

fn show(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let run = report::settled(call.store, call.number("run")?)?;
    ok(&report::whole(call.store, &run)?)
}
