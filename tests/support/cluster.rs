//! A server of a test's own, to be killed and started again: the others' must live.

use super::mariadb;
use super::postgres::Database;
use std::process::Command;

pub struct Cluster {
    dir: tempfile::TempDir,
    port: String,
    password: String,
}

impl Cluster {
    /// Starts one.
    pub fn start() -> Cluster {
        let dir = tempfile::tempdir().unwrap();
        let said = shell(dir.path(), "PG_CONF='fsync = off' start_postgres \"$1\" >&2; echo $pg_port $pg_password");
        let (port, password) = said.trim().split_once(' ').unwrap();
        Cluster { port: port.to_owned(), password: password.to_owned(), dir }
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> &str {
        &self.port
    }

    /// The password of its administrator, `postgres`.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// How to connect to it, as `PIPEKIT_TEST_PG` says it of the server that all tests share.
    pub fn server(&self) -> String {
        format!("host=127.0.0.1 port={} user=postgres password={}", self.port, self.password)
    }

    /// A database on it.
    pub fn database(&self) -> Database {
        Database::on(&self.server(), "")
    }

    /// Kills all its processes as a power cut would, and starts it again.
    pub fn crash(&self) {
        shell(
            self.dir.path(),
            "as_server \"$(pg_bin)/pg_ctl\" -D \"$1/pg\" -m immediate -s -w stop
            as_server \"$(pg_bin)/pg_ctl\" -D \"$1/pg\" -l \"$1/pg/server.log\" -s -w start",
        );
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        shell(self.dir.path(), "stop_postgres \"$1\"");
    }
}

/// The same of MariaDB.
pub struct MariaCluster {
    dir: tempfile::TempDir,
    port: String,
    password: String,
}

impl MariaCluster {
    /// Starts one.
    pub fn start() -> MariaCluster {
        let dir = tempfile::tempdir().unwrap();
        let said = shell(dir.path(), "start_mariadb \"$1\" >&2; echo $my_port $my_password");
        let (port, password) = said.trim().split_once(' ').unwrap();
        MariaCluster { port: port.to_owned(), password: password.to_owned(), dir }
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> &str {
        &self.port
    }

    /// The password of its administrator, `admin`.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// A database on it.
    pub fn database(&self) -> mariadb::Database {
        let server = format!("host=127.0.0.1 port={} user=admin password={}", self.port, self.password);
        mariadb::Database::on(&server, "CHARACTER SET utf8mb4")
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        std::fs::read_to_string(self.dir.path().join("my/pid")).unwrap().trim().parse().unwrap()
    }

    /// Kills it and starts it again.
    pub fn crash(&self) {
        shell(self.dir.path(), &format!("crash_mariadb \"$1\" {}", self.port));
    }
}

impl Drop for MariaCluster {
    fn drop(&mut self) {
        shell(self.dir.path(), "stop_mariadb \"$1\"");
    }
}

/// Runs what `tests/run.sh` runs to have a server, with the folder as `$1`.
fn shell(dir: &std::path::Path, script: &str) -> String {
    let script = format!("set -euo pipefail; . tests/support/server.sh; {script}");
    let mut command = Command::new("bash");
    command.args(["-c", &script, "bash"]).arg(dir).current_dir(super::project());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
