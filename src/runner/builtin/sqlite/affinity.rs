//! What a SQLite column does to the values it gets: <https://www.sqlite.org/datatype3.html>, section 3.

/// A column's type affinity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Affinity {
    /// Numbers become text.
    Text,
    /// Text that looks like a number becomes one, and whole doubles become integers.
    Numeric,
    /// The same.
    Integer,
    /// The same, and integers become doubles.
    Real,
    /// Values stay as they are.
    Blob,
}

impl Affinity {
    /// The affinity of a declared type, by the rules in their order.
    pub fn of(declared: &str, strict: bool) -> Affinity {
        let declared = declared.to_ascii_uppercase();
        let has = |part: &str| declared.contains(part);
        if strict && declared == "ANY" {
            // Only in STRICT tables does ANY leave values alone.
            Affinity::Blob
        } else if has("INT") {
            Affinity::Integer
        } else if has("CHAR") || has("CLOB") || has("TEXT") {
            Affinity::Text
        } else if has("BLOB") || declared.trim().is_empty() {
            Affinity::Blob
        } else if has("REAL") || has("FLOA") || has("DOUB") {
            Affinity::Real
        } else {
            Affinity::Numeric
        }
    }

    /// Whether text that looks like a number becomes one.
    pub fn makes_numbers(self) -> bool {
        matches!(self, Affinity::Numeric | Affinity::Integer | Affinity::Real)
    }
}

/// Whether SQLite takes the text for a number: spaces around, a sign, digits with a point, an exponent.
pub fn looks_numeric(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_space = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r');
    let Some(start) = bytes.iter().position(|b| !is_space(b)) else { return false };
    let end = bytes.iter().rposition(|b| !is_space(b)).map_or(0, |n| n + 1);
    let mut rest = &bytes[start..end];
    if let [b'+' | b'-', after @ ..] = rest {
        rest = after;
    }
    let whole = digits(rest);
    rest = &rest[whole..];
    let mut mantissa = whole;
    if let [b'.', after @ ..] = rest {
        let fraction = digits(after);
        mantissa += fraction;
        rest = &after[fraction..];
    }
    if mantissa == 0 {
        return false;
    }
    if let [b'e' | b'E', after @ ..] = rest {
        let after = match after {
            [b'+' | b'-', after @ ..] => after,
            after => after,
        };
        return !after.is_empty() && digits(after) == after.len();
    }
    rest.is_empty()
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| b.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_have_an_affinity() {
        for (declared, expected) in [
            ("INTEGER", Affinity::Integer),
            ("bigint", Affinity::Integer),
            ("CHARINT", Affinity::Integer),
            ("FLOATING POINT", Affinity::Integer),
            ("varchar(20)", Affinity::Text),
            ("CLOB", Affinity::Text),
            ("text", Affinity::Text),
            ("BLOB", Affinity::Blob),
            ("", Affinity::Blob),
            ("double precision", Affinity::Real),
            ("float", Affinity::Real),
            ("decimal(10,2)", Affinity::Numeric),
            ("DATETIME", Affinity::Numeric),
            ("boolean", Affinity::Numeric),
            ("STRING", Affinity::Numeric),
            ("ANY", Affinity::Numeric),
        ] {
            assert_eq!(Affinity::of(declared, false), expected, "{declared}");
        }
        assert_eq!(Affinity::of("ANY", true), Affinity::Blob);
    }

    #[test]
    fn numbers_are_seen_where_sqlite_sees_them() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch("create table t (a numeric)").unwrap();
        for text in [
            "7",
            "007",
            " 7 ",
            "+7",
            "-7.0",
            "7.",
            ".5",
            "1e5",
            "1E+5",
            "1e",
            "1e+",
            ".",
            "-",
            "",
            " ",
            "0x10",
            "1_000",
            "inf",
            "nan",
            "7a",
            "2026-01-02",
            "10.0.0.1",
            "12:30",
            "1e400",
            "\t7\n",
            "1 2",
            "9223372036854775808",
            "١",
        ] {
            connection.execute("delete from t", []).unwrap();
            connection.execute("insert into t values (?)", [text]).unwrap();
            let stored: String = connection.query_row("select typeof(a) from t", [], |row| row.get(0)).unwrap();
            assert_eq!(looks_numeric(text), stored != "text", "{text:?} is stored as {stored}");
        }
    }
}
