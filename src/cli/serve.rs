//! `pipekit serve`.

use super::Context;
use crate::error::{Code, Error, Result};
use crate::serve::{self, Config};
use clap::Args;
use std::io::Write;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

/// Serve the API over HTTP, and do what is due
///
/// It wants a user and a password: `pipekit settings set api_user NAME`, `pipekit settings set api_password -`. SIGTERM
/// and Ctrl-C end it: no run begins any more, those that go on have the grace period, then they are cancelled; a second
/// signal cancels them at once. The log is JSON on standard error, a line a request.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit settings set api_user ops\n  pipekit settings set api_password -\n  \
    pipekit serve\n  curl -u ops http://127.0.0.1:8321/api/modules")]
pub struct Serve {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:8321", value_name = "ADDRESS")]
    listen: String,
    /// Let other machines reach it: there is no TLS here, so have a proxy with TLS before it
    #[arg(long)]
    allow_remote: bool,
    /// How many seconds runs may go on when it is told to end
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    grace: u32,
}

impl Serve {
    pub fn run(self, context: &Context) -> Result<u8> {
        // What dead runs left behind is settled before anybody calls.
        drop(context.store()?);
        let config = Config {
            db: context.db.clone(),
            listen: address(&self.listen)?,
            allow_remote: self.allow_remote,
            grace: Duration::from_secs(self.grace.into()),
            // Nowhere is left to say that standard error is gone.
            log: Arc::new(|line| drop(writeln!(std::io::stderr().lock(), "{line}"))),
        };
        serve::serve(config, |at| {
            let document = serde_json::json!({"listen": at.to_string(), "url": format!("http://{at}")});
            super::said(context, &document, &format!("listening on http://{at}"));
        })?;
        Ok(0)
    }
}

fn address(text: &str) -> Result<SocketAddr> {
    let found = text.to_socket_addrs().ok().and_then(|mut all| all.next());
    found.ok_or_else(|| {
        Error::new(Code::Usage, format!("`{text}` is no address to listen on"))
            .hint("write it as 127.0.0.1:8321, [::1]:8321 or localhost:8321")
    })
}
