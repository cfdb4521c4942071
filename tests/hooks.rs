//! Hooks: after the merge, in order, and never at its cost.

use super::support::{NEW, OLD, Pair};
use serde_json::json;

/// `orders` with a hook for each way to run on, which notes its name at the source; out of their order.
fn with_hooks(pair: Pair) -> Pair {
    let pair = pair.with_orders();
    pair.src("CREATE TABLE told (n INTEGER PRIMARY KEY, word TEXT)");
    pair.orders("--strategy full --full-by delete");
    for (order, on, word) in
        [(30, "always", "c"), (10, "success", "a"), (20, "success", "b"), (15, "failure", "failed")]
    {
        let sql = format!("INSERT INTO told (word) VALUES ('{word}')");
        pair.world
            .args(&[
                "hook",
                "add",
                "orders",
                "--connection",
                "src",
                "--on",
                on,
                "--order",
                &order.to_string(),
                "--sql",
                &sql,
            ])
            .ok();
    }
    pair
}

fn told(pair: &Pair) -> String {
    let words = pair.world.rows("src", "SELECT word FROM told ORDER BY n").join(" ").replace('\'', "");
    pair.src("DELETE FROM told");
    words
}

on_each! {
    fn hooks_run_in_order_after_the_merge_and_by_how_it_ended(pair) {
        let mut pair = with_hooks(pair);
        // One that looks: the merge is committed by then.
        pair.call("hook add orders --connection dst --order 5 --sql 'UPDATE orders SET qty = qty + 1 WHERE id < 3'").ok();
        pair.world.run("orders");
        assert_eq!(told(&pair), "a b c");
        assert_eq!(pair.loaded(), ["1|nut|11", "2|NULL|21", "3||30"]);
        let steps = pair.world.steps("orders");
        assert_eq!(steps[steps.len() - 6..], ["merge merge", "merge receipt", "hook 5", "hook 10", "hook 20", "hook 30"]);
        pair.call("module edit orders --min-rows 9").ok();
        pair.call("run orders").code(1);
        assert_eq!(told(&pair), "failed c");
        pair.call("run orders --dry-run").ok();
        assert_eq!(told(&pair), "");
    }

    /// The merge is committed, so the run is a success; but nobody overlooks the hook.
    fn a_hook_that_fails_is_counted_and_said_and_the_next_ones_run(pair) {
        let mut pair = with_hooks(pair);
        pair.call("hook add orders --connection dst --order 12 --sql 'UPDATE nowhere SET x = 1'").ok();
        pair.call("run orders").ok().says("hook 12 on dst failed").says("nowhere");
        assert_eq!(pair.loaded(), NEW);
        assert_eq!(told(&pair), "a b c");
        let run = pair.world.log("orders");
        assert_eq!([&run["status"], &run["hooks_failed"], &run["error"]], [&json!("success"), &json!(1), &json!(null)]);
        assert!(run["warnings"][0].as_str().unwrap().contains("hook 12 on dst failed"), "{}", run["warnings"]);
        let log = run["hook_log"].as_str().unwrap();
        let lines: Vec<&str> = log.lines().filter_map(|l| l.split_once(" hook ").map(|(_, said)| said)).collect();
        assert_eq!(lines.len(), 4, "{log}");
        assert_eq!([lines[0], lines[2], lines[3]], ["10 on src: done, 1 row", "20 on src: done, 1 row", "30 on src: done, 1 row"]);
        assert!(lines[1].starts_with("12 on dst failed: "), "{log}");
        pair.call("status").ok().prints("1 hook(s) failed");
        pair.call("status --failed").ok().prints("orders");
    }

    fn a_hook_whose_database_is_gone_fails_alone(pair) {
        let mut pair = with_hooks(pair);
        pair.call("connection add gone --driver sqlite --url jdbc:sqlite:/nowhere/x.db").ok();
        pair.call("hook add orders --connection gone --order 1 --sql 'SELECT 1'").ok();
        pair.call("run orders").ok().says("hook 1 on gone failed");
        assert_eq!((told(&pair).as_str(), pair.loaded()), ("a b c", NEW.map(str::to_owned).to_vec()));
    }

    fn a_failed_run_stays_failed_whatever_its_hooks_do(pair) {
        let mut pair = with_hooks(pair);
        pair.call("module edit orders --min-rows 9").ok();
        pair.call("hook add orders --connection dst --on failure --order 1 --sql 'SELECT nope'").ok();
        pair.call("run orders").fails(1, "fewer than the 9").says("hook 1 on dst failed");
        assert_eq!(told(&pair), "failed c");
        assert_eq!([&pair.world.log("orders")["status"], &pair.world.log("orders")["hooks_failed"]], [&json!("error"), &json!(1)]);
        assert_eq!(pair.loaded(), OLD);
    }

    /// What a hook's query gives stands in the log.
    fn what_a_hook_gives_is_logged(pair) {
        let pair = pair.with_orders();
        pair.orders("--strategy full --full-by delete");
        pair.call("hook add orders --connection dst --sql \"SELECT count(*), NULL, 'x' FROM orders\"").ok();
        pair.world.run("orders");
        pair.call("log show orders --hooks").ok().prints("on dst: 3\tNULL\tx\n");
    }
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_materialized_view_is_refreshed_and_notices_are_logged() {
    let mut pair = Pair::postgres().with_orders();
    pair.dst(
        "CREATE MATERIALIZED VIEW total AS SELECT sum(qty) AS n FROM orders;
         CREATE PROCEDURE say() LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'said'; COMMIT; END $$",
    );
    pair.orders("--strategy full");
    pair.call("hook add orders --connection dst --order 1 --sql 'REFRESH MATERIALIZED VIEW total'").ok();
    pair.call("hook add orders --connection dst --order 2 --sql 'CALL say()'").ok();
    pair.call("hook add orders --connection dst --order 3 --sql 'VACUUM orders'").ok();
    assert_eq!(pair.world.run("orders")["hooks_failed"], 0);
    assert_eq!(pair.rows("SELECT n FROM total"), ["60"]);
    pair.call("log show orders --hooks").ok().prints("hook 2 on dst: NOTICE: said\n");
}
