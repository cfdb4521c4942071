//! Which commands run one after the other, in pipes, under conditions and in loops.

use super::{Asked, Came, Flow, Follower, MOST_STEPS, Status, expand};
use crate::import::event::What;
use crate::import::shell::{self, Command, Item, Join, Kind, List};
use crate::import::value::Value;

impl Follower<'_> {
    pub(super) fn list(&mut self, list: &List, input: Value) -> Came {
        let mut last = Came::well();
        let mut out = Value::default();
        for (i, item) in list.iter().enumerate() {
            if self.flow != Flow::On || self.steps > MOST_STEPS {
                break;
            }
            let came = match (item.join, last.status) {
                (Join::Then, _)
                | (Join::And, Status::Well | Status::Known(true))
                | (Join::Or, Status::Known(false)) => {
                    self.item(item, if i == 0 { input.clone() } else { Value::default() })
                }
                (Join::And, Status::Known(false)) | (Join::Or, Status::Known(true)) => continue,
                (Join::Or, Status::Well) => {
                    self.maybe("it runs only where the command before it fails", |this| {
                        drop(this.item(item, Value::default()))
                    });
                    continue;
                }
                (_, Status::Unknown) => {
                    let asked = self.asked.take().map(|a| Asked { empty: a.empty == (item.join == Join::And), ..a });
                    self.maybe_asked("it runs under a condition", asked, |this| {
                        drop(this.item(item, Value::default()))
                    });
                    last.status = Status::Unknown;
                    continue;
                }
            };
            out.extend(&came.out);
            last = came;
        }
        Came { status: last.status, out }
    }

    pub(super) fn item(&mut self, item: &Item, input: Value) -> Came {
        let mut came = self.pipeline(&item.pipeline, input);
        if item.negated {
            // `! command` is for when it goes wrong.
            came.status = match came.status {
                Status::Well => Status::Known(false),
                Status::Known(so) => Status::Known(!so),
                Status::Unknown => {
                    if let Some(asked) = &mut self.asked {
                        asked.empty = !asked.empty;
                    }
                    Status::Unknown
                }
            };
        }
        came
    }

    pub(super) fn pipeline(&mut self, commands: &[Command], input: Value) -> Came {
        let Some((last, before)) = commands.split_last() else { return Came::well() };
        let mut value = input;
        let is_used = self.captured || !commands[1..].iter().all(only_shows);
        for command in before {
            let captured = std::mem::replace(&mut self.captured, is_used);
            // Each runs in a shell of its own.
            value = self.apart(|this| this.command(command, value)).out;
            self.captured = captured;
        }
        let came = self.command(last, value);
        if self.flow == Flow::Return && commands.len() > 1 {
            self.flow = Flow::On;
        }
        came
    }

    /// Does something in a shell of its own: its variables and folder are gone with it.
    pub(super) fn apart<T>(&mut self, does: impl FnOnce(&mut Self) -> T) -> T {
        let (variables, exported, cwd) = (self.variables.clone(), self.exported.clone(), self.cwd.clone());
        let (functions, args, must) = (self.functions.clone(), self.args.clone(), self.must_succeed);
        let came = does(self);
        (self.variables, self.exported, self.cwd) = (variables, exported, cwd);
        (self.functions, self.args, self.must_succeed) = (functions, args, must);
        self.flow = Flow::On;
        came
    }

    /// Does what may not happen: what it changes is unknown afterwards.
    pub(super) fn maybe(&mut self, why: &str, does: impl FnOnce(&mut Self)) {
        self.maybe_asked(why, None, does);
    }

    pub(super) fn maybe_asked(&mut self, why: &str, asked: Option<Asked>, does: impl FnOnce(&mut Self)) {
        let (variables, cwd, written) = (self.variables.clone(), self.cwd.clone(), self.written.clone());
        let condition = self.condition.clone();
        self.condition.get_or_insert_with(|| why.to_owned());
        does(self);
        self.condition = condition;
        self.flow = Flow::On;
        let line = self.site.line;
        let changed: Vec<String> = self
            .variables
            .iter()
            .filter(|(name, value)| variables.get(*name) != Some(*value))
            .map(|(name, _)| name.clone())
            .collect();
        for name in changed {
            let (old, new) = (variables.get(&name), self.variables.get(&name).and_then(Value::known));
            let value = match (old, new, &asked) {
                // What is empty is given a value: that is the default of a lookup.
                (Some(old), Some(new), Some(asked)) if asked.empty && asked.name == name && old.lookup().is_some() => {
                    old.clone().or(&new)
                }
                _ => Value::unknown(format!("${name} is set under a condition in line {line}")),
            };
            self.variables.insert(name, value);
        }
        if self.cwd != cwd {
            self.cwd = None;
        }
        for (path, value) in &mut self.written {
            if written.get(path) != Some(value) {
                *value = Value::unknown(format!("the file is written under a condition in line {line}"));
            }
        }
    }

    pub(super) fn conditional(&mut self, arms: &[(List, List)], otherwise: Option<&List>) -> Came {
        let Some(((condition, body), more)) = arms.split_first() else {
            return otherwise.map_or(Came::well(), |list| self.list(list, Value::default()));
        };
        self.asked = None;
        let status = self.list(condition, Value::default()).status;
        let asked = self.asked.take();
        let line = self.site.line;
        match status {
            Status::Known(true) => self.list(body, Value::default()),
            Status::Known(false) => self.conditional(more, otherwise),
            Status::Well => {
                self.maybe("it runs only where the command before it fails", |this| {
                    this.conditional(more, otherwise);
                });
                self.list(body, Value::default())
            }
            Status::Unknown => {
                let why = format!("it depends on the condition in line {line}");
                let other = asked.clone().map(|a| Asked { empty: !a.empty, ..a });
                self.maybe_asked(&why, asked, |this| drop(this.list(body, Value::default())));
                self.maybe_asked(&why, other, |this| {
                    this.conditional(more, otherwise);
                });
                Came::well()
            }
        }
    }

    /// A loop: over names that are written out it is followed, though no transfer is taken out of one.
    pub(super) fn each(&mut self, name: &str, words: Option<&[shell::Word]>, body: &List) -> Came {
        let values = words.map(|words| self.fields(words));
        let known: Option<Vec<Value>> = values.and_then(|values| {
            let are_known = values.iter().all(|v| v.known().is_some_and(|text| !text.contains(['*', '?'])));
            (are_known && values.len() <= 500).then_some(values)
        });
        match known {
            Some(values) => {
                for value in values {
                    if self.flow != Flow::On {
                        break;
                    }
                    self.variables.insert(name.to_owned(), value);
                    let before = self.events.len();
                    self.list(body, Value::default());
                    for event in &mut self.events[before..] {
                        if !matches!(event.what, What::Call(_)) {
                            event.condition.get_or_insert_with(|| "it is in a loop".to_owned());
                        }
                    }
                }
            }
            None => self.maybe("it is in a loop", |this| {
                let value = Value::unknown(format!("${name} is another in each turn of a loop"));
                this.variables.insert(name.to_owned(), value);
                this.list(body, Value::default());
            }),
        }
        Came::well()
    }

    pub(super) fn case(&mut self, subject: &shell::Word, arms: &[(Vec<shell::Word>, List)]) -> Came {
        let subject = self.word(subject);
        let line = self.site.line;
        let Some(text) = subject.known() else {
            for (_, body) in arms {
                self.maybe(&format!("it depends on the `case` in line {line}"), |this| {
                    this.list(body, Value::default());
                });
            }
            return Came::well();
        };
        for (patterns, body) in arms {
            let fits = patterns
                .iter()
                .any(|pattern| self.word(pattern).known().is_some_and(|pattern| expand::matches(&pattern, &text)));
            if fits {
                return self.list(body, Value::default());
            }
        }
        Came::well()
    }
}

/// Whether a command only shows or keeps what comes to it.
fn only_shows(command: &Command) -> bool {
    let Kind::Simple { words, .. } = &command.kind else { return false };
    let name = words.first().and_then(shell::Word::literal).unwrap_or_default();
    matches!(&*name, "tee" | "logger" | "mail" | "mailx" | "grep" | "egrep" | "ts" | "less" | "systemd-cat" | "column")
}
