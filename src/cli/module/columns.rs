//! `pipekit module columns`: the SELECT list of a module's query, shown and changed column by column.

use crate::cli::output::{Field, Tone};
use crate::cli::{Context, editor, input, land};
use crate::definition::columns::{Change, Changed, Column, Columns, Place};
use crate::definition::module as define;
use crate::error::Result;
use crate::store::{Store, module as table};
use clap::{Args, Subcommand};

/// Show and change the columns of a module's query
///
/// The SELECT list is taken out of the query and put back: every other byte stays as it is, and so do the white space and
/// the comments of what is not changed. A query that can't be taken apart (a UNION, several statements) says why.
///
/// COLUMN is a name, a position, or an expression as it stands there. Columns map to the table's by position; where the
/// module names the table's columns (`--columns`), each keeps its own.
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Example:\n  pipekit module columns orders\n  \
        pipekit module columns set orders total --expression 'total * 1.19'\n  \
        pipekit module columns add orders --expression 'RTRIM(city)' --name city\n  \
        pipekit module columns edit orders"
)]
pub struct ColumnsOf {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Its name or id
    #[arg(required = true)]
    name: Option<String>,
}

#[derive(Subcommand)]
enum Verb {
    /// List the columns, as without a verb
    #[command(visible_alias = "ls", after_help = "Example:\n  pipekit module columns list orders")]
    List {
        /// Its name or id
        name: String,
    },
    /// Give a column another expression, another name, or both
    #[command(after_help = "Example:\n  pipekit module columns set orders total --expression 'total * 1.19'\n  \
        pipekit module columns set orders 3 --name net_total")]
    Set {
        /// The module's name or id
        module: String,
        /// Its name or position
        column: String,
        /// The expression: as text, @FILE, or -
        #[arg(long, value_name = "SQL", allow_hyphen_values = true, required_unless_present = "name")]
        expression: Option<String>,
        /// What it is called from now on
        #[arg(long)]
        name: Option<String>,
    },
    /// Add a column, at the end unless a place is said
    #[command(after_help = "Example:\n  pipekit module columns add orders --expression 'RTRIM(city)' --name city\n  \
        pipekit module columns add orders --expression 'RTRIM(city) AS city' --at 3")]
    Add {
        /// The module's name or id
        module: String,
        /// The expression: as text, @FILE, or -
        #[arg(long, value_name = "SQL", allow_hyphen_values = true)]
        expression: String,
        /// What it is called
        #[arg(long)]
        name: Option<String>,
        /// Its position, from 1
        #[arg(long, value_name = "POSITION", group = "place")]
        at: Option<usize>,
        /// Right before this one
        #[arg(long, value_name = "COLUMN", group = "place")]
        before: Option<String>,
        /// Right after this one
        #[arg(long, value_name = "COLUMN", group = "place")]
        after: Option<String>,
        /// The table's column that it fills, where the module names those [default: as it is called]
        #[arg(long, value_name = "COLUMN")]
        dest_column: Option<String>,
    },
    /// Drop columns
    #[command(visible_aliases = ["remove", "rm"], after_help = "Example:\n  pipekit module columns drop orders note 7")]
    Drop {
        /// The module's name or id
        module: String,
        /// Their names or positions
        #[arg(required = true)]
        columns: Vec<String>,
    },
    /// Move a column to another place
    #[command(after_help = "Example:\n  pipekit module columns move orders total --to 2\n  \
        pipekit module columns move orders total --after customer")]
    Move {
        /// The module's name or id
        module: String,
        /// Its name or position
        column: String,
        /// The position that it has then, from 1
        #[arg(long, value_name = "POSITION", group = "place", required_unless_present_any = ["before", "after"])]
        to: Option<usize>,
        /// Right before this one
        #[arg(long, value_name = "COLUMN", group = "place")]
        before: Option<String>,
        /// Right after this one
        #[arg(long, value_name = "COLUMN", group = "place")]
        after: Option<String>,
    },
    /// Edit the list in $EDITOR, as SQL
    #[command(after_help = "Example:\n  pipekit module columns edit orders")]
    Edit {
        /// Its name or id
        name: String,
    },
}

