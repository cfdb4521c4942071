//! `pipekit connection`.

use super::input::{self, Maybe, maybe};
use super::output::{Field, Tone};
use super::{Context, browse};
use crate::definition::connection as definition;
use crate::engine::introspect;
use crate::error::{Code, Error, Result};
use crate::runner::builtin;
use crate::store::connection as table;
use clap::{Args, Subcommand};

/// Where the databases are
///
/// A connection holds a JDBC URL, a login, and the name of a secret. Passwords are never in it: `pipekit secrets set
/// KEY` stores one, `--password '$KEY'` refers to it.
#[derive(Subcommand)]
#[command(after_help = "Example:\n  pipekit connection add erp --driver sqlite --url jdbc:sqlite:/srv/erp.db\n  \
    pipekit connection test erp")]
pub enum Connection {
    /// List the connections
    #[command(visible_alias = "ls", after_help = "Example:\n  pipekit connection list")]
    List,
    /// Show a connection
    #[command(after_help = "Example:\n  pipekit connection show dw")]
    Show {
        /// Its name or id
        name: String,
    },
    /// Add a connection
    #[command(
        after_help = "Example:\n  pipekit secrets set DW_PASSWORD\n  pipekit connection add dw --driver postgresql \\\n      \
        --url jdbc:postgresql://db.example.com:5432/dw \\\n      --user etl --password '$DW_PASSWORD'"
    )]
    Add {
        /// Its name
        name: String,
        #[command(flatten)]
        fields: Fields,
    },
    /// Change a connection; without flags, in $EDITOR
    ///
    /// `none` takes a value away: --user none.
    #[command(after_help = "Example:\n  pipekit connection edit dw --url jdbc:postgresql://db2.example.com/dw")]
    Edit {
        /// Its name or id
        name: String,
        #[command(flatten)]
        fields: Fields,
    },
    /// Remove a connection
    #[command(visible_alias = "rm", after_help = "Example:\n  pipekit connection remove old_dw")]
    Remove {
        /// Its name or id
        name: String,
        /// Remove the modules that use it too
        #[arg(long)]
        force: bool,
    },
    /// See whether a database answers
    #[command(after_help = "Example:\n  pipekit connection test dw")]
    Test {
        /// Its name or id
        name: String,
    },
    /// List a database's tables and views
    #[command(after_help = "Example:\n  pipekit connection tables dw --schema rlarp --like ord\n  \
        pipekit connection tables sales --server ERP01 --database live")]
    Tables(browse::Tables),
    /// List a table's columns, and what could be made of them elsewhere
    #[command(after_help = "Example:\n  pipekit connection columns dw rlarp.orders\n  \
        pipekit connection columns erp LGDAT/OCRH --for dw --ddl")]
    Columns(browse::Columns),
    /// Run SQL and show its rows
    #[command(after_help = "Example:\n  pipekit connection query dw 'SELECT count(*) FROM rlarp.orders'\n  \
        pipekit connection query dw @check.sql --json")]
    Query {
        /// Its name or id
        name: String,
        /// The SQL: as text, @FILE, or - for standard input
        #[arg(allow_hyphen_values = true)]
        sql: String,
        /// Show at most so many rows
        #[arg(long, default_value_t = 1000, value_name = "N")]
        limit: usize,
    },
}

/// The flags of `add` and `edit`.
#[derive(Args, Default, PartialEq)]
pub struct Fields {
    /// The driver: `pipekit driver list`
    #[arg(long)]
    driver: Option<String>,
    /// The JDBC URL, without a password
    #[arg(long, value_name = "JDBC_URL")]
    url: Option<String>,
    /// The login
    #[arg(long, value_parser = maybe::<String>)]
    user: Option<Maybe<String>>,
    /// The secret that holds the password, as '$KEY': in single quotes, so that the shell leaves it
    #[arg(long, value_name = "'$KEY'", value_parser = maybe::<String>)]
    password: Option<Maybe<String>>,
    /// Where the wizard proposes to load into from here
    #[arg(long, value_name = "CONNECTION", value_parser = maybe::<String>)]
    default_dest: Option<Maybe<String>>,
    /// The schema there
    #[arg(long, value_name = "SCHEMA", value_parser = maybe::<String>)]
    default_schema: Option<Maybe<String>>,
    /// How many runs that groups begin may use it at once [default: any number; one that loads into an SQLite file]
    #[arg(long, value_name = "N", value_parser = maybe::<i64>)]
    max_runs: Option<Maybe<i64>>,
    /// For people
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = maybe::<String>)]
    notes: Option<Maybe<String>>,
}

impl Fields {
    fn put(&self, connection: &mut definition::Connection) {
        for (given, place) in [(&self.driver, &mut connection.driver), (&self.url, &mut connection.jdbc_url)] {
            if let Some(given) = given {
                place.clone_from(given);
            }
        }
        for (given, place) in [
            (&self.user, &mut connection.username),
            (&self.password, &mut connection.password),
            (&self.default_dest, &mut connection.default_dest_connection),
            (&self.default_schema, &mut connection.default_dest_schema),
            (&self.notes, &mut connection.notes),
        ] {
            if let Some(given) = given {
                given.put(place);
            }
        }
        if let Some(most) = &self.max_runs {
            most.put(&mut connection.max_runs);
        }
    }
}

