//! What a module's fields may hold, and which of them go together.

use super::module::{Load, Module, Strategy};
use super::{check_name, check_text};
use crate::dialect;
use crate::error::{Error, Result};
use crate::runner::builtin::only_reads;

/// The most streams that a module's rows may come in.
const MOST_STREAMS: i64 = 16;

impl Module {
    /// Refuses what no run could do.
    ///
    /// # Errors
    /// `Invalid`, with the first thing that is wrong.
    pub(super) fn check(&self) -> Result<()> {
        check_name("module", &self.name)?;
        if self.name == dialect::RECEIPT {
            return Err(Error::invalid(format!("`{}` is what pipekit calls a table of its own", self.name)));
        }
        check_text("the source query", &self.source_query)?;
        if self.merge_strategy == Strategy::Incremental && self.merge_key.is_empty() {
            return Err(Error::invalid("an incremental module needs a merge key: the columns to delete by")
                .hint("--key order_no,line_no"));
        }
        if self.load == Load::Direct && self.merge_strategy == Strategy::Incremental {
            return Err(Error::invalid(
                "an incremental module can't load directly: which rows go is told by those that are staged",
            )
            .hint("--load staged"));
        }
        self.check_streams()?;
        for (what, list) in [
            ("merge key", Some(&self.merge_key)),
            ("unique key", Some(&self.unique_key)),
            ("destination columns", self.dest_columns.as_ref()),
        ] {
            let Some(list) = list else { continue };
            for (i, name) in list.iter().enumerate() {
                if name.is_empty() || list[..i].contains(name) {
                    return Err(Error::invalid(format!("the {what} name `{name}` is empty or twice there")));
                }
            }
        }
        if self.dest_columns.as_ref().is_some_and(Vec::is_empty) {
            return Err(Error::invalid("the list of destination columns is empty"));
        }
        if let Some(columns) = &self.dest_columns
            && let Some(missing) = self.merge_key.iter().find(|k| !columns.iter().any(|c| c.eq_ignore_ascii_case(k)))
        {
            return Err(Error::invalid(format!("the merge key `{missing}` is not among the destination columns")));
        }
        for (what, value, least) in [
            ("timeout_s", self.timeout_s, 1),
            ("retries", self.retries, 0),
            ("retry_delay_s", self.retry_delay_s, 0),
            ("min_rows", self.min_rows.unwrap_or(0), 0),
        ] {
            if value < least {
                return Err(Error::invalid(format!("{what} is {value}, and must be at least {least}")));
            }
        }
        if self.max_shrink_pct.is_some_and(|pct| !(0.0..=100.0).contains(&pct)) {
            return Err(Error::invalid("max_shrink_pct must be between 0 and 100"));
        }
        Ok(())
    }

    /// Several streams need what cuts the rows, and rows that can be cut.
    fn check_streams(&self) -> Result<()> {
        if !(1..=MOST_STREAMS).contains(&self.streams) {
            return Err(Error::invalid(format!(
                "streams is {}, and must be between 1 and {MOST_STREAMS}",
                self.streams
            )));
        }
        match &self.split_by {
            None if self.streams == 1 => Ok(()),
            None => Err(Error::invalid(format!("there is no column that cuts the rows for {} streams", self.streams))
                .hint("--split-by COLUMN: a column of the query that holds numbers, dates or times")),
            Some(by) if self.streams == 1 => {
                Err(Error::invalid(format!("the rows are cut by `{by}`, and come in one stream"))
                    .hint("`--streams 4` has them come in four; `--split-by none` cuts nothing"))
            }
            Some(by) if by.trim().is_empty() => Err(Error::invalid("the column that cuts the rows has no name")),
            Some(_) if self.load == Load::Direct => Err(Error::invalid(
                "a direct load is one transaction on one connection: its rows can't come in several streams",
            )
            .hint("`--load staged`, or `--split-by none`")),
            Some(_) if !only_reads(&self.source_query) => Err(Error::invalid(
                "only the rows of one SELECT that changes nothing can be cut for several streams, and the query is none",
            )
            .hint("`--split-by none` has them come in one")),
            Some(_) => Ok(()),
        }
    }
}
