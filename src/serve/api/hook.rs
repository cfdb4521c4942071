//! `/api/hooks`.

use super::super::response::Failure;
use super::super::router::{Answer, Call, Route};
use super::super::schema::Shape;
use super::{changed, made, ok, part};
use crate::definition::hook as definition;
use crate::store::{hook as table, module};

/// The shapes here.
pub const SHAPES: &[Shape] = &[(
    "Hook",
    "id:int module_id:int module:name run_order:int connection_id:int connection:str sql:str \
     run_on:success|failure|always",
)];

/// The routes here.
pub const ROUTES: &[Route] = &[
    Route::get("/api/hooks", "The hooks, by module and order", "[Hook]", list).query("module_id:text"),
    Route::post("/api/hooks", "Add a hook to a module", "Hook", create)
        .body(
            "module_id|module:ref! run_order:int? connection|connection_id:ref! sql:text! \
             run_on:success|failure|always",
        )
        .status(201),
    Route::get("/api/hooks/{id}", "A hook", "Hook", show),
    Route::post("/api/hooks/{id}", "Change a hook", "Hook", update)
        .body("run_order:int connection|connection_id:ref sql:text run_on:success|failure|always"),
    Route::post("/api/hooks/{id}/delete", "Remove a hook", "Hook", delete),
];

fn list(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let conn = call.store.read();
    ok(&match call.query("module_id") {
        Some(module) => table::of_module(conn, module::find(conn, module)?.id)?,
        None => table::all(conn)?,
    })
}

fn show(call: &mut Call<'_>) -> Result<Answer, Failure> {
    ok(&table::get(call.store.read(), call.number("hook")?)?)
}

fn create(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let (module, hook): (String, definition::Hook) = part(call.body)?;
    let row = call.store.write(|tx| {
        let module = module::find(tx, &module)?;
        let id = definition::save(tx, module.id, None, &hook)?;
        table::get(tx, id)
    })?;
    made("hooks", row.id, &row)
}

fn update(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let id = call.number("hook")?;
    let row = call.store.write(|tx| {
        let row = table::get(tx, id)?;
        let module_id = row.module_id;
        let hook = changed(call.body, &definition::Hook::from(row))?;
        definition::save(tx, module_id, Some(id), &hook)?;
        table::get(tx, id)
    })?;
    ok(&row)
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let _: super::Nothing = call.body()?;
    let id = call.number("hook")?;
    let removed = call.store.write(|tx| {
        let row = table::get(tx, id)?;
        table::delete(tx, id).map(|()| row)
    })?;
    ok(&removed)
}
