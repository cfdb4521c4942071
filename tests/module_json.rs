//! `module add --json-file`: a module with its watermarks and hooks, whole or not at all.

use super::support::World;
use serde_json::{Value, json};

fn definition() -> Value {
    json!({
        "name": "lines",
        "source_connection": "erp",
        "dest_connection": "dw",
        "dest_table": "orders",
        "source_query": "SELECT id, item FROM orders\nWHERE id >= {from} -- '''\"\"\" ü\n",
        "merge_strategy": "incremental",
        "merge_key": ["id"],
        "dest_columns": ["id", "item"],
        "unique_key": ["id"],
        "full_by": "delete",
        "allow_cascade": true,
        "allow_non_atomic": true,
        "timeout_s": 60,
        "retries": 1,
        "retry_delay_s": 2,
        "min_rows": 0,
        "max_shrink_pct": 10.5,
        "notes": "n",
        "enabled": false,
        "watermarks": [
            {"name": "from", "connection": "dw", "resolver_sql": "SELECT max(id) FROM orders", "default_value": "0"},
            {"name": "other", "connection": "erp", "resolver_sql": "SELECT 1"},
        ],
        "hooks": [
            {"run_order": 1, "connection": "dw", "sql": "SELECT 1", "run_on": "always"},
            {"run_order": 5, "connection": "erp", "sql": "SELECT 2", "run_on": "failure"},
        ],
    })
}

fn with(key: &str, value: Value) -> String {
    let mut definition = definition();
    definition[key] = value;
    definition.to_string()
}

#[test]
fn a_definition_comes_out_as_it_went_in() {
    let world = World::erp();
    world.file("m.json", &definition().to_string());
    world.call("module add --json-file m.json").ok().prints("added module lines");
    let shown = world.call("module show lines --definition").ok();
    assert_eq!(shown.json(), definition());

    let again = world.call_with("module add --json-file - again --notes other", &shown.stdout()).ok();
    assert_eq!(again.stdout(), "added module again\n");
    let mut expected = definition();
    expected["name"] = json!("again");
    expected["notes"] = json!("other");
    assert_eq!(world.call("module show again --definition --json").ok().json(), expected);
}

#[test]
fn what_need_not_be_said_has_a_default() {
    let world = World::erp();
    let least = json!({"name": "m", "source_connection": "erp", "dest_connection": "dw", "dest_table": "orders",
        "source_query": "SELECT 1", "merge_strategy": "full"});
    world.call_with("module add --json-file -", &least.to_string()).ok();
    let module = world.json("module show m");
    for (key, value) in [
        ("enabled", json!(true)),
        ("timeout_s", json!(21600)),
        ("retries", json!(0)),
        ("retry_delay_s", json!(30)),
        ("full_by", json!("truncate")),
        ("allow_cascade", json!(false)),
        ("allow_non_atomic", json!(false)),
        ("merge_key", json!([])),
        ("dest_columns", json!(null)),
    ] {
        assert_eq!(module[key], value, "{key}");
    }
}

#[test]
fn connections_are_taken_by_id_under_the_databases_names_and_keys_as_text() {
    let world = World::erp();
    let by_id = json!({"name": "m", "source_connection_id": 1, "dest_connection_id": 2, "dest_table": "orders",
        "source_query": "SELECT 1", "merge_strategy": "incremental", "merge_key": "id, item",
        "watermarks": [{"name": "w", "connection_id": 2, "resolver_sql": "SELECT 1"}],
        "hooks": [{"connection_id": 1, "sql": "SELECT 1"}, {"connection_id": 1, "sql": "SELECT 2"}]});
    world.call_with("module add --json-file -", &by_id.to_string()).ok();
    let module = world.json("module show m");
    assert_eq!((&module["source_connection"], &module["dest_connection"]), (&json!("erp"), &json!("dw")));
    assert_eq!((&module["merge_key"], &module["watermarks"][0]["connection"]), (&json!(["id", "item"]), &json!("dw")));
    assert_eq!((&module["hooks"][0]["run_order"], &module["hooks"][1]["run_order"]), (&json!(1), &json!(2)));
    assert_eq!(module["hooks"][0]["run_on"], "success");
}

/// Never 10: a definition that is wrong anywhere leaves nothing behind.
#[test]
fn a_bad_definition_is_refused_whole() {
    let world = World::erp();
    let second = |watermark: Value| with("watermarks", json!([definition()["watermarks"][0], watermark]));
    let hook = |hook: Value| with("hooks", json!([definition()["hooks"][0], hook]));
    for (json, code, says) in [
        (String::new(), 2, "the JSON is not understood"),
        ("{".to_owned(), 2, "the JSON is not understood"),
        ("[]".to_owned(), 2, "the JSON is not understood"),
        (with("quary", json!("x")), 2, "unknown field `quary`"),
        (with("timeout_s", json!("long")), 2, "expected i64"),
        (with("enabled", json!("yes")), 2, "expected a boolean"),
        (with("merge_strategy", json!("upsert")), 2, "unknown variant `upsert`"),
        (with("merge_key", json!(7)), 2, "a list of names"),
        (with("merge_key", json!([])), 2, "needs a merge key"),
        (with("source_connection", json!(null)), 2, "a name or an id"),
        (with("source_connection", json!("nope")), 4, "there is no connection nope"),
        (with("source_query", json!(" ")), 2, "the source query is empty"),
        (with("source_query", json!("SELECT \0")), 2, "zero byte"),
        (with("dest_table", json!("orders; drop table x")), 2, "is not a table's name"),
        (json!({"name": "m"}).to_string(), 2, "missing field"),
        (second(json!({"name": "Bad", "connection": "dw", "resolver_sql": "SELECT 1"})), 2, "`bad` would do"),
        (
            second(json!({"name": "w", "connection": "nope", "resolver_sql": "SELECT 1"})),
            4,
            "there is no connection nope",
        ),
        (
            second(json!({"name": "w", "connection": "dw", "resolver_sql": ""})),
            2,
            "the resolver of watermark w is empty",
        ),
        (
            second(json!({"name": "from", "connection": "dw", "resolver_sql": "SELECT 1"})),
            2,
            "there are two watermarks from",
        ),
        (second(json!({"name": "w", "connection": "dw", "sql": "SELECT 1"})), 2, "unknown field `sql`"),
        (hook(json!({"connection": "nope", "sql": "SELECT 1"})), 4, "there is no connection nope"),
        (hook(json!({"connection": "dw", "sql": " "})), 2, "the hook's SQL is empty"),
        (hook(json!({"connection": "dw", "sql": "SELECT 1", "run_on": "never"})), 2, "unknown variant `never`"),
    ] {
        world.refuses_given("module add --json-file -", &json, code, says);
    }
    world.refuses("module add --json-file nofile.json", 2, "can't read nofile.json");
}
