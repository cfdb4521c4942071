//! `/api/modules`.

use super::super::response::{Failure, Response};
use super::super::router::{Answer, Call, Route};
use super::super::schema::Shape;
use super::{changed, made, ok, page, run};
use crate::definition::columns::Columns;
use crate::definition::module as definition;
use crate::engine::{preview, stop};
use crate::store::module as table;
use serde_json::json;

/// The columns of a module.
macro_rules! row {
    () => {
        "id:int name:name source_connection_id:int source_connection:str dest_connection_id:int \
      dest_connection:str dest_table:str staging_table:str source_query:str merge_strategy:full|incremental|append \
      merge_key:[str] dest_columns:[str]? unique_key:[str] full_by:truncate|delete load:staged|direct split_by:str? streams:int allow_cascade:bool \
      allow_non_atomic:bool timeout_s:int retries:int retry_delay_s:int min_rows:int? max_shrink_pct:num? notes:str? \
      enabled:bool running:bool lock_pid:int? lock_host:str? lock_user:str? lock_at:time? cancel_requested:bool \
      next_resolved_query:str? next_merge_sql:str? next_resolved_at:time? last_run_id:int? created_at:time \
      updated_at:time"
    };
}

/// The fields of a module as it is made, of which some must be there, and as it is changed.
macro_rules! fields {
    ($must:literal) => {
        concat!(
            "name:name",
            $must,
            " source_connection|source_connection_id:ref",
            $must,
            " dest_connection|dest_connection_id:ref",
            $must,
            " dest_table:text",
            $must,
            " source_query:text",
            $must,
            " merge_strategy:full|incremental|append",
            $must,
            " merge_key:[text]? dest_columns:[text]? unique_key:[text]? full_by:truncate|delete load:staged|direct split_by:text? streams:few allow_cascade:bool \
             allow_non_atomic:bool timeout_s:pos retries:nat retry_delay_s:nat min_rows:nat? max_shrink_pct:pct? \
             notes:str? enabled:bool watermarks:[NewWatermark] hooks:[NewHook]"
        )
    };
}

/// The shapes here.
pub const SHAPES: &[Shape] = &[
    ("Module", row!()),
    ("WholeModule", concat!(row!(), " watermarks:[Watermark] hooks:[Hook] groups:[str] last_run:obj?")),
    (
        "ModulePreview",
        "module:name runner:str load:staged|direct streams:int rows_by:builtin|jrunner_inserts|jrunner_query rows_by_because:str? \
       atomic:bool watermark_values_json:obj resolved_source_sql:str staging_sql:str? \
      merge_sql:str columns:[PreviewColumn] warnings:[str]",
    ),
    ("PreviewColumn", "output:str? column:str type:str"),
    ("Column", "position:pos name:str? expression:str dest_column:str? comment:str? is_star:bool"),
    ("Started", "run_id:int"),
    ("Cancelled", "module:name run_id:int? cancel_requested:bool"),
];

/// The shapes of the parts of a body.
pub const PARTS: &[Shape] = &[
    ("NewWatermark", "name:name! connection|connection_id:ref! resolver_sql:text! default_value:str?"),
    ("NewHook", "run_order:int? connection|connection_id:ref! sql:text! run_on:success|failure|always"),
];

/// The routes here.
pub const ROUTES: &[Route] = &[
    Route::get("/api/modules", "The modules, by name", "[Module]", list).query("limit:pos cursor:text"),
    Route::post("/api/modules", "Add a module, with its watermarks and hooks", "WholeModule", create)
        .body(fields!("!"))
        .status(201),
    Route::get("/api/modules/{id}", "A module, with its watermarks, hooks, groups and last run", "WholeModule", show),
    Route::post("/api/modules/{id}", "Change a module; a list given takes the place of its own", "WholeModule", update)
        .body(fields!("")),
    Route::post("/api/modules/{id}/delete", "Remove a module; with force, though it is in a group", "Module", delete)
        .body("force:bool"),
    Route::get("/api/modules/{id}/preview", "What its next run would do, to the byte", "ModulePreview", show_preview),
    Route::get("/api/modules/{id}/columns", "The columns of its query, as they are written", "[Column]", columns),
    Route::post("/api/modules/{id}/run", "Begin a run, which goes on by itself", "Started", start).status(202),
    Route::post("/api/modules/{id}/cancel", "Ask its run to stop", "Cancelled", cancel).status(202),
    Route::get("/api/modules/{id}/runs", "Its runs, newest first", "[Run]", runs).query(run::FILTER_OF_MODULE),
];

fn list(call: &mut Call<'_>) -> Result<Answer, Failure> {
    page(call, table::all(call.store.read())?, |m| &m.name)
}

fn show(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let row = table::find(call.store.read(), &call.id)?;
    ok(&definition::document(call.store.read(), &row)?)
}

fn create(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let module: definition::Module = call.body()?;
    let id = call.store.write(|tx| definition::save(tx, None, &module))?;
    let row = table::get(call.store.read(), id)?;
    made("modules", id, &definition::document(call.store.read(), &row)?)
}

fn update(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let document = call.store.write(|tx| {
        let (row, now) = definition::load(tx, &call.id)?;
        definition::save(tx, Some(row.id), &changed(call.body, &now)?)?;
        definition::document(tx, &table::get(tx, row.id)?)
    })?;
    ok(&document)
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let super::Force { force } = call.body()?;
    ok(&call.store.write(|tx| definition::remove(tx, &call.id, force))?)
}

fn show_preview(call: &mut Call<'_>) -> Result<Answer, Failure> {
    ok(&preview::make(call.store, &call.id)?.document())
}

fn columns(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let (_, module) = definition::load(call.store.read(), &call.id)?;
    ok(&Columns::of(call.store.read(), &module)?.all())
}

fn start(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let _: super::Nothing = call.body()?;
    let run_id = call.server.runs.run_module(&call.id, "api")?;
    Ok(Response::json(202, &json!({"run_id": run_id})).header("Location", format!("/api/runs/{run_id}")).into())
}

/// The run stops by itself within a second or so; `GET /api/runs/{id}` says when.
fn cancel(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let _: super::Nothing = call.body()?;
    let module = stop::request(call.store, &call.id)?;
    let document = json!({"module": module.name, "run_id": module.last_run_id, "cancel_requested": true});
    Ok(Response::json(202, &document).into())
}

fn runs(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let id = table::find(call.store.read(), &call.id)?.id;
    run::list_of(call, Some(id))
}
