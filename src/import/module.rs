//! From a load of a script to the definition of a module.

use super::connections::{Connections, legal, numbered};
use super::event::Query;
use super::load::{How, Load};
use super::report::Told;
use super::sql;
use super::statement::By;
use super::value::{Lookup, Piece};
use crate::definition::hook::{Hook, RunOn};
use crate::definition::module::{FullBy, Module, Strategy};
use crate::definition::watermark::Watermark;
use crate::sql::{lexer, placeholders};
use std::rc::Rc;

/// The module that a load is, with what was found out; or why it can't be one.
///
/// # Errors
/// The reason.
pub fn of(load: &Load<'_>, name: &str, connections: &mut Connections) -> Result<(Module, Vec<Told>), String> {
    let transfer = load.transfer;
    let mut told = Vec::new();
    let source = connections.of(&transfer.source).map_err(|why| format!("the source: {why}"))?;
    told.push(Told::sure(&format!("it pulls from {source}"), "-scu and -scn").at(&load.site));
    let dest = connections.of(&transfer.dest).map_err(|why| format!("the destination: {why}"))?;
    told.push(Told::sure(&format!("it loads into {dest}"), "-dcu and -dcn").at(&load.site));
    let (source_query, watermarks) = query(load, connections, &mut told)?;
    let table = match &load.insert {
        Some((insert, site)) => {
            let why = format!(
                "the INSERT from {}, the table of -dt, which pipekit's own staging replaces",
                load.staging.text
            );
            told.push(Told::sure(&format!("its destination is {}", insert.table.text), &why).at(site));
            insert.table.text.clone()
        }
        None => {
            let why = "-dt, and no statement takes the rows on from there";
            told.push(Told::likely(&format!("its destination is {}", load.staging.text), why).at(&load.site));
            load.staging.text.clone()
        }
    };
    let columns = columns(load, &source_query, &mut told)?;
    let (merge_strategy, full_by, merge_key) = strategy(load, &columns, &mut told)?;
    let mut hooks = Vec::new();
    for after in &load.hooks {
        let connection = connections.of(&after.place).map_err(|why| format!("{}: where it runs: {why}", after.site))?;
        let first: Vec<&str> = after.sql.split_whitespace().take(4).collect();
        told.push(
            Told::sure(&format!("a hook on {connection}: {} …", first.join(" ")), "it runs after the rows are in")
                .at(&after.site),
        );
        hooks.push(Hook { run_order: None, connection, sql: after.sql.clone(), run_on: RunOn::Success });
    }
    told.extend(load.remarks.iter().cloned());
    for flag in &transfer.flags {
        let why = "pipekit has no such flag: see what it does to the rows";
        told.push(Told::guess(&format!("jrunner's {flag} is left out"), why).at(&load.site));
    }
    let module = Module {
        source_connection: source,
        dest_connection: dest,
        dest_table: table,
        source_query,
        merge_strategy,
        merge_key,
        dest_columns: columns,
        full_by,
        watermarks,
        hooks,
        ..Module::new(name.to_owned())
    };
    Ok((module.in_order(), told))
}

/// The query with a placeholder for each lookup, and the watermarks that these are.
fn query(
    load: &Load<'_>,
    connections: &mut Connections,
    told: &mut Vec<Told>,
) -> Result<(String, Vec<Watermark>), String> {
    let value = &load.transfer.sql;
    if let Some(why) = value.why_unknown() {
        return Err(format!("the query is not known: {why}"));
    }
    // What stands in braces in the script's own text is no placeholder of ours.
    let texts: String =
        value.pieces.iter().map(|p| if let Piece::Text(text, _) = p { text.as_str() } else { " " }).collect();
    let taken = |name: &str| placeholders::uses(&texts, name);
    let mut known: Vec<(Rc<Query>, Option<String>, String)> = Vec::new();
    let (mut text, mut watermarks) = (String::new(), Vec::new());
    for piece in &value.pieces {
        let Lookup { query, default, name } = match piece {
            Piece::Text(piece, _) => {
                text.push_str(piece);
                continue;
            }
            Piece::Lookup(lookup) => lookup,
            Piece::Unknown(why, _) => return Err(why.to_string()),
        };
        if let Some((_, _, name)) = known.iter().find(|(other, d, _)| **other == **query && d == default) {
            text.push_str(&format!("{{{name}}}"));
            continue;
        }
        let wanted = Some(legal("watermark", name.as_deref().unwrap_or("since"))).filter(|n| !n.is_empty());
        let wanted = wanted.unwrap_or_else(|| "since".to_owned());
        let is_free = |name: &str| !taken(name) && !watermarks.iter().any(|w: &Watermark| w.name == name);
        let own = match is_free(&wanted) {
            true => wanted,
            false => (2..).map(|n| numbered(&wanted, n)).find(|name| is_free(name)).unwrap_or_default(),
        };
        let connection =
            connections.of(&query.place).map_err(|why| format!("{}: where the lookup runs: {why}", query.site))?;
        tell_watermark(told, &own, &connection, query, default.as_deref());
        text.push_str(&format!("{{{own}}}"));
        watermarks.push(Watermark {
            name: own.clone(),
            connection,
            resolver_sql: query.sql.clone(),
            default_value: default.clone(),
        });
        known.push((query.clone(), default.clone(), own));
    }
    let text = sql::clean(&text).trim_end().to_owned();
    if text.is_empty() {
        return Err("the query is empty".to_owned());
    }
    if lexer::statements(&text).len() > 1 {
        return Err("the query is several statements".to_owned());
    }
    let declared: Vec<&str> = watermarks.iter().map(|w| &*w.name).collect();
    if let Some(word) = placeholders::undeclared(&text, &declared).first() {
        return Err(format!("the query has {{{word}}} in it, and nothing that can be read puts a value there"));
    }
    let why = load
        .transfer
        .file
        .as_ref()
        .map_or("what the script writes into the file of -sq".to_owned(), |file| format!("{file}, as it is"));
    told.push(Told::sure("its query is that of -sq", &why).at(&load.site));
    Ok((text, watermarks))
}

