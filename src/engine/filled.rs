//! The columns that a module fills: which they are, and whether the query's fit them.

use crate::dialect::{Column, Fill};
use crate::error::{Error, Result};
use crate::store::module::Module;

/// The columns that the module fills, in its order: those it names, or all that an insert fills by itself.
pub(super) fn filled(module: &Module, all: &[Column]) -> Result<Vec<Column>> {
    let Some(names) = &module.dest_columns else {
        let columns: Vec<Column> = all.iter().filter(|c| c.fill == Fill::Plain).cloned().collect();
        if columns.is_empty() {
            return Err(Error::invalid(format!("{} has no column to fill", module.dest_table))
                .hint("an identity that is GENERATED ALWAYS is filled where the module names it: `--columns`"));
        }
        return Ok(columns);
    };
    let mut out = Vec::new();
    for name in names {
        let column = find(all, name)
            .ok_or_else(|| unknown_column("destination columns name", name, all, "the columns of the table"))?;
        if column.fill == Fill::Computed {
            return Err(Error::invalid(format!(
                "the column {name} of {} is computed and can't be filled",
                module.dest_table
            ))
            .hint("leave it out of the module's destination columns"));
        }
        out.push(column.clone());
    }
    Ok(out)
}

/// The column of that name: to the letter, or the only one without regard to case.
fn find<'a>(columns: &'a [Column], name: &str) -> Option<&'a Column> {
    columns.iter().find(|c| c.name == name).or_else(|| {
        let mut alike = columns.iter().filter(|c| c.name.to_lowercase() == name.to_lowercase());
        alike.next().filter(|_| alike.next().is_none())
    })
}

/// Names as the catalog spells them.
pub(super) fn spelled(what: &str, names: &[String], columns: &[Column]) -> Result<Vec<String>> {
    names
        .iter()
        .map(|name| {
            find(columns, name)
                .map(|c| c.name.clone())
                .ok_or_else(|| unknown_column(&format!("{what} names"), name, columns, "the columns that are filled"))
        })
        .collect()
}

fn unknown_column(what: &str, name: &str, columns: &[Column], place: &str) -> Error {
    let names: Vec<&str> = columns.iter().map(|c| &*c.name).collect();
    Error::invalid(format!("the module's {what} `{name}`, which is not among {place}"))
        .hint(format!("there are: {}", names.join(", ")))
}

/// Where the query's output does not fit the columns: columns map by position, so a name elsewhere is a likely slip.
pub fn misplaced(output: &[String], columns: &[Column]) -> Vec<String> {
    let mut out = Vec::new();
    if output.len() != columns.len() {
        out.push(format!(
            "the query gives {} columns and {} are filled: the run fails before a row moves",
            output.len(),
            columns.len()
        ));
    }
    for (i, (name, column)) in output.iter().zip(columns).enumerate() {
        let elsewhere = columns.iter().position(|c| c.name.eq_ignore_ascii_case(name));
        if let Some(at) = elsewhere.filter(|at| *at != i) {
            out.push(format!(
                "output column {} is called {name} and goes into {}; the column {name} is number {}: columns map by position",
                i + 1,
                column.name,
                at + 1
            ));
        }
    }
    out
}
