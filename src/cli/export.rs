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
/// One TOML file for each driver that is not built in, connection, module (with its watermarks and hooks) and group (with
/// its members and schedules). No secret is in them, no id and no time. A file that says the same already is not touched,
/// whatever its comments; one that says something else is overwritten. Settings are no files, as some name programs:
/// `pipekit settings list` shows them.
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
        let mut unchanged = 0;
        let mut stay = false;
        for file in files {
            let (mark, tone, remark) = match file.fate {
                Fate::Unchanged => {
                    unchanged += 1;
                    continue;
                }
                Fate::Added => ("+", Tone::Good, String::new()),
                Fate::Changed => ("~", Tone::Odd, format!("  it said otherwise: {}", file.fields.join(", "))),
                Fate::Removed => ("-", Tone::Bad, String::new()),
                Fate::Kept => {
                    stay = true;
                    (" ", Tone::Faint, "  is not in the database, and stays".to_owned())
                }
            };
            ui.line(format!("{}{remark}", ui.paint(&format!("{mark} {}", file.file), tone)));
        }
        ui.line(match self.dry_run {
            true => format!("{unchanged} files are as they would be; nothing was written"),
            false => format!("{unchanged} files were so already"),
        });
        if stay {
            ui.note("`pipekit apply` would bring these back; --prune removes those that are definitions");
        }
        Ok(0)
    }
}
