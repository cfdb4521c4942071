//! The pages that people read: README.md, CONTRIBUTING.md, CHANGELOG.md and docs/, with their code blocks and headings.

use std::path::PathBuf;

/// A page: where it is, in the project's folder, and what it says.
pub struct Page {
    pub name: String,
    pub text: String,
}

/// A code block: the first word behind the fence, the others, its text, the `##` heading that it stands under, and its
/// line.
#[derive(Debug, PartialEq)]
pub struct Block {
    pub heading: String,
    pub language: String,
    pub words: Vec<String>,
    pub text: String,
    pub line: usize,
}

/// Every page, README.md first.
pub fn pages() -> Vec<Page> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(super::project().join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    names.sort();
    let docs = names.iter().map(|path| format!("docs/{}", path.file_name().unwrap().to_str().unwrap()));
    let names = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned).into_iter().chain(docs);
    names.map(|name| Page { text: std::fs::read_to_string(super::project().join(&name)).unwrap(), name }).collect()
}

/// The code blocks of a page.
pub fn blocks(markdown: &str) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let (mut heading, mut open) = (String::new(), false);
    for (line, text) in markdown.lines().enumerate() {
        match (open, text.trim_start().strip_prefix("```")) {
            (false, Some(words)) => {
                open = true;
                let mut words = words.split_whitespace().map(str::to_owned);
                out.push(Block {
                    heading: heading.clone(),
                    language: words.next().unwrap_or_default(),
                    words: words.collect(),
                    text: String::new(),
                    line: line + 1,
                });
            }
            (true, Some(_)) => open = false,
            (true, None) => out.last_mut().unwrap().text += &format!("{text}\n"),
            (false, None) => {
                if let Some(title) = text.strip_prefix("## ") {
                    title.clone_into(&mut heading);
                }
            }
        }
    }
    out
}

/// The lines of a page that are in no code block, with their numbers.
pub fn prose(markdown: &str) -> Vec<(usize, &str)> {
    let mut open = false;
    let mut out = Vec::new();
    for (line, text) in markdown.lines().enumerate() {
        if text.trim_start().starts_with("```") {
            open = !open;
        } else if !open {
            out.push((line + 1, text));
        }
    }
    out
}

#[test]
fn blocks_are_found_with_their_heading_and_language() {
    let page =
        "# T\n```sh\na\n```\n## One\n```text\nb\n```\n### Deeper\n```sh x y\nc\n## no heading\n```\n```\nd\n```\n";
    let found = blocks(page);
    let seen: Vec<_> = found
        .iter()
        .map(|b| (b.heading.as_str(), b.language.as_str(), b.words.join(" "), b.text.as_str(), b.line))
        .collect();
    assert_eq!(
        seen,
        [
            ("", "sh", String::new(), "a\n", 2),
            ("One", "text", String::new(), "b\n", 6),
            ("One", "sh", "x y".to_owned(), "c\n## no heading\n", 10),
            ("One", "", String::new(), "d\n", 14)
        ]
    );
    assert_eq!(prose(page), [(1, "# T"), (5, "## One"), (9, "### Deeper")]);
}
