//! The modules that are imported do what the scripts do.

use super::super::support::postgres::{self, Database};
use super::super::support::{World, project};
use super::{COME, Env, jars, put};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// The scripts, in an order in which a shop might run them, and the modules that come of each. `hts` and `copies` are not
/// among them: they don't come over.
const SCRIPTS: [(&str, &[&str]); 23] = [
    ("code/code.sh", &["code"]),
    ("name/name.sh", &["name"]),
    ("cust/sync.sh", &["cust"]),
    ("ordh/ordh.sh", &["ordh"]),
    ("ordl/ordl.sh", &["ordl"]),
    ("gl/gl.sh", &["gl"]),
    ("gl_open/gl_open.sh", &["gl_open"]),
    ("inv/inv.sh", &["inv"]),
    ("item/item.sh", &["item"]),
    ("event/event.sh", &["event"]),
    ("rate/rate.sh", &["rate"]),
    ("whse/whse.sh", &["whse"]),
    ("run.sh price", &["price"]),
    ("run.sh disc", &["disc"]),
    ("terms/terms.sh", &["terms"]),
    ("slsp/slsp.ksh", &["slsp"]),
    ("pick/pick.sh", &["pickh", "pickl"]),
    ("stat/stat.sh", &["stat"]),
    ("ship/ship.sh", &["ship"]),
    ("cur/cur.sh", &["cur"]),
    ("vend/vend.sh", &["vend"]),
    ("bom/bom.sh", &["bom"]),
    ("dept/dept.sh", &["dept"]),
];

/// Runs a script as cron would, with a jrunner that is the one built in.
fn run_script(world: &World, folder: &Path, script: &str) {
    let mut words = script.split(' ');
    let path = folder.join(words.next().unwrap());
    let bin = world.path("bin");
    let output = Command::new("bash")
        .arg(&path)
        .args(words)
        .env_clear()
        .env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap()))
        .env("HOME", world.path(""))
        .env("TZ", "UTC")
        .current_dir(world.path(""))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && !err.contains("ERROR"), "{script}\n{out}{err}");
}

/// A jrunner on PATH, for a script that has it elsewhere too.
fn with_jrunner(world: &World, folder: &Path) {
    std::fs::create_dir_all(world.path("bin")).unwrap();
    // It has no flags -t and `-f csv`; CSV it prints always.
    let text = format!(
        "#!/bin/bash\nargs=()\nfor a in \"$@\"; do case $a in -t|-f|csv) ;; *) args+=(\"$a\") ;; esac; done\n\
         exec {} jrunner \"${{args[@]}}\"\n",
        env!("CARGO_BIN_EXE_pipekit")
    );
    let path = world.file("bin/jrunner", &text);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = folder.join("code/code.sh");
    let text = std::fs::read_to_string(&path).unwrap().replace("/opt/jrunner/bin/jrunner", "jrunner");
    std::fs::write(path, text).unwrap();
}

/// All rows of all tables and views of the destination's own schema.
fn tables(database: &mut Database) -> Vec<String> {
    let names = database.rows(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'rlarp' AND c.relkind IN ('r', 'm') ORDER BY 1",
    );
    names
        .iter()
        .flat_map(|name| {
            let rows = database.rows(&format!("SELECT t::text FROM rlarp.{name} t ORDER BY 1"));
            [format!("{name}: {} rows", rows.len())].into_iter().chain(rows).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn modules_do_what_the_scripts_do() {
    let world = World::new();
    let (mut erp, mut old, mut new) = (Database::new(), Database::new(), Database::new());
    let data = |name: &str| std::fs::read_to_string(project().join("tests/import/data").join(name)).unwrap();
    erp.sql(&data("source.sql"));
    old.sql(&data("dest.sql"));
    new.sql(&data("dest.sql"));
    let (user, password, port) = (postgres::user(), postgres::password(), Database::port());
    let mut env =
        Env { erp: &erp.name, dw: &old.name, host: "127.0.0.1", port: &port, user: &user, password: &password };
    let scripts = put(&world, "old", &env, true);
    with_jrunner(&world, &scripts);
    env.dw = &new.name;
    put(&world, "sync", &env, false);
    jars(&world);
    world.call("import sync --apply --jars jars").ok();
    let modules: Vec<&str> = SCRIPTS.iter().flat_map(|(_, modules)| modules.iter().copied()).collect();
    for night in ["the first night", "the second night"] {
        std::thread::scope(|scope| {
            scope.spawn(|| SCRIPTS.iter().for_each(|(script, _)| run_script(&world, &scripts, script)));
            world.call(&format!("run {}", modules.join(" "))).ok();
        });
        // What codes.sh does after its members is a hook of whse.
        old.sql("REFRESH MATERIALIZED VIEW rlarp.whse_city");
        assert_eq!(tables(&mut new), tables(&mut old), "{night}");
        if night == "the first night" {
            erp.sql(&data("changes.sql"));
        }
    }
    // These have databases that are not here.
    let left: Vec<&str> = COME.into_iter().filter(|module| !modules.contains(module)).collect();
    assert_eq!(left, ["ffsbglr1", "live_quotes", "qcrh", "quote_out"]);

    // It is proved by themselves, but for those.
    let differ = differences(&world, &left);
    assert_eq!(differ, [""; 0]);
    // Somebody has been at the tables, at the source, and at a query since the scripts ran.
    new.sql(
        "UPDATE rlarp.cust SET name = lower(name) || $$ $$;
         DELETE FROM rlarp.slsp WHERE slsp = 2;
         DELETE FROM rlarp.code WHERE code = (SELECT min(code) FROM rlarp.code);
         INSERT INTO rlarp.terms SELECT (t).* FROM (SELECT t FROM rlarp.terms t LIMIT 1) AS one",
    );
    erp.sql("UPDATE lgdat.dept SET name = name || $$.$$ WHERE dept = (SELECT max(dept) FROM lgdat.dept)");
    let query = world.call("module sql name").ok().stdout();
    world.args(&["module", "edit", "name", "--query", &format!("SELECT * FROM ({query}) AS n OFFSET 1")]).ok();
    let differ = differences(&world, &left);
    assert_eq!(differ, ["code: 1 0 0", "cust: 3 0 3", "dept: 1 0 1", "name: 0 0 1", "slsp: 1 0 0", "terms: 0 0 1"]);
}

/// The modules whose rehearsal finds anything, with what: added, changed, removed.
fn differences(world: &World, elsewhere: &[&str]) -> Vec<String> {
    let proved = world.call("import sync --prove --json").code(1).json()["proved"].clone();
    let mut out = Vec::new();
    for one in proved.as_array().unwrap() {
        let name = one["module"].as_str().unwrap();
        assert_eq!(one["error"].is_null(), !elsewhere.contains(&name), "{one}");
        let found = &one["rehearsal"];
        let examples = ["added", "changed", "removed"].map(|kind| found[format!("examples_{kind}")].to_string());
        // A watermark whose resolver says itself what it is at first has nothing new after the scripts' run.
        let empty = found["deletes"] == 0 && found["inserts"] == 0;
        if one["same"] == false && one["error"].is_null() && !empty {
            assert!(examples.iter().any(|list| list != "[]"), "{one}");
            out.push(format!("{name}: {} {} {}", found["added"], found["changed"], found["removed"]));
        }
    }
    out
}
