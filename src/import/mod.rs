//! Reading a folder of sync scripts: shell wrappers around jrunner, with their pull.sql and insert.sql, as modules,
//! connections, groups and schedules. Nothing of the folder is ever run.
//!
//! `tree` finds the files, `shell` reads a script, `follow` goes through its commands with what is known, `merge` and
//! `statement` say what becomes of the rows, `module`, `connections` and `groups` make definitions, `report` tells how
//! sure each thing is, and what could not be read.

mod address;
mod connections;
mod crontab;
mod deletion;
mod event;
mod follow;
mod groups;
mod load;
mod merge;
mod module;
mod report;
mod shell;
mod sql;
mod statement;
mod tree;
mod value;

pub use connections::Present;
pub use event::Site;
pub use report::{Confidence, Declined, Proposed, Secret, Told};

use crate::definition::difference;
use crate::definition::set::{Definition, Definitions, Key, Kind};
use crate::dialect;
use crate::error::Result;
use crate::redact::Redactor;
use connections::{Connections, legal, numbered};
use event::{Event, What};
use follow::Follower;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tree::{Role, Tree};
use value::Value;

/// What a folder of scripts comes to.
pub struct Import {
    /// What is proposed: connections, modules, groups, in that order.
    pub proposed: Vec<Proposed>,
    /// The modules whose name is that of another one already, which loads something else.
    pub others: BTreeSet<String>,
    /// What could not be read or taken over.
    pub declined: Vec<Declined>,
    /// What has to be done before it can be applied.
    pub needs: Vec<String>,
    /// The passwords, by the key that they get.
    pub secrets: BTreeMap<String, Secret>,
    /// All that is to be added to the store.
    pub definitions: Definitions,
    /// How many scripts were read.
    pub scripts: usize,
}

/// A script with what it is given: `run.sh price`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Start {
    script: PathBuf,
    args: Vec<String>,
}

/// What a script does when it is started so.
struct Trace {
    events: Vec<Event>,
    sourced: BTreeSet<PathBuf>,
    secrets: BTreeSet<String>,
}

impl Trace {
    /// How much of it is not known: the fewer, the better it was started.
    fn unknowns(&self) -> usize {
        self.events
            .iter()
            .map(|event| match &event.what {
                What::Transfer(t) => {
                    [&t.sql, &t.table].into_iter().filter(|v| v.why_unknown().is_some()).count()
                        + [&t.source, &t.dest].into_iter().filter(|p| p.unknown.is_some()).count()
                }
                What::Execute { sql, .. } => usize::from(sql.why_unknown().is_some()),
                What::Unread(_) => 1,
                What::Call(_) => 0,
            })
            .sum()
    }
}

/// Reads a folder, or one script. What is there already by name stays as it is.
///
/// # Errors
/// `Usage` where it can't be read.
pub fn read(path: &Path, present: Present, store: &Definitions) -> Result<Import> {
    let tree = Tree::open(path)?;
    let mut reading = Reading {
        tree: &tree,
        traces: BTreeMap::new(),
        lines: Vec::new(),
        connections: Connections::new(present),
        modules: Vec::new(),
        declined: Vec::new(),
        secrets: BTreeSet::new(),
    };
    reading.traces();
    reading.modules();
    let groups = groups::of(&mut reading);
    Ok(reading.end(groups, store))
}

/// A module that comes over.
struct Found {
    start: Start,
    module: crate::definition::module::Module,
    told: Vec<Told>,
    site: Site,
    /// Where it stands among what its script does.
    at: usize,
}

struct Reading<'t> {
    tree: &'t Tree,
    traces: BTreeMap<Start, Trace>,
    /// The lines of crontabs, with what each does.
    lines: Vec<(Site, crontab::Line, Trace)>,
    connections: Connections,
    modules: Vec<Found>,
    declined: Vec<Declined>,
    /// Every password that a script has in a variable or gives to a client.
    secrets: BTreeSet<String>,
}

