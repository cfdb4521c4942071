//! Rows that come in several streams at once: the query is cut into ranges of a column, more than there are streams, and
//! each stream takes the next range when it is through with one. All read one snapshot of the source, so that no row that
//! moves between ranges meanwhile is missed, or comes twice.

use super::databases::Databases;
use super::ledger::{Came, Ledger};
use super::plan::{Definition, Plan};
use super::stage;
use super::sync::{Attempt, Options, Progress};
use super::telling::Telling;
use crate::dialect::ranges::{self, Cut, Range};
use crate::error::{Error, Result};
use crate::runner::builtin::only_reads;
use crate::runner::{Failure, FailureKind, Moved, Runner};
use crate::sql::steady::unsteady;
use std::time::Duration;

/// Ranges a stream, on average: what lies unevenly is evened out by who is through first.
const RANGES: usize = 4;

/// In how many streams a module's rows come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Streams {
    /// In one.
    One,
    /// In one, though the module asks for so many; this is why.
    OneBecause(usize, String),
    /// In so many, by ranges of that column of the query.
    Several(usize, String),
}

impl Streams {
    /// How many there are at most.
    pub fn count(&self) -> usize {
        match self {
            Streams::One | Streams::OneBecause(..) => 1,
            Streams::Several(count, _) => *count,
        }
    }

    /// What there is to say where the module asks for more.
    pub fn remark(&self) -> Option<String> {
        match self {
            Streams::OneBecause(asked, why) => {
                Some(format!("its rows come in one stream, and not in {asked} as it asks: {why}"))
            }
            _ => None,
        }
    }

    /// How the rows come, where it is not in one stream.
    pub fn text(&self) -> Option<String> {
        match self {
            Streams::Several(count, by) => Some(format!("{count} streams over ranges of {by}, one snapshot")),
            _ => None,
        }
    }
}

/// In how many streams a module's rows come: what it asks for, where that can be.
pub fn of(definition: &Definition, (source_sql, moved_by): (&str, Runner)) -> Streams {
    let module = &definition.module;
    let asked = usize::try_from(module.streams).unwrap_or(1);
    let Some(by) = module.split_by.as_ref().filter(|_| asked > 1) else { return Streams::One };
    let can = || -> Result<(), String> {
        if moved_by == Runner::Jrunner {
            return Err("jrunner moves them".to_owned());
        }
        ranges::share_a_snapshot(&definition.source.kind)?;
        ranges::take_several_writers(&definition.dest.kind)?;
        if !only_reads(source_sql) {
            return Err("its query is not one SELECT that changes nothing".to_owned());
        }
        match unsteady(source_sql) {
            Some(word) => Err(format!("its query has {word}, by which each range could be one of other rows")),
            None => Ok(()),
        }
    };
    match can() {
        Ok(()) => Streams::Several(asked, by.clone()),
        Err(why) => Streams::OneBecause(asked, why),
    }
}

/// The query, ready to be cut by its column `by`.
///
/// # Errors
/// `Invalid` where there is no such column, or none whose values lie at distances; what the source says.
pub fn cut<'a>(databases: &Databases, definition: &Definition, plan: &'a Plan, by: &str) -> Result<Cut<'a>> {
    let source = &definition.source;
    let explain = |f: Failure| databases.explain(&f, source, "preparing the query");
    let runners = databases.runners();
    let names = runners.describe(&plan.source, &plan.source_sql).map_err(explain)?.unwrap_or_default();
    let types = runners.types(&plan.source, &plan.source_sql).map_err(explain)?.unwrap_or_default();
    let place = |same: &dyn Fn(&String) -> bool| -> Vec<usize> {
        names.iter().enumerate().filter(|(_, name)| same(name)).map(|(at, _)| at).collect()
    };
    let mut found = place(&|name| name == by);
    if found.is_empty() {
        found = place(&|name| name.eq_ignore_ascii_case(by));
    }
    let name = &definition.module.name;
    let edit = format!("`pipekit module edit {name} --split-by COLUMN` names another, `--split-by none` cuts nothing");
    let at = match found[..] {
        [at] => at,
        [] => {
            return Err(Error::invalid(format!(
                "the rows of module {name} are cut by `{by}`, which the query does not give"
            ))
            .hint(format!("it gives {}; {edit}", names.join(", "))));
        }
        _ => {
            return Err(Error::invalid(format!("the query of module {name} gives several columns called {by}"))
                .hint(format!("give the one that cuts the rows a name of its own, with AS; {edit}")));
        }
    };
    let type_text = types.get(at).map_or("", String::as_str);
    Cut::new(&plan.source_sql, &names[at], type_text).ok_or_else(|| {
        let message = format!("the rows of module {name} can't be cut by {by}, which is {type_text}");
        Error::invalid(message).hint(format!("a number, a date or a timestamp cuts them; {edit}"))
    })
}

