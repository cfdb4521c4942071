//! What each database calls things: its catalog, its quoting, its staging and merge SQL. Text in, text out.
//!
//! A dialect is one file here with two traits, [`Source`] and [`Destination`], and one line in [`of`]. Nothing here
//! talks to a database: the engine has a runner run the SQL, and gives the rows back to be read.

pub mod checksum;
pub mod compare;
mod db2;
mod derby;
mod described;
mod generic;
mod h2;
mod mysql;
mod name;
pub mod overlap;
mod postgresql;
pub mod ranges;
mod sqlite;
mod sqlserver;
mod standard;
pub mod types;

pub use described::{Around, Column, Described, Emptying, Fill, Merge, Relation};
use described::{OF_THE_DATABASE, OURS};
pub use name::{BrowseField, Qualifiers, TableName};
use name::{SCHEMA, double_quoted, split_name};
use types::Type;

/// The table of receipts, which stands among the staging tables: no module may be called so.
pub const RECEIPT: &str = "pipekit_receipt";

/// Another way to select a column than the one that is proposed: people choose it where they know the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it does: `a date kept as CYYMMDD`.
    pub what: &'static str,
    /// The expression.
    pub expression: String,
    /// What it gives.
    pub gives: Type,
}

/// A column of a table that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewColumn {
    /// Its name, to the letter.
    pub name: String,
    /// Its type, as the database's DDL spells it.
    pub type_sql: String,
    /// What is to be said of it in the catalog.
    pub comment: Option<String>,
}

/// What a database takes a text for that a condition compares a column of dates and times with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A moment, by the offset that stands behind it.
    Moment,
    /// What a clock shows in the session's zone: an offset is not read.
    Clock,
    /// A text: what is the same time in another form is another.
    Text,
}

/// How to browse a database and read its catalog. An external runner may run what is here and print it as CSV: a query
/// is one statement, and its values mean the same where NULL can't be told from an empty text.
pub trait Source: Sync {
    /// The qualifiers that narrow a search for tables.
    fn browse_fields(&self) -> &'static [BrowseField] {
        SCHEMA
    }
    /// SQL that lists tables and views: schema, name, kind, comment, and, where there are such, the short name.
    fn list_tables(&self, within: &Qualifiers) -> String;
    /// SQL that lists the columns of a table: name, type, nullable (`1`/`0`), default, place in the primary key,
    /// comment, and, where there are such, the short name.
    fn list_columns(&self, table: &TableName) -> String;
    /// A type as [`Source::list_columns`] gives it.
    fn map_type(&self, type_text: &str) -> Type;
    /// How to select a column of that type: as it is, text without the blanks that pad it, and NULL for the dates that
    /// stand for none.
    fn default_expression(&self, type_text: &str, column: &str) -> String {
        let column = self.quote(column);
        match self.map_type(type_text) {
            Type::Char(_) => format!("RTRIM({column})"),
            Type::Date => format!("CASE WHEN {column} IN ('0001-01-01', '9999-12-31') THEN NULL ELSE {column} END"),
            _ => column,
        }
    }
    /// A column as a text that has every digit and sorts as the column does, for a destination whose own type has fewer.
    fn as_text(&self, _type_text: &str, column: &str) -> String {
        format!("CAST({} AS VARCHAR(40))", self.quote(column))
    }
    /// The newest value of a column as a watermark's resolver gives it: with every digit, as a later query that compares
    /// with a value that is a bit lower would have the same rows come for ever.
    fn newest(&self, _type_text: &str, column: &str) -> String {
        format!("MAX({})", self.quote(column))
    }
    /// What its conditions take the text of a date and time for.
    fn takes(&self) -> Takes {
        Takes::Moment
    }
    /// The earliest value of a type of date and time.
    fn earliest(&self, _type_text: &str) -> &'static str {
        "0001-01-01 00:00:00"
    }
    /// Other ways to select it, by what its type and its name hint at.
    fn offers(&self, _type_text: &str, _column: &str) -> Vec<Offer> {
        Vec::new()
    }
    /// A name as an identifier in SQL, quoted so that nothing in it can end it.
    fn quote(&self, name: &str) -> String;
    /// Splits a table's name as an operator writes it, by the database's rules for case and quotes.
    ///
    /// # Errors
    /// What is wrong with it.
    fn parse_table(&self, text: &str) -> Result<TableName, String>;
    /// A trivial query, to see that the connection works.
    fn ping(&self) -> &'static str {
        "SELECT 1"
    }

    /// A text as a value of a query, or NULL, in a type for texts of up to `most` letters, which are 32,000 at most.
    fn text(&self, value: Option<&str>, most: u32) -> String {
        format!("CAST({} AS VARCHAR({most}))", value.map_or("NULL".to_owned(), literal))
    }

    /// The same for a text that a plain literal may lose letters of, as the server converts it.
    fn wide_text(&self, value: &str, most: u32) -> String {
        self.text(Some(value), most)
    }

    /// The type for large texts that drivers give as objects of their own (JDBC's `Clob`), where there is one.
    fn large_text(&self) -> Option<&'static str> {
        None
    }

    /// What ends a query that reads no table, such as ` FROM SYSIBM.SYSDUMMY1`.
    fn without_table(&self) -> &'static str {
        ""
    }

    /// A table's name in SQL, every part quoted: what stands behind FROM.
    fn table(&self, table: &TableName) -> String {
        let parts = table.parts().map(|part| part.map(|part| self.quote(part)).unwrap_or_default());
        parts.collect::<Vec<_>>().join(".")
    }
}

