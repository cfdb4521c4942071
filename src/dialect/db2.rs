//! DB2 for i (AS/400, IBM i 7.3 and later). Its catalog is in QSYS2 and SYSIBM ("DB2 for i SQL reference", appendix
//! "Db2 for i catalog views"); SYSCAT is another DB2's. The merge is one compound (dynamic) statement, ATOMIC: what it did
//! is undone where it fails ("SQL reference", "compound (dynamic)"), if the connection works under commitment control and
//! the table is journaled ("SQL programming", "Commitment control").

use super::name::{self, Writing};
use super::types::{self, Type};
use super::{
    Column, Described, Destination, Emptying, Fill, Merge, OF_THE_DATABASE, OURS, Offer, Qualifiers, Relation, Source,
    TableName, double_quoted, literal,
};

pub(super) struct Db2;

/// Names of a system's objects are upper case, and so are ours among them.
const STAGING: &str = "PIPEKIT_STAGING";

/// Both namings write a table's schema: `SCHEMA.TABLE` and the system's `LIB/FILE`.
const WRITING: Writing = Writing {
    quotes: &[('"', '"')],
    separators: &['.', '/'],
    advice: "put a part with other characters in double quotes",
};

/// A column's type as DDL spells it, from QSYS2.SYSCOLUMNS2 ("SYSCOLUMNS2", DATA_TYPE, LENGTH).
const TYPE: &str = "CASE c.DATA_TYPE\n    \
    WHEN 'DECIMAL' THEN 'DECIMAL(' || CAST(c.LENGTH AS VARCHAR(11)) || ',' || CAST(c.NUMERIC_SCALE AS VARCHAR(11)) || ')'\n    \
    WHEN 'NUMERIC' THEN 'NUMERIC(' || CAST(c.LENGTH AS VARCHAR(11)) || ',' || CAST(c.NUMERIC_SCALE AS VARCHAR(11)) || ')'\n    \
    WHEN 'FLOAT' THEN CASE c.LENGTH WHEN 4 THEN 'REAL' ELSE 'DOUBLE' END\n    \
    WHEN 'DECFLOAT' THEN CASE c.LENGTH WHEN 8 THEN 'DECFLOAT(16)' ELSE 'DECFLOAT(34)' END\n    \
    WHEN 'VARG' THEN 'VARGRAPHIC(' || CAST(c.LENGTH AS VARCHAR(11)) || ')'\n    \
    WHEN 'VARBIN' THEN 'VARBINARY(' || CAST(c.LENGTH AS VARCHAR(11)) || ')'\n    \
    WHEN 'TIMESTMP' THEN 'TIMESTAMP(' || CAST(COALESCE(c.DATETIME_PRECISION, 6) AS VARCHAR(11)) || ')'\n    \
    WHEN 'DISTINCT' THEN RTRIM(c.USER_DEFINED_TYPE_SCHEMA) || '.' || RTRIM(c.USER_DEFINED_TYPE_NAME)\n    \
    WHEN 'CHAR' THEN 'CHAR(' || CAST(c.LENGTH AS VARCHAR(11)) || ')'\n    \
    WHEN 'VARCHAR' THEN 'VARCHAR(' || CAST(c.LENGTH AS VARCHAR(11)) || ')'\n    \
    WHEN 'CLOB' THEN 'CLOB(' || CAST(c.LENGTH AS VARCHAR(11)) || ')'\n    \
    WHEN 'GRAPHIC' THEN 'GRAPHIC(' || CAST(c.LENGTH AS VARCHAR(11)) || ')'\n    \
    WHEN 'DBCLOB' THEN 'DBCLOB(' || CAST(c.LENGTH AS VARCHAR(11)) || ')'\n    \
    WHEN 'BINARY' THEN 'BINARY(' || CAST(c.LENGTH AS VARCHAR(11)) || ')'\n    \
    WHEN 'BLOB' THEN 'BLOB(' || CAST(c.LENGTH AS VARCHAR(11)) || ')'\n    \
    ELSE RTRIM(c.DATA_TYPE) END";

/// What says how a text is encoded, where the column says so: 65535 is none at all, and the column's bytes come as they
/// are ("Globalization", "CCSID 65535").
fn ccsid(which: &str) -> String {
    format!("CASE WHEN {which} THEN ' CCSID ' || CAST(c.CCSID AS VARCHAR(11)) ELSE '' END")
}

