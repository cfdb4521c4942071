//! What is made by a command and checked in: completions and man pages. `tests/renew.sh` renews them.

use super::support::{World, project};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

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

/// Neither warnings nor matters of style.
#[test]
#[ignore = "needs mandoc: tests/run.sh"]
fn mandoc_has_nothing_to_say_of_a_page() {
    let pages = std::fs::read_dir(project().join("man")).unwrap().map(|entry| entry.unwrap().path());
    let lint = Command::new("mandoc").args(["-Tlint", "-Wall"]).args(pages).output().unwrap();
    let said = String::from_utf8_lossy(&[lint.stdout, lint.stderr].concat()).into_owned();
    assert!(lint.status.success() && said.is_empty(), "{said}");
}

#[test]
#[ignore = "needs man-db: tests/run.sh"]
fn man_shows_the_pages() {
    let world = World::bare();
    world.call("man here/man1").ok();
    let show = |page: &str| {
        let mut man = Command::new("man");
        man.args(["--warnings", "-M"]).arg(world.path("here")).arg(page).env("MANWIDTH", "80").env("LC_ALL", "C.UTF-8");
        let shown = man.output().unwrap();
        assert!(shown.status.success());
        assert_eq!(String::from_utf8_lossy(&shown.stderr), "", "{page}");
        String::from_utf8(shown.stdout).unwrap()
    };
    let run = show("pipekit-run");
    for part in [
        "PIPEKIT-RUN(1)",
        "pipekit-run - Run modules now",
        "\n       --dry-run\n",
        "  pipekit run orders customers --json\n",
    ] {
        assert!(run.contains(part), "{part:?} is not in\n{run}");
    }
    let all = show("pipekit");
    let mut rest = &*all;
    for part in [
        "\nCOMMANDS\n",
        "\n   Set up\n",
        "pipekit-backup(1)",
        "\n   Run\n",
        "pipekit-run(1)",
        "\nEXIT STATUS\n       0      done",
        "\n       130    cancelled\n",
        "\nENVIRONMENT\n       PIPEKIT_DB\n",
        "\nFILES\n       /var/lib/pipekit/pipekit.db\n",
        "\nEXAMPLES\n",
        "         pipekit log --errors --since 24h\n",
    ] {
        let at = rest.find(part).unwrap_or_else(|| panic!("{part:?} does not come in its place in\n{all}"));
        rest = &rest[at..];
    }
}

#[test]
fn completions_are_understood_by_their_shells() {
    for (shell, file) in [("bash", "pipekit.bash"), ("zsh", "_pipekit"), ("fish", "pipekit.fish")] {
        let checked = Command::new(shell).arg("-n").arg(project().join("completions").join(file)).output();
        // A shell that is not installed has no opinion; bash is there wherever the tests run.
        match checked {
            Ok(output) => assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr)),
            Err(e) => assert!(shell != "bash", "{e}"),
        }
    }
}
