//! `pipekit export`.

use super::Context;
use super::output::Tone;
use crate::definition::folder::{self, Fate};
use crate::definition::set::Definitions;
use crate::error::Result;
use clap::Args;
use std::path::PathBuf;

/// Write the definitions into a folder, to keep in git
///
/// One TOML file for each module (with its watermarks and hooks), group (with its members and schedules), connection, and
/// driver that is not built in. They hold no secret, no id and no time. A file that says the same already is not touched,
/// whatever its comments; one that says something else is overwritten, and what differed is named. Settings are left out,
/// as some of them name programs: `pipekit settings list` shows them.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit export definitions\n  pipekit export definitions --prune && \
    git -C definitions add -A\n  pipekit export definitions --dry-run")]
pub struct Export {
    /// The folder; it is made where it is missing
    dir: PathBuf,
    /// Remove the files of what is not defined any more
    #[arg(long)]
    prune: bool,
    /// Show which files would change; write none
    #[arg(long)]
    dry_run: bool,
}

impl Export {
    pub fn run(self, context: &Context) -> Result<u8> {
        let ui = &context.ui;
        let store = context.store()?;
        let definitions = Definitions::snapshot(&store)?;
        let files = folder::write(&self.dir, &definitions, self.prune, self.dry_run)?;
        if ui.json {
            ui.document(&files);
            return Ok(0);
        }
        let count = |fates: &[Fate]| files.iter().filter(|file| fates.contains(&file.fate)).count();
        let written = count(&[Fate::Added, Fate::Changed]);
        let (removed, unchanged) = (count(&[Fate::Removed]), count(&[Fate::Unchanged]));
        let stay = count(&[Fate::Kept]) > 0;
        for file in files {
            let (mark, tone, remark) = match file.fate {
                Fate::Unchanged => continue,
                Fate::Added => ("+", Tone::Good, String::new()),
                Fate::Changed => ("~", Tone::Odd, format!("  it said otherwise: {}", file.fields.join(", "))),
                Fate::Removed => ("-", Tone::Bad, String::new()),
                Fate::Kept => (" ", Tone::Faint, "  is not in the database, and stays".to_owned()),
            };
            ui.line(format!("{}{remark}", ui.paint(&format!("{mark} {}", file.file), tone)));
        }
        match self.dry_run {
            true => {
                ui.line(format!("{written} to write, {removed} to remove, {unchanged} as they are: nothing was done"))
            }
            false => ui.done(format!("{written} written, {removed} removed, {unchanged} as they were")),
        }
        if stay {
            ui.note("`pipekit apply` would bring these back; --prune removes those that are definitions");
        }
        Ok(0)
    }
}
