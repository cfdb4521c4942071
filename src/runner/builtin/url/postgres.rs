//! `jdbc:postgresql://h1:p1,h2:p2/database?name=value`, as pgjdbc reads it.

use super::{bad, boolean, number, parameters, percent_decode, unknown};
use crate::runner::Failure;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A name or an address, and a port.
    Tcp(String, u16),
    /// The folder of a Unix socket, and the port that is part of its name.
    Unix(PathBuf, u16),
}

/// How far TLS goes, in libpq's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SslMode {
    /// Never.
    Disable,
    /// Only where the server insists.
    Allow,
    /// Where the server can.
    Prefer,
    /// Always, without looking at the certificate.
    Require,
    /// Always, with a certificate of a known authority.
    VerifyCa,
    /// Always, with a certificate of a known authority for this very host.
    VerifyFull,
}

/// Which of several servers will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerType {
    /// The first that answers.
    Any,
    /// The first that takes writes.
    Primary,
    /// The first that takes none.
    Secondary,
}

/// A PostgreSQL URL taken apart.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    /// The servers to try, in order; never empty.
    pub hosts: Vec<Host>,
    /// The database; the login's name if the URL has none.
    pub database: Option<String>,
    /// The login, where the URL names it.
    pub user: Option<String>,
    /// The password, where the URL has it. pipekit refuses such a URL before it comes here.
    pub password: Option<String>,
    /// How far TLS goes.
    pub ssl_mode: SslMode,
    /// The authorities to trust; `system` for the machine's.
    pub ssl_root_cert: Option<String>,
    /// Our own certificate.
    pub ssl_cert: Option<PathBuf>,
    /// The key to it.
    pub ssl_key: Option<PathBuf>,
    /// How long a connection may take, login included. `None` waits for ever.
    pub connect_timeout: Option<Duration>,
    /// How long sent data may stay unacknowledged before the connection counts as broken.
    pub socket_timeout: Option<Duration>,
    /// Whether TCP asks now and then whether the server is still there.
    pub keepalive: bool,
    /// The name that `pg_stat_activity` shows.
    pub application_name: String,
    /// The schemas to look for unqualified names in.
    pub current_schema: Option<String>,
    /// Server options as `-c name=value`.
    pub options: Option<String>,
    /// Which of several servers will do.
    pub server_type: ServerType,
    /// Whether transactions are read only unless they say otherwise.
    pub read_only: bool,
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // All that could hold a password stays out.
        f.debug_struct("PostgresUrl")
            .field("hosts", &self.hosts)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

/// The parameters that mean something here.
const KNOWN: [&str; 20] = [
    "ApplicationName",
    "connectTimeout",
    "currentSchema",
    "host",
    "loginTimeout",
    "options",
    "password",
    "port",
    "readOnly",
    "socketTimeout",
    "ssl",
    "sslcert",
    "sslfactory",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "targetServerType",
    "tcpKeepAlive",
    "timezone",
    "user",
];

/// Parameters of pgjdbc that concern a JVM, or a protocol that is not used here: taken, and left alone.
const WITHOUT_MEANING: [&str; 46] = [
    "adaptiveFetch",
    "adaptiveFetchMaximum",
    "adaptiveFetchMinimum",
    "allowEncodingChanges",
    "assumeMinServerVersion",
    "authenticationPluginClassName",
    "autosave",
    "binaryTransfer",
    "binaryTransferDisable",
    "binaryTransferEnable",
    "cancelSignalTimeout",
    "channelBinding",
    "cleanupSavepoints",
    "databaseMetadataCacheFields",
    "databaseMetadataCacheFieldsMiB",
    "defaultRowFetchSize",
    "disableColumnSanitiser",
    "escapeSyntaxCallMode",
    "groupStartupParameters",
    "gssEncMode",
    "gssResponseTimeout",
    "hideUnprivilegedObjects",
    "hostRecheckSeconds",
    "loadBalanceHosts",
    "logServerErrorDetail",
    "logUnclosedConnections",
    "loggerFile",
    "loggerLevel",
    "maxResultBuffer",
    "maxSendBufferSize",
    "preferQueryMode",
    "prepareThreshold",
    "preparedStatementCacheQueries",
    "preparedStatementCacheSizeMiB",
    "protocolVersion",
    "queryTimeout",
    "quoteReturningIdentifiers",
    "reWriteBatchedInserts",
    "readOnlyMode",
    "receiveBufferSize",
    "sendBufferSize",
    "socketFactory",
    "sslResponseTimeout",
    "stringtype",
    "tcpNoDelay",
    "unknownLength",
];

