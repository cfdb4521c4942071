//! What can be set, what each setting means, and where pipekit's own files are.

use crate::clock;
use crate::error::{Code, Error, Result};
use crate::store;
use rusqlite::Connection;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A setting that can be set.
pub struct Setting {
    /// Its key.
    pub key: &'static str,
    /// What it is for, and what it is when nobody set it.
    pub help: &'static str,
    /// Says what is wrong with a value.
    check: fn(&str) -> Result<(), String>,
}

/// What is shown of a setting that is a secret.
const HIDDEN: &str = "********";

impl Setting {
    /// Whether its value is a secret: stored as a hash, given on standard input, and never shown.
    pub fn is_secret(&self) -> bool {
        self.key == "api_password"
    }

    /// Whether only the command line may set it, never the API: it names a program, or says who may call.
    pub fn is_for_the_command_line(&self) -> bool {
        ["jrunner_path", "jrunner_launch", "notify_command"].contains(&self.key) || self.key.starts_with("api_")
    }

    /// Its value as it may be shown, where it has been set.
    ///
    /// # Errors
    /// `Store` when it can't be read.
    pub fn shown(&self, conn: &Connection) -> Result<Option<String>> {
        let value = store::setting::get(conn, self.key)?;
        Ok(if self.is_secret() { value.map(|_| HIDDEN.to_owned()) } else { value })
    }
}

/// Every setting there is.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "timezone",
        help: "the time zone that runners work in, such as Europe/Berlin; the machine's own where it is not set",
        check: |value| clock::zone(value).map(|_| ()),
    },
    Setting {
        key: "runner",
        help: "who speaks to databases: auto (jrunner where the driver has a jar), jrunner, builtin",
        check: |value| one_of(value, &["auto", "jrunner", "builtin"]),
    },
    Setting {
        key: "jrunner_path",
        help: "where jrunner is; the one in $PATH where it is not set",
        check: |value| match Path::new(value) {
            path if !path.is_absolute() => Err(format!("`{value}` does not begin with /: cron has another folder")),
            path if !path.is_file() => Err(format!("there is no file {value}")),
            path if !path.metadata().is_ok_and(|file| file.permissions().mode() & 0o111 != 0) => {
                Err(format!("{value} is not a program, as nobody may execute it: `chmod +x {value}` if it is one"))
            }
            _ => Ok(()),
        },
    },
    Setting {
        key: "jrunner_launch",
        help: "how jrunner is started: auto (by java where its script is understood, so that no process list shows \
               passwords), script, java",
        check: |value| one_of(value, &["auto", "script", "java"]),
    },
    Setting {
        key: "jrunner_rows_pattern",
        help: "a regular expression for the number of rows moved, its first group where it has one; the last it finds counts",
        check: is_pattern,
    },
    Setting {
        key: "jrunner_error_pattern",
        help: "a regular expression for what is an error in what jrunner prints; Java's stack traces where it is not set",
        check: is_pattern,
    },
    Setting {
        key: "jrunner_header",
        help: "whether the first line of a query names its columns: yes or no; found out where it is not set",
        check: |value| one_of(value, &["yes", "no"]),
    },
    Setting {
        key: "jrunner_delimiter",
        help: "what stands between columns: comma, tab, semicolon or a character; found out where it is not set",
        check: |value| match delimiter_of(value) {
            Some(_) => Ok(()),
            None => Err(format!("`{value}` is not a delimiter: comma, tab, semicolon, or one character")),
        },
    },
    Setting { key: "jrunner_null", help: "how jrunner prints NULL; found out where it is not set", check: |_| Ok(()) },
    Setting {
        key: "jrunner_copy",
        help: "how rows of a JDBC source get into SQLite, PostgreSQL, MySQL: auto (jrunner's query prints them and the \
               built-in runner loads them, where jrunner was seen to print them exactly), off (jrunner's INSERTs)",
        check: |value| one_of(value, &["auto", "off"]),
    },
    Setting {
        key: "notify_command",
        help: "what tells somebody of failures: a shell command that gets the facts as JSON on standard input; $KEY in it \
               is a secret",
        check: |value| match value.trim().is_empty() {
            true => Err("a command is not empty; `none` turns it off".to_owned()),
            false => Ok(()),
        },
    },
    Setting {
        key: "notify_on",
        help: "of what it tells, with commas between: failure (the default: runs and groups that fail), members (each \
               member of a group at once too), recovery (the first success after a failure)",
        check: |value| match notify_on(value) {
            wanted if wanted.is_empty() => Err("it is empty; `none` takes it back to failure".to_owned()),
            wanted => wanted.iter().try_for_each(|one| one_of(one, &["failure", "members", "recovery"])),
        },
    },
    Setting {
        key: "log_retention",
        help: "how long runs stay in the log, such as 90d: `serve` and `tick` remove older ones once a day, as `log prune` \
               does; off where it is not set",
        check: |value| match clock::duration(value) {
            Some(age) if age >= clock::DAY => Ok(()),
            _ => Err(format!("`{value}` is not a length of time of a day or more: 90d, 12w; `none` turns it off")),
        },
    },
    Setting {
        key: "api_user",
        help: "the user that `pipekit serve` lets in",
        check: |value| match value.is_empty() || value.contains(|c: char| c == ':' || c.is_control()) {
            true => Err("a user has a name, without a colon (RFC 7617)".to_owned()),
            false => Ok(()),
        },
    },
    Setting {
        key: "api_password",
        help: "that user's password, read from standard input and stored hashed: pipekit settings set api_password -",
        check: |value| match value.is_empty() || value.contains(char::is_control) {
            true => Err("a password has characters, none of them a control character (RFC 7617)".to_owned()),
            false => Ok(()),
        },
    },
];

