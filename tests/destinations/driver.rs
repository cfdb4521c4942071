//! Runs a case: makes its destination, loads into it in each way that there is, and compares with the model.

use super::case::{Case, Expect, Mode, On};
use crate::support::postgres::{self, Database};
use crate::support::{Call, Pair, mariadb};
use serde_json::{Value, json};
use std::any::Any;
use std::time::Duration;

/// Longer than anything here may take, and shorter than pipekit waits for a lock by itself, twice.
const NEVER_LONGER: Duration = Duration::from_secs(50);

/// Runs all cases of a group that exist on `place`, and fails with what went wrong in any of them.
pub fn run(cases: &[Case], place: On) {
    let mut pair = match place {
        On::Sqlite => Pair::sqlite(),
        On::Mariadb => Pair::mariadb(),
        _ => Pair::postgres(),
    };
    let mut wrong = Vec::new();
    let mut connected = Vec::new();
    for (n, case) in cases.iter().enumerate().filter(|(_, case)| case.is_on(place)) {
        for mode in Mode::on(place) {
            let module = format!("load_{n}_{}", *mode as usize);
            let mut trial = Trial { case, mode: *mode, place, module, pair: &mut pair, connected: &mut connected };
            if let Err(why) = trial.run() {
                wrong.push(format!("{} ({mode:?}): {why}", case.what));
            }
        }
    }
    assert_eq!(pair.world.own("SELECT count(*) FROM module WHERE running"), "0", "modules that are locked");
    assert!(wrong.is_empty(), "{} loads went wrong:\n\n{}\n", wrong.len(), wrong.join("\n\n"));
}

/// One load of one case.
struct Trial<'a> {
    case: &'a Case,
    mode: Mode,
    place: On,
    /// Its module, which is another for each.
    module: String,
    pair: &'a mut Pair,
    /// What the destination's connection was last told.
    connected: &'a mut Vec<String>,
}

/// Whether the load of that module is rehearsed first: one in nineteen, as it takes its time, or with
/// `PIPEKIT_TEST_REHEARSE` all.
fn is_rehearsed(module: &str) -> bool {
    let number: usize = module.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
    number.is_multiple_of(19) || std::env::var_os("PIPEKIT_TEST_REHEARSE").is_some()
}

/// What is not pipekit's own in a PostgreSQL database, as a condition on `n.nspname` and `c.relname`.
const OF_THE_SHOP: &str = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' \
    AND (n.nspname <> 'pipekit_staging' OR c.relname LIKE 'other%')";

