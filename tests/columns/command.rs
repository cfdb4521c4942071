//! The command, on modules.

use super::super::support::World;
use serde_json::{Value, json};

const QUERY: &str = "WITH x AS (SELECT 1, 2) -- a, b FROM c
SELECT
  id,          -- the number
  upper(item) AS item,
  /* how many,
     FROM when */
  id * 2 twice
FROM orders -- all of them
WHERE id > 0
ORDER BY item";

/// A shop with the module `orders` of this query.
fn with_query(query: &str, more: &str) -> World {
    let world = World::erp();
    world.sqlite("dw.db").execute_batch("CREATE TABLE wide (id INTEGER, item TEXT, twice INTEGER)").unwrap();
    world.module("orders", "erp", "dw", "wide", format!("full {more}").trim_end(), query);
    world
}

fn query(world: &World) -> String {
    world.json("module show orders")["source_query"].as_str().unwrap().to_owned()
}

fn names(world: &World) -> Vec<String> {
    let all = world.json("module columns orders");
    all.as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap_or("-").to_owned()).collect()
}

#[test]
fn the_columns_are_shown() {
    let world = with_query(QUERY, "--columns id,item,twice");
    assert_eq!(
        world.call("module columns orders").ok().stdout(),
        "#  NAME   EXPRESSION   FILLS\n1  id     id           id\n2  item   upper(item)  item\n3  twice  id * 2       twice\n"
    );
    assert_eq!(
        world.json("module columns orders")[2],
        json!({"position": 3, "name": "twice", "expression": "id * 2", "dest_column": "twice",
               "comment": "/* how many,\n     FROM when */", "is_star": false})
    );
    assert_eq!(world.json("module columns list 1"), world.json("module columns orders"));
    let world = with_query("SELECT o.*, 1 FROM orders o", "");
    world.call("module columns orders").ok().says("`o.*` stands for any number of columns").prints("1  -     o.*");
    assert_eq!(world.json("module columns orders")[0]["is_star"], true);
}

#[test]
fn each_change_leaves_the_rest_to_the_byte() {
    let world = with_query(QUERY, "");
    let mut expected = QUERY.to_owned();
    for (line, from, to) in [
        ("set orders item --expression 'lower(item)'", "upper(item)", "lower(item)"),
        ("set orders 3 --name thrice --expression 'id * 3'", "id * 2 twice", "id * 3 thrice"),
        ("set orders id --expression 'id + 1'", "id,  ", "id + 1 AS id,  "),
        ("set orders item --expression 'trim(item) AS name'", "lower(item) AS item", "trim(item) AS name"),
        ("set orders 2 --name 'Item No'", "AS name", "AS \"Item No\""),
        ("set orders 'Item No' --name order", "\"Item No\"", "\"order\""),
        ("set orders 2 --name item", "\"order\"", "item"),
        ("add orders --expression '1 AS one' --after item", "AS item,", "AS item,\n  1 AS one,"),
        (
            "add orders --expression '(SELECT max(id), 2 FROM orders)' --name most --at 1",
            "SELECT\n  id",
            "SELECT\n  (SELECT max(id), 2 FROM orders) AS most,\n  id",
        ),
        ("add orders --expression ' NULL ' --name last", "id * 3 thrice\n", "id * 3 thrice,\n  NULL AS last\n"),
        ("drop orders one 1", "  (SELECT max(id), 2 FROM orders) AS most,\n", ""),
        ("move orders last --before item", "trim(item) AS item", "NULL AS last,\n  trim(item) AS item"),
        ("set orders 2 --expression NULL", "", ""),
    ] {
        world.call(&format!("module columns {line}")).ok();
        expected = expected.replacen(from, to, 1);
        if line.starts_with("drop") {
            expected = expected.replacen("\n  1 AS one,", "", 1);
        }
        if line.starts_with("move") {
            expected = expected.replacen(",\n  NULL AS last\n", "\n", 1);
        }
        assert_eq!(query(&world), expected, "{line}");
    }
    assert_eq!(names(&world), ["id", "last", "item", "thrice"]);
}

