//! One statement of an insert.sql: what it does to which table.

use super::sql::{Name, Reader, Token, split, tokens};

/// What a statement is.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// It begins or ends a transaction.
    Transaction,
    /// It sets what the session needs and pipekit does not.
    Setting,
    /// It makes or drops a table, or a copy of one.
    Table {
        /// The table.
        table: Name,
        /// What it is filled from, as it is.
        copy_of: Option<Name>,
    },
    /// It empties tables.
    Truncate {
        /// Which.
        tables: Vec<Name>,
        /// What it does beside, if anything.
        beside: Option<&'static str>,
    },
    /// It deletes rows.
    Delete {
        /// Of which table.
        table: Name,
        /// Which rows.
        by: By,
    },
    /// It adds rows.
    Insert(Insert),
    /// It is for after a merge: a refresh, a call.
    After,
    /// Anything else, by its first word.
    Other(String),
}

/// Which rows are deleted.
#[derive(Clone, Debug, PartialEq)]
pub enum By {
    /// All.
    All,
    /// Those whose columns are those of a row of another table: of each, the column here and that there.
    Key(Name, Vec<(String, String)>),
    /// Those in which this column lies in a range or a list; the table that the list is of, where it is of one.
    Range(String, Option<Name>),
    /// Others, and why they can't be said by a key.
    Other(String),
}

/// `INSERT INTO … SELECT … FROM …`
#[derive(Clone, Debug, PartialEq)]
pub struct Insert {
    /// Into which table.
    pub table: Name,
    /// Into which columns; `None` where it is not said.
    pub columns: Option<Vec<String>>,
    /// From which table; `None` where it is from none.
    pub from: Option<Name>,
    /// Which of its columns; `None` for all.
    pub selected: Option<Vec<String>>,
    /// Whether a column is cast.
    pub cast: bool,
    /// Why it is not what a merge of pipekit is.
    pub odd: Option<String>,
}

/// Words that follow a table and are no alias.
const AFTER_TABLE: &[&str] = &[
    "WHERE",
    "USING",
    "SET",
    "INNER",
    "JOIN",
    "LEFT",
    "RIGHT",
    "FULL",
    "CROSS",
    "ON",
    "ORDER",
    "GROUP",
    "LIMIT",
    "UNION",
    "RETURNING",
    "SELECT",
    "VALUES",
    "FETCH",
    "WITH",
    "DEFAULT",
    "OVERRIDING",
    "FOR",
    "OFFSET",
    "HAVING",
];

/// Reads a statement.
pub fn read(sql: &str, brackets: bool) -> Statement {
    let all = tokens(sql, brackets);
    let mut reader = Reader::new(&all);
    let first = all.first().map(|t| t.text.to_uppercase()).unwrap_or_default();
    let found = match &*first {
        "BEGIN" | "COMMIT" | "START" | "END" => Some(Statement::Transaction),
        "SET" => setting(&all),
        "CREATE" | "DROP" => table(&mut reader),
        "TRUNCATE" => truncate(&mut reader),
        "DELETE" => delete(&mut reader),
        "INSERT" => insert(&mut reader).map(Statement::Insert),
        "REFRESH" | "CALL" | "ANALYZE" | "ANALYSE" | "VACUUM" | "EXEC" | "EXECUTE" | "NOTIFY" => Some(Statement::After),
        // A function that is called for what it does.
        "SELECT" | "PERFORM" if !all.iter().any(|t| t.is("FROM") || t.is("INTO")) => Some(Statement::After),
        _ => None,
    };
    found.unwrap_or(Statement::Other(first))
}

