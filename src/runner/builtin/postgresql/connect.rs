//! Opens connections to PostgreSQL.

use super::failure::{chain, message};
use super::tls;
use crate::runner::builtin::url::{Host, PostgresUrl, ServerType, SslMode};
use crate::runner::{Failure, FailureKind, Target};
use postgres::config::{SslMode as Encrypt, TargetSessionAttrs};
use postgres::error::DbError;
use postgres::{Client, Config, NoTls};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;
use tokio_postgres_rustls::MakeRustlsConnect;

/// The server's notices since they were last taken.
pub type Notices = Arc<Mutex<Vec<DbError>>>;

/// So many notices are kept; what follows them is not.
const MOST_NOTICES: usize = 1_000;

/// An open connection, and what is needed to cancel it.
pub struct Opened {
    /// The connection.
    pub client: Client,
    /// What was encrypted with; a cancel goes the same way.
    pub tls: Option<MakeRustlsConnect>,
    /// Where the server's notices go.
    pub notices: Notices,
}

/// Session settings that make text and binary forms the same from every server, as startup options.
const SETTINGS: [(&str, &str); 10] = [
    // A backend whose client was killed stops within two seconds, and not when it next writes.
    ("client_connection_check_interval", "2000"),
    // One whose network has gone, so that nothing says so, lets go of its locks in two minutes, as we do, and not in two
    // hours.
    ("tcp_keepalives_idle", "60"),
    ("tcp_keepalives_interval", "15"),
    ("tcp_keepalives_count", "4"),
    // A merge that waited for another must see what that one committed, whatever the login's default is.
    ("default_transaction_isolation", "read committed"),
    ("DateStyle", "ISO"),
    ("IntervalStyle", "postgres"),
    ("extra_float_digits", "3"),
    ("bytea_output", "hex"),
    ("standard_conforming_strings", "on"),
];

/// Opens a connection.
pub fn open(url: &PostgresUrl, target: &Target) -> Result<Opened, Failure> {
    let settings = settings(url);
    let notices = Notices::default();
    let mut plain = config(url, target, &notices);
    let mut config = plain.clone();
    config.options(&startup_options(url, &settings));
    // One attempt costs the fewest round trips; what an old server or a pooler refuses is then set by SQL.
    match attempt(url, &config) {
        Err(error) if refuses_options(&error) => {
            if let Some(options) = &url.options {
                plain.options(options);
            }
            let opened = attempt(url, &plain);
            opened.and_then(|(mut client, tls)| {
                client.batch_execute(&settings_as_sql(&settings)).map_err(Refusal::Server)?;
                Ok((client, tls))
            })
        }
        outcome => outcome,
    }
    .map(|(client, tls)| Opened { client, tls, notices })
    .map_err(|refusal| describe(url, target, refusal))
}

/// Why there is no connection.
enum Refusal {
    Server(postgres::Error),
    Setup(Failure),
    TooLong(Duration),
}

fn config(url: &PostgresUrl, target: &Target, notices: &Notices) -> Config {
    let mut config = Config::new();
    for host in &url.hosts {
        match host {
            Host::Tcp(name, port) => config.host(name).port(*port),
            Host::Unix(folder, port) => config.host_path(folder).port(*port),
        };
    }
    if let Some(user) = login(url, target) {
        config.user(user);
    }
    if let Some(password) = target.password.as_deref().or(url.password.as_deref()) {
        config.password(password);
    }
    if let Some(database) = &url.database {
        config.dbname(database);
    }
    config.application_name(&url.application_name);
    if let Some(timeout) = url.connect_timeout {
        config.connect_timeout(timeout);
    }
    if let Some(timeout) = url.socket_timeout {
        config.tcp_user_timeout(timeout);
    }
    // Asking every 15 seconds after a quiet minute finds a dead peer in two, and keeps a firewall's entry alive.
    config.keepalives(url.keepalive).keepalives_idle(Duration::from_secs(60));
    config.keepalives_interval(Duration::from_secs(15)).keepalives_retries(4);
    config.target_session_attrs(match url.server_type {
        ServerType::Any => TargetSessionAttrs::Any,
        ServerType::Primary => TargetSessionAttrs::ReadWrite,
        ServerType::Secondary => TargetSessionAttrs::ReadOnly,
    });
    let notices = notices.clone();
    config.notice_callback(move |notice| {
        // A function can remark something on every row of a million.
        if let Ok(mut notices) = notices.lock()
            && notices.len() < MOST_NOTICES
        {
            notices.push(notice);
        }
    });
    config
}

