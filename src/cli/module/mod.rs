//! `pipekit module`.

mod columns;
mod fields;
mod preview;
mod propose;
pub(super) mod rehearse;
mod show;
pub(super) mod verify;

use super::output::{self, Field, Tone};
use super::{Context, input};
use crate::definition::{self, among, lint, module as define};
use crate::error::{Code, Error, Result};
use crate::store::{Store, module as table};
use clap::Subcommand;
use fields::Fields;

/// The syncs themselves
///
/// A module pulls the rows of a query on its source, stages them, and merges them into its table: full (empty, then
/// fill), incremental (delete by key, then insert) or append.
#[derive(Subcommand)]
#[command(after_help = "Example:\n  pipekit module add orders --source erp --dest dw --table rlarp.orders \\\n      \
    --strategy full --query 'SELECT * FROM orders'\n  pipekit module preview orders\n  pipekit run orders")]
pub enum Module {
    /// List the modules
    #[command(visible_alias = "ls", after_help = "Example:\n  pipekit module list")]
    List,
    /// Show a module with its watermarks, hooks and last run
    #[command(after_help = "Example:\n  pipekit module show orders\n  \
        pipekit module show orders --definition > orders.json")]
    Show {
        /// Its name or id
        name: String,
        /// Print what `module add --json-file` takes
        #[arg(long)]
        definition: bool,
    },
    /// Add a module, by flags or by one JSON document
    #[command(
        after_help = "Example:\n  pipekit module add orders --source erp --dest dw --table rlarp.orders \\\n      \
        --strategy incremental --key order_no --query @orders.sql\n  pipekit module add --json-file orders.json"
    )]
    Add {
        /// Its name
        #[arg(required_unless_present = "json_file")]
        name: Option<String>,
        /// The whole definition, watermarks and hooks among it: a file, or - for standard input
        #[arg(long, value_name = "FILE")]
        json_file: Option<String>,
        /// Make the destination table where there is none, for a query that reads one table
        #[arg(long)]
        create_dest: bool,
        #[command(flatten)]
        fields: Box<Fields>,
    },
    /// Print the module that a table would be loaded by, as `module add --json-file -` takes it
    ///
    /// Every column is selected, under a name that needs no quotes; blanks that pad a text go, and dates that stand for
    /// none are NULL. A primary key is the merge key of an incremental load.
    #[command(after_help = "Example:\n  pipekit module propose --source erp --table orders --watermark changed_at\n  \
        pipekit module propose --source erp --table orders --dest dw --name orders | \\\n    pipekit module add --json-file - --create-dest")]
    Propose(propose::Propose),
    /// Change a module; without flags, in $EDITOR
    ///
    /// `none` takes a value away: --min-rows none. `module enable` undoes --disabled.
    #[command(after_help = "Example:\n  pipekit module edit orders --query @orders.sql --min-rows 1000\n  \
        pipekit module edit orders --max-shrink-pct none\n  \
        pipekit module edit order_lines --split-by line_id --streams 4\n  pipekit module edit orders\n  \
        pipekit module edit orders --raw")]
    Edit {
        /// Its name or id
        name: String,
        /// Edit the query alone, as it is, in $EDITOR
        #[arg(long)]
        raw: bool,
        #[command(flatten)]
        fields: Box<Fields>,
    },
    /// Remove a module with its watermarks and hooks; its runs stay in the log
    #[command(visible_alias = "rm", after_help = "Example:\n  pipekit module remove orders")]
    Remove {
        /// Its name or id
        name: String,
        /// Take it out of its groups too
        #[arg(long)]
        force: bool,
    },
    /// Let groups run a module again
    #[command(after_help = "Example:\n  pipekit module enable orders")]
    Enable {
        /// Its name or id
        name: String,
    },
    /// Have groups skip a module
    #[command(after_help = "Example:\n  pipekit module disable orders")]
    Disable {
        /// Its name or id
        name: String,
    },
    /// Add a module like another one, disabled
    #[command(after_help = "Example:\n  pipekit module copy orders orders_test")]
    Copy {
        /// The other one's name or id
        name: String,
        /// The new name
        to: String,
    },
    /// Give a module another name
    #[command(after_help = "Example:\n  pipekit module rename orders sales_orders")]
    Rename {
        /// Its name or id
        name: String,
        /// The new name
        to: String,
    },
    /// Find what loses rows without an error, in the text alone
    #[command(after_help = "Example:\n  pipekit module check orders\n  pipekit module check")]
    Check {
        /// Names or ids; all modules where there are none
        names: Vec<String>,
    },
    /// Resolve the watermarks now and show exactly what would run
    #[command(after_help = "Example:\n  pipekit module preview orders")]
    Preview {
        /// Its name or id
        name: String,
    },
    Columns(columns::ColumnsOf),
    /// Do all of a run but the merge, and show what that would add, change and remove
    ///
    /// The rows go into a staging table of its own, which is gone afterwards; hooks don't run. The rows that would go and
    /// those that would come are compared by every column that is filled, and paired by the merge key, or else by the
    /// unique key. What triggers and constraints of the table make of them is not foretold.
    #[command(
        after_help = "Example:\n  pipekit module rehearse orders\n  pipekit module rehearse orders --expect-same && echo ok"
    )]
    Rehearse(rehearse::Rehearse),
    /// Compare the rows that the source gives with those at the destination
    ///
    /// Both come to checksums by ranges of the key; rows are read only of ranges that differ, and what differs is read
    /// again before it is told. Watermarks stand at their defaults, so that all rows are compared. Nothing is changed
    /// without --repair. The exit code is 0 where they are the same (in the end), 1 where they differ, 2 where they could
    /// not be compared or repaired.
    #[command(after_help = "Example:\n  pipekit module verify orders\n  \
        pipekit module verify orders --key order_no,line --set since=2020-01-01\n  \
        pipekit module verify orders --repair --delete --yes")]
    Verify(verify::Verify),
    /// Print a module's SQL, raw
    #[command(after_help = "Example:\n  pipekit module sql orders > orders.sql\n  pipekit module sql orders --merge")]
    Sql {
        /// Its name or id
        name: String,
        /// The query as it was last resolved
        #[arg(long, conflicts_with = "merge")]
        resolved: bool,
        /// The merge as it was last made
        #[arg(long)]
        merge: bool,
    },
    /// List a module's runs, newest first
    #[command(after_help = "Example:\n  pipekit module runs orders --limit 5")]
    Runs {
        /// Its name or id
        name: String,
        /// At most so many
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: i64,
    },
}

