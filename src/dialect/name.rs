//! Names of tables: their parts, and how operators write them.

use std::fmt;

/// A table by its parts, as the catalog spells them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableName {
    /// The linked server that it is on; `None` where it is the connection's own.
    pub server: Option<String>,
    /// The database; `None` where it is the session's.
    pub database: Option<String>,
    /// The schema; `None` where the session's default applies.
    pub schema: Option<String>,
    /// The table.
    pub name: String,
}

impl TableName {
    /// The table's parts from the outermost to the name, those that are missing between two that are not as `None`.
    pub fn parts(&self) -> impl Iterator<Item = Option<&str>> {
        [self.server.as_deref(), self.database.as_deref(), self.schema.as_deref(), Some(&*self.name)]
            .into_iter()
            .skip_while(Option::is_none)
    }

    /// Where it is.
    pub fn within(&self) -> Qualifiers {
        Qualifiers { server: self.server.clone(), database: self.database.clone(), schema: self.schema.clone() }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.parts().enumerate() {
            write!(f, "{}{}", if i > 0 { "." } else { "" }, part.unwrap_or_default())?;
        }
        Ok(())
    }
}

/// What narrows a search for tables. Which of them a database has, its [`BrowseField`]s say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Qualifiers {
    /// A linked server.
    pub server: Option<String>,
    /// A database.
    pub database: Option<String>,
    /// A schema.
    pub schema: Option<String>,
}

/// A qualifier that a table's name can have in a database, for a form or a flag of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrowseField {
    /// `server`, `database` or `schema`.
    pub name: &'static str,
    /// What people call it in that database.
    pub label: &'static str,
    /// Whether nothing can be listed without it.
    pub required: bool,
    /// What applies where it is left out.
    pub default: Option<&'static str>,
}

/// The field of databases that know a schema only.
pub(super) const SCHEMA: &[BrowseField] =
    &[BrowseField { name: "schema", label: "Schema", required: false, default: None }];

/// How a database writes the parts of a name.
pub(super) struct Writing {
    /// What quotes a part; the second ends it, and stands for itself when doubled.
    pub quotes: &'static [(char, char)],
    /// What stands between parts.
    pub separators: &'static [char],
    /// How a part that needs quotes is to be written, for the error.
    pub advice: &'static str,
}

/// Standard SQL's.
pub(super) const STANDARD: Writing =
    Writing { quotes: &[('"', '"')], separators: &['.'], advice: "put a part with other characters in double quotes" };

/// A name in double quotes, those in it doubled.
pub(super) fn double_quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Splits a name into its parts, each bare (then `fold`ed) or quoted. A part between two separators may be empty.
pub(super) fn split_parts(text: &str, writing: &Writing, fold: impl Fn(&str) -> String) -> Result<Vec<String>, String> {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = text.trim();
    loop {
        let quote = writing.quotes.iter().find(|(open, _)| rest.starts_with(*open));
        if let Some((open, close)) = quote {
            let mut name = String::new();
            let body = &rest[open.len_utf8()..];
            let mut chars = body.char_indices().peekable();
            let end = loop {
                match chars.next() {
                    Some((_, c)) if c == *close && chars.next_if(|(_, c)| c == close).is_some() => name.push(c),
                    Some((i, c)) if c == *close => break i + c.len_utf8(),
                    Some((_, c)) => name.push(c),
                    None => return Err(format!("`{text}` has a quote that does not end")),
                }
            };
            if name.is_empty() {
                return Err(format!("`{text}` has an empty name in quotes"));
            }
            if name.contains('\0') {
                return Err(format!("`{}` has a NUL character, which no name has", text.replace('\0', "\\0")));
            }
            parts.push(name);
            rest = &body[end..];
        } else {
            let end = rest.find(writing.separators).unwrap_or(rest.len());
            let name = &rest[..end];
            if !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '#' | '@')) {
                return Err(format!("`{text}` is not a table's name: {}", writing.advice));
            }
            parts.push(fold(name));
            rest = &rest[end..];
        }
        match rest.strip_prefix(writing.separators) {
            Some(more) => rest = more,
            None if rest.is_empty() => return Ok(parts),
            None => return Err(format!("`{text}` is not a table's name")),
        }
    }
}

/// Splits `schema.table`, each part bare (then `fold`ed) or in double quotes.
pub(super) fn split_name(text: &str, fold: impl Fn(&str) -> String) -> Result<TableName, String> {
    table_of(text, split_parts(text, &STANDARD, fold)?)
}

/// A table of one or two parts.
pub(super) fn table_of(text: &str, mut parts: Vec<String>) -> Result<TableName, String> {
    if parts.iter().any(String::is_empty) || parts.len() > 2 {
        return Err(format!("`{text}` is not a table's name: it is TABLE or SCHEMA.TABLE"));
    }
    let name = parts.pop().unwrap_or_default();
    Ok(TableName { schema: parts.pop(), name, ..TableName::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_split_by_sql_rules() {
        let fold = |s: &str| s.to_lowercase();
        let cases = [
            ("Orders", Ok((None, "orders"))),
            ("Sales.Orders", Ok((Some("sales"), "orders"))),
            ("\"Sales\".\"Or\"\"d.ers\"", Ok((Some("Sales"), "Or\"d.ers"))),
            (" a.\"B;c\" ", Ok((Some("a"), "B;c"))),
            ("orders; drop table x", Err(())),
            ("a.b.c", Err(())),
            ("a.", Err(())),
            ("\"open", Err(())),
            ("\"a\"b", Err(())),
            ("\"\"", Err(())),
            ("\"a\0b\"", Err(())),
            ("", Err(())),
        ];
        for (text, expected) in cases {
            let got = split_name(text, fold).map(|t| (t.schema, t.name)).map_err(|_| ());
            assert_eq!(got, expected.map(|(s, n)| (s.map(str::to_owned), n.to_owned())), "{text}");
        }
    }

    #[test]
    fn quotes_can_not_be_broken_out_of() {
        assert_eq!(double_quoted("a\"; drop table x; --"), "\"a\"\"; drop table x; --\"");
    }

    #[test]
    fn missing_parts_keep_their_place() {
        let table =
            TableName { server: Some("s".into()), schema: Some("dbo".into()), name: "t".into(), database: None };
        assert_eq!(table.to_string(), "s..dbo.t");
        assert_eq!(TableName { name: "t".into(), ..TableName::default() }.to_string(), "t");
    }
}
