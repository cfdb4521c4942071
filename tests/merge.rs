//! Merging: what each strategy does, and how columns are matched. What destinations can be like is in `destinations`.

use super::support::{NEW, OLD};

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
        let table = "CREATE TABLE parts (doc INTEGER, line INTEGER, item VARCHAR(9))";
        pair.src(&format!("{table}; INSERT INTO parts VALUES (1, 1, 'a'), (1, 2, 'b'), (2, 1, 'c'), (2, 1, 'd')"));
        pair.dst(&format!(
            "{table}; INSERT INTO parts VALUES (1, 1, 'x'), (1, 1, 'y'), (2, 2, 'kept'), (3, 1, 'kept'), (1, NULL, 'kept')"
        ));
        pair.module("parts", "--table parts --strategy incremental --key doc,line --query 'SELECT * FROM parts'");
        let run = pair.world.run("parts");
        assert_eq!([&run["rows_deleted"], &run["rows_inserted"]], [&2, &4]);
        let now = pair.rows("SELECT doc, line, item FROM parts ORDER BY item, doc");
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
        let hint = "`pipekit connection columns src TABLE --for dst --ddl` proposes";
        pair.call("run lost").fails(1, "there is no table nowhere on dst").says(hint);
        pair.call("module edit lost --query 'SELECT * FROM orders o WHERE id > 0'").ok();
        pair.call("run lost").fails(1, "columns src orders --for dst --ddl` proposes");
    }
}