#[test]
fn comments_go_with_their_column() {
    let world = with_query(QUERY, "");
    world.call("module columns move orders id --to 3").ok().prints("moved id from 1 to 3");
    let moved = "SELECT\n  upper(item) AS item,\n  /* how many,\n     FROM when */\n  id * 2 twice,\n  id          -- the number\nFROM";
    assert!(query(&world).contains(moved), "{}", query(&world));
    world.call("module columns drop orders id").ok().prints("dropped column 3: id, with its comment -- the number");
    world.call("module columns rm orders twice").ok();
    assert_eq!(
        query(&world),
        "WITH x AS (SELECT 1, 2) -- a, b FROM c\nSELECT\n  upper(item) AS item\nFROM orders -- all of them\nWHERE id > 0\nORDER BY item"
    );
}

#[test]
fn crlf_stays_crlf() {
    let world = with_query(&QUERY.replace('\n', "\r\n"), "");
    world.call("module columns add orders --expression 1 --name one").ok();
    world.call("module columns add orders --expression 2 --name two --at 1").ok();
    let query = query(&world);
    assert_eq!(query.matches('\n').count(), query.matches("\r\n").count());
    world.call("module columns drop orders one two").ok();
    assert_eq!(self::query(&world), QUERY.replace('\n', "\r\n"));
}

#[test]
fn each_column_keeps_the_one_that_it_fills() {
    let world = with_query("SELECT id, item FROM orders", "--columns id,item");
    let fills = |world: &World| world.json("module show orders")["dest_columns"].clone();
    world.call("module columns move orders id --to 2").ok().prints("fills, in the same order: item, id");
    assert_eq!(fills(&world), json!(["item", "id"]));
    world.call("module columns add orders --expression 'id * 2' --name twice --at 1").ok();
    assert_eq!(fills(&world), json!(["twice", "item", "id"]));
    world.run("orders");
    assert_eq!(world.rows("dw", "SELECT id, item, twice FROM wide ORDER BY 1 LIMIT 1"), ["1|'a'|2"]);
    world.call("module columns set orders twice --name double").ok();
    assert_eq!(fills(&world), json!(["twice", "item", "id"]));
    world.call("module columns drop orders item").ok().prints("fills, in the same order: twice, id");
    assert_eq!(fills(&world), json!(["twice", "id"]));
    world.call("module columns add orders --expression item --dest-column item").ok();
    assert_eq!(fills(&world), json!(["twice", "id", "item"]));
    assert_eq!(query(&world), "SELECT id * 2 AS double, id, item FROM orders");
    world.refuses("module columns add orders --expression 7", 2, "--dest-column says which column");
    world.call("module edit orders --key id --strategy incremental").ok();
    world.refuses("module columns drop orders id", 2, "the merge key `id` is not among the destination columns");
}

#[test]
fn what_goes_elsewhere_is_warned_of() {
    let world = with_query("SELECT id, item, 1 FROM orders", "");
    for (line, says) in [
        ("move orders item --to 1", "from column 1 on, what the query gives goes into another one than before"),
        ("add orders --expression 2 --at 2", "from column 2 on"),
        ("add orders --expression 3", "the query gives 5 now"),
        ("drop orders 5", "the query gives 4 now"),
    ] {
        world.call(&format!("module columns {line}")).ok().says(says).says("pipekit module preview orders");
    }
    let quiet = world.call("module columns set orders 1 --expression 'trim(item)'").ok().stderr();
    assert_eq!(quiet, "");
    let world = with_query("SELECT *, 1 one FROM orders", "--columns id,item,twice");
    world
        .call("module columns move orders one --to 1")
        .ok()
        .says("names 3 columns that it fills, which are as they were");
    let world = with_query("SELECT DISTINCT id, item AS i FROM orders ORDER BY i", "--columns id,item");
    world.call("module columns drop orders i").ok().says("SELECT DISTINCT").says("`i` stands behind the list too");
}

