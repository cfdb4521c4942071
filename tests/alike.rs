//! Keys that MariaDB takes for one and that are two at the source: `abc` and `abc ` in a column of utf8mb4_bin, which pads.
//! None takes the other's row away, in a run, a repair or a deletion.

use crate::support::{Pair, Side, mariadb};
use serde_json::json;

/// A source whose keys are apart, and a table for which they are alike, with rows enough for parts to be compared alone.
fn alike(collation: &str, keys: [&str; 3], more: &str) -> Pair {
    let mut pair = Pair::between(Side::Sqlite, Side::Mariadb(mariadb::Database::new()));
    let rows: Vec<String> = (1..=700).map(|n| format!("('key {n}', {n}, 1)")).collect();
    pair.src("CREATE TABLE pad (code VARCHAR(20) PRIMARY KEY, v INTEGER, ts INTEGER)");
    pair.src(&format!("INSERT INTO pad VALUES {}", rows.join(", ")));
    for (n, key) in keys.iter().enumerate() {
        pair.src(&format!("INSERT INTO pad VALUES ('{key}', {}, 1)", 1001 + n));
    }
    pair.dst(&format!("CREATE TABLE pad (code VARCHAR(20) COLLATE {collation}, v INTEGER, ts INTEGER{more})"));
    pair.module(
        "pad",
        "--table pad --strategy incremental --key code --query \"SELECT code, v, ts FROM pad WHERE ts >= {since}\"",
    );
    let sql = "SELECT max(ts) FROM pad";
    pair.world.args(&["watermark", "add", "pad", "since", "--connection", "dst", "--sql", sql, "--default", "0"]).ok();
    pair.world.run("pad");
    pair
}

/// The rows in question.
fn rows(pair: &mut Pair) -> Vec<String> {
    pair.rows("SELECT concat('<', code, '>'), v FROM pad WHERE v > 1000 ORDER BY v")
}

const COLLATIONS: [(&str, [&str; 3]); 2] =
    [("utf8mb4_bin", ["abc", "abc ", "abc  "]), ("latin1_bin", ["ABC", "ABC ", "ABC  "])];

#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn a_row_replaces_none_whose_key_is_another_to_the_letter() {
    for (collation, keys) in COLLATIONS {
        for more in ["", ", KEY (code)"] {
            let mut pair = alike(collation, keys, more);
            let [a, b, c] = keys.map(|key| format!("<{key}>"));
            pair.src("UPDATE pad SET ts = 2, v = 2002 WHERE v = 1002");
            let run = pair.world.run("pad");
            // All of the watermark's last value, which is every row here, and then the new one's alone.
            assert_eq!((&run["rows_deleted"], &run["rows_inserted"]), (&json!(703), &json!(703)));
            pair.src("UPDATE pad SET ts = 3, v = 3002 WHERE v = 2002");
            let run = pair.world.run("pad");
            assert_eq!((&run["rows_deleted"], &run["rows_inserted"]), (&json!(1), &json!(1)), "{collation}");
            assert_eq!(rows(&mut pair), [format!("{a}|1001"), format!("{c}|1003"), format!("{b}|3002")]);
            let told = pair.call("module verify pad --json").ok().json();
            assert_eq!(told["same"], true);
            let told = pair.call("module rehearse pad --json").ok().json();
            assert_eq!((&told["rehearsal"]["deletes"], &told["rehearsal"]["same"]), (&json!(1), &json!(1)));
        }
    }
}

/// It is not known whether the source has both, until a comparison has looked: nothing is lost, and nothing doubled.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn a_key_in_another_spelling_is_refused_until_the_whole_is_compared() {
    for (collation, [one, two, three]) in COLLATIONS {
        let mut pair = alike(collation, [one, "x", "y"], "");
        pair.src("UPDATE pad SET ts = 2 WHERE v = 1");
        pair.world.run("pad");
        // Another row besides.
        pair.src(&format!("INSERT INTO pad VALUES ('{two}', 1004, 2)"));
        let before = rows(&mut pair);
        let says = format!("'{two}' where it has '{one}'");
        pair.call("run pad").code(1).says(&says).says("verify pad --repair");
        assert_eq!(rows(&mut pair), before);
        pair.call("module verify pad --repair --yes").ok();
        assert_eq!(rows(&mut pair).len(), 4, "{collation}");
        pair.world.run("pad");
        // One in place of the other.
        pair.src(&format!("UPDATE pad SET code = '{three}', ts = 3 WHERE code = '{one}'"));
        pair.call("run pad").code(1).says(&format!("'{three}' where it has"));
        pair.call("module verify pad --repair --delete --yes").ok();
        assert_eq!(rows(&mut pair)[0], format!("<{three}>|1001"), "{collation}");
        pair.world.run("pad");
        // A unique key holds one of them: it goes before the other comes.
        pair.dst("DELETE FROM pad WHERE v = 1004; ALTER TABLE pad ADD UNIQUE (code)");
        pair.src(&format!("DELETE FROM pad WHERE v = 1004; UPDATE pad SET code = '{one}', ts = 4 WHERE v = 1001"));
        pair.call("run pad").code(1);
        pair.call("module verify pad --repair --delete --yes").ok();
        assert_eq!(rows(&mut pair)[0], format!("<{one}>|1001"), "{collation}");
        pair.world.run("pad");
        // Both can't be there.
        pair.src(&format!("INSERT INTO pad VALUES ('{two}', 1004, 4)"));
        pair.call("module verify pad --repair --yes").code(2).says("Duplicate entry").says("utf8mb4_nopad_bin");
        assert_eq!(rows(&mut pair).len(), 3, "{collation}");
    }
}

