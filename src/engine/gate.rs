//! The checks between staging and the merge. A run whose rows can't be trusted ends here, and the destination is as
//! it was; the staging table is kept, and the error says how to see the rows.

use super::databases::Databases;
use super::ledger::{Came, Ledger, number};
use super::plan::{Definition, Plan};
use super::summary;
use super::{advice, columns};
use crate::definition::module::Strategy;
use crate::dialect::Destination;
use crate::error::{Code, Error, Result};
use crate::runner::{Failure, Loaded, Moved, Rows};
use crate::words::counted;

/// Who did not give a number, where none came.
const GATE: &str = "the gate's query";

/// What the gate counted.
pub struct Passed {
    /// Rows in staging.
    pub staged: i64,
    /// What is not known of them.
    pub warnings: Vec<String>,
}

/// What the gate knows of a destination that rows are about to be loaded into.
pub struct Before {
    /// Whether a full load finds rows there.
    holds_rows: bool,
    /// How many rows there are, where it matters.
    present: Option<i64>,
}

impl Before {
    /// The fewest rows that may stay.
    pub fn least(&self, definition: &Definition) -> u64 {
        let asked = definition.module.min_rows.unwrap_or(i64::from(self.holds_rows));
        let kept = self.present.zip(definition.module.max_shrink_pct).map_or(0, |(present, most)| {
            let about = (present as f64 * (100.0 - most) / 100.0).floor() as i64;
            // The rule itself says whether a row more is needed.
            about + i64::from(check_shrink(definition, about, present).is_err())
        });
        u64::try_from(asked.max(kept)).unwrap_or_default()
    }
}

/// One number that the gate asks for, and where it stands in the answer.
struct Counted {
    sql: String,
    what: Count,
}

enum Count {
    Staged,
    NullKey(String),
    Repeated,
    Destination,
    /// Rows with a value in the last column, which stays empty where a query gives too few.
    Last,
}

/// Checks what was staged.
///
/// # Errors
/// `Gate` with the first reason not to merge; what the database says.
pub fn check(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    definition: &Definition,
    plan: &Plan,
    moved: &Moved,
) -> Result<Passed> {
    refuse_to_harm_others(ledger, databases, definition, plan)?;
    let counts = counts(definition, plan);
    let list = counts.iter().map(|c| &*c.sql).collect::<Vec<_>>().join(",\n  ");
    let sql = format!("SELECT\n  {list}{}", plan.dialect.without_table());
    let mut ask = |name: &str, sql: &str| -> Result<Rows> {
        let sql = plan.patiently(sql);
        ledger
            .step(
                "gate",
                name,
                &definition.dest.name,
                &sql,
                || databases.runners().query(&plan.dest, &sql, None),
                first_value,
            )?
            .map_err(|f| {
                let error = databases.explain(&f, &definition.dest, "checking the staged rows");
                advice::on_destination(error, &f, definition, plan)
            })
    };
    let rows = ask("counts", &sql)?;
    let dest = &definition.dest.name;
    let staging = plan.dialect.table(&plan.staging);
    let (mut staged, mut is_last_empty) = (0, false);
    for (i, count) in counts.iter().enumerate() {
        let n = number(&rows, i, GATE)?;
        match &count.what {
            Count::Staged => {
                staged = n;
                check_rows(definition, n, moved.rows)?;
            }
            Count::NullKey(column) if n > 0 => {
                return Err(refuse(
                    format!(
                        "{n} of {staged} staged rows have NULL in the merge key {column}: they would come again at every run"
                    ),
                    dest,
                    &format!("SELECT * FROM {staging} WHERE {} IS NULL", plan.dialect.quote(column)),
                ));
            }
            Count::Repeated if n > 0 => {
                let (key, staged) = (key_list(plan.dialect, &plan.unique_key), staged_keys(plan));
                return Err(refuse(
                    format!("{n} values of the unique key ({}) are staged more than once", plan.unique_key.join(", ")),
                    dest,
                    &format!("SELECT {key}, count(*) FROM {staged} GROUP BY {key} HAVING count(*) > 1"),
                ));
            }
            Count::Destination => check_shrink(definition, staged, n)?,
            Count::Last => is_last_empty = n == 0 && staged > 0,
            Count::NullKey(_) | Count::Repeated => {}
        }
    }
    if definition.strategy() == Strategy::Full && staged == 0 && definition.module.min_rows != Some(0) {
        let some = ask("destination", &plan.dialect.has_rows(&plan.table))?;
        if first_value(&some).value.as_deref() != Some("0") {
            return Err(nothing_came(definition));
        }
    }
    let mut warnings = Vec::new();
    if is_last_empty {
        warnings.extend(columns::count(ledger, databases, definition, plan)?);
    }
    warnings.extend(summary::check(ledger, databases, moved, staged)?);
    Ok(Passed { staged, warnings })
}

