//! SQL Server, 2016 and later ("Transact-SQL reference", <https://learn.microsoft.com/sql/t-sql>). Tables can be in other
//! databases of the server and on linked servers. One call takes a batch; the merge's is one transaction.

use super::name::{self, Writing};
use super::types::{self, Type};
use super::{
    BrowseField, Column, Described, Destination, Emptying, Fill, Merge, NewColumn, OF_THE_DATABASE, OURS, Qualifiers,
    Relation, Source, TableName, literal,
};

pub(super) struct SqlServer;

/// "Transact-SQL syntax conventions", "Multipart names"; "Database identifiers".
const WRITING: Writing = Writing {
    quotes: &[('[', ']'), ('"', '"')],
    separators: &['.'],
    advice: "put a part with other characters in [brackets]",
};

/// A column's type as DDL spells it, from sys.columns `c` and sys.types: `b` the system's type, `u` the column's own. A
/// max_length counts bytes, and -1 is `max` ("sys.columns").
const TYPE: &str = "CASE\n    \
    WHEN b.name IN ('char', 'varchar', 'binary', 'varbinary')\n      \
    THEN CONCAT(b.name, '(', CASE c.max_length WHEN -1 THEN 'max' ELSE CAST(c.max_length AS varchar(10)) END, ')')\n    \
    WHEN b.name IN ('nchar', 'nvarchar')\n      \
    THEN CONCAT(b.name, '(', CASE c.max_length WHEN -1 THEN 'max' ELSE CAST(c.max_length / 2 AS varchar(10)) END, ')')\n    \
    WHEN b.name IN ('decimal', 'numeric') THEN CONCAT(b.name, '(', c.precision, ',', c.scale, ')')\n    \
    WHEN b.name IN ('datetime2', 'datetimeoffset', 'time') THEN CONCAT(b.name, '(', c.scale, ')')\n    \
    WHEN b.name = 'float' THEN CONCAT('float(', c.precision, ')')\n    \
    ELSE COALESCE(b.name, u.name) END";

/// A text with any letters: a plain literal has those of the database's code page ("Constants").
fn unicode(text: &str) -> String {
    format!("N{}", literal(text))
}

/// A catalog view of the database that the table, or what is looked for, is in.
fn sys(within: &Qualifiers, view: &str) -> String {
    let within = within.clone();
    SqlServer.table(&TableName {
        server: within.server,
        database: within.database,
        schema: Some("sys".to_owned()),
        name: view.to_owned(),
    })
}

/// What tells objects `o`, schemas `s`, columns `c` and their types apart.
fn columns_of(table: &TableName) -> String {
    let view = |name: &str| sys(&table.within(), name);
    format!(
        "FROM {} AS o\nJOIN {} AS s ON s.schema_id = o.schema_id\nJOIN {} AS c ON c.object_id = o.object_id\n\
         JOIN {types} AS u ON u.user_type_id = c.user_type_id\nLEFT JOIN {types} AS b ON b.user_type_id = c.system_type_id\n",
        view("objects"),
        view("schemas"),
        view("columns"),
        types = view("types"),
    )
}

fn is(table: &TableName) -> String {
    let schema = table.schema.as_deref().unwrap_or("dbo");
    format!("s.name = {} AND o.name = {}", unicode(schema), unicode(&table.name))
}

/// What is said of an object or a column: `what` tells which.
fn said(within: &Qualifiers, minor: &str) -> String {
    format!(
        "LEFT JOIN {} AS p ON p.class = 1 AND p.major_id = o.object_id AND p.minor_id = {minor} AND p.name = 'MS_Description'\n",
        sys(within, "extended_properties")
    )
}

