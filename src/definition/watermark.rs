//! A watermark: a named value that a module's query waits for.

use super::{check_name, check_text, name_or_id};
use crate::error::{Error, Result};
use crate::store::{connection, module, watermark as table};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

/// A watermark as it is defined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watermark {
    /// The placeholder's name.
    pub name: String,
    /// Where its resolver runs: any connection.
    #[serde(deserialize_with = "name_or_id", alias = "connection_id")]
    pub connection: String,
    /// The SQL whose first row's first column is the value, verbatim.
    pub resolver_sql: String,
    /// The value for a resolver that gives NULL or no row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
}

impl From<table::Watermark> for Watermark {
    fn from(row: table::Watermark) -> Self {
        Watermark {
            name: row.name,
            connection: row.connection,
            resolver_sql: row.resolver_sql,
            default_value: row.default_value,
        }
    }
}

/// Adds a watermark to a module (`id` is `None`) or rewrites one, and gives its id.
///
/// # Errors
/// `Invalid` for a broken rule, `NotFound` for its connection, `Exists` for a taken name.
pub fn save(conn: &Connection, module_id: i64, id: Option<i64>, watermark: &Watermark) -> Result<i64> {
    check_name("watermark", &watermark.name)?;
    check_text(&format!("the resolver of watermark {}", watermark.name), &watermark.resolver_sql)?;
    if table::of_module(conn, module_id)?.iter().any(|w| w.name == watermark.name && Some(w.id) != id) {
        let module = module::get(conn, module_id)?.name;
        return Err(Error::new(
            crate::error::Code::Exists,
            format!("module {module} has a watermark {} already", watermark.name),
        )
        .hint(format!("`pipekit watermark edit {module} {}` changes it", watermark.name)));
    }
    let new = table::NewWatermark {
        name: &watermark.name,
        connection_id: connection::find(conn, &watermark.connection)?.id,
        resolver_sql: &watermark.resolver_sql,
        default_value: watermark.default_value.as_deref(),
    };
    match id {
        None => table::insert(conn, module_id, &new),
        Some(id) => {
            table::update(conn, id, &new)?;
            Ok(id)
        }
    }
}

/// Makes the module's watermarks be `wanted`: those of the same name keep their ids.
///
/// # Errors
/// As [`save`].
pub fn save_all(conn: &Connection, module_id: i64, wanted: &[Watermark]) -> Result<()> {
    for (i, watermark) in wanted.iter().enumerate() {
        if wanted[..i].iter().any(|w| w.name == watermark.name) {
            return Err(Error::invalid(format!("there are two watermarks {}", watermark.name)));
        }
    }
    let present = table::of_module(conn, module_id)?;
    for row in present.iter().filter(|row| !wanted.iter().any(|w| w.name == row.name)) {
        table::delete(conn, row.id)?;
    }
    for watermark in wanted {
        let id = present.iter().find(|row| row.name == watermark.name).map(|row| row.id);
        save(conn, module_id, id, watermark)?;
    }
    Ok(())
}
