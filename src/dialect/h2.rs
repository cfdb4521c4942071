//! H2, 2.x (its manual: <https://www.h2database.com>, pages Commands, System Tables, Advanced). TRUNCATE commits
//! (Commands, TRUNCATE TABLE), so full loads delete. One call takes a script of several statements, which a `BEGIN` makes
//! one transaction.

use super::types::{self, Type};
use super::{
    Column, Described, Destination, Emptying, Fill, Merge, OF_THE_DATABASE, OURS, Qualifiers, Relation, Source,
    TableName, double_quoted, literal, split_name,
};
use sha2::{Digest, Sha256};

pub(super) struct H2;

/// A column's type as DDL spells it, from INFORMATION_SCHEMA.COLUMNS `c` (System Tables), and of an array its elements'
/// `e`. The values of an ENUM are not there: it is staged as text, and read as text.
const TYPE: &str = "CASE\n    \
    WHEN c.DATA_TYPE = 'ENUM' THEN 'CHARACTER VARYING'\n    \
    WHEN c.DATA_TYPE = 'ARRAY' THEN e.DATA_TYPE || ' ARRAY'\n    \
    WHEN c.DATA_TYPE IN ('CHARACTER', 'CHARACTER VARYING', 'VARCHAR_IGNORECASE', 'BINARY', 'BINARY VARYING')\n      \
    THEN c.DATA_TYPE || '(' || c.CHARACTER_MAXIMUM_LENGTH || ')'\n    \
    WHEN c.DATA_TYPE = 'NUMERIC' THEN 'NUMERIC(' || c.NUMERIC_PRECISION || ', ' || c.NUMERIC_SCALE || ')'\n    \
    WHEN c.DATA_TYPE = 'DECFLOAT' THEN 'DECFLOAT(' || c.NUMERIC_PRECISION || ')'\n    \
    WHEN c.DATA_TYPE IN ('TIME', 'TIMESTAMP') THEN c.DATA_TYPE || '(' || c.DATETIME_PRECISION || ')'\n    \
    WHEN c.DATA_TYPE = 'TIME WITH TIME ZONE' THEN 'TIME(' || c.DATETIME_PRECISION || ') WITH TIME ZONE'\n    \
    WHEN c.DATA_TYPE = 'TIMESTAMP WITH TIME ZONE' THEN 'TIMESTAMP(' || c.DATETIME_PRECISION || ') WITH TIME ZONE'\n    \
    WHEN c.DATA_TYPE = 'INTERVAL' THEN 'INTERVAL ' || c.INTERVAL_TYPE\n    \
    ELSE c.DATA_TYPE END";

/// The columns that [`TYPE`] is made of.
const COLUMNS: &str = "INFORMATION_SCHEMA.COLUMNS AS c\n\
    LEFT JOIN INFORMATION_SCHEMA.ELEMENT_TYPES AS e ON e.OBJECT_TYPE = 'TABLE' AND e.OBJECT_SCHEMA = c.TABLE_SCHEMA\n  \
    AND e.OBJECT_NAME = c.TABLE_NAME AND e.COLLECTION_TYPE_IDENTIFIER = c.DTD_IDENTIFIER";

/// The longest a VARCHAR can be (Advanced, Limits): what has no limit elsewhere gets this one.
const LONGEST: u32 = 1_048_576;

/// How long what follows in the session waits for others to let go of a row, in milliseconds (Commands, SET
/// LOCK_TIMEOUT): the 1 or 2 seconds of the default are for those who try again.
const PATIENCE: &str = "SET LOCK_TIMEOUT 30000;\n";

/// What the row among the receipts is called that stands for a destination: no module's name begins so.
fn lock_of(dest: &str) -> String {
    Sha256::digest(dest).iter().take(16).fold("#".to_owned(), |name, byte| name + &format!("{byte:02x}"))
}

/// The schema of a table, in SQL.
fn schema(table: &TableName) -> String {
    table.schema.as_deref().map_or_else(|| "CURRENT_SCHEMA".to_owned(), literal)
}

