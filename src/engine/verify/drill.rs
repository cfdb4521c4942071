//! Finding where two tables differ by sums of hashes: of the ranges of the whole, then of the parts of those that differ.

use super::Verifier;
use crate::dialect::checksum::{self, Cut, Engine, Order, Side, Value};
use crate::engine::ledger::{Came, Ledger};
use crate::error::Result;
use crate::runner::builtin::only_reads;
use crate::runner::{Failure, FailureKind, Rows, Runner};
use std::collections::{BTreeMap, BTreeSet};

/// Into how many parts a range is cut.
const PARTS: i128 = 256;
/// A part of fewer rows than this is read rather than cut: finding the place would cost as much.
const FEW: i64 = 512;
/// More parts than this are not named one by one.
const MANY: usize = 2_000;

/// Rows that may differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Area {
    /// None.
    #[default]
    Nothing,
    /// All.
    Whole,
    /// Those that fulfil these conditions, of the source's query (its columns are `c1`, `c2` and so on) and of the
    /// destination.
    Parts {
        /// For the source.
        source: String,
        /// For the destination.
        dest: String,
    },
}

/// Both sides, and what is asked of them.
struct Both {
    columns: [Vec<Value>; 2],
    sides: [Side; 2],
    /// What stands in front of the source's SQL: its query, by the name of `q`.
    with: String,
    /// What stands behind FROM.
    from: [String; 2],
}

/// The sums of a bucket: rows, hashed rows, sum.
type Sums = BTreeMap<String, (i64, i64, Option<String>)>;

/// What a side answers: or why it can't, so that all is to be read.
type Answers = Result<[Rows; 2], String>;

