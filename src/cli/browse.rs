//! `pipekit connection tables` and `pipekit connection columns`.

use super::Context;
use super::output::{Field, Tone};
use crate::dialect::Qualifiers;
use crate::engine::introspect::{self, Column};
use crate::engine::propose;
use crate::error::Result;
use crate::store::Store;
use clap::Args;
use serde_json::json;

/// Where to look. A database has some of these: `--server` and `--database` are SQL Server's.
#[derive(Args)]
pub(super) struct Within {
    /// The linked server
    #[arg(long)]
    server: Option<String>,
    /// The database
    #[arg(long)]
    database: Option<String>,
    /// The schema (DB2: the library)
    #[arg(long)]
    schema: Option<String>,
}

impl Within {
    pub(super) fn qualifiers(self) -> Qualifiers {
        Qualifiers { server: self.server, database: self.database, schema: self.schema }
    }
}

/// The arguments of `connection tables`.
#[derive(Args)]
pub struct Tables {
    /// Its name or id
    name: String,
    #[command(flatten)]
    within: Within,
    /// Only those whose name or comment contains this
    #[arg(long, value_name = "TEXT")]
    like: Option<String>,
}

fn text(t: Option<String>) -> Field {
    Field::from(t.unwrap_or_default())
}

impl Tables {
    pub fn run(self, context: &Context, store: &Store) -> Result<()> {
        let ui = &context.ui;
        let tables = introspect::tables(store, &self.name, &self.within.qualifiers(), self.like.as_deref())?;
        if ui.json {
            ui.document(&tables);
        } else if tables.is_empty() {
            ui.note("there are none");
        } else if tables.iter().any(|t| t.short_name.is_some()) {
            ui.table(
                &["schema", "name", "short", "kind", "comment"],
                tables
                    .into_iter()
                    .map(|t| vec![text(t.schema), t.name.into(), text(t.short_name), t.kind.into(), text(t.comment)]),
            );
        } else {
            ui.table(
                &["schema", "name", "kind", "comment"],
                tables.into_iter().map(|t| vec![text(t.schema), t.name.into(), t.kind.into(), text(t.comment)]),
            );
        }
        Ok(())
    }
}

/// The arguments of `connection columns`.
#[derive(Args)]
pub struct Columns {
    /// Its name or id
    name: String,
    /// The table, as TABLE, SCHEMA.TABLE and so on
    table: String,
    #[command(flatten)]
    within: Within,
    /// Show what is proposed for loading them into this connection: alias, expression, type
    #[arg(long = "for", value_name = "CONNECTION")]
    dest: Option<String>,
    /// Print the SQL that makes the table there
    #[arg(long, requires = "dest")]
    ddl: bool,
    /// Print the query that selects them so
    #[arg(long, requires = "dest", conflicts_with = "ddl")]
    query: bool,
}

impl Columns {
    pub fn run(self, context: &Context, store: &Store) -> Result<()> {
        let within = self.within.qualifiers();
        let Some(dest) = &self.dest else {
            let (_, columns) = introspect::columns(store, &self.name, &self.table, &within)?;
            list(context, columns);
            return Ok(());
        };
        let proposal = propose::propose(store, &self.name, &self.table, &within, (dest, None))?;
        let ui = &context.ui;
        match (ui.json, self.ddl, self.query) {
            (true, false, false) => ui.document(&proposal.columns),
            (true, ..) => ui.document(&json!({ "query": proposal.query(), "ddl": proposal.ddl() })),
            (false, true, _) => proposal.ddl().iter().for_each(|statement| ui.line(format!("{statement};"))),
            (false, false, true) => ui.line(proposal.query()),
            (false, false, false) => show(context, proposal.columns),
        }
        Ok(())
    }
}

fn list(context: &Context, columns: Vec<Column>) {
    if context.ui.json {
        return context.ui.document(&columns);
    }
    let short = columns.iter().any(|c| c.short_name.is_some());
    let mut header = vec!["name", "type", "null", "key", "default", "comment"];
    if short {
        header.insert(1, "short");
    }
    context.ui.table(
        &header,
        columns.into_iter().map(|c| {
            let null = if c.nullable { "" } else { "not null" };
            let key = c.key.map(|k| k.to_string());
            let mut row: Vec<Field> =
                vec![c.name.into(), c.type_name.into(), null.into(), text(key), text(c.default), text(c.comment)];
            if short {
                row.insert(1, text(c.short_name));
            }
            row
        }),
    );
}

fn show(context: &Context, columns: Vec<propose::Proposed>) {
    let ui = &context.ui;
    let mut others = Vec::new();
    for column in &columns {
        others.extend(column.offers.iter().map(|offer| {
            format!("{} may be {}: {} ({})", column.column.name, offer.what, offer.expression, offer.dest_type)
        }));
    }
    ui.table(
        &["name", "type", "alias", "expression", "becomes", "comment"],
        columns.into_iter().map(|p| {
            let bare = p.expression.trim_matches(|c| matches!(c, '"' | '`' | '[' | ']')) == p.column.name;
            let tone = if bare { Tone::Faint } else { Tone::Plain };
            let (name, kind, comment) = (p.column.name, p.column.type_name, p.column.comment);
            vec![name.into(), kind.into(), p.alias.into(), Field(p.expression, tone), p.dest_type.into(), text(comment)]
        }),
    );
    for other in others {
        ui.note(other);
    }
}
