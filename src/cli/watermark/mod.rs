//! `pipekit watermark`.

mod audit;

use super::Context;
use super::input::{self, Maybe, maybe};
use super::output::{Field, Tone};
use crate::clock;
use crate::definition::watermark as definition;
use crate::engine::databases::Databases;
use crate::engine::ledger::Ledger;
use crate::engine::plan::Definition;
use crate::engine::watermark;
use crate::error::{Code, Error, Result};
use crate::store::{Store, module, step, watermark as table};
use crate::words::brief;
use clap::{Args, Subcommand};
use rusqlite::Connection;

/// The named values that a module's query waits for
///
/// A watermark is SQL on any connection. At each run the first row's first column goes into the query for {NAME},
/// verbatim: quote it in the resolver or in the query.
#[derive(Subcommand)]
#[command(after_help = "Example:\n  pipekit watermark add orders since --connection dw \\\n      \
    --sql 'SELECT max(changed_at) FROM rlarp.orders' --default 1970-01-01\n  pipekit watermark resolve orders")]
pub enum Watermark {
    /// List a module's watermarks
    #[command(visible_alias = "ls", after_help = "Example:\n  pipekit watermark list orders")]
    List {
        /// The module's name or id
        module: String,
    },
    /// Show a watermark
    #[command(after_help = "Example:\n  pipekit watermark show orders since")]
    Show {
        /// The module's name or id
        module: String,
        /// The watermark's name or id
        name: String,
    },
    /// Add a watermark to a module
    #[command(after_help = "Example:\n  pipekit watermark add orders since --connection dw \\\n      \
        --sql 'SELECT max(changed_at) FROM rlarp.orders' --default 1970-01-01")]
    Add {
        /// The module's name or id
        module: String,
        /// The placeholder's name: {NAME} in the query
        name: String,
        #[command(flatten)]
        fields: Fields,
    },
    /// Change a watermark; without flags, in $EDITOR
    ///
    /// `--default none` takes the default away.
    #[command(after_help = "Example:\n  pipekit watermark edit orders since --default 2020-01-01\n  \
        pipekit watermark edit orders since --raw")]
    Edit {
        /// The module's name or id
        module: String,
        /// The watermark's name or id
        name: String,
        /// Edit the resolver alone, as it is, in $EDITOR
        #[arg(long)]
        raw: bool,
        #[command(flatten)]
        fields: Fields,
    },
    /// Remove a watermark
    #[command(visible_alias = "rm", after_help = "Example:\n  pipekit watermark remove orders since")]
    Remove {
        /// The module's name or id
        module: String,
        /// The watermark's name or id
        name: String,
    },
    /// Run the resolvers now and show the values
    #[command(after_help = "Example:\n  pipekit watermark resolve orders\n  pipekit watermark resolve orders since")]
    Resolve {
        /// The module's name or id
        module: String,
        /// Only this watermark
        name: Option<String>,
    },
    /// Measure how late rows come: those that the watermark had passed by
    ///
    /// The rows that are missing at the destination are found as `module verify` finds them, and laid beside the values
    /// that runs have had. The overlap that would have caught all of them is told as an expression for the resolver. The
    /// exit code is 0 where no row was passed by, 1 where some were, 2 where it could not be told.
    #[command(after_help = "Example:\n  pipekit watermark audit orders\n  \
        pipekit watermark audit orders since --column changed_at --json")]
    Audit(audit::Audit),
    /// Show the values that runs have had, newest first
    #[command(after_help = "Example:\n  pipekit watermark history orders since --limit 10")]
    History {
        /// The module's name or id
        module: String,
        /// Only this watermark; one that was removed, by its name
        name: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: i64,
    },
}

/// The flags of `add` and `edit`.
#[derive(Args, Default, PartialEq)]
pub struct Fields {
    /// The connection that the resolver runs on
    #[arg(long)]
    connection: Option<String>,
    /// The resolver: as text, @FILE, or -
    #[arg(long, allow_hyphen_values = true)]
    sql: Option<String>,
    /// The value for a resolver that gives NULL or no row
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true, value_parser = maybe::<String>)]
    default: Option<Maybe<String>>,
}

impl Fields {
    /// The same, with the SQL read from where it is.
    fn read(mut self) -> Result<Fields> {
        self.sql = self.sql.as_deref().map(input::sql).transpose()?;
        Ok(self)
    }

    fn put(&self, watermark: &mut definition::Watermark) {
        if let Some(connection) = &self.connection {
            watermark.connection.clone_from(connection);
        }
        if let Some(sql) = &self.sql {
            watermark.resolver_sql.clone_from(sql);
        }
        if let Some(default) = &self.default {
            default.put(&mut watermark.default_value);
        }
    }
}