impl Source for SqlServer {
    fn browse_fields(&self) -> &'static [BrowseField] {
        &[
            BrowseField { name: "server", label: "Linked server", required: false, default: None },
            BrowseField { name: "database", label: "Database", required: false, default: None },
            BrowseField { name: "schema", label: "Schema", required: false, default: Some("dbo") },
        ]
    }

    fn list_tables(&self, within: &Qualifiers) -> String {
        let narrow = match &within.schema {
            Some(schema) => format!("s.name = {}", unicode(schema)),
            None => "s.name <> 'pipekit_staging'".to_owned(),
        };
        format!(
            "SELECT s.name, o.name, CASE o.type WHEN 'V' THEN 'view' ELSE 'table' END, CAST(p.value AS nvarchar(3750))\n\
             FROM {} AS o\nJOIN {} AS s ON s.schema_id = o.schema_id\n{}\
             WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND {narrow}\nORDER BY 1, 2",
            sys(within, "objects"),
            sys(within, "schemas"),
            said(within, "0")
        )
    }

    fn list_columns(&self, table: &TableName) -> String {
        let view = |name: &str| sys(&table.within(), name);
        format!(
            "SELECT c.name, {TYPE},\n  CASE WHEN c.is_nullable = 1 THEN 1 ELSE 0 END, d.definition, k.key_ordinal,\n  \
             CAST(p.value AS nvarchar(3750))\n{}\
             LEFT JOIN {} AS d ON d.object_id = c.default_object_id\n\
             LEFT JOIN (SELECT i.object_id, x.column_id, x.key_ordinal FROM {} AS i\n  \
             JOIN {} AS x ON x.object_id = i.object_id AND x.index_id = i.index_id WHERE i.is_primary_key = 1) AS k\n  \
             ON k.object_id = c.object_id AND k.column_id = c.column_id\n{}\
             WHERE {}\nORDER BY c.column_id",
            columns_of(table),
            view("default_constraints"),
            view("indexes"),
            view("index_columns"),
            said(&table.within(), "c.column_id"),
            is(table)
        )
    }

    // "Data types". A `timestamp` is a row's version, and no time; a `datetime` is kept in 1/300 of a second and has three
    // digits.
    fn map_type(&self, type_text: &str) -> Type {
        let (words, numbers) = types::split(type_text);
        match &*words {
            "bit" => Type::Boolean,
            "money" => Type::Decimal(Some((19, 4))),
            "smallmoney" => Type::Decimal(Some((10, 4))),
            "smalldatetime" => Type::Timestamp(0),
            "datetime" => Type::Timestamp(3),
            "datetime2" => Type::Timestamp(numbers.first().copied().unwrap_or(7)),
            "datetimeoffset" => Type::TimestampTz(numbers.first().copied().unwrap_or(7)),
            "timestamp" | "rowversion" => Type::Bytes(Some(8)),
            "uniqueidentifier" => Type::Uuid,
            "xml" => Type::Text(None),
            _ => types::common(&words, &numbers, 7).unwrap_or_else(|| Type::Other(type_text.to_owned())),
        }
    }

    // "CAST and CONVERT", date and time styles: 121 has every digit of a datetime2 and the offset. By one offset for all,
    // they sort as the moments do.
    fn as_text(&self, type_text: &str, column: &str) -> String {
        let column = self.quote(column);
        match self.map_type(type_text) {
            Type::TimestampTz(_) => format!("CONVERT(varchar(34), SWITCHOFFSET({column}, '+00:00'), 121)"),
            Type::Timestamp(_) | Type::Time(_) => format!("CONVERT(varchar(27), {column}, 121)"),
            _ => format!("CAST({column} AS nvarchar(max))"),
        }
    }

    // Style 126 is read back the same in every language, with all its digits.
    fn newest(&self, type_text: &str, column: &str) -> String {
        let column = self.quote(column);
        match self.map_type(type_text) {
            Type::Date | Type::Timestamp(_) => format!("CONVERT(varchar(27), MAX({column}), 126)"),
            Type::TimestampTz(_) => format!("CONVERT(varchar(34), MAX({column}), 126)"),
            _ => format!("MAX({column})"),
        }
    }

    fn quote(&self, name: &str) -> String {
        format!("[{}]", name.replace(']', "]]"))
    }

    // Whether names differ by case is for the collation of the database to say: they stay as they are.
    fn parse_table(&self, text: &str) -> Result<TableName, String> {
        let mut parts = name::split_parts(text, &WRITING, str::to_owned)?;
        let name = parts.pop().unwrap_or_default();
        let ends = name.is_empty() || parts.first().is_some_and(String::is_empty) || parts.len() > 3;
        if ends {
            return Err(format!(
                "`{text}` is not a table's name: it is TABLE, SCHEMA.TABLE, DATABASE.SCHEMA.TABLE or SERVER.DATABASE.SCHEMA.TABLE"
            ));
        }
        let mut part = || parts.pop().filter(|part| !part.is_empty());
        Ok(TableName { schema: part(), database: part(), server: part(), name })
    }

    fn table(&self, table: &TableName) -> String {
        let far = table.server.is_some() || table.database.is_some();
        let schema = table.schema.clone().or_else(|| far.then(|| "dbo".to_owned()));
        let table = TableName { schema, ..table.clone() };
        let parts = table.parts().map(|part| part.map(|part| self.quote(part)).unwrap_or_default());
        parts.collect::<Vec<_>>().join(".")
    }

    // A varchar with a length ends at 8,000.
    fn text(&self, value: Option<&str>) -> String {
        format!("CAST({} AS nvarchar(max))", value.map_or("NULL".to_owned(), unicode))
    }
}

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

    fn forbids_truncate(&self, table: &TableName) -> Option<String> {
        Some(self.references(table, ""))
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