fn login<'a>(url: &'a PostgresUrl, target: &'a Target) -> Option<&'a str> {
    target.user.as_deref().filter(|user| !user.is_empty()).or(url.user.as_deref())
}

fn settings(url: &PostgresUrl) -> Vec<(&str, String)> {
    let mut settings: Vec<_> = SETTINGS.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    if let Some(zone) = zone() {
        settings.push(("TimeZone", zone));
    }
    if let Some(schemas) = &url.current_schema {
        settings.push(("search_path", schemas.clone()));
    }
    if url.read_only {
        settings.push(("default_transaction_read_only", "on".to_owned()));
    }
    settings
}

/// What to say of a zone that the server does not know.
const ZONE_FROM: &str = " (from $TZ, which `pipekit settings set timezone Europe/Berlin` overrides)";

/// The process's time zone, where it has a name as PostgreSQL knows them: what a watermark shows of an instant must not
/// depend on where the server is.
fn zone() -> Option<String> {
    let Ok(zone) = std::env::var("TZ") else {
        let system = crate::clock::here();
        return system.iana_name().filter(|_| !system.is_unknown()).map(str::to_owned);
    };
    let zone = zone.strip_prefix(':').unwrap_or(&zone);
    let zone = zone.strip_prefix("/usr/share/zoneinfo/").unwrap_or(zone);
    match zone {
        "" => Some("UTC".to_owned()),
        path if path.starts_with('/') => None,
        name => Some(name.to_owned()),
    }
}

fn startup_options(url: &PostgresUrl, settings: &[(&str, String)]) -> String {
    let mut options = String::new();
    for (name, value) in settings {
        options.push_str("-c ");
        options.push_str(name);
        options.push('=');
        for c in value.chars() {
            if c == '\\' || c.is_ascii_whitespace() {
                options.push('\\');
            }
            options.push(c);
        }
        options.push(' ');
    }
    // The URL's own come last, and win.
    options.push_str(url.options.as_deref().unwrap_or(""));
    options
}

fn settings_as_sql(settings: &[(&str, String)]) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let values: Vec<_> = settings.iter().map(|(name, value)| format!("({},{})", quoted(name), quoted(value))).collect();
    // Only what the server has is set: the check of the client came with PostgreSQL 14.
    format!(
        "SELECT pg_catalog.set_config(s.name, v.value, false) FROM (VALUES {}) AS v(name, value) \
         JOIN pg_catalog.pg_settings AS s ON pg_catalog.lower(s.name) = pg_catalog.lower(v.name)",
        values.join(",")
    )
}

fn refuses_options(refusal: &Refusal) -> bool {
    let Refusal::Server(error) = refusal else { return false };
    // Undefined parameter, invalid value (a server whose system can't check the client), or a pooler's refusal.
    error.code().is_some_and(|code| matches!(code.code(), "42704" | "22023" | "08P01" | "55P02"))
}

/// Connects, in the order of encryption that `sslmode` asks for.
fn attempt(url: &PostgresUrl, config: &Config) -> Result<(Client, Option<MakeRustlsConnect>), Refusal> {
    let local = url.hosts.iter().all(|host| matches!(host, Host::Unix(..)));
    let order: &[Encrypt] = match url.ssl_mode {
        _ if local => &[Encrypt::Disable],
        SslMode::Disable => &[Encrypt::Disable],
        SslMode::Allow => &[Encrypt::Disable, Encrypt::Require],
        SslMode::Prefer => &[Encrypt::Prefer, Encrypt::Disable],
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => &[Encrypt::Require],
    };
    let mut outcome = connect(url, config, order[0]);
    for mode in &order[1..] {
        // `pg_hba.conf` knows lines for encrypted and for plain connections: the refusal of one may be the other's due.
        let other_may_do =
            matches!(&outcome, Err(Refusal::Server(error)) if error.code().is_some_and(|code| code.code() == "28000"));
        if !other_may_do {
            break;
        }
        outcome = connect(url, config, *mode);
    }
    outcome
}

