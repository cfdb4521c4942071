//! Resolving watermarks: each resolver is run once, its value is read once, logged, and used.

use super::databases::{Databases, dialect_of, spoken_by};
use super::external;
use super::ledger::{Came, Ledger};
use super::plan::Definition;
use crate::clock;
use crate::dialect::Takes;
use crate::dialect::types::Type;
use crate::error::{Code, Error, Result};
use crate::runner::{Failure, Rows, Runner};
use crate::sql::lexer;
use crate::store::connection::Connection;
use crate::store::run;
use crate::store::watermark::Watermark;
use std::collections::BTreeMap;

/// What the watermarks of a module resolved to.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// The values, by name.
    pub values: BTreeMap<String, String>,
    /// What was odd.
    pub warnings: Vec<String>,
}

impl Resolved {
    /// The values as the run log holds them.
    pub fn to_json(&self) -> String {
        serde_json::json!(self.values).to_string()
    }
}

/// The value that a watermark has for a destination that is empty: its default, or what its resolver puts in the place
/// of NULL itself (`SELECT COALESCE(MAX(…), 0)`).
pub fn start_of(watermark: &Watermark) -> Option<String> {
    let newest = r"(?is)^\s*select\s+(?:coalesce|ifnull|nvl|isnull|value)\s*\(\s*max\s*\([^()]*\)\s*(?:::\s*\w+\s*)?,\s*(?:'([^']*)'|(-?[0-9.]+))";
    let resolved = || {
        let found = regex_lite::Regex::new(newest).ok()?.captures(&watermark.resolver_sql)?;
        Some(found.get(1).or_else(|| found.get(2))?.as_str().to_owned())
    };
    watermark.default_value.clone().or_else(resolved)
}

/// The values that watermarks have for a destination that is empty, where they say so.
///
/// # Errors
/// As [`resolve`], of those that have none.
pub fn from_start(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    watermarks: &[(Watermark, Connection)],
) -> Result<Resolved> {
    let (known, others): (Vec<_>, Vec<_>) =
        watermarks.iter().cloned().partition(|(watermark, _)| start_of(watermark).is_some());
    let mut resolved = resolve(ledger, databases, &others)?;
    resolved.values.extend(known.into_iter().filter_map(|(w, _)| Some((w.name.clone(), start_of(&w)?))));
    Ok(resolved)
}

/// Resolves every watermark, side by side.
///
/// # Errors
/// The first watermark's error, by its order: a resolver that fails is never taken for an empty one.
pub fn resolve(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    watermarks: &[(Watermark, Connection)],
) -> Result<Resolved> {
    let mut jobs = Vec::new();
    for (watermark, connection) in watermarks {
        let target = databases.target(connection)?;
        external::learn_rows(ledger, databases, connection, &target, dialect_of(connection)?)?;
        let sql = lexer::without_tail(&watermark.resolver_sql);
        let open = ledger.begin("watermark", &watermark.name, &connection.name, sql)?;
        jobs.push((watermark, connection, target, sql, open));
    }
    if jobs.is_empty() {
        return Ok(Resolved::default());
    }
    let runners = databases.runners();
    // Two rows are enough to know that there is more than one.
    let answers: Vec<Result<Rows, Failure>> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            jobs.iter().map(|(_, _, target, sql, _)| scope.spawn(|| runners.resolve(target, sql, 2))).collect();
        threads
            .into_iter()
            .map(|t| t.join().unwrap_or_else(|_| Err(Failure::new(crate::runner::FailureKind::Lost, "a thread ended"))))
            .collect()
    });
    let mut resolved = Resolved::default();
    let mut failed = None;
    for ((watermark, connection, target, _, open), answer) in jobs.into_iter().zip(answers) {
        let value = match &answer {
            Ok(rows) => {
                if target.runner == Runner::Jrunner {
                    let doubt = runners.jrunner().ok().and_then(|jrunner| jrunner.doubt(rows));
                    resolved.warnings.extend(doubt.map(|doubt| format!("watermark {}: {doubt}", watermark.name)));
                }
                let value = value_of(watermark, rows, &mut resolved.warnings);
                ledger.end(open, Ok(Came { rows: Some(rows.rows.len() as u64), value: value.clone().ok() }))?;
                value
            }
            Err(failure) => {
                ledger.end(open, Err(failure))?;
                Err(databases.explain(failure, connection, &format!("the resolver of watermark {}", watermark.name)))
            }
        };
        match value {
            Ok(value) => {
                ledger.live(&format!("watermark {} = {value}", watermark.name))?;
                resolved.values.insert(watermark.name.clone(), value);
            }
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(resolved),
    }
}

