//! `pipekit apply`.

use super::{Context, changes};
use crate::definition::folder;
use crate::definition::lint::{self, Severity};
use crate::definition::plan::{self, Action, Plan};
use crate::definition::set::{Definition, Definitions};
use crate::error::{Code, Error, Result};
use clap::Args;
use std::path::PathBuf;

/// Make the database have the definitions of a folder
///
/// The folder is one that `export` writes: drivers/, connections/, modules/ and groups/, with a TOML file for each
/// definition. Every file is read and checked, the changes are shown, and then all of them are made in one transaction, or
/// none. What is not in the folder stays in the database, unless --prune is given; what is in use or running is not removed.
///
/// A thing under a new name is a new thing: `module rename` first keeps a module's runs with it. A change reaches the next
/// run, not one that is going on. Settings and secrets are not in files.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit apply definitions --dry-run\n  pipekit apply definitions\n  \
    pipekit apply definitions --prune\n  pipekit apply definitions --prune --dry-run --expect-same   # in CI")]
pub struct Apply {
    /// The folder
    dir: PathBuf,
    /// Show what would change; change nothing
    #[arg(long)]
    dry_run: bool,
    /// Remove what is not in the folder
    #[arg(long)]
    prune: bool,
    /// Exit with 1 where anything would change
    #[arg(long, requires = "dry_run")]
    expect_same: bool,
}

impl Apply {
    pub fn run(self, context: &Context) -> Result<u8> {
        let ui = &context.ui;
        let mut store = context.store()?;
        let folder = folder::read(&self.dir)?;
        for file in &folder.ignored {
            ui.warn(format!("{file} is ignored: definitions are in drivers/, connections/, modules/ and groups/"));
        }
        if !self.prune && folder.definitions.all.is_empty() && folder.definitions.broken.is_empty() {
            return Err(Error::new(Code::Usage, format!("there is no definition in {}", self.dir.display())).hint(
                "it is to be a folder as `pipekit export` writes it: drivers/, connections/, modules/ and groups/, with TOML \
                 files in them",
            ));
        }
        let plan = plan::plan(&mut store, &folder.definitions, self.prune)?;
        if !ui.json {
            show(context, &self, &plan);
        }
        if !self.dry_run {
            plan::apply(&mut store, &folder.definitions, &plan)?;
        }
        if ui.json {
            let mut document = serde_json::json!(plan);
            document["dry_run"] = self.dry_run.into();
            ui.document(&document);
        } else {
            tell(context, self.dry_run, &plan);
        }
        warn(context, &folder.definitions, &plan);
        Ok(u8::from(self.expect_same && !plan.changes.is_empty()))
    }
}

fn show(context: &Context, apply: &Apply, plan: &Plan) {
    for change in &plan.changes {
        changes::show(&context.ui, change);
        if let Some(other) = &change.like {
            let (kind, name) = (change.key.kind.as_str(), &change.key.name);
            let rename = match kind {
                "group" => format!("group edit {other} --rename {name}"),
                _ => format!("{kind} rename {other} {name}"),
            };
            context.ui.line(format!("    it is as {other} is: to keep the runs of that, `pipekit {rename}` first"));
        }
    }
    for key in &plan.kept {
        context.ui.line(format!("  {key} is not in {}, and stays", apply.dir.display()));
    }
}

fn tell(context: &Context, dry_run: bool, plan: &Plan) {
    let ui = &context.ui;
    let count = |action| plan.changes.iter().filter(|change| change.action == action).count();
    let (added, changed, removed) = (count(Action::Add), count(Action::Change), count(Action::Remove));
    match (plan.changes.is_empty(), dry_run) {
        (true, _) => ui.done("nothing to change"),
        (false, true) => ui.line(format!("{added} to add, {changed} to change, {removed} to remove: nothing was done")),
        (false, false) => ui.done(format!("{added} added, {changed} changed, {removed} removed")),
    }
    if !plan.kept.is_empty() {
        ui.note("--prune removes what is not in the folder");
    }
}

/// Warns of modules that come or change and can't run as they are.
fn warn(context: &Context, definitions: &Definitions, plan: &Plan) {
    for change in &plan.changes {
        let Some(Definition::Module(module)) = definitions.all.get(&change.key) else { continue };
        for finding in lint::check(module).into_iter().filter(|f| f.severity == Severity::Error) {
            context.ui.warn(format!("{}: {}; {}", change.key, finding.message, finding.hint));
        }
    }
}