#[test]
fn what_is_no_column_is_refused_and_changes_nothing() {
    let world = with_query("SELECT id, item, item AS ITEM FROM orders ORDER BY 2", "");
    let before = world.defined();
    for (line, code, says) in [
        ("set orders nope --name x", 4, "has no column `nope`"),
        ("set orders 4 --name x", 4, "has no column `4`"),
        ("set orders 0 --name x", 4, "has no column `0`"),
        ("set orders Item --name x", 2, "columns 2 and 3 are called `Item`"),
        ("set orders id --expression 'a, b'", 2, "it holds 2 columns"),
        ("set orders id --expression 'a FROM b'", 2, "it goes on behind the column"),
        ("set orders id --expression '(a'", 2, "a `(` in it is not closed"),
        ("set orders id --expression 'a)'", 2, "closes nothing"),
        ("set orders id --expression '\"it'", 2, "not closed"),
        ("set orders id --expression 'a; b'", 2, "more than one statement"),
        ("set orders id --expression ''", 2, "is no expression"),
        ("set orders id --expression 'DISTINCT a'", 2, "belongs to SELECT"),
        ("set orders id --expression 'a -- b'", 2, "ends with a comment"),
        ("set orders id --expression 'a UNION SELECT b'", 2, "is no expression"),
        ("set orders id --expression 'a AS b' --name c", 2, "is called `b`, and --name says `c`"),
        ("set orders id --name ''", 2, "the name is empty"),
        ("set orders id", 2, "--expression"),
        ("add orders --expression 1 --at 5", 2, "they go from 1 to 4"),
        ("add orders --expression 1 --at 1", 2, "ORDER BY 2 counts the columns"),
        ("add orders --expression 1 --dest-column x", 2, "--dest-column means nothing"),
        ("add orders --expression 1 --after nope", 4, "has no column `nope`"),
        ("move orders id --to 4", 2, "they go from 1 to 3"),
        ("move orders id --to 3", 2, "ORDER BY 2 counts the columns"),
        ("move orders id", 2, "--to"),
        ("drop orders id item", 2, "columns"),
        ("drop orders 1", 2, "ORDER BY 2 counts the columns"),
        ("drop orders 1 2 3", 2, "without a column"),
        ("drop nope 1", 4, "there is no module nope"),
    ] {
        world.call(&format!("module columns {line}")).fails(code, says);
        assert_eq!(world.defined(), before, "{line}");
    }
    world.call("module columns set orders id --name id").ok().prints("nothing changed");
    world.call("module columns move orders id --to 1").ok().prints("nothing changed");
    world.call("module columns set orders id --expression id").ok().prints("nothing changed");
    assert_eq!(world.defined(), before);
}

#[test]
fn a_query_that_can_not_be_taken_apart_says_why() {
    let world = with_query("SELECT id, item, 1 FROM orders UNION ALL SELECT 1, 2, 3", "");
    let before = world.defined();
    for line in ["columns orders", "columns drop orders 1", "columns edit orders", "columns add orders --expression 1"]
    {
        world.call(&format!("module {line}")).fails(1, "by UNION").says("pipekit module edit orders --query");
    }
    let error = world.call("module columns orders --json").code(1).error();
    assert_eq!(error["code"], "failed");
    assert_eq!(world.defined(), before);
}

