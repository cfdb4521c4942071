//! A TCP proxy of our own between pipekit and a PostgreSQL server, which fails as networks do: it cuts, falls silent
//! in one direction or both, loses one end, is slow. And an address behind which there is nothing.

use super::postgres::Database;
use super::until;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::sockopt::set_socket_linger;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From pipekit to the server.
    Up,
    /// From the server to pipekit.
    Down,
}

/// When a fault happens.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// When the next connection is made.
    Made,
    /// As soon as so many bytes were passed on that way, on one connection.
    Passed(Way, usize),
    /// When this text comes that way: it is not passed on.
    Before(Way, &'static str),
    /// When this text came that way: it was passed on.
    After(Way, &'static str),
}

/// What happens then: to that one connection, where nothing else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Both ends get a reset.
    Reset,
    /// Both ends get an orderly end, in the middle of what they say.
    Close,
    /// pipekit gets a reset; the server hears nothing, and believes that the connection stands.
    HalfOpen,
    /// Nothing more is passed on; both ends believe that the connection stands.
    Stall,
    /// What the server says is passed on no more; what pipekit says is.
    Swallow,
    /// As `Stall`, for every connection there is, and every one to come.
    Silence,
}

#[derive(Default)]
struct State {
    rule: Mutex<Option<(When, Fault)>>,
    /// How often all connections that stood were struck, and by what the last time.
    struck: Mutex<(u64, Option<Fault>)>,
    fired: AtomicUsize,
    silent: AtomicBool,
    /// How often all was well again: what is left of a connection with a fault ends then.
    healed: AtomicU64,
    delay_ms: AtomicU64,
    over: AtomicBool,
}

impl State {
    /// The fault whose time has come.
    fn due(&self, come: impl Fn(When) -> bool) -> Option<Fault> {
        let fault = self.rule.lock().unwrap().take_if(|(when, _)| come(*when))?.1;
        self.count(fault);
        Some(fault)
    }

    /// The fault that struck all connections since one last asked.
    fn struck_since(&self, seen: &mut u64) -> Option<Fault> {
        let (count, fault) = *self.struck.lock().unwrap();
        let news = std::mem::replace(seen, count) != count;
        let fault = fault.filter(|_| news)?;
        self.count(fault);
        Some(fault)
    }

    fn count(&self, fault: Fault) {
        if fault == Fault::Silence {
            self.silent.store(true, Ordering::SeqCst);
        }
        self.fired.fetch_add(1, Ordering::SeqCst);
    }
}

/// The proxy. All is well until [`Proxy::fail`].
pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

impl Proxy {
    /// A proxy to the test's server.
    pub fn new() -> Proxy {
        Proxy::before(Database::port().parse().unwrap())
    }

    /// A proxy to the server at that port.
    pub fn before(port: u16) -> Proxy {
        let server = SocketAddr::from(([127, 0, 0, 1], port));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        let shared = state.clone();
        std::thread::spawn(move || {
            while !shared.over.load(Ordering::SeqCst) {
                if !wait(&mut [PollFd::new(&listener, PollFlags::IN)]) {
                    continue;
                }
                let Ok((client, _)) = listener.accept() else { continue };
                let Ok(server) = TcpStream::connect(server) else { continue };
                let shared = shared.clone();
                std::thread::spawn(move || Connection::new(client, server, &shared).serve());
            }
        });
        Proxy { port, state }
    }

    /// The JDBC URL of a database behind it. It is not encrypted, so that the proxy can read what passes, and nobody
    /// waits long for a connection.
    pub fn url(&self, database: &Database) -> String {
        format!("jdbc:postgresql://127.0.0.1:{}/{}?sslmode=disable&connectTimeout=2", self.port, database.name)
    }

    /// The port that it listens at.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on this fault waits for its time. It happens once.
    pub fn fail(&self, when: When, fault: Fault) {
        *self.state.rule.lock().unwrap() = Some((when, fault));
    }

    /// Whether the fault that waited for its time has happened.
    pub fn has_failed(&self) -> bool {
        self.state.rule.lock().unwrap().is_none()
    }

    /// This happens now to every connection that stands. Waits until it has.
    pub fn strike(&self, fault: Fault) {
        let before = self.fired();
        {
            let mut struck = self.state.struck.lock().unwrap();
            *struck = (struck.0 + 1, Some(fault));
        }
        until("the fault happens", || self.fired() > before);
    }

