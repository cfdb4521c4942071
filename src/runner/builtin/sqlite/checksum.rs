//! Functions for the SQL that `module verify` runs: SQLite has no MD5, and its values have the types that they have.

use crate::runner::builtin::value::form;
use jiff::tz::TimeZone;
use md5::{Digest, Md5};
use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};

/// Adds them to a connection:
/// - `pipekit_form(FORM, VALUE)`, the value as a text that can be compared;
/// - `pipekit_md5(TEXT)`, in hex as other databases give it;
/// - `pipekit_sum(HASH)`, the sum of what the first 15 digits of such hashes are as numbers.
pub fn add_to(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let zone = TimeZone::system();
    connection.create_scalar_function("pipekit_form", 2, flags, move |call| {
        let name = call.get_raw(0).as_str().unwrap_or_default();
        Ok(form::of(name, call.get_raw(1), &zone))
    })?;
    connection.create_scalar_function("pipekit_md5", 1, flags, |call| {
        let text = call.get_raw(0).as_str_or_null()?;
        Ok(text.map(|text| Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
    })?;
    connection.create_aggregate_function("pipekit_sum", 1, flags, Sum)
}

struct Sum;

impl Aggregate<u128, Option<String>> for Sum {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<u128> {
        Ok(0)
    }

    fn step(&self, call: &mut Context<'_>, sum: &mut u128) -> rusqlite::Result<()> {
        let hash = call.get_raw(0).as_str_or_null()?;
        let first = hash.and_then(|hash| u64::from_str_radix(hash.get(..15)?, 16).ok());
        *sum += u128::from(first.unwrap_or_default());
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sum: Option<u128>) -> rusqlite::Result<Option<String>> {
        Ok(sum.map(|sum| sum.to_string()))
    }
}
