//! docs/troubleshooting.md has every error code that there is, with its exit code and its status over HTTP.

use super::support::project;
use std::collections::BTreeMap;

fn read(path: &str) -> String {
    std::fs::read_to_string(project().join(path)).unwrap()
}

/// The arms of the `match` behind `begin`: what stands for each `Code::…`, and for all others.
fn arms(source: &str, begin: &str) -> BTreeMap<String, String> {
    let (_, body) = source.split_once(begin).unwrap();
    let lines = body.lines().skip(1).map(str::trim).take_while(|line| !line.starts_with('}'));
    let mut arms = BTreeMap::new();
    for (codes, value) in lines.filter_map(|line| line.split_once(" => ")) {
        let value = value.trim_end_matches(',').trim_matches('"');
        for code in codes.split(" | ") {
            arms.insert(code.trim_start_matches("Code::").to_owned(), value.to_owned());
        }
    }
    arms
}

#[test]
fn every_error_code_is_on_the_page() {
    let (page, error) = (read("docs/troubleshooting.md"), read("src/error.rs"));
    let codes = arms(&error, "fn as_str(self)");
    let codes: BTreeMap<_, _> = codes.into_iter().filter(|(name, _)| !name.starts_with("match")).collect();
    let exits = arms(&error, "pub fn exit(self)");
    let statuses = arms(&read("src/serve/response.rs"), "let status = match error.code");
    assert!(codes.len() >= 13 && statuses.len() >= 13, "{codes:?} {statuses:?}");
    for (name, code) in &codes {
        let heading = format!("\n### `{code}`\n\n");
        let (_, section) = page.split_once(&heading).unwrap_or_else(|| panic!("the page has not the code {code}"));
        let exit = exits.get(name).unwrap_or(&exits["_"]);
        let begin = format!("Exit code {exit}, HTTP {}. ", statuses[name]);
        assert!(section.starts_with(&begin), "{code}: the page does not say {begin:?}");
    }
    let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).collect();
    let strangers: Vec<_> = headings.iter().filter(|code| !codes.values().any(|known| known == *code)).collect();
    assert!(strangers.is_empty(), "there are no such codes: {strangers:?}");
}

/// Those that only HTTP has are `Failure::new(STATUS, "CODE", …)` in the server.
#[test]
fn every_code_of_the_api_is_on_the_page() {
    let page = read("docs/troubleshooting.md");
    let mut found = 0;
    let mut folders = vec![project().join("src/serve")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            for call in source.split("Failure::new(").skip(1) {
                let mut words = call.splitn(3, ", ");
                let (Some(status), Some(code)) = (words.next(), words.next()) else { continue };
                let Some(code) = code.strip_prefix('"').and_then(|code| code.strip_suffix('"')) else { continue };
                found += 1;
                let row = page.lines().any(|line| line.starts_with(&format!("| `{code}` | {status} | ")));
                let section = page.contains(&format!("\n### `{code}`\n"));
                assert!(
                    row || section,
                    "{}: the page has not the code {code} with its status {status}",
                    path.display()
                );
            }
        }
    }
    assert!(found >= 20, "{found}");
}