impl Verifier<'_> {
    /// Where the source and the destination may differ.
    pub(super) fn drill(&mut self, ledger: &mut Ledger<'_>) -> Result<Area> {
        let found = match self.both()? {
            Ok(both) => self.narrow(ledger, &both)?,
            Err(why) => Err(why),
        };
        Ok(found.unwrap_or_else(|why| {
            self.found.remarks.push(format!("every row was read, as checksums can't be compared here: {why}"));
            Area::Whole
        }))
    }

    /// The two sides, or why there are no checksums of them.
    fn both(&self) -> Result<Result<Both, String>> {
        let plan = &self.plan;
        let engine = |kind: &str, runner| Engine::of(kind).filter(|_| runner == Runner::Builtin);
        let (source, dest) = (&self.definition.source, &self.definition.dest);
        let (Some(from), Some(to)) = (engine(&source.kind, plan.source.runner), engine(&dest.kind, plan.dest.runner))
        else {
            return Ok(Err("the built-in runner speaks to both for that".to_owned()));
        };
        if !only_reads(&plan.source_sql) {
            return Ok(Err("the query does more than to select".to_owned()));
        }
        let types = match self.databases.runners().types(&plan.source, &plan.source_sql) {
            Ok(types) => types.unwrap_or_default(),
            Err(failure) => return self.or_read_all(failure, true),
        };
        if types.len() != plan.columns.len() {
            return Ok(Err("the query gives another number of columns than are filled".to_owned()));
        }
        let names: Vec<String> = (1..=types.len()).map(|n| format!("c{n}")).collect();
        let with = format!("WITH q ({}) AS (\n{}\n)\n", names.join(", "), plan.source_sql);
        let theirs = names.into_iter().zip(types).map(|(sql, type_text)| Value { sql, type_text });
        let theirs: Vec<Value> = theirs.collect();
        let ours =
            plan.columns.iter().map(|c| Value { sql: plan.dialect.quote(&c.name), type_text: c.type_sql.clone() });
        let ours: Vec<Value> = ours.collect();
        match checksum::sides((from, &theirs), (to, &ours)) {
            Ok((a, b)) => Ok(Ok(Both {
                columns: [theirs, ours],
                sides: [a, b],
                with,
                from: ["q".to_owned(), plan.dialect.table(&plan.table)],
            })),
            Err(at) => Ok(Err(format!(
                "{} is {} at the destination{}",
                plan.columns[at].name,
                plan.columns[at].type_sql,
                if theirs[at].type_text.is_empty() {
                    String::new()
                } else {
                    format!(", and {} at the source", theirs[at].type_text)
                }
            ))),
        }
    }

    /// What a database refuses of SQL that is ours is no reason to give up; what it refuses for another reason is.
    fn or_read_all<T>(&self, failure: Failure, at_source: bool) -> Result<Result<T, String>> {
        let place = if at_source { &self.definition.source } else { &self.definition.dest };
        if failure.kind == FailureKind::Sql {
            let first = failure.message.lines().next().unwrap_or_default();
            return Ok(Err(format!("{} says: {}", place.name, self.databases.clean(first))));
        }
        Err(self.databases.explain(&failure, place, "comparing by checksums"))
    }

    fn narrow(&mut self, ledger: &mut Ledger<'_>, both: &Both) -> Result<Result<Area, String>> {
        let key: Vec<usize> =
            self.key.iter().filter_map(|k| self.plan.columns.iter().position(|c| c.name == *k)).collect();
        let mut cut = match self.first_cut(ledger, both, &key)? {
            Ok(cut) => Some(cut),
            Err(why) => return Ok(Err(why)),
        };
        // The conditions that lead to where it is at, one for each kind of cut.
        let mut path: Vec<[String; 2]> = Vec::new();
        let mut last: Option<(Cut, BTreeSet<String>)> = None;
        let mut leaves: Vec<[String; 2]> = Vec::new();
        let of = |both: &Both, cut: &Cut, buckets: &BTreeSet<String>| {
            [0, 1].map(|side| both.sides[side].within(cut, &both.columns[side], buckets.iter()))
        };
        let together = |path: &[[String; 2]], side: usize| {
            let all: Vec<String> = path.iter().map(|both| format!("({})", both[side])).collect();
            (!all.is_empty()).then(|| all.join(" AND "))
        };
        while let Some(now) = cut.take() {
            let mut here = path.clone();
            here.extend(last.iter().map(|(cut, buckets)| of(both, cut, buckets)));
            let within = [0, 1].map(|side| together(&here, side));
            let sql = [0, 1].map(|side| {
                let with = if side == 0 { &*both.with } else { "" };
                let columns = &both.columns[side];
                format!("{with}{}", both.sides[side].sums(&both.from[side], within[side].as_deref(), &now, columns))
            });
            let rows = match self.ask(ledger, "checksums", &sql)? {
                Ok(rows) => rows,
                Err(why) => return Ok(Err(why)),
            };
            let [a, b] = rows.map(|rows| sums(&rows));
            if last.is_none() {
                let all = |sums: &Sums| sums.values().map(|(rows, ..)| rows).sum();
                (self.found.source_rows, self.found.destination_rows) = (all(&a), all(&b));
            }
            let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            let many = names.len();
            let rows = |sums: &Sums, name: &str| sums.get(name).map_or(0, |(rows, ..)| *rows);
            let differs = |name: &&String| {
                a.get(*name) != b.get(*name) || a.get(*name).is_none_or(|(rows, hashed, _)| rows != hashed)
            };
            let differing: BTreeSet<String> = names.into_iter().filter(differs).cloned().collect();
            if differing.is_empty() {
                break;
            }
            if last.is_none() && differing.len() > 8 && differing.len() * 10 > many * 9 {
                return Ok(Ok(Area::Whole));
            }
            if differing.len() > MANY {
                leaves.push([0, 1].map(|side| within[side].clone().unwrap_or_else(|| "1 = 1".to_owned())));
                break;
            }
            let (large, small): (BTreeSet<_>, BTreeSet<_>) =
                differing.into_iter().partition(|name| rows(&a, name).max(rows(&b, name)) > FEW);
            // The buckets of a finer cut of the same kind lie within these, so that only the last is needed.
            if let Some((before, buckets)) = last.take().filter(|(before, _)| !before.is_like(&now)) {
                path.push(of(both, &before, &buckets));
            }
            let mut leaf = |buckets: &BTreeSet<String>| {
                if buckets.is_empty() {
                    return;
                }
                let mut here = path.clone();
                here.push(of(both, &now, buckets));
                leaves.push([0, 1].map(|side| together(&here, side).unwrap_or_default()));
            };
            leaf(&small);
            match (large.is_empty(), finer(&now, &key)) {
                (false, Some(next)) => {
                    cut = Some(next);
                    last = Some((now, large));
                }
                _ => leaf(&large),
            }
        }
        if leaves.is_empty() {
            return Ok(Ok(Area::Nothing));
        }
        let any =
            |side: usize| leaves.iter().map(|leaf| format!("({})", leaf[side])).collect::<Vec<_>>().join("\n  OR ");
        Ok(Ok(Area::Parts { source: any(0), dest: any(1) }))
    }

    /// Ranges of numbers or dates where the first column of the key is one on both sides; else hashes of the key.
    fn first_cut(&mut self, ledger: &mut Ledger<'_>, both: &Both, key: &[usize]) -> Result<Result<Cut, String>> {
        let hash = Cut::Hash { key: key.to_vec(), digits: 2 };
        let Some(&column) = key.first() else { return Ok(Ok(hash)) };
        let value = |side: usize| (both.sides[side].engine, &both.columns[side][column]);
        match checksum::order(value(0), value(1)) {
            Order::None => Ok(Ok(hash)),
            Order::Dates => Ok(Ok(Cut::Date { column, length: 7 })),
            Order::Numbers => {
                let sql = [0, 1].map(|side| {
                    let with = if side == 0 { &*both.with } else { "" };
                    let c = &both.columns[side][column].sql;
                    format!("{with}SELECT MIN({c}), MAX({c}) FROM {}", both.from[side])
                });
                let rows = match self.ask(ledger, "range", &sql)? {
                    Ok(rows) => rows,
                    Err(why) => return Ok(Err(why)),
                };
                let ends = rows.iter().flat_map(|rows| rows.rows.iter().flatten().flatten());
                let Ok(ends) = ends.map(|end| end.parse::<i128>()).collect::<Result<Vec<_>, _>>() else {
                    return Ok(Ok(hash));
                };
                let (Some(least), Some(most)) = (ends.iter().min(), ends.iter().max()) else { return Ok(Ok(hash)) };
                let width = ((most - least) / PARTS + 1).unsigned_abs().next_power_of_two();
                let width = i128::try_from(width).unwrap_or(i128::MAX);
                Ok(Ok(if width > i128::from(i64::MAX) { hash } else { Cut::Number { column, width } }))
            }
        }
    }

    /// Asks both sides at once.
    fn ask(&mut self, ledger: &mut Ledger<'_>, name: &str, sql: &[String; 2]) -> Result<Answers> {
        self.watch.check()?;
        let (source, dest) = (&self.definition.source, &self.definition.dest);
        let opened =
            [ledger.begin("gate", name, &source.name, &sql[0])?, ledger.begin("gate", name, &dest.name, &sql[1])?];
        let runners = self.databases.runners();
        let answers = std::thread::scope(|scope| {
            let there = scope.spawn(|| runners.query(&self.plan.source, &sql[0], None));
            let here = runners.query(&self.plan.dest, &sql[1], None);
            let there = there.join().unwrap_or_else(|_| Err(Failure::new(FailureKind::Lost, "a thread ended")));
            [there, here]
        });
        for (open, answer) in opened.into_iter().zip(&answers) {
            ledger.end(open, answer.as_ref().map(Came::of))?;
        }
        let [there, here] = answers;
        let there = match there {
            Ok(rows) => rows,
            Err(failure) => return self.or_read_all(failure, true),
        };
        let here = match here {
            Ok(rows) => rows,
            Err(failure) => return self.or_read_all(failure, false),
        };
        self.found.source_rows_read += there.rows.len() as u64;
        self.found.destination_rows_read += here.rows.len() as u64;
        Ok(Ok([there, here]))
    }
}

impl Cut {
    fn is_like(&self, other: &Cut) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// The next finer cut, if there is one.
fn finer(cut: &Cut, key: &[usize]) -> Option<Cut> {
    let hash = || Cut::Hash { key: key.to_vec(), digits: 2 };
    Some(match cut {
        Cut::Number { column, width } if *width > 1 => Cut::Number { column: *column, width: (width / PARTS).max(1) },
        Cut::Date { column, length } if *length < 19 => Cut::Date { column: *column, length: length + 3 },
        // More digits than these part what has one key.
        Cut::Hash { key, digits } => Cut::Hash { key: key.clone(), digits: Some(digits + 2).filter(|d| *d <= 8)? },
        Cut::Number { .. } | Cut::Date { .. } => hash(),
    })
}

/// What a query for sums gave.
fn sums(rows: &Rows) -> Sums {
    let text = |row: &[Option<String>], at: usize| row.get(at).cloned().flatten();
    let number = |row: &[Option<String>], at: usize| text(row, at).and_then(|n| n.parse().ok()).unwrap_or(-1);
    rows.rows
        .iter()
        .map(|row| (text(row, 0).unwrap_or_default(), (number(row, 1), number(row, 2), text(row, 3))))
        .collect()
}
