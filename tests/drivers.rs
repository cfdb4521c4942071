//! Drivers: list, show, add, edit, remove.

use super::support::World;
use serde_json::json;

#[test]
fn what_is_built_in_is_there_from_the_start() {
    let world = World::new();
    world
        .call("driver list")
        .ok()
        .prints("mysql       mysql       built in")
        .prints("postgresql  postgresql  built in")
        .prints("sqlite      sqlite      built in");
    let names: Vec<_> = world
        .json("driver ls")
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["name"].clone(), d["jar_file"].clone()))
        .collect();
    assert_eq!(names, ["mysql", "postgresql", "sqlite"].map(|name| (json!(name), json!(null))));
}

#[test]
fn a_driver_goes_from_add_to_remove() {
    let world = World::new();
    world
        .call(
            "driver add as400 --kind db2 --jar /opt/jt400.jar --class com.ibm.Driver --url-template jdbc:as400://HOST",
        )
        .ok()
        .prints("added driver as400");
    world.call("driver show as400").ok().prints("jrunner").prints("/opt/jt400.jar").prints("jdbc:as400://HOST");
    let id = world.json("driver show as400")["id"].to_string();
    assert_eq!(world.json(&format!("driver show {id}"))["name"], "as400");

    world.call("driver edit as400 --class none --jar /opt/jt400-21.jar").ok().prints("changed");
    let edited = world.json(&format!("driver edit {id} --url-template none"));
    assert_eq!(
        (&edited["class_name"], &edited["jar_file"], &edited["url_template"]),
        (&json!(null), &json!("/opt/jt400-21.jar"), &json!(null))
    );
    world.call("driver edit as400 --class none").ok().prints("nothing changed");

    assert_eq!(world.json("driver rm as400")["name"], "as400");
    world.refuses("driver show as400", 4, "there is no driver as400");
}

#[test]
fn adding_a_driver_again_makes_it_as_given_and_keeps_its_id() {
    let world = World::new();
    let first = world.json("driver add as400 --kind db2 --jar /a.jar --class A");
    world.call("driver add as400 --kind db2 --jar /b.jar").ok().prints("there already, now as given: driver as400");
    let now = world.json("driver show as400");
    assert_eq!((&now["id"], &now["jar_file"], &now["class_name"]), (&first["id"], &json!("/b.jar"), &json!(null)));
}

#[test]
fn a_bad_driver_is_refused_and_nothing_is_stored() {
    let world = World::new();
    for (line, code, says) in [
        ("driver add x", 2, "--kind is missing"),
        ("driver add As400 --kind db2 --jar /a", 2, "`as400` would do"),
        ("driver add 12 --kind db2 --jar /a", 2, "`d_12` would do"),
        ("driver add x --kind oracle --jar /a", 2, "one of db2, sqlserver, postgresql"),
        ("driver add x --kind db2", 2, "does not speak db2"),
        ("driver add x --kind db2 --jar ' '", 2, "the jar file is empty"),
        ("driver show nope", 4, "`pipekit driver list` shows"),
        ("driver edit nope --class A", 4, "there is no driver nope"),
        ("driver remove 99", 4, "there is no driver 99"),
    ] {
        world.refuses(line, code, says);
    }
}

#[test]
fn what_is_built_in_stays_as_it_is() {
    let world = World::new();
    for line in [
        "driver edit sqlite --class A",
        "driver edit 1 --jar /a.jar",
        "driver remove postgresql",
        "driver add sqlite --kind sqlite --jar /a.jar",
    ] {
        world.refuses(line, 1, "is built in and stays as it is");
    }
}

#[test]
fn a_driver_in_use_stays() {
    let world = World::new();
    world.call("driver add h2x --kind h2 --jar /h2.jar").ok();
    world.call("connection add a --driver h2x --url jdbc:h2:~/a").ok();
    world.call("connection add b --driver h2x --url jdbc:h2:~/b").ok();
    world.refuses("driver remove h2x", 1, "used by connections a, b");
}

/// A PostgreSQL reached by JDBC, then by the runner built in: what can't be is refused, what can takes effect.
#[test]
fn changing_a_driver_goes_through_to_its_connections_and_modules() {
    let world = World::erp();
    world.call("driver add pg --kind generic --jar /pg.jar").ok();
    world.call("connection add c --driver pg --url jdbc:other://h/d").ok();
    world.call("module add m --source erp --dest c --table t --strategy full --query 'SELECT 1'").ok();
    world.refuses("driver edit pg --kind postgresql --jar none", 2, "connection c uses it");
    world.call("driver edit pg --kind sqlite").ok();
    assert_eq!(world.json("module show m")["staging_table"], "pipekit_staging_m");
}
