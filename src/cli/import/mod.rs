//! `pipekit import`.

mod prove;

use super::Context;
use super::output::{Tone, Ui};
use crate::definition::folder;
use crate::definition::plan;
use crate::definition::set::{Definitions, Kind};
use crate::error::{Code, Error, Result};
use crate::import::{self, Confidence, Import as Found, Present, Proposed, Told};
use crate::secrets::{self, Secrets};
use crate::store::Store;
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Read a folder of sync scripts as modules
///
/// Wrappers around jrunner with their pull.sql, insert.sql and .env become modules and connections; scripts that start
/// others become groups, and the lines of a crontab in the folder their schedules. Each thing is told with how sure it is
/// and why, and what can't be read with its file and line. Nothing of the folder is run, and no database is asked.
///
/// Nothing is written without --apply, which lands all of it or nothing, with the passwords as secrets, or --to. What
/// there is already by that name stays as it is. Schedules come over disabled, as the old crontab still runs its own:
/// `pipekit schedule enable` starts one.
///
/// --prove rehearses the modules against the tables that the scripts keep, best right after a night's run of those; the
/// exit code is 1 where any differs.
#[derive(Args)]
#[command(
    after_help = "Example:\n  pipekit import /opt/sync\n  pipekit import /opt/sync --to definitions   # to review, \
    then `pipekit apply`\n  pipekit import /opt/sync --apply --jars /opt/jrunner/lib\n  \
    pipekit import /opt/sync/code/code.sh"
)]
pub struct Import {
    /// The folder, or one script
    dir: PathBuf,
    /// Add what was found to the database, and the passwords to the secrets
    #[arg(long, conflicts_with = "to")]
    apply: bool,
    /// Write what was found as the files of `export` into a folder
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// Rehearse each module that is there then, and show which give the rows that the scripts have left, and which not
    #[arg(long, conflicts_with = "to")]
    prove: bool,
    /// Where the JDBC jars are, for drivers that are not there yet
    #[arg(long, value_name = "DIR")]
    jars: Option<PathBuf>,
}

impl Import {
    pub fn run(self, context: &Context) -> Result<u8> {
        let ui = &context.ui;
        let mut store = context.store()?;
        let present = Present::of(store.read(), self.jars.as_deref())?;
        let found = import::read(&self.dir, present, &Definitions::snapshot(&store)?)?;
        let done = match (&self.to, self.apply) {
            (Some(folder), _) => write(folder, &found)?,
            (None, true) => apply(&mut store, &found)?,
            (None, false) => Done::default(),
        };
        if !ui.json {
            show(ui, &found);
            tell(ui, &self, &found, &done);
        }
        let modules = found.proposed.iter().filter(|p| p.key.kind == Kind::Module).map(|p| &*p.key.name);
        let modules = modules.filter(|name| !found.others.contains(*name));
        let proved = self.prove.then(|| prove::prove(context, &mut store, modules)).transpose()?;
        if ui.json {
            ui.document(&document(&found, &done, proved.as_deref()));
        } else if let Some(proved) = &proved {
            prove::sum_up(context, proved);
        }
        Ok(u8::from(proved.is_some_and(|proved| !prove::holds(&proved))))
    }
}

/// What was done with what was found.
#[derive(Default)]
struct Done {
    applied: bool,
    files: Vec<folder::File>,
    /// Secrets that were stored, and those that were there with another value and stay.
    stored: Vec<String>,
    kept: Vec<String>,
}

fn write(folder: &Path, found: &Found) -> Result<Done> {
    let files = folder::write(folder, &found.definitions, false, false)?;
    let files = files.into_iter().filter(|file| file.fate != folder::Fate::Kept).collect();
    Ok(Done { files, ..Done::default() })
}

/// Adds all of it. The secrets come first: one that nothing uses does no harm, and a connection without one does.
fn apply(store: &mut Store, found: &Found) -> Result<Done> {
    if !found.needs.is_empty() {
        return Err(Error::new(Code::Invalid, format!("what is found needs {}", found.needs.join("; ")))
            .hint("nothing was written; `pipekit import DIR` without --apply shows which connections need it"));
    }
    let plan = plan::plan(store, &found.definitions, false)?;
    let mut done = Done { applied: true, ..Done::default() };
    let there = Secrets::load()?;
    for (key, secret) in &found.secrets {
        let Some(value) = &secret.value else { continue };
        let reference = format!("${key}");
        if there.keys().any(|other| other == key) {
            if there.resolve(&reference)? != *value {
                done.kept.push(key.clone());
            }
            continue;
        }
        secrets::set(key, value)?;
        done.stored.push(key.clone());
    }
    plan::apply(store, &found.definitions, &plan)?;
    Ok(done)
}

