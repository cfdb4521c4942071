//! `export`: what is written, what is left alone.

use super::super::support::World;
use super::{change, exported, files, text};
use serde_json::json;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

#[test]
fn each_thing_is_a_file() {
    let world = exported();
    let names: Vec<String> = files(&world, "defs").into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["connections/dw", "connections/erp", "connections/ibm", "drivers/as400", "groups/nightly", "modules/orders"]
            .map(|name| format!("defs/{name}.toml"))
    );
    assert_eq!(
        text(&world, "defs/modules/orders.toml"),
        "name = \"orders\"\nsource_connection = \"erp\"\ndest_connection = \"dw\"\ndest_table = \"orders\"\nsource_query = '''\n\
         SELECT *\nFROM orders\nWHERE id > {since}'''\nmerge_strategy = \"full\"\nfull_by = \"truncate\"\nallow_cascade = false\n\
         allow_non_atomic = false\ntimeout_s = 21600\nretries = 2\nretry_delay_s = 30\nenabled = true\n\n\
         [[watermarks]]\nname = \"since\"\nconnection = \"dw\"\nresolver_sql = \"SELECT max(id) FROM orders\"\ndefault_value = \"0\"\n\n\
         [[hooks]]\nrun_order = 1\nconnection = \"dw\"\nsql = \"SELECT 1\"\nrun_on = \"success\"\n\n\
         [[hooks]]\nrun_order = 2\nconnection = \"erp\"\nsql = \"SELECT 2\"\nrun_on = \"failure\"\n"
    );
    assert_eq!(
        text(&world, "defs/groups/nightly.toml"),
        "name = \"nightly\"\nstop_on_failure = false\nmembers = [\"orders\"]\n\n\
         [[schedules]]\ncron_expr = \"0 1 * * *\"\ncatch_up_s = 3600\nenabled = true\n\n\
         [[schedules]]\ncron_expr = \"0 3 * * *\"\ntimezone = \"Europe/Berlin\"\ncatch_up_s = 3600\nenabled = true\n"
    );
    assert_eq!(
        text(&world, "defs/connections/ibm.toml"),
        "name = \"ibm\"\ndriver = \"as400\"\njdbc_url = \"jdbc:as400://host\"\nusername = \"etl\"\npassword = \"$IBM\"\n\
         default_dest_connection = \"dw\"\n"
    );
    assert_eq!(
        text(&world, "defs/drivers/as400.toml"),
        "name = \"as400\"\nkind = \"db2\"\njar_file = \"/opt/jt400.jar\"\n"
    );
}

/// One serialisation: the editor shows what export writes.
#[test]
fn the_editor_shows_the_same_text() {
    let mut world = exported();
    world.editor("cp $1 seen.toml");
    for (noun, file) in [
        ("module edit orders", "modules/orders"),
        ("group edit nightly", "groups/nightly"),
        ("connection edit ibm", "connections/ibm"),
        ("driver edit as400", "drivers/as400"),
    ] {
        world.call(noun).ok().prints("nothing changed");
        assert_eq!(text(&world, "seen.toml"), text(&world, &format!("defs/{file}.toml")), "{noun}");
    }
}

#[test]
fn what_says_the_same_is_not_touched() {
    let world = exported();
    let orders = "defs/modules/orders.toml";
    // In other words, in another order, with a remark: it says the same.
    let hooks =
        text(&world, orders).replace("run_order = 2\n", "").replace("retries = 2", "# twice is enough\nretries = 0x2");
    world.file(orders, &hooks.replace('\n', "\r\n"));
    change(&world, "defs/groups/nightly.toml", "0 1 * * *", "0   1 *  * *");
    change(&world, "defs/connections/ibm.toml", "$IBM", "${IBM}");
    let states = || {
        files(&world, "defs")
            .into_iter()
            .map(|(name, text)| (world.path(&name).metadata().unwrap().ino(), name, text))
            .collect::<Vec<_>>()
    };
    let before = states();
    assert_eq!(world.call("export defs").ok().stdout(), "0 written, 0 removed, 6 as they were\n");
    assert_eq!(states(), before);
    assert_eq!(world.call("apply defs").ok().stdout(), "nothing to change\n");
}

