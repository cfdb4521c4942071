//! DB2 for i (AS/400, IBM i 7.3 and later). Its catalog is in QSYS2 and SYSIBM ("DB2 for i SQL reference", appendix
//! "Db2 for i catalog views"); SYSCAT is another DB2's.

mod load;

use super::name::{self, Writing};
use super::types::{self, Type};
use super::{Offer, Qualifiers, Source, TableName, double_quoted, literal};

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

    // A literal is converted to the job's CCSID, in which most letters are missing; a graphic one is UTF-16 (SQL reference,
    // Constants).
    fn wide_text(&self, value: &str, most: u32) -> String {
        let units: String = value.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
        format!("CAST(UX'{units}' AS VARCHAR({most}) CCSID 1208)")
    }

    fn large_text(&self) -> Option<&'static str> {
        Some("CLOB")
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
