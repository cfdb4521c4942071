//! Steps 1 and 3: the questions about the source, and about the destination and how the rows come there.

use super::Talk;
use super::find::{Findable, Found, find};
use super::{Came, columns};
use crate::definition::module::Strategy;
use crate::definition::{check_name, taken};
use crate::dialect::TableName;
use crate::engine::databases::dialect_of;
use crate::engine::propose::{self, Proposed};
use crate::error::{Code, Error, Result};
use crate::store::{Store, connection, module};

/// All questions, in their order.
pub const QUESTIONS: &[fn(&mut Talk<'_>) -> Result<Came>] = &[
    source,
    within,
    table,
    |talk| Ok(Came::answered(columns::ask(&talk.asker, &talk.store, &mut talk.draft)?)),
    dest,
    dest_table,
    strategy,
    key,
    watermarks,
    name,
    super::last::ask,
];

/// The names of all connections.
fn connections(talk: &Talk<'_>) -> Result<Vec<String>> {
    let names: Vec<String> = connection::all(talk.store.read())?.into_iter().map(|c| c.name).collect();
    match names.as_slice() {
        [] => Err(Error::new(Code::NotFound, "there is no connection yet")
            .hint("pipekit connection add NAME --driver DRIVER --url URL adds one; a sync takes one or two")),
        _ => Ok(names),
    }
}

fn source(talk: &mut Talk<'_>) -> Result<Came> {
    let names = connections(talk)?;
    if talk.draft.given.source {
        return Ok(Came::NotAsked);
    }
    if let [only] = names.as_slice() {
        talk.draft.take_source(only);
        return Ok(Came::NotAsked);
    }
    let now = &talk.draft.wanted.source;
    let likely = if now.is_empty() { likely_source(talk)? } else { Some(now.clone()) };
    let default = names.iter().position(|name| Some(name) == likely.as_ref()).unwrap_or(0);
    let Some(at) = talk.asker.pick("Source connection", &names, default)? else { return Ok(Came::Back) };
    talk.draft.take_source(&names[at]);
    Ok(Came::Answered)
}

/// The source of the newest module, else the first connection that says where its rows go.
fn likely_source(talk: &Talk<'_>) -> Result<Option<String>> {
    if let Some(newest) = module::all(talk.store.read())?.into_iter().max_by_key(|m| m.id) {
        return Ok(Some(newest.source_connection));
    }
    let all = connection::all(talk.store.read())?;
    Ok(all.into_iter().find(|c| c.default_dest_connection.is_some()).map(|c| c.name))
}

/// The qualifiers that the database knows, one after the other.
fn within(talk: &mut Talk<'_>) -> Result<Came> {
    let from = connection::find(talk.store.read(), &talk.draft.wanted.source)?;
    from.name.clone_into(&mut talk.draft.wanted.source);
    let fields = dialect_of(&from)?.browse_fields();
    if talk.draft.given.table || talk.draft.given.within || fields.is_empty() {
        return Ok(Came::NotAsked);
    }
    let mut at = 0;
    while let Some(field) = fields.get(at) {
        let within = &mut talk.draft.wanted.within;
        let place = match field.name {
            "server" => &mut within.server,
            "database" => &mut within.database,
            _ => &mut within.schema,
        };
        let prompt = match field.required {
            true => field.label.to_owned(),
            false => format!("{} (empty: all)", field.label),
        };
        let initial = place.as_deref().or(field.default).unwrap_or_default();
        let check = |text: &str| match field.required && text.is_empty() {
            true => Err(Error::invalid("nothing can be listed without it")),
            false => Ok(()),
        };
        match talk.asker.text(&prompt, initial, check)? {
            Some(text) => {
                *place = Some(text).filter(|text| !text.is_empty());
                at += 1;
            }
            None if at == 0 => return Ok(Came::Back),
            None => at -= 1,
        }
    }
    Ok(Came::Answered)
}

fn table(talk: &mut Talk<'_>) -> Result<Came> {
    if talk.draft.given.table {
        let table = talk.draft.wanted.table.clone();
        take_table(talk, &table)?;
        return Ok(Came::NotAsked);
    }
    let (source, within) = (talk.draft.wanted.source.clone(), talk.draft.wanted.within.clone());
    let dialect = dialect_of(&connection::find(talk.store.read(), &source)?)?;
    let tables = talk.waiting(&format!("reading the catalog of {source}"), |talk| {
        talk.catalog.tables(&talk.store, &source, &within)
    })?;
    let items: Vec<Findable> = tables
        .iter()
        .map(|t| {
            let named = t.schema.iter().chain([&t.name]).cloned().collect::<Vec<_>>().join(".");
            let short = t.short_name.as_ref().filter(|short| **short != t.name);
            let said = short.into_iter().chain(&t.comment).cloned().collect::<Vec<_>>().join(" · ");
            let kind = if t.kind == "table" { String::new() } else { format!(" ({})", t.kind) };
            let label = if said.is_empty() { format!("{named}{kind}") } else { format!("{named}{kind}  {said}") };
            Findable::new(&t.name, label, "")
        })
        .collect();
    let table = match find(&talk.asker, "Table", &items)? {
        None => return Ok(Came::Back),
        Some(Found::Typed(text)) => text,
        Some(Found::Known(at)) => dialect.table(&TableName {
            server: within.server,
            database: within.database,
            schema: tables[at].schema.clone(),
            name: tables[at].name.clone(),
        }),
    };
    take_table(talk, &table)?;
    Ok(Came::Answered)
}

fn take_table(talk: &mut Talk<'_>, table: &str) -> Result<()> {
    talk.waiting("reading its columns", |talk| talk.draft.take_table(&talk.store, &mut talk.catalog, table))
}

fn dest(talk: &mut Talk<'_>) -> Result<Came> {
    let names = connections(talk)?;
    if talk.draft.given.dest {
        return Ok(Came::NotAsked);
    }
    if let [only] = names.as_slice() {
        talk.draft.take_dest(&talk.store, only)?;
        return Ok(Came::NotAsked);
    }
    let default = names.iter().position(|name| name == talk.draft.dest()).unwrap_or(0);
    let Some(at) = talk.asker.pick("Destination connection", &names, default)? else { return Ok(Came::Back) };
    talk.draft.take_dest(&talk.store, &names[at])?;
    Ok(Came::Answered)
}

fn dest_table(talk: &mut Talk<'_>) -> Result<Came> {
    if talk.draft.given.dest_table {
        return Ok(Came::NotAsked);
    }
    let proposed = {
        let wanted = talk.draft.wanted.dest_table.take();
        let usual = talk.draft.proposed(&talk.store)?.target_text();
        talk.draft.wanted.dest_table.clone_from(&wanted);
        wanted.unwrap_or(usual)
    };
    let dialect = dialect_of(&connection::find(talk.store.read(), talk.draft.dest())?)?;
    let check = |text: &str| match text.is_empty() {
        true => Err(Error::invalid("it is empty")),
        false => dialect.parse_table(text).map(drop).map_err(Error::invalid),
    };
    let Some(text) = talk.asker.text("Destination table", &proposed, check)? else { return Ok(Came::Back) };
    talk.draft.wanted.dest_table = Some(text);
    Ok(Came::Answered)
}

fn strategy(talk: &mut Talk<'_>) -> Result<Came> {
    if talk.draft.given.strategy {
        return Ok(Came::NotAsked);
    }
    let all = [Strategy::Full, Strategy::Incremental, Strategy::Append];
    let items = [
        "full         the table is emptied, then filled",
        "incremental  rows with the same key are replaced",
        "append       rows are added",
    ]
    .map(str::to_owned);
    let wanted = &talk.draft.wanted;
    let likely = if wanted.watermarks.is_empty() { Strategy::Full } else { Strategy::Incremental };
    let now = wanted.strategy.unwrap_or(likely);
    let default = all.iter().position(|strategy| *strategy == now).unwrap_or(0);
    let Some(at) = talk.asker.pick("Strategy", &items, default)? else { return Ok(Came::Back) };
    talk.draft.wanted.strategy = Some(all[at]);
    Ok(Came::Answered)
}

/// A column as a list of columns shows it.
fn shown(column: &Proposed) -> String {
    let comment = column.column.comment.iter().map(|comment| format!("  {comment}"));
    format!("{}  {}{}", column.alias, column.column.type_name, comment.collect::<String>()).trim_end().to_owned()
}

fn key(talk: &mut Talk<'_>) -> Result<Came> {
    let incremental = talk.draft.wanted.strategy == Some(Strategy::Incremental);
    if !incremental && !talk.draft.given.key {
        talk.draft.wanted.key.clear();
    }
    if talk.draft.given.key || !incremental {
        return Ok(Came::NotAsked);
    }
    let proposal = talk.draft.proposal(&talk.store)?;
    let primary = proposal.key();
    let now = if talk.draft.wanted.key.is_empty() { &primary } else { &talk.draft.wanted.key };
    let checked: Vec<bool> = proposal.columns.iter().map(|p| now.contains(&p.alias)).collect();
    let items: Vec<String> = proposal.columns.iter().map(shown).collect();
    loop {
        let prompt = "Merge key: rows that have the same are replaced";
        let Some(chosen) = talk.asker.several(prompt, &items, &checked)? else { return Ok(Came::Back) };
        let mut key: Vec<String> = chosen.into_iter().map(|at| proposal.columns[at].alias.clone()).collect();
        if key.is_empty() {
            talk.asker.tell("  an incremental load needs a key: space chooses the columns that tell rows apart");
            continue;
        }
        // The primary key in its own order.
        if key.len() == primary.len() && key.iter().all(|name| primary.contains(name)) {
            key = primary;
        }
        talk.draft.wanted.key = key;
        return Ok(Came::Answered);
    }
}

fn watermarks(talk: &mut Talk<'_>) -> Result<Came> {
    let full = talk.draft.wanted.strategy == Some(Strategy::Full);
    let proposal = talk.draft.proposal(&talk.store)?;
    let can: Vec<&Proposed> = proposal.can_be_watermarks().collect();
    if talk.draft.given.watermarks && !full {
        let able = |name: &String| proposal.watermark(name, talk.draft.dest()).map(drop);
        if let Err(error) = talk.draft.wanted.watermarks.iter().try_for_each(able) {
            // What the command line said can't be: it is asked after all.
            talk.context.ui.error(&error);
            talk.draft.given.watermarks = false;
            talk.draft.wanted.watermarks.clear();
        }
    }
    if full || can.is_empty() {
        if full {
            talk.draft.wanted.watermarks.clear();
        }
        return Ok(Came::NotAsked);
    }
    if talk.draft.given.watermarks {
        return Ok(Came::NotAsked);
    }
    let items: Vec<String> = can.iter().map(|p| shown(p)).collect();
    let now = &talk.draft.wanted.watermarks;
    let checked: Vec<bool> = can.iter().map(|p| now.contains(&p.column.name)).collect();
    let prompt = "Watermarks: load what is new by these, none loads all";
    let Some(chosen) = talk.asker.several(prompt, &items, &checked)? else { return Ok(Came::Back) };
    talk.draft.wanted.watermarks = chosen.into_iter().map(|at| can[at].column.name.clone()).collect();
    Ok(Came::Answered)
}

fn name(talk: &mut Talk<'_>) -> Result<Came> {
    if talk.draft.given.name {
        return Ok(Came::NotAsked);
    }
    let draft = &talk.draft;
    let proposed = match &draft.wanted.name {
        Some(name) => name.clone(),
        None => propose::free_name(&talk.store, &draft.columns.0.name),
    };
    let check = |name: &str| check_new_name(&talk.store, name);
    let Some(name) = talk.asker.text("The module's name", &proposed, check)? else { return Ok(Came::Back) };
    talk.draft.wanted.name = Some(name);
    Ok(Came::Answered)
}

/// Refuses what can't be the name of a new module.
pub fn check_new_name(store: &Store, name: &str) -> Result<()> {
    check_name("module", name)?;
    match module::find(store.read(), name) {
        Ok(_) => Err(taken("module", name)),
        Err(_) => Ok(()),
    }
}
