//! Settings: list, get, set.

use super::support::World;
use serde_json::json;

#[test]
fn a_setting_is_set_read_and_taken_back() {
    let world = World::new();
    world.call("settings list").ok().prints("timezone               default");
    assert_eq!(world.call("settings get timezone").ok().stdout(), "\n");
    world.call("settings set timezone Europe/Berlin").ok().prints("timezone is Europe/Berlin");
    assert_eq!(world.call("settings get timezone").ok().stdout(), "Europe/Berlin\n");
    assert_eq!(world.json("settings get timezone"), json!({"key": "timezone", "value": "Europe/Berlin"}));
    let listed = world.json("settings ls");
    let timezone = listed.as_array().unwrap().iter().find(|s| s["key"] == "timezone").unwrap();
    assert_eq!(timezone["value"], "Europe/Berlin");
    assert_ne!(timezone["help"], "");
    world.call("settings set timezone none").ok().prints("timezone is back at its default");
    assert_eq!(world.json("settings get timezone")["value"], json!(null));
}

#[test]
fn a_bad_setting_is_refused() {
    let world = World::new();
    let text = world.file("notes.txt", "no program");
    world.refuses(&format!("settings set jrunner_path {text}"), 2, &format!("chmod +x {text}"));
    for (line, code, says) in [
        ("settings get nope", 4, "`pipekit settings list` shows"),
        ("settings set nope 1", 4, "there is no setting nope"),
        ("settings set install_id 1", 4, "there is no setting install_id"),
        ("settings set timezone Berlin", 2, "`Berlin` is not a time zone"),
        ("settings set timezone ''", 2, "is not a time zone"),
        ("settings set timezone", 2, "<VALUE>"),
    ] {
        world.refuses(line, code, says);
    }
}

#[test]
fn the_installations_own_id_is_no_setting_to_see() {
    let world = World::new();
    assert!(!world.call("settings list --json").ok().stdout().contains("install_id"));
}
