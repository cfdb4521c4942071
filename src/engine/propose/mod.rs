//! What the wizard proposes for the columns of a source's table: how to select each, what it is called and what type it
//! has at the destination. Opinions of the dialects, for people to change.

pub mod create;
mod module;
mod outlook;

pub use module::{Wanted, compose, free_name, module, usual_dest};
pub use outlook::{Outlook, create_table, described, fit, outlook};

use super::databases::{dialect_of, spoken_by};
use super::introspect::{self, Column};
use crate::dialect::types::Type;
use crate::dialect::{self, Described, Destination, Fill, NewColumn, Qualifiers, Source, TableName, Takes};
use crate::error::{Error, Result};
use crate::runner::Runner;
use crate::store::{Store, connection};
use serde::Serialize;

/// Words that columns are called, and that some database takes for SQL where they are not quoted.
pub(crate) const RESERVED: &str = " all and as asc between by case cast check column condition constraint create cross current cursor database \
    date day default delete desc distinct drop else end exists external false file for foreign from full function \
    grant group having hour if in index inner insert interval into is join key left level like limit lock match \
    minute mode month name natural new no not null number of off offset old on only open option or order outer \
    over partition percent plan position primary range rank references restrict return right row rows schema \
    second select set some start system table then time timestamp to top trigger true type union unique update \
    user using value values view when where window with year ";

/// A column of the source, and what becomes of it.
#[derive(Clone, Debug, Serialize)]
pub struct Proposed {
    /// The column.
    #[serde(flatten)]
    pub column: Column,
    /// Its name in the query's output, which is its name at the destination.
    pub alias: String,
    /// How to select it.
    pub expression: String,
    /// Its type at the destination, as DDL spells it.
    pub dest_type: String,
    /// A resolver at the destination that finds where the last run ended, where a column can tell.
    pub resolver: Option<String>,
    /// Other ways to select it, where its type and name hint at some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offered>,
}

/// Another way to select a column.
#[derive(Clone, Debug, Serialize)]
pub struct Offered {
    /// What it does.
    pub what: &'static str,
    /// How to select it so.
    pub expression: String,
    /// The type that it then has at the destination.
    pub dest_type: String,
    /// What it then is, whatever the destination calls it.
    #[serde(skip)]
    gives: Type,
}

/// What is proposed for a table. What is chosen of it, or written otherwise, makes the query and the table anew.
pub struct Proposal {
    /// The table.
    pub table: TableName,
    /// Where its rows may go.
    pub target: TableName,
    /// Its columns.
    pub columns: Vec<Proposed>,
    source: &'static dyn Source,
    dest: &'static dyn Destination,
    /// Whether both are of one kind: what a value reads like at the one it does at the other.
    alike: bool,
    /// Whether sessions of the source's are in UTC.
    in_utc: bool,
}

impl Proposal {
    /// The query that selects the columns.
    pub fn query(&self) -> String {
        let named = |p: &Proposed| match RESERVED.contains(&format!(" {} ", p.alias)) || !p.alias.is_ascii() {
            true => format!("  {} AS {}", p.expression, self.source.quote(&p.alias)),
            false => format!("  {} AS {}", p.expression, p.alias),
        };
        let list: Vec<String> = self.columns.iter().map(named).collect();
        format!("SELECT\n{}\nFROM {}", list.join(",\n"), self.source.table(&self.table))
    }

    /// What makes a table for them at the destination, one statement each.
    pub fn ddl(&self) -> Vec<String> {
        let column = |p: &Proposed| NewColumn {
            name: folded(self.dest, &p.alias).name,
            type_sql: p.dest_type.clone(),
            comment: said(&p.column),
        };
        self.dest.create_table(&self.target, &self.columns.iter().map(column).collect::<Vec<_>>())
    }

    /// The table that [`Proposal::ddl`] makes, as a catalog would describe it.
    fn described(&self) -> Described {
        let column = |p: &Proposed| dialect::Column {
            name: folded(self.dest, &p.alias).name,
            type_sql: p.dest_type.clone(),
            collation: None,
            equals: None,
            nullable: true,
            fill: Fill::Plain,
        };
        Described {
            schema: self.target.schema.clone(),
            columns: self.columns.iter().map(column).collect(),
            ..Described::default()
        }
    }

    /// Where its rows may go, as an operator writes it.
    pub fn target_text(&self) -> String {
        let plain = self.target.to_string();
        let means_it = self.dest.parse_table(&plain).is_ok_and(|parsed| parsed == self.target);
        if means_it { plain } else { self.dest.table(&self.target) }
    }

