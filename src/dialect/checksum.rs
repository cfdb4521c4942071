//! SQL by which two databases come to the same checksum for the same rows: each value as a text in one form, the texts of
//! a row one behind the other, their MD5, and the sum of these.
//!
//! A form is chosen by what the destination's column is, and two values have the same text only where a load would make
//! the one of the other. So equal sums say that rows are equal; sums that differ say only that it is worth looking.

use super::types::{self, Type};
use super::{Source, literal};

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

/// How a value is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A number without zeros at its end.
    Number,
    /// A number with the decimals that it shows.
    Decimal,
    /// A double.
    Double,
    /// A single-precision number as the double that its bits are.
    Single,
    /// True or false, as 1 and 0.
    Boolean,
    /// Text, with its length in front.
    Text,
    /// Text that was padded with blanks, with its length in front.
    Padded,
    /// Bytes in hex.
    Bytes,
    Date,
    Time,
    Timestamp,
    Instant,
    Uuid,
    /// As the database prints it: a text that is to become something else.
    Plain,
}

fn pair(from: (Engine, &Value), to: (Engine, &Value)) -> Option<(String, String)> {
    if to.0 == Engine::Sqlite {
        return into_sqlite(from, to.1);
    }
    let target = to.0.dialect().map_type(&to.1.type_text);
    let form = match target {
        Type::Boolean => Form::Boolean,
        Type::SmallInt | Type::Integer | Type::BigInt | Type::Decimal(Some(_)) => Form::Number,
        Type::Decimal(None) => Form::Decimal,
        // What SQLite has is a double, and the column's nearest number is printed like it.
        Type::Real if from.0 == Engine::Sqlite && to.0 == Engine::Postgresql => Form::Double,
        Type::Real => Form::Single,
        Type::Double => Form::Double,
        Type::Char(_) | Type::Text(_) | Type::Json => Form::Text,
        Type::Bytes(_) => Form::Bytes,
        Type::Date => Form::Date,
        Type::Time(_) => Form::Time,
        Type::Timestamp(_) => Form::Timestamp,
        Type::TimestampTz(_) => Form::Instant,
        Type::Uuid => Form::Uuid,
        Type::Other(_) if from.0 == to.0 && types::split(&from.1.type_text).0 == types::split(&to.1.type_text).0 => {
            Form::Text
        }
        Type::Other(_) => return None,
    };
    let there = write(to.0, form, &to.1.type_text, &to.1.sql)?;
    if from.0 == Engine::Sqlite {
        return Some((sqlite(name(form)?, &from.1.sql), there));
    }
    let given = from.0.dialect().map_type(&from.1.type_text);
    let form = match (&given, form) {
        (Type::SmallInt | Type::Integer | Type::BigInt, Form::Number | Form::Decimal)
        | (Type::Decimal(_), Form::Number | Form::Decimal)
        | (Type::Double, Form::Double)
        | (Type::Real, Form::Single)
        | (Type::Boolean, Form::Boolean)
        | (Type::Bytes(_), Form::Bytes)
        | (Type::Date, Form::Date)
        | (Type::Time(_), Form::Time)
        | (Type::Timestamp(_), Form::Timestamp)
        | (Type::TimestampTz(_), Form::Instant)
        | (Type::Uuid, Form::Uuid) => form,
        (Type::Boolean, Form::Number) => Form::Boolean,
        (Type::SmallInt | Type::Integer | Type::BigInt, Form::Boolean) => Form::Number,
        // Blanks at the end of a text are the column's own where it pads, and a text's where it does not.
        (Type::Char(_), Form::Text) if !matches!(target, Type::Char(_)) => Form::Padded,
        (Type::Char(_) | Type::Text(_) | Type::Json, Form::Text) => Form::Text,
        (Type::SmallInt | Type::Integer | Type::BigInt | Type::Decimal(_), Form::Text) => Form::Decimal,
        (Type::Uuid, Form::Text) => Form::Uuid,
        (Type::Date, Form::Text) => Form::Date,
        // A text that reads as the destination's value does becomes that value.
        (Type::Text(_), Form::Number | Form::Decimal | Form::Date | Form::Timestamp | Form::Instant | Form::Uuid) => {
            Form::Plain
        }
        (Type::Other(_), Form::Text) if matches!(target, Type::Other(_)) => Form::Text,
        _ => return None,
    };
    let is_text = |form| matches!(form, Form::Text | Form::Padded);
    let written = write(from.0, form, &from.1.type_text, &from.1.sql)?;
    // Behind its length, as the destination's text is.
    let as_text = matches!(target, Type::Char(_) | Type::Text(_) | Type::Json) && !is_text(form);
    Some((if as_text { count(from.0, &written) } else { written }, there))
}

