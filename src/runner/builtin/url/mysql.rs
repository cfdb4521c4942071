//! `jdbc:mysql://h1:p1,h2:p2/database?name=value` and `jdbc:mariadb:…`, as MySQL's and MariaDB's drivers read them.

use super::{bad, boolean, number, parameters, percent_decode, unknown};
use crate::runner::Failure;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How far TLS goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MysqlTls {
    /// Never.
    Disabled,
    /// Where the server can, without looking at the certificate.
    Preferred,
    /// Always, without looking at the certificate.
    Required,
    /// Always, with a certificate of a known authority.
    VerifyCa,
    /// Always, with a certificate of a known authority for this very host.
    VerifyIdentity,
}

/// A MySQL or MariaDB URL taken apart.
#[derive(Clone, PartialEq, Eq)]
pub struct MysqlUrl {
    /// The servers to try, in order, by name or address, and port; never empty.
    pub hosts: Vec<(String, u16)>,
    /// The database that unqualified names are looked for in.
    pub database: Option<String>,
    /// The login, where the URL names it.
    pub user: Option<String>,
    /// The password, where the URL has it. pipekit refuses such a URL before it comes here.
    pub password: Option<String>,
    /// How far TLS goes.
    pub tls: MysqlTls,
    /// The file of the authorities to trust; those that the machine knows, where there is none.
    pub roots: Option<PathBuf>,
    /// Our own certificate.
    pub cert: Option<PathBuf>,
    /// The key to it.
    pub key: Option<PathBuf>,
    /// How long a connection may take, login included. `None` waits for ever.
    pub connect_timeout: Option<Duration>,
    /// How long sent data may stay unacknowledged before the connection counts as broken.
    pub socket_timeout: Option<Duration>,
    /// Whether TCP asks now and then whether the server is still there.
    pub keepalive: bool,
    /// The collation of literals, where it is not the server's for utf8mb4.
    pub collation: Option<String>,
    /// Whether LOAD DATA LOCAL may be used, where the server has it switched on too.
    pub local_infile: bool,
    /// What is set in the session, as SQL: `innodb_lock_wait_timeout=5`.
    pub session: Vec<String>,
}

impl fmt::Debug for MysqlUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // All that could hold a password stays out.
        f.debug_struct("MysqlUrl").field("hosts", &self.hosts).field("database", &self.database).finish_non_exhaustive()
    }
}

/// The parameters that mean something here.
const KNOWN: [&str; 22] = [
    "allowLoadLocalInfile",
    "allowLocalInfile",
    "connectionCollation",
    "connectTimeout",
    "disableSslHostnameVerification",
    "password",
    "requireSSL",
    "serverSslCert",
    "sessionVariables",
    "socketTimeout",
    "sslCA",
    "sslCert",
    "sslKey",
    "sslMode",
    "tcpKeepAlive",
    "trustServerCertificate",
    "user",
    "username",
    "useSSL",
    "useSsl",
    "verifyServerCertificate",
    "characterEncoding",
];

/// Parameters of the two drivers that concern a JVM, or what is always so here (UTF-8, instants in UTC, several
/// statements at once, values as they are): taken, and left alone.
const WITHOUT_MEANING: [&str; 64] = [
    "allowMultiQueries",
    "allowPublicKeyRetrieval",
    "assureReadOnly",
    "autocommit",
    "autoReconnect",
    "blankTableNameMeta",
    "cacheCallableStmts",
    "cachePrepStmts",
    "cacheResultSetMetadata",
    "cacheServerConfiguration",
    "callableStmtCacheSize",
    "characterEncoding",
    "characterSetResults",
    "connectionAttributes",
    "connectionTimeZone",
    "createDatabaseIfNotExist",
    "defaultFetchSize",
    "dumpQueriesOnException",
    "elideSetAutoCommits",
    "emptyStringsConvertToZero",
    "enabledTLSProtocols",
    "enabledSslProtocolSuites",
    "forceConnectionTimeZoneToSession",
    "geometryDefaultType",
    "includeInnodbStatusInDeadlockExceptions",
    "jdbcCompliantTruncation",
    "log",
    "logger",
    "maintainTimeStats",
    "maxAllowedPacket",
    "maxQuerySizeToLog",
    "maxReconnects",
    "maxRows",
    "netTimeoutForStreamingResults",
    "noAccessToProcedureBodies",
    "nullCatalogMeansCurrent",
    "nullDatabaseMeansCurrent",
    "pool",
    "preserveInstants",
    "prepStmtCacheSize",
    "prepStmtCacheSqlLimit",
    "profileSQL",
    "restrictedAuth",
    "rewriteBatchedStatements",
    "sendFractionalSeconds",
    "serverRsaPublicKeyFile",
    "serverTimezone",
    "slowQueryThresholdMillis",
    "tcpNoDelay",
    "tcpRcvBuf",
    "tcpSndBuf",
    "timezone",
    "tinyInt1isBit",
    "transformedBitIsBoolean",
    "useBulkStmts",
    "useCompression",
    "useConfigs",
    "useCursorFetch",
    "useInformationSchema",
    "useLocalSessionState",
    "useServerPrepStmts",
    "useUnicode",
    "yearIsDateType",
    "zeroDateTimeBehavior",
];

