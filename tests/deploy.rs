//! `deploy.sh` and the systemd units, as far as they can be tried without a machine of their own: below a prefix.
//! tests/deploy.sh and tests/package.sh do so in a fresh Debian, tests/systemd.sh under a systemd.

use super::support::{World, project};
use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output};

fn deploy(world: &World, args: &[&str]) -> Output {
    let mut command = Command::new(project().join("deploy.sh"));
    command.args(args).current_dir(world.path("")).output().unwrap()
}

/// Runs it below the world's `stage`, with a small stand-in for the binary, and gives what it said.
#[track_caller]
fn staged(world: &World, more: &[&str]) -> String {
    let done = deploy(world, &[&["--prefix", "stage", "--binary", "pipekit"], more].concat());
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
    said
}

fn with_binary(text: &str) -> World {
    let world = World::bare();
    let binary = world.file("pipekit", text);
    std::fs::set_permissions(binary, std::fs::Permissions::from_mode(0o755)).unwrap();
    world
}

/// Each file and folder with its mode, its time and what it holds.
fn listing(folder: &Path) -> BTreeMap<String, (u32, i64, i64, Vec<u8>)> {
    let mut out = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(path) = left.pop() {
        let found = path.symlink_metadata().unwrap();
        if found.is_dir() {
            left.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        let holds = if found.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
        let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        out.insert(name, (found.mode(), found.mtime(), found.mtime_nsec(), holds));
    }
    out
}

#[test]
fn below_a_prefix_it_installs_once_and_removes_what_it_installed() {
    let world = with_binary("#!/bin/sh\n");
    let said = staged(&world, &["--dry-run"]);
    assert!(said.contains("would: install /usr/local/bin/pipekit") && said.contains("nothing was done"), "{said}");
    assert!(!world.path("stage").exists());

    let said = staged(&world, &[]);
    assert!(said.contains("*   install /usr/local/bin/pipekit\n") && said.contains("[9/9]"), "{said}");
    let first = listing(&world.path("stage"));
    for (name, mode) in [
        ("usr/local/bin/pipekit", 0o100_755),
        ("usr/local/share/bash-completion/completions/pipekit.bash", 0o100_644),
        ("usr/local/share/zsh/site-functions/_pipekit", 0o100_644),
        ("etc/fish/completions/pipekit.fish", 0o100_644),
        ("usr/local/share/man/man1/pipekit-module-add.1", 0o100_644),
        ("etc/systemd/system/pipekit.service", 0o100_644),
        ("etc/systemd/system/pipekit-tick@.service", 0o100_644),
        ("etc/pipekit", 0o040_750),
        ("etc/pipekit/secrets.env", 0o100_640),
        ("var/lib/pipekit", 0o042_770),
    ] {
        assert_eq!(first.get(name).map(|file| format!("{:o}", file.0)), Some(format!("{mode:o}")), "{name}");
    }
    let pages = first.keys().filter(|name| name.contains("/man1/pipekit")).count();
    assert_eq!(pages, std::fs::read_dir(project().join("man")).unwrap().count());

    let said = staged(&world, &[]);
    assert!(said.contains("All is as it should be; nothing was changed."), "{said}");
    assert_eq!(first, listing(&world.path("stage")));

    // What is not as it should be is put right, and nothing else.
    world.file("stage/usr/local/share/man/man1/pipekit-gone.1", "of a command that is no more");
    world.file("stage/etc/systemd/system/pipekit.service", "changed");
    world.file("stage/etc/pipekit/secrets.env", "PW=1\n");
    std::fs::set_permissions(world.path("stage/usr/local/bin/pipekit"), PermissionsExt::from_mode(0o700)).unwrap();
    let said = staged(&world, &[]);
    assert!(said.contains("Done: 3 change(s)."), "{said}");
    let again = listing(&world.path("stage"));
    for (name, file) in &first {
        let (mode, holds) = (again[name].0, &again[name].3);
        match name.ends_with("secrets.env") {
            true => assert_eq!((mode, &**holds), (file.0, &b"PW=1\n"[..])),
            false => assert_eq!((mode, holds), (file.0, &file.3), "{name}"),
        }
    }
    assert_eq!(again.len(), first.len());

    let said = staged(&world, &["--uninstall", "--dry-run"]);
    assert!(said.contains("would: remove"), "{said}");
    assert_eq!(again, listing(&world.path("stage")));
    let said = staged(&world, &["--uninstall"]);
    assert!(said.contains("Kept") && said.contains("/var/lib/pipekit\n"), "{said}");
    let left: Vec<String> = listing(&world.path("stage"))
        .into_iter()
        .filter(|(_, file)| file.0 & 0o100_000 != 0)
        .map(|file| file.0)
        .collect();
    assert_eq!(left, ["etc/pipekit/secrets.env"]);
    assert!(!world.path("stage/etc/fish").exists() && !world.path("stage/usr/local/share/bash-completion").exists());
    assert!(staged(&world, &["--uninstall"]).contains("nothing is installed"));
}

#[test]
fn a_wrong_command_line_is_refused_before_anything_is_done() {
    let world = with_binary("");
    for (args, says) in [
        (&["--nope"][..], "what is --nope?"),
        (&["--prefix"], "--prefix lacks its value"),
        (&["--prefix", "/"], "not /"),
        (&["--prefix", "stage", "--binary", "none"], "there is no file none"),
        (&["--prefix", "stage", "--wait", "long"], "--wait takes seconds"),
    ] {
        let done = deploy(&world, args);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.code() == Some(2) && said.contains(says), "{args:?}: {said}");
    }
    std::fs::set_permissions(world.path("pipekit"), PermissionsExt::from_mode(0o644)).unwrap();
    let done = deploy(&world, &["--prefix", "stage", "--binary", "pipekit"]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("stopped at step 3 of 9") && said.contains("next: --binary"), "{said}");
    assert!(String::from_utf8_lossy(&deploy(&world, &["--help"]).stdout).contains("--uninstall"));
}

