//! SQLite: no schemas, no TRUNCATE, one writer. Staging tables stand beside the destination under a prefix.

use super::types::{self, Type};
use super::{
    Around, BrowseField, Column, Described, Destination, Emptying, Fill, Merge, NewColumn, OF_THE_DATABASE, OURS,
    Qualifiers, Relation, Source, TableName, Takes, double_quoted, literal, split_name,
};

pub(super) struct Sqlite;

impl Source for Sqlite {
    fn browse_fields(&self) -> &'static [BrowseField] {
        &[BrowseField { name: "schema", label: "Attached database", required: false, default: Some("main") }]
    }

    fn list_tables(&self, within: &Qualifiers) -> String {
        format!(
            "SELECT schema, name, type, NULL AS comment FROM pragma_table_list\n\
             WHERE type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'\n  \
             AND name NOT LIKE 'pipekit\\_staging\\_%' ESCAPE '\\' AND schema = {}\nORDER BY name",
            literal(within.schema.as_deref().unwrap_or("main"))
        )
    }

    fn list_columns(&self, table: &TableName) -> String {
        format!(
            "SELECT name, type, 1 - \"notnull\" AS nullable, dflt_value, nullif(pk, 0) AS pk, NULL AS comment\n\
             FROM {} ORDER BY cid",
            xinfo(table)
        )
    }

    // A declared type is whatever somebody wrote; the affinity that SQLite reads out of it decides what there can be
    // (https://www.sqlite.org/datatype3.html, 3.1). A number wider than its storage classes is not in there.
    fn map_type(&self, type_text: &str) -> Type {
        let (words, numbers) = types::split(type_text);
        match (words.as_str(), types::common(&words, &numbers, 6)) {
            (_, Some(Type::SmallInt | Type::Integer)) => Type::BigInt,
            // Any text may be longer than a type says, and none is padded.
            (_, Some(Type::Char(_) | Type::Text(_))) => Type::Text(None),
            (_, Some(Type::Real)) => Type::Double,
            (_, Some(Type::Bytes(_))) => Type::Bytes(None),
            (_, Some(mapped)) => mapped,
            (words, None) if words.contains("int") => Type::BigInt,
            (words, None) if ["char", "clob", "text"].iter().any(|part| words.contains(part)) => Type::Text(None),
            _ => Type::Other(type_text.to_owned()),
        }
    }

    // The dates that stand for none elsewhere are dates here, and nothing is padded.
    fn default_expression(&self, _type_text: &str, column: &str) -> String {
        double_quoted(column)
    }

    // There is no type of times.
    fn takes(&self) -> Takes {
        Takes::Text
    }

    fn quote(&self, name: &str) -> String {
        double_quoted(name)
    }

    // Names compare without regard to case, and the catalog's functions do too: nothing to fold.
    fn parse_table(&self, text: &str) -> Result<TableName, String> {
        split_name(text, str::to_owned)
    }
}

/// The catalog's table of a table's columns (https://www.sqlite.org/pragma.html#pragma_table_xinfo).
fn xinfo(table: &TableName) -> String {
    match &table.schema {
        Some(schema) => format!("pragma_table_xinfo({}, {})", literal(&table.name), literal(schema)),
        None => format!("pragma_table_xinfo({})", literal(&table.name)),
    }
}

/// A declared type as DDL can repeat it. SQLite keeps any text as a type, so what is not plain is quoted: the
/// affinity comes from what the text contains, quoted or not.
fn type_sql(declared: &str) -> String {
    // Words that begin a constraint would be read as one.
    const CONSTRAINTS: &[&str] = &[
        "CONSTRAINT",
        "PRIMARY",
        "NOT",
        "NULL",
        "UNIQUE",
        "CHECK",
        "DEFAULT",
        "COLLATE",
        "REFERENCES",
        "GENERATED",
        "AS",
    ];
    let plain = declared.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '(' | ')' | ','));
    if plain && !declared.split(' ').any(|word| CONSTRAINTS.contains(&&*word.to_uppercase())) {
        declared.to_owned()
    } else {
        double_quoted(declared)
    }
}

impl Destination for Sqlite {
    // A time is text here, of any length.
    fn fraction(&self) -> u32 {
        u32::MAX
    }

