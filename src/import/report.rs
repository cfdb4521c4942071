//! What an import says of what it found: each thing with how sure it is and why, and what it could not read.

use super::event::Site;
use crate::definition::set::{Definition, Key};
use serde::{Serialize, Serializer};

/// How sure something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The scripts say so.
    Sure,
    /// So it is in all likelihood.
    Likely,
    /// It may well be otherwise: look at it.
    Guess,
}

impl Confidence {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Sure => "sure",
            Confidence::Likely => "likely",
            Confidence::Guess => "guess",
        }
    }
}

/// Something that was found out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// How sure it is.
    pub confidence: Confidence,
    /// What.
    pub what: String,
    /// From what.
    pub why: String,
    /// Where that stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<Site>,
}

impl Told {
    /// What the scripts say.
    pub fn sure(what: &str, why: &str) -> Told {
        Told { confidence: Confidence::Sure, what: what.to_owned(), why: why.to_owned(), site: None }
    }

    /// What is so in all likelihood.
    pub fn likely(what: &str, why: &str) -> Told {
        Told { confidence: Confidence::Likely, ..Told::sure(what, why) }
    }

    /// What may well be otherwise.
    pub fn guess(what: &str, why: &str) -> Told {
        Told { confidence: Confidence::Guess, ..Told::sure(what, why) }
    }

    /// The same, with where it stands.
    #[must_use]
    pub fn at(mut self, site: &Site) -> Told {
        self.site = Some(site.clone());
        self
    }
}

/// A password that a script uses. It is never shown.
#[derive(Clone, Default, PartialEq)]
pub struct Secret {
    /// The password; `None` where it is not in the folder.
    pub value: Option<String>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// Something that is proposed.
#[derive(Clone, Debug, Serialize)]
pub struct Proposed {
    /// What it is.
    #[serde(flatten)]
    pub key: Key,
    /// Where the script is that it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<Site>,
    /// The definition; `None` where there is such a thing already, which stays as it is.
    pub definition: Option<Definition>,
    /// Whether there is one of that name already.
    pub exists: bool,
    /// What was found out of it.
    pub told: Vec<Told>,
}

/// Something that could not be read, or not be taken over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Declined {
    /// Where.
    pub site: Site,
    /// Whether a whole module does not come over for it; else the rest does.
    pub module: bool,
    /// What, if it has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// Why.
    pub why: String,
}

impl Serialize for Site {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
