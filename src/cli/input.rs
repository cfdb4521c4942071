//! What people type as a value: SQL as text, `@file` or `-`; `none` to take a value away.

use crate::error::{Code, Error, Result};
use std::io::Read;

/// SQL as it was given: the text itself, `@FILE`, or `-` for standard input.
///
/// # Errors
/// `Usage` when the file can't be read.
pub fn sql(given: &str) -> Result<String> {
    if given == "-" {
        return stdin();
    }
    match given.strip_prefix('@') {
        Some(path) => file(path),
        None => Ok(given.to_owned()),
    }
}

/// A file's text; `-` is standard input.
///
/// # Errors
/// `Usage` when it can't be read.
pub fn file(path: &str) -> Result<String> {
    if path == "-" {
        return stdin();
    }
    std::fs::read_to_string(path).map_err(|e| Error::new(Code::Usage, format!("can't read {path}: {e}")))
}

/// All of standard input.
///
/// # Errors
/// `Usage` when it is no text.
pub fn stdin() -> Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|e| Error::new(Code::Usage, format!("can't read standard input: {e}")))?;
    Ok(text)
}

/// The id of a thing of a `kind` that has no name, as clap reads it.
pub fn id_of(kind: &'static str) -> impl Fn(&str) -> Result<i64, String> + Clone {
    move |given| given.parse().map_err(|_| format!("a {kind}'s id: see `pipekit {kind} list`"))
}

/// Refuses a flag that says how to edit beside others that say what.
///
/// # Errors
/// `Usage` where there are `others`.
pub fn alone(flag: &str, others: bool) -> Result<()> {
    match others {
        true => Err(Error::new(Code::Usage, format!("{flag} opens the editor, and takes no other flags"))
            .hint("first the one, then the other")),
        false => Ok(()),
    }
}

/// A value that can be taken away with `none`.
#[derive(Clone, Debug, PartialEq)]
pub enum Maybe<T> {
    /// This value.
    Some(T),
    /// No value.
    Nothing,
}

impl<T: Clone> Maybe<T> {
    /// Puts the value, or its absence, in its place.
    pub fn put(&self, place: &mut Option<T>) {
        *place = match self {
            Maybe::Some(value) => Some(value.clone()),
            Maybe::Nothing => None,
        };
    }
}

/// Reads a value or `none`, for clap.
///
/// # Errors
/// Where it is neither. Text always is a value, so that this is about numbers.
pub fn maybe<T: std::str::FromStr>(text: &str) -> Result<Maybe<T>, String> {
    if text == "none" {
        return Ok(Maybe::Nothing);
    }
    text.parse().map(Maybe::Some).map_err(|_| "neither a number nor `none`".to_owned())
}
