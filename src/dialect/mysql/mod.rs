//! MySQL 8.0 and MariaDB 10.2, and later. What SQL calls a schema is a database here, so staging tables stand beside
//! the destinations, in the database that the connection's URL names, under a prefix: a login needs rights in no other,
//! and two databases on one server know nothing of each other. Where staging is to be apart, the URL names a database for
//! it, and the modules' tables are written `DATABASE.TABLE`.

mod catalog;
mod keys;
mod merge;

use super::name::{Writing, split_parts, table_of};
use super::types::{self, Type};
use super::{
    Around, BrowseField, Column, Described, Destination, Emptying, Merge, NewColumn, Qualifiers, Relation, Source,
    TableName, Takes,
};

pub(super) struct Mysql;

/// What the names of pipekit's own tables begin with.
const STAGING: &str = "pipekit_staging_";

const WRITING: Writing = Writing {
    quotes: &[('`', '`'), ('"', '"')],
    separators: &['.'],
    advice: "put a part with other characters in backticks",
};

/// Begins a script of ours: nothing of what another left open on the connection becomes part of it, and what it does
/// waits 30 seconds for others to let go, where the URL does not say (`sessionVariables=lock_wait_timeout=300`). The
/// first is for a table's definition, the second for rows (MySQL manual, 5.1.8 and 15.14).
const PATIENCE: &str = "ROLLBACK;\nSET autocommit = 1,\n  \
    lock_wait_timeout = IF(@@SESSION.lock_wait_timeout = @@GLOBAL.lock_wait_timeout, 30, @@SESSION.lock_wait_timeout),\n  \
    innodb_lock_wait_timeout = IF(@@SESSION.innodb_lock_wait_timeout = @@GLOBAL.innodb_lock_wait_timeout, 30, \
    @@SESSION.innodb_lock_wait_timeout);\n";

/// Two keys of the source must not be one here: a collation by the bytes, blanks at the end among them. Each server has
/// its own, and takes what begins with its version or an earlier one: MariaDB nothing of MySQL's from 5.7 on (its manual,
/// Comment Syntax), MySQL the last that is said. MySQL 8.0 has nothing that does not pad before 8.0.17.
const BY_BYTES: &str =
    "/*M!100202 COLLATE utf8mb4_nopad_bin */ /*!80000 COLLATE utf8mb4_bin */ /*!80017 COLLATE utf8mb4_0900_bin */";

/// A text as SQL. A backslash escapes, unless the session has NO_BACKSLASH_ESCAPES: doubled, it can end no literal in
/// either case.
fn literal(text: &str) -> String {
    super::literal(&text.replace('\\', "\\\\"))
}

fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

impl Source for Mysql {
    fn browse_fields(&self) -> &'static [BrowseField] {
        &[BrowseField { name: "schema", label: "Database", required: false, default: None }]
    }

    fn list_tables(&self, within: &Qualifiers) -> String {
        catalog::tables(within)
    }

    fn list_columns(&self, table: &TableName) -> String {
        catalog::columns(table)
    }

    // As the server stores them (MySQL manual, 11.1 to 11.5): all but decimals have fixed ranges.
    fn map_type(&self, type_text: &str) -> Type {
        let (words, numbers) = types::split(type_text);
        let unsigned = words.contains("unsigned");
        let word = words.split(' ').next().unwrap_or_default();
        match word {
            "tinyint" => Type::SmallInt,
            "smallint" if unsigned => Type::Integer,
            "mediumint" => Type::Integer,
            "int" | "integer" if unsigned => Type::BigInt,
            "bigint" if unsigned => Type::Decimal(Some((20, 0))),
            "year" => Type::SmallInt,
            // Kept in UTC, and told in the session's zone (11.2.2): a moment, where a DATETIME is none.
            "timestamp" => Type::TimestampTz(numbers.first().copied().unwrap_or(0)),
            "float" => Type::Real,
            "double" => Type::Double,
            "enum" | "set" | "tinytext" | "mediumtext" | "longtext" => Type::Text(None),
            "tinyblob" | "mediumblob" | "longblob" => Type::Bytes(None),
            // Digits behind the second are told, and none where they are not.
            _ => types::common(word, &numbers, 0).unwrap_or_else(|| Type::Other(type_text.to_owned())),
        }
    }

    // A server may hold dates without a day, or without anything, which are dates nowhere else (11.2). CHAR comes without
    // its padding.
    fn default_expression(&self, type_text: &str, column: &str) -> String {
        let column = quote(column);
        match self.map_type(type_text) {
            Type::Date => format!(
                "CASE WHEN MONTH({column}) = 0 OR DAYOFMONTH({column}) = 0 OR {column} IN ('0001-01-01', '9999-12-31') \
                 THEN NULL ELSE {column} END"
            ),
            Type::Timestamp(_) | Type::TimestampTz(_) => {
                format!("CASE WHEN MONTH({column}) = 0 OR DAYOFMONTH({column}) = 0 THEN NULL ELSE {column} END")
            }
            _ => column,
        }
    }

    fn as_text(&self, _type_text: &str, column: &str) -> String {
        format!("CAST({} AS CHAR(40))", quote(column))
    }

    // MariaDB reads no offset, with a warning at most; MySQL does from 8.0.19 on, where it has minutes (11.2.2).
    fn takes(&self) -> Takes {
        Takes::Clock
    }

    fn quote(&self, name: &str) -> String {
        quote(name)
    }

    // Whether case matters is up to the server's file system (9.2.3): names stay as they are written.
    fn parse_table(&self, text: &str) -> Result<TableName, String> {
        table_of(text, split_parts(text, &WRITING, str::to_owned)?)
    }

    fn text(&self, value: Option<&str>, most: u32) -> String {
        format!("CAST({} AS CHAR({most}))", value.map_or("NULL".to_owned(), literal))
    }
}

