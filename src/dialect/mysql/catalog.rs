//! What `information_schema` says (MySQL manual, chapter 28). It shows what the login may see.

use super::super::{Column, Described, Fill, OF_THE_DATABASE, OURS, Qualifiers, Relation, TableName};
use super::{STAGING, literal};

/// The databases that the server keeps for itself.
const OF_THE_SERVER: &str = "('mysql', 'information_schema', 'performance_schema', 'sys')";

/// The columns that a table may have (MySQL manual, 10.4.7), and more. A limit keeps MySQL from merging a subquery into an
/// outer join's ON, whose constants it does not look by.
const MOST_COLUMNS: u32 = 10_000;

/// The database of a table.
fn database(table: &TableName) -> String {
    table.schema.as_deref().map_or("DATABASE()".to_owned(), literal)
}

/// A condition by which the row `t` of a catalog's view is about `table`. Only by names that are constants MariaDB looks at
/// this table alone; by those of another view's rows it opens every table of the server. The catalog compares names
/// without regard to case, where the server may have two that differ in nothing else.
pub fn is(t: &str, table: &TableName) -> String {
    let name = literal(&table.name);
    format!(
        "{t}.TABLE_SCHEMA = {} AND {t}.TABLE_NAME = {name}\n  \
         AND (@@lower_case_table_names <> 0 OR CAST({t}.TABLE_NAME AS BINARY) = CAST({name} AS BINARY))",
        database(table)
    )
}

/// The tables and views of a database: of the connection's, where none is named and it has one.
pub fn tables(within: &Qualifiers) -> String {
    let place = within.schema.as_deref().map_or("COALESCE(DATABASE(), TABLE_SCHEMA)".to_owned(), literal);
    format!(
        "SELECT TABLE_SCHEMA, TABLE_NAME, CASE TABLE_TYPE WHEN 'VIEW' THEN 'view' WHEN 'SYSTEM VIEW' THEN 'view'\n    \
         WHEN 'SEQUENCE' THEN 'sequence' ELSE 'table' END,\n  \
         CASE WHEN TABLE_COMMENT = 'VIEW' THEN NULL ELSE NULLIF(TABLE_COMMENT, '') END\n\
         FROM information_schema.TABLES\n\
         WHERE TABLE_SCHEMA = {place} AND TABLE_NAME NOT LIKE '{}%'{}\nORDER BY 1, 2",
        STAGING.replace('_', "\\_"),
        match within.schema {
            Some(_) => String::new(),
            None => format!(" AND TABLE_SCHEMA NOT IN {OF_THE_SERVER}"),
        }
    )
}

/// The columns of a table, and their places in its primary key.
pub fn columns(table: &TableName) -> String {
    format!(
        "SELECT t.COLUMN_NAME, t.COLUMN_TYPE, CASE t.IS_NULLABLE WHEN 'YES' THEN 1 ELSE 0 END,\n  \
         NULLIF(t.COLUMN_DEFAULT, 'NULL'),\n  \
         (SELECT k.ORDINAL_POSITION FROM information_schema.KEY_COLUMN_USAGE AS k\n    \
         WHERE {} AND k.CONSTRAINT_NAME = 'PRIMARY'\n      \
         AND k.COLUMN_NAME = t.COLUMN_NAME),\n  \
         NULLIF(t.COLUMN_COMMENT, '')\n\
         FROM information_schema.COLUMNS AS t\nWHERE {}\nORDER BY t.ORDINAL_POSITION",
        is("k", table),
        is("t", table)
    )
}

/// A CTE `seen` of a view and the views under it, with their definitions, in which every name is qualified and in
/// backticks. It is empty for a table.
fn views(table: &TableName) -> String {
    format!(
        "WITH RECURSIVE seen (place, name, definition) AS (\n    \
         SELECT v.TABLE_SCHEMA, v.TABLE_NAME, v.VIEW_DEFINITION FROM information_schema.VIEWS AS v\n    \
         WHERE {} UNION\n    \
         SELECT v.TABLE_SCHEMA, v.TABLE_NAME, v.VIEW_DEFINITION FROM seen JOIN information_schema.VIEWS AS v ON {})",
        is("v", table),
        named("v.TABLE_SCHEMA", "v.TABLE_NAME")
    )
}

/// Whether the definition of a view that is `seen` has a table's name.
fn named(place: &str, name: &str) -> String {
    let part = |part: &str| format!("REPLACE({part}, '`', '``')");
    format!("LOCATE(CONCAT('`', {}, '`.`', {}, '`'), seen.definition) > 0", part(place), part(name))
}

