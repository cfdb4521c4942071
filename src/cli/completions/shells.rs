//! How shells ask and are answered: clap's way, and what it leaves to be wished for.

use clap_complete::engine::complete;
use clap_complete::env::{Bash as Standard, EnvCompleter};
use std::ffi::OsString;
use std::io::{Result, Write};
use std::path::Path;

/// Which word is at the cursor, of those that a shell handed over.
fn cursor(words: &[OsString]) -> usize {
    let told = std::env::var("_CLAP_COMPLETE_INDEX").ok().and_then(|i| i.parse().ok());
    told.unwrap_or(words.len().saturating_sub(1))
}

/// What a shell wants between two candidates.
fn separator() -> String {
    std::env::var("_CLAP_IFS").unwrap_or_else(|_| "\n".to_owned())
}

/// A shell's adapter, by which flags are proposed where one is begun: there are many, and names are what is looked for. One
/// dash begins the long ones, too.
pub struct Calm<T>(pub T);

impl<T: EnvCompleter> EnvCompleter for Calm<T> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn is(&self, name: &str) -> bool {
        self.0.is(name)
    }

    fn write_registration(&self, var: &str, name: &str, bin: &str, completer: &str, out: &mut dyn Write) -> Result<()> {
        self.0.write_registration(var, name, bin, completer, out)
    }

    fn write_complete(
        &self,
        command: &mut clap::Command,
        mut words: Vec<OsString>,
        folder: Option<&Path>,
        out: &mut dyn Write,
    ) -> Result<()> {
        let mut at_flag = false;
        let at = cursor(&words);
        if let Some(word) = words.get_mut(at) {
            if *word == "-" {
                *word = "--".into();
            }
            at_flag = word.to_string_lossy().starts_with('-');
        }
        let mut text = Vec::new();
        self.0.write_complete(command, words, folder, &mut text)?;
        let (text, separator) = (String::from_utf8_lossy(&text), separator());
        let wanted: Vec<&str> = text.split(&separator).filter(|one| at_flag || !one.starts_with('-')).collect();
        out.write_all(wanted.join(&separator).as_bytes())
    }
}

/// The adapter for bash: a line's words are put together again that bash breaks at `=` and `@` (its `COMP_WORDBREAKS`).
pub struct Bash;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        Standard.name()
    }

    fn is(&self, name: &str) -> bool {
        Standard.is(name)
    }

    fn write_registration(&self, var: &str, name: &str, bin: &str, completer: &str, out: &mut dyn Write) -> Result<()> {
        Standard.write_registration(var, name, bin, completer, out)
    }

    fn write_complete(
        &self,
        command: &mut clap::Command,
        words: Vec<OsString>,
        folder: Option<&Path>,
        out: &mut dyn Write,
    ) -> Result<()> {
        let at = cursor(&words);
        let (words, at) = joined(words, at);
        let is_file = words.get(at).is_some_and(|word| word.to_string_lossy().starts_with('@'));
        let found: Vec<String> = complete(command, words, at, folder)?
            .iter()
            .map(|one| one.get_value().to_string_lossy())
            // What stands before the break stays on the line.
            .map(|one| if is_file { one.trim_start_matches('@').to_owned() } else { one.into_owned() })
            .collect();
        out.write_all(found.join(&separator()).as_bytes())
    }
}

/// The words as pipekit would get them, and which is the one at the cursor.
fn joined(words: Vec<OsString>, index: usize) -> (Vec<OsString>, usize) {
    let mut out: Vec<OsString> = Vec::new();
    let mut at = index;
    for (i, word) in words.into_iter().enumerate() {
        match out.last_mut() {
            // `--db = FILE` is `--db FILE`.
            Some(last) if word == "=" && last.to_string_lossy().starts_with("--") && i < index => at -= 1,
            Some(last) if *last == "@" && i <= index => {
                last.push(word);
                at -= 1;
            }
            _ => out.push(word),
        }
    }
    (out, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_bash_broke_is_put_together() {
        let cases: [(&[&str], usize, &[&str], usize); 5] = [
            (&["pipekit", "run", ""], 2, &["pipekit", "run", ""], 2),
            (&["pipekit", "--db", "=", "x.db", "run", "o"], 5, &["pipekit", "--db", "x.db", "run", "o"], 4),
            (&["pipekit", "--db", "=", "x"], 3, &["pipekit", "--db", "x"], 2),
            (&["pipekit", "--db", "", "run"], 2, &["pipekit", "--db", "", "run"], 2),
            (&["pipekit", "hook", "add", "--sql", "@", "q"], 5, &["pipekit", "hook", "add", "--sql", "@q"], 4),
        ];
        for (words, index, expected, at) in cases {
            let (words, index) = joined(words.iter().map(OsString::from).collect(), index);
            assert_eq!((words, index), (expected.iter().map(OsString::from).collect(), at));
        }
    }
}
