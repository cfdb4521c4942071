//! `pipekit demo`: the story, in a folder of its own.

use super::support::World;

#[test]
fn the_demo_tells_its_story_with_real_commands() {
    let world = World::bare();
    let call = world.call("demo").ok();
    assert_eq!(call.stderr(), "");
    let story = call.stdout();
    for told in [
        "$ pipekit connection add erp --driver sqlite",
        "$ pipekit module add --json-file events.json",
        "✔ order_lines  success  10,001 rows",
        "✔ order_lines  success  8 rows  6 deleted  8 inserted",
        "$ pipekit watermark history order_lines",
        "cd pipekit-demo",
    ] {
        assert!(story.contains(told), "{told:?} is not in\n{story}");
    }
    assert!(!world.path("pipekit.db").exists());

    // What it says to try works.
    let tried: Vec<&str> = story
        .lines()
        .skip_while(|l| *l != "Try it on the same folder")
        .filter_map(|l| l.split_once(env!("CARGO_BIN_EXE_pipekit")))
        .map(|(_, command)| command.split(" # ").next().unwrap().trim())
        .collect();
    assert!(tried.len() >= 4, "{story}");
    for line in tried {
        let mut command = world.command();
        command.current_dir(world.path("pipekit-demo")).env("PIPEKIT_DB", world.path("pipekit-demo/pipekit.db"));
        let output = command.args(shell_words::split(line).unwrap()).output().unwrap();
        assert!(output.status.success(), "pipekit {line}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn run_twice_it_starts_over_and_leaves_what_others_put_there() {
    let world = World::bare();
    let counts = |line: &str| {
        let runs = world.call(line).ok().json()["runs"].clone();
        runs.as_array()
            .unwrap()
            .iter()
            .map(|r| (r["id"].clone(), r["row_count"].clone(), r["status"].clone()))
            .collect::<Vec<_>>()
    };
    let first = counts("demo --dir try --json");
    assert_eq!(first.len(), 6);
    world.file("try/mine.txt", "mine");
    assert_eq!(counts("--json demo --dir try"), first);
    assert_eq!(std::fs::read_to_string(world.path("try/mine.txt")).unwrap(), "mine");
}

#[test]
fn a_folder_that_is_not_its_own_is_refused_and_left_alone() {
    let world = World::bare();
    std::fs::create_dir(world.path("work")).unwrap();
    world.file("work/erp.db", "mine");
    world.file("file", "mine");
    world.refuses("demo --dir work", 1, "--dir names another folder");
    world.refuses("demo --dir file", 1, "file");
    assert_eq!(std::fs::read_to_string(world.path("work/erp.db")).unwrap(), "mine");
    assert_eq!(std::fs::read_dir(world.path("work")).unwrap().count(), 1);
    std::fs::create_dir(world.path("empty")).unwrap();
    world.call("demo --dir empty -q").ok();
}
