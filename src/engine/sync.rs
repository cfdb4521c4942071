//! A module's run, from the claim to the release: the list of steps that the whole program is about.

use super::databases::Databases;
use super::direct::Way;
use super::hook::{self, After};
use super::ledger::Ledger;
use super::plan::{self, Definition};
use super::rehearse::{self, Rehearsal};
use super::stop::{Watch, error_for};
use super::{gate, notify, recover, respelled};
use crate::clock;
use crate::error::{Code, Error, Result};
use crate::store::run::{End, NewRun, Run};
use crate::store::{Store, lock, module, output, run};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How far a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// To its end.
    Run,
    /// Up to the gate, into a staging table of its own.
    Rehearsal {
        /// With all rows, as for a destination that is empty, and not those alone that are new by the watermarks.
        from_start: bool,
        /// Whether it tells each row that would come, and not a few of them.
        every: bool,
    },
    /// It resolves and shows, and moves nothing.
    DryRun,
}

impl Mode {
    /// A run, or what a flag `--dry-run` makes of it.
    pub fn dry(dry_run: bool) -> Mode {
        if dry_run { Mode::DryRun } else { Mode::Run }
    }

    fn is_rehearsal(self) -> bool {
        matches!(self, Mode::Rehearsal { .. })
    }
}

/// How a run is to be done, and who is told of it.
pub struct Options<'a> {
    /// How far it goes.
    pub mode: Mode,
    /// What set it off: `manual`, `schedule:ID`, `api`.
    pub triggered_by: &'a str,
    /// The group run it is part of.
    pub group_run_id: Option<i64>,
    /// Set when the process is told to end.
    pub signal: Arc<AtomicBool>,
    /// Told what goes on.
    pub progress: &'a mut dyn FnMut(Progress<'_>),
}

/// What goes on in a run.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// A run has begun: its id, and which try it is.
    Began(i64, i64),
    /// It is at this now.
    Doing(&'a str),
    /// So many rows are in staging so far.
    Rows(u64),
    /// It failed and is tried again after so many seconds.
    Again(&'a Error, i64),
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// Its row in the log.
    pub run: Run,
    /// The SQL that it ran or would run.
    pub texts: run::Texts,
    /// Why it did not succeed. Its exit code is the run's.
    pub error: Option<Error>,
    /// What its merge would do, where it is a rehearsal that came so far.
    pub rehearsal: Option<Rehearsal>,
}

/// How an attempt ended.
pub(super) enum Ended {
    /// It went as far as it was to go, and that is not to a merge.
    Short,
    Merged {
        deleted: Option<i64>,
        inserted: Option<i64>,
    },
    /// Nothing was merged, and nothing will be.
    Failed(Error),
    /// Whether it merged can't be read yet.
    Unknown(Error),
}

impl Ended {
    /// Why it did not succeed.
    pub(super) fn error(self) -> Option<Error> {
        match self {
            Ended::Short | Ended::Merged { .. } => None,
            Ended::Failed(error) | Ended::Unknown(error) => Some(error),
        }
    }
}

/// What there is to write down of an attempt besides how it ended.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) moved: Option<u64>,
    pub(super) warnings: Vec<String>,
    pub(super) hooks_failed: i64,
}

/// What the steps of an attempt work with.
pub(super) struct Attempt<'a> {
    pub(super) definition: &'a Definition,
    pub(super) databases: &'a Databases,
    pub(super) watch: &'a Watch,
    pub(super) run_id: i64,
    pub(super) facts: Facts,
    pub(super) rehearsal: Option<Rehearsal>,
}

/// Takes the lock of a module, with nothing left open of its earlier runs.
///
/// # Errors
/// `Locked` while another holds it; `Failed` where it can't be known whether an earlier run merged.
pub(super) fn hold(store: &mut Store, id: i64) -> Result<Arc<lock::Lock>> {
    let claim = module::claim_of(store.read(), id)?;
    let Some(held) = lock::Lock::take(store.path(), lock::Holder::Module(id), claim.as_deref())? else {
        return Err(module::locked(&module::get(store.read(), id)?));
    };
    // The lock is ours, so that claim is a dead run's, and a doubt must be settled before its receipt is written over.
    recover::settle_module(store, id, claim.as_deref())?;
    Ok(Arc::new(held))
}

