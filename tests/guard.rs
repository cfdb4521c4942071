//! The guard of external programs: whatever a program starts ends with it, however it resists. Nothing in pipekit runs
//! an external program yet: the caller here is the test, by the engine's own end of the guard, and where the caller is
//! killed a process that holds the leash as pipekit would.

use super::support::{Signal, World, kill, until};
use pipekit::runner::Failure;
use pipekit::runner::guarded::Guarded;
use rustix::fs::{FlockOperation, flock};
use std::fs::File;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

/// A program under a guard, in a world of its own, with a run's lock.
struct Watched {
    world: World,
    guarded: Guarded,
    stdout: JoinHandle<Vec<u8>>,
    stderr: JoinHandle<Vec<u8>>,
}

/// Starts a shell script under a guard.
fn watch(script: &str) -> Watched {
    watch_program(&["sh", "-c", script])
}

fn watch_program(program: &[&str]) -> Watched {
    let world = World::bare();
    let lock = File::create(world.path("lock")).unwrap();
    flock(&lock, FlockOperation::NonBlockingLockExclusive).unwrap();
    let program: Vec<_> = program.iter().map(Into::into).collect();
    let (guarded, mut output, mut errors) = Guarded::start(world.command(), Some(&lock), None, &program).unwrap();
    let stdout = std::thread::spawn(move || read(&mut output));
    let stderr = std::thread::spawn(move || read(&mut errors));
    Watched { world, guarded, stdout, stderr }
}

fn read(from: &mut impl Read) -> Vec<u8> {
    let mut all = Vec::new();
    from.read_to_end(&mut all).unwrap();
    all
}

impl Watched {
    /// Waits until the script has made `ready`: all that it starts has been started.
    #[track_caller]
    fn ready(self) -> Watched {
        is_ready(&self.world);
        self
    }

    /// Waits for the end. At that moment nothing is left of the program, its lock is free, and its pipes have ended.
    #[track_caller]
    fn ended(self) -> (Result<ExitStatus, Failure>, Vec<u8>, Vec<u8>) {
        let came = self.guarded.wait();
        assert_eq!(self.world.processes(), [], "something is left");
        lock_gets_free(&self.world);
        (came, self.stdout.join().unwrap(), self.stderr.join().unwrap())
    }
}

#[track_caller]
fn is_ready(world: &World) {
    until("the program is ready", || world.path("ready").exists());
}

fn lock_is_free(world: &World) -> bool {
    flock(File::open(world.path("lock")).unwrap(), FlockOperation::NonBlockingLockExclusive).is_ok()
}

/// The lock gets free: for a moment a child that another test spawns has every descriptor of this process.
#[track_caller]
fn lock_gets_free(world: &World) {
    until("the lock is free", || lock_is_free(world));
}

/// The guard's process in a world.
#[track_caller]
fn guard_in(world: &World) -> u32 {
    let found = world.processes();
    found.iter().find(|(_, line)| line.contains("--guard")).unwrap_or_else(|| panic!("no guard: {found:?}")).0
}

/// Programs that are hard to get rid of. Each makes the file `ready`, then goes on for two minutes if it may.
const STUBBORN: [(&str, &str); 7] = [
    ("ignores signals", "trap '' TERM INT HUP QUIT; touch ready; sleep 120; sleep 120"),
    ("a session of its own", "setsid sh -c 'trap \"\" TERM HUP; touch ready; sleep 120; sleep 120' & wait"),
    (
        "its parent has gone",
        "(setsid sh -c 'trap \"\" TERM HUP; touch ready; sleep 120; sleep 120' & exit) ; sleep 120",
    ),
    (
        "a child that stands still",
        "trap '' HUP; sh -c 'kill -STOP $$; sleep 120' & until grep -q stopped /proc/$!/status; do :; done; \
         touch ready; wait",
    ),
    (
        "many children",
        "trap 'for i in 1 2 3 4 5 6 7 8; do setsid sleep 120 & done' TERM; touch ready
        for i in 1 2 3 4 5 6 7 8; do (sh -c 'trap \"\" TERM; sleep 120; sleep 120' &) ; done; wait; wait; sleep 120",
    ),
    (
        // Each lives for as long as it takes to make the next one.
        "flees by forking",
        "exec python3 -c \"
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
end = time.time() + 120
open('ready', 'w')
while time.time() < end:
    if os.fork():
        os._exit(0)
    os.setsid()\"",
    ),
    (
        "closes every descriptor, and goes elsewhere",
        "exec python3 -c \"
import os, signal, time
if os.fork():
    time.sleep(120)
os.setsid()
if os.fork():
    os._exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open('ready', 'w')
os.chdir('/')
os.closerange(0, 1000)
time.sleep(120)\"",
    ),
];

