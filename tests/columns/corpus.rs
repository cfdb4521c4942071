//! Queries as shops write them, by kind of database, with the names that their columns have.
//!
//! `--= a | ? | *` stands before a query and names its columns: `?` has no name in the text, `*` is a star. `--! why` stands
//! before one that is declined for that reason.

/// A query of the corpus.
pub struct Case {
    pub kind: &'static str,
    pub sql: String,
    /// The names, or why it is declined.
    pub expected: Result<Vec<Option<&'static str>>, &'static str>,
}

const FILES: &[(&str, &str)] = &[
    ("db2", include_str!("db2.sql")),
    ("derby", include_str!("derby.sql")),
    ("generic", include_str!("generic.sql")),
    ("h2", include_str!("h2.sql")),
    ("mysql", include_str!("mysql.sql")),
    ("postgresql", include_str!("postgresql.sql")),
    ("sqlite", include_str!("sqlite.sql")),
    ("sqlserver", include_str!("sqlserver.sql")),
];

/// All of them.
pub fn all() -> Vec<Case> {
    let mut out: Vec<Case> = Vec::new();
    for (kind, file) in FILES {
        for line in file.lines() {
            let names = |text: &'static str| text.split(" | ").map(|name| Some(name).filter(|n| *n != "?")).collect();
            let expected = match (line.strip_prefix("--= "), line.strip_prefix("--! ")) {
                (Some(text), _) => Ok(names(text)),
                (_, Some(why)) => Err(why),
                _ => {
                    let case = out.last_mut().expect("a file begins with a case");
                    if !case.sql.is_empty() {
                        case.sql.push('\n');
                    }
                    case.sql.push_str(&line.replace("!CR!", "\r").replace("!NBSP!", "\u{a0}"));
                    continue;
                }
            };
            out.push(Case { kind, sql: String::new(), expected });
        }
    }
    out
}
