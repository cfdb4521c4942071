//! Merging: the strategies, and what a destination's columns may be like.

use super::support::{NEW, OLD, Pair};

on_each! {
    fn a_full_load_replaces_everything(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete");
        let run = pair.world.run("orders");
        assert_eq!(
            [&run["status"], &run["row_count"], &run["rows_deleted"], &run["rows_inserted"], &run["error"]],
            [&"success".into(), &3.into(), &1.into(), &3.into(), &serde_json::Value::Null]
        );
        assert_eq!(pair.loaded(), NEW);
        // Again: the same rows, not twice.
        assert_eq!(pair.world.run("orders")["rows_deleted"], 3);
        assert_eq!(pair.loaded(), NEW);
    }

    fn a_full_load_by_truncate_replaces_everything_where_there_is_one(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy full --full-by truncate");
        let run = pair.world.run("orders");
        let merge = run["merge_sql"].as_str().unwrap();
        assert_eq!(merge.contains("TRUNCATE"), pair.is_postgres());
        // TRUNCATE tells no count: it stays unknown.
        assert_eq!(run["rows_deleted"], if pair.is_postgres() { serde_json::Value::Null } else { 1.into() });
        assert_eq!(pair.loaded(), NEW);
    }

    fn an_append_adds_and_removes_nothing(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy append");
        let run = pair.world.run("orders");
        assert_eq!([&run["rows_deleted"], &run["rows_inserted"]], [&0, &3]);
        assert_eq!(pair.loaded(), [&NEW[..], &OLD[..]].concat());
    }

    fn an_incremental_load_replaces_by_all_columns_of_its_key(pair) {
        let table = "CREATE TABLE lines (doc INTEGER, line INTEGER, item VARCHAR(9))";
        pair.src(&format!("{table}; INSERT INTO lines VALUES (1, 1, 'a'), (1, 2, 'b'), (2, 1, 'c'), (2, 1, 'd')"));
        pair.dst(&format!(
            "{table}; INSERT INTO lines VALUES (1, 1, 'x'), (1, 1, 'y'), (2, 2, 'kept'), (3, 1, 'kept'), (1, NULL, 'kept')"
        ));
        pair.module("lines", "--table lines --strategy incremental --key doc,line --query 'SELECT * FROM lines'");
        let run = pair.world.run("lines");
        assert_eq!([&run["rows_deleted"], &run["rows_inserted"]], [&2, &4]);
        let now = pair.rows("SELECT doc, line, item FROM lines ORDER BY item, doc");
        assert_eq!(now, ["1|1|a", "1|2|b", "2|1|c", "2|1|d", "1|NULL|kept", "2|2|kept", "3|1|kept"]);
    }

    fn columns_are_filled_by_position_in_the_order_that_is_named(pair) {
        let mut pair = pair.with_orders();
        pair.module("orders", "--table orders --strategy full --full-by delete --columns qty,id \
            --query 'SELECT qty AS id, id AS qty FROM orders'");
        pair.world.run("orders");
        assert_eq!(pair.loaded(), ["1|NULL|10", "2|NULL|20", "3|NULL|30"]);
        let preview = pair.call("module preview orders --json").ok().json();
        let warnings = preview["warnings"].to_string();
        assert!(warnings.contains("output column 1 is called id and goes into qty"), "{warnings}");
    }

    fn another_number_of_columns_fails_before_a_row_moves(pair) {
        let mut pair = pair.with_orders();
        pair.module("orders", "--table orders --strategy full --query 'SELECT id, item FROM orders'");
        pair.call("run orders").fails(1, "2 columns");
        assert_eq!(pair.loaded(), OLD);
    }

    fn columns_are_found_whatever_the_case_they_are_written_in(pair) {
        let mut pair = pair.with_orders();
        pair.orders("--strategy incremental --key ID --unique-key Id --columns ID,Item,QTY");
        pair.world.run("orders");
        assert_eq!(pair.loaded(), [&NEW[..], &OLD[..]].concat());
    }

    fn a_key_or_column_that_is_not_there_is_named(pair) {
        let pair = pair.with_orders();
        pair.orders("--strategy incremental --key nope");
        pair.call("run orders").fails(1, "`nope`").says("id, item, qty");
        pair.call("module edit orders --key id --columns id,nope,qty").ok();
        pair.call("run orders").fails(1, "`nope`").says("id, item, qty");
    }

    fn a_missing_destination_is_named(pair) {
        let pair = pair.with_orders();
        pair.module("lost", "--table nowhere --strategy full --query 'SELECT 1'");
        pair.call("run lost").fails(1, "there is no table nowhere on dst");
    }

    fn names_may_hold_anything(pair) {
        let table = r#""select; -- ""it's"" Order""#;
        let columns = r#""the ""key""", "group", "a;b", "deleted", "pipekit_staged", "staged", "$pipekit$""#;
        pair.src(&format!(
            r#"CREATE TABLE {table} ({columns});
               INSERT INTO {table} VALUES (1, 2, 3, 4, 5, 6, 7), (2, 3, 4, 5, 6, 7, 8)"#
        ));
        let typed: Vec<String> = columns.split(", ").map(|c| format!("{c} INTEGER")).collect();
        pair.dst(&format!(
            "CREATE TABLE {table} ({}); INSERT INTO {table} VALUES (2, 0, 0, 0, 0, 0, 0), (3, 0, 0, 0, 0, 0, 0)",
            typed.join(", ")
        ));
        pair.world
            .args(&["module", "add", "odd", "--source", "src", "--dest", "dst", "--table", table, "--strategy", "incremental",
                "--key", r#"the "key""#, "--query", &format!("SELECT * FROM {table}")])
            .ok();
        pair.world.run("odd");
        let all = format!(r#"SELECT * FROM {table} ORDER BY "the ""key""""#);
        assert_eq!(pair.rows(&all), ["1|2|3|4|5|6|7", "2|3|4|5|6|7|8", "3|0|0|0|0|0|0"]);
        pair.call("module edit odd --strategy full --full-by delete").ok();
        pair.world.run("odd");
        assert_eq!(pair.rows(&all), ["1|2|3|4|5|6|7", "2|3|4|5|6|7|8"]);
    }

    /// Never 14: a destination called like the merge's own alias was emptied.
    fn tables_called_like_parts_of_the_merge_keep_their_rows(pair) {
        for name in ["staged", "target", "STAGED"] {
            let quoted = format!("\"{name}\"");
            pair.src(&format!("DROP TABLE IF EXISTS {quoted}; CREATE TABLE {quoted} (k, v); INSERT INTO {quoted} VALUES (1, 'new')"));
            pair.dst(&format!(
                "DROP TABLE IF EXISTS {quoted}; CREATE TABLE {quoted} (k INTEGER, v VARCHAR(9));
                 INSERT INTO {quoted} VALUES (1, 'old'), (2, 'kept')"
            ));
            let module = format!("m_{}", name.to_lowercase());
            let module = if name == "STAGED" { format!("{module}_capital") } else { module };
            pair.module(&module, &format!("--table '{quoted}' --strategy incremental --key k --query 'SELECT k, v FROM {quoted}'"));
            pair.world.run(&module);
            assert_eq!(pair.rows(&format!("SELECT k, v FROM {quoted} ORDER BY k")), ["1|new", "2|kept"], "{name}");
        }
    }
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn identity_generated_and_defaulted_columns_fill_themselves() {
    let mut pair = Pair::postgres();
    pair.src("CREATE TABLE t (id, name); INSERT INTO t VALUES (7, 'a'), (8, 'b')");
    pair.dst(
        "CREATE TABLE always (id bigint GENERATED ALWAYS AS IDENTITY, name text NOT NULL,
                              twice text GENERATED ALWAYS AS (name || name) STORED, at text NOT NULL DEFAULT 'now');
         CREATE TABLE by_default (id bigint GENERATED BY DEFAULT AS IDENTITY, name text NOT NULL)",
    );
    pair.module("filled", "--table always --strategy full --columns name --query 'SELECT name FROM t ORDER BY id'");
    pair.world.run("filled");
    assert_eq!(pair.rows("SELECT * FROM always ORDER BY id"), ["1|a|aa|now", "2|b|bb|now"]);
    // An identity that is named takes the source's values, even one that is `ALWAYS`.
    pair.module("named", "--table always --strategy full --columns id,name --query 'SELECT id, name FROM t'");
    pair.world.run("named");
    assert_eq!(pair.rows("SELECT * FROM always ORDER BY id"), ["7|a|aa|now", "8|b|bb|now"]);
    pair.module("bydef", "--table by_default --strategy full --query 'SELECT id, name FROM t'");
    pair.world.run("bydef");
    assert_eq!(pair.rows("SELECT * FROM by_default ORDER BY id"), ["7|a", "8|b"]);
    pair.call("module edit named --columns id,twice").ok();
    pair.call("run named").fails(1, "twice").says("computed");
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn not_null_and_checks_of_the_destination_hold_at_the_merge() {
    let mut pair = Pair::postgres().with_orders();
    pair.dst("ALTER TABLE orders ALTER item SET NOT NULL; ALTER TABLE orders ADD CONSTRAINT some_left CHECK (qty > 0)");
    pair.orders("--strategy full");
    pair.call("run orders").fails(1, "merging into orders on dst").says("item");
    assert_eq!(pair.loaded(), OLD);
    pair.src("UPDATE orders SET item = 'x', qty = 0 WHERE item IS NULL");
    pair.call("run orders").fails(1, "some_left");
    assert_eq!(pair.loaded(), OLD);
    pair.src("UPDATE orders SET qty = 1 WHERE qty = 0");
    pair.world.run("orders");
    assert_eq!(pair.loaded(), ["1|nut|10", "2|x|1", "3||30"]);
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn an_append_needs_no_right_but_to_insert() {
    let mut pair = Pair::postgres().with_orders();
    let login = format!("appender_{}", pair.pg().name);
    let database = pair.pg().name.clone();
    pair.dst(&format!(
        "CREATE ROLE {login} LOGIN PASSWORD 'append-only'; GRANT INSERT ON orders TO {login};
         GRANT CREATE ON DATABASE {database} TO {login}"
    ));
    pair.world.call_with("secrets set APPENDER", "append-only").ok();
    pair.world.args(&["connection", "edit", "dst", "--user", &login, "--password", "$APPENDER"]).ok();
    pair.orders("--strategy append");
    pair.world.run("orders");
    assert_eq!(pair.loaded(), [&NEW[..], &OLD[..]].concat());
    pair.dst(&format!("DROP OWNED BY {login} CASCADE; DROP ROLE {login}"));
}