/// What people say of a column: the comment, the text (DDS: TEXT), or the three lines of its heading (DDS: COLHDG).
const SAID: &str = "COALESCE(NULLIF(TRIM(c.LONG_COMMENT), ''), NULLIF(TRIM(c.COLUMN_TEXT), ''),\n    \
    NULLIF(TRIM(TRIM(SUBSTR(c.COLUMN_HEADING, 1, 20)) || ' ' || TRIM(SUBSTR(c.COLUMN_HEADING, 21, 20)) || ' '\n      \
    || TRIM(SUBSTR(c.COLUMN_HEADING, 41, 20))), ''))";

/// Where a catalog view's row `t` is the table's, by its long name or the system's.
fn is(table: &TableName, alias: &str) -> String {
    let name = literal(&table.name);
    let schema = table.schema.as_deref().map_or_else(|| "CURRENT SCHEMA".to_owned(), literal);
    format!(
        "({alias}.TABLE_SCHEMA = {schema} OR {alias}.SYSTEM_TABLE_SCHEMA = {schema})\n  \
         AND ({alias}.TABLE_NAME = {name} OR {alias}.SYSTEM_TABLE_NAME = {name})"
    )
}

/// The name says that a number is a date.
fn sounds_like_a_date(column: &str) -> bool {
    let column = column.to_uppercase();
    ["DAT", "DTE", "YMD"].iter().any(|part| column.contains(part)) || column.trim_end_matches('#').ends_with("DT")
}

impl Source for Db2 {
    fn list_tables(&self, within: &Qualifiers) -> String {
        let narrow = match &within.schema {
            Some(schema) => format!("({0} = t.TABLE_SCHEMA OR {0} = t.SYSTEM_TABLE_SCHEMA)", literal(schema)),
            None => format!(
                "t.TABLE_SCHEMA NOT LIKE 'Q%' AND t.TABLE_SCHEMA NOT LIKE 'SYS%' AND t.TABLE_SCHEMA <> '{STAGING}'"
            ),
        };
        // FILE_TYPE S is source text ("SYSTABLES").
        format!(
            "SELECT t.TABLE_SCHEMA, t.TABLE_NAME,\n  \
             CASE t.TABLE_TYPE WHEN 'V' THEN 'view' WHEN 'L' THEN 'logical file' WHEN 'P' THEN 'physical file'\n    \
             WHEN 'A' THEN 'alias' WHEN 'M' THEN 'materialized query table' ELSE 'table' END,\n  \
             COALESCE(NULLIF(TRIM(t.LONG_COMMENT), ''), NULLIF(TRIM(t.TABLE_TEXT), '')),\n  \
             CASE WHEN t.SYSTEM_TABLE_NAME <> t.TABLE_NAME THEN RTRIM(t.SYSTEM_TABLE_NAME) END\n\
             FROM QSYS2.SYSTABLES AS t\nWHERE t.FILE_TYPE = 'D' AND {narrow}\nORDER BY 1, 2"
        )
    }

    fn list_columns(&self, table: &TableName) -> String {
        format!(
            "SELECT c.COLUMN_NAME, {TYPE} || {},\n  CASE c.IS_NULLABLE WHEN 'Y' THEN 1 ELSE 0 END, c.COLUMN_DEFAULT,\n  \
             (SELECT MIN(k.ORDINAL_POSITION) FROM QSYS2.SYSCST AS p\n    \
             JOIN QSYS2.SYSKEYCST AS k ON k.CONSTRAINT_SCHEMA = p.CONSTRAINT_SCHEMA AND k.CONSTRAINT_NAME = p.CONSTRAINT_NAME\n    \
             WHERE p.CONSTRAINT_TYPE = 'PRIMARY KEY' AND p.TABLE_SCHEMA = c.TABLE_SCHEMA AND p.TABLE_NAME = c.TABLE_NAME\n      \
             AND k.COLUMN_NAME = c.COLUMN_NAME),\n  {SAID},\n  \
             CASE WHEN c.SYSTEM_COLUMN_NAME <> c.COLUMN_NAME THEN RTRIM(c.SYSTEM_COLUMN_NAME) END\n\
             FROM QSYS2.SYSCOLUMNS2 AS c\nWHERE {}\nORDER BY c.ORDINAL_POSITION",
            ccsid("c.CCSID = 65535"),
            is(table, "c")
        )
    }

