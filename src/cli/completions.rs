//! `pipekit completions`.

use super::Context;
use crate::error::Result;
use clap::Args;
use clap_complete::Shell;

/// Print the completions for a shell
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit completions bash > /etc/bash_completion.d/pipekit")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub fn run(self, context: &Context) -> Result<u8> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut super::command(), "pipekit", &mut text);
        context.ui.raw(&String::from_utf8_lossy(&text));
        Ok(0)
    }
}