/// The columns of a destination, and what it is. A merge is undone by engines with transactions only, and what is under
/// a view takes part in it.
pub fn describe(table: &TableName) -> String {
    let undone =
        |t: &str| format!("{t} IN (SELECT e.ENGINE FROM information_schema.ENGINES AS e WHERE e.TRANSACTIONS = 'YES')");
    format!(
        "SELECT c.COLUMN_NAME, c.COLUMN_TYPE, c.IS_NULLABLE, c.EXTRA, c.COLLATION_NAME, t.TABLE_SCHEMA,\n  \
         CASE WHEN t.TABLE_SCHEMA IN {OF_THE_SERVER} THEN 'catalog'\n    \
         WHEN LEFT(t.TABLE_NAME, {}) = '{STAGING}' THEN 'ours'\n    \
         WHEN t.TABLE_TYPE = 'SEQUENCE' THEN 'sequence'\n    \
         WHEN t.TABLE_TYPE = 'VIEW' THEN ({}\n    \
         SELECT CASE WHEN COALESCE(MIN(seen.definition), '') = '' THEN 'hidden'\n      \
         WHEN EXISTS (SELECT 1 FROM information_schema.VIEWS AS v WHERE {} AND v.IS_UPDATABLE = 'NO') THEN 'fixed'\n      \
         WHEN EXISTS (SELECT 1 FROM seen JOIN information_schema.TABLES AS u ON u.TABLE_TYPE <> 'VIEW' AND {}\n        \
         WHERE NOT {}) THEN 'kept' ELSE 'view' END FROM seen)\n    \
         WHEN t.ENGINE = 'InnoDB' THEN 'table' WHEN {} THEN 'foreign' ELSE 'kept' END\n\
         FROM information_schema.TABLES AS t\n\
         LEFT JOIN (SELECT c.COLUMN_NAME, c.COLUMN_TYPE, c.IS_NULLABLE, c.EXTRA, c.COLLATION_NAME, c.ORDINAL_POSITION\n  \
         FROM information_schema.COLUMNS AS c WHERE {} LIMIT {MOST_COLUMNS}) AS c ON TRUE\n\
         WHERE {}\nORDER BY c.ORDINAL_POSITION",
        STAGING.len(),
        views(table),
        is("v", table),
        named("u.TABLE_SCHEMA", "u.TABLE_NAME"),
        undone("u.ENGINE"),
        undone("t.ENGINE"),
        is("c", table),
        is("t", table)
    )
}

/// Reads what [`describe`] gives.
pub fn read(rows: &[Vec<Option<String>>]) -> Option<Described> {
    // NULL and empty are the same in the CSV of some runners.
    let field = |row: &[Option<String>], i: usize| row.get(i).cloned().flatten().filter(|text| !text.is_empty());
    let first = rows.first()?;
    let relation = match field(first, 6).as_deref() {
        Some("table") => Relation::Table,
        Some("view") => Relation::View,
        Some("foreign") => Relation::Foreign,
        Some("ours") => Relation::Unfit(OURS),
        Some("catalog") => Relation::Unfit(OF_THE_DATABASE),
        Some("sequence") => Relation::Unfit("a sequence"),
        Some("fixed") => Relation::Unfit("a view that can't be written through"),
        Some("hidden") => Relation::Unfit("a view whose definition the login may not see (GRANT SHOW VIEW)"),
        _ => Relation::Unfit("of an engine without transactions, where half a merge could not be undone (InnoDB can)"),
    };
    let column = |row: &Vec<Option<String>>| {
        let extra = field(row, 3).unwrap_or_default().to_uppercase();
        Some(Column {
            name: field(row, 0)?,
            type_sql: field(row, 1).unwrap_or_default(),
            collation: field(row, 4),
            equals: None,
            nullable: field(row, 2).as_deref() == Some("YES"),
            // MySQL calls a default that is an expression DEFAULT_GENERATED.
            fill: if ["VIRTUAL", "STORED", "PERSISTENT"].iter().any(|word| extra.contains(word)) {
                Fill::Computed
            } else if extra.contains("INVISIBLE") {
                Fill::Identity
            } else {
                Fill::Plain
            },
        })
    };
    Some(Described {
        schema: field(first, 5),
        relation,
        columns: rows.iter().filter_map(column).collect(),
        // A trigger can change a row or stop the statement, and keep no row out.
        decides: false,
        displaces: false,
        hides: false,
        unjournaled: false,
    })
}

/// The foreign keys by which a DELETE reaches others.
pub fn cascades(table: &TableName) -> String {
    let name = literal(&table.name);
    format!(
        "{}\nSELECT CONCAT(r.CONSTRAINT_SCHEMA, '.', r.TABLE_NAME), r.CONSTRAINT_NAME, r.DELETE_RULE\n\
         FROM information_schema.REFERENTIAL_CONSTRAINTS AS r\n\
         WHERE r.DELETE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT') AND (\n  \
         (r.UNIQUE_CONSTRAINT_SCHEMA = {} AND r.REFERENCED_TABLE_NAME = {name})\n  \
         OR EXISTS (SELECT 1 FROM seen WHERE {}))\nORDER BY 1, 2",
        views(table),
        database(table),
        named("r.UNIQUE_CONSTRAINT_SCHEMA", "r.REFERENCED_TABLE_NAME")
    )
}