fn one_of(value: &str, all: &[&str]) -> Result<(), String> {
    if all.contains(&value) { Ok(()) } else { Err(format!("`{value}` is not one of {}", all.join(", "))) }
}

fn is_pattern(value: &str) -> Result<(), String> {
    regex_lite::Regex::new(value).map(|_| ()).map_err(|e| format!("`{value}` is not a regular expression: {e}"))
}

/// The delimiter that a setting names: `comma`, `tab`, or itself.
pub fn delimiter_of(text: &str) -> Option<char> {
    match text {
        "comma" => Some(','),
        "tab" => Some('\t'),
        "semicolon" => Some(';'),
        one => one.chars().next().filter(|c| one.len() == c.len_utf8() && !c.is_alphanumeric() && *c != '"'),
    }
}

/// What the setting `notify_on` is where it has not been set.
pub const NOTIFY_ON: &str = "failure";

/// What a value of the setting `notify_on` names.
pub fn notify_on(value: &str) -> Vec<&str> {
    value.split(',').map(str::trim).filter(|one| !one.is_empty()).collect()
}

/// The setting of that key.
///
/// # Errors
/// `NotFound` where there is none.
pub fn find(key: &str) -> Result<&'static Setting> {
    SETTINGS.iter().find(|s| s.key == key).ok_or_else(|| {
        Error::new(Code::NotFound, format!("there is no setting {key}"))
            .hint("`pipekit settings list` shows what there is")
            .meant(key, SETTINGS.iter().map(|s| s.key.to_owned()))
    })
}

/// Sets a setting to a value that is good for it.
///
/// # Errors
/// `NotFound` for an unknown key, `Invalid` for a bad value.
pub fn set(conn: &Connection, key: &str, value: &str) -> Result<()> {
    let setting = find(key)?;
    (setting.check)(value).map_err(Error::invalid)?;
    match setting.is_secret() {
        true => store::setting::set(conn, key, &crate::password::hash(value)?),
        false => store::setting::set(conn, key, value),
    }
}

/// The name of this machine, for people to read.
pub fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The folder `pipekit` below one of the user's base folders (XDG Base Directory Specification).
pub fn user_folder(variable: &str, below_home: &str) -> PathBuf {
    let base = std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|p| p.is_absolute())
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(below_home)))
        .unwrap_or_else(|| PathBuf::from(below_home));
    base.join("pipekit")
}

/// The database, where no flag names one: `$PIPEKIT_DB`, then the service's where it exists, then the user's own.
pub fn database() -> PathBuf {
    if let Some(path) = std::env::var_os("PIPEKIT_DB").filter(|p| !p.is_empty()) {
        return path.into();
    }
    let service = PathBuf::from("/var/lib/pipekit/pipekit.db");
    // Where it exists and may not be read, opening it says so: that is an error, not a reason for another database.
    if service.exists()
        || std::fs::read_dir("/var/lib/pipekit").is_err_and(|e| e.kind() == std::io::ErrorKind::PermissionDenied)
    {
        return service;
    }
    user_folder("XDG_DATA_HOME", ".local/share").join("pipekit.db")
}
