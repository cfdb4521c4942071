//! SQL by which two databases come to the same checksum for the same rows: each value as a text in one form, the texts of
//! a row one behind the other, their MD5, and the sum of these.
//!
//! A form is chosen by what the destination's column is, and two values have the same text only where a load would make
//! the one of the other. So equal sums say that rows are equal; sums that differ say only that it is worth looking.

mod form;

use super::types::Type;
use super::{Source, literal};
use form::pair;

/// A database that can do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, by functions that the built-in runner adds.
    Sqlite,
    /// PostgreSQL.
    Postgresql,
    /// MySQL and MariaDB.
    Mysql,
}

impl Engine {
    /// That of a connection of this kind, by the built-in runner.
    pub fn of(kind: &str) -> Option<Engine> {
        match kind {
            "sqlite" => Some(Engine::Sqlite),
            "postgresql" => Some(Engine::Postgresql),
            "mysql" => Some(Engine::Mysql),
            _ => None,
        }
    }

    fn dialect(self) -> &'static dyn Source {
        match self {
            Engine::Sqlite => &super::sqlite::Sqlite,
            Engine::Postgresql => &super::postgresql::Postgresql,
            Engine::Mysql => &super::mysql::Mysql,
        }
    }
}

/// A column on one side: the expression for it, and its type as the database spells it.
#[derive(Clone, Debug)]
pub struct Value {
    /// The name, quoted.
    pub sql: String,
    /// The type; of what SQLite selects, none.
    pub type_text: String,
}

/// One side of the comparison.
#[derive(Clone, Debug)]
pub struct Side {
    /// Whose SQL it is.
    pub engine: Engine,
    /// Each column as a text in its form, NULL where it is NULL.
    pub forms: Vec<String>,
}

/// Both sides, source and destination, of these columns; or which column can't be compared so, by its place.
pub fn sides(from: (Engine, &[Value]), to: (Engine, &[Value])) -> Result<(Side, Side), usize> {
    let (mut source, mut dest) = (Vec::new(), Vec::new());
    for (at, (a, b)) in from.1.iter().zip(to.1).enumerate() {
        let (a, b) = pair((from.0, a), (to.0, b)).ok_or(at)?;
        source.push(a);
        dest.push(b);
    }
    Ok((Side { engine: from.0, forms: source }, Side { engine: to.0, forms: dest }))
}

/// How rows are parted into buckets. The buckets of a finer cut of one kind lie within those of a coarser one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// By a number, so many values each.
    Number {
        /// Which column.
        column: usize,
        /// How many.
        width: i128,
    },
    /// By the first characters of a date: its month, its day, its hour and so on.
    Date {
        /// Which column.
        column: usize,
        /// How many characters.
        length: usize,
    },
    /// By the first hex digits of the key's MD5.
    Hash {
        /// The columns of the key.
        key: Vec<usize>,
        /// How many digits.
        digits: usize,
    },
}

impl Side {
    /// The texts, one behind the other.
    fn concatenated(&self, forms: &[&String]) -> String {
        let parts = forms.iter().map(|form| format!("COALESCE({form}, '~')")).collect::<Vec<_>>();
        match self.engine {
            Engine::Mysql => format!("CONCAT_WS(',', {})", parts.join(", ")),
            _ => parts.join(" || ',' || "),
        }
    }

    fn md5(&self, text: &str) -> String {
        match self.engine {
            Engine::Sqlite => format!("pipekit_md5({text})"),
            Engine::Postgresql => format!("md5(convert_to({text}, 'UTF8'))"),
            Engine::Mysql => format!("MD5({text})"),
        }
    }

    /// A row's bucket, `~` where its key is none that the cut can part by. `columns` are the columns as they are.
    fn bucket(&self, cut: &Cut, columns: &[Value]) -> String {
        let first = |text: &str, many: usize| match self.engine {
            Engine::Mysql => format!("LEFT({text}, {many})"),
            _ => format!("substr({text}, 1, {many})"),
        };
        let bucket = match cut {
            Cut::Number { column, width } => {
                let c = &columns[*column].sql;
                match self.engine {
                    Engine::Sqlite => format!("CASE typeof({c}) WHEN 'integer' THEN CAST({c} / {width} AS TEXT) END"),
                    Engine::Postgresql => format!("div({c}::numeric, {width})::text"),
                    Engine::Mysql => format!("CAST({c} DIV {width} AS CHAR)"),
                }
            }
            Cut::Date { column, length } => first(&self.forms[*column], *length),
            Cut::Hash { key, digits } => {
                let forms: Vec<&String> = key.iter().map(|at| &self.forms[*at]).collect();
                first(&self.md5(&self.concatenated(&forms)), *digits)
            }
        };
        format!("COALESCE({bucket}, '~')")
    }

