//! Programs that print what they are given, changed in a way that can be known: `cat`, `sed`, `envsubst` …

use super::{Came, Follower, sed};
use crate::import::value::{Piece, Value};
use std::path::Path;

impl Follower<'_> {
    pub(super) fn filter(&mut self, program: &str, args: &[Value], input: &Value) -> Option<Came> {
        let texts: Vec<String> = args.iter().map(|a| a.known().unwrap_or_default()).collect();
        let words: Vec<&Value> =
            args.iter().filter(|a| !a.known().is_some_and(|a| a.starts_with('-') && a.len() > 1)).collect();
        Some(Came::prints(match program {
            "cat" => {
                if words.is_empty() {
                    return Some(Came::prints(input.clone()));
                }
                let mut all = Value::default();
                for word in words {
                    let more = match word.known().as_deref() {
                        Some("-") => input.clone(),
                        _ => self.file(word),
                    };
                    all.extend(&more);
                }
                all
            }
            "echo" => {
                let plain =
                    texts.iter().take_while(|t| matches!(t.as_str(), "-n" | "-e" | "-E" | "-ne" | "-en")).count();
                let escapes = texts[..plain].iter().any(|t| t.contains('e'));
                let mut all = Value::default();
                for (i, word) in args[plain..].iter().enumerate() {
                    all.push_str(if i > 0 { " " } else { "" });
                    all.extend(&if escapes {
                        word.map(|text| text.replace("\\n", "\n").replace("\\t", "\t"))
                    } else {
                        word.clone()
                    });
                }
                if !texts[..plain].iter().any(|t| t.contains('n')) {
                    all.push_str("\n");
                }
                all
            }
            "printf" => printf(args),
            "sed" => return Some(self.sed(args, input)),
            "envsubst" => self.envsubst(args, input),
            "tee" => {
                for path in words {
                    self.write(path, input.clone(), texts.iter().any(|t| t == "-a"));
                }
                input.clone()
            }
            "cp" | "mv" | "install" => {
                if let [.., from, to] = &words[..] {
                    let value = self.file(from);
                    let to = match to.known().map(|to| self.find(&to)).filter(|to| self.tree.is_folder(to)) {
                        Some(folder) => {
                            let from = from.known().unwrap_or_default();
                            let name = Path::new(&from).file_name().unwrap_or_default();
                            Value::text(folder.join(name).to_string_lossy())
                        }
                        None => (*to).clone(),
                    };
                    self.write(&to, value, false);
                }
                Value::default()
            }
            "tr" => tr(&texts, input),
            "xargs" if args.is_empty() => trimmed(input, "xargs"),
            "head" | "tail" => line(program, &texts, input),
            "grep" | "egrep" if input.has_lookup() => Value::unknown("a query's result passes through `grep`"),
            "awk" | "cut" | "sort" | "uniq" | "paste" | "jq" | "bc" | "column" | "iconv" | "dos2unix" | "perl"
            | "python" | "python3" | "gawk" | "rev" | "wc"
                if self.captured =>
            {
                Value::unknown(format!("it passes through `{program}`"))
            }
            "date" => {
                Value::unknown("it is a date of the machine's clock; make it a watermark, whose SQL gives that date")
            }
            "dirname" => one(&words, parent),
            "basename" => {
                let end = texts.get(1).cloned().unwrap_or_default();
                one(&words, |path| {
                    let name = Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned();
                    name.strip_suffix(&end).map_or(name.clone(), str::to_owned)
                })
            }
            "pwd" => self.held("PWD").unwrap_or_else(|| Value::unknown("the folder is not known")),
            "realpath" | "readlink" => match words.last().and_then(|path| path.known()) {
                Some(path) => Value::text(self.find(&path).to_string_lossy()),
                None => Value::unknown("the path is not known"),
            },
            "mktemp" => self.own_file(Value::default()),
            _ => return None,
        }))
    }

    /// `envsubst`: the exported variables in a text, or those of them that are named.
    fn envsubst(&mut self, args: &[Value], input: &Value) -> Value {
        let named: Option<String> = args.iter().find_map(|a| a.known().filter(|a| a.contains('$')));
        let mut out = Value::default();
        for piece in &input.pieces {
            let Piece::Text(text, var) = piece else {
                out.push(piece.clone());
                continue;
            };
            let mut rest = text.as_str();
            while let Some(at) = rest.find('$') {
                let after = &rest[at + 1..];
                let (inner, braced) = after.strip_prefix('{').map_or((after, false), |inner| (inner, true));
                let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inner.len());
                let name = &inner[..end];
                let closed = !braced || inner[end..].starts_with('}');
                let length = 1 + usize::from(braced) * 2 + end;
                let asked =
                    named.as_ref().is_none_or(|named| named.split(['$', '{', '}', ',', ' ']).any(|word| word == name));
                out.push(Piece::Text(rest[..at].to_owned(), var.clone()));
                if crate::secrets::is_key(name) && closed && asked {
                    match self.held(name).filter(|_| self.exported.contains(name)) {
                        Some(value) => out.extend(&value),
                        None => out.extend(&Value::unknown(format!(
                            "`envsubst` puts ${name} in, and nothing here exports it"
                        ))),
                    }
                    rest = &rest[at + length..];
                } else {
                    out.push(Piece::Text("$".to_owned(), var.clone()));
                    rest = after;
                }
            }
            out.push(Piece::Text(rest.to_owned(), var.clone()));
        }
        out
    }

    /// `sed`, as far as it puts one text in place of another.
    fn sed(&mut self, args: &[Value], input: &Value) -> Came {
        let (mut scripts, mut files, mut in_place, mut extended, mut at) = (Vec::new(), Vec::new(), false, false, 0);
        let mut odd = None;
        while let Some(arg) = args.get(at) {
            match arg.known().as_deref() {
                Some("-e" | "--expression") => {
                    scripts.extend(args.get(at + 1).cloned());
                    at += 1;
                }
                Some("-E" | "-r") => extended = true,
                Some(option) if option == "-i" || option.starts_with("-i.") || option == "--in-place" => {
                    in_place = true
                }
                Some(option) if option.starts_with('-') && option.len() > 1 => odd = Some(option.to_owned()),
                _ if scripts.is_empty() => scripts.push(arg.clone()),
                _ => files.push(arg.clone()),
            }
            at += 1;
        }
        let inputs: Vec<Value> = match files.is_empty() {
            true => vec![input.clone()],
            false => files.iter().map(|file| self.file(file)).collect(),
        };
        let mut printed = Value::default();
        for (i, text) in inputs.iter().enumerate() {
            let mut value = text.clone();
            for script in &scripts {
                value = match (&odd, sed::applied(script, &value, extended)) {
                    (None, Ok(value)) => value,
                    (Some(option), _) => Value::unknown(format!("it passes through `sed {option}`")),
                    (None, Err(why)) => Value::unknown(format!("it passes through `sed`: {why}")),
                };
            }
            match (in_place, files.get(i)) {
                (true, Some(file)) => self.write(file, value, false),
                _ => printed.extend(&value),
            }
        }
        Came::prints(printed)
    }
}

