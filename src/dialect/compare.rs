//! What a merge would do to the destination, told by comparing what is staged with the rows that it would take the place
//! of, as multisets. Rows are the same where every column that is filled reads the same to the byte.

use super::{Destination, Emptying, Merge};

/// The names `prefix1, prefix2 …`.
fn numbered(prefix: char, many: usize) -> Vec<String> {
    (1..=many).map(|n| format!("{prefix}{n}")).collect()
}

/// What rows are paired by, of rows that SQL calls `of` (`staged.`): the columns of the key, and the letters of those whose
/// collation is not enough; and the operator by which each is equal.
fn key_values<'a>(dialect: &dyn Destination, merge: &'a Merge<'_>, key: &[String], of: &str) -> Vec<(String, &'a str)> {
    let mut values = Vec::new();
    for name in key {
        let column = merge.columns.iter().find(|c| c.name == *name);
        let sql = format!("{of}{}", dialect.quote(name));
        let letters = column.and_then(|c| dialect.letters(c, &sql));
        values.push((sql, column.and_then(|c| c.equals.as_deref()).unwrap_or("=")));
        values.extend(letters.map(|sql| (sql, "=")));
    }
    values
}

/// The names of [`key_values`].
fn key_names(dialect: &dyn Destination, merge: &Merge<'_>, key: &[String]) -> String {
    numbered('k', key_values(dialect, merge, key, "").len()).join(", ")
}

/// The rows that go: what stands behind FROM.
fn going(dialect: &dyn Destination, merge: &Merge<'_>) -> Option<String> {
    match merge.emptying {
        Emptying::Nothing => None,
        Emptying::Truncate | Emptying::Delete => Some(dialect.table(merge.dest)),
        Emptying::ByKey(key) => Some(dialect.matching(merge, key)),
    }
}

/// The parts of `WITH` that both queries begin with: `each_row`, every row of either side, and `each_kind`, each kind of row
/// with how often it `was` there and how often it `comes`. `k…` are the columns of the key, `c…` what is compared, and
/// `s…`, where examples are wanted, what is shown.
fn lines(dialect: &dyn Destination, merge: &Merge<'_>, key: &[String], there: Option<String>, shown: bool) -> String {
    let key_columns = key_values(dialect, merge, key, "").into_iter().map(|(sql, _)| sql);
    let exact = merge.columns.iter().map(|c| dialect.exactly(c));
    let shows = merge.columns.iter().filter(|_| shown).map(|c| dialect.shown(c));
    let (k, c) = (numbered('k', key_columns.len()), numbered('c', merge.columns.len()));
    let s = numbered('s', if shown { c.len() } else { 0 });
    let named = key_columns.zip(&k).chain(exact.zip(&c)).chain(shows.zip(&s));
    let list: Vec<String> = named.map(|(sql, name)| format!("{sql} AS {name}")).collect();
    let list = list.join(", ");
    let staging = dialect.table(merge.staging);
    // The destination first: where a database takes the collation of the first, it is the one that counts.
    let there = there.map(|rows| format!("  SELECT {list}, 1 AS was, 0 AS comes FROM {rows}\n  UNION ALL\n"));
    let group = [k, c].concat().join(", ");
    let keep: Vec<String> = s.iter().map(|s| format!(", MIN({s}) AS {s}")).collect();
    format!(
        "WITH each_row AS (\n{}  SELECT {list}, 0 AS was, 1 AS comes FROM {staging}\n),\n\
         each_kind AS (\n  SELECT {group}, SUM(was) AS was, SUM(comes) AS comes{}\n  FROM each_row GROUP BY {group}\n)",
        there.unwrap_or_default(),
        keep.concat()
    )
}

/// SQL that counts: rows that would be deleted, rows that would be inserted, how many of these are the same, and how
/// many have the same key and differ.
pub fn counts(dialect: &dyn Destination, merge: &Merge<'_>, key: &[String]) -> String {
    let begin = lines(dialect, merge, key, going(dialect, merge), false);
    let same = "CASE WHEN was < comes THEN was ELSE comes END";
    if key.is_empty() {
        return format!(
            "{begin}\nSELECT COALESCE(SUM(was), 0), COALESCE(SUM(comes), 0), COALESCE(SUM({same}), 0), 0 FROM each_kind"
        );
    }
    let k = key_names(dialect, merge, key);
    format!(
        "{begin},\neach_key AS (\n  SELECT {k}, SUM(was) AS was, SUM(comes) AS comes, SUM({same}) AS same\n  FROM each_kind GROUP BY {k}\n)\n\
         SELECT COALESCE(SUM(was), 0), COALESCE(SUM(comes), 0), COALESCE(SUM(same), 0),\n  \
         COALESCE(SUM(CASE WHEN was < comes THEN was - same ELSE comes - same END), 0) FROM each_key"
    )
}