    /// How many faults have happened, counted by connections.
    pub fn fired(&self) -> usize {
        self.state.fired.load(Ordering::SeqCst)
    }

    /// All is well again; what is left of connections that had a fault ends.
    pub fn heal(&self) {
        self.state.rule.lock().unwrap().take();
        self.state.silent.store(false, Ordering::SeqCst);
        self.state.delay_ms.store(0, Ordering::SeqCst);
        self.state.healed.fetch_add(1, Ordering::SeqCst);
    }

    /// From now on each piece takes so long.
    pub fn delay(&self, each: Duration) {
        self.state.delay_ms.store(u64::try_from(each.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.over.store(true, Ordering::SeqCst);
    }
}

const MOMENT: Duration = Duration::from_millis(20);

/// Waits for a moment until one of these can go on. Says whether one can.
fn wait(fds: &mut [PollFd<'_>]) -> bool {
    let moment = Timespec::try_from(MOMENT).unwrap();
    poll(fds, Some(&moment)).is_ok_and(|ready| ready > 0)
}

/// So much of what passed is kept, so that a text is found that comes in two pieces.
const KEPT: usize = 200;

/// One direction of a connection.
#[derive(Default)]
struct Lane {
    /// What was read and is not passed on yet.
    pending: Vec<u8>,
    /// What was read last.
    last: Vec<u8>,
    passed: usize,
    stalled: bool,
    /// Whether there is no more to read.
    ended: bool,
    /// Whether the other end was told so.
    shut: bool,
}

impl Lane {
    fn has(&self, text: &str) -> bool {
        self.last.windows(text.len()).any(|window| window == text.as_bytes())
    }

    /// Reads the next piece, where there is one. `None` when the connection is gone.
    fn read(&mut self, mut from: &TcpStream) -> Option<bool> {
        let mut piece = [0; 16 * 1024];
        match from.read(&mut piece) {
            Ok(0) => self.ended = true,
            Ok(n) => {
                self.last.drain(..self.last.len().saturating_sub(KEPT));
                self.last.extend_from_slice(&piece[..n]);
                self.pending.extend_from_slice(&piece[..n]);
                return Some(true);
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return None,
        }
        Some(false)
    }

    /// Passes on what it can. `None` when the connection is gone.
    fn write(&mut self, mut to: &TcpStream) -> Option<()> {
        if !self.pending.is_empty() {
            match to.write(&self.pending) {
                Ok(n) => drop(self.pending.drain(..n)),
                Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                Err(_) => return None,
            }
        }
        if self.pending.is_empty() && self.ended && !self.shut {
            self.shut = true;
            let _ = to.shutdown(Shutdown::Write);
        }
        Some(())
    }
}

struct Connection<'a> {
    /// `None` once pipekit has lost it.
    client: Option<TcpStream>,
    server: TcpStream,
    up: Lane,
    down: Lane,
    /// Whether both ends were told that there is no more: what they still say is thrown away.
    closed: bool,
    state: &'a State,
    /// What it has seen of the state's counts.
    healed: u64,
    struck: u64,
}

impl<'a> Connection<'a> {
    fn new(client: TcpStream, server: TcpStream, state: &'a State) -> Self {
        for stream in [&client, &server] {
            stream.set_nonblocking(true).unwrap();
            stream.set_nodelay(true).unwrap();
        }
        let (up, down) = Default::default();
        let (healed, struck) = (state.healed.load(Ordering::SeqCst), state.struck.lock().unwrap().0);
        Connection { client: Some(client), server, up, down, closed: false, state, healed, struck }
    }

    /// Serves until the connection is over (`None`), whoever ended it.
    fn serve(mut self) -> Option<()> {
        self.suffer(self.state.due(|when| matches!(when, When::Made)))?;
        while !self.state.over.load(Ordering::SeqCst) {
            if self.state.silent.load(Ordering::SeqCst) {
                (self.up.stalled, self.down.stalled) = (true, true);
            }
            let faulty = self.up.stalled || self.down.stalled || self.client.is_none();
            if faulty && self.state.healed.load(Ordering::SeqCst) != self.healed {
                return None;
            }
            if let Some(fault) = self.state.struck_since(&mut self.struck) {
                self.suffer(Some(fault))?;
            }
            self.wait();
            self.pass(Way::Up)?;
            self.pass(Way::Down)?;
            if self.up.ended && self.down.ended && self.up.shut && self.down.shut {
                return None;
            }
        }
        Some(())
    }

    /// Waits for a moment until something can be read or passed on.
    fn wait(&self) {
        let mut fds = Vec::new();
        for (stream, inward, outward) in
            [(self.client.as_ref(), &self.up, &self.down), (Some(&self.server), &self.down, &self.up)]
        {
            let Some(stream) = stream.filter(|_| self.client.is_some()) else { continue };
            let mut flags = PollFlags::empty();
            flags.set(PollFlags::IN, inward.pending.is_empty() && !inward.ended && !inward.stalled);
            flags.set(PollFlags::OUT, !outward.pending.is_empty() && !outward.stalled);
            if !flags.is_empty() {
                fds.push(PollFd::new(stream, flags));
            }
        }
        if fds.is_empty() {
            std::thread::sleep(MOMENT);
        } else {
            wait(&mut fds);
        }
    }

    /// Moves on what comes that way.
    fn pass(&mut self, way: Way) -> Option<()> {
        let state = self.state;
        let Some(client) = &self.client else { return Some(()) };
        let (from, to, lane) = match way {
            Way::Up => (client, &self.server, &mut self.up),
            Way::Down => (&self.server, client, &mut self.down),
        };
        if lane.stalled {
            return Some(());
        }
        if lane.pending.is_empty() && !lane.ended && lane.read(from)? {
            if self.closed {
                lane.pending.clear();
                return Some(());
            }
            std::thread::sleep(Duration::from_millis(state.delay_ms.load(Ordering::SeqCst)));
            let due = state.due(|when| matches!(when, When::Before(w, text) if w == way && lane.has(text)));
            if due.is_some() {
                lane.pending.clear();
                return self.suffer(due);
            }
        }
        let had = lane.pending.len();
        lane.write(to)?;
        lane.passed += had - lane.pending.len();
        if had == 0 || !lane.pending.is_empty() {
            return Some(());
        }
        let due = state.due(|when| match when {
            When::Passed(w, n) => w == way && lane.passed >= n,
            When::After(w, text) => w == way && lane.has(text),
            _ => false,
        });
        self.suffer(due)
    }

    /// Does to the connection what is due. `None` when it is over.
    fn suffer(&mut self, fault: Option<Fault>) -> Option<()> {
        let Some(fault) = fault else { return Some(()) };
        match fault {
            Fault::Reset => {
                reset(&self.server);
                self.client.take().as_ref().map(reset);
                return None;
            }
            Fault::Close => {
                self.closed = true;
                for (stream, lane) in [(Some(&self.server), &mut self.up), (self.client.as_ref(), &mut self.down)] {
                    lane.pending.clear();
                    lane.shut = true;
                    stream.map(|s| s.shutdown(Shutdown::Write));
                }
            }
            Fault::HalfOpen => {
                self.client.take().as_ref().map(reset);
            }
            Fault::Stall | Fault::Silence => (self.up.stalled, self.down.stalled) = (true, true),
            Fault::Swallow => self.down.stalled = true,
        }
        Some(())
    }
}

/// From now on the socket's end is a reset.
fn reset(stream: &TcpStream) {
    let _ = set_socket_linger(stream, Some(Duration::ZERO));
}

/// An address behind which nobody answers, as behind a firewall that drops everything: its queue of connections is
/// full, so that the kernel lets the next one wait.
pub struct BlackHole {
    port: u16,
    _listener: OwnedFd,
    _queue: Vec<TcpStream>,
}

impl BlackHole {
    pub fn new() -> BlackHole {
        use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};
        let listener = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        bind(&listener, &SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        listen(&listener, 0).unwrap();
        let address: SocketAddr = getsockname(&listener).unwrap().try_into().unwrap();
        let mut queue = Vec::new();
        while let Ok(one) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
            queue.push(one);
        }
        BlackHole { port: address.port(), _listener: listener, _queue: queue }
    }

    /// The port that nobody answers at.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its JDBC URL, with these parameters.
    pub fn url(&self, parameters: &str) -> String {
        format!("jdbc:postgresql://127.0.0.1:{}/none?{parameters}", self.port)
    }
}