/// Runs the module of that name or id, to its end, with the tries that it allows.
///
/// # Errors
/// `NotFound`, `Locked`, and what keeps the run from being written down. A run that failed is an [`Outcome`].
pub fn run_module(store: &mut Store, name_or_id: &str, options: &mut Options<'_>) -> Result<Outcome> {
    let id = module::find(store.read(), name_or_id)?.id;
    let held = hold(store, id)?;
    let mut definition = Definition::read(store, &id.to_string())?;
    definition.from_start = matches!(options.mode, Mode::Rehearsal { from_start: true, .. });
    let databases = Arc::new(Databases::open(store, Some(held.clone()))?);
    if let (Mode::Run, Ok(source), Ok(dest)) =
        (options.mode, databases.target(&definition.source), databases.target(&definition.dest))
    {
        databases.runners().open(&source, &dest);
    }
    for attempt in 1.. {
        let run_id = store.write_durably(|tx| begin(tx, &definition, options, attempt, &held))?;
        (options.progress)(Progress::Began(run_id, attempt));
        let signal = options.signal.clone();
        let second = store.reopen().map_err(|e| unwritten(run_id, e))?;
        let watch = Watch::begin(second, id, databases.clone(), signal, definition.module.timeout_s);
        let mut this = Attempt {
            definition: &definition,
            databases: &databases,
            watch: &watch,
            run_id,
            facts: Facts::default(),
            rehearsal: None,
        };
        let ended = this.run(store, options).map_err(|e| unwritten(run_id, e))?;
        let (facts, rehearsal) = (this.facts, this.rehearsal);
        let cancelled = watch.reason().is_some_and(|r| error_for(r).code == Code::Cancelled);
        drop(watch);
        let tries = options.mode == Mode::Run && attempt <= definition.module.retries;
        let again = tries && matches!(ended, Ended::Failed(_)) && !cancelled;
        if !again {
            // It takes leave of its servers while the end is written down.
            databases.runners().hang_up();
        }
        close(store, &definition, (run_id, options.mode), &ended, &facts, !again).map_err(|e| unwritten(run_id, e))?;
        let error = ended.error();
        let cancelled_waiting = match (&error, again) {
            (Some(error), true) => {
                (options.progress)(Progress::Again(error, definition.module.retry_delay_s));
                !wait(store, id, definition.module.retry_delay_s, &options.signal, &held)?
            }
            _ => false,
        };
        if cancelled_waiting {
            store.write_durably(|tx| module::release(tx, id))?;
        }
        if !again || cancelled_waiting {
            notify::begin(store);
            let run = run::get(store.read(), run_id)?;
            let texts = run::texts(store.read(), run_id)?;
            let error = if cancelled_waiting {
                Some(Error::new(Code::Cancelled, "cancelled while it waited for its next try"))
            } else {
                error
            };
            return Ok(Outcome { run, texts, error, rehearsal });
        }
    }
    Err(Error::new(Code::Failed, "there are no more tries"))
}

/// Claims the module and begins a run, in one transaction: no run without a claim, no claim without a run.
pub(super) fn begin(
    conn: &rusqlite::Connection,
    definition: &Definition,
    options: &Options<'_>,
    attempt: i64,
    held: &lock::Lock,
) -> Result<i64> {
    let module = &definition.module;
    if attempt == 1 {
        let host = crate::settings::host();
        let user = std::env::var("USER").unwrap_or_else(|_| format!("uid {}", rustix::process::getuid().as_raw()));
        let at = clock::now_text();
        held.prove(&at)?;
        let claimer = module::Claimer { at: &at, pid: std::process::id(), host: &host, user: &user };
        if !module::claim(conn, module.id, &claimer)? {
            return Err(module::locked(&module::get(conn, module.id)?));
        }
    }
    let run_id = run::insert(
        conn,
        &NewRun {
            module_id: module.id,
            module_name: &module.name,
            merge_strategy: &module.merge_strategy,
            group_run_id: options.group_run_id,
            triggered_by: options.triggered_by,
            attempt,
        },
    )?;
    module::set_last_run(conn, module.id, run_id)?;
    Ok(run_id)
}

