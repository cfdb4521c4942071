//! What can be done to a run that is held at a place.

use super::random::Random;
use super::shop::{Shop, Verdict};
use super::steps::{Held, Place, is_there};
use super::{Signal, kill};

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victim {
    Pipekit,
    Runner,
    Both,
    /// The sessions of the run on the destination's server.
    Backends,
}

impl Victim {
    /// Kills it. Says whether there was one.
    pub fn strike(self, shop: &mut Shop, held: &Held) -> bool {
        match self {
            Victim::Pipekit => held.run.signal(Signal::KILL),
            Victim::Runner | Victim::Both => {
                let Some(runner) = held.runner.filter(|runner| is_there(*runner)) else { return false };
                kill(runner, Signal::KILL);
                if self == Victim::Both {
                    held.run.signal(Signal::KILL);
                }
            }
            Victim::Backends => return shop.pair.end_sessions(),
        }
        true
    }
}

impl Shop {
    /// Holds a run at that place, lets `fault` do to it what it does, lets it go on, and waits for its end. The
    /// destination is whole at once, and when all is settled the log is true. `None` where the place can't be held;
    /// otherwise whether the fault hit anything, and what the run came to.
    #[track_caller]
    pub fn suffer(
        &mut self,
        what: &str,
        place: &Place,
        random: &mut Random,
        fault: impl FnOnce(&mut Shop, &Held) -> bool,
    ) -> Option<(bool, Verdict)> {
        let mut held = None;
        for patience in [2, 4, 8, 16] {
            self.change(random);
            held = self.pair.world.held_at("run orders", place, patience);
            if held.is_some() {
                break;
            }
            assert_eq!(self.settled(what).status, "success", "{what}: it went through");
            // The first that asks a runner starts it, and it can't be stopped before that.
            let first = |kind: &str, name: &str| kind == "watermark" || !self.way.asks() && name == "catalog";
            if matches!(place, Place::Within(kind, name) if first(kind, name)) {
                return None;
            }
        }
        let held = held.unwrap_or_else(|| panic!("{what}: it could not be held"));
        let hit = fault(self, &held);
        held.go_on();
        held.run.wait();
        self.pair.world.let_go();
        self.is_whole(what);
        Some((hit, self.settled(what)))
    }
}
