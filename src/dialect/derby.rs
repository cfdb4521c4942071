//! Apache Derby, 10.10 and later ("Derby Reference Manual", <https://db.apache.org/derby/docs/10.14/ref/>). A call is one
//! statement there, and never a script.

use super::standard::Standard;
use super::types::{self, Type};
use super::{Qualifiers, Source, TableName, double_quoted, literal, split_name};

pub(super) struct Derby;

/// A column's type with what it says of NULL, as text ("SYSCOLUMNS system table", COLUMNDATATYPE).
const TYPE: &str = "CAST(c.COLUMNDATATYPE AS VARCHAR(128))";

impl Source for Derby {
    fn list_tables(&self, within: &Qualifiers) -> String {
        let narrow = match &within.schema {
            Some(schema) => format!(" AND s.SCHEMANAME = {}", literal(schema)),
            None => String::new(),
        };
        format!(
            "SELECT s.SCHEMANAME, t.TABLENAME, CASE t.TABLETYPE WHEN 'V' THEN 'view' ELSE 'table' END, CAST(NULL AS VARCHAR(1))\n\
             FROM SYS.SYSTABLES t JOIN SYS.SYSSCHEMAS s ON s.SCHEMAID = t.SCHEMAID\n\
             WHERE t.TABLETYPE IN ('T', 'V'){narrow}\nORDER BY 1, 2"
        )
    }

    // The place in the primary key is where the column's number stands in its index's `UNIQUE BTREE (2, 1)`
    // ("SYSCONGLOMERATES system table", DESCRIPTOR).
    fn list_columns(&self, table: &TableName) -> String {
        let schema = table.schema.as_deref().map_or_else(|| "CURRENT SCHEMA".to_owned(), literal);
        format!(
            "SELECT c.COLUMNNAME,\n  \
             CASE WHEN {TYPE} LIKE '% NOT NULL' THEN SUBSTR({TYPE}, 1, LENGTH({TYPE}) - 9) ELSE {TYPE} END,\n  \
             CASE WHEN {TYPE} LIKE '% NOT NULL' THEN 0 ELSE 1 END, CAST(c.COLUMNDEFAULT AS VARCHAR(1000)),\n  \
             (SELECT NULLIF(LOCATE('|' || RTRIM(CHAR(c.COLUMNNUMBER)) || ',', k.PLACES)\n    \
             + LOCATE(' ' || RTRIM(CHAR(c.COLUMNNUMBER)) || ',', k.PLACES), 0) FROM (\n    \
             SELECT p.TABLEID, '|' || SUBSTR(CAST(g.DESCRIPTOR AS VARCHAR(1000)), LOCATE('(', CAST(g.DESCRIPTOR AS VARCHAR(1000))) + 1,\n      \
             LENGTH(CAST(g.DESCRIPTOR AS VARCHAR(1000))) - LOCATE('(', CAST(g.DESCRIPTOR AS VARCHAR(1000))) - 1) || ',' AS PLACES\n    \
             FROM SYS.SYSCONSTRAINTS p JOIN SYS.SYSKEYS y ON y.CONSTRAINTID = p.CONSTRAINTID\n    \
             JOIN SYS.SYSCONGLOMERATES g ON g.CONGLOMERATEID = y.CONGLOMERATEID WHERE p.TYPE = 'P') k\n    \
             WHERE k.TABLEID = t.TABLEID), CAST(NULL AS VARCHAR(1))\n\
             FROM SYS.SYSCOLUMNS c JOIN SYS.SYSTABLES t ON t.TABLEID = c.REFERENCEID\n\
             JOIN SYS.SYSSCHEMAS s ON s.SCHEMAID = t.SCHEMAID\n\
             WHERE s.SCHEMANAME = {schema} AND t.TABLENAME = {}\nORDER BY c.COLUMNNUMBER",
            literal(&table.name)
        )
    }

    // "Data types": a TIMESTAMP has nine digits, a TIME none.
    fn map_type(&self, type_text: &str) -> Type {
        let (words, numbers) = types::split(type_text);
        let length = numbers.first().copied();
        match &*words {
            "char for bit data" | "varchar for bit data" => Type::Bytes(length),
            "long varchar for bit data" | "blob" => Type::Bytes(None),
            "clob" => Type::Text(None),
            "time" => Type::Time(0),
            _ => types::common(&words, &numbers, 9).unwrap_or_else(|| Type::Other(type_text.to_owned())),
        }
    }

    fn large_text(&self) -> Option<&'static str> {
        Some("CLOB")
    }

    fn quote(&self, name: &str) -> String {
        double_quoted(name)
    }

    // Bare names are folded to upper case ("SQL identifiers").
    fn parse_table(&self, text: &str) -> Result<TableName, String> {
        split_name(text, str::to_uppercase)
    }

    fn ping(&self) -> &'static str {
        "SELECT 1 FROM SYSIBM.SYSDUMMY1"
    }

    fn without_table(&self) -> &'static str {
        " FROM SYSIBM.SYSDUMMY1"
    }
}

impl Standard for Derby {
    fn unfit(&self) -> &'static str {
        "Derby's, which does no more than one statement in a call"
    }
}