pub(super) fn parse(rest: &str) -> Result<PostgresUrl, Failure> {
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = match place.strip_prefix("//") {
        Some(place) => place.split_once('/').unwrap_or((place, "")),
        None => ("", place.trim_start_matches('/')),
    };
    if authority.contains('@') {
        return Err(bad("the login does not go before the host in a JDBC URL: use the connection's user and password"));
    }
    let mut url = PostgresUrl {
        hosts: hosts(authority)?,
        database: Some(percent_decode(database)?).filter(|name| !name.is_empty()),
        user: None,
        password: None,
        ssl_mode: SslMode::Prefer,
        ssl_root_cert: None,
        ssl_cert: None,
        ssl_key: None,
        connect_timeout: Some(Duration::from_secs(30)),
        socket_timeout: None,
        keepalive: true,
        application_name: "pipekit".to_owned(),
        current_schema: None,
        options: None,
        server_type: ServerType::Any,
        read_only: false,
    };
    let parameters = parameters(query)?;
    // `sslmode` says more than `ssl`, whichever stands first.
    let ssl_mode_given = parameters.iter().any(|(name, _)| name.eq_ignore_ascii_case("sslmode"));
    for (name, value) in parameters {
        set(&mut url, &name, value, ssl_mode_given)?;
    }
    Ok(url)
}

fn set(url: &mut PostgresUrl, name: &str, value: String, ssl_mode_given: bool) -> Result<(), Failure> {
    let seconds = |value: &str| number(name, value).map(|n| (n > 0).then(|| Duration::from_secs(n)));
    match name.to_ascii_lowercase().as_str() {
        "applicationname" => url.application_name = value,
        "connecttimeout" | "logintimeout" => url.connect_timeout = seconds(&value)?,
        "sockettimeout" => url.socket_timeout = seconds(&value)?,
        "currentschema" => url.current_schema = Some(value),
        "host" => set_host(url, &value)?,
        "port" => {
            let port = port(&value)?;
            for Host::Tcp(_, p) | Host::Unix(_, p) in &mut url.hosts {
                *p = port;
            }
        }
        "options" => url.options = Some(value),
        "user" => url.user = Some(value),
        "password" => url.password = Some(value),
        "readonly" => url.read_only = boolean(name, &value)?,
        "tcpkeepalive" => url.keepalive = boolean(name, &value)?,
        "ssl" if ssl_mode_given => {}
        "ssl" => url.ssl_mode = if boolean(name, &value)? { SslMode::VerifyFull } else { SslMode::Prefer },
        "sslmode" => url.ssl_mode = ssl_mode(&value)?,
        "sslfactory" if value.ends_with("NonValidatingFactory") => {
            if !ssl_mode_given {
                url.ssl_mode = SslMode::Require;
            }
        }
        "sslfactory" => {}
        "sslrootcert" => url.ssl_root_cert = Some(value),
        "sslcert" => url.ssl_cert = Some(value.into()),
        "sslkey" => url.ssl_key = Some(value.into()),
        "targetservertype" => url.server_type = server_type(&value)?,
        // The session's zone comes from the process, so that it is the same from cron, systemd and a shell.
        "timezone" => {}
        _ if WITHOUT_MEANING.iter().any(|known| known.eq_ignore_ascii_case(name)) => {}
        _ => return Err(unknown(name, &KNOWN)),
    }
    Ok(())
}

fn hosts(authority: &str) -> Result<Vec<Host>, Failure> {
    authority.split(',').map(host).collect()
}

fn host(text: &str) -> Result<Host, Failure> {
    let (name, port_text) = if let Some(inner) = text.strip_prefix('[') {
        let (name, after) =
            inner.split_once(']').ok_or_else(|| bad(format!("`{text}` in the URL has no closing `]`")))?;
        (name, after.strip_prefix(':').unwrap_or(after))
    } else {
        let (name, port) = text.split_once(':').unwrap_or((text, ""));
        if port.contains(':') {
            return Err(bad(format!("`{text}` in the URL: an IPv6 address goes in brackets, `[::1]:5432`")));
        }
        (name, port)
    };
    let name = if name.is_empty() { "localhost".to_owned() } else { percent_decode(name)? };
    let port = if port_text.is_empty() { 5432 } else { port(port_text)? };
    Ok(if name.starts_with('/') { Host::Unix(name.into(), port) } else { Host::Tcp(name, port) })
}

/// `host=` after the `?` replaces the host before it, and can name the folder of a Unix socket.
fn set_host(url: &mut PostgresUrl, value: &str) -> Result<(), Failure> {
    let port = match url.hosts.first() {
        Some(Host::Tcp(_, port) | Host::Unix(_, port)) => *port,
        None => 5432,
    };
    url.hosts = value
        .split(',')
        .map(|one| match host(one)? {
            Host::Tcp(name, _) if !one.contains(':') => Ok(Host::Tcp(name, port)),
            Host::Unix(dir, _) => Ok(Host::Unix(dir, port)),
            host => Ok(host),
        })
        .collect::<Result<_, Failure>>()?;
    Ok(())
}

