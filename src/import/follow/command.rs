//! Simple commands: what the shell itself does, functions, other scripts, and the programs that are known.

use super::{Came, Flow, Follower, Status};
use crate::import::event::{Call, What};
use crate::import::shell::{Assignment, Word};
use crate::import::tree::Role;
use crate::import::value::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Programs that do nothing to rows, and print nothing that matters.
const HARMLESS: &[&str] = &[
    "alias",
    "break",
    "chmod",
    "chown",
    "clear",
    "continue",
    "df",
    "exec",
    "find",
    "flock",
    "free",
    "getopts",
    "gzip",
    "hash",
    "hostname",
    "id",
    "kill",
    "let",
    "ln",
    "logger",
    "logrotate",
    "ls",
    "mail",
    "mailx",
    "mkdir",
    "renice",
    "rm",
    "rmdir",
    "sendmail",
    "sleep",
    "stty",
    "sync",
    "systemd-cat",
    "touch",
    "trap",
    "tty",
    "ulimit",
    "umask",
    "uname",
    "unalias",
    "wait",
    "wall",
    "whoami",
    "shopt",
    "ts",
    "uptime",
];

/// Programs that start another one: how many words of their own come first, apart from options.
const STARTERS: &[(&str, usize)] = &[
    ("nice", 0),
    ("ionice", 0),
    ("nohup", 0),
    ("time", 0),
    ("timeout", 1),
    ("env", 0),
    ("command", 0),
    ("builtin", 0),
    ("exec", 0),
    ("sudo", 0),
    ("chrt", 1),
    ("setsid", 0),
    ("stdbuf", 0),
    ("flock", 1),
    ("chronic", 0),
    ("unbuffer", 0),
];