impl Trial<'_> {
    fn run(&mut self) -> Result<(), String> {
        self.make();
        let expected = self.case.expects(self.place, self.mode);
        let before = self.look();
        let all = self.everything();
        if self.case.held.is_empty()
            && is_rehearsed(&self.module)
            && let Err(why) = self.rehearse(expected, &before, &all)
        {
            self.unmake();
            return Err(format!("its rehearsal: {why}"));
        }
        let held = self.hold();
        let call = self.load();
        drop(held);
        let mut judged = match expected {
            Expect::Refused(says) => self.refused(&call, says, &all, &before),
            Expect::RefusedBy(says) => self.refused(&call, self.pair.by_kind(says[0], says[1], says[2]), &all, &before),
            _ => self.loaded(&call, expected, &before, &all).and_then(|()| self.is_so_beside()),
        };
        if judged.is_ok() && self.mode == Mode::Incremental && matches!(expected, Expect::Model | Expect::Warns(_)) {
            // The same rows again replace themselves.
            let before = self.look();
            let call = self.load();
            judged = self.loaded(&call, expected, &before, &all).map_err(|why| format!("the second time, {why}"));
        }
        self.unmake();
        judged
    }

    /// SQL of the case, with the names that only this run knows.
    fn sql(&mut self, sql: &str) -> String {
        let (database, login) = match self.place {
            On::Sqlite => (String::new(), String::new()),
            _ => (self.database(), self.login()),
        };
        let place = sql.replace("{login}", &login).replace("{database}", &database).replace("{module}", &self.module);
        if !place.contains("{port}") {
            return place;
        }
        let (port, user, password) = (Database::port(), postgres::user(), postgres::password());
        place.replace("{port}", &port).replace("{user}", &user).replace("{password}", &password)
    }

    fn login(&mut self) -> String {
        format!("etl_{}", self.database())
    }

    /// The name of the destination's database on its server.
    fn database(&mut self) -> String {
        if self.place == On::Mariadb { self.pair.my().name.clone() } else { self.pair.pg().name.clone() }
    }

    /// The destination and the source, from nothing.
    fn make(&mut self) {
        let case = *self.case;
        for file in ["src.db", "dst.db"] {
            for suffix in ["", "-wal", "-shm", "-journal"] {
                // Most of them are not there.
                let _ = std::fs::remove_file(self.pair.world.path(&format!("{file}{suffix}")));
            }
        }
        if self.place == On::Mariadb {
            let database = self.database();
            self.pair.dst(&format!(
                "DROP DATABASE {database}; CREATE DATABASE {database} CHARACTER SET utf8mb4; USE {database}"
            ));
        }
        if self.place == On::Postgres {
            self.pair.dst(
                "DO $$ DECLARE n text; BEGIN
                   FOR n IN SELECT nspname FROM pg_namespace
                            WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' LOOP
                     EXECUTE format('DROP SCHEMA %I CASCADE', n);
                   END LOOP;
                   CREATE SCHEMA public;
                 END $$",
            );
        }
        if !case.grants.is_empty() && self.place == On::Mariadb {
            // Its staging tables stand in a database of their own: there it may do all.
            let (login, database) = (self.login(), self.database());
            self.pair.dst(&format!(
                "CREATE USER {login} IDENTIFIED BY 'of the case'; CREATE DATABASE {database}_staging;
                 GRANT ALL ON {database}_staging.* TO {login}"
            ));
        } else if !case.grants.is_empty() {
            let (login, database) = (self.login(), self.database());
            self.pair.dst(&format!(
                "CREATE ROLE {login} LOGIN PASSWORD 'of the case';
                 GRANT CREATE ON DATABASE {database} TO {login}; GRANT USAGE ON SCHEMA public TO {login}"
            ));
        }
        for sql in [case.make, case.seed, case.then, case.grants] {
            if !sql.is_empty() {
                let sql = self.sql(sql);
                self.pair.dst(&sql);
            }
        }
        let mut source = case.source.to_owned();
        if case.fresh && self.mode == Mode::Append {
            source.push_str("; DELETE FROM s WHERE id = 2");
        }
        if case.same {
            self.pair.dst(&source);
        } else {
            self.pair.src(&source);
        }
        self.define();
    }

    /// The connection and the module.
    fn define(&mut self) {
        let case = *self.case;
        let world = &self.pair.world;
        let (mut url, mut user, mut password) = (format!("jdbc:sqlite:{}", world.path("dst.db").display()), None, None);
        if self.place != On::Sqlite {
            let login = self.login();
            if self.place == On::Mariadb {
                url = self.pair.my().url();
                (user, password) = (Some(mariadb::user()), Some("$MY_PASSWORD"));
            } else {
                url = self.pair.pg().url();
                (user, password) = (Some(postgres::user()), Some("$PG_PASSWORD"));
            }
            if !case.grants.is_empty() {
                if self.place == On::Mariadb {
                    url.push_str("_staging");
                }
                self.pair.world.call_with("secrets set CASE", "of the case").ok();
                (user, password) = (Some(login), Some("$CASE"));
            }
        }
        if !case.url.is_empty() {
            url = format!("{url}?{}", case.url);
        }
        let mut edit = vec!["connection", "edit", "dst", "--url", &url];
        if let (Some(user), Some(password)) = (&user, password) {
            edit.extend(["--user", user, "--password", password]);
        }
        if *self.connected != edit {
            self.pair.world.args(&edit).ok();
            *self.connected = edit.iter().map(|word| (*word).to_owned()).collect();
        }
        let strategy = match self.mode {
            Mode::Truncate | Mode::Delete => "full",
            Mode::Incremental => "incremental",
            Mode::Append => "append",
        };
        let mut module = json!({
            "name": self.module, "source_connection": if case.same { "dst" } else { "src" }, "dest_connection": "dst",
            "dest_table": self.sql(case.table), "source_query": case.query, "merge_strategy": strategy,
            "full_by": if self.mode == Mode::Truncate { "truncate" } else { "delete" },
            "merge_key": case.key, "unique_key": case.unique, "allow_cascade": case.cascades,
        });
        if !case.columns.is_empty() {
            module["dest_columns"] = json!(case.columns);
        }
        self.pair.world.call_with("module add --json-file -", &module.to_string()).ok();
    }

    fn unmake(&mut self) {
        let undo = self.sql(self.case.undo);
        if !undo.is_empty() {
            self.pair.dst(&undo);
        }
        if !self.case.grants.is_empty() && self.place == On::Mariadb {
            let (login, database) = (self.login(), self.database());
            self.pair.dst(&format!("DROP USER {login}; DROP DATABASE {database}_staging"));
        } else if !self.case.grants.is_empty() {
            let login = self.login();
            self.pair.dst(&format!("DROP OWNED BY {login} CASCADE; DROP ROLE {login}"));
        }
    }

    /// Somebody else's open transaction. It ends when this is dropped.
    fn hold(&mut self) -> Option<Box<dyn Any>> {
        let sql = self.sql(self.case.held);
        match self.place {
            _ if sql.is_empty() => None,
            On::Sqlite => {
                let session = self.pair.world.sqlite("dst.db");
                session.execute_batch(&sql).unwrap();
                Some(Box::new(session))
            }
            On::Mariadb => {
                let mut session = self.pair.my().session();
                mariadb::run(&mut session, &sql).unwrap();
                Some(Box::new(session))
            }
            _ => {
                let mut session = self.pair.pg().session();
                session.batch_execute(&sql).unwrap();
                Some(Box::new(session))
            }
        }
    }

    fn load(&mut self) -> Call {
        self.pair.world.start(&format!("run {} --json", self.module)).wait_no_longer_than(NEVER_LONGER)
    }

    /// A rehearsal changes nothing, whatever comes of it, and foretells a load that nothing of the destination's own
    /// decides on.
    fn rehearse(&mut self, expected: Expect, before: &[String], all: &[String]) -> Result<(), String> {
        let line = format!("module rehearse {} --json", self.module);
        let call = self.pair.world.start(&line).wait_no_longer_than(NEVER_LONGER);
        same("the destination", &self.look(), before)?;
        // What is written down where tables are made is.
        if !self.case.make.contains("EVENT TRIGGER") && !self.case.then.contains("EVENT TRIGGER") {
            same("the database", &self.everything(), all)?;
        }
        let left = self.pair.world.own("SELECT count(*) FROM rehearsal");
        if left != "0" {
            return Err("its table is left".to_owned());
        }
        if !matches!(expected, Expect::Model | Expect::Warns(_)) {
            return Ok(());
        }
        // To compare, a login must be able to read, where to load it need not.
        if call.output.status.code() == Some(1) && !self.case.grants.is_empty() && error(&call).contains("denied") {
            return Ok(());
        }
        if call.output.status.code() != Some(0) {
            return Err(format!("it failed: {}", error(&call)));
        }
        let told = call.json()["rehearsal"].clone();
        let new = self.arriving();
        let model = self.model(before, &new);
        let deleted = before.len() + new.len() - model.len();
        let without = |from: &[String], other: &[String]| {
            let mut rest = other.to_vec();
            from.iter().filter(|row| rest.iter().position(|o| o == *row).map(|at| rest.remove(at)).is_none()).count()
        };
        let counts = ["deletes", "inserts", "added", "changed", "removed"].map(|k| told[k].as_u64().unwrap() as usize);
        let (comes, goes) = (counts[2] + counts[3], counts[3] + counts[4]);
        let is = (counts[0], counts[1], comes, goes);
        let expected = (deleted, new.len(), without(&model, before), without(before, &model));
        if is == expected { Ok(()) } else { Err(format!("it foretells {is:?}, and it is {expected:?}: {told}")) }
    }

    /// The destination's rows.
    fn look(&mut self) -> Vec<String> {
        let look = self.sql(self.case.look);
        sorted(self.pair.rows(&look))
    }

    /// Every row of every table that is the shop's: the table, then the row.
    fn everything(&mut self) -> Vec<String> {
        if self.place == On::Mariadb {
            let tables = self.pair.rows(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()
                 AND table_type <> 'VIEW' AND table_name NOT LIKE 'pipekit%'",
            );
            let mut all = Vec::new();
            for name in tables {
                let rows = self.pair.rows(&format!("SELECT * FROM `{}`", name.replace('`', "``")));
                all.extend(rows.into_iter().map(|row| format!("{name}|{row}")));
            }
            return sorted(all);
        }
        if self.place == On::Postgres {
            return sorted(self.pair.rows(&format!(
                "SELECT c.relname, n.nspname, query_to_xml(format(
                   'SELECT pipekit_row::text AS r FROM ONLY %I.%I AS pipekit_row ORDER BY 1', n.nspname, c.relname), true, false, '')
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE c.relkind IN ('r', 'm') AND {OF_THE_SHOP}"
            )));
        }
        let world = &self.pair.world;
        let tables =
            world.rows("dst", "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'pipekit%'");
        let all = tables.iter().flat_map(|name| {
            let name = &name[1..name.len() - 1];
            let rows = world.rows("dst", &format!("SELECT * FROM \"{}\"", name.replace('"', "\"\"")));
            rows.into_iter().map(move |row| format!("{name}|{row}"))
        });
        sorted(all.collect())
    }

    /// It failed, says this, and changed nothing.
    fn refused(&mut self, call: &Call, says: &str, all: &[String], before: &[String]) -> Result<(), String> {
        if call.output.status.code() != Some(1) {
            return Err(format!("it was not refused, and {says:?} expected: {:?}", self.look()));
        }
        let (said, says) = (error(call), self.sql(says));
        if !said.contains(&says) {
            return Err(format!("{says:?} is not in\n{said}"));
        }
        same("the destination after an error", &self.look(), before)?;
        same("the database after an error", &self.everything(), all)
    }

    /// It succeeded, the destination is as it must be, and the log says how that came.
    fn loaded(&mut self, call: &Call, expected: Expect, before: &[String], all: &[String]) -> Result<(), String> {
        if call.output.status.code() != Some(0) {
            return Err(format!("it failed: {}", error(call)));
        }
        let run = call.json();
        let new = self.arriving();
        let model = self.model(before, &new);
        let deleted = (before.len() + new.len() - model.len()) as i64;
        let known = (self.mode != Mode::Truncate).then_some(deleted);
        let (holds, counts, says) = match expected {
            Expect::Decides { holds, counts, says } => {
                (sorted(holds.iter().map(|r| (*r).to_owned()).collect()), counts, says)
            }
            Expect::Warns(says) => (model, (known, new.len() as i64), says),
            _ => (model, (known, new.len() as i64), ""),
        };
        same("the destination", &self.look(), &holds)?;
        same("what stands beside it", &beside(self.everything()), &beside(all.to_vec()))?;
        let told = json!([run["row_count"], run["rows_deleted"], run["rows_inserted"]]);
        if told != json!([new.len(), counts.0, counts.1]) {
            return Err(format!(
                "the log counts {told} rows moved, deleted, inserted; {} came, and it is {counts:?}",
                new.len()
            ));
        }
        let warnings = run["warnings"].to_string();
        if says.is_empty() != (warnings == "[]") || !warnings.contains(says) {
            return Err(format!("it warns {warnings}, and not {says:?}"));
        }
        Ok(())
    }

    /// What else must be so.
    fn is_so_beside(&mut self) -> Result<(), String> {
        let Some((sql, answers)) = self.case.also else { return Ok(()) };
        let (answer, expected) = (self.pair.rows(sql).join("; "), answers[self.mode as usize]);
        if answer == expected { Ok(()) } else { Err(format!("{sql} gives {answer:?}, not {expected:?}")) }
    }

    /// The rows that come.
    fn arriving(&self) -> Vec<String> {
        let fresh = self.case.fresh && self.mode == Mode::Append;
        let rows = self.case.new.iter().filter(|row| !(fresh && row.starts_with("2|")));
        rows.map(|row| (*row).to_owned()).collect()
    }

    /// What the destination must hold, by nothing but what it held and what comes.
    fn model(&self, before: &[String], new: &[String]) -> Vec<String> {
        let key = |row: &str| -> Vec<String> {
            let fields: Vec<&str> = row.split('|').collect();
            self.case.key_at.iter().map(|at| fields[*at].to_owned()).collect()
        };
        let replaced =
            |row: &str| new.iter().any(|n| key(n).iter().zip(key(row)).all(|(a, b)| (self.case.equal)(a, &b)));
        let kept = before.iter().filter(|row| match self.mode {
            Mode::Truncate | Mode::Delete => false,
            Mode::Incremental => !replaced(row),
            Mode::Append => true,
        });
        sorted(kept.chain(new).cloned().collect())
    }
}

/// What a run that failed says.
fn error(call: &Call) -> String {
    let run = serde_json::from_slice::<Value>(&call.output.stdout);
    run.ok().and_then(|run| run["error"].as_str().map(str::to_owned)).unwrap_or_else(|| call.stderr())
}

/// Of all rows those that stand beside the destination.
fn beside(all: Vec<String>) -> Vec<String> {
    all.into_iter().filter(|row| row.starts_with("other") || row.starts_with("s|")).collect()
}

fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort();
    rows
}

fn same(what: &str, is: &[String], must_be: &[String]) -> Result<(), String> {
    if is == must_be { Ok(()) } else { Err(format!("{what} is\n  {is:?}\nand must be\n  {must_be:?}")) }
}
