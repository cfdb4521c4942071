//! `/api/settings`.

use super::super::response::Failure;
use super::super::router::{Answer, Call, Route};
use super::super::schema::Shape;
use super::ok;
use crate::error::Result as Done;
use crate::settings::{self, SETTINGS, Setting};
use crate::store::{Store, setting as table};
use serde::Deserialize;
use serde_json::{Value, json};

/// The shapes here.
pub const SHAPES: &[Shape] = &[("Setting", "key:str value:str? help:str")];

/// The routes here.
pub const ROUTES: &[Route] = &[
    Route::get("/api/settings", "The settings", "[Setting]", list),
    Route::post("/api/settings/{key}", "Set a setting; null takes it back to its default", "Setting", set)
        .body("value:str?!"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    #[serde(deserialize_with = "Option::deserialize")]
    value: Option<String>,
}

fn document(store: &Store, setting: &Setting) -> Done<Value> {
    Ok(json!({"key": setting.key, "value": setting.shown(store.read())?, "help": setting.help}))
}

fn list(call: &mut Call<'_>) -> Result<Answer, Failure> {
    ok(&SETTINGS.iter().map(|setting| document(call.store, setting)).collect::<Done<Vec<_>>>()?)
}

fn set(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let Set { value } = call.body()?;
    let setting = settings::find(&call.id)?;
    if setting.is_for_the_command_line() {
        let value = if setting.is_secret() { "-" } else { "VALUE" };
        return Err(Failure::new(403, "command_line_only", format!("{} is set by the command line only", setting.key))
            .hint(format!("pipekit settings set {} {value}", setting.key)));
    }
    call.store.write(|tx| match &value {
        Some(value) => settings::set(tx, setting.key, value),
        None => table::unset(tx, setting.key),
    })?;
    ok(&document(call.store, setting)?)
}