/// Where `program` is missing there is nothing to check: tests/run.sh installs it.
fn check(program: &str, args: &[&str]) {
    match Command::new(program).args(args).current_dir(project()).output() {
        Ok(done) => {
            let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
            assert!(done.status.success(), "{program} {args:?}: {said}");
        }
        Err(e) => assert!(std::env::var_os("PIPEKIT_TEST_PG").is_none(), "{program}: {e}: tests/run.sh"),
    }
}

#[test]
#[ignore = "needs shellcheck: tests/run.sh"]
fn the_scripts_are_clean() {
    let scripts = ["deploy.sh", "tests/deploy.sh", "tests/package.sh", "tests/systemd.sh", "tests/support/debian.sh"];
    let packaged = ["postinst", "prerm", "postrm"].map(|name| format!("packaging/debian/{name}"));
    let all: Vec<&str> = ["-x"].into_iter().chain(scripts).chain(packaged.iter().map(String::as_str)).collect();
    check("shellcheck", &all);
}

/// systemd understands every line, as installed, and counts the units among the well protected.
#[test]
#[ignore = "needs systemd-analyze: tests/run.sh"]
fn systemd_has_nothing_to_say_against_the_units() {
    let world = with_binary("#!/bin/sh\n");
    staged(&world, &[]);
    let stage = world.path("stage");
    // What every machine has, and the units refer to.
    std::fs::create_dir_all(stage.join("usr/lib/systemd/system")).unwrap();
    std::fs::create_dir_all(stage.join("bin")).unwrap();
    for target in ["sysinit", "basic", "multi-user", "network-online", "timers", "shutdown", "time-sync", "time-set"] {
        world.file(&format!("stage/usr/lib/systemd/system/{target}.target"), "[Unit]\nDescription=of the machine\n");
    }
    for program in ["kill", "sh"] {
        std::fs::copy(world.path("pipekit"), stage.join("bin").join(program)).unwrap();
    }
    let root = format!("--root={}", stage.display());
    let units = ["pipekit.service", "pipekit-tick.service", "pipekit-tick@.service", "pipekit-tick.timer"];
    let done = Command::new("systemd-analyze").args(["verify", "--man=no", &root]).args(units).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && said.is_empty(), "{said}");
    for unit in ["pipekit.service", "systemd/pipekit-tick@.service"] {
        check("systemd-analyze", &["security", "--offline=true", "--threshold=20", unit]);
    }
}

/// The package's changelog begins with this version.
#[test]
fn the_package_is_of_this_version() {
    let changelog = std::fs::read_to_string(project().join("packaging/debian/changelog")).unwrap();
    assert!(changelog.starts_with(concat!("pipekit (", env!("CARGO_PKG_VERSION"), "-1) ")), "{changelog}");
}

/// A tick is protected as the service is.
#[test]
fn both_units_have_the_same_protection() {
    let protection = |unit: &str| {
        let text = std::fs::read_to_string(project().join(unit)).unwrap();
        let from = text.find("# What runs need").unwrap();
        text[from..].split("\n[Install]").next().unwrap().trim().to_owned()
    };
    assert_eq!(protection("pipekit.service"), protection("systemd/pipekit-tick@.service"));
}
