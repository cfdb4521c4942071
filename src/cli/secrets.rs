//! `pipekit secrets`.

use super::Context;
use super::output::Field;
use crate::definition::counted;
use crate::error::{Code, Error, Result};
use crate::secrets::{self, Secrets as Stored};
use crate::store::{Store, connection};
use clap::Subcommand;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};

/// Passwords, kept in a file of their own and never in the database
///
/// The file is $PIPEKIT_SECRETS, else /etc/pipekit/secrets.env where it can be read, else in the user's configuration
/// folder. What it does not have is looked for in the environment.
#[derive(Subcommand)]
#[command(
    after_help = "Example:\n  pipekit secrets set DW_PASSWORD\n  pipekit connection edit dw --password '$DW_PASSWORD'"
)]
pub enum Secrets {
    /// Store a secret: asked for without echo, or read from standard input
    #[command(
        after_help = "Example:\n  pipekit secrets set DW_PASSWORD\n  pass show dw | pipekit secrets set DW_PASSWORD"
    )]
    Set {
        /// Its name, without the $
        key: String,
        /// Never given here: it is asked for
        #[arg(hide = true, allow_hyphen_values = true)]
        value: Vec<String>,
    },
    /// List the names, and which connections use each
    #[command(visible_alias = "ls", after_help = "Example:\n  pipekit secrets list")]
    List,
    /// Remove a secret
    #[command(visible_aliases = ["remove", "rm"], after_help = "Example:\n  pipekit secrets unset DW_PASSWORD")]
    Unset {
        /// Its name, without the $
        key: String,
        /// Though connections use it
        #[arg(long)]
        force: bool,
    },
}

impl Secrets {
    pub fn run(self, context: &Context) -> Result<u8> {
        let ui = &context.ui;
        match self {
            Secrets::Set { key, value } => {
                let key = bare(&key).to_owned();
                if !value.is_empty() {
                    return Err(Error::new(Code::Usage, "a secret is not given as an argument: others could read it")
                        .hint("without it, the value is asked for, or read from standard input"));
                }
                // Before anybody is asked for a value.
                secrets::check_key(&key)?;
                let value = read(&key, &format!("pipekit secrets set {key}"))?;
                let (path, replaced) = secrets::set(&key, &value)?;
                let done = serde_json::json!({"key": key, "file": path, "replaced": replaced});
                let word = if replaced { "replaced" } else { "stored" };
                super::said(context, &done, &format!("{word} {key} in {}", path.display()));
                warn_if_open(context);
            }
            Secrets::List => {
                warn_if_open(context);
                let mut users: BTreeMap<String, Vec<String>> =
                    Stored::load()?.keys().map(|key| (key.to_owned(), Vec::new())).collect();
                // The list is useful without a database too.
                if let Ok(store) = Store::open(&context.db) {
                    for connection in connection::all(store.read())? {
                        if let Some(key) = connection.password.as_deref().and_then(secrets::key_of) {
                            users.entry(key.to_owned()).or_default().push(connection.name);
                        }
                    }
                }
                let stored: Vec<String> = Stored::load()?.keys().map(str::to_owned).collect();
                let place = |key: &String| match (stored.contains(key), std::env::var_os(key).is_some()) {
                    (true, _) => "file",
                    (false, true) => "environment",
                    (false, false) => "missing",
                };
                if ui.json {
                    let list: Vec<_> = users
                        .iter()
                        .map(|(key, used_by)| serde_json::json!({"key": key, "where": place(key), "used_by": used_by}))
                        .collect();
                    ui.document(&list);
                } else if users.is_empty() {
                    ui.note("there are no secrets yet: pipekit secrets set KEY");
                } else {
                    ui.table(
                        &["key", "where", "used by"],
                        users
                            .iter()
                            .map(|(key, by)| vec![key.as_str().into(), place(key).into(), Field::from(by.join(", "))]),
                    );
                }
            }
            Secrets::Unset { key, force } => {
                let key = bare(&key).to_owned();
                secrets::check_key(&key)?;
                if !force && context.db.exists() {
                    refuse_in_use(Store::open(&context.db)?.read(), &key)?;
                }
                if !secrets::unset(&key)? {
                    return Err(Error::new(
                        Code::NotFound,
                        format!("there is no secret {key} in {}", secrets::path().display()),
                    )
                    .hint("`pipekit secrets list` shows what there is"));
                }
                super::said(context, &serde_json::json!({"key": key}), &format!("removed {key}"));
            }
        }
        Ok(0)
    }
}

