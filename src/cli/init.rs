//! `pipekit init`.

use super::Context;
use crate::error::Result;
use crate::store::Store;
use clap::Args;

/// Make the pipekit database
///
/// Everything is kept in one SQLite file: definitions, schedules, the log of every run. Running it again does no
/// harm: an older database is brought to this version.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit init\n  pipekit --db /srv/sync/pipekit.db init")]
pub struct Init {}

impl Init {
    pub fn run(self, context: &Context) -> Result<u8> {
        let new = !context.db.exists();
        if let Some(folder) = context.db.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|e| crate::error::Error::system(format_args!("can't make {}", folder.display()), e))?;
        }
        Store::open_or_create(&context.db)?;
        if context.ui.json {
            context.ui.document(&serde_json::json!({"db": context.db, "created": new}));
        } else {
            let what = if new { "made" } else { "there already:" };
            context.ui.done(format!("{what} {}", context.db.display()));
            context.ui.note("next: pipekit connection add NAME --driver sqlite --url jdbc:sqlite:/path/to/file.db");
        }
        Ok(0)
    }
}