    /// SQL that gives, for each bucket of the rows of `from` (what stands behind FROM) that fulfil `within`, its name,
    /// how many rows there are, how many of them were hashed, and the sum of their hashes.
    pub fn sums(&self, from: &str, within: Option<&str>, cut: &Cut, columns: &[Value]) -> String {
        let row = self.md5(&self.concatenated(&self.forms.iter().collect::<Vec<_>>()));
        let sum = match self.engine {
            Engine::Sqlite => "pipekit_sum(h)",
            Engine::Postgresql => "SUM(('x' || substr(h, 1, 15))::bit(60)::bigint)",
            Engine::Mysql => "SUM(CAST(CONV(LEFT(h, 15), 16, 10) AS UNSIGNED))",
        };
        let within = within.map(|within| format!("\n  WHERE {within}")).unwrap_or_default();
        format!(
            "SELECT b, COUNT(*), COUNT(h), {sum}\nFROM (\n  SELECT {} AS b,\n    {row} AS h\n  FROM {from}{within}\n) AS hashed\nGROUP BY b",
            self.bucket(cut, columns)
        )
    }

    /// A condition that the rows of these buckets fulfil, and no others.
    pub fn within<'a>(
        &self,
        cut: &Cut,
        columns: &[Value],
        buckets: impl Iterator<Item = &'a String> + Clone,
    ) -> String {
        let list = buckets.clone().map(|bucket| literal(bucket)).collect::<Vec<_>>().join(", ");
        let exactly = format!("{} IN ({list})", self.bucket(cut, columns));
        // What an index can find first: more than these rows, and not one of them less.
        let ranges: Option<Vec<String>> = buckets.map(|bucket| self.range(cut, columns, bucket)).collect();
        match ranges.filter(|ranges| ranges.len() <= 32) {
            Some(ranges) => format!("({}) AND {exactly}", ranges.join(" OR ")),
            None => exactly,
        }
    }

    fn range(&self, cut: &Cut, columns: &[Value], bucket: &str) -> Option<String> {
        match cut {
            Cut::Number { column, width } => {
                let number: i128 = bucket.parse().ok()?;
                let edge = |number: i128| i64::try_from(number.checked_mul(*width)?).ok();
                let c = &columns[*column].sql;
                Some(format!("{c} BETWEEN {} AND {}", edge(number - 1)?, edge(number + 1)?))
            }
            // SQLite compares such texts by their letters, and they may be written in several ways.
            Cut::Date { column, .. } if self.engine != Engine::Sqlite => {
                let c = &columns[*column];
                let kind = self.engine.dialect().map_type(&c.type_text);
                let zone = match (&kind, self.engine) {
                    (Type::TimestampTz(_), Engine::Postgresql) => "+00",
                    (Type::Date | Type::Timestamp(_) | Type::TimestampTz(_), _) => "",
                    _ => return None,
                };
                let (from, to) = span(bucket)?;
                let of = |at: jiff::civil::DateTime| match kind {
                    Type::Date => format!("'{}'", at.date()),
                    _ => format!("'{} {}{zone}'", at.date(), at.time()),
                };
                let last = if kind == Type::Date { "<=" } else { "<" };
                Some(format!("{0} >= {1} AND {0} {last} {2}", c.sql, of(from), of(to)))
            }
            _ => None,
        }
    }
}

/// From when to when all the times lie whose text begins so.
fn span(beginning: &str) -> Option<(jiff::civil::DateTime, jiff::civil::DateTime)> {
    use jiff::ToSpan;
    let whole = "0000-01-01 00:00:00";
    let step = match beginning.len() {
        7 => 1.month(),
        10 => 1.day(),
        13 => 1.hour(),
        16 => 1.minute(),
        19 => 1.second(),
        _ => return None,
    };
    let from: jiff::civil::DateTime = format!("{beginning}{}", whole.get(beginning.len()..)?).parse().ok()?;
    Some((from, from.checked_add(step).ok()?))
}

/// Whether a column can be cut by ranges of numbers, or of dates, on that side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Whole numbers.
    Numbers,
    /// Dates and times.
    Dates,
    /// Anything else.
    None,
}

/// How a column is ordered on both sides.
pub fn order(from: (Engine, &Value), to: (Engine, &Value)) -> Order {
    let of = |(engine, value): (Engine, &Value)| match engine.dialect().map_type(&value.type_text) {
        Type::SmallInt | Type::Integer | Type::BigInt => Some(Order::Numbers),
        Type::Decimal(Some((digits, 0))) if digits <= 18 || engine == Engine::Postgresql => Some(Order::Numbers),
        Type::Date | Type::Timestamp(_) | Type::TimestampTz(_) => Some(Order::Dates),
        // What SQLite selects has any type.
        _ if engine == Engine::Sqlite && value.type_text.is_empty() => None,
        _ => Some(Order::None),
    };
    match (of(from), of(to)) {
        (Some(a), Some(b)) if a == b => a,
        (None, Some(b)) => b,
        _ => Order::None,
    }
}
