//! Opens connections to MySQL and MariaDB.

use super::command;
use super::failure::{self, Trouble};
use super::handshake::{Login, Refusal, left, shake_hands};
use super::protocol::{Done, answer_of};
use super::wire::Wire;
use crate::runner::builtin::url::MysqlUrl;
use crate::runner::{Failure, FailureKind, Target};
use rustix::net::sockopt;
use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

/// An open connection.
pub struct Opened {
    /// The way to the server.
    pub wire: Wire,
    /// Its number at the server.
    pub id: u32,
    /// What the server said of it last.
    pub status: Done,
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

/// What makes values the same from every server, and the session wait and lock as on the other databases.
fn set_session(opened: &mut Opened, url: &MysqlUrl) -> Result<(), Refusal> {
    let mut sql = "SET NAMES utf8mb4".to_owned();
    if let Some(collation) = &url.collation {
        sql.push_str(" COLLATE ");
        sql.push_str(collation);
    }
    // A source that is slow must not end the load that waits for it, nor a slow load its source: the servers' own limits
    // are 30 and 60 seconds. One whose client's machine is gone, so that nothing says so, lets go of its locks then.
    sql.push_str(";SET SESSION time_zone='+00:00',net_read_timeout=3600,net_write_timeout=3600,wait_timeout=3600");
    for assignment in &url.session {
        sql.push(',');
        sql.push_str(assignment);
    }
    // Nothing is cut, rounded to zero, left out or numbered anew in silence, and a statement is committed when it says
    // so, whatever the server or the URL sets; and a merge that waited for another must see what that one committed.
    sql.push_str(
        ";SET SESSION sql_select_limit=18446744073709551615,autocommit=1,completion_type=0\
         ;SET SESSION sql_mode=CONCAT(@@sql_mode,',STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO')\
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