fn setting(all: &[Token<'_>]) -> Option<Statement> {
    let word = all.iter().skip(1).find(|t| !t.is("LOCAL") && !t.is("SESSION"))?;
    let changes = ["search_path", "role", "authorization", "constraints", "session_replication_role"];
    (!changes.iter().any(|name| word.is(name))).then_some(Statement::Setting)
}

fn table(reader: &mut Reader<'_, '_>) -> Option<Statement> {
    let drops = reader.eat("DROP");
    let _ = reader.eat("CREATE");
    for word in ["GLOBAL", "LOCAL", "TEMPORARY", "TEMP", "UNLOGGED"] {
        let _ = reader.eat(word);
    }
    if !reader.eat("TABLE") {
        return None;
    }
    let _ = reader.eat_all(&["IF", "NOT", "EXISTS"]) || reader.eat_all(&["IF", "EXISTS"]);
    let table = reader.name()?;
    if drops {
        return Some(Statement::Table { table, copy_of: None });
    }
    while !reader.is_done() && !reader.sees("AS") {
        if reader.sees("(") {
            reader.within()?;
        } else {
            *reader = Reader::new(&reader.rest()[1..]);
        }
    }
    if !reader.eat("AS") {
        return Some(Statement::Table { table, copy_of: None });
    }
    if !reader.eat_all(&["SELECT", "*", "FROM"]) {
        return None;
    }
    let copy_of = reader.name();
    reader.is_done().then_some(Statement::Table { table, copy_of })
}

fn truncate(reader: &mut Reader<'_, '_>) -> Option<Statement> {
    reader.eat("TRUNCATE");
    let _ = reader.eat("TABLE");
    let mut tables = Vec::new();
    loop {
        let _ = reader.eat("ONLY");
        tables.push(reader.name()?);
        let _ = reader.eat("*");
        if !reader.eat(",") {
            break;
        }
    }
    let mut beside = None;
    let _ = reader.eat_all(&["CONTINUE", "IDENTITY"]);
    if reader.eat_all(&["RESTART", "IDENTITY"]) {
        beside = Some("RESTART IDENTITY begins its numbers anew");
    }
    let _ = reader.eat("RESTRICT") || reader.eat("IMMEDIATE");
    if reader.eat("CASCADE") {
        beside = Some("CASCADE empties other tables too");
    }
    reader.is_done().then_some(Statement::Truncate { tables, beside })
}

fn delete(reader: &mut Reader<'_, '_>) -> Option<Statement> {
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
fn bare(tokens: &[Token<'_>]) -> Option<String> {
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

fn insert(reader: &mut Reader<'_, '_>) -> Option<Insert> {
    reader.eat("INSERT");
    let _ = reader.eat("INTO");
    let _ = reader.eat("TABLE");
    let table = reader.name()?;
    let _ = reader.alias(AFTER_TABLE);
    let mut columns = None;
    if let Some(list) = reader.within() {
        columns = Some(split(list, ",").into_iter().map(bare).collect::<Option<Vec<_>>>()?);
    }
    let mut insert = Insert { table, columns, from: None, selected: None, cast: false, odd: None };
    let conflict = reader.rest().windows(2).any(|w| w[0].is("ON") && (w[1].is("CONFLICT") || w[1].is("DUPLICATE")));
    if conflict {
        insert.odd = Some(
            "ON CONFLICT or ON DUPLICATE KEY changes rows that are there; pipekit deletes by a key and inserts"
                .to_owned(),
        );
    }
    // Some put the query in parentheses.
    let mut inner = reader.clone();
    let whole = match inner.within() {
        Some(query) if inner.is_done() => query,
        _ => reader.rest(),
    };
    let mut reader = Reader::new(whole);
    if !reader.eat("SELECT") {
        insert.odd.get_or_insert("it is no INSERT … SELECT".to_owned());
        return Some(insert);
    }
    let _ = reader.eat("ALL");
    let rest = reader.rest();
    let mut depth = 0;
    let from = rest.iter().position(|t| {
        depth += i32::from(t.is("(")) - i32::from(t.is(")"));
        depth == 0 && t.is("FROM")
    });
    let Some(from) = from else {
        insert.odd.get_or_insert("it selects from no table".to_owned());
        return Some(insert);
    };
    let mut odd = (rest.first().is_some_and(|t| t.is("DISTINCT")))
        .then(|| "DISTINCT drops rows; put it into the query".to_owned());
    if odd.is_none() {
        (insert.selected, insert.cast, odd) = selected(&rest[..from]);
    }
    let mut reader = Reader::new(&rest[from + 1..]);
    insert.from = reader.name();
    if insert.from.is_none() {
        odd.get_or_insert("it selects from a subquery".to_owned());
    }
    let _ = reader.alias(AFTER_TABLE);
    if let Some(next) = reader.rest().first()
        && !next.is("ORDER")
        && !conflict
    {
        let what = next.text.to_uppercase();
        odd.get_or_insert(format!("it takes the rows by {what}, not all of them as they are; put that into the query"));
    }
    insert.odd = insert.odd.or(odd);
    Some(insert)
}

/// The columns of a SELECT list; `None` for all. Then whether one is cast, and what is more than a column.
fn selected(list: &[Token<'_>]) -> (Option<Vec<String>>, bool, Option<String>) {
    let (mut out, mut cast) = (Vec::new(), false);
    if matches!(list, [t] if t.is("*")) || matches!(list, [_, dot, t] if dot.is(".") && t.is("*")) {
        return (None, false, None);
    }
    for item in split(list, ",") {
        let mut reader = Reader::new(item);
        let is_cast = item.first().is_some_and(|t| t.is("CAST")) && item.get(1).is_some_and(|t| t.is("("));
        if is_cast {
            let _ = reader.eat("CAST");
            let inner = reader.within().unwrap_or_default();
            reader = Reader::new(inner);
        }
        let name = reader.name();
        let rest = reader.rest();
        let casts = rest.first().is_some_and(|t| t.is(":")) || is_cast && rest.first().is_some_and(|t| t.is("AS"));
        let is_renamed = rest.first().is_some_and(|t| t.is("AS")) && rest.len() == 2 || rest.len() == 1;
        let clock = ["current_timestamp", "current_date", "current_user", "null", "true", "false", "default"];
        match name {
            Some(name) if (rest.is_empty() || casts || is_renamed) && !clock.contains(&name.last()) => {
                cast |= casts;
                out.push(name.last().to_owned());
            }
            _ => {
                let text: Vec<&str> = item.iter().take(6).map(|t| t.text).collect();
                let why = format!(
                    "it computes a value (`{}`); put that into the query, or make it the column's default",
                    text.join(" ")
                );
                return (Some(out), cast, Some(why));
            }
        }
    }
    (Some(out), cast, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deletes(sql: &str) -> String {
        match read(sql, true) {
            Statement::Delete { table, by: By::All } => format!("{} all", table.text),
            Statement::Delete { table, by: By::Key(from, pairs) } => {
                let pairs: Vec<String> =
                    pairs.iter().map(|(a, b)| if a == b { a.clone() } else { format!("{a}={b}") }).collect();
                format!("{} by {} of {}", table.text, pairs.join("+"), from.text)
            }
            Statement::Delete { table, by: By::Range(column, _) } => format!("{} range {column}", table.text),
            Statement::Delete { by: By::Other(_), .. } => "other".to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn deletions_say_which_rows() {
        for (sql, expected) in [
            ("delete from d", "d all"),
            ("DELETE FROM a.d WHERE 1 = 1", "a.d all"),
            ("DELETE FROM d WHERE (true)", "d all"),
            ("DELETE FROM d WHERE k IN (SELECT k FROM s)", "d by k of s"),
            ("DELETE FROM d x WHERE x.k IN (SELECT DISTINCT t.key2 FROM st.s AS t)", "d by k=key2 of st.s"),
            ("DELETE FROM d WHERE (a, b) IN (SELECT a, b FROM s)", "d by a+b of s"),
            ("DELETE FROM d WHERE k = ANY (SELECT k FROM s)", "d by k of s"),
            ("DELETE FROM r.t USING st.t AS s WHERE r.t.a = s.a AND s.b = r.t.b", "r.t by a+b of st.t"),
            ("DELETE FROM d AS x USING s AS y WHERE y.a = x.a", "d by a of s"),
            ("DELETE FROM d WHERE EXISTS (SELECT 1 FROM s WHERE s.a = d.a AND s.b = d.b)", "d by a+b of s"),
            ("DELETE d FROM dbo.t d INNER JOIN st.t s ON s.q = d.q", "dbo.t by q of st.t"),
            ("DELETE FROM d WHERE p >= '2608'", "d range p"),
            ("DELETE FROM d WHERE p > '2608' AND d.p <= '2610'", "d range p"),
            ("DELETE FROM d WHERE p BETWEEN '1' AND '2' AND p <> '3'", "other"),
            ("DELETE FROM d WHERE p BETWEEN 1 AND 2", "d range p"),
            ("DELETE FROM d WHERE p IN ('1', '2')", "d range p"),
            ("DELETE FROM d WHERE p IN (SELECT p FROM o WHERE open)", "d range p"),
            ("DELETE FROM d WHERE p >= (SELECT min(p) FROM s)", "d range p"),
            ("DELETE FROM d WHERE p = '1' AND q = '2'", "other"),
            ("DELETE FROM d WHERE p = '1' OR p = '2'", "other"),
            ("DELETE FROM d WHERE k NOT IN (SELECT k FROM s)", "other"),
            ("DELETE FROM d WHERE NOT EXISTS (SELECT 1 FROM s WHERE s.a = d.a)", "other"),
            ("DELETE FROM d WHERE EXISTS (SELECT 1 FROM s WHERE s.a > d.a)", "other"),
            ("DELETE FROM d WHERE lower(k) IN (SELECT k FROM s)", "other"),
            ("DELETE FROM d WHERE p LIKE 'a%'", "other"),
        ] {
            assert_eq!(deletes(sql), expected, "{sql}");
        }
    }

    #[test]
    fn insertions_are_plain_or_odd() {
        let told = |sql: &str| match read(sql, false) {
            Statement::Insert(i) if i.odd.is_some() => format!("odd: {}", i.odd.unwrap_or_default()),
            Statement::Insert(i) => format!("{:?} {:?} {}", i.columns.unwrap_or_default(), i.selected, i.cast),
            other => format!("{other:?}"),
        };
        for (sql, expected) in [
            ("INSERT INTO d (a, B) SELECT a, s.\"B\" FROM s", "[\"a\", \"b\"] Some([\"a\", \"B\"]) false"),
            ("insert into d select * from s x order by 1", "[] None false"),
            ("INSERT INTO d (a) SELECT a::date FROM s", "[\"a\"] Some([\"a\"]) true"),
            ("INSERT INTO d (a) SELECT CAST(a AS numeric(5, 2)) FROM s", "[\"a\"] Some([\"a\"]) true"),
            ("INSERT INTO d (a) (SELECT a FROM s)", "[\"a\"] Some([\"a\"]) false"),
        ] {
            assert_eq!(told(sql), expected, "{sql}");
        }
        for (sql, why) in [
            ("INSERT INTO d SELECT a, now() FROM s", "computes a value (`now ( )`)"),
            ("INSERT INTO d SELECT a, CURRENT_DATE FROM s", "computes"),
            ("INSERT INTO d SELECT a + 1 FROM s", "computes"),
            ("INSERT INTO d SELECT DISTINCT a FROM s", "DISTINCT"),
            ("INSERT INTO d SELECT a FROM s WHERE b", "WHERE"),
            ("INSERT INTO d SELECT s.a FROM s JOIN t ON true", "JOIN"),
            ("INSERT INTO d SELECT a FROM s ON CONFLICT DO NOTHING", "ON CONFLICT"),
            ("INSERT INTO d VALUES (1)", "no INSERT … SELECT"),
            ("INSERT INTO d SELECT a FROM (SELECT * FROM s) x", "subquery"),
        ] {
            assert!(told(sql).contains(why), "{sql}: {}", told(sql));
        }
    }
}
