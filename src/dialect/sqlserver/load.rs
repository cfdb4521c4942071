//! Loading into SQL Server: one batch in one call, in one transaction.

use super::super::types::Type;
use super::super::{
    Column, Described, Destination, Emptying, Fill, Merge, NewColumn, OF_THE_DATABASE, OURS, Relation, Source,
    TableName,
};
use super::{SqlServer, TYPE, columns_of, is, sys, unicode};

/// What a batch begins with: an error anywhere ends it and undoes all of it ("SET XACT_ABORT"), a transaction begins where
/// it says so, nobody is waited for longer than 30 seconds, and no count of rows comes before an error, as a JDBC driver
/// shows only what comes first.
const SETTINGS: &str = "SET NOCOUNT ON;\nSET XACT_ABORT ON;\nSET IMPLICIT_TRANSACTIONS OFF;\nSET LOCK_TIMEOUT 30000;\n";

/// "BEGIN TRANSACTION", "TRY…CATCH", "THROW".
fn in_transaction(statements: &str) -> String {
    format!(
        "{SETTINGS}BEGIN TRY\n  BEGIN TRANSACTION;\n{statements}  COMMIT TRANSACTION;\nEND TRY\nBEGIN CATCH\n  \
         IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;\n  THROW;\nEND CATCH"
    )
}

fn refuse(when: &str, why: &str) -> String {
    format!("  IF {when}\n  BEGIN;\n    THROW 50000, 'pipekit: {why}', 1;\n  END;\n")
}

impl SqlServer {
    fn merge_statements(&self, merge: &Merge<'_>) -> String {
        let receipt = self.table(&self.receipt());
        let (dest, staging) = (self.table(merge.dest), self.table(merge.staging));
        let columns = merge.columns.iter().map(|c| self.quote(&c.name)).collect::<Vec<_>>().join(", ");
        let module = unicode(merge.module);
        let identity = merge.columns.iter().any(|c| c.fill == Fill::Identity);
        let given = |state: &str| match identity {
            true => format!("  SET IDENTITY_INSERT {dest} {state};\n"),
            false => String::new(),
        };
        // Others wait from here on; a view and another server's table can't be locked.
        let hint = match merge.described.relation {
            Relation::View | Relation::Foreign => "",
            _ => " WITH (TABLOCKX, HOLDLOCK)",
        };
        let deleted = "  SET @pipekit_deleted = ROWCOUNT_BIG();\n";
        let still = |rows: &str| match merge.looks_back() {
            true => refuse(
                &format!("EXISTS (SELECT 1 FROM {rows})"),
                "rows that were to be deleted are still there: a trigger keeps them",
            ),
            false => String::new(),
        };
        let empty = match merge.emptying {
            Emptying::Nothing => "  SET @pipekit_deleted = 0;\n".to_owned(),
            // TRUNCATE does not say how many rows there were: that stays unknown.
            Emptying::Truncate => format!("  TRUNCATE TABLE {dest};\n"),
            Emptying::Delete => format!("  DELETE target FROM {dest} AS target{hint};\n{deleted}{}", still(&dest)),
            Emptying::ByKey(key) => {
                let equals = |k: &String| format!("target.{0} = staged.{0}", self.quote(k));
                let equal = key.iter().map(equals).collect::<Vec<_>>().join(" AND ");
                let matching = |hint: &str| {
                    format!(
                        "{dest} AS target{hint} WHERE EXISTS (\n    SELECT 1 FROM {staging} AS staged WHERE {equal})"
                    )
                };
                format!("  DELETE target FROM {};\n{deleted}{}", matching(hint), still(&matching("")))
            }
        };
        let (before, after) = match merge.counts_rows() {
            true => (
                format!("  SELECT @pipekit_before = COUNT_BIG(*) FROM {dest};\n"),
                format!("  SELECT @pipekit_inserted = COUNT_BIG(*) - @pipekit_before FROM {dest};\n"),
            ),
            false => (String::new(), "  SET @pipekit_inserted = ROWCOUNT_BIG();\n".to_owned()),
        };
        let filled = match merge.fills() {
            true => refuse(
                &format!("@pipekit_staged > 0 AND NOT EXISTS (SELECT 1 FROM {dest})"),
                "none of the staged rows came in: a trigger keeps them out",
            ),
            false => String::new(),
        };
        format!(
            "  UPDATE {receipt} SET state = 'merged', @pipekit_expected = staged_rows\n    \
             WHERE module = {module} AND state = 'staged';\n{}  \
             SELECT @pipekit_staged = COUNT_BIG(*) FROM {staging};\n{}\
             {empty}{before}{}  INSERT INTO {dest} ({columns})\n    SELECT {columns} FROM {staging};\n{after}{}{filled}  \
             UPDATE {receipt} SET rows_deleted = @pipekit_deleted, rows_inserted = @pipekit_inserted\n    \
             WHERE module = {module};\n",
            refuse("ROWCOUNT_BIG() <> 1", "no rows are staged for this merge (its receipt is taken)"),
            refuse("@pipekit_staged <> @pipekit_expected", "staging does not hold the rows that were staged"),
            given("ON"),
            given("OFF"),
        )
    }