    /// Has its rows go into that table, and its resolvers ask there, by what its columns are called now.
    pub fn aim(&mut self, target: TableName) {
        self.target = target;
        for i in 0..self.columns.len() {
            self.columns[i].resolver = self.resolver(&self.columns[i]);
        }
    }

    /// SQL that finds the newest value of a column at the destination, where that says where the last run ended.
    fn resolver(&self, p: &Proposed) -> Option<String> {
        let ordered = matches!(
            self.mapped(p),
            Type::SmallInt
                | Type::Integer
                | Type::BigInt
                | Type::Decimal(_)
                | Type::Date
                | Type::Time(_)
                | Type::Timestamp(_)
                | Type::TimestampTz(_)
        );
        let there = folded(self.dest, &p.alias).name;
        let newest = || match self.reads(p) {
            Takes::Moment => self.dest.newest(&p.dest_type, &there),
            Takes::Clock => self.dest.newest_clock(&p.dest_type, &there, self.in_utc),
            Takes::Text => self.dest.newest_clock(&p.dest_type, &there, true),
        };
        ordered.then(|| format!("SELECT {} FROM {}", newest(), self.dest.table(&self.target)))
    }

    /// How the source reads what the destination has of a column: `Moment` where that is what it is to the letter.
    fn reads(&self, p: &Proposed) -> Takes {
        let keeps_text = || matches!(self.dest.map_type(&p.dest_type), Type::Char(_) | Type::Text(_));
        match (self.mapped(p), self.source.takes()) {
            _ if self.alike => Takes::Moment,
            (Type::TimestampTz(_), Takes::Text) if keeps_text() => Takes::Moment,
            (Type::TimestampTz(_), takes) => takes,
            (Type::Timestamp(_) | Type::Time(_), Takes::Text) => Takes::Text,
            _ => Takes::Moment,
        }
    }

    /// A column of the source in the source's SQL.
    pub fn quoted(&self, column: &Proposed) -> String {
        self.source.quote(&column.column.name)
    }

    /// What a column holds as it is selected, whatever it is called.
    fn mapped(&self, column: &Proposed) -> Type {
        let offered = column.offers.iter().find(|offer| offer.expression == column.expression);
        offered.map_or_else(|| self.source.map_type(&column.column.type_name), |offer| offer.gives.clone())
    }

    /// The other ways to select a column: those that its type and name hint at, and without what is proposed, or with what
    /// is proposed for columns alike.
    pub fn forms(&self, column: &Proposed) -> Vec<Offered> {
        let quoted = self.quoted(column);
        let usual = select(self.source, self.dest, &column.column).0;
        let gives = self.source.map_type(&column.column.type_name);
        let mut others = Vec::new();
        if usual != quoted {
            others.push(("as it is", quoted));
        } else if matches!(gives, Type::Char(_) | Type::Text(_)) {
            others.push(("without the blanks at its end", format!("RTRIM({quoted})")));
        } else if gives == Type::Date {
            let none = format!("CASE WHEN {quoted} IN ('0001-01-01', '9999-12-31') THEN NULL ELSE {quoted} END");
            others.push(("NULL for the dates that stand for none", none));
        }
        let others = others.into_iter().map(|(what, expression)| Offered {
            what,
            expression,
            dest_type: self.dest.type_sql(&gives),
            gives: gives.clone(),
        });
        column.offers.iter().cloned().chain(others).collect()
    }

    /// Whether a column is selected as it was proposed.
    fn is_usual(&self, column: &Proposed) -> bool {
        select(self.source, self.dest, &column.column).0 == column.expression
    }
}

/// Proposes how to load a table of connection `name` into connection `dest`: there into `dest_table`, or a table of the
/// same name in the schema that the source's connection names for it.
///
/// # Errors
/// As [`introspect::columns`]; `Invalid` for a `dest_table` that is no name.
pub fn propose(
    store: &Store,
    name: &str,
    table: &str,
    within: &Qualifiers,
    dest: (&str, Option<&str>),
) -> Result<Proposal> {
    of(store, name, introspect::columns(store, name, table, within)?, dest)
}

