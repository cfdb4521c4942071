//! Passwords: where they are kept, and how a reference (`$KEY`) finds one.
//!
//! The file holds `KEY=VALUE` lines in the form that systemd reads as `EnvironmentFile=` (systemd.exec(5)), so that
//! one file serves the service and the command line. It is read anew for each run, and wins over the environment.

pub(crate) mod env_file;

use crate::error::{Code, Error, Result};
use env_file::{parse, quote, replaced};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The secrets of one run.
#[derive(Default)]
pub struct Secrets {
    values: BTreeMap<String, String>,
}

/// The secrets file: `$PIPEKIT_SECRETS`, else `/etc/pipekit/secrets.env` where it can be read, else the user's own.
pub fn path() -> PathBuf {
    if let Some(path) = std::env::var_os("PIPEKIT_SECRETS").filter(|p| !p.is_empty()) {
        return path.into();
    }
    let system = PathBuf::from("/etc/pipekit/secrets.env");
    if std::fs::File::open(&system).is_ok() {
        return system;
    }
    crate::settings::user_folder("XDG_CONFIG_HOME", ".config").join("secrets.env")
}

/// The key that a reference names: `$KEY` or `${KEY}`. `None` for anything else, a password written out among it.
pub fn key_of(reference: &str) -> Option<&str> {
    let name = reference.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|n| n.strip_suffix('}')).unwrap_or(name);
    is_key(name).then_some(name)
}

/// Whether `name` can be the name of a secret: an environment variable's.
pub fn is_key(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Secrets {
    /// Reads the secrets file. One that is not there holds nothing.
    ///
    /// # Errors
    /// `Secret` when the file is there and can't be read.
    pub fn load() -> Result<Secrets> {
        Ok(Secrets { values: parse(&text()?) })
    }

    /// The password that a reference stands for.
    ///
    /// # Errors
    /// `Secret` when it stands for none.
    pub fn resolve(&self, reference: &str) -> Result<String> {
        let key = key_of(reference)
            .ok_or_else(|| Error::new(Code::Secret, "the password is not a reference of the form $KEY"))?;
        self.values.get(key).cloned().or_else(|| std::env::var(key).ok()).ok_or_else(|| {
            Error::new(
                Code::Secret,
                format!("the secret {key} is neither in {} nor in the environment", path().display()),
            )
            .hint(format!("`pipekit secrets set {key}` stores it"))
        })
    }

    /// The names in the file.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }
}

/// Whether everybody on the machine may read the secrets file.
pub fn is_open_to_all() -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path()).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o004 != 0)
}

/// Refuses what can't be the name of a secret.
///
/// # Errors
/// `Usage`.
pub fn check_key(key: &str) -> Result<()> {
    if is_key(key) {
        return Ok(());
    }
    // Not shown: what stands in a name's place may be the secret itself.
    Err(Error::new(Code::Usage, "that can't be the name of a secret")
        .hint("letters, digits and _, not beginning with a digit: `pipekit secrets set DB2PW` asks for the value"))
}

/// The longest secret, in bytes: an environment variable has less than 128 KiB (execve(2)), its name included.
const LONGEST: usize = 100_000;

/// Refuses what systemd can't read from a file or hand over in the environment: it would refuse the whole file, and the
/// service not start.
fn check_value(value: &str) -> Result<()> {
    // utf8_is_valid() in systemd's src/basic/utf8.c takes no code point that is no character (Unicode, 23.7).
    let is_none = |c: &char| matches!(u32::from(*c), 0xFDD0..=0xFDEF) || u32::from(*c) & 0xFFFE == 0xFFFE;
    let why = match value.chars().find(is_none) {
        _ if value.contains('\0') => "it holds a zero byte, which no environment variable can".to_owned(),
        Some(c) => {
            format!(
                "it holds U+{:04X}, which is no character, so that systemd would refuse the whole file",
                u32::from(c)
            )
        }
        None if value.len() > LONGEST => {
            format!("it has {} bytes, and an environment variable takes {LONGEST} at most", value.len())
        }
        None => return Ok(()),
    };
    Err(Error::new(Code::Usage, format!("that can't be a secret: {why}")).hint("was it a file in place of a password?"))
}

/// Stores a secret: the file is replaced in one step, and keeps its mode and owner. Says where that is, and whether there
/// was one of that name.
///
/// # Errors
/// `Usage` for a bad name, `Secret` when the file can't be written.
pub fn set(key: &str, value: &str) -> Result<(PathBuf, bool)> {
    check_key(key)?;
    check_value(value)?;
    let mut was_there = false;
    let path = rewrite(|text| {
        was_there = parse(text).contains_key(key);
        changed(text, key, Some(value)).map(Some)
    })?;
    Ok((path, was_there))
}

