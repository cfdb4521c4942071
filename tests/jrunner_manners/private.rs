//! Never 4: what the program is told, and what it says back, passwords among it.

use super::{Jdbc, folders, is_right, no_folder_is_left, orders, world};
use crate::support::jdbc::JdbcDatabase;
use crate::support::{Plant, World, until};
use std::os::unix::fs::PermissionsExt;

/// Passwords that are hard to hide.
const ODD: [&str; 2] = ["  @it's a \"quoted\" #back\\slash\tand tab ", "first-line\nsecond-line"];

/// Never 4: the echo of the arguments is masked, in what is stored and in what is shown, whatever the password is made of.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn an_echo_of_the_arguments_tells_no_password() {
    for (n, secret) in ODD.iter().enumerate() {
        let (world, _) = world(&["echo", "echo-stderr", "null=NULL"]);
        world
            .sqlite("src.db")
            .execute_batch("CREATE TABLE orders (id INTEGER, item TEXT); INSERT INTO orders VALUES (1, 'nut')")
            .unwrap();
        JdbcDatabase::of("sqlite_jdbc", &world.lite("src"), "me", secret).connect(&world, "src");
        world.with_sqlite("dst", "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT)");
        world.module("orders", "src", "dst", "orders", "full", "SELECT id, item FROM orders");
        world.call("watermark add orders at --connection src --sql 'SELECT 1'").ok();
        let plant = Plant::new(&world, secret);
        if n > 0 {
            world.call("settings set jrunner_launch script").ok();
        }
        plant.heard(world.call("run orders -v")).ok();
        assert_eq!(world.rows("dst", "SELECT * FROM orders"), ["1|'nut'"]);
        for part in ["--stdout", "--stderr"] {
            let said = plant.call(&format!("log show orders {part}")).ok();
            assert!(said.stdout().contains("********"), "{secret:?}: {part}: {}", said.stdout());
        }
        // An error that has the words.
        world.call("watermark add orders bad --connection src --sql 'SELECT none FROM nowhere'").ok();
        plant.heard(world.call("run orders --json")).code(1);
        plant.look(&["orders"]);
        plant.is_nowhere(&["secrets.env"]);
    }
}

/// A run whose program goes on once its rows are moved.
fn slowly(world: &World, jdbc: &Jdbc) -> crate::support::Running {
    jdbc.has(&["hang=end", "only=FROM orders WHERE id >"]);
    jdbc.starts();
    let run = world.start("run orders");
    until("it hangs", || jdbc.has_started("transfer") && !folders(world).is_empty());
    run
}

/// Never 4: while the program runs, no process list and no readable file has the password; the folder with the arguments
/// is its owner's alone. By its own start script it works as well.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn no_process_list_has_the_password() {
    let (world, jdbc, source) = orders(&[]);
    is_right(&world);
    let plant = Plant::new(&world, source.password());
    let run = slowly(&world, &jdbc);
    until("its JVM is there", || world.processes().iter().any(|(_, line)| line.contains("java ")));
    assert_eq!(plant.processes_that_show_it(&[]), Vec::<String>::new());
    let [folder] = &folders(&world)[..] else { panic!("{:?}", folders(&world)) };
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder), 0o700);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        assert_eq!(mode(&entry.path()), 0o600, "{entry:?}");
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["arguments", "held", "query.sql"]);
    world.call("cancel orders").ok();
    plant.wait(run).code(130);
    no_folder_is_left(&world);

    // In the middle of a line that is too long for one piece.
    jdbc.has(&[&format!("summary={} pw={} {{n}} rows", "x".repeat(4085), source.password())]);
    world.call("settings set jrunner_launch script").ok();
    is_right(&world);
    let said = plant.heard(world.call("log show orders --stdout")).ok().stdout();
    assert!(said.contains("pw=********"), "{}", &said[said.len() - 200..]);
    let run = slowly(&world, &jdbc);
    until("its JVM is there", || world.processes().iter().any(|(_, line)| line.contains("-scp")));
    let names: Vec<_> = std::fs::read_dir(&folders(&world)[0]).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    world.call("cancel orders").ok();
    plant.wait(run).code(130);
    plant.look(&["orders"]);
    plant.is_nowhere(&["secrets.env"]);
}