/// The parameters by which the drivers name Java's key stores.
const KEY_STORES: [&str; 4] = ["trustStore", "keyStore", "trustCertificateKeyStoreUrl", "clientCertificateKeyStoreUrl"];

pub(super) fn parse(rest: &str) -> Result<MysqlUrl, Failure> {
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let Some(place) = place.strip_prefix("//") else {
        return Err(bad("the URL has the form `jdbc:mariadb://HOST:3306/DATABASE`"));
    };
    let (authority, database) = place.split_once('/').unwrap_or((place, ""));
    if authority.contains('@') {
        return Err(bad("the login does not go before the host in a JDBC URL: use the connection's user and password"));
    }
    let mut url = MysqlUrl {
        hosts: authority.split(',').map(host).collect::<Result<_, _>>()?,
        database: Some(percent_decode(database)?).filter(|name| !name.is_empty()),
        user: None,
        password: None,
        tls: MysqlTls::Preferred,
        roots: None,
        cert: None,
        key: None,
        connect_timeout: Some(Duration::from_secs(30)),
        socket_timeout: None,
        keepalive: true,
        collation: None,
        local_infile: true,
        session: Vec::new(),
    };
    let mut old = Old::default();
    let mut mode = None;
    for (name, value) in parameters(query)? {
        set(&mut url, &mut old, &mut mode, &name, value)?;
    }
    // `sslMode` says more than the parameters before it, whichever stands first.
    url.tls = match mode {
        Some(mode) if mode == MysqlTls::VerifyIdentity && old.any_host => MysqlTls::VerifyCa,
        Some(mode) => mode,
        None => old.mode(url.roots.is_some()),
    };
    Ok(url)
}

/// What the parameters say that were there before `sslMode`.
#[derive(Default)]
struct Old {
    encrypt: Option<bool>,
    require: bool,
    verify: Option<bool>,
    trust_any: bool,
    any_host: bool,
}

impl Old {
    fn mode(&self, has_roots: bool) -> MysqlTls {
        let encrypt = self.encrypt == Some(true) || self.require;
        match (self.encrypt, self.verify) {
            (Some(false), _) => MysqlTls::Disabled,
            // MariaDB's driver checks all that it is not told to trust; MySQL's checks where it is told to.
            _ if self.trust_any => MysqlTls::Required,
            (_, Some(true)) => MysqlTls::VerifyCa,
            (_, Some(false)) if encrypt => MysqlTls::Required,
            _ if has_roots && self.any_host => MysqlTls::VerifyCa,
            _ if has_roots => MysqlTls::VerifyIdentity,
            _ if encrypt => MysqlTls::Required,
            _ => MysqlTls::Preferred,
        }
    }
}