    /// References to a table, of the kinds that `which` tells.
    fn references(&self, table: &TableName, which: &str) -> String {
        let view = |name: &str| sys(&table.within(), name);
        format!(
            "SELECT f.name, k.name, k.delete_referential_action_desc\nFROM {} AS k\n\
             JOIN {objects} AS f ON f.object_id = k.parent_object_id\n\
             JOIN {objects} AS o ON o.object_id = k.referenced_object_id\nJOIN {} AS s ON s.schema_id = o.schema_id\n\
             WHERE {}{which}\nORDER BY 1, 2",
            view("foreign_keys"),
            view("schemas"),
            is(table),
            objects = view("objects"),
        )
    }
}

impl Destination for SqlServer {
    // "datetime2".
    fn fraction(&self) -> u32 {
        7
    }

    fn type_sql(&self, mapped: &Type) -> String {
        match mapped {
            Type::Boolean => "bit".to_owned(),
            Type::SmallInt => "smallint".to_owned(),
            Type::Integer => "int".to_owned(),
            Type::BigInt => "bigint".to_owned(),
            Type::Decimal(Some((digits, scale))) if *digits <= 38 => format!("decimal({digits},{scale})"),
            Type::Real => "real".to_owned(),
            Type::Double => "float(53)".to_owned(),
            // Lengths are pairs of bytes, of which some characters take two.
            Type::Char(length) | Type::Text(Some(length)) if *length <= 2000 => {
                format!("nvarchar({})", length.max(&1) * 2)
            }
            Type::Bytes(Some(length)) if *length <= 8000 => format!("varbinary({})", length.max(&1)),
            Type::Bytes(_) => "varbinary(max)".to_owned(),
            Type::Date => "date".to_owned(),
            Type::Time(digits) if *digits <= 7 => format!("time({digits})"),
            Type::Timestamp(digits) if *digits <= 7 => format!("datetime2({digits})"),
            Type::TimestampTz(digits) if *digits <= 7 => format!("datetimeoffset({digits})"),
            Type::Time(_) | Type::Timestamp(_) | Type::TimestampTz(_) => "nvarchar(40)".to_owned(),
            Type::Uuid => "uniqueidentifier".to_owned(),
            // A decimal of more digits, or without limits, is text: a narrower type would round it without a word.
            Type::Decimal(_) | Type::Char(_) | Type::Text(_) | Type::Json | Type::Other(_) => {
                "nvarchar(max)".to_owned()
            }
        }
    }

    // "SWITCHOFFSET", and "CAST and CONVERT", style 121: a blank between the date and the time. Which zone a session is in
    // is nothing that there is.
    fn clock(&self, mapped: &Type, value: &str, _utc: bool) -> Option<String> {
        let value = match mapped {
            Type::TimestampTz(_) => format!("CONVERT(datetime2, SWITCHOFFSET({value}, '+00:00'))"),
            Type::Timestamp(_) => value.to_owned(),
            _ => return None,
        };
        Some(format!("CONVERT(varchar(27), {value}, 121)"))
    }

    // "sp_addextendedproperty": MS_Description is what the tools show.
    fn create_table(&self, table: &TableName, columns: &[NewColumn]) -> Vec<String> {
        let mut statements = vec![self.create_columns(table, columns)];
        let place =
            TableName { schema: Some("sys".to_owned()), name: "sp_addextendedproperty".to_owned(), ..table.clone() };
        statements.extend(columns.iter().filter_map(|c| {
            Some(format!(
                "EXEC {} @name = N'MS_Description', @value = {},\n  @level0type = N'SCHEMA', @level0name = {},\n  \
                 @level1type = N'TABLE', @level1name = {},\n  @level2type = N'COLUMN', @level2name = {}",
                self.table(&place),
                unicode(c.comment.as_ref()?),
                unicode(table.schema.as_deref().unwrap_or("dbo")),
                unicode(&table.name),
                unicode(&c.name)
            ))
        }));
        statements
    }