impl Module {
    pub fn run(self, context: &Context) -> Result<u8> {
        let mut store = context.store()?;
        match self {
            Module::List => list(context, &store)?,
            Module::Show { name, definition } => show::show(context, &store, &name, definition)?,
            Module::Add { name, json_file, create_dest, fields } => {
                let module = given(name, json_file, *fields)?;
                add(context, &mut store, &module, create_dest)?;
            }
            Module::Propose(p) => p.run(context, &store)?,
            Module::Edit { name, raw, fields } => edit(context, &mut store, &name, raw, *fields)?,
            Module::Remove { name, force } => {
                let removed = store.write(|tx| define::remove(tx, &name, force))?;
                super::said(context, &removed, &format!("removed module {}; its runs stay in the log", removed.name));
            }
            Module::Enable { name } => enable(context, &mut store, &name, true)?,
            Module::Disable { name } => enable(context, &mut store, &name, false)?,
            Module::Copy { name, to } => {
                let (_, mut copy) = define::load(store.read(), &name)?;
                copy.name = to;
                copy.enabled = false;
                let id = store.write(|tx| define::save(tx, None, &copy))?;
                let added = table::get(store.read(), id)?;
                super::said(context, &added, &format!("added module {}, disabled", added.name));
            }
            Module::Rename { name, to } => {
                let id = store.write(|tx| {
                    let (row, mut module) = define::load(tx, &name)?;
                    module.name.clone_from(&to);
                    define::save(tx, Some(row.id), &module)
                })?;
                let renamed = table::get(store.read(), id)?;
                super::said(context, &renamed, &format!("renamed to {}", renamed.name));
            }
            Module::Check { names } => return check(context, &store, &names),
            Module::Preview { name } => preview::preview(context, &mut store, &name)?,
            Module::Columns(columns) => columns.run(context, &mut store)?,
            Module::Rehearse(rehearse) => return rehearse.run(context, &mut store),
            Module::Verify(verify) => return verify.run(context, &mut store),
            Module::Sql { name, resolved, merge } => sql(context, &store, &name, resolved, merge)?,
            Module::Runs { name, limit } => {
                let module_id = Some(table::find(store.read(), &name)?.id);
                let filter = crate::store::run::Filter { module_id, limit: Some(limit), ..Default::default() };
                let runs = crate::store::run::list(store.read(), &filter)?;
                if runs.is_empty() {
                    context.ui.note(format!("module {name} has not run yet: `pipekit run {name}`"));
                }
                super::log::print(context, &runs);
            }
        }
        Ok(0)
    }
}

