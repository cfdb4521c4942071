//! MySQL and MariaDB by the built-in runner: connections, queries and scripts, and how they end early.

use super::support::mariadb::{self, Database};
use super::support::proxy::{BlackHole, Fault, Proxy, Way, When};
use super::support::session::Session;
use super::support::{World, until};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn target(url: &str) -> Value {
    json!({"url": url, "user": mariadb::user(), "password": mariadb::password()})
}

/// The URL of the database by another host or port, with these parameters.
fn elsewhere(my: &Database, host: &str, port: &str, parameters: &str) -> String {
    format!("jdbc:mysql://{host}:{port}/{}?{parameters}", my.name)
}

/// Whether a statement with this text runs on the server.
fn runs(my: &mut Database, text: &str) -> bool {
    let like = format!(
        "SELECT count(*) FROM information_schema.processlist WHERE info LIKE '%{text}%' AND id <> connection_id()"
    );
    my.rows(&like) != ["0"]
}

fn kind(failure: &Value) -> (&str, &str) {
    (failure["kind"].as_str().unwrap(), failure["message"].as_str().unwrap())
}

#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn each_ssl_mode_encrypts_and_checks_what_it_says() {
    let (world, my) = (World::bare(), Database::new());
    let ca = std::env::var("PIPEKIT_TEST_PG_CA").expect("PIPEKIT_TEST_PG_CA is not set: run tests/run.sh");
    let made = std::process::Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-keyout"])
        .arg(world.path("other.key"))
        .arg("-out")
        .arg(world.path("other.crt"))
        .output()
        .unwrap();
    assert!(made.status.success());
    let other = world.path("other.crt").display().to_string();
    let mut session = Session::new(&world);
    const USED: &str = "SHOW STATUS LIKE 'Ssl_version'";
    for (host, parameters, comes) in [
        ("127.0.0.1", "sslMode=disabled".to_owned(), Ok("")),
        ("127.0.0.1", String::new(), Ok("TLSv1.3")),
        ("127.0.0.1", "sslMode=REQUIRED".to_owned(), Ok("TLSv1.3")),
        ("127.0.0.1", "useSsl=true&trustServerCertificate=true".to_owned(), Ok("TLSv1.3")),
        ("127.0.0.1", format!("sslMode=VERIFY_CA&sslCA={ca}"), Ok("TLSv1.3")),
        ("localhost", format!("sslMode=verify-full&serverSslCert={ca}"), Ok("TLSv1.3")),
        ("127.0.0.1", format!("sslMode=verify-full&serverSslCert={ca}"), Err("certificate not valid for name")),
        ("127.0.0.1", format!("sslMode=verify-ca&serverSslCert={other}"), Err("certificate")),
        ("127.0.0.1", "sslMode=verify-ca".to_owned(), Err("certificate")),
        ("127.0.0.1", "sslMode=verify-ca&sslCA=/none".to_owned(), Err("no certificate in /none")),
        ("127.0.0.1", "colour=red".to_owned(), Err("unknown parameter `colour`")),
    ] {
        let answer = session.ask("query", &target(&elsewhere(&my, host, &Database::port(), &parameters)), USED);
        match (comes, answer) {
            (Ok(version), Ok(rows)) => assert_eq!(rows["rows"][0][1], version, "{host} {parameters}"),
            (Err(says), Err(failure)) => assert!(kind(&failure).1.contains(says), "{parameters}: {failure}"),
            (expected, got) => panic!("{host} {parameters}: {got:?}, and not {expected:?}"),
        }
    }
}

