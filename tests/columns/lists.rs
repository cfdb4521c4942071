//! Reading and putting back, on the corpus.

use super::corpus::{self, Case};
use pipekit::sql::columns::{Piece, SelectList};

/// The list of a case, where it is not to be declined.
fn list(case: &Case) -> Option<SelectList> {
    case.expected.as_ref().ok()?;
    Some(SelectList::parse(case.kind, &case.sql).unwrap_or_else(|e| panic!("{}: {e}\n{}", case.kind, case.sql)))
}

/// Every case that is read, with LF and with CRLF.
fn read() -> Vec<(Case, SelectList)> {
    let mut out = Vec::new();
    for case in corpus::all() {
        let other = Case { sql: case.sql.replace('\n', "\r\n"), expected: case.expected.clone(), ..case };
        for case in [case, other] {
            if let Some(list) = list(&case) {
                out.push((case, list));
            }
        }
    }
    out
}

fn kept(list: &SelectList) -> Vec<Piece> {
    (0..list.items().len()).map(Piece::Kept).collect()
}

#[test]
fn the_columns_are_those_that_are_there() {
    let all = corpus::all();
    assert!(all.len() >= 200, "{}", all.len());
    let mut wrong = Vec::new();
    for case in all {
        let got = SelectList::parse(case.kind, &case.sql).map_err(|declined| declined.why);
        let got = got.as_ref().map(|list| {
            let names = list.items().iter().map(|item| if item.is_star() { Some("*") } else { item.name() });
            names.collect::<Vec<_>>()
        });
        let right = match (&case.expected, &got) {
            (Ok(expected), Ok(names)) => expected == names,
            (Err(expected), Err(why)) => why.contains(expected),
            _ => false,
        };
        if !right {
            wrong.push(format!("{}: {}\n  {got:?}\n  not {:?}", case.kind, case.sql, case.expected));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_is_not_changed_comes_back_to_the_byte() {
    for (case, list) in read() {
        assert_eq!(list.splice(&kept(&list)).unwrap(), case.sql, "{}", case.kind);
        let (sql, _) = list.with_list_text(list.list_text()).unwrap();
        assert_eq!(sql, case.sql, "{}", case.kind);
    }
}

/// An edit whose positions ORDER BY counts is declined, and nothing else is.
fn may_decline(error: &pipekit::sql::columns::Declined, sql: &str) {
    assert!(error.why.contains("counts the columns"), "{error}\n{sql}");
}

#[test]
fn what_is_added_and_dropped_again_leaves_nothing() {
    let mut done = 0;
    for (case, list) in read() {
        for at in 0..=list.items().len() {
            let mut pieces = kept(&list);
            pieces.insert(at, Piece::New("COALESCE(q.z, 'a, FROM b') AS pk_new".to_owned()));
            let added = match list.splice(&pieces) {
                Ok(added) => added,
                Err(e) => {
                    may_decline(&e, &case.sql);
                    continue;
                }
            };
            let wider = SelectList::parse(case.kind, &added).unwrap();
            assert_eq!(wider.items()[at].name(), Some("pk_new"), "{added}");
            assert_eq!(wider.expression(&wider.items()[at]), "COALESCE(q.z, 'a, FROM b')", "{added}");
            let mut back = kept(&wider);
            back.remove(at);
            let back = wider.splice(&back).unwrap_or_else(|e| panic!("{e}\n{added}"));
            // Where nothing stood between the list and a word, a blank does now.
            assert!(back == case.sql || glued(&case.sql), "at {at} of\n{}\nwas\n{added}\nand is\n{back}", case.sql);
            done += 1;
        }
    }
    assert!(done > 800, "{done}");
}

/// Whether a star or a name touches the words around the list.
fn glued(sql: &str) -> bool {
    sql.contains("*from") || sql.contains("*/FROM")
}

#[test]
fn a_change_leaves_every_other_byte() {
    for (case, list) in read() {
        for (i, item) in list.items().iter().enumerate() {
            let mut pieces = kept(&list);
            pieces[i] = Piece::Changed(i, "pk.changed".to_owned());
            let changed = list.splice(&pieces).unwrap_or_else(|e| panic!("{e}\n{}", case.sql));
            let core = list.text(item);
            let at = changed.find("pk.changed").unwrap();
            let back = format!("{}{core}{}", &changed[..at], &changed[at + "pk.changed".len()..]);
            assert!(back == case.sql || glued(&case.sql), "{}\nbecame\n{changed}", case.sql);
        }
    }
}

#[test]
fn columns_are_dropped_and_moved_with_their_comments() {
    for (case, list) in read() {
        let n = list.items().len();
        let texts = |list: &SelectList| list.items().iter().map(|i| list.text(i).to_owned()).collect::<Vec<_>>();
        let remarks = |list: &SelectList| {
            let all = list.items().iter().map(|i| (list.text(i).to_owned(), list.comments(i)));
            let mut all: Vec<_> = all.collect();
            all.sort();
            all
        };
        for from in 0..n {
            for to in 0..=n {
                let mut pieces = kept(&list);
                let moved = pieces.remove(from);
                if to < n {
                    pieces.insert(to, moved);
                }
                if pieces.is_empty() {
                    continue;
                }
                let sql = match list.splice(&pieces) {
                    Ok(sql) => sql,
                    Err(e) => {
                        may_decline(&e, &case.sql);
                        continue;
                    }
                };
                let after = SelectList::parse(case.kind, &sql).unwrap();
                let mut expected = texts(&list);
                let text = expected.remove(from);
                if to < n {
                    expected.insert(to, text);
                    assert_eq!(remarks(&after), remarks(&list), "{from} to {to} of\n{}\nis\n{sql}", case.sql);
                }
                assert_eq!(texts(&after), expected, "{sql}");
                if to < n {
                    let mut back = kept(&after);
                    let moved = back.remove(to);
                    back.insert(from, moved);
                    assert_eq!(
                        texts(&SelectList::parse(case.kind, &after.splice(&back).unwrap()).unwrap()),
                        texts(&list)
                    );
                }
            }
        }
    }
}

/// What is put together is read again, so that no text gets in that is more than a column, or less.
#[test]
fn what_would_be_read_otherwise_is_declined() {
    for (case, list) in read() {
        for bad in [
            "a, b",
            "a FROM b",
            "'a",
            "a) FROM (b",
            "(a",
            "a -- b\n",
            "/* a",
            "",
            "a;",
            "a UNION SELECT b",
            "a AS b, c",
        ] {
            let mut pieces = kept(&list);
            pieces[0] = Piece::Changed(0, bad.to_owned());
            assert!(list.splice(&pieces).is_err(), "{bad} in {}", case.sql);
            let mut pieces = kept(&list);
            pieces.push(Piece::New(bad.to_owned()));
            assert!(list.splice(&pieces).is_err(), "{bad} behind {}", case.sql);
        }
    }
}

/// sqlparser, which reads a grammar, finds the same columns of the same names wherever it can read a query.
#[test]
fn a_parser_of_the_grammar_finds_the_same() {
    use sqlparser::ast::{SelectItem, SetExpr, Statement};
    use sqlparser::dialect::{Dialect, GenericDialect, MsSqlDialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
    let (mut agreed, mut unread) = (0, 0);
    for case in corpus::all() {
        let Some(list) = list(&case) else { continue };
        let parser: &dyn Dialect = match case.kind {
            "mysql" => &MySqlDialect {},
            "postgresql" => &PostgreSqlDialect {},
            "sqlite" => &SQLiteDialect {},
            "sqlserver" => &MsSqlDialect {},
            _ => &GenericDialect {},
        };
        // It does not know all names of SQL Server's, and takes what ends an expression elsewhere for one.
        if ["'T' = Total", "@v = a", "customer ISNULL", "+ 3 DAYS", "SELECT PRIOR", "SELECT CURRENT "]
            .iter()
            .any(|odd| case.sql.contains(odd))
        {
            continue;
        }
        // A bare placeholder is no SQL.
        let sql = case.sql.replace(['{', '}'], "_");
        let Ok(statements) = sqlparser::parser::Parser::parse_sql(parser, &sql) else {
            unread += 1;
            continue;
        };
        let [Statement::Query(query)] = &statements[..] else { panic!("{sql}") };
        let mut body = &query.body;
        let select = loop {
            match &**body {
                SetExpr::Select(select) => break select,
                SetExpr::Query(inner) => body = &inner.body,
                other => panic!("{other}\n{sql}"),
            }
        };
        let theirs: Vec<Option<String>> = select
            .projection
            .iter()
            .map(|item| match item {
                SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.clone()),
                _ => None,
            })
            .collect();
        let ours: Vec<Option<String>> =
            list.items().iter().map(|item| item.name().filter(|_| item.is_named()).map(str::to_owned)).collect();
        assert_eq!(ours, theirs, "{}: {sql}", case.kind);
        agreed += 1;
    }
    println!("{agreed} agreed, {unread} not read by sqlparser");
    assert!(agreed > 150, "{agreed} agreed, {unread} not read");
}
