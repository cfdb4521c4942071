//! The first words between us and a server: who it is, whether all else is encrypted, and the proof of the login.
//! <https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html>

use super::auth;
use super::connect::Opened;
use super::failure::{self, Trouble};
use super::protocol::{Done, answer_of};
use super::wire::{Parser, Stream, Wire};
use crate::runner::builtin::tls::{self, Check, Trust};
use crate::runner::builtin::url::{MysqlTls, MysqlUrl};
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use std::io;
use std::net::TcpStream;
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

/// Why there is no connection.
pub enum Refusal {
    /// The server refused, or the connection broke.
    Trouble(Trouble),
    /// It can't be what the URL asks for.
    Setup(String),
}

impl<T: Into<Trouble>> From<T> for Refusal {
    fn from(trouble: T) -> Self {
        Refusal::Trouble(trouble.into())
    }
}

/// Who connects.
pub struct Login<'a> {
    /// The name, or nothing.
    pub user: &'a str,
    /// The password, or nothing.
    pub password: &'a str,
}

/// The time that is left to connect.
pub fn left(deadline: Option<Instant>) -> io::Result<Option<Duration>> {
    let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    if left.is_some_and(|left| left.is_zero()) { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
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

/// Logs in, encrypted as the URL says.
pub fn shake_hands(
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

#[cfg(test)]
mod tests {
    use super::super::{command, connect};
    use super::*;
    use crate::runner::builtin::url::{Url, parse};
    use crate::runner::{Failure, FailureKind, Target};
    use std::net::TcpListener;
    use std::thread;

    const OK: &[u8] = &[0, 0, 0, 2, 0, 0, 0];

    /// Logs in to a server that greets as MySQL 8 does, without TLS, and then sends these packets.
    fn log_in(parameters: &str, answers: &'static [&'static [u8]]) -> Result<(), Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let mut wire = Wire::new(Stream::Plain(listener.accept().unwrap().0), 0);
            let greeting = [
                &b"\x0a8.4.3\0\x07\0\0\0"[..],
                b"NR3HP:qI\0",
                &[0xff, 0xf7, 45, 2, 0, 0xff, 0xdf, 21],
                &[0; 10],
                b"Ya_9=db?Sd{`\0",
                b"caching_sha2_password\0",
            ];
            wire.send(&greeting).unwrap();
            // Where it does not like the greeting, it hangs up.
            let response = wire.read().map(<[u8]>::to_vec).unwrap_or_default();
            let proof = auth::caching_sha2(b"G!ider27", b"NR3HP:qIYa_9=db?Sd{`");
            let known = response.windows(32).any(|window| window == proof);
            for answer in if known { answers } else { &[][..] } {
                wire.send(&[answer]).unwrap();
            }
            // The settings of the session, one answer a statement, where the login was content.
            let mut wire = Wire::new(wire.into_stream().0, 0);
            if wire.read().is_ok_and(|packet| packet.first() == Some(&command::QUERY)) {
                for more in [8, 8, 8, 0] {
                    wire.send(&[&[0, 0, 0, 2 | more, 0, 0, 0]]).unwrap();
                }
            }
        });
        let Url::Mysql(url) = parse(&format!("jdbc:mysql://127.0.0.1:{}/d?{parameters}", address.port())).unwrap()
        else {
            unreachable!("not asked for")
        };
        let password = Some("G!ider27".to_owned());
        let target = Target { url: String::new(), user: Some("me".to_owned()), password, runner: Default::default() };
        let opened = connect::open(&url, &target).map(|opened| assert!(opened.id == 7 && !opened.status.has_more()));
        server.join().unwrap();
        opened
    }

    #[test]
    fn a_login_of_mysql_8_is_proved_and_the_password_never_sent_in_the_clear() {
        // It knows the proof, or compares it itself.
        log_in("sslMode=disabled", &[&[1, 3], OK]).unwrap();
        log_in("sslMode=preferred", &[OK]).unwrap();
        const ASKS: &[&[u8]] = &[&[1, 4]];
        const CLEAR: &[&[u8]] = &[b"\xfemysql_clear_password\0"];
        const OTHER: &[&[u8]] = &[b"\xfeclient_ed25519\0x"];
        const DENIED: &[&[u8]] = &[b"\xff\x15\x04#28000Access denied"];
        for (parameters, answers, says) in [
            ("sslMode=disabled", ASKS, "sslMode=required"),
            ("sslMode=required", &[], "the server has no TLS"),
            ("sslMode=disabled", CLEAR, "sslMode=verify-identity"),
            ("sslMode=disabled", OTHER, "`client_ed25519`, which is not known here"),
            ("sslMode=disabled", DENIED, "ERROR 1045 (28000): Access denied"),
        ] {
            let failure = log_in(parameters, answers).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Connect);
            assert!(failure.message.contains(says), "{says}: {}", failure.message);
            assert!(!failure.message.contains("G!ider27"));
        }
    }
}
