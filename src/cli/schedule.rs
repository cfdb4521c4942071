//! `pipekit schedule`.

use super::Context;
use super::input::{Maybe, id_of, maybe};
use super::output::{Field, Tone};
use crate::clock;
use crate::crontab::{Due, Moved};
use crate::definition::schedule as define;
use crate::engine::schedule::{Timetable, WithNext, with_next};
use crate::error::Result;
use crate::store::{Store, group, schedule as table};
use clap::{Args, Subcommand};
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

/// When groups run
///
/// Five fields as in crontab(5): minute, hour, day of the month, month, day of the week; or @hourly, @daily, @weekly,
/// @monthly, @yearly. Times are of the schedule's own zone. Where neither the minute nor the hour begins with `*`, a time
/// that daylight saving skips fires right after the gap and one that comes twice fires once; any other schedule fires at
/// each of its minutes that the clocks show: none in the gap, twice where they show it twice.
#[derive(Subcommand)]
#[command(after_help = "Example:\n  pipekit schedule add nightly '30 2 * * mon-fri' --timezone Europe/Berlin\n  \
    pipekit schedule next nightly")]
pub enum Schedule {
    /// List the schedules, of one group or of all, with their next time
    #[command(visible_alias = "ls", after_help = "Example:\n  pipekit schedule list")]
    List {
        /// The group's name or id
        group: Option<String>,
    },
    /// Show a schedule
    #[command(after_help = "Example:\n  pipekit schedule show 1")]
    Show {
        /// Its id
        #[arg(value_parser = id_of("schedule"))]
        id: i64,
    },
    /// Have a group run at these times
    #[command(after_help = "Example:\n  pipekit schedule add nightly '*/15 6-20 * * *'\n  \
        pipekit schedule add nightly @daily --timezone UTC")]
    Add {
        /// The group's name or id
        group: String,
        /// When, as crontab(5) has it; in quotes
        #[arg(value_name = "CRON")]
        cron_expr: String,
        #[command(flatten)]
        fields: Fields,
    },
    /// Change a schedule; without flags, in $EDITOR
    #[command(after_help = "Example:\n  pipekit schedule edit 1 --cron '45 2 * * *'")]
    Edit {
        /// Its id
        #[arg(value_parser = id_of("schedule"))]
        id: i64,
        /// When, as crontab(5) has it; in quotes
        #[arg(long, value_name = "CRON")]
        cron: Option<String>,
        #[command(flatten)]
        fields: Fields,
    },
    /// Let a schedule fire again, from now on
    #[command(after_help = "Example:\n  pipekit schedule enable 1")]
    Enable {
        /// Its id
        #[arg(value_parser = id_of("schedule"))]
        id: i64,
    },
    /// Keep a schedule from firing
    #[command(after_help = "Example:\n  pipekit schedule disable 1")]
    Disable {
        /// Its id
        #[arg(value_parser = id_of("schedule"))]
        id: i64,
    },
    /// Remove a schedule
    #[command(visible_alias = "rm", after_help = "Example:\n  pipekit schedule remove 1")]
    Remove {
        /// Its id
        #[arg(value_parser = id_of("schedule"))]
        id: i64,
    },
    /// Show the next times, in the schedule's zone and in UTC
    #[command(after_help = "Example:\n  pipekit schedule next\n  pipekit schedule next nightly --count 10\n  \
        pipekit schedule next nightly --from 2027-03-28")]
    Next {
        /// The group's name or id; all groups where there is none
        group: Option<String>,
        /// How many
        #[arg(long, default_value_t = 5, value_name = "N")]
        count: usize,
        /// After this time [default: now]
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
    },
}

/// The flags of `add` and `edit`.
#[derive(Args, Default, PartialEq)]
pub struct Fields {
    /// The time zone, such as Europe/Berlin; `none` for the setting `timezone`, or else the machine's
    #[arg(long, value_name = "ZONE", value_parser = maybe::<String>)]
    timezone: Option<Maybe<String>>,
    /// How many seconds late a time that was missed is made up, at most [default: 3600]
    #[arg(long, value_name = "SECONDS")]
    catch_up_s: Option<i64>,
}