fn document(found: &Found, done: &Done, proved: Option<&[prove::Proved]>) -> serde_json::Value {
    let of = |kind: Kind| found.proposed.iter().filter(|p| p.key.kind == kind).collect::<Vec<_>>();
    let secrets: Vec<_> = found
        .secrets
        .iter()
        .map(|(key, secret)| {
            json!({
                "key": key,
                "known": secret.value.is_some(),
                "stored": done.stored.contains(key),
                "kept": done.kept.contains(key),
            })
        })
        .collect();
    json!({
        "scripts": found.scripts,
        "drivers": of(Kind::Driver),
        "connections": of(Kind::Connection),
        "modules": of(Kind::Module),
        "groups": of(Kind::Group),
        "secrets": secrets,
        "needs": found.needs,
        "declined": found.declined,
        "applied": done.applied,
        "proved": proved,
        "files": done.files,
    })
}

fn show(ui: &Ui, found: &Found) {
    for proposed in &found.proposed {
        one(ui, proposed);
    }
    if !found.declined.is_empty() {
        ui.heading("Not taken over");
    }
    for declined in &found.declined {
        let what = match (&declined.what, declined.module) {
            (Some(name), true) => format!("module {name} does not come over: "),
            (Some(name), false) => format!("{name}: "),
            _ => String::new(),
        };
        let tone = if declined.module { Tone::Bad } else { Tone::Odd };
        ui.line(format!("  {}  {what}{}", ui.paint(&declined.site.to_string(), tone), declined.why));
    }
}

fn one(ui: &Ui, proposed: &Proposed) {
    let (mark, tone) = if proposed.exists { (" ", Tone::Faint) } else { ("+", Tone::Good) };
    let site = proposed.site.as_ref().map(|site| format!("  {site}")).unwrap_or_default();
    ui.line(format!("{}{}", ui.paint(&format!("{mark} {}", proposed.key), tone), ui.paint(&site, Tone::Faint)));
    for told in &proposed.told {
        ui.line(line(ui, told));
    }
}

fn line(ui: &Ui, told: &Told) -> String {
    let tone = match told.confidence {
        Confidence::Sure => Tone::Good,
        Confidence::Likely => Tone::Plain,
        Confidence::Guess => Tone::Odd,
    };
    let site = told.site.as_ref().map(|site| format!(" ({site})")).unwrap_or_default();
    let word = format!("{:6}", told.confidence.as_str());
    format!("    {}  {}: {}{}", ui.paint(&word, tone), told.what, told.why, ui.paint(&site, Tone::Faint))
}

fn tell(ui: &Ui, import: &Import, found: &Found, done: &Done) {
    let count = |kind: Kind| found.proposed.iter().filter(|p| p.key.kind == kind && !p.exists).count();
    let lost = found.declined.iter().filter(|d| d.module).filter_map(|d| d.what.as_ref());
    let lost: std::collections::BTreeSet<&String> = lost.collect();
    let (modules, connections, groups) = (count(Kind::Module), count(Kind::Connection), count(Kind::Group));
    ui.line(format!(
        "{} scripts: {modules} modules, {connections} connections, {groups} groups; {} modules do not come over",
        found.scripts,
        lost.len()
    ));
    for need in &found.needs {
        ui.warn(format!("it needs {need}"));
    }
    for key in found.secrets.iter().filter(|(_, secret)| secret.value.is_none()).map(|(key, _)| key) {
        ui.warn(format!("the password {key} is not in the folder: `pipekit secrets set {key}` stores it"));
    }
    for key in &done.kept {
        ui.warn(format!(
            "the secret {key} is there with another value, and stays: `pipekit secrets set {key}` changes it"
        ));
    }
    match (&import.to, done.applied) {
        (Some(folder), _) => {
            let folder = folder.display();
            ui.line(format!("{} files are in {folder}; no password is in them", done.files.len()));
            ui.note(format!(
                "look at them, then `pipekit apply {folder}`, and `pipekit secrets set` for each password"
            ));
        }
        (None, true) => {
            ui.line(format!("all of it is there now, and {} secrets", done.stored.len()));
            ui.note("`pipekit module preview NAME` shows what a run would do; schedules are disabled until `pipekit schedule enable ID`");
        }
        (None, false) => ui.line("nothing was written: --apply adds it, --to FOLDER writes it as files to review"),
    }
}
