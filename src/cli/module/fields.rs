//! The flags of `module add` and `module edit`.

use crate::cli::input::{self, Maybe, maybe};
use crate::definition::module::{FullBy, Load, Module, Strategy};
use crate::definition::split_names;
use crate::error::{Code, Error, Result};
use clap::Args;

/// What can be said of a module by flags.
#[derive(Args, Default, PartialEq)]
pub struct Fields {
    /// The connection that the query runs on
    #[arg(long, value_name = "CONNECTION")]
    source: Option<String>,
    /// The connection that the rows go to
    #[arg(long, value_name = "CONNECTION")]
    dest: Option<String>,
    /// The table there, as TABLE or SCHEMA.TABLE
    #[arg(long)]
    table: Option<String>,
    /// How the rows come in
    #[arg(long, value_enum)]
    strategy: Option<Strategy>,
    /// The columns that an incremental merge deletes by, with commas
    #[arg(long, value_name = "COLUMNS")]
    key: Option<String>,
    /// The query, with a {name} for each watermark: as text, @FILE, or -
    #[arg(long, value_name = "SQL", allow_hyphen_values = true)]
    query: Option<String>,
    /// The table's columns that are filled, in the query's order [default: all]
    #[arg(long, value_name = "COLUMNS", value_parser = maybe::<String>)]
    columns: Option<Maybe<String>>,
    /// Columns that must not repeat among the rows that come
    #[arg(long, value_name = "COLUMNS", value_parser = maybe::<String>)]
    unique_key: Option<Maybe<String>>,
    /// How a full merge empties the table [default: truncate]
    #[arg(long, value_enum)]
    full_by: Option<FullBy>,
    /// How the rows get there: through a staging table, or into the table itself [default: staged]
    #[arg(long, value_enum)]
    load: Option<Load>,
    /// The column of the query that cuts its rows into ranges, for --streams [default: none]
    #[arg(long, value_name = "COLUMN", value_parser = maybe::<String>)]
    split_by: Option<Maybe<String>>,
    /// In how many streams the rows come at once, up to 16 [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    streams: Option<i64>,
    /// Whether its deletes may cascade into other tables
    #[arg(long, value_name = "BOOL")]
    allow_cascade: Option<bool>,
    /// Whether its merge may run by a jrunner that does not run it as one transaction
    #[arg(long, value_name = "BOOL")]
    allow_non_atomic: Option<bool>,
    /// Fail if fewer rows come [default: none; a full load of no rows onto some fails unless it is 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = maybe::<i64>)]
    min_rows: Option<Maybe<i64>>,
    /// Fail if a full load would leave the table smaller by more per cent [default: none]
    #[arg(long, value_name = "PCT", allow_negative_numbers = true, value_parser = maybe::<f64>)]
    max_shrink_pct: Option<Maybe<f64>>,
    /// The longest that a run may take, in seconds [default: 21600]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    timeout_s: Option<i64>,
    /// How often a failed run is tried again [default: 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    retries: Option<i64>,
    /// Seconds between tries [default: 30]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    retry_delay_s: Option<i64>,
    /// For people
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = maybe::<String>)]
    notes: Option<Maybe<String>>,
    /// Have groups skip it
    #[arg(long)]
    disabled: bool,
}

impl Fields {
    /// The same, with the query read from where it is.
    ///
    /// # Errors
    /// `Usage` when its file can't be read.
    pub fn read(mut self) -> Result<Fields> {
        self.query = self.query.as_deref().map(input::sql).transpose()?;
        Ok(self)
    }

    /// Puts what was given into a module.
    pub fn put(&self, module: &mut Module) {
        for (given, place) in [
            (&self.source, &mut module.source_connection),
            (&self.dest, &mut module.dest_connection),
            (&self.table, &mut module.dest_table),
        ] {
            if let Some(given) = given {
                place.clone_from(given);
            }
        }
        if let Some(query) = &self.query {
            module.source_query.clone_from(query);
        }
        if let Some(strategy) = self.strategy {
            module.merge_strategy = strategy;
        }
        if let Some(key) = &self.key {
            module.merge_key = if key == "none" { Vec::new() } else { split_names(key) };
        }
        match &self.columns {
            Some(Maybe::Some(names)) => module.dest_columns = Some(split_names(names)),
            Some(Maybe::Nothing) => module.dest_columns = None,
            None => {}
        }
        match &self.unique_key {
            Some(Maybe::Some(names)) => module.unique_key = split_names(names),
            Some(Maybe::Nothing) => module.unique_key = Vec::new(),
            None => {}
        }
        if let Some(full_by) = self.full_by {
            module.full_by = full_by;
        }
        if let Some(load) = self.load {
            module.load = load;
        }
        if let Some(given) = &self.split_by {
            given.put(&mut module.split_by);
            // What is not cut comes in one stream.
            if module.split_by.is_none() {
                module.streams = 1;
            }
        }
        if let Some(streams) = self.streams {
            module.streams = streams;
        }
        if let Some(allow) = self.allow_cascade {
            module.allow_cascade = allow;
        }
        if let Some(allow) = self.allow_non_atomic {
            module.allow_non_atomic = allow;
        }
        if let Some(given) = &self.min_rows {
            given.put(&mut module.min_rows);
        }
        if let Some(given) = &self.max_shrink_pct {
            given.put(&mut module.max_shrink_pct);
        }
        for (given, place) in [
            (self.timeout_s, &mut module.timeout_s),
            (self.retries, &mut module.retries),
            (self.retry_delay_s, &mut module.retry_delay_s),
        ] {
            if let Some(given) = given {
                *place = given;
            }
        }
        if let Some(notes) = &self.notes {
            notes.put(&mut module.notes);
        }
        if self.disabled {
            module.enabled = false;
        }
    }

    /// A new module from flags alone.
    ///
    /// # Errors
    /// `Usage`, naming each flag that is missing.
    pub fn module(&self, name: String) -> Result<Module> {
        let given = [
            ("--source", self.source.is_some()),
            ("--dest", self.dest.is_some()),
            ("--table", self.table.is_some()),
            ("--strategy", self.strategy.is_some()),
            ("--query", self.query.is_some()),
        ];
        let missing: Vec<&str> = given.iter().filter(|(_, there)| !there).map(|(flag, _)| *flag).collect();
        if !missing.is_empty() {
            let verb = if missing.len() == 1 { "is" } else { "are" };
            return Err(Error::new(Code::Usage, format!("{} {verb} missing", missing.join(", "))).hint(
                "pipekit module add NAME --source C --dest C --table T --strategy full|incremental|append --query SQL",
            ));
        }
        let mut module = Module::new(name);
        self.put(&mut module);
        Ok(module)
    }
}
