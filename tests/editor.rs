//! `edit` without flags: the definition in $EDITOR.

use super::support::World;
use serde_json::json;

/// A module with an editor that runs this script.
fn edited(script: &str) -> World {
    let mut world = World::orders();
    world.call("module edit orders --query 'SELECT *\n#! not a remark\nFROM orders' --notes hi").ok();
    world.editor(script);
    world
}

#[test]
fn leaving_it_as_it_is_changes_nothing() {
    let world = edited("exit 0");
    for line in ["module edit orders", "connection edit erp", "driver edit postgresql"] {
        let before = world.defined();
        assert_eq!(world.call(line).ok().stdout(), "nothing changed\n", "{line}");
        assert_eq!(world.defined(), before, "{line}");
    }
}

#[test]
fn the_definition_is_shown_with_sql_in_lines() {
    let world = edited("cp $1 seen.toml");
    world.call("watermark add orders n --connection dw --sql 'SELECT 1' --default 0").ok();
    world.call("hook add orders --connection dw --sql 'SELECT 2'").ok();
    world.call("module edit orders").ok();
    let seen = std::fs::read_to_string(world.path("seen.toml")).unwrap();
    assert_eq!(
        seen,
        "name = \"orders\"\nsource_connection = \"erp\"\ndest_connection = \"dw\"\ndest_table = \"orders\"\n\
         source_query = '''\nSELECT *\n#! not a remark\nFROM orders'''\nmerge_strategy = \"full\"\nfull_by = \"truncate\"\n\
         allow_cascade = false\nallow_non_atomic = false\ntimeout_s = 21600\nretries = 0\nretry_delay_s = 30\nnotes = \"hi\"\nenabled = true\n\n\
         [[watermarks]]\nname = \"n\"\nconnection = \"dw\"\nresolver_sql = \"SELECT 1\"\ndefault_value = \"0\"\n\n\
         [[hooks]]\nrun_order = 1\nconnection = \"dw\"\nsql = \"SELECT 2\"\nrun_on = \"success\"\n"
    );
}

#[test]
fn a_change_is_saved_and_what_is_deleted_is_taken_away() {
    let world = edited(
        "sed -i -e 's/^retries = 0/retries = 3/' -e '/^notes/d' -e 's/^FROM orders/FROM orders ORDER BY id/' $1",
    );
    assert_eq!(world.call("module edit orders").ok().stdout(), "changed\n");
    let module = world.json("module show orders");
    assert_eq!((&module["retries"], &module["notes"]), (&json!(3), &json!(null)));
    assert_eq!(module["source_query"], "SELECT *\n#! not a remark\nFROM orders ORDER BY id");
}

#[test]
fn every_noun_is_edited_like_that() {
    let mut world = World::orders();
    world.call("watermark add orders n --connection dw --sql 'SELECT 1'").ok();
    world.call("hook add orders --connection dw --sql 'SELECT 1'").ok();
    world.call("driver add as400 --kind db2 --jar /a.jar").ok();
    world.editor("sed -i -e 's/SELECT 1/SELECT 2/' -e 's/a.jar/b.jar/' -e 's/erp.db/erp2.db/' $1");
    assert_eq!(world.call("watermark edit orders n --json").ok().json()["resolver_sql"], "SELECT 2");
    assert_eq!(world.call("hook edit 1 --json").ok().json()["sql"], "SELECT 2");
    assert_eq!(world.call("driver edit as400 --json").ok().json()["jar_file"], "/b.jar");
    let url = world.call("connection edit erp --json").ok().json()["jdbc_url"].clone();
    assert!(url.as_str().unwrap().ends_with("/erp2.db"), "{url}");
}

#[test]
fn watermarks_and_hooks_come_and_go_with_the_module() {
    let mut world = World::orders();
    world.call("watermark add orders gone --connection dw --sql 'SELECT 1'").ok();
    world.editor(
        "sed -i '/^\\[\\[watermarks/,$d' $1
         printf '[[watermarks]]\\nname = \"new\"\\nconnection = \"dw\"\\nresolver_sql = \"SELECT 2\"\\n' >>$1
         printf '[[hooks]]\\nconnection = \"dw\"\\nsql = \"SELECT 3\"\\n' >>$1",
    );
    world.call("module edit orders").ok().prints("changed");
    let module = world.json("module show orders");
    assert_eq!(module["watermarks"].as_array().unwrap().len(), 1);
    assert_eq!((&module["watermarks"][0]["name"], &module["hooks"][0]["sql"]), (&json!("new"), &json!("SELECT 3")));
}

