//! What can be set, what each setting means, and where pipekit's own files are.

use crate::error::{Code, Error, Result};
use crate::store;
use rusqlite::Connection;
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

/// Every setting there is.
pub const SETTINGS: &[Setting] = &[Setting {
    key: "timezone",
    help: "the time zone that runners work in, such as Europe/Berlin; the machine's own where it is not set",
    check: |value| {
        jiff::tz::TimeZone::get(value)
            .map(|_| ())
            .map_err(|_| format!("`{value}` is not a time zone of the IANA database, such as Europe/Berlin or UTC"))
    },
}];

/// The setting of that key.
///
/// # Errors
/// `NotFound` where there is none.
pub fn find(key: &str) -> Result<&'static Setting> {
    SETTINGS.iter().find(|s| s.key == key).ok_or_else(|| {
        Error::new(Code::NotFound, format!("there is no setting {key}"))
            .hint("`pipekit settings list` shows what there is")
    })
}

/// Sets a setting to a value that is good for it.
///
/// # Errors
/// `NotFound` for an unknown key, `Invalid` for a bad value.
pub fn set(conn: &Connection, key: &str, value: &str) -> Result<()> {
    let setting = find(key)?;
    (setting.check)(value).map_err(Error::invalid)?;
    store::setting::set(conn, key, value)
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
