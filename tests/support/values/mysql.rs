//! What the cases with MySQL at either end share. A value of a MySQL source is written with its column's type behind it:
//! `'a'::enum('a','b')`.

use super::super::mariadb::Database;

/// The value, and the type of the column that it stands in.
pub fn parts(value: &str) -> (&str, &str) {
    value.rsplit_once("::").expect("a value of MySQL has its type behind it")
}

/// A table `s` whose only row has the cases' values.
pub fn source(my: &mut Database, cases: &[(&str, &str, &str)]) {
    let columns: Vec<String> = cases.iter().enumerate().map(|(n, case)| format!("c{n} {}", parts(case.1).1)).collect();
    let values: Vec<&str> = cases.iter().map(|case| parts(case.1).0).collect();
    my.sql(&format!("{LENIENT}; DROP TABLE IF EXISTS s; CREATE TABLE s ({})", columns.join(", ")));
    my.sql(&format!("INSERT INTO s VALUES ({})", values.join(", ")));
}

/// A table `s (id, v)` whose row 701 has the value, behind others that have none.
pub fn source_behind(my: &mut Database, value: &str) {
    let (value, kind) = parts(value);
    my.sql(&format!("{LENIENT}; DROP TABLE IF EXISTS s; CREATE TABLE s (id int, v {kind} NULL)"));
    my.sql("INSERT INTO s SELECT seq, NULL FROM seq_1_to_700");
    my.sql(&format!("INSERT INTO s VALUES (701, {value})"));
}

/// What servers in the field have in their tables, of the time before strictness.
const LENIENT: &str = "SET sql_mode = '', time_zone = '+00:00'";

/// The only row of a table, as MariaDB shows it; bytes and bits in hex, `float` with all its digits.
#[track_caller]
pub fn row(my: &mut Database, table: &str, cases: &[(&str, &str, &str)]) -> Vec<String> {
    my.sql("SET time_zone = '+00:00'");
    let columns = cases.iter().enumerate().map(|(n, (kind, ..))| match kind.split(['(', ' ']).next().unwrap_or("") {
        "binary" | "varbinary" | "blob" | "longblob" | "bit" => format!("hex(c{n})"),
        "float" => format!("cast(c{n} AS double)"),
        _ => format!("c{n}"),
    });
    // A value may hold what the rows' text separates them with.
    columns.flat_map(|column| my.rows(&format!("SELECT {column} FROM {table}"))).collect()
}