#[test]
fn a_mistake_opens_it_again_with_the_error_on_top() {
    for (mistake, says) in [
        ("s/^merge_strategy.*/merge_strategy = \"incremental\"/", "needs a merge key"),
        ("s/^source_connection.*/source_connection = \"nope\"/", "there is no connection nope"),
        ("s/^retries/retrees/", "unknown field `retrees`"),
        ("s/^retries = 0/retries = /", "TOML parse error"),
        ("s/^name = .*/name = \"Bad\"/", "`bad` would do"),
    ] {
        let world = edited(&format!(
            "cp $1 seen$(ls | grep -c seen)\nif [ -e seen1 ]; then cp seen0 $1; sed -i 's/^timeout_s.*/timeout_s = 5/' $1; else sed -i '{mistake}' $1; fi"
        ));
        world.call("module edit orders").ok().prints("changed");
        let seen = std::fs::read_to_string(world.path("seen1")).unwrap();
        let top: String = seen.lines().take_while(|l| l.starts_with("#! ")).collect();
        assert!(top.contains(says), "{says:?} is not in\n{seen}");
        assert_eq!(world.json("module show orders")["timeout_s"], 5, "{says}");
    }
}

#[test]
fn quitting_with_the_mistake_changes_nothing() {
    let mut world = edited("head -n 1 $1 | grep -q '^#! ' || sed -i 's/^retries = 0/retries = -7/' $1");
    let folder = world.path("").to_str().unwrap().to_owned();
    world.set("TMPDIR", &folder);
    let before = world.defined();
    let call =
        world.call("module edit orders").fails(2, "the editor was left with the mistake in it; nothing was changed");
    assert_eq!(call.stdout(), "");
    assert_eq!(world.defined(), before);
    let error = world.call("module edit orders --json").code(2).error();
    assert_eq!(error["code"], "invalid");
    let kept = error["hint"].as_str().unwrap().strip_prefix("what was written is kept in ").unwrap();
    assert!(std::fs::read_to_string(kept).unwrap().contains("retries = -7\n"));
}

#[test]
fn putting_it_back_after_a_mistake_changes_nothing() {
    let world = edited(
        "if head -n 1 $1 | grep -q '^#! '; then sed -i 's/^retries.*/retries = 0/' $1; else sed -i 's/^retries = 0/retries = -7/' $1; fi",
    );
    let before = world.defined();
    world.call("module edit orders").ok().prints("nothing changed");
    assert_eq!(world.defined(), before);
}

#[test]
fn an_editor_that_fails_changes_nothing() {
    let mut world = edited("sed -i 's/^retries = 0/retries = 7/' $1; exit 3");
    world.refuses("module edit orders", 1, "nothing was changed");
    world.set("EDITOR", "/no/such/editor");
    world.call("module edit orders").fails(1, "/no/such/editor").says("nothing was changed");
}

#[test]
fn the_editor_may_have_arguments_and_visual_is_asked_first() {
    let mut world = World::orders();
    world.set("EDITOR", "sed -i -e 's/^retries = 0/retries = 7/'");
    world.call("module edit orders").ok().prints("changed");
    world.set("VISUAL", "sed -i -e 's/^retries = 7/retries = 8/'");
    assert_eq!(world.call("module edit orders --json").ok().json()["retries"], 8);
}

/// Never 10: an edit does not undo the half of another.
#[test]
fn what_another_changed_meanwhile_is_not_overwritten() {
    let program = env!("CARGO_BIN_EXE_pipekit");
    let mut world = edited(&format!(
        "head -n 1 $1 | grep -q '^#! ' && exit 0\n{program} module edit orders --retries 9 >/dev/null\nsed -i 's/^timeout_s.*/timeout_s = 5/' $1"
    ));
    let folder = world.path("").to_str().unwrap().to_owned();
    world.set("TMPDIR", &folder);
    world.call("module edit orders").fails(2, "the editor was left");
    let module = world.json("module show orders");
    assert_eq!((&module["retries"], &module["timeout_s"]), (&json!(9), &json!(21600)));
}

