//! Loading into DB2 for i. The merge is one compound (dynamic) statement, ATOMIC: what it did is undone where it fails ("SQL
//! reference", "compound (dynamic)"), if the connection works under commitment control and the table is journaled ("SQL
//! programming", "Commitment control").

use super::super::types::Type;
use super::super::{
    Column, Described, Destination, Emptying, Fill, Merge, OF_THE_DATABASE, OURS, Relation, Source, TableName, literal,
};
use super::{Db2, STAGING, TYPE, ccsid, is};

impl Destination for Db2 {
    // A TIMESTAMP has up to 12 digits ("SQL reference", "Datetime values"), and JDBC's (java.sql.Timestamp) 9.
    fn fraction(&self) -> u32 {
        9
    }

    fn type_sql(&self, mapped: &Type) -> String {
        match mapped {
            Type::Boolean | Type::SmallInt => "SMALLINT".to_owned(),
            Type::Integer => "INTEGER".to_owned(),
            Type::BigInt => "BIGINT".to_owned(),
            Type::Decimal(Some((digits, scale))) if *digits <= 63 => format!("DECIMAL({digits},{scale})"),
            Type::Real => "REAL".to_owned(),
            Type::Double => "DOUBLE".to_owned(),
            // Lengths are bytes, and UTF-8 has up to 4 a character.
            Type::Char(length) | Type::Text(Some(length)) if *length <= 2000 => {
                format!("VARCHAR({}) CCSID 1208", length.max(&1) * 4)
            }
            Type::Bytes(Some(length)) if *length <= 8000 => format!("VARBINARY({})", length.max(&1)),
            Type::Bytes(_) => "BLOB(1G)".to_owned(),
            Type::Date => "DATE".to_owned(),
            Type::Time(0) => "TIME".to_owned(),
            Type::Timestamp(digits) if *digits <= 9 => format!("TIMESTAMP({digits})"),
            Type::Uuid => "VARCHAR(36) CCSID 1208".to_owned(),
            Type::Time(_) | Type::Timestamp(_) | Type::TimestampTz(_) => "VARCHAR(40) CCSID 1208".to_owned(),
            // A decimal without limits is text too: DECFLOAT would round what has more than 34 digits.
            Type::Decimal(_) | Type::Char(_) | Type::Text(_) | Type::Json | Type::Other(_) => {
                "CLOB(1G) CCSID 1208".to_owned()
            }
        }
    }

    fn staging(&self, module: &str) -> TableName {
        TableName { schema: Some(STAGING.to_owned()), name: module.to_uppercase(), ..TableName::default() }
    }

    fn describe(&self, table: &TableName) -> String {
        // HAS_DEFAULT has a letter of its own for each kind of column that the system fills; these are the others, and
        // I, the identity that is GENERATED ALWAYS ("SYSCOLUMNS2"). JOURNALED_OBJECTS is in "IBM i services".
        format!(
            "SELECT c.COLUMN_NAME, {TYPE} || {},\n  CASE c.IS_NULLABLE WHEN 'Y' THEN 1 ELSE 0 END,\n  \
             CASE WHEN c.HAS_DEFAULT = 'I' THEN 'identity' WHEN c.HAS_DEFAULT IN ('N', 'Y', 'D', 'F', 'J') THEN 'plain' ELSE 'computed' END,\n  \
             CASE WHEN t.TABLE_SCHEMA = '{STAGING}' THEN 'ours'\n    \
             WHEN t.TABLE_SCHEMA IN ('QSYS', 'QSYS2', 'SYSIBM') THEN 'catalog'\n    \
             WHEN t.TABLE_TYPE IN ('V', 'L') THEN 'view' WHEN t.TABLE_TYPE = 'M' THEN 'summary' ELSE 'table' END,\n  \
             t.TABLE_SCHEMA,\n  \
             CASE WHEN t.TABLE_TYPE IN ('V', 'L') OR EXISTS (SELECT 1 FROM QSYS2.JOURNALED_OBJECTS AS j\n    \
             WHERE j.OBJECT_TYPE = '*FILE' AND j.OBJECT_LIBRARY = t.SYSTEM_TABLE_SCHEMA AND j.OBJECT_NAME = t.SYSTEM_TABLE_NAME)\n    \
             THEN 1 ELSE 0 END\n\
             FROM QSYS2.SYSTABLES AS t\n\
             JOIN QSYS2.SYSCOLUMNS2 AS c ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME\n\
             WHERE {}\nORDER BY c.ORDINAL_POSITION",
            ccsid("c.CCSID IS NOT NULL AND c.DATA_TYPE IN ('CHAR', 'VARCHAR', 'CLOB', 'GRAPHIC', 'VARG', 'DBCLOB')"),
            is(table, "t")
        )
    }

