//! The main screen: every module with its newest run, in one pass.

use crate::error::Result;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use std::collections::HashMap;
use std::rc::Rc;

/// A module as the main screen shows it: a line of `status`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Glance {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The connection it reads.
    pub source_connection: Rc<str>,
    /// That connection's dialect.
    pub source_kind: Rc<str>,
    /// The connection it writes.
    pub dest_connection: Rc<str>,
    /// The table it writes.
    pub dest_table: String,
    /// Its strategy.
    pub merge_strategy: Rc<str>,
    /// Whether groups run it.
    pub enabled: bool,
    /// Whether a run has claimed it.
    pub running: bool,
    /// Its newest run that was no dry one: that says how the table is.
    #[serde(flatten)]
    pub last: Last,
}

/// The last run of a module, as its line shows it; nothing but zeros where there was none.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Last {
    /// Its id.
    #[serde(rename = "last_run_id")]
    pub id: Option<i64>,
    /// How that one ended.
    pub status: Option<Rc<str>>,
    /// When it began.
    pub started_at: Option<String>,
    /// When it ended.
    pub finished_at: Option<String>,
    /// How many rows it moved.
    pub row_count: Option<i64>,
    /// Its error.
    pub error: Option<String>,
    /// How many of its hooks failed.
    pub hooks_failed: i64,
    /// How many warnings it has.
    pub warnings: i64,
}

impl Last {
    const COLUMNS: &str =
        "r.id, r.status, r.started_at, r.finished_at, r.row_count, r.error, coalesce(r.hooks_failed, 0),
         CASE WHEN coalesce(r.warnings, '[]') = '[]' THEN 0 ELSE json_array_length(r.warnings) END";

    fn read(row: &Row<'_>, words: &mut Words) -> rusqlite::Result<Last> {
        Ok(Last {
            id: row.get(0)?,
            status: words.of(row, 1)?,
            started_at: row.get(2)?,
            finished_at: row.get(3)?,
            row_count: row.get(4)?,
            error: row.get(5)?,
            hooks_failed: row.get(6)?,
            warnings: row.get(7)?,
        })
    }
}

/// A connection, as the lines of its modules show it.
struct Shown {
    /// Its place among all of them by name.
    place: usize,
    name: Rc<str>,
    kind: Rc<str>,
}

/// The few words that stand in many lines, each of them once.
#[derive(Default)]
struct Words(Vec<Rc<str>>);

impl Words {
    /// The word in that column.
    fn of(&mut self, row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Rc<str>>> {
        let Some(word) = row.get_ref(column)?.as_str_or_null()? else { return Ok(None) };
        let known = self.0.iter().find(|known| ***known == *word).cloned();
        Ok(Some(known.unwrap_or_else(|| {
            self.0.push(word.into());
            self.0[self.0.len() - 1].clone()
        })))
    }
}

fn connections(conn: &Connection) -> Result<HashMap<i64, Shown>> {
    let mut statement = conn.prepare_cached(
        "SELECT c.id, c.name, k.kind FROM connection c JOIN driver k ON k.id = c.driver_id ORDER BY c.name",
    )?;
    let mut rows = statement.query([])?;
    let mut found = HashMap::new();
    while let Some(row) = rows.next()? {
        let shown = Shown { place: found.len(), name: row.get(1)?, kind: row.get(2)? };
        found.insert(row.get(0)?, shown);
    }
    Ok(found)
}

/// Every module at a glance, under its source connection, by name. SQLite reads the modules as they lie in the file, and
/// the few connections beside them: of 10,000 modules, an order and each join would take longer than all the rest, and so
/// would a text of its own for each word.
pub fn all(conn: &Connection) -> Result<Vec<Glance>> {
    // Both are read as of one moment.
    let _reading = conn.unchecked_transaction()?;
    let connections = connections(conn)?;
    let mut before_dry_ones = conn.prepare_cached(&format!(
        "SELECT {} FROM run_log r WHERE r.module_id = ?1 AND r.status <> 'dry_run' ORDER BY r.id DESC LIMIT 1",
        Last::COLUMNS
    ))?;
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {}, m.id, m.name, m.source_connection_id, m.dest_connection_id, m.dest_table, m.merge_strategy, m.enabled,
                m.running
         FROM module m LEFT JOIN run_log r ON r.id = m.last_run_id",
        Last::COLUMNS
    ))?;
    let (mut found, mut places, mut words) = (Vec::new(), Vec::new(), Words::default());
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = row.get(8)?;
        let mut last = Last::read(row, &mut words)?;
        // What is pruned is no module's last run any more, and there may be others.
        if matches!(last.status.as_deref(), None | Some("dry_run")) {
            let before = before_dry_ones.query_row([id], |row| Last::read(row, &mut words));
            last = before.optional()?.unwrap_or_default();
        }
        let source = &connections[&row.get(10)?];
        places.push((source.place, found.len()));
        found.push(Glance {
            id,
            name: row.get(9)?,
            source_connection: source.name.clone(),
            source_kind: source.kind.clone(),
            dest_connection: connections[&row.get(11)?].name.clone(),
            dest_table: row.get(12)?,
            merge_strategy: words.of(row, 13)?.unwrap_or_default(),
            enabled: row.get(14)?,
            running: row.get(15)?,
            last,
        });
    }
    // Their places are sorted, and they are moved then: they are large.
    let name = |at: usize| -> &str { &found[at].name };
    places.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| name(a.1).cmp(name(b.1))));
    for to in 0..found.len() {
        let mut from = places[to].1;
        // What stood there has made way for another, and stands where that one was.
        while from < to {
            from = places[from].1;
        }
        found.swap(to, from);
    }
    Ok(found)
}
