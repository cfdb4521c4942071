//! A MariaDB database of a test's own, on the server that `tests/run.sh` started.

use super::World;
use mysql::prelude::Queryable;
use mysql::{Conn, Opts, OptsBuilder, Value};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// A database that is dropped at the end.
pub struct Database {
    pub name: String,
    pub client: Conn,
    /// How to connect to its server.
    server: String,
    /// The numbers of the tests' own sessions.
    sessions: Arc<Mutex<Vec<u32>>>,
    /// Whether it is dropped at the end.
    ours: bool,
}

/// The server: `host=127.0.0.1 port=… user=admin password=…`, as `tests/run.sh` gives it.
fn server() -> String {
    std::env::var("PIPEKIT_TEST_MARIADB").expect("PIPEKIT_TEST_MARIADB is not set: this test is run by tests/run.sh")
}

fn part(server: &str, key: &str) -> String {
    let value = server.split_whitespace().find_map(|p| p.strip_prefix(&format!("{key}=")).map(str::to_owned));
    value.unwrap_or_else(|| panic!("PIPEKIT_TEST_MARIADB has no {key}"))
}

/// The password of the server's user.
pub fn password() -> String {
    part(&server(), "password")
}

/// The server's user, who may do everything.
pub fn user() -> String {
    part(&server(), "user")
}

fn login(server: &str, database: Option<&str>) -> Result<Conn, mysql::Error> {
    let opts = OptsBuilder::new()
        .ip_or_hostname(Some(part(server, "host")))
        .tcp_port(part(server, "port").parse().expect("a port"))
        .user(Some(part(server, "user")))
        .pass(Some(part(server, "password")))
        .db_name(database)
        .prefer_socket(false);
    Conn::new(Opts::from(opts))
}

/// Runs statements, of which each may fail.
pub fn run(client: &mut Conn, sql: &str) -> Result<(), mysql::Error> {
    let mut results = client.query_iter(sql)?;
    while let Some(mut set) = results.iter() {
        set.try_for_each(|row| row.map(drop))?;
    }
    Ok(())
}

/// Every row of a query, values as the server prints them, one line a row.
fn lines(client: &mut Conn, sql: &str) -> Result<Vec<String>, mysql::Error> {
    let shown = |value: Option<Value>| match value {
        None | Some(Value::NULL) => "NULL".to_owned(),
        Some(Value::Bytes(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
        Some(other) => other.as_sql(true),
    };
    let rows: Vec<mysql::Row> = client.query(sql)?;
    Ok(rows.into_iter().map(|r| r.unwrap_raw().into_iter().map(shown).collect::<Vec<_>>().join("|")).collect())
}

impl Database {
    /// Makes a database, in utf8mb4.
    pub fn new() -> Database {
        Database::made_with("CHARACTER SET utf8mb4")
    }

    /// Makes a database with these options of `CREATE DATABASE`.
    pub fn made_with(options: &str) -> Database {
        Database::on(&server(), options)
    }

    /// Makes a database on that server.
    pub fn on(server: &str, options: &str) -> Database {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut admin = login(server, None).unwrap();
        admin.query_drop(format!("CREATE DATABASE {name} {options}")).unwrap();
        let client = login(server, Some(&name)).unwrap();
        let sessions = Arc::new(Mutex::new(vec![client.connection_id()]));
        Database { name, client, server: server.to_owned(), sessions, ours: true }
    }

    /// The same database once more, for somebody else.
    pub fn again(&self) -> Database {
        let (server, sessions) = (self.server.clone(), self.sessions.clone());
        Database { name: self.name.clone(), client: self.session(), server, sessions, ours: false }
    }

    /// The port of the server that all tests share.
    pub fn port() -> String {
        part(&server(), "port")
    }

    /// Its JDBC URL.
    pub fn url(&self) -> String {
        format!("jdbc:mariadb://{}:{}/{}", part(&self.server, "host"), part(&self.server, "port"), self.name)
    }

    /// Runs SQL, of one or several statements.
    #[track_caller]
    pub fn sql(&mut self, sql: &str) -> &mut Database {
        self.tries(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
        self
    }

    /// Runs SQL that may fail.
    pub fn tries(&mut self, sql: &str) -> Result<(), String> {
        run(&mut self.client, sql).map_err(|e| e.to_string())
    }

    /// Every row of a query, values as the server prints them, one line a row.
    #[track_caller]
    pub fn rows(&mut self, sql: &str) -> Vec<String> {
        lines(&mut self.client, sql).unwrap_or_else(|e| panic!("{sql}: {e}"))
    }

    /// Connects again: its server was started anew.
    pub fn reconnect(&mut self) {
        self.client = self.session();
    }

    /// Another session in the same database.
    pub fn session(&self) -> Conn {
        let session = login(&self.server, Some(&self.name)).unwrap();
        self.sessions.lock().unwrap().push(session.connection_id());
        session
    }

    /// The numbers of the server's sessions in this database that are no test's.
    pub fn others(&mut self) -> Vec<String> {
        let ours: Vec<String> = self.sessions.lock().unwrap().iter().map(u32::to_string).collect();
        self.rows(&format!(
            "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id NOT IN ({})",
            ours.join(", ")
        ))
    }

    /// Ends the server's sessions in this database that are no test's. Says whether there were any.
    pub fn end_sessions(&mut self) -> bool {
        let mut ended = false;
        for id in self.others() {
            ended |= self.tries(&format!("KILL {id}")).is_ok();
        }
        ended
    }

    /// Makes it the connection `name` of a world, with its password as a secret.
    pub fn connect(&self, world: &World, name: &str) {
        world.call_with("secrets set MY_PASSWORD", &part(&self.server, "password")).ok();
        world.mariadb(name, &self.url(), &part(&self.server, "user"), "$MY_PASSWORD");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !self.ours {
            return;
        }
        // Whoever still has a table open there would hold it up.
        let Ok(mut admin) = login(&self.server, None) else { return };
        let sessions = format!("SELECT id FROM information_schema.processlist WHERE db = '{}'", self.name);
        for id in lines(&mut admin, &sessions).unwrap_or_default() {
            let _ = admin.query_drop(format!("KILL {id}"));
        }
        let _ = admin.query_drop(format!("SET lock_wait_timeout = 5; DROP DATABASE {}", self.name));
    }
}
