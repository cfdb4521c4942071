//! The names that a database holds, read for somebody who presses TAB: at once, or not at all.

use crate::definition::driver::KINDS;
use crate::secrets::Secrets;
use crate::settings::{self, SETTINGS};
use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter};
use rusqlite::{Connection, OpenFlags};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    Module,
    Group,
    ModuleOrGroup,
    Connection,
    Driver,
    /// Of the module that is on the line.
    Watermark,
    Hook,
    Schedule,
    Run,
    GroupRun,
    Setting,
    Secret,
    /// A secret as a connection's password names it.
    Reference,
    Kind,
    Zone,
    /// SQL, which may be in a file: `@file`.
    Sql,
}

/// The line that is being typed.
#[derive(Debug)]
pub struct Line {
    words: Vec<String>,
    db: PathBuf,
}

impl Line {
    /// Reads what a shell hands over: its words stand behind `--`.
    pub fn of(args: &[OsString]) -> Line {
        let words = args.iter().skip_while(|arg| *arg != "--").skip(1);
        let words: Vec<String> = words.map(|word| unquoted(&word.to_string_lossy())).collect();
        let db = named_db(&words).map_or_else(settings::database, PathBuf::from);
        Line { words, db }
    }

    /// The database, to be read, and only that.
    fn open(&self) -> Option<Connection> {
        let path = self.db.canonicalize().ok()?;
        let beside = |suffix: &str| {
            let mut name = path.clone().into_os_string();
            name.push(suffix);
            PathBuf::from(name).metadata().is_ok_and(|file| file.len() > 0)
        };
        // Where nobody has it open, SQLite would make files beside it. It is told that nobody will write, which is so for
        // the moment that this takes, or spoils an answer at worst.
        let alone = !(beside("-wal") && beside("-shm"));
        let name = path.to_str()?.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        let uri = format!("file:{name}?mode=ro{}", if alone { "&immutable=1" } else { "" });
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(uri, flags).ok()?;
        conn.busy_timeout(Duration::from_millis(10)).ok()?;
        Some(conn)
    }

    /// What a query on the database says: names, and what is said of each. Nothing, where it can't be read.
    fn ask(&self, sql: &str) -> Vec<(String, String)> {
        let words = serde_json::to_string(&self.words).unwrap_or_default();
        let found = self.open().map(|conn| {
            let mut statement = conn.prepare(sql)?;
            let words = if statement.parameter_count() > 0 { vec![words] } else { Vec::new() };
            let rows = statement.query_map(rusqlite::params_from_iter(words), |r| Ok((r.get(0)?, r.get(1)?)))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        });
        found.and_then(Result::ok).unwrap_or_default()
    }
}

/// The file of `--db FILE`, `--db=FILE`, or, as bash breaks it, `--db = FILE`.
fn named_db(words: &[String]) -> Option<String> {
    let at = words.iter().rposition(|word| word == "--db" || word.starts_with("--db="))?;
    let value = match words[at].strip_prefix("--db=") {
        Some(value) => value,
        None => words[at + 1..].iter().find(|word| *word != "=")?,
    };
    // Shells leave this to be done when the line is run.
    let home = || std::env::var("HOME").ok();
    Some(match value.strip_prefix("~/").zip(home()) {
        Some((rest, home)) => format!("{home}/{rest}"),
        None => value.to_owned(),
    })
}

/// A word without what only quotes it.
fn unquoted(word: &str) -> String {
    let mut out = String::new();
    let mut chars = word.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {}
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}

/// Completes a value that names something.
pub struct Names {
    pub noun: Noun,
    pub line: Arc<Line>,
    /// Whether several can stand there, with commas between.
    pub listed: bool,
}

impl ValueCompleter for Names {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        let Some(current) = current.to_str() else { return Vec::new() };
        if self.noun == Noun::Sql {
            let Some(file) = current.strip_prefix('@') else { return Vec::new() };
            let files = PathCompleter::file().complete(file.as_ref());
            return files.into_iter().map(|file| file.add_prefix("@")).collect();
        }
        let (before, begun) = match current.rfind([',', '+']).filter(|_| self.listed) {
            Some(comma) => current.split_at(comma + 1),
            None => ("", current),
        };
        let mut found = self.found();
        found.retain(|(name, _)| name.starts_with(begun));
        let candidate = |(name, help): (String, String)| {
            let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
            CompletionCandidate::new(format!("{before}{name}")).help((!help.is_empty()).then(|| help.into()))
        };
        found.into_iter().map(candidate).collect()
    }
}

const MODULES: &str = "SELECT m.name, m.merge_strategy || ', ' || s.name || ' to ' || d.name || '.' || m.dest_table
                          || CASE WHEN m.enabled THEN '' ELSE ', disabled' END
                   FROM module m JOIN connection s ON s.id = m.source_connection_id
                                 JOIN connection d ON d.id = m.dest_connection_id";
const GROUPS: &str =
    "SELECT g.name, 'group of ' || (SELECT count(*) FROM group_member WHERE group_id = g.id) FROM grp g";

impl Names {
    /// All that there are, with what is said of each.
    fn found(&self) -> Vec<(String, String)> {
        let ask = |sql: &str| self.line.ask(sql);
        let alone = |name: String| (name, String::new());
        match self.noun {
            Noun::Module => ask(&format!("{MODULES} ORDER BY m.name")),
            Noun::Group => ask(&format!("{GROUPS} ORDER BY g.name")),
            Noun::ModuleOrGroup => ask(&format!("{MODULES} UNION ALL {GROUPS} ORDER BY 1")),
            Noun::Connection => ask("SELECT name, jdbc_url FROM connection ORDER BY name"),
            Noun::Driver => ask("SELECT name, kind FROM driver ORDER BY name"),
            Noun::Watermark => {
                ask("SELECT DISTINCT w.name, 'of ' || m.name FROM watermark w JOIN module m ON m.id = w.module_id
                 WHERE m.name IN (SELECT value FROM json_each(?)) ORDER BY 1")
            }
            Noun::Hook => ask("SELECT CAST(h.id AS TEXT), m.name || ' on ' || h.run_on || ': ' || substr(h.sql, 1, 50)
                 FROM hook h JOIN module m ON m.id = h.module_id ORDER BY h.id"),
            Noun::Schedule => ask("SELECT CAST(s.id AS TEXT), g.name || ' at ' || s.cron_expr
                 FROM schedule s JOIN grp g ON g.id = s.group_id ORDER BY s.id"),
            Noun::Run => {
                ask("SELECT CAST(id AS TEXT), module_name || ' ' || status || ' ' || substr(started_at, 1, 16)
                 FROM run_log ORDER BY id DESC LIMIT 50")
            }
            Noun::GroupRun => {
                ask("SELECT CAST(id AS TEXT), group_name || ' ' || status || ' ' || substr(started_at, 1, 16)
                 FROM group_run ORDER BY id DESC LIMIT 50")
            }
            Noun::Setting => SETTINGS.iter().map(|s| (s.key.to_owned(), s.help.to_owned())).collect(),
            Noun::Secret => {
                Secrets::load().map(|s| s.keys().map(str::to_owned).map(alone).collect()).unwrap_or_default()
            }
            Noun::Reference => {
                Secrets::load().map(|s| s.keys().map(|key| alone(format!("${key}"))).collect()).unwrap_or_default()
            }
            Noun::Kind => KINDS.iter().map(|kind| alone((*kind).to_owned())).collect(),
            Noun::Zone => jiff::tz::db().available().map(|zone| alone(zone.to_string())).collect(),
            Noun::Sql => Vec::new(),
        }
    }
}