#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn a_connection_that_is_refused_says_where_who_and_why() {
    let (world, mut my) = (World::bare(), Database::new());
    let (hole, silent) = (BlackHole::new(), std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    let mut session = Session::new(&world);
    let port = Database::port();
    let quick = "connectTimeout=700";
    let silent = silent.local_addr().unwrap().port().to_string();
    for (url, says) in [
        (elsewhere(&my, "127.0.0.1", "1", ""), "Connection refused"),
        (elsewhere(&my, "127.0.0.1", &hole.port().to_string(), quick), "no answer within 0.7 s"),
        (elsewhere(&my, "127.0.0.1", &silent, quick), "no answer within 0.7 s"),
        (format!("jdbc:mariadb://127.0.0.1:{port}/nosuch"), "ERROR 1049 (42000): Unknown database 'nosuch'"),
        (elsewhere(&my, "127.0.0.1", &port, "sessionVariables=nosuch=1"), "Unknown system variable 'nosuch'"),
    ] {
        let began = Instant::now();
        let failure = session.ask("query", &target(&url), "SELECT 1").unwrap_err();
        assert!(kind(&failure).0 == "connect" && kind(&failure).1.contains(says), "{url}: {failure}");
        assert!(began.elapsed() < Duration::from_secs(5), "{url}");
    }
    let wrong = json!({"url": my.url(), "user": mariadb::user(), "password": "wr0ng-pass"});
    let failure = session.ask("query", &wrong, "SELECT 1").unwrap_err();
    let (kind, message) = kind(&failure);
    assert!(kind == "connect" && message.contains("ERROR 1045 (28000): Access denied"), "{message}");
    assert!(message.contains(&format!("as `{}`", mariadb::user())) && !message.contains("wr0ng-pass"), "{message}");
    // The first of several servers that takes the login.
    let several = format!("jdbc:mysql://127.0.0.1:1,127.0.0.1:{port}/{}", my.name);
    assert_eq!(session.ask("query", &target(&several), "SELECT 1").unwrap()["rows"][0][0], "1");
    // Logins by other plugins.
    let name = format!("u{}", my.name);
    my.sql(&format!("CREATE USER {name}@'%' IDENTIFIED VIA unix_socket"));
    let login = json!({"url": my.url(), "user": name, "password": "x"});
    let failure = session.ask("query", &login, "SELECT 1").unwrap_err();
    my.sql(&format!("DROP USER {name}@'%'"));
    assert_eq!(failure["kind"], "connect", "{failure}");
}

#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn queries_are_printed_as_the_server_prints_them() {
    let (world, mut my) = (World::bare(), Database::new());
    my.sql("SET sql_mode = ''; CREATE TABLE t (a float, b datetime(3), c timestamp NULL, d time(1), e year, f bit(9), g blob, h date, i bigint unsigned, j decimal(5,2), k varchar(9))");
    my.sql("SET time_zone = '+00:00'; INSERT INTO t VALUES (16777216, '2026-01-02 03:04:05.06', '2026-10-25 00:30:00', '-838:59:59.5', 2026, b'100000001', x'00ff', '0000-00-00', 18446744073709551615, 1.5, 'ä,\"'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '')");
    let printed = world.print(&my.url(), "SELECT * FROM t # it's all").ok().stdout();
    assert_eq!(
        printed,
        "a,b,c,d,e,f,g,h,i,j,k\n\
         1.6777216e+07,2026-01-02 03:04:05.060,2026-10-25 00:30:00,-838:59:59.5,2026,257,\\x00ff,0000-00-00,\
         18446744073709551615,1.50,\"ä,\"\"\"\n,,,,,,,,,,\"\"\n"
    );
    // What can't be prepared, and what gives none.
    world.print(&my.url(), "SHOW TABLES").ok().prints("t\n");
    world.print(&my.url(), "EXPLAIN SELECT * FROM t").ok().prints("select_type");
    world.print(&my.url(), "SELECT 1 FROM t WHERE 1 = 0").ok().prints("1\n");
    world.print(&my.url(), "SELECT nosuch FROM t").fails(1, "ERROR 1054 (42S22): Unknown column 'nosuch'");
    world.print(&my.url(), "SELEC 1").fails(1, "ERROR 1064 (42000)");
}

