//! The world of a test: a folder of its own, a pipekit database in it, databases to sync, and calls of the program.

use super::call::{Call, Running, is_one_dying, until};
use serde_json::Value;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A folder with a pipekit database, and nothing of the machine's own settings.
pub struct World {
    dir: tempfile::TempDir,
    env: Vec<(String, String)>,
    program: PathBuf,
}

impl World {
    /// A world with a pipekit database that holds nothing yet.
    pub fn new() -> World {
        let world = World::bare();
        world.call("init").ok();
        world
    }

    /// A world without a database.
    pub fn bare() -> World {
        World { dir: tempfile::tempdir().unwrap(), env: Vec::new(), program: env!("CARGO_BIN_EXE_pipekit").into() }
    }

    /// A file's place in the world's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Sets a variable for all calls from now on.
    pub fn set(&mut self, name: &str, value: &str) -> &mut World {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes a file and gives its path.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Writes a file in one step, as a program may be reading it.
    pub fn replace_file(&self, name: &str, text: &str) {
        let new = self.file(&format!("{name}.new"), text);
        std::fs::rename(new, self.path(name)).unwrap();
    }

    /// The program, ready to be given arguments: what it reads of the machine is this world's.
    pub fn command(&self) -> Command {
        self.command_under(&[])
    }

    /// The program, started by another one such as `unshare`, with its arguments.
    pub fn command_under(&self, starter: &[&str]) -> Command {
        let all: Vec<&OsStr> = starter.iter().map(OsStr::new).chain([self.program.as_os_str()]).collect();
        let mut command = Command::new(all[0]);
        command
            .args(&all[1..])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.dir.path())
            .env("TZ", "UTC")
            .env("PIPEKIT_DB", self.path("pipekit.db"))
            .env("PIPEKIT_SECRETS", self.path("secrets.env"))
            .current_dir(self.dir.path())
            .stdin(Stdio::null());
        for (name, value) in &self.env {
            command.env(name, value);
        }
        command
    }

    /// Calls the program with a command line as a shell would split it.
    pub fn call(&self, line: &str) -> Call {
        self.args(&shell_words::split(line).unwrap())
    }