impl Destination for Mysql {
    // A VARCHAR takes part in the 65,535 bytes that a row may have, four for each character; a TEXT does not (8.4.7). What
    // has no counterpart is kept as text: a TIMESTAMP ends in 2038, and JSON would be written anew in MySQL.
    fn type_sql(&self, mapped: &Type) -> String {
        match mapped {
            Type::Boolean => "tinyint(1)".to_owned(),
            Type::SmallInt => "smallint".to_owned(),
            Type::Integer => "int".to_owned(),
            Type::BigInt => "bigint".to_owned(),
            Type::Decimal(Some((digits, scale))) if *digits <= 65 && *scale <= 30 => {
                format!("decimal({digits},{scale})")
            }
            Type::Real => "float".to_owned(),
            Type::Double => "double".to_owned(),
            Type::Char(length) | Type::Text(Some(length)) if *length <= 255 => format!("varchar({length})"),
            Type::Bytes(Some(length)) if *length <= 255 => format!("varbinary({length})"),
            Type::Bytes(_) => "longblob".to_owned(),
            Type::Date => "date".to_owned(),
            Type::Time(digits) if *digits <= 6 => format!("time({digits})"),
            Type::Timestamp(digits) if *digits <= 6 => format!("datetime({digits})"),
            Type::Uuid => "char(36)".to_owned(),
            Type::TimestampTz(_) => "varchar(40)".to_owned(),
            Type::Decimal(_)
            | Type::Char(_)
            | Type::Text(_)
            | Type::Time(_)
            | Type::Timestamp(_)
            | Type::Json
            | Type::Other(_) => "longtext".to_owned(),
        }
    }

    fn create_table(&self, table: &TableName, columns: &[NewColumn]) -> Vec<String> {
        let columns = columns.iter().map(|c| {
            let comment = c.comment.as_ref().map(|text| format!(" COMMENT {}", literal(text))).unwrap_or_default();
            // A TIMESTAMP would else be NOT NULL, and a text in the database's character set.
            format!("  {} {} NULL{comment}", quote(&c.name), c.type_sql)
        });
        let columns = columns.collect::<Vec<_>>().join(",\n");
        vec![format!(
            "CREATE TABLE {} (\n{columns}\n) ENGINE = InnoDB CHARACTER SET utf8mb4 {BY_BYTES}",
            self.table(table)
        )]
    }

    fn staging(&self, module: &str) -> TableName {
        TableName { name: format!("{STAGING}{module}"), ..TableName::default() }
    }

    fn describe(&self, table: &TableName) -> String {
        catalog::describe(table)
    }

    fn read(&self, rows: &[Vec<Option<String>>]) -> Option<Described> {
        catalog::read(rows)
    }

