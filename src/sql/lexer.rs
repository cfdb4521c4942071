//! The lexical layer that all SQL dialects share: quotes, comments, words, and statement ends.
//!
//! Handles `'…'` with doubled quotes (and PostgreSQL's `E'…\'…'`), `"…"`, `` `…` ``, `$tag$…$tag$`, `-- …` to the end
//! of the line, and `/* … */`, nested as PostgreSQL and SQL Server nest them, unless it would then never end: SQLite
//! nests none. `[…]` is a name where asked, and where nothing else makes sense of it: PostgreSQL's arrays have brackets.

use std::ops::Range;

/// What a stretch of SQL text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// White space.
    Space,
    /// A `--` or `/* */` comment.
    Comment,
    /// A string literal, quotes included; dollar-quoted bodies too.
    String,
    /// A quoted identifier, quotes included.
    Quoted,
    /// A word: letters, digits, `_`, `#`, `@`, `$`, and anything beyond ASCII. Numbers too.
    Word,
    /// One character of anything else.
    Symbol,
}

/// A token: its kind and the bytes of the text it covers. Tokens cover the text without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its bytes in the text.
    pub span: Range<usize>,
}

/// What the dialects do not share.
#[derive(Clone, Copy)]
struct Rules {
    /// When `[…]` is a quoted identifier.
    brackets: When,
    /// When a backslash escapes in a string.
    backslash: When,
    /// When block comments nest.
    nests: When,
    /// Whether `#` begins a comment.
    hash_comments: bool,
    /// Whether `--` begins a comment only where white space follows.
    spaced_dashes: bool,
    /// Whether `$tag$…$tag$` is a string.
    dollar_quotes: bool,
    /// What a word may have beside letters, digits and `_`.
    letters: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    Never,
    /// Brackets: where nothing else makes sense. A backslash: in `E'…'`. Comments: unless one would never end.
    Fitting,
}

const COMMON: Rules = Rules {
    brackets: When::Fitting,
    backslash: When::Fitting,
    nests: When::Fitting,
    hash_comments: false,
    spaced_dashes: false,
    dollar_quotes: true,
    letters: "#@$",
};

/// MySQL's manual, "String Literals" and "Comments"; its comments do not nest.
const MYSQL: Rules = Rules {
    brackets: When::Never,
    backslash: When::Always,
    nests: When::Never,
    hash_comments: true,
    spaced_dashes: true,
    dollar_quotes: false,
    letters: "@$",
};

/// The rules of a kind of database.
fn rules(kind: &str) -> Rules {
    let plain = Rules { brackets: When::Never, backslash: When::Never, dollar_quotes: false, ..COMMON };
    match kind {
        "mysql" => MYSQL,
        // Its operators have `#` and `@` in them ("Lexical Structure").
        "postgresql" => {
            Rules { backslash: When::Fitting, nests: When::Always, dollar_quotes: true, letters: "$", ..plain }
        }
        "sqlite" => Rules { brackets: When::Always, nests: When::Never, ..plain },
        "sqlserver" => Rules { brackets: When::Always, nests: When::Always, ..plain },
        "db2" | "derby" => Rules { nests: When::Always, ..plain },
        "h2" => Rules { nests: When::Always, dollar_quotes: true, ..plain },
        _ => Rules { brackets: When::Never, ..COMMON },
    }
}

impl Rules {
    fn is_word(&self, c: char) -> bool {
        c.is_alphanumeric() || c == '_' || self.letters.contains(c) || (!c.is_ascii() && !c.is_whitespace())
    }
}

/// Splits `sql` into tokens that cover it to the byte. Never fails: an unclosed quote or comment runs to the end.
pub fn tokens(sql: &str) -> Vec<Token> {
    scan(sql, &COMMON)
}

/// The same, for SQL in which `[…]` always is a quoted identifier.
pub fn tokens_with_brackets(sql: &str) -> Vec<Token> {
    scan(sql, &Rules { brackets: When::Always, ..COMMON })
}

/// The same, for SQL of a kind of database (`db2 sqlserver postgresql mysql sqlite h2 derby generic`).
pub fn tokens_of(kind: &str, sql: &str) -> Vec<Token> {
    scan(sql, &rules(kind))
}