/// Ends a run in the log and, unless it is tried again, frees the module: all at once.
pub(super) fn close(
    store: &mut Store,
    definition: &Definition,
    (run_id, mode): (i64, Mode),
    ended: &Ended,
    facts: &Facts,
    release: bool,
) -> Result<()> {
    let mut end = End {
        row_count: facts.moved.and_then(|n| i64::try_from(n).ok()),
        warnings: facts.warnings.clone(),
        hooks_failed: facts.hooks_failed,
        ..End::default()
    };
    match ended {
        Ended::Short => "dry_run".clone_into(&mut end.status),
        Ended::Merged { deleted, inserted } => {
            "success".clone_into(&mut end.status);
            (end.rows_deleted, end.rows_inserted) = (*deleted, *inserted);
        }
        Ended::Failed(error) => {
            let status = if error.code == Code::Cancelled { "cancelled" } else { "error" };
            status.clone_into(&mut end.status);
            end.error = Some(in_full(error));
            // It says nothing of how the destination is.
            if mode.is_rehearsal() {
                "dry_run".clone_into(&mut end.status);
            }
        }
        Ended::Unknown(error) => {
            "unknown".clone_into(&mut end.status);
            end.error = Some(in_full(error));
        }
    }
    store.write_durably(|tx| {
        let ours = run::finish(tx, run_id, &["running"], &end)?;
        output::fold(tx, run_id)?;
        // Where it was taken for dead (it stood still, and its lock file was removed), the claim is another's by now.
        if ours && release {
            module::release(tx, definition.module.id)?;
            if mode == Mode::Run {
                notify::after_run(tx, run_id, false)?;
            }
        }
        Ok(())
    })
}

/// The error of a run that was stopped, which says what became of the destination.
pub(super) fn nothing_merged(mut error: Error) -> Error {
    // In the first line: it is the one that lists show.
    let end = error.message.find('\n').unwrap_or(error.message.len());
    error.message.insert_str(end, "; nothing was merged");
    error
}

/// The error of a run whose end can't be written down: it may have merged, and is settled like a dead one.
pub(super) fn unwritten(run_id: i64, mut error: Error) -> Error {
    error.message =
        format!("run {run_id} can't be written down, and the next command finds out what it did: {}", error.message);
    error
}

/// An error as the log keeps it: what to do next is part of it.
fn in_full(error: &Error) -> String {
    match &error.hint {
        Some(hint) => format!("{}\n{hint}", error.message),
        None => error.message.clone(),
    }
}

/// Waits for the next try. Says whether it may come: `false` when the run was cancelled meanwhile.
fn wait(store: &Store, module_id: i64, seconds: i64, signal: &AtomicBool, held: &lock::Lock) -> Result<bool> {
    // No more than a clock can add: a definition may say any number.
    let until = Instant::now() + Duration::from_secs(seconds.unsigned_abs().min(u32::MAX.into()));
    while Instant::now() < until {
        if signal.load(Ordering::SeqCst) || module::cancel_requested(store.read(), module_id)? {
            return Ok(false);
        }
        held.keep();
        std::thread::sleep(Duration::from_millis(200).min(until - Instant::now()));
    }
    Ok(!signal.load(Ordering::SeqCst))
}