/// Looks at a destination that rows are about to be loaded into.
///
/// # Errors
/// `Gate` where the load would harm others; what the database says.
pub fn before(ledger: &mut Ledger<'_>, databases: &Databases, definition: &Definition, plan: &Plan) -> Result<Before> {
    refuse_to_harm_others(ledger, databases, definition, plan)?;
    let full = definition.strategy() == Strategy::Full;
    let mut number = |name: &str, sql: &str| -> Result<i64> {
        let sql = plan.dialect.patiently(sql);
        let query = || databases.runners().query(&plan.dest, &sql, None);
        let rows = ledger.step("gate", name, &definition.dest.name, &sql, query, first_value)?.map_err(|f| {
            let error = databases.explain(&f, &definition.dest, "looking at the destination");
            advice::on_destination(error, &f, definition, plan)
        })?;
        number(&rows, 0, GATE)
    };
    let holds_rows = full
        && definition.module.min_rows != Some(0)
        && number("destination", &plan.dialect.has_rows(&plan.table))? > 0;
    let present = match full && definition.module.max_shrink_pct.is_some() {
        true => Some(number("present", &format!("SELECT count(*) FROM {}", plan.dialect.table(&plan.table)))?),
        false => None,
    };
    Ok(Before { holds_rows, present })
}

/// Why rows that were loaded did not stay.
pub fn refusal(definition: &Definition, loaded: &Loaded, before: &Before) -> Error {
    let rows = i64::try_from(loaded.rows).unwrap_or(i64::MAX);
    let table = &definition.module.dest_table;
    let check = || {
        check_least(definition, rows)?;
        if rows == 0 && before.holds_rows {
            return Err(nothing_came(definition));
        }
        before.present.map_or(Ok(()), |present| check_shrink(definition, rows, present))
    };
    if let Err(error) = check() {
        return error;
    }
    let number = |i: usize| loaded.counts.get(i).and_then(|n| n.as_deref()?.parse::<u64>().ok());
    let (message, hint) = match (number(0), number(1)) {
        (Some(held), _) if held != loaded.rows => (
            format!("{} loaded into {table}, and it held {held} then", counted(loaded.rows, "row")),
            "something of the destination's own adds or removes rows: `--load staged` tells more",
        ),
        (_, Some(n)) => (
            format!("{n} values of the unique key ({}) came more than once", definition.module.unique_key.join(", ")),
            "`--load staged` keeps the rows for a look at them",
        ),
        _ => (format!("the rows that came for {table} were refused"), "`--load staged` tells more"),
    };
    Error::new(Code::Gate, message).hint(format!("{hint}: pipekit module edit {}", definition.module.name))
}

fn counts(definition: &Definition, plan: &Plan) -> Vec<Counted> {
    let staging = plan.dialect.table(&plan.staging);
    let mut out = vec![Counted { sql: format!("(SELECT count(*) FROM {staging})"), what: Count::Staged }];
    if definition.strategy() == Strategy::Incremental {
        for column in &plan.merge_key {
            out.push(Counted {
                sql: format!("(SELECT count(*) FROM {staging} WHERE {} IS NULL)", plan.dialect.quote(column)),
                what: Count::NullKey(column.clone()),
            });
        }
    }
    if !plan.unique_key.is_empty() {
        let sql = repeated(plan.dialect, &staged_keys(plan), &plan.unique_key);
        out.push(Counted { sql, what: Count::Repeated });
    }
    if plan.mover.is_inserts()
        && let Some(last) = plan.columns.last()
    {
        let last = plan.dialect.quote(&last.name);
        out.push(Counted {
            sql: format!("(SELECT count(*) FROM {staging} WHERE {last} IS NOT NULL)"),
            what: Count::Last,
        });
    }
    if definition.strategy() == Strategy::Full && definition.module.max_shrink_pct.is_some() {
        let table = plan.dialect.table(&plan.table);
        out.push(Counted { sql: format!("(SELECT count(*) FROM {table})"), what: Count::Destination });
    }
    out
}

/// How many values of a key are more than once in a table, as a number that a query asks for.
pub fn repeated(dialect: &dyn Destination, table: &str, key: &[String]) -> String {
    let key = key_list(dialect, key);
    format!("(SELECT count(*) FROM (SELECT 1 AS one FROM {table} GROUP BY {key} HAVING count(*) > 1) AS repeated)")
}

fn key_list(dialect: &dyn Destination, key: &[String]) -> String {
    key.iter().map(|k| dialect.quote(k)).collect::<Vec<_>>().join(", ")
}

fn staged_keys(plan: &Plan) -> String {
    plan.dialect.staged_keys(&plan.staging, &plan.table, &plan.unique_key)
}

