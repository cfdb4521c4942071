//! `pipekit settings`.

use super::Context;
use super::output::{Field, Tone};
use crate::engine::notify;
use crate::error::{Code, Error, Result};
use crate::settings::{SETTINGS, find};
use crate::store::setting;
use clap::Subcommand;

/// What can be set for all of pipekit
#[derive(Subcommand)]
#[command(after_help = "Example:\n  pipekit settings set timezone Europe/Berlin")]
pub enum Settings {
    /// List the settings and what each is for
    #[command(visible_alias = "ls", after_help = "Example:\n  pipekit settings list")]
    List,
    /// Print a setting
    #[command(after_help = "Example:\n  pipekit settings get timezone")]
    Get {
        /// Its key
        key: String,
    },
    /// Set a setting; `none` takes it back to its default
    #[command(
        after_help = "Example:\n  pipekit settings set timezone Europe/Berlin\n  pipekit settings set api_password -"
    )]
    Set {
        /// Its key
        key: String,
        /// Its value; - reads it from standard input
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// Run the notify_command with a test message, and show what it prints
    #[command(
        after_help = "Example:\n  pipekit settings set notify_command 'jq -r .summary | mail -s pipekit ops'\n  \
                      pipekit settings test"
    )]
    Test,
}

impl Settings {
    pub fn run(self, context: &Context) -> Result<u8> {
        let ui = &context.ui;
        let mut store = context.store()?;
        match self {
            Settings::List => {
                let mut all = Vec::new();
                for known in SETTINGS {
                    all.push((known.key, known.shown(store.read())?, known.help));
                }
                if ui.json {
                    let list: Vec<_> = all
                        .into_iter()
                        .map(|(key, value, help)| serde_json::json!({"key": key, "value": value, "help": help}))
                        .collect();
                    ui.document(&list);
                } else {
                    ui.table(
                        &["key", "value", "what for"],
                        all.into_iter().map(|(key, value, help)| {
                            let value = value.map_or_else(|| Field("default".to_owned(), Tone::Faint), Field::from);
                            vec![key.into(), value, help.into()]
                        }),
                    );
                }
            }
            Settings::Get { key } => {
                let value = find(&key)?.shown(store.read())?;
                if ui.json {
                    ui.document(&serde_json::json!({"key": key, "value": value}));
                } else {
                    ui.line(value.unwrap_or_default());
                }
            }
            Settings::Set { key, value } => {
                let value = given(&key, value)?;
                store.write(|tx| match value.as_str() {
                    "none" => setting::unset(tx, find(&key)?.key),
                    value => crate::settings::set(tx, &key, value),
                })?;
                let now = find(&key)?.shown(store.read())?;
                super::said(
                    context,
                    &serde_json::json!({"key": key, "value": now}),
                    &match &now {
                        Some(value) => format!("{key} is {value}"),
                        None => format!("{key} is back at its default"),
                    },
                );
            }
            Settings::Test => {
                let printed = notify::sample(&store)?;
                super::said(
                    context,
                    &serde_json::json!({"key": "notify_command", "output": printed}),
                    &format!("the notify_command succeeded{}{printed}", if printed.is_empty() { "" } else { ": " }),
                );
            }
        }
        Ok(0)
    }
}

/// The value as it was given, or what standard input says. A secret is never an argument: others could read it.
fn given(key: &str, value: String) -> Result<String> {
    match (find(key)?.is_secret(), value.as_str()) {
        (true, "-") => super::secrets::read(key, "pipekit settings set api_password -"),
        (true, "none") => Ok(value),
        (true, _) => Err(Error::new(Code::Usage, format!("{key} is not given as an argument: others could read it"))
            .hint(format!("`pipekit settings set {key} -` asks for it, or reads standard input"))),
        (false, "-") => Ok(super::input::stdin()?.trim_end_matches(['\r', '\n']).to_owned()),
        (false, _) => Ok(value),
    }
}
