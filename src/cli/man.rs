//! `pipekit man`.

use super::Context;
use crate::error::{Error, Result};
use clap::Args;
use std::path::PathBuf;

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
        let mut command = super::command();
        command.build();
        clap_mangen::generate_to(command, &self.folder).map_err(fail)?;
        context.ui.note(format!("wrote the man pages into {}", self.folder.display()));
        Ok(0)
    }
}