    // A value that is not of the column's type is an error by any version, and names itself in it: that is how a merge
    // stops (see `merge`). An engine without transactions, which may be the server's default, would keep it.
    fn prepare(&self) -> String {
        format!(
            "{PATIENCE}CREATE TABLE IF NOT EXISTS {} (\n  \
             module varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,\n  \
             install varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,\n  run_id bigint NOT NULL,\n  \
             state varchar(9) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,\n  \
             staged_rows bigint,\n  rows_deleted bigint,\n  rows_inserted bigint\n) ENGINE = InnoDB",
            self.table(&self.receipt())
        )
    }

    fn create_staging(&self, staging: &TableName, _relation: Relation, columns: &[Column]) -> String {
        let table = self.table(staging);
        let columns: Vec<String> = columns
            .iter()
            .map(|c| {
                let collation = c.collation.as_ref().map(|c| format!(" COLLATE {c}")).unwrap_or_default();
                format!("  {} {}{collation} NULL", quote(&c.name), c.type_sql)
            })
            .collect();
        self.patiently(&format!(
            "DROP TABLE IF EXISTS {table};\nCREATE TABLE {table} (\n{}\n) ENGINE = InnoDB",
            columns.join(",\n")
        ))
    }

    fn cascades(&self, table: &TableName) -> String {
        catalog::cascades(table)
    }

    fn forbids_truncate(&self, _table: &TableName) -> Option<String> {
        None
    }

    // TRUNCATE commits (13.1.37).
    fn truncates(&self) -> bool {
        false
    }

    fn atomic(&self, statements: &[&str]) -> String {
        format!("START TRANSACTION;\n{};\nCOMMIT", statements.join(";\n"))
    }

    fn merge(&self, merge: &Merge<'_>) -> String {
        merge::script(self, merge)
    }

    fn matching(&self, merge: &Merge<'_>, key: &[String]) -> String {
        keys::matching(merge, key)
    }

    fn letters(&self, column: &Column, sql: &str) -> Option<String> {
        keys::letters(column, sql)
    }

    fn respelled(&self, merge: &Merge<'_>, key: &[String], most: usize) -> Option<String> {
        keys::respelled(merge, key, most)
    }