    // Of a table with an alias, that says what is deleted from (DELETE (Transact-SQL), FROM table_source).
    fn delete_matching(&self) -> &'static str {
        "DELETE target FROM"
    }

    fn staging(&self, module: &str) -> TableName {
        TableName { schema: Some("pipekit_staging".to_owned()), name: module.to_owned(), ..TableName::default() }
    }

    fn describe(&self, table: &TableName) -> String {
        let view = |name: &str| sys(&table.within(), name);
        let far = if table.server.is_some() { "'foreign'" } else { "'table'" };
        format!(
            "SELECT c.name, {TYPE},\n  CASE WHEN c.is_nullable = 1 THEN 1 ELSE 0 END,\n  \
             CASE WHEN c.is_computed = 1 OR c.generated_always_type <> 0 OR b.name = 'timestamp' THEN 'computed'\n    \
             WHEN c.is_identity = 1 THEN 'identity' ELSE 'plain' END,\n  c.collation_name,\n  \
             CASE WHEN s.name = 'pipekit_staging' THEN 'ours' WHEN s.name IN ('sys', 'INFORMATION_SCHEMA') THEN 'catalog'\n    \
             WHEN o.type = 'V' THEN 'view' WHEN o.type = 'U' THEN {far} ELSE 'other' END,\n  s.name,\n  \
             CASE WHEN EXISTS (SELECT 1 FROM {} AS g WHERE g.parent_id = o.object_id AND g.is_instead_of_trigger = 1 AND g.is_disabled = 0)\n    \
             OR EXISTS (SELECT 1 FROM {} AS i WHERE i.object_id = o.object_id AND i.ignore_dup_key = 1) THEN 1 ELSE 0 END,\n  \
             CASE WHEN EXISTS (SELECT 1 FROM {} AS f JOIN {} AS y ON y.object_id = f.object_id\n    \
             WHERE f.target_object_id = o.object_id AND f.predicate_type = 0 AND y.is_enabled = 1) THEN 1 ELSE 0 END\n{}\
             WHERE {}\nORDER BY c.column_id",
            view("triggers"),
            view("indexes"),
            view("security_predicates"),
            view("security_policies"),
            columns_of(table),
            is(table)
        )
    }

    fn read(&self, rows: &[Vec<Option<String>>]) -> Option<Described> {
        let field = |row: &[Option<String>], i: usize| row.get(i).cloned().flatten().unwrap_or_default();
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        let first = rows.first()?;
        let column = |row: &Vec<Option<String>>| Column {
            name: field(row, 0),
            type_sql: field(row, 1),
            collation: some(field(row, 4)),
            equals: None,
            nullable: field(row, 2) == "1",
            fill: match field(row, 3).as_str() {
                "identity" => Fill::Identity,
                "computed" => Fill::Computed,
                _ => Fill::Plain,
            },
        };
        Some(Described {
            schema: some(field(first, 6)),
            relation: match field(first, 5).as_str() {
                "ours" => Relation::Unfit(OURS),
                "catalog" => Relation::Unfit(OF_THE_DATABASE),
                "view" => Relation::View,
                "foreign" => Relation::Foreign,
                "other" => Relation::Unfit("no table and no view"),
                _ => Relation::Table,
            },
            columns: rows.iter().map(column).collect(),
            decides: field(first, 7) == "1",
            hides: field(first, 8) == "1",
            ..Described::default()
        })
    }

    // CREATE SCHEMA must be alone in its batch.
    fn prepare(&self) -> String {
        let receipt = self.table(&self.receipt());
        format!(
            "IF SCHEMA_ID(N'pipekit_staging') IS NULL EXEC (N'CREATE SCHEMA [pipekit_staging]');\n\
             IF OBJECT_ID({}) IS NULL CREATE TABLE {receipt} (\n  \
             module nvarchar(60) NOT NULL PRIMARY KEY,\n  install nvarchar(60) NOT NULL,\n  run_id bigint NOT NULL,\n  \
             state nvarchar(20) NOT NULL CHECK (state IN ('staged', 'merged', 'abandoned')),\n  \
             staged_rows bigint NULL,\n  rows_deleted bigint NULL,\n  rows_inserted bigint NULL\n)",
            unicode(&receipt)
        )
    }

    // NULL is said, as a session can have it that columns take none (ANSI_NULL_DFLT_ON).
    fn create_staging(&self, staging: &TableName, _relation: Relation, columns: &[Column]) -> String {
        let table = self.table(staging);
        let column = |c: &Column| {
            let collation = c.collation.as_ref().map(|c| format!(" COLLATE {c}")).unwrap_or_default();
            format!("  {} {}{collation} NULL", self.quote(&c.name), c.type_sql)
        };
        let columns: Vec<String> = columns.iter().map(column).collect();
        format!("DROP TABLE IF EXISTS {table};\nCREATE TABLE {table} (\n{}\n)", columns.join(",\n"))
    }

    fn cascades(&self, table: &TableName) -> String {
        self.references(table, "\n  AND k.delete_referential_action <> 0")
    }

    // A reference to itself forbids none ("TRUNCATE TABLE", Restrictions).
    fn forbids_truncate(&self, table: &TableName) -> Option<String> {
        Some(self.references(table, "\n  AND k.parent_object_id <> k.referenced_object_id"))
    }

    // "TRUNCATE TABLE" can be rolled back.
    fn truncates(&self) -> bool {
        true
    }

    fn atomic(&self, statements: &[&str]) -> String {
        in_transaction(&format!("  {};\n", statements.join(";\n  ")))
    }

    fn has_rows(&self, table: &TableName) -> String {
        format!("SELECT COUNT(*) FROM (SELECT TOP (1) 1 AS one FROM {}) AS found", self.table(table))
    }

    fn merge(&self, merge: &Merge<'_>) -> String {
        format!(
            "DECLARE @pipekit_expected bigint, @pipekit_staged bigint, @pipekit_deleted bigint, @pipekit_before bigint,\n  \
             @pipekit_inserted bigint;\n{}",
            in_transaction(&self.merge_statements(merge))
        )
    }

    fn remarks(&self, merge: &Merge<'_>) -> Vec<String> {
        let mut out = Vec::new();
        match merge.described.relation {
            Relation::View => {
                out.push(format!("{} is a view: its INSTEAD OF triggers decide what the merge does", merge.dest));
            }
            Relation::Foreign => out.push(format!(
                "{} is on a linked server: other writers are not locked out, and the merge needs a distributed transaction",
                merge.dest
            )),
            Relation::Table | Relation::Strict | Relation::Unfit(_) => {}
        }
        if merge.emptying == Emptying::Truncate {
            out.push("TRUNCATE needs ALTER on the destination, and readers wait while the merge lasts".to_owned());
        }
        out
    }

    fn grant(&self, merge: &Merge<'_>, login: &str) -> Option<String> {
        let rights = match merge.emptying {
            Emptying::Nothing => "SELECT, INSERT",
            Emptying::Truncate => "SELECT, INSERT, ALTER",
            Emptying::Delete | Emptying::ByKey(_) => "SELECT, INSERT, DELETE",
        };
        Some(format!("GRANT {rights} ON {} TO {}", self.table(merge.dest), self.quote(login)))
    }

    fn claim(&self, module: &str, install: &str, run_id: i64) -> String {
        format!(
            "IF EXISTS (SELECT 1 FROM {receipt} WHERE module = {module})\n  \
             UPDATE {receipt} SET run_id = {run_id}, state = 'abandoned' WHERE module = {module} AND install = {install}\n\
             ELSE\n  INSERT INTO {receipt} (module, install, run_id, state) VALUES ({module}, {install}, {run_id}, 'abandoned')",
            receipt = self.table(&self.receipt()),
            module = unicode(module),
            install = unicode(install),
        )
    }

    fn stage(&self, module: &str, install: &str, run_id: i64, rows: i64) -> String {
        format!(
            "IF EXISTS (SELECT 1 FROM {receipt} WHERE module = {module})\n  \
             UPDATE {receipt} SET install = {install}, run_id = {run_id}, state = 'staged', staged_rows = {rows},\n    \
             rows_deleted = NULL, rows_inserted = NULL WHERE module = {module}\n\
             ELSE\n  INSERT INTO {receipt} (module, install, run_id, state, staged_rows)\n  \
             VALUES ({module}, {install}, {run_id}, 'staged', {rows})",
            receipt = self.table(&self.receipt()),
            module = unicode(module),
            install = unicode(install),
        )
    }
}