impl Fields {
    fn put(&self, schedule: &mut define::Schedule) {
        match &self.timezone {
            Some(Maybe::Some(zone)) => schedule.timezone = Some(zone.clone()),
            Some(Maybe::Nothing) => schedule.timezone = None,
            None => {}
        }
        if let Some(seconds) = self.catch_up_s {
            schedule.catch_up_s = seconds;
        }
    }
}

/// Schedules, one a line.
pub fn table(context: &Context, schedules: &[WithNext]) {
    context.ui.table(
        &["id", "group", "when", "zone", "next", "last", ""],
        schedules.iter().map(|shown| {
            let schedule = &shown.schedule;
            let off = if schedule.enabled { Field::from("") } else { Field("disabled".to_owned(), Tone::Faint) };
            let time = |at: Option<String>| at.unwrap_or_else(|| "-".to_owned());
            vec![
                Field(schedule.id.to_string(), Tone::Number),
                schedule.group.as_str().into(),
                schedule.cron_expr.as_str().into(),
                schedule.timezone.as_deref().unwrap_or("-").into(),
                time(shown.next_local()).into(),
                time(schedule.last_fired_at.as_deref().map(|at| shown.local(at))).into(),
                off,
            ]
        }),
    );
}

impl Schedule {
    pub fn run(self, context: &Context) -> Result<u8> {
        let ui = &context.ui;
        let mut store = context.store()?;
        match self {
            Schedule::List { group } => {
                let schedules = of(&store, group.as_deref())?;
                let schedules: Vec<_> = schedules.into_iter().map(|s| with_next(store.read(), s)).collect();
                if ui.json {
                    ui.document(&schedules);
                } else if schedules.is_empty() {
                    ui.note("there are no schedules yet: `pipekit schedule add GROUP '30 2 * * *'`");
                } else {
                    table(context, &schedules);
                }
            }
            Schedule::Show { id } => {
                let one = with_next(store.read(), table::get(store.read(), id)?);
                if ui.json {
                    ui.document(&one);
                } else {
                    ui.fields(&[
                        ("id", id.to_string()),
                        ("group", one.schedule.group.clone()),
                        ("when", one.schedule.cron_expr.clone()),
                        ("zone", one.schedule.timezone.clone().unwrap_or_default()),
                        ("made up if missed by", format!("{} s", one.schedule.catch_up_s)),
                        ("enabled", if one.schedule.enabled { "yes" } else { "no" }.to_owned()),
                        ("next", one.next_local().unwrap_or_default()),
                        ("last", one.schedule.last_fired_at.as_deref().map(|at| one.local(at)).unwrap_or_default()),
                    ]);
                }
            }
            Schedule::Add { group, cron_expr, fields } => {
                let mut schedule = define::Schedule {
                    group,
                    cron_expr,
                    timezone: None,
                    catch_up_s: define::CATCH_UP_S,
                    enabled: true,
                };
                fields.put(&mut schedule);
                let id = store.write(|tx| define::add(tx, &schedule))?;
                let added = with_next(store.read(), table::get(store.read(), id)?);
                let next = added.next_local().unwrap_or_else(|| "never".to_owned());
                let line = format!("added schedule {id} to group {}; next at {next}", added.schedule.group);
                super::said(context, &added, &line);
                ui.note("`pipekit tick` every minute, from crontab or a systemd timer, runs what is due");
            }
            Schedule::Edit { id, cron, fields } => {
                super::edit(
                    context,
                    &mut store,
                    cron.is_some() || fields != Fields::default(),
                    |conn| table::get(conn, id).map(define::Schedule::from),
                    |schedule| {
                        if let Some(cron) = cron {
                            schedule.cron_expr = cron;
                        }
                        fields.put(schedule);
                    },
                    |conn, schedule| define::save(conn, Some(id), schedule),
                )?;
                if ui.json {
                    ui.document(&table::get(store.read(), id)?);
                }
            }
            Schedule::Enable { id } => enable(context, &mut store, id, true)?,
            Schedule::Disable { id } => enable(context, &mut store, id, false)?,
            Schedule::Remove { id } => {
                let removed = table::get(store.read(), id)?;
                store.write(|tx| table::delete(tx, id))?;
                super::said(context, &removed, &format!("removed schedule {id} of group {}", removed.group));
            }
            Schedule::Next { group, count, from } => next(context, &store, group.as_deref(), count, from.as_deref())?,
        }
        Ok(0)
    }
}

