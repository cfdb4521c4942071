//! Keys of text. Most collations take some texts for one: `utf8mb4_bin` those that differ in blanks at the end, others
//! those that differ in case or accents too (MySQL manual, 12.8.5). Two rows of a source may have such keys. So a row is
//! another's only where the keys are the same to the letter; the server's `=` stands beside that, for its indexes.

use super::super::{Column, Merge, Source};
use super::{Mysql, quote};

/// What ends a collation's name that takes no two texts for one, MariaDB's (from 10.2.2) and MySQL's (from 8.0.17).
const EXACT: [&str; 2] = ["_nopad_bin", "_0900_bin"];

/// A LIMIT of all rows (MySQL manual, 15.2.13). The keys under it are a table of their own for the server, to which it gives
/// an index where the destination has none on its key (MySQL manual, 10.2.2.4): else each staged row would have it read
/// the whole destination. DISTINCT would do that too, and take long texts for one.
const ALL: u64 = u64::MAX;

/// The collation of a column that may take different texts for one.
pub fn loose(column: &Column) -> Option<&str> {
    column.collation.as_deref().filter(|name| !EXACT.iter().any(|end| name.ends_with(end)))
}

/// The key's columns, in the key's order.
fn columns<'a>(merge: &Merge<'a>, key: &'a [String]) -> impl Iterator<Item = &'a Column> {
    let all = merge.columns;
    key.iter().filter_map(move |k| all.iter().find(|c| c.name == *k))
}

/// A value in a form that is short and differs where its letters do.
pub fn letters(column: &Column, sql: &str) -> Option<String> {
    loose(column).map(|_| format!("SHA2(CAST({sql} AS BINARY), 256)"))
}

/// Where the server takes the keys of two rows for one.
fn alike(key: &[String], a: &str, b: &str) -> String {
    key.iter().map(|k| format!("{a}.{0} = {b}.{0}", quote(k))).collect::<Vec<_>>().join(" AND ")
}

/// Where they are the same to the letter, if that says more.
fn to_the_letter(merge: &Merge<'_>, key: &[String], a: &str, b: &str) -> Option<String> {
    let loose = columns(merge, key).filter(|c| loose(c).is_some());
    let same = loose.map(|c| format!("CAST({a}.{0} AS BINARY) = CAST({b}.{0} AS BINARY)", quote(&c.name)));
    Some(same.collect::<Vec<_>>().join(" AND ")).filter(|sql| !sql.is_empty())
}

/// Where the keys of two rows are the same.
fn same(merge: &Merge<'_>, key: &[String], a: &str, b: &str) -> String {
    let exact = to_the_letter(merge, key, a, b).map(|sql| format!(" AND {sql}")).unwrap_or_default();
    format!("{}{exact}", alike(key, a, b))
}

/// The destination's rows beside the staged keys on a condition: what stands behind FROM.
fn beside(merge: &Merge<'_>, key: &[String], condition: &str) -> String {
    let keys = key.iter().map(|k| quote(k)).collect::<Vec<_>>().join(", ");
    format!(
        "{} AS target JOIN (\n  SELECT {keys} FROM {} LIMIT {ALL}) AS staged ON {condition}",
        Mysql.table(merge.dest),
        Mysql.table(merge.staging)
    )
}

/// The rows that a merge deletes, once for each staged row of their key: what stands behind FROM.
pub fn going(merge: &Merge<'_>, key: &[String]) -> String {
    beside(merge, key, &same(merge, key, "target", "staged"))
}

/// The same rows, once each. By IN, which the server answers from a table of the staged keys.
pub fn matching(merge: &Merge<'_>, key: &[String]) -> String {
    let list = |of: &str| {
        let values = columns(merge, key).flat_map(|c| {
            let value = format!("{of}.{}", quote(&c.name));
            [letters(c, &value), Some(value)]
        });
        values.flatten().collect::<Vec<_>>().join(", ")
    };
    format!(
        "{} AS target WHERE ({}) IN (\n    SELECT {} FROM {} AS staged)",
        Mysql.table(merge.dest),
        list("target"),
        list("staged"),
        Mysql.table(merge.staging)
    )
}

/// A query for staged keys that no row has to the letter, beside a row that the server takes for theirs and for which none
/// is staged: at the source the one may stand in place of the other, or there may be both.
pub fn respelled(merge: &Merge<'_>, key: &[String], most: usize) -> Option<String> {
    let differ = to_the_letter(merge, key, "target", "staged")?;
    let shown = |of: &str| {
        let loose = columns(merge, key).filter(|c| loose(c).is_some());
        loose.map(|c| format!("CAST({of}.{} AS CHAR)", quote(&c.name))).collect::<Vec<_>>().join(", ', ', ")
    };
    Some(format!(
        "SELECT CONCAT({}), CONCAT({}) FROM {}\nWHERE NOT EXISTS (SELECT 1 FROM {} AS there WHERE {})\n  \
         AND NOT EXISTS (SELECT 1 FROM {} AS comes WHERE {})\nLIMIT {most}",
        shown("target"),
        shown("staged"),
        beside(merge, key, &format!("{} AND NOT ({differ})", alike(key, "target", "staged"))),
        Mysql.table(merge.dest),
        same(merge, key, "there", "staged"),
        Mysql.table(merge.staging),
        same(merge, key, "comes", "target"),
    ))
}
