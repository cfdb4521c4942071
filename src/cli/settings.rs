//! `pipekit settings`.

use super::Context;
use super::output::{Field, Tone};
use crate::error::Result;
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
    #[command(after_help = "Example:\n  pipekit settings set timezone Europe/Berlin")]
    Set {
        /// Its key
        key: String,
        /// Its value
        value: String,
    },
}

impl Settings {
    pub fn run(self, context: &Context) -> Result<u8> {
        let ui = &context.ui;
        let mut store = context.store()?;
        match self {
            Settings::List => {
                let mut all = Vec::new();
                for known in SETTINGS {
                    all.push((known.key, setting::get(store.read(), known.key)?, known.help));
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
                let value = setting::get(store.read(), find(&key)?.key)?;
                if ui.json {
                    ui.document(&serde_json::json!({"key": key, "value": value}));
                } else {
                    ui.line(value.unwrap_or_default());
                }
            }
            Settings::Set { key, value } => {
                store.write(|tx| match value.as_str() {
                    "none" => setting::unset(tx, find(&key)?.key),
                    value => crate::settings::set(tx, &key, value),
                })?;
                let now = setting::get(store.read(), &key)?;
                super::said(
                    context,
                    &serde_json::json!({"key": key, "value": now}),
                    &match &now {
                        Some(value) => format!("{key} is {value}"),
                        None => format!("{key} is back at its default"),
                    },
                );
            }
        }
        Ok(0)
    }
}