fn set(
    url: &mut MysqlUrl,
    old: &mut Old,
    mode: &mut Option<MysqlTls>,
    name: &str,
    value: String,
) -> Result<(), Failure> {
    let milliseconds = |value: &str| number(name, value).map(|n| (n > 0).then(|| Duration::from_millis(n)));
    match name.to_ascii_lowercase().as_str() {
        "connecttimeout" => url.connect_timeout = milliseconds(&value)?,
        "sockettimeout" => url.socket_timeout = milliseconds(&value)?,
        "tcpkeepalive" => url.keepalive = boolean(name, &value)?,
        "user" | "username" => url.user = Some(value),
        "password" => url.password = Some(value),
        "allowlocalinfile" | "allowloadlocalinfile" => url.local_infile = boolean(name, &value)?,
        "connectioncollation" => url.collation = Some(collation(value)?),
        "sessionvariables" => url.session.extend(session(&value)?),
        "sslmode" => *mode = Some(ssl_mode(&value)?),
        "usessl" => old.encrypt = Some(boolean(name, &value)?),
        "requiressl" => old.require = boolean(name, &value)?,
        "verifyservercertificate" => old.verify = Some(boolean(name, &value)?),
        "trustservercertificate" => old.trust_any = boolean(name, &value)?,
        "disablesslhostnameverification" => old.any_host = boolean(name, &value)?,
        "serversslcert" if value.starts_with("classpath:") || value.starts_with("-----") => {
            return Err(bad(format!("`{name}` in the URL: it takes the path of a PEM file")));
        }
        "sslca" | "serversslcert" => url.roots = Some(value.into()),
        "sslcert" => url.cert = Some(value.into()),
        "sslkey" => url.key = Some(value.into()),
        _ if KEY_STORES.iter().any(|known| known.eq_ignore_ascii_case(name)) => {
            return Err(bad(format!(
                "`{name}` in the URL names a key store of Java's: name the authority's certificate in a PEM file, `serverSslCert=/path`"
            )));
        }
        _ if WITHOUT_MEANING.iter().any(|known| known.eq_ignore_ascii_case(name)) => {}
        _ => return Err(unknown(name, &KNOWN)),
    }
    Ok(())
}

fn host(text: &str) -> Result<(String, u16), Failure> {
    if text.contains(['(', '=']) {
        return Err(bad("hosts are written as `HOST:PORT` in the URL, with commas between several"));
    }
    let (name, port) = if let Some(inner) = text.strip_prefix('[') {
        let (name, after) =
            inner.split_once(']').ok_or_else(|| bad(format!("`{text}` in the URL has no closing `]`")))?;
        (name, after.strip_prefix(':').unwrap_or(after))
    } else {
        let (name, port) = text.split_once(':').unwrap_or((text, ""));
        if port.contains(':') {
            return Err(bad(format!("`{text}` in the URL: an IPv6 address goes in brackets, `[::1]:3306`")));
        }
        (name, port)
    };
    let name = if name.is_empty() { "localhost".to_owned() } else { percent_decode(name)? };
    let port = match port {
        "" => 3306,
        port => port
            .parse()
            .ok()
            .filter(|port| *port > 0)
            .ok_or_else(|| bad(format!("`{port}` in the URL is not a port")))?,
    };
    Ok((name, port))
}

fn ssl_mode(value: &str) -> Result<MysqlTls, Failure> {
    Ok(match value.to_ascii_lowercase().replace('_', "-").as_str() {
        "disable" | "disabled" => MysqlTls::Disabled,
        "preferred" => MysqlTls::Preferred,
        "required" | "trust" => MysqlTls::Required,
        "verify-ca" => MysqlTls::VerifyCa,
        "verify-identity" | "verify-full" => MysqlTls::VerifyIdentity,
        _ => {
            return Err(bad(format!(
                "`sslMode={value}` in the URL: it takes disabled, preferred, required, verify-ca or verify-identity"
            )));
        }
    })
}

fn collation(value: String) -> Result<String, Failure> {
    if value.starts_with("utf8mb4_") && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        Ok(value)
    } else {
        Err(bad(format!("`connectionCollation={value}` in the URL: it takes one of utf8mb4, which text travels in")))
    }
}

