//! `pipekit driver`.

use super::output::Field;
use super::{Context, input::Maybe, input::maybe};
use crate::definition::driver as definition;
use crate::definition::scan::{self, Action};
use crate::error::{Code, Error, Result};
use crate::store::driver as table;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Which program speaks to which kind of database
///
/// What the built-in runner speaks (SQLite, PostgreSQL, MySQL) is there from the start. A driver with a JDBC jar belongs to
/// jrunner.
#[derive(Subcommand)]
#[command(after_help = "Example:\n  pipekit driver list")]
pub enum Driver {
    /// List the drivers
    #[command(visible_alias = "ls", after_help = "Example:\n  pipekit driver list --json")]
    List,
    /// Show a driver
    #[command(after_help = "Example:\n  pipekit driver show postgresql")]
    Show {
        /// Its name or id
        name: String,
    },
    /// Add a driver; one of that name is changed to what is given
    #[command(
        after_help = "Example:\n  pipekit driver add as400 --kind db2 --jar /opt/jrunner/lib/jt400.jar \\\n      \
        --class com.ibm.as400.access.AS400JDBCDriver \\\n      --url-template 'jdbc:as400://HOST'"
    )]
    Add {
        /// Its name
        name: String,
        #[command(flatten)]
        fields: Fields,
    },
    /// Change a driver; without flags, in $EDITOR
    ///
    /// `none` takes a value away: --class none.
    #[command(after_help = "Example:\n  pipekit driver edit as400 --jar /opt/jrunner/lib/jt400-21.jar")]
    Edit {
        /// Its name or id
        name: String,
        #[command(flatten)]
        fields: Fields,
    },
    /// Add a driver for each known JDBC jar in a folder
    ///
    /// Known are jt400, mssql-jdbc, jtds, postgresql, mariadb-java-client, mysql-connector, sqlite-jdbc, h2, derby,
    /// derbyclient and ojdbc. Of several versions the newest counts. A driver that is there gets a newer jar, and keeps
    /// everything else; what is built in stays as it is.
    #[command(after_help = "Example:\n  pipekit driver scan /usr/share/java")]
    Scan {
        /// The folder
        dir: PathBuf,
    },
    /// Remove a driver that no connection uses
    #[command(visible_alias = "rm", after_help = "Example:\n  pipekit driver remove as400")]
    Remove {
        /// Its name or id
        name: String,
    },
}

/// The flags of `add` and `edit`.
#[derive(Args, Default, PartialEq)]
pub struct Fields {
    /// The dialect: db2 sqlserver postgresql mysql sqlite h2 derby generic
    #[arg(long)]
    kind: Option<String>,
    /// The JDBC driver's jar; `none` for the built-in runner
    #[arg(long, value_name = "FILE", value_parser = maybe::<String>)]
    jar: Option<Maybe<String>>,
    /// The JDBC driver's class
    #[arg(long, value_parser = maybe::<String>)]
    class: Option<Maybe<String>>,
    /// What its URLs look like
    #[arg(long, value_name = "T", value_parser = maybe::<String>)]
    url_template: Option<Maybe<String>>,
}

impl Fields {
    fn put(&self, driver: &mut definition::Driver) {
        if let Some(kind) = &self.kind {
            driver.kind.clone_from(kind);
        }
        for (given, place) in [
            (&self.jar, &mut driver.jar_file),
            (&self.class, &mut driver.class_name),
            (&self.url_template, &mut driver.url_template),
        ] {
            if let Some(given) = given {
                given.put(place);
            }
        }
    }
}

impl Driver {
    pub fn run(self, context: &Context) -> Result<u8> {
        let ui = &context.ui;
        let mut store = context.store()?;
        match self {
            Driver::List => {
                let drivers = table::all(store.read())?;
                if ui.json {
                    ui.document(&drivers);
                } else {
                    ui.table(
                        &["name", "kind", "runner", "url"],
                        drivers.into_iter().map(|d| {
                            let runner = d.jar_file.unwrap_or_else(|| "built in".to_owned());
                            vec![
                                d.name.into(),
                                d.kind.into(),
                                runner.into(),
                                Field::from(d.url_template.unwrap_or_default()),
                            ]
                        }),
                    );
                }
            }
            Driver::Show { name } => show(context, &table::find(store.read(), &name)?),
            Driver::Add { name, fields } => {
                let kind = fields.kind.clone().ok_or_else(|| {
                    Error::new(Code::Usage, "--kind is missing")
                        .hint(format!("one of {}", definition::KINDS.join(", ")))
                })?;
                let mut driver =
                    definition::Driver { name, kind, jar_file: None, class_name: None, url_template: None };
                fields.put(&mut driver);
                let (id, was_there) = store.write(|tx| definition::register(tx, &driver))?;
                let word = if was_there { "there already, now as given: driver" } else { "added driver" };
                super::said(context, &table::get(store.read(), id)?, &format!("{word} {}", driver.name));
            }
            Driver::Edit { name, fields } => {
                let row = table::find(store.read(), &name)?;
                super::edit(
                    context,
                    &mut store,
                    fields != Fields::default(),
                    |conn| table::get(conn, row.id).map(definition::Driver::from),
                    |driver| fields.put(driver),
                    |conn, driver| definition::save(conn, Some(row.id), driver),
                )?;
                show_if_json(context, &table::get(store.read(), row.id)?);
            }
            Driver::Scan { dir } => {
                let found = store.write(|tx| scan::scan(tx, &dir))?;
                if ui.json { ui.document(&found) } else { scanned(context, found) }
            }
            Driver::Remove { name } => {
                let removed = store.write(|tx| definition::remove(tx, &name))?;
                super::said(context, &removed, &format!("removed driver {}", removed.name));
            }
        }
        Ok(0)
    }
}

/// What a scan found, one jar a line; those that are no driver are many, and counted.
fn scanned(context: &Context, found: Vec<scan::Found>) {
    let ui = &context.ui;
    let (shown, others): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|jar| ui.verbose || jar.action != Action::Unknown);
    if !shown.is_empty() {
        ui.table(
            &["jar", "driver", ""],
            shown.into_iter().map(|jar| {
                let became = match jar.action {
                    Action::Added => "added",
                    Action::Updated => "updated",
                    Action::There => "there already",
                    Action::Older => "not newer",
                    Action::Unknown => "not known",
                };
                vec![jar.jar_file.into(), jar.driver.unwrap_or_default().into(), became.into()]
            }),
        );
    }
    if !others.is_empty() {
        ui.note(format!("{} jar(s) are no driver that is known; --verbose names them", others.len()));
    }
}

fn show(context: &Context, driver: &table::Driver) {
    if context.ui.json {
        return context.ui.document(driver);
    }
    context.ui.fields(&[
        ("name", driver.name.clone()),
        ("id", driver.id.to_string()),
        ("kind", driver.kind.clone()),
        ("runner", if driver.jar_file.is_some() { "jrunner".into() } else { "built in".into() }),
        ("jar", driver.jar_file.clone().unwrap_or_default()),
        ("class", driver.class_name.clone().unwrap_or_default()),
        ("url", driver.url_template.clone().unwrap_or_default()),
    ]);
}

fn show_if_json(context: &Context, driver: &table::Driver) {
    if context.ui.json {
        context.ui.document(driver);
    }
}
