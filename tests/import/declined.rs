//! What can't be taken over is declined, with the place and the reason, and never taken over wrongly.

use super::super::support::World;
use serde_json::Value;

/// A folder of one module: a wrapper that does the usual around what it is given, and its two files.
pub fn shop(world: &World, before: &str, pull: &str, insert: &str) -> Value {
    let dir = world.path("shop/m");
    std::fs::create_dir_all(&dir).unwrap();
    let wrapper = format!(
        "#!/bin/bash\nPG='psql -h dw -d dw -U me -v ON_ERROR_STOP=1'\nSQ=pull.sql\n{before}\n\
         $PG -c 'truncate staging.m'\njrunner -scu jdbc:postgresql://erp/erp -scn me -scp \"$ERP_PW\" \
         -dcu jdbc:postgresql://dw/dw -dcn me -dcp \"$DW_PW\" -sq $SQ -dt staging.m\n$PG -f insert.sql\n"
    );
    std::fs::write(dir.join("m.sh"), wrapper).unwrap();
    std::fs::write(dir.join("pull.sql"), pull).unwrap();
    std::fs::write(dir.join("insert.sql"), insert).unwrap();
    world.json("import shop")
}

const PULL: &str = "SELECT a, b FROM t";
pub const DELETE: &str = "DELETE FROM d.m WHERE a IN (SELECT a FROM staging.m);\n";
pub const INSERT: &str = "INSERT INTO d.m (a, b) SELECT a, b FROM staging.m;\n";

/// Asserts that the module does not come over, for this reason at this place.
#[track_caller]
fn declines(report: &Value, site: &str, why: &str) {
    let declined: Vec<String> = report["declined"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|d| d["module"] == true)
        .map(|d| format!("{} {}", d["site"].as_str().unwrap(), d["why"].as_str().unwrap()))
        .collect();
    assert!(
        declined.iter().any(|d| d.starts_with(&format!("{site} ")) && d.contains(why)),
        "{site} {why}: {declined:#?}"
    );
    assert_eq!(report["modules"], serde_json::json!([]), "{why}");
}

