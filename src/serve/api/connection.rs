//! `/api/connections`.

use super::super::response::Failure;
use super::super::router::{Answer, Call, Route};
use super::super::schema::Shape;
use super::{changed, made, ok, page};
use crate::definition::connection as definition;
use crate::engine::introspect;
use crate::error::Code;
use crate::store::connection as table;
use serde_json::json;
use std::time::Instant;

/// The shapes here.
pub const SHAPES: &[Shape] = &[
    (
        "Connection",
        "id:int name:name driver_id:int driver:str kind:str jar_file:str? jdbc_url:str username:str? password:str? \
         default_dest_connection_id:int? default_dest_connection:str? default_dest_schema:str? \
         max_runs:int? notes:str? created_at:time updated_at:time",
    ),
    ("Tested", "connection:str ok:bool elapsed_ms:int error:obj?"),
];

/// The routes here.
pub const ROUTES: &[Route] = &[
    Route::get("/api/connections", "The connections, by name", "[Connection]", list).query("limit:pos cursor:text"),
    Route::post("/api/connections", "Add a connection", "Connection", create)
        .body(
            "name:name! driver|driver_id:ref! jdbc_url:text! username:str? password:str? \
             default_dest_connection:str? default_dest_schema:str? max_runs:most? notes:str?",
        )
        .status(201),
    Route::get("/api/connections/{id}", "A connection", "Connection", show),
    Route::post("/api/connections/{id}", "Change a connection", "Connection", update).body(
        "name:name driver|driver_id:ref jdbc_url:text username:str? password:str? default_dest_connection:str? \
         default_dest_schema:str? max_runs:most? notes:str?",
    ),
    Route::post(
        "/api/connections/{id}/delete",
        "Remove a connection; with force, the modules that use it too",
        "obj",
        delete,
    )
    .body("force:bool"),
    Route::post("/api/connections/{id}/test", "See whether its database answers", "Tested", test),
];

fn list(call: &mut Call<'_>) -> Result<Answer, Failure> {
    page(call, table::all(call.store.read())?, |c| &c.name)
}

fn show(call: &mut Call<'_>) -> Result<Answer, Failure> {
    ok(&table::find(call.store.read(), &call.id)?)
}

fn create(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let connection: definition::Connection = call.body()?;
    let id = call.store.write(|tx| definition::save(tx, None, &connection))?;
    made("connections", id, &table::get(call.store.read(), id)?)
}

fn update(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let row = call.store.write(|tx| {
        let row = table::find(tx, &call.id)?;
        let connection = changed(call.body, &definition::Connection::from(row.clone()))?;
        definition::save(tx, Some(row.id), &connection)?;
        table::get(tx, row.id)
    })?;
    ok(&row)
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let super::Force { force } = call.body()?;
    let (removed, modules) = call.store.write(|tx| definition::remove(tx, &call.id, force))?;
    let mut document = json!(removed);
    document["removed_modules"] = json!(modules);
    ok(&document)
}

/// A database that does not answer is what was asked, and no error.
fn test(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let _: super::Nothing = call.body()?;
    let name = table::find(call.store.read(), &call.id)?.name;
    let since = Instant::now();
    match introspect::test(call.store, &name, None) {
        Ok(tested) => {
            let mut document = json!(tested);
            document["error"] = json!(null);
            ok(&document)
        }
        Err(e) if matches!(e.code, Code::Runner | Code::Secret) => ok(&json!({
            "connection": name, "ok": false,
            "elapsed_ms": u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
            "error": {"code": e.code.as_str(), "message": e.message, "hint": e.hint},
        })),
        Err(e) => Err(e.into()),
    }
}