/// The values for a run now, and what is odd in them.
///
/// # Errors
/// As [`resolve`].
pub fn for_run(ledger: &mut Ledger<'_>, databases: &Databases, definition: &Definition) -> Result<Resolved> {
    let mut resolved = resolve(ledger, databases, &definition.watermarks)?;
    let last = at_last_success(ledger.store().read(), definition.module.id)?;
    resolved.warnings.extend(compare(&resolved.values, &last, &databases.timezone()));
    let source = &definition.source;
    if dialect_of(source)?.takes() != Takes::Moment {
        let in_utc = spoken_by(ledger.store(), source)? == Runner::Builtin;
        resolved.warnings.extend(unread_offsets(&resolved.values, &definition.watermarks, source, in_utc)?);
    }
    Ok(resolved)
}

/// What the error of a resolver that gives nothing ends in.
const NO_DEFAULT: &str = ", and the watermark has no default";

/// Whether it is that of a resolver that gave NULL, where a watermark with a default would have taken that.
pub fn is_of_null(error: &Error) -> bool {
    error.message.ends_with(&format!("gives NULL{NO_DEFAULT}"))
}

/// The first row's first column, or the default for NULL and for no row.
fn value_of(watermark: &Watermark, rows: &Rows, warnings: &mut Vec<String>) -> Result<String> {
    let name = &watermark.name;
    if rows.columns.is_empty() {
        return Err(Error::new(
            Code::Runner,
            format!("the resolver of watermark {name} is no query: it gives no columns"),
        )
        .hint("it must be a SELECT whose first row's first column is the value"));
    }
    if rows.rows.len() > 1 || rows.truncated {
        warnings.push(format!("the resolver of watermark {name} gives more than one row; the first is taken"));
    }
    let first = rows.rows.first().map(|row| row.first().cloned().flatten());
    match (first, &watermark.default_value) {
        (Some(Some(value)), _) => Ok(value),
        (_, Some(default)) => Ok(default.clone()),
        (gave, None) => {
            let gave = if gave.is_some() { "NULL" } else { "no row" };
            Err(Error::new(Code::Failed, format!("the resolver of watermark {name} gives {gave}{NO_DEFAULT}"))
                .hint(format!("`pipekit watermark edit MODULE {name} --default VALUE` says what to take then")))
        }
    }
}

/// The values at a module's last success; none where there was none.
///
/// # Errors
/// Only where pipekit's own file can't be read.
pub fn at_last_success(
    conn: &rusqlite::Connection,
    module_id: i64,
) -> Result<serde_json::Map<String, serde_json::Value>> {
    let filter = run::Filter {
        module_id: Some(module_id),
        statuses: vec!["success".to_owned()],
        limit: Some(20),
        ..run::Filter::default()
    };
    // What repairs the destination resolves none.
    let last = run::list(conn, &filter)?.into_iter().find(|run| run.triggered_by != "repair");
    Ok(last.map(|run| run.watermark_values).unwrap_or_default())
}

/// What is odd in the values against the clock and the last success: both make a module load nothing, or everything,
/// with a green light.
fn compare(
    values: &BTreeMap<String, String>,
    last: &serde_json::Map<String, serde_json::Value>,
    zone: &jiff::tz::TimeZone,
) -> Vec<String> {
    let mut out = Vec::new();
    for (name, value) in values {
        if lies_ahead(value, zone) {
            out.push(format!("the value of watermark {name} lies in the future: {value}"));
        }
        if let Some(before) = last.get(name).and_then(|v| v.as_str())
            && is_lower(value, before)
        {
            out.push(format!(
                "the value of watermark {name} went back: it is {value}, and was {before} at the last success"
            ));
        }
    }
    out
}

/// What is odd in the values for a source that reads no offset: a time is then another than the one that is meant, by hours,
/// and what is new is never read.
fn unread_offsets(
    values: &BTreeMap<String, String>,
    watermarks: &[(Watermark, Connection)],
    source: &Connection,
    in_utc: bool,
) -> Result<Vec<String>> {
    let takes = dialect_of(source)?.takes();
    let mut out = Vec::new();
    for (watermark, asked) in watermarks {
        let Some(value) = values.get(&watermark.name) else { continue };
        let Some(offset) = offset_of(bare(value)) else { continue };
        let there = dialect_of(asked)?;
        let moments = there.type_sql(&Type::TimestampTz(6));
        let kept_as_text = matches!(there.map_type(&moments), Type::Char(_) | Type::Text(_));
        // A text that came from there as it is goes back as it is.
        if Some(value) == watermark.default_value.as_ref() || (takes == Takes::Text && kept_as_text) {
            continue;
        }
        let why = match takes {
            Takes::Moment => continue,
            Takes::Clock => "does not read (MariaDB; MySQL does from 8.0.19 on, as +HH:MM)",
            Takes::Text => "compares as text",
        };
        let instead = there.newest_clock(&moments, "COLUMN", in_utc || takes == Takes::Text);
        out.push(format!(
            "the value of watermark {} ends in an offset, {offset}, which {} {why}, so that rows that are new may be left \
             out: {value}; have the resolver give the time without one, as with {instead}",
            watermark.name, source.name
        ));
    }
    Ok(out)
}