    // Names that the next reader maps back, with an affinity that leaves the values as they are.
    fn type_sql(&self, mapped: &Type) -> String {
        match mapped {
            Type::Boolean => "BOOLEAN".to_owned(),
            Type::SmallInt | Type::Integer | Type::BigInt => "INTEGER".to_owned(),
            // A number keeps 15 digits here.
            Type::Decimal(Some((digits, scale))) if *digits <= 15 => format!("DECIMAL({digits},{scale})"),
            Type::Real | Type::Double => "REAL".to_owned(),
            Type::Bytes(_) => "BLOB".to_owned(),
            Type::Date => "DATE".to_owned(),
            Type::Time(_) => "TIME".to_owned(),
            Type::Timestamp(_) => "TIMESTAMP".to_owned(),
            Type::Decimal(_)
            | Type::Char(_)
            | Type::Text(_)
            | Type::TimestampTz(_)
            | Type::Uuid
            | Type::Json
            | Type::Other(_) => "TEXT".to_owned(),
        }
    }

    // There is no comment in the catalog but the statement itself, which keeps its remarks.
    fn create_table(&self, table: &TableName, columns: &[NewColumn]) -> Vec<String> {
        let lines = columns.iter().enumerate().map(|(i, c)| {
            let comma = if i + 1 < columns.len() { "," } else { "" };
            let remark = c.comment.as_ref().map(|text| format!(" -- {}", text.replace(char::is_control, " ")));
            let line = format!("  {} {}{comma}", self.quote(&c.name), c.type_sql);
            line + &remark.unwrap_or_default()
        });
        vec![format!("CREATE TABLE {} (\n{}\n)", self.table(table), lines.collect::<Vec<_>>().join("\n"))]
    }

    fn staging(&self, module: &str) -> TableName {
        TableName { name: format!("pipekit_staging_{module}"), ..TableName::default() }
    }

    fn describe(&self, table: &TableName) -> String {
        let (name, schema) = (literal(&table.name), literal(table.schema.as_deref().unwrap_or("main")));
        let catalog = format!("{}.sqlite_schema", double_quoted(table.schema.as_deref().unwrap_or("main")));
        format!(
            "SELECT x.name, x.type, x.\"notnull\", x.hidden,\n  \
             CASE WHEN l.name LIKE 'pipekit\\_staging\\_%' ESCAPE '\\' THEN 'ours'\n    \
             WHEN l.name LIKE 'sqlite\\_%' ESCAPE '\\' THEN 'catalog'\n    \
             WHEN l.type = 'virtual' AND EXISTS (SELECT 1 FROM {catalog} WHERE name = l.name AND replace(lower(sql), ' ', '') LIKE '%content=%')\n      \
             THEN 'unreadable' WHEN l.strict THEN 'strict' ELSE l.type END,\n  \
             EXISTS (SELECT 1 FROM {catalog} WHERE type = 'trigger' AND tbl_name = {name} COLLATE NOCASE\n    \
             AND upper(sql) LIKE '%RAISE%IGNORE%'),\n  \
             EXISTS (SELECT 1 FROM {catalog} WHERE type = 'table' AND name = {name} COLLATE NOCASE\n    \
             AND upper(sql) LIKE '%CONFLICT%REPLACE%')\n\
             FROM {} AS x LEFT JOIN pragma_table_list AS l ON l.name = {name} COLLATE NOCASE AND l.schema = {schema} COLLATE NOCASE\n\
             ORDER BY x.cid",
            xinfo(table)
        )
    }

    fn read(&self, rows: &[Vec<Option<String>>]) -> Option<Described> {
        let field = |row: &[Option<String>], i: usize| row.get(i).cloned().flatten().unwrap_or_default();
        let first = rows.first()?;
        let relation = match field(first, 4).as_str() {
            "view" => Relation::View,
            "ours" => Relation::Unfit(OURS),
            "catalog" => Relation::Unfit(OF_THE_DATABASE),
            // No key of such a row can be compared, and none can be deleted.
            "unreadable" => Relation::Unfit("an index without content of its own"),
            "strict" => Relation::Strict,
            _ => Relation::Table,
        };
        let column = |row: &Vec<Option<String>>| Column {
            name: field(row, 0),
            type_sql: type_sql(&field(row, 1)),
            // Keys are compared in the destination's own column, so staging needs no collation.
            collation: None,
            equals: None,
            nullable: field(row, 2) == "0",
            fill: if field(row, 3) == "0" { Fill::Plain } else { Fill::Computed },
        };
        Some(Described {
            schema: None,
            relation,
            columns: rows.iter().map(column).collect(),
            decides: field(first, 5) == "1",
            displaces: field(first, 6) == "1",
            hides: false,
            ..Described::default()
        })
    }