    // Of a table with an alias, that says what is deleted from (13.2.2).
    fn delete_matching(&self) -> &'static str {
        "DELETE target FROM"
    }

    fn direct(&self, merge: &Merge<'_>) -> Result<Around, &'static str> {
        merge::direct(self, merge)
    }

    // Long texts are told apart by their first `max_sort_length` bytes only where they are grouped (MySQL manual, 7.1.8),
    // and a FLOAT as text has 6 digits.
    fn exactly(&self, column: &Column) -> String {
        let value = match column.type_sql.to_lowercase().starts_with("float") {
            true => format!("CAST({} + 0e0 AS CHAR)", quote(&column.name)),
            false => quote(&column.name),
        };
        format!("SHA2(CAST({value} AS BINARY), 256)")
    }

    fn shown(&self, column: &Column) -> String {
        let binary = ["binary", "varbinary", "blob", "tinyblob", "mediumblob", "longblob", "bit"];
        let kind = column.type_sql.to_lowercase();
        let column = quote(&column.name);
        match binary.iter().any(|word| kind.split(['(', ' ']).next() == Some(word)) {
            true => format!("HEX({column})"),
            false => format!("CAST({column} AS CHAR)"),
        }
    }

    fn remarks(&self, merge: &Merge<'_>) -> Vec<String> {
        let mut out = Vec::new();
        match merge.described.relation {
            Relation::View => {
                out.push(format!("{} is a view: what it lets through decides what the merge does", merge.dest));
            }
            Relation::Foreign => out.push(format!(
                "{} is not of InnoDB: other writers are not locked out, and whether the merge is atomic is up to its engine",
                merge.dest
            )),
            Relation::Table | Relation::Strict | Relation::Unfit(_) => {}
        }
        if let Emptying::ByKey(key) = merge.emptying {
            let loose = merge.columns.iter().filter(|c| key.contains(&c.name));
            out.extend(loose.filter_map(|c| Some((&c.name, keys::loose(c)?))).map(|(name, collation)| {
                let what = if collation.ends_with("_bin") { "blanks at the end" } else { "case, accents or blanks at the end" };
                format!(
                    "the table compares {name} by {collation}, for which values that differ in {what} only are one: a run \
                     that brings another spelling of a key that is there is refused, as the source may have both"
                )
            }));
        }
        if matches!(merge.emptying, Emptying::Truncate | Emptying::Delete) {
            out.push(
                "a full load deletes row by row, as a TRUNCATE would commit: for millions of rows an incremental load is \
                 the faster one"
                    .to_owned(),
            );
        }
        out
    }

    fn patiently(&self, sql: &str) -> String {
        format!("{PATIENCE}{sql}")
    }

    fn grant(&self, merge: &Merge<'_>, login: &str) -> Option<String> {
        let rights = match merge.emptying {
            Emptying::Nothing if !merge.counts_rows() => "INSERT",
            Emptying::Nothing => "SELECT, INSERT",
            _ => "SELECT, INSERT, DELETE",
        };
        Some(format!("GRANT {rights} ON {} TO {}@'%'", self.table(merge.dest), literal(login)))
    }

    fn holders(&self, _table: &TableName) -> Option<String> {
        Some(
            "SELECT p.id, p.user, p.host, t.trx_started, p.state, p.info FROM information_schema.innodb_trx t \
             JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id"
                .to_owned(),
        )
    }

    fn claim(&self, module: &str, install: &str, run_id: i64) -> String {
        let (module, install) = (literal(module), literal(install));
        format!(
            "INSERT INTO {} (module, install, run_id, state) VALUES ({module}, {install}, {run_id}, 'abandoned')\n\
             ON DUPLICATE KEY UPDATE run_id = IF(install = {install}, {run_id}, run_id),\n  \
             state = IF(install = {install}, 'abandoned', state)",
            self.table(&self.receipt())
        )
    }

    fn stage(&self, module: &str, install: &str, run_id: i64, rows: i64) -> String {
        let (module, install) = (literal(module), literal(install));
        format!(
            "INSERT INTO {} (module, install, run_id, state, staged_rows) VALUES ({module}, {install}, {run_id}, 'staged', {rows})\n\
             ON DUPLICATE KEY UPDATE install = {install}, run_id = {run_id}, state = 'staged', staged_rows = {rows},\n  \
             rows_deleted = NULL, rows_inserted = NULL",
            self.table(&self.receipt())
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_be_quoted_by_backticks() {
        for (text, expected) in [
            ("Orders", Some((None, "Orders"))),
            ("sales.`or``d.ers`", Some((Some("sales"), "or`d.ers"))),
            ("\"a b\".`c;--`", Some((Some("a b"), "c;--"))),
            ("`open", None),
            ("a.b.c", None),
        ] {
            let got = Mysql.parse_table(text).ok().map(|t| (t.schema, t.name));
            assert_eq!(got, expected.map(|(s, n)| (s.map(str::to_owned), n.to_owned())), "{text}");
        }
        assert_eq!(quote("a`; drop table x; --"), "`a``; drop table x; --`");
        assert_eq!(literal("a\\'; drop table x"), "'a\\\\''; drop table x'");
    }

    #[test]
    fn types_have_room_for_what_is_unsigned() {
        for (text, expected) in [
            ("int(10) unsigned", Type::BigInt),
            ("bigint(20) unsigned zerofill", Type::Decimal(Some((20, 0)))),
            ("smallint(5) unsigned", Type::Integer),
            ("tinyint(1)", Type::SmallInt),
            ("decimal(10,2) unsigned", Type::Decimal(Some((10, 2)))),
            ("float(7,3)", Type::Real),
            ("datetime", Type::Timestamp(0)),
            ("timestamp(6)", Type::TimestampTz(6)),
            ("timestamp", Type::TimestampTz(0)),
            ("enum('a','b')", Type::Text(None)),
            ("varchar(30) /*M!100301 COMPRESSED*/", Type::Text(Some(30))),
            ("char(3)", Type::Char(3)),
            ("binary(16)", Type::Bytes(Some(16))),
            ("longblob", Type::Bytes(None)),
            ("year(4)", Type::SmallInt),
            ("geometry", Type::Other("geometry".to_owned())),
        ] {
            assert_eq!(Mysql.map_type(text), expected, "{text}");
        }
    }
}
