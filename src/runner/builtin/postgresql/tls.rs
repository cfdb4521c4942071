//! TLS as libpq's `sslmode` means it.

use crate::runner::Failure;
use crate::runner::builtin::tls::{self, Check, Trust};
use crate::runner::builtin::url::{PostgresUrl, SslMode};
use std::path::PathBuf;
use tokio_postgres_rustls::MakeRustlsConnect;

/// What to connect with, for every `sslmode` but `disable`.
pub fn connector(url: &PostgresUrl) -> Result<MakeRustlsConnect, Failure> {
    let check = match url.ssl_mode {
        SslMode::VerifyFull => Check::Host,
        SslMode::VerifyCa => Check::Authority,
        // As in libpq: who names a root certificate wants it checked.
        SslMode::Require if url.ssl_root_cert.is_some() => Check::Authority,
        _ => Check::Nothing,
    };
    let roots = root_file(url);
    let trust = Trust { check, roots: roots.as_deref(), cert: url.ssl_cert.as_deref(), key: url.ssl_key.as_deref() };
    tls::config(&trust).map(MakeRustlsConnect::new)
}

/// The file of the authorities to trust, where it is not the machine that knows them.
fn root_file(url: &PostgresUrl) -> Option<PathBuf> {
    match url.ssl_root_cert.as_deref() {
        Some("system") => None,
        Some(file) => Some(PathBuf::from(file)),
        // The place where libpq and pgjdbc look.
        None => std::env::home_dir().map(|home| home.join(".postgresql/root.crt")).filter(|file| file.is_file()),
    }
}