/// What a load stores in SQLite is the text that the source prints, or a number where the column makes numbers.
fn into_sqlite(from: (Engine, &Value), to: &Value) -> Option<(String, String)> {
    let declared = to.type_text.to_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
    // The rules of affinity, in their order (https://www.sqlite.org/datatype3.html, 3.1).
    let numbers = has(&["INT"])
        || !has(&["CHAR", "CLOB", "TEXT", "BLOB"])
            && !declared.trim_matches(['"', ' ']).is_empty()
            && declared != "ANY";
    let texts = !has(&["INT"]) && has(&["CHAR", "CLOB", "TEXT"]);
    let stored = |form: &str| sqlite(form, &to.sql);
    if from.0 == Engine::Sqlite {
        let form = match (numbers, texts) {
            (true, _) if has(&["DATE", "TIME"]) => "stored_text",
            (true, _) => "stored_number",
            (_, true) => "stored_text",
            _ => "stored_any",
        };
        return Some((sqlite(form, &from.1.sql), stored(form)));
    }
    let given = from.0.dialect().map_type(&from.1.type_text);
    let (form, name) = match given {
        Type::Boolean if numbers => (Form::Boolean, "stored_number"),
        Type::SmallInt | Type::Integer | Type::BigInt | Type::Decimal(_) if numbers => (Form::Number, "stored_number"),
        Type::SmallInt | Type::Integer | Type::BigInt | Type::Decimal(_) if texts => (Form::Decimal, "stored_plain"),
        Type::Double if numbers => (Form::Double, "stored_double"),
        // SQLite gets 0.1 for 0.1, and not the double that a single-precision 0.1 is.
        Type::Real if numbers && from.0 == Engine::Postgresql => (Form::Double, "stored_double"),
        Type::Real if numbers => (Form::Single, "stored_double"),
        Type::Char(_) => (Form::Padded, "stored_text"),
        Type::Text(_) | Type::Json => (Form::Text, "stored_text"),
        Type::Bytes(_) => (Form::Bytes, "stored_bytes"),
        Type::Date => (Form::Date, "stored_plain"),
        Type::Time(_) => (Form::Time, "stored_plain"),
        Type::Timestamp(_) => (Form::Timestamp, "stored_plain"),
        Type::TimestampTz(_) => (Form::Instant, "stored_plain"),
        Type::Uuid => (Form::Uuid, "stored_plain"),
        _ => return None,
    };
    Some((write(from.0, form, &from.1.type_text, &from.1.sql)?, stored(name)))
}

fn sqlite(form: &str, value: &str) -> String {
    format!("pipekit_form('{form}', {value})")
}

/// The name of a form of what SQLite selects.
fn name(form: Form) -> Option<&'static str> {
    Some(match form {
        Form::Number => "number",
        Form::Decimal => "decimal",
        Form::Double => "double",
        Form::Boolean => "boolean",
        Form::Text => "text",
        Form::Bytes => "bytes",
        Form::Date => "date",
        Form::Time => "time",
        Form::Timestamp => "timestamp",
        Form::Instant => "instant",
        Form::Uuid => "uuid",
        Form::Single | Form::Padded | Form::Plain => return None,
    })
}

/// A text behind the number of its characters, so that it can't run into what follows.
fn count(engine: Engine, text: &str) -> String {
    match engine {
        Engine::Mysql => format!("CONCAT(CHAR_LENGTH({text}), ':', {text})"),
        _ => format!("char_length({text}) || ':' || {text}"),
    }
}

fn write(engine: Engine, form: Form, type_text: &str, c: &str) -> Option<String> {
    Some(match engine {
        Engine::Postgresql => match form {
            Form::Number => {
                let text = format!("{c}::text");
                match types::split(type_text).0.as_str() {
                    "numeric" => {
                        trimmed(&format!("strpos({text}, '.')"), &format!("rtrim(rtrim({text}, '0'), '.')"), &text)
                    }
                    _ => text,
                }
            }
            Form::Boolean => format!("{c}::int::text"),
            Form::Single => format!("{c}::float8::text"),
            Form::Text => count(engine, &format!("{c}::text")),
            // The output of a char(n) has its blanks, and a cast to text has not (manual, 8.3). Of NULL it makes an empty
            // text.
            Form::Padded => format!("CASE WHEN {c} IS NOT NULL THEN {} END", count(engine, &format!("concat({c})"))),
            Form::Bytes => format!("encode({c}, 'hex')"),
            Form::Instant => format!("({c} AT TIME ZONE 'UTC')::text || '+00'"),
            Form::Plain => no_null(&format!("{c}::text")),
            Form::Decimal | Form::Double | Form::Date | Form::Time | Form::Timestamp | Form::Uuid => {
                format!("{c}::text")
            }
        },
        Engine::Mysql => {
            let text = format!("CAST({c} AS CHAR)");
            let without_zeros = trimmed(
                &format!("LOCATE('.', {text})"),
                &format!("TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM {text}))"),
                &text,
            );
            // A text of other bytes than UTF-8's is the same text.
            let letters = format!("CONVERT({c} USING utf8mb4) COLLATE utf8mb4_bin");
            match form {
                Form::Number | Form::Time | Form::Timestamp => without_zeros,
                Form::Instant => format!("CONCAT({without_zeros}, '+00')"),
                // A FLOAT prints six digits, and its double all that there are.
                Form::Single => format!("CAST({c} + 0e0 AS CHAR)"),
                Form::Text | Form::Padded => count(engine, &letters),
                Form::Plain => no_null(&letters),
                Form::Bytes => format!("LOWER(HEX({c}))"),
                Form::Uuid => format!("LOWER({text})"),
                Form::Decimal | Form::Double | Form::Boolean | Form::Date => text,
            }
        }
        Engine::Sqlite => return None,
    })
}

/// A text that is not what stands for NULL.
fn no_null(text: &str) -> String {
    format!("CASE WHEN {text} = '~' THEN '?' ELSE {text} END")
}

fn trimmed(has_point: &str, without: &str, text: &str) -> String {
    format!("CASE WHEN {has_point} > 0 THEN {without} ELSE {text} END")
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
