//! `pipekit why`.

use super::Context;
use super::output::Tone;
use crate::engine::why::{self, Reason};
use crate::error::{Code, Error, Result, or_none};
use crate::store::{group, module};
use clap::Args;

/// Say why a module or a group ran, or didn't
///
/// Who holds it, whether it is disabled, in no group or without a schedule, how it last ended, which of its times were
/// skipped or missed and why, and when it is due next.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit why orders\n  pipekit why nightly")]
pub struct Why {
    /// The name of a module or a group
    name: String,
}

impl Why {
    pub fn run(self, context: &Context) -> Result<u8> {
        let ui = &context.ui;
        let store = context.store()?;
        let conn = store.read();
        let module = or_none(module::find(conn, &self.name))?;
        let group = or_none(group::find(conn, &self.name))?;
        if module.is_none() && group.is_none() {
            let modules = module::all(conn)?.into_iter().map(|m| m.name);
            let names = modules.chain(group::all(conn)?.into_iter().map(|g| g.name));
            return Err(Error::new(Code::NotFound, format!("there is no module or group {}", self.name))
                .hint("`pipekit status` shows what there is")
                .meant(&self.name, names));
        }
        let mut all: Vec<(&str, String, Vec<Reason>)> = Vec::new();
        if let Some(module) = &module {
            all.push(("module", module.name.clone(), why::module(conn, module)?));
        }
        if let Some(group) = &group {
            all.push(("group", group.name.clone(), why::group(conn, group)?));
        }
        if ui.json {
            let list = all
                .iter()
                .map(|(kind, name, reasons)| serde_json::json!({"kind": kind, "name": name, "reasons": reasons}));
            ui.document(&list.collect::<Vec<_>>());
            return Ok(0);
        }
        for (kind, name, reasons) in &all {
            ui.line(ui.paint(&format!("{kind} {name}"), Tone::Strong));
            for Reason { reason, next, .. } in reasons {
                ui.line(format!("- {reason}"));
                if let Some(next) = next {
                    ui.line(format!("    {} {next}", ui.paint("next:", Tone::Faint)));
                }
            }
        }
        Ok(0)
    }
}
