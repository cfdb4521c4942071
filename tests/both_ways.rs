//! A module of each strategy, with a watermark and a hook, defined by flags and again by one JSON document: both are the
//! same module, do the same, and what is previewed is what is logged, to the byte.

use super::support::Pair;

/// Runs the module twice, the source changed between, and gives what was previewed, what ran, and what came of it.
fn twice(pair: &mut Pair) -> Vec<(String, String, Vec<String>)> {
    pair.src("DELETE FROM orders; INSERT INTO orders VALUES (1, 'nut', 10), (2, NULL, 20), (3, '', 30)");
    pair.dst("DELETE FROM orders; DELETE FROM told; INSERT INTO orders VALUES (0, 'old', 0)");
    let mut out = Vec::new();
    for change in ["", "UPDATE orders SET qty = 31 WHERE id = 3; INSERT INTO orders VALUES (4, 'ü', 40)"] {
        pair.src(change);
        let preview = pair.call("module preview orders --json").ok().json();
        let run = pair.world.run("orders");
        assert_eq!(run["status"], "success", "{run}");
        let text = |part: &str| pair.call(&format!("log show orders --{part}")).ok().stdout();
        let (sql, merge) = (text("sql"), text("merge"));
        assert_eq!([&preview["resolved_source_sql"], &preview["merge_sql"]], [&sql, &merge]);
        assert_eq!(preview["watermark_values_json"], run["watermark_values_json"]);
        let mut rows = pair.rows("SELECT id, item, qty FROM orders ORDER BY id, qty");
        rows.extend(pair.rows("SELECT count(*) FROM told"));
        out.push((sql, merge, rows));
    }
    out
}

on_each! {
    fn each_strategy_by_flags_and_by_json(pair) {
        let mut pair = pair.with_orders();
        pair.dst("DROP TABLE orders; CREATE TABLE orders (id INTEGER NOT NULL, item VARCHAR(20), qty INTEGER); CREATE TABLE told (n INTEGER)");
        let cases = [
            ("full --full-by delete", "WHERE id >= {from} * 0", &["1|nut|10", "2|NULL|20", "3||31", "4|ü|40", "2"][..]),
            ("incremental --key id", "WHERE id >= {from}", &["0|old|0", "1|nut|10", "2|NULL|20", "3||31", "4|ü|40", "2"]),
            ("append", "WHERE id > {from}", &["0|old|0", "1|nut|10", "2|NULL|20", "3||30", "4|ü|40", "2"]),
        ];
        for (strategy, filter, expected) in cases {
            pair.module("orders", &format!("--table orders --strategy {strategy} --query 'SELECT id, item, qty FROM orders {filter}'"));
            pair.call("watermark add orders from --connection dst --sql 'SELECT max(id) FROM orders' --default 0").ok();
            pair.call("hook add orders --connection dst --sql 'INSERT INTO told VALUES (1)'").ok();
            let by_flags = twice(&mut pair);
            assert_eq!(by_flags[1].2, expected, "{strategy}");
            let definition = pair.call("module show orders --definition").ok().stdout();
            pair.call("module remove orders").ok();
            pair.world.call_with("module add --json-file -", &definition).ok();
            assert_eq!(twice(&mut pair), by_flags, "{strategy}");
            pair.call("module remove orders").ok();
        }
    }
}