impl Follower<'_> {
    pub(super) fn simple(&mut self, assignments: &[Assignment], words: &[Word], input: Value) -> Came {
        let fields = self.fields(words);
        let mut status = Status::Well;
        if fields.is_empty() {
            for assignment in assignments {
                let value = self.assigned(assignment);
                self.set(&assignment.name, value);
                status = Status::Well;
            }
            return Came { status, out: Value::default() };
        }
        let kept = (self.variables.clone(), self.exported.clone());
        for assignment in assignments {
            let value = self.assigned(assignment);
            self.set(&assignment.name, value);
            self.exported.insert(assignment.name.clone());
        }
        let came = self.call(&fields, input);
        if !assignments.is_empty() {
            (self.variables, self.exported) = kept;
        }
        came
    }

    fn assigned(&mut self, assignment: &Assignment) -> Value {
        let Some(word) = &assignment.word else { return Value::unknown("it is an array") };
        let value = self.word(word);
        if !assignment.append {
            return value;
        }
        let mut all = self.held(&assignment.name).unwrap_or_default();
        all.extend(&value);
        all
    }

    /// A command with what it is given.
    pub(super) fn call(&mut self, fields: &[Value], input: Value) -> Came {
        let Some((name, args)) = fields.split_first() else { return Came::well() };
        let Some(name) = name.known() else {
            // By its flags a transfer is one, whatever the program is called.
            if is_transfer(args) {
                return self.client("jrunner", args, input).unwrap_or_else(Came::well);
            }
            self.unread(format!(
                "which command it is can't be known: {}",
                name.why_unknown().unwrap_or("it comes from a query")
            ));
            return Came { status: Status::Well, out: Value::unknown("it is printed by a command that is not known") };
        };
        if let Some(function) = self.functions.get(&name).cloned() {
            return self.function(&function.0, &function.1, args, input);
        }
        if let Some(came) = self.builtin(&name, args, &input) {
            return came;
        }
        let program = Path::new(&name).file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some((_, own)) = STARTERS.iter().find(|(starter, _)| *starter == program)
            && let Some(rest) = started(args, *own)
        {
            return self.started(rest, input);
        }
        if is_transfer(args) || program.contains("jrunner") {
            return self.client("jrunner", args, input).unwrap_or_else(Came::well);
        }
        if let Some(came) = self.client(&program, args, input.clone()) {
            return came;
        }
        if let Some(came) = self.filter(&program, args, &input) {
            return came;
        }
        if program == "java" && args.iter().any(|a| a.known().is_some_and(|a| a.contains("jrunner"))) {
            return self.client("jrunner", args, input).unwrap_or_else(Came::well);
        }
        if let Some(came) = self.other_script(&name, &program, args) {
            return came;
        }
        if !HARMLESS.contains(&&*program) {
            self.unread(format!("the command `{program}` is not one that is understood"));
        }
        Came { status: Status::Well, out: Value::unknown(format!("it is printed by `{program}`")) }
    }

    /// What a starter starts: with variables of `env`, or a text of `-c`.
    fn started(&mut self, rest: &[Value], input: Value) -> Came {
        let mut rest = rest;
        let kept = (self.variables.clone(), self.exported.clone());
        while let Some((first, more)) = rest.split_first()
            && let Some((name, value)) = first.known().as_deref().and_then(|text| text.split_once('='))
            && crate::secrets::is_key(name)
        {
            self.set(name, Value::text(value));
            self.exported.insert(name.to_owned());
            rest = more;
        }
        let came = match rest.first().and_then(Value::known).as_deref() {
            Some("-c") if rest.len() > 1 => self.call(&[Value::text("sh"), rest[0].clone(), rest[1].clone()], input),
            _ => self.call(rest, input),
        };
        (self.variables, self.exported) = kept;
        came
    }

    fn function(&mut self, body: &super::Command, file: &str, args: &[Value], input: Value) -> Came {
        let given = std::mem::replace(&mut self.args, args.to_vec());
        let site = std::mem::replace(&mut self.site.file, file.to_owned());
        let line = self.site.line;
        self.depth += 1;
        let came = self.command(body, input);
        self.depth -= 1;
        (self.args, self.site.file, self.site.line) = (given, site, line);
        if self.flow == Flow::Return {
            self.flow = Flow::On;
        }
        came
    }

    /// Another script, by its path or by a shell that is given it.
    fn other_script(&mut self, name: &str, program: &str, args: &[Value]) -> Option<Came> {
        let (path, args) = match program {
            "sh" | "bash" | "ksh" | "dash" | "zsh" => {
                let at = args.iter().position(|a| a.known().is_none_or(|a| !a.starts_with('-')))?;
                let text = args[at].known()?;
                if args[..at].iter().any(|a| a.known().is_some_and(|a| a.contains('c') && !a.starts_with("--"))) {
                    self.apart(|this| {
                        this.depth += 1;
                        if this.depth < 20 {
                            this.script_text(&text);
                        }
                        this.depth -= 1;
                    });
                    return Some(Came::well());
                }
                (text, &args[at + 1..])
            }
            _ => (name.to_owned(), args),
        };
        let is_path = path.contains('/') || program != path;
        let found = self.find(&path);
        if !self.tree.is_file(&found) {
            let is_elsewhere = is_path && (path.ends_with(".sh") || path.ends_with(".ksh"));
            if is_elsewhere {
                self.unread(format!("the script {path} is not in the folder that is read"));
            }
            return is_elsewhere.then(Came::well);
        }
        let script = self.tree.below(&found)?;
        if self.tree.role(&script) != Role::Script
            && self.tree.read(&script).is_ok_and(|text| !text.starts_with("#!"))
            && !is_path
        {
            return None;
        }
        let environment: BTreeMap<String, Value> = self
            .exported
            .iter()
            .filter_map(|name| self.variables.get(name).map(|value| (name.clone(), value.clone())))
            .collect();
        let cwd: Option<PathBuf> = self.cwd.clone();
        let must_succeed = self.must_succeed;
        self.event(What::Call(Call { script, args: args.to_vec(), environment, cwd, must_succeed }));
        Some(Came { status: Status::Well, out: Value::unknown(format!("it is printed by {path}")) })
    }
}

/// Whether flags of jrunner are among what a command is given.
fn is_transfer(args: &[Value]) -> bool {
    args.iter().any(|arg| arg.known().as_deref() == Some("-scu"))
}

/// What a starter is to start: behind its options and `own` words.
fn started(args: &[Value], own: usize) -> Option<&[Value]> {
    let mut at = 0;
    let mut left = own;
    while at < args.len() {
        let text = args[at].known();
        match text.as_deref() {
            Some("-u" | "-w" | "-k" | "-s" | "-n" | "-g")
                if !args
                    .get(at + 1)
                    .and_then(Value::known)
                    .is_some_and(|next| next.contains('/') || next.starts_with('-')) =>
            {
                at += 2;
            }
            Some("-c") => break,
            Some(option) if option.starts_with('-') => at += 1,
            _ if left > 0 => {
                left -= 1;
                at += 1;
            }
            _ => break,
        }
    }
    args.get(at..).filter(|rest| !rest.is_empty())
}