impl Attempt<'_> {
    /// The rows, from the source into staging, in that many streams.
    pub(super) fn transfer_in_streams(
        &mut self,
        ledger: &mut Ledger<'_>,
        plan: &Plan,
        (streams, by): (usize, &str),
        options: &mut Options<'_>,
    ) -> Result<Moved> {
        let ranges = match self.ranges(ledger, plan, (streams, by))? {
            Ok(ranges) => ranges,
            Err(why) => {
                self.facts.warnings.extend(Streams::OneBecause(streams, why).remark());
                return self.transfer_in_one(ledger, plan, options);
            }
        };
        let (source, dest) = (&self.definition.source, &self.definition.dest);
        let many = ranges.len();
        ledger.live(&format!("{} streams over {many} ranges of {by}, one snapshot", streams.min(many)))?;
        let described = self.foresee(plan);
        let mut opened = Vec::new();
        for (at, range) in ranges.iter().enumerate() {
            let name = format!("{} to {}, range {} of {many}", source.name, dest.name, at + 1);
            opened.push(ledger.begin("transfer", &name, &source.name, &range.sql)?);
        }
        let mut telling = Telling::new(ledger, options.progress);
        let queries = ranges.iter().map(|range| range.sql.clone()).collect();
        let staging = plan.dialect.table(&plan.staging);
        let runners = self.databases.runners();
        let came = described.and_then(|()| {
            runners.streams((&plan.source, queries), (&plan.dest, &staging), streams, |rows| telling.rows(rows))
        });
        telling.written()?;
        let mut rows = 0;
        let mut failed = None;
        match came {
            Ok(came) => {
                let stopped = Failure::new(FailureKind::Cancelled, "stopped, as another range failed");
                for (at, open) in opened.into_iter().enumerate() {
                    match came.done.get(at).copied().flatten() {
                        Some(part) => {
                            rows += part.rows;
                            let took = Duration::from_millis(part.millis);
                            ledger.end_after(open, took, Ok(Came::moved(Some(part.rows))))?;
                        }
                        None => {
                            let failure = came.failed.as_ref().filter(|(of, _)| *of == at).map_or(&stopped, |(_, f)| f);
                            ledger.end(open, Err(failure))?;
                        }
                    }
                }
                failed = came.failed.map(|(at, failure)| placed(failure, ranges.get(at)));
            }
            Err(failure) => {
                for open in opened {
                    ledger.end(open, Err(&failure))?;
                }
                failed = Some(failure).or(failed);
            }
        }
        if let Some(failure) = failed {
            ledger.print("jrunner_stderr", &failure.message)?;
            return Err(advised(stage::unmoved(self.databases, self.definition, &failure), &failure, self.definition));
        }
        ledger.live(&format!("{rows} rows moved"))?;
        ledger.print("jrunner_stdout", &format!("{rows} rows"))?;
        (options.progress)(Progress::Rows(rows));
        Ok(Moved { rows: Some(rows), words: None })
    }

    /// The ranges, or why there are none.
    fn ranges(
        &self,
        ledger: &mut Ledger<'_>,
        plan: &Plan,
        (streams, by): (usize, &str),
    ) -> Result<Result<Vec<Range>, String>> {
        let source = &self.definition.source;
        let cut = cut(self.databases, self.definition, plan, by)?;
        if let Some(why) = only_there(ledger, self.databases, self.definition, plan, &cut)? {
            return Ok(Err(why.to_owned()));
        }
        // Outside of the snapshot: wherever the ends lie, each row is in one range.
        let sql = cut.ends(streams * RANGES);
        let ends = ledger
            .step(
                "staging",
                "ranges",
                &source.name,
                &sql,
                || self.databases.runners().query(&plan.source, &sql, None),
                Came::of,
            )?
            .map_err(|f| self.databases.explain(&f, source, "cutting the rows into ranges"))?;
        let ends: Vec<String> = ends.rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect();
        let ranges = cut.at(&ends);
        Ok(if ranges.is_empty() { Err(format!("{by} has not two values to cut them at")) } else { Ok(ranges) })
    }
}

/// Why the snapshot of the source is not that of all the rows of the query, where it is not.
///
/// # Errors
/// What the source says of the query.
pub fn only_there(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    definition: &Definition,
    plan: &Plan,
    cut: &Cut<'_>,
) -> Result<Option<&'static str>> {
    let source = &definition.source;
    let sql = cut.explain();
    let rows = ledger
        .step(
            "staging",
            "explain",
            &source.name,
            &sql,
            || databases.runners().query(&plan.source, &sql, None),
            Came::of,
        )?
        .map_err(|f| databases.explain(&f, source, "preparing the query"))?;
    let lines = rows.rows.iter().flatten().flatten().map(String::as_str);
    Ok(ranges::reads_elsewhere(lines)
        .then_some("its query reads tables of another server, whose snapshot is not shared"))
}

/// The failure with the range in which its rows are counted.
fn placed(mut failure: Failure, range: Option<&Range>) -> Failure {
    if let (FailureKind::Value | FailureKind::Sql, Some(range)) = (failure.kind, range) {
        failure.message.push_str(&format!("\nin the range where {}", range.what));
    }
    failure
}

/// What there is to type where it is the streams that a server does not take.
fn advised(error: Error, failure: &Failure, definition: &Definition) -> Error {
    let name = &definition.module.name;
    let state = failure.sqlstate.as_deref();
    // PostgreSQL's too_many_connections; MySQL's errors 1040, 1203 and 1226.
    let full = state == Some("53300")
        || ["Too many connections", "max_user_connections"].iter().any(|words| failure.message.contains(words));
    if full {
        return error.hint(format!(
            "each stream takes a connection at either end: `pipekit module edit {name} --streams 2` takes fewer"
        ));
    }
    // read_only_sql_transaction, and what keeps a snapshot from being shared.
    if state == Some("25006") || failure.message.contains(" one moment of it: ") {
        return error.hint(format!("`pipekit module edit {name} --split-by none` has the rows come in one stream"));
    }
    error
}
