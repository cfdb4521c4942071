//! How late rows come: those that the watermark had passed by when they did.
//!
//! Which they are says a comparison ([`super::verify`]), and a rehearsal of the next run ([`next`]), which does not bring
//! them; when the watermark passed them, the history of its values. A row
//! came after the last run that would have read it had begun, and it is there now. So an overlap that reaches from the
//! watermark of now back to the row would have caught it in any run since it came, and none that is shorter than what the
//! first run needed that passed it by would have.

mod cure;
mod mark;
mod next;

use super::databases::Databases;
use super::ledger::Ledger;
use super::plan::Definition;
use super::rehearse::Line;
use super::verify::{self, Asked, Kind};
use super::watermark;
use crate::definition::cursor::{self, Cursor};
use crate::dialect::overlap::Overlap;
use crate::error::{Code, Error, Result};
use crate::sql::columns::SelectList;
use crate::store::Store;
use crate::store::run::{self, Filter};
use crate::words::counted;
use jiff::tz::TimeZone;
use mark::Mark;
use serde::Serialize;
use serde_json::{Map, Value};

/// A row that the watermark has passed by.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Late {
    /// Its key.
    pub key: Map<String, Value>,
    /// What it has in the column that the query is limited by.
    pub value: String,
    /// The last run that would have read it, if it had been there; the history may begin after that.
    pub came_after_run_id: Option<i64>,
    /// When that began.
    pub came_after: Option<String>,
    /// The first run that passed it by; where there was none yet, it is the next that would.
    pub passed_by_run_id: Option<i64>,
    /// The watermark's value in that run.
    pub passed_by_value: String,
    /// The overlap without which it would have been lost for certain; `None` where its value is no lower than the
    /// watermark's, and the query does not give it all the same.
    pub at_least: Option<String>,
    /// The overlap with which it would have been loaded for certain.
    pub at_most: Option<String>,
}

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Audit {
    /// The comparison that it is from.
    pub run_id: i64,
    /// The module.
    pub module: String,
    /// The watermark.
    pub watermark: String,
    /// The column that the query compares with it, as the destination calls it.
    pub column: String,
    /// The columns that rows were paired by.
    pub key: Vec<String>,
    /// How many runs there are in the history of its values.
    pub runs: usize,
    /// How many rows it has passed by.
    pub passed_by: usize,
    /// How many that are missing or different it has not: the next run brings them.
    pub to_come: usize,
    /// How many of which that can't be told, as they have no value there or one of another form.
    pub unknown: usize,
    /// These rows.
    pub late: Vec<Late>,
    /// An overlap that would have caught all of them.
    pub overlap: Option<String>,
    /// The expression for it, in place of the resolver's own.
    pub expression: Option<String>,
    /// The whole resolver with it.
    pub resolver_sql: Option<String>,
    /// The value that this resolver gives now.
    pub gives: Option<String>,
    /// Why no expression is proposed, where one was tried.
    pub refused: Option<String>,
    /// What there is to know of it.
    pub remarks: Vec<String>,
}

/// A run's value.
struct Used {
    /// `None` for the next run.
    run_id: Option<i64>,
    started_at: Option<String>,
    value: String,
    mark: Mark,
}

