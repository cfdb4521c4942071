//! Looking at a database through its connection: does it answer, which tables are there, what does a query give.

use super::databases::{Databases, dialect_of};
use super::external;
use super::ledger::Ledger;
use crate::dialect::{Qualifiers, Source, TableName};
use crate::error::{Code, Error, Result};
use crate::runner::{FailureKind, Rows, Runner};
use crate::sql::lexer::{self, Kind};
use crate::store::Store;
use crate::store::connection::{self, Connection};
use serde::Serialize;
use std::time::{Duration, Instant};

/// What a test of a connection found.
#[derive(Debug, Serialize)]
pub struct Tested {
    /// Its name.
    pub connection: String,
    /// Whether it answered.
    pub ok: bool,
    /// How long that took.
    pub elapsed_ms: u64,
}

/// A table as a catalog lists it.
#[derive(Debug, Serialize)]
pub struct Table {
    /// Its schema.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// `table`, `view` and the like.
    pub kind: String,
    /// What the catalog says of it.
    pub comment: Option<String>,
    /// The name that the system knows it by, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_name: Option<String>,
}

/// A column as a catalog lists it.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// Its default.
    pub default: Option<String>,
    /// Its place in the primary key, from 1.
    pub key: Option<i64>,
    /// What the catalog says of it.
    pub comment: Option<String>,
    /// The name that the system knows it by, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_name: Option<String>,
}

/// Runs SQL on a connection and gives its rows.
///
/// # Errors
/// What the connection or the database says.
pub fn query(store: &Store, name: &str, sql: &str, limit: Option<usize>) -> Result<Rows> {
    let connection = connection::find(store.read(), name)?;
    let databases = Databases::open(store, None)?;
    ask(&mut store.reopen()?, &databases, &connection, sql, limit)
}

fn ask(
    store: &mut Store,
    databases: &Databases,
    connection: &Connection,
    sql: &str,
    limit: Option<usize>,
) -> Result<Rows> {
    let target = databases.target(connection)?;
    if target.runner == Runner::Jrunner {
        // It prints nothing for these, which of a query would mean that it had failed.
        let statements = lexer::statements(sql);
        if !statements.is_empty() && statements.into_iter().all(gives_no_rows) {
            let done = databases.runners().statements(&target, sql, false);
            return done.map(|done| done.rows).map_err(|f| databases.explain(&f, connection, "the SQL"));
        }
        let dialect = dialect_of(connection)?;
        external::learn_rows(&mut Ledger::new(store, None, databases), databases, connection, &target, dialect)?;
    }
    databases.runners().query(&target, sql, limit).map_err(|f| {
        let connecting = matches!(f.kind, FailureKind::Connect | FailureKind::Url);
        databases.explain(&f, connection, if connecting { "connecting" } else { "the query" })
    })
}

/// Whether a statement is one of those that never give rows, as far as its words tell.
fn gives_no_rows(statement: &str) -> bool {
    const WORDS: [&str; 12] = [
        "ALTER", "COMMENT", "CREATE", "DELETE", "DROP", "GRANT", "INSERT", "MERGE", "RENAME", "REVOKE", "TRUNCATE",
        "UPDATE",
    ];
    let words = lexer::tokens(statement).into_iter().filter(|token| token.kind == Kind::Word);
    let mut words = words.map(|token| statement[token.span].to_uppercase());
    words.next().is_some_and(|first| WORDS.contains(&&*first)) && !words.any(|w| w == "RETURNING" || w == "OUTPUT")
}

/// Connects and runs a trivial query, for as long as it takes, or no longer than `patience`.
///
/// # Errors
/// What the connection or the database says.
pub fn test(store: &Store, name: &str, patience: Option<Duration>) -> Result<Tested> {
    let connection = connection::find(store.read(), name)?;
    let name = &connection.name;
    let mend = format!("`pipekit connection show {name}` shows it, `pipekit connection edit {name}` mends it");
    let since = Instant::now();
    let ping = dialect_of(&connection)?.ping();
    let databases = Databases::open(store, None)?;
    let mut own = store.reopen()?;
    let (databases, asked) = (&databases, &connection);
    let mut work = move || ask(&mut own, databases, asked, ping, None).map(|_| ());
    let came = match patience {
        None => work(),
        Some(patience) => match databases.within(patience, work) {
            (Some(Ok(())), _) => Ok(()),
            (Some(came), false) => came,
            _ => {
                let why = format!("{name} did not answer within {} s", patience.as_secs());
                Err(Error::new(Code::Runner, why).hint(format!(
                    "is its server up, and no firewall between? `pipekit connection show {name}` shows where it is"
                )))
            }
        },
    };
    came.map_err(|mut e| {
        if e.code == Code::Runner && e.hint.as_ref().is_none_or(|hint| hint.starts_with("`pipekit connection test")) {
            e.hint = Some(mend);
        }
        e
    })?;
    let elapsed_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Tested { connection: connection.name, ok: true, elapsed_ms })
}

