//! `pipekit completions`, and the answers to a shell that asks at each TAB.
//!
//! The scripts that are printed only call pipekit again, with the line as it stands and `PIPEKIT_COMPLETE` set. So that
//! what is proposed is always what this version takes and this database holds. An answer never writes, settles or
//! migrates anything, and where there is nothing to be read it is empty.

mod names;
mod nouns;
mod shells;

use super::Context;
use crate::error::Result;
use clap::Args;
use clap_complete::Shell;
use clap_complete::env::{CompleteEnv, Elvish, Fish, Powershell, Shells, Zsh};
use names::Line;
use shells::{Bash, Calm};
use std::ffi::OsString;
use std::sync::Arc;

/// What a shell sets when it asks.
const VARIABLE: &str = "PIPEKIT_COMPLETE";
/// All that can.
const SHELLS: Shells<'_> = Shells(&[&Calm(Bash), &Calm(Elvish), &Calm(Fish), &Calm(Powershell), &Calm(Zsh)]);

/// Print the completions for a shell
///
/// They complete commands, flags, and the names that are in the database: modules, groups, connections, runs. Where the
/// packages of the shells look for them is /usr/share/bash-completion/completions/pipekit,
/// /usr/share/zsh/vendor-completions/_pipekit and /usr/share/fish/vendor_completions.d/pipekit.fish.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit completions bash > \
    ~/.local/share/bash-completion/completions/pipekit\n  \
    pipekit completions fish > ~/.config/fish/completions/pipekit.fish\n  \
    source <(pipekit completions zsh)   # in ~/.zshrc, behind compinit")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub fn run(self, context: &Context) -> Result<u8> {
        let mut text = Vec::new();
        if let Some(shell) = SHELLS.completer(&self.shell.to_string()) {
            // Writing to memory does not fail.
            let _ = shell.write_registration(VARIABLE, "pipekit", "pipekit", "pipekit", &mut text);
        }
        let text = String::from_utf8_lossy(&text);
        context.ui.raw(&format!("{}\n", at_once(text.trim()).trim_end()));
        Ok(0)
    }
}

/// zsh loads a file of its `fpath` at the first TAB, as the function that it is named by: what is to be registered then
/// has to answer, too.
fn at_once(script: &str) -> String {
    const REGISTER: &str = "compdef _clap_dynamic_completer_pipekit pipekit";
    script.replace(
        REGISTER,
        &format!(
            "if [ \"$funcstack[1]\" = \"_pipekit\" ]; then\n    _clap_dynamic_completer_pipekit \"$@\"\nelse\n    \
             {REGISTER}\nfi"
        ),
    )
}

/// Answers a shell that asks for completions. Says whether that was one.
pub fn answered(args: &[OsString]) -> bool {
    if std::env::var_os(VARIABLE).is_none_or(|shell| shell.is_empty()) {
        return false;
    }
    let line = Arc::new(Line::of(args));
    let answer = CompleteEnv::with_factory(|| nouns::with_names(super::command(), &line))
        .var(VARIABLE)
        .bin("pipekit")
        .completer("pipekit")
        .shells(SHELLS);
    // What goes wrong is not for somebody who is typing a line.
    let _ = answer.try_complete(args.iter().cloned(), std::env::current_dir().ok().as_deref());
    true
}