    fn prepare(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (\n  \
             module TEXT NOT NULL PRIMARY KEY,\n  install TEXT NOT NULL,\n  run_id INTEGER NOT NULL,\n  \
             state TEXT NOT NULL CONSTRAINT pipekit_rows_are_not_staged_for_this_merge\n    \
             CHECK (state IN ('staged', 'merged', 'abandoned')),\n  \
             staged_rows INTEGER,\n  \
             rows_deleted INTEGER CONSTRAINT pipekit_rows_that_were_to_be_deleted_are_still_there CHECK (rows_deleted >= 0),\n  \
             rows_inserted INTEGER CONSTRAINT pipekit_none_of_the_staged_rows_came_in CHECK (rows_inserted >= 0)\n)",
            self.table(&self.receipt())
        )
    }

    fn create_staging(&self, staging: &TableName, relation: Relation, columns: &[Column]) -> String {
        let table = self.table(staging);
        let strict = if relation == Relation::Strict { " STRICT" } else { "" };
        let columns: Vec<String> =
            columns.iter().map(|c| format!("  {} {}", self.quote(&c.name), c.type_sql).trim_end().to_owned()).collect();
        format!("DROP TABLE IF EXISTS {table};\nCREATE TABLE {table} (\n{}\n){strict}", columns.join(",\n"))
    }

    // The catalog has no collations, so staging has none. The first part of a compound lends its own to the rest.
    fn staged_keys(&self, staging: &TableName, dest: &TableName, key: &[String]) -> String {
        let key = key.iter().map(|k| double_quoted(k)).collect::<Vec<_>>().join(", ");
        format!(
            "(SELECT {key} FROM {} WHERE 0 UNION ALL SELECT {key} FROM {}) AS staged",
            self.table(dest),
            self.table(staging)
        )
    }

    fn cascades(&self, table: &TableName) -> String {
        format!(
            "SELECT m.name, 'foreign key ' || f.id, f.on_delete\n\
             FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f\n\
             WHERE m.type = 'table' AND f.\"table\" = {} COLLATE NOCASE AND f.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT')\n  \
             AND (SELECT foreign_keys FROM pragma_foreign_keys) = 1\nORDER BY 1",
            literal(&table.name)
        )
    }

    fn forbids_truncate(&self, _table: &TableName) -> Option<String> {
        None
    }

    fn truncates(&self) -> bool {
        false
    }

    fn atomic(&self, statements: &[&str]) -> String {
        format!("BEGIN IMMEDIATE;\n{};\nCOMMIT", statements.join(";\n"))
    }

    fn merge(&self, merge: &Merge<'_>) -> String {
        let receipt = self.table(&self.receipt());
        let (dest, staging) = (self.table(merge.dest), self.table(merge.staging));
        let module = literal(merge.module);
        let columns: Vec<String> = merge.columns.iter().map(|c| self.quote(&c.name)).collect();
        let columns = columns.join(", ");
        let note = |what: &str| format!("UPDATE {receipt} SET {what} WHERE module = {module};\n");
        // SQLite has no way to raise an error in a script: the CHECKs on the receipt's columns stand in for it.
        let mut sql = format!(
            "BEGIN IMMEDIATE;\n\
             UPDATE {receipt} SET state = CASE\n    \
             WHEN state = 'staged' AND staged_rows = (SELECT count(*) FROM {staging}) THEN 'merged'\n    \
             ELSE 'refused' END\n  WHERE module = {module};\n\
             INSERT INTO {receipt} (module, install, run_id, state)\n  \
             SELECT {module}, '', 0, 'missing' WHERE NOT EXISTS (SELECT 1 FROM {receipt} WHERE module = {module});\n"
        );
        let rows = match merge.emptying {
            Emptying::Nothing => None,
            Emptying::Truncate | Emptying::Delete => Some(dest.clone()),
            Emptying::ByKey(key) => Some(self.matching(merge, key)),
        };
        match rows {
            None => sql.push_str(&note("rows_deleted = 0")),
            Some(rows) => {
                let mut deleted = "changes()".to_owned();
                // The database counts nothing that goes from a view.
                if merge.described.relation == Relation::View {
                    sql.push_str(&note(&format!("rows_deleted = (SELECT count(*) FROM {dest})")));
                    deleted = format!("max(0, rows_deleted - (SELECT count(*) FROM {dest}))");
                }
                if merge.looks_back() {
                    deleted = format!("CASE WHEN EXISTS (SELECT 1 FROM {rows}) THEN -1 ELSE {deleted} END");
                }
                sql.push_str(&format!("DELETE FROM {rows};\n{}", note(&format!("rows_deleted = {deleted}"))));
            }
        }
        let mut inserted = "changes()".to_owned();
        if merge.counts_rows() {
            sql.push_str(&note(&format!("rows_inserted = (SELECT count(*) FROM {dest})")));
            inserted = format!("max(0, (SELECT count(*) FROM {dest}) - rows_inserted)");
        }
        if merge.fills() {
            inserted =
                format!("CASE WHEN staged_rows > 0 AND NOT EXISTS (SELECT 1 FROM {dest}) THEN -1 ELSE {inserted} END");
        }
        sql.push_str(&format!(
            "INSERT INTO {dest} ({columns})\n  SELECT {columns} FROM {staging};\n{}COMMIT",
            note(&format!("rows_inserted = {inserted}"))
        ));
        sql
    }

    fn direct(&self, merge: &Merge<'_>) -> Result<Around, &'static str> {
        let receipt = self.table(&self.receipt());
        let module = literal(merge.module);
        let note = |what: &str| format!("UPDATE {receipt} SET {what} WHERE module = {module}");
        let empty = match merge.emptying {
            Emptying::Nothing => note("rows_deleted = 0"),
            _ => format!("DELETE FROM {};\n{}", self.table(merge.dest), note("rows_deleted = changes()")),
        };
        Ok(Around {
            opening: format!(
                "BEGIN IMMEDIATE;\n\
                 UPDATE {receipt} SET state = CASE WHEN state = 'staged' THEN 'merged' ELSE 'refused' END\n  \
                 WHERE module = {module};\n\
                 INSERT INTO {receipt} (module, install, run_id, state)\n  \
                 SELECT {module}, '', 0, 'missing' WHERE NOT EXISTS (SELECT 1 FROM {receipt} WHERE module = {module});\n\
                 {empty}"
            ),
            closing: format!("{};\nCOMMIT", note("rows_inserted = staged_rows")),
        })
    }

    // By IN and not by EXISTS, which SQLite would answer by reading all of staging for each row. The destination's columns
    // stand on the left: their collations decide what is equal.
    fn matching(&self, merge: &Merge<'_>, key: &[String]) -> String {
        let list = key.iter().map(|k| self.quote(k)).collect::<Vec<_>>().join(", ");
        let left = if key.len() == 1 { list.clone() } else { format!("({list})") };
        format!("{} WHERE {left} IN (\n  SELECT {list} FROM {})", self.table(merge.dest), self.table(merge.staging))
    }

    // A column holds values of any type, and its collation may take two texts for one.
    fn exactly(&self, column: &Column) -> String {
        let column = self.quote(&column.name);
        format!("typeof({column}) || quote({column})")
    }

    fn shown(&self, column: &Column) -> String {
        let column = self.quote(&column.name);
        format!("CASE typeof({column}) WHEN 'blob' THEN quote({column}) ELSE CAST({column} AS TEXT) END")
    }

    fn remarks(&self, merge: &Merge<'_>) -> Vec<String> {
        let mut out = Vec::new();
        if merge.described.relation == Relation::View {
            out.push(format!("{} is a view: its INSTEAD OF triggers decide what the merge does", merge.dest));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_types_are_quoted() {
        assert_eq!(type_sql("DECIMAL(15, 4)"), "DECIMAL(15, 4)");
        assert_eq!(type_sql("x); drop table y --"), "\"x); drop table y --\"");
        assert_eq!(type_sql(""), "");
        assert_eq!(type_sql("TEXT NOT NULL"), "\"TEXT NOT NULL\"");
        assert_eq!(type_sql("double precision"), "double precision");
    }
}
