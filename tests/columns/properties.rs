//! What must hold for every text that is read as a list of columns. It is used by the tests and by the fuzz target.

use super::sql::columns::{Piece, SelectList};

/// Every kind of database.
pub const KINDS: &[&str] = &["db2", "derby", "generic", "h2", "mysql", "postgresql", "sqlite", "sqlserver"];

fn texts(list: &SelectList) -> Vec<String> {
    list.items().iter().map(|item| list.text(item).to_owned()).collect()
}

/// Panics where something does not hold. Gives how many columns there are, where the text is read.
pub fn hold(kind: &str, sql: &str) -> Option<usize> {
    let list = SelectList::parse(kind, sql).ok()?;
    let n = list.items().len();
    let kept = || (0..n).map(Piece::Kept).collect::<Vec<_>>();
    assert_eq!(list.splice(&kept()).as_deref(), Ok(sql), "{kind}: put back");
    assert_eq!(list.with_list_text(list.list_text()).map(|(sql, _)| sql).as_deref(), Ok(sql), "{kind}: edited");
    for (i, item) in list.items().iter().enumerate() {
        let core = list.text(item);
        assert!(!core.is_empty() && core.contains(list.expression(item)), "{kind}: {core:?} in {sql:?}");
        let mut pieces = kept();
        pieces[i] = Piece::Changed(i, "pk.c".to_owned());
        let changed = list.splice(&pieces).unwrap_or_else(|e| panic!("{kind}: {e}: change {i} in {sql:?}"));
        let mut expected = texts(&list);
        expected[i] = "pk.c".to_owned();
        let read = SelectList::parse(kind, &changed).unwrap_or_else(|e| panic!("{kind}: {e}: {changed:?}"));
        assert_eq!(texts(&read), expected, "{kind}: {sql:?}");
        named(kind, &list, i);
        if n > 1 {
            let left = (0..n).filter(|kept| *kept != i).map(Piece::Kept).collect::<Vec<_>>();
            if let Ok(less) = list.splice(&left) {
                let mut expected = texts(&list);
                expected.remove(i);
                let read = SelectList::parse(kind, &less).unwrap_or_else(|e| panic!("{kind}: {e}: {less:?}"));
                assert_eq!(texts(&read), expected, "{kind}: drop {i} of {sql:?}");
            }
        }
        // All but the column stays; a blank may come where it touched a word.
        if !sql.contains("pk.c") {
            let back = changed.replacen("pk.c", core, 1).replace(' ', "");
            assert_eq!(back, sql.replace(' ', ""), "{kind}: change {i} in {sql:?}");
        }
    }
    for at in [0, n / 2, n] {
        let mut pieces = kept();
        pieces.insert(at, Piece::New("pk.a AS pk_b".to_owned()));
        let Ok(added) = list.splice(&pieces) else { continue };
        let wider = SelectList::parse(kind, &added).unwrap_or_else(|e| panic!("{kind}: {e}: {added:?}"));
        assert_eq!(wider.items().len(), n + 1, "{kind}: {added:?}");
        let pieces = (0..=n).filter(|i| *i != at).map(Piece::Kept).collect::<Vec<_>>();
        let back = match wider.splice(&pieces) {
            Ok(back) => back,
            // An ORDER BY that counted further than there were columns counts to the new one.
            Err(e) if e.why.contains("counts the columns") => continue,
            Err(e) => panic!("{kind}: {e}: drop {at} of {added:?}"),
        };
        let read = SelectList::parse(kind, &back).unwrap_or_else(|e| panic!("{kind}: {e}: {back:?}"));
        assert_eq!(texts(&read), texts(&list), "{kind}: {sql:?}");
        assert_eq!(comments(&back, kind), comments(sql, kind), "{kind}: {sql:?} then {added:?} then {back:?}");
    }
    if n > 1 {
        let mut pieces = kept();
        pieces.rotate_left(1);
        if let Ok(moved) = list.splice(&pieces) {
            let read = SelectList::parse(kind, &moved).unwrap_or_else(|e| panic!("{kind}: {e}: {moved:?}"));
            let mut expected = texts(&list);
            expected.rotate_left(1);
            assert_eq!(texts(&read), expected, "{kind}: {sql:?}");
            assert_eq!(comments(&moved, kind), comments(sql, kind), "{kind}: {sql:?} then {moved:?}");
        }
    }
    Some(n)
}

/// A column that is given a name has it, and its expression as before.
fn named(kind: &str, list: &SelectList, i: usize) {
    let item = &list.items()[i];
    // A star takes no name: the database will say so.
    if item.is_star() {
        return;
    }
    let Ok(text) = list.with(item, None, Some("pk_n")) else { return };
    let pieces =
        (0..list.items().len()).map(|at| if at == i { Piece::Changed(i, text.clone()) } else { Piece::Kept(at) });
    let Ok(changed) = list.splice(&pieces.collect::<Vec<_>>()) else { return };
    let read = SelectList::parse(kind, &changed).unwrap_or_else(|e| panic!("{kind}: {e}: {changed:?}"));
    let now = &read.items()[i];
    assert_eq!(now.name(), Some("pk_n"), "{kind}: {changed:?}");
    assert_eq!(read.expression(now), list.expression(item), "{kind}: {changed:?}");
}

/// The comments of a text, sorted: none may get lost. Blanks behind one are part of it where the line ends there.
fn comments(sql: &str, kind: &str) -> Vec<String> {
    use super::sql::lexer::{Kind, tokens_of};
    let all = tokens_of(kind, sql).into_iter().filter(|t| t.kind == Kind::Comment);
    let mut all: Vec<String> = all.map(|t| sql[t.span].trim_end().to_owned()).collect();
    all.sort();
    all
}
