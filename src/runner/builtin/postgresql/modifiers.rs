//! The modifiers that stand within types: those of a composite type's fields, and of the domains that arrays, rows and
//! ranges are made of. A query's description has only those of its columns.

use super::Connection;
use crate::runner::Failure;
use postgres::types::{Kind, Type};
use std::collections::HashMap;

/// By the type's id: a domain's one, and those of a composite type's fields.
pub type Modifiers = HashMap<u32, Vec<i32>>;

/// What stands within the types of these columns. It costs a round trip where there is such a type at all.
pub fn within(connection: &mut Connection, columns: &[postgres::Column]) -> Result<Modifiers, Failure> {
    let mut types = Vec::new();
    columns.iter().for_each(|column| collect(column.type_(), &mut types));
    if types.is_empty() {
        return Ok(Modifiers::new());
    }
    let sql = "SELECT t.oid, CASE WHEN t.typtype = 'd' THEN ARRAY[t.typtypmod] ELSE (\
               SELECT pg_catalog.array_agg(a.atttypmod ORDER BY a.attnum) FROM pg_catalog.pg_attribute AS a \
               WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END \
               FROM pg_catalog.pg_type AS t WHERE t.oid = ANY($1)";
    let rows = connection.client.query(sql, &[&types]).map_err(|error| connection.failure(&error))?;
    Ok(rows.iter().map(|row| (row.get(0), row.get::<_, Option<Vec<i32>>>(1).unwrap_or_default())).collect())
}

/// The domains and composite types that a type is put together of.
fn collect(kind: &Type, found: &mut Vec<u32>) {
    match kind.kind() {
        Kind::Domain(beneath) => {
            found.push(kind.oid());
            collect(beneath, found);
        }
        Kind::Composite(fields) => {
            found.push(kind.oid());
            fields.iter().for_each(|field| collect(field.type_(), found));
        }
        Kind::Array(part) | Kind::Range(part) | Kind::Multirange(part) => collect(part, found),
        _ => {}
    }
}