    // "SQL reference", "Data types": packed (DECIMAL) and zoned (NUMERIC) numbers are one to others; GRAPHIC is text of
    // 2 bytes a character.
    fn map_type(&self, type_text: &str) -> Type {
        let (words, numbers) = types::split(type_text);
        let first = numbers.first().copied();
        let (words, raw) = match words.strip_suffix("ccsid 65535") {
            Some(words) => (words.trim_end(), true),
            None => (&*words, false),
        };
        match (words, types::common(words, &numbers, 6)) {
            (_, Some(Type::Char(length))) if raw => Type::Bytes(Some(length)),
            (_, Some(Type::Text(length))) if raw => Type::Bytes(length),
            ("clob" | "dbclob" | "xml", _) => Type::Text(None),
            ("graphic", _) => Type::Char(first.unwrap_or(1)),
            ("vargraphic", _) => Type::Text(first),
            ("blob", _) => Type::Bytes(None),
            ("rowid", _) => Type::Bytes(Some(40)),
            ("decfloat", _) => Type::Decimal(None),
            ("time", _) => Type::Time(0),
            (_, Some(mapped)) => mapped,
            _ => Type::Other(type_text.to_owned()),
        }
    }

    fn newest(&self, type_text: &str, column: &str) -> String {
        let newest = format!("MAX({})", self.quote(column));
        match self.map_type(type_text) {
            Type::Timestamp(digits) if digits > 9 => format!("CAST({newest} AS VARCHAR(32))"),
            _ => newest,
        }
    }

    fn offers(&self, type_text: &str, column: &str) -> Vec<Offer> {
        let quoted = self.quote(column);
        let date = |what, digits: String, none: &str| {
            let date = format!("DATE(TIMESTAMP_FORMAT(DIGITS({digits}), 'YYYYMMDD'))");
            let expression = format!("CASE WHEN {quoted} IN (0, {none}) THEN NULL ELSE {date} END");
            vec![Offer { what, expression, gives: Type::Date }]
        };
        match self.map_type(type_text) {
            Type::Decimal(Some((7, 0))) if sounds_like_a_date(column) => {
                date("a date kept as CYYMMDD", format!("DECIMAL({quoted} + 19000000, 8, 0)"), "9999999")
            }
            Type::Decimal(Some((8, 0))) | Type::Integer if sounds_like_a_date(column) => {
                date("a date kept as YYYYMMDD", format!("DECIMAL({quoted}, 8, 0)"), "99999999")
            }
            Type::Bytes(Some(length)) if type_text.ends_with("CCSID 65535") => {
                let word = if type_text.starts_with("VARCHAR") { "VARCHAR" } else { "CHAR" };
                vec![Offer {
                    what: "text without a CCSID (37 is English; 273 German, 297 French, 1208 UTF-8)",
                    expression: format!("RTRIM(CAST({quoted} AS {word}({length}) CCSID 37))"),
                    gives: Type::Text(Some(length)),
                }]
            }
            _ => Vec::new(),
        }
    }

    fn quote(&self, name: &str) -> String {
        double_quoted(name)
    }

    // Bare names are folded to upper case, and may have `#`, `@` and `$` ("SQL reference", "Identifiers").
    fn parse_table(&self, text: &str) -> Result<TableName, String> {
        name::table_of(text, name::split_parts(text, &WRITING, str::to_uppercase)?)
    }

    fn ping(&self) -> &'static str {
        "SELECT 1 FROM SYSIBM.SYSDUMMY1"
    }

    fn without_table(&self) -> &'static str {
        " FROM SYSIBM.SYSDUMMY1"
    }
}

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
                let equals = |k: &String| format!("target.{0} = staged.{0}", self.quote(k));
                let equal = key.iter().map(equals).collect::<Vec<_>>().join(" AND ");
                let matching =
                    format!("{dest} AS target WHERE EXISTS (\n    SELECT 1 FROM {staging} AS staged WHERE {equal})");
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