#[test]
fn the_list_is_edited_as_sql() {
    let mut world = with_query(QUERY, "--columns id,item,twice");
    world.editor("cp $1 seen.sql");
    world.call("module columns edit orders").ok().prints("nothing changed");
    assert_eq!(
        std::fs::read_to_string(world.path("seen.sql")).unwrap(),
        "  id,          -- the number\n  upper(item) AS item,\n  /* how many,\n     FROM when */\n  id * 2 twice"
    );
    // Another order, another expression: what is filled goes along.
    world.editor("printf '  trim(item) AS item, -- who\\n  id * 2 twice,\\n  id -- number\\n' >$1");
    let edited = world.call("module columns edit orders").ok();
    assert!(edited.stdout().contains("fills, in the same order: item, twice, id"), "{}", edited.stdout());
    assert_eq!(
        query(&world),
        "WITH x AS (SELECT 1, 2) -- a, b FROM c\nSELECT\n  trim(item) AS item, -- who\n  id * 2 twice,\n  id -- number\n\
         FROM orders -- all of them\nWHERE id > 0\nORDER BY item"
    );
    world.editor("head -n 1 $1 | grep -q '^--! ' && printf '1 AS id' >$1 || printf '1 AS id, (' >$1");
    world.call("module columns edit orders").ok();
    assert_eq!(names(&world), ["id"]);
    assert_eq!(world.json("module show orders")["dest_columns"], json!(["id"]));
}

#[test]
fn a_mistake_in_the_list_changes_nothing() {
    for (text, says) in [
        ("id, item,", "comma behind its last column"),
        ("id FROM orders --", "it would no longer be one list"),
        ("id) FROM (SELECT 1", "closes nothing"),
        ("'id", "not closed"),
        ("id, 1 + 1", "has no name"),
    ] {
        let mut world = with_query("SELECT id FROM orders ORDER BY 1", "--columns id");
        let folder = world.path("").to_str().unwrap().to_owned();
        world.file("list.sql", text);
        world.set("TMPDIR", &folder).editor("head -n 1 $1 | grep -q '^--! ' || cp list.sql $1");
        let before = world.defined();
        world.call("module columns edit orders").fails(2, says).says("nothing was changed");
        assert_eq!(world.defined(), before, "{text}");
    }
}

/// Never 10: an edit of the list does not undo what another changed meanwhile.
#[test]
fn what_another_changed_meanwhile_is_not_overwritten() {
    let program = env!("CARGO_BIN_EXE_pipekit");
    let mut world = with_query("SELECT id, item FROM orders", "");
    let folder = world.path("").to_str().unwrap().to_owned();
    world.set("TMPDIR", &folder).editor(&format!(
        "head -n 1 $1 | grep -q '^--! ' && exit 0\n{program} module columns add orders --expression 7 --quiet >/dev/null 2>&1\necho 'id' >$1"
    ));
    world.call("module columns edit orders").fails(2, "was changed by somebody else");
    assert_eq!(query(&world), "SELECT id, item, 7 FROM orders");
}

/// Never 10: of many who add a column at once, nobody's is lost.
#[test]
fn many_who_change_it_at_once_all_keep_their_change() {
    let world = with_query("SELECT id FROM orders", "");
    let calls: Vec<_> =
        (0..8).map(|i| world.start(&format!("module columns add orders --expression {i} --name c{i}"))).collect();
    for call in calls {
        call.wait().ok();
    }
    let mut all = names(&world);
    all.sort();
    assert_eq!(all, ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "id"]);
}

#[test]
fn json_is_the_list_as_it_is_now() {
    let world = with_query("SELECT id FROM orders", "");
    let after = world.call("module columns add orders --expression \"'x'\" --name x --json").ok().json();
    assert_eq!(after, world.json("module columns orders"));
    assert_eq!(after.as_array().map(Vec::len), Some(2));
    assert_ne!(after[1]["name"], Value::Null);
}

/// What can't be right is declined, or told as what it is.
#[test]
fn a_case_without_its_end_is_declined_and_a_star_counts_no_columns() {
    let world = World::orders();
    let module = world.json("module list")[0]["name"].as_str().unwrap().to_owned();
    let unfinished = ["module", "columns", "add", &module, "--name", "x", "--expression", "CASE id WHEN 1 THEN 2"];
    world.args(&unfinished).code(2).says("a CASE in it has no END");
    world.args(&["module", "edit", &module, "--query", "SELECT * FROM orders"]).ok();
    let call = world.args(&["module", "columns", "add", &module, "--name", "x", "--expression", "1"]).ok();
    call.says("with a `*` in it the query gives as many as there are");
}