fn check_rows(definition: &Definition, staged: i64, moved: Option<u64>) -> Result<()> {
    if let Some(moved) = moved
        && u64::try_from(staged) != Ok(moved)
    {
        return Err(Error::new(
            Code::Gate,
            format!("the runner says it moved {}, and staging holds {staged}", counted(moved, "row")),
        )
        .hint(
            "something else wrote to the staging table, or the runner miscounts: run it again, and look at its output",
        ));
    }
    check_least(definition, staged)
}

fn check_least(definition: &Definition, staged: i64) -> Result<()> {
    match definition.module.min_rows {
        Some(least) if staged < least => Err(Error::new(
            Code::Gate,
            format!("{} came, fewer than the {least} that the module asks for (min_rows)", counted(staged, "row")),
        )
        .hint(format!("if that is right this time: `pipekit module edit {} --min-rows N`", definition.module.name))),
        _ => Ok(()),
    }
}

fn nothing_came(definition: &Definition) -> Error {
    Error::new(Code::Gate, format!("no rows came, and a full load would empty {}", definition.module.dest_table))
        .hint(format!("if that is meant: `pipekit module edit {} --min-rows 0`", definition.module.name))
}

fn check_shrink(definition: &Definition, staged: i64, present: i64) -> Result<()> {
    let Some(most) = definition.module.max_shrink_pct else { return Ok(()) };
    if present == 0 {
        return Ok(());
    }
    let shrink = (present - staged) as f64 * 100.0 / present as f64;
    if shrink <= most {
        return Ok(());
    }
    Err(Error::new(
        Code::Gate,
        format!(
            "{} has {present} rows and would have {staged}: {shrink:.1} % fewer, more than the {most} % allowed (max_shrink_pct)",
            definition.module.dest_table
        ),
    )
    .hint(format!("if that is right this time: `pipekit module edit {} --max-shrink-pct N`", definition.module.name)))
}

/// A delete that would reach other tables, or a TRUNCATE that they forbid.
fn refuse_to_harm_others(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    definition: &Definition,
    plan: &Plan,
) -> Result<()> {
    let full = definition.strategy() == Strategy::Full;
    let truncate = full && plan.truncates;
    let sql = match definition.strategy() {
        // A row that takes the place of another deletes it, whatever the strategy.
        Strategy::Append if !plan.described.displaces => return Ok(()),
        _ if truncate => plan.dialect.forbids_truncate(&plan.table),
        _ if definition.module.allow_cascade => return Ok(()),
        _ => Some(plan.dialect.cascades(&plan.table)),
    };
    let Some(sql) = sql else { return Ok(()) };
    let rows = ledger
        .step(
            "gate",
            "references",
            &definition.dest.name,
            &sql,
            || databases.runners().query(&plan.dest, &sql, None),
            Came::of,
        )?
        .map_err(|f| databases.explain(&f, &definition.dest, "reading the catalog"))?;
    let Some(row) = rows.rows.first() else { return Ok(()) };
    let text = |i: usize| row.get(i).cloned().flatten().unwrap_or_default();
    let (other, constraint, action) = (text(0), text(1), text(2));
    let table = &definition.module.dest_table;
    let name = &definition.module.name;
    Err(if truncate {
        Error::new(Code::Gate, format!("{table} can't be truncated: {other} refers to it ({constraint})"))
            .hint(format!("`pipekit module edit {name} --full-by delete` empties it by DELETE"))
    } else {
        let by = if action.is_empty() { constraint } else { format!("{constraint}: ON DELETE {action}") };
        Error::new(Code::Gate, format!("deleting from {table} would reach {other} ({by})"))
            .hint(format!("if that is meant: `pipekit module edit {name} --allow-cascade true`"))
    })
}

/// Writes the receipt that lets the merge begin.
///
/// # Errors
/// What the database says.
pub fn write_receipt(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    definition: &Definition,
    plan: &Plan,
    staged: i64,
) -> Result<()> {
    let install = super::receipt::install_id(ledger.store().read())?;
    let run = ledger.run().unwrap_or_default();
    let sql = plan.dialect.stage(&definition.module.name, &install, run, staged);
    ledger
        .step(
            "gate",
            "receipt",
            &definition.dest.name,
            &sql,
            || databases.runners().script(&plan.dest, &sql),
            |_| Came::default(),
        )?
        .map(|_| ())
        .map_err(|f: Failure| databases.explain(&f, &definition.dest, "writing the receipt"))
}

fn first_value(rows: &Rows) -> Came {
    Came {
        rows: None,
        value: rows
            .rows
            .first()
            .map(|row| row.iter().map(|v| v.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join(" ")),
    }
}

fn refuse(message: String, connection: &str, query: &str) -> Error {
    Error::new(Code::Gate, message)
        .hint(format!("the rows are kept: pipekit connection query {connection} '{}'", query.replace('\'', "'\\''")))
}