#[test]
fn what_says_otherwise_is_written_and_said() {
    let world = exported();
    world.call("module edit orders --retries 5 --notes hi").ok();
    world.call("module copy orders other").ok();
    world.call("group remove nightly --force").ok();
    let before = files(&world, "defs");
    let shown = "+ modules/other.toml\n~ modules/orders.toml  it said otherwise: retries, notes\n  groups/nightly.toml  is not in the database, and stays\n";
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let call = world.call("export defs --dry-run").ok();
    assert_eq!(
        sorted(&call.stdout()),
        sorted(&format!("{shown}2 to write, 0 to remove, 4 as they are: nothing was done\n"))
    );
    assert_eq!(files(&world, "defs"), before);
    let call = world.call("export defs").ok().says("`pipekit apply` would bring these back; --prune removes");
    assert_eq!(sorted(&call.stdout()), sorted(&format!("{shown}2 written, 0 removed, 4 as they were\n")));
    assert!(text(&world, "defs/modules/orders.toml").contains("retries = 5\n"));
    let pruned = world.call("export defs --prune --json").ok().json();
    assert_eq!(pruned[6], json!({"file": "groups/nightly.toml", "fate": "removed", "fields": []}));
    assert_eq!(pruned[0], json!({"file": "drivers/as400.toml", "fate": "unchanged", "fields": []}));
}

/// Whatever else is in the folder is somebody's.
#[test]
fn what_is_no_definition_stays() {
    let world = exported();
    for (file, text) in [
        ("defs/README.md", "mine"),
        ("defs/Cargo.toml", "[package]"),
        ("defs/modules/note.txt", "mine"),
        ("defs/modules/.orders.toml.swp", "mine"),
        ("defs/modules/draft.toml", "<<<<<<< HEAD"),
        ("defs/modules/wrong_name.toml", "name = \"right_name\""),
    ] {
        world.file(file, text);
    }
    std::fs::create_dir(world.path("defs/modules/old.toml")).unwrap();
    std::fs::create_dir(world.path("defs/sql")).unwrap();
    world.file("defs/sql/x.toml", "mine");
    let before = files(&world, "defs");
    world.call("module remove orders --force").ok();
    let call = world.call("export defs --prune").ok();
    call.prints("- modules/orders.toml\n").prints("modules/draft.toml  is not in the database, and stays\n");
    let after = files(&world, "defs");
    assert_eq!(after.len(), before.len() - 1);
    assert!(after.iter().all(|file| before.contains(file) || file.0 == "defs/groups/nightly.toml"), "{after:?}");
}

#[test]
fn a_file_that_is_not_understood_is_not_overwritten() {
    let world = exported();
    change(&world, "defs/modules/orders.toml", "retries = 2", "<<<<<<< mine\nretries = 3");
    world.call("connection edit erp --notes hi").ok();
    let before = files(&world, "defs");
    world.call("export defs").fails(2, "defs/modules/orders.toml:14: ").says("or remove it so that it is written anew");
    assert_eq!(files(&world, "defs"), before);
    std::fs::remove_file(world.path("defs/modules/orders.toml")).unwrap();
    world
        .call("export defs")
        .ok()
        .prints("+ modules/orders.toml\n")
        .prints("~ connections/erp.toml  it said otherwise: notes\n");
}

#[test]
fn files_have_the_rights_that_files_have() {
    let world = exported();
    let mode = |file: &str| world.path(file).metadata().unwrap().permissions().mode() & 0o777;
    world.file("plain", "");
    assert_eq!(mode("defs/modules/orders.toml"), mode("plain"));
    std::fs::set_permissions(world.path("defs/modules/orders.toml"), std::fs::Permissions::from_mode(0o640)).unwrap();
    world.call("module edit orders --retries 7").ok();
    world.call("export defs").ok();
    assert_eq!(mode("defs/modules/orders.toml"), 0o640);
}

#[test]
fn an_empty_database_has_no_files_and_a_folder_that_can_not_be_written_is_an_error() {
    let world = World::new();
    assert_eq!(world.call("export defs").ok().stdout(), "0 written, 0 removed, 0 as they were\n");
    assert_eq!(files(&world, "defs"), []);
    world.call("connection add c --driver sqlite --url jdbc:sqlite:x.db").ok();
    world.call("export defs").ok();
    world.call("connection remove c").ok();
    world.refuses("export defs --prune", 2, "nothing is defined in the database, and every file would be removed");
    world.call("connection add c --driver sqlite --url jdbc:sqlite:x.db").ok();
    world.file("plain", "");
    world.refuses("export plain", 2, "can't read the folder plain");
    world.refuses("export plain/below", 1, "can't write plain/below/connections/c.toml");
}
