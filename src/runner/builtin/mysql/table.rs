//! The columns of a table that values go to.

use super::Connection;
use crate::runner::builtin::value::numeric::Digits;
use crate::runner::{Failure, FailureKind};

/// A column that an INSERT can fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as the server writes it.
    pub type_text: String,
    /// What it takes.
    pub kind: Kind,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// Whether it numbers the rows that give it no number.
    pub numbers: bool,
}

/// What a column takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers of a range.
    Int(i128, i128),
    /// Decimals, perhaps without a sign.
    Decimal(Digits, bool),
    /// `float` (`single`) or `double`, which may be declared with decimals to round to, and without a sign.
    Float {
        /// Whether it is `float`.
        single: bool,
        /// What it rounds to.
        digits: Option<Digits>,
        /// Whether it takes no negative numbers.
        unsigned: bool,
    },
    /// Text of so many characters.
    Char(usize),
    /// Text of so many bytes, where bytes are those of UTF-8.
    Text(Option<usize>),
    /// Exactly so many bytes: it fills up what is shorter.
    Binary(usize),
    /// At most so many bytes.
    Bytes(usize),
    /// `date`
    Date,
    /// `datetime` with so many decimals.
    DateTime(u32),
    /// `timestamp` with so many decimals.
    Timestamp(u32),
    /// `time` with so many decimals.
    Time(u32),
    /// `year`
    Year,
    /// So many bits.
    Bit(u32),
    /// One of these labels.
    Enum(Vec<String>),
    /// Some of these labels.
    Set(Vec<String>),
    /// MySQL's JSON, which keeps the meaning and not the text.
    Json,
    /// MariaDB's `uuid`.
    Uuid,
    /// MariaDB's `inet4` and `inet6`.
    Inet,
}

/// The columns of `table`, which is SQL text such as `` `shop`.`orders` ``; those that the server computes or hides are
/// left out.
pub fn columns(connection: &mut Connection, table: &str) -> Result<Vec<Column>, Failure> {
    let shown = connection.query(&format!("SHOW FULL COLUMNS FROM {table}"), None)?;
    let mut columns = Vec::new();
    for row in &shown.rows {
        let field = |index: usize| row.get(index).and_then(Option::as_deref).unwrap_or("");
        let (name, type_text, collation, null, extra) = (field(0), field(1), field(2), field(3), field(6));
        // MySQL's DEFAULT_GENERATED is a default that is an expression.
        let extra = extra.to_ascii_uppercase();
        if extra.split(' ').any(|word| matches!(word, "GENERATED" | "INVISIBLE" | "VIRTUAL" | "PERSISTENT")) {
            continue;
        }
        let kind = kind(type_text, collation).ok_or_else(|| {
            let message = format!("column {name} of {table} is of type {type_text}, which can't be loaded into");
            Failure::new(FailureKind::Shape, message)
        })?;
        columns.push(Column {
            name: name.to_owned(),
            type_text: type_text.to_owned(),
            kind,
            nullable: null.eq_ignore_ascii_case("yes"),
            numbers: extra.contains("AUTO_INCREMENT"),
        });
    }
    if columns.is_empty() {
        return Err(Failure::new(FailureKind::Shape, format!("the table {table} has no columns to fill")));
    }
    Ok(columns)
}

