//! What a runner prints for a query: a manner, then a table that another writer prints in it, which is read as it was, whole,
//! or up to where it is cut; and the same bytes as they are, which are rows or an error.

use pipekit::inside::csv_rows;
use pipekit::runner::Rows;
use pipekit::runner::jrunner::Manners;

type Row<'a> = Vec<Option<&'a str>>;

pub fn hold(data: &[u8]) {
    let Some((&[form, words], rest)) = data.split_first_chunk() else { return };
    let bit = |n: u8| form >> n & 1 == 1;
    let manners = Manners {
        header: bit(0),
        quotes: bit(1),
        delimiter: [',', ';', '\t', '|'][usize::from(form >> 2 & 3)],
        null: ["", "null", "NULL", "\\N"][usize::from(words & 3)].to_owned(),
        null_quoted: bit(1) && bit(4),
        lines_before: usize::from(words >> 2 & 1),
        lines_after: usize::from(words >> 3 & 3),
        silence_is_empty: true,
        errors_on_stdout: false,
        ends: bit(5),
        lossy: Vec::new(),
    };
    any(rest, &manners);
    let (all, line_end) = (bit(6), if bit(7) { "\r\n" } else { "\n" });
    if let Some(table) = table(rest, &manners) {
        printed(&table, &Manners { ends: true, ..manners }, all, line_end);
    }
}

/// Any bytes are rows of one width, or an error.
fn any(bytes: &[u8], manners: &Manners) {
    let Ok(rows) = csv_rows(&mut &*bytes, manners, None) else { return };
    assert!(!rows.columns.is_empty() && !rows.truncated, "{rows:?}");
    assert!(rows.rows.iter().all(|row| row.len() == rows.columns.len()), "{rows:?}");
    for keep in [0, 1, rows.rows.len()] {
        let kept = csv_rows(&mut &*bytes, manners, Some(keep)).unwrap();
        assert_eq!(kept.rows, rows.rows[..keep.min(rows.rows.len())], "the first {keep}");
        assert_eq!((&kept.columns, kept.truncated), (&rows.columns, keep < rows.rows.len()), "the first {keep}");
    }
}

/// Records that end with a byte FE, of fields with FF between them, FD for a NULL: none of them is in UTF-8. The first are
/// the columns. `None` where these manners could not print it.
fn table<'a>(data: &'a [u8], manners: &Manners) -> Option<Vec<Row<'a>>> {
    let field = |field: &'a [u8]| {
        let text = if field == [0xfd] { return Some(None) } else { std::str::from_utf8(field).ok()? };
        let plain = !text.contains([manners.delimiter, '\n', '\r']);
        (manners.quotes || plain).then_some(Some(text))
    };
    let row = |row: &'a [u8]| row.split(|b| *b == 0xff).map(field).collect::<Option<Row<'a>>>();
    let table: Vec<Row<'a>> = data.split(|b| *b == 0xfe).map(row).collect::<Option<_>>()?;
    let names = table.first()?;
    (names.iter().all(Option::is_some) && table.iter().all(|row| row.len() == names.len())).then_some(table)
}

fn printed(table: &[Row<'_>], manners: &Manners, all: bool, line_end: &str) {
    let mut text = String::new();
    let mut line = |words: &str| text += &format!("{words}{line_end}");
    (0..manners.lines_before).for_each(|_| line("connecting, \"x"));
    let delimiter = manners.delimiter.to_string();
    if manners.header {
        line(&table[0].iter().map(|name| text_of(name.unwrap(), manners, all)).collect::<Vec<_>>().join(&delimiter));
    }
    for row in &table[1..] {
        let fields = row.iter().map(|value| match value {
            None if manners.null_quoted => format!("\"{}\"", manners.null),
            None => manners.null.clone(),
            Some(value) if manners.null_quoted && *value == manners.null => manners.null.clone(),
            Some(value) => text_of(value, manners, all || *value == manners.null),
        });
        line(&fields.collect::<Vec<_>>().join(&delimiter));
    }
    (0..manners.lines_after).for_each(|n| line(&format!("{n} rows")));

    let shown = format!("{text:?} in {manners:?}");
    let read = csv_rows(&mut text.as_bytes(), manners, None).unwrap_or_else(|why| panic!("{why}: {shown}"));
    // Without quotes a text that looks like NULL is taken for it, as the probe says.
    let value = |value: &Option<&str>| value.filter(|text| manners.quotes || *text != manners.null).map(str::to_owned);
    let expected: Vec<Vec<_>> = table[1..].iter().map(|row| row.iter().map(value).collect()).collect();
    assert_eq!(read.rows, expected, "{shown}");
    if manners.header {
        assert!(read.columns.iter().map(|name| Some(&**name)).eq(table[0].iter().copied()), "{shown}");
    }
    for cut in (0..text.len()).rev().take(300) {
        if let Ok(Rows { rows, .. }) = csv_rows(&mut &text.as_bytes()[..cut], manners, None) {
            assert!(expected.starts_with(&rows), "cut at {cut}: {rows:?} of {shown}");
        }
    }
}

/// A text as a field.
fn text_of(text: &str, manners: &Manners, quote: bool) -> String {
    let needs = text.contains(['"', '\n', '\r', manners.delimiter]);
    if manners.quotes && (quote || needs) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