impl Source for H2 {
    fn list_tables(&self, within: &Qualifiers) -> String {
        let narrow = match &within.schema {
            Some(schema) => format!("TABLE_SCHEMA = {}", literal(schema)),
            None => "TABLE_SCHEMA NOT IN ('INFORMATION_SCHEMA', 'pipekit_staging')".to_owned(),
        };
        format!(
            "SELECT TABLE_SCHEMA, TABLE_NAME, CASE TABLE_TYPE WHEN 'VIEW' THEN 'view' ELSE 'table' END, REMARKS\n\
             FROM INFORMATION_SCHEMA.TABLES WHERE {narrow}\nORDER BY 1, 2"
        )
    }

    fn list_columns(&self, table: &TableName) -> String {
        format!(
            "SELECT c.COLUMN_NAME, {TYPE},\n  CASE c.IS_NULLABLE WHEN 'YES' THEN 1 ELSE 0 END, c.COLUMN_DEFAULT,\n  \
             (SELECT k.ORDINAL_POSITION FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS AS p\n    \
             JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE AS k ON k.CONSTRAINT_SCHEMA = p.CONSTRAINT_SCHEMA\n      \
             AND k.CONSTRAINT_NAME = p.CONSTRAINT_NAME\n    \
             WHERE p.CONSTRAINT_TYPE = 'PRIMARY KEY' AND p.TABLE_SCHEMA = c.TABLE_SCHEMA AND p.TABLE_NAME = c.TABLE_NAME\n      \
             AND k.COLUMN_NAME = c.COLUMN_NAME), c.REMARKS\n\
             FROM {COLUMNS}\nWHERE c.TABLE_SCHEMA = {} AND c.TABLE_NAME = {}\nORDER BY c.ORDINAL_POSITION",
            schema(table),
            literal(&table.name)
        )
    }

    fn map_type(&self, type_text: &str) -> Type {
        let (words, numbers) = types::split(type_text);
        match types::common(&words, &numbers, 6) {
            Some(Type::Text(Some(length))) if length >= LONGEST => Type::Text(None),
            Some(Type::Bytes(Some(length))) if length >= LONGEST => Type::Bytes(None),
            Some(mapped) => mapped,
            None if words == "varchar_ignorecase" => Type::Text(numbers.first().copied().filter(|n| *n < LONGEST)),
            None if words == "decfloat" => Type::Decimal(None),
            None => Type::Other(type_text.to_owned()),
        }
    }

    fn large_text(&self) -> Option<&'static str> {
        Some("CLOB")
    }

    fn quote(&self, name: &str) -> String {
        double_quoted(name)
    }

    // Bare names are folded to upper case (SQL Grammar, Name).
    fn parse_table(&self, text: &str) -> Result<TableName, String> {
        split_name(text, str::to_uppercase)
    }
}

impl Destination for H2 {
    // Data Types, TIMESTAMP.
    fn fraction(&self) -> u32 {
        9
    }

    fn type_sql(&self, mapped: &Type) -> String {
        match mapped {
            Type::Boolean => "BOOLEAN".to_owned(),
            Type::SmallInt => "SMALLINT".to_owned(),
            Type::Integer => "INTEGER".to_owned(),
            Type::BigInt => "BIGINT".to_owned(),
            Type::Decimal(Some((digits, scale))) => format!("NUMERIC({digits}, {scale})"),
            // A NUMERIC without a scale has none (Data Types, NUMERIC), a DECFLOAT any.
            Type::Decimal(None) => "DECFLOAT".to_owned(),
            Type::Real => "REAL".to_owned(),
            Type::Double => "DOUBLE PRECISION".to_owned(),
            // A length counts halves of some characters (Data Types, CHARACTER).
            Type::Char(length) | Type::Text(Some(length)) if *length <= LONGEST / 2 => {
                format!("CHARACTER VARYING({})", length.max(&1) * 2)
            }
            Type::Bytes(Some(length)) if *length < LONGEST => format!("BINARY VARYING({length})"),
            Type::Bytes(_) => "BINARY LARGE OBJECT".to_owned(),
            Type::Date => "DATE".to_owned(),
            Type::Time(digits) => format!("TIME({})", digits.min(&9)),
            Type::Timestamp(digits) => format!("TIMESTAMP({})", digits.min(&9)),
            Type::TimestampTz(digits) => format!("TIMESTAMP({}) WITH TIME ZONE", digits.min(&9)),
            Type::Uuid => "UUID".to_owned(),
            // A text that is put into a JSON column becomes a JSON string (Data Types, JSON).
            Type::Char(_) | Type::Text(_) | Type::Json | Type::Other(_) => "CHARACTER VARYING".to_owned(),
        }
    }

