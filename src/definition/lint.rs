//! What loses rows without an error, found in a module's text alone: `pipekit module check`.
//!
//! Each finding names the rule, says what goes wrong, and what to write instead.

use super::module::{Module, Strategy};
use crate::sql::lexer::{self, Kind};
use crate::sql::placeholders;
use crate::sql::steady::unsteady;
use serde::Serialize;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The module can't run like this.
    Error,
    /// Rows may be lost or doubled without an error.
    Warning,
    /// Odd, and harmless as far as can be seen.
    Note,
}

/// Something that a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The rule, for scripts.
    pub rule: &'static str,
    /// What is wrong, and what it does.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

pub(super) fn finding(severity: Severity, rule: &'static str, message: String, hint: impl Into<String>) -> Finding {
    Finding { severity, rule, message, hint: hint.into() }
}

/// Everything that can be said of a module from its text.
pub fn check(module: &Module) -> Vec<Finding> {
    let mut out = Vec::new();
    let declared: Vec<&str> = module.watermarks.iter().map(|w| &*w.name).collect();
    for word in placeholders::undeclared(&module.source_query, &declared) {
        out.push(finding(
            Severity::Error,
            "undeclared_placeholder",
            format!("the query has {{{word}}}, and no watermark of that name: a run fails before it begins"),
            format!(
                "`pipekit watermark add {} {word} --connection C --sql SQL`, or take it out of the query",
                module.name
            ),
        ));
    }
    for word in placeholders::lookalikes(&module.source_query, &declared) {
        out.push(lookalike(&module.name, word));
    }
    out.extend(unquoted(&module.name, &module.source_query, |word| {
        module.watermarks.iter().find(|w| w.name == word).and_then(|w| w.default_value.as_deref())
    }));
    for watermark in &module.watermarks {
        if !placeholders::uses(&module.source_query, &watermark.name) {
            out.push(finding(
                Severity::Warning,
                "unused_watermark",
                format!("the watermark {0} is resolved at each run, and the query has no {{{0}}}", watermark.name),
                "put the placeholder into the query's WHERE, or remove the watermark",
            ));
        }
        out.extend(resolver(module, watermark));
    }
    for (name, operator) in compared(&module.source_query, &declared) {
        match (module.merge_strategy, operator) {
            (Strategy::Incremental, ">") => out.push(finding(
                Severity::Warning,
                "strict_comparison",
                format!("`> {{{name}}}` never loads a row that comes late with the same value as the highest so far"),
                format!(
                    "`>= {{{name}}}`: an incremental merge replaces by key, so a row that comes twice does no harm"
                ),
            )),
            (Strategy::Append, ">=") => out.push(finding(
                Severity::Warning,
                "append_repeats",
                format!("`>= {{{name}}}` with append loads the rows that have the highest value again at each run"),
                format!("`> {{{name}}}` where values are unique, else an incremental merge by key with `>=`"),
            )),
            _ => {}
        }
    }
    if module.merge_strategy == Strategy::Full && !module.watermarks.is_empty() {
        out.push(finding(
            Severity::Warning,
            "full_with_watermark",
            "a full load empties the destination, and the watermarks let it load a part only".to_owned(),
            "incremental with a merge key keeps what is there",
        ));
    }
    if module.merge_strategy != Strategy::Full && module.watermarks.is_empty() {
        let (rule, does) = match module.merge_strategy {
            Strategy::Append => ("append_without_watermark", "appends everything again"),
            _ => ("incremental_without_watermark", "pulls everything again, and never deletes what is gone"),
        };
        out.push(finding(
            Severity::Note,
            rule,
            format!("there is no watermark, so each run {does}, unless the query limits itself"),
            format!("`pipekit watermark add {} NAME --connection C --sql SQL`, and {{NAME}} in the query", module.name),
        ));
    }
    if module.merge_strategy != Strategy::Incremental && !module.merge_key.is_empty() {
        out.push(finding(
            Severity::Note,
            "unused_merge_key",
            format!("the merge key does nothing with {}", module.merge_strategy.as_str()),
            "--unique-key makes the gate refuse rows that repeat it",
        ));
    }
    if let (Some(by), Some(word)) = (&module.split_by, unsteady(&module.source_query)) {
        out.push(finding(
            Severity::Note,
            "one_stream",
            format!(
                "the rows come in one stream, and not in {} by {by}: with {word} in the query, each range could be one of \
                 other rows",
                module.streams
            ),
            format!("a query without {word}; or `--split-by none`"),
        ));
    }
    out.extend(key_in_output(module));
    out
}

/// The placeholders that a query has outside quotes and whose value is a date: the database computes with it, and compares
/// with a number. `value` gives the values that are known; one of a run's own forbids the run.
pub fn unquoted<'a>(module: &str, query: &str, value: impl Fn(&str) -> Option<&'a str>) -> Vec<Finding> {
    let told = |word: &str| {
        let value = value(word).filter(|value| placeholders::is_moment(value))?;
        Some(finding(
            Severity::Error,
            "unquoted_moment",
            format!(
                "{{{word}}} stands in the query without quotes, and its value is {value}: a database would compute with it, and \
                 compare with a number"
            ),
            format!("`pipekit module edit {module} --raw` opens the query: '{{{word}}}', in quotes"),
        ))
    };
    placeholders::bare(query).into_iter().filter_map(told).collect()
}