fn tell_watermark(told: &mut Vec<Told>, name: &str, connection: &str, query: &Query, default: Option<&str>) {
    let sql = query.sql.to_lowercase();
    let is_one = ["max(", "min(", "count(", "sum(", "string_agg(", "array_agg("].iter().any(|f| sql.contains(f))
        && !sql.contains("group by")
        || sql.contains("limit 1")
        || !sql.contains("from");
    let what = format!("the watermark {name}, on {connection}");
    let why = "its result is put into the query";
    told.push(match is_one {
        true => Told::sure(&what, why).at(&query.site),
        false => Told::likely(&what, "its result is put into the query; of several rows pipekit takes the first")
            .at(&query.site),
    });
    if let Some(remark) = query.remark {
        told.push(Told::likely(&format!("the value of {name} is taken as it is"), remark).at(&query.site));
    }
    match default {
        Some(default) => told.push(
            Told::sure(&format!("where {name} has no value it is `{default}`"), "the script's own default")
                .at(&query.site),
        ),
        None if !sql.contains("coalesce") && !sql.contains("ifnull") => {
            let why = "the script puts nothing there; in pipekit a run fails, unless the watermark has a default";
            told.push(Told::guess(&format!("{name} always has a value"), why).at(&query.site));
        }
        None => {}
    }
}

/// The columns that are filled, in the order of the query's: pipekit and jrunner both go by position.
fn columns(load: &Load<'_>, query: &str, told: &mut Vec<Told>) -> Result<Option<Vec<String>>, String> {
    let Some((insert, site)) = &load.insert else { return Ok(None) };
    let outputs = sql::output_names(query, &load.transfer.source.address.vendor);
    let count = outputs.as_ref().map(Vec::len);
    let wrong =
        |n: usize| {
            count.filter(|count| *count != n).map(|count| {
        format!("the query gives {count} columns, and the INSERT takes {n} of them; leave the others out of the query")
    })
        };
    let Some(selected) = &insert.selected else {
        if let Some(why) = insert.columns.as_ref().and_then(|columns| wrong(columns.len())) {
            return Err(why);
        }
        told.push(match &insert.columns {
            Some(columns) => {
                Told::sure(&format!("it fills {}", columns.join(", ")), "the INSERT names them, and selects *").at(site)
            }
            None => Told::likely("it fills every column, by position", "the INSERT names none").at(site),
        });
        return Ok(insert.columns.clone());
    };
    if let Some(columns) = insert.columns.as_ref().filter(|columns| columns.len() != selected.len()) {
        return Err(format!("the INSERT names {} columns and selects {}", columns.len(), selected.len()));
    }
    if let Some(why) = wrong(selected.len()) {
        return Err(why);
    }
    let names: Vec<Option<&str>> = outputs.iter().flatten().map(Option::as_deref).collect();
    let at = |i: usize, name: &String| names.get(i).copied().flatten().is_some_and(|n| n.eq_ignore_ascii_case(name));
    let in_order = !names.is_empty() && selected.iter().enumerate().all(|(i, name)| at(i, name) || names[i].is_none());
    let order: Option<Vec<usize>> = names
        .iter()
        .map(|name| selected.iter().position(|s| name.is_some_and(|n| n.eq_ignore_ascii_case(s))))
        .collect();
    let permuted = order.filter(|order| !order.is_empty() && (0..order.len()).all(|i| order.contains(&i)));
    if insert.cast {
        told.push(
            Told::likely("a cast in the INSERT is left out", "pipekit's staging has the destination's types").at(site),
        );
    }
    match (&insert.columns, in_order, permuted) {
        (Some(columns), true, _) => {
            told.push(
                Told::sure(&format!("it fills {}", columns.join(", ")), "the INSERT names them in the query's order")
                    .at(site),
            );
            Ok(Some(columns.clone()))
        }
        (Some(columns), false, Some(order)) => {
            let columns: Vec<String> = order.into_iter().map(|i| columns[i].clone()).collect();
            let why = "the INSERT's columns, put into the query's order by the names of its output";
            told.push(Told::likely(&format!("it fills {}", columns.join(", ")), why).at(site));
            Ok(Some(columns))
        }
        (Some(columns), false, None) => {
            let why = "the INSERT's columns in its order: the query does not tell the names of its own";
            told.push(Told::guess(&format!("it fills {}", columns.join(", ")), why).at(site));
            Ok(Some(columns.clone()))
        }
        (None, true, _) => {
            told.push(Told::likely("it fills every column, by position", "the INSERT names none").at(site));
            Ok(None)
        }
        (None, false, _) => {
            Err("the INSERT names no columns, and does not select the query's in their order".to_owned())
        }
    }
}

