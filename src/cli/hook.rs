//! `pipekit hook`.

use super::Context;
use super::input::{self, id_of};
use super::output::{Field, Tone};
use crate::definition::hook::{self as definition, RunOn};
use crate::error::{Code, Error, Result};
use crate::store::{hook as table, module};
use crate::words::brief;
use clap::{Args, Subcommand};
use rusqlite::Connection;

/// SQL that runs after a module's merge
///
/// A hook that fails is counted and warned of; the merge before it stays, and so does the run's success.
#[derive(Subcommand)]
#[command(after_help = "Example:\n  pipekit hook add orders --connection dw \\\n      \
    --sql 'REFRESH MATERIALIZED VIEW rlarp.open_orders'")]
pub enum Hook {
    /// List the hooks, of one module or of all
    #[command(visible_alias = "ls", after_help = "Example:\n  pipekit hook list orders")]
    List {
        /// The module's name or id
        module: Option<String>,
    },
    /// Show a hook
    #[command(after_help = "Example:\n  pipekit hook show 3")]
    Show {
        /// Its id
        #[arg(value_parser = id_of("hook"))]
        id: i64,
    },
    /// Add a hook to a module
    #[command(after_help = "Example:\n  pipekit hook add orders --connection dw --on always \\\n      \
        --sql \"INSERT INTO sync_log VALUES ('orders', now())\"")]
    Add {
        /// The module's name or id
        module: String,
        #[command(flatten)]
        fields: Fields,
    },
    /// Change a hook; without flags, in $EDITOR
    #[command(after_help = "Example:\n  pipekit hook edit 3 --on failure\n  pipekit hook edit 3 --raw")]
    Edit {
        /// Its id
        #[arg(value_parser = id_of("hook"))]
        id: i64,
        /// Edit the SQL alone, as it is, in $EDITOR
        #[arg(long)]
        raw: bool,
        #[command(flatten)]
        fields: Fields,
    },
    /// Remove a hook
    #[command(visible_alias = "rm", after_help = "Example:\n  pipekit hook remove 3")]
    Remove {
        /// Its id
        #[arg(value_parser = id_of("hook"))]
        id: i64,
    },
}

/// The flags of `add` and `edit`.
#[derive(Args, Default, PartialEq)]
pub struct Fields {
    /// The connection that it runs on
    #[arg(long)]
    connection: Option<String>,
    /// What it runs: as text, @FILE, or -
    #[arg(long, allow_hyphen_values = true)]
    sql: Option<String>,
    /// After which ends of a run [default: success]
    #[arg(long, value_enum, value_name = "END")]
    on: Option<RunOn>,
    /// Its place among the module's hooks [default: the last]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    order: Option<i64>,
}

impl Fields {
    /// The same, with the SQL read from where it is.
    fn read(mut self) -> Result<Fields> {
        self.sql = self.sql.as_deref().map(input::sql).transpose()?;
        Ok(self)
    }

    fn put(&self, hook: &mut definition::Hook) {
        if let Some(connection) = &self.connection {
            hook.connection.clone_from(connection);
        }
        if let Some(sql) = &self.sql {
            hook.sql.clone_from(sql);
        }
        if let Some(on) = self.on {
            hook.run_on = on;
        }
        if self.order.is_some() {
            hook.run_order = self.order;
        }
    }
}

impl Hook {
    pub fn run(self, context: &Context) -> Result<u8> {
        let ui = &context.ui;
        let mut store = context.store()?;
        match self {
            Hook::List { module } => {
                let hooks = match module {
                    Some(name) => table::of_module(store.read(), module::find(store.read(), &name)?.id)?,
                    None => table::all(store.read())?,
                };
                if ui.json {
                    ui.document(&hooks);
                } else if hooks.is_empty() {
                    ui.note("there are no hooks");
                } else {
                    ui.table(
                        &["id", "module", "order", "connection", "after", "sql"],
                        hooks.into_iter().map(|h| {
                            let number = |n: i64| Field(n.to_string(), Tone::Number);
                            vec![
                                number(h.id),
                                h.module.into(),
                                number(h.run_order),
                                h.connection.into(),
                                h.run_on.into(),
                                brief(&h.sql, 60).into(),
                            ]
                        }),
                    );
                }
            }
            Hook::Show { id } => {
                let hook = table::get(store.read(), id)?;
                if ui.json {
                    ui.document(&hook);
                } else {
                    ui.fields(&[
                        ("id", hook.id.to_string()),
                        ("module", hook.module),
                        ("order", hook.run_order.to_string()),
                        ("connection", hook.connection),
                        ("after", hook.run_on),
                    ]);
                    ui.heading("SQL");
                    ui.line(hook.sql.trim_end());
                }
            }
            Hook::Add { module, fields } => {
                let missing = |flag: &str| {
                    Error::new(Code::Usage, format!("{flag} is missing")).hint(
                        "pipekit hook add MODULE --connection C --sql SQL [--on success|failure|always] [--order N]",
                    )
                };
                let fields = fields.read()?;
                let mut hook = definition::Hook {
                    run_order: None,
                    connection: fields.connection.clone().ok_or_else(|| missing("--connection"))?,
                    sql: fields.sql.clone().ok_or_else(|| missing("--sql"))?,
                    run_on: RunOn::default(),
                };
                fields.put(&mut hook);
                let module = module::find(store.read(), &module)?;
                let id = store.write(|tx| definition::save(tx, module.id, None, &hook))?;
                let added = table::get(store.read(), id)?;
                super::said(context, &added, &format!("added hook {} to module {}", added.id, module.name));
            }
            Hook::Edit { id, raw, fields } => {
                let row = table::get(store.read(), id)?;
                let fields = fields.read()?;
                let load = |conn: &Connection| table::get(conn, id).map(definition::Hook::from);
                let save =
                    |conn: &Connection, hook: &definition::Hook| definition::save(conn, row.module_id, Some(id), hook);
                let by_flags = fields != Fields::default();
                if raw {
                    input::alone("--raw", by_flags)?;
                    super::edit_sql(context, &mut store, load, |hook| &mut hook.sql, save)?;
                } else {
                    super::edit(context, &mut store, by_flags, load, |hook| fields.put(hook), save)?;
                }
                if ui.json {
                    ui.document(&table::get(store.read(), id)?);
                }
            }
            Hook::Remove { id } => {
                let removed = table::get(store.read(), id)?;
                store.write(|tx| table::delete(tx, id))?;
                super::said(context, &removed, &format!("removed hook {id} of module {}", removed.module));
            }
        }
        Ok(0)
    }
}
