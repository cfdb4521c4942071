//! The schedules: when each fires next, and whether anybody looks at them.

use super::Checks;
use crate::clock;
use crate::engine::schedule::{Timetable, with_next};
use crate::error::Result;
use crate::store::{Store, group, lock, schedule};
use std::path::PathBuf;

/// Who looks once a minute has looked within this.
const LATE: i64 = 5 * 60;
/// Who looks now and then, such as a crontab of its own.
const GONE: i64 = 60 * 60;

/// Looks at each schedule and group, and at who looks at them.
pub fn check(store: &Store, out: &mut Checks) -> Result<()> {
    let conn = store.read();
    let (mut fires, members) = (false, group::members(conn, None)?);
    for group in group::all(conn)? {
        let name = &group.name;
        let schedules = schedule::of_group(conn, group.id)?;
        let (mut enabled, is_disabled) = (false, !schedules.is_empty());
        for schedule in schedules {
            let (of, cron) = (format!("{name} ({})", schedule.id), schedule.cron_expr.clone());
            if !schedule.enabled {
                out.note(&of, format!("`{cron}` is disabled: `pipekit schedule enable {}`", schedule.id));
                continue;
            }
            enabled = true;
            if let Err(error) = Timetable::of(conn, &schedule) {
                out.failed(&of, error);
                continue;
            }
            fires = true;
            let id = schedule.id;
            match with_next(conn, schedule).next_local() {
                Some(next) => out.ok(&of, format!("`{cron}`, next {next}")),
                None => out.warning(
                    &of,
                    format!("`{cron}` never fires: there is no such time"),
                    format!("`pipekit schedule edit {id}` mends it, `pipekit schedule next {name}` tries it"),
                ),
            }
        }
        let mut of_group = members.iter().filter(|member| member.group_id == group.id).peekable();
        if !enabled && is_disabled {
            out.note(name, "no schedule fires it: those that it has are disabled");
        } else if !enabled {
            out.note(name, format!("no schedule fires it: `pipekit schedule add {name} '30 2 * * *'`"));
        } else if of_group.peek().is_none() {
            out.warning(
                name,
                "it has no members: its schedule runs nothing",
                format!("`pipekit group member add {name} MODULE`"),
            );
        } else if of_group.all(|member| !member.enabled) {
            out.warning(
                name,
                "all its members are disabled: its schedule runs nothing",
                format!("`pipekit module enable MODULE`; `pipekit group show {name}` shows them"),
            );
        }
    }
    if fires {
        scheduler(store, out);
    }
    Ok(())
}

/// Whether somebody looks at what is due: a server, or `tick` by cron or a timer.
fn scheduler(store: &Store, out: &mut Checks) {
    let looked = lock::last_look(store.path());
    let ago = looked.as_deref().and_then(clock::parse).map(|at| clock::now().duration_since(at).as_secs());
    // As cron finds it: its PATH is a short one, and its mail is for what went wrong.
    let program = std::env::current_exe().map_or("pipekit".to_owned(), |path| path.display().to_string());
    // cron gives it no variable of this shell.
    let secrets = match std::env::var_os("PIPEKIT_SECRETS").filter(|path| !path.is_empty()) {
        Some(path) => format!("PIPEKIT_SECRETS='{}' ", PathBuf::from(path).display()),
        None => String::new(),
    };
    let hint = format!(
        "a line in your crontab (`crontab -e`) has it done: `* * * * * {secrets}{program} --db {} --quiet tick`; where pipekit is \
         installed as a service: `systemctl enable --now pipekit`",
        store.path().display()
    );
    let told = looked.as_deref().map(clock::ago).unwrap_or_default();
    match ago {
        Some(..=LATE) => out.ok("scheduler", format!("what is due was looked at {told}")),
        Some(..=GONE) => out.warning("scheduler", format!("what is due was last looked at {told}"), hint),
        Some(_) => out.error("scheduler", format!("nothing has looked at what is due since {told}"), hint),
        None => {
            out.error("scheduler", "nothing looks at what is due: neither `pipekit serve` nor `pipekit tick`", hint)
        }
    }
}
