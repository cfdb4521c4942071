//! Which rows a DELETE takes: all, those of a key, a range; by the conditions that people write for each.

use super::sql::{Name, Reader, Token, split};
use super::statement::{AFTER_TABLE, By, Statement};

/// Reads a DELETE.
pub fn read(reader: &mut Reader<'_, '_>) -> Option<Statement> {
    reader.eat("DELETE");
    // `DELETE d FROM t d JOIN s …` names the alias first.
    let first = if reader.sees("FROM") { None } else { reader.name() };
    if !reader.eat("FROM") {
        // SQL Server leaves it out: `DELETE t WHERE …`.
        let table = first?;
        let by = rows(reader, &Tables { dest: vec![table.last().to_owned()], other: None });
        return Some(Statement::Delete { table, by });
    }
    let _ = reader.eat("ONLY");
    let table = reader.name()?;
    let alias = reader.alias(AFTER_TABLE);
    let mut tables = Tables { dest: alias.into_iter().chain([table.last().to_owned()]).collect(), other: None };
    let mut conditions: &[Token<'_>] = &[];
    if reader.eat("USING") {
        tables.other = Some(other(reader)?);
    } else if reader.eat_all(&["INNER", "JOIN"]) || reader.eat("JOIN") {
        tables.other = Some(other(reader)?);
        reader.eat("ON").then_some(())?;
        let rest = reader.rest();
        let end = rest.iter().position(|t| t.is("WHERE")).unwrap_or(rest.len());
        conditions = &rest[..end];
        *reader = Reader::new(&rest[end..]);
    }
    if conditions.is_empty() {
        let by = rows(reader, &tables);
        return Some(Statement::Delete { table, by });
    }
    let by = match reader.is_done() {
        true => by(conditions, &tables),
        false => By::Other("a join with a further condition".to_owned()),
    };
    Some(Statement::Delete { table, by })
}

/// The tables of a DELETE: what the one that loses rows is called, and the other one.
struct Tables {
    dest: Vec<String>,
    other: Option<(Name, Vec<String>)>,
}

/// A table with its names.
fn other(reader: &mut Reader<'_, '_>) -> Option<(Name, Vec<String>)> {
    let name = reader.name()?;
    let alias = reader.alias(AFTER_TABLE);
    let names = alias.into_iter().chain([name.last().to_owned()]).collect();
    (!reader.sees(",")).then_some((name, names))
}

fn rows(reader: &mut Reader<'_, '_>, tables: &Tables) -> By {
    if reader.is_done() {
        return match tables.other {
            None => By::All,
            Some(_) => By::Other("a join without a condition".to_owned()),
        };
    }
    if !reader.eat("WHERE") {
        return By::Other(format!("`{}`", reader.rest()[0].text));
    }
    by(reader.rest(), tables)
}

/// What the conditions of a DELETE say.
fn by(conditions: &[Token<'_>], tables: &Tables) -> By {
    let mut reader = Reader::new(conditions);
    if let Some(inner) = reader.within()
        && reader.is_done()
    {
        return by(inner, tables);
    }
    if split(conditions, "OR").len() > 1 {
        return By::Other("its conditions are joined by OR".to_owned());
    }
    let (mut pairs, mut from, mut ranges): (Vec<(String, String)>, Option<Name>, Vec<String>) =
        (Vec::new(), None, Vec::new());
    let mut list_of = None;
    for condition in split(conditions, "AND") {
        match one(condition, tables) {
            Ok(None) => {}
            Ok(Some(By::Key(table, more))) => {
                if from.as_ref().is_some_and(|from| !from.can_be(&table)) {
                    return By::Other("it compares with two tables".to_owned());
                }
                from = Some(table);
                pairs.extend(more);
            }
            Ok(Some(By::Range(column, table))) => {
                if !ranges.contains(&column) {
                    ranges.push(column);
                }
                list_of = list_of.or(table);
            }
            Ok(Some(other)) => return other,
            Err(why) => return By::Other(why),
        }
    }
    match (from, &ranges[..]) {
        (Some(from), []) => By::Key(from, pairs),
        (None, []) if tables.other.is_none() => By::All,
        (None, [column]) if tables.other.is_none() => By::Range(column.clone(), list_of),
        (None, [_, ..]) if tables.other.is_none() => {
            By::Other(format!("it limits several columns: {}", ranges.join(", ")))
        }
        _ => By::Other("it compares with a table and limits a column besides".to_owned()),
    }
}

/// What one condition says; `None` where it is always true.
fn one(condition: &[Token<'_>], tables: &Tables) -> Result<Option<By>, String> {
    let told = || {
        let text: Vec<&str> = condition.iter().map(|t| t.text).take(6).collect();
        format!("the condition `{} …`", text.join(" "))
    };
    if matches!(condition, [a, e, b] if e.is("=") && a.text == b.text && a.text == "1")
        || matches!(condition, [t] if t.is("TRUE"))
    {
        return Ok(None);
    }
    let mut reader = Reader::new(condition);
    if reader.eat("EXISTS") {
        let inner = reader.within().ok_or_else(told)?;
        return exists(inner, tables).map(Some).ok_or_else(told);
    }
    let columns: Vec<String> = match reader.within() {
        Some(list) => {
            split(list, ",").into_iter().map(|c| column(c, tables)).collect::<Option<_>>().ok_or_else(told)?
        }
        None => {
            // `s.a = d.a` may have either side first.
            if let Some(pair) = pair(condition, tables) {
                let (name, _) = tables.other.clone().ok_or_else(told)?;
                return Ok(Some(By::Key(name, vec![pair])));
            }
            let name = reader.name().ok_or_else(told)?;
            vec![own(&name, tables).ok_or_else(told)?]
        }
    };
    let is_list = reader.eat("IN") || reader.eat_all(&["=", "ANY"]) || reader.eat_all(&["=", "SOME"]);
    if is_list {
        let inner = reader.within().filter(|_| reader.is_done()).ok_or_else(told)?;
        if let Some((table, selected, whole)) = selection(inner) {
            if whole && selected.len() == columns.len() {
                return Ok(Some(By::Key(table, columns.into_iter().zip(selected).collect())));
            }
            return match &columns[..] {
                [one] => Ok(Some(By::Range(one.clone(), Some(table)))),
                _ => Err(told()),
            };
        }
        return match &columns[..] {
            [one] => Ok(Some(By::Range(one.clone(), None))),
            _ => Err(told()),
        };
    }
    let compares = ["=", "<", ">"].iter().any(|sign| reader.eat(sign)) && !reader.sees(">") || reader.eat("BETWEEN");
    match &columns[..] {
        [one] if compares && !names_column(reader.rest()) => Ok(Some(By::Range(one.clone(), None))),
        _ => Err(told()),
    }
}

/// Whether a column may be among what a condition compares with: a name that begins no call and no literal.
fn names_column(tokens: &[Token<'_>]) -> bool {
    const VALUES: &[&str] = &[
        "AND",
        "DATE",
        "TIMESTAMP",
        "INTERVAL",
        "CURRENT_DATE",
        "CURRENT_TIMESTAMP",
        "NULL",
        "TIME",
        "DAY",
        "DAYS",
        "MONTH",
        "MONTHS",
    ];
    let mut depth = 0;
    tokens.iter().enumerate().any(|(i, token)| {
        depth += i32::from(token.is("(")) - i32::from(token.is(")"));
        let before = i.checked_sub(1).map(|i| &tokens[i]);
        let called = tokens.get(i + 1).is_some_and(|next| next.is("(") || next.is("}"));
        let of_type = before.is_some_and(|b| b.is(":") || b.is("{"));
        depth == 0 && token.is_name() && !called && !of_type && !VALUES.iter().any(|word| token.is(word))
    })
}

/// `SELECT [DISTINCT] a, b FROM t`: the table, the columns, and whether all its rows are meant.
fn selection(tokens: &[Token<'_>]) -> Option<(Name, Vec<String>, bool)> {
    let mut reader = Reader::new(tokens);
    if !reader.eat("SELECT") {
        return None;
    }
    let _ = reader.eat("DISTINCT");
    let rest = reader.rest();
    let end = rest.iter().position(|t| t.is("FROM"))?;
    let columns: Option<Vec<String>> = split(&rest[..end], ",").into_iter().map(bare).collect();
    let mut reader = Reader::new(&rest[end + 1..]);
    let table = reader.name()?;
    let _ = reader.alias(AFTER_TABLE);
    Some((table, columns?, reader.is_done()))
}

/// A column with or without what stands before it, and nothing else.
pub fn bare(tokens: &[Token<'_>]) -> Option<String> {
    let mut reader = Reader::new(tokens);
    let name = reader.name()?;
    (reader.is_done() && name.parts.len() <= 3).then(|| name.last().to_owned())
}

/// `SELECT … FROM s WHERE s.a = d.a AND …`
fn exists(tokens: &[Token<'_>], tables: &Tables) -> Option<By> {
    let from = tokens.iter().position(|t| t.is("FROM"))?;
    let mut reader = Reader::new(&tokens[from + 1..]);
    let other = other(&mut reader)?;
    reader.eat("WHERE").then_some(())?;
    let tables = Tables { dest: tables.dest.clone(), other: Some(other.clone()) };
    let pairs: Option<Vec<_>> = split(reader.rest(), "AND").into_iter().map(|c| pair(c, &tables)).collect();
    Some(By::Key(other.0, pairs?))
}

/// `d.a = s.b`: the column of the table that loses rows, and that of the other.
fn pair(condition: &[Token<'_>], tables: &Tables) -> Option<(String, String)> {
    let (_, others) = tables.other.as_ref()?;
    let sides = split(condition, "=");
    let [left, right] = &sides[..] else { return None };
    let (left, right) = (Reader::new(left).name_only()?, Reader::new(right).name_only()?);
    let is_of = |name: &Name, names: &[String]| {
        let before = name.parts.len().checked_sub(2).map(|i| &name.parts[i]);
        before.is_some_and(|before| names.contains(before))
    };
    // A table and its staging may have one name; an alias then tells them apart.
    let first = |names: &[String]| names.first().cloned().into_iter().collect::<Vec<_>>();
    for (mine, theirs) in [(first(&tables.dest), first(others)), (tables.dest.clone(), others.clone())] {
        let bare = |name: &Name| name.parts.len() == 1;
        if is_of(&left, &theirs) && !is_of(&left, &mine) && (is_of(&right, &mine) || bare(&right)) {
            return Some((right.last().to_owned(), left.last().to_owned()));
        }
        if is_of(&right, &theirs) && !is_of(&right, &mine) && (is_of(&left, &mine) || bare(&left)) {
            return Some((left.last().to_owned(), right.last().to_owned()));
        }
    }
    None
}

impl Reader<'_, '_> {
    /// A name, where it is all there is.
    fn name_only(mut self) -> Option<Name> {
        let name = self.name()?;
        self.is_done().then_some(name)
    }
}

fn own(name: &Name, tables: &Tables) -> Option<String> {
    let is_own = match &name.parts[..] {
        [_] => true,
        [.., table, _] => tables.dest.contains(table),
        [] => false,
    };
    is_own.then(|| name.last().to_owned())
}

fn column(tokens: &[Token<'_>], tables: &Tables) -> Option<String> {
    own(&Reader::new(tokens).name_only()?, tables)
}
