//! A PostgreSQL database of a test's own, on the server that `tests/run.sh` started.

use super::{World, until};
use ::postgres::{Client, NoTls};
use std::sync::atomic::{AtomicU32, Ordering};

/// A database that is dropped at the end.
pub struct Database {
    pub name: String,
    pub client: Client,
    /// How to connect to its server.
    server: String,
    /// Whether it is dropped at the end.
    ours: bool,
}

/// The server: `host=127.0.0.1 port=… user=postgres password=…`, as `tests/run.sh` gives it.
pub fn server() -> String {
    std::env::var("PIPEKIT_TEST_PG").expect("PIPEKIT_TEST_PG is not set: this test is run by tests/run.sh")
}

fn part(key: &str) -> String {
    part_of(&server(), key)
}

fn part_of(server: &str, key: &str) -> String {
    let value = server.split_whitespace().find_map(|p| p.strip_prefix(&format!("{key}=")).map(str::to_owned));
    value.unwrap_or_else(|| panic!("PIPEKIT_TEST_PG has no {key}"))
}

/// The server's log, where the tests may read it.
pub fn log() -> Option<String> {
    std::env::var("PIPEKIT_TEST_PG_LOG").ok()
}

/// The password of the server's user.
pub fn password() -> String {
    part("password")
}

/// The server's user.
pub fn user() -> String {
    part("user")
}

impl Database {
    /// Makes a database.
    pub fn new() -> Database {
        Database::made_with("")
    }

    /// Makes a database with these options of `CREATE DATABASE`.
    pub fn made_with(options: &str) -> Database {
        Database::on(&server(), options)
    }

    /// Makes a database on that server.
    pub fn on(server: &str, options: &str) -> Database {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut admin = Client::connect(&format!("{server} dbname=postgres"), NoTls).unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name} {options}")).unwrap();
        let client = Client::connect(&format!("{server} dbname={name}"), NoTls).unwrap();
        Database { name, client, server: server.to_owned(), ours: true }
    }

    /// The same database once more, for somebody else.
    pub fn again(&self) -> Database {
        Database { name: self.name.clone(), client: self.session(), server: self.server.clone(), ours: false }
    }

    /// The server's port.
    pub fn port() -> String {
        part("port")
    }

    /// Its JDBC URL.
    pub fn url(&self) -> String {
        let part = |key| part_of(&self.server, key);
        format!("jdbc:postgresql://{}:{}/{}", part("host"), part("port"), self.name)
    }

    /// Runs SQL.
    #[track_caller]
    pub fn sql(&mut self, sql: &str) -> &mut Database {
        self.client.batch_execute(sql).unwrap_or_else(|e| panic!("{sql}: {e:?}"));
        self
    }

    /// Every row of a query, values as the server prints them, one line a row.
    #[track_caller]
    pub fn rows(&mut self, sql: &str) -> Vec<String> {
        let messages = self.client.simple_query(sql).unwrap_or_else(|e| panic!("{sql}: {e:?}"));
        messages
            .iter()
            .filter_map(|m| match m {
                ::postgres::SimpleQueryMessage::Row(row) => {
                    Some((0..row.len()).map(|i| row.get(i).unwrap_or("NULL").to_owned()).collect::<Vec<_>>().join("|"))
                }
                _ => None,
            })
            .collect()
    }

    /// Connects again, as soon as its server, which was started anew, lets it.
    pub fn reconnect(&mut self) {
        let login = format!("{} dbname={}", self.server, self.name);
        until("the server is back", || Client::connect(&login, NoTls).map(|client| self.client = client).is_ok());
    }

    /// Another session in the same database.
    pub fn session(&self) -> Client {
        Client::connect(&format!("{} dbname={}", self.server, self.name), NoTls).unwrap()
    }

    /// Makes it the connection `name` of a world, with its password as a secret.
    pub fn connect(&self, world: &World, name: &str) {
        world.call_with("secrets set PG_PASSWORD", &part_of(&self.server, "password")).ok();
        world.postgresql(name, &self.url(), &part_of(&self.server, "user"), "$PG_PASSWORD");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.ours
            && let Ok(mut admin) = Client::connect(&format!("{} dbname=postgres", self.server), NoTls)
        {
            let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}
