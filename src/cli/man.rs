//! `pipekit man`.

use super::Context;
use crate::error::{Error, Result};
use clap::Args;
use std::path::{Path, PathBuf};

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
        pages(&command, &self.folder).map_err(fail)?;
        context.ui.note(format!("wrote the man pages into {}", self.folder.display()));
        Ok(0)
    }
}

/// A page for a command and for each below it: `pipekit-module-add(1)`.
fn pages(command: &clap::Command, folder: &Path) -> std::io::Result<()> {
    for below in command.get_subcommands().filter(|c| !c.is_hide_set()) {
        pages(below, folder)?;
    }
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let page = clap_mangen::Man::new(command.clone())
        .title(name.to_uppercase())
        .source(concat!("pipekit ", env!("CARGO_PKG_VERSION")))
        .manual("pipekit's commands");
    let mut text = Vec::new();
    page.render(&mut text)?;
    // What stands after the options is examples here, which the generator can't know.
    let text = String::from_utf8_lossy(&text)
        .replace(".SH EXTRA\nExample:\n", ".SH EXAMPLES\n")
        .replace(".SH EXTRA", ".SH NOTES");
    std::fs::write(folder.join(format!("{name}.1")), text)
}
