//! Follows a script from command to command without running any of it: what it would do, with what is known.
//!
//! What can't be known before it runs is an unknown value, with the reason; what may happen or not, by what is unknown,
//! is marked with the condition.

mod builtin;
mod client;
mod command;
mod expand;
mod filter;
mod flow;
mod sed;
mod test;

use super::event::{Event, Site, What};
use super::shell::{self, Command, Kind, Redirect};
use super::tree::Tree;
use super::value::{Piece, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// How a command ends, as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// Well, unless something goes wrong.
    Well,
    /// So, always.
    Known(bool),
    /// One way or the other.
    Unknown,
}

/// What a command came to.
struct Came {
    status: Status,
    /// What it prints.
    out: Value,
}

impl Came {
    fn well() -> Came {
        Came { status: Status::Well, out: Value::default() }
    }

    fn prints(out: Value) -> Came {
        Came { status: Status::Well, out }
    }

    fn known(so: bool) -> Came {
        Came { status: Status::Known(so), out: Value::default() }
    }
}

/// Whether the script goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    On,
    Return,
    Exit,
}

/// What a test asks that a default may answer: whether a variable is empty, and when the test is true.
#[derive(Clone)]
struct Asked {
    name: String,
    empty: bool,
}

/// A script that is followed.
pub struct Follower<'t> {
    tree: &'t Tree,
    /// The script's name, for `$0`.
    script: PathBuf,
    /// The file of the command that is at work, and its line.
    site: Site,
    variables: BTreeMap<String, Value>,
    exported: BTreeSet<String>,
    export_all: bool,
    must_succeed: bool,
    functions: BTreeMap<String, Rc<(Command, String)>>,
    args: Vec<Value>,
    cwd: Option<PathBuf>,
    /// Files that the script writes.
    written: BTreeMap<PathBuf, Value>,
    /// Why what happens now may happen not at all or several times.
    condition: Option<String>,
    /// Whether what a command prints is used.
    captured: bool,
    asked: Option<Asked>,
    depth: usize,
    steps: usize,
    flow: Flow,
    /// What it does.
    pub events: Vec<Event>,
    /// What its variables held that people keep passwords in.
    pub secrets: BTreeSet<String>,
    /// The files that it reads in.
    pub sourced: BTreeSet<PathBuf>,
}

/// So many commands are followed at most: functions may call themselves.
const MOST_STEPS: usize = 20_000;

impl<'t> Follower<'t> {
    /// A script that is to be followed with these arguments and variables.
    pub fn new(
        tree: &'t Tree,
        script: &Path,
        args: &[Value],
        environment: &BTreeMap<String, Value>,
        cwd: Option<PathBuf>,
    ) -> Self {
        let mut variables = environment.clone();
        variables.retain(|name, _| name != "0");
        Follower {
            tree,
            script: tree.absolute(script),
            site: Site { file: script.display().to_string(), line: 1 },
            exported: variables.keys().cloned().collect(),
            variables,
            export_all: false,
            must_succeed: false,
            functions: BTreeMap::new(),
            args: args.to_vec(),
            cwd,
            written: BTreeMap::new(),
            condition: None,
            captured: false,
            asked: None,
            depth: 0,
            steps: 0,
            flow: Flow::On,
            events: Vec::new(),
            secrets: BTreeSet::new(),
            sourced: BTreeSet::new(),
        }
    }

    /// Follows the script's own text.
    pub fn follow(&mut self, text: &str) {
        self.script_text(text);
    }

    /// Follows the text of a script or of a file that it reads in.
    fn script_text(&mut self, text: &str) {
        match shell::parse(&text.replace("\r\n", "\n")) {
            Ok(list) => drop(self.list(&list, Value::default())),
            Err(unreadable) => {
                self.site.line = unreadable.line;
                self.unread(format!("the script can't be read: {}", unreadable.why));
            }
        }
    }

    fn event(&mut self, what: What) {
        let (site, condition) = (self.site.clone(), self.condition.clone());
        self.events.push(Event { site, what, condition });
    }

    fn unread(&mut self, why: impl Into<String>) {
        let why = why.into();
        self.event(What::Unread(why));
    }

    fn command(&mut self, command: &Command, input: Value) -> Came {
        self.steps += 1;
        if self.steps == MOST_STEPS {
            self.unread("it does too much to be followed");
        }
        if self.steps > MOST_STEPS || self.depth > 40 {
            return Came::well();
        }
        self.site.line = command.line;
        let (mut input, mut output) = (input, None);
        for redirect in &command.redirects {
            match redirect {
                Redirect::In(word) => {
                    let path = self.word(word);
                    input = self.file(&path);
                }
                Redirect::Text(word) => input = self.word(word),
                Redirect::Out(word, append) => output = Some((self.word(word), *append)),
                Redirect::Other => {}
            }
        }
        let captured = self.captured;
        // What goes into a file may be read from it; what goes to `/dev/null` or a log is not used.
        self.captured |= output.as_ref().is_some_and(|(path, _)| !is_log(path));
        let site = self.site.line;
        let mut came = self.kind(command, input);
        self.captured = captured;
        if let Some((path, append)) = output {
            self.site.line = site;
            let out = std::mem::take(&mut came.out);
            self.write(&path, out, append);
        }
        came
    }