/// The strategy that what is deleted comes to.
fn strategy(
    load: &Load<'_>,
    columns: &Option<Vec<String>>,
    told: &mut Vec<Told>,
) -> Result<(Strategy, FullBy, Vec<String>), String> {
    let full = FullBy::default();
    let is_filled =
        |column: &String| columns.as_ref().is_none_or(|all| all.iter().any(|c| c.eq_ignore_ascii_case(column)));
    let Some((by, how, site)) = &load.delete else {
        told.push(Told::sure("its strategy is append", "rows are inserted, and none are deleted").at(&load.site));
        return Ok((Strategy::Append, full, Vec::new()));
    };
    match by {
        By::All => {
            let (full_by, word) = match how {
                How::Truncate => (FullBy::Truncate, "TRUNCATE"),
                How::Delete => (FullBy::Delete, "DELETE without a condition"),
            };
            told.push(
                Told::sure(
                    &format!("its strategy is full, by {}", if *how == How::Truncate { "truncate" } else { "delete" }),
                    word,
                )
                .at(site),
            );
            Ok((Strategy::Full, full_by, Vec::new()))
        }
        By::Key(_, pairs) => {
            let selected =
                load.insert.as_ref().and_then(|(insert, _)| insert.selected.as_ref().zip(insert.columns.as_ref()));
            for (mine, theirs) in pairs {
                // The column that is compared must be the one that is filled from there.
                let filled = match selected {
                    Some((selected, columns)) => selected
                        .iter()
                        .position(|s| s.eq_ignore_ascii_case(theirs))
                        .and_then(|i| columns.get(i))
                        .is_some_and(|column| column.eq_ignore_ascii_case(mine)),
                    None => {
                        mine.eq_ignore_ascii_case(theirs) && is_filled(mine)
                            || load.insert.as_ref().is_some_and(|(i, _)| i.selected.is_none()) && is_filled(mine)
                    }
                };
                if !filled {
                    return Err(format!("rows are deleted by {mine}, which is not what is filled from {theirs}"));
                }
            }
            let key: Vec<String> = pairs.iter().map(|(mine, _)| mine.clone()).collect();
            told.push(
                Told::sure(
                    &format!("its strategy is incremental, by {}", key.join(", ")),
                    "rows are deleted whose key is pulled",
                )
                .at(site),
            );
            Ok((Strategy::Incremental, full, key))
        }
        By::Range(column, table) => {
            if !is_filled(column) {
                return Err(format!("rows are deleted by {column}, which the query does not fill"));
            }
            let what = match table {
                Some(table) => format!("a list of {} from {}", column, table.text),
                None => format!("a range or list of {column}"),
            };
            let why = format!(
                "the script deletes {what}; pipekit deletes the values of {column} that are pulled, which are others where the pull has none of some, or more"
            );
            told.push(Told::guess(&format!("its strategy is incremental, by {column}"), &why).at(site));
            Ok((Strategy::Incremental, full, vec![column.clone()]))
        }
        By::Other(why) => Err(why.clone()),
    }
}
