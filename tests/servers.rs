//! PostgreSQL that can't be reached, does not answer, refuses, or ends what it was asked: an error in bounded time that
//! says which, and nothing changed.

use super::support::aftermath::{BEFORE, LOADS, for_each};
use super::support::postgres::user;
use super::support::proxy::{BlackHole, Fault, Proxy, Way, When};
use super::support::{Pair, Signal, until};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

/// The destination's URL.
fn point(pair: &Pair, url: &str) {
    pair.world.args(&["connection", "edit", "dst", "--url", url]).ok();
}

/// A destination with a session setting, which only its owner's sessions have.
fn with(setting: &str) -> Pair {
    let mut pair = Pair::postgres().loading(LOADS[1], "");
    let name = pair.pg().name.clone();
    pair.dst(&format!("ALTER DATABASE {name} SET {setting}"));
    pair
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_server_that_does_not_answer_is_an_error_within_the_time_that_the_url_says() {
    for_each(&["nobody is there", "it says nothing", "it stops before the encryption"], |what| {
        let mut pair = Pair::postgres().loading(LOADS[1], "");
        let (near, hole, net) = (pair.pg().url(), BlackHole::new(), Proxy::new());
        let url = net.url(pair.pg());
        let (url, says) = match what {
            "nobody is there" => (hole.url("connectTimeout=2"), "timed out"),
            "it says nothing" => {
                net.fail(When::Made, Fault::Silence);
                (url, "no answer within 2 s")
            }
            _ => {
                // The first byte of the server's says that it can do TLS.
                net.fail(When::Passed(Way::Down, 1), Fault::Silence);
                (url.replace("=disable", "=require"), "no answer within 2 s")
            }
        };
        point(&pair, &url);
        let since = Instant::now();
        pair.world.start("connection test dst").ends().fails(1, says);
        pair.world.start("run orders").ends().fails(1, "can't connect to PostgreSQL at 127.0.0.1:");
        assert!(since.elapsed() < Duration::from_secs(25), "{what}: {:?}", since.elapsed());
        assert!(net.has_failed());
        pair.is_left(BEFORE, "error", says);
        point(&pair, &near);
        pair.comes_to(LOADS[1].new);
    });
}

/// Whoever waits for a connection without a limit can be stopped.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn waiting_for_a_connection_can_be_cancelled() {
    for_each(&["black hole", "silence"], |way| {
        let mut pair = Pair::postgres().loading(LOADS[1], "");
        let near = pair.pg().url();
        let (hole, silent) = (BlackHole::new(), Proxy::new());
        silent.fail(When::Made, Fault::Silence);
        let silent = silent.url(pair.pg()).replace("connectTimeout=2", "connectTimeout=0");
        point(&pair, &if way == "silence" { silent } else { hole.url("connectTimeout=0") });
        let run = pair.world.start("run orders");
        until("the runner is there", || pair.world.processes().iter().any(|(_, line)| line.contains("--session")));
        run.signal(Signal::INT);
        run.ends().fails(130, "cancelled by a signal; nothing was merged");
        pair.is_left(BEFORE, "cancelled", "by a signal");
        point(&pair, &near);
        pair.comes_to(LOADS[1].new);
    });
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_server_that_takes_no_more_connections_says_so() {
    let mut pair = Pair::postgres().loading(LOADS[1], "");
    let login = format!("{}_full", pair.pg().name);
    pair.dst(&format!(
        "CREATE ROLE {login} LOGIN PASSWORD 'x' CONNECTION LIMIT 0; ALTER TABLE orders OWNER TO {login}; \
                       GRANT CREATE ON DATABASE {} TO {login}",
        login.trim_end_matches("_full")
    ));
    pair.world.call_with("secrets set FULL", "x").ok();
    pair.call(&format!("connection edit dst --user {login} --password '$FULL'")).ok();
    pair.call("run orders").fails(1, "too many connections for role");
    pair.is_left(BEFORE, "error", "too many connections for role");
    // One is not enough for resolvers that run side by side, and is for a run.
    pair.dst(&format!("ALTER ROLE {login} CONNECTION LIMIT 1"));
    pair.comes_to(LOADS[1].new);
    pair.dst(&format!("DROP OWNED BY {login} CASCADE; DROP ROLE {login}"));
}

/// Never 13: the server's own limit ends a merge, and it is known that nothing was merged.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_merge_that_the_server_gives_up_did_not_happen() {
    let mut pair = with("statement_timeout = '1s'");
    let mut held = pair.pg().session();
    held.batch_execute("BEGIN; LOCK TABLE orders IN EXCLUSIVE MODE").unwrap();
    pair.call("run orders").fails(1, "canceling statement due to statement timeout; nothing was merged");
    drop(held);
    pair.is_left(BEFORE, "error", "statement timeout; nothing was merged");
    pair.comes_to(LOADS[1].new);
}

