//! Cutting the rows of a query into ranges of a column's values, which several connections read of one moment.

use super::{literal, name::double_quoted};

/// Whether connections to a source of that kind can read one snapshot between them.
///
/// # Errors
/// Why they can't.
pub fn share_a_snapshot(kind: &str) -> Result<(), &'static str> {
    match kind {
        // pg_export_snapshot (PostgreSQL's manual, 9.28.5) and SET TRANSACTION SNAPSHOT.
        "postgresql" => Ok(()),
        // BEGIN takes no name of a snapshot, and what commits between two of them is seen by the second alone.
        "sqlite" => Err("two readers of SQLite can't be given the same moment of it"),
        // START TRANSACTION WITH CONSISTENT SNAPSHOT is each connection's own (MySQL's manual, 15.3.1).
        "mysql" => Err("MySQL gives its connections no snapshot in common but behind FLUSH TABLES WITH READ LOCK"),
        _ => Err("the connections of its source have no snapshot in common"),
    }
}

/// Whether several connections can fill a table of that kind of database at once.
///
/// # Errors
/// Why they can't.
pub fn take_several_writers(kind: &str) -> Result<(), &'static str> {
    match kind {
        "postgresql" | "mysql" => Ok(()),
        "sqlite" => Err("SQLite has one writer at a time"),
        _ => Err("its destination is not known to take several writers"),
    }
}

/// How ends are computed, and put together again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Whole,
    Fraction,
    Date,
    Time,
}

impl Kind {
    /// Of a type as PostgreSQL spells it, without its digits.
    fn of(words: &str) -> Option<Kind> {
        Some(match words {
            "smallint" | "integer" | "bigint" => Kind::Whole,
            "numeric" | "real" | "double precision" => Kind::Fraction,
            "date" => Kind::Date,
            "timestamp" | "timestamptz" => Kind::Time,
            _ => return None,
        })
    }
}

/// A query that is cut by one of its columns. The SQL is PostgreSQL's.
pub struct Cut<'a> {
    query: &'a str,
    name: String,
    column: String,
    type_sql: String,
    kind: Kind,
}

/// The rows of a query between two values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The query for them.
    pub sql: String,
    /// Which they are, for people.
    pub what: String,
}

impl<'a> Cut<'a> {
    /// Of `query` by its column of that name and type. `None` where the type has no distances.
    pub fn new(query: &'a str, column: &str, type_text: &str) -> Option<Cut<'a>> {
        let words = type_text.split('(').next().unwrap_or_default().trim().to_owned();
        let kind = Kind::of(&words)?;
        Some(Cut {
            query,
            name: column.to_owned(),
            column: format!("q.{}", double_quoted(column)),
            type_sql: words,
            kind,
        })
    }

    /// The rows of the query. It is on lines of its own, so that a remark at its end hides nothing.
    fn rows(&self) -> String {
        format!("FROM (\n{}\n) AS q", self.query)
    }

    /// SQL that gives the values at which `parts` ranges of the same width meet, in their order: fewer where there are not
    /// so many, none where all values are the same. What has no distance from others (infinity, NaN) moves no end.
    pub fn ends(&self, parts: usize) -> String {
        let (c, t) = (&self.column, &self.type_sql);
        let (filter, wide) = match self.kind {
            Kind::Whole => (String::new(), "::numeric"),
            Kind::Fraction => (format!("\n  WHERE {c}::text NOT IN ('NaN', 'Infinity', '-Infinity')"), "::numeric"),
            Kind::Date | Kind::Time => (format!("\n  WHERE isfinite({c})"), ""),
        };
        let value = match self.kind {
            Kind::Whole => format!("floor(least + (most - least) * n / {parts})"),
            Kind::Fraction => format!("least + (most - least) * n / {parts}"),
            Kind::Date => format!("least + ((most - least)::bigint * n / {parts})::integer"),
            Kind::Time => format!("least + (most - least) * (n / {parts}.0::double precision)"),
        };
        format!(
            "WITH ends AS (\n  SELECT min({c}){wide} AS least, max({c}){wide} AS most\n  {}{filter}\n)\n\
             SELECT DISTINCT CAST({value} AS {t}) AS value\nFROM ends, generate_series(1, {}) AS n\n\
             WHERE least < most\nORDER BY value",
            self.rows(),
            parts - 1,
        )
    }

    /// SQL that shows how the server would go about the query, for [`reads_elsewhere`].
    pub fn explain(&self) -> String {
        format!("EXPLAIN\n{}", self.query)
    }

    /// The ranges that meet at these values. Each row is in one of them, whatever its value is: the first and the last are
    /// open, and NULLs are one by themselves.
    pub fn at(&self, ends: &[String]) -> Vec<Range> {
        let value = |end: &String| format!("CAST({} AS {})", literal(end), self.type_sql);
        let (c, last) = (&self.column, ends.len());
        let range = |condition: String, what: String| Range {
            sql: format!("SELECT * {}\nWHERE {condition}", self.rows()),
            what,
        };
        let name = &self.name;
        let mut out = vec![range(format!("{c} IS NULL"), format!("{name} is NULL"))];
        for at in 0..=last {
            let from = at.checked_sub(1).map(|before| &ends[before]);
            out.push(match (from, ends.get(at)) {
                (None, None) => return Vec::new(),
                (None, Some(to)) => range(format!("{c} < {}", value(to)), format!("{name} is below {to}")),
                (Some(from), None) => range(format!("{c} >= {}", value(from)), format!("{name} is {from} or above")),
                (Some(from), Some(to)) => range(
                    format!("{c} >= {} AND {c} < {}", value(from), value(to)),
                    format!("{name} is from {from} to below {to}"),
                ),
            });
        }
        out
    }
}

/// Whether the rows, by how the server would go about the query, are another server's too: its snapshot is shared by nobody
/// (PostgreSQL's manual, F.38.4: each session has a transaction of its own there).
pub fn reads_elsewhere<'t>(explained: impl IntoIterator<Item = &'t str>) -> bool {
    let elsewhere = ["Foreign Scan", "Custom Scan"];
    explained.into_iter().any(|line| elsewhere.iter().any(|scan| line.contains(scan)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_in_one_range() {
        let cut = Cut::new("SELECT 1 AS \"a\"\"b\" -- x", "a\"b", "numeric(10,2)").unwrap();
        let ends = ["1.50".to_owned(), "3".to_owned()];
        let conditions: Vec<String> =
            cut.at(&ends).iter().map(|r| r.sql.rsplit_once("WHERE ").unwrap().1.to_owned()).collect();
        assert_eq!(
            conditions,
            [
                "q.\"a\"\"b\" IS NULL",
                "q.\"a\"\"b\" < CAST('1.50' AS numeric)",
                "q.\"a\"\"b\" >= CAST('1.50' AS numeric) AND q.\"a\"\"b\" < CAST('3' AS numeric)",
                "q.\"a\"\"b\" >= CAST('3' AS numeric)",
            ]
        );
        assert_eq!(cut.at(&[]), []);
        for no in ["text", "integer[]", "time", "interval", "oid", "boolean"] {
            assert!(Cut::new("SELECT 1", "a", no).is_none(), "{no}");
        }
    }
}
