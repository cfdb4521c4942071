//! A load into the destination itself: what stands around its rows, in one transaction with them.

use crate::runner::{Direct, Loaded, ROWS};
use std::cell::RefCell;

/// A load that begins, and ends, as it is told, and what came of it.
pub struct Within<'a> {
    direct: &'a Direct,
    loaded: RefCell<Option<Loaded>>,
}

impl<'a> Within<'a> {
    /// A load that has not begun.
    pub fn new(direct: &'a Direct) -> Within<'a> {
        Within { direct, loaded: RefCell::default() }
    }

    /// The columns that are filled, in order, as the catalog spells them.
    pub fn columns(&self) -> &'a [String] {
        &self.direct.columns
    }

    /// What begins the transaction.
    pub fn opening(&self) -> &'a str {
        &self.direct.opening
    }

    /// Ends the transaction, in which so many rows were loaded, and says whether it is committed: one that the gate
    /// refuses is left for the caller to roll back. `run` runs SQL in it, and gives the first row that comes back.
    ///
    /// # Errors
    /// What `run` says.
    pub fn commit<E>(&self, rows: u64, mut run: impl FnMut(&str) -> Result<Vec<Option<String>>, E>) -> Result<bool, E> {
        let counts = if self.direct.counts.is_empty() { Vec::new() } else { run(&self.direct.counts)? };
        let fits = rows >= self.direct.least && self.direct.accepts(rows, &counts);
        *self.loaded.borrow_mut() = Some(Loaded { rows, counts, committed: false });
        if fits {
            run(&self.direct.note.replace(ROWS, &rows.to_string()))?;
            run(&self.direct.closing)?;
            if let Some(loaded) = &mut *self.loaded.borrow_mut() {
                loaded.committed = true;
            }
        }
        Ok(fits)
    }

    /// What came of it; `None` where it did not come to its end.
    pub fn loaded(self) -> Option<Loaded> {
        self.loaded.into_inner()
    }
}
