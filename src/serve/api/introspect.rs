//! `/api/introspect`.

use super::super::response::Failure;
use super::super::router::{Answer, Call, Route};
use super::super::schema::Shape;
use super::ok;
use crate::definition::module::Strategy;
use crate::definition::{name_or_id, names};
use crate::dialect::Qualifiers;
use crate::engine::introspect;
use crate::engine::propose::{self, Wanted};
use crate::store::connection;
use serde::Deserialize;

/// The shapes of the parts of a body.
pub const PARTS: &[Shape] = &[("Qualifiers", "server:str? database:str? schema:str?")];

/// The routes here.
pub const ROUTES: &[Route] = &[
    Route::post("/api/introspect/tables", "The tables and views of a database", "[obj]", tables)
        .body("connection_id|connection:ref! qualifiers:Qualifiers like:str?"),
    Route::post("/api/introspect/columns", "The columns of a table", "[obj]", columns)
        .body("connection_id|connection:ref! table_name:text! qualifiers:Qualifiers"),
    Route::post(
        "/api/introspect/propose",
        "The module that a table would be loaded by, as POST /api/modules takes it",
        "obj",
        propose_module,
    )
    .body(
        "connection_id|connection:ref! table_name:text! qualifiers:Qualifiers dest_connection_id|dest_connection:ref \
         dest_table:text? name:name? merge_strategy:full|incremental|append? merge_key:[text]? watermarks:[text]?",
    ),
];

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

impl From<Within> for Qualifiers {
    fn from(Within { server, database, schema }: Within) -> Self {
        Qualifiers { server, database, schema }
    }
}

fn tables(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let Tables { connection_id, qualifiers, like } = call.body()?;
    let name = connection::find(call.store.read(), &connection_id)?.name;
    ok(&introspect::tables(call.store, &name, &qualifiers.into(), like.as_deref())?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    #[serde(deserialize_with = "name_or_id", alias = "connection")]
    connection_id: String,
    table_name: String,
    #[serde(default)]
    qualifiers: Within,
}

fn columns(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let Columns { connection_id, table_name, qualifiers } = call.body()?;
    let name = connection::find(call.store.read(), &connection_id)?.name;
    ok(&introspect::columns(call.store, &name, &table_name, &qualifiers.into())?.1)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Propose {
    #[serde(deserialize_with = "name_or_id", alias = "connection")]
    connection_id: String,
    table_name: String,
    #[serde(default)]
    qualifiers: Within,
    #[serde(default, deserialize_with = "some_name_or_id", alias = "dest_connection")]
    dest_connection_id: Option<String>,
    dest_table: Option<String>,
    name: Option<String>,
    merge_strategy: Option<Strategy>,
    #[serde(default, deserialize_with = "names")]
    merge_key: Vec<String>,
    #[serde(default, deserialize_with = "names")]
    watermarks: Vec<String>,
}

fn some_name_or_id<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    name_or_id(deserializer).map(Some)
}

fn propose_module(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let asked: Propose = call.body()?;
    let wanted = Wanted {
        source: connection::find(call.store.read(), &asked.connection_id)?.name,
        table: asked.table_name,
        within: asked.qualifiers.into(),
        dest: asked.dest_connection_id,
        dest_table: asked.dest_table,
        name: asked.name,
        strategy: asked.merge_strategy,
        key: asked.merge_key,
        watermarks: asked.watermarks,
    };
    ok(&propose::module(call.store, &wanted)?.0)
}
