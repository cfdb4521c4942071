//! Every endpoint, called by curl.

use super::super::support::{ENDLESS, World, until};
use super::Server;
use serde_json::{Value, json};

/// `{id}` for what stands in its place, so that a path that was called is found in the document.
fn as_route(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    let mut parts: Vec<&str> = path.split('/').collect();
    if path.starts_with("/api/") && parts.len() > 3 && !path.starts_with("/api/introspect") {
        parts[3] = if path.starts_with("/api/settings") { "{key}" } else { "{id}" };
    }
    parts.join("/")
}

/// The routes that the calls of one test went to, with their methods.
struct Called<'a>(&'a Server<'a>, Vec<(String, String)>);

impl Called<'_> {
    fn get(&mut self, path: &str) -> super::Answer {
        self.1.push((as_route(path), "get".to_owned()));
        self.0.get(path)
    }

    fn post(&mut self, path: &str, body: &str) -> super::Answer {
        self.1.push((as_route(path), "post".to_owned()));
        self.0.post(path, body)
    }
}

#[test]
fn every_endpoint_answers_as_its_users_call_it() {
    let world = World::erp();
    let server = Server::start(&world);
    let mut api = Called(&server, Vec::new());

    let report = api.get("/api/doctor").is(200).json();
    let connections = report["checks"].as_array().unwrap().iter().filter(|c| c["subject"] == "connections");
    assert_eq!([report["ok"] == true, connections.count() == 2], [true, true], "{report}");

    // Drivers.
    let jar = r#"{"name": "pgjdbc", "kind": "postgresql", "jar_file": "/x.jar"}"#;
    assert!(api.post("/api/drivers", jar).is(201).head.contains("\r\nLocation: /api/drivers/"));
    api.post("/api/drivers", jar).fails(409, "there is a driver pgjdbc already");
    let driver = api.post("/api/drivers/pgjdbc", r#"{"class_name": "org.postgresql.Driver"}"#).is(200).json();
    assert_eq!([&driver["class_name"], &driver["jar_file"]], ["org.postgresql.Driver", "/x.jar"]);
    assert_eq!(api.get("/api/drivers/pgjdbc").is(200).json(), world.json("driver show pgjdbc"));
    assert_eq!(api.get("/api/drivers").is(200).json(), world.json("driver list"));
    api.post("/api/drivers/pgjdbc/delete", "{}").is(200);
    api.get("/api/drivers/pgjdbc").fails(404, "there is no driver pgjdbc");

    // Connections.
    let url = format!("jdbc:sqlite:{}", world.path("nowhere.db").display());
    let gone = json!({"name": "gone", "driver_id": "sqlite", "jdbc_url": url});
    assert_eq!(api.post("/api/connections", &gone.to_string()).is(201).json(), world.json("connection show gone"));
    let literal = r#"{"name": "x", "driver": "postgresql", "jdbc_url": "jdbc:postgresql://h/d", "password": "secret"}"#;
    let refused = api.post("/api/connections", literal).fails(400, "must be a reference such as $DB2PW");
    assert!(!refused.body.contains("secret\""), "{}", refused.body);
    api.post("/api/connections/gone", r#"{"notes": "n"}"#).is(200);
    assert_eq!(api.post("/api/connections/gone", r#"{"notes": null}"#).is(200).json()["notes"], json!(null));
    let tested = api.post("/api/connections/gone/test", "{}").is(200).json();
    assert_eq!([&tested["ok"], &tested["error"]["code"]], [&json!(false), &json!("runner")]);
    assert_eq!(api.post("/api/connections/erp/test", "").is(200).json()["ok"], true);
    assert_eq!(api.get("/api/connections").is(200).json(), world.json("connection list"));
    assert_eq!(api.get("/api/connections/gone").is(200).json(), world.json("connection show gone"));
    let tables = api.post("/api/introspect/tables", r#"{"connection_id": "erp", "qualifiers": {}}"#).is(200).json();
    assert_eq!(tables, world.json("connection tables erp"));
    api.post("/api/introspect/tables", r#"{"connection_id": "erp", "qualifiers": {"server": "x"}}"#).is(400);
    let columns = r#"{"connection_id": "erp", "table_name": "orders", "qualifiers": {"schema": "main"}}"#;
    assert_eq!(
        api.post("/api/introspect/columns", columns).is(200).json(),
        world.json("connection columns erp orders --schema main")
    );
    let wanted = r#"{"connection_id": "erp", "table_name": "orders", "dest_connection": "dw", "name": "proposed"}"#;
    let proposed = api.post("/api/introspect/propose", wanted).is(200).body;
    assert_eq!(
        serde_json::from_str::<Value>(&proposed).unwrap(),
        world.json("module propose --source erp --table orders --dest dw --name proposed")
    );
    api.post("/api/connections/gone/delete", "{}").is(200);

    // Modules, with their parts.
    let orders = json!({
        "name": "orders", "source_connection_id": 1, "dest_connection": "dw", "dest_table": "orders",
        "source_query": "SELECT * FROM orders WHERE id > {since}", "merge_strategy": "incremental", "merge_key": ["id"],
        "watermarks": [{"name": "since", "connection": "dw", "resolver_sql": "SELECT 0"}],
    });
    let made = api.post("/api/modules", &orders.to_string()).is(201).json();
    assert_eq!(made, world.json("module show orders"));
    api.post("/api/modules", r#"{"name": "x", "nope": 1}"#).fails(400, "unknown field `nope`");
    api.post("/api/modules", r#"{"name": "x"}"#).fails(400, "missing field");
    api.post("/api/modules/orders", r#"{"nope": 1}"#).fails(400, "unknown field `nope`");
    api.post("/api/modules/nope", "{}").fails(404, "there is no module nope");
    let changed = api.post("/api/modules/orders", r#"{"notes": "hourly", "dest_connection_id": "dw"}"#).is(200).json();
    assert_eq!([&changed["notes"], &changed["watermarks"]], [&json!("hourly"), &made["watermarks"]]);
    assert_eq!(api.get("/api/modules").is(200).json(), world.json("module list"));
    assert_eq!(api.get("/api/modules/1").is(200).json(), world.json("module show orders"));
    let preview = api.get("/api/modules/orders/preview").is(200).json();
    assert_eq!(preview, world.json("module preview orders"));
    assert_eq!(preview["resolved_source_sql"], "SELECT * FROM orders WHERE id > 0");

    assert_eq!(api.get("/api/modules/orders/columns").is(200).json(), world.json("module columns orders"));

    let until = r#"{"module_id": "orders", "name": "until", "connection_id": "erp", "resolver_sql": "SELECT 9"}"#;
    let watermark = api.post("/api/watermarks", until).is(201).json();
    let path = format!("/api/watermarks/{}", watermark["id"]);
    api.post("/api/watermarks", r#"{"name": "until"}"#).fails(400, "`module_id`");
    assert_eq!(api.post(&path, r#"{"default_value": "7"}"#).is(200).json()["default_value"], "7");
    assert_eq!(api.get(&path).is(200).json()["resolver_sql"], "SELECT 9");
    assert_eq!(api.get("/api/watermarks?module_id=orders").is(200).json(), world.json("watermark list orders"));
    api.post(&format!("{path}/delete"), "{}").is(200);
    api.get(&path).fails(404, "there is no watermark");

    let hook = api.post("/api/hooks", r#"{"module": "orders", "connection": "dw", "sql": "SELECT 1"}"#).is(201).json();
    let path = format!("/api/hooks/{}", hook["id"]);
    assert_eq!(api.post(&path, r#"{"run_on": "always"}"#).is(200).json()["run_on"], "always");
    api.post(&path, r#"{"run_on": "never"}"#).fails(400, "never");
    assert_eq!(api.get(&path).is(200).json()["run_on"], "always");
    assert_eq!(api.get("/api/hooks?module_id=1").is(200).json().as_array().unwrap().len(), 1);
    api.post(&format!("{path}/delete"), "{}").is(200);

    // Runs.
    let started = api.post("/api/modules/orders/run", "{}").is(202).json();
    let run = server.ended(started["run_id"].as_i64().unwrap());
    assert_eq!([&run["status"], &run["triggered_by"]], ["success", "api"]);
    assert_eq!(world.rows("dw", "SELECT count(*) FROM orders"), ["3"]);
    assert_eq!(api.get("/api/runs/1").is(200).json(), world.json("log show 1"));
    let stream = api.get("/api/runs/1/stream").is(200);
    assert!(stream.body.contains("event: end\ndata: {"), "{}", stream.body);
    api.post(
        "/api/modules/orders",
        &json!({"source_query": ENDLESS.replace("i, 'x', i", "i, 'x'"), "watermarks": []}).to_string(),
    )
    .is(200);
    let started = api.post("/api/modules/orders/run", "{}").is(202).json();
    api.post("/api/modules/orders/run", "{}").fails(409, "module orders is already running");
    assert_eq!(api.post("/api/modules/orders/cancel", "{}").is(202).json()["run_id"], started["run_id"]);
    assert_eq!(server.ended(started["run_id"].as_i64().unwrap())["status"], "cancelled");
    api.post("/api/modules/orders/cancel", "{}").fails(409, "module orders is not running");
    api.post("/api/modules/nope/run", "{}").fails(404, "there is no module nope");
    let page = api.get("/api/runs?limit=1&since=1h&status=success,cancelled&module_id=orders").is(200);
    assert_eq!(page.json()[0]["id"], 2);
    let next = page.head.split("Link: <").nth(1).and_then(|l| l.split(">; rel=\"next\"").next()).unwrap().to_owned();
    let page = api.get(&next).is(200);
    assert_eq!(page.json()[0]["id"], 1);
    assert!(!page.head.contains("Link:"), "{}", page.head);
    assert_eq!(api.get("/api/modules/orders/runs").is(200).json().as_array().unwrap().len(), 2);
    for (query, says) in [
        ("nope=1", "unknown field `nope`"),
        ("limit=0", "limit is `0`"),
        ("limit=x", "limit is `x`"),
        ("status=", "`status` is empty"),
        ("status=done", "there is no status `done`"),
        ("since=noon", "`noon` is not a time"),
        ("cursor=x", "cursor is what a Link header gave"),
        ("limit=1&limit=2", "`limit` twice"),
    ] {
        api.get(&format!("/api/runs?{query}")).fails(400, says);
    }
    api.get("/api/runs/99").fails(404, "there is no run 99");
    api.get("/api/runs/x").fails(404, "there is no run `x`");
    api.post("/api/modules/orders/delete", "{}").is(200);
    api.post("/api/modules", &proposed).is(201);

    groups(&mut api, &world);

    // Settings, and what the server says of itself.
    assert_eq!(api.post("/api/settings/timezone", r#"{"value": "UTC"}"#).is(200).json()["value"], "UTC");
    api.post("/api/settings/timezone", r#"{"value": "Mars"}"#).fails(400, "`Mars` is not a time zone");
    api.post("/api/settings/nope", r#"{"value": null}"#).fails(404, "there is no setting nope");
    api.post("/api/settings/notify_command", r#"{"value": "sh"}"#)
        .fails(403, "pipekit settings set notify_command VALUE");
    api.post("/api/settings/jrunner_path", r#"{"value": "/bin/sh"}"#)
        .fails(403, "pipekit settings set jrunner_path VALUE");
    api.post("/api/settings/api_password", r#"{"value": "x"}"#).fails(403, "pipekit settings set api_password -");
    assert_eq!(api.get("/api/settings").is(200).json(), world.json("settings list"));
    let metrics = api.get("/metrics").is(200).body;
    for sample in [
        "pipekit_runs{status=\"success\"} 2\n",
        "pipekit_group_runs{status=\"success\"} 1\n",
        "pipekit_build_info{version=",
        "{class=\"2xx\"} ",
    ] {
        assert!(metrics.contains(sample), "{sample} is not in\n{metrics}");
    }
    api.get("/health").is(200);

    // All of it was called, and all that was called is in the document.
    let document = api.get("/api/openapi.json").is(200).json();
    let mut documented: Vec<(String, String)> = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        documented.extend(methods.as_object().unwrap().keys().map(|method| (path.clone(), method.clone())));
    }
    let mut called = api.1;
    called.sort();
    called.dedup();
    documented.sort();
    assert_eq!(called, documented);

    // No line of the log has a secret, and each request has one.
    let log = server.log();
    let run = log.iter().find(|line| line["path"] == "/api/modules/orders/run").unwrap();
    assert_eq!([&run["method"], &run["status"], &run["user"]], [&json!("POST"), &json!(202), &json!("ops")]);
    assert!(!log.iter().any(|line| line.to_string().contains("geheim") || line.to_string().contains("since=1h")));
}

/// Groups, their members, schedules and runs.
fn groups(api: &mut Called<'_>, world: &World) {
    world.module("customers", "erp", "dw", "orders", "full", "SELECT * FROM orders");
    let group = api.post("/api/groups", r#"{"name": "nightly", "members": ["customers"]}"#).is(201).json();
    assert_eq!(group, world.json("group list")[0]);
    api.post("/api/groups", r#"{"name": "nightly"}"#).fails(409, "there is a group nightly already");
    assert_eq!(api.post("/api/groups/nightly", r#"{"stop_on_failure": true}"#).is(200).json()["members"], 1);
    assert_eq!(api.get("/api/groups/1").is(200).json()["stop_on_failure"], true);
    let side_by_side = r#"{"max_parallel": 2, "members": [["customers"]]}"#;
    assert_eq!(api.post("/api/groups/nightly", side_by_side).is(200).json()["max_parallel"], 2);
    api.post("/api/groups/nightly", r#"{"max_parallel": 0}"#).is(400);
    assert_eq!(api.get("/api/groups").is(200).json(), world.json("group list"));
    let place = r#"{"group_id": "nightly", "module_id": "customers", "run_order": 7}"#;
    let path = format!("/api/group_members/{}", api.post("/api/group_members", place).is(201).json()["id"]);
    assert_eq!(api.post(&path, r#"{"run_order": 9}"#).is(200).json()["run_order"], 9);
    assert_eq!(api.get(&path).is(200).json()["module"], "customers");
    assert_eq!(api.get("/api/group_members?group_id=nightly").is(200).json(), world.json("group member list nightly"));

    let started = api.post("/api/groups/nightly/run", "{}").is(202).json();
    let path = format!("/api/group-runs/{}", started["group_run_id"]);
    until("the group has run", || api.get(&path).is(200).json()["status"] != "running");
    let run = api.get(&path).is(200).json();
    assert_eq!([&run["status"], &run["triggered_by"], &run["members"][0]["status"]], ["success", "api", "success"]);
    assert_eq!(api.get("/api/group-runs?group_id=nightly&limit=1").is(200).json()[0]["id"], started["group_run_id"]);
    api.get("/api/group-runs?status=done").fails(400, "there is no status `done`");
    api.post("/api/groups/nightly/cancel", "{}").fails(409, "group nightly is not running");

    let schedule = json!({"group_id": "nightly", "cron_expr": "0 0 1 1 *", "timezone": "UTC"});
    let schedule = api.post("/api/schedules", &schedule.to_string()).is(201).json();
    assert!(schedule["next_at"].as_str().unwrap().ends_with("-01-01T00:00:00.000Z"), "{schedule}");
    let path = format!("/api/schedules/{}", schedule["id"]);
    api.post(&path, r#"{"cron_expr": "61 * * * *"}"#).fails(400, "61");
    assert_eq!(api.post(&path, r#"{"enabled": false}"#).is(200).json()["next_at"], json!(null));
    assert_eq!(api.get(&path).is(200).json()["enabled"], false);
    assert_eq!(api.get("/api/schedules?group_id=nightly").is(200).json(), world.json("schedule list"));
    api.post("/api/groups/nightly/delete", "{}").fails(409, "group nightly has 1 schedule(s)");
    let weekly = r#"{"name": "weekly", "schedules": [{"cron_expr": "@weekly"}]}"#;
    assert_eq!(api.post("/api/groups", weekly).is(201).json()["schedules"], json!(["@weekly"]));
    assert_eq!(api.post("/api/groups/weekly", r#"{"schedules": []}"#).is(200).json()["schedules"], json!([]));
    api.post("/api/groups/weekly", r#"{"schedules": [{"cron_expr": "61 * * * *"}]}"#).fails(400, "61");
    api.post(&format!("{path}/delete"), "{}").is(200);
    let member = api.get("/api/group_members").is(200).json()[0]["id"].clone();
    api.post(&format!("/api/group_members/{member}/delete"), "{}").is(200);
    api.post("/api/groups/nightly/delete", "{}").is(200);
}

/// Never 9: the server runs what is due, as `tick` does, and one of them does.
#[test]
fn the_server_runs_what_is_due() {
    let mut world = World::erp();
    world.module("orders", "erp", "dw", "orders", "full", "SELECT * FROM orders");
    world.call("group add nightly --members orders").ok();
    world.set("PIPEKIT_CLOCK", "2026-03-10T08:00:30Z");
    world.call("schedule add nightly '0 * * * *' --timezone UTC").ok();
    world.set("PIPEKIT_CLOCK", "2026-03-10T10:00:01Z");
    let server = Server::start(&world);
    let rows = "SELECT due_at, due_until, status, triggered_by FROM group_run ORDER BY due_at";
    let due =
        "'2026-03-10T09:00:00.000Z'|NULL|'missed'|'schedule:1'\n'2026-03-10T10:00:00.000Z'|NULL|'success'|'schedule:1'";
    until("the group has run", || world.own(rows) == due);
    world.call("tick").ok();
    assert_eq!(world.own(rows), due);
    let told = server.log().into_iter().find(|line| line["event"] == "group_run").unwrap();
    assert_eq!([&told["group"], &told["status"]], ["nightly", "success"]);
}

#[test]
fn a_list_of_modules_is_read_page_by_page() {
    let world = World::erp();
    for name in ["c", "a", "b"] {
        world.module(name, "erp", "dw", "orders", "full", "SELECT * FROM orders");
    }
    let server = Server::start(&world);
    let (mut path, mut names) = ("/api/modules?limit=2".to_owned(), Vec::new());
    loop {
        let page = server.get(&path).is(200);
        names.extend(page.json().as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap().to_owned()));
        let Some(next) = page.head.split("Link: <").nth(1) else { break };
        path = next.split('>').next().unwrap().to_owned();
    }
    assert_eq!(names, ["a", "b", "c"]);
}
