//! Modules: list, show, add, edit, remove, and their own verbs that run nothing.

use super::support::World;
use serde_json::json;

const ADD: &str = "module add m --source erp --dest dw --table orders --strategy full --query 'SELECT * FROM orders'";

#[test]
fn a_module_goes_from_add_to_remove() {
    let world = World::erp();
    world.call("module list").ok().says("there are no modules yet");
    assert_eq!(world.json("module list"), json!([]));
    world
        .call("module add orders --source erp --dest dw --table orders --strategy incremental --key id --query 'SELECT id FROM orders' \
               --columns id --unique-key id,item --full-by delete --allow-cascade true --allow-non-atomic true --min-rows 5 --max-shrink-pct 12.5 \
               --timeout-s 60 --retries 2 --retry-delay-s 7 --notes 'of the shop' --disabled")
        .ok()
        .prints("added module orders")
        .says("next: pipekit module preview orders");
    let module = world.json("module show orders");
    for (key, value) in [
        ("name", json!("orders")),
        ("source_connection", json!("erp")),
        ("dest_connection", json!("dw")),
        ("dest_table", json!("orders")),
        ("merge_strategy", json!("incremental")),
        ("merge_key", json!(["id"])),
        ("source_query", json!("SELECT id FROM orders")),
        ("dest_columns", json!(["id"])),
        ("unique_key", json!(["id", "item"])),
        ("full_by", json!("delete")),
        ("allow_cascade", json!(true)),
        ("allow_non_atomic", json!(true)),
        ("min_rows", json!(5)),
        ("max_shrink_pct", json!(12.5)),
        ("timeout_s", json!(60)),
        ("retries", json!(2)),
        ("retry_delay_s", json!(7)),
        ("notes", json!("of the shop")),
        ("enabled", json!(false)),
        ("running", json!(false)),
        ("last_run", json!(null)),
    ] {
        assert_eq!(module[key], value, "{key}");
    }
    assert_eq!(
        world.call("module ls").ok().stdout(),
        "MODULE  SOURCE  DESTINATION  STRATEGY     LAST RUN\norders  erp     dw orders    incremental  disabled\n"
    );
    world
        .call("module show 1")
        .ok()
        .prints("state        disabled")
        .prints("max shrink   12.5 %")
        .prints("timeout      1m00s");

    world
        .call("module edit 1 --columns none --unique-key none --min-rows none --max-shrink-pct none --notes none")
        .ok()
        .prints("changed");
    let module = world.json("module show orders");
    for (key, value) in [
        ("dest_columns", json!(null)),
        ("unique_key", json!([])),
        ("min_rows", json!(null)),
        ("max_shrink_pct", json!(null)),
        ("notes", json!(null)),
    ] {
        assert_eq!(module[key], value, "{key}");
    }
    world.refuses("module edit orders --key none", 2, "needs a merge key");
    assert_eq!(world.json("module edit orders --strategy append --key none")["merge_key"], json!([]));
    world.call("module edit orders --notes none").ok().prints("nothing changed");

    world.call("module remove orders").ok().prints("removed module orders; its runs stay in the log");
    world.refuses("module show orders", 4, "`pipekit module list` shows");
}

#[test]
fn a_bad_module_is_refused_and_nothing_is_stored() {
    let world = World::orders();
    let with = |more: &str| format!("{ADD} {more}");
    for (line, code, says) in [
        ("module add", 2, "<NAME>"),
        ("module add m", 2, "--source, --dest, --table, --strategy, --query are missing"),
        ("module add m --source erp --dest dw --table t --strategy full", 2, "--query is missing"),
        (&ADD.replace(" m ", " 'My-Sync' "), 2, "`my_sync` would do"),
        (&ADD.replace(" m ", " 7 "), 2, "`m_7` would do"),
        (&ADD.replace(" m ", &format!(" {} ", "m".repeat(41))), 2, "at most 40"),
        (&ADD.replace(" m ", " orders "), 1, "`pipekit module edit orders` changes it"),
        (&ADD.replace("--source erp", "--source nope"), 4, "there is no connection nope"),
        (&ADD.replace("--dest dw", "--dest 99"), 4, "there is no connection 99"),
        (&ADD.replace("--table orders", "--table 'orders; drop table x'"), 2, "is not a table's name"),
        (&ADD.replace("--table orders", "--table ''"), 2, "is not a table's name"),
        (&ADD.replace("--table orders", "--table 'a.b.c.d'"), 2, "table's name"),
        (&ADD.replace("'SELECT * FROM orders'", "' '"), 2, "the source query is empty"),
        (&ADD.replace("'SELECT * FROM orders'", "@nofile"), 2, "can't read nofile"),
        (&ADD.replace("full", "upsert"), 2, "[possible values: full, incremental, append]"),
        (&ADD.replace("full", "incremental"), 2, "--key order_no,line_no"),
        (&with("--key id,id"), 2, "`id` is empty or twice there"),
        (&with("--columns ''"), 2, "the list of destination columns is empty"),
        (&with("--key id --columns item"), 2, "the merge key `id` is not among the destination columns"),
        (&with("--min-rows -1"), 2, "min_rows is -1, and must be at least 0"),
        (&with("--min-rows many"), 2, "neither a number nor `none`"),
        (&with("--max-shrink-pct 101"), 2, "max_shrink_pct must be between 0 and 100"),
        (&with("--max-shrink-pct -1"), 2, "max_shrink_pct must be between 0 and 100"),
        (&with("--max-shrink-pct NaN"), 2, "max_shrink_pct must be between 0 and 100"),
        (&with("--timeout-s 0"), 2, "timeout_s is 0, and must be at least 1"),
        (&with("--retries -1"), 2, "retries is -1"),
        (&with("--retry-delay-s -1"), 2, "retry_delay_s is -1"),
        (&with("--full-by drop"), 2, "[possible values: truncate, delete]"),
        (&with("--nonsense"), 2, "unexpected argument '--nonsense'"),
        ("module edit nope --notes x", 4, "there is no module nope"),
        ("module edit orders --table 'a b'", 2, "is not a table's name"),
        ("module remove 99", 4, "there is no module 99"),
        ("module copy nope x", 4, "there is no module nope"),
        ("module copy orders orders", 1, "there is a module orders already"),
        ("module copy orders Orders", 2, "`orders` would do"),
        ("module rename orders 'a b'", 2, "`a_b` would do"),
        ("module rename nope x", 4, "there is no module nope"),
        ("module enable nope", 4, "there is no module nope"),
        ("module sql nope", 4, "there is no module nope"),
        ("module sql orders --merge", 1, "`pipekit module preview orders` does it now"),
        ("module check orders nope", 4, "there is no module nope"),
        ("module runs nope", 4, "there is no module nope"),
        ("module preview nope", 4, "there is no module nope"),
    ] {
        world.refuses(line, code, says);
    }
}

