//! The links of the pages: each leads to a file that is there, and to a heading that it has.

use super::support::markdown::{Page, pages, prose};
use super::support::project;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// What follows `](` or `src="` in a line, up to its end, without what stands in backquotes.
fn targets(line: &str) -> Vec<String> {
    let text: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
    let by = |start: &str, end: char| -> Vec<String> {
        text.split(start).skip(1).filter_map(|rest| rest.split(end).next()).map(str::to_owned).collect()
    };
    [by("](", ')'), by("src=\"", '"'), by("srcset=\"", '"')].concat()
}

/// A heading's anchor, as GitHub makes it of its words.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || "-_ ".contains(*c);
    heading.trim().to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

/// The anchors of a page: one that comes again is numbered.
fn anchors(page: &Page) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let headings = prose(&page.text).into_iter().filter(|(_, line)| line.starts_with('#'));
    let named = headings.map(|(_, line)| anchor(line.trim_start_matches('#')));
    named
        .map(|name| {
            let count = seen.entry(name.clone()).or_default();
            *count += 1;
            if *count == 1 { name } else { format!("{name}-{}", *count - 1) }
        })
        .collect()
}

/// The path of what a page links to, without `.` and `..`.
fn resolved(page: &str, target: &str) -> PathBuf {
    let mut out = Path::new(page).parent().unwrap().to_owned();
    for part in Path::new(target).components() {
        match part {
            Component::ParentDir => assert!(out.pop(), "{page}: {target} leads out of the project"),
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for page in &pages {
        for (line, text) in prose(&page.text) {
            for target in targets(text).iter().filter(|t| !t.contains("://") && !t.starts_with("mailto:")) {
                count += 1;
                let (file, heading) = target.split_once('#').unwrap_or((target, ""));
                let file = if file.is_empty() { PathBuf::from(&page.name) } else { resolved(&page.name, file) };
                let there = project().join(&file).exists();
                let to = pages.iter().find(|to| Path::new(&to.name) == file);
                let has_heading =
                    || heading.is_empty() || to.is_some_and(|to| anchors(to).iter().any(|a| a == heading));
                if !there || !has_heading() {
                    wrong.push(format!("{}, line {line}: {target}", page.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "no such file or heading:\n{}", wrong.join("\n"));
    assert!(count > 20, "only {count} links were found");
}

#[test]
fn links_and_anchors_are_read_as_github_does() {
    assert_eq!(targets("a [b](c.md#d) `[x](y)` ![e](f.svg) <img src=\"g\">"), ["c.md#d", "f.svg", "g"]);
    let page =
        Page { name: "a".to_owned(), text: "# `>=`, not `>`: Ties & more\n```\n# no\n```\n## x\n## x\n".to_owned() };
    assert_eq!(anchors(&page), ["-not--ties--more", "x", "x-1"]);
    assert_eq!(resolved("docs/a.md", "../b.md"), Path::new("b.md"));
}