/// The offset at the end of a date and time.
fn offset_of(value: &str) -> Option<&str> {
    let form = regex_lite::Regex::new(r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d[0-9:.]*?\s?([+-]\d\d(?::?\d\d)?|Z)$").ok()?;
    Some(form.captures(value)?.get(1)?.as_str())
}

/// A value without the quotes that a resolver may put around it.
fn bare(value: &str) -> &str {
    let value = value.trim();
    value.strip_prefix('\'').and_then(|v| v.strip_suffix('\'')).unwrap_or(value)
}

/// Whether a date or a time is after now. A day's slack covers zones that nobody can know of a bare timestamp.
fn lies_ahead(value: &str, zone: &jiff::tz::TimeZone) -> bool {
    let value = bare(value);
    // A number such as 20261231 may be a date or anything else.
    if !value.contains('-') {
        return false;
    }
    let today = clock::now().to_zoned_datetime(zone.clone()).datetime();
    if let Ok(day) = value.parse::<jiff::civil::Date>()
        && value.len() <= 10
    {
        return day > today.date();
    }
    let zoned = value.replacen(' ', "T", 1);
    if let Ok(at) = zoned.parse::<jiff::Timestamp>() {
        return at > clock::now() + jiff::SignedDuration::from_mins(5);
    }
    zoned
        .parse::<jiff::civil::DateTime>()
        .is_ok_and(|at| today.checked_add(jiff::SignedDuration::from_mins(5)).is_ok_and(|limit| at > limit))
}

/// Whether both are numbers, or both dates or times of one form, and the first is lower.
fn is_lower(value: &str, before: &str) -> bool {
    let (value, before) = (bare(value), bare(before));
    if let (Ok(a), Ok(b)) = (value.parse::<i128>(), before.parse::<i128>()) {
        return a < b;
    }
    if let (Ok(a), Ok(b)) = (value.parse::<f64>(), before.parse::<f64>()) {
        return a < b;
    }
    let instant = |text: &str| text.replacen(' ', "T", 1).parse::<jiff::Timestamp>().ok();
    if let (Some(a), Some(b)) = (instant(value), instant(before)) {
        return a < b;
    }
    let date = |text: &str| text.get(..10).is_some_and(|d| d.parse::<jiff::civil::Date>().is_ok());
    date(value) && date(before) && value < before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_watermark_begins() {
        let of = |resolver: &str, default: Option<&str>| {
            start_of(&Watermark {
                id: 1,
                module_id: 1,
                name: "w".to_owned(),
                connection_id: 1,
                connection: "c".to_owned(),
                resolver_sql: resolver.to_owned(),
                default_value: default.map(str::to_owned),
            })
        };
        assert_eq!(of("SELECT max(a) FROM t", Some("7")).as_deref(), Some("7"));
        assert_eq!(of("select coalesce( max(a)::text , '1900-01-01') from t", None).as_deref(), Some("1900-01-01"));
        assert_eq!(of("SELECT IFNULL(MAX(SLSP), -1) FROM T", None).as_deref(), Some("-1"));
        for unknown in
            ["SELECT max(a) FROM t", "SELECT coalesce(max(a), b) FROM t", "SELECT 1", "SELECT coalesce(a, 1) FROM t"]
        {
            assert_eq!(of(unknown, None), None, "{unknown}");
        }
    }

    #[test]
    fn offsets_stand_behind_times() {
        for (value, offset) in [
            ("2026-11-27 11:01:40+01", Some("+01")),
            ("2026-11-27 11:01:40.5+00", Some("+00")),
            ("2026-11-27T11:01-05:30", Some("-05:30")),
            ("2026-11-27T11:01:40Z", Some("Z")),
            ("2026-11-27 11:01:40", None),
            ("2026-11-27", None),
            ("12-05", None),
            ("5", None),
        ] {
            assert_eq!(offset_of(value), offset, "{value}");
        }
    }

    #[test]
    fn lower_means_numbers_or_times() {
        let cases = [
            ("9", "10", true),
            ("10", "9", false),
            ("'9'", "'10'", true),
            ("2026-01-01", "2026-01-02", true),
            ("2026-01-01 10:00:00", "2026-01-01 09:59:59", false),
            ("'2610'", "'2611'", true),
            ("1.5", "1.25", false),
            ("abc", "abd", false),
            ("10", "2026-01-01", false),
            ("2026-01-01 05:00:00-05", "2026-01-01 10:00:00+00", false),
            ("2026-01-01 04:59:59-05", "2026-01-01 10:00:00+00", true),
        ];
        for (value, before, lower) in cases {
            assert_eq!(is_lower(value, before), lower, "{value} {before}");
        }
    }

    #[test]
    fn ahead_means_dates_and_times() {
        let cases = [
            ("9999-12-31", true),
            ("'9999-12-31'", true),
            ("9999-12-31 00:00:00", true),
            ("9998-12-31T00:00:00Z", true),
            ("2001-01-01", false),
            ("2001-01-01 00:00:00+02", false),
            ("99991231", false),
            ("x", false),
        ];
        for (value, ahead) in cases {
            assert_eq!(lies_ahead(value, &jiff::tz::TimeZone::UTC), ahead, "{value}");
        }
    }
}
