//! A table for the rows of any query that reads one table: what each column of its list becomes at the destination.

use super::outlook::{create_table, described};
use super::{Proposal, folded, propose};
use crate::definition::module::Module;
use crate::dialect::types::Type;
use crate::dialect::{Destination, NewColumn, Qualifiers};
use crate::engine::databases::dialect_of;
use crate::error::{Error, Result};
use crate::sql::columns::{self, SelectList};
use crate::store::{Store, connection};

/// Functions that give the text that they are given, or a part of it.
const OF_TEXT: [&str; 6] = ["rtrim", "ltrim", "trim", "upper", "lower", "strip"];

/// Makes a module's destination, where there is none. Says whether it did.
///
/// # Errors
/// As [`ddl_of`]; what the connection or the database says.
pub fn destination(store: &mut Store, module: &Module) -> Result<bool> {
    if described(store, module)?.is_some() {
        return Ok(false);
    }
    let statements = ddl_of(store, module)?;
    create_table(store, &module.dest_connection, &statements)?;
    Ok(true)
}

/// The statements that make a module's destination. A column of the query has the type that is proposed for the column
/// that it selects, as it is or by an expression that is proposed for it too; else it says its type by a CAST.
///
/// # Errors
/// `Invalid` where the query, or a column of it, is not one whose type can be told.
fn ddl_of(store: &Store, module: &Module) -> Result<Vec<String>> {
    let source = connection::find(store.read(), &module.source_connection)?;
    let dest = dialect_of(&connection::find(store.read(), &module.dest_connection)?)?;
    let kind = &source.kind;
    let by_hand = |why: String| {
        Error::invalid(format!("no table can be proposed for the query of module {}: {why}", module.name)).hint(
            format!("make {} on {} by hand, and leave --create-dest out", module.dest_table, module.dest_connection),
        )
    };
    let list = SelectList::parse(kind, &module.source_query).map_err(|declined| by_hand(declined.why))?;
    let table = columns::only_table(kind, &module.source_query)
        .ok_or_else(|| by_hand("it does not read one table alone".to_owned()))?;
    let to = (&*module.dest_connection, Some(&*module.dest_table));
    let proposal = propose(store, &source.name, table, &Qualifiers::default(), to)?;
    let mut made = Vec::new();
    for item in list.items() {
        if item.is_star() {
            made.extend(proposal.columns.iter().map(|p| (p.alias.clone(), p.dest_type.clone())));
            continue;
        }
        let expression = list.expression(item);
        let name = item.name().ok_or_else(|| by_hand(format!("`{expression}` has no name: write AS and one")))?;
        let type_sql = type_of(&proposal, dest, expression).ok_or_else(|| {
            by_hand(format!("the type of `{expression}` can't be told: write it as CAST({expression} AS …)"))
        })?;
        made.push((name.to_owned(), type_sql));
    }
    let named = module.dest_columns.as_ref();
    if named.is_some_and(|names| names.len() != made.len()) {
        return Err(by_hand(format!("it gives {} columns, and dest_columns names others", made.len())));
    }
    let column = |(i, (name, type_sql)): (usize, (String, String))| {
        let name = named.and_then(|names| names.get(i)).map_or(name, String::clone);
        NewColumn {
            comment: proposal.column(&name).ok().and_then(|p| super::said(&p.column)),
            name: folded(dest, &name).name,
            type_sql,
        }
    };
    Ok(dest.create_table(&proposal.target, &made.into_iter().enumerate().map(column).collect::<Vec<_>>()))
}

/// The type at the destination of an expression of the source, where it is one that is known.
fn type_of(proposal: &Proposal, dest: &dyn Destination, expression: &str) -> Option<String> {
    let bare = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let wanted = bare(expression);
    for p in &proposal.columns {
        if bare(&p.expression) == wanted {
            return Some(p.dest_type.clone());
        }
        if let Some(offer) = p.offers.iter().find(|offer| bare(&offer.expression) == wanted) {
            return Some(offer.dest_type.clone());
        }
    }
    let of_column = |text: &str| {
        let last = columns::plain(text.rsplit('.').next().unwrap_or(text).trim());
        proposal.column(&last).ok().filter(|p| p.column.name.eq_ignore_ascii_case(&last))
    };
    if let Some(p) = of_column(&wanted) {
        return Some(p.dest_type.clone());
    }
    let (function, inside) = wanted.strip_suffix(')').and_then(|text| text.split_once('('))?;
    let function = function.trim().to_lowercase();
    if OF_TEXT.contains(&&*function) {
        let length = match proposal.source.map_type(&of_column(inside)?.column.type_name) {
            Type::Char(length) | Type::Text(Some(length)) => Some(length),
            Type::Text(None) => None,
            _ => return None,
        };
        return Some(dest.type_sql(&Type::Text(length)));
    }
    if function == "cast" {
        let at = inside.to_uppercase().rfind(" AS ")?;
        let type_text = inside.get(at + 4..)?.trim();
        return match proposal.source.map_type(type_text) {
            Type::Other(_) => None,
            mapped => Some(dest.type_sql(&mapped)),
        };
    }
    None
}