#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn a_script_runs_up_to_its_first_error_and_leaves_nothing_open() {
    let (world, mut my) = (World::bare(), Database::new());
    let (mut session, at) = (Session::new(&world), target(&my.url()));
    my.sql("CREATE TABLE t (a int PRIMARY KEY AUTO_INCREMENT, b varchar(4))");
    let done = session
        .ask("script", &at, "INSERT INTO t VALUES (0, 'x;'), (7, 'it\\'s'); UPDATE t SET b = 'y' WHERE a = 7; SELECT a, b FROM t; DO 1/0")
        .unwrap();
    assert_eq!(done["rows"]["rows"], json!([["0", "x;"], ["7", "y"]]), "a zero stays one");
    assert_eq!(done["rows_affected"], 1);
    assert_eq!(done["notices"], json!(["Warning 1365: Division by 0"]));
    // Found, though not changed.
    assert_eq!(session.ask("script", &at, "UPDATE t SET b = 'y' WHERE a = 7").unwrap()["rows_affected"], 1);
    assert_eq!(session.ask("script", &at, "CREATE VIEW v AS SELECT 1").unwrap()["rows_affected"], Value::Null);
    let block = "BEGIN NOT ATOMIC IF 1 THEN INSERT INTO t VALUES (8, 'z'); END IF; SELECT 5; END";
    assert_eq!(session.ask("script", &at, block).unwrap()["rows"]["rows"], json!([["5"]]));

    let failure = session
        .ask("script", &at, "START TRANSACTION; DELETE FROM t; INSERT INTO t VALUES (1, 'longer'); COMMIT")
        .unwrap_err();
    assert!(kind(&failure).1.contains("ERROR 1406 (22001): Data too long"), "{failure}");
    assert_eq!(failure["sqlstate"], "22001");
    let failure = session.ask("script", &at, "START TRANSACTION; DELETE FROM t").unwrap_err();
    assert!(kind(&failure).1.contains("end it with COMMIT"), "{failure}");
    assert_eq!(session.ask("query", &at, "SELECT count(*) FROM t").unwrap()["rows"], json!([["3"]]));
    let failure = session.ask("script", &at, "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t (b)").unwrap_err();
    assert!(kind(&failure).1.contains("LOAD DATA LOCAL has no file here"), "{failure}");
    assert_eq!(my.rows("SELECT count(*) FROM t"), ["3"]);

    // Described, and not run.
    let columns = session.ask("describe", &at, "DELETE FROM t; SELECT a AS x, b, sleep(60) FROM t").unwrap();
    assert_eq!(columns, json!(["x", "b", "sleep(60)"]));
    assert_eq!(my.rows("SELECT count(*) FROM t"), ["3"]);

    // What a script leaves on its connection is nobody else's.
    session.ask("script", &at, "SET @a = 5; CREATE TEMPORARY TABLE tt (a int); SELECT GET_LOCK('l', 0)").unwrap();
    assert_eq!(session.ask("query", &at, "SELECT @a, GET_LOCK('l', 5)").unwrap()["rows"], json!([[null, "1"]]));
    // One connection serves all that leave nothing.
    let first = session.ask("query", &at, "SELECT connection_id()").unwrap();
    assert_eq!(session.ask("query", &at, "SELECT connection_id()").unwrap(), first);
    // Of many rows those that are wanted, and then no more.
    let rows = session.ask("resolve", &at, "SELECT seq FROM seq_1_to_100000").unwrap();
    assert_eq!((&rows["rows"], &rows["truncated"]), (&json!([["1"], ["2"]]), &json!(true)));
}

#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn what_runs_is_cancelled_on_the_server() {
    let (world, mut my) = (World::bare(), Database::new());
    let (mut session, at) = (Session::new(&world), target(&my.url()));
    my.sql("CREATE TABLE t (a int, b text)");
    let endless = "SELECT a.seq FROM seq_1_to_100000000 a, seq_1_to_1000 b WHERE a.seq + b.seq < 0";
    for op in ["query", "script", "resolve"] {
        session.send(&json!({"op": op, "id": 1, "target": at, "sql": endless, "limit": null, "keep": 2}));
        until("it runs", || runs(&mut my, "a.seq"));
        session.cancel();
        let failure = session.answer().unwrap_err();
        assert_eq!(failure["kind"], "cancelled", "{op}: {failure}");
        until("it runs no more", || !runs(&mut my, "a.seq"));
    }
    // In the middle of a transfer, at either end.
    let many = "SELECT seq, repeat('x', 100) FROM seq_1_to_100000000";
    world.lite_sql("dst", "CREATE TABLE t (a, b)");
    for dest in [at.clone(), json!({"url": world.lite("dst"), "user": null, "password": null})] {
        session.send(&json!({"op": "transfer", "id": 1, "source": at, "sql": many, "dest": dest, "table": "t"}));
        until("it runs", || runs(&mut my, "seq_1_to"));
        std::thread::sleep(Duration::from_millis(300));
        session.cancel();
        assert_eq!(session.answer().unwrap_err()["kind"], "cancelled");
        until("nothing runs any more", || !runs(&mut my, "seq_1_to") && !runs(&mut my, "LOAD DATA"));
    }
    assert_eq!(my.rows("SELECT count(*) FROM t"), ["0"]);
    // A process that is gone leaves nothing behind.
    session.send(&json!({"op": "transfer", "id": 1, "source": at, "sql": many, "dest": at, "table": "t"}));
    until("rows go in", || runs(&mut my, "LOAD DATA"));
    session.kill();
    until("nothing runs any more", || !runs(&mut my, "seq_1_to") && !runs(&mut my, "LOAD DATA"));
    assert_eq!(my.rows("SELECT count(*) FROM t"), ["0"]);
}