fn place(at: Option<usize>, before: Option<String>, after: Option<String>) -> Place {
    match (at, before, after) {
        (Some(at), ..) => Place::At(at),
        (_, Some(before), _) => Place::Before(before),
        (.., Some(after)) => Place::After(after),
        _ => Place::End,
    }
}

impl ColumnsOf {
    pub fn run(self, context: &Context, store: &mut Store) -> Result<()> {
        let Some(verb) = self.verb else { return list(context, store, &self.name.unwrap_or_default()) };
        let (module, change) = match verb {
            Verb::List { name } => return list(context, store, &name),
            Verb::Edit { name } => return edit(context, store, &name),
            Verb::Set { module, column, expression, name } => {
                let expression = expression.as_deref().map(input::sql).transpose()?;
                (module, Change::Set { column, expression, name })
            }
            Verb::Add { module, expression, name, at, before, after, dest_column } => {
                let expression = input::sql(&expression)?;
                (module, Change::Add { expression, name, place: place(at, before, after), dest_column })
            }
            Verb::Drop { module, columns } => (module, Change::Drop(columns)),
            Verb::Move { module, column, to, before, after } => {
                (module, Change::Move { column, place: place(to, before, after) })
            }
        };
        // What is changed is read in the transaction that changes it, so that nothing of others is lost.
        let (id, changed) = store.write(|tx| {
            let (row, now) = define::load(tx, &module)?;
            let changed = Columns::of(tx, &now)?.change(&change)?;
            if changed.module != now {
                define::save(tx, Some(row.id), &changed.module)?;
            }
            Ok((row.id, changed))
        })?;
        tell(context, store, id, Some(&changed))
    }
}

fn of(store: &Store, name: &str) -> Result<(define::Module, Vec<Column>)> {
    let (_, module) = define::load(store.read(), name)?;
    let all = Columns::of(store.read(), &module)?.all();
    Ok((module, all))
}

fn list(context: &Context, store: &Store, name: &str) -> Result<()> {
    let ui = &context.ui;
    let (module, all) = of(store, name)?;
    if ui.json {
        ui.document(&all);
        return Ok(());
    }
    let star = all.iter().find(|column| column.is_star).map(|column| column.expression.clone());
    let fills = all.iter().any(|column| column.dest_column.is_some());
    let mut header = vec!["#", "name", "expression"];
    header.extend(fills.then_some("fills"));
    ui.table(
        &header,
        all.into_iter().map(|column| {
            // On one line: the query has it as it is.
            let lines = column.expression.lines().map(str::trim).collect::<Vec<_>>().join(" ");
            let position = Field(column.position.to_string(), Tone::Number);
            let mut cells = vec![position, column.name.unwrap_or_else(|| "-".to_owned()).into(), lines.into()];
            cells.extend(column.dest_column.map(Field::from));
            cells
        }),
    );
    if let Some(star) = star {
        let source = module.source_connection;
        ui.note(format!(
            "`{star}` stands for any number of columns; `pipekit connection columns {source} TABLE` lists them"
        ));
    }
    Ok(())
}

fn edit(context: &Context, store: &mut Store, name: &str) -> Result<()> {
    let id = table::find(store.read(), name)?.id;
    let load = |conn: &rusqlite::Connection| define::load(conn, &id.to_string()).map(|(_, module)| module);
    let save = |conn: &rusqlite::Connection, module: &define::Module| define::save(conn, Some(id), module);
    let before = load(store.read())?;
    let columns = Columns::of(store.read(), &before)?;
    let mut last = None;
    editor::edit_sql(columns.text(), |text| {
        let changed = columns.change(&Change::Rewrite(text.to_owned()))?;
        land(store, &before, &changed.module, &load, &save)?;
        last = Some(changed);
        Ok(())
    })?;
    tell(context, store, id, last.as_ref())
}

fn tell(context: &Context, store: &Store, id: i64, changed: Option<&Changed>) -> Result<()> {
    let ui = &context.ui;
    if ui.json {
        ui.document(&of(store, &id.to_string())?.1);
    }
    let Some(changed) = changed.filter(|changed| !changed.done.is_empty()) else {
        if !ui.json {
            ui.line("nothing changed");
        }
        return Ok(());
    };
    if !ui.json {
        for line in &changed.done {
            ui.line(line);
        }
    }
    for warning in &changed.warnings {
        ui.warn(warning);
    }
    Ok(())
}
