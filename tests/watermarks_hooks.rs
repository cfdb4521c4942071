//! Watermarks and hooks: list, show, add, edit, remove.

use super::support::World;
use serde_json::json;

#[test]
fn a_watermark_goes_from_add_to_remove() {
    let world = World::orders();
    world.call("watermark list orders").ok().says("the module has no watermarks");
    assert_eq!(world.json("watermark ls orders"), json!([]));
    world
        .call("watermark add orders since --connection dw --sql 'SELECT max(id) FROM orders' --default 0")
        .ok()
        .prints("added watermark since to module orders")
        .says("next: pipekit watermark resolve orders");
    assert_eq!(
        world.call("watermark list 1").ok().stdout(),
        "NAME   CONNECTION  DEFAULT  RESOLVER\nsince  dw          0        SELECT max(id) FROM orders\n"
    );
    let shown = world.json("watermark show orders since");
    assert_eq!(
        shown,
        json!({"id": 1, "module_id": 1, "name": "since", "connection_id": 2, "connection": "dw",
            "resolver_sql": "SELECT max(id) FROM orders", "default_value": "0"})
    );
    world.call("watermark show orders 1").ok().prints("Resolver\nSELECT max(id) FROM orders\n");

    world.file("r.sql", "SELECT 7");
    world.call("watermark edit orders since --default none --connection erp --sql @r.sql").ok().prints("changed");
    let edited = world.json("watermark show 1 since");
    assert_eq!(
        (&edited["default_value"], &edited["connection"], &edited["resolver_sql"]),
        (&json!(null), &json!("erp"), &json!("SELECT 7"))
    );
    assert_eq!(
        world.call_with("watermark edit orders since --sql - --json", "SELECT 8").ok().json()["resolver_sql"],
        "SELECT 8"
    );
    world.call("watermark edit orders since --default none").ok().prints("nothing changed");
    assert_eq!(world.json("watermark edit orders since --default -1")["default_value"], "-1");
    assert_eq!(world.json("watermark resolve orders since")["values"], json!({"since": "8"}));

    world.call("watermark rm orders since").ok().prints("removed watermark since");
    world.refuses("watermark show orders since", 4, "`pipekit watermark list orders` shows");
}

#[test]
fn a_bad_watermark_is_refused_and_nothing_is_stored() {
    let world = World::orders();
    world.call("watermark add orders since --connection dw --sql 'SELECT 1'").ok();
    for (line, code, says) in [
        ("watermark add orders w", 2, "--connection is missing"),
        ("watermark add orders w --connection dw", 2, "--sql is missing"),
        ("watermark add orders 'Up To' --connection dw --sql 'SELECT 1'", 2, "`up_to` would do"),
        ("watermark add orders 3 --connection dw --sql 'SELECT 1'", 2, "`w_3` would do"),
        (
            "watermark add orders since --connection dw --sql 'SELECT 1'",
            1,
            "`pipekit watermark edit orders since` changes it",
        ),
        ("watermark add orders w --connection nope --sql 'SELECT 1'", 4, "there is no connection nope"),
        ("watermark add nope w --connection dw --sql 'SELECT 1'", 4, "there is no module nope"),
        ("watermark add orders w --connection dw --sql ' '", 2, "the resolver of watermark w is empty"),
        ("watermark add orders w --connection dw --sql @nofile", 2, "can't read nofile"),
        ("watermark edit orders nope --default 1", 4, "there is no watermark nope on module orders"),
        ("watermark edit orders since --sql ''", 2, "is empty"),
        ("watermark remove orders nope", 4, "there is no watermark nope"),
        ("watermark list nope", 4, "there is no module nope"),
        ("watermark resolve orders nope", 4, "there is no watermark nope"),
        ("watermark history orders nope", 4, "there is no watermark nope"),
        ("watermark show orders 99", 4, "there is no watermark 99"),
    ] {
        world.refuses(line, code, says);
    }
}