fn list(context: &Context, store: &Store) -> Result<()> {
    let ui = &context.ui;
    if ui.json {
        ui.document(&table::all(store.read())?);
        return Ok(());
    }
    let all = crate::store::glance::all(store.read())?;
    if all.is_empty() {
        ui.note("there are no modules yet: `pipekit module add --help` shows how");
        return Ok(());
    }
    ui.table(
        &["module", "source", "destination", "strategy", "last run"],
        all.into_iter().map(|m| {
            let last = match (&m.last.status, &m.last.started_at, m.enabled) {
                (_, _, false) => Field("disabled".to_owned(), Tone::Faint),
                (Some(word), Some(at), _) => Field(format!("{word} {}", crate::clock::ago(at)), output::status(word).1),
                _ => Field("never".to_owned(), Tone::Faint),
            };
            let dest = format!("{} {}", m.dest_connection, m.dest_table);
            vec![m.name.into(), (&*m.source_connection).into(), dest.into(), (&*m.merge_strategy).into(), last]
        }),
    );
    Ok(())
}

/// The module that is to be added: as a document, with what the flags say otherwise, or by the flags alone.
fn given(name: Option<String>, json_file: Option<String>, fields: Fields) -> Result<define::Module> {
    let Some(path) = json_file else { return fields.read()?.module(name.unwrap_or_default()) };
    let mut module: define::Module = definition::from_json(&input::file(&path)?)?;
    if let Some(name) = name {
        module.name = name;
    }
    fields.read()?.put(&mut module);
    Ok(module)
}

fn add(context: &Context, store: &mut Store, module: &define::Module, create_dest: bool) -> Result<()> {
    if create_dest {
        // What would keep it from being added does so before a table is made for it.
        store.rehearse(|tx| define::save(tx, None, module))?;
        if crate::engine::propose::create::destination(store, module)? {
            // A key would refuse what the source has twice, and only who knows it can say that it has nothing twice.
            let keyless = match &module.merge_key[..] {
                [] => String::new(),
                key => format!(
                    "; it has no key yet: an index on {} makes merges into a large table faster",
                    key.join(", ")
                ),
            };
            context.ui.note(format!("made {} on {}{keyless}", module.dest_table, module.dest_connection));
        }
    }
    let id = store.write(|tx| define::save(tx, None, module))?;
    let added = table::get(store.read(), id)?;
    super::said(context, &added, &format!("added module {}", added.name));
    // A query that waits for a watermark is the usual beginning: that is what comes next, and not a mistake yet.
    let findings = among::check(store.read(), &added, module)?;
    if let Some(waits) = findings.iter().find(|f| ["undeclared_placeholder", "quoted_placeholder"].contains(&f.rule)) {
        context.ui.note(format!("next: {}", waits.hint));
        return Ok(());
    }
    for finding in findings {
        context.ui.note(format!("note: {}", finding.message));
    }
    context.ui.note(format!("next: pipekit module preview {}", added.name));
    Ok(())
}