/// A name in backticks.
pub fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn kind(type_text: &str, collation: &str) -> Option<Kind> {
    let end = type_text.find(['(', ' ']).unwrap_or(type_text.len());
    let (name, rest) = type_text.split_at(end);
    let name = name.to_ascii_lowercase();
    if matches!(name.as_str(), "enum" | "set") {
        let labels = labels(rest);
        return Some(if name == "enum" { Kind::Enum(labels) } else { Kind::Set(labels) });
    }
    let (arguments, words) = match rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
        Some((arguments, words)) => (arguments, words),
        None => ("", rest),
    };
    let mut numbers = arguments.split(',').filter_map(|number| number.trim().parse::<u32>().ok());
    let (first, second) = (numbers.next(), numbers.next());
    let unsigned = words.split(' ').any(|word| matches!(word, "unsigned" | "zerofill"));
    let int = |bits: u32| {
        let all = 1i128 << bits;
        if unsigned { Kind::Int(0, all - 1) } else { Kind::Int(-all / 2, all / 2 - 1) }
    };
    let digits = |precision: u32, scale: u32| Digits { precision: precision as i32, scale: scale as i32 };
    let decimals = first.unwrap_or(0);
    let float = |single| {
        let digits = first.zip(second).map(|(precision, scale)| digits(precision, scale));
        Kind::Float { single, digits, unsigned }
    };
    let text = |most: usize| Kind::Text(collation.starts_with("utf8").then_some(most));
    Some(match name.as_str() {
        "tinyint" => int(8),
        "smallint" => int(16),
        "mediumint" => int(24),
        "int" | "integer" => int(32),
        "bigint" => int(64),
        "decimal" | "numeric" => Kind::Decimal(digits(first.unwrap_or(10), second.unwrap_or(0)), unsigned),
        "float" => float(true),
        "double" | "real" => float(false),
        "char" | "varchar" => Kind::Char(first.unwrap_or(1) as usize),
        "tinytext" => text(255),
        "text" => text(65_535),
        "mediumtext" => text(16_777_215),
        "longtext" => text(4_294_967_295),
        "binary" => Kind::Binary(first.unwrap_or(1) as usize),
        "varbinary" => Kind::Bytes(first.unwrap_or(1) as usize),
        "tinyblob" => Kind::Bytes(255),
        "blob" => Kind::Bytes(65_535),
        "mediumblob" => Kind::Bytes(16_777_215),
        "longblob" => Kind::Bytes(4_294_967_295),
        "date" => Kind::Date,
        "datetime" => Kind::DateTime(decimals),
        "timestamp" => Kind::Timestamp(decimals),
        "time" => Kind::Time(decimals),
        "year" => Kind::Year,
        "bit" => Kind::Bit(first.unwrap_or(1)),
        "json" => Kind::Json,
        "uuid" => Kind::Uuid,
        "inet4" | "inet6" => Kind::Inet,
        _ => return None,
    })
}

/// The labels of `('a','it''s','c\\d')`.
fn labels(list: &str) -> Vec<String> {
    let (mut out, mut label, mut chars) = (Vec::new(), None::<String>, list.chars().peekable());
    while let Some(c) = chars.next() {
        match (&mut label, c) {
            (None, '\'') => label = Some(String::new()),
            (None, _) => {}
            (Some(text), '\'') if chars.next_if_eq(&'\'').is_some() => text.push('\''),
            (Some(_), '\'') => out.extend(label.take()),
            (Some(text), '\\') => text.extend(chars.next().map(|escaped| match escaped {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                'Z' => '\u{1a}',
                other => other,
            })),
            (Some(text), c) => text.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read() {
        let digits = |precision, scale| Digits { precision, scale };
        for (text, expected) in [
            ("tinyint(1)", Some(Kind::Int(-128, 127))),
            ("bigint(20) unsigned", Some(Kind::Int(0, u64::MAX.into()))),
            ("int unsigned", Some(Kind::Int(0, u32::MAX.into()))),
            ("mediumint(8) unsigned zerofill", Some(Kind::Int(0, 16_777_215))),
            ("decimal(10,2)", Some(Kind::Decimal(digits(10, 2), false))),
            ("float", Some(Kind::Float { single: true, digits: None, unsigned: false })),
            ("double(8,3) unsigned", Some(Kind::Float { single: false, digits: Some(digits(8, 3)), unsigned: true })),
            ("varchar(20)", Some(Kind::Char(20))),
            ("datetime(6)", Some(Kind::DateTime(6))),
            ("timestamp /* mariadb-5.3 */", Some(Kind::Timestamp(0))),
            (
                "enum('a','it''s',')\\\\,')",
                Some(Kind::Enum(vec!["a".to_owned(), "it's".to_owned(), ")\\,".to_owned()])),
            ),
            ("geometry", None),
        ] {
            assert_eq!(kind(text, "utf8mb4_general_ci"), expected, "{text}");
        }
        assert_eq!(kind("text", "latin1_swedish_ci"), Some(Kind::Text(None)));
    }
}
