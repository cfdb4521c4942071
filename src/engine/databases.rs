//! The way from a connection's row to a database: its login with the secret looked up, and the runner's session.

use crate::dialect::{self, Destination};
use crate::error::{Code, Error, Result};
use crate::redact::Redactor;
use crate::runner::session::Session;
use crate::runner::{Failure, FailureKind, Target};
use crate::secrets::Secrets;
use crate::store::{Store, connection, connection::Connection, lock::Lock, setting};
use std::sync::{Arc, Mutex, PoisonError};

/// The databases that one run or one command reaches. The session is started at the first use.
pub struct Databases {
    secrets: Secrets,
    redactor: Mutex<Redactor>,
    timezone: Option<String>,
    held: Option<Arc<Lock>>,
    session: Mutex<Option<Arc<Session>>>,
}

impl Databases {
    /// Reads the secrets and the settings anew: from now on the passwords are taken out of all text. The runner's processes inherit `held`, the lock of the run.
    ///
    /// # Errors
    /// `Secret` when the secrets can't be read.
    pub fn open(store: &Store, held: Option<Arc<Lock>>) -> Result<Databases> {
        let secrets = Secrets::load()?;
        let mut redactor = Redactor::default();
        // Of every connection, as one database may speak of another's.
        for password in connection::all(store.read())?.iter().filter_map(|other| other.password.as_ref()) {
            if let Ok(password) = secrets.resolve(password) {
                redactor.add(&password);
            }
        }
        Ok(Databases {
            secrets,
            redactor: Mutex::new(redactor),
            timezone: setting::get(store.read(), "timezone")?,
            held,
            session: Mutex::default(),
        })
    }

    /// Where to connect. Its password is taken out of all text from now on, whenever the connection was defined.
    ///
    /// # Errors
    /// `Secret` when the password can't be found, `Runner` when the connection needs a runner that is not there.
    pub fn target(&self, connection: &Connection) -> Result<Target> {
        if let Some(jar) = &connection.jar_file {
            return Err(Error::new(
                Code::Runner,
                format!(
                    "connection {} needs jrunner for {jar}, and this pipekit does not drive jrunner yet",
                    connection.name
                ),
            )
            .hint("the built-in runner speaks SQLite and PostgreSQL: `pipekit driver list`"));
        }
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
        Ok(Target { url: connection.jdbc_url.clone(), user: connection.username.clone(), password })
    }

    /// The session, started now where there is none that lives.
    ///
    /// # Errors
    /// `Lost` when it can't be started.
    pub fn session(&self) -> Result<Arc<Session>, Failure> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        match &*session {
            Some(alive) if alive.is_alive() => Ok(alive.clone()),
            _ => {
                let held = self.held.as_ref().map(|lock| lock.file());
                let started = Arc::new(Session::start(held.as_deref(), self.timezone.as_deref())?);
                *session = Some(started.clone());
                Ok(started)
            }
        }
    }

    /// Sees to it that the lock of the run can be found.
    pub fn keep_lock(&self) {
        if let Some(lock) = &self.held {
            lock.keep();
        }
    }

    /// The session, if one was started.
    pub fn started(&self) -> Option<Arc<Session>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
            FailureKind::Connect | FailureKind::ConnectSource | FailureKind::Url => Error::new(Code::Runner, message)
                .hint(format!(
                    "`pipekit connection test {}` tries it; `pipekit connection show {0}` shows it",
                    connection.name
                )),
            _ => Error::new(Code::Runner, message),
        }
    }

    /// The time zone that runners work in.
    pub fn timezone(&self) -> jiff::tz::TimeZone {
        self.timezone
            .as_deref()
            .and_then(|zone| jiff::tz::TimeZone::get(zone).ok())
            .unwrap_or_else(jiff::tz::TimeZone::system)
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
        .hint("it speaks sqlite and postgresql")
    })
}