/// As [`propose`], for a table whose columns are known.
///
/// # Errors
/// `NotFound` for a connection, `Invalid` for a `dest_table` that is no name.
pub fn of(
    store: &Store,
    name: &str,
    (table, columns): (TableName, Vec<Column>),
    (dest, dest_table): (&str, Option<&str>),
) -> Result<Proposal> {
    let (from, to) = (connection::find(store.read(), name)?, connection::find(store.read(), dest)?);
    let (source, dest) = (dialect_of(&from)?, dialect_of(&to)?);
    let target = match dest_table {
        Some(text) => dest.parse_table(text).map_err(Error::invalid)?,
        None => TableName {
            schema: from.default_dest_schema.as_ref().map(|schema| folded(dest, schema).name),
            ..folded(dest, &plain(&table.name, 0))
        },
    };
    let (mut taken, mut proposed) = (Vec::new(), Vec::new());
    for (i, column) in columns.into_iter().enumerate() {
        let alias = free(plain(&column.name, i + 1), &mut taken);
        let (expression, mapped) = select(source, dest, &column);
        let dest_type = match mapped {
            // What ends in 2038 at another kind of database's, as MySQL's TIMESTAMP, does so at the source already.
            Type::TimestampTz(_) if from.kind == to.kind => column.type_name.clone(),
            _ => dest.type_sql(&mapped),
        };
        let offers = source.offers(&column.type_name, &column.name).into_iter().map(|offer| Offered {
            what: offer.what,
            expression: offer.expression,
            dest_type: dest.type_sql(&offer.gives),
            gives: offer.gives,
        });
        let offers = offers.collect();
        proposed.push(Proposed { offers, column, alias, expression, dest_type, resolver: None });
    }
    let in_utc = spoken_by(store, &from)? == Runner::Builtin;
    let alike = from.kind == to.kind;
    let mut proposal = Proposal { table, target: target.clone(), columns: proposed, source, dest, alike, in_utc };
    proposal.aim(target);
    Ok(proposal)
}

/// How to select a column so that the destination's type has all of it.
fn select(source: &dyn Source, dest: &dyn Destination, column: &Column) -> (String, Type) {
    let mapped = source.map_type(&column.type_name);
    match mapped {
        Type::Time(digits) | Type::Timestamp(digits) | Type::TimestampTz(digits) if digits > dest.fraction() => {
            (source.as_text(&column.type_name, &column.name), Type::Text(Some(40)))
        }
        mapped => (source.default_expression(&column.type_name, &column.name), mapped),
    }
}

/// A name as the destination's SQL takes it where it is not quoted.
fn folded(dest: &dyn Destination, name: &str) -> TableName {
    dest.parse_table(name).unwrap_or_else(|_| TableName { name: name.to_owned(), ..TableName::default() })
}

/// What the catalog says of a column, and the name that its users know it by where the alias hides it.
fn said(column: &Column) -> Option<String> {
    let short = column.short_name.as_ref().filter(|short| **short != column.name);
    match (&column.comment, short) {
        (comment, None) => comment.clone(),
        (None, Some(short)) => Some(short.clone()),
        (Some(comment), Some(short)) => Some(format!("{short}: {comment}")),
    }
}

/// A name in lower case without what would need quotes: `DCORD#` is `dcord`. `place` stands in for one of which nothing
/// is left.
pub fn plain(name: &str, place: usize) -> String {
    let mut plain = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            c if c.is_alphanumeric() => plain.push(c),
            '_' | ' ' | '-' | '.' | '/' if !plain.is_empty() && !plain.ends_with('_') => plain.push('_'),
            _ => {}
        }
    }
    let plain = plain.trim_end_matches('_');
    match plain.chars().next() {
        None => format!("c{place}"),
        Some(first) if first.is_numeric() => format!("c{plain}"),
        _ => plain.to_owned(),
    }
}

/// The name, with a number where another column has it.
fn free(name: String, taken: &mut Vec<String>) -> String {
    let mut free = name.clone();
    for n in 2.. {
        if !taken.contains(&free) {
            break;
        }
        free = format!("{name}_{n}");
    }
    taken.push(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_needs_no_quotes() {
        for (name, alias) in [
            ("DCORD#", "dcord"),
            ("Order Date", "order_date"),
            ("__a--b__", "a_b"),
            ("1ST", "c1st"),
            ("###", "c7"),
            ("Größe€", "größe"),
            ("x\"; DROP TABLE y; --", "x_drop_table_y"),
        ] {
            assert_eq!(plain(name, 7), alias, "{name}");
        }
        let mut taken = Vec::new();
        let names = ["a", "a", "a_2", "a"].map(|name| free(name.to_owned(), &mut taken));
        assert_eq!(names, ["a", "a_2", "a_2_2", "a_3"]);
    }
}