    fn read(&self, rows: &[Vec<Option<String>>]) -> Option<Described> {
        let field = |row: &[Option<String>], i: usize| row.get(i).cloned().flatten().unwrap_or_default();
        let first = rows.first()?;
        let column = |row: &Vec<Option<String>>| Column {
            name: field(row, 0),
            type_sql: field(row, 1),
            collation: None,
            equals: None,
            nullable: field(row, 2) == "1",
            fill: match field(row, 3).as_str() {
                "identity" => Fill::Identity,
                "computed" => Fill::Computed,
                _ => Fill::Plain,
            },
        };
        Some(Described {
            schema: Some(field(first, 5)).filter(|schema| !schema.is_empty()),
            relation: match field(first, 4).as_str() {
                "ours" => Relation::Unfit(OURS),
                "catalog" => Relation::Unfit(OF_THE_DATABASE),
                "summary" => Relation::Unfit("a materialized query table"),
                "view" => Relation::View,
                _ => Relation::Table,
            },
            columns: rows.iter().map(column).collect(),
            unjournaled: field(first, 6) != "1",
            ..Described::default()
        })
    }

    // CREATE SCHEMA and CREATE TABLE have no IF NOT EXISTS; a table in a schema of SQL's is journaled by itself ("SQL
    // programming", "Schemas").
    fn prepare(&self) -> String {
        let receipt = self.table(&self.receipt());
        let table = format!(
            "CREATE TABLE {receipt} (module VARCHAR(60) NOT NULL PRIMARY KEY, install VARCHAR(60) NOT NULL, \
             run_id BIGINT NOT NULL, state VARCHAR(20) NOT NULL CHECK (state IN ('staged', 'merged', 'abandoned')), \
             staged_rows BIGINT, rows_deleted BIGINT, rows_inserted BIGINT)"
        );
        format!(
            "BEGIN NOT ATOMIC\n  \
             IF NOT EXISTS (SELECT 1 FROM QSYS2.SYSSCHEMAS WHERE SCHEMA_NAME = '{STAGING}') THEN\n    \
             EXECUTE IMMEDIATE 'CREATE SCHEMA {STAGING}';\n  END IF;\n  \
             IF NOT EXISTS (SELECT 1 FROM QSYS2.SYSTABLES WHERE TABLE_SCHEMA = '{STAGING}' AND TABLE_NAME = {}) THEN\n    \
             EXECUTE IMMEDIATE {};\n  END IF;\nEND",
            literal(&self.receipt().name),
            literal(&table)
        )
    }

    fn create_staging(&self, staging: &TableName, _relation: Relation, columns: &[Column]) -> String {
        let columns: Vec<String> =
            columns.iter().map(|c| format!("  {} {}", self.quote(&c.name), c.type_sql)).collect();
        format!("CREATE OR REPLACE TABLE {} (\n{}\n) ON REPLACE DELETE ROWS", self.table(staging), columns.join(",\n"))
    }

    fn cascades(&self, table: &TableName) -> String {
        format!(
            "SELECT f.TABLE_NAME, r.CONSTRAINT_NAME, r.DELETE_RULE\nFROM QSYS2.SYSREFCST AS r\n\
             JOIN QSYS2.SYSCST AS f ON f.CONSTRAINT_SCHEMA = r.CONSTRAINT_SCHEMA AND f.CONSTRAINT_NAME = r.CONSTRAINT_NAME\n\
             JOIN QSYS2.SYSCST AS t ON t.CONSTRAINT_SCHEMA = r.UNIQUE_CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = r.UNIQUE_CONSTRAINT_NAME\n\
             WHERE r.DELETE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT')\n  AND {}\nORDER BY 1, 2",
            is(table, "t")
        )
    }

    fn forbids_truncate(&self, _table: &TableName) -> Option<String> {
        None
    }

    fn truncates(&self) -> bool {
        false
    }

    fn atomic(&self, statements: &[&str]) -> String {
        format!("BEGIN ATOMIC\n  {};\nEND", statements.join(";\n  "))
    }

