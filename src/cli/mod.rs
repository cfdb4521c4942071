//! The command line: one file a noun or a verb. A command parses, calls the engine or the definitions, and prints.

mod apply;
mod backup;
mod browse;
mod cancel;
mod changes;
mod completions;
mod connection;
mod demo;
mod doctor;
mod driver;
mod editor;
mod export;
mod group;
mod hook;
mod import;
mod init;
mod input;
mod jrunner;
mod log;
mod man;
mod module;
mod output;
mod plain;
mod progress;
mod run;
mod schedule;
mod secrets;
mod serve;
mod settings;
mod status;
mod tick;
mod watermark;
mod why;
mod wizard;

use crate::engine::{notify, recover};
use crate::error::{Code, Error, Result};
use crate::store::Store;
use clap::error::{ContextKind, ContextValue};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use output::{ColorWhen, Ui};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

/// Runs a shop's table syncs, and knows exactly what ran.
///
/// A module is one sync: a query on a source, a table at a destination, and how the rows come in. pipekit pulls the
/// rows into a staging table, checks them, merges them in one transaction, and logs every statement.
#[derive(Parser)]
#[command(name = "pipekit", version, max_term_width = 80, disable_help_subcommand = true)]
#[command(
    after_help = "Begin with:\n  pipekit demo          see it work, on data of its own\n  pipekit init          \
    make the database that everything is kept in\n\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 already running, \
    4 no such thing, 130 cancelled.\nA hook that fails leaves 0, with a warning."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Args)]
struct Global {
    /// The pipekit database [default: $PIPEKIT_DB, /var/lib/pipekit/pipekit.db, or the user's data folder]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    db: Option<PathBuf>,
    /// Print JSON (one document; what streams, one a line), and errors as JSON
    #[arg(long, global = true, help_heading = "Global options")]
    json: bool,
    /// Say nothing of what went well: print what is asked for, and what went wrong
    #[arg(short, long, global = true, help_heading = "Global options", conflicts_with = "verbose")]
    quiet: bool,
    /// Print more
    #[arg(short, long, global = true, help_heading = "Global options")]
    verbose: bool,
    /// When to colour the output
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", help_heading = "Global options")]
    color: ColorWhen,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Init),
    Demo(demo::Demo),
    Doctor(doctor::Doctor),
    #[command(subcommand)]
    Secrets(secrets::Secrets),
    #[command(subcommand)]
    Settings(settings::Settings),
    Backup(backup::Backup),
    #[command(subcommand)]
    Driver(driver::Driver),
    #[command(subcommand)]
    Connection(connection::Connection),
    Wizard(wizard::Wizard),
    #[command(subcommand)]
    Module(module::Module),
    #[command(subcommand)]
    Watermark(watermark::Watermark),
    #[command(subcommand)]
    Hook(hook::Hook),
    #[command(subcommand)]
    Group(group::Group),
    #[command(subcommand)]
    Schedule(schedule::Schedule),
    Import(import::Import),
    Export(export::Export),
    Apply(apply::Apply),
    Run(run::Run),
    Cancel(cancel::Cancel),
    Tick(tick::Tick),
    Serve(serve::Serve),
    Status(status::Status),
    Log(log::Log),
    Why(why::Why),
    Jrunner(jrunner::Jrunner),
    Completions(completions::Completions),
    Man(man::Man),
}

/// What a command works with: the screen, and the way to the database.
pub(crate) struct Context {
    ui: Ui,
    db: PathBuf,
}

impl Context {
    /// The database, with what dead runs left behind settled first: whoever looks sees the truth.
    fn store(&self) -> Result<Store> {
        let store = Store::open(&self.db)?;
        let settled = recover::settle_dead(&store)?;
        if settled > 0 {
            self.ui
                .note(format!("{settled} run(s) whose process was gone have been settled; `pipekit log` shows them"));
        }
        Ok(store)
    }
}