impl Watermark {
    pub fn run(self, context: &Context) -> Result<u8> {
        let mut store = context.store()?;
        match self {
            Watermark::List { module } => list(context, &store, &module)?,
            Watermark::Show { module, name } => {
                let watermark = find(&store, &module, &name)?;
                if context.ui.json {
                    context.ui.document(&watermark);
                } else {
                    context.ui.fields(&[
                        ("name", watermark.name.clone()),
                        ("connection", watermark.connection.clone()),
                        ("default", watermark.default_value.clone().unwrap_or_default()),
                    ]);
                    context.ui.heading("Resolver");
                    context.ui.line(watermark.resolver_sql.trim_end());
                }
            }
            Watermark::Add { module, name, fields } => {
                let missing = |flag: &str| {
                    Error::new(Code::Usage, format!("{flag} is missing"))
                        .hint("pipekit watermark add MODULE NAME --connection C --sql SQL [--default VALUE]")
                };
                let fields = fields.read()?;
                let mut watermark = definition::Watermark {
                    name,
                    connection: fields.connection.clone().ok_or_else(|| missing("--connection"))?,
                    resolver_sql: fields.sql.clone().ok_or_else(|| missing("--sql"))?,
                    default_value: None,
                };
                fields.put(&mut watermark);
                let module = module::find(store.read(), &module)?;
                store.write(|tx| definition::save(tx, module.id, None, &watermark).map(|_| ()))?;
                let added = find(&store, &module.name, &watermark.name)?;
                super::said(context, &added, &format!("added watermark {} to module {}", added.name, module.name));
                context.ui.note(format!("next: pipekit watermark resolve {}", module.name));
            }
            Watermark::Edit { module, name, raw, fields } => {
                let row = find(&store, &module, &name)?;
                let fields = fields.read()?;
                let load = |conn: &Connection| table::get(conn, row.id).map(definition::Watermark::from);
                let save = |conn: &Connection, watermark: &definition::Watermark| {
                    definition::save(conn, row.module_id, Some(row.id), watermark)
                };
                let by_flags = fields != Fields::default();
                if raw {
                    input::alone("--raw", by_flags)?;
                    super::edit_sql(context, &mut store, load, |watermark| &mut watermark.resolver_sql, save)?;
                } else {
                    super::edit(context, &mut store, by_flags, load, |watermark| fields.put(watermark), save)?;
                }
                if context.ui.json {
                    context.ui.document(&find(&store, &module, &row.id.to_string())?);
                }
            }
            Watermark::Remove { module, name } => {
                let removed = find(&store, &module, &name)?;
                store.write(|tx| table::delete(tx, removed.id))?;
                super::said(context, &removed, &format!("removed watermark {}", removed.name));
            }
            Watermark::Resolve { module, name } => resolve(context, &mut store, &module, name.as_deref())?,
            Watermark::Audit(audit) => return audit.run(context, &mut store),
            Watermark::History { module, name, limit } => history(context, &store, &module, name.as_deref(), limit)?,
        }
        Ok(0)
    }
}

fn find(store: &Store, module: &str, name: &str) -> Result<table::Watermark> {
    let module = module::find(store.read(), module)?;
    table::find(store.read(), module.id, &module.name, name)
}

fn list(context: &Context, store: &Store, module: &str) -> Result<()> {
    let watermarks = table::of_module(store.read(), module::find(store.read(), module)?.id)?;
    if context.ui.json {
        context.ui.document(&watermarks);
    } else if watermarks.is_empty() {
        context.ui.note("the module has no watermarks");
    } else {
        context.ui.table(
            &["name", "connection", "default", "resolver"],
            watermarks.into_iter().map(|w| {
                let default = w.default_value.unwrap_or_default();
                vec![w.name.into(), w.connection.into(), default.into(), brief(&w.resolver_sql, 60).into()]
            }),
        );
    }
    Ok(())
}

fn resolve(context: &Context, store: &mut Store, module: &str, name: Option<&str>) -> Result<()> {
    let mut definition = Definition::read(store, module)?;
    if let Some(name) = name {
        let wanted = find(store, module, name)?;
        definition.watermarks.retain(|(w, _)| w.id == wanted.id);
    }
    let databases = Databases::open(store, None)?;
    let resolved = watermark::for_run(&mut Ledger::new(store, None, &databases), &databases, &definition)?;
    let last = watermark::at_last_success(store.read(), definition.module.id)?;
    if context.ui.json {
        context.ui.document(&serde_json::json!({"values": resolved.values, "warnings": resolved.warnings}));
        return Ok(());
    }
    if definition.watermarks.is_empty() {
        context.ui.note("the module has no watermarks");
        return Ok(());
    }
    context.ui.table(
        &["name", "value", "at the last success"],
        resolved.values.iter().map(|(name, value)| {
            let before = last.get(name).and_then(|v| v.as_str()).unwrap_or("-");
            vec![name.as_str().into(), value.as_str().into(), Field(before.to_owned(), Tone::Faint)]
        }),
    );
    for warning in resolved.warnings {
        context.ui.warn(warning);
    }
    Ok(())
}

fn history(context: &Context, store: &Store, module: &str, name: Option<&str>, limit: i64) -> Result<()> {
    let module = module::find(store.read(), module)?;
    // A watermark that was removed has its history still, under the name that it had.
    let present = name.and_then(|name| table::find(store.read(), module.id, &module.name, name).ok()).map(|w| w.name);
    let steps = step::watermark_history(store.read(), module.id, present.as_deref().or(name), limit)?;
    if let (true, None, Some(name)) = (steps.is_empty(), &present, name) {
        table::find(store.read(), module.id, &module.name, name)?;
    }
    if context.ui.json {
        let list: Vec<_> = steps
            .iter()
            .map(|s| {
                serde_json::json!({
                    "run_id": s.run_id, "name": s.name, "value": s.value, "started_at": s.started_at,
                    "duration_ms": s.duration_ms, "error": s.error,
                })
            })
            .collect();
        context.ui.document(&list);
    } else if steps.is_empty() {
        context.ui.note("no run has resolved one yet");
    } else {
        context.ui.table(
            &["run", "when", "name", "value"],
            steps.into_iter().map(|s| {
                let value = match (s.value, s.error) {
                    (Some(value), _) => Field::from(value),
                    (None, Some(error)) => Field(brief(&error, 60), Tone::Bad),
                    (None, None) => Field("-".to_owned(), Tone::Faint),
                };
                vec![
                    Field(s.run_id.to_string(), Tone::Number),
                    clock::local(&s.started_at).into(),
                    s.name.into(),
                    value,
                ]
            }),
        );
    }
    Ok(())
}
