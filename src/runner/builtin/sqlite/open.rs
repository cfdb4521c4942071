//! Opens SQLite files.

use super::{checksum, failure};
use crate::runner::builtin::url::SqliteUrl;
use crate::runner::{Failure, FailureKind};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;

/// Opens the file, and sets what the URL says.
pub fn open(url: &SqliteUrl) -> Result<Connection, Failure> {
    let refused =
        |cause: &str| Failure::new(FailureKind::Connect, format!("can't open the SQLite file `{}`: {cause}", url.path));
    if !url.is_uri() && !url.in_memory() {
        look_at(Path::new(&url.path), url.create).map_err(|cause| refused(&cause))?;
    }
    let connection = Connection::open_with_flags(&url.path, flags(url)).map_err(|error| {
        let cause = failure::message(&error);
        match failure::code(&error) {
            Some(ErrorCode::CannotOpen) if url.is_uri() => {
                refused(&format!("{cause} (does it exist? `?create=true` makes it)"))
            }
            _ => refused(&cause),
        }
    })?;
    set_up(&connection, url).map_err(|error| refused(&failure::message(&error)))?;
    // Reading the header here tells a file that is no database before anything is made of it. A lock is another's
    // business, which a query can wait for.
    match connection.pragma_query_value(None, "schema_version", |row| row.get::<_, i64>(0)) {
        Err(error) if failure::code(&error) != Some(ErrorCode::DatabaseBusy) => Err(refused(&failure::message(&error))),
        _ => Ok(connection),
    }
}

/// SQLite would make a file that does not exist, and a mistyped source would be an empty database.
fn look_at(file: &Path, create: bool) -> Result<(), String> {
    match std::fs::metadata(file) {
        Ok(found) if found.is_dir() => Err("it is a folder".to_owned()),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            if !folder.is_dir() {
                Err(format!("there is no folder `{}`", folder.display()))
            } else if create {
                Ok(())
            } else {
                Err("no such file (to make a new database, create it with sqlite3, or add `?create=true` to the URL)"
                    .to_owned())
            }
        }
        Err(error) => Err(error.to_string()),
    }
}

fn flags(url: &SqliteUrl) -> OpenFlags {
    let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if url.read_only {
        flags |= OpenFlags::SQLITE_OPEN_READ_ONLY;
    } else {
        flags |= OpenFlags::SQLITE_OPEN_READ_WRITE;
        if url.create || url.in_memory() {
            flags |= OpenFlags::SQLITE_OPEN_CREATE;
        }
    }
    if url.is_uri() {
        flags |= OpenFlags::SQLITE_OPEN_URI;
    }
    flags
}

fn set_up(connection: &Connection, url: &SqliteUrl) -> rusqlite::Result<()> {
    connection.busy_timeout(url.busy_timeout)?;
    // As in sqlite3 and in xerial's driver; the library's build has them on.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
    // Else a mistyped column in double quotes is a string, and a table of strings arrives without an error.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    checksum::add_to(connection)?;
    for (name, value) in &url.pragmas {
        // Some answer with a row, some don't.
        let mut statement = connection.prepare(&format!("PRAGMA {name}={value}"))?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::builtin::url::{Url, parse};

    fn open_url(rest: &str) -> Result<Connection, Failure> {
        match parse(&format!("jdbc:sqlite:{rest}")).unwrap() {
            Url::Sqlite(url) => open(&url),
            _ => unreachable!("not asked for"),
        }
    }

    #[test]
    fn a_missing_file_is_no_empty_database() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        for (rest, word) in [
            (format!("{path}/none.db"), "create=true"),
            (format!("{path}/no/none.db"), "no folder"),
            (format!("{path}/no/none.db?create=true"), "no folder"),
            (path.clone(), "folder"),
            (format!("file:{path}/none.db"), "create=true"),
        ] {
            let failure = open_url(&rest).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Connect, "{rest}");
            assert!(failure.message.contains(word), "{rest}: {}", failure.message);
        }
        assert!(!folder.path().join("none.db").exists());
        open_url(&format!("{path}/new.db?create=true")).unwrap();
        std::fs::write(
            folder.path().join("text.db"),
            "not a database, but long enough to be looked at as one".repeat(20),
        )
        .unwrap();
        assert!(open_url(&format!("{path}/text.db")).unwrap_err().message.contains("not a database"));
    }
}
