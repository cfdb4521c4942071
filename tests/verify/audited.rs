//! `watermark audit`: the overlap that it proposes, replayed over the same history, loses nothing.

use crate::support::random::Random;
use crate::support::{Pair, Side, mariadb, postgres};
use serde_json::{Value, json};

/// A history: before each run these rows come, by id and the time that stands in them. Most come in time.
fn history(seed: u64) -> Vec<Vec<(i64, i64)>> {
    let mut random = Random(seed);
    let (mut id, mut clock) = (0, 0);
    (0..12)
        .map(|_| {
            clock += 600;
            let mut come = Vec::new();
            for _ in 0..10 {
                id += 1;
                // Seconds after the beginning; one in five is late by up to two hours.
                let late = if random.below(5) == 0 { random.below(7_200) as i64 } else { 0 };
                come.push((id, clock - random.below(300) as i64 - late));
            }
            come
        })
        .collect()
}

fn at(seconds: i64) -> String {
    let seconds = seconds + 86_400;
    format!(
        "2026-03-{:02} {:02}:{:02}:{:02}",
        1 + seconds / 86_400,
        seconds / 3_600 % 24,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// A module that loads what is new by a time, or by a number, with this resolver.
fn module(pair: &mut Pair, kinds: [&str; 2], quoted: bool, resolver: &str) {
    let table = |kind| format!("CREATE TABLE t (id INTEGER PRIMARY KEY, changed {kind})");
    pair.src(&table(kinds[0]));
    pair.dst(&table(kinds[1]));
    let query = if quoted { "'{since}'" } else { "{since}" };
    let query = format!("SELECT t.id, t.changed FROM t WHERE t.changed >= {query}");
    pair.world
        .args(&[
            "module",
            "add",
            "t",
            "--source",
            "src",
            "--dest",
            "dst",
            "--table",
            "t",
            "--strategy",
            "incremental",
            "--key",
            "id",
            "--query",
            &query,
        ])
        .ok();
    let default = if quoted { "2000-01-01" } else { "-100000" };
    pair.world
        .args(&["watermark", "add", "t", "since", "--connection", "dst", "--sql", resolver, "--default", default])
        .ok();
}

fn replay(pair: &Pair, history: &[Vec<(i64, i64)>], quoted: bool) {
    for come in history {
        let value = |seconds: i64| if quoted { format!("'{}'", at(seconds)) } else { seconds.to_string() };
        let rows: Vec<String> = come.iter().map(|(id, seconds)| format!("({id}, {})", value(*seconds))).collect();
        pair.src(&format!("INSERT INTO t VALUES {}", rows.join(", ")));
        pair.world.run("t");
    }
}

/// Done when 5.
fn case(fresh: &dyn Fn() -> Pair, kinds: [&str; 2], quoted: bool) -> Value {
    let seed = 7;
    let history = history(seed);
    let mut pair = fresh();
    module(&mut pair, kinds, quoted, "SELECT max(changed) FROM t");
    replay(&pair, &history, quoted);
    let told = pair.call("watermark audit t --json --limit 0").code(1).json();
    let lost = 120 - pair.rows("SELECT count(*) FROM t")[0].parse::<i64>().unwrap();
    assert!(lost > 3, "the history loses nothing: {told}");
    assert_eq!(
        (&told["passed_by"], &told["to_come"], &told["unknown"]),
        (&json!(lost), &json!(0), &json!(0)),
        "{told}"
    );
    assert_eq!((&told["column"], &told["watermark"], &told["runs"]), (&json!("changed"), &json!("since"), &json!(12)));
    // Every one of them came after the run that it names, and was passed by by the next.
    for late in told["late"].as_array().unwrap() {
        let id: i64 = late["key"]["id"].as_str().unwrap().parse().unwrap();
        let came = history.iter().position(|come| come.iter().any(|(other, _)| *other == id)).unwrap() as i64;
        assert!(late["came_after_run_id"].as_i64().unwrap() <= came, "{late}");
        assert!(late["passed_by_run_id"].as_i64().unwrap() <= came + 1, "{late}");
    }
    let resolver = told["resolver_sql"].as_str().unwrap();
    assert!(told["gives"].is_string(), "{told}");

    let mut again = fresh();
    module(&mut again, kinds, quoted, resolver);
    replay(&again, &history, quoted);
    again.call("module verify t").ok();
    let told_again = again.call("watermark audit t --json").ok().json();
    assert_eq!((&told_again["passed_by"], &told_again["overlap"]), (&json!(0), &json!(null)));

    // In the same history, the rows that are lost already come with the next run.
    pair.world.args(&["watermark", "edit", "t", "since", "--sql", resolver]).ok();
    pair.world.run("t");
    pair.call("module verify t").ok();
    told
}

#[test]
fn on_sqlite_by_numbers_and_by_text() {
    case(&Pair::sqlite, ["INTEGER"; 2], false);
    let told = case(&Pair::sqlite, ["TEXT"; 2], true);
    assert!(told["expression"].as_str().unwrap().starts_with("datetime(max(changed), '-"), "{told}");
}

#[test]
#[ignore = "needs PostgreSQL and MariaDB: tests/run.sh"]
fn on_postgresql_and_mariadb() {
    let to_postgres = || {
        let from = Side::Mariadb(mariadb::Database::new());
        Pair::between(from, Side::Postgres(Box::new(postgres::Database::new())))
    };
    let told = case(&to_postgres, ["DATETIME", "TIMESTAMP"], true);
    assert!(told["expression"].as_str().unwrap().starts_with("(max(changed) - interval '"), "{told}");
    let told = case(&Pair::mariadb, ["TEXT", "DATETIME"], true);
    assert!(told["expression"].as_str().unwrap().starts_with("(max(changed) - INTERVAL "), "{told}");
}

/// What it can't tell, it says.
#[test]
fn what_can_not_be_told() {
    let mut pair = Pair::sqlite();
    module(&mut pair, ["INTEGER"; 2], false, "SELECT changed FROM t ORDER BY changed DESC LIMIT 1");
    pair.src("INSERT INTO t VALUES (1, 100), (2, 200)");
    pair.world.run("t");
    pair.call("watermark audit t").ok().stdout();
    pair.src("INSERT INTO t VALUES (3, 150), (4, 250), (5, NULL)");
    let told = pair.call("watermark audit t --json").code(1).json();
    // The row that is new is for the next run; the one without a value never comes.
    assert_eq!((&told["passed_by"], &told["to_come"], &told["unknown"]), (&json!(1), &json!(1), &json!(0)), "{told}");
    assert_eq!(told["late"][0]["at_least"], "50");
    assert_eq!((&told["overlap"], &told["expression"]), (&json!("51"), &json!(null)));
    let shown = pair.call("watermark audit t").code(1);
    assert!(shown.stdout().contains("An overlap of 51"), "{}", shown.stdout());
    pair.call("watermark audit t nosuch").code(4);
    pair.call("watermark audit t --column nosuch").code(2).says("--column COLUMN");
    pair.call("watermark remove t since").ok();
    pair.call("module edit t --query 'SELECT id, changed FROM t'").ok();
    pair.call("watermark audit t").code(2).says("no watermark");
}

/// A key of several columns is told in its order, and a row that was changed behind the column's back as such.
#[test]
fn keys_and_what_changed_without_a_new_time() {
    let pair = Pair::sqlite();
    pair.world.lite_sql("src", "CREATE TABLE l (no INTEGER, line INTEGER, total INTEGER, changed TEXT)");
    pair.world.lite_sql("dst", "CREATE TABLE l (no INTEGER, line INTEGER, total INTEGER, changed TEXT)");
    let rows = "INSERT INTO l VALUES (21, 2, 5, '2026-01-02 03:04:05'), (30, 1, 6, '2026-03-02 05:04:05')";
    pair.world.lite_sql("src", rows);
    let query = "SELECT * FROM l WHERE changed >= '{since}'";
    pair.world
        .args(&["module", "add", "l", "--source", "src", "--dest", "dst", "--table", "l", "--strategy", "incremental"])
        .code(2);
    let add = [
        "module",
        "add",
        "l",
        "--source",
        "src",
        "--dest",
        "dst",
        "--table",
        "l",
        "--strategy",
        "incremental",
        "--key",
        "no,line",
    ];
    pair.world.args(&[&add[..], &["--query", query]].concat()).ok();
    let sql = "SELECT max(changed) FROM l";
    pair.world
        .args(&["watermark", "add", "l", "since", "--connection", "dst", "--sql", sql, "--default", "1970-01-01"])
        .ok();
    pair.world.run("l");
    pair.world.lite_sql("src", "UPDATE l SET total = 50 WHERE no = 21");
    pair.world.lite_sql("src", "INSERT INTO l VALUES (3, 4, 7, '2026-03-02 01:04:04')");
    let shown = pair.call("watermark audit l").code(1).stdout();
    assert!(shown.contains("NO, LINE"), "{shown}");
    assert!(shown.contains("21, 2 ") && shown.contains("59 days 2 hours"), "{shown}");
    assert!(shown.contains("3, 4 ") && shown.contains("4 hours 1 second"), "{shown}");
    let told = pair.call("watermark audit l --json").code(1).json();
    assert_eq!(told["key"], json!(["no", "line"]));
    let remark = told["remarks"].to_string();
    assert!(remark.contains("1 row changed at the source without a new value of changed"), "{remark}");
}
