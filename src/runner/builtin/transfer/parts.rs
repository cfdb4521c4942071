//! The text of values that are put together of others: PostgreSQL's arrays `{1,NULL,"a,b"}`, `[0:1]={{1,2},{3,4}}`, its
//! rows `(1,,"a,b")`, its ranges `[1,10)`, and its multiranges `{[1,2),[5,6)}`.

/// The elements of an array that are not NULL, in their order, whatever the dimensions.
pub fn elements(text: &str) -> impl Iterator<Item = String> {
    let mut chars = text.chars().peekable();
    // The bounds, where they are written, end in a `=`.
    while chars.next_if(|c| *c != '{').is_some() {}
    std::iter::from_fn(move || {
        loop {
            while chars.next_if(|c| matches!(c, '{' | '}' | ',') || c.is_ascii_whitespace()).is_some() {}
            chars.peek()?;
            let (mut element, mut quoted, mut in_quotes, mut kept) = (String::new(), false, false, 0);
            while let Some(c) = chars.next_if(|c| in_quotes || !matches!(c, '{' | '}' | ',')) {
                match c {
                    '"' => (quoted, in_quotes) = (true, !in_quotes),
                    '\\' => element.extend(chars.next()),
                    c => element.push(c),
                }
                // White space around an element is none of its own, unless it is quoted or escaped.
                if in_quotes || !c.is_ascii_whitespace() {
                    kept = element.len();
                }
            }
            element.truncate(kept);
            if quoted || !element.eq_ignore_ascii_case("null") {
                return Some(element);
            }
        }
    })
}

/// The fields of a row; `None` for NULL. What is no row is left to the server, which refuses it.
pub fn fields(text: &str) -> Vec<Option<String>> {
    let inner = text.trim_ascii().strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inner.map(|inner| between(inner, ",").collect()).unwrap_or_default()
}

/// The bounds of a range, or of all ranges of a multirange; those that are not there are left out.
pub fn bounds(text: &str) -> Vec<String> {
    let text = text.trim_ascii();
    if text.eq_ignore_ascii_case("empty") {
        return Vec::new();
    }
    let bounds = between(text, "{}[](),").flatten();
    // What is left of a multirange between its ranges.
    bounds.filter(|bound| !bound.trim_ascii().is_empty()).collect()
}

/// What stands between any of these characters; `None` for nothing at all, which in quotes is an empty text. Within
/// quotes a quote is written twice.
fn between<'a>(text: &'a str, ends: &'a str) -> impl Iterator<Item = Option<String>> + use<'a> {
    let mut chars = text.chars().peekable();
    let mut over = false;
    std::iter::from_fn(move || {
        if over {
            return None;
        }
        let (mut piece, mut quoted, mut in_quotes) = (String::new(), false, false);
        loop {
            match chars.next() {
                Some('"') if in_quotes && chars.next_if_eq(&'"').is_some() => piece.push('"'),
                Some('"') => (quoted, in_quotes) = (true, !in_quotes),
                Some('\\') => piece.extend(chars.next()),
                Some(c) if in_quotes || !ends.contains(c) => piece.push(c),
                end => {
                    over = end.is_none();
                    return Some((quoted || !piece.is_empty()).then_some(piece));
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_taken_apart() {
        for (text, expected) in [
            ("{}", &[][..]),
            ("{1,NULL,-3}", &["1", "-3"]),
            ("{{1.20,null},{-3 , 4.5 }}", &["1.20", "-3", "4.5"]),
            ("[0:1]={a,b}", &["a", "b"]),
            (r#"{"a,b","c\"d\\","","NULL"," x ",y\ }"#, &["a,b", "c\"d\\", "", "NULL", " x ", "y "]),
            ("{\"2026-01-02 03:04:05\"}", &["2026-01-02 03:04:05"]),
            ("no array", &[]),
            ("{\"open", &["open"]),
        ] {
            assert_eq!(elements(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn rows_are_taken_apart() {
        for (text, expected) in [
            ("(1,a)", &[Some("1"), Some("a")][..]),
            ("(,)", &[None, None]),
            ("()", &[None]),
            (r#"("", a ,"b""c\\","(1,2)")"#, &[Some(""), Some(" a "), Some("b\"c\\"), Some("(1,2)")]),
            (r#"(x"y,z"w)"#, &[Some("xy,zw")]),
            (" (1) ", &[Some("1")]),
            ("no row", &[]),
        ] {
            let fields = fields(text);
            assert_eq!(fields.iter().map(Option::as_deref).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn ranges_are_taken_apart() {
        for (text, expected) in [
            ("[1,10)", &["1", "10"][..]),
            ("(,5]", &["5"]),
            ("empty", &[]),
            ("{}", &[]),
            ("{[1,2), (5,6]}", &["1", "2", "5", "6"]),
            (r#"["2026-01-02 03:04:05",)"#, &["2026-01-02 03:04:05"]),
            (r#"["a,b","c""d"]"#, &["a,b", "c\"d"]),
        ] {
            assert_eq!(bounds(text), expected, "{text}");
        }
    }
}
