//! Tables for pipes, as plain text.

use super::output::{Field, Tone};
use unicode_width::UnicodeWidthStr;

/// A table for a pipe, which has no width to fit and no colours: the same as on an endless terminal, in half the time
/// that a table which knows of both takes. It counts where there are 10,000 modules.
pub fn table(header: &[String], rows: &[Vec<Field>]) -> String {
    let mut widths: Vec<usize> = header.iter().map(|h| h.width()).collect();
    let mut numbers = vec![false; header.len()];
    let mut has_lines = false;
    for row in rows {
        for (i, Field(text, tone)) in row.iter().enumerate() {
            let in_lines = text.contains('\n');
            has_lines |= in_lines;
            let width = if text.is_ascii() && !in_lines { text.len() } else { widest(text) };
            widths[i] = widths[i].max(width);
            numbers[i] |= *tone == Tone::Number;
        }
    }
    let blanks = " ".repeat(widths.iter().max().unwrap_or(&0) + 2);
    let mut out = String::with_capacity((widths.iter().sum::<usize>() + 2 * widths.len()) * (rows.len() + 1));
    let mut push = |cells: &mut dyn Iterator<Item = &str>, line: Option<usize>| {
        for (i, cell) in cells.enumerate() {
            let text = line.map_or(cell, |line| cell.split('\n').nth(line).unwrap_or_default());
            let free = widths[i].saturating_sub(if text.is_ascii() { text.len() } else { text.width() });
            let (before, after) = if numbers[i] { (free, 2) } else { (0, free + 2) };
            out.push_str(&blanks[..before]);
            out.push_str(text);
            out.push_str(&blanks[..after]);
        }
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    };
    let height = |cells: &mut dyn Iterator<Item = &str>| cells.map(|c| c.matches('\n').count() + 1).max().unwrap_or(1);
    for line in 0..height(&mut header.iter().map(String::as_str)) {
        push(&mut header.iter().map(String::as_str), Some(line));
    }
    for row in rows {
        let cells = || row.iter().map(|field| &*field.0);
        if !has_lines {
            push(&mut cells(), None);
            continue;
        }
        for line in 0..height(&mut cells()) {
            push(&mut cells(), Some(line));
        }
    }
    out
}

/// The width of a text's widest line.
fn widest(text: &str) -> usize {
    text.split('\n').map(UnicodeWidthStr::width).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::Ui;

    #[test]
    fn a_table_for_a_pipe_is_the_fitted_one() {
        let header = ["A".to_owned(), "ROWS".to_owned(), String::new()];
        let cases: &[&[[&str; 3]]] = &[
            &[],
            &[["a", "1", ""], ["much longer", "1,000", "remark"]],
            &[["ünïcode ✔", "12", "two\nlines"], ["", "", ""], ["漢字", "1", "x"]],
        ];
        for rows in cases {
            let rows = || {
                rows.iter()
                    .map(|[a, n, r]| vec![Field::from(*a), Field((*n).to_owned(), Tone::Number), Field::from(*r)])
            };
            assert_eq!(
                table(&header, &rows().collect::<Vec<_>>()),
                Ui::muted().fitted(&header, rows()),
                "{:?}",
                header
            );
        }
    }
}