    fn has_rows(&self, table: &TableName) -> String {
        format!("SELECT COUNT(*) FROM (SELECT 1 AS one FROM {} FETCH FIRST 1 ROW ONLY) AS found", self.table(table))
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
        let refuse = |when: &str, why: &str| {
            format!("  IF {when} THEN\n    SIGNAL SQLSTATE '70001' SET MESSAGE_TEXT = 'pipekit: {why}';\n  END IF;\n")
        };
        let lock = match (merge.described.relation, merge.emptying) {
            (Relation::View, _) | (_, Emptying::Nothing) => String::new(),
            _ => format!("  LOCK TABLE {dest} IN EXCLUSIVE MODE ALLOW READ;\n"),
        };
        let counted = "  GET DIAGNOSTICS pipekit_deleted = ROW_COUNT;\n";
        let still = |rows: &str| match merge.looks_back() {
            true => refuse(
                &format!("EXISTS (SELECT 1 FROM {rows})"),
                "rows that were to be deleted are still there: a trigger keeps them",
            ),
            false => String::new(),
        };
        let empty = match merge.emptying {
            Emptying::Nothing => "  SET pipekit_deleted = 0;\n".to_owned(),
            Emptying::Truncate | Emptying::Delete => format!("  DELETE FROM {dest};\n{counted}{}", still(&dest)),
            Emptying::ByKey(key) => {
                let matching = self.matching(merge, key);
                format!("  DELETE FROM {matching};\n{counted}{}", still(&matching))
            }
        };
        let filled = match merge.fills() {
            true => refuse(
                &format!("pipekit_staged > 0 AND NOT EXISTS (SELECT 1 FROM {dest})"),
                "none of the staged rows came in: a trigger keeps them out",
            ),
            false => String::new(),
        };
        format!(
            "BEGIN ATOMIC\n  DECLARE pipekit_expected BIGINT;\n  DECLARE pipekit_staged BIGINT;\n  \
             DECLARE pipekit_deleted BIGINT;\n  DECLARE pipekit_inserted BIGINT;\n  \
             UPDATE {receipt} SET state = 'merged' WHERE module = {module} AND state = 'staged';\n  \
             GET DIAGNOSTICS pipekit_staged = ROW_COUNT;\n{}  \
             SET pipekit_expected = (SELECT staged_rows FROM {receipt} WHERE module = {module});\n\
             {lock}  SET pipekit_staged = (SELECT COUNT(*) FROM {staging});\n{}\
             {empty}  \
             INSERT INTO {dest} ({columns}){overriding}\n    SELECT {columns} FROM {staging};\n  \
             GET DIAGNOSTICS pipekit_inserted = ROW_COUNT;\n{filled}  \
             UPDATE {receipt} SET rows_deleted = pipekit_deleted, rows_inserted = pipekit_inserted\n    \
             WHERE module = {module};\nEND",
            refuse("pipekit_staged <> 1", "no rows are staged for this merge (its receipt is taken)"),
            refuse("pipekit_staged <> pipekit_expected", "staging does not hold the rows that were staged"),
        )
    }

    fn remarks(&self, merge: &Merge<'_>) -> Vec<String> {
        let mut out = vec![
            "DB2 for i undoes a merge that fails where the connection works under commitment control: put \
             `true autocommit=true` into the URL"
                .to_owned(),
        ];
        if merge.described.unjournaled {
            out.push(format!(
                "{} is not journaled: DB2 for i can't undo what a merge has done to it. STRJRNPF FILE(…) JRN(…) IMAGES(*BOTH) starts that",
                merge.dest
            ));
        }
        if merge.described.relation == Relation::View {
            out.push(format!("{} is a view or a logical file: its triggers decide what the merge does", merge.dest));
        }
        out
    }

    fn grant(&self, merge: &Merge<'_>, login: &str) -> Option<String> {
        let rights = if merge.emptying == Emptying::Nothing { "SELECT, INSERT" } else { "SELECT, INSERT, DELETE" };
        Some(format!("GRANT {rights} ON {} TO {}", self.table(merge.dest), self.quote(&login.to_uppercase())))
    }

    fn claim(&self, module: &str, install: &str, run_id: i64) -> String {
        format!(
            "MERGE INTO {} AS held\nUSING (SELECT {} AS module, {} AS install FROM SYSIBM.SYSDUMMY1) AS mine\n  \
             ON held.module = mine.module\n\
             WHEN MATCHED AND held.install = mine.install THEN UPDATE SET run_id = {run_id}, state = 'abandoned'\n\
             WHEN NOT MATCHED THEN INSERT (module, install, run_id, state)\n  \
             VALUES (mine.module, mine.install, {run_id}, 'abandoned')",
            self.table(&self.receipt()),
            literal(module),
            literal(install),
        )
    }

    fn stage(&self, module: &str, install: &str, run_id: i64, rows: i64) -> String {
        format!(
            "MERGE INTO {} AS held\nUSING (SELECT {} AS module, {} AS install FROM SYSIBM.SYSDUMMY1) AS mine\n  \
             ON held.module = mine.module\n\
             WHEN MATCHED THEN UPDATE SET install = mine.install, run_id = {run_id}, state = 'staged',\n  \
             staged_rows = {rows}, rows_deleted = NULL, rows_inserted = NULL\n\
             WHEN NOT MATCHED THEN INSERT (module, install, run_id, state, staged_rows)\n  \
             VALUES (mine.module, mine.install, {run_id}, 'staged', {rows})",
            self.table(&self.receipt()),
            literal(module),
            literal(install),
        )
    }
}
