//! Who runs a group: the claim, its proof, and runs whose process is gone.
//!
//! A group's claim is its row of `group_run` that says `running`; the proof is a lock of its own, as a module's is
//! ([`crate::store::lock`]). Claimers take turns, so that one who finds the lock held finds the holder's row too.

use crate::clock;
use crate::engine::notify;
use crate::error::{Code, Error, Result};
use crate::store::group::Group;
use crate::store::group_run::{self as table, Due, GroupRun, NewGroupRun};
use crate::store::lock::{Holder, Lock, Turn};
use crate::store::{Store, group, module};
use rusqlite::Connection;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A group that is ours to run.
pub struct Claimed {
    /// Its row.
    pub id: i64,
    /// The group.
    pub group: Group,
    /// What set it off.
    pub triggered_by: String,
    /// The proof.
    pub(crate) lock: Arc<Lock>,
}

/// A turn at claiming groups.
///
/// # Errors
/// `System` when the lock file can't be made.
pub fn turn(store: &Store) -> Result<Turn> {
    Turn::wait(store.path(), "groups")
}

/// Claims a group for a run by hand.
///
/// # Errors
/// `NotFound`, and `Locked` when it is running.
pub fn claim(store: &mut Store, name_or_id: &str, triggered_by: &str) -> Result<Claimed> {
    let _turn = turn(store)?;
    let group = group::find(store.read(), name_or_id)?;
    let lock = take(store, group.id)?.map_err(|running| locked(&group.name, running.as_ref()))?;
    let id = store.write_durably(|tx| begin(tx, &group, None, None, triggered_by, &lock))?;
    Ok(Claimed { id, group, triggered_by: triggered_by.to_owned(), lock })
}

/// Takes the lock of a group, and settles what a dead run left; otherwise gives the run that has it, where that is
/// known. To be called in a [`turn`].
pub(crate) fn take(store: &mut Store, group_id: i64) -> Result<Result<Arc<Lock>, Option<GroupRun>>> {
    // A run that is over lets go of its lock a moment after its row says so.
    let patience = Instant::now() + Duration::from_secs(5);
    loop {
        let running = table::running(store.read(), Some(group_id))?;
        let claim = running.last().map(GroupRun::claim);
        match Lock::take(store.path(), Holder::Group(group_id), claim.as_deref())? {
            Some(_) if lives(store, &running)? => {
                if Instant::now() > patience {
                    return Ok(Err(running.into_iter().next_back()));
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            Some(lock) => {
                for dead in &running {
                    store.write(|tx| close_dead(tx, dead))?;
                }
                return Ok(Ok(Arc::new(lock)));
            }
            None if running.is_empty() && Instant::now() < patience => std::thread::sleep(Duration::from_millis(20)),
            None => return Ok(Err(running.into_iter().next_back())),
        }
    }
}

/// Begins the run of a group whose lock is held: the row, its members, and what the lock proves.
pub(crate) fn begin(
    conn: &Connection,
    group: &Group,
    due: Option<Due<'_>>,
    reason: Option<&str>,
    triggered_by: &str,
    lock: &Lock,
) -> Result<i64> {
    let new = NewGroupRun { group_id: group.id, group_name: &group.name, due, status: "running", reason, triggered_by };
    let id = table::insert(conn, &new)?;
    for member in group::members(conn, Some(group.id))? {
        let (status, reason) = if member.enabled { ("waiting", None) } else { ("skipped", Some("it is disabled")) };
        table::add_member(conn, id, &member, status, reason)?;
    }
    lock.prove(&table::claim(id))?;
    Ok(id)
}

/// Ends a run that was claimed and could not begin.
///
/// # Errors
/// Only where pipekit's own file can't be used.
pub fn give_up(store: &mut Store, claimed: &Claimed, why: &str) -> Result<()> {
    store.write_durably(|tx| {
        table::skip_rest(tx, claimed.id, why)?;
        table::finish(tx, claimed.id, "error", Some(why), &clock::now_text())?;
        notify::after_group(tx, claimed.id)
    })
}

/// The error for a group that is running, saying who runs it.
pub(crate) fn locked(name: &str, running: Option<&GroupRun>) -> Error {
    let who = match running.map(|run| (run.id, clock::local(&run.started_at), run.pid, &run.host)) {
        Some((id, since, Some(pid), Some(host))) => {
            format!(": group run {id} since {since} (process {pid} on {host})")
        }
        _ => String::new(),
    };
    Error::new(Code::Locked, format!("group {name} is already running{who}"))
        .hint(format!("`pipekit group show {name}` shows how far it is, `pipekit group cancel {name}` stops it"))
}

/// Asks the run of the group of that name or id to stop, in whatever process it is, and gives the run as it was then.
///
/// # Errors
/// `NotFound`, and `Failed` where it is not running.
pub fn request_cancel(store: &mut Store, name_or_id: &str) -> Result<GroupRun> {
    store.write(|tx| {
        let group = group::find(tx, name_or_id)?;
        match table::request_cancel(tx, group.id)? {
            Some(id) => table::get(tx, id),
            None => Err(Error::new(Code::Failed, format!("group {} is not running", group.name))
                .hint(format!("`pipekit group runs {}` shows how it last ended", group.name))),
        }
    })
}

/// Settles every group run that nobody living holds. Gives how many there were.
///
/// # Errors
/// Only where pipekit's own file or its locks can't be used.
pub(crate) fn settle_dead(store: &Store) -> Result<usize> {
    let mut settled = 0;
    for run in table::running(store.read(), None)? {
        // Held shared, so that no run can begin in the middle of this.
        let look = match run.group_id {
            Some(group) => match Lock::look(store.path(), Holder::Group(group), &run.claim())? {
                Some(look) => Some(look),
                None => continue,
            },
            None => None,
        };
        if lives(store, std::slice::from_ref(&run))? {
            continue;
        }
        settled += usize::from(store.reopen()?.write(|tx| close_dead(tx, &run))?);
        drop(look);
    }
    Ok(settled)
}

/// Whether a member of one of these group runs lives on, though their process is gone: what runs it has a lock of its
/// own, and ends a moment later. Until then the group has not ended either.
fn lives(store: &Store, dead: &[GroupRun]) -> Result<bool> {
    for run in dead {
        for member in table::members(store.read(), run.id)? {
            let (true, Some(_), Some(module)) = (member.status == "running", member.run_id, member.module_id) else {
                continue;
            };
            if let Some(claim) = module::claim_of(store.read(), module)?
                && Lock::look(store.path(), Holder::Module(module), &claim)?.is_none()
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Ends a group run whose process is gone. Says whether it had not ended yet.
fn close_dead(conn: &Connection, dead: &GroupRun) -> Result<bool> {
    let members = table::members(conn, dead.id)?;
    let ran = members.iter().filter(|m| m.run_id.is_some()).count();
    let reason =
        format!("its process ended (killed, or the machine went down); {ran} of {} members had begun", members.len());
    let lived_until = members.iter().filter_map(|m| m.finished_at.clone().or_else(|| m.started_at.clone())).max();
    table::skip_unbegun(conn, dead.id, "the process of the group run ended")?;
    let at = lived_until.unwrap_or_else(|| dead.started_at.clone());
    let ours = table::finish(conn, dead.id, "error", Some(&reason), &at)?;
    if ours {
        notify::after_group(conn, dead.id)?;
    }
    Ok(ours)
}
