//! A query of a kind of database, the first byte: what is read is put back to the byte, and every edit gives the list that
//! it asked for and leaves the rest.

use super::properties;

pub fn hold(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let kinds = properties::KINDS;
    properties::hold(kinds[usize::from(*first) % kinds.len()], text);
}