/// `a=1,b='x,y'` as its assignments, which commas or semicolons outside quotes and brackets separate.
fn session(value: &str) -> Result<Vec<String>, Failure> {
    let (mut out, mut quote, mut depth) = (vec![String::new()], None, 0);
    for c in value.chars() {
        match c {
            '\'' | '"' | '`' if quote.is_none() => quote = Some(c),
            c if quote == Some(c) => quote = None,
            '(' if quote.is_none() => depth += 1,
            ')' if quote.is_none() => depth -= 1,
            ',' | ';' if quote.is_none() && depth == 0 => {
                out.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
    }
    out.retain(|assignment| !assignment.trim().is_empty());
    for assignment in &out {
        let name = assignment.split('=').next().unwrap_or("").to_ascii_lowercase();
        let name = name.trim().rsplit('.').next().unwrap_or("").trim_start_matches("session ").trim();
        if name == "time_zone" {
            return Err(bad(
                "the session's time_zone is always UTC, so that no TIMESTAMP is shifted: use CONVERT_TZ in the query",
            ));
        }
        if name.starts_with("character_set") || name == "names" {
            return Err(bad("text always travels in utf8mb4: take it out of sessionVariables in the URL"));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::FailureKind;

    #[test]
    fn hosts_and_databases() {
        type Case<'a> = (&'a str, &'a [(&'a str, u16)], Option<&'a str>);
        let cases: &[Case<'_>] = &[
            ("//h:1/db", &[("h", 1)], Some("db")),
            ("//h/db", &[("h", 3306)], Some("db")),
            ("//h", &[("h", 3306)], None),
            ("//h/", &[("h", 3306)], None),
            ("///db", &[("localhost", 3306)], Some("db")),
            ("//a:1,b/db", &[("a", 1), ("b", 3306)], Some("db")),
            ("//[::1]:3307/d%2Fb", &[("::1", 3307)], Some("d/b")),
        ];
        for (rest, hosts, database) in cases {
            let url = parse(rest).unwrap();
            let hosts: Vec<_> = hosts.iter().map(|(name, port)| ((*name).to_owned(), *port)).collect();
            assert_eq!((url.hosts, url.database.as_deref()), (hosts, *database), "{rest}");
        }
    }

    #[test]
    fn tls_is_as_far_as_either_driver_means_it() {
        for (query, tls) in [
            ("", MysqlTls::Preferred),
            ("sslMode=DISABLED", MysqlTls::Disabled),
            ("sslMode=disable", MysqlTls::Disabled),
            ("sslMode=trust", MysqlTls::Required),
            ("sslMode=VERIFY_CA&useSSL=false", MysqlTls::VerifyCa),
            ("sslMode=verify-full", MysqlTls::VerifyIdentity),
            ("sslMode=VERIFY_IDENTITY", MysqlTls::VerifyIdentity),
            ("useSSL=false", MysqlTls::Disabled),
            ("useSsl=true&trustServerCertificate=true", MysqlTls::Required),
            ("useSsl=true&serverSslCert=/ca", MysqlTls::VerifyIdentity),
            ("serverSslCert=/ca&disableSslHostnameVerification=true", MysqlTls::VerifyCa),
            ("useSSL=true&requireSSL=true&verifyServerCertificate=true", MysqlTls::VerifyCa),
            ("requireSSL=true", MysqlTls::Required),
        ] {
            assert_eq!(parse(&format!("//h/d?{query}")).unwrap().tls, tls, "{query}");
        }
    }

    #[test]
    fn parameters_mean_what_the_drivers_mean() {
        let url = parse("//h/d?user=me&connectTimeout=5000&socketTimeout=0&sessionVariables=a=1,b='x,y';c=concat('1,',@@d)&useServerPrepStmts=true").unwrap();
        assert_eq!(url.user.as_deref(), Some("me"));
        assert_eq!((url.connect_timeout, url.socket_timeout), (Some(Duration::from_secs(5)), None));
        assert_eq!(url.session, ["a=1", "b='x,y'", "c=concat('1,',@@d)"]);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (rest, word) in [
            ("//h/d?colour=red", "colour"),
            ("//h/d?sslMode=maybe", "maybe"),
            ("//h:port/d", "port"),
            ("//::1/d", "brackets"),
            ("//me@h/d", "login"),
            ("h/d", "HOST"),
            ("//(host=h)/d", "HOST:PORT"),
            ("//h/d?sessionVariables=sql_mode='',SESSION time_zone='+01:00'", "CONVERT_TZ"),
            ("//h/d?sessionVariables=@@session.time_zone='+01:00'", "CONVERT_TZ"),
            ("//h/d?trustCertificateKeyStoreUrl=file:x.jks", "PEM"),
            ("//h/d?connectionCollation=latin1_bin", "utf8mb4"),
        ] {
            let failure = parse(rest).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Url, "{rest}");
            assert!(failure.message.contains(word), "{rest}: {}", failure.message);
        }
    }
}