impl Connection {
    pub fn run(self, context: &Context) -> Result<u8> {
        let ui = &context.ui;
        let mut store = context.store()?;
        match self {
            Connection::List => {
                let all = table::all(store.read())?;
                if ui.json {
                    ui.document(&all);
                } else if all.is_empty() {
                    ui.note("there are no connections yet: pipekit connection add NAME --driver D --url JDBC_URL");
                } else {
                    ui.table(
                        &["name", "driver", "url", "user", "password"],
                        all.into_iter().map(|c| {
                            let text = |t: Option<String>| Field::from(t.unwrap_or_default());
                            vec![c.name.into(), c.driver.into(), c.jdbc_url.into(), text(c.username), text(c.password)]
                        }),
                    );
                }
            }
            Connection::Show { name } => show(context, &table::find(store.read(), &name)?),
            Connection::Add { name, fields } => {
                let missing = |flag: &str| {
                    Error::new(Code::Usage, format!("{flag} is missing"))
                        .hint("pipekit connection add NAME --driver D --url JDBC_URL")
                };
                let mut connection = definition::Connection {
                    name,
                    driver: fields.driver.clone().ok_or_else(|| missing("--driver"))?,
                    jdbc_url: fields.url.clone().ok_or_else(|| missing("--url"))?,
                    username: None,
                    password: None,
                    default_dest_connection: None,
                    default_dest_schema: None,
                    max_runs: None,
                    notes: None,
                };
                fields.put(&mut connection);
                let id = store.write(|tx| definition::save(tx, None, &connection))?;
                let added = table::get(store.read(), id)?;
                super::said(context, &added, &format!("added connection {}", added.name));
                if let Ok(builtin::url::Url::Sqlite(url)) = builtin::url::parse(&added.jdbc_url)
                    && !url.path.starts_with(['/', ':'])
                {
                    ui.note(
                        "note: a relative path is looked for in the folder that pipekit is started in, by cron too",
                    );
                }
                ui.note(format!("next: pipekit connection test {}", added.name));
            }
            Connection::Edit { name, fields } => {
                let row = table::find(store.read(), &name)?;
                super::edit(
                    context,
                    &mut store,
                    fields != Fields::default(),
                    |conn| table::get(conn, row.id).map(definition::Connection::from),
                    |connection| fields.put(connection),
                    |conn, connection| definition::save(conn, Some(row.id), connection),
                )?;
                if ui.json {
                    ui.document(&table::get(store.read(), row.id)?);
                }
            }
            Connection::Remove { name, force } => {
                let (removed, modules) = store.write(|tx| definition::remove(tx, &name, force))?;
                let with = match modules.as_slice() {
                    [] => String::new(),
                    [one] => format!(", and module {one}"),
                    many => format!(", and modules {}", many.join(", ")),
                };
                let mut document = serde_json::json!(removed);
                document["removed_modules"] = serde_json::json!(modules);
                super::said(context, &document, &format!("removed connection {}{with}", removed.name));
            }
            Connection::Test { name } => {
                let tested = introspect::test(&store, &name, None)?;
                let line =
                    format!("{} {} answers ({} ms)", ui.paint("✔", Tone::Good), tested.connection, tested.elapsed_ms);
                super::said(context, &tested, &line);
            }
            Connection::Tables(tables) => tables.run(context, &store)?,
            Connection::Columns(columns) => columns.run(context, &store)?,
            Connection::Query { name, sql, limit } => query(context, &store, &name, &input::sql(&sql)?, limit)?,
        }
        Ok(0)
    }
}

fn query(context: &Context, store: &crate::store::Store, name: &str, sql: &str, limit: usize) -> Result<()> {
    let rows = introspect::query(store, name, sql, Some(limit))?;
    if context.ui.json {
        let list: Vec<serde_json::Map<String, serde_json::Value>> = rows
            .rows
            .iter()
            .map(|row| rows.columns.iter().cloned().zip(row.iter().map(|v| v.clone().into())).collect())
            .collect();
        context.ui.document(&list);
    } else if rows.columns.is_empty() {
        context.ui.note("done; the SQL gives no rows of its own");
    } else {
        let null = || Field("NULL".to_owned(), Tone::Faint);
        context.ui.table_as_named(
            &rows.columns,
            rows.rows.into_iter().map(|row| row.into_iter().map(|v| v.map_or_else(null, Field::from)).collect()),
        );
    }
    if rows.truncated {
        context.ui.warn(format!("only the first {limit} rows are shown; --limit N shows more"));
    }
    Ok(())
}

fn show(context: &Context, connection: &table::Connection) {
    if context.ui.json {
        return context.ui.document(connection);
    }
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let at_once = match connection.max_runs {
        Some(most) => format!("at most {most} of groups"),
        None if connection.kind == "sqlite" => "one of groups loads into it".to_owned(),
        None => String::new(),
    };
    context.ui.fields(&[
        ("name", connection.name.clone()),
        ("id", connection.id.to_string()),
        ("driver", connection.driver.clone()),
        ("url", connection.jdbc_url.clone()),
        ("user", text(&connection.username)),
        ("password", text(&connection.password)),
        ("default destination", text(&connection.default_dest_connection)),
        ("default schema", text(&connection.default_dest_schema)),
        ("runs at once", at_once),
        ("notes", text(&connection.notes)),
    ]);
}
