//! `pipekit cancel`.

use super::Context;
use crate::engine::stop;
use crate::error::Result;
use crate::store::module;
use clap::Args;
use std::time::{Duration, Instant};

/// Stop the run of a module, in whatever process it runs
///
/// The run notices within a second, stops what its databases are doing, and ends as `cancelled`, unless its merge was
/// committed before.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit cancel orders")]
pub struct Cancel {
    /// The module's name or id
    name: String,
    /// Don't wait for it to end
    #[arg(long)]
    no_wait: bool,
}

impl Cancel {
    pub fn run(self, context: &Context) -> Result<u8> {
        let mut store = context.store()?;
        let module = stop::request(&mut store, &self.name)?;
        let until = Instant::now() + Duration::from_secs(30);
        let mut ended = false;
        while !self.no_wait && !ended && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50));
            let now = module::get(store.read(), module.id)?;
            ended = !now.running || now.last_run_id != module.last_run_id;
        }
        let status = match module.last_run_id {
            Some(id) => crate::store::run::get(store.read(), id)?.status,
            None => "running".to_owned(),
        };
        let line = match (ended, status.as_str()) {
            (true, "cancelled") => format!("cancelled module {}", module.name),
            (true, other) => format!("module {} had ended already: {other}", module.name),
            (false, _) => format!("asked module {} to stop; `pipekit status` shows when it has", module.name),
        };
        let document = serde_json::json!({"module": module.name, "run_id": module.last_run_id, "status": status});
        super::said(context, &document, &line);
        Ok(0)
    }
}
