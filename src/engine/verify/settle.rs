//! What differs is read again before it is told. A row that is being written, or waits for a run that goes on, is no
//! difference; one that is the same twice, with a run in between where the module is running, is.

use super::drill::Area;
use super::read::{Found, Shown};
use super::{Difference, Kind, MOST, Verifier};
use crate::clock;
use crate::engine::ledger::Ledger;
use crate::engine::sync::Progress;
use crate::error::Result;
use crate::store::run::{self, Filter, Run};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// How often it is read at most.
const READS: usize = 5;
/// How long a writer's transaction may take to be through at both ends, where no run is on its way.
const PAUSE: Duration = Duration::from_millis(300);
/// How long the next run of a module is waited for that has run since this began, or runs again and again.
const NEXT: Duration = Duration::from_secs(3);
/// The same of one that runs less often, at most.
const LATEST: Duration = Duration::from_secs(90);
/// How long a run that goes on is waited for.
const LONG: Duration = Duration::from_secs(120);

/// How long the next run is to be waited for of a module that runs again and again, by how it has run lately.
fn expected(runs: &[Run]) -> Option<Duration> {
    let mut gaps: Vec<i64> =
        runs.windows(2).filter_map(|two| clock::millis_between(&two[1].started_at, &two[0].started_at)).collect();
    gaps.sort_unstable();
    let usual = *gaps.get(gaps.len() / 2).filter(|_| gaps.len() >= 3)?;
    let since = clock::millis_between(&runs.first()?.started_at, &clock::now_text())?;
    let wait = Duration::from_millis(usual.unsigned_abs().saturating_mul(3)).max(NEXT);
    (wait <= LATEST && u128::from(since.unsigned_abs()) < wait.as_millis()).then_some(wait)
}

impl Verifier<'_> {
    /// The differences in an area that are the same twice.
    pub(super) fn settle(
        &mut self,
        ledger: &mut Ledger<'_>,
        area: &Area,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Found> {
        let (mut sure, mut open) = (Found::new(), self.read(ledger, area, progress)?);
        for _ in 1..READS {
            if open.is_empty() {
                break;
            }
            self.wait(ledger, progress)?;
            let again = self.read(ledger, area, progress)?;
            // What has been found to be the same twice, and is gone by now, has come after all.
            sure.retain(|key, lines| again.get(key) == Some(lines));
            let mut next = Found::new();
            for (key, lines) in again {
                if open.get(&key) == Some(&lines) {
                    sure.insert(key, lines);
                } else if !sure.contains_key(&key) {
                    next.insert(key, lines);
                }
            }
            open = next;
        }
        self.found.unsettled = open.len();
        Ok(sure)
    }

    /// Waits until what was being written is through: where the module runs, until a run that began after now has ended.
    fn wait(&self, ledger: &mut Ledger<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<()> {
        let seen = run::last_id(ledger.store().read())?;
        let (began, mut told) = (Instant::now(), None);
        loop {
            self.watch.check()?;
            let module_id = Some(self.definition.module.id);
            let filter = Filter { module_id, no_comparisons: true, limit: Some(20), ..Filter::default() };
            let runs = run::list(ledger.store().read(), &filter)?;
            let running = runs.iter().any(|run| run.status == "running");
            let active = runs.iter().any(|run| run.id > self.run_id);
            let next = expected(&runs).or(active.then_some(NEXT));
            let through = runs.iter().any(|run| run.id > seen && run.status != "running");
            let patience = if running { LONG } else { next.unwrap_or(PAUSE) };
            if through || began.elapsed() >= patience {
                return Ok(());
            }
            if told.replace(patience) != Some(patience) {
                let (most, module) = (patience.as_secs(), &self.definition.module.name);
                progress(Progress::Doing(&match (running, next) {
                    (true, _) => format!("waiting for the run of {module} that goes on, to read again what differs"),
                    (_, Some(_)) => {
                        format!("waiting for {module}'s next run, as it runs again and again: {most} s at most")
                    }
                    _ => "waiting to read again what differs".to_owned(),
                }));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Puts the differences into the report.
    pub(super) fn tell(&mut self, found: Found) {
        let mut of_kind = [0usize; 3];
        for ((key, kind), lines) in found {
            of_kind[kind as usize] += 1;
            let key =
                self.key.iter().cloned().zip(key.into_iter().map(|v| v.map_or(serde_json::Value::Null, Into::into)));
            let side = |new: bool| -> Vec<&Vec<Option<String>>> {
                lines.iter().filter(|(is_new, _): &&Shown| *is_new == new).map(|(_, values)| values).collect()
            };
            let (source, dest) = (side(true), side(false));
            let columns = match (&source[..], &dest[..]) {
                ([a], [b]) => {
                    let differ = |at: &usize| a.get(*at) != b.get(*at);
                    (0..self.plan.columns.len()).filter(differ).map(|at| self.plan.columns[at].name.clone()).collect()
                }
                _ => Vec::new(),
            };
            let difference = Difference {
                kind,
                key: key.collect(),
                columns,
                source: source.into_iter().map(|values| self.line(values)).collect(),
                destination: dest.into_iter().map(|values| self.line(values)).collect(),
            };
            self.found.differences.push(difference);
        }
        let full = [Kind::Missing, Kind::Different, Kind::Extra].iter().any(|kind| of_kind[*kind as usize] >= MOST);
        if full {
            self.found
                .remarks
                .push(format!("of one kind there are {MOST} differences or more, and no more were looked at"));
        }
        if self.found.unsettled > 0 {
            self.found.remarks.push(format!(
                "{} keys were not the same twice, as their rows are being written: nothing is said of them",
                self.found.unsettled
            ));
        }
        let mut seen = BTreeSet::new();
        self.found.remarks.retain(|remark| seen.insert(remark.clone()));
    }
}
