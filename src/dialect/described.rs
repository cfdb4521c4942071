//! What the catalog says of a destination, and how a merge changes it.

use super::TableName;

/// How a destination column takes values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// An insert may name it, and does unless the module says otherwise.
    Plain,
    /// An identity that refuses values unless the insert overrides it: filled only where the module names it.
    Identity,
    /// Computed: an insert can't name it.
    Computed,
}

/// A destination column as the catalog describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name, to the letter.
    pub name: String,
    /// Its type, as DDL spells it.
    pub type_sql: String,
    /// A collation of its own, as DDL spells it.
    pub collation: Option<String>,
    /// The operator by which its type is equal to itself, where a plain `=` may be found to be another.
    pub equals: Option<String>,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// How it takes values.
    pub fill: Fill,
}

/// What kind of thing the destination is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Relation {
    /// A table, partitioned or not.
    #[default]
    Table,
    /// A table of SQLite that holds its columns to their types.
    Strict,
    /// A view: it can't be truncated, and inserts go to its rules or triggers.
    View,
    /// A table of another server.
    Foreign,
    /// Something that no rows can be loaded into: `an index`, `pipekit's own`.
    Unfit(&'static str),
}

/// What the catalog says of a destination.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Described {
    /// The schema that it was found in, where the database has several.
    pub schema: Option<String>,
    /// What it is.
    pub relation: Relation,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Whether triggers or rules of its own can keep rows in, or out: a merge then looks at what it has done.
    pub decides: bool,
    /// Whether a constraint of its own puts a row in the place of another, which no count of the database's tells.
    pub displaces: bool,
    /// Whether row-level security may hide rows from the login.
    pub hides: bool,
    /// Whether the database keeps no journal of it, and can't undo what was done to it.
    pub unjournaled: bool,
}

/// What stands behind [`Relation::Unfit`] for a table in which pipekit keeps its own.
pub(super) const OURS: &str = "pipekit's own";
/// The same for a table of the database's catalog.
pub(super) const OF_THE_DATABASE: &str = "the database's own";

/// How a merge changes the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emptying<'a> {
    /// Everything goes, by TRUNCATE.
    Truncate,
    /// Everything goes, by DELETE.
    Delete,
    /// Rows whose key columns equal a staged row's.
    ByKey(&'a [String]),
    /// Nothing.
    Nothing,
}

/// Everything that a merge's SQL is made from. It depends on the module and the catalog, never on the run.
pub struct Merge<'a> {
    /// The module: the key of its receipt.
    pub module: &'a str,
    /// Where the rows go.
    pub dest: &'a TableName,
    /// What that is.
    pub described: &'a Described,
    /// Where the rows are.
    pub staging: &'a TableName,
    /// The columns that are filled, in order.
    pub columns: &'a [Column],
    /// What goes first.
    pub emptying: Emptying<'a>,
}

impl Merge<'_> {
    /// Whether only counting the destination's rows tells how many came in: what is written to a view comes out of it
    /// again, or not, and a row that takes the place of another adds none.
    pub(super) fn counts_rows(&self) -> bool {
        self.described.relation == Relation::View || self.described.displaces
    }

    /// Whether it must see to it that what it deletes is gone, or else the rows would be there twice.
    pub(super) fn looks_back(&self) -> bool {
        self.described.decides || self.described.relation == Relation::View
    }

    /// Whether the destination must not be empty after it.
    pub(super) fn fills(&self) -> bool {
        self.looks_back() && matches!(self.emptying, Emptying::Truncate | Emptying::Delete)
    }
}

/// What stands around the rows of a load into the destination itself. Between the two the receipt gets their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Around {
    /// Begins the transaction, takes the receipt, empties the table.
    pub opening: String,
    /// Ends the receipt with the number of rows that it has, and commits.
    pub closing: String,
}