/// The schedules of a group, or all.
fn of(store: &Store, group: Option<&str>) -> Result<Vec<table::Schedule>> {
    match group {
        Some(name) => table::of_group(store.read(), group::find(store.read(), name)?.id),
        None => table::all(store.read()),
    }
}

fn enable(context: &Context, store: &mut Store, id: i64, enabled: bool) -> Result<()> {
    let changed = store.write(|tx| {
        let row = table::get(tx, id)?;
        if row.enabled != enabled {
            let mut schedule = define::Schedule::from(row);
            schedule.enabled = enabled;
            define::save(tx, Some(id), &schedule)?;
        }
        table::get(tx, id)
    })?;
    let word = if enabled { "enabled" } else { "disabled" };
    super::said(context, &changed, &format!("{word} schedule {id} of group {}", changed.group));
    Ok(())
}

/// A time of a schedule, as JSON has it.
#[derive(Serialize)]
struct Next {
    schedule_id: i64,
    group: String,
    at: String,
    local: String,
    /// What daylight saving does to it.
    moved: Option<String>,
}

fn next(context: &Context, store: &Store, group: Option<&str>, count: usize, from: Option<&str>) -> Result<()> {
    let from = from.map_or_else(|| Ok(clock::now()), clock::since)?;
    let mut all: Vec<(Timestamp, Next)> = Vec::new();
    let mut disabled = 0;
    for schedule in of(store, group)? {
        if !schedule.enabled {
            disabled += 1;
            continue;
        }
        let times = Timetable::of(store.read(), &schedule)?;
        all.extend(times.after(from).take(count).map(|due| {
            let next = Next {
                schedule_id: schedule.id,
                group: schedule.group.clone(),
                at: clock::text(due.at),
                local: clock::in_zone(due.at, times.zone()),
                moved: moved(&due),
            };
            (due.at, next)
        }));
    }
    all.sort_by_key(|(at, _)| *at);
    all.truncate(count);
    let ui = &context.ui;
    if ui.json {
        ui.document(&all.into_iter().map(|(_, next)| next).collect::<Vec<_>>());
        return Ok(());
    }
    if all.is_empty() {
        ui.note(match disabled {
            0 => "there is no schedule: `pipekit schedule add GROUP '30 2 * * *'`".to_owned(),
            n => format!("nothing is to come: {n} schedule(s) are disabled, `pipekit schedule enable ID`"),
        });
        return Ok(());
    }
    ui.table(
        &["group", "schedule", "in its zone", "utc", ""],
        all.into_iter().map(|(at, next)| {
            vec![
                next.group.into(),
                Field(next.schedule_id.to_string(), Tone::Number),
                next.local.into(),
                clock::in_zone(at, &TimeZone::UTC).trim_end_matches(" UTC").into(),
                Field(next.moved.unwrap_or_default(), Tone::Odd),
            ]
        }),
    );
    Ok(())
}

/// What daylight saving does to a time, in words.
fn moved(due: &Due) -> Option<String> {
    Some(match due.moved? {
        Moved::Skipped(at) => format!("{} is skipped by daylight saving: right after", at.strftime("%H:%M")),
        Moved::Repeated => "comes twice by daylight saving: the first".to_owned(),
    })
}