fn scan(sql: &str, rules: &Rules) -> Vec<Token> {
    let bytes = sql.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    let dashes = |at: usize| {
        bytes.get(at + 1) == Some(&b'-')
            && (!rules.spaced_dashes
                || bytes.get(at + 2).is_none_or(|b| b.is_ascii_whitespace() || b.is_ascii_control()))
    };
    while at < sql.len() {
        let c = sql[at..].chars().next().unwrap_or('\0');
        let (kind, end) = match c {
            c if c.is_whitespace() => (Kind::Space, run(sql, at, char::is_whitespace)),
            '#' if rules.hash_comments => (Kind::Comment, sql[at..].find('\n').map_or(sql.len(), |n| at + n)),
            '-' if dashes(at) => (Kind::Comment, sql[at..].find('\n').map_or(sql.len(), |n| at + n)),
            '/' if bytes.get(at + 1) == Some(&b'*') => (Kind::Comment, block_comment(bytes, at, rules.nests)),
            '\'' => {
                let after_e = || matches!(out.last(), Some(Token { kind: Kind::Word, span }) if span.end == at && sql[span.clone()].eq_ignore_ascii_case("e"));
                let escapes = rules.backslash == When::Always || rules.backslash == When::Fitting && after_e();
                (Kind::String, quoted(bytes, at, b'\'', escapes))
            }
            '"' => (Kind::Quoted, quoted(bytes, at, b'"', rules.backslash == When::Always)),
            '`' => (Kind::Quoted, quoted(bytes, at, b'`', false)),
            // A bracket within is doubled (SQL Server; SQLite has none within).
            '[' if rules.brackets == When::Always
                || rules.brackets == When::Fitting && is_name_in_brackets(&sql[at..]) =>
            {
                (Kind::Quoted, quoted(bytes, at, b']', false))
            }
            '$' if rules.dollar_quotes && dollar_tag(sql, at).is_some() => {
                let tag = dollar_tag(sql, at).unwrap_or("$$");
                let body = at + tag.len();
                (Kind::String, sql[body..].find(tag).map_or(sql.len(), |n| body + n + tag.len()))
            }
            c if rules.is_word(c) => (Kind::Word, run(sql, at, |c| rules.is_word(c))),
            c => (Kind::Symbol, at + c.len_utf8()),
        };
        out.push(Token { kind, span: at..end });
        at = end;
    }
    out
}

fn run(sql: &str, at: usize, is: impl Fn(char) -> bool) -> usize {
    sql[at..].find(|c| !is(c)).map_or(sql.len(), |n| at + n)
}

fn quoted(bytes: &[u8], at: usize, quote: u8, escapes: bool) -> usize {
    let mut i = at + 1;
    while i < bytes.len() {
        if escapes && bytes[i] == b'\\' {
            i += 2;
        } else if bytes[i] == quote {
            if bytes.get(i + 1) != Some(&quote) {
                return i + 1;
            }
            i += 2;
        } else {
            i += 1;
        }
    }
    bytes.len()
}

fn block_comment(bytes: &[u8], at: usize, nests: When) -> usize {
    let (mut i, mut depth, mut first_end) = (at + 2, 1, None);
    while i < bytes.len() {
        match &bytes[i..(i + 2).min(bytes.len())] {
            b"/*" => (depth, i) = (depth + 1, i + 2),
            b"*/" => {
                (depth, i) = (depth - 1, i + 2);
                first_end.get_or_insert(i);
                if depth == 0 || nests == When::Never {
                    return i;
                }
            }
            _ => i += 1,
        }
    }
    first_end.filter(|_| nests == When::Fitting).unwrap_or(bytes.len())
}

/// Whether the brackets at the start can only be quotes of a name, as in SQLite and SQL Server: they hold what would
/// end a statement or begin a comment, or an apostrophe in the middle of a word. An array's elements do not.
fn is_name_in_brackets(sql: &str) -> bool {
    let Some((inner, _)) = sql[1..].split_once(']') else { return false };
    if inner.contains('\n') {
        return false;
    }
    match inner.find(['\'', '"', '$']) {
        None => [";", "--", "/*"].iter().any(|sign| inner.contains(sign)),
        // One letter is the `E` of `E'…'`, or another of the kind.
        Some(quote) => inner[..quote].chars().rev().take_while(|c| COMMON.is_word(*c)).count() > 1,
    }
}

/// The opening tag of a PostgreSQL dollar quote at `at`: `$$` or `$name$`.
fn dollar_tag(sql: &str, at: usize) -> Option<&str> {
    let rest = &sql[at + 1..];
    let name_end = rest.find('$')?;
    let name = &rest[..name_end];
    let ok = name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    ok.then(|| &sql[at..at + name_end + 2])
}

/// `sql` without the white space, comments and semicolons at its end: what can stand within other SQL.
pub fn without_tail(sql: &str) -> &str {
    let is_tail = |t: &Token| {
        matches!(t.kind, Kind::Space | Kind::Comment) || (t.kind == Kind::Symbol && &sql[t.span.clone()] == ";")
    };
    tokens(sql).iter().rev().find(|t| !is_tail(t)).map_or(sql, |t| &sql[..t.span.end])
}

/// The statements of a script, each without its closing `;` and without white space or comments around it.
/// A `;` inside quotes, comments, a SQLite `CREATE TRIGGER … BEGIN … END` body, or a compound statement of DB2 or
/// MariaDB (`BEGIN [NOT] ATOMIC … END`) does not end a statement.
pub fn statements(sql: &str) -> Vec<&str> {
    between(sql, tokens(sql))
}

/// The same, of MySQL's SQL.
pub fn statements_of_mysql(sql: &str) -> Vec<&str> {
    between(sql, scan(sql, &MYSQL))
}