/// A string that reads `{word}` and that no watermark declares: it goes to the database as it is, and the comparison
/// finds nothing, or everything, with a green light.
pub fn lookalike(module: &str, word: &str) -> Finding {
    finding(
        Severity::Warning,
        "quoted_placeholder",
        format!("the query compares with the text '{{{word}}}' itself, as no watermark is called {word}"),
        format!("`pipekit watermark add {module} {word} --connection C --sql SQL`, unless the text is meant"),
    )
}

/// What is odd in a resolver.
fn resolver(module: &Module, watermark: &super::watermark::Watermark) -> Vec<Finding> {
    let mut out = Vec::new();
    let name = &watermark.name;
    if watermark.connection == module.source_connection && module.source_connection != module.dest_connection {
        out.push(finding(
            Severity::Warning,
            "resolver_on_source",
            format!(
                "the resolver of {name} runs on the source {}: it says how far the source is, not how far the \
                 destination is, so what a failed run missed stays missed",
                watermark.connection
            ),
            format!("run it on {}, over the table that is loaded", module.dest_connection),
        ));
    }
    if let Some(word) = now_word(&watermark.resolver_sql)
        && watermark.connection == module.dest_connection
        && !mentions_table(&watermark.resolver_sql)
    {
        out.push(finding(
            Severity::Warning,
            "resolver_by_clock",
            format!(
                "the resolver of {name} takes {word}, not a value that was loaded: a night without a run loses its rows"
            ),
            "SELECT max(the cursor column) FROM the destination table",
        ));
    }
    out
}

/// The word for the present moment that a resolver uses, in the spelling of any dialect.
fn now_word(sql: &str) -> Option<String> {
    const WORDS: &[&str] =
        &["NOW", "GETDATE", "SYSDATE", "SYSDATETIME", "CURRENT_DATE", "CURRENT_TIMESTAMP", "CURDATE", "GETUTCDATE"];
    let words: Vec<String> = bare_words(sql);
    if let Some(word) = words.iter().find(|w| WORDS.contains(&w.as_str())) {
        return Some(word.clone());
    }
    let pair = words.windows(2).find(|p| p[0] == "CURRENT" && ["DATE", "TIMESTAMP"].contains(&p[1].as_str()))?;
    Some(pair.join(" "))
}

fn bare_words(sql: &str) -> Vec<String> {
    lexer::tokens(sql).into_iter().filter(|t| t.kind == Kind::Word).map(|t| sql[t.span].to_uppercase()).collect()
}

/// Whether a resolver reads a table at all: `SELECT now() - interval '1 day'` does not.
fn mentions_table(sql: &str) -> bool {
    let words = bare_words(sql);
    words.iter().position(|w| w == "FROM").is_some_and(|at| {
        !words.get(at + 1).is_some_and(|next| next == "SYSIBM" || next == "DUAL" || next == "SYSDUMMY1")
    })
}

/// The declared placeholders that stand right of a `>` or `>=`, quoted or not.
fn compared<'a>(sql: &str, declared: &[&'a str]) -> Vec<(&'a str, &'static str)> {
    let tokens: Vec<_> =
        lexer::tokens(sql).into_iter().filter(|t| !matches!(t.kind, Kind::Space | Kind::Comment)).collect();
    let text = |i: usize| tokens.get(i).map_or("", |t| &sql[t.span.clone()]);
    let mut out = Vec::new();
    for i in 0..tokens.len() {
        if text(i) != ">" || (i > 0 && text(i - 1) == "<") {
            continue;
        }
        let (operator, mut at) = if text(i + 1) == "=" { (">=", i + 2) } else { (">", i + 1) };
        // Casts and functions around the value: DATE '{d}', timestamp('{d}'), to_date('{d}', …).
        while tokens.get(at).is_some_and(|t| t.kind == Kind::Word) || text(at) == "(" {
            at += 1;
        }
        let operand = if text(at) == "{" { format!("{{{}}}", text(at + 1)) } else { text(at).to_owned() };
        for name in declared {
            if operand.contains(&format!("{{{name}}}")) && !out.contains(&(*name, operator)) {
                out.push((*name, operator));
            }
        }
    }
    out
}