    fn kind(&mut self, command: &Command, input: Value) -> Came {
        match &command.kind {
            Kind::Simple { assignments, words } => self.simple(assignments, words, input),
            Kind::Group(list) => self.list(list, input),
            Kind::Subshell(list) => self.apart(|this| this.list(list, input)),
            Kind::If { arms, otherwise } => self.conditional(arms, otherwise.as_ref()),
            Kind::For { name, words, body } => self.each(name, words.as_deref(), body),
            Kind::While { condition, body } => {
                self.maybe("it is in a loop", |this| {
                    this.list(condition, input);
                    this.list(body, Value::default());
                });
                Came::well()
            }
            Kind::Case { subject, arms } => self.case(subject, arms),
            Kind::Function { name, body } => {
                self.functions.insert(name.clone(), Rc::new(((**body).clone(), self.site.file.clone())));
                Came::well()
            }
            Kind::Test(words) => {
                let words: Vec<Value> = words.iter().map(|word| self.word(word)).collect();
                self.test(&words)
            }
            Kind::Arithmetic => Came { status: Status::Unknown, out: Value::default() },
        }
    }

    /// What a file holds: one that the script has written, or one that is there.
    fn file(&mut self, path: &Value) -> Value {
        let Some(text) = path.known() else {
            return Value::unknown(format!(
                "the name of a file is not known: {}",
                path.why_unknown().unwrap_or("it is the result of a query")
            ));
        };
        let path = self.find(&text);
        if let Some(value) = self.written.get(&path) {
            return value.clone();
        }
        match self.tree.below(&path).map(|file| self.tree.read(&file)) {
            Some(Ok(text)) => Value::text(text),
            Some(Err(why)) => Value::unknown(format!("{} can't be read: {why}", self.tree.name(&path))),
            None => Value::unknown(format!("{text} is outside the folder that is read, and nothing here writes it")),
        }
    }

    fn write(&mut self, path: &Value, out: Value, append: bool) {
        let Some(text) = path.known() else { return };
        if text.starts_with("/dev/") {
            return;
        }
        let path = self.find(&text);
        let mut value = Value::default();
        if append {
            value = match self.written.get(&path) {
                Some(value) => value.clone(),
                None => self.file(&Value::text(text)),
            };
        }
        value.extend(&out);
        self.written.insert(path, value);
    }

    /// The file that a path means: in the folder where the script is by then, or where that is not known in that of the
    /// script, or in the root.
    fn find(&self, path: &str) -> PathBuf {
        let path = Path::new(path);
        if path.is_absolute() {
            return self.tree.normal(path);
        }
        let own = self.script.parent().map(Path::to_owned).unwrap_or_default();
        let folders = match &self.cwd {
            Some(cwd) => vec![cwd.clone()],
            None => vec![own.clone(), self.tree.absolute(Path::new(""))],
        };
        let is_there = |path: &PathBuf| self.written.contains_key(path) || self.tree.is_file(path);
        let all: Vec<PathBuf> = folders.iter().map(|folder| self.tree.normal(&folder.join(path))).collect();
        let first = all.first().cloned().unwrap_or_default();
        all.into_iter().find(is_there).unwrap_or(first)
    }

    /// A file of its own for what a script hands on by `<(…)`, or of `mktemp`.
    fn own_file(&mut self, value: Value) -> Value {
        let name = format!("/dev/fd/{}", self.written.len() + 63);
        self.written.insert(PathBuf::from(&name), value);
        Value::text(name)
    }

    fn set(&mut self, name: &str, value: Value) {
        self.secrets.extend(super::address::secrets_of(name, &value));
        if self.export_all {
            self.exported.insert(name.to_owned());
        }
        self.variables.insert(name.to_owned(), value.named(name));
    }
}

/// Whether a path is one of what nobody reads back in.
fn is_log(path: &Value) -> bool {
    path.pieces.iter().any(|piece| match piece {
        Piece::Text(text, _) => text.starts_with("/dev/") || text.ends_with(".log"),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a script may be in the middle of an edit, or by an accident: it is followed as far as it goes.
    #[test]
    fn a_script_with_anything_missing_is_followed_to_an_end() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/sync");
        let tree = Tree::open(&folder).unwrap();
        let mut events = 0;
        for file in tree.files.iter().filter(|file| tree.role(file) == crate::import::tree::Role::Script) {
            let text = tree.read(file).unwrap();
            let places: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
            for (n, at) in places.iter().enumerate() {
                let piece = [&text[..*at], &text[text.len().min(at + 1 + n % 7)..]].concat();
                for text in [&text[..*at], &piece] {
                    let mut follower = Follower::new(&tree, file, &[], &BTreeMap::new(), None);
                    follower.follow(text);
                    events += crate::import::merge::read(&follower.events).loads.len();
                }
            }
        }
        assert!(events > 1000, "{events}");
    }

    #[test]
    fn what_goes_in_circles_comes_to_an_end() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/sync");
        let tree = Tree::open(&folder).unwrap();
        for text in [
            "f() { f; f; }; f",
            "f() { x=$(f); }; f",
            "x=ab; for i in 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0; do x=\"$x$x$x$x\"; done",
            "echo a > f; for i in 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0; do cat f f f f f > g; cp g f; done",
            ". ./code/code.sh; . \"$0\"",
            "sh -c 'sh -c \"$X\"'; x='*a*a*a*a*a*a*a*a*a*b'; y=${0##$x}",
        ] {
            let mut follower = Follower::new(&tree, Path::new("code/code.sh"), &[], &BTreeMap::new(), None);
            follower.follow(text);
        }
    }
}
