//! Databases of which pipekit knows what the SQL standard says (ISO 9075), and what their catalogs hold. That is enough
//! for a source. It is too little for a destination: a merge must be one call that is done whole or not at all, and the
//! standard has no script.

use super::types::Type;
use super::{Column, Described, Destination, Merge, NewColumn, Relation, Source, TableName};

/// A database that is a source, and no destination.
pub(super) trait Standard: Source {
    /// Why nothing can be merged into its tables: what stands behind a table's name and `is`.
    fn unfit(&self) -> &'static str;
}

impl<D: Standard> Destination for D {
    fn type_sql(&self, mapped: &Type) -> String {
        match mapped {
            Type::Boolean => "BOOLEAN".to_owned(),
            Type::SmallInt => "SMALLINT".to_owned(),
            Type::Integer => "INTEGER".to_owned(),
            Type::BigInt => "BIGINT".to_owned(),
            Type::Decimal(Some((digits, scale))) if *digits <= 31 => format!("DECIMAL({digits},{scale})"),
            Type::Real => "REAL".to_owned(),
            Type::Double => "DOUBLE PRECISION".to_owned(),
            Type::Char(length) | Type::Text(Some(length)) if *length <= 8000 => {
                format!("VARCHAR({})", length.max(&1) * 4)
            }
            Type::Uuid => "VARCHAR(36)".to_owned(),
            Type::Bytes(_) => "BLOB".to_owned(),
            Type::Date => "DATE".to_owned(),
            Type::Time(0) => "TIME".to_owned(),
            Type::Timestamp(digits) if *digits <= 6 => "TIMESTAMP".to_owned(),
            Type::Time(_) | Type::Timestamp(_) | Type::TimestampTz(_) => "VARCHAR(40)".to_owned(),
            Type::Decimal(_) | Type::Char(_) | Type::Text(_) | Type::Json | Type::Other(_) => "CLOB".to_owned(),
        }
    }

    // The standard has no comments on columns.
    fn create_table(&self, table: &TableName, columns: &[NewColumn]) -> Vec<String> {
        vec![self.create_columns(table, columns)]
    }

    fn staging(&self, module: &str) -> TableName {
        TableName { name: format!("PIPEKIT_STAGING_{}", module.to_uppercase()), ..TableName::default() }
    }

    fn describe(&self, table: &TableName) -> String {
        self.list_columns(table)
    }

    fn read(&self, rows: &[Vec<Option<String>>]) -> Option<Described> {
        (!rows.is_empty()).then(|| Described { relation: Relation::Unfit(self.unfit()), ..Described::default() })
    }

    fn prepare(&self) -> String {
        String::new()
    }

    fn create_staging(&self, staging: &TableName, _relation: Relation, columns: &[Column]) -> String {
        let columns: Vec<String> =
            columns.iter().map(|c| format!("  {} {}", self.quote(&c.name), c.type_sql)).collect();
        format!("CREATE TABLE {} (\n{}\n)", self.table(staging), columns.join(",\n"))
    }

    fn cascades(&self, table: &TableName) -> String {
        self.list_columns(table)
    }

    fn forbids_truncate(&self, _table: &TableName) -> Option<String> {
        None
    }

    fn truncates(&self) -> bool {
        false
    }

    fn atomic(&self, statements: &[&str]) -> String {
        format!("START TRANSACTION;\n{};\nCOMMIT", statements.join(";\n"))
    }

    fn has_rows(&self, table: &TableName) -> String {
        format!("SELECT COUNT(*) FROM (SELECT 1 AS one FROM {} FETCH FIRST 1 ROW ONLY) found", self.table(table))
    }

    // A load is refused by what `read` says, before it comes to this.
    fn merge(&self, merge: &Merge<'_>) -> String {
        format!("-- {} is {}: nothing is merged", self.table(merge.dest).replace(['\n', '\r'], " "), self.unfit())
    }

    fn remarks(&self, _merge: &Merge<'_>) -> Vec<String> {
        Vec::new()
    }
}