/// Runs the command line `args` (the program's name first) and gives the exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    if completions::answered(&args) {
        return 0;
    }
    // What is left of a process that crashed would hold the passwords that it had.
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    survive_a_file_that_grows_too_large();
    let args = jrunner::with_long_flags(args);
    let parsed = command().try_get_matches_from(&args).and_then(|m| Cli::from_arg_matches(&m));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(e) => return refuse(e, &args),
    };
    let ui = Ui::new(cli.global.json, cli.global.quiet, cli.global.verbose, cli.global.color);
    let context = Context { ui, db: cli.global.db.unwrap_or_else(crate::settings::database) };
    let done = dispatch(&context, cli.command);
    notify::wait();
    match done {
        Ok(code) => context.ui.exit(code),
        Err(error) => {
            context.ui.error(&error);
            error.code.exit()
        }
    }
}

/// Under a limit on the size of files (`ulimit -f`) a write beyond it is to fail as on a full disk, where by itself the
/// process would be killed (setrlimit(2)).
fn survive_a_file_that_grows_too_large() {
    // Where the handler can't be set, all is as it was.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
}

/// The whole command line as clap knows it.
fn command() -> clap::Command {
    Cli::command()
}

/// Help and version go to standard output; a command line that is not understood is an error like any other.
fn refuse(mut e: clap::Error, args: &[OsString]) -> u8 {
    hide_strays(&mut e, args);
    if !e.use_stderr() {
        // Standard output may be a pipe whose reader has gone.
        let _ = e.print();
        return 0;
    }
    if args.iter().any(|a| a == "--json") {
        Ui::new(true, false, false, ColorWhen::Never).error(&misread(&e));
    } else {
        let _ = e.print();
    }
    Code::Usage.exit()
}

/// Where passwords are spoken of, a word that is not understood may be one: `--password $PW` without quotes is several.
fn hide_strays(e: &mut clap::Error, args: &[OsString]) {
    if !args.iter().any(|a| ["secrets", "connection", "driver", "jrunner"].iter().any(|command| a == command)) {
        return;
    }
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidSubcommand] {
        if let Some(ContextValue::String(word)) = e.get(kind)
            && !word.starts_with('-')
        {
            e.insert(kind, ContextValue::String("…".to_owned()));
        }
    }
}

/// What clap says of a command line, as an error of ours: all of it up to the usage, which is the hint.
fn misread(e: &clap::Error) -> Error {
    let text = e.to_string();
    let told = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let message: Vec<&str> =
        told.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information")).collect();
    let usage = text.lines().find_map(|line| line.strip_prefix("Usage: "));
    // Without a subcommand clap's text is the whole help.
    let message = match e.kind() {
        clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "a subcommand is missing".to_owned(),
        _ => message.join(" ").trim_start_matches("error: ").to_owned(),
    };
    Error::new(Code::Usage, message).hint(usage.unwrap_or("pipekit --help"))
}

fn dispatch(context: &Context, command: Command) -> Result<u8> {
    match command {
        Command::Init(c) => c.run(context),
        Command::Demo(c) => c.run(context),
        Command::Doctor(c) => c.run(context),
        Command::Secrets(c) => c.run(context),
        Command::Settings(c) => c.run(context),
        Command::Backup(c) => c.run(context),
        Command::Driver(c) => c.run(context),
        Command::Connection(c) => c.run(context),
        Command::Wizard(c) => c.run(context),
        Command::Module(c) => c.run(context),
        Command::Watermark(c) => c.run(context),
        Command::Hook(c) => c.run(context),
        Command::Group(c) => c.run(context),
        Command::Schedule(c) => c.run(context),
        Command::Import(c) => c.run(context),
        Command::Export(c) => c.run(context),
        Command::Apply(c) => c.run(context),
        Command::Run(c) => c.run(context),
        Command::Cancel(c) => c.run(context),
        Command::Tick(c) => c.run(context),
        Command::Serve(c) => c.run(context),
        Command::Status(c) => c.run(context),
        Command::Log(c) => c.run(context),
        Command::Why(c) => c.run(context),
        Command::Jrunner(c) => c.run(context),
        Command::Completions(c) => c.run(context),
        Command::Man(c) => c.run(context),
    }
}

