//! Definitions as files: `export` and `apply`.

mod apply;
mod export;
mod generated;
mod whole;

use super::support::World;
use std::path::Path;

/// Every row of every table of pipekit's own file.
fn dump(world: &World) -> Vec<String> {
    let tables = world.rows("pipekit", "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
    let rows = |table: &String| {
        let table = table.trim_matches('\'');
        world.rows("pipekit", &format!("SELECT '{table}', * FROM {table} ORDER BY 1, 2")).into_iter()
    };
    tables.iter().flat_map(rows).collect()
}

/// The files of a folder of the world with their texts, in order.
fn files(world: &World, dir: &str) -> Vec<(String, String)> {
    let inside = |name: &String| Path::new(name).starts_with(dir);
    let mut names: Vec<String> = world.files().into_iter().filter(inside).collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), std::fs::read_to_string(world.path(&name)).unwrap())).collect()
}

/// The text of a file of the world.
#[track_caller]
fn text(world: &World, file: &str) -> String {
    std::fs::read_to_string(world.path(file)).unwrap()
}

/// Changes a text in a file of the world.
#[track_caller]
fn change(world: &World, file: &str, from: &str, to: &str) {
    let before = text(world, file);
    assert!(before.contains(from), "{from:?} is not in {file}:\n{before}");
    world.file(file, &before.replace(from, to));
}

/// [`World::orders`] with a watermark, two hooks, a group with two schedules, and a driver with a connection; exported
/// to `defs`.
fn exported() -> World {
    let world = World::orders();
    world
        .args(&["module", "edit", "orders", "--query", "SELECT *\nFROM orders\nWHERE id > {since}", "--retries", "2"])
        .ok();
    world.call("watermark add orders since --connection dw --sql 'SELECT max(id) FROM orders' --default 0").ok();
    world.call("hook add orders --connection dw --sql 'SELECT 1'").ok();
    world.call("hook add orders --connection erp --sql 'SELECT 2' --on failure").ok();
    world.call("group add nightly --members orders").ok();
    world.call("schedule add nightly '0 3 * * *' --timezone Europe/Berlin").ok();
    world.call("schedule add nightly '0 1 * * *'").ok();
    world.call("driver add as400 --kind db2 --jar /opt/jt400.jar").ok();
    world
        .call(
            "connection add ibm --driver as400 --url jdbc:as400://host --user etl --password '$IBM' --default-dest dw",
        )
        .ok();
    world.call("export defs").ok();
    world
}
