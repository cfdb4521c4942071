//! What the shell does itself: `cd`, `export`, `read`, `.` and so on (POSIX.1, 2.14; bash(1)).

use super::{Came, Flow, Follower, Status};
use crate::import::event::Site;
use crate::import::value::{Piece, Value};
use std::path::Path;

impl Follower<'_> {
    pub(super) fn builtin(&mut self, name: &str, args: &[Value], input: &Value) -> Option<Came> {
        let texts: Vec<Option<String>> = args.iter().map(Value::known).collect();
        let first = texts.first().cloned().flatten();
        Some(match name {
            "true" | ":" => Came::known(true),
            "false" => Came::known(false),
            "[" => return Some(self.test(args.get(..args.len().saturating_sub(1)).unwrap_or_default())),
            "test" => return Some(self.test(args)),
            "cd" | "pushd" => {
                let folder = args.iter().find(|a| !matches!(a.known().as_deref(), Some("--" | "-P" | "-L")));
                self.cwd = folder.and_then(Value::known).map(|folder| match self.find(&folder) {
                    path if path.as_os_str().is_empty() => self.tree.normal(Path::new(&folder)),
                    path => path,
                });
                Came::well()
            }
            "." | "source" => {
                self.sourced(args);
                Came::well()
            }
            "export" | "readonly" | "local" | "declare" | "typeset" => {
                self.declared(name, args);
                Came::well()
            }
            "set" => {
                for (i, text) in texts.iter().enumerate() {
                    let after = texts.get(i + 1).cloned().flatten();
                    match text.as_deref() {
                        Some("-a") => self.export_all = true,
                        Some("+a") => self.export_all = false,
                        Some("-o") if after.as_deref() == Some("allexport") => self.export_all = true,
                        Some("+o") if after.as_deref() == Some("allexport") => self.export_all = false,
                        Some("-o") if after.as_deref() == Some("errexit") => self.must_succeed = true,
                        Some("--") => {
                            self.args = args[i + 1..].to_vec();
                            break;
                        }
                        Some(flags) if flags.starts_with('-') && flags.contains('e') && !flags.contains("--") => {
                            self.must_succeed = true;
                        }
                        _ => {}
                    }
                }
                Came::well()
            }
            "unset" => {
                for name in texts.iter().flatten() {
                    self.variables.remove(name);
                }
                Came::well()
            }
            "shift" => {
                let n = first.and_then(|n| n.parse().ok()).unwrap_or(1).min(self.args.len());
                self.args.drain(..n);
                Came::well()
            }
            "read" => {
                let names =
                    texts.iter().flatten().filter(|name| crate::secrets::is_key(name)).cloned().collect::<Vec<_>>();
                let one = names.len() == 1 && input.known().is_none_or(|text| text.trim_end().lines().count() == 1);
                for name in names {
                    let value = match one && !input.pieces.is_empty() {
                        true => input.clone().without_line_ends(),
                        false => Value::unknown("it is read when the script runs"),
                    };
                    self.set(&name, value);
                }
                Came::well()
            }
            "return" => self.end(Flow::Return, first),
            "exit" => self.end(Flow::Exit, first),
            "eval" => {
                self.unread("what `eval` runs is not followed");
                Came::well()
            }
            _ => return None,
        })
    }

    fn end(&mut self, flow: Flow, code: Option<String>) -> Came {
        self.flow = flow;
        Came { status: code.map_or(Status::Well, |code| Status::Known(code == "0")), out: Value::default() }
    }

    fn declared(&mut self, command: &str, args: &[Value]) {
        for arg in args {
            // `NAME=value` in one word: the name is text, the value anything.
            let mut name = String::new();
            let mut value: Option<Value> = None;
            for piece in &arg.pieces {
                match (&mut value, piece) {
                    (Some(value), piece) => value.push(piece.clone()),
                    (None, Piece::Text(text, _)) => match text.split_once('=') {
                        Some((start, rest)) => {
                            name.push_str(start);
                            value = Some(Value::text(rest));
                        }
                        None => name.push_str(text),
                    },
                    (None, _) => break,
                }
            }
            if !crate::secrets::is_key(&name) {
                continue;
            }
            if let Some(value) = value {
                self.set(&name, value);
            }
            if command == "export" {
                self.exported.insert(name);
            }
        }
    }

    /// Reads a file in, as `.` does.
    fn sourced(&mut self, args: &[Value]) {
        let Some((file, more)) = args.split_first() else { return };
        let Some(path) = file.known() else {
            self.unread(format!(
                "which file is read in can't be known: {}",
                file.why_unknown().unwrap_or("it comes from a query")
            ));
            return;
        };
        let text = self.file(file);
        let path = self.find(&path);
        let Some(text) = text.known() else {
            // The machine's own settings have nothing to do with databases.
            if !path.starts_with("/etc") && !path.ends_with(".bashrc") && !path.ends_with(".profile") {
                self.unread(format!("{} is read in, and can't be read here", self.tree.name(&path)));
            }
            return;
        };
        self.sourced.extend(self.tree.below(&path));
        let site = std::mem::replace(&mut self.site, Site { file: self.tree.name(&path), line: 1 });
        let given = (!more.is_empty()).then(|| std::mem::replace(&mut self.args, more.to_vec()));
        self.depth += 1;
        if self.depth < 20 {
            self.script_text(&text);
        }
        self.depth -= 1;
        self.site = site;
        if let Some(given) = given {
            self.args = given;
        }
        if self.flow == Flow::Return {
            self.flow = Flow::On;
        }
    }
}
