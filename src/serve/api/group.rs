//! `/api/groups` and `/api/group_members`.

use super::super::response::{Failure, Response};
use super::super::router::{Answer, Call, Route};
use super::super::schema::Shape;
use super::{changed, made, ok};
use crate::definition::group as define;
use crate::engine::group as engine;
use crate::store::{group as table, module};
use serde_json::json;

/// The shapes here.
pub const SHAPES: &[Shape] = &[
    ("Group", "id:int name:str stop_on_failure:bool max_parallel:int members:int schedules:[str]"),
    ("GroupMember", "id:int group_id:int group:str module_id:int module:str run_order:int enabled:bool"),
    ("GroupStarted", "group_run_id:int"),
    ("NewTimes", "cron_expr:text! timezone:str? catch_up_s:nat enabled:bool"),
];

/// The routes here.
pub const ROUTES: &[Route] = &[
    Route::get("/api/groups", "The groups, by name", "[Group]", list),
    Route::post("/api/groups", "Add a group, with its members and schedules", "Group", create)
        .body("name:name! stop_on_failure:bool max_parallel:most members:[place]? schedules:[NewTimes]")
        .status(201),
    Route::get("/api/groups/{id}", "A group", "Group", show),
    Route::post("/api/groups/{id}", "Change a group", "Group", update)
        .body("name:name stop_on_failure:bool max_parallel:most members:[place]? schedules:[NewTimes]"),
    Route::post("/api/groups/{id}/delete", "Remove a group; its modules and runs stay", "Group", delete)
        .body("force:bool"),
    Route::post("/api/groups/{id}/run", "Begin a run of its members, which goes on by itself", "GroupStarted", run)
        .status(202),
    Route::post("/api/groups/{id}/cancel", "Ask its run to stop", "GroupStarted", cancel).status(202),
    Route::get("/api/group_members", "The members of groups, by group and order", "[GroupMember]", members)
        .query("group_id:text"),
    Route::post("/api/group_members", "Put a module into a group, or to another place in it", "GroupMember", put)
        .body("group_id:ref! module_id:ref! run_order:int?")
        .status(201),
    Route::get("/api/group_members/{id}", "A member", "GroupMember", member),
    Route::post("/api/group_members/{id}", "Give a member another place", "GroupMember", move_member)
        .body("run_order:int!"),
    Route::post("/api/group_members/{id}/delete", "Take a module out of a group", "GroupMember", remove),
];

fn list(call: &mut Call<'_>) -> Result<Answer, Failure> {
    ok(&table::all(call.store.read())?)
}

fn show(call: &mut Call<'_>) -> Result<Answer, Failure> {
    ok(&table::find(call.store.read(), &call.id)?)
}

fn create(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let group: define::Group = call.body()?;
    let row = call.store.write(|tx| {
        let id = define::save(tx, None, &group)?;
        table::find(tx, &id.to_string())
    })?;
    made("groups", row.id, &row)
}

fn update(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let row = call.store.write(|tx| {
        let id = table::find(tx, &call.id)?.id;
        let group = changed(call.body, &define::load(tx, &id.to_string())?)?;
        define::save(tx, Some(id), &group)?;
        table::find(tx, &id.to_string())
    })?;
    ok(&row)
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let super::Force { force } = call.body()?;
    ok(&call.store.write(|tx| define::remove(tx, &call.id, force))?)
}

fn run(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let _: super::Nothing = call.body()?;
    let claimed = engine::claim(call.store, &call.id, "api")?;
    let id = claimed.id;
    call.server.runs.run_group(call.store, claimed)?;
    started(id)
}

fn started(id: i64) -> Result<Answer, Failure> {
    let document = json!({"group_run_id": id});
    Ok(Response::json(202, &document).header("Location", format!("/api/group-runs/{id}")).into())
}

fn cancel(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let _: super::Nothing = call.body()?;
    started(engine::request_cancel(call.store, &call.id)?.id)
}

fn members(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let group = call.query("group_id").map(|name| table::find(call.store.read(), name)).transpose()?;
    ok(&table::members(call.store.read(), group.map(|g| g.id))?)
}

/// A place in a group.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    #[serde(deserialize_with = "crate::definition::name_or_id")]
    group_id: String,
    #[serde(deserialize_with = "crate::definition::name_or_id")]
    module_id: String,
    run_order: Option<i64>,
}

fn put(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let place: Place = call.body()?;
    let member = call.store.write(|tx| {
        let (group, module) = (table::find(tx, &place.group_id)?, module::find(tx, &place.module_id)?);
        define::put_member(tx, group.id, module.id, place.run_order)
    })?;
    made("group_members", member.id, &member)
}

fn member(call: &mut Call<'_>) -> Result<Answer, Failure> {
    ok(&table::member(call.store.read(), call.number("group member")?)?)
}

/// Another place for a member.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    run_order: i64,
}

fn move_member(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let (id, order): (i64, Order) = (call.number("group member")?, call.body()?);
    let member = call.store.write(|tx| {
        let member = table::member(tx, id)?;
        define::put_member(tx, member.group_id, member.module_id, Some(order.run_order))
    })?;
    ok(&member)
}

fn remove(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let _: super::Nothing = call.body()?;
    let id = call.number("group member")?;
    let removed = call.store.write(|tx| {
        let member = table::member(tx, id)?;
        table::remove_member(tx, member.group_id, member.module_id).map(|_| member)
    })?;
    ok(&removed)
}