impl Attempt<'_> {
    /// One attempt: the steps in order, then the hooks that its end calls for.
    fn run(&mut self, store: &mut Store, options: &mut Options<'_>) -> Result<Ended> {
        let mut ledger = Ledger::new(store, Some(self.run_id), self.databases);
        let mut ended = match self.steps(&mut ledger, options) {
            Ok(ended) => ended,
            // pipekit's own file failing is not the run's failure: it can't be written down, and is settled later.
            Err(error) if error.code == Code::Store => return Err(error),
            // What a stopped session says is the consequence; why it was stopped is the reason.
            Err(error) => Ended::Failed(self.watch.reason().map_or(error, |why| nothing_merged(error_for(why)))),
        };
        if options.mode.is_rehearsal() {
            rehearse::without_rows(&mut ended, &self.definition.module.name);
            // The question is over, and what it asked for is taken away, whoever has cancelled it.
            self.watch.hold();
            let (dest, run) = (&self.definition.dest, self.run_id);
            if let Err(failure) = rehearse::strike(&mut ledger, self.databases, dest, run)? {
                let why = self.databases.clean(&failure.message);
                self.facts
                    .warnings
                    .push(format!("its staging table is still on {}: {why}; the next run drops it", dest.name));
            }
        }
        if options.mode != Mode::Run {
            return Ok(ended);
        }
        let after = match &ended {
            Ended::Short => return Ok(ended),
            Ended::Merged { .. } => After::Success,
            Ended::Failed(error) if error.code != Code::Cancelled => After::Failure,
            Ended::Failed(_) | Ended::Unknown(_) => After::Other,
        };
        if !self.definition.hooks.is_empty() {
            (options.progress)(Progress::Doing("hooks"));
        }
        self.watch.hooks();
        let failed = hook::run(&mut ledger, self.databases, &self.definition.hooks, after)?;
        self.facts.hooks_failed = i64::try_from(failed.len()).unwrap_or(i64::MAX);
        self.facts.warnings.extend(failed);
        Ok(ended)
    }

    /// Watermarks, SQL, staging, transfer, gate, merge.
    fn steps(&mut self, ledger: &mut Ledger<'_>, options: &mut Options<'_>) -> Result<Ended> {
        (options.progress)(Progress::Doing("watermarks"));
        let mut plan = plan::make(ledger, self.databases, self.definition)?;
        self.facts.warnings.extend(plan.resolved.warnings.iter().cloned());
        if options.mode == Mode::DryRun {
            return Ok(Ended::Short);
        }
        // What the module asks for and does not get is to be seen where the runs are.
        self.facts.warnings.extend([plan.way.remark(), plan.streams.remark()].into_iter().flatten());
        self.watch.check()?;
        (options.progress)(Progress::Doing("staging"));
        let together = self.scripts(ledger, &plan)?;
        match options.mode {
            Mode::Rehearsal { .. } => self.stage_apart(ledger, &mut plan, together)?,
            _ => self.take_place(ledger, &plan, together)?,
        }
        if let (Mode::Run, Way::Direct(direct)) = (options.mode, &plan.way) {
            return self.load(ledger, &plan, direct, options);
        }
        if options.mode == Mode::Run {
            self.stage(ledger, &plan, together)?;
        }
        (options.progress)(Progress::Doing("transfer"));
        let moved = self.transfer(ledger, &plan, options)?;
        self.facts.moved = moved.rows;
        (options.progress)(Progress::Doing("gate"));
        self.watch.check()?;
        let passed = gate::check(ledger, self.databases, self.definition, &plan, &moved)?;
        self.facts.warnings.extend(passed.warnings.iter().cloned());
        respelled::refuse(ledger, self.databases, self.definition, &plan)?;
        if let Mode::Rehearsal { every, .. } = options.mode {
            (options.progress)(Progress::Doing("comparison"));
            self.rehearsal = Some(self.compare(ledger, &plan, &passed, every)?);
            return Ok(Ended::Short);
        }
        gate::write_receipt(ledger, self.databases, self.definition, &plan, passed.staged)?;
        self.watch.check()?;
        (options.progress)(Progress::Doing("merge"));
        self.merge(ledger, &plan, passed.staged)
    }
}
