//! How often each kind of fault was seen, by how rows came in and by destination.

use super::faults::{FAULTS, Fault};
use super::kind::{KINDS, Kind};
use std::collections::BTreeMap;
use std::fmt;

/// Staged or direct, and the destination.
type Where = (bool, Kind);

#[derive(Default)]
pub struct Tally {
    seen: BTreeMap<(Fault, Where), usize>,
    /// Of a fault that came to nothing: the run was over before.
    missed: BTreeMap<Fault, usize>,
}

impl Tally {
    /// One more round. One whose fault did not hit is not one in which it was seen.
    pub fn count(&mut self, fault: Fault, direct: bool, destination: Kind, hit: bool) {
        if hit {
            *self.seen.entry((fault, (direct, destination))).or_default() += 1;
        } else {
            *self.missed.entry(fault).or_default() += 1;
        }
    }

    fn at(&self, fault: Fault, place: Where) -> usize {
        self.seen.get(&(fault, place)).copied().unwrap_or(0)
    }

    fn of(&self, fault: Fault) -> usize {
        places().map(|place| self.at(fault, place)).sum()
    }

    /// All rounds in which something was seen.
    pub fn rounds(&self) -> usize {
        self.seen.values().sum()
    }

    /// Fails unless each kind was seen so often, and on each destination that it can hit, staged and direct.
    pub fn at_least(&self, least: usize) {
        for fault in FAULTS {
            assert!(self.of(fault) >= least, "{fault:?} was seen {} times, and not {least}\n{self}", self.of(fault));
            for (direct, kind) in places().filter(|place| fault.can_hit(place.1)) {
                let load = if direct { "direct" } else { "staged" };
                assert!(self.at(fault, (direct, kind)) > 0, "{fault:?} was not seen on {kind:?}, {load}\n{self}");
            }
        }
    }
}

fn places() -> impl Iterator<Item = Where> {
    [false, true].into_iter().flat_map(|direct| KINDS.map(|kind| (direct, kind)))
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:22}{:^30}{:^30}", "", "staged", "direct")?;
        write!(f, "{:22}", "")?;
        places().try_for_each(|(_, kind)| write!(f, "{:>10}", format!("{kind:?}")))?;
        writeln!(f, "{:>8}{:>8}", "seen", "missed")?;
        for fault in FAULTS {
            write!(f, "{:22}", format!("{fault:?}"))?;
            for place in places() {
                match self.at(fault, place) {
                    0 if !fault.can_hit(place.1) => write!(f, "{:>10}", "-")?,
                    seen => write!(f, "{seen:>10}")?,
                }
            }
            writeln!(f, "{:>8}{:>8}", self.of(fault), self.missed.get(&fault).unwrap_or(&0))?;
        }
        write!(f, "{:22}", "all")?;
        for place in places() {
            write!(f, "{:>10}", FAULTS.iter().map(|fault| self.at(*fault, place)).sum::<usize>())?;
        }
        writeln!(f, "{:>8}{:>8}", self.rounds(), self.missed.values().sum::<usize>())
    }
}