fn between(sql: &str, all: Vec<Token>) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut first, mut last) = (None, 0);
    let mut words: Vec<String> = Vec::new();
    let mut depth = 0usize;
    let mut after_end = false;
    let word_after = |at: usize| {
        let next = all[at + 1..].iter().find(|t| !matches!(t.kind, Kind::Space | Kind::Comment));
        next.map(|t| sql[t.span.clone()].to_ascii_uppercase()).unwrap_or_default()
    };
    for (at, token) in all.iter().enumerate() {
        match token.kind {
            Kind::Space | Kind::Comment => continue,
            Kind::Symbol if &sql[token.span.clone()] == ";" && depth == 0 => {
                if let Some(start) = first.take() {
                    out.push(&sql[start..last]);
                }
                words.clear();
                continue;
            }
            Kind::Word => {
                let word = sql[token.span.clone()].to_ascii_uppercase();
                let in_trigger = words.first().is_some_and(|w| w == "CREATE") && words.iter().any(|w| w == "TRIGGER");
                let in_body = in_trigger || depth > 0;
                match word.as_str() {
                    "ATOMIC" if words == ["BEGIN"] || words == ["BEGIN", "NOT"] => depth = 1,
                    "BEGIN" | "CASE" if in_body && !after_end => depth += 1,
                    // What ends an IF or a loop ends no BEGIN.
                    "END" if in_body && !matches!(&*word_after(at), "IF" | "WHILE" | "LOOP" | "FOR" | "REPEAT") => {
                        depth = depth.saturating_sub(1);
                    }
                    _ => {}
                }
                after_end = word == "END";
                if words.len() < 8 {
                    words.push(word);
                }
            }
            _ => {}
        }
        first.get_or_insert(token.span.start);
        last = token.span.end;
    }
    if let Some(start) = first {
        out.push(&sql[start..last]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mysql_escapes_and_comments_in_its_own_way() {
        for (sql, expected) in [
            (r"select 'it\'s; x'; select 2", &[r"select 'it\'s; x'", "select 2"][..]),
            ("select 1 # it's; so\n; select \"a\\\";\"", &["select 1", "select \"a\\\";\""]),
            ("select $$; select `a;b`", &["select $$", "select `a;b`"]),
        ] {
            assert_eq!(statements_of_mysql(sql), expected, "{sql}");
        }
    }

    #[test]
    fn tokens_cover_the_text() {
        for sql in [
            "select 'a''b', \"x;y\", `q`, $$body;$$, $t$ $$ $t$ -- c\n/* a /* b */ c */ from t;",
            "E'it\\'s;' 'open",
            "ünï ¬= {wm} $1 /* open",
            "",
        ] {
            let mut at = 0;
            for token in tokens(sql) {
                assert_eq!(token.span.start, at, "{sql}");
                at = token.span.end;
            }
            assert_eq!(at, sql.len(), "{sql}");
        }
    }

    #[test]
    fn a_tail_is_what_does_nothing() {
        let cases = [
            ("select 1", "select 1"),
            ("select 1 ; -- done\n", "select 1"),
            ("select ';' ;; /* x */", "select ';'"),
            ("a; b;", "a; b"),
            ("-- only", "-- only"),
            ("", ""),
        ];
        for (sql, expected) in cases {
            assert_eq!(without_tail(sql), expected, "{sql}");
        }
    }

    #[test]
    fn statements_end_at_bare_semicolons() {
        let cases: &[(&str, &[&str])] = &[
            ("a; b ;", &["a", "b"]),
            ("select ';' -- ;\n, \";\"; /* ; */ ;; c", &["select ';' -- ;\n, \";\"", "c"]),
            ("do $$ begin x; end $$; y", &["do $$ begin x; end $$", "y"]),
            (
                "create trigger t after insert on a begin update b set c = case when 1 then 2 end; delete from d; end; select 1",
                &[
                    "create trigger t after insert on a begin update b set c = case when 1 then 2 end; delete from d; end",
                    "select 1",
                ],
            ),
            ("begin; a; commit", &["begin", "a", "commit"]),
            (
                "begin atomic declare n int; if exists (select 1 from b) then signal sqlstate '70001'; end if; case when a then b; end case; end; y; z",
                &[
                    "begin atomic declare n int; if exists (select 1 from b) then signal sqlstate '70001'; end if; case when a then b; end case; end",
                    "y",
                    "z",
                ],
            ),
            (
                "begin not atomic a; begin b; end; for x in y do c; end for; end; d",
                &["begin not atomic a; begin b; end; for x in y do c; end for; end", "d"],
            ),
            ("-- only a comment", &[]),
            ("select E'\\';' ; x", &["select E'\\';'", "x"]),
            ("/* a /* b */ c; /* d */ e", &["c", "e"]),
            ("/* a /* b */ c; */ e", &["e"]),
            ("select [a;b] from [it's; x]; y", &["select [a;b] from [it's; x]", "y"]),
            ("select [it's]]; x]; y", &["select [it's]]; x]", "y"]),
            ("select a[1], array['x]y;', E'z;'], '{}'[2]; y", &["select a[1], array['x]y;', E'z;'], '{}'[2]", "y"]),
            ("select array[1, -- one; two]\n 2]; y", &["select array[1, -- one; two]\n 2]", "y"]),
        ];
        for (sql, expected) in cases {
            assert_eq!(statements(sql), *expected, "{sql}");
        }
    }
}
