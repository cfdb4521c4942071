//! The way from a connection's row to a database: its login with the secret looked up, and the runner's session.

use super::external;
use crate::dialect::{self, Destination};
use crate::error::{Code, Error, Result};
use crate::redact::Redactor;
use crate::runner::builtin::Client;
use crate::runner::runners::Runners;
use crate::runner::{Failure, FailureKind, Runner, Target};
use crate::secrets::Secrets;
use crate::store::{Store, connection, connection::Connection, lock::Lock, setting};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The databases that one run or one command reaches. Runners are started at the first use.
pub struct Databases {
    secrets: Secrets,
    redactor: Mutex<Redactor>,
    timezone: Option<String>,
    held: Option<Arc<Lock>>,
    /// The setting `runner`: who speaks to a database, whatever its driver says.
    wanted: Option<Runner>,
    runners: Runners,
    /// By what the probes of jrunner are remembered, or why there is none.
    jrunner: Result<String>,
}

/// Who speaks to every database, where the setting says so.
fn wanted(store: &Store) -> Result<Option<Runner>> {
    Ok(match setting::get(store.read(), "runner")?.as_deref() {
        Some("jrunner") => Some(Runner::Jrunner),
        Some("builtin") => Some(Runner::Builtin),
        _ => None,
    })
}

fn by_driver(connection: &Connection) -> Runner {
    if connection.jar_file.is_some() { Runner::Jrunner } else { Runner::Builtin }
}

/// Who would speak to a connection, whether it is there or not.
///
/// # Errors
/// Only where pipekit's own file can't be read.
pub fn spoken_by(store: &Store, connection: &Connection) -> Result<Runner> {
    Ok(wanted(store)?.unwrap_or(by_driver(connection)))
}

impl Databases {
    /// Reads the secrets and the settings anew: from now on the passwords are taken out of all text. The runner's
    /// processes inherit `held`, the lock of the run.
    ///
    /// # Errors
    /// `Secret` when the secrets can't be read.
    pub fn open(store: &Store, held: Option<Arc<Lock>>) -> Result<Databases> {
        let secrets = Secrets::load()?;
        let mut redactor = Redactor::default();
        let connections = connection::all(store.read())?;
        // Of every connection, as one database may speak of another's.
        for password in connections.iter().filter_map(|other| other.password.as_ref()) {
            if let Ok(password) = secrets.resolve(password) {
                redactor.add(&password);
            }
        }
        let timezone = setting::get(store.read(), "timezone")?;
        let wanted = wanted(store)?;
        // Looked for only where it may be needed.
        let needed = wanted == Some(Runner::Jrunner) || connections.iter().any(|other| other.jar_file.is_some());
        let found = if needed {
            external::find(store, timezone.clone())
        } else {
            Err(Error::new(Code::Runner, "no connection has a JDBC driver"))
        };
        let (jrunner, program) = match found {
            Ok(found) => (Some(found.jrunner), Ok(found.program)),
            Err(error) => (None, Err(error)),
        };
        let lock = held.clone();
        let runners = Runners::new(timezone.clone(), Box::new(move || lock.as_ref().map(|lock| lock.file())), jrunner);
        Ok(Databases { secrets, redactor: Mutex::new(redactor), timezone, held, wanted, runners, jrunner: program })
    }

    /// Where to connect. Its password is taken out of all text from now on, whenever the connection was defined.
    ///
    /// # Errors
    /// `Secret` when the password can't be found, `Runner` when the connection needs a runner that is not there.
    pub fn target(&self, connection: &Connection) -> Result<Target> {
        let runner = self.runner_of(connection)?;
        let password = match &connection.password {
            Some(reference) => Some(self.secrets.resolve(reference).map_err(|mut e| {
                e.message = format!("connection {}: {}", connection.name, e.message);
                e
            })?),
            None => None,
        };
        if let Some(password) = &password {
            self.redactor.lock().unwrap_or_else(PoisonError::into_inner).add(password);
        }
        Ok(Target { url: connection.jdbc_url.clone(), user: connection.username.clone(), password, runner })
    }

