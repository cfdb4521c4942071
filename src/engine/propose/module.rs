//! A whole module for a table, with the watermarks that were asked for: what `module propose` prints and the wizard
//! begins with.

use super::{Proposal, Proposed, plain, propose};
use crate::definition::module::{Module, Strategy};
use crate::definition::watermark::Watermark;
use crate::dialect::types::Type;
use crate::dialect::{Qualifiers, Takes};
use crate::error::{Error, Result};
use crate::store::{Store, connection, module};

/// What is asked for. What is not said is proposed.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The connection of the source.
    pub source: String,
    /// The table there.
    pub table: String,
    /// Where that is.
    pub within: Qualifiers,
    /// The connection of the destination; the source's own choice, else the one that was used last.
    pub dest: Option<String>,
    /// The table there.
    pub dest_table: Option<String>,
    /// The module's name.
    pub name: Option<String>,
    /// How the rows come in; incremental or append with watermarks, else full.
    pub strategy: Option<Strategy>,
    /// The merge key; the primary key, for an incremental load.
    pub key: Vec<String>,
    /// The columns that say where the last run ended.
    pub watermarks: Vec<String>,
}

/// Proposes a module, and gives what it was made from.
///
/// # Errors
/// As [`propose`]; `Invalid` where no destination or no key is known, or where a column can't be what is asked of it.
pub fn module(store: &Store, wanted: &Wanted) -> Result<(Module, Proposal)> {
    let dest = match &wanted.dest {
        Some(dest) => connection::find(store.read(), dest)?.name,
        None => usual_dest(store, &wanted.source)?,
    };
    let table = (&*dest, wanted.dest_table.as_deref());
    let proposal = propose(store, &wanted.source, &wanted.table, &wanted.within, table)?;
    Ok((compose(store, wanted, &dest, &proposal)?, proposal))
}

/// The module that loads into connection `dest` what is left of a proposal.
///
/// # Errors
/// `Invalid` where no key is known, or where a column can't be what is asked of it.
pub fn compose(store: &Store, wanted: &Wanted, dest: &str, proposal: &Proposal) -> Result<Module> {
    let key = match wanted.key.as_slice() {
        [] => proposal.key(),
        key => key.iter().map(|name| Ok(proposal.column(name)?.alias.clone())).collect::<Result<_>>()?,
    };
    let strategy = wanted.strategy.unwrap_or(match (wanted.watermarks.as_slice(), key.as_slice()) {
        ([], _) => Strategy::Full,
        (_, []) => Strategy::Append,
        _ => Strategy::Incremental,
    });
    if strategy == Strategy::Incremental && key.is_empty() {
        return Err(Error::invalid(format!("{} has no primary key to merge by", proposal.table))
            .hint("--key COLUMNS names the columns that tell rows apart, or --strategy append"));
    }
    let watermarks: Vec<Watermark> =
        wanted.watermarks.iter().map(|name| proposal.watermark(name, dest)).collect::<Result<_>>()?;
    let conditions = wanted.watermarks.iter().zip(&watermarks);
    let conditions: Vec<String> = conditions
        .map(|(name, watermark)| Ok(proposal.condition(proposal.column(name)?, strategy, &watermark.name)))
        .collect::<Result<_>>()?;
    let mut source_query = proposal.query();
    if !conditions.is_empty() {
        // What is new by any of them is new.
        source_query.push_str(&format!("\nWHERE {}", conditions.join("\n  OR ")));
    }
    let name = match &wanted.name {
        Some(name) => name.clone(),
        None => free_name(store, &proposal.table.name),
    };
    Ok(Module {
        source_connection: connection::find(store.read(), &wanted.source)?.name,
        dest_connection: dest.to_owned(),
        dest_table: wanted.dest_table.clone().unwrap_or_else(|| proposal.target_text()),
        source_query,
        merge_strategy: strategy,
        merge_key: if strategy == Strategy::Incremental { key } else { Vec::new() },
        watermarks,
        ..Module::new(name)
    })
}

/// The destination that a source's modules go to: the one that its connection names, else that of the newest module.
///
/// # Errors
/// `Invalid` where nothing says so.
pub fn usual_dest(store: &Store, source: &str) -> Result<String> {
    let from = connection::find(store.read(), source)?;
    let newest = || -> Result<Option<String>> {
        Ok(module::all(store.read())?.into_iter().max_by_key(|m| m.id).map(|m| m.dest_connection))
    };
    match from.default_dest_connection {
        Some(dest) => Ok(dest),
        None => newest()?.ok_or_else(|| {
            Error::invalid(format!("nothing says where the rows of {} go", from.name)).hint(format!(
                "--dest CONNECTION, or for good: pipekit connection edit {} --default-dest CONNECTION",
                from.name
            ))
        }),
    }
}

