//! One error for everything below the surface: a stable code, what and why, and what to type next.
//!
//! `store`, `definition`, `engine` and the rest return it; `cli` turns it into text and an exit code, `serve` into a
//! status and a body. A database's own failure is a [`crate::runner::Failure`] until the engine says what it means.

use std::fmt;

/// What sort of error it is. The code is stable: scripts compare it, `--json` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The command line is wrong in itself.
    Usage,
    /// A definition breaks a rule.
    Invalid,
    /// No such thing.
    NotFound,
    /// Something of that name is there already.
    Exists,
    /// It is used by something else.
    InUse,
    /// The module or group is running.
    Locked,
    /// pipekit's own file can't be used.
    Store,
    /// A secret can't be found or stored.
    Secret,
    /// A database or a runner failed.
    Runner,
    /// A check before the merge failed.
    Gate,
    /// The run failed, for the reason in the message.
    Failed,
    /// It was cancelled.
    Cancelled,
    /// A fault of the machine: a file, a pipe, a process.
    System,
}

impl Code {
    /// The code as scripts see it.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Usage => "usage",
            Code::Invalid => "invalid",
            Code::NotFound => "not_found",
            Code::Exists => "exists",
            Code::InUse => "in_use",
            Code::Locked => "locked",
            Code::Store => "store",
            Code::Secret => "secret",
            Code::Runner => "runner",
            Code::Gate => "gate",
            Code::Failed => "failed",
            Code::Cancelled => "cancelled",
            Code::System => "system",
        }
    }

    /// The process's exit code: 1 it failed, 2 wrong usage, 3 already running, 4 no such thing, 130 cancelled.
    pub fn exit(self) -> u8 {
        match self {
            Code::Usage | Code::Invalid => 2,
            Code::Locked => 3,
            Code::NotFound => 4,
            Code::Cancelled => 130,
            _ => 1,
        }
    }
}

/// An error: its code, what happened and why, and (where there is one) the next command to type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What sort it is.
    pub code: Code,
    /// What happened and why, as a sentence or two without a closing full stop.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error without a hint.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Error { code, message: message.into(), hint: None }
    }

    /// The same error with what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A definition that breaks a rule.
    pub fn invalid(message: impl Into<String>) -> Self {
        Error::new(Code::Invalid, message)
    }

    /// There is no `kind` called `name`.
    pub fn not_found(kind: &str, name: impl fmt::Display) -> Self {
        Error::new(Code::NotFound, format!("there is no {kind} {name:#}"))
            .hint(format!("`pipekit {kind} list` shows what there is"))
    }

    /// The same error with which of `names` was probably meant, where one is much like the `wrong` one.
    #[must_use]
    pub fn meant(mut self, wrong: &str, names: impl IntoIterator<Item = String>) -> Self {
        let near = names.into_iter().filter_map(|name| {
            let off = strsim::osa_distance(wrong, &name);
            // Of three letters one may be wrong.
            (off <= wrong.len().max(name.len()) / 3).then_some((off, name))
        });
        if let Some((_, name)) = near.min() {
            let hint = self.hint.map(|hint| format!(" {hint}")).unwrap_or_default();
            self.hint = Some(format!("did you mean {name}?{hint}"));
        }
        self
    }

    /// A fault of the machine, with what was being done.
    pub fn system(doing: impl fmt::Display, cause: impl fmt::Display) -> Self {
        Error::new(Code::System, format!("{doing}: {cause}"))
    }
}

/// What was found, or that there is none.
///
/// # Errors
/// Any error but `NotFound`.
pub fn or_none<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.code == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
