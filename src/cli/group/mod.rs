//! `pipekit group`.

mod run;
mod runs;
mod show;

pub(super) use run::work;

use super::Context;
use super::output::{Field, Tone};
use crate::definition::group as define;
use crate::error::{Code, Error, Result};
use crate::store::{Store, group as table, module};
use clap::{Args, Subcommand};

/// Modules that run together, in order
///
/// A group's run goes on past failures, unless the group stops on them, and ends as the worst of its members. Members
/// that have the same place run side by side, as many at once as --max-parallel says. Schedules belong to groups.
#[derive(Subcommand)]
#[command(after_help = "Example:\n  pipekit group add nightly\n  pipekit group member add nightly orders\n  \
    pipekit schedule add nightly '30 2 * * *'\n  pipekit group run nightly")]
pub enum Group {
    /// List the groups
    #[command(visible_alias = "ls", after_help = "Example:\n  pipekit group list")]
    List,
    /// Show a group: its members, schedules, next times and last runs
    #[command(after_help = "Example:\n  pipekit group show nightly")]
    Show {
        /// Its name or id
        name: String,
    },
    /// Add a group
    #[command(after_help = "Example:\n  pipekit group add nightly --members customers,orders\n  \
        pipekit group add hourly --members customers+items,orders --max-parallel 4")]
    Add {
        /// Its name
        name: String,
        #[command(flatten)]
        fields: Fields,
    },
    /// Change a group; without flags, in $EDITOR
    #[command(after_help = "Example:\n  pipekit group edit nightly --stop-on-failure true")]
    Edit {
        /// Its name or id
        name: String,
        #[command(flatten)]
        fields: Fields,
        /// Another name
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
    },
    /// Remove a group; its modules and its runs stay
    #[command(visible_alias = "rm", after_help = "Example:\n  pipekit group remove nightly")]
    Remove {
        /// Its name or id
        name: String,
        /// With its schedules
        #[arg(long)]
        force: bool,
    },
    #[command(subcommand)]
    Member(Member),
    /// Run a group now, and wait
    ///
    /// Ctrl-C cancels the members that run and the rest.
    #[command(after_help = "Example:\n  pipekit group run nightly\n  pipekit group run nightly --dry-run")]
    Run {
        /// Its name or id
        name: String,
        /// Resolve the watermarks and show the SQL; move nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Stop the run of a group, in whatever process it runs
    #[command(after_help = "Example:\n  pipekit group cancel nightly")]
    Cancel {
        /// Its name or id
        name: String,
        /// Don't wait for it to end
        #[arg(long)]
        no_wait: bool,
    },
    /// List runs of groups, newest first; with an id, show one
    #[command(after_help = "Example:\n  pipekit group runs nightly --limit 5\n  pipekit group runs --id 17")]
    Runs {
        /// The group's name or id; all groups where there is none
        name: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: i64,
        /// The group run to show, with its members
        #[arg(long, conflicts_with = "name", value_name = "ID")]
        id: Option<i64>,
    },
}

/// The modules of a group
#[derive(Subcommand)]
#[command(after_help = "Example:\n  pipekit group member add nightly orders --order 2")]
pub enum Member {
    /// Put a module into a group, or to another place in it
    #[command(after_help = "Example:\n  pipekit group member add nightly orders")]
    Add {
        /// The group's name or id
        group: String,
        /// The module's name or id
        module: String,
        /// Its place: smaller numbers run first, equal ones side by side [default: the last]
        #[arg(long, value_name = "N", allow_negative_numbers = true)]
        order: Option<i64>,
    },
    /// Take a module out of a group
    #[command(visible_alias = "rm", after_help = "Example:\n  pipekit group member remove nightly orders")]
    Remove {
        /// The group's name or id
        group: String,
        /// The module's name or id
        module: String,
    },
    /// List the modules of a group, or of all
    #[command(visible_alias = "ls", after_help = "Example:\n  pipekit group member list nightly")]
    List {
        /// The group's name or id
        group: Option<String>,
    },
}

/// The flags of `add` and `edit`.
#[derive(Args, Default, PartialEq)]
pub struct Fields {
    /// Whether a failure stops the rest
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    stop_on_failure: Option<bool>,
    /// How many members of one place run at once, from 1 to 100
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    max_parallel: Option<i64>,
    /// Its modules, in the order in which they run, with commas between them; a+b share a place
    #[arg(long, value_name = "A,B")]
    members: Option<String>,
}

impl Fields {
    fn put(&self, group: &mut define::Group) {
        if let Some(stop) = self.stop_on_failure {
            group.stop_on_failure = stop;
        }
        if let Some(members) = &self.members {
            group.members = define::split_places(members);
        }
        if let Some(most) = self.max_parallel {
            group.max_parallel = most;
        }
    }
}

impl Group {
    pub fn run(self, context: &Context) -> Result<u8> {
        let mut store = context.store()?;
        match self {
            Group::List => show::list(context, &store)?,
            Group::Show { name } => show::show(context, &store, &name)?,
            Group::Add { name, fields } => {
                let mut group = define::Group::new(name);
                fields.put(&mut group);
                let id = store.write(|tx| define::save(tx, None, &group))?;
                let added = table::find(store.read(), &id.to_string())?;
                super::said(context, &added, &format!("added group {}", added.name));
                if added.members == 0 {
                    context.ui.note(format!("next: pipekit group member add {} MODULE", added.name));
                }
                note_in_vain(context, &group);
            }
            Group::Edit { name, fields, rename } => {
                let id = table::find(store.read(), &name)?.id;
                super::edit(
                    context,
                    &mut store,
                    rename.is_some() || fields != Fields::default(),
                    |conn| define::load(conn, &id.to_string()),
                    |group| {
                        fields.put(group);
                        if let Some(name) = rename {
                            group.name = name;
                        }
                    },
                    |conn, group| define::save(conn, Some(id), group),
                )?;
                if context.ui.json {
                    context.ui.document(&table::find(store.read(), &id.to_string())?);
                }
                note_in_vain(context, &define::load(store.read(), &id.to_string())?);
            }
            Group::Remove { name, force } => {
                let removed = store.write(|tx| define::remove(tx, &name, force))?;
                let line = format!("removed group {} and its schedules; its modules and runs stay", removed.name);
                super::said(context, &removed, &line);
            }
            Group::Member(member) => return member.run(context, &mut store),
            Group::Run { name, dry_run } => return run::run(context, &mut store, &name, dry_run),
            Group::Cancel { name, no_wait } => runs::cancel(context, &mut store, &name, no_wait)?,
            Group::Runs { id: Some(id), .. } => runs::show(context, &store, id)?,
            Group::Runs { name, limit, id: None } => runs::list(context, &store, name.as_deref(), limit)?,
        }
        Ok(0)
    }
}

impl Member {
    fn run(self, context: &Context, store: &mut Store) -> Result<u8> {
        let ui = &context.ui;
        match self {
            Member::Add { group, module, order } => {
                let (group, module) = (table::find(store.read(), &group)?, module::find(store.read(), &module)?);
                let of = |members: &[table::Member]| members.iter().position(|m| m.module_id == module.id);
                let before = table::members(store.read(), Some(group.id))?;
                let before = of(&before).map(|place| before[place].run_order);
                store.write(|tx| define::put_member(tx, group.id, module.id, order))?;
                let members = table::members(store.read(), Some(group.id))?;
                let place = of(&members).unwrap_or(0);
                let (number, all, now) = (place + 1, members.len(), members[place].run_order);
                let moved = match before {
                    Some(before) if before == now => ", where it was already".to_owned(),
                    Some(before) => format!(": from place {before} to place {now}"),
                    None => String::new(),
                };
                let line = format!("module {} is number {number} of {all} in group {}{moved}", module.name, group.name);
                super::said(context, &members[place], &line);
                if !module.enabled {
                    ui.note(format!("it is disabled, so that groups skip it: `pipekit module enable {}`", module.name));
                }
            }
            Member::Remove { group, module } => {
                let (group, module) = (table::find(store.read(), &group)?, module::find(store.read(), &module)?);
                let members = table::members(store.read(), Some(group.id))?;
                let removed = members.into_iter().find(|m| m.module_id == module.id);
                if !store.write(|tx| table::remove_member(tx, group.id, module.id))? {
                    return Err(Error::new(
                        Code::NotFound,
                        format!("module {} is not in group {}", module.name, group.name),
                    )
                    .hint(format!("`pipekit group member list {}` shows what is", group.name)));
                }
                super::said(context, &removed, &format!("took module {} out of group {}", module.name, group.name));
            }
            Member::List { group } => {
                let id = group.map(|name| table::find(store.read(), &name)).transpose()?.map(|g| g.id);
                let members = table::members(store.read(), id)?;
                if ui.json {
                    ui.document(&members);
                } else if members.is_empty() {
                    ui.note("there are no members: `pipekit group member add GROUP MODULE`");
                } else {
                    ui.table(&["group", "order", "module", ""], members.into_iter().map(|m| show::member(m, true)));
                }
            }
        }
        Ok(0)
    }
}

/// Says where members were to run at once, and none do.
fn note_in_vain(context: &Context, group: &define::Group) {
    if group.is_in_vain() {
        context.ui.note(format!(
            "note: each member has a place of its own, so that they still run one after the other; \
             `pipekit group edit {} --members a+b,c` has a and b run side by side",
            group.name
        ));
    }
}

/// A number in a table.
fn number(n: i64) -> Field {
    Field(n.to_string(), Tone::Number)
}
