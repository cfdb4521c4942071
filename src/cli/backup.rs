//! `pipekit backup`.

use super::Context;
use crate::error::Result;
use crate::store::backup;
use crate::words::{count, size};
use clap::Args;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

/// Copy the database to a file, whatever runs meanwhile
///
/// A bare cp of a file in use copies half of what is being written, and leaves out what is in the file with -wal beside
/// it. This copies one moment of it, checks the copy, and puts it in its place in one step. A backup that is there is
/// replaced; nothing else is without --force. In a folder the file is named by the time.
///
/// Not in it: the secrets file, and the drivers' jars.
///
/// To put a backup back, end `serve` and whatever runs, remove the database's -wal and -shm files, copy the backup to its
/// place with the owner and mode that it had, and look with `pipekit status`. Locks need nothing. docs/backup.md says what
/// runs then make of what was loaded since.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit backup /var/backups/pipekit.db\n  \
    pipekit backup /var/backups/pipekit/   # named by the time")]
pub struct Backup {
    /// The file, or a folder for it
    file: PathBuf,
    /// Overwrite a file that is no backup of pipekit's
    #[arg(long)]
    force: bool,
}

impl Backup {
    pub fn run(self, context: &Context) -> Result<u8> {
        let store = context.store()?;
        let signal = super::run::signals()?;
        let made = backup::make(&store, &self.file, self.force, || !signal.load(Ordering::SeqCst))?;
        let line = format!(
            "backed up {} modules and {} runs to {} ({})",
            count(made.modules),
            count(made.runs),
            made.file.display(),
            size(made.bytes)
        );
        super::said(context, &made, &line);
        if made.running > 0 {
            let runs = if made.running == 1 { "1 run was" } else { "some runs were" };
            context.ui.note(format!("{runs} going on; in the backup they ended with an error that says so"));
        }
        Ok(0)
    }
}
