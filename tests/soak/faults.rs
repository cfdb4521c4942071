//! What happens to the runs of a soak, and whether it hit the run that it was meant for.

use super::Soak;
use super::kind::{Kind, Servers};
use crate::support::fault::Victim;
use crate::support::proxy;
use crate::support::steps::is_there;
use crate::support::{Call, Pair, Running, Signal, until};
use std::time::Duration;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    Nothing,
    /// `kill -9` of pipekit, and now and then of its runner too.
    PipekitKilled,
    /// `kill -9` of the runner.
    RunnerKilled,
    /// The end of the run's sessions on the destination's server, on PostgreSQL by `kill -9` now and then.
    BackendKilled,
    /// `kill -9` of the server, which starts again.
    ServerKilled,
    /// SIGSTOP of pipekit for a while.
    PipekitStopped,
    /// The same of the runner.
    RunnerStopped,
    /// The same of the sessions on PostgreSQL, and of the server MariaDB, whose sessions are threads.
    BackendStopped,
    /// Ctrl-C, SIGTERM, or `pipekit cancel`.
    Cancelled,
    /// The disk of pipekit's own file is full.
    OwnDiskFull,
    /// The disk of the destination is full.
    DestinationDiskFull,
    /// No file that pipekit and its runner write may grow: from the start, or (pipekit's own) in the middle.
    FilesMayNotGrow,
    /// The network is cut in the middle of a stream, before the source or the destination.
    NetworkCut,
    /// Somebody else writes pipekit's own file for a while.
    FileLocked,
    /// Somebody else has locked the destination for a while.
    DestinationLocked,
    /// Several runs and looks at once.
    Crowd,
}

pub const FAULTS: [Fault; 16] = [
    Fault::Nothing,
    Fault::PipekitKilled,
    Fault::RunnerKilled,
    Fault::BackendKilled,
    Fault::ServerKilled,
    Fault::PipekitStopped,
    Fault::RunnerStopped,
    Fault::BackendStopped,
    Fault::Cancelled,
    Fault::OwnDiskFull,
    Fault::DestinationDiskFull,
    Fault::FilesMayNotGrow,
    Fault::NetworkCut,
    Fault::FileLocked,
    Fault::DestinationLocked,
    Fault::Crowd,
];

impl Fault {
    /// Whether it can happen to a run into such a destination.
    pub fn can_hit(self, destination: Kind) -> bool {
        match self {
            Fault::BackendKilled | Fault::ServerKilled | Fault::BackendStopped => destination != Kind::Sqlite,
            _ => true,
        }
    }
}

/// What came of a run with a fault.
pub struct Suffered {
    /// Whether the fault hit it.
    pub hit: bool,
    /// The call, where there is one whose exit code must agree with the log.
    pub call: Option<Call>,
}

/// Tries until it hits, as long as the run goes on.
fn aim(run: &mut Running, mut strike: impl FnMut() -> bool) -> bool {
    while !run.has_ended() {
        if strike() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    false
}

/// Sends a signal to a process that may have gone. Says whether it was there.
fn strike(pid: u32, signal: Signal) -> bool {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).is_ok()
}

/// Kills the destination's server, and starts it again.
fn crash(servers: &Servers, pair: &mut Pair) {
    if pair.is_mariadb() {
        servers.mariadb.crash();
        pair.my().reconnect();
    } else {
        servers.postgres.crash();
        pair.pg().reconnect();
    }
}