    /// Calls the program with these arguments.
    pub fn args<S: AsRef<std::ffi::OsStr>>(&self, args: &[S]) -> Call {
        let mut command = self.command();
        command.args(args);
        let said = args.iter().map(|a| a.as_ref().to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ");
        Call { said, output: command.output().unwrap() }
    }

    /// Calls the program by another one.
    pub fn call_under(&self, starter: &[&str], line: &str) -> Call {
        Call::of(line, self.command_under(starter).args(shell_words::split(line).unwrap()))
    }

    /// Calls the program with text on its standard input.
    pub fn call_with(&self, line: &str, input: &str) -> Call {
        use std::io::Write;
        let mut command = self.command();
        command.args(shell_words::split(line).unwrap());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // The program may have refused its arguments and gone before it reads.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Call { said: line.to_owned(), output: child.wait_with_output().unwrap() }
    }

    /// Starts the program and leaves it running.
    pub fn start(&self, line: &str) -> Running {
        self.start_under(&[], line)
    }

    /// As [`World::start`], by another program.
    pub fn start_under(&self, starter: &[&str], line: &str) -> Running {
        let mut command = self.command_under(starter);
        command.args(shell_words::split(line).unwrap()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running { said: line.to_owned(), child: Some(command.spawn().unwrap()) }
    }

    /// As [`World::start`], with its standard output going there.
    pub fn start_into(&self, line: &str, out: Stdio) -> Running {
        let mut command = self.command();
        command.args(shell_words::split(line).unwrap()).stdout(out).stderr(Stdio::piped());
        Running { said: line.to_owned(), child: Some(command.spawn().unwrap()) }
    }

    /// Has calls use a copy of the program in the world's folder: where it was built other users may not go.
    pub fn with_own_program(&mut self) -> &mut World {
        let program = self.path("pipekit");
        // By another process: a file that this one has open for writing can't be run while a test beside it forks.
        assert!(Command::new("cp").arg(&self.program).arg(&program).status().unwrap().success());
        self.program = program;
        self
    }

    /// Opens an SQLite file of the world, making it if it is not there.
    pub fn sqlite(&self, name: &str) -> rusqlite::Connection {
        let conn = rusqlite::Connection::open(self.path(name)).unwrap();
        conn.busy_timeout(Duration::from_secs(10)).unwrap();
        conn
    }

    /// Runs SQL on an SQLite file of the world, and makes it the connection NAME: the file is NAME.db.
    pub fn with_sqlite(&self, name: &str, sql: &str) -> &World {
        self.sqlite(&format!("{name}.db")).execute_batch(sql).unwrap();
        let url = format!("jdbc:sqlite:{}", self.path(&format!("{name}.db")).display());
        self.args(&["connection", "add", name, "--driver", "sqlite", "--url", &url]).ok();
        self
    }

    /// Adds a module: `strategy` is its strategy with the flags that go with it.
    #[track_caller]
    pub fn module(&self, name: &str, from: &str, to: &str, table: &str, strategy: &str, query: &str) -> &World {
        let mut args = vec!["module", "add", name, "--source", from, "--dest", to, "--table", table, "--query", query];
        args.push("--strategy");
        args.extend(strategy.split(' '));
        self.args(&args).ok();
        self
    }

    /// Adds a PostgreSQL connection: `password` is a reference to a secret.
    #[track_caller]
    pub fn postgresql(&self, name: &str, url: &str, login: &str, password: &str) -> &World {
        let add = ["connection", "add", name, "--driver", "postgresql", "--url", url, "--user", login];
        self.args(&[&add[..], &["--password", password]].concat()).ok();
        self
    }

    /// Adds a connection to MySQL or MariaDB: `password` is a reference to a secret.
    #[track_caller]
    pub fn mariadb(&self, name: &str, url: &str, login: &str, password: &str) -> &World {
        let add = ["connection", "add", name, "--driver", "mysql", "--url", url, "--user", login];
        self.args(&[&add[..], &["--password", password]].concat()).ok();
        self
    }

    /// Every row of a query on an SQLite file of the world, values as SQLite quotes them, one line a row.
    pub fn rows(&self, db: &str, sql: &str) -> Vec<String> {
        let conn = self.sqlite(&format!("{db}.db"));
        let mut statement = conn.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement
            .query_map([], |row| Ok((0..columns).map(|i| show(row.get_ref(i).unwrap())).collect::<Vec<_>>().join("|")));
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// Runs a module, asserts that it succeeded, and gives what the run says of itself.
    #[track_caller]
    pub fn run(&self, module: &str) -> Value {
        self.args(&["run", module, "--json"]).ok().json()
    }

    /// Everything about a run (or a module's newest run).
    #[track_caller]
    pub fn log(&self, run: &str) -> Value {
        self.args(&["log", "show", run, "--json"]).ok().json()
    }

    /// The steps of a run (or a module's newest run) in order, as `kind name`.
    #[track_caller]
    pub fn steps(&self, run: &str) -> Vec<String> {
        let steps = self.log(run)["steps"].as_array().unwrap().clone();
        steps.iter().map(|s| format!("{} {}", s["kind"].as_str().unwrap(), s["name"].as_str().unwrap())).collect()
    }

    /// Waits until some run is in the middle of a step of this kind.
    #[track_caller]
    pub fn until_in(&self, kind: &str) {
        let sql = format!("SELECT count(*) FROM run_step WHERE kind = '{kind}' AND duration_ms IS NULL");
        let end = Instant::now() + Duration::from_secs(60);
        while self.own(&sql) == "0" {
            let newest =
                || self.own("SELECT status || ': ' || coalesce(error, '') FROM run_log ORDER BY id DESC LIMIT 1");
            assert!(Instant::now() < end, "no run came to its {kind}; the newest: {}", newest());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The living processes of this world: ids and command lines.
    pub fn processes(&self) -> Vec<(u32, String)> {
        let home = format!("HOME={}", self.dir.path().display());
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let Ok(pid) = entry.file_name().to_string_lossy().parse() else { continue };
            let read = |file: &str| std::fs::read(entry.path().join(file)).unwrap_or_default();
            if read("environ").split(|b| *b == 0).any(|v| v == home.as_bytes()) {
                found.push((pid, String::from_utf8_lossy(&read("cmdline")).replace('\0', " ")));
            }
        }
        found
    }

    /// The runner's process behind a run that goes on: the first step that needs it starts it.
    #[track_caller]
    pub fn runner(&self) -> u32 {
        let mut runner = None;
        until("there is a runner", || {
            runner = self.running_runner();
            runner.is_some()
        });
        runner.unwrap()
    }

    /// The runner's process, if one lives now.
    pub fn running_runner(&self) -> Option<u32> {
        self.processes().into_iter().find(|(_, line)| line.contains("--session")).map(|(pid, _)| pid)
    }

    /// Waits until no process of this world is left.
    #[track_caller]
    pub fn until_quiet(&self) {
        until("no process is left", || self.processes().is_empty() && !is_one_dying());
    }

    /// One value of pipekit's own database.
    pub fn own(&self, sql: &str) -> String {
        self.rows("pipekit", sql).join("\n")
    }

    /// Calls the program with `--json` and gives what it prints.
    #[track_caller]
    pub fn json(&self, line: &str) -> Value {
        let call = self.call(&format!("{line} --json")).ok();
        assert_eq!(call.stderr(), "", "pipekit {line} --json: standard error");
        call.json()
    }

    /// Asserts that a command is refused, in text and in JSON, with this exit code, saying this, and that it prints no
    /// result and changes nothing.
    #[track_caller]
    pub fn refuses(&self, line: &str, code: i32, says: &str) {
        self.refuses_given(line, "", code, says);
    }

    /// As [`World::refuses`], with text on standard input.
    #[track_caller]
    pub fn refuses_given(&self, line: &str, input: &str, code: i32, says: &str) {
        let before = self.defined();
        let text = self.call_with(line, input).fails(code, says);
        assert_eq!(text.stdout(), "", "pipekit {line}: standard output");
        for line in [format!("{line} --json"), format!("--json {line}")] {
            let call = self.call_with(&line, input).code(code);
            assert_eq!(call.stdout(), "", "pipekit {line}: standard output");
            let error = call.error();
            let said = format!("{} {}", error["message"].as_str().unwrap(), error["hint"].as_str().unwrap_or_default());
            assert!(said.contains(says), "pipekit {line}: {says:?} is not in {said:?}");
            assert_ne!(error["code"].as_str().unwrap(), "", "pipekit {line}: the code");
        }
        assert_eq!(self.defined(), before, "pipekit {line}: it changed something");
    }

    /// Everything that is defined: the rows of those tables.
    pub fn defined(&self) -> Vec<String> {
        if !self.path("pipekit.db").exists() {
            return Vec::new();
        }
        ["driver", "connection", "module", "watermark", "hook", "settings"]
            .iter()
            .flat_map(|table| self.rows("pipekit", &format!("SELECT '{table}', * FROM {table} ORDER BY 1, 2")))
            .collect()
    }

    /// Two SQLite files and their connections: `erp` with `orders` 1 to 3, `dw` with an empty table for them.
    pub fn erp() -> World {
        let world = World::new();
        world
            .with_sqlite(
                "erp",
                "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT);
                 INSERT INTO orders VALUES (1, 'a'), (2, NULL), (3, '')",
            )
            .with_sqlite("dw", "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT)");
        world
    }

    /// [`World::erp`] with the full module `orders`.
    pub fn orders() -> World {
        let world = World::erp();
        world.call("module add orders --source erp --dest dw --table orders --strategy full --query 'SELECT * FROM orders'").ok();
        world
    }

    /// Makes a shell script the editor; the file that is edited is `$1`.
    pub fn editor(&mut self, script: &str) -> &mut World {
        use std::os::unix::fs::PermissionsExt;
        let path = self.file("editor.sh", &format!("#!/bin/sh\n{script}\n"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        self.set("EDITOR", &path)
    }

    /// Whether any file in the world's folder, other than those named, holds these bytes.
    pub fn holds(&self, bytes: &str, but: &[&str]) -> Vec<PathBuf> {
        let holds =
            |path: &PathBuf| std::fs::read(path).unwrap().windows(bytes.len()).any(|window| window == bytes.as_bytes());
        let files = self.files().into_iter().map(|name| self.path(&name));
        files.filter(|path| !but.iter().any(|name| path.ends_with(name)) && holds(path)).collect()
    }

    /// The files in the world's folder and the folders in it.
    pub fn files(&self) -> Vec<String> {
        let mut folders = vec![self.dir.path().to_owned()];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(self.dir.path()).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        found
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() && std::env::var_os("PIPEKIT_TEST_KEEP").is_some() {
            self.dir.disable_cleanup(true);
            eprintln!("kept: {}", self.dir.path().display());
        }
    }
}

/// A value so that types can be told apart: text in quotes, blobs in hex.
fn show(value: rusqlite::types::ValueRef<'_>) -> String {
    use rusqlite::types::ValueRef::{Blob, Integer, Null, Real, Text};
    match value {
        Null => "NULL".to_owned(),
        Integer(n) => n.to_string(),
        Real(n) => format!("{n:?}"),
        Text(t) => format!("'{}'", String::from_utf8_lossy(t)),
        Blob(b) => format!("x'{}'", b.iter().map(|b| format!("{b:02x}")).collect::<String>()),
    }
}
