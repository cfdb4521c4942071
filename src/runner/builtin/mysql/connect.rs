//! Opens connections to MySQL and MariaDB.
//! <https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html>

use super::failure::{self, Trouble};
use super::protocol::{Done, answer_of};
use super::wire::{Parser, Stream, Wire};
use super::{auth, command};
use crate::runner::builtin::tls::{self, Check, Trust};
use crate::runner::builtin::url::{MysqlTls, MysqlUrl};
use crate::runner::{Failure, FailureKind, Target};
use rustix::net::sockopt;
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What we can, and ask the server for.
mod can {
    pub const LONG_PASSWORD: u32 = 1;
    /// UPDATE counts the rows that it found, and not those only that it changed.
    pub const FOUND_ROWS: u32 = 1 << 1;
    pub const LONG_FLAG: u32 = 1 << 2;
    pub const CONNECT_WITH_DB: u32 = 1 << 3;
    pub const LOCAL_FILES: u32 = 1 << 7;
    pub const PROTOCOL_41: u32 = 1 << 9;
    pub const SSL: u32 = 1 << 11;
    pub const TRANSACTIONS: u32 = 1 << 13;
    pub const SECURE_CONNECTION: u32 = 1 << 15;
    pub const MULTI_STATEMENTS: u32 = 1 << 16;
    pub const MULTI_RESULTS: u32 = 1 << 17;
    pub const PS_MULTI_RESULTS: u32 = 1 << 18;
    pub const PLUGIN_AUTH: u32 = 1 << 19;
}

/// utf8mb4_general_ci, which both servers have had for ever. `SET NAMES` makes it the server's own.
const UTF8MB4: u8 = 45;

/// An open connection.
pub struct Opened {
    /// The way to the server.
    pub wire: Wire,
    /// Its number at the server.
    pub id: u32,
    /// What the server said of it last.
    pub status: Done,
}

/// Why there is no connection.
enum Refusal {
    Trouble(Trouble),
    Setup(String),
}

impl<T: Into<Trouble>> From<T> for Refusal {
    fn from(trouble: T) -> Self {
        Refusal::Trouble(trouble.into())
    }
}

/// Opens a connection.
pub fn open(url: &MysqlUrl, target: &Target) -> Result<Opened, Failure> {
    let login = Login {
        user: target.user.as_deref().filter(|user| !user.is_empty()).or(url.user.as_deref()).unwrap_or(""),
        password: target.password.as_deref().or(url.password.as_deref()).unwrap_or(""),
    };
    let deadline = url.connect_timeout.map(|limit| Instant::now() + limit);
    let mut refusal = Refusal::Setup("the URL names no host".to_owned());
    for (host, port) in &url.hosts {
        match attempt(url, host, *port, &login, deadline) {
            Ok(opened) => return Ok(opened),
            Err(error) => refusal = error,
        }
    }
    Err(describe(url, &login, &refusal))
}

struct Login<'a> {
    user: &'a str,
    password: &'a str,
}

fn attempt(
    url: &MysqlUrl,
    host: &str,
    port: u16,
    login: &Login<'_>,
    deadline: Option<Instant>,
) -> Result<Opened, Refusal> {
    let tcp = reach(host, port, deadline)?;
    set_up(&tcp, url).map_err(|error| Refusal::Setup(error.to_string()))?;
    tcp.set_read_timeout(left(deadline)?)?;
    let mut opened = shake_hands(url, host, tcp, login, deadline)?;
    set_session(&mut opened, url)?;
    opened.wire.stream().tcp().set_read_timeout(None)?;
    Ok(opened)
}

