//! Drivers: list, show, add, edit, remove.

use super::support::World;
use serde_json::json;

#[test]
fn what_is_built_in_is_there_from_the_start() {
    let world = World::new();
    world
        .call("driver list")
        .ok()
        .prints("mysql       mysql       built in")
        .prints("postgresql  postgresql  built in")
        .prints("sqlite      sqlite      built in");
    let names: Vec<_> = world
        .json("driver ls")
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["name"].clone(), d["jar_file"].clone()))
        .collect();
    assert_eq!(names, ["mysql", "postgresql", "sqlite"].map(|name| (json!(name), json!(null))));
}

#[test]
fn a_driver_goes_from_add_to_remove() {
    let world = World::new();
    world
        .call(
            "driver add as400 --kind db2 --jar /opt/jt400.jar --class com.ibm.Driver --url-template jdbc:as400://HOST",
        )
        .ok()
        .prints("added driver as400");
    world.call("driver show as400").ok().prints("jrunner").prints("/opt/jt400.jar").prints("jdbc:as400://HOST");
    let id = world.json("driver show as400")["id"].to_string();
    assert_eq!(world.json(&format!("driver show {id}"))["name"], "as400");

    world.call("driver edit as400 --class none --jar /opt/jt400-21.jar").ok().prints("changed");
    let edited = world.json(&format!("driver edit {id} --url-template none"));
    assert_eq!(
        (&edited["class_name"], &edited["jar_file"], &edited["url_template"]),
        (&json!(null), &json!("/opt/jt400-21.jar"), &json!(null))
    );
    world.call("driver edit as400 --class none").ok().prints("nothing changed");

    assert_eq!(world.json("driver rm as400")["name"], "as400");
    world.refuses("driver show as400", 4, "there is no driver as400");
}

#[test]
fn adding_a_driver_again_makes_it_as_given_and_keeps_its_id() {
    let world = World::new();
    let first = world.json("driver add as400 --kind db2 --jar /a.jar --class A");
    world.call("driver add as400 --kind db2 --jar /b.jar").ok().prints("there already, now as given: driver as400");
    let now = world.json("driver show as400");
    assert_eq!((&now["id"], &now["jar_file"], &now["class_name"]), (&first["id"], &json!("/b.jar"), &json!(null)));
}

#[test]
fn a_bad_driver_is_refused_and_nothing_is_stored() {
    let world = World::new();
    for (line, code, says) in [
        ("driver add x", 2, "--kind is missing"),
        ("driver add As400 --kind db2 --jar /a", 2, "`as400` would do"),
        ("driver add 12 --kind db2 --jar /a", 2, "`d_12` would do"),
        ("driver add x --kind oracle --jar /a", 2, "one of db2, sqlserver, postgresql"),
        ("driver add x --kind db2", 2, "does not speak db2"),
        ("driver add x --kind db2 --jar ' '", 2, "the jar file is empty"),
        ("driver show nope", 4, "`pipekit driver list` shows"),
        ("driver edit nope --class A", 4, "there is no driver nope"),
        ("driver remove 99", 4, "there is no driver 99"),
    ] {
        world.refuses(line, code, says);
    }
}

#[test]
fn what_is_built_in_stays_as_it_is() {
    let world = World::new();
    for line in [
        "driver edit sqlite --class A",
        "driver edit 1 --jar /a.jar",
        "driver remove postgresql",
        "driver add sqlite --kind sqlite --jar /a.jar",
    ] {
        world.refuses(line, 1, "is built in and stays as it is");
    }
}

#[test]
fn a_driver_in_use_stays() {
    let world = World::new();
    world.call("driver add h2x --kind h2 --jar /h2.jar").ok();
    world.call("connection add a --driver h2x --url jdbc:h2:~/a").ok();
    world.call("connection add b --driver h2x --url jdbc:h2:~/b").ok();
    world.refuses("driver remove h2x", 1, "used by connections a, b");
}

/// What a scan of the folder `jars` says of each jar: its name, its driver, what became of it.
fn scan(world: &World) -> Vec<String> {
    let found = world.json("driver scan jars");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let line = |jar: &serde_json::Value| {
        let path = text(&jar["jar_file"]);
        let name = path.strip_prefix(&format!("{}/", world.path("jars").display())).unwrap().to_owned();
        format!("{name} {} {}", text(&jar["driver"]), text(&jar["action"]))
    };
    found.as_array().unwrap().iter().map(line).collect()
}

