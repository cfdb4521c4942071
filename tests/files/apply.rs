//! `apply`: what it shows, what it changes, what it refuses.

use super::super::support::World;
use super::{change, dump, exported, files, text};
use serde_json::json;

const ORDERS: &str = "defs/modules/orders.toml";
const NIGHTLY: &str = "defs/groups/nightly.toml";

/// Changes of every kind in the files of [`exported`].
fn changed(world: &World) {
    change(world, ORDERS, "retries = 2", "retries = 3\nnotes = \"hi\"");
    change(world, ORDERS, "FROM orders\nWHERE", "FROM orders o\n  -- new\nWHERE");
    change(world, ORDERS, "\"SELECT 2\"", "\"SELECT 3\"");
    change(world, NIGHTLY, "0 3 * * *", "0 4 * * *");
    let other = text(world, "defs/connections/erp.toml").replace("name = \"erp\"", "name = \"erp_two\"");
    world.file("defs/connections/erp_two.toml", &other);
    world.file(ORDERS, &text(world, ORDERS).replace("[[hooks]]\nrun_order = 1", "[[watermarks]]\nname = \"till\"\nconnection = \"erp_two\"\nresolver_sql = '''\nSELECT\n9'''\n\n[[hooks]]\nrun_order = 1"));
}

#[test]
fn a_folder_without_definitions_is_a_mistake() {
    let world = exported();
    std::fs::create_dir_all(world.path("other/modules")).unwrap();
    for line in ["apply other", "apply other --dry-run --expect-same"] {
        world.refuses(line, 2, "there is no definition in other");
    }
    world.call("apply defs/modules").fails(2, "there is no definition in defs/modules");
}