/// Removes a secret. Says whether it was there.
///
/// # Errors
/// `Secret` when the file can't be written.
pub fn unset(key: &str) -> Result<bool> {
    let mut was_there = false;
    rewrite(|text| {
        was_there = parse(text).contains_key(key);
        was_there.then(|| changed(text, key, None)).transpose()
    })?;
    Ok(was_there)
}

/// The text of the file with that value for `key`, or without it, and every other value as it was.
///
/// # Errors
/// `Secret` where a quote or a backslash that is open at the end of the file would take in what is written behind it.
pub fn changed(text: &str, key: &str, value: Option<&str>) -> Result<String> {
    let line = value.map(|value| format!("{key}={}\n", quote(value))).unwrap_or_default();
    let new = replaced(text, key, &line);
    let mut expected = parse(text);
    match value {
        Some(value) => expected.insert(key.to_owned(), value.to_owned()),
        None => expected.remove(key),
    };
    if parse(&new) == expected {
        return Ok(new);
    }
    let path = path();
    Err(Error::new(
        Code::Secret,
        format!(
            "can't change the secrets file {}: a quote in it is never closed, or its last line ends with a backslash",
            path.display()
        ),
    )
    .hint("everything behind that belongs to one value: close the quote in an editor, and try again"))
}

/// Changes the text of the secrets file in one step, one process at a time. `change` gives the new text, or nothing
/// where it stays.
fn rewrite(change: impl FnOnce(&str) -> Result<Option<String>>) -> Result<PathBuf> {
    let named = path();
    // Where the name is a link, the file behind it is replaced, and the link stays.
    let path = named.canonicalize().unwrap_or(named);
    let fail = |e: std::io::Error| {
        Error::new(Code::Secret, format!("can't write the secrets file {}: {e}", path.display())).hint(match e.kind() {
            std::io::ErrorKind::PermissionDenied => {
                "whoever the file belongs to can change it, and root: try it with sudo; $PIPEKIT_SECRETS names another"
            }
            _ => "$PIPEKIT_SECRETS names another file",
        })
    };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(fail)?;
    let turn = std::fs::File::open(folder).map_err(fail)?;
    rustix::fs::flock(&turn, rustix::fs::FlockOperation::LockExclusive).map_err(|e| fail(e.into()))?;
    let Some(text) = change(&text()?)? else { return Ok(path) };
    // A temporary file is made with mode 0600; an existing file's mode and owner are then put on it.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(fail)?;
    file.write_all(text.as_bytes()).map_err(fail)?;
    if let Ok(old) = std::fs::metadata(&path) {
        use std::os::unix::fs::MetadataExt;
        let made = file.as_file().metadata().map_err(fail)?;
        // Else those who could read it could not any more: the service by its group, whoever it belongs to.
        if (made.uid(), made.gid()) != (old.uid(), old.gid()) {
            std::os::unix::fs::chown(file.path(), Some(old.uid()), Some(old.gid())).map_err(fail)?;
        }
        file.as_file().set_permissions(old.permissions()).map_err(fail)?;
    }
    file.as_file().sync_all().map_err(fail)?;
    file.persist(&path).map_err(|e| fail(e.error))?;
    Ok(path)
}

/// The text of the secrets file; nothing, where it is not there.
fn text() -> Result<String> {
    let path = path();
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(e) => Err(Error::new(Code::Secret, format!("can't read the secrets file {}: {e}", path.display()))
            .hint("may this user read it? $PIPEKIT_SECRETS names another file")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_a_quote_would_take_in_is_refused() {
        for open in ["A='x", "A=\"x\n", "A=1\nB=x\\", "A=\"x\\"] {
            let error = changed(open, "C", Some("2")).unwrap_err();
            assert_eq!(error.code, Code::Secret, "{open:?}");
            assert!(error.message.contains("never closed") && !error.message.contains('x'), "{}", error.message);
        }
        assert_eq!(changed("A='x", "A", Some("2")).unwrap(), "A=\"2\"\n");
        assert_eq!(changed("A='x", "A", None).unwrap(), "");
    }

    #[test]
    fn references() {
        assert_eq!(key_of("$DB2PW"), Some("DB2PW"));
        assert_eq!(key_of("${DB2PW}"), Some("DB2PW"));
        for literal in ["secret", "$", "$1x", "$a b", "", "$a-b"] {
            assert_eq!(key_of(literal), None, "{literal}");
        }
    }
}