/// How to load into a database.
pub trait Destination: Source {
    /// A type as this database's DDL spells it: one that holds every value of it.
    fn type_sql(&self, mapped: &Type) -> String;
    /// The most digits behind a second that its types keep.
    fn fraction(&self) -> u32 {
        6
    }
    /// The newest value of a column of times, as a clock shows it in UTC or else in the session's zone: without an offset,
    /// and with a blank between the date and the time. Where moments are kept as text, pipekit writes them in UTC.
    fn newest_clock(&self, type_text: &str, column: &str, utc: bool) -> String {
        let newest = format!("MAX({})", self.quote(column));
        match self.map_type(type_text) {
            Type::Char(_) | Type::Text(_) => format!("REPLACE({newest}, '+00', '')"),
            mapped => self.clock(&mapped, &newest, utc).unwrap_or_else(|| self.newest(type_text, column)),
        }
    }
    /// A value of a type as that shows it; `None` where it does so by itself.
    fn clock(&self, _mapped: &Type, _value: &str, _utc: bool) -> Option<String> {
        None
    }
    /// The statements that make a table, one by one, with what is said of its columns. All of them take NULL, and there
    /// is no key: what the source promises is the operator's to ask for here.
    fn create_table(&self, table: &TableName, columns: &[NewColumn]) -> Vec<String> {
        let mut statements = vec![self.create_columns(table, columns)];
        statements.extend(columns.iter().filter_map(|c| {
            let comment = literal(c.comment.as_ref()?);
            Some(format!("COMMENT ON COLUMN {}.{} IS {comment}", self.table(table), self.quote(&c.name)))
        }));
        statements
    }
    /// The first of them.
    fn create_columns(&self, table: &TableName, columns: &[NewColumn]) -> String {
        let columns = columns.iter().map(|c| format!("  {} {}", self.quote(&c.name), c.type_sql));
        format!("CREATE TABLE {} (\n{}\n)", self.table(table), columns.collect::<Vec<_>>().join(",\n"))
    }
    /// Where a module's rows are staged.
    fn staging(&self, module: &str) -> TableName;
    /// The table of receipts.
    fn receipt(&self) -> TableName {
        self.staging(RECEIPT)
    }
    /// SQL that describes the destination, for [`Destination::read`].
    fn describe(&self, table: &TableName) -> String;
    /// Reads what [`Destination::describe`] gave. `None`: there is no such table.
    fn read(&self, rows: &[Vec<Option<String>>]) -> Option<Described>;
    /// A script that makes the place for staging tables, and the table of receipts, where they are missing.
    fn prepare(&self) -> String;
    /// A script that makes an empty staging table in place of one that may be there: all columns nullable, no keys,
    /// no defaults. Values are for it what they are for the destination, which is of that kind.
    fn create_staging(&self, staging: &TableName, relation: Relation, columns: &[Column]) -> String;
    /// SQL that lists what other tables lose when rows of this one, its partitions and the tables under a view are
    /// deleted: table, constraint, action.
    fn cascades(&self, table: &TableName) -> String;
    /// SQL that lists the tables that forbid a TRUNCATE of this one: table, constraint; `None` where there is no TRUNCATE.
    fn forbids_truncate(&self, table: &TableName) -> Option<String>;
    /// Whether a full merge can empty the destination by TRUNCATE within the merge's transaction.
    fn truncates(&self) -> bool;
    /// A script that does these statements as one transaction, as [`Destination::merge`] does its own.
    fn atomic(&self, statements: &[&str]) -> String;
    /// A query that gives 0 where a table is empty, and 1 where it is not.
    fn has_rows(&self, table: &TableName) -> String {
        format!("SELECT count(*) FROM (SELECT 1 AS one FROM {} LIMIT 1) AS found", self.table(table))
    }
    /// The merge: takes the receipt, counts staging again, empties, inserts, and notes the counts in the receipt, as
    /// one transaction.
    fn merge(&self, merge: &Merge<'_>) -> String;
    /// The SQL around a load into the destination itself, which is a plain table: what begins the transaction, takes the
    /// receipt and empties the table, and what ends the receipt and commits.
    ///
    /// # Errors
    /// Why the rows must be staged.
    fn direct(&self, _merge: &Merge<'_>) -> Result<Around, &'static str> {
        Err("rows get into this kind of database through a staging table only")
    }
    /// The rows of the destination whose key columns equal a staged row's: what stands behind FROM.
    fn matching(&self, merge: &Merge<'_>, key: &[String]) -> String {
        let equal = key.iter().map(|k| {
            let column = merge.columns.iter().find(|c| c.name == *k);
            let operator = column.and_then(|c| c.equals.as_deref()).unwrap_or("=");
            format!("target.{0} {operator} staged.{0}", self.quote(k))
        });
        format!(
            "{} AS target WHERE EXISTS (\n    SELECT 1 FROM {} AS staged WHERE {})",
            self.table(merge.dest),
            self.table(merge.staging),
            equal.collect::<Vec<_>>().join(" AND ")
        )
    }
    /// What stands before [`Destination::matching`] to delete those rows.
    fn delete_matching(&self) -> &'static str {
        "DELETE FROM"
    }
    /// A key's value, which `sql` names, in a form that differs where its letters do: where the database takes different
    /// texts for one by the column's collation, and they are two keys nevertheless.
    fn letters(&self, _column: &Column, _sql: &str) -> Option<String> {
        None
    }
    /// SQL that gives, of keys that are compared by [`Destination::letters`], those that are staged and new and that the
    /// destination takes for another that it has: that one, and what is staged. At most so many.
    fn respelled(&self, _merge: &Merge<'_>, _key: &[String], _most: usize) -> Option<String> {
        None
    }
    /// A column's value in a form that is the same for two values only if they read the same to the byte, and that
    /// can be grouped by.
    fn exactly(&self, column: &Column) -> String {
        self.quote(&column.name)
    }
    /// A column's value as people read it, in a type that has a MIN.
    fn shown(&self, column: &Column) -> String {
        self.exactly(column)
    }
    /// SQL that drops a table, if it is there.
    fn drop_table(&self, table: &TableName) -> String {
        format!("DROP TABLE IF EXISTS {}", self.table(table))
    }
    /// What an operator should know of how this merge behaves.
    fn remarks(&self, merge: &Merge<'_>) -> Vec<String>;
    /// SQL that waits no longer for others to let go of a table than a merge does.
    fn patiently(&self, sql: &str) -> String {
        sql.to_owned()
    }
    /// SQL that gives a login the rights that a merge needs, where there are rights.
    fn grant(&self, _merge: &Merge<'_>, _login: &str) -> Option<String> {
        None
    }
    /// SQL that shows who holds a lock on a table, where the database tells.
    fn holders(&self, _table: &TableName) -> Option<String> {
        None
    }
    /// What to select from to compare staged key columns as the destination compares them: the staging table, where
    /// its columns have the destination's collations.
    fn staged_keys(&self, staging: &TableName, _dest: &TableName, _key: &[String]) -> String {
        self.table(staging)
    }
    /// SQL that makes the receipt of a module, so that of two installations one has the name, or takes back an earlier
    /// one: nobody can merge by that what is staged from now on.
    fn claim(&self, module: &str, install: &str, run_id: i64) -> String {
        format!(
            "INSERT INTO {} AS held (module, install, run_id, state) VALUES ({}, {}, {run_id}, 'abandoned')\n\
             ON CONFLICT (module) DO UPDATE SET run_id = excluded.run_id, state = excluded.state\n\
             WHERE held.install = excluded.install",
            self.table(&self.receipt()),
            literal(module),
            literal(install),
        )
    }
    /// SQL that writes the receipt: these rows are staged and may be merged, once.
    fn stage(&self, module: &str, install: &str, run_id: i64, rows: i64) -> String {
        format!(
            "INSERT INTO {} (module, install, run_id, state, staged_rows) VALUES ({}, {}, {run_id}, 'staged', {rows})\n\
             ON CONFLICT (module) DO UPDATE SET install = excluded.install, run_id = excluded.run_id, state = 'staged',\n  \
             staged_rows = excluded.staged_rows, rows_deleted = NULL, rows_inserted = NULL",
            self.table(&self.receipt()),
            literal(module),
            literal(install),
        )
    }
    /// A script that makes the receipt's state `abandoned` where it is `staged` for that run of that installation. It
    /// waits for a session that is merging right now.
    fn fence(&self, module: &str, install: &str, run_id: i64) -> String {
        self.patiently(&format!(
            "UPDATE {} SET state = 'abandoned'\nWHERE module = {} AND install = {} AND run_id = {run_id} AND state = 'staged'",
            self.table(&self.receipt()),
            literal(module),
            literal(install)
        ))
    }
    /// SQL that reads the receipt: install, run, state, rows deleted, rows inserted.
    fn read_receipt(&self, module: &str) -> String {
        format!(
            "SELECT install, run_id, state, rows_deleted, rows_inserted FROM {} WHERE module = {}",
            self.table(&self.receipt()),
            literal(module)
        )
    }
}

/// The dialect of a kind of database, where there is one.
pub fn of(kind: &str) -> Option<&'static dyn Destination> {
    match kind {
        "mysql" => Some(&mysql::Mysql),
        "sqlite" => Some(&sqlite::Sqlite),
        "postgresql" => Some(&postgresql::Postgresql),
        "db2" => Some(&db2::Db2),
        "derby" => Some(&derby::Derby),
        "generic" => Some(&generic::Generic),
        "h2" => Some(&h2::H2),
        "sqlserver" => Some(&sqlserver::SqlServer),
        _ => None,
    }
}

/// The staging table of a module as people see it, whatever the kind of database.
pub fn staging_name(kind: &str, module: &str) -> String {
    of(kind).map_or_else(|| format!("pipekit_staging.{module}"), |d| d.staging(module).to_string())
}

/// A string literal. Quotes are doubled; what is put in here are names and ids of our own, or of the catalog.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn literals_can_not_be_broken_out_of() {
        assert_eq!(literal("it's"), "'it''s'");
    }
}