    // Functions, FORMATDATETIME.
    fn clock(&self, mapped: &Type, value: &str, utc: bool) -> Option<String> {
        let there = if utc { format!("{value} AT TIME ZONE 'UTC'") } else { format!("CAST({value} AS TIMESTAMP)") };
        matches!(mapped, Type::TimestampTz(_)).then(|| format!("FORMATDATETIME({there}, 'yyyy-MM-dd HH:mm:ss.SSSSSS')"))
    }

    fn staging(&self, module: &str) -> TableName {
        TableName { schema: Some("pipekit_staging".to_owned()), name: module.to_owned(), ..TableName::default() }
    }

    fn describe(&self, table: &TableName) -> String {
        // Only a trigger INSTEAD OF keeps a row in, or out: the others throw, or let it pass (Features, Triggers).
        format!(
            "SELECT c.COLUMN_NAME, {TYPE},\n  CASE c.IS_NULLABLE WHEN 'YES' THEN 1 ELSE 0 END,\n  \
             CASE WHEN c.IS_GENERATED = 'ALWAYS' THEN 'computed' WHEN c.IDENTITY_GENERATION = 'ALWAYS' THEN 'identity' ELSE 'plain' END,\n  \
             CASE WHEN t.TABLE_SCHEMA = 'pipekit_staging' THEN 'ours' WHEN t.TABLE_SCHEMA = 'INFORMATION_SCHEMA' THEN 'catalog'\n    \
             WHEN t.TABLE_TYPE = 'VIEW' THEN 'view' WHEN t.STORAGE_TYPE = 'TABLE LINK' THEN 'link' ELSE 'table' END,\n  \
             t.TABLE_SCHEMA,\n  \
             CASE WHEN EXISTS (SELECT 1 FROM INFORMATION_SCHEMA.TRIGGERS AS g WHERE g.EVENT_OBJECT_SCHEMA = t.TABLE_SCHEMA\n    \
             AND g.EVENT_OBJECT_TABLE = t.TABLE_NAME AND g.ACTION_TIMING = 'INSTEAD OF') THEN 1 ELSE 0 END\n\
             FROM {COLUMNS}\n\
             JOIN INFORMATION_SCHEMA.TABLES AS t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME\n\
             WHERE t.TABLE_SCHEMA = {} AND t.TABLE_NAME = {}\nORDER BY c.ORDINAL_POSITION",
            schema(table),
            literal(&table.name)
        )
    }

    fn read(&self, rows: &[Vec<Option<String>>]) -> Option<Described> {
        let field = |row: &[Option<String>], i: usize| row.get(i).cloned().flatten().unwrap_or_default();
        let first = rows.first()?;
        let relation = match field(first, 4).as_str() {
            "view" => Relation::View,
            "link" => Relation::Foreign,
            "ours" => Relation::Unfit(OURS),
            "catalog" => Relation::Unfit(OF_THE_DATABASE),
            _ => Relation::Table,
        };
        let column = |row: &Vec<Option<String>>| Column {
            name: field(row, 0),
            type_sql: field(row, 1),
            collation: None,
            equals: None,
            nullable: field(row, 2) == "1",
            fill: match field(row, 3).as_str() {
                "computed" => Fill::Computed,
                "identity" => Fill::Identity,
                _ => Fill::Plain,
            },
        };
        Some(Described {
            schema: Some(field(first, 5)).filter(|schema| !schema.is_empty()),
            relation,
            columns: rows.iter().map(column).collect(),
            decides: field(first, 6) == "1",
            displaces: false,
            hides: false,
            ..Described::default()
        })
    }

    fn prepare(&self) -> String {
        format!(
            "CREATE SCHEMA IF NOT EXISTS \"pipekit_staging\";\n\
             CREATE TABLE IF NOT EXISTS {} (\n  \
             module CHARACTER VARYING(60) NOT NULL PRIMARY KEY,\n  install CHARACTER VARYING(60) NOT NULL,\n  \
             run_id BIGINT NOT NULL,\n  \
             state CHARACTER VARYING(20) NOT NULL\n    \
             CONSTRAINT \"pipekit_rows_are_not_staged_for_this_merge\" CHECK (state IN ('staged', 'merged', 'abandoned')),\n  \
             staged_rows BIGINT,\n  \
             rows_deleted BIGINT CONSTRAINT \"pipekit_rows_that_were_to_be_deleted_are_still_there\" CHECK (rows_deleted >= 0),\n  \
             rows_inserted BIGINT CONSTRAINT \"pipekit_none_of_the_staged_rows_came_in\" CHECK (rows_inserted >= 0)\n)",
            self.table(&self.receipt())
        )
    }

