//! One statement of an insert.sql: what it does to which table.

use super::deletion::{self, bare};
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
pub const AFTER_TABLE: &[&str] = &[
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
        "DELETE" => deletion::read(&mut reader),
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
