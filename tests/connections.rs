//! Connections: list, show, add, edit, remove.

use super::support::World;
use serde_json::json;

#[test]
fn a_connection_goes_from_add_to_remove() {
    let world = World::new();
    world.call("connection list").ok().says("there are no connections yet");
    assert_eq!(world.json("connection list"), json!([]));
    world
        .call("connection add dw --driver postgresql --url jdbc:postgresql://h:5432/dw --user etl --password '$DW' --notes hi")
        .ok()
        .prints("added connection dw")
        .says("next: pipekit connection test dw");
    world
        .call(
            "connection add erp --driver sqlite --url jdbc:sqlite:/srv/erp.db --default-dest dw --default-schema rlarp",
        )
        .ok();

    let list = world.call("connection ls").ok();
    assert_eq!(
        list.stdout(),
        "NAME  DRIVER      URL                          USER  PASSWORD\n\
         dw    postgresql  jdbc:postgresql://h:5432/dw  etl   $DW\n\
         erp   sqlite      jdbc:sqlite:/srv/erp.db\n"
    );
    world.call("connection show erp").ok().prints("default destination  dw").prints("default schema       rlarp");
    let dw = world.json("connection show 1");
    for (key, value) in
        [("name", "dw"), ("driver", "postgresql"), ("username", "etl"), ("password", "$DW"), ("notes", "hi")]
    {
        assert_eq!(dw[key], value, "{key}");
    }
    assert_eq!(world.json("connection show erp")["default_dest_connection_id"], dw["id"]);

    world
        .call("connection edit dw --user none --password none --notes none --url jdbc:postgresql://h2/dw")
        .ok()
        .prints("changed");
    let dw = world.json("connection show dw");
    for (key, value) in [
        ("username", json!(null)),
        ("password", json!(null)),
        ("notes", json!(null)),
        ("jdbc_url", json!("jdbc:postgresql://h2/dw")),
    ] {
        assert_eq!(dw[key], value, "{key}");
    }
    world.call("connection edit 1 --user none").ok().prints("nothing changed");

    world.call("connection rm dw").ok().prints("removed connection dw");
    assert_eq!(world.json("connection show erp")["default_dest_connection"], json!(null));
}

#[test]
fn json_is_taken_before_and_after_the_subcommand() {
    let world = World::erp();
    let after = world.call("connection show erp --json").ok().stdout();
    for line in ["--json connection show erp", "connection --json show erp"] {
        assert_eq!(world.call(line).ok().stdout(), after, "{line}");
    }
}

#[test]
fn a_bad_connection_is_refused_and_nothing_is_stored() {
    let world = World::erp();
    for (line, code, says) in [
        ("connection add x", 2, "--driver is missing"),
        ("connection add x --driver sqlite", 2, "--url is missing"),
        ("connection add", 2, "<NAME>"),
        ("connection add 'My Conn' --driver sqlite --url jdbc:sqlite:x", 2, "`my_conn` would do"),
        ("connection add 12 --driver sqlite --url jdbc:sqlite:x", 2, "`c_12` would do"),
        ("connection add erp --driver sqlite --url jdbc:sqlite:x", 1, "`pipekit connection edit erp` changes it"),
        ("connection add x --driver nope --url jdbc:sqlite:x", 4, "there is no driver nope"),
        ("connection add x --driver sqlite --url jdbc:postgresql://h/d", 2, "another database's"),
        ("connection add x --driver sqlite --url /srv/x.db", 2, "looks like jdbc:sqlite:"),
        ("connection add x --driver sqlite --url ' '", 2, "the URL is empty"),
        ("connection add x --driver sqlite --url jdbc:sqlite:x --default-dest nope", 4, "there is no connection nope"),
        ("connection edit nope --user a", 4, "there is no connection nope"),
        ("connection edit erp --driver postgresql", 2, "speaks jdbc:postgresql:"),
        ("connection edit erp", 2, "there is no terminal for an editor"),
        ("connection show 99", 4, "there is no connection 99"),
        ("connection remove nope", 4, "`pipekit connection list` shows"),
        ("connection test nope", 4, "there is no connection nope"),
        ("connection query erp @nofile", 2, "can't read nofile"),
    ] {
        world.refuses(line, code, says);
    }
}

