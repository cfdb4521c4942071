//! Passwords: where they are kept, and how a reference (`$KEY`) finds one.
//!
//! The file holds `KEY=VALUE` lines in the form that systemd reads as `EnvironmentFile=` (systemd.exec(5)), so that
//! one file serves the service and the command line. It is read anew for each run, and wins over the environment.

use crate::error::{Code, Error, Result};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::Chars;

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

/// Stores a secret: the file is replaced in one step, and keeps its mode and owner. Says where that is, and whether there
/// was one of that name.
///
/// # Errors
/// `Usage` for a bad name, `Secret` when the file can't be written.
pub fn set(key: &str, value: &str) -> Result<(PathBuf, bool)> {
    check_key(key)?;
    if value.contains('\0') {
        return Err(Error::new(Code::Usage, "a secret can't hold a zero byte"));
    }
    let mut was_there = false;
    let path = rewrite(|text| {
        was_there = parse(text).contains_key(key);
        Some(replaced(text, key, &format!("{key}={}\n", quote(value))))
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
        was_there.then(|| replaced(text, key, ""))
    })?;
    Ok(was_there)
}

/// Changes the text of the secrets file in one step, one process at a time. `change` gives the new text, or nothing
/// where it stays.
fn rewrite(change: impl FnOnce(&str) -> Option<String>) -> Result<PathBuf> {
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
    let Some(text) = change(&text()?) else { return Ok(path) };
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

/// `text` without the assignments to `key`, and with `line` in the place of the first, or at the end.
fn replaced(text: &str, key: &str, line: &str) -> String {
    let mut out = String::new();
    let mut done = 0;
    let mut line = Some(line);
    for entry in entries(text).iter().filter(|e| e.key == key) {
        out.push_str(&text[done..entry.span.start]);
        out.push_str(line.take().unwrap_or_default());
        done = entry.span.end;
    }
    out.push_str(&text[done..]);
    if let Some(line) = line.filter(|l| !l.is_empty()) {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(line);
    }
    out
}

/// A value as systemd and [`parse`] both read it: in double quotes, with the four characters escaped that need it.
fn quote(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars() {
        if matches!(c, '"' | '\\' | '`' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// An assignment in the file, and where it stands: from the beginning of its line to the end of that.
struct Entry {
    key: String,
    value: String,
    span: Range<usize>,
}

/// Reads `KEY=VALUE` lines by the rules of systemd's EnvironmentFile (systemd.exec(5)): `#` and `;` begin a comment
/// line, values may be quoted, quoted pieces join, a backslash escapes.
fn entries(text: &str) -> Vec<Entry> {
    let mut out = Vec::new();
    let mut chars = text.chars();
    let at = |chars: &Chars<'_>| text.len() - chars.as_str().len();
    'line: while let Some(first) = peek(&chars) {
        if first.is_whitespace() {
            chars.next();
            continue;
        }
        let start = at(&chars);
        let mut key = String::new();
        loop {
            match chars.next() {
                Some('=') if !first.eq(&'#') && !first.eq(&';') => break,
                Some('\n') | None => continue 'line,
                Some(c) => key.push(c),
            }
        }
        let value = value(&mut chars);
        let key = key.trim();
        if is_key(key) {
            out.push(Entry { key: key.to_owned(), value, span: start..at(&chars) });
        }
    }
    out
}

/// What the file says, by key: the last assignment counts.
fn parse(text: &str) -> BTreeMap<String, String> {
    entries(text).into_iter().map(|e| (e.key, e.value)).collect()
}

fn peek(chars: &Chars<'_>) -> Option<char> {
    chars.clone().next()
}

/// Reads a value up to the end of its line.
fn value(chars: &mut Chars<'_>) -> String {
    let mut out = String::new();
    // Bare text loses the blanks around it; quoted text keeps them.
    let mut bare = false;
    let mut keep = 0;
    while let Some(c) = chars.next() {
        match c {
            '\n' => break,
            '\\' => {
                bare = true;
                if let Some(next) = chars.next().filter(|n| *n != '\n') {
                    out.push(next);
                }
                keep = out.len();
            }
            '\'' if !bare => {
                out.extend(chars.by_ref().take_while(|c| *c != '\''));
                keep = out.len();
            }
            '"' if !bare => {
                while let Some(c) = chars.next().filter(|c| *c != '"') {
                    match (c, peek(chars)) {
                        ('\\', Some('"' | '\\' | '`' | '$')) => out.extend(chars.next()),
                        ('\\', Some('\n')) => {
                            chars.next();
                        }
                        _ => out.push(c),
                    }
                }
                keep = out.len();
            }
            c if !bare && c.is_whitespace() => {}
            c => {
                bare = true;
                out.push(c);
                if !c.is_whitespace() {
                    keep = out.len();
                }
            }
        }
    }
    out.truncate(keep);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_systemd_reads() {
        let cases = [
            ("A=b", "b"),
            ("  A = b c  ", "b c"),
            ("A='b c'", "b c"),
            ("A='b'\"c\"", "bc"),
            ("A=\"b\\\"c\\\\d\\$e\\nf\"", "b\"c\\d$e\\nf"),
            ("A='b\\c'", "b\\c"),
            ("A=b\\ c", "b c"),
            ("A=it's", "it's"),
            ("A=", ""),
            ("A=\"two\nlines\"", "two\nlines"),
            ("#A=x\n;A=y\nA=z", "z"),
            ("A=b#c", "b#c"),
            ("A=1\nA=2", "2"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).get("A").map(String::as_str), Some(expected), "{text:?}");
        }
        assert!(parse("1A=x\nno line\n-=y\n# only=comment").is_empty());
    }

    #[test]
    fn what_is_written_reads_back() {
        for value in ["", " a b ", "'", "\"", "\\", "$x`y`", "a#b;c", "two\nlines", "pä§§=wörd", "\\n"] {
            let text = format!("K={}\nL=\"1\"\n", quote(value));
            assert_eq!(parse(&text).get("K").map(String::as_str), Some(value), "{text}");
            assert_eq!(parse(&text).get("L").map(String::as_str), Some("1"), "{text}");
        }
    }

    #[test]
    fn a_change_leaves_the_rest_as_it_is() {
        let text = "# of the warehouse\nA=1\n\nB='2' \n; the end\nA=\"3\n4\"\nno line";
        assert_eq!(replaced(text, "A", "A=\"9\"\n"), "# of the warehouse\nA=\"9\"\n\nB='2' \n; the end\nno line");
        assert_eq!(replaced(text, "B", ""), "# of the warehouse\nA=1\n\n; the end\nA=\"3\n4\"\nno line");
        assert_eq!(replaced("A=1", "C", "C=\"2\"\n"), "A=1\nC=\"2\"\n");
        assert_eq!(replaced("", "C", "C=\"2\"\n"), "C=\"2\"\n");
        assert_eq!(replaced("#A=1\n", "A", ""), "#A=1\n");
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