/// Audits a watermark of a module: the one of that name, or the only one. `column` is the destination's name of the column
/// that it is of, where the query does not tell.
///
/// # Errors
/// As [`verify::verify`]; `Invalid` where it can't be told what the watermark is compared with.
pub fn audit(store: &mut Store, asked: &mut Asked<'_>, name: Option<&str>, column: Option<&str>) -> Result<Audit> {
    let mut definition = Definition::read(store, asked.module)?;
    let module = definition.module.name.clone();
    let name = match (name, &definition.watermarks[..]) {
        (Some(name), _) => crate::store::watermark::find(store.read(), definition.module.id, &module, name)?.name,
        (None, [(only, _)]) => only.name.clone(),
        (None, []) => {
            return Err(Error::invalid(format!("module {module} has no watermark that could pass a row by")));
        }
        (None, _) => {
            return Err(Error::new(Code::Usage, format!("module {module} has several watermarks")).hint(format!(
                "`pipekit watermark audit {module} NAME`; `pipekit watermark list {module}` shows them"
            )));
        }
    };
    definition.watermarks.retain(|(w, _)| w.name == name);
    let Some((watermark, connection)) = definition.watermarks.first().cloned() else {
        return Err(Error::not_found("watermark", &name));
    };
    let cursor = cursor::of(&definition.module.source_query, &name);
    let databases = Databases::open(store, None)?;
    let found = verify::verify(store, asked)?;
    let filled = found.columns();
    let place = match column {
        Some(column) => filled.iter().position(|c| c.eq_ignore_ascii_case(column)),
        None => cursor.as_ref().and_then(|c| place(&definition, &databases, c, &filled)),
    };
    let Some(column) = place.and_then(|at| filled.get(at)).cloned() else {
        return Err(Error::invalid(format!(
            "it can't be told which column that is loaded the query compares with {{{name}}}"
        ))
        .hint(format!(
            "`--column COLUMN` says it, one of {}; where none has it, the query must select it",
            filled.join(", ")
        )));
    };
    let now = watermark::resolve(&mut Ledger::new(store, None, &databases), &databases, &definition.watermarks)?;
    let mut audit = Audit {
        run_id: found.run_id,
        module: module.clone(),
        watermark: name.clone(),
        column: column.clone(),
        key: found.key.clone(),
        remarks: found.remarks.clone(),
        ..Audit::default()
    };
    let mut history = history(store, definition.module.id, &name)?;
    audit.runs = history.len();
    let zone = databases.timezone();
    let strict = cursor.as_ref().is_some_and(|c| c.strict);
    let now = now.values.get(&name).cloned().unwrap_or_default();
    let Some(next) = Mark::read(&now) else {
        return Err(Error::invalid(format!(
            "{now}, the value of {name}, is neither a whole number nor a date or time"
        )));
    };
    let now_text = now.clone();
    history.push(Used { run_id: None, started_at: None, value: now, mark: next });
    let mut most: Option<Overlap> = None;
    let (mut unseen, mut unmoved) = (0, 0);
    let differing: Vec<_> = found.differences.iter().filter(|d| d.kind != Kind::Extra).collect();
    let brings = if differing.is_empty() {
        None
    } else {
        next::brings(&mut audit, store, asked, definition.module.id, &found.key)?
    };
    for difference in differing {
        let brought = brings.as_ref().map(|keys| keys.contains(&next::text(&difference.key, &found.key)));
        for row in &difference.source {
            let value = row.get(&column).and_then(Value::as_str).map(str::to_owned);
            let late = value.and_then(|value| {
                let mark = Mark::read(&value)?;
                let end = mark.behind(next, &zone)?;
                Some((passed(mark, &history, strict, &zone), end, value))
            });
            match late {
                _ if brought == Some(true) => audit.to_come += 1,
                None => audit.unknown += 1,
                // By its value the next run reads it, and by the query it does not.
                Some((None, _, value)) if brought == Some(false) => {
                    unseen += 1;
                    let last = history.iter().rev().find(|used| used.run_id.is_some());
                    audit.late.push(Late {
                        key: difference.key.clone(),
                        value,
                        came_after_run_id: last.and_then(|used| used.run_id),
                        came_after: last.and_then(|used| used.started_at.clone()),
                        passed_by_run_id: None,
                        passed_by_value: now_text.clone(),
                        at_least: None,
                        at_most: None,
                    });
                }
                Some((None, ..)) => audit.to_come += 1,
                Some((Some((before, by, least)), end, value)) => {
                    let same = |there: &Line| there.get(&column).and_then(Value::as_str) == Some(&value);
                    unmoved += usize::from(difference.destination.iter().any(same));
                    // A watermark may have gone back since.
                    let end = if end > least { end } else { least };
                    most = most.filter(|most| *most >= end).or(Some(end));
                    audit.late.push(Late {
                        key: difference.key.clone(),
                        value,
                        came_after_run_id: before.and_then(|used| used.run_id),
                        came_after: before.and_then(|used| used.started_at.clone()),
                        passed_by_run_id: by.run_id,
                        passed_by_value: by.value.clone(),
                        at_least: Some(least.to_string()),
                        at_most: Some(end.to_string()),
                    });
                }
            }
        }
    }
    audit.passed_by = audit.late.len();
    if unmoved > 0 {
        audit.remarks.push(format!(
            "{} changed at the source without a new value of {column}: an overlap brings such a change while the row is young, \
             and `pipekit module verify {module} --repair` at any time",
            counted(unmoved, "row")
        ));
    }
    if unseen > 0 {
        audit.remarks.push(format!(
            "{unseen} of them are no older than the watermark, and the query with {now_text} does not give them: the source \
             reads or compares it as another value, by an offset or by its form, and no overlap mends that; `pipekit module \
             preview {module}` shows the query"
        ));
    }
    if let Some(most) = most {
        let cure = cure::Cure { watermark: &watermark, connection: &connection, value: &now_text, now: next, most };
        cure.propose(&mut audit, store, &databases)?;
        if definition.module.merge_strategy == "append" {
            audit.remarks.push(
                "append would load what the overlap reads again: an incremental merge by key replaces it".to_owned(),
            );
        }
    }
    Ok(audit)
}

