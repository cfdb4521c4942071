//! What can be defined, one file a noun: its struct, its rules, and how it is loaded and saved.
//!
//! Flags, JSON, files and the editor all build these structs, with names in place of ids and unknown fields refused;
//! `save` checks every rule and writes in the caller's transaction, so that a thing and its parts land whole or not at
//! all. Many at once are a `set`, which `plan` compares with what there is, and lands whole.

pub mod among;
mod check;
pub mod columns;
pub mod connection;
pub mod cursor;
pub mod difference;
pub mod driver;
pub mod folder;
pub mod group;
pub mod hook;
pub mod lint;
pub mod module;
mod place;
pub mod plan;
pub mod scan;
pub mod schedule;
pub mod set;
pub mod text;
pub mod watermark;

use crate::error::{Error, Result};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use std::fmt;

/// Checks a name: `[a-z][a-z0-9_]{0,39}`. It can be a placeholder, part of a table's name, and is never an id.
///
/// # Errors
/// `Invalid`, with a name near to it that would do.
pub fn check_name(kind: &str, name: &str) -> Result<()> {
    let good = name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if good {
        return Ok(());
    }
    let mut near: String =
        name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(40).collect();
    if !near.starts_with(|c: char| c.is_ascii_lowercase()) {
        near = format!("{}_{near}", &kind[..1]).chars().take(40).collect();
    }
    Err(Error::invalid(format!(
        "`{name}` can't be the name of a {kind}: a name is a small letter, then small letters, digits and _, at most 40"
    ))
    .hint(format!("`{}` would do", near.trim_end_matches('_'))))
}

/// The error for a name that is taken.
pub(crate) fn taken(kind: &str, name: &str) -> Error {
    Error::new(crate::error::Code::Exists, format!("there is a {kind} {name} already"))
        .hint(format!("`pipekit {kind} edit {name}` changes it"))
}

/// Things by name: `module orders`, `modules customers, orders`.
pub(crate) fn counted(kind: &str, names: &[String]) -> String {
    format!("{kind}{} {}", if names.len() == 1 { "" } else { "s" }, names.join(", "))
}

/// Refuses a text that is nothing but white space.
pub(crate) fn check_text(what: &str, text: &str) -> Result<()> {
    if text.trim().is_empty() {
        return Err(Error::invalid(format!("{what} is empty")));
    }
    if text.contains('\0') {
        return Err(Error::invalid(format!("{what} has a zero byte")));
    }
    Ok(())
}

/// Refuses a number of things at once that is none, or more than a machine should be asked for.
pub(crate) fn check_at_once(what: &str, n: i64) -> Result<()> {
    match n {
        1..=100 => Ok(()),
        _ => Err(Error::invalid(format!("{what} is {n}, and must be from 1 to 100"))),
    }
}

/// Reads a definition from JSON, saying which field is wrong.
///
/// # Errors
/// `Invalid`, with where the text is wrong.
pub fn from_json<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| Error::invalid(format!("the JSON is not understood: {e}")))
}

/// A name or an id, as JSON has it: text or a number.
pub(crate) fn name_or_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct NameOrId;
    impl Visitor<'_> for NameOrId {
        type Value = String;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a name or an id")
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }
        fn visit_u64<E: de::Error>(self, id: u64) -> Result<String, E> {
            Ok(id.to_string())
        }
        fn visit_i64<E: de::Error>(self, id: i64) -> Result<String, E> {
            Ok(id.to_string())
        }
    }
    deserializer.deserialize_any(NameOrId)
}

/// A list of names: a JSON array, or text with commas as the flags have it.
pub(crate) fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Names;
    impl<'de> Visitor<'de> for Names {
        type Value = Vec<String>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of names, or names with commas between them")
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<String>, E> {
            Ok(split_names(text))
        }
        fn visit_unit<E: de::Error>(self) -> Result<Vec<String>, E> {
            Ok(Vec::new())
        }
        fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Vec<String>, A::Error> {
            let mut out = Vec::new();
            while let Some(name) = list.next_element()? {
                out.push(name);
            }
            Ok(out)
        }
    }
    deserializer.deserialize_any(Names)
}

/// Names with commas between them, white space around each dropped.
pub fn split_names(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rule() {
        for good in ["a", "orders", "o_1", &"a".repeat(40)] {
            assert!(check_name("module", good).is_ok(), "{good}");
        }
        let cases =
            [("", "m"), ("1", "m_1"), ("Orders", "orders"), ("my-sync", "my_sync"), ("über", "m__ber"), ("_x", "m__x")];
        for (bad, near) in cases {
            let error = check_name("module", bad).unwrap_err();
            assert_eq!(error.hint.as_deref(), Some(&*format!("`{near}` would do")), "{bad}");
        }
        assert!(check_name("module", &"a".repeat(41)).is_err());
    }
}
