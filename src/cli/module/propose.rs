//! `pipekit module propose`.

use crate::cli::Context;
use crate::cli::browse::Within;
use crate::definition::module::Strategy;
use crate::definition::split_names;
use crate::engine::propose::{self, Wanted};
use crate::error::Result;
use crate::store::Store;
use clap::Args;

/// What is wanted; the rest is proposed.
#[derive(Args)]
pub struct Propose {
    /// The connection of the source
    #[arg(long, value_name = "CONNECTION")]
    source: String,
    /// The table there, as TABLE, SCHEMA.TABLE and so on
    #[arg(long)]
    table: String,
    #[command(flatten)]
    within: Within,
    /// The connection of the destination [default: the source's, else that of the newest module]
    #[arg(long, value_name = "CONNECTION")]
    dest: Option<String>,
    /// The table there [default: of the same name, in the schema that the source's connection names]
    #[arg(long, value_name = "TABLE")]
    dest_table: Option<String>,
    /// The module's name [default: like the table]
    #[arg(long)]
    name: Option<String>,
    /// How the rows come in [default: incremental with a watermark, else full]
    #[arg(long, value_enum)]
    strategy: Option<Strategy>,
    /// The columns that an incremental merge deletes by, with commas [default: the primary key]
    #[arg(long, value_name = "COLUMNS")]
    key: Option<String>,
    /// Load what is new by this column: from the highest value that the destination has (several: with commas)
    #[arg(long, value_name = "COLUMNS")]
    watermark: Option<String>,
}

impl Propose {
    pub fn run(self, context: &Context, store: &Store) -> Result<()> {
        let list = |names: Option<String>| names.map(|names| split_names(&names)).unwrap_or_default();
        let wanted = Wanted {
            source: self.source,
            table: self.table,
            within: self.within.qualifiers(),
            dest: self.dest,
            dest_table: self.dest_table,
            name: self.name,
            strategy: self.strategy,
            key: list(self.key),
            watermarks: list(self.watermark),
        };
        let (module, _) = propose::module(store, &wanted)?;
        context.ui.document(&module);
        Ok(())
    }
}