/// Does something with each of [`STUBBORN`], side by side, as each takes the guard's patience.
fn with_each(work: impl Fn(&str) + Sync) {
    std::thread::scope(|scope| {
        let all: Vec<_> = STUBBORN.iter().map(|(what, script)| (what, scope.spawn(|| work(script)))).collect();
        let failed: Vec<_> =
            all.into_iter().filter_map(|(what, thread)| thread.join().is_err().then_some(what)).collect();
        assert!(failed.is_empty(), "{failed:?}");
    });
}

#[test]
fn a_programs_end_is_passed_on() {
    for code in [0, 1, 3, 137, 255] {
        let (came, ..) = watch(&format!("exit {code}")).ended();
        assert_eq!(came.unwrap().code(), Some(code));
    }
    for (name, signal) in [("KILL", 9), ("TERM", 15), ("SEGV", 11), ("USR1", 10)] {
        let (came, ..) = watch(&format!("kill -{name} $$")).ended();
        assert_eq!(came.unwrap().signal(), Some(signal));
    }
}

#[test]
fn a_program_that_can_not_be_started_is_told_of() {
    let world = World::bare();
    world.file("text", "not a program");
    for (program, why) in
        [("/no/such program", "No such file"), (world.path("text").to_str().unwrap(), "Permission denied")]
    {
        let (came, out, err) = watch_program(&[program, "-x"]).ended();
        let said = came.unwrap_err().message;
        assert!(said.starts_with(&format!("can't start {program}: {why}")), "{said}");
        assert_eq!([out, err].concat(), b"");
        let told = world.args(&["jrunner", "--guard", "--", program, "-x"]).fails(1, &said);
        assert_eq!(told.stderr(), format!("error: {said}\n"));
    }
}

#[test]
fn a_program_gets_its_arguments_and_its_environment_and_no_input() {
    let world = World::bare();
    let mut pipekit = world.command();
    pipekit.env_clear().env("HOME", world.path("")).env("LC_CTYPE", "C.UTF-8").env("ODD", "a b\n\"c");
    // jrunner's own flags are another program's here.
    let program = ["python3", "-c", "import os, sys; print(sys.argv, sys.stdin.read(), sorted(os.environ.items()))"];
    let args = ["jrunner", "-scu", "--session", "--", "-sq", "a b", "", "*"];
    let program: Vec<_> = program.iter().chain(&args).map(Into::into).collect();
    let (guarded, mut output, _errors) = Guarded::start(pipekit, None, None, &program).unwrap();
    let home = format!("('HOME', '{}')", world.path("").display());
    assert_eq!(
        String::from_utf8(read(&mut output)).unwrap(),
        format!(
            "['-c', 'jrunner', '-scu', '--session', '--', '-sq', 'a b', '', '*']  [{home}, ('LC_CTYPE', 'C.UTF-8'), ('ODD', 'a b\\n\"c')]\n"
        )
    );
    assert!(guarded.wait().unwrap().success());
}

/// What is printed is passed on to the byte, on both streams at once, whatever is read first; and the end of it too.
#[test]
fn all_that_a_program_prints_arrives() {
    let script = r"import os, sys, threading
def say(fd, byte):
    block = bytes([byte, 0, 255, 13, 10]) * 20000
    for _ in range(300):
        at = 0
        while at < len(block):
            at += os.write(fd, block[at:])
    os.write(fd, b'the end')
both = [threading.Thread(target=say, args=a) for a in [(1, 0xc3), (2, 0xe9)]]
[t.start() for t in both]
[t.join() for t in both]";
    let (came, out, err) = watch_program(&["python3", "-c", script]).ended();
    assert!(came.unwrap().success());
    for (said, byte) in [(out, 0xc3), (err, 0xe9)] {
        assert_eq!(said.len(), 30_000_007);
        assert!(said.starts_with(&[byte, 0, 255, 13, 10, byte]) && said.ends_with(b"\r\nthe end"));
    }
}

/// Never 3: no process of a run goes on once it is told to end, whatever it does about it.
#[test]
fn whatever_a_program_started_is_ended_with_it() {
    with_each(|script| {
        let watched = watch(script).ready();
        watched.guarded.end();
        watched.ended().0.unwrap();
    });
}

/// The guard survives what would end it, and ends its children first.
#[test]
fn a_signal_to_the_guard_or_to_its_group_ends_everything() {
    for (signal, to_all) in [(Signal::TERM, false), (Signal::INT, true), (Signal::HUP, true), (Signal::QUIT, true)] {
        with_each(|script| {
            let watched = watch(script).ready();
            let guard = rustix::process::Pid::from_raw(i32::try_from(guard_in(&watched.world)).unwrap()).unwrap();
            match to_all {
                true => rustix::process::kill_process_group(guard, signal).unwrap(),
                false => rustix::process::kill_process(guard, signal).unwrap(),
            }
            watched.ended().0.unwrap();
        });
    }
}

#[test]
fn a_program_whose_handle_is_dropped_is_ended() {
    with_each(|script| {
        let watched = watch(script).ready();
        drop(watched.guarded);
        assert_eq!(watched.world.processes(), []);
        watched.stdout.join().unwrap();
    });
}