#[test]
fn merges_that_pipekit_has_not_are_declined() {
    let world = World::new();
    for (insert, site, why) in [
        (
            "INSERT INTO d.m (a, b) SELECT a, b FROM staging.m ON CONFLICT (a) DO NOTHING;",
            "m/insert.sql:1",
            "ON CONFLICT",
        ),
        (
            "MERGE INTO d.m USING staging.m s ON s.a = d.m.a WHEN MATCHED THEN UPDATE SET b = s.b;",
            "m/insert.sql:1",
            "MERGE changes rows in their place",
        ),
        (
            &format!("{DELETE}{INSERT}\nUPDATE d.m SET b = upper(b);"),
            "m/insert.sql:4",
            "UPDATE changes rows in their place",
        ),
        (&format!("UPDATE staging.m SET b = trim(b);\n{DELETE}{INSERT}"), "m/insert.sql:1", "UPDATE"),
        (
            &format!("{DELETE}INSERT INTO d.m (a, b)\nSELECT a, now() FROM staging.m;"),
            "m/insert.sql:2",
            "it computes a value (`now ( )`)",
        ),
        (&format!("{DELETE}INSERT INTO d.m (a, b) SELECT DISTINCT a, b FROM staging.m;"), "m/insert.sql:2", "DISTINCT"),
        (
            &format!("{DELETE}INSERT INTO d.m (a, b) SELECT a, b FROM staging.m WHERE b > 0;"),
            "m/insert.sql:2",
            "by WHERE, not all of them",
        ),
        (
            &format!("{DELETE}INSERT INTO d.m (a, b) SELECT s.a, x.b FROM staging.m s JOIN d.x x ON x.a = s.a;"),
            "m/insert.sql:2",
            "by JOIN, not all of them",
        ),
        (
            &format!("DELETE FROM d.m WHERE b = 'x' AND c < 4;\n{INSERT}"),
            "m/insert.sql:1",
            "it limits several columns: b, c",
        ),
        (&format!("DELETE FROM d.m WHERE b = 1 OR b IS NULL;\n{INSERT}"), "m/insert.sql:1", "joined by OR"),
        (
            &format!("DELETE FROM d.m WHERE a NOT IN (SELECT a FROM staging.m);\n{INSERT}"),
            "m/insert.sql:1",
            "the condition `a NOT IN",
        ),
        (
            &format!("DELETE FROM d.m WHERE a IN (SELECT a FROM staging.m WHERE b > 1);\n{INSERT}"),
            "m/insert.sql:1",
            "by some of the rows that are pulled only",
        ),
        (
            &format!("DELETE FROM d.m WHERE b IN (SELECT a FROM staging.m);\n{INSERT}"),
            "m/m.sh:6",
            "deleted by b, which is not what is filled from a",
        ),
        (
            &format!("DELETE FROM d.m WHERE c >= '2610';\n{INSERT}"),
            "m/m.sh:6",
            "deleted by c, which the query does not fill",
        ),
        (&format!("{DELETE}DELETE FROM d.m WHERE b = 1;\n{INSERT}"), "m/insert.sql:2", "deleted twice"),
        (&format!("{DELETE}{INSERT}{INSERT}"), "m/insert.sql:3", "inserted twice"),
        (
            &format!("{DELETE}{INSERT}INSERT INTO d.n SELECT a, b FROM staging.m;"),
            "m/insert.sql:3",
            "two tables, d.m and d.n",
        ),
        (&format!("{INSERT}DELETE FROM d.m WHERE b = 0;"), "m/insert.sql:2", "deleted from d.m"),
        (&format!("TRUNCATE d.m CASCADE;\n{INSERT}"), "m/insert.sql:1", "CASCADE empties other tables"),
        (&format!("TRUNCATE d.m RESTART IDENTITY;\n{INSERT}"), "m/insert.sql:1", "RESTART IDENTITY"),
        (&format!("DELETE FROM d.other;\n{DELETE}{INSERT}"), "m/insert.sql:1", "d.other, into which nothing is loaded"),
        (&format!("\\i other.sql\n{INSERT}"), "m/m.sh:7", "`\\i` of psql is not followed"),
        (&format!("SET search_path TO d;\n{INSERT}"), "m/insert.sql:1", "a SET that changes what names"),
        (
            &format!("{INSERT}SELECT d.log(count(*)) FROM staging.m;"),
            "m/insert.sql:2",
            "SELECT is not one that a merge",
        ),
        (
            &format!("{INSERT}CALL d.after('x', (SELECT max(a) FROM staging.m));"),
            "m/insert.sql:2",
            "the table that is pulled into",
        ),
        (&format!("DO $$ BEGIN DELETE FROM d.m; END $$;\n{INSERT}"), "m/insert.sql:1", "begins with DO"),
        ("CALL d.load_m();", "m/m.sh:6", "nothing that can be read takes the rows on from staging.m"),
        (
            &format!("{DELETE}INSERT INTO d.m (a) SELECT a FROM staging.m;"),
            "m/m.sh:6",
            "gives 2 columns, and the INSERT takes 1",
        ),
        (&format!("{DELETE}INSERT INTO d.m SELECT b, a FROM staging.m;"), "m/m.sh:6", "names no columns"),
        (
            "WITH x AS (DELETE FROM d.m RETURNING *) INSERT INTO d.m SELECT * FROM staging.m;",
            "m/insert.sql:1",
            "begins with WITH",
        ),
    ] {
        declines(&shop(&world, "", PULL, insert), site, why);
    }
}

#[test]
fn scripts_that_depend_on_what_is_not_known_are_declined() {
    let world = World::new();
    let insert = format!("{DELETE}{INSERT}");
    let pull = "SELECT a, b FROM t WHERE c >= '@D'";
    for (before, site, why) in [
        ("D=$(date +%F); sed \"s/@D/$D/\" pull.sql > p; SQ=p", "m/m.sh:6", "a date of the machine's clock"),
        ("D=$1; sed \"s/@D/$D/\" pull.sql > p; SQ=p", "m/m.sh:6", "is given no argument 1"),
        ("sed \"s/@D/$SINCE/\" pull.sql > p; SQ=p", "m/m.sh:6", "nothing that can be read sets $SINCE"),
        ("D=$($PG -c 'select max(c) from d.m'); sed \"s/@D/$D/\" pull.sql > p; SQ=p", "m/m.sh:6", "`-t` is missing"),
        (
            "D=$($PG -At -c 'select max(c) from d.m' | cut -c1-10); sed \"s/@D/$D/\" pull.sql > p; SQ=p",
            "m/m.sh:6",
            "`cut`",
        ),
        (
            "D=$($PG -At -c 'select max(c) from d.m'); sed \"s/@D/${D:0:10}/\" pull.sql > p; SQ=p",
            "m/m.sh:6",
            "a part or a form",
        ),
        ("D=$(( 1 + 1 )); sed \"s/@D/$D/\" pull.sql > p; SQ=p", "m/m.sh:6", "arithmetic"),
        ("sed 's/@./2/' pull.sql > p; SQ=p", "m/m.sh:6", "is a pattern"),
        ("awk '{print}' pull.sql > p; SQ=p", "m/m.sh:6", "`awk`"),
        ("python3 make.py > p; SQ=p", "m/m.sh:6", "`python3`"),
        ("SQ=/var/tmp/elsewhere.sql", "m/m.sh:6", "outside the folder"),
        ("SQ=missing.sql", "m/m.sh:6", "can't be read"),
        ("if [ \"$(hostname)\" = a ]; then SQ=other.sql; fi", "m/m.sh:6", "$SQ is set under a condition in line 4"),
        ("[ -n \"$FULL\" ] && SQ=other.sql", "m/m.sh:6", "$SQ is set under a condition"),
        ("case $(hostname) in a) SQ=other.sql;; esac", "m/m.sh:6", "$SQ is set under a condition"),
        ("while read -r x; do SQ=$x; done < list", "m/m.sh:6", "$SQ is set under a condition"),
        ("jrunner() { return; }\nif [ -f /tmp/stop ]; then exit; fi; if", "m/m.sh:7", "the script can't be read"),
    ] {
        let report = shop(&world, before, pull, &insert);
        match why {
            "the script can't be read" => {
                let declined = report["declined"].to_string();
                assert!(declined.contains(why) && report["modules"] == serde_json::json!([]), "{declined}");
            }
            _ => declines(&report, site, why),
        }
    }
    let two = "SET x = 1; SELECT a, b FROM t";
    declines(&shop(&world, "", two, &insert), "m/m.sh:6", "the query is several statements");
    // The query's own text may have braces, which would be a placeholder.
    declines(&shop(&world, "", "SELECT a, {b} FROM t", &insert), "m/m.sh:6", "the query has {b} in it");
}

