//! Which argument names what: by its own name in the help, and for `NAME`, `ID` and `KEY` by its command.

use super::names::{Line, Names, Noun};
use clap::{Arg, Command, ValueHint};
use clap_complete::engine::ArgValueCompleter;
use std::sync::Arc;

/// The command line, with completers for every argument that names something.
pub fn with_names(command: Command, line: &Arc<Line>) -> Command {
    below(command, &[], line)
}

fn below(command: Command, path: &[String], line: &Arc<Line>) -> Command {
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    let command = command.mut_args(|arg| match value(&words, &arg) {
        Value::Names(noun, listed) => arg.add(ArgValueCompleter::new(Names { noun, line: line.clone(), listed })),
        Value::Path(hint) => arg.value_hint(hint),
        Value::Free | Value::Unknown => arg,
    });
    command.mut_subcommands(|sub| {
        let path: Vec<String> = path.iter().cloned().chain([sub.get_name().to_owned()]).collect();
        below(sub, &path, line)
    })
}

/// What stands as an argument's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    /// The name of something, or several with commas between.
    Names(Noun, bool),
    /// A path.
    Path(ValueHint),
    /// Nothing that could be known, or one of few values that the argument itself knows.
    Free,
    /// Nobody has said yet.
    Unknown,
}

/// What stands as the value of an argument of a command.
fn value(path: &[&str], arg: &Arg) -> Value {
    use Noun::{
        Connection, Driver, Group, GroupRun, Hook, Kind, Module, ModuleOrGroup, Reference, Run, Schedule, Secret,
        Setting, Sql, Watermark, Zone,
    };
    let takes = arg.get_num_args().map_or(arg.get_action().takes_values(), |n| n.takes_values());
    if !takes || arg.get_value_parser().possible_values().is_some() {
        return Value::Free;
    }
    let name = arg.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
    let one = |noun| Value::Names(noun, false);
    match (name, path) {
        ("MODULE", _) => one(Module),
        ("GROUP", _) => one(Group),
        ("CONNECTION", _) => one(Connection),
        ("DRIVER", _) => one(Driver),
        ("KIND", _) => one(Kind),
        ("ZONE", _) => one(Zone),
        ("SQL", _) => one(Sql),
        ("'$KEY'", _) => one(Reference),
        ("A,B", ["group", _]) => Value::Names(Module, true),
        // A new name.
        ("NAME", [.., "add"]) => Value::Free,
        ("NAME", ["group", "edit"]) if !arg.is_positional() => Value::Free,
        ("NAME", ["module", "propose"] | ["wizard"] | ["module", "columns", _]) if !arg.is_positional() => Value::Free,
        ("NAME" | "NAMES", ["run" | "cancel"] | ["module", ..]) => one(Module),
        ("NAME", ["log", ..]) => one(if arg.get_id() == "group" { Group } else { Module }),
        ("NAME", ["why"]) => one(ModuleOrGroup),
        ("NAME", ["connection", _]) => one(Connection),
        ("NAME", ["driver", _]) => one(Driver),
        ("NAME", ["group", _]) => one(Group),
        ("NAME", ["watermark", _]) => one(Watermark),
        ("ID", ["hook", _]) => one(Hook),
        ("ID", ["schedule", _]) => one(Schedule),
        ("ID", ["group", "runs"]) => one(GroupRun),
        ("ID" | "A" | "B", ["log", _]) => one(Run),
        ("KEY", ["settings", _]) => one(Setting),
        ("KEY", ["secrets", _]) => one(Secret),
        ("FILE", _) => Value::Path(ValueHint::FilePath),
        ("DIR" | "FOLDER", _) => Value::Path(ValueHint::DirPath),
        (
            "ADDRESS" | "AGE" | "NAME=VALUE" | "CLASS" | "COLUMN" | "COLUMNS" | "CRON" | "DATABASE" | "JDBC_URL" | "N"
            | "PASSWORD" | "PCT" | "POSITION" | "PROGRAM" | "S" | "SCHEMA" | "SECONDS" | "SERVER" | "T" | "TABLE"
            | "TEXT" | "TIME" | "TO" | "URL" | "USER" | "VALUE",
            _,
        ) => Value::Free,
        _ => Value::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every argument of every command, with its command's words.
    fn each(command: &Command, path: &[&str], then: &mut impl FnMut(&[&str], &Arg)) {
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            then(path, arg);
        }
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
            let path: Vec<&str> = path.iter().copied().chain([sub.get_name()]).collect();
            each(sub, &path, then);
        }
    }

    #[test]
    fn of_every_argument_it_is_known_what_it_names() {
        let mut unknown = Vec::new();
        each(&crate::cli::command(), &[], &mut |path, arg| {
            if value(path, arg) == Value::Unknown {
                unknown.push(format!("{} {arg}", path.join(" ")));
            }
        });
        assert!(unknown.is_empty(), "say in `value` what stands there: {unknown:#?}");
    }

    #[test]
    fn what_names_something_is_told_from_what_will_be_its_name() {
        let mut named = std::collections::BTreeMap::new();
        each(&crate::cli::command(), &[], &mut |path, arg| {
            named.insert(format!("{} {}", path.join(" "), arg.get_id()), value(path, arg));
        });
        for (argument, expected) in [
            ("run names", Value::Names(Noun::Module, false)),
            ("module add name", Value::Free),
            ("module copy name", Value::Names(Noun::Module, false)),
            ("module copy to", Value::Free),
            ("module columns add name", Value::Free),
            ("module columns add module", Value::Names(Noun::Module, false)),
            ("group add members", Value::Names(Noun::Module, true)),
            ("group edit name", Value::Names(Noun::Group, false)),
            ("group edit rename", Value::Free),
            ("group runs name", Value::Names(Noun::Group, false)),
            ("watermark add name", Value::Free),
            ("watermark show name", Value::Names(Noun::Watermark, false)),
            ("connection add password", Value::Names(Noun::Reference, false)),
            ("connection columns dest", Value::Names(Noun::Connection, false)),
            ("log show id", Value::Names(Noun::Run, false)),
            ("log list group", Value::Names(Noun::Group, false)),
            ("log diff b", Value::Names(Noun::Run, false)),
            ("why name", Value::Names(Noun::ModuleOrGroup, false)),
            ("backup file", Value::Path(ValueHint::FilePath)),
            ("export dir", Value::Path(ValueHint::DirPath)),
        ] {
            assert_eq!(named.get(argument), Some(&expected), "{argument}");
        }
    }
}
