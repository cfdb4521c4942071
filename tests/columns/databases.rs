//! What databases say the columns of the corpus are called.

use super::super::support::{mariadb, postgres};
use super::corpus;
use pipekit::sql::columns::SelectList;

const TABLES: &str = "CREATE TABLE orders (order_no INTEGER, customer TEXT, total DECIMAL(15,2), changed_at TIMESTAMP,
    status TEXT, region TEXT, note TEXT, qty INTEGER, price DECIMAL(9,2), data JSON, {from} TEXT);
  CREATE TABLE {lines} (order_no INTEGER, line_no INTEGER, sku TEXT, qty INTEGER, price DECIMAL(9,2));
  CREATE TABLE customers (id TEXT, name TEXT, city TEXT);";

fn tables(quote: char) -> String {
    let quoted = |name: &str| format!("{quote}{name}{quote}");
    TABLES.replace("{from}", &quoted("from")).replace("{lines}", &quoted("lines"))
}

/// Compares the names of each query of a kind with what its database calls them.
fn compare(kind: &str, mut names: impl FnMut(&str) -> Result<Vec<String>, String>, folded: bool) {
    let mut compared = 0;
    for case in corpus::all().into_iter().filter(|c| c.kind == kind && c.expected.is_ok()) {
        let sql = case.sql.replace("{since}", "2020-01-01 00:00:00").replace("{last}", "0").replace("{w}", "0");
        let theirs = names(&sql).unwrap_or_else(|e| panic!("{e}\n{sql}"));
        let list = SelectList::parse(kind, &sql).unwrap();
        if list.items().iter().any(|i| i.is_star()) {
            continue;
        }
        assert_eq!(theirs.len(), list.items().len(), "{theirs:?}\n{sql}");
        for (theirs, item) in theirs.iter().zip(list.items()) {
            let Some(ours) = item.name() else { continue };
            let quoted = list.text(item).ends_with(['"', '`', ']', '\'']);
            let ours = if folded && !quoted { ours.to_lowercase() } else { ours.to_owned() };
            assert_eq!(*theirs, ours, "{sql}");
            compared += 1;
        }
    }
    assert!(compared > 30, "{compared}");
}

#[test]
fn sqlite_calls_them_so() {
    let conn = rusqlite::Connection::open_in_memory().unwrap();
    conn.execute_batch(&tables('"')).unwrap();
    let names = |sql: &str| {
        let statement = conn.prepare(sql).map_err(|e| e.to_string())?;
        Ok(statement.column_names().map(str::to_owned).collect())
    };
    compare("sqlite", names, false);
}

#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn postgresql_calls_them_so() {
    let mut db = postgres::Database::new();
    db.sql(&tables('"').replace("data JSON", "data JSONB, tags TEXT[]"));
    let names = |sql: &str| {
        let statement = db.client.prepare(sql).map_err(|e| format!("{e:?}"))?;
        Ok(statement.columns().iter().map(|c| c.name().to_owned()).collect())
    };
    compare("postgresql", names, true);
}

#[test]
#[ignore = "needs MariaDB: tests/run.sh"]
fn mariadb_calls_them_so() {
    use mysql::prelude::Queryable;
    let mut db = mariadb::Database::new();
    db.sql(&tables('`'));
    let names = |sql: &str| {
        let statement = db.client.prep(sql).map_err(|e| e.to_string())?;
        Ok(statement.columns().iter().map(|c| c.name_str().into_owned()).collect())
    };
    compare("mysql", names, false);
}
