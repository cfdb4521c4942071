//! SQL Server, 2016 and later ("Transact-SQL reference", <https://learn.microsoft.com/sql/t-sql>). Tables can be in other
//! databases of the server and on linked servers. One call takes a batch; the merge's is one transaction.

mod load;

use super::name::{self, Writing};
use super::types::{self, Type};
use super::{BrowseField, Qualifiers, Source, TableName, literal};

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
            "SELECT s.name, o.name, CASE o.type WHEN 'V' THEN 'view' ELSE 'table' END, CAST(p.[value] AS nvarchar(3750))\n\
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
             CAST(p.[value] AS nvarchar(3750))\n{}\
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

    // "Date and time types": where each of them begins.
    fn earliest(&self, type_text: &str) -> &'static str {
        match types::split(type_text).0.as_str() {
            "datetime" => "1753-01-01T00:00:00",
            "smalldatetime" => "1900-01-01T00:00:00",
            _ => "0001-01-01T00:00:00",
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
    fn text(&self, value: Option<&str>, _most: u32) -> String {
        format!("CAST({} AS nvarchar(max))", value.map_or("NULL".to_owned(), unicode))
    }
}
