//! Cancelling what runs on a connection, from another thread.

use super::{mysql, postgresql};
use crate::runner::{Failure, FailureKind};
use rusqlite::InterruptHandle;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Cancels, from any thread, what runs on the connection it was taken from.
///
/// A cancel holds for all that runs there, or begins there, until the connection is asked for its next canceller: so a
/// request that comes a moment too early is not lost, and one that comes too late does not hit the next user.
#[derive(Clone)]
pub struct Canceller {
    cancelled: Arc<AtomicBool>,
    how: How,
}

#[derive(Clone)]
enum How {
    Sqlite(Arc<InterruptHandle>),
    Postgres(Arc<postgresql::CancelRequest>),
    Mysql(Arc<mysql::CancelRequest>),
}

impl Canceller {
    /// For a SQLite connection.
    pub(super) fn of_sqlite(flag: &CancelFlag, handle: InterruptHandle) -> Self {
        Canceller { cancelled: flag.renew(), how: How::Sqlite(Arc::new(handle)) }
    }

    /// For a PostgreSQL connection.
    pub(super) fn of_postgres(flag: &CancelFlag, request: postgresql::CancelRequest) -> Self {
        Canceller { cancelled: flag.renew(), how: How::Postgres(Arc::new(request)) }
    }

    /// For a connection to MySQL or MariaDB.
    pub(super) fn of_mysql(flag: &CancelFlag, request: mysql::CancelRequest) -> Self {
        Canceller { cancelled: flag.renew(), how: How::Mysql(Arc::new(request)) }
    }

    /// Asks the database to stop what runs now.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        match &self.how {
            How::Sqlite(handle) => handle.interrupt(),
            How::Postgres(request) => request.send(),
            How::Mysql(request) => request.send(),
        }
    }
}

/// A connection's side of it: whether it was cancelled.
#[derive(Default)]
pub struct CancelFlag(RefCell<Arc<AtomicBool>>);

impl CancelFlag {
    /// A new flag, which is down; the old one is nobody's business any more.
    fn renew(&self) -> Arc<AtomicBool> {
        let flag = Arc::<AtomicBool>::default();
        self.0.replace(flag.clone());
        flag
    }

    /// The flag as it is now, to look at while the connection is in use.
    pub fn watch(&self) -> Arc<AtomicBool> {
        self.0.borrow().clone()
    }

    /// Whether the connection was cancelled.
    pub fn is_up(&self) -> bool {
        self.0.borrow().load(Ordering::SeqCst)
    }

    /// A failure if it was.
    pub fn check(&self) -> Result<(), Failure> {
        if self.is_up() { Err(Failure::new(FailureKind::Cancelled, "cancelled")) } else { Ok(()) }
    }
}