#[test]
fn the_history_of_a_watermark_outlives_it() {
    let world = World::orders();
    world.call("module edit orders --query 'SELECT * FROM orders WHERE id >= {n}'").ok();
    world.call("watermark add orders n --connection dw --sql 'SELECT max(id) FROM orders' --default 0").ok();
    world.call("watermark add orders m --connection dw --sql 'SELECT 7'").ok();
    world.call("watermark history orders n").ok().says("no run has resolved one yet");
    assert_eq!(world.json("watermark history orders"), json!([]));
    world.call("run orders").ok();
    world.call("run orders").ok();
    let values = |line: &str| {
        let history = world.json(line);
        history.as_array().unwrap().iter().map(|h| format!("{}={}", h["run_id"], h["value"])).collect::<Vec<_>>()
    };
    assert_eq!(values("watermark history orders n"), ["2=\"3\"", "1=\"0\""]);
    assert_eq!(values("watermark history orders 1 --limit 1"), ["2=\"3\""]);
    assert_eq!(values("watermark history orders").len(), 4);
    world.call("watermark remove orders n").ok();
    assert_eq!(values("watermark history orders n"), ["2=\"3\"", "1=\"0\""]);
    world.call("watermark history orders n").ok().prints("RUN  WHEN").prints("n     3");
}

#[test]
fn a_hook_goes_from_add_to_remove() {
    let world = World::orders();
    world.call("hook list").ok().says("there are no hooks");
    assert_eq!(world.json("hook list orders"), json!([]));
    world.call("hook add orders --connection dw --sql 'SELECT 1'").ok().prints("added hook 1 to module orders");
    world.call("hook add orders --connection erp --sql 'SELECT 2' --on always").ok();
    world.call("hook add orders --connection erp --sql 'SELECT 3' --on failure --order -1").ok();
    assert_eq!(
        world.call("hook ls orders").ok().stdout(),
        "ID  MODULE  ORDER  CONNECTION  AFTER    SQL\n \
          3  orders     -1  erp         failure  SELECT 3\n \
          1  orders      1  dw          success  SELECT 1\n \
          2  orders      2  erp         always   SELECT 2\n"
    );
    assert_eq!(world.json("hook list").as_array().unwrap().len(), 3);
    assert_eq!(
        world.json("hook show 2"),
        json!({"id": 2, "module_id": 1, "module": "orders", "run_order": 2, "connection_id": 1, "connection": "erp",
            "sql": "SELECT 2", "run_on": "always"})
    );
    world.call("hook show 2").ok().prints("after       always").prints("SQL\nSELECT 2\n");
    assert_eq!(
        world.call_with("hook edit 2 --sql - --on success --json", "SELECT 4;\n").ok().json()["sql"],
        "SELECT 4;\n"
    );
    world.call("hook edit 2 --on success").ok().prints("nothing changed");
    world.call("hook rm 2").ok().prints("removed hook 2 of module orders");
    world.refuses("hook show 2", 4, "there is no hook 2");
}

#[test]
fn a_bad_hook_is_refused_and_nothing_is_stored() {
    let world = World::orders();
    world.call("hook add orders --connection dw --sql 'SELECT 1'").ok();
    for (line, code, says) in [
        ("hook add orders", 2, "--connection is missing"),
        ("hook add orders --connection dw", 2, "--sql is missing"),
        ("hook add nope --connection dw --sql 'SELECT 1'", 4, "there is no module nope"),
        ("hook add orders --connection nope --sql 'SELECT 1'", 4, "there is no connection nope"),
        ("hook add orders --connection dw --sql ' '", 2, "the hook's SQL is empty"),
        (
            "hook add orders --connection dw --sql 'SELECT 1' --on never",
            2,
            "[possible values: success, failure, always]",
        ),
        ("hook edit 1 --sql ''", 2, "the hook's SQL is empty"),
        ("hook edit 9 --on always", 4, "there is no hook 9"),
        ("hook show nine", 2, "'nine'"),
        ("hook list nope", 4, "there is no module nope"),
        ("hook remove 9", 4, "`pipekit hook list` shows"),
    ] {
        world.refuses(line, code, says);
    }
}
