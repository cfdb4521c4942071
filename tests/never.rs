//! "What must never happen", line by line: the tests that name a line in their doc comment (`/// Never 3: …`) stand
//! beside it in CONTRIBUTING.md. `tests/renew.sh` renews that table.

use super::support::project;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The numbers in `Never 3, never 13: …` or `Never 3, on SQLite: …`, at the beginning of a comment.
fn numbers(comment: &str) -> Vec<u32> {
    let head = comment.split_once(':').map_or("", |(head, _)| head);
    head.split(", ").map_while(|part| part.to_lowercase().strip_prefix("never ")?.parse().ok()).collect()
}

/// The name of the function that a line begins, or of the module of several, which may be a row of a macro's table
/// (`name: …`).
fn named(line: &str) -> Option<&str> {
    let is_of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let row = line.split_once(": ").map(|(name, _)| name).filter(|name| name.chars().all(is_of_name));
    let name = line.strip_prefix("fn ").or(line.strip_prefix("mod ")).or(row)?;
    name.split(|c: char| !is_of_name(c)).next()
}

/// The tests of a file by the lines of the list that they hold. A comment of the whole file counts for the file.
fn read(module: &str, text: &str) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    let mut waiting: Vec<u32> = Vec::new();
    for line in text.lines() {
        let line = line.trim_start();
        if let Some(comment) = line.strip_prefix("//! ") {
            found.extend(numbers(comment).into_iter().map(|n| (n, format!("{module} (all of it)"))));
        } else if let Some(comment) = line.strip_prefix("/// ") {
            waiting.extend(numbers(comment));
        } else if let Some(name) = named(line) {
            found.extend(waiting.drain(..).map(|n| (n, format!("{module}::{name}"))));
        } else if !line.starts_with("#[") {
            assert!(waiting.is_empty(), "tests/{module}.rs: `Never {waiting:?}` stands before no test: {line}");
        }
    }
    found
}

/// The files of a folder of tests, and of the folders in it, with the names of their modules.
fn files(folder: &Path, within: &str) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(files(&path, &format!("{within}{name}::")));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let module =
                if name == "mod" { within.trim_end_matches("::").to_owned() } else { format!("{within}{name}") };
            found.push((module, path));
        }
    }
    found.sort();
    found
}

fn by_line() -> BTreeMap<u32, Vec<String>> {
    let mut all: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for (module, path) in files(&project().join("tests"), "") {
        for (number, test) in read(&module, &std::fs::read_to_string(path).unwrap()) {
            let tests = all.entry(number).or_default();
            if !tests.contains(&test) {
                tests.push(test);
            }
        }
    }
    all
}

/// A row of the table in CONTRIBUTING.md: its number, what it says must never happen, and what holds it.
fn row(line: &str) -> Option<(u32, &str)> {
    let mut cells = line.strip_prefix("| ")?.split(" | ");
    Some((cells.next()?.parse().ok()?, cells.next()?))
}

#[test]
fn each_line_of_what_must_never_happen_has_its_tests_beside_it() {
    let mut all = by_line();
    let path = project().join("CONTRIBUTING.md");
    let written = std::fs::read_to_string(&path).unwrap();
    let mut rows = 0;
    let renewed: String = written
        .split_inclusive('\n')
        .map(|line| {
            let Some((number, what)) = row(line) else { return line.to_owned() };
            rows += 1;
            assert_eq!(number, rows, "the rows are numbered");
            let tests = all.remove(&number).unwrap_or_default();
            assert!(!tests.is_empty(), "line {number} has no test");
            let held = tests.iter().map(|t| format!("`{t}`")).collect::<Vec<_>>().join(", ");
            format!("| {number} | {what} | {held} |\n")
        })
        .collect();
    assert_eq!(rows, 14);
    assert!(all.is_empty(), "there are no such lines: {all:?}");
    if std::env::var_os("PIPEKIT_RENEW").is_some() {
        std::fs::write(&path, &renewed).unwrap();
    } else {
        let differing = written.lines().zip(renewed.lines()).find(|(a, b)| a != b);
        assert!(written == renewed, "CONTRIBUTING.md is stale ({differing:?}): tests/renew.sh renews it");
    }
}

/// What `tests/taken-out.py` takes out follows the code: each piece is where it is looked for, and so are its tests.
#[test]
#[ignore = "needs Python: tests/run.sh"]
fn the_pieces_that_hold_the_lines_are_there() {
    let mut look = std::process::Command::new("python3");
    look.current_dir(project()).args(["tests/taken-out.py", "--look"]).arg(std::env::current_exe().unwrap());
    let looked = look.output().unwrap();
    assert!(looked.status.success(), "{}", String::from_utf8_lossy(&looked.stderr));
}

#[test]
fn the_lines_that_a_test_holds_are_read_from_its_comment() {
    let text = "/// Never 3, never 13: it is so.\n/// And more.\n    #[test]\n#[ignore = \"x\"]\nfn a_test() {\n}\n\
                /// Never 1 is not at the beginning of one.\nfn other() {}\n    /// Never 2, on SQLite: x\n    fn third(pair) {\n";
    let found = read("m", text);
    let expected = [(3, "m::a_test"), (13, "m::a_test"), (2, "m::third")];
    assert_eq!(found, expected.map(|(n, name)| (n, name.to_owned())));
    assert_eq!(read("m", "    /// Never 8: keys.\n    keys: \"Merge keys\",\n"), [(8, "m::keys".to_owned())]);
    assert_eq!(read("m", "//! Never 4: all.\n\nuse x;\n"), [(4, "m (all of it)".to_owned())]);
}