fn parent(path: &str) -> String {
    let parent = Path::new(path).parent().unwrap_or(Path::new("")).to_string_lossy().into_owned();
    if parent.is_empty() { ".".to_owned() } else { parent }
}

fn one(words: &[&Value], change: impl Fn(&str) -> String) -> Value {
    match words.first().map(|word| word.known()) {
        Some(Some(path)) => Value::text(change(&path)),
        _ => Value::unknown("the path is not known"),
    }
}

/// `printf`, with nothing but `%s`, `%b` and the usual escapes in its format.
fn printf(args: &[Value]) -> Value {
    let Some((format, mut args)) = args.split_first() else { return Value::default() };
    let Some(format) = format.known() else { return Value::unknown("the format of a `printf` is not known") };
    let format = format.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\");
    let mut out = Value::default();
    loop {
        let before = args.len();
        let mut rest = format.as_str();
        while let Some(at) = rest.find('%') {
            out.push_str(&rest[..at]);
            match rest[at + 1..].chars().next() {
                Some('s' | 'b' | 'd') => {
                    if let Some((first, more)) = args.split_first() {
                        out.extend(first);
                        args = more;
                    }
                }
                Some('%') => out.push_str("%"),
                _ => return Value::unknown("the format of a `printf` is an odd one"),
            }
            rest = &rest[at + 2..];
        }
        out.push_str(rest);
        if args.is_empty() || args.len() == before {
            return out;
        }
    }
}

/// `tr -d` of blanks and quotes, which a query's value does not need.
fn tr(args: &[String], input: &Value) -> Value {
    match args {
        [option, set] if option == "-d" => {
            let classes = set.replace("[:space:]", "").replace("[:blank:]", "").replace("\\n", "").replace("\\r", "");
            let classes = classes.replace("\\t", "").replace(['\n', '\r', ' ', '"', '\''], "");
            if classes.is_empty() {
                return trimmed(input, "tr");
            }
            Value::unknown("it passes through `tr`")
        }
        _ => Value::unknown("it passes through `tr`"),
    }
}

/// What stays of a value when what is around it is taken off: of a lookup all.
fn trimmed(input: &Value, by: &str) -> Value {
    let pieces: Vec<&Piece> =
        input.pieces.iter().filter(|p| !matches!(p, Piece::Text(text, _) if text.trim().is_empty())).collect();
    match &pieces[..] {
        [Piece::Lookup(lookup)] => Value::of(Piece::Lookup(lookup.clone())),
        _ if input.known().is_some() => input.map(|text| text.trim().to_owned()),
        _ => Value::unknown(format!("it passes through `{by}`")),
    }
}

/// `head` and `tail` of a lookup: the one line that it has, without the header of CSV.
fn line(program: &str, args: &[String], input: &Value) -> Value {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let takes_one = matches!(&args[..], ["-1" | "-n1"] | ["-n", "1"]);
    let skips_one = program == "tail" && matches!(&args[..], ["-n", "+2"] | ["-n+2"] | ["+2"]);
    match takes_one || skips_one {
        true if input.lookup().is_some() => input.clone(),
        _ => Value::unknown(format!("it passes through `{program}`")),
    }
}
