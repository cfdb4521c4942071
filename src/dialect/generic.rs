//! Any database with the catalog of the SQL standard (ISO 9075-11, INFORMATION_SCHEMA).

use super::standard::Standard;
use super::types::{self, Type};
use super::{Qualifiers, Source, TableName, double_quoted, literal, split_name};

pub(super) struct Generic;

impl Source for Generic {
    fn list_tables(&self, within: &Qualifiers) -> String {
        let narrow = match &within.schema {
            Some(schema) => format!("TABLE_SCHEMA = {}", literal(schema)),
            None => "UPPER(TABLE_SCHEMA) <> 'INFORMATION_SCHEMA'".to_owned(),
        };
        format!(
            "SELECT TABLE_SCHEMA, TABLE_NAME, CASE WHEN TABLE_TYPE = 'VIEW' THEN 'view' ELSE 'table' END, CAST(NULL AS VARCHAR(1))\n\
             FROM INFORMATION_SCHEMA.TABLES\nWHERE {narrow}\nORDER BY 1, 2"
        )
    }

    fn list_columns(&self, table: &TableName) -> String {
        let schema = table
            .schema
            .as_ref()
            .map(|schema| format!("c.TABLE_SCHEMA = {} AND ", literal(schema)))
            .unwrap_or_default();
        format!(
            "SELECT c.COLUMN_NAME,\n  \
             CASE WHEN c.CHARACTER_MAXIMUM_LENGTH IS NOT NULL THEN c.DATA_TYPE || '(' || CAST(c.CHARACTER_MAXIMUM_LENGTH AS VARCHAR(20)) || ')'\n    \
             WHEN UPPER(c.DATA_TYPE) IN ('DECIMAL', 'NUMERIC') THEN c.DATA_TYPE || '(' || CAST(c.NUMERIC_PRECISION AS VARCHAR(20))\n      \
             || ',' || CAST(c.NUMERIC_SCALE AS VARCHAR(20)) || ')' ELSE c.DATA_TYPE END,\n  \
             CASE WHEN c.IS_NULLABLE = 'NO' THEN 0 ELSE 1 END, c.COLUMN_DEFAULT,\n  \
             (SELECT MIN(k.ORDINAL_POSITION) FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS p\n    \
             JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE k ON k.CONSTRAINT_SCHEMA = p.CONSTRAINT_SCHEMA AND k.CONSTRAINT_NAME = p.CONSTRAINT_NAME\n      \
             AND k.TABLE_NAME = p.TABLE_NAME\n    \
             WHERE p.CONSTRAINT_TYPE = 'PRIMARY KEY' AND p.TABLE_SCHEMA = c.TABLE_SCHEMA AND p.TABLE_NAME = c.TABLE_NAME\n      \
             AND k.COLUMN_NAME = c.COLUMN_NAME), CAST(NULL AS VARCHAR(1))\n\
             FROM INFORMATION_SCHEMA.COLUMNS c\nWHERE {schema}c.TABLE_NAME = {}\nORDER BY c.TABLE_SCHEMA, c.ORDINAL_POSITION",
            literal(&table.name)
        )
    }

    fn map_type(&self, type_text: &str) -> Type {
        let (words, numbers) = types::split(type_text);
        // What is without a limit has one of some gigabytes in some catalogs.
        match types::common(&words, &numbers, 6) {
            Some(Type::Text(Some(length))) if length > 1_000_000 => Type::Text(None),
            Some(Type::Bytes(Some(length))) if length > 1_000_000 => Type::Bytes(None),
            Some(mapped) => mapped,
            None => Type::Other(type_text.to_owned()),
        }
    }

    fn large_text(&self) -> Option<&'static str> {
        Some("CLOB")
    }

    fn quote(&self, name: &str) -> String {
        double_quoted(name)
    }

    // Bare names are folded to upper case (ISO 9075-2, 5.2, <regular identifier>).
    fn parse_table(&self, text: &str) -> Result<TableName, String> {
        split_name(text, str::to_uppercase)
    }
}

impl Standard for Generic {
    fn unfit(&self) -> &'static str {
        "in a database of a kind of which pipekit does not know how a merge is one transaction"
    }
}