#[test]
fn transfers_that_may_not_happen_are_declined() {
    let world = World::new();
    std::fs::create_dir_all(world.path("shop")).unwrap();
    let transfer = "jrunner -scu jdbc:sqlite:/a.db -dcu jdbc:sqlite:/b.db -sq q.sql -dt d";
    for (script, why) in [
        (format!("[ -n \"$X\" ] && {transfer}"), "it runs under a condition"),
        (format!("if [ -n \"$X\" ]; then\n{transfer}\nfi"), "it depends on the condition in line 1"),
        (format!("for i in 1 2; do {transfer}; done"), "it is in a loop"),
        (format!("until {transfer}; do sleep 1; done"), "it is in a loop"),
        (format!("psql -c 'select 1' || {transfer}"), "only where the command before it fails"),
        (format!("case $X in a) {transfer};; esac"), "it depends on the `case` in line 1"),
        (
            "jrunner -scu jdbc:sqlite:/a.db -dcu jdbc:sqlite:/b.db -sq q.sql -dt \"$T\"".to_owned(),
            "the table of -dt is not known",
        ),
        ("jrunner -scu \"$URL\" -dcu jdbc:sqlite:/b.db -sq q.sql -dt d".to_owned(), "the source: the URL is not known"),
        ("jrunner -scu jdbc:foo:x -dcu jdbc:sqlite:/b.db -sq q.sql -dt d".to_owned(), "no driver is known for the URL"),
        (
            "jrunner -scu 'jdbc:postgresql://h/d?nonsense=1' -dcu jdbc:sqlite:/b.db -sq q.sql -dt d".to_owned(),
            "unknown parameter `nonsense`",
        ),
    ] {
        world.file("shop/q.sql", "SELECT 1 AS a");
        world.file("shop/x.sh", &format!("{script}\n"));
        let report = world.json("import shop");
        let declined = report["declined"].to_string();
        assert!(declined.contains(why), "{script}: {declined}");
        assert_eq!(report["modules"], serde_json::json!([]), "{script}");
    }
}

#[test]
fn what_is_not_understood_is_told_with_its_place() {
    let world = World::new();
    let report = shop(
        &world,
        "./notify.sh start\nfrobnicate --all\neval \"$X\"\n/opt/other/fix.sh",
        PULL,
        &format!("{DELETE}{INSERT}"),
    );
    let told: Vec<String> = report["declined"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| format!("{} {}", d["site"].as_str().unwrap(), d["why"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            "m/m.sh:4 the script ./notify.sh is not in the folder that is read",
            "m/m.sh:5 the command `frobnicate` is not one that is understood",
            "m/m.sh:6 what `eval` runs is not followed",
            "m/m.sh:7 the script /opt/other/fix.sh is not in the folder that is read",
        ]
    );
    assert_eq!(report["modules"][0]["name"], "m");
    // A folder that is none, one without a script, a file that is no text.
    world.refuses("import nowhere", 2, "can't read nowhere");
    std::fs::create_dir(world.path("empty")).unwrap();
    assert_eq!(world.json("import empty")["scripts"], 0);
    std::fs::write(world.path("empty/x.sh"), b"#!/bin/sh\necho \xff\n").unwrap();
    world.call("import empty").ok().prints("x.sh:1  line 2 is not UTF-8");
}