    /// Who speaks to a connection: jrunner where its driver has a jar, unless the setting `runner` says otherwise.
    fn runner_of(&self, connection: &Connection) -> Result<Runner> {
        let runner = self.wanted.unwrap_or(by_driver(connection));
        let in_front = |mut error: Error| {
            error.message = format!("connection {}: {}", connection.name, error.message);
            error
        };
        match runner {
            Runner::Jrunner => self.program().map(|_| runner).map_err(in_front),
            Runner::Builtin if Client::speaks(&connection.jdbc_url) => Ok(runner),
            Runner::Builtin => Err(in_front(
                Error::new(Code::Runner, "the built-in runner does not speak to such a database")
                    .hint("`pipekit settings set runner auto` leaves it to jrunner where its driver has a jar"),
            )),
        }
    }

    /// The runners.
    pub fn runners(&self) -> &Runners {
        &self.runners
    }

    /// By what the probes of jrunner are remembered.
    ///
    /// # Errors
    /// `Runner` where there is no jrunner.
    pub fn program(&self) -> Result<&str> {
        self.jrunner.as_deref().map_err(|e| {
            let again = Error::new(e.code, e.message.clone());
            e.hint.iter().fold(again, |error, hint| error.hint(hint.clone()))
        })
    }

    /// What `ask` comes to. After `patience` the runners are ended, as the network may have gone and have said nothing;
    /// the second says whether that was so. `None` where it came to no end of its own.
    pub fn within<T: Send>(&self, patience: Duration, ask: impl FnOnce() -> T + Send) -> (Option<T>, bool) {
        std::thread::scope(|scope| {
            let (sender, receiver) = channel();
            scope.spawn(move || sender.send(ask()));
            let (mut wait, mut late) = (patience, false);
            loop {
                match receiver.recv_timeout(wait) {
                    Ok(came) => return (Some(came), late),
                    Err(RecvTimeoutError::Disconnected) => return (None, late),
                    // Again, until it is through: it may have started a session anew.
                    Err(RecvTimeoutError::Timeout) => {
                        (wait, late) = (Duration::from_millis(100), true);
                        self.runners().kill();
                    }
                }
            }
        })
    }

    /// Sees to it that the lock of the run can be found.
    pub fn keep_lock(&self) {
        if let Some(lock) = &self.held {
            lock.keep();
        }
    }

    /// Text without the passwords that this run knows.
    pub fn clean(&self, text: &str) -> String {
        self.redactor.lock().unwrap_or_else(PoisonError::into_inner).clean(text)
    }

    /// What a runner's failure means to people: where it happened, and what to do.
    pub fn explain(&self, failure: &Failure, connection: &Connection, doing: &str) -> Error {
        let message = format!("{doing} on {}: {}", connection.name, self.clean(&failure.message));
        match failure.kind {
            FailureKind::Cancelled => Error::new(Code::Cancelled, message),
            FailureKind::Connect | FailureKind::ConnectSource | FailureKind::Url => {
                Error::new(Code::Runner, message).hint(mend(failure, connection))
            }
            _ => Error::new(Code::Runner, message),
        }
    }

    /// The time zone that runners work in.
    pub fn timezone(&self) -> jiff::tz::TimeZone {
        self.timezone.as_deref().and_then(|zone| crate::clock::zone(zone).ok()).unwrap_or_else(crate::clock::here)
    }
}

/// What to do where a connection can't be made. A login that is refused has another password than the one that is kept:
/// PostgreSQL's 28P01, and of MySQL's 28000 what says so (error 1045).
pub(super) fn mend(failure: &Failure, connection: &Connection) -> String {
    let refused = failure.sqlstate.as_deref() == Some("28P01") || failure.message.contains("Access denied for user");
    let key = connection.password.as_deref().and_then(crate::secrets::key_of).filter(|_| refused);
    let name = &connection.name;
    match key {
        Some(key) => {
            format!("`pipekit secrets set {key}` stores another password, `pipekit connection test {name}` tries it")
        }
        None => format!("`pipekit connection test {name}` tries it, `pipekit connection edit {name}` mends it"),
    }
}

/// The dialect of a connection.
///
/// # Errors
/// `Runner` where pipekit has none for its kind.
pub fn dialect_of(connection: &Connection) -> Result<&'static dyn Destination> {
    dialect::of(&connection.kind).ok_or_else(|| {
        Error::new(
            Code::Runner,
            format!(
                "connection {} is of kind {}, which this pipekit does not speak yet",
                connection.name, connection.kind
            ),
        )
        .hint("it speaks sqlite, postgresql and mysql")
    })
}
