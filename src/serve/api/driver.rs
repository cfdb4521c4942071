//! `/api/drivers`.

use super::super::response::Failure;
use super::super::router::{Answer, Call, Route};
use super::super::schema::Shape;
use super::{changed, made, ok, page};
use crate::definition::driver as definition;
use crate::store::driver as table;

const FIELDS: &str = "name:name! kind:db2|sqlserver|postgresql|mysql|sqlite|h2|derby|generic! jar_file:str? \
                      class_name:str? url_template:str?";
const CHANGES: &str = "name:name kind:db2|sqlserver|postgresql|mysql|sqlite|h2|derby|generic jar_file:str? \
                       class_name:str? url_template:str?";

/// The shapes here.
pub const SHAPES: &[Shape] = &[(
    "Driver",
    "id:int name:name kind:str jar_file:str? class_name:str? url_template:str? created_at:time updated_at:time",
)];

/// The routes here.
pub const ROUTES: &[Route] = &[
    Route::get("/api/drivers", "The drivers, by name", "[Driver]", list).query("limit:pos cursor:text"),
    Route::post("/api/drivers", "Add a driver", "Driver", create).body(FIELDS).status(201),
    Route::get("/api/drivers/{id}", "A driver", "Driver", show),
    Route::post("/api/drivers/{id}", "Change a driver", "Driver", update).body(CHANGES),
    Route::post("/api/drivers/{id}/delete", "Remove a driver that nothing uses", "Driver", delete),
];

fn list(call: &mut Call<'_>) -> Result<Answer, Failure> {
    page(call, table::all(call.store.read())?, |d| &d.name)
}

fn show(call: &mut Call<'_>) -> Result<Answer, Failure> {
    ok(&table::find(call.store.read(), &call.id)?)
}

fn create(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let driver: definition::Driver = call.body()?;
    let id = call.store.write(|tx| definition::save(tx, None, &driver))?;
    made("drivers", id, &table::get(call.store.read(), id)?)
}

fn update(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let row = call.store.write(|tx| {
        let row = table::find(tx, &call.id)?;
        let driver = changed(call.body, &definition::Driver::from(row.clone()))?;
        definition::save(tx, Some(row.id), &driver)?;
        table::get(tx, row.id)
    })?;
    ok(&row)
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let _: super::Nothing = call.body()?;
    ok(&call.store.write(|tx| definition::remove(tx, &call.id))?)
}
