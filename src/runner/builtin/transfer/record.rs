//! The text of PostgreSQL's composite values: `(1,,"a ""b""")`.

/// The fields in their order, `None` for NULL. What is no record has none.
pub fn fields(text: &str) -> Vec<Option<String>> {
    let Some(inner) = text.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return Vec::new() };
    let mut out = Vec::new();
    let (mut field, mut is_there, mut quoted) = (String::new(), false, false);
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ',' if !quoted => {
                out.push(is_there.then(|| std::mem::take(&mut field)));
                is_there = false;
                continue;
            }
            '"' if quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => quoted = !quoted,
            '\\' => field.extend(chars.next()),
            c => field.push(c),
        }
        is_there = true;
    }
    out.push(is_there.then_some(field));
    out
}

#[cfg(test)]
mod tests {
    use super::fields;

    #[test]
    fn records_are_taken_apart() {
        for (text, expected) in [
            ("(1,x)", &[Some("1"), Some("x")][..]),
            ("(,)", &[None, None]),
            ("()", &[None]),
            (r#"("",",a ""b"" \\")"#, &[Some(""), Some(",a \"b\" \\")]),
            (" (-1.50,\"(2,\"\"y\"\")\") ", &[Some("-1.50"), Some("(2,\"y\")")]),
            (r"( x ,a\,b)", &[Some(" x "), Some("a,b")]),
            ("(\"open)", &[Some("open")]),
            ("no record", &[]),
        ] {
            let got = fields(text);
            assert_eq!(got.iter().map(Option::as_deref).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
