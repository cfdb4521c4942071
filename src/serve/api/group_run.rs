//! `/api/group-runs`.

use super::super::response::Failure;
use super::super::router::{Answer, Call, Route};
use super::super::schema::Shape;
use super::{Part, ok};
use crate::store::group;
use crate::store::group_run::{self, Filter, GroupRun};

/// The statuses that a group run can have.
const STATUSES: [&str; 7] = ["running", "success", "error", "cancelled", "dry_run", "skipped", "missed"];

/// The columns of a group run, and how long it took.
macro_rules! row {
    () => {
        "id:int group_id:int? group_name:str schedule_id:int? due_at:time? due_until:time? due_count:int? \
         started_at:time finished_at:time? status:running|success|error|cancelled|dry_run|skipped|missed reason:str? \
         triggered_by:str? pid:int? host:str? duration_ms:int?"
    };
}

/// The shapes here.
pub const SHAPES: &[Shape] = &[
    ("GroupRun", row!()),
    ("WholeGroupRun", concat!(row!(), " members:[MemberRun]")),
    (
        "MemberRun",
        "id:int module_id:int? module_name:str run_order:int \
         status:waiting|running|success|error|cancelled|dry_run|unknown|skipped reason:str? run_id:int? \
         started_at:time? finished_at:time? row_count:int? hooks_failed:int",
    ),
];

/// The routes here.
pub const ROUTES: &[Route] = &[
    Route::get(
        "/api/group-runs",
        "The runs of groups, and due times that were not run, newest first",
        "[GroupRun]",
        list,
    )
    .query("group_id:text since:text status:text limit:pos cursor:int"),
    Route::get("/api/group-runs/{id}", "A group run, with its members and their runs", "WholeGroupRun", show),
];

fn list(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let group = call.query("group_id").map(|name| group::find(call.store.read(), name)).transpose()?;
    let part = Part::of(call, &STATUSES)?;
    let filter = Filter {
        group_id: group.map(|g| g.id),
        statuses: part.statuses.clone(),
        since: part.since.clone(),
        before_id: part.before_id,
        limit: Some(part.most + 1),
    };
    let runs = group_run::list(call.store.read(), &filter)?;
    part.answer(call, runs, |run| run.id, GroupRun::document)
}

fn show(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let run = group_run::get(call.store.read(), call.number("group run")?)?;
    ok(&run.with_members(&group_run::members(call.store.read(), run.id)?))
}