#[test]
fn a_table_is_a_name_whatever_the_database() {
    let world = World::erp();
    for kind in ["db2", "generic", "sqlserver"] {
        world.args(&["driver", "add", &format!("a_{kind}"), "--kind", kind, "--jar", "/any.jar"]).ok();
        world.args(&["connection", "add", kind, "--driver", &format!("a_{kind}"), "--url", "jdbc:any://h"]).ok();
    }
    let add = |name: &str, kind: &str, table: &str| {
        format!("module add {name} --source erp --dest {kind} --strategy full --query 'SELECT 1' --table {table}")
    };
    for kind in ["db2", "generic", "sqlserver"] {
        for bad in ["'orders; drop table x'", "'a b'", "'t -- x'", "\"t'\"", "'f(x)'"] {
            world.refuses(&add("m", kind, bad), 2, "is not a table's name");
        }
        world.refuses(&add("m", kind, "'\"open'"), 2, "has a quote that does not end");
        world.refuses(&add("m", kind, "' '"), 2, "is not a table's name");
    }
    world.refuses(&add("m", "generic", "lib/orders"), 2, "is not a table's name");
    let good = [
        ("generic", "LIB.ORD#"),
        ("generic", "'\"My Orders\".\"a;b\"'"),
        ("sqlserver", "'[dbo].[my orders]'"),
        ("sqlserver", "srv.db.dbo.orders"),
        ("db2", "lib/orders"),
    ];
    for (i, (kind, table)) in good.iter().enumerate() {
        world.call(&add(&format!("m{i}"), kind, table)).ok();
    }
}

#[test]
fn sql_comes_as_text_from_a_file_and_from_standard_input() {
    let world = World::erp();
    let sql = "SELECT *\r\n  FROM orders -- 'ü' \\n {\n";
    world.file("q.sql", sql);
    let add = |name: &str, from: &str| {
        format!("module add {name} --source erp --dest dw --table orders --strategy full --query {from}")
    };
    world.call(&add("a", "@q.sql")).ok();
    world.call_with(&add("b", "-"), sql).ok();
    world
        .args(&[
            "module",
            "add",
            "c",
            "--source",
            "erp",
            "--dest",
            "dw",
            "--table",
            "orders",
            "--strategy",
            "full",
            "--query",
            sql,
        ])
        .ok();
    for name in ["a", "b", "c"] {
        assert_eq!(world.call(&format!("module sql {name}")).ok().stdout(), sql, "{name}");
        assert_eq!(world.json(&format!("module sql {name}")), json!({"module": name, "sql": sql}));
    }
    world.call_with("module edit a --query -", "SELECT 1").ok();
    assert_eq!(world.call("module sql a").ok().stdout(), "SELECT 1\n");
    world.call("module edit a --query '-- a remark\nSELECT 2' --notes '- no flag'").ok();
    assert_eq!(world.call("module sql a").ok().stdout(), "-- a remark\nSELECT 2\n");
    world.refuses_given("module edit b --query -", "", 2, "the source query is empty");
}

