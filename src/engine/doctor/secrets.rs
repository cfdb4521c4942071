//! The secrets: their file, and whether every reference stands for one. No value is ever told.

use super::Checks;
use crate::engine::notify;
use crate::error::Result;
use crate::secrets::{self, Secrets};
use crate::store::{Store, connection, setting};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Looks at the file, and at every reference to a secret.
pub fn check(store: Option<&Store>, out: &mut Checks) -> Result<()> {
    let Some(secrets) = file(out) else { return Ok(()) };
    let Some(conn) = store.map(Store::read) else { return Ok(()) };
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for connection in connection::all(conn)? {
        if let Some(key) = connection.password.as_deref().and_then(secrets::key_of) {
            wanted.entry(key.to_owned()).or_default().push(connection.name);
        }
    }
    for (key, connections) in wanted {
        let of = connections.join(", ");
        match secrets.resolve(&format!("${key}")) {
            Err(mut error) => {
                error.message = format!("{}; {of} needs it", error.message);
                out.failed(&key, error);
            }
            Ok(value) if value.is_empty() => {
                out.warning(&key, format!("it is empty ({of})"), format!("`pipekit secrets set {key}` stores another"));
            }
            Ok(_) if secrets.keys().any(|other| other == key) => out.ok(&key, format!("in the file ({of})")),
            Ok(_) => {
                out.ok(&key, format!("in the environment, and not in the file: cron and a service have another ({of})"))
            }
        }
    }
    let command = setting::get(conn, "notify_command")?.unwrap_or_default();
    for key in notify::mentioned(&command) {
        if secrets.resolve(&format!("${key}")).is_err() {
            out.warning(
                key,
                format!("the notify_command mentions ${key}, which is neither in the file nor in the environment"),
                format!("`pipekit secrets set {key}` stores it, unless the command sets it itself"),
            );
        }
    }
    Ok(())
}

/// Looks at the file, and gives what is in it where it can be read.
fn file(out: &mut Checks) -> Option<Secrets> {
    let path = secrets::path();
    let shown = path.display();
    let system = Path::new("/etc/pipekit/secrets.env");
    if path != system
        && std::env::var_os("PIPEKIT_SECRETS").is_none()
        && File::open(system).is_err_and(|e| e.kind() == ErrorKind::PermissionDenied)
    {
        out.warning(
            "file",
            format!("this user may not read {}, so that {shown} stands in for it", system.display()),
            "be in its group (`ls -l /etc/pipekit`), or name another by $PIPEKIT_SECRETS",
        );
    }
    let secrets = match Secrets::load() {
        Ok(secrets) => secrets,
        Err(error) => {
            out.failed("file", error);
            return None;
        }
    };
    match path.metadata().map(|file| file.permissions().mode() & 0o777) {
        Ok(mode) if mode & 0o007 != 0 => {
            let all = if mode & 0o002 == 0 { "read" } else { "change" };
            out.error(
                "file",
                format!("everybody on this machine may {all} {shown} (its mode is {mode:04o})"),
                format!("`chmod o= {shown}`; and change the passwords, if somebody may have read them"),
            );
        }
        Ok(mode) => out.ok("file", format!("{shown}, mode {mode:04o}")),
        Err(_) => out.note("file", format!("there is none at {shown}: `pipekit secrets set KEY` makes it")),
    }
    Some(secrets)
}
