//! What is proposed: definitions, groups and schedules, told with how sure they are, and written where that is asked.

use super::super::support::World;
use super::declined::{DELETE, INSERT, shop};
use super::{COME, NOWHERE, jars, put};
use serde_json::{Value, json};

/// The definition of something that is proposed.
#[track_caller]
fn definition<'r>(report: &'r Value, kind: &str, name: &str) -> &'r Value {
    let all = report[kind].as_array().unwrap();
    &all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no {name} among {kind}"))["definition"]
}

/// What is told of it.
#[track_caller]
fn told(report: &Value, kind: &str, name: &str) -> Vec<String> {
    let all = report[kind].as_array().unwrap();
    let one = all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no {name} among {kind}"));
    let told = one["told"].as_array().unwrap().iter();
    told.map(|t| {
        format!("{} {}: {}", t["confidence"].as_str().unwrap(), t["what"].as_str().unwrap(), t["why"].as_str().unwrap())
    })
    .collect()
}

fn names(report: &Value, kind: &str) -> Vec<String> {
    let mut names: Vec<String> =
        report[kind].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_shop_comes_over() {
    let world = World::new();
    jars(&world);
    put(&world, "sync", &NOWHERE, false);
    let report = world.json("import sync --jars jars");
    assert_eq!(names(&report, "modules"), COME);
    assert_eq!(names(&report, "connections"), ["db2", "dw", "erp", "mssql", "pg"]);
    assert_eq!(names(&report, "groups"), ["codes", "event", "nightly", "pricing", "qcrh"]);
    assert_eq!(names(&report, "drivers"), ["as400", "sqlserver"]);
    assert_eq!(report["needs"], json!([]));
    assert_eq!(report["applied"], false);
    // Those that don't are named with the reason.
    let lost: Vec<String> = report["declined"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|d| d["module"] == true)
        .map(|d| {
            format!("{} {}: {}", d["what"].as_str().unwrap(), d["site"].as_str().unwrap(), d["why"].as_str().unwrap())
        })
        .collect();
    assert!(
        lost.iter().any(|l| l.starts_with("hts hts/insert.sql:1: the INSERT can't be taken over: ON CONFLICT")),
        "{lost:#?}"
    );
    assert!(lost.iter().any(|l| l.starts_with("tables copies/tables.sh:6: the transfer may run") && l.ends_with("it is in a loop")), "{lost:#?}");
    assert!(lost.iter().all(|l| l.starts_with("hts ") || l.starts_with("tables ")), "{lost:#?}");
}

#[test]
fn definitions_are_what_the_scripts_say() {
    let world = World::new();
    jars(&world);
    put(&world, "sync", &NOWHERE, false);
    let report = world.json("import sync --jars jars");
    let connection = |name: &str| definition(&report, "connections", name).clone();
    assert_eq!(
        connection("db2"),
        json!({
            "name": "db2",
            "driver": "as400",
            "jdbc_url": "jdbc:as400://s7830956;naming=sql;date format=iso",
            "username": "rlsync",
            "password": "$DB2PW",
        })
    );
    assert_eq!(connection("dw")["jdbc_url"], "jdbc:postgresql://pg.example.com:5433/dw");
    assert_eq!(connection("dw")["password"], "$DW_PW");
    assert_eq!(connection("mssql")["driver"], "sqlserver");
    let module = |name: &str| definition(&report, "modules", name).clone();
    let qcrh = module("qcrh");
    assert_eq!(
        qcrh["source_query"],
        "SELECT\n    RTRIM(DCORD#) dcord\n    ,FSPR fspr\n    ,CASE WHEN DCDAT IN ('0001-01-01', '9999-12-31') THEN NULL \
         ELSE DCDAT END dcdat\nFROM\n    LGDAT.QCRH\nWHERE\n    FSPR >= {p}"
    );
    assert_eq!(
        qcrh["watermarks"],
        json!([{"name": "p", "connection": "pg", "resolver_sql": "SELECT quote_literal(max(fspr)) FROM rlarp.qcrh"}])
    );
    assert_eq!(qcrh["merge_strategy"], "incremental");
    assert_eq!(qcrh["merge_key"], json!(["dcord"]));
    assert_eq!(qcrh["dest_table"], "rlarp.qcrh");
    assert_eq!(qcrh["hooks"][0]["sql"], "CALL rlarp.osm_stack_refresh()");
    assert_eq!(qcrh["notes"], "imported from as400/qcrh/qcrh.sh");
    assert!(told(&report, "modules", "qcrh").iter().any(|t| t.starts_with("guess jrunner's -t is left out")));
    let ffsbglr1 = told(&report, "modules", "ffsbglr1");
    assert!(ffsbglr1.iter().any(|t| t.starts_with("guess its strategy is incremental, by perd")), "{ffsbglr1:#?}");
    assert_eq!(module("live_quotes")["source_connection"], "mssql");
    let out = module("quote_out");
    assert_eq!((&out["dest_connection"], &out["dest_table"]), (&json!("mssql"), &json!("dbo.QuoteScore")));
    assert_eq!(
        out["hooks"],
        json!([{"run_order": 1, "connection": "mssql", "sql": "EXEC dbo.RankQuotes", "run_on": "success"}])
    );
    // The lines of SQL files keep their words, and lose only what ends a line elsewhere.
    assert_eq!(
        module("name")["source_query"],
        "select item, descr,\n       uom            -- unit; \"each\" if blank\nfrom lgdat.item\nwhere descr <> 'obsolete; do not use'"
    );
    assert_eq!(module("vend")["dest_columns"], json!(["vend_no", "name", "since"]));
    assert_eq!(module("cust")["full_by"], "delete");
    let group = |name: &str| definition(&report, "groups", name).clone();
    assert_eq!(group("codes")["members"], json!(["code", "name", "cust", "terms", "whse"]));
    assert_eq!(
        group("nightly"),
        json!({
            "name": "nightly",
            "stop_on_failure": false,
            "members": ["code", "name", "cust", "terms", "whse", "ordh", "ordl", "gl", "inv"],
            "schedules": [{"cron_expr": "0 2 * * *", "catch_up_s": 3600, "enabled": false}],
        })
    );
    assert_eq!(group("pricing")["stop_on_failure"], true);
    assert_eq!(group("pricing")["members"], json!(["price", "disc", "rate"]));
    assert_eq!(
        group("event")["schedules"],
        json!([{"cron_expr": "20 2 * * mon", "timezone": "America/New_York", "catch_up_s": 3600, "enabled": false}])
    );
    // What codes.sh does at its end is a hook of the last of its members, and said to be a guess.
    assert_eq!(module("whse")["hooks"][0]["sql"], "REFRESH MATERIALIZED VIEW rlarp.whse_city");
    assert!(told(&report, "groups", "codes").iter().any(|t| t.starts_with("guess a hook on dw")));
}

#[test]
fn lookups_become_watermarks_however_they_are_spliced() {
    let world = World::new();
    let insert = format!("{DELETE}{INSERT}");
    let query = "SELECT a, b FROM t WHERE c >= '{since}'";
    let resolver = "SELECT max(c) FROM d.m";
    let ask = "SINCE=$($PG -At -c 'SELECT max(c) FROM d.m')";
    for (before, pull, default) in [
        (format!("{ask}; sed \"s/@S/$SINCE/\" pull.sql > p; SQ=p"), "SELECT a, b FROM t WHERE c >= '@S'", None),
        (format!("{ask}; sed -e 's/@S/'\"$SINCE\"'/g' < pull.sql > p; SQ=p"), "SELECT a, b FROM t WHERE c >= '@S'", None),
        (format!("{ask}; sed \"s|\\${{S}}|$SINCE|\" pull.sql > p; SQ=p"), "SELECT a, b FROM t WHERE c >= '${S}'", None),
        (format!("{ask}; cp pull.sql p; sed -i.bak \"s/{{since}}/$SINCE/g\" p; SQ=p"), "SELECT a, b FROM t WHERE c >= '{since}'", None),
        (format!("export {ask}; envsubst < pull.sql > p; SQ=p"), "SELECT a, b FROM t WHERE c >= '$SINCE'", None),
        (format!("set -a; {ask}; set +a; cat pull.sql | envsubst '$SINCE $X' | tee p > /dev/null; SQ=p"), "SELECT a, b FROM t WHERE c >= '${SINCE}'", None),
        (format!("{ask}; Q=`cat pull.sql`; echo \"${{Q/@S/$SINCE}}\" > p; SQ=p"), "SELECT a, b FROM t WHERE c >= '@S'", None),
        (format!("{ask}; cat > p <<EOF\nSELECT a, b FROM t WHERE c >= '$SINCE'\nEOF\nSQ=p"), "", None),
        (format!("{ask}\nprintf \"SELECT a, b FROM t WHERE c >= '%s'\\n\" \"$SINCE\" > p; SQ=p"), "", None),
        ("SINCE=`$PG -t -A -c \"SELECT max(c) FROM d.m\" | tr -d ' '`; SQ=<(sed \"s/@S/$SINCE/\" pull.sql)".to_owned(), "SELECT a, b FROM t WHERE c >= '@S'", None),
        ("$PG -Atqc 'SELECT max(c) FROM d.m;' > last; read -r SINCE < last; sed \"s/@S/$SINCE/\" pull.sql > p; SQ=p".to_owned(), "SELECT a, b FROM t WHERE c >= '@S'", None),
        (
            "ask() { psql -h dw -d dw -U me --tuples-only --no-align --command=\"$1\"; }\nSINCE=$(ask 'SELECT max(c) FROM d.m'); sed \"s/@S/$SINCE/\" pull.sql > p; SQ=p".to_owned(),
            "SELECT a, b FROM t WHERE c >= '@S'",
            None,
        ),
        (format!("{ask}; sed \"s/@S/${{SINCE:-1900-01-01}}/\" pull.sql > p; SQ=p"), "SELECT a, b FROM t WHERE c >= '@S'", Some("1900-01-01")),
        (format!("{ask}; [ -z \"$SINCE\" ] && SINCE=0; sed \"s/@S/$SINCE/\" pull.sql > p; SQ=p"), "SELECT a, b FROM t WHERE c >= '@S'", Some("0")),
        (format!("{ask}; [[ -n $SINCE ]] || SINCE=0; sed \"s/@S/$SINCE/\" pull.sql > p; SQ=p"), "SELECT a, b FROM t WHERE c >= '@S'", Some("0")),
        (
            format!("{ask}; if [ \"$SINCE\" = '' ]; then echo none; SINCE=0; else echo $SINCE; fi; sed \"s/@S/$SINCE/\" pull.sql > p; SQ=p"),
            "SELECT a, b FROM t WHERE c >= '@S'",
            Some("0"),
        ),
        (format!("{ask}; if ! [ \"$SINCE\" ]; then SINCE=0; fi; sed \"s/@S/$SINCE/\" pull.sql > p; SQ=p"), "SELECT a, b FROM t WHERE c >= '@S'", Some("0")),
    ] {
        let report = shop(&world, &before, pull, &insert);
        assert_eq!(report["modules"].as_array().map(Vec::len), Some(1), "{before}: {}", report["declined"]);
        let module = definition(&report, "modules", "m");
        assert_eq!(module["source_query"], query, "{before}");
        let mut watermark = json!({"name": "since", "connection": "dw", "resolver_sql": resolver});
        if let Some(default) = default {
            watermark["default_value"] = json!(default);
        }
        assert_eq!(module["watermarks"], json!([watermark]), "{before}");
    }
}

#[test]
fn a_folder_or_a_script_alone_is_read_too() {
    let world = World::new();
    put(&world, "sync", &NOWHERE, false);
    for path in ["sync/ordh", "sync/ordh/ordh.sh"] {
        let report = world.json(&format!("import {path}"));
        assert_eq!(names(&report, "modules"), ["ordh"], "{path}: {}", report["declined"]);
        assert_eq!(definition(&report, "connections", "dw")["password"], "$DW_PW");
        assert_eq!(definition(&report, "modules", "ordh")["notes"], "imported from ordh/ordh.sh");
    }
}

#[test]
fn it_is_written_where_that_is_asked_and_nowhere_else() {
    let world = World::new();
    put(&world, "sync", &NOWHERE, false);
    let before = world.defined();
    let call = world.call("import sync").ok().prints("28 modules, 5 connections, 5 groups; 2 modules do not come over");
    assert!(call.stderr().contains("it needs a driver for jdbc:as400: URLs"));
    assert_eq!(world.defined(), before);
    // Half of it is not landed.
    world.refuses("import sync --apply", 2, "driver scan");
    world.refuses("import sync --apply --to x", 2, "cannot be used with");
    world.call("import sync --to definitions").ok().prints("38 files are in definitions");
    assert_eq!(world.defined(), before);
    assert!(!world.path("secrets.env").exists());
    // The files and --apply come to the same.
    jars(&world);
    world.call("import sync --apply --jars jars").ok().prints("all of it is there now, and 5 secrets");
    let same = world.call("apply definitions --dry-run --expect-same").ok().stdout();
    assert!(
        same.starts_with("  driver as400 is not in definitions") && same.ends_with("nothing to change\n"),
        "{same}"
    );
    let keys = world.json("secrets list");
    let keys: Vec<&str> = keys.as_array().unwrap().iter().map(|s| s["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["DB2PW", "DW_PW", "ERP_PW", "MSSQL_PW", "PGPASSWORD"]);
    // Nothing fires before somebody says so.
    let schedules = world.json("schedule list");
    assert_eq!(schedules.as_array().unwrap().len(), 4);
    assert!(schedules.as_array().unwrap().iter().all(|s| s["enabled"] == false));
}

#[test]
fn what_is_there_stays_as_it_is() {
    let mut world = World::new();
    jars(&world);
    put(&world, "sync", &NOWHERE, false);
    world.call("import sync --apply --jars jars").ok();
    world.call("module edit code --timeout-s 5").ok();
    world.call_with("secrets set DB2PW", "changed-since").ok();
    let before = world.defined();
    let report = world.json("import sync");
    assert_eq!(told(&report, "modules", "name"), ["sure it is there already, and the same: its name"]);
    assert_eq!(
        told(&report, "modules", "code"),
        ["sure there is one of that name already, which stays as it is: it differs in timeout_s"]
    );
    assert_eq!(told(&report, "connections", "erp"), ["sure it is there already: the same URL and login"]);
    let call = world.call("import sync --apply").ok().prints("0 modules, 0 connections, 0 groups");
    assert!(call.stderr().contains("the secret DB2PW is there with another value, and stays"), "{}", call.stderr());
    assert_eq!(world.defined(), before);
    // A connection of that name to somewhere else is another one.
    world.set("PIPEKIT_DB", world.path("other.db").to_str().unwrap().to_owned().as_str());
    world.call("init").ok();
    world.call("connection add erp --driver sqlite --url jdbc:sqlite:/x.db").ok();
    let report = world.json("import sync/code");
    assert_eq!(names(&report, "connections"), ["dw", "pg"]);
}

/// A module that has the name of a script's, and loads something else, comes into no group and is not proved.
#[test]
fn a_module_of_the_same_name_is_not_taken_for_the_scripts() {
    let world = World::new();
    jars(&world);
    put(&world, "sync", &NOWHERE, false);
    world.with_sqlite("mine", "CREATE TABLE t (id INTEGER)");
    world.module("code", "mine", "mine", "t", "full", "SELECT 1");
    let report = world.json("import sync");
    let groups = report["groups"].as_array().unwrap();
    let members: Vec<&Value> = groups.iter().flat_map(|g| g["definition"]["members"].as_array().unwrap()).collect();
    assert!(members.len() > 5 && !members.contains(&&json!("code")), "{members:?}");
    let strange = "sure code is not among them: the module of that name is another one, and not the script's";
    assert!(groups.iter().any(|g| told(&report, "groups", g["name"].as_str().unwrap()).contains(&strange.to_owned())));
    // Nothing else is there yet, which proves nothing.
    let proved = world.call("import sync --prove --json").code(1).json();
    assert_eq!(proved["proved"], json!([]));
}
