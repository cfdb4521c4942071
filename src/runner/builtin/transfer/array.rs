//! The text of PostgreSQL's arrays: `{1,NULL,"a,b"}`, `[0:1]={{1,2},{3,4}}`.

/// The elements that are not NULL, in their order, whatever the dimensions.
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

#[cfg(test)]
mod tests {
    use super::elements;

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
}
