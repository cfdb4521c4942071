//! `pipekit man`.

mod tidy;

use super::Context;
use crate::error::{Error, Result};
use clap::Args;
use std::path::{Path, PathBuf};

/// The day of these pages, which man(7) wants in each; to be changed with the version.
const DATE: &str = "2026-11-27";
/// The commands as they belong together, in the order of use.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Set up", &["init", "demo", "doctor", "wizard", "import", "secrets", "settings", "backup"]),
    ("Define", &["driver", "connection", "module", "watermark", "hook", "group", "schedule", "export", "apply"]),
    ("Run", &["run", "cancel", "tick", "serve", "jrunner"]),
    ("Look", &["status", "log", "why"]),
    ("Shell", &["completions", "man"]),
];

/// Write the man pages into a folder
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit man /usr/local/share/man/man1")]
pub struct Man {
    /// The folder
    folder: PathBuf,
}

impl Man {
    pub fn run(self, context: &Context) -> Result<u8> {
        let fail = |e| Error::system(format_args!("can't write man pages into {}", self.folder.display()), e);
        std::fs::create_dir_all(&self.folder).map_err(fail)?;
        // Flags that every command has belong on every page, as a reader of one page sees no other.
        let mut command = super::command().disable_help_subcommand(true);
        command.build();
        pages(&command, None, &self.folder).map_err(fail)?;
        context.ui.note(format!("wrote the man pages into {}", self.folder.display()));
        Ok(0)
    }
}

/// A page for a command and for each below it: `pipekit-module-add(1)`.
fn pages(command: &clap::Command, above: Option<&str>, folder: &Path) -> std::io::Result<()> {
    let name = name_of(command);
    for below in command.get_subcommands().filter(|c| !c.is_hide_set()) {
        pages(below, Some(name), folder)?;
    }
    let page = clap_mangen::Man::new(command.clone())
        .title(name.to_uppercase())
        .date(DATE)
        .source(concat!("pipekit ", env!("CARGO_PKG_VERSION")))
        .manual("pipekit's commands");
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    let mut text = String::from_utf8_lossy(&text).into_owned();
    match above {
        None => text += &(commands(command) + include_str!("pipekit.roff")),
        Some(above) => {
            let listed: String = command.get_subcommands().filter(|c| !c.is_hide_set()).map(entry).collect();
            if !listed.is_empty() {
                text += &format!(".SH COMMANDS\n{listed}");
            }
            text += &tidy::examples(&command.get_after_help().map(ToString::to_string).unwrap_or_default());
            text += &format!(".SH SEE ALSO\n{}\n", reference(above));
        }
    }
    std::fs::write(folder.join(format!("{name}.1")), tidy::page(&text))
}

fn name_of(command: &clap::Command) -> &str {
    command.get_display_name().unwrap_or(command.get_name())
}

/// The reference to a page.
fn reference(name: &str) -> String {
    format!(".BR {} (1)", tidy::text(name))
}

/// A command in a list: its page, and what it is for.
fn entry(command: &clap::Command) -> String {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    format!(".TP\n{}\n{}\n", reference(name_of(command)), tidy::text(&about))
}

/// All commands, in their groups.
fn commands(command: &clap::Command) -> String {
    let mut out = ".SH COMMANDS\n".to_owned();
    for (title, names) in GROUPS {
        out += &format!(".SS {title}\n");
        out.extend(names.iter().filter_map(|name| command.find_subcommand(name)).map(entry));
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_command_is_in_one_group() {
        let command = crate::cli::command();
        let mut all: Vec<&str> = command.get_subcommands().filter(|c| !c.is_hide_set()).map(|c| c.get_name()).collect();
        let mut grouped: Vec<&str> = super::GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        all.sort_unstable();
        grouped.sort_unstable();
        assert_eq!(grouped, all, "GROUPS lists what `pipekit(1)` lists");
    }
}