impl Reading<'_> {
    /// Follows every script: by itself, and as others start it.
    fn traces(&mut self) {
        let mut callers: Vec<(Start, BTreeMap<String, Value>, Option<PathBuf>)> = Vec::new();
        for file in self.tree.files.clone() {
            match self.tree.role(&file) {
                Role::Script => {
                    let start = Start { script: file, args: Vec::new() };
                    self.start(start, &BTreeMap::new(), None, &mut callers);
                }
                Role::Crontab => self.crontab(&file, &mut callers),
                Role::Other => {}
            }
        }
        let mut at = 0;
        while let Some((start, environment, cwd)) = callers.get(at).cloned() {
            at += 1;
            // Where it was followed to the end already, who starts it makes no difference.
            if at < 10_000 && self.traces.get(&start).is_none_or(|trace| trace.unknowns() > 0) {
                self.start(start, &environment, cwd, &mut callers);
            }
        }
        let sourced: BTreeSet<PathBuf> = self.traces.values().flat_map(|trace| trace.sourced.clone()).collect();
        let with_args: BTreeSet<PathBuf> =
            self.traces.keys().filter(|start| !start.args.is_empty()).map(|start| start.script.clone()).collect();
        let lines = self.lines.iter().map(|(_, _, trace)| trace);
        self.secrets = self.traces.values().chain(lines).flat_map(|trace| trace.secrets.clone()).collect();
        // What is read in by others, or is always given something, does not stand for itself.
        self.traces.retain(|start, trace| {
            let is_part = sourced.contains(&start.script) || with_args.contains(&start.script);
            !start.args.is_empty() || !is_part || trace.unknowns() == 0
        });
    }

    fn start(
        &mut self,
        start: Start,
        environment: &BTreeMap<String, Value>,
        cwd: Option<PathBuf>,
        callers: &mut Vec<(Start, BTreeMap<String, Value>, Option<PathBuf>)>,
    ) {
        let text = match self.tree.read(&start.script) {
            Ok(text) => text,
            Err(why) => {
                let site = Site { file: start.script.display().to_string(), line: 1 };
                return self.declined.push(Declined { site, module: false, what: None, why });
            }
        };
        let args: Vec<Value> = start.args.iter().map(Value::text).collect();
        let mut follower = Follower::new(self.tree, &start.script, &args, environment, cwd);
        follower.follow(&text);
        let trace = Trace { events: follower.events, sourced: follower.sourced, secrets: follower.secrets };
        calls(&trace.events, callers);
        if self.traces.get(&start).is_none_or(|other| trace.unknowns() < other.unknowns()) {
            self.traces.insert(start, trace);
        }
    }

    fn crontab(&mut self, file: &Path, callers: &mut Vec<(Start, BTreeMap<String, Value>, Option<PathBuf>)>) {
        let site = |line| Site { file: file.display().to_string(), line };
        let text = match self.tree.read(file) {
            Ok(text) => text,
            Err(why) => return self.declined.push(Declined { site: site(1), module: false, what: None, why }),
        };
        let of_system =
            file.parent().and_then(Path::file_name).is_some_and(|folder| folder == "cron.d" || folder == "etc");
        let (lines, odd) = crontab::read(&text, of_system);
        for (line, why) in odd {
            self.declined.push(Declined { site: site(line), module: false, what: None, why });
        }
        for line in lines {
            let environment: BTreeMap<String, Value> = line
                .environment
                .iter()
                .filter(|(name, _)| *name != "PATH" && *name != "SHELL")
                .map(|(name, value)| (name.clone(), Value::text(value).named(name)))
                .collect();
            let mut follower = Follower::new(self.tree, file, &[], &environment, None);
            follower.follow(&line.command);
            let mut events = follower.events;
            events.iter_mut().for_each(|event| event.site = site(line.line));
            calls(&events, callers);
            let trace = Trace { events, sourced: BTreeSet::new(), secrets: follower.secrets };
            self.lines.push((site(line.line), line, trace));
        }
    }

    /// Makes modules of what the scripts do.
    fn modules(&mut self) {
        let traces = std::mem::take(&mut self.traces);
        for (start, trace) in &traces {
            let merges = merge::read(&trace.events);
            for (site, why) in merges.unread {
                self.declined.push(Declined { site, module: false, what: None, why });
            }
            let several = merges.loads.len() > 1;
            for load in &merges.loads {
                let table = load.insert.as_ref().map_or(&load.staging, |(insert, _)| &insert.table);
                let is_secret = self.secrets.iter().any(|s| load.transfer.table.known().is_some_and(|t| t.contains(s)));
                let name = self.name(start, (several && !is_secret).then(|| table.last()));
                let decline = |site: &Site, why: String| Declined {
                    site: site.clone(),
                    module: true,
                    what: Some(name.clone()),
                    why,
                };
                if !load.faults.is_empty() {
                    let faults: BTreeSet<(Site, String)> = load.faults.iter().cloned().collect();
                    self.declined.extend(faults.into_iter().map(|(site, why)| decline(&site, why)));
                    continue;
                }
                let made = module::of(load, &name, &mut self.connections).and_then(|(module, told)| {
                    let kind = self.connections.kind_of(&module.dest_connection);
                    if let Some(dialect) = kind.and_then(|kind| dialect::of(&kind)) {
                        dialect.parse_table(&module.dest_table)?;
                    }
                    if has_secret(&module, &self.secrets) {
                        return Err("a password is written into its SQL, and pipekit's file must hold none".to_owned());
                    }
                    Ok((module, told))
                });
                match made {
                    Ok((mut module, told)) => {
                        // A function of a library does the work of many scripts.
                        let script = start.script.display().to_string();
                        let own = load.site.file == script;
                        let site = if own { load.site.clone() } else { Site { file: script.clone(), line: 1 } };
                        let args = start.args.iter().map(|arg| if self.secrets.contains(arg) { "…" } else { arg });
                        let words: Vec<&str> = [&*script].into_iter().chain(args).collect();
                        module.notes = Some(format!("imported from {}", words.join(" ")));
                        self.modules.push(Found { start: start.clone(), module, told, site, at: load.at });
                    }
                    Err(why) => self.declined.push(decline(&load.site, why)),
                }
            }
        }
        self.traces = traces;
    }

    /// A name for a module, from its script, what that is given, and where there are several its table.
    fn name(&self, start: &Start, table: Option<&str>) -> String {
        let base = base_name(start, self);
        let mut name = match table {
            Some(table) if legal("module", table) == base => base.clone(),
            Some(table) => legal("module", &format!("{base}_{table}")),
            None => base.clone(),
        };
        // A table of the script's own name says no more than the table alone.
        if let Some(table) = table
            && legal("module", table).starts_with(&base)
        {
            name = legal("module", table);
        }
        let is_free = |name: &str| !self.modules.iter().any(|found| found.module.name == name);
        if is_free(&name) {
            return name;
        }
        let folder = start.script.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let longer = legal("module", &format!("{folder}_{name}"));
        if is_free(&longer) {
            return longer;
        }
        (2..).map(|n| numbered(&name, n)).find(|name| is_free(name)).unwrap_or_default()
    }

    fn end(mut self, groups: Vec<groups::Found>, store: &Definitions) -> Import {
        let mut redactor = Redactor::default();
        let of_connections = self.connections.secrets.values().filter_map(|secret| secret.value.as_ref());
        of_connections.chain(&self.secrets).for_each(|secret| redactor.add(secret));
        let used = self.modules.iter().flat_map(|found| {
            Definition::Module(found.module.clone()).references().into_iter().map(str::to_owned).collect::<Vec<_>>()
        });
        let needs = self.connections.keep(&used.collect());
        // What is there by the name of a module, and loads something else.
        let others: BTreeSet<String> = self
            .modules
            .iter()
            .map(|found| &found.module)
            .filter(|new| {
                let there = store.all.get(&Key { kind: Kind::Module, name: new.name.clone() });
                matches!(there, Some(Definition::Module(there)) if there.dest_table != new.dest_table
                || there.source_connection != new.source_connection || there.dest_connection != new.dest_connection)
            })
            .map(|new| new.name.clone())
            .collect();
        let mut definitions = Definitions::default();
        let mut proposed = Vec::new();
        let mut propose = |key: Key, site: Option<Site>, definition: Option<Definition>, told: Vec<Told>| {
            let there = store.all.get(&key);
            let mut told: Vec<Told> = told
                .into_iter()
                .map(|t| Told { what: redactor.clean(&t.what), why: redactor.clean(&t.why), ..t })
                .collect();
            if let (Some(there), Some(new)) = (there, &definition) {
                let fields: Vec<String> = difference::between(there, new).into_iter().map(|d| d.field).collect();
                told = vec![match fields.is_empty() {
                    true => Told::sure("it is there already, and the same", "its name"),
                    false => Told::sure(
                        "there is one of that name already, which stays as it is",
                        &format!("it differs in {}", fields.join(", ")),
                    ),
                }];
            }
            let exists = there.is_some() || definition.is_none();
            let definition = definition.filter(|_| !exists);
            if let Some(definition) = &definition {
                definitions.put(definition.clone());
            }
            proposed.push(Proposed { key, site, definition, exists, told });
        };
        for driver in self.connections.drivers.into_values() {
            let told =
                vec![Told::sure("it is for URLs of the scripts", driver.jar_file.as_deref().unwrap_or_default())];
            let definition = Definition::Driver(driver);
            propose(definition.key(), None, Some(definition), told);
        }
        for entry in self.connections.all {
            let key = Key { kind: Kind::Connection, name: entry.name };
            propose(key, None, entry.definition.map(Definition::Connection), entry.told);
        }
        for found in self.modules {
            let definition = Definition::Module(found.module);
            propose(definition.key(), Some(found.site), Some(definition), found.told);
        }
        for mut found in groups {
            let (kept, strange): (Vec<_>, Vec<_>) =
                found.group.members.into_iter().partition(|place| !place.0.iter().any(|m| others.contains(m)));
            found.group.members = kept;
            found.told.extend(strange.iter().flat_map(|place| &place.0).map(|name| {
                Told::sure(
                    &format!("{name} is not among them"),
                    "the module of that name is another one, and not the script's",
                )
            }));
            let definition = Definition::Group(found.group.in_order());
            propose(definition.key(), Some(found.site), Some(definition), found.told);
        }
        let mut declined = self.declined;
        for one in &mut declined {
            one.why = redactor.clean(&one.why);
        }
        declined.sort();
        declined.dedup();
        let scripts = self.tree.files.iter().filter(|file| self.tree.role(file) != Role::Other).count();
        Import { proposed, others, declined, needs, secrets: self.connections.secrets, definitions, scripts }
    }
}