/// A name for a module of that table, which none has.
pub fn free_name(store: &Store, table: &str) -> String {
    let ascii: String = plain(table, 0).chars().filter(|c| c.is_ascii()).take(36).collect();
    let begins = ascii.starts_with(|c: char| c.is_ascii_lowercase());
    let name = if begins { ascii } else { format!("t{ascii}") };
    let taken = |name: &str| module::find(store.read(), name).is_ok();
    let numbered = (2..).map(|n| format!("{name}_{n}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(name)
}

impl Proposal {
    /// The column of that name, as the source has it or by its alias.
    ///
    /// # Errors
    /// `Invalid` where there is none.
    pub fn column(&self, name: &str) -> Result<&Proposed> {
        let is = |p: &&Proposed| p.column.name == name || p.alias == name;
        let alike = |p: &&Proposed| p.column.name.eq_ignore_ascii_case(name) || p.alias.eq_ignore_ascii_case(name);
        self.columns.iter().find(is).or_else(|| self.columns.iter().find(alike)).ok_or_else(|| {
            let names: Vec<&str> = self.columns.iter().map(|p| &*p.column.name).collect();
            Error::invalid(format!("there is no column {name} in {}", self.table))
                .hint(format!("there are: {}", names.join(", ")))
        })
    }

    /// The columns of the primary key, as the destination calls them, in its order.
    pub fn key(&self) -> Vec<String> {
        let mut key: Vec<(i64, &str)> = self.columns.iter().filter_map(|p| Some((p.column.key?, &*p.alias))).collect();
        key.sort_unstable();
        key.into_iter().map(|(_, alias)| alias.to_owned()).collect()
    }

    /// The columns whose newest value can say where the last run ended.
    pub fn can_be_watermarks(&self) -> impl Iterator<Item = &Proposed> {
        self.columns.iter().filter(|p| p.resolver.is_some())
    }

    /// A watermark on a column: what the destination `dest` has of it, and for one that has none yet the lowest value.
    ///
    /// # Errors
    /// `Invalid` where it can't be one.
    pub fn watermark(&self, column: &str, dest: &str) -> Result<Watermark> {
        let proposed = self.column(column)?;
        let resolver = proposed.resolver.clone().zip(self.lowest(proposed));
        let (resolver_sql, lowest) = resolver.ok_or_else(|| {
            let can: Vec<&str> = self.can_be_watermarks().map(|p| &*p.column.name).collect();
            let (name, kind) = (&proposed.column.name, &proposed.column.type_name);
            Error::invalid(format!("the highest {name} ({kind}) does not say where the last run ended"))
                .hint(format!("numbers, dates and times do: {}", can.join(", ")))
        })?;
        let name: String = proposed.alias.chars().filter(|c| c.is_ascii()).take(40).collect();
        let good = crate::definition::check_name("watermark", &name).is_ok();
        let name = if good { name } else { "since".to_owned() };
        Ok(Watermark { name, connection: dest.to_owned(), resolver_sql, default_value: Some(lowest) })
    }

    /// The condition by which a query takes what a watermark has not seen. With equality, as a row may come late that
    /// has the highest value too, but where it would be appended twice.
    pub fn condition(&self, column: &Proposed, strategy: Strategy, watermark: &str) -> String {
        let operator = if strategy == Strategy::Append { ">" } else { ">=" };
        let number = matches!(
            self.mapped(column),
            Type::SmallInt | Type::Integer | Type::BigInt | Type::Decimal(_) | Type::Real | Type::Double
        );
        let mut value = if number { format!("{{{watermark}}}") } else { format!("'{{{watermark}}}'") };
        // What the destination has is compared with what it got: the column, or what somebody made of it.
        let mut compared = if self.is_usual(column) { self.quoted(column) } else { column.expression.clone() };
        if self.reads(column) == Takes::Text {
            if matches!(self.mapped(column), Type::TimestampTz(_)) {
                // Texts of several offsets sort as nothing; one without any is in the session's zone.
                (compared, value) = (format!("julianday({compared}, 'utc')"), format!("julianday({value})"));
                if strategy == Strategy::Incremental {
                    return format!("({compared} {operator} {value} OR {compared} IS NULL)");
                }
            } else if strategy != Strategy::Append {
                // 10:00, 10:00:00 and 10:00:00.000 are one time: what is left is the beginning of each.
                value = format!("rtrim({value}, ' .:0')");
            }
        }
        // A row without a value is never newer than one: it comes each time, where it takes its own place.
        let nullable = column.column.nullable && column.column.key.is_none();
        match nullable && strategy == Strategy::Incremental {
            true => format!("({compared} {operator} {value} OR {compared} IS NULL)"),
            false => format!("{compared} {operator} {value}"),
        }
    }

    /// A value that no row has a lower one than, by which a first run takes all of them.
    fn lowest(&self, column: &Proposed) -> Option<String> {
        Some(match self.mapped(column) {
            Type::SmallInt => i16::MIN.to_string(),
            Type::Integer => i32::MIN.to_string(),
            Type::BigInt => i64::MIN.to_string(),
            Type::Decimal(Some((digits, scale))) if digits.saturating_sub(scale) < 38 => {
                format!("-1{}", "0".repeat(digits.saturating_sub(scale) as usize))
            }
            // More digits than these some databases can't read.
            Type::Decimal(_) => format!("-{}", "9".repeat(38)),
            Type::Date => "0001-01-01".to_owned(),
            Type::Time(_) => "00:00:00".to_owned(),
            Type::Timestamp(_) => self.source.earliest(&column.column.type_name).to_owned(),
            Type::TimestampTz(_) if self.source.takes() != Takes::Moment => "0001-01-01 00:00:00".to_owned(),
            Type::TimestampTz(_) => "0001-01-01 00:00:00+00:00".to_owned(),
            _ => return None,
        })
    }
}
