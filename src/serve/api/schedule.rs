//! `/api/schedules`.

use super::super::response::Failure;
use super::super::router::{Answer, Call, Route};
use super::super::schema::Shape;
use super::{changed, made, ok};
use crate::definition::schedule as define;
use crate::engine::schedule::with_next;
use crate::store::{group, schedule as table};

/// The shapes here.
pub const SHAPES: &[Shape] = &[(
    "Schedule",
    "id:int group_id:int group:str cron_expr:str timezone:str? catch_up_s:int enabled:bool last_fired_at:time? \
     created_at:time updated_at:time next_at:time?",
)];

/// The routes here.
pub const ROUTES: &[Route] = &[
    Route::get("/api/schedules", "The schedules, by group, with their next times", "[Schedule]", list)
        .query("group_id:text"),
    Route::post("/api/schedules", "Have a group run at these times", "Schedule", create)
        .body("group|group_id:ref! cron_expr:text! timezone:str? catch_up_s:nat enabled:bool")
        .status(201),
    Route::get("/api/schedules/{id}", "A schedule", "Schedule", show),
    Route::post("/api/schedules/{id}", "Change a schedule", "Schedule", update)
        .body("group|group_id:ref cron_expr:text timezone:str? catch_up_s:nat enabled:bool"),
    Route::post("/api/schedules/{id}/delete", "Remove a schedule", "Schedule", delete),
];

fn list(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let conn = call.store.read();
    let schedules = match call.query("group_id") {
        Some(name) => table::of_group(conn, group::find(conn, name)?.id)?,
        None => table::all(conn)?,
    };
    ok(&schedules.into_iter().map(|schedule| with_next(conn, schedule)).collect::<Vec<_>>())
}

fn show(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let id = call.number("schedule")?;
    ok(&with_next(call.store.read(), table::get(call.store.read(), id)?))
}

fn create(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let schedule: define::Schedule = call.body()?;
    let row = call.store.write(|tx| {
        let id = define::add(tx, &schedule)?;
        table::get(tx, id)
    })?;
    call.server.ticker.wake();
    made("schedules", row.id, &with_next(call.store.read(), row))
}

fn update(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let id = call.number("schedule")?;
    let row = call.store.write(|tx| {
        let schedule = changed(call.body, &define::Schedule::from(table::get(tx, id)?))?;
        define::save(tx, Some(id), &schedule)?;
        table::get(tx, id)
    })?;
    call.server.ticker.wake();
    ok(&with_next(call.store.read(), row))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let _: super::Nothing = call.body()?;
    let id = call.number("schedule")?;
    let removed = call.store.write(|tx| {
        let row = table::get(tx, id)?;
        table::delete(tx, id).map(|()| row)
    })?;
    ok(&with_next(call.store.read(), removed))
}