fn connect(url: &PostgresUrl, config: &Config, mode: Encrypt) -> Result<(Client, Option<MakeRustlsConnect>), Refusal> {
    let mut config = config.clone();
    config.ssl_mode(mode);
    let tls = if mode == Encrypt::Disable { None } else { Some(tls::connector(url).map_err(Refusal::Setup)?) };
    let connector = tls.clone();
    let open = move || match connector {
        Some(connector) => config.connect(connector),
        None => config.connect(NoTls),
    };
    let client = match url.connect_timeout {
        None => open(),
        // The library's own time limit covers the TCP connection only: a server that takes it and then says nothing
        // would be waited for without end.
        Some(limit) => {
            let (sender, receiver) = mpsc::channel();
            thread::spawn(move || {
                // Nobody is listening any more after the time limit.
                let _ = sender.send(open());
            });
            receiver.recv_timeout(limit + Duration::from_secs(1)).map_err(|error| match error {
                mpsc::RecvTimeoutError::Timeout => Refusal::TooLong(limit),
                mpsc::RecvTimeoutError::Disconnected => Refusal::Setup(Failure::new(
                    FailureKind::Connect,
                    "the machine has not enough files, threads or memory left for a connection",
                )),
            })?
        }
    };
    client.map(|client| (client, tls)).map_err(Refusal::Server)
}

fn describe(url: &PostgresUrl, target: &Target, refusal: Refusal) -> Failure {
    let hosts: Vec<_> = url
        .hosts
        .iter()
        .map(|host| match host {
            Host::Tcp(name, port) if name.contains(':') => format!("[{name}]:{port}"),
            Host::Tcp(name, port) => format!("{name}:{port}"),
            Host::Unix(folder, port) => format!("{}/.s.PGSQL.{port}", folder.display()),
        })
        .collect();
    let login = login(url, target).map_or_else(|| "the system's user".to_owned(), |user| format!("`{user}`"));
    let (cause, sqlstate) = match &refusal {
        Refusal::Setup(failure) => (failure.message.clone(), None),
        Refusal::TooLong(limit) => (format!("no answer within {} s", limit.as_secs()), None),
        Refusal::Server(error) => match error.as_db_error() {
            Some(db) => {
                let from = if db.message().contains("\"TimeZone\"") { ZONE_FROM } else { "" };
                (message(db) + from, Some(db.code().code().to_owned()))
            }
            None => (chain(error), None),
        },
    };
    let message = format!("can't connect to PostgreSQL at {} as {login}: {cause}", hosts.join(", "));
    Failure { kind: FailureKind::Connect, message, sqlstate }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::builtin::url::{Url, parse};

    fn url(text: &str) -> PostgresUrl {
        match parse(text).unwrap() {
            Url::Postgres(url) => *url,
            _ => unreachable!("not asked for"),
        }
    }

    #[test]
    fn startup_options_are_escaped_and_the_urls_own_come_last() {
        let url = url("jdbc:postgresql://h/d?currentSchema=a%5C,%20b&options=-c%20work_mem=1MB");
        let options = startup_options(&url, &[("search_path", url.current_schema.clone().unwrap())]);
        assert_eq!(options, "-c search_path=a\\\\,\\ b -c work_mem=1MB");
    }

    #[test]
    fn a_refused_connection_names_place_and_login_and_no_password() {
        let target = Target {
            url: String::new(),
            user: Some("me".to_owned()),
            password: Some("hush".to_owned()),
            runner: crate::runner::Runner::Builtin,
        };
        let failure = open(&url("jdbc:postgresql://127.0.0.1:1/d?sslmode=disable"), &target).err().unwrap();
        assert_eq!(failure.kind, FailureKind::Connect);
        assert!(failure.message.contains("127.0.0.1:1") && failure.message.contains("`me`"), "{}", failure.message);
        assert!(!failure.message.contains("hush"));
    }
}