/// A merge key that is not among the query's output. Columns map by position, so only where the destination's columns
/// are named by the module can their number be compared; a name is looked for in the text as a word.
fn key_in_output(module: &Module) -> Option<Finding> {
    if module.merge_strategy != Strategy::Incremental || module.dest_columns.is_some() {
        return None;
    }
    let words = bare_words(&module.source_query);
    let quoted: Vec<String> = lexer::tokens(&module.source_query)
        .into_iter()
        .filter(|t| t.kind == Kind::Quoted)
        .map(|t| module.source_query[t.span].trim_matches(['"', '`']).to_uppercase())
        .collect();
    if module.source_query.contains('*') {
        return None;
    }
    let missing: Vec<&str> = module
        .merge_key
        .iter()
        .filter(|k| !words.contains(&k.to_uppercase()) && !quoted.contains(&k.to_uppercase()))
        .map(String::as_str)
        .collect();
    if missing.is_empty() {
        return None;
    }
    Some(finding(
        Severity::Note,
        "key_not_in_query",
        format!(
            "the query does not mention the merge key {}; columns map by position, so see that it is there",
            missing.join(", ")
        ),
        format!("`pipekit module preview {}` shows which output column goes where", module.name),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::watermark::Watermark;

    fn module(strategy: Strategy, query: &str, watermarks: &[(&str, &str, &str)]) -> Module {
        let watermarks = watermarks
            .iter()
            .map(|(name, connection, sql)| Watermark {
                name: (*name).to_owned(),
                connection: (*connection).to_owned(),
                resolver_sql: (*sql).to_owned(),
                default_value: None,
            })
            .collect();
        Module {
            name: "m".into(),
            source_connection: "src".into(),
            dest_connection: "dst".into(),
            dest_table: "t".into(),
            source_query: query.into(),
            merge_strategy: strategy,
            merge_key: if strategy == Strategy::Incremental { vec!["id".into()] } else { vec![] },
            dest_columns: None,
            unique_key: vec![],
            full_by: Default::default(),
            load: Default::default(),
            split_by: None,
            streams: 1,
            allow_cascade: false,
            allow_non_atomic: false,
            timeout_s: 1,
            retries: 0,
            retry_delay_s: 0,
            min_rows: None,
            max_shrink_pct: None,
            notes: None,
            enabled: true,
            watermarks,
            hooks: vec![],
        }
    }

    #[test]
    fn each_rule_finds_its_case_and_nothing_else() {
        use Strategy::{Append, Full, Incremental};
        let good = ("d", "dst", "SELECT max(at) FROM t");
        type Case<'a> = (Strategy, &'a str, Vec<(&'a str, &'a str, &'a str)>, Vec<&'a str>);
        let cases: Vec<Case> = vec![
            (Incremental, "select id from t where at >= '{d}'", vec![good], vec![]),
            (Incremental, "select id from t where at > '{d}'", vec![good], vec!["strict_comparison"]),
            (Incremental, "select id from t where at > {d}", vec![good], vec!["strict_comparison"]),
            (Incremental, "select id from t where at > DATE '{d}'", vec![good], vec!["strict_comparison"]),
            (Incremental, "select id from t where at > to_date('{d}', 'X')", vec![good], vec!["strict_comparison"]),
            (Incremental, "select id from t where at <> '{d}'", vec![good], vec![]),
            (Incremental, "select id /* > {d} */ from t where at >= '{d}'", vec![good], vec![]),
            (Append, "select id from t where at >= '{d}'", vec![good], vec!["append_repeats"]),
            (Append, "select id from t where at > '{d}'", vec![good], vec![]),
            (Append, "select id from t", vec![], vec!["append_without_watermark"]),
            (Incremental, "select id from t", vec![], vec!["incremental_without_watermark"]),
            (Full, "select id from t", vec![], vec![]),
            (Full, "select id from t where at >= '{d}'", vec![good], vec!["full_with_watermark"]),
            (Incremental, "select id from t where {x} = 1 and at >= '{d}'", vec![good], vec!["undeclared_placeholder"]),
            (Incremental, "select id, '{x}' from t where at >= '{d}'", vec![good], vec!["quoted_placeholder"]),
            (Incremental, "select id, '{x,y}' from t where at >= '{d}'", vec![good], vec![]),
            (Incremental, "select id from t", vec![good], vec!["unused_watermark"]),
            (
                Incremental,
                "select id from t where at >= '{d}'",
                vec![("d", "src", "SELECT max(at) FROM t")],
                vec!["resolver_on_source"],
            ),
            (
                Incremental,
                "select id from t where at >= '{d}'",
                vec![("d", "dst", "SELECT now() - interval '1 day'")],
                vec!["resolver_by_clock"],
            ),
            (
                Incremental,
                "select id from t where at >= '{d}'",
                vec![("d", "dst", "VALUES CURRENT DATE - 1 DAY")],
                vec!["resolver_by_clock"],
            ),
            (
                Incremental,
                "select id from t where at >= '{d}'",
                vec![("d", "dst", "SELECT coalesce(max(at), now()) FROM t")],
                vec![],
            ),
            (Incremental, "select no from t where at >= '{d}'", vec![good], vec!["key_not_in_query"]),
            (Incremental, "select * from t where at >= '{d}'", vec![good], vec![]),
        ];
        for (strategy, query, watermarks, rules) in cases {
            let got: Vec<&str> = check(&module(strategy, query, &watermarks)).iter().map(|f| f.rule).collect();
            assert_eq!(got, rules, "{strategy:?} {query} {watermarks:?}");
        }
    }
}