fn port(text: &str) -> Result<u16, Failure> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| bad(format!("`{text}` in the URL is not a port")))
}

fn ssl_mode(value: &str) -> Result<SslMode, Failure> {
    Ok(match value {
        "disable" => SslMode::Disable,
        "allow" => SslMode::Allow,
        "prefer" => SslMode::Prefer,
        "require" => SslMode::Require,
        "verify-ca" => SslMode::VerifyCa,
        "verify-full" => SslMode::VerifyFull,
        _ => {
            return Err(bad(format!(
                "`sslmode={value}` in the URL: it takes disable, allow, prefer, require, verify-ca or verify-full"
            )));
        }
    })
}

fn server_type(value: &str) -> Result<ServerType, Failure> {
    Ok(match value.to_ascii_lowercase().as_str() {
        "any" => ServerType::Any,
        "primary" | "master" => ServerType::Primary,
        "secondary" | "slave" => ServerType::Secondary,
        // With a preference only, the first server that answers is right at worst.
        "preferprimary" | "prefersecondary" | "preferslave" => ServerType::Any,
        _ => return Err(bad(format!("`targetServerType={value}` in the URL: it takes any, primary or secondary"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::FailureKind;

    fn tcp(name: &str, port: u16) -> Host {
        Host::Tcp(name.to_owned(), port)
    }

    #[test]
    fn hosts_and_databases() {
        let cases: &[(&str, Vec<Host>, Option<&str>)] = &[
            ("//h:1/db", vec![tcp("h", 1)], Some("db")),
            ("//h/db", vec![tcp("h", 5432)], Some("db")),
            ("//h", vec![tcp("h", 5432)], None),
            ("//h/", vec![tcp("h", 5432)], None),
            ("db", vec![tcp("localhost", 5432)], Some("db")),
            ("/", vec![tcp("localhost", 5432)], None),
            ("///db", vec![tcp("localhost", 5432)], Some("db")),
            ("//:5433/db", vec![tcp("localhost", 5433)], Some("db")),
            ("//a:1,b:2/db", vec![tcp("a", 1), tcp("b", 2)], Some("db")),
            ("//[::1]:5433/db", vec![tcp("::1", 5433)], Some("db")),
            ("//[fe80::1]/d%2Fb", vec![tcp("fe80::1", 5432)], Some("d/b")),
            ("///db?host=/run/pg", vec![Host::Unix("/run/pg".into(), 5432)], Some("db")),
            ("///db?host=/run/pg&port=7", vec![Host::Unix("/run/pg".into(), 7)], Some("db")),
            ("//h:9/db?host=x", vec![tcp("x", 9)], Some("db")),
        ];
        for (rest, hosts, database) in cases {
            let url = parse(rest).unwrap();
            assert_eq!(&url.hosts, hosts, "{rest}");
            assert_eq!(url.database.as_deref(), *database, "{rest}");
        }
    }

    #[test]
    fn parameters_mean_what_pgjdbc_means() {
        let url = parse("//h/d?user=me&ssl=true&ApplicationName=x%20y&currentSchema=a,b&connectTimeout=5&socketTimeout=7&tcpKeepAlive=false&readOnly=true&targetServerType=primary&reWriteBatchedInserts=true").unwrap();
        assert_eq!(url.user.as_deref(), Some("me"));
        assert_eq!(url.ssl_mode, SslMode::VerifyFull);
        assert_eq!(url.application_name, "x y");
        assert_eq!(url.current_schema.as_deref(), Some("a,b"));
        assert_eq!(url.connect_timeout, Some(Duration::from_secs(5)));
        assert_eq!(url.socket_timeout, Some(Duration::from_secs(7)));
        assert!(!url.keepalive && url.read_only);
        assert_eq!(url.server_type, ServerType::Primary);
        assert_eq!(parse("//h/d?sslmode=require&ssl=true").unwrap().ssl_mode, SslMode::Require);
        assert_eq!(parse("//h/d?ssl").unwrap().ssl_mode, SslMode::VerifyFull);
        assert_eq!(parse("//h/d?connectTimeout=0").unwrap().connect_timeout, None);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let cases = [
            ("//h/d?colour=red", "colour"),
            ("//h/d?sslmode=maybe", "maybe"),
            ("//h:port/d", "port"),
            ("//h:99999/d", "99999"),
            ("//::1/d", "brackets"),
            ("//[::1/d", "]"),
            ("//h/d%zz", "%25"),
            ("//me@h/d", "login"),
            ("//h/d?readOnly=perhaps", "perhaps"),
            ("//h/d?connectTimeout=soon", "soon"),
        ];
        for (rest, word) in cases {
            let failure = parse(rest).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Url, "{rest}");
            assert!(failure.message.contains(word), "{rest}: {}", failure.message);
        }
    }
}