/// Refuses to remove a secret without which connections could not log in.
fn refuse_in_use(conn: &rusqlite::Connection, key: &str) -> Result<()> {
    let all = connection::all(conn)?.into_iter();
    let users = all.filter(|c| c.password.as_deref().and_then(secrets::key_of) == Some(key)).map(|c| c.name);
    let users: Vec<String> = users.collect();
    if users.is_empty() {
        return Ok(());
    }
    Err(Error::new(Code::InUse, format!("the secret {key} is used by {}", counted("connection", &users)))
        .hint("--force removes it nevertheless; `pipekit connection edit NAME --password none` ends its use"))
}

fn warn_if_open(context: &Context) {
    if secrets::is_open_to_all() {
        let file = secrets::path();
        context.ui.warn(format!("everybody can read {0}: chmod o-r {0}", file.display()));
    }
}

/// A secret's name, given with its $ or without.
fn bare(key: &str) -> &str {
    secrets::key_of(key).unwrap_or(key)
}

/// The value: typed twice without echo on a terminal, else the whole of standard input less its last line end.
pub(super) fn read(key: &str, command: &str) -> Result<String> {
    if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        return without_echo(|| typed(key))?.map_err(|_| Error::new(Code::Cancelled, "nothing was stored"));
    }
    let text = super::input::stdin()?;
    let value = text.strip_suffix('\n').map_or(&*text, |t| t.strip_suffix('\r').unwrap_or(t));
    if value.is_empty() {
        return Err(Error::new(Code::Usage, "standard input is empty, so there is nothing to store")
            .hint(format!("printf %s VALUE | {command}")));
    }
    Ok(value.to_owned())
}

/// Asks for a value until it is typed twice alike.
fn typed(key: &str) -> std::io::Result<String> {
    let mut screen = std::io::stderr().lock();
    let mut ask = |prompt: &str| -> std::io::Result<String> {
        write!(screen, "{prompt}: ")?;
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line)?;
        // The key that ended the line was not echoed either.
        writeln!(screen)?;
        if read == 0 {
            Err(std::io::ErrorKind::UnexpectedEof.into())
        } else {
            Ok(line.trim_end_matches('\n').to_owned())
        }
    };
    let mut prompt = format!("value of {key}");
    loop {
        let value = ask(&prompt)?;
        if !value.is_empty() && ask("again")? == value {
            return Ok(value);
        }
        let why = if value.is_empty() { "it is empty" } else { "the two are not the same" };
        prompt = format!("{why}\nvalue of {key}");
    }
}

/// Does what asks, with the terminal's echo off from before its question is seen, as somebody may type at once. Who ends it
/// by Ctrl-C has the echo back.
fn without_echo<T>(ask: impl FnOnce() -> T) -> Result<T> {
    fn set(mode: &Termios) -> Result<()> {
        tcsetattr(std::io::stdin(), OptionalActions::Now, mode).map_err(|e| Error::system("can't turn off the echo", e))
    }
    let before = tcgetattr(std::io::stdin()).map_err(|e| Error::system("can't turn off the echo", e))?;
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(|e| Error::system("can't watch for signals", e))?;
    let handle = signals.handle();
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    set(&silent)?;
    std::thread::scope(|scope| {
        let before = &before;
        scope.spawn(move || {
            if signals.forever().next().is_some() {
                let _ = set(before);
                std::process::exit(i32::from(Code::Cancelled.exit()));
            }
        });
        let done = ask();
        handle.close();
        set(before)?;
        Ok(done)
    })
}