impl Soak<'_> {
    fn time(&mut self, most_ms: usize) -> Duration {
        Duration::from_millis(u64::try_from(self.random.below(most_ms)).unwrap())
    }

    fn nap(&mut self, most_ms: usize) {
        std::thread::sleep(self.time(most_ms));
    }

    /// A run that has gone on for a moment.
    fn begun(&mut self) -> Running {
        let run = self.shop.pair.world.start("run orders");
        self.nap(150);
        run
    }

    /// A run with a fault.
    #[track_caller]
    pub fn suffer(&mut self, what: &str, fault: Fault) -> Suffered {
        match fault {
            Fault::Nothing => Suffered { hit: true, call: Some(self.shop.pair.call("run orders")) },
            Fault::PipekitKilled if self.random.once_in(2) => {
                let victim = *self.random.one_of(&[Victim::Pipekit, Victim::Both]);
                self.at_a_place(what, victim)
            }
            Fault::RunnerKilled if self.random.once_in(2) => self.at_a_place(what, Victim::Runner),
            Fault::BackendKilled if self.random.once_in(3) => self.at_a_place(what, Victim::Backends),
            Fault::PipekitKilled => {
                let mut run = self.begun();
                if let Some(runner) = self.shop.pair.world.running_runner().filter(|_| self.random.once_in(2)) {
                    strike(runner, Signal::KILL);
                }
                let hit = !run.has_ended();
                if hit {
                    run.signal(Signal::KILL);
                }
                run.wait();
                Suffered { hit, call: None }
            }
            Fault::RunnerKilled => {
                let (mut run, world) = (self.begun(), &self.shop.pair.world);
                let hit = aim(&mut run, || world.running_runner().is_some_and(|pid| strike(pid, Signal::KILL)));
                Suffered { hit, call: Some(run.wait()) }
            }
            Fault::BackendKilled => self.backend_killed(),
            Fault::ServerKilled => self.server_killed(what),
            Fault::PipekitStopped => {
                let mut run = self.begun();
                let alive = (!run.has_ended()).then_some(run.pid());
                let hit = self.stop(alive.as_slice());
                Suffered { hit, call: Some(run.wait()) }
            }
            Fault::RunnerStopped => {
                let (mut run, mut runner) = (self.begun(), None);
                let world = &self.shop.pair.world;
                aim(&mut run, || {
                    runner = world.running_runner();
                    runner.is_some()
                });
                let hit = self.stop(runner.as_slice());
                Suffered { hit, call: Some(run.wait()) }
            }
            Fault::BackendStopped => {
                let (mut run, mut sessions) = (self.begun(), Vec::new());
                let pair = &mut self.shop.pair;
                aim(&mut run, || {
                    sessions = pair.sessions();
                    !sessions.is_empty()
                });
                let pids = match self.destination {
                    Kind::Mariadb if !sessions.is_empty() => vec![self.servers.mariadb.pid()],
                    Kind::Mariadb => Vec::new(),
                    _ => pids(&sessions),
                };
                let hit = self.stop(&pids);
                Suffered { hit, call: Some(run.wait()) }
            }
            Fault::Cancelled => {
                let mut run = self.begun();
                let hit = !run.has_ended();
                match self.random.below(3) {
                    0 if hit => run.signal(Signal::INT),
                    1 if hit => run.signal(Signal::TERM),
                    _ => {
                        self.shop.pair.call("cancel orders");
                    }
                }
                Suffered { hit, call: Some(run.wait()) }
            }
            Fault::OwnDiskFull | Fault::DestinationDiskFull | Fault::FilesMayNotGrow => {
                let call = self.without_space(fault);
                let hit = call.output.status.code() != Some(0);
                // It takes MariaDB down now and then.
                let is_down = self.destination == Kind::Mariadb && self.shop.pair.tries("SELECT 1").is_err();
                if is_down {
                    crash(self.servers, &mut self.shop.pair);
                }
                Suffered { hit, call: Some(call).filter(|_| !is_down) }
            }
            Fault::NetworkCut => self.network_cut(),
            Fault::FileLocked => {
                let own = self.shop.pair.world.sqlite("pipekit.db");
                let mut run = self.begun();
                own.execute_batch("BEGIN IMMEDIATE").unwrap();
                let hit = !run.has_ended();
                self.nap(2000);
                own.execute_batch("COMMIT").unwrap();
                Suffered { hit, call: Some(run.wait()) }
            }
            Fault::DestinationLocked => {
                let (mut run, time) = (self.begun(), self.time(2000));
                self.shop.pair.lock_destination(time);
                // One that was over by then had no need of the destination any more.
                let hit = !run.has_ended();
                Suffered { hit, call: Some(run.wait()) }
            }
            Fault::Crowd => {
                let runs: Vec<Running> = (0..4).map(|_| self.shop.pair.world.start("run orders")).collect();
                let looks: Vec<Running> = (0..2).map(|_| self.shop.pair.world.start("status")).collect();
                let codes: Vec<Option<i32>> = runs.into_iter().map(|run| run.wait().output.status.code()).collect();
                looks.into_iter().for_each(|look| drop(look.wait().ok()));
                assert!(codes.iter().all(|code| matches!(code, Some(0 | 3))), "{what}: {codes:?}");
                assert!(codes.contains(&Some(0)), "{what}: {codes:?}");
                // As often as one could run after another, one did: each is in the log, and a second changes nothing.
                self.shop.all_succeeded(what);
                Suffered { hit: true, call: None }
            }
        }
    }

    /// A kill at a place of the ledger.
    #[track_caller]
    fn at_a_place(&mut self, what: &str, victim: Victim) -> Suffered {
        let place = self.random.one_of(&self.places).clone();
        let what = format!("{what}, {place:?}, {victim:?}");
        let suffered = self.shop.suffer(&what, &place, &mut self.random, |shop, held| victim.strike(shop, held));
        Suffered { hit: suffered.is_some_and(|(hit, _)| hit), call: None }
    }

    /// A kill of the server at a place of the ledger, or at any time.
    #[track_caller]
    fn server_killed(&mut self, what: &str) -> Suffered {
        let servers = self.servers;
        if self.random.once_in(2) {
            let mut run = self.begun();
            let hit = !run.has_ended();
            crash(servers, &mut self.shop.pair);
            run.wait();
            return Suffered { hit, call: None };
        }
        let place = self.random.one_of(&self.places).clone();
        let what = format!("{what}, {place:?}");
        let suffered = self.shop.suffer(&what, &place, &mut self.random, |shop, _| {
            crash(servers, &mut shop.pair);
            true
        });
        Suffered { hit: suffered.is_some(), call: None }
    }

    /// The end of the run's sessions at any time.
    fn backend_killed(&mut self) -> Suffered {
        let by_signal = self.destination == Kind::Postgres && self.random.once_in(2);
        let (mut run, pair) = (self.begun(), &mut self.shop.pair);
        let hit = if by_signal {
            let hit = aim(&mut run, || pids(&pair.sessions()).iter().any(|pid| strike(*pid, Signal::KILL)));
            if hit {
                // The server ends all its other sessions, and recovers.
                until("the server notices", || pair.tries("SELECT 1").is_err());
                pair.pg().reconnect();
            }
            hit
        } else {
            aim(&mut run, || pair.end_sessions())
        };
        Suffered { hit, call: Some(run.wait()) }
    }

    /// Stops processes for a while. Says whether one was there.
    fn stop(&mut self, pids: &[u32]) -> bool {
        let stopped: Vec<u32> = pids.iter().copied().filter(|pid| strike(*pid, Signal::STOP)).collect();
        if !stopped.is_empty() {
            self.nap(600);
        }
        for pid in stopped.iter().filter(|pid| is_there(**pid)) {
            strike(*pid, Signal::CONT);
        }
        !stopped.is_empty()
    }

    /// A run without the space that it needs.
    fn without_space(&mut self, fault: Fault) -> Call {
        let world = &self.shop.pair.world;
        if fault == Fault::FilesMayNotGrow {
            if self.random.once_in(2) {
                let space = self.random.below(400 * 1024);
                return world.call_within(&format!("--fsize={space}"), "run orders");
            }
            let mut run = self.begun();
            if !run.has_ended() {
                run.limit_files(Some(0));
            }
            return run.wait();
        }
        let (disk, most) = match fault {
            Fault::OwnDiskFull => (&self.own_disk, 100 * 1024),
            _ => (&self.destination_disk, 40 * 1024),
        };
        let disk = disk.as_ref().expect("there is such a disk");
        if fault == Fault::DestinationDiskFull {
            self.shop.grow(3000);
        }
        disk.leave(u64::try_from(self.random.below(most)).unwrap());
        let call = self.shop.pair.call("run orders");
        disk.empty();
        call
    }

    /// A run whose connection to a server is cut. Nothing of it is left when this gives its end.
    fn network_cut(&mut self) -> Suffered {
        let bytes = *self.random.one_of(&[1_000, 4_000, 20_000]);
        if bytes > 4_000 {
            self.shop.grow(3000);
        }
        let way = *self.random.one_of(&[proxy::Way::Up, proxy::Way::Down]);
        let cut = *self.random.one_of(&[proxy::Fault::Reset, proxy::Fault::Close, proxy::Fault::HalfOpen]);
        let (time, net) = (self.time(1000), self.random.one_of(&self.nets));
        net.fail(proxy::When::Passed(way, bytes), cut);
        let mut run = self.shop.pair.world.start("run orders");
        let hit = aim(&mut run, || net.has_failed());
        if hit {
            std::thread::sleep(time);
        }
        // A session that the server believes in may keep others waiting until then.
        net.heal();
        Suffered { hit, call: Some(run.wait()) }
    }
}

/// The processes of PostgreSQL's sessions.
fn pids(sessions: &[String]) -> Vec<u32> {
    sessions.iter().filter_map(|session| session.split('|').next()?.parse().ok()).collect()
}