fn edit(context: &Context, store: &mut Store, name: &str, raw: bool, fields: Fields) -> Result<()> {
    let id = table::find(store.read(), name)?.id;
    let fields = fields.read()?;
    let load = |conn: &rusqlite::Connection| define::load(conn, &id.to_string()).map(|(_, module)| module);
    let save = |conn: &rusqlite::Connection, module: &define::Module| define::save(conn, Some(id), module);
    let by_flags = fields != Fields::default();
    if raw {
        input::alone("--raw", by_flags)?;
        super::edit_sql(context, store, load, |module| &mut module.source_query, save)?;
    } else {
        super::edit(context, store, by_flags, load, |module| fields.put(module), save)?;
    }
    if context.ui.json {
        context.ui.document(&table::get(store.read(), id)?);
    }
    Ok(())
}

fn enable(context: &Context, store: &mut Store, name: &str, enabled: bool) -> Result<()> {
    let id = table::find(store.read(), name)?.id;
    store.write(|tx| table::set_enabled(tx, id, enabled))?;
    let module = table::get(store.read(), id)?;
    let word = if enabled { "enabled" } else { "disabled" };
    super::said(context, &module, &format!("{word} module {}", module.name));
    Ok(())
}

/// Exit code 1 where a module can't run; warnings alone leave it at 0.
fn check(context: &Context, store: &Store, names: &[String]) -> Result<u8> {
    let ui = &context.ui;
    let names = match names {
        [] => table::all(store.read())?.into_iter().map(|m| m.name).collect(),
        names => names.to_vec(),
    };
    let mut all = Vec::new();
    for name in names {
        let (row, module) = define::load(store.read(), &name)?;
        all.push((module.name.clone(), among::check(store.read(), &row, &module)?));
    }
    let errors = all.iter().flat_map(|(_, f)| f).any(|f| f.severity == lint::Severity::Error);
    if ui.json {
        let list: Vec<_> =
            all.iter().map(|(module, findings)| serde_json::json!({"module": module, "findings": findings})).collect();
        ui.document(&list);
        return Ok(u8::from(errors));
    }
    for (module, findings) in &all {
        if findings.is_empty() {
            ui.line(format!("{} {module}", ui.paint("✔", Tone::Good)));
        }
        for finding in findings {
            let (mark, tone) = match finding.severity {
                lint::Severity::Error => ("✗", Tone::Bad),
                lint::Severity::Warning => ("!", Tone::Odd),
                lint::Severity::Note => ("·", Tone::Faint),
            };
            ui.line(format!("{} {module}: {} ({})", ui.paint(mark, tone), finding.message, finding.rule));
            ui.line(format!("    {} {}", ui.paint("instead:", Tone::Faint), finding.hint));
        }
    }
    ui.note("this is from the text alone; `pipekit module preview NAME` asks the databases too");
    Ok(u8::from(errors))
}

fn sql(context: &Context, store: &Store, name: &str, resolved: bool, merge: bool) -> Result<()> {
    let module = table::find(store.read(), name)?;
    let text = match (resolved, merge) {
        (true, _) => module.next_resolved_query,
        (_, true) => module.next_merge_sql,
        _ => Some(module.source_query),
    };
    let text = text.ok_or_else(|| {
        Error::new(Code::Failed, format!("nothing has been resolved for module {} since it was changed", module.name))
            .hint(format!("`pipekit module preview {}` does it now", module.name))
    })?;
    if context.ui.json {
        context.ui.document(&serde_json::json!({"module": module.name, "sql": text}));
    } else {
        context.ui.raw(&text);
        if !text.ends_with('\n') {
            context.ui.raw("\n");
        }
    }
    Ok(())
}