/// SQL alone, to the byte: what an editor adds at the end is not meant.
#[test]
fn sql_is_edited_raw() {
    let mut world = World::orders();
    world.args(&["module", "edit", "orders", "--query", "--! mine\r\nSELECT '\\n'\t \r\nFROM orders"]).ok();
    world.call("watermark add orders n --connection dw --sql 'SELECT 1'").ok();
    world.call("hook add orders --connection dw --sql 'SELECT 1'").ok();
    world.editor("cp $1 seen.sql; case $1 in *.sql) ;; *) exit 9;; esac; echo >>$1");
    let before = world.defined();
    for line in ["module edit orders --raw", "watermark edit orders n --raw", "hook edit 1 --raw"] {
        assert_eq!(world.call(line).ok().stdout(), "nothing changed\n", "{line}");
        assert_eq!(world.defined(), before, "{line}");
    }
    world.editor("cp $1 seen.sql; sed -i -e 's/FROM orders/FROM orders o/' -e 's/SELECT 1/SELECT 2/' $1; echo >>$1");
    world.call("module edit orders --raw").ok().prints("changed");
    assert_eq!(std::fs::read_to_string(world.path("seen.sql")).unwrap(), "--! mine\r\nSELECT '\\n'\t \r\nFROM orders");
    assert_eq!(world.json("module show orders")["source_query"], "--! mine\r\nSELECT '\\n'\t \r\nFROM orders o");
    assert_eq!(world.call("watermark edit orders n --raw --json").ok().json()["resolver_sql"], "SELECT 2");
    assert_eq!(world.call("hook edit 1 --raw --json").ok().json()["sql"], "SELECT 2");
    world.refuses("hook edit 1 --raw --on failure", 2, "--raw opens the editor, and takes no other flags");
}

#[test]
fn raw_sql_that_is_refused_opens_again() {
    let mut world = World::orders();
    world.editor("if [ -e seen0 ]; then cp $1 seen1; echo 'SELECT 7' >$1; else cp $1 seen0; echo ' ' >$1; fi");
    world.call("module edit orders --raw").ok().prints("changed");
    assert_eq!(std::fs::read_to_string(world.path("seen1")).unwrap(), "--! the source query is empty\n \n");
    assert_eq!(world.json("module show orders")["source_query"], "SELECT 7");
    // Left with the mistake in it.
    let folder = world.path("").to_str().unwrap().to_owned();
    world.set("TMPDIR", &folder);
    world.editor("head -n 1 $1 | grep -q '^--!' || echo ' ' >$1");
    let before = world.defined();
    world.call("module edit orders --raw").fails(2, "the editor was left with the mistake in it; nothing was changed");
    assert_eq!(world.defined(), before);
}

/// A group is edited with its members and its schedules; a schedule that stays remembers what it fired.
#[test]
fn a_group_is_edited_with_its_schedules() {
    let mut world = World::orders();
    world.call("group add nightly --members orders").ok();
    for cron in ["0 1 * * *", "0 2 * * *", "0 3 * * *"] {
        world.args(&["schedule", "add", "nightly", cron]).ok();
    }
    world.sqlite("pipekit.db").execute_batch("UPDATE schedule SET last_fired_at = '2026-01-01T00:00:00.000Z'").unwrap();
    world.editor("sed -i -e 's/0 2 /30 2 /' -e '/0 3 /,+2d' $1; sed -i '$d' $1");
    world.call("group edit nightly").ok().prints("changed");
    let sql = "SELECT id, cron_expr, last_fired_at IS NOT NULL FROM schedule ORDER BY id";
    assert_eq!(world.rows("pipekit", sql), ["1|'0 1 * * *'|1", "2|'30 2 * * *'|1"]);
    world.call("group edit nightly --stop-on-failure true").ok();
    assert_eq!(world.rows("pipekit", sql).len(), 2);
}
