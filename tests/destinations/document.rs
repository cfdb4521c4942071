//! `docs/destinations.md`: what each case comes to, as a table for people.

use super::case::{Case, Expect, Mode, On};
use super::loads::GROUPS;
use crate::support::project;

const HEAD: &str = "# Destinations

What a load does to destinations as they are: each line is a case that the tests run, on each database where it exists,
with each strategy. It is made from the cases in `tests/destinations`; `tests/renew.sh` renews it.

*The model* is what the destination must hold: the rows that it held, without those that the staged rows replace (all,
for a full load; those with the same key, for an incremental one; none, for an append), and the staged rows. The log
counts them so. On MariaDB keys of text are the same to the letter only, and one that is new and that the destination's
collation takes for another that it has is an error. *An error* leaves the destination as it was, to the row. Where *the destination decides*, its own
triggers, rules or constraints make something else of the rows than was staged; the log has the counts that the database
gives, and a run in which not as many rows came in as were staged warns of it. Nothing here waits for longer than it is
told to.

On PostgreSQL a full load is tried by TRUNCATE and by DELETE (`--full-by`); where both come to the same, it is said once.
";

const MODEL: &str = "the model";
const PLACES: [On; 3] = [On::Sqlite, On::Postgres, On::Mariadb];

/// The document says what the tests run.
#[test]
fn the_document_of_destinations_is_that_of_the_cases() {
    let mut text = HEAD.to_owned();
    let (cases, loads) = GROUPS.iter().flat_map(|(_, cases)| *cases).fold((0, 0), |(n, loads), case| {
        let places = PLACES.into_iter().filter(|place| case.is_on(*place));
        (n + 1, loads + places.map(|place| Mode::on(place).len()).sum::<usize>())
    });
    text += &format!("\n{cases} cases, {loads} loads.\n");
    for (title, cases) in GROUPS {
        text += &format!("\n## {title}\n\n| destination | on | full | incremental | append |\n|---|---|---|---|---|\n");
        for case in *cases {
            let (full, incremental, append) = (full(case), outcome(case.incremental), outcome(case.append));
            // What is said already is not said again, unless it is short.
            let again = |cell: &str, before: &str| cell == before && cell != MODEL;
            let cells = [
                case.what.to_owned(),
                place(case.on).to_owned(),
                full.clone(),
                if again(&incremental, &full) { "the same".to_owned() } else { incremental.clone() },
                if again(&append, &incremental) { "the same".to_owned() } else { append },
            ];
            text += &format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
        }
    }
    let path = project().join("docs/destinations.md");
    if std::env::var_os("PIPEKIT_RENEW").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = written.lines().zip(text.lines()).find(|(a, b)| a != b);
    assert!(written == text, "docs/destinations.md is stale ({differing:?}): tests/renew.sh renews it");
}

/// No two lines of the document are about the same thing.
#[test]
fn no_two_cases_are_called_the_same() {
    for (title, cases) in GROUPS {
        for place in PLACES {
            let mut names: Vec<&str> = cases.iter().filter(|c| c.is_on(place)).map(|c| c.what).collect();
            names.sort_unstable();
            let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
            assert_eq!(twice, None, "{title}, {place:?}");
        }
    }
}

fn place(on: On) -> &'static str {
    match on {
        On::All => "all",
        On::Both => "SQLite, PostgreSQL",
        On::Mariadb => "MariaDB",
        On::Sqlite => "SQLite",
        On::Postgres => "PostgreSQL",
    }
}

fn full(case: &Case) -> String {
    let by_truncate = outcome(case.full);
    match case.by_delete.map(outcome).filter(|by_delete| *by_delete != by_truncate) {
        Some(by_delete) => format!("by TRUNCATE: {by_truncate}; by DELETE: {by_delete}"),
        None => by_truncate,
    }
}

fn outcome(expected: Expect) -> String {
    let said = |says: &str| {
        format!("`{}`", says.replace("{module}", "NAME").replace("{login}", "LOGIN").replace('\n', " ").trim())
    };
    match expected {
        Expect::Model => MODEL.to_owned(),
        Expect::Warns(says) => format!("the model, and a warning: {}", said(says)),
        Expect::Decides { says: "", .. } => "the destination decides".to_owned(),
        Expect::Decides { says, .. } => format!("the destination decides, and a warning: {}", said(says)),
        Expect::Refused(says) => format!("an error: {}", said(says)),
        Expect::RefusedBy(says) => format!(
            "an error: {}",
            says.iter().filter(|says| !says.is_empty()).map(|says| said(says)).collect::<Vec<_>>().join(", ")
        ),
    }
}