#[test]
fn a_copy_is_like_the_other_and_disabled() {
    let world = World::orders();
    world.call("watermark add orders since --connection dw --sql 'SELECT 1' --default 0").ok();
    world.call("hook add orders --connection dw --sql 'SELECT 2' --on always").ok();
    world.call("module copy orders copied").ok().prints("added module copied, disabled");
    let definition = |name: &str| world.call(&format!("module show {name} --definition")).ok().json();
    let mut expected = definition("orders");
    expected["name"] = json!("copied");
    expected["enabled"] = json!(false);
    assert_eq!(definition("copied"), expected);
}

#[test]
fn a_module_keeps_its_id_and_runs_under_another_name() {
    let world = World::orders();
    let before = world.json("module show orders");
    world.call("run orders").ok();
    world.call("module rename orders sales").ok().prints("renamed to sales");
    let after = world.json("module show sales");
    assert_eq!((&after["id"], &after["staging_table"]), (&before["id"], &json!("pipekit_staging_sales")));
    assert_eq!(world.json("module runs sales")[0]["module_name"], "orders");
    world.refuses("module show orders", 4, "there is no module orders");
    world.call("run sales").ok();
}

#[test]
fn a_module_is_disabled_and_enabled() {
    let world = World::orders();
    world.call("module disable orders").ok().prints("disabled module orders");
    assert_eq!(world.json("module show orders")["enabled"], false);
    world.call("run orders").ok().says("module orders is disabled; it runs because it was named");
    assert_eq!(world.json("module enable 1")["enabled"], true);
    world.call("module edit orders --disabled").ok();
    assert_eq!(world.json("module show orders")["enabled"], false);
}

#[test]
fn a_module_that_is_gone_leaves_its_runs() {
    let world = World::orders();
    world.call("module runs orders").ok().says("module orders has not run yet");
    assert_eq!(world.json("module runs orders"), json!([]));
    world.call("run orders").ok();
    world.call("run orders").ok();
    assert_eq!(world.json("module runs orders --limit 1").as_array().unwrap().len(), 1);
    world.call("module rm orders").ok();
    let run = &world.json("log")[0];
    assert_eq!((&run["module_name"], &run["module_id"], &run["id"]), (&json!("orders"), &json!(null), &json!(2)));
    world.call("log show 2").ok().prints("2 of module orders");
}

#[test]
fn check_finds_what_loses_rows_and_fails_only_where_a_run_would() {
    let world = World::orders();
    world.call("module check").ok().prints("✔ orders");
    world
        .call(
            "module add strict --source erp --dest dw --table orders --strategy incremental --key id \
               --query 'SELECT * FROM orders WHERE id > {n}'",
        )
        .ok()
        .says("next: `pipekit watermark add strict n --connection C --sql SQL`");
    world.call("module check strict").code(1).prints("✗ strict").prints("undeclared_placeholder");
    world.call("watermark add strict n --connection dw --sql 'SELECT max(id) FROM orders' --default 0").ok();
    world.call("module check strict").ok().prints("strict_comparison").prints("`>= {n}`");
    let found = world.json("module check");
    // It empties the table that the other loads into.
    assert_eq!(
        (&found[0]["module"], &found[0]["findings"][0]["rule"]),
        (&json!("orders"), &json!("shared_destination"))
    );
    world.call("module check orders").ok().prints("a full load empties orders, into which module strict loads too");
    let again = "module add again --source erp --dest dw --table orders --strategy full --query 'SELECT * FROM orders'";
    world.call(again).ok().says("into which modules orders, strict load too");
    world.call("module remove again").ok();
    assert_eq!(found[1]["findings"][0]["rule"], "strict_comparison");
    assert_eq!(found[1]["findings"][0]["severity"], "warning");
}

#[test]
fn what_was_resolved_is_shown_until_the_module_changes() {
    let world = World::orders();
    world.call("module preview orders").ok().prints("SELECT * FROM orders").prints("INSERT INTO \"orders\"");
    world.call("module sql orders --resolved").ok().prints("SELECT * FROM orders");
    world.call("module sql orders --merge").ok().prints("INSERT INTO \"orders\"");
    world.call("module edit orders --notes x").ok();
    world.refuses("module sql orders --resolved", 1, "nothing has been resolved");
    world.refuses("module sql orders --resolved --merge", 2, "cannot be used with");
}

/// Never 10: of two edits at once neither is lost.
#[test]
fn two_who_edit_at_once_both_keep_their_change() {
    let world = World::orders();
    let editors: Vec<_> = (0..10)
        .map(|n| {
            world.start(&format!(
                "module edit orders {} {n}",
                ["--notes", "--retries", "--timeout-s 9 --min-rows"][n % 3]
            ))
        })
        .chain([
            world.start("module edit orders --unique-key id"),
            world.start("module edit orders --max-shrink-pct 50"),
        ])
        .collect();
    for editor in editors {
        editor.wait().ok();
    }
    let module = world.json("module show orders");
    assert_eq!(
        (&module["unique_key"], &module["max_shrink_pct"], &module["timeout_s"]),
        (&json!(["id"]), &json!(50.0), &json!(9))
    );
    assert!(
        module["notes"].is_string() && module["min_rows"].is_number() && module["retries"].as_i64() > Some(0),
        "{module}"
    );
}