/// The time that is left to connect.
fn left(deadline: Option<Instant>) -> io::Result<Option<Duration>> {
    let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    if left.is_some_and(|left| left.is_zero()) { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

fn reach(host: &str, port: u16, deadline: Option<Instant>) -> io::Result<TcpStream> {
    let mut outcome = Err(io::Error::other("the host has no address"));
    for address in (host, port).to_socket_addrs()? {
        outcome = match left(deadline)? {
            Some(left) => TcpStream::connect_timeout(&address, left),
            None => TcpStream::connect(address),
        };
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

/// Asking every 15 seconds after a quiet minute finds a dead peer in two, and keeps a firewall's entry alive.
fn set_up(tcp: &TcpStream, url: &MysqlUrl) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    if url.keepalive {
        sockopt::set_socket_keepalive(tcp, true)?;
        sockopt::set_tcp_keepidle(tcp, Duration::from_secs(60))?;
        sockopt::set_tcp_keepintvl(tcp, Duration::from_secs(15))?;
        sockopt::set_tcp_keepcnt(tcp, 4)?;
    }
    if let Some(timeout) = url.socket_timeout {
        sockopt::set_tcp_user_timeout(tcp, u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX))?;
    }
    Ok(())
}

/// What the server begins with.
struct Greeting {
    id: u32,
    nonce: Vec<u8>,
    can: u32,
    plugin: String,
}

fn greeting(packet: &[u8]) -> Result<Greeting, Refusal> {
    if let Some(error) = failure::parse(packet) {
        return Err(Trouble::Server(error).into());
    }
    let mut parser = Parser(packet);
    if parser.byte() != Some(10) {
        return Err(Trouble::Garbled.into());
    }
    let mut read = || {
        parser.terminated()?;
        let id = parser.four()?;
        let mut nonce = parser.bytes(8)?.to_vec();
        parser.bytes(1)?;
        let low = parser.two()?;
        parser.bytes(3)?;
        let can = u32::from(low) | u32::from(parser.two()?) << 16;
        let length = usize::from(parser.byte()?);
        parser.bytes(10)?;
        let rest = parser.bytes(length.saturating_sub(8).max(13).min(parser.0.len()))?;
        nonce.extend_from_slice(rest.strip_suffix(&[0]).unwrap_or(rest));
        let plugin = parser.terminated().unwrap_or(parser.0);
        Some(Greeting { id, nonce, can, plugin: String::from_utf8_lossy(plugin).into_owned() })
    };
    read().ok_or_else(|| Trouble::Garbled.into())
}

fn shake_hands(
    url: &MysqlUrl,
    host: &str,
    tcp: TcpStream,
    login: &Login<'_>,
    deadline: Option<Instant>,
) -> Result<Opened, Refusal> {
    let mut wire = Wire::new(Stream::Plain(tcp), 0);
    let greeting = greeting(wire.read()?)?;
    let mut ours = can::LONG_PASSWORD
        | can::FOUND_ROWS
        | can::LONG_FLAG
        | can::PROTOCOL_41
        | can::TRANSACTIONS
        | can::SECURE_CONNECTION
        | can::MULTI_STATEMENTS
        | can::MULTI_RESULTS
        | can::PS_MULTI_RESULTS
        | can::PLUGIN_AUTH
        // Whether files are sent is decided at each load: no other request for one is answered.
        | can::LOCAL_FILES;
    if greeting.can & can::PROTOCOL_41 == 0 || greeting.can & can::PLUGIN_AUTH == 0 {
        return Err(Refusal::Setup("the server is too old: MySQL 5.7 or MariaDB 10.2 is the least".to_owned()));
    }
    if url.database.is_some() {
        ours |= can::CONNECT_WITH_DB;
    }
    let encrypted = url.tls != MysqlTls::Disabled && greeting.can & can::SSL != 0;
    if !encrypted && !matches!(url.tls, MysqlTls::Disabled | MysqlTls::Preferred) {
        return Err(Refusal::Setup("the server has no TLS, and the URL's sslMode asks for it".to_owned()));
    }
    if encrypted {
        ours |= can::SSL;
    }
    let ours = ours & (greeting.can | can::CONNECT_WITH_DB);
    let mut head = Vec::new();
    head.extend_from_slice(&ours.to_le_bytes());
    head.extend_from_slice(&0x4000_0000u32.to_le_bytes());
    head.push(UTF8MB4);
    head.extend_from_slice(&[0; 23]);
    if encrypted {
        wire.send(&[&head])?;
        wire = encrypt(url, host, wire)?;
    }
    let proof = proof(&greeting.plugin, login.password, &greeting.nonce).unwrap_or_default();
    let database = url.database.as_deref().unwrap_or("");
    let mut rest = Vec::new();
    rest.extend_from_slice(login.user.as_bytes());
    rest.push(0);
    rest.push(proof.len() as u8);
    rest.extend_from_slice(&proof);
    if url.database.is_some() {
        rest.extend_from_slice(database.as_bytes());
        rest.push(0);
    }
    // With a plugin that is not known here, the server asks for another one.
    let plugin = if is_known(&greeting.plugin) { &greeting.plugin } else { "mysql_native_password" };
    rest.extend_from_slice(plugin.as_bytes());
    rest.push(0);
    wire.send(&[&head, &rest])?;
    wire.stream().tcp().set_read_timeout(left(deadline)?)?;
    let checked = matches!(url.tls, MysqlTls::VerifyCa | MysqlTls::VerifyIdentity);
    let status = prove(&mut wire, login.password, plugin, (encrypted, encrypted && checked))?;
    Ok(Opened { wire, id: greeting.id, status })
}

fn encrypt(url: &MysqlUrl, host: &str, wire: Wire) -> Result<Wire, Refusal> {
    let check = match url.tls {
        MysqlTls::VerifyIdentity => Check::Host,
        MysqlTls::VerifyCa => Check::Authority,
        _ => Check::Nothing,
    };
    let trust = Trust { check, roots: url.roots.as_deref(), cert: url.cert.as_deref(), key: url.key.as_deref() };
    let config = tls::config(&trust).map_err(|failure| Refusal::Setup(failure.message))?;
    let name = ServerName::try_from(host.to_owned()).map_err(|error| Refusal::Setup(error.to_string()))?;
    let (Stream::Plain(mut tcp), number) = wire.into_stream() else { return Err(Trouble::Garbled.into()) };
    let mut client =
        ClientConnection::new(Arc::new(config), name).map_err(|error| Refusal::Setup(error.to_string()))?;
    while client.is_handshaking() {
        client.complete_io(&mut tcp)?;
    }
    Ok(Wire::new(Stream::Tls(Box::new(StreamOwned::new(client, tcp))), number))
}

fn is_known(plugin: &str) -> bool {
    matches!(plugin, "mysql_native_password" | "caching_sha2_password")
}

/// The proof by this plugin; `None` where it is not known here.
fn proof(plugin: &str, password: &str, nonce: &[u8]) -> Option<Vec<u8>> {
    match plugin {
        "mysql_native_password" => Some(auth::native(password.as_bytes(), nonce)),
        "caching_sha2_password" => Some(auth::caching_sha2(password.as_bytes(), nonce)),
        _ => None,
    }
}

/// Answers until the server is content.
fn prove(wire: &mut Wire, password: &str, plugin: &str, (encrypted, checked): (bool, bool)) -> Result<Done, Refusal> {
    let mut plugin = plugin.to_owned();
    // No server asks so often.
    for _ in 0..8 {
        let packet = wire.read()?.to_vec();
        match packet.first() {
            Some(0xfe) => {
                let mut parser = Parser(&packet[1..]);
                plugin = String::from_utf8_lossy(parser.terminated().unwrap_or(b"mysql_old_password")).into_owned();
                let nonce = parser.0.strip_suffix(&[0]).unwrap_or(parser.0);
                match (plugin.as_str(), proof(&plugin, password, nonce)) {
                    (_, Some(proof)) => wire.send(&[&proof])?,
                    // The password itself, for a server that is the right one.
                    ("mysql_clear_password" | "dialog", _) if checked => wire.send(&[password.as_bytes(), &[0]])?,
                    ("mysql_clear_password" | "dialog", _) => {
                        return Err(Refusal::Setup(format!(
                            "the server asks for the password itself ({plugin}), which it gets with sslMode=verify-identity only"
                        )));
                    }
                    _ => {
                        return Err(Refusal::Setup(format!(
                            "the login is checked by `{plugin}`, which is not known here: give it mysql_native_password or caching_sha2_password"
                        )));
                    }
                }
            }
            Some(0x01) if plugin == "caching_sha2_password" => match packet.get(1) {
                // It knows the proof already.
                Some(3) => {}
                Some(4) if encrypted => wire.send(&[password.as_bytes(), &[0]])?,
                _ => {
                    return Err(Refusal::Setup(
                        "the login's password (caching_sha2_password) goes over TLS only: sslMode=required in the URL"
                            .to_owned(),
                    ));
                }
            },
            _ => return Ok(answer_of(&packet)?),
        }
    }
    Err(Trouble::Garbled.into())
}

/// What makes values the same from every server, and the session wait and lock as on the other databases.
fn set_session(opened: &mut Opened, url: &MysqlUrl) -> Result<(), Refusal> {
    let mut sql = "SET NAMES utf8mb4".to_owned();
    if let Some(collation) = &url.collation {
        sql.push_str(" COLLATE ");
        sql.push_str(collation);
    }
    // A source that is slow must not end the load that waits for it, nor a slow load its source: the servers' own limits
    // are 30 and 60 seconds.
    sql.push_str(";SET SESSION autocommit=1,time_zone='+00:00',net_read_timeout=7200,net_write_timeout=7200");
    for assignment in &url.session {
        sql.push(',');
        sql.push_str(assignment);
    }
    // Nothing is cut, rounded to zero or numbered anew in silence, whatever the server's own modes are; and a merge that
    // waited for another must see what that one committed.
    sql.push_str(
        ";SET SESSION sql_mode=CONCAT(@@sql_mode,',STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO')\
         ;SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    );
    opened.wire.command(command::QUERY, sql.as_bytes())?;
    loop {
        opened.status = answer_of(opened.wire.read()?)?;
        if !opened.status.has_more() {
            return Ok(());
        }
    }
}

fn describe(url: &MysqlUrl, login: &Login<'_>, refusal: &Refusal) -> Failure {
    let hosts: Vec<_> = url
        .hosts
        .iter()
        .map(|(name, port)| if name.contains(':') { format!("[{name}]:{port}") } else { format!("{name}:{port}") })
        .collect();
    let (cause, sqlstate) = match refusal {
        Refusal::Setup(cause) => (cause.clone(), None),
        Refusal::Trouble(Trouble::Server(error)) => (failure::message(error), error.sqlstate.clone()),
        Refusal::Trouble(Trouble::Io(error))
            if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) =>
        {
            let limit = url.connect_timeout.unwrap_or_default().as_secs_f64();
            (format!("no answer within {limit} s"), None)
        }
        Refusal::Trouble(Trouble::Io(error)) => (failure::io(error), None),
        Refusal::Trouble(Trouble::Garbled | Trouble::Refused(_)) => {
            ("what listens there does not speak MySQL's protocol".to_owned(), None)
        }
    };
    let login = if login.user.is_empty() { "no login".to_owned() } else { format!("`{}`", login.user) };
    let message = format!("can't connect to MySQL at {} as {login}: {cause}", hosts.join(", "));
    Failure { kind: FailureKind::Connect, message, sqlstate }
}
