//! Editing a definition in `$EDITOR`, as one TOML document with SQL in multi-line strings.

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
    let editor = ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    if editor.is_none() && !std::io::stdin().is_terminal() {
        return Err(Error::new(Code::Usage, "nothing to change was given, and there is no terminal for an editor")
            .hint("give the flags that change something; --help lists them"));
    }
    let editor = editor.unwrap_or_else(|| "vi".to_owned());
    let before = text::write(now)?;
    let mut text = before.clone();
    loop {
        let edited = open(&editor, &text)?;
        let plain = without_marks(&edited);
        if plain.trim() == before.trim() {
            return Ok(None);
        }
        if plain.trim() == without_marks(&text).trim() {
            let mistake: Vec<&str> = text.lines().map_while(|l| l.strip_prefix(MARK)).map(str::trim).collect();
            let said =
                format!("the editor was left with the mistake in it; nothing was changed: {}", mistake.join("\n"));
            let error = Error::new(Code::Invalid, said);
            return Err(match keep(&without_passwords(&text)) {
                Some(path) => error.hint(format!("what was written is kept in {}", path.display())),
                None => error,
            });
        }
        let tried = toml::from_str::<T>(&plain)
            .map_err(|e| Error::invalid(e.to_string()))
            .and_then(|changed| save(&changed).map(|()| changed));
        match tried {
            Ok(changed) => return Ok(Some(changed)),
            Err(error) => {
                let hint = error.hint.map(|h| format!("\nnext: {h}")).unwrap_or_default();
                // TOML's errors show the line.
                let message = without_passwords(&error.message);
                let said: String = format!("{message}{hint}").lines().map(|l| format!("{MARK} {l}\n")).collect();
                text = format!("{said}{plain}");
            }
        }
    }
}

/// Begins the lines that say what was wrong.
const MARK: &str = "#!";

/// The text below those lines. They stand at its top only: SQL may begin a line like that too.
fn without_marks(text: &str) -> String {
    text.lines().skip_while(|l| l.starts_with(MARK)).map(|l| format!("{l}\n")).collect()
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
fn keep(text: &str) -> Option<PathBuf> {
    let mut file = tempfile::Builder::new().prefix("pipekit-").suffix(".toml").tempfile().ok()?;
    file.write_all(text.as_bytes()).ok()?;
    file.keep().ok().map(|(_, path)| path)
}

fn open(editor: &str, text: &str) -> Result<String> {
    let fail = |e: std::io::Error| Error::system(format_args!("can't edit with `{editor}`"), e);
    let mut file = tempfile::Builder::new().prefix("pipekit-").suffix(".toml").tempfile().map_err(fail)?;
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