/// Never 3: nothing outlives a pipekit that is killed outright. Here the holder of the leash is killed.
#[test]
fn nothing_outlives_a_caller_that_is_killed() {
    with_each(|script| {
        let world = World::bare();
        let mut caller = Command::new("sleep").arg("120").stdout(Stdio::piped()).spawn().unwrap();
        let mut command = world.command();
        command.args(["jrunner", "--guard", "--", "sh", "-c", script]).stdin(caller.stdout.take().unwrap());
        let guard = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        is_ready(&world);
        caller.kill().unwrap();
        caller.wait().unwrap();
        // Its output ends too.
        guard.wait_with_output().unwrap();
        assert_eq!(world.processes(), []);
    });
}

/// A daemon of a runner that has ended does not go on writing, and the runner's own end is what counts.
#[test]
fn what_a_program_leaves_behind_is_ended_too() {
    with_each(|script| {
        let script = script.replace('\'', "'\\''");
        let start = format!("sh -c '{script}' & until [ -e ready ]; do sleep 0.01; done; exit 7");
        let (came, ..) = watch(&start).ended();
        assert_eq!(came.unwrap().code(), Some(7));
    });
}

/// The last words of a program may pass through a process that outlives it for a moment.
#[test]
fn what_a_program_leaves_behind_has_a_moment_to_end() {
    let late = "(while kill -0 $$; do :; done; sleep 0.3; echo 'rows: 42') 2>/dev/null & echo first";
    let (came, out, _) = watch(late).ended();
    assert!(came.unwrap().success());
    assert_eq!(String::from_utf8(out).unwrap(), "first\nrows: 42\n");
}

#[test]
fn a_program_that_is_told_to_end_may_put_things_in_order() {
    let script = "trap 'echo in order; exit 5' TERM; touch ready; while :; do sleep 0.02; done";
    let watched = watch(script).ready();
    watched.guarded.end();
    let (came, out, _) = watched.ended();
    assert_eq!(came.unwrap().code(), Some(5));
    assert_eq!(String::from_utf8(out).unwrap(), "in order\n");
}

/// Never 3: the guard itself is killed. The program goes with it, wherever it is, and the rest of the group; what else
/// made itself a session of its own can't be found any more, but as long as it lives the lock is not free. Nobody waits
/// for its pipes.
#[test]
fn a_lock_is_not_free_while_something_of_a_killed_guard_lives() {
    let watched = watch(
        "sleep 121 & setsid sh -c 'trap \"\" TERM HUP; touch ready; exec sleep 122' &
         until [ -e ready ]; do sleep 0.01; done; exec setsid sleep 123",
    )
    .ready();
    let world = &watched.world;
    let alive = || {
        let mut lines: Vec<_> = world.processes().into_iter().map(|p| p.1.trim().to_owned()).collect();
        lines.sort();
        lines
    };
    until("the script is as it is to be", || alive()[1..] == ["sleep 121", "sleep 122", "sleep 123"]);
    kill(guard_in(world), Signal::KILL);
    let lost = watched.guarded.wait().unwrap_err().message;
    assert!(lost.contains("its guard was killed (signal: 9 (SIGKILL))"), "{lost}");
    watched.stdout.join().unwrap();
    watched.stderr.join().unwrap();
    until("only the session of its own is left", || alive() == ["sleep 122"]);
    assert!(!lock_is_free(world));
    kill(world.processes()[0].0, Signal::KILL);
    lock_gets_free(world);
}

/// Never 3: a guard that stands still can't notice that its caller is gone, but the lock is held until it has.
#[test]
fn a_lock_is_not_free_while_the_guard_stands_still() {
    let world = World::bare();
    let lock = File::create(world.path("lock")).unwrap();
    flock(&lock, FlockOperation::NonBlockingLockExclusive).unwrap();
    let mut caller = Command::new("sleep").arg("120").stdout(Stdio::piped()).spawn().unwrap();
    let mut command = world.command();
    command.args(["jrunner", "--guard", "--", "sh", "-c", "touch ready; sleep 120"]);
    command.stdin(caller.stdout.take().unwrap()).stdout(lock);
    let mut guard = command.spawn().unwrap();
    // The lock is the guard's and the program's standard output, and nobody else has it.
    drop(command);
    is_ready(&world);
    kill(guard.id(), Signal::STOP);
    caller.kill().unwrap();
    caller.wait().unwrap();
    assert!(!lock_is_free(&world));
    assert!(guard.try_wait().unwrap().is_none());
    kill(guard.id(), Signal::CONT);
    guard.wait().unwrap();
    assert_eq!(world.processes(), []);
    lock_gets_free(&world);
}

#[test]
fn a_guard_that_stands_still_is_woken_to_end_its_program() {
    let watched = watch("touch ready; exec sleep 120").ready();
    kill(guard_in(&watched.world), Signal::STOP);
    watched.guarded.end();
    assert_eq!(watched.ended().0.unwrap().signal(), Some(15));
}