    fn create_staging(&self, staging: &TableName, _relation: Relation, columns: &[Column]) -> String {
        let table = self.table(staging);
        let columns: Vec<String> =
            columns.iter().map(|c| format!("  {} {}", self.quote(&c.name), c.type_sql)).collect();
        format!("{PATIENCE}DROP TABLE IF EXISTS {table};\nCREATE TABLE {table} (\n{}\n)", columns.join(",\n"))
    }

    fn cascades(&self, table: &TableName) -> String {
        format!(
            "SELECT f.TABLE_NAME, r.CONSTRAINT_NAME, r.DELETE_RULE\n\
             FROM INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS AS r\n\
             JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS AS f ON f.CONSTRAINT_SCHEMA = r.CONSTRAINT_SCHEMA\n  \
             AND f.CONSTRAINT_NAME = r.CONSTRAINT_NAME\n\
             JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS AS u ON u.CONSTRAINT_SCHEMA = r.UNIQUE_CONSTRAINT_SCHEMA\n  \
             AND u.CONSTRAINT_NAME = r.UNIQUE_CONSTRAINT_NAME\n\
             WHERE r.DELETE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT')\n  \
             AND u.TABLE_SCHEMA = {} AND u.TABLE_NAME = {}\nORDER BY 1, 2",
            schema(table),
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
        format!("{PATIENCE}BEGIN;\n{};\nCOMMIT", statements.join(";\n"))
    }

    fn merge(&self, merge: &Merge<'_>) -> String {
        let receipt = self.table(&self.receipt());
        let (dest, staging) = (self.table(merge.dest), self.table(merge.staging));
        let module = literal(merge.module);
        let columns = merge.columns.iter().map(|c| self.quote(&c.name)).collect::<Vec<_>>().join(", ");
        let overriding = match merge.columns.iter().any(|c| c.fill == Fill::Identity) {
            true => " OVERRIDING SYSTEM VALUE",
            false => "",
        };
        let note = |what: &str| format!("UPDATE {receipt} SET {what} WHERE module = {module}");
        // A script can't raise an error: the CHECKs on the receipt's columns stand in for it. There is no lock on a
        // table: a row that stands for the destination is locked instead, so that merges into it take turns.
        let lock = literal(&lock_of(&dest));
        let place = format!(
            "{PATIENCE}MERGE INTO {receipt} (module, install, run_id, state) KEY (module) VALUES ({lock}, '', 0, 'abandoned');\n"
        );
        let mut steps = vec![
            format!("UPDATE {receipt} SET run_id = run_id WHERE module = {lock}"),
            note(&format!(
                "state = CASE\n    WHEN state = 'staged' AND staged_rows = (SELECT count(*) FROM {staging}) THEN 'merged'\n    \
                 ELSE 'refused' END"
            )),
            format!(
                "INSERT INTO {receipt} (module, install, run_id, state)\n  \
                 SELECT {module}, '', 0, 'missing' WHERE NOT EXISTS (SELECT 1 FROM {receipt} WHERE module = {module})"
            ),
        ];
        let rows = match merge.emptying {
            Emptying::Nothing => None,
            Emptying::Truncate | Emptying::Delete => Some(dest.clone()),
            Emptying::ByKey(key) => {
                let equals = |k: &String| format!("target.{0} = staged.{0}", self.quote(k));
                let equal = key.iter().map(equals).collect::<Vec<_>>().join(" AND ");
                Some(format!("{dest} AS target WHERE EXISTS (\n  SELECT 1 FROM {staging} AS staged WHERE {equal})"))
            }
        };
        // Nothing tells how many rows a statement changed: they are counted.
        match rows {
            None => steps.push(note("rows_deleted = 0")),
            Some(rows) => {
                let count = format!("(SELECT count(*) FROM {rows})");
                steps.push(note(&format!("rows_deleted = {count}")));
                steps.push(format!("DELETE FROM {rows}"));
                if merge.looks_back() {
                    steps.push(note(&format!(
                        "rows_deleted = CASE WHEN EXISTS (SELECT 1 FROM {rows}) THEN -1 ELSE rows_deleted END"
                    )));
                }
            }
        }
        let count = format!("(SELECT count(*) FROM {dest})");
        // What an INSTEAD OF trigger lets in, only the table tells.
        let counts = merge.counts_rows() || merge.looks_back();
        if counts {
            steps.push(note(&format!("rows_inserted = {count}")));
        }
        steps.push(format!("INSERT INTO {dest} ({columns}){overriding}\n  SELECT {columns} FROM {staging}"));
        let mut inserted = match counts {
            true => format!("greatest(0, {count} - rows_inserted)"),
            false => "staged_rows".to_owned(),
        };
        if merge.fills() {
            inserted =
                format!("CASE WHEN staged_rows > 0 AND NOT EXISTS (SELECT 1 FROM {dest}) THEN -1 ELSE {inserted} END");
        }
        steps.push(note(&format!("rows_inserted = {inserted}")));
        place + &self.atomic(&steps.iter().map(String::as_str).collect::<Vec<_>>())
    }

    // "Data types": what is binary becomes text by taking it for UTF-8, or not at all.
    fn exactly(&self, column: &Column) -> String {
        let kind = column.type_sql.to_uppercase();
        let column = self.quote(&column.name);
        match kind.starts_with("BINARY") || kind.starts_with("VARBINARY") || kind.starts_with("BLOB") {
            true => format!("RAWTOHEX({column})"),
            false => format!("CAST({column} AS VARCHAR)"),
        }
    }

    fn remarks(&self, merge: &Merge<'_>) -> Vec<String> {
        let mut out = Vec::new();
        match merge.described.relation {
            Relation::View => {
                out.push(format!("{} is a view: its INSTEAD OF triggers decide what the merge does", merge.dest));
            }
            Relation::Foreign => {
                out.push(format!("{} is a linked table: whether the merge is atomic is up to its server", merge.dest))
            }
            Relation::Table | Relation::Strict | Relation::Unfit(_) => {}
        }
        if merge.emptying != Emptying::Nothing {
            out.push(format!(
                "H2 has no lock on a table: merges of pipekit's into {} take turns, other programs that write to it meanwhile do not",
                merge.dest
            ));
        }
        out
    }

    fn grant(&self, merge: &Merge<'_>, login: &str) -> Option<String> {
        let rights = if merge.emptying == Emptying::Nothing { "SELECT, INSERT" } else { "SELECT, INSERT, DELETE" };
        Some(format!("GRANT {rights} ON {} TO {}", self.table(merge.dest), self.quote(login)))
    }

    fn claim(&self, module: &str, install: &str, run_id: i64) -> String {
        format!(
            "{PATIENCE}MERGE INTO {} AS held USING (VALUES ({}, {}, {run_id})) AS mine (module, install, run_id)\n  \
             ON held.module = mine.module\n\
             WHEN MATCHED AND held.install = mine.install THEN UPDATE SET run_id = mine.run_id, state = 'abandoned'\n\
             WHEN NOT MATCHED THEN INSERT (module, install, run_id, state)\n  \
             VALUES (mine.module, mine.install, mine.run_id, 'abandoned')",
            self.table(&self.receipt()),
            literal(module),
            literal(install),
        )
    }

    fn stage(&self, module: &str, install: &str, run_id: i64, rows: i64) -> String {
        format!(
            "{PATIENCE}MERGE INTO {} (module, install, run_id, state, staged_rows, rows_deleted, rows_inserted)\n  \
             KEY (module) VALUES ({}, {}, {run_id}, 'staged', {rows}, NULL, NULL)",
            self.table(&self.receipt()),
            literal(module),
            literal(install),
        )
    }

    fn fence(&self, module: &str, install: &str, run_id: i64) -> String {
        format!(
            "{PATIENCE}UPDATE {} SET state = 'abandoned'\n\
             WHERE module = {} AND install = {} AND run_id = {run_id} AND state = 'staged'",
            self.table(&self.receipt()),
            literal(module),
            literal(install)
        )
    }
}
