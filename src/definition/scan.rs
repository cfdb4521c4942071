//! Drivers from the JDBC jars in a folder, by the names that their vendors give them.

use super::driver::{Driver, save};
use crate::error::{Code, Error, Result};
use crate::store::driver as table;
use rusqlite::Connection;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// A JDBC driver whose jar is known by its name.
struct Known {
    /// What the jar's name begins with; versions follow.
    jar: &'static str,
    /// The driver's name in pipekit: never that of a row that is built in.
    name: &'static str,
    kind: &'static str,
    class: &'static str,
    url: &'static str,
}

const fn known(
    jar: &'static str,
    name: &'static str,
    kind: &'static str,
    class: &'static str,
    url: &'static str,
) -> Known {
    Known { jar, name, kind, class, url }
}

/// Classes and URLs are those of the drivers' own manuals.
const KNOWN: [Known; 12] = [
    known("jt400", "as400", "db2", "com.ibm.as400.access.AS400JDBCDriver", "jdbc:as400://HOST"),
    known(
        "mssql-jdbc",
        "sqlserver",
        "sqlserver",
        "com.microsoft.sqlserver.jdbc.SQLServerDriver",
        "jdbc:sqlserver://HOST:1433;databaseName=DATABASE",
    ),
    known("jtds", "jtds", "sqlserver", "net.sourceforge.jtds.jdbc.Driver", "jdbc:jtds:sqlserver://HOST:1433/DATABASE"),
    known(
        "postgresql",
        "postgresql_jdbc",
        "postgresql",
        "org.postgresql.Driver",
        "jdbc:postgresql://HOST:5432/DATABASE",
    ),
    known(
        "mariadb-java-client",
        "mariadb_jdbc",
        "mysql",
        "org.mariadb.jdbc.Driver",
        "jdbc:mariadb://HOST:3306/DATABASE",
    ),
    known("mysql-connector-j", "mysql_jdbc", "mysql", "com.mysql.cj.jdbc.Driver", "jdbc:mysql://HOST:3306/DATABASE"),
    known("mysql-connector-java", "mysql_jdbc", "mysql", "com.mysql.cj.jdbc.Driver", "jdbc:mysql://HOST:3306/DATABASE"),
    known("sqlite-jdbc", "sqlite_jdbc", "sqlite", "org.sqlite.JDBC", "jdbc:sqlite:/path/to/file.db"),
    known("h2", "h2", "h2", "org.h2.Driver", "jdbc:h2:tcp://HOST/DATABASE"),
    known("derby", "derby", "derby", "org.apache.derby.jdbc.EmbeddedDriver", "jdbc:derby:/path/to/database"),
    known(
        "derbyclient",
        "derby_client",
        "derby",
        "org.apache.derby.jdbc.ClientDriver",
        "jdbc:derby://HOST:1527/DATABASE",
    ),
    known("ojdbc", "oracle", "generic", "oracle.jdbc.OracleDriver", "jdbc:oracle:thin:@//HOST:1521/SERVICE"),
];

/// What became of a jar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// There is a driver with it now.
    Added,
    /// The driver had another jar.
    Updated,
    /// The driver had it already.
    There,
    /// The driver has a newer one, or one that is as new.
    Older,
    /// It is no JDBC driver that is known by its name.
    Unknown,
}

/// A jar that was found.
#[derive(Debug, Serialize)]
pub struct Found {
    /// Its path.
    pub jar_file: String,
    /// The driver that it is for.
    pub driver: Option<&'static str>,
    /// What became of it.
    pub action: Action,
}

/// Adds a driver for each known jar in a folder, the newest where there are several versions, and gives what became of
/// each jar, by its name. A driver that is there keeps what it has, but for an older jar.
///
/// # Errors
/// `Invalid` where it is no folder, `Failed` where no known jar is in it, and as [`save`].
pub fn scan(conn: &Connection, folder: &Path) -> Result<Vec<Found>> {
    let jars = jars_in(folder)?;
    let mut found = Vec::new();
    for jar in &jars {
        let of = of(jar);
        let action = match of {
            None => Action::Unknown,
            Some(of) if is_newest(of, jar, &jars) => put(conn, of, jar)?,
            Some(_) => Action::Older,
        };
        found.push(Found { jar_file: text(jar), driver: of.map(|of| of.name), action });
    }
    if found.iter().all(|jar| jar.action == Action::Unknown) {
        return Err(Error::new(Code::Failed, format!("no JDBC driver that is known is in {}", folder.display()))
            .hint("`pipekit driver add NAME --kind KIND --jar FILE` adds any other"));
    }
    Ok(found)
}