/// What is not wanted any more is not read to its end.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn rows_are_left_where_nobody_wants_them() {
    let (world, mut my) = (World::bare(), Database::new());
    world.lite_sql("dst", "CREATE TABLE t (a INTEGER CHECK (a < 1000), b)");
    let began = Instant::now();
    let endless = "SELECT seq, repeat('x', 100) FROM seq_1_to_10000000000";
    world.copy(&my.url(), endless, &world.lite("dst"), "t").fails(1, "row 1000: CHECK constraint failed");
    world.copy(&my.url(), endless, &world.lite("dst"), "nosuch").fails(1, "no such table: nosuch");
    my.sql("CREATE TABLE t (a tinyint, b text)");
    world.copy(&my.url(), endless, &my.url(), "t").fails(1, "row 128, column a: 128 does not fit tinyint(4)");
    until("nothing runs any more", || !runs(&mut my, "seq_1_to"));
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn a_connection_that_breaks_changes_nothing() {
    let (world, mut my) = (World::bare(), Database::new());
    let (mut session, at) = (Session::new(&world), target(&my.url()));
    world.lite_sql("lite", "CREATE TABLE t (a, b)");
    my.sql("CREATE TABLE t (a int, b text)");
    let lite = json!({"url": world.lite("lite"), "user": null, "password": null});
    let many = "SELECT seq, repeat('x', 100) FROM seq_1_to_300000";
    let endless =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, printf('%.100c', 'x') FROM n";
    for fault in [Fault::Reset, Fault::Close] {
        for (way, bytes, sql, kinds) in
            [(Way::Down, 1_000_000, many, ["connect_source"]), (Way::Up, 1_000_000, endless, ["lost"])]
        {
            let net = Proxy::before(Database::port().parse().unwrap());
            let far = target(&elsewhere(&my, "127.0.0.1", &net.port().to_string(), "sslMode=disabled"));
            net.fail(When::Passed(way, bytes), fault);
            let (source, dest) = if sql == many { (&far, &lite) } else { (&lite, &far) };
            session.send(&json!({"op": "transfer", "id": 1, "source": source, "sql": sql, "dest": dest, "table": "t"}));
            let failure = session.answer().unwrap_err();
            assert!(kinds.contains(&kind(&failure).0), "{failure}");
            assert!(kind(&failure).1.contains("the connection to MySQL broke"), "{failure}");
            assert_eq!(net.fired(), 1);
            until("the server has seen it", || !runs(&mut my, "LOAD DATA"));
            assert_eq!(my.rows("SELECT count(*) FROM t"), ["0"]);
            assert_eq!(world.rows("lite", "SELECT count(*) FROM t"), ["0"]);
        }
    }
    // An administrator ends it, and the next request has a new one.
    session.send(&json!({"op": "query", "id": 1, "target": at, "sql": "SELECT sleep(600)", "limit": null}));
    until("it runs", || runs(&mut my, "sleep"));
    let id = my.rows("SELECT id FROM information_schema.processlist WHERE info = 'SELECT sleep(600)'").join("");
    my.sql(&format!("KILL {id}"));
    assert_eq!(kind(&session.answer().unwrap_err()).0, "lost");
    let id = session.ask("query", &at, "SELECT connection_id()").unwrap()["rows"][0][0].as_str().unwrap().to_owned();
    my.sql(&format!("KILL {id}"));
    // One that has waited is asked before it is used.
    std::thread::sleep(Duration::from_millis(1_100));
    assert_eq!(session.ask("query", &at, "SELECT 1").unwrap()["rows"][0][0], "1");
}

/// The URL's own come first: what values need stays.
#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn the_session_s_settings_are_those_that_values_need() {
    let (world, my) = (World::bare(), Database::new());
    let sql = "SELECT @@time_zone, @@tx_isolation, @@net_read_timeout, @@net_write_timeout, @@wait_timeout, @@autocommit, \
               @@character_set_client, @@sql_mode LIKE '%STRICT_ALL_TABLES%', @@innodb_lock_wait_timeout, \
               @@collation_connection, database()";
    let set = "sessionVariables=sql_mode='',innodb_lock_wait_timeout=7&connectionCollation=utf8mb4_bin";
    let printed = world.print(&format!("{}?{set}", my.url()), sql).ok().stdout();
    let values = printed.lines().nth(1).unwrap();
    assert_eq!(values, format!("+00:00,READ-COMMITTED,3600,3600,3600,1,utf8mb4,1,7,utf8mb4_bin,{}", my.name));
}
