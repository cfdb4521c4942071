//! The columns of a table that values go to.

use super::Connection;
use super::affinity::Affinity;
use crate::runner::{Failure, FailureKind};
use crate::sql::lexer::{Kind, tokens_with_brackets};

/// A column that an INSERT can fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its declared type.
    pub declared: String,
    /// What it does to values.
    pub affinity: Affinity,
}

/// The columns of `table`, which is SQL text such as `"main"."orders"`; generated columns are left out.
pub fn columns(connection: &Connection, table: &str) -> Result<Vec<Column>, Failure> {
    let (schema, name) = parts(table)?;
    let read = || {
        // The column that says STRICT stands in another pragma.
        let mut list = connection.inner().prepare(
            "SELECT c.name, c.type, coalesce((SELECT strict FROM pragma_table_list(?1) AS l \
             WHERE l.schema = coalesce(?2, l.schema) ORDER BY l.schema = 'temp' DESC LIMIT 1), 0) \
             FROM pragma_table_xinfo(?1, ?2) AS c WHERE c.hidden = 0 ORDER BY c.cid",
        )?;
        list.query_map((&name, &schema), |row| {
            let declared: String = row.get(1)?;
            let affinity = Affinity::of(&declared, row.get(2)?);
            Ok(Column { name: row.get(0)?, declared, affinity })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()
    };
    let columns = read().map_err(|error| connection.failure(&error))?;
    if columns.is_empty() {
        return Err(Failure::new(FailureKind::Sql, format!("no such table: {table}")));
    }
    Ok(columns)
}

/// The schema, if there is one, and the name, without their quotes.
fn parts(table: &str) -> Result<(Option<String>, String), Failure> {
    let mut names = Vec::new();
    for token in tokens_with_brackets(table) {
        let text = &table[token.span];
        match token.kind {
            Kind::Word => names.push(text.to_owned()),
            Kind::Quoted => {
                let quote = &text[..1];
                let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
                names.push(if quote == "[" { inner.to_owned() } else { inner.replace(&quote.repeat(2), quote) });
            }
            _ => {}
        }
    }
    match (names.pop(), names.pop(), names.pop()) {
        (Some(name), schema, None) => Ok((schema, name)),
        _ => Err(Failure::new(FailureKind::Sql, format!("`{table}` is not the name of a table"))),
    }
}

/// A name in double quotes.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_names_are_taken_apart() {
        for (table, schema, name) in [
            ("orders", None, "orders"),
            ("\"a\"\"b\"", None, "a\"b"),
            ("main.orders", Some("main"), "orders"),
            ("\"main\" . `or.ders`", Some("main"), "or.ders"),
            ("main.[my table]", Some("main"), "my table"),
        ] {
            assert_eq!(parts(table).unwrap(), (schema.map(str::to_owned), name.to_owned()), "{table}");
        }
        assert!(parts("a.b.c").is_err() && parts("").is_err());
    }
}
