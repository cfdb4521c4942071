//! `pipekit jrunner`: the built-in runner behind jrunner's own flags, the process behind a session, and the guard.

use super::Context;
use crate::error::{Code, Error, Result};
use crate::redact::Redactor;
use crate::runner::builtin::{self, Client};
use crate::runner::{Failure, FailureKind, Runner, Target, guard, server};
use clap::Args;
use std::cell::{Cell, RefCell};
use std::ffi::OsString;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Copy a query's rows into a table, or print them as CSV
///
/// The built-in runner with jrunner's flags (-scu and --scu are the same). With a destination it moves the rows and
/// prints `N rows`; without one it prints CSV with a header, NULL as nothing and an empty string as "". Passwords come
/// in the environment: JRUNNER_SCP and JRUNNER_DCP.
#[derive(Args)]
#[command(after_help = "Example:\n  pipekit jrunner -scu jdbc:sqlite:erp.db -sq orders.sql\n  \
    JRUNNER_DCP=secret pipekit jrunner -scu jdbc:sqlite:erp.db -sq orders.sql \\\n      \
    -dcu jdbc:postgresql://localhost/dw -dcn etl -dt rlarp.orders")]
pub struct Jrunner {
    /// Source JDBC URL
    #[arg(long, value_name = "URL", required_unless_present_any = ["session", "guard"])]
    scu: Option<String>,
    /// Source user name
    #[arg(long, value_name = "USER")]
    scn: Option<String>,
    /// Source password (in every user's process list; better: $JRUNNER_SCP)
    #[arg(long, value_name = "PASSWORD", env = "JRUNNER_SCP", hide_env_values = true, allow_hyphen_values = true)]
    scp: Option<String>,
    /// Destination JDBC URL
    #[arg(long, value_name = "URL", requires = "dt")]
    dcu: Option<String>,
    /// Destination user name
    #[arg(long, value_name = "USER")]
    dcn: Option<String>,
    /// Destination password (in every user's process list; better: $JRUNNER_DCP)
    #[arg(long, value_name = "PASSWORD", env = "JRUNNER_DCP", hide_env_values = true, allow_hyphen_values = true)]
    dcp: Option<String>,
    /// File that holds the SQL for the source; - is standard input
    #[arg(long, value_name = "FILE", required_unless_present_any = ["session", "guard"])]
    sq: Option<String>,
    /// Destination table, as SQL spells it
    #[arg(long, value_name = "TABLE", requires = "dcu")]
    dt: Option<String>,
    /// Serve a session over standard input and output
    #[arg(long, hide = true)]
    session: bool,
    /// Run a program, and end all that it starts when it ends or standard input does
    #[arg(long, hide = true, requires = "program")]
    guard: bool,
    /// A folder that the guard removes at the end
    #[arg(long, hide = true, requires = "guard")]
    folder: Option<PathBuf>,
    /// The program under the guard, and its arguments
    #[arg(last = true, hide = true, requires = "guard")]
    program: Vec<OsString>,
}

/// jrunner's flags have one dash and several letters, which clap reads as a bundle: they get their second dash here.
pub fn with_long_flags(mut args: Vec<OsString>) -> Vec<OsString> {
    let Some(at) = args.iter().position(|a| a == "jrunner") else { return args };
    // What comes after `--` is another program's.
    for arg in args[at..].iter_mut().take_while(|arg| *arg != "--") {
        if ["-scu", "-scn", "-scp", "-dcu", "-dcn", "-dcp", "-sq", "-dt"].iter().any(|flag| arg == flag) {
            let mut long = OsString::from("-");
            long.push(&*arg);
            *arg = long;
        }
    }
    args
}

impl Jrunner {
    pub fn run(self, context: &Context) -> Result<u8> {
        if self.session {
            server::serve(std::io::stdin().lock(), std::io::stdout());
            return Ok(0);
        }
        if self.guard {
            let served = guard::serve(&self.program, self.folder.as_deref());
            return served.map_err(|message| Error::new(Code::System, message));
        }
        let sql = super::input::file(&self.sq.unwrap_or_default())?;
        let mut redactor = Redactor::default();
        [&self.scp, &self.dcp].into_iter().flatten().for_each(|password| redactor.add(password));
        let failed = |failure: Failure| Error::new(Code::Runner, redactor.clean(&failure.message));
        let source =
            Target { url: self.scu.unwrap_or_default(), user: self.scn, password: self.scp, runner: Runner::Builtin };
        let mut from = Client::connect(&source).map_err(failed)?;
        if let (Some(url), Some(table)) = (self.dcu, self.dt) {
            let mut to = Client::connect(&Target { url, user: self.dcn, password: self.dcp, runner: Runner::Builtin })
                .map_err(failed)?;
            let mut last = Instant::now();
            let mut progress = |rows| {
                if last.elapsed() >= Duration::from_secs(1) {
                    last = Instant::now();
                    context.ui.line(format!("{rows} rows so far"));
                }
            };
            let rows = builtin::transfer(&mut from, &sql, &mut to, &table, None, &mut progress).map_err(failed)?;
            context.ui.line(format!("{rows} rows"));
        } else {
            print(&mut from, &sql).map_err(failed)?;
        }
        Ok(0)
    }
}

/// Prints a query's rows as CSV. A reader that has gone wants no more, which is no error.
fn print(from: &mut Client, sql: &str) -> Result<(), Failure> {
    let out = RefCell::new(BufWriter::with_capacity(1 << 16, std::io::stdout().lock()));
    let gone = Cell::new(false);
    let only_reads = builtin::only_reads(sql);
    let put = |row: &[Option<&str>]| {
        if gone.get() {
            return Ok(());
        }
        csv(&mut *out.borrow_mut(), row).or_else(|error| {
            gone.set(error.kind() == ErrorKind::BrokenPipe);
            // What changes rows is not left in the middle, which would take the changes back.
            if gone.get() && !only_reads { Ok(()) } else { Err(error) }
        })
    };
    let streamed = from.stream(
        sql,
        &mut |columns| {
            let names: Vec<Option<&str>> = columns.iter().map(|c| Some(c.as_str())).collect();
            if names.is_empty() { Ok(()) } else { put(&names) }
        },
        &mut |row| put(row),
    );
    if gone.get() && only_reads {
        return Ok(());
    }
    streamed?;
    match out.borrow_mut().flush() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(FailureKind::Lost, format!("the rows can't be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// One line of CSV (RFC 4180): NULL is an empty field, an empty string is `""`.
fn csv(out: &mut impl Write, row: &[Option<&str>]) -> std::io::Result<()> {
    for (i, value) in row.iter().enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        match value {
            None => {}
            Some(text) if text.is_empty() || text.contains(['"', ',', '\n', '\r']) || text.trim() != *text => {
                write!(out, "\"{}\"", text.replace('"', "\"\""))?;
            }
            Some(text) => out.write_all(text.as_bytes())?,
        }
    }
    out.write_all(b"\n")
}
