//! `/api/watermarks`.

use super::super::response::Failure;
use super::super::router::{Answer, Call, Route};
use super::super::schema::Shape;
use super::{changed, made, ok, part};
use crate::definition::watermark as definition;
use crate::store::{module, watermark as table};

/// The shapes here.
pub const SHAPES: &[Shape] = &[(
    "Watermark",
    "id:int module_id:int name:name connection_id:int connection:str resolver_sql:str default_value:str?",
)];

/// The routes here.
pub const ROUTES: &[Route] = &[
    Route::get("/api/watermarks", "The watermarks, by module", "[Watermark]", list).query("module_id:text"),
    Route::post("/api/watermarks", "Add a watermark to a module", "Watermark", create)
        .body(
            "module_id|module:ref! name:name! connection|connection_id:ref! resolver_sql:text! \
             default_value:str?",
        )
        .status(201),
    Route::get("/api/watermarks/{id}", "A watermark", "Watermark", show),
    Route::post("/api/watermarks/{id}", "Change a watermark", "Watermark", update)
        .body("name:name connection|connection_id:ref resolver_sql:text default_value:str?"),
    Route::post("/api/watermarks/{id}/delete", "Remove a watermark", "Watermark", delete),
];

fn list(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let conn = call.store.read();
    ok(&match call.query("module_id") {
        Some(module) => table::of_module(conn, module::find(conn, module)?.id)?,
        None => table::all(conn)?,
    })
}

fn show(call: &mut Call<'_>) -> Result<Answer, Failure> {
    ok(&table::get(call.store.read(), call.number("watermark")?)?)
}

fn create(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let (module, watermark): (String, definition::Watermark) = part(call.body)?;
    let row = call.store.write(|tx| {
        let module = module::find(tx, &module)?;
        let id = definition::save(tx, module.id, None, &watermark)?;
        table::get(tx, id)
    })?;
    made("watermarks", row.id, &row)
}

fn update(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let id = call.number("watermark")?;
    let row = call.store.write(|tx| {
        let row = table::get(tx, id)?;
        let module_id = row.module_id;
        let watermark = changed(call.body, &definition::Watermark::from(row))?;
        definition::save(tx, module_id, Some(id), &watermark)?;
        table::get(tx, id)
    })?;
    ok(&row)
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let _: super::Nothing = call.body()?;
    let id = call.number("watermark")?;
    let removed = call.store.write(|tx| {
        let row = table::get(tx, id)?;
        table::delete(tx, id).map(|()| row)
    })?;
    ok(&removed)
}
