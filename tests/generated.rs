//! What is made by a command and checked in: completions and man pages. `tests/renew.sh` renews them.

use super::support::{World, project};
use std::collections::BTreeMap;
use std::path::Path;

/// A folder's files by name.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}: tests/renew.sh", folder.display()));
    entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap()))
        .collect()
}

#[track_caller]
fn same(checked_in: &BTreeMap<String, String>, made: &BTreeMap<String, String>, folder: &str) {
    let names = checked_in.keys().chain(made.keys()).collect::<std::collections::BTreeSet<_>>();
    let stale: Vec<_> = names.into_iter().filter(|name| checked_in.get(*name) != made.get(*name)).collect();
    assert!(stale.is_empty(), "stale in {folder}: {stale:?}; tests/renew.sh renews them");
}

#[test]
fn the_completions_are_those_of_this_version() {
    let world = World::bare();
    let made = [("bash", "pipekit.bash"), ("zsh", "_pipekit"), ("fish", "pipekit.fish")]
        .map(|(shell, name)| (name.to_owned(), world.call(&format!("completions {shell}")).ok().stdout()));
    same(&files(&project().join("completions")), &BTreeMap::from(made), "completions/");
}

#[test]
fn the_man_pages_are_those_of_this_version() {
    let world = World::bare();
    world.call("man made").ok().says("wrote the man pages into made");
    let made = files(&world.path("made"));
    assert!(made.contains_key("pipekit.1") && made.contains_key("pipekit-module-add.1"), "{:?}", made.keys());
    same(&files(&project().join("man")), &made, "man/");
}

#[test]
fn a_man_page_says_what_it_is_of_and_has_its_examples() {
    let world = World::bare();
    world.call("man made").ok();
    for (name, page) in files(&world.path("made")) {
        assert!(page.contains(concat!("\"pipekit ", env!("CARGO_PKG_VERSION"), "\"")), "{name} has no version");
        assert!(name == "pipekit.1" || page.contains(".SH EXAMPLES\n"), "{name} has no examples");
        assert!(!page.contains("\\-\\-session") && !page.contains(".SH EXTRA"), "{name}");
    }
}

#[test]
fn completions_are_understood_by_their_shells() {
    for (shell, file) in [("bash", "pipekit.bash"), ("zsh", "_pipekit"), ("fish", "pipekit.fish")] {
        let checked =
            std::process::Command::new(shell).arg("-n").arg(project().join("completions").join(file)).output();
        // A shell that is not installed has no opinion; bash is there wherever the tests run.
        match checked {
            Ok(output) => assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr)),
            Err(e) => assert!(shell != "bash", "{e}"),
        }
    }
}