/// Between which two runs a row with that value was passed by, and by how much at the second. The first is the last that
/// would have read it.
fn passed<'a>(
    mark: Mark,
    history: &'a [Used],
    strict: bool,
    zone: &TimeZone,
) -> Option<(Option<&'a Used>, &'a Used, Overlap)> {
    let by = |used: &Used| mark.behind(used.mark, zone).filter(|by| by.is_positive(strict));
    let reads = history.iter().rposition(|used| by(used).is_none());
    let next = history.get(reads.map_or(0, |at| at + 1))?;
    Some((reads.map(|at| &history[at]), next, by(next)?))
}

/// The values that the runs that succeeded had, oldest first.
fn history(store: &Store, module_id: i64, name: &str) -> Result<Vec<Used>> {
    let filter =
        Filter { module_id: Some(module_id), statuses: vec!["success".to_owned()], reverse: true, ..Filter::default() };
    let runs = run::list(store.read(), &filter)?;
    Ok(runs
        .into_iter()
        .filter_map(|run| {
            let value = run.watermark_values.get(name)?.as_str()?.to_owned();
            let (run_id, started_at) = (Some(run.id), Some(run.started_at));
            Some(Used { run_id, started_at, mark: Mark::read(&value)?, value })
        })
        .collect())
}

/// Which column that is filled the query's cursor goes into: columns map by position.
fn place(definition: &Definition, databases: &Databases, cursor: &Cursor, filled: &[String]) -> Option<usize> {
    let same = |name: &str| name.trim_matches(['"', '`', '[', ']']).eq_ignore_ascii_case(&cursor.column);
    let query = &definition.module.source_query;
    if let Ok(list) = SelectList::parse(&definition.source.kind, query)
        && !list.items().iter().any(|item| item.is_star())
    {
        let expression = |item| list.expression(item).rsplit('.').next().is_some_and(same);
        let at = list.items().iter().position(expression);
        return at.or_else(|| list.items().iter().position(|item| item.name().is_some_and(same)));
    }
    let target = databases.target(&definition.source).ok()?;
    // Any value does where nothing is run.
    let values = definition.watermarks.iter().map(|(w, _)| (w.name.clone(), "1".to_owned())).collect();
    let sql = crate::sql::placeholders::materialise(query, &values);
    match databases.runners().describe(&target, crate::sql::lexer::without_tail(&sql)) {
        Ok(Some(names)) => names.iter().position(|name| same(name)),
        _ => filled.iter().position(|name| same(name)),
    }
}
