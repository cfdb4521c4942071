//! `{name}` in a query: the query, then names and values in turn. Another reader, a regular expression, says what is there.

use super::fields::fields;
use pipekit::sql::lexer::{Kind, tokens};
use pipekit::sql::placeholders::{lookalikes, materialise, undeclared, uses};
use regex_lite::{Captures, Regex};
use std::collections::BTreeMap;

pub fn hold(data: &[u8]) {
    let Some(all) = fields(data) else { return };
    let Some((sql, pairs)) = all.split_first() else { return };
    let values: BTreeMap<String, String> =
        pairs.chunks_exact(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect();
    let names: Vec<&str> = values.keys().map(String::as_str).collect();
    let word = Regex::new(r"\{([A-Za-z_][A-Za-z0-9_]*)\}").unwrap();

    // Only what is declared is replaced, in one pass; all the rest is as it was.
    let expected = word
        .replace_all(sql, |found: &Captures<'_>| values.get(&found[1]).cloned().unwrap_or_else(|| found[0].to_owned()));
    assert_eq!(materialise(sql, &values), expected, "{sql:?} with {values:?}");
    assert_eq!(materialise(sql, &BTreeMap::new()), *sql);

    let found: Vec<_> = word.captures_iter(sql).map(|found| found.get(1).unwrap()).collect();
    for name in names.iter().copied().chain(found.iter().map(|word| word.as_str())) {
        assert_eq!(uses(sql, name), found.iter().any(|word| word.as_str() == name), "{name} in {sql:?}");
    }

    // An undeclared word is refused where a token is no quote and no comment, and left alone elsewhere.
    let tokens = tokens(sql);
    let mut at = 0;
    for token in &tokens {
        assert!(token.span.start == at && token.span.end > at, "{sql:?}: {token:?}");
        at = token.span.end;
    }
    assert_eq!(at, sql.len(), "{sql:?}");
    let bare = |at: usize| {
        let token = tokens.iter().find(|token| token.span.contains(&at)).unwrap();
        !matches!(token.kind, Kind::String | Kind::Quoted | Kind::Comment)
    };
    let mut refused: Vec<&str> = Vec::new();
    for word in found.iter().filter(|word| bare(word.start() - 1)).map(|word| word.as_str()) {
        if !names.contains(&word) && !refused.contains(&word) {
            refused.push(word);
        }
    }
    assert_eq!(undeclared(sql, &names), refused, "{sql:?}");
    for word in lookalikes(sql, &names) {
        assert!(!names.contains(&word) && sql.contains(&format!("{{{word}}}")), "{word:?} in {sql:?}");
    }
}