/// What a command did: the thing as JSON, or a line about it.
fn said(context: &Context, thing: &impl serde::Serialize, line: &str) {
    if context.ui.json { context.ui.document(thing) } else { context.ui.done(line) }
}

/// Changes a thing in one transaction, by what its flags `put`, or where there were none in the editor. What another
/// process changed meanwhile is not lost.
fn edit<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Clone>(
    context: &Context,
    store: &mut Store,
    by_flags: bool,
    load: impl Fn(&rusqlite::Connection) -> Result<T>,
    put: impl FnOnce(&mut T),
    save: impl Fn(&rusqlite::Connection, &T) -> Result<i64>,
) -> Result<()> {
    let changed = match by_flags {
        true => store.write(|tx| {
            let before = load(tx)?;
            let mut after = before.clone();
            put(&mut after);
            if before != after {
                save(tx, &after)?;
            }
            Ok(before != after)
        })?,
        false => {
            let before = load(store.read())?;
            editor::edit(&before, |after| land(store, &before, after, &load, &save))?.is_some()
        }
    };
    tell_changed(context, changed);
    Ok(())
}

/// Edits the SQL of a thing alone, in the editor, to the byte.
fn edit_sql<T: PartialEq + Clone>(
    context: &Context,
    store: &mut Store,
    load: impl Fn(&rusqlite::Connection) -> Result<T>,
    sql: impl Fn(&mut T) -> &mut String,
    save: impl Fn(&rusqlite::Connection, &T) -> Result<i64>,
) -> Result<()> {
    let before = load(store.read())?;
    let mut after = before.clone();
    let now = sql(&mut after).clone();
    let edited = editor::edit_sql(&now, |text| {
        text.clone_into(sql(&mut after));
        land(store, &before, &after, &load, &save)
    })?;
    tell_changed(context, edited.is_some());
    Ok(())
}

/// Saves what an editor made of `before`, unless that is not what there is any more.
fn land<T: PartialEq>(
    store: &mut Store,
    before: &T,
    after: &T,
    load: &impl Fn(&rusqlite::Connection) -> Result<T>,
    save: &impl Fn(&rusqlite::Connection, &T) -> Result<i64>,
) -> Result<()> {
    store.write(|tx| {
        if load(tx)? != *before {
            return Err(Error::new(Code::Failed, "it was changed by somebody else while the editor was open")
                .hint("leave the editor without a further change, then edit it again"));
        }
        save(tx, after).map(|_| ())
    })
}

fn tell_changed(context: &Context, changed: bool) {
    if !context.ui.json {
        context.ui.done(if changed { "changed" } else { "nothing changed" });
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }

    /// clap breaks lines that are too long, and an example that is broken can't be copied.
    #[test]
    fn every_command_has_an_example_that_fits_80_columns() {
        let mut left = vec![super::command()];
        let mut long = Vec::new();
        while let Some(command) = left.pop() {
            let name = command.get_name();
            let after = command.get_after_help().unwrap_or_else(|| panic!("{name} has no example")).to_string();
            assert!(after.contains("Example:\n") || name == "pipekit", "{name} has no example");
            for line in after.lines().filter(|line| line.starts_with(' ')) {
                if line.chars().count() > 80 {
                    long.push(format!("{name}: {line}"));
                }
            }
            assert!(command.get_about().is_some(), "{name} says nothing of itself");
            left.extend(command.get_subcommands().filter(|c| !c.is_hide_set()).cloned());
        }
        assert!(long.is_empty(), "longer than 80 columns:\n{}", long.join("\n"));
    }
}