const PLAN: &str = "\
+ connection erp_two
~ module orders
    source_query
      - FROM orders
      + FROM orders o
      +   -- new
    retries          2 → 3
    notes            (none) → \"hi\"
    watermarks.till  (none) → (name \"till\", connection \"erp_two\", resolver_sql \"SELECT\"…)
    hooks[1].sql     \"SELECT 2\" → \"SELECT 3\"
~ group nightly
    schedules[1].cron_expr  \"0 3 * * *\" → \"0 4 * * *\"
";

#[test]
fn the_plan_is_shown_and_then_done() {
    let world = exported();
    changed(&world);
    let before = dump(&world);
    let call = world.call("apply defs --dry-run").ok();
    assert_eq!(call.stdout(), format!("{PLAN}1 to add, 2 to change, 0 to remove: nothing was done\n"));
    world.call("apply defs --dry-run --expect-same").code(1);
    let plan = world.json("apply defs --dry-run");
    assert_eq!((&plan["dry_run"], &plan["prune"], &plan["kept"]), (&json!(true), &json!(false), &json!([])));
    assert_eq!(plan["changes"][0], json!({"action": "add", "kind": "connection", "name": "erp_two", "fields": []}));
    assert_eq!(plan["changes"][1]["fields"][1], json!({"field": "retries", "old": 2, "new": 3}));
    assert_eq!(plan["changes"][1]["fields"][2], json!({"field": "notes", "old": null, "new": "hi"}));
    assert_eq!(dump(&world), before);

    let call = world.call("apply defs").ok();
    assert_eq!(call.stdout(), format!("{PLAN}1 added, 2 changed, 0 removed\n"));
    let module = world.json("module show orders");
    assert_eq!(module["source_query"], "SELECT *\nFROM orders o\n  -- new\nWHERE id > {since}");
    assert_eq!(module["watermarks"][1]["resolver_sql"], "SELECT\n9");
    let after = dump(&world);
    assert_eq!(world.call("apply defs --expect-same --dry-run").ok().stdout(), "nothing to change\n");
    assert_eq!(world.call("apply defs").ok().stdout(), "nothing to change\n");
    assert_eq!(dump(&world), after);
    world.call("export defs").ok().prints("0 written, 0 removed, 7 as they were\n");
}

/// What is not changed keeps its row: ids, what was resolved, what a schedule fired.
#[test]
fn what_is_not_changed_stays_as_it_is() {
    let world = exported();
    world.call("module copy orders other").ok();
    world.call("module preview other").ok();
    world.call("export defs").ok();
    world.sqlite("pipekit.db").execute_batch("UPDATE schedule SET last_fired_at = '2026-01-01T00:00:00.000Z', updated_at = 'then'; UPDATE module SET updated_at = 'then'; UPDATE connection SET updated_at = 'then'").unwrap();
    changed(&world);
    let rows = |sql: &str| world.rows("pipekit", sql);
    let watermark = rows("SELECT id FROM watermark WHERE module_id = 1");
    let hooks = rows("SELECT id FROM hook WHERE module_id = 1 ORDER BY run_order");
    world.call("apply defs").ok();
    assert_eq!(rows("SELECT name FROM module WHERE updated_at = 'then'"), ["'other'"]);
    assert_eq!(rows("SELECT next_resolved_query IS NOT NULL FROM module WHERE name = 'other'"), ["1"]);
    assert_eq!(rows("SELECT name FROM connection WHERE updated_at <> 'then'"), ["'erp_two'"]);
    assert_eq!(
        rows("SELECT cron_expr, last_fired_at FROM schedule WHERE updated_at = 'then'"),
        ["'0 1 * * *'|'2026-01-01T00:00:00.000Z'"]
    );
    assert_eq!(rows("SELECT cron_expr, id FROM schedule WHERE updated_at <> 'then'"), ["'0 4 * * *'|1"]);
    assert_eq!(rows("SELECT id FROM watermark WHERE module_id = 1 AND name = 'since'"), watermark);
    assert_eq!(rows("SELECT id FROM hook WHERE module_id = 1 ORDER BY run_order"), hooks);
}

/// Hooks have no names: one keeps its id where it is the same or at the same place, and they run in the order of the file.
#[test]
fn hooks_come_in_the_order_of_the_file() {
    let world = exported();
    let base = text(&world, ORDERS);
    let base = &base[..base.find("[[hooks]]").unwrap()];
    let apply = |hooks: &[(i64, &str)]| {
        let parts = hooks.iter().map(|(order, sql)| {
            format!("[[hooks]]\nrun_order = {order}\nconnection = \"dw\"\nsql = \"{sql}\"\nrun_on = \"success\"\n")
        });
        world.file(ORDERS, &format!("{base}{}", parts.collect::<String>()));
        world.call("apply defs").ok();
        let rows =
            world.rows("pipekit", "SELECT run_order, sql, id FROM hook WHERE module_id = 1 ORDER BY run_order, id");
        let (shown, ids): (Vec<String>, Vec<i64>) = rows
            .iter()
            .map(|row| row.rsplit_once('|').map(|(shown, id)| (shown.to_owned(), id.parse::<i64>().unwrap())).unwrap())
            .unzip();
        let mut wanted = hooks.to_vec();
        wanted.sort_by_key(|(order, _)| *order);
        assert_eq!(shown, wanted.iter().map(|(order, sql)| format!("{order}|'{sql}'")).collect::<Vec<_>>());
        world.call("apply defs").ok().prints("nothing to change\n");
        ids
    };
    let ids = apply(&[(1, "a"), (2, "b"), (3, "c")]);
    assert_eq!(apply(&[(1, "a"), (3, "c")]), [ids[0], ids[2]]);
    assert_eq!(apply(&[(3, "d"), (1, "a"), (4, "e")])[..2], [ids[0], ids[2]]);
    apply(&[(1, "x"), (1, "a"), (3, "d")]);
    apply(&[(1, "a"), (1, "a"), (1, "x"), (0, "z")]);
    apply(&[]);
}

#[test]
fn what_the_folder_has_not_goes_when_that_is_asked_for() {
    let world = exported();
    world.call("module copy orders other").ok();
    world.call("connection add far --driver as400 --url jdbc:as400://far").ok();
    world.call("module edit other --source far").ok();
    world.call("group add weekly --members other").ok();
    world.call("schedule add weekly @weekly").ok();
    world.run("orders");
    let call = world.call("apply defs").ok().says("--prune removes what is not in the folder");
    assert_eq!(
        call.stdout(),
        "  connection far is not in defs, and stays\n  module other is not in defs, and stays\n  group weekly is not in defs, and stays\nnothing to change\n"
    );
    let kept = &world.json("apply defs")["kept"];
    assert_eq!(kept[0], json!({"kind": "connection", "name": "far"}));
    let call = world.call("apply defs --prune").ok();
    assert_eq!(
        call.stdout(),
        "- group weekly\n    schedules[0]  (cron_expr \"@weekly\", catch_up_s 3600, enabled true) → (none)\n- module other\n- connection far\n0 added, 0 changed, 3 removed\n"
    );
    assert_eq!(world.own("SELECT count(*) FROM schedule"), "2");

    // All at once, another module in its place: the runs of what goes stay in the log.
    change(&world, ORDERS, "name = \"orders\"", "name = \"sales\"");
    std::fs::rename(world.path(ORDERS), world.path("defs/modules/sales.toml")).unwrap();
    world.refuses("apply defs --prune", 1, "module orders is in group nightly");
    change(&world, NIGHTLY, "orders", "sales");
    let call = world.call("apply defs --prune").ok();
    call.prints("+ module sales\n    it is as orders is: to keep the runs of that, `pipekit module rename orders sales` first\n~ group nightly\n").prints("- module orders\n1 added, 1 changed, 1 removed\n");
    assert_eq!(world.own("SELECT module_name, module_id FROM run_log"), "'orders'|NULL");
}

/// What is needed still is not removed, nor what runs.
#[test]
fn what_is_in_use_is_not_removed() {
    let world = exported();
    for (file, says) in [
        ("connections/erp", "connection erp is used by module orders"),
        ("connections/dw", "connection dw is the default destination of connection ibm"),
        ("drivers/as400", "driver as400 is used by connection ibm"),
        ("modules/orders", "module orders is in group nightly"),
    ] {
        let file = world.path(&format!("defs/{file}.toml"));
        let text = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        let before = dump(&world);
        world.call("apply defs --prune").fails(1, says).says("define it too, or take it out of what uses it");
        assert_eq!(dump(&world), before);
        std::fs::write(&file, text).unwrap();
    }
    for file in [NIGHTLY, ORDERS] {
        std::fs::remove_file(world.path(file)).unwrap();
    }
    let lock = std::fs::File::create(world.path("pipekit.db.locks/module-1")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
    let claim = "UPDATE module SET running = 1, lock_at = '2026-03-10T08:00:00.000Z' WHERE name = 'orders'";
    world.sqlite("pipekit.db").execute_batch(claim).unwrap();
    world.refuses("apply defs --prune", 3, "module orders is already running");
    assert_eq!(world.own("SELECT count(*) FROM grp"), "1", "the group was removed by itself");
}

#[test]
fn an_empty_folder_does_not_empty_the_database() {
    let world = exported();
    std::fs::create_dir(world.path("empty")).unwrap();
    world.refuses("apply empty --prune", 2, "everything would be removed");
    world.refuses("apply nowhere", 2, "can't read the folder nowhere");
}

/// Connections may name each other as their defaults, in any order.
#[test]
fn connections_may_name_each_other() {
    let world = exported();
    for (file, other) in [("erp", "ibm"), ("dw", "erp")] {
        let file = format!("defs/connections/{file}.toml");
        world.file(&file, &format!("{}default_dest_connection = \"{other}\"\n", text(&world, &file)));
    }
    let empty = World::new();
    empty.args(&["apply", world.path("defs").to_str().unwrap()]).ok().prints("6 added, 0 changed, 0 removed");
    empty.call("export defs").ok();
    assert_eq!(files(&empty, "defs"), files(&world, "defs"));
}

/// Never 10: every mistake is told with its file and line, and nothing is changed.
#[test]
fn every_mistake_is_told_and_nothing_is_changed() {
    let world = exported();
    change(&world, "defs/connections/dw.toml", "driver", "drivre");
    change(&world, "defs/connections/ibm.toml", "$IBM", "hunter2");
    change(&world, ORDERS, "timeout_s = 21600", "timeout_s = 0");
    change(&world, "defs/connections/erp.toml", "jdbc:sqlite:", "jdbc:sqlite");
    change(&world, "defs/drivers/as400.toml", "/opt/jt400.jar", "/opt/other.jar");
    change(&world, NIGHTLY, "0 1 * * *", "0 25 * * *");
    world.file("defs/modules/a.toml", "name = \"b\"\n");
    world.file("defs/modules/c.toml", "name = \"c\"\nsource_connection = 1\ndest_connection = \"dw\"\ndest_table = \"t\"\nsource_query = \"x\"\nmerge_strategy = \"full\"\n");
    world.file("defs/groups/e.toml", "name = \"e\"\nmembers = [\"orders\", \"nobody\"]\n");
    let before = dump(&world);
    let call = world.call("apply defs").code(2);
    assert_eq!(call.stdout(), "");
    let said = call.stderr();
    for says in [
        "error: 8 mistakes:\n",
        "\n  defs/connections/dw.toml:2: unknown field `drivre`",
        "\n  defs/connections/ibm.toml:5: the password must be a reference",
        "\n  defs/connections/erp.toml:2: the built-in runner speaks",
        "\n  defs/modules/orders.toml:13: timeout_s is 0, and must be at least 1",
        "\n  defs/groups/nightly.toml:6: `0 25 * * *` is not a time",
        "\n  defs/modules/a.toml:1: missing field `source_connection`",
        "\n  defs/modules/c.toml:2: `1` is an id",
        "\n  defs/groups/e.toml:2: there is no module nobody",
        "\n  next: nothing was changed\n",
    ] {
        assert!(said.contains(says), "{says:?} is not in\n{said}");
    }
    assert!(!said.contains("hunter2"), "{said}");
    assert_eq!(dump(&world), before);
    assert_eq!(world.call("apply defs --json").code(2).error()["code"], "invalid");
    for file in
        ["connections/dw", "connections/ibm", "connections/erp", "modules/orders", "modules/a", "modules/c", "groups/e"]
    {
        std::fs::remove_file(world.path(&format!("defs/{file}.toml"))).unwrap();
    }
    // One alone is told as any error is.
    world.refuses("apply defs", 2, "defs/groups/nightly.toml:6: `0 25 * * *` is not a time");
}

#[test]
fn a_name_is_the_file_s_and_a_password_is_not_repeated() {
    let world = exported();
    change(&world, ORDERS, "name = \"orders\"", "name = \"sales\"");
    world.refuses("apply defs", 2, "defs/modules/orders.toml:1: the name `sales` is not the file's");
    change(&world, ORDERS, "name = \"sales\"", "name = \"orders\"");
    change(&world, "defs/connections/ibm.toml", "\"$IBM\"", "41414141");
    let call = world.call("apply defs").fails(2, "defs/connections/ibm.toml:5: `password` must be text");
    assert!(!call.stderr().contains("4141"), "{}", call.stderr());
    change(&world, "defs/connections/ibm.toml", "41414141", "\"hunter2");
    let call = world.call("apply defs").code(2);
    assert!(!call.stderr().contains("hunter2"), "{}", call.stderr());
}

#[test]
fn a_file_in_the_wrong_place_is_told_of() {
    let world = exported();
    for dir in ["defs/module", "defs/modules/deep"] {
        std::fs::create_dir(world.path(dir)).unwrap();
    }
    world.file("defs/module/x.toml", "");
    world.file("defs/x.toml", "");
    let call = world.call("apply defs").ok();
    call.says("warning: module/x.toml is ignored: definitions are in drivers/").says("warning: x.toml is ignored");
}

/// What is built in stays as it is.
#[test]
fn what_is_built_in_is_no_file() {
    let world = exported();
    world.file("defs/drivers/sqlite.toml", "name = \"sqlite\"\nkind = \"sqlite\"\nurl_template = \"jdbc:mine\"\n");
    world.refuses("apply defs", 1, "driver sqlite is built in and stays as it is");
}

/// A run that goes on has the definition that it began with; where it loads into is not changed under it.
#[test]
fn a_module_that_runs_may_be_changed_but_not_moved() {
    let world = exported();
    let lock = std::fs::File::create(world.path("pipekit.db.locks/module-1")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
    let claim = "UPDATE module SET running = 1, lock_at = '2026-03-10T08:00:00.000Z' WHERE name = 'orders'";
    world.sqlite("pipekit.db").execute_batch(claim).unwrap();
    change(&world, ORDERS, "retries = 2", "retries = 3");
    world.call("apply defs").ok().prints("0 added, 1 changed, 0 removed");
    assert_eq!(world.own("SELECT running, lock_at IS NOT NULL, retries FROM module"), "1|1|3");
    change(&world, ORDERS, "dest_connection = \"dw\"", "dest_connection = \"erp\"");
    world.refuses("apply defs", 3, "defs/modules/orders.toml:1: module orders is already running");
}

/// What could not run is told, and is there: a query may wait for what comes with the next change.
#[test]
fn a_module_that_can_not_run_is_warned_of() {
    let world = exported();
    change(&world, ORDERS, "{since}", "{sinse}");
    let call = world.call("apply defs").ok();
    call.says("warning: module orders: ").says("{sinse}");
}
