//! How a query's rows are printed: found out by the probe.

use super::{is_refused, is_right, orders};
use crate::support::World;

/// Values that are hard to print, in H2's SQL, each as a column of that name.
const HARD: [(&str, &str, Option<&str>); 11] = [
    ("nil", "CAST(NULL AS VARCHAR(9))", None),
    ("empty", "''", Some("")),
    ("word", "'null'", Some("null")),
    ("upper", "'NULL'", Some("NULL")),
    ("slash", "'\\N'", Some("\\N")),
    ("delimiters", "'a,b;c|d' || CHAR(9) || 'e'", Some("a,b;c|d\te")),
    ("quotes", "'say \"x\"'", Some("say \"x\"")),
    ("lines", "'one' || CHAR(10) || 'two'", Some("one\ntwo")),
    ("edge", "' edge '", Some(" edge ")),
    ("letters", "'Grüße, 日本'", Some("Grüße, 日本")),
    ("number", "12345678901234567890.123456789", Some("12345678901234567890.123456789")),
];

/// The SQL of one row with those values, twice.
fn hard() -> String {
    let list: Vec<String> = HARD.iter().map(|(name, sql, _)| format!("{sql} AS \"{name}\"")).collect();
    let row = format!("SELECT {}", list.join(", "));
    format!("{row} UNION ALL {row}")
}

/// Programs whose rows can be read; what they don't tell from NULL is NULL.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn rows_are_read_as_they_are_printed() {
    let (world, jdbc, _) = orders(&[]);
    let cases: [(&[&str], &[&str]); 5] = [
        (&["tsv", "null=null", "no-flush"], &["word"]),
        (&["delimiter=;", "null=NULL", "always-quotes"], &[]),
        (&["delimiter=|", "null=\\N", "no-header"], &["slash"]),
        (&["null-like-empty", "echo", "echo-stderr", "noise=3", "query-summary"], &["empty"]),
        (&["no-header", "noise=1", "query-summary", "null=NULL"], &["upper"]),
    ];
    for (manners, taken_for_null) in cases {
        jdbc.becomes(manners);
        let rows = world.args(&["connection", "query", "src", &hard(), "--json"]).ok().json();
        assert_eq!(rows.as_array().unwrap().len(), 2, "{manners:?}");
        for row in rows.as_array().unwrap() {
            for (i, (name, _, value)) in HARD.iter().enumerate() {
                let name =
                    if manners.contains(&"no-header") { format!("column {}", i + 1) } else { (*name).to_owned() };
                let value = value.filter(|_| !taken_for_null.contains(&HARD[i].0));
                assert_eq!(row[&name].as_str(), value, "{manners:?}: {name}");
            }
        }
        is_right(&world);
    }
}

/// What a run makes of a watermark of this SQL: its value, or an error that leaves the destination as it was.
#[track_caller]
fn resolves(world: &World, sql: &str, value: Result<&str, &str>) {
    world.call("watermark remove orders from").ok();
    world.args(&["watermark", "add", "orders", "from", "--connection", "src", "--sql", sql, "--default", "-7"]).ok();
    match value {
        Ok(value) => {
            let resolved = world.args(&["run", "orders", "--dry-run", "--json"]).ok().json();
            assert_eq!(resolved["watermark_values_json"]["from"], value, "{sql}");
        }
        Err(says) => is_refused(world, says),
    }
}

/// Programs that lose something: what may be lost is an error, and the rest is right.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn what_a_program_loses_is_not_used() {
    let (world, jdbc, _) = orders(&["no-quotes"]);
    is_right(&world);
    world.args(&["connection", "query", "src", &hard()]).fails(1, "it printed a row of");
    resolves(&world, "SELECT 'a,b \"c\"' AS v", Ok("a,b \"c\""));
    // Names of columns have delimiters in them too.
    resolves(&world, "SELECT COALESCE(max(id), 0) FROM orders", Ok("3"));
    resolves(&world, "SELECT id, item FROM orders WHERE id = 1", Ok("1"));
    resolves(&world, "SELECT 'a,b \"c\"'", Err("can't be told whether that is one value or several"));
    resolves(&world, "SELECT 'a,b' AS a, 'c' AS b", Err("it printed a row of 3 fields where there are 2 columns"));

    jdbc.becomes(&["no-quotes", "no-header", "tsv", "null=null"]);
    resolves(&world, "SELECT 'a,b \"c\"'", Ok("a,b \"c\""));
    resolves(&world, "SELECT CAST(NULL AS VARCHAR(9))", Ok("-7"));
    resolves(&world, "SELECT 'a' || CHAR(9) || 'b'", Err("can't be told whether that is one value or several"));

    jdbc.becomes(&["ascii", "trim", "null-like-empty"]);
    resolves(&world, "SELECT 'plain'", Ok("plain"));
    warns(&world, "jrunner does not show blanks around a value: there may have been some");
    resolves(&world, "SELECT 'Grüße'", Err("does not print letters beyond ASCII"));
    resolves(&world, "SELECT ''", Ok("-7"));
    warns(&world, "jrunner shows NULL and an empty string alike: it is taken for NULL");
    resolves(&world, "SELECT 17", Ok("17"));
    assert_eq!(world.log("orders")["warnings"].to_string(), "[]");
}

#[track_caller]
fn warns(world: &World, says: &str) {
    let warnings = world.log("orders")["warnings"].to_string();
    assert!(warnings.contains(says), "{warnings}");
}

/// Programs whose rows can't be read at all: that is found out before anything is done.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn a_program_whose_rows_can_not_be_read_is_refused() {
    let (world, jdbc, _) = orders(&["invalid-utf8"]);
    is_refused(&world, "can't be asked for rows");
    jdbc.becomes(&["restless"]);
    is_refused(&world, "lines of its own among the rows, and not always as many");
}

/// Never 6: a query that fails is never one that gives no rows, whatever the exit code and wherever the error is told.
#[test]
#[ignore = "needs Java: tests/run.sh"]
fn an_error_is_told_from_no_rows() {
    let (world, jdbc, _) = orders(&[]);
    let (none, fails) = ("SELECT id FROM orders WHERE id > 5", "SELECT id FROM no_such_table");
    for (manners, none_is, says) in [
        (&["exit-0"][..], Ok("-7"), "NO_SUCH_TABLE"),
        (&["exit-0", "errors-on-stdout"], Ok("-7"), "NO_SUCH_TABLE"),
        (&["exit-0", "errors-on-stdout", "no-header"], Ok("-7"), "NO_SUCH_TABLE"),
        (&["silent-errors"], Ok("-7"), "it printed no header and no rows"),
        (
            &["silent-errors", "no-header"],
            Err("it printed nothing, which is also"),
            "it printed nothing, which is also",
        ),
    ] {
        jdbc.becomes(manners);
        resolves(&world, none, none_is);
        resolves(&world, fails, Err(says));
    }
}
