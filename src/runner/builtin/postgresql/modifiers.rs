//! The lengths, precisions and scales inside composite types and domains, which no description of a column tells.

use postgres::types::{Kind, Type};
use std::collections::HashMap;

/// For a composite type, by its id, the modifier of each field; for a domain, that of the type beneath it.
#[derive(Debug, Default)]
pub struct Modifiers(HashMap<u32, Vec<i32>>);

impl Modifiers {
    /// SQL that reads those of all types in `kinds`; `None` where there are none.
    pub fn query<'a>(kinds: impl Iterator<Item = &'a Type>) -> Option<String> {
        let mut ids = Vec::new();
        kinds.for_each(|kind| collect(kind, &mut ids));
        let ids: Vec<String> = ids.iter().map(u32::to_string).collect();
        (!ids.is_empty()).then(|| {
            format!(
                "SELECT t.oid, CASE t.typtype WHEN 'd' THEN t.typtypmod ELSE a.atttypmod END\n\
                 FROM pg_catalog.pg_type AS t LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.typrelid\n  \
                 AND t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped\n\
                 WHERE t.oid IN ({}) ORDER BY t.oid, a.attnum",
                ids.join(", ")
            )
        })
    }

    /// Reads what [`Modifiers::query`] gave.
    pub fn read(rows: &[Vec<Option<String>>]) -> Modifiers {
        let mut modifiers = Modifiers::default();
        for row in rows {
            if let [Some(id), Some(modifier)] = &row[..]
                && let (Ok(id), Ok(modifier)) = (id.parse(), modifier.parse())
            {
                modifiers.0.entry(id).or_default().push(modifier);
            }
        }
        modifiers
    }

    /// That of the field of a composite type, or of what is beneath a domain (its field 0).
    pub fn of(&self, kind: &Type, field: usize) -> i32 {
        self.0.get(&kind.oid()).and_then(|fields| fields.get(field)).copied().unwrap_or(-1)
    }
}

fn collect(kind: &Type, ids: &mut Vec<u32>) {
    match kind.kind() {
        Kind::Array(element) => collect(element, ids),
        Kind::Domain(beneath) => {
            ids.push(kind.oid());
            collect(beneath, ids);
        }
        Kind::Composite(fields) => {
            ids.push(kind.oid());
            fields.iter().for_each(|field| collect(field.type_(), ids));
        }
        _ => {}
    }
}
