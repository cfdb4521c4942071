//! Types between databases: each source's are mapped to these, and these to each destination's, so that any source maps
//! to any destination.

/// A type that belongs to no database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// True or false.
    Boolean,
    /// A whole number of 16 bits.
    SmallInt,
    /// One of 32 bits.
    Integer,
    /// One of 64 bits.
    BigInt,
    /// A decimal of so many digits, and so many of them behind the point; `None`: any number of them.
    Decimal(Option<(u32, u32)>),
    /// A binary floating point number of 32 bits.
    Real,
    /// One of 64 bits.
    Double,
    /// Text that is padded with blanks, with its length in characters.
    Char(u32),
    /// Text, with the most characters that it may have.
    Text(Option<u32>),
    /// Bytes, with the most that there may be.
    Bytes(Option<u32>),
    /// A date.
    Date,
    /// A time of day, with its digits behind the second.
    Time(u32),
    /// A date and time without a zone, with its digits behind the second.
    Timestamp(u32),
    /// A moment in time: with a zone or an offset.
    TimestampTz(u32),
    /// A UUID.
    Uuid,
    /// JSON.
    Json,
    /// One that has no counterpart elsewhere, as its database spells it: it travels as text.
    Other(String),
}

/// The words of a type as a catalog spells it, in lower case without what stands in parentheses, and the numbers there:
/// `timestamp(3) with time zone` is `timestamp with time zone` and `[3]`.
pub(super) fn split(text: &str) -> (String, Vec<u32>) {
    let (head, inside, tail) = match text.split_once('(') {
        Some((head, rest)) => match rest.split_once(')') {
            Some((inside, tail)) => (head, inside, tail),
            None => (text, "", ""),
        },
        None => (text, "", ""),
    };
    let words = format!("{head} {tail}").to_lowercase();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    // `CHAR(10 BYTE)`, `VARCHAR(20 CHARACTERS)`: the number comes first.
    let number = |part: &str| part.split_whitespace().next().and_then(|n| n.parse().ok());
    (words, inside.split(',').filter_map(number).collect())
}

/// The type by the names of the SQL standard and those that databases commonly use beside them; `None` for others.
/// `digits` are a timestamp's where it does not say.
pub(super) fn common(words: &str, numbers: &[u32], digits: u32) -> Option<Type> {
    let first = numbers.first().copied();
    let fraction = first.unwrap_or(digits);
    Some(match words {
        "boolean" | "bool" => Type::Boolean,
        "smallint" | "int2" | "tinyint" => Type::SmallInt,
        "integer" | "int" | "int4" | "mediumint" => Type::Integer,
        "bigint" | "int8" => Type::BigInt,
        "decimal" | "numeric" | "dec" | "number" => {
            Type::Decimal(first.map(|p| (p, numbers.get(1).copied().unwrap_or(0))))
        }
        "real" | "float4" => Type::Real,
        // FLOAT(p) counts binary digits (SQL:2016, 6.1): up to 24 are a 32-bit number.
        "float" if first.is_some_and(|p| p <= 24) => Type::Real,
        "double precision" | "double" | "float" | "float8" => Type::Double,
        "character" | "char" | "nchar" | "national character" | "national char" | "bpchar" => {
            Type::Char(first.unwrap_or(1))
        }
        "character varying" | "varchar" | "char varying" | "national character varying" | "nvarchar" | "varchar2" => {
            Type::Text(first)
        }
        "text" | "clob" | "character large object" | "char large object" | "long varchar" | "nclob" | "ntext" => {
            Type::Text(first)
        }
        "binary" | "varbinary" | "binary varying" | "raw" => Type::Bytes(first),
        "blob" | "binary large object" | "bytea" | "image" | "long varbinary" => Type::Bytes(first),
        "date" => Type::Date,
        "time" | "time without time zone" => Type::Time(first.unwrap_or(digits)),
        "timestamp" | "timestamp without time zone" | "datetime" => Type::Timestamp(fraction),
        "timestamp with time zone" | "timestamptz" => Type::TimestampTz(fraction),
        "uuid" => Type::Uuid,
        "json" | "jsonb" => Type::Json,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_as_catalogs_spell_them() {
        for (text, expected) in [
            ("INTEGER", Some(Type::Integer)),
            ("numeric(15,4)", Some(Type::Decimal(Some((15, 4))))),
            ("DECIMAL (7)", Some(Type::Decimal(Some((7, 0))))),
            ("numeric", Some(Type::Decimal(None))),
            ("character varying(40)", Some(Type::Text(Some(40)))),
            ("VARCHAR(20 CHARACTERS)", Some(Type::Text(Some(20)))),
            ("timestamp(3) with time zone", Some(Type::TimestampTz(3))),
            ("timestamp without time zone", Some(Type::Timestamp(6))),
            ("FLOAT(24)", Some(Type::Real)),
            ("float(53)", Some(Type::Double)),
            ("integer[]", None),
            ("x); drop table y", None),
            ("", None),
        ] {
            let (words, numbers) = split(text);
            assert_eq!(common(&words, &numbers, 6), expected, "{text}");
        }
    }
}