#[test]
fn a_scan_adds_a_driver_for_each_known_jar_once() {
    let world = World::new();
    std::fs::create_dir(world.path("jars")).unwrap();
    for jar in [
        "jt400-20.0.7-java11.jar",
        "jt400-9.8.jar",
        "mssql-jdbc-12.4.2.jre11.jar",
        "jtds.jar",
        "mariadb-java-client-3.1.4.jar",
        "mysql-connector-j-8.3.0.jar",
        "mysql-connector-java-5.1.49.jar",
        "sqlite-jdbc.jar",
        "h2-2.1.214.jar",
        "h2-mvstore.jar",
        "derby.jar",
        "derbyclient.jar",
        "derbynet.jar",
        "ojdbc8.jar",
        "ojdbc11.jar",
        "postgresql-42.5.4.jar",
        "postgresql-42.5.4-sources.jar",
        "notes.txt",
    ] {
        world.file(&format!("jars/{jar}"), "");
    }
    // As Debian has it: a name that stays, and leads to the version.
    std::os::unix::fs::symlink("postgresql-42.5.4.jar", world.path("jars/postgresql.jar")).unwrap();
    let kinds = |world: &World| -> Vec<String> {
        let all = world.json("driver list");
        let all = all.as_array().unwrap().iter().filter(|d| d["jar_file"].is_string());
        all.map(|d| format!("{} {}", d["name"].as_str().unwrap(), d["kind"].as_str().unwrap())).collect()
    };
    let built_in = world.own("SELECT * FROM driver WHERE jar_file IS NULL");
    let found = scan(&world);
    assert_eq!(
        found,
        [
            "derby.jar derby added",
            "derbyclient.jar derby_client added",
            "derbynet.jar - unknown",
            "h2-2.1.214.jar h2 added",
            "h2-mvstore.jar - unknown",
            "jt400-20.0.7-java11.jar as400 added",
            "jt400-9.8.jar as400 older",
            "jtds.jar jtds added",
            "mariadb-java-client-3.1.4.jar mariadb_jdbc added",
            "mssql-jdbc-12.4.2.jre11.jar sqlserver added",
            "mysql-connector-j-8.3.0.jar mysql_jdbc added",
            "mysql-connector-java-5.1.49.jar mysql_jdbc older",
            "ojdbc11.jar oracle added",
            "ojdbc8.jar oracle older",
            "postgresql-42.5.4-sources.jar - unknown",
            "postgresql-42.5.4.jar postgresql_jdbc older",
            "postgresql.jar postgresql_jdbc added",
            "sqlite-jdbc.jar sqlite_jdbc added",
        ]
    );
    assert_eq!(
        kinds(&world),
        [
            "as400 db2",
            "derby derby",
            "derby_client derby",
            "h2 h2",
            "jtds sqlserver",
            "mariadb_jdbc mysql",
            "mysql_jdbc mysql",
            "oracle generic",
            "postgresql_jdbc postgresql",
            "sqlite_jdbc sqlite",
            "sqlserver sqlserver",
        ]
    );
    assert_eq!(world.own("SELECT * FROM driver WHERE jar_file IS NULL"), built_in);
    world.call("driver show as400").ok().prints("com.ibm.as400.access.AS400JDBCDriver").prints("jdbc:as400://HOST");

    // Again: nothing changes.
    let before = world.defined();
    assert_eq!(scan(&world), found.iter().map(|line| line.replace("added", "there")).collect::<Vec<_>>());
    assert_eq!(world.defined(), before);
    let call = world.call("driver scan jars").ok().prints("there already").prints("not newer");
    assert!(!call.says("no driver that is known").stdout().contains("not known"));
    world.call("driver scan jars --verbose").ok().prints("not known");
}

#[test]
fn a_scan_brings_newer_jars_and_keeps_what_was_changed() {
    let world = World::new();
    std::fs::create_dir(world.path("jars")).unwrap();
    world.file("jars/jt400-9.8.jar", "");
    scan(&world);
    world.call("driver edit as400 --class com.example.Mine --url-template 'jdbc:as400://HOST;naming=system'").ok();
    world.file("jars/jt400-20.0.7.jar", "");
    assert_eq!(scan(&world), ["jt400-20.0.7.jar as400 updated", "jt400-9.8.jar as400 older"]);
    let now = world.json("driver show as400");
    assert_eq!(now["jar_file"], world.path("jars/jt400-20.0.7.jar").to_str().unwrap());
    assert_eq!(
        (&now["class_name"], &now["url_template"]),
        (&json!("com.example.Mine"), &json!("jdbc:as400://HOST;naming=system"))
    );
    // A folder with an older one takes nothing back, unless the newer one is gone.
    std::fs::create_dir(world.path("more")).unwrap();
    world.file("more/jt400-10.1.jar", "");
    world.call("driver scan more").ok().prints("not newer");
    assert_eq!(world.json("driver show as400"), now);
    std::fs::remove_file(world.path("jars/jt400-20.0.7.jar")).unwrap();
    world.call("driver scan more").ok().prints("updated");
}

#[test]
fn a_scan_that_finds_nothing_says_so() {
    let world = World::new();
    world.file("file", "");
    std::fs::create_dir(world.path("jars")).unwrap();
    world.file("jars/log4j-1.2.jar", "");
    for (line, code, says) in [
        ("driver scan nowhere", 2, "can't look into nowhere: No such file or directory"),
        ("driver scan file", 2, "can't look into file: Not a directory"),
        ("driver scan jars", 1, "no JDBC driver that is known is in "),
        ("driver scan", 2, "DIR"),
    ] {
        world.refuses(line, code, says);
    }
}

/// A PostgreSQL reached by JDBC, then by the runner built in: what can't be is refused, what can takes effect.
#[test]
fn changing_a_driver_goes_through_to_its_connections_and_modules() {
    let world = World::erp();
    world.call("driver add pg --kind generic --jar /pg.jar").ok();
    world.call("connection add c --driver pg --url jdbc:other://h/d").ok();
    world.call("module add m --source erp --dest c --table t --strategy full --query 'SELECT 1'").ok();
    world.refuses("driver edit pg --kind postgresql --jar none", 2, "connection c uses it");
    world.call("driver edit pg --kind sqlite").ok();
    assert_eq!(world.json("module show m")["staging_table"], "pipekit_staging_m");
}
