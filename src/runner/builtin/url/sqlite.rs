//! `jdbc:sqlite:PATH?name=value`, as xerial's driver reads it.

use super::{bad, boolean, number, parameters, unknown};
use crate::runner::Failure;
use std::time::Duration;

/// A SQLite URL taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteUrl {
    /// The file, a `file:` URI, or `:memory:`.
    pub path: String,
    /// Whether the file may only be read.
    pub read_only: bool,
    /// Whether a file that does not exist is made.
    pub create: bool,
    /// How long to wait for another process's lock.
    pub busy_timeout: Duration,
    /// Other pragmas to set, in order, with values that are safe to put into SQL.
    pub pragmas: Vec<(String, String)>,
}

/// Pragmas that are set as they come.
const PRAGMAS: [&str; 14] = [
    "cache_size",
    "case_sensitive_like",
    "cell_size_check",
    "defer_foreign_keys",
    "foreign_keys",
    "journal_mode",
    "journal_size_limit",
    "locking_mode",
    "mmap_size",
    "read_uncommitted",
    "recursive_triggers",
    "secure_delete",
    "synchronous",
    "temp_store",
];

/// Parameters of xerial that concern JDBC's own types and transactions: taken, and left alone.
const WITHOUT_MEANING: [&str; 9] = [
    "date_class",
    "date_precision",
    "date_string_format",
    "encoding",
    "enable_load_extension",
    "jdbc.explicit_readonly",
    "jdbc.get_generated_keys",
    "shared_cache",
    "transaction_mode",
];

/// Parameters that SQLite itself reads from a `file:` URI.
const OF_URIS: [&str; 7] = ["cache", "immutable", "mode", "modeof", "nolock", "psow", "vfs"];

impl SqliteUrl {
    /// Whether this is a `file:` URI, which SQLite takes apart itself.
    pub fn is_uri(&self) -> bool {
        self.path.starts_with("file:")
    }

    /// Whether the database lives in memory only.
    pub fn in_memory(&self) -> bool {
        self.path == ":memory:"
            || (self.is_uri() && (self.path.contains(":memory:") || self.path.contains("mode=memory")))
    }
}

pub(super) fn parse(rest: &str) -> Result<SqliteUrl, Failure> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut url = SqliteUrl {
        path: if path.is_empty() { ":memory:".to_owned() } else { path.to_owned() },
        read_only: false,
        create: false,
        busy_timeout: Duration::from_secs(30),
        pragmas: Vec::new(),
    };
    let mut of_uri = Vec::new();
    for (name, value) in parameters(query)? {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "create" => url.create = boolean(&name, &value)?,
            "busy_timeout" => url.busy_timeout = Duration::from_millis(number(&name, &value)?),
            "open_mode" => {
                // SQLite's own open flags: 1 read only, 2 read and write, 4 create.
                let mode = number(&name, &value)?;
                url.read_only = mode & 1 != 0;
                url.create |= mode & 4 != 0;
            }
            "password" | "hexkey_mode" | "hexkey" => {
                return Err(bad("the built-in runner opens no encrypted SQLite files"));
            }
            _ if PRAGMAS.contains(&name.as_str()) => {
                if value.is_empty()
                    || !value.trim_start_matches('-').chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                {
                    return Err(bad(format!("`{name}={value}` in the URL: that is no word and no number")));
                }
                url.pragmas.push((name, value));
            }
            _ if WITHOUT_MEANING.contains(&name.as_str()) => {}
            _ if url.is_uri() && OF_URIS.contains(&name.as_str()) => {
                url.create |= name == "mode" && value == "rwc";
                of_uri.push(format!("{name}={value}"));
            }
            _ => {
                let mut known = vec!["busy_timeout", "create", "open_mode"];
                known.extend(PRAGMAS);
                return Err(unknown(&name, &known));
            }
        }
    }
    if !of_uri.is_empty() {
        url.path = format!("{}?{}", url.path, of_uri.join("&"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let cases = [
            ("/a/b.db", "/a/b.db", false),
            ("b.db", "b.db", false),
            ("50%.db", "50%.db", false),
            (":memory:", ":memory:", true),
            ("", ":memory:", true),
            ("file:/a/b.db?mode=ro&busy_timeout=5", "file:/a/b.db?mode=ro", false),
            ("file:x?mode=memory&cache=shared", "file:x?mode=memory&cache=shared", true),
        ];
        for (rest, path, memory) in cases {
            let url = parse(rest).unwrap();
            assert_eq!((url.path.as_str(), url.in_memory()), (path, memory), "{rest}");
        }
    }

    #[test]
    fn parameters_mean_what_xerial_means() {
        let url = parse("x.db?busy_timeout=5&journal_mode=WAL&foreign_keys=true&open_mode=1&date_class=TEXT").unwrap();
        assert_eq!(url.busy_timeout, Duration::from_millis(5));
        assert!(url.read_only && !url.create);
        let pragma = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(url.pragmas, [pragma("journal_mode", "WAL"), pragma("foreign_keys", "true")]);
        assert!(parse("x.db?create=true").unwrap().create);
        assert!(parse("x.db?open_mode=6").unwrap().create);
        assert_eq!(parse("x.db").unwrap().busy_timeout, Duration::from_secs(30));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (rest, word) in [
            ("x.db?colour=red", "colour"),
            ("x.db?mode=ro", "mode"),
            ("x.db?synchronous=1;drop", "synchronous"),
            ("x.db?create=maybe", "maybe"),
        ] {
            let failure = parse(rest).unwrap_err();
            assert!(failure.message.contains(word), "{rest}: {}", failure.message);
        }
    }
}
