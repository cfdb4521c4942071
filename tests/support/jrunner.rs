//! The built-in runner, called as `pipekit jrunner`.

use super::postgres::{Database, password, user};
use super::{Call, World, mariadb};
use std::process::Command;

impl World {
    /// The URL of an SQLite file of the world.
    pub fn lite(&self, name: &str) -> String {
        format!("jdbc:sqlite:{}", self.path(&format!("{name}.db")).display())
    }

    /// Runs SQL on an SQLite file of the world.
    #[track_caller]
    pub fn lite_sql(&self, name: &str, sql: &str) {
        self.sqlite(&format!("{name}.db")).execute_batch(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    }

    /// `pipekit jrunner` with this source and SQL, ready for more arguments. Logins are those of the test's server.
    pub fn jrunner(&self, source: &str, sql: &str) -> Command {
        let file = tempfile::NamedTempFile::new_in(self.path("")).unwrap().into_temp_path().keep().unwrap();
        std::fs::write(&file, sql).unwrap();
        let mut command = self.command();
        command.args(["jrunner", "-scu", source, "-sq"]).arg(file);
        if source.starts_with("jdbc:postgresql:") {
            command.args(["-scn", &user()]).env("JRUNNER_SCP", password());
        } else if source.starts_with("jdbc:mariadb:") {
            command.args(["-scn", &mariadb::user()]).env("JRUNNER_SCP", mariadb::password());
        }
        command
    }

    /// Moves the rows of a query into a table.
    pub fn copy(&self, source: &str, sql: &str, dest: &str, table: &str) -> Call {
        let mut command = self.jrunner(source, sql);
        command.args(["-dcu", dest, "-dt", table]);
        if dest.starts_with("jdbc:postgresql:") {
            command.args(["-dcn", &user()]).env("JRUNNER_DCP", password());
        } else if dest.starts_with("jdbc:mariadb:") {
            command.args(["-dcn", &mariadb::user()]).env("JRUNNER_DCP", mariadb::password());
        }
        Call::of(&format!("jrunner: {sql}"), &mut command)
    }

    /// Prints the rows of a query.
    pub fn print(&self, source: &str, sql: &str) -> Call {
        Call::of(&format!("jrunner: {sql}"), &mut self.jrunner(source, sql))
    }
}

impl Database {
    /// The only row of a query, NULL as `NULL`.
    #[track_caller]
    pub fn row(&mut self, sql: &str) -> Vec<String> {
        let messages = self.client.simple_query(sql).unwrap_or_else(|e| panic!("{sql}: {e:?}"));
        let mut rows = messages.iter().filter_map(|m| match m {
            ::postgres::SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|i| row.get(i).unwrap_or("NULL").to_owned()).collect())
            }
            _ => None,
        });
        let row = rows.next().unwrap_or_else(|| panic!("{sql}: no row"));
        assert!(rows.next().is_none(), "{sql}: several rows");
        row
    }
}
