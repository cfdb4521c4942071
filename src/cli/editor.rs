//! Editing in `$EDITOR`: a definition as one TOML document with SQL in multi-line strings, or SQL alone.

use crate::definition::text;
use crate::error::{Code, Error, Result};
use crate::runner::builtin::url::password_in;
use crate::secrets;
use serde::{Serialize, de::DeserializeOwned};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::Command;

/// Opens `now` in the editor until `save` takes what comes back. `None` when it was left as it was.
///
/// # Errors
/// `Usage` without a terminal, `System` when the editor fails, what `save` says when its error is not mended.
pub fn edit<T: Serialize + DeserializeOwned + PartialEq>(
    now: &T,
    mut save: impl FnMut(&T) -> Result<()>,
) -> Result<Option<T>> {
    until_taken(".toml", "#!", &text::write(now)?, |edited| {
        let changed = toml::from_str::<T>(&text::lines(edited)).map_err(|e| Error::invalid(e.to_string()))?;
        save(&changed).map(|()| changed)
    })
}

/// As [`edit`], with SQL as it is, to the byte.
///
/// # Errors
/// As there.
pub fn edit_sql(now: &str, mut save: impl FnMut(&str) -> Result<()>) -> Result<Option<String>> {
    until_taken(".sql", "--!", now, |edited| {
        // Most editors end the last line, whether it was ended or not.
        let meant = if now.ends_with('\n') { edited } else { edited.strip_suffix('\n').unwrap_or(edited) };
        save(meant).map(|()| meant.to_owned())
    })
}

/// Opens a text until `take` takes what comes back; what was wrong with it stands on top then, in lines that begin with
/// `mark`.
fn until_taken<T>(
    suffix: &str,
    mark: &str,
    before: &str,
    mut take: impl FnMut(&str) -> Result<T>,
) -> Result<Option<T>> {
    let editor = ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    if editor.is_none() && !std::io::stdin().is_terminal() {
        return Err(Error::new(Code::Usage, "nothing to change was given, and there is no terminal for an editor")
            .hint("give the flags that change something; --help lists them"));
    }
    let editor = editor.unwrap_or_else(|| "vi".to_owned());
    let (mut said, mut text) = (String::new(), before.to_owned());
    loop {
        let edited = open(&editor, suffix, &format!("{said}{text}"))?;
        // What was said stands at the top only: a line of SQL may begin like that too.
        let edited = without_lines_of(&said, &edited);
        if edited.trim() == before.trim() {
            return Ok(None);
        }
        if !said.is_empty() && edited.trim() == text.trim() {
            let mistake: Vec<&str> = said.lines().map(|l| l[mark.len()..].trim()).collect();
            let said =
                format!("the editor was left with the mistake in it; nothing was changed: {}", mistake.join("\n"));
            let error = Error::new(Code::Invalid, said);
            let kept = if suffix == ".toml" { without_passwords(&text) } else { text };
            return Err(match keep(suffix, &kept) {
                Some(path) => error.hint(format!("what was written is kept in {}", path.display())),
                None => error,
            });
        }
        match take(edited) {
            Ok(changed) => return Ok(Some(changed)),
            Err(error) => {
                let hint = error.hint.map(|h| format!("\nnext: {h}")).unwrap_or_default();
                // TOML's errors show the line.
                let message = without_passwords(&error.message);
                text = edited.to_owned();
                said = format!("{message}{hint}").lines().map(|l| format!("{mark} {l}\n")).collect();
            }
        }
    }
}

/// The text below the lines of `said` that it begins with.
fn without_lines_of<'a>(said: &str, text: &'a str) -> &'a str {
    let mut rest = text;
    for line in said.lines() {
        let Some(below) = rest.strip_prefix(line) else { break };
        let below = below.strip_prefix('\r').unwrap_or(below);
        let Some(below) = below.strip_prefix('\n') else { break };
        rest = below;
    }
    rest
}

/// The text without a password that somebody wrote out in it, in lines such as `password = "…"` and `3 | password = …`.
fn without_passwords(text: &str) -> String {
    let hidden = |line: &str| {
        let (key, value) = line.split_once('=')?;
        let literal = match key.rsplit('|').next().unwrap_or(key).trim() {
            "password" => secrets::key_of(value.trim().trim_matches(['"', '\''])).is_none(),
            "jdbc_url" | "url_template" => password_in(value),
            _ => false,
        };
        literal.then(|| format!("{key}= \"…\"\n"))
    };
    text.lines().map(|line| hidden(line).unwrap_or_else(|| format!("{line}\n"))).collect()
}

/// Keeps what somebody wrote, for another try. `None` where that can't be done.
fn keep(suffix: &str, text: &str) -> Option<PathBuf> {
    let mut file = tempfile::Builder::new().prefix("pipekit-").suffix(suffix).tempfile().ok()?;
    file.write_all(text.as_bytes()).ok()?;
    file.keep().ok().map(|(_, path)| path)
}

fn open(editor: &str, suffix: &str, text: &str) -> Result<String> {
    let fail = |e: std::io::Error| Error::system(format_args!("can't edit with `{editor}`"), e);
    let mut file = tempfile::Builder::new().prefix("pipekit-").suffix(suffix).tempfile().map_err(fail)?;
    file.write_all(text.as_bytes()).map_err(fail)?;
    // $EDITOR may hold arguments: the shell splits it, and the file's name comes as its argument.
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$1\""))
        .arg("sh")
        .arg(file.path())
        .status()
        .map_err(fail)?;
    if !status.success() {
        return Err(Error::system(format_args!("the editor `{editor}`"), status).hint("nothing was changed"));
    }
    std::fs::read_to_string(file.path()).map_err(fail)
}