/// Never 4: a password is stored as a reference, and as nothing else.
#[test]
fn a_literal_password_is_refused_and_nothing_is_stored() {
    let world = World::erp();
    for password in ["hunter2", "$", "$1x", "pa$$word", "${X", ""] {
        let line = format!("connection add dw --driver postgresql --url jdbc:postgresql://h/d --password '{password}'");
        world.refuses(&line, 2, "must be a reference");
        world.refuses(&line, 2, "pipekit secrets set DW_PASSWORD");
        world.refuses(&format!("connection edit erp --password '{password}'"), 2, "must be a reference");
    }
    assert_eq!(world.holds("hunter2", &[]), Vec::<std::path::PathBuf>::new());
}

/// Never 4: nor is it stored within a URL, or told in the refusal.
#[test]
fn a_password_inside_a_url_is_refused_and_not_repeated() {
    let world = World::erp();
    world.call("driver add any --kind generic --jar /any.jar").ok();
    for (driver, url) in [
        ("postgresql", "jdbc:postgresql://etl:hunter2@h/dw"),
        ("postgresql", "jdbc:postgresql://h/dw?user=etl&password=hunter2"),
        ("postgresql", "jdbc:postgresql://h/dw?sslpassword=hunter2"),
        ("any", "jdbc:as400://sys;user=etl;password=hunter2"),
        ("any", "jdbc:sqlserver://h:1433;databaseName=d;Pwd=hunter2"),
        ("any", "jdbc:sqlserver://h;trustStorePassword=hunter2"),
        ("any", "jdbc:mysql://etl:hunter2@h:3306/d"),
        ("any", "jdbc:db2://h:50000/db:user=a;password=hunter2;"),
        ("any", "jdbc:oracle:thin:scott/hunter2@h:1521:x"),
        ("any", "jdbc:h2:~/test;PASSWORD=hunter2"),
    ] {
        world.refuses(&format!("connection add x --driver {driver} --url '{url}'"), 2, "has a password in it");
        world.refuses(&format!("connection edit erp --driver {driver} --url '{url}'"), 2, "has a password in it");
        let said = world.call(&format!("connection add x --driver {driver} --url '{url}'")).stderr();
        assert!(!said.contains("hunter2"), "{said}");
    }
    let call =
        world.call("connection add x --driver postgresql --url postgres://etl:hunter2@h/dw").fails(2, "not a JDBC URL");
    assert!(!call.stderr().contains("hunter2"), "{}", call.stderr());
    assert_eq!(world.holds("hunter2", &[]), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_connection_in_use_goes_only_by_force_which_says_what_goes_with_it() {
    let world = World::orders();
    world
        .call("module add other --source dw --dest dw --table orders --strategy append --query 'SELECT * FROM orders'")
        .ok();
    world.call("watermark add other since --connection erp --sql 'SELECT 1'").ok();
    world.refuses("connection remove erp", 1, "used by modules orders, other");
    assert_eq!(world.json("connection remove erp --force")["removed_modules"], json!(["orders", "other"]));
    assert_eq!(world.json("module list"), json!([]));
    assert_eq!(world.own("SELECT count(*) FROM watermark"), "0");
    world.call("connection remove dw").ok();
}

#[test]
fn a_connection_is_looked_into() {
    let world = World::erp();
    world.call("connection test erp").ok().prints("✔ erp answers");
    assert_eq!(world.json("connection test erp")["connection"], "erp");
    assert_eq!(
        world.call("connection tables erp").ok().stdout(),
        "SCHEMA  NAME    KIND   COMMENT\nmain    orders  table\n"
    );
    world.call("connection add gone --driver sqlite --url jdbc:sqlite:/no/folder/gone.db").ok();
    world.refuses("connection test gone", 1, "`pipekit connection edit gone` mends it");
    world.call("connection tables erp --like nothing").ok().says("there are none");
    assert_eq!(world.json("connection tables erp --like nothing"), json!([]));
    world.call("connection columns erp orders").ok().prints("id    INTEGER").prints("item  TEXT");
    assert_eq!(
        world.json("connection query erp 'SELECT id, item FROM orders ORDER BY id'"),
        json!([{"id": "1", "item": "a"}, {"id": "2", "item": null}, {"id": "3", "item": ""}])
    );
    world.call("connection query erp 'SELECT id FROM orders' --limit 2").ok().says("only the first 2 rows");
    let cut = world.call("connection query erp '-- a remark\nSELECT id FROM orders' --limit 2 --json").ok();
    assert_eq!((cut.json(), cut.stderr().contains("{\"warning\":")), (json!([{"id": "1"}, {"id": "2"}]), true));
    world.refuses("connection query erp 'SELECT nope FROM orders'", 1, "nope");
    world.refuses("connection columns erp nope", 4, "nope");
}