/// A connection that the server ends while nothing is asked of it is made anew, and nobody hears of it.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_connection_that_waited_for_too_long_is_made_anew() {
    let mut pair = Pair::postgres().loading(LOADS[1], "");
    let far = format!("{}?ApplicationName=far&options=-c%20idle_session_timeout=1500", pair.pg().url());
    pair.world.postgresql("far", &far, &user(), "$PG_PASSWORD");
    pair.dst("CREATE TABLE told (n INTEGER)");
    pair.call("module edit orders --source far --query \"VALUES (1, 'nut', 10), (2, NULL, 20), (3, '', 30)\"").ok();
    pair.call("hook add orders --connection far --sql 'INSERT INTO told VALUES (1)'").ok();
    let mut held = pair.pg().session();
    held.batch_execute("BEGIN; LOCK TABLE orders IN EXCLUSIVE MODE").unwrap();
    let run = pair.start_merging();
    let waiting = "SELECT FROM pg_stat_activity WHERE application_name = 'far' AND datname = current_database()";
    until("the server has ended the source's session", || pair.rows(waiting).is_empty());
    drop(held);
    run.wait().ok();
    pair.is_left(LOADS[1].new, "success", "[]");
    assert_eq!(pair.rows("SELECT n FROM told"), ["1"]);
    assert_eq!(pair.world.log("orders")["hooks_failed"], 0);
}

/// A server finds out by itself, and soon, that the network to pipekit has gone: until then it holds its locks.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_server_looks_whether_pipekit_is_still_there() {
    let pair = Pair::postgres().loading(LOADS[1], "");
    let asks = "SELECT name, setting FROM pg_settings WHERE name LIKE 'tcp_keepalives%' ORDER BY name";
    let rows = pair.world.json(&format!("connection query dst \"{asks}\""));
    let settings: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["setting"].as_str().unwrap()).collect();
    assert_eq!(settings, ["4", "60", "15"]);
}

/// A server of its own in a folder of its own, which is in recovery and lets nobody in until it is promoted.
struct Recovering {
    folder: tempfile::TempDir,
    port: u16,
}

impl Recovering {
    fn start() -> Recovering {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let this = Recovering { folder, port };
        this.run("initdb", &["-U", "postgres", "--auth=trust", "--no-sync"]);
        let data = this.folder.path().join("data");
        std::fs::write(data.join("standby.signal"), "").unwrap();
        let conf = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\nhot_standby = off\nfsync = off\n"
        );
        std::fs::write(data.join("postgresql.auto.conf"), conf).unwrap();
        this.run("pg_ctl", &["-W", "-s", "-l", "/dev/null", "start"]);
        this
    }

    /// Runs one of the server's own programs, as the server's user.
    fn run(&self, program: &str, args: &[&str]) {
        let versions = std::fs::read_dir("/usr/lib/postgresql").unwrap().flatten();
        let found = versions.map(|v| v.path().join("bin").join(program)).filter(|p| p.exists()).max().unwrap();
        let as_server: &[&str] =
            if rustix::process::getuid().is_root() { &["runuser", "-u", "postgres", "--"] } else { &["env"] };
        let mut command = std::process::Command::new(as_server[0]);
        let output = command
            .args(&as_server[1..])
            .arg(found)
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .args(args)
            .output()
            .unwrap();
        if !output.status.success() && !std::thread::panicking() {
            panic!("{program}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }

    fn client(&self) -> Result<postgres::Client, postgres::Error> {
        postgres::Client::connect(&format!("host=127.0.0.1 port={} user=postgres", self.port), postgres::NoTls)
    }
}

impl Drop for Recovering {
    fn drop(&mut self) {
        self.run("pg_ctl", &["-m", "immediate", "-s", "stop"]);
    }
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_server_that_is_in_recovery_is_an_error_until_it_is_not() {
    let pair = Pair::sqlite().loading(LOADS[0], "");
    let server = Recovering::start();
    pair.world.postgresql("far", &format!("jdbc:postgresql://127.0.0.1:{}/postgres", server.port), "postgres", "$PW");
    pair.world.call_with("secrets set PW", "x").ok();
    pair.call("module edit orders --dest far").ok();
    until("it refuses", || server.client().is_err_and(|e| e.code().is_some_and(|c| c.code() == "57P03")));
    pair.call("run orders").fails(1, "FATAL: the database system is");
    pair.world.is_free();
    assert_eq!(pair.world.log("orders")["status"], "error");
    server.run("pg_ctl", &["-s", "-w", "promote"]);
    let mut client = server.client().unwrap();
    client.batch_execute("CREATE TABLE orders (id int, item text, qty int)").unwrap();
    pair.world.run("orders");
    assert_eq!(client.query("SELECT id FROM orders", &[]).unwrap().len(), 3);
    pair.world.is_free();
}
