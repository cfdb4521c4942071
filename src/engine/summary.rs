//! Whether an external program has said how many rows it moved: it can die in the middle of a transfer with an exit code
//! of 0, and what it had committed by then looks like all there was.
//!
//! The words of the line by which a program says it are remembered once the number was seen to be right. From then on a
//! transfer without that line is one that broke off.

use super::databases::Databases;
use super::external::{remember, remembered};
use super::ledger::Ledger;
use crate::error::{Code, Error, Result};
use crate::runner::Moved;
use crate::runner::jrunner::Jrunner;
use crate::store::Store;

/// By what the words of a program are remembered.
const ABOUT: &str = "summary";

/// Tells a jrunner the words that it says the number of rows by, where they are known.
///
/// # Errors
/// Only where pipekit's own file can't be read.
pub(super) fn recall(store: &Store, program: &str, jrunner: &Jrunner) -> Result<()> {
    if let Some(words) = remembered::<String>(store, program, ABOUT)? {
        let _ = jrunner.summary.set(words);
    }
    Ok(())
}

/// Judges what was said of a transfer after which staging holds `staged` rows, which is the number that was said, where
/// one was. Gives a warning where nothing can be known.
///
/// # Errors
/// `Gate` where the program did not say how many rows it moved, and has done so before.
pub(super) fn check(
    ledger: &mut Ledger<'_>,
    databases: &Databases,
    moved: &Moved,
    staged: i64,
) -> Result<Option<String>> {
    let Ok(jrunner) = databases.runners().jrunner() else { return Ok(None) };
    match (moved.rows, &moved.words, jrunner.summary.get()) {
        (Some(_), Some(words), None) => remember(ledger, databases.program()?, ABOUT, words).map(|()| None),
        (Some(_), ..) => Ok(None),
        // Of no rows some say nothing, and nothing is lost.
        (None, _, Some(_)) if staged > 0 => Err(Error::new(
            Code::Gate,
            format!(
                "jrunner did not say at its end how many rows it moved, as it did before: it may have died in the \
                 middle; staging holds {staged}"
            ),
        )
        .hint(
            "run it again, and look at what it says (`pipekit log show RUN --stdout`); where it says it in other words now: \
             `pipekit settings set jrunner_rows_pattern`",
        )),
        (None, ..) => Ok(Some(format!(
            "jrunner did not say at its end how many rows it moved: whether the {staged} in staging are all there were is \
             not known"
        ))),
    }
}