/// The driver for each known jar in a folder, the newest where there are several versions.
///
/// # Errors
/// `Invalid` where it is no folder.
pub fn drivers_in(folder: &Path) -> Result<Vec<Driver>> {
    let jars = jars_in(folder)?;
    let newest =
        jars.iter().filter_map(|jar| of(jar).filter(|known| is_newest(known, jar, &jars)).map(|known| (known, jar)));
    Ok(newest.map(|(known, jar)| known.driver(jar)).collect())
}

/// The kind and the name of the driver whose URLs begin like this one, where one is known.
pub fn driver_for(url: &str) -> Option<(&'static str, &'static str)> {
    let scheme = |url: &str| url.split("//").next().unwrap_or(url).split(['/', '@']).next().map(str::to_lowercase);
    KNOWN.iter().find(|known| scheme(known.url) == scheme(url)).map(|known| (known.kind, known.name))
}

/// The class of the driver that a jar is, where it is known by its name.
pub fn class_of(jar: &Path) -> Option<&'static str> {
    of(jar).map(|known| known.class)
}

/// The jars in a folder, by name.
fn jars_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = |e: std::io::Error| Error::invalid(format!("can't look into {}: {e}", folder.display()));
    let folder = std::path::absolute(folder).map_err(unreadable)?;
    let mut jars: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        // A name that is no UTF-8 is none of a vendor's. A link may lead nowhere.
        if path.extension().is_some_and(|end| end == "jar") && path.to_str().is_some() && path.is_file() {
            jars.push(path);
        }
    }
    jars.sort();
    Ok(jars)
}

/// Whether a jar is the newest of its driver's.
fn is_newest(known: &Known, jar: &PathBuf, jars: &[PathBuf]) -> bool {
    let others = jars.iter().filter(|other| of(other).is_some_and(|o| o.name == known.name));
    others.max_by_key(|other| age(other)) == Some(jar)
}

impl Known {
    /// The driver with this jar.
    fn driver(&self, jar: &Path) -> Driver {
        Driver {
            name: self.name.to_owned(),
            kind: self.kind.to_owned(),
            jar_file: Some(text(jar)),
            class_name: Some(self.class.to_owned()),
            url_template: Some(self.url.to_owned()),
        }
    }
}

/// Has the driver of that name use the jar.
fn put(conn: &Connection, known: &Known, jar: &Path) -> Result<Action> {
    let Ok(row) = table::find(conn, known.name) else {
        return save(conn, None, &known.driver(jar)).map(|_| Action::Added);
    };
    match &row.jar_file {
        Some(now) if *now == text(jar) => Ok(Action::There),
        // One that is gone is of no use.
        Some(now) if Path::new(now).is_file() && numbers(Path::new(now)) >= numbers(jar) => Ok(Action::Older),
        // Without a jar it is the operator's own, for the runner that is built in.
        None => Ok(Action::Older),
        Some(_) => {
            let id = row.id;
            let driver = Driver { jar_file: Some(text(jar)), ..row.into() };
            save(conn, Some(id), &driver).map(|_| Action::Updated)
        }
    }
}

/// A path, which was seen to be UTF-8.
fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The driver that a jar is, by its name: versions may follow, and the Java that it is for.
fn of(jar: &Path) -> Option<&'static Known> {
    let stem = jar.file_stem()?.to_str()?;
    let is_version = |part: &str| {
        let number = ["jre", "java", "jdk"].into_iter().find_map(|java| part.strip_prefix(java)).unwrap_or(part);
        part.is_empty() || number.starts_with(|c: char| c.is_ascii_digit())
    };
    KNOWN
        .iter()
        .find(|known| stem.strip_prefix(known.jar).is_some_and(|rest| rest.split(['-', '.', '_']).all(is_version)))
}

/// How new a jar is. Of a file and a link to it the shorter name, which stays when the version changes, is preferred.
fn age(jar: &Path) -> (Vec<u64>, std::cmp::Reverse<usize>) {
    (numbers(jar), std::cmp::Reverse(jar.as_os_str().len()))
}

/// The numbers in the name of the file that a jar is in the end.
fn numbers(jar: &Path) -> Vec<u64> {
    let real = jar.canonicalize().unwrap_or_else(|_| jar.to_owned());
    let name = real.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let rest = of(&real).and_then(|known| name.strip_prefix(known.jar)).unwrap_or(&name);
    rest.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
}