fn text(row: &[Option<String>], i: usize) -> Option<String> {
    // What NULL and an empty text have in common in some runners' CSV, they have in common here.
    row.get(i).cloned().flatten().filter(|text| !text.is_empty())
}

/// The tables of a connection within `within`, whose name, short name or comment contains `like`.
///
/// # Errors
/// `Usage` where the database has no such qualifier; what the connection or the database says.
pub fn tables(store: &Store, name: &str, within: &Qualifiers, like: Option<&str>) -> Result<Vec<Table>> {
    let dialect = dialect_of(&connection::find(store.read(), name)?)?;
    check(dialect, name, within)?;
    let rows = query(store, name, &dialect.list_tables(within), None)?;
    let wanted = like.map(str::to_lowercase);
    let has = |text: &str| wanted.as_ref().is_none_or(|like| text.to_lowercase().contains(like));
    Ok(rows
        .rows
        .iter()
        .map(|row| Table {
            schema: text(row, 0),
            name: text(row, 1).unwrap_or_default(),
            kind: text(row, 2).unwrap_or_default(),
            comment: text(row, 3),
            short_name: text(row, 4),
        })
        .filter(|t| {
            [Some(&t.name), t.short_name.as_ref(), t.comment.as_ref()].into_iter().flatten().any(|text| has(text))
        })
        .collect())
}

/// Refuses qualifiers that the database does not have.
fn check(dialect: &dyn Source, connection: &str, within: &Qualifiers) -> Result<()> {
    let fields = dialect.browse_fields();
    for (name, given) in [("server", &within.server), ("database", &within.database), ("schema", &within.schema)] {
        if given.is_some() && !fields.iter().any(|field| field.name == name) {
            let known: Vec<String> = fields.iter().map(|field| format!("--{}", field.name)).collect();
            let known = if known.is_empty() { "nothing of the kind".to_owned() } else { known.join(", ") };
            return Err(Error::new(Code::Usage, format!("--{name} means nothing to {connection}'s database"))
                .hint(format!("it has {known}")));
        }
    }
    Ok(())
}

/// The columns of a table, and the table as the database's catalog was asked for it: `within` fills in what `table`
/// does not say.
///
/// # Errors
/// `NotFound` where there is no such table; what the connection or the database says.
pub fn columns(store: &Store, name: &str, table: &str, within: &Qualifiers) -> Result<(TableName, Vec<Column>)> {
    let dialect = dialect_of(&connection::find(store.read(), name)?)?;
    check(dialect, name, within)?;
    let mut parsed = dialect.parse_table(table).map_err(Error::invalid)?;
    for (part, given, flag) in [
        (&mut parsed.server, &within.server, "--server"),
        (&mut parsed.database, &within.database, "--database"),
        (&mut parsed.schema, &within.schema, "--schema"),
    ] {
        match (&part, given) {
            (Some(said), Some(given)) if said != given => {
                return Err(Error::new(Code::Usage, format!("{table} says {said}, and {flag} says {given}"))
                    .hint("leave one of the two out"));
            }
            (None, given) => part.clone_from(given),
            _ => {}
        }
    }
    let rows = query(store, name, &dialect.list_columns(&parsed), None)?;
    if rows.rows.is_empty() {
        return Err(Error::new(Code::NotFound, format!("there is no table {parsed} on {name}"))
            .hint(format!("`pipekit connection tables {name}` shows what there is")));
    }
    // Some catalogs tell the order of the key's columns, and not the place of each.
    let key = |row: &[Option<String>]| text(row, 4).and_then(|n| n.parse::<i64>().ok());
    let mut places: Vec<i64> = rows.rows.iter().filter_map(|row| key(row)).collect();
    places.sort_unstable();
    let columns = rows.rows.iter().map(|row| Column {
        name: text(row, 0).unwrap_or_default(),
        type_name: text(row, 1).unwrap_or_default(),
        nullable: text(row, 2).as_deref() == Some("1"),
        default: text(row, 3),
        key: key(row).and_then(|n| places.iter().position(|place| *place == n)).map(|place| place as i64 + 1),
        comment: text(row, 5),
        short_name: text(row, 6),
    });
    Ok((parsed, columns.collect()))
}
