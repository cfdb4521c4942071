//! README.md's examples are run, so that they stay true.
//!
//! A block marked `sh` is run with bash, stopping at the first command that fails, with `pipekit` on PATH. The blocks
//! under one `##` heading share a folder, in their order; each heading begins with a folder of its own. Blocks marked
//! `console` or `text`, or not at all, are only read. What a block prints is compared with a block marked `console`
//! right behind it where that begins with `# prints:`.

use super::support::{World, project};
use std::process::{Command, Stdio};

/// A block's language, its text, the heading that it stands under, and its line.
#[derive(Debug, PartialEq)]
struct Block {
    heading: String,
    language: String,
    text: String,
    line: usize,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let (mut heading, mut open) = (String::new(), false);
    for (line, text) in markdown.lines().enumerate() {
        match (open, text.trim_start().strip_prefix("```")) {
            (false, Some(language)) => {
                open = true;
                out.push(Block {
                    heading: heading.clone(),
                    language: language.trim().to_owned(),
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

/// Runs one block in a world, and gives what it printed.
fn run(world: &World, block: &Block) -> String {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_pipekit"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &block.text])
        .env_clear()
        .env("PATH", path)
        .env("HOME", world.path(""))
        .env("TZ", "UTC")
        .env("PIPEKIT_DB", world.path("pipekit.db"))
        .env("PIPEKIT_SECRETS", world.path("secrets.env"))
        .current_dir(world.path(""))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(
        output.status.success(),
        "README.md, line {}, under {:?}: exit code {:?}\n{}\n{out}{err}",
        block.line,
        block.heading,
        output.status.code(),
        block.text
    );
    out.into_owned()
}

#[test]
fn every_example_of_the_readme_runs() {
    let readme = std::fs::read_to_string(project().join("README.md")).unwrap();
    let blocks = blocks(&readme);
    assert!(blocks.iter().any(|b| b.language == "sh"), "README.md has no example that is run");
    let mut world = World::bare();
    let mut heading = None;
    for (i, block) in blocks.iter().enumerate().filter(|(_, b)| b.language == "sh") {
        if heading != Some(&block.heading) {
            world = World::bare();
            heading = Some(&block.heading);
        }
        let printed = run(&world, block);
        let next =
            blocks.get(i + 1).filter(|b| b.language == "console").and_then(|b| b.text.strip_prefix("# prints:\n"));
        if let Some(expected) = next {
            assert_eq!(printed, expected, "README.md, line {}", block.line);
        }
    }
}

#[test]
fn blocks_are_found_with_their_heading_and_language() {
    let found =
        blocks("# T\n```sh\na\n```\n## One\n```text\nb\n```\n### Deeper\n```sh\nc\n## no heading\n```\n```\nd\n```\n");
    let seen: Vec<_> =
        found.iter().map(|b| (b.heading.as_str(), b.language.as_str(), b.text.as_str(), b.line)).collect();
    assert_eq!(
        seen,
        [
            ("", "sh", "a\n", 2),
            ("One", "text", "b\n", 6),
            ("One", "sh", "c\n## no heading\n", 10),
            ("One", "", "d\n", 14)
        ]
    );
}