/// SQL that gives examples, of so many keys (or rows, where there is no key) of each kind: `added`, `changed` or
/// `removed`; 1 for what comes and 0 for what goes; the place among its kind; and the columns that are filled.
pub fn examples(dialect: &dyn Destination, merge: &Merge<'_>, key: &[String], most: usize) -> String {
    differences(dialect, merge, key, going(dialect, merge), most)
}

/// The same of the rows that are `there`: what stands behind FROM.
pub fn differences(
    dialect: &dyn Destination,
    merge: &Merge<'_>,
    key: &[String],
    there: Option<String>,
    most: usize,
) -> String {
    let begin = lines(dialect, merge, key, there, true);
    let (k, s) = (key_names(dialect, merge, key), numbered('s', merge.columns.len()).join(", "));
    let (kinds, place) = if key.is_empty() {
        let kind = "CASE WHEN was < comes THEN 'added' ELSE 'removed' END AS kind";
        (
            format!("SELECT {s}, was, comes, {kind} FROM each_kind WHERE was <> comes"),
            "ROW_NUMBER() OVER (PARTITION BY kind ORDER BY s1)".to_owned(),
        )
    } else {
        let of = |what: &str| format!("SUM(CASE WHEN {what} THEN 1 ELSE 0 END) OVER (PARTITION BY {k})");
        (
            format!(
                "SELECT {k}, {s}, was, comes,\n    CASE WHEN {} = 0 THEN 'added' WHEN {} = 0 THEN 'removed' ELSE 'changed' END AS kind\n  \
                 FROM each_kind WHERE was <> comes",
                of("was > comes"),
                of("was < comes")
            ),
            format!("DENSE_RANK() OVER (PARTITION BY kind ORDER BY {k})"),
        )
    };
    format!(
        "{begin},\neach_example AS (\n  {kinds}\n),\neach_place AS (\n  SELECT kind, was, comes, {s}, {place} AS place FROM each_example\n)\n\
         SELECT kind, CASE WHEN was < comes THEN 1 ELSE 0 END AS is_new, place, {s}\n\
         FROM each_place WHERE place <= {most} ORDER BY kind, place, is_new, {s}"
    )
}

/// SQL that gives the keys whose rows differ between what is `there` and what is staged: all, or those alone of which
/// nothing is staged.
pub fn keys(dialect: &dyn Destination, merge: &Merge<'_>, key: &[String], there: String, gone: bool) -> String {
    let begin = lines(dialect, merge, key, Some(there), false);
    let k = key_names(dialect, merge, key);
    let having = if gone { "SUM(comes) = 0" } else { "SUM(CASE WHEN was <> comes THEN 1 ELSE 0 END) > 0" };
    format!("{begin}\nSELECT {k} FROM each_kind GROUP BY {k} HAVING {having}")
}

/// A condition on rows, called `rows`, whose key is among those that a query gives.
pub fn has_key(
    dialect: &dyn Destination,
    merge: &Merge<'_>,
    rows: &str,
    key: &[String],
    keys: &str,
    by_list: bool,
) -> String {
    let values = key_values(dialect, merge, key, &format!("{rows}."));
    if by_list {
        let list = values.iter().map(|(sql, _)| &**sql).collect::<Vec<_>>().join(", ");
        let left = if values.len() == 1 { list } else { format!("({list})") };
        return format!("{left} IN (\n{keys}\n)");
    }
    let names = numbered('k', values.len());
    let equal = values.iter().zip(names).map(|((sql, operator), k)| format!("{sql} {operator} found.{k}"));
    format!("EXISTS (\nSELECT 1 FROM (\n{keys}\n) AS found WHERE {})", equal.collect::<Vec<_>>().join(" AND "))
}