/// A key of two texts and a number, in columns of different collations.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn each_column_of_a_key_counts() {
    let mut pair = Pair::between(Side::Sqlite, Side::Mariadb(mariadb::Database::new()));
    pair.src("CREATE TABLE k (a TEXT, n INTEGER, b TEXT, v INTEGER); INSERT INTO k VALUES ('x', 1, 'y', 2), ('x ', 2, 'y ', 2)");
    pair.dst("CREATE TABLE k (a VARCHAR(9) COLLATE utf8mb4_bin, n INTEGER, b LONGTEXT COLLATE utf8mb4_bin, v INTEGER)");
    pair.dst("INSERT INTO k VALUES ('x', 1, 'y', 1), ('x ', 1, 'y', 1), ('x', 1, 'y ', 1), ('x', 3, 'y', 1)");
    pair.module("k", "--table k --strategy incremental --key a,n,b --query 'SELECT a, n, b, v FROM k'");
    assert_eq!(pair.world.run("k")["rows_deleted"], 1);
    let rows = "SELECT concat('<', a, '>'), n, concat('<', b, '>'), v FROM k";
    let there = ["<x>|1|<y >|1", "<x>|1|<y>|2", "<x >|1|<y>|1", "<x >|2|<y >|2", "<x>|3|<y>|1"];
    let mut now = pair.rows(rows);
    now.sort();
    let mut expected = there.to_vec();
    expected.sort_unstable();
    assert_eq!(now, expected);
    pair.src("INSERT INTO k VALUES ('x', 2, 'y', 3)");
    assert_eq!(pair.world.run("k")["rows_deleted"], 2);
    pair.src("DELETE FROM k; INSERT INTO k VALUES ('x ', 3, 'y ', 3)");
    pair.call("run k").code(1).says("'x , y ' where it has 'x, y'");
}

/// A repair ends, and a deletion takes what was told and no more.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn a_repair_leaves_the_rows_of_the_other_keys() {
    for (collation, keys) in COLLATIONS {
        let mut pair = alike(collation, keys, "");
        pair.dst("DELETE FROM pad WHERE v = 1001");
        let told = pair.call("module verify pad --repair --yes --json").ok().json();
        assert_eq!((&told["missing"], &told["different"], &told["extra"]), (&json!(1), &json!(0), &json!(0)));
        let run = &told["repairs"][0];
        assert_eq!((&run["rows_deleted"], &run["rows_inserted"]), (&json!(0), &json!(1)), "{collation}");
        let all = rows(&mut pair);
        pair.src("DELETE FROM pad WHERE v = 1002");
        let told = pair.call("module verify pad --repair --delete --yes --json").ok().json();
        assert_eq!((&told["extra"], &told["repairs"][0]["rows_deleted"]), (&json!(1), &json!(1)), "{collation}");
        assert_eq!(rows(&mut pair), [all[0].clone(), all[2].clone()]);
        assert_eq!(pair.rows("SELECT count(*) FROM pad"), ["702"]);
    }
}

/// Where rows are paired as the destination compares them, a deletion counts by its own condition.
#[test]
fn nothing_is_deleted_that_was_not_told() {
    let mut pair = Pair::sqlite();
    let rows: Vec<String> = (1..=700).map(|n| format!("('key {n}', {n})")).collect();
    pair.src("CREATE TABLE pad (code TEXT, v INTEGER)");
    pair.dst("CREATE TABLE pad (code TEXT COLLATE RTRIM, v INTEGER)");
    pair.src(&format!("INSERT INTO pad VALUES {}, ('abc', 1001)", rows.join(", ")));
    pair.dst(&format!("INSERT INTO pad VALUES {}, ('abc', 1001), ('abc ', 1002)", rows.join(", ")));
    pair.module("pad", "--table pad --strategy incremental --key code --query 'SELECT code, v FROM pad'");
    let call = pair.call("module verify pad --repair --delete --yes").code(2);
    call.says("1 row of pad would be deleted besides those that differ");
    assert_eq!(pair.rows("SELECT v FROM pad WHERE v > 1000 ORDER BY v"), ["1001", "1002"]);
    pair.dst("DELETE FROM pad WHERE v = 1001");
    pair.src("INSERT INTO pad VALUES ('abc ', 1002)");
    pair.call("module verify pad --repair --yes").code(2).says("besides those that differ");
    assert_eq!(pair.rows("SELECT v FROM pad WHERE v > 1000"), ["1002"]);
}
