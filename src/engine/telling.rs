//! What a transfer says while it goes on, told to whoever watches the run and to the log.

use super::ledger::Ledger;
use super::sync::Progress;
use crate::error::Result;

/// Tells of a transfer. Rows that move aren't stopped because the log can't be written: that is told when they have.
pub(super) struct Telling<'t, 'l> {
    ledger: &'t mut Ledger<'l>,
    progress: &'t mut dyn FnMut(Progress<'_>),
    written: Result<()>,
}

impl<'t, 'l> Telling<'t, 'l> {
    /// To that log and that watcher.
    pub(super) fn new(ledger: &'t mut Ledger<'l>, progress: &'t mut dyn FnMut(Progress<'_>)) -> Self {
        Telling { ledger, progress, written: Ok(()) }
    }

    /// So many rows have come so far.
    pub(super) fn rows(&mut self, rows: u64) {
        self.watched(rows);
        self.write(|ledger| ledger.live_now_and_then(&format!("{rows} rows")));
    }

    /// The same, to the watcher alone.
    pub(super) fn watched(&mut self, rows: u64) {
        (self.progress)(Progress::Rows(rows));
    }

    /// Writes to the log.
    pub(super) fn write(&mut self, write: impl FnOnce(&mut Ledger<'l>) -> Result<()>) {
        let wrote = write(self.ledger);
        if self.written.is_ok() {
            self.written = wrote;
        }
    }

    /// Whether all of it could be written down.
    pub(super) fn written(self) -> Result<()> {
        self.written
    }
}
