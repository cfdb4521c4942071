//! A transfer of a script with what becomes of its rows.

use super::address::{Address, Place};
use super::event::{Site, Transfer};
use super::report::Told;
use super::sql::Name;
use super::statement::{By, Insert};

/// A transfer with what becomes of its rows.
#[derive(Debug)]
pub struct Load<'e> {
    /// The transfer.
    pub transfer: &'e Transfer,
    /// Where it stands.
    pub site: Site,
    /// The table that it fills.
    pub staging: Name,
    /// Its rows' way into the destination; none where they go there at once.
    pub insert: Option<(Insert, Site)>,
    /// What is deleted before.
    pub delete: Option<(By, How, Site)>,
    /// What runs after it.
    pub hooks: Vec<After>,
    /// Why it can't be a module.
    pub faults: Vec<(Site, String)>,
    /// What is odd, and no hindrance.
    pub remarks: Vec<Told>,
    /// Whether something empties the staging table.
    pub is_emptied: bool,
    /// What empties its table before it.
    pub(super) emptied: Option<Pending>,
    /// Where it stands among what the script does.
    pub at: usize,
}

/// How rows are deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By DELETE.
    Delete,
    /// By TRUNCATE.
    Truncate,
}

/// A statement that runs after a merge.
#[derive(Clone, Debug)]
pub struct After {
    /// Where it runs.
    pub place: Place,
    /// The statement.
    pub sql: String,
    /// Where it stands.
    pub site: Site,
}

/// A deletion whose table is not yet known to be a destination.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub table: Name,
    pub by: By,
    pub how: How,
    pub site: Site,
    pub at: usize,
    pub condition: Option<String>,
    /// Where it runs.
    pub address: Address,
}

/// Takes over what is deleted before a load's rows come in.
pub(super) fn take_deletes(load: &mut Load<'_>, deletes: Vec<Pending>, copies: &[(Name, Name)]) {
    for pending in deletes {
        let Pending { by, how, site, at, condition, address, .. } = pending;
        if !address.can_be(&load.transfer.dest.address) {
            load.faults
                .push((site.clone(), "rows are deleted on another server or database than that of -dcu".to_owned()));
        }
        if let Some(condition) = condition {
            load.faults.push((site.clone(), format!("it may run not at all or several times: {condition}")));
        }
        if load.delete.is_some() {
            load.faults.push((site.clone(), "rows are deleted twice, by two conditions".to_owned()));
        }
        let is_staging = |table: &Name| {
            load.staging.can_be(table)
                || copies.iter().any(|(copy, from)| copy.can_be(table) && from.can_be(&load.staging))
        };
        let by = match by {
            By::Key(table, pairs) if !is_staging(&table) => match &pairs[..] {
                [(column, _)] => By::Range(column.clone(), Some(table)),
                _ => By::Other(format!("it compares with {}, not with the rows that are pulled", table.text)),
            },
            By::Key(..) if at < load.at => {
                By::Other("it compares with the rows that were pulled before these".to_owned())
            }
            By::Range(_, Some(table)) if is_staging(&table) => {
                By::Other("it is by some of the rows that are pulled only".to_owned())
            }
            by => by,
        };
        if let By::Other(why) = &by {
            load.faults.push((site.clone(), format!("which rows it deletes can't be said by a key: {why}")));
        }
        load.delete = Some((by, how, site));
    }
}

impl Load<'_> {
    /// What can be said of it when all is read.
    pub(super) fn finish(&mut self) {
        let looks_like_staging = self.staging.parts.iter().any(|part| {
            let part = part.to_lowercase();
            ["stag", "import", "tmp", "temp", "stage", "load"].iter().any(|word| part.contains(word))
        });
        if self.insert.is_none() && looks_like_staging && self.faults.is_empty() {
            let why = format!("nothing that can be read takes the rows on from {}", self.staging.text);
            self.faults.push((self.site.clone(), why));
        }
        if self.insert.is_some() && !self.is_emptied {
            let why = format!(
                "nothing here empties {}: if nothing else does, the script merges old rows again",
                self.staging.text
            );
            let told = Told::guess("staging is empty when a pull begins", &why);
            self.remarks.push(told.at(&self.site));
        }
    }
}
