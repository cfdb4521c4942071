//! What goes on, or says so: claims whose process is gone, runs that take too long, ends that are not known, and
//! notifications that did not arrive. Nothing is settled here.

use super::{Checks, first_line, side_by_side};
use crate::clock;
use crate::engine::merge::unknown_hint;
use crate::error::Result;
use crate::store::lock::{Holder, Lock};
use crate::store::{Store, group_run, module, notification, run};

/// Somebody who says that he runs.
struct Claim {
    name: String,
    holder: Option<Holder>,
    claim: String,
    who: String,
    since: String,
    timeout_s: Option<i64>,
    cancel: String,
}

/// Looks at who runs, and at how the newest came out.
pub fn check(store: &Store, out: &mut Checks) -> Result<()> {
    let claims = claims(store)?;
    let path = store.path();
    // Each may have to be waited for a moment.
    let looked = side_by_side(&claims, 32, |claim| match claim.holder {
        Some(holder) => Lock::look(path, holder, &claim.claim).map(|lock| lock.is_some()),
        None => Ok(true),
    });
    for (claim, dead) in claims.iter().zip(looked) {
        let Claim { name, who, since, cancel, .. } = claim;
        let lasted = clock::lasted(since, None).unwrap_or_default() / 1000;
        let when = clock::ago(since);
        match (dead, claim.timeout_s) {
            (Err(error), _) => out.failed(name, error),
            (Ok(true), _) => out.error(
                name,
                format!("a stale lock: it says that {who} has run it since {}, and that is gone", clock::local(since)),
                "`pipekit status` settles it, as every command does that looks: then `pipekit log` says what became of it",
            ),
            (Ok(false), Some(timeout)) if lasted > timeout => out.warning(
                name,
                format!("{who} has run it for {lasted} s, and its timeout is {timeout} s"),
                format!("`{cancel}` stops it; where that does nothing, end that process"),
            ),
            (Ok(false), _) => out.ok(name, format!("runs ({who}, began {when})")),
        }
    }
    let filter = run::Filter { statuses: vec!["unknown".to_owned()], ..run::Filter::default() };
    for open in run::list(store.read(), &filter)? {
        let why = first_line(open.error.as_deref().unwrap_or_default()).to_owned();
        out.error(
            &open.module_name,
            format!("it is not known whether run {} merged, and no other begins before it is: {why}", open.id),
            unknown_hint(open.id, "the destination"),
        );
    }
    if let Some(error) = notification::newest(store.read())?.and_then(|told| told.error) {
        out.warning(
            "notifications",
            format!("the newest could not be told: {}", first_line(&error)),
            "`pipekit settings test` tries the notify_command again",
        );
    }
    if out.list.is_empty() {
        out.ok("locks", "nothing runs, and nothing is left of what ran");
    }
    Ok(())
}

/// Everybody who says that he runs: modules, then groups.
fn claims(store: &Store) -> Result<Vec<Claim>> {
    let who = |pid: Option<i64>, host: Option<String>| match (pid, host) {
        (Some(pid), Some(host)) => format!("process {pid} on {host}"),
        _ => "a process".to_owned(),
    };
    let mut all = Vec::new();
    for (id, claim) in module::claimed(store.read())? {
        let row = module::get(store.read(), id)?;
        all.push(Claim {
            cancel: format!("pipekit cancel {}", row.name),
            name: row.name,
            holder: Some(Holder::Module(id)),
            who: who(row.lock_pid, row.lock_host),
            since: claim.clone(),
            claim,
            timeout_s: Some(row.timeout_s),
        });
    }
    for run in group_run::running(store.read(), None)? {
        all.push(Claim {
            claim: run.claim(),
            cancel: format!("pipekit group cancel {}", run.group_name),
            holder: run.group_id.map(Holder::Group),
            who: who(run.pid, run.host),
            since: run.started_at,
            name: format!("group {}", run.group_name),
            timeout_s: None,
        });
    }
    Ok(all)
}