/// The scripts that others start.
fn calls(events: &[Event], callers: &mut Vec<(Start, BTreeMap<String, Value>, Option<PathBuf>)>) {
    for event in events {
        if let What::Call(call) = &event.what
            && let Some(args) = call.args.iter().map(Value::known).collect::<Option<Vec<_>>>()
        {
            let start = Start { script: call.script.clone(), args };
            callers.push((start, call.environment.clone(), call.cwd.clone()));
        }
    }
}

/// The name that a script has among people: its own, its folder's where that says nothing, or what it is given.
fn base_name(start: &Start, reading: &Reading<'_>) -> String {
    const GENERIC: &[&str] = &[
        "sync", "run", "pull", "load", "main", "go", "start", "import", "wrapper", "refresh", "insert", "job", "cron",
        "etl", "transfer",
    ];
    let stem = start.script.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let folder = start.script.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    let folder = if folder.is_empty() { reading.tree.name_of_root() } else { folder };
    let is_generic = GENERIC.contains(&&*stem.to_lowercase());
    let args: Vec<&str> = start.args.iter().filter(|arg| !reading.secrets.contains(*arg)).map(String::as_str).collect();
    let text = match (args.is_empty(), is_generic) {
        (true, false) => stem,
        (true, true) => folder,
        (false, true) => args.join("_"),
        (false, false) => format!("{stem}_{}", args.join("_")),
    };
    let name = legal("module", &text);
    if name.is_empty() || name == dialect::RECEIPT { "module".to_owned() } else { name }
}

/// Whether a password stands in what a module would store. Shorter ones than that are words.
fn has_secret(module: &crate::definition::module::Module, secrets: &BTreeSet<String>) -> bool {
    let resolvers = module.watermarks.iter().flat_map(|w| [Some(&w.resolver_sql), w.default_value.as_ref()]).flatten();
    let texts: Vec<&String> =
        [&module.source_query].into_iter().chain(resolvers).chain(module.hooks.iter().map(|h| &h.sql)).collect();
    secrets
        .iter()
        .filter(|secret| secret.chars().count() >= 4)
        .any(|secret| texts.iter().any(|text| text.contains(secret)))
}
