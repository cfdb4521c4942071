//! `/api/introspect`.

use super::super::response::Failure;
use super::super::router::{Answer, Call, Route};
use super::super::schema::Shape;
use super::ok;
use crate::definition::name_or_id;
use crate::dialect::Qualifiers;
use crate::engine::introspect;
use crate::store::connection;
use serde::Deserialize;

/// The shapes of the parts of a body.
pub const PARTS: &[Shape] = &[("Qualifiers", "server:str? database:str? schema:str?")];

/// The routes here.
pub const ROUTES: &[Route] =
    &[Route::post("/api/introspect/tables", "The tables and views of a database", "[obj]", tables)
        .body("connection_id|connection:ref! qualifiers:Qualifiers like:str?")];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    #[serde(deserialize_with = "name_or_id", alias = "connection")]
    connection_id: String,
    #[serde(default)]
    qualifiers: Within,
    like: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Within {
    server: Option<String>,
    database: Option<String>,
    schema: Option<String>,
}

fn tables(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let Tables { connection_id, qualifiers: Within { server, database, schema }, like } = call.body()?;
    let name = connection::find(call.store.read(), &connection_id)?.name;
    let within = Qualifiers { server, database, schema };
    ok(&introspect::tables(call.store, &name, &within, like.as_deref())?)
}
